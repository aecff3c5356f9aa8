//! The keeper of files: takes over what people change, and reads audio ahead of its airing.
//!
//! In: `loa.toml`, `schedules/`, `audio/`, looked at every half second. Out: news for the loop, in the order in which they
//! were found. It bridges slow files and the station's loop: nothing here is on the path of what airs now. Full decodes,
//! which take minutes, have a thread of their own, one at a time, so that a change never waits for one. What is bad is
//! reported once and the last good state stays. Next: `library`.

use std::collections::{HashMap, HashSet};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::mpsc::UnboundedSender;

use super::remark::{Piece, Remark};
use super::settings::{self, Offer};
use crate::airing::Reason;
use crate::alarm::Alarm;
use crate::bulletin::{Shelf, Tally};
use crate::clock::{Clock, Mono};
use crate::config::Config;
use crate::control::BackupStatus;
use crate::desk::{Act, Actor, RequestId};
use crate::library::{ClipError, ContentStore, FileState, Files, Verdict, Verified};
use crate::problem::Problem;
use crate::rundown::{Content, Library};
use crate::schedule::{Item, Schedule};
use crate::store::Head;
use crate::timetable;

/// A change is taken over within two seconds; looking costs one `stat` per file.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Audio of so many days is checked in order of airing; the rest in order of the schedule.
const AHEAD: TimeDelta = TimeDelta::days(8);

/// Decoding ahead gives way to what airs now, and still comes to its end on a busy machine.
const NICENESS: i32 = 10;

/// A content that could not be judged, because the disk does not give it back, is tried again after this long.
const JUDGE_AGAIN: TimeDelta = TimeDelta::minutes(1);

/// What the keeper's thread is told.
enum Told {
    /// These bulletins air soon.
    Ahead(Vec<(i64, Content)>),
    /// A full decode has ended.
    Decoded(Arc<str>, Result<Verified, ClipError>),
    /// The station closes.
    Close,
}

/// What the keeper found.
pub(super) enum News {
    /// The files make a good schedule.
    Schedule { schedule: Arc<Schedule>, sha256: String, text: String },
    /// `loa.toml` has changed; what of it needs a restart is reported beside it.
    Config(Box<Config>),
    /// The content behind the schedule's files has changed.
    Library { library: Arc<Library>, changed: Vec<FileState> },
    /// A content was decoded from end to end.
    Verdict(Verdict),
    /// A change was not taken over, or audio is at fault.
    Problems(Vec<Problem>),
    /// Files of the schedule and bulletins that cannot air as they are, and why; all of them, whenever that changes.
    Faults(Vec<(Piece, Reason)>),
    /// Bulletins, approvals or the queue have changed; with what the log tells of them where that was not known.
    Shelf(Arc<Shelf>, Option<Box<Tally>>, Head),
    /// An act that was to be judged by the newest approvals: what the watcher told before comes before it.
    Act(RequestId, Act, Actor),
    /// All alarms of one watcher that stand, whenever they change.
    Alarms(&'static str, Vec<Alarm>),
    /// How the nightly copies are.
    Backup(BackupStatus),
    /// Whether a copy can be made now without anybody feeling it; the answer goes there.
    IsQuiet(Sender<bool>),
    /// Something to tell that is nobody's fault.
    Remark(Remark),
}

/// The handle over the keeper's thread, which ends when this is dropped.
pub(super) struct Keeper {
    content: ContentStore,
    tell: Sender<Told>,
}

/// What the keeper starts from.
pub(super) struct Start {
    pub(super) config: Config,
    pub(super) schedule: Arc<Schedule>,
    pub(super) files: Vec<FileState>,
    pub(super) verdicts: Vec<Verdict>,
    pub(super) clock: Clock,
}

impl Keeper {
    pub(super) fn start(content: ContentStore, start: Start, news: UnboundedSender<News>) -> std::io::Result<Self> {
        let (tell, told) = channel();
        let decoded = tell.clone();
        let store = content.clone();
        let signature = signature(&start.config);
        std::thread::Builder::new().name("keeper".into()).spawn(move || {
            let files = Files::new(start.config.audio_dir(), store.clone(), start.files, start.verdicts);
            let library = Library::new();
            let reported = HashSet::new();
            let work = Work {
                config: start.config,
                schedule: start.schedule,
                files,
                library,
                reported,
                faults: Vec::new(),
                ahead: Vec::new(),
                signature,
                store,
                news,
                clock: start.clock,
                told,
                decoded,
                decoding: None,
                unjudged: HashMap::new(),
            };
            work.run();
        })?;
        Ok(Self { content, tell })
    }

    /// These bulletins air soon: their sound is looked at, and decoded from end to end unless it was before.
    pub(super) fn ahead(&self, bulletins: Vec<(i64, Content)>) {
        // A thread that has ended looks no more.
        let _ = self.tell.send(Told::Ahead(bulletins));
    }

