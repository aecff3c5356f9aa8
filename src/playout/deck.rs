//! The deck: the one source of sound, inside the device callback. It sequences cues to the frame and counts what it gave.
//!
//! In: commands and decoded audio over rings, and a stamp with each block. Out: the block's frames (zeros when idle), and
//! reports over a ring. One cue sounds at a time: what is on the air is faded out by the frame on which the next begins.
//! A test makes a `pair`, loads cues from a `ring` filled by hand and calls `render` with stamps it invents.
//!
//! At this door: everything reached from `Deck::render` (also in `voice`, `block` and the deck's end of `ring`) runs in the
//! device's callback, which has a few milliseconds and no second chance. Forbidden: allocating, freeing (used audio goes
//! back through the ring), locking, waiting, files, printing, asking for the time, loops without a bound. Next: `account`.

use rtrb::{Consumer, Producer, RingBuffer};

use super::block::BlockTime;
use super::port::{Command, DeckPort, How, Report, SLOTS};
use super::ring::Frame;
use super::voice::{Armed, Phase, Stop, Voice, fade_frames};
use crate::desk::{CueId, End, Start};
use crate::output::Stamp;

/// Commands on their way: a handful for each slot.
const COMMANDS: usize = 64;
/// A hard start that comes later than this does not begin by itself.
const OVERDUE_S: i64 = 2;
/// Reports on their way: at least two seconds of the smallest blocks (64 frames at 48 kHz), a minute of usual ones.
const REPORTS: usize = 2048;

/// The deck of one stream; lives in its callback and dies with it.
#[derive(Debug)]
pub struct Deck {
    rate: u32,
    /// Frames rendered since the stream was opened.
    frame: u64,
    slots: [Option<Voice>; SLOTS],
    on_air: Option<usize>,
    commands: Consumer<Command>,
    reports: Producer<Report>,
}

/// A deck for a stream of `rate` frames per second, and the playout thread's end of it.
#[must_use]
pub fn pair(rate: u32) -> (Deck, DeckPort) {
    let (command_in, commands) = RingBuffer::new(COMMANDS);
    let (reports, report_out) = RingBuffer::new(REPORTS);
    let deck = Deck { rate, frame: 0, slots: [const { None }; SLOTS], on_air: None, commands, reports };
    (deck, DeckPort::new(command_in, report_out))
}

impl Deck {
    /// Fills the next block: interleaved stereo, whole frames. `stamp` is this callback's own.
    pub fn render(&mut self, block: &mut [f32], stamp: Stamp) {
        block.fill(0.0);
        let (frames, _) = block.as_chunks_mut::<2>();
        let now = BlockTime { frame: self.frame, rate: self.rate, stamp };
        self.tell(Report::Block { frame: self.frame, stamp });
        self.obey(&now);
        self.take_back_late(&now);
        self.disarm_overdue(&now);
        self.fill(frames, &now);
        self.frame += frames.len() as u64;
        self.hand_back();
    }

    /// Whether a cue would begin within a block of so many frames, were it rendered now.
    pub fn would_begin(&mut self, frames: usize, stamp: Stamp) -> bool {
        let now = BlockTime { frame: self.frame, rate: self.rate, stamp };
        self.obey(&now);
        self.next_start(0, &now).is_some_and(|(_, begin)| begin < frames as u64)
    }

    /// A report that finds the ring full is left out: the next one's running totals hold all that it said.
    fn tell(&mut self, report: Report) {
        if !self.reports.is_full() {
            let _ = self.reports.push(report);
        }
    }

    /// Takes the commands that have come, at most one ring of them.
    fn obey(&mut self, now: &BlockTime) {
        for _ in 0..COMMANDS {
            // The port counts what the deck holds; should it be wrong, the load waits in the ring for a slot.
            let free = self.slots.iter().position(Option::is_none);
            match self.commands.peek() {
                Ok(Command::Load(..)) if free.is_none() => return,
                Ok(_) => {}
                Err(_) => return,
            }
            match self.commands.pop() {
                Ok(Command::Load(cue, load)) => {
                    if let Some(slot) = free {
                        self.slots[slot] = Some(Voice::new(cue, load));
                    }
                }
                Ok(Command::Start(cue, start)) => self.arm(cue, start, now),
                Ok(Command::End(cue, end)) => self.stop(cue, end, now),
                Err(_) => return,
            }
        }
    }

