//! `loa zone`: whether the loudspeakers of each zone work, as people report it.
//!
//! In: what was typed. Out: one short transaction in the database for each act, beside a station that may be running, and what
//! came of it in the station's language on stdout; remarks and problems on stderr. Nothing is ever changed or removed: a
//! mistake is undone by an act of its own. Next: `act`.

mod act; // broken, repaired, undo
mod history; // everything that was recorded
mod list; // how each zone is now

use std::process::ExitCode;

use clap::Subcommand;

use super::ConfigChoice;

/// Arguments of `loa zone`.
#[derive(Debug, clap::Args)]
pub struct ZoneArgs {
    #[command(subcommand)]
    command: ZoneCommand,
}

/// What can be said of zones.
#[derive(Debug, Subcommand)]
enum ZoneCommand {
    /// List the zones of loa.toml: whether they work, since when not, on how many days of this month
    List(list::ListArgs),
    /// Record that the loudspeakers of a zone are silent: no airing counts for it until they are repaired
    Broken(act::BrokenArgs),
    /// Record that they sound again
    Repaired(act::RepairedArgs),
    /// Record that an act was a mistake: it counts as never made
    Undo(act::UndoArgs),
    /// List everything that was recorded, of one zone or of all
    History(history::HistoryArgs),
}

/// Runs one of them.
pub fn run(choice: &ConfigChoice, args: ZoneArgs) -> anyhow::Result<ExitCode> {
    let config = choice.load()?;
    match args.command {
        ZoneCommand::List(args) => list::run(&config, &args),
        ZoneCommand::Broken(args) => act::broken(&config, &args),
        ZoneCommand::Repaired(args) => act::repaired(&config, &args),
        ZoneCommand::Undo(args) => act::undo(&config, &args),
        ZoneCommand::History(args) => history::run(&config, &args),
    }
}
