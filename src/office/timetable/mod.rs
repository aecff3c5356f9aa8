//! The timetable as people change it: a wish becomes one new text of one file, which is tried out, and then written.
//!
//! In: the folder as it stands, and a wish. Out: an [`Edit`]: which file, its text before and after. Comments, order and all
//! that is not named stay byte for byte. Nothing is written here. Next: `trial`, which says what the edit would change.

pub mod days; // the timetable of some days, as people look at it
pub mod trial; // what an edit would change, and what `loa check` says of it
pub mod wish; // what is wished, and the changes that it takes
pub mod write; // the new text in place of the old one

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::folder;
use crate::library::hex;
use crate::problem::Problem;
use crate::schedule::edit::{self, layout::Layout};
use crate::schedule::read::{self, File, Reading};

/// Programmes that air once.
pub const ONE_OFFS: &str = "phat-mot-lan.toml";
/// Special days and duty.
pub const DAYS: &str = "days.toml";

/// The files of `schedules/` as they stand now.
#[derive(Debug, Clone)]
pub struct Folder {
    /// Where they are.
    pub path: PathBuf,
    /// In order of name.
    pub files: Vec<File>,
    /// What is wrong with the folder itself.
    pub problems: Vec<Problem>,
    /// What the files say.
    pub reading: Reading,
}

impl Folder {
    /// Reads the folder; `zones` are the ids of the station.
    #[must_use]
    pub fn load(path: &Path, zones: &[String]) -> Self {
        let (files, problems) = folder::load(path);
        let reading = read::read(&files, Some(zones));
        Self { path: path.to_owned(), files, problems, reading }
    }

    /// The text of a file by its name; `None` if there is none that can be read as text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        let file = self.files.iter().find(|file| name_of(&file.path) == name)?;
        std::str::from_utf8(file.bytes.as_ref().ok()?).ok()
    }

    /// Whether there is anything of that name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.files.iter().any(|file| name_of(&file.path) == name)
    }

    /// The name of the file that a programme stands in.
    #[must_use]
    pub fn file_of(&self, programme: &str) -> Option<&str> {
        let names = self.files.iter().map(|file| name_of(&file.path));
        let mut programmes = names.filter(|name| crate::schedule::files::special(name).is_none());
        programmes.find(|name| {
            let text = self.text(name).unwrap_or_default().trim_start_matches('\u{feff}');
            Layout::of(text).is_ok_and(|layout| layout.programmes().any(|id| id == programme))
        })
    }

    /// What a form carries so that it changes only what it showed: the SHA-256 of the file, of nothing if there is none.
    #[must_use]
    pub fn stamp(&self, name: &str) -> String {
        stamp(self.text(name))
    }

    /// The files with one of them replaced, added or taken out.
    #[must_use]
    pub fn with(&self, edit: &Edit) -> Vec<File> {
        let path = self.path.join(&edit.file).display().to_string();
        let mut files: Vec<File> = self.files.iter().filter(|file| file.path != path).cloned().collect();
        if let Some(after) = &edit.after {
            files.push(File { path, bytes: Ok(after.clone().into_bytes()) });
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files
    }
}

/// The part of a path behind its last `/`.
#[must_use]
pub fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn stamp(text: Option<&str>) -> String {
    text.map_or_else(String::new, |text| hex(&Sha256::digest(text.as_bytes())))
}

/// One file and its new text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Its name in the folder.
    pub file: String,
    /// What stands there; `None`: there is no such file.
    pub before: Option<String>,
    /// What is to stand there; `None`: the file goes.
    pub after: Option<String>,
}

impl Edit {
    /// The stamp of what stands there.
    #[must_use]
    pub fn stamp(&self) -> String {
        stamp(self.before.as_deref())
    }
}

/// Why a wish cannot be carried out.
#[derive(Debug, PartialEq, Eq)]
pub enum Unfit {
    /// There is no such programme, item, day or occurrence any more.
    NotThere(String),
    /// The file is written in a form that only a person can change.
    ByHand(String, edit::Fault),
    /// There is one of that name already.
    Taken(String),
    /// Nothing would change.
    Nothing,
    /// The file has changed since it was shown.
    Changed(String),
    /// The file cannot be written: its name, and the system's words.
    Unwritten(String, String),
}
