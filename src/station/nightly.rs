//! The nightly copy: made while nothing is on the air, kept in turn, and carried to a second folder when there is one.
//!
//! In: the settings, read anew at each look; the loop's word that it is quiet. Out: proved copies, news for `status`, alarms
//! that stand until they are seen to. On a thread of its own with the lowest priority: copying takes minutes, and what airs
//! must not feel it. Must never make a folder outside the data folder. Next: `backup`.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::mpsc::UnboundedSender;

use super::Station;
use super::keeper::News;
use crate::alarm::Alarm;
use crate::backup::rotation::{self, Night};
use crate::backup::{self, BackupAlarm, BackupError, Contents};
use crate::clock::{Clock, Mono};
use crate::config::Config;
use crate::control::BackupStatus;
use crate::store::Log;

/// Under which its alarms are known.
const SOURCE: &str = "backup";

/// Settings and folders are looked at so often; a stick that is plugged in gets its copy within this.
const LOOK_EVERY: TimeDelta = TimeDelta::seconds(60);

/// While a copy waits for quiet.
const ASK_EVERY: TimeDelta = TimeDelta::seconds(5);

/// A copy that a night off has left out is made so long after the start: what the power cut has interrupted airs first.
const AFTER_START: TimeDelta = TimeDelta::minutes(10);

/// A station that is never quiet gets its copy all the same.
const WAITS_FOR_QUIET: TimeDelta = TimeDelta::hours(2);

/// No programme starts within this where it is quiet.
const QUIET: TimeDelta = TimeDelta::minutes(2);

/// After a copy that failed.
const AGAIN: TimeDelta = TimeDelta::minutes(15);

/// Least important of all that runs; what is read and written then waits for everything else too.
const NICENESS: i32 = 19;

/// The handle over the thread, which ends when this is dropped, or with the program in the middle of a copy.
pub(super) struct Nightly {
    _closes: Sender<()>,
}

impl Nightly {
    /// Starts it; `data_dir` is the one in use, whatever the settings say later.
    pub(super) fn start(
        config: &Config,
        data_dir: &Path,
        clock: &Clock,
        news: UnboundedSender<News>,
    ) -> std::io::Result<Self> {
        let (handle, closed) = channel::<()>();
        let (config, data_dir, clock) = (config.clone(), data_dir.to_owned(), clock.clone());
        std::thread::Builder::new().name("nightly".into()).spawn(move || {
            if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
                tracing::warn!("copies are made with the priority of the station: {error}");
            }
            let (_, started) = clock.pair();
            let work = Work {
                config,
                data_dir,
                clock,
                news,
                closed,
                started,
                station_id: None,
                due_since: None,
                again_at: [None; 2],
                faults: [None, None],
                told: None,
            };
            work.run();
        })?;
        Ok(Self { _closes: handle })
    }
}

/// The two places of copies.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    First,
    Second,
}

struct Work {
    config: Config,
    data_dir: PathBuf,
    clock: Clock,
    news: UnboundedSender<News>,
    closed: Receiver<()>,
    started: Mono,
    station_id: Option<String>,
    /// Since when a copy has been due and it has not been quiet.
    due_since: Option<Mono>,
    /// Not before this, by place, because the last try failed.
    again_at: [Option<Mono>; 2],
    /// What stands against each place.
    faults: [Option<BackupAlarm>; 2],
    /// What the loop was told.
    told: Option<(BackupStatus, Vec<Alarm>)>,
}

impl Work {
    fn run(mut self) {
        loop {
            // A broken file leaves the settings as they were.
            if let Ok(config) = Config::load(&self.config.path) {
                self.config = config;
            }
            self.config.data_dir.clone_from(&self.data_dir);
            self.look();
            self.tell();
            let wait = self.until_next_look();
            if self.closed.recv_timeout(wait) != Err(RecvTimeoutError::Timeout) {
                return;
            }
        }
    }

    /// The next look is at the hour itself, else within a minute; sooner while a copy waits for quiet.
    fn until_next_look(&self) -> Duration {
        let (wall, mono) = self.clock.pair();
        let zone = self.config.station.timezone;
        let slot = self.config.backup.at.map(|at| rotation::next_slot(wall, zone, at) - wall);
        let longest = if self.due_since.is_some() { ASK_EVERY } else { LOOK_EVERY };
        self.clock.until(mono.plus(slot.map_or(longest, |slot| slot.min(longest))))
    }

