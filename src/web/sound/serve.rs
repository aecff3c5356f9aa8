//! Contents and their outlines, as browsers ask for them.
//!
//! In: a hash, a range. Out: bytes, a piece at a time as fast as the browser takes them, or a picture. A content never changes,
//! so browsers keep what they got. Must never read a file on the page's own thread. Next: `player`.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_NONE_MATCH, IF_RANGE, RANGE,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio_stream::wrappers::ReceiverStream;

use super::super::answer::Refusal;
use super::super::routes::{Needs, Route};
use super::super::site::Site;
use super::super::visitor::Visitor;
use super::range::{Wanted, wanted};
use crate::library::kind_of;
use crate::office::intake::content_place;
use crate::office::stored::is_named;
use crate::people::Right;
use crate::sound::outline::Outline;

/// Bytes that are read at a time: some seconds of sound.
const PIECE: u64 = 128 << 10;

/// A content never changes.
const KEPT: &str = "private, max-age=31536000, immutable";

pub(super) fn routes() -> Vec<Route> {
    let look = Needs::Right(Right::Look);
    vec![
        Route::get("/api/sound/{sha256}", look, get(sound)),
        Route::get("/api/sound/{sha256}/waveform.svg", look, get(picture)),
        Route::get("/api/sound/{sha256}/waveform", look, get(peaks)),
    ]
}

/// The content of a hash, open; `None` if there is none that anything names.
async fn open(site: &Arc<Site>, sha256: &str) -> Option<(File, u64, &'static str)> {
    let is_hash = sha256.len() == 64 && sha256.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !is_hash {
        return None;
    }
    let (site, sha256) = (Arc::clone(site), sha256.to_owned());
    let opened = spawn_blocking(move || {
        let config = site.config();
        let file = File::open(content_place(&config).join(&sha256)).ok()?;
        if !site.sounds.uploads.has_taken(&sha256) && !is_named(&config, &sha256) {
            return None;
        }
        let facts = file.metadata().ok().filter(std::fs::Metadata::is_file)?;
        let kind = kind_of(&file).ok()?;
        Some((file, facts.len(), kind))
    });
    opened.await.ok().flatten()
}

fn missing(visitor: &Visitor) -> Refusal {
    Refusal::missing(visitor.pick("không có âm thanh này trong kho", "there is no such sound in the store"))
}

async fn sound(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(sha256): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let (file, length, kind) = open(&site, &sha256).await.ok_or_else(|| missing(&visitor))?;
    let tag = format!("\"{sha256}\"");
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if text(IF_NONE_MATCH).is_some_and(|known| known == tag) {
        return Ok(kept(StatusCode::NOT_MODIFIED, &tag).into_response());
    }
    // A part of what the browser had of another content is of no use to it.
    let range = text(RANGE).filter(|_| text(IF_RANGE).is_none_or(|known| known == tag));
    let (status, bytes) = match wanted(range, length) {
        Wanted::Whole => (StatusCode::OK, 0..length),
        Wanted::Part(part) => (StatusCode::PARTIAL_CONTENT, part),
        Wanted::Beyond => {
            let told = format!("bytes */{length}");
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, [(CONTENT_RANGE, told)]).into_response());
        }
    };
    let mut response = kept(status, &tag);
    let mut set = |name: HeaderName, value: &str| {
        let value = HeaderValue::from_str(value).expect("numbers and words of ours are fit for a header");
        response.headers_mut().insert(name, value);
    };
    set(CONTENT_TYPE, kind);
    set(ACCEPT_RANGES, "bytes");
    set(CONTENT_LENGTH, &(bytes.end - bytes.start).to_string());
    if status == StatusCode::PARTIAL_CONTENT {
        set(CONTENT_RANGE, &format!("bytes {}-{}/{length}", bytes.start, bytes.end - 1));
    }
    if method != Method::HEAD {
        *response.body_mut() = read(file, bytes);
    }
    Ok(response)
}

fn kept(status: StatusCode, tag: &str) -> Response {
    let tag = HeaderValue::from_str(tag).expect("hex is fit for a header");
    (status, [(ETAG, tag), (CACHE_CONTROL, HeaderValue::from_static(KEPT))]).into_response()
}

/// The bytes of a file, two pieces ahead of the browser at most. One that goes away ends the reading.
fn read(file: File, bytes: std::ops::Range<u64>) -> Body {
    let (pieces, taken) = mpsc::channel::<io::Result<Vec<u8>>>(1);
    tokio::spawn(async move {
        let file = Arc::new(file);
        let mut at = bytes.start;
        while at < bytes.end {
            let size = PIECE.min(bytes.end - at) as usize;
            let from = Arc::clone(&file);
            let piece = spawn_blocking(move || {
                let mut piece = vec![0; size];
                from.read_exact_at(&mut piece, at).map(|()| piece)
            });
            let piece = piece.await.unwrap_or_else(|_| Err(io::ErrorKind::Interrupted.into()));
            let is_broken = piece.is_err();
            if pieces.send(piece).await.is_err() || is_broken {
                return;
            }
            at += size as u64;
        }
    });
    Body::from_stream(ReceiverStream::new(taken))
}

async fn outline(site: &Arc<Site>, visitor: &Visitor, sha256: String) -> Result<Arc<Outline>, Refusal> {
    open(site, &sha256).await.ok_or_else(|| missing(visitor))?;
    let turn = Arc::clone(&site.sounds.turn).acquire_owned().await;
    let (outlines, folder) = (Arc::clone(&site.sounds.outlines), content_place(&site.config()));
    let drawn = spawn_blocking(move || {
        let _turn = turn;
        outlines.of(&folder, &sha256)
    });
    let damaged = || {
        Refusal::conflict(
            visitor.pick("âm thanh này bị hỏng, không vẽ được", "this sound is damaged and cannot be drawn"),
        )
    };
    drawn.await.ok().and_then(Result::ok).ok_or_else(damaged)
}

async fn picture(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(sha256): Path<String>,
) -> Result<Response, Refusal> {
    let outline = outline(&site, &visitor, sha256).await?;
    Ok(([(CONTENT_TYPE, "image/svg+xml"), (CACHE_CONTROL, KEPT)], outline.svg()).into_response())
}

async fn peaks(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(sha256): Path<String>,
) -> Result<Response, Refusal> {
    let outline = outline(&site, &visitor, sha256).await?;
    Ok(([(CACHE_CONTROL, KEPT)], axum::Json(&*outline)).into_response())
}
