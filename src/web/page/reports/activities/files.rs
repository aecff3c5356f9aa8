//! Proofs that come in and go out: files that were sent and wait to be recorded; files of an activity to look at.
//!
//! In: ids of files that were sent, hashes of proofs. Out: files for the office, which takes them in; bytes of a proof that
//! the activity really names. Only pictures are shown, all else is downloaded: nothing that people send may run here. Next:
//! `acts`.

use std::fs::File;
use std::io::Read as _;
use std::sync::Arc;

use axum::extract::{Path as InPath, State};
use axum::http::HeaderValue;
use axum::http::header::CONTENT_DISPOSITION;
use axum::response::Response;
use axum::routing::get;

use super::super::super::super::answer::Refusal;
use super::super::super::super::routes::{Needs, Route};
use super::super::super::super::site::Site;
use super::super::super::super::visitor::Visitor;
use super::super::counted::{away, register};
use super::super::{download, nothing_there};
use crate::config::Config;
use crate::office::activity::proofs::GivenFile;
use crate::office::activity::revisions;
use crate::office::intake::content_place;
use crate::office::upload::Uploads;
use crate::people::Right;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/bao-cao/hoat-dong/{n}/tep/{sha256}", Needs::Right(Right::Look), get(send))]
}

/// Files that the visitor has sent, and that wait to be recorded.
pub(super) struct Waiting {
    uploads: Arc<Uploads>,
    owner: String,
    ids: Vec<String>,
}

impl Waiting {
    pub(super) fn of<'a>(site: &Site, visitor: &Visitor, ids: impl Iterator<Item = &'a str>) -> Self {
        let (uploads, owner) = (Arc::clone(&site.sounds.uploads), visitor.account.login.clone());
        Self { uploads, owner, ids: ids.map(str::to_owned).collect() }
    }

    /// For the office, under the names that they had.
    pub(super) fn files(&self, visitor: &Visitor) -> Result<Vec<GivenFile>, Refusal> {
        let find = |id: &String| {
            let (path, name) = self.uploads.untouched(id, &self.owner).ok_or_else(|| {
                let told = visitor.pick(
                    "một tệp đã gửi không còn trên máy; hãy chọn lại tệp đó",
                    "a file that was sent is no longer there; choose it again",
                );
                Refusal::conflict(told).at("upload", told)
            })?;
            Ok(GivenFile { path, name: Some(name) })
        };
        self.ids.iter().map(find).collect()
    }

    /// They were taken in and need not wait any more.
    pub(super) fn forget(&self) {
        self.ids.iter().for_each(|id| self.uploads.forget(id, &self.owner));
    }
}

/// What a browser may show itself.
pub(super) fn picture(head: &[u8]) -> Option<&'static str> {
    match head {
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

/// Whether what is stored under a hash is a picture.
pub(super) fn is_picture(config: &Config, sha256: &str) -> bool {
    let mut head = [0; 12];
    let read = File::open(content_place(config).join(sha256)).and_then(|mut file| file.read(&mut head));
    read.is_ok_and(|length| picture(&head[..length]).is_some())
}

async fn send(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    InPath((number, sha256)): InPath<(i64, String)>,
) -> Result<Response, Refusal> {
    let config = site.config();
    let found = away(move || {
        let revisions = revisions(&config, number)?;
        // Only what one of its revisions names; a hash alone opens nothing.
        let proof = revisions.into_iter().rev().flat_map(|each| each.files).find(|file| file.sha256 == sha256);
        Ok(proof.and_then(|proof| {
            let mut file = File::open(content_place(&config).join(&proof.sha256)).ok()?;
            let mut head = [0; 12];
            let length = file.read(&mut head).ok()?;
            Some((proof.name, file, picture(&head[..length])))
        }))
    });
    let Some((name, file, picture)) = found.await?.map_err(|error| register(&error, &visitor))? else {
        return Err(nothing_there(&visitor));
    };
    let mut response = download::stream(file, picture.unwrap_or("application/octet-stream"), "minh-chung", &name);
    if picture.is_some() {
        response.headers_mut().insert(CONTENT_DISPOSITION, HeaderValue::from_static("inline"));
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pictures_are_shown() {
        assert_eq!(picture(b"\xff\xd8\xff\xe0 jpeg"), Some("image/jpeg"));
        assert_eq!(picture(b"RIFF....WEBPVP8 "), Some("image/webp"));
        for bytes in [&b"<svg onload=alert(1)>"[..], b"<html>", b"RIFF....WAVE", b"", b"%PDF-1.7"] {
            assert_eq!(picture(bytes), None);
        }
    }
}
