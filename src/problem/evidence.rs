//! Problems of zones and of activities besides the air, in both languages.
//!
//! In: a typed reason. Out: a message and an advice, as `english` and `vietnamese` give them for all other reasons. Next:
//! `english`.

use chrono::{DateTime, FixedOffset, NaiveDate};

use super::causes::vietnamese;
use super::english::listed;
use super::{Said, english, vietnamese};
use crate::activity::Unfiled;

/// Why nothing is recorded of a zone, or what a person should know of one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ZoneFault {
    /// It is broken already: since when.
    BrokenAlready(String, DateTime<FixedOffset>),
    /// Nobody said that it is broken.
    WorksAlready(String),
    /// Something later was recorded of it: what was given, the number of that act and from when it holds.
    Before(String, DateTime<FixedOffset>, i64, DateTime<FixedOffset>),
    /// An instant that has not come yet.
    Future(DateTime<FixedOffset>),
    /// Now, by a clock that is not believed: what it shows, the time of the log's newest row.
    ClockBehind(DateTime<FixedOffset>, DateTime<FixedOffset>),
    /// No act has this number.
    NoSuchAct(i64),
    /// The act undoes another one itself.
    IsUndoing(i64),
    /// The act was undone: by which.
    UndoneAlready(i64, i64),
    /// The zone is broken now: its id, its name, since when.
    BrokenNow(String, String, DateTime<FixedOffset>),
}

/// What is wrong with what is to become an activity.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ActivityFault {
    /// No form or task of the plan: the code, the known ones, the one that was probably meant.
    UnknownCode(String, Vec<String>, Option<String>),
    /// What could be no code of any plan.
    BadCode(String),
    /// No channel of the plan: the code, the known ones, the one that was probably meant.
    UnknownChannel(String, Vec<String>, Option<String>),
    /// A channel that is heard: the code, those that are not.
    Audible(String, Vec<String>),
    /// A form that goes through channels, and none is named: the form, the channels.
    NoChannel(String, Vec<String>),
    /// A day that has not come yet.
    Future(NaiveDate),
    /// A day so long ago that the year must be mistyped.
    LongAgo(NaiveDate),
    /// First and last day the wrong way round.
    DateAfterUntil(NaiveDate, NaiveDate),
    /// No web address.
    BadLink(String),
    /// No bulletin has this number.
    NoBulletin(i64),
    /// A file that is not taken: its name and why.
    File(String, Unfiled),
    /// More files than one activity may have: found, at most.
    TooManyFiles(usize, usize),
    /// A file that the activity does not have: its name, those that it has.
    NoFile(String, Vec<String>),
    /// More than one file that a name or a hash fits: what was typed, the hashes and names of those files.
    SeveralFiles(String, Vec<String>),
    /// Other activities of the same day, code, channel and title.
    Same(Vec<i64>),
    /// A manifest without activities.
    EmptyManifest,
}

fn day_vi(day: NaiveDate) -> String {
    day.format("%d/%m/%Y").to_string()
}

fn minute_vi(at: &DateTime<FixedOffset>) -> String {
    at.format("%d/%m/%Y %H:%M").to_string()
}

fn minute_en(at: &DateTime<FixedOffset>) -> String {
    at.format("%Y-%m-%d %H:%M").to_string()
}

fn numbers(of: &[i64]) -> String {
    of.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")
}

