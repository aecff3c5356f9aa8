//! One paragraph: what it has besides its style, and its runs.
//!
//! In: a style, a shape, text. Out: markup, its elements in the order of the schema, which Word insists on. A rule of the decree is
//! the upper border of a paragraph of its own, narrowed from both sides: its length is exact in Word and in LibreOffice, and
//! it is no underlined text. Must never decide what stands on a page. Next: `body`.

use super::styles::{ParagraphStyle, RULE};
use super::xml::Xml;
use crate::report::document::{Run, Style};
use crate::report::table::Align;

/// What a paragraph has besides its style; lengths in twentieths of a point.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// Stays on the page of what follows.
    pub(super) keep: bool,
    /// Begins a page.
    pub(super) breaks: bool,
    /// Room above instead of the style's.
    pub(super) above: Option<u32>,
    /// From the left and from the right.
    pub(super) sides: Option<(u32, u32)>,
    /// So much further left begins the first line.
    pub(super) hanging: u32,
    /// Place instead of the style's.
    pub(super) align: Option<Align>,
}

impl Shape {
    pub(super) const NONE: Self =
        Self { keep: false, breaks: false, above: None, sides: None, hanging: 0, align: None };
}

/// Begins a paragraph: runs may follow, then `</w:p>`.
pub(super) fn begin(xml: &mut Xml<'_>, style: &ParagraphStyle, shape: Shape) {
    begin_bordered(xml, style, shape, "");
}

fn begin_bordered(xml: &mut Xml<'_>, style: &ParagraphStyle, shape: Shape, border: &str) {
    xml.markup(format_args!("<w:p><w:pPr><w:pStyle w:val=\"{}\"/>", style.id));
    xml.raw(if shape.keep { "<w:keepNext/>" } else { "" });
    xml.raw(if shape.breaks { "<w:pageBreakBefore/>" } else { "" });
    xml.raw(border);
    if let Some(above) = shape.above {
        xml.markup(format_args!("<w:spacing w:before=\"{above}\"/>"));
    }
    if let Some((left, right)) = shape.sides {
        xml.markup(format_args!("<w:ind w:left=\"{left}\" w:right=\"{right}\" w:hanging=\"{}\"/>", shape.hanging));
    }
    if let Some(align) = shape.align {
        let place = match align {
            Align::Left => "left",
            Align::Centre => "center",
            Align::Right => "right",
        };
        xml.markup(format_args!("<w:jc w:val=\"{place}\"/>"));
    }
    xml.raw("</w:pPr>");
}

/// A paragraph of one upright run, as its style is.
pub(super) fn line(xml: &mut Xml<'_>, style: &ParagraphStyle, shape: Shape, text: &str) {
    begin(xml, style, shape);
    run(xml, Style::Plain, text);
    xml.raw("</w:p>");
}

/// A paragraph of runs.
pub(super) fn runs(xml: &mut Xml<'_>, style: &ParagraphStyle, shape: Shape, runs: &[Run]) {
    begin(xml, style, shape);
    for each in runs {
        run(xml, each.style, &each.text);
    }
    xml.raw("</w:p>");
}

/// A rule of that length in the middle of `room`; lengths in twentieths of a point.
pub(super) fn rule(xml: &mut Xml<'_>, length: u32, room: u32, keep: bool) {
    let left = room.saturating_sub(length) / 2;
    let right = room.saturating_sub(length) - left;
    let border = "<w:pBdr><w:top w:val=\"single\" w:sz=\"6\" w:space=\"1\" w:color=\"000000\"/></w:pBdr>";
    begin_bordered(xml, &RULE, Shape { keep, sides: Some((left, right)), ..Shape::NONE }, border);
    xml.raw("</w:p>");
}

/// A run. A place to be filled in stands in square brackets on yellow, so that it is seen on paper too.
pub(super) fn run(xml: &mut Xml<'_>, style: Style, text: &str) {
    if text.is_empty() && style != Style::ToFill {
        return;
    }
    xml.raw("<w:r>");
    xml.raw(match style {
        Style::Plain => "",
        Style::Bold => "<w:rPr><w:b/><w:bCs/></w:rPr>",
        Style::Italic => "<w:rPr><w:i/><w:iCs/></w:rPr>",
        Style::Warning => "<w:rPr><w:b/><w:bCs/><w:color w:val=\"C00000\"/></w:rPr>",
        Style::ToFill => "<w:rPr><w:highlight w:val=\"yellow\"/></w:rPr>",
    });
    if style == Style::ToFill {
        let inner = text.trim().trim_start_matches('[').trim_end_matches(']');
        xml.pieces(&format!("[{}]", if inner.is_empty() { "…" } else { inner }));
    } else {
        xml.pieces(text);
    }
    xml.raw("</w:r>");
}
