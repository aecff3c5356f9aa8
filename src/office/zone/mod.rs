//! Whether the loudspeakers of each zone work, as people say: recorded, undone, and looked at.
//!
//! In: a zone, since when, why, who says so. Out: the act that was recorded, or why none was. A day is taken to be broken as a
//! whole: broken from its beginning, repaired from its end, so that no airing of that day counts on somebody's guess of the hour.
//! Nothing is ever changed or removed. Blocks the thread that calls. Next: `told`, then `crate::zones::judge`, the rule.

pub mod told; // what people and programs read of zones and acts

use chrono::{DateTime, Days, FixedOffset, NaiveDate, Utc};

use crate::backup::block_on;
use crate::calendar::{start_of_day, with_offset};
use crate::config::Config;
use crate::problem::what::{ProgrammeFault, ZoneFault};
use crate::problem::{Problem, Severity, any_error, nearest};
use crate::store::{Register, RegisterError, Signature};
use crate::zones::{Act, State, States, Wish};

/// Since when something holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Since {
    /// Now.
    Now,
    /// A day of the station: its beginning where something breaks, its end where it is repaired.
    Day(NaiveDate),
    /// That instant.
    Instant(DateTime<Utc>),
}

/// What a person says of a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    /// Its loudspeakers are silent, since then.
    Broken(String, Since),
    /// They sound again, since then.
    Repaired(String, Since),
    /// The act of this number was a mistake.
    Undo(i64),
}

/// What was recorded, and what follows.
#[derive(Debug)]
pub(crate) struct Recorded {
    /// The act.
    pub(crate) act: Act,
    /// How all zones are now.
    pub(crate) states: States,
    /// What a person should look at.
    pub(crate) remarks: Vec<Problem>,
}

/// Why nothing was recorded.
#[derive(Debug)]
pub(crate) enum Refused {
    /// What was said.
    Problems(Vec<Problem>),
    /// What stands in the register speaks against it.
    Fault(ZoneFault),
    /// The database did not take it.
    Register(RegisterError),
}

/// Records what is said, for a reason that was cleaned; `problems` of the reason and the name are told with those of the zone.
pub(crate) fn record(
    config: &Config,
    said: Said,
    why: Option<&str>,
    signed: &Signature,
    mut problems: Vec<Problem>,
) -> Result<Recorded, Refused> {
    let stranger = match &said {
        Said::Broken(zone, _) => stranger(config, zone, false),
        Said::Repaired(zone, _) => stranger(config, zone, true),
        Said::Undo(_) => None,
    };
    problems.splice(0..0, stranger);
    if any_error(&problems) {
        return Err(Refused::Problems(problems));
    }
    let recorded = block_on(async {
        let mut register = Register::open(&config.data_dir).await?;
        let wish = wish(config, said, signed.at, register.is_behind(signed).await?);
        let recorded = register.record_zone(wish, why, signed).await?;
        let acts = register.zone_acts().await?;
        register.close().await;
        let of = |act| Recorded { act, states: States::new(&acts), remarks: problems };
        Ok::<_, RegisterError>(recorded.map(of))
    });
    recorded.map_err(Refused::Register)?.map_err(Refused::Fault)
}

/// What is said as a wish of an instant; a clock that is behind the log is not believed.
fn wish(config: &Config, said: Said, now: DateTime<FixedOffset>, is_behind: bool) -> Wish {
    let tz = config.station.timezone;
    let begin = |day| start_of_day(tz, day);
    let end = |day: NaiveDate| start_of_day(tz, day.checked_add_days(Days::new(1)).unwrap_or(day));
    let repaired = |from| match from {
        Since::Now => now,
        // The end of today has not come: what was repaired today works from now on.
        Since::Day(day) if begin(day) <= now => with_offset(tz, end(day).min(now.to_utc())),
        // Of a clock that is not believed nobody knows what has come.
        Since::Day(day) if is_behind => with_offset(tz, end(day)),
        Since::Day(day) => with_offset(tz, begin(day)),
        Since::Instant(at) => with_offset(tz, at),
    };
    match said {
        Said::Broken(zone, Since::Now) => Wish::Broken(zone, now),
        Said::Broken(zone, Since::Day(day)) => Wish::Broken(zone, with_offset(tz, begin(day))),
        Said::Broken(zone, Since::Instant(at)) => Wish::Broken(zone, with_offset(tz, at)),
        Said::Repaired(zone, from) => Wish::Repaired(zone, repaired(from)),
        Said::Undo(seq) => Wish::Undo(seq),
    }
}

/// Whether a zone is none of the station's. One that left loa.toml while it was broken can still be repaired.
fn stranger(config: &Config, zone: &str, or_broken: bool) -> Option<Problem> {
    let is_broken = || States::new(&acts(config).unwrap_or_default()).newest(zone) != State::Working;
    let is_known = config.zones.iter().any(|each| each.id == zone) || (or_broken && is_broken());
    (!is_known).then(|| Problem::typed(Severity::Error, unknown(config, zone)))
}

/// All acts, oldest first; none where nothing was ever recorded.
pub(crate) fn acts(config: &Config) -> Result<Vec<Act>, RegisterError> {
    block_on(async {
        match Register::look(&config.data_dir).await? {
            Some(mut register) => register.zone_acts().await,
            None => Ok(Vec::new()),
        }
    })
}

/// Zones that are broken now, as far as that can be read.
pub(crate) fn broken_now(config: &Config, now: DateTime<Utc>) -> Vec<ZoneFault> {
    let states = States::new(&acts(config).unwrap_or_default());
    let broken = config.zones.iter().filter_map(|zone| match states.state_at(&zone.id, now) {
        State::Broken { since } => {
            let since = since.with_timezone(&config.station.timezone).fixed_offset();
            Some(ZoneFault::BrokenNow(zone.id.clone(), zone.name.clone(), since))
        }
        State::Working => None,
    });
    broken.collect()
}

/// There is no such zone.
pub(crate) fn unknown(config: &Config, zone: &str) -> ProgrammeFault {
    let known = config.zone_ids();
    let near = nearest(zone, known.iter().map(String::as_str));
    ProgrammeFault::UnknownZone(zone.to_owned(), known, near)
}
