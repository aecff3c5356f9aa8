//! `loa air`, `stop`, `skip`, `status`: acts on a running station.
//!
//! In: what was typed. Out: one order over the station's socket, and its answer for people or programs. Nothing is done
//! here: without a station nothing airs, now or later. Next: `control`.

use std::io::{self, Write};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::{ConfigChoice, FAILED, Format, WrongInput, say};
use crate::alarm::Alarm;
use crate::backup::block_on;
use crate::clock::WRITTEN;
use crate::config::{Config, data_dir_of};
use crate::control::{self, Answer, AskError, BackupStatus, Order, Status};
use crate::language::Language;
use crate::library::{ClipError, verify};
use crate::problem::Problems;
use crate::problem::system::words;
use crate::signing::Fingerprint;
use crate::store::{Register, RegisterError};

/// Arguments of `loa air`.
#[derive(Debug, clap::Args)]
pub struct AirArgs {
    /// The audio file, or the number of a bulletin; a file that is called like a number is `./12`
    #[arg(value_name = "FILE|N")]
    file: PathBuf,
    /// Cut in at once, before everything else
    #[arg(long)]
    emergency: bool,
    /// How often to air it
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u32).range(repeats()))]
    repeat: u32,
    #[command(flatten)]
    who: Who,
}

/// Who acts, and why; kept in the log.
#[derive(Debug, clap::Args)]
pub struct Who {
    /// The reason, for the log
    #[arg(long, value_name = "W")]
    why: Option<String>,
    /// The name of the person who acts, for the log; the operating system's user is kept beside it
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

/// Characters of a name or a reason: a sentence or two; more is a file in the wrong place.
const LONGEST_WORDS: usize = 1_000;

impl Who {
    /// Refuses what would tear the log's lines apart or fill them.
    fn check(&self) -> Result<(), WrongInput> {
        for (option, text) in [("--why", &self.why), ("--by", &self.by)] {
            let Some(text) = text else { continue };
            if text.chars().any(char::is_control) {
                return Err(WrongInput(format!("`{option}` holds a line break or another control character")));
            }
            let length = text.chars().count();
            if length > LONGEST_WORDS {
                let told = format!("`{option}` is {length} characters long, at most {LONGEST_WORDS} are allowed");
                return Err(WrongInput(told));
            }
        }
        Ok(())
    }
}

/// Arguments of `loa status`.
#[derive(Debug, clap::Args)]
pub struct StatusArgs {
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Puts a file or a bulletin on the air.
pub fn air(choice: &ConfigChoice, args: AirArgs) -> anyhow::Result<ExitCode> {
    args.who.check()?;
    let (emergency, repeat, Who { why, by }) = (args.emergency, args.repeat, args.who);
    if let Some(number) = number(&args.file)? {
        return match ask(choice, by, Order::AirBulletin { number, emergency, repeat, why })?.0 {
            Ok(Answer::Refused(why)) if is_unknown(&choice.load()?, number) => Err(WrongInput(why).into()),
            answer => told_act(answer),
        };
    }
    let path = file(&args.file)?;
    let order = Order::Air { path: path.clone(), emergency, repeat, why };
    match ask(choice, by, order)?.0 {
        Ok(Answer::Refused(why)) if is_at_fault(&path, emergency) => Err(WrongInput(why).into()),
        answer => told_act(answer),
    }
}

/// Whether there is no such bulletin; one of which that cannot be told is taken as known.
fn is_unknown(config: &Config, number: i64) -> bool {
    let known = block_on(async {
        let Some(mut register) = Register::look(&config.data_dir).await? else { return Ok(false) };
        let card = register.card(number).await?;
        register.close().await;
        Ok::<_, RegisterError>(card.is_some())
    });
    known == Ok(false)
}

/// The number of a bulletin, if digits and nothing else were typed.
fn number(typed: &Path) -> Result<Option<i64>, WrongInput> {
    let digits = typed.to_str().filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()));
    let Some(digits) = digits else { return Ok(None) };
    let number = digits.parse().ok().filter(|number| *number >= 1);
    let why = || WrongInput(format!("`{digits}` is no number of a bulletin, and a file of that name is `./{digits}`"));
    number.map(Some).ok_or_else(why)
}

