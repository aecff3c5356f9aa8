//! The accounts: list, make, change roles and name, a new password, remove.
//!
//! In: forms. Out: accounts in the database, each act with its row of the audit in the same transaction, as the commands do. No
//! password and no hash is ever shown. Next: `audit`.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Extension, Form, Json};
use maud::{Markup, html};
use serde_json::{Value, json};

use super::super::super::answer::{Done, Refusal};
use super::super::super::deed::{Audited, deed};
use super::super::super::layout::{self, Tab};
use super::super::super::part::{form, words};
use super::super::super::people::busy;
use super::super::super::people::first::{
    Typed, account, checked_password, faulty, fields, new_password, password_twice, role_ticks, value,
};
use super::super::super::routes::{Needs, Route};
use super::super::super::site::Site;
use super::super::super::visitor::Visitor;
use super::super::system::subtabs;
use crate::airing::rfc3339;
use crate::people::account::{name, roles};
use crate::people::{AccountFault, Deed, Kept, Right, Wish};

/// The page.
const HERE: &str = "/he-thong/tai-khoan";

pub(super) fn routes() -> Vec<Route> {
    const KEEPS: Needs = Needs::Right(Right::Accounts);
    vec![
        Route::get(HERE, KEEPS, get(show)),
        Route::get("/he-thong/tai-khoan/{login}", KEEPS, get(one)),
        Route::get("/api/accounts", KEEPS, get(list)),
        Route::post("/api/accounts", KEEPS, "account.add", post(add)),
        Route::post("/api/accounts/{login}", KEEPS, "account.change", post(change)),
        Route::post("/api/accounts/{login}/password", KEEPS, "account.reset", post(reset)),
        Route::post("/api/accounts/{login}/remove", KEEPS, "account.remove", post(remove)),
    ]
}

async fn show(State(site): State<Arc<Site>>, visitor: Visitor) -> Markup {
    let title = visitor.pick("Tài khoản", "Accounts");
    let heads = [
        visitor.pick("Họ và tên", "Name"),
        visitor.pick("Tên đăng nhập", "Login"),
        visitor.pick("Vai trò", "Roles"),
        visitor.pick("Dùng gần nhất", "Last used"),
    ];
    let make = html! {
        (fields(&visitor.guest, "new-", &[]))
        (password_twice(&visitor.guest))
        button .primary { (visitor.pick("Tạo tài khoản", "Make the account")) }
    };
    let body = html! {
        h1 { (title) }
        (subtabs(&visitor, HERE))
        table .cards {
            thead { tr { @for head in heads { th { (head) } } th { span .visually-hidden { (visitor.pick("Sửa", "Change")) } } } }
            tbody { @for kept in site.people.accounts() {
                tr {
                    td data-label=(heads[0]) { (kept.account.name) }
                    td data-label=(heads[1]) { (kept.account.login) }
                    td data-label=(heads[2]) { (said_roles(&visitor, &kept)) }
                    td data-label=(heads[3]) { (last_used(&site, &visitor, &kept.account.login)) }
                    td { a .button href={ (HERE) "/" (kept.account.login) } {
                        (visitor.pick("Sửa", "Change")) span .visually-hidden { " " (kept.account.name) }
                    } }
                }
            } }
        }
        h2 { (visitor.pick("Thêm tài khoản", "Another account")) }
        (form::act(&visitor, "/api/accounts", &make))
    };
    layout::page(&site, &visitor, Tab::System, title, &[], &body)
}

fn said_roles(visitor: &Visitor, kept: &Kept) -> String {
    kept.account.roles.iter().map(|role| role.say(visitor.language())).collect::<Vec<_>>().join(", ")
}

fn last_used(site: &Site, visitor: &Visitor, login: &str) -> String {
    let zone = site.config().station.timezone;
    let newest = site.people.sign_ins(login, site.clock.now()).into_iter().next();
    let said = |at| words::instant(visitor.language(), crate::calendar::with_offset(zone, at));
    newest.map_or_else(|| visitor.pick("không đăng nhập", "not signed in").to_owned(), |each| said(each.seen_at))
}

