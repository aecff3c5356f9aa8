//! What people read of the log's proof: faults of rows, levels, offsets, why nothing was recorded.
//!
//! In: typed faults and measures. Out: plain sentences in both languages. Next: `evidence`.

use axum::http::StatusCode;

use super::super::super::answer::Refusal;
use super::super::super::part::words::instant;
use crate::language::Language;
use crate::store::{Fault, ReadError, RemarkError, Row};

/// What is wrong with a row, for people.
pub(super) fn fault(language: Language, fault: &Fault) -> String {
    let vi = match fault {
        Fault::Unreadable(why) => format!("không đọc được dòng này ({why})"),
        Fault::Version(version) => format!("dòng này của phiên bản nhật ký {version}, chương trình này chưa biết"),
        Fault::Gap(seq) => format!("thiếu dòng {seq} đứng trước: có người đã xoá, hoặc tệp bị hỏng"),
        Fault::Early => "số thứ tự không đúng: nhật ký bắt đầu từ dòng 1".to_owned(),
        Fault::Unchained => {
            "dòng này không nối với dòng đứng trước: dòng trước đã bị sửa, bị thay hoặc bị xoá".to_owned()
        }
        Fault::Altered => "nội dung dòng này đã bị sửa sau khi ghi".to_owned(),
        Fault::UtcColumn(column) => format!("giờ dùng để tìm ({column}) khác với giờ đã ghi: có người đã sửa"),
        Fault::Removed => "dòng này có trong bản đã giữ, nay không còn".to_owned(),
        Fault::Remade => "mã của dòng này khác mã đã giữ: nhật ký đã bị làm lại".to_owned(),
        Fault::Bulletin(what) => format!("{} của tin bài không còn như lúc ghi", part(what)),
        Fault::Approval(what) => format!("{} của phiếu duyệt không giống như trong sổ duyệt", part(what)),
    };
    language.pick(&*vi, &*fault.to_string()).to_owned()
}

fn part(what: &str) -> &str {
    match what {
        "number" => "số",
        "title" => "tên",
        "sha256" => "âm thanh",
        "text" => "văn bản",
        "act" => "quyết định",
        "by" => "người duyệt",
        "at" => "ngày giờ",
        other => other,
    }
}

/// The log cannot be read.
pub(super) fn unreadable(language: Language, error: &ReadError) -> Refusal {
    let told = if matches!(error, ReadError::Missing(_)) {
        language.pick("đài chưa có nhật ký", "there is no log yet").to_owned()
    } else {
        let vi = "không đọc được nhật ký lúc này; hãy thử lại, nếu vẫn vậy thì báo kỹ thuật viên";
        language.pick(vi, &*error.to_string()).to_owned()
    };
    let status =
        if matches!(error, ReadError::Missing(_)) { StatusCode::NOT_FOUND } else { StatusCode::SERVICE_UNAVAILABLE };
    Refusal::new(status, told)
}

/// There is no such row.
pub(super) fn no_row(language: Language, seq: i64) -> Refusal {
    let (vi, en) = (format!("nhật ký không có dòng {seq}"), format!("there is no row {seq} in the log"));
    Refusal::missing(language.pick(&*vi, &*en))
}

/// Why nothing was added to a row.
pub(super) fn objected(language: Language, error: &RemarkError) -> Refusal {
    let (status, vi) = match error {
        RemarkError::Register(error) => return super::super::approvals::unreadable(language, error),
        RemarkError::Unknown(seq, _) => return no_row(language, *seq),
        RemarkError::OfRemark(seq, about) => (
            StatusCode::BAD_REQUEST,
            format!("dòng {seq} là ghi chú hoặc đính chính của dòng {about}; hãy ghi cho dòng {about}"),
        ),
        RemarkError::NoAiring(seq) => (
            StatusCode::BAD_REQUEST,
            format!("dòng {seq} là ghi chú của đài, không phải lượt phát; không ghi gì thêm được"),
        ),
        RemarkError::Unchanged(seq) => {
            (StatusCode::CONFLICT, format!("đính chính này không thay đổi gì ở dòng {seq}; hãy sửa ít nhất một ô"))
        }
    };
    Refusal::new(status, language.pick(&*vi, &*error.to_string()))
}

/// A level in words: whole dBFS, -120 is silence.
pub(super) fn level(language: Language, dbfs: i64) -> String {
    let (vi, en) = match dbfs {
        ..=-60 => ("hầu như im lặng", "all but silent"),
        -59..=-36 => ("rất nhỏ", "very quiet"),
        -35..=-24 => ("nhỏ", "quiet"),
        -23..=-9 => ("vừa, nghe rõ", "normal, well heard"),
        _ => ("to", "loud"),
    };
    format!("{} ({dbfs} dBFS)", language.pick(vi, en))
}

/// What sound was made louder or quieter by, in tenths of a decibel.
pub(super) fn gain(language: Language, cb: i64) -> String {
    let (vi, en) = match cb {
        0 => return language.pick("không", "none").to_owned(),
        1.. => ("tăng", "up"),
        _ => ("giảm", "down"),
    };
    let (cb, comma) = (cb.unsigned_abs(), language.pick(",", "."));
    format!("{} {}{comma}{} dB", language.pick(vi, en), cb / 10, cb % 10)
}

/// What the station itself noted in a row. Rows have it in English; what is not known here stays as it is.
pub(super) fn station_note(language: Language, note: &str) -> String {
    if language == Language::En {
        return note.to_owned();
    }
    note.split("; ")
        .map(|part| note_in_vietnamese(part).unwrap_or_else(|| part.to_owned()))
        .collect::<Vec<_>>()
        .join("; ")
}

