//! `loa zone broken`, `repaired`, `undo`: one act recorded.
//!
//! In: a zone, a day or an instant, a name, a reason. Out: the act's number, or why nothing was recorded. Next: `crate::office`'s
//! `zone`, which records it.

use std::io::{self, Write as _};
use std::process::ExitCode;

use crate::cli::bulletin::{Told, Typed, failed, signature, tell};
use crate::cli::when::When;
use crate::cli::{DONE, WRONG_INPUT};
use crate::config::Config;
use crate::office::zone::told::{Made, sentence};
use crate::office::zone::{self, Recorded, Refused, Said, Since};
use crate::problem::{Problem, Severity};

/// Arguments of `loa zone broken`.
#[derive(Debug, clap::Args)]
pub(super) struct BrokenArgs {
    /// The zone's id in loa.toml
    zone: String,
    /// Since when: YYYY-MM-DD, the beginning of that day, or RFC 3339 [default: now]
    #[arg(long, value_name = "D")]
    since: Option<When>,
    #[command(flatten)]
    signed: Signed,
    /// What is broken, or how it was found
    #[arg(long, value_name = "W")]
    why: Option<String>,
}

/// Arguments of `loa zone repaired`.
#[derive(Debug, clap::Args)]
pub(super) struct RepairedArgs {
    /// The zone's id in loa.toml
    zone: String,
    /// When: YYYY-MM-DD, the end of that day (of today: now), or RFC 3339 [default: now]
    ///
    /// The day of the repair counts as a day on which the zone was broken. Name the instant if airings of that day count.
    #[arg(long, value_name = "D")]
    on: Option<When>,
    #[command(flatten)]
    signed: Signed,
    /// What was done
    #[arg(long, value_name = "W")]
    why: Option<String>,
}

/// Arguments of `loa zone undo`.
#[derive(Debug, clap::Args)]
pub(super) struct UndoArgs {
    /// Number of the act, as `loa zone history` shows it
    #[arg(value_name = "SEQ")]
    seq: i64,
    #[command(flatten)]
    signed: Signed,
    /// The reason
    #[arg(long, value_name = "W")]
    why: String,
}

/// Who acts, and how it is told.
#[derive(Debug, clap::Args)]
struct Signed {
    /// The name of the person who says so; the operating system's user is kept beside it
    #[arg(long, value_name = "NAME")]
    by: String,
    /// How to tell what was recorded
    #[arg(long, value_enum, default_value_t)]
    format: Told,
}

impl From<When> for Since {
    fn from(when: When) -> Self {
        match when {
            When::Day(day) => Self::Day(day),
            When::Instant(at) => Self::Instant(at),
        }
    }
}

/// Records that a zone is broken.
pub(super) fn broken(config: &Config, args: &BrokenArgs) -> anyhow::Result<ExitCode> {
    let since = args.since.map_or(Since::Now, Since::from);
    record(config, Said::Broken(args.zone.trim().to_owned(), since), &args.signed, args.why.as_deref())
}

/// Records that it works again.
pub(super) fn repaired(config: &Config, args: &RepairedArgs) -> anyhow::Result<ExitCode> {
    let on = args.on.map_or(Since::Now, Since::from);
    record(config, Said::Repaired(args.zone.trim().to_owned(), on), &args.signed, args.why.as_deref())
}

/// Records that an act was a mistake.
pub(super) fn undo(config: &Config, args: &UndoArgs) -> anyhow::Result<ExitCode> {
    record(config, Said::Undo(args.seq), &args.signed, Some(&args.why))
}

/// Records an act and tells it.
fn record(config: &Config, said: Said, args: &Signed, why: Option<&str>) -> anyhow::Result<ExitCode> {
    let mut typed = Typed::new(config);
    let by = typed.line("--by", &args.by);
    let why = why.and_then(|why| typed.line("--why", why));
    let signed = signature(config, by.as_deref());
    match zone::record(config, said, why.as_deref(), &signed, typed.problems) {
        Err(Refused::Problems(problems)) => {
            tell(config, &problems);
            Ok(ExitCode::from(WRONG_INPUT))
        }
        Err(Refused::Fault(fault)) => {
            tell(config, &[Problem::typed(Severity::Error, fault)]);
            Ok(ExitCode::from(WRONG_INPUT))
        }
        Err(Refused::Register(error)) => Ok(failed(config, &error)),
        Ok(Recorded { act, states, remarks }) => {
            tell(config, &remarks);
            let told = match args.format {
                Told::Text => sentence(config, &act, &states, config.language),
                Told::Json => serde_json::to_string(&Made::of(config, &act))?,
            };
            writeln!(io::stdout(), "{told}")?;
            Ok(ExitCode::from(DONE))
        }
    }
}
