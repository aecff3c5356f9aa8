//! The people who use the page: what an account is, and what its roles may do.
//!
//! In: roles. Out: rights. Pure; the one table of who may do what is here, and the gate of the page asks nothing else.
//! Passwords and sign-ins are not here. Next: `role`.

mod role; // roles, rights, and the table between them

pub use role::{Right, Role};

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
