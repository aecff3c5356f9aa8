//! The database file: opened, brought to the newest version, moved aside where it is corrupt.
//!
//! In: the path of the database. Out: a connection that can write, or in which way it cannot be had: corrupt, from a newer
//! program, or not now. Must stay cheap: a start reads the schema and the newest rows; whether every row is whole is
//! `loa log verify`'s to say. Next: `task`.

use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, Row as _, SqlSafeStr as _};

use super::chain::Head;
use super::memory::head;
use super::modes;

/// Name of the database inside the data folder.
pub const DATABASE: &str = "loa.db";

/// What became of earlier logs that lie beside it, as it stands in their names.
const BECAME: [&str; 2] = ["corrupt", "replaced"];

/// Why nothing can be recorded on a full disk.
const DISK_FULL: &str = "the disk is full; make room";

/// How long a statement waits for a lock. Short, because the store tries again by itself and must hear of it.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_millis(100);

/// Every migration, oldest first; the file's first line says why.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "airing log", include_str!("../../migrations/0001_airing_log.sql")),
    (2, "station memory", include_str!("../../migrations/0002_station_memory.sql")),
    (3, "bulletins", include_str!("../../migrations/0003_bulletins.sql")),
    (4, "measures", include_str!("../../migrations/0004_measures.sql")),
    (5, "zones, activities", include_str!("../../migrations/0005_zones_activities.sql")),
    (6, "remarks", include_str!("../../migrations/0006_remarks.sql")),
    (7, "people", include_str!("../../migrations/0007_people.sql")),
];

const CORRUPT: i32 = 11;
const NOT_A_DATABASE: i32 = 26;

/// Why there is no connection that can write.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    /// It is no database, or a damaged one.
    #[error("{0}")]
    Corrupt(String),
    /// A newer version of the program has been here.
    #[error("{0}")]
    Newer(String),
    /// Locked, read-only, no permission, disk full: tried again.
    #[error("{0}")]
    NotNow(String),
}

impl From<sqlx::Error> for Trouble {
    fn from(error: sqlx::Error) -> Self {
        match code(&error) {
            Some(CORRUPT | NOT_A_DATABASE) => Self::Corrupt(message(&error)),
            _ => Self::NotNow(message(&error)),
        }
    }
}

impl From<MigrateError> for Trouble {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
            MigrateError::VersionMissing(version) | MigrateError::VersionMismatch(version) => Self::Newer(format!(
                "its migration {version} is not one of this program, which knows 1 to {}: a newer `loa` has been here",
                MIGRATIONS.len()
            )),
            other => Self::NotNow(other.to_string()),
        }
    }
}

/// Whether the file is the reason: damaged, no database, or one without the tables of a log.
pub(super) fn is_damage(error: &sqlx::Error) -> bool {
    const ERROR: i32 = 1;
    code(error).is_some_and(|code| [CORRUPT, NOT_A_DATABASE, ERROR].contains(&code))
}

/// SQLite's primary result code; `None` if the error is not SQLite's.
pub(super) fn code(error: &sqlx::Error) -> Option<i32> {
    let extended: i32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(extended & 0xff)
}

/// SQLite's own words without those around them.
pub(super) fn message(error: &sqlx::Error) -> String {
    error.as_database_error().map_or_else(|| error.to_string(), |error| error.message().to_owned())
}

/// What SQLite says of a disk: where that is full, it is the reason, whatever SQLite takes it for.
pub(super) fn on_disk(path: &Path, why: String) -> String {
    /// The smallest file that SQLite makes beside a database, and some.
    const NEEDED: u64 = 64 << 10;
    const OF_DISK: [&str; 3] = ["disk I/O error", "unable to open database file", "database or disk is full"];
    let folder = path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let is_full = || rustix::fs::statvfs(folder).is_ok_and(|disk| disk.f_bavail * disk.f_frsize < NEEDED);
    if OF_DISK.contains(&why.as_str()) && is_full() { DISK_FULL.to_owned() } else { why }
}

/// Opens the database for writing, made or migrated if need be. `station_id` is kept if the database has none yet.
///
/// A connection that cannot be used is closed before this returns: one that closes later would take the journal of the
/// database that has come in its place.
pub(super) async fn connect(path: &Path, station_id: Option<&str>) -> Result<SqliteConnection, Trouble> {
    modes::share(path);
    modes::remove_foreign_journals(path);
    connect_patiently(path, station_id, BUSY_TIMEOUT).await
}

/// The same beside a station that may be running: what it uses is left alone.
pub(super) async fn connect_beside(path: &Path, patience: Duration) -> Result<SqliteConnection, Trouble> {
    modes::share(path);
    connect_patiently(path, None, patience).await
}

async fn connect_patiently(
    path: &Path,
    station_id: Option<&str>,
    patience: Duration,
) -> Result<SqliteConnection, Trouble> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .busy_timeout(patience)
        .disable_statement_logging();
    let mut conn = options.connect().await?;
    match prepare(&mut conn, station_id).await {
        Ok(()) => Ok(conn),
        Err(trouble) => {
            close(conn).await;
            Err(trouble)
        }
    }
}

/// A connection that may write, to a database that is there; nothing about it is changed.
pub(super) async fn writer(path: &Path) -> sqlx::Result<SqliteConnection> {
    SqliteConnectOptions::new().filename(path).busy_timeout(BUSY_TIMEOUT).disable_statement_logging().connect().await
}

/// Closes a connection; that it cannot be closed changes nothing for what was committed through it.
pub(super) async fn close(conn: SqliteConnection) {
    if let Err(error) = conn.close().await {
        tracing::warn!("closing the database: {}", message(&error));
    }
}

