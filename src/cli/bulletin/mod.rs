//! `loa bulletin`: from a recording or a text to something that may air.
//!
//! In: what was typed. Out: one short transaction in the database for each act, beside a station that may be running, and
//! what came of it in the station's language on stdout; remarks and problems on stderr. Nothing is stored of what is
//! refused. Next: `fields`.

mod decide; // approve, refuse, withdraw
mod fields; // what is typed of a bulletin, read and checked
mod intake; // sound and text taken in
mod list; // many bulletins
mod manifest; // many bulletins from one file
mod reading; // how a text will be read, shown and asked
mod record; // add, change
mod show; // one bulletin with everything
mod speak; // a text read by a machine voice
mod words; // what people read, in both languages

use std::path::Path;
use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};

use super::{ConfigChoice, FAILED, WRONG_INPUT, say};
use crate::airing::ClockState;
use crate::calendar::with_offset;
use crate::clock::Clock;
use crate::config::Config;
use crate::control::who;
use crate::problem::{Problem, any_error};
use crate::store::Signature;

/// Arguments of `loa bulletin`.
#[derive(Debug, clap::Args)]
pub struct BulletinArgs {
    #[command(subcommand)]
    command: BulletinCommand,
}

/// What can be done with bulletins.
#[derive(Debug, Subcommand)]
enum BulletinCommand {
    /// Record a bulletin: a recording, a text, or both
    Add(record::AddArgs),
    /// Record a new revision of a bulletin, which needs a new approval
    Change(record::ChangeArgs),
    /// Have the text of a bulletin read by the machine voice; a new revision, which needs a new approval
    Speak(speak::SpeakArgs),
    /// Record all bulletins of a manifest, or none; those that are there already are passed over
    Import(manifest::ImportArgs),
    /// List bulletins, the newest first
    List(list::ListArgs),
    /// Tell everything about a bulletin
    Show(show::ShowArgs),
    /// Let a bulletin air, as it is now
    Approve(decide::ApproveArgs),
    /// Keep a bulletin from the air
    Refuse(decide::RefuseArgs),
    /// Take back a bulletin or its approval
    Withdraw(decide::WithdrawArgs),
}

/// How an act tells what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Told {
    /// For people.
    #[default]
    Text,
    /// An object.
    Json,
}

/// Runs one of them.
pub fn run(choice: &ConfigChoice, args: BulletinArgs) -> anyhow::Result<ExitCode> {
    let config = choice.load()?;
    match args.command {
        BulletinCommand::Add(args) => record::add(&config, &args),
        BulletinCommand::Change(args) => record::change(&config, &args),
        BulletinCommand::Speak(args) => speak::run(&config, &args),
        BulletinCommand::Import(args) => manifest::import(&config, &args),
        BulletinCommand::List(args) => list::run(&config, &args),
        BulletinCommand::Show(args) => show::run(&config, &args),
        BulletinCommand::Approve(args) => decide::approve(&config, args),
        BulletinCommand::Refuse(args) => decide::refuse(&config, args),
        BulletinCommand::Withdraw(args) => decide::withdraw(&config, args),
    }
}

/// Records a manifest's bulletins and approves them in the name of `by`; answers with their numbers. What is wrong is said.
pub(super) fn take_in(config: &Config, manifest: &Path, by: &str, why: &str) -> Result<Vec<i64>, ExitCode> {
    let numbers = manifest::numbers(config, manifest)?;
    decide::approve_all(config, &numbers, by, why)?;
    Ok(numbers)
}

pub(super) use crate::office::fields::{LONGEST_WORDS, Typed, theme_codes};

/// Says problems in the station's language; whether one of them refuses what was asked.
pub(super) fn tell(config: &Config, problems: &[Problem]) -> bool {
    for problem in problems {
        say(problem.render(config.language).trim_end());
    }
    any_error(problems)
}

/// Says why an act was not done.
pub(super) fn refused(config: &Config, code: u8, why: (&str, &str)) -> ExitCode {
    say(format_args!("loa: {}", config.language.pick(why.0, why.1)));
    ExitCode::from(code)
}

/// There is no such bulletin.
pub(super) fn unknown(config: &Config, number: i64) -> ExitCode {
    let vi = format!("không có tin bài số {number}; `loa bulletin list` cho biết các tin bài đang có");
    let en = format!("there is no bulletin {number}; `loa bulletin list` tells which there are");
    refused(config, WRONG_INPUT, (&vi, &en))
}

/// The database did not take or give what was asked.
pub(super) fn failed(config: &Config, error: &crate::store::RegisterError) -> ExitCode {
    let vi = words::register_error(error);
    refused(config, FAILED, (&vi, &error.to_string()))
}

/// Who acts now through the command line. `by` is the name given; the operating system's user stands behind it.
pub(super) fn signature(config: &Config, by: Option<&str>) -> Signature {
    let now = Clock::system().now();
    let uid = rustix::process::getuid().as_raw();
    Signature {
        by: who(by.map(str::to_owned), Some(uid)),
        via: "cli".to_owned(),
        at: with_offset(config.station.timezone, now.wall),
        clock: if now.synchronised { ClockState::Synchronised } else { ClockState::FreeRunning },
    }
}
