//! `loa zone broken`, `repaired`, `undo`: one act recorded.
//!
//! In: a zone, a day or an instant, a name, a reason. Out: the act's number, or why nothing was recorded. A day is taken to be
//! broken as a whole: broken from its beginning, repaired from its end, so that no airing of that day counts on somebody's
//! guess of the hour. Next: `crate::zones::judge`, the rule.

use std::io::{self, Write as _};
use std::process::ExitCode;

use chrono::{DateTime, FixedOffset};
use serde::Serialize;

use super::history::{Line, acts};
use super::{minute, unknown};
use crate::backup::block_on;
use crate::calendar::with_offset;
use crate::cli::bulletin::{Told, Typed, failed, signature, tell};
use crate::cli::when::When;
use crate::cli::{DONE, WRONG_INPUT};
use crate::config::Config;
use crate::problem::{Problem, Severity};
use crate::store::{Register, RegisterError};
use crate::zones::{Act, Change, State, States, Wish};

/// Arguments of `loa zone broken`.
#[derive(Debug, clap::Args)]
pub(super) struct BrokenArgs {
    /// The zone's id in loa.toml
    zone: String,
    /// Since when: YYYY-MM-DD, the beginning of that day, or RFC 3339 [default: now]
    #[arg(long, value_name = "D")]
    since: Option<When>,
    #[command(flatten)]
    signed: Signed,
    /// What is broken, or how it was found
    #[arg(long, value_name = "W")]
    why: Option<String>,
}

/// Arguments of `loa zone repaired`.
#[derive(Debug, clap::Args)]
pub(super) struct RepairedArgs {
    /// The zone's id in loa.toml
    zone: String,
    /// When: YYYY-MM-DD, the end of that day (of today: now), or RFC 3339 [default: now]
    ///
    /// The day of the repair counts as a day on which the zone was broken. Name the instant if airings of that day count.
    #[arg(long, value_name = "D")]
    on: Option<When>,
    #[command(flatten)]
    signed: Signed,
    /// What was done
    #[arg(long, value_name = "W")]
    why: Option<String>,
}

/// Arguments of `loa zone undo`.
#[derive(Debug, clap::Args)]
pub(super) struct UndoArgs {
    /// Number of the act, as `loa zone history` shows it
    #[arg(value_name = "SEQ")]
    seq: i64,
    #[command(flatten)]
    signed: Signed,
    /// The reason
    #[arg(long, value_name = "W")]
    why: String,
}

/// Who acts, and how it is told.
#[derive(Debug, clap::Args)]
struct Signed {
    /// The name of the person who says so; the operating system's user is kept beside it
    #[arg(long, value_name = "NAME")]
    by: String,
    /// How to tell what was recorded
    #[arg(long, value_enum, default_value_t)]
    format: Told,
}

/// Records that a zone is broken.
pub(super) fn broken(config: &Config, args: &BrokenArgs) -> anyhow::Result<ExitCode> {
    let tz = config.station.timezone;
    let since = |now| args.since.map_or(now, |since| with_offset(tz, since.begin(tz)));
    let problems = stranger(config, args.zone.trim(), false);
    let wish = |now, _| Wish::Broken(args.zone.trim().to_owned(), since(now));
    record(config, problems, &args.signed, args.why.as_deref(), wish)
}

/// Records that it works again.
pub(super) fn repaired(config: &Config, args: &RepairedArgs) -> anyhow::Result<ExitCode> {
    let tz = config.station.timezone;
    let on = |now: DateTime<FixedOffset>, is_behind| match args.on {
        None => now,
        // The end of today has not come: what was repaired today works from now on.
        Some(day @ When::Day(_)) if day.begin(tz) <= now => with_offset(tz, day.end(tz).min(now.to_utc())),
        // Of a clock that is not believed nobody knows what has come.
        Some(day @ When::Day(_)) if is_behind => with_offset(tz, day.end(tz)),
        Some(when) => with_offset(tz, when.begin(tz)),
    };
    let problems = stranger(config, args.zone.trim(), true);
    let wish = |now, is_behind| Wish::Repaired(args.zone.trim().to_owned(), on(now, is_behind));
    record(config, problems, &args.signed, args.why.as_deref(), wish)
}

