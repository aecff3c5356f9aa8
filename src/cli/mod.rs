//! What was typed, and what becomes of it: parse, find the settings, run the command, say what went wrong, once.
//!
//! In: the arguments and `LOA_CONFIG`. Out: an exit code. A command is one file here: a `clap::Args` struct and `run`; it
//! writes data to stdout with `write!` (a closed pipe then ends it quietly), everything else to stderr. To add one, add
//! its line to `Command` and to `dispatch`. Next: `init`, `check`, `timetable`.

pub mod activity;
pub mod acts;
pub mod backup;
pub mod bulletin;
mod calibrate;
pub mod check;
pub mod demo;
pub mod devices;
mod foreseen;
pub mod init;
mod lines;
mod listing;
pub mod log;
pub mod logbook;
mod notices;
mod out_file;
pub mod plan;
mod plan_aired;
pub mod plan_status;
mod plan_text;
mod planned;
pub mod queue;
pub mod report;
pub mod run;
pub mod sample;
mod sheet;
mod special_days;
pub mod status;
mod stencil;
pub mod timetable;
pub mod user;
pub mod when;
pub mod zone;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::config::Config;
use crate::problem::Problems;

/// The command did what was asked.
pub const DONE: u8 = 0;
/// It could not be done.
pub const FAILED: u8 = 1;
/// What was typed or written in a file was wrong.
pub const WRONG_INPUT: u8 = 2;

/// Where the settings of an installed station are.
const SYSTEM_CONFIG: &str = "/etc/loa/loa.toml";

/// Runs a commune's radio station.
#[derive(Debug, Parser)]
#[command(name = "loa", version, arg_required_else_help = true, max_term_width = 100)]
pub struct Cli {
    /// Settings of the station [default: ./loa.toml, else /etc/loa/loa.toml]
    #[arg(long, global = true, value_name = "FILE", env = "LOA_CONFIG")]
    pub config: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a new station folder: loa.toml, schedules/, audio/
    Init(init::InitArgs),
    /// Report every problem of settings, schedules and audio, each with its place
    Check(check::CheckArgs),
    /// Run the station, in the foreground
    Run(run::RunArgs),
    /// Air a short real programme from a temporary station and print its log
    Demo(demo::DemoArgs),
    /// List what is planned
    Timetable(timetable::TimetableArgs),
    /// Record, approve and list bulletins
    Bulletin(bulletin::BulletinArgs),
    /// Let bulletins wait to be drawn into programmes
    Queue(queue::QueueArgs),
    /// Record which loudspeakers are broken, and list them
    Zone(zone::ZoneArgs),
    /// Record and list what was done besides the air: postings, notices, meetings
    Activity(activity::ActivityArgs),
    /// Put a file on the air now: after the item on air, or at once with --emergency
    Air(acts::AirArgs),
    /// Cut the item on air and cancel the rest of its programme
    Stop(acts::Who),
    /// Cut the item on air only
    Skip(acts::Who),
    /// Tell the state of the running station
    Status(status::StatusArgs),
    /// Print the airing log, or verify its chain
    Log(log::LogArgs),
    /// Show the information plan of schedules/plan.toml
    Plan(plan::PlanArgs),
    /// Make, list and remove accounts of the operator's page
    User(user::UserArgs),
    /// Write the station's book of a week or a month, to print and sign
    Logbook(logbook::LogbookArgs),
    /// Write the report of a period: docx, xlsx, csv, json or html
    Report(report::ReportArgs),
    /// List the sound devices
    Devices(devices::DevicesArgs),
    /// Write the whole station into one file, while it runs or not, and prove it
    Backup(backup::BackupArgs),
    /// Bring a station back from a backup
    Restore(backup::RestoreArgs),
}

/// How a listing is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// An array of objects.
    Json,
    /// A header line and one line per object; lists inside are JSON.
    Csv,
}

/// What was typed cannot be done as it stands: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct WrongInput(pub String);

/// Which settings file a command uses.
#[derive(Debug, Clone)]
pub struct ConfigChoice(Option<PathBuf>);

