//! Browsers that are signed in, each by the SHA-256 of its token.
//!
//! In: sign-ins as the page makes them. Out: all that stand there; rows that go when somebody signs out or time is up. The
//! functions belong to their caller's transaction. Must never learn a token. Next: `people`.

use chrono::{DateTime, SecondsFormat, Utc};
use sqlx::Row as _;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::column;
use crate::people::SignIn;

/// All of them, the oldest first; none where an earlier version has left the database.
pub(super) async fn all(conn: &mut SqliteConnection) -> sqlx::Result<Vec<SignIn>> {
    let known = sqlx::query("select 1 from sqlite_schema where name = 'sign_in'").fetch_optional(&mut *conn).await?;
    if known.is_none() {
        return Ok(Vec::new());
    }
    let rows = sqlx::query("select * from sign_in order by id").fetch_all(conn).await?;
    rows.iter().filter_map(|row| sign_in(row).transpose()).collect()
}

/// Puts one there, or what has changed of it. One whose account is gone is left out.
pub(super) async fn put(conn: &mut SqliteConnection, sign_in: &SignIn) -> sqlx::Result<()> {
    let query = sqlx::query(
        "insert into sign_in (token_sha256, login, from_address, keeps, created_at, seen_at, expires_at)
         select ?1, ?2, ?3, ?4, ?5, ?6, ?7 where exists (select 1 from account where login = ?2 and active = 1)
         on conflict (token_sha256) do update set seen_at = excluded.seen_at, expires_at = excluded.expires_at",
    );
    let query = query.bind(&sign_in.token_sha256).bind(&sign_in.login).bind(&sign_in.from_address).bind(sign_in.keeps);
    let query = query.bind(utc(sign_in.created_at)).bind(utc(sign_in.seen_at)).bind(utc(sign_in.expires_at));
    query.execute(conn).await?;
    Ok(())
}

/// Notes that something was heard of one; one that has ended stays so.
pub(super) async fn see(conn: &mut SqliteConnection, sign_in: &SignIn) -> sqlx::Result<()> {
    let query = sqlx::query("update sign_in set seen_at = ?, expires_at = ? where token_sha256 = ?");
    let query = query.bind(utc(sign_in.seen_at)).bind(utc(sign_in.expires_at)).bind(&sign_in.token_sha256);
    query.execute(conn).await?;
    Ok(())
}

/// Ends one.
pub(super) async fn end(conn: &mut SqliteConnection, token_sha256: &str) -> sqlx::Result<()> {
    sqlx::query("delete from sign_in where token_sha256 = ?").bind(token_sha256).execute(conn).await?;
    Ok(())
}

/// Ends all of an account, but one.
pub(super) async fn end_all(conn: &mut SqliteConnection, login: &str, but: Option<&str>) -> sqlx::Result<()> {
    let query = sqlx::query("delete from sign_in where login = ? and token_sha256 is not ?");
    query.bind(login).bind(but).execute(conn).await?;
    Ok(())
}

/// Removes those that are over.
pub(super) async fn clear(conn: &mut SqliteConnection, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query("delete from sign_in where expires_at <= ?").bind(utc(now)).execute(conn).await?;
    Ok(())
}

fn utc(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

fn sign_in(row: &SqliteRow) -> sqlx::Result<Option<SignIn>> {
    let (Some(created_at), Some(seen_at), Some(expires_at)) =
        (column::instant(row, "created_at")?, column::instant(row, "seen_at")?, column::instant(row, "expires_at")?)
    else {
        return Ok(None);
    };
    Ok(Some(SignIn {
        token_sha256: row.try_get("token_sha256")?,
        login: row.try_get("login")?,
        from_address: row.try_get("from_address")?,
        keeps: row.try_get("keeps")?,
        created_at,
        seen_at,
        expires_at,
    }))
}
