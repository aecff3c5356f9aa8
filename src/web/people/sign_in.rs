//! In and out: the page of the sign-in, and what it sends.
//!
//! In: login and password. Out: a cookie with a new token, and where to go; or why not, without telling which of the two was
//! wrong. Works without script. Next: `first`.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Extension, Form, Json};
use chrono::TimeDelta;
use maud::{Markup, html};
use serde::Deserialize;

use super::super::answer::{Done, Refusal};
use super::super::deed::{Audited, deed};
use super::super::gate::{COOKIE_NAME, cookie, see};
use super::super::layout;
use super::super::routes::{Needs, Route};
use super::super::site::Site;
use super::super::visitor::{Guest, Visitor};
use super::Checked;
use super::first::is_first_visit;
use crate::language::Language;
use crate::people::account::login;
use crate::people::sign_in::{LONGEST, token_sha256};
use crate::people::{Account, Deed, Ending};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/dang-nhap", Needs::Nothing, get(form)),
        Route::post("/api/sign-in", Needs::Nothing, "sign-in", post(sign_in)),
        Route::post("/api/sign-out", Needs::SignIn, "sign-out", post(sign_out)),
        Route::get("/api/me", Needs::SignIn, get(me)),
    ]
}

/// Who is signed in, and the word that forms carry, for programs.
async fn me(visitor: Visitor) -> Json<serde_json::Value> {
    let Account { login, name, roles } = &visitor.account;
    let roles: Vec<_> = roles.iter().map(|role| role.as_str()).collect();
    Json(serde_json::json!({"login": login, "name": name, "roles": roles, "csrf": visitor.csrf}))
}

/// Where somebody wanted to go.
#[derive(Debug, Default, Deserialize)]
struct Wanted {
    #[serde(default)]
    den: String,
}

