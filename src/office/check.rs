//! Everything that `loa check` finds: problems of settings, schedules and audio, for the command and for the page.
//!
//! In: the settings file and the folder around it. Out: all problems, sorted by place. Decodes audio, so that it takes as long
//! as the disk and the audio do. Must never stop at the first problem, nor print one. Next: `office::settings`.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use rustix::fs::{Access, access};

use super::{evening, zone};
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::folder;
use crate::library::{ClipError, sha256_of, verify};
use crate::output::{self, Doubt};
use crate::problem::what::{AudioFault, FileFault, SettingFault};
use crate::problem::{Place, Problem};
use crate::report::edited::template_of;
use crate::rundown::{Content, Library};
use crate::schedule::checks::{self, AudioFact, AudioFacts, Subject};
use crate::schedule::read::Reading;
use crate::schedule::session;
use crate::schedule::{Schedule, read};
use crate::speech;

/// Names under `audio/` that are kept for suggestions at most.
const MOST_NAMES: usize = 10_000;

/// Whether the sound device is opened to see if it can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sound {
    /// It is.
    Tried,
    /// A station of this program plays on it, and knows by itself how it is.
    Played,
}

/// All problems, and what can be read of the schedule.
#[must_use]
pub fn everything(path: &Path, clock: &Clock, sound: Sound) -> (Schedule, Vec<Problem>) {
    let (schedule, mut problems) = examine(path, clock.now().wall);
    if let Ok(config) = Config::load(path) {
        problems.extend(of_machine(&config));
        problems.extend((sound == Sound::Tried).then(|| silent_device(&config, clock)).flatten());
        problems.extend(broken_zones(&config, clock));
    }
    problems.sort();
    (schedule, problems)
}

/// What of the settings and schedules is known without decoding a sound: for settings that are about to be written. The bytes
/// are those of the file as it would stand at `path`.
#[must_use]
pub fn at_once(path: &Path, bytes: &[u8], now: DateTime<Utc>) -> (Option<Config>, Vec<Problem>) {
    let config = match Config::parse(path, bytes) {
        Ok(config) => config,
        Err(problems) => return (None, problems),
    };
    let (files, mut problems) = folder::load(&config.schedules_dir());
    let mut reading = read::read(&files, Some(&config.zone_ids()));
    problems.append(&mut reading.problems);
    let audio = AudioFacts::default();
    let subject = Subject { reading: &reading, zone: Some(config.station.timezone), now, audio: &audio };
    problems.extend(checks::run(&subject));
    problems.extend(session::check(&subject, &config.session));
    problems.extend(of_machine(&config));
    problems.sort();
    (Some(config), problems)
}

/// Settings that do not fit this machine.
fn of_machine(config: &Config) -> impl Iterator<Item = Problem> {
    data_folder(config).into_iter().chain(doubtful_device(config)).chain(missing_voice(config))
}

/// A data folder that the station could not use. Whoever checks need not be the user who runs the station, so that one
/// who may not write there is only told.
fn data_folder(config: &Config) -> Option<Problem> {
    let (path, place) = (&config.data_dir, config.data_dir_place.clone());
    let shown = path.display().to_string();
    // The station makes the folder: then the nearest one above it counts.
    let standing =
        path.ancestors().find(|each| each.is_symlink() || each.exists()).filter(|each| *each != Path::new(""));
    let standing = standing.unwrap_or(Path::new("."));
    match fs::metadata(standing).map(|facts| facts.is_dir()) {
        Ok(true) => {}
        Ok(false) => return Some(Problem::error(place, SettingFault::DataDirIsNoFolder(shown))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Some(Problem::error(place, SettingFault::DataDirIsNoFolder(shown)));
        }
        Err(_) => return Some(Problem::warning(place, SettingFault::DataDirNotWritable(shown))),
    }
    let refused = access(standing, Access::WRITE_OK | Access::EXEC_OK).is_err();
    refused.then(|| Problem::warning(place, SettingFault::DataDirNotWritable(shown)))
}

/// A sound device that does not open: the station would wait for it, so the input is not refused.
fn silent_device(config: &Config, clock: &Clock) -> Option<Problem> {
    let device = config.output.device.card()?;
    let why = output::try_open(output::make(&config.output, clock)).err()?;
    let fault = SettingFault::DeviceDoesNotOpen(device.to_owned(), why.0);
    Some(Problem::warning(config.device_place.clone(), fault))
}

/// A device setting that may come to mean another card by itself.
fn doubtful_device(config: &Config) -> Option<Problem> {
    let device = config.output.device.card()?;
    let fault = match output::doubt(device)? {
        Doubt::DefaultOfMany(cards) => SettingFault::DefaultOfMany(cards),
        Doubt::ByNumber => SettingFault::DeviceByNumber(device.to_owned()),
        Doubt::Twin(name) => SettingFault::DeviceHasTwin(device.to_owned(), name),
    };
    Some(Problem::warning(config.device_place.clone(), fault))
}

/// A program of the settings' own that is to speak and is not there; espeak-ng is only missed by who has a text spoken.
fn missing_voice(config: &Config) -> Option<Problem> {
    let (place, program) = (config.speech.command_place.clone()?, config.speech.command.first()?);
    let missing = !speech::is_installed(program);
    missing.then(|| Problem::warning(place, SettingFault::SpeechProgramMissing(program.clone())))
}

