//! Whole programmes, items, special days and lines of duty: added, removed, moved.
//!
//! In: blocks and where they stand. Out: cuts. What stands between blocks (blank lines, comments that belong to none) stays
//! where it is. An item that has no `id` is known by its number; before its number changes, the id is written down, since
//! the log knows items by it. Pure. Next: `form`.

use super::Fault;
use super::layout::{Block, Layout};
use super::splice::{Cut, before_break, line_end, line_start, past_break, with_line_ends};

/// A block behind the others of its kind, else at the end of the file.
pub(super) fn add(layout: &Layout<'_>, kind: &str, made: &str) -> Vec<Cut> {
    let (text, end) = (layout.text, line_end(layout.text));
    let made = with_line_ends(made, end);
    if let Some(last) = layout.blocks.iter().rfind(|block| block.kind == kind) {
        let at = last.whole.end;
        return vec![(at..at, format!("{end}{end}{made}"))];
    }
    let at = text.len();
    let new = match text {
        "" => format!("{made}{end}"),
        _ if text.ends_with('\n') => format!("{end}{made}{end}"),
        _ => format!("{end}{end}{made}"),
    };
    vec![(at..at, new)]
}

/// A block with what belongs to it, and the blank lines that parted it from the one before.
pub(super) fn remove(layout: &Layout<'_>, block: &Block) -> Vec<Cut> {
    let all: Vec<&Block> = layout.blocks.iter().collect();
    vec![out(layout.text, &all, block)]
}

fn out(text: &str, siblings: &[&Block], block: &Block) -> Cut {
    let whole = block.whole.clone();
    let at = siblings.iter().position(|each| each.header == block.header).unwrap_or(0);
    let before = at.checked_sub(1).map(|before| siblings[before].whole.end);
    let after = siblings.get(at + 1).map(|after| after.whole.start);
    let is_blank = |from: usize, to: usize| text[from..to].trim().is_empty();
    let range = match (before, after) {
        (Some(before), _) if is_blank(before, whole.start) => before..whole.end,
        (None, Some(after)) if is_blank(whole.end, after) => whole.start..after,
        _ => {
            let next = past_break(text, whole.end);
            let ends_line = next > whole.end;
            // One blank line above it, and the line break that nothing needs any more.
            let mut start = whole.start;
            let above = before_break(text, start);
            if above < start && line_start(text, above) == above {
                start = above;
            }
            if !ends_line {
                start = before_break(text, start);
            }
            start..next
        }
    };
    (range, String::new())
}

/// A new item at a place of its programme, at the end if there are not so many.
pub(super) fn add_item(layout: &Layout<'_>, programme: &Block, at: usize, made: &str) -> Result<Vec<Cut>, Fault> {
    let items = items(programme)?;
    let end = line_end(layout.text);
    let made = with_line_ends(made, end);
    let at = at.min(items.len());
    let mut cuts = with_ids(layout, &items[at..]);
    cuts.push(if let Some(before) = at.checked_sub(1) {
        let place = items[before].whole.end;
        (place..place, format!("{end}{end}{made}"))
    } else {
        let place = items.first().map_or(programme.whole.end, |first| first.whole.start);
        let new = if items.is_empty() { format!("{end}{end}{made}") } else { format!("{made}{end}{end}") };
        (place..place, new)
    });
    Ok(cuts)
}

/// An item is taken out.
pub(super) fn remove_item(layout: &Layout<'_>, programme: &Block, id: &str) -> Result<Vec<Cut>, Fault> {
    let (items, at) = found(programme, id)?;
    let all: Vec<&Block> = items.iter().collect();
    let mut cuts = with_ids(layout, &items[at + 1..]);
    cuts.push(out(layout.text, &all, &items[at]));
    Ok(cuts)
}

/// An item changes places with its neighbour; at the end of the list nothing happens.
pub(super) fn move_item(layout: &Layout<'_>, programme: &Block, id: &str, up: bool) -> Result<Vec<Cut>, Fault> {
    let (items, at) = found(programme, id)?;
    let other = if up { at.checked_sub(1) } else { Some(at + 1).filter(|next| *next < items.len()) };
    let Some(other) = other else { return Ok(Vec::new()) };
    let pair = [&items[at.min(other)], &items[at.max(other)]];
    let text = |block: &Block| with_id(layout, block);
    Ok(vec![(pair[0].whole.clone(), text(pair[1])), (pair[1].whole.clone(), text(pair[0]))])
}

fn items(programme: &Block) -> Result<&[Block], Fault> {
    if programme.items_by_hand { Err(Fault::ByHand("item".into())) } else { Ok(&programme.items) }
}

fn found<'b>(programme: &'b Block, id: &str) -> Result<(&'b [Block], usize), Fault> {
    let items = items(programme)?;
    let at = items.iter().position(|item| item.id == id).ok_or_else(|| Fault::NotThere(id.to_owned()))?;
    Ok((items, at))
}

/// Lines that write down the ids of items that have none.
fn with_ids(layout: &Layout<'_>, items: &[Block]) -> Vec<Cut> {
    let nameless = items.iter().filter(|item| !item.has_id);
    nameless.map(|item| (item.header.end..item.header.end, id_line(layout, item))).collect()
}

fn with_id(layout: &Layout<'_>, item: &Block) -> String {
    let (text, at) = (layout.text, item.header.end);
    let line = if item.has_id { String::new() } else { id_line(layout, item) };
    text[item.whole.start..at].to_owned() + &line + &text[at..item.whole.end]
}

fn id_line(layout: &Layout<'_>, item: &Block) -> String {
    format!("{}id = \"{}\"", line_end(layout.text), item.id)
}
