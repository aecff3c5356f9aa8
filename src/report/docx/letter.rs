//! What makes a page an official document: the head in two columns, the title, to whom it goes, the signature.
//!
//! In: the nouns of a document. Out: markup after Nghị định 30/2020/NĐ-CP, phụ lục I: the national name with its motto and a
//! rule as long as that, the issuer with a rule of a third to a half of its line, number and date level with each other, the
//! signature in the right half level with the recipients. Must never invent a number, a date or a name. Next: `book`.

use super::cells::{self, Lines, Place, Row};
use super::measure::{Weight, mm, pt, width};
use super::paragraph::{self, Shape};
use super::styles::{
    ABOUT, ADDRESSEE, ADDRESSEES, AUTHORITY, COUNTRY, KIND, MOTTO, NUMBER, PLACE_AND_DATE, POSITION, ParagraphStyle,
    RECIPIENT, RECIPIENTS_HEAD, SIGNER, SUPERIOR,
};
use super::xml::Xml;
use crate::language::Language;
use crate::report::document::{LetterHead, Signature};

const NATION: &str = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM";
const MOTTO_WORDS: &str = "Độc lập - Tự do - Hạnh phúc";

/// The right column of the head: the national name, which is 96 mm long, must not wrap.
const NATION_COLUMN: u32 = mm(98);
/// Room for signature and stamp.
const STAMP: u32 = mm(30);

/// The head, in `room` twentieths of a point.
pub(super) fn head(xml: &mut Xml<'_>, head: &LetterHead, room: u32) {
    let columns = [room.saturating_sub(NATION_COLUMN), NATION_COLUMN];
    cells::begin(xml, &columns, Lines::None);
    cells::row(xml, Row::Plain);
    cells::cell(xml, Place::wide(columns[0]));
    if let Some(superior) = &head.superior {
        paragraph::line(xml, &SUPERIOR, Shape::NONE, superior);
    }
    for line in &head.authority {
        paragraph::line(xml, &AUTHORITY, Shape::NONE, line);
    }
    let last = head.authority.last().map_or("", String::as_str);
    short_rule(xml, last, &AUTHORITY, columns[0], false);
    xml.raw("</w:tc>");
    cells::cell(xml, Place::wide(columns[1]));
    paragraph::line(xml, &COUNTRY, Shape::NONE, NATION);
    paragraph::line(xml, &MOTTO, Shape::NONE, MOTTO_WORDS);
    paragraph::rule(xml, width(MOTTO_WORDS, Weight::Bold, MOTTO.size), columns[1], false);
    xml.raw("</w:tc></w:tr>");
    cells::row(xml, Row::Plain);
    for (style, text, column) in
        [(&NUMBER, &head.number, columns[0]), (&PLACE_AND_DATE, &head.place_and_date, columns[1])]
    {
        cells::cell(xml, Place { stands: "bottom", ..Place::wide(column) });
        paragraph::line(xml, style, Shape::NONE, text);
        xml.raw("</w:tc>");
    }
    xml.raw("</w:tr></w:tbl>");
}

/// A rule of nine twentieths of its line, which lies between a third and a half of it.
fn short_rule(xml: &mut Xml<'_>, line: &str, style: &ParagraphStyle, room: u32, keep: bool) {
    let shown = if style.capitals { line.to_uppercase() } else { line.to_owned() };
    let length = width(&shown, Weight::Bold, style.size).min(room);
    paragraph::rule(xml, length * 9 / 20, room, keep);
}

/// The kind of the document, what it is about, the rule below.
pub(super) fn title(xml: &mut Xml<'_>, kind: &str, about: &[String], room: u32, breaks: bool) {
    paragraph::line(xml, &KIND, Shape { breaks, ..Shape::NONE }, kind);
    for line in about {
        paragraph::line(xml, &ABOUT, Shape::NONE, line);
    }
    let (line, style) = about.last().map_or((kind, &KIND), |line| (line.as_str(), &ABOUT));
    short_rule(xml, line, style, room, true);
}

