//! The list of programmes, and the form of each with its items.
//!
//! In: the schedule files as they stand. Out: pages whose forms lead to a preview; items go up and down by buttons that work
//! without script. A start rule that the form cannot say is shown as text and kept. Next: `special`.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use maud::{Markup, html};

use super::super::super::answer::Refusal;
use super::super::super::layout::{self, Tab};
use super::super::super::part::{form, words};
use super::super::super::site::Site;
use super::super::super::visitor::Visitor;
use super::act;
use super::fields::{span_shown, start_shown};
use super::item;
use super::look::{Ground, ground, subtabs, taken_over};
use super::say;
use crate::airing::Priority;
use crate::office::timetable::Folder;
use crate::people::Right;
use crate::schedule::Programme;
use crate::schedule::days::WEEKDAYS;
use crate::schedule::edit::form::ProgrammeForm;
use crate::schedule::edit::times::Times;

/// What the page of programmes is made from: the files, and the present.
pub(super) async fn files(site: &Arc<Site>, visitor: &Visitor) -> Result<(Folder, Ground), Refusal> {
    let ground = ground(site, visitor, site.today(), 1).await?;
    let read = Arc::clone(site);
    let folder = act::apart(move || act::folder(&read.config())).await;
    let folder =
        folder.ok_or_else(|| Refusal::later(visitor.pick("chưa làm được, hãy thử lại", "not done, try again")))?;
    Ok((folder, ground))
}

