//! Problems of coming programmes and of bulletins in them, in both languages.
//!
//! In: a typed reason. Out: a message and an advice, as `english` and `vietnamese` give them for all other reasons. Next:
//! `english`.

use chrono::{DateTime, FixedOffset, NaiveDate};

use super::Said;
use crate::schedule::text::span_text;

/// What is wrong with what coming programmes would air, instants in the station's zone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ComingFault {
    /// There is no database yet that could tell.
    NoDatabase,
    /// It cannot be read; why.
    Unreadable(String),
    /// It is damaged, or lost though there was one; what was found.
    Damaged(String),
    /// A programme names a bulletin that is not there.
    NoBulletin(i64),
    /// It was refused or withdrawn: number, title.
    Refused(i64, String),
    /// It has no sound: number, title.
    NoSound(i64, String),
    /// The stored copy of its sound is lost: number, title, how.
    SoundLost(i64, String, Lost),
    /// A day outside the days on which it is valid: number, title, first and last day, that day.
    OutOfDate(i64, String, Option<NaiveDate>, Option<NaiveDate>, NaiveDate),
    /// Nobody has approved it: number, title, when it would air.
    BulletinNotApproved(i64, String, DateTime<FixedOffset>),
    /// Nobody has approved a file that carries themes: its name, when it would air.
    FileNotApproved(String, DateTime<FixedOffset>),
    /// Nothing can be drawn: the programme's id, when.
    QueueEmpty(String, DateTime<FixedOffset>),
    /// All items together, the window, both in milliseconds; when.
    TooLong(i64, i64, DateTime<FixedOffset>),
    /// An approval by telephone: number of the bulletin if it is known, who gave it, when.
    ByPhone(Option<i64>, String, DateTime<FixedOffset>),
}

/// How a stored copy is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lost {
    /// It is not there.
    Gone,
    /// It holds other bytes than were recorded, or cannot be read.
    Changed,
}

pub(super) fn english(fault: &ComingFault) -> Said {
    match fault {
        ComingFault::NoDatabase => Said::with(
            "the station has no database here yet: bulletins, approvals and the queue cannot be checked",
            "a station made by `loa init` has one; `loa bulletin add` makes one, and so does the first `loa run`",
        ),
        ComingFault::Unreadable(why) => Said::with(
            format!("bulletins, approvals and the queue cannot be checked: {why}"),
            "check as the user who runs the station, or as one of its group",
        ),
        ComingFault::Damaged(why) => Said::with(
            format!("bulletins, approvals and the queue cannot be checked: {why}"),
            "(re)start the station: it sets the database aside, keeps what can be read of it and says where; \
             `loa restore` brings a copy back",
        ),
        ComingFault::NoBulletin(number) => Said::with(
            format!("there is no bulletin {number}"),
            "`loa bulletin list` shows those there are; `loa bulletin add` makes one",
        ),
        ComingFault::Refused(number, title) => Said::with(
            format!("bulletin {number} (`{title}`) was refused or withdrawn and does not air"),
            format!("take it out, change it, or have it approved: `loa bulletin approve {number} --by NAME`"),
        ),
        ComingFault::NoSound(number, title) => Said::with(
            format!("bulletin {number} (`{title}`) has no sound yet"),
            format!("record it and add the file, or `loa bulletin speak {number}`"),
        ),
        ComingFault::SoundLost(number, title, how) => lost_english(*number, title, *how),
        ComingFault::OutOfDate(number, title, from, until, day) => Said::with(
            format!(
                "bulletin {number} (`{title}`) is not valid on {day}{}{}",
                from.map_or(String::new(), |from| format!(", only from {from}")),
                until.map_or(String::new(), |until| format!(", only until {until}")),
            ),
            "it airs all the same, because the programme names it: take it out, or change its days",
        ),
        ComingFault::BulletinNotApproved(number, title, at) => Said::with(
            format!("bulletin {number} (`{title}`) is not approved and will not air on {}", at.format("%F at %R")),
            format!("have it approved before: `loa bulletin approve {number} --by NAME`"),
        ),
        ComingFault::FileNotApproved(file, at) => Said::with(
            format!("`{file}` has themes, is not approved and will not air on {}", at.format("%F at %R")),
            format!("add it as a bulletin, `loa bulletin add audio/{file} ...`, and have that approved"),
        ),
        ComingFault::QueueEmpty(programme, at) => Said::with(
            format!("nothing in the queue fits this item of `{programme}` on {}", at.format("%F at %R")),
            "`loa queue add N` queues a bulletin; without one the programme goes on with its next item",
        ),
        ComingFault::TooLong(total_ms, window_ms, at) => Said::with(
            format!(
                "with its bulletins the programme lasts {} on {}, the window is {}",
                span_text(*total_ms),
                at.format("%F at %R"),
                span_text(*window_ms)
            ),
            "what has not started when the window closes does not air; a smaller `up_to` draws less",
        ),
        ComingFault::ByPhone(number, by, at) => Said::with(
            format!(
                "the approval {} by `{by}`, given by telephone on {}, is not confirmed yet",
                number.map_or_else(|| "of a bulletin".to_owned(), |number| format!("of bulletin {number}")),
                at.format("%F at %R")
            ),
            format!(
                "once it is signed: `loa bulletin approve {} --by NAME`",
                number.map_or_else(|| "N".to_owned(), |number| number.to_string())
            ),
        ),
    }
}

