//! `loa queue list`: what waits, how often it has aired and when it is drawn next; and entries as other programs read them.
//!
//! In: the queue and the coming programmes as the database knows them. Out: a table, JSON or CSV on stdout. An entry that
//! has aired as often as it should, or whose last day is over, waits no more. Reads only. Next: `rundown::foresee`.

use std::collections::BTreeSet;
use std::process::ExitCode;

use chrono::NaiveDate;
use unicode_width::UnicodeWidthStr as _;

use super::print;
use crate::cli::bulletin::{failed, tell};
use crate::cli::foreseen::foresight;
use crate::cli::timetable::accepted;
use crate::cli::{DONE, Format};
use crate::clock::Clock;
use crate::config::Config;
use crate::office::queue::{self, Listed, State};
use crate::office::stored;
use crate::problem::{Problem, Severity};

/// Arguments of `loa queue list`.
#[derive(Debug, clap::Args)]
pub(super) struct ListArgs {
    /// Also what aired as often as it should, is past its last day or was removed
    #[arg(long)]
    all: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Prints the queue.
pub(super) fn run(config: &Config, args: &ListArgs) -> anyhow::Result<ExitCode> {
    let mut listed = match queue::entries(config) {
        Ok(entries) => queue::listed(config, &entries),
        Err(error) => return Ok(failed(config, &error)),
    };
    // A schedule with problems has no draws; the queue is there all the same.
    let schedule = accepted(config).unwrap_or_default();
    let now = Clock::system().now().wall;
    let mut foresight = foresight(config, &schedule, now, now, 0)?;
    let sounds = foresight.clone();
    queue::foresee(config, &schedule, &mut foresight, now, &mut listed);
    listed.retain(|each| args.all || each.state == State::Waiting);
    let waiting: BTreeSet<i64> =
        listed.iter().filter(|each| each.state == State::Waiting).map(|each| each.bulletin).collect();
    let lost = waiting.iter().filter_map(|number| stored::fault(config, sounds.bulletin(*number)?, stored::glance));
    tell(config, &lost.map(|fault| Problem::typed(Severity::Warning, fault)).collect::<Vec<_>>());
    match args.format {
        Format::Text if listed.is_empty() => {
            print(config.language.pick("hàng chờ không có tin bài nào", "nothing waits in the queue"))?;
        }
        Format::Text => print(&table(config, &listed))?,
        format => print(&exported(&listed, format, Many::All)?)?,
    }
    Ok(ExitCode::from(DONE))
}

/// Whether JSON is an array or the object itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Many {
    /// A listing.
    All,
    /// What an act was about.
    One,
}

/// JSON or CSV.
pub(super) fn exported(rows: &[Listed], format: Format, many: Many) -> anyhow::Result<String> {
    if format == Format::Csv {
        let mut csv = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
        csv.write_record(HEADS)?;
        for row in rows {
            csv.serialize(row)?;
        }
        return Ok(String::from_utf8(csv.into_inner()?)?);
    }
    Ok(match (many, rows) {
        (Many::One, [one]) => serde_json::to_string(one)?,
        (_, []) => "[]".to_owned(),
        (_, rows) => {
            let lines: Vec<String> = rows.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
            format!("[\n{}\n]", lines.join(",\n"))
        }
    })
}

/// Columns of CSV, as the keys of JSON.
const HEADS: [&str; 15] = [
    "queue",
    "bulletin",
    "title",
    "programme",
    "times",
    "aired",
    "from",
    "until",
    "state",
    "next_programme",
    "next_at",
    "queued_at",
    "by",
    "removed_at",
    "removed_by",
];

fn table(config: &Config, rows: &[Listed]) -> String {
    let pick = |vi, en| config.language.pick(vi, en);
    let heads = [
        pick("MỤC", "ENTRY"),
        pick("TIN BÀI", "BULLETIN"),
        pick("CHƯƠNG TRÌNH", "PROGRAMME"),
        pick("ĐÃ PHÁT", "AIRED"),
        pick("TỪ", "FROM"),
        pick("ĐẾN", "UNTIL"),
        pick("SẼ PHÁT", "NEXT"),
    ];
    let cells = |row: &Listed| {
        let day = |day: Option<NaiveDate>| day.map_or_else(|| "-".to_owned(), |day| day.to_string());
        let next = match (row.state, row.next_programme.as_ref().zip(row.next_at.as_ref())) {
            (State::Removed, _) => pick("đã rút ra", "removed").to_owned(),
            (State::Done, _) => pick("đã phát đủ", "done").to_owned(),
            (State::Expired, _) => pick("đã hết hạn", "expired").to_owned(),
            (State::Waiting, Some((programme, at))) => format!("{} {}  {programme}", &at[..10], &at[11..16]),
            (State::Waiting, None) => pick("chưa thấy trong 14 ngày tới", "not in the next 14 days").to_owned(),
        };
        [
            row.queue.to_string(),
            format!("#{} {}", row.bulletin, row.title),
            row.programme.clone().unwrap_or_else(|| pick("bất kỳ", "any").to_owned()),
            format!("{}/{}", row.aired, row.times),
            day(row.from),
            day(row.until),
            next,
        ]
    };
    let mut lines = vec![heads.map(str::to_owned)];
    lines.extend(rows.iter().map(cells));
    let width = |column: usize| lines.iter().map(|line| line[column].width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();
    let line = |cells: &[String; 7]| {
        let padded =
            cells.iter().zip(&widths).map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.width())));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}
