//! Before every route: who is it, may he, did he mean it, is it the first time; behind it: the audit row and the headers.
//!
//! In: a request and what its route needs. Out: the handler's answer, or why not, as a page or as JSON. No handler can forget
//! any of this, since the table of routes puts the gate before each. Must never read the body of an upload. Next: `people`.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE, HOST, LOCATION, ORIGIN, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::answer::{Answer, Done, Outcome, Refusal, object};
use super::layout;
use super::once::Before;
use super::routes::Needs;
use super::site::Site;
use super::visitor::{Guest, Visitor};
use crate::language::Language;
use crate::people::Right;

/// A form has a text and a few fields; uploads are streamed and have a bound of their own.
const MOST_FORM_BYTES: usize = 2 << 20;

/// The cookie of a sign-in.
pub(super) const COOKIE_NAME: &str = "loa";

/// The cookie of the language.
pub(super) const LANGUAGE_COOKIE: &str = "lang";

/// Only what we compiled in; `blob:` is what the browser itself recorded or is about to send.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; \
                      connect-src 'self'; worker-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The gate of one route.
#[derive(Clone)]
pub(super) struct Gate {
    pub(super) site: Arc<Site>,
    pub(super) needs: Needs,
    pub(super) act: &'static str,
}

/// The address at the other end of the connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub(super) IpAddr);

/// Outermost: who asks at all, and the headers of every answer.
pub(super) async fn cover(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    let guest = guest(&gate.site, &request);
    request.extensions_mut().insert(guest.clone());
    let mut response = next.run(request).await;
    if let Some(Outcome(answer)) = response.extensions_mut().remove::<Outcome>() {
        response = plain(&guest, &answer);
    }
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(CONTENT_SECURITY_POLICY, POLICY);
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(X_FRAME_OPTIONS, "DENY");
    set(REFERRER_POLICY, "same-origin");
    set(CACHE_CONTROL, "no-store");
    set(HeaderName::from_static("permissions-policy"), "microphone=(self), camera=(), geolocation=()");
    response
}

/// Before one route.
pub(super) async fn pass(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    let guest = request.extensions().get::<Guest>().cloned().expect("`cover` stands before");
    let token = cookie(request.headers(), COOKIE_NAME);
    let visitor = token.and_then(|token| gate.site.people.visitor(&token, guest.clone()));
    let right = match gate.needs {
        Needs::Nothing => None,
        Needs::SignIn => Some(None),
        Needs::Right(right) => Some(Some(right)),
    };
    if let Some(right) = right {
        let Some(visitor) = &visitor else { return to_sign_in(&guest) };
        if let Some(right) = right.filter(|right| !visitor.account.may(*right)) {
            return not_allowed(&guest, right).into_response();
        }
    }
    if let Some(visitor) = &visitor {
        request.extensions_mut().insert(visitor.clone());
    }
    if request.method() == Method::GET || request.method() == Method::HEAD {
        return next.run(request).await;
    }
    act(&gate, request, next, &guest, visitor.as_ref()).await
}

/// An act: sent by our own page, by somebody who meant it, and done once.
async fn act(gate: &Gate, request: Request, next: Next, guest: &Guest, visitor: Option<&Visitor>) -> Response {
    let site = &gate.site;
    if !is_same_origin(request.headers()) {
        return foreign(guest).into_response();
    }
    let (request, sent) = match unpack(request).await {
        Ok(unpacked) => unpacked,
        Err(refusal) => return refusal(guest).into_response(),
    };
    let Some(visitor) = visitor else { return next.run(request).await };
    if sent.csrf.as_deref() != Some(&*visitor.csrf) {
        return foreign(guest).into_response();
    }
    let login = visitor.account.login.clone();
    if let Some(id) = &sent.act {
        match site.once.begin(&login, id) {
            Before::New => {}
            Before::Running => return still_running(guest).into_response(),
            Before::Was(done) => return told(site, guest, visitor, &Ok(*done)),
        }
    }
    let path = request.uri().path().to_owned();
    // Whoever goes away while it is being done does not undo it, and it is noted all the same.
    let (site, guest, visitor, act) = (Arc::clone(site), guest.clone(), visitor.clone(), gate.act);
    let doing = tokio::spawn(async move {
        let mut response = next.run(request).await;
        let outcome = response.extensions_mut().remove::<Outcome>();
        let done = outcome.as_ref().and_then(|Outcome(answer)| answer.as_ref().ok()).cloned();
        if let Some(id) = &sent.act {
            site.once.end(&login, id, done);
        }
        match outcome {
            None => response,
            Some(Outcome(answer)) => {
                site.people.note(&visitor, act, &path, sent.why.as_deref(), &answer);
                told(&site, &guest, &visitor, &answer)
            }
        }
    });
    doing.await.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// What every act carries beside its own fields.
#[derive(Debug, Default)]
struct Sent {
    csrf: Option<String>,
    act: Option<String>,
    why: Option<String>,
}

/// Takes them from the headers, else from a form or from JSON, whose bytes stay for the handler.
async fn unpack(request: Request) -> Result<(Request, Sent), fn(&Guest) -> Refusal> {
    let (mut sent, kind) = {
        let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let sent = Sent { csrf: text("x-csrf-token"), act: text("x-act"), why: None };
        (sent, text("content-type").unwrap_or_default())
    };
    let is_form = kind.starts_with("application/x-www-form-urlencoded");
    if !is_form && !kind.starts_with("application/json") {
        return Ok((request, sent));
    }
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, MOST_FORM_BYTES).await.map_err(|_| too_large as fn(&Guest) -> Refusal)?;
    let fields: Vec<(String, String)> = if is_form {
        serde_urlencoded::from_bytes(&bytes).unwrap_or_default()
    } else {
        let object: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let texts = object.as_object().into_iter().flatten();
        texts.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
    };
    for (name, value) in fields {
        match name.as_str() {
            "csrf" => sent.csrf = sent.csrf.or(Some(value)),
            "act" => sent.act = sent.act.or(Some(value)),
            "why" => sent.why = Some(value),
            _ => {}
        }
    }
    Ok((Request::from_parts(parts, Body::from(bytes)), sent))
}