    fn look(&mut self) {
        let Some(at) = self.config.backup.at else {
            self.faults = [None, None];
            return;
        };
        // Before its first row a station has nothing that could be lost.
        let Some(station_id) = self.station_id() else { return };
        let (wall, mono) = self.clock.pair();
        let newest = newest_in(&self.first(), &station_id, wall);
        let night = Night { now: wall, zone: self.config.station.timezone, at };
        let was_off = night.newest_slot() < wall - mono.since(self.started);
        let may_start = !was_off || mono.since(self.started) >= AFTER_START;
        if night.is_due(newest.as_ref().map(|(at, _)| *at)) {
            if may_start && self.may_try(Place::First, mono) && self.is_quiet(mono) {
                self.make(&station_id, wall);
            }
        } else {
            self.is_well(Place::First);
        }
        self.carry(&station_id);
    }

    fn first(&self) -> PathBuf {
        self.config.backup.folder.clone().unwrap_or_else(|| self.data_dir.join("backups"))
    }

    /// The id never changes, so it is asked once.
    fn station_id(&mut self) -> Option<String> {
        if self.station_id.is_none() {
            let asked = backup::block_on(async { Log::open(&self.data_dir).await?.station().await });
            self.station_id = asked.ok().map(|(id, _)| id).filter(|id| !id.is_empty());
        }
        self.station_id.clone()
    }

    /// What was wrong is over, but for what the newest copy lacks: that lasts until the next one.
    fn is_well(&mut self, place: Place) {
        let fault = &mut self.faults[place as usize];
        fault.take_if(|fault| !matches!(fault, BackupAlarm::Incomplete { .. }));
    }

    fn may_try(&self, place: Place, now: Mono) -> bool {
        self.again_at[place as usize].is_none_or(|at| now >= at)
    }

    /// Asks the loop; a station that has not been quiet for hours is not waited for any longer.
    fn is_quiet(&mut self, now: Mono) -> bool {
        let since = *self.due_since.get_or_insert(now);
        let (ask, answer) = channel();
        let asked = self.news.send(News::IsQuiet(ask)).is_ok();
        let is_quiet = asked && answer.recv().unwrap_or(false);
        is_quiet || (asked && now.since(since) >= WAITS_FOR_QUIET)
    }

    fn make(&mut self, station_id: &str, now: DateTime<Utc>) {
        self.due_since = None;
        let folder = self.first();
        let to = folder.join(rotation::name(station_id, now));
        if folder.starts_with(&self.data_dir)
            && let Err(error) = std::fs::create_dir_all(&folder)
        {
            return self.failed(Place::First, &folder, &BackupError::Write { path: folder.clone(), error });
        }
        backup::clear(&folder, station_id);
        let reserve_bytes = if is_same_disk(&folder, &self.data_dir) { self.reserve_bytes() } else { 0 };
        match backup::make(&self.config, &to, Contents::Beside { reserve_bytes }, now) {
            Ok(made) => self.made(Place::First, &to, &made.left_out, station_id),
            Err(error) => self.failed(Place::First, &folder, &error),
        }
    }

    /// What the station itself wants free.
    fn reserve_bytes(&self) -> u64 {
        u64::from(self.config.disk.warn_free_mb) * 1_000_000
    }

    /// Has the newest copy lie in the second folder too.
    fn carry(&mut self, station_id: &str) {
        let Some(second) = self.config.backup.also_to.clone() else {
            self.faults[1] = None;
            return;
        };
        let (wall, mono) = self.clock.pair();
        let folder = second.display().to_string();
        if !second.is_dir() {
            self.faults[1] = Some(BackupAlarm::FolderMissing { folder });
            return;
        }
        if is_same_disk(&second, &self.data_dir) {
            self.faults[1] = Some(BackupAlarm::SameDisk { folder });
            return;
        }
        let Some((_, newest)) = newest_in(&self.first(), station_id, wall) else {
            self.faults[1] = None;
            return;
        };
        if second.join(newest.file_name().unwrap_or_default()).exists() {
            self.is_well(Place::Second);
        } else if self.may_try(Place::Second, mono) && self.is_quiet(mono) {
            self.due_since = None;
            backup::clear(&second, station_id);
            match backup::copy_to(&newest, &second) {
                Ok(carried) => self.made(Place::Second, &carried.path, &carried.left_out, station_id),
                Err(error) => self.failed(Place::Second, &second, &error),
            }
        }
    }

