//! The tables of `loa.toml`, one function each.
//!
//! In: the reader over the file's text. Out: settings, with a problem at its place for whatever is not allowed. Must never
//! touch a file: paths are only joined. Next: `schedule`.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;

use chrono::{NaiveTime, TimeDelta};
use chrono_tz::Tz;
use rodio::cpal::DeviceId;

use super::{
    ApprovalSetting, Backup, Config, DATA_DIR, Device, Disk, Emergency, OutputSetting, Speech, Station, Web, Zone,
    folder_of, report,
};
use crate::language::Language;
use crate::problem::what::{ProgrammeFault, SessionFault, SettingFault, What};
use crate::problem::{Place, nearest};
use crate::schedule::read::checked_id;
use crate::schedule::read_days::read_weekdays;
use crate::schedule::session::Rules;
use crate::schedule::table::{Reader, Table};
use crate::schedule::text::parse_span;
use crate::sound::Preparation;
use crate::speech::{DEFAULT_COMMAND, TEXT, WAV};

/// Largest calibrated constant of a device, either way; more is a mistake in the unit.
const MOST_OFFSET_US: i64 = 1_000_000;

/// Longest attention tone.
const MOST_TONE_MS: i64 = 10_000;

/// Loudspeakers of a zone at most; a village has a dozen.
const MOST_SPEAKERS: i64 = 200;

const DEFAULT_TONE_MS: u32 = 2_000;

/// From the quietest of film to the loudest that speech can be without a compressor, in LUFS.
const TARGETS: [i64; 2] = [-31, -8];

/// Ceilings of the true peak, in dBTP; at 0 a converter may already distort.
const CEILINGS: [i64; 2] = [-9, 0];

/// Loud enough for loudspeakers in the open air, and reached by most speech without touching the ceiling.
const DEFAULT_SOUND: Preparation = Preparation { gain: true, target_lufs: -16, peak_dbtp: -1, trim_silence: false };

/// More than any disk of such a machine could keep free.
const MOST_FREE_MB: i64 = 1_000_000;

const DEFAULT_FREE_MB: u32 = 200;

/// When the nightly copy is made: nobody airs at half past two, and the machine that is on at five was on then too.
const DEFAULT_AT: NaiveTime = NaiveTime::from_hms_opt(2, 30, 0).expect("a time of day");

/// Instead of a time: no copies.
const OFF: &str = "off";

/// Where the page is served: to this machine alone, at a port that nothing well-known uses.
const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8099);

/// More copies than days of three years are a mistake.
const MOST_COPIES: i64 = 1_000;

const DEFAULT_COPIES: usize = 14;

/// A session is at least a minute and at most a day.
const SHORTEST_CEILING: TimeDelta = TimeDelta::minutes(1);
const LONGEST_CEILING: TimeDelta = TimeDelta::hours(24);
/// Longest that a program may speak at one text, in seconds: an hour.
const MOST_SPEECH_S: i64 = 3_600;

const DEFAULT_SPEECH_S: u64 = 120;

/// Reads the whole file; `None` when what every station needs is missing. All problems are the reader's.
pub(super) fn config<'s>(reader: &mut Reader<'s>, root: &mut Table<'s>, path: &Path) -> Option<Config> {
    let folder = folder_of(path);
    let language = reader.word(root, "language", &Language::CODES);
    let whole = Place::whole(path.display().to_string());
    let data_dir = reader.text(root, "data_dir");
    let data_dir_place = data_dir.as_ref().map_or_else(|| whole.clone(), |text| reader.place(&text.span));
    let station = match reader.required_table(root, "station") {
        Some(mut table) => {
            let station = station(reader, &mut table);
            reader.finish(&table);
            station
        }
        None => None,
    };
    let (output, device_place) = output(reader, root, whole, &folder);
    let sound = sound(reader, root);
    let emergency = emergency(reader, root);
    let disk = disk(reader, root);
    let backup = backup(reader, root, &folder);
    let approval = approval(reader, root);
    let session = session(reader, root);
    let zones = zones(reader, root);
    let speech = speech(reader, root);
    let report = report::report(reader, root);
    let web = web(reader, root, Place::whole(path.display().to_string()));
    Some(Config {
        path: path.to_path_buf(),
        language: language.and_then(|word| Language::from_code(word.value)).unwrap_or_default(),
        data_dir: folder.join(data_dir.map_or_else(|| DATA_DIR.to_owned(), |text| text.value)),
        data_dir_place,
        folder,
        station: station?,
        output,
        device_place,
        sound,
        emergency,
        approval,
        disk,
        backup,
        session,
        zones,
        speech,
        report,
        web,
    })
}

