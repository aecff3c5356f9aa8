//! Causes that inner rooms and the operating system give in English, said in Vietnamese.
//!
//! In: a cause as it was found and stored: words of our decoders, of the file system, of SQLite. Out: the same in Vietnamese;
//! what is not known (the words of a driver or of a foreign decoder) stands as it is, in quotation marks. A test reads the
//! rooms that give causes, so that none is forgotten. Pure. Next: `vietnamese`.

/// Causes with a `{}` for each value, and their words; a pattern that holds another stands before it.
const KNOWN: &[(&str, &str)] = &[
    // the file system and the operating system
    (
        "a file, or a link that leads nowhere, stands where a folder should be; move it away or name another folder",
        "có một tệp (hoặc liên kết hỏng) nằm đúng chỗ của thư mục; hãy dời nó đi hoặc chọn thư mục khác",
    ),
    ("a folder stands where a file should be; move it away", "có một thư mục nằm đúng chỗ của tệp; hãy dời nó đi"),
    (
        "this user may not; act as the user to whom it belongs, or give this one the right",
        "người dùng này của máy không có quyền; hãy làm bằng người dùng có quyền, hoặc cấp quyền cho người dùng này",
    ),
    ("there is no such file or folder", "không có tệp hoặc thư mục ấy"),
    ("there is no such file", "không có tệp ấy"),
    ("no such file or directory", "không có tệp hoặc thư mục ấy"),
    ("the file system takes no changes: it is mounted read-only", "ổ đĩa đang ở chế độ chỉ đọc, không ghi được"),
    ("read-only file system", "ổ đĩa đang ở chế độ chỉ đọc, không ghi được"),
    ("the disk is full; make room", "ổ đĩa đã đầy; hãy dọn bớt"),
    ("no space left on device", "ổ đĩa đã đầy"),
    ("disk quota exceeded", "đã hết dung lượng được cấp"),
    ("permission denied", "không có quyền"),
    ("operation not permitted", "không được phép"),
    ("input/output error", "lỗi đọc ghi ổ đĩa, có thể ổ đĩa sắp hỏng"),
    ("address already in use", "cổng này đang có chương trình khác dùng"),
    ("cannot assign requested address", "máy này không có địa chỉ ấy"),
    ("device or resource busy", "thiết bị đang có chương trình khác dùng"),
    ("too many open files", "máy đang mở quá nhiều tệp"),
    ("too many levels of symbolic links", "liên kết trỏ vòng quanh"),
    ("is a directory", "là một thư mục"),
    ("a folder, not a file", "là thư mục, không phải tệp"),
    ("a device or pipe, not a file", "là thiết bị, không phải tệp"),
    ("it changed while it was read", "tệp bị sửa trong lúc đang đọc"),
    ("the content store does not take it: {}", "không ghi được vào kho âm thanh: {}"),
    (
        "its stored copy had lost its bytes and was removed; take the file in again",
        "bản đã lưu trong kho bị hỏng và đã được bỏ đi; hãy nhập lại tệp",
    ),
    // the database
    ("database is locked", "cơ sở dữ liệu đang có chương trình khác dùng"),
    ("database or disk is full", "ổ đĩa đã đầy"),
    ("attempt to write a readonly database", "cơ sở dữ liệu ở chế độ chỉ đọc"),
    ("database disk image is malformed", "tệp cơ sở dữ liệu bị hỏng"),
    ("file is not a database", "tệp không phải là cơ sở dữ liệu"),
    ("disk i/o error", "lỗi đọc ghi ổ đĩa"),
    // audio
    ("{}, in its header", "{}, ở phần đầu tệp"),
    ("{}, at {}", "{}, ở vị trí {}"),
    ("the file is empty", "tệp rỗng"),
    ("the file ends too early", "tệp bị cụt"),
    ("the file ends before its index, or lacks it", "tệp bị cụt, thiếu bảng chỉ mục"),
    ("the file ends before its samples begin", "tệp bị cụt trước phần âm thanh"),
    ("its end is missing: nothing says how long it should be", "thiếu phần cuối: không biết đáng lẽ dài bao nhiêu"),
    ("it ends after {} of {} declared", "chỉ có {} trong {} ghi ở đầu tệp"),
    ("it holds no audio", "không có âm thanh bên trong"),
    (
        "no audio of a kind that is played; it begins with `{}`",
        "không phải loại âm thanh phát được; tệp bắt đầu bằng `{}`",
    ),
    ("not supported ({})", "không hỗ trợ ({})"),
    ("over a limit of the decoder ({})", "vượt giới hạn của bộ giải mã ({})"),
    ("a second stream follows the first; one is allowed", "có hai luồng âm thanh nối nhau; chỉ được một"),
    ("it points to places outside of it", "tệp trỏ ra ngoài chính nó"),
    ("a rate of {} Hz; {} to {} are allowed", "tần số lấy mẫu {} Hz; chỉ được từ {} đến {}"),
    ("{} channels; 1 or 2 are allowed", "{} kênh; chỉ được 1 hoặc 2"),
    ("a packet of {} channels at {} Hz in audio of {} Hz", "có gói {} kênh, {} Hz lẫn trong âm thanh {} Hz"),
    ("a packet of more than a megabyte", "có gói dài quá một megabyte"),
    ("a packet of {} bytes", "có gói dài {} byte"),
    ("a sample that is no sound", "có mẫu không phải âm thanh"),
    ("longer than {} hours, which is not played", "dài hơn {} giờ, không phát"),
    ("the decoder breaks down on it", "bộ giải mã không đọc nổi tệp"),
    ("its samples disagree with its checksum", "âm thanh không khớp với mã kiểm tra trong tệp"),
    ("a page disagrees with its checksum", "có trang không khớp với mã kiểm tra"),
    ("a page of it is missing", "thiếu một trang dữ liệu"),
    ("between its pages are bytes that are no page", "có dữ liệu lạ giữa các trang"),
    ("its first page holds more than any encoder puts there", "trang đầu chứa nhiều hơn mọi bộ mã hóa"),
    ("its tables are larger than any encoder makes them", "bảng mã lớn hơn mọi bộ mã hóa tạo ra"),
    ("its head is not that of a FLAC file, or is cut off", "phần đầu không phải của tệp FLAC, hoặc bị cụt"),
    ("its head is not that of its kind, or is cut off", "phần đầu không đúng loại tệp, hoặc bị cụt"),
    ("its head is cut off", "phần đầu bị cụt"),
    ("its format is cut off", "phần mô tả định dạng bị cụt"),
    ("its table `{}` is missing or cut off", "bảng `{}` bị thiếu hoặc bị cụt"),
    ("an MP4 in fragments, which is not played", "tệp MP4 chia mảnh, không phát được"),
    ("an MP4 without sound", "tệp MP4 không có âm thanh"),
    ("an MP4 with `{}`; AAC is played", "tệp MP4 chứa `{}`; chỉ phát được AAC"),
    ("AAC of kind {}; kind 2 (AAC-LC) is played", "AAC loại {}; chỉ phát được loại 2 (AAC-LC)"),
    ("a RIFF file that is no WAVE", "tệp RIFF nhưng không phải WAVE"),
    ("a WAVE without its format", "tệp WAVE thiếu phần mô tả định dạng"),
    ("a WAVE of coding {} with {} bits, which is not played", "tệp WAVE mã {} với {} bit, không phát được"),
    (
        "an Ogg without Vorbis, Opus or FLAC, which is not played",
        "tệp Ogg không có Vorbis, Opus hay FLAC, không phát được",
    ),
    ("damaged: {}", "bị hỏng: {}"),
    ("cannot be read: {}", "không đọc được: {}"),
];

