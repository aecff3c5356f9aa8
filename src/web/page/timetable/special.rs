//! Special days and duty: what is entered, one line to enter another, mourning at the press of a button.
//!
//! In: `days.toml` as it stands. Out: a page whose forms lead to a preview. Next: `json`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use maud::{Markup, html};

use super::super::super::answer::Refusal;
use super::super::super::layout::{self, Tab};
use super::super::super::part::{form, words};
use super::super::super::site::Site;
use super::super::super::visitor::Visitor;
use super::act;
use super::look::{subtabs, taken_over};
use super::programmes::{date, files};
use super::say;
use crate::office::timetable::{DAYS, Folder};
use crate::people::Right;
use crate::schedule::days::{DayKind, MOURNING_LEAVES_OUT, WEEKDAYS, When};

/// `/lich-phat/ngay-dac-biet`.
pub(super) async fn show(State(site): State<Arc<Site>>, visitor: Visitor) -> Response {
    page(&site, &visitor).await.into_response()
}

async fn page(site: &Arc<Site>, visitor: &Visitor) -> Result<Markup, Refusal> {
    let (folder, ground) = files(site, visitor).await?;
    let stamp = folder.stamp(DAYS);
    let stamp = act::stamp(&stamp);
    let title = visitor.pick("Ngày đặc biệt, người trực", "Special days, duty");
    let taken = taken_over(site, visitor, &ground).await;
    let may = visitor.account.may(Right::Plan);
    let body = html! {
        h1 { (title) }
        (subtabs(visitor, "/lich-phat/ngay-dac-biet"))
        (taken)
        (say::problems(visitor.language(), &ground.view.others))
        @if may { (new_day(visitor, &folder, stamp)) (mourning(visitor, stamp)) }
        h2 { (visitor.pick("Sắp tới và hằng năm", "To come, and each year")) }
        (table(visitor, &folder, stamp, |when| when_is(when, ground.today)))
        details {
            summary { (visitor.pick("Những ngày đã qua", "Days that are over")) }
            (table(visitor, &folder, stamp, |when| !when_is(when, ground.today)))
        }
        h2 { (visitor.pick("Người trực", "On duty")) }
        (duty(visitor, &folder, stamp))
        @if may { (new_duty(visitor, &folder, stamp)) }
    };
    Ok(layout::page(site, visitor, Tab::Timetable, title, &[], &body))
}

/// Whether an entry has days from today on.
fn when_is(when: When, today: NaiveDate) -> bool {
    match when {
        When::Dates(_, until) => until >= today,
        When::Lunar { .. } => true,
    }
}

fn hidden(viec: &str, stamp: &str) -> Markup {
    html! {
        input type="hidden" name="viec" value=(viec);
        input type="hidden" name="stamp" value=(stamp);
    }
}

fn table(visitor: &Visitor, folder: &Folder, stamp: &str, shown: impl Fn(When) -> bool) -> Markup {
    let language = visitor.language();
    let heads = [("Ngày", "Day"), ("Tên", "Name"), ("Loại", "Sort"), ("Thay đổi", "Changes"), ("", "")];
    let heads = heads.map(|(vi, en)| visitor.pick(vi, en));
    let may = visitor.account.may(Right::Plan);
    let entries = folder.reading.schedule.days.entries.iter().enumerate().filter(|(_, entry)| shown(entry.when));
    html! {
        table .cards {
            thead { tr { @for head in heads.iter().take(4) { th { (head) } } @if may { th { (visitor.pick("Bỏ", "Remove")) } } } }
            tbody {
                @for (place, entry) in entries {
                    @let changes = say::changes(language, entry);
                    tr {
                        td data-label=(heads[0]) { (say::when(language, entry.when)) }
                        td data-label=(heads[1]) { b { (entry.title) } }
                        td data-label=(heads[2]) { (say::kind(language, entry.kind)) }
                        td data-label=(heads[3]) { (if changes.is_empty() { visitor.pick("chỉ ghi chú, vẫn phát như thường", "a note, all airs as usual") } else { &changes }) }
                        @if may { td { (removal(visitor, "day-remove", place, &entry.title, stamp)) } }
                    }
                }
            }
        }
    }
}

