//! `loa activity`: what was done besides the air for the plan's other forms and tasks, and what proves it.
//!
//! In: what was typed, files that prove it. Out: one short transaction in the database for each act, beside a station that may
//! be running, and what came of it in the station's language on stdout; remarks and problems on stderr. Nothing is stored of
//! what is refused, and nothing is ever changed or removed: a change is a new revision. Next: `fields`.

mod entry; // an entry of a manifest
mod fields; // what is typed of an activity, read and checked
mod list; // many activities
mod manifest; // many activities from one file
mod record; // add, change, withdraw
mod show; // one activity with everything

use std::process::ExitCode;

use clap::Subcommand;

use super::bulletin::refused;
use super::{ConfigChoice, WRONG_INPUT};
use crate::config::Config;

/// Arguments of `loa activity`.
#[derive(Debug, clap::Args)]
pub struct ActivityArgs {
    #[command(subcommand)]
    command: ActivityCommand,
}

/// What can be done with activities.
#[derive(Debug, Subcommand)]
enum ActivityCommand {
    /// Record an activity: a posting, a notice, a meeting, a banner
    Add(record::AddArgs),
    /// Record a new revision of an activity; fields that are not typed stay, files come to those that are there
    Change(record::ChangeArgs),
    /// Record that an activity counts no more
    Withdraw(record::WithdrawArgs),
    /// List activities by their days
    List(list::ListArgs),
    /// Tell everything about an activity
    Show(show::ShowArgs),
    /// Record all activities of a manifest, or none; those that are there already are passed over
    Import(manifest::ImportArgs),
}

/// Runs one of them.
pub fn run(choice: &ConfigChoice, args: ActivityArgs) -> anyhow::Result<ExitCode> {
    let config = choice.load()?;
    match args.command {
        ActivityCommand::Add(args) => record::add(&config, &args),
        ActivityCommand::Change(args) => record::change(&config, &args),
        ActivityCommand::Withdraw(args) => record::withdraw(&config, &args),
        ActivityCommand::List(args) => list::run(&config, &args),
        ActivityCommand::Show(args) => show::run(&config, &args),
        ActivityCommand::Import(args) => manifest::import(&config, &args),
    }
}

/// There is no such activity.
fn unknown(config: &Config, number: i64) -> ExitCode {
    let vi = format!("không có hoạt động số {number}; `loa activity list` cho biết các hoạt động đã ghi");
    let en = format!("there is no activity {number}; `loa activity list` tells which there are");
    refused(config, WRONG_INPUT, (&vi, &en))
}
