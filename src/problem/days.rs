//! What can be wrong with `schedules/days.toml` and with a programme by the rules of `[session]`, and its words.
//!
//! In: nothing, then a fault. Out: a message and an advice in English or Vietnamese; keys and words of the files stay as
//! they are written there. Must never hold a place: that is the problem's. Next: `crate::schedule::read_days`.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, Weekday, WeekdaySet};

use super::{Place, Said};
use crate::language::Language;
use crate::schedule::text::span_text;

/// What is wrong with an entry of `days.toml`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum DayFault {
    /// Neither `date`, `from` nor `lunar`.
    NoDate,
    /// More than one of them: those that are there.
    TwoDates(Vec<&'static str>),
    /// `from` or `until` without the other one: the key that is missing.
    HalfSpan(&'static str),
    /// More days than an entry may have: found, most.
    TooLong(i64, i64),
    /// More entries than so many.
    TooMany(usize),
    /// Not a day of the moon.
    BadLunar(String),
    /// A key that goes with `lunar` only.
    WithoutLunar(&'static str),
    /// Not a weekday or a range of them.
    BadWeekday(String),
    /// Both `air` and `silent`.
    AirAndSilent,
    /// A list that names nothing.
    EmptyList(&'static str),
    /// A programme that no file has: the key, the id, the one that was probably meant.
    UnknownProgramme(&'static str, String, Option<String>),
    /// The last day has passed.
    Past(NaiveDate),
    /// Meant to change something, and nothing changes.
    ChangesNothing,
    /// Another entry changes the timetable of the same day: the day, whether that one governs it, its title and place.
    Overlaps(NaiveDate, bool, String, Box<Place>),
    /// A special day takes the programme out: its id, the instant, the day's title.
    Silent(String, DateTime<FixedOffset>, String),
}

/// What is wrong by the rules of `[session]`, or with those rules themselves.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SessionFault {
    /// Not a time of day.
    BadTime(String),
    /// A ceiling outside 1 min to 24 h.
    CeilingRange(String),
    /// The earliest hour is not before the latest.
    NoHours(NaiveTime, NaiveTime),
    /// A programme's items last longer together than a session may; both in milliseconds.
    OverCeiling(i64, i64),
    /// A bulletin alone is longer than a session may be; both in milliseconds.
    BulletinOverCeiling(i64, i64),
    /// On a weekday that is not allowed, without a reason: the programme's id, the instant, the weekday as which it is
    /// judged, the days that are; 0 is Monday.
    Weekday(String, DateTime<FixedOffset>, u8, Vec<u8>),
    /// Starts before the earliest hour, without a reason.
    TooEarly(String, DateTime<FixedOffset>, NaiveTime),
    /// The window ends after the latest hour, without a reason.
    TooLate(String, DateTime<FixedOffset>, NaiveTime),
}

impl SessionFault {
    /// A weekday outside the allowed ones.
    #[must_use]
    pub fn weekday(programme: &str, at: DateTime<FixedOffset>, judged: Weekday, allowed: WeekdaySet) -> Self {
        let number = |day: Weekday| day.num_days_from_monday() as u8;
        let allowed = allowed.iter(Weekday::Mon).map(number).collect();
        Self::Weekday(programme.to_owned(), at, number(judged), allowed)
    }
}

pub(super) fn say_day(fault: &DayFault, language: Language) -> Said {
    match language {
        Language::En => day_in_english(fault),
        Language::Vi => day_in_vietnamese(fault),
    }
}

pub(super) fn say_session(fault: &SessionFault, language: Language) -> Said {
    match language {
        Language::En => session_in_english(fault),
        Language::Vi => session_in_vietnamese(fault),
    }
}

fn day_in_english(fault: &DayFault) -> Said {
    match fault {
        DayFault::NoDate => {
            Said::with("the entry has no day", "write `date`, or `from` and `until`, or `lunar = \"10/3\"`")
        }
        DayFault::TwoDates(keys) => {
            Said::with(format!("{} stand together", ticked(keys)), "write one of `date`, `from` and `until`, `lunar`")
        }
        DayFault::HalfSpan(missing) => {
            Said::with(format!("`{missing}` is missing"), "`from` and `until` go together; one day alone is `date`")
        }
        DayFault::TooLong(found, most) => {
            Said::plain(format!("the entry lasts {found} days, at most {most} are allowed"))
        }
        DayFault::TooMany(most) => Said::with(
            format!("more than {most} entries"),
            "days that have passed may go; what was taken over is remembered",
        ),
        DayFault::BadLunar(found) => Said::with(
            format!("`{found}` is no day of the moon"),
            "write day and month as \"10/3\": days are 1 to 30, months 1 to 12; a repeated month has no feasts",
        ),
        DayFault::WithoutLunar(key) => Said::with(
            format!("`{key}` goes with `lunar` only"),
            "for days of the sun's calendar write `from` and `until`",
        ),
        DayFault::BadWeekday(found) => Said::with(
            format!("`{found}` is no weekday"),
            "write names such as `Sat` or ranges such as `Mon-Fri`: Mon, Tue, Wed, Thu, Fri, Sat, Sun",
        ),
        DayFault::AirAndSilent => Said::with(
            "`air` and `silent` stand together",
            "`air` names the only programmes that air, `silent` those that do not; write one of them",
        ),
        DayFault::EmptyList(key) => {
            let advice = match *key {
                "air" | "silent" => "for a day on which nothing airs write `silent = \"all\"`",
                _ => "without the key all are meant",
            };
            Said::with(format!("`{key}` names nothing"), advice)
        }
        DayFault::UnknownProgramme(key, id, near) => Said {
            message: format!("`{key}`: there is no programme `{id}`"),
            advice: near.as_ref().map(|near| format!("did you mean `{near}`?")),
        },
        DayFault::Past(last) => Said::with(
            format!("the last day of this entry, {last}, has passed"),
            "if the year is mistyped correct it, else the entry may go",
        ),
        DayFault::ChangesNothing => Said::with(
            "this entry changes nothing in the coming year",
            "its programmes are not planned on these days, or no item has such a `genre`",
        ),
        DayFault::Overlaps(day, theirs, title, place) => Said::with(
            format!("{day} has another entry that changes the timetable: `{title}`, at {place}"),
            if *theirs { "that one governs the day" } else { "this one governs the day" },
        ),
        DayFault::Silent(id, at, title) => {
            Said::plain(format!("`{id}` does not air on {}: {title}", at.format("%F %R%:z")))
        }
    }
}

fn day_in_vietnamese(fault: &DayFault) -> Said {
    match fault {
        DayFault::NoDate => Said::with(
            "mục này không ghi ngày nào",
            "hãy ghi `date`, hoặc `from` và `until`, hoặc `lunar = \"10/3\"` (ngày/tháng âm lịch)",
        ),
        DayFault::TwoDates(keys) => Said::with(
            format!("ghi cùng lúc {}", ticked(keys)),
            "chỉ ghi một trong ba cách: `date`, `from` và `until`, hoặc `lunar`",
        ),
        DayFault::HalfSpan(missing) => {
            Said::with(format!("thiếu `{missing}`"), "`from` và `until` phải đi với nhau; chỉ một ngày thì ghi `date`")
        }
        DayFault::TooLong(found, most) => Said::plain(format!("mục này dài {found} ngày, nhiều nhất là {most} ngày")),
        DayFault::TooMany(most) => {
            Said::with(format!("có hơn {most} mục"), "những ngày đã qua có thể bỏ; đài vẫn nhớ những gì đã nhận")
        }
        DayFault::BadLunar(found) => Said::with(
            format!("`{found}` không phải là ngày âm lịch"),
            "hãy ghi ngày/tháng như \"10/3\": ngày 1 đến 30, tháng 1 đến 12; tháng nhuận không tính",
        ),
        DayFault::WithoutLunar(key) => {
            Said::with(format!("`{key}` chỉ đi với `lunar`"), "ngày dương lịch thì ghi `from` và `until`")
        }
        DayFault::BadWeekday(found) => Said::with(
            format!("`{found}` không phải là thứ trong tuần"),
            "viết tên như `Sat` hoặc khoảng như `Mon-Fri`: Mon (thứ Hai), Tue, Wed, Thu, Fri, Sat, Sun (Chủ nhật)",
        ),
        DayFault::AirAndSilent => Said::with(
            "ghi cả `air` lẫn `silent`",
            "`air` là chỉ phát những chương trình này, `silent` là không phát những chương trình này; chỉ ghi một thứ",
        ),
        DayFault::EmptyList(key) => {
            let advice = match *key {
                "air" | "silent" => "nếu cả ngày không phát gì thì ghi `silent = \"all\"`",
                _ => "không có khóa này nghĩa là tất cả",
            };
            Said::with(format!("`{key}` không ghi gì"), advice)
        }
        DayFault::UnknownProgramme(key, id, near) => Said {
            message: format!("`{key}`: không có chương trình `{id}`"),
            advice: near.as_ref().map(|near| format!("có phải là `{near}`?")),
        },
        DayFault::Past(last) => Said::with(
            format!("ngày cuối của mục này, {}, đã qua", date(*last)),
            "nếu gõ nhầm năm thì sửa lại, nếu không thì có thể bỏ mục này",
        ),
        DayFault::ChangesNothing => Said::with(
            "mục này không làm thay đổi gì trong một năm tới",
            "những ngày đó không có chương trình nào như vậy, hoặc không mục phát nào có `genre` như vậy",
        ),
        DayFault::Overlaps(day, theirs, title, place) => Said::with(
            format!("ngày {} còn một mục khác cũng thay đổi lịch phát: `{title}`, ở {place}", date(*day)),
            if *theirs { "mục kia có hiệu lực" } else { "mục này có hiệu lực" },
        ),
        DayFault::Silent(id, at, title) => Said::plain(format!("`{id}` không phát {}: {title}", moment(*at))),
    }
}

fn session_in_english(fault: &SessionFault) -> Said {
    let reason = "or write the reason in the programme: `why = \"...\"`; the rules stand in `[session]` of `loa.toml`";
    match fault {
        SessionFault::BadTime(found) => {
            Said::with(format!("`{found}` is no time of day"), "write hours and minutes as \"05:00\"")
        }
        SessionFault::CeilingRange(found) => {
            Said::plain(format!("a session of `{found}` is not allowed, only 1m to 24h"))
        }
        SessionFault::NoHours(earliest, latest) => Said::plain(format!(
            "`earliest` is {}, which is not before `latest`, {}",
            earliest.format("%R"),
            latest.format("%R")
        )),
        SessionFault::OverCeiling(length_ms, ceiling_ms) => Said::with(
            format!("the programme lasts {}, a session may last {}", span_text(*length_ms), span_text(*ceiling_ms)),
            "take items out; the ceiling is `[session] ceiling` of `loa.toml`",
        ),
        SessionFault::BulletinOverCeiling(length_ms, ceiling_ms) => Said::with(
            format!("the bulletin lasts {}, a session may last {}", span_text(*length_ms), span_text(*ceiling_ms)),
            "the ceiling is `[session] ceiling` of `loa.toml`",
        ),
        SessionFault::Weekday(id, at, judged, allowed) => Said::with(
            format!(
                "`{id}` airs on {}, a {}; sessions are on {}",
                at.format("%F"),
                weekday_in_english(*judged),
                each(allowed, weekday_in_english)
            ),
            format!("take the day out of `cron`, {reason}"),
        ),
        SessionFault::TooEarly(id, at, earliest) => Said::with(
            format!("`{id}` starts at {}, before {}", at.format("%F %R"), earliest.format("%R")),
            format!("start it later, {reason}"),
        ),
        SessionFault::TooLate(id, ends_at, latest) => Said::with(
            format!("the window of `{id}` closes at {}, after {}", ends_at.format("%F %R"), latest.format("%R")),
            format!("start it earlier, shorten the window, {reason}"),
        ),
    }
}

fn session_in_vietnamese(fault: &SessionFault) -> Said {
    let reason = "hoặc ghi lý do vào chương trình: `why = \"...\"`; quy định nằm ở phần `[session]` của `loa.toml`";
    match fault {
        SessionFault::BadTime(found) => {
            Said::with(format!("`{found}` không phải là giờ trong ngày"), "hãy viết giờ và phút theo mẫu \"05:00\"")
        }
        SessionFault::CeilingRange(found) => {
            Said::plain(format!("thời lượng buổi phát không thể là `{found}`, chỉ được từ 1m đến 24h"))
        }
        SessionFault::NoHours(earliest, latest) => Said::plain(format!(
            "`earliest` là {}, không trước `latest` là {}",
            earliest.format("%R"),
            latest.format("%R")
        )),
        SessionFault::OverCeiling(length_ms, ceiling_ms) => Said::with(
            format!("chương trình dài {}, mỗi buổi chỉ được {}", span_text(*length_ms), span_text(*ceiling_ms)),
            "hãy bớt mục; mức trần là `[session] ceiling` trong `loa.toml`",
        ),
        SessionFault::BulletinOverCeiling(length_ms, ceiling_ms) => Said::with(
            format!("tin bài dài {}, mỗi buổi chỉ được {}", span_text(*length_ms), span_text(*ceiling_ms)),
            "mức trần là `[session] ceiling` trong `loa.toml`",
        ),
        SessionFault::Weekday(id, at, judged, allowed) => Said::with(
            format!(
                "`{id}` phát ngày {}, là {}; chỉ được phát vào {}",
                date(at.date_naive()),
                weekday_in_vietnamese(*judged),
                each(allowed, weekday_in_vietnamese)
            ),
            format!("hãy bỏ ngày đó khỏi `cron`, {reason}"),
        ),
        SessionFault::TooEarly(id, at, earliest) => Said::with(
            format!("`{id}` bắt đầu {}, sớm hơn {}", moment(*at), earliest.format("%R")),
            format!("hãy cho bắt đầu muộn hơn, {reason}"),
        ),
        SessionFault::TooLate(id, ends_at, latest) => Said::with(
            format!("khung giờ của `{id}` hết {}, muộn hơn {}", moment(*ends_at), latest.format("%R")),
            format!("hãy cho bắt đầu sớm hơn, rút ngắn khung giờ, {reason}"),
        ),
    }
}

fn ticked(keys: &[&str]) -> String {
    super::english::listed(keys)
}

fn date(day: NaiveDate) -> String {
    day.format("%d/%m/%Y").to_string()
}

fn moment(at: DateTime<FixedOffset>) -> String {
    format!("lúc {} ngày {}", at.format("%R"), date(at.date_naive()))
}

fn each(weekdays: &[u8], name: fn(u8) -> &'static str) -> String {
    weekdays.iter().map(|day| name(*day)).collect::<Vec<_>>().join(", ")
}

fn weekday_in_english(from_monday: u8) -> &'static str {
    const NAMES: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    NAMES[usize::from(from_monday) % 7]
}

fn weekday_in_vietnamese(from_monday: u8) -> &'static str {
    const NAMES: [&str; 7] = ["thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"];
    NAMES[usize::from(from_monday) % 7]
}
