//! A table of figures: title, heads of one or two levels, lines, notes.
//!
//! In: `Table`. Out: markup. The columns fill the text exactly; heads are repeated on each page; what is to be
//! seen to is red, bold and shaded, so that it is seen in black and white too. Must never change a cell: it prints what the
//! cell prints. Next: `letter`.

use super::cells::{self, Lines, Merge, Place, Row};
use super::columns;
use super::paragraph::{self, Shape};
use super::styles::{CELLS, GAP, ParagraphStyle};
use super::xml::Xml;
use crate::language::Language;
use crate::report::document::Style;
use crate::report::table::{Align, Cell, Column, Emphasis, Line, Table};

/// Tables with more columns are set a point smaller.
const MANY_COLUMNS: usize = 8;
/// A longer table goes on as another one on a new page, not behind a heading nor before a sum: the time that LibreOffice takes
/// for a table grows with the square of its length (1,000 lines of the log 12 s, 5,000 minutes; in such pieces 20 s).
const LONGEST: usize = 300;
const SHADE_HEAD: &str = "F2F2F2";
const SHADE_WARNING: &str = "FBE4D5";

/// The grid of a table between its title and its notes, `width` twentieths of a point wide. `keep`: its last line stays on the
/// page of what follows. A sum never begins a page: the line before it goes there with it.
pub(super) fn write(xml: &mut Xml<'_>, table: &Table, language: Language, width: u32, keep: bool) {
    let style = &CELLS[usize::from(table.columns.len() > MANY_COLUMNS)];
    let widths = columns::widths(table, language, style.size, width);
    let grid = Grid { columns: &table.columns, widths: &widths, style, language };
    grid.begin(xml);
    let (mut lines, mut after_heading) = (0, false);
    for (index, line) in table.lines.iter().enumerate() {
        if lines >= LONGEST && !after_heading && line.emphasis != Emphasis::Total {
            xml.raw("</w:tbl>");
            paragraph::line(xml, &GAP, Shape { keep: true, breaks: true, ..Shape::NONE }, "");
            grid.begin(xml);
            lines = 0;
        }
        // What is said of a line stays with it, and a sum with the last line of what it sums.
        let is_bound = |next: &Line| matches!(next.emphasis, Emphasis::Remark | Emphasis::Total);
        let keeps = table.lines.get(index + 1).is_some_and(is_bound);
        grid.line(xml, line, keeps || (keep && index + 1 == table.lines.len()));
        (lines, after_heading) = (lines + 1, line.emphasis == Emphasis::Heading);
    }
    xml.raw("</w:tbl>");
}

struct Grid<'a> {
    columns: &'a [Column],
    widths: &'a [u32],
    style: &'static ParagraphStyle,
    language: Language,
}

impl Grid<'_> {
    fn begin(&self, xml: &mut Xml<'_>) {
        cells::begin(xml, self.widths, Lines::All);
        self.heads(xml);
    }

    fn heads(&self, xml: &mut Xml<'_>) {
        let two_levels = self.columns.iter().any(|column| column.over.is_some());
        cells::row(xml, Row::Head);
        let mut at = 0;
        while at < self.columns.len() {
            let column = &self.columns[at];
            let same = |other: &&Column| column.over.is_some() && other.over == column.over;
            let span = self.columns[at..].iter().take_while(same).count().max(1);
            let merge = (two_levels && column.over.is_none()).then_some(Merge::Begins);
            self.head(xml, at, span, merge, column.over.as_ref().unwrap_or(&column.head));
            at += span;
        }
        xml.raw("</w:tr>");
        if two_levels {
            cells::row(xml, Row::Head);
            for (at, column) in self.columns.iter().enumerate() {
                match column.over {
                    Some(_) => self.head(xml, at, 1, None, &column.head),
                    None => self.head(xml, at, 1, Some(Merge::GoesOn), ""),
                }
            }
            xml.raw("</w:tr>");
        }
    }

    fn head(&self, xml: &mut Xml<'_>, at: usize, columns: usize, merge: Option<Merge>, text: &str) {
        let width = self.widths[at..at + columns].iter().sum();
        cells::cell(xml, Place { width, columns, merge, shade: Some(SHADE_HEAD), stands: "center" });
        self.paragraph(xml, Align::Centre, Style::Bold, true, text);
    }

    fn line(&self, xml: &mut Xml<'_>, line: &Line, keep: bool) {
        let (style, shade) = match line.emphasis {
            Emphasis::Plain => (Style::Plain, None),
            Emphasis::Heading | Emphasis::Total => (Style::Bold, None),
            Emphasis::Remark => (Style::Italic, None),
            Emphasis::Warning => (Style::Warning, Some(SHADE_WARNING)),
        };
        cells::row(xml, Row::Plain);
        if matches!(line.emphasis, Emphasis::Heading | Emphasis::Remark) {
            let (width, columns) = (self.widths.iter().sum(), self.widths.len());
            cells::cell(xml, Place { width, columns, merge: None, shade, stands: "center" });
            let text = line.cells.first().map(|cell| cell.print(self.language)).unwrap_or_default();
            self.paragraph(xml, Align::Left, style, keep || line.emphasis == Emphasis::Heading, &text);
        } else {
            for (at, column) in self.columns.iter().enumerate() {
                cells::cell(xml, Place { shade, stands: "center", ..Place::wide(self.widths[at]) });
                let text = line.cells.get(at).unwrap_or(&Cell::Empty).print(self.language);
                self.paragraph(xml, column.align, style, keep, &text);
            }
        }
        xml.raw("</w:tr>");
    }

    fn paragraph(&self, xml: &mut Xml<'_>, align: Align, style: Style, keep: bool, text: &str) {
        let align = (align != Align::Left).then_some(align);
        paragraph::begin(xml, self.style, Shape { keep, align, ..Shape::NONE });
        paragraph::run(xml, style, &with_whole_days(text));
        xml.raw("</w:p></w:tc>");
    }
}

