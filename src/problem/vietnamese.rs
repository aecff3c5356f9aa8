//! Problems in Vietnamese, as operators see them.
//!
//! In: a typed reason. Out: a message and an advice. Keys, paths and words of the files stay as they are written there.
//! Must say every reason that `english` says. Next: `crate::config`.

use super::causes::vietnamese;
use super::english::listed;
use super::what::{
    AudioFault, AudioProblem, CronField, FileFault, FormFault, ProgrammeFault, ReadingFault, SettingFault, StartFault,
    TimetableFault, Type, What,
};
use super::{Said, bulletins, coming, days, evidence, queueing, reports, written};
use crate::language::Language;
use crate::schedule::text::span_text;

pub(super) fn say(what: &What) -> Said {
    match what {
        What::File(fault) => file(fault),
        What::Form(fault) => form(fault),
        What::Setting(fault) => setting(fault),
        What::Programme(fault) => programme(fault),
        What::Start(fault) => start(fault),
        What::Audio(problem) => audio(problem),
        What::Timetable(fault) => timetable(fault),
        What::Coming(fault) => coming::vietnamese(fault),
        What::Queue(fault) => queueing::vietnamese(fault),
        What::Text(fault) => written::text_vi(fault),
        What::Day(fault) => days::say_day(fault, Language::Vi),
        What::Session(fault) => days::say_session(fault, Language::Vi),
        What::Plan(fault) => written::plan_vi(fault),
        What::Reading(fault) => reading(fault),
        What::Bulletin(fault) => bulletins::say_vi(fault),
        What::Zone(fault) => evidence::zone_vi(fault),
        What::Activity(fault) => evidence::activity_vi(fault),
        What::Report(fault) => reports::say_report(fault, Language::Vi),
        What::Template(fault) => reports::say_template(fault, Language::Vi),
    }
}

fn file(fault: &FileFault) -> Said {
    match fault {
        FileFault::Missing => Said::with("không có tệp hoặc thư mục này", "lệnh `loa init` tạo một đài mới"),
        FileFault::IsFolder => Said::plain("đây là thư mục, đúng ra phải là tệp"),
        FileFault::NotAFolder => Said::plain("đây là tệp, đúng ra phải là thư mục"),
        FileFault::NotAFile => Said::plain("đây không phải là tệp thông thường"),
        FileFault::TooLarge(most) => Said::with("tệp văn bản quá lớn", format!("nhiều nhất {most} byte")),
        FileFault::Unreadable(why) => Said::plain(format!("không đọc được: {}", vietnamese(why))),
        FileFault::NotUtf8 => Said::with(
            "từ đây văn bản không phải là UTF-8",
            "hãy lưu tệp theo mã UTF-8; văn bản TCVN3 (ABC, .VnTime) hoặc VNI phải chuyển sang Unicode trước",
        ),
        FileFault::NulByte => Said::with("ở đây có byte 0", "tệp bị hỏng hoặc không phải văn bản; hãy soạn lại"),
        FileFault::LegacyFont(name) => {
            Said::with(format!("có vẻ là văn bản theo mã {name}"), "hãy chuyển sang Unicode trước, ví dụ bằng UniKey")
        }
        FileFault::NoProgramme => {
            Said::with("tệp này không có chương trình nào", "mỗi chương trình bắt đầu bằng `[[programme]]`")
        }
        FileFault::NoSchedules => Said::with("thư mục này không có lịch phát nào", "lịch phát là tệp `*.toml`"),
    }
}

fn form(fault: &FormFault) -> Said {
    match fault {
        FormFault::Syntax(why) => Said::plain(format!("sai cú pháp TOML: {why}")),
        FormFault::UnknownKey(key, known, near) => {
            Said::with(format!("không có khóa `{key}`"), meant(near.as_ref(), &listed(known)))
        }
        FormFault::MissingKey(key) => Said::plain(format!("ở đây thiếu khóa `{key}`")),
        FormFault::WrongType(key, expected, found) => {
            Said::plain(format!("`{key}` phải là {}, nhưng lại là {}", kind(*expected), kind(*found)))
        }
        FormFault::EmptyText(key) => Said::plain(format!("`{key}` đang để trống")),
        FormFault::ControlCharacter(key) => Said::plain(format!("`{key}` có dấu xuống dòng hoặc ký tự điều khiển")),
        FormFault::OutOfRange(key, found, least, most) => {
            Said::plain(format!("`{key}` là {found}, chỉ được từ {least} đến {most}"))
        }
        FormFault::UnknownWord(key, found, allowed, near) => {
            Said::with(format!("`{key}` không thể là `{found}`"), meant(near.as_ref(), &listed(allowed)))
        }
        FormFault::BadDate(key, found) => Said::with(
            format!("`{key}`: `{found}` không phải là ngày"),
            "hãy viết ngày có thật theo mẫu \"2025-03-01\"",
        ),
        FormFault::BadException(key, found) => Said::with(
            format!("`{key}`: `{found}` không phải là ngày, cũng không phải là giờ phát của một ngày"),
            "hãy viết ngày theo mẫu \"2025-03-01\", một buổi trong ngày theo mẫu \"2025-03-01T17:00\"",
        ),
        FormFault::BadId(found) => Said::with(
            format!("`{found}` không dùng làm mã được"),
            "mã gồm 1 đến 64 ký tự: a đến z, 0 đến 9, `-` và `_`",
        ),
        FormFault::Repeated(key, found) => Said::plain(format!("`{key}` ghi `{found}` hai lần")),
    }
}

