//! Lines of a settings file: where they begin, how they end, and what is put between them or taken out.
//!
//! In: a text and offsets into it. Out: offsets, or the changed text. A line that is put in ends as its neighbour does, and
//! one at the end of a file that has no line break there has none either. Pure. Next: `zones`.

use std::ops::Range;

/// Where the line of an offset begins.
pub(super) fn start_of_line(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |found| found + 1)
}

/// Where the line of an offset ends, before its line break.
pub(super) fn end_of_line(text: &str, at: usize) -> usize {
    let end = text[at..].find('\n').map_or(text.len(), |found| at + found);
    if text[at..end].ends_with('\r') { end - 1 } else { end }
}

/// The number of the line, from 1.
pub(super) fn line_of_offset(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// How lines of this text end.
fn ending(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// Puts lines behind the line that ends at `at`, before everything at 0; inner breaks of `lines` are `\n` and become those of the file.
pub(super) fn insert_line(text: &str, at: usize, lines: &str) -> String {
    let ending = ending(text);
    let lines = lines.replace('\n', ending);
    if text.is_empty() || (at == text.len() && text.ends_with('\n')) {
        return format!("{text}{lines}{ending}");
    }
    if at == 0 {
        return format!("{lines}{ending}{text}");
    }
    format!("{}{ending}{lines}{}", &text[..at], &text[at..])
}

/// Takes whole lines out; `span` is from the beginning of a line to the end of one.
pub(super) fn remove_lines(text: &str, span: Range<usize>) -> String {
    let behind = &text[span.end..];
    let cut = ["\r\n", "\n"].iter().find_map(|each| behind.strip_prefix(each));
    match cut {
        Some(rest) => format!("{}{rest}", &text[..span.start]),
        // The last line of a file that ends without a break: the one before it ends so then.
        None => text[..span.start].trim_end_matches('\n').trim_end_matches('\r').to_owned(),
    }
}

/// Makes comments of whole lines.
pub(super) fn comment_out(text: &str, span: Range<usize>) -> String {
    let commented = text[span.clone()].replace('\n', "\n# ");
    format!("{}# {commented}{}", &text[..span.start], &text[span.end..])
}

/// Where the comments end with which a file begins, or 0.
pub(super) fn end_of_preface(text: &str, before: usize) -> usize {
    let mut end = 0;
    let mut at = 0;
    while at < before && text[at..].starts_with('#') {
        end = end_of_line(text, at);
        at = text[end..].find('\n').map_or(text.len(), |found| end + found + 1);
    }
    end
}

/// The first line of a table that names a key in a comment, as `# key = value`. A commented header ends the search, for what
/// follows it belongs elsewhere; what looks like a comment inside a value is none.
pub(super) fn named_in_comment(
    text: &str,
    within: Range<usize>,
    key: &str,
    values: &[Range<usize>],
) -> Option<Range<usize>> {
    let mut at = within.start;
    while at < within.end {
        let line = at..end_of_line(text, at);
        let is_inside = values.iter().any(|value| value.start < line.start && line.start < value.end);
        if let Some(comment) = text[line.clone()].strip_prefix('#').filter(|_| !is_inside) {
            let comment = comment.trim_start();
            if comment.starts_with('[') {
                return None;
            }
            if comment.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('=')) {
                return Some(line);
            }
        }
        at = text[line.end..].find('\n').map_or(text.len(), |found| line.end + found + 1);
    }
    None
}
