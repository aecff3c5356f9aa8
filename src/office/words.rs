//! What people read of bulletins and their register, in both languages, whichever way they ask.
//!
//! In: what was found. Out: a few words in the station's language; none of them names a command. Next: `crate::language`.

use crate::bulletin::Act;
use crate::language::Language;
use crate::problem::Problem;
use crate::problem::what::{BulletinFault, QueueFault, TextFault, What};
use crate::sound::Unfit;
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

/// A problem in a sentence for people who have never typed a command: what was found, and what to do if that is no command.
#[must_use]
pub fn plain(problem: &Problem, language: Language) -> String {
    let own = match &problem.what {
        What::Bulletin(fault) => of_bulletin(fault, language),
        What::Queue(QueueFault::WaitsAlready(entry, _)) => Some(match language {
            Language::Vi => {
                format!("tin bài này đang chờ phát rồi (mục {entry}); muốn xếp lại thì rút mục đó ra trước")
            }
            Language::En => {
                format!("the bulletin waits already (entry {entry}); to queue it anew, take that one out first")
            }
        }),
        _ => None,
    };
    let said = named(problem, language).say(language);
    let advice = said.advice.filter(|advice| !advice.contains('`'));
    let told = own.unwrap_or_else(|| match advice {
        Some(advice) => format!("{}; {advice}", said.message),
        None => said.message,
    });
    quoted(&told)
}

/// The text of a bulletin has no label of its own where it is read.
fn named(problem: &Problem, language: Language) -> Problem {
    let label = |found: &str| if found == "text" { language.pick("văn bản", "text") } else { found }.to_owned();
    let what = match &problem.what {
        What::Text(TextFault::Remark(found, remark)) => TextFault::Remark(label(found), remark.clone()).into(),
        What::Text(TextFault::Refused(found, refused)) => TextFault::Refused(label(found), refused.clone()).into(),
        other => other.clone(),
    };
    Problem { what, ..problem.clone() }
}

fn of_bulletin(fault: &BulletinFault, language: Language) -> Option<String> {
    let (vi, en) = match fault {
        BulletinFault::NoContent => (
            "tin bài chưa có âm thanh, cũng chưa có văn bản: hãy chọn tệp, ghi âm hoặc gõ văn bản",
            "the bulletin has neither a sound nor a text: choose a file, record, or type a text",
        ),
        BulletinFault::NoTheme => ("hãy chọn nội dung tuyên truyền chính", "choose the main theme"),
        BulletinFault::SameTitle(_, numbers) => {
            let numbers = numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
            return Some(match language {
                Language::Vi => format!(
                    "tiêu đề này đã có ở tin bài số {numbers}; nếu là tin bài đó được sửa lại thì hãy mở tin bài đó và bấm Sửa"
                ),
                Language::En => {
                    format!(
                        "bulletin {numbers} has this title already; if it is that one, changed, open it and press Change"
                    )
                }
            });
        }
        _ => return None,
    };
    Some(language.pick(vi, en).to_owned())
}

/// Why a file cannot be a bulletin, without the words of a decoder or of the operating system.
#[must_use]
pub fn unfit(why: &Unfit, language: Language) -> String {
    let (vi, en) = match why {
        Unfit::Undecodable(_) => (
            "tệp này không phải là âm thanh phát được; được nhận MP3, WAV, M4A, OGG, FLAC, một hoặc hai kênh, 8 đến 96 kHz",
            "this is no sound that can be played; MP3, WAV, M4A, OGG and FLAC of one or two channels, 8 to 96 kHz, are taken",
        ),
        Unfit::Damaged(_) => (
            "tệp âm thanh bị hỏng hoặc thiếu một phần; hãy chép lại tệp từ máy đã ghi, hoặc ghi âm lại",
            "the sound is damaged or a part of it is missing; copy the file again or record it anew",
        ),
        Unfit::Missing | Unfit::IsFolder | Unfit::Unreadable(_) | Unfit::Changed => (
            "máy phát thanh không đọc được tệp vừa gửi; hãy gửi lại",
            "the station cannot read the file that was sent; send it again",
        ),
        Unfit::DiskFull | Unfit::NotStored(_) => (
            "máy phát thanh không lưu được âm thanh, có thể ổ đĩa đã đầy; hãy báo kỹ thuật viên rồi gửi lại",
            "the station cannot store the sound, its disk may be full; tell the technician, then send it again",
        ),
        Unfit::TooShort(_) | Unfit::TooLong { .. } | Unfit::Silent | Unfit::TooLarge { .. } => {
            return quoted(&why.say(language));
        }
    };
    language.pick(vi, en).to_owned()
}

/// What stands between backticks is quoted as in a letter.
fn quoted(text: &str) -> String {
    let mut is_open = false;
    let quote = |each: char| match each {
        '`' => {
            is_open = !is_open;
            if is_open { '“' } else { '”' }
        }
        other => other,
    };
    text.chars().map(quote).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Severity;

    #[test]
    fn no_command_and_no_option_is_told_to_people_of_the_page() {
        let all: [What; 6] = [
            BulletinFault::NoContent.into(),
            BulletinFault::NoTheme.into(),
            BulletinFault::SameTitle("Tin".into(), vec![3, 4]).into(),
            QueueFault::WaitsAlready(3, None).into(),
            QueueFault::NotApproved(7).into(),
            QueueFault::NoQueueItem("toi".into()).into(),
        ];
        for what in all {
            let problem = Problem::typed(Severity::Error, what);
            for language in [Language::Vi, Language::En] {
                let told = plain(&problem, language);
                assert!(!told.contains("loa ") && !told.contains("--") && !told.contains('`'), "{told}");
            }
        }
        assert_eq!(quoted("a `b` c `d`"), "a “b” c “d”");
    }
}
