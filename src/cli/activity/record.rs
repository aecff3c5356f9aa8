//! `loa activity add`, `change` and `withdraw`: a revision recorded.
//!
//! In: what is said of an activity, files that prove it. Out: its number. All problems come out at once, and then nothing is
//! recorded and no file is kept. One that was withdrawn stays so: what counts after all is recorded as a new one. Next: `list`.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use chrono::NaiveDate;

use super::fields::{Clear, Fields, Heading, blank, clear, codes, day, fill};
use super::{proofs, unknown, words};
use crate::activity::Activity;
use crate::backup::block_on;
use crate::calendar::local_date;
use crate::cli::bulletin::{Told, Typed, failed, refused, signature, tell};
use crate::cli::{DONE, FAILED, WRONG_INPUT};
use crate::config::Config;
use crate::library::proof::Kept;
use crate::problem::what::ActivityFault;
use crate::problem::{Problem, Severity};
use crate::store::{Register, RegisterError, Signature};

/// Arguments of `loa activity add`.
#[derive(Debug, clap::Args)]
pub(super) struct AddArgs {
    /// Its day, or the first one: YYYY-MM-DD
    #[arg(long, value_name = "D", value_parser = day)]
    date: NaiveDate,
    /// The form or task of the plan that it carries out: HT2, TN1.1
    #[arg(long, value_name = "CODE")]
    code: String,
    /// What was done
    #[arg(long, value_name = "T")]
    title: String,
    #[command(flatten)]
    fields: Fields,
    #[command(flatten)]
    by: By,
}

/// Arguments of `loa activity change`.
#[derive(Debug, clap::Args)]
pub(super) struct ChangeArgs {
    /// The activity's number
    #[arg(value_name = "N")]
    number: i64,
    /// Its day, or the first one: YYYY-MM-DD
    #[arg(long, value_name = "D", value_parser = day)]
    date: Option<NaiveDate>,
    /// The form or task of the plan that it carries out
    #[arg(long, value_name = "CODE")]
    code: Option<String>,
    /// What was done
    #[arg(long, value_name = "T")]
    title: Option<String>,
    #[command(flatten)]
    fields: Fields,
    /// A field that it shall no longer have
    #[arg(long, value_enum, value_name = "FIELD")]
    clear: Vec<Clear>,
    /// A file that shall no longer prove it, by its name or the first 8 or more digits of its SHA-256; older revisions keep it
    #[arg(long, value_name = "NAME")]
    remove_file: Vec<String>,
    #[command(flatten)]
    by: By,
}

/// Arguments of `loa activity withdraw`.
#[derive(Debug, clap::Args)]
pub(super) struct WithdrawArgs {
    /// The activity's number
    #[arg(value_name = "N")]
    number: i64,
    /// The reason
    #[arg(long, value_name = "W")]
    why: String,
    #[command(flatten)]
    by: By,
}

/// Who acts, and how it is told.
#[derive(Debug, clap::Args)]
struct By {
    /// The name of the person who acts; the operating system's user is kept beside it
    #[arg(long, value_name = "NAME")]
    by: String,
    /// How to tell the activity's number
    #[arg(long, value_enum, default_value_t)]
    format: Told,
}

/// Records a new activity.
pub(super) fn add(config: &Config, args: &AddArgs) -> anyhow::Result<ExitCode> {
    let now = signature(config, None).at;
    let heading = Heading { date: Some(args.date), code: Some(&args.code), title: Some(&args.title) };
    let (mut activity, signed, held) = match filled(config, blank(args.date, now), &heading, &args.fields, &args.by) {
        Ok(filled) => filled,
        Err(code) => return Ok(code),
    };
    let recorded = block_on(async {
        let mut register = Register::open(&config.data_dir).await?;
        let others = register.activities().await?;
        let numbers = register.add_activities(std::slice::from_ref(&activity), &signed).await?;
        register.close().await;
        Ok::<_, RegisterError>((numbers[0], others))
    });
    drop(held);
    let (number, others) = match recorded {
        Ok(recorded) => recorded,
        Err(error) => return Ok(failed(config, &error)),
    };
    (activity.number, activity.revision) = (number, 1);
    tell(
        config,
        &same(&activity, &others).map(|fault| Problem::typed(Severity::Warning, fault)).into_iter().collect::<Vec<_>>(),
    );
    told(config, args.by.format, &activity)
}

/// Records a new revision.
pub(super) fn change(config: &Config, args: &ChangeArgs) -> anyhow::Result<ExitCode> {
    let before = match standing(config, args.number) {
        Ok(before) => before,
        Err(code) => return Ok(code),
    };
    let mut activity = before.clone();
    args.clear.iter().for_each(|field| clear(&mut activity, *field));
    let (removed, faults): (Vec<_>, Vec<_>) =
        args.remove_file.iter().map(|typed| proofs::named(&before.files, typed)).partition(Result::is_ok);
    let faults = faults.into_iter().filter_map(Result::err).map(|fault| Problem::typed(Severity::Error, fault));
    if tell(config, &faults.collect::<Vec<_>>()) {
        return Ok(ExitCode::from(WRONG_INPUT));
    }
    activity.files.retain(|file| !removed.contains(&Ok(file)));
    let heading = Heading { date: args.date, code: args.code.as_deref(), title: args.title.as_deref() };
    let (activity, signed, held) = match filled(config, activity, &heading, &args.fields, &args.by) {
        Ok(filled) => filled,
        Err(code) => return Ok(code),
    };
    if activity.says_the_same(&before) {
        writeln!(io::stderr(), "{}", words::unchanged(config.language, &before))?;
        return match args.by.format {
            Told::Text => Ok(ExitCode::from(DONE)),
            Told::Json => told(config, args.by.format, &before),
        };
    }
    revised(config, activity, &signed, held, args.by.format)
}