fn setting(fault: &SettingFault) -> Said {
    match fault {
        SettingFault::UnknownTimezone(found, near) => Said::with(
            format!("không có múi giờ `{found}`"),
            meant(near.as_ref(), "tên múi giờ theo IANA, ví dụ `Asia/Ho_Chi_Minh`"),
        ),
        SettingFault::BadDevice(found) => Said::with(
            format!("`{found}` không phải là thiết bị"),
            "được ghi \"default\", \"silent\", \"wav:TỆP\" hoặc mã do lệnh `loa devices` liệt kê",
        ),
        SettingFault::BadTime(found) => Said::with(
            format!("`{found}` không phải là giờ trong ngày"),
            "hãy viết giờ và phút theo mẫu \"02:30\", hoặc \"off\" nếu không sao lưu",
        ),
        SettingFault::BadAddress(found) => Said::with(
            format!("`{found}` không phải là địa chỉ để mở trang điều hành"),
            "ghi \"127.0.0.1:8099\" nếu chỉ mở trên máy này, \"0.0.0.0:8099\" nếu mở cho cả mạng, hoặc \"off\" nếu không mở trang",
        ),
        SettingFault::DeviceDoesNotOpen(device, why) => Said::with(
            format!("không mở được thiết bị âm thanh `{device}`: {why}"),
            "`loa devices` liệt kê các thiết bị đang có; đài đang chạy có thể đang giữ thiết bị, thiết bị bị rút thì đài sẽ chờ",
        ),
        SettingFault::DefaultOfMany(cards) => Said::with(
            format!(
                "máy có {} card âm thanh ({}), `default` là card nào do hệ thống chọn",
                cards.len(),
                cards.join(", ")
            ),
            "hãy ghi đúng mã card của đài, xem bằng lệnh `loa devices`",
        ),
        SettingFault::DeviceByNumber(device) => Said::with(
            format!("`{device}` chỉ card bằng số thứ tự, lần khởi động sau số này có thể là card khác"),
            "hãy ghi card bằng tên hoặc bằng cổng cắm, xem bằng lệnh `loa devices`",
        ),
        SettingFault::DeviceHasTwin(device, name) => Said::with(
            format!("có hai card cùng loại (`{name}`): `{device}` là card nào còn tùy thứ tự máy nhận ra"),
            "hãy ghi card bằng cổng cắm, mã `alsa:by-path:...` trong `loa devices`",
        ),
        SettingFault::DataDirIsNoFolder(path) => Said::with(
            format!("chỗ của thư mục dữ liệu `{path}` là một tệp hoặc liên kết hỏng"),
            "hãy dời tệp đó đi, hoặc ghi `data_dir` khác",
        ),
        SettingFault::DataDirNotWritable(path) => Said::with(
            format!("người dùng này không được ghi vào thư mục dữ liệu `{path}`"),
            "đài phải chạy bằng người dùng có quyền ghi",
        ),
        SettingFault::NoSpeechProgram => Said::with(
            "`command` đang để trống",
            "hãy ghi chương trình đọc và các tham số, hoặc bỏ khóa này để dùng espeak-ng",
        ),
        SettingFault::NoSpeechFile(name) => Said::with(
            format!("lệnh đọc thiếu `{name}`"),
            "`{text}` là tệp văn bản cần đọc, `{wav}` là tệp âm thanh mà chương trình phải ghi ra",
        ),
        SettingFault::SpeechProgramMissing(program) => Said::with(
            format!("máy này không có chương trình đọc `{program}`"),
            "hãy cài chương trình đó, hoặc sửa `command`; trên Debian: `sudo apt install espeak-ng`",
        ),
        SettingFault::DuplicateZone(id, first) => Said::plain(format!("đã có cụm loa `{id}` tại {first}")),
    }
}

