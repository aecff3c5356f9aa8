//! Bulletins, approvals, queue, acts on zones, activities, accounts and audit brought over from a database that was damaged
//! into the one that begins.
//!
//! In: where the damaged one was moved, the new one while it is empty. Out: all that can still be read, under its own numbers,
//! and the longest beginning of a chain of acts that is whole; what is not whole has to be recorded or approved again.
//! Must never keep a station from the air: whatever fails is told and left out. Next: `start`.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Row as _};

use super::activities::ACTIVITIES;
use super::approvals::{self, APPROVALS};
use super::audit::AUDIT;
use super::open::{close, message};
use super::revisions::REVISIONS;
use super::sealed::Sealed;
use super::zones::ZONE_ACTS;

/// Rows that are brought over at a time; those of a portion that cannot be read as a whole are tried one by one.
const PORTION: i64 = 200;

/// A table of which rows come over under their own numbers.
struct Table {
    name: &'static str,
    /// The column that numbers it, in whose order its rows are written.
    number: &'static str,
    /// All of its columns, in a fixed order.
    columns: Vec<&'static str>,
    /// Which of its rows can be kept.
    only: &'static str,
}

impl Table {
    /// One that is chained.
    fn sealed(table: &Sealed) -> Self {
        let columns = table.hashed.iter().copied().chain(["prev_hash", "hash"]).collect();
        Self { name: table.name, number: "seq", columns, only: "true" }
    }

    fn queue() -> Self {
        let columns = vec![
            "id",
            "bulletin",
            "programme",
            "times",
            "valid_from",
            "valid_until",
            "queued_at",
            "by",
            "via",
            "removed_at",
            "removed_by",
        ];
        let only = "exists (select 1 from bulletin where number = json_extract(value, '$[1]'))";
        Self { name: "queue_entry", number: "id", columns, only }
    }

    fn accounts() -> Self {
        let columns = vec!["id", "login", "name", "roles", "password", "active", "added_at", "changed_at"];
        Self { name: "account", number: "id", columns, only: "true" }
    }

    /// Whoever is signed in stays so: this may be in the middle of an emergency.
    fn sign_ins() -> Self {
        let columns =
            vec!["id", "token_sha256", "login", "from_address", "keeps", "created_at", "seen_at", "expires_at"];
        let only = "exists (select 1 from account where login = json_extract(value, '$[2]'))";
        Self { name: "sign_in", number: "id", columns, only }
    }
}

/// What came over.
#[derive(Debug, Default, PartialEq, Eq)]
struct Brought {
    bulletins: i64,
    approvals: i64,
    entries: i64,
    zone_acts: i64,
    activities: i64,
    accounts: i64,
    deeds: i64,
    /// Whether something could not be read.
    lacks: bool,
}

/// Brings over what can be read, and says so. A failure is told and changes nothing.
pub(super) async fn bring_over(from: &Path, to: &mut SqliteConnection) {
    let options = SqliteConnectOptions::new().filename(from).read_only(true).disable_statement_logging();
    let Ok(mut old) = options.connect().await else { return };
    let brought = within_one_act(&mut old, to).await;
    close(old).await;
    let from = from.display();
    match brought {
        Ok(brought) if brought == Brought::default() => {}
        Ok(brought) => tracing::warn!(
            "from `{from}` {} bulletins, {} acts of approval, {} entries of the queue, {} acts on zones, {} activities, {} \
             accounts and {} rows of the audit were brought over{}",
            brought.bulletins,
            brought.approvals,
            brought.entries,
            brought.zone_acts,
            brought.activities,
            brought.accounts,
            brought.deeds,
            if brought.lacks { "; the others could not be read, record and approve them again" } else { "" }
        ),
        Err(error) => tracing::error!("the bulletins in `{from}` were not brought over: {}", message(&error)),
    }
}

