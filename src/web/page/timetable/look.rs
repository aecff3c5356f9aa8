//! The week and the month: every occurrence with what it will draw, what is wrong with it, and what came of it.
//!
//! In: a day of the week, or a month. Out: a page. Days are columns on a wide screen and a list on a phone. Next: `meeting`.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Datelike as _, Days, Months, NaiveDate, Utc};
use chrono_tz::Tz;
use maud::{Markup, html};

use super::super::super::answer::Refusal;
use super::super::super::layout::{self, Tab};
use super::super::super::part::words;
use super::super::super::site::Site;
use super::super::super::visitor::Visitor;
use super::act::{apart, folder};
use super::fields::{Fields, day};
use super::say;
use crate::airing::Priority;
use crate::calendar::{local_date, with_offset};
use crate::language::Language;
use crate::office::timetable::days::{Airing, Day, View, look};
use crate::people::Right;
use crate::rundown::RundownItem;
use crate::schedule::read_except::start_text;

/// A page of the timetable, before it is asked for.
pub(super) struct Ground {
    pub(super) view: View,
    pub(super) zone: Tz,
    pub(super) now: DateTime<Utc>,
    pub(super) today: NaiveDate,
}

/// How far before and behind today days are shown: whatever lies further is reckoned from today on, day by day.
const MOST_AHEAD: i64 = 2 * 366;

/// Refuses what is too far from today.
pub(super) fn near(site: &Site, visitor: &Visitor, first: NaiveDate) -> Result<(), Refusal> {
    let is_near = (first - site.today()).num_days().abs() <= MOST_AHEAD;
    let told = visitor.pick(
        "chỉ xem được lịch trong khoảng hai năm trước và sau hôm nay",
        "only two years before and after today can be shown",
    );
    is_near.then_some(()).ok_or_else(|| Refusal::wrong(told))
}

/// Reads some days.
pub(super) async fn ground(
    site: &Arc<Site>,
    visitor: &Visitor,
    first: NaiveDate,
    days: i64,
) -> Result<Ground, Refusal> {
    near(site, visitor, first)?;
    let read = Arc::clone(site);
    let found = apart(move || {
        let config = read.config();
        let now = read.clock.now().wall;
        let view = look(&config, &folder(&config), now, first, days);
        view.map(|view| Ground {
            view,
            zone: config.station.timezone,
            now,
            today: local_date(config.station.timezone, now),
        })
    });
    let unread = visitor.pick("không đọc được cơ sở dữ liệu", "the database cannot be read");
    match found.await {
        Some(Ok(ground)) => Ok(ground),
        Some(Err(error)) => Err(Refusal::later(format!("{unread}: {error:#}"))),
        None => Err(Refusal::later(unread)),
    }
}

/// `/lich-phat`: a week, or with `thang` a month.
pub(super) async fn show(State(site): State<Arc<Site>>, visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    let fields = Fields::of_query(&query.unwrap_or_default());
    let today = site.today();
    let month = fields.text("thang");
    if !month.is_empty() {
        let first = day(&format!("{month}-01")).unwrap_or_else(|| today.with_day(1).unwrap_or(today));
        return show_month(&site, &visitor, first).await.into_response();
    }
    let asked = day(fields.text("tuan")).unwrap_or(today);
    let monday = asked - Days::new(u64::from(asked.weekday().num_days_from_monday()));
    show_week(&site, &visitor, monday).await.into_response()
}

async fn show_week(site: &Arc<Site>, visitor: &Visitor, monday: NaiveDate) -> Result<Markup, Refusal> {
    let ground = ground(site, visitor, monday, 7).await?;
    let language = visitor.language();
    let title = visitor.pick("Lịch phát", "Timetable");
    let sunday = monday + Days::new(6);
    let taken = taken_over(site, visitor, &ground).await;
    let body = html! {
        h1 { (title) }
        (subtabs(visitor, "/lich-phat"))
        (taken)
        (steps(visitor, &Step {
            before: format!("/lich-phat?tuan={}", monday - Days::new(7)),
            after: format!("/lich-phat?tuan={}", monday + Days::new(7)),
            now: "/lich-phat".to_owned(),
            other: (format!("/lich-phat?thang={}", monday.format("%Y-%m")), visitor.pick("Xem cả tháng", "Month")),
            said: format!("{} – {}", words::date(language, monday), words::date(language, sunday)),
        }))
        div .week {
            @for day in &ground.view.days { (column(visitor, &ground, day)) }
        }
        (rest(visitor, &ground))
    };
    Ok(layout::page(site, visitor, Tab::Timetable, title, &[], &body))
}

