//! Cutting and joining of text, and what a line is.
//!
//! In: a text and places in it. Out: the text with some stretches replaced, the begin and end of lines. Knows nothing of
//! TOML. Pure. Next: `layout`.

use std::ops::Range;

/// A stretch of the text and what stands there afterwards.
pub(super) type Cut = (Range<usize>, String);

/// The text with every cut made; cuts do not overlap, and those at one place come in their order.
pub(super) fn join(text: &str, mut cuts: Vec<Cut>) -> String {
    cuts.sort_by_key(|(range, _)| (range.start, range.end));
    let (mut out, mut from) = (String::with_capacity(text.len() + 256), 0);
    for (range, new) in cuts {
        out.push_str(&text[from..range.start]);
        out.push_str(&new);
        from = range.end;
    }
    out + &text[from..]
}

/// How the text ends its lines, by its first one.
pub(super) fn line_end(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// Where the line of a place begins.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |found| found + 1)
}

/// Where the line of a place ends, its line break left out.
pub(super) fn line_stop(text: &str, at: usize) -> usize {
    let stop = text[at..].find('\n').map_or(text.len(), |found| at + found);
    if text[at..stop].ends_with('\r') { stop - 1 } else { stop }
}

/// Where the line behind the line break at a place begins; the place itself if there is no line break.
pub(super) fn past_break(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    at + if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) }
}

/// Where the line break that ends right before a place begins; the place itself if there is none.
pub(super) fn before_break(text: &str, at: usize) -> usize {
    let before = &text[..at];
    at - if before.ends_with("\r\n") { 2 } else { usize::from(before.ends_with('\n')) }
}

/// A text of our own with the line ends of a file.
pub(super) fn with_line_ends(made: &str, end: &str) -> String {
    made.trim_end_matches('\n').replace('\n', end)
}