    /// The content store.
    pub(super) fn content(&self) -> &ContentStore {
        &self.content
    }
}

impl Drop for Keeper {
    /// Tells the thread to end. It is not waited for: it may be in the middle of a large file, and holds nothing open
    /// that the next start would mind.
    fn drop(&mut self) {
        // A thread that has ended needs no word.
        let _ = self.tell.send(Told::Close);
    }
}

/// The keeper's own state, on its thread.
struct Work {
    config: Config,
    schedule: Arc<Schedule>,
    files: Files,
    library: Library,
    /// Faults that were told already.
    reported: HashSet<(Piece, String)>,
    /// Files and bulletins that cannot air as they are.
    faults: Vec<(Piece, Reason)>,
    /// Bulletins that air soon.
    ahead: Vec<(i64, Content)>,
    signature: Vec<Seen>,
    store: ContentStore,
    news: UnboundedSender<News>,
    clock: Clock,
    told: Receiver<Told>,
    /// For the thread that decodes.
    decoded: Sender<Told>,
    /// The content that is being decoded from end to end.
    decoding: Option<Arc<str>>,
    /// Contents that could not be judged, and when each is tried again; all others go on meanwhile.
    unjudged: HashMap<Arc<str>, Mono>,
}

impl Work {
    fn run(mut self) {
        let mut unverified = self.scan();
        loop {
            self.decode_next(&unverified);
            match self.told.recv_timeout(LOOK_EVERY) {
                Ok(Told::Decoded(sha256, result)) => self.judge(&sha256, &result),
                Ok(Told::Ahead(bulletins)) => self.ahead = bulletins,
                Err(RecvTimeoutError::Timeout) => {}
                Ok(Told::Close) | Err(RecvTimeoutError::Disconnected) => return,
            }
            self.look_at_settings();
            unverified = self.scan();
        }
    }

    /// Has the first content without a verdict decoded, unless a decode is under way.
    fn decode_next(&mut self, unverified: &[Arc<str>]) {
        let (_, now) = self.clock.pair();
        self.unjudged.retain(|_, again_at| *again_at > now);
        let next = unverified.iter().find(|sha256| !self.unjudged.contains_key(*sha256));
        let Some(sha256) = next.filter(|_| self.decoding.is_none()).cloned() else { return };
        let (store, decoded, wanted) = (self.store.clone(), self.decoded.clone(), Arc::clone(&sha256));
        let started = std::thread::Builder::new().name("decode".into()).spawn(move || {
            if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
                tracing::warn!("audio is checked with the priority of the station: {error}");
            }
            let result = store.verify(&wanted);
            // Nobody listens any more when the station has closed.
            let _ = decoded.send(Told::Decoded(wanted, result));
        });
        match started {
            Ok(_) => self.decoding = Some(sha256),
            // Tried again with the next look.
            Err(error) => tracing::warn!("cannot start a thread to check audio: {error}"),
        }
    }

    /// Takes over changed settings and schedules, or says why not.
    fn look_at_settings(&mut self) {
        let signature = signature(&self.config);
        if signature == self.signature {
            return;
        }
        self.signature = signature;
        // Audio that was put there before the schedule that names it is the audio that is meant.
        self.scan();
        let config = match Config::load(&self.config.path) {
            Ok(config) => config,
            Err(problems) => return self.tell(News::Problems(problems)),
        };
        let (now, _) = self.clock.pair();
        let Offer { schedule, text, problems } = settings::look(&config, Some(now));
        let Some(schedule) = schedule else { return self.tell(News::Problems(problems)) };
        if let Some(remark) = self.needs_restart(&config) {
            self.tell(News::Remark(remark));
        }
        self.tell(News::Config(Box::new(config.clone())));
        self.tell(News::Schedule { schedule: schedule.clone(), sha256: settings::sha256(&text), text });
        if !problems.is_empty() {
            self.tell(News::Problems(problems));
        }
        (self.config, self.schedule) = (config, schedule);
    }

    /// What of `loa.toml` is only read at the start.
    fn needs_restart(&self, new: &Config) -> Option<Remark> {
        let changed = crate::office::settings::needs_restart(&self.config, new);
        (!changed.is_empty()).then_some(Remark::NeedsRestart(changed))
    }

    /// Looks at every file of the schedule, those that air next first, and takes in what is new. Answers what must still be
    /// decoded from end to end.
    fn scan(&mut self) -> Vec<Arc<str>> {
        let wanted = self.wanted();
        let mut unverified = Vec::new();
        let mut library = Library::new();
        let mut faults = Vec::new();
        for path in &wanted {
            let changes = self.files.scan(std::slice::from_ref(path));
            let content = changes.library.get(path);
            let judged = content.and_then(|content| self.files.fault_of(&content.sha256));
            let piece = || Piece::File(path.clone());
            faults.extend(judged.map(|reason| (piece(), reason)));
            faults.extend(changes.faults.iter().map(|(_, fault)| (piece(), fault.reason())));
            library.extend(changes.library);
            unverified.extend(changes.unverified);
            if !changes.changed.is_empty() {
                // What airs next is told at once, not after gigabytes of what airs next week.
                self.library.extend(library.clone());
                self.tell_library(changes.changed);
            }
            for (path, fault) in changes.faults {
                self.report(Piece::File(path), &fault.to_string(), Remark::WillNotAir);
            }
        }
        let bulletins = self.look_at_bulletins(&mut faults);
        // What airs next goes first; a bulletin was decoded when it was taken in.
        unverified.extend(bulletins);
        if self.faults != faults {
            self.faults.clone_from(&faults);
            self.tell(News::Faults(faults));
        }
        if self.library != library {
            self.library = library;
            self.tell_library(Vec::new());
        }
        unverified.dedup();
        unverified
    }

