//! Báo cáo: figures of a period, the plan, the book, activities, zones.
//!
//! In: requests that passed the gate. Out: pages, JSON, files. Everything is counted and made by what the commands call too
//! (`office`, `report`), on threads for work that blocks. Must never show a figure of its own. Next: `figures`.

mod activities; // what was done besides the air
mod counted; // figures of a period, made away from the page's thread
mod download; // files that are made and sent
mod figures; // figures and charts of a period
mod logbook; // the station's book on the screen
mod plan; // how far the plan is carried out
mod table; // tables of a report on a page
mod wanted; // which period is asked for
mod zones; // whether the loudspeakers work

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use super::super::answer::Refusal;
use super::super::layout::{self, Tab, sentence};
use super::super::routes::Route;
use super::super::site::Site;
use super::super::visitor::Visitor;

pub(super) fn routes() -> Vec<Route> {
    let lists = [
        figures::routes(),
        download::routes(),
        plan::routes(),
        logbook::routes(),
        activities::routes(),
        zones::routes(),
    ];
    lists.into_iter().flatten().collect()
}

/// The pages of this room.
const PAGES: [(&str, &str, &str); 5] = [
    ("/bao-cao", "Số liệu", "Figures"),
    ("/bao-cao/ke-hoach", "Kế hoạch", "Plan"),
    ("/bao-cao/so-nhat-ky", "Sổ nhật ký", "Logbook"),
    ("/bao-cao/hoat-dong", "Hoạt động", "Activities"),
    ("/bao-cao/cum-loa", "Cụm loa", "Zones"),
];

/// A page of this room; `at` is one of its paths.
fn page(site: &Site, visitor: &Visitor, at: &str, title: &str, scripts: &[&str], body: &Markup) -> Markup {
    let body = html! {
        h1 { (title) }
        nav .subtabs aria-label=(visitor.pick("Các phần của Báo cáo", "Parts of Reports")) {
            @for (path, vi, en) in PAGES {
                a href=(path) aria-current=[(path == at).then_some("page")] { (visitor.pick(vi, en)) }
            }
        }
        (body)
    };
    layout::page(site, visitor, Tab::Reports, title, scripts, &body)
}

/// A page of this room that says why there is nothing on it, with what is there all the same.
fn refused(site: &Site, visitor: &Visitor, at: &str, title: &str, refusal: &Refusal, rest: &Markup) -> Response {
    let body = html! {
        p .notice.bad role="alert" { (sentence(&refusal.told)) }
        (rest)
    };
    (refusal.status, page(site, visitor, at, title, &[], &body)).into_response()
}

/// A stranger's number in a path.
fn nothing_there(visitor: &Visitor) -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, visitor.pick("không có trang này", "there is no such page"))
}
