//! Hoạt động: what was done besides the air for the plan's other forms and tasks, with what proves it.
//!
//! In: days, a code. Out: the list, and the same as JSON. Nothing here is an airing, and nothing is counted as one. Recording is
//! `office::activity`'s, as for the command. Next: `show`, `enter`, `acts`.

mod acts; // recorded, changed, withdrawn
mod enter; // the form
mod files; // proofs that come in and go out
mod show; // one with everything

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::NaiveDate;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::super::answer::Refusal;
use super::super::super::part::{form, words};
use super::super::super::routes::{Needs, Route};
use super::super::super::site::Site;
use super::super::super::visitor::Visitor;
use super::counted::{away, register};
use super::{page, refused};
use crate::activity::Activity;
use crate::office::activity;
use crate::office::activity::words::{Line, days, proof};
use crate::people::Right;
use crate::plan::Plan;
use crate::schedule::table::parse_date;

const PATH: &str = "/bao-cao/hoat-dong";

/// Lines of one page; older ones are found by their days.
const MOST_LINES: usize = 300;

pub(super) fn routes() -> Vec<Route> {
    let mut routes = vec![
        Route::get(PATH, Needs::Right(Right::Look), get(list)),
        Route::get("/api/activities", Needs::Right(Right::Look), get(objects)),
    ];
    routes.extend(enter::routes());
    routes.extend(show::routes());
    routes.extend(acts::routes());
    routes.extend(files::routes());
    routes
}

/// Which ones.
#[derive(Debug, Clone, Default, Deserialize)]
struct Wanted {
    #[serde(default, alias = "from")]
    tu: String,
    #[serde(default, alias = "to")]
    den: String,
    #[serde(default, alias = "code")]
    ma: String,
    /// Withdrawn ones too.
    #[serde(default, alias = "all")]
    ca: String,
}

impl Wanted {
    fn day(typed: &str, visitor: &Visitor) -> Result<Option<NaiveDate>, Refusal> {
        match typed.trim() {
            "" => Ok(None),
            typed => parse_date(typed).map(Some).ok_or_else(|| {
                Refusal::wrong(visitor.pick("ngày không đúng, ghi như 2025-03-01", "write a day as 2025-03-01"))
            }),
        }
    }

    /// Those that are wanted, the newest day first.
    fn of(&self, mut all: Vec<Activity>, visitor: &Visitor) -> Result<Vec<Activity>, Refusal> {
        let first = Self::day(&self.tu, visitor)?.unwrap_or(NaiveDate::MIN);
        let last = Self::day(&self.den, visitor)?.unwrap_or(NaiveDate::MAX);
        let code = self.ma.trim();
        all.retain(|each| {
            each.touches(first, last)
                && (code.is_empty() || each.code.eq_ignore_ascii_case(code))
                && (!self.ca.is_empty() || !each.is_withdrawn())
        });
        all.sort_by_key(|each| std::cmp::Reverse((each.date, each.number)));
        Ok(all)
    }
}

async fn found(site: &Site, wanted: &Wanted, visitor: &Visitor) -> Result<Vec<Activity>, Refusal> {
    let config = site.config();
    let all = away(move || activity::all(&config)).await?;
    wanted.of(all.map_err(|error| register(&error, visitor))?, visitor)
}

