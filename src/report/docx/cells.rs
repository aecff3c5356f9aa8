//! The frame of any table: its properties, rows and cells.
//!
//! In: widths of columns. Out: markup, its elements in the order of the schema. Column widths are fixed and fill the text
//! exactly; a row is never torn by the end of a page. Must never be left without a paragraph in a cell, which Word calls
//! damage. Next: `grid`, `letter`, `book`.

use super::columns::SIDE;
use super::xml::Xml;

/// Which lines a table shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    /// None: the table only places things side by side.
    None,
    /// All, thin.
    All,
    /// A double one around it.
    Frame,
}

/// Begins a table of columns so wide, in twentieths of a point.
pub(super) fn begin(xml: &mut Xml<'_>, widths: &[u32], lines: Lines) {
    let width: u32 = widths.iter().sum();
    xml.markup(format_args!(
        "<w:tbl><w:tblPr><w:tblW w:w=\"{width}\" w:type=\"dxa\"/><w:tblInd w:w=\"0\" w:type=\"dxa\"/>"
    ));
    borders(xml, lines);
    // Without lines texts begin where those of the page do.
    let side = if lines == Lines::None { 0 } else { SIDE };
    xml.markup(format_args!(
        "<w:tblLayout w:type=\"fixed\"/><w:tblCellMar><w:top w:w=\"{above}\" w:type=\"dxa\"/>\
         <w:left w:w=\"{side}\" w:type=\"dxa\"/><w:bottom w:w=\"{above}\" w:type=\"dxa\"/>\
         <w:right w:w=\"{side}\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr><w:tblGrid>",
        above = side / 2
    ));
    for width in widths {
        xml.markup(format_args!("<w:gridCol w:w=\"{width}\"/>"));
    }
    xml.raw("</w:tblGrid>");
}

fn borders(xml: &mut Xml<'_>, lines: Lines) {
    let (outer, inner) = match lines {
        Lines::None => return,
        Lines::All => ("single\" w:sz=\"4", Some("single\" w:sz=\"4")),
        Lines::Frame => ("double\" w:sz=\"6", None),
    };
    xml.raw("<w:tblBorders>");
    for side in ["top", "left", "bottom", "right"] {
        xml.markup(format_args!("<w:{side} w:val=\"{outer}\" w:space=\"0\" w:color=\"000000\"/>"));
    }
    for side in inner.iter().flat_map(|line| [("insideH", line), ("insideV", line)]) {
        xml.markup(format_args!("<w:{} w:val=\"{}\" w:space=\"0\" w:color=\"000000\"/>", side.0, side.1));
    }
    xml.raw("</w:tblBorders>");
}

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Row {
    /// As high as its texts.
    Plain,
    /// At least so high, in twentieths of a point.
    High(u32),
    /// Repeated at the top of each page.
    Head,
}

/// Begins a row.
pub(super) fn row(xml: &mut Xml<'_>, row: Row) {
    xml.raw("<w:tr><w:trPr><w:cantSplit/>");
    match row {
        Row::Plain => {}
        Row::High(height) => xml.markup(format_args!("<w:trHeight w:val=\"{height}\" w:hRule=\"atLeast\"/>")),
        Row::Head => xml.raw("<w:tblHeader/>"),
    }
    xml.raw("</w:trPr>");
}

/// How a cell lies in its table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// In twentieths of a point.
    pub(super) width: u32,
    /// Columns that it spans.
    pub(super) columns: usize,
    /// Whether it begins or goes on with one cell over two rows.
    pub(super) merge: Option<Merge>,
    /// `FFFFFF`, or none.
    pub(super) shade: Option<&'static str>,
    /// `top`, `center`, `bottom`.
    pub(super) stands: &'static str,
}

/// A cell over two rows.
#[derive(Debug, Clone, Copy)]
pub(super) enum Merge {
    /// The upper one.
    Begins,
    /// The lower one, which shows nothing.
    GoesOn,
}

impl Place {
    /// One column wide, its text at the top.
    pub(super) const fn wide(width: u32) -> Self {
        Self { width, columns: 1, merge: None, shade: None, stands: "top" }
    }
}

/// Begins a cell; at least one paragraph must follow, then `</w:tc>`.
pub(super) fn cell(xml: &mut Xml<'_>, place: Place) {
    xml.markup(format_args!("<w:tc><w:tcPr><w:tcW w:w=\"{}\" w:type=\"dxa\"/>", place.width));
    if place.columns > 1 {
        xml.markup(format_args!("<w:gridSpan w:val=\"{}\"/>", place.columns));
    }
    match place.merge {
        None => {}
        Some(Merge::Begins) => xml.raw("<w:vMerge w:val=\"restart\"/>"),
        Some(Merge::GoesOn) => xml.raw("<w:vMerge/>"),
    }
    if let Some(colour) = place.shade {
        xml.markup(format_args!("<w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"{colour}\"/>"));
    }
    xml.markup(format_args!("<w:vAlign w:val=\"{}\"/></w:tcPr>", place.stands));
}
