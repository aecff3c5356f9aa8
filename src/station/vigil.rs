//! Watches the air: silence while something is on it, a device that stays away, a clock that is not believed, a log that waits.
//!
//! In: what desk, playout and store say of themselves, at every turn of the loop (at least once a second). Out: alarms, each
//! only when it has lasted, so that a pause between two sentences and a plug that is put back alarm nobody. It decides
//! nothing. Next: `alarm`, which has the words.

use chrono::TimeDelta;

use super::{Notice, Station};
use crate::airing::ClockState;
use crate::alarm::Alarm;
use crate::clock::{Mono, WRITTEN};
use crate::desk::{Snapshot, SnapshotItem};
use crate::playout::Levels;

/// Below this our output is silent to whoever listens, in whole dBFS over a second.
const SILENT_BELOW_DBFS: i64 = -60;

/// Nobody who reads aloud pauses so long.
const SILENCE_LASTS: TimeDelta = TimeDelta::seconds(10);

/// A device that is tried again every half second and is not back by then is away.
const AWAY_LASTS: TimeDelta = TimeDelta::seconds(3);

/// A database that is locked for shorter is a copy or a report being made.
const WAITING_LASTS: TimeDelta = TimeDelta::seconds(30);

/// Since when something has been wrong.
#[derive(Debug, Default)]
pub(super) struct Vigil {
    /// What has been on the air in silence, and since when.
    silent: Option<(String, Mono)>,
    away: Option<Mono>,
    log_waits: Option<Mono>,
    stands: Vec<Alarm>,
}

/// What is looked at.
struct Seen<'a> {
    desk: &'a Snapshot,
    levels: Option<Levels>,
    /// Why the database takes nothing.
    trouble: Option<&'a str>,
}

impl Vigil {
    /// What stands now.
    fn look(&mut self, seen: &Seen<'_>, now: Mono) -> Vec<Alarm> {
        let lasted = |since: Option<Mono>, limit| since.is_some_and(|since| now.since(since) >= limit);
        let silent = seen.desk.on_air.as_ref().filter(|_| seen.levels.is_none_or(is_silent));
        self.silent = silent.map(|item| self.silent_since(item, now));
        let is_away = seen.desk.device.is_none() && seen.desk.device_lost.is_some();
        self.away = is_away.then(|| self.away.unwrap_or(now));
        self.log_waits = seen.trouble.map(|_| self.log_waits.unwrap_or(now));

        let mut found = Vec::new();
        let silent_since = self.silent.as_ref().map(|(_, since)| *since);
        if let Some(item) = silent.filter(|_| !is_away && lasted(silent_since, SILENCE_LASTS)) {
            found.push(Alarm::NoSound { title: item.title.clone() });
        }
        if let Some(why) = seen.desk.device_lost.clone().filter(|_| lasted(self.away, AWAY_LASTS)) {
            found.push(Alarm::DeviceMissing { why });
        }
        found.extend(untrusted(seen.desk));
        if let Some(why) = seen.trouble.filter(|_| lasted(self.log_waits, WAITING_LASTS)) {
            found.push(Alarm::LogWaits { why: why.to_owned() });
        }
        found
    }

    fn silent_since(&self, item: &SnapshotItem, now: Mono) -> (String, Mono) {
        let slot = format!("{}/{}", item.airing, item.attempt);
        let since = self.silent.as_ref().filter(|(known, _)| *known == slot).map_or(now, |(_, since)| *since);
        (slot, since)
    }
}

fn is_silent(levels: Levels) -> bool {
    levels.rms_dbfs < SILENT_BELOW_DBFS
}

fn untrusted(desk: &Snapshot) -> Option<Alarm> {
    let words = |at: &chrono::DateTime<chrono::FixedOffset>| at.format("%H:%M %d/%m/%Y").to_string();
    let behind = desk.clock_behind.filter(|_| desk.clock == ClockState::Untrusted)?;
    Some(Alarm::ClockUntrusted { clock: words(&desk.at), log: (behind > WRITTEN).then(|| words(&behind)) })
}

