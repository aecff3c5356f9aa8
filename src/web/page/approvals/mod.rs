//! Duyệt: what waits for a decision, the most urgent first; each bulletin with its sound, its text and what has changed.
//!
//! In: requests that passed the gate. Out: pages, and JSON of what they show. What is shown is what is decided on: each form
//! carries the revision and the hashes of what stands beside it. Next: `act`.

mod act; // approve, refuse, withdraw
mod card; // one bulletin, as whoever decides sees it
mod diff; // two texts, line by line
mod register; // all decisions, and slips to print
mod words; // what people read of decisions

pub(super) use words::unreadable;

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use maud::{Markup, html};
use serde_json::{Value, json};

use super::super::answer::Refusal;
use super::super::layout::{self, Tab};
use super::super::routes::{Needs, Route};
use super::super::site::Site;
use super::super::visitor::Visitor;
use crate::airing::rfc3339;
use crate::office::waiting::{self, Coming, Desk, Matter};
use crate::people::Right;
use crate::store::{Card, RegisterError};

/// Bulletins that are shown whole; the others are a line each, with a link.
const WHOLE: usize = 8;

pub(super) fn routes() -> Vec<Route> {
    let look = || Needs::Right(Right::Look);
    let decide = || Needs::Right(Right::Decide);
    let mut routes = vec![
        Route::get("/duyet", look(), get(show)),
        Route::get("/duyet/{n}", look(), get(one)),
        Route::get("/api/approvals", look(), get(listed)),
        Route::post("/api/bulletins/{n}/approve", decide(), "bulletin.approve", post(act::approve)),
        Route::post("/api/bulletins/{n}/refuse", decide(), "bulletin.refuse", post(act::refuse)),
        Route::post("/api/bulletins/{n}/withdraw", decide(), "bulletin.withdraw", post(act::withdraw)),
    ];
    routes.extend(register::routes());
    routes
}

/// Has something read that blocks, away from the page's own thread.
async fn off<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Refusal> {
    let failed = |_| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "the program has a fault; see its log");
    tokio::task::spawn_blocking(work).await.map_err(failed)
}

/// What waits, with everything about the first of it.
async fn look(site: &Site, visitor: &Visitor) -> Result<(Desk, Vec<Matter>), Refusal> {
    let (config, now) = (site.config(), site.clock.now().wall);
    let read = off(move || {
        let desk = waiting::desk(&config, now)?;
        let first = desk.unconfirmed.iter().chain(&desk.waiting).take(WHOLE);
        let mut matters = Vec::new();
        for (card, airs) in first {
            if let Some(matter) = waiting::matter_of(&config, card.number, airs.clone())? {
                matters.push(matter);
            }
        }
        Ok::<_, RegisterError>((desk, matters))
    });
    read.await?.map_err(|error| unreadable(visitor.language(), &error))
}

async fn show(State(site): State<Arc<Site>>, visitor: Visitor) -> Result<Markup, Refusal> {
    let (desk, matters) = look(&site, &visitor).await?;
    let title = visitor.pick("Duyệt", "Approval");
    let config = site.config();
    let is_phone = |matter: &&Matter| matter.card.decided.is_some();
    let body = html! {
        h1 { (title) }
        (subtabs(&visitor, "/duyet"))
        @if !config.approval.required {
            p .notice.warn { (visitor.pick(
                "Đài đang cho phát cả tin bài chưa duyệt ([approval] required = false trong loa.toml).",
                "This station airs bulletins that nobody approved ([approval] required = false in loa.toml).",
            )) }
        }
        @if !desk.unconfirmed.is_empty() {
            h2 { (visitor.pick("Đã duyệt qua điện thoại, chờ xác nhận bằng phiếu", "Approved by phone, to be confirmed on paper")) }
            @for matter in matters.iter().filter(is_phone) { (card::whole(&config, &visitor, matter, false)) }
        }
        h2 { (visitor.pick("Chờ duyệt", "Waiting")) " (" (desk.waiting.len()) @if desk.is_more { "+" } ")" }
        @if desk.waiting.is_empty() {
            p .empty { (visitor.pick("Không có tin bài nào chờ duyệt.", "Nothing waits for approval.")) }
        } @else {
            p .soft { (visitor.pick(
                "Tin bài sắp phát đứng trước. Hãy nghe hết, đọc văn bản bên cạnh, rồi duyệt hoặc từ chối từng tin.",
                "What airs first stands first. Listen to all of it, read the text beside it, then approve or refuse each one.",
            )) }
        }
        @for matter in matters.iter().filter(|matter| !is_phone(matter)) { (card::whole(&config, &visitor, matter, false)) }
        (card::lines(&visitor, desk.unconfirmed.iter().chain(&desk.waiting).skip(WHOLE)))
    };
    Ok(layout::page(&site, &visitor, Tab::Approvals, title, &["player.js"], &body))
}

