//! Reads typed values out of TOML tables and reports each thing that is not as it should be, with its place.
//!
//! In: a `Source`. Out: values with the span where they stand, and problems; a key that nobody asked for is unknown. One
//! wrong value costs that value only, so that all problems of a file come out at once. Pure. Next: `start_rule`.

use std::collections::HashSet;
use std::ops::Range;

use chrono::NaiveDate;
use toml::de::{DeTable, DeValue};

use super::text::Source;
use crate::problem::what::{FormFault, TextFault, Type, What};
use crate::problem::{Place, Problem, nearest};
use crate::text::{Remark, clean_line, composed};

/// Problems of one file that are kept at most: garbage has no end of them, and each holds a line.
const MOST_PROBLEMS: usize = 100;

/// A value and where it stands.
#[derive(Debug, Clone)]
pub struct Spotted<T> {
    /// What was read.
    pub value: T,
    /// Bytes of the source, quotes included.
    pub span: Range<usize>,
}

/// A table whose keys are asked for one by one.
#[derive(Debug)]
pub struct Table<'s> {
    entries: DeTable<'s>,
    /// Its header, or all of it when it is inline.
    pub span: Range<usize>,
    asked: Vec<&'static str>,
}

/// Reads one file.
#[derive(Debug)]
pub struct Reader<'s> {
    source: &'s Source,
    /// What was found so far.
    pub problems: Vec<Problem>,
}

impl<'s> Reader<'s> {
    /// Parses the file; what the parser could not read is reported, and the table holds its guess at the rest.
    #[must_use]
    pub fn open(source: &'s Source) -> (Self, Table<'s>) {
        let (root, errors) = DeTable::parse_recoverable(source.text());
        let mut reader = Self { source, problems: Vec::new() };
        // An end that is missing is reported again for each level that it leaves open.
        for error in errors.into_iter().take(MOST_PROBLEMS) {
            let words = error.message().lines().next().unwrap_or_default();
            reader.error(error.span().unwrap_or(0..0), FormFault::Syntax(words.to_owned()));
        }
        // In the parser's order, which is not that of the file.
        reader.problems.sort();
        reader.problems.dedup();
        (reader, Table { entries: root.into_inner(), span: 0..0, asked: Vec::new() })
    }

    /// Where a span stands.
    #[must_use]
    pub fn place(&self, span: &Range<usize>) -> Place {
        self.source.place(span.clone())
    }

