//! One key of a block: set, added where people look for it, or taken out with its line.
//!
//! In: a block and what its keys are to say. Out: cuts. A key that says so already is not touched. A new key stands behind
//! the commented example of it if the file has one, else behind its neighbours in the order of the documentation. Pure.
//! Next: `list`.

use super::layout::{Block, Key, Layout};
use super::splice::{Cut, before_break, line_end, line_start, line_stop, past_break};
use super::{Fault, Value};

/// The keys of a programme in their usual order.
pub(super) const PROGRAMME: [&str; 12] =
    ["id", "title", "cron", "window", "ends", "from", "until", "only", "why", "except", "priority", "zones"];

/// The keys of an item in their usual order.
pub(super) const ITEM: [&str; 8] = ["id", "file", "bulletin", "queue", "title", "themes", "author", "genre"];

/// Sets or removes keys.
pub(super) fn set(
    layout: &Layout<'_>,
    block: &Block,
    order: &[&str],
    changes: &[(&'static str, Option<Value>)],
) -> Result<Vec<Cut>, Fault> {
    let mut cuts: Vec<Cut> = Vec::new();
    for (name, value) in changes {
        match (block.key(name), value) {
            (Some(key), _) if key.by_hand => return Err(Fault::ByHand((*name).to_owned())),
            (Some(key), Some(value)) => {
                let before = &layout.text[key.value.clone()];
                let written = value.written(Some(before));
                if !says(before, &written) {
                    cuts.push((key.value.clone(), written));
                }
            }
            (Some(key), None) => cuts.push(without(layout.text, key)),
            (None, Some(value)) => {
                let leaving = |key: &str| changes.iter().any(|(name, value)| *name == key && value.is_none());
                let cut = added_behind(layout, block, order, name, &value.written(None), &leaving);
                // Behind one anchor the new keys keep their order.
                cuts.push(cut);
            }
            (None, None) => {}
        }
    }
    let place = |name: &str| order.iter().position(|each| *each == name);
    // A stable sort by place alone: new lines of one anchor in the usual order.
    cuts.sort_by_key(|(range, new)| {
        let name = new.trim_start().split(' ').next().and_then(place);
        (range.start, name)
    });
    Ok(cuts)
}

/// Whether two ways of writing say the same.
fn says(before: &str, after: &str) -> bool {
    let read = |text: &str| toml::from_str::<toml::Table>(&format!("v = {text}")).ok();
    before == after || read(before).is_some_and(|value| read(after) == Some(value))
}

/// The line of a key, or its lines, taken out.
pub(super) fn without(text: &str, key: &Key) -> Cut {
    let start = line_start(text, key.whole.start);
    let stop = line_stop(text, key.whole.end);
    let next = past_break(text, stop);
    // The last line of a file need not end.
    let start = if next == stop { before_break(text, start) } else { start };
    (start..next, String::new())
}

/// A new line for a key.
pub(super) fn added(layout: &Layout<'_>, block: &Block, order: &[&str], name: &str, written: &str) -> Cut {
    added_behind(layout, block, order, name, written, &|_| false)
}

/// The same, behind none of the keys that leave.
fn added_behind(
    layout: &Layout<'_>,
    block: &Block,
    order: &[&str],
    name: &str,
    written: &str,
    leaving: &dyn Fn(&str) -> bool,
) -> Cut {
    let text = layout.text;
    let anchor = example(text, block, name).unwrap_or_else(|| {
        let place = |name: &str| order.iter().position(|each| *each == name);
        let before =
            block.keys.iter().filter(|key| place(&key.name) < place(name) && !key.by_hand && !leaving(&key.name));
        let last = before.max_by_key(|key| place(&key.name)).map_or(block.header.end, |key| key.whole.end);
        line_stop(text, last)
    });
    (anchor..anchor, format!("{}{name} = {written}", line_end(text)))
}

/// The end of the line that shows a key as a comment, between the header and the items.
fn example(text: &str, block: &Block, name: &str) -> Option<usize> {
    let end = block.items.first().map_or(block.whole.end, |first| first.whole.start);
    let mut start = past_break(text, block.header.end);
    while start < end {
        let stop = line_stop(text, start);
        let shown = text[start..stop].strip_prefix('#').map(str::trim_start);
        let rest = shown.and_then(|line| line.strip_prefix(name)).map(str::trim_start);
        let is_inside = block.keys.iter().any(|key| key.whole.contains(&start));
        if rest.is_some_and(|rest| rest.starts_with('=')) && !is_inside {
            return Some(stop);
        }
        let next = past_break(text, stop);
        if next == stop {
            return None;
        }
        start = next;
    }
    None
}
