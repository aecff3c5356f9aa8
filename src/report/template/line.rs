//! One line of a template to pieces.
//!
//! In: the text, line by line. Out: what each line is, with a problem at its place for whatever means nothing. A line with a
//! mistake is left out, so that the mistakes of all lines come at once. Pure. Next: `compose`.

use std::ops::Range;

use super::words::{ALONE, Appendix, TABLES, Value};
use super::{Line, Piece};
use crate::problem::what::TemplateFault;
use crate::problem::{Problem, nearest};
use crate::schedule::text::Source;
use crate::text::composed;

/// Signs that `\` before them prints.
const ESCAPED: [char; 6] = ['\\', '[', ']', '{', '}', '#'];

/// Problems that are kept at most: a file of garbage has no end of them.
const MOST_PROBLEMS: usize = 100;

/// What stands before the id of a table, in Vietnamese and in English.
const TABLE_WORDS: [&str; 2] = ["bieu", "table"];

const APPENDIX_WORD: &str = "appendix";
const SEE_WORD: &str = "see";

/// A stretch of a line before it is known what may stand there.
enum Part {
    Piece(Piece),
    /// Its name, and what it is.
    Alone(String, Line, Range<usize>),
}

/// The lines of a template as they are read.
pub(super) struct Lines<'s> {
    source: &'s Source,
    pub(super) problems: Vec<Problem>,
    /// Tables and the chart with the number of their line.
    placed: Vec<(String, usize)>,
    appendices: Vec<(Appendix, Range<usize>)>,
    referred: Vec<(Appendix, Range<usize>)>,
}

impl<'s> Lines<'s> {
    pub(super) fn of(source: &'s Source) -> Self {
        Self { source, problems: Vec::new(), placed: Vec::new(), appendices: Vec::new(), referred: Vec::new() }
    }

