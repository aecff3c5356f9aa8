//! Keeps one output open: opens it, judges by frames whether it lives, drops it when it does not, and tries again.
//!
//! In: an output, and for each opening what it is to pull. Out: `Up` and `Lost`, each once per change, with the driver's
//! words. Opening and closing a device can both hang, so each runs on a thread of its own and `poll` never waits; errors
//! alone mean nothing, since a healthy stream can report a thousand and a frozen one none. Every stream has a generation:
//! one that is older than the newest writes silence and counts nothing. Next: `output`, whose feeds this wraps.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use chrono::TimeDelta;

use super::pulse::{Cause, Proof, Pulse, Verdict};
use crate::clock::{Clock, Moment, Mono};
use crate::output::{Feed, Format, OpenError, Output, RealTime, Stream};

/// A lost device is tried again this often.
const RETRY: TimeDelta = TimeDelta::milliseconds(500);

/// An opening that has not come back by then counts as a device that does not answer.
const OPEN_LIMIT: TimeDelta = TimeDelta::seconds(3);

/// An opening that has hung for so long is not tried any more, since no second one is made beside it: given up.
const OPEN_GIVEN_UP: TimeDelta = TimeDelta::minutes(2);

/// Streams that may hang in closing before no further one is opened: each holds a thread and a device handle.
const CLOSING_MAX: usize = 4;

/// The generation of a loss before which nothing was open.
const NEVER: u64 = 0;

/// How long the end of the program waits for the stream to close; a WAV file writes its last header then.
const LAST_CLOSE: Duration = Duration::from_millis(500);

/// What became of the output since the last look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It plays, and what its feed renders will be heard.
    Up {
        /// What the device agreed to.
        format: Format,
        /// Which stream this is; later ones have higher numbers.
        generation: u64,
    },
    /// It does not play (any more); nothing that was queued in it may be counted.
    Lost {
        /// What was seen, and the driver's words.
        why: String,
        /// The stream that was lost; 0 if none was ever opened.
        generation: u64,
    },
}

/// How the device is, and whether the supervisor still does something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// It plays: which stream, and the frames that it has taken.
    Plays {
        /// Later ones have higher numbers.
        generation: u64,
        /// Through its callback, since it was opened.
        frames: u64,
    },
    /// It does not, and is tried again and again.
    Tried,
    /// It does not, and no further stream is opened: too many hang in closing, or one has hung in opening for minutes.
    GivenUp,
}

/// Makes what a newly opened stream pulls; runs on the thread that opens.
pub type MakeDeck = Box<dyn FnMut(&Format, u64) -> Feed + Send>;

/// Keeps one output open.
pub struct Supervisor {
    output: Arc<dyn Output>,
    make_deck: Arc<Mutex<MakeDeck>>,
    /// The newest generation; feeds of older ones are dead.
    newest: Arc<AtomicU64>,
    /// Streams that are being closed at this moment.
    closing: Arc<AtomicUsize>,
    /// How much time the clock makes of a real second: limits are about the machine, not about the station's time.
    speed: i32,
    state: State,
    said: Said,
    /// What the next stream has to show.
    proof: Proof,
    /// Errors that drivers have reported on all streams so far.
    errors: Arc<AtomicU64>,
}

enum State {
    /// Nothing is open; the next try is due then, or at the next look.
    Waiting { until: Option<Mono> },
    /// A thread is opening the output.
    Opening { answer: mpsc::Receiver<Result<Opened, OpenError>>, since: Option<Mono>, hung: TimeDelta },
    /// A stream is open; whether it has been called up is in `said`.
    Open { opened: Opened, pulse: Pulse },
}

struct Opened {
    generation: u64,
    stream: Box<dyn Stream>,
    format: Format,
    frames: Arc<AtomicU64>,
    /// Errors of this stream that were counted.
    errors: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Nothing,
    Up,
    Lost,
}