pub(super) fn vietnamese(fault: &ComingFault) -> Said {
    match fault {
        ComingFault::NoDatabase => Said::with(
            "đài chưa có cơ sở dữ liệu ở đây: chưa kiểm tra được tin bài, phê duyệt và hàng chờ",
            "đài tạo bằng `loa init` có sẵn; lệnh `loa bulletin add` hoặc lần chạy `loa run` đầu tiên cũng tạo ra",
        ),
        ComingFault::Unreadable(why) => Said::with(
            format!("không kiểm tra được tin bài, phê duyệt và hàng chờ: {why}"),
            "hãy kiểm tra bằng người dùng chạy đài hoặc người dùng cùng nhóm",
        ),
        ComingFault::Damaged(why) => Said::with(
            format!("không kiểm tra được tin bài, phê duyệt và hàng chờ: {why}"),
            "hãy khởi động lại đài: đài cất tệp hỏng sang bên, giữ lại những gì còn đọc được và cho biết ở đâu; \
             `loa restore` khôi phục bản sao lưu",
        ),
        ComingFault::NoBulletin(number) => Said::with(
            format!("không có tin bài số {number}"),
            "lệnh `loa bulletin list` liệt kê các tin bài; `loa bulletin add` thêm tin bài mới",
        ),
        ComingFault::Refused(number, title) => Said::with(
            format!("tin bài số {number} (`{title}`) đã bị từ chối hoặc thu hồi, không được phát"),
            format!("hãy bỏ ra, sửa lại, hoặc trình duyệt: `loa bulletin approve {number} --by TÊN`"),
        ),
        ComingFault::NoSound(number, title) => Said::with(
            format!("tin bài số {number} (`{title}`) chưa có âm thanh"),
            format!("hãy thu âm rồi thêm tệp, hoặc `loa bulletin speak {number}`"),
        ),
        ComingFault::SoundLost(number, title, how) => lost_vietnamese(*number, title, *how),
        ComingFault::OutOfDate(number, title, from, until, day) => {
            let from = from.map_or(String::new(), |from| format!(", chỉ từ ngày {}", date(from)));
            let until = until.map_or(String::new(), |until| format!(", chỉ đến hết ngày {}", date(until)));
            Said::with(
                format!("tin bài số {number} (`{title}`) không có hiệu lực vào ngày {}{from}{until}", date(*day)),
                "tin bài vẫn phát vì chương trình ghi rõ số: hãy bỏ ra, hoặc sửa thời hạn của tin bài",
            )
        }
        ComingFault::BulletinNotApproved(number, title, at) => Said::with(
            format!("tin bài số {number} (`{title}`) chưa được duyệt, sẽ không phát lúc {}", hour(at)),
            format!("hãy trình duyệt trước giờ phát: `loa bulletin approve {number} --by TÊN`"),
        ),
        ComingFault::FileNotApproved(file, at) => Said::with(
            format!("`{file}` có nội dung tuyên truyền, chưa được duyệt, sẽ không phát lúc {}", hour(at)),
            format!("hãy thêm thành tin bài, `loa bulletin add audio/{file} ...`, rồi trình duyệt"),
        ),
        ComingFault::QueueEmpty(programme, at) => Said::with(
            format!("hàng chờ không có tin bài nào hợp với mục này của `{programme}` lúc {}", hour(at)),
            "lệnh `loa queue add N` đưa tin bài vào hàng chờ; nếu không có, chương trình phát tiếp mục sau",
        ),
        ComingFault::TooLong(total_ms, window_ms, at) => Said::with(
            format!(
                "tính cả tin bài, chương trình lúc {} dài {}, khung giờ là {}",
                hour(at),
                span_text(*total_ms),
                span_text(*window_ms)
            ),
            "mục nào chưa bắt đầu khi hết khung giờ thì không phát; `up_to` nhỏ hơn thì lấy ít tin bài hơn",
        ),
        ComingFault::ByPhone(number, by, at) => Said::with(
            format!(
                "{} do `{by}` duyệt qua điện thoại lúc {}, chưa có xác nhận",
                number.map_or_else(|| "một tin bài".to_owned(), |number| format!("tin bài số {number}")),
                hour(at)
            ),
            format!(
                "khi đã ký phiếu duyệt: `loa bulletin approve {} --by TÊN`",
                number.map_or_else(|| "N".to_owned(), |number| number.to_string())
            ),
        ),
    }
}

fn lost_english(number: i64, title: &str, how: Lost) -> Said {
    let how = if how == Lost::Gone { "gone" } else { "damaged" };
    Said::with(
        format!("the stored sound of bulletin {number} (`{title}`) is {how}; it does not air"),
        format!("give the same file again, `loa bulletin change {number} FILE`: its approval stands"),
    )
}

fn lost_vietnamese(number: i64, title: &str, how: Lost) -> Said {
    let how = if how == Lost::Gone { "không còn" } else { "bị hỏng" };
    Said::with(
        format!("âm thanh đã lưu của tin bài số {number} (`{title}`) {how}, không phát được"),
        format!("hãy đưa lại đúng tệp cũ, `loa bulletin change {number} TỆP`: không phải duyệt lại"),
    )
}

fn date(day: NaiveDate) -> impl std::fmt::Display {
    day.format("%d/%m/%Y")
}

fn hour(at: &DateTime<FixedOffset>) -> impl std::fmt::Display {
    at.format("%H:%M ngày %d/%m/%Y")
}
