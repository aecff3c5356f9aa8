//! Accounts: made, changed and removed by commands and by the page, each with its row of the audit.
//!
//! In: what somebody wants of an account, judged inside the transaction by what stands there. Out: how it is then. Another
//! password, and a removal, sign it out everywhere. Must never leave a change without its row. Next: `sign_ins`.

use serde_json::json;
use sqlx::Row as _;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::audit;
use super::column;
use super::register::{Register, RegisterError, failed};
use super::sign_ins;
use crate::airing::rfc3339;
use crate::people::account::judge;
use crate::people::{Account, AccountFault, Deed, Kept, Role, Wish};

impl Register {
    /// Does what somebody wants of an account, unless what stands there speaks against it, and records the deed with it.
    /// `but` is the SHA-256 of the token of the sign-in that stays when the password changes: that of whoever changes it.
    pub async fn change_account(
        &mut self,
        wish: Wish,
        deed: &Deed,
        but: Option<&str>,
    ) -> Result<Result<Kept, AccountFault>, RegisterError> {
        let path = self.path.clone();
        let mut act = self.begin().await?;
        let recorded = async {
            let signs_out = match &wish {
                Wish::Change { password, .. } => password.is_some(),
                Wish::Add { .. } | Wish::Remove { .. } => true,
            };
            let kept = match judge(&all(&mut act).await?, &wish, deed.at) {
                Ok(kept) => kept,
                Err(fault) => return Ok(Err(fault)),
            };
            put(&mut act, &kept).await?;
            if signs_out {
                sign_ins::end_all(&mut act, &kept.account.login, but).await?;
            }
            audit::append(&mut act, deed).await?;
            act.commit().await?;
            Ok(Ok(kept))
        };
        recorded.await.map_err(|error: sqlx::Error| failed(&path, &error))
    }

    /// All accounts, also those that were removed, in the order in which they were made.
    pub async fn accounts(&mut self) -> Result<Vec<Kept>, RegisterError> {
        all(&mut self.conn).await.map_err(|error| self.failed(&error))
    }
}

/// All accounts; none where an earlier version has left the database.
pub(super) async fn all(conn: &mut SqliteConnection) -> sqlx::Result<Vec<Kept>> {
    let known = sqlx::query("select 1 from sqlite_schema where name = 'account'").fetch_optional(&mut *conn).await?;
    if known.is_none() {
        return Ok(Vec::new());
    }
    let rows = sqlx::query("select * from account order by id").fetch_all(conn).await?;
    rows.iter().filter_map(|row| kept(row).transpose()).collect()
}

async fn put(conn: &mut SqliteConnection, kept: &Kept) -> sqlx::Result<()> {
    let Kept { account, password, is_active, added_at, changed_at } = kept;
    let roles: Vec<&str> = account.roles.iter().map(|role| role.as_str()).collect();
    let query = sqlx::query(
        "insert into account (login, name, roles, password, active, added_at, changed_at) values (?, ?, ?, ?, ?, ?, ?)
         on conflict (login) do update set name = excluded.name, roles = excluded.roles, password = excluded.password,
             active = excluded.active, changed_at = excluded.changed_at",
    );
    let query = query.bind(&account.login).bind(&account.name).bind(json!(roles).to_string()).bind(password);
    query.bind(is_active).bind(rfc3339(added_at)).bind(rfc3339(changed_at)).execute(conn).await?;
    Ok(())
}

/// An account; `None` if a value of it cannot be read: whoever it is cannot sign in then.
fn kept(row: &SqliteRow) -> sqlx::Result<Option<Kept>> {
    let (Some(roles), Some(added_at), Some(changed_at)) = (
        column::json::<Vec<String>>(row, "roles")?,
        column::written_instant(row, "added_at")?,
        column::written_instant(row, "changed_at")?,
    ) else {
        return Ok(None);
    };
    let roles = Role::ALL.into_iter().filter(|role| roles.iter().any(|word| word == role.as_str())).collect();
    let account = Account { login: row.try_get("login")?, name: row.try_get("name")?, roles };
    let is_active = row.try_get("active")?;
    Ok(Some(Kept { account, password: row.try_get("password")?, is_active, added_at, changed_at }))
}
