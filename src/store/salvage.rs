//! Bulletins, approvals and queue brought over from a database that was damaged into the one that begins.
//!
//! In: where the damaged one was moved, the new one while it is empty. Out: all that can still be read, under its own numbers,
//! and the longest beginning of the chain of approvals that is whole; what is not whole has to be recorded or approved again.
//! Must never keep a station from the air: whatever fails is told and left out. Next: `start`.

use std::ops::RangeInclusive;
use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Row as _};

use super::approvals;
use super::open::{close, message};
use super::revisions::REVISIONS;

/// Rows that are brought over at a time; those of a portion that cannot be read as a whole are tried one by one.
const PORTION: i64 = 200;

/// A table that is brought over: its name, the column that numbers it, all of its columns in a fixed order.
struct Table {
    name: &'static str,
    number: &'static str,
    columns: &'static [&'static str],
    /// In which order its rows are written.
    order: &'static str,
    /// Which of its rows can be kept.
    only: &'static str,
}

const APPROVALS: Table = Table {
    name: "approval",
    number: "seq",
    columns: &[
        "v",
        "seq",
        "station_id",
        "act",
        "bulletin",
        "revision",
        "title",
        "sha256",
        "text_sha256",
        "by",
        "by_phone",
        "via",
        "why",
        "at",
        "clock",
        "prev_hash",
        "hash",
    ],
    order: "seq",
    only: "true",
};

const QUEUE: Table = Table {
    name: "queue_entry",
    number: "id",
    columns: &[
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
    ],
    order: "id",
    only: "exists (select 1 from bulletin where number = json_extract(value, '$[1]'))",
};

/// Brings over what can be read, and says so. A failure is told and changes nothing.
pub(super) async fn bring_over(from: &Path, to: &mut SqliteConnection) {
    let options = SqliteConnectOptions::new().filename(from).read_only(true).disable_statement_logging();
    let Ok(mut old) = options.connect().await else { return };
    let brought = within_one_act(&mut old, to).await;
    close(old).await;
    let from = from.display();
    match brought {
        Ok(([0, 0, 0], true)) => {}
        Ok(([bulletins, acts, entries], is_all)) => tracing::warn!(
            "from `{from}` {bulletins} bulletins, {acts} acts of approval and {entries} entries of the queue were brought \
             over{}",
            if is_all { "" } else { "; the others could not be read, record and approve them again" }
        ),
        Err(error) => tracing::error!("the bulletins in `{from}` were not brought over: {}", message(&error)),
    }
}

/// How many bulletins and rows of the other tables came over, and whether that is all there was.
async fn within_one_act(old: &mut SqliteConnection, to: &mut SqliteConnection) -> sqlx::Result<([i64; 3], bool)> {
    let known = sqlx::query("select count(*) from sqlite_schema where name in ('bulletin', 'approval', 'queue_entry')");
    if known.fetch_one(&mut *old).await.and_then(|row| row.try_get::<i64, _>(0)).is_ok_and(|tables| tables < 3) {
        // Of an earlier version, or so new that nothing is in it.
        return Ok(([0, 0, 0], true));
    }
    let mut act = to.begin_with("begin immediate").await?;
    let mut is_all = bring_bulletins(old, &mut act).await?;
    let (acts, are_all) = bring_approvals(old, &mut act).await?;
    is_all &= are_all;
    is_all &= bring(old, &mut act, &QUEUE, i64::MAX, false).await;
    let counted = "select (select count(distinct number) from bulletin), (select count(*) from queue_entry)";
    let counted = sqlx::query(counted).fetch_one(&mut *act).await?;
    let brought = [counted.try_get(0)?, acts, counted.try_get(1)?];
    act.commit().await?;
    Ok((brought, is_all))
}

/// The revisions that can be read and are as they were written, in their order. As far as none is missing they are chained as
/// they were; those behind a gap under new numbers of the chain, which shows against a head that was kept.
async fn bring_bulletins(old: &mut SqliteConnection, to: &mut SqliteConnection) -> sqlx::Result<bool> {
    let (mut found, mut is_all) = (Vec::new(), true);
    let Ok(end) = end(old, "bulletin", "number").await else { return Ok(false) };
    for number in 1..=end {
        let rows = sqlx::query("select seq, revision from bulletin where number = ?").bind(number);
        let rows = rows.fetch_all(&mut *old).await.and_then(|rows| {
            let place = |row: &SqliteRow| Ok((row.try_get::<i64, _>(0)?, number, row.try_get::<i64, _>(1)?));
            rows.iter().map(place).collect::<sqlx::Result<Vec<_>>>()
        });
        match rows {
            Ok(rows) => found.extend(rows),
            Err(_) => is_all = false,
        }
    }
    found.sort_unstable();
    let mut due = 1;
    for (seq, number, revision) in found {
        let row = sqlx::query("select * from bulletin where number = ? and revision = ?").bind(number).bind(revision);
        let Ok(row) = row.fetch_one(&mut *old).await else {
            is_all = false;
            continue;
        };
        let read = REVISIONS.read(&row).and_then(|sealed| {
            Ok((sealed, [("title_key", row.try_get("title_key")?), ("plain_key", row.try_get("plain_key")?)]))
        });
        match read {
            Ok((sealed, keys)) if REVISIONS.hash(&sealed.values, &sealed.prev_hash) == sealed.hash => {
                is_all &= seq == due;
                due = seq + 1;
                REVISIONS.append(to, sealed.values, &keys).await?;
            }
            // Nobody could tell any more what was altered, once it is chained anew.
            _ => is_all = false,
        }
    }
    Ok(is_all)
}

/// The beginning of the chain that is whole and whose bulletins are there: its length, and whether it is the whole chain.
async fn bring_approvals(old: &mut SqliteConnection, to: &mut SqliteConnection) -> sqlx::Result<(i64, bool)> {
    let mut last = i64::MAX;
    loop {
        let mut try_it = to.begin().await?;
        let is_all = bring(old, &mut try_it, &APPROVALS, last, true).await;
        match approvals::walk(&mut try_it, None).await? {
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
    let Table { name, number, columns, order, only } = table;
    let names = columns.iter().map(|column| format!("\"{column}\"")).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "select json_group_array(json(line)) from
             (select json_array({names}) as line from {name} where {number} between ?1 and ?2 order by {order})"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(numbers.start()).bind(numbers.end()).fetch_one(old).await?;
    let rows: String = rows.try_get(0)?;
    let values = (0..columns.len()).map(|at| format!("json_extract(value, '$[{at}]')")).collect::<Vec<_>>().join(", ");
    let sql = format!("insert into {name} ({names}) select {values} from json_each(?) where {only} order by key");
    sqlx::query(AssertSqlSafe(sql)).bind(rows).execute(to).await?;
    Ok(())
}
