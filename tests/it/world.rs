//! A simulated world around the real desk, the real deck and its accounts: only clock and device are invented.
//!
//! In: schedule text, lengths of clips, acts and faults at instants. Out: the rows of the log, in order, and what the
//! device was given. The device plays 1,000 frames per second, so that a month is heard in seconds. The log is kept in
//! memory here, with the same rules as the database; `day.rs` also puts the records through the real store.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use loa::airing::{Airing, AiringId, Kind, Outcome, OutputKind, Reason};
use loa::clock::{Clock, Moment, Mono};
use loa::desk::{
    Act, Action, Actor, CueEvent, CueId, Desk, DeviceEvent, End, Event, Facts, History, LoggedAttempt, Record,
    RequestId,
};
use loa::output::Stamp;
use loa::playout::account::Accounts;
use loa::playout::{DeckPort, deck, ring};
use loa::rundown::{Content, Library, Rundown};
use loa::schedule::Schedule;
use loa::schedule::read::{File, read};
use loa::store::{Log, Remembered, Span, Store};
use tokio::runtime::Runtime;

/// Frames per second of the invented device.
pub(crate) const RATE: u32 = 1000;
/// It takes this many frames at a time and holds twice as many.
const PERIOD: u64 = 50;

/// What a file is in this world.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Clip {
    /// Audio of so many milliseconds.
    Ms(u64),
    /// Audio that breaks off with a decode error after so many.
    BreaksAt(u64),
    /// Not there.
    Missing,
}

/// What survives a kill: the log and what belongs to it.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// Rows, oldest first.
    pub rows: Vec<Airing>,
    on_air: BTreeMap<(AiringId, u32), OnAir>,
    rundowns: Vec<Rundown>,
    schedules: Vec<(DateTime<Utc>, Arc<Schedule>)>,
    settled_until: Option<DateTime<Utc>>,
    /// When the newest row was recorded by a synchronised clock, and by any.
    newest: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
}

/// An attempt that was about to start or on the air.
#[derive(Debug)]
struct OnAir {
    row: Airing,
    begun: bool,
    alive_at: DateTime<Utc>,
}

impl Memory {
    /// Emergencies that a fault cut, by their newest attempt, and those that never started.
    fn open_emergencies(&self) -> Vec<(Airing, DateTime<Utc>)> {
        let mut open: BTreeMap<_, (Airing, DateTime<Utc>)> = BTreeMap::new();
        for row in self.rows.iter().filter(|row| row.kind == Kind::Emergency) {
            let key = (row.scheduled_at, row.airing.clone());
            let cut = matches!(row.reason, Some(Reason::PowerLoss | Reason::Crash));
            match row.started_at.filter(|_| cut) {
                Some(at) => open.insert(key, (row.clone(), at.to_utc() + TimeDelta::milliseconds(row.aired_ms))),
                None => open.remove(&key),
            };
        }
        for OnAir { row, alive_at, .. } in self.on_air.values().filter(|each| each.row.kind == Kind::Emergency) {
            open.insert((row.scheduled_at, row.airing.clone()), (row.clone(), *alive_at));
        }
        open.into_values().collect()
    }
}

/// The device while it is open.
struct Device {
    deck: deck::Deck,
    port: DeckPort,
    accounts: Accounts,
    frame: u64,
    next_block: Mono,
}

/// The real store in a folder, with the runtime that its task lives in.
pub(crate) struct RealStore {
    folder: tempfile::TempDir,
    clock: Clock,
    open: Option<(Runtime, Store)>,
}

impl RealStore {
    /// A store in a new folder; opened at power on.
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), clock: Clock::system(), open: None }
    }

    /// Opens it and answers what it remembers.
    fn open(&mut self, boot_id: &str) -> Remembered {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let opened = runtime.block_on(Store::open(self.folder.path(), &self.clock, boot_id)).unwrap();
        self.open = Some((runtime, opened.store));
        opened.remembered
    }

    /// Gives it a record and waits until it is durable, so that a kill comes between two records.
    fn record(&self, record: Record) {
        let Some((runtime, store)) = &self.open else { return };
        let _guard = runtime.enter();
        let committed = store.record(record);
        runtime.block_on(committed).expect("the store takes every record");
    }

    /// The rows that are in the log, and whether the chain holds.
    pub(crate) fn rows(&self) -> Vec<loa::store::Row> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            Log::open(self.folder.path()).await.unwrap().verify(None).await.unwrap();
            let mut pages = Log::open(self.folder.path()).await.unwrap().rows(Span::default()).await.unwrap();
            let mut rows = Vec::new();
            while let Some(page) = pages.next().await.unwrap() {
                rows.extend(page);
            }
            rows
        })
    }
}