/// Records that an activity counts no more.
pub(super) fn withdraw(config: &Config, args: &WithdrawArgs) -> anyhow::Result<ExitCode> {
    let mut typed = Typed::new(config);
    let (why, by) = (typed.line("--why", &args.why), typed.line("--by", &args.by.by));
    if tell(config, &typed.problems) {
        return Ok(ExitCode::from(WRONG_INPUT));
    }
    let mut activity = match standing(config, args.number) {
        Ok(standing) => standing,
        Err(code) => return Ok(code),
    };
    activity.withdrawn = why;
    revised(config, activity, &signature(config, by.as_deref()), None, args.by.format)
}

/// An activity that is there and was not withdrawn.
fn standing(config: &Config, number: i64) -> Result<Activity, ExitCode> {
    let revisions = block_on(async {
        match Register::look(&config.data_dir).await? {
            Some(mut register) => register.activity_revisions(number).await,
            None => Ok(Vec::new()),
        }
    });
    let newest = revisions.map_err(|error| failed(config, &error))?.pop().ok_or_else(|| unknown(config, number))?;
    if let Some(why) = &newest.withdrawn {
        let vi =
            format!("hoạt động số {number} đã được rút lại ({why}); nếu vẫn tính thì ghi mới bằng `loa activity add`");
        let en = format!(
            "activity {number} was withdrawn ({why}); if it counts after all, record it anew with `loa activity add`"
        );
        return Err(refused(config, FAILED, (&vi, &en)));
    }
    Ok(newest)
}

/// An activity with what was typed of it, its files kept; says what is wrong.
fn filled(
    config: &Config,
    mut activity: Activity,
    heading: &Heading<'_>,
    fields: &Fields,
    by: &By,
) -> Result<(Activity, Signature, Option<Kept>), ExitCode> {
    let codes = codes(config).map_err(|problems| {
        tell(config, &problems);
        ExitCode::from(WRONG_INPUT)
    })?;
    let mut typed = Typed::new(config);
    let name = typed.line("--by", &by.by);
    let signed = signature(config, name.as_deref());
    let today = local_date(config.station.timezone, signed.at.to_utc());
    fill(&mut typed, &codes, &mut activity, heading, fields, today);
    let mut faults: Vec<ActivityFault> = fields.files.iter().filter_map(|path| proofs::fault(path)).collect();
    faults.extend(proofs::too_many(activity.files.len() + fields.files.len()));
    let missing = missing_bulletins(config, fields.bulletin.as_slice()).map_err(|error| failed(config, &error))?;
    faults.extend(missing.into_iter().map(ActivityFault::NoBulletin));
    let mut problems = typed.problems;
    problems.extend(faults.into_iter().map(|fault| Problem::typed(Severity::Error, fault)));
    if tell(config, &problems) {
        return Err(ExitCode::from(WRONG_INPUT));
    }
    let (proofs, held) = keep(config, &fields.files)?;
    let known = activity.files.clone();
    activity.files.extend(proofs.into_iter().filter(|proof| !known.contains(proof)));
    Ok((activity, signed, held))
}

/// Keeps files; says which one could not be kept.
fn keep(config: &Config, files: &[PathBuf]) -> Result<(Vec<crate::activity::Proof>, Option<Kept>), ExitCode> {
    proofs::take_all(config, files).map_err(|fault| {
        let is_disk = matches!(&fault, ActivityFault::File(_, why) if !why.is_input());
        tell(config, &[Problem::typed(Severity::Error, fault)]);
        ExitCode::from(if is_disk { FAILED } else { WRONG_INPUT })
    })
}

/// Which of these bulletins there are not.
pub(super) fn missing_bulletins(config: &Config, numbers: &[i64]) -> Result<Vec<i64>, RegisterError> {
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
pub(super) fn same(activity: &Activity, others: &[Activity]) -> Option<ActivityFault> {
    let like = others.iter().filter(|other| other.number != activity.number && !other.is_withdrawn());
    let like: Vec<i64> = like.filter(|other| activity.is_like(other)).map(|other| other.number).collect();
    (!like.is_empty()).then_some(ActivityFault::Same(like))
}

fn revised(
    config: &Config,
    mut activity: Activity,
    signed: &Signature,
    held: Option<Kept>,
    format: Told,
) -> anyhow::Result<ExitCode> {
    let recorded = block_on(async {
        let mut register = Register::open(&config.data_dir).await?;
        let revision = register.revise_activity(&activity, signed).await?;
        register.close().await;
        Ok::<_, RegisterError>(revision)
    });
    drop(held);
    activity.revision = match recorded {
        Ok(revision) => revision,
        Err(error) => return Ok(failed(config, &error)),
    };
    told(config, format, &activity)
}

/// Tells what was recorded.
fn told(config: &Config, format: Told, activity: &Activity) -> anyhow::Result<ExitCode> {
    let told = match format {
        Told::Text => words::recorded(config.language, activity),
        Told::Json => serde_json::to_string(&words::Made::of(activity))?,
    };
    writeln!(io::stdout(), "{told}")?;
    Ok(ExitCode::from(DONE))
}