async fn within_one_act(old: &mut SqliteConnection, to: &mut SqliteConnection) -> sqlx::Result<Brought> {
    let mut act = to.begin_with("begin immediate").await?;
    let mut brought = Brought::default();
    // A database of an earlier version has none of them, or not all.
    if knows(old, &["bulletin", "approval", "queue_entry"]).await {
        let are_bulletins = bring_revisions(old, &mut act, &REVISIONS, &["title_key", "plain_key"]).await?;
        let (approvals, are_approvals) = bring_chain(old, &mut act, &APPROVALS).await?;
        let is_queue = bring(old, &mut act, &Table::queue(), i64::MAX, false).await;
        brought.approvals = approvals;
        brought.lacks |= !(are_bulletins && are_approvals && is_queue);
    }
    if knows(old, &["zone_act", "activity"]).await {
        let (zone_acts, are_zone_acts) = bring_chain(old, &mut act, &ZONE_ACTS).await?;
        let are_activities = bring_revisions(old, &mut act, &ACTIVITIES, &[]).await?;
        brought.zone_acts = zone_acts;
        brought.lacks |= !(are_zone_acts && are_activities);
    }
    if knows(old, &["account", "sign_in", "audit"]).await {
        let are_accounts = bring(old, &mut act, &Table::accounts(), i64::MAX, false).await;
        // Who is not signed in any more signs in again.
        bring(old, &mut act, &Table::sign_ins(), i64::MAX, false).await;
        let (deeds, are_deeds) = bring_chain(old, &mut act, &AUDIT).await?;
        brought.deeds = deeds;
        brought.lacks |= !(are_accounts && are_deeds);
    }
    let counted = "select (select count(distinct number) from bulletin), (select count(*) from queue_entry),
                       (select count(distinct number) from activity), (select count(*) from account)";
    let counted = sqlx::query(counted).fetch_one(&mut *act).await?;
    (brought.bulletins, brought.entries) = (counted.try_get(0)?, counted.try_get(1)?);
    (brought.activities, brought.accounts) = (counted.try_get(2)?, counted.try_get(3)?);
    act.commit().await?;
    Ok(brought)
}

/// Whether a database has these tables; one that does not even tell has lost them, which is found when they are read.
async fn knows(old: &mut SqliteConnection, tables: &[&str]) -> bool {
    let known = sqlx::query("select count(*) from sqlite_schema where name in (select value from json_each(?))");
    let known = known.bind(serde_json::json!(tables).to_string()).fetch_one(old).await;
    !known.and_then(|row| row.try_get::<i64, _>(0)).is_ok_and(|known| known < tables.len() as i64)
}