    /// A copy is there: the oldest go.
    fn made(&mut self, place: Place, to: &Path, left_out: &[String], station_id: &str) {
        let incomplete = || BackupAlarm::Incomplete { file: to.display().to_string(), why: left_out.join(", ") };
        self.faults[place as usize] = (!left_out.is_empty()).then(incomplete);
        self.again_at[place as usize] = None;
        if let Err(error) = backup::rotate(to, station_id, self.config.backup.keep) {
            tracing::warn!("copies whose time is over stay: {error}");
        }
    }

    fn failed(&mut self, place: Place, folder: &Path, error: &BackupError) {
        tracing::warn!("no backup: {error}");
        let (_, now) = self.clock.pair();
        self.again_at[place as usize] = Some(now.plus(AGAIN));
        let folder = folder.display().to_string();
        self.faults[place as usize] = Some(match error {
            BackupError::NoFolder(_) => BackupAlarm::FolderMissing { folder },
            BackupError::NoRoom { free_mb, needed_mb, .. } => {
                BackupAlarm::NoRoom { folder, free_mb: *free_mb, needed_mb: *needed_mb }
            }
            error => BackupAlarm::Failed { folder, why: error.to_string() },
        });
    }

    /// Tells what has changed.
    fn tell(&mut self) {
        let (wall, mono) = self.clock.pair();
        let zone = self.config.station.timezone;
        let station_id = self.station_id().unwrap_or_default();
        let newest = newest_in(&self.first(), &station_id, wall);
        let second = self.config.backup.also_to.as_ref().and_then(|also_to| newest_in(also_to, &station_id, wall));
        let local = |at: DateTime<Utc>| at.with_timezone(&zone).fixed_offset();
        let mut alarms: Vec<_> = self.faults.iter().flatten().cloned().map(Alarm::Backup).collect();
        let is_on = self.config.backup.at.is_some();
        let is_old = match &newest {
            Some((at, _)) => wall - *at > rotation::TOO_OLD,
            None => mono.since(self.started) > rotation::TOO_OLD,
        };
        if is_on && is_old {
            let newest = newest.as_ref().map(|(at, _)| local(*at));
            alarms.push(Alarm::Backup(BackupAlarm::Old { newest }));
        }
        let status = BackupStatus {
            is_on,
            made_at: newest.as_ref().map(|(at, _)| local(*at)),
            file: newest.map(|(_, path)| path),
            second: second.map(|(_, path)| path),
        };
        let now = (status, alarms);
        if self.told.as_ref() == Some(&now) {
            return;
        }
        // A loop that has ended hears nothing, and ends this thread too.
        let _ = self.news.send(News::Backup(now.0.clone()));
        if self.told.as_ref().map_or(&Vec::new(), |(_, alarms)| alarms) != &now.1 {
            let _ = self.news.send(News::Alarms(SOURCE, now.1.clone()));
        }
        self.told = Some(now);
    }
}

/// The newest copy of a station in a folder.
fn newest_in(folder: &Path, station_id: &str, now: DateTime<Utc>) -> Option<(DateTime<Utc>, PathBuf)> {
    let made = |file: String| Some((rotation::made_at(station_id, &file)?, folder.join(file)));
    backup::names(folder).into_iter().filter_map(made).filter(|(at, _)| *at <= now).max()
}

/// Whether both lie on one disk, as far as the system tells: then one is no help when the other is lost.
fn is_same_disk(one: &Path, other: &Path) -> bool {
    let disk = |path: &Path| std::fs::metadata(path).map(|facts| facts.dev()).ok();
    disk(one) == disk(other)
}

impl Station {
    /// Whether copying now is felt by nobody: nothing sounds, nothing waits, no programme is about to start.
    pub(super) fn is_quiet(&self) -> bool {
        let desk = self.desk.snapshot(self.clock.now());
        let soon = desk.next.iter().any(|next| next.scheduled_at - desk.at < QUIET);
        desk.on_air.is_none() && desk.waiting.is_empty() && !soon
    }
}
