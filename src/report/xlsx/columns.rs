//! The sheets of rows but for their rows: names, widths and formats of the columns of the log, filter, panes, pages.
//!
//! In: a sheet and how many rows it will hold. Out: its head of two lines: the names that the log gives its columns, then what
//! people call them. The filter stands on the second, so that it never takes a head for a row. One empty line below carries the
//! style of each column. Must name every column of the log, in its order. Next: `rows`.

use rust_xlsxwriter::{Format, FormatAlign, IgnoreError, Workbook, Worksheet, XlsxError};

use super::look::{self, Look};
use super::{Book, cells};
use crate::language::Language;

/// Lines above the first row.
pub(super) const HEAD_LINES: u32 = 2;
const HEAD_LOOKS: [Look; HEAD_LINES as usize] = [Look::Names, Look::Head];

/// How the values of a column are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// As it is; `001` stays `001`.
    Text,
    /// A number that names something.
    Id,
    /// A number that counts or measures.
    Count,
    /// An instant of a plan or an act, shown to the second.
    Second,
    /// An instant that was measured, shown to the millisecond.
    Millisecond,
}

impl Kind {
    pub(super) const fn is_instant(self) -> bool {
        matches!(self, Self::Second | Self::Millisecond)
    }

    fn format(self, language: Language) -> Format {
        let format = Format::new().set_align(FormatAlign::Top);
        match self {
            Self::Text => format.set_num_format("@"),
            Self::Id => format.set_num_format("0"),
            Self::Count => format.set_num_format(look::COUNT),
            Self::Second => format.set_num_format(look::instant(language)),
            Self::Millisecond => format.set_num_format(format!("{}.000", look::instant(language))),
        }
    }
}

/// A column.
pub(super) struct Column {
    /// As the log calls it.
    pub(super) name: &'static str,
    vi: &'static str,
    en: &'static str,
    pub(super) kind: Kind,
    /// In characters.
    width: u8,
}

const fn column(name: &'static str, kind: Kind, width: u8, vi: &'static str, en: &'static str) -> Column {
    Column { name, vi, en, kind, width }
}

use Kind::{Count, Id, Millisecond, Second, Text};

/// Every column of the log, in its order.
pub(super) const ALL: &[Column] = &[
    column("v", Id, 8, "Phiên bản", "Version"),
    column("seq", Id, 9, "Số dòng", "Row"),
    column("station_id", Text, 14, "Mã đài", "Station's id"),
    column("station", Text, 28, "Tên đài", "Station"),
    column("airing", Text, 34, "Mã lượt phát", "Airing"),
    column("attempt", Id, 9, "Lần phát", "Attempt"),
    column("programme", Text, 16, "Mã chương trình", "Programme's id"),
    column("programme_title", Text, 34, "Chương trình", "Programme"),
    column("item", Text, 12, "Mục", "Item"),
    column("kind", Text, 12, "Loại", "Kind"),
    column("bulletin", Id, 10, "Số tin, bài", "Bulletin"),
    column("title", Text, 50, "Tên tin, bài", "Title"),
    column("genre", Text, 12, "Thể loại", "Genre"),
    column("themes", Text, 14, "Nội dung (mã)", "Themes"),
    column("author", Text, 20, "Tác giả", "Author"),
    column("source", Text, 20, "Nguồn", "Source"),
    column("approval", Text, 11, "Số phiếu duyệt", "Approval"),
    column("approved_by", Text, 20, "Người duyệt", "Approved by"),
    column("approved_at", Second, 20, "Duyệt lúc", "Approved at"),
    column("zones", Text, 18, "Mã cụm loa", "Zones"),
    column("zone_names", Text, 34, "Cụm loa", "Zone names"),
    column("priority", Text, 12, "Mức ưu tiên", "Priority"),
    column("scheduled_at", Second, 20, "Giờ theo lịch", "Scheduled at"),
    column("started_at", Millisecond, 24, "Bắt đầu phát", "Started at"),
    column("ended_at", Millisecond, 24, "Kết thúc phát", "Ended at"),
    column("start_error_us", Count, 13, "Sai số bắt đầu (µs)", "Error of the start (µs)"),
    column("planned_ms", Count, 13, "Độ dài dự kiến (ms)", "Planned (ms)"),
    column("aired_ms", Count, 13, "Đã phát (ms)", "Aired (ms)"),
    column("outcome", Text, 13, "Kết quả", "Outcome"),
    column("reason", Text, 16, "Lý do", "Reason"),
    column("output", Text, 10, "Đầu ra", "Output"),
    column("device", Text, 26, "Thiết bị âm thanh", "Device"),
    column("level_dbfs", Count, 11, "Mức trung bình (dBFS)", "Level (dBFS)"),
    column("peak_dbfs", Count, 11, "Mức đỉnh (dBFS)", "Peak (dBFS)"),
    column("gain_cb", Count, 11, "Khuếch đại (0,1 dB)", "Gain (0.1 dB)"),
    column("trimmed_ms", Count, 11, "Bỏ khoảng lặng (ms)", "Trimmed (ms)"),
    column("xruns", Count, 10, "Lần hụt âm", "Underruns"),
    column("starved_ms", Count, 11, "Thiếu âm (ms)", "Starved (ms)"),
    column("sha256", Text, 16, "SHA-256 của âm thanh", "SHA-256 of the audio"),
    column("text_sha256", Text, 16, "SHA-256 của văn bản", "SHA-256 of the text"),
    column("voice", Text, 16, "Giọng đọc máy", "Machine voice"),
    column("clock", Text, 14, "Đồng hồ", "Clock"),
    column("boot_id", Text, 16, "Mã lần khởi động máy", "Boot"),
    column("by", Text, 20, "Người thực hiện", "By"),
    column("via", Text, 16, "Qua", "Via"),
    column("why", Text, 30, "Lý do của người thực hiện", "Why"),
    column("corrects", Id, 11, "Đính chính dòng", "Corrects row"),
    column("note", Text, 40, "Ghi chú", "Note"),
    column("recorded_at", Millisecond, 24, "Ghi lúc", "Recorded at"),
    column("prev_hash", Text, 16, "Mã băm dòng trước", "Hash of the row before"),
    column("hash", Text, 16, "Mã băm", "Hash"),
];

