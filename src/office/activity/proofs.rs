//! Files that prove an activity, taken in.
//!
//! In: files that a person named. Out: proofs in the content store, and what keeps them from being swept until the database
//! names them; or why not. First everything is looked at, then everything is kept. Next: `super`, which records them.

use std::path::PathBuf;

use crate::activity::checks::{MOST_FILE_BYTES, MOST_FILES};
use crate::activity::{Proof, Unfiled};
use crate::config::Config;
use crate::library::ContentStore;
use crate::library::proof::{Kept, glance, keep};
use crate::office::intake::content_place;
use crate::problem::system::refusal;
use crate::problem::what::ActivityFault;
use crate::text::composed;

/// A file that somebody gives as a proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GivenFile {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// What it is called; as its path if nobody says otherwise.
    pub(crate) name: Option<String>,
}

impl From<PathBuf> for GivenFile {
    fn from(path: PathBuf) -> Self {
        Self { path, name: None }
    }
}

impl GivenFile {
    /// As it was typed, NFC, on one line.
    fn name(&self) -> String {
        let of_path = || self.path.file_name().unwrap_or_default().to_string_lossy();
        let name = self.name.as_deref().map_or_else(of_path, Into::into);
        composed(&name.replace(char::is_control, " "))
    }

    /// How messages call it.
    fn shown(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.path.display().to_string())
    }
}

/// Digits of a hash that name a file, at least: fewer may be a name.
const SHORTEST_HASH: usize = 8;

/// What is wrong with a file, found without reading it.
pub(crate) fn fault(file: &GivenFile) -> Option<ActivityFault> {
    glance(&file.path, MOST_FILE_BYTES).err().map(|why| ActivityFault::File(file.shown(), why))
}

/// Whether an activity has more files than it may have.
pub(crate) fn too_many(files: usize) -> Option<ActivityFault> {
    (files > MOST_FILES).then_some(ActivityFault::TooManyFiles(files, MOST_FILES))
}

/// Keeps a file; the second is to be dropped when the database names it.
fn take(config: &Config, file: &GivenFile) -> Result<(Proof, Kept), Unfiled> {
    let store = ContentStore::open(&content_place(config)).map_err(|error| Unfiled::NotStored(refusal(&error)))?;
    let kept = keep(&store, &file.path, MOST_FILE_BYTES)?;
    let bytes = i64::try_from(kept.bytes).expect("no file that is taken has as many bytes");
    Ok((Proof { name: file.name(), sha256: kept.sha256.clone(), bytes }, kept))
}

/// Keeps several; each with the same bytes and name once.
pub(crate) fn take_all(config: &Config, files: &[GivenFile]) -> Result<(Vec<Proof>, Option<Kept>), ActivityFault> {
    let (mut proofs, mut held) = (Vec::new(), None);
    for file in files {
        let (proof, kept) = take(config, file).map_err(|why| ActivityFault::File(file.shown(), why))?;
        if !proofs.contains(&proof) {
            proofs.push(proof);
        }
        // One is enough to keep the sweep away; each of a thousand would hold a file open.
        held.get_or_insert(kept);
    }
    Ok((proofs, held))
}

/// The one file that a name fits, or the beginning of its hash.
pub(crate) fn named<'a>(files: &'a [Proof], typed: &str) -> Result<&'a Proof, ActivityFault> {
    let is_hash = typed.len() >= SHORTEST_HASH;
    let by_name: Vec<&Proof> = files.iter().filter(|file| file.name == typed).collect();
    let by_hash = || files.iter().filter(|file| is_hash && file.sha256.starts_with(&typed.to_ascii_lowercase()));
    let fits = if by_name.is_empty() { by_hash().collect() } else { by_name };
    let Some((first, more)) = fits.split_first() else {
        let names = files.iter().map(|file| file.name.clone()).collect();
        return Err(ActivityFault::NoFile(typed.to_owned(), names));
    };
    if more.iter().all(|file| file == first) {
        return Ok(first);
    }
    let told = |file: &&Proof| format!("{} ({})", file.sha256.get(..12).unwrap_or(&file.sha256), file.name);
    Err(ActivityFault::SeveralFiles(typed.to_owned(), fits.iter().map(told).collect()))
}
