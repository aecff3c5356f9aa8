//! A file of people written anew, in one piece.
//!
//! In: where it is, its new content, a last look at what is there. Out: the file, whole and on the disk, with the mode and as far
//! as possible the owner that it had; or why not, and then the old one is there, whole. What is no plain file (a pipe, a printer)
//! is written to. Must never leave half of anything behind. Next: `settings`, `timetable`.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, fchown};
use std::path::Path;

use crate::backup::sync_folder;
use crate::folder::give_to_owner_of;

/// Puts the content in place. `is_still` is asked when all is ready; where it says no, nothing is changed and the answer is
/// `false`.
pub(crate) fn replace(path: &Path, content: &[u8], is_still: impl FnOnce() -> bool) -> io::Result<bool> {
    // What a link leads to is replaced, not the link.
    let place = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let former = fs::metadata(&place).ok();
    if former.as_ref().is_some_and(|facts| !facts.is_file()) {
        return if is_still() { fs::write(&place, content).map(|()| true) } else { Ok(false) };
    }
    // Hidden and of another ending, so that nobody takes it for a schedule; of this process, so that nobody else writes it too.
    let mut beside = OsString::from(".");
    beside.push(place.file_name().unwrap_or_default());
    beside.push(format!(".{}.new", std::process::id()));
    let beside = place.with_file_name(beside);
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let written = write_beside(&beside, content, former.as_ref(), folder);
    let replaced = match written {
        Ok(()) if !is_still() => Ok(false),
        Ok(()) => fs::rename(&beside, &place).map(|()| true),
        Err(error) => Err(error),
    };
    if !matches!(replaced, Ok(true)) {
        // What was begun is of no use.
        let _ = fs::remove_file(&beside);
        return replaced;
    }
    sync_folder(folder).map(|()| true)
}

fn write_beside(beside: &Path, content: &[u8], former: Option<&Metadata>, folder: &Path) -> io::Result<()> {
    // What few may read is at no moment read by more.
    let mode = if former.is_some() { 0o600 } else { 0o666 };
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(beside)?;
    file.write_all(content)?;
    match former {
        Some(former) => keep_owner(&file, former)?,
        // A new file belongs to those to whom its folder does.
        None => give_to_owner_of(folder, beside)?,
    }
    file.sync_all()
}

/// Gives a file the owner and mode of the former one. Only root may give it away; for others the group stays, as far as they
/// are in it, so that whoever could read it still can.
fn keep_owner(file: &File, former: &Metadata) -> io::Result<()> {
    let own = file.metadata()?;
    if (own.uid(), own.gid()) != (former.uid(), former.gid()) {
        let given = fchown(file, Some(former.uid()), Some(former.gid()));
        let _ = given.or_else(|_| fchown(file, None, Some(former.gid())));
    }
    file.set_permissions(Permissions::from_mode(former.mode() & 0o7777))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> usize {
        fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn a_file_is_replaced_whole_behind_a_link_and_keeps_its_mode() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("a.toml"), folder.path().join("b.toml"));
        std::os::unix::fs::symlink("a.toml", &link).unwrap();
        assert!(replace(&path, b"1", || true).unwrap());
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        assert!(replace(&link, b"2", || true).unwrap());
        assert_eq!((fs::read(&path).unwrap(), fs::metadata(&path).unwrap().mode() & 0o777), (b"2".to_vec(), 0o640));
        assert!(link.is_symlink() && names(folder.path()) == 2);
    }

    #[test]
    fn what_has_changed_meanwhile_stays_and_nothing_is_left_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.toml");
        fs::write(&path, "1").unwrap();
        assert!(!replace(&path, b"2", || false).unwrap());
        assert!(replace(&folder.path().join("none/a.toml"), b"2", || true).is_err());
        assert_eq!((fs::read(&path).unwrap(), names(folder.path())), (b"1".to_vec(), 1));
    }

    #[test]
    fn what_is_no_file_is_written_to() {
        assert!(replace(Path::new("/dev/null"), b"x", || true).unwrap());
        assert!(fs::metadata("/dev/null").is_ok_and(|facts| !facts.is_file()));
    }
}
