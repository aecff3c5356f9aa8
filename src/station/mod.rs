//! The loop: take one event, ask the desk, perform its actions in order.
//!
//! In: a checked configuration, a clock, an output. Out: sound, rows, answers to people, notices to whoever runs it. The
//! loop owns the desk and never waits longer than 200 ms on anything: audio is read by `playout`, files by `keeper`, rows
//! are made durable by `store`. Decisions are the desk's; here is only their order. Next: `desk`.

mod beat;
mod keeper;
mod lock;
mod lookout;
mod nightly;
mod open;
mod orders;
mod records;
mod remark;
mod settings;
mod shelf_watch;
mod status;
mod vigil;
mod watch;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{mpsc, oneshot};

use crate::airing::{Airing, Reason};
use crate::alarm::Alarm;
use crate::clock::{Clock, Mono};
use crate::config::Config;
use crate::control::{Answer, BackupStatus, Entrance, Orders};
use crate::desk::{Action, CueEvent, Desk, Event, Record, RequestId, SnapshotItem};
use crate::language::Language;
use crate::output::Output;
use crate::playout::{Playout, PlayoutEvent};
use crate::problem::Problem;
use crate::signing::Fingerprint;
pub use beat::Beat;
use beat::Heart;
use keeper::{Keeper, News};
pub(crate) use lock::Lock;
use lookout::Lookout;
pub use open::StartError;
pub(crate) use open::boot_id;
use records::Records;
pub use remark::{Piece, Remark};
use shelf_watch::ShelfWatch;
use vigil::Vigil;
use watch::Watch;

/// The station's loop waits so long for an intent to be durable, then airs all the same.
const COMMIT_PATIENCE: Duration = Duration::from_millis(200);

/// From the wish to leave to the exit: a service manager and an operator count on 2 s, and the process takes its share.
const LEAVE_WITHIN: TimeDelta = TimeDelta::milliseconds(1900);

/// What closing gets at least, when the desk has waited in vain for a device that hangs.
const CLOSE_AT_LEAST: TimeDelta = TimeDelta::milliseconds(350);

/// What the station runs on.
pub struct Options {
    /// A checked `loa.toml`.
    pub config: Config,
    /// Real time, or a faster one in tests.
    pub clock: Clock,
    /// Where the sound goes.
    pub output: Arc<dyn Output>,
    /// Believe the clock until its next synchronisation.
    pub trust_clock: bool,
    /// How often to tell `Notice::Beat`; `None` is never.
    pub beat: Option<Duration>,
    /// How orders come to the loop; the socket's come the same way.
    pub orders: (Entrance, Orders),
}

/// What whoever runs the station may want to tell people, as it happens.
#[derive(Debug, Clone)]
pub enum Notice {
    /// The station works: log open, socket served, desk at work. The next programmes, at most five.
    Ready(Vec<crate::desk::SnapshotNext>),
    /// The loop turns; told at the interval of `Options::beat`.
    Beat(Box<Beat>),
    /// The station was told to leave.
    Leaving,
    /// Something has begun to sound.
    Started(SnapshotItem),
    /// A row was given to the store.
    Row(Box<Airing>),
    /// A programme's last item is final.
    ProgrammeDone(String),
    /// The device is open, or away and why.
    Device(Result<String, String>),
    /// A change of the files was taken over.
    Taken,
    /// A change of the files was not taken over, or audio is at fault.
    Problems(Vec<Problem>),
    /// A person should see to this.
    Alarm(Alarm),
    /// This has been seen to.
    AlarmOver(Alarm),
    /// Anything else that people should know.
    Remark(Remark),
}

/// Runs the station until `shutdown` resolves: then fades out, closes the log and returns.
pub async fn run(
    options: Options,
    shutdown: impl Future<Output = ()>,
    mut tell: impl FnMut(Notice),
) -> Result<(), StartError> {
    let mut station = open::open(options, &mut tell).await?;
    let mut shutdown = std::pin::pin!(shutdown);
    let mut leave_by = None;
    let now = station.clock.now();
    let actions = station.desk.begin(now);
    station.perform(actions, &mut tell).await;
    station.look_out(&mut tell);
    tell(Notice::Ready(station.desk.snapshot(station.clock.now()).next));
    while !station.desk.exited() {
        station.leap();
        let wake = station.desk.wake_at();
        let event = tokio::select! {
            biased;
            () = &mut shutdown, if leave_by.is_none() => {
                tell(Notice::Leaving);
                leave_by = Some(station.clock.now().mono.plus(LEAVE_WITHIN));
                Event::Shutdown
            }
            () = station.heart.due(&station.clock) => {
                tell(Notice::Beat(station.beat()));
                continue;
            }
            Some(event) = station.playout_events.recv() => match event {
                PlayoutEvent::Cue(cue, event) => Event::Cue(cue, event),
                PlayoutEvent::Device(event) => Event::Device(event),
            },
            Some(event) = station.ingested.recv() => event,
            Some(asked) = station.orders.recv() => match station.take_order(asked) {
                Some(event) => event,
                None => continue,
            },
            Some(news) = station.news.recv() => match station.take_news(news, &mut tell) {
                Some(event) => event,
                None => continue,
            },
            () = station.records.committed(COMMIT_PATIENCE), if station.records.is_busy() => {
                station.records.go_on();
                continue;
            }
            () = station.clock.wait_until(wake) => Event::Wake,
        };
        station.records.turn();
        station.take(event, &mut tell).await;
    }
    let now = station.clock.now().mono;
    let at_least = now.plus(CLOSE_AT_LEAST);
    station.close(leave_by.map_or(at_least, |by| by.max(at_least))).await;
    Ok(())
}

