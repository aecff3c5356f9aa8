//! Putting a station together: everything that can fail before it works.
//!
//! In: options. Out: a `Station` with the device opening in the background, the log recovered, the socket served. The
//! order is that of haste: the device takes longest to open, so it is asked first. Next: `mod.rs`, the loop.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::sync::mpsc;

use super::beat::Heart;
use super::keeper::{Keeper, News, Start};
use super::lock::Lock;
use super::lookout::Lookout;
use super::nightly::Nightly;
use super::records::Records;
use super::remark::Remark;
use super::settings::{self, Offer};
use super::shelf_watch::{Reading, ShelfWatch};
use super::vigil::Vigil;
use super::watch::{self, Watch};
use super::{Notice, Options, Station, Watches};
use crate::airing::{OutputKind, Reason};
use crate::backup::block_on;
use crate::bulletin::Shelf;
use crate::clock::Clock;
use crate::config::{Config, Device};
use crate::control;
use crate::desk::{Desk, Facts, History, Record, StationNames};
use crate::language::Language;
use crate::library::ContentStore;
use crate::output::Output;
use crate::playout::{OpenClip, Playout, Samples};
use crate::problem::Problem;
use crate::problem::system::refusal;
use crate::rundown::{Audio, Content, Library};
use crate::schedule::Schedule;
use crate::signing::{Fingerprint, StationKey};
use crate::store::{DATABASE, Log, Opened, ReadError, Remembered, Store, has_earlier};

