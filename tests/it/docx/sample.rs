//! A report as a commune would file it, made by hand: two tables, an appendix across, the cover and a page of its logbook.
//!
//! In: nothing. Out: a document with every kind of block, and words that try the writer: markup, control characters, text that is
//! not composed, heads of two levels, places to be filled in.

use chrono::{NaiveDate, TimeDelta};
use loa::language::Language;
use loa::report::document::{Block, Chart, Document, LetterHead, Paper, Run, Section, Series, Signature, Style};
use loa::report::table::{Align, Cell, Column, Emphasis, Line, Table};

/// In the bottom margin of each page but those of the book.
pub(crate) const FOOTER: &str = "Số liệu từ 15/12/2024 đến 14/06/2025; nhật ký dòng 1-412, mã \
    412:9f0c4b1de3a5f6978c0d2e4f6a8b0c1d3e5f708192a3b4c5d6e7f8091a2b3c4d; lập lúc 17:05:03 ngày 14/06/2025; loa 0.1.0";

/// Days of the appendix's extract.
const EXTRACT_LINES: usize = 60;

pub(crate) fn column(head: &str, width: u16, align: Align) -> Column {
    Column { head: head.to_owned(), over: None, width, align }
}

fn under(over: &str, column: Column) -> Column {
    Column { over: Some(over.to_owned()), ..column }
}

pub(crate) fn line(emphasis: Emphasis, cells: Vec<Cell>) -> Line {
    Line { cells, emphasis }
}

fn paragraph(text: &str) -> Block {
    Block::Paragraph(vec![Run::plain(text)])
}

fn heading(level: u8, text: &str) -> Block {
    Block::Heading { level, text: text.to_owned() }
}

fn texts(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|&line| line.to_owned()).collect()
}

/// The whole document.
pub(crate) fn document() -> Document {
    let section = |paper, blocks| Section { paper, numbers_first_page: false, footer: Some(FOOTER.to_owned()), blocks };
    Document {
        language: Language::Vi,
        title: "Báo cáo kết quả thông tin, tuyên truyền cải cách hành chính 6 tháng đầu năm 2025".to_owned(),
        author: "Đài truyền thanh xã Thanh Đa".to_owned(),
        sections: vec![
            section(Paper::Portrait, report()),
            section(Paper::Landscape, appendix()),
            Section { footer: None, ..section(Paper::Landscape, book()) },
        ],
    }
}

fn report() -> Vec<Block> {
    let mut blocks = vec![
        Block::LetterHead(LetterHead {
            superior: None,
            authority: texts(&["ỦY BAN NHÂN DÂN", "XÃ THANH ĐA"]),
            number: "Số:       /BC-UBND".to_owned(),
            place_and_date: "Thanh Đa, ngày      tháng      năm 2025".to_owned(),
        }),
        Block::Title {
            kind: "BÁO CÁO".to_owned(),
            about: texts(&[
                "Kết quả thông tin, tuyên truyền cải cách hành chính",
                "6 tháng đầu năm 2025 trên địa bàn xã Thanh Đa",
            ]),
        },
        Block::Addressees(texts(&["Phòng Nội vụ huyện Phúc Thọ"])),
        Block::Paragraph(vec![
            Run::plain("Thực hiện "),
            Run { text: "Kế hoạch số 316/KH-UBND ngày 18/02/2025".to_owned(), style: Style::Italic },
            Run::plain(" của UBND huyện Phúc Thọ và Kế hoạch số "),
            Run { text: "số kế hoạch của xã".to_owned(), style: Style::ToFill },
            Run::plain(
                " ngày 19/02/2025 của UBND xã Thanh Đa về thông tin, tuyên truyền cải cách hành chính năm 2025, UBND xã \
                 báo cáo kết quả như sau (số liệu tính từ ngày 15/12/2024 đến ngày 14/6/2025):",
            ),
        ]),
        heading(1, "I. Công tác chỉ đạo, triển khai"),
        heading(2, "1. Văn bản chỉ đạo, kế hoạch đã ban hành"),
        // Not composed, with markup and characters that XML cannot hold.
        paragraph("UBND xa\u{303} \u{110}a\u{303} ban hành <kế hoạch> \"A & B\"\u{0}\u{b}\u{1f} theo đúng quy định."),
        heading(2, "2. Phân công nhiệm vụ, nhân lực, kinh phí"),
        Block::ToFill("Xã ghi phân công nhiệm vụ, nhân lực, kinh phí của kỳ báo cáo".to_owned()),
        heading(1, "II. Kết quả thực hiện"),
        heading(2, "1. Tuyên truyền trên Đài truyền thanh xã và hệ thống loa truyền thanh của các thôn"),
        heading(3, "a) Theo nội dung"),
        Block::Table(by_theme()),
        heading(3, "b) Theo tháng"),
        Block::Table(by_month()),
        Block::Chart(Chart {
            title: "Không in".to_owned(),
            months: texts(&["Tháng 1"]),
            series: vec![Series { code: "ND1".to_owned(), label: "Luật".to_owned(), aired_ms: vec![60_000] }],
        }),
    ];
    blocks.extend([
        heading(1, "III. Đánh giá chung"),
        Block::ToFill("Xã tự đánh giá kết quả đạt được, tồn tại, nguyên nhân".to_owned()),
        Block::Small("Báo cáo này do phần mềm lập từ nhật ký phát sóng.".to_owned()),
        paragraph(
            "Trên đây là báo cáo kết quả thông tin, tuyên truyền cải cách hành chính 6 tháng đầu năm 2025, UBND xã Thanh Đa \
             trân trọng báo cáo./.",
        ),
        Block::Signature(Signature {
            recipients: texts(&["Như trên", "Phòng VH&TT huyện", "Lưu: VT"]),
            lines: texts(&["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"]),
            name: "Đỗ Bá Khang".to_owned(),
        }),
    ]);
    blocks
}

