//! What makes a page an official document or a book: head, title, to whom it goes, signature, appendix, cover.
//!
//! In: the nouns of a document. Out: markup, as `docx` lays it out; sizes and rules are those of the style sheet. Must never
//! invent a number, a date or a name. Next: `grid`.

use maud::{Markup, html};

use crate::language::Language;
use crate::report::document::{LetterHead, Signature};

/// The head in two columns.
pub(super) fn head(head: &LetterHead) -> Markup {
    html! {
        header.letter {
            div.issuer {
                @if let Some(superior) = &head.superior { p.superior { (superior) } }
                @for line in &head.authority { p.authority { (line) } }
                hr.short;
            }
            div.nation lang="vi" {
                p.country { "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" }
                p { span.motto { "Độc lập - Tự do - Hạnh phúc" } }
            }
            p.number { (head.number) }
            p.place-and-date { (head.place_and_date) }
        }
    }
}

/// The kind of the document, what it is about, the rule below.
pub(super) fn title(kind: &str, about: &[String]) -> Markup {
    html! {
        h1.kind { (kind) @for line in about { span.about { (line) } } }
        hr.short;
    }
}

/// One on the line of `Kính gửi:`; more on lines of their own.
pub(super) fn addressees(names: &[String], language: Language) -> Markup {
    let to = language.pick("Kính gửi:", "To:");
    match names {
        [] => html! {},
        [name] => html! { p.addressee { (to) " " (bare(name)) "." } },
        _ => html! { div.addressees { p { (to) } (list(names)) } },
    }
}

/// Each with its dash and its end.
fn list(names: &[String]) -> Markup {
    html! {
        ul {
            @for (index, name) in names.iter().enumerate() {
                li { (bare(name)) @if index + 1 == names.len() { "." } @else { ";" } }
            }
        }
    }
}

/// Without a dash before it and the end behind it.
fn bare(name: &str) -> &str {
    name.trim().trim_start_matches(['-', '–']).trim_start().trim_end_matches([';', ',', '.']).trim_end()
}

/// Recipients at the left, who signs at the right.
pub(super) fn signature(signature: &Signature, language: Language) -> Markup {
    html! {
        div.signature {
            div.recipients {
                @if !signature.recipients.is_empty() {
                    p { (language.pick("Nơi nhận:", "Copies to:")) }
                    (list(&signature.recipients))
                }
            }
            div.signer {
                @for line in &signature.lines { p { (line) } }
                p.name { (signature.name) }
            }
        }
    }
}

/// Heading of an appendix.
pub(super) fn appendix(number: &str, title: &str, with: Option<&str>) -> Markup {
    html! {
        div.appendix {
            p.number { (number) }
            h2 { (title) }
            @if let Some(with) = with { p.with { (with) } }
        }
    }
}

/// A page of its own.
pub(super) fn cover(above: &[String], title: &str, below: &[String]) -> Markup {
    html! {
        div.cover {
            div { @for line in above { p { (line) } } }
            h1 { (title) }
            div { @for line in below { p { (line) } } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_and_dashes_come_from_here_alone() {
        let text = list(&["- Như trên;".into(), "Lưu: VT.".into()]).into_string();
        assert_eq!(text, "<ul><li>Như trên;</li><li>Lưu: VT.</li></ul>");
    }

    #[test]
    fn one_addressee_stands_on_the_line_itself() {
        let one = addressees(&["Phòng Nội vụ huyện Phúc Thọ".into()], Language::Vi).into_string();
        assert_eq!(one, "<p class=\"addressee\">Kính gửi: Phòng Nội vụ huyện Phúc Thọ.</p>");
        assert_eq!(addressees(&[], Language::Vi).into_string(), "");
    }
}
