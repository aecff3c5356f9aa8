//! Approvals as slips, `Phiếu duyệt tin, bài`: who approved which bytes of which bulletin, and when.
//!
//! In: slips as the register has them. Out: a document with a slip for each, and the same as lines of a spreadsheet. Must never
//! add an opinion that nobody recorded: what is blank stays blank. Pure. Next: `archive`.

use super::list::spreadsheet;
use crate::language::Language;
use crate::report::document::{Block, Document, Paper, Section};
use crate::report::table::{Align, Cell, Column, Emphasis, Line, Table, date};

use chrono::{DateTime, FixedOffset, SubsecRound as _};

/// An act of approval with the revision that it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slip {
    /// Number of the act.
    pub seq: i64,
    /// Number of the bulletin.
    pub bulletin: i64,
    /// Which revision was approved.
    pub revision: i64,
    /// Its title.
    pub title: String,
    /// Tin, bài, thông báo.
    pub genre: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// Where it comes from.
    pub source: Option<String>,
    /// Theme codes, the main one first.
    pub themes: Vec<String>,
    /// Who recorded the revision.
    pub recorded_by: String,
    /// When.
    pub recorded_at: Option<DateTime<FixedOffset>>,
    /// What is read out.
    pub text: Option<String>,
    /// SHA-256 of the text.
    pub text_sha256: Option<String>,
    /// SHA-256 of the sound.
    pub sha256: Option<String>,
    /// What the sound's file was called.
    pub file_name: Option<String>,
    /// Which machine voice read it.
    pub voice: Option<String>,
    /// Who approved it.
    pub by: String,
    /// By telephone.
    pub by_phone: bool,
    /// In the approver's words.
    pub why: Option<String>,
    /// When.
    pub at: Option<DateTime<FixedOffset>>,
}

/// What stands on a slip.
const fn names(language: Language) -> [&'static str; 15] {
    language.pick(
        [
            "Số phiếu",
            "Tên tin, bài",
            "Tin, bài",
            "Thể loại",
            "Tác giả",
            "Nguồn",
            "Nội dung (mã)",
            "Người nhập, ngày nhập",
            "Giọng đọc máy",
            "Tệp âm thanh",
            "SHA-256 âm thanh",
            "SHA-256 văn bản",
            "Ý kiến người duyệt",
            "Người duyệt",
            "Ngày duyệt",
        ],
        [
            "Slip",
            "Title",
            "Bulletin",
            "Genre",
            "Author",
            "Source",
            "Themes",
            "Recorded by, at",
            "Machine voice",
            "Sound file",
            "SHA-256 of the sound",
            "SHA-256 of the text",
            "Opinion",
            "Approved by",
            "Approved at",
        ],
    )
}

impl Slip {
    /// Under each of the names what is on record, blank if nothing is.
    fn values(&self, language: Language) -> [String; 15] {
        let or = |text: &Option<String>| text.clone().unwrap_or_default();
        let by_phone = language.pick("qua điện thoại", "by telephone");
        [
            self.seq.to_string(),
            self.title.clone(),
            match language {
                Language::Vi => format!("số {}, bản {}", self.bulletin, self.revision),
                Language::En => format!("no. {}, revision {}", self.bulletin, self.revision),
            },
            or(&self.genre),
            or(&self.author),
            or(&self.source),
            self.themes.join(", "),
            format!("{}, {}", self.recorded_by, instant(self.recorded_at, language)),
            or(&self.voice),
            or(&self.file_name),
            or(&self.sha256),
            or(&self.text_sha256),
            or(&self.why),
            if self.by_phone { format!("{} ({by_phone})", self.by) } else { self.by.clone() },
            instant(self.at, language),
        ]
    }
}

fn instant(at: Option<DateTime<FixedOffset>>, language: Language) -> String {
    let Some(at) = at.map(|at| at.round_subsecs(0)) else { return String::new() };
    format!("{} {}", at.format("%H:%M:%S"), date(at.date_naive(), language))
}

/// All slips, one below the other, each with the places where it is signed.
#[must_use]
pub fn document(slips: &[Slip], station: &str, footer: &str, language: Language) -> Document {
    let heading = language.pick("PHIẾU DUYỆT TIN, BÀI", "APPROVAL SLIP");
    let who = language.pick(["Biên tập (ký)", "Người duyệt (ký)"], ["Editor (signature)", "Approver (signature)"]);
    let mut blocks = Vec::new();
    for (index, slip) in slips.iter().enumerate() {
        if index > 0 {
            blocks.push(Block::PageBreak);
        }
        blocks.push(Block::Title {
            kind: heading.to_owned(),
            about: vec![format!("{} {}", language.pick("Số", "No."), slip.seq)],
        });
        blocks.push(Block::Table(table(slip, language)));
        blocks.push(Block::SignHere(who.map(str::to_owned).to_vec()));
    }
    if slips.is_empty() {
        let none = language.pick("Kỳ này không có phiếu duyệt nào.", "No approval belongs to this period.");
        blocks.push(Block::Small(none.to_owned()));
    }
    let section = Section { paper: Paper::Portrait, numbers_first_page: true, footer: Some(footer.to_owned()), blocks };
    Document { language, title: heading.to_owned(), author: station.to_owned(), sections: vec![section] }
}

fn table(slip: &Slip, language: Language) -> Table {
    let column = |vi: &str, en: &str, width| Column {
        head: language.pick(vi, en).to_owned(),
        over: None,
        width,
        align: Align::Left,
    };
    let line = |(name, value): (&str, String)| Line {
        cells: vec![Cell::text(name), Cell::Text(value)],
        emphasis: Emphasis::Plain,
    };
    Table {
        id: "slip",
        title: String::new(),
        columns: vec![column("Mục", "Field", 30), column("Nội dung", "Content", 70)],
        lines: names(language).into_iter().zip(slip.values(language)).map(line).collect(),
        notes: Vec::new(),
    }
}

/// All slips as lines.
#[must_use]
pub fn csv(slips: &[Slip], footer: &str, language: Language) -> Vec<u8> {
    spreadsheet(names(language), slips.iter().map(|slip| slip.values(language)), footer)
}
