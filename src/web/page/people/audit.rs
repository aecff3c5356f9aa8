//! The audit: what people did on the page, and to accounts, the newest first, a page at a time.
//!
//! In: a person, an act, days, the number before which the page begins. Out: the rows, each to its end. Nothing of it can be
//! changed here or anywhere else. Next: `acts`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::routing::get;
use chrono::{Days, NaiveDate};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::super::answer::Refusal;
use super::super::super::layout::{self, Tab, sentence};
use super::super::super::part::{form, words};
use super::super::super::people::unrecorded;
use super::super::super::routes::{Needs, Route};
use super::super::super::site::Site;
use super::super::super::visitor::Visitor;
use super::super::system::subtabs;
use super::acts;
use crate::airing::rfc3339;
use crate::calendar::start_of_day;
use crate::people::{Asked, Ending, Recorded, Right};
use crate::store::{Register, RegisterError};

/// The page.
const HERE: &str = "/he-thong/thao-tac";
/// Rows of a page.
const ROWS: i64 = 50;
/// Rows that a program gets at once, at most.
const MOST_ROWS: i64 = 500;

pub(super) fn routes() -> Vec<Route> {
    const KEEPS: Needs = Needs::Right(Right::Accounts);
    vec![Route::get(HERE, KEEPS, get(show)), Route::get("/api/audit", KEEPS, get(list))]
}

/// What is wanted, as it stands in the address; what makes no sense is left out.
#[derive(Debug, Default, Deserialize)]
struct Wanted {
    #[serde(default)]
    nguoi: String,
    #[serde(default)]
    viec: String,
    #[serde(default)]
    tu: String,
    #[serde(default)]
    den: String,
    #[serde(default)]
    truoc: String,
    #[serde(default)]
    so: String,
}

impl Wanted {
    fn asked(&self, site: &Site, most: i64) -> Asked {
        let zone = site.config().station.timezone;
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        let word = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        let last = day(&self.den).and_then(|day| day.checked_add_days(Days::new(1)));
        Asked {
            login: word(&self.nguoi),
            act: word(&self.viec),
            from: day(&self.tu).map(|day| start_of_day(zone, day)),
            to: last.map(|day| start_of_day(zone, day)),
            before: self.truoc.parse().ok(),
            limit: self.so.parse().unwrap_or(ROWS).clamp(1, most),
        }
    }

    fn older(&self, before: i64) -> String {
        let before = before.to_string();
        let fields =
            [("nguoi", &self.nguoi), ("viec", &self.viec), ("tu", &self.tu), ("den", &self.den), ("truoc", &before)];
        let query = serde_urlencoded::to_string(fields).unwrap_or_default();
        format!("{HERE}?{query}")
    }
}

struct Found {
    rows: Vec<Recorded>,
    logins: Vec<String>,
    acts: Vec<String>,
}

async fn find(site: &Site, visitor: &Visitor, asked: &Asked) -> Result<Found, Refusal> {
    let found = async {
        let Some(mut register) = Register::look(&site.config().data_dir).await? else {
            return Ok(Found { rows: Vec::new(), logins: Vec::new(), acts: Vec::new() });
        };
        let found = Found {
            rows: register.deeds(asked).await?,
            logins: register.audited_logins().await?,
            acts: register.audited_acts().await?,
        };
        register.close().await;
        Ok::<_, RegisterError>(found)
    };
    found.await.map_err(|error| unrecorded(&visitor.guest, &error))
}

