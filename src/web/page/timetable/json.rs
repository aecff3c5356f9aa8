//! What the pages of the timetable show, for programs.
//!
//! In: days as a query. Out: JSON. The keys of occurrences are those of `loa timetable --format json`. Next: `super`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use chrono::Days;
use serde_json::{Value, json};

use super::super::super::answer::Refusal;
use super::super::super::site::Site;
use super::super::super::visitor::Visitor;
use super::fields::{Fields, day};
use super::look::{Ground, ground};
use super::programmes::files;
use crate::airing::rfc3339;
use crate::calendar::with_offset;
use crate::office::timetable::DAYS;
use crate::office::timetable::days::Airing;
use crate::problem::Problem;
use crate::rundown::foresee::length_ms;
use crate::schedule::days::When;
use crate::schedule::edit::form::{Airs, ItemForm, ProgrammeForm};

/// Days that are given at once.
const MOST_DAYS: i64 = 62;

/// `/api/timetable?from=…&days=…`.
pub(super) async fn timetable(State(site): State<Arc<Site>>, visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    let fields = Fields::of_query(&query.unwrap_or_default());
    let first = day(fields.text("from")).unwrap_or_else(|| site.today());
    let days = fields.text("days").parse().unwrap_or(7).clamp(1, MOST_DAYS);
    match ground(&site, &visitor, first, days).await {
        Ok(ground) => Json(of_days(&visitor, &ground)).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

fn of_days(visitor: &Visitor, ground: &Ground) -> Value {
    let lunar = |date: crate::lunar::LunarDate| json!({"day": date.day, "month": date.month, "year": date.year, "leap": date.leap});
    let days = ground.view.days.iter().map(|day| {
        json!({
            "day": day.day.to_string(),
            "lunar": day.lunar.map(lunar),
            "special": day.special.as_ref().map(|entry| json!({"title": entry.title, "kind": entry.kind.as_str()})),
            "duty": day.duties.iter().map(|duty| json!({"who": duty.who, "phone": duty.phone})).collect::<Vec<_>>(),
            "occurrences": day.airings.iter().map(|airing| occurrence(ground, airing)).collect::<Vec<_>>(),
        })
    });
    json!({
        "days": days.collect::<Vec<_>>(),
        "taken_over": ground.view.is_taken_over,
        "problems": problems(visitor, &ground.view.others),
    })
}

fn occurrence(ground: &Ground, airing: &Airing) -> Value {
    let shown = |at| rfc3339(&with_offset(ground.zone, at));
    let programme = &airing.occurrence.programme;
    let item = |(item, starts_after_ms, approved): (&crate::rundown::RundownItem, Option<i64>, Option<bool>)| {
        json!({
            "item": item.item,
            "title": item.title,
            "bulletin": item.bulletin.as_ref().map(|facts| facts.number),
            "starts_after_ms": starts_after_ms,
            "planned_ms": length_ms(item),
            "approved": approved,
            "taken_out": item.taken_out.as_ref().map(|out| out.reason),
        })
    };
    json!({
        "programme": programme.id,
        "title": programme.title,
        "scheduled_at": shown(airing.occurrence.scheduled_at),
        "window_ends_at": shown(airing.occurrence.window_ends_at),
        "priority": programme.priority,
        "skipped": airing.is_skipped,
        "silent": airing.occurrence.is_silent(),
        "frozen": airing.is_frozen,
        "planned_ms": airing.length_ms().0,
        "overrun_ms": airing.overrun_ms(),
        "missing_files": airing.missing,
        "items": airing.items().map(item).collect::<Vec<_>>(),
        "outcomes": airing.outcomes.iter().map(|(outcome, count)| json!({"outcome": outcome, "count": count})).collect::<Vec<_>>(),
    })
}

fn problems(visitor: &Visitor, all: &[Problem]) -> Vec<String> {
    all.iter().map(|problem| problem.render(visitor.language()).trim_end().to_owned()).collect()
}

/// `/api/programmes`.
pub(super) async fn programmes(State(site): State<Arc<Site>>, visitor: Visitor) -> Result<Json<Value>, Refusal> {
    let (folder, ground) = files(&site, &visitor).await?;
    let all = folder.reading.schedule.programmes.iter().map(|programme| {
        let (form, file) = (ProgrammeForm::of(programme), folder.file_of(&programme.id).unwrap_or_default());
        let items = programme.items.iter().map(|item| {
            let form = ItemForm::of(item);
            let (file, bulletin, up_to) = match form.airs {
                Airs::File(file) => (Some(file), None, None),
                Airs::Bulletin(number) => (None, Some(number), None),
                Airs::Queue(up_to) => (None, None, Some(up_to)),
            };
            json!({"id": item.id, "file": file, "bulletin": bulletin, "up_to": up_to, "title": form.title, "themes": form.themes, "genre": form.genre, "author": form.author})
        });
        json!({
            "id": programme.id, "title": form.title, "cron": form.cron, "window": form.window,
            "ends": if form.ends_hard { "hard" } else { "soft" }, "from": form.from, "until": form.until,
            "priority": programme.priority, "only_special_days": form.only_special_days, "reason": form.why,
            "except": form.except, "file": file, "stamp": folder.stamp(file), "items": items.collect::<Vec<_>>(),
            "problems": problems(&visitor, ground.view.of_programmes.get(&programme.id).map_or(&[], Vec::as_slice)),
        })
    });
    Ok(Json(json!({"programmes": all.collect::<Vec<_>>(), "taken_over": ground.view.is_taken_over})))
}

/// `/api/days`.
pub(super) async fn days(State(site): State<Arc<Site>>, visitor: Visitor) -> Result<Json<Value>, Refusal> {
    let (folder, ground) = files(&site, &visitor).await?;
    let year = ground.today..ground.today + Days::new(366);
    let days = &folder.reading.schedule.days;
    let entry = |(place, entry): (usize, &Arc<crate::schedule::SpecialDay>)| {
        let (from, until) = match entry.when {
            When::Dates(from, until) => (Some(from), Some(until)),
            When::Lunar { .. } => entry.when.stretches(year.start, year.end).next().unzip(),
        };
        json!({
            "place": place, "title": entry.title, "kind": entry.kind.as_str(), "yearly": matches!(entry.when, When::Lunar { .. }),
            "from": from.map(|day| day.to_string()), "until": until.map(|day| day.to_string()),
            "changes": super::say::changes(visitor.language(), entry),
        })
    };
    let duty = |(place, duty): (usize, &crate::schedule::Duty)| {
        json!({
            "place": place, "who": duty.who, "phone": duty.phone, "weekdays": super::say::weekdays(visitor.language(), duty.weekdays),
            "from": duty.from.map(|day| day.to_string()), "until": duty.until.map(|day| day.to_string()), "programmes": duty.programmes,
        })
    };
    Ok(Json(json!({
        "days": days.entries.iter().enumerate().map(entry).collect::<Vec<_>>(),
        "duty": days.duties.iter().enumerate().map(duty).collect::<Vec<_>>(),
        "stamp": folder.stamp(DAYS),
    })))
}
