//! What people read of bulletins and their register, in both languages, whichever way they ask.
//!
//! In: what was found. Out: a few words in the station's language; none of them names a command. Next: `crate::language`.

use crate::bulletin::Act;
use crate::language::Language;
use crate::store::{Card, RegisterError};

/// The state of a bulletin in a few words.
#[must_use]
pub fn state(language: Language, card: &Card) -> &'static str {
    let (vi, en) = match card.decided.as_ref().map(|decided| (decided.act, decided.by_phone)) {
        None => ("chờ duyệt", "waiting"),
        Some((Act::Approve, false)) => ("đã duyệt", "approved"),
        Some((Act::Approve, true)) => ("duyệt qua điện thoại, chưa xác nhận", "approved by phone, not confirmed"),
        Some((Act::Refuse, _)) => ("không duyệt", "refused"),
        Some((Act::Withdraw, _)) => ("đã rút", "withdrawn"),
    };
    language.pick(vi, en)
}

/// Why the database did not do what was asked, in Vietnamese; in English it says so itself.
#[must_use]
pub fn register_error(error: &RegisterError) -> String {
    match error {
        RegisterError::Busy(path) => {
            format!("`{}` đang được chương trình khác dùng; chưa ghi gì, hãy làm lại", path.display())
        }
        RegisterError::Damaged { path, why } => {
            let why = reason(why);
            format!("không dùng được `{}` ({why}); chưa ghi gì, hãy khởi động lại đài trước", path.display())
        }
        RegisterError::Unusable { path, why } => {
            format!("không dùng được `{}`: {}; chưa ghi gì", path.display(), reason(why))
        }
        RegisterError::Outdated(number) => {
            format!("tin bài số {number} vừa được người khác sửa; hãy xem lại rồi làm lại")
        }
        RegisterError::OutdatedActivity(number) => {
            format!("hoạt động số {number} vừa được người khác sửa; hãy xem lại rồi làm lại")
        }
    }
}

/// What SQLite and the system say most of a database; the rest stays as they say it.
fn reason(why: &str) -> &str {
    match why {
        "it is gone" => "tệp đã mất",
        "it is empty" => "tệp rỗng",
        "there is no such file" => "không có tệp này",
        "file is not a database" => "tệp không phải cơ sở dữ liệu",
        "database disk image is malformed" => "nội dung tệp bị hỏng",
        "the disk is full; make room" | "database or disk is full" => "ổ đĩa đã đầy, hãy dọn bớt",
        "disk I/O error" => "ổ đĩa báo lỗi đọc ghi",
        "attempt to write a readonly database" => "người dùng này không có quyền ghi",
        "unable to open database file" => "không mở được tệp",
        other => other,
    }
}
