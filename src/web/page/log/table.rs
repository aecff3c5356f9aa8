//! Rows of the log as a table that becomes cards on a phone, and what their sums are.
//!
//! In: a page of the log. Out: markup, a row each, with what people have put right; sums of this page and of nothing else.
//! Next: `evidence`.

use chrono::{DateTime, FixedOffset, SubsecRound as _};
use maud::{Markup, html};

use super::super::super::part::words;
use super::words as said;
use crate::airing::{Kind, Outcome, OutputKind, Reason};
use crate::language::Language;
use crate::store::{Listed, Row};

/// The table.
pub(super) fn table(language: Language, rows: &[Listed]) -> Markup {
    let heads = language.pick(
        ["Dòng", "Lúc", "Buổi phát", "Tên", "Kết quả", "Đã phát", "Ghi thêm"],
        ["Row", "When", "Programme", "Title", "Outcome", "Aired", "Remarks"],
    );
    html! {
        table .cards {
            thead { tr { @for head in heads { th scope="col" { (head) } } } }
            tbody { @for listed in rows { (line(language, heads, listed)) } }
        }
    }
}

fn line(language: Language, heads: [&str; 7], listed: &Listed) -> Markup {
    let link = format!("/nhat-ky/{}", listed.seq);
    let row = match &listed.row {
        Ok(row) => row,
        Err(broken) => {
            return html! {
                tr {
                    td .num data-label=(heads[0]) { a href=(link) { (listed.seq) } }
                    td colspan="6" {
                        span .chip.bad { "✕ " (language.pick("dòng bị hỏng hoặc bị sửa", "damaged or altered")) } " "
                        (said::fault(language, &broken.fault))
                    }
                }
            };
        }
    };
    let described = listed.described.as_ref();
    let is_void = described.is_some_and(|described| described.is_void);
    let title = described.and_then(|described| described.title.as_deref()).or(row.title.as_deref());
    html! {
        tr {
            td .num data-label=(heads[0]) { a href=(link) { (listed.seq) } }
            td data-label=(heads[1]) { (when(language, row)) }
            td data-label=(heads[2]) { (row.programme_title.as_deref().unwrap_or(kind(language, row))) }
            td data-label=(heads[3]) {
                a href=(link) { (self::title(language, title, row)) }
                @if let Some(themes) = described.map(|described| &described.themes).filter(|themes| !themes.is_empty()) {
                    " " span .soft { (themes.join(", ")) }
                }
            }
            td data-label=(heads[4]) {
                (outcome(language, row))
                @if row.output != OutputKind::Card.as_str() && row.corrects.is_none() && row.outcome.is_some() {
                    " " span .chip { (language.pick("diễn tập", "rehearsal")) }
                }
                @if !listed.is_whole { " " span .chip.bad { "✕ " (language.pick("đã bị sửa", "altered")) } }
            }
            td .num data-label=(heads[5]) { @if row.outcome.is_some() && row.corrects.is_none() { (words::length(language, row.aired_ms)) } }
            td data-label=(heads[6]) {
                @if is_void { span .chip.off { "– " (language.pick("không tính", "counts nowhere")) } " " }
                @if listed.corrections > 0 { span .chip { (language.pick("đính chính ", "corrections ")) (listed.corrections) } " " }
                @if listed.notes > 0 { span .chip { (language.pick("ghi chú ", "notes ")) (listed.notes) } }
            }
        }
    }
}

/// The kind of a row in words; the log's own word for one that this program does not know.
pub(super) fn kind(language: Language, row: &Row) -> &str {
    Kind::from_word(&row.kind).map_or(row.kind.as_str(), |kind| language.kind(kind))
}

/// How a row ended, as a chip.
pub(super) fn outcome(language: Language, row: &Row) -> Markup {
    let outcome = row.outcome.as_deref().filter(|_| row.corrects.is_none()).and_then(Outcome::from_word);
    let reason = row.reason.as_deref().and_then(Reason::from_word);
    html! {
        @match outcome {
            Some(outcome) => (words::outcome(language, outcome, reason)),
            None => span .chip { (kind(language, row)) },
        }
    }
}

/// The time that was written, in the offset it was written with; rounded, since 05:29:59.999992 is half past five.
pub(super) fn instant(language: Language, text: &str) -> String {
    DateTime::parse_from_rfc3339(text)
        .map_or_else(|_| text.to_owned(), |at: DateTime<FixedOffset>| words::instant(language, at.round_subsecs(0)))
}

/// When something was written down, cut to the second as on slips and in registers: two papers of one act agree.
pub(super) fn recorded(language: Language, text: &str) -> String {
    let at = DateTime::parse_from_rfc3339(text);
    at.map_or_else(|_| text.to_owned(), |at: DateTime<FixedOffset>| words::instant(language, at))
}

/// What a row is called: its title, else what it notes.
pub(super) fn title(language: Language, title: Option<&str>, row: &Row) -> String {
    let noted = || match row.note.as_deref() {
        Some(note) if row.corrects.is_none() => said::station_note(language, note),
        note => note.unwrap_or("–").to_owned(),
    };
    title.map_or_else(noted, str::to_owned)
}

fn when(language: Language, row: &Row) -> String {
    let at = row.corrects.map_or(row.started_at.as_ref().unwrap_or(&row.scheduled_at), |_| &row.recorded_at);
    instant(language, at)
}

/// What the rows of this page come to, and what is left out of that.
pub(super) fn sums(language: Language, rows: &[Listed]) -> String {
    let counts = |listed: &&Listed| listed.described.as_ref().is_none_or(|described| !described.is_void);
    let aired = |real: bool| {
        let rows = rows.iter().filter(counts).filter_map(|listed| listed.row.as_ref().ok());
        let rows = rows.filter(|row| row.corrects.is_none() && (row.output == OutputKind::Card.as_str()) == real);
        rows.map(|row| row.aired_ms).sum::<i64>()
    };
    let void = rows.iter().filter(|listed| !counts(listed)).count();
    let length = |ms| words::length(language, ms);
    let (count, real, rehearsed) =
        (words::number(language, i64::try_from(rows.len()).unwrap_or(i64::MAX)), aired(true), aired(false));
    let mut told = match language {
        Language::Vi => format!("Trang này có {count} dòng, phát thật {}", length(real)),
        Language::En => format!("This page has {count} rows, {} on the air", length(real)),
    };
    if rehearsed > 0 {
        let more = match language {
            Language::Vi => format!("; diễn tập {}", length(rehearsed)),
            Language::En => format!("; {} of rehearsals", length(rehearsed)),
        };
        told.push_str(&more);
    }
    if void > 0 {
        let more = match language {
            Language::Vi => format!("; {void} dòng không tính đã bỏ ra ngoài"),
            Language::En => format!("; {void} rows that count nowhere are left out"),
        };
        told.push_str(&more);
    }
    told + "."
}
