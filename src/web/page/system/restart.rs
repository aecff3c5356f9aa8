//! The station started anew from the page, where something starts it again.
//!
//! In: an act of a technician. Out: the signal that a service manager would send, a moment after the answer. Without a manager
//! the station would only end: then the page says what to do by hand. Next: `crate::service`.

use std::sync::Arc;

use axum::extract::State;
use chrono::TimeDelta;
use maud::{Markup, html};
use rustix::process::{Signal, getpid, kill_process};

use super::light::coded;
use crate::people::Right;
use crate::service;
use crate::web::answer::{Answer, Done, Refusal};
use crate::web::part::form;
use crate::web::site::Site;
use crate::web::visitor::Visitor;

/// The answer is on its way by then.
const AFTER: TimeDelta = TimeDelta::milliseconds(400);

pub(super) fn button(visitor: &Visitor) -> Markup {
    if !visitor.account.may(Right::Settings) {
        return html! {};
    }
    if !service::is_managed() {
        return html! { p .hint { (coded(by_hand(visitor))) } };
    }
    let question = visitor.pick(
        "Khởi động lại đài? Phần đang phát bị ngắt vài giây rồi phát tiếp từ đầu mục; trang này mở lại được sau khoảng 5 giây.",
        "Restart the station? What is on the air is cut for some seconds and begins again; this page is back after some 5 seconds.",
    );
    let label = visitor.pick("Khởi động lại đài", "Restart the station");
    form::button(visitor, "/api/system/restart", label, "", Some(question), &[])
}

fn by_hand(visitor: &Visitor) -> &'static str {
    visitor.guest.language.pick(
        "Đài này không chạy dưới dịch vụ của hệ thống nên không tự bật lại được: muốn khởi động lại, hãy dừng lệnh `loa run` (Ctrl+C) rồi chạy lại.",
        "This station is not run by a service manager, so nothing would start it again: to restart, end `loa run` (Ctrl+C) and run it anew.",
    )
}

pub(super) async fn act(State(site): State<Arc<Site>>, visitor: Visitor) -> Answer {
    if !service::is_managed() {
        return Err(Refusal::conflict(by_hand(&visitor)));
    }
    let clock = site.clock.clone();
    tokio::spawn(async move {
        clock.wait_until(clock.now().mono.plus(AFTER)).await;
        if let Err(error) = kill_process(getpid(), Signal::TERM) {
            tracing::error!("the station could not be told to restart: {error}");
        }
    });
    let told = visitor.pick(
        "đài đang khởi động lại; tải lại trang sau khoảng 5 giây",
        "the station restarts; open the page again after some 5 seconds",
    );
    Ok(Done::new(told, "/he-thong"))
}
