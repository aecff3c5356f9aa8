//! The whole playout, threads and all, on an output that the clock paces and a test can break.
//!
//! In: orders through the handle. Out: events in their order, and the very frames that left.

#![expect(clippy::unwrap_used, reason = "a scene that cannot be set up fails its test here")]

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta};
use loa::airing::Reason;
use loa::clock::Clock;
use loa::desk::{CueEvent, CueId, DeviceEvent, End, Ending, Start};
use loa::output::{Feed, Format, OpenError, Output, Stamp, Stream};
use loa::playout::ring::Frame;
use loa::playout::{OpenClip, Playout, PlayoutEvent, SLOTS, Samples};
use loa::rundown::{Audio, Content};
use loa::sound::Treatment;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::rig::{RATE, clip, owner};

/// Seconds per real second: a test of a few seconds ends soon.
const SPEED: u32 = 8;
const PERIOD: usize = 480;

/// An output at the clock's pace that keeps what left it.
struct Bench {
    clock: Clock,
    /// The device is there.
    plugged: AtomicBool,
    open: AtomicU64,
    air: Mutex<Vec<f32>>,
}

struct Running {
    bench: Arc<Bench>,
    gone: Arc<AtomicBool>,
    errors: AtomicU64,
    thread: Option<std::thread::JoinHandle<()>>,
}

struct Plug(Arc<Bench>);

impl Output for Plug {
    fn open(&self, feed: &mut dyn FnMut(&Format) -> Feed) -> Result<Box<dyn Stream>, OpenError> {
        if !self.0.plugged.load(Ordering::Acquire) {
            return Err(OpenError("no such device".into()));
        }
        let format = Format { rate: RATE, period: PERIOD as u32, device: "bench".into() };
        let feed = feed(&format);
        let gone = Arc::new(AtomicBool::new(false));
        let bench = Arc::clone(&self.0);
        bench.open.fetch_add(1, Ordering::AcqRel);
        let (paced, gone_too) = (Arc::clone(&bench), Arc::clone(&gone));
        let thread = Some(std::thread::spawn(move || pace(&paced, &gone_too, feed)));
        Ok(Box::new(Running { bench, gone, errors: AtomicU64::new(0), thread }))
    }
}

/// Two periods are always in the buffer, as on a card.
fn pace(bench: &Bench, gone: &AtomicBool, mut feed: Feed) {
    let (_, start) = bench.clock.pair();
    let mut block = [0.0; 2 * PERIOD];
    for period in 0.. {
        let due = start.plus(TimeDelta::microseconds(period * 10_000));
        bench.clock.sleep_until(due);
        if gone.load(Ordering::Acquire) || !bench.plugged.load(Ordering::Acquire) {
            return;
        }
        let (wall, mono) = bench.clock.pair();
        let lead_us = due.plus(TimeDelta::milliseconds(20)).since(mono).num_microseconds().unwrap();
        // Held meanwhile, so that nobody sees a report of a block that is not among the frames yet.
        let mut air = bench.air.lock().unwrap();
        feed(&mut block, Stamp { wall_us: wall.timestamp_micros(), mono, lead_us, xruns: 0 });
        air.extend_from_slice(&block);
    }
}

