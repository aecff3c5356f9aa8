//! Where a bulletin will air if it is queued so: the form, and the answer that changes while somebody fills it in.
//!
//! In: what is wished. Out: markup and JSON of the same foresight that queueing tells afterwards. Reads only. Next: `queue`.

use std::sync::Arc;

use maud::{Markup, html};
use serde::Serialize;

use super::super::super::answer::Refusal;
use super::super::super::layout::sentence;
use super::super::super::part::{form, words};
use super::super::super::site::Site;
use super::super::super::visitor::Visitor;
use super::sent::Sent;
use super::{failed, unreadable};
use crate::airing::{AiringId, rfc3339};
use crate::language::Language;
use crate::office::foreseen::accepted;
use crate::office::queue::{self, Airings, Drawn, MOST_TIMES};
use crate::office::words::plain;
use crate::problem::Severity;
use crate::rundown::queueing::Wanted;
use crate::schedule::{ItemContent, Programme, Schedule};

/// Coming airings that are told.
const SHOWN: usize = 10;

/// What is foreseen, as page and programs read it.
#[derive(Debug, Serialize)]
pub(super) struct Foreseen {
    /// In a sentence.
    pub(super) told: String,
    /// Whether the bulletin may air as it is.
    pub(super) approved: bool,
    /// For which it cannot be queued.
    pub(super) errors: Vec<String>,
    /// What a person should think of.
    pub(super) warnings: Vec<String>,
    /// Where it airs, in the order of time.
    pub(super) airs: Vec<Airs>,
    /// How many more than those.
    pub(super) more: usize,
}

/// One coming airing.
#[derive(Debug, Serialize)]
pub(super) struct Airs {
    programme: String,
    title: String,
    scheduled_at: String,
    airing: AiringId,
    /// When and in which programme.
    pub(super) told: String,
}

/// What is wished, read off a form or an address.
pub(super) fn wanted(language: Language, sent: &Sent) -> Result<Wanted, Refusal> {
    let mut faults = Vec::new();
    let bulletin = sent.one("bulletin").and_then(|number| number.parse().ok());
    let times = sent.one("times").map_or(Some(1), |times| times.parse().ok());
    let times = times.filter(|times| (1..=MOST_TIMES).contains(&i64::from(*times)));
    if times.is_none() {
        let (vi, en) =
            (format!("hãy ghi một số từ 1 đến {MOST_TIMES}"), format!("write a number from 1 to {MOST_TIMES}"));
        faults.push(("times".to_owned(), language.pick(&*vi, &*en).to_owned()));
    }
    let (from, until) = (sent.day("from", language, &mut faults), sent.day("until", language, &mut faults));
    match (bulletin, times, faults.is_empty()) {
        (Some(bulletin), Some(times), true) => {
            Ok(Wanted { bulletin, programme: sent.owned("programme"), times, from, until })
        }
        (None, ..) => Err(Refusal::wrong(language.pick("chưa rõ tin bài nào", "which bulletin is not said"))),
        _ => {
            let told =
                language.pick("chưa xếp được, hãy sửa những chỗ được đánh dấu", "mend what is marked").to_owned();
            Err(Refusal { fields: faults, ..Refusal::wrong(told) })
        }
    }
}

/// Looks ahead. Blocks on the database.
pub(super) fn foresee(site: &Site, language: Language, wanted: &Wanted) -> Result<Foreseen, Refusal> {
    let config = site.config();
    let schedule = accepted(&config).map_err(|error| unreadable(language, &error.into()))?;
    let seen = queue::preview(&config, &schedule, wanted, site.clock.now().wall);
    let (problems, airings) =
        seen.map_err(|error| unreadable(language, &error))?.map_err(|error| failed(language, &error))?;
    let said = |severity| {
        let of = problems.iter().filter(move |problem| problem.severity == severity);
        of.map(|problem| sentence(&plain(problem, language))).collect::<Vec<_>>()
    };
    let (errors, warnings) = (said(Severity::Error), said(Severity::Warning));
    Ok(told(language, errors, warnings, airings))
}

