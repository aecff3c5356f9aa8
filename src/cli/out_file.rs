//! A file that a command makes: opened before the long work, and under its name only when all of it is on the disk.
//!
//! In: the name as typed. Out: a file to write to beside it, which takes its place at the end. What is no plain file (a pipe, a
//! printer) gets the bytes when they are all made; `-` is stdout. Documents that a person has gone on writing in are not
//! replaced. Next: `report`.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _};
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use rustix::fs::{MemfdFlags, memfd_create};
use zip::ZipArchive;

use super::WrongInput;
use crate::problem::system::refusal;
use crate::report::bundle::archive::MANIFEST;

/// The part of a document that says which program wrote it last, and what ours says there.
const WRITTEN_BY: [(&str, &str, &str); 2] =
    [("docx", "docProps/app.xml", "<Application>loa "), ("xlsx", "docProps/core.xml", "<cp:lastModifiedBy>loa ")];

/// A part that says so is this long at most.
const MOST_BYTES: u64 = 1 << 16;

/// A file in the making; nothing is left of it if it is not put in its place.
#[derive(Debug)]
pub(super) struct OutFile {
    /// As typed.
    shown: PathBuf,
    /// Where links lead.
    place: PathBuf,
    /// The file beside it; none for what is no plain file.
    beside: Option<PathBuf>,
    /// What is written to.
    pub(super) file: File,
}

impl OutFile {
    /// Opens a file for what is to stand at `path`.
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        let cannot = |error: io::Error| anyhow!("cannot write `{}`: {}", path.display(), refusal(&error));
        let place = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let there = fs::metadata(&place).ok();
        if there.as_ref().is_some_and(fs::Metadata::is_dir) {
            return Err(WrongInput(format!("`{}` is a folder; name a file", path.display())).into());
        }
        if path == Path::new("-") || there.as_ref().is_some_and(|facts| !facts.is_file()) {
            let memory = memfd_create("loa", MemfdFlags::CLOEXEC).map_err(|error| cannot(error.into()))?;
            return Ok(Self { shown: path.to_owned(), place, beside: None, file: memory.into() });
        }
        let mut name = place.file_name().map_or_else(Default::default, OsStr::to_owned);
        name.push(format!(".{}.new", std::process::id()));
        let beside = place.with_file_name(name);
        let file = File::options().read(true).write(true).create(true).truncate(true).open(&beside).map_err(cannot)?;
        let out = Self { shown: path.to_owned(), place, beside: Some(beside), file };
        if let Some(facts) = there {
            out.file.set_permissions(facts.permissions()).map_err(cannot)?;
        }
        Ok(out)
    }

    /// Puts it in its place: the old one stays until the new one is on the disk.
    pub(super) fn put(mut self) -> anyhow::Result<()> {
        let put = self.try_put();
        put.map_err(|error| match error.kind() {
            // Whoever read stdout has what it wanted.
            io::ErrorKind::BrokenPipe => error.into(),
            _ => anyhow!("cannot write `{}`: {}", self.shown.display(), refusal(&error)),
        })
    }

    fn try_put(&mut self) -> io::Result<()> {
        let Some(beside) = &self.beside else {
            self.file.rewind()?;
            let mut to: Box<dyn io::Write> = match self.shown.to_str() {
                Some("-") => Box::new(io::stdout().lock()),
                _ => Box::new(File::options().write(true).open(&self.place)?),
            };
            io::copy(&mut self.file, &mut to)?;
            return to.flush();
        };
        self.file.sync_all()?;
        fs::rename(beside, &self.place)?;
        self.beside = None;
        let folder = self.place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    }
}

impl Drop for OutFile {
    fn drop(&mut self) {
        if let Some(beside) = &self.beside {
            // Only half of it is there.
            let _ = fs::remove_file(beside);
        }
    }
}

/// Whether there is a file of that name that holds something and is no bundle of this program.
pub(super) fn is_no_bundle(path: &Path) -> bool {
    let is_there = fs::metadata(path).is_ok_and(|facts| facts.is_file() && facts.len() > 0);
    let is_ours = || {
        let mut archive = ZipArchive::new(File::open(path).ok()?).ok()?;
        archive.by_name(MANIFEST).ok().map(|_| ())
    };
    is_there && is_ours().is_none()
}

/// Whether there is a document of that name that this program did not write last: then a person's work is in it.
pub(super) fn is_a_persons(path: &Path) -> bool {
    let ending = path.extension().and_then(OsStr::to_str).unwrap_or_default().to_ascii_lowercase();
    let Some((_, part, ours)) = WRITTEN_BY.iter().find(|(each, ..)| *each == ending) else { return false };
    if !path.is_file() {
        return false;
    }
    let said = || {
        let mut archive = ZipArchive::new(File::open(path).ok()?).ok()?;
        let mut said = String::new();
        archive.by_name(part).ok()?.take(MOST_BYTES).read_to_string(&mut said).ok()?;
        Some(said)
    };
    !said().is_some_and(|said| said.contains(ours))
}
