//! Cues for which there is no room or no thread at the moment.
//!
//! In: what was ordered. Out: the same again, every half second, for five seconds; then why it cannot be. A machine that
//! is short of threads for a moment must make no item final, and a station that asks again at once must not spin. Orders
//! for a cue that waits are kept with it. Next: `thread`.

use chrono::TimeDelta;

use crate::clock::Mono;
use crate::desk::{CueId, End, Start};
use crate::rundown::Audio;
use crate::sound::Treatment;

/// Between two tries.
const EVERY: TimeDelta = TimeDelta::milliseconds(500);
/// After this long the cue is refused, and the station may order it anew.
const LONGEST: TimeDelta = TimeDelta::seconds(5);

/// A cue that was ordered and is not prepared yet.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) cue: CueId,
    pub(super) audio: Audio,
    pub(super) tone_ms: u32,
    pub(super) treatment: Treatment,
    /// Ordered meanwhile.
    pub(super) start: Option<Start>,
    /// Ordered meanwhile, for an instant that has not come.
    pub(super) end: Option<End>,
    /// When it was tried first.
    since: Option<Mono>,
}

impl Wanted {
    pub(super) fn new(cue: CueId, audio: Audio, tone_ms: u32, treatment: Treatment) -> Self {
        Self { cue, audio, tone_ms, treatment, start: None, end: None, since: None }
    }
}

/// The cues that wait, oldest first. Few: the station orders about four at a time.
#[derive(Debug, Default)]
pub(super) struct WaitingRoom(Vec<(Mono, Wanted)>);

impl WaitingRoom {
    /// Keeps a cue that could not be prepared at `now`; names it as given up once it has waited long enough.
    pub(super) fn keep(&mut self, mut wanted: Wanted, now: Mono) -> Result<(), CueId> {
        if now.since(*wanted.since.get_or_insert(now)) >= LONGEST {
            return Err(wanted.cue);
        }
        self.0.push((now.plus(EVERY), wanted));
        Ok(())
    }

    /// Takes out those that are to be tried again.
    pub(super) fn due(&mut self, now: Mono) -> Vec<Wanted> {
        let due = self.0.extract_if(.., |(at, _)| *at <= now);
        due.map(|(_, wanted)| wanted).collect()
    }

    /// Takes out all of them.
    pub(super) fn clear(&mut self) -> Vec<Wanted> {
        self.0.drain(..).map(|(_, wanted)| wanted).collect()
    }

    /// A cue that waits.
    pub(super) fn find(&mut self, cue: CueId) -> Option<&mut Wanted> {
        self.0.iter_mut().map(|(_, wanted)| wanted).find(|wanted| wanted.cue == cue)
    }

    /// Forgets a cue.
    pub(super) fn forget(&mut self, cue: CueId) {
        self.0.retain(|(_, wanted)| wanted.cue != cue);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cue_is_tried_every_half_second_for_five_seconds() {
        let mut room = WaitingRoom::default();
        let first = Wanted::new(CueId(1), Audio { file: Some("a.ogg".into()), content: None }, 0, Treatment::default());
        let at = |tenth: i64| Mono(0).plus(TimeDelta::milliseconds(100 * tenth));
        assert!(room.keep(first, at(0)).is_ok());
        let mut tries = Vec::new();
        for tenth in 1..100 {
            for wanted in room.due(at(tenth)) {
                tries.push(tenth);
                let kept = room.keep(wanted, at(tenth));
                assert_eq!(kept.is_ok(), tenth < 50);
            }
        }
        assert_eq!(tries, [5, 10, 15, 20, 25, 30, 35, 40, 45, 50]);
    }
}