fn programme(fault: &ProgrammeFault) -> Said {
    match fault {
        ProgrammeFault::NoContent => Said::with(
            "mục này không nói phát gì",
            "hãy ghi một trong ba: `file = \"ten.opus\"`, `bulletin = 12` hoặc `queue = { up_to = \"15m\" }`",
        ),
        ProgrammeFault::SeveralContents => Said::with(
            "mục này có nhiều hơn một trong ba: `file`, `bulletin`, `queue`",
            "hãy ghi mỗi thứ thành một mục riêng",
        ),
        ProgrammeFault::BadUpTo(found) => Said::with(
            format!("`{found}` không phải là khoảng thời gian từ 1s đến 24h"),
            "hãy ghi tổng thời lượng tối đa của các tin bài lấy từ hàng chờ, ví dụ \"15m\", \"1h30m\", \"90s\"",
        ),
        ProgrammeFault::DuplicateProgramme(id, first) => {
            Said::with(format!("đã có chương trình `{id}` tại {first}"), "mỗi chương trình phải có mã riêng")
        }
        ProgrammeFault::DuplicateItem(id, first) => Said::with(
            format!("chương trình này đã có mục `{id}` tại {first}"),
            "mục không ghi `id` được gọi theo số thứ tự, tính từ 0",
        ),
        ProgrammeFault::BadWindow(found) => {
            Said::with(format!("`{found}` không phải là khoảng thời gian"), "hãy viết \"45m\", \"1h30m\" hoặc \"90s\"")
        }
        ProgrammeFault::WindowRange(found) => Said::plain(format!("khung giờ `{found}` không được, chỉ từ 1s đến 24h")),
        ProgrammeFault::TooManyStarts(most) => Said::with(
            format!("tính cả chương trình này, các chương trình bắt đầu hơn {most} lần mỗi ngày"),
            "trong sáu trường, trường đầu là giây: `0 0 5 * * *` là mỗi ngày một lần, `* * 5 * * *` là mỗi giây trong cả giờ",
        ),
        ProgrammeFault::FromAfterUntil(from, until) => {
            Said::plain(format!("ngày đầu {} sau ngày cuối {}", from.format("%d/%m/%Y"), until.format("%d/%m/%Y")))
        }
        ProgrammeFault::UnknownZone(found, known, near) => {
            Said::with(format!("không có cụm loa `{found}`"), meant(near.as_ref(), &listed(known)))
        }
        ProgrammeFault::FewerZones(missing) => Said::with(
            format!("chương trình bỏ sót {}", listed(missing)),
            "các cụm loa chưa có đầu ra riêng nên đều nghe mọi chương trình; hãy bỏ khóa `zones`",
        ),
        ProgrammeFault::UnknownTheme(found, known, near) => {
            Said::with(format!("không có nội dung tuyên truyền `{found}`"), meant(near.as_ref(), &listed(known)))
        }
        ProgrammeFault::NoItems => {
            Said::with("chương trình không có mục nào", "mỗi mục bắt đầu bằng `[[programme.item]]`")
        }
        ProgrammeFault::BadPath(found) => Said::with(
            format!("`{found}` không phải là đường dẫn trong `audio/`"),
            "hãy viết đường dẫn tính từ `audio/`, ngăn thư mục bằng `/`, không dùng `..`",
        ),
        ProgrammeFault::EmergencyPriority => Said::with(
            "chương trình không thể là khẩn cấp",
            "được ghi `ordinary`, `priority`; phát khẩn cấp bằng lệnh `loa air --emergency`",
        ),
    }
}

fn start(fault: &StartFault) -> Said {
    match fault {
        StartFault::FieldCount(found) => Said::with(
            format!("giờ bắt đầu phải có 5 đến 7 trường, ở đây có {found}"),
            "[giây] phút giờ ngày tháng thứ [năm], ví dụ \"0 5 * * Mon-Fri\"",
        ),
        StartFault::WeekdayNumber(found) => Said::with(
            format!("thứ `{found}` ghi bằng số, mỗi phần mềm cron hiểu số đó là một ngày khác nhau"),
            "hãy ghi tên, ví dụ `Mon-Sat` hoặc `Tue,Thu`",
        ),
        StartFault::Field(field, found) => {
            let (name, allowed) = cron_field(*field);
            Said::with(format!("`{found}` không phải là {name}"), format!("được ghi {allowed}"))
        }
        StartFault::Never => Said::plain("không có ngày nào hợp với giờ bắt đầu này"),
        StartFault::Past => Said::plain("giờ bắt đầu này chỉ hợp với những ngày đã qua"),
    }
}

