//! Sổ nhật ký: the station's book of a week or a month, on the screen to print and as a file.
//!
//! In: a week (`2025-W10`) or a calendar month (`2025-03`). Out: the same book that `loa logbook` writes; the screen shows its
//! HTML, which brings its own style and nothing else. The head of the log is on each page. Next: `activities`.

use std::fs;
use std::sync::Arc;

use axum::extract::{Path as InPath, Query, State};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY};
use axum::response::Response;
use axum::routing::get;
use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use maud::{Markup, html};
use serde::Deserialize;

use super::super::super::answer::Refusal;
use super::super::super::part::form;
use super::super::super::part::words::date;
use super::super::super::routes::{Needs, Route};
use super::super::super::site::Site;
use super::super::super::visitor::Visitor;
use super::{download, page};
use crate::backup::block_on;
use crate::config::Config;
use crate::office::evidence::Evidence;
use crate::office::logbook::{Form, Month, Week, book};
use crate::people::Right;
use crate::report::period::Window;

const PATH: &str = "/bao-cao/so-nhat-ky";

/// The book's own page: its style stands in it, and nothing else may come in.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(PATH, Needs::Right(Right::Look), get(show)),
        Route::get("/bao-cao/so-nhat-ky/in", Needs::Right(Right::Look), get(print)),
        Route::get("/bao-cao/so-nhat-ky/tai/{form}", Needs::Right(Right::Report), get(send)),
    ]
}

/// Which days, and the number on the cover.
#[derive(Debug, Clone, Default, Deserialize)]
struct Wanted {
    #[serde(default)]
    tuan: String,
    #[serde(default)]
    thang: String,
    #[serde(default)]
    quyen: String,
}

impl Wanted {
    fn window(&self, today: NaiveDate, visitor: &Visitor) -> Result<Window, Refusal> {
        let (week, month) = (self.tuan.trim(), self.thang.trim());
        let found = match (week, month) {
            ("", "") => self::week(today).parse().map(|Week(window)| window),
            ("", month) => month.parse().map(|Month(window)| window),
            (week, _) => week.parse().map(|Week(window)| window),
        };
        found.map_err(|why: String| {
            Refusal::wrong(visitor.pick("tuần ghi như `2025-W10`, tháng ghi như `2025-03`", &why))
        })
    }

    fn volume(&self, visitor: &Visitor) -> Result<Option<u32>, Refusal> {
        match self.quyen.trim() {
            "" => Ok(None),
            typed => typed.parse().ok().filter(|volume| *volume > 0).map(Some).ok_or_else(|| {
                let told = visitor.pick("quyển số là một số từ 1", "the volume is a number from 1");
                Refusal::wrong(told).at("quyen", told)
            }),
        }
    }
}

/// The week of a day as people and browsers write it.
fn week(day: NaiveDate) -> String {
    let week = day.iso_week();
    format!("{}-W{:02}", week.year(), week.week())
}

