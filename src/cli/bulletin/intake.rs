//! Sound and text of a bulletin, taken in.
//!
//! In: files that a person named. Out: the sound in the content store with what was found in it, and the text, clean and
//! NFC; or why not. A bar on the terminal tells how far it is. Must never leave half a file behind. Next: `record`.

use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::config::Config;
use crate::folder::{fault_of, read_bytes};
use crate::library::ContentStore;
use crate::library::ingest::{Limits, MOST_BYTES, TakenIn, take_in};
use crate::problem::what::{BulletinFault, FileFault, TextFault};
use crate::problem::{Place, Problem};
use crate::schedule::text::Source;
use crate::sound::Unfit;
use crate::store::Sound;
use crate::text::{clean_text, composed};

/// A text is read out in minutes; more than this is a file in the wrong place.
const MOST_TEXT_BYTES: u64 = 1 << 20;

/// What may be taken in at this station.
pub(super) fn limits(config: &Config) -> Limits {
    let most_ms = config.session.ceiling.map(|ceiling| ceiling.num_milliseconds());
    Limits { most_ms, most_bytes: MOST_BYTES }
}

/// The folder in which the sounds of a station are kept.
pub(crate) fn content_place(config: &Config) -> PathBuf {
    config.data_dir.join("audio")
}

/// Where the sounds of a station are kept.
pub(super) fn content_store(config: &Config) -> Result<ContentStore, Unfit> {
    let store = ContentStore::open(&content_place(config));
    store.map_err(|error| Unfit::NotStored(crate::problem::system::refusal(&error)))
}

/// A sound that was taken in, and what keeps it from being swept until the database names it.
pub(super) struct Taken {
    /// For the register.
    pub(super) sound: Sound,
    /// Whether the content store did not have it.
    pub(super) new: bool,
    /// To be dropped when the database names the sound.
    pub(super) held: TakenIn,
}

/// Takes a file in.
pub(super) fn sound(config: &Config, path: &Path) -> Result<Taken, Unfit> {
    let mut bar = Bar::new(path);
    let held = take_in(&content_store(config)?, path, &limits(config), &mut |fraction| bar.show(fraction))?;
    drop(bar);
    let file_name = path.file_name().map(|name| composed(&name.to_string_lossy()));
    let sound = Sound {
        content: held.content.clone(),
        file_name,
        measures: Some(held.measures),
        doubts: held.doubts.clone(),
        voice: None,
        read_as: None,
    };
    Ok(Taken { sound, new: held.new, held })
}

/// Whether it was the input that was wrong, and not the disk.
pub(super) const fn is_input(unfit: &Unfit) -> bool {
    !matches!(unfit, Unfit::DiskFull | Unfit::NotStored(_))
}

/// The text of a file, or of stdin if its name is `-`.
pub(super) fn text(name: &str, problems: &mut Vec<Problem>) -> Option<String> {
    let shown = if name == "-" { "stdin" } else { name };
    let bytes = if name == "-" { stdin() } else { read_bytes(Path::new(name)) };
    let read = bytes.map_err(|fault| Box::new(Problem::error(Place::whole(shown), fault)));
    let source = read.and_then(|bytes| Source::decode(shown, &bytes));
    match source {
        Ok(source) => words(shown, source.text(), problems),
        Err(problem) => {
            problems.push(*problem);
            None
        }
    }
}

/// Text that is read out, clean.
pub(super) fn words(shown: &str, text: &str, problems: &mut Vec<Problem>) -> Option<String> {
    let place = || Place::whole(shown);
    match clean_text(text) {
        Err(refused) => problems.push(Problem::error(place(), TextFault::Refused("text".into(), refused))),
        Ok(cleaned) => {
            let remark = |remark| Problem::warning(place(), TextFault::Remark("text".into(), remark));
            problems.extend(cleaned.remarks.into_iter().map(remark));
            if cleaned.text.chars().any(char::is_alphanumeric) {
                return Some(cleaned.text);
            }
            problems.push(Problem::error(place(), BulletinFault::EmptyText(shown.to_owned())));
        }
    }
    None
}

fn stdin() -> Result<Vec<u8>, FileFault> {
    let mut bytes = Vec::new();
    let read = io::stdin().lock().take(MOST_TEXT_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| fault_of(&error))?;
    if bytes.len() as u64 > MOST_TEXT_BYTES { Err(FileFault::TooLarge(MOST_TEXT_BYTES)) } else { Ok(bytes) }
}

/// Columns of the bar.
const WIDTH: usize = 30;

/// A bar on the terminal, if stderr is one; it goes when it is dropped.
struct Bar {
    name: String,
    /// In percent, as last shown; `None` where nobody sees it.
    shown: Option<u8>,
}

impl Bar {
    fn new(path: &Path) -> Self {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = name.chars().filter(|each| !each.is_control()).take(40).collect();
        Self { name, shown: io::stderr().is_terminal().then_some(u8::MAX) }
    }

    fn show(&mut self, fraction: f64) {
        let percent = (fraction.clamp(0.0, 1.0) * 100.0) as u8;
        if self.shown.is_none_or(|shown| shown == percent) {
            return;
        }
        self.shown = Some(percent);
        let done = WIDTH * usize::from(percent) / 100;
        let line = format!("\r[{}{}] {percent:3} %  {}", "=".repeat(done), " ".repeat(WIDTH - done), self.name);
        // A terminal that takes no bar gets the result all the same.
        let _ = io::stderr().lock().write_all(line.as_bytes());
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if self.shown.is_some_and(|shown| shown != u8::MAX) {
            let _ = io::stderr().lock().write_all(b"\r\x1b[K");
        }
    }
}
