//! Alarms as the page says them: what is wrong, and what a person without training can do about it.
//!
//! In: an alarm of the station. Out: two sentences, without commands of a terminal, in both languages. What the command line
//! says of the same alarm is in `alarm`. Next: `today`.

use chrono::{DateTime, FixedOffset};

use crate::alarm::Alarm;
use crate::backup::BackupAlarm;
use crate::language::Language;
use crate::problem::causes::vietnamese as vietnamese_cause;
use crate::web::layout::sentence;

/// What is wrong, and what to do.
pub(in crate::web) fn say(alarm: &Alarm, language: Language) -> (String, String) {
    match language {
        Language::Vi => vietnamese(alarm),
        Language::En => english(alarm),
    }
}

/// Rows that the log had to give up.
pub(in crate::web) fn records_lost(lost: u64, language: Language) -> (String, String) {
    match language {
        Language::Vi => (
            format!("Nhật ký đã mất {lost} bản ghi"),
            "Hãy ghi lại bằng tay những gì đã phát và báo kỹ thuật viên kiểm tra ổ đĩa.".to_owned(),
        ),
        Language::En => (
            format!("The log has lost {lost} records"),
            "Write down by hand what has aired, and have the technician look at the disk.".to_owned(),
        ),
    }
}

fn vietnamese(alarm: &Alarm) -> (String, String) {
    let when = |at: &DateTime<FixedOffset>| at.format("%H:%M ngày %d/%m").to_string();
    let (what, to_do) = match alarm {
        Alarm::NoSound { title } => (
            format!("Không có tiếng: đang phát “{}” nhưng tín hiệu ra im lặng", title.as_deref().unwrap_or("?")),
            "Nghe thử âm thanh của mục này. Nếu tệp không có tiếng, bấm “Bỏ qua mục”. Nếu tệp vẫn có tiếng, báo kỹ thuật viên.",
        ),
        Alarm::DeviceMissing { why } => (
            format!("Không có thiết bị âm thanh, đài không phát được ({})", Language::Vi.device_lost(why)),
            "Kiểm tra dây cắm và nguồn điện của card âm thanh, rút ra cắm lại. Đài tự phát tiếp ngay khi có thiết bị.",
        ),
        Alarm::ClockUntrusted { clock, .. } => (
            format!("Đồng hồ máy sai (đang chỉ {clock}), các buổi phát theo lịch chưa phát"),
            "Chỉnh lại ngày giờ của máy hoặc cắm mạng rồi chờ vài phút. Phát ngay và Khẩn cấp vẫn dùng được.",
        ),
        Alarm::DiskLow { free_mb, .. } => (
            format!("Ổ đĩa sắp đầy: chỉ còn trống {free_mb} MB"),
            "Xóa bớt tệp không cần đến trên máy, hoặc báo kỹ thuật viên thay ổ lớn hơn. Đài vẫn phát.",
        ),
        Alarm::DiskUnknown { why } => {
            (format!("Không xem được ổ đĩa ({})", vietnamese_cause(why)), "Báo kỹ thuật viên kiểm tra ổ đĩa.")
        }
        Alarm::LogWaits { why } => (
            format!("Nhật ký chưa ghi được vào cơ sở dữ liệu ({})", vietnamese_cause(why)),
            "Đừng tắt máy: bản ghi đang được giữ để ghi sau. Báo kỹ thuật viên kiểm tra ổ đĩa. Đài vẫn phát.",
        ),
        Alarm::PageShut { address, why } => (
            format!("Không mở được trang điều hành ở {address} ({})", vietnamese_cause(why)),
            "Báo kỹ thuật viên xem lại địa chỉ của trang trong phần cài đặt. Đài vẫn phát.",
        ),
        Alarm::PageWithoutAccounts { address } => (
            format!("Chưa mở trang điều hành ở {address} vì chưa có tài khoản nào"),
            "Kỹ thuật viên tạo tài khoản bằng `loa user add`. Đài vẫn phát.",
        ),
        Alarm::QueueEmpty { programme, at } => (
            format!("Hàng chờ trống: “{programme}” lúc {} chưa có tin bài để phát", when(at)),
            "Vào trang Tin bài xếp tin bài đã duyệt vào hàng chờ, chậm nhất một phút trước giờ phát.",
        ),
        Alarm::NotApproved { programme, at, items } => (
            format!("“{programme}” lúc {} sẽ bỏ qua nội dung chưa duyệt: {}", when(at), items.join(", ")),
            "Nhờ người duyệt vào trang Duyệt trước giờ phát.",
        ),
        Alarm::OutputMuted { .. } => (
            "Card âm thanh đang bị tắt tiếng, ngoài loa không nghe thấy gì".to_owned(),
            "Bật tiếng lại trong phần âm thanh của máy, hoặc nút trên card; xem trang Hệ thống.",
        ),
        Alarm::OutputVolumeZero { .. } => (
            "Âm lượng của card âm thanh đang ở mức 0, ngoài loa không nghe thấy gì".to_owned(),
            "Tăng âm lượng trong phần âm thanh của máy, hoặc núm trên card; xem trang Hệ thống.",
        ),
        Alarm::OtherCard { first, found, .. } => (
            format!("Đài không phát vì card âm thanh đã đổi từ “{first}” sang “{found}”"),
            "Cắm lại card cũ. Nếu card mới là đúng, báo kỹ thuật viên chọn lại card ở trang Hệ thống.",
        ),
        Alarm::Backup(backup) => {
            return (
                of_backup(backup, Language::Vi),
                "Xem mục Sao lưu ở trang Hệ thống; báo kỹ thuật viên.".to_owned(),
            );
        }
    };
    (what, to_do.to_owned())
}

