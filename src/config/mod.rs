//! `loa.toml`: what this installation is called, where it stands, and where its sound goes.
//!
//! In: the file's path or its bytes. Out: settings with every path resolved against the file's folder, or all problems
//! with their places. Must never look at anything but that one file. Next: `read`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use chrono::NaiveTime;
use chrono_tz::Tz;

use crate::folder::read_bytes;
use crate::language::Language;
use crate::problem::{Place, Problem, any_error};
use crate::schedule::session::Rules;
use crate::schedule::table::Reader;
use crate::schedule::text::Source;
use crate::sound::Preparation;

pub mod edit; // single keys of the file changed (pure)
pub mod field; // the settings that a technician changes by form (pure)
mod read; // the tables of the file
mod report; // `[report]`, and names with a first day

pub use report::{Report, Since};

/// Beside the settings.
pub(crate) const DATA_DIR: &str = "data";

/// The settings of a station.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `loa.toml` itself, as it was named.
    pub path: PathBuf,
    /// Its folder; empty when that is the current one.
    pub folder: PathBuf,
    /// The language of operators and readers of reports. Default: Vietnamese.
    pub language: Language,
    /// Database and content store. Default: `data` beside `loa.toml`.
    pub data_dir: PathBuf,
    /// Where it is named; the file as a whole when it is not.
    pub data_dir_place: Place,
    /// Who and where.
    pub station: Station,
    /// Where the sound goes.
    pub output: OutputSetting,
    /// Where the device is named; the file as a whole when it is not.
    pub device_place: Place,
    /// How loud everything is to be, and whether silence at its ends is left out; `[sound]`.
    pub sound: Preparation,
    /// What precedes an emergency.
    pub emergency: Emergency,
    /// What may air.
    pub approval: ApprovalSetting,
    /// What is watched on the disk.
    pub disk: Disk,
    /// The nightly copy.
    pub backup: Backup,
    /// What the commune allows a programme; every rule absent by default.
    pub session: Rules,
    /// Loudspeaker clusters, in the order of the file.
    pub zones: Vec<Zone>,
    /// What reads texts aloud.
    pub speech: Speech,
    /// How reports are made and who issues them; `[report]`.
    pub report: Report,
    /// The operator's page.
    pub web: Web,
}

/// `[web]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Web {
    /// Where the page is served; `None` is nowhere. Default: 127.0.0.1:8099.
    pub listen: Option<SocketAddr>,
    /// Where that is named; the file as a whole when it is not.
    pub place: Place,
}

/// `[station]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Station {
    /// Its name in rows and reports.
    pub name: String,
    /// Who runs it, for the head of reports.
    pub authority: Option<String>,
    /// Where it is, for the head of reports.
    pub place: Option<String>,
    /// The zone of all local times.
    pub timezone: Tz,
    /// Later names, in order of their first days.
    pub since: Vec<Since>,
}

/// `[output]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputSetting {
    /// Default: the system's default device.
    pub device: Device,
    /// Calibrated constant of the device in microseconds; positive when sound comes later than the driver says.
    pub offset_us: i64,
}

/// Where the sound goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Device {
    /// The system's default sound device.
    Default,
    /// Nowhere, at real pace.
    Silent,
    /// A WAV file, at real pace.
    Wav(PathBuf),
    /// A sound device by an id that `loa devices` lists.
    Id(String),
}

impl Device {
    /// The sound device that is set: `default` or an id. `None` for what is no device.
    #[must_use]
    pub fn card(&self) -> Option<&str> {
        match self {
            Self::Default => Some("default"),
            Self::Id(id) => Some(id),
            Self::Silent | Self::Wav(_) => None,
        }
    }
}

/// `[emergency]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Emergency {
    /// Length of the attention tone; 0 is none. Default: 2000.
    pub tone_ms: u32,
}

/// `[approval]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApprovalSetting {
    /// Air only what was approved. Default: no.
    pub required: bool,
    /// Whoever wrote a bulletin may approve it too. Default: yes.
    pub author_may_approve: bool,
}

