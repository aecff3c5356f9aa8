//! Nhật ký: the airing log, newest first, and the evidence behind each row.
//!
//! In: requests that passed the gate. Out: pages with a filter that stands in the address, JSON of what they show, downloads.
//! Never more rows than a page, and never a question that takes long. Next: `filter`, `table`, `evidence`.

mod evidence; // one row and what proves it
mod export; // the log as a file
mod facts; // what a row says, and details for whoever checks
mod filter; // what is sought
mod remark; // notes and corrections
mod table; // rows
mod verify; // the chains proved on demand
mod words; // faults and measures as people read them

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use maud::{Markup, html};
use serde_json::{Value, json};

use self::filter::Asked;
use super::super::answer::Refusal;
use super::super::layout::{self, Tab};
use super::super::routes::{Needs, Route};
use super::super::site::Site;
use super::super::visitor::Visitor;
use crate::backup::block_on;
use crate::office::foreseen::accepted;
use crate::people::Right;
use crate::store::{Listed, Log, LogPage, ReadError};

/// Rows on a page.
const PAGE: usize = 50;

pub(super) fn routes() -> Vec<Route> {
    let look = || Needs::Right(Right::Look);
    vec![
        Route::get("/nhat-ky", look(), get(show)),
        Route::get("/nhat-ky/{seq}", look(), get(evidence::show)),
        Route::get("/nhat-ky/tai", Needs::Right(Right::Report), get(export::download)),
        Route::get("/nhat-ky/kiem-tra", look(), get(verify::show)),
        Route::get("/api/log/verify", look(), get(verify::object)),
        Route::post("/api/log/verify", look(), "log.verify", post(verify::begin)),
        Route::post("/api/log/export", Needs::Right(Right::Report), "log.export", post(export::signed)),
        Route::get("/api/log", look(), get(listed)),
        Route::get("/api/log/{seq}", look(), get(evidence::object)),
        Route::post("/api/log/{seq}/note", Needs::Right(Right::Remark), "log.note", post(remark::note)),
        Route::post("/api/log/{seq}/correct", Needs::Right(Right::Correct), "log.correct", post(remark::correct)),
    ]
}

/// Has something read that blocks, away from the page's own thread.
async fn off<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Refusal> {
    let failed = |_| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "the program has a fault; see its log");
    tokio::task::spawn_blocking(work).await.map_err(failed)
}

/// A page of what is asked for; an empty one where the station has no log yet.
async fn page(site: &Site, visitor: &Visitor, asked: &Asked) -> Result<LogPage, Refusal> {
    let config = site.config();
    let sought = asked.sought(&config, visitor)?;
    let after = asked.sau;
    let read = move || block_on(async { Log::open(&config.data_dir).await?.page(&sought, after, PAGE).await });
    match off(read).await? {
        Err(ReadError::Missing(_)) => Ok(LogPage { rows: Vec::new(), older: None, is_cut_short: false }),
        read => read.map_err(|error| words::unreadable(visitor.language(), &error)),
    }
}

async fn show(State(site): State<Arc<Site>>, visitor: Visitor, Query(asked): Query<Asked>) -> Result<Markup, Refusal> {
    let (config, language) = (site.config(), visitor.language());
    let found = page(&site, &visitor, &asked).await?;
    let schedule = {
        let config = Arc::clone(&config);
        off(move || accepted(&config).unwrap_or_default()).await?
    };
    let title = visitor.pick("Nhật ký phát sóng", "Airing log");
    let body = html! {
        h1 { (title) }
        (asked.form(&config, &schedule, &visitor))
        div .row.between.no-print { (export::links(&visitor, &asked)) p .row { a href="/nhat-ky/kiem-tra" { (visitor.pick("Lần kiểm tra gần nhất", "Last proof")) } (verify::button(&visitor)) } }
        @if asked.sau.is_some() { p { a href=(asked.link("/nhat-ky", None, "")) { (visitor.pick("↑ Về dòng mới nhất", "↑ To the newest rows")) } } }
        @if found.rows.is_empty() && !found.is_cut_short {
            p .empty { @if asked.is_any() { (visitor.pick("Không có dòng nào như vậy.", "There is no such row.")) }
                       @else { (visitor.pick("Nhật ký còn trống.", "The log is empty.")) } }
        } @else {
            p .soft { (table::sums(language, &found.rows)) " " (visitor.pick("Mới nhất đứng trước; bấm vào số dòng để xem minh chứng.", "Newest first; open a row to see what proves it.")) }
            (table::table(language, &found.rows))
        }
        @if found.is_cut_short {
            p .notice { (visitor.pick(
                "Đã tìm trong khoảng tám nghìn dòng gần nhất; còn dòng cũ hơn chưa tìm.",
                "Some eight thousand rows were looked at; there are older ones.",
            )) }
        }
        @if let Some(older) = found.older {
            p { a .button href=(asked.link("/nhat-ky", Some(older), "")) {
                @if found.is_cut_short { (visitor.pick("Tìm tiếp ở dòng cũ hơn", "Search older rows")) } @else { (visitor.pick("Cũ hơn", "Older")) }
            } }
        }
    };
    Ok(layout::page(&site, &visitor, Tab::Log, title, &["log.js"], &body))
}

async fn listed(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Json<Value>, Refusal> {
    let found = page(&site, &visitor, &asked).await?;
    Ok(Json(json!({
        "rows": found.rows.iter().map(object).collect::<Vec<_>>(),
        "older": found.older,
        "is_cut_short": found.is_cut_short,
    })))
}

fn object(listed: &Listed) -> Value {
    json!({
        "seq": listed.seq,
        "row": listed.row.as_ref().ok(),
        "is_whole": listed.is_whole,
        "is_void": listed.described.as_ref().is_some_and(|described| described.is_void),
        "notes": listed.notes,
        "corrections": listed.corrections,
    })
}