fn english(alarm: &Alarm) -> (String, String) {
    let when = |at: &DateTime<FixedOffset>| at.format("%H:%M on %-d %b").to_string();
    let (what, to_do) = match alarm {
        Alarm::NoSound { title } => (
            format!("No sound: “{}” is on the air, and the output is silent", title.as_deref().unwrap_or("?")),
            "Listen to its sound. If the file is silent, press “Skip item”. If it is not, call the technician.",
        ),
        Alarm::DeviceMissing { why } => (
            format!("No sound device, nothing can air ({why})"),
            "Look at the cable and the power of the sound card, unplug it and plug it in again. The station goes on by itself.",
        ),
        Alarm::ClockUntrusted { clock, .. } => (
            format!("The clock is wrong (it says {clock}); programmes do not air"),
            "Set date and time of the machine, or connect the network and wait. Air now and Emergency work all the same.",
        ),
        Alarm::DiskLow { free_mb, .. } => (
            format!("The disk is nearly full: {free_mb} MB are free"),
            "Delete files that nobody needs, or call the technician for a larger disk. The broadcast goes on.",
        ),
        Alarm::DiskUnknown { why } => (format!("The disk cannot be looked at ({why})"), "Call the technician."),
        Alarm::LogWaits { why } => (
            format!("The database takes no records ({why})"),
            "Leave the machine on: the records wait. Have the technician look at the disk. The broadcast goes on.",
        ),
        Alarm::PageShut { address, why } => (
            format!("The page cannot be served at {address} ({why})"),
            "Have the technician look at its address in the settings. The broadcast goes on.",
        ),
        Alarm::PageWithoutAccounts { address } => (
            format!("The page is not served at {address}, since there is no account"),
            "The technician makes one with `loa user add`. The broadcast goes on.",
        ),
        Alarm::QueueEmpty { programme, at } => (
            format!("The queue is empty: “{programme}” at {} has no bulletin to air", when(at)),
            "Queue approved bulletins on the page Bulletins, a minute before it at the latest.",
        ),
        Alarm::NotApproved { programme, at, items } => (
            format!("“{programme}” at {} will leave out what is not approved: {}", when(at), items.join(", ")),
            "Ask the approver to look at the page Approval before then.",
        ),
        Alarm::OutputMuted { .. } => (
            "The sound card is muted; nothing is heard outside".to_owned(),
            "Switch its sound on in the settings of the machine or on the card; see the page System.",
        ),
        Alarm::OutputVolumeZero { .. } => (
            "The volume of the sound card is at zero; nothing is heard outside".to_owned(),
            "Raise it in the settings of the machine or on the card; see the page System.",
        ),
        Alarm::OtherCard { first, found, .. } => (
            format!("Nothing airs, since the sound card has changed from “{first}” to “{found}”"),
            "Plug in the old card. If the new one is right, the technician chooses it on the page System.",
        ),
        Alarm::Backup(backup) => {
            return (of_backup(backup, Language::En), "See Backup on the page System; call the technician.".to_owned());
        }
    };
    (what, to_do.to_owned())
}

/// What the alarm itself says, to the technician.
fn of_backup(backup: &BackupAlarm, language: Language) -> String {
    sentence(&backup.say(language))
}
