//! The items of a programme: a file, a bulletin, or what may be drawn from the queue.
//!
//! In: the tables of a programme's items, the theme codes of the plan. Out: items in airing order, each with its place, and the files that they
//! name with their places; a problem at its place for whatever is not allowed. Pure. Next: `read`, which calls this.

use std::collections::HashMap;

use chrono::TimeDelta;

use super::read::{LONGEST_WINDOW, checked_id};
use super::table::{Reader, Spotted, Table};
use super::text::parse_span;
use super::{Item, ItemContent, QueueWish};
use crate::problem::what::ProgrammeFault;
use crate::problem::{Place, nearest};

/// No station makes more bulletins.
const MOST_NUMBER: i64 = 999_999_999;

/// All items and where each says what it airs, or `None` when one of them cannot be read.
pub(super) fn read_items<'s>(
    reader: &mut Reader<'s>,
    table: &mut Table<'s>,
    themes: &[String],
    files: &mut Vec<(String, Place)>,
) -> Option<Vec<(Item, Place)>> {
    let tables = reader.tables(table, "item");
    if tables.is_empty() {
        reader.error(table.span.clone(), ProgrammeFault::NoItems);
        return None;
    }
    let mut ids: HashMap<String, Place> = HashMap::new();
    let mut items = Some(Vec::new());
    for (index, mut table) in tables.into_iter().enumerate() {
        let written = reader.text(&mut table, "id").and_then(|id| checked_id(reader, id));
        let id = written.unwrap_or_else(|| Spotted { value: index.to_string(), span: table.span.clone() });
        let place = reader.place(&id.span);
        if let Some(first) = ids.get(&id.value) {
            reader.error(id.span, ProgrammeFault::DuplicateItem(id.value.clone(), Box::new(first.clone())));
        } else {
            ids.insert(id.value.clone(), place);
        }
        let item = read_item(reader, &mut table, id.value, themes, files);
        reader.finish(&table);
        items = items.zip(item).map(|(mut items, item)| {
            items.push(item);
            items
        });
    }
    items
}

fn read_item<'s>(
    reader: &mut Reader<'s>,
    table: &mut Table<'s>,
    id: String,
    known_themes: &[String],
    files: &mut Vec<(String, Place)>,
) -> Option<(Item, Place)> {
    let keys: Vec<_> = ["file", "bulletin", "queue"].iter().filter_map(|key| table.spot_of(key)).collect();
    let place = reader.place(keys.first().unwrap_or(&table.span));
    match keys.len() {
        0 => reader.error(table.span.clone(), ProgrammeFault::NoContent),
        1 => {}
        _ => reader.error(table.span.clone(), ProgrammeFault::SeveralContents),
    }
    let title = reader.words(table, "title").map(|title| title.value);
    let genre = reader.words(table, "genre").map(|genre| genre.value);
    let file = reader.text(table, "file");
    let bulletin = reader.integer(table, "bulletin", 1, MOST_NUMBER);
    let queue = reader.table(table, "queue");
    let (mut themes, mut author) = (Vec::new(), None);
    let content = match (queue, bulletin) {
        (Some(queue), _) => read_queue(reader, queue, known_themes)?,
        (None, Some(number)) => ItemContent::Bulletin(number),
        (None, None) => {
            themes = read_themes(reader, table, known_themes);
            author = reader.words(table, "author").map(|author| author.value);
            let file = file?;
            if !below_audio(&file.value) {
                reader.error(file.span, ProgrammeFault::BadPath(file.value));
                return None;
            }
            files.push((file.value.clone(), reader.place(&file.span)));
            ItemContent::File(file.value)
        }
    };
    Some((Item { id, content, title, themes, author, genre }, place))
}

/// Theme codes; those that the plan does not have are reported.
fn read_themes<'s>(reader: &mut Reader<'s>, table: &mut Table<'s>, known_themes: &[String]) -> Vec<String> {
    let themes = reader.texts(table, "themes").map(|themes| themes.value).unwrap_or_default();
    for theme in &themes {
        if !known_themes.contains(&theme.value) {
            let near = nearest(&theme.value, known_themes.iter().map(String::as_str));
            let fault = ProgrammeFault::UnknownTheme(theme.value.clone(), known_themes.to_vec(), near);
            reader.error(theme.span.clone(), fault);
        }
    }
    themes.into_iter().map(|theme| theme.value).collect()
}

/// `queue = { themes = [...], up_to = "15m" }`.
fn read_queue<'s>(reader: &mut Reader<'s>, mut table: Table<'s>, known_themes: &[String]) -> Option<ItemContent> {
    let themes = read_themes(reader, &mut table, known_themes);
    let up_to = reader.required_text(&mut table, "up_to");
    reader.finish(&table);
    let up_to = up_to?;
    let span = parse_span(&up_to.value).filter(|span| (TimeDelta::seconds(1)..=LONGEST_WINDOW).contains(span));
    if span.is_none() {
        reader.error(up_to.span, ProgrammeFault::BadUpTo(up_to.value));
    }
    Some(ItemContent::Queue(QueueWish { themes, up_to: span? }))
}

/// Whether a path stays below the folder that it is relative to, on every system.
fn below_audio(path: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    !path.contains(['\\', ':']) && path.split('/').all(plain)
}