async fn show_month(site: &Arc<Site>, visitor: &Visitor, first: NaiveDate) -> Result<Markup, Refusal> {
    let next = first.checked_add_months(Months::new(1)).unwrap_or(first);
    let ground = ground(site, visitor, first, (next - first).num_days()).await?;
    let title = visitor.pick("Lịch phát", "Timetable");
    let blanks = first.weekday().num_days_from_monday();
    let before = first.checked_sub_months(Months::new(1)).unwrap_or(first);
    let taken = taken_over(site, visitor, &ground).await;
    let body = html! {
        h1 { (title) }
        (subtabs(visitor, "/lich-phat"))
        (taken)
        (steps(visitor, &Step {
            before: format!("/lich-phat?thang={}", before.format("%Y-%m")),
            after: format!("/lich-phat?thang={}", next.format("%Y-%m")),
            now: format!("/lich-phat?thang={}", ground.today.format("%Y-%m")),
            other: (format!("/lich-phat?tuan={first}"), visitor.pick("Xem từng tuần", "Week")),
            said: format!("{} {}", visitor.pick("Tháng", "Month"), first.format("%m/%Y")),
        }))
        div .month {
            @for _ in 0..blanks { div .blank {} }
            @for day in &ground.view.days { (cell(visitor, &ground, day)) }
        }
        (rest(visitor, &ground))
    };
    Ok(layout::page(site, visitor, Tab::Timetable, title, &[], &body))
}

struct Step<'a> {
    before: String,
    after: String,
    now: String,
    other: (String, &'a str),
    said: String,
}

fn steps(visitor: &Visitor, step: &Step<'_>) -> Markup {
    html! {
        div .row.between.steps {
            h2 { (step.said) }
            div .row {
                a .button href=(step.before) { "← " (visitor.pick("Trước", "Before")) }
                a .button href=(step.now) { (visitor.pick("Hôm nay", "Today")) }
                a .button href=(step.after) { (visitor.pick("Sau", "After")) " →" }
                a .button href=(step.other.0) { (step.other.1) }
            }
        }
    }
}

/// The parts of the timetable.
pub(super) fn subtabs(visitor: &Visitor, current: &str) -> Markup {
    let tabs = [
        ("/lich-phat", "Tuần, tháng", "Week, month"),
        ("/lich-phat/chuong-trinh", "Chương trình", "Programmes"),
        ("/lich-phat/phat-them", "Phát thêm một buổi", "Air once more"),
        ("/lich-phat/ngay-dac-biet", "Ngày đặc biệt, người trực", "Special days, duty"),
        ("/lich-phat/phieu", "Phiếu ngày mai (in)", "Tomorrow's sheet (print)"),
    ];
    html! {
        nav .subtabs aria-label=(visitor.pick("Lịch phát", "Timetable")) {
            @for (path, vi, en) in tabs {
                @if path != "/lich-phat/phat-them" || visitor.account.may(Right::Plan) {
                    a href=(path) aria-current=[(path == current).then_some("page")] { (visitor.pick(vi, en)) }
                }
            }
        }
    }
}

/// Whether the station airs by what is shown; said only when it does not.
pub(super) async fn taken_over(site: &Arc<Site>, visitor: &Visitor, ground: &Ground) -> Markup {
    if ground.view.is_taken_over != Some(false) {
        return html! {};
    }
    let refusing = site.status().await.map(|status| status.problems.clone()).unwrap_or_default();
    html! {
        @if refusing.is_empty() {
            p .notice role="status" { (visitor.pick(
                "Lịch đã ghi, đài đang nhận. Tải lại trang sau vài giây.",
                "The schedule is written, the station is taking it over. Load the page again in a few seconds.",
            )) }
        } @else {
            div .notice.bad role="alert" {
                strong { (visitor.pick("Đài chưa nhận lịch này, vẫn phát theo lịch cũ:", "The station does not take this schedule over and airs by the former one:")) }
                @for each in &refusing { pre .problem { (each) } }
            }
        }
    }
}

fn column(visitor: &Visitor, ground: &Ground, day: &Day) -> Markup {
    let language = visitor.language();
    let is_today = day.day == ground.today;
    html! {
        section class=(if is_today { "day today" } else { "day" }) aria-label=(words::day(language, day.day)) {
            h3 {
                (words::day(language, day.day))
                @if is_today { " " span .chip.on { (visitor.pick("hôm nay", "today")) } }
            }
            (about(visitor, day))
            @if day.airings.is_empty() { p .empty { (visitor.pick("Không có buổi phát.", "Nothing airs.")) } }
            @for airing in &day.airings { (card(visitor, ground, airing)) }
        }
    }
}

/// Lunar date, what is special, who is on duty.
fn about(visitor: &Visitor, day: &Day) -> Markup {
    let language = visitor.language();
    html! {
        p .soft { (say::lunar(language, day.lunar)) }
        @if let Some(entry) = &day.special {
            @let changes = say::changes(language, entry);
            p class=(if changes.is_empty() { "special" } else { "special strong" }) {
                b { (entry.title) } " (" (say::kind(language, entry.kind)) ")"
                @if !changes.is_empty() { ": " (changes) }
            }
        }
        @if !day.duties.is_empty() {
            p .soft { (visitor.pick("Trực: ", "On duty: ")) (day.duties.iter().map(say::person).collect::<Vec<_>>().join("; ")) }
        }
    }
}

/// The address of an occurrence.
pub(super) fn path(ground: &Ground, airing: &Airing) -> String {
    let local = with_offset(ground.zone, airing.occurrence.scheduled_at).naive_local();
    format!("/lich-phat/buoi/{}/{}", airing.occurrence.programme.id, start_text(local))
}