fn audio(AudioProblem { file, fault, near }: &AudioProblem) -> Said {
    let message = match fault {
        AudioFault::Missing => format!("không có tệp `{file}` trong `audio/`"),
        AudioFault::IsFolder => format!("`{file}` là thư mục"),
        AudioFault::Unreadable(why) => format!("không đọc được `{file}`: {}", vietnamese(why)),
        AudioFault::Undecodable(why) => {
            format!("`{file}` không phải là tệp âm thanh giải mã được: {}", vietnamese(why))
        }
        AudioFault::Damaged(why) => format!("`{file}` bị hỏng: {}", vietnamese(why)),
    };
    Said { message, advice: near.as_ref().map(|near| format!("có phải là `{near}`?")) }
}

fn timetable(fault: &TimetableFault) -> Said {
    match fault {
        TimetableFault::TooLong(total_ms, window_ms) => Said::with(
            format!("các mục dài tổng cộng {}, khung giờ chỉ có {}", span_text(*total_ms), span_text(*window_ms)),
            "mục chưa bắt đầu khi hết khung giờ sẽ không phát",
        ),
        TimetableFault::Overlap(overlap) => Said::with(
            format!(
                "`{}` bắt đầu lúc {} trong khung giờ của `{}`, từ {} đến {}",
                overlap.programme,
                overlap.at.format("%T %d/%m/%Y (%:z)"),
                overlap.other,
                overlap.other_at.format("%T %d/%m/%Y"),
                overlap.other_ends_at.format("%T %d/%m/%Y"),
            ),
            format!("`{}` ở {}; hãy đổi giờ, khung giờ, ngày hoặc mức ưu tiên", overlap.other, overlap.other_place),
        ),
        TimetableFault::NoOccurrence(days) => {
            Said::plain(format!("trong {days} ngày tới chương trình không phát ngày nào"))
        }
        TimetableFault::NoSuchStart(start) => Said::with(
            format!("chương trình vốn không có buổi nào bắt đầu lúc {start}"),
            "hãy ghi đúng giờ phát mà `loa timetable` cho thấy, hoặc chỉ ghi ngày",
        ),
    }
}

fn reading(fault: &ReadingFault) -> Said {
    match fault {
        ReadingFault::BadWritten(found) => Said::with(
            format!("`{found}` không dùng làm chữ viết tắt được"),
            "chữ viết tắt không bắt đầu bằng chữ số, dấu câu hoặc dấu ngoặc",
        ),
        ReadingFault::NotSpeakable(found, odd) => Said::with(
            format!("trong cách đọc `{found}` có `{odd}` không đọc được"),
            "cách đọc chỉ gồm chữ cái, dấu cách, dấu phẩy và gạch nối; số phải viết bằng chữ",
        ),
        ReadingFault::Duplicate(found, first) => Said::plain(format!("đã có `{found}` tại {first}")),
        ReadingFault::EmptyCase => Said::with(
            "trường hợp này thiếu `before` và `after`",
            "hãy ghi những từ đứng trước (`before`) hoặc đứng sau (`after`), kể cả `<số>` và `<Tên>`",
        ),
    }
}

pub(super) fn meant(near: Option<&String>, allowed: &str) -> String {
    match near {
        Some(near) => format!("có phải là `{near}`? chỉ được ghi: {allowed}"),
        None => format!("chỉ được ghi: {allowed}"),
    }
}

const fn kind(of: Type) -> &'static str {
    match of {
        Type::Text => "chữ trong ngoặc kép",
        Type::Integer => "số nguyên",
        Type::Float => "số thập phân",
        Type::Flag => "`true` hoặc `false`",
        Type::Date => "ngày hoặc giờ",
        Type::List => "danh sách trong ngoặc vuông",
        Type::Table => "một bảng",
        Type::Tables => "các bảng trong hai ngoặc vuông",
    }
}

const fn cron_field(field: CronField) -> (&'static str, &'static str) {
    match field {
        CronField::Second => ("giây", "0 đến 59, `*`, danh sách `,`, khoảng `-`, bước `/`"),
        CronField::Minute => ("phút", "0 đến 59, `*`, danh sách `,`, khoảng `-`, bước `/`"),
        CronField::Hour => ("giờ", "0 đến 23, `*`, danh sách `,`, khoảng `-`, bước `/`"),
        CronField::Day => ("ngày trong tháng", "1 đến 31, `*`, `?`, danh sách `,`, khoảng `-`, bước `/`"),
        CronField::Month => ("tháng", "1 đến 12, `Jan` đến `Dec`, `*`, danh sách `,`, khoảng `-`, bước `/`"),
        CronField::Weekday => ("thứ", "`Sun` đến `Sat`, tuần bắt đầu từ Chủ nhật; `*`, `?`, danh sách `,`, khoảng `-`"),
        CronField::Year => ("năm", "1970 đến 2100, `*`, danh sách `,`, khoảng `-`, bước `/`"),
    }
}
