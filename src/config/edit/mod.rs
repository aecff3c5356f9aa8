//! `loa.toml` changed by single keys: a text and what is to change in it, in; the changed text, out.
//!
//! The parser only says where something stands; the change itself is a splice of the text, so that comments, order, line
//! endings and the way of writing of everything else stay byte for byte. A key that is missing goes into its table, behind
//! the line that names it in a comment if there is one; a table that is missing goes to the end. Pure. Must never judge
//! whether a value makes sense: `Config::parse` does, with the result. Next: `lines`, `zones`.

mod lines; // where lines begin and end, and how they end
mod zones; // `[[zone]]`

use std::fmt::Write as _;
use std::ops::Range;

use toml_edit::{Document, Item, TableLike};

use lines::{insert_line, line_of_offset, remove_lines};
pub use zones::NewZone;

/// A key of the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// Its table; empty for what stands above all tables.
    pub table: &'static str,
    /// Its name in that table.
    pub name: &'static str,
}

/// A value as the file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// In quotes.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// `true` or `false`.
    Flag(bool),
    /// A list of texts.
    List(Vec<String>),
}

/// One change of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The key has this value.
    Set(Key, Value),
    /// The key is not there, so that its default holds.
    Remove(Key),
    /// A zone more.
    AddZone(NewZone),
    /// What a zone is called.
    RenameZone {
        /// Its id, which never changes.
        id: String,
        /// The new name.
        name: String,
    },
    /// How many loudspeakers a zone has; `None` if nobody counted them.
    SetSpeakers {
        /// Its id.
        id: String,
        /// How many.
        speakers: Option<i64>,
    },
    /// A zone less.
    RemoveZone(String),
}

/// Why a text was not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// It cannot be read as TOML; whoever checks it says where.
    #[error("the file is no TOML")]
    NotToml,
    /// What is to change is written in a form that only a person can change.
    #[error("`{0}` is written in a way that only an editor of texts can change")]
    Form(String),
    /// No zone has this id.
    #[error("there is no zone `{0}`")]
    NoZone(String),
    /// A zone has this id already.
    #[error("there is a zone `{0}` already")]
    ZoneThere(String),
}

/// The text after all changes, in order.
pub fn apply(text: &str, changes: &[Change]) -> Result<String, EditError> {
    // Spans are those of the text behind a byte order mark.
    let body = text.trim_start_matches('\u{feff}');
    let mark = &text[..text.len() - body.len()];
    let mut body = body.to_owned();
    for change in changes {
        body = match change {
            Change::Set(key, value) => set(&body, *key, value)?,
            Change::Remove(key) => remove(&body, *key)?,
            Change::AddZone(zone) => zones::add(&body, zone)?,
            Change::RenameZone { id, name } => zones::set(&body, id, "name", Some(&Value::Text(name.clone())))?,
            Change::SetSpeakers { id, speakers } => {
                zones::set(&body, id, "speakers", speakers.map(Value::Integer).as_ref())?
            }
            Change::RemoveZone(id) => zones::remove(&body, id)?,
        };
    }
    Ok(format!("{mark}{body}"))
}

/// What a key is set to; `None` if it is not there, or not of a type that settings have.
#[must_use]
pub fn value_of(text: &str, key: Key) -> Option<Value> {
    let doc = parse(text.trim_start_matches('\u{feff}')).ok()?;
    match find(doc.as_table(), key).ok()? {
        Found::Value(item, _) => read(item),
        _ => None,
    }
}

/// The line on which a key stands, from 1.
#[must_use]
pub fn line_of(text: &str, key: Key) -> Option<usize> {
    let body = text.trim_start_matches('\u{feff}');
    let doc = parse(body).ok()?;
    match find(doc.as_table(), key).ok()? {
        Found::Value(_, span) => Some(line_of_offset(body, span.start)),
        _ => None,
    }
}

fn parse(text: &str) -> Result<Document<&str>, EditError> {
    Document::parse(text).map_err(|_| EditError::NotToml)
}

/// Where a key is, or where it could be.
enum Found<'a> {
    /// There, with the span of its value.
    Value(&'a Item, Range<usize>),
    /// Its table is there, without it.
    InTable(&'a dyn TableLike),
    /// Not even its table is there.
    NoTable,
}

fn find(root: &dyn TableLike, key: Key) -> Result<Found<'_>, EditError> {
    let form = || EditError::Form(key.path());
    let table = if key.table.is_empty() {
        root
    } else {
        match root.get(key.table) {
            Some(item) => item.as_table_like().ok_or_else(form)?,
            None => return Ok(Found::NoTable),
        }
    };
    match table.get(key.name) {
        Some(item) if item.is_value() => Ok(Found::Value(item, item.span().ok_or_else(form)?)),
        Some(_) => Err(form()),
        None => Ok(Found::InTable(table)),
    }
}

impl Key {
    fn path(self) -> String {
        if self.table.is_empty() { self.name.to_owned() } else { format!("{}.{}", self.table, self.name) }
    }
}

fn read(item: &Item) -> Option<Value> {
    if let Some(list) = item.as_array() {
        return Some(Value::List(list.iter().map(|each| each.as_str().map(str::to_owned)).collect::<Option<_>>()?));
    }
    let text = item.as_str().map(|text| Value::Text(text.to_owned()));
    text.or_else(|| item.as_integer().map(Value::Integer)).or_else(|| item.as_bool().map(Value::Flag))
}

