//! `loa.toml`: what this installation is called, where it stands, and where its sound goes.
//!
//! In: the file's path or its bytes. Out: settings with every path resolved against the file's folder, or all problems
//! with their places. Must never look at anything but that one file. Next: `schedule`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use chrono_tz::Tz;
use rodio::cpal::DeviceId;

use crate::folder::read_bytes;
use crate::language::Language;
use crate::problem::what::SettingFault;
use crate::problem::{Place, Problem, any_error, nearest};
use crate::schedule::read::checked_id;
use crate::schedule::table::{Reader, Table};
use crate::schedule::text::Source;

/// Largest calibrated constant of a device, either way; more is a mistake in the unit.
const MOST_OFFSET_US: i64 = 1_000_000;

/// Longest attention tone.
const MOST_TONE_MS: i64 = 10_000;

const DEFAULT_TONE_MS: u32 = 2_000;

/// Beside the settings.
const DATA_DIR: &str = "data";

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
    /// What precedes an emergency.
    pub emergency: Emergency,
    /// Loudspeaker clusters, in the order of the file.
    pub zones: Vec<Zone>,
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

/// `[emergency]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Emergency {
    /// Length of the attention tone; 0 is none. Default: 2000.
    pub tone_ms: u32,
}

/// `[[zone]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// Lower-case ASCII letters, digits, `-`, `_`.
    pub id: String,
    /// What people call it.
    pub name: String,
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
        let config = read_config(&mut reader, &mut root, path);
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
    let text = read_bytes(path).unwrap_or_default();
    let named = String::from_utf8_lossy(&text).lines().find_map(|line| {
        let table: toml::Table = line.trim_start().starts_with("data_dir").then(|| line.parse().ok())??;
        Some(table.get("data_dir")?.as_str()?.to_owned())
    });
    folder_of(path).join(named.as_deref().unwrap_or(DATA_DIR))
}

fn read_config<'s>(reader: &mut Reader<'s>, root: &mut Table<'s>, path: &Path) -> Option<Config> {
    let folder = folder_of(path);
    let language = reader.word(root, "language", &Language::CODES);
    let whole = Place::whole(path.display().to_string());
    let data_dir = reader.text(root, "data_dir");
    let data_dir_place = data_dir.as_ref().map_or_else(|| whole.clone(), |text| reader.place(&text.span));
    let station = match reader.required_table(root, "station") {
        Some(mut table) => {
            let station = read_station(reader, &mut table);
            reader.finish(&table);
            station
        }
        None => None,
    };
    let (output, device_place) = read_output(reader, root, whole, &folder);
    let emergency = read_emergency(reader, root);
    read_approval(reader, root);
    let zones = read_zones(reader, root);
    Some(Config {
        path: path.to_path_buf(),
        language: language.and_then(|word| Language::from_code(word.value)).unwrap_or_default(),
        data_dir: folder.join(data_dir.map_or_else(|| DATA_DIR.to_owned(), |text| text.value)),
        data_dir_place,
        folder,
        station: station?,
        output,
        device_place,
        emergency,
        zones,
    })
}

fn read_station<'s>(reader: &mut Reader<'s>, table: &mut Table<'s>) -> Option<Station> {
    let name = reader.required_text(table, "name");
    let authority = reader.text(table, "authority").map(|text| text.value);
    let place = reader.text(table, "place").map(|text| text.value);
    let zone = reader.required_text(table, "timezone")?;
    let Ok(timezone) = zone.value.parse::<Tz>() else {
        let near = nearest(&zone.value, chrono_tz::TZ_VARIANTS.iter().map(|each| each.name()));
        reader.error(zone.span, SettingFault::UnknownTimezone(zone.value, near));
        return None;
    };
    Some(Station { name: name?.value, authority, place, timezone })
}

