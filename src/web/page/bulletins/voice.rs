//! `/tin-bai/{n}/giong-may`: the text of a bulletin read by the machine voice.
//!
//! In: a bulletin with a text. Out: how it will be read, to be put right by hand; then a new revision with that sound, which nobody
//! has approved. A person's recording is replaced only if that is ticked. Next: `show`.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::routing::{get, post};
use maud::{Markup, html};
use serde_json::json;
use tokio::task::spawn_blocking;

use super::super::super::answer::{Answer, Done, Refusal};
use super::super::super::layout::{self, Tab, sentence};
use super::super::super::part::form;
use super::super::super::routes::{Needs, Route};
use super::super::super::site::Site;
use super::super::super::visitor::Visitor;
use super::sent::Sent;
use super::{Place, away, failed, number, subtabs, unknown};
use crate::config::Config;
use crate::language::Language;
use crate::office::bulletin::{self, Changed};
use crate::office::intake;
use crate::office::voice::{self, Unspoken};
use crate::office::words::{plain, unfit};
use crate::people::Right;
use crate::problem::any_error;
use crate::speech::Normalised;
use crate::store::{Card, RegisterError, Signature};

pub(super) fn routes() -> Vec<Route> {
    let write = Needs::Right(Right::Write);
    vec![
        Route::get("/tin-bai/{n}/giong-may", write, get(page)),
        Route::post("/api/bulletins/{n}/speak", write, "bulletin.speak", post(speak)),
    ]
}

/// The bulletin and its text.
fn card(config: &Config, language: Language, of: i64) -> Result<(Card, String), Refusal> {
    let card = bulletin::card(config, of).map_err(|error| failed(language, &error))?;
    let card = card.ok_or_else(|| unknown(language, &of.to_string()))?;
    let (vi, en) = (
        "tin bài này không có văn bản để đọc; hãy bấm Sửa và thêm văn bản",
        "this bulletin has no text to be read; press Change and add one",
    );
    let text = card.draft.text.clone().ok_or_else(|| Refusal::conflict(language.pick(vi, en)))?;
    Ok((card, text))
}

fn reading(config: &Config, language: Language, text: &str) -> Result<Normalised, Refusal> {
    voice::reading(config, text).map_err(|problems| {
        let told = problems.iter().map(|problem| plain(problem, language)).collect::<Vec<_>>().join("; ");
        Refusal::later(
            language
                .pick(
                    "bảng cách đọc reading.toml có lỗi, hãy báo kỹ thuật viên: ",
                    "reading.toml has errors, tell the technician: ",
                )
                .to_owned()
                + &told,
        )
    })
}

async fn page(State(site): State<Arc<Site>>, visitor: Visitor, Path(n): Path<String>) -> Result<Markup, Refusal> {
    let language = visitor.language();
    let of = number(language, &n)?;
    let config = site.config();
    let (card, reading) = away(&visitor, move || {
        let (card, text) = card(&config, language, of)?;
        let reading = reading(&config, language, &text)?;
        Ok((card, reading))
    })
    .await?;
    let has_recording = card.sound.as_ref().is_some_and(|sound| sound.voice.is_none());
    let title = visitor.pick("Đọc bằng giọng máy", "Read by the machine voice");
    let hint = visitor.pick(
        "Máy đọc đúng từng chữ ở đây; chỗ nào sai thì sửa lại.",
        "The voice reads these very words; put right what is wrong.",
    );
    let control =
        html! { textarea id="read_as" name="read_as" rows="12" aria-describedby="read_as-hint" { (reading.text) } };
    let body = html! {
        h1 { (title) }
        (subtabs(&visitor, Place::Other, true))
        p { a href={ "/tin-bai/" (of) } { (visitor.pick("Tin bài số ", "Bulletin ")) (of) } ": " (card.draft.title) }
        p .notice { (visitor.pick(
            "Giọng máy chỉ nên dùng làm bản nháp hoặc khi không có người đọc. Đọc xong thì thành bản mới, phải duyệt mới được phát.",
            "The machine voice is for drafts, or when nobody can read. What it reads is a new revision, which needs an approval.")) }
        (remarks(&visitor, &reading))
        (form::act(&visitor, &format!("/api/bulletins/{of}/speak"), &html! {
            input type="hidden" name="revision" value=(card.revision);
            (form::field("read_as", visitor.pick("Sẽ đọc như sau", "What will be read"), Some(hint), &control))
            @if has_recording {
                (form::tick("replace", visitor.pick("Thay bản ghi âm đang có bằng giọng máy", "Put the machine voice in the place of the recording"), false, None))
            }
            button .primary { (visitor.pick("Đọc và ghi bản mới", "Read it and record the revision")) }
            " " a .button href={ "/tin-bai/" (of) } { (visitor.pick("Thôi", "Leave it")) }
        }))
    };
    Ok(layout::page(&site, &visitor, Tab::Bulletins, title, &[], &body))
}

