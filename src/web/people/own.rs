//! One's own account: who am I, where am I signed in, another password.
//!
//! In: the present password and a new one. Out: the account with it, signed out everywhere else; the browser itself goes on with
//! a new token. Everybody may. Next: `super::super::page`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Extension, Form, Json};
use maud::{Markup, html};
use serde_json::{Value, json};

use super::super::answer::{Done, Refusal};
use super::super::deed::{Audited, deed};
use super::super::layout::{self, Tab};
use super::super::part::{form, words};
use super::super::routes::{Needs, Route};
use super::super::site::Site;
use super::super::visitor::Visitor;
use super::Checked;
use super::first::{Typed, checked_password, faulty, new_password, value};
use super::sign_in::{busy, enter, forgotten, too_often};
use crate::calendar::with_offset;
use crate::people::{AccountFault, Deed, SignIn, Wish};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/tai-khoan", Needs::SignIn, get(show)),
        Route::get("/api/account", Needs::SignIn, get(told)),
        Route::post("/api/account/password", Needs::SignIn, "account.password", post(change)),
        Route::post("/api/account/sign-out-everywhere", Needs::SignIn, "sign-out.everywhere", post(everywhere)),
    ]
}

async fn show(State(site): State<Arc<Site>>, visitor: Visitor) -> Markup {
    let title = visitor.pick("Tài khoản của tôi", "My account");
    let roles: Vec<&str> = visitor.account.roles.iter().map(|role| role.say(visitor.language())).collect();
    let change = html! {
        div .field data-field="old" {
            label for="old" { (visitor.pick("Mật khẩu đang dùng", "Present password")) }
            input #old type="password" name="old" required autocomplete="current-password";
            p .fault hidden {}
        }
        (new_password(&visitor.guest))
        button .primary { (visitor.pick("Đổi mật khẩu", "Change the password")) }
    };
    let everywhere = visitor.pick("Thoát trên mọi máy", "Sign out everywhere");
    let body = html! {
        h1 { (title) }
        dl .facts {
            dt { (visitor.pick("Họ và tên", "Name")) } dd { (visitor.account.name) }
            dt { (visitor.pick("Tên đăng nhập", "Login")) } dd { (visitor.account.login) }
            dt { (visitor.pick("Vai trò", "Roles")) } dd { (roles.join(", ")) }
        }
        h2 { (visitor.pick("Đổi mật khẩu", "Another password")) }
        p { (visitor.pick(
            "Đổi xong, mọi máy khác đang đăng nhập tài khoản này đều phải đăng nhập lại.",
            "All other machines that are signed in with this account sign in again after it.",
        )) }
        (form::act(&visitor, "/api/account/password", &change))
        h2 { (visitor.pick("Đang đăng nhập ở", "Signed in at")) }
        (places(&site, &visitor))
        (form::button(&visitor, "/api/account/sign-out-everywhere", everywhere, "", Some(visitor.pick(
            "Thoát tài khoản này trên mọi máy, kể cả máy này?",
            "Sign this account out on every machine, also on this one?",
        )), &[]))
    };
    layout::page(&site, &visitor, Tab::System, title, &[], &body)
}

fn places(site: &Site, visitor: &Visitor) -> Markup {
    let zone = site.config().station.timezone;
    let at = |at| words::instant(visitor.language(), with_offset(zone, at));
    let heads = [
        visitor.pick("Địa chỉ", "Address"),
        visitor.pick("Đăng nhập lúc", "Since"),
        visitor.pick("Dùng gần nhất", "Last used"),
        visitor.pick("Hết hạn", "Ends"),
    ];
    html! {
        table .cards {
            thead { tr { @for head in heads { th { (head) } } } }
            tbody { @for each in site.people.sign_ins(&visitor.account.login, site.clock.now()) {
                tr {
                    td data-label=(heads[0]) {
                        (each.from_address)
                        @if each.token_sha256 == visitor.sign_in { " (" (visitor.pick("máy này", "this one")) ")" }
                    }
                    td data-label=(heads[1]) { (at(each.created_at)) }
                    td data-label=(heads[2]) { (at(each.seen_at)) }
                    td data-label=(heads[3]) { (at(each.expires_at)) }
                }
            } }
        }
    }
}

async fn told(State(site): State<Arc<Site>>, visitor: Visitor) -> Json<Value> {
    let told = |each: &SignIn| {
        json!({
            "from_address": each.from_address, "created_at": each.created_at.to_rfc3339(),
            "seen_at": each.seen_at.to_rfc3339(), "expires_at": each.expires_at.to_rfc3339(),
            "is_this": each.token_sha256 == visitor.sign_in,
        })
    };
    let sign_ins = site.people.sign_ins(&visitor.account.login, site.clock.now());
    let sign_ins: Vec<Value> = sign_ins.iter().map(told).collect();
    let roles: Vec<&str> = visitor.account.roles.iter().map(|role| role.as_str()).collect();
    let (login, name) = (&visitor.account.login, &visitor.account.name);
    Json(json!({"login": login, "name": name, "roles": roles, "sign_ins": sign_ins}))
}

async fn change(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Response {
    let (guest, login) = (&visitor.guest, &visitor.account.login);
    // Whoever finds a machine that is signed in guesses no faster than at the sign-in.
    match site.people.check(login, value(&typed, "old").to_owned(), guest.from, &site.clock).await {
        Checked::Right(_) => {}
        Checked::Wrong => return faulty(guest, &AccountFault::WrongPassword).into_response(),
        Checked::Wait(wait) => return too_often(guest, wait).into_response(),
        Checked::Busy => return busy(guest).into_response(),
    }
    let password = match checked_password(&typed, login) {
        Ok(password) => password,
        Err(fault) => return faulty(guest, &fault).into_response(),
    };
    let Some(password) = site.people.hash(password).await else { return busy(guest).into_response() };
    let wish = Wish::Change { login: login.clone(), name: None, roles: None, password: Some(password) };
    let told = visitor.pick(
        "đã đổi mật khẩu; các máy khác phải đăng nhập lại",
        "the password is changed; other machines sign in again",
    );
    let row = deed(&site, guest, Some(&visitor.account), "account.password");
    let row = Deed { subject: Some(login.clone()), told: Some(told.to_owned()), ..row };
    let keeps = site.people.keeps(&visitor.sign_in);
    match site.people.change(&site, guest, wish, &row, None).await {
        Err(refusal) => refusal.into_response(),
        Ok(_) => match enter(&site, guest, &headers, &visitor.account, keeps).await {
            Some(cookie) => {
                let mut response = (Extension(Audited), Done::new(told, "/tai-khoan")).into_response();
                response.headers_mut().append(SET_COOKIE, cookie);
                response
            }
            None => (Extension(Audited), Done::new(told, "/dang-nhap")).into_response(),
        },
    }
}

async fn everywhere(State(site): State<Arc<Site>>, visitor: Visitor) -> Result<Response, Refusal> {
    for sign_in in site.people.sign_ins(&visitor.account.login, site.clock.now()) {
        site.people.end(sign_in.token_sha256).await;
    }
    let told = visitor.pick("đã thoát trên mọi máy", "signed out everywhere");
    let mut response = Done::new(told, "/dang-nhap").into_response();
    response.headers_mut().append(SET_COOKIE, forgotten());
    Ok(response)
}
