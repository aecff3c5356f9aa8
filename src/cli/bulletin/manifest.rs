//! `loa bulletin import`: many bulletins from one file.
//!
//! In: a TOML file with a `[[bulletin]]` for each, their files beside it. Out: all of them recorded in one act, or every
//! problem with its place and nothing recorded. What is there already, word for word and byte for byte, is passed over.
//! Next: `record`.

use std::io::{self, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use super::intake;
use super::{Told, Typed, failed, signature, tell, theme_codes, words};
use crate::airing::Priority;
use crate::backup::block_on;
use crate::bulletin::Draft;
use crate::cli::{DONE, FAILED, WRONG_INPUT};
use crate::config::{Config, folder_of};
use crate::folder::read_bytes;
use crate::library::ingest::TakenIn;
use crate::library::verify;
use crate::office::bulletin::revision;
use crate::office::fields::blank;
use crate::office::intake::{is_input, limits};
use crate::problem::what::{BulletinFault, ProgrammeFault};
use crate::problem::{Place, Problem, any_error, nearest};
use crate::schedule::table::{Reader, Spotted, Table};
use crate::schedule::text::Source;
use crate::sound::{Unfit, unfit};
use crate::store::{Register, RegisterError, Revision, Signature, Sound};

/// Arguments of `loa bulletin import`.
#[derive(Debug, clap::Args)]
pub(super) struct ImportArgs {
    /// The manifest; files in it are relative to its folder
    manifest: PathBuf,
    /// The name of the person who acts; the operating system's user is kept beside it
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// How to tell the numbers
    #[arg(long, value_enum, default_value_t)]
    format: Told,
}

/// A bulletin of a manifest.
struct Entry {
    draft: Draft,
    file: Option<(PathBuf, Place)>,
}

/// What became of an entry: its number, and whether it is a new one.
struct Became {
    number: i64,
    is_new: bool,
    title: String,
}

/// Records what a manifest lists.
pub(super) fn import(config: &Config, args: &ImportArgs) -> anyhow::Result<ExitCode> {
    match recorded(config, &args.manifest, args.by.as_deref()) {
        Ok(became) => print(config, args.format, &became)?,
        Err(code) => return Ok(code),
    }
    Ok(ExitCode::from(DONE))
}

/// Records what a manifest lists and answers with the numbers in its order; what is wrong is said.
pub(super) fn numbers(config: &Config, manifest: &Path) -> Result<Vec<i64>, ExitCode> {
    Ok(recorded(config, manifest, None)?.into_iter().map(|each| each.number).collect())
}

fn recorded(config: &Config, manifest: &Path, by: Option<&str>) -> Result<Vec<Became>, ExitCode> {
    let shown = manifest.display().to_string();
    let bytes = read_bytes(manifest).map_err(|fault| Box::new(Problem::error(Place::whole(&*shown), fault)));
    let source = bytes.and_then(|bytes| Source::decode(&shown, &bytes));
    let source = source.map_err(|problem| {
        tell(config, &[*problem]);
        ExitCode::from(WRONG_INPUT)
    })?;
    let (entries, mut problems) = read(config, &source, &folder_of(manifest));
    let mut typed = Typed::new(config);
    let by = by.and_then(|by| typed.line("--by", by));
    problems.append(&mut typed.problems);
    if any_error(&problems) {
        // Nothing is stored, and yet everything that is wrong comes out at once.
        let files = entries.iter().filter_map(|entry| entry.file.as_ref());
        problems.extend(files.filter_map(|(path, place)| Some(unfit_at(path, place, examine(config, path)?))));
        problems.sort();
        tell(config, &problems);
        return Err(ExitCode::from(WRONG_INPUT));
    }
    tell(config, &problems);
    let (sounds, held) = take_all(config, &entries)?;
    let signed = signature(config, by.as_deref());
    let recorded = block_on(record(config, entries, sounds, &signed));
    drop(held);
    recorded.map_err(|error| failed(config, &error))
}

/// What is wrong with a file, found without storing it.
fn examine(config: &Config, path: &Path) -> Option<Unfit> {
    match verify(path) {
        Err(fault) => Some(fault.into()),
        Ok(verified) => unfit(&verified.measures, limits(config).most_ms),
    }
}

fn unfit_at(path: &Path, place: &Place, why: Unfit) -> Problem {
    Problem::error(place.clone(), BulletinFault::Unfit(path.display().to_string(), why))
}

/// The sounds of all entries, and what keeps them from being swept until the database names them.
fn take_all(config: &Config, entries: &[Entry]) -> Result<(Vec<Option<Sound>>, Option<TakenIn>), ExitCode> {
    let (mut sounds, mut held, mut problems, mut code) = (Vec::new(), None, Vec::new(), WRONG_INPUT);
    for entry in entries {
        let Some((path, place)) = &entry.file else {
            sounds.push(None);
            continue;
        };
        match intake::sound(config, path) {
            Ok(taken) => {
                let doubt = |doubt: &_| BulletinFault::Doubt(path.display().to_string(), *doubt);
                let doubts = taken.sound.doubts.iter().map(doubt);
                problems.extend(doubts.map(|fault| Problem::warning(place.clone(), fault)));
                sounds.push(Some(taken.sound));
                // One is enough to keep the sweep away; each of a thousand would hold a file open.
                held.get_or_insert(taken.held);
            }
            Err(why) => {
                code = if is_input(&why) { code } else { FAILED };
                problems.push(unfit_at(path, place, why));
            }
        }
    }
    if tell(config, &problems) { Err(ExitCode::from(code)) } else { Ok((sounds, held)) }
}

/// Records what is not there yet, in one act.
async fn record(
    config: &Config,
    entries: Vec<Entry>,
    sounds: Vec<Option<Sound>>,
    signed: &Signature,
) -> Result<Vec<Became>, RegisterError> {
    let mut register = Register::open(&config.data_dir).await?;
    let mut new: Vec<Revision> = Vec::new();
    let mut became: Vec<Became> = Vec::new();
    // Entries that say and sound the same as an earlier one of the manifest, each with that one's place.
    let mut repeated: Vec<(usize, usize)> = Vec::new();
    let mut seen: Vec<(usize, Draft, Option<Arc<str>>)> = Vec::new();
    for (entry, sound) in entries.into_iter().zip(sounds) {
        let title = entry.draft.title.clone();
        let sha256 = sound.as_ref().map(|sound| Arc::clone(&sound.content.sha256));
        let first = seen.iter().find(|(_, draft, sound)| *draft == entry.draft && *sound == sha256);
        if let Some((first, ..)) = first {
            repeated.push((became.len(), *first));
            became.push(Became { number: 0, is_new: false, title });
            continue;
        }
        seen.push((became.len(), entry.draft.clone(), sha256));
        if let Some(number) = find(&mut register, &entry.draft, sound.as_ref()).await? {
            became.push(Became { number, is_new: false, title });
            continue;
        }
        new.push(revision(&mut register, entry.draft, sound.as_ref(), None).await?);
        became.push(Became { number: 0, is_new: true, title });
    }
    let numbers = register.add_all(&new, signed).await?;
    for (each, number) in became.iter_mut().filter(|each| each.is_new).zip(numbers) {
        each.number = number;
    }
    for (place, first) in repeated {
        became[place].number = became[first].number;
    }
    register.close().await;
    Ok(became)
}

/// The bulletin that says and sounds exactly the same; of a text alone also one that a machine voice has read since.
async fn find(register: &mut Register, draft: &Draft, sound: Option<&Sound>) -> Result<Option<i64>, RegisterError> {
    let content = |sound: &Sound| sound.content.sha256.clone();
    let cards = register.titled(&draft.title).await?;
    let same = |card: &&crate::store::Card| {
        let own = card.sound.as_ref().filter(|own| sound.is_some() || own.voice.is_none());
        card.draft == *draft && own.map(content) == sound.map(content)
    };
    Ok(cards.iter().find(same).map(|card| card.number))
}

fn print(config: &Config, format: Told, became: &[Became]) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    if format == Told::Json {
        let object = |each: &Became| serde_json::json!({ "bulletin": each.number, "title": each.title, "recorded": each.is_new });
        let objects: Vec<_> = became.iter().map(object).collect();
        writeln!(out, "{}", serde_json::to_string_pretty(&objects)?)?;
        return Ok(());
    }
    for each in became {
        writeln!(out, "{}", words::imported(config.language, each.number, each.is_new, &each.title))?;
    }
    Ok(())
}