/// What was changed for reading, each thing once, and what is doubtful.
fn remarks(visitor: &Visitor, reading: &Normalised) -> Markup {
    let mut seen = std::collections::HashSet::new();
    let changes: Vec<_> = reading.changes.iter().filter(|change| seen.insert((&change.from, &change.to))).collect();
    html! {
        @for each in &reading.doubts {
            p .notice.warn { (visitor.pick("Dòng", "Line")) " " (each.line) ": " (each.doubt.say(visitor.language())) }
        }
        @if !changes.is_empty() {
            details {
                summary { (visitor.pick("Đã đổi để đọc", "Changed for reading")) " (" (changes.len()) ")" }
                ul { @for change in changes {
                    li { "“" (change.from) "” → " @if change.to.is_empty() { (visitor.pick("bỏ qua", "passed over")) } @else { "“" (change.to) "”" } }
                } }
            }
        }
    }
}

async fn speak(State(site): State<Arc<Site>>, visitor: Visitor, Path(n): Path<String>, sent: Sent) -> Answer {
    let (language, signed) = (visitor.language(), site.signature(&visitor));
    let (of, config) = (number(language, &n)?, site.config());
    let turn = Arc::clone(&site.sounds.turn).acquire_owned().await;
    let spoken = spawn_blocking(move || {
        let _turn = turn;
        spoken(&config, language, (of, &sent), &signed)
    });
    let broken = || {
        Refusal::later(
            visitor.pick("việc đọc bị ngắt giữa chừng, chưa ghi gì", "the reading broke off, nothing was recorded"),
        )
    };
    spoken.await.map_err(|_| broken())?
}

fn spoken(config: &Config, language: Language, (of, sent): (i64, &Sent), signed: &Signature) -> Answer {
    let (card, text) = card(config, language, of)?;
    if sent.one("revision").is_some_and(|looked_at| looked_at != card.revision.to_string()) {
        return Err(failed(language, &RegisterError::Outdated(of)));
    }
    if card.sound.as_ref().is_some_and(|sound| sound.voice.is_none()) && sent.one("replace").is_none() {
        let (vi, en) = (
            "tin bài này đã có bản ghi âm; muốn thay bằng giọng máy thì đánh dấu ô bên dưới",
            "this bulletin has a recording; tick the box to put the machine voice in its place",
        );
        return Err(Refusal::conflict(language.pick(vi, en)).at("replace", language.pick(vi, en)));
    }
    let mut problems = Vec::new();
    let by_hand =
        sent.one("read_as").map(|words| intake::words(language.pick("văn bản", "the text"), words, &mut problems));
    if any_error(&problems) {
        let told = problems.iter().map(|problem| plain(problem, language)).collect::<Vec<_>>().join("; ");
        return Err(Refusal::wrong(told.clone()).at("read_as", told));
    }
    let reading = reading(config, language, by_hand.flatten().as_deref().unwrap_or(&text))?;
    let taken = voice::sound(config, &reading, &mut |_| {}).map_err(|why| unspoken(language, &why))?;
    let changed = bulletin::change(config, &card, card.draft.clone(), (Some(&taken.sound), None), signed);
    match changed.map_err(|error| failed(language, &error))? {
        Changed::Nothing => Ok(Done::new(
            language.pick("không có gì thay đổi, không ghi gì thêm", "nothing has changed"),
            format!("/tin-bai/{of}"),
        )),
        Changed::Revised { revision, .. } => {
            let (vi, en) = (
                format!(
                    "giọng máy đã đọc, ghi thành bản {revision} của tin bài số {of}: hãy nghe lại; phải duyệt mới được phát"
                ),
                format!(
                    "read by the machine voice and recorded as revision {revision} of bulletin {of}: listen to it; it needs an approval"
                ),
            );
            let object = json!({ "bulletin": of, "revision": revision, "sha256": taken.sound.content.sha256, "voice": taken.sound.voice });
            Ok(Done::new(language.pick(&*vi, &*en), format!("/tin-bai/{of}")).with(object))
        }
    }
}

fn unspoken(language: Language, why: &Unspoken) -> Refusal {
    let told = match why {
        Unspoken::Speech(error) => error.say(language),
        Unspoken::Unusable(_, why) => unfit(why, language),
    };
    let more = language.pick("; chưa ghi gì", "; nothing was recorded");
    Refusal::later(sentence(&told) + more)
}
