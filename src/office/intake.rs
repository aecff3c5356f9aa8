//! Sound and text of a bulletin, taken in.
//!
//! In: a file, or the bytes of a text. Out: the sound in the content store with what was found in it, and the text, clean and
//! NFC; or why not. Whoever calls hears how far it is. Must never leave half a file behind. Next: `bulletin`.

use std::path::{Path, PathBuf};

use crate::config::Config;
use crate::library::ContentStore;
use crate::library::ingest::{Limits, MOST_BYTES, TakenIn, take_in};
use crate::problem::what::{BulletinFault, TextFault};
use crate::problem::{Place, Problem};
use crate::schedule::text::Source;
use crate::sound::Unfit;
use crate::store::Sound;
use crate::text::{clean_text, composed};

/// A text is read out in minutes; more bytes than this are a file in the wrong place.
pub const MOST_TEXT_BYTES: u64 = 1 << 20;

/// What may be taken in at this station.
#[must_use]
pub fn limits(config: &Config) -> Limits {
    let most_ms = config.session.ceiling.map(|ceiling| ceiling.num_milliseconds());
    Limits { most_ms, most_bytes: MOST_BYTES }
}

/// The folder in which the sounds of a station are kept.
#[must_use]
pub fn content_place(config: &Config) -> PathBuf {
    config.data_dir.join("audio")
}

/// Where the sounds of a station are kept; an error is one of its disk.
pub fn content_store(config: &Config) -> Result<ContentStore, Unfit> {
    let store = ContentStore::open(&content_place(config));
    store.map_err(|error| Unfit::NotStored(crate::problem::system::refusal(&error)))
}

/// A sound that was taken in, and what keeps it from being swept until the database names it.
#[derive(Debug)]
pub struct Taken {
    /// For the register.
    pub sound: Sound,
    /// Whether the content store did not have it.
    pub new: bool,
    /// To be dropped when the database names the sound.
    pub held: TakenIn,
}

/// Takes a file in; `progress` hears again and again how far it is, 0 to 1. The sound is called after the file.
pub fn sound(config: &Config, path: &Path, progress: &mut dyn FnMut(f64)) -> Result<Taken, Unfit> {
    let held = take_in(&content_store(config)?, path, &limits(config), progress)?;
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
#[must_use]
pub const fn is_input(unfit: &Unfit) -> bool {
    !matches!(unfit, Unfit::DiskFull | Unfit::NotStored(_))
}

/// The text of a file, called `shown`; what is wrong with it joins the problems.
pub fn text_of(shown: &str, bytes: &[u8], problems: &mut Vec<Problem>) -> Option<String> {
    match Source::decode(shown, bytes) {
        Ok(source) => words(shown, source.text(), problems),
        Err(problem) => {
            problems.push(*problem);
            None
        }
    }
}

/// Text that is read out, clean; what is wrong with it joins the problems.
pub fn words(shown: &str, text: &str, problems: &mut Vec<Problem>) -> Option<String> {
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
