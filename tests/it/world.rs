//! A simulated world around the real desk, the real deck and its accounts: only clock and device are invented.
//!
//! In: schedule text, lengths of clips, acts and faults at instants. Out: the rows of the log, in order, what people were
//! answered, and the truth of what left the card. Stories use a card that is exact; `simulate` one with a crystal of its own,
//! a disk that takes its time, and every fault. The log is kept in memory, or there and in the real store.

mod acts; // what people do
mod bulletins; // what they do with bulletins
mod card; // the invented sound card
pub(crate) mod clips; // what lies behind each name
mod heard; // what was really heard
mod trace; // what happened last, in words
mod believed; // how far a clock is to be believed
mod clocks; // time passes, steps, stands still
mod memory; // the log in memory
mod store; // the real store beside it

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use loa::airing::{OutputKind, Reason};
use loa::clock::{Moment, Mono};
use loa::desk::{Action, CueEvent, CueId, Desk, DeviceEvent, End, Event, Facts, Record, StationNames};
use loa::language::Language;
use loa::playout::account::Events;
use loa::schedule::Schedule;
use loa::schedule::read::{File, read, to_stored};
use loa::sound::{Measures, Preparation};

use believed::Trust;
pub(crate) use bulletins::Office;
pub(crate) use card::Make;
pub(crate) use clips::Clip;
pub(crate) use heard::{Heard, Truth};
pub(crate) use memory::Memory;
pub(crate) use store::{RealStore, assert_rows};
use trace::{Happened, Happening};

/// Frames per second of a story's device, which is exact.
pub(crate) const RATE: u32 = 1000;
const EXACT: Make = Make { rate: RATE, period: 50, ppm: 0 };
/// The station's loop waits so long for an intent that a locked database does not take.
const COMMIT_PATIENCE: TimeDelta = TimeDelta::milliseconds(200);
/// More events at one instant than any station has: two parts of the program answer each other for ever.
const MOST_AT_ONCE: u32 = 20_000;

/// A death that comes in the middle of what the desk has ordered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Doom {
    /// After so many more actions.
    pub(crate) actions: u32,
    /// So many of the newest records are not durable then.
    pub(crate) lost: usize,
    /// The machine goes down, not only the program.
    pub(crate) power: bool,
}

/// A station in an invented world.
pub(crate) struct World {
    pub(crate) now: Moment,
    /// Microseconds since the world began, whatever its clocks say.
    pub(crate) age: i64,
    pub(crate) memory: Memory,
    pub(crate) facts: Facts,
    schedule: Arc<Schedule>,
    text: String,
    /// What lies behind each name now.
    files: HashMap<String, Arc<str>>,
    contents: HashMap<Arc<str>, Clip>,
    verdicts: HashMap<Arc<str>, Result<Measures, Reason>>,
    desk: Option<Desk>,
    make: Make,
    card: Option<card::Card>,
    pub(crate) truth: Truth,
    /// Bulletins and the queue.
    pub(crate) office: Office,
    /// Which run of the program this is.
    pub(crate) run: u32,
    /// The real store, if the log is kept there too.
    pub(crate) store: Option<RealStore>,
    /// Samples given to the device, for tests that listen.
    pub(crate) heard: Option<Vec<f32>>,
    next_request: u64,
    pending: VecDeque<Event>,
    /// What the disk will have read then.
    later: Vec<(Mono, CueId, CueEvent)>,
    /// What the full decode measures, but for the length.
    pub(crate) measures: Measures,
    /// How long opening a file takes, one after the other, in microseconds.
    pub(crate) opening_us: Vec<i64>,
    /// Quiet hours are passed over in steps of minutes.
    pub(crate) hurried: bool,
    /// The wall clock runs so much faster than the monotonic one.
    pub(crate) wall_ppm: i64,
    pub(crate) doom: Option<Doom>,
    /// How far the clock is to be believed.
    trust: Trust,
    /// The loop has met the database's trouble already.
    knows_trouble: bool,
    /// The last events and actions, printed when a test fails.
    trace: VecDeque<Happened>,
    pub(crate) trace_length: usize,
    /// Answers to acts, in order.
    pub(crate) answers: Vec<Result<String, String>>,
    /// Acts that were given to a running station.
    pub(crate) asked: usize,
}

