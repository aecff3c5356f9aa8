//! `/health`: green when the air is in order, red with the reasons when it is not; for programs that watch the station.
//!
//! In: the station's status and the newest callback of its device. Out: 200 or 503 and words that never change. Needs no
//! sign-in and tells nothing that is secret: no titles, no names, no paths. Next: `crate::control::Status`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::view::{Needle, needle};
use crate::airing::ClockState;
use crate::alarm::Alarm;
use crate::control::Status;
use crate::web::site::Site;

/// How the air is.
pub(super) async fn health(State(site): State<Arc<Site>>) -> Response {
    // However many ask, the station's loop hears of it a few times a second: `Site::status` keeps its answer.
    let status = site.status().await;
    let needle = needle(site.entrance.levels(), site.clock.pair().1);
    let mut reasons = status.as_deref().map_or_else(|| vec!["loop_silent"], |status| reasons(status, needle));
    reasons.extend(site.live.is_programme_silent().then_some("programme_silent"));
    if reasons.is_empty() {
        return Json(json!({"air": "ok"})).into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"air": "bad", "reasons": reasons}))).into_response()
}

fn reasons(status: &Status, needle: Needle) -> Vec<&'static str> {
    let stands = |wanted: fn(&Alarm) -> bool| status.alarms.iter().any(wanted);
    let desk = &status.desk;
    let found = [
        ("no_device", desk.device.is_none()),
        ("no_frames", desk.device.is_some() && needle.state == "none"),
        ("silent_on_air", stands(|alarm| matches!(alarm, Alarm::NoSound { .. }))),
        ("output_muted", stands(|alarm| matches!(alarm, Alarm::OutputMuted { .. } | Alarm::OutputVolumeZero { .. }))),
        ("clock_untrusted", desk.clock == ClockState::Untrusted),
        ("log_lost", status.log_lost > 0),
        ("log_waits", stands(|alarm| matches!(alarm, Alarm::LogWaits { .. }))),
    ];
    found.into_iter().filter(|(_, is_so)| *is_so).map(|(reason, _)| reason).collect()
}
