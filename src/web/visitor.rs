//! Who asks: a browser that is signed in, or one that is not yet.
//!
//! In: what the gate found of a request. Out: values for handlers. A handler that takes a [`Visitor`] is only ever reached
//! by somebody who is signed in and has the right that its route needs. Next: `gate`.

use std::convert::Infallible;
use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;

use crate::language::Language;
use crate::people::Account;

/// A browser, whoever sits before it.
#[derive(Debug, Clone)]
pub(super) struct Guest {
    /// What it wants to read.
    pub(super) language: Language,
    /// From where.
    pub(super) from: IpAddr,
    /// Path and query of what it asked for.
    pub(super) path: String,
    /// Whether it is our script, or another program, that asks: it gets JSON.
    pub(super) wants_json: bool,
}

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub(super) struct Visitor {
    /// Where he sits.
    pub(super) guest: Guest,
    /// Who he is.
    pub(super) account: Account,
    /// The word that his forms carry, so that no other site can send them.
    pub(super) csrf: String,
    /// His sign-in, for what is kept with it.
    pub(super) sign_in: String,
}

impl Visitor {
    /// Words in his language.
    pub(super) fn pick<'a>(&self, vi: &'a str, en: &'a str) -> &'a str {
        self.guest.language.pick(vi, en)
    }

    /// What he wants to read.
    pub(super) fn language(&self) -> Language {
        self.guest.language
    }
}

impl<S: Sync> FromRequestParts<S> for Guest {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().cloned().expect("the gate stands before every route"))
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        // A route that needs nothing has no visitor: its handler must not ask for one.
        parts.extensions.get::<Self>().cloned().ok_or(StatusCode::UNAUTHORIZED)
    }
}