fn card(visitor: &Visitor, ground: &Ground, airing: &Airing) -> Markup {
    let language = visitor.language();
    let programme = &airing.occurrence.programme;
    let at = |at| with_offset(ground.zone, at);
    let past = airing.occurrence.window_ends_at <= ground.now;
    let (length, is_known) = airing.length_ms();
    let window = programme.window.num_milliseconds();
    html! {
        article class={ "meeting" (if past { " past" } else { "" }) (if airing.is_skipped || airing.occurrence.is_silent() { " out" } else { "" }) } {
            a .title href=(path(ground, airing)) {
                span .num { (words::clock(at(airing.occurrence.scheduled_at))) } " " (programme.title)
            }
            @if programme.priority != Priority::Ordinary { " " span .chip.on { (language.priority(programme.priority)) } }
            @if !airing.is_skipped && !airing.occurrence.is_silent() {
                p .soft {
                    (if is_known { "" } else { visitor.pick("ít nhất ", "at least ") }) (words::length(language, length))
                    " / " (words::length(language, window))
                    @if let Some(rundown) = airing.rundown.as_ref().filter(|rundown| !rundown.zone_names.is_empty()) {
                        " · " (zones(language, rundown.zone_names.len(), &rundown.zone_names))
                    }
                }
                @if !past { (draws(visitor, airing)) }
            }
            div { (say::state(language, airing, ground.now)) }
            @if let Some(problems) = ground.view.of_programmes.get(&programme.id).filter(|_| !past) {
                p { a href={ "/lich-phat/chuong-trinh/" (programme.id) } .chip.warn { "! " (problems.len()) " " (visitor.pick("điều cần xem lại", "to look at")) } }
            }
        }
    }
}

fn zones(language: Language, count: usize, names: &[String]) -> String {
    if count <= 2 { names.join(", ") } else { format!("{count} {}", language.pick("cụm loa", "zones")) }
}

/// What an occurrence draws or names, with what keeps it from the air.
fn draws(visitor: &Visitor, airing: &Airing) -> Markup {
    let shown = airing.items().filter(|(item, ..)| item.bulletin.is_some() || item.taken_out.is_some());
    let shown: Vec<_> = shown.collect();
    html! {
        @if !shown.is_empty() {
            ul .draws {
                @for (item, _, approved) in shown {
                    li class=[item.taken_out.is_some().then_some("gone")] {
                        (item.title)
                        @if let Some(note) = note(visitor, airing, item, approved) { " " span .doubt { "(" (note) ")" } }
                    }
                }
            }
        }
    }
}

/// What a person should see to of an item.
pub(super) fn note(visitor: &Visitor, airing: &Airing, item: &RundownItem, approved: Option<bool>) -> Option<String> {
    use crate::airing::Reason;
    let pick = |vi: &str, en: &str| Some(visitor.pick(vi, en).to_owned());
    match &item.taken_out {
        Some(out) if out.reason == Reason::QueueEmpty => {
            pick("hàng chờ chưa có tin bài phù hợp", "nothing in the queue fits")
        }
        Some(out) => {
            Some(format!("{} {}", visitor.pick("không phát:", "does not air:"), out.why.as_deref().unwrap_or_default()))
        }
        None if approved == Some(false) => pick("CHƯA DUYỆT", "NOT APPROVED"),
        None if item.audio.file.as_ref().is_some_and(|file| airing.missing.contains(file)) => Some(format!(
            "{} {}",
            visitor.pick("thiếu tệp", "missing file"),
            item.audio.file.as_deref().unwrap_or_default()
        )),
        None if item.audio.content.is_none() => pick("chưa có âm thanh", "no sound"),
        None => None,
    }
}

fn cell(visitor: &Visitor, ground: &Ground, day: &Day) -> Markup {
    let language = visitor.language();
    let is_today = day.day == ground.today;
    html! {
        section class=(if is_today { "cell today" } else { "cell" }) aria-label=(words::day(language, day.day)) {
            h3 {
                a href={ "/lich-phat?tuan=" (day.day) } { (layout::sentence(language.weekday(day.day.weekday()))) " " (day.day.day()) }
                span .soft { " " (say::lunar(language, day.lunar)) }
                @if is_today { " " span .chip.on { (visitor.pick("hôm nay", "today")) } }
            }
            @if let Some(entry) = &day.special { p .special { (entry.title) } }
            ul {
                @for airing in &day.airings {
                    @let out = airing.is_skipped || airing.occurrence.is_silent();
                    li class=[out.then_some("gone")] {
                        a href=(path(ground, airing)) { (words::clock(with_offset(ground.zone, airing.occurrence.scheduled_at))) " " (airing.occurrence.programme.title) }
                        " " (say::state(language, airing, ground.now))
                    }
                }
            }
        }
    }
}

/// Problems that belong to no programme.
fn rest(visitor: &Visitor, ground: &Ground) -> Markup {
    html! {
        @if !ground.view.others.is_empty() {
            h2 { (visitor.pick("Điều cần xem lại của lịch phát", "To look at in the schedule")) }
            (say::problems(visitor.language(), &ground.view.others))
        }
    }
}
