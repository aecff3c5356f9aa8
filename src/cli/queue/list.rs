//! `loa queue list`: what waits, how often it has aired and when it is drawn next; and entries as other programs read them.
//!
//! In: the queue and the coming programmes as the database knows them. Out: a table, JSON or CSV on stdout. An entry that
//! has aired as often as it should, or whose last day is over, waits no more. Reads only. Next: `rundown::foresee`.

use std::collections::{BTreeSet, HashMap};
use std::process::ExitCode;

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta, Utc};
use serde::Serialize;
use unicode_width::UnicodeWidthStr as _;

use super::print;
use crate::airing::{AiringId, rfc3339};
use crate::backup::block_on;
use crate::calendar::{local_date, with_offset};
use crate::cli::bulletin::{failed, tell};
use crate::cli::foreseen::{foresight, week_by_week};
use crate::cli::stored;
use crate::cli::timetable::accepted;
use crate::cli::{DONE, Format};
use crate::clock::Clock;
use crate::config::Config;
use crate::problem::{Problem, Severity};
use crate::rundown::foresee::Foresight;
use crate::schedule::Schedule;
use crate::store::{Register, RegisterError, Waiting};

/// How far draws are foreseen: beyond two weeks too much will have changed.
pub(super) const FORESEEN: TimeDelta = TimeDelta::days(14);

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
    let entries = block_on(async {
        let Some(mut register) = Register::look(&config.data_dir).await? else { return Ok(Vec::new()) };
        let entries = register.entries().await?;
        register.close().await;
        Ok::<_, RegisterError>(entries)
    });
    let entries = match entries {
        Ok(entries) => entries,
        Err(error) => return Ok(failed(config, &error)),
    };
    // A schedule with problems has no draws; the queue is there all the same.
    let schedule = accepted(config).unwrap_or_default();
    let now = Clock::system().now().wall;
    let mut foresight = foresight(config, &schedule, now, now, 0)?;
    let sounds = foresight.clone();
    let draws = next_draws(config, &schedule, &mut foresight, now);
    let mut listed: Vec<Listed> = entries.iter().map(|each| Listed::of(config, each)).collect();
    for each in &mut listed {
        each.foresee(draws.get(&each.queue));
    }
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

/// A draw that is foreseen.
#[derive(Debug, Clone)]
pub(super) struct Drawn {
    /// The programme's id.
    pub(super) programme: String,
    /// Its title.
    pub(super) title: String,
    /// Its instant.
    pub(super) at: DateTime<FixedOffset>,
    /// The slot.
    pub(super) airing: AiringId,
}

/// The first draw of each entry in the coming two weeks. What a programme that has begun has drawn is no longer to come.
fn next_draws(
    config: &Config,
    schedule: &Schedule,
    foresight: &mut Foresight,
    now: DateTime<Utc>,
) -> HashMap<i64, Drawn> {
    let mut draws = HashMap::new();
    for (entry, drawn) in foreseen(config, schedule, foresight, now) {
        if drawn.at >= now {
            draws.entry(entry).or_insert(drawn);
        }
    }
    draws
}

/// Every draw that is foreseen for the coming two weeks, with the entry that it is of, in the order of time.
pub(super) fn foreseen(
    config: &Config,
    schedule: &Schedule,
    foresight: &mut Foresight,
    now: DateTime<Utc>,
) -> Vec<(i64, Drawn)> {
    let zone = config.station.timezone;
    let coming = week_by_week(schedule, zone, now - TimeDelta::hours(24)..now + FORESEEN);
    let mut draws = Vec::new();
    for occurrence in coming.filter(|each| each.window_ends_at > now) {
        let rundown = foresight.rundown(&occurrence);
        let at = with_offset(zone, rundown.scheduled_at);
        draws.extend(rundown.items.iter().filter_map(|item| {
            let entry = item.bulletin.as_ref()?.entry?;
            let (programme, title) = (rundown.programme.clone(), rundown.title.clone());
            Some((entry, Drawn { programme, title, at, airing: item.airing.clone() }))
        }));
    }
    draws
}

/// Whether an entry is still to be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// It is.
    Waiting,
    /// It aired as often as it should.
    Done,
    /// Its last day is over.
    Expired,
    /// Somebody took it out.
    Removed,
}

/// An entry as other programs read it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Listed {
    /// Number of the entry.
    pub(super) queue: i64,
    bulletin: i64,
    title: String,
    programme: Option<String>,
    times: u32,
    aired: u32,
    from: Option<NaiveDate>,
    until: Option<NaiveDate>,
    pub(super) state: State,
    next_programme: Option<String>,
    next_at: Option<String>,
    queued_at: String,
    by: String,
    removed_at: Option<String>,
    removed_by: Option<String>,
}

impl Listed {
    /// Says when it is drawn next.
    pub(super) fn foresee(&mut self, next: Option<&Drawn>) {
        self.next_programme = next.map(|drawn| drawn.programme.clone());
        self.next_at = next.map(|drawn| rfc3339(&drawn.at));
    }

    /// An entry of which no draw is foreseen.
    pub(super) fn of(config: &Config, waiting: &Waiting) -> Self {
        let zone = config.station.timezone;
        let (entry, today) = (&waiting.entry, local_date(zone, Clock::system().now().wall));
        let shown = |at| rfc3339(&with_offset(zone, at));
        let state = if waiting.removed.is_some() {
            State::Removed
        } else if waiting.aired >= entry.times {
            State::Done
        } else if entry.until.is_some_and(|until| until < today) {
            State::Expired
        } else {
            State::Waiting
        };
        Self {
            queue: entry.id,
            bulletin: entry.bulletin,
            title: waiting.title.clone(),
            programme: entry.programme.clone(),
            times: entry.times,
            aired: waiting.aired,
            from: entry.from,
            until: entry.until,
            state,
            next_programme: None,
            next_at: None,
            queued_at: shown(entry.queued_at),
            by: waiting.by.clone(),
            removed_at: waiting.removed.as_ref().map(|(at, _)| shown(*at)),
            removed_by: waiting.removed.as_ref().map(|(_, by)| by.clone()),
        }
    }
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