    fn arm(&mut self, cue: CueId, start: Start, now: &BlockTime) {
        let armed = match start {
            Start::At(instant) => Armed::At(instant.timestamp_micros()),
            Start::After(other) if self.holds(other) => Armed::After(other),
            Start::After(_) => Armed::Free(now.frame),
            Start::Now => Armed::Now(now.frame),
        };
        if let Some(voice) = self.voices().find(|voice| voice.cue == cue && voice.is_waiting()) {
            voice.phase = Phase::Armed(armed);
        }
    }

    fn stop(&mut self, cue: CueId, end: End, now: &BlockTime) {
        let stop = match end {
            End::At(instant) => Stop::At(instant.timestamp_micros()),
            End::Now => Stop::Frame(now.frame + fade_frames(now.rate)),
        };
        let Some(slot) = self.slots.iter().position(|slot| slot.as_ref().is_some_and(|voice| voice.cue == cue)) else {
            return;
        };
        let Some(voice) = &mut self.slots[slot] else { return };
        match (voice.phase, end) {
            (Phase::Over(_), _) => {}
            (Phase::Idle | Phase::Armed(_), End::Now) => self.take_back(slot),
            // Nothing must lengthen the fade that an earlier `Now` began.
            (Phase::OnAir { .. }, _) if matches!(voice.stop, Some(Stop::Frame(_))) => {}
            _ => voice.stop = Some(stop),
        }
    }

    /// Takes back a cue that has not begun. What waits for its end is passed over: there will be none.
    fn take_back(&mut self, slot: usize) {
        if let Some(voice) = &mut self.slots[slot] {
            voice.phase = Phase::Over(None);
            let cue = voice.cue;
            self.release_followers(cue, Phase::Idle);
        }
    }

    /// Takes back waiting cues whose `End::At` has come.
    fn take_back_late(&mut self, now: &BlockTime) {
        for slot in 0..SLOTS {
            let late = self.slots[slot].as_ref().is_some_and(|voice| {
                voice.is_waiting() && matches!(voice.stop, Some(Stop::At(wall_us)) if now.offset_of(wall_us) <= 0)
            });
            if late {
                self.take_back(slot);
            }
        }
    }

    /// A hard start that is long overdue was jumped over by the clock: whether it may still start is the desk's to say.
    fn disarm_overdue(&mut self, now: &BlockTime) {
        let limit = -(i64::from(now.rate) * OVERDUE_S);
        for voice in self.slots.iter_mut().flatten() {
            if matches!(voice.phase, Phase::Armed(Armed::At(wall_us)) if now.offset_of(wall_us) < limit) {
                voice.phase = Phase::Idle;
            }
        }
    }

    /// Sequences cues over the block. Each turn ends the block, or begins or ends a cue, so that turns are bounded.
    fn fill(&mut self, frames: &mut [Frame], now: &BlockTime) {
        let mut at = 0;
        loop {
            if let Some(slot) = self.on_air {
                let cut = self.cut(slot, at as u64, now);
                let Some(voice) = &mut self.slots[slot] else { return };
                let left = cut.map(|(frame, _)| frame - at as u64);
                let (sounded, how) = voice.play(&mut frames[at..], at as u64, left, now);
                at += (sounded.upto - sounded.from.frame) as usize;
                if sounded.upto > sounded.from.frame {
                    self.tell(Report::Sounded(sounded));
                }
                let Some(how) = how else { return };
                let by_start = how == How::Cut && cut.is_some_and(|(_, by_start)| by_start);
                let passed_over = by_start || self.hard_start_within(at as u64, now);
                self.finish(slot, sounded.upto, how, passed_over);
            } else {
                let Some((slot, begin)) = self.next_start(at as u64, now) else { return };
                if begin >= frames.len() as u64 {
                    return;
                }
                at = begin as usize;
                self.begin(slot, begin, now);
            }
        }
    }

