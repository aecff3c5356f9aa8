//! Before every route: who is it, may he, did he mean it, is it the first time; behind it: the audit row and the headers.
//!
//! In: a request and what its route needs. Out: the handler's answer, or why not, as a page or as JSON. No handler can forget
//! any of this, since the table of routes puts the gate before each. Must never read the body of an upload. Next: `origin`,
//! then `people`.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE, LOCATION, REFERRER_POLICY, SET_COOKIE,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::answer::{Answer, Done, Outcome, Refusal, object};
use super::contained::contained;
use super::deed::{Audited, Doer, subject};
use super::once::Before;
use super::origin::{is_ours, is_same_origin, own_path};
use super::routes::Needs;
use super::site::Site;
use super::visitor::{Guest, Visitor};
use super::{layout, refused};
use crate::language::Language;
use crate::people::Right;
use crate::people::sign_in::same;

/// A page waits no longer than this to hear what is wrong.
const ALARMS_WITHIN: Duration = Duration::from_millis(300);

/// A form has a text and a few fields; uploads are streamed and have a bound of their own.
const MOST_FORM_BYTES: usize = 2 << 20;

/// How long a browser may take to send a form: a phone at the edge of its network takes seconds.
const FORM_WITHIN: Duration = Duration::from_secs(30);

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
    let mut response = if is_ours(&gate.site, request.headers()) {
        let answered = contained(next.run(request)).await;
        answered.unwrap_or_else(|| refused::broken(&guest).into_response())
    } else {
        elsewhere(&guest).into_response()
    };
    if let Some(Outcome(answer)) = response.extensions_mut().remove::<Outcome>() {
        let cookies: Vec<HeaderValue> = response.headers().get_all(SET_COOKIE).iter().cloned().collect();
        response = plain(&guest, &answer);
        for cookie in cookies {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    } else if let Some(refusal) = refused::wordless(&guest, &response) {
        response = plain(&guest, &Err(refusal));
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
    let now = gate.site.clock.now();
    let visitor = token.and_then(|token| gate.site.people.visitor(&token, guest.clone(), now));
    let right = match gate.needs {
        Needs::Nothing => None,
        Needs::SignIn => Some(None),
        Needs::Right(right) => Some(Some(right)),
    };
    if let Some(visitor) = &visitor {
        request.extensions_mut().insert(visitor.clone());
    }
    let refused = right.and_then(|right| match (&visitor, right) {
        (None, _) => Some(signed_out(&guest)),
        (Some(visitor), Some(right)) if !visitor.account.may(right) => Some(not_allowed(&guest, right)),
        _ => None,
    });
    if request.method() == Method::GET || request.method() == Method::HEAD {
        return match refused {
            None => {
                if visitor.is_some() && !guest.wants_json && !guest.path.starts_with("/api/") {
                    // The alarms above the page; a station that does not answer is told of by the page itself.
                    let _ = tokio::time::timeout(ALARMS_WITHIN, gate.site.status()).await;
                }
                next.run(request).await
            }
            Some(_) if visitor.is_none() && !guest.wants_json => to_sign_in(&guest),
            Some(refusal) => refusal.into_response(),
        };
    }
    // An act that needs no sign-in is nobody's, whoever sits there, and knows its own word of none.
    let visitor = visitor.filter(|_| gate.needs != Needs::Nothing);
    let doer = Doer { site: Arc::clone(&gate.site), guest: guest.clone(), visitor, act: gate.act };
    let (parts, body) = request.into_parts();
    let subject = subject(&parts).await;
    let request = Request::from_parts(parts, body);
    let refused = refused.or_else(|| (!is_same_origin(request.headers())).then(|| foreign(&guest)));
    match refused {
        Some(refusal) => doer.refuse(subject, None, refusal).await,
        None => act(doer, subject, request, next).await,
    }
}

/// An act: sent by our own page, by somebody who meant it, and done once.
async fn act(doer: Doer, subject: Option<String>, request: Request, next: Next) -> Response {
    let (request, sent) = match unpack(request).await {
        Ok(unpacked) => unpacked,
        Err(refusal) => return doer.refuse(subject, None, refusal(&doer.guest)).await,
    };
    let subject = subject.or(sent.subject);
    if let Some(visitor) = &doer.visitor {
        if !sent.csrf.is_some_and(|csrf| same(&csrf, &visitor.csrf)) {
            return doer.refuse(subject, sent.why, foreign(&doer.guest)).await;
        }
        if let Some(id) = &sent.act {
            match doer.site.once.begin(&visitor.account.login, id, sent.sha256) {
                Before::New => {}
                Before::Other => return doer.refuse(subject, sent.why, sent_before(&doer.guest)).await,
                Before::Running => return still_running(&doer.guest).into_response(),
                Before::Was(done) => return told(&doer.site, &doer.guest, visitor, &Ok(*done)),
            }
        }
    }
    // Whoever goes away while it is being done does not undo it, and it is noted all the same.
    let worker = doer.clone();
    let doing = tokio::spawn(async move {
        let doer = worker;
        let answered = contained(next.run(request)).await;
        let mut response = answered.unwrap_or_else(|| refused::broken(&doer.guest).into_response());
        let (parts, is_noted) = (response.status(), response.extensions_mut().remove::<Audited>().is_some());
        let answer = match response.extensions_mut().remove::<Outcome>() {
            Some(Outcome(answer)) => Some(answer),
            // What axum itself refuses, such as a form that lacks a field.
            None if parts.is_client_error() => Some(Err(malformed(&doer.guest, parts))),
            None => None,
        };
        if let (Some(visitor), Some(id)) = (&doer.visitor, &sent.act) {
            // A step that only asks for a confirmation has done nothing yet.
            let done = answer.as_ref().and_then(|answer| answer.as_ref().ok()).filter(|done| !done.only_asks).cloned();
            doer.site.once.end(&visitor.account.login, id, done);
        }
        if !is_noted {
            doer.note(subject, sent.why, answer.as_ref(), parts).await;
        }
        match (answer, &doer.visitor) {
            (None, _) => response,
            (Some(answer), Some(visitor)) => {
                let cookies: Vec<HeaderValue> = response.headers().get_all(SET_COOKIE).iter().cloned().collect();
                let mut response = told(&doer.site, &doer.guest, visitor, &answer);
                for cookie in cookies {
                    response.headers_mut().append(SET_COOKIE, cookie);
                }
                response
            }
            (Some(answer), None) => {
                response.extensions_mut().insert(Outcome(answer));
                response
            }
        }
    });
    match doing.await {
        Ok(response) => response,
        Err(_) => doer.refuse(None, None, refused::broken(&doer.guest)).await,
    }
}

/// What every act carries beside its own fields.
#[derive(Debug, Default)]
struct Sent {
    csrf: Option<String>,
    act: Option<String>,
    why: Option<String>,
    /// What it is about, for the audit, if its path does not tell.
    subject: Option<String>,
    /// Of where it goes and all its fields; of an upload, of where it goes alone.
    sha256: [u8; 32],
}

/// Takes them from the headers, else from a form or from JSON, whose bytes stay for the handler.
async fn unpack(request: Request) -> Result<(Request, Sent), fn(&Guest) -> Refusal> {
    let (mut sent, kind) = {
        let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let sent = Sent { csrf: text("x-csrf-token"), act: text("x-act"), ..Sent::default() };
        (sent, text("content-type").unwrap_or_default())
    };
    let mut hash = Sha256::new_with_prefix(request.uri().to_string());
    let is_form = kind.starts_with("application/x-www-form-urlencoded");
    if !is_form && !kind.starts_with("application/json") {
        sent.sha256 = hash.finalize().into();
        return if sent.act.as_deref().is_none_or(is_id) { Ok((request, sent)) } else { Err(foreign) };
    }
    let (parts, body) = request.into_parts();
    let bytes = match tokio::time::timeout(FORM_WITHIN, to_bytes(body, MOST_FORM_BYTES)).await {
        Ok(bytes) => bytes.map_err(|_| too_large as fn(&Guest) -> Refusal)?,
        Err(_) => return Err(refused::too_slow),
    };
    let fields: Vec<(String, String)> = if is_form {
        serde_urlencoded::from_bytes(&bytes).unwrap_or_default()
    } else {
        let object: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let texts = object.as_object().into_iter().flatten();
        texts.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
    };
    for (name, value) in fields {
        if name != "csrf" {
            hash.update(format!("\n{name}={value}"));
        }
        match name.as_str() {
            "csrf" => sent.csrf = sent.csrf.or(Some(value)),
            "act" => sent.act = sent.act.or(Some(value)),
            "why" => sent.why = Some(value),
            "login" | "number" | "title" | "zone" | "programme" | "file" => sent.subject = sent.subject.or(Some(value)),
            _ => {}
        }
    }
    if !is_form {
        // Not only its texts.
        hash.update(&bytes);
    }
    sent.sha256 = hash.finalize().into();
    if !sent.act.as_deref().is_none_or(is_id) {
        return Err(foreign);
    }
    Ok((Request::from_parts(parts, Body::from(bytes)), sent))
}

/// Whether this is an id as forms carry it: it is kept, so it must be short.
fn is_id(act: &str) -> bool {
    (1..=64).contains(&act.len()) && act.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// What became of an act, as whoever sent it wants to read it.
fn told(site: &Site, guest: &Guest, visitor: &Visitor, answer: &Answer) -> Response {
    match answer {
        Ok(Done { told, to, stays, .. }) => {
            if !(told.is_empty() || *stays && guest.wants_json) {
                site.flash.say(&visitor.sign_in, told);
            }
            if guest.wants_json { plain(guest, answer) } else { see(to) }
        }
        Err(_) => plain(guest, answer),
    }
}

/// A redirect after which the back button does not send the form again.
pub(super) fn see(to: &str) -> Response {
    let location = HeaderValue::from_str(own_path(to)).unwrap_or(HeaderValue::from_static("/"));
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

fn to_sign_in(guest: &Guest) -> Response {
    let back: String = serde_urlencoded::to_string([("den", &guest.path)]).unwrap_or_default();
    see(&format!("/dang-nhap?{back}"))
}

fn signed_out(guest: &Guest) -> Refusal {
    let (vi, en) = (
        "chưa đăng nhập, hoặc phiên đăng nhập đã hết: hãy đăng nhập lại",
        "not signed in, or no longer: sign in again",
    );
    Refusal::new(StatusCode::UNAUTHORIZED, guest.language.pick(vi, en))
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

fn sent_before(guest: &Guest) -> Refusal {
    let (vi, en) = (
        "biểu mẫu này đã gửi rồi với nội dung khác; lần này chưa làm gì: hãy mở lại trang rồi làm lại",
        "this form was sent already with other content; nothing was done this time: open the page again and repeat it",
    );
    Refusal::conflict(guest.language.pick(vi, en))
}

fn still_running(guest: &Guest) -> Refusal {
    let (vi, en) = ("việc này đang làm rồi, chờ một chút", "this is being done already, wait a moment");
    Refusal::conflict(guest.language.pick(vi, en))
}

pub(super) fn too_large(guest: &Guest) -> Refusal {
    let (vi, en) = ("nội dung gửi lên quá dài; chưa làm gì cả", "what was sent is too long; nothing was done");
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, guest.language.pick(vi, en))
}

/// What axum refuses before a handler sees it.
fn malformed(guest: &Guest, status: StatusCode) -> Refusal {
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        return too_large(guest);
    }
    let (vi, en) = (
        "nội dung gửi lên thiếu hoặc sai; chưa làm gì cả: hãy mở lại trang rồi làm lại",
        "what was sent lacks something or makes no sense; nothing was done: open the page again and repeat it",
    );
    Refusal::new(status, guest.language.pick(vi, en))
}

fn elsewhere(guest: &Guest) -> Refusal {
    let (vi, en) = (
        "trang điều hành chỉ mở được bằng địa chỉ của chính máy này, ví dụ http://localhost:8099",
        "this page is only served under the address of the machine itself, such as http://localhost:8099",
    );
    Refusal::new(StatusCode::MISDIRECTED_REQUEST, guest.language.pick(vi, en))
}

/// A route by another method.
pub(super) async fn other_method(guest: Guest) -> Refusal {
    refused::wrong_method(&guest)
}

/// What is no route.
pub(super) async fn nowhere(guest: Guest) -> Refusal {
    refused::nothing_here(&guest)
}
