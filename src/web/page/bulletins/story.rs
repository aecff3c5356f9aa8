//! What happened to a bulletin: decisions, revisions, entries of the queue that are over, airings.
//!
//! In: its history. Out: short tables, the newest first, as people read them. Next: `queue`.

use chrono::DateTime;
use maud::{Markup, html};

use super::super::super::part::words;
use super::super::super::visitor::Visitor;
use crate::airing::{Outcome, OutputKind, Reason};
use crate::bulletin::Act;
use crate::config::Config;
use crate::language::Language;
use crate::store::History;

/// All of it.
pub(super) fn story(visitor: &Visitor, config: &Config, history: &History) -> Markup {
    html! {
        (decisions(visitor, config, history))
        (airings(visitor, config, history))
        @if history.revisions.len() > 1 { (revisions(visitor, config, history)) }
        (entries(visitor, config, history))
    }
}

fn at(language: Language, config: &Config, text: &str) -> String {
    let zone = config.station.timezone;
    let local = DateTime::parse_from_rfc3339(text).map(|at| at.with_timezone(&zone).fixed_offset());
    local.map_or_else(|_| text.to_owned(), |at| words::instant(language, at))
}

fn decisions(visitor: &Visitor, config: &Config, history: &History) -> Markup {
    let language = visitor.language();
    let what = |act: &str, by_phone: bool| {
        let (vi, en) = match (Act::from_word(act), by_phone) {
            (Some(Act::Approve), false) => ("duyệt", "approved"),
            (Some(Act::Approve), true) => ("duyệt qua điện thoại", "approved by phone"),
            (Some(Act::Refuse), _) => ("không duyệt", "refused"),
            (Some(Act::Withdraw), _) => ("rút", "withdrawn"),
            (None, _) => ("?", "?"),
        };
        language.pick(vi, en)
    };
    html! {
        @if !history.acts.is_empty() {
            section .card {
                h2 { (visitor.pick("Phê duyệt", "Decisions")) }
                ul { @for act in history.acts.iter().rev() {
                    li {
                        (at(language, config, &act.at)) ": " strong { (what(&act.act, act.by_phone)) }
                        " (" (visitor.pick("bản", "revision")) " " (act.revision) "), " (act.by)
                        @if let Some(why) = &act.why { ": " (why) }
                    }
                } }
            }
        }
    }
}

fn airings(visitor: &Visitor, config: &Config, history: &History) -> Markup {
    let language = visitor.language();
    let heads = [
        visitor.pick("Lúc", "At"),
        visitor.pick("Chương trình", "Programme"),
        visitor.pick("Đã phát", "Aired"),
        visitor.pick("Kết quả", "Outcome"),
    ];
    html! {
        section .card {
            h2 { (visitor.pick("Lượt phát", "Airings")) }
            @if history.airings.is_empty() {
                p .soft { (visitor.pick("Chưa phát lần nào.", "It has not aired yet.")) }
            } @else {
                table .cards {
                    thead { tr { @for head in heads { th scope="col" { (head) } } } }
                    tbody { @for row in history.airings.iter().rev() {
                        tr {
                            td data-label=(heads[0]) {
                                a href={ "/nhat-ky/" (row.seq) } { (at(language, config, row.started_at.as_ref().unwrap_or(&row.scheduled_at))) }
                            }
                            td data-label=(heads[1]) { (row.programme_title.as_deref().unwrap_or("–")) }
                            td data-label=(heads[2]) { (words::length(language, row.aired_ms)) }
                            td data-label=(heads[3]) {
                                @if let Some(outcome) = row.outcome.as_deref().and_then(Outcome::from_word) {
                                    (words::outcome(language, outcome, row.reason.as_deref().and_then(Reason::from_word)))
                                }
                                @if row.output != OutputKind::Card.as_str() { " " span .soft { (visitor.pick("(phát thử)", "(rehearsal)")) } }
                            }
                        }
                    } }
                }
            }
        }
    }
}

fn revisions(visitor: &Visitor, config: &Config, history: &History) -> Markup {
    let language = visitor.language();
    html! {
        details .card {
            summary { (visitor.pick("Các bản đã ghi", "Revisions")) " (" (history.revisions.len()) ")" }
            ul { @for each in history.revisions.iter().rev() {
                li { (visitor.pick("Bản", "Revision")) " " (each.revision) ", " (at(language, config, &each.recorded_at)) ", " (each.by) ": “" (each.title) "”" }
            } }
        }
    }
}

/// Those that wait no more: those that wait stand in a table of their own.
fn entries(visitor: &Visitor, config: &Config, history: &History) -> Markup {
    let language = visitor.language();
    let removed: Vec<_> = history.queue.iter().filter(|entry| entry.removed_at.is_some()).collect();
    html! {
        @if !removed.is_empty() {
            details .card {
                summary { (visitor.pick("Đã rút khỏi hàng chờ", "Taken out of the queue")) " (" (removed.len()) ")" }
                ul { @for entry in removed.iter().rev() {
                    li {
                        (visitor.pick("Mục", "Entry")) " " (entry.id) ": " (at(language, config, entry.removed_at.as_deref().unwrap_or_default()))
                        @if let Some(by) = &entry.removed_by { ", " (by) }
                    }
                } }
            }
        }
    }
}