pub(super) fn zone_vi(fault: &ZoneFault) -> Said {
    match fault {
        ZoneFault::BrokenAlready(zone, since) => Said::with(
            format!("cụm loa `{zone}` đã được ghi là hỏng từ {}", minute_vi(since)),
            "nếu ghi sai ngày thì hủy ghi nhận đó bằng `loa zone undo SỐ --by TÊN --why LÝ DO`, rồi ghi lại",
        ),
        ZoneFault::WorksAlready(zone) => Said::with(
            format!("cụm loa `{zone}` không có ghi nhận hỏng nào, không có gì để sửa"),
            "nếu trước đó loa đã hỏng thì ghi `loa zone broken` trước, với ngày bắt đầu hỏng",
        ),
        ZoneFault::Before(zone, at, seq, newest) => Said::with(
            format!(
                "{} ở trước ghi nhận số {seq} của cụm loa `{zone}`, có hiệu lực từ {}",
                minute_vi(at),
                minute_vi(newest)
            ),
            format!(
                "hãy ghi thời điểm sau đó; nếu ghi nhận số {seq} sai thì hủy trước bằng `loa zone undo {seq} --by TÊN --why LÝ DO`"
            ),
        ),
        ZoneFault::Future(at) => Said::plain(format!("{} còn chưa tới", minute_vi(at))),
        ZoneFault::ClockBehind(now, newest) => Said::with(
            format!(
                "đồng hồ máy đang là {}, trước dòng mới nhất của nhật ký ({}), nên không biết bây giờ là lúc nào",
                minute_vi(now),
                minute_vi(newest)
            ),
            "hãy chỉnh lại đồng hồ máy, hoặc ghi rõ thời điểm bằng `--since` (hỏng) hoặc `--on` (đã sửa)",
        ),
        ZoneFault::NoSuchAct(seq) => {
            Said::with(format!("không có ghi nhận số {seq}"), "`loa zone history` liệt kê các ghi nhận")
        }
        ZoneFault::IsUndoing(seq) => {
            Said::with(format!("ghi nhận số {seq} là việc hủy, không hủy lại được"), "hãy ghi nhận lại từ đầu")
        }
        ZoneFault::UndoneAlready(seq, by) => Said::plain(format!("ghi nhận số {seq} đã bị hủy bởi ghi nhận số {by}")),
        ZoneFault::BrokenNow(id, name, since) => Said::with(
            format!("cụm loa `{id}` ({name}) đang được ghi là hỏng từ {}", minute_vi(since)),
            format!("lượt phát không được tính cho cụm loa này; khi sửa xong hãy ghi `loa zone repaired {id}`"),
        ),
    }
}

pub(super) fn zone_en(fault: &ZoneFault) -> Said {
    match fault {
        ZoneFault::BrokenAlready(zone, since) => Said::with(
            format!("the zone `{zone}` is broken already, since {}", minute_en(since)),
            "if that day is wrong, undo the act with `loa zone undo SEQ --by NAME --why W` and record it anew",
        ),
        ZoneFault::WorksAlready(zone) => Said::with(
            format!("nobody said that the zone `{zone}` is broken: there is nothing to repair"),
            "if it was, record `loa zone broken` first, with the day since when",
        ),
        ZoneFault::Before(zone, at, seq, newest) => Said::with(
            format!(
                "{} is before act {seq} of the zone `{zone}`, which holds from {}",
                minute_en(at),
                minute_en(newest)
            ),
            format!(
                "name a later instant; if act {seq} is wrong, undo it first with `loa zone undo {seq} --by NAME --why W`"
            ),
        ),
        ZoneFault::Future(at) => Said::plain(format!("{} has not come yet", minute_en(at))),
        ZoneFault::ClockBehind(now, newest) => Said::with(
            format!(
                "the clock shows {}, before the newest row of the log ({}): nobody knows when now is",
                minute_en(now),
                minute_en(newest)
            ),
            "set the clock, or name the instant with `--since` (broken) or `--on` (repaired)",
        ),
        ZoneFault::NoSuchAct(seq) => {
            Said::with(format!("there is no act {seq}"), "`loa zone history` tells which there are")
        }
        ZoneFault::IsUndoing(seq) => {
            Said::with(format!("act {seq} undoes another one and cannot be undone"), "record what is so anew")
        }
        ZoneFault::UndoneAlready(seq, by) => Said::plain(format!("act {seq} was undone by act {by}")),
        ZoneFault::BrokenNow(id, name, since) => Said::with(
            format!("the zone `{id}` ({name}) is broken since {}", minute_en(since)),
            format!("no airing counts for it; when it is mended, record `loa zone repaired {id}`"),
        ),
    }
}

