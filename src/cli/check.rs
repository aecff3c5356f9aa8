//! `loa check`: every problem of settings, schedules and audio.
//!
//! In: the settings file and the folder around it. Out: all problems on stderr, sorted by place, and one line that sums
//! them up; exit code 2 if one of them refuses the input. Must never stop at the first. Next: `office::check`.

use std::process::ExitCode;

use super::{ConfigChoice, DONE, WRONG_INPUT, counted, say};
use crate::clock::Clock;
use crate::language::Language;
use crate::office::check::{Sound, everything};
use crate::problem::Severity;

/// Report every problem.
#[derive(Debug, clap::Args)]
pub struct CheckArgs {}

/// Prints all problems and their sum.
pub fn run(choice: &ConfigChoice, _args: &CheckArgs) -> anyhow::Result<ExitCode> {
    let path = choice.path()?;
    let (schedule, problems) = everything(&path, &Clock::system(), Sound::Tried);
    for problem in &problems {
        say(problem.render(Language::En).trim_end());
    }
    let count = |severity| problems.iter().filter(|problem| problem.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let items = schedule.programmes.iter().map(|programme| programme.items.len()).sum();
    say(format_args!(
        "{}, {}: {}, {}",
        counted(schedule.programmes.len(), "programme"),
        counted(items, "item"),
        counted(errors, "error"),
        counted(warnings, "warning"),
    ));
    Ok(ExitCode::from(if errors > 0 { WRONG_INPUT } else { DONE }))
}
