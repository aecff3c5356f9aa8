//! Whose a restored station is: what root has made in somebody's folder is given to whom the folder belongs.
//!
//! In: folders and files after a restoration, whether it went well or not. Out: the same, such that the station's own user
//! can go on with them; a lock or a log of root's would keep it from starting. Must never touch what another has made, nor
//! follow a link. Next: `restore`.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, lchown};
use std::path::Path;

/// Gives all of root's in a folder to the owner of the folder in which it lies. Does nothing for others than root.
pub(super) fn hand_over_all(folder: &Path) {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        hand_over(&entry.path());
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            hand_over_all(&entry.path());
        }
    }
}

/// The same for one file and the folders between it and `folder`, which is left as it is.
pub(super) fn hand_over_up_to(folder: &Path, file: &Path) {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let below = |path: &&Path| *path != folder && path.starts_with(folder);
    let path: Vec<_> = file.ancestors().take_while(below).collect();
    path.into_iter().rev().for_each(hand_over);
}

fn hand_over(path: &Path) {
    let parent = super::folder_of(path).metadata();
    let (Ok(facts), Ok(parent)) = (path.symlink_metadata(), parent) else { return };
    if facts.uid() != 0 || (facts.uid(), facts.gid()) == (parent.uid(), parent.gid()) {
        return;
    }
    if let Err(error) = lchown(path, Some(parent.uid()), Some(parent.gid())) {
        tracing::warn!("`{}` stays root's: {error}", path.display());
    }
}
