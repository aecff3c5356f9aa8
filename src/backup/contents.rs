//! Contents that the restored database names, put back into the content store whatever name they have in the backup.
//!
//! In: a backup that was proved, its database. Out: the sounds of bulletins, the files of activities, what has aired, where the
//! station looks for them: a backup holds each content once, and one that lies under `audio/` too is there under that name. What
//! has lost its bytes before it was copied is missing, not restored. Next: `restore`.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use super::archive::{put_new, sums, walk};
use super::restore::Files;
use super::{BackupError, Description, beside, block_on};
use crate::store::Log;

/// Where contents are kept, in a backup and in a station.
pub(super) const STORE: &str = "data/audio/";

/// Whether a member of a backup is what its name says, as far as its name says it.
pub(super) fn is_itself(name: &str, sums: &BTreeMap<String, String>) -> bool {
    name.strip_prefix(STORE).is_none_or(|content| sums.get(name).is_some_and(|sum| sum == content))
}

/// Puts back what the store lacks. `database` is that of the backup.
pub(super) fn put_contents(
    from: &Path,
    description: &Description,
    database: &Path,
    data_dir: &Path,
    files: &mut Files,
) -> Result<(), BackupError> {
    let store = data_dir.join("audio");
    let is_missing = |sha256: &str| store.join(sha256).symlink_metadata().is_err();
    let inside: BTreeMap<String, Arc<str>> = sums(from)?
        .into_iter()
        .filter(|(name, sha256)| !name.starts_with(STORE) && is_missing(sha256))
        .map(|(name, sha256)| (name, sha256.into()))
        .collect();
    let shared = description.beside.iter().filter(|each| !each.path.starts_with(STORE) && is_missing(&each.sha256));
    let shared: HashSet<Arc<str>> = shared.map(|each| each.sha256.as_str().into()).collect();
    let all: HashSet<Arc<str>> = inside.values().chain(&shared).cloned().collect();
    let named = block_on(async { Log::of(database).await?.named(all.into_iter().collect()).await })?;
    walk(from, |name, _, reader| {
        if let Some(sha256) = inside.get(name).filter(|sha256| named.contains(*sha256)) {
            let place = store.join(&**sha256);
            let is_new = put_new(&place, reader).map_err(BackupError::write(&place))?;
            files.count(is_new, data_dir, &place);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let theirs = super::folder_of(from);
    for sha256 in shared.iter().filter(|sha256| named.contains(*sha256)) {
        let (content, place) = (beside::path_of(&theirs, sha256), store.join(&**sha256));
        if beside::hash(&content).as_deref() == Ok(&**sha256) {
            let mut reader = File::open(&content).map_err(BackupError::source(&content))?;
            let is_new = put_new(&place, &mut reader).map_err(BackupError::write(&place))?;
            files.count(is_new, data_dir, &place);
        } else {
            files.missing.push(format!("{STORE}{sha256}"));
        }
    }
    Ok(())
}