/// One account with its forms.
async fn one(State(site): State<Arc<Site>>, visitor: Visitor, Path(login): Path<String>) -> Result<Markup, Refusal> {
    let Some(kept) = site.people.accounts().into_iter().find(|kept| kept.account.login == login) else {
        return Err(faulty(&visitor.guest, &AccountFault::Unknown(login, None)));
    };
    let (login, who) = (&kept.account.login, &kept.account.name);
    let change = html! {
        div .field data-field="name" {
            label for="name" { (visitor.pick("Họ và tên", "Name")) }
            input #name type="text" name="name" value=(who) required maxlength="80" autocomplete="off";
            p .fault hidden {}
        }
        (role_ticks(&visitor.guest, "", &kept.account.roles))
        button .primary { (visitor.pick("Lưu", "Save")) }
    };
    let reset = html! {
        (new_password(&visitor.guest))
        button .primary { (visitor.pick("Đặt mật khẩu mới", "Set the new password")) }
    };
    let question = visitor.pick(
        "Xóa tài khoản này? Người này bị thoát ngay trên mọi máy; tên trong nhật ký vẫn giữ nguyên.",
        "Remove this account? It is signed out everywhere at once; records keep the name.",
    );
    let removal = format!("/api/accounts/{login}/remove");
    let body = html! {
        h1 { (who) " (" (login) ")" }
        (subtabs(&visitor, HERE))
        p { a href=(HERE) { (visitor.pick("Về danh sách tài khoản", "Back to the accounts")) } }
        h2 { (visitor.pick("Họ tên và vai trò", "Name and roles")) }
        (form::act(&visitor, &format!("/api/accounts/{login}"), &change))
        h2 { (visitor.pick("Đặt lại mật khẩu", "A new password")) }
        p { (visitor.pick(
            "Dùng khi người này quên mật khẩu. Người này phải đăng nhập lại trên mọi máy.",
            "For somebody who forgot the password; every machine signs in again.",
        )) }
        (form::act(&visitor, &format!("/api/accounts/{login}/password"), &reset))
        h2 { (visitor.pick("Xóa tài khoản", "Remove the account")) }
        (form::button(&visitor, &removal, visitor.pick("Xóa tài khoản", "Remove the account"), "danger", Some(question), &[]))
    };
    Ok(layout::page(&site, &visitor, Tab::System, who, &[], &body))
}

async fn list(State(site): State<Arc<Site>>) -> Json<Value> {
    Json(site.people.accounts().iter().map(object).collect())
}

fn object(kept: &Kept) -> Value {
    let roles: Vec<&str> = kept.account.roles.iter().map(|role| role.as_str()).collect();
    json!({
        "login": kept.account.login, "name": kept.account.name, "roles": roles,
        "added_at": rfc3339(&kept.added_at), "changed_at": rfc3339(&kept.changed_at),
    })
}

async fn add(State(site): State<Arc<Site>>, visitor: Visitor, Form(typed): Form<Typed>) -> Response {
    let read = account(&typed).and_then(|account| {
        if site.people.knows(&account.login) {
            return Err(AccountFault::Taken(account.login));
        }
        Ok((checked_password(&typed, &account.login)?, account))
    });
    let (password, account) = match read {
        Ok(read) => read,
        Err(fault) => return faulty(&visitor.guest, &fault).into_response(),
    };
    let Some(password) = site.people.hash(password).await else { return busy(&visitor.guest).into_response() };
    record(&site, &visitor, "account.add", Wish::Add { account, password, is_first: false }).await
}

async fn change(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(login): Path<String>,
    Form(typed): Form<Typed>,
) -> Response {
    let chosen = typed.iter().filter(|(name, _)| name == "role").map(|(_, value)| value.as_str());
    let read = name(value(&typed, "name")).and_then(|name| Ok((name, roles(chosen)?)));
    match read {
        Err(fault) => faulty(&visitor.guest, &fault).into_response(),
        Ok((name, roles)) => {
            let wish = Wish::Change { login, name: Some(name), roles: Some(roles), password: None };
            record(&site, &visitor, "account.change", wish).await
        }
    }
}

async fn reset(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(login): Path<String>,
    Form(typed): Form<Typed>,
) -> Response {
    let password = match checked_password(&typed, &login) {
        Ok(password) => password,
        Err(fault) => return faulty(&visitor.guest, &fault).into_response(),
    };
    let Some(password) = site.people.hash(password).await else { return busy(&visitor.guest).into_response() };
    let wish = Wish::Change { login, name: None, roles: None, password: Some(password) };
    record(&site, &visitor, "account.reset", wish).await
}

async fn remove(State(site): State<Arc<Site>>, visitor: Visitor, Path(login): Path<String>) -> Response {
    record(&site, &visitor, "account.remove", Wish::Remove { login }).await
}

async fn record(site: &Site, visitor: &Visitor, act: &str, wish: Wish) -> Response {
    let told = wish.say_done(visitor.language());
    let row = deed(site, &visitor.guest, Some(&visitor.account), act);
    let row = Deed { subject: Some(wish.login().to_owned()), told: Some(told.clone()), ..row };
    // Whoever sets his own password here stays where he is.
    let but = (wish.login() == visitor.account.login).then_some(&*visitor.sign_in);
    match site.people.change(site, &visitor.guest, wish, &row, but).await {
        Err(refusal) => refusal.into_response(),
        Ok(kept) => (Extension(Audited), Done::new(told, HERE).with(object(&kept))).into_response(),
    }
}