/// The file as the station can find it, which may run elsewhere: what the caller typed is relative to the caller.
fn file(typed: &Path) -> Result<PathBuf, WrongInput> {
    let refused = |why: &str| WrongInput(format!("`{}`: {why}; nothing airs", typed.display()));
    let path = typed.canonicalize().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => refused("no such file"),
        io::ErrorKind::PermissionDenied => refused("you may not read it"),
        _ => refused(&words(&error)),
    })?;
    if path.is_dir() {
        return Err(refused("a folder, not a file"));
    }
    // The order travels as text, and so does the name in the log.
    if path.to_str().is_none() {
        return Err(refused("the name of the file or of its folder is not UTF-8; rename it"));
    }
    Ok(path)
}

/// Whether a file that the station did not take is itself the reason: an emergency does not wait for a damaged one to be
/// found out.
fn is_at_fault(path: &Path, emergency: bool) -> bool {
    match verify(path) {
        Err(ClipError::Damaged(_) | ClipError::Spoilt(_)) => !emergency,
        Err(ClipError::Undecodable(_) | ClipError::Missing | ClipError::IsFolder) => true,
        Err(ClipError::Unreadable(_)) | Ok(_) => false,
    }
}

/// Cuts the item on air and cancels the rest of its programme.
pub fn stop(choice: &ConfigChoice, who: Who) -> anyhow::Result<ExitCode> {
    who.check()?;
    told_act(ask(choice, who.by, Order::Stop { why: who.why })?.0)
}

/// Cuts the item on air.
pub fn skip(choice: &ConfigChoice, who: Who) -> anyhow::Result<ExitCode> {
    who.check()?;
    told_act(ask(choice, who.by, Order::Skip { why: who.why })?.0)
}

/// Says what became of an act.
fn told_act(answer: Result<Answer, AskError>) -> anyhow::Result<ExitCode> {
    match answer {
        Ok(Answer::Done(done)) => {
            writeln!(io::stdout(), "{done}")?;
            Ok(ExitCode::SUCCESS)
        }
        Ok(Answer::Refused(why)) => Ok(fail(&why)),
        Ok(Answer::Status(_)) => Ok(fail("the station answered something else; is it another version?")),
        Err(error) => Ok(fail(&error.to_string())),
    }
}

/// Gives an order to the station. It goes on with its last good settings while the file is broken, and must be told to
/// stop all the same: then what the file still says of its data folder counts.
fn ask(
    choice: &ConfigChoice,
    by: Option<String>,
    order: Order,
) -> anyhow::Result<(Result<Answer, AskError>, Language)> {
    let path = choice.path()?;
    let problems = match Config::load(&path) {
        Ok(config) => return Ok((control::ask(&config.data_dir, by, order), config.language)),
        Err(problems) => Problems(problems),
    };
    let answer = control::ask(&data_dir_of(&path), by, order);
    if matches!(answer, Err(AskError::NotRunning)) {
        return Err(problems.into());
    }
    say(problems.to_string().trim_end());
    Ok((answer, Language::default()))
}