/// A station in an invented world.
pub(crate) struct World {
    pub now: Moment,
    pub memory: Memory,
    facts: Facts,
    schedule: Arc<Schedule>,
    clips: HashMap<String, Clip>,
    desk: Option<Desk>,
    device: Option<Device>,
    cues: HashSet<CueId>,
    /// The real store, if the log is kept there too.
    pub(crate) store: Option<RealStore>,
    /// Samples given to the device, for tests that listen.
    pub heard: Option<Vec<f32>>,
    next_request: u64,
    pending: VecDeque<Event>,
    /// The last events and actions, printed when a test fails.
    trace: VecDeque<Happened>,
    /// Answers to acts, in order.
    pub answers: Vec<Result<String, String>>,
}

/// The instant of a text like `2025-03-03T05:00:00+07:00`.
pub(crate) fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

impl World {
    /// A station that is off, at an instant, with a synchronised clock.
    pub(crate) fn new(schedule: &str, clips: &[(&str, Clip)], start: &str) -> Self {
        let facts = Facts {
            station: "Đài thử".to_owned(),
            timezone: chrono_tz::Asia::Ho_Chi_Minh,
            zones: vec![("thon-1".to_owned(), "Cụm loa thôn 1".to_owned())],
            output: OutputKind::Card,
            boot_id: "boot-1".to_owned(),
            tone_ms: 0,
            trust_clock: false,
        };
        Self {
            now: Moment { wall: at(start), mono: Mono(0), synchronised: true },
            memory: Memory::default(),
            facts,
            schedule: parse(schedule),
            clips: clips.iter().map(|(name, clip)| ((*name).to_owned(), *clip)).collect(),
            desk: None,
            device: None,
            cues: HashSet::new(),
            store: None,
            heard: None,
            next_request: 0,
            pending: VecDeque::new(),
            trace: VecDeque::new(),
            answers: Vec::new(),
        }
    }

    /// Power on: the program starts, and the device opens.
    pub(crate) fn power_on(&mut self) {
        self.recover();
        let schedule = Arc::clone(&self.schedule);
        if self.memory.schedules.last().is_none_or(|(_, last)| *last != schedule) {
            self.memory.schedules.push((self.now.wall, Arc::clone(&schedule)));
        }
        let mut history = History {
            open_rundowns: self.memory.rundowns.clone(),
            logged: self.memory.rows.iter().filter_map(logged).collect(),
            schedules: self.memory.schedules.clone(),
            settled_until: self.memory.settled_until,
            newest_row_at: self.memory.newest.0.or(self.memory.newest.1),
            newest_is_synchronised: self.memory.newest.0.is_some(),
            open_emergencies: self.memory.open_emergencies(),
        };
        if let Some(store) = &mut self.store {
            // What the real store remembers must be enough to go on with; its rows must be those of this memory.
            let remembered = store.open(&self.facts.boot_id);
            history.open_rundowns = remembered.open_rundowns;
            history.logged = remembered.logged;
            history.settled_until = remembered.settled_until;
        }
        let library = Arc::new(self.library());
        self.desk = Some(Desk::new(self.facts.clone(), schedule, library, history, self.now));
        let actions = self.desk.as_mut().unwrap().begin(self.now);
        self.perform(actions);
        self.device_back();
    }

    /// SIGKILL or a power cut: everything but the memory is gone. A power cut makes the next start another boot.
    pub(crate) fn kill(&mut self, power: bool) {
        self.desk = None;
        self.device = None;
        self.pending.clear();
        self.cues.clear();
        if let Some(store) = &mut self.store {
            // Dropped with its runtime and without a word, as a process dies.
            drop(store.open.take());
        }
        if power {
            self.facts.boot_id.push('+');
        }
    }

    /// Time passes; the station, if it is on, does what it does.
    pub(crate) fn run_until(&mut self, until: &str) {
        self.run_to(at(until));
    }