fn by_theme() -> Table {
    let themes = [
        "Luật Tổ chức chính quyền địa phương và các văn bản về cải cách hành chính",
        "Thủ tục hành chính được tiếp nhận và giải quyết theo cơ chế một cửa, một cửa liên thông",
        "Hòa giải ở cơ sở; tiếp cận pháp luật",
        "Chuyển đổi số, dịch vụ công trực tuyến trên Cổng Dịch vụ công quốc gia",
    ];
    let mut lines = vec![line(Emphasis::Heading, vec![Cell::text("Nội dung của Kế hoạch (mục II.1)")])];
    for (index, theme) in themes.into_iter().enumerate() {
        let aired = if index == 2 { 0 } else { 1_230 + index as i64 };
        let emphasis = if aired == 0 { Emphasis::Warning } else { Emphasis::Plain };
        let note = if aired == 0 { Cell::text("Chưa phát") } else { Cell::Empty };
        let minutes = Cell::Minutes(aired * 93_000);
        let cells = vec![
            Cell::Number(index as i64 + 1),
            Cell::text(theme),
            Cell::Number(aired / 100),
            Cell::Number(aired),
            minutes,
            note,
        ];
        lines.push(line(emphasis, cells));
    }
    let total = vec![
        Cell::Empty,
        Cell::text("Tổng cộng"),
        Cell::Number(36),
        Cell::Number(3_694),
        Cell::Minutes(343_542_000),
        Cell::Empty,
    ];
    lines.push(line(Emphasis::Total, total));
    let on_air = "Trên Đài truyền thanh";
    Table {
        id: "themes",
        title: "Biểu 1. Tổng hợp theo nội dung".to_owned(),
        columns: vec![
            column("STT", 8, Align::Centre),
            column("Nội dung tuyên truyền (mục II.1 Kế hoạch)", 52, Align::Left),
            under(on_air, column("Số tin, bài", 14, Align::Right)),
            under(on_air, column("Số lượt phát", 14, Align::Right)),
            under(on_air, column("Thời lượng (phút)", 18, Align::Right)),
            column("Ghi chú", 18, Align::Left),
        ],
        lines,
        notes: texts(&[
            "Tin, bài: số tin, bài khác nhau đã được duyệt. Lượt phát: phát đủ, hoặc từ 80 % thời lượng trở lên.",
            "Thời lượng là thời gian âm thanh đã ra thiết bị, chỉ làm tròn khi in; lượt phát thử không tính.",
        ]),
    }
}