async fn show(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Markup, Refusal> {
    let asked = wanted.asked(&site, ROWS);
    let found = find(&site, &visitor, &asked).await?;
    let title = visitor.pick("Nhật ký thao tác", "Audit");
    let is_full = found.rows.len() as i64 == asked.limit;
    let oldest = found.rows.last().map(|row| row.seq).filter(|seq| is_full && *seq > 1);
    let body = html! {
        h1 { (title) }
        (subtabs(&visitor, HERE))
        p .soft { (visitor.pick(
            "Ai đã làm gì, lúc nào, từ máy nào, kể cả việc bị từ chối. Không ai sửa hay xóa được mà không lộ ra; kỹ thuật viên \
             kiểm tra bằng lệnh ",
            "Who did what, when and from where, also what was refused. Nobody changes or removes any of it unseen; the \
             technician proves that with ",
        )) code { "loa log verify" } "." }
        (filters(&visitor, &wanted, &found))
        @if found.rows.is_empty() {
            p .empty { (visitor.pick("Không có thao tác nào như vậy.", "There is nothing of that kind.")) }
        } @else {
            (table(&visitor, &found.rows))
        }
        p .row {
            @if asked.before.is_some() { a .button href=(HERE) { (visitor.pick("Mới nhất", "Newest")) } }
            @if let Some(oldest) = oldest {
                a .button href=(wanted.older(oldest)) rel="next" { (visitor.pick("Cũ hơn", "Older")) }
            }
        }
    };
    Ok(layout::page(&site, &visitor, Tab::System, title, &[], &body))
}

fn filters(visitor: &Visitor, wanted: &Wanted, found: &Found) -> Markup {
    let all = (String::new(), visitor.pick("tất cả", "all").to_owned());
    let of = |values: &[String], said: &dyn Fn(&String) -> String| {
        std::iter::once(all.clone()).chain(values.iter().map(|each| (each.clone(), said(each)))).collect::<Vec<_>>()
    };
    let people = of(&found.logins, &Clone::clone);
    let acts = of(&found.acts, &|act| acts::words(act, visitor.language()).to_owned());
    let day = |name: &str, label: &str, value: &str| {
        form::field(name, label, None, &html! { input type="date" id=(name) name=(name) value=(value); })
    };
    html! {
        form .filters method="get" action=(HERE) {
            (form::choice("nguoi", visitor.pick("Người", "Person"), &people, &wanted.nguoi, None))
            (form::choice("viec", visitor.pick("Việc", "Act"), &acts, &wanted.viec, None))
            (day("tu", visitor.pick("Từ ngày", "From"), &wanted.tu))
            (day("den", visitor.pick("Đến ngày", "To"), &wanted.den))
            button { (visitor.pick("Lọc", "Show")) }
        }
    }
}

fn table(visitor: &Visitor, rows: &[Recorded]) -> Markup {
    let heads = [
        visitor.pick("Lúc", "When"),
        visitor.pick("Ai", "Who"),
        visitor.pick("Việc", "Act"),
        visitor.pick("Về", "Of"),
        visitor.pick("Kết quả", "Outcome"),
    ];
    html! {
        table .cards {
            thead { tr { @for head in heads { th { (head) } } } }
            tbody { @for Recorded { seq, deed } in rows {
                tr id={ "so-" (seq) } {
                    td .num data-label=(heads[0]) { (words::instant(visitor.language(), deed.at)) }
                    td data-label=(heads[1]) {
                        (deed.name)
                        @if let Some(login) = &deed.login { " (" (login) ")" }
                        br;
                        small {
                            @if let Some(from) = &deed.from_address { (from) } @else { (visitor.pick("dòng lệnh", "command line")) }
                        }
                    }
                    td data-label=(heads[2]) { (sentence(acts::words(&deed.act, visitor.language()))) }
                    td data-label=(heads[3]) { (deed.subject.as_deref().unwrap_or("–")) }
                    td data-label=(heads[4]) {
                        (ending(visitor, deed.ending))
                        @if let Some(told) = &deed.told { div { (sentence(told)) } }
                        @if let Some(why) = &deed.why { div .soft { (visitor.pick("Lý do", "Why")) ": " (why) } }
                    }
                }
            } }
        }
    }
}

fn ending(visitor: &Visitor, ending: Ending) -> Markup {
    let (class, sign) = match ending {
        Ending::Done => ("good", "✓"),
        Ending::Refused => ("warn", "!"),
        Ending::Failed => ("bad", "✕"),
    };
    html! { span class={ "chip " (class) } { span aria-hidden="true" { (sign) " " } (ending.say(visitor.language())) } }
}

async fn list(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Value>, Refusal> {
    let found = find(&site, &visitor, &wanted.asked(&site, MOST_ROWS)).await?;
    let object = |Recorded { seq, deed }: &Recorded| {
        json!({
            "seq": seq, "at": rfc3339(&deed.at), "login": deed.login, "name": deed.name,
            "from_address": deed.from_address, "act": deed.act, "subject": deed.subject, "why": deed.why,
            "outcome": deed.ending.as_str(), "told": deed.told, "via": deed.via.as_str(),
        })
    };
    Ok(Json(found.rows.iter().map(object).collect()))
}