fn read_output<'s>(
    reader: &mut Reader<'s>,
    root: &mut Table<'s>,
    mut place: Place,
    folder: &Path,
) -> (OutputSetting, Place) {
    let mut setting = OutputSetting { device: Device::Default, offset_us: 0 };
    let Some(mut table) = reader.table(root, "output") else { return (setting, place) };
    if let Some(text) = reader.text(&mut table, "device") {
        place = reader.place(&text.span);
        match device(&text.value, folder) {
            Some(device) => setting.device = device,
            None => reader.error(text.span, SettingFault::BadDevice(text.value)),
        }
    }
    setting.offset_us = reader.integer(&mut table, "offset_us", -MOST_OFFSET_US, MOST_OFFSET_US).unwrap_or(0);
    reader.finish(&table);
    (setting, place)
}

/// What a device setting means; `None` for a `wav:` without a file, for a misspelt `wav:` or `default`, and for what
/// cannot be the id of a device: a sound system of this machine, a colon, and its own name of the device.
fn device(text: &str, folder: &Path) -> Option<Device> {
    match text {
        "default" => Some(Device::Default),
        "silent" => Some(Device::Silent),
        _ => match text.strip_prefix("wav:") {
            Some(file) if file.is_empty() || file.ends_with('/') => None,
            Some(file) => Some(Device::Wav(folder.join(file))),
            None if ["default", "silent"].contains(&text.to_lowercase().as_str()) => None,
            None if text.to_lowercase().starts_with("wav:") => None,
            None if text.ends_with(':') || text.parse::<DeviceId>().is_err() => None,
            None => Some(Device::Id(text.to_owned())),
        },
    }
}

fn read_emergency<'s>(reader: &mut Reader<'s>, root: &mut Table<'s>) -> Emergency {
    let mut tone_ms = None;
    if let Some(mut table) = reader.table(root, "emergency") {
        tone_ms = reader.integer(&mut table, "tone_ms", 0, MOST_TONE_MS).and_then(|tone| u32::try_from(tone).ok());
        reader.finish(&table);
    }
    Emergency { tone_ms: tone_ms.unwrap_or(DEFAULT_TONE_MS) }
}

/// There are no approvals yet: a station that asks for them must not air as if it had them.
fn read_approval<'s>(reader: &mut Reader<'s>, root: &mut Table<'s>) {
    let Some(mut table) = reader.table(root, "approval") else { return };
    if let Some(required) = reader.flag(&mut table, "required")
        && required.value
    {
        reader.error(required.span, SettingFault::ApprovalsNotYet);
    }
    reader.finish(&table);
}

fn read_zones<'s>(reader: &mut Reader<'s>, root: &mut Table<'s>) -> Vec<Zone> {
    let mut zones: Vec<Zone> = Vec::new();
    let mut places: HashMap<String, Place> = HashMap::new();
    for mut table in reader.tables(root, "zone") {
        let id = reader.required_text(&mut table, "id").and_then(|id| checked_id(reader, id));
        let name = reader.required_text(&mut table, "name");
        reader.finish(&table);
        let Some(id) = id else { continue };
        if let Some(first) = places.get(&id.value) {
            reader.error(id.span, SettingFault::DuplicateZone(id.value, Box::new(first.clone())));
            continue;
        }
        places.insert(id.value.clone(), reader.place(&id.span));
        zones.extend(name.map(|name| Zone { id: id.value, name: name.value }));
    }
    zones
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
        assert!(config.zones.is_empty());
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
    fn approvals_are_refused_and_their_absence_is_not() {
        assert!(parse(&format!("{LEAST}[approval]\nrequired = false\n")).is_ok());
        let problems = parse(&format!("{LEAST}[approval]\nrequired = true\n")).unwrap_err();
        assert_eq!(problems, ["etc/loa.toml:5:12 Setting(ApprovalsNotYet)"]);
    }

    #[test]
    fn a_file_without_a_station_says_so() {
        assert_eq!(parse("").unwrap_err(), ["etc/loa.toml:1:1 Form(MissingKey(\"station\"))"]);
    }

    #[test]
    fn limits_are_inclusive() {
        let tone = |ms: &str| parse(&format!("{LEAST}[emergency]\ntone_ms = {ms}\n")).map(|it| it.emergency.tone_ms);
        assert_eq!((tone("0"), tone("10000")), (Ok(0), Ok(10_000)));
        assert!(tone("-1").is_err() && tone("10001").is_err() && tone("99999999999999999999").is_err());
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
