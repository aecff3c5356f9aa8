//! What `run` and `demo` print while the station works: one line per airing as it happens, in the station's language.
//!
//! In: notices of the station. Out: lines for people on stdout; what is wrong goes to stderr. Never decides anything.
//! Next: `station`.

use std::io::Write;

use chrono::{DateTime, Datelike, FixedOffset, SubsecRound as _};

use super::lines::{To, put};

use crate::airing::Airing;
use crate::desk::{SnapshotItem, SnapshotNext};
use crate::language::Language;
use crate::station::Notice;

/// Prints a notice. A terminal that has gone away stops the printing, never the station.
pub(super) fn print(notice: &Notice, language: Language) {
    let lines = match notice {
        Notice::Ready(next) => coming(next, language),
        Notice::Started(item) => vec![started(item, language)],
        Notice::Row(row) => vec![ended(row, language)],
        Notice::ProgrammeDone(_) => Vec::new(),
        _ => return complain(notice, language),
    };
    for line in lines {
        put(To::Out, format!("{line}\n").into_bytes());
    }
    if matches!(notice, Notice::Ready(_)) {
        put(To::Err, b"ready\n".to_vec());
    }
}

fn complain(notice: &Notice, language: Language) {
    let vi = language == Language::Vi;
    let mut err = Vec::new();
    let _ = match notice {
        Notice::Device(Ok(device)) if vi => writeln!(err, "thiết bị âm thanh đã mở: `{device}`"),
        Notice::Device(Ok(device)) => writeln!(err, "sound device open: `{device}`"),
        Notice::Device(Err(why)) if vi => {
            writeln!(err, "không có thiết bị âm thanh, sẽ thử lại liên tục: {}", language.device_lost(why))
        }
        Notice::Device(Err(why)) => writeln!(err, "no sound device, trying again: {why}"),
        Notice::Taken if vi => writeln!(err, "đã nhận lịch phát mới"),
        Notice::Taken => writeln!(err, "the new schedule is taken over"),
        Notice::Problems(problems) => {
            for problem in problems {
                let _ = writeln!(err, "{}", problem.render(language).trim_end());
            }
            if crate::problem::any_error(problems) { writeln!(err, "{}", language.last_good_stays()) } else { Ok(()) }
        }
        Notice::Alarm(alarm) if vi => writeln!(err, "báo động: {}", alarm.say(language)),
        Notice::Alarm(alarm) => writeln!(err, "alarm: {}", alarm.say(language)),
        Notice::AlarmOver(alarm) if vi => writeln!(err, "hết báo động: {}", alarm.say(language)),
        Notice::AlarmOver(alarm) => writeln!(err, "alarm over: {}", alarm.say(language)),
        Notice::Remark(remark) => writeln!(err, "{}", remark.say(language)),
        _ => Ok(()),
    };
    put(To::Err, err);
}

fn coming(next: &[SnapshotNext], language: Language) -> Vec<String> {
    let head = match (language, next.is_empty()) {
        (Language::Vi, true) => "Không có chương trình nào trong 36 giờ tới.",
        (Language::Vi, false) => "Các chương trình sắp phát:",
        (Language::En, true) => "No programme in the next 36 hours.",
        (Language::En, false) => "Next programmes:",
    };
    let each = next.iter().map(|next| format!("  {}  {}", day_and_time(&next.scheduled_at, language), next.title));
    std::iter::once(head.to_owned()).chain(each).collect()
}

fn started(item: &SnapshotItem, language: Language) -> String {
    let title = item.title.as_deref().unwrap_or("?");
    let word = if language == Language::Vi { "đang phát" } else { "on air" };
    let at = time(item.started_at);
    match &item.programme_title {
        Some(programme) => format!("{at}  {word}  {title}  ({programme})"),
        None => format!("{at}  {word}  {title}"),
    }
}

fn ended(row: &Airing, language: Language) -> String {
    let at = time(row.ended_at.unwrap_or(row.scheduled_at));
    let title = row.title.as_deref().or(row.note.as_deref()).unwrap_or("?");
    let aired = minutes(row.aired_ms);
    let word = row.outcome.map_or_else(|| language.kind(row.kind), |outcome| language.outcome(outcome));
    match row.reason {
        Some(reason) => format!("{at}  {word}  {title}  {aired}: {}", language.reason(reason)),
        None => format!("{at}  {word}  {title}  {aired}"),
    }
}

/// The time of day to the nearest millisecond: the log has the microseconds.
fn time(at: DateTime<FixedOffset>) -> String {
    at.round_subsecs(3).format("%H:%M:%S%.3f").to_string()
}

/// Milliseconds as minutes and seconds: `1:05`.
fn minutes(ms: i64) -> String {
    let seconds = ms / 1000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

fn day_and_time(at: &DateTime<FixedOffset>, language: Language) -> String {
    const VI: [&str; 7] = ["Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật"];
    match language {
        Language::Vi => {
            let weekday = VI[at.weekday().num_days_from_monday() as usize];
            format!("{weekday} {}", at.format("%d/%m/%Y %H:%M:%S"))
        }
        Language::En => at.format("%a %Y-%m-%d %H:%M:%S").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_rounded_not_cut() {
        let at = |text| time(DateTime::parse_from_rfc3339(text).unwrap());
        assert_eq!(at("2025-03-03T05:29:59.999992+07:00"), "05:30:00.000");
        assert_eq!(at("2025-03-03T05:29:59.999400+07:00"), "05:29:59.999");
    }
}
