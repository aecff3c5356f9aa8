//! One occurrence: its rundown as it stands, what came of it, and the way to take it out or back in.
//!
//! In: a programme and a local start. Out: a page. Next: `preview`.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use chrono::{NaiveDateTime, TimeDelta};
use maud::{Markup, html};

use super::super::super::answer::Refusal;
use super::super::super::layout::{self, Tab};
use super::super::super::part::{form, words};
use super::super::super::site::Site;
use super::super::super::visitor::Visitor;
use super::look::{Ground, ground, note, subtabs};
use super::say;
use crate::calendar::{self, with_offset};
use crate::office::timetable::days::{Airing, outcome};
use crate::people::Right;
use crate::rundown::foresee::length_ms;
use crate::schedule::read_except::{parse_start, start_text};

/// `/lich-phat/buoi/{programme}/{start}`.
pub(super) async fn show(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path((programme, start)): Path<(String, String)>,
) -> Response {
    page(&site, &visitor, &programme, &start).await.into_response()
}

async fn page(site: &Arc<Site>, visitor: &Visitor, programme: &str, start: &str) -> Result<Markup, Refusal> {
    let none = || Refusal::missing(visitor.pick("không có buổi phát này trong lịch", "this is not in the timetable"));
    let start = parse_start(start).ok_or_else(none)?;
    let ground = ground(site, visitor, start.date(), 1).await?;
    let at = calendar::instant(ground.zone, start);
    let airings = ground.view.days.iter().flat_map(|day| &day.airings);
    let mut mine =
        airings.filter(|each| each.occurrence.programme.id == programme && each.occurrence.scheduled_at == at);
    let airing = mine.next().ok_or_else(none)?;
    let language = visitor.language();
    let title = format!("{} {}", words::clock(with_offset(ground.zone, at)), airing.occurrence.programme.title);
    let body = html! {
        (subtabs(visitor, ""))
        h1 { (title) }
        p { (words::day(language, start.date())) " " (say::state(language, airing, ground.now)) }
        @for (other, when) in &airing.clashes {
            p .notice.warn { (visitor.pick("Trùng khung giờ với ", "Overlaps with ")) b { (other) } ", " (words::clock(with_offset(ground.zone, *when))) }
        }
        (facts(visitor, &ground, airing))
        @if !airing.is_skipped { (rundown(visitor, &ground, airing)) }
        @if visitor.account.may(Right::Plan) && at > ground.now { (skip(visitor, airing, start)) }
        p { a href={ "/lich-phat?tuan=" (start.date()) } { "← " (visitor.pick("Về tuần này", "Back to the week")) } }
    };
    Ok(layout::page(site, visitor, Tab::Timetable, &title, &[], &body))
}

fn facts(visitor: &Visitor, ground: &Ground, airing: &Airing) -> Markup {
    let language = visitor.language();
    let programme = &airing.occurrence.programme;
    let clock = |at| words::clock(with_offset(ground.zone, at));
    let (length, is_known) = airing.length_ms();
    let day = ground.view.days.first();
    html! {
        dl .facts {
            dt { (visitor.pick("Chương trình", "Programme")) }
            dd { a href={ "/lich-phat/chuong-trinh/" (programme.id) } { (programme.title) } }
            dt { (visitor.pick("Khung giờ", "Window")) }
            dd { (clock(airing.occurrence.scheduled_at)) " – " (clock(airing.occurrence.window_ends_at)) }
            dt { (visitor.pick("Dự kiến dài", "Planned length")) }
            dd { (if is_known { "" } else { visitor.pick("ít nhất ", "at least ") }) (words::length(language, length)) }
            dt { (visitor.pick("Mức ưu tiên", "Priority")) }
            dd { (language.priority(programme.priority)) }
            @if let Some(rundown) = &airing.rundown {
                dt { (visitor.pick("Cụm loa", "Zones")) }
                dd { (rundown.zone_names.join(", ")) }
            }
            @if let Some(day) = day.filter(|day| !day.duties.is_empty()) {
                dt { (visitor.pick("Người trực", "On duty")) }
                dd { (day.duties.iter().map(say::person).collect::<Vec<_>>().join("; ")) }
            }
            @if let Some(why) = &programme.why {
                dt { (visitor.pick("Lý do", "Reason")) } dd { (why) }
            }
        }
    }
}

fn rundown(visitor: &Visitor, ground: &Ground, airing: &Airing) -> Markup {
    let language = visitor.language();
    let heads = [("Giờ", "Time"), ("Nội dung", "Item"), ("Thời lượng", "Length"), ("Ghi chú", "Note")];
    let heads = heads.map(|(vi, en)| visitor.pick(vi, en));
    let row_of = |item: &str| airing.rows.iter().rfind(|row| row.item.as_deref() == Some(item));
    html! {
        h2 { (visitor.pick("Các mục", "Items")) }
        p .soft { (if airing.is_frozen {
            visitor.pick("Nội dung buổi này đã chốt.", "What airs is settled.")
        } else {
            visitor.pick("Dự kiến theo hàng chờ lúc này; chốt khoảng một phút trước giờ phát.", "As the queue stands now; settled about a minute before the start.")
        }) }
        table .cards {
            thead { tr { @for head in heads { th { (head) } } } }
            tbody {
                @for (item, start, approved) in airing.items() {
                    @let row = row_of(&item.item);
                    tr {
                        td .num data-label=(heads[0]) {
                            (start.map_or_else(|| "–".to_owned(), |ms| words::time(with_offset(ground.zone, airing.occurrence.scheduled_at + TimeDelta::milliseconds(ms)))))
                        }
                        td data-label=(heads[1]) {
                            (item.title)
                            @if let Some(facts) = &item.bulletin { " " a href={ "/tin-bai/" (facts.number) } { (visitor.pick("tin bài số ", "bulletin ")) (facts.number) } }
                            @if !item.themes.is_empty() { " · " span .soft { (item.themes.join(", ")) } }
                        }
                        td .num data-label=(heads[2]) { (length_ms(item).map_or_else(|| "–".to_owned(), |ms| words::length(language, ms))) }
                        td data-label=(heads[3]) {
                            @if let Some(found) = row.and_then(|row| row.outcome.as_deref()).and_then(outcome) {
                                (words::outcome(language, found, None))
                            }
                            @if let Some(note) = note(visitor, airing, item, approved) { span .doubt { (note) } }
                        }
                    }
                }
            }
        }
    }
}

/// The form that takes it out, or back in; it leads to a preview.
fn skip(visitor: &Visitor, airing: &Airing, start: NaiveDateTime) -> Markup {
    let (vi, en) = if airing.is_skipped {
        ("Phát lại buổi này", "Air it after all")
    } else {
        ("Bỏ buổi này", "Skip it")
    };
    html! {
        h2 { (visitor.pick(vi, en)) }
        form .card method="get" action="/lich-phat/xem-truoc" {
            input type="hidden" name="viec" value=(if airing.is_skipped { "unskip" } else { "skip" });
            input type="hidden" name="programme" value=(airing.occurrence.programme.id);
            input type="hidden" name="start" value=(start_text(start));
            @if !airing.is_skipped {
                (form::text("why", visitor.pick("Lý do", "Reason"), "", Some(visitor.pick("Ví dụ: cắt điện, họp xã. Lý do được ghi vào nhật ký thao tác.", "It is kept in the record of acts.")), true))
            }
            button .primary { (visitor.pick("Xem trước", "Preview")) }
        }
    }
}
