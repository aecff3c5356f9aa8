//! One row of the log and what proves it: plain words first, each detail under a fold with a sentence on what it proves.
//!
//! In: the number of a row. Out: a page, or the same as JSON. Everything is looked up and made anew now: hash, neighbours, the
//! stored sound. A row that was tampered with is shown as such. Next: `facts`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use chrono::DateTime;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::super::super::answer::Refusal;
use super::super::super::layout::{self, Tab};
use super::super::super::site::Site;
use super::super::super::visitor::Visitor;
use super::{facts, remark, table, words};
use crate::backup::block_on;
use crate::config::Config;
use crate::language::Language;
use crate::office::stored::examine;
use crate::problem::what::Lost;
use crate::store::{Broken, Evidence, Log, ReadError};
use crate::zones::States;

/// All that is shown of a row.
pub(super) struct Case {
    pub(super) evidence: Evidence,
    /// What was found of the stored sound.
    pub(super) stored: Stored,
    /// Names of the zones that were broken then.
    pub(super) broken_zones: Vec<String>,
}

/// What was found of a row's sound in the content store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stored {
    /// The row names none.
    NoSound,
    /// It is whole.
    Whole,
    /// It is not.
    Lost(Lost),
}

type Found = Option<Result<Case, Broken>>;

/// Everything, read and made anew.
fn look(config: &Config, seq: i64) -> Result<Found, ReadError> {
    let found = block_on(async {
        let mut log = Log::open(&config.data_dir).await?;
        let evidence = log.evidence(seq).await?;
        Ok::<_, ReadError>((evidence, log.zone_acts().await?))
    });
    let (evidence, acts) = found?;
    let evidence = match evidence {
        None => return Ok(None),
        Some(Err(broken)) => return Ok(Some(Err(broken))),
        Some(Ok(evidence)) => evidence,
    };
    let states = States::new(&acts);
    let row = &evidence.row;
    let at = DateTime::parse_from_rfc3339(row.started_at.as_ref().unwrap_or(&row.scheduled_at));
    let zones = row.zones.0.iter().zip(&row.zone_names.0);
    let broken = zones.filter(|(zone, _)| at.is_ok_and(|at| states.is_broken(zone, at.to_utc())));
    let broken_zones = broken.map(|(_, name)| name.clone()).collect();
    let stored = row
        .sha256
        .as_ref()
        .map_or(Stored::NoSound, |sha256| examine(config, sha256).map_or(Stored::Whole, Stored::Lost));
    Ok(Some(Ok(Case { evidence, stored, broken_zones })))
}

async fn find(site: &Site, visitor: &Visitor, seq: i64) -> Result<Result<Case, Broken>, Refusal> {
    let config = site.config();
    let found = super::off(move || look(&config, seq)).await?;
    let found = found.map_err(|error| words::unreadable(visitor.language(), &error))?;
    found.ok_or_else(|| words::no_row(visitor.language(), seq))
}

pub(super) async fn show(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(seq): Path<i64>,
) -> Result<Markup, Refusal> {
    let language = visitor.language();
    let title = match language {
        Language::Vi => format!("Dòng {seq} của nhật ký"),
        Language::En => format!("Row {seq} of the log"),
    };
    let body = match find(&site, &visitor, seq).await? {
        Err(broken) => html! {
            h1 { (title) }
            p .notice.bad { strong { "✕ " (language.pick("Dòng này đã bị sửa hoặc bị hỏng.", "This row was altered or damaged.")) } (layout::sentence(&words::fault(language, &broken.fault))) "." }
            (around(&visitor, seq))
        },
        Ok(case) => html! {
            h1 { (title) }
            (around(&visitor, seq))
            (verdict(language, &case.evidence))
            (facts::plain(language, &case))
            (remarks(language, &case.evidence))
            (attempts(language, &case.evidence))
            (facts::details(&visitor, &case))
            (remark::forms(&site.config(), &visitor, &case.evidence))
        },
    };
    Ok(layout::page(&site, &visitor, Tab::Log, &title, &["player.js"], &body))
}

fn around(visitor: &Visitor, seq: i64) -> Markup {
    html! {
        p .row.no-print {
            a href="/nhat-ky" { (visitor.pick("← Nhật ký", "← Log")) }
            @if seq > 1 { a href={ "/nhat-ky/" (seq - 1) } { (visitor.pick("Dòng trước", "Row before")) } }
            a href={ "/nhat-ky/" (seq + 1) } { (visitor.pick("Dòng sau", "Row behind")) }
        }
    }
}

