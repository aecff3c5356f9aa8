//! Schedules as the station takes them: the files of the folder, read, checked, and the text that the log keeps of them.
//!
//! In: the configuration. Out: a schedule if every problem allows it, and all problems. Next: `schedule`.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use crate::config::Config;
use crate::folder;
use crate::language::Language;
use crate::problem::{Problem, any_error};
use crate::schedule::checks::{self, AudioFacts, Subject};
use crate::schedule::{Schedule, read};

/// What the folder holds.
pub(super) struct Offer {
    /// The schedule, unless a problem refuses it.
    pub(super) schedule: Option<Arc<Schedule>>,
    /// All files as one text.
    pub(super) text: String,
    /// Everything found, sorted by place.
    pub(super) problems: Vec<Problem>,
}

/// Reads the folder. The form of the files alone decides: what depends on the date or on other files is checked too
/// with `now`, but a station that must start does not wait for that.
pub(super) fn look(config: &Config, now: Option<DateTime<Utc>>) -> Offer {
    let (files, mut problems) = folder::load(&config.schedules_dir());
    let mut reading = read::read(&files, Some(&config.zone_ids()));
    problems.append(&mut reading.problems);
    if let Some(now) = now {
        let audio = &AudioFacts::default();
        problems.extend(checks::run(&Subject { reading: &reading, zone: Some(config.station.timezone), now, audio }));
    }
    problems.sort();
    let schedule = (!any_error(&problems)).then(|| Arc::new(reading.schedule));
    Offer { schedule, text: read::to_stored(&files), problems }
}

/// A schedule as the store remembers it. It was good when it was taken over; what this version finds wrong is left out.
pub(super) fn stored(text: &str) -> Arc<Schedule> {
    let files = read::from_stored(text).unwrap_or_default();
    Arc::new(read::read(&files, None).schedule)
}

/// The hash under which a stored schedule is known.
pub(super) fn sha256(text: &str) -> String {
    crate::library::hex(&Sha256::digest(text))
}

/// Problems as `status` tells them, and what follows from them.
pub(super) fn told(problems: &[Problem], language: Language) -> Vec<String> {
    let each = problems.iter().map(|problem| problem.render(language).trim_end().to_owned());
    each.chain(any_error(problems).then(|| language.last_good_stays().to_owned())).collect()
}