/// The instant of a text like `2025-03-03T05:00:00+07:00`.
pub(crate) fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

impl World {
    /// A station that is off, at an instant, with a synchronised clock.
    pub(crate) fn new(schedule: &str, clips: &[(&str, Clip)], start: &str) -> Self {
        let clips = clips.iter().map(|(name, clip)| ((*name).to_owned(), *clip)).collect();
        Self::made(schedule, clips, at(start), EXACT)
    }

    /// The same with a card of another make.
    pub(crate) fn made(schedule: &str, clips: Vec<(String, Clip)>, start: DateTime<Utc>, make: Make) -> Self {
        let facts = Facts {
            station: StationNames { first: "Đài thử".to_owned(), since: Vec::new() },
            timezone: chrono_tz::Asia::Ho_Chi_Minh,
            zones: vec![("thon-1".to_owned(), "Cụm loa thôn 1".to_owned())],
            output: OutputKind::Card,
            boot_id: "boot-1".to_owned(),
            tone_ms: 0,
            approval_required: false,
            preparation: Preparation { gain: false, target_lufs: -16, peak_dbtp: -1, trim_silence: false },
            trust_clock: false,
        };
        let (text, parsed) = parse(schedule);
        let mut world = Self {
            now: Moment { wall: start, mono: Mono(0), synchronised: true },
            age: 0,
            memory: Memory::default(),
            facts,
            schedule: parsed,
            text,
            files: HashMap::new(),
            contents: HashMap::new(),
            verdicts: HashMap::new(),
            desk: None,
            make,
            card: None,
            truth: Truth::default(),
            office: Office::default(),
            run: 0,
            store: None,
            heard: None,
            next_request: 0,
            pending: VecDeque::new(),
            later: Vec::new(),
            measures: clips::MEASURES,
            opening_us: Vec::new(),
            hurried: false,
            wall_ppm: 0,
            doom: None,
            trust: Trust::default(),
            knows_trouble: false,
            trace: VecDeque::new(),
            trace_length: 60,
            answers: Vec::new(),
            asked: 0,
        };
        for (name, clip) in clips {
            world.put_file(&name, &name, clip);
        }
        world
    }

    /// Power on: the program starts, and the device opens.
    pub(crate) fn power_on(&mut self) {
        self.start();
        self.device_back();
    }

    /// The program starts; the device is not there yet.
    pub(crate) fn start(&mut self) {
        self.run += 1;
        self.knows_trouble = false;
        let mut history = self.memory.open(&self.facts.boot_id, self.now);
        self.trust = Trust::new(&history, self.facts.trust_clock);
        if let Some(store) = &mut self.store {
            let remembered = store.open(&self.facts.boot_id, self.now);
            store::assert_same(&remembered, &history);
        }
        let (text, taken_at) = (self.text.clone(), self.now.wall);
        if history.schedules.last().is_none_or(|(_, last)| *last != self.schedule) {
            history.schedules.push((taken_at, Arc::clone(&self.schedule)));
            self.record(Record::Schedule { taken_at, sha256: text.clone(), text });
        }
        history.shelf = Arc::new(self.office.shelf.clone());
        let library = Arc::new(self.library());
        let mut desk = Desk::new(self.facts.clone(), Arc::clone(&self.schedule), library, history, self.now);
        for (sha256, verdict) in &self.verdicts {
            desk.knows(Arc::clone(sha256), *verdict);
        }
        let actions = desk.begin(self.now);
        self.desk = Some(desk);
        self.perform(actions);
        self.handle(Event::Wake);
    }

