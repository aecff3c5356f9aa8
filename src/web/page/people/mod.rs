//! People, under Hệ thống: their accounts, and what they did on the page.
//!
//! In: requests that passed the gate. Out: two pages, and the same as JSON. Both are the technician's. Next: `accounts`.

mod accounts; // made, changed, removed
mod acts; // the names of acts, as people read them
mod audit; // what people did

use maud::{Markup, html};

use super::super::routes::Route;
use super::super::visitor::Visitor;

pub(super) fn routes() -> Vec<Route> {
    [accounts::routes(), audit::routes()].into_iter().flatten().collect()
}

/// The way between the two pages, and back.
fn subtabs(visitor: &Visitor, here: &str) -> Markup {
    let tabs = [
        ("/he-thong", visitor.pick("Hệ thống", "System")),
        ("/he-thong/tai-khoan", visitor.pick("Tài khoản", "Accounts")),
        ("/he-thong/thao-tac", visitor.pick("Nhật ký thao tác", "Audit")),
    ];
    html! {
        nav .subtabs aria-label=(visitor.pick("Mục của Hệ thống", "Parts of System")) {
            @for (path, label) in tabs { a href=(path) aria-current=[(path == here).then_some("page")] { (label) } }
        }
    }
}
