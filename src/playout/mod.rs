//! The playout, as the station sees it: a handle whose methods never wait.
//!
//! In: the desk's orders for cues. Out: an event for each, and what becomes of the device. Behind the handle one thread
//! (`thread`) keeps the stream open (`supervisor`), commands the deck inside the device callback (`deck`) and turns its
//! reports into what has provably been aired (`account`); each cue decodes on a thread of its own (`cue`). Nothing here
//! decides what airs. Next: `thread`.

pub mod account;
mod block;
pub mod cue;
pub mod deck;
mod hold; // the first callback waits for what there is to play
pub mod level;
mod port;
mod pulse; // whether an open stream is alive (pure)
pub mod ring;
pub mod supervisor;
mod thread;
mod tone;
mod treated;
mod voice;
mod wait;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use tokio::sync::{mpsc as station, watch};

pub use self::block::Place;
pub use self::cue::{OpenClip, Samples};
pub use self::level::Levels;
pub use self::port::{Command, DeckPort, How, Over, Report, SLOTS, Sounded};
pub use self::supervisor::Health;
use self::thread::{Order, Room};
use crate::clock::Clock;
use crate::desk::{CueEvent, CueId, DeviceEvent, End, Start};
use crate::output::{Output, RealTime};
use crate::rundown::Audio;
use crate::sound::Treatment;

/// What the playout says to the station.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlayoutEvent {
    /// About one cue.
    Cue(CueId, CueEvent),
    /// About the device.
    Device(DeviceEvent),
}

/// Signs of life of the playout, at its newest look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vitals {
    /// How often its thread has looked at the device and the deck.
    pub looks: u64,
    /// How the device is.
    pub health: Health,
    /// Whether the callback is scheduled in real time; `None` as long as that is not decided.
    pub real_time: Option<RealTime>,
}

/// The handle. Dropping it stops the sound.
#[derive(Debug)]
pub struct Playout {
    orders: mpsc::Sender<Order>,
    levels: watch::Receiver<Option<Levels>>,
    device_errors: Arc<AtomicU64>,
    vitals: watch::Receiver<Vitals>,
}

impl Playout {
    /// Opens the output and keeps it open; the answer comes as `DeviceEvent::Up` or `Lost`.
    ///
    /// `events` is unbounded so that a station which stands still never stops the accounts; what it can hold is small: five
    /// events per cue that the station itself ordered, two of progress a second for the one on the air, and two device
    /// events per retry.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn open(
        output: Arc<dyn Output>,
        open_clip: OpenClip,
        clock: Clock,
        events: station::UnboundedSender<PlayoutEvent>,
    ) -> std::io::Result<Self> {
        let (orders, taken) = mpsc::channel();
        let (level_in, levels) = watch::channel(None);
        let (vital_in, vitals) = watch::channel(Vitals { looks: 0, health: Health::Tried, real_time: None });
        let room = Room::new(output, open_clip, clock, events, (level_in, vital_in), orders.clone());
        let device_errors = room.device_errors();
        std::thread::Builder::new().name("playout".into()).spawn(move || room.run(&taken))?;
        Ok(Self { orders, levels, device_errors, vitals })
    }

    /// Opens and decodes ahead; answered with `Ready` or `Refused`.
    pub fn prepare(&self, cue: CueId, audio: Audio, tone_ms: u32, treatment: Treatment) {
        self.order(Order::Prepare { cue, audio, tone_ms, treatment });
    }

    /// Orders a prepared cue to start; answered with `Started` when its first frame has played. One that is not ready yet
    /// starts as soon as it is, and cuts nothing before. A new order replaces an earlier one until the cue has begun.
    pub fn start(&self, cue: CueId, start: Start) {
        self.order(Order::Start(cue, start));
    }

    /// Orders a cue to end early; answered with `Ended` if it has begun, with nothing if not.
    pub fn end(&self, cue: CueId, end: End) {
        self.order(Order::End(cue, end));
    }

    /// Forgets a cue that has not begun; nothing answers. One that begins in that moment is faded out, and answered.
    pub fn drop_cue(&self, cue: CueId) {
        self.order(Order::Drop(cue));
    }

    /// The level of the last second of our output; `None` while no device is open.
    #[must_use]
    pub fn levels(&self) -> Option<Levels> {
        *self.levels.borrow()
    }

    /// Where the levels can be read without this handle.
    #[must_use]
    pub fn shown_levels(&self) -> watch::Receiver<Option<Levels>> {
        self.levels.clone()
    }

    /// Errors that the sound driver has reported since the start; a healthy device may report some.
    #[must_use]
    pub fn device_errors(&self) -> u64 {
        self.device_errors.load(Ordering::Relaxed)
    }

    /// Its signs of life.
    #[must_use]
    pub fn vitals(&self) -> Vitals {
        *self.vitals.borrow()
    }

    /// Stops the sound and closes the output. The one method that waits, at the end of the program and no longer than
    /// `limit`, so that the output can be closed in order: the stream ends, and a WAV file gets its header.
    pub fn close(self, limit: Duration) {
        let (closed, wait) = mpsc::channel();
        self.order(Order::Close(Some(closed)));
        let _ = wait.recv_timeout(limit);
    }

    /// The thread only ends after `Close`, so an order is lost only when nobody can be on the air any more.
    fn order(&self, order: Order) {
        let _ = self.orders.send(order);
    }
}

impl Drop for Playout {
    fn drop(&mut self) {
        self.order(Order::Close(None));
    }
}

/// What the supervisor says of a lost device before the driver's words, and the same in Vietnamese; longer ones first.
pub(crate) const SEEN: [(&str, &str); 5] = [
    (ERRORS, "thiết bị không nhận âm thanh nữa và báo lỗi"),
    (SILENCE, "thiết bị không nhận âm thanh nữa"),
    (PACE, "thiết bị nhận âm thanh nhanh hơn thời gian thực, nên không phải là thiết bị thật"),
    (HANGS, "thiết bị không trả lời: mở mãi không xong"),
    (DIED, "không mở được thiết bị: luồng mở thiết bị đã chết"),
];
const SILENCE: &str = "it takes no more frames";
const ERRORS: &str = "it takes no more frames and reports errors";
const PACE: &str = "it takes frames faster than real time, so it is no real device";
const HANGS: &str = "it does not answer: opening it hangs";
const DIED: &str = "the thread that opens it died";