/// Threads beside the loop that look after the machine and the copies; each ends when this is dropped.
struct Watches {
    disk: Watch,
    shelf: ShelfWatch,
    _output: Watch,
    _nightly: nightly::Nightly,
}

/// Everything that a running station owns.
struct Station {
    clock: Clock,
    desk: Desk,
    playout: Playout,
    records: Records,
    keeper: Keeper,
    heart: Heart,
    playout_events: mpsc::UnboundedReceiver<PlayoutEvent>,
    orders: Orders,
    news: mpsc::UnboundedReceiver<News>,
    /// Files of `air` that were hashed, stored and checked, as events for the desk.
    ingested: mpsc::UnboundedReceiver<Event>,
    ingested_tell: mpsc::UnboundedSender<Event>,
    /// Requests that the desk has not answered yet, each with the language of whoever asked.
    requests: Vec<(RequestId, Language, oneshot::Sender<Answer>)>,
    next_request: u64,
    /// Problems of the files as they were found at the start or at the last change, in the station's language.
    problems: Vec<String>,
    /// Files of the schedule and bulletins that cannot air as they are, and why.
    faults: Vec<(Piece, Reason)>,
    /// What is known of bulletins, of the next programme and of this day.
    lookout: Lookout,
    /// Since when something has been wrong on the air.
    vigil: Vigil,
    /// What stands, by watcher.
    alarms: Vec<(&'static str, Vec<Alarm>)>,
    /// The one in use; another one in the settings needs a restart.
    data_dir: PathBuf,
    watches: Watches,
    /// How the nightly copies are.
    backup: Option<BackupStatus>,
    /// For watchers that are started anew.
    news_tell: mpsc::UnboundedSender<News>,
    /// Where a database that was damaged at the start has gone.
    moved_aside: Option<PathBuf>,
    /// Of the station's key.
    fingerprint: Option<Fingerprint>,
    language: Language,
    facts: crate::desk::Facts,
    server: tokio::task::JoinHandle<()>,
    /// Held as long as the station lives; no second one starts in this folder.
    _lock: Lock,
}

impl Station {
    /// One turn of the loop.
    async fn take(&mut self, event: Event, tell: &mut impl FnMut(Notice)) {
        let now = self.clock.now();
        match &event {
            Event::Device(crate::desk::DeviceEvent::Up { device }) => tell(Notice::Device(Ok(device.clone()))),
            Event::Device(crate::desk::DeviceEvent::Lost { why }) => tell(Notice::Device(Err(why.clone()))),
            _ => {}
        }
        let started = matches!(event, Event::Cue(_, CueEvent::Started { .. }));
        let matters = lookout::matters(&event);
        let actions = self.desk.handle(event, now);
        // A programme that begins is no longer the next one.
        let looks_out = matters || started || lookout::moves_on(&actions);
        if started && let Some(item) = self.desk.snapshot(now).on_air {
            tell(Notice::Started(item));
        }
        self.perform(actions, tell).await;
        if looks_out || self.lookout.is_of_another_day(now) {
            self.look_out(tell);
        }
        self.watch_air(tell);
    }

    async fn perform(&mut self, actions: Vec<Action>, tell: &mut impl FnMut(Notice)) {
        for action in actions {
            match action {
                Action::Prepare { cue, audio, tone_ms, treatment } => {
                    self.playout.prepare(cue, audio, tone_ms, treatment);
                }
                Action::Start(cue, start) => self.playout.start(cue, start),
                Action::End(cue, end) => self.playout.end(cue, end),
                Action::Drop(cue) => self.playout.drop_cue(cue),
                Action::Record(record) => self.record(record, tell).await,
                Action::Reply(request, answer) => self.reply(request, answer),
                Action::Exit => {}
            }
        }
    }