fn removal(visitor: &Visitor, viec: &str, place: usize, name: &str, stamp: &str) -> Markup {
    html! {
        form .inline method="get" action="/lich-phat/xem-truoc" {
            (hidden(viec, stamp))
            input type="hidden" name="place" value=(place);
            button aria-label={ (visitor.pick("Bỏ", "Remove")) ": " (name) } { (visitor.pick("Bỏ", "Remove")) }
        }
    }
}

/// One line: what it is called, which days, what changes.
fn new_day(visitor: &Visitor, folder: &Folder, stamp: &str) -> Markup {
    let language = visitor.language();
    let kinds = [DayKind::Holiday, DayKind::Substitute, DayKind::Working, DayKind::Memorial];
    let kinds = kinds.map(|kind| (kind.as_str().to_owned(), say::kind(language, kind).to_owned()));
    let changes = [
        ("", "không đổi gì, chỉ ghi chú", "nothing, a note"),
        ("all", "không phát gì (cắt điện, nghỉ)", "nothing airs (power cut, day off)"),
        ("silent", "không phát những chương trình chọn dưới đây", "without the programmes below"),
        ("air", "chỉ phát những chương trình chọn dưới đây", "only the programmes below"),
        ("as", "phát như một thứ khác (làm bù)", "as on another weekday"),
    ];
    let changes = changes.map(|(value, vi, en)| (value.to_owned(), visitor.pick(vi, en).to_owned()));
    let weekdays = (0_u8..).zip(WEEKDAYS).filter_map(|(number, name)| {
        Some((name.to_owned(), language.weekday(chrono::Weekday::try_from(number).ok()?).to_owned()))
    });
    let weekdays: Vec<_> = weekdays.collect();
    html! {
        h2 { (visitor.pick("Thêm một ngày đặc biệt", "Add a special day")) }
        form .card method="get" action="/lich-phat/xem-truoc" {
            (hidden("day", stamp))
            (form::text("title", visitor.pick("Tên ngày", "Name"), "", Some(visitor.pick("Ví dụ: Cắt điện cả ngày. Nhật ký ghi tên này làm lý do không phát.", "The log gives it as the reason.")), true))
            div .grid {
                (date("from", visitor.pick("Ngày", "Day"), ""))
                (date("until", visitor.pick("Đến hết ngày (nếu nhiều ngày)", "Last day, if several"), ""))
                (form::choice("kind", visitor.pick("Loại", "Sort"), &kinds, "memorial", None))
            }
            (form::choice("changes", visitor.pick("Lịch phát hôm đó", "The timetable of that day"), &changes, "", None))
            (form::choice("as", visitor.pick("Phát như thứ (khi làm bù)", "As on (worked instead)"), &weekdays, "Mon", None))
            (programmes(visitor, folder))
            details {
                summary { (visitor.pick("Ngày âm lịch, hằng năm", "A day of the moon, each year")) }
                (form::text("lunar", visitor.pick("Ngày/tháng âm lịch (bỏ trống ô Ngày ở trên)", "Day/month of the moon (leave the day above empty)"), "", Some("10/3"), false))
                div .grid {
                    (form::text("days_before", visitor.pick("Bắt đầu trước mấy ngày", "Begins days before"), "", None, false))
                    (form::text("days", visitor.pick("Dài mấy ngày", "Lasts days"), "", None, false))
                }
            }
            button .primary { (visitor.pick("Xem trước", "Preview")) }
        }
    }
}

