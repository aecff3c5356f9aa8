//! `[[zone]]` changed: a cluster of loudspeakers more or less, its name, how many loudspeakers it has.
//!
//! In: the text of the settings and a zone's id, which never changes. Out: the changed text, or why not. Pure. Must never ask
//! whether a zone is in use: whoever removes one does. Next: `office::settings`.

use toml_edit::{Document, Item, Table};

use super::lines::{end_of_line, insert_line, remove_lines, start_of_line};
use super::{EditError, Value, last_end, parse, remove_value, splice, written};

/// A zone that is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewZone {
    /// Lower-case ASCII letters, digits, `-`, `_`.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// How many loudspeakers it has; `None` if nobody counted them.
    pub speakers: Option<i64>,
}

/// The zones of a file.
fn all<'a>(doc: &'a Document<&str>) -> Result<Vec<&'a Table>, EditError> {
    match doc.get("zone") {
        None => Ok(Vec::new()),
        Some(Item::ArrayOfTables(tables)) => Ok(tables.iter().collect()),
        Some(_) => Err(EditError::Form("zone".into())),
    }
}

fn named<'a>(zones: &[&'a Table], id: &str) -> Option<&'a Table> {
    zones.iter().copied().find(|zone| zone.get("id").and_then(Item::as_str) == Some(id))
}

/// From the beginning of its header to the end of its last line.
fn lines_of(text: &str, zone: &Table) -> Option<std::ops::Range<usize>> {
    let header = zone.span()?;
    let last = last_end(zone).unwrap_or(header.end);
    Some(start_of_line(text, header.start)..end_of_line(text, last))
}

/// Adds a zone behind the last one, or at the end.
pub(super) fn add(text: &str, new: &NewZone) -> Result<String, EditError> {
    let doc = parse(text)?;
    let zones = all(&doc)?;
    if named(&zones, &new.id).is_some() {
        return Err(EditError::ZoneThere(new.id.clone()));
    }
    let at = zones.last().and_then(|last| lines_of(text, last)).map_or(text.len(), |lines| lines.end);
    let of = |text: &str| written(&Value::Text(text.to_owned()));
    let mut block = format!("\n[[zone]]\nid = {}\nname = {}", of(&new.id), of(&new.name));
    if let Some(speakers) = new.speakers {
        block.push_str("\nspeakers = ");
        block.push_str(&speakers.to_string());
    }
    Ok(insert_line(text, at, &block))
}

/// Sets or removes a key of a zone.
pub(super) fn set(text: &str, id: &str, key: &'static str, value: Option<&Value>) -> Result<String, EditError> {
    let doc = parse(text)?;
    let zone = named(&all(&doc)?, id).ok_or_else(|| EditError::NoZone(id.to_owned()))?;
    let now = zone.get(key);
    if now.and_then(super::read).as_ref() == value {
        return Ok(text.to_owned());
    }
    let form = || EditError::Form(format!("zone.{key}"));
    let span = now.map(|item| item.span().ok_or_else(form)).transpose()?;
    match (span, value) {
        (Some(span), Some(value)) => Ok(splice(text, span, &written(value))),
        (Some(span), None) => Ok(remove_value(text, span)),
        (None, Some(value)) => {
            let end = lines_of(text, zone).ok_or_else(form)?.end;
            Ok(insert_line(text, end, &format!("{key} = {}", written(value))))
        }
        (None, None) => Ok(text.to_owned()),
    }
}

/// Removes a zone, and the blank line before it.
pub(super) fn remove(text: &str, id: &str) -> Result<String, EditError> {
    let doc = parse(text)?;
    let zone = named(&all(&doc)?, id).ok_or_else(|| EditError::NoZone(id.to_owned()))?;
    let mut lines = lines_of(text, zone).ok_or_else(|| EditError::Form("zone".into()))?;
    let above = text[..lines.start].strip_suffix('\n').map(|above| above.strip_suffix('\r').unwrap_or(above));
    if let Some(above) = above.filter(|above| above.is_empty() || above.ends_with('\n')) {
        lines.start = above.len();
    }
    Ok(remove_lines(text, lines))
}