/// What became of an act, as whoever sent it wants to read it.
fn told(site: &Site, guest: &Guest, visitor: &Visitor, answer: &Answer) -> Response {
    match answer {
        Ok(Done { told, to, .. }) => {
            if !told.is_empty() {
                site.flash.say(&visitor.sign_in, told);
            }
            if guest.wants_json { plain(guest, answer) } else { see(to) }
        }
        Err(_) => plain(guest, answer),
    }
}

/// A redirect after which the back button does not send the form again.
pub(super) fn see(to: &str) -> Response {
    // A path of ours: anything else would lead to another site.
    let path = if to.starts_with('/') && !to.starts_with("//") { to } else { "/" };
    let location = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response()
}

fn plain(guest: &Guest, answer: &Answer) -> Response {
    let status = answer.as_ref().map_or_else(|refusal| refusal.status, |_| StatusCode::OK);
    if guest.wants_json {
        return (status, [(CONTENT_TYPE, "application/json")], object(answer).to_string()).into_response();
    }
    match answer {
        Ok(done) => see(&done.to),
        Err(refusal) => (status, layout::refusal(guest, refusal)).into_response(),
    }
}

fn guest(site: &Site, request: &Request) -> Guest {
    let headers = request.headers();
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let chosen = cookie(headers, LANGUAGE_COOKIE).and_then(|code| Language::from_code(&code));
    let accepts_json = headers.get(ACCEPT).is_some_and(|accept| accept.as_bytes().starts_with(b"application/json"));
    let is_page = headers.get(ACCEPT).is_some_and(|accept| accept.as_bytes().starts_with(b"text/html"));
    Guest {
        language: chosen.unwrap_or(site.config().language),
        from: request.extensions().get::<Peer>().map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.0),
        wants_json: accepts_json || path.starts_with("/api/") && !is_page || path == "/health",
        path,
    }
}

/// The value of a cookie.
pub(super) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(found, _)| *found == name).map(|(_, value)| value.to_owned())
}

/// Browsers say where a form comes from; a program that does not say it must still know the word of the sign-in.
fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let site = text(HeaderName::from_static("sec-fetch-site"));
    let origin = text(ORIGIN).map(|origin| origin.split_once("://").map_or(origin, |(_, host)| host));
    site.is_none_or(|site| site == "same-origin" || site == "none")
        && origin.is_none_or(|origin| text(HOST) == Some(origin))
}

fn to_sign_in(guest: &Guest) -> Response {
    if guest.wants_json {
        let (vi, en) = (
            "chưa đăng nhập, hoặc phiên đăng nhập đã hết: hãy đăng nhập lại",
            "not signed in, or no longer: sign in again",
        );
        return Refusal::new(StatusCode::UNAUTHORIZED, guest.language.pick(vi, en)).into_response();
    }
    let back: String = serde_urlencoded::to_string([("den", &guest.path)]).unwrap_or_default();
    see(&format!("/dang-nhap?{back}"))
}

fn not_allowed(guest: &Guest, right: Right) -> Refusal {
    let with = crate::people::Role::ALL.into_iter().filter(|role| role.may(right));
    let roles = with.map(|role| role.say(guest.language)).collect::<Vec<_>>().join(", ");
    let told = match guest.language {
        Language::Vi => format!("tài khoản của bạn không được làm việc này; chỉ dành cho: {roles}"),
        Language::En => format!("your account may not do this; only: {roles}"),
    };
    Refusal::new(StatusCode::FORBIDDEN, told)
}

fn foreign(guest: &Guest) -> Refusal {
    let (vi, en) = (
        "trang này đã cũ hoặc không phải do trang điều hành gửi; chưa làm gì cả: hãy mở lại trang rồi làm lại",
        "this form is out of date or was not sent by this page; nothing was done: open the page again and repeat it",
    );
    Refusal::new(StatusCode::FORBIDDEN, guest.language.pick(vi, en))
}

fn still_running(guest: &Guest) -> Refusal {
    let (vi, en) = ("việc này đang làm rồi, chờ một chút", "this is being done already, wait a moment");
    Refusal::conflict(guest.language.pick(vi, en))
}

fn too_large(guest: &Guest) -> Refusal {
    let (vi, en) = ("nội dung gửi lên quá dài; chưa làm gì cả", "what was sent is too long; nothing was done");
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, guest.language.pick(vi, en))
}

/// What is no route.
pub(super) async fn nowhere(guest: Guest) -> Refusal {
    let (vi, en) = ("không có trang này", "there is no such page");
    Refusal::missing(guest.language.pick(vi, en))
}
