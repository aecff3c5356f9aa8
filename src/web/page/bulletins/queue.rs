//! `/tin-bai/hang-cho`: what waits and when each is drawn next; entries added, previewed and taken out.
//!
//! In: what is wished, or an entry's number. Out: the queue as page and JSON, and what came of an act, as `loa queue` tells it.
//! Next: `crate::office::queue`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::routing::{get, post};
use chrono::DateTime;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::super::super::answer::{Answer, Done, Refusal};
use super::super::super::layout::{self, Tab};
use super::super::super::part::{form, words};
use super::super::super::routes::{Needs, Route};
use super::super::super::site::Site;
use super::super::super::visitor::Visitor;
use super::draws::{self, Foreseen};
use super::sent::Sent;
use super::{Place, away, failed, subtabs, unreadable};
use crate::language::Language;
use crate::office::foreseen::{accepted, foresight};
use crate::office::queue::{self, Enqueued, Listed, Removed, State as Stands};
use crate::office::words::plain;
use crate::people::Right;
use crate::problem::{Problem, Severity};
use crate::rundown::queueing::Wanted;
use crate::store::Signature;

pub(super) fn routes() -> Vec<Route> {
    let (look, write) = (Needs::Right(Right::Look), Needs::Right(Right::Write));
    vec![
        Route::get("/tin-bai/hang-cho", look, get(page)),
        Route::get("/api/queue", look, get(data)),
        Route::get("/api/queue/preview", look, get(preview)),
        Route::post("/api/queue", write, "queue.add", post(add)),
        Route::post("/api/queue/{entry}/remove", write, "queue.remove", post(remove)),
    ]
}

/// The queue as the pages show it.
pub(super) struct Queue {
    /// Every entry that ever was.
    pub(super) entries: Vec<Listed>,
    /// Titles of programmes by their ids.
    titles: HashMap<String, String>,
    /// Bulletins that wait and may not air yet.
    unapproved: HashSet<i64>,
}

/// Reads it. Blocks on the database.
pub(super) fn listed(site: &Site, language: Language) -> Result<Queue, Refusal> {
    let (config, now) = (site.config(), site.clock.now().wall);
    let entries = queue::entries(&config).map_err(|error| failed(language, &error))?;
    let mut listed = queue::listed(&config, &entries);
    // A schedule with problems has no draws; the queue is there all the same.
    let schedule = accepted(&config).unwrap_or_default();
    let seen = foresight(&config, &schedule, now, now, 0).map_err(|error| unreadable(language, &error))?;
    let (mut foresight, _) = seen;
    let may_air = |number| foresight.bulletin(number).is_none_or(|known| known.may_air(config.approval.required));
    let unapproved = listed.iter().map(|each| each.bulletin).filter(|number| !may_air(*number)).collect();
    queue::foresee(&config, &schedule, &mut foresight, now, &mut listed);
    let titles = schedule.programmes.iter().map(|each| (each.id.clone(), each.title.clone())).collect();
    Ok(Queue { entries: listed, titles, unapproved })
}

async fn data(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Query(asked): Query<HashMap<String, String>>,
) -> Result<Json<Value>, Refusal> {
    let language = visitor.language();
    let Queue { entries: mut all, .. } = away(&visitor, move || listed(&site, language)).await?;
    all.retain(|each| asked.contains_key("all") || each.state == Stands::Waiting);
    Ok(Json(json!({ "queue": all })))
}

async fn page(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Query(asked): Query<HashMap<String, String>>,
) -> Result<Markup, Refusal> {
    let (looked, language) = (Arc::clone(&site), visitor.language());
    let mut all = away(&visitor, move || listed(&looked, language)).await?;
    let shows_all = asked.contains_key("tat-ca");
    all.entries.retain(|each| shows_all || each.state == Stands::Waiting);
    let title = visitor.pick("Hàng chờ phát", "Queue");
    let body = html! {
        h1 { (title) }
        (subtabs(&visitor, Place::Queue, visitor.account.may(Right::Write)))
        @if all.entries.is_empty() {
            p .empty { (visitor.pick(
                "Hàng chờ không có tin bài nào. Mở một tin bài rồi bấm Xếp vào hàng chờ.",
                "Nothing waits. Open a bulletin and queue it.")) }
        } @else {
            (table(&visitor, &all, true))
        }
        p {
            @if shows_all { a href="/tin-bai/hang-cho" { (visitor.pick("Chỉ xem mục đang chờ", "Only what waits")) } }
            @else { a href="/tin-bai/hang-cho?tat-ca=1" { (visitor.pick("Xem cả mục đã phát đủ, hết hạn, đã rút", "Also what is done, expired or removed")) } }
        }
    };
    Ok(layout::page(&site, &visitor, Tab::Bulletins, title, &[], &body))
}

