//! Problems of what is to become a bulletin, in both languages.
//!
//! In: a typed reason. Out: a message and an advice, as `english` and `vietnamese` give them for all other reasons. Next:
//! `english`.

use super::Said;
use super::what::BulletinFault;
use crate::language::Language;

pub(super) fn say_vi(fault: &BulletinFault) -> Said {
    match fault {
        BulletinFault::NoContent => Said::with(
            "tin bài chưa có tệp âm thanh, cũng chưa có văn bản",
            "hãy ghi tên tệp âm thanh, hoặc `--text TỆP` (trong bảng kê: `file` hoặc `text`)",
        ),
        BulletinFault::NoTheme => Said::with(
            "tin bài chưa có nội dung tuyên truyền",
            "hãy ghi ít nhất một nội dung từ ND1 đến ND8, nội dung chính đứng đầu",
        ),
        BulletinFault::NoLetter(field) => Said::plain(format!("`{field}` không có chữ nào")),
        BulletinFault::TooLong(field, found, most) => {
            Said::plain(format!("`{field}` dài {found} ký tự, chỉ được đến {most} ký tự"))
        }
        BulletinFault::EmptyText(file) => Said::plain(format!("văn bản `{file}` không có chữ nào")),
        BulletinFault::EmptyManifest => {
            Said::with("bảng kê không có tin bài nào", "mỗi tin bài bắt đầu bằng một dòng `[[bulletin]]`")
        }
        BulletinFault::Unfit(file, why) => Said::plain(format!("`{file}`: {}", why.say(Language::Vi))),
        BulletinFault::Doubt(file, what) => Said::plain(format!("`{file}`: {}", what.say(Language::Vi))),
        BulletinFault::SameTitle(title, numbers) => Said::with(
            format!("tiêu đề `{title}` đã có ở tin bài số {}", list(numbers)),
            "nếu là tin bài đó được sửa lại thì hãy dùng `loa bulletin change SỐ`",
        ),
    }
}

pub(super) fn say_en(fault: &BulletinFault) -> Said {
    match fault {
        BulletinFault::NoContent => Said::with(
            "the bulletin has neither a sound nor a text",
            "name an audio file, or `--text FILE` (in a manifest: `file` or `text`)",
        ),
        BulletinFault::NoTheme => {
            Said::with("the bulletin has no theme", "name at least one of ND1 to ND8, the main one first")
        }
        BulletinFault::NoLetter(field) => Said::plain(format!("`{field}` holds no letter")),
        BulletinFault::TooLong(field, found, most) => {
            Said::plain(format!("`{field}` is {found} characters long; at most {most} are allowed"))
        }
        BulletinFault::EmptyText(file) => Said::plain(format!("the text `{file}` holds no letter")),
        BulletinFault::EmptyManifest => {
            Said::with("no bulletin in the manifest", "each begins with a line `[[bulletin]]`")
        }
        BulletinFault::Unfit(file, why) => Said::plain(format!("`{file}`: {}", why.say(Language::En))),
        BulletinFault::Doubt(file, what) => Said::plain(format!("`{file}`: {}", what.say(Language::En))),
        BulletinFault::SameTitle(title, numbers) => Said::with(
            format!("the title `{title}` is that of bulletin {} already", list(numbers)),
            "if it is that one, changed, use `loa bulletin change N`",
        ),
    }
}

fn list(numbers: &[i64]) -> String {
    numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::{Doubt, Unfit};

    #[test]
    fn every_reason_is_said_in_both_languages() {
        let all = [
            BulletinFault::NoContent,
            BulletinFault::NoTheme,
            BulletinFault::NoLetter("--by".into()),
            BulletinFault::TooLong("--why".into(), 1001, 1000),
            BulletinFault::EmptyText("tin.txt".into()),
            BulletinFault::EmptyManifest,
            BulletinFault::Unfit("a.mp3".into(), Unfit::Silent),
            BulletinFault::Doubt("a.mp3".into(), Doubt::SameSound { bulletin: 3 }),
            BulletinFault::SameTitle("Tin".into(), vec![3, 4]),
        ];
        for fault in all {
            let (vi, en) = (say_vi(&fault), say_en(&fault));
            assert_ne!(vi, en, "{fault:?}");
            assert!(unicode_normalization::is_nfc(&vi.message), "{fault:?}");
            assert_eq!(vi.advice.is_some(), en.advice.is_some(), "{fault:?}");
        }
    }
}
