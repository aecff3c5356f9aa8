//! Which settings stand together on the form, and what each is called and means, for people.
//!
//! In: nothing. Out: groups of fields with labels, units and plain explanations. The fields themselves are
//! `config::field::FIELDS`; a test holds both against each other. Next: `form`.

/// Settings that stand together.
pub(super) struct Group {
    /// Its anchor.
    pub(super) id: &'static str,
    pub(super) vi: &'static str,
    pub(super) en: &'static str,
    pub(super) fields: &'static [Words],
}

/// A setting in words.
pub(super) struct Words {
    /// As `Field::name`.
    pub(super) name: &'static str,
    pub(super) vi: &'static str,
    pub(super) en: &'static str,
    /// What it means, with its unit and what is usual.
    pub(super) hint_vi: &'static str,
    pub(super) hint_en: &'static str,
}

const fn words(
    name: &'static str,
    (vi, en): (&'static str, &'static str),
    hint_vi: &'static str,
    hint_en: &'static str,
) -> Words {
    Words { name, vi, en, hint_vi, hint_en }
}

pub(super) const GROUPS: [Group; 8] = [
    Group {
        id: "dai",
        vi: "Đài",
        en: "Station",
        fields: &[
            words(
                "station.name",
                ("Tên đài", "Name"),
                "Ghi vào từng dòng nhật ký từ nay về sau.",
                "Stands in every row of the log from now on.",
            ),
            words(
                "station.authority",
                ("Cơ quan quản lý", "Authority"),
                "Dùng ở đầu báo cáo. Để trống nếu không cần.",
                "Heads the reports; may be left empty.",
            ),
            words(
                "station.place",
                ("Địa danh", "Place"),
                "Đứng trước ngày tháng trong báo cáo, ví dụ: Thanh Đa.",
                "Before the date of reports.",
            ),
            words(
                "language",
                ("Ngôn ngữ của đài", "Language"),
                "Dùng cho thông báo và báo cáo; mỗi người có thể đổi riêng trên trang.",
                "Of messages and reports; everybody may choose his own on the page.",
            ),
            words(
                "station.timezone",
                ("Múi giờ", "Time zone"),
                "Lịch phát theo giờ này. Ở Việt Nam là Asia/Ho_Chi_Minh.",
                "Schedules are in it; in Viet Nam it is Asia/Ho_Chi_Minh.",
            ),
        ],
    },
    Group {
        id: "am-thanh",
        vi: "Âm thanh",
        en: "Sound",
        fields: &[
            words(
                "output.device",
                ("Thiết bị phát", "Device"),
                "Chọn ở mục Âm thanh cho chắc. Đổi thiết bị phải khởi động lại đài.",
                "Better chosen under Sound. It takes a restart of the station.",
            ),
            words(
                "output.offset_us",
                ("Độ trễ riêng của card (phần triệu giây)", "Delay of the card (microseconds)"),
                "Đo bằng lệnh loa devices --calibrate; chưa đo thì để 0. Phải khởi động lại đài.",
                "Measured by loa devices --calibrate; 0 if not measured. It takes a restart.",
            ),
            words(
                "sound.gain",
                ("Tự chỉnh âm lượng từng bài cho đều nhau", "Even out the loudness of items"),
                "Nên bật: bài thu nhỏ được phát to lên, bài thu to được phát nhỏ lại.",
                "Better on: quiet recordings are raised, loud ones lowered.",
            ),
            words(
                "sound.target_lufs",
                ("Độ to chung (LUFS)", "Loudness (LUFS)"),
                "Từ -31 đến -8; càng gần 0 càng to. Thường dùng -16.",
                "-31 to -8; nearer to 0 is louder. Usual: -16.",
            ),
            words(
                "sound.peak_dbtp",
                ("Đỉnh cao nhất (dBTP)", "Highest peak (dBTP)"),
                "Từ -9 đến 0; -1 để loa không vỡ tiếng.",
                "-9 to 0; -1 keeps loudspeakers from distorting.",
            ),
            words(
                "sound.trim_silence",
                ("Bỏ bớt im lặng ở đầu và cuối bài", "Leave out silence at the ends"),
                "Bật thì đoạn im lặng dài quá 1 giây được cắt khi phát; tệp gốc giữ nguyên.",
                "Silence of more than 1 s is left out on the air; the file stays.",
            ),
            words(
                "emergency.tone_ms",
                ("Chuông báo trước tin khẩn cấp (phần nghìn giây)", "Tone before an emergency (milliseconds)"),
                "2000 là 2 giây; 0 là không có chuông.",
                "2000 is 2 seconds; 0 is none.",
            ),
        ],
    },
    Group {
        id: "duyet",
        vi: "Phê duyệt",
        en: "Approval",
        fields: &[
            words(
                "approval.required",
                ("Chỉ phát tin bài đã được duyệt", "Air only what was approved"),
                "Nên bật: tắt đi thì tin bài chưa ai duyệt cũng được phát.",
                "Better on: without it bulletins air that nobody has approved.",
            ),
            words(
                "approval.author_may_approve",
                ("Người viết được tự duyệt bài của mình", "Authors may approve their own"),
                "Tắt nếu xã quy định người viết và người duyệt là hai người khác nhau.",
                "Off if the commune wants two people for it.",
            ),
        ],
    },
    Group {
        id: "sao-luu",
        vi: "Ổ đĩa và sao lưu",
        en: "Disk and backup",
        fields: &[
            words(
                "disk.warn_free_mb",
                ("Báo động khi ổ đĩa còn dưới (MB)", "Alarm below (MB free)"),
                "0 là không báo. Thường để 200 trở lên.",
                "0 is never. Usual: 200 or more.",
            ),
            words(
                "backup.at",
                ("Giờ sao lưu hằng đêm", "Time of the nightly copy"),
                "Viết theo mẫu 02:30; \"off\" là không sao lưu.",
                "As 02:30; \"off\" is never.",
            ),
            words(
                "backup.keep",
                ("Giữ lại bao nhiêu bản", "Copies that are kept"),
                "Bản cũ nhất tự xóa khi quá số này. Thường để 14.",
                "The oldest go. Usual: 14.",
            ),
            words(
                "backup.folder",
                ("Thư mục sao lưu", "Folder of the copies"),
                "Để trống là data/backups. Thư mục khác phải có sẵn.",
                "Empty is data/backups. Another one must be there already.",
            ),
            words(
                "backup.also_to",
                ("Chép thêm một bản sang", "Second copy to"),
                "Thư mục trên USB hoặc ổ đĩa khác, ví dụ /media/usb/dai. Nên đặt, phòng khi hỏng ổ đĩa.",
                "A folder on a stick or another disk. Better set: disks break.",
            ),
        ],
    },
    Group {
        id: "quy-dinh",
        vi: "Quy định về buổi phát",
        en: "Rules of a session",
        fields: &[
            words(
                "session.ceiling",
                ("Mỗi buổi dài nhất", "Longest session"),
                "Ví dụ 45m hoặc 1h30m. Để trống là không giới hạn. Kiểm tra tệp sẽ báo khi lịch phát trái quy định.",
                "As 45m or 1h30m; empty is no limit. The check tells of schedules against it.",
            ),
            words(
                "session.weekdays",
                ("Thứ được phát", "Weekdays"),
                "Viết tắt tiếng Anh: Mon-Fri là thứ Hai đến thứ Sáu; Sat là thứ Bảy; Sun là Chủ nhật. Cách nhau bằng dấu cách.",
                "Mon-Fri, Sat, Sun, with blanks between them.",
            ),
            words(
                "session.earliest",
                ("Không bắt đầu sớm hơn", "Not before"),
                "Ví dụ 05:00. Để trống là không giới hạn.",
                "As 05:00; empty is no limit.",
            ),
            words(
                "session.latest",
                ("Không kết thúc muộn hơn", "Not after"),
                "Ví dụ 21:30. Để trống là không giới hạn.",
                "As 21:30; empty is no limit.",
            ),
        ],
    },
    Group {
        id: "bao-cao",
        vi: "Báo cáo",
        en: "Reports",
        fields: &[
            words(
                "report.calendar",
                ("Tháng báo cáo", "Months of reports"),
                "Tháng báo cáo chốt vào một ngày trong tháng; tháng dương lịch tính từ ngày 1 đến hết tháng.",
                "Reporting months close on a day; civil months are those of the calendar.",
            ),
            words(
                "report.closing_day",
                ("Ngày chốt số liệu", "Closing day"),
                "Theo Nghị định 09/2019/NĐ-CP là ngày 14. Chỉ dùng cho tháng báo cáo.",
                "14 by decree 09/2019/NĐ-CP; for reporting months only.",
            ),
            words(
                "report.csv_separator",
                ("Dấu ngăn cột trong tệp .csv", "Between fields of .csv"),
                "Excel tiếng Việt dùng dấu chấm phẩy.",
                "Excel in Vietnamese takes the semicolon.",
            ),
            words(
                "report.title",
                ("Trích yếu", "Title"),
                "Để trống là dùng lời có sẵn. {period} là kỳ báo cáo, {commune} là tên xã.",
                "Empty is the usual one. {period} and {commune} are filled in.",
            ),
        ],
    },
    Group {
        id: "doc",
        vi: "Máy đọc văn bản",
        en: "Speech",
        fields: &[
            words(
                "speech.limit_s",
                ("Đọc lâu nhất (giây)", "Longest (seconds)"),
                "Quá thời gian này thì dừng. Từ 1 đến 3600. Chương trình đọc chỉ đổi được trong tệp loa.toml, ngay tại máy phát.",
                "It is ended after this. 1 to 3600. The program itself is changed only in loa.toml, at the machine.",
            ),
            words(
                "speech.voice",
                ("Tên giọng đọc", "Name of the voice"),
                "Ghi vào nhật ký. Để trống là lấy tên chương trình đọc.",
                "Stands in the log. Empty is the program's name.",
            ),
        ],
    },
    Group {
        id: "trang",
        vi: "Trang điều hành",
        en: "This page",
        fields: &[words(
            "web.listen",
            ("Địa chỉ mở trang", "Address of the page"),
            "127.0.0.1:8099 là chỉ máy này mở được; 0.0.0.0:8099 là máy khác và điện thoại trong mạng cũng mở được (phải có tài khoản); \"off\" là không mở. Phải khởi động lại đài.",
            "127.0.0.1:8099 is this machine alone; 0.0.0.0:8099 is the whole network (accounts are needed); \"off\" is none. It takes a restart.",
        )],
    },
];

