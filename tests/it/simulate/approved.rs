//! What may air, and how often: nothing sounds that nobody had approved, no entry is drawn more often than it was queued for,
//! and what was drawn once stands.
//!
//! In: a life that is over, its rows beside what was heard, every rundown that was stored. Out: nothing, or the first breach.

use std::collections::{BTreeMap, HashMap, HashSet};

use loa::airing::{Kind, Outcome, Reason};
use loa::rundown::Rundown;

use super::due::slot;
use super::honest::{Breach, Told, by_airing, must};
use super::life::Life;

/// What was armed just before an approval was withdrawn may be in the card's buffer.
const LAG_US: i64 = 100_000;

pub(crate) fn check(life: &Life, told: &[Told<'_>]) -> Breach {
    if life.office.is_none() {
        return Ok(());
    }
    for each in told {
        approved(life, each)?;
    }
    times(life)?;
    lengths(life)?;
    draws(life)?;
    once(life)
}

/// The bytes were approved in the moment of the first frame.
fn approved(life: &Life, told: &Told<'_>) -> Breach {
    let (heard, Some(row)) = (told.heard, told.row) else { return Ok(()) };
    let free = row.kind == Kind::Emergency || row.kind == Kind::Fixed && row.themes.is_empty();
    let from = heard.ages.0 - life.make.buffer_ms() * 1000 - LAG_US;
    let was = life.world.office.was_approved(&heard.sha256, (from, heard.ages.0));
    must!(
        free || heard.first.is_none() || was,
        "{} sounded unapproved at {}: {}",
        row.airing,
        heard.ages.0,
        heard.sha256
    );
    must!(
        free || row.approval.is_some() || row.reason == Some(Reason::NotApproved),
        "{}: its row names no approval",
        row.airing
    );
    Ok(())
}

/// No entry has aired more often than it was queued for.
fn times(life: &Life) -> Breach {
    let mut aired: HashMap<i64, u32> = HashMap::new();
    for row in life.world.memory.rows.iter().filter(|row| row.has_aired()) {
        let Some(entry) = row.entry else { continue };
        *aired.entry(entry).or_default() += 1;
    }
    for entry in &life.world.office.entries {
        let times = aired.get(&entry.id).copied().unwrap_or_default();
        let lost = !life.unsafe_log.is_empty();
        must!(lost || times <= entry.times, "entry {} aired {times} times, {} at most", entry.id, entry.times);
    }
    Ok(())
}

/// No draw is longer than its item allows, and none has a bulletin twice.
fn lengths(life: &Life) -> Breach {
    for rundown in &life.world.memory.frozen {
        let mut numbers = HashSet::new();
        let mut drawn: BTreeMap<String, i64> = BTreeMap::new();
        for item in &rundown.items {
            let Some(facts) = item.bulletin.as_ref().filter(|facts| facts.entry.is_some()) else { continue };
            must!(numbers.insert(facts.number), "{} has bulletin {} twice", item.airing, facts.number);
            let ms = item.audio.content.as_ref().and_then(|content| content.duration_ms).unwrap_or(i64::MAX);
            *drawn.entry(slot(item.airing.as_str())).or_default() += ms;
        }
        for (slot, ms) in drawn {
            let id = slot.rsplit_once('/').unwrap().1;
            let allowed = life.versions.iter().flat_map(|version| &version.plan.programmes);
            let allowed = allowed.filter(|programme| programme.id == rundown.programme);
            let most =
                allowed.flat_map(|programme| programme.draws().filter(|(each, _)| each == id).collect::<Vec<_>>());
            let most = most.map(|(_, seconds)| seconds).max().unwrap_or(0);
            must!(ms <= most * 1000, "{slot}: {ms} ms were drawn, {most} s at most");
        }
    }
    Ok(())
}

/// What was drawn stands, and the rows are of what was drawn.
fn draws(life: &Life) -> Breach {
    let lost = !life.unsafe_log.is_empty() || life.troubles.clocks;
    let mut first: HashMap<(&str, i64), Vec<(&str, i64)>> = HashMap::new();
    for rundown in &life.world.memory.frozen {
        let draws = drawn(rundown);
        let key = (&rundown.programme[..], rundown.scheduled_at.timestamp());
        let before = first.entry(key).or_insert_with(|| draws.clone());
        must!(lost || *before == draws, "{} {}: drawn again: {draws:?}", rundown.programme, rundown.scheduled_at);
    }
    for row in life.world.memory.rows.iter().filter(|row| row.entry.is_some()) {
        let of_row = |rundown: &&Rundown| drawn(rundown).contains(&(row.airing.as_str(), row.entry.unwrap()));
        let known = life.world.memory.frozen.iter().find(of_row);
        must!(lost || known.is_some(), "{} was in no rundown that was stored", row.airing);
    }
    Ok(())
}

fn drawn(rundown: &Rundown) -> Vec<(&str, i64)> {
    let entry = |item: &loa::rundown::RundownItem| item.bulletin.as_ref().and_then(|facts| facts.entry);
    rundown.items.iter().filter_map(|item| Some((item.airing.as_str(), entry(item)?))).collect()
}

/// A queue item has come to draws or to one row that says why there is none, not to both, unless a clock wrote it off.
fn once(life: &Life) -> Breach {
    let rows = by_airing(life);
    for (airing, of_airing) in &rows {
        let is_draw = airing.rsplit_once('/').is_some_and(|(_, item)| item.contains('.'));
        let Some(bare) = is_draw.then(|| rows.get(&slot(airing)[..])).flatten() else { continue };
        let written_off = |row: &&loa::airing::Airing| row.outcome == Some(Outcome::Missed);
        must!(bare.iter().all(written_off), "{airing} and its item: {bare:?} {of_airing:?}");
    }
    Ok(())
}