pub(super) fn activity_vi(fault: &ActivityFault) -> Said {
    match fault {
        ActivityFault::UnknownCode(found, known, near) => Said::with(
            format!("`{found}` không phải là hình thức hay nhiệm vụ của kế hoạch"),
            vietnamese::meant(near.as_ref(), &listed(known)),
        ),
        ActivityFault::BadCode(found) => Said::with(
            format!("`{found}` không dùng làm mã được"),
            "mã gồm 1 đến 16 ký tự: A đến Z, a đến z, 0 đến 9, `.`, `-` và `_`",
        ),
        ActivityFault::UnknownChannel(found, known, near) => Said::with(
            format!("`{found}` không phải là kênh của kế hoạch"),
            vietnamese::meant(near.as_ref(), &listed(known)),
        ),
        ActivityFault::Audible(found, others) => Said::with(
            format!("`{found}` là kênh phát thanh: lượt phát đã có trong nhật ký phát sóng"),
            format!("hoạt động khác chỉ ghi các kênh {}", listed(others)),
        ),
        ActivityFault::NoChannel(code, channels) => Said::with(
            format!("hoạt động theo `{code}` chưa ghi kênh, nên không được tính cho kênh nào"),
            format!("các kênh: {}", listed(channels)),
        ),
        ActivityFault::Future(day) => {
            Said::with(format!("ngày {} còn chưa tới", day_vi(*day)), "chỉ ghi những việc đã làm")
        }
        ActivityFault::LongAgo(day) => {
            Said::with(format!("ngày {} quá xa, trước năm 2000", day_vi(*day)), "hãy xem lại năm")
        }
        ActivityFault::DateAfterUntil(from, until) => {
            Said::plain(format!("ngày đầu {} ở sau ngày cuối {}", day_vi(*from), day_vi(*until)))
        }
        ActivityFault::BadLink(found) => Said::with(
            format!("`{found}` không phải là đường dẫn"),
            "đường dẫn bắt đầu bằng http:// hoặc https://, có tên máy chủ và không có dấu cách",
        ),
        ActivityFault::NoBulletin(number) => {
            Said::with(format!("không có tin bài số {number}"), "`loa bulletin list` cho biết các tin bài đang có")
        }
        ActivityFault::File(file, why) => Said::plain(format!("`{file}`: {}", unfiled_vi(why))),
        ActivityFault::TooManyFiles(found, most) => {
            Said::plain(format!("có {found} tệp minh chứng, mỗi hoạt động chỉ được đến {most} tệp"))
        }
        ActivityFault::NoFile(name, has) => Said::with(
            format!("hoạt động không có tệp minh chứng `{name}`"),
            if has.is_empty() {
                "hoạt động chưa có tệp nào".to_owned()
            } else {
                format!("các tệp: {}", listed(has))
            },
        ),
        ActivityFault::SeveralFiles(typed, fits) => Said::with(
            format!("`{typed}` đúng với {} tệp của hoạt động", fits.len()),
            format!("hãy ghi phần đầu SHA-256 của tệp cần bỏ: {}", listed(fits)),
        ),
        ActivityFault::Same(of) => Said::with(
            format!("cùng ngày, cùng mã, cùng kênh, cùng tên với hoạt động số {}: có thể đã ghi hai lần", numbers(of)),
            "nếu ghi trùng thì rút bớt bằng `loa activity withdraw SỐ`",
        ),
        ActivityFault::EmptyManifest => {
            Said::with("bảng kê không có hoạt động nào", "mỗi hoạt động bắt đầu bằng một dòng `[[activity]]`")
        }
    }
}

