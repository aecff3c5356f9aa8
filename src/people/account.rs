//! Accounts as they are kept, and the rule by which one is made, changed and removed.
//!
//! In: all accounts, and what somebody wants of one. Out: how that account is then, or why not. There is always a
//! technician, or nobody could keep the accounts. Pure. Next: `store`, which asks inside a transaction.

use chrono::{DateTime, FixedOffset};

use super::fault::AccountFault;
use super::{Account, Role};
use crate::language::Language;
use crate::problem::nearest;

/// The most characters of a login.
const LONGEST_LOGIN: usize = 32;
/// The most characters of a name.
const LONGEST_NAME: usize = 80;

/// An account as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Who.
    pub account: Account,
    /// The password, as `password::hash` makes it.
    pub password: String,
    /// Whether it may sign in; one that was removed may not.
    pub is_active: bool,
    /// When it was made.
    pub added_at: DateTime<FixedOffset>,
    /// When it was last changed.
    pub changed_at: DateTime<FixedOffset>,
}

/// What somebody wants of an account. Passwords are hashed already, and were checked before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// A new one, or one that was removed before.
    Add {
        /// Who.
        account: Account,
        /// The password's hash.
        password: String,
        /// Refused if there is any account, active or not.
        is_first: bool,
    },
    /// Another name, other roles, another password; what is `None` stays.
    Change {
        /// Which.
        login: String,
        /// The new name.
        name: Option<String>,
        /// All of its roles.
        roles: Option<Vec<Role>>,
        /// The new password's hash.
        password: Option<String>,
    },
    /// It may not sign in any more.
    Remove {
        /// Which.
        login: String,
    },
}

impl Wish {
    /// The login that it is about.
    #[must_use]
    pub fn login(&self) -> &str {
        match self {
            Self::Add { account, .. } => &account.login,
            Self::Change { login, .. } | Self::Remove { login } => login,
        }
    }

    /// What was done, once it is, for the person and for the audit.
    #[must_use]
    pub fn say_done(&self, language: Language) -> String {
        let roles = |roles: &[Role]| roles.iter().map(|role| role.say(language)).collect::<Vec<_>>().join(", ");
        match self {
            Self::Add { account: Account { login, name, roles: given }, .. } => {
                let made = language.pick("đã tạo tài khoản", "made the account");
                format!("{made} {login}: {name}; {}", roles(given))
            }
            Self::Remove { login } => format!("{} {login}", language.pick("đã xóa tài khoản", "removed the account")),
            Self::Change { login, name, roles: given, password } => {
                let name = name.as_ref().map(|name| format!("{}: {name}", language.pick("họ tên", "name")));
                let given =
                    given.as_ref().map(|given| format!("{}: {}", language.pick("vai trò", "roles"), roles(given)));
                let password = password.as_ref().map(|_| language.pick("mật khẩu mới", "a new password").to_owned());
                let what = [name, given, password].into_iter().flatten().collect::<Vec<_>>().join("; ");
                format!("{} {login}: {what}", language.pick("đã đổi tài khoản", "changed the account"))
            }
        }
    }
}

/// A login as it is kept: without white space around it, in lower case.
pub fn login(typed: &str) -> Result<String, AccountFault> {
    let login = typed.trim().to_ascii_lowercase();
    let is_allowed = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "._-".contains(letter);
    let is_login = (2..=LONGEST_LOGIN).contains(&login.len())
        && login.starts_with(|letter: char| letter.is_ascii_lowercase())
        && login.chars().all(is_allowed);
    if is_login { Ok(login) } else { Err(AccountFault::BadLogin(shortened(typed))) }
}

/// A name as it is kept: composed, one space between words.
pub fn name(typed: &str) -> Result<String, AccountFault> {
    use unicode_normalization::UnicodeNormalization as _;
    let name = typed.split_whitespace().collect::<Vec<_>>().join(" ").nfc().collect::<String>();
    let is_name = (1..=LONGEST_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if is_name { Ok(name) } else { Err(AccountFault::BadName) }
}

/// Roles by their words, each once, in the order in which they are listed.
pub fn roles<'a>(typed: impl IntoIterator<Item = &'a str>) -> Result<Vec<Role>, AccountFault> {
    let read = |word: &'a str| Role::parse(word.trim()).ok_or_else(|| AccountFault::UnknownRole(shortened(word)));
    let typed = typed.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let roles: Vec<Role> = Role::ALL.into_iter().filter(|role| typed.contains(role)).collect();
    if roles.is_empty() { Err(AccountFault::NoRole) } else { Ok(roles) }
}

