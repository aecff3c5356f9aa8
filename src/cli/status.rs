//! `loa status`: the state of a running station, for people and for programs.
//!
//! In: the station's answer over its socket. Out: lines in the order in which people ask, JSON, or CSV with the same names in
//! every language. It reads nothing else. Next: `control`.

use std::io::{self, Write};
use std::process::ExitCode;

use super::acts::{ask, fail};
use super::{ConfigChoice, Format};
use crate::alarm::Alarm;
use crate::clock::WRITTEN;
use crate::control::{Answer, BackupStatus, Order, Status};
use crate::language::Language;
use crate::signing::Fingerprint;

/// Arguments of `loa status`.
#[derive(Debug, clap::Args)]
pub struct StatusArgs {
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
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
