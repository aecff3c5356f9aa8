//! The names of acts, as people read them in the audit.
//!
//! In: the name of an act in the table of routes, `bulletin.approve`. Out: words in the visitor's language: what it is about,
//! then what was done. A part that has no words here is shown as it is. Next: `audit`.

use crate::language::Language;

/// Parts of names, and their words.
const WORDS: [(&str, &str, &str); 62] = [
    ("account", "tài khoản", "account"),
    ("activity", "hoạt động", "activity"),
    ("add", "thêm", "add"),
    ("air", "phát ngay", "air now"),
    ("approval", "phê duyệt", "approval"),
    ("approve", "duyệt", "approve"),
    ("backup", "sao lưu", "backup"),
    ("broken", "báo hỏng", "broken"),
    ("bulletin", "tin bài", "bulletin"),
    ("bundle", "bộ tài liệu kiểm chứng", "bundle"),
    ("change", "sửa", "change"),
    ("check", "kiểm tra", "check"),
    ("correct", "đính chính", "correct"),
    ("correction", "đính chính", "correction"),
    ("create", "tạo", "create"),
    ("day", "ngày đặc biệt", "special day"),
    ("decide", "quyết định", "decide"),
    ("delete", "xóa", "delete"),
    ("duty", "trực", "duty"),
    ("edit", "sửa", "edit"),
    ("emergency", "khẩn cấp", "emergency"),
    ("everywhere", "trên mọi máy", "everywhere"),
    ("export", "xuất dữ liệu", "export"),
    ("extra", "buổi phát thêm", "one-off"),
    ("file", "tệp", "file"),
    ("first", "tạo đầu tiên", "first"),
    ("log", "nhật ký phát", "log"),
    ("logbook", "sổ nhật ký", "logbook"),
    ("make", "tạo", "make"),
    ("note", "ghi chú", "note"),
    ("now", "ngay", "now"),
    ("occurrence", "buổi phát", "occurrence"),
    ("password", "đổi mật khẩu", "change password"),
    ("plan", "kế hoạch", "plan"),
    ("programme", "chương trình", "programme"),
    ("queue", "hàng chờ", "queue"),
    ("record", "ghi âm", "record"),
    ("refuse", "từ chối", "refuse"),
    ("remark", "ghi chú", "remark"),
    ("remove", "xóa", "remove"),
    ("repaired", "báo đã sửa", "repaired"),
    ("report", "báo cáo", "report"),
    ("reset", "đặt lại", "reset"),
    ("restore", "khôi phục", "restore"),
    ("settings", "cài đặt", "settings"),
    ("sheet", "bảng lịch", "sheet"),
    ("sign-in", "đăng nhập", "sign in"),
    ("sign-out", "thoát", "sign out"),
    ("skip", "bỏ qua", "skip"),
    ("sound", "âm thanh", "sound"),
    ("speak", "máy đọc", "speak"),
    ("special", "ngày đặc biệt", "special day"),
    ("stop", "dừng", "stop"),
    ("test", "thử", "test"),
    ("text", "văn bản", "text"),
    ("timetable", "lịch phát", "timetable"),
    ("tone", "âm thử", "test tone"),
    ("undo", "hủy ghi nhận", "undo"),
    ("unskip", "không bỏ qua nữa", "unskip"),
    ("upload", "tải lên", "upload"),
    ("withdraw", "rút", "withdraw"),
    ("zone", "cụm loa", "zone"),
];

/// The name of an act in words.
pub(super) fn words(act: &str, language: Language) -> String {
    let word = |part: &str| {
        let known = WORDS.iter().find(|(each, ..)| *each == part);
        known.map_or_else(|| part.to_owned(), |(_, vi, en)| language.pick(*vi, *en).to_owned())
    };
    act.split('.').map(word).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_is_told_in_words_and_one_that_is_new_as_it_is() {
        assert_eq!(words("bulletin.approve", Language::Vi), "tin bài: duyệt");
        assert_eq!(words("sign-in", Language::En), "sign in");
        assert_eq!(words("zone.paint", Language::Vi), "cụm loa: paint");
        assert!(WORDS.is_sorted_by_key(|(part, ..)| *part));
    }
}
