//! What people and programs read of zones and of what was recorded of them.
//!
//! In: settings, acts, the time. Out: how each zone is now, lines of acts, sentences in the station's language. Zones that the
//! station has no more are shown by their ids. Next: `crate::zones`.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike as _, FixedOffset, NaiveDate, Utc};
use serde::Serialize;

use crate::airing::rfc3339;
use crate::calendar::local_date;
use crate::config::Config;
use crate::language::Language;
use crate::zones::{Act, Change, State, States, in_force};

/// To the minute, in the station's time.
pub(crate) fn minute(config: &Config, at: DateTime<FixedOffset>) -> String {
    at.with_timezone(&config.station.timezone).format("%d/%m/%Y %H:%M").to_string()
}

/// An act that was just recorded, as programs read it.
#[derive(Debug, Serialize)]
pub(crate) struct Made<'a> {
    zone_act: i64,
    #[serde(flatten)]
    line: ActLine<'a>,
}

impl<'a> Made<'a> {
    /// What programs read of an act that was just recorded.
    pub(crate) fn of(config: &'a Config, act: &'a Act) -> Self {
        Self { zone_act: act.seq, line: ActLine::of(config, act, None) }
    }
}

/// What was recorded; of an undoing also what follows from it.
pub(crate) fn sentence(config: &Config, act: &Act, states: &States, language: Language) -> String {
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
    language.pick(&vi, &en).to_owned()
}

/// An act as programs read it.
#[derive(Debug, Serialize)]
pub(crate) struct ActLine<'a> {
    pub(crate) seq: i64,
    pub(crate) zone: &'a str,
    pub(crate) name: &'a str,
    act: &'static str,
    at: String,
    pub(crate) why: Option<&'a str>,
    pub(crate) undoes: Option<i64>,
    pub(crate) undone_by: Option<i64>,
    recorded_at: String,
    pub(crate) by: &'a str,
    #[serde(skip)]
    pub(crate) is: &'a Act,
}

impl<'a> ActLine<'a> {
    /// What programs read of an act.
    pub(crate) fn of(config: &'a Config, act: &'a Act, undone_by: Option<i64>) -> Self {
        Self {
            seq: act.seq,
            zone: &act.zone,
            name: config.zone_name(&act.zone),
            act: act.act.as_str(),
            at: rfc3339(&act.at),
            why: act.why.as_deref(),
            undoes: act.undoes,
            undone_by,
            recorded_at: rfc3339(&act.recorded_at),
            by: &act.by,
            is: act,
        }
    }
}

/// `hỏng`, `đã sửa`, `hủy số 3`, and by which act it was undone.
pub(crate) fn act_words(language: Language, line: &ActLine<'_>) -> String {
    let act = match (line.is.act, line.undoes) {
        (Change::Broken, _) => language.pick("hỏng", "broken").to_owned(),
        (Change::Repaired, _) => language.pick("đã sửa", "repaired").to_owned(),
        (Change::Undone, undoes) => {
            format!("{} {}", language.pick("hủy số", "undoes"), undoes.unwrap_or_default())
        }
    };
    match line.undone_by {
        None => act,
        Some(by) => format!("{act} ({} {by})", language.pick("đã hủy bởi số", "undone by")),
    }
}

/// A zone as programs read it.
#[derive(Debug, Serialize)]
pub(crate) struct ZoneLine<'a> {
    pub(crate) zone: &'a str,
    pub(crate) name: &'a str,
    pub(crate) speakers: Option<i64>,
    pub(crate) state: &'static str,
    pub(crate) since: Option<String>,
    pub(crate) why: Option<&'a str>,
    pub(crate) by: Option<&'a str>,
    pub(crate) broken_days_this_month: i64,
    #[serde(skip)]
    pub(crate) since_at: Option<DateTime<FixedOffset>>,
}

/// How each zone is; of those that left loa.toml only the ones that nobody repaired.
pub(crate) fn lines<'a>(config: &'a Config, acts: &'a [Act], now: DateTime<Utc>) -> Vec<ZoneLine<'a>> {
    let tz = config.station.timezone;
    let (states, today) = (States::new(acts), local_date(tz, now));
    let first = NaiveDate::from_ymd_opt(today.year(), today.month(), 1).unwrap_or(today);
    let line = |(id, name, speakers): (&'a str, &'a str, Option<i64>)| {
        let (state, since_at) = match states.state_at(id, now) {
            State::Working => ("working", None),
            State::Broken { since } => ("broken", Some(since)),
        };
        let said = |act: &&Act| act.zone == id && act.act == Change::Broken && Some(act.at) == since_at;
        let said = in_force(acts).find(said);
        ZoneLine {
            zone: id,
            name,
            speakers,
            state,
            since: since_at.as_ref().map(rfc3339),
            why: said.and_then(|act| act.why.as_deref()),
            by: said.map(|act| act.by.as_str()),
            broken_days_this_month: states.broken_days(id, first, today, tz),
            since_at,
        }
    };
    // Of those that left loa.toml the ones that nobody repaired: they can still be.
    let gone: BTreeSet<&str> = acts.iter().map(|act| act.zone.as_str()).collect();
    let is_gone = |id: &&str| !config.zones.iter().any(|zone| zone.id == *id) && states.newest(id) != State::Working;
    let gone = gone.into_iter().filter(is_gone).map(|id| (id, config.zone_name(id), None));
    let zones = config.zones.iter().map(|zone| (zone.id.as_str(), zone.name.as_str(), zone.speakers));
    zones.chain(gone).map(line).collect()
}
