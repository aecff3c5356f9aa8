//! What people read of the log's proof: faults of rows, levels, offsets, why nothing was recorded.
//!
//! In: typed faults and measures. Out: plain sentences in both languages. Next: `evidence`.

use axum::http::StatusCode;

use super::super::super::answer::Refusal;
use crate::language::Language;
use crate::store::{Fault, ReadError, RemarkError};

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
    }
}