    /// Time passes up to an instant of the wall clock.
    pub(crate) fn run_to(&mut self, until: DateTime<Utc>) {
        while self.now.wall < until {
            let left = until - self.now.wall;
            let limit = self.now.mono.plus(left);
            let wake = self.desk.as_ref().map_or(limit, |desk| desk.wake_at().min(limit));
            let busy = self.device.as_ref().filter(|_| !self.cues.is_empty()).map(|device| device.next_block);
            match busy {
                Some(block) if block < wake => {
                    self.pass(block);
                    self.play_block();
                }
                _ => {
                    self.pass(wake);
                    self.handle(Event::Wake);
                }
            }
        }
    }

    fn pass(&mut self, mono: Mono) {
        let span = mono.since(self.now.mono).max(TimeDelta::zero());
        self.now.wall += span;
        self.now.mono = self.now.mono.plus(span);
    }

    /// `run --trust-clock` at the next start.
    pub(crate) fn trust_the_clock(&mut self, trust: bool) {
        self.facts.trust_clock = trust;
    }

    /// The wall clock jumps; the monotonic one does not.
    pub(crate) fn step_clock(&mut self, by: TimeDelta) {
        self.now.wall += by;
    }

    /// The device goes away.
    pub(crate) fn device_lost(&mut self) {
        let Some(mut device) = self.device.take() else { return };
        let mut events = Vec::new();
        device.accounts.lose(&mut events);
        self.cues.clear();
        self.pending.extend(events.into_iter().map(|(cue, event)| Event::Cue(cue, event)));
        self.handle(Event::Device(DeviceEvent::Lost { why: "unplugged".to_owned() }));
    }

    /// The device comes back.
    pub(crate) fn device_back(&mut self) {
        let (deck, port) = deck::pair(RATE);
        let accounts = Accounts::new(RATE);
        self.device = Some(Device { deck, port, accounts, frame: 0, next_block: self.now.mono });
        self.handle(Event::Device(DeviceEvent::Up { device: "test".to_owned() }));
    }

    /// A person's act.
    pub(crate) fn act(&mut self, act: Act) {
        self.next_request += 1;
        let actor = Actor { by: "Nguyễn Thị A (root)".to_owned(), via: "cli".to_owned(), why: None };
        self.handle(Event::Act(RequestId(self.next_request), act, actor));
    }

    /// A person airs a file.
    pub(crate) fn air(&mut self, file: &str, emergency: bool) {
        let audio = loa::rundown::Audio { file: file.to_owned(), content: self.library().get(file).cloned() };
        self.act(Act::Air { audio, title: file.to_owned(), emergency, repeat: 1 });
    }

    /// SIGTERM; answers when the program has exited.
    pub(crate) fn shut_down(&mut self) {
        self.handle(Event::Shutdown);
        let limit = self.now.wall + TimeDelta::seconds(5);
        while self.desk.as_ref().is_some_and(|desk| !desk.exited()) {
            assert!(self.now.wall < limit, "the desk does not leave");
            self.run_to(self.now.wall + TimeDelta::milliseconds(20));
        }
        self.kill(false);
    }

    /// A changed schedule is taken over.
    pub(crate) fn take_over(&mut self, schedule: &str) {
        self.schedule = parse(schedule);
        self.memory.schedules.push((self.now.wall, Arc::clone(&self.schedule)));
        self.handle(Event::Schedule(Arc::clone(&self.schedule)));
    }

    /// Gives the desk an event and whatever follows from it, in the order in which the real loop would see them.
    fn handle(&mut self, event: Event) {
        self.pending.push_back(event);
        while let Some(event) = self.pending.pop_front() {
            let Some(desk) = self.desk.as_mut() else { return self.pending.clear() };
            note(&mut self.trace, self.now, Happening::In(event.clone()));
            let actions = desk.handle(event, self.now);
            self.perform(actions);
        }
    }

