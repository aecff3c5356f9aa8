//! The part that holds the text: sections of blocks, one after the other.
//!
//! In: a document. Out: `word/document.xml`. Knows what stands between blocks: page breaks, the paragraph that the format wants
//! between two tables, and that a signature is never torn from the last lines of the text. Must never leave a block out, but
//! for charts, which need a picture. Next: `paper`.

use super::measure::pt;
use super::paper::{self, Page};
use super::paragraph::{self, Shape};
use super::styles::{BODY, GAP, HEADINGS, NOTE, SMALL, TABLE_TITLE};
use super::xml::{DECLARATION, Xml};
use super::{book, grid, letter};
use crate::language::Language;
use crate::report::document::{Block, Document, Run, Section, Style};
use crate::report::table::Table;

/// Writes the part.
pub(super) fn write(xml: &mut Xml<'_>, document: &Document) {
    xml.raw(DECLARATION);
    xml.raw(
        "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
         xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><w:body>",
    );
    for (index, section) in document.sections.iter().enumerate() {
        let mut flow =
            Flow { language: document.language, page: Page::of(section.paper), breaks: false, after_table: false };
        for (block, next) in section.blocks.iter().zip(section.blocks.iter().skip(1).map(Some).chain([None])) {
            flow.block(xml, block, matches!(next, Some(Block::Signature(_) | Block::SignHere(_))));
        }
        end_section(xml, section, index, index + 1 == document.sections.len());
    }
    xml.raw("</w:body></w:document>");
}

/// The properties of the last section stand alone, those of the others in a paragraph. It is there in any case: a body does
/// not end with a table.
fn end_section(xml: &mut Xml<'_>, section: &Section, index: usize, last: bool) {
    xml.markup(format_args!("<w:p><w:pPr><w:pStyle w:val=\"{}\"/>", GAP.id));
    if last {
        xml.raw("</w:pPr></w:p>");
        paper::properties(xml, section, index);
    } else {
        paper::properties(xml, section, index);
        xml.raw("</w:pPr></w:p>");
    }
}

/// Where the text of a section has come to.
struct Flow {
    language: Language,
    page: Page,
    /// What comes next begins a page.
    breaks: bool,
    /// The last thing was a table: another one would grow together with it.
    after_table: bool,
}

impl Flow {
    /// `keep`: it stays on the page of what follows.
    fn block(&mut self, xml: &mut Xml<'_>, block: &Block, keep: bool) {
        let (room, language) = (self.page.text_width(), self.language);
        match block {
            Block::LetterHead(head) => self.table(xml, |xml| letter::head(xml, head, room)),
            Block::Title { kind, about } => letter::title(xml, kind, about, room, self.text()),
            Block::Addressees(names) => {
                if !names.is_empty() {
                    letter::addressees(xml, names, language, room, self.text());
                }
            }
            Block::Heading { level, text } => {
                let style = &HEADINGS[usize::from((*level).clamp(1, 3)) - 1];
                paragraph::line(xml, style, self.shape(keep), text);
            }
            Block::Paragraph(runs) => paragraph::runs(xml, &BODY, self.shape(keep), runs),
            Block::ToFill(text) => {
                let run = Run { text: text.clone(), style: Style::ToFill };
                paragraph::runs(xml, &BODY, self.shape(keep), &[run]);
            }
            Block::Table(table) => self.figures(xml, table, keep),
            Block::Chart(_) => {}
            Block::Small(text) => paragraph::line(xml, &SMALL, self.shape(keep), text),
            Block::Signature(signature) => {
                self.table(xml, |xml| letter::signature(xml, signature, language, room));
            }
            Block::SignHere(words) => {
                if !words.is_empty() {
                    self.table(xml, |xml| book::sign_here(xml, words, room));
                }
            }
            Block::Appendix { number, title, with } => {
                book::appendix(xml, number, title, with.as_deref(), self.text());
            }
            Block::Cover { above, title, below } => {
                let room = (room, self.page.text_height());
                self.table(xml, |xml| book::cover(xml, above, title, below, room));
                self.breaks = true;
            }
            Block::PageBreak => self.breaks = true,
        }
    }

    /// A table with its title and its notes.
    fn figures(&mut self, xml: &mut Xml<'_>, table: &Table, keep: bool) {
        if !table.title.is_empty() {
            let shape = self.shape(true);
            paragraph::line(xml, &TABLE_TITLE, shape, &table.title);
        }
        let (room, language) = (self.page.text_width(), self.language);
        self.table(xml, |xml| grid::write(xml, table, language, room, keep));
        for (index, note) in table.notes.iter().enumerate() {
            let above = (index == 0).then_some(pt(4));
            let shape = Shape { above, ..self.shape(keep) };
            paragraph::line(xml, &NOTE, shape, note);
        }
    }

    /// Makes way for paragraphs; tells whether the first one begins a page.
    fn text(&mut self) -> bool {
        self.after_table = false;
        std::mem::take(&mut self.breaks)
    }

    fn shape(&mut self, keep: bool) -> Shape {
        Shape { keep, breaks: self.text(), ..Shape::NONE }
    }

    /// Makes way for a table, and writes it.
    fn table(&mut self, xml: &mut Xml<'_>, write: impl FnOnce(&mut Xml<'_>)) {
        if self.after_table || self.breaks {
            let shape = self.shape(true);
            paragraph::line(xml, &GAP, shape, "");
        }
        write(xml);
        self.after_table = true;
    }
}
