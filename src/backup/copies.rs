//! Which audio is to lie beside a backup, and the room that it takes there.
//!
//! In: the files of a station. Out: each content once with its hash; all of it beside the backups of a folder, or nothing
//! begun because it does not fit. What was read before and has not changed since is not read again. Must never leave less
//! room than the station needs. Next: `beside`.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::files::{Source, Sources};
use super::make::make_room;
use super::{BackupError, Beside, beside, block_on};
use crate::store::known_files;

/// Contents, and where the bytes of each can be had: the content store's own first, since it never changes.
pub(super) struct Copies(Vec<(Beside, Vec<PathBuf>)>);

impl Copies {
    /// All audio of a station. `database` tells what lay behind the names under `audio/` when the station last looked.
    pub(super) fn find(database: &Path, sources: &Sources, left_out: &mut Vec<String>) -> Self {
        let known = block_on(known_files(database));
        let hash_of = |source: &Source| {
            let known = known.get(source.name.trim_start_matches("audio/"));
            let unchanged = known.filter(|state| fs::metadata(&source.path).is_ok_and(|facts| state.is_still(&facts)));
            unchanged.map_or_else(|| beside::hash(&source.path), |state| Ok(state.sha256.to_string()))
        };
        let mut stored: HashMap<&str, &Source> =
            sources.aired.iter().map(|source| (source.name.trim_start_matches("data/audio/"), source)).collect();
        let all_stored = stored.clone();
        let mut copies = Vec::new();
        for source in &sources.audio {
            match hash_of(source) {
                Ok(sha256) => {
                    stored.remove(sha256.as_str());
                    let in_store = all_stored.get(sha256.as_str()).map(|source| source.path.clone());
                    let from = in_store.into_iter().chain([source.path.clone()]).collect();
                    copies.push((Beside { path: source.name.clone(), bytes: source.bytes, sha256 }, from));
                }
                Err(error) => left_out.push(format!("`{}`: {error}", source.path.display())),
            }
        }
        for source in &sources.aired {
            let sha256 = source.name.trim_start_matches("data/audio/");
            if stored.contains_key(sha256) {
                let content = Beside { path: source.name.clone(), bytes: source.bytes, sha256: sha256.to_owned() };
                copies.push((content, vec![source.path.clone()]));
            }
        }
        Self(copies)
    }

    /// Has all of it lie beside the backups of a folder, where `reserve_bytes` stay free; answers with what lies there. A
    /// content of the store that has rotten is left out, for it must not keep the log from being copied.
    pub(super) fn keep(
        self,
        folder: &Path,
        reserve_bytes: u64,
        left_out: &mut Vec<String>,
    ) -> Result<Vec<Beside>, BackupError> {
        make_room(folder, self.takes(folder) + reserve_bytes)?;
        let mut kept = Vec::new();
        for (each, from) in self.0 {
            let mut put = Ok(());
            for from in &from {
                put = beside::put(folder, &each, from);
                if !matches!(put, Err(BackupError::Source { .. } | BackupError::Changed(_))) {
                    break;
                }
            }
            match put {
                Ok(()) => kept.push(each),
                Err(error @ (BackupError::Source { .. } | BackupError::Changed(_))) if is_of_store(&each, &from) => {
                    left_out.push(format!("`{}`: {error}", each.path));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(kept)
    }

    /// How many bytes are neither there nor to be had by a link.
    fn takes(&self, folder: &Path) -> u64 {
        let disk = |path: &Path| fs::metadata(path).map(|facts| facts.dev()).ok();
        let here = disk(folder);
        let is_linked = |each: &Beside, from: &[PathBuf]| {
            from.first().is_some_and(|from| beside::is_content(each, from) && disk(from) == here)
        };
        let mut missing: HashMap<&str, u64> = HashMap::new();
        for (each, from) in &self.0 {
            if !beside::is_there(folder, each) && !is_linked(each, from) {
                missing.insert(&each.sha256, each.bytes);
            }
        }
        missing.values().sum()
    }
}

/// Whether nobody can change it, so that another try would find the same.
fn is_of_store(each: &Beside, from: &[PathBuf]) -> bool {
    from.iter().all(|from| beside::is_content(each, from))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A station with a file of so many bytes that no disk has free, as far as its length tells.
    fn too_large(folder: &Path) -> Copies {
        let path = folder.join("large.wav");
        fs::File::create(&path).unwrap().set_len(1 << 42).unwrap();
        let content = Beside { path: "audio/large.wav".to_owned(), bytes: 1 << 42, sha256: "0".repeat(64) };
        Copies(vec![(content, vec![path])])
    }

    #[test]
    fn what_does_not_fit_is_not_begun() {
        let folder = tempfile::tempdir_in("/dev/shm").unwrap();
        let error = too_large(folder.path()).keep(folder.path(), 0, &mut Vec::new()).unwrap_err();
        assert!(matches!(error, BackupError::NoRoom { .. }), "{error}");
        assert!(!folder.path().join("audio").exists());
    }

    #[test]
    fn a_rotten_content_of_the_store_is_left_out_and_the_rest_is_kept() {
        let (store, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir_in("/dev/shm").unwrap());
        let good = store.path().join("a");
        fs::write(&good, "good").unwrap();
        let sha256 = beside::hash(&good).unwrap();
        let content =
            |sha256: &str| Beside { path: format!("data/audio/{sha256}"), bytes: 4, sha256: sha256.to_owned() };
        let at = |sha256: &str| store.path().join(sha256);
        fs::rename(good, at(&sha256)).unwrap();
        let rotten = "0".repeat(64);
        fs::write(at(&rotten), "evil").unwrap();
        let copies = Copies(vec![(content(&rotten), vec![at(&rotten)]), (content(&sha256), vec![at(&sha256)])]);
        let mut left_out = Vec::new();
        assert_eq!(copies.keep(folder.path(), 0, &mut left_out).unwrap(), [content(&sha256)]);
        assert!(left_out[0].contains(&rotten), "{left_out:?}");
    }
}
