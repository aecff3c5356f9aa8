//! `loa queue add`: a bulletin waits, and where it will air.
//!
//! In: a number, and what is wished of programmes, days and repeats. Out: the entry's number and the next programmes that
//! would draw it; all problems at once, and with an error nothing is queued. Next: `list`.

use std::process::ExitCode;

use chrono::{Datelike as _, NaiveDate};
use serde::Serialize;

use super::{print, signed};
use crate::airing::{AiringId, rfc3339};
use crate::cli::bulletin::{failed, refused, tell};
use crate::cli::timetable::accepted;
use crate::cli::{DONE, FAILED, Format, WRONG_INPUT, counted};
use crate::clock::Clock;
use crate::config::Config;
use crate::office::queue::{self, Airings, Drawn, Enqueued, Listed, MOST_TIMES};
use crate::problem::{Problem, Severity};
use crate::rundown::queueing::Wanted;
use crate::schedule::table::parse_date;
use crate::store::Waiting;

/// Coming airings that are named in text.
const SHOWN: usize = 5;

/// Arguments of `loa queue add`.
#[derive(Debug, clap::Args)]
pub(super) struct AddArgs {
    /// Number of the bulletin
    #[arg(value_name = "N")]
    bulletin: i64,
    /// Only into this programme, by its id [default: any with a queue item]
    #[arg(long, value_name = "P")]
    programme: Option<String>,
    /// How often it shall air in all
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=MOST_TIMES))]
    times: u32,
    /// First day: YYYY-MM-DD
    #[arg(long, value_name = "D", value_parser = day)]
    from: Option<NaiveDate>,
    /// Last day: YYYY-MM-DD
    #[arg(long, value_name = "D", value_parser = day)]
    until: Option<NaiveDate>,
    /// The name of the person who acts; the operating system's user is kept beside it
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

fn day(text: &str) -> Result<NaiveDate, String> {
    parse_date(text).ok_or_else(|| "write a day as `2025-03-01`".to_owned())
}

/// Queues a bulletin.
pub(super) fn run(config: &Config, args: AddArgs) -> anyhow::Result<ExitCode> {
    let schedule = accepted(config)?;
    let Some(signed) = signed(config, args.by.as_deref()) else { return Ok(ExitCode::from(WRONG_INPUT)) };
    let format = args.format;
    let wanted = Wanted {
        bulletin: args.bulletin,
        programme: args.programme,
        times: args.times,
        from: args.from,
        until: args.until,
    };
    let problems = match queue::judged(config, &schedule, &wanted, signed.at.to_utc())? {
        Ok(problems) => problems,
        Err(error) => return Ok(failed(config, &error)),
    };
    if tell(config, &problems) {
        return Ok(ExitCode::from(WRONG_INPUT));
    }
    let queued = match queue::enqueue(config, &wanted, &signed) {
        Ok(Enqueued::Done(queued)) => queued,
        Ok(Enqueued::WaitsAlready(fault)) => {
            tell(config, &[Problem::typed(Severity::Error, fault)]);
            return Ok(ExitCode::from(WRONG_INPUT));
        }
        Ok(Enqueued::Gone) => {
            let why = ("hàng chờ vừa bị người khác sửa", "somebody else has just changed the queue");
            return Ok(refused(config, FAILED, why));
        }
        Err(error) => return Ok(failed(config, &error)),
    };
    let Airings { airs, is_approved } = queue::airings(config, &schedule, &queued.entry, Clock::system().now().wall)?;
    match format {
        Format::Text => print(&told(config, &queued, &airs, is_approved))?,
        format => print(&exported(config, &queued, &airs, is_approved, &problems, format)?)?,
    }
    Ok(ExitCode::from(DONE))
}

fn told(config: &Config, queued: &Waiting, airs: &[Drawn], is_approved: bool) -> String {
    let pick = |vi: String, en: String| config.language.pick(&vi, &en).to_owned();
    let Waiting { entry, title, .. } = queued;
    let times = counted(entry.times as usize, "time");
    let mut lines = vec![pick(
        format!("đã vào hàng chờ, mục {}: tin bài số {} “{title}”, phát {} lần", entry.id, entry.bulletin, entry.times),
        format!("queued as entry {}: bulletin {} “{title}”, to air {times}", entry.id, entry.bulletin),
    )];
    if airs.is_empty() {
        lines.push(pick(
            "14 ngày tới chưa thấy buổi phát nào lấy tin bài này".to_owned(),
            "no programme of the next 14 days would draw it".to_owned(),
        ));
    } else if is_approved {
        lines.push(pick("sẽ phát:".to_owned(), "it will air:".to_owned()));
    } else {
        lines
            .push(pick("sẽ phát, nếu được duyệt trước đó:".to_owned(), "once it is approved, it will air:".to_owned()));
    }
    let line = |drawn: &Drawn| {
        let (day, weekday) = (drawn.at.format("%F %R"), config.language.weekday(drawn.at.weekday()));
        format!("  {day} {weekday}  {}  {}", drawn.programme, drawn.title)
    };
    lines.extend(airs.iter().take(SHOWN).map(line));
    if airs.len() > SHOWN {
        let more = airs.len() - SHOWN;
        lines.push(pick(format!("  và {more} lần nữa"), format!("  and {more} times more")));
    }
    lines.join("\n")
}

#[derive(Serialize)]
struct Queued<'a> {
    #[serde(flatten)]
    entry: Listed,
    approved: bool,
    airs: Vec<Airs<'a>>,
    warnings: Vec<String>,
}

#[derive(Serialize)]
struct Airs<'a> {
    programme: &'a str,
    title: &'a str,
    scheduled_at: String,
    airing: &'a AiringId,
}

fn exported(
    config: &Config,
    queued: &Waiting,
    airs: &[Drawn],
    is_approved: bool,
    problems: &[Problem],
    format: Format,
) -> anyhow::Result<String> {
    let mut entry = Listed::of(config, queued);
    entry.foresee(airs.first());
    if format == Format::Csv {
        return super::list::exported(&[entry], format, super::list::Many::One);
    }
    let airing = |drawn| {
        let Drawn { programme, title, at, airing }: &Drawn = drawn;
        Airs { programme, title, scheduled_at: rfc3339(at), airing }
    };
    Ok(serde_json::to_string(&Queued {
        entry,
        approved: is_approved,
        airs: airs.iter().map(airing).collect(),
        warnings: problems.iter().map(|problem| problem.say(config.language).message).collect(),
    })?)
}
