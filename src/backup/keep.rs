//! Copies kept in turn: the oldest of a folder go, and with them the audio that no other copy names.
//!
//! In: a copy that was just made. Out: the folder with as many copies as are to be kept. Which ones go is `rotation`'s to
//! say; here they go. Must never touch a file whose name this program does not give. Next: `rotation`.

use std::fs;
use std::path::Path;

use super::{BackupError, beside, folder_of, rotation};

/// The names of all files of a folder; none if it cannot be read.
#[must_use]
pub fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
}

/// Removes the copies whose time is over, now that this one has been made.
pub fn rotate(made: &Path, station_id: &str, keep: usize) -> Result<(), BackupError> {
    let folder = folder_of(made);
    let name = made.file_name().unwrap_or_default().to_string_lossy();
    let superfluous = rotation::superfluous(station_id, &names(&folder), &name, keep);
    for each in &superfluous {
        let path = folder.join(each);
        fs::remove_file(&path).map_err(BackupError::write(&path))?;
    }
    if !superfluous.is_empty() {
        beside::prune(&folder)?;
    }
    Ok(())
}

/// Removes what copies of this station that were broken off have left in a folder.
pub fn clear(folder: &Path, station_id: &str) {
    for each in rotation::broken_off(station_id, &names(folder)) {
        // One that stays takes room, and is tried again tomorrow.
        let _ = fs::remove_file(folder.join(each));
    }
}