/// A value as a person would write it, on one line.
fn written(value: &Value) -> String {
    let text = |text: &str| {
        let mut out = String::from("\"");
        for each in text.chars() {
            match each {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                each if each.is_control() => {
                    write!(out, "\\u{:04X}", u32::from(each)).expect("a string takes everything");
                }
                each => out.push(each),
            }
        }
        out + "\""
    };
    match value {
        Value::Text(each) => text(each),
        Value::Integer(number) => number.to_string(),
        Value::Flag(flag) => flag.to_string(),
        Value::List(list) => format!("[{}]", list.iter().map(|each| text(each)).collect::<Vec<_>>().join(", ")),
    }
}

fn set(text: &str, key: Key, value: &Value) -> Result<String, EditError> {
    let doc = parse(text)?;
    match find(doc.as_table(), key)? {
        Found::Value(item, _) if read(item).as_ref() == Some(value) => Ok(text.to_owned()),
        Found::Value(_, span) => Ok(splice(text, span, &written(value))),
        Found::InTable(table) => insert(text, &doc, key, table, value),
        Found::NoTable => {
            let line = format!("{} = {}", key.name, written(value));
            let header = format!("[{}]", key.table);
            // A blank line before it, unless the file is empty.
            let block: &[&str] = if text.trim().is_empty() { &[&header, &line] } else { &["", &header, &line] };
            Ok(insert_line(text, text.len(), &block.join("\n")))
        }
    }
}

/// Puts a key that is not there into a table that is.
fn insert(
    text: &str,
    doc: &Document<&str>,
    key: Key,
    table: &dyn TableLike,
    value: &Value,
) -> Result<String, EditError> {
    let root = doc.as_table();
    let item = root.get(key.table);
    if item.is_some_and(Item::is_inline_table) {
        return Err(EditError::Form(key.path()));
    }
    let of_table = item.and_then(Item::as_table);
    let line = |name: &str| format!("{name} = {}", written(value));
    if of_table.is_some_and(toml_edit::Table::is_dotted) {
        let last = last_end(table).unwrap_or_default();
        return Ok(insert_line(text, lines::end_of_line(text, last), &line(&key.path())));
    }
    if of_table.is_some_and(toml_edit::Table::is_implicit) {
        let block = format!("\n[{}]\n{}", key.table, line(key.name));
        return Ok(insert_line(text, text.len(), &block));
    }
    let start = of_table.and_then(toml_edit::Table::span).map_or(0, |span| span.start);
    let headers = headers(root);
    let end = headers.iter().copied().find(|at| *at > start).unwrap_or(text.len());
    if let Some(named) = lines::named_in_comment(text, start..end, key.name, &values(root)) {
        let shown = &text[named.clone()];
        return Ok(match uncommented(shown, key.name, value) {
            Some(bare) => splice(text, named, &bare),
            None => insert_line(text, named.end, &line(key.name)),
        });
    }
    let at = match last_end(table) {
        Some(last) => lines::end_of_line(text, last),
        None if key.table.is_empty() => lines::end_of_preface(text, end),
        None => lines::end_of_line(text, start),
    };
    Ok(insert_line(text, at, &line(key.name)))
}

/// A line that holds the key and the value in a comment, without the mark; `None` if it says something else.
fn uncommented(line: &str, name: &str, value: &Value) -> Option<String> {
    let bare = line.strip_prefix("# ").or_else(|| line.strip_prefix('#'))?;
    let doc = parse(bare).ok()?;
    (read(doc.get(name)?).as_ref() == Some(value)).then(|| bare.to_owned())
}

/// Takes a key out. A line with words of a person behind the value becomes a comment, so that they stay.
fn remove(text: &str, key: Key) -> Result<String, EditError> {
    let doc = parse(text)?;
    let root = doc.as_table();
    let Found::Value(_, span) = find(root, key)? else { return Ok(text.to_owned()) };
    if root.get(key.table).is_some_and(Item::is_inline_table) {
        return Err(EditError::Form(key.path()));
    }
    Ok(remove_value(text, span))
}

/// Takes the lines out on which a value stands with its key.
fn remove_value(text: &str, span: Range<usize>) -> String {
    let whole = lines::start_of_line(text, span.start)..lines::end_of_line(text, span.end);
    let behind = text[span.end..whole.end].trim();
    if behind.is_empty() { remove_lines(text, whole) } else { lines::comment_out(text, whole) }
}

fn splice(text: &str, span: Range<usize>, new: &str) -> String {
    format!("{}{new}{}", &text[..span.start], &text[span.end..])
}

/// Where the last value of a table ends, those of dotted keys included, those of tables with a header of their own not.
fn last_end(table: &dyn TableLike) -> Option<usize> {
    let end = |item: &Item| match item {
        Item::Value(_) => item.span().map(|span| span.end),
        Item::Table(inner) if inner.is_dotted() => last_end(inner),
        _ => None,
    };
    table.iter().filter_map(|(_, item)| end(item)).max()
}

/// Where the headers of tables stand, in order.
fn headers(root: &dyn TableLike) -> Vec<usize> {
    fn collect(table: &dyn TableLike, into: &mut Vec<usize>) {
        let mut take = |table: &toml_edit::Table| {
            if !table.is_dotted() && !table.is_implicit() {
                into.extend(table.span().map(|span| span.start));
            }
            collect(table, into);
        };
        for (_, item) in table.iter() {
            match item {
                Item::Table(inner) => take(inner),
                Item::ArrayOfTables(all) => all.iter().for_each(&mut take),
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    collect(root, &mut found);
    found.sort_unstable();
    found
}

/// The spans of all values: what looks like a comment inside of one is none.
fn values(table: &dyn TableLike) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (_, item) in table.iter() {
        match item {
            Item::Value(_) => found.extend(item.span()),
            Item::Table(inner) => found.extend(values(inner)),
            Item::ArrayOfTables(all) => found.extend(all.iter().flat_map(|each| values(each))),
            Item::None => {}
        }
    }
    found
}

#[cfg(test)]
mod tests;
