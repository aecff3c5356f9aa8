//! What may be recorded of a zone.
//!
//! In: all acts so far, what a person wants recorded, the time. Out: the act as it will stand, or why not. Acts of a zone go
//! forward in time, so that a later one never changes what was reported before, unless it undoes a mistake by name. Pure.
//! Next: `crate::store`, which asks this inside the transaction.

use chrono::{DateTime, FixedOffset};

use super::{Act, Change, State, States, in_force};
use crate::problem::what::ZoneFault;

/// What a person wants recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// The loudspeakers of a zone have been silent since then.
    Broken(String, DateTime<FixedOffset>),
    /// They have sounded again since then.
    Repaired(String, DateTime<FixedOffset>),
    /// The act of that number was a mistake.
    Undo(i64),
}

/// An act that may be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// Which zone.
    pub zone: String,
    /// What becomes of it.
    pub act: Change,
    /// From when that holds.
    pub at: DateTime<FixedOffset>,
    /// The act that is undone.
    pub undoes: Option<i64>,
}

/// Says what is to be recorded, or why nothing is. Whether the station has such a zone is the caller's to know. `newest_row` is
/// the time of the log's newest row if the clock is behind it and not believed: then only an instant that was typed counts, and
/// nobody can say whether it has come.
pub fn judge(
    acts: &[Act],
    wish: Wish,
    now: DateTime<FixedOffset>,
    newest_row: Option<DateTime<FixedOffset>>,
) -> Result<Judged, ZoneFault> {
    let (zone, act, at) = match wish {
        Wish::Undo(seq) => return undo(acts, seq, now),
        Wish::Broken(zone, at) => (zone, Change::Broken, at),
        Wish::Repaired(zone, at) => (zone, Change::Repaired, at),
    };
    if let Some(newest_row) = newest_row.filter(|_| at == now) {
        return Err(ZoneFault::ClockBehind(now, newest_row));
    }
    if at > now && newest_row.is_none() {
        return Err(ZoneFault::Future(at));
    }
    let newest = in_force(acts).filter(|act| act.zone == zone).max_by_key(|act| (act.at, act.seq));
    match (act, States::new(acts).newest(&zone)) {
        (Change::Broken, State::Broken { since }) => return Err(ZoneFault::BrokenAlready(zone, since)),
        (Change::Repaired, State::Working) => return Err(ZoneFault::WorksAlready(zone)),
        _ => {}
    }
    if let Some(newest) = newest.filter(|newest| at < newest.at) {
        return Err(ZoneFault::Before(zone, at, newest.seq, newest.at));
    }
    Ok(Judged { zone, act, at, undoes: None })
}

fn undo(acts: &[Act], seq: i64, now: DateTime<FixedOffset>) -> Result<Judged, ZoneFault> {
    let act = acts.iter().find(|act| act.seq == seq).ok_or(ZoneFault::NoSuchAct(seq))?;
    if act.act == Change::Undone {
        return Err(ZoneFault::IsUndoing(seq));
    }
    if let Some(by) = acts.iter().find(|other| other.undoes == Some(seq)) {
        return Err(ZoneFault::UndoneAlready(seq, by.seq));
    }
    Ok(Judged { zone: act.zone.clone(), act: Change::Undone, at: now, undoes: Some(seq) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: &str = "thon-1";

    fn at(day: u32) -> DateTime<FixedOffset> {
        DateTime::parse_from_rfc3339(&format!("2025-03-{day:02}T00:00:00+07:00")).unwrap()
    }

    fn broken(day: u32) -> Wish {
        Wish::Broken(ZONE.to_owned(), at(day))
    }

    fn repaired(day: u32) -> Wish {
        Wish::Repaired(ZONE.to_owned(), at(day))
    }

    /// Records what may be recorded, at the end of the month.
    fn record(acts: &mut Vec<Act>, wish: Wish) -> Result<(), ZoneFault> {
        let Judged { zone, act, at: from, undoes } = judge(acts, wish, at(31), None)?;
        let (seq, recorded_at, by) = (acts.len() as i64 + 1, at(31), "Lan".to_owned());
        acts.push(Act { seq, zone, act, at: from, recorded_at, by, why: None, undoes });
        Ok(())
    }

    #[test]
    fn what_is_so_already_is_refused() {
        let mut acts = Vec::new();
        assert_eq!(record(&mut acts, repaired(2)), Err(ZoneFault::WorksAlready(ZONE.to_owned())));
        record(&mut acts, broken(3)).unwrap();
        assert_eq!(record(&mut acts, broken(4)), Err(ZoneFault::BrokenAlready(ZONE.to_owned(), at(3))));
        record(&mut acts, repaired(5)).unwrap();
        assert_eq!(record(&mut acts, repaired(6)), Err(ZoneFault::WorksAlready(ZONE.to_owned())));
    }

    #[test]
    fn acts_go_forward_in_time_and_never_into_the_future() {
        let mut acts = Vec::new();
        record(&mut acts, broken(3)).unwrap();
        assert_eq!(record(&mut acts, repaired(2)), Err(ZoneFault::Before(ZONE.to_owned(), at(2), 1, at(3))));
        record(&mut acts, repaired(5)).unwrap();
        assert_eq!(record(&mut acts, broken(4)), Err(ZoneFault::Before(ZONE.to_owned(), at(4), 2, at(5))));
        // Broken anew from the very instant of the repair.
        record(&mut acts, broken(5)).unwrap();
        assert_eq!(judge(&acts, repaired(30), at(29), None), Err(ZoneFault::Future(at(30))));
    }

    #[test]
    fn a_clock_behind_the_log_says_nothing_of_now_and_nothing_of_what_is_to_come() {
        let judged = |wish| judge(&[], wish, at(3), Some(at(20))).map(|judged| judged.at);
        assert_eq!(judged(broken(3)), Err(ZoneFault::ClockBehind(at(3), at(20))));
        assert_eq!((judged(broken(2)), judged(broken(21))), (Ok(at(2)), Ok(at(21))));
    }

    #[test]
    fn a_mistake_is_undone_once_and_may_then_be_said_anew() {
        let mut acts = Vec::new();
        record(&mut acts, broken(8)).unwrap();
        assert_eq!(record(&mut acts, Wish::Undo(7)), Err(ZoneFault::NoSuchAct(7)));
        record(&mut acts, Wish::Undo(1)).unwrap();
        assert_eq!(record(&mut acts, Wish::Undo(1)), Err(ZoneFault::UndoneAlready(1, 2)));
        assert_eq!(record(&mut acts, Wish::Undo(2)), Err(ZoneFault::IsUndoing(2)));
        record(&mut acts, broken(3)).unwrap();
        assert_eq!(States::new(&acts).newest(ZONE), State::Broken { since: at(3) });
    }
}
