//! Tables of which every row is chained as the airing log is: bulletins, approvals, acts on zones, activities.
//!
//! In: the values of a row, in the order of its columns. Out: the row at the end of its chain; or the proof of the chain,
//! which names the first bad row. A row is hashed as `chain` says: the hash before it, one newline, its hashed columns as
//! JSON with sorted keys, each as it stands there. Must never change or leave out a row. Next: `revisions`, `approvals`.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Row as _, TypeInfo as _, ValueRef as _};

use super::chain::{Broken, Fault, Head, Links, link};

/// The version of the rows that this program writes.
pub(super) const VERSION: i64 = 1;

/// Rows read at a time when a chain is proved.
const PAGE: i64 = 500;

/// A chained table. Its columns `prev_hash` and `hash` stand beside those that are hashed.
pub(super) struct Sealed {
    /// Its name.
    pub(super) name: &'static str,
    /// The migration that made it.
    pub(super) migration: i64,
    /// The columns that are hashed; the first two are `v` and `seq`.
    pub(super) hashed: &'static [&'static str],
}

/// A row as it stands in its table.
pub(super) struct Sealing {
    /// The values of the hashed columns, in their order.
    pub(super) values: Vec<Value>,
    pub(super) prev_hash: String,
    pub(super) hash: String,
}

impl Sealed {
    /// What the hash of a row must be, lower-case hex.
    pub(super) fn hash(&self, values: &[Value], prev_hash: &str) -> String {
        let sorted: BTreeMap<&str, &Value> = self.hashed.iter().copied().zip(values).collect();
        let json = serde_json::to_vec(&sorted).expect("numbers and strings are always JSON");
        link(prev_hash, &json)
    }

    /// The newest row.
    pub(super) async fn head(&self, conn: &mut SqliteConnection) -> sqlx::Result<Head> {
        let sql = format!("select seq, hash from {} order by seq desc limit 1", self.name);
        let newest = sqlx::query(AssertSqlSafe(sql)).fetch_optional(conn).await?;
        newest.map_or_else(|| Ok(Head::default()), |row| Ok(Head { seq: row.try_get(0)?, hash: row.try_get(1)? }))
    }

    /// Puts a row at the end of the chain; `v` and `seq` are set here. `beside` are columns that are not hashed. Answers with
    /// its number.
    pub(super) async fn append(
        &self,
        conn: &mut SqliteConnection,
        mut values: Vec<Value>,
        beside: &[(&str, String)],
    ) -> sqlx::Result<i64> {
        let before = self.head(conn).await?;
        let seq = before.seq + 1;
        (values[0], values[1]) = (json!(VERSION), json!(seq));
        let hash = self.hash(&values, &before.hash);
        let columns = self.hashed.iter().copied().chain(beside.iter().map(|(name, _)| *name));
        let names = columns.map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
        let marks = "?, ".repeat(values.len() + beside.len());
        let sql = format!("insert into {} ({names}, prev_hash, hash) values ({marks}?, ?)", self.name);
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for value in values {
            query = match value {
                Value::Number(number) => query.bind(number.as_i64()),
                Value::String(text) => query.bind(text),
                _ => query.bind(None::<String>),
            };
        }
        for (_, value) in beside {
            query = query.bind(value);
        }
        query.bind(before.hash).bind(hash).execute(conn).await?;
        Ok(seq)
    }

    /// A row as it stands there.
    pub(super) fn read(&self, row: &SqliteRow) -> sqlx::Result<Sealing> {
        let value = |name: &&str| -> sqlx::Result<Value> {
            // A null has the type of its column.
            if row.try_get_raw(*name)?.type_info().name() == "INTEGER" {
                return Ok(json!(row.try_get::<Option<i64>, _>(*name)?));
            }
            Ok(json!(row.try_get::<Option<String>, _>(*name)?))
        };
        let values = self.hashed.iter().map(value).collect::<sqlx::Result<Vec<_>>>()?;
        Ok(Sealing { values, prev_hash: row.try_get("prev_hash")?, hash: row.try_get("hash")? })
    }

    /// Walks the rows; the inner error is the first bad one. `more` finds what else is wrong with a row.
    pub(super) async fn walk(
        &self,
        conn: &mut SqliteConnection,
        kept: Option<Head>,
        more: fn(&Sealed, &Sealing) -> Option<Fault>,
    ) -> sqlx::Result<Result<Head, Broken>> {
        let mut links = Links::new(kept);
        if !self.is_there(conn).await? {
            // A database of an earlier version has none; in one of this version it was removed.
            let removed = Err(Broken { seq: 1, fault: Fault::Gap(1) });
            return Ok(if self.is_migrated(conn).await? { removed } else { links.finish() });
        }
        loop {
            let rows = self.page(conn, links.due()).await?;
            for row in &rows {
                let seq: i64 = row.try_get("seq")?;
                let found = self.read(row).map_err(|error| Fault::Unreadable(error.to_string()));
                let taken = found.and_then(|sealing| self.take(&mut links, seq, sealing, more));
                if let Err(fault) = taken {
                    return Ok(Err(Broken { seq, fault }));
                }
            }
            if rows.is_empty() {
                return Ok(links.finish());
            }
        }
    }

    /// Whether the database has it; one of an earlier version has not.
    pub(super) async fn is_there(&self, conn: &mut SqliteConnection) -> sqlx::Result<bool> {
        let found = sqlx::query("select 1 from sqlite_schema where type = 'table' and name = ?").bind(self.name);
        Ok(found.fetch_optional(conn).await?.is_some())
    }

    /// Whether the migration that made it has run.
    async fn is_migrated(&self, conn: &mut SqliteConnection) -> sqlx::Result<bool> {
        let made = sqlx::query("select 1 from _sqlx_migrations where version = ?").bind(self.migration);
        match made.fetch_optional(conn).await {
            Ok(found) => Ok(found.is_some()),
            // A log that another program copied has no list of migrations.
            Err(sqlx::Error::Database(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn page(&self, conn: &mut SqliteConnection, from: i64) -> sqlx::Result<Vec<SqliteRow>> {
        // What comes before the first is found with the first page only.
        let early = if from == 1 { "or seq < 1" } else { "" };
        let sql = format!("select * from {} where seq >= ? {early} order by seq limit ?", self.name);
        sqlx::query(AssertSqlSafe(sql)).bind(from).bind(PAGE).fetch_all(conn).await
    }

    fn take(
        &self,
        links: &mut Links,
        seq: i64,
        row: Sealing,
        more: fn(&Sealed, &Sealing) -> Option<Fault>,
    ) -> Result<(), Fault> {
        if row.values[0] != json!(VERSION) {
            return Err(Fault::Version(row.values[0].as_i64().unwrap_or_default()));
        }
        links.follow(seq, &row.prev_hash)?;
        if self.hash(&row.values, &row.prev_hash) != row.hash {
            return Err(Fault::Altered);
        }
        more(self, &row).map_or(Ok(()), Err)?;
        links.take(seq, row.hash)
    }
}
