//! The row of the audit that every act leaves, also one that was refused.
//!
//! In: who sent an act, what it is called, what became of it. Out: a row for `people`, which keeps it; never a password, which no
//! field of a row takes. Next: `people`.

use std::sync::Arc;

use axum::extract::{FromRequestParts as _, RawPathParams};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};

use super::answer::{Answer, Refusal};
use super::site::Site;
use super::visitor::{Guest, Visitor};
use crate::airing::ClockState;
use crate::people::{Account, Deed, Ending, Via};

/// A response whose act has its row already.
#[derive(Debug, Clone, Copy)]
pub(super) struct Audited;

/// Who sends an act.
#[derive(Clone)]
pub(super) struct Doer {
    pub(super) site: Arc<Site>,
    pub(super) guest: Guest,
    /// Whoever is signed in; nobody where no sign-in is needed.
    pub(super) visitor: Option<Visitor>,
    /// What the act is called.
    pub(super) act: &'static str,
}

impl Doer {
    /// Notes what became of it; without an answer of ours the status tells.
    pub(super) async fn note(
        &self,
        subject: Option<String>,
        why: Option<String>,
        answer: Option<&Answer>,
        status: StatusCode,
    ) {
        let account = self.visitor.as_ref().map(|visitor| &visitor.account);
        let (ending, told) = match answer {
            Some(Ok(done)) => (Ending::Done, Some(done.told.clone())),
            Some(Err(refusal)) => (ending(refusal.status), Some(refusal.told.clone())),
            None => (ending(status), None),
        };
        let told = told.filter(|told| !told.is_empty());
        let deed = deed(&self.site, &self.guest, account, self.act);
        self.site.people.note(Deed { subject, why, ending, told, ..deed }).await;
    }

    /// Refuses it, and notes that.
    pub(super) async fn refuse(&self, subject: Option<String>, why: Option<String>, refusal: Refusal) -> Response {
        let status = refusal.status;
        self.note(subject, why, Some(&Err(refusal.clone())), status).await;
        refusal.into_response()
    }
}

/// A row in which what became of the act is still to be filled in.
pub(super) fn deed(site: &Site, guest: &Guest, account: Option<&Account>, act: &str) -> Deed {
    let clock = if site.clock.now().synchronised { ClockState::Synchronised } else { ClockState::FreeRunning };
    Deed {
        at: site.now(),
        clock,
        login: account.map(|account| account.login.clone()),
        name: account.map_or_else(|| "-".to_owned(), |account| account.name.clone()),
        from_address: Some(guest.from.to_string()),
        act: act.to_owned(),
        subject: None,
        why: None,
        ending: Ending::Done,
        told: None,
        via: Via::Web,
    }
}

/// What an act is about, as its path tells.
pub(super) async fn subject(parts: &Parts) -> Option<String> {
    let mut parts = parts.clone();
    let params = RawPathParams::from_request_parts(&mut parts, &()).await.ok()?;
    let values: Vec<&str> = params.iter().map(|(_, value)| value).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

fn ending(status: StatusCode) -> Ending {
    if status.is_server_error() {
        Ending::Failed
    } else if status.is_client_error() {
        Ending::Refused
    } else {
        Ending::Done
    }
}