impl Station {
    /// Looks at the air; people hear of what has changed.
    pub(super) fn watch_air(&mut self, tell: &mut impl FnMut(Notice)) {
        let now = self.clock.now();
        let (desk, state) = (self.desk.snapshot(now), self.records.store().state());
        let seen = Seen { desk: &desk, levels: self.playout.levels(), trouble: state.trouble.as_deref() };
        let found = self.vigil.look(&seen, now.mono);
        if found != self.vigil.stands {
            self.vigil.stands.clone_from(&found);
            self.take_alarms("air", found, tell);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desk(more: &serde_json::Value) -> Snapshot {
        let mut desk = serde_json::json!({
            "at": "2025-03-03T05:00:00+07:00", "station": "Đài", "output": "card", "device": "hw:0", "device_lost": null,
            "clock": "synchronised", "clock_behind": null, "on_air": null, "waiting": [], "next": [],
        });
        let fields = more.as_object().unwrap().clone();
        desk.as_object_mut().unwrap().extend(fields);
        serde_json::from_value(desk).unwrap()
    }

    fn on_air(airing: &str) -> Snapshot {
        desk(&serde_json::json!({"on_air": {
            "airing": airing, "programme_title": null, "title": "Tin", "priority": "ordinary",
            "started_at": "2025-03-03T05:00:00+07:00", "aired_ms": 0, "planned_ms": null,
        }}))
    }

    fn at(rms_dbfs: i64) -> Levels {
        let at = Mono(0);
        Levels { rms_dbfs, peak_dbfs: rms_dbfs, now_rms_dbfs: rms_dbfs, now_peak_dbfs: rms_dbfs, at }
    }

    /// What stands after each of these seconds.
    fn look(
        vigil: &mut Vigil,
        desk: &Snapshot,
        levels: impl Into<Option<Levels>>,
        seconds: std::ops::RangeInclusive<i64>,
    ) -> Vec<Alarm> {
        let seen = Seen { desk, levels: levels.into(), trouble: None };
        seconds.map(|second| vigil.look(&seen, Mono(second * 1_000_000))).last().unwrap()
    }

    #[test]
    fn ten_seconds_of_silence_on_air_alarm_and_sound_or_another_item_ends_it() {
        let mut vigil = Vigil::default();
        assert_eq!(look(&mut vigil, &on_air("a"), at(-120), 0..=9), []);
        let silent = [Alarm::NoSound { title: Some("Tin".into()) }];
        assert_eq!(look(&mut vigil, &on_air("a"), at(-61), 10..=10), silent);
        assert_eq!(look(&mut vigil, &on_air("b"), at(-120), 11..=20), []);
        assert_eq!(look(&mut vigil, &on_air("b"), at(-120), 21..=21), silent);
        assert_eq!(look(&mut vigil, &on_air("b"), at(-30), 22..=40), []);
        assert_eq!(look(&mut vigil, &desk(&serde_json::json!({})), at(-120), 41..=90), []);
    }

    #[test]
    fn a_device_that_stays_away_and_a_clock_behind_the_log_alarm() {
        let away = desk(&serde_json::json!({"device": null, "device_lost": "it is unplugged"}));
        let mut vigil = Vigil::default();
        assert_eq!(look(&mut vigil, &away, None, 0..=2), []);
        assert_eq!(look(&mut vigil, &away, None, 3..=3), [Alarm::DeviceMissing { why: "it is unplugged".into() }]);
        let opening = desk(&serde_json::json!({"device": null}));
        assert_eq!(look(&mut vigil, &opening, None, 4..=30), []);
        let behind = desk(&serde_json::json!({"clock": "untrusted", "clock_behind": "2025-03-04T05:00:00+07:00"}));
        let found = look(&mut vigil, &behind, at(-120), 31..=31);
        assert!(
            matches!(&found[..], [Alarm::ClockUntrusted { log: Some(log), .. }] if log == "05:00 04/03/2025"),
            "{found:?}"
        );
    }
}
