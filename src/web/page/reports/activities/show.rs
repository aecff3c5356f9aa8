//! One activity with everything: what was said of it, its proofs and whether each is whole, all revisions.
//!
//! In: its number. Out: the page, and the same as JSON. Pictures are shown small and open large. Next: `files`, which sends them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::super::super::super::answer::Refusal;
use super::super::super::super::part::{form, words};
use super::super::super::super::routes::{Needs, Route};
use super::super::super::super::site::Site;
use super::super::super::super::visitor::Visitor;
use super::super::counted::{away, register};
use super::super::{page, refused};
use super::files::is_picture;
use super::{PATH, code_name};
use crate::activity::{Activity, Proof};
use crate::calendar::with_offset;
use crate::config::Config;
use crate::office::activity::fields::plan;
use crate::office::activity::words::{Line, days, kept};
use crate::office::activity::{self, Refused};
use crate::people::Right;
use crate::plan::Plan;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/bao-cao/hoat-dong/{n}", Needs::Right(Right::Look), get(show)),
        Route::get("/api/activities/{n}", Needs::Right(Right::Look), get(object)),
    ]
}

/// A proof as it is now.
struct Stored {
    proof: Proof,
    kept: (&'static str, &'static str, &'static str),
    is_picture: bool,
}

impl Stored {
    fn of(config: &Config, proof: &Proof) -> Self {
        Self { proof: proof.clone(), kept: kept(config, proof), is_picture: is_picture(config, &proof.sha256) }
    }
}

/// All that is known of one.
struct Found {
    newest: Activity,
    revisions: Vec<Activity>,
    files: Vec<Stored>,
    plan: Option<Arc<Plan>>,
}

async fn found(site: &Site, number: i64, visitor: &Visitor) -> Result<Found, Refusal> {
    let config = site.config();
    let found = away(move || {
        let revisions = activity::revisions(&config, number)?;
        let Some(newest) = revisions.last().cloned() else { return Ok(None) };
        let files = newest.files.iter().map(|proof| Stored::of(&config, proof)).collect();
        Ok(Some(Found { newest, revisions, files, plan: plan(&config).ok().flatten() }))
    });
    let found = found.await?.map_err(|error| register(&error, visitor))?;
    found.ok_or_else(|| super::acts::refusal(Refused::Unknown(number), visitor))
}

async fn object(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(number): Path<i64>,
) -> Result<Json<Value>, Refusal> {
    let found = found(&site, number, &visitor).await?;
    let mut object = json!(Line::of(&found.newest));
    for (file, stored) in object["files"].as_array_mut().into_iter().flatten().zip(&found.files) {
        file["stored"] = stored.kept.2.into();
    }
    object["revisions"] = json!(found.revisions.iter().map(Line::of).collect::<Vec<_>>());
    Ok(Json(object))
}

async fn show(State(site): State<Arc<Site>>, visitor: Visitor, Path(number): Path<i64>) -> Response {
    let title = format!("{} {number}", visitor.pick("Hoạt động số", "Activity"));
    match found(&site, number, &visitor).await {
        Err(refusal) => refused(&site, &visitor, PATH, &title, &refusal, &html! {}),
        Ok(found) => {
            let body = body(&site.config(), &found, &visitor);
            page(&site, &visitor, PATH, &title, &[], &body).into_response()
        }
    }
}

fn body(config: &Config, found: &Found, visitor: &Visitor) -> Markup {
    let newest = &found.newest;
    let may_act = visitor.account.may(Right::Activity) && !newest.is_withdrawn();
    html! {
        @if let Some(why) = &newest.withdrawn {
            p .notice.warn { (visitor.pick("Đã rút lại, không tính ở đâu nữa:", "Withdrawn, it counts nowhere:")) " " (why) }
        }
        h2 { (newest.title) }
        (facts(newest, found.plan.as_deref(), visitor))
        h2 { (visitor.pick("Minh chứng", "Proof")) }
        @if !newest.has_proof() { p .notice.warn { (visitor.pick(
            "Chưa có đường dẫn hay tệp nào: hoạt động này chưa được tính là minh chứng của kế hoạch.",
            "There is neither a link nor a file: this proves nothing of the plan yet.",
        )) } }
        @if let Some(link) = &newest.link { p { a href=(link) rel="noreferrer noopener" { (link) } } }
        (files(found, visitor))
        @if may_act {
            p .row { a .button.primary href={ (PATH) "/" (newest.number) "/sua" } { (visitor.pick("Sửa, thêm tệp", "Change, add files")) } }
            (withdrawal(newest, visitor))
        }
        (revisions(config, found, visitor))
    }
}

fn facts(of: &Activity, plan: Option<&Plan>, visitor: &Visitor) -> Markup {
    let language = visitor.language();
    let number = |number: Option<i64>| number.map(|number| words::number(language, number));
    let code = code_name(plan, &of.code).map_or_else(|| of.code.clone(), |name| format!("{}. {name}", of.code));
    let themes = (!of.themes.is_empty()).then(|| of.themes.join(", "));
    let rows = [
        ("Ngày", "Day", Some(days(of))),
        ("Hình thức, nhiệm vụ", "Form or task", Some(code)),
        ("Kênh", "Channel", of.channel.clone()),
        ("Nội dung tuyên truyền", "Themes", themes),
        ("Địa điểm", "Place", of.place.clone()),
        ("Số người tham gia", "People", number(of.people)),
        ("Số thủ tục niêm yết", "Procedures", number(of.procedures)),
        ("Người phụ trách", "In charge", of.who.clone()),
        ("Tin bài số", "Bulletin", of.bulletin.map(|bulletin| bulletin.to_string())),
        ("Ghi chú", "Note", of.note.clone()),
    ];
    html! {
        dl .facts {
            @for (vi, en, value) in rows {
                @if let Some(value) = value { dt { (visitor.pick(vi, en)) } dd { (value) } }
            }
        }
    }
}

fn files(found: &Found, visitor: &Visitor) -> Markup {
    let language = visitor.language();
    html! {
        ul .proofs {
            @for Stored { proof, kept, is_picture } in &found.files {
                @let path = format!("{PATH}/{}/tep/{}", found.newest.number, proof.sha256);
                @let is_whole = kept.2 == "whole";
                li {
                    @if *is_picture && is_whole {
                        a href=(path) { img .thumbnail src=(path) alt={ (visitor.pick("Ảnh minh chứng: ", "Photograph: ")) (proof.name) } loading="lazy"; }
                    }
                    p { a href=(path) { (proof.name) } " (" (words::number(language, proof.bytes)) " " (visitor.pick("byte", "bytes")) ")" }
                    p { span class={ "chip " (if is_whole { "good" } else { "bad" }) } {
                        (if is_whole { "✓ " } else { "✕ " }) (visitor.pick(kept.0, kept.1)) } }
                    details { summary { (visitor.pick("Dấu vân tay của tệp", "Fingerprint of the file")) }
                        p .soft { (visitor.pick("Mã SHA-256: tệp khác đi một chữ thì mã này khác hẳn.", "SHA-256: it differs wholly if one letter of the file does.")) }
                        p .mono { (proof.sha256) } }
                }
            }
        }
    }
}

fn withdrawal(of: &Activity, visitor: &Visitor) -> Markup {
    let body = html! {
        (form::text("why", visitor.pick("Vì sao rút lại", "Why"), "", Some(visitor.pick(
            "Hoạt động không bị xóa, chỉ không được tính nữa. Nếu sau này vẫn tính thì phải ghi mới.",
            "It is not deleted, it only counts no more. If it counts after all, it must be entered anew.",
        )), true))
        button .danger { (visitor.pick("Rút lại hoạt động này", "Withdraw this activity")) }
    };
    let action = format!("/api/activities/{}/withdraw", of.number);
    html! { details .fold { summary { (visitor.pick("Rút lại", "Withdraw")) } (form::act(visitor, &action, &body)) } }
}

fn revisions(config: &Config, found: &Found, visitor: &Visitor) -> Markup {
    let language = visitor.language();
    html! {
        details .fold {
            summary { (visitor.pick("Các lần ghi", "Revisions")) " (" (found.revisions.len()) ")" }
            ol {
                @for each in &found.revisions {
                    li { (words::instant(language, with_offset(config.station.timezone, each.recorded_at.to_utc()))) ", " (each.by) ": "
                        (each.title) @if each.is_withdrawn() { " (" (visitor.pick("rút lại", "withdrawn")) ")" } }
                }
            }
        }
    }
}
