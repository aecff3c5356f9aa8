//! Số liệu: what was aired in a period, for everybody; and the files that are made of it, for who reports.
//!
//! In: a period by buttons, form or code. Out: the page with its chart and tables, and the figures as programs read them, the
//! same to the letter as `loa report --format json`. What the log does not know is said. Next: `download`.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::NaiveDate;
use maud::{Markup, html};

use super::super::super::answer::Refusal;
use super::super::super::part::words::{date, number};
use super::super::super::routes::{Needs, Route};
use super::super::super::site::Site;
use super::super::super::visitor::Visitor;
use super::counted::{Counted, away, refusal};
use super::download::{self, Paper};
use super::wanted::{Wanted, chooser, query, said};
use super::{page, refused, table};
use crate::language::Language;
use crate::office::report::Form;
use crate::people::Right;
use crate::report::figures::Figures;
use crate::report::html::chart::drawing;
use crate::report::period::{Calendar, Period, Span};
use crate::report::rows_used::RowsUsed;
use crate::report::table::minutes;
use crate::report::tables::{self, rules::Rule};
use crate::store::Proved;

/// Tables that are open; the others are under folds.
const OPEN: usize = 2;

const PATH: &str = "/bao-cao";

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(PATH, Needs::Right(Right::Look), get(show)),
        Route::get("/api/report", Needs::Right(Right::Look), get(object)),
    ]
}

async fn show(State(site): State<Arc<Site>>, visitor: Visitor, Query(wanted): Query<Wanted>) -> Response {
    let title = visitor.pick("Báo cáo", "Reports");
    let (config, today) = (site.config(), site.today());
    let period = match wanted.period(&config, today, &visitor) {
        Ok(period) => period,
        Err(refusal) => {
            let month = Span::Month(Calendar::DEFAULT.month_of(today));
            let usual = Period::new(month, config.report.calendar);
            return refused(&site, &visitor, PATH, title, &refusal, &chooser(usual, PATH, today, &visitor));
        }
    };
    let now = site.now().to_utc();
    let counted = away(move || Counted::make(&config, period, now)).await;
    let above = html! { (chooser(period, PATH, today, &visitor)) (said(period, &visitor)) };
    match counted.and_then(|counted| counted.map_err(|error| refusal(&error, &visitor))) {
        Err(refusal) => refused(&site, &visitor, PATH, title, &refusal, &above),
        Ok(counted) => {
            let body = html! { (above) (body(&counted, today, &visitor)) };
            page(&site, &visitor, PATH, title, &[], &body).into_response()
        }
    }
}

