//! Activities recorded, changed, withdrawn and looked at: what was done besides the air, and what proves it.
//!
//! In: what is said of an activity, files that prove it, who says it. Out: the revision that was recorded, or every problem at
//! once, and then nothing is recorded and no file is kept. One that was withdrawn stays so: what counts after all is recorded as
//! a new one. What blocks (files, the database) blocks the thread that calls. Next: `fields`.

pub mod fields; // what is said of an activity, read and checked
pub mod proofs; // files taken in
pub mod words; // what people and programs read of one

use crate::activity::Activity;
use crate::backup::block_on;
use crate::calendar::local_date;
use crate::config::Config;
use crate::library::proof::Kept;
use crate::problem::what::ActivityFault;
use crate::problem::{Problem, Severity, any_error};
use crate::store::{Register, RegisterError, Signature};
use fields::{Labels, Said};

use super::fields::Typed;

/// What is asked for.
pub(crate) struct Asked<'a> {
    /// Of the activity.
    pub(crate) said: &'a Said,
    /// How messages call the fields.
    pub(crate) labels: Labels,
    /// Who says so.
    pub(crate) signed: Signature,
    /// What is wrong besides, to be told with the rest.
    pub(crate) problems: Vec<Problem>,
}

/// A revision that stands.
#[derive(Debug)]
pub(crate) struct Recorded {
    /// As it was recorded; as it was if nothing differs.
    pub(crate) activity: Activity,
    /// Whether nothing differs from what was there: then nothing was recorded.
    pub(crate) is_unchanged: bool,
    /// What a person should look at.
    pub(crate) remarks: Vec<Problem>,
}

/// Why nothing was recorded.
#[derive(Debug)]
pub(crate) enum Refused {
    /// What was said, with remarks on it.
    Problems(Vec<Problem>),
    /// The disk did not take a file; with remarks on what was said.
    Disk(Vec<Problem>),
    /// There is no activity of that number.
    Unknown(i64),
    /// It was withdrawn, for this reason.
    Withdrawn(i64, String),
    /// The database did not take it.
    Register(RegisterError),
}

impl From<RegisterError> for Refused {
    fn from(error: RegisterError) -> Self {
        Self::Register(error)
    }
}

/// Records a new activity; the day, the code and the title must be said.
pub(crate) fn add(config: &Config, asked: Asked<'_>) -> Result<Recorded, Refused> {
    let at = asked.signed.at;
    let date = asked.said.date.unwrap_or_else(|| local_date(config.station.timezone, at.to_utc()));
    let signed = asked.signed.clone();
    let (mut activity, mut remarks, held) = filled(config, fields::blank(date, at), asked)?;
    let recorded = block_on(async {
        let mut register = Register::open(&config.data_dir).await?;
        let others = register.activities().await?;
        let numbers = register.add_activities(std::slice::from_ref(&activity), &signed).await?;
        register.close().await;
        Ok::<_, RegisterError>((numbers[0], others))
    });
    drop(held);
    let (number, others) = recorded?;
    (activity.number, activity.revision) = (number, 1);
    remarks.extend(same(&activity, &others).map(|fault| Problem::typed(Severity::Warning, fault)));
    Ok(Recorded { activity, is_unchanged: false, remarks })
}

/// Records a new revision of what stands.
pub(crate) fn change(config: &Config, before: &Activity, asked: Asked<'_>) -> Result<Recorded, Refused> {
    let mut activity = before.clone();
    asked.said.clear.iter().for_each(|field| fields::clear(&mut activity, *field));
    let (removed, faults): (Vec<_>, Vec<_>) =
        asked.said.remove_files.iter().map(|typed| proofs::named(&before.files, typed)).partition(Result::is_ok);
    let faults = faults.into_iter().filter_map(Result::err).map(|fault| Problem::typed(Severity::Error, fault));
    let faults: Vec<Problem> = faults.collect();
    if !faults.is_empty() {
        return Err(Refused::Problems(faults));
    }
    activity.files.retain(|file| !removed.contains(&Ok(file)));
    let signed = asked.signed.clone();
    let (activity, remarks, held) = filled(config, activity, asked)?;
    if activity.says_the_same(before) {
        return Ok(Recorded { activity: before.clone(), is_unchanged: true, remarks });
    }
    let activity = revised(config, activity, &signed, held)?;
    Ok(Recorded { activity, is_unchanged: false, remarks })
}

