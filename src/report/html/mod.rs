//! A document as one HTML page that needs nothing else: no script, no file beside it, nothing from a network.
//!
//! In: `Document`. Out: the text of the page, always the same for the same document. On the screen it is read at any width, on
//! paper it is laid out as Nghị định 30/2020/NĐ-CP has it, as far as a browser prints so. Every word of a person is escaped
//! by `maud`. Must never name anything outside of the page. Pure. Next: `letter`.

pub(crate) mod chart; // minutes per theme and month, as SVG
pub(crate) mod grid; // tables of figures
mod letter; // head, title, addressees, signature, covers

use std::fmt::Write as _;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::document::{Block, Document, Paper, Run, Section, Style};
use crate::language::Language;

/// How it looks, on the screen and on paper.
const STYLE: &str = include_str!("style.css");

/// The whole page.
#[must_use]
pub fn page(document: &Document) -> String {
    let language = document.language;
    let mut charts = 0;
    html! {
        (DOCTYPE)
        html lang=(language.pick("vi", "en")) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                // What the page promises, the browser keeps: nothing is fetched, nothing is run.
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                @if !document.author.is_empty() { meta name="author" content=(document.author); }
                title { (document.title) }
                style { (PreEscaped(STYLE)) (PreEscaped(margins(document))) }
            }
            body {
                @for (index, section) in document.sections.iter().enumerate() {
                    (section_of_pages(section, index, language, &mut charts))
                }
            }
        }
    }
    .into_string()
}

fn section_of_pages(section: &Section, index: usize, language: Language, charts: &mut usize) -> Markup {
    let lies = section.paper == Paper::Landscape;
    html! {
        section.pages.landscape[lies] style=(format!("page: s{index}")) {
            @for (at, each) in section.blocks.iter().enumerate() {
                @if at > 0 && section.blocks[at - 1] == Block::PageBreak { div.next-page {} }
                (block(each, language, charts))
            }
            @if let Some(footer) = &section.footer { footer { (footer) } }
        }
    }
}

/// What stands in the margins of each section: numbers of its pages above, counted from 1 in each, the footer below. Only paged
/// media have them.
fn margins(document: &Document) -> String {
    let mut css = String::new();
    for (index, section) in document.sections.iter().enumerate() {
        let lies = if section.paper == Paper::Landscape { "landscape" } else { "portrait" };
        let from = if section.numbers_first_page { "decimal" } else { "later" };
        let footer = section.footer.as_deref().map_or_else(|| "none".to_owned(), quoted);
        writeln!(
            css,
            "@page s{index} {{ size: A4 {lies}; counter-increment: p{index}; @top-center {{ content: counter(p{index}, {from}); }} \
             @bottom-center {{ content: {footer}; }} }}"
        )
        .expect("a string takes everything");
    }
    css
}

/// A text as a string of CSS: nothing in it ends the string, the sheet or the element.
fn quoted(text: &str) -> String {
    let mut css = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' | '<' | '>' | '&' | '\0'..='\x1f' => {
                write!(css, "\\{:x} ", u32::from(letter)).expect("a string takes everything");
            }
            _ => css.push(letter),
        }
    }
    css.push('"');
    css
}

fn block(block: &Block, language: Language, charts: &mut usize) -> Markup {
    match block {
        Block::LetterHead(head) => letter::head(head),
        Block::Title { kind, about } => letter::title(kind, about),
        Block::Addressees(names) => letter::addressees(names, language),
        Block::Heading { level, text } => match level {
            0 | 1 => html! { h2 { (text) } },
            2 => html! { h3 { (text) } },
            _ => html! { h4 { (text) } },
        },
        Block::Paragraph(runs) => html! { p { @for each in runs { (run(each)) } } },
        Block::ToFill(text) => html! { p { mark.fill { (text) } } },
        Block::Table(table) => grid::table(table, language),
        Block::Chart(each) => {
            *charts += 1;
            chart::chart(each, *charts, language)
        }
        Block::Small(text) => html! { p.small { (text) } },
        Block::Signature(signature) => letter::signature(signature, language),
        Block::SignHere(words) => html! { div.sign-here { @for each in words { p { (each) } } } },
        Block::Appendix { number, title, with } => letter::appendix(number, title, with.as_deref()),
        Block::Cover { above, title, below } => letter::cover(above, title, below),
        Block::PageBreak => html! {},
    }
}

fn run(Run { text, style }: &Run) -> Markup {
    match style {
        Style::Plain => html! { (text) },
        Style::Bold => html! { b { (text) } },
        Style::Italic => html! { i { (text) } },
        Style::Warning => html! { strong.warning { (text) } },
        Style::ToFill => html! { mark.fill { (text) } },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::document::LetterHead;

    fn document(blocks: Vec<Block>, footer: Option<&str>) -> Document {
        let section =
            Section { paper: Paper::Portrait, numbers_first_page: false, footer: footer.map(str::to_owned), blocks };
        Document { language: Language::Vi, title: "Báo cáo".into(), author: String::new(), sections: vec![section] }
    }

    #[test]
    fn words_of_people_stay_words() {
        let evil = "</style><script>alert(1)</script>\"\\";
        let head = LetterHead {
            superior: Some(evil.into()),
            authority: vec![evil.into()],
            number: evil.into(),
            place_and_date: evil.into(),
        };
        let text = page(&document(vec![Block::LetterHead(head), Block::ToFill(evil.into())], Some(evil)));
        assert!(!text.contains("<script") && text.matches("</style>").count() == 1, "{text}");
        assert!(text.contains("lang=\"vi\"") && text.contains("default-src 'none'"));
    }

    #[test]
    fn nothing_outside_of_the_page_is_named() {
        let text = page(&document(vec![Block::Small("x".into())], None));
        for word in ["http://", "https://", "url(http", "@import", "src="] {
            assert!(!text.contains(word), "{word}");
        }
    }

    #[test]
    fn a_place_to_write_is_marked_wherever_it_stands() {
        let runs = vec![Run::plain("Đến nay "), Run { text: "ghi tại đây".into(), style: Style::ToFill }];
        let text = page(&document(vec![Block::Paragraph(runs), Block::ToFill("nhận xét".into())], None));
        assert!(text.contains("<mark class=\"fill\">ghi tại đây</mark>"));
        assert!(text.contains("<mark class=\"fill\">nhận xét</mark>"));
    }
}