/// The figures as programs read them.
async fn object(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Refusal> {
    let config = site.config();
    let period = wanted.period(&config, site.today(), &visitor)?;
    let now = site.now().to_utc();
    let paper = Paper { number: None, date: None };
    let made = away(move || download::bytes(&config, period, Form::Json, paper, now)).await?;
    let bytes = made.map_err(|error| refusal(&error, &visitor))?;
    Ok(([(CONTENT_TYPE, "application/json")], bytes).into_response())
}

fn body(counted: &Counted, today: NaiveDate, visitor: &Visitor) -> Markup {
    let language = visitor.language();
    let given = counted.given(language);
    let (figures, period) = (&counted.made.figures, counted.made.period);
    let tables = tables::all(&given);
    html! {
        (known(counted, today, visitor))
        @if figures.totals.rows == 0 {
            p .notice.warn { (visitor.pick(
                "Không có lượt phát nào trong kỳ này: nhật ký không ghi lượt phát nào ra loa. Các biểu dưới đây vì vậy đều là số 0.",
                "There is no airing in this period: the log lists none on the loudspeakers. All figures below are therefore 0.",
            )) }
        }
        (sums(figures, visitor))
        @if let Some(notice) = silent_themes(figures, visitor) { (notice) }
        @if visitor.account.may(Right::Report) { (download::form(period, visitor)) }
        @if counted.plan.is_some() {
            section .card {
                h2 #bieu-do { (visitor.pick("Thời lượng phát theo nội dung và theo tháng (phút)", "Minutes by theme and month")) }
                div .scroll.chart tabindex="0" role="region" aria-labelledby="bieu-do" {
                    (drawing(&tables::chart::chart(&given), 1, language))
                }
                p .soft { (visitor.pick("Cùng số liệu ở dạng bảng: ", "The same figures as a table: "))
                    a href="#matrix" { (visitor.pick("nội dung theo tháng", "themes by month")) } }
            }
        }
        @for (index, each) in tables.iter().enumerate() {
            @if index < OPEN { (table::section(each, language)) } @else { (table::folded(each, language)) }
        }
        details .fold {
            summary { (visitor.pick("Số liệu được tính như thế nào", "How it is counted")) }
            ol { @for rule in Rule::ALL { li { (rule.say(language)) } } }
        }
        p .soft { a href={ "/api/report?" (query(period)) } { (visitor.pick("Số liệu này cho chương trình khác (JSON)", "These figures for programs (JSON)")) } }
    }
}

/// When the log begins, what it lacks, how much of it was proved, and whether the period is over.
fn known(counted: &Counted, today: NaiveDate, visitor: &Visitor) -> Markup {
    let language = visitor.language();
    let made = &counted.made;
    let (totals, window) = (&made.figures.totals, made.period.window);
    let begins = totals.log_begins.map_or_else(
        || visitor.pick("nhật ký chưa có dòng nào", "the log has no row yet").to_owned(),
        |day| format!("{} {}", visitor.pick("nhật ký có từ ngày", "the log begins on"), date(language, day)),
    );
    let rows = RowsUsed::of(totals, &made.marks).map_or_else(
        || visitor.pick("không có dòng nào trong kỳ", "no row in the period").to_owned(),
        |used| format!("{} {}", visitor.pick("dòng", "rows"), used.words(language)),
    );
    html! {
        p .soft { (super::sentence(&begins)) "; " (rows) "; " (proved(made.proved, language)) "." }
        @if let Some(day) = totals.log_begins.filter(|day| *day > window.first) {
            p .notice { (visitor.pick("Nhật ký chỉ bắt đầu từ ngày", "The log only begins on")) " " (date(language, day))
                (visitor.pick(": những ngày trước đó của kỳ này không có số liệu.", ": of the days before it nothing is known.")) }
        }
        @if window.first > today {
            p .notice.warn { (visitor.pick("Kỳ này chưa bắt đầu.", "The period has not begun.")) }
        } @else if window.last >= today {
            p .notice { (visitor.pick("Kỳ này chưa kết thúc: số liệu đến lúc này.", "The period is not over: figures up to now.")) }
        }
        @if counted.plan.is_none() {
            p .notice.warn { (visitor.pick(
                "Đài chưa có kế hoạch (tệp schedules/plan.toml), nên không xếp được theo nội dung của kế hoạch và không lập được báo cáo.",
                "There is no plan (schedules/plan.toml), so nothing can be listed by its themes and no report be made.",
            )) }
        }
        @if !totals.absences.is_empty() {
            p .notice.warn { (totals.absences.len()) " " (visitor.pick(
                "khoảng thời gian máy tắt mà nhật ký không biết từng mục: xem biểu đối chiếu bên dưới.",
                "times of which the log does not know each item: see the reconciliation below.",
            )) }
        }
    }
}

/// How much of the log was proved before anything was counted, in words without the trade's own.
fn proved(proved: Proved, language: Language) -> String {
    match (proved, language) {
        (Proved::Rows { first, last }, Language::Vi) => {
            format!("đã kiểm tra từng dòng từ {first} đến {last}: không dòng nào bị sửa sau khi ghi")
        }
        (Proved::Rows { first, last }, Language::En) => {
            format!("every row from {first} to {last} was checked: none was altered after it was written")
        }
        (Proved::TooMany, _) => language
            .pick(
                "quá nhiều dòng nên chưa kiểm tra từng dòng; kiểm tra ở trang Nhật ký",
                "too many rows to check each; the Log page can",
            )
            .to_owned(),
        (Proved::Nothing, _) => language.pick("không có dòng nào để kiểm tra", "no row to check").to_owned(),
    }
}

fn sums(figures: &Figures, visitor: &Visitor) -> Markup {
    let language = visitor.language();
    let totals = &figures.totals;
    let (plan, other) = (totals.aired.plan, totals.aired.other);
    let planned = figures.themes.iter().filter(|theme| theme.is_planned);
    let aired = planned.clone().filter(|theme| theme.aired.airings > 0).count();
    let bulletins = totals.bulletins.approved + totals.bulletins.unapproved;
    let card = |figure: String, name: &str, more: String| {
        html! {
            div .card.figure-card { p .big-figure { (figure) } p { (name) } p .soft { (more) } }
        }
    };
    html! {
        div .grid.sums {
            (card(number(language, plan.airings), visitor.pick("lượt phát theo kế hoạch", "airings of the plan"),
                format!("{}: {}", visitor.pick("nhạc hiệu, lời chào và mục khác", "signatures, greetings and others"), number(language, other.airings))))
            (card(minutes(plan.aired_ms, language), visitor.pick("phút phát theo kế hoạch", "minutes of the plan"),
                format!("{}: {}", visitor.pick("mục khác", "others"), minutes(other.aired_ms, language))))
            (card(number(language, bulletins), visitor.pick("tin, bài khác nhau", "different bulletins"),
                format!("{}: {}", visitor.pick("có phiếu duyệt", "approved"), number(language, totals.bulletins.approved))))
            (card(format!("{aired}/{}", planned.count()), visitor.pick("nội dung của kế hoạch đã phát", "themes that have aired"),
                format!("{}: {}", visitor.pick("số buổi phát", "programmes aired"), number(language, totals.sessions))))
        }
    }
}

/// Themes of which nothing aired, in words.
fn silent_themes(figures: &Figures, visitor: &Visitor) -> Option<Markup> {
    let silent = figures.themes.iter().filter(|theme| theme.is_planned && theme.aired.airings == 0);
    let names: Vec<String> = silent
        .map(|theme| {
            theme.label.as_ref().map_or_else(|| theme.code.to_string(), |label| format!("{} ({label})", theme.code))
        })
        .collect();
    let count = names.len();
    let is_all = figures.totals.rows == 0;
    (count > 0 && !is_all).then(|| {
        html! {
            p .notice.bad { strong { (match visitor.language() {
                Language::Vi => format!("{count} nội dung chưa phát lượt nào trong kỳ này"),
                Language::En => format!("{count} themes without any airing in this period"),
            }) } (names.join("; ")) "." }
        }
    })
}
