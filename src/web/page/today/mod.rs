//! Hôm nay: what is on the air, what comes next, the day as it goes; and the acts on the air.
//!
//! In: requests that passed the gate. Out: the page, its day as JSON, orders for the station. Nothing is decided here that a
//! command decides otherwise. Next: `day`, which puts log and plan together; `acts`; `emergency`.

mod acts; // stop, skip, the test tone
mod air; // air now: the page and the act
mod choice; // what may be put on the air: bulletins, files, uploads
mod day; // the log and the rest of the plan as one day
mod emergency; // the emergency: the page, the confirmation, the act
mod show; // the pieces of the page

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use maud::{Markup, html};

use super::super::answer::Refusal;
use super::super::layout::{self, Tab};
use super::super::live;
use super::super::routes::{Needs, Route};
use super::super::site::Site;
use super::super::visitor::Visitor;
use crate::people::Right;

pub(super) fn routes() -> Vec<Route> {
    let (look, air) = (Needs::Right(Right::Look), Needs::Right(Right::Air));
    let emergency = Needs::Right(Right::Emergency);
    vec![
        Route::get("/", look, get(show)),
        Route::get("/hom-nay/lich", look, get(timeline)),
        Route::get("/hom-nay/sap-toi", look, get(coming)),
        Route::get("/api/today", look, get(today)),
        Route::post("/api/stop", Needs::Right(Right::Stop), "air.stop", post(acts::stop)),
        Route::post("/api/skip", air, "air.skip", post(acts::skip)),
        Route::post("/api/tone", air, "air.tone", post(acts::tone)),
        Route::get("/phat-ngay", air, get(air::form)),
        Route::post("/api/air", air, "air.now", post(air::act)),
        Route::get("/khan-cap", emergency, get(emergency::form)),
        Route::get("/khan-cap/xac-nhan", emergency, get(emergency::confirm)),
        Route::post("/api/emergency", emergency, "air.emergency", post(emergency::act)),
    ]
}

async fn show(State(site): State<Arc<Site>>, visitor: Visitor) -> Markup {
    let status = site.status().await;
    let day = day::of(&site, status.as_deref()).await;
    let title = visitor.pick("Hôm nay", "Today");
    let now = site.now();
    let needle = live::needle(site.entrance.levels(), site.clock.pair().1);
    let body = html! {
        div .row.between {
            h1 { (title) ": " (super::super::part::words::day(visitor.language(), now.date_naive())) }
            p .clock.num #gio data-now=(now.timestamp_millis()) data-offset=(now.offset().local_minus_utc()) { (now.format("%H:%M:%S")) }
        }
        div #mat-ket-noi .notice.bad role="alert" hidden {}
        @match &status {
            None => p .notice.bad role="alert" { (layout::sentence(visitor.pick(live::NO_ANSWER.0, live::NO_ANSWER.1))) },
            Some(status) => {
                div .air-and-next {
                    (show::on_air(&visitor, status, needle))
                    (show::next(&visitor, status))
                }
                (show::on_duty(&visitor, status))
            }
        }
        h2 { (visitor.pick("Lịch trong ngày", "The day")) }
        div #lich-ngay data-plan=[status.as_deref().map(live::plan)] { (show::timeline(&visitor, &day)) }
    };
    layout::page(&site, &visitor, Tab::Today, title, &["today.js"], &body)
}

/// The day's timeline alone, for a page that is open already.
async fn timeline(State(site): State<Arc<Site>>, visitor: Visitor) -> Markup {
    let status = site.status().await;
    show::timeline(&visitor, &day::of(&site, status.as_deref()).await)
}

/// The card of the next programme alone.
async fn coming(State(site): State<Arc<Site>>, visitor: Visitor) -> Response {
    match site.status().await {
        Some(status) => show::next(&visitor, &status).into_response(),
        None => Refusal::later(visitor.pick(live::NO_ANSWER.0, live::NO_ANSWER.1)).into_response(),
    }
}

/// The day for programs.
async fn today(State(site): State<Arc<Site>>, visitor: Visitor) -> Response {
    let Some(status) = site.status().await else {
        return Refusal::later(visitor.pick(live::NO_ANSWER.0, live::NO_ANSWER.1)).into_response();
    };
    Json(day::of(&site, Some(&status)).await).into_response()
}