/// A cause in Vietnamese.
#[must_use]
pub fn vietnamese(cause: &str) -> String {
    let known = KNOWN.iter().find_map(|(english, vietnamese)| {
        let values = values(english, cause)?;
        // Of a cause within a cause only what is known is taken apart.
        let values: Vec<String> =
            values.into_iter().map(|value| said(value).unwrap_or_else(|| value.to_owned())).collect();
        Some(filled(vietnamese, &values))
    });
    known.unwrap_or_else(|| format!("“{cause}”"))
}

/// The words of a cause that is known as a whole.
fn said(cause: &str) -> Option<String> {
    let (_, vietnamese) = KNOWN.iter().find(|(english, _)| *english == cause)?;
    Some((*vietnamese).to_owned())
}

/// What stands for each `{}` of a pattern; `None` if the text is not of it. The shortest that fits, but for the last.
fn values<'a>(pattern: &str, text: &'a str) -> Option<Vec<&'a str>> {
    let mut parts = pattern.split("{}");
    let mut rest = text.strip_prefix(parts.next()?)?;
    let parts: Vec<&str> = parts.collect();
    let mut values = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let is_last = at + 1 == parts.len();
        let end = if is_last {
            rest.len().checked_sub(part.len()).filter(|end| rest.is_char_boundary(*end))?
        } else {
            rest.find(part)?
        };
        let (value, after) = rest.split_at(end);
        rest = after.strip_prefix(part)?;
        values.push(value);
    }
    rest.is_empty().then_some(values)
}

