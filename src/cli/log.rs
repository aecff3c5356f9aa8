//! `loa log` and `loa log verify`: the airing log for people and programs, and the proof of its chain.
//!
//! In: what was typed, the span it resolves to, and the data folder. Out: a table, JSON or CSV on stdout; whether the chain
//! is whole as the exit code. Reads only: it works beside a running station and on a copy that cannot be written. Next:
//! `store::read`.

use std::fmt;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use chrono::{DateTime, SubsecRound as _};
use unicode_width::UnicodeWidthStr as _;

use super::when::When;
use super::{ConfigChoice, Format};
use crate::store::{Head, Log, ReadError, Row, Span, write_csv};

/// What `loa log` takes.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct LogArgs {
    /// First day or instant, by the programme's instant: YYYY-MM-DD or RFC 3339.
    #[arg(long, value_name = "D")]
    pub from: Option<When>,
    /// Last day, which is included, or an instant, which is not.
    #[arg(long, value_name = "D")]
    pub to: Option<When>,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Something else than printing.
    #[command(subcommand)]
    pub command: Option<LogCommand>,
}

/// What can be done with the log besides printing it.
#[derive(Debug, clap::Subcommand)]
pub enum LogCommand {
    /// Proves that no row, approval, bulletin, act on a zone or activity was altered, removed or inserted; prints how many of each,
    /// and the heads.
    Verify {
        /// A head that was kept elsewhere: also proves that nothing was cut off or made anew since.
        #[arg(long, value_name = "SEQ:HASH")]
        head: Option<Head>,
        /// The same for the approvals.
        #[arg(long, value_name = "SEQ:HASH")]
        approvals_head: Option<Head>,
        /// The same for the revisions of bulletins.
        #[arg(long, value_name = "SEQ:HASH")]
        bulletins_head: Option<Head>,
        /// The same for the acts on zones.
        #[arg(long, value_name = "SEQ:HASH")]
        zones_head: Option<Head>,
        /// The same for the revisions of activities.
        #[arg(long, value_name = "SEQ:HASH")]
        activities_head: Option<Head>,
    },
}

/// Prints or verifies the log. A chain that is broken is exit code 1 and a message that names the first bad row.
pub fn run(choice: &ConfigChoice, args: &LogArgs) -> anyhow::Result<ExitCode> {
    let config = choice.load()?;
    let zone = config.station.timezone;
    let span = Span { from: args.from.map(|from| from.begin(zone)), to: args.to.map(|to| to.end(zone)) };
    print(&config.data_dir, span, args.format, args.command.as_ref())
}

/// Prints the whole log as a table, then verifies it.
pub(super) fn print_and_verify(data_dir: &Path) -> anyhow::Result<ExitCode> {
    print(data_dir, Span::default(), Format::Text, None)?;
    let verify = LogCommand::Verify {
        head: None,
        approvals_head: None,
        bulletins_head: None,
        zones_head: None,
        activities_head: None,
    };
    print(data_dir, Span::default(), Format::Text, Some(&verify))
}

fn print(data_dir: &Path, span: Span, format: Format, command: Option<&LogCommand>) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().context("cannot start the runtime")?;
    let mut out = io::stdout().lock();
    let printed = runtime.block_on(async {
        let log = Log::open(data_dir).await?;
        match (command, format) {
            (Some(LogCommand::Verify { head, approvals_head, bulletins_head, zones_head, activities_head }), _) => {
                let kept = [head, approvals_head, bulletins_head, zones_head, activities_head];
                verify(log, kept.map(Clone::clone), &mut out).await
            }
            (None, Format::Text) => text(log, span, &mut BufWriter::new(&mut out)).await,
            (None, Format::Json) => json(log, span, &mut BufWriter::new(&mut out)).await,
            (None, Format::Csv) => write_csv(log, span, &mut out).await,
        }
    })?;
    match printed {
        // Whoever read has seen enough, as `head` does.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        Err(error) => Err(error).context("cannot write the log"),
        Ok(()) => Ok(ExitCode::SUCCESS),
    }
}

/// The inner error is the writer's: whoever reads may have gone.
type Printed = Result<io::Result<()>, ReadError>;

async fn verify(mut log: Log, kept: [Option<Head>; 5], out: &mut impl Write) -> Printed {
    let [kept, approvals, bulletins, zones, activities] = kept;
    // Whichever of them is broken, the others are still proved.
    let bulletins = log.verify_bulletins(bulletins).await;
    let approvals = log.verify_approvals(approvals).await;
    let zones = log.verify_zones(zones).await;
    let activities = log.verify_activities(activities).await;
    let mut broken = None;
    for (proved, what) in [
        (log.verify(kept).await, "rows"),
        (approvals, "approvals"),
        (bulletins, "bulletin revisions"),
        (zones, "acts on zones"),
        (activities, "activity revisions"),
    ] {
        match proved {
            Ok(head) => {
                if let Err(error) = writeln!(out, "{} {what}, head {head}", head.seq) {
                    return Ok(Err(error));
                }
            }
            // An altered bulletin is what an approval, named before it, no longer agrees with.
            Err(error @ ReadError::BrokenRevision(_)) => broken = Some(error),
            Err(error) => broken = broken.or(Some(error)),
        }
    }
    broken.map_or(Ok(Ok(())), Err)
}