    fn error(&mut self, span: Range<usize>, fault: TemplateFault) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(Problem::error(self.source.place(span), fault));
        }
    }

    /// All of them.
    pub(super) fn read(&mut self) -> Vec<Line> {
        let mut found = Vec::new();
        let mut at = 0;
        for (index, text) in self.source.text().split('\n').enumerate() {
            let trimmed = without_remark(text).trim();
            let start = at + (text.len() - text.trim_start().len());
            at += text.len() + 1;
            if trimmed.is_empty() {
                continue;
            }
            let line = self.line(trimmed, start, index + 1);
            let is_appendix = matches!(line, Some(Line::Appendix(_)));
            if !self.appendices.is_empty() && !is_appendix {
                self.error(start..start + trimmed.len(), TemplateFault::BehindAppendix);
            }
            found.extend(line);
        }
        self.hold_references();
        found
    }

    /// Each appendix is referred to, and each reference leads somewhere.
    fn hold_references(&mut self) {
        let (placed, referred) = (std::mem::take(&mut self.appendices), std::mem::take(&mut self.referred));
        for (appendix, span) in &referred {
            if !placed.iter().any(|(each, _)| each == appendix) {
                self.error(span.clone(), TemplateFault::NotPlaced(appendix.as_str()));
            }
        }
        for (appendix, span) in placed {
            if !referred.iter().any(|(each, _)| *each == appendix) {
                let fault = TemplateFault::NotReferred(appendix.as_str());
                self.problems.push(Problem::warning(self.source.place(span), fault));
            }
        }
    }

    fn line(&mut self, text: &str, start: usize, number: usize) -> Option<Line> {
        let hashes = text.len() - text.trim_start_matches('#').len();
        let words = text[hashes..].trim_start();
        let span = start..start + text.len();
        let parts = self.parts(words, start + text.len() - words.len())?;
        match (hashes, parts) {
            (4.., _) => self.refuse(span, TemplateFault::TooDeep),
            (1.., parts) if parts.is_empty() => self.refuse(span, TemplateFault::EmptyHeading),
            (0, mut parts) if parts.len() == 1 => match parts.pop()? {
                Part::Alone(name, line, _) => self.alone(name, line, span, number),
                Part::Piece(Piece::ToFill(words)) => Some(Line::ToFill(words)),
                Part::Piece(piece) => Some(Line::Paragraph(vec![piece])),
            },
            (_, parts) => {
                let pieces = self.inside(parts)?;
                Some(if hashes > 0 { Line::Heading(hashes as u8, pieces) } else { Line::Paragraph(pieces) })
            }
        }
    }

    /// Something on a line of its own; all but paragraphs of the plan may stand there once.
    fn alone(&mut self, name: String, line: Line, span: Range<usize>, number: usize) -> Option<Line> {
        if let Line::Appendix(appendix) = line {
            self.appendices.push((appendix, span.clone()));
        }
        if let Some((_, first)) = self.placed.iter().find(|(each, _)| *each == name) {
            let fault = TemplateFault::Twice(name, *first);
            return self.refuse(span, fault);
        }
        self.placed.push((name, number));
        Some(line)
    }

    /// The pieces of a line on which nothing may stand that needs one of its own.
    fn inside(&mut self, parts: Vec<Part>) -> Option<Vec<Piece>> {
        let mut pieces = Some(Vec::new());
        for part in parts {
            match part {
                Part::Piece(piece) => pieces.iter_mut().for_each(|pieces| pieces.push(piece.clone())),
                Part::Alone(name, _, span) => pieces = self.refuse(span, TemplateFault::NotAlone(name)),
            }
        }
        pieces
    }

    /// The stretches of a text that begins at `start`; `None` if one of them means nothing.
    fn parts(&mut self, text: &str, start: usize) -> Option<Vec<Part>> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut is_good = true;
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            let at = start + text.len() - rest.len();
            let (part, length) = if let Some(escaped) = escaped(rest) {
                plain.push(escaped);
                rest = &rest[1 + escaped.len_utf8()..];
                continue;
            } else if rest.starts_with("{{") {
                self.between(rest, at, ["{{", "}}"], Self::named)
            } else if next == '[' {
                self.between(rest, at, ["[", "]"], Self::place)
            } else if let Some(stray) = ["}}", "]"].into_iter().find(|stray| rest.starts_with(stray)) {
                (self.refuse(at..at + stray.len(), TemplateFault::Stray(stray)), stray.len())
            } else {
                plain.push(next);
                rest = &rest[next.len_utf8()..];
                continue;
            };
            push_plain(&mut parts, &mut plain);
            is_good &= part.is_some();
            parts.extend(part);
            rest = &rest[length..];
        }
        push_plain(&mut parts, &mut plain);
        is_good.then_some(parts)
    }

    /// What stands between two marks, and the length of it with both.
    fn between(
        &mut self,
        rest: &str,
        at: usize,
        [open, close]: [&'static str; 2],
        read: fn(&mut Self, &str, Range<usize>) -> Option<Part>,
    ) -> (Option<Part>, usize) {
        let Some((inner, _)) = rest[open.len()..].split_once(close) else {
            return (self.refuse(at..at + rest.len(), TemplateFault::Open(close)), rest.len());
        };
        let begin = at + open.len() + (inner.len() - inner.trim_start().len());
        let inner_trimmed = inner.trim();
        let part = read(self, inner_trimmed, begin..begin + inner_trimmed.len());
        (part, open.len() + inner.len() + close.len())
    }

    fn place(&mut self, words: &str, span: Range<usize>) -> Option<Part> {
        if words.is_empty() {
            return self.refuse(span, TemplateFault::EmptyPlace);
        }
        if words.contains("{{") {
            return self.refuse(span, TemplateFault::ValueInside);
        }
        Some(Part::Piece(Piece::ToFill(composed(words))))
    }

    /// What a name between braces means.
    fn named(&mut self, name: &str, span: Range<usize>) -> Option<Part> {
        if let Some((_, value)) = Value::ALL.iter().find(|(each, _)| *each == name) {
            return Some(Part::Piece(Piece::Value(*value)));
        }
        let outer = span.start.saturating_sub(2)..span.end;
        let alone = |name: String, line| Some(Part::Alone(name, line, outer.clone()));
        match name {
            "chart" => return alone(name.to_owned(), Line::Chart),
            "documents" => return alone(name.to_owned(), Line::Documents),
            "assignments" => return alone(name.to_owned(), Line::Assignments),
            "since_plan" => return alone(name.to_owned(), Line::SincePlan),
            "broken_zones" => return alone(name.to_owned(), Line::BrokenZones),
            _ => {}
        }
        let (word, id) =
            name.split_once(':').map_or((name, None), |(word, id)| (word.trim_end(), Some(id.trim_start())));
        let place_of_id = |id: &str| span.end - id.len()..span.end;
        match (word, id) {
            (word, Some(id)) if TABLE_WORDS.contains(&word) => {
                let table = self.table(id, place_of_id(id))?;
                alone(format!("{}: {table}", TABLE_WORDS[0]), Line::Table(table))
            }
            (APPENDIX_WORD | SEE_WORD, Some(id)) => {
                let appendix = self.appendix(id, place_of_id(id))?;
                if word == SEE_WORD {
                    self.referred.push((appendix, outer));
                    return Some(Part::Piece(Piece::See(appendix)));
                }
                alone(format!("{APPENDIX_WORD}: {id}"), Line::Appendix(appendix))
            }
            _ => {
                let known = known();
                let near = nearest(name, known.iter().copied());
                self.refuse(span, TemplateFault::UnknownName(name.to_owned(), known, near))
            }
        }
    }

    fn table(&mut self, id: &str, span: Range<usize>) -> Option<&'static str> {
        let found = TABLES.iter().copied().find(|each| *each == id);
        if found.is_none() {
            let near = nearest(id, TABLES.iter().copied());
            self.error(span, TemplateFault::UnknownTable(id.to_owned(), TABLES.to_vec(), near));
        }
        found
    }

    fn appendix(&mut self, id: &str, span: Range<usize>) -> Option<Appendix> {
        let found = Appendix::ALL.iter().find(|(each, _)| *each == id);
        if let Some((_, appendix)) = found {
            return Some(*appendix);
        }
        let known: Vec<&'static str> = Appendix::ALL.map(|(name, _)| name).into();
        let near = nearest(id, known.iter().copied());
        self.refuse(span, TemplateFault::UnknownAppendix(id.to_owned(), known, near))
    }

    fn refuse<T>(&mut self, span: Range<usize>, fault: TemplateFault) -> Option<T> {
        self.error(span, fault);
        None
    }
}

