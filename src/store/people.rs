//! What the page knows of people: read again after each change, and what it records of them, written in order.
//!
//! In: the path of the database; records of the page. Out: all accounts and sign-ins whenever anybody else has changed the
//! database; records made durable, all that were given or none. Its connection is opened again when another file has come in
//! the place of the database, waits for a lock no longer than a moment, and is no part of the store's task: what it waits for
//! holds up no row of the log. Next: the page, which asks.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection as _, Row as _};

use super::open::{DATABASE, close, message, writer};
use super::start::inode;
use super::{accounts, audit, sign_ins};
use crate::people::{Deed, Kept, SignIn};
use crate::problem::system::refusal;

/// Everybody who may sign in, and who is signed in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Everyone {
    /// All accounts, also those that were removed.
    pub accounts: Vec<Kept>,
    /// The oldest first.
    pub sign_ins: Vec<SignIn>,
}

/// What the page records of people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeopleRecord {
    /// A row of the audit.
    Deed(Box<Deed>),
    /// Somebody has signed in.
    SignedIn(SignIn),
    /// Something was heard of a sign-in.
    Seen(SignIn),
    /// A sign-in has ended, by the SHA-256 of its token.
    SignedOut(String),
    /// Those that were over by then may go.
    Clear(DateTime<Utc>),
}

/// The database, as the page keeps people in it.
#[derive(Debug)]
pub struct PeopleBook {
    path: PathBuf,
    conn: Option<SqliteConnection>,
    /// Which file was opened.
    inode: Option<u64>,
    /// How often others had changed it by the last look.
    version: Option<i64>,
}

impl PeopleBook {
    /// One that has not looked yet.
    #[must_use]
    pub fn new(data_dir: &Path) -> Self {
        Self { path: data_dir.join(DATABASE), conn: None, inode: None, version: None }
    }

    /// Everybody, if anybody else has changed the database since the last look. The error is in SQLite's or the operating
    /// system's words; the next look begins anew then.
    pub async fn look(&mut self) -> Result<Option<Everyone>, String> {
        let known = self.version;
        let mut conn = self.open().await?;
        let known = known.filter(|_| self.version.is_some());
        match look(&mut conn, known).await {
            Ok((version, found)) => {
                (self.conn, self.version) = (Some(conn), Some(version));
                Ok(found)
            }
            Err(error) => {
                close(conn).await;
                self.version = None;
                Err(message(&error))
            }
        }
    }

    /// Makes records durable, in their order, all or none.
    pub async fn keep(&mut self, records: &[PeopleRecord]) -> Result<(), String> {
        let mut conn = self.open().await?;
        match keep(&mut conn, records).await {
            Ok(()) => {
                self.conn = Some(conn);
                Ok(())
            }
            Err(error) => {
                close(conn).await;
                self.version = None;
                Err(message(&error))
            }
        }
    }

    /// Closes the connection.
    pub async fn close(mut self) {
        self.rest().await;
    }

    async fn rest(&mut self) {
        self.version = None;
        if let Some(conn) = self.conn.take() {
            close(conn).await;
        }
    }

    /// The connection, taken out; a new one forgets what was seen.
    async fn open(&mut self) -> Result<SqliteConnection, String> {
        let found = inode(&self.path);
        // Whoever reads what he may not write leaves journals that the store must remove, again and again.
        if let Err(error) = rustix::fs::access(&self.path, rustix::fs::Access::WRITE_OK) {
            self.rest().await;
            return Err(refusal(&error.into()));
        }
        if found != self.inode {
            self.rest().await;
        }
        if let Some(conn) = self.conn.take() {
            return Ok(conn);
        }
        (self.inode, self.version) = (found, None);
        writer(&self.path).await.map_err(|error| message(&error))
    }
}

async fn look(conn: &mut SqliteConnection, known: Option<i64>) -> sqlx::Result<(i64, Option<Everyone>)> {
    // Counts what other connections have committed.
    let version = sqlx::query("pragma data_version").fetch_one(&mut *conn).await?.try_get(0)?;
    if known == Some(version) {
        return Ok((version, None));
    }
    let mut instant = conn.begin().await?;
    let found = Everyone { accounts: accounts::all(&mut instant).await?, sign_ins: sign_ins::all(&mut instant).await? };
    instant.commit().await?;
    Ok((version, Some(found)))
}

async fn keep(conn: &mut SqliteConnection, records: &[PeopleRecord]) -> sqlx::Result<()> {
    let mut act = conn.begin_with("begin immediate").await?;
    for record in records {
        match record {
            PeopleRecord::Deed(deed) => audit::append(&mut act, deed).await.map(drop)?,
            PeopleRecord::SignedIn(sign_in) => sign_ins::put(&mut act, sign_in).await?,
            PeopleRecord::Seen(sign_in) => sign_ins::see(&mut act, sign_in).await?,
            PeopleRecord::SignedOut(token_sha256) => sign_ins::end(&mut act, token_sha256).await?,
            PeopleRecord::Clear(now) => sign_ins::clear(&mut act, *now).await?,
        }
    }
    act.commit().await
}
