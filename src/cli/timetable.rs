//! `loa timetable`: what is planned.
//!
//! In: a span of days. Out: every occurrence in it, as text, JSON or CSV, on stdout. Works week by week, so that a long
//! span needs no memory. A schedule with errors has no timetable. Next: `crate::timetable`.

use std::io::{self, Write};
use std::ops::Range;
use std::path::PathBuf;
use std::process::ExitCode;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use unicode_width::UnicodeWidthStr;

use super::foreseen::{catch_up, foresight, week_by_week};
use super::planned::{print_csv, print_json};
use super::sheet;
use super::special_days::{Headings, taken_out};
use super::when::When;
use super::{ConfigChoice, DONE, Format, WrongInput, counted, say};
use crate::airing::{Priority, Reason};
use crate::calendar::{local_date, with_offset};
use crate::clock::Clock;
use crate::office::sheet_page::minutes;
use crate::rundown::foresee::{Foresight, length_ms, names_bulletins, starts_ms};
use crate::rundown::{Rundown, RundownItem};
use crate::schedule::text::span_text;
use crate::schedule::{Programme, Schedule};
use crate::timetable::Occurrence;

/// So many files of unknown length are measured for a list: signatures and greetings of a new station.
const MEASURED: usize = 20;

/// Ten years: more is a mistake in a date.
const MOST_DAYS: i64 = 3_660;

/// List what is planned.
#[derive(Debug, clap::Args)]
pub struct TimetableArgs {
    /// First day or instant [default: today]
    #[arg(long, value_name = "D")]
    from: Option<When>,
    /// Last day, or the instant after the span
    #[arg(long, value_name = "D", conflicts_with = "days")]
    to: Option<When>,
    /// Length of the span in days [default: 7]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(1..=MOST_DAYS))]
    days: Option<i64>,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Instead of a list, a page to print and pin up, a sheet of A4 for each day [default: tomorrow]
    #[arg(long, requires = "output", conflicts_with_all = ["to", "format"])]
    sheet: bool,
    /// Where the page goes, as HTML; `-` is stdout
    #[arg(short, long, value_name = "FILE", requires = "sheet")]
    output: Option<PathBuf>,
}

/// Prints the timetable of the span, or writes its sheets.
pub fn run(choice: &ConfigChoice, args: &TimetableArgs) -> anyhow::Result<ExitCode> {
    let config = choice.load()?;
    if let Some(output) = &args.output {
        return sheet::write(&config, args.from, args.days.unwrap_or(1), output);
    }
    let (zone, now) = (config.station.timezone, Clock::system().now().wall);
    let (from, to) = span(args, zone, now)?;
    let schedule = accepted(&config)?;
    let mut foresight = foresight(&config, &schedule, now, from, MEASURED)?;
    catch_up(&mut foresight, &schedule, zone, now, from);
    let mut out = io::BufWriter::new(io::stdout().lock());
    let count = print(&mut out, &schedule, zone, &mut foresight, from..to, args.format)?;
    out.flush()?;
    if count == 0 {
        let shown = |at| with_offset(zone, at).to_rfc3339();
        say(format_args!("nothing is planned from {} to {}", shown(from), shown(to)));
    }
    Ok(ExitCode::from(DONE))
}

pub(crate) use crate::office::evidence::accepted;

fn span(args: &TimetableArgs, zone: Tz, now: DateTime<Utc>) -> Result<(DateTime<Utc>, DateTime<Utc>), WrongInput> {
    let today = When::Day(local_date(zone, now));
    let first = args.from.unwrap_or(today);
    let from = first.begin(zone);
    let to = match (args.to, first) {
        (Some(to), _) => to.end(zone),
        (None, When::Instant(at)) => at + TimeDelta::days(args.days.unwrap_or(7)),
        (None, When::Day(day)) => When::Day(day + TimeDelta::days(args.days.unwrap_or(7) - 1)).end(zone),
    };
    // A day that ends where the span begins lies before it, too.
    if to < from || (to == from && matches!(args.to, Some(When::Day(_)))) {
        return Err(WrongInput("`--to` lies before `--from`".into()));
    }
    if to - from > TimeDelta::days(MOST_DAYS + 1) {
        return Err(WrongInput(format!("a span of more than {MOST_DAYS} days is not listed")));
    }
    Ok((from, to))
}