fn programmes(visitor: &Visitor, folder: &Folder) -> Markup {
    html! {
        fieldset .field {
            legend { (visitor.pick("Chương trình", "Programmes")) }
            div .row {
                @for programme in &folder.reading.schedule.programmes {
                    label .tickline { input type="checkbox" name="programmes" value=(programme.id); " " (programme.title) }
                }
            }
        }
    }
}

/// National mourning: no signature tunes and no music, at once and for all days named.
fn mourning(visitor: &Visitor, stamp: &str) -> Markup {
    html! {
        details .card {
            summary { (visitor.pick("Quốc tang", "National mourning")) }
            p { (visitor.pick("Trong những ngày này, mục có thể loại sau không phát: ", "On these days items of these sorts do not air: ")) (MOURNING_LEAVES_OUT.join(", ")) ". "
                (visitor.pick("Các mục khác vẫn phát theo lịch. Quốc tang đi trước mọi ngày đặc biệt khác.", "Others air as planned. Mourning goes before every other special day.")) }
            form method="get" action="/lich-phat/xem-truoc" {
                (hidden("day", stamp))
                input type="hidden" name="title" value="Quốc tang";
                input type="hidden" name="kind" value="mourning";
                div .grid {
                    div .field { label for="tang-tu" { (visitor.pick("Từ ngày", "First day")) } input type="date" id="tang-tu" name="from" required; }
                    div .field { label for="tang-den" { (visitor.pick("Đến hết ngày", "Last day")) } input type="date" id="tang-den" name="until"; }
                }
                button .primary { (visitor.pick("Xem trước", "Preview")) }
            }
        }
    }
}

fn duty(visitor: &Visitor, folder: &Folder, stamp: &str) -> Markup {
    let language = visitor.language();
    let may = visitor.account.may(Right::Plan);
    let duties = &folder.reading.schedule.days.duties;
    html! {
        @if duties.is_empty() { p .empty { (visitor.pick("Chưa ghi người trực.", "Nobody is entered.")) } }
        @else {
            ul .plain {
                @for (place, each) in duties.iter().enumerate() {
                    li .row {
                        b { (say::person(each)) } " " (say::weekdays(language, each.weekdays))
                        @if let Some(from) = each.from { " " (visitor.pick("từ", "from")) " " (words::date(language, from)) }
                        @if let Some(until) = each.until { " " (visitor.pick("đến hết", "until")) " " (words::date(language, until)) }
                        @if !each.programmes.is_empty() { " (" (each.programmes.join(", ")) ")" }
                        @if may { " " (removal(visitor, "duty-remove", place, &each.who, stamp)) }
                    }
                }
            }
        }
    }
}

fn new_duty(visitor: &Visitor, folder: &Folder, stamp: &str) -> Markup {
    let language = visitor.language();
    html! {
        details .card {
            summary { "+ " (visitor.pick("Thêm người trực", "Add somebody")) }
            form method="get" action="/lich-phat/xem-truoc" {
                (hidden("duty", stamp))
                (form::text("who", visitor.pick("Họ và tên", "Name"), "", None, true))
                (form::text("phone", visitor.pick("Số điện thoại", "Telephone"), "", None, false))
                fieldset .field {
                    legend { (visitor.pick("Các thứ (không chọn là mọi ngày)", "Weekdays (none: every day)")) }
                    div .row {
                        @for (number, name) in (0_u8..).zip(WEEKDAYS) {
                            @if let Ok(day) = chrono::Weekday::try_from(number) {
                                label .tickline { input type="checkbox" name="weekdays" value=(name); " " (layout::sentence(language.weekday(day))) }
                            }
                        }
                    }
                }
                div .grid {
                    div .field { label for="truc-tu" { (visitor.pick("Từ ngày", "First day")) } input type="date" id="truc-tu" name="from"; }
                    div .field { label for="truc-den" { (visitor.pick("Đến hết ngày", "Last day")) } input type="date" id="truc-den" name="until"; }
                }
                (programmes(visitor, folder))
                button .primary { (visitor.pick("Xem trước", "Preview")) }
            }
        }
    }
}