/// What is foreseen, in words.
pub(super) fn told(language: Language, errors: Vec<String>, warnings: Vec<String>, airings: Airings) -> Foreseen {
    let Airings { airs, is_approved } = airings;
    let words = match (errors.is_empty(), airs.is_empty(), is_approved) {
        (false, ..) => ("Không xếp được vào hàng chờ:", "It cannot be queued:"),
        (_, true, _) => {
            ("14 ngày tới chưa có buổi phát nào lấy tin bài này.", "No programme of the next 14 days would draw it.")
        }
        (_, _, true) => ("Sẽ phát:", "It will air:"),
        (_, _, false) => ("Sẽ phát, nếu được duyệt trước đó:", "Once it is approved, it will air:"),
    };
    let more = airs.len().saturating_sub(SHOWN);
    Foreseen {
        told: language.pick(words.0, words.1).to_owned(),
        approved: is_approved,
        errors,
        warnings,
        airs: airs.into_iter().take(SHOWN).map(|drawn| airing(language, drawn)).collect(),
        more,
    }
}

fn airing(language: Language, drawn: Drawn) -> Airs {
    let told = format!("{} {} – {}", words::day(language, drawn.at.date_naive()), words::clock(drawn.at), drawn.title);
    let Drawn { programme, title, at, airing } = drawn;
    Airs { programme, title, scheduled_at: rfc3339(&at), airing, told }
}

/// What is foreseen, on the page; `queue.js` puts the same together.
pub(super) fn preview(visitor: &Visitor, foreseen: &Foreseen) -> Markup {
    html! {
        @for error in &foreseen.errors { p .notice.bad { (error) } }
        @for warning in &foreseen.warnings { p .notice.warn { (warning) } }
        @if foreseen.errors.is_empty() {
            p { strong { (foreseen.told) } }
            ul { @for each in &foreseen.airs { li { (each.told) } } }
            @if foreseen.more > 0 { p { (more(visitor.language(), foreseen.more)) } }
        }
    }
}

fn more(language: Language, count: usize) -> String {
    match language {
        Language::Vi => format!("và {count} lần nữa"),
        Language::En => format!("and {count} times more"),
    }
}

/// The fields of queueing, filled with what was sent.
pub(super) fn fields(visitor: &Visitor, schedule: &Schedule, sent: &Sent) -> Markup {
    let mut programmes = vec![(
        String::new(),
        visitor.pick("mọi chương trình lấy tin từ hàng chờ", "any that draws from the queue").to_owned(),
    )];
    let draws =
        |programme: &&Arc<Programme>| programme.items.iter().any(|item| matches!(item.content, ItemContent::Queue(_)));
    programmes.extend(schedule.programmes.iter().filter(draws).map(|each| (each.id.clone(), each.title.clone())));
    let times = html! {
        input type="number" id="times" name="times" min="1" max=(MOST_TIMES) inputmode="numeric" value=(sent.one("times").unwrap_or("1"));
    };
    let day = |name: &str, label: &str| {
        let control = html! { input type="date" id=(name) name=(name) value=(sent.one(name).unwrap_or_default()) placeholder="24/11/2026"; };
        form::field(name, label, None, &control)
    };
    html! {
        (form::choice("programme", visitor.pick("Phát trong chương trình", "In the programme"), &programmes, sent.one("programme").unwrap_or_default(), None))
        div .grid {
            (form::field("times", visitor.pick("Phát mấy lần", "How often"), None, &times))
            (day("from", visitor.pick("Từ ngày (để trống: từ nay)", "From (empty: from now)")))
            (day("until", visitor.pick("Đến hết ngày (để trống: không hạn)", "Until (empty: no end)")))
        }
    }
}