    /// Looks at the sound of the bulletins that air soon. Answers what must still be decoded from end to end.
    fn look_at_bulletins(&mut self, faults: &mut Vec<(Piece, Reason)>) -> Vec<Arc<str>> {
        let mut unverified = Vec::new();
        for (number, content) in self.ahead.clone() {
            let is_there = self.store.path_of(&content.sha256).is_file();
            let lost = (!is_there).then_some(Reason::FileMissing);
            if let Some(reason) = lost.or(self.files.fault_of(&content.sha256)) {
                faults.push((Piece::Bulletin(number), reason));
            }
            if !is_there {
                let fault = ClipError::Missing.to_string();
                self.report(Piece::Bulletin(number), &fault, Remark::WillNotAir);
            } else if !self.files.is_judged(&content.sha256) {
                unverified.push(content.sha256);
            }
        }
        unverified
    }

    /// The schedule's files in order of airing.
    fn wanted(&self) -> Vec<String> {
        let (now, _) = self.clock.pair();
        let next =
            timetable::expand(&self.schedule, self.config.station.timezone, now - TimeDelta::hours(1), now + AHEAD);
        let next = next.into_iter().map(|occurrence| occurrence.programme);
        let mut seen = HashSet::new();
        next.chain(self.schedule.programmes.iter().cloned())
            .flat_map(|programme| programme.items.iter().filter_map(Item::file).map(str::to_owned).collect::<Vec<_>>())
            .filter(|file| seen.insert(file.clone()))
            .collect()
    }

    fn judge(&mut self, sha256: &Arc<str>, result: &Result<Verified, ClipError>) {
        self.decoding = None;
        let verdict = self.files.judge(sha256, result);
        if let Err(fault) = result {
            let named = self.library.iter().find(|(_, content)| content.sha256 == *sha256);
            let number = self.ahead.iter().find(|(_, content)| content.sha256 == *sha256).map(|(number, _)| *number);
            let file = |name: String| Piece::File(name);
            let name = match (named, number) {
                (None, Some(number)) => Piece::Bulletin(number),
                (named, _) => file(named.map_or_else(|| sha256.to_string(), |(path, _)| path.clone())),
            };
            let remark = if verdict.is_some() { Remark::WillNotAir } else { Remark::NotChecked };
            self.report(name, &fault.to_string(), remark);
        }
        if let Some(verdict) = verdict {
            return self.tell(News::Verdict(verdict));
        }
        let (_, now) = self.clock.pair();
        self.unjudged.insert(Arc::clone(sha256), now.plus(JUDGE_AGAIN));
    }

    /// A fault is told once per file and wording.
    fn report(&mut self, piece: Piece, fault: &str, remark: impl FnOnce(Piece, String) -> Remark) {
        if self.reported.insert((piece.clone(), fault.to_owned())) {
            self.tell(News::Remark(remark(piece, fault.to_owned())));
        }
    }

    fn tell_library(&self, changed: Vec<FileState>) {
        self.tell(News::Library { library: Arc::new(self.library.clone()), changed });
    }

    /// A loop that has ended hears nothing, and ends this thread too.
    fn tell(&self, news: News) {
        let _ = self.news.send(news);
    }
}

/// What a file looked like; a change of any of these is a change of the file.
type Seen = (PathBuf, u64, i64, i64, u64);

/// What all settings and schedules looked like.
fn signature(config: &Config) -> Vec<Seen> {
    let mut paths = vec![config.path.clone()];
    let listed = std::fs::read_dir(config.schedules_dir()).into_iter().flatten().flatten();
    paths.extend(listed.map(|entry| entry.path()));
    paths.sort();
    paths.iter().filter_map(|path| seen(path)).collect()
}

fn seen(path: &Path) -> Option<Seen> {
    let facts = std::fs::metadata(path).ok()?;
    let nanoseconds = |seconds: i64, rest: i64| seconds.saturating_mul(1_000_000_000).saturating_add(rest);
    let changed = nanoseconds(facts.ctime(), facts.ctime_nsec());
    Some((path.to_owned(), facts.len(), nanoseconds(facts.mtime(), facts.mtime_nsec()), changed, facts.ino()))
}

#[cfg(test)]
mod tests;