    /// The source's bytes of a span, as the person wrote them.
    #[must_use]
    pub fn raw(&self, span: &Range<usize>) -> &'s str {
        self.source.text().get(span.clone()).unwrap_or_default()
    }

    /// Reports what is refused.
    pub fn error(&mut self, span: Range<usize>, what: impl Into<What>) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(Problem::error(self.source.place(span), what));
        }
    }

    /// Text that must be there.
    pub fn required_text(&mut self, table: &mut Table<'s>, key: &'static str) -> Option<Spotted<String>> {
        self.has(table, key).then(|| self.text(table, key))?
    }

    /// Whether a key that must be there is; reported if it is not.
    fn has(&mut self, table: &mut Table<'s>, key: &'static str) -> bool {
        let has = table.entries.contains_key(key);
        if !has {
            table.asked.push(key);
            self.error(table.span.clone(), FormFault::MissingKey(key));
        }
        has
    }

    /// Words that people read or hear: letters that only look right are replaced, and reported.
    pub fn words(&mut self, table: &mut Table<'s>, key: &'static str) -> Option<Spotted<String>> {
        let text = self.text(table, key)?;
        // What it refuses was refused with the file.
        let Ok(cleaned) = clean_line(&text.value) else { return Some(text) };
        self.remark(key, &text.span, cleaned.remarks);
        Some(Spotted { value: cleaned.text, ..text })
    }

    /// Words that must be there.
    pub fn required_words(&mut self, table: &mut Table<'s>, key: &'static str) -> Option<Spotted<String>> {
        self.has(table, key).then(|| self.words(table, key))?
    }

    fn remark(&mut self, key: &'static str, span: &Range<usize>, remarks: Vec<Remark>) {
        for remark in remarks {
            if self.problems.len() < MOST_PROBLEMS {
                let fault = TextFault::Remark(key.to_owned(), remark);
                self.problems.push(Problem::warning(self.source.place(span.clone()), fault));
            }
        }
    }

    /// Text with something to see, composed.
    pub fn text(&mut self, table: &mut Table<'s>, key: &'static str) -> Option<Spotted<String>> {
        let (value, span) = table.take(key)?;
        self.as_text(key, &value, span)
    }

    fn as_text(&mut self, key: &'static str, value: &DeValue<'s>, span: Range<usize>) -> Option<Spotted<String>> {
        let DeValue::String(text) = value else { return self.wrong_type(key, Type::Text, value, span) };
        let fault = if text.chars().any(char::is_control) {
            FormFault::ControlCharacter(key)
        } else if composed(text).is_empty() {
            FormFault::EmptyText(key)
        } else {
            return Some(Spotted { value: composed(text), span });
        };
        self.error(span, fault);
        None
    }

    /// A list of texts, each only once; those that are none are reported and left out.
    pub fn texts(&mut self, table: &mut Table<'s>, key: &'static str) -> Option<Spotted<Vec<Spotted<String>>>> {
        let (value, span) = table.take(key)?;
        let DeValue::Array(list) = value else { return self.wrong_type(key, Type::List, &value, span) };
        let mut texts = Vec::new();
        let mut seen = HashSet::new();
        for each in list {
            let span = each.span();
            let Some(text) = self.as_text(key, each.get_ref(), span) else { continue };
            if seen.insert(text.value.clone()) {
                texts.push(text);
            } else {
                self.error(text.span, FormFault::Repeated(key, text.value));
            }
        }
        Some(Spotted { value: texts, span })
    }

    /// A list of texts that must be there.
    pub fn required_texts(
        &mut self,
        table: &mut Table<'s>,
        key: &'static str,
    ) -> Option<Spotted<Vec<Spotted<String>>>> {
        self.has(table, key).then(|| self.texts(table, key))?
    }

    /// A list of texts in which one may come again, as in a command line.
    pub fn arguments(&mut self, table: &mut Table<'s>, key: &'static str) -> Option<Spotted<Vec<Spotted<String>>>> {
        let (value, span) = table.take(key)?;
        let DeValue::Array(list) = value else { return self.wrong_type(key, Type::List, &value, span) };
        let texts = list.iter().filter_map(|each| self.as_text(key, each.get_ref(), each.span())).collect();
        Some(Spotted { value: texts, span })
    }

    /// All keys of a table whose keys are free, each with its text; `name` is what problems call them.
    pub fn entries(&mut self, table: Table<'s>, name: &'static str) -> Vec<(Spotted<String>, Spotted<String>)> {
        let mut entries = Vec::new();
        for (key, value) in table.entries {
            let written = Spotted { value: composed(key.get_ref()), span: key.span() };
            let span = value.span();
            entries.extend(self.as_text(name, value.get_ref(), span).map(|spoken| (written, spoken)));
        }
        entries
    }

    /// One of a few words.
    pub fn word(
        &mut self,
        table: &mut Table<'s>,
        key: &'static str,
        allowed: &[&'static str],
    ) -> Option<Spotted<&'static str>> {
        let found = self.text(table, key)?;
        if let Some(word) = allowed.iter().find(|word| **word == found.value) {
            return Some(Spotted { value: word, span: found.span });
        }
        let near = nearest(&found.value, allowed.iter().copied());
        self.error(found.span, FormFault::UnknownWord(key, found.value, allowed.to_vec(), near));
        None
    }

    /// One of a few words, which must be there.
    pub fn required_word(
        &mut self,
        table: &mut Table<'s>,
        key: &'static str,
        allowed: &[&'static str],
    ) -> Option<Spotted<&'static str>> {
        self.has(table, key).then(|| self.word(table, key, allowed))?
    }

    /// A whole number from `least` to `most`, which must be there.
    pub fn required_integer(&mut self, table: &mut Table<'s>, key: &'static str, least: i64, most: i64) -> Option<i64> {
        self.has(table, key).then(|| self.integer(table, key, least, most))?
    }

    /// A whole number from `least` to `most`.
    pub fn integer(&mut self, table: &mut Table<'s>, key: &'static str, least: i64, most: i64) -> Option<i64> {
        let (value, span) = table.take(key)?;
        let DeValue::Integer(written) = &value else { return self.wrong_type(key, Type::Integer, &value, span) };
        let number = i64::from_str_radix(written.as_str(), written.radix()).ok();
        let inside = number.filter(|number| (least..=most).contains(number));
        if inside.is_none() {
            let written = self.raw(&span).to_owned();
            self.error(span, FormFault::OutOfRange(key, written, least, most));
        }
        inside
    }

    /// A whole number from `least` to `most`, none below 0, and where it stands.
    pub fn spotted_integer(
        &mut self,
        table: &mut Table<'s>,
        key: &'static str,
        least: i64,
        most: i64,
    ) -> Option<Spotted<u32>> {
        let span = table.entries.get(key).map(toml::Spanned::span);
        let number = self.integer(table, key, least, most)?;
        Some(Spotted { value: u32::try_from(number).ok()?, span: span? })
    }

    /// `true` or `false`.
    pub fn flag(&mut self, table: &mut Table<'s>, key: &'static str) -> Option<Spotted<bool>> {
        let (value, span) = table.take(key)?;
        match value {
            DeValue::Boolean(flag) => Some(Spotted { value: flag, span }),
            other => self.wrong_type(key, Type::Flag, &other, span),
        }
    }

    /// A day, in quotes or as TOML's own date.
    pub fn date(&mut self, table: &mut Table<'s>, key: &'static str) -> Option<Spotted<NaiveDate>> {
        let (value, span) = table.take(key)?;
        self.as_date(key, &value, span)
    }

    /// A day that must be there.
    pub fn required_date(&mut self, table: &mut Table<'s>, key: &'static str) -> Option<Spotted<NaiveDate>> {
        self.has(table, key).then(|| self.date(table, key))?
    }

    fn as_date(&mut self, key: &'static str, value: &DeValue<'s>, span: Range<usize>) -> Option<Spotted<NaiveDate>> {
        let written = match value {
            DeValue::String(text) => text.to_string(),
            DeValue::Datetime(date) => date.to_string(),
            other => return self.wrong_type(key, Type::Date, other, span),
        };
        let date = parse_date(&written).map(|value| Spotted { value, span: span.clone() });
        if date.is_none() {
            self.error(span, FormFault::BadDate(key, written));
        }
        date
    }

    /// `[key]`.
    pub fn table(&mut self, table: &mut Table<'s>, key: &'static str) -> Option<Table<'s>> {
        let (value, span) = table.take(key)?;
        match value {
            DeValue::Table(entries) => Some(Table { entries, span, asked: Vec::new() }),
            other => self.wrong_type(key, Type::Table, &other, span),
        }
    }

    /// `[key]` that must be there.
    pub fn required_table(&mut self, table: &mut Table<'s>, key: &'static str) -> Option<Table<'s>> {
        self.has(table, key).then(|| self.table(table, key))?
    }

    /// `[[key]]`.
    pub fn tables(&mut self, table: &mut Table<'s>, key: &'static str) -> Vec<Table<'s>> {
        let list = match table.take(key) {
            None => return Vec::new(),
            Some((DeValue::Array(list), _)) => list,
            Some((other, span)) => return self.wrong_type(key, Type::Tables, &other, span).unwrap_or_default(),
        };
        let mut tables = Vec::new();
        for each in list {
            let span = each.span();
            match each.into_inner() {
                DeValue::Table(entries) => tables.push(Table { entries, span, asked: Vec::new() }),
                other => drop(self.wrong_type::<()>(key, Type::Tables, &other, span)),
            }
        }
        tables
    }

    /// Reports the keys that nobody asked for.
    pub fn finish(&mut self, table: &Table<'s>) {
        for key in table.entries.keys() {
            let near = nearest(key.get_ref(), table.asked.iter().copied());
            let fault = FormFault::UnknownKey(key.get_ref().to_string(), table.asked.clone(), near);
            self.error(key.span(), fault);
        }
    }

    pub(super) fn wrong_type<T>(
        &mut self,
        key: &'static str,
        expected: Type,
        found: &DeValue<'s>,
        span: Range<usize>,
    ) -> Option<T> {
        self.error(span, FormFault::WrongType(key, expected, type_of(found)));
        None
    }
}