fn note_in_vietnamese(part: &str) -> Option<String> {
    const WHOLE: [(&str, &str); 4] = [
        ("test tone", "tiếng thử loa"),
        ("approved by telephone, not confirmed yet", "duyệt qua điện thoại, chưa có phiếu xác nhận"),
        ("the approvals could not be read", "lúc đó không đọc được sổ duyệt"),
        (
            "the clock is trusted by order of a person (--trust-clock) until its next synchronisation",
            "có người xác nhận đồng hồ máy đúng; dùng đến lần đồng bộ giờ kế tiếp",
        ),
    ];
    if let Some((_, vi)) = WHOLE.iter().find(|(en, _)| *en == part) {
        return Some((*vi).to_owned());
    }
    if let Some(ms) = part.strip_prefix("begins with an attention tone of ").and_then(|rest| rest.strip_suffix(" ms")) {
        let ms: i64 = ms.parse().ok()?;
        let seconds =
            if ms % 1000 == 0 { format!("{}", ms / 1000) } else { format!("{},{}", ms / 1000, ms % 1000 / 100) };
        return Some(format!("có tiếng báo hiệu {seconds} giây ở đầu"));
    }
    if let Some((by, at)) = part.strip_prefix("refused by ").and_then(|rest| rest.rsplit_once(" on ")) {
        return Some(format!("bị từ chối duyệt bởi {by} lúc {at}"));
    }
    if let Some((by, via)) = part.strip_prefix("ended by ").and_then(|rest| rest.split_once(" via ")) {
        return Some(format!("do {by} kết thúc (qua {via})"));
    }
    let (what, span) = part.strip_suffix(" are not listed one by one")?.split_once(", items of ")?;
    let what = if what == "station off" { "đài tắt" } else { "đồng hồ nhảy qua" };
    let (from, to) = span.split_once("..")?;
    let shown = |text: &str| chrono::DateTime::parse_from_rfc3339(text).map(|at| instant(Language::Vi, at)).ok();
    Some(format!("{what} từ {} đến {}: các mục trong khoảng này không ghi từng dòng", shown(from)?, shown(to)?))
}

/// What a person noted or corrected; a correction names its fields as the forms do.
pub(super) fn remark(language: Language, row: &Row) -> String {
    const FIELDS: [(&str, &str); 8] = [
        ("title", "Tên"),
        ("genre", "Thể loại"),
        ("themes", "Nội dung"),
        ("author", "Tác giả"),
        ("source", "Nguồn"),
        ("bulletin", "Tin bài số"),
        ("zones", "Cụm loa"),
        ("void", "Không tính"),
    ];
    let note = row.note.clone().unwrap_or_default();
    if language == Language::En || row.kind != crate::airing::Kind::Correction.as_str() {
        return note;
    }
    let named = |part: &str| {
        let (name, rest) = part.split_once(": ")?;
        let (_, vi) = FIELDS.iter().find(|(en, _)| *en == name)?;
        let rest = if name == "void" { rest.replace("yes", "có").replace("no", "không") } else { rest.to_owned() };
        Some(format!("{vi}: {rest}"))
    };
    note.split("; ").map(|part| named(part).unwrap_or_else(|| part.to_owned())).collect::<Vec<_>>().join("; ")
}

/// How far from its armed instant it started; microseconds.
pub(super) fn start_error(language: Language, us: i64) -> String {
    let ms = us.unsigned_abs() / 1000;
    let is_exact = ms < 1;
    let micro = us.unsigned_abs() % 1_000_000;
    match (language, is_exact) {
        (Language::Vi, true) => format!("đúng giờ (lệch {micro} phần triệu giây)"),
        (Language::En, true) => format!("on time ({micro} millionths of a second off)"),
        (Language::Vi, false) => format!("{} {ms} phần nghìn giây", if us > 0 { "muộn" } else { "sớm" }),
        (Language::En, false) => format!("{ms} ms {}", if us > 0 { "late" } else { "early" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_are_said_in_words() {
        assert_eq!(level(Language::Vi, -120), "hầu như im lặng (-120 dBFS)");
        assert_eq!(level(Language::Vi, -16), "vừa, nghe rõ (-16 dBFS)");
        assert_eq!(start_error(Language::Vi, -140), "đúng giờ (lệch 140 phần triệu giây)");
        assert_eq!(start_error(Language::En, 12_400), "12 ms late");
        assert_eq!([110, 0, -5].map(|cb| gain(Language::Vi, cb)), ["tăng 11,0 dB", "không", "giảm 0,5 dB"]);
    }

    #[test]
    fn what_the_station_noted_is_said_in_the_language_of_the_page() {
        let told = |note: &str| station_note(Language::Vi, note);
        assert_eq!(
            told("begins with an attention tone of 2000 ms; refused by Bình on 2026-11-24 09:14"),
            "có tiếng báo hiệu 2 giây ở đầu; bị từ chối duyệt bởi Bình lúc 2026-11-24 09:14"
        );
        assert_eq!(told("test tone; ended by lan (lan) via web"), "tiếng thử loa; do lan (lan) kết thúc (qua web)");
        assert_eq!(
            told(
                "station off, items of 2026-11-24T05:00:00+07:00..2026-11-24T17:00:00+07:00 are not listed one by one"
            ),
            "đài tắt từ 05:00:00 24/11/2026 đến 17:00:00 24/11/2026: các mục trong khoảng này không ghi từng dòng"
        );
        assert_eq!(told("something of a later version"), "something of a later version");
    }
}
