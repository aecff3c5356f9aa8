//! `loa queue`: bulletins that wait to be drawn into programmes.
//!
//! In: what was typed. Out: one short transaction in the database, beside a station that may be running, and what came of it
//! in the station's language on stdout; remarks and problems on stderr. Nothing is queued of what is refused. Next: `add`.

mod add; // a bulletin queued, and where it will air
mod list; // what waits

use std::process::ExitCode;

use clap::Subcommand;

use super::bulletin::{failed, refused, signature, tell};
use super::{ConfigChoice, DONE, Format, WRONG_INPUT};
use crate::backup::block_on;
use crate::calendar::local_date;
use crate::config::Config;
use crate::office::queue::{self, Listed, Removed};
use crate::problem::what::TextFault;
use crate::problem::{Problem, Severity};
use crate::rundown::queueing::Wanted;
use crate::store::{Register, RegisterError, Signature};
use crate::text::clean_line;

/// Arguments of `loa queue`.
#[derive(Debug, clap::Args)]
pub struct QueueArgs {
    #[command(subcommand)]
    command: QueueCommand,
}

/// What can be done with the queue.
#[derive(Debug, Subcommand)]
enum QueueCommand {
    /// Let a bulletin wait to be drawn, and tell where it will air
    Add(add::AddArgs),
    /// List what waits, and when each is drawn next
    List(list::ListArgs),
    /// Take an entry out; the bulletin stays, and may be queued again
    Remove(RemoveArgs),
}

#[derive(Debug, clap::Args)]
struct RemoveArgs {
    /// Number of the entry, as `loa queue list` shows it
    #[arg(value_name = "ENTRY")]
    entry: i64,
    /// The name of the person who acts; the operating system's user is kept beside it
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Runs one of them.
pub fn run(choice: &ConfigChoice, args: QueueArgs) -> anyhow::Result<ExitCode> {
    let config = choice.load()?;
    match args.command {
        QueueCommand::Add(args) => add::run(&config, args),
        QueueCommand::List(args) => list::run(&config, &args),
        QueueCommand::Remove(args) => remove(&config, &args),
    }
}

/// Takes an entry out. A number that is no entry's but a bulletin's is not guessed at.
fn remove(config: &Config, args: &RemoveArgs) -> anyhow::Result<ExitCode> {
    let Some(signed) = signed(config, args.by.as_deref()) else { return Ok(ExitCode::from(WRONG_INPUT)) };
    let entry = match queue::remove(config, args.entry, &signed) {
        Ok(Removed::Done(entry)) => entry,
        Ok(other) => {
            let (vi, en) = not_there(&other, args.entry);
            return Ok(refused(config, WRONG_INPUT, (&vi, &en)));
        }
        Err(error) => return Ok(failed(config, &error)),
    };
    match args.format {
        Format::Text => {
            let (number, title) = (entry.entry.bulletin, &entry.title);
            let vi = format!("đã rút mục {} khỏi hàng chờ: tin bài số {number} “{title}”", args.entry);
            let en = format!("entry {} is out of the queue: bulletin {number} “{title}”", args.entry);
            print(config.language.pick(&vi, &en))?;
        }
        format => {
            let mut removed = entry;
            removed.removed = Some((signed.at.to_utc(), signed.by));
            print(&list::exported(&[Listed::of(config, &removed)], format, list::Many::One)?)?;
        }
    }
    Ok(ExitCode::from(DONE))
}

/// Why an entry cannot be taken out.
fn not_there(why: &Removed, number: i64) -> (String, String) {
    match why {
        Removed::Before => (
            format!("mục {number} đã được rút khỏi hàng chờ từ trước"),
            format!("entry {number} was taken out of the queue before"),
        ),
        Removed::OfBulletin(entry) => (
            format!(
                "không có mục {number} trong hàng chờ; tin bài số {number} chờ ở mục {entry}: `loa queue remove {entry}`"
            ),
            format!(
                "there is no entry {number} in the queue; bulletin {number} waits as entry {entry}: `loa queue remove {entry}`"
            ),
        ),
        Removed::Unknown | Removed::Done(_) => (
            format!("không có mục {number} trong hàng chờ; `loa queue list` cho biết các mục đang chờ"),
            format!("there is no entry {number} in the queue; `loa queue list` tells which there are"),
        ),
    }
}

/// Characters of a name: more is a file in the wrong place.
const LONGEST_NAME: usize = 1_000;

/// Who acts now. `None` if what was given is no name, which is said.
fn signed(config: &Config, by: Option<&str>) -> Option<Signature> {
    let name = match by.map(clean_line).transpose() {
        Ok(name) => name.map(|name| name.text),
        Err(fault) => {
            tell(config, &[Problem::typed(Severity::Error, TextFault::Refused("--by".to_owned(), fault))]);
            return None;
        }
    };
    let is_name = |name: &String| name.chars().count() <= LONGEST_NAME && name.chars().any(char::is_alphanumeric);
    if !name.as_ref().is_none_or(is_name) {
        refused(config, WRONG_INPUT, ("`--by` không phải là tên người", "`--by` is no name of a person"));
        return None;
    }
    Some(signature(config, name.as_deref()))
}

/// Lets bulletins that were just recorded wait, each for any programme.
pub(super) fn add_all(config: &Config, bulletins: &[i64], times: u32) -> Result<(), ExitCode> {
    let signed = signature(config, None);
    let today = local_date(config.station.timezone, signed.at.to_utc());
    let queued = block_on(async {
        let mut register = Register::open(&config.data_dir).await?;
        for bulletin in bulletins.iter().copied() {
            let wanted = Wanted { bulletin, programme: None, times, from: None, until: None };
            // One that waits already waits on.
            let _ = register.queue(&wanted, &signed, today).await?;
        }
        register.close().await;
        Ok::<_, RegisterError>(())
    });
    queued.map_err(|error| failed(config, &error))
}

/// A line or several on stdout.
fn print(text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    writeln!(std::io::stdout().lock(), "{}", text.trim_end())
}
