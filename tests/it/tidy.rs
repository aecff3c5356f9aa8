//! The repository's own rules, kept by reading its files as text.
//!
//! In: `src`, `tests`, `schedules`, `audio`, README.md. Out: every breach with file and line. The scanners rely on rustfmt's
//! layout and see no macros; they must never need more than this to be understood.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use loa::schedule::files::special;
use unicode_normalization::is_nfc;

/// Rooms that are functions of their arguments, time included; a folder stands for all its files.
const PURE_ROOMS: &[&str] = &[
    "src/airing.rs",
    "src/alarm.rs",
    "src/backup/alarm.rs",
    "src/backup/rotation.rs",
    "src/calendar.rs",
    "src/config/edit/",
    "src/config/field.rs",
    "src/desk/",
    "src/report/compose/",
    "src/report/document.rs",
    "src/report/fact.rs",
    "src/report/figures/",
    "src/report/issuer.rs",
    "src/report/html/",
    "src/report/origin.rs",
    "src/report/bundle/list.rs",
    "src/report/bundle/slips.rs",
    "src/report/logbook/",
    "src/report/period/",
    "src/report/status/",
    "src/report/table.rs",
    "src/report/tables/",
    "src/report/template",
    "src/rundown",
    "src/bulletin/",
    "src/lunar/",
    "src/machine/parse.rs",
    "src/plan/",
    "src/schedule/",
    "src/sound/",
    "src/text/",
    "src/speech/normalise/",
    "src/speech/readings/",
    "src/timetable.rs",
    "src/activity/",
    "src/zones/",
    "src/people/",
];

/// What is below a surface does not name it: acts of people are the same for command line and page, which know nothing of
/// each other.
const SURFACES: &[(&str, &[&str])] =
    &[("src/office/", &["crate::cli", "crate::web", "clap", "axum"]), ("src/web/", &["crate::cli", "clap"])];

/// What a pure room does not name: the shell's crates, files, the environment and the clock.
const IMPURE_NAMES: &[&str] = &[
    "tokio",
    "sqlx",
    "rodio",
    "cpal",
    "axum",
    "clap",
    "libc",
    "rustix",
    "fs::",
    "env::",
    "process::",
    "File::open",
    "SystemTime",
    "Instant::now",
    "Utc::now",
    "Local::now",
    "thread::",
];

const MAX_FILE_LINES: usize = 400;
const MAX_FUNCTION_LINES: usize = 70;
const HEADER_LINES: std::ops::RangeInclusive<usize> = 3..=10;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("`{path}`: {error}"))
}

/// Names in a folder, folders with `/` behind them, without dot-files.
fn names_in(folder: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(root().join(folder)).unwrap_or_else(|error| panic!("`{folder}`: {error}")) {
        let entry = entry.expect("the folder stays while it is listed");
        let mut name = entry.file_name().into_string().expect("the project's file names are UTF-8");
        if entry.path().is_dir() {
            name.push('/');
        }
        if !name.starts_with('.') {
            names.insert(name);
        }
    }
    names
}

/// Every file with that ending below a folder, as (path from the root, text), sorted.
fn files(folder: &str, ending: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(each) = folders.pop() {
        let each = each.to_str().expect("made of UTF-8 names");
        for name in names_in(each) {
            let path = format!("{each}/{name}");
            if let Some(inner) = path.strip_suffix('/') {
                folders.push(inner.into());
            } else if path.ends_with(ending) {
                found.insert(path.clone(), read(&path));
            }
        }
    }
    assert!(!found.is_empty(), "no `{ending}` below `{folder}`");
    found
}

fn assert_none(breaches: &[String]) {
    assert!(breaches.is_empty(), "\n{}", breaches.join("\n"));
}

/// The part of a line that is not a comment.
fn code(line: &str) -> &str {
    line.split("//").next().unwrap_or_default()
}

/// Whether `text` holds `name` as a word of its own, not as the end or the beginning of another.
fn names(text: &str, name: &str) -> bool {
    let of_a_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + name.len()..].chars().next();
        !before.is_some_and(of_a_word) && (name.ends_with(':') || !after.is_some_and(of_a_word))
    })
}

/// Where the functions of a rustfmt-formatted file begin (line from 1) and how many lines they have.
fn functions(text: &str) -> Vec<(usize, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let head = line.trim_start();
        let indent = &line[..line.len() - head.len()];
        let before_fn = head.split("fn ").next().unwrap_or_default();
        let is_fn = names(head, "fn")
            && before_fn.split_whitespace().all(|word| {
                ["const", "async", "unsafe", "extern", "\"C\"", "pub"].contains(&word) || word.starts_with("pub(")
            });
        if !is_fn || head.ends_with(';') || head.ends_with('}') {
            continue;
        }
        let closes = |each: &&str| {
            each.strip_prefix(indent).is_some_and(|rest| rest == "}" || (rest.starts_with(')') && rest.ends_with(';')))
        };
        if let Some(length) = lines[index..].iter().position(closes) {
            found.push((index + 1, length + 1));
        }
    }
    found
}

