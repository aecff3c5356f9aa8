//! Nhật ký: the airing log and the evidence behind each row.
//!
//! In: requests that passed the gate. Out: the page. Nothing is decided here that a command decides otherwise.
//! Next: `super`.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use maud::{Markup, html};

use super::super::layout::{self, Tab};
use super::super::routes::{Needs, Route};
use super::super::site::Site;
use super::super::visitor::Visitor;
use crate::people::Right;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/nhat-ky", Needs::Right(Right::Look), get(show))]
}

async fn show(State(site): State<Arc<Site>>, visitor: Visitor) -> Markup {
    let title = visitor.pick("Nhật ký", "Log");
    let body = html! { h1 { (title) } };
    layout::page(&site, &visitor, Tab::Log, title, &[], &body)
}
