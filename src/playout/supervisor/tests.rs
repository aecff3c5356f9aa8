//! The supervisor against a scripted output and scripted time: every way in which a device can fail to open, stall, report
//! or hang in closing, with the instants at which each is said. Nothing here sounds or waits for real time to pass; only
//! the threads that open and close are real, and are waited for by what they do. Next: `supervisor`.

use std::collections::VecDeque;

use chrono::DateTime;

use super::*;
use crate::output::Stamp;

const PERIOD: usize = 1024;

/// What the next opening does.
enum Step {
    Refuse(&'static str),
    Open,
    /// Opens once the other end says so or is gone.
    Hang(mpsc::Receiver<()>),
    /// Opens a stream whose closing hangs until the other end is gone.
    CloseHangs(mpsc::Receiver<()>),
}

struct Scripted {
    steps: Mutex<VecDeque<Step>>,
    errors: Arc<AtomicU64>,
    feeds: Mutex<mpsc::Sender<Feed>>,
    opened: AtomicUsize,
}

struct FakeStream {
    errors: Arc<AtomicU64>,
    gate: Option<mpsc::Receiver<()>>,
}

impl Stream for FakeStream {
    fn errors(&self) -> (u64, Option<String>) {
        let errors = self.errors.load(Ordering::Acquire);
        (errors, (errors > 0).then(|| "i/o error".into()))
    }
}

impl Drop for FakeStream {
    fn drop(&mut self) {
        let _ = self.gate.take().map(|gate| gate.recv());
    }
}

impl Output for Scripted {
    fn open(&self, feed: &mut dyn FnMut(&Format) -> Feed) -> Result<Box<dyn Stream>, OpenError> {
        self.opened.fetch_add(1, Ordering::AcqRel);
        let step = self.steps.lock().unwrap().pop_front().unwrap_or(Step::Open);
        let gate = match step {
            Step::Refuse(words) => return Err(OpenError(words.into())),
            Step::Hang(gate) => gate.recv().map_or(None, |()| None),
            Step::CloseHangs(gate) => Some(gate),
            Step::Open => None,
        };
        let feed = feed(&Format { rate: 48_000, period: PERIOD as u32, device: "scripted".into() });
        self.feeds.lock().unwrap().send(feed).unwrap();
        Ok(Box::new(FakeStream { errors: Arc::clone(&self.errors), gate }))
    }
}

struct Bench {
    output: Arc<Scripted>,
    feeds: mpsc::Receiver<Feed>,
    supervisor: Supervisor,
    ms: i64,
}

impl Bench {
    /// A deck that plays its generation as a constant level.
    fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        let (send, feeds) = mpsc::channel();
        let output = Arc::new(Scripted {
            steps: Mutex::new(steps.into_iter().collect()),
            errors: Arc::default(),
            feeds: Mutex::new(send),
            opened: AtomicUsize::new(0),
        });
        let deck: MakeDeck = Box::new(|_, generation| Box::new(move |block, _| block.fill(generation as f32)));
        let supervisor = Supervisor::new(Arc::clone(&output) as Arc<dyn Output>, Clock::system(), deck);
        Self { output, feeds, supervisor, ms: 0 }
    }

    fn poll(&mut self) -> Option<Change> {
        let wall = DateTime::from_timestamp_millis(self.ms).unwrap();
        self.supervisor.poll(Moment { wall, mono: Mono(self.ms * 1000), synchronised: true })
    }

    /// Lets scripted time pass in steps of 10 ms until something changes; `play` renders what falls due.
    fn pass(&mut self, span_ms: i64, mut play: Option<&mut Feed>) -> Option<Change> {
        for _ in 0..span_ms / 10 {
            self.ms += 10;
            if let Some(feed) = &mut play {
                take(feed, 480);
            }
            if let Some(change) = self.poll() {
                return Some(change);
            }
        }
        None
    }

    /// Looks without letting scripted time pass, until the opening thread has done its part.
    fn settle(&mut self, done: impl Fn(&Self) -> bool) -> Option<Change> {
        let limit = Clock::system();
        while limit.pair().1 < Mono(20_000_000) {
            if let Some(change) = self.poll() {
                return Some(change);
            }
            if done(self) {
                return None;
            }
            thread::yield_now();
        }
        panic!("the other thread did nothing for 20 s");
    }

    fn feed(&self) -> Feed {
        self.feeds.recv_timeout(Duration::from_secs(20)).expect("the output is opened")
    }

    /// Waits for an opened stream to be taken over.
    fn taken_over(&mut self) -> Option<Change> {
        self.settle(|bench| matches!(bench.supervisor.state, State::Open { .. }))
    }
}

fn take(feed: &mut Feed, frames: usize) -> f32 {
    let mut block = vec![f32::NAN; frames * 2];
    feed(&mut block, Stamp { wall_us: 0, mono: Mono(0), lead_us: 0, xruns: 0 });
    block[0]
}

fn generation(change: Option<&Change>) -> u64 {
    match change {
        Some(Change::Up { generation, .. }) => *generation,
        other => panic!("expected the output to come up, found {other:?}"),
    }
}

fn lost(change: Option<Change>) -> (String, u64) {
    match change {
        Some(Change::Lost { why, generation }) => (why, generation),
        other => panic!("expected a loss, found {other:?}"),
    }
}

#[test]
fn the_first_callback_brings_the_output_up_once() {
    let mut bench = Bench::new([]);
    let mut feed = bench.feed();
    assert_eq!(bench.taken_over(), None, "nothing has been taken yet");
    assert!(take(&mut feed, PERIOD) > 0.0);
    assert_eq!(generation(bench.pass(10, None).as_ref()), 1);
    assert_eq!(bench.pass(5000, Some(&mut feed)), None);
}