#[test]
fn the_scanners_see_what_they_look_for() {
    let text = "impl A {\n    pub(crate) fn short() {}\n\n    pub fn long(\n        a: u8,\n    ) -> u8 {\n        if a > 1 {\n        }\n        a\n    }\n}\n";
    assert_eq!(functions(text), [(4, 7)]);
    assert_eq!(functions("fn one() {\n    1;\n}\n"), [(1, 3)]);
    assert!(
        names("use tokio::sync;", "tokio") && names("std::fs::read(x)", "fs::") && !names("overclap(cfs::x)", "clap")
    );
    assert!(!names("let offs::x", "fs::") && code("a(); // Utc::now").trim() == "a();");
}

#[test]
fn files_and_functions_are_short() {
    let mut breaches = Vec::new();
    for (path, text) in files("src", ".rs") {
        let count = text.lines().count();
        if count > MAX_FILE_LINES {
            breaches.push(format!("{path}: {count} lines, at most {MAX_FILE_LINES}"));
        }
        for (line, length) in functions(&text) {
            if length > MAX_FUNCTION_LINES {
                breaches.push(format!("{path}:{line}: function of {length} lines, at most {MAX_FUNCTION_LINES}"));
            }
        }
    }
    assert_none(&breaches);
}

#[test]
fn every_source_file_says_what_it_is_for() {
    let mut breaches = Vec::new();
    for (path, text) in files("src", ".rs") {
        let header = text.lines().take_while(|line| line.starts_with("//!")).count();
        if !HEADER_LINES.contains(&header) {
            breaches.push(format!("{path}:1: header of {header} `//!` lines, {HEADER_LINES:?} allowed"));
        }
    }
    assert_none(&breaches);
}

#[test]
fn pure_rooms_name_nothing_of_the_outside() {
    let sources = files("src", ".rs");
    let mut breaches = Vec::new();
    for room in PURE_ROOMS {
        assert!(sources.keys().any(|path| path.starts_with(room)), "`{room}` is gone: mend the list");
    }
    for (path, text) in &sources {
        if !PURE_ROOMS.iter().any(|room| path.starts_with(room)) {
            continue;
        }
        for (index, line) in text.lines().enumerate() {
            for name in IMPURE_NAMES.iter().filter(|name| names(code(line), name)) {
                breaches.push(format!("{path}:{}: names `{name}` in a pure room", index + 1));
            }
        }
    }
    assert_none(&breaches);
}

#[test]
fn rooms_below_a_surface_do_not_name_it() {
    let mut breaches = Vec::new();
    for (room, surfaces) in SURFACES {
        for (path, text) in files(room.trim_end_matches('/'), ".rs") {
            for (index, line) in text.lines().enumerate() {
                for name in surfaces.iter().filter(|name| names(code(line), name)) {
                    breaches.push(format!("{path}:{}: names `{name}`", index + 1));
                }
            }
        }
    }
    assert_none(&breaches);
}

#[test]
fn nothing_is_left_half_done() {
    // Put together here, so that this file does not hold them.
    let marks = [
        concat!("to", "do!("),
        concat!("db", "g!("),
        concat!("FIX", "ME"),
        concat!("TO", "DO"),
        concat!("#[ign", "ore"),
    ];
    let mut breaches = Vec::new();
    for (path, text) in files("src", ".rs").into_iter().chain(files("tests", ".rs")) {
        for (index, line) in text.lines().enumerate() {
            for mark in marks.iter().filter(|mark| line.contains(**mark)) {
                breaches.push(format!("{path}:{}: `{mark}`", index + 1));
            }
        }
    }
    assert_none(&breaches);
}

#[test]
fn lib_rs_lists_every_room() {
    let library = read("src/lib.rs");
    let listed: BTreeSet<String> = library
        .lines()
        .filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod ")?.split(';').next())
        .map(str::to_owned)
        .collect();
    let rooms: BTreeSet<String> = names_in("src")
        .iter()
        .map(|name| name.trim_end_matches('/').trim_end_matches(".rs").to_owned())
        .filter(|name| name != "lib" && name != "main")
        .collect();
    assert_eq!(listed, rooms, "left: lib.rs, right: the files of src");
}