impl Supervisor {
    /// Starts opening at once. `make_deck` is asked once per stream, with its format and generation.
    #[expect(clippy::needless_pass_by_value, reason = "a clock is handed over like the output and the deck")]
    pub fn new(output: Arc<dyn Output>, clock: Clock, make_deck: MakeDeck) -> Self {
        let mut supervisor = Self {
            output,
            make_deck: Arc::new(Mutex::new(make_deck)),
            newest: Arc::new(AtomicU64::new(0)),
            closing: Arc::new(AtomicUsize::new(0)),
            speed: clock.speed().cast_signed(),
            state: State::Waiting { until: None },
            said: Said::Nothing,
            proof: Proof::AtStart,
            errors: Arc::default(),
        };
        supervisor.state = supervisor.open();
        supervisor
    }

    /// Looks at the output; to be called every 10 to 100 ms. Never waits for the device.
    pub fn poll(&mut self, now: Moment) -> Option<Change> {
        match std::mem::replace(&mut self.state, State::Waiting { until: None }) {
            State::Waiting { until } => self.wait(until, now.mono),
            State::Opening { answer, since, .. } => self.await_opening(answer, since, now.mono),
            State::Open { opened, pulse } => self.watch(opened, pulse, now.mono),
        }
    }

    /// Whether the first opening of all is still going on: nothing has been said of the device yet.
    #[must_use]
    pub fn is_starting(&self) -> bool {
        self.said == Said::Nothing
    }

    /// How the device is at this moment.
    #[must_use]
    pub fn health(&self) -> Health {
        match &self.state {
            State::Open { opened, .. } if self.said == Said::Up => {
                Health::Plays { generation: opened.generation, frames: opened.frames.load(Ordering::Acquire) }
            }
            State::Waiting { .. } if self.closing() >= CLOSING_MAX => Health::GivenUp,
            State::Opening { hung, .. } if *hung >= OPEN_GIVEN_UP * self.speed => Health::GivenUp,
            _ => Health::Tried,
        }
    }

    /// Whether the callback of the open stream is scheduled in real time; `None` as long as that is not decided.
    #[must_use]
    pub fn real_time(&self) -> Option<RealTime> {
        match &self.state {
            State::Open { opened, .. } => opened.stream.real_time(),
            _ => None,
        }
    }

    /// Streams that hang in closing, each on a thread of its own.
    #[must_use]
    pub fn closing(&self) -> usize {
        self.closing.load(Ordering::Acquire)
    }