/// Tells the state of the station.
pub fn status(choice: &ConfigChoice, args: &StatusArgs) -> anyhow::Result<ExitCode> {
    let (answer, language) = ask(choice, None, Order::Status)?;
    let status = match answer {
        Ok(Answer::Status(status)) => status,
        Ok(Answer::Refused(why)) => return Ok(fail(&why)),
        Ok(Answer::Done(_)) => return Ok(fail("the station answered something else; is it another version?")),
        Err(error) => return Ok(fail(&error.to_string())),
    };
    let mut out = io::stdout().lock();
    match args.format {
        Format::Json => writeln!(out, "{}", serde_json::to_string_pretty(&status)?)?,
        Format::Text => {
            for line in told(&status, language) {
                writeln!(out, "{}: {}", line.label, line.value)?;
            }
        }
        Format::Csv => {
            let mut csv = csv::Writer::from_writer(out);
            csv.write_record(["name", "value"])?;
            for line in told(&status, language) {
                csv.write_record([line.name, line.value.as_str()])?;
            }
            csv.flush()?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The number of repeats in the type that clap counts in.
fn repeats() -> RangeInclusive<i64> {
    i64::from(*control::REPEATS.start())..=i64::from(*control::REPEATS.end())
}

fn fail(why: &str) -> ExitCode {
    say(format_args!("loa: {why}"));
    ExitCode::from(FAILED)
}

/// One thing that `status` tells.
struct Line {
    /// For programs: the same in every language.
    name: &'static str,
    /// For people.
    label: &'static str,
    value: String,
}

/// The state in the words of the station's language, in the order in which people ask.
fn told(status: &Status, language: Language) -> Vec<Line> {
    let vi = language == Language::Vi;
    let pick = |vietnamese, english| if vi { vietnamese } else { english };
    let line = |name, vietnamese, english, value| Line { name, label: pick(vietnamese, english), value };
    let desk = &status.desk;
    let minutes = |ms: i64| format!("{}:{:02}", ms / 60_000, ms / 1000 % 60);
    let on_air = desk.on_air.as_ref().map_or_else(
        || pick("không phát gì", "nothing").to_owned(),
        |item| {
            let planned = item.planned_ms.map_or_else(|| "?".to_owned(), minutes);
            format!("{} ({}/{planned})", item.title.as_deref().unwrap_or("?"), minutes(item.aired_ms))
        },
    );
    let device = match (&desk.device, &desk.device_lost) {
        (Some(device), _) => device.clone(),
        (None, Some(why)) => format!("{}: {}", pick("KHÔNG CÓ", "NONE"), language.device_lost(why)),
        (None, None) => pick("đang mở", "opening").to_owned(),
    };
    let level = match status.level_dbfs {
        None => pick("không đo được", "not measured").to_owned(),
        Some(-120) => pick("im lặng", "silence").to_owned(),
        Some(level) => format!("{level} dBFS"),
    };
    let mut lines = vec![
        line("station", "đài", "station", desk.station.clone()),
        line("time", "giờ", "time", desk.at.format("%Y-%m-%d %H:%M:%S").to_string()),
        line("clock", "đồng hồ", "clock", language.clock(desk.clock).to_owned()),
        line("output", "đầu ra", "output", format!("{} ({device})", desk.output)),
        line("on_air", "đang phát", "on air", on_air),
        line("level", "mức âm thanh đo được", "measured level", level),
    ];
    let words = |at: &chrono::DateTime<chrono::FixedOffset>| at.format("%Y-%m-%d %H:%M:%S").to_string();
    let advice = desk.clock_behind.map(|log| {
        let log = (log > WRITTEN).then(|| words(&log));
        language.clock_advice(&words(&desk.at), log.as_deref())
    });
    lines.extend(advice.map(|advice| line("to_do", "cần làm", "to do", advice)));
    let alarm = |alarm: &Alarm| line("alarm", "báo động", "alarm", alarm.say(language));
    if status.device_errors > 0 {
        lines.push(line(
            "device_errors",
            "lỗi trình điều khiển âm thanh",
            "sound driver errors",
            status.device_errors.to_string(),
        ));
    }
    lines.extend(status.alarms.iter().map(alarm));
    lines.extend(desk.waiting.iter().map(|title| line("waiting", "chờ phát", "waiting", title.clone())));
    let next =
        desk.next.iter().map(|next| format!("{}  {}", next.scheduled_at.format("%Y-%m-%d %H:%M:%S"), next.title));
    lines.extend(next.map(|text| line("next", "sắp tới", "next", text)));
    lines.extend(told_of_next(status, language));
    let refused = status.real_time.iter().filter(|word| *word != "granted").cloned();
    lines.extend(refused.map(|word| line("real_time", "ưu tiên thời gian thực", "real-time scheduling", word)));
    lines.extend(told_of_log(status, language));
    lines.extend(status.backup.iter().map(|backup| line("backup", "sao lưu", "backup", told_of_backup(backup, vi))));
    lines.extend(status.problems.iter().map(|problem| line("problem", "lỗi", "problem", problem.clone())));
    lines
}

/// What the next programme will air as things stand, where it has bulletins, and what it will leave out.
fn told_of_next(status: &Status, language: Language) -> Vec<Line> {
    let vi = language == Language::Vi;
    let items = status.next_programme.iter().flat_map(|next| &next.items);
    let told = items.filter(|item| item.bulletin.is_some() || item.left_out.is_some()).map(|item| {
        let number = item.bulletin.map_or_else(String::new, |number| format!("{number}. "));
        let value = match (item.left_out, item.planned_ms) {
            (Some(reason), _) => format!("{number}{}: {}", item.title, language.reason(reason)),
            (None, Some(ms)) => format!("{number}{} ({}:{:02})", item.title, ms / 60_000, ms / 1000 % 60),
            (None, None) => format!("{number}{} (?)", item.title),
        };
        let (name, vietnamese, english) = match item.left_out {
            Some(_) => ("will_leave_out", "sẽ bỏ qua", "will leave out"),
            None => ("will_air", "sẽ phát", "will air"),
        };
        Line { name, label: if vi { vietnamese } else { english }, value }
    });
    told.collect()
}

/// How the log is; what is wrong with it is told whether or not something waits.
fn told_of_log(status: &Status, language: Language) -> Vec<Line> {
    let vi = language == Language::Vi;
    let line = |name, vietnamese, english, value| Line { name, label: if vi { vietnamese } else { english }, value };
    let mut lines = vec![line("log", "nhật ký", "log", status.log_head.clone())];
    let fingerprint = status.key_fingerprint.as_ref().and_then(|plain| plain.parse::<Fingerprint>().ok());
    let key = fingerprint
        .map(|known| line("key_fingerprint", "dấu vân tay khoá ký", "fingerprint of the key", known.to_string()));
    lines.extend(key);
    if status.log_waiting > 0 {
        lines.push(line("log_waiting", "bản ghi chờ lưu", "records waiting", status.log_waiting.to_string()));
    }
    if status.log_lost > 0 {
        lines.push(line("log_lost", "BẢN GHI ĐÃ MẤT", "RECORDS LOST", status.log_lost.to_string()));
    }
    let error = |error: &String| line("log_error", "lỗi nhật ký", "log error", error.clone());
    lines.extend(status.log_error.iter().map(error));
    let spill =
        |error: &String| line("spill_error", "mất điện sẽ mất bản ghi", "not safe from a power cut", error.clone());
    lines.extend(status.spill_error.iter().map(spill));
    let aside = status.log_moved_aside.iter().map(|path| path.display().to_string());
    lines.extend(
        aside.map(|path| line("log_moved_aside", "NHẬT KÝ CŨ BỊ HỎNG, GIỮ TẠI", "OLD LOG DAMAGED, KEPT AT", path)),
    );
    lines
}

/// The newest copies, where they are.
fn told_of_backup(backup: &BackupStatus, vi: bool) -> String {
    let (never, none) = if vi { ("đã tắt", "chưa có") } else { ("off", "none yet") };
    match (&backup.made_at, &backup.file) {
        (Some(at), Some(file)) => {
            let places: Vec<_> =
                [file].into_iter().chain(&backup.second).map(|path| path.display().to_string()).collect();
            format!("{} ({})", at.format("%Y-%m-%d %H:%M:%S"), places.join(", "))
        }
        _ if backup.is_on => none.to_owned(),
        _ => never.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_a_bulletin_and_a_path_is_a_file() {
        let number = |text: &str| number(Path::new(text)).map_err(|wrong| wrong.0);
        assert_eq!(
            (number("12"), number("./12"), number("12.mp3"), number("")),
            (Ok(Some(12)), Ok(None), Ok(None), Ok(None))
        );
        let wrong = "`0` is no number of a bulletin, and a file of that name is `./0`".to_owned();
        assert_eq!(number("0"), Err(wrong));
        assert!(number("99999999999999999999").is_err());
    }

    #[test]
    fn what_is_wrong_with_the_log_is_told_although_nothing_waits_and_by_the_same_names_in_both_languages() {
        let desk = serde_json::json!({
            "at": "2025-03-03T05:00:00+07:00", "station": "Đài", "output": "card", "device": "hw:0", "device_lost": null,
            "clock": "synchronised", "clock_behind": null, "on_air": null, "waiting": [], "next": [],
            "level_dbfs": -20, "device_errors": 4100, "log_waiting": 0, "log_lost": 3, "log_error": null, "spill_error": "disk full",
            "log_moved_aside": "/data/loa.db.damaged", "log_head": "5:ab", "backup": null, "alarms": [{"alarm": "disk_low", "free_mb": 10, "warn_free_mb": 200}],
            "problems": ["schedules/1.toml: bad"],
        });
        let status: Status = serde_json::from_value(desk).unwrap();
        let told = [Language::Vi, Language::En].map(|language| told(&status, language));
        let names = told.each_ref().map(|lines| lines.iter().map(|line| line.name).collect::<Vec<_>>());
        assert_eq!(names[0], names[1]);
        for (name, value) in [
            ("device_errors", "4100"),
            ("log_lost", "3"),
            ("spill_error", "disk full"),
            ("log_moved_aside", "/data/loa.db.damaged"),
        ] {
            assert!(told[0].iter().any(|line| line.name == name && line.value == value), "{name}");
        }
        assert!(names[0].iter().all(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')));
    }
}