/// Zones whose loudspeakers are said to be silent now.
fn broken_zones(config: &Config, clock: &Clock) -> impl Iterator<Item = Problem> {
    let place = Place::whole(config.path.display().to_string());
    zone::broken_now(config, clock.now().wall).into_iter().map(move |fault| Problem::warning(place.clone(), fault))
}

/// Everything that can be known of a station without a sound: what can be read of its schedule, and all problems.
#[must_use]
pub fn examine(path: &Path, now: DateTime<Utc>) -> (Schedule, Vec<Problem>) {
    examine_with(path, now, folder::load, &audio_fact)
}

/// The same of schedule files that another may have made up, with what is known of each sound.
pub(crate) fn examine_with(
    path: &Path,
    now: DateTime<Utc>,
    load: impl FnOnce(&Path) -> (Vec<read::File>, Vec<Problem>),
    hear: &dyn Fn(&Path) -> Result<AudioFact, AudioFault>,
) -> (Schedule, Vec<Problem>) {
    let (config, mut problems) = match Config::load(path) {
        Ok(config) => (Some(config), Vec::new()),
        Err(problems) => (None, problems),
    };
    // Without the file itself there is no station whose schedules could be meant.
    if problems.iter().any(|problem| problem.place.as_ref().is_some_and(|place| place.spot.is_none())) {
        return (Schedule::default(), problems);
    }
    let root = config::folder_of(path);
    let (files, of_folder) = load(&root.join("schedules"));
    let mut reading = read::read(&files, config.as_ref().map(Config::zone_ids).as_deref());
    problems.extend(of_folder);
    problems.extend(speech::readings_of(&root).err().unwrap_or_default());
    let language = config.as_ref().map(|config| config.language).unwrap_or_default();
    problems.extend(template_of(&root, language).map_or_else(|problems| problems, |(_, remarks)| remarks));
    problems.append(&mut reading.problems);
    let (audio, of_audio) = audio_facts(&root.join("audio"), &reading, hear);
    problems.extend(of_audio);
    let zone = config.as_ref().map(|config| config.station.timezone);
    let subject = Subject { reading: &reading, zone, now, audio: &audio };
    problems.extend(checks::run(&subject));
    // Rules of the commune: a running station takes such a schedule over and airs it all the same.
    problems.extend(config.iter().flat_map(|config| session::check(&subject, &config.session)));
    if let Some(config) = config.filter(|_| reading.accepted().is_some()) {
        let library = contents(&root.join("audio"), &audio);
        problems.extend(evening::problems(&config, &reading, library, now));
    }
    problems.sort();
    (reading.schedule, problems)
}

/// What is known of the audio that the schedules name, and what is wrong with its folder as a whole: then nothing is said
/// of each file.
fn audio_facts(
    audio_dir: &Path,
    reading: &Reading,
    hear: &dyn Fn(&Path) -> Result<AudioFact, AudioFault>,
) -> (AudioFacts, Option<Problem>) {
    let fault = match fs::metadata(audio_dir) {
        Ok(facts) => (!facts.is_dir()).then_some(FileFault::NotAFolder),
        Err(error) => Some(folder::fault_of(&error)),
    };
    if let Some(fault) = fault.filter(|_| !reading.files.is_empty()) {
        let problem = Problem::error(Place::whole(audio_dir.display().to_string()), fault);
        return (AudioFacts::default(), Some(problem));
    }
    let mut files = HashMap::new();
    for (file, _) in &reading.files {
        files.entry(file.clone()).or_insert_with(|| hear(&audio_dir.join(file)));
    }
    let missing = files.values().any(|fact| *fact == Err(AudioFault::Missing));
    (AudioFacts { files, names: if missing { names_below(audio_dir) } else { Vec::new() } }, None)
}

/// The content behind each file that can air.
fn contents(audio_dir: &Path, audio: &AudioFacts) -> Library {
    let content = |(file, fact): (&String, &Result<AudioFact, AudioFault>)| {
        let duration_ms = fact.as_ref().ok()?.duration_ms;
        let sha256 = sha256_of(&audio_dir.join(file)).ok()?.into();
        Some((file.clone(), Content { sha256, duration_ms }))
    };
    audio.files.iter().filter_map(content).collect()
}

pub(crate) fn audio_fact(path: &Path) -> Result<AudioFact, AudioFault> {
    match verify(path) {
        Ok(verified) => Ok(AudioFact { duration_ms: Some(verified.duration_ms) }),
        Err(ClipError::Missing) => Err(AudioFault::Missing),
        Err(ClipError::IsFolder) => Err(AudioFault::IsFolder),
        Err(ClipError::Undecodable(why)) => Err(AudioFault::Undecodable(why)),
        Err(ClipError::Damaged(why) | ClipError::Spoilt(why)) => Err(AudioFault::Damaged(why)),
        Err(ClipError::Unreadable(why)) => Err(AudioFault::Unreadable(why)),
    }
}

/// Files below a folder as schedules name them; a folder that cannot be read has none.
fn names_below(root: &Path) -> Vec<String> {
    let mut names = Vec::new();
    let mut folders: Vec<PathBuf> = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            // The type of the entry itself: a link to a folder above would lead round in circles.
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                _ => names.extend(entry.path().strip_prefix(root).ok().and_then(Path::to_str).map(str::to_owned)),
            }
            if names.len() + folders.len() > MOST_NAMES {
                return names;
            }
        }
    }
    names.sort();
    names
}
