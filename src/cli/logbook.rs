//! `loa logbook`: the station's book of a week or a month, to print and sign.
//!
//! In: settings, schedules, log; which days; a file whose ending says the format. Out: the book as docx or html; what was there
//! is replaced. The head of the log is on each page, so that the paper can be held against the log later. Next:
//! `crate::office`'s `logbook`.

use std::fmt;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::anyhow;

use super::report::open;
use super::{ConfigChoice, DONE, WrongInput, say};
use crate::backup::block_on;
use crate::clock::Clock;
use crate::language::Language;
use crate::office::evidence::Evidence;
use crate::office::logbook::{Form, Month, Week, book};
use crate::problem::system::refusal;
use crate::report::period::Window;
use crate::report::table::date;

/// Write the station's book of a week or a month
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("days").required(true).args(["week", "month"])))]
pub struct LogbookArgs {
    /// A week from Monday to Sunday, by ISO 8601: 2025-W10
    #[arg(long, value_name = "W")]
    week: Option<Week>,
    /// A calendar month: 2025-03
    #[arg(long, value_name = "M")]
    month: Option<Month>,
    /// Number of the volume on the cover; left to be written by hand if there is none
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    volume: Option<u32>,
    /// Where the book goes: a name that ends in .docx or .html
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Replace a document that somebody has gone on writing in
    #[arg(long)]
    force: bool,
}

/// Writes the book.
pub fn run(choice: &ConfigChoice, args: &LogbookArgs) -> anyhow::Result<ExitCode> {
    let form = form(&args.output)?;
    let ((Some(Week(window)), _) | (_, Some(Month(window)))) = (args.week, args.month) else {
        unreachable!("the arguments are a group of which one is required");
    };
    let config = choice.load()?;
    // A name that cannot be written is told before anything is made.
    let mut out = open(&args.output, args.force)?;
    let bytes = block_on(async {
        let evidence = Evidence::open(&config, window, Clock::system().now().wall).await?;
        form.write(&book(&evidence, window, args.volume, &evidence.rows(window, |_| true).await?))
    })?;
    let written = out.file.write_all(&bytes);
    written.map_err(|error| anyhow!("cannot write `{}`: {}", args.output.display(), refusal(&error)))?;
    out.put()?;
    say(Made { path: &args.output, window, language: config.language });
    Ok(ExitCode::from(DONE))
}

/// By the ending of a name.
fn form(path: &Path) -> Result<Form, WrongInput> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    match ending.as_deref() {
        Some("docx") => Ok(Form::Docx),
        Some("html" | "htm") => Ok(Form::Html),
        _ => Err(WrongInput(format!("`{}` ends in neither `.docx` nor `.html`", path.display()))),
    }
}

/// What is told on stderr.
struct Made<'a> {
    path: &'a Path,
    window: Window,
    language: Language,
}

impl fmt::Display for Made<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, last] = [self.window.first, self.window.last].map(|day| date(day, self.language));
        write!(f, "`{}`: {first} - {last}", self.path.display())
    }
}
