//! The facts of rows, as far as the desk knows them before or without an airing.
//!
//! In: the station's facts, a rundown or an act, an instant. Out: an `Airing` with everything but what will be measured.
//! Pure. Next: `store`, which chains it.

use chrono::{DateTime, FixedOffset, Utc};

use super::protocol::{Actor, Facts, Measured};
use super::run::Airs;
use crate::airing::{Airing, AiringId, ClockState, Kind, Outcome, Reason, TEST_TONE};
use crate::clock::Moment;
use crate::rundown::Rundown;

/// What a row says of the moment in which it is made.
#[derive(Debug, Clone)]
pub(super) struct RowStamp {
    pub(super) clock: ClockState,
    pub(super) device: Option<String>,
}

/// An instant with the offset that the station's zone has then.
pub(super) fn local(facts: &Facts, at: DateTime<Utc>) -> DateTime<FixedOffset> {
    at.with_timezone(&facts.timezone).fixed_offset()
}

/// The row of a planned item; the outcome is provisional.
pub(super) fn of_item(facts: &Facts, stamp: &RowStamp, rundown: &Rundown, index: usize, attempt: u32) -> Airing {
    let item = &rundown.items[index];
    let mut row = blank(facts, stamp, item.airing.clone(), item.kind, rundown.scheduled_at);
    row.attempt = attempt;
    row.programme = Some(rundown.programme.clone());
    row.programme_title = Some(rundown.title.clone());
    row.item = Some(item.item.clone());
    row.title = Some(item.title.clone());
    row.themes.clone_from(&item.themes);
    row.author.clone_from(&item.author);
    row.genre.clone_from(&item.genre);
    if let Some(bulletin) = &item.bulletin {
        row.bulletin = Some(bulletin.number);
        row.entry = bulletin.entry;
        row.source.clone_from(&bulletin.source);
        row.text_sha256.clone_from(&bulletin.text_sha256);
        row.voice.clone_from(&bulletin.voice);
    }
    row.why = item.taken_out.as_ref().and_then(|out| out.why.clone());
    row.zones.clone_from(&rundown.zones);
    row.zone_names.clone_from(&rundown.zone_names);
    row.priority = rundown.priority;
    row.planned_ms = item.audio.content.as_ref().and_then(|content| content.duration_ms);
    row.sha256 = item.audio.content.as_ref().map(|content| content.sha256.to_string());
    row
}

/// The row of one repeat of a person's `air`.
pub(super) fn of_act(facts: &Facts, stamp: &RowStamp, airs: &Airs, index: usize, attempt: u32) -> Airing {
    let kind = if airs.emergency() { Kind::Emergency } else { Kind::Operator };
    let mut row = blank(facts, stamp, airs.airings[index].clone(), kind, airs.at);
    row.attempt = attempt;
    row.title = Some(airs.title.clone());
    if let Some(bulletin) = airs.bulletin.as_deref() {
        row.bulletin = Some(bulletin.number);
        row.themes.clone_from(&bulletin.themes);
        row.genre.clone_from(&bulletin.genre);
        row.author.clone_from(&bulletin.author);
        row.source.clone_from(&bulletin.source);
        row.text_sha256.clone_from(&bulletin.text_sha256);
        row.voice.clone_from(&bulletin.voice);
    }
    row.priority = airs.priority;
    row.planned_ms = airs.audio.content.as_ref().and_then(|content| content.duration_ms);
    row.sha256 = airs.audio.content.as_ref().map(|content| content.sha256.to_string());
    row.by = Some(airs.actor.by.clone());
    row.via = Some(airs.actor.via.clone());
    row.why.clone_from(&airs.actor.why);
    row.note = airs.is_tone.then(|| TEST_TONE.to_owned());
    row
}

/// One row for off time, or time that the clock jumped over, that is too long to be told item by item.
pub(super) fn long_absence(
    facts: &Facts,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    reason: Reason,
    clock: ClockState,
    now: Moment,
) -> Airing {
    let span = format!("{}..{}", local(facts, from).to_rfc3339(), local(facts, to).to_rfc3339());
    let stamp = RowStamp { clock, device: None };
    let mut row = blank(facts, &stamp, AiringId::act("off", from, 1), Kind::Note, now.wall);
    (row.outcome, row.reason) = (Some(Outcome::Missed), Some(reason));
    let what = if reason == Reason::StationOff { "station off" } else { "jumped over by the clock" };
    row.note = Some(format!("{what}, items of {span} are not listed one by one"));
    row
}

/// A remark of the station itself.
pub(super) fn note(facts: &Facts, clock: ClockState, now: Moment, text: &str) -> Airing {
    let stamp = RowStamp { clock, device: None };
    let mut row = blank(facts, &stamp, AiringId::act("note", now.wall, 1), Kind::Note, now.wall);
    row.note = Some(text.to_owned());
    row
}

/// A person ended it: told beside who had put it on the air, if a person had.
pub(super) fn ended_by(row: &mut Airing, actor: &Actor) {
    if row.by.is_none() {
        (row.by, row.via) = (Some(actor.by.clone()), Some(actor.via.clone()));
        row.why.clone_from(&actor.why);
        return;
    }
    let why = actor.why.as_ref().map_or_else(String::new, |why| format!(": {why}"));
    let ended = format!("ended by {} via {}{why}", actor.by, actor.via);
    row.note = Some(row.note.take().map_or(ended.clone(), |note| format!("{note}; {ended}")));
}

/// Puts what was measured into a row of an attempt that had started at `at`.
pub(super) fn measure(row: &mut Airing, facts: &Facts, at: DateTime<Utc>, error_us: Option<i64>, measured: &Measured) {
    row.started_at = Some(local(facts, at));
    row.ended_at = Some(local(facts, at + chrono::TimeDelta::milliseconds(measured.elapsed_ms)));
    row.start_error_us = error_us;
    // Both lengths are rounded down, each at its own rate: the same audio may be a millisecond longer at the device's.
    let planned = row.planned_ms.filter(|planned| measured.aired_ms == planned + 1);
    row.aired_ms = planned.unwrap_or(measured.aired_ms);
    row.level_dbfs = Some(measured.level_dbfs);
    row.peak_dbfs = Some(measured.peak_dbfs);
    row.xruns = measured.xruns;
    row.starved_ms = measured.starved_ms;
}

fn blank(facts: &Facts, stamp: &RowStamp, airing: AiringId, kind: Kind, at: DateTime<Utc>) -> Airing {
    let (zones, zone_names) = facts.zones.iter().cloned().unzip();
    let at = local(facts, at);
    Airing {
        // Of the day for which it is due, whenever the row is made: a commune that merges leaves its old rows as they were.
        station: facts.station.on(at.date_naive()).to_owned(),
        zones,
        zone_names,
        device: stamp.device.clone(),
        clock: stamp.clock,
        boot_id: facts.boot_id.clone(),
        ..Airing::blank(kind, airing, at, facts.output)
    }
}
