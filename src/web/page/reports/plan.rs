//! Kế hoạch: how far the plan is carried out: themes by month, each obligation with its proof, the plan's own words behind it.
//!
//! In: a period, else the plan's year so far. Out: the page, and the same as JSON as `loa plan status` tells it. A theme without
//! an airing is red and said in words. Must never invent a target: only those that the commune set are shown. Next: `logbook`.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::super::super::answer::Refusal;
use super::super::super::part::words::number;
use super::super::super::routes::{Needs, Route};
use super::super::super::site::Site;
use super::super::super::visitor::Visitor;
use super::counted::{away, refusal};
use super::wanted::{Wanted, chooser, said};
use super::{page, refused, table};
use crate::backup::block_on;
use crate::config::Config;
use crate::office::plan_status::Standing;
use crate::people::Right;
use crate::plan::Plan;
use crate::report::figures::{Aired, MonthLine, ThemeLine};
use crate::report::period::Period;
use crate::report::status::{Obligation, Part, State as Reached, page as status_page};
use crate::report::table::{date, minutes};
use crate::report::tables::{Given, targets};

const PATH: &str = "/bao-cao/ke-hoach";

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(PATH, Needs::Right(Right::Look), get(show)),
        Route::get("/api/plan/status", Needs::Right(Right::Look), get(object)),
    ]
}

async fn show(State(site): State<Arc<Site>>, visitor: Visitor, Query(wanted): Query<Wanted>) -> Response {
    let title = visitor.pick("Tiến độ kế hoạch", "Progress of the plan");
    let (config, today) = (site.config(), site.today());
    let standing = standing(&site, &wanted, &visitor).await;
    // The chooser shows what was asked for; else the year of today.
    let usual = || {
        let calendar = config.report.calendar;
        Period::new(crate::report::period::Span::Year(calendar.month_of(today).year), calendar)
    };
    match standing {
        Err(refusal) => {
            let chooser = chooser(usual(), PATH, today, &visitor);
            refused(&site, &visitor, PATH, title, &refusal, &chooser)
        }
        Ok(standing) => {
            let period = standing.made.period;
            // Shown because nothing was chosen, and it ended before today.
            let is_over = matches!(wanted.asked(&config, &visitor), Ok(None)) && period.window.last < today;
            let body = html! {
                (chooser(period, PATH, today, &visitor))
                (said(period, &visitor))
                @if is_over {
                    p .notice.warn { (visitor.pick(
                        "Năm của bản kế hoạch này đã qua, chưa có kế hoạch cho năm nay: nhờ kỹ thuật viên ghi bản mới vào schedules/plan.toml.",
                        "The year of this plan is over and there is none for this year: write the new one into schedules/plan.toml.",
                    )) }
                }
                (body(&standing, &visitor))
            };
            page(&site, &visitor, PATH, title, &[], &body).into_response()
        }
    }
}

