//! The keeper of files: takes over what people change, and reads audio ahead of its airing.
//!
//! In: `loa.toml`, `schedules/`, `audio/`, looked at every half second. Out: news for the loop, in the order in which they
//! were found. It bridges slow files and the station's loop: everything here may block for minutes, nothing of it is on
//! the path of what airs now. What is bad is reported once and the last good state stays. Next: `library`.

use std::collections::HashSet;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::mpsc::UnboundedSender;

use super::settings::{self, Offer};
use crate::clock::Clock;
use crate::config::Config;
use crate::library::{ContentStore, FileState, Files, Verdict};
use crate::problem::Problem;
use crate::rundown::Library;
use crate::schedule::Schedule;
use crate::timetable;

/// A change is taken over within two seconds; looking costs one `stat` per file.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Audio of so many days is checked in order of airing; the rest in order of the schedule.
const AHEAD: TimeDelta = TimeDelta::days(8);

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
    /// Something to tell that is nobody's fault.
    Remark(String),
}

/// The handle over the keeper's thread.
pub(super) struct Keeper {
    content: ContentStore,
    /// Dropped to end the thread.
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
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
        let (stop, stopped) = channel();
        let store = content.clone();
        let signature = signature(&start.config);
        let thread = std::thread::Builder::new().name("keeper".into()).spawn(move || {
            let files = Files::new(start.config.audio_dir(), store.clone(), start.files, start.verdicts);
            let library = Library::new();
            let reported = HashSet::new();
            let work = Work {
                config: start.config,
                schedule: start.schedule,
                files,
                library,
                reported,
                signature,
                store,
                news,
                clock: start.clock,
                stopped,
            };
            work.run();
        })?;
        Ok(Self { content, stop: Some(stop), thread: Some(thread) })
    }

    /// The content store.
    pub(super) fn content(&self) -> &ContentStore {
        &self.content
    }

    /// Tells the thread to end. It is not waited for: it may be in the middle of a large file, and holds nothing open
    /// that the next start would mind.
    pub(super) fn close(mut self) {
        drop(self.stop.take());
        drop(self.thread.take());
    }
}

/// The keeper's own state, on its thread.
struct Work {
    config: Config,
    schedule: Arc<Schedule>,
    files: Files,
    library: Library,
    /// Faults that were told already.
    reported: HashSet<(String, String)>,
    signature: Vec<Seen>,
    store: ContentStore,
    news: UnboundedSender<News>,
    clock: Clock,
    stopped: Receiver<()>,
}

impl Work {
    fn run(mut self) {
        let mut unverified = self.scan();
        loop {
            // One content at a time, so that a change of the files is never further away than one decode.
            let pause = if unverified.is_empty() { LOOK_EVERY } else { Duration::ZERO };
            match self.stopped.recv_timeout(pause) {
                Err(RecvTimeoutError::Timeout) => {}
                Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
            }
            if !unverified.is_empty() {
                let sha256 = unverified.remove(0);
                self.verify(&sha256);
            }
            self.look_at_settings();
            unverified = self.scan();
        }
    }

    /// Takes over changed settings and schedules, or says why not.
    fn look_at_settings(&mut self) {
        let signature = signature(&self.config);
        if signature == self.signature {
            return;
        }
        self.signature = signature;
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
    fn needs_restart(&self, new: &Config) -> Option<String> {
        let old = &self.config;
        let changed: Vec<&str> = [("data_dir", old.data_dir != new.data_dir), ("[output]", old.output != new.output)]
            .into_iter()
            .filter_map(|(key, changed)| changed.then_some(key))
            .collect();
        (!changed.is_empty())
            .then(|| format!("`{}` has changed: it needs a restart of the station", changed.join("`, `")))
    }

    /// Looks at every file of the schedule, those that air next first, and takes in what is new. Answers what must still be
    /// decoded from end to end.
    fn scan(&mut self) -> Vec<Arc<str>> {
        let wanted = self.wanted();
        let mut unverified = Vec::new();
        let mut library = Library::new();
        for path in &wanted {
            let changes = self.files.scan(std::slice::from_ref(path));
            library.extend(changes.library);
            unverified.extend(changes.unverified);
            if !changes.changed.is_empty() {
                // What airs next is told at once, not after gigabytes of what airs next week.
                self.library.extend(library.clone());
                self.tell_library(changes.changed);
            }
            for (path, fault) in changes.faults {
                self.report(&path, &fault.to_string());
            }
        }
        if self.library != library {
            self.library = library;
            self.tell_library(Vec::new());
        }
        unverified.dedup();
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
            .flat_map(|programme| programme.items.iter().map(|item| item.file.clone()).collect::<Vec<_>>())
            .filter(|file| seen.insert(file.clone()))
            .collect()
    }

    fn verify(&mut self, sha256: &Arc<str>) {
        let result = self.store.verify(sha256);
        if let Err(fault) = &result {
            let named = self.library.iter().find(|(_, content)| content.sha256 == *sha256);
            let name = named.map_or_else(|| sha256.to_string(), |(path, _)| path.clone());
            self.report(&name, &fault.to_string());
        }
        if let Some(verdict) = self.files.judge(sha256, &result) {
            self.tell(News::Verdict(verdict));
        }
    }

    /// A fault is told once per file and wording.
    fn report(&mut self, path: &str, fault: &str) {
        if self.reported.insert((path.to_owned(), fault.to_owned())) {
            self.tell(News::Remark(format!(
                "`audio/{path}`: {fault}; its item will not air until the file is replaced"
            )));
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
