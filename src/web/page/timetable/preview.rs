//! What a wish would change, before it is carried out; the sheet of a day on paper.
//!
//! In: the fields of a form as a query, or a day. Out: a page that changes nothing: occurrences that come, go and move, what
//! `loa check` would say, and the form that carries it out. Next: `programmes`.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::{Html, IntoResponse, Response};
use chrono::Days;
use maud::{Markup, html};

use super::super::super::answer::Refusal;
use super::super::super::assets;
use super::super::super::layout::{self, Tab};
use super::super::super::part::form;
use super::super::super::site::Site;
use super::super::super::visitor::Visitor;
use super::act::{Tried, address, apart, folder, stamp, tried};
use super::fields::{Fields, day};
use super::look::{near, subtabs};
use super::say;
use crate::office::sheet::sheets;
use crate::office::sheet_page::Look;
use crate::problem::any_error;

/// Files of unknown length that are measured for a sheet.
const MEASURED: usize = 20;

/// `/lich-phat/xem-truoc`.
pub(super) async fn show(State(site): State<Arc<Site>>, visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    let fields = Fields::of_query(&query.unwrap_or_default());
    let (asked, language, read) = (Arc::clone(&site), visitor.language(), fields.clone());
    // Sounds are heard one at a time, beside the air.
    let turn = Arc::clone(&site.sounds.turn).acquire_owned().await;
    let tried = apart(move || {
        let _turn = turn;
        tried(&asked, language, &read)
    })
    .await;
    let failed = || Refusal::later(visitor.pick("chưa làm được, hãy thử lại", "not done, try again"));
    match tried.unwrap_or_else(|| Err(failed())) {
        Ok(tried) => page(&site, &visitor, &fields, &tried).into_response(),
        Err(refusal) => wrong(&site, &visitor, &refusal).into_response(),
    }
}

fn page(site: &Site, visitor: &Visitor, fields: &Fields, tried: &Tried) -> Markup {
    let zone = site.config().station.timezone;
    let title = visitor.pick("Xem trước thay đổi", "Preview of the change");
    let is_refused = tried.trial.is_refused();
    let has_warnings = !tried.trial.problems.is_empty();
    let body = html! {
        (subtabs(visitor, ""))
        h1 { (title) }
        p { (visitor.pick("Tệp sẽ đổi: ", "File that changes: ")) code { "schedules/" (tried.edit.file) } }
        @if is_refused {
            p .notice.bad role="alert" { (visitor.pick(
                "Chưa ghi được vì lỗi dưới đây. Bấm nút quay lại của trình duyệt để sửa: những gì đã điền vẫn còn.",
                "This cannot be written, since `loa check` would refuse it as below. Use the browser's back button to mend it.",
            )) }
        }
        (found(site, visitor, fields, &tried.trial.problems))
        @if !is_refused {
            h2 { (visitor.pick("Lịch phát sẽ khác đi", "What changes in the timetable")) }
            (say::differences(visitor.language(), zone, &tried.trial.differences))
            (confirm(visitor, fields, tried, has_warnings))
        }
        details {
            summary { (visitor.pick("Dòng thay đổi trong tệp", "Lines that change in the file")) }
            pre .problem { (lines(tried.edit.before.as_deref().unwrap_or_default(), tried.edit.after.as_deref().unwrap_or_default())) }
        }
    };
    layout::page(site, visitor, Tab::Timetable, title, &[], &body)
}

/// What is wrong: for people, with titles and times; the words of `loa check` with their places are under a fold.
fn found(site: &Site, visitor: &Visitor, fields: &Fields, problems: &[crate::problem::Problem]) -> Markup {
    if problems.is_empty() {
        return html! {};
    }
    let (language, folder) = (visitor.language(), folder(&site.config()));
    // What is about to be added has its title in the form.
    let title = |id: &str| {
        let known = folder.reading.schedule.programmes.iter().find(|programme| programme.id == id);
        known.map_or_else(|| fields.text("title").to_owned(), |programme| programme.title.clone())
    };
    html! {
        @for problem in problems {
            p class=(if problem.severity == crate::problem::Severity::Error { "notice bad" } else { "notice warn" }) {
                (layout::sentence(&say::problem(language, problem, title)))
            }
        }
        details {
            summary { (visitor.pick("Chi tiết cho kỹ thuật viên", "Details for the technician")) }
            (say::problems(language, problems))
        }
    }
}