/// `[disk]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disk {
    /// Alarm when the data folder has less than this free, in megabytes of 1,000,000 bytes; 0 is never. Default: 200.
    pub warn_free_mb: u32,
}

/// `[backup]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// Local time of the nightly copy; `None` is never. Default: 02:30.
    pub at: Option<NaiveTime>,
    /// Copies kept in each folder. Default: 14.
    pub keep: usize,
    /// Where. Default: `backups` in the data folder.
    pub folder: Option<PathBuf>,
    /// A second folder, on another disk.
    pub also_to: Option<PathBuf>,
}

/// `[speech]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Speech {
    /// Program and arguments, with `{text}` and `{wav}` for the files; never empty. Default: espeak-ng, a northern voice.
    pub command: Vec<String>,
    /// Where the command is named; `None` when it is not.
    pub command_place: Option<Place>,
    /// Seconds after which the program is ended. Default: 120.
    pub limit_s: u64,
    /// The voice's name, for the record. Default: `tts:` and the program's name.
    pub voice: String,
}

/// `[[zone]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// Lower-case ASCII letters, digits, `-`, `_`.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// How many loudspeakers it has; `None` if nobody counted them.
    pub speakers: Option<i64>,
}

impl Config {
    /// Reads and checks the file.
    pub fn load(path: &Path) -> Result<Self, Vec<Problem>> {
        let shown = path.display().to_string();
        let bytes = read_bytes(path).map_err(|fault| vec![Problem::error(Place::whole(&*shown), fault)])?;
        Self::parse(path, &bytes)
    }

    /// Checks the text of a file that stands, or would stand, at `path`.
    pub fn parse(path: &Path, bytes: &[u8]) -> Result<Self, Vec<Problem>> {
        let source = Source::decode(&path.display().to_string(), bytes).map_err(|problem| vec![*problem])?;
        let (mut reader, mut root) = Reader::open(&source);
        // What the parser makes of a broken file is guesswork, and problems of guesses mislead.
        if !reader.problems.is_empty() {
            return Err(reader.problems);
        }
        let config = read::config(&mut reader, &mut root, path);
        reader.finish(&root);
        reader.problems.sort();
        match config {
            Some(config) if !any_error(&reader.problems) => Ok(config),
            _ => Err(reader.problems),
        }
    }

    /// Audio that schedules name.
    #[must_use]
    pub fn audio_dir(&self) -> PathBuf {
        self.folder.join("audio")
    }

    /// Schedule files.
    #[must_use]
    pub fn schedules_dir(&self) -> PathBuf {
        self.folder.join("schedules")
    }

    /// Ids of the zones, in order.
    #[must_use]
    pub fn zone_ids(&self) -> Vec<String> {
        self.zones.iter().map(|zone| zone.id.clone()).collect()
    }

    /// What people call a zone: its name, or the id of one that the station has no more.
    #[must_use]
    pub fn zone_name<'a>(&'a self, id: &'a str) -> &'a str {
        self.zones.iter().find(|zone| zone.id == id).map_or(id, |zone| &zone.name)
    }

    /// Ids and names of the zones, in order.
    #[must_use]
    pub fn zone_names(&self) -> Vec<(String, String)> {
        self.zones.iter().map(|zone| (zone.id.clone(), zone.name.clone())).collect()
    }
}

/// The folder in which a file stands; empty for the current one.
#[must_use]
pub fn folder_of(path: &Path) -> PathBuf {
    path.parent().map(Path::to_path_buf).unwrap_or_default()
}

/// The data folder that a settings file names, however broken the rest of it is; the default where it names none.
#[must_use]
pub fn data_dir_of(path: &Path) -> PathBuf {
    data_dir_named(&read_bytes(path).unwrap_or_default(), &folder_of(path))
}