    /// Errors that drivers have reported on all streams so far, as a counter that goes on.
    #[must_use]
    pub fn errors(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.errors)
    }

    fn wait(&mut self, until: Option<Mono>, now: Mono) -> Option<Change> {
        let due = until.is_none_or(|at| now >= at) && self.closing() < CLOSING_MAX;
        self.state = if due { self.open() } else { State::Waiting { until } };
        None
    }

    fn await_opening(
        &mut self,
        answer: mpsc::Receiver<Result<Opened, OpenError>>,
        since: Option<Mono>,
        now: Mono,
    ) -> Option<Change> {
        let since = since.unwrap_or(now);
        match answer.try_recv() {
            Ok(Ok(opened)) => {
                let pulse =
                    Pulse::new(&opened.format, self.proof, opened.frames.load(Ordering::Acquire), now, self.speed);
                self.watch(opened, pulse, now)
            }
            Ok(Err(OpenError(why))) => self.lose(why, NEVER, now),
            Err(mpsc::TryRecvError::Disconnected) => self.lose(super::DIED.into(), NEVER, now),
            Err(mpsc::TryRecvError::Empty) => {
                // No second one beside it: it would hang as well. If it does come back, what it brings is taken.
                let hung = now.since(since);
                self.state = State::Opening { answer, since: Some(since), hung };
                if hung >= OPEN_LIMIT * self.speed { self.say_lost(super::HANGS.into(), NEVER) } else { None }
            }
        }
    }

    fn watch(&mut self, mut opened: Opened, mut pulse: Pulse, now: Mono) -> Option<Change> {
        let (errors, words) = opened.stream.errors();
        self.errors.fetch_add(errors.saturating_sub(opened.errors), Ordering::Relaxed);
        opened.errors = errors;
        let verdict = pulse.judge(opened.frames.load(Ordering::Acquire), errors, now);
        if let Verdict::Dead(cause) = verdict {
            self.proof = if cause == Cause::Pace { Proof::AfterPace } else { Proof::AfterLoss };
            let seen = cause.as_str();
            let why = words.map_or_else(|| seen.to_owned(), |words| summary(seen, errors, &words));
            let generation = opened.generation;
            self.close(opened.stream);
            return self.lose(why, generation, now);
        }
        let up = (verdict == Verdict::Alive && self.said != Said::Up).then(|| {
            self.said = Said::Up;
            Change::Up { format: opened.format.clone(), generation: opened.generation }
        });
        self.state = State::Open { opened, pulse };
        up
    }

    fn lose(&mut self, why: String, generation: u64, now: Mono) -> Option<Change> {
        self.state = State::Waiting { until: Some(now.plus(RETRY * self.speed)) };
        self.say_lost(why, generation)
    }

    fn say_lost(&mut self, why: String, generation: u64) -> Option<Change> {
        if self.said == Said::Lost {
            return None;
        }
        self.said = Said::Lost;
        if self.proof == Proof::AtStart {
            self.proof = Proof::AfterLoss;
        }
        Some(Change::Lost { why, generation })
    }

    fn open(&mut self) -> State {
        let generation = self.newest.fetch_add(1, Ordering::AcqRel) + 1;
        let (output, make_deck) = (Arc::clone(&self.output), Arc::clone(&self.make_deck));
        let newest = Arc::clone(&self.newest);
        let (send, answer) = mpsc::channel();
        // A thread that cannot be started drops `send`, which the next look sees.
        let _ = thread::Builder::new().name("loa-open".into()).spawn(move || {
            let _ = send.send(open(&*output, &make_deck, &newest, generation));
        });
        State::Opening { answer, since: None, hung: TimeDelta::zero() }
    }

    /// Drops a stream on a thread of its own, and makes its feed dead before that.
    fn close(&mut self, stream: Box<dyn Stream>) -> mpsc::Receiver<()> {
        self.newest.fetch_add(1, Ordering::AcqRel);
        self.closing.fetch_add(1, Ordering::AcqRel);
        let closing = Arc::clone(&self.closing);
        let (done, closed) = mpsc::channel();
        let spawned = thread::Builder::new().name("loa-close".into()).spawn(move || {
            drop(stream);
            closing.fetch_sub(1, Ordering::AcqRel);
            let _ = done.send(());
        });
        if spawned.is_err() {
            self.closing.fetch_sub(1, Ordering::AcqRel); // the stream was dropped here with the closure
        }
        closed
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        if let State::Open { opened, .. } = std::mem::replace(&mut self.state, State::Waiting { until: None }) {
            let _ = self.close(opened.stream).recv_timeout(LAST_CLOSE);
        }
        self.newest.fetch_add(1, Ordering::AcqRel);
    }
}

fn open(
    output: &dyn Output,
    make_deck: &Mutex<MakeDeck>,
    newest: &Arc<AtomicU64>,
    generation: u64,
) -> Result<Opened, OpenError> {
    let frames = Arc::new(AtomicU64::new(0));
    let mut agreed = None;
    let stream = output.open(&mut |format| {
        agreed = Some(format.clone());
        // Only one opening is ever in flight, so nobody waits here.
        let feed = (make_deck.lock().unwrap_or_else(PoisonError::into_inner))(format, generation);
        counted(feed, generation, Arc::clone(newest), Arc::clone(&frames))
    })?;
    let format = agreed.ok_or_else(|| OpenError("it opened without asking what to play".into()))?;
    Ok(Opened { generation, stream, format, frames, errors: 0 })
}

/// A loss in the driver's words: one line, however often it said them.
fn summary(seen: &str, errors: u64, first: &str) -> String {
    match errors {
        0 | 1 => format!("{seen}: {first}"),
        _ => format!("{seen}: {errors} of them, beginning with: {first}"),
    }
}

/// The feed of one generation: counts what it renders, and is silent once a newer one exists.
fn counted(mut feed: Feed, generation: u64, newest: Arc<AtomicU64>, frames: Arc<AtomicU64>) -> Feed {
    Box::new(move |block, stamp| {
        if newest.load(Ordering::Acquire) != generation {
            block.fill(0.0);
            return;
        }
        // Before they are rendered: the first ones wait for what the station has to play once it knows of the device.
        frames.fetch_add(block.len() as u64 / 2, Ordering::Release);
        feed(block, stamp);
    })
}

#[cfg(test)]
mod tests;
