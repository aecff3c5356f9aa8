//! The new text of a file in place of the old one.
//!
//! In: the folder's path, an edit. Out: the file, whole, with the mode and the owner that it had; or why not, and then the old
//! one is there, whole. A file that has changed since it was shown is not touched. The former text is in the database: the
//! station keeps every schedule that it took over. Next: the station takes the file over by itself.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, fchown};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::{Edit, Unfit};
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
    match &edit.after {
        Some(after) => replace(&path, after.as_bytes()),
        None => fs::remove_file(&path),
    }
    .and_then(|()| File::open(folder)?.sync_all())
    .map_err(failed)
}

fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    // What a link leads to is replaced, not the link.
    let place = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let mut beside = std::ffi::OsString::from(".");
    beside.push(place.file_name().unwrap_or_default());
    beside.push(".new");
    let beside = place.with_file_name(beside);
    let written = write_beside(&beside, content, &place);
    let replaced = written.and_then(|()| fs::rename(&beside, &place));
    if replaced.is_err() {
        // Only half of it may be there.
        let _ = fs::remove_file(&beside);
    }
    replaced
}

fn write_beside(beside: &Path, content: &[u8], place: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o644).open(beside)?;
    file.write_all(content)?;
    // A new file belongs to those to whom its folder does.
    let former = fs::metadata(place).ok();
    let like = former.clone().map_or_else(|| fs::metadata(place.parent().unwrap_or(Path::new("."))), Ok)?;
    let own = file.metadata()?;
    if (own.uid(), own.gid()) != (like.uid(), like.gid()) {
        // Only root may give it away; for others it stays readable by whoever could read it.
        let _ = fchown(&file, Some(like.uid()), Some(like.gid()));
    }
    if let Some(former) = former {
        file.set_permissions(fs::Permissions::from_mode(former.mode() & 0o7777))?;
    }
    file.sync_all()
}

#[cfg(test)]
mod tests {
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
