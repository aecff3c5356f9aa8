//! The names of acts, as people read them in the audit.
//!
//! In: the name of an act in the table of routes, `bulletin.approve`. Out: what was done, in words of the visitor's language. A
//! name that an older program wrote and this one does not know is shown as it is. Next: `audit`.

use crate::language::Language;

/// Every act of the table of routes, by its name, and its words.
const WORDS: [(&str, &str, &str); 48] = [
    ("account.add", "thêm tài khoản", "add an account"),
    ("account.change", "sửa tài khoản", "change an account"),
    ("account.first", "tạo tài khoản đầu tiên", "make the first account"),
    ("account.password", "đổi mật khẩu của mình", "change one's own password"),
    ("account.remove", "xóa tài khoản", "remove an account"),
    ("account.reset", "đặt lại mật khẩu", "reset a password"),
    ("activity.add", "ghi hoạt động", "record an activity"),
    ("activity.change", "sửa hoạt động", "change an activity"),
    ("activity.withdraw", "rút hoạt động", "withdraw an activity"),
    ("air.emergency", "phát khẩn cấp", "emergency"),
    ("air.now", "phát ngay", "air now"),
    ("air.skip", "bỏ qua mục đang phát", "skip what is on the air"),
    ("air.stop", "dừng phát", "stop"),
    ("air.tone", "phát âm thử", "test tone"),
    ("backup.make", "sao lưu", "make a copy"),
    ("bulletin.add", "ghi tin bài", "record a bulletin"),
    ("bulletin.approve", "duyệt tin bài", "approve a bulletin"),
    ("bulletin.change", "sửa tin bài", "change a bulletin"),
    ("bulletin.refuse", "từ chối tin bài", "refuse a bulletin"),
    ("bulletin.speak", "cho giọng máy đọc tin bài", "have a bulletin read by the machine voice"),
    ("bulletin.withdraw", "rút phê duyệt tin bài", "withdraw an approval"),
    ("days.change", "sửa ngày đặc biệt", "change the special days"),
    ("log.correct", "đính chính nhật ký phát", "correct a row of the log"),
    ("log.export", "xuất nhật ký phát", "export the log"),
    ("log.note", "ghi chú vào nhật ký phát", "note on a row of the log"),
    ("log.verify", "kiểm tra nhật ký phát", "prove the log"),
    ("occurrence.add", "thêm buổi phát", "add a one-off"),
    ("occurrence.skip", "bỏ một buổi phát", "leave out an occurrence"),
    ("programme.add", "thêm chương trình", "add a programme"),
    ("programme.change", "sửa chương trình", "change a programme"),
    ("queue.add", "xếp tin bài vào hàng chờ", "queue a bulletin"),
    ("queue.remove", "lấy tin bài khỏi hàng chờ", "take a bulletin out of the queue"),
    ("settings.change", "sửa cài đặt", "change the settings"),
    ("settings.zone", "sửa cụm loa", "change a zone"),
    ("settings.zone-add", "thêm cụm loa", "add a zone"),
    ("settings.zone-remove", "xóa cụm loa", "remove a zone"),
    ("sign-in", "đăng nhập", "sign in"),
    ("sign-out", "thoát", "sign out"),
    ("sign-out.everywhere", "thoát trên mọi máy", "sign out everywhere"),
    ("system.check", "kiểm tra tệp", "check the files"),
    ("system.restart", "khởi động lại đài", "restart the station"),
    ("system.verify", "kiểm tra nhật ký từ trang Hệ thống", "prove the log from System"),
    ("upload.check", "kiểm tra tệp gửi lên", "look into a sent file"),
    ("upload.forget", "bỏ tệp gửi lên", "drop a sent file"),
    ("upload.send", "gửi tệp lên", "send a file"),
    ("zone.broken", "báo cụm loa hỏng", "report a zone broken"),
    ("zone.repaired", "báo cụm loa đã sửa", "report a zone repaired"),
    ("zone.undo", "hủy ghi nhận cụm loa", "take back a report of a zone"),
];

/// The name of an act in words.
pub(super) fn words(act: &str, language: Language) -> &str {
    let known = WORDS.iter().find(|(each, ..)| *each == act);
    known.map_or(act, |(_, vi, en)| language.pick(*vi, *en))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::web::table;

    #[test]
    fn every_act_of_the_page_has_words_and_no_words_are_left_over() {
        let acts: BTreeSet<&str> = table().iter().map(|route| route.act).filter(|act| !act.is_empty()).collect();
        let told: BTreeSet<&str> = WORDS.iter().map(|(act, ..)| *act).collect();
        assert_eq!(told, acts);
        assert!(WORDS.is_sorted_by_key(|(act, ..)| *act));
        let vietnamese: BTreeSet<&str> = WORDS.iter().map(|(_, vi, _)| *vi).collect();
        assert_eq!(vietnamese.len(), WORDS.len(), "two acts read the same");
    }

    #[test]
    fn an_act_is_told_in_words_and_one_that_is_unknown_as_it_is() {
        assert_eq!(words("bulletin.approve", Language::Vi), "duyệt tin bài");
        assert_eq!(words("sign-in", Language::En), "sign in");
        assert_eq!(words("zone.paint", Language::Vi), "zone.paint");
    }
}