/// What a word of the file is called.
pub(super) const CHOICES: [(&str, &str, &str, &str); 9] = [
    ("language", "vi", "Tiếng Việt", "Vietnamese"),
    ("language", "en", "Tiếng Anh", "English"),
    ("report.calendar", "reporting", "Tháng báo cáo, chốt vào ngày dưới đây", "Reporting months"),
    ("report.calendar", "civil", "Tháng dương lịch", "Civil months"),
    ("report.csv_separator", ";", "Chấm phẩy ;", "Semicolon ;"),
    ("report.csv_separator", ",", "Phẩy ,", "Comma ,"),
    ("report.csv_separator", "tab", "Dấu tab", "Tab"),
    ("", "true", "Có", "Yes"),
    ("", "false", "Không", "No"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::field::{FIELDS, Kind};

    #[test]
    fn every_setting_of_the_form_has_its_words_and_no_other() {
        let mut told: Vec<_> =
            GROUPS.iter().flat_map(|group| group.fields).map(|words| words.name.to_owned()).collect();
        let mut known: Vec<_> = FIELDS.iter().map(crate::config::field::Field::name).collect();
        told.sort();
        known.sort();
        assert_eq!(told, known);
        for field in &FIELDS {
            let Kind::Choice(words) = field.kind else { continue };
            for word in words {
                assert!(CHOICES.iter().any(|(name, each, ..)| *name == field.name() && each == word), "{word}");
            }
        }
    }
}