/// Records that an act was a mistake.
pub(super) fn undo(config: &Config, args: &UndoArgs) -> anyhow::Result<ExitCode> {
    record(config, Vec::new(), &args.signed, Some(&args.why), |_, _| Wish::Undo(args.seq))
}

/// Whether a zone is none of the station's. One that left loa.toml while it was broken can still be repaired.
fn stranger(config: &Config, zone: &str, or_broken: bool) -> Vec<Problem> {
    let is_broken = || States::new(&acts(config).unwrap_or_default()).newest(zone) != State::Working;
    let is_known = config.zones.iter().any(|each| each.id == zone) || (or_broken && is_broken());
    if is_known { Vec::new() } else { vec![Problem::typed(Severity::Error, unknown(config, zone))] }
}

/// Records an act; the wish is told the time, and whether the clock is behind the log and not believed.
fn record(
    config: &Config,
    mut problems: Vec<Problem>,
    args: &Signed,
    why: Option<&str>,
    wish: impl FnOnce(DateTime<FixedOffset>, bool) -> Wish,
) -> anyhow::Result<ExitCode> {
    let mut typed = Typed::new(config);
    let by = typed.line("--by", &args.by);
    let why = why.and_then(|why| typed.line("--why", why));
    problems.append(&mut typed.problems);
    if tell(config, &problems) {
        return Ok(ExitCode::from(WRONG_INPUT));
    }
    let signed = signature(config, by.as_deref());
    let recorded = block_on(async {
        let mut register = Register::open(&config.data_dir).await?;
        let wish = wish(signed.at, register.is_behind(&signed).await?);
        let recorded = register.record_zone(wish, why.as_deref(), &signed).await?;
        let acts = register.zone_acts().await?;
        register.close().await;
        Ok::<_, RegisterError>(recorded.map(|act| (act, States::new(&acts))))
    });
    match recorded {
        Err(error) => Ok(failed(config, &error)),
        Ok(Err(fault)) => {
            tell(config, &[Problem::typed(Severity::Error, fault)]);
            Ok(ExitCode::from(WRONG_INPUT))
        }
        Ok(Ok((act, states))) => {
            let told = match args.format {
                Told::Text => sentence(config, &act, &states),
                Told::Json => serde_json::to_string(&Made { zone_act: act.seq, line: Line::of(config, &act, None) })?,
            };
            writeln!(io::stdout(), "{told}")?;
            Ok(ExitCode::from(DONE))
        }
    }
}

/// An act that was just recorded, as programs read it.
#[derive(Debug, Serialize)]
struct Made<'a> {
    zone_act: i64,
    #[serde(flatten)]
    line: Line<'a>,
}

/// What was recorded; of an undoing also what follows from it.
fn sentence(config: &Config, act: &Act, states: &States) -> String {
    let (seq, at) = (act.seq, minute(config, act.at));
    let zone = format!("{} ({})", act.zone, config.zone_name(&act.zone));
    let undone = act.undoes.unwrap_or_default();
    let (vi, en) = match (act.act, states.newest(&act.zone)) {
        (Change::Broken, _) => (
            format!("đã ghi số {seq}: cụm loa {zone} hỏng từ {at}"),
            format!("recorded as {seq}: the zone {zone} is broken since {at}"),
        ),
        (Change::Repaired, _) => (
            format!("đã ghi số {seq}: cụm loa {zone} hoạt động lại từ {at}"),
            format!("recorded as {seq}: the zone {zone} works again since {at}"),
        ),
        (Change::Undone, State::Working) => (
            format!("đã ghi số {seq}: hủy ghi nhận số {undone}; cụm loa {zone} đang hoạt động"),
            format!("recorded as {seq}: act {undone} is undone; the zone {zone} works"),
        ),
        (Change::Undone, State::Broken { since }) => {
            let since = minute(config, since);
            (
                format!("đã ghi số {seq}: hủy ghi nhận số {undone}; cụm loa {zone} hỏng từ {since}"),
                format!("recorded as {seq}: act {undone} is undone; the zone {zone} is broken since {since}"),
            )
        }
    };
    config.language.pick(&vi, &en).to_owned()
}