    /// The frame of this block (or a later one) by which the cue on the air must be silent, and whether another cue's
    /// start demands it.
    fn cut(&self, on_air: usize, at: u64, now: &BlockTime) -> Option<(u64, bool)> {
        let voice = self.slots[on_air].as_ref()?;
        let soonest = at as i64 + voice.steepest(now.rate);
        let by_stop = voice.stop.map(|stop| match stop {
            Stop::At(wall_us) => now.offset_of(wall_us),
            Stop::Frame(frame) => frame as i64 - now.frame as i64,
        });
        let by_start = self.waiting().filter_map(|voice| match voice.startable()? {
            Armed::At(wall_us) => Some(now.offset_of(wall_us)),
            Armed::Now(ordered) => Some((ordered + fade_frames(now.rate)) as i64 - now.frame as i64),
            Armed::After(_) | Armed::Free(_) => None,
        });
        let cuts = by_stop.map(|frame| (frame, false)).into_iter().chain(by_start.map(|frame| (frame, true)));
        let cuts = cuts.map(|(frame, by_start)| (frame.max(soonest) as u64, by_start));
        cuts.min_by_key(|&(frame, by_start)| (frame, !by_start))
    }

    /// Which cue begins next while the air is free, and on which frame of this block or a later one.
    fn next_start(&self, at: u64, now: &BlockTime) -> Option<(usize, u64)> {
        let hard_soon = self.hard_start_within(at, now);
        let due = |slot: usize, voice: &Voice| {
            let (class, due) = match voice.startable()? {
                Armed::At(wall_us) => (0, now.offset_of(wall_us)),
                Armed::Now(_) => (0, at as i64),
                // The one that follows what has just ended goes before one that has waited for any silence.
                Armed::Free(since) if !hard_soon => (i64::MAX - since as i64, at as i64),
                Armed::Free(_) | Armed::After(_) => return None,
            };
            let begin = due.max(at as i64);
            let too_late = matches!(voice.stop, Some(Stop::At(wall_us)) if now.offset_of(wall_us) <= begin);
            (!too_late).then_some((begin, class, due, slot))
        };
        let starts = self.slots.iter().enumerate().filter_map(|(slot, voice)| due(slot, voice.as_ref()?));
        starts.min().map(|(begin, _, _, slot)| (slot, begin as u64))
    }

    /// Whether a start that cuts comes within one fade: then nothing else begins before it.
    fn hard_start_within(&self, at: u64, now: &BlockTime) -> bool {
        self.waiting().any(|voice| match voice.startable() {
            Some(Armed::At(wall_us)) => now.offset_of(wall_us) <= (at + fade_frames(now.rate)) as i64,
            Some(Armed::Now(_)) => true,
            _ => false,
        })
    }

    fn begin(&mut self, slot: usize, at: u64, now: &BlockTime) {
        let Some(voice) = &mut self.slots[slot] else { return };
        let due_us = if let Phase::Armed(Armed::At(wall_us)) = voice.phase { Some(wall_us) } else { None };
        voice.phase = Phase::OnAir { began: now.place(at), due_us };
        self.on_air = Some(slot);
    }

    /// Ends the cue on the air. What waited for its end begins on the next frame, unless another cue's start is why it
    /// ended, or comes within one fade: then it is passed over.
    fn finish(&mut self, slot: usize, upto: u64, how: How, passed_over: bool) {
        self.on_air = None;
        let Some(voice) = &mut self.slots[slot] else { return };
        let cue = voice.cue;
        voice.finish(upto, how);
        self.release_followers(cue, if passed_over { Phase::Idle } else { Phase::Armed(Armed::Free(upto)) });
    }

    fn release_followers(&mut self, of: CueId, phase: Phase) {
        for voice in self.voices().filter(|voice| matches!(voice.phase, Phase::Armed(Armed::After(cue)) if cue == of)) {
            voice.phase = phase;
        }
    }

    /// Sends used cues back to be dropped. What finds the ring full stays in its slot until the next block.
    fn hand_back(&mut self) {
        for slot in &mut self.slots {
            if self.reports.is_full() {
                return;
            }
            if let Some(Voice { cue, load, phase: Phase::Over(over), .. }) =
                slot.take_if(|voice| matches!(voice.phase, Phase::Over(_)))
            {
                let _ = self.reports.push(Report::Gone { cue, over, load });
            }
        }
    }

    fn holds(&self, cue: CueId) -> bool {
        self.slots.iter().flatten().any(|voice| voice.cue == cue && !matches!(voice.phase, Phase::Over(_)))
    }

    fn voices(&mut self) -> impl Iterator<Item = &mut Voice> {
        self.slots.iter_mut().flatten()
    }

    fn waiting(&self) -> impl Iterator<Item = &Voice> {
        self.slots.iter().flatten().filter(|voice| voice.is_waiting())
    }
}
