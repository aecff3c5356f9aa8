//! How sheets look: formats of cells, the set-up of pages.
//!
//! In: what a cell is. Out: a format of the library. Numbers, days and lengths carry formats that each reader's own program turns
//! into its commas and points. What is to be seen to is red and bold, never by colour alone: its words say it too. Next: `sheet`.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, FormatUnderline, Worksheet};

use super::Book;
use super::cells::plain;
use crate::language::Language;
use crate::report::table::{Align, Emphasis};

/// Whole numbers, their thousands apart.
pub(super) const COUNT: &str = "#,##0";
/// Minutes.
pub(super) const MINUTES: &str = "#,##0.0";
/// Lengths as minutes and seconds, also above an hour.
pub(super) const LENGTH: &str = "[m]:ss";

/// Days as these readers write them.
pub(super) const fn date(language: Language) -> &'static str {
    language.pick("dd/mm/yyyy", "yyyy-mm-dd")
}

/// Instants as these readers write them.
pub(super) const fn instant(language: Language) -> &'static str {
    language.pick("dd/mm/yyyy hh:mm:ss", "yyyy-mm-dd hh:mm:ss")
}

/// What a cell is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// The title of a sheet.
    Title,
    /// The line below it.
    Subtitle,
    /// The head of a column.
    Head,
    /// The names that the log gives its columns.
    Names,
    /// A note below a table.
    Note,
    /// The name of a fact.
    Fact,
    /// A fact.
    Value,
    /// What leads to another sheet.
    Link,
}

/// Type of official documents.
const FONT: &str = "Times New Roman";
const HEAD_FILL: Color = Color::RGB(0x00DC_E6F1);
const NAMES_INK: Color = Color::RGB(0x0059_5959);
const LINK_INK: Color = Color::RGB(0x0005_63C1);
const HEADING_FILL: Color = Color::RGB(0x00F2_F2F2);
const TOTAL_FILL: Color = Color::RGB(0x00FF_F8E1);
const WARNING_INK: Color = Color::RGB(0x009C_0006);
const WARNING_FILL: Color = Color::RGB(0x00FF_C7CE);

/// The format of a cell that is none of a table's lines.
pub(super) fn format(look: Look) -> Format {
    let format = Format::new().set_font_name(FONT).set_font_size(12).set_align(FormatAlign::VerticalCenter);
    match look {
        Look::Title => format.set_font_size(14).set_bold().set_align(FormatAlign::Center).set_text_wrap(),
        Look::Subtitle => format.set_italic().set_align(FormatAlign::Center).set_text_wrap(),
        Look::Head => {
            bordered(format).set_bold().set_align(FormatAlign::Center).set_text_wrap().set_background_color(HEAD_FILL)
        }
        Look::Names => Format::new().set_font_size(9).set_font_color(NAMES_INK),
        Look::Note => format.set_italic().set_align(FormatAlign::Top).set_text_wrap(),
        Look::Link => {
            format.set_align(FormatAlign::Top).set_font_color(LINK_INK).set_underline(FormatUnderline::Single)
        }
        Look::Fact => format.set_bold().set_align(FormatAlign::Top),
        Look::Value => format.set_align(FormatAlign::Left).set_align(FormatAlign::Top).set_text_wrap(),
    }
}

/// The format of a cell in a table's line.
pub(super) fn body(align: Align, wraps: bool, emphasis: Emphasis) -> Format {
    let side = match align {
        Align::Left => FormatAlign::Left,
        Align::Centre => FormatAlign::Center,
        Align::Right => FormatAlign::Right,
    };
    let format = Format::new().set_font_name(FONT).set_font_size(12).set_align(FormatAlign::VerticalCenter);
    let format = bordered(format.set_align(side));
    let format = if wraps { format.set_text_wrap() } else { format };
    // Else a text would touch the number at its left.
    let format = if align == Align::Left { format.set_indent(1) } else { format };
    match emphasis {
        Emphasis::Plain => format,
        Emphasis::Heading => format
            .set_bold()
            .set_align(FormatAlign::Left)
            .set_background_color(HEADING_FILL)
            .set_border_left(FormatBorder::None)
            .set_border_right(FormatBorder::None),
        Emphasis::Total => format.set_bold().set_background_color(TOTAL_FILL),
        Emphasis::Remark => format.set_italic(),
        Emphasis::Warning => format.set_bold().set_font_color(WARNING_INK).set_background_color(WARNING_FILL),
    }
}

fn bordered(format: Format) -> Format {
    format.set_border(FormatBorder::Thin)
}

/// A4 landscape, so many pages wide, the sheet's name and the page's number below.
pub(super) fn pages(sheet: &mut Worksheet, book: &Book<'_>, wide: u16) {
    const A4: u8 = 9;
    // `&` begins a code there; what is longer is refused.
    let period: String = plain(book.period).replace('&', "&&").chars().take(100).collect();
    let page = book.language.pick("Trang", "Page");
    sheet
        .set_paper_size(A4)
        .set_landscape()
        .set_print_fit_to_pages(wide, 0)
        .set_margins(0.6, 0.6, 0.6, 0.7, 0.3, 0.3)
        .set_footer(format!("&L{period}&C&A&R{page} &P/&N"));
}
