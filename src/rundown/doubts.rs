//! What of the coming programmes would not air, or should be looked at before: the evening's check.
//!
//! In: the schedule with its places, and the rundowns that are foreseen until the end of tomorrow. Out: problems at the items
//! they are about. Pure. An item that would not air is an error for the person who checks, never for the station, which
//! takes the schedule over and airs the rest. Next: `desk`.

use std::collections::HashSet;

use chrono::{DateTime, FixedOffset, NaiveDate};
use chrono_tz::Tz;

use super::foresee::{Foresight, length_ms};
use super::{Rundown, RundownItem};
use crate::airing::{Approval, Reason};
use crate::bulletin::{Bulletin, Standing};
use crate::calendar::{local_date, with_offset};
use crate::problem::what::{ComingFault, SessionFault};
use crate::problem::{Place, Problem, Severity};
use crate::schedule::ItemContent;
use crate::schedule::read::Reading;
use crate::schedule::session::Rules;

/// What is judged.
#[derive(Debug, Clone, Copy)]
pub struct Evening<'a> {
    /// Programmes and their places.
    pub reading: &'a Reading,
    /// What is known of bulletins and approvals.
    pub foresight: &'a Foresight,
    /// Coming rundowns in the order of time.
    pub coming: &'a [Rundown],
    /// Local days are those of this zone.
    pub timezone: Tz,
    /// The day on which the check is made.
    pub today: NaiveDate,
    /// The rules of a session.
    pub rules: &'a Rules,
}

/// Everything that is wrong with what is to come, each thing once. Empty where no database tells of bulletins.
#[must_use]
pub fn doubts(evening: Evening<'_>) -> Vec<Problem> {
    if !evening.foresight.knows_bulletins() {
        return Vec::new();
    }
    let mut problems = evening.named();
    problems.extend(evening.unapproved());
    problems.extend(evening.windows());
    problems.extend(evening.by_phone());
    problems
}