/// `/lich-phat/chuong-trinh`.
pub(super) async fn list(State(site): State<Arc<Site>>, visitor: Visitor) -> Response {
    match files(&site, &visitor).await {
        Ok((folder, ground)) => list_page(&site, &visitor, &folder, &ground).await.into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

async fn list_page(site: &Arc<Site>, visitor: &Visitor, folder: &Folder, ground: &Ground) -> Markup {
    let title = visitor.pick("Chương trình", "Programmes");
    let heads = [
        ("Chương trình", "Programme"),
        ("Giờ phát", "Airs"),
        ("Khung giờ", "Window"),
        ("Tệp", "File"),
        ("Xem lại", "To look at"),
    ];
    let heads = heads.map(|(vi, en)| visitor.pick(vi, en));
    let taken = taken_over(site, visitor, ground).await;
    let body = html! {
        h1 { (title) }
        (subtabs(visitor, "/lich-phat/chuong-trinh"))
        (taken)
        (say::problems(visitor.language(), &ground.view.others))
        @if visitor.account.may(Right::Plan) {
            p { a .button.primary href="/lich-phat/chuong-trinh-moi" { "+ " (visitor.pick("Chương trình mới", "New programme")) } }
        }
        table .cards {
            thead { tr { @for head in heads { th { (head) } } } }
            tbody {
                @for programme in &folder.reading.schedule.programmes {
                    tr {
                        td data-label=(heads[0]) {
                            a href={ "/lich-phat/chuong-trinh/" (programme.id) } { b { (programme.title) } }
                            @if programme.priority != Priority::Ordinary { " " span .chip.on { (visitor.language().priority(programme.priority)) } }
                            @if programme.only_special_days { " " span .chip { (visitor.pick("chỉ ngày đặc biệt", "special days only")) } }
                        }
                        td data-label=(heads[1]) { (airs(visitor, programme)) }
                        td .num data-label=(heads[2]) { (words::length(visitor.language(), programme.window.num_milliseconds())) }
                        td data-label=(heads[3]) { code { (folder.file_of(&programme.id).unwrap_or_default()) } }
                        td data-label=(heads[4]) {
                            @match ground.view.of_programmes.get(&programme.id) {
                                Some(all) => { span .chip.warn { "! " (all.len()) } }
                                None => { span .chip.good { "✓ " (visitor.pick("không", "nothing")) } }
                            }
                        }
                    }
                }
            }
        }
    };
    layout::page(site, visitor, Tab::Timetable, title, &[], &body)
}

/// When a programme airs, in words.
fn airs(visitor: &Visitor, programme: &Programme) -> Markup {
    let language = visitor.language();
    html! {
        @match Times::of(&programme.start) {
            Some(times) if times.days.is_empty() && times.months.is_empty() => {
                (times.times.iter().map(|time| time.format("%H:%M").to_string()).collect::<Vec<_>>().join(", "))
                "; " (say::weekdays(language, times.weekdays))
            }
            _ => { code { (programme.start.text) } }
        }
        @if let Some(from) = programme.from { "; " (visitor.pick("từ ", "from ")) (words::date(language, from)) }
        @if let Some(until) = programme.until { "; " (visitor.pick("đến hết ", "until ")) (words::date(language, until)) }
    }
}

/// `/lich-phat/chuong-trinh/{id}`.
pub(super) async fn show(State(site): State<Arc<Site>>, visitor: Visitor, Path(id): Path<String>) -> Response {
    one(&site, &visitor, &id).await.into_response()
}

async fn one(site: &Arc<Site>, visitor: &Visitor, id: &str) -> Result<Markup, Refusal> {
    let (folder, ground) = files(site, visitor).await?;
    let found = folder.reading.schedule.programmes.iter().find(|programme| programme.id == id);
    let gone = || Refusal::missing(visitor.pick("không có chương trình này", "there is no such programme"));
    let programme = found.ok_or_else(gone)?;
    let file = folder.file_of(id).unwrap_or_default().to_owned();
    let stamp = folder.stamp(&file);
    let may = visitor.account.may(Right::Plan);
    let taken = taken_over(site, visitor, &ground).await;
    let body = html! {
        (subtabs(visitor, ""))
        h1 { (programme.title) }
        (taken)
        p .soft { (airs(visitor, programme)) " · " code { "schedules/" (file) } " · " (visitor.pick("mã ", "id ")) code { (id) } }
        @if let Some(problems) = ground.view.of_programmes.get(id) { (say::problems(visitor.language(), problems)) }
        (item::table(visitor, programme, &stamp))
        @if may {
            (item::adding(visitor, &folder, programme, &stamp))
            h2 { (visitor.pick("Sửa chương trình", "Change the programme")) }
            form .card method="get" action="/lich-phat/xem-truoc" {
                input type="hidden" name="viec" value="save";
                input type="hidden" name="programme" value=(id);
                input type="hidden" name="stamp" value=(stamp);
                (fields(visitor, &ProgrammeForm::of(programme), Times::of(&programme.start).as_ref(), true))
                button .primary { (visitor.pick("Xem trước", "Preview")) }
            }
            (leaving(visitor, id, &stamp, site.today()))
        }
    };
    Ok(layout::page(site, visitor, Tab::Timetable, &programme.title, &[], &body))
}

/// The fields of a programme; with `as_text` a rule that the form cannot say is one line of text.
fn fields(visitor: &Visitor, now: &ProgrammeForm, times: Option<&Times>, is_there: bool) -> Markup {
    let choices =
        |list: [(&str, &str, &str); 2]| list.map(|(value, vi, en)| (value.to_owned(), visitor.pick(vi, en).to_owned()));
    let except_hint = visitor.pick(
        "Ngày cách nhau bằng dấu phẩy, ví dụ 01/01/2027; một buổi của ngày có nhiều buổi: 01/01/2027 17:00.",
        "Days parted by commas, as 01/01/2027; one start of a day that has several: 01/01/2027 17:00.",
    );
    html! {
        (form::text("title", visitor.pick("Tên chương trình", "Name"), &now.title, None, true))
        @match times {
            Some(times) => (when(visitor, times)),
            None => (form::text("cron", visitor.pick("Giờ phát (biểu thức)", "Start rule"), &now.cron,
                Some(visitor.pick("Giờ phát này không viết được bằng mẫu đơn giản: giây phút giờ ngày tháng thứ [năm].", "The simple form cannot say this: second minute hour day month weekday [year].")), true)),
        }
        (form::text("window", visitor.pick("Khung giờ", "Window"), &span_shown(visitor.language(), &now.window),
            Some(visitor.pick("Mục nào chưa bắt đầu trong khoảng này thì không phát nữa. Ví dụ: 45 phút, 1 giờ 30 phút.", "No item starts later than this after the start: 45m, 1h30m.")), true))
        (form::choice("ends", visitor.pick("Khi hết khung giờ", "When the window closes"),
            &choices([("soft", "mục đang phát được phát nốt", "the item on air finishes"), ("hard", "cắt đúng giờ", "it is cut")]),
            if now.ends_hard { "hard" } else { "soft" }, None))
        (form::choice("priority", visitor.pick("Mức ưu tiên", "Priority"),
            &choices([("ordinary", "thường", "ordinary"), ("priority", "ưu tiên: được cắt chương trình thường", "priority: may cut ordinary programmes")]),
            if now.priority { "priority" } else { "ordinary" }, None))
        (form::choice("only", visitor.pick("Phát vào", "Airs on"),
            &choices([("", "mọi ngày theo giờ phát", "every day by its times"), ("special_days", "chỉ ngày đặc biệt có ghi tên chương trình này", "only special days that name it")]),
            if now.only_special_days { "special_days" } else { "" }, None))
        div .grid {
            (date("from", visitor.pick("Từ ngày (không bắt buộc)", "First day (optional)"), &now.from))
            (date("until", visitor.pick("Đến hết ngày (không bắt buộc)", "Last day (optional)"), &now.until))
        }
        @if is_there {
            (form::text("except", visitor.pick("Những buổi nghỉ", "Days off"), &now.except.iter().map(|each| start_shown(each)).collect::<Vec<_>>().join(", "), Some(except_hint), false))
        }
        (form::text("reason", visitor.pick("Lý do phát ngoài ngày, ngoài giờ quy định (nếu có)", "Reason for airing out of hours, if any"), &now.why, None, false))
    }
}

/// Times of the day and weekdays.
fn when(visitor: &Visitor, times: &Times) -> Markup {
    let written: Vec<String> = times
        .times
        .iter()
        .map(|time| time.format(if time.format("%S").to_string() == "00" { "%H:%M" } else { "%H:%M:%S" }).to_string())
        .collect();
    html! {
        (form::text("times", visitor.pick("Giờ phát", "Times"), &written.join(" "),
            Some(visitor.pick("Một hay nhiều giờ, ví dụ 05:00 hoặc 05:00 17:00.", "One or more, as 05:00 or 05:00 17:00.")), true))
        fieldset .field data-field="weekdays" {
            legend { (visitor.pick("Các thứ", "Weekdays")) }
            div .row {
                @for (number, name) in (0_u8..).zip(WEEKDAYS) {
                    @if let Ok(day) = chrono::Weekday::try_from(number) {
                        label .tickline { input type="checkbox" name="weekdays" value=(name) checked[times.weekdays.contains(day)]; " " (layout::sentence(visitor.language().weekday(day))) }
                    }
                }
            }
            @if !times.days.is_empty() || !times.months.is_empty() {
                p .hint { (visitor.pick("Chỉ những ngày, tháng này (giữ nguyên): ", "Only on these days and months (kept): "))
                    (times.days.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")) " / "
                    (times.months.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")) }
            }
            p .fault #weekdays-fault hidden {}
        }
    }
}

/// A day.
pub(super) fn date(name: &str, label: &str, value: &str) -> Markup {
    let control = html! { input type="date" id=(name) name=(name) value=(value); };
    form::field(name, label, None, &control)
}

/// The ways to end a programme.
fn leaving(visitor: &Visitor, id: &str, stamp: &str, today: NaiveDate) -> Markup {
    let hidden = |viec: &str| {
        html! {
            input type="hidden" name="viec" value=(viec);
            input type="hidden" name="programme" value=(id);
            input type="hidden" name="stamp" value=(stamp);
        }
    };
    html! {
        h2 { (visitor.pick("Kết thúc hoặc bỏ chương trình", "End or remove the programme")) }
        form .card method="get" action="/lich-phat/xem-truoc" {
            (hidden("end"))
            (date("last", visitor.pick("Ngày phát cuối cùng", "Last day"), &today.to_string()))
            button { (visitor.pick("Xem trước: kết thúc", "Preview: end it")) }
            p .hint { (visitor.pick("Nên kết thúc hơn là bỏ: chương trình còn trong tệp để xem lại.", "Better than removing it: the file still has it.")) }
        }
        form method="get" action="/lich-phat/xem-truoc" {
            (hidden("remove"))
            button { (visitor.pick("Xem trước: bỏ hẳn khỏi tệp", "Preview: take it out of the file")) }
        }
    }
}

/// `/lich-phat/chuong-trinh-moi` and `/lich-phat/phat-them`.
pub(super) async fn add(State(site): State<Arc<Site>>, visitor: Visitor) -> Response {
    adding(&site, &visitor, false).await.into_response()
}

pub(super) async fn add_once(State(site): State<Arc<Site>>, visitor: Visitor) -> Response {
    adding(&site, &visitor, true).await.into_response()
}

async fn adding(site: &Arc<Site>, visitor: &Visitor, is_once: bool) -> Result<Markup, Refusal> {
    let (folder, _) = files(site, visitor).await?;
    let (vi, en) = if is_once {
        ("Phát thêm một buổi", "Air once more")
    } else {
        ("Chương trình mới", "New programme")
    };
    let title = visitor.pick(vi, en);
    let all_days = Times { times: Vec::new(), weekdays: chrono::WeekdaySet::ALL, days: Vec::new(), months: Vec::new() };
    let empty = ProgrammeForm { window: "30m".into(), ..ProgrammeForm::default() };
    let body = html! {
        (subtabs(visitor, if is_once { "/lich-phat/phat-them" } else { "" }))
        h1 { (title) }
        form .card method="get" action="/lich-phat/xem-truoc" {
            input type="hidden" name="viec" value=(if is_once { "once" } else { "add" });
            @if is_once {
                (once(visitor, site.today(), &empty))
            } @else {
                (fields(visitor, &empty, Some(&all_days), false))
            }
            h2 { (visitor.pick("Phát gì", "What airs")) }
            (item::fields(visitor, &folder, None))
            @if !is_once { p .hint { (visitor.pick("Ghi xong thì thêm các mục khác ở trang của chương trình.", "More items are added on the programme's page.")) } }
            button .primary { (visitor.pick("Xem trước", "Preview")) }
        }
    };
    Ok(layout::page(site, visitor, Tab::Timetable, title, &[], &body))
}

fn once(visitor: &Visitor, today: NaiveDate, now: &ProgrammeForm) -> Markup {
    let time = html! { input type="time" id="time" name="time" required; };
    html! {
        (form::text("title", visitor.pick("Tên buổi phát", "Name"), "", None, true))
        div .grid {
            (date("day", visitor.pick("Ngày", "Day"), &today.to_string()))
            (form::field("time", visitor.pick("Giờ", "Time"), None, &time))
            (form::text("window", visitor.pick("Khung giờ", "Window"), &span_shown(visitor.language(), &now.window), Some(visitor.pick("Ví dụ: 30 phút, 1 giờ", "30m, 1h")), true))
        }
        label .tickline { input type="checkbox" name="priority" value="priority"; " " (visitor.pick("Ưu tiên: được cắt chương trình thường", "Priority: may cut ordinary programmes")) }
        (form::text("reason", visitor.pick("Lý do phát ngoài ngày, ngoài giờ quy định (nếu có)", "Reason for airing out of hours, if any"), "", None, false))
    }
}