    /// SIGKILL or a power cut: everything but the memory is gone. A power cut makes the next start another boot.
    pub(crate) fn kill(&mut self, power: bool) {
        self.die(Doom { actions: 0, lost: 0, power });
    }

    /// The same with some of the newest records on their way.
    pub(crate) fn die(&mut self, doom: Doom) {
        self.doom = None;
        if self.desk.take().is_some() {
            self.memory.lose(doom.lost);
            let given = self.memory.given();
            self.memory.settle(self.now);
            self.memory.die();
            if let Some(store) = &mut self.store {
                store.give_all(given);
                store.die(self.now);
            }
        }
        self.silence(Some(doom.power));
        (self.pending, self.later) = (VecDeque::new(), Vec::new());
        if doom.power {
            self.boot();
        }
    }

    /// The card goes with the program, or alone.
    fn silence(&mut self, died: Option<bool>) {
        let Some(mut card) = self.card.take() else { return };
        card.fall_silent(self.now.mono, &mut self.truth);
        let (run, age) = (self.run, self.age);
        for heard in self.truth.heard.iter_mut().rev().take_while(|heard| heard.run == run) {
            heard.died = died.filter(|_| heard.ended.is_none() && heard.ages.0 <= age);
        }
    }

    /// `run --trust-clock` at the next start.
    pub(crate) fn trust_the_clock(&mut self, trust: bool) {
        self.facts.trust_clock = trust;
    }

    /// Whether the program runs.
    pub(crate) fn is_on(&self) -> bool {
        self.desk.is_some()
    }

    /// The desk of a station that runs.
    pub(crate) fn desk(&self) -> &Desk {
        self.desk.as_ref().expect("the station runs")
    }

    /// Whether an emergency given now must sound at once: the card is there, and no other emergency waits or sounds.
    pub(crate) fn is_free_for_emergency(&self) -> bool {
        let snapshot = self.desk.as_ref().filter(|_| self.card.is_some()).map(|desk| desk.snapshot(self.now));
        let urgent = |on_air: &loa::desk::SnapshotItem| on_air.priority == loa::airing::Priority::Emergency;
        snapshot.is_some_and(|snapshot| snapshot.waiting.is_empty() && !snapshot.on_air.as_ref().is_some_and(urgent))
    }

    /// Whether something is on the air.
    pub(crate) fn sounds(&self) -> bool {
        self.desk.as_ref().is_some_and(|desk| desk.snapshot(self.now).on_air.is_some())
    }

    /// The card does what `fault` says.
    pub(crate) fn with_card(&mut self, fault: impl FnOnce(&mut card::Card, Mono, &mut Truth)) {
        if let Some(card) = &mut self.card {
            fault(card, self.now.mono, &mut self.truth);
        }
    }

    /// The device goes away.
    pub(crate) fn device_lost(&mut self) {
        let Some(mut card) = self.card.take() else { return };
        let events = card.lose(self.now.mono, &mut self.truth);
        self.later.clear();
        self.queue(events);
        self.handle(Event::Device(DeviceEvent::Lost { why: "unplugged".to_owned() }));
    }

    /// The device comes back.
    pub(crate) fn device_back(&mut self) {
        if self.desk.is_some() && self.card.is_none() {
            self.card = Some(card::Card::open(self.make, self.run, self.now));
            self.handle(Event::Device(DeviceEvent::Up { device: "test".to_owned() }));
        }
    }

    /// The database takes nothing from now on, or takes everything again.
    pub(crate) fn lock(&mut self, locked: bool, spill_fails: bool) {
        self.settle();
        self.knows_trouble = false;
        (self.memory.locked, self.memory.spill_fails) = (locked, spill_fails);
        if let Some(store) = &mut self.store {
            store.lock(locked);
        }
        self.settle();
    }