/// Why a station did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The schedules are wrong and there is no last good state to go on with.
    #[error("the schedules have problems")]
    Problems(Vec<Problem>),
    /// The data folder cannot be used.
    #[error("the data folder `{path}` cannot be used: {}", refusal(.error))]
    DataDir {
        /// Which.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// Another station works in this data folder.
    #[error("a station is running already in `{0}`; `loa status` tells how it is")]
    Running(PathBuf),
    /// The log cannot even be waited for.
    #[error(transparent)]
    Store(#[from] crate::store::OpenError),
    /// Nobody could talk to the station.
    #[error("cannot serve the control socket in `{path}`: {}", refusal(.error))]
    Socket {
        /// The data folder.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// Something else that the operating system refused.
    #[error("{what}: {}", refusal(.error))]
    System {
        /// Doing what.
        what: &'static str,
        /// Why.
        error: std::io::Error,
    },
}

/// What whoever comes through the entrance has people see to stands among the alarms of the station.
fn pass_on_alarms(entrance: &control::Entrance, news: mpsc::UnboundedSender<News>) {
    let mut alarms = entrance.alarms();
    tokio::spawn(async move {
        while alarms.changed().await.is_ok() {
            let found = alarms.borrow_and_update().clone();
            // A loop that has ended hears nothing.
            let _ = news.send(News::Alarms("page", found));
        }
    });
}

pub(super) async fn open(options: Options, tell: &mut impl FnMut(Notice)) -> Result<Station, StartError> {
    let Options { config, clock, output, trust_clock, beat, orders: (entrance, orders) } = options;
    let data_dir = config.data_dir.clone();
    let in_data = |error| StartError::DataDir { path: data_dir.clone(), error };
    crate::folder::make_shared(&data_dir).map_err(in_data)?;
    let lock = Lock::take(&data_dir).map_err(in_data)?.ok_or_else(|| StartError::Running(data_dir.clone()))?;
    let content = ContentStore::open(&data_dir.join("audio")).map_err(in_data)?;
    let (playout_tell, playout_events) = mpsc::unbounded_channel();
    let playout = Playout::open(Arc::clone(&output), open_clip(&content, &config), clock.clone(), playout_tell)
        .map_err(|error| StartError::System { what: "cannot start a thread", error })?;
    entrance.show(playout.shown_levels());
    let boot_id = boot_id();
    let Opened { store, remembered } = Store::open(&data_dir, &clock, &boot_id).await?;
    report(&remembered, tell);
    let First { schedule, text: current, problems } = first_schedule(&config, &remembered)?;
    let told = tell_problems(problems, config.language, tell);
    let now = clock.now();
    remember_schedule(&store, current, now.wall);
    let (news_tell, news) = mpsc::unbounded_channel();
    let (ingested_tell, ingested) = mpsc::unbounded_channel();
    pass_on_alarms(&entrance, news_tell.clone());
    let server =
        control::serve(&data_dir, entrance).map_err(|error| StartError::Socket { path: data_dir.clone(), error })?;
    let no_thread = |error| StartError::System { what: "cannot start a thread", error };
    // Rows that wait may name what the log does not name yet.
    if store.state().trouble.is_none() {
        sweep(&content, &remembered, &data_dir, &news_tell).map_err(no_thread)?;
    }
    let (reading, shelf) = Reading::first(&data_dir, schedule.bulletins()).await;
    let desk = desk(&config, &schedule, (&remembered, &shelf), trust_clock, &boot_id, now);
    let start = Start {
        config: config.clone(),
        schedule,
        files: remembered.files,
        verdicts: remembered.verdicts,
        clock: clock.clone(),
    };
    let keeper = Keeper::start(content, start, news_tell.clone()).map_err(no_thread)?;
    Ok(Station {
        watches: watches(&config, &data_dir, &clock, (output, reading), &news_tell).map_err(no_thread)?,
        clock,
        desk,
        playout,
        records: Records::new(store),
        keeper,
        heart: Heart::new(beat),
        playout_events,
        orders,
        news,
        ingested,
        ingested_tell,
        requests: Vec::new(),
        next_request: 0,
        problems: told,
        faults: Vec::new(),
        lookout: Lookout::new(shelf),
        vigil: Vigil::default(),
        alarms: Vec::new(),
        data_dir,
        backup: None,
        news_tell,
        moved_aside: remembered.moved_aside,
        fingerprint: fingerprint(&config.data_dir, tell),
        language: config.language,
        facts: facts(&config, trust_clock, &boot_id),
        server: tokio::spawn(server),
        _lock: lock,
    })
}

/// What is wrong with the files is told once, and kept in words.
fn tell_problems(problems: Vec<Problem>, language: Language, tell: &mut impl FnMut(Notice)) -> Vec<String> {
    let told = settings::told(&problems, language);
    if !problems.is_empty() {
        tell(Notice::Problems(problems));
    }
    told
}

/// Has the log keep a schedule that is taken over.
fn remember_schedule(store: &Store, current: Option<String>, taken_at: DateTime<Utc>) {
    if let Some(text) = current {
        drop(store.record(Record::Schedule { taken_at, sha256: settings::sha256(&text), text }));
    }
}

fn watches(
    config: &Config,
    data_dir: &Path,
    clock: &Clock,
    (output, shelf): (Arc<dyn Output>, Reading),
    news: &mpsc::UnboundedSender<News>,
) -> std::io::Result<Watches> {
    Ok(Watches {
        shelf: ShelfWatch::start(shelf, news.clone())?,
        disk: watch_disk(data_dir, config, news)?,
        _output: Watch::start("watch-output", watch::OUTPUT_EVERY, watch::output(output), news.clone())?,
        _nightly: Nightly::start(config, data_dir, clock, news.clone())?,
    })
}

/// Watches the disk of the data folder by the present settings.
pub(super) fn watch_disk(
    data_dir: &Path,
    config: &Config,
    news: &mpsc::UnboundedSender<News>,
) -> std::io::Result<Watch> {
    Watch::start(
        "watch-disk",
        watch::DISK_EVERY,
        watch::disk(data_dir.to_owned(), config.disk.warn_free_mb),
        news.clone(),
    )
}

/// How the playout opens what the desk names: the content if it is known, else the file behind the name, taken in first.
fn open_clip(content: &ContentStore, config: &Config) -> OpenClip {
    let (content, audio_dir) = (content.clone(), config.audio_dir());
    Arc::new(move |audio: &Audio, rate: u32| {
        let file = audio.file.as_ref().map(|file| audio_dir.join(file));
        let wanted = match (&audio.content, &file) {
            (Some(known), _) => known.clone(),
            (None, Some(file)) => content.ingest(file).map_err(|fault| fault.reason())?.content,
            (None, None) => return Err(Reason::FileMissing),
        };
        let clip = match &file {
            Some(file) => content.clip_or_heal(&wanted.sha256, file, rate),
            None => content.clip(&wanted.sha256, rate),
        };
        let clip = clip.map_err(|fault| fault.reason())?;
        let duration_ms = wanted.duration_ms.or(clip.duration_ms());
        Ok((Box::new(clip) as Box<dyn Samples + Send>, Content { duration_ms, ..wanted }))
    })
}

/// What recovery found is told once, at the start.
fn report(remembered: &Remembered, tell: &mut impl FnMut(Notice)) {
    if let Some(path) = &remembered.moved_aside {
        tell(Notice::Remark(Remark::MovedAside(path.clone())));
    }
    for row in &remembered.recovered {
        tell(Notice::Row(Box::new(row.clone())));
    }
}

/// The fingerprint of the station's key, which is made at the first start. A station without one airs all the same.
fn fingerprint(data_dir: &Path, tell: &mut impl FnMut(Notice)) -> Option<Fingerprint> {
    let found = StationKey::read(data_dir).and_then(|found| {
        if let Some(key) = found {
            return Ok(key.public().fingerprint());
        }
        let made = StationKey::make(data_dir)?.public().fingerprint();
        tell(Notice::Remark(Remark::KeyMade(made.clone())));
        Ok(made)
    });
    found.map_err(|error| tell(Notice::Remark(Remark::NoKey(error)))).ok()
}

/// The schedule to start with.
struct First {
    schedule: Arc<Schedule>,
    /// Its text if it is not the one last taken over.
    text: Option<String>,
    /// What is wrong with the files.
    problems: Vec<Problem>,
}

/// Wrong files do not keep a station from the air that had good ones yesterday.
fn first_schedule(config: &Config, remembered: &Remembered) -> Result<First, StartError> {
    let last = remembered.schedules.last().map(|(_, text)| text);
    let Offer { schedule, text, problems } = settings::look(config, None);
    match (schedule, last) {
        (Some(schedule), last) => Ok(First { schedule, text: (last != Some(&text)).then_some(text), problems }),
        (None, Some(last)) => Ok(First { schedule: settings::stored(last), text: None, problems }),
        (None, None) => Err(StartError::Problems(problems)),
    }
}

fn desk(
    config: &Config,
    schedule: &Arc<Schedule>,
    (remembered, shelf): (&Remembered, &Arc<Shelf>),
    trust_clock: bool,
    boot_id: &str,
    now: crate::clock::Moment,
) -> Desk {
    let mut schedules: Vec<_> = remembered.schedules.iter().map(|(at, text)| (*at, settings::stored(text))).collect();
    if schedules.last().is_none_or(|(_, last)| last != schedule) {
        schedules.push((now.wall, Arc::clone(schedule)));
    }
    let history = History {
        open_rundowns: remembered.open_rundowns.clone(),
        done_rundowns: remembered.done_rundowns.clone(),
        logged: remembered.logged.clone(),
        schedules,
        settled_until: remembered.settled_until,
        newest_row_at: remembered.newest_row_at,
        newest_is_synchronised: remembered.newest_is_synchronised,
        open_emergencies: remembered.open_emergencies.clone(),
        shelf: Arc::clone(shelf),
        tally: remembered.tally.clone(),
    };
    let library = library(remembered);
    let mut desk =
        Desk::new(facts(config, trust_clock, boot_id), Arc::clone(schedule), Arc::new(library), history, now);
    for verdict in &remembered.verdicts {
        desk.knows(verdict.sha256.clone(), verdict.verdict);
    }
    desk
}

/// What was behind the names when the station last looked; the keeper looks again at once.
fn library(remembered: &Remembered) -> Library {
    let content =
        |file: &crate::library::FileState| Content { sha256: file.sha256.clone(), duration_ms: file.duration_ms };
    remembered.files.iter().map(|file| (file.path.clone(), content(file))).collect()
}

/// Removes from the content store what nothing names, on a thread of its own: after years there are ten thousand contents,
/// and no start waits for them. Without a readable log nothing is known to be an orphan, and nothing goes; and
/// what only an earlier log names, which was moved aside or replaced, is evidence too.
fn sweep(
    content: &ContentStore,
    remembered: &Remembered,
    data_dir: &Path,
    news: &mpsc::UnboundedSender<News>,
) -> std::io::Result<()> {
    let files = remembered.files.iter().map(|file| file.sha256.clone());
    let rundowns = remembered.open_rundowns.iter().flat_map(|rundown| &rundown.items);
    let frozen = rundowns.filter_map(|item| item.audio.content.as_ref().map(|content| content.sha256.clone()));
    let emergencies = remembered.open_emergencies.iter().filter_map(|(row, _)| row.sha256.as_deref().map(Arc::from));
    let mut known: HashSet<Arc<str>> = files.chain(frozen).chain(emergencies).collect();
    let (content, data_dir, news) = (content.clone(), data_dir.to_owned(), news.clone());
    let mut sweep = move || -> anyhow::Result<()> {
        // Before the names are asked for: what another process takes in meanwhile has its name by then.
        let alone = content.alone()?;
        let doubtful: Vec<_> = content.names()?.into_iter().filter(|sha256| !known.contains(sha256)).collect();
        if !doubtful.is_empty() {
            known.extend(block_on(evidence(&data_dir, doubtful))?);
        }
        content.sweep(&alone, &known)?;
        Ok(())
    };
    std::thread::Builder::new().name("sweep".into()).spawn(move || {
        if let Err(error) = sweep() {
            // A station that has closed meanwhile hears nothing.
            let _ = news.send(News::Remark(Remark::NotSwept(error.to_string())));
        }
    })?;
    Ok(())
}

/// Which of these contents a log names, as far as that can be told: of an earlier log nobody knows what it named.
async fn evidence(data_dir: &Path, contents: Vec<Arc<str>>) -> Result<HashSet<Arc<str>>, ReadError> {
    let mut log = Log::open(data_dir).await?;
    if has_earlier(&data_dir.join(DATABASE)) || log.began_anew().await? {
        return Ok(contents.into_iter().collect());
    }
    log.named(contents).await
}

/// What the station is called on which day.
pub(super) fn names(config: &Config) -> StationNames {
    let since = config.station.since.iter().map(|since| (since.from, since.name.clone())).collect();
    StationNames { first: config.station.name.clone(), since }
}

pub(super) fn facts(config: &Config, trust_clock: bool, boot_id: &str) -> Facts {
    Facts {
        station: names(config),
        timezone: config.station.timezone,
        zones: config.zone_names(),
        output: match config.output.device {
            Device::Wav(_) => OutputKind::Wav,
            Device::Silent => OutputKind::Silent,
            Device::Default | Device::Id(_) => OutputKind::Card,
        },
        boot_id: boot_id.to_owned(),
        tone_ms: config.emergency.tone_ms,
        approval_required: config.approval.required,
        preparation: config.sound,
        trust_clock,
    }
}

/// The kernel's id of this boot; without one, every start counts as a boot of its own.
pub(crate) fn boot_id() -> String {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id")
        .map_or_else(|_| "unknown".to_owned(), |id| id.trim().to_owned())
}
