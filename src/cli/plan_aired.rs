//! What of the plan has aired so far: themes and months of the plan's year, below the plan.
//!
//! In: settings, the plan, the airing log if there is one. Out: lines of at most 100 columns, or the same for JSON. A log that is
//! not there or cannot be read is no reason to hide the plan: the latter is told on stderr. Must never count: that is
//! `report::figures`. Next: `when`.

use std::io::{self, Write};

use anyhow::Context as _;
use serde::Serialize;
use unicode_width::UnicodeWidthStr as _;

use crate::calendar::local_date;
use crate::clock::Clock;
use crate::config::Config;
use crate::language::Language;
use crate::office::evidence::told;
use crate::plan::Plan;
use crate::report::figures::{Aired, MonthLine, Split, ThemeLine};
use crate::report::make::{Made, make};
use crate::report::period::{Period, Span, Window};
use crate::report::table::{date, grouped, minutes};
use crate::store::ReadError;

/// The year of the plan up to today; none without a log, and before the year begins.
pub(super) fn so_far(config: &Config, plan: &Plan) -> anyhow::Result<Option<Made>> {
    let now = Clock::system().now().wall;
    let calendar = config.report.calendar;
    let year = i32::try_from(plan.year).context("the plan's year is one of this calendar")?;
    let Window { first, last } = Period::new(Span::Year(year), calendar).window;
    let today = local_date(config.station.timezone, now);
    if today < first {
        return Ok(None);
    }
    let period = Period::new(Span::Days(Window { first, last: last.min(today) }), calendar);
    let runtime = tokio::runtime::Builder::new_current_thread().build().context("cannot start the runtime")?;
    match runtime.block_on(make(config, Some(plan), period, now)) {
        Ok(made) => Ok(Some(made)),
        Err(ReadError::Missing(_)) => Ok(None),
        Err(error) => {
            eprintln!("loa: what has aired of the plan is not shown: {}", told(error));
            Ok(None)
        }
    }
}

/// What JSON tells of it under the key `aired`.
#[derive(Debug, Serialize)]
pub(super) struct SoFar<'a> {
    window: Window,
    /// Head of the log that it was counted from.
    head: String,
    totals: Split,
    themes: &'a [ThemeLine],
    months: &'a [MonthLine],
}

impl<'a> SoFar<'a> {
    pub(super) fn new(made: &'a Made) -> Self {
        let figures = &made.figures;
        Self {
            window: figures.window,
            head: made.heads.log.to_string(),
            totals: figures.totals.aired,
            themes: &figures.themes,
            months: &figures.months,
        }
    }
}

/// Prints airings by theme and month, then their sum and minutes; a theme without any is marked.
pub(super) fn print(out: &mut impl Write, made: &Made, language: Language) -> io::Result<()> {
    let figures = &made.figures;
    let Window { first, last } = figures.window;
    let days = format!("{} - {}", date(first, language), date(last, language));
    let heading = language.pick("LƯỢT PHÁT THEO NỘI DUNG VÀ THÁNG", "AIRINGS BY THEME AND MONTH");
    writeln!(out, "\n{heading} ({days})")?;
    let name = |line: &MonthLine| format!("{}/{:02}", line.month.month, line.month.year % 100);
    let months: Vec<String> = figures.months.iter().map(name).collect();
    cells(out, ' ', "", &months, [language.pick("cộng", "sum"), language.pick("phút", "minutes")])?;
    let count = |aired: &Aired| if aired.airings == 0 { "·".to_owned() } else { grouped(aired.airings, language) };
    let line = |out: &mut dyn Write, mark: char, name: &str, by_month: &[Aired], sum: Aired| {
        let by_month: Vec<String> = by_month.iter().map(count).collect();
        let ends = [grouped(sum.airings, language), minutes(sum.aired_ms, language)];
        cells(out, mark, name, &by_month, [&ends[0], &ends[1]])
    };
    for theme in figures.themes.iter().filter(|theme| theme.is_planned) {
        let mark = if theme.aired.airings == 0 { '!' } else { ' ' };
        line(out, mark, &theme.code, &theme.months, theme.aired)?;
    }
    let of = |pick: fn(&Split) -> Aired| figures.months.iter().map(|line| pick(&line.aired)).collect::<Vec<_>>();
    let totals = &figures.totals.aired;
    line(out, ' ', language.pick("cộng", "plan"), &of(|split| split.plan), totals.plan)?;
    line(out, ' ', language.pick("khác", "other"), &of(|split| split.other), totals.other)?;
    let silent: Vec<&str> = nothing_aired(&figures.themes).collect();
    if !silent.is_empty() {
        writeln!(out, "  ! {}: {}", language.pick("chưa phát lượt nào", "nothing aired yet"), silent.join(", "))?;
    }
    Ok(())
}

fn nothing_aired(themes: &[ThemeLine]) -> impl Iterator<Item = &str> {
    themes.iter().filter(|theme| theme.is_planned && theme.aired.airings == 0).map(|theme| &*theme.code)
}

/// A mark, a name, a figure for each month, and the two at the end.
fn cells(out: &mut dyn Write, mark: char, name: &str, months: &[String], ends: [&str; 2]) -> io::Result<()> {
    let pad = |text: &str, width: usize| " ".repeat(width.saturating_sub(text.width()));
    write!(out, "{mark} {name}{}", pad(name, 6))?;
    for month in months {
        write!(out, "{}{month}", pad(month, 6))?;
    }
    let [sum, length] = ends;
    writeln!(out, "{}{sum}{}{length}", pad(sum, 7), pad(length, 10))
}