/// The revisions that can be read and are as they were written, in their order. As far as none is missing they are chained as
/// they were; those behind a gap under new numbers of the chain, which shows against a head that was kept. `beside` are
/// columns that are not hashed.
async fn bring_revisions(
    old: &mut SqliteConnection,
    to: &mut SqliteConnection,
    table: &Sealed,
    beside: &[&'static str],
) -> sqlx::Result<bool> {
    let Sealed { name, .. } = table;
    let (mut found, mut is_all) = (Vec::new(), true);
    let Ok(end) = end(old, name, "number").await else { return Ok(false) };
    for number in 1..=end {
        let sql = format!("select seq, revision from {name} where number = ?");
        let rows = sqlx::query(AssertSqlSafe(sql)).bind(number).fetch_all(&mut *old).await.and_then(|rows| {
            let place = |row: &SqliteRow| Ok((row.try_get::<i64, _>(0)?, number, row.try_get::<i64, _>(1)?));
            rows.iter().map(place).collect::<sqlx::Result<Vec<_>>>()
        });
        match rows {
            Ok(rows) => found.extend(rows),
            Err(_) => is_all = false,
        }
    }
    found.sort_unstable();
    let (mut due, mut revisions) = (1, HashMap::new());
    for (seq, number, revision) in found {
        let last: &mut i64 = revisions.entry(number).or_default();
        let sql = format!("select * from {name} where number = ? and revision = ?");
        let row = sqlx::query(AssertSqlSafe(sql)).bind(number).bind(revision).fetch_one(&mut *old).await;
        let read = row.and_then(|row| {
            let text = |column: &&'static str| Ok((*column, row.try_get(*column)?));
            Ok((table.read(&row)?, beside.iter().map(text).collect::<sqlx::Result<Vec<_>>>()?))
        });
        match read {
            Ok((sealed, beside))
                if revision == *last + 1 && table.hash(&sealed.values, &sealed.prev_hash) == sealed.hash =>
            {
                is_all &= seq == due;
                due = seq + 1;
                table.append(to, sealed.values, &beside).await?;
                *last = revision;
            }
            // Nobody could tell any more what was altered, once it is chained anew; and no revision stands without those
            // before it.
            _ => is_all = false,
        }
    }
    Ok(is_all)
}

/// The beginning of a chain that is whole, acts of approval only with their bulletins: its length, and whether it is the whole
/// chain.
async fn bring_chain(
    old: &mut SqliteConnection,
    to: &mut SqliteConnection,
    table: &Sealed,
) -> sqlx::Result<(i64, bool)> {
    let mut last = i64::MAX;
    loop {
        let mut try_it = to.begin().await?;
        let is_all = bring(old, &mut try_it, &Table::sealed(table), last, true).await;
        let walked = if table.name == APPROVALS.name {
            approvals::walk(&mut try_it, None).await?
        } else {
            table.walk(&mut try_it, None, |_, _| None).await?
        };
        match walked {
            Ok(head) => {
                try_it.commit().await?;
                return Ok((head.seq, is_all && last == i64::MAX));
            }
            Err(broken) if broken.seq > 1 && broken.seq <= last => {
                try_it.rollback().await?;
                last = broken.seq - 1;
            }
            Err(_) => {
                try_it.rollback().await?;
                return Ok((0, false));
            }
        }
    }
}

/// Brings a table over up to a number; a chain only as far as nothing is missing. Answers whether all of it came.
async fn bring(
    old: &mut SqliteConnection,
    to: &mut SqliteConnection,
    table: &Table,
    last: i64,
    is_chain: bool,
) -> bool {
    let Ok(end) = end(old, table.name, table.number).await else { return false };
    let (mut from, mut is_all) = (1, true);
    while from <= end.min(last) {
        let through = (from + PORTION - 1).min(end).min(last);
        if bring_rows(old, to, table, from..=through).await.is_err() {
            for number in from..=through {
                if bring_rows(old, to, table, number..=number).await.is_err() {
                    is_all = false;
                    if is_chain {
                        return false;
                    }
                }
            }
        }
        from = through + 1;
    }
    is_all
}

/// The highest number of a table; 0 if it is empty.
async fn end(old: &mut SqliteConnection, name: &str, number: &str) -> sqlx::Result<i64> {
    let sql = format!("select coalesce(max({number}), 0) from {name}");
    sqlx::query(AssertSqlSafe(sql)).fetch_one(old).await?.try_get(0)
}

/// The rows of a span of numbers, all or none, carried as JSON, which holds numbers, texts and nulls as they are.
async fn bring_rows(
    old: &mut SqliteConnection,
    to: &mut SqliteConnection,
    table: &Table,
    numbers: RangeInclusive<i64>,
) -> sqlx::Result<()> {
    let Table { name, number, columns, only } = table;
    let names = columns.iter().map(|column| format!("\"{column}\"")).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "select json_group_array(json(line)) from
             (select json_array({names}) as line from {name} where {number} between ?1 and ?2 order by {number})"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(numbers.start()).bind(numbers.end()).fetch_one(old).await?;
    let rows: String = rows.try_get(0)?;
    let values = (0..columns.len()).map(|at| format!("json_extract(value, '$[{at}]')")).collect::<Vec<_>>().join(", ");
    let sql = format!("insert into {name} ({names}) select {values} from json_each(?) where {only} order by key");
    sqlx::query(AssertSqlSafe(sql)).bind(rows).execute(to).await?;
    Ok(())
}
