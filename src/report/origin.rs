//! What an export says of where it comes from: days, rows, heads of the chains, program.
//!
//! In: what the figures were made of. Out: the same few facts for every format, so that an export can be held against the log
//! that it was made from. Must never be left out of an export. Pure. Next: `csv`, `json`.

use chrono::{DateTime, FixedOffset};

use super::tables::Given;
use crate::language::Language;
use crate::report::table::Cell;
use crate::store::Proved;

/// From what, when and by what an export was made.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// Name of the station on the last day.
    pub station: &'a str,
    /// Head of the airing log when it was read, `seq:hash`; none for a log without rows.
    pub head: Option<&'a str>,
    /// Which rows were proved before anything was made of them.
    pub proved: Proved,
    /// First and last of the corrections and notes that speak of rows of the period and stand behind them.
    pub remarks: Option<(i64, i64)>,
    /// Heads of the other chains that were read, by name: `activities`, `zones`.
    pub other_heads: &'a [(&'a str, String)],
    /// The program and its version, `loa 0.1.0`.
    pub program: &'a str,
    /// When.
    pub made_at: DateTime<FixedOffset>,
}

impl Origin<'_> {
    /// Each fact with its id, which never changes, and its name in the language.
    #[must_use]
    pub fn facts(&self, given: &Given<'_>) -> Vec<(String, &'static str, Cell)> {
        let totals = &given.figures.totals;
        let pick = |vi, en| given.language.pick(vi, en);
        let text = |text: String| Cell::Text(text);
        let row = |seq: Option<i64>| seq.map_or(Cell::Empty, Cell::Number);
        let window = given.period.window;
        let mut facts = vec![
            ("station", pick("Đài", "Station"), Cell::text(self.station)),
            ("period", pick("Kỳ báo cáo", "Period"), text(given.period.span.to_string())),
            ("period_name", pick("Tên kỳ", "Name of the period"), text(given.period.name(given.language))),
            ("first_day", pick("Từ ngày", "First day"), Cell::Date(window.first)),
            ("last_day", pick("Đến ngày", "Last day"), Cell::Date(window.last)),
            ("first_row", pick("Dòng nhật ký đầu của kỳ", "First row of the period"), row(totals.first_seq)),
            ("last_row", pick("Dòng nhật ký cuối của kỳ", "Last row of the period"), row(totals.last_seq)),
            ("rows", pick("Số dòng được tính", "Rows counted"), Cell::Number(totals.rows)),
            (
                "head",
                pick("Dòng cuối của nhật ký khi lập", "Head of the log"),
                self.head.map_or(Cell::Empty, Cell::text),
            ),
        ];
        if let Some((first, last)) = self.remarks {
            let name = pick("Dòng đính chính, ghi chú đầu của kỳ", "First correction or note of the period");
            facts.push(("first_remark", name, Cell::Number(first)));
            let name = pick("Dòng đính chính, ghi chú cuối của kỳ", "Last correction or note of the period");
            facts.push(("last_remark", name, Cell::Number(last)));
        }
        let named = |name: &str| match (name, given.language) {
            ("activities", Language::Vi) => "Dòng cuối của sổ hoạt động khi lập",
            ("zones", Language::Vi) => "Dòng cuối của sổ tình trạng cụm loa khi lập",
            (_, Language::Vi) => "Dòng cuối của chuỗi khác khi lập",
            ("activities", Language::En) => "Head of the activities",
            ("zones", Language::En) => "Head of the states of zones",
            (_, Language::En) => "Head of another chain",
        };
        let heads = self.other_heads.iter();
        let mut facts: Vec<_> = facts.drain(..).map(|(id, name, cell)| (id.to_owned(), name, cell)).collect();
        facts.extend(heads.map(|(name, head)| (format!("head_{name}"), named(name), Cell::text(head.as_str()))));
        let proved = text(chain(self.proved, given.language));
        facts.push(("chain".to_owned(), pick("Kiểm tra chuỗi hash", "Proof of the chain"), proved));
        facts.push(("program".to_owned(), pick("Phần mềm", "Program"), Cell::text(self.program)));
        facts.push(("made_at".to_owned(), pick("Lập lúc", "Made at"), Cell::Instant(self.made_at.naive_local())));
        facts
    }
}

/// Which rows were proved: `đã kiểm tra chuỗi hash dòng 1-60`.
#[must_use]
pub fn chain(proved: Proved, language: Language) -> String {
    match proved {
        Proved::Rows { first, last } => {
            format!(
                "{} {first}-{last}",
                language.pick("đã kiểm tra chuỗi hash dòng", "chain of hashes proved for the rows")
            )
        }
        Proved::TooMany => language
            .pick(
                "chưa kiểm tra chuỗi hash: quá nhiều dòng; chạy `loa log verify`",
                "chain of hashes not proved: too many rows; run `loa log verify`",
            )
            .to_owned(),
        Proved::Nothing => language.pick("chưa có dòng nào để kiểm tra chuỗi hash", "no row to prove").to_owned(),
    }
}
