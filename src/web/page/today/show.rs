//! The pieces of the page: what is on the air, what comes next, who is on duty, the day's timeline.
//!
//! In: the station's status and the day. Out: markup; `today.js` moves what moves. Places are reserved, so that nothing jumps
//! when an item begins or ends. Next: `super`.

use maud::{Markup, html};

use super::super::super::layout::sentence;
use super::super::super::live;
use super::super::super::part::{form, words};
use super::super::super::visitor::Visitor;
use super::day::{Block, Day, Line, State};
use crate::airing::Kind;
use crate::control::Status;
use crate::desk::{OnDuty, OutlookItem};
use crate::language::Language;
use crate::people::Right;

/// The width of the meter, in steps of one decibel.
const METER_DB: i64 = 60;

/// What is on the air, and the buttons.
pub(super) fn on_air(visitor: &Visitor, status: &Status, needle: live::Needle) -> Markup {
    let pick = |vi, en| visitor.pick(vi, en);
    let item = status.desk.on_air.as_ref();
    let title = item
        .and_then(|item| item.title.clone())
        .unwrap_or_else(|| pick("Đài đang im lặng", "Nothing is on the air").to_owned());
    let at_ms = status.desk.at.timestamp_millis();
    let played_ms = item.map_or(0, |item| at_ms - item.started_at.timestamp_millis());
    let planned_ms = item.and_then(|item| item.planned_ms);
    html! {
        section .card.air #dang-phat aria-labelledby="dang-phat-ten" data-at=(at_ms)
            data-airing=[item.map(|item| item.airing.as_str())] data-started=[item.map(|item| item.started_at.timestamp_millis())] data-planned=[planned_ms] {
            h2 { (pick("Đang phát", "On air")) }
            p .air-title #dang-phat-ten { (title) }
            p .air-kind {
                span .chip.on #dang-phat-loai hidden[item.is_none()] { (item.map_or("", |item| visitor.language().kind(item.kind))) }
                " " span #dang-phat-buoi { (item.and_then(|item| item.programme_title.as_deref()).unwrap_or("")) }
            }
            p .air-times.num {
                span { (pick("Đã phát ", "Played ")) b #da-phat { (if item.is_some() { span_of(played_ms) } else { "–:––".into() }) } }
                span { (pick("Còn lại ", "Left ")) b #con-lai { (planned_ms.map_or_else(|| "–:––".into(), |planned| span_of(planned - played_ms))) } }
            }
            progress #tien-do max=(planned_ms.unwrap_or(1).max(1)) value=(played_ms.clamp(0, planned_ms.unwrap_or(0).max(0))) aria-label=(pick("Tiến độ mục đang phát", "How far the item is")) {}
            (meter(visitor, needle))
            p .waiting #cho-phat { @if !status.desk.waiting.is_empty() { (pick("Chờ phát: ", "Waiting: ")) (status.desk.waiting.join(", ")) } }
            (buttons(visitor, status))
        }
    }
}

/// Minutes and seconds, always as wide.
fn span_of(ms: i64) -> String {
    let seconds = ms.max(0) / 1000;
    if seconds >= 3600 {
        return format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

fn meter(visitor: &Visitor, needle: live::Needle) -> Markup {
    let width = |dbfs: i64| (dbfs + METER_DB).clamp(0, METER_DB);
    let (class, word) = match needle.state {
        "sound" => ("chip good", visitor.pick("có tiếng", "sound")),
        "quiet" => ("chip off", visitor.pick("im lặng", "silence")),
        _ => ("chip bad", visitor.pick("chưa có tín hiệu", "no signal")),
    };
    html! {
        div .meter {
            svg #muc-am viewBox={ "0 0 " (METER_DB) " 4" } preserveAspectRatio="none" aria-hidden="true" focusable="false" {
                rect .meter-back x="0" y="0" width=(METER_DB) height="4" {}
                rect .meter-bar #muc-am-rms x="0" y="0" width=(width(needle.rms)) height="4" {}
                rect .meter-peak #muc-am-dinh x=(width(needle.peak).min(METER_DB - 1)) y="0" width=(if needle.peak > -METER_DB { "1" } else { "0" }) height="4" {}
            }
            span #muc-am-chu class=(class) { (word) }
        }
    }
}

fn buttons(visitor: &Visitor, status: &Status) -> Markup {
    let pick = |vi, en| visitor.pick(vi, en);
    let item = status.desk.on_air.as_ref();
    let (airing, attempt) =
        item.map_or((String::new(), String::new()), |item| (item.airing.to_string(), item.attempt.to_string()));
    let title = item.and_then(|item| item.title.as_deref()).unwrap_or("");
    let form_of = |action: &str, class: &str, question: String, label: &str, is_off: bool| {
        html! {
            form .act.inline.on-item method="post" action=(action) data-act="" data-confirm=(question) {
                (form::carried(visitor))
                input type="hidden" name="airing" value=(airing);
                input type="hidden" name="attempt" value=(attempt);
                button class=(class) disabled[is_off] { (label) }
            }
        }
    };
    let stop = format!(
        "{} “{title}”? {}",
        pick("Dừng", "Stop"),
        pick("Phần còn lại của buổi này sẽ không phát.", "The rest of this programme will not air.")
    );
    let skip = format!("{} “{title}”?", pick("Bỏ qua mục", "Skip"));
    html! {
        div .row.acts {
            @if visitor.account.may(Right::Stop) {
                (form_of("/api/stop", "big", stop, pick("Dừng", "Stop"), item.is_none() && status.desk.waiting.is_empty()))
            }
            @if visitor.account.may(Right::Air) {
                (form_of("/api/skip", "big", skip, pick("Bỏ qua mục", "Skip item"), item.is_none()))
                a .button.big href="/phat-ngay" { (pick("Phát ngay", "Air now")) }
            }
            @if visitor.account.may(Right::Emergency) {
                a .button.big.danger href="/khan-cap" { (pick("Khẩn cấp", "Emergency")) }
            }
        }
        p .answer #tra-loi role="alert" hidden {}
    }
}

/// The next programme, and what it will air as things stand.
pub(super) fn next(visitor: &Visitor, status: &Status) -> Markup {
    let pick = |vi, en| visitor.pick(vi, en);
    let next = status.desk.next.first();
    let outlook = status
        .next_programme
        .as_ref()
        .filter(|outlook| next.is_some_and(|next| next.scheduled_at == outlook.scheduled_at));
    html! {
        section .card.next #sap-toi data-next=[next.map(|next| next.scheduled_at.timestamp_millis())] aria-labelledby="sap-toi-ten" {
            h2 { (pick("Sắp tới", "Next")) }
            @match next {
                None => p #sap-toi-ten .soft { (pick("Không có buổi phát nào trong 36 giờ tới.", "No programme in the next 36 hours.")) },
                Some(next) => {
                    p .air-title #sap-toi-ten { (next.title) }
                    p { (words::clock(next.scheduled_at)) ", " (words::day(visitor.language(), next.scheduled_at.date_naive())) }
                    p .num { (pick("Còn ", "In ")) b #dem-nguoc { (countdown(next.scheduled_at.timestamp_millis() - status.desk.at.timestamp_millis())) } }
                },
            }
            @if let Some(outlook) = outlook {
                ol .draws { @for item in &outlook.items { (draw(visitor, item)) } }
            }
        }
    }
}

fn countdown(ms: i64) -> String {
    let seconds = ms.max(0) / 1000;
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

fn draw(visitor: &Visitor, item: &OutlookItem) -> Markup {
    html! {
        li {
            (item.title)
            @if let Some(ms) = item.planned_ms { " " small .num { (words::length(visitor.language(), ms)) } }
            @if let Some(reason) = item.left_out { " " span .chip.bad { (sentence(visitor.language().reason(reason))) } }
        }
    }
}

/// Who is on duty today.
pub(super) fn on_duty(visitor: &Visitor, status: &Status) -> Markup {
    let duties: &[OnDuty] = status.today.as_ref().map_or(&[], |today| &today.on_duty);
    let title_of = |id: &String| {
        let programmes = status.today.iter().flat_map(|today| &today.programmes);
        programmes
            .filter(|planned| planned.programme == *id)
            .map(|planned| planned.title.clone())
            .next()
            .unwrap_or_else(|| id.clone())
    };
    html! {
        p .duty {
            strong { (visitor.pick("Người trực: ", "On duty: ")) }
            @if duties.is_empty() {
                (visitor.pick("chưa phân công. ", "nobody is named. "))
                a href="/lich-phat/ngay-dac-biet" { (visitor.pick("Phân công ở Lịch phát", "Name somebody under Timetable")) }
            }
            @for (at, duty) in duties.iter().enumerate() {
                @if at > 0 { "; " }
                (duty.who)
                @if let Some(phone) = &duty.phone { " " a href={ "tel:" (phone) } { (phone) } }
                @if !duty.programmes.is_empty() { " (" (duty.programmes.iter().map(title_of).collect::<Vec<_>>().join(", ")) ")" }
            }
        }
    }
}

/// The day, programme by programme.
pub(super) fn timeline(visitor: &Visitor, day: &Day) -> Markup {
    let next = day.programmes.iter().position(|block| block.programme.is_some() && !block.is_over());
    html! {
        @if !day.is_read {
            p .notice.warn { (visitor.pick(
                "Lúc này không đọc được nhật ký: dưới đây chỉ có những mục sắp phát. Đài vẫn phát bình thường.",
                "The log cannot be read now: only what is to come is listed. The broadcast goes on.",
            )) }
        }
        @if day.programmes.is_empty() { p .empty { (visitor.pick("Hôm nay không có buổi phát nào.", "There is no programme today.")) } }
        @for (at, block) in day.programmes.iter().enumerate() {
            (programme(visitor, block, Some(at) == next || block.is_on_air()))
        }
        @if day.more > 0 { p .soft { (visitor.pick("Và nhiều buổi nữa: ", "And more programmes: ")) (day.more) } }
    }
}

fn programme(visitor: &Visitor, block: &Block, is_open: bool) -> Markup {
    let id = format!("{}@{}", block.programme.as_deref().unwrap_or("tay"), block.scheduled_at.timestamp());
    let title = block.title.as_deref().unwrap_or_else(|| visitor.pick("Phát ngoài lịch", "Beside the plan"));
    html! {
        details .block data-block=(id) open[is_open] {
            summary {
                span .num.at { @if block.programme.is_some() { (words::clock(block.scheduled_at)) } }
                " " strong { (title) } " "
                @if block.is_on_air() { span .chip.on { (visitor.pick("đang phát", "on air")) } }
                @else if block.is_over() { (tally(visitor.language(), block)) }
                @else if block.has_begun() { span .chip.warn { (visitor.pick("chưa xong", "not done yet")) } }
                @else { span .chip { (visitor.pick("chưa phát", "to come")) } }
            }
            ul .items { @for line in &block.items { (item(visitor, line)) } }
        }
    }
}

/// How a programme went, in short.
fn tally(language: Language, block: &Block) -> Markup {
    let aired = block
        .items
        .iter()
        .filter(|line| matches!(line.state, State::Over { outcome: crate::airing::Outcome::Aired, .. }))
        .count();
    let class = if aired == block.items.len() { "chip good" } else { "chip warn" };
    html! { span class=(class) { (aired) "/" (block.items.len()) " " (language.pick("mục phát đủ", "aired")) } }
}

fn item(visitor: &Visitor, line: &Line) -> Markup {
    let language = visitor.language();
    html! {
        li data-airing=(line.airing) {
            span .num.at { (line.started_at.map_or_else(String::new, words::time)) }
            span .what {
                @if let Some(number) = line.bulletin { a href={ "/tin-bai/" (number) } { (line.title) } } @else { (line.title) }
                @if let Some(ms) = line.length_ms { " " small .num { (words::length(language, ms)) } }
                @if line.kind == Some(Kind::Emergency) { " " span .chip.bad { (language.kind(Kind::Emergency)) } }
                @if let Some(by) = &line.by { " " small { (by) } }
            }
            (state(language, line.state))
        }
    }
}

fn state(language: Language, state: State) -> Markup {
    match state {
        State::Over { outcome, reason } => words::outcome(language, outcome, reason),
        State::OnAir => html! { span .chip.on { "▶ " (language.pick("đang phát", "on air")) } },
        State::Coming => html! { span .chip { (language.pick("sắp phát", "to come")) } },
        State::LeftOut { reason } => html! {
            span .chip.bad { "✕ " (language.pick("sẽ bỏ qua", "will be left out")) ": " (language.reason(reason)) }
        },
    }
}