impl Evening<'_> {
    /// Bulletins that programmes name, whenever they air.
    fn named(self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (programme, places) in self.reading.schedule.programmes.iter().zip(&self.reading.places) {
            let next = self.coming.iter().find(|rundown| rundown.programme == programme.id);
            let day = next.map_or(self.today, |rundown| local_date(self.timezone, rundown.scheduled_at));
            for (item, place) in programme.items.iter().zip(&places.items) {
                let ItemContent::Bulletin(number) = item.content else { continue };
                let bulletin = self.foresight.bulletin(number);
                problems.extend(fault_of(number, bulletin, day).map(|(severity, fault)| Problem {
                    place: Some(place.clone()),
                    severity,
                    what: fault.into(),
                }));
            }
        }
        problems
    }

    /// Items that nobody has approved, and queue items for which there is nothing.
    fn unapproved(self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut seen = HashSet::new();
        for (rundown, item, place) in self.items() {
            let at = self.at(rundown);
            let fault = match item.taken_out.as_ref().map(|out| out.reason) {
                Some(Reason::QueueEmpty) => ComingFault::QueueEmpty(rundown.programme.clone(), at),
                Some(_) => continue,
                None if !self.foresight.approval_required() || self.foresight.approved(item) != Some(false) => continue,
                None => match &item.bulletin {
                    // Those that are not there, refused or without a sound are named already.
                    Some(facts) => match self.foresight.bulletin(facts.number) {
                        Some(known) if known.standing == Standing::Waiting && known.content.is_some() => {
                            ComingFault::BulletinNotApproved(facts.number, item.title.clone(), at)
                        }
                        _ => continue,
                    },
                    None => ComingFault::FileNotApproved(item.audio.file.clone().unwrap_or_default(), at),
                },
            };
            // The first time says it all.
            if !seen.insert((rundown.programme.as_str(), item.item.as_str())) {
                continue;
            }
            let problem = if item.taken_out.is_some() { Problem::warning } else { Problem::error };
            problems.push(problem(place.clone(), fault));
        }
        problems
    }

    /// Programmes that are longer than their window, or than a session may be, with what is drawn and named.
    fn windows(self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (programme, places) in self.reading.schedule.programmes.iter().zip(&self.reading.places) {
            let window_ms = programme.window.num_milliseconds();
            let of_file = |item: &RundownItem| item.bulletin.is_none();
            let airs = |item: &RundownItem| {
                let known = item.bulletin.as_ref().and_then(|facts| self.foresight.bulletin(facts.number));
                known.is_none_or(|bulletin| !matches!(bulletin.standing, Standing::Refused(_)))
            };
            let sum = |rundown: &Rundown, wanted: &dyn Fn(&RundownItem) -> bool| -> i64 {
                rundown.items.iter().filter(|item| wanted(item)).filter_map(length_ms).sum()
            };
            let ceiling_ms = self.rules.ceiling.map(|ceiling| ceiling.num_milliseconds());
            // Files that are too long by themselves are reported wherever there is no database, too.
            let over = |most_ms: i64| {
                let mut own = self.coming.iter().filter(|rundown| rundown.programme == programme.id);
                own.find(|rundown| sum(rundown, &airs) > most_ms && sum(rundown, &of_file) <= most_ms)
            };
            problems.extend(over(window_ms).map(|rundown| {
                let fault = ComingFault::TooLong(sum(rundown, &airs), window_ms, self.at(rundown));
                Problem::warning(places.window.clone(), fault)
            }));
            problems.extend(ceiling_ms.and_then(|most_ms| {
                let fault = SessionFault::OverCeiling(sum(over(most_ms)?, &airs), most_ms);
                Some(Problem::error(places.id.clone(), fault))
            }));
        }
        problems
    }

    /// Approvals that still need a signature.
    fn by_phone(self) -> Vec<Problem> {
        let problem = |(number, approval): (Option<i64>, &Approval)| Problem {
            place: None,
            severity: Severity::Warning,
            what: ComingFault::ByPhone(number, approval.by.to_string(), approval.at).into(),
        };
        self.foresight.by_phone().into_iter().map(problem).collect()
    }

    /// Every coming item with its place in the schedule.
    fn items(&self) -> impl Iterator<Item = (&Rundown, &RundownItem, &Place)> {
        let programmes = || self.reading.schedule.programmes.iter().zip(&self.reading.places);
        self.coming.iter().flat_map(move |rundown| {
            let found = programmes().find(|(programme, _)| programme.id == rundown.programme);
            rundown.items.iter().filter_map(move |item| {
                let (programme, places) = found?;
                let of_schedule = item.item.split('.').next().unwrap_or_default();
                let index = programme.items.iter().position(|each| each.id == of_schedule)?;
                Some((rundown, item, places.items.get(index)?))
            })
        })
    }

    fn at(&self, rundown: &Rundown) -> DateTime<FixedOffset> {
        with_offset(self.timezone, rundown.scheduled_at)
    }
}

/// What keeps a bulletin that a programme names from the air, or makes its airing on that day doubtful.
fn fault_of(number: i64, bulletin: Option<&Bulletin>, day: NaiveDate) -> Option<(Severity, ComingFault)> {
    let Some(bulletin) = bulletin else { return Some((Severity::Error, ComingFault::NoBulletin(number))) };
    let title = bulletin.title.clone();
    if matches!(bulletin.standing, Standing::Refused(_)) {
        return Some((Severity::Error, ComingFault::Refused(number, title)));
    }
    if bulletin.content.is_none() {
        return Some((Severity::Error, ComingFault::NoSound(number, title)));
    }
    // It airs all the same: the schedule says so.
    let out = ComingFault::OutOfDate(number, title, bulletin.valid_from, bulletin.valid_until, day);
    (!bulletin.is_valid_on(day)).then_some((Severity::Warning, out))
}