/// The form that carries it out: everything that was filled in, and what was shown of the file.
fn confirm(visitor: &Visitor, fields: &Fields, tried: &Tried, has_warnings: bool) -> Markup {
    let label = if has_warnings {
        visitor.pick("Đã xem cảnh báo, vẫn ghi", "Write it in spite of the warnings")
    } else {
        visitor.pick("Ghi vào lịch", "Write it")
    };
    let carried = ["csrf", "act", "stamp", "confirmed"];
    let body = html! {
        @for (name, value) in fields.0.iter().filter(|(name, _)| !carried.contains(&&**name)) {
            input type="hidden" name=(name) value=(value);
        }
        input type="hidden" name="stamp" value=(stamp(&tried.edit.stamp()));
        input type="hidden" name="confirmed" value="1";
        button .primary.big { (label) }
    };
    form::act(visitor, &address(fields), &body)
}

/// The lines that differ, as far as they stand in one stretch.
fn lines(before: &str, after: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let most = old.len().min(new.len()) - head;
    let tail = old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
    let minus = old[head..old.len() - tail].iter().map(|line| format!("- {line}\n"));
    minus.chain(new[head..new.len() - tail].iter().map(|line| format!("+ {line}\n"))).collect()
}

fn wrong(site: &Site, visitor: &Visitor, refusal: &Refusal) -> Response {
    let title = visitor.pick("Chưa xem trước được", "No preview");
    let body = html! {
        (subtabs(visitor, ""))
        h1 { (title) }
        p .notice.bad role="alert" { (layout::sentence(&refusal.told)) }
        p { (visitor.pick("Bấm nút quay lại của trình duyệt để sửa.", "Use the browser's back button to mend it.")) }
    };
    (refusal.status, layout::page(site, visitor, Tab::Timetable, title, &[], &body)).into_response()
}

/// `/lich-phat/phieu`: the sheet of a day, tomorrow's if none is named.
pub(super) async fn paper(State(site): State<Arc<Site>>, visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    let fields = Fields::of_query(&query.unwrap_or_default());
    let first = day(fields.text("ngay")).unwrap_or_else(|| site.today() + Days::new(1));
    if let Err(refusal) = near(&site, &visitor, first) {
        return refusal.into_response();
    }
    let above = html! {
        form .screen method="get" action="/lich-phat/phieu" {
            a href="/lich-phat" { "← " (visitor.pick("Lịch phát", "Timetable")) }
            " · " label for="ngay" { (visitor.pick("Ngày", "Day")) } " "
            input type="date" id="ngay" name="ngay" value=(first);
            " " button { (visitor.pick("Xem", "Show")) }
            " · " button type="button" data-print { (visitor.pick("In phiếu này", "Print it")) }
        }
        script src=(assets::path("print.js")) defer {}
    };
    let made = apart(move || {
        let config = site.config();
        let folder = folder(&config);
        if any_error(&folder.problems) || folder.reading.accepted().is_none() {
            return Ok(None);
        }
        let look = Look::Beside(assets::path("sheet.css"), &above.0);
        let days = first..first + Days::new(1);
        let now = site.clock.now().wall;
        sheets(&config, &folder.reading.schedule, now, days, look, MEASURED).map(Some)
    });
    match made.await {
        // A sheet without its bulletins must not be pinned up.
        Some(Ok(Some((_, Some(error))))) => Refusal::later(format!(
            "{}: {error}",
            visitor
                .pick("chưa lập được phiếu vì chưa đọc được sổ của đài", "no sheet, since the database cannot be read"),
        ))
        .into_response(),
        Some(Ok(Some((page, None)))) => Html(page).into_response(),
        Some(Ok(None)) => Refusal::conflict(visitor.pick(
            "lịch có lỗi nên chưa có phiếu; xem trang Lịch phát",
            "the schedule has errors, so that there is no sheet; see the timetable",
        ))
        .into_response(),
        Some(Err(error)) => Refusal::later(format!("{error:#}")).into_response(),
        None => Refusal::later(visitor.pick("chưa làm được, hãy thử lại", "not done, try again")).into_response(),
    }
}
