//! Paper, margins, what stands in them: page numbers in the top one, the footer in the bottom one.
//!
//! In: a section. Out: its page's measures and properties, the header and footer parts. A4, top and bottom 20 mm, left 30 mm,
//! right 15 mm, also where the paper lies; page numbers Arabic, size 14, centred in the top margin, from 1 in each section.
//! Must never let a footer of one section run on into the next. Next: `body`.

use super::measure::mm;
use super::styles::{FOOTER, HEADER};
use super::xml::{DECLARATION, Xml};
use crate::report::document::{Paper, Section};

const MARGIN_TOP: u32 = mm(20);
const MARGIN_BOTTOM: u32 = mm(20);
const MARGIN_LEFT: u32 = mm(30);
const MARGIN_RIGHT: u32 = mm(15);
/// From the edge of the paper to the page number, and to the last line of the footer.
const HEADER_AT: u32 = mm(10);
const FOOTER_AT: u32 = mm(7);

/// The measures of a page, in twentieths of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Page {
    width: u32,
    height: u32,
    lies: bool,
}

impl Page {
    pub(super) const fn of(paper: Paper) -> Self {
        match paper {
            Paper::Portrait => Self { width: mm(210), height: mm(297), lies: false },
            Paper::Landscape => Self { width: mm(297), height: mm(210), lies: true },
        }
    }

    /// Between the margins.
    pub(super) const fn text_width(self) -> u32 {
        self.width - MARGIN_LEFT - MARGIN_RIGHT
    }

    /// Between the margins.
    pub(super) const fn text_height(self) -> u32 {
        self.height - MARGIN_TOP - MARGIN_BOTTOM
    }
}

/// The properties of a section, the `index`th from 0, which stand behind its last block.
pub(super) fn properties(xml: &mut Xml<'_>, section: &Section, index: usize) {
    let page = Page::of(section.paper);
    let [footer, first_footer] = footers(index);
    xml.markup(format_args!(
        "<w:sectPr><w:headerReference w:type=\"default\" r:id=\"{NUMBERED}\"/>\
         <w:headerReference w:type=\"first\" r:id=\"{UNNUMBERED}\"/>\
         <w:footerReference w:type=\"default\" r:id=\"{footer}\"/>\
         <w:footerReference w:type=\"first\" r:id=\"{first_footer}\"/>\
         <w:type w:val=\"nextPage\"/><w:pgSz w:w=\"{}\" w:h=\"{}\"",
        page.width, page.height
    ));
    xml.raw(if page.lies { " w:orient=\"landscape\"/>" } else { "/>" });
    xml.markup(format_args!(
        "<w:pgMar w:top=\"{MARGIN_TOP}\" w:right=\"{MARGIN_RIGHT}\" w:bottom=\"{MARGIN_BOTTOM}\" w:left=\"{MARGIN_LEFT}\" \
         w:header=\"{HEADER_AT}\" w:footer=\"{FOOTER_AT}\" w:gutter=\"0\"/><w:pgNumType w:start=\"1\"/>\
         <w:cols w:space=\"720\"/>"
    ));
    xml.raw(if section.numbers_first_page { "</w:sectPr>" } else { "<w:titlePg/></w:sectPr>" });
}

/// The relations to the two headers, which all sections share: names of parts are those with `.xml` behind them.
pub(super) const NUMBERED: &str = "header1";
/// Without a number.
pub(super) const UNNUMBERED: &str = "header2";

/// The relations to the footers of a section: of its pages, and of its first one, which must be another part.
pub(super) fn footers(index: usize) -> [String; 2] {
    [1, 2].map(|which| format!("footer{}", 2 * index + which))
}

const NAMES: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";

/// The part of a header.
pub(super) fn header(xml: &mut Xml<'_>, numbered: bool) {
    xml.raw(DECLARATION);
    xml.markup(format_args!("<w:hdr {NAMES}><w:p><w:pPr><w:pStyle w:val=\"{}\"/></w:pPr>", HEADER.id));
    if numbered {
        xml.raw("<w:fldSimple w:instr=\" PAGE \"><w:r><w:t>2</w:t></w:r></w:fldSimple>");
    }
    xml.raw("</w:p></w:hdr>");
}

/// The part of a footer.
pub(super) fn footer(xml: &mut Xml<'_>, text: Option<&str>) {
    xml.raw(DECLARATION);
    xml.markup(format_args!("<w:ftr {NAMES}><w:p><w:pPr><w:pStyle w:val=\"{}\"/></w:pPr>", FOOTER.id));
    if let Some(text) = text {
        xml.raw("<w:r>");
        xml.pieces(text);
        xml.raw("</w:r>");
    }
    xml.raw("</w:p></w:ftr>");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_as_wide_as_the_margins_leave_it() {
        let text = |paper| (Page::of(paper).text_width(), Page::of(paper).text_height());
        assert_eq!(text(Paper::Portrait), (11906 - 1701 - 850, 16838 - 2 * 1134));
        assert_eq!(text(Paper::Landscape), (16838 - 1701 - 850, 11906 - 2 * 1134));
    }

    #[test]
    fn each_section_has_footers_of_its_own() {
        assert_eq!([footers(0), footers(1)].concat(), ["footer1", "footer2", "footer3", "footer4"]);
    }
}
