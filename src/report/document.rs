//! A document before any format: sections of blocks, each a thing of which the layout rules speak.
//!
//! In: nothing; these are nouns. Out: what `docx` and `html` print. The layout itself (millimetres, points, rules) is theirs,
//! after Nghị định 30/2020/NĐ-CP, phụ lục I. Must never hold a judgement: what a person has to write is `ToFill`. Pure.
//! Next: `compose`, which makes one.

use super::table::Table;
use crate::language::Language;

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Of its own words; the content has it already.
    pub language: Language,
    /// For the properties of the file and the head of a page.
    pub title: String,
    /// Who made it, for the properties of the file.
    pub author: String,
    /// One after the other, each on a new page.
    pub sections: Vec<Section>,
}

/// Pages of one format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// How the paper lies.
    pub paper: Paper,
    /// Whether the first page carries its number; the others do. Each section counts from 1.
    pub numbers_first_page: bool,
    /// In the bottom margin of each page, small: window, rows, head and program.
    pub footer: Option<String>,
    /// From top to bottom.
    pub blocks: Vec<Block>,
}

/// How A4 paper lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paper {
    /// 210 mm wide.
    Portrait,
    /// 297 mm wide.
    Landscape,
}

/// A thing on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// The two-column head of an official document, without borders, with its rules.
    LetterHead(LetterHead),
    /// Its kind and what it is about, centred, with a rule below.
    Title {
        /// `BÁO CÁO`.
        kind: String,
        /// Line by line.
        about: Vec<String>,
    },
    /// To whom it goes: one on the line of `Kính gửi:`, more each on a line of its own.
    Addressees(Vec<String>),
    /// A heading: level 1 is `I.`, 2 is `1.`, 3 is `a)`.
    Heading {
        /// 1 to 3.
        level: u8,
        /// With its number.
        text: String,
    },
    /// Justified, first line indented.
    Paragraph(Vec<Run>),
    /// A marked place where a person has to write.
    ToFill(String),
    /// A table with its title above and its notes below.
    Table(Table),
    /// Minutes per theme and month; formats without pictures leave it out.
    Chart(Chart),
    /// Small print.
    Small(String),
    /// The signature block with the list of recipients at its left.
    Signature(Signature),
    /// Places for signatures side by side, each under its words, as in a book: `Người trực (ký)`.
    SignHere(Vec<String>),
    /// Heading of an appendix: number (`Phụ lục I`, none for an only one), title, the line in brackets below.
    Appendix {
        /// `Phụ lục`, `Phụ lục I`.
        number: String,
        /// In capitals.
        title: String,
        /// `(Kèm theo Báo cáo số ... )`.
        with: Option<String>,
    },
    /// The cover of a book: lines centred on a page of their own, the large one among them.
    Cover {
        /// Above: authority, station.
        above: Vec<String>,
        /// Large.
        title: String,
        /// Below: volume, from when to when.
        below: Vec<String>,
    },
    /// What follows begins on a new page.
    PageBreak,
}

/// A piece of a paragraph in one style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its text.
    pub text: String,
    /// How it is set.
    pub style: Style,
}

/// How a piece of text is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// Upright.
    #[default]
    Plain,
    /// Heavier.
    Bold,
    /// Slanted, as the documents that it rests on.
    Italic,
    /// Red and bold: to be seen to.
    Warning,
    /// Marked as a place where a person has to write.
    ToFill,
}

impl Run {
    /// An upright piece.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), style: Style::Plain }
    }
}

/// Who issues it, under which number, where and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterHead {
    /// The body above the issuer, upright; most communes print none.
    pub superior: Option<String>,
    /// The issuer, bold capitals, line by line, with a rule below.
    pub authority: Vec<String>,
    /// `Số:     /BC-UBND`, the number left blank unless it is given.
    pub number: String,
    /// `Thanh Đa, ngày     tháng     năm 2025`, italic.
    pub place_and_date: String,
}

/// Who signs, and to whom copies go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// `Như trên`, `Lưu: VT`, without dashes and ends.
    pub recipients: Vec<String>,
    /// `TM. ỦY BAN NHÂN DÂN`, `KT. CHỦ TỊCH`, `PHÓ CHỦ TỊCH`.
    pub lines: Vec<String>,
    /// Under the room for signature and stamp; empty when it is left to be written.
    pub name: String,
}

/// Minutes on the air per theme and month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// Above it.
    pub title: String,
    /// Names of the months, in order.
    pub months: Vec<String>,
    /// One per theme.
    pub series: Vec<Series>,
}

/// A theme in a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// `ND3`.
    pub code: String,
    /// What it is called.
    pub label: String,
    /// Milliseconds, one per month.
    pub aired_ms: Vec<i64>,
}
