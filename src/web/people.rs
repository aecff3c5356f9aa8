//! Who is signed in.
//!
//! In: cookies, and who signs in. Out: visitors. A foundation on which accounts, passwords and the audit are built: until then
//! whoever reaches the page chooses what he is. Next: `crate::people`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json};
use maud::html;
use serde::Deserialize;

use super::answer::Answer;
use super::gate::{COOKIE_NAME, see};
use super::routes::{Needs, Route};
use super::site::Site;
use super::visitor::{Guest, Visitor};
use super::{layout, secret};
use crate::people::{Account, Role};

/// Everybody who is signed in, by the token of the cookie.
#[derive(Default)]
pub(super) struct People(Mutex<HashMap<String, (Account, String)>>);

impl People {
    /// Who comes with this token.
    pub(super) fn visitor(&self, token: &str, guest: Guest) -> Option<Visitor> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (account, csrf) = known.get(token)?;
        Some(Visitor { guest, account: account.clone(), csrf: csrf.clone(), sign_in: token.to_owned() })
    }

    /// Keeps what somebody did.
    #[expect(clippy::unused_self, reason = "the audit comes with the accounts")]
    pub(super) fn note(&self, _visitor: &Visitor, _act: &str, _path: &str, _why: Option<&str>, _answer: &Answer) {}
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/dang-nhap", Needs::Nothing, get(form)),
        Route::post("/api/sign-in", Needs::Nothing, "sign-in", post(sign_in)),
        Route::get("/api/me", Needs::SignIn, get(me)),
    ]
}

/// The word that forms carry, for programs.
async fn me(visitor: Visitor) -> Json<serde_json::Value> {
    let roles: Vec<_> = visitor.account.roles.iter().map(|role| role.as_str()).collect();
    Json(
        serde_json::json!({"login": visitor.account.login, "name": visitor.account.name, "roles": roles, "csrf": visitor.csrf}),
    )
}

async fn form(guest: Guest) -> Response {
    let body = html! {
        form method="post" action="/api/sign-in" {
            label { "Tên" input name="login" required; }
            label { "Vai trò" input name="roles" value="operator,approver,reporter,technician"; }
            button .primary { "Đăng nhập" }
        }
    };
    layout::bare(&guest, guest.language.pick("Đăng nhập", "Sign in"), &body).into_response()
}

#[derive(Deserialize)]
struct SignIn {
    login: String,
    roles: String,
}

async fn sign_in(State(site): State<Arc<Site>>, Form(sent): Form<SignIn>) -> Response {
    let roles = sent.roles.split(',').filter_map(Role::parse).collect();
    let account = Account { login: sent.login.clone(), name: sent.login, roles };
    let (token, csrf) = (secret::word(), secret::word());
    site.people.0.lock().unwrap_or_else(PoisonError::into_inner).insert(token.clone(), (account, csrf));
    let mut response = see("/");
    let cookie = format!("{COOKIE_NAME}={token}; HttpOnly; SameSite=Strict; Path=/");
    response.headers_mut().insert(SET_COOKIE, HeaderValue::from_str(&cookie).expect("hex is fit for a header"));
    response
}