/// The entries of a manifest, and what is wrong with it. Problems of a file that is not TOML are guesses but for the first.
fn read(config: &Config, source: &Source, folder: &Path) -> (Vec<Entry>, Vec<Problem>) {
    let (mut reader, mut root) = Reader::open(source);
    if !reader.problems.is_empty() {
        return (Vec::new(), reader.problems);
    }
    let codes = theme_codes(config);
    let mut entries = Vec::new();
    let mut of_texts = Vec::new();
    let tables = reader.tables(&mut root, "bulletin");
    if tables.is_empty() && reader.problems.is_empty() && root.is_empty() {
        reader.error(0..0, BulletinFault::EmptyManifest);
    }
    for mut table in tables {
        entries.extend(entry(config, &codes, &mut reader, &mut table, folder, &mut of_texts));
        reader.finish(&table);
    }
    reader.finish(&root);
    let mut problems = reader.problems;
    problems.append(&mut of_texts);
    problems.sort();
    (entries, problems)
}

fn entry<'s>(
    config: &Config,
    codes: &[String],
    reader: &mut Reader<'s>,
    table: &mut Table<'s>,
    folder: &Path,
    of_texts: &mut Vec<Problem>,
) -> Option<Entry> {
    let title = reader.required_words(table, "title");
    let mut draft = blank();
    draft.themes = themes(codes, reader, table);
    draft.genre = reader.words(table, "genre").map(|genre| genre.value);
    draft.author = reader.words(table, "author").map(|author| author.value);
    draft.source = reader.words(table, "source").map(|source| source.value);
    let class = reader.word(table, "class", &Priority::ALL.iter().map(|it| it.as_str()).collect::<Vec<_>>());
    draft.class = class.and_then(|class| Priority::from_word(class.value)).unwrap_or(Priority::Ordinary);
    let from = reader.date(table, "valid_from");
    let until = reader.date(table, "valid_until");
    (draft.valid_from, draft.valid_until) = (value(from.as_ref()), value(until.as_ref()));
    if let (Some(from), Some(until)) = (from, until)
        && from.value > until.value
    {
        reader.error(until.span, ProgrammeFault::FromAfterUntil(from.value, until.value));
    }
    draft.zones = zones(config, reader, table);
    let has_content = table.has("file") || table.has("text");
    let file = reader.text(table, "file");
    let text = reader.text(table, "text");
    if !has_content {
        reader.error(table.span.clone(), BulletinFault::NoContent);
    }
    let path_of = |name: &str| folder.join(name);
    draft.text = text.and_then(|text| intake::text(&path_of(&text.value).display().to_string(), of_texts));
    let file = file.map(|file| (path_of(&file.value), reader.place(&file.span)));
    draft.title = title?.value;
    Some(Entry { draft, file })
}