/// Without a word of it the page is served to this machine alone.
fn web<'s>(reader: &mut Reader<'s>, root: &mut Table<'s>, place: Place) -> Web {
    let mut web = Web { listen: Some(DEFAULT_LISTEN), place };
    let Some(mut table) = reader.table(root, "web") else { return web };
    if let Some(text) = reader.text(&mut table, "listen") {
        web.place = reader.place(&text.span);
        web.listen = text.value.parse().ok();
        if web.listen.is_none() && text.value != OFF {
            reader.error(text.span, SettingFault::BadAddress(text.value));
        }
    }
    reader.finish(&table);
    web
}

fn station<'s>(reader: &mut Reader<'s>, table: &mut Table<'s>) -> Option<Station> {
    let name = reader.required_text(table, "name");
    let authority = reader.text(table, "authority").map(|text| text.value);
    let place = reader.text(table, "place").map(|text| text.value);
    let since = report::since(reader, table, (authority.clone(), place.clone()));
    let zone = reader.required_text(table, "timezone")?;
    let Ok(timezone) = zone.value.parse::<Tz>() else {
        let near = nearest(&zone.value, chrono_tz::TZ_VARIANTS.iter().map(|each| each.name()));
        reader.error(zone.span, SettingFault::UnknownTimezone(zone.value, near));
        return None;
    };
    Some(Station { name: name?.value, authority, place, timezone, since })
}

fn output<'s>(
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

fn sound<'s>(reader: &mut Reader<'s>, root: &mut Table<'s>) -> Preparation {
    let mut sound = DEFAULT_SOUND;
    let Some(mut table) = reader.table(root, "sound") else { return sound };
    sound.gain = reader.flag(&mut table, "gain").map_or(sound.gain, |flag| flag.value);
    let [least, most] = TARGETS;
    sound.target_lufs = reader.integer(&mut table, "target_lufs", least, most).unwrap_or(sound.target_lufs);
    let [least, most] = CEILINGS;
    sound.peak_dbtp = reader.integer(&mut table, "peak_dbtp", least, most).unwrap_or(sound.peak_dbtp);
    sound.trim_silence = reader.flag(&mut table, "trim_silence").map_or(sound.trim_silence, |flag| flag.value);
    reader.finish(&table);
    sound
}

fn emergency<'s>(reader: &mut Reader<'s>, root: &mut Table<'s>) -> Emergency {
    let mut tone_ms = None;
    if let Some(mut table) = reader.table(root, "emergency") {
        tone_ms = reader.integer(&mut table, "tone_ms", 0, MOST_TONE_MS).and_then(|tone| u32::try_from(tone).ok());
        reader.finish(&table);
    }
    Emergency { tone_ms: tone_ms.unwrap_or(DEFAULT_TONE_MS) }
}

fn disk<'s>(reader: &mut Reader<'s>, root: &mut Table<'s>) -> Disk {
    let mut warn_free_mb = None;
    if let Some(mut table) = reader.table(root, "disk") {
        warn_free_mb =
            reader.integer(&mut table, "warn_free_mb", 0, MOST_FREE_MB).and_then(|least| u32::try_from(least).ok());
        reader.finish(&table);
    }
    Disk { warn_free_mb: warn_free_mb.unwrap_or(DEFAULT_FREE_MB) }
}

fn backup<'s>(reader: &mut Reader<'s>, root: &mut Table<'s>, folder: &Path) -> Backup {
    let mut backup = Backup { at: Some(DEFAULT_AT), keep: DEFAULT_COPIES, folder: None, also_to: None };
    let Some(mut table) = reader.table(root, "backup") else { return backup };
    if let Some(text) = reader.text(&mut table, "at") {
        let time = time_of_day(&text.value);
        backup.at = time;
        if time.is_none() && text.value != OFF {
            reader.error(text.span, SettingFault::BadTime(text.value));
        }
    }
    let keep = reader.integer(&mut table, "keep", 1, MOST_COPIES).and_then(|keep| usize::try_from(keep).ok());
    backup.keep = keep.unwrap_or(DEFAULT_COPIES);
    backup.folder = reader.text(&mut table, "folder").map(|text| folder.join(text.value));
    backup.also_to = reader.text(&mut table, "also_to").map(|text| folder.join(text.value));
    reader.finish(&table);
    backup
}

fn time_of_day(text: &str) -> Option<NaiveTime> {
    ["%H:%M", "%H:%M:%S"].iter().find_map(|form| NaiveTime::parse_from_str(text, form).ok())
}

