//! `loa user list`: who may sign in on the page.
//!
//! In: the accounts as they stand in the database. Out: a table in the station's language, JSON or CSV. Must never show a hash.
//! Reads only. Next: `crate::people`.

use std::io::{self, BufWriter, Write as _};
use std::process::ExitCode;

use serde::Serialize;

use crate::airing::rfc3339;
use crate::backup::block_on;
use crate::cli::bulletin::failed;
use crate::cli::{DONE, Format, listing, say};
use crate::config::Config;
use crate::people::Kept;
use crate::store::{Register, RegisterError};

/// Arguments of `loa user list`.
#[derive(Debug, clap::Args)]
pub(super) struct ListArgs {
    /// Also those that were removed
    #[arg(long)]
    all: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// An account as programs read it.
#[derive(Debug, Serialize)]
struct Line<'a> {
    login: &'a str,
    name: &'a str,
    roles: Vec<&'static str>,
    active: bool,
    added_at: String,
    changed_at: String,
    #[serde(skip)]
    kept: &'a Kept,
}

/// The columns of CSV, which are the keys of JSON.
const COLUMNS: [&str; 6] = ["login", "name", "roles", "active", "added_at", "changed_at"];

/// Prints the accounts.
pub(super) fn run(config: &Config, args: &ListArgs) -> anyhow::Result<ExitCode> {
    let mut accounts = match accounts(config) {
        Ok(accounts) => accounts,
        Err(error) => return Ok(failed(config, &error)),
    };
    accounts.retain(|kept| kept.is_active || args.all);
    let lines: Vec<_> = accounts.iter().map(line).collect();
    let mut out = BufWriter::new(io::stdout().lock());
    match args.format {
        Format::Text if lines.is_empty() => say(config.language.pick(
            "chưa có tài khoản nào; `loa user add` tạo tài khoản đầu tiên",
            "there is no account; `loa user add` makes the first",
        )),
        Format::Text => listing::text(&mut out, &table(config, &lines))?,
        Format::Json => listing::json(&mut out, &lines)?,
        Format::Csv => listing::csv(&mut out, &COLUMNS, &lines)?,
    }
    out.flush()?;
    Ok(ExitCode::from(DONE))
}

/// All accounts, also those that were removed; none where nothing was ever recorded.
pub(super) fn accounts(config: &Config) -> Result<Vec<Kept>, RegisterError> {
    block_on(async {
        match Register::look(&config.data_dir).await? {
            Some(mut register) => register.accounts().await,
            None => Ok(Vec::new()),
        }
    })
}

fn line(kept: &Kept) -> Line<'_> {
    Line {
        login: &kept.account.login,
        name: &kept.account.name,
        roles: kept.account.roles.iter().map(|role| role.as_str()).collect(),
        active: kept.is_active,
        added_at: rfc3339(&kept.added_at),
        changed_at: rfc3339(&kept.changed_at),
        kept,
    }
}

fn table(config: &Config, lines: &[Line<'_>]) -> Vec<[String; 5]> {
    let heads = config
        .language
        .pick(&["TÊN ĐĂNG NHẬP", "HỌ TÊN", "VAI TRÒ", "TẠO LÚC", ""], &["LOGIN", "NAME", "ROLES", "ADDED", ""]);
    let cells = |line: &Line<'_>| {
        let roles: Vec<&str> = line.kept.account.roles.iter().map(|role| role.say(config.language)).collect();
        let added = line.kept.added_at.with_timezone(&config.station.timezone).format("%d/%m/%Y %H:%M").to_string();
        let state = if line.active { "" } else { config.language.pick("đã xóa", "removed") };
        [line.login.to_owned(), line.name.to_owned(), roles.join(", "), added, state.to_owned()]
    };
    std::iter::once(heads.map(str::to_owned)).chain(lines.iter().map(cells)).collect()
}