/// Records that one counts no more.
pub(crate) fn withdraw(
    config: &Config,
    before: Activity,
    why: String,
    signed: &Signature,
) -> Result<Activity, Refused> {
    revised(config, Activity { withdrawn: Some(why), ..before }, signed, None)
}

/// Every revision of one, oldest first; none if there is no such activity.
pub(crate) fn revisions(config: &Config, number: i64) -> Result<Vec<Activity>, RegisterError> {
    block_on(async {
        match Register::look(&config.data_dir).await? {
            Some(mut register) => register.activity_revisions(number).await,
            None => Ok(Vec::new()),
        }
    })
}

/// The newest revisions of all, withdrawn ones too, lowest number first.
pub(crate) fn all(config: &Config) -> Result<Vec<Activity>, RegisterError> {
    block_on(async {
        match Register::look(&config.data_dir).await? {
            Some(mut register) => register.activities().await,
            None => Ok(Vec::new()),
        }
    })
}

/// One that is there and was not withdrawn.
pub(crate) fn standing(config: &Config, number: i64) -> Result<Activity, Refused> {
    let newest = revisions(config, number)?.pop().ok_or(Refused::Unknown(number))?;
    match &newest.withdrawn {
        Some(why) => Err(Refused::Withdrawn(number, why.clone())),
        None => Ok(newest),
    }
}

/// Which of these bulletins there are not.
pub(crate) fn missing_bulletins(config: &Config, numbers: &[i64]) -> Result<Vec<i64>, RegisterError> {
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    block_on(async {
        match Register::look(&config.data_dir).await? {
            Some(mut register) => register.missing_bulletins(numbers).await,
            None => Ok(numbers.to_vec()),
        }
    })
}

/// Others of the same day, code, channel and title.
pub(crate) fn same(activity: &Activity, others: &[Activity]) -> Option<ActivityFault> {
    let like = others.iter().filter(|other| other.number != activity.number && !other.is_withdrawn());
    let like: Vec<i64> = like.filter(|other| activity.is_like(other)).map(|other| other.number).collect();
    (!like.is_empty()).then_some(ActivityFault::Same(like))
}

/// An activity with what was said of it, its files kept; with remarks, and what keeps the files from being swept.
fn filled(
    config: &Config,
    mut activity: Activity,
    asked: Asked<'_>,
) -> Result<(Activity, Vec<Problem>, Option<Kept>), Refused> {
    let Asked { said, labels, signed, problems } = asked;
    let codes = fields::codes(config).map_err(Refused::Problems)?;
    let mut typed = Typed::new(config);
    typed.problems = problems;
    let today = local_date(config.station.timezone, signed.at.to_utc());
    fields::fill(&mut typed, &codes, &mut activity, said, labels, today);
    let mut faults: Vec<ActivityFault> = said.files.iter().filter_map(proofs::fault).collect();
    faults.extend(proofs::too_many(activity.files.len() + said.files.len()));
    let missing = missing_bulletins(config, said.bulletin.as_slice())?;
    faults.extend(missing.into_iter().map(ActivityFault::NoBulletin));
    let mut problems = typed.problems;
    problems.extend(faults.into_iter().map(|fault| Problem::typed(Severity::Error, fault)));
    if any_error(&problems) {
        return Err(Refused::Problems(problems));
    }
    let (proofs, held) = match proofs::take_all(config, &said.files) {
        Ok(taken) => taken,
        Err(fault) => {
            let is_disk = matches!(&fault, ActivityFault::File(_, why) if !why.is_input());
            problems.push(Problem::typed(Severity::Error, fault));
            return Err(if is_disk { Refused::Disk(problems) } else { Refused::Problems(problems) });
        }
    };
    let known = activity.files.clone();
    activity.files.extend(proofs.into_iter().filter(|proof| !known.contains(proof)));
    Ok((activity, problems, held))
}

fn revised(
    config: &Config,
    mut activity: Activity,
    signed: &Signature,
    held: Option<Kept>,
) -> Result<Activity, Refused> {
    let recorded = block_on(async {
        let mut register = Register::open(&config.data_dir).await?;
        let revision = register.revise_activity(&activity, signed).await?;
        register.close().await;
        Ok::<_, RegisterError>(revision)
    });
    drop(held);
    activity.revision = recorded?;
    Ok(activity)
}