/// The rules of a session; none without the table.
fn session<'s>(reader: &mut Reader<'s>, root: &mut Table<'s>) -> Rules {
    let mut rules = Rules::default();
    let Some(mut table) = reader.table(root, "session") else { return rules };
    rules.ceiling = ceiling(reader, &mut table);
    rules.weekdays = read_weekdays(reader, &mut table).map(|days| days.value);
    let mut hour = |key| {
        let text = reader.text(&mut table, key)?;
        let time = time_of_day(&text.value);
        if time.is_none() {
            reader.error(text.span.clone(), SessionFault::BadTime(text.value));
        }
        time.map(|time| (time, text.span))
    };
    let (earliest, latest) = (hour("earliest"), hour("latest"));
    reader.finish(&table);
    if let (Some((earliest, _)), Some((latest, span))) = (&earliest, &latest)
        && earliest >= latest
    {
        reader.error(span.clone(), SessionFault::NoHours(*earliest, *latest));
    }
    rules.earliest = earliest.map(|(time, _)| time);
    rules.latest = latest.map(|(time, _)| time);
    rules
}

fn ceiling<'s>(reader: &mut Reader<'s>, table: &mut Table<'s>) -> Option<TimeDelta> {
    let text = reader.text(table, "ceiling")?;
    let fault: What = match parse_span(&text.value) {
        Some(span) if (SHORTEST_CEILING..=LONGEST_CEILING).contains(&span) => return Some(span),
        Some(_) => SessionFault::CeilingRange(text.value).into(),
        None => ProgrammeFault::BadWindow(text.value).into(),
    };
    reader.error(text.span, fault);
    None
}

/// Without a word of it nothing needs approval, and authors may approve what they wrote.
fn approval<'s>(reader: &mut Reader<'s>, root: &mut Table<'s>) -> ApprovalSetting {
    let mut approval = ApprovalSetting { required: false, author_may_approve: true };
    let Some(mut table) = reader.table(root, "approval") else { return approval };
    approval.required = reader.flag(&mut table, "required").is_some_and(|required| required.value);
    let author = reader.flag(&mut table, "author_may_approve");
    approval.author_may_approve = author.is_none_or(|allowed| allowed.value);
    reader.finish(&table);
    approval
}

fn speech<'s>(reader: &mut Reader<'s>, root: &mut Table<'s>) -> Speech {
    let mut speech = Speech {
        command: DEFAULT_COMMAND.map(str::to_owned).into(),
        command_place: None,
        limit_s: DEFAULT_SPEECH_S,
        voice: String::new(),
    };
    let mut voice = None;
    if let Some(mut table) = reader.table(root, "speech") {
        if let Some(command) = reader.arguments(&mut table, "command") {
            speech.command_place = Some(reader.place(&command.span));
            let words: Vec<String> = command.value.into_iter().map(|word| word.value).collect();
            let names = |file: &str| words.iter().skip(1).any(|word| word.contains(file));
            if words.first().is_none_or(|program| program.contains(['{', '}'])) {
                reader.error(command.span, SettingFault::NoSpeechProgram);
            } else if let Some(file) = [TEXT, WAV].into_iter().find(|file| !names(file)) {
                reader.error(command.span, SettingFault::NoSpeechFile(file));
            } else {
                speech.command = words;
            }
        }
        let limit_s = reader.integer(&mut table, "limit_s", 1, MOST_SPEECH_S);
        speech.limit_s = limit_s.and_then(|limit| u64::try_from(limit).ok()).unwrap_or(DEFAULT_SPEECH_S);
        voice = reader.text(&mut table, "voice").map(|text| text.value);
        reader.finish(&table);
    }
    let program = Path::new(&speech.command[0]).file_name().unwrap_or_default().to_string_lossy();
    speech.voice = voice.unwrap_or_else(|| format!("tts:{program}"));
    speech
}

fn zones<'s>(reader: &mut Reader<'s>, root: &mut Table<'s>) -> Vec<Zone> {
    let mut zones: Vec<Zone> = Vec::new();
    let mut places: HashMap<String, Place> = HashMap::new();
    for mut table in reader.tables(root, "zone") {
        let id = reader.required_text(&mut table, "id").and_then(|id| checked_id(reader, id));
        let name = reader.required_text(&mut table, "name");
        let speakers = reader.integer(&mut table, "speakers", 1, MOST_SPEAKERS);
        reader.finish(&table);
        let Some(id) = id else { continue };
        if let Some(first) = places.get(&id.value) {
            reader.error(id.span, SettingFault::DuplicateZone(id.value, Box::new(first.clone())));
            continue;
        }
        places.insert(id.value.clone(), reader.place(&id.span));
        zones.extend(name.map(|name| Zone { id: id.value, name: name.value, speakers }));
    }
    zones
}
