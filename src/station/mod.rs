//! The loop: take one event, ask the desk, perform its actions in order.
//!
//! In: a checked configuration, a clock, an output. Out: sound, rows, answers to people, notices to whoever runs it. The
//! loop owns the desk and never waits longer than 200 ms on anything: audio is read by `playout`, files by `keeper`, rows
//! are made durable by `store`. Decisions are the desk's; here is only their order. Next: `desk`.

mod keeper;
mod lock;
mod open;
mod records;
mod settings;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{mpsc, oneshot};

use crate::airing::{Airing, Reason};
use crate::clock::{Clock, Mono};
use crate::config::Config;
use crate::control::{Answer, Asked, Order, Status};
use crate::desk::{Act, Action, Actor, CueEvent, Desk, Event, Record, RequestId, SnapshotItem};
use crate::language::Language;
use crate::output::Output;
use crate::playout::{Playout, PlayoutEvent};
use crate::problem::{Problem, any_error};
use crate::rundown::Audio;
use keeper::{Keeper, News};
pub use open::StartError;
use records::Records;

/// The station's loop waits so long for an intent to be durable, then airs all the same.
const COMMIT_PATIENCE: Duration = Duration::from_millis(200);

/// From the wish to leave to the exit: a service manager and an operator count on 2 s, and the process takes its share.
const LEAVE_WITHIN: TimeDelta = TimeDelta::milliseconds(1900);

/// What closing gets at least, when the desk has waited in vain for a device that hangs.
const CLOSE_AT_LEAST: TimeDelta = TimeDelta::milliseconds(350);

/// Requests that wait for the loop; more at once is a script gone wild.
const ORDERS: usize = 32;

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
}

