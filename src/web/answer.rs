//! What became of an act: done or refused, as a page or as JSON.
//!
//! In: the words and values of a handler. Out: a response that the gate makes whole: for our script and other programs JSON,
//! for a browser without script a redirect to where the outcome shows, or a plain page with the words. Next: `gate`.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::origin::own_path;

/// What a handler of an act answers.
pub(super) type Answer = Result<Done, Refusal>;

/// It was done.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Done {
    /// What was done, for the person.
    pub(super) told: String,
    /// The page to go to; its path begins with `/`.
    pub(super) to: String,
    /// What was made, for programs; `null` if nothing.
    pub(super) object: Value,
    /// The page stays where it is and says the words itself, where it has script.
    pub(super) stays: bool,
    /// Nothing was done yet: it only leads to the page that asks for a confirmation.
    pub(super) only_asks: bool,
}

/// It was not done, and nothing of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Refusal {
    /// 400 wrong input, 403 not allowed, 404 not there, 409 not as things stand, 413 too large, 429 too often, 503 not now.
    pub(super) status: StatusCode,
    /// Why, and what to do.
    pub(super) told: String,
    /// Fields of the form that are at fault, and what is wrong with each.
    pub(super) fields: Vec<(String, String)>,
}

impl Done {
    /// Words, and where to go.
    pub(super) fn new(told: impl Into<String>, to: impl Into<String>) -> Self {
        Self {
            told: told.into(),
            to: own_path(&to.into()).to_owned(),
            object: Value::Null,
            stays: false,
            only_asks: false,
        }
    }

    /// Nothing is done before a page has asked.
    pub(super) fn asking(told: impl Into<String>, to: impl Into<String>) -> Self {
        Self { only_asks: true, ..Self::new(told, to) }
    }

    /// Said by the page on which the button is.
    pub(super) fn staying(self) -> Self {
        Self { stays: true, ..self }
    }

    /// With what was made.
    pub(super) fn with(self, object: Value) -> Self {
        Self { object, ..self }
    }
}

impl Refusal {
    /// A status and words.
    pub(super) fn new(status: StatusCode, told: impl Into<String>) -> Self {
        Self { status, told: told.into(), fields: Vec::new() }
    }

    /// Wrong input.
    pub(super) fn wrong(told: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, told)
    }

    /// Not as things stand now.
    pub(super) fn conflict(told: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, told)
    }

    /// Not there.
    pub(super) fn missing(told: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, told)
    }

    /// Not now; it may be tried again.
    pub(super) fn later(told: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, told)
    }

    /// With a field that is at fault.
    pub(super) fn at(mut self, field: &str, told: impl Into<String>) -> Self {
        self.fields.push((field.to_owned(), told.into()));
        self
    }
}

/// What a response carries for the gate.
#[derive(Debug, Clone)]
pub(super) struct Outcome(pub(super) Answer);

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        let mut response = StatusCode::OK.into_response();
        response.extensions_mut().insert(Outcome(Ok(self)));
        response
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(Outcome(Err(self)));
        response
    }
}

/// The JSON of an answer.
pub(super) fn object(answer: &Answer) -> Value {
    match answer {
        Ok(Done { told, to, object, .. }) => json!({"done": true, "told": told, "to": to, "object": object}),
        Err(Refusal { told, fields, .. }) => {
            let fields: serde_json::Map<_, _> =
                fields.iter().map(|(name, why)| (name.clone(), Value::from(why.clone()))).collect();
            json!({"done": false, "told": told, "fields": fields})
        }
    }
}
