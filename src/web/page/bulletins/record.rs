//! A bulletin recorded, or changed into a new revision.
//!
//! In: the fields of the form, and the id of a file that was sent ahead. Out: the bulletin's number, what a person should look
//! at; or every fault at its field, and nothing recorded. Next: `show`.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::post;
use serde_json::json;

use super::super::super::answer::{Answer, Done, Refusal};
use super::super::super::layout::sentence;
use super::super::super::routes::{Needs, Route};
use super::super::super::site::Site;
use super::super::super::visitor::Visitor;
use super::sent::Sent;
use super::{away, failed, number, unknown};
use crate::airing::Priority;
use crate::bulletin::Draft;
use crate::config::Config;
use crate::language::Language;
use crate::office::bulletin::{self, Added, Changed};
use crate::office::fields::{Fields, Typed, blank, labels};
use crate::office::inspection::State as Looked;
use crate::office::intake::{self, Taken};
use crate::office::words::{plain, unfit as words_of_unfit};
use crate::people::Right;
use crate::problem::what::{BulletinFault, ProgrammeFault, TextFault, What};
use crate::problem::{Problem, Severity, any_error};
use crate::store::{Card, RegisterError, Revision, Signature};

pub(super) fn routes() -> Vec<Route> {
    let write = Needs::Right(Right::Write);
    vec![
        Route::post("/api/bulletins", write, "bulletin.add", post(add)),
        Route::post("/api/bulletins/{n}/change", write, "bulletin.change", post(change)),
    ]
}

/// Who records, at which site.
struct Desk {
    site: Arc<Site>,
    config: Arc<Config>,
    login: String,
    language: Language,
    signed: Signature,
}

impl Desk {
    fn of(site: &Arc<Site>, visitor: &Visitor) -> Self {
        let (login, language) = (visitor.account.login.clone(), visitor.language());
        Self { config: site.config(), login, language, signed: site.signature(visitor), site: Arc::clone(site) }
    }

    fn failed(&self, error: &RegisterError) -> Refusal {
        failed(self.language, error)
    }
}

async fn add(State(site): State<Arc<Site>>, visitor: Visitor, sent: Sent) -> Answer {
    let desk = Desk::of(&site, &visitor);
    away(&visitor, move || {
        let read = read(&desk, &sent, None)?;
        let sound = read.taken.as_ref().map(|taken| &taken.sound);
        let added =
            bulletin::add(&desk.config, read.draft, sound, &desk.signed).map_err(|error| desk.failed(&error))?;
        let Added { number, revision, twins } = added;
        let remarks = [read.remarks, bulletin::remarks(&revision, sound, &twins)].concat();
        let (vi, en) = (
            format!("đã ghi tin bài số {number} “{}”, chờ duyệt", revision.draft.title),
            format!("recorded as bulletin {number} “{}”, waiting for approval", revision.draft.title),
        );
        Ok(done(&desk, &sent, (number, 1), desk.language.pick(&*vi, &*en), (&revision, &remarks)))
    })
    .await
}

async fn change(State(site): State<Arc<Site>>, visitor: Visitor, Path(n): Path<String>, sent: Sent) -> Answer {
    let (desk, of) = (Desk::of(&site, &visitor), number(visitor.language(), &n)?);
    away(&visitor, move || {
        let card = bulletin::card(&desk.config, of).map_err(|error| desk.failed(&error))?;
        let card = card.ok_or_else(|| unknown(desk.language, &n))?;
        if sent.one("revision").is_some_and(|looked_at| looked_at != card.revision.to_string()) {
            return Err(desk.failed(&RegisterError::Outdated(of)));
        }
        let read = read(&desk, &sent, Some(&card))?;
        let (new, kept) = (read.taken.as_ref().map(|taken| &taken.sound), read.kept);
        let changed = bulletin::change(&desk.config, &card, read.draft, (new, kept), &desk.signed);
        match changed.map_err(|error| desk.failed(&error))? {
            Changed::Nothing => {
                let (vi, en) = ("không có gì thay đổi, không ghi gì thêm", "nothing has changed, nothing was recorded");
                Ok(Done::new(desk.language.pick(vi, en), format!("/tin-bai/{of}")))
            }
            Changed::Revised { revision, recorded, kept_sound } => {
                let remarks = [read.remarks, bulletin::remarks(&recorded, new, &[])].concat();
                let (vi, en) = (
                    format!("đã ghi bản {revision} của tin bài số {of}, phải duyệt lại"),
                    format!("recorded as revision {revision} of bulletin {of}, needs a new approval"),
                );
                let mut told = desk.language.pick(&*vi, &*en).to_owned();
                if kept_sound {
                    told += desk.language.pick(
                        "; văn bản đã đổi, âm thanh vẫn là bản cũ: hãy nghe lại xem có đúng văn bản mới không",
                        "; the text has changed and the sound is the old one: listen whether it says the new text",
                    );
                }
                Ok(done(&desk, &sent, (of, revision), &told, (&recorded, &remarks)))
            }
        }
    })
    .await
}

