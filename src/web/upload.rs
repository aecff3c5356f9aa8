//! Files that come in: streamed to the disk, then looked into while the browser asks how far it is.
//!
//! In: the raw bytes of a file, as the page's script sends them. Out: an id with which a bulletin is recorded later. What breaks
//! off leaves nothing. A file is of whoever sent it. Must never hold a file in memory. Next: `crate::office::upload`.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task::spawn_blocking;
use tokio_stream::StreamExt as _;

use super::answer::{Answer, Done, Refusal};
use super::part::words;
use super::routes::{Needs, Route};
use super::secret;
use super::site::Site;
use super::visitor::Visitor;
use crate::office::inspection::State as Looked;
use crate::office::upload::{Incoming, Turned};
use crate::office::words::{plain, unfit as words_of_unfit};
use crate::people::Right;

/// Bytes that are written at a time.
const PIECE: usize = 256 << 10;

/// A browser that sends nothing for so long has lost its network.
const SILENT: Duration = Duration::from_mins(1);

pub(super) fn routes() -> Vec<Route> {
    let upload = Needs::Right(Right::Upload);
    vec![
        Route::post("/api/uploads", upload, "upload.send", post(send)),
        Route::post("/api/uploads/{id}/check", upload, "upload.check", post(check)),
        Route::post("/api/uploads/{id}/forget", upload, "upload.forget", post(forget)),
        Route::get("/api/checks/{id}", upload, get(look)),
    ]
}

#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    name: String,
}

async fn send(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Query(named): Query<Named>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let refused = |turned: Turned| refusal(&visitor, &turned);
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let (uploads, login, now) =
        (Arc::clone(&site.sounds.uploads), visitor.account.login.clone(), site.clock.now().mono);
    let begun = on_disk(move || uploads.begin((&secret::word(), &named.name, &login), length, now)).await;
    let mut incoming = begun.map_err(refused)?;
    let mut pieces = body.into_data_stream();
    let mut gathered: Vec<u8> = Vec::new();
    loop {
        // A browser that goes away ends the stream with an error; what it has sent goes with `incoming`.
        let piece = match tokio::time::timeout(SILENT, pieces.next()).await {
            Ok(Some(Ok(piece))) => piece,
            Ok(None) => Bytes::new(),
            Ok(Some(Err(_))) | Err(_) => return Err(refused(Turned::BrokenOff)),
        };
        let is_last = piece.is_empty();
        gathered.extend_from_slice(&piece);
        if gathered.len() >= PIECE || is_last {
            let bytes = std::mem::take(&mut gathered);
            incoming = on_disk(move || write(incoming, &bytes)).await.map_err(refused)?;
        }
        if is_last {
            break;
        }
    }
    let uploads = Arc::clone(&site.sounds.uploads);
    let facts = on_disk(move || uploads.finish(incoming)).await.map_err(refused)?;
    Ok(Done::new("", "/tin-bai/moi").with(json!(facts)))
}

fn write(mut incoming: Incoming, bytes: &[u8]) -> Result<Incoming, Turned> {
    incoming.take(bytes)?;
    Ok(incoming)
}

async fn on_disk<T: Send + 'static>(act: impl FnOnce() -> Result<T, Turned> + Send + 'static) -> Result<T, Turned> {
    spawn_blocking(act).await.unwrap_or(Err(Turned::BrokenOff))
}

fn refusal(visitor: &Visitor, turned: &Turned) -> Refusal {
    let status = match turned {
        Turned::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
        Turned::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
        Turned::Empty | Turned::BrokenOff => StatusCode::BAD_REQUEST,
        Turned::DiskFull | Turned::NotStored(_) => StatusCode::SERVICE_UNAVAILABLE,
    };
    Refusal::new(status, turned.say(visitor.language()))
}