/// Whether the row is whole, in one sentence.
fn verdict(language: Language, evidence: &Evidence) -> Markup {
    let next_follows = evidence.after.as_ref().is_none_or(|after| after.prev_hash == evidence.row.hash);
    html! {
        @if evidence.faults.is_empty() && next_follows {
            p .notice.good { "✓ " (language.pick(
                "Dòng này còn nguyên như lúc ghi: vừa tính lại mã kiểm và đối chiếu với dòng trước, dòng sau.",
                "This row is as it was written: its checksum was just made anew and held against the rows before and behind it.",
            )) }
        } @else {
            div .notice.bad {
                strong { "✕ " (language.pick("Dòng này KHÔNG còn nguyên, không dùng làm minh chứng được.", "This row is NOT whole and proves nothing.")) }
                @for fault in &evidence.faults { p { (layout::sentence(&words::fault(language, fault))) "." } }
                @if !next_follows {
                    p { (language.pick("Dòng đứng sau không nối với dòng này: một trong hai đã bị sửa hoặc bị thay.", "The row behind does not follow this one: one of them was altered or replaced.")) }
                }
            }
        }
    }
}

fn remarks(language: Language, evidence: &Evidence) -> Markup {
    html! {
        @if !evidence.remarks.is_empty() {
            h2 { (language.pick("Ghi chú và đính chính", "Notes and corrections")) }
            @if evidence.described.is_void {
                p .notice.warn { (language.pick("Dòng này đã được đánh dấu KHÔNG TÍNH: báo cáo không đếm lượt này.", "This row counts nowhere: reports leave it out.")) }
            }
            ul {
                @for remark in &evidence.remarks {
                    li {
                        span .chip { (table::kind(language, remark)) } " "
                        (words::remark(language, remark))
                        @if let Some(why) = &remark.why { ". " (language.pick("Lý do: ", "Reason: ")) (why) }
                        ". " span .soft {
                            (remark.by.as_deref().unwrap_or("?")) ", " (table::recorded(language, &remark.recorded_at)) ", "
                            a href={ "/nhat-ky/" (remark.seq) } { (language.pick("dòng ", "row ")) (remark.seq) }
                        }
                    }
                }
            }
        }
    }
}

fn attempts(language: Language, evidence: &Evidence) -> Markup {
    let row = &evidence.row;
    html! {
        @if evidence.attempts.len() > 1 {
            h2 { (language.pick("Các lần phát của cùng lượt này", "Attempts of the same airing")) }
            ol {
                @for attempt in &evidence.attempts {
                    li value=(attempt.attempt) {
                        @if attempt.seq == row.seq { strong { (language.pick("dòng này", "this row")) } }
                        @else { a href={ "/nhat-ky/" (attempt.seq) } { (language.pick("dòng ", "row ")) (attempt.seq) } }
                        @if let Some(at) = &attempt.started_at { ", " (table::instant(language, at)) }
                        ", " (super::super::super::part::words::length(language, attempt.aired_ms))
                        @if let Some(outcome) = attempt.outcome.as_deref().and_then(crate::airing::Outcome::from_word) { ", " (language.outcome(outcome)) }
                        @if let Some(reason) = attempt.reason.as_deref().and_then(crate::airing::Reason::from_word) { ": " (language.reason(reason)) }
                    }
                }
            }
        }
    }
}

pub(super) async fn object(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(seq): Path<i64>,
) -> Result<Json<Value>, Refusal> {
    let case = match find(&site, &visitor, seq).await? {
        Ok(case) => case,
        Err(broken) => {
            return Ok(Json(
                json!({ "seq": seq, "row": null, "is_whole": false, "faults": [broken.fault.to_string()] }),
            ));
        }
    };
    let Case { evidence, stored, broken_zones } = &case;
    let neighbour = |each: &Option<crate::store::Neighbour>| {
        each.as_ref().map(|each| json!({ "seq": each.seq, "hash": each.hash, "prev_hash": each.prev_hash, "is_whole": each.is_whole }))
    };
    let described = &evidence.described;
    Ok(Json(json!({
        "seq": seq,
        "row": evidence.row,
        "remade": evidence.remade,
        "is_whole": evidence.faults.is_empty(),
        "faults": evidence.faults.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "before": neighbour(&evidence.before),
        "after": neighbour(&evidence.after),
        "described": {
            "title": described.title, "genre": described.genre, "themes": described.themes, "author": described.author,
            "source": described.source, "bulletin": described.bulletin, "is_void": described.is_void,
            "zones": described.zones.iter().map(|(id, _)| id).collect::<Vec<_>>(),
        },
        "remarks": evidence.remarks,
        "attempts": evidence.attempts.iter().map(|attempt| attempt.seq).collect::<Vec<_>>(),
        "approval": evidence.approval,
        "stored": facts::stored_word(*stored),
        "broken_zones": broken_zones,
    })))
}