    fn queue(&mut self, events: Events) {
        for (cue, event) in events {
            let (run, now, clock) = (self.run, self.now, self.trust.state(self.now));
            if let Some(heard) = self.truth.of(run, cue) {
                heard.hear(&event);
                heard.told.get_or_insert((now, clock));
            }
            self.pending.push_back(Event::Cue(cue, event));
        }
    }

    /// Gives the desk an event and whatever follows from it, in the order in which the real loop would see them.
    pub(crate) fn handle(&mut self, event: Event) {
        self.pending.push_back(event);
        for count in 0.. {
            assert!(count < MOST_AT_ONCE, "the desk is never done with this instant");
            let Some(event) = self.pending.pop_front() else { break };
            if self.desk.is_none() {
                return self.pending.clear();
            }
            if !matches!(event, Event::Wake | Event::Cue(_, CueEvent::Progress(_))) {
                self.note(Happening::In(event.clone()));
            }
            let actions = self.desk.as_mut().map(|desk| desk.handle(event, self.now)).unwrap_or_default();
            self.trust.observe(self.now);
            self.perform(actions);
        }
    }

    fn perform(&mut self, actions: Vec<Action>) {
        for action in actions {
            if !matches!(action, Action::Record(Record::Progress { .. } | Record::Settled(_))) {
                self.note(Happening::Out(action.clone()));
            }
            match action {
                Action::Prepare { cue, audio, tone_ms, treatment } => self.prepare(cue, &audio, tone_ms, treatment),
                Action::Start(cue, start) => self.order(cue, |card| card.start(cue, start)),
                Action::End(cue, End::Now) | Action::Drop(cue) => {
                    self.later.retain(|(_, each, _)| *each != cue);
                    self.order(cue, |card| card.take_off(cue));
                }
                Action::End(cue, end) => self.order(cue, |card| card.end(cue, end)),
                Action::Record(record) => self.record(record),
                Action::Reply(_, answer) => {
                    let said = answer.map(|done| done.say(Language::En)).map_err(|refusal| refusal.say(Language::En));
                    self.answers.push(said);
                }
                Action::Exit => {}
            }
            if let Some(doom) = self.doom.as_mut() {
                doom.actions = doom.actions.saturating_sub(1);
                if doom.actions == 0 {
                    let doom = *doom;
                    return self.die(doom);
                }
            }
        }
        self.settle();
    }

    fn order(&mut self, cue: CueId, order: impl FnOnce(&mut card::Card)) {
        let now = self.now.mono;
        if let Some(card) = self.card.as_mut().filter(|card| card.holds(cue)) {
            card.rouse(now);
            order(card);
        }
    }

    /// A record goes to the store. An intent is waited for, but not for long.
    fn record(&mut self, record: Record) {
        let intent = matches!(record, Record::Intent(_));
        if let Record::Row(_) = record {
            self.trust.recorded(self.now);
        }
        self.memory.give(record);
        // Unless death comes in this very moment, an intent is durable before what follows it.
        if intent && !self.memory.locked {
            if self.doom.is_none_or(|doom| doom.actions > 1) {
                self.settle();
            }
        } else if self.memory.locked && !self.knows_trouble {
            self.knows_trouble = true;
            self.stand_still(COMMIT_PATIENCE);
        }
    }

    /// What was given becomes durable.
    fn settle(&mut self) {
        if self.desk.is_none() {
            return;
        }
        let given = self.memory.given();
        self.memory.settle(self.now);
        if let Some(store) = &mut self.store {
            store.give_all(given);
            store.settle(self.now);
        }
    }
}

fn parse(text: &str) -> (String, Arc<Schedule>) {
    let files = [File { path: "test.toml".to_owned(), bytes: Ok(text.as_bytes().to_vec()) }];
    let reading = read(&files, Some(&["thon-1".to_owned()]));
    assert!(reading.accepted().is_some(), "{:#?}", reading.problems);
    (to_stored(&files), Arc::new(reading.schedule))
}