    /// Hands a record to the store. Only an intent is waited for: it must be durable before the sound, and even that not
    /// for long, since the broadcast does not depend on the database.
    async fn record(&mut self, record: Record, tell: &mut impl FnMut(Notice)) {
        match &record {
            Record::Row(row) => tell(Notice::Row(row.clone())),
            Record::RundownDone { programme, .. } => tell(Notice::ProgrammeDone(programme.clone())),
            _ => {}
        }
        let intent = matches!(record, Record::Intent(_));
        let committed = self.records.give(record);
        if let Some(committed) = committed.filter(|_| intent && self.records.store().state().trouble.is_none()) {
            let _ = tokio::time::timeout(COMMIT_PATIENCE, committed).await;
        }
    }

    /// What the keeper found: an event for the desk, or only something to tell.
    fn take_news(&mut self, news: News, tell: &mut impl FnMut(Notice)) -> Option<Event> {
        match news {
            News::Schedule { schedule, sha256, text } => {
                self.problems.clear();
                let taken_at: DateTime<Utc> = self.clock.now().wall;
                drop(self.records.give(Record::Schedule { taken_at, sha256, text }));
                tell(Notice::Taken);
                self.watches.shelf.name(schedule.bulletins());
                Some(Event::Schedule(schedule))
            }
            News::Library { library, changed } => {
                self.records.store().remember_files(changed);
                Some(Event::Library(library))
            }
            News::Config(config) => {
                self.language = config.language;
                self.facts.station = open::names(&config);
                self.facts.timezone = config.station.timezone;
                self.facts.zones = config.zone_names();
                self.facts.tone_ms = config.emergency.tone_ms;
                self.facts.approval_required = config.approval.required;
                self.facts.preparation = config.sound;
                match open::watch_disk(&self.data_dir, &config, &self.news_tell) {
                    Ok(watch) => self.watches.disk = watch,
                    Err(error) => tracing::warn!("cannot start a thread to watch the disk: {error}"),
                }
                Some(Event::Facts(Box::new(self.facts.clone())))
            }
            News::Verdict(verdict) => {
                let event = Event::Verdict { sha256: verdict.sha256.clone(), verdict: verdict.verdict };
                self.records.store().remember_verdict(verdict);
                Some(event)
            }
            News::Problems(problems) => {
                self.problems = settings::told(&problems, self.language);
                tell(Notice::Problems(problems));
                None
            }
            News::Faults(faults) => {
                self.faults = faults;
                None
            }
            News::Shelf(newest, tally, head) => {
                self.records.store().continued(head);
                self.lookout.shelf = Arc::clone(&newest);
                Some(Event::Shelf(newest, tally))
            }
            News::Act(request, act, actor) => Some(Event::Act(request, act, actor)),
            News::Alarms(source, found) => {
                self.take_alarms(source, found, tell);
                None
            }
            News::Backup(status) => {
                self.backup = Some(status);
                None
            }
            News::IsQuiet(answer) => {
                // Whoever asked may have ended meanwhile.
                let _ = answer.send(self.is_quiet());
                None
            }
            News::Remark(remark) => {
                tell(Notice::Remark(remark));
                None
            }
        }
    }

    /// A watcher tells all that stands; people hear of what has changed.
    fn take_alarms(&mut self, source: &'static str, found: Vec<Alarm>, tell: &mut impl FnMut(Notice)) {
        let known = self.alarms.iter().position(|(each, _)| *each == source);
        let stood = known.map_or_else(Vec::new, |at| self.alarms.swap_remove(at).1);
        for alarm in found.iter().filter(|alarm| !stood.iter().any(|each| each.is_of_kind(alarm))) {
            tell(Notice::Alarm(alarm.clone()));
        }
        for alarm in stood.into_iter().filter(|alarm| !found.iter().any(|each| each.is_of_kind(alarm))) {
            tell(Notice::AlarmOver(alarm));
        }
        self.alarms.push((source, found));
        self.alarms.sort_by_key(|(source, _)| *source);
    }

    /// Closes the output and the log side by side, and waits for neither beyond `by`: what the log has not committed by
    /// then is in the spill file.
    async fn close(self, by: Mono) {
        let Self { clock, playout, records, requests, server, keeper, watches, .. } = self;
        let store = records.into_store();
        server.abort();
        // Whoever waits for an answer gets one while there is still somebody to give it.
        drop((requests, keeper));
        let left = clock.until(by);
        let sound = tokio::task::spawn_blocking(move || playout.close(left));
        let log = async {
            // Whoever closes the database last empties its journal into it, and a reader may not. One that hangs on a slow
            // disk leaves the store its half of the time.
            let _ = tokio::time::timeout(left / 2, watches.shelf.end()).await;
            store.close().await;
        };
        let closed = async { tokio::join!(log, sound) };
        tokio::select! {
            _ = closed => {}
            () = clock.wait_until(by) => tracing::warn!("the output or the log did not close in time"),
        }
    }
}
