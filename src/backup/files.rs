//! What belongs to a station besides its database: settings, schedules, its key, audio, and the audio that has aired.
//!
//! In: the station's settings. Out: every file with its name in a backup, or why one is left out. Reads no file's content.
//! Links are followed, each folder once. Next: `archive`.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::{SECRET, SETTINGS};
use crate::config::Config;
use crate::problem::system::words;
use crate::signing;
use crate::speech::readings;

/// One file of a station.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    /// Its name in a backup.
    pub(super) name: String,
    /// Where it is.
    pub(super) path: PathBuf,
    /// Its length when it was looked at.
    pub(super) bytes: u64,
}

/// The files of a station, in order of name.
#[derive(Debug, Default)]
pub(super) struct Sources {
    /// Settings, the list of readings, the key, schedules, the template of reports.
    pub(super) texts: Vec<Source>,
    /// What lies under `audio/`.
    pub(super) audio: Vec<Source>,
    /// The content store: what is named by its hash.
    pub(super) aired: Vec<Source>,
    /// What cannot be taken, and why.
    pub(super) left_out: Vec<String>,
}

/// Looks for them. Only the settings must be there.
pub(super) fn find(config: &Config) -> io::Result<Sources> {
    let mut sources = Sources::default();
    let bytes = fs::metadata(&config.path)?.len();
    let mut texts = vec![Source { name: SETTINGS.to_owned(), path: config.path.clone(), bytes }];
    let mut left_out = Vec::new();
    let readings = config.folder.join(readings::FILE);
    match fs::metadata(&readings) {
        Ok(facts) if facts.is_file() => {
            texts.push(Source { name: readings::FILE.to_owned(), path: readings, bytes: facts.len() });
        }
        _ => {}
    }
    let key = config.data_dir.join(signing::KEY);
    match fs::metadata(&key) {
        Ok(facts) => texts.push(Source { name: SECRET.to_owned(), path: key, bytes: facts.len() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => left_out.push(format!("`{}`: {}", key.display(), words(&error))),
    }
    descend("schedules", &config.schedules_dir(), &mut HashSet::new(), &mut texts, &mut left_out);
    descend("report", &config.folder.join("report"), &mut HashSet::new(), &mut texts, &mut left_out);
    descend("audio", &config.audio_dir(), &mut HashSet::new(), &mut sources.audio, &mut left_out);
    let store = config.data_dir.join("audio");
    descend("data/audio", &store, &mut HashSet::new(), &mut sources.aired, &mut left_out);
    // The store's own unfinished copies are not named by a hash.
    sources.aired.retain(|source| source.name.len() == "data/audio/".len() + 64);
    (sources.texts, sources.left_out) = (texts, left_out);
    Ok(sources)
}

fn descend(
    name: &str,
    folder: &Path,
    seen: &mut HashSet<(u64, u64)>,
    found: &mut Vec<Source>,
    left_out: &mut Vec<String>,
) {
    let mut leave_out = |error: &io::Error| left_out.push(format!("`{}`: {}", folder.display(), words(error)));
    let entries = fs::metadata(folder).and_then(|facts| {
        let is_new = seen.insert((facts.dev(), facts.ino()));
        if is_new { fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>() } else { Ok(Vec::new()) }
    });
    let mut entries = match entries {
        Ok(entries) => entries,
        // A station that has never run has no store, and one without schedules is told elsewhere.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return,
        Err(error) => return leave_out(&error),
    };
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let Some(last) = entry.file_name().to_str().map(str::to_owned) else {
            left_out.push(format!("`{}`: its name is not UTF-8", path.display()));
            continue;
        };
        let name = format!("{name}/{last}");
        match fs::metadata(&path) {
            Ok(facts) if facts.is_dir() => descend(&name, &path, seen, found, left_out),
            Ok(facts) if facts.is_file() => found.push(Source { name, path, bytes: facts.len() }),
            Ok(_) => left_out.push(format!("`{}`: neither a file nor a folder", path.display())),
            Err(error) => left_out.push(format!("`{}`: {}", path.display(), words(&error))),
        }
    }
}