pub(super) fn activity_en(fault: &ActivityFault) -> Said {
    match fault {
        ActivityFault::UnknownCode(found, known, near) => Said::with(
            format!("`{found}` is no form or task of the plan"),
            english::meant(near.as_ref(), &listed(known)),
        ),
        ActivityFault::BadCode(found) => {
            Said::with(format!("`{found}` is no code"), "a code is 1 to 16 of A to Z, a to z, 0 to 9, `.`, `-` and `_`")
        }
        ActivityFault::UnknownChannel(found, known, near) => {
            Said::with(format!("`{found}` is no channel of the plan"), english::meant(near.as_ref(), &listed(known)))
        }
        ActivityFault::Audible(found, others) => Said::with(
            format!("`{found}` is a channel of the air: airings stand in the log"),
            format!("other activities go through {}", listed(others)),
        ),
        ActivityFault::NoChannel(code, channels) => Said::with(
            format!("the activity of `{code}` names no channel and counts for none"),
            format!("the channels are {}", listed(channels)),
        ),
        ActivityFault::Future(day) => Said::with(format!("{day} has not come yet"), "only what was done is recorded"),
        ActivityFault::LongAgo(day) => Said::with(format!("{day} is before the year 2000"), "look at the year again"),
        ActivityFault::DateAfterUntil(from, until) => {
            Said::plain(format!("the first day {from} is after the last day {until}"))
        }
        ActivityFault::BadLink(found) => Said::with(
            format!("`{found}` is no web address"),
            "one begins with http:// or https://, names a server and holds no space",
        ),
        ActivityFault::NoBulletin(number) => {
            Said::with(format!("there is no bulletin {number}"), "`loa bulletin list` tells which there are")
        }
        ActivityFault::File(file, why) => Said::plain(format!("`{file}`: {}", unfiled_en(why))),
        ActivityFault::TooManyFiles(found, most) => {
            Said::plain(format!("{found} files of proof; one activity may have {most}"))
        }
        ActivityFault::NoFile(name, has) => Said::with(
            format!("the activity has no file `{name}`"),
            if has.is_empty() { "it has none yet".to_owned() } else { format!("its files: {}", listed(has)) },
        ),
        ActivityFault::SeveralFiles(typed, fits) => Said::with(
            format!("`{typed}` fits {} files of the activity", fits.len()),
            format!("name one by the beginning of its SHA-256: {}", listed(fits)),
        ),
        ActivityFault::Same(of) => Said::with(
            format!("activity {} has the same day, code, channel and title: perhaps it was entered twice", numbers(of)),
            "if so, withdraw one with `loa activity withdraw N`",
        ),
        ActivityFault::EmptyManifest => {
            Said::with("no activity in the manifest", "each begins with a line `[[activity]]`")
        }
    }
}

fn unfiled_vi(why: &Unfiled) -> String {
    match why {
        Unfiled::Missing => "không có tệp này".into(),
        Unfiled::IsFolder => "đây là thư mục, đúng ra phải là tệp".into(),
        Unfiled::NotAFile => "đây không phải là tệp thông thường".into(),
        Unfiled::Empty => "tệp rỗng, không chứng minh được gì".into(),
        Unfiled::TooLarge(bytes, most) => {
            format!(
                "tệp nặng {} MB, chỉ được nhận đến {} MB; hãy nén hoặc chia nhỏ",
                megabytes(*bytes),
                megabytes(*most)
            )
        }
        Unfiled::Changed => "tệp thay đổi trong lúc đang đọc; hãy chép xong rồi làm lại".into(),
        Unfiled::Unreadable(why) => format!("không đọc được tệp: {}", vietnamese(why)),
        Unfiled::DiskFull => "ổ đĩa chứa dữ liệu đã đầy; hãy xóa bớt tệp không cần đến rồi làm lại".into(),
        Unfiled::NotStored(why) => format!("không ghi được vào kho dữ liệu: {}", vietnamese(why)),
    }
}

