//! Changes of `loa.toml`: each alters what it names and nothing else, and its inverse gives the same bytes.
//!
//! In: the shipped file, and files that are made up. Out: nothing. Next: `zones`.

use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::config::Config;

const SHIPPED: &str = include_str!("../../../loa.toml");

fn key(table: &'static str, name: &'static str) -> Key {
    Key { table, name }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn set(key: Key, value: Value) -> Change {
    Change::Set(key, value)
}

/// Lines that only one of both has, by what `diff` would print.
fn difference(old: &str, new: &str) -> Vec<String> {
    let (old, new): (Vec<_>, Vec<_>) = (old.split('\n').collect(), new.split('\n').collect());
    let same = old.iter().zip(&new).take_while(|(one, other)| one == other).count();
    let tail = old[same..].iter().rev().zip(new[same..].iter().rev()).take_while(|(one, other)| one == other).count();
    let mark = |sign: char| move |line: &&str| format!("{sign}{line}");
    let gone = old[same..old.len() - tail].iter().map(mark('-'));
    gone.chain(new[same..new.len() - tail].iter().map(mark('+'))).collect()
}

#[test]
fn a_value_is_replaced_where_it_stands_and_its_comment_stays() {
    let after = apply(SHIPPED, &[set(key("output", "offset_us"), Value::Integer(-1250))]).unwrap();
    let [gone, come] = <[String; 2]>::try_from(difference(SHIPPED, &after)).unwrap();
    assert!(gone.starts_with("-offset_us = 0   ") && come.starts_with("+offset_us = -1250   "), "{gone} {come}");
    assert!(come.ends_with("chưa đo thì để 0"), "{come}");
    assert_eq!(line_of(&after, key("output", "offset_us")), line_of(SHIPPED, key("output", "offset_us")));
}

#[test]
fn a_missing_key_goes_behind_the_line_that_explains_it() {
    let after = apply(SHIPPED, &[set(key("disk", "warn_free_mb"), Value::Integer(500))]).unwrap();
    assert_eq!(difference(SHIPPED, &after), ["+warn_free_mb = 500"]);
    let lines: Vec<_> = after.lines().collect();
    let at = lines.iter().position(|line| *line == "warn_free_mb = 500").unwrap();
    assert!(lines[at - 1].starts_with("# warn_free_mb = 200"));
    assert_eq!(apply(&after, &[Change::Remove(key("disk", "warn_free_mb"))]).unwrap(), SHIPPED);
}

#[test]
fn the_very_value_of_a_comment_comes_alive_and_goes_back() {
    let folder = key("backup", "also_to");
    let after = apply(SHIPPED, &[set(folder, text("/media/usb/dai"))]).unwrap();
    let [gone, come] = <[String; 2]>::try_from(difference(SHIPPED, &after)).unwrap();
    assert_eq!(gone.strip_prefix("-# "), come.strip_prefix('+'));
    assert_eq!(apply(&after, &[Change::Remove(folder)]).unwrap(), SHIPPED);
}

#[test]
fn a_comment_of_another_table_is_not_taken_for_the_key() {
    // `[station]` has no `authority` here, the commented `[[station.since]]` has.
    let without: String =
        SHIPPED.lines().filter(|line| !line.starts_with("authority")).flat_map(|line| [line, "\n"]).collect();
    let after = apply(&without, &[set(key("station", "authority"), text("UBND"))]).unwrap();
    let lines: Vec<_> = after.lines().collect();
    let at = lines.iter().position(|line| *line == "authority = \"UBND\"").unwrap();
    assert!(lines[at - 1].starts_with("timezone = "), "{}", lines[at - 1]);
}

#[test]
fn a_missing_table_goes_to_the_end_whatever_the_file_ends_with() {
    for (old, new) in [
        ("", "[web]\nlisten = \"off\"\n"),
        ("a = 1\n", "a = 1\n\n[web]\nlisten = \"off\"\n"),
        ("a = 1", "a = 1\n\n[web]\nlisten = \"off\""),
        ("a = 1\r\n", "a = 1\r\n\r\n[web]\r\nlisten = \"off\"\r\n"),
        ("\u{feff}a = 1\n", "\u{feff}a = 1\n\n[web]\nlisten = \"off\"\n"),
        ("[web]", "[web]\nlisten = \"off\""),
        ("[web] # x\n# y\n[b]\n", "[web] # x\nlisten = \"off\"\n# y\n[b]\n"),
        ("[[web.more]]\na = 1\n", "[[web.more]]\na = 1\n\n[web]\nlisten = \"off\"\n"),
        ("web.a = 1\nb = 2\n", "web.a = 1\nweb.listen = \"off\"\nb = 2\n"),
    ] {
        let after = apply(old, &[set(key("web", "listen"), text("off"))]).unwrap();
        assert_eq!(after, new, "{old:?}");
        assert_eq!(value_of(&after, key("web", "listen")), Some(text("off")));
    }
}

#[test]
fn a_key_above_all_tables_stays_above_them() {
    for (old, new) in [
        ("# Đài\n\n[station]\nname = 'x'\n", "# Đài\nlanguage = \"en\"\n\n[station]\nname = 'x'\n"),
        ("[station]\nname = 'x'\n", "language = \"en\"\n[station]\nname = 'x'\n"),
        ("data_dir = 'd' # x\n[station]\n", "data_dir = 'd' # x\nlanguage = \"en\"\n[station]\n"),
    ] {
        assert_eq!(apply(old, &[set(key("", "language"), text("en"))]).unwrap(), new);
    }
}

#[test]
fn what_only_a_person_can_change_is_refused_and_what_is_no_toml_too() {
    let listen = |old: &str| apply(old, &[set(key("web", "listen"), text("off"))]);
    assert_eq!(listen("web = 3\n"), Err(EditError::Form("web.listen".into())));
    assert_eq!(listen("web = { a = 1 }\n"), Err(EditError::Form("web.listen".into())));
    assert_eq!(listen("web = { listen = 'x' } # y\n").unwrap(), "web = { listen = \"off\" } # y\n");
    assert_eq!(listen("[web\n"), Err(EditError::NotToml));
    assert_eq!(listen("[web.listen]\n"), Err(EditError::Form("web.listen".into())));
}

#[test]
fn a_line_inside_a_long_text_is_no_comment() {
    let old = "[report]\ntitle = '''\n# closing_day = 3\n'''\n";
    let after = apply(old, &[set(key("report", "closing_day"), Value::Integer(9))]).unwrap();
    assert_eq!(after, format!("{old}closing_day = 9\n"));
}

#[test]
fn zones_come_and_go_and_keep_their_ids() {
    let zone = NewZone { id: "thon-4".into(), name: "Cụm loa \"thôn 4\"".into(), speakers: Some(3) };
    let added = apply(SHIPPED, &[Change::AddZone(zone.clone())]).unwrap();
    assert_eq!(difference(SHIPPED, &added).len(), 5);
    let config = Config::parse(Path::new("loa.toml"), added.as_bytes()).unwrap();
    assert_eq!((config.zones[3].name.as_str(), config.zones[3].speakers), ("Cụm loa \"thôn 4\"", Some(3)));
    assert_eq!(apply(&added, &[Change::AddZone(zone)]), Err(EditError::ZoneThere("thon-4".into())));
    assert_eq!(apply(&added, &[Change::RemoveZone("thon-4".into())]).unwrap(), SHIPPED);

    let rename = |name: &str| Change::RenameZone { id: "thon-2".into(), name: name.into() };
    let renamed = apply(SHIPPED, &[rename("Đình làng")]).unwrap();
    assert_eq!(difference(SHIPPED, &renamed), ["-name = \"Cụm loa thôn 2\"", "+name = \"Đình làng\""]);
    assert_eq!(apply(&renamed, &[rename("Cụm loa thôn 2")]).unwrap(), SHIPPED);

    let count = |speakers| Change::SetSpeakers { id: "thon-2".into(), speakers };
    let counted = apply(SHIPPED, &[count(Some(4))]).unwrap();
    assert_eq!(difference(SHIPPED, &counted), ["+speakers = 4"]);
    assert_eq!(apply(&counted, &[count(None)]).unwrap(), SHIPPED);
    assert_eq!(apply(SHIPPED, &[count(None)]).unwrap(), SHIPPED);

    let fewer = apply(SHIPPED, &[Change::RemoveZone("thon-2".into())]).unwrap();
    assert_eq!(difference(SHIPPED, &fewer).len(), 4);
    assert_eq!(apply(SHIPPED, &[Change::RemoveZone("xa".into())]), Err(EditError::NoZone("xa".into())));
    let least = "[[zone]]\nid = 'a'\nname = 'A'\n";
    assert_eq!(apply(least, &[Change::RemoveZone("a".into())]).unwrap(), "");
}

/// Keys of every kind, and values that each of them may have.
fn any_change() -> impl Strategy<Value = (Key, Value)> {
    let words = "[^\u{0}\u{feff}]{0,20}";
    prop_oneof![
        (prop_oneof![Just(key("station", "name")), Just(key("backup", "folder")), Just(key("web", "listen"))], words)
            .prop_map(|(key, words)| (key, text(&words))),
        (prop_oneof![Just(key("disk", "warn_free_mb")), Just(key("backup", "keep"))], any::<i64>())
            .prop_map(|(key, number)| (key, Value::Integer(number))),
        (prop_oneof![Just(key("sound", "gain")), Just(key("approval", "author_may_approve"))], any::<bool>())
            .prop_map(|(key, flag)| (key, Value::Flag(flag))),
        proptest::collection::vec(words, 0..4).prop_map(|list| (key("session", "weekdays"), Value::List(list))),
        Just((key("", "language"), text("en"))),
    ]
}

fn all_values(text: &str) -> Vec<Option<Value>> {
    let keys = [
        ("station", "name"),
        ("station", "authority"),
        ("backup", "folder"),
        ("backup", "keep"),
        ("web", "listen"),
        ("disk", "warn_free_mb"),
        ("sound", "gain"),
        ("approval", "author_may_approve"),
        ("session", "weekdays"),
        ("report", "closing_day"),
        ("", "language"),
    ];
    keys.iter().map(|(table, name)| value_of(text, key(table, name))).collect()
}

proptest! {
    #[test]
    fn a_change_alters_only_what_it_names(
        (changed, value) in any_change(), windows in any::<bool>(), cut in any::<bool>(),
    ) {
        let mut old = if windows { SHIPPED.replace('\n', "\r\n") } else { SHIPPED.to_owned() };
        if cut {
            old = old.trim_end().to_owned();
        }
        let before = value_of(&old, changed);
        let after = apply(&old, &[set(changed, value.clone())]).unwrap();
        prop_assert_eq!(value_of(&after, changed), Some(value));
        let differ = all_values(&old).iter().zip(all_values(&after)).filter(|(one, other)| **one != *other).count();
        prop_assert!(differ <= 1);
        prop_assert_eq!(after.matches("\r\n").count() == after.matches('\n').count(), windows);
        let back = match before {
            Some(value) => set(changed, value),
            None => Change::Remove(changed),
        };
        prop_assert_eq!(apply(&after, &[back]).unwrap(), old);
    }

    #[test]
    fn no_text_makes_it_fail_in_another_way_than_by_a_refusal(text in "[\\[\\]a-z=\"'#\r\n .{},0-9]{0,60}") {
        let _ = apply(&text, &[set(key("a", "b"), Value::Integer(1))]);
        let _ = apply(&text, &[Change::Remove(key("", "a"))]);
    }
}