/// What was recorded, for people and for programs; the file that was sent ahead is not needed any more.
fn done(
    desk: &Desk,
    sent: &Sent,
    (number, of): (i64, i64),
    told: &str,
    (revision, remarks): (&Revision, &[Problem]),
) -> Done {
    if let Some(upload) = sent.one("upload") {
        desk.site.sounds.uploads.forget(upload, &desk.login);
    }
    let warnings: Vec<String> = remarks.iter().map(|problem| plain(problem, desk.language)).collect();
    let told = warnings.iter().fold(told.to_owned(), |told, warning| format!("{told}. {}", sentence(warning)));
    let object = json!({
        "bulletin": number, "revision": of, "title": revision.draft.title,
        "sha256": revision.sound.as_ref().map(|sound| &sound.content.sha256), "warnings": warnings,
    });
    Done::new(told, format!("/tin-bai/{number}")).with(object)
}

/// What was sent, read.
struct Read {
    draft: Draft,
    /// The sound that was sent ahead.
    taken: Option<Arc<Taken>>,
    /// The sound that it keeps.
    kept: Option<crate::store::Sound>,
    remarks: Vec<Problem>,
}

/// Reads the fields; all faults come out at once. A form always holds all fields: one that is empty is meant to be.
fn read(desk: &Desk, sent: &Sent, card: Option<&Card>) -> Result<Read, Refusal> {
    let mut faults = Vec::new();
    let mut days = |name| sent.day(name, desk.language, &mut faults);
    let themes: Vec<String> = sent.owned("theme").into_iter().chain(sent.all("themes")).collect();
    let fields = Fields {
        title: Some(sent.owned("title").unwrap_or_default()),
        genre: sent.owned("genre"),
        author: sent.owned("author"),
        source: sent.owned("source"),
        class: sent.one("class").and_then(Priority::from_word),
        valid_from: days("valid_from"),
        valid_until: days("valid_until"),
        zones: sent.all("zones"),
        themes,
    };
    let (mut typed, mut draft) = (Typed::new(&desk.config), blank());
    typed.fill(&mut draft, &fields, labels(desk.language));
    if fields.themes.is_empty() {
        typed.error(BulletinFault::NoTheme);
    }
    let name = desk.language.pick("văn bản", "the text");
    draft.text = sent.one("text").and_then(|text| intake::words(name, text, &mut typed.problems));
    let taken = match sent.one("upload") {
        Some(upload) => taken(desk, upload).map_err(|why| faults.push(("sound".to_owned(), why))).ok(),
        None => None,
    };
    let sound_is_at_fault = faults.iter().any(|(field, _)| field == "sound");
    let kept = card.and_then(|card| card.sound.clone()).filter(|_| taken.is_none() && sent.one("no_sound").is_none());
    if taken.is_none() && kept.is_none() && sent.one("text").is_none() && !sound_is_at_fault {
        typed.problems.push(Problem::typed(Severity::Error, BulletinFault::NoContent));
    }
    if any_error(&typed.problems) || !faults.is_empty() {
        return Err(refusal(desk.language, &typed.problems, faults));
    }
    Ok(Read { draft, taken, kept, remarks: typed.problems })
}

/// The sound that was sent ahead, or why there is none.
fn taken(desk: &Desk, upload: &str) -> Result<Arc<Taken>, String> {
    let (vi, en) = match desk.site.sounds.uploads.look(upload, &desk.login) {
        Some((_, Looked::Sound(taken, _))) => return Ok(taken),
        Some((_, Looked::Unfit(unfit))) => return Err(words_of_unfit(&unfit, desk.language)),
        Some((_, Looked::Waiting | Looked::Checking(_))) => {
            ("tệp còn đang được kiểm tra, chờ xong rồi ghi", "the file is still being checked, wait until that is done")
        }
        Some((_, Looked::Text(..) | Looked::NoText(_))) => ("tệp này không phải âm thanh", "this file is no sound"),
        None => (
            "tệp gửi lên không còn hoặc đã được ghi rồi, hãy chọn lại tệp",
            "the file is gone or was recorded before, choose it again",
        ),
    };
    Err(desk.language.pick(vi, en).to_owned())
}

/// Every fault at its field.
fn refusal(language: Language, problems: &[Problem], mut faults: Vec<(String, String)>) -> Refusal {
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
    faults.extend(errors.map(|problem| (field_of(language, &problem.what).to_owned(), plain(problem, language))));
    let (vi, en) = (
        "chưa ghi gì, hãy sửa những chỗ được đánh dấu rồi ghi lại",
        "nothing was recorded; mend what is marked and record it again",
    );
    Refusal { status: StatusCode::BAD_REQUEST, told: language.pick(vi, en).to_owned(), fields: faults }
}

/// Which field of the form a problem is about.
fn field_of(language: Language, what: &What) -> &'static str {
    let names = labels(language);
    let of_label = |label: &str| match label {
        "text" => "text",
        label if label == names.title => "title",
        label if label == names.genre => "genre",
        label if label == names.author => "author",
        label if label == names.source => "source",
        _ => "text",
    };
    match what {
        What::Text(TextFault::Refused(label, _) | TextFault::Remark(label, _))
        | What::Bulletin(BulletinFault::NoLetter(label) | BulletinFault::TooLong(label, ..)) => of_label(label),
        What::Bulletin(BulletinFault::NoTheme) | What::Programme(ProgrammeFault::UnknownTheme(..)) => "theme",
        What::Bulletin(BulletinFault::NoContent) => "sound",
        What::Programme(ProgrammeFault::UnknownZone(..)) => "zones",
        What::Programme(ProgrammeFault::FromAfterUntil(..)) | What::Queue(_) => "valid_until",
        _ => "text",
    }
}
