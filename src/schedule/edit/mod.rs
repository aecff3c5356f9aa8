//! One change to one file of `schedules/`: its text in, the new text out, everything that is not named byte for byte.
//!
//! In: the text as it stands, with its byte order mark and its line ends, and a change. Out: the new text, or why this text
//! cannot be changed so. `toml_edit` says where keys and values stand and how values are written; the text itself is cut
//! and joined here, so that comments, order, blank lines and quotes are what they were. Pure. Must never judge what it
//! writes: the reader does. Next: `layout`.

mod blocks; // whole programmes, items, days: added, removed, moved
pub mod form; // what a person fills in, and the keys that it changes
mod keys; // one key of a block
pub mod layout; // where everything stands
mod list; // one value of a list
pub mod make; // the text of something new
mod splice; // cutting and joining
pub mod times; // times of the day and weekdays, to and from start rules
mod value; // values as files write them
#[cfg(test)]
mod tests;

use self::layout::{Block, Layout};
pub use self::value::Value;

/// A byte order mark, which editors of Windows write.
const MARK: char = '\u{feff}';

/// What is changed of a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Keys of a programme; `None` removes the key.
    Programme(String, Vec<(&'static str, Option<Value>)>),
    /// Keys of an item: the programme, the item's id.
    Item(String, String, Vec<(&'static str, Option<Value>)>),
    /// A new item of a programme at a place, counted from 0: its text.
    AddItem(String, usize, String),
    /// An item: the programme, the item's id.
    RemoveItem(String, String),
    /// An item changes places with the one before it (`true`) or behind it.
    MoveItem(String, String, bool),
    /// A day or a start, as `except` has it, is off.
    Skip(String, String),
    /// It is on again.
    Unskip(String, String),
    /// A new programme at the end: its text.
    AddProgramme(String),
    /// A programme and all of its items.
    RemoveProgramme(String),
    /// A new special day behind the others: its text.
    AddDay(String),
    /// The special day at a place of the file, counted from 0.
    RemoveDay(usize),
    /// A new line of duty behind the others: its text.
    AddDuty(String),
    /// The line of duty at a place of the file, counted from 0.
    RemoveDuty(usize),
}

/// Why a text cannot be changed so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It is no TOML; the parser's words.
    #[error("the file cannot be read: {0}")]
    Syntax(String),
    /// Nothing of that name is in it.
    #[error("`{0}` is not in the file")]
    NotThere(String),
    /// It is written in a form that only a person can change: a list in braces, a table of its own.
    #[error("`{0}` is written in a form that only a person can change in the file itself")]
    ByHand(String),
}

/// The text with the change made.
pub fn apply(text: &str, change: &Change) -> Result<String, Fault> {
    let bare = text.strip_prefix(MARK).unwrap_or(text);
    let layout = Layout::of(bare)?;
    let cuts = match change {
        Change::Programme(id, changed) => keys::set(&layout, layout.programme(id)?, &keys::PROGRAMME, changed)?,
        Change::Item(id, item, changed) => keys::set(&layout, layout.item(id, item)?, &keys::ITEM, changed)?,
        Change::AddItem(id, at, made) => blocks::add_item(&layout, layout.programme(id)?, *at, made)?,
        Change::RemoveItem(id, item) => blocks::remove_item(&layout, layout.programme(id)?, item)?,
        Change::MoveItem(id, item, up) => blocks::move_item(&layout, layout.programme(id)?, item, *up)?,
        Change::Skip(id, start) => list::add(&layout, layout.programme(id)?, start)?,
        Change::Unskip(id, start) => list::remove(&layout, layout.programme(id)?, start)?,
        Change::AddProgramme(made) => blocks::add(&layout, layout::PROGRAMME, made),
        Change::RemoveProgramme(id) => blocks::remove(&layout, layout.programme(id)?),
        Change::AddDay(made) => blocks::add(&layout, layout::DAY, made),
        Change::RemoveDay(at) => blocks::remove(&layout, numbered(&layout, layout::DAY, *at)?),
        Change::AddDuty(made) => blocks::add(&layout, layout::DUTY, made),
        Change::RemoveDuty(at) => blocks::remove(&layout, numbered(&layout, layout::DUTY, *at)?),
    };
    let mark = if text.len() > bare.len() { MARK.to_string() } else { String::new() };
    Ok(mark + &splice::join(bare, cuts))
}

/// The text with several changes made, one after the other.
pub fn apply_all(text: &str, changes: &[Change]) -> Result<String, Fault> {
    changes.iter().try_fold(text.to_owned(), |text, change| apply(&text, change))
}

fn numbered<'l>(layout: &'l Layout<'_>, kind: &str, at: usize) -> Result<&'l Block, Fault> {
    let found = layout.blocks.iter().filter(|block| block.kind == kind).nth(at);
    found.ok_or_else(|| Fault::NotThere(format!("{kind} {}", at + 1)))
}
