//! Reads the files of `schedules/`, and settings: bytes, or why there are none; makes the folders of the data.
//!
//! In: the folder. Out: its `*.toml` files in order of name, each with its bytes or why there are none. Must never judge
//! what is in them. A folder that is made belongs to those to whom the one above it does. Next: `schedule::read`.

use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, lchown};
use std::path::{Path, PathBuf};

use crate::problem::system::words;
use crate::problem::what::FileFault;
use crate::problem::{Place, Problem};
use crate::schedule::files::{File, special};

/// A schedule or a file of settings is text that a person wrote; more than this is a mistake.
const MOST_BYTES: u64 = 1 << 20;

/// Makes a folder and those above it, each such that whoever may use the one above it may use it too: root gives it to its
/// owner, and its group writes it if it writes that one. A folder that is there stays as it is.
pub fn make_shared(folder: &Path) -> io::Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    let above = folder.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    make_shared(above)?;
    match fs::create_dir(folder) {
        // The group of what is made in it is the folder's own.
        Ok(()) => share(above, folder, 0o2070),
        // Another program was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        Err(error) => Err(error),
    }
}

/// What root has made in a folder is given to the folder's owner; does nothing for others than root.
pub fn give_to_owner_of(folder: &Path, made: &Path) -> io::Result<()> {
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    let facts = folder.metadata()?;
    lchown(made, Some(facts.uid()), Some(facts.gid()))
}

/// A file that was made belongs to those to whom its folder does, as `make_shared` has it for folders.
pub fn share_file(made: &Path) -> io::Result<()> {
    let above = made.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    share(above, made, 0o060)
}

fn share(above: &Path, made: &Path, group_uses: u32) -> io::Result<()> {
    const GROUP_WRITES: u32 = 0o020;
    give_to_owner_of(above, made)?;
    let (above, facts) = (above.metadata()?, made.metadata()?);
    if above.mode() & GROUP_WRITES != 0 && above.gid() == facts.gid() {
        fs::set_permissions(made, fs::Permissions::from_mode((facts.mode() & 0o7777) | group_uses))?;
    }
    Ok(())
}

/// The schedule files of a folder, sorted by name, and what is wrong with the folder itself.
#[must_use]
pub fn load(folder: &Path) -> (Vec<File>, Vec<Problem>) {
    let place = Place::whole(folder.display().to_string());
    match paths(folder) {
        Err(error) => (Vec::new(), vec![Problem::error(place, fault_of(&error))]),
        Ok(paths) => {
            let file = |path: &PathBuf| File { path: path.display().to_string(), bytes: read_bytes(path) };
            let files: Vec<File> = paths.iter().map(file).collect();
            let no_schedules = files.iter().all(|file| special(&file.path).is_some());
            let problem = no_schedules.then(|| Problem::warning(place, FileFault::NoSchedules));
            (files, problem.into_iter().collect())
        }
    }
}

fn paths(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // Editors keep unsaved changes in hidden files.
        let name = entry.file_name();
        let hidden = name.as_encoded_bytes().starts_with(b".");
        if !hidden && Path::new(&name).extension().is_some_and(|extension| extension == "toml") {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}

/// The bytes of a small file; never blocks on a pipe.
pub fn read_bytes(path: &Path) -> Result<Vec<u8>, FileFault> {
    let facts = fs::metadata(path).map_err(|error| fault_of(&error))?;
    if facts.is_dir() {
        return Err(FileFault::IsFolder);
    }
    if !facts.is_file() {
        return Err(FileFault::NotAFile);
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(|error| fault_of(&error))?;
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| fault_of(&error))?;
    if bytes.len() as u64 > MOST_BYTES { Err(FileFault::TooLarge(MOST_BYTES)) } else { Ok(bytes) }
}

/// What a refusal of the operating system means for a file or folder.
pub(crate) fn fault_of(error: &io::Error) -> FileFault {
    match error.kind() {
        io::ErrorKind::NotFound => FileFault::Missing,
        io::ErrorKind::NotADirectory => FileFault::NotAFolder,
        io::ErrorKind::IsADirectory => FileFault::IsFolder,
        _ => FileFault::Unreadable(words(error)),
    }
}
