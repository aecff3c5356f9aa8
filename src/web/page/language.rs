//! The switch between Vietnamese and English: a cookie of this browser, not a setting of the station.
//!
//! In: the wanted language and the page to go back to. Out: a redirect there. Next: `super::today`.

use axum::extract::Query;
use axum::http::HeaderValue;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;

use super::super::gate::{LANGUAGE_COOKIE, see};
use super::super::routes::{Needs, Route};
use crate::language::Language;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/ngon-ngu", Needs::Nothing, get(switch))]
}

#[derive(Deserialize)]
struct Wanted {
    lang: String,
    #[serde(default)]
    den: String,
}

async fn switch(Query(wanted): Query<Wanted>) -> Response {
    let mut response = see(&wanted.den);
    if Language::from_code(&wanted.lang).is_some() {
        let cookie = format!("{LANGUAGE_COOKIE}={}; SameSite=Strict; Path=/; Max-Age=31536000", wanted.lang);
        let value = HeaderValue::from_str(&cookie).expect("a code of ours is fit for a header");
        response.headers_mut().insert(SET_COOKIE, value);
    }
    response
}