impl ConfigChoice {
    /// The file that was named, else the first one that is there.
    pub fn path(&self) -> Result<PathBuf, WrongInput> {
        let standing = || ["loa.toml", SYSTEM_CONFIG].map(Path::new).into_iter().find(|path| path.exists());
        match (&self.0, standing()) {
            (Some(path), _) => Ok(path.clone()),
            (None, Some(path)) => Ok(path.to_path_buf()),
            (None, None) => Err(WrongInput(format!(
                "no station here: neither `loa.toml` nor `{SYSTEM_CONFIG}` is there; \
                 name the settings with `--config FILE`, or make a station with `loa init`"
            ))),
        }
    }

    /// The settings, or all their problems as one error with exit code 2.
    pub fn load(&self) -> anyhow::Result<Config> {
        Ok(Config::load(&self.path()?).map_err(Problems)?)
    }
}

/// Parses the arguments (the program's name first), runs the command and says what went wrong.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // Help goes to stdout and is no error; a closed pipe leaves nobody to tell.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { WRONG_INPUT } else { DONE });
        }
    };
    // Warnings of the inner rooms (a record that was lost, a thread that did not start) must reach a person.
    let format = tracing_subscriber::fmt().with_writer(|| lines::Warnings).with_max_level(tracing::Level::WARN);
    format.with_target(false).init();
    dispatch(cli).unwrap_or_else(|error| {
        if is_closed_pipe(&error) {
            return ExitCode::from(DONE);
        }
        complain(&error)
    })
}

fn dispatch(cli: Cli) -> anyhow::Result<ExitCode> {
    let config = ConfigChoice(cli.config);
    match cli.command {
        Command::Init(args) => init::run(&args),
        Command::Check(args) => check::run(&config, &args),
        Command::Run(args) => run::run(&config, &args),
        Command::Demo(args) => demo::run(&args),
        Command::Timetable(args) => timetable::run(&config, &args),
        Command::Bulletin(args) => bulletin::run(&config, args),
        Command::Queue(args) => queue::run(&config, args),
        Command::Zone(args) => zone::run(&config, args),
        Command::Activity(args) => activity::run(&config, args),
        Command::Air(args) => acts::air(&config, args),
        Command::Stop(who) => acts::stop(&config, who),
        Command::Skip(who) => acts::skip(&config, who),
        Command::Status(args) => status::status(&config, &args),
        Command::Log(args) => log::run(&config, &args),
        Command::Plan(args) => plan::run(&config, &args),
        Command::User(args) => user::run(&config, args),
        Command::Logbook(args) => logbook::run(&config, &args),
        Command::Report(args) => report::run(&config, &args),
        Command::Devices(args) => devices::run(&config, &args),
        Command::Backup(args) => backup::make(&config, &args),
        Command::Restore(args) => backup::restore(&config, args),
    }
}

/// Prints an error, the only place that does, and answers with its exit code.
fn complain(error: &anyhow::Error) -> ExitCode {
    if let Some(problems) = error.downcast_ref::<Problems>() {
        say(problems.to_string().trim_end());
        return ExitCode::from(WRONG_INPUT);
    }
    say(format_args!("loa: {error:#}"));
    ExitCode::from(if error.is::<WrongInput>() { WRONG_INPUT } else { FAILED })
}

/// A line on stderr. When nobody reads it there is nobody to tell.
pub fn say(line: impl std::fmt::Display) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// `1 item`, `2 items`.
#[must_use]
pub fn counted(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// Whether the reader of our output went away, as `head` does: it has what it wanted.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let kind = if let Some(error) = cause.downcast_ref::<io::Error>() {
            Some(error.kind())
        } else if let Some(error) = cause.downcast_ref::<serde_json::Error>() {
            error.io_error_kind()
        } else if let Some(csv::ErrorKind::Io(error)) = cause.downcast_ref::<csv::Error>().map(csv::Error::kind) {
            Some(error.kind())
        } else {
            None
        };
        kind == Some(io::ErrorKind::BrokenPipe)
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_closed_pipe_is_known_in_each_library() {
        let closed = || io::Error::from(io::ErrorKind::BrokenPipe);
        assert!(is_closed_pipe(&closed().into()));
        assert!(is_closed_pipe(&serde_json::Error::io(closed()).into()));
        assert!(is_closed_pipe(&csv::Error::from(closed()).into()));
        assert!(is_closed_pipe(&anyhow::Error::from(closed()).context("print the timetable")));
        assert!(!is_closed_pipe(&io::Error::from(io::ErrorKind::NotFound).into()));
    }
}
