//! `loa user`: the accounts of the operator's page.
//!
//! In: what was typed; passwords without echo, or from stdin. Out: one short transaction in the database for each act, with
//! its row of the audit, beside a station that may be running; what came of it on stdout. Must never print a password or its
//! hash. Next: `crate::people::account`, the rule.

mod list; // who may sign in
mod typed; // passwords as people type them

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};

use super::bulletin::{failed, refused, signature};
use super::{ConfigChoice, DONE, FAILED, WRONG_INPUT};
use crate::backup::block_on;
use crate::config::Config;
use crate::people::account::{login, name};
use crate::people::{Account, AccountFault, Deed, Ending, Kept, Role, Via, Wish, password};
use crate::store::{Register, RegisterError};

/// Arguments of `loa user`.
#[derive(Debug, clap::Args)]
pub struct UserArgs {
    #[command(subcommand)]
    command: UserCommand,
}

/// What can be done with accounts.
#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Make an account for the operator's page; asks for its password
    Add(AddArgs),
    /// List the accounts
    List(list::ListArgs),
    /// Give an account another name, other roles or another password; a new password signs it out everywhere
    Change(ChangeArgs),
    /// Remove an account: it may not sign in any more and is signed out everywhere; records keep its name
    Remove {
        /// What is typed at the sign-in
        #[arg(value_name = "LOGIN")]
        login: String,
    },
}

/// Arguments of `loa user add`.
#[derive(Debug, clap::Args)]
struct AddArgs {
    /// What is typed at the sign-in: 2 to 32 of a-z, 0-9, `.`, `-`, `_`, a letter first
    #[arg(value_name = "LOGIN")]
    login: String,
    /// The name that stands in records
    #[arg(long, value_name = "N")]
    name: String,
    /// What the person is at the station; may be given several times
    #[arg(long = "role", value_name = "R", required = true)]
    roles: Vec<RoleWord>,
    /// Read the password from the first line of stdin instead of asking for it
    #[arg(long)]
    password_stdin: bool,
}

/// Arguments of `loa user change`.
#[derive(Debug, clap::Args)]
struct ChangeArgs {
    /// What is typed at the sign-in
    #[arg(value_name = "LOGIN")]
    login: String,
    /// The new name
    #[arg(long, value_name = "N")]
    name: Option<String>,
    /// All roles from now on; may be given several times
    #[arg(long = "role", value_name = "R")]
    roles: Vec<RoleWord>,
    /// Ask for a new password
    #[arg(long)]
    password: bool,
    /// Read the new password from the first line of stdin
    #[arg(long, conflicts_with = "password")]
    password_stdin: bool,
}

/// A role as it is typed.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum RoleWord {
    /// cán bộ truyền thanh: bulletins, the queue, the air
    Operator,
    /// người duyệt: approves and refuses
    Approver,
    /// cán bộ báo cáo: reports and corrections
    Reporter,
    /// kỹ thuật viên: settings, copies, accounts
    Technician,
}

impl RoleWord {
    const fn role(self) -> Role {
        match self {
            Self::Operator => Role::Operator,
            Self::Approver => Role::Approver,
            Self::Reporter => Role::Reporter,
            Self::Technician => Role::Technician,
        }
    }
}

/// Why an act was not done.
enum Refused {
    /// What was typed.
    Fault(AccountFault),
    /// The terminal, or the kernel.
    System(io::Error),
}

impl From<AccountFault> for Refused {
    fn from(fault: AccountFault) -> Self {
        Self::Fault(fault)
    }
}

/// Runs one of them.
pub fn run(choice: &ConfigChoice, args: UserArgs) -> anyhow::Result<ExitCode> {
    let config = choice.load()?;
    let (act, wish) = match args.command {
        UserCommand::List(args) => return list::run(&config, &args),
        UserCommand::Add(args) => ("account.add", added(&config, &args)),
        UserCommand::Change(args) => ("account.change", changed(&config, &args)),
        UserCommand::Remove { login: typed } => {
            ("account.remove", login(&typed).map(|login| Wish::Remove { login }).map_err(Refused::from))
        }
    };
    match wish {
        Ok(wish) => record(&config, act, wish),
        Err(Refused::Fault(fault)) => Ok(wrong(&config, &fault)),
        Err(Refused::System(error)) => {
            let why = crate::problem::system::words(&error);
            let vi = format!("không đọc được mật khẩu: {why}; chưa ghi gì");
            Ok(refused(&config, FAILED, (&vi, &format!("the password cannot be read: {why}; nothing was recorded"))))
        }
    }
}

fn added(config: &Config, args: &AddArgs) -> Result<Wish, Refused> {
    let account = Account { login: login(&args.login)?, name: name(&args.name)?, roles: ordered(&args.roles) };
    // Nobody types a password twice to hear that the login is taken.
    if !args.password_stdin && is_known(config, &account.login) {
        return Err(AccountFault::Taken(account.login).into());
    }
    let password = hashed(config, &account.login, args.password_stdin)?;
    Ok(Wish::Add { account, password, is_first: false })
}

fn changed(config: &Config, args: &ChangeArgs) -> Result<Wish, Refused> {
    let login = login(&args.login)?;
    let name = args.name.as_deref().map(name).transpose()?;
    let roles = (!args.roles.is_empty()).then(|| ordered(&args.roles));
    let asks = args.password || args.password_stdin;
    let password = if asks { Some(hashed(config, &login, args.password_stdin)?) } else { None };
    Ok(Wish::Change { login, name, roles, password })
}

fn ordered(typed: &[RoleWord]) -> Vec<Role> {
    let is_typed = |role: &Role| typed.iter().any(|word| word.role() == *role);
    Role::ALL.into_iter().filter(is_typed).collect()
}

/// As far as it can be told; the transaction tells for certain.
fn is_known(config: &Config, login: &str) -> bool {
    let accounts = list::accounts(config).unwrap_or_default();
    accounts.iter().any(|kept| kept.is_active && kept.account.login == login)
}

/// A password, checked and hashed.
fn hashed(config: &Config, login: &str, from_stdin: bool) -> Result<String, Refused> {
    let typed = typed::password(config.language, login, from_stdin)?;
    password::check(login, &typed)?;
    let salt = crate::random::bytes().map_err(Refused::System)?;
    Ok(password::hash(&typed, salt))
}

fn record(config: &Config, act: &str, wish: Wish) -> anyhow::Result<ExitCode> {
    let signed = signature(config, None);
    let told = wish.say_done(config.language);
    let deed = Deed {
        at: signed.at,
        clock: signed.clock,
        login: None,
        name: signed.by,
        from_address: None,
        act: act.to_owned(),
        subject: Some(wish.login().to_owned()),
        why: None,
        ending: Ending::Done,
        told: Some(told.clone()),
        via: Via::Cli,
    };
    let recorded = block_on(async {
        let mut register = Register::open(&config.data_dir).await?;
        let recorded = register.change_account(wish, &deed, None).await?;
        register.close().await;
        Ok::<Result<Kept, AccountFault>, RegisterError>(recorded)
    });
    match recorded {
        Err(error) => Ok(failed(config, &error)),
        Ok(Err(fault)) => Ok(wrong(config, &fault)),
        Ok(Ok(_)) => {
            writeln!(io::stdout(), "{told}")?;
            Ok(ExitCode::from(DONE))
        }
    }
}

fn wrong(config: &Config, fault: &AccountFault) -> ExitCode {
    let said = fault.say(config.language);
    refused(config, WRONG_INPUT, (&said, &said))
}