    fn play_block(&mut self) {
        let now = self.now;
        let Some(device) = self.device.as_mut() else { return };
        let mut block = vec![0.0; PERIOD as usize * 2];
        let stamp = Stamp {
            wall_us: now.wall.timestamp_micros(),
            mono: now.mono,
            lead_us: i64::try_from(PERIOD * 1_000_000 / u64::from(RATE)).unwrap(),
            xruns: 0,
        };
        device.deck.render(&mut block, stamp);
        device.frame += PERIOD;
        device.next_block = now.mono.plus(TimeDelta::milliseconds(i64::try_from(PERIOD).unwrap()));
        if let Some(heard) = self.heard.as_mut() {
            heard.extend(block);
        }
        let mut events = Vec::new();
        while let Some(report) = device.port.next_report() {
            device.accounts.note(&report, &mut events);
        }
        for (cue, event) in events {
            if matches!(event, CueEvent::Ended { .. }) {
                self.cues.remove(&cue);
            }
            self.handle(Event::Cue(cue, event));
        }
    }

    fn perform(&mut self, actions: Vec<Action>) {
        for action in actions {
            note(&mut self.trace, self.now, Happening::Out(action.clone()));
            match action {
                Action::Prepare { cue, audio, tone_ms: _ } => {
                    let answer = self.prepare(cue, &audio.file);
                    self.pending.push_back(Event::Cue(cue, answer));
                }
                Action::Start(cue, start) => {
                    if let Some(device) = self.device.as_mut() {
                        device.port.start(cue, start);
                        self.cues.insert(cue);
                    }
                }
                Action::End(cue, end) => {
                    if let Some(device) = self.device.as_mut() {
                        device.port.end(cue, end);
                    }
                }
                Action::Drop(cue) => {
                    self.cues.remove(&cue);
                    if let Some(device) = self.device.as_mut() {
                        device.port.end(cue, End::Now);
                        device.accounts.dismiss(cue);
                    }
                }
                Action::Record(record) => self.record(record),
                Action::Reply(_, answer) => self.answers.push(answer),
                Action::Exit => {}
            }
        }
    }

    fn prepare(&mut self, cue: CueId, file: &str) -> CueEvent {
        let clip = self.clips.get(file).copied().unwrap_or(Clip::Missing);
        let Some(device) = self.device.as_mut() else { return CueEvent::Refused(Reason::NoDevice) };
        let frames = match clip {
            Clip::Missing => return CueEvent::Refused(Reason::FileMissing),
            Clip::Ms(frames) | Clip::BreaksAt(frames) => usize::try_from(frames).unwrap(),
        };
        let (mut filling, load) = ring::ring(frames.max(1), 1);
        assert_eq!(filling.push(&vec![0.25; frames * 2]), frames);
        match clip {
            Clip::Ms(_) => filling.complete(),
            _ => drop(filling),
        }
        device.port.load(cue, load).unwrap();
        device.accounts.admit(cue);
        self.cues.insert(cue);
        let content = self.library()[file].clone();
        CueEvent::Ready { planned_ms: content.duration_ms, content }
    }

    fn library(&self) -> Library {
        let content = |name: &String, ms: u64| {
            let duration_ms = Some(i64::try_from(ms).unwrap());
            (name.clone(), Content { sha256: format!("sha-of-{name}").into(), duration_ms })
        };
        self.clips
            .iter()
            .filter_map(|(name, clip)| match clip {
                Clip::Ms(ms) => Some(content(name, *ms)),
                Clip::BreaksAt(ms) => Some(content(name, ms * 2)),
                Clip::Missing => None,
            })
            .collect()
    }

    /// The rules of the store, in memory.
    fn record(&mut self, record: Record) {
        if let Some(store) = &self.store {
            store.record(record.clone());
        }
        match record {
            Record::Schedule { .. } => {}
            Record::Rundown(rundown) => {
                let same =
                    |each: &Rundown| (&each.programme, each.scheduled_at) == (&rundown.programme, rundown.scheduled_at);
                self.memory.rundowns.retain(|each| !same(each));
                self.memory.rundowns.push(*rundown);
            }
            Record::RundownDone { programme, scheduled_at } => {
                self.memory.rundowns.retain(|each| each.programme != programme || each.scheduled_at != scheduled_at);
            }
            Record::Intent(row) => {
                let of = OnAir { row: *row, begun: false, alive_at: self.now.wall };
                self.memory.on_air.insert((of.row.airing.clone(), of.row.attempt), of);
            }
            Record::Withdraw { airing, attempt } => {
                self.memory.on_air.remove(&(airing, attempt));
            }
            Record::Progress { airing, attempt, started_at, measured, .. } => {
                let of = self.memory.on_air.get_mut(&(airing, attempt)).expect("progress follows an intent");
                of.row.started_at = Some(started_at.fixed_offset());
                of.row.aired_ms = measured.aired_ms;
                (of.begun, of.alive_at) = (true, self.now.wall);
            }
            Record::Row(row) => {
                let key = (row.airing.clone(), row.attempt);
                let double = self.memory.rows.iter().any(|each| (&each.airing, each.attempt) == (&key.0, key.1));
                assert!(!double, "logged twice: {} attempt {}", key.0, key.1);
                self.memory.on_air.retain(|(airing, attempt), _| *airing != key.0 || *attempt > key.1);
                if self.now.synchronised {
                    self.memory.newest.0 = Some(self.now.wall);
                }
                self.memory.newest.1 = Some(self.now.wall);
                self.memory.rows.push(*row);
            }
            Record::Settled(until) => self.memory.settled_until = Some(until),
        }
    }