fn value<T: Copy>(spotted: Option<&Spotted<T>>) -> Option<T> {
    spotted.map(|spotted| spotted.value)
}

/// Theme codes, the main one first; at least one.
fn themes<'s>(codes: &[String], reader: &mut Reader<'s>, table: &mut Table<'s>) -> Vec<String> {
    let Some(themes) = reader.texts(table, "themes") else {
        reader.error(table.span.clone(), BulletinFault::NoTheme);
        return Vec::new();
    };
    if themes.value.is_empty() {
        reader.error(themes.span, BulletinFault::NoTheme);
    }
    known(reader, themes.value, |theme| {
        let near = || nearest(theme, codes.iter().map(String::as_str));
        let is_known = codes.iter().any(|code| code == theme);
        (!is_known).then(|| ProgrammeFault::UnknownTheme(theme.to_owned(), codes.to_vec(), near()))
    })
}

fn zones<'s>(config: &Config, reader: &mut Reader<'s>, table: &mut Table<'s>) -> Vec<String> {
    let ids = config.zone_ids();
    let zones = reader.texts(table, "zones").map(|zones| zones.value).unwrap_or_default();
    known(reader, zones, |zone| {
        let near = || nearest(zone, ids.iter().map(String::as_str));
        let is_known = ids.iter().any(|id| id == zone);
        (!is_known).then(|| ProgrammeFault::UnknownZone(zone.to_owned(), ids.clone(), near()))
    })
}

/// The texts of a list; those that mean nothing are reported.
fn known(
    reader: &mut Reader<'_>,
    list: Vec<Spotted<String>>,
    fault: impl Fn(&str) -> Option<ProgrammeFault>,
) -> Vec<String> {
    let mut values = Vec::new();
    for Spotted { value, span } in list {
        let span: Range<usize> = span;
        if let Some(fault) = fault(&value) {
            reader.error(span, fault);
        }
        values.push(value);
    }
    values
}