fn unfiled_en(why: &Unfiled) -> String {
    match why {
        Unfiled::Missing => "there is no such file".into(),
        Unfiled::IsFolder => "a folder stands where a file should be".into(),
        Unfiled::NotAFile => "this is a pipe, a socket or a device, not a file".into(),
        Unfiled::Empty => "the file is empty and proves nothing".into(),
        Unfiled::TooLarge(bytes, most) => format!(
            "{} MB large, and at most {} MB are allowed; make it smaller or divide it",
            megabytes(*bytes),
            megabytes(*most)
        ),
        Unfiled::Changed => "it changed while it was read; finish copying it and try again".into(),
        Unfiled::Unreadable(why) => format!("cannot be read: {why}"),
        Unfiled::DiskFull => "the disk of the data folder is full; delete files that nobody needs and try again".into(),
        Unfiled::NotStored(why) => format!("the content store does not take it: {why}"),
    }
}

/// Megabytes of 1,000,000 bytes, rounded up, so that what is too large never looks as if it fitted.
const fn megabytes(bytes: u64) -> u64 {
    bytes.div_ceil(1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_said_in_both_languages() {
        let at = DateTime::parse_from_rfc3339("2025-03-03T05:00:00+07:00").unwrap();
        let (zone, day) = (|| "thon-1".to_owned(), at.date_naive());
        let list = || vec!["HT1".to_owned()];
        let zones = [
            ZoneFault::BrokenAlready(zone(), at),
            ZoneFault::WorksAlready(zone()),
            ZoneFault::Before(zone(), at, 3, at),
            ZoneFault::Future(at),
            ZoneFault::ClockBehind(at, at),
            ZoneFault::NoSuchAct(3),
            ZoneFault::IsUndoing(3),
            ZoneFault::UndoneAlready(3, 4),
            ZoneFault::BrokenNow(zone(), "Cụm loa thôn 1".into(), at),
        ];
        let why = [
            Unfiled::Missing,
            Unfiled::IsFolder,
            Unfiled::NotAFile,
            Unfiled::Empty,
            Unfiled::TooLarge(60_000_000, 50_000_000),
            Unfiled::Changed,
            Unfiled::Unreadable("x".into()),
            Unfiled::DiskFull,
            Unfiled::NotStored("x".into()),
        ];
        let activities = [
            ActivityFault::UnknownCode("HT9".into(), list(), None),
            ActivityFault::BadCode("HT 9".into()),
            ActivityFault::UnknownChannel("X".into(), list(), Some("FB".into())),
            ActivityFault::Audible("DAI".into(), list()),
            ActivityFault::NoChannel("HT1".into(), list()),
            ActivityFault::Future(day),
            ActivityFault::LongAgo(day),
            ActivityFault::SeveralFiles("a".into(), list()),
            ActivityFault::DateAfterUntil(day, day),
            ActivityFault::BadLink("a.vn".into()),
            ActivityFault::NoBulletin(9),
            ActivityFault::TooManyFiles(101, 100),
            ActivityFault::NoFile("a".into(), Vec::new()),
            ActivityFault::NoFile("a".into(), list()),
            ActivityFault::Same(vec![1, 2]),
            ActivityFault::EmptyManifest,
        ];
        let activities = activities.into_iter().chain(why.map(|why| ActivityFault::File("a.jpg".into(), why)));
        let said = zones.iter().map(|fault| (zone_vi(fault), zone_en(fault)));
        let said = said.chain(activities.map(|fault| (activity_vi(&fault), activity_en(&fault))));
        for (vi, en) in said {
            assert_ne!(vi, en);
            assert!(unicode_normalization::is_nfc(&vi.message), "{vi:?}");
            assert_eq!(vi.advice.is_some(), en.advice.is_some(), "{vi:?}");
        }
    }
}
