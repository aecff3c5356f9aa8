//! Where everything of a file stands: programmes with their items, special days, lines of duty, and the keys of each.
//!
//! In: a text. Out: blocks in the order of the file. A block is what belongs to one table of the file: the comment lines
//! right above its header, its header, its keys, and for a programme its items; the line break behind it is not part of
//! it. Pure. Next: `keys`.

use std::ops::Range;

use toml_edit::{ArrayOfTables, Document, Item, Table};

use super::Fault;
use super::splice::{line_start, line_stop};

/// The name of programmes' tables.
pub(super) const PROGRAMME: &str = "programme";
/// The name of special days' tables.
pub(super) const DAY: &str = "day";
/// The name of the tables of duty.
pub(super) const DUTY: &str = "duty";

/// Where everything stands.
#[derive(Debug)]
pub struct Layout<'t> {
    pub(super) text: &'t str,
    /// In the order of the file.
    pub(super) blocks: Vec<Block>,
}

/// One table of the file and what belongs to it.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) kind: &'static str,
    /// Its `id`, else its number among its siblings.
    pub(super) id: String,
    /// Whether the file writes the id.
    pub(super) has_id: bool,
    /// The header's line.
    pub(super) header: Range<usize>,
    /// From the comments above the header to the end of its last line.
    pub(super) whole: Range<usize>,
    pub(super) keys: Vec<Key>,
    /// A programme's items.
    pub(super) items: Vec<Self>,
    /// Whether its items are written in a way that only a person can change.
    pub(super) items_by_hand: bool,
}

/// A key and its value.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) name: String,
    /// From its first letter to the end of its value.
    pub(super) whole: Range<usize>,
    pub(super) value: Range<usize>,
    /// Of a list, each value and what it says.
    pub(super) values: Option<Vec<(Range<usize>, String)>>,
    /// Whether it is a table of its own or written with dots.
    pub(super) by_hand: bool,
}

impl<'t> Layout<'t> {
    /// Looks at a text without a byte order mark.
    pub fn of(text: &'t str) -> Result<Self, Fault> {
        let document = Document::parse(text)
            .map_err(|error| Fault::Syntax(error.message().lines().next().unwrap_or_default().to_owned()))?;
        let mut blocks = Vec::new();
        for kind in [PROGRAMME, DAY, DUTY] {
            match document.as_table().get(kind) {
                Some(Item::ArrayOfTables(tables)) => blocks.extend(of_tables(text, kind, tables)?),
                Some(_) => return Err(Fault::ByHand(kind.to_owned())),
                None => {}
            }
        }
        blocks.sort_by_key(|block| block.header.start);
        Ok(Self { text, blocks })
    }

    /// The ids of its programmes, in order.
    pub fn programmes(&self) -> impl Iterator<Item = &str> {
        self.blocks.iter().filter(|block| block.kind == PROGRAMME).map(|block| &*block.id)
    }

    pub(super) fn programme(&self, id: &str) -> Result<&Block, Fault> {
        let found = self.blocks.iter().find(|block| block.kind == PROGRAMME && block.id == id);
        found.ok_or_else(|| Fault::NotThere(id.to_owned()))
    }

    pub(super) fn item(&self, programme: &str, id: &str) -> Result<&Block, Fault> {
        let programme = self.programme(programme)?;
        programme.items.iter().find(|item| item.id == id).ok_or_else(|| Fault::NotThere(id.to_owned()))
    }
}

impl Block {
    pub(super) fn key(&self, name: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

fn of_tables(text: &str, kind: &'static str, tables: &ArrayOfTables) -> Result<Vec<Block>, Fault> {
    tables.iter().enumerate().map(|(number, table)| of_table(text, kind, number, table)).collect()
}

fn of_table(text: &str, kind: &'static str, number: usize, table: &Table) -> Result<Block, Fault> {
    let by_hand = || Fault::ByHand(kind.to_owned());
    let header = table.span().ok_or_else(by_hand)?;
    let header = line_start(text, header.start)..line_stop(text, header.start);
    let (mut keys, mut items, mut items_by_hand) = (Vec::new(), Vec::new(), false);
    for (name, item) in table {
        match item {
            Item::ArrayOfTables(tables) if name == "item" => items = of_tables(text, "item", tables)?,
            _ => {
                items_by_hand |= name == "item";
                let key = table.key(name).and_then(toml_edit::Key::span).ok_or_else(by_hand)?;
                keys.push(of_key(name, key, item).ok_or_else(by_hand)?);
            }
        }
    }
    let written = table.get("id").and_then(Item::as_str).map(str::to_owned);
    let last = keys.iter().map(|key| key.whole.end).chain(items.iter().map(|item| item.whole.end));
    let last = last.max().unwrap_or(header.end).max(header.end);
    let whole = above(text, header.start)..line_stop(text, last);
    let has_id = written.is_some();
    let id = written.unwrap_or_else(|| number.to_string());
    Ok(Block { kind, id, has_id, header, whole, keys, items, items_by_hand })
}

fn of_key(name: &str, key: Range<usize>, item: &Item) -> Option<Key> {
    let (value, values, by_hand) = match item {
        Item::Value(value) => {
            let said = |each: &toml_edit::Value| {
                let text = each.as_str().map_or_else(|| each.to_string().trim().to_owned(), str::to_owned);
                Some((each.span()?, text))
            };
            let values = value.as_array().map(|list| list.iter().map(said).collect::<Option<Vec<_>>>());
            // A table that dots have made has no place of its own.
            let dotted = value.as_inline_table().is_some_and(toml_edit::InlineTable::is_dotted);
            (value.span()?, values.map_or(Some(None), |values| values.map(Some))?, dotted)
        }
        Item::Table(table) => (end_of(table)?, None, true),
        Item::ArrayOfTables(tables) => (tables.iter().filter_map(end_of).max_by_key(|span| span.end)?, None, true),
        Item::None => return None,
    };
    Some(Key { name: name.to_owned(), whole: key.start..value.end.max(key.end), value, values, by_hand })
}

/// The stretch from a table's header, if it has one, to the end of the last thing in it.
fn end_of(table: &Table) -> Option<Range<usize>> {
    let own = table.span().filter(|span| !span.is_empty());
    let inner = table.iter().filter_map(|(_, item)| match item {
        Item::Table(inner) => end_of(inner),
        other => other.span(),
    });
    own.into_iter().chain(inner).reduce(|a, b| a.start.min(b.start)..a.end.max(b.end))
}

/// Where the comment lines right above a header begin.
fn above(text: &str, header: usize) -> usize {
    let mut start = header;
    while start > 0 {
        let before = line_start(text, start - 1);
        if !text[before..start].trim_start().starts_with('#') {
            break;
        }
        start = before;
    }
    // The comments at the head of a file are about the file.
    if start == 0 { header } else { start }
}