/// Prints the occurrences of a span and answers how many there were.
pub fn print(
    out: &mut impl Write,
    schedule: &Schedule,
    zone: Tz,
    foresight: &mut Foresight,
    span: Range<DateTime<Utc>>,
    format: Format,
) -> anyhow::Result<u64> {
    let mut headings = Headings::new(schedule, zone, &span);
    let occurrences = week_by_week(schedule, zone, span);
    match format {
        Format::Text => print_text(out, schedule, zone, foresight, occurrences, &mut headings),
        Format::Json => print_json(out, zone, foresight, occurrences),
        Format::Csv => print_csv(out, zone, foresight, occurrences),
    }
}

fn print_text(
    out: &mut impl Write,
    schedule: &Schedule,
    zone: Tz,
    foresight: &mut Foresight,
    occurrences: impl Iterator<Item = Occurrence>,
    headings: &mut Headings,
) -> anyhow::Result<u64> {
    let widest = |columns: fn(&Programme) -> usize| schedule.programmes.iter().map(|it| columns(it)).max().unwrap_or(0);
    let (ids, titles) = (widest(|programme| programme.id.len()), widest(|programme| programme.title.width()));
    let mut count = 0;
    for occurrence in occurrences {
        let rundown = foresight.is_open(&occurrence).then(|| foresight.rundown(&occurrence));
        let Occurrence { programme, scheduled_at, .. } = &occurrence;
        headings.print_until(out, local_date(zone, *scheduled_at))?;
        // Not by a format string, which costs more than all else: the parts print themselves.
        let at = with_offset(zone, *scheduled_at);
        let (day, weekday, time, offset) = (at.date_naive(), at.weekday(), at.time(), at.offset());
        let window = span_text(programme.window.num_milliseconds());
        let pad = " ".repeat(titles - programme.title.width());
        let items = counted(rundown.as_ref().map_or(programme.items.len(), |rundown| rundown.items.len()), "item");
        let priority = if programme.priority == Priority::Ordinary { "" } else { "  priority" };
        writeln!(
            out,
            "{day} {weekday} {time}{offset}  {window:>6}  {:<ids$}  {}{pad}  {items}{priority}{}",
            programme.id,
            programme.title,
            taken_out(&occurrence),
        )?;
        if let Some(rundown) = rundown.filter(|_| foresight.knows_bulletins() && names_bulletins(programme)) {
            print_items(out, &rundown, zone, foresight)?;
        }
        count += 1;
    }
    headings.print_until(out, NaiveDate::MAX)?;
    Ok(count)
}

/// The items of a rundown that draws or names bulletins, each with its planned time, as far as lengths are known.
fn print_items(out: &mut impl Write, rundown: &Rundown, zone: Tz, foresight: &Foresight) -> anyhow::Result<()> {
    let widest = rundown.items.iter().map(|item| item.item.width()).max().unwrap_or(0);
    for (item, start) in rundown.items.iter().zip(starts_ms(rundown)) {
        let start = start.map_or_else(
            || "--:--:--".to_owned(),
            |ms| with_offset(zone, rundown.scheduled_at + TimeDelta::milliseconds(ms)).format("%T").to_string(),
        );
        let length = length_ms(item).map_or_else(|| "-".to_owned(), minutes);
        let number = item.bulletin.as_ref().map_or_else(String::new, |facts| format!("#{}", facts.number));
        let pad = " ".repeat(widest - item.item.width());
        let (title, doubt) = (&item.title, doubt(item, foresight));
        writeln!(out, "    {start}  {}{pad}  {length:>6}  {number:>4}  {title}{doubt}", item.item)?;
    }
    Ok(())
}

/// What a person should know of an item besides its title.
fn doubt(item: &RundownItem, foresight: &Foresight) -> &'static str {
    match item.taken_out.as_ref().map(|out| out.reason) {
        Some(Reason::QueueEmpty) => ": nothing in the queue fits",
        Some(_) => ": does not air on this day",
        None if foresight.approved(item) == Some(false) => "  (not approved)",
        None if item.bulletin.is_some() && item.audio.content.is_none() => "  (no sound)",
        None => "",
    }
}