fn by_month() -> Table {
    let first = NaiveDate::from_ymd_opt(2024, 12, 15).unwrap();
    let lines = (0..6).map(|month| {
        let from = first + TimeDelta::days(30 * month);
        let span = format!("{} - {}", from.format("%d/%m/%Y"), (from + TimeDelta::days(29)).format("%d/%m/%Y"));
        let cells = vec![Cell::Number(month + 1), Cell::text(span), Cell::Number(40), Cell::Minutes(12_345_678)];
        line(Emphasis::Plain, cells)
    });
    Table {
        id: "months",
        title: "Biểu 2. Theo tháng".to_owned(),
        columns: vec![
            column("STT", 1, Align::Centre),
            column("Tháng (từ ngày - đến ngày)", 4, Align::Centre),
            column("Số buổi phát thanh", 2, Align::Right),
            column("Thời lượng (phút)", 2, Align::Right),
        ],
        lines: lines.collect(),
        notes: Vec::new(),
    }
}

fn appendix() -> Vec<Block> {
    vec![
        Block::Appendix {
            number: "Phụ lục".to_owned(),
            title: "Sổ nhật ký phát thanh trích xuất".to_owned(),
            with: Some(
                "(Kèm theo Báo cáo số       /BC-UBND ngày      tháng      năm 2025 của UBND xã Thanh Đa)".to_owned(),
            ),
        },
        Block::Table(extract(EXTRACT_LINES)),
    ]
}

/// The columns of the logbook over so many airings.
pub(crate) fn extract(count: usize) -> Table {
    let columns = [
        ("STT", 9, Align::Centre),
        ("Ngày (thứ)", 21, Align::Centre),
        ("Buổi", 12, Align::Left),
        ("Giờ theo lịch", 16, Align::Centre),
        ("Giờ phát thực tế", 17, Align::Centre),
        ("Tên tin, bài, chương trình", 44, Align::Left),
        ("Thể loại", 13, Align::Left),
        ("Nội dung", 14, Align::Centre),
        ("Số phiếu duyệt, người duyệt", 24, Align::Left),
        ("Thời lượng", 14, Align::Right),
        ("Khu vực phát", 18, Align::Left),
        ("Kết quả", 15, Align::Left),
        ("Sự cố, lý do", 19, Align::Left),
        ("Người trực", 16, Align::Left),
    ];
    let first = NaiveDate::from_ymd_opt(2025, 3, 3).unwrap();
    let row = |index: usize| {
        let at = first.and_hms_opt(17, 5, 3).unwrap() + TimeDelta::minutes(9 * index as i64);
        let clock = |at: chrono::NaiveDateTime| Cell::text(at.format("%H:%M:%S").to_string());
        let cells = vec![
            Cell::Number(index as i64 + 1),
            Cell::Date(at.date()),
            Cell::text("chiều"),
            clock(at),
            clock(at + TimeDelta::milliseconds(3)),
            Cell::text(format!("Hòa giải ở cơ sở, bài số {}", index + 1)),
            Cell::text("bài"),
            Cell::text("ND3"),
            Cell::text("12/2025, Trần Văn Bình"),
            Cell::Length(185_000),
            Cell::text("thôn 1, thôn 2, thôn 3"),
            Cell::text("phát đủ"),
            Cell::Empty,
            Cell::text("Nguyễn Thị Lan"),
        ];
        line(Emphasis::Plain, cells)
    };
    Table {
        id: "extract",
        title: String::new(),
        columns: columns.into_iter().map(|(head, width, align)| column(head, width, align)).collect(),
        lines: (0..count).map(row).collect(),
        notes: texts(&["Trích từ nhật ký phát sóng, không sửa."]),
    }
}

fn book() -> Vec<Block> {
    let day = Table { title: "Thứ Hai, ngày 03 tháng 3 năm 2025".to_owned(), ..extract(4) };
    vec![
        Block::Cover {
            above: texts(&["UBND XÃ THANH ĐA", "ĐÀI TRUYỀN THANH"]),
            title: "Sổ nhật ký phát thanh".to_owned(),
            below: texts(&["Quyển số 01", "Từ ngày 03/03/2025 đến ngày 09/03/2025"]),
        },
        Block::Table(day),
        Block::SignHere(texts(&["Người trực (ký)", "Phụ trách đài (ký)"])),
        Block::PageBreak,
        heading(2, "Xác nhận của UBND xã"),
        Block::SignHere(texts(&["Chủ tịch UBND xã (ký, đóng dấu)"])),
    ]
}