async fn object(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Refusal> {
    let standing = standing(&site, &wanted, &visitor).await?;
    let text = serde_json::to_string_pretty(&standing.export()).map_err(|error| refusal(&error.into(), &visitor))?;
    Ok(([(CONTENT_TYPE, "application/json")], text).into_response())
}

async fn standing(site: &Site, wanted: &Wanted, visitor: &Visitor) -> Result<Standing, Refusal> {
    let config = site.config();
    let asked = wanted.asked(&config, visitor)?;
    let now = site.now().to_utc();
    let made = away(move || make(&config, asked, now)).await?;
    made.map_err(|error| refusal(&error, visitor))
}

fn make(config: &Config, asked: Option<Period>, now: DateTime<Utc>) -> anyhow::Result<Standing> {
    block_on(Standing::make(config, asked, now))
}

fn body(standing: &Standing, visitor: &Visitor) -> Markup {
    let language = visitor.language();
    let Standing { plan, made, status } = standing;
    let figures = &made.figures;
    let given = Given { figures, period: made.period, plan: Some(plan), activities: &made.activities, language };
    html! {
        p { strong { (plan.title) } @if let Some(number) = &plan.number { " (" (number) ")" } }
        p .progress-line {
            (status_page::sum(status, language))
            progress max="100" value=(status.percent()) aria-label=(visitor.pick("Tỷ lệ đã có minh chứng", "Share that is proved")) {}
        }
        h2 #theo-thang { (visitor.pick("Nội dung tuyên truyền theo tháng", "Themes by month")) }
        p .soft { (visitor.pick(
            "Mỗi ô: số lượt phát, dưới là số phút. Bấm vào tên nội dung để đọc nguyên văn trong kế hoạch.",
            "Each cell: airings, and minutes below. Press a theme to read it word for word as in the plan.",
        )) }
        (matrix(plan, &figures.themes, &figures.months, visitor))
        @if let Some(targets) = targets::targets(&given) { (table::section(&targets, language)) }
        @else { p .soft { (visitor.pick("Kế hoạch không đặt chỉ tiêu bằng số.", "The plan sets no targets in figures.")) } }
        @for part in [Part::Form, Part::Task] {
            (obligations(standing, part, visitor))
        }
        ul .soft { @for note in status_page::notes(status, language) { li { (note) } } }
    }
}

/// Themes of the plan and months: airings, minutes, items.
fn matrix(plan: &Plan, themes: &[ThemeLine], months: &[MonthLine], visitor: &Visitor) -> Markup {
    let language = visitor.language();
    html! {
        div .scroll tabindex="0" role="region" aria-labelledby="theo-thang" {
            table .figures.matrix {
                thead { tr {
                    th scope="col" { (visitor.pick("Nội dung", "Theme")) }
                    @for line in months { th scope="col" .num { (line.month.month) "/" (line.month.year) } }
                    th scope="col" .num { (visitor.pick("Cộng", "Sum")) }
                    th scope="col" .num { (visitor.pick("Tin, bài", "Bulletins")) }
                } }
                tbody {
                    @for theme in themes.iter().filter(|theme| theme.is_planned) {
                        @let is_silent = theme.aired.airings == 0;
                        tr .warning[is_silent] {
                            th scope="row" {
                                (clause(plan, theme))
                                @if is_silent { span .chip.bad { "✕ " (visitor.pick("chưa phát lượt nào", "nothing aired yet")) } }
                            }
                            @for month in &theme.months { td .num { (cell(*month, visitor)) } }
                            td .num { strong { (cell(theme.aired, visitor)) } }
                            td .num { (number(language, theme.bulletins.approved))
                                @if theme.bulletins.unapproved > 0 { br; small { "+" (number(language, theme.bulletins.unapproved)) " "
                                    (visitor.pick("chưa duyệt", "not approved")) } } }
                        }
                    }
                    tr .total {
                        th scope="row" { (visitor.pick("Cộng theo kế hoạch", "Sum of the plan")) }
                        @for line in months { td .num { (cell(line.aired.plan, visitor)) } }
                        td .num { (cell(months.iter().fold(Aired::default(), |mut sum, line| { sum += line.aired.plan; sum }), visitor)) }
                        td {}
                    }
                }
            }
        }
    }
}

fn cell(aired: Aired, visitor: &Visitor) -> Markup {
    let language = visitor.language();
    html! {
        @if aired.airings == 0 && aired.aired_ms == 0 { "0" } @else {
            (number(language, aired.airings)) br;
            small { (minutes(aired.aired_ms, language)) " " (visitor.pick("phút", "min")) }
        }
    }
}

/// The code and name of a theme; behind it the plan's own words.
fn clause(plan: &Plan, theme: &ThemeLine) -> Markup {
    let of_plan = plan.themes.iter().find(|each| *each.code == *theme.code);
    html! {
        @if let Some(each) = of_plan {
            details { summary { (each.code) ". " (each.label) } p .clause { (each.text) } }
        } @else { (theme.code) }
    }
}

/// Forms or tasks with what proves each.
fn obligations(standing: &Standing, part: Part, visitor: &Visitor) -> Markup {
    let mine: Vec<&Obligation> = standing.status.obligations.iter().filter(|each| each.part == part).collect();
    let done = mine.iter().filter(|each| each.state == Reached::Proved).count();
    html! {
        @if !mine.is_empty() {
            h2 { (part.name(visitor.language())) " (" (done) "/" (mine.len()) ")" }
            table .cards {
                thead { tr {
                    th scope="col" { (visitor.pick("Mã, nội dung phải làm", "Code, what is to be done")) }
                    th scope="col" { (visitor.pick("Tình trạng", "State")) }
                    th scope="col" { (visitor.pick("Minh chứng", "Proof")) }
                } }
                tbody { @for each in mine { (obligation(&standing.plan, each, visitor)) } }
            }
        }
    }
}

fn obligation(plan: &Plan, each: &Obligation, visitor: &Visitor) -> Markup {
    let language = visitor.language();
    let (class, sign) = match each.state {
        Reached::Proved => ("good", "✓"),
        Reached::Recorded => ("warn", "!"),
        Reached::None => ("bad", "✕"),
    };
    let text = plan.forms.iter().find(|form| form.code == each.code).map(|form| &form.text);
    let days = each.first.zip(each.last);
    html! {
        tr {
            td {
                @if let Some(text) = text {
                    details { summary { (each.code) ". " (each.label) } p .clause { (text) } }
                } @else { strong { (each.code) ". " } (each.label) }
                @if let Some(who) = &each.who { p .soft { (who) } }
            }
            td data-label=(visitor.pick("Tình trạng", "State")) {
                span class={ "chip " (class) } { span aria-hidden="true" { (sign) " " } (each.state.name(language)) }
            }
            td data-label=(visitor.pick("Minh chứng", "Proof")) {
                (status_page::proof(each, language))
                @if let Some((first, last)) = days { p .soft { (date(first, language)) @if first != last { " - " (date(last, language)) } } }
                @for number in &each.proved_activities {
                    " " a href={ "/bao-cao/hoat-dong/" (number) } { (visitor.pick("Xem hoạt động", "See activity")) " " (number) }
                }
                @if each.state != Reached::Proved && part_is_by_hand(each) {
                    @if visitor.account.may(Right::Activity) {
                        p { a href={ "/bao-cao/hoat-dong/moi?ma=" (each.code) } { (visitor.pick("Ghi một hoạt động cho mục này", "Enter an activity for this")) } }
                    }
                }
            }
        }
    }
}

fn part_is_by_hand(each: &Obligation) -> bool {
    matches!(each.part, Part::Form | Part::Task)
}
