//! Cụm loa: how each zone is, since when, and what people recorded of it; broken, repaired, undone.
//!
//! In: a zone, since when, why. Out: the page, JSON, and one act on a zone each. A zone that is broken gets no airing in any
//! figure until it is repaired. The rule of whole days is `office::zone`'s. Next: `crate::office`'s `zone`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json};
use chrono::NaiveTime;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::super::answer::{Answer, Done, Refusal};
use super::super::super::layout::sentence;
use super::super::super::part::form;
use super::super::super::routes::{Needs, Route};
use super::super::super::site::Site;
use super::super::super::visitor::Visitor;
use super::counted::{away, register, said_wrong};
use super::{page, refused};
use crate::calendar::instant;
use crate::config::Config;
use crate::office::fields::Typed;
use crate::office::zone::told::{ActLine, Made, ZoneLine, act_words, lines, minute, sentence as told};
use crate::office::zone::{self, Recorded, Refused, Said, Since};
use crate::people::Right;
use crate::problem::{Problem, Severity};
use crate::schedule::table::parse_date;
use crate::zones::{Act, Change};

const PATH: &str = "/bao-cao/cum-loa";

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(PATH, Needs::Right(Right::Look), get(show)),
        Route::get("/api/zones", Needs::Right(Right::Look), get(object)),
        Route::post("/api/zones/broken", Needs::Right(Right::Remark), "zone.broken", post(broken)),
        Route::post("/api/zones/repaired", Needs::Right(Right::Remark), "zone.repaired", post(repaired)),
        Route::post("/api/zones/undo", Needs::Right(Right::Remark), "zone.undo", post(undo)),
    ]
}

async fn acts(site: &Site, visitor: &Visitor) -> Result<(Arc<Config>, Vec<Act>), Refusal> {
    let config = site.config();
    let of = Arc::clone(&config);
    let acts = away(move || zone::acts(&of)).await?.map_err(|error| register(&error, visitor))?;
    Ok((config, acts))
}

async fn show(State(site): State<Arc<Site>>, visitor: Visitor) -> Response {
    let title = visitor.pick("Cụm loa", "Zones");
    let (config, acts) = match acts(&site, &visitor).await {
        Ok(found) => found,
        Err(refusal) => return refused(&site, &visitor, PATH, title, &refusal, &html! {}),
    };
    let zones = lines(&config, &acts, site.now().to_utc());
    let may_act = visitor.account.may(Right::Remark);
    let body = html! {
        p { (visitor.pick(
            "Cụm loa nào hỏng thì báo ở đây: từ lúc đó không lượt phát nào được tính cho cụm ấy, cho đến khi ghi là đã sửa. Máy không tự \
             biết loa ngoài trời có kêu hay không.",
            "Report a zone whose loudspeakers are silent: no airing counts for it until it is recorded as repaired. The machine cannot \
             know by itself whether a loudspeaker sounds.",
        )) }
        @if zones.is_empty() { p .empty { (visitor.pick("Đài chưa khai cụm loa nào trong loa.toml.", "No zone in loa.toml.")) } }
        div .grid {
            @for line in &zones { (one(&config, line, may_act, &visitor)) }
        }
        (history(&config, &acts, may_act, &visitor))
    };
    page(&site, &visitor, PATH, title, &[], &body).into_response()
}

async fn object(State(site): State<Arc<Site>>, visitor: Visitor) -> Result<Json<Value>, Refusal> {
    let (config, acts) = acts(&site, &visitor).await?;
    let zones = lines(&config, &acts, site.now().to_utc());
    Ok(Json(json!({"zones": zones, "acts": act_lines(&config, &acts)})))
}

fn act_lines<'a>(config: &'a Config, acts: &'a [Act]) -> Vec<ActLine<'a>> {
    let undone_by = |act: &Act| acts.iter().find(|other| other.undoes == Some(act.seq)).map(|other| other.seq);
    acts.iter().map(|act| ActLine::of(config, act, undone_by(act))).collect()
}