/// Journal, schema, version, newest row and identity: what a start can check without reading the log.
async fn prepare(conn: &mut SqliteConnection, station_id: Option<&str>) -> Result<(), Trouble> {
    // The cache is small (KiB) because the station reads little after its start. Making the tables need not be durable
    // step by step: nothing is in them yet, and the first record's flush takes all that was written before it along.
    conn.execute("pragma journal_mode = wal; pragma synchronous = normal; pragma cache_size = -512").await?;
    conn.execute("select count(*) from sqlite_schema").await?;
    // What `run` does; through `run` itself the compiler cannot prove that this task may be sent to another thread.
    migrator().run_direct(None, conn, false).await?;
    head(conn).await.map_err(missing_is_damage)?;
    let known = sqlx::query("select 1 from station").fetch_optional(&mut *conn).await.map_err(missing_is_damage)?;
    if known.is_none() {
        let made = station_id.map_or_else(new_station_id, |kept| Ok(kept.to_owned()));
        let made = made.map_err(|error| Trouble::NotNow(format!("no random station id: {error}")))?;
        sqlx::query("insert into station (id, station_id) values (1, ?)").bind(made).execute(&mut *conn).await?;
    }
    conn.execute("pragma synchronous = full").await?;
    Ok(())
}

/// Where the migrations are applied, a table that is not there has been removed.
pub(super) fn missing_is_damage(error: sqlx::Error) -> Trouble {
    const ERROR: i32 = 1;
    if code(&error) == Some(ERROR) { Trouble::Corrupt(message(&error)) } else { error.into() }
}

fn migrator() -> Migrator {
    let migration = |&(version, what, sql): &(i64, &'static str, &'static str)| {
        Migration::new(version, what.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(MIGRATIONS.iter().map(migration).collect())
}

fn new_station_id() -> io::Result<String> {
    Ok(std::fs::read_to_string("/proc/sys/kernel/random/uuid")?.trim().to_owned())
}

/// What could still be read of a corrupt database.
#[derive(Debug, Default)]
pub(super) struct Salvage {
    /// Where it is now; `None` if there was none.
    pub(super) moved_to: Option<PathBuf>,
    pub(super) head: Option<Head>,
    pub(super) station_id: Option<String>,
    /// Name of the station in the newest row.
    pub(super) station: Option<String>,
}

/// Renames the database and the files that belong to it, as far as they are there, and reads what can be read of it.
pub(super) async fn move_aside(path: &Path, now: DateTime<Utc>) -> io::Result<Salvage> {
    let moved_to = free_name(path, "corrupt", now);
    let was_there = renamed(path, &moved_to)?;
    set_journals_aside(path, &moved_to)?;
    let mut salvage = Salvage::default();
    if !was_there {
        return Ok(salvage);
    }
    let options = SqliteConnectOptions::new().filename(&moved_to).read_only(true).disable_statement_logging();
    if let Ok(mut conn) = options.connect().await {
        salvage.head = head(&mut conn).await.ok().filter(|head| head.seq > 0);
        salvage.station_id = text(&mut conn, "select station_id from station").await;
        salvage.station = text(&mut conn, "select station from airing_log order by seq desc limit 1").await;
        close(conn).await;
    }
    salvage.moved_to = Some(moved_to);
    Ok(salvage)
}

/// Renames the journals of a database as those of another name: SQLite would write them into whatever takes its place.
pub(crate) fn set_journals_aside(path: &Path, aside: &Path) -> io::Result<()> {
    for suffix in ["-wal", "-shm", "-journal"] {
        renamed(&with_suffix(path, suffix), &with_suffix(aside, suffix))?;
    }
    Ok(())
}

/// Whether there was something to rename.
fn renamed(from: &Path, to: &Path) -> io::Result<bool> {
    match std::fs::rename(from, to) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

async fn text(conn: &mut SqliteConnection, sql: &'static str) -> Option<String> {
    sqlx::query(sql).fetch_optional(conn).await.ok()??.try_get(0).ok()
}

/// A name beside a database under which it can be kept: its own, what became of it, and when.
#[must_use]
pub(crate) fn free_name(path: &Path, became: &str, now: DateTime<Utc>) -> PathBuf {
    let stem = with_suffix(path, &format!(".{became}-{}", now.format("%Y%m%dT%H%M%SZ")));
    let taken = |candidate: &PathBuf| candidate.exists();
    let numbered = (2..).map(|number| with_suffix(&stem, &format!("-{number}")));
    std::iter::once(stem.clone()).chain(numbered).find(|candidate| !taken(candidate)).expect("numbers do not end")
}

/// Whether earlier logs lie beside a database, moved aside or replaced; also if that cannot be told.
pub(crate) fn has_earlier(path: &Path) -> bool {
    let Some(folder) = path.parent() else { return true };
    let starts = BECAME.map(|became| with_suffix(Path::new(DATABASE), &format!(".{became}-")).into_os_string());
    let is_earlier = |name: &OsString| starts.iter().any(|start| name.as_bytes().starts_with(start.as_bytes()));
    let Ok(entries) = std::fs::read_dir(folder) else { return true };
    entries.into_iter().any(|entry| entry.map_or(true, |entry| is_earlier(&entry.file_name())))
}

/// A path with something behind its last name.
#[must_use]
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_open_database_flushes_what_it_commits() {
        const FULL: i64 = 2;
        let folder = tempfile::tempdir().unwrap();
        for _ in ["made", "opened again"] {
            let mut conn = connect(&folder.path().join(DATABASE), None).await.unwrap();
            let row = sqlx::query("pragma synchronous").fetch_one(&mut conn).await.unwrap();
            assert_eq!(row.get::<i64, _>(0), FULL);
            close(conn).await;
        }
    }
}