async fn show(State(site): State<Arc<Site>>, visitor: Visitor) -> Markup {
    let title = visitor.pick("Sổ nhật ký phát thanh", "The station's book");
    let today = site.today();
    let last_week = today - chrono::Days::new(7);
    let month = |day: NaiveDate| format!("{}-{:02}", day.year(), day.month());
    let last_month = today.with_day(1).unwrap_or(today) - chrono::Days::new(1);
    let quick = [
        (format!("tuan={}", week(today)), visitor.pick("Tuần này", "This week")),
        (format!("tuan={}", week(last_week)), visitor.pick("Tuần trước", "Last week")),
        (format!("thang={}", month(today)), visitor.pick("Tháng này", "This month")),
        (format!("thang={}", month(last_month)), visitor.pick("Tháng trước", "Last month")),
    ];
    let may_load = visitor.account.may(Right::Report);
    let body = html! {
        p { (visitor.pick(
            "Mỗi ngày một khối: từng lượt phát, người trực, chỗ ký. Mở để xem và in bằng nút in của trình duyệt, hoặc tải tệp Word để đóng quyển.",
            "A block a day: every airing, who was on duty, where to sign. Open it to look and print, or take the Word file.",
        )) }
        table .cards {
            thead { tr {
                th scope="col" { (visitor.pick("Sổ", "Book")) } th scope="col" { (visitor.pick("Xem và in", "Look and print")) }
                @if may_load { th scope="col" { (visitor.pick("Tải về", "Download")) } }
            } }
            tbody { @for (query, name) in &quick { tr {
                td { strong { (name) } }
                td { a .button href={ (PATH) "/in?" (query) } { (visitor.pick("Mở để in", "Open to print")) } }
                @if may_load { td .row {
                    a .button href={ (PATH) "/tai/docx?" (query) } { "Word" }
                    a .button href={ (PATH) "/tai/html?" (query) } { "HTML" }
                } }
            } } }
        }
        @for (name, kind, label, value) in [
            ("tuan", "week", visitor.pick("Tuần khác", "Another week"), week(today)),
            ("thang", "month", visitor.pick("Tháng khác", "Another month"), month(today)),
        ] {
            form .filters.card method="get" action={ (PATH) "/in" } {
                div .field {
                    label for=(name) { (label) }
                    input type=(kind) id=(name) name=(name) value=(value) required;
                }
                (volume(name, &visitor))
                button { (visitor.pick("Mở để in", "Open to print")) }
                @if may_load { button .primary formaction={ (PATH) "/tai/docx" } { (visitor.pick("Tải Word", "Word file")) } }
            }
        }
    };
    page(&site, &visitor, PATH, title, &[], &body)
}

fn volume(of: &str, visitor: &Visitor) -> Markup {
    let id = format!("quyen-{of}");
    let control = html! { input type="number" id=(id) name="quyen" min="1"; };
    form::field(&id, visitor.pick("Quyển số (nếu có)", "Volume (if any)"), None, &control)
}

/// The book on the screen, for the printer.
async fn print(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Refusal> {
    let mut response = made(&site, &visitor, &wanted, Form::Html).await?;
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response.headers_mut().insert(CONTENT_DISPOSITION, HeaderValue::from_static("inline"));
    Ok(response)
}

async fn send(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    InPath(form): InPath<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Refusal> {
    let form = match form.as_str() {
        "docx" => Form::Docx,
        "html" => Form::Html,
        _ => return Err(super::nothing_there(&visitor)),
    };
    made(&site, &visitor, &wanted, form).await
}

async fn made(site: &Site, visitor: &Visitor, wanted: &Wanted, form: Form) -> Result<Response, Refusal> {
    let config = site.config();
    let (window, volume) = (wanted.window(site.today(), visitor)?, wanted.volume(visitor)?);
    let now = site.now().to_utc();
    let folder = config.data_dir.join("making");
    let file = download::made(folder, visitor, move |to| {
        fs::write(to, bytes(&config, window, volume, form, now)?).map_err(Into::into)
    });
    let (file, ()) = file.await?;
    let (first, last) = (date(visitor.language(), window.first), date(visitor.language(), window.last));
    let name =
        format!("{} {first} - {last}.{}", visitor.pick("Sổ nhật ký", "Logbook"), form.ending()).replace('/', "-");
    let plain = format!("so-nhat-ky-{}-{}.{}", window.first, window.last, form.ending());
    let kind = match form {
        Form::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        Form::Html => "text/html; charset=utf-8",
    };
    Ok(download::stream(file, kind, &plain, &name))
}

fn bytes(
    config: &Config,
    window: Window,
    volume: Option<u32>,
    form: Form,
    now: DateTime<Utc>,
) -> anyhow::Result<Vec<u8>> {
    block_on(async {
        let evidence = Evidence::open(config, window, now).await?;
        let rows = evidence.rows(window, |_| true).await?;
        form.write(&book(&evidence, window, volume, &rows))
    })
}