/// The entries as a table; with the bulletin's title where there are several bulletins.
pub(super) fn table(visitor: &Visitor, all: &Queue, with_titles: bool) -> Markup {
    let language = visitor.language();
    let heads = [
        visitor.pick("Mục", "Entry"),
        visitor.pick("Tin bài", "Bulletin"),
        visitor.pick("Chương trình", "Programme"),
        visitor.pick("Đã phát", "Aired"),
        visitor.pick("Từ – đến", "From – until"),
        visitor.pick("Sẽ phát", "Next"),
        visitor.pick("Việc", "Act"),
    ];
    let any = visitor.pick("mọi chương trình", "any");
    let title_of = |id: &String| all.titles.get(id).unwrap_or(id).clone();
    html! {
        table .cards {
            thead { tr { @for (at, head) in heads.iter().enumerate() { @if with_titles || at != 1 { th scope="col" { (head) } } } } }
            tbody {
                @for each in &all.entries {
                    tr {
                        td .num data-label=(heads[0]) { (each.queue) }
                        @if with_titles {
                            td data-label=(heads[1]) { a href={ "/tin-bai/" (each.bulletin) } { "số " (each.bulletin) ": " (each.title) } }
                        }
                        td data-label=(heads[2]) { (each.programme.as_ref().map_or_else(|| any.to_owned(), title_of)) }
                        td .num data-label=(heads[3]) { (each.aired) "/" (each.times) }
                        td data-label=(heads[4]) { (days(language, each)) }
                        td data-label=(heads[5]) { (next(language, each, all)) }
                        td data-label=(heads[6]) {
                            @if each.state == Stands::Waiting && visitor.account.may(Right::Write) {
                                (form::button(visitor, &format!("/api/queue/{}/remove", each.queue), visitor.pick("Rút ra", "Take out"), "nowrap", Some(visitor.pick("Rút tin bài này khỏi hàng chờ?", "Take this bulletin out of the queue?")), &[("back", &visitor.guest.path)]))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn days(language: Language, entry: &Listed) -> String {
    let day = |day: Option<chrono::NaiveDate>| day.map_or_else(|| "…".to_owned(), |day| words::date(language, day));
    if entry.from.is_none() && entry.until.is_none() {
        return language.pick("không hạn", "no limit").to_owned();
    }
    format!("{} – {}", day(entry.from), day(entry.until))
}

fn next(language: Language, entry: &Listed, all: &Queue) -> Markup {
    let at = entry.next_at.as_ref().and_then(|at| DateTime::parse_from_rfc3339(at).ok());
    match (entry.state, at, &entry.next_programme) {
        (Stands::Removed, ..) => html! { span .chip.off { "– " (language.pick("đã rút ra", "removed")) } },
        (Stands::Done, ..) => html! { span .chip.good { "✓ " (language.pick("đã phát đủ", "done")) } },
        (Stands::Expired, ..) => html! { span .chip.warn { "! " (language.pick("đã hết hạn", "expired")) } },
        (Stands::Waiting, Some(at), Some(programme)) => html! {
            (words::clock(at)) " " (words::day(language, at.date_naive())) br; span .soft { (all.titles.get(programme).unwrap_or(programme)) }
        },
        (Stands::Waiting, ..) if all.unapproved.contains(&entry.bulletin) => {
            html! { span .chip.off { "… " (language.pick("chờ duyệt", "waiting for approval")) } }
        }
        (Stands::Waiting, ..) => {
            html! { span .soft { (language.pick("chưa thấy trong 14 ngày tới", "not in the next 14 days")) } }
        }
    }
}

async fn preview(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Json<Foreseen>, Refusal> {
    let language = visitor.language();
    let wanted = draws::wanted(language, &Sent::of(asked))?;
    away(&visitor, move || draws::foresee(&site, language, &wanted)).await.map(Json)
}

async fn add(State(site): State<Arc<Site>>, visitor: Visitor, sent: Sent) -> Answer {
    let (language, signed) = (visitor.language(), site.signature(&visitor));
    let wanted = draws::wanted(language, &sent)?;
    away(&visitor, move || enqueue(&site, language, &wanted, &signed)).await
}

fn enqueue(site: &Site, language: Language, wanted: &Wanted, signed: &Signature) -> Answer {
    let config = site.config();
    let schedule = accepted(&config).map_err(|error| unreadable(language, &error.into()))?;
    let judged = queue::judged(&config, &schedule, wanted, signed.at.to_utc());
    let problems = judged.map_err(|error| unreadable(language, &error))?.map_err(|error| failed(language, &error))?;
    let said = |problems: &[Problem], severity: Severity| {
        let of = problems.iter().filter(|problem| problem.severity == severity);
        of.map(|problem| layout::sentence(&plain(problem, language))).collect::<Vec<_>>()
    };
    let errors = said(&problems, Severity::Error);
    if !errors.is_empty() {
        return Err(Refusal::conflict(errors.join(". ")));
    }
    let entry = match queue::enqueue(&config, wanted, signed).map_err(|error| failed(language, &error))? {
        Enqueued::Done(entry) => entry,
        Enqueued::WaitsAlready(fault) => {
            return Err(Refusal::conflict(plain(&Problem::typed(Severity::Error, fault), language)));
        }
        Enqueued::Gone => {
            let (vi, en) =
                ("hàng chờ vừa bị người khác sửa, hãy xem lại", "somebody else has just changed the queue, look again");
            return Err(Refusal::conflict(language.pick(vi, en)));
        }
    };
    let airings = queue::airings(&config, &schedule, &entry.entry, site.clock.now().wall);
    let airings = airings.map_err(|error| unreadable(language, &error))?;
    let problems = queue::about(&config, &schedule, problems, &airings);
    let foreseen = draws::told(language, Vec::new(), said(&problems, Severity::Warning), airings);
    let (number, title) = (entry.entry.bulletin, &entry.title);
    let first = foreseen.airs.first().map_or(String::new(), |airs| format!(" {}", airs.told));
    let (vi, en) = (
        format!(
            "đã xếp tin bài số {number} “{title}” vào hàng chờ, phát {} lần. {}{first}",
            entry.entry.times, foreseen.told
        ),
        format!("queued bulletin {number} “{title}”, to air {} times. {}{first}", entry.entry.times, foreseen.told),
    );
    let mut object = json!(queue::listed(&config, std::slice::from_ref(&*entry)).first());
    object["approved"] = json!(foreseen.approved);
    object["airs"] = json!(foreseen.airs);
    object["warnings"] = json!(foreseen.warnings);
    Ok(Done::new(language.pick(&*vi, &*en), format!("/tin-bai/{number}")).with(object))
}

async fn remove(State(site): State<Arc<Site>>, visitor: Visitor, Path(entry): Path<String>, sent: Sent) -> Answer {
    let (language, signed) = (visitor.language(), site.signature(&visitor));
    let gone = move || match language {
        Language::Vi => Refusal::missing("không có mục này trong hàng chờ"),
        Language::En => Refusal::missing("there is no such entry in the queue"),
    };
    let entry: i64 = entry.parse().map_err(|_| gone())?;
    // Back to where the button was.
    let back = sent.owned("back").filter(|back| back.starts_with("/tin-bai"));
    away(&visitor, move || {
        match queue::remove(&site.config(), entry, &signed).map_err(|error| failed(language, &error))? {
            Removed::Done(waiting) => {
                let (number, title) = (waiting.entry.bulletin, &waiting.title);
                let vi = format!("đã rút tin bài số {number} “{title}” khỏi hàng chờ");
                let en = format!("bulletin {number} “{title}” is out of the queue");
                let object = json!({ "queue": entry, "bulletin": number, "state": "removed" });
                Ok(Done::new(language.pick(&*vi, &*en), back.unwrap_or_else(|| format!("/tin-bai/{number}")))
                    .with(object))
            }
            Removed::Before => {
                let (vi, en) = ("mục này đã được rút ra từ trước", "this entry was taken out before");
                Err(Refusal::conflict(language.pick(vi, en)))
            }
            Removed::OfBulletin(_) | Removed::Unknown => Err(gone()),
        }
    })
    .await
}
