//! Whose the database's files are: all of the folder's group write them where that group may write the folder.
//!
//! In: the path of a database that is about to be opened. Out: a file that the group can write, so that the journals beside
//! it, which take over its mode, can be written too whoever makes them. Must never open a file that is there: closing it
//! would let go of the locks that SQLite holds on it in this process. Next: `open`.

use std::fs::{self, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use rustix::fs::{Access, AtFlags, CWD, accessat};

use super::with_suffix;
use crate::folder::give_to_owner_of;

/// Makes the file if there is none, and has the group write it if the folder is the group's too. What cannot be done is
/// SQLite's to report.
pub(super) fn share(path: &Path) {
    const OWNER_WRITES: u32 = 0o200;
    const GROUP_WRITES: u32 = 0o020;
    // The process's mask takes away what its folder is not to give.
    let made = OpenOptions::new().write(true).create_new(true).mode(0o664).open(path);
    let above = path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if made.is_ok()
        && let Err(error) = give_to_owner_of(above, path)
    {
        tracing::warn!("`{}` stays root's: {error}", path.display());
    }
    let folder = above.metadata().ok();
    let (Some(folder), Ok(file)) = (folder, path.metadata()) else { return };
    let is_shared = folder.mode() & GROUP_WRITES != 0 && folder.gid() == file.gid();
    if is_shared && file.mode() & (OWNER_WRITES | GROUP_WRITES) == OWNER_WRITES {
        // One of an earlier version, or made under a stricter mask; another owner's stays as it is.
        let _ = fs::set_permissions(path, Permissions::from_mode((file.mode() & 0o7777) | 0o060));
    }
}

/// Removes the journal files of a reader that this process may not write: they hold nothing, and would make the database
/// read-only for as long as they lie there. The folder's lock is the caller's.
pub(super) fn remove_foreign_journals(path: &Path) {
    let [wal, shm] = ["-wal", "-shm"].map(|suffix| with_suffix(path, suffix));
    if is_closed_to_us(&wal) {
        let holds_nothing = wal.symlink_metadata().is_ok_and(|facts| facts.len() == 0);
        if !holds_nothing || !removed(&wal) {
            return;
        }
    } else if !is_closed_to_us(&shm) {
        return;
    }
    // Only an index, which SQLite makes anew from the journal.
    removed(&shm);
}

fn is_closed_to_us(path: &Path) -> bool {
    accessat(CWD, path, Access::WRITE_OK, AtFlags::EACCESS) == Err(rustix::io::Errno::ACCESS)
}

fn removed(path: &Path) -> bool {
    match fs::remove_file(path) {
        Ok(()) => tracing::warn!("`{}` could not be written and was removed", path.display()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => tracing::warn!("`{}` can neither be written nor removed: {error}", path.display()),
    }
    !path.exists()
}

#[cfg(test)]
mod tests {
    use super::super::open::{DATABASE, close, connect};
    use super::*;

    #[tokio::test]
    async fn the_group_of_a_shared_folder_can_write_all_that_the_database_consists_of() {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o2770)).unwrap();
        let path = folder.path().join(DATABASE);
        for made_by in ["this version", "an earlier one"] {
            let conn = connect(&path, None).await.unwrap();
            for suffix in ["", "-wal", "-shm"] {
                let mode = with_suffix(&path, suffix).metadata().unwrap().mode();
                assert_eq!(mode & 0o660, 0o660, "`{suffix}` made by {made_by}: {mode:o}");
            }
            close(conn).await;
            fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        }
    }

    #[test]
    fn a_folder_of_its_owner_alone_gives_nothing_away() {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        let path = folder.path().join(DATABASE);
        fs::write(&path, "").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        share(&path);
        assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o640);
    }
}