impl Stream for Running {
    fn errors(&self) -> (u64, Option<String>) {
        if self.bench.plugged.load(Ordering::Acquire) {
            return (0, None);
        }
        (self.errors.fetch_add(1000, Ordering::AcqRel) + 1000, Some("the plug was pulled".into()))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.gone.store(true, Ordering::Release);
        self.thread.take().unwrap().join().unwrap();
        self.bench.open.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Audio named `ID:FRAMES`, `broken:FRAMES` (fails after them) or anything else (does not open).
struct Simulated {
    frames: VecDeque<Frame>,
    fails: bool,
    file: String,
    closed: UnboundedSender<String>,
}

impl Drop for Simulated {
    fn drop(&mut self) {
        let _ = self.closed.send(std::mem::take(&mut self.file));
    }
}

impl Samples for Simulated {
    fn read(&mut self, out: &mut [f32]) -> Result<usize, Reason> {
        let count = (out.len() / 2).min(self.frames.len());
        if count == 0 && self.fails {
            return Err(Reason::DecodeError);
        }
        for (to, from) in out.as_chunks_mut::<2>().0.iter_mut().zip(self.frames.drain(..count)) {
            *to = from;
        }
        Ok(count)
    }

    fn duration_ms(&self) -> Option<i64> {
        Some(self.frames.len() as i64 / 48)
    }
}

struct Scene {
    playout: Playout,
    bench: Arc<Bench>,
    events: UnboundedReceiver<PlayoutEvent>,
    /// Names of clips as they are closed.
    closed: UnboundedReceiver<String>,
}

impl Scene {
    fn new(plugged: bool) -> Self {
        let clock = Clock::scaled(DateTime::from_timestamp(1_741_000_000, 0).unwrap(), SPEED);
        let bench = Arc::new(Bench {
            clock: clock.clone(),
            plugged: plugged.into(),
            open: AtomicU64::new(0),
            air: Mutex::default(),
        });
        let (close, closed) = unbounded_channel();
        let open_clip: OpenClip = Arc::new(move |audio, rate| {
            assert_eq!(rate, RATE);
            let (id, frames) = audio.file.as_deref().unwrap_or_default().split_once(':').ok_or(Reason::FileMissing)?;
            let frames = clip(id.parse().unwrap_or(1), 0, frames.parse().unwrap()).into();
            let (file, closed) = (audio.file.clone().unwrap_or_default(), close.clone());
            let samples = Simulated { frames, fails: id == "broken", file, closed };
            Ok((Box::new(samples), Content { sha256: id.into(), duration_ms: None }))
        });
        let (told, events) = unbounded_channel();
        let playout = Playout::open(Arc::new(Plug(Arc::clone(&bench))), open_clip, clock, told).unwrap();
        Self { playout, bench, events, closed }
    }

    fn prepare(&self, cue: u64, file: &str) {
        self.prepare_treated(cue, file, Treatment::default());
    }

    fn prepare_treated(&self, cue: u64, file: &str, treatment: Treatment) {
        self.playout.prepare(CueId(cue), Audio { file: Some(file.into()), content: None }, 0, treatment);
    }

    async fn next(&mut self) -> PlayoutEvent {
        let next = tokio::time::timeout(Duration::from_secs(20), self.events.recv());
        next.await.expect("an event within 20 s").expect("the playout lives")
    }

    /// The next event that is no progress, which must be about this cue.
    async fn cue(&mut self, cue: u64) -> CueEvent {
        loop {
            match self.next().await {
                PlayoutEvent::Cue(of, CueEvent::Progress(_)) if of == CueId(cue) => {}
                PlayoutEvent::Cue(of, event) if of == CueId(cue) => return event,
                other => panic!("waiting for cue {cue}: {other:?}"),
            }
        }
    }

    async fn up(&mut self) {
        let up = DeviceEvent::Up { device: "bench".into() };
        assert_eq!(self.next().await, PlayoutEvent::Device(up));
    }

    async fn ready(&mut self, cue: u64, file: &str) {
        self.prepare(cue, file);
        let event = self.cue(cue).await;
        assert!(matches!(event, CueEvent::Ready { .. }), "{event:?}");
    }

    async fn ended(&mut self, cue: u64) -> (Ending, i64) {
        match self.cue(cue).await {
            CueEvent::Ended { ending, measured } => (ending, measured.aired_ms),
            other => panic!("{other:?}"),
        }
    }

    async fn started(&mut self, cue: u64) {
        let event = self.cue(cue).await;
        assert!(matches!(event, CueEvent::Started { .. }), "{event:?}");
    }
}

#[tokio::test]
async fn cues_air_one_after_the_other_to_the_frame() {
    let mut scene = Scene::new(true);
    scene.up().await;
    scene.ready(1, "1:150001").await; // longer than its ring
    scene.ready(2, "2:20000").await;
    scene.playout.start(CueId(1), Start::Now);
    scene.playout.start(CueId(2), Start::After(CueId(1)));
    scene.started(1).await;
    assert_eq!(scene.ended(1).await, (Ending::Finished, 150_001 / 48));
    scene.started(2).await;
    assert!(scene.playout.levels().expect("a device is open").peak_dbfs > 0, "the clips are far beyond full scale");
    assert_eq!(scene.ended(2).await, (Ending::Finished, 20_000 / 48));
    let air = scene.bench.air.lock().unwrap().clone();
    let (air, _) = air.as_chunks::<2>();
    let began = air.iter().position(|frame| owner(*frame).is_some()).unwrap();
    let must = [clip(1, 0, 150_001), clip(2, 0, 20_000)].concat();
    assert!(air[began..began + must.len()] == must[..], "the samples are not those of the clips");
}

#[tokio::test]
async fn a_treated_cue_airs_with_its_gain_without_its_ends_and_with_the_tone_as_it_is() {
    let mut scene = Scene::new(true);
    scene.up().await;
    let treatment = Treatment { gain_cb: -60, skip_ms: 1500, drop_ms: 250 };
    for (cue, treatment) in [(1, Treatment::default()), (2, treatment)] {
        let audio = Audio { file: Some(format!("{cue}:144000")), content: None };
        scene.playout.prepare(CueId(cue), audio, 100, treatment);
        let CueEvent::Ready { planned_ms, .. } = scene.cue(cue).await else { panic!("not ready") };
        assert_eq!(planned_ms, Some(3100 - treatment.trimmed_ms()));
    }
    scene.playout.start(CueId(1), Start::Now);
    scene.playout.start(CueId(2), Start::After(CueId(1)));
    scene.started(1).await;
    assert_eq!(scene.ended(1).await, (Ending::Finished, 3100));
    scene.started(2).await;
    assert_eq!(scene.ended(2).await, (Ending::Finished, 1350));
    let air = scene.bench.air.lock().unwrap().clone();
    let (air, _) = air.as_chunks::<2>();
    let whole = clip(1, 0, 144_000);
    let began = air.windows(2).position(|pair| pair == &whole[..2]).unwrap();
    assert!(air[began..began + whole.len()] == whole[..]);
    let (tone, second) = (&air[began - 4800..began], &air[began + whole.len()..]);
    assert!(tone.iter().any(|frame| frame[0] > 0.2));
    assert!(second[..4800] == *tone, "the tone is as loud as ever");
    let factor = treatment.factor();
    let treated: Vec<Frame> = clip(2, 72_000, 60_000).into_iter().map(|frame| frame.map(|it| it * factor)).collect();
    assert!(second[4800..4800 + treated.len()] == treated[..], "and its audio is not");
    assert!(second[4800 + treated.len()..].iter().all(|frame| owner(*frame).is_none()));
}

#[tokio::test]
async fn a_lost_device_answers_every_cue_before_it_is_called_lost() {
    let mut scene = Scene::new(true);
    scene.up().await;
    scene.ready(1, "1:4800000").await;
    scene.ready(2, "2:48000").await;
    scene.playout.start(CueId(1), Start::Now);
    scene.playout.start(CueId(2), Start::After(CueId(1)));
    scene.started(1).await;
    scene.bench.plugged.store(false, Ordering::Release);
    let (ending, aired_ms) = scene.ended(1).await;
    let delivered = scene.bench.air.lock().unwrap().iter().filter(|sample| **sample != 0.0).count() as i64 / 2;
    assert_eq!(ending, Ending::Fault(Reason::DeviceLost));
    assert!(
        aired_ms <= delivered / 48 - 10,
        "claims {aired_ms} of {} ms: no callback proves the last block",
        delivered / 48
    );
    assert_eq!(scene.cue(2).await, CueEvent::Refused(Reason::NoDevice));
    let lost = scene.next().await;
    assert!(matches!(&lost, PlayoutEvent::Device(DeviceEvent::Lost { why }) if why.contains("plug")), "{lost:?}");
    assert_eq!(scene.playout.levels(), None);
    scene.prepare(3, "3:100");
    assert_eq!(scene.cue(3).await, CueEvent::Refused(Reason::NoDevice));
    scene.bench.plugged.store(true, Ordering::Release);
    scene.up().await;
    scene.ready(4, "4:4800").await;
    scene.playout.start(CueId(4), Start::Now);
    scene.started(4).await;
    assert_eq!(scene.ended(4).await, (Ending::Finished, 100));
}

#[tokio::test]
async fn what_cannot_be_opened_is_refused_and_damage_ends_with_its_good_samples() {
    let mut scene = Scene::new(true);
    scene.up().await;
    scene.prepare(1, "nothing");
    assert_eq!(scene.cue(1).await, CueEvent::Refused(Reason::FileMissing));
    scene.prepare(2, "broken:100"); // before it could have started
    assert_eq!(scene.cue(2).await, CueEvent::Refused(Reason::DecodeError));
    scene.ready(3, "broken:48000").await;
    scene.playout.start(CueId(3), Start::Now);
    scene.started(3).await;
    assert_eq!(scene.ended(3).await, (Ending::Fault(Reason::DecodeError), 1000));
}

#[tokio::test]
async fn a_dropped_cue_says_nothing_and_closes_its_file() {
    let mut scene = Scene::new(true);
    scene.up().await;
    scene.ready(1, "1:4800000").await;
    scene.playout.drop_cue(CueId(1));
    let closed = tokio::time::timeout(Duration::from_secs(20), scene.closed.recv()).await;
    assert_eq!(closed.expect("closed within 20 s").as_deref(), Some("1:4800000"), "though it was not read to its end");
    for cue in 2..10 {
        scene.ready(cue, "1:4800").await;
        scene.playout.end(CueId(cue), End::Now);
    }
    scene.ready(20, "1:4800").await;
    scene.playout.start(CueId(20), Start::Now);
    scene.started(20).await;
    assert_eq!(scene.ended(20).await, (Ending::Finished, 100));
}

#[tokio::test]
async fn a_cue_waits_for_a_place_in_the_deck_and_is_refused_only_after_a_while() {
    let mut scene = Scene::new(true);
    scene.up().await;
    let full = SLOTS as u64;
    for cue in 1..=full {
        scene.ready(cue, "1:4800").await;
    }
    for cue in [full + 1, full + 2, full + 3] {
        scene.prepare(cue, "2:4800");
    }
    // One more has a place now; another is taken back while it waits; the third finds none.
    scene.playout.start(CueId(full + 1), Start::Now);
    scene.playout.drop_cue(CueId(full + 2));
    scene.playout.drop_cue(CueId(1));
    assert!(matches!(scene.cue(full + 1).await, CueEvent::Ready { .. }));
    scene.started(full + 1).await;
    assert_eq!(scene.ended(full + 1).await, (Ending::Finished, 100));
    // That one's place is free again.
    assert!(matches!(scene.cue(full + 3).await, CueEvent::Ready { .. }));
    scene.prepare(full + 4, "2:4800");
    let (_, ordered) = scene.bench.clock.pair();
    assert_eq!(scene.cue(full + 4).await, CueEvent::Refused(Reason::NoDevice));
    let waited = scene.bench.clock.pair().1.since(ordered);
    assert!(waited >= TimeDelta::seconds(5), "{waited}");
}

#[tokio::test]
async fn closing_closes_the_stream() {
    let mut scene = Scene::new(true);
    scene.up().await;
    scene.playout.close(Duration::from_secs(20));
    assert_eq!(scene.bench.open.load(Ordering::Acquire), 0);
}

#[tokio::test]
async fn a_missing_device_is_said_to_be_lost_and_refuses() {
    let mut scene = Scene::new(false);
    let lost = scene.next().await;
    assert!(matches!(&lost, PlayoutEvent::Device(DeviceEvent::Lost { why }) if why.contains("no such device")));
    scene.prepare(1, "1:100");
    assert_eq!(scene.cue(1).await, CueEvent::Refused(Reason::NoDevice));
}