async fn json(log: Log, span: Span, out: &mut impl Write) -> Printed {
    let mut rows = log.rows(span).await?;
    let mut before = "[";
    while let Some(page) = rows.next().await? {
        for row in page {
            let object = serde_json::to_string(&row).expect("numbers, strings and lists are always JSON");
            if let Err(error) = write!(out, "{before}\n{object}") {
                return Ok(Err(error));
            }
            before = ",";
        }
    }
    let end = if before == "[" { "[]" } else { "\n]" };
    Ok(writeln!(out, "{end}").and_then(|()| out.flush()))
}

async fn text(log: Log, span: Span, out: &mut impl Write) -> Printed {
    let mut rows = log.rows(span).await?;
    let mut table: Option<Table> = None;
    while let Some(page) = rows.next().await? {
        let lines: Vec<_> = page.iter().map(cells).collect();
        let table = table.get_or_insert_with(|| Table::fitting(&lines));
        if let Err(error) = table.print(&lines, out) {
            return Ok(Err(error));
        }
    }
    Ok(out.flush())
}

const HEADS: [&str; 7] = ["TIME", "PROGRAMME", "TITLE", "OUTCOME", "AIRED", "APPROVED BY", "REASON"];

type Cells = [String; HEADS.len()];

/// A row as people read it. The time is the one that was written, in the offset it was written with.
fn cells(row: &Row) -> Cells {
    let instant = row.started_at.as_ref().unwrap_or(&row.scheduled_at);
    let time = nearest_second(instant);
    let programme = row.programme_title.as_ref().unwrap_or(&row.kind);
    let title = row.title.as_deref().unwrap_or("-");
    // A remark is no airing: it has neither an outcome nor a length.
    let (outcome, aired) = row.outcome.as_deref().map_or_else(
        || ("-", "-".to_owned()),
        |outcome| (outcome, format!("{}/{}", Length(Some(row.aired_ms)), Length(row.planned_ms))),
    );
    let approved = row.approved_by.as_deref().unwrap_or("-");
    // Last in the line, so that a long remark moves no column.
    let why: Vec<_> = row.reason.iter().chain(&row.note).map(String::as_str).collect();
    [&time, programme, title, outcome, &aired, approved, &why.join(": ")].map(one_line)
}

/// Rounded, since 05:29:59.999992 is half past five; what is no instant stays as it is.
fn nearest_second(instant: &str) -> String {
    DateTime::parse_from_rfc3339(instant)
        .map_or_else(|_| instant.to_owned(), |at| at.round_subsecs(0).format("%F %T").to_string())
}

/// Nothing that a title holds may move the cursor.
fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// Milliseconds as minutes and seconds, rounded down: never more than was aired.
struct Length(Option<i64>);

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(ms) => write!(f, "{}:{:02}", ms / 60_000, ms / 1000 % 60),
            None => f.write_str("-"),
        }
    }
}

/// Column widths. They are those of the first page, so that a log of any length can be printed as it is read; a longer
/// cell further down moves only its own line.
struct Table {
    widths: [usize; HEADS.len()],
    is_begun: bool,
}

impl Table {
    fn fitting(lines: &[Cells]) -> Self {
        let mut widths = HEADS.map(str::width);
        for line in lines {
            for (width, cell) in widths.iter_mut().zip(line) {
                *width = cell.width().max(*width);
            }
        }
        Self { widths, is_begun: false }
    }

    fn print(&mut self, lines: &[Cells], out: &mut impl Write) -> io::Result<()> {
        if !std::mem::replace(&mut self.is_begun, true) {
            self.line(&HEADS.map(str::to_owned), out)?;
        }
        lines.iter().try_for_each(|line| self.line(line, out))
    }

    fn line(&self, cells: &Cells, out: &mut impl Write) -> io::Result<()> {
        let mut line = String::new();
        for (cell, width) in cells.iter().zip(self.widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.width()) + 2));
        }
        writeln!(out, "{}", line.trim_end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_rounded_down() {
        assert_eq!(Length(Some(61_999)).to_string(), "1:01");
        assert_eq!(Length(Some(0)).to_string(), "0:00");
        assert_eq!(Length(None).to_string(), "-");
    }

    #[test]
    fn instants_are_rounded_to_the_nearest_second() {
        assert_eq!(nearest_second("2025-03-03T05:29:59.999992+07:00"), "2025-03-03 05:30:00");
        assert_eq!(nearest_second("2025-03-03T05:30:00.000008+07:00"), "2025-03-03 05:30:00");
        assert_eq!(nearest_second("tampered"), "tampered");
    }

    #[test]
    fn columns_line_up_by_width_not_by_bytes() {
        let line = |title: &str| ["t", "p", title, "aired", "0:01/0:01", "-", ""].map(str::to_owned);
        let lines = [line("Bản tin sáng"), line("x")];
        let mut out = Vec::new();
        Table::fitting(&lines).print(&lines, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let columns: Vec<_> = text.lines().skip(1).map(|line| line[..line.find("aired").unwrap()].width()).collect();
        assert_eq!(columns[0], columns[1]);
        assert_eq!(one_line("a\nb\u{1b}[2J"), "a b [2J");
    }
}
