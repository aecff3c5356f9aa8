//! The playout thread: between the station's orders, the cues' threads, the stream and the deck in its callback.
//!
//! In: orders and cues' answers over one channel that wakes it at once; the supervisor's changes and the deck's reports, looked
//! for every few milliseconds. Out: events for the station. It waits for nothing but that channel, and leaves every count to
//! `account`. Next: `supervisor` towards the device, `cue` towards the files.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};

use chrono::TimeDelta;
use tokio::sync::{mpsc as station, watch};

use super::account::{Accounts, Events};
use super::cue::{Cue, OpenClip, Opened, Order as CueOrder};
use super::deck::pair;
use super::hold::{FIRST, hold};
use super::level::{Levels, Meter};
use super::port::{DeckPort, Report};
use super::supervisor::{Change, Supervisor};
use super::wait::{WaitingRoom, Wanted};
use super::{PlayoutEvent, Vitals};
use crate::airing::Reason;
use crate::clock::{Clock, Mono};
use crate::desk::{CueEvent, CueId, DeviceEvent, End, Start};
use crate::output::{Feed, Format, Output, RealTime};
use crate::rundown::Audio;
use crate::sound::Treatment;

/// How often the device is looked at until it is first open: a station that is switched on inside a window sounds sooner.
const STARTING: TimeDelta = TimeDelta::milliseconds(3);
/// The deck speaks once per callback, and is asked so long after one is due while a cue is to begin or to end. A look costs
/// 40 us, most of it for waking up.
const AFTER_CALLBACK: TimeDelta = TimeDelta::milliseconds(4);
/// The deck is not asked more often than that, however small the device's periods are.
const BUSY: TimeDelta = TimeDelta::milliseconds(25);
/// When a callback that is due has not come, it is looked for this often.
const LATE: TimeDelta = TimeDelta::milliseconds(10);
/// How often the device is looked at while there is nothing to play, and the deck is asked while nothing but progress is to
/// come: told every half second, at most one second of it may be lost with the power.
const STEADY: TimeDelta = TimeDelta::milliseconds(100);
/// How often a device is looked for that is away: it is to be back on the air within a second.
const AWAY: TimeDelta = TimeDelta::milliseconds(50);

/// What the thread is told.
#[derive(Debug)]
pub(super) enum Order {
    /// By the station.
    Prepare { cue: CueId, audio: Audio, tone_ms: u32, treatment: Treatment },
    /// By the station.
    Start(CueId, Start),
    /// By the station.
    End(CueId, End),
    /// By the station.
    Drop(CueId),
    /// By a cue's own thread.
    Opened(CueId, Opened),
    /// By the handle: leave, and drop the sender when everything is closed.
    Close(Option<Sender<()>>),
}

/// All that the playout thread owns.
pub(super) struct Room {
    clock: Clock,
    open_clip: OpenClip,
    events: station::UnboundedSender<PlayoutEvent>,
    levels: watch::Sender<Option<Levels>>,
    vitals: watch::Sender<Vitals>,
    supervisor: Supervisor,
    /// For the cues' threads.
    orders: Sender<Order>,
    /// The deck's other end of each stream, from the thread that opens it.
    ports: Receiver<(u64, DeckPort)>,
    air: Option<Air>,
    waiting: WaitingRoom,
}

/// An open stream.
struct Air {
    rate: u32,
    /// Between two callbacks.
    period: TimeDelta,
    port: DeckPort,
    accounts: Accounts,
    meter: Meter,
    /// The newest block's first frame and callback.
    newest: Option<(u64, Mono)>,
    /// Cues that the deck holds.
    cues: BTreeMap<CueId, Cue>,
}

impl Room {
    pub(super) fn new(
        output: Arc<dyn Output>,
        open_clip: OpenClip,
        clock: Clock,
        events: station::UnboundedSender<PlayoutEvent>,
        (levels, vitals): (watch::Sender<Option<Levels>>, watch::Sender<Vitals>),
        orders: Sender<Order>,
    ) -> Self {
        let (port_in, ports) = channel();
        let own_clock = clock.clone();
        let make_deck = move |format: &Format, generation: u64| -> Feed {
            let (mut deck, port) = pair(format.rate);
            // Fails only when the playout thread has ended; the deck then plays silence until the stream closes.
            let _ = port_in.send((generation, port));
            let (clock, mut first) = (own_clock.clone(), generation == FIRST);
            Box::new(move |block, mut stamp| {
                if std::mem::take(&mut first) {
                    stamp = hold(&mut deck, &clock, block.len() / 2, stamp);
                }
                deck.render(block, stamp);
            })
        };
        let supervisor = Supervisor::new(output, clock.clone(), Box::new(make_deck));
        let waiting = WaitingRoom::default();
        Self { clock, open_clip, events, levels, vitals, supervisor, orders, ports, air: None, waiting }
    }

