//! Rows of the log written into a signed file.
//!
//! In: a data folder, a span, a name for the file. Out: the file under its name, whole and durable, or nothing; what stands in
//! its header. Rows pass through one page at a time. What is not whole is not signed: each row is held against its hash and
//! the row before it on the way. Must never replace a file that is no signed export. Next: `verify`.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read as _, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset};
use sha2::{Digest as _, Sha256};

use super::{FORMAT, Fingerprint, Header, KeyError, Seal, StationKey, VERSION, Window, message};
use crate::airing::rfc3339;
use crate::backup::{rename_new, sync_folder};
use crate::config::folder_of;
use crate::library::hex;
use crate::problem::system::refusal;
use crate::store::{Broken, Fault, Log, ReadError, Row, Span, Stretch, hash, with_suffix};

/// Rows behind the stretch that are read at a time.
const AT_A_TIME: usize = 500;

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Something else has that name.
    #[error("`{}` is there already and is no signed export; nothing was written, name another file", .0.display())]
    Exists(PathBuf),
    /// The disk or the operating system refuses.
    #[error("cannot write `{}`: {}", .path.display(), refusal(.error))]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The folder of the file is not there.
    #[error(
        "cannot write `{}`: there is no folder `{}`; make it, or name another file", .0.display(), folder(.0).display()
    )]
    NoFolder(PathBuf),
    /// The log cannot be read, or is not whole.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// There is no key.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// What is to be exported.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// Of which station.
    pub data_dir: &'a Path,
    /// Its name today.
    pub station: &'a str,
    /// Which airings, by `scheduled_at`.
    pub span: Span,
    /// The period for which the span was chosen, with its days; told in the header.
    pub period: Option<String>,
    /// The file.
    pub to: &'a Path,
    /// Who exports it.
    pub by: String,
    /// Now, in the station's offset.
    pub at: DateTime<FixedOffset>,
}

/// What was exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The first line of the file.
    pub header: Header,
    /// Of the key that signed it.
    pub fingerprint: Fingerprint,
    /// The key was made for this.
    pub made_key: bool,
    /// What was signed: the SHA-256 of all lines before the last.
    pub sha256: String,
}

/// Writes a signed export. At a kill at any instant the file has its name and is whole, or has not.
pub async fn export(wanted: &Wanted<'_>) -> Result<Exported, ExportError> {
    let to = wanted.to.to_owned();
    let replaces = is_signed_export(&to)?;
    let mut log = Log::open(wanted.data_dir).await?;
    let stretch = log.stretch(wanted.span).await?;
    let part = Part(with_suffix(&to, &format!(".{}.part", std::process::id())));
    let failed = |error| ExportError::Write { path: to.clone(), error };
    // What lies there is of an earlier process of this number, or a link that somebody has put there.
    let _ = fs::remove_file(&part.0);
    let mut file = Sealing::new(File::create_new(&part.0).map_err(failed)?);
    // Not before there is something to sign into.
    let (key, made_key) = StationKey::read_or_make(wanted.data_dir)?;
    let header = header(wanted, &stretch, &key);
    file.line(&header).map_err(failed)?;
    write_rows(log, wanted, &stretch, &mut |row| file.line(row).map_err(failed)).await?;
    let sha256 = file.seal(&key).map_err(failed)?;
    let named = if replaces { fs::rename(&part.0, &to) } else { rename_new(&part.0, &to) };
    match named.and_then(|()| sync_folder(&folder(&to))) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(ExportError::Exists(to)),
        named => named.map_err(failed)?,
    }
    Ok(Exported { header, fingerprint: key.public().fingerprint(), made_key, sha256 })
}

/// Whether a name is that of an earlier export, which a new one may replace; the error is that it is something else's.
fn is_signed_export(path: &Path) -> Result<bool, ExportError> {
    let failed = |error| ExportError::Write { path: path.to_owned(), error };
    match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound && folder(path).is_dir() => return Ok(false),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(ExportError::NoFolder(path.to_owned())),
        Err(error) => return Err(failed(error)),
        Ok(facts) if !facts.is_file() => return Err(ExportError::Exists(path.to_owned())),
        Ok(_) => {}
    }
    let begins = format!("{{\"format\":\"{FORMAT}\",");
    let mut found = Vec::new();
    let read = File::open(path).and_then(|file| file.take(begins.len() as u64).read_to_end(&mut found));
    read.map_err(failed)?;
    if found == begins.as_bytes() { Ok(true) } else { Err(ExportError::Exists(path.to_owned())) }
}