/// The same for the text of a settings file that stands, or would stand, in a folder.
#[must_use]
pub fn data_dir_named(text: &[u8], folder: &Path) -> PathBuf {
    let named = String::from_utf8_lossy(text).lines().find_map(|line| {
        let table: toml::Table = line.trim_start().starts_with("data_dir").then(|| line.parse().ok())??;
        Some(table.get("data_dir")?.as_str()?.to_owned())
    });
    folder.join(named.as_deref().unwrap_or(DATA_DIR))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: &str = "[station]\nname = \"Đài\"\ntimezone = \"Asia/Ho_Chi_Minh\"\n";

    fn parse(text: &str) -> Result<Config, Vec<String>> {
        Config::parse(Path::new("etc/loa.toml"), text.as_bytes()).map_err(|problems| {
            problems.iter().map(|each| format!("{} {:?}", each.place.as_ref().unwrap(), each.what)).collect()
        })
    }

    #[test]
    fn the_least_file_has_every_default() {
        let config = parse(LEAST).unwrap();
        assert_eq!(config.language, Language::Vi);
        assert_eq!(config.data_dir, Path::new("etc/data"));
        assert_eq!(config.audio_dir(), Path::new("etc/audio"));
        assert_eq!(config.output, OutputSetting { device: Device::Default, offset_us: 0 });
        assert_eq!(config.emergency.tone_ms, 2000);
        let sound = Preparation { gain: true, target_lufs: -16, peak_dbtp: -1, trim_silence: false };
        assert_eq!(config.sound, sound);
        assert_eq!(config.disk.warn_free_mb, 200);
        let backup = Backup { at: NaiveTime::from_hms_opt(2, 30, 0), keep: 14, folder: None, also_to: None };
        assert_eq!(config.backup, backup);
        assert_eq!(config.session, Rules::default());
        assert!(config.zones.is_empty());
        assert_eq!(config.speech.command[0], "espeak-ng");
        assert_eq!((config.speech.limit_s, config.speech.voice.as_str()), (120, "tts:espeak-ng"));
    }

    #[test]
    fn a_command_that_speaks_names_both_files() {
        let speech = |text: &str| parse(&format!("{LEAST}[speech]\n{text}\n")).map(|config| config.speech);
        let own = speech("command = [\"/opt/doc/piper\", \"-i\", \"{text}\", \"--out={wav}\", \"-i\"]\nlimit_s = 600")
            .unwrap();
        assert_eq!((own.command.len(), own.limit_s, own.voice.as_str()), (5, 600, "tts:piper"));
        assert_eq!(speech("voice = \"Lan\"").unwrap().voice, "Lan");
        for (bad, fault) in [
            ("command = []", "NoSpeechProgram"),
            ("command = [\"{wav}\", \"{text}\"]", "NoSpeechProgram"),
            ("command = [\"a\", \"{text}\"]", "NoSpeechFile(\"{wav}\")"),
            ("command = [\"a\", \"{wav}\"]", "NoSpeechFile(\"{text}\")"),
            ("command = \"espeak-ng\"", "WrongType"),
            ("limit_s = 0", "OutOfRange"),
            ("limit_s = 3601", "OutOfRange"),
        ] {
            assert!(speech(bad).unwrap_err()[0].contains(fault), "{bad}");
        }
    }

    #[test]
    fn devices_are_told_apart() {
        let device_of = |text: &str| parse(&format!("{LEAST}[output]\ndevice = {text:?}\n")).map(|it| it.output.device);
        assert_eq!(device_of("silent"), Ok(Device::Silent));
        assert_eq!(device_of("wav:out/a.wav"), Ok(Device::Wav("etc/out/a.wav".into())));
        assert_eq!(device_of("wav:/tmp/a.wav"), Ok(Device::Wav("/tmp/a.wav".into())));
        assert_eq!(device_of("alsa:hw:CARD=PCH"), Ok(Device::Id("alsa:hw:CARD=PCH".into())));
        for bad in ["wav:", "Silent", "WAV:a.wav", "wav:out/", "foo", "hw", "foo:bar", "alsa:", ":hw"] {
            assert!(device_of(bad).unwrap_err()[0].contains("BadDevice"), "{bad}");
        }
    }

    #[test]
    fn approvals_are_asked_for_only_where_the_settings_say_so() {
        let approval = |text: &str| parse(&format!("{LEAST}{text}")).map(|config| config.approval);
        let setting = |required, author_may_approve| Ok(ApprovalSetting { required, author_may_approve });
        assert_eq!(approval(""), setting(false, true));
        assert_eq!(approval("[approval]\nrequired = true\n"), setting(true, true));
        assert_eq!(approval("[approval]\nrequired = true\nauthor_may_approve = false\n"), setting(true, false));
    }

    #[test]
    fn a_file_without_a_station_says_so() {
        assert_eq!(parse("").unwrap_err(), ["etc/loa.toml:1:1 Form(MissingKey(\"station\"))"]);
    }

    #[test]
    fn the_time_of_the_nightly_copy_is_a_time_or_nothing() {
        let at = |text: &str| parse(&format!("{LEAST}[backup]\nat = {text:?}\n")).map(|config| config.backup.at);
        assert_eq!((at("00:05"), at("off")), (Ok(NaiveTime::from_hms_opt(0, 5, 0)), Ok(None)));
        assert_eq!(at("23:59:30"), Ok(NaiveTime::from_hms_opt(23, 59, 30)));
        for bad in ["2h30", "24:00", "02:60", "2:30 AM", "02.30", "half past two"] {
            assert!(at(bad).unwrap_err()[0].contains("BadTime"), "{bad}");
        }
    }

    #[test]
    fn loudspeakers_of_a_zone_are_counted_or_not() {
        let zone = |more: &str| {
            let parsed = parse(&format!("{LEAST}[[zone]]\nid = \"thon-1\"\nname = \"Thôn 1\"\n{more}"));
            parsed.map(|config| config.zones[0].speakers)
        };
        assert_eq!((zone(""), zone("speakers = 1"), zone("speakers = 200")), (Ok(None), Ok(Some(1)), Ok(Some(200))));
        assert!(zone("speakers = 0").is_err() && zone("speakers = 201").is_err() && zone("speakers = \"4\"").is_err());
    }

    #[test]
    fn limits_are_inclusive() {
        let tone = |ms: &str| parse(&format!("{LEAST}[emergency]\ntone_ms = {ms}\n")).map(|it| it.emergency.tone_ms);
        assert_eq!((tone("0"), tone("10000")), (Ok(0), Ok(10_000)));
        assert!(tone("-1").is_err() && tone("10001").is_err() && tone("99999999999999999999").is_err());
    }

    #[test]
    fn the_sound_is_set_within_what_loudspeakers_stand() {
        let sound = |text: &str| parse(&format!("{LEAST}[sound]\n{text}\n")).map(|it| it.sound);
        let quiet = Preparation { gain: false, target_lufs: -23, peak_dbtp: -2, trim_silence: true };
        assert_eq!(sound("gain = false\ntarget_lufs = -23\npeak_dbtp = -2\ntrim_silence = true"), Ok(quiet));
        for bad in ["target_lufs = -7", "target_lufs = -32", "peak_dbtp = 1", "peak_dbtp = -10", "gain = 1", "loud = 2"]
        {
            assert!(sound(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_broken_file_still_names_its_data_folder() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("loa.toml");
        let named = |text: &str| {
            std::fs::write(&path, text).unwrap();
            data_dir_of(&path).strip_prefix(folder.path()).map(Path::to_path_buf)
        };
        assert_eq!(named("[[[\n data_dir = 'store' # kept\n"), Ok("store".into()));
        assert_eq!(named("data_dir = \n"), Ok("data".into()));
        assert_eq!(data_dir_of(Path::new("gone/loa.toml")), Path::new("gone/data"));
    }
}