/// Columns that stay in sight: up to the number of the row.
const FROZEN: u16 = 2;
/// Pages beside each other: all columns on one would be too small to read.
const PAGES_WIDE: u16 = 5;

/// The texts of the head's lines.
pub(super) fn heads(language: Language) -> [Vec<&'static str>; HEAD_LINES as usize] {
    [
        ALL.iter().map(|column| column.name).collect(),
        ALL.iter().map(|column| language.pick(column.vi, column.en)).collect(),
    ]
}

/// Registers the formats of these sheets before all others, so that their numbers do not depend on what other sheets hold.
pub(super) fn register(workbook: &mut Workbook, language: Language) {
    let kinds = [Text, Id, Count, Second, Millisecond].map(|kind| kind.format(language));
    for format in HEAD_LOOKS.map(look::format).iter().chain(&kinds) {
        workbook.register_format(format);
    }
}

/// Sets a sheet up for so many rows.
pub(super) fn write(sheet: &mut Worksheet, book: &Book<'_>, rows: u32, name: &str) -> Result<(), XlsxError> {
    sheet.set_name(name)?;
    let heads = HEAD_LOOKS.map(look::format);
    for (index, column) in (0..).zip(ALL) {
        sheet.set_column_width(index, column.width)?;
        // Texts would stand in a list of texts that are numbered anew when the workbook is made once more.
        for (row, format) in (0..).zip(&heads) {
            sheet.write_blank(row, index, format)?;
        }
        sheet.write_blank(HEAD_LINES, index, &column.kind.format(book.language))?;
    }
    let last_column = ALL.len() as u16 - 1;
    let last_row = HEAD_LINES - 1 + rows;
    sheet.set_row_height(1, 48)?;
    sheet.autofilter(1, 0, last_row, last_column)?;
    sheet.ignore_error_range(HEAD_LINES, 0, last_row.max(HEAD_LINES), last_column, IgnoreError::NumberStoredAsText)?;
    sheet.set_freeze_panes(HEAD_LINES, FROZEN)?;
    look::pages(sheet, book, PAGES_WIDE);
    sheet.set_repeat_rows(0, HEAD_LINES - 1)?.set_repeat_columns(0, FROZEN - 1)?;
    Ok(())
}

/// What has to be known of the cells of these sheets.
pub(super) fn remarks(language: Language, sheets: usize, cut: u64) -> Vec<String> {
    let mut remarks = vec![
        language
            .pick(
                "Giờ trong các trang nhật ký là giờ địa phương của đài, làm tròn đến mili giây; tệp CSV giữ nguyên đến micrô giây.",
                "Instants on the sheets of rows are the station's local time, rounded to the millisecond; CSV has the microseconds.",
            )
            .to_owned(),
    ];
    if sheets > 1 {
        remarks.push(match language {
            Language::Vi => format!("Một trang tính không chứa hết nhật ký, nên nhật ký nằm trên {sheets} trang."),
            Language::En => format!("No sheet holds all rows, so they stand on {sheets} sheets."),
        });
    }
    if cut > 0 {
        remarks.push(match language {
            Language::Vi => format!(
                "{cut} ô dài hơn 32.767 ký tự nên bị cắt, cuối ô có `{}`; tệp CSV giữ đủ.",
                cells::CUT.trim_start()
            ),
            Language::En => {
                format!(
                    "{cut} cells of more than 32,767 characters are cut, `{}` at their end; CSV has them whole.",
                    cells::CUT.trim_start()
                )
            }
        });
    }
    remarks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::COLUMNS;

    #[test]
    fn the_columns_are_those_of_the_log() {
        assert_eq!(ALL.iter().map(|column| column.name).collect::<Vec<_>>(), COLUMNS);
    }

    #[test]
    fn instants_are_the_columns_that_end_so() {
        for column in ALL {
            assert_eq!(column.kind.is_instant(), column.name.ends_with("_at"), "{}", column.name);
        }
    }
}
