//! The new text of a file in place of the old one.
//!
//! In: the folder's path, an edit. Out: the file, whole, with the mode and the owner that it had; or why not, and then the old
//! one is there, whole. A file that has changed since it was shown is not touched. The former text is in the database: the
//! station keeps every schedule that it took over. Next: the station takes the file over by itself.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::super::replace::replace;
use super::{Edit, Unfit};
use crate::backup::sync_folder;
use crate::problem::system::refusal;

/// Two people who change the same file at once come one after the other.
static WRITING: Mutex<()> = Mutex::new(());

/// Puts the new text in place.
pub fn write(folder: &Path, edit: &Edit) -> Result<(), Unfit> {
    let _writing = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    let path = folder.join(&edit.file);
    let failed = |error: io::Error| Unfit::Unwritten(edit.file.clone(), refusal(&error));
    let there = match fs::read(&path) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(failed(error)),
    };
    if there.as_deref() != edit.before.as_deref().map(str::as_bytes) {
        return Err(Unfit::Changed(edit.file.clone()));
    }
    let is_done = match &edit.after {
        // An editor may have saved it while this was written.
        Some(after) => replace(&path, after.as_bytes(), || fs::read(&path).ok() == there),
        None => fs::remove_file(&path).and_then(|()| sync_folder(folder)).map(|()| true),
    };
    if is_done.map_err(failed)? { Ok(()) } else { Err(Unfit::Changed(edit.file.clone())) }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_only_if_it_is_what_was_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.toml");
        let edit = |before: Option<&str>, after: Option<&str>| Edit {
            file: "a.toml".into(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
        };
        assert_eq!(write(folder.path(), &edit(None, Some("1"))), Ok(()));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert_eq!(write(folder.path(), &edit(Some("1"), Some("2"))), Ok(()));
        assert_eq!(
            (fs::read_to_string(&path).unwrap().as_str(), fs::metadata(&path).unwrap().mode() & 0o777),
            ("2", 0o640)
        );
        for before in [None, Some("1")] {
            assert_eq!(write(folder.path(), &edit(before, Some("3"))), Err(Unfit::Changed("a.toml".into())));
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "2");
        assert_eq!(write(folder.path(), &edit(Some("2"), None)), Ok(()));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