/// All names that may stand between braces.
fn known() -> Vec<&'static str> {
    let values = Value::ALL.iter().map(|(name, _)| *name);
    values.chain(ALONE).chain(["bieu: ...", "appendix: ...", "see: ..."]).collect()
}

fn push_plain(parts: &mut Vec<Part>, plain: &mut String) {
    if plain.is_empty() {
        return;
    }
    let space = |is: bool| if is { " " } else { "" };
    let (before, behind) = (plain.starts_with(char::is_whitespace), plain.ends_with(char::is_whitespace));
    let words = composed(plain);
    let text = if words.is_empty() { words } else { space(before).to_owned() + &words };
    parts.push(Part::Piece(Piece::Text(text + space(behind))));
    plain.clear();
}

/// The sign that a `\` at the beginning prints.
fn escaped(rest: &str) -> Option<char> {
    rest.strip_prefix('\\')?.chars().next().filter(|each| ESCAPED.contains(each))
}

/// A line up to `//`, which begins a remark at the start of the line or behind a space: addresses have it inside.
fn without_remark(line: &str) -> &str {
    let begins = |at: usize| line[..at].chars().next_back().is_none_or(char::is_whitespace);
    line.match_indices("//").find(|(at, _)| begins(*at)).map_or(line, |(at, _)| &line[..at])
}
