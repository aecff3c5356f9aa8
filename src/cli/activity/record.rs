//! `loa activity add`, `change` and `withdraw`: a revision recorded.
//!
//! In: what is said of an activity, files that prove it. Out: its number. All problems come out at once, and then nothing is
//! recorded and no file is kept. One that was withdrawn stays so: what counts after all is recorded as a new one. Next: `list`.

use std::io::{self, Write as _};
use std::process::ExitCode;

use chrono::NaiveDate;

use super::fields::{Clear, Fields, day};
use super::unknown;
use crate::cli::bulletin::{Told, Typed, failed, refused, signature, tell};
use crate::cli::{DONE, FAILED, WRONG_INPUT};
use crate::config::Config;
use crate::office::activity::fields::{Labels, Said};
use crate::office::activity::{self, Asked, Recorded, Refused, words};

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
    let said = args.fields.said(Some(args.date), Some(&args.code), Some(&args.title));
    match activity::add(config, asked(config, &said, &args.by)) {
        Ok(recorded) => told(config, args.by.format, &recorded),
        Err(why) => Ok(refusal(config, &why)),
    }
}

/// Records a new revision.
pub(super) fn change(config: &Config, args: &ChangeArgs) -> anyhow::Result<ExitCode> {
    let mut said = args.fields.said(args.date, args.code.as_deref(), args.title.as_deref());
    said.clear = args.clear.iter().copied().map(Into::into).collect();
    said.remove_files.clone_from(&args.remove_file);
    let changed = activity::standing(config, args.number)
        .and_then(|before| activity::change(config, &before, asked(config, &said, &args.by)));
    match changed {
        Ok(recorded) => told(config, args.by.format, &recorded),
        Err(why) => Ok(refusal(config, &why)),
    }
}

/// Records that an activity counts no more.
pub(super) fn withdraw(config: &Config, args: &WithdrawArgs) -> anyhow::Result<ExitCode> {
    let mut typed = Typed::new(config);
    let (why, by) = (typed.line("--why", &args.why), typed.line("--by", &args.by.by));
    if tell(config, &typed.problems) {
        return Ok(ExitCode::from(WRONG_INPUT));
    }
    let why = why.expect("a line without an error is there");
    let signed = signature(config, by.as_deref());
    let withdrawn =
        activity::standing(config, args.number).and_then(|before| activity::withdraw(config, before, why, &signed));
    match withdrawn {
        Ok(activity) => told(config, args.by.format, &Recorded { activity, is_unchanged: false, remarks: Vec::new() }),
        Err(why) => Ok(refusal(config, &why)),
    }
}

/// What was typed, in the name of whoever types.
fn asked<'a>(config: &Config, said: &'a Said, by: &By) -> Asked<'a> {
    let mut typed = Typed::new(config);
    let name = typed.line("--by", &by.by);
    let signed = signature(config, name.as_deref());
    Asked { said, labels: Labels::OPTIONS, signed, problems: typed.problems }
}

/// Says why nothing was recorded.
fn refusal(config: &Config, why: &Refused) -> ExitCode {
    match why {
        Refused::Problems(problems) => {
            tell(config, problems);
            ExitCode::from(WRONG_INPUT)
        }
        Refused::Disk(problems) => {
            tell(config, problems);
            ExitCode::from(FAILED)
        }
        Refused::Unknown(number) => unknown(config, *number),
        Refused::Withdrawn(number, why) => {
            let vi = format!(
                "hoạt động số {number} đã được rút lại ({why}); nếu vẫn tính thì ghi mới bằng `loa activity add`"
            );
            let en = format!(
                "activity {number} was withdrawn ({why}); if it counts after all, record it anew with `loa activity add`"
            );
            refused(config, FAILED, (&vi, &en))
        }
        Refused::Register(error) => failed(config, error),
    }
}

/// Tells what was recorded.
fn told(config: &Config, format: Told, recorded: &Recorded) -> anyhow::Result<ExitCode> {
    let Recorded { activity, is_unchanged, remarks } = recorded;
    tell(config, remarks);
    if *is_unchanged {
        writeln!(io::stderr(), "{}", words::unchanged(config.language, activity))?;
        if format == Told::Text {
            return Ok(ExitCode::from(DONE));
        }
    }
    let told = match format {
        Told::Text => words::recorded(config.language, activity),
        Told::Json => serde_json::to_string(&words::Made::of(activity))?,
    };
    writeln!(io::stdout(), "{told}")?;
    Ok(ExitCode::from(DONE))
}