    /// The counter of what drivers report.
    pub(super) fn device_errors(&self) -> Arc<AtomicU64> {
        self.supervisor.errors()
    }

    /// Runs until `Close`.
    pub(super) fn run(mut self, orders: &Receiver<Order>) {
        loop {
            self.look();
            let (_, now) = self.clock.pair();
            match orders.recv_timeout(self.clock.until(now.plus(self.pause(now)))) {
                Ok(Order::Close(closed)) => {
                    drop(self);
                    drop(closed);
                    return;
                }
                Ok(order) => self.obey(order),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// How long nothing needs to be looked at.
    fn pause(&self, now: Mono) -> TimeDelta {
        match &self.air {
            _ if self.supervisor.is_starting() => STARTING,
            Some(air) if !air.accounts.is_steady() => air.until_callback(now),
            Some(_) => STEADY,
            None => AWAY,
        }
    }

    /// Takes in what the device and the deck have to say.
    fn look(&mut self) {
        self.listen();
        while let Some(change) = self.supervisor.poll(self.clock.now()) {
            match change {
                Change::Up { format, generation } => self.rise(format, generation),
                Change::Lost { why, .. } => self.fall(why),
            }
        }
        let (_, now) = self.clock.pair();
        for wanted in self.waiting.due(now) {
            self.prepare(wanted);
        }
        self.show_levels();
        self.show_vitals();
    }

    fn listen(&mut self) {
        let mut events = Events::new();
        if let Some(air) = &mut self.air {
            air.listen(&mut events);
        }
        self.say(events);
    }

    fn rise(&mut self, format: Format, generation: u64) {
        // The port was sent before the stream opened, so it is there; those of streams that never came up go.
        if let Some((_, port)) = self.ports.try_iter().find(|(of, _)| *of == generation) {
            self.air = Some(Air::new(&format, port));
            self.send(PlayoutEvent::Device(DeviceEvent::Up { device: format.device }));
        }
    }

    /// Every cue of the stream is answered before the station hears of the loss.
    fn fall(&mut self, why: String) {
        self.listen();
        let mut events = Events::new();
        if let Some(mut air) = self.air.take() {
            air.accounts.lose(&mut events);
        }
        // Whoever hears of the loss must not find a level any more.
        self.show_levels();
        self.say(events);
        for wanted in self.waiting.clear() {
            self.refuse(wanted.cue);
        }
        self.send(PlayoutEvent::Device(DeviceEvent::Lost { why }));
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Prepare { cue, audio, tone_ms, treatment } => {
                self.prepare(Wanted::new(cue, audio, tone_ms, treatment));
            }
            Order::Opened(cue, opened) => self.opened(cue, opened),
            Order::Start(cue, start) => match self.waiting.find(cue) {
                Some(wanted) => wanted.start = Some(start),
                None => self.on_held(cue, |air| air.port.start(cue, start)),
            },
            Order::End(cue, End::Now) | Order::Drop(cue) => {
                self.waiting.forget(cue);
                self.on_held(cue, |air| air.take_off(cue));
            }
            Order::End(cue, end) => match self.waiting.find(cue) {
                Some(wanted) => wanted.end = Some(end),
                None => self.on_held(cue, |air| air.port.end(cue, end)),
            },
            Order::Close(_) => {}
        }
    }

    /// Prepares a cue, or keeps it until there is a thread and a place in the deck for it.
    fn prepare(&mut self, wanted: Wanted) {
        let Some(air) = &mut self.air else { return self.refuse(wanted.cue) };
        match air.prepare(&wanted, &self.orders, &self.open_clip, &self.clock) {
            Ok(()) => {
                wanted.start.into_iter().for_each(|start| air.port.start(wanted.cue, start));
                wanted.end.into_iter().for_each(|end| air.port.end(wanted.cue, end));
            }
            Err(why) => {
                let (_, now) = self.clock.pair();
                if let Err(cue) = self.waiting.keep(wanted, now) {
                    tracing::error!("a cue could not be prepared for 5 s: {why}");
                    self.refuse(cue);
                }
            }
        }
    }

    /// That it could not be prepared says nothing about its audio.
    fn refuse(&self, cue: CueId) {
        self.send(PlayoutEvent::Cue(cue, CueEvent::Refused(Reason::NoDevice)));
    }

    fn opened(&mut self, cue: CueId, opened: Opened) {
        let event = match opened {
            Ok((content, planned_ms)) => CueEvent::Ready { content, planned_ms },
            Err(reason) => CueEvent::Refused(reason),
        };
        let mut known = false;
        self.on_held(cue, |air| {
            known = true;
            if matches!(event, CueEvent::Refused(_)) {
                air.take_off(cue);
            }
        });
        if known {
            self.send(PlayoutEvent::Cue(cue, event));
        }
    }

    /// Does something about a cue unless it is gone: then its last event is on its way to the station.
    fn on_held(&mut self, cue: CueId, act: impl FnOnce(&mut Air)) {
        if let Some(air) = self.air.as_mut().filter(|air| air.cues.contains_key(&cue)) {
            act(air);
        }
    }

    fn show_levels(&mut self) {
        let levels = self.air.as_mut().and_then(|air| air.newest.map(|(frame, at)| air.meter.read(frame, at)));
        self.levels.send_replace(levels);
    }

    /// That real time is refused is said once: it makes underruns likelier on a busy machine, and nothing worse.
    fn show_vitals(&self) {
        let (health, now) = (self.supervisor.health(), self.supervisor.real_time());
        self.vitals.send_modify(|vitals| {
            let known = vitals.real_time;
            *vitals = Vitals { looks: vitals.looks + 1, health, real_time: now.or(known) };
            if let (Some(word @ RealTime::Refused(_)), true) = (now, known != now) {
                tracing::warn!("real-time scheduling of the sound {word}");
            }
        });
    }

    fn say(&self, events: Events) {
        for (cue, event) in events {
            self.send(PlayoutEvent::Cue(cue, event));
        }
    }

    /// A station that has gone away hears nothing any more; the handle's drop ends this thread.
    fn send(&self, event: PlayoutEvent) {
        let _ = self.events.send(event);
    }
}

impl Air {
    fn new(format: &Format, port: DeckPort) -> Self {
        let rate = format.rate;
        let period = TimeDelta::microseconds(i64::from(format.period) * 1_000_000 / i64::from(rate.max(1)));
        let (accounts, meter) = (Accounts::new(rate), Meter::new(rate));
        Self { rate, period, port, accounts, meter, newest: None, cues: BTreeMap::new() }
    }

    /// From `now` until the next callback has come and told what it has to tell.
    fn until_callback(&self, now: Mono) -> TimeDelta {
        let interval = self.period.max(BUSY) + AFTER_CALLBACK;
        self.newest.map_or(BUSY, |(_, callback)| callback.plus(interval).since(now)).clamp(LATE, interval)
    }

    /// Starts to decode a cue and gives it to the deck, or says why it cannot be now.
    fn prepare(
        &mut self,
        wanted: &Wanted,
        orders: &Sender<Order>,
        open_clip: &OpenClip,
        clock: &Clock,
    ) -> Result<(), String> {
        if self.port.is_full() {
            return Err("the deck is full".into());
        }
        let (cue, orders) = (wanted.cue, orders.clone());
        // Nobody listens any more only when the playout has been closed.
        let tell = move |opened| drop(orders.send(Order::Opened(cue, opened)));
        let (audio, tone_ms, treatment) = (wanted.audio.clone(), wanted.tone_ms, wanted.treatment);
        let order = CueOrder { audio, tone_ms, treatment, rate: self.rate };
        let (started, load) = Cue::start(order, Arc::clone(open_clip), clock.clone(), tell)
            .map_err(|error| format!("no thread to decode it: {error}"))?;
        self.port.load(cue, load).map_err(|_| "the deck is full".to_owned())?;
        self.accounts.admit(cue);
        self.cues.insert(cue, started);
        Ok(())
    }

    fn listen(&mut self, events: &mut Events) {
        while let Some(report) = self.port.next_report() {
            match &report {
                Report::Block { frame, stamp } => self.newest = Some((*frame, stamp.mono)),
                Report::Sounded(sounded) => self.meter.note(sounded),
                Report::Gone { cue, .. } => drop(self.cues.remove(cue)),
            }
            self.accounts.note(&report, events);
        }
    }

    /// A cue that must not sound (any more). If it has not begun, nothing answers from now on; if it begins in this very
    /// moment, the deck fades it out from what is decoded, and the accounts answer after all.
    fn take_off(&mut self, cue: CueId) {
        if self.accounts.dismiss(cue) {
            self.cues.remove(&cue);
        }
        self.port.end(cue, End::Now);
    }
}