fn filled(pattern: &str, values: &[String]) -> String {
    let mut parts = pattern.split("{}");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for (part, value) in parts.zip(values) {
        text.push_str(value);
        text.push_str(part);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_carried_over_and_what_is_not_known_is_quoted() {
        assert_eq!(
            vietnamese("a rate of 4000 Hz; 8000 to 96000 are allowed"),
            "tần số lấy mẫu 4000 Hz; chỉ được từ 8000 đến 96000"
        );
        assert_eq!(vietnamese("it ends after 3.0 s of 9.5 s declared"), "chỉ có 3.0 s trong 9.5 s ghi ở đầu tệp");
        assert_eq!(vietnamese("the file ends too early, at 2.5 s"), "tệp bị cụt, ở vị trí 2.5 s");
        assert_eq!(vietnamese("cannot be read: permission denied"), "không đọc được: không có quyền");
        assert_eq!(vietnamese("mp3: invalid frame"), "“mp3: invalid frame”");
    }

    #[test]
    fn as_many_values_are_said_as_were_found() {
        for (english, vietnamese) in KNOWN {
            assert_eq!(english.matches("{}").count(), vietnamese.matches("{}").count(), "{english}");
        }
    }

    #[test]
    fn every_cause_that_our_rooms_give_has_its_words() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut seen = 0;
        let files = std::fs::read_dir(root.join("library")).unwrap().map(|entry| entry.unwrap().path());
        for path in files.filter(|path| path.extension().is_some_and(|it| it == "rs")) {
            let text = std::fs::read_to_string(&path).unwrap();
            let (code, _) = text.split_once("#[cfg(test)]").unwrap_or((&text, ""));
            for kind in ["Undecodable(", "Damaged(", "Spoilt(", "Unreadable("] {
                for after in code.split(kind).skip(1) {
                    let Some(literal) = after
                        .trim_start()
                        .strip_prefix("format!(")
                        .unwrap_or(after.trim_start())
                        .trim_start()
                        .strip_prefix('"')
                    else {
                        continue;
                    };
                    let cause = literal.split('"').next().unwrap();
                    let cause = cause.split('{').map(|part| part.split_once('}').map_or(part, |(_, after)| after));
                    let cause = cause.collect::<Vec<_>>().join("7");
                    assert!(
                        !vietnamese(&cause).starts_with('“'),
                        "{}: `{cause}` has no Vietnamese words",
                        path.display()
                    );
                    seen += 1;
                }
            }
        }
        assert!(seen > 30, "{seen} causes: the rooms have moved");
    }
}
