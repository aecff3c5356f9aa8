//! One value of the list `except`: put in where it belongs in time, or taken out with its line.
//!
//! In: a programme's block and a day or start as the file writes it. Out: cuts. A list that people have laid out over several
//! lines stays laid out so. Pure. Next: `blocks`.

use std::ops::Range;

use super::layout::{Block, Key, Layout};
use super::splice::{Cut, before_break, line_end, line_start, line_stop};
use super::{Fault, Value, keys};

const EXCEPT: &str = "except";

/// Puts a value into the list, which is made if there is none.
pub(super) fn add(layout: &Layout<'_>, block: &Block, value: &str) -> Result<Vec<Cut>, Fault> {
    let Some(key) = block.key(EXCEPT) else {
        let written = Value::Texts(vec![value.to_owned()]).written(None);
        return Ok(vec![keys::added(layout, block, &keys::PROGRAMME, EXCEPT, &written)]);
    };
    let values = values(key)?;
    if values.iter().any(|(_, said)| said == value) {
        return Ok(Vec::new());
    }
    let text = layout.text;
    let first = values.first().map(|(span, _)| &text[span.clone()]);
    let written = Value::Text(value.to_owned()).written(first);
    // Days in their order, so that a person finds one; days and starts compare as they are written.
    let before = values.iter().take_while(|(_, said)| said.as_str() < value).count();
    let Some(last) = before.checked_sub(1).map(|at| values[at].0.clone()) else {
        return Ok(match values.first() {
            Some((span, _)) => vec![at_head(text, span, &written)],
            None => vec![(key.value.clone(), format!("[{written}]"))],
        });
    };
    if !has_own_line(text, &last) {
        return Ok(vec![(last.end..last.end, format!(", {written}"))]);
    }
    let indent = &text[line_start(text, last.start)..last.start];
    let stop = line_stop(text, last.end);
    let has_comma = text[last.end..].trim_start().starts_with(',');
    let comma = if has_comma { "," } else { "" };
    let line = (stop..stop, format!("{}{indent}{written}{comma}", line_end(text)));
    let after = (!has_comma).then(|| (last.end..last.end, ",".to_owned()));
    Ok(after.into_iter().chain([line]).collect())
}

fn at_head(text: &str, first: &Range<usize>, written: &str) -> Cut {
    let at = first.start..first.start;
    if has_own_line(text, first) {
        let indent = &text[line_start(text, first.start)..first.start];
        (at, format!("{written},{}{indent}", line_end(text)))
    } else {
        (at, format!("{written}, "))
    }
}

/// Takes a value out; the list goes with the last one.
pub(super) fn remove(layout: &Layout<'_>, block: &Block, value: &str) -> Result<Vec<Cut>, Fault> {
    let text = layout.text;
    let not_there = || Fault::NotThere(value.to_owned());
    let key = block.key(EXCEPT).ok_or_else(not_there)?;
    let values = values(key)?;
    let at = values.iter().position(|(_, said)| said == value).ok_or_else(not_there)?;
    if values.len() == 1 {
        return Ok(vec![keys::without(text, key)]);
    }
    let span = values[at].0.clone();
    let is_last = at + 1 == values.len();
    if has_own_line(text, &span) {
        let start = before_break(text, line_start(text, span.start));
        let line = (start..line_stop(text, span.end), String::new());
        let has_comma = text[span.end..].trim_start().starts_with(',');
        if !is_last || has_comma {
            return Ok(vec![line]);
        }
        // The comma behind the one before it goes too, for this list ends without one.
        let before = values[at - 1].0.end;
        let comma = text[before..span.start].find(',').map(|found| before + found);
        return Ok(comma.map(|at| (at..at + 1, String::new())).into_iter().chain([line]).collect());
    }
    Ok(vec![match at.checked_sub(1) {
        Some(before) => (values[before].0.end..span.end, String::new()),
        None => (span.start..values[1].0.start, String::new()),
    }])
}

fn values(key: &Key) -> Result<&[(Range<usize>, String)], Fault> {
    key.values.as_deref().ok_or_else(|| Fault::ByHand(EXCEPT.to_owned()))
}

/// Whether nothing but space stands before a value on its line.
fn has_own_line(text: &str, span: &Range<usize>) -> bool {
    text[line_start(text, span.start)..span.start].trim().is_empty()
        && text[span.end..line_stop(text, span.end)]
            .trim_start_matches([',', ' ', '\t'])
            .chars()
            .next()
            .is_none_or(|next| next == '#')
}