async fn one(State(site): State<Arc<Site>>, visitor: Visitor, Path(number): Path<i64>) -> Result<Markup, Refusal> {
    let (config, now) = (site.config(), site.clock.now().wall);
    let read = {
        let config = Arc::clone(&config);
        off(move || waiting::matter(&config, number, now)).await?
    };
    let matter = read.map_err(|error| unreadable(visitor.language(), &error))?;
    let Some(matter) = matter else { return Err(words::unknown(visitor.language(), number)) };
    let title = match visitor.language() {
        crate::language::Language::Vi => format!("Duyệt tin bài số {number}"),
        crate::language::Language::En => format!("Approval of bulletin {number}"),
    };
    let body = html! {
        h1 { (title) }
        (subtabs(&visitor, ""))
        (card::whole(&config, &visitor, &matter, true))
        (register::of_bulletin(&config, &visitor, &matter.history))
    };
    Ok(layout::page(&site, &visitor, Tab::Approvals, &title, &["player.js"], &body))
}

fn subtabs(visitor: &Visitor, here: &str) -> Markup {
    let tabs = [
        ("/duyet", visitor.pick("Đang chờ", "Waiting")),
        ("/duyet/so", visitor.pick("Sổ duyệt tin, bài", "Register of decisions")),
    ];
    html! {
        nav .subtabs aria-label=(visitor.pick("Trang con", "Subpages")) {
            @for (path, label) in tabs { a href=(path) aria-current=[(path == here).then_some("page")] { (label) } }
        }
    }
}

async fn listed(State(site): State<Arc<Site>>, visitor: Visitor) -> Response {
    let (config, now) = (site.config(), site.clock.now().wall);
    let desk = match off(move || waiting::desk(&config, now)).await {
        Ok(Ok(desk)) => desk,
        Ok(Err(error)) => return unreadable(visitor.language(), &error).into_response(),
        Err(refusal) => return refusal.into_response(),
    };
    let objects = |list: &[(Card, Option<Coming>)]| list.iter().map(object).collect::<Vec<_>>();
    Json(json!({
        "waiting": objects(&desk.waiting),
        "unconfirmed": objects(&desk.unconfirmed),
        "is_more": desk.is_more,
    }))
    .into_response()
}

fn object((card, airs): &(Card, Option<Coming>)) -> Value {
    json!({
        "bulletin": card.number,
        "revision": card.revision,
        "title": card.draft.title,
        "class": card.draft.class.as_str(),
        "themes": card.draft.themes,
        "author": card.draft.author,
        "by": card.by,
        "recorded_at": card.recorded_at.as_ref().map(rfc3339),
        "sha256": card.sound.as_ref().map(|sound| &*sound.content.sha256),
        "text_sha256": card.text_sha256,
        "duration_ms": card.sound.as_ref().and_then(|sound| sound.content.duration_ms),
        "decided": card.decided.as_ref().map(|decided| decided.seq),
        "airs_at": airs.as_ref().map(|airs| rfc3339(&airs.at)),
        "airs_in": airs.as_ref().map(|airs| &airs.programme),
    })
}