/// How an account is after a wish, or why it is not granted.
pub fn judge(all: &[Kept], wish: &Wish, now: DateTime<FixedOffset>) -> Result<Kept, AccountFault> {
    let found = all.iter().find(|kept| kept.account.login == wish.login());
    let known = || found.filter(|kept| kept.is_active).ok_or_else(|| unknown(all, wish.login()));
    let after = match wish.clone() {
        Wish::Add { is_first: true, .. } if !all.is_empty() => return Err(AccountFault::NotTheFirst),
        Wish::Add { account, .. } if found.is_some_and(|kept| kept.is_active) => {
            return Err(AccountFault::Taken(account.login));
        }
        Wish::Add { account, is_first: true, .. } if !account.roles.contains(&Role::Technician) => {
            return Err(AccountFault::NoTechnician);
        }
        Wish::Add { account, password, .. } => {
            let added_at = found.map_or(now, |kept| kept.added_at);
            Kept { account, password, is_active: true, added_at, changed_at: now }
        }
        Wish::Change { name: None, roles: None, password: None, .. } => return Err(AccountFault::NothingToChange),
        Wish::Change { name, roles, password, .. } => {
            let mut after = known()?.clone();
            after.account.name = name.unwrap_or(after.account.name);
            after.account.roles = roles.unwrap_or(after.account.roles);
            after.password = password.unwrap_or(after.password);
            Kept { changed_at: now, ..after }
        }
        Wish::Remove { .. } => Kept { is_active: false, password: "-".to_owned(), changed_at: now, ..known()?.clone() },
    };
    let keeps_accounts = |kept: &Kept| kept.is_active && kept.account.roles.contains(&Role::Technician);
    let others = || all.iter().filter(|kept| kept.account.login != after.account.login);
    if found.is_some_and(keeps_accounts) && !keeps_accounts(&after) && !others().any(keeps_accounts) {
        return Err(AccountFault::LastTechnician(after.account.login));
    }
    Ok(after)
}

fn unknown(all: &[Kept], login: &str) -> AccountFault {
    let active = all.iter().filter(|kept| kept.is_active).map(|kept| kept.account.login.as_str());
    AccountFault::Unknown(shortened(login), nearest(login, active))
}

/// What was typed, short enough for a sentence.
fn shortened(typed: &str) -> String {
    typed.trim().chars().filter(|letter| !letter.is_control()).take(LONGEST_LOGIN + 8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<FixedOffset> {
        DateTime::parse_from_rfc3339("2026-11-24T07:00:00+07:00").unwrap()
    }

    fn add(login: &str, roles: &[Role]) -> Wish {
        let account = Account { login: login.into(), name: login.to_uppercase(), roles: roles.into() };
        Wish::Add { account, password: "#".into(), is_first: false }
    }

    fn change(login: &str, roles: &[Role]) -> Wish {
        Wish::Change { login: login.into(), name: None, roles: Some(roles.into()), password: None }
    }

    fn after(wishes: &[Wish]) -> Vec<Kept> {
        let mut all: Vec<Kept> = Vec::new();
        for wish in wishes {
            let kept = judge(&all, wish, now()).unwrap();
            all.retain(|each| each.account.login != kept.account.login);
            all.push(kept);
        }
        all
    }

    #[test]
    fn there_is_always_a_technician() {
        let all = after(&[add("lan", &[Role::Operator, Role::Technician]), add("binh", &[Role::Approver])]);
        let last = Err(AccountFault::LastTechnician("lan".into()));
        assert_eq!(judge(&all, &Wish::Remove { login: "lan".into() }, now()), last);
        assert_eq!(judge(&all, &change("lan", &[Role::Operator]), now()), last);
        let all = after(&[add("lan", &[Role::Technician]), add("binh", &[Role::Approver, Role::Technician])]);
        assert!(!judge(&all, &Wish::Remove { login: "lan".into() }, now()).unwrap().is_active);
        assert_eq!(judge(&all, &change("lan", &[Role::Reporter]), now()).unwrap().account.roles, [Role::Reporter]);
    }

    #[test]
    fn one_that_was_removed_is_unknown_until_it_is_added_again() {
        let lan = add("lan", &[Role::Technician]);
        let gone = after(&[lan, add("hoa", &[Role::Operator]), Wish::Remove { login: "hoa".into() }]);
        let unknown = Err(AccountFault::Unknown("hoa".into(), None));
        assert_eq!(judge(&gone, &change("hoa", &[Role::Reporter]), now()), unknown);
        assert_eq!(gone[1].password, "-");
        let back = judge(&gone, &add("hoa", &[Role::Reporter]), now()).unwrap();
        assert_eq!((back.is_active, back.account.roles.as_slice()), (true, &[Role::Reporter][..]));
        assert_eq!(judge(&gone, &add("lan", &[Role::Operator]), now()), Err(AccountFault::Taken("lan".into())));
    }

    #[test]
    fn the_first_visit_makes_the_first_account_only_and_it_keeps_the_accounts() {
        let first = |roles: &[Role]| match add("lan", roles) {
            Wish::Add { account, password, .. } => Wish::Add { account, password, is_first: true },
            other => other,
        };
        assert_eq!(judge(&[], &first(&[Role::Operator]), now()), Err(AccountFault::NoTechnician));
        let one = [judge(&[], &first(&[Role::Technician]), now()).unwrap()];
        assert_eq!(judge(&one, &first(&[Role::Technician]), now()), Err(AccountFault::NotTheFirst));
    }

    #[test]
    fn what_is_typed_is_kept_in_one_form() {
        assert_eq!(login(" Lan.Nguyen "), Ok("lan.nguyen".into()));
        for bad in ["", "l", "1lan", "lân", "lan nguyen", "-lan", &"l".repeat(33)] {
            assert!(matches!(login(bad), Err(AccountFault::BadLogin(_))), "{bad}");
        }
        assert_eq!(name("  Nguyễn  Thị Lan "), Ok("Nguyễn Thị Lan".into()));
        assert_eq!((name(" "), name(&"a".repeat(81))), (Err(AccountFault::BadName), Err(AccountFault::BadName)));
        assert_eq!(roles(["technician", "operator", "technician"]), Ok(vec![Role::Operator, Role::Technician]));
        assert_eq!(roles([]), Err(AccountFault::NoRole));
    }
}