/// What whoever runs the station may want to tell people, as it happens.
#[derive(Debug, Clone)]
pub enum Notice {
    /// The station works: log open, socket served, desk at work. The next programmes, at most five.
    Ready(Vec<crate::desk::SnapshotNext>),
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
    /// Anything else that people should know.
    Remark(String),
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
    tell(Notice::Ready(station.desk.snapshot(station.clock.now()).next));
    while !station.desk.exited() {
        let wake = station.desk.wake_at();
        let event = tokio::select! {
            biased;
            () = &mut shutdown, if leave_by.is_none() => {
                leave_by = Some(station.clock.now().mono.plus(LEAVE_WITHIN));
                Event::Shutdown
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

/// Everything that a running station owns.
struct Station {
    clock: Clock,
    desk: Desk,
    playout: Playout,
    records: Records,
    keeper: Keeper,
    playout_events: mpsc::UnboundedReceiver<PlayoutEvent>,
    orders: mpsc::Receiver<Asked>,
    news: mpsc::UnboundedReceiver<News>,
    /// Files of `air` that were hashed, stored and checked, as events for the desk.
    ingested: mpsc::UnboundedReceiver<Event>,
    ingested_tell: mpsc::UnboundedSender<Event>,
    /// Requests that the desk has not answered yet.
    requests: Vec<(RequestId, oneshot::Sender<Answer>)>,
    next_request: u64,
    /// Problems of the files as they were found at the start or at the last change, in the station's language.
    problems: Vec<String>,
    /// Files of the schedule that cannot air as they are, and why.
    faults: Vec<(String, Reason)>,
    /// Where a database that was damaged at the start has gone.
    moved_aside: Option<PathBuf>,
    language: Language,
    facts: crate::desk::Facts,
    server: tokio::task::JoinHandle<()>,
    /// Held as long as the station lives; no second one starts in this folder.
    _lock: lock::Lock,
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
        let actions = self.desk.handle(event, now);
        if started && let Some(item) = self.desk.snapshot(now).on_air {
            tell(Notice::Started(item));
        }
        self.perform(actions, tell).await;
    }

    async fn perform(&mut self, actions: Vec<Action>, tell: &mut impl FnMut(Notice)) {
        for action in actions {
            match action {
                Action::Prepare { cue, audio, tone_ms } => self.playout.prepare(cue, audio, tone_ms),
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

    fn reply(&mut self, request: RequestId, answer: Result<String, String>) {
        if let Some(at) = self.requests.iter().position(|(each, _)| *each == request) {
            let (_, waiting) = self.requests.swap_remove(at);
            // A caller that has gone away gets no answer; the act stands.
            let _ = waiting.send(answer.map_or_else(Answer::Refused, Answer::Done));
        }
    }

    /// An order of a person: answered here if it only asks, taken in first if it names a file, else given to the desk.
    fn take_order(&mut self, asked: Asked) -> Option<Event> {
        let Asked { order, by, answer } = asked;
        if let Some(why) = order.fault() {
            let _ = answer.send(Answer::Refused(why));
            return None;
        }
        let actor = |why| Actor { by, via: "cli".to_owned(), why };
        let (act, actor) = match order {
            Order::Status => {
                let _ = answer.send(Answer::Status(Box::new(self.status())));
                return None;
            }
            Order::Stop { why } => (Act::Stop, actor(why)),
            Order::Skip { why } => (Act::Skip, actor(why)),
            Order::Air { path, emergency, repeat, why } => {
                self.take_in_file(path, emergency, repeat, actor(why), answer);
                return None;
            }
        };
        Some(Event::Act(self.ask(answer), act, actor))
    }

    fn ask(&mut self, answer: oneshot::Sender<Answer>) -> RequestId {
        self.next_request += 1;
        let request = RequestId(self.next_request);
        self.requests.push((request, answer));
        request
    }

    /// Stores and checks a file off the loop; then the desk hears of the act, or the person of the fault.
    fn take_in_file(
        &mut self,
        path: PathBuf,
        emergency: bool,
        repeat: u32,
        actor: Actor,
        answer: oneshot::Sender<Answer>,
    ) {
        let content = self.keeper.content().clone();
        let take_in = self.ingested_tell.clone();
        let (checked, waiting) = oneshot::channel();
        let request = self.ask(answer);
        let title = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        tokio::task::spawn_blocking(move || {
            // In an emergency what can be heard of a damaged file is better than nothing, and it must not wait, neither to be
            // checked nor for room on the disk.
            let taken = if emergency {
                content.ingest_or_hold(&path)
            } else {
                content.ingest(&path).and_then(|ingested| {
                    content.verify(&ingested.content.sha256)?;
                    Ok(ingested.content)
                })
            };
            let _ = checked.send(taken.map(|content| (path, content)));
        });
        tokio::spawn(async move {
            let event = match waiting.await {
                Ok(Ok((path, content))) => {
                    let audio = Audio { file: path.display().to_string(), content: Some(content) };
                    Event::Act(request, Act::Air { audio, title, emergency, repeat }, actor)
                }
                Ok(Err(fault)) => {
                    Event::Act(request, Act::Unplayable(format!("`{title}`: {fault}; nothing airs")), actor)
                }
                Err(_) => Event::Act(request, Act::Unplayable(format!("`{title}` could not be read")), actor),
            };
            let _ = take_in.send(event);
        });
    }

    /// What the keeper found: an event for the desk, or only something to tell.
    fn take_news(&mut self, news: News, tell: &mut impl FnMut(Notice)) -> Option<Event> {
        match news {
            News::Schedule { schedule, sha256, text } => {
                self.problems.clear();
                let taken_at: DateTime<Utc> = self.clock.now().wall;
                drop(self.records.give(Record::Schedule { taken_at, sha256, text }));
                tell(Notice::Taken);
                Some(Event::Schedule(schedule))
            }
            News::Library { library, changed } => {
                self.records.store().remember_files(changed);
                Some(Event::Library(library))
            }
            News::Config(config) => {
                self.language = config.language;
                self.facts.station.clone_from(&config.station.name);
                self.facts.timezone = config.station.timezone;
                self.facts.zones = config.zone_names();
                self.facts.tone_ms = config.emergency.tone_ms;
                Some(Event::Facts(Box::new(self.facts.clone())))
            }
            News::Verdict(verdict) => {
                let event = Event::Verdict { sha256: verdict.sha256.clone(), verdict: verdict.verdict };
                self.records.store().remember_verdict(verdict);
                Some(event)
            }
            News::Problems(problems) => {
                self.problems = told(&problems, self.language);
                tell(Notice::Problems(problems));
                None
            }
            News::Faults(faults) => {
                self.faults = faults;
                None
            }
            News::Remark(text) => {
                tell(Notice::Remark(text));
                None
            }
        }
    }

    fn status(&self) -> Status {
        let store = self.records.store().state();
        let faults =
            self.faults.iter().map(|(file, reason)| format!("audio/{file}: {}", self.language.reason(*reason)));
        Status {
            desk: self.desk.snapshot(self.clock.now()),
            level_dbfs: self.playout.levels().map(|levels| levels.rms_dbfs),
            log_waiting: (store.waiting + self.records.waiting()) as u64,
            log_lost: store.lost,
            log_error: store.trouble,
            spill_error: store.spill_trouble,
            log_moved_aside: store
                .moved_aside
                .or_else(|| self.moved_aside.clone())
                .map(|path| std::path::absolute(&path).unwrap_or(path)),
            log_head: store.head.to_string(),
            problems: self.problems.iter().cloned().chain(faults).collect(),
        }
    }

    /// Closes the output and the log side by side, and waits for neither beyond `by`: what the log has not committed by
    /// then is in the spill file.
    async fn close(self, by: Mono) {
        let Self { clock, playout, records, requests, server, keeper, .. } = self;
        let store = records.into_store();
        server.abort();
        // Whoever waits for an answer gets one while there is still somebody to give it.
        drop((requests, keeper));
        let left = clock.until(by);
        let sound = tokio::task::spawn_blocking(move || playout.close(left));
        let closed = async { tokio::join!(store.close(), sound) };
        tokio::select! {
            _ = closed => {}
            () = clock.wait_until(by) => tracing::warn!("the output or the log did not close in time"),
        }
    }
}

/// Problems as `status` tells them, and what follows from them.
fn told(problems: &[Problem], language: Language) -> Vec<String> {
    let each = problems.iter().map(|problem| problem.render(language).trim_end().to_owned());
    each.chain(any_error(problems).then(|| language.last_good_stays().to_owned())).collect()
}
