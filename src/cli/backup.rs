//! `loa backup FILE` and `loa restore FILE [DIR]`: a whole station in one file, and back.
//!
//! In: what was typed, the settings, no running station for a restoration. Out: a proved file, or a station that airs again;
//! what was left out or left alone is said. Decides nothing: the rules are `backup`'s. Next: `backup`.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use serde::Serialize;

use super::{ConfigChoice, DONE, FAILED, Format, WrongInput, counted, say};
use crate::backup::{self, BackupError, Contents, Made, Restored, Target};
use crate::clock::Clock;
use crate::control;

/// Arguments of `loa backup`.
#[derive(Debug, clap::Args)]
pub struct BackupArgs {
    /// The file to write; it must not be there yet
    file: PathBuf,
    /// How to print what was made
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Arguments of `loa restore`.
#[derive(Debug, clap::Args)]
pub struct RestoreArgs {
    /// A file that `loa backup` or a night has made
    file: PathBuf,
    /// The folder of a station that is lost [default: that of the settings, else the current one]
    #[arg(value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Replace a log that has rows which the backup has not; it is kept aside
    #[arg(long)]
    replace: bool,
    /// The name of the person who restores, for the log; the operating system's user is kept beside it
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

/// What was made, for programs.
#[derive(Serialize)]
struct Shown {
    file: String,
    rows: i64,
    head: String,
    files: usize,
    bytes: u64,
}

/// Makes a backup.
pub fn make(choice: &ConfigChoice, args: &BackupArgs) -> anyhow::Result<ExitCode> {
    let config = choice.load()?;
    let made = backup::make(&config, &args.file, Contents::Inside, Clock::system().now().wall).map_err(told)?;
    let Made { path, head, bytes, files, left_out } = made;
    let shown = Shown { file: path.display().to_string(), rows: head.seq, head: head.to_string(), files, bytes };
    let mut out = io::stdout().lock();
    match args.format {
        Format::Json => writeln!(out, "{}", serde_json::to_string_pretty(&shown)?)?,
        Format::Csv => {
            let mut csv = csv::Writer::from_writer(out);
            csv.serialize(&shown)?;
            csv.flush()?;
        }
        Format::Text => {
            let megabytes = bytes as f64 / 1e6;
            let files = counted(files, "file");
            writeln!(out, "{}: {} rows, head {head}, {files}, {megabytes:.1} MB", shown.file, shown.rows)?;
        }
    }
    for each in &left_out {
        say(format_args!("loa: not in the backup: {each}"));
    }
    Ok(ExitCode::from(if left_out.is_empty() { DONE } else { FAILED }))
}

/// Restores a station.
pub fn restore(choice: &ConfigChoice, args: RestoreArgs) -> anyhow::Result<ExitCode> {
    let is_named = args.dir.is_some();
    let settings = match args.dir {
        Some(dir) => dir.join("loa.toml"),
        None => choice.path().unwrap_or_else(|_| PathBuf::from("loa.toml")),
    };
    let uid = rustix::process::getuid().as_raw();
    let target = Target { settings, is_named, replace: args.replace, by: control::who(args.by, Some(uid)) };
    let restored = backup::restore(&args.file, &target, &Clock::system()).map_err(told)?;
    let Restored { description, head, database, kept_aside, key_aside, key, put_back, left_alone, missing } = restored;
    let made_at = description.made_at.format("%Y-%m-%d %H:%M:%S");
    let mut out = io::stdout().lock();
    writeln!(out, "`{}` as of {made_at}: {}", description.station, database.display())?;
    writeln!(out, "{} rows, head {head}; the backup ended with {}", head.seq, description.head)?;
    writeln!(out, "{} put back, {left_alone} were there already and stay as they are", counted(put_back, "file"))?;
    if let Some(aside) = kept_aside {
        writeln!(out, "the database that was there is kept: {}", aside.display())?;
    }
    if let Some((aside, was)) = key_aside {
        let was = was.map_or_else(|| "unreadable".to_owned(), |was| was.to_string());
        writeln!(out, "the key that was there is kept: {} (fingerprint {was})", aside.display())?;
    }
    if let Some(key) = key {
        writeln!(out, "the station signs by the key with the fingerprint {key}")?;
    }
    for each in &missing {
        say(format_args!("loa: `{each}` is neither in the backup nor, whole, in `audio` beside it"));
    }
    say(format_args!("next: `loa --config {} check`, then `loa run`", target.settings.display()));
    Ok(ExitCode::from(if missing.is_empty() { DONE } else { FAILED }))
}

fn told(error: BackupError) -> anyhow::Error {
    if error.is_wrong_input() { WrongInput(error.to_string()).into() } else { error.into() }
}
