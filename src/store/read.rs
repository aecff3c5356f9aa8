//! The airing log read by others than the station: page by page, in order, while the station writes.
//!
//! In: the path of a database and a span of time. Out: lines that the database itself makes of the rows, many at a time,
//! because one row of fifty columns costs more to hand over than to read. Two connections work ahead, each on a core,
//! while the caller prints. Must never create, migrate or lock a database. Next: `csv`, `cli/log`.

use std::collections::{HashSet, VecDeque};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Row as _};
use tokio::task::JoinHandle;

use super::activities::ACTIVITIES;
use super::chain::{
    Broken, BrokenActivity, BrokenApproval, BrokenDeed, BrokenRevision, BrokenZoneAct, Fault, Head, Walk,
};
use super::open::{DATABASE, close, code, is_damage, message, on_disk};
use super::proof::checked_line;
use super::revisions::REVISIONS;
use super::row::{Row, quoted_columns, utc};
use super::sealed::Sealed;
use crate::problem::system::refusal;

/// Rows per page: enough that the page, not the row, is what is handed over; some 300 kB of text.
const PAGE_ROWS: i64 = 500;
/// Connections at work: the machines that this runs on have two cores or four.
const CONNECTIONS: usize = 2;
/// Contents asked about in one question; 70 kB of text.
const ASKED_AT_ONCE: usize = 1000;
/// How long a person waits for a lock; writers do not lock readers out, so that it takes somebody else's tool.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// Why the log cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is no database.
    #[error("there is no airing log at `{}`: the station has not run with this data folder", .0.display())]
    Missing(PathBuf),
    /// It is there, and cannot be read as a database of this program.
    #[error("`{}` cannot be read as an airing log: {why}", .path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What SQLite says.
        why: String,
        /// Whether it is damaged or no log at all, and not only locked, forbidden or on a disk that fails now.
        is_damaged: bool,
    },
    /// A row is not as this program writes them.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// An act of approval is not as this program writes them, or its bulletin is not what it was.
    #[error(transparent)]
    BrokenApproval(#[from] BrokenApproval),
    /// A revision of a bulletin is not as this program writes them.
    #[error(transparent)]
    BrokenRevision(#[from] BrokenRevision),
    /// An act on a zone is not as this program writes them.
    #[error(transparent)]
    BrokenZoneAct(#[from] BrokenZoneAct),
    /// A revision of an activity is not as this program writes them.
    #[error(transparent)]
    BrokenActivity(#[from] BrokenActivity),
    /// A row of the audit is not as this program writes them.
    #[error(transparent)]
    BrokenDeed(#[from] BrokenDeed),
}

/// Which rows, by `scheduled_at`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// Not before this instant.
    pub from: Option<DateTime<Utc>>,
    /// Before this instant.
    pub to: Option<DateTime<Utc>>,
}

impl Span {
    /// Its ends as the column for queries has them; where one is open, what sorts before or behind every instant.
    pub(super) fn bounds(self) -> (String, String) {
        (self.from.map_or_else(String::new, utc), self.to.map_or_else(|| "~".to_owned(), utc))
    }
}

/// The log in a data folder, open for reading.
pub struct Log {
    path: PathBuf,
    free: Vec<SqliteConnection>,
}

impl Log {
    /// Opens the database of a data folder; it need not be writable, nor its folder.
    pub async fn open(data_dir: &Path) -> Result<Self, ReadError> {
        Self::of(&data_dir.join(DATABASE)).await
    }

    /// Opens a database wherever it lies.
    pub async fn of(path: &Path) -> Result<Self, ReadError> {
        let first = connect(path, PATIENCE).await?;
        Ok(Self { path: path.to_owned(), free: vec![first] })
    }

    /// A connection of a log that has not been asked for pages yet.
    pub(super) fn any(&mut self) -> &mut SqliteConnection {
        &mut self.free[0]
    }

    /// What an error of this database means to a person.
    pub(super) fn unreadable(&self, error: &sqlx::Error) -> ReadError {
        unreadable(&self.path, error)
    }

    /// Walks all rows and proves the chain, comparing with a head kept elsewhere if there is one.
    pub async fn verify(self, kept: Option<Head>) -> Result<Head, ReadError> {
        self.verify_telling(kept, |_| {}).await
    }

    /// The same, and tells how many rows have been proved, a page at a time.
    pub async fn verify_telling(self, kept: Option<Head>, mut tell: impl FnMut(i64)) -> Result<Head, ReadError> {
        let mut pages = self.pages(&checked_line(), "char(10)", Span::default()).await?;
        let mut walk = Walk::new(kept);
        while let Some(page) = pages.next().await? {
            for line in page.bytes()?.split(|&byte| byte == b'\n') {
                walk.take(&String::from_utf8_lossy(line))?;
            }
            tell(walk.proved());
        }
        Ok(walk.finish()?)
    }

    /// The rows of a span, oldest first, as typed rows, a page at a time.
    pub async fn rows(self, span: Span) -> Result<Rows, ReadError> {
        let line = format!("json_array({})", quoted_columns());
        Ok(Rows(self.pages(&line, "char(10)", span).await?))
    }

    /// The rows of a span up to one, oldest first.
    pub async fn rows_until(self, span: Span, last: i64) -> Result<Rows, ReadError> {
        let Rows(mut pages) = self.rows(span).await?;
        pages.last = pages.last.min(last);
        Ok(Rows(pages))
    }

    /// Which of these contents a row names, or a bulletin or an activity in any revision.
    pub async fn named(&mut self, contents: Vec<Arc<str>>) -> Result<HashSet<Arc<str>>, ReadError> {
        let mut named = HashSet::new();
        // A database of an earlier version does not know of bulletins or of activities.
        let mut sql =
            "select value from json_each(?) where exists (select 1 from airing_log where sha256 = json_each.value)"
                .to_owned();
        if self.has(&REVISIONS).await? {
            sql += " or exists (select 1 from bulletin where bulletin.sha256 = json_each.value)";
        }
        if self.has(&ACTIVITIES).await? {
            sql += " or value in (select json_extract(file.value, '$.sha256')
                                  from activity, json_each(activity.files) as file)";
        }
        // One question for many: after years there are ten thousand contents, and each question costs a hop.
        for portion in contents.chunks(ASKED_AT_ONCE) {
            let list = serde_json::json!(portion).to_string();
            let rows = sqlx::query(AssertSqlSafe(sql.clone())).bind(list).fetch_all(&mut self.free[0]).await;
            let rows = rows.map_err(|error| unreadable(&self.path, &error))?;
            named.extend(rows.iter().map(|row| Arc::from(row.get::<&str, _>(0))));
        }
        Ok(named)
    }

    /// The rows from one number to another, oldest first, as typed rows, a page at a time.
    pub async fn rows_between(self, first: i64, last: i64) -> Result<Rows, ReadError> {
        let line = format!("json_array({})", quoted_columns());
        Ok(Rows(self.lines_between(&line, "char(10)", (first, last)).await?))
    }

    /// The lines that an SQL expression makes of the rows from one number to another.
    pub(super) async fn lines_between(
        mut self,
        line: &str,
        separator: &str,
        ends: (i64, i64),
    ) -> Result<Pages, ReadError> {
        self.connect_all().await?;
        Ok(self.flight(line, separator, Span::default(), (Some(ends.0), ends.1)))
    }

    async fn has(&mut self, table: &Sealed) -> Result<bool, ReadError> {
        table.is_there(&mut self.free[0]).await.map_err(|error| unreadable(&self.path, &error))
    }

    /// The lines that an SQL expression makes of the rows of a span, oldest first, joined by another expression.
    pub(super) async fn pages(mut self, line: &str, separator: &str, span: Span) -> Result<Pages, ReadError> {
        self.connect_all().await?;
        let (from, to) = span.bounds();
        let ends = sqlx::query(
            "select min(seq), max(seq) from airing_log where scheduled_at_utc >= ?1 and scheduled_at_utc < ?2",
        );
        let all = sqlx::query("select (select min(seq) from airing_log), (select max(seq) from airing_log)");
        let query = if span == Span::default() { all } else { ends.bind(&from).bind(&to) };
        let ends = query.fetch_one(&mut self.free[0]).await.map_err(|error| unreadable(&self.path, &error))?;
        let ends = (ends.get(0), ends.get::<Option<i64>, _>(1).unwrap_or(0));
        Ok(self.flight(line, separator, span, ends))
    }

    async fn connect_all(&mut self) -> Result<(), ReadError> {
        while self.free.len() < CONNECTIONS {
            self.free.push(connect(&self.path, PATIENCE).await?);
        }
        Ok(())
    }

    /// Pages of the rows of a span, from one number to another.
    fn flight(self, line: &str, separator: &str, span: Span, (next, last): (Option<i64>, i64)) -> Pages {
        let (from, to) = span.bounds();
        // The unary plus keeps the planner on the rows' own order.
        let sql = format!(
            "select group_concat({line}, {separator}) from airing_log
             where seq between ?1 and ?2 and +scheduled_at_utc >= ?3 and +scheduled_at_utc < ?4"
        );
        Pages { next, last, query: Arc::new(PageQuery { sql, from, to }), flight: VecDeque::new(), log: self }
    }
}

/// Typed rows, a page at a time.
pub struct Rows(Pages);

impl Rows {
    /// The next rows, at least one; `None` after the last.
    pub async fn next(&mut self) -> Result<Option<Vec<Row>>, ReadError> {
        let Some(page) = self.0.next().await? else { return Ok(None) };
        let lines = page.bytes()?.split(|&byte| byte == b'\n');
        Ok(Some(lines.map(Self::read).collect::<Result<_, _>>()?))
    }

    /// One row of the array that the database makes of it.
    pub(super) fn read(line: &[u8]) -> Result<Row, ReadError> {
        serde_json::from_slice::<Row>(line).map_err(|error| unreadable_row(line, &error))
    }

    /// The same of a row whose number is known.
    pub(super) fn read_numbered(seq: i64, line: &[u8]) -> Result<Row, Broken> {
        serde_json::from_slice::<Row>(line).map_err(|error| Broken { seq, fault: Fault::Unreadable(error.to_string()) })
    }
}

fn unreadable_row(line: &[u8], error: &serde_json::Error) -> ReadError {
    let loose: serde_json::Value = serde_json::from_slice(line).unwrap_or_default();
    Broken { seq: loose[1].as_i64().unwrap_or(0), fault: Fault::Unreadable(error.to_string()) }.into()
}

struct PageQuery {
    sql: String,
    from: String,
    to: String,
}

/// Pages in order; the connections work on the coming ones.
pub(super) struct Pages {
    log: Log,
    query: Arc<PageQuery>,
    flight: VecDeque<JoinHandle<Flown>>,
    /// First row of the next page to ask for; `None` when all have been asked for.
    next: Option<i64>,
    pub(super) last: i64,
}

/// A page that has been asked for.
struct Flown {
    conn: SqliteConnection,
    page_ends: i64,
    row: sqlx::Result<SqliteRow>,
}

/// Lines of up to [`PAGE_ROWS`] rows.
pub(super) struct Page {
    row: SqliteRow,
}

impl Page {
    /// The lines; not always UTF-8, since what was tampered with is read too.
    pub(super) fn bytes(&self) -> Result<&[u8], ReadError> {
        self.row.try_get_unchecked(0).map_err(|error| unreadable(Path::new(DATABASE), &error))
    }
}

impl Pages {
    /// The next page, at least one row; `None` after the last.
    pub(super) async fn next(&mut self) -> Result<Option<Page>, ReadError> {
        loop {
            self.take_off().await;
            let Some(flight) = self.flight.pop_front() else { return Ok(None) };
            let flown = flight.await.expect("asking for a page does not panic");
            let page_ends = flown.page_ends;
            self.log.free.push(flown.conn);
            let row = flown.row.map_err(|error| unreadable(&self.log.path, &error))?;
            if !row.try_get_raw(0).is_ok_and(|value| sqlx::ValueRef::is_null(&value)) {
                self.take_off().await;
                return Ok(Some(Page { row }));
            }
            self.jump(page_ends).await?;
        }
    }

    /// Sends every idle connection for a page.
    async fn take_off(&mut self) {
        while let Some(from) = self.next.filter(|next| *next <= self.last)
            && let Some(conn) = self.log.free.pop()
        {
            let page_ends = from.saturating_add(PAGE_ROWS - 1).min(self.last);
            self.flight.push_back(tokio::spawn(fly(conn, Arc::clone(&self.query), from, page_ends)));
            self.next = page_ends.checked_add(1);
        }
        // The question leaves when its task first runs, and is answered on the connection's own thread.
        tokio::task::yield_now().await;
    }

    /// After a page without rows: goes on at the next row there is, so that a gap of any size costs one question.
    async fn jump(&mut self, page_ends: i64) -> Result<(), ReadError> {
        let Some(conn) = self.log.free.last_mut() else { return Ok(()) };
        let next = sqlx::query("select min(seq) from airing_log where seq > ?").bind(page_ends).fetch_one(conn).await;
        let next: Option<i64> =
            next.and_then(|row| row.try_get(0)).map_err(|error| unreadable(&self.log.path, &error))?;
        self.next = next.and_then(|next| self.next.map(|planned| planned.max(next)));
        Ok(())
    }
}

async fn fly(mut conn: SqliteConnection, query: Arc<PageQuery>, from: i64, page_ends: i64) -> Flown {
    let row = sqlx::query(AssertSqlSafe(query.sql.clone()))
        .bind(from)
        .bind(page_ends)
        .bind(&query.from)
        .bind(&query.to)
        .fetch_one(&mut conn)
        .await;
    Flown { conn, page_ends, row }
}

/// A connection that only reads. On a read-only file system without a journal the file is opened as one that nobody
/// changes, since SQLite cannot keep its index of the journal there.
pub(super) async fn connect(path: &Path, patience: Duration) -> Result<SqliteConnection, ReadError> {
    const CANNOT_OPEN: i32 = 14;
    const READ_ONLY: i32 = 8;
    may_read(path)?;
    let error = match try_connect(path, patience, false).await {
        Ok(conn) => return Ok(conn),
        Err(error) => error,
    };
    let journal = path.with_extension("db-wal");
    let has_journal = journal.metadata().is_ok_and(|journal| journal.len() > 0);
    if matches!(code(&error), Some(CANNOT_OPEN | READ_ONLY)) && !has_journal {
        return try_connect(path, patience, true).await.map_err(|error| unreadable(path, &error));
    }
    Err(unreadable(path, &error))
}

/// There is no log only where nothing stands: a log that may not be looked at, or a link to one that is gone, is there.
fn may_read(path: &Path) -> Result<(), ReadError> {
    let Err(error) = rustix::fs::access(path, rustix::fs::Access::READ_OK) else { return Ok(()) };
    let error = io::Error::from(error);
    let why = match error.kind() {
        io::ErrorKind::NotFound if path.is_symlink() => "it is a link that leads nowhere".to_owned(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => return Err(ReadError::Missing(path.to_owned())),
        _ => refusal(&error),
    };
    Err(ReadError::Unreadable { path: path.to_owned(), why, is_damaged: false })
}

async fn try_connect(path: &Path, patience: Duration, immutable: bool) -> sqlx::Result<SqliteConnection> {
    let options = SqliteConnectOptions::new().filename(path).read_only(true).immutable(immutable);
    let mut conn = options.busy_timeout(patience).disable_statement_logging().connect().await?;
    match sqlx::query("select 1 from airing_log limit 1").fetch_optional(&mut conn).await {
        Ok(_) => Ok(conn),
        Err(error) => {
            close(conn).await;
            Err(error)
        }
    }
}

fn unreadable(path: &Path, error: &sqlx::Error) -> ReadError {
    let is_damaged = is_damage(error);
    ReadError::Unreadable { path: path.to_owned(), why: on_disk(path, message(error)), is_damaged }
}
