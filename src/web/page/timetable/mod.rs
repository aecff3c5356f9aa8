//! Lịch phát: what is planned, and programmes changed by form.
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
    vec![Route::get("/lich-phat", Needs::Right(Right::Look), get(show))]
}

async fn show(State(site): State<Arc<Site>>, visitor: Visitor) -> Markup {
    let title = visitor.pick("Lịch phát", "Timetable");
    let body = html! { h1 { (title) } };
    layout::page(&site, &visitor, Tab::Timetable, title, &[], &body)
}