fn folder(path: &Path) -> PathBuf {
    let folder = folder_of(path);
    if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder }
}

fn header(wanted: &Wanted<'_>, stretch: &Stretch, key: &StationKey) -> Header {
    let instant = |at: DateTime<chrono::Utc>| rfc3339(&at.with_timezone(wanted.at.offset()));
    let rows = stretch.ends.map_or(0, |(first, last)| usize::try_from(last - first + 1).unwrap_or_default());
    Header {
        format: FORMAT.to_owned(),
        version: VERSION,
        program: format!("loa {}", env!("CARGO_PKG_VERSION")),
        station_id: stretch.station_id.clone(),
        station: wanted.station.to_owned(),
        public_key: key.public().to_hex(),
        window: Window { from: wanted.span.from.map(instant), to: wanted.span.to.map(instant) },
        period: wanted.period.clone(),
        first: stretch.ends.map(|(first, _)| first),
        last: stretch.ends.map(|(_, last)| last),
        remarks: stretch.remarks.clone(),
        rows: rows + stretch.remarks.len(),
        head: stretch.head.to_string(),
        other_heads: stretch.other_heads.iter().map(|(noun, head)| ((*noun).to_owned(), head.to_string())).collect(),
        exported_at: rfc3339(&wanted.at),
        by: wanted.by.clone(),
    }
}

/// Hands all rows on, each held against its hash and its place.
async fn write_rows(
    log: Log,
    wanted: &Wanted<'_>,
    stretch: &Stretch,
    write: &mut impl FnMut(&Row) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    let Some((first, last)) = stretch.ends else { return Ok(()) };
    let (mut due, mut before) = (first, None);
    let mut rows = log.rows_between(first, last).await?;
    while let Some(page) = rows.next().await? {
        for row in page {
            whole(&row, due, before.as_deref())?;
            write(&row)?;
            (due, before) = (due + 1, Some(row.hash));
        }
    }
    if due != last + 1 {
        return Err(ReadError::from(Broken { seq: last, fault: Fault::Gap(due) }).into());
    }
    let mut log = Log::open(wanted.data_dir).await?;
    for numbers in stretch.remarks.chunks(AT_A_TIME) {
        let mut rows = log.rows_of(numbers).await?.into_iter();
        for due in numbers {
            let row = rows.next().ok_or_else(|| ReadError::from(Broken { seq: *due, fault: Fault::Gap(*due) }))?;
            whole(&row, *due, None)?;
            write(&row)?;
        }
    }
    Ok(())
}

/// Nothing is signed that is not what was once written.
fn whole(row: &Row, due: i64, before: Option<&str>) -> Result<(), ExportError> {
    let fault = match () {
        () if row.seq != due => Fault::Gap(due),
        () if before.is_some_and(|before| before != row.prev_hash) => Fault::Unchained,
        () if hash(row) != row.hash => Fault::Altered,
        () => return Ok(()),
    };
    Err(ReadError::from(Broken { seq: row.seq, fault }).into())
}

/// A file whose last line is the signature of all others.
struct Sealing {
    out: BufWriter<File>,
    sha: Sha256,
}

impl Sealing {
    fn new(file: File) -> Self {
        Self { out: BufWriter::new(file), sha: Sha256::new() }
    }

    fn line(&mut self, object: &impl serde::Serialize) -> io::Result<()> {
        let mut line = serde_json::to_vec(object)?;
        line.push(b'\n');
        self.sha.update(&line);
        self.out.write_all(&line)
    }

    /// Signs, and makes all of it durable.
    fn seal(mut self, key: &StationKey) -> io::Result<String> {
        let sha256 = hex(&self.sha.finalize());
        let signature = hex(&key.sign(&message(&sha256)));
        let seal = Seal { sha256: sha256.clone(), signature };
        writeln!(self.out, "{}", serde_json::to_string(&seal)?)?;
        let file = self.out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        Ok(sha256)
    }
}

/// A file that is not whole yet; goes when dropped, unless it got its name.
struct Part(PathBuf);

impl Drop for Part {
    fn drop(&mut self) {
        // After the renaming nothing has this name any more.
        let _ = fs::remove_file(&self.0);
    }
}