    /// What the store does at its opening: an emergency that never started keeps its intent.
    fn recover(&mut self) {
        for (key, mut of) in std::mem::take(&mut self.memory.on_air) {
            if of.begun {
                of.row.outcome = Some(Outcome::Interrupted);
                let same_boot = of.row.boot_id == self.facts.boot_id;
                of.row.reason = Some(if same_boot { Reason::Crash } else { Reason::PowerLoss });
                self.memory.rows.push(of.row);
            } else if of.row.kind == Kind::Emergency {
                self.memory.on_air.insert(key, of);
            } else if of.row.kind == Kind::Operator {
                (of.row.outcome, of.row.reason) = (Some(Outcome::Missed), Some(Reason::StationOff));
                self.memory.rows.push(of.row);
            }
        }
    }

    /// The log as text: one line per row, in order.
    pub(crate) fn log(&self) -> String {
        self.memory.rows.iter().map(line).collect()
    }
}

/// What went into the desk or came out of it, and when.
type Happened = (DateTime<Utc>, Happening);

#[derive(Debug)]
enum Happening {
    In(Event),
    Out(Action),
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() {
            for (at, what) in &self.trace {
                let text: String = format!("{what:?}").chars().take(230).collect();
                eprintln!("{} {text}", at.format("%d %H:%M:%S%.3f"));
            }
        }
    }
}

/// Keeps what happened last; wake-ups and progress say nothing. Put into words only when a test fails.
fn note(trace: &mut VecDeque<Happened>, now: Moment, what: Happening) {
    let silent = matches!(
        what,
        Happening::In(Event::Wake | Event::Cue(_, CueEvent::Progress(_)))
            | Happening::Out(Action::Record(Record::Progress { .. } | Record::Settled(_)))
    );
    if !silent {
        trace.push_back((now.wall, what));
        if trace.len() > 60 {
            trace.pop_front();
        }
    }
}

fn parse(text: &str) -> Arc<Schedule> {
    let file = File { path: "test.toml".to_owned(), bytes: Ok(text.as_bytes().to_vec()) };
    let reading = read(&[file], Some(&["thon-1".to_owned()]));
    assert!(reading.accepted().is_some(), "{:#?}", reading.problems);
    Arc::new(reading.schedule)
}

fn logged(row: &Airing) -> Option<LoggedAttempt> {
    Some(LoggedAttempt {
        airing: row.airing.clone(),
        attempt: row.attempt,
        outcome: row.outcome?,
        reason: row.reason,
        aired_ms: row.aired_ms,
        planned_ms: row.planned_ms,
    })
}

fn line(row: &Airing) -> String {
    let started = row.started_at.map_or_else(
        || "--:--:--.---".to_owned(),
        |at| at.with_timezone(&chrono_tz::Asia::Ho_Chi_Minh).format("%H:%M:%S%.3f").to_string(),
    );
    let Some(outcome) = row.outcome else {
        return format!("{}: {}\n", row.airing, row.note.as_deref().unwrap_or_default());
    };
    let planned = row.planned_ms.map_or_else(|| "?".to_owned(), |ms| ms.to_string());
    let why = row.reason.map_or_else(String::new, |reason| format!(": {reason}"));
    format!("{} #{} {started} {}/{planned} {}{why}\n", row.airing, row.attempt, row.aired_ms, outcome)
}
