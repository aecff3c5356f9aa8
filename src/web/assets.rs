//! Style and scripts, compiled in.
//!
//! In: files of `assets/`. Out: each at a path that names its content, so that browsers keep it for ever and never show an old
//! one. Nothing comes from any other place. Next: `page`.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sha2::{Digest as _, Sha256};

use super::routes::{Needs, Route};

/// Every file: name, type, bytes.
const FILES: &[(&str, &str, &[u8])] = &[
    ("style.css", "text/css; charset=utf-8", include_bytes!("assets/style.css")),
    ("app.js", "text/javascript; charset=utf-8", include_bytes!("assets/app.js")),
    ("sheet.css", "text/css; charset=utf-8", crate::office::sheet_page::STYLE.as_bytes()),
    ("activities.js", "text/javascript; charset=utf-8", include_bytes!("assets/activities.js")),
    ("system.js", "text/javascript; charset=utf-8", include_bytes!("assets/system.js")),
    ("log.js", "text/javascript; charset=utf-8", include_bytes!("assets/log.js")),
    ("print.js", "text/javascript; charset=utf-8", include_bytes!("assets/print.js")),
    ("live.js", "text/javascript; charset=utf-8", include_bytes!("assets/live.js")),
    ("today.js", "text/javascript; charset=utf-8", include_bytes!("assets/today.js")),
    ("air.js", "text/javascript; charset=utf-8", include_bytes!("assets/air.js")),
    ("player.js", "text/javascript; charset=utf-8", include_bytes!("assets/player.js")),
    ("upload.js", "text/javascript; charset=utf-8", include_bytes!("assets/upload.js")),
    ("recorder.js", "text/javascript; charset=utf-8", include_bytes!("assets/recorder.js")),
    ("recorder-worklet.js", "text/javascript; charset=utf-8", include_bytes!("assets/recorder-worklet.js")),
    ("bulletin.js", "text/javascript; charset=utf-8", include_bytes!("assets/bulletin.js")),
    ("queue.js", "text/javascript; charset=utf-8", include_bytes!("assets/queue.js")),
    ("icon.svg", "image/svg+xml", include_bytes!("assets/icon.svg")),
];

static PATHS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let path = |(name, _, bytes): &(&str, &str, &[u8])| {
        let hash = Sha256::digest(bytes);
        let (stem, ending) = name.split_once('.').expect("every file has an ending");
        format!("/static/{stem}.{:02x}{:02x}{:02x}{:02x}.{ending}", hash[0], hash[1], hash[2], hash[3])
    };
    FILES.iter().map(path).collect()
});

/// Where a file is served. It must be one of the list.
pub(super) fn path(name: &str) -> &'static str {
    let at = FILES.iter().position(|(each, ..)| *each == name).expect("only files of the list are asked for");
    &PATHS[at]
}

pub(super) fn routes() -> Vec<Route> {
    // What a browser asks for by itself on a page without our frame: a printed sheet, a file.
    vec![Route::get("/static/{name}", Needs::Nothing, get(file)), Route::get("/favicon.ico", Needs::Nothing, get(icon))]
}

async fn icon() -> Response {
    let (_, kind, bytes) = FILES.iter().find(|(name, ..)| *name == "icon.svg").expect("the icon is in the list");
    ([(CONTENT_TYPE, *kind), (CACHE_CONTROL, "public, max-age=86400")], *bytes).into_response()
}

async fn file(Path(name): Path<String>) -> Response {
    let wanted = format!("/static/{name}");
    let Some(at) = PATHS.iter().position(|path| *path == wanted) else { return StatusCode::NOT_FOUND.into_response() };
    let (_, kind, bytes) = FILES[at];
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "public, max-age=31536000, immutable")], bytes).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_in_the_list_and_is_text_of_our_own() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/web/assets");
        for entry in std::fs::read_dir(folder).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            assert!(FILES.iter().any(|(each, ..)| *each == name), "{name}");
        }
        for (name, _, bytes) in FILES {
            let text = std::str::from_utf8(bytes).unwrap();
            let links = text.matches("http://").count() + text.matches("https://").count();
            let names = text.matches("http://www.w3.org/").count();
            assert_eq!(links, names, "{name} asks another place for something");
        }
    }
}
