//! The clock as a sound card: takes frames from a feed exactly as fast as time passes.
//!
//! In: a feed, a clock (which may run faster than the real one) and a sink for what was rendered. Out: blocks of 1024
//! frames, each rendered when it falls due and stamped as a card with a buffer of two periods would: frame n plays at
//! start + n / rate + two periods. A thread that was held up renders at once all that fell due; one held up for longer
//! than its buffer and some leaves a gap and counts an underrun, as a card would. Next: `wav`, `silent`.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;

use chrono::TimeDelta;

use super::{Feed, OpenError, Stamp, Stream};
use crate::clock::{Clock, Mono};

/// Frames per second of outputs that have no device to ask.
pub(super) const RATE: u32 = 48_000;

/// Frames that are rendered at a time: 21 ms.
pub(super) const PERIOD: u32 = 1024;

/// How late a block may be, in real milliseconds, before the time in between is given up as an underrun.
const PATIENCE_MS: i64 = 500;

/// Takes what was rendered, interleaved stereo; the error is the reason why the output is lost.
pub(super) type Sink = Box<dyn FnMut(&[f32]) -> Result<(), String> + Send>;

/// Starts a thread that renders `feed` into `sink` at the pace of `clock`, until the answer is dropped.
pub(super) fn start(clock: Clock, feed: Feed, sink: Sink) -> Result<Box<dyn Stream>, OpenError> {
    let shared = Arc::new(Shared::default());
    let start = clock.pair().1;
    let pacer = Pacer { clock, feed, sink, shared: Arc::clone(&shared), start, taken: 0, xruns: 0 };
    let thread = std::thread::Builder::new()
        .name("loa-pace".into())
        .spawn(move || pacer.run())
        .map_err(|error| OpenError(format!("cannot start a thread for the output: {error}")))?;
    Ok(Box::new(Paced { shared, thread: Some(thread) }))
}

#[derive(Default)]
struct Shared {
    closing: AtomicBool,
    errors: AtomicU64,
    first: OnceLock<String>,
}

struct Paced {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Stream for Paced {
    fn errors(&self) -> (u64, Option<String>) {
        (self.shared.errors.load(Relaxed), self.shared.first.get().cloned())
    }
}

impl Drop for Paced {
    fn drop(&mut self) {
        self.shared.closing.store(true, Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join(); // at most one period, and the sink's last write
        }
    }
}

struct Pacer {
    clock: Clock,
    feed: Feed,
    sink: Sink,
    shared: Arc<Shared>,
    /// When frame 0 fell due; moved on by each underrun.
    start: Mono,
    taken: u64,
    xruns: u64,
}

impl Pacer {
    fn run(mut self) {
        let mut block = vec![0.0; PERIOD as usize * 2];
        while !self.shared.closing.load(Relaxed) {
            self.clock.sleep_until(self.due(self.taken));
            let stamp = self.stamp();
            (self.feed)(&mut block, stamp);
            self.taken += u64::from(PERIOD);
            if let Err(why) = (self.sink)(&block) {
                let _ = self.shared.first.set(why);
                self.shared.errors.fetch_add(1, Relaxed);
                return;
            }
        }
    }

    fn stamp(&mut self) -> Stamp {
        let (wall, mono) = self.clock.pair();
        let late = mono.since(self.due(self.taken));
        if late > TimeDelta::milliseconds(PATIENCE_MS) * self.clock.speed().cast_signed() {
            self.xruns += 1;
            self.start = self.start.plus(late);
        }
        let plays = self.due(self.taken + 2 * u64::from(PERIOD));
        let lead_us = plays.since(mono).num_microseconds().unwrap_or(0);
        Stamp { wall_us: wall.timestamp_micros(), mono, lead_us, xruns: self.xruns }
    }

    fn due(&self, frame: u64) -> Mono {
        // Counted from the start each time, so that no rounding adds up.
        Mono(self.start.0 + (i128::from(frame) * 1_000_000 / i128::from(RATE)) as i64)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use chrono::DateTime;

    use super::*;

    #[test]
    fn a_fast_clock_gets_all_its_frames_with_stamps_on_one_straight_line() {
        let clock = Clock::scaled(DateTime::from_timestamp(1_700_000_000, 0).unwrap(), 200);
        let (told, stamps) = mpsc::sync_channel(100_000);
        let feed: Feed = Box::new(move |block, stamp| {
            let _ = told.try_send((stamp, block.len() / 2));
        });
        let before = clock.pair().1;
        let stream = start(clock.clone(), feed, Box::new(|_| Ok(()))).unwrap();
        let mut frames = 0_i64;
        let mut first = None;
        while frames < 60 * i64::from(RATE) {
            let (stamp, taken) = stamps.recv_timeout(Duration::from_secs(20)).expect("blocks keep coming");
            if stamp.xruns > 0 {
                return; // the machine stood still for half a second; there is nothing to judge
            }
            let plays = stamp.mono.0 + stamp.lead_us - frames * 1_000_000 / i64::from(RATE);
            assert!((plays - *first.get_or_insert(plays)).abs() <= 1, "frame {frames} plays off the line");
            frames += taken as i64;
        }
        let took = clock.pair().1.since(before);
        assert!(took >= TimeDelta::milliseconds(59_900), "a minute of frames in {took} is faster than the clock");
        drop(stream);
    }

    #[test]
    fn a_sink_that_fails_is_reported_in_its_own_words_and_asked_no_more() {
        let (told, calls) = mpsc::channel();
        let sink: Sink = Box::new(move |_| {
            told.send(()).unwrap();
            Err("no space left".into())
        });
        let stream = start(Clock::system(), Box::new(|block, _| block.fill(0.0)), sink).unwrap();
        calls.recv_timeout(Duration::from_secs(10)).unwrap();
        assert!(calls.recv_timeout(Duration::from_secs(10)).is_err(), "the thread has ended");
        assert_eq!(stream.errors(), (1, Some("no space left".into())));
    }
}
