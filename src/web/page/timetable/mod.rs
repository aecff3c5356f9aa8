//! Lịch phát: what is planned by week and month, and programmes, single occurrences and special days changed by form.
//!
//! In: requests that passed the gate. Out: pages, JSON, files of `schedules/` written anew. A change is shown before it is made,
//! is judged by the checks of `loa check`, and the running station takes it over by itself. Next: `look`.

mod act; // wishes carried out
mod fields; // what a form sent, and the wish that it is
mod item; // the items of a programme
mod json; // for programs
mod look; // week and month
mod meeting; // one occurrence
mod preview; // what a wish would change; the sheet of a day
mod programmes; // the list and the form of each
mod say; // words
mod special; // special days and duty

use axum::routing::{get, post};

use super::super::routes::{Needs, Route};
use crate::people::Right;

pub(super) fn routes() -> Vec<Route> {
    let (see, plan) = (Needs::Right(Right::Look), Needs::Right(Right::Plan));
    vec![
        Route::get("/lich-phat", see, get(look::show)),
        Route::get("/lich-phat/buoi/{programme}/{start}", see, get(meeting::show)),
        Route::get("/lich-phat/phieu", see, get(preview::paper)),
        Route::get("/lich-phat/chuong-trinh", see, get(programmes::list)),
        Route::get("/lich-phat/chuong-trinh/{id}", see, get(programmes::show)),
        Route::get("/lich-phat/ngay-dac-biet", see, get(special::show)),
        Route::get("/lich-phat/chuong-trinh-moi", plan, get(programmes::add)),
        Route::get("/lich-phat/phat-them", plan, get(programmes::add_once)),
        Route::get("/lich-phat/xem-truoc", plan, get(preview::show)),
        Route::get("/api/timetable", see, get(json::timetable)),
        Route::get("/api/programmes", see, get(json::programmes)),
        Route::get("/api/days", see, get(json::days)),
        Route::post("/api/programmes", plan, "programme.add", post(act::new_programme)),
        Route::post("/api/programmes/{id}", plan, "programme.change", post(act::programme)),
        Route::post("/api/occurrences/skip", plan, "occurrence.skip", post(act::skip)),
        Route::post("/api/occurrences/add", plan, "occurrence.add", post(act::once)),
        Route::post("/api/days", plan, "days.change", post(act::days)),
    ]
}
