//! What stands above the body of a report, and the signature below it.
//!
//! In: issuer, number and date. Out: head, title, addressees; signature with the recipients. Blank where the registry writes:
//! number, day and month. Zeros before days below 10 and the months 1 and 2, so that nobody makes 11 of 1 with a pen. Pure.
//! Next: `body`.

use chrono::{Datelike as _, NaiveDate};

use super::Parts;
use crate::language::Language;
use crate::report::document::{Block, LetterHead, Signature};

/// What it is about, unless the settings say otherwise.
const ABOUT: [&str; 2] = [
    "Kết quả thông tin, tuyên truyền cải cách hành chính {period} trên địa bàn {commune}",
    "Information about administrative reform, {period}, in {commune}",
];

/// Where something has to be written that no setting says.
const BLANK: &str = "…………………………";

pub(super) fn head(parts: &Parts<'_>) -> Vec<Block> {
    let issuer = parts.issuer;
    let number = format!("{} {}", parts.pick("Số:", "No.:"), number(parts));
    let place_and_date = format!("{}, {}", or_blank(&issuer.place), date_line(parts));
    let mut addressees = issuer.addressees.clone();
    if addressees.is_empty() {
        addressees.push(BLANK.to_owned());
    }
    vec![
        Block::LetterHead(LetterHead {
            superior: issuer.superior.clone(),
            authority: issuer.authority.clone(),
            number,
            place_and_date,
        }),
        Block::Title { kind: parts.pick("BÁO CÁO", "REPORT").to_owned(), about: about(parts) },
        Block::Addressees(addressees),
    ]
}

fn or_blank(text: &str) -> &str {
    if text.is_empty() { BLANK } else { text }
}

/// What the report is about, on two lines where the period's name allows it.
#[must_use]
pub fn about(parts: &Parts<'_>) -> Vec<String> {
    let title = parts.title.unwrap_or(parts.pick(ABOUT[0], ABOUT[1]));
    let fill = |text: &str| {
        let period = parts.given.period.name(parts.language());
        text.replace("{period}", &period).replace("{commune}", &parts.issuer.commune).trim().to_owned()
    };
    match title.find("{period}").filter(|at| *at > 0) {
        Some(at) => vec![fill(&title[..at]), fill(&title[at..])],
        None => vec![fill(title)],
    }
}

/// `UBND xã Thanh Đa`.
pub(super) fn issuer(parts: &Parts<'_>) -> String {
    match parts.language() {
        Language::Vi => format!("UBND {}", parts.issuer.commune),
        Language::En => format!("the People's Committee of {}", parts.issuer.commune),
    }
}

/// A number as documents have it: one below 10 with a zero before it.
#[must_use]
pub fn number_text(typed: &str) -> String {
    match typed.parse::<u32>() {
        Ok(number) => format!("{number:02}"),
        Err(_) => typed.to_owned(),
    }
}

/// `05/BC-UBND`; room for the number while there is none.
pub(super) fn number(parts: &Parts<'_>) -> String {
    let number = parts.number.map_or_else(|| " ".repeat(5), number_text);
    format!("{number}/{}", parts.issuer.symbol)
}

/// `ngày 05 tháng 02 năm 2025`; room for day and month while there is no date, in the year in which it is written.
pub(super) fn date_line(parts: &Parts<'_>) -> String {
    let room = " ".repeat(5);
    match (parts.language(), parts.date) {
        (Language::Vi, Some(date)) => format!("ngày {:02} tháng {} năm {}", date.day(), month(date), date.year()),
        (Language::Vi, None) => format!("ngày{room}tháng{room}năm {}", parts.made.at.year()),
        (Language::En, Some(date)) => format!("{} {} {}", date.day(), date.format("%B"), date.year()),
        (Language::En, None) => format!("{room}{room}{}", parts.made.at.year()),
    }
}

fn month(date: NaiveDate) -> String {
    if date.month() < 3 { format!("{:02}", date.month()) } else { date.month().to_string() }
}

pub(super) fn signature(parts: &Parts<'_>) -> Block {
    let issuer = parts.issuer;
    Block::Signature(Signature {
        recipients: issuer.recipients.clone(),
        lines: issuer.signer_lines.clone(),
        name: issuer.signer_name.clone(),
    })
}
