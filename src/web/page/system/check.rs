//! What `loa check` finds, with the same messages: as the station last saw it, and everything anew when somebody asks.
//!
//! In: who looks. Out: problems with place, words and advice, each with a link to where it is mended. A check decodes the audio
//! of all schedules, so it runs on a thread of its own and its outcome is kept. Next: `office::check`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::routing::{get, post};
use maud::{Markup, html};
use serde_json::{Value, json};

use super::chores::Checked;
use super::light::coded;
use super::{LOOK, page};
use crate::config::Config;
use crate::language::Language;
use crate::people::Right;
use crate::problem::{Problem, Severity};
use crate::web::answer::{Answer, Done, Refusal};
use crate::web::layout::sentence;
use crate::web::part::{form, words};
use crate::web::routes::{Needs, Route};
use crate::web::site::Site;
use crate::web::visitor::Visitor;

const HERE: &str = "/he-thong/kiem-tra";

/// Problems that are shown at most; a file of garbage may have thousands.
const SHOWN: usize = 200;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(HERE, LOOK, get(show)),
        Route::get("/api/check", LOOK, get(api)),
        Route::post("/api/check", Needs::Right(Right::Plan), "system.check", post(check)),
    ]
}

async fn show(State(site): State<Arc<Site>>, visitor: Visitor) -> Markup {
    let language = visitor.language();
    let status = site.status().await;
    let problems = status.map(|status| status.problems.clone()).unwrap_or_default();
    let body = html! {
        section .card aria-labelledby="dai-thay" {
            h2 id="dai-thay" { (visitor.pick("Đài đang thấy", "As the station sees it")) }
            @if problems.is_empty() { p { (visitor.pick(
                "Đài đọc được cài đặt và lịch phát. Quy định về giờ phát và âm thanh của từng tệp chỉ xem khi bấm Kiểm tra ngay.",
                "The station reads settings and schedules. The rules of hours and the sound of each file are looked at by Check now.",
            )) } }
            @for problem in problems.iter().take(SHOWN) { pre .notice.warn { (problem) } }
        }
        @if visitor.account.may(Right::Plan) {
            section .card aria-labelledby="kiem-tra" {
                h2 id="kiem-tra" { (visitor.pick("Kiểm tra tất cả", "Check everything")) }
                p { (visitor.pick(
                    "Đọc lại cài đặt, lịch phát và giải mã thử mọi tệp âm thanh, như lệnh loa check. Có thể mất vài phút; đài vẫn phát bình thường.",
                    "Reads settings and schedules and decodes every audio file, as loa check does. It may take minutes; the station airs on.",
                )) }
                (form::button(&visitor, "/api/check", visitor.pick("Kiểm tra ngay", "Check now"), "primary", None, &[]))
            }
        }
        @if let Some(checked) = site.system.checked() { (outcome(&checked, &site.config(), language)) }
    };
    page(&site, &visitor, HERE, visitor.pick("Kiểm tra tệp", "Check files"), &body)
}

fn outcome(checked: &Checked, config: &Config, language: Language) -> Markup {
    let (errors, warnings) = counts(checked);
    let told = match language {
        Language::Vi => format!(
            "Kiểm tra lúc {}: {} chương trình, {errors} lỗi, {warnings} cảnh báo",
            words::instant(language, checked.at),
            checked.programmes
        ),
        Language::En => format!(
            "Checked at {}: {} programmes, {errors} errors, {warnings} warnings",
            words::instant(language, checked.at),
            checked.programmes
        ),
    };
    html! {
        section .card aria-labelledby="ket-qua" {
            h2 id="ket-qua" { (told) }
            @if checked.problems.is_empty() { p { (language.pick("Không có lỗi nào.", "Nothing is wrong.")) } }
            @for problem in checked.problems.iter().take(SHOWN) { (one(problem, config, language)) }
        }
    }
}

fn one(problem: &Problem, config: &Config, language: Language) -> Markup {
    let class = if problem.severity == Severity::Error { "bad" } else { "warn" };
    let said = problem.say(language);
    let place = problem.place.as_ref().map(ToString::to_string).unwrap_or_default();
    let line = problem.place.as_ref().and_then(|place| place.spot.as_ref()).map(|spot| spot.text.clone());
    html! {
        div class={ "notice " (class) } {
            strong { (sentence(language.severity(problem.severity))) ": " (coded(&sentence(&said.message))) }
            @if !place.is_empty() { code { (place) } }
            @if let Some(line) = line.filter(|line| !line.is_empty()) { pre .mono { (line) } }
            @if let Some(advice) = &said.advice { p { (coded(&sentence(advice))) } }
            @if let Some((path, words)) = mended_at(problem, config, language) { p { a href=(path) { (words) } } }
        }
    }
}

/// Where a problem is mended on the page.
fn mended_at(problem: &Problem, config: &Config, language: Language) -> Option<(&'static str, &'static str)> {
    let path = &problem.place.as_ref()?.path;
    if *path == config.path.display().to_string() {
        return Some(("/he-thong/cai-dat", language.pick("Sửa trong Cài đặt", "Mend it in the settings")));
    }
    let is_schedule = path.starts_with(&config.schedules_dir().display().to_string());
    is_schedule.then(|| ("/lich-phat", language.pick("Sửa trong Lịch phát", "Mend it in the timetable")))
}

/// Errors and warnings.
pub(super) fn counts(checked: &Checked) -> (usize, usize) {
    let count = |severity| checked.problems.iter().filter(|problem| problem.severity == severity).count();
    (count(Severity::Error), count(Severity::Warning))
}

fn object(checked: &Checked, language: Language) -> Value {
    let problem = |problem: &Problem| {
        let said = problem.say(language);
        let place = problem.place.as_ref();
        let spot = place.and_then(|place| place.spot.as_ref());
        json!({
            "path": place.map(|place| &place.path), "line": spot.map(|spot| spot.line), "column": spot.map(|spot| spot.column),
            "severity": if problem.severity == Severity::Error { "error" } else { "warning" },
            "message": said.message, "advice": said.advice,
        })
    };
    let problems: Vec<_> = checked.problems.iter().take(SHOWN).map(problem).collect();
    let (errors, warnings) = counts(checked);
    json!({"at": checked.at, "programmes": checked.programmes, "errors": errors, "warnings": warnings, "problems": problems})
}

async fn api(State(site): State<Arc<Site>>, visitor: Visitor) -> Json<Value> {
    let status = site.status().await;
    let problems = status.map(|status| status.problems.clone()).unwrap_or_default();
    let checked = site.system.checked().map(|checked| object(&checked, visitor.language()));
    Json(json!({"station": problems, "checked": checked}))
}

async fn check(State(site): State<Arc<Site>>, visitor: Visitor) -> Answer {
    let (_turn, has_waited) = site.system.turn_to_check().await;
    let joined = site.system.checked().filter(|_| has_waited);
    let checked = if joined.is_some() {
        joined
    } else {
        let (config, clock, asked) = (site.config(), site.clock.clone(), Arc::clone(&site));
        tokio::task::spawn_blocking(move || asked.system.check(&config, &config.path, &clock)).await.ok()
    };
    let Some(checked) = checked else {
        return Err(Refusal::later(visitor.pick("chưa kiểm tra được, hãy thử lại", "not checked, try again")));
    };
    let (errors, warnings) = counts(&checked);
    let told = match visitor.language() {
        Language::Vi => format!("đã kiểm tra xong: {errors} lỗi, {warnings} cảnh báo"),
        Language::En => format!("checked: {errors} errors, {warnings} warnings"),
    };
    Ok(Done::new(told, HERE).with(object(&checked, visitor.language())))
}
