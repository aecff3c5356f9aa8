//! Refusals that no handler gives, in plain words: what cannot be read, is not there, takes too long or has failed.
//!
//! In: who asks, and what a library has answered. Out: the refusal. Must never show what is inside: that is for the log of the
//! program. Next: `gate`.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;

use super::answer::Refusal;
use super::gate::too_large;
use super::visitor::Guest;

/// A form that did not come to its end.
pub(super) fn too_slow(guest: &Guest) -> Refusal {
    let (vi, en) = (
        "gửi quá lâu chưa xong; chưa làm gì cả: hãy kiểm tra mạng rồi gửi lại",
        "it took too long to send; nothing was done: look at the network and send it again",
    );
    Refusal::new(StatusCode::REQUEST_TIMEOUT, guest.language.pick(vi, en))
}

/// A handler that panicked.
pub(super) fn broken(guest: &Guest) -> Refusal {
    let (vi, en) = (
        "trang điều hành gặp lỗi khi làm việc này; đài vẫn phát bình thường: hãy thử lại, nếu vẫn lỗi thì báo kỹ thuật viên",
        "the page failed at this; the station airs on: try again, and tell the technician if it fails again",
    );
    Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, guest.language.pick(vi, en))
}

/// What a library refuses before a handler is asked has its own words, in English and for programmers.
pub(super) fn wordless(guest: &Guest, response: &Response) -> Option<Refusal> {
    let status = response.status();
    let kind = response.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    let is_ours = kind.is_some_and(|kind| !kind.starts_with(b"text/plain"));
    if is_ours || !(status.is_client_error() || status.is_server_error()) {
        return None;
    }
    Some(match status {
        StatusCode::NOT_FOUND => nothing_here(guest),
        StatusCode::PAYLOAD_TOO_LARGE => too_large(guest),
        StatusCode::METHOD_NOT_ALLOWED => wrong_method(guest),
        StatusCode::RANGE_NOT_SATISFIABLE => return None,
        status if status.is_server_error() => broken(guest),
        status => {
            let (vi, en) = (
                "địa chỉ hoặc nội dung gửi lên không đọc được; chưa làm gì cả: hãy quay lại trang rồi làm lại",
                "the address or what was sent cannot be read; nothing was done: go back to the page and repeat it",
            );
            Refusal::new(status, guest.language.pick(vi, en))
        }
    })
}

/// A route by another method.
pub(super) fn wrong_method(guest: &Guest) -> Refusal {
    let (vi, en) = (
        "địa chỉ này không mở được theo cách ấy; chưa làm gì cả: hãy mở trang từ thanh trên cùng",
        "this address is not for that; nothing was done: open the page from the bar above",
    );
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, guest.language.pick(vi, en))
}

/// What is no route.
pub(super) fn nothing_here(guest: &Guest) -> Refusal {
    let (vi, en) = ("không có trang này", "there is no such page");
    Refusal::missing(guest.language.pick(vi, en))
}