impl<'s> Table<'s> {
    /// Takes a value out, and remembers that this key is known.
    pub(super) fn take(&mut self, key: &'static str) -> Option<(DeValue<'s>, Range<usize>)> {
        self.asked.push(key);
        let value = self.entries.remove(key)?;
        let span = value.span();
        Some((value.into_inner(), span))
    }

    /// Whether the file wrote this key; asking for it comes later.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// Where this key stands, if the file wrote it; asking for its value comes later.
    #[must_use]
    pub fn spot_of(&self, key: &str) -> Option<Range<usize>> {
        self.entries.get_key_value(key).map(|(key, _)| key.span())
    }

    /// Whether the file wrote this key, and its value is text.
    #[must_use]
    pub fn has_text(&self, key: &str) -> bool {
        matches!(self.entries.get(key).map(toml::Spanned::get_ref), Some(DeValue::String(_)))
    }

    /// Takes out a key of a later version whose value nobody reads; answers where it stands.
    pub fn refuse(&mut self, key: &str) -> Option<Range<usize>> {
        let (key, _) = self.entries.remove_entry(key)?;
        Some(key.span())
    }

    /// Whether no key is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// A day as `2025-03-01` and in no other form.
#[must_use]
pub fn parse_date(text: &str) -> Option<NaiveDate> {
    let form = text.len() == 10 && text.bytes().all(|each| each.is_ascii_digit() || each == b'-');
    form.then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()).flatten()
}

const fn type_of(value: &DeValue<'_>) -> Type {
    match value {
        DeValue::String(_) => Type::Text,
        DeValue::Integer(_) => Type::Integer,
        DeValue::Float(_) => Type::Float,
        DeValue::Boolean(_) => Type::Flag,
        DeValue::Datetime(_) => Type::Date,
        DeValue::Array(_) => Type::List,
        DeValue::Table(_) => Type::Table,
    }
}