fn one(config: &Config, line: &ZoneLine<'_>, may_act: bool, visitor: &Visitor) -> Markup {
    let is_broken = line.since_at.is_some();
    html! {
        section .card {
            h2 { (line.name) " " small { "(" (line.zone) ")" } }
            p {
                @if is_broken { span .chip.bad { "✕ " (visitor.pick("đang hỏng", "broken")) } }
                @else { span .chip.good { "✓ " (visitor.pick("đang hoạt động", "working")) } }
                @if let Some(speakers) = line.speakers { " " (speakers) " " (visitor.pick("loa", "loudspeakers")) }
            }
            @if let Some(since) = line.since_at {
                p { (visitor.pick("Hỏng từ", "Since")) " " (minute(config, since))
                    @if let Some(why) = line.why { ": " (why) } @if let Some(by) = line.by { " (" (by) ")" } }
            }
            p .soft { (visitor.pick("Số ngày hỏng trong tháng này:", "Days broken this month:")) " " (line.broken_days_this_month) }
            @if may_act { (forms(line, is_broken, visitor)) }
        }
    }
}

/// The act that fits: a working zone can break, a broken one be repaired.
fn forms(line: &ZoneLine<'_>, is_broken: bool, visitor: &Visitor) -> Markup {
    let id = |name: &str| format!("{name}-{}", line.zone);
    let input = |name: &str, kind: &str, label: &str, hint: Option<&str>| {
        let control = html! { input type=(kind) id=(id(name)) name=(name); };
        html! {
            div .field data-field=(name) {
                label for=(id(name)) { (label) }
                (control)
                @if let Some(hint) = hint { p .hint { (hint) } }
                p .fault hidden {}
            }
        }
    };
    let (action, summary, button, class) = if is_broken {
        (
            "/api/zones/repaired",
            visitor.pick("Ghi đã sửa xong", "Record the repair"),
            visitor.pick("Ghi là đã sửa", "Record as repaired"),
            "primary",
        )
    } else {
        (
            "/api/zones/broken",
            visitor.pick("Báo hỏng", "Report as broken"),
            visitor.pick("Ghi là hỏng", "Record as broken"),
            "danger",
        )
    };
    let day_hint = if is_broken {
        visitor.pick(
            "Để trống là bây giờ. Chỉ ghi ngày: cả ngày sửa vẫn tính là hỏng.",
            "Blank is now. A day alone: the day of the repair counts as broken.",
        )
    } else {
        visitor.pick(
            "Để trống là bây giờ. Chỉ ghi ngày: hỏng từ đầu ngày đó.",
            "Blank is now. A day alone: from its beginning.",
        )
    };
    let body = html! {
        input type="hidden" name="zone" value=(line.zone);
        (input("ngay", "date", visitor.pick("Từ ngày", "Since the day"), Some(day_hint)))
        (input("gio", "time", visitor.pick("Lúc (nếu biết)", "At (if known)"), None))
        (input("why", "text", visitor.pick("Hỏng gì, sửa gì (nên ghi)", "What was it"), None))
        button class=(class) { (button) }
    };
    html! { details .fold { summary { (summary) } (form::act(visitor, action, &body)) } }
}

fn history(config: &Config, acts: &[Act], may_act: bool, visitor: &Visitor) -> Markup {
    let lines = act_lines(config, acts);
    html! {
        h2 { (visitor.pick("Đã ghi nhận", "What was recorded")) }
        @if lines.is_empty() { p .empty { (visitor.pick("Chưa có ghi nhận nào.", "Nothing was recorded.")) } }
        @else {
            table .cards {
                thead { tr {
                    @for (vi, en) in [("Số", "No."), ("Cụm loa", "Zone"), ("Ghi nhận", "Act"), ("Từ lúc", "From"), ("Ghi lúc, người ghi", "Recorded, by"), ("Lý do", "Why")] {
                        th scope="col" { (visitor.pick(vi, en)) }
                    }
                    @if may_act { th scope="col" { (visitor.pick("Ghi nhầm", "Mistake")) } }
                } }
                tbody { @for line in lines.iter().rev() { tr {
                    td data-label=(visitor.pick("Số", "No.")) { (line.seq) }
                    td data-label=(visitor.pick("Cụm loa", "Zone")) { (line.name) }
                    td data-label=(visitor.pick("Ghi nhận", "Act")) { (act_words(visitor.language(), line)) }
                    td data-label=(visitor.pick("Từ lúc", "From")) { (minute(config, line.is.at)) }
                    td data-label=(visitor.pick("Ghi lúc, người ghi", "Recorded, by")) { (minute(config, line.is.recorded_at)) br; (line.by) }
                    td data-label=(visitor.pick("Lý do", "Why")) { (line.why.unwrap_or_default()) }
                    @if may_act { td { @if line.undone_by.is_none() && line.is.act != Change::Undone { (undoing(line, visitor)) } } }
                } } }
            }
        }
    }
}

