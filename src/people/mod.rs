//! The people who use the page: what an account is, what its roles may do, how it signs in, what is recorded of it.
//!
//! In: roles, what is typed, random bytes, the time. Out: rights, accounts, sign-ins, rows of the audit. Pure; the one table
//! of who may do what is here, and the gate of the page asks nothing else. Next: `role`.

pub mod account; // accounts as they are kept, and how one changes
pub mod brake; // how long somebody waits after wrong passwords
mod deed; // a row of the audit
mod fault; // why an account is not made or changed
pub mod password; // what one must be, how it is kept and held against what is typed
mod role; // roles, rights, and the table between them
pub mod sign_in; // how long one lasts, and what is kept of its token

pub use account::{Kept, Wish};
pub use deed::{Asked, Deed, Ending, Recorded, Via};
pub use fault::AccountFault;
pub use role::{Right, Role};
pub use sign_in::SignIn;

/// A person who may sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// What is typed at the sign-in: lower-case ASCII letters, digits, `.`, `-`, `_`; unique, at most 32.
    pub login: String,
    /// The name that stands in records.
    pub name: String,
    /// At least one, each once, in the order of `Role::ALL`.
    pub roles: Vec<Role>,
}

impl Account {
    /// Whether one of its roles gives this right.
    #[must_use]
    pub fn may(&self, right: Right) -> bool {
        self.roles.iter().any(|role| role.may(right))
    }

    /// How records name it.
    #[must_use]
    pub fn signature(&self) -> String {
        format!("{} ({})", self.name, self.login)
    }
}
