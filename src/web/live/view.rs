//! What a page shows of the station's status: plain values and finished words in both languages.
//!
//! In: a status, levels, a row. Out: JSON for the events of the feed; the same makes the page that the server renders. Pure.
//! The meter says "sound" only for what was measured in our output in the last seconds. Next: `health`.

use chrono::TimeDelta;
use serde::Serialize;
use serde_json::{Value, json};

use crate::airing::Airing;
use crate::clock::Mono;
use crate::control::Status;
use crate::language::Language;
use crate::playout::Levels;
use crate::web::page::alarm_words;

/// A callback that is older than this says that nothing flows.
const FLOWS_WITHIN: TimeDelta = TimeDelta::seconds(2);

/// Below this our output is silent to whoever listens, in whole dBFS.
const SILENT_BELOW_DBFS: i64 = -60;

/// The needle of the meter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(in crate::web) struct Needle {
    /// RMS of the last 200 ms, whole dBFS.
    pub(in crate::web) rms: i64,
    /// Peak of the last 200 ms, whole dBFS.
    pub(in crate::web) peak: i64,
    /// `sound`, `quiet`, or `none` while no device takes anything.
    pub(in crate::web) state: &'static str,
}

/// Where the needle stands.
pub(in crate::web) fn needle(levels: Option<Levels>, now: Mono) -> Needle {
    match levels.filter(|levels| now.since(levels.at) <= FLOWS_WITHIN) {
        None => Needle { rms: -120, peak: -120, state: "none" },
        Some(levels) => {
            let state = if levels.rms_dbfs < SILENT_BELOW_DBFS { "quiet" } else { "sound" };
            Needle { rms: levels.now_rms_dbfs, peak: levels.now_peak_dbfs, state }
        }
    }
}

/// The event `status`: the whole status, and what a script would have to work out.
pub(in crate::web) fn event(status: &Status) -> Value {
    let on_air = status.desk.on_air.as_ref().map(|item| {
        json!({
            "started_ms": item.started_at.timestamp_millis(),
            "kind": {"vi": Language::Vi.kind(item.kind), "en": Language::En.kind(item.kind)},
        })
    });
    json!({
        "status": status,
        "at_ms": status.desk.at.timestamp_millis(),
        "on_air": on_air,
        "next_ms": status.desk.next.first().map(|next| next.scheduled_at.timestamp_millis()),
        "alarms": alarms(status),
        "plan": plan(status),
    })
}

/// Changes when the day's timeline must be looked at anew.
pub(in crate::web) fn plan(status: &Status) -> String {
    use std::hash::{Hash as _, Hasher as _};
    let mut hasher = std::hash::DefaultHasher::new();
    serde_json::to_string(&(&status.today, &status.next_programme)).unwrap_or_default().hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// One alarm in words: what, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::web) struct AlarmWords {
    vi: (String, String),
    en: (String, String),
}

impl AlarmWords {
    /// What is wrong, and what to do.
    pub(in crate::web) fn say(&self, language: Language) -> &(String, String) {
        if language == Language::Vi { &self.vi } else { &self.en }
    }
}

/// Everything that a person should see to.
pub(super) fn alarms(status: &Status) -> Vec<AlarmWords> {
    let words = |alarm| {
        let [vi, en] = [Language::Vi, Language::En].map(|language| alarm_words::say(alarm, language));
        AlarmWords { vi, en }
    };
    let mut all: Vec<_> = status.alarms.iter().map(words).collect();
    if status.log_lost > 0 {
        let [vi, en] =
            [Language::Vi, Language::En].map(|language| alarm_words::records_lost(status.log_lost, language));
        all.push(AlarmWords { vi, en });
    }
    all
}

/// The event `row`.
pub(in crate::web) fn row(row: &Airing) -> Value {
    let word = |language: Language| {
        row.outcome.map(|outcome| match row.reason {
            Some(reason) => format!("{}: {}", language.outcome(outcome), language.reason(reason)),
            None => language.outcome(outcome).to_owned(),
        })
    };
    json!({
        "airing": row.airing, "attempt": row.attempt, "programme": row.programme, "title": row.title, "kind": row.kind,
        "outcome": row.outcome, "reason": row.reason, "aired_ms": row.aired_ms,
        "words": {"vi": word(Language::Vi), "en": word(Language::En)},
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn green_means_measured_in_the_last_seconds() {
        let levels =
            |rms| Levels { rms_dbfs: rms, peak_dbfs: rms, now_rms_dbfs: rms, now_peak_dbfs: rms, at: Mono(1_000_000) };
        assert_eq!(needle(Some(levels(-20)), Mono(2_000_000)).state, "sound");
        assert_eq!(needle(Some(levels(-61)), Mono(2_000_000)).state, "quiet");
        assert_eq!(
            needle(Some(levels(-20)), Mono(3_100_000)).state,
            "none",
            "a device that has stopped to ask for frames"
        );
        assert_eq!(needle(None, Mono(0)).state, "none");
    }
}