/// Begins to look into a file, unless that is under way or done.
async fn check(State(site): State<Arc<Site>>, visitor: Visitor, Path(id): Path<String>) -> Answer {
    let login = visitor.account.login.clone();
    if site.sounds.uploads.look(&id, &login).is_none() {
        return Err(gone(&visitor));
    }
    if site.sounds.uploads.claim(&id, &login) {
        let (site, id, turn) = (Arc::clone(&site), id.clone(), Arc::clone(&site.sounds.turn));
        tokio::spawn(async move {
            let turn = turn.acquire_owned().await;
            let checked = spawn_blocking(move || {
                let _turn = turn;
                site.sounds.uploads.check(&site.config(), &id, &login);
            });
            // Whatever became of it stands with the file.
            let _ = checked.await;
        });
    }
    Ok(Done::new("", "/tin-bai/moi").with(json!({ "check": id })))
}

async fn forget(State(site): State<Arc<Site>>, visitor: Visitor, Path(id): Path<String>) -> Answer {
    let (uploads, login) = (Arc::clone(&site.sounds.uploads), visitor.account.login.clone());
    // What is gone is gone.
    let _ = spawn_blocking(move || uploads.forget(&id, &login)).await;
    Ok(Done::new("", "/tin-bai/moi"))
}

async fn look(State(site): State<Arc<Site>>, visitor: Visitor, Path(id): Path<String>) -> Response {
    match site.sounds.uploads.look(&id, &visitor.account.login) {
        Some((facts, state)) => axum::Json(found(&visitor, &facts.name, &state)).into_response(),
        None => gone(&visitor).into_response(),
    }
}

fn gone(visitor: &Visitor) -> Refusal {
    Refusal::missing(visitor.pick(
        "tệp này không còn: máy phát thanh đã khởi động lại, hoặc đã quá một ngày. Hãy gửi lại tệp",
        "this file is gone: the station was restarted, or a day has passed. Send it again",
    ))
}

/// How far it is, and what was found, for the page's script.
fn found(visitor: &Visitor, name: &str, state: &Looked) -> Value {
    let language = visitor.language();
    let mut found = json!({ "name": name, "state": "waiting", "percent": 0, "told": "", "remarks": [] });
    match state {
        Looked::Waiting => {}
        Looked::Checking(percent) => {
            found["state"] = json!("checking");
            found["percent"] = json!(percent);
        }
        Looked::Sound(taken, doubts) => {
            let length = words::length(language, taken.sound.content.duration_ms.unwrap_or_default());
            let is_doubtful = !doubts.is_empty();
            let (vi, en) = if is_doubtful {
                (
                    format!("Dùng được, dài {length}. Có điều cần nghe lại:"),
                    format!("Fit for the air, {length} long. Listen to this:"),
                )
            } else {
                (
                    format!("Dùng được, dài {length}. Không thấy lỗi nào."),
                    format!("Fit for the air, {length} long. Nothing wrong was found."),
                )
            };
            found["state"] = json!("sound");
            found["told"] = json!(language.pick(&*vi, &*en));
            found["sha256"] = json!(taken.sound.content.sha256);
            found["duration_ms"] = json!(taken.sound.content.duration_ms);
            found["measures"] = json!(taken.sound.measures);
            found["doubts"] = json!(doubts);
            found["remarks"] = doubts.iter().map(|doubt| doubt.say(language)).collect();
        }
        Looked::Text(text, remarks) => {
            let told = visitor.pick("Đã đọc văn bản vào ô bên dưới.", "The text stands in the field below.");
            found["state"] = json!("text");
            found["told"] = json!(told);
            found["text"] = json!(text);
            found["remarks"] = remarks.iter().map(|problem| plain(problem, language)).collect();
        }
        Looked::NoText(problems) => {
            found["state"] = json!("refused");
            found["told"] = json!(visitor.pick("Không dùng được văn bản này:", "This text cannot be used:"));
            found["remarks"] = problems.iter().map(|problem| plain(problem, language)).collect();
        }
        Looked::Unfit(unfit) => {
            found["state"] = json!("refused");
            found["told"] = json!(visitor.pick("Không dùng được tệp này:", "This file cannot be used:"));
            found["remarks"] = json!([words_of_unfit(unfit, language)]);
        }
    }
    found
}
