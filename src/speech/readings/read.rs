//! Reads `reading.toml` strictly.
//!
//! In: bytes. Out: the list, or every problem with its place: unknown keys, entries given twice, readings that hold what
//! nobody can say. Pure. Next: `normalise`.

use std::collections::HashMap;

use super::{Ambiguous, Case, Entries, Entry, Readings};
use crate::problem::what::ReadingFault;
use crate::problem::{Place, Problem, any_error};
use crate::schedule::table::{Reader, Spotted, Table};
use crate::schedule::text::Source;

pub(super) fn readings(path: &str, bytes: &[u8]) -> Result<Readings, Vec<Problem>> {
    let source = Source::decode(path, bytes).map_err(|problem| vec![*problem])?;
    let (mut reader, mut root) = Reader::open(&source);
    // What the parser makes of a broken file is guesswork, and problems of guesses mislead.
    if !reader.problems.is_empty() {
        return Err(reader.problems);
    }
    let mung = reader.flag(&mut root, "mung").is_some_and(|flag| flag.value);
    let mut list = Readings { mung, ..Readings::default() };
    let mut places = HashMap::new();
    for (written, spoken) in pairs(&mut reader, &mut root, "abbreviations") {
        places.insert(written.value.clone(), reader.place(&written.span));
        list.abbreviations.insert(written.value, Entry::Sure(spoken));
    }
    list.documents = plain(&mut reader, &mut root, "documents");
    list.issuers = plain(&mut reader, &mut root, "issuers");
    let mut units = Entries::default();
    for (written, spoken) in pairs(&mut reader, &mut root, "units") {
        units.insert(written.value, spoken);
    }
    list.units = units;
    list.web = plain(&mut reader, &mut root, "web");
    ambiguous(&mut reader, &mut root, &mut list, &mut places);
    reader.finish(&root);
    reader.problems.sort();
    if any_error(&reader.problems) { Err(reader.problems) } else { Ok(list) }
}

/// A table of free keys, each with how it is said.
fn pairs<'s>(reader: &mut Reader<'s>, root: &mut Table<'s>, key: &'static str) -> Vec<(Spotted<String>, String)> {
    let Some(table) = reader.table(root, key) else { return Vec::new() };
    let mut pairs = Vec::new();
    for (written, spoken) in reader.entries(table, key) {
        if !can_be_written(&written.value) {
            reader.error(written.span, ReadingFault::BadWritten(written.value));
        } else if let Some(spoken) = speakable(reader, spoken) {
            pairs.push((written, spoken));
        }
    }
    pairs
}

fn plain<'s>(reader: &mut Reader<'s>, root: &mut Table<'s>, key: &'static str) -> HashMap<String, String> {
    pairs(reader, root, key).into_iter().map(|(written, spoken)| (written.value, spoken)).collect()
}

fn ambiguous<'s>(
    reader: &mut Reader<'s>,
    root: &mut Table<'s>,
    list: &mut Readings,
    places: &mut HashMap<String, Place>,
) {
    for mut table in reader.tables(root, "ambiguous") {
        let written = reader.required_text(&mut table, "written");
        let spoken = reader.required_text(&mut table, "spoken").and_then(|spoken| speakable(reader, spoken));
        let mut cases = Vec::new();
        for each in reader.tables(&mut table, "cases") {
            cases.extend(case(reader, each));
        }
        reader.finish(&table);
        let Some(written) = written else { continue };
        if !can_be_written(&written.value) {
            reader.error(written.span, ReadingFault::BadWritten(written.value));
        } else if let Some(first) = places.get(&written.value) {
            reader.error(written.span, ReadingFault::Duplicate(written.value, Box::new(first.clone())));
        } else if let Some(spoken) = spoken {
            places.insert(written.value.clone(), reader.place(&written.span));
            list.abbreviations.insert(written.value, Entry::Ambiguous(Ambiguous { spoken, cases }));
        }
    }
}

fn case<'s>(reader: &mut Reader<'s>, mut table: Table<'s>) -> Option<Case> {
    let spoken = reader.required_text(&mut table, "spoken").and_then(|spoken| speakable(reader, spoken));
    let before = words(reader, &mut table, "before");
    let after = words(reader, &mut table, "after");
    reader.finish(&table);
    if before.is_empty() && after.is_empty() {
        reader.error(table.span, ReadingFault::EmptyCase);
        return None;
    }
    Some(Case { spoken: spoken?, before, after })
}

fn words<'s>(reader: &mut Reader<'s>, table: &mut Table<'s>, key: &'static str) -> Vec<String> {
    let list = reader.texts(table, key).map(|list| list.value).unwrap_or_default();
    list.into_iter().map(|word| word.value).collect()
}

/// What stands for itself in a text begins with no digit and no pause: those are read before any list.
fn can_be_written(written: &str) -> bool {
    let first = written.chars().next();
    first.is_some_and(|each| !each.is_ascii_digit() && !" .,;:?!-()".contains(each))
}

/// Only what an engine can say: letters, spaces, hyphens, commas.
fn speakable(reader: &mut Reader<'_>, spoken: Spotted<String>) -> Option<String> {
    let odd = spoken.value.chars().find(|each| !(each.is_alphabetic() || " -,".contains(*each)));
    let odd = odd.or_else(|| (!spoken.value.contains(char::is_alphabetic)).then(|| spoken.value.chars().next())?);
    match odd {
        Some(odd) => {
            reader.error(spoken.span, ReadingFault::NotSpeakable(spoken.value, odd));
            None
        }
        None => Some(spoken.value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<String> {
        let problems = readings("reading.toml", text.as_bytes()).unwrap_err();
        problems.iter().map(|each| format!("{} {:?}", each.place.as_ref().unwrap(), each.what)).collect()
    }

    #[test]
    fn the_shipped_list_is_right() {
        let list = Readings::shipped();
        assert!(matches!(list.longest("UBND xã"), Some(("UBND", Entry::Sure(_)))));
        assert_eq!(list.longest("UBNDX"), None);
        assert_eq!(list.unit("km/h,"), Some(("km/h", "ki-lô-mét trên giờ")));
    }

    #[test]
    fn every_problem_has_its_place() {
        let text = "mung = 1\n[abbreviations]\nUBND = \"Ủy ban\"\nA1 = \"a 1\"\n\"9X\" = \"chín ích\"\nX = 5\n\
                    [[ambiguous]]\nwritten = \"UBND\"\nspoken = \"b\"\ncases = [{ spoken = \"c\" }]\nmore = 1\n[unit]\n";
        assert_eq!(
            faults(text),
            [
                "reading.toml:1:8 Form(WrongType(\"mung\", Flag, Integer))",
                "reading.toml:4:6 Reading(NotSpeakable(\"a 1\", '1'))",
                "reading.toml:5:1 Reading(BadWritten(\"9X\"))",
                "reading.toml:6:5 Form(WrongType(\"abbreviations\", Text, Integer))",
                "reading.toml:8:11 Reading(Duplicate(\"UBND\", Place { path: \"reading.toml\", spot: Some(Spot { line: 3, column: 1, length: 4, text: \"UBND = \\\"Ủy ban\\\"\", skipped: 0 }) }))",
                "reading.toml:10:10 Reading(EmptyCase)",
                "reading.toml:11:1 Form(UnknownKey(\"more\", [\"written\", \"spoken\", \"cases\"], None))",
                "reading.toml:12:2 Form(UnknownKey(\"unit\", [\"mung\", \"abbreviations\", \"documents\", \"issuers\", \"units\", \"web\", \"ambiguous\"], Some(\"units\")))",
            ]
        );
    }
}