async fn form(
    State(site): State<Arc<Site>>,
    guest: Guest,
    visitor: Option<Extension<Visitor>>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Response {
    let nobody = site.people.has_accounts() == Some(false);
    if nobody && is_first_visit(&site, &guest, &headers) {
        return see("/bat-dau");
    }
    if visitor.is_some() {
        return see(&wanted.den);
    }
    let title = guest.language.pick("Đăng nhập", "Sign in");
    let body = if nobody { no_account(&guest) } else { fields(&guest, &wanted.den) };
    layout::bare(&guest, title, &body).into_response()
}

fn fields(guest: &Guest, to: &str) -> Markup {
    let pick = |vi: &'static str, en: &'static str| guest.language.pick(vi, en);
    html! {
        form .act method="post" action="/api/sign-in" data-act="" {
            input type="hidden" name="den" value=(to);
            div .field data-field="login" {
                label for="login" { (pick("Tên đăng nhập", "Login")) }
                input #login type="text" name="login" required autocomplete="username" autocapitalize="none"
                    spellcheck="false" autofocus;
                p .fault #login-fault hidden {}
            }
            div .field data-field="password" {
                label for="password" { (pick("Mật khẩu", "Password")) }
                input #password type="password" name="password" required autocomplete="current-password";
                p .fault #password-fault hidden {}
            }
            div .field.tick {
                label for="keep" {
                    input #keep type="checkbox" name="keep" value="1";
                    span { (pick("Giữ đăng nhập trên máy này 30 ngày", "Stay signed in on this machine for 30 days")) }
                }
                p .hint { (pick(
                    "Chỉ chọn khi máy này do bạn dùng riêng. Không chọn thì phải đăng nhập lại sau 12 giờ không dùng.",
                    "Only on a machine of your own. Otherwise you sign in again after 12 hours without use.",
                )) }
            }
            button .primary.big { (pick("Đăng nhập", "Sign in")) }
            p .answer role="alert" hidden {}
        }
        p .hint { (pick(
            "Quên mật khẩu? Kỹ thuật viên của đài đặt lại được ở mục Hệ thống, Tài khoản.",
            "Forgot the password? The station's technician sets a new one under System, Accounts.",
        )) }
    }
}

fn no_account(guest: &Guest) -> Markup {
    let (vi, en) = (
        "Đài chưa có tài khoản nào. Hãy mở trang này ngay trên máy phát để tạo tài khoản đầu tiên.",
        "The station has no account yet. Open this page on the station's machine itself to make the first.",
    );
    html! { p .notice.warn { (guest.language.pick(vi, en)) } }
}

/// What is typed.
#[derive(Deserialize)]
struct Typed {
    login: String,
    password: String,
    #[serde(default)]
    keep: String,
    #[serde(default)]
    den: String,
}

async fn sign_in(
    State(site): State<Arc<Site>>,
    guest: Guest,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Response {
    // A word that cannot be a login is counted as one all the same.
    let login = login(&typed.login).unwrap_or_default();
    let checked = site.people.check(&login, typed.password, guest.from, &site.clock).await;
    let refusal = match checked {
        Checked::Right(account) => {
            let to = if typed.den.is_empty() { "/".to_owned() } else { typed.den };
            let keeps = !typed.keep.is_empty();
            match enter(&site, &guest, &headers, &account, keeps).await {
                Some(cookie) => return entered(&site, &guest, &account, Done::new("", to), cookie).await,
                None => busy(&guest),
            }
        }
        Checked::Wrong => wrong(&guest),
        Checked::Wait(wait) => too_often(&guest, wait),
        Checked::Busy => busy(&guest),
    };
    // What is no login of ours may be a password that was typed in its place: it stands nowhere.
    let subject = site.people.knows(&login).then_some(login);
    let told = Some(refusal.told.clone());
    let deed = Deed { subject, ending: Ending::Refused, told, ..deed(&site, &guest, None, "sign-in") };
    site.people.note(deed).await;
    (Extension(Audited), refusal).into_response()
}

/// Signs somebody in whose password was right: always with a new token, and out of what the browser had before. Answers with
/// the cookie.
pub(super) async fn enter(
    site: &Site,
    guest: &Guest,
    headers: &HeaderMap,
    account: &Account,
    keeps: bool,
) -> Option<HeaderValue> {
    if let Some(before) = cookie(headers, COOKIE_NAME) {
        site.people.end(token_sha256(&before)).await;
    }
    let token = site.people.begin(&account.login, guest.from, keeps, site.clock.now()).await?;
    // Without an age it ends with the browser; the page itself ends it earlier.
    let age = if keeps { format!("; Max-Age={}", LONGEST.num_seconds()) } else { String::new() };
    let cookie = format!("{COOKIE_NAME}={token}; HttpOnly; SameSite=Strict; Path=/{age}");
    Some(HeaderValue::from_str(&cookie).expect("hex is fit for a header"))
}

/// Tells somebody that he is in, and notes it.
pub(super) async fn entered(
    site: &Site,
    guest: &Guest,
    account: &Account,
    done: Done,
    cookie: HeaderValue,
) -> Response {
    site.people.note(deed(site, guest, Some(account), "sign-in")).await;
    let mut response = (Extension(Audited), done).into_response();
    response.headers_mut().append(SET_COOKIE, cookie);
    response
}

async fn sign_out(State(site): State<Arc<Site>>, visitor: Visitor) -> Response {
    site.people.end(visitor.sign_in.clone()).await;
    let mut response = Done::new("", "/dang-nhap").into_response();
    response.headers_mut().append(SET_COOKIE, forgotten());
    response
}

/// A cookie that is none any more.
pub(super) fn forgotten() -> HeaderValue {
    HeaderValue::from_static("loa=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0")
}

fn wrong(guest: &Guest) -> Refusal {
    let (vi, en) = (
        "tên đăng nhập hoặc mật khẩu không đúng; kiểm tra bộ gõ tiếng Việt và phím Caps Lock rồi thử lại",
        "login or password is wrong; look at Caps Lock and try again",
    );
    Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, guest.language.pick(vi, en))
}

pub(super) fn too_often(guest: &Guest, wait: TimeDelta) -> Refusal {
    let seconds = wait.num_seconds() + 1;
    let told = match guest.language {
        Language::Vi => format!("đã nhập sai quá nhiều lần; hãy chờ {seconds} giây rồi thử lại"),
        Language::En => format!("too many wrong tries; wait {seconds} seconds and try again"),
    };
    Refusal::new(StatusCode::TOO_MANY_REQUESTS, told)
}

pub(in crate::web) fn busy(guest: &Guest) -> Refusal {
    let (vi, en) = (
        "đang có nhiều người đăng nhập cùng lúc; hãy thử lại sau vài giây",
        "many sign in at once; try again in a few seconds",
    );
    Refusal::later(guest.language.pick(vi, en))
}