async fn objects(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Value>, Refusal> {
    let found = found(&site, &wanted, &visitor).await?;
    Ok(Json(json!(found.iter().map(Line::of).collect::<Vec<_>>())))
}

async fn list(State(site): State<Arc<Site>>, visitor: Visitor, Query(wanted): Query<Wanted>) -> Response {
    let title = visitor.pick("Hoạt động ngoài phát thanh", "Activities besides the air");
    let config = site.config();
    let plan = away(move || activity::fields::plan(&config).ok().flatten()).await.ok().flatten();
    let above = filters(&wanted, plan.as_deref(), &visitor);
    match found(&site, &wanted, &visitor).await {
        Err(refusal) => refused(&site, &visitor, PATH, title, &refusal, &above),
        Ok(found) => {
            let body = html! {
                p { (visitor.pick(
                    "Bài đăng, thông báo, cuộc họp, băng rôn, niêm yết: việc làm cho các hình thức và nhiệm vụ khác của kế hoạch. Được tính ở \
                     biểu riêng, không bao giờ tính là lượt phát.",
                    "Postings, notices, meetings, banners: what is done for the plan's other forms and tasks. Counted in a table of \
                     its own, never as an airing.",
                )) }
                @if visitor.account.may(Right::Activity) {
                    p { a .button.primary href={ (PATH) "/moi" } { (visitor.pick("Ghi hoạt động mới", "Enter an activity")) } }
                }
                (above)
                (lines(&found, plan.as_deref(), &visitor))
            };
            page(&site, &visitor, PATH, title, &[], &body).into_response()
        }
    }
}

/// The name of a form or task: its label, else the beginning of its text.
fn code_name(plan: Option<&Plan>, code: &str) -> Option<String> {
    let plan = plan?;
    let form = plan.forms.iter().find(|form| form.code == code).map(|form| form.label.clone());
    form.or_else(|| {
        let task = plan.tasks.iter().find(|task| task.code == code)?;
        let mut short: String = task.text.chars().take(90).collect();
        if short.len() < task.text.len() {
            short.push('…');
        }
        Some(format!("{}: {short}", task.who))
    })
}

/// Codes of forms and tasks, each with its name.
fn codes(plan: &Plan) -> Vec<(String, String)> {
    let all = plan.forms.iter().map(|form| &form.code).chain(plan.tasks.iter().map(|task| &task.code));
    let named = |code: &String| {
        let name = code_name(Some(plan), code).unwrap_or_default();
        (code.clone(), format!("{code}. {name}"))
    };
    all.map(named).collect()
}

fn filters(wanted: &Wanted, plan: Option<&Plan>, visitor: &Visitor) -> Markup {
    let mut options = vec![(String::new(), visitor.pick("Tất cả", "All").to_owned())];
    options.extend(plan.map(codes).unwrap_or_default());
    let day = |name: &str, label: &str, value: &str| {
        html! { div .field { label for=(name) { (label) } input type="date" id=(name) name=(name) value=(value); } }
    };
    html! {
        form .filters method="get" action=(PATH) {
            (day("tu", visitor.pick("Từ ngày", "From"), &wanted.tu))
            (day("den", visitor.pick("Đến hết ngày", "To"), &wanted.den))
            (form::choice("ma", visitor.pick("Hình thức, nhiệm vụ", "Form or task"), &options, &wanted.ma, None))
            (form::tick("ca", visitor.pick("Cả những hoạt động đã rút lại", "Withdrawn ones too"), !wanted.ca.is_empty(), None))
            button { (visitor.pick("Lọc", "Filter")) }
        }
    }
}

fn lines(found: &[Activity], plan: Option<&Plan>, visitor: &Visitor) -> Markup {
    let language = visitor.language();
    let heads = [
        ("Số", "No."),
        ("Ngày", "Day"),
        ("Hoạt động", "Activity"),
        ("Hình thức, nhiệm vụ", "Form or task"),
        ("Địa điểm", "Place"),
        ("Số người", "People"),
        ("Minh chứng", "Proof"),
    ];
    let number = |number: Option<i64>| number.map(|number| words::number(language, number)).unwrap_or_default();
    html! {
        p .soft { (found.len()) " " (visitor.pick("hoạt động", "activities"))
            @if found.len() > MOST_LINES { ". " (visitor.pick("Chỉ hiện 300 hoạt động mới nhất; chọn ngày để xem trước đó.", "The newest 300 are shown; choose days for older ones.")) } }
        @if found.is_empty() { p .empty { (visitor.pick("Chưa có hoạt động nào.", "No activities.")) } }
        @else {
            table .cards {
                thead { tr { @for (vi, en) in heads { th scope="col" { (visitor.pick(vi, en)) } } } }
                tbody { @for each in found.iter().take(MOST_LINES) { tr {
                    td data-label=(visitor.pick("Số", "No.")) { (each.number) }
                    td data-label=(visitor.pick("Ngày", "Day")) { (days(each)) }
                    td { a href={ (PATH) "/" (each.number) } { (each.title) }
                        @if each.is_withdrawn() { " " span .chip.off { "– " (visitor.pick("đã rút lại", "withdrawn")) } } }
                    td data-label=(visitor.pick("Hình thức, nhiệm vụ", "Form or task")) { strong { (each.code) }
                        @if let Some(name) = code_name(plan, &each.code) { ". " (name) }
                        @if let Some(channel) = &each.channel { " (" (channel) ")" } }
                    td data-label=(visitor.pick("Địa điểm", "Place")) { (each.place.as_deref().unwrap_or_default()) }
                    td .num data-label=(visitor.pick("Số người", "People")) { (number(each.people)) }
                    td data-label=(visitor.pick("Minh chứng", "Proof")) {
                        @if each.has_proof() { span .chip.good { "✓ " (proof(language, each)) } }
                        @else { span .chip.warn { "! " (proof(language, each)) } }
                    }
                } } }
            }
        }
    }
}
