//! The very first callback of all, which waits for what the station has to play.
//!
//! In: the deck and the stamp of that callback. Out: the stamp of the moment in which it goes on, after 100 ms at the latest.
//! A device starts once its buffer is full: filled with silence, it would keep a station that is switched on inside a window
//! silent for as long as the buffer lasts. Nothing plays while this waits, so nothing can come too late; every later callback
//! is under the rules at the door of `deck`. Next: `deck`.

use chrono::TimeDelta;

use super::deck::Deck;
use crate::clock::Clock;
use crate::output::Stamp;

/// The generation of the first stream of all.
pub(super) const FIRST: u64 = 1;
/// The most that it waits. A cue is opened, decoded ahead and on record after 20 ms on a machine that has nothing else to do.
const LONGEST: TimeDelta = TimeDelta::milliseconds(100);
/// How often it looks.
const LOOK: TimeDelta = TimeDelta::milliseconds(1);

/// Waits until a cue would begin within the next `frames` frames; `stamp` is then no longer of this moment, the answer is.
pub(super) fn hold(deck: &mut Deck, clock: &Clock, frames: usize, mut stamp: Stamp) -> Stamp {
    let plays = stamp.mono.plus(TimeDelta::microseconds(stamp.lead_us));
    let until = stamp.mono.plus(LONGEST);
    while stamp.mono < until && !deck.would_begin(frames, stamp) {
        clock.sleep_until(stamp.mono.plus(LOOK).min(until));
        let (wall, mono) = clock.pair();
        // An output that only keeps time has gone on meanwhile, a card has not.
        let lead_us = plays.since(mono).num_microseconds().unwrap_or(0).max(0);
        stamp = Stamp { wall_us: wall.timestamp_micros(), mono, lead_us, ..stamp };
    }
    stamp
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::desk::{CueId, Start};
    use crate::playout::deck::pair;
    use crate::playout::ring::ring;

    /// A clock on which the longest wait takes a tenth of a millisecond, and its stamp for a card that has not started.
    fn now() -> (Clock, Stamp) {
        let clock = Clock::scaled(DateTime::from_timestamp(1_741_000_000, 0).unwrap(), 1000);
        let (wall, mono) = clock.pair();
        (clock, Stamp { wall_us: wall.timestamp_micros(), mono, lead_us: 2000, xruns: 0 })
    }

    #[test]
    fn a_cue_that_can_begin_is_not_waited_for() {
        let ((clock, stamp), (mut deck, mut port)) = (now(), pair(48_000));
        let (mut fill, load) = ring(8, 1);
        fill.push(&[0.5, 0.5]);
        port.load(CueId(1), load).unwrap();
        port.start(CueId(1), Start::Now);
        assert_eq!(hold(&mut deck, &clock, 4096, stamp), stamp);
        let mut block = [0.0; 2];
        deck.render(&mut block, stamp);
        assert_eq!(block.map(f32::to_bits), [0.5_f32; 2].map(f32::to_bits), "and it begins with the first frame");
    }

    #[test]
    fn a_cue_that_is_not_decoded_or_not_due_does_not_end_the_wait_and_nothing_makes_it_longer() {
        for start in [Start::Now, Start::At(DateTime::from_timestamp(1_741_000_900, 0).unwrap())] {
            let ((clock, stamp), (mut deck, mut port)) = (now(), pair(48_000));
            let (mut fill, load) = ring(8, 2);
            fill.push(if start == Start::Now { &[0.5, 0.5] } else { &[0.5; 4] });
            port.load(CueId(1), load).unwrap();
            port.start(CueId(1), start);
            let after = hold(&mut deck, &clock, 4096, stamp);
            assert!(after.mono.since(stamp.mono) >= LONGEST, "{start:?}");
            assert_eq!(after.wall_us - stamp.wall_us, after.mono.0 - stamp.mono.0, "read together");
            assert_eq!(after.lead_us, 0, "what was to play meanwhile plays now");
        }
    }
}