/// One on the line of `Kính gửi:`; more on lines of their own, their dashes under the colon.
pub(super) fn addressees(xml: &mut Xml<'_>, names: &[String], language: Language, room: u32, breaks: bool) {
    let to = language.pick("Kính gửi", "To");
    let names: Vec<&str> = names.iter().map(|name| bare(name)).collect();
    match names.as_slice() {
        [] => {}
        [name] => paragraph::line(xml, &ADDRESSEE, Shape { breaks, ..Shape::NONE }, &format!("{to}: {name}.")),
        _ => {
            let before_colon = width(to, Weight::Upright, ADDRESSEES.size);
            let dash = width("- ", Weight::Upright, ADDRESSEES.size);
            let longest = names.iter().map(|name| width(name, Weight::Upright, ADDRESSEES.size)).max().unwrap_or(0);
            let left = (room.saturating_sub(before_colon + dash + longest) / 2).max(mm(13));
            let head = Shape { keep: true, breaks, above: Some(pt(12)), sides: Some((left, 0)), ..Shape::NONE };
            paragraph::line(xml, &ADDRESSEES, head, &format!("{to}:"));
            for (index, name) in names.iter().enumerate() {
                let keep = index + 1 < names.len();
                let end = if keep { ';' } else { '.' };
                let sides = Some((left + before_colon + dash, 0));
                let shape = Shape { keep, sides, hanging: dash, ..Shape::NONE };
                paragraph::line(xml, &ADDRESSEES, shape, &format!("- {name}{end}"));
            }
        }
    }
}

/// Without a dash before it and the end behind it.
fn bare(name: &str) -> &str {
    name.trim().trim_start_matches(['-', '–']).trim_start().trim_end_matches([';', ',', '.']).trim_end()
}

/// Recipients at the left, who signs at the right, in one row, which no page tears.
pub(super) fn signature(xml: &mut Xml<'_>, signature: &Signature, language: Language, room: u32) {
    let columns = [room / 2, room - room / 2];
    cells::begin(xml, &columns, Lines::None);
    cells::row(xml, Row::Plain);
    cells::cell(xml, Place::wide(columns[0]));
    let above = Some(pt(12));
    paragraph::line(xml, &RECIPIENTS_HEAD, Shape { above, ..Shape::NONE }, language.pick("Nơi nhận:", "Copies to:"));
    for (index, name) in signature.recipients.iter().enumerate() {
        let end = if index + 1 == signature.recipients.len() { '.' } else { ';' };
        let dash = width("- ", Weight::Upright, RECIPIENT.size);
        let shape = Shape { sides: Some((dash, 0)), hanging: dash, ..Shape::NONE };
        paragraph::line(xml, &RECIPIENT, shape, &format!("- {}{end}", bare(name)));
    }
    xml.raw("</w:tc>");
    cells::cell(xml, Place::wide(columns[1]));
    for (index, line) in signature.lines.iter().enumerate() {
        paragraph::line(xml, &POSITION, Shape { above: above.filter(|_| index == 0), ..Shape::NONE }, line);
    }
    paragraph::line(xml, &SIGNER, Shape { above: Some(STAMP), ..Shape::NONE }, &signature.name);
    xml.raw("</w:tc></w:tr></w:tbl>");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_and_dashes_come_from_here_alone() {
        assert_eq!(bare("- Như trên;"), "Như trên");
        assert_eq!(bare("Lưu: VT."), "Lưu: VT");
        assert_eq!(bare("Phòng Nội vụ huyện"), "Phòng Nội vụ huyện");
    }

    #[test]
    fn the_national_name_fits_its_column() {
        assert!(width(NATION, Weight::Bold, COUNTRY.size) + mm(2) < NATION_COLUMN);
    }
}