#[test]
fn every_file_of_tests_is_run() {
    let listed = read("tests/it/main.rs");
    for name in names_in("tests/it").iter().filter_map(|name| name.strip_suffix(".rs")).filter(|name| *name != "main") {
        assert!(names(&listed, &format!("mod {name}")), "`tests/it/{name}.rs` is not in tests/it/main.rs");
    }
}

#[test]
fn the_readme_maps_the_files() {
    let text = read("README.md");
    let cells: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |")).map(|(path, _)| path).collect();
    let mapped: BTreeSet<String> =
        cells.iter().filter_map(|path| path.strip_prefix("src/")).map(str::to_owned).collect();
    assert_eq!(mapped, names_in("src"), "left: README.md, right: the files of src");
    let (_, map) = text.split_once("\n## File map").expect("README.md has a file map");
    for path in map.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |")).map(|(path, _)| path) {
        assert!(root().join(path).exists(), "`{path}` of README.md's file map does not exist");
    }
}

#[test]
fn shipped_texts_are_fit_to_be_read_aloud() {
    let mut breaches = Vec::new();
    let texts = files("audio", ".txt");
    for (path, text) in &texts {
        if !is_nfc(text) {
            breaches.push(format!("{path}: not NFC"));
        }
        if let Some(digit) = text.chars().find(char::is_ascii_digit) {
            breaches.push(format!("{path}: digit `{digit}`, numbers stand in words"));
        }
        if !root().join(path.replace(".txt", ".opus")).is_file() {
            breaches.push(format!("{path}: no `.opus` of that name"));
        }
    }
    let sample = ["buoi-sang", "buoi-chieu", "days", "plan"].map(|name| format!("schedules/{name}.toml"));
    for path in ["loa.toml", "reading.toml", "report/bao-cao.txt", "README.md", "audio/README.md"]
        .map(str::to_owned)
        .iter()
        .chain(&sample)
    {
        if !is_nfc(&read(path)) {
            breaches.push(format!("{path}: not NFC"));
        }
    }
    assert_none(&breaches);
}

#[test]
fn shipped_schedules_air_files_that_exist_and_every_bulletin_once() {
    let exists = |path: &str, file: &str| {
        assert!(root().join("audio").join(file).is_file(), "`{path}` names `{file}`, which is not under audio/");
    };
    let (mut named, mut draws) = (vec![4, 8], 0);
    for (path, text) in files("schedules", ".toml").into_iter().filter(|(path, _)| special(path).is_none()) {
        let table: toml::Table = text.parse().unwrap_or_else(|error| panic!("`{path}`: {error}"));
        // Special days are no programmes.
        for programme in table.get("programme").iter().flat_map(|each| each.as_array().unwrap()) {
            for item in programme["item"].as_array().unwrap() {
                item.get("file").iter().for_each(|file| exists(&path, file.as_str().unwrap()));
                named.extend(item.get("bulletin").map(|number| number.as_integer().unwrap()));
                draws += i32::from(item.get("queue").is_some());
            }
        }
    }
    named.sort_unstable();
    // Those that no programme names wait in the queue of a new station.
    assert_eq!((named, draws), ((1..=8).collect(), 2));
    assert_eq!(loa::cli::sample::QUEUED.0, [4, 8]);

    let manifest: toml::Table = read(loa::cli::sample::MANIFEST).parse().unwrap();
    let bulletins = manifest["bulletin"].as_array().unwrap();
    let themes: Vec<_> = bulletins.iter().map(|each| each["themes"].as_array().unwrap()[0].as_str().unwrap()).collect();
    assert_eq!(themes, ["ND1", "ND2", "ND3", "ND4", "ND5", "ND6", "ND7", "ND8"]);
    for each in bulletins {
        for key in ["file", "text"] {
            exists("the manifest", each[key].as_str().unwrap());
        }
    }
}

/// What panics beside the air must not end it: every thread of the page says that it is one.
#[test]
fn threads_of_the_page_are_beside_the_air() {
    let mut breaches = Vec::new();
    for folder in ["src/web", "src/office", "src/speech"] {
        for (path, text) in files(folder, ".rs") {
            let starts = text.matches("thread::spawn(").count() + text.matches("thread::Builder").count();
            let marks =
                text.matches("beside_the_air()").count() + text.matches("on_thread_start(beside_the_air)").count();
            // `web::serve` marks the thread that `web::Web` starts.
            if starts > marks && path != "src/web/mod.rs" {
                breaches.push(format!("{path}: {starts} threads, {marks} of them beside the air"));
            }
        }
    }
    assert_none(&breaches);
}