/// Days of English tables do not break at their hyphens.
fn with_whole_days(text: &str) -> String {
    let word = |word: &str| if columns::is_date(word) { word.replace('-', "\u{2011}") } else { word.to_owned() };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_not_torn_at_their_hyphens() {
        assert_eq!(with_whole_days("since 2025-06-16, rows 6-54"), "since 2025\u{2011}06\u{2011}16, rows 6-54");
        assert_eq!(with_whole_days("14/06/2025  1234-56-78"), "14/06/2025  1234-56-78");
    }

    fn written(table: &Table) -> String {
        let mut out = Vec::new();
        let mut xml = Xml::new(&mut out);
        write(&mut xml, table, Language::Vi, 9355, false);
        xml.end().unwrap();
        String::from_utf8(out).unwrap()
    }

    fn column(width: u16, over: Option<&str>) -> Column {
        Column { head: "H".to_owned(), over: over.map(str::to_owned), width, align: Align::Left }
    }

    #[test]
    fn neighbours_under_one_head_are_spanned_by_it() {
        let over = [None, Some("A"), Some("A"), Some("B"), None];
        let columns = over.map(|over| column(1, over)).to_vec();
        let lines = vec![Line { cells: vec![Cell::Number(1)], emphasis: Emphasis::Plain }];
        let table = Table { id: "t", title: String::new(), columns, lines, notes: Vec::new() };
        let text = written(&table);
        assert_eq!(text.matches("<w:gridSpan w:val=\"2\"/>").count(), 1, "{text}");
        assert_eq!(text.matches("<w:vMerge w:val=\"restart\"/>").count(), 2);
        assert_eq!(text.matches("<w:vMerge/>").count(), 2);
        assert_eq!(text.matches("<w:tblHeader/>").count(), 2);
        // Four cells above, five below, five in the line, which has one value only.
        assert_eq!(text.matches("<w:tc>").count(), 4 + 5 + 5);
    }

    #[test]
    fn a_sum_stays_with_the_line_before_it() {
        let line = |emphasis| Line { cells: vec![Cell::Number(1)], emphasis };
        let lines = [Emphasis::Plain, Emphasis::Plain, Emphasis::Remark, Emphasis::Total].map(line).to_vec();
        let table = Table { id: "t", title: String::new(), columns: vec![column(1, None)], lines, notes: Vec::new() };
        let text = written(&table);
        // The head, then the lines.
        let kept: Vec<bool> = text.split("<w:tr>").skip(2).map(|row| row.contains("<w:keepNext/>")).collect();
        assert_eq!(kept, [false, true, true, false], "{text}");
    }

    #[test]
    fn a_long_table_is_cut_neither_behind_a_heading_nor_before_its_sum() {
        let line = |emphasis| Line { cells: vec![Cell::Number(1)], emphasis };
        let mut lines = vec![line(Emphasis::Plain); 2 * LONGEST + 1];
        lines[LONGEST - 1] = line(Emphasis::Heading);
        lines.push(line(Emphasis::Total));
        let columns = vec![column(1, None)];
        let table = Table { id: "t", title: String::new(), columns, lines, notes: Vec::new() };
        let text = written(&table);
        let rows: Vec<usize> = text.split("<w:tbl>").skip(1).map(|piece| piece.matches("<w:tr>").count() - 1).collect();
        assert_eq!(rows, [LONGEST + 1, LONGEST + 1], "the heading has its line, the sum stays");
        assert_eq!(text.matches("<w:pageBreakBefore/>").count(), 1);
    }
}