fn undoing(line: &ActLine<'_>, visitor: &Visitor) -> Markup {
    let id = format!("why-{}", line.seq);
    let body = html! {
        input type="hidden" name="seq" value=(line.seq);
        div .field data-field="why" {
            label for=(id) { (visitor.pick("Nhầm thế nào", "What was wrong")) }
            input type="text" id=(id) name="why" required;
            p .fault hidden {}
        }
        button { (visitor.pick("Hủy ghi nhận này", "Undo this act")) }
    };
    html! { details { summary { (visitor.pick("Hủy", "Undo")) } (form::act(visitor, "/api/zones/undo", &body)) } }
}

/// What a form says of a zone.
#[derive(Debug, Deserialize)]
struct Sent {
    #[serde(default)]
    zone: String,
    #[serde(default)]
    ngay: String,
    #[serde(default)]
    gio: String,
    #[serde(default)]
    why: String,
    #[serde(default)]
    seq: String,
}

impl Sent {
    /// Since when; a time alone is of today.
    fn since(&self, site: &Site, visitor: &Visitor) -> Result<Since, Refusal> {
        let wrong = |field: &str, vi, en| Err(Refusal::wrong(visitor.pick(vi, en)).at(field, visitor.pick(vi, en)));
        let day = match self.ngay.trim() {
            "" => None,
            typed => match parse_date(typed) {
                Some(day) => Some(day),
                None => return wrong("ngay", "ngày không đúng, ghi như 2025-03-01", "write the day as 2025-03-01"),
            },
        };
        let time = match self.gio.trim() {
            "" => None,
            typed => match ["%H:%M", "%H:%M:%S"].iter().find_map(|form| NaiveTime::parse_from_str(typed, form).ok()) {
                Some(time) => Some(time),
                None => return wrong("gio", "giờ không đúng, ghi như 17:05", "write the time as 17:05"),
            },
        };
        Ok(match (day, time) {
            (None, None) => Since::Now,
            (Some(day), None) => Since::Day(day),
            (day, Some(time)) => {
                let local = day.unwrap_or_else(|| site.today()).and_time(time);
                Since::Instant(instant(site.config().station.timezone, local))
            }
        })
    }
}

async fn broken(State(site): State<Arc<Site>>, visitor: Visitor, Form(sent): Form<Sent>) -> Answer {
    let said = Said::Broken(sent.zone.trim().to_owned(), sent.since(&site, &visitor)?);
    record(&site, &visitor, said, sent.why, false).await
}

async fn repaired(State(site): State<Arc<Site>>, visitor: Visitor, Form(sent): Form<Sent>) -> Answer {
    let said = Said::Repaired(sent.zone.trim().to_owned(), sent.since(&site, &visitor)?);
    record(&site, &visitor, said, sent.why, false).await
}

async fn undo(State(site): State<Arc<Site>>, visitor: Visitor, Form(sent): Form<Sent>) -> Answer {
    let seq = sent.seq.trim().parse().map_err(|_| {
        Refusal::wrong(visitor.pick("ghi nhận nào thì phải có số của nó", "name the act by its number"))
    })?;
    record(&site, &visitor, Said::Undo(seq), sent.why, true).await
}

async fn record(site: &Site, visitor: &Visitor, said: Said, why: String, must_say_why: bool) -> Answer {
    let (config, signed) = (site.config(), site.signature(visitor));
    let label = visitor.pick("Lý do", "Why").to_owned();
    let recorded = away(move || {
        let mut typed = Typed::new(&config);
        let why = if why.trim().is_empty() && !must_say_why { None } else { typed.line(&label, &why) };
        let recorded = zone::record(&config, said, why.as_deref(), &signed, typed.problems);
        (config, recorded)
    });
    let (config, recorded) = recorded.await?;
    match recorded {
        Ok(Recorded { act, states, remarks: _ }) => {
            let object = serde_json::to_value(Made::of(&config, &act)).unwrap_or_default();
            Ok(Done::new(sentence(&told(&config, &act, &states, visitor.language())), PATH).with(object))
        }
        Err(Refused::Problems(problems)) => Err(said_wrong(&problems, visitor)),
        Err(Refused::Fault(fault)) => {
            let mut refusal = said_wrong(&[Problem::typed(Severity::Error, fault)], visitor);
            refusal.status = axum::http::StatusCode::CONFLICT;
            Err(refusal)
        }
        Err(Refused::Register(error)) => Err(register(&error, visitor)),
    }
}