#[test]
fn a_device_that_never_opens_is_lost_once_and_tried_every_half_second() {
    let mut bench = Bench::new((0..4).map(|_| Step::Refuse("no such device")));
    let change = bench.settle(|_| false);
    assert_eq!(lost(change), ("no such device".into(), 0));
    for tries in 2..=4 {
        bench.ms += 490;
        assert_eq!(bench.poll(), None);
        assert_eq!(bench.output.opened.load(Ordering::Acquire), tries - 1, "not before its time");
        bench.ms += 10;
        let state = |bench: &Bench| matches!(bench.supervisor.state, State::Waiting { until: Some(_) });
        bench.poll();
        assert_eq!(bench.settle(state), None, "said only once");
        assert_eq!(bench.output.opened.load(Ordering::Acquire), tries);
    }
}

#[test]
fn a_stalled_stream_is_lost_silenced_and_back_only_after_more_than_its_buffer() {
    let mut bench = Bench::new([]);
    let mut old = bench.feed();
    take(&mut old, PERIOD);
    assert_eq!(generation(bench.taken_over().as_ref()), 1);
    let change = bench.pass(2000, None);
    assert_eq!((lost(change), bench.ms), (("it takes no more frames".into(), 1), 1000));
    assert!(take(&mut old, PERIOD).abs() < f32::EPSILON, "an old stream that comes back is silent");

    assert_eq!(bench.pass(500, None), None);
    let mut feed = bench.feed();
    take(&mut feed, 2 * PERIOD);
    assert_eq!(bench.taken_over(), None, "a buffer filled is not a device that plays");
    let change = bench.pass(1000, Some(&mut feed));
    assert!(generation(change.as_ref()) > 1);
    assert_eq!(bench.ms, 1500 + 110, "100 ms after its buffer was full");
}

/// In the worst case it returns just after a try: 500 ms until the next one, then the proof.
#[test]
fn a_device_that_returns_right_after_a_try_is_back_within_a_second() {
    let mut bench = Bench::new([Step::Open, Step::Refuse("unplugged")]);
    take(&mut bench.feed(), PERIOD);
    generation(bench.taken_over().as_ref());
    assert_eq!(lost(bench.pass(2000, None)).1, 1);
    let tried = |bench: &Bench| {
        bench.output.opened.load(Ordering::Acquire) == 2 && matches!(bench.supervisor.state, State::Waiting { .. })
    };
    bench.ms += 500;
    assert_eq!(bench.settle(tried), None);
    let returned = bench.ms;
    while bench.output.opened.load(Ordering::Acquire) == 2 {
        bench.ms += 10;
        bench.poll();
        let state = |bench: &Bench| !matches!(bench.supervisor.state, State::Opening { .. });
        assert_eq!(bench.settle(state), None);
    }
    let mut feed = bench.feed();
    take(&mut feed, 2 * PERIOD);
    assert_eq!(bench.taken_over(), None);
    let change = bench.pass(1000, Some(&mut feed));
    assert!(generation(change.as_ref()) > 1);
    assert!(bench.ms - returned <= 1000, "back after {} ms", bench.ms - returned);
}

#[test]
fn a_storm_of_errors_shortens_the_wait_and_gives_its_words() {
    let mut bench = Bench::new([]);
    take(&mut bench.feed(), PERIOD);
    generation(bench.taken_over().as_ref());
    bench.output.errors.store(100_000, Ordering::Release);
    let change = bench.pass(2000, None);
    let said = "it takes no more frames and reports errors: 100000 of them, beginning with: i/o error";
    assert_eq!(lost(change), (said.into(), 1));
    assert_eq!(bench.ms, 250);
    assert_eq!(bench.supervisor.errors().load(Ordering::Relaxed), 100_000);
}

#[test]
fn an_opening_that_hangs_is_said_and_never_doubled_and_taken_when_it_comes() {
    let (gate, hanging) = mpsc::channel();
    let mut bench = Bench::new([Step::Hang(hanging)]);
    bench.settle(|bench| bench.output.opened.load(Ordering::Acquire) == 1);
    let change = bench.pass(10_000, None);
    assert_eq!(lost(change), ("it does not answer: opening it hangs".into(), 0));
    assert_eq!(bench.pass(10_000, None), None);
    assert_eq!(bench.output.opened.load(Ordering::Acquire), 1);
    assert_eq!(bench.supervisor.health(), Health::Tried);
    bench.pass(120_000, None);
    assert_eq!(bench.supervisor.health(), Health::GivenUp, "nothing is tried any more");
    gate.send(()).unwrap();
    let mut feed = bench.feed();
    assert_eq!(bench.taken_over(), None);
    assert!(generation(bench.pass(1000, Some(&mut feed)).as_ref()) >= 1);
}

#[test]
fn streams_that_hang_in_closing_are_counted_and_bounded() {
    let (gates, hanging): (Vec<_>, Vec<_>) = (0..CLOSING_MAX + 2).map(|_| mpsc::channel::<()>()).unzip();
    let mut bench = Bench::new(hanging.into_iter().map(Step::CloseHangs));
    for closing in 1..=CLOSING_MAX {
        let _dead = bench.feed();
        bench.taken_over();
        bench.pass(1000, None);
        assert_eq!(bench.supervisor.closing(), closing);
        bench.pass(500, None);
    }
    bench.pass(60_000, None);
    assert_eq!(bench.output.opened.load(Ordering::Acquire), CLOSING_MAX, "no further one is opened");
    assert_eq!(bench.supervisor.health(), Health::GivenUp);
    drop(gates);
    bench.settle(|bench| bench.supervisor.closing() == 0);
    assert_eq!(bench.supervisor.health(), Health::Tried);
    bench.pass(10, None);
    drop(bench.feed());
}
