//! What `loa check` says of today and tomorrow: what would not air, as the station's database knows it now.
//!
//! In: settings, the reading of the schedules, the content behind their files. Out: problems, sorted by nobody yet. Without a
//! database one warning takes the place of all that cannot be known. Reads only. Next: `rundown::doubts`.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::foreseen::{named, read, week_by_week};
use super::stored;
use crate::calendar::{local_date, start_of_day};
use crate::config::Config;
use crate::problem::what::ComingFault;
use crate::problem::{Problem, Severity};
use crate::rundown::doubts::{Evening, doubts};
use crate::rundown::foresee::{Foresight, names_bulletins};
use crate::rundown::{Library, Rundown};
use crate::schedule::read::Reading;
use crate::store::ReadError;

/// Problems of what airs until the end of tomorrow.
pub(crate) fn problems(config: &Config, reading: &Reading, library: Library, now: DateTime<Utc>) -> Vec<Problem> {
    let unknown = |fault: ComingFault| {
        let asks = config.approval.required || reading.schedule.programmes.iter().any(|each| names_bulletins(each));
        let problem = if matches!(fault, ComingFault::Damaged(_)) { Problem::error } else { Problem::warning };
        Vec::from_iter(asks.then(|| problem(config.data_dir_place.clone(), fault)))
    };
    let zone = config.station.timezone;
    // Windows that opened yesterday may still be open.
    let since = now - TimeDelta::hours(24);
    let mut known = match read(config, &named(&reading.schedule), since) {
        Ok(Ok(known)) => known,
        Ok(Err(ReadError::Missing(_))) => return unknown(ComingFault::NoDatabase),
        Ok(Err(error @ ReadError::Unreadable { is_damaged: true, .. })) => {
            return unknown(ComingFault::Damaged(error.to_string()));
        }
        Ok(Err(error)) => return unknown(ComingFault::Unreadable(error.to_string())),
        Err(error) => return unknown(ComingFault::Unreadable(error.to_string())),
    };
    // The files as they are now, not as the station last saw them.
    known.library = library;
    let mut foresight = Foresight::new(known, now, zone, config.zone_names(), config.approval.required);
    let today = local_date(zone, now);
    let end = start_of_day(zone, today + TimeDelta::days(2));
    let open = week_by_week(&reading.schedule, zone, since..end).filter(|each| each.window_ends_at > now);
    let coming: Vec<Rundown> = open.map(|occurrence| foresight.rundown(&occurrence)).collect();
    let evening =
        Evening { reading, foresight: &foresight, coming: &coming, timezone: zone, today, rules: &config.session };
    let mut problems = doubts(evening);
    problems.extend(lost_sounds(config, &foresight, &coming));
    problems
}

/// Bulletins that are to air and whose stored sound is not what was recorded.
fn lost_sounds(config: &Config, foresight: &Foresight, coming: &[Rundown]) -> Vec<Problem> {
    let items = coming.iter().flat_map(|rundown| &rundown.items).filter(|item| item.taken_out.is_none());
    let numbers: BTreeSet<i64> = items.filter_map(|item| Some(item.bulletin.as_ref()?.number)).collect();
    let faults =
        numbers.into_iter().filter_map(|number| stored::fault(config, foresight.bulletin(number)?, stored::examine));
    faults.map(|fault| Problem::typed(Severity::Error, fault)).collect()
}
