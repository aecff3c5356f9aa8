//! The list of a bundle: number, what it is, what it proves, name, SHA-256; what is missing stands in it too, and says so.
//!
//! In: what became of each piece. Out: a document, and the same as CSV for spreadsheets. Must never leave out what is not there:
//! a list without it would prove more than the bundle does. Pure. Next: `slips`.

use super::Entry;
use super::archive::{MANIFEST, by_chapter};
use crate::language::Language;
use crate::report::document::{Block, Document, Paper, Run, Section, Style};
use crate::report::table::{Align, Cell, Column, Emphasis, Line, Table, grouped};

/// Name of the list in the zip, without its ending.
pub const NAME: &str = "00-danh-muc";

/// Of which period the bundle is, and by whom.
#[derive(Debug, Clone, Copy)]
pub struct Heading<'a> {
    /// `6 tháng đầu năm 2025`.
    pub period: &'a str,
    /// Name of the station.
    pub station: &'a str,
    /// Window, head, program.
    pub footer: &'a str,
}

/// The list to be printed and signed.
#[must_use]
pub fn document(heading: Heading<'_>, entries: &[Entry], language: Language) -> Document {
    let kind = language.pick("DANH MỤC TÀI LIỆU KIỂM CHỨNG", "LIST OF EVIDENCE");
    let about = vec![heading.period.to_owned(), heading.station.to_owned()];
    let mut blocks = vec![Block::Title { kind: kind.to_owned(), about }];
    let lacking = entries.iter().filter(|entry| entry.bytes.is_err()).count();
    if lacking > 0 {
        blocks.push(Block::Paragraph(vec![Run { text: lack(lacking, language), style: Style::Warning }]));
    }
    blocks.extend([Block::Table(table(entries, language)), Block::Small(how_to_check(language).to_owned())]);
    blocks.push(Block::SignHere(vec![
        language.pick("Người lập danh mục (ký)", "Made by (signature)").to_owned(),
        language.pick("Phụ trách đài (ký)", "In charge (signature)").to_owned(),
    ]));
    let footer = Some(heading.footer.to_owned());
    let section = Section { paper: Paper::Landscape, numbers_first_page: true, footer, blocks };
    let title = format!("{kind}, {}", heading.period);
    Document { language, title, author: heading.station.to_owned(), sections: vec![section] }
}

/// `Thiếu 2 tệp …`.
#[must_use]
pub fn lack(count: usize, language: Language) -> String {
    match language {
        Language::Vi => format!("THIẾU {count} tệp: xem các dòng ghi “THIẾU” trong danh mục."),
        Language::En => format!("{count} MISSING: see the lines marked “MISSING” in the list."),
    }
}

fn how_to_check(language: Language) -> &'static str {
    language.pick(
        "Kiểm tra: giải nén, mở thư mục vừa giải nén và chạy `sha256sum -c MANIFEST.sha256`; trích nhật ký có chữ ký số được kiểm tra bằng \
         `python3 verify.py` ở cùng thư mục hoặc `loa log verify TỆP` trên máy bất kỳ.",
        "To check: unzip, go into the folder and run `sha256sum -c MANIFEST.sha256`; the signed extract of the log is checked by \
         `python3 verify.py` beside it, or by `loa log verify FILE` on any machine.",
    )
}

fn table(entries: &[Entry], language: Language) -> Table {
    let column =
        |vi: &str, en: &str, width, align| Column { head: language.pick(vi, en).to_owned(), over: None, width, align };
    let mut lines = Vec::new();
    for (chapter, mine) in by_chapter(entries) {
        let heading = Cell::Text(format!("{}. {}", chapter.number(), chapter.title(language)));
        lines.push(Line { cells: vec![heading], emphasis: Emphasis::Heading });
        lines.extend(mine.iter().map(|entry| line(entry, language)));
    }
    Table {
        id: "evidence",
        title: String::new(),
        columns: vec![
            column("Số", "No.", 8, Align::Centre),
            column("Tài liệu", "What", 36, Align::Left),
            column("Chứng minh", "What it proves", 40, Align::Left),
            column("Tên tệp", "File", 36, Align::Left),
            column("Số byte", "Bytes", 14, Align::Right),
            column("SHA-256", "SHA-256", 42, Align::Left),
        ],
        lines,
        notes: vec![format!(
            "{}: {MANIFEST}.",
            language.pick("Mã SHA-256 của mọi tệp, kể cả danh mục này", "SHA-256 of every file, this list included")
        )],
    }
}

fn line(entry: &Entry, language: Language) -> Line {
    let (bytes, emphasis) = match &entry.bytes {
        Ok(bytes) => (grouped(i64::try_from(*bytes).unwrap_or(i64::MAX), language), Emphasis::Plain),
        Err(_) => (language.pick("THIẾU", "MISSING").to_owned(), Emphasis::Warning),
    };
    let proves = match &entry.bytes {
        Ok(_) => entry.proves.clone(),
        Err(lack) => format!("{}: {}. {}", language.pick("THIẾU", "MISSING"), lack.words(language), entry.proves),
    };
    let cells = [numbered(entry), entry.title.clone(), proves, entry.name.clone(), bytes, entry.sha256.clone()];
    Line { cells: cells.into_iter().map(Cell::Text).collect(), emphasis }
}

/// `5.12`.
fn numbered(entry: &Entry) -> String {
    format!("{}.{}", entry.chapter.number(), entry.number)
}

/// The list for spreadsheets: semicolons and a mark at its beginning, by which they know UTF-8.
#[must_use]
pub fn csv(heading: Heading<'_>, entries: &[Entry], language: Language) -> Vec<u8> {
    let heads = language.pick(
        ["Số", "Tài liệu", "Chứng minh", "Tên tệp", "Số byte", "SHA-256", "Thiếu"],
        ["No.", "What", "What it proves", "File", "Bytes", "SHA-256", "Missing"],
    );
    let lines = entries.iter().map(|entry| {
        let (bytes, lack) = match &entry.bytes {
            Ok(bytes) => (bytes.to_string(), String::new()),
            Err(lack) => (String::new(), lack.words(language)),
        };
        let Entry { title, proves, name, sha256, .. } = entry;
        [numbered(entry), title.clone(), proves.clone(), name.clone(), bytes, sha256.clone(), lack]
    });
    spreadsheet(heads, lines, heading.footer)
}

/// Lines of a table as a spreadsheet of a Vietnamese office opens them; the last says where they come from.
pub(crate) fn spreadsheet<const N: usize>(
    heads: [&str; N],
    lines: impl IntoIterator<Item = [String; N]>,
    origin: &str,
) -> Vec<u8> {
    let mut bytes = "\u{feff}".as_bytes().to_vec();
    let mut csv = csv::WriterBuilder::new().delimiter(b';').terminator(csv::Terminator::CRLF).from_writer(&mut bytes);
    let origin = std::array::from_fn(|at| if at == 1 { origin.to_owned() } else { String::new() });
    let records = std::iter::once(heads.map(str::to_owned)).chain(lines).chain([origin]);
    records
        .for_each(|record| csv.write_record(record).expect("memory takes what is written, and all lines are as long"));
    drop(csv);
    bytes
}
