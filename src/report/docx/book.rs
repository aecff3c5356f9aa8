//! What makes pages an appendix or a book: the head of an appendix, the cover, places for signatures.
//!
//! In: the nouns of a document. Out: markup. An appendix is headed as phụ lục I of Nghị định 30/2020/NĐ-CP has it; for books there is
//! no national form, so the cover is a plain frame with the title in its middle. Must never fill in who signs. Next: `body`.

use super::cells::{self, Lines, Place, Row};
use super::measure::mm;
use super::paragraph::{self, Shape};
use super::styles::{APPENDIX, APPENDIX_TITLE, APPENDIX_WITH, COVER, COVER_TITLE, SIGN_HERE};
use super::xml::Xml;

/// Room for a signature under its words, and these.
const SIGN_ROOM: u32 = mm(35);

/// Number, title, and what it goes with.
pub(super) fn appendix(xml: &mut Xml<'_>, number: &str, title: &str, with: Option<&str>, breaks: bool) {
    paragraph::line(xml, &APPENDIX, Shape { breaks, ..Shape::NONE }, number);
    paragraph::line(xml, &APPENDIX_TITLE, Shape::NONE, title);
    if let Some(with) = with {
        paragraph::line(xml, &APPENDIX_WITH, Shape::NONE, with);
    }
}

/// A frame over most of the page: lines above, the title in the middle, lines below.
pub(super) fn cover(xml: &mut Xml<'_>, above: &[String], title: &str, below: &[String], room: (u32, u32)) {
    let (width, height) = room;
    cells::begin(xml, &[width], Lines::Frame);
    let title = [title.to_owned()];
    let parts = [("top", &COVER, above, 25), ("center", &COVER_TITLE, &title[..], 40), ("bottom", &COVER, below, 30)];
    for (stands, style, lines, percent) in parts {
        cells::row(xml, Row::High(height * percent / 100));
        cells::cell(xml, Place { stands, ..Place::wide(width) });
        for line in lines {
            paragraph::line(xml, style, Shape::NONE, line);
        }
        if lines.is_empty() {
            paragraph::line(xml, style, Shape::NONE, "");
        }
        xml.raw("</w:tc></w:tr>");
    }
    xml.raw("</w:tbl>");
}

/// Words side by side with room to sign under each.
pub(super) fn sign_here(xml: &mut Xml<'_>, words: &[String], room: u32) {
    let count = words.len() as u32;
    let widths: Vec<u32> = (0..count).map(|at| room * (at + 1) / count - room * at / count).collect();
    cells::begin(xml, &widths, Lines::None);
    cells::row(xml, Row::High(SIGN_ROOM));
    for (words, &width) in words.iter().zip(&widths) {
        cells::cell(xml, Place::wide(width));
        paragraph::line(xml, &SIGN_HERE, Shape::NONE, words);
        xml.raw("</w:tc>");
    }
    xml.raw("</w:tr></w:tbl>");
}
