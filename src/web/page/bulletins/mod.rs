//! Tin bài: bulletins, their sound, the queue.
//!
//! In: requests that passed the gate. Out: the pages and what their forms do. Nothing is decided here that a command decides
//! otherwise: both call `crate::office`. What blocks is done away from the page's own thread. Next: `list`.

mod draws; // the queue's form, and where a bulletin will air
mod form; // the form of a new or changed bulletin
mod list; // many bulletins
mod queue; // what waits, queued and taken out
mod record; // a bulletin recorded or changed
mod sent; // what a form or a program sent
mod show; // one bulletin with everything
mod story; // what happened to it
mod voice; // its text read by the machine voice

use axum::http::StatusCode;
use maud::{Markup, html};
use tokio::task::spawn_blocking;

use super::super::answer::Refusal;
use super::super::routes::Route;
use super::super::visitor::Visitor;
use crate::language::Language;
use crate::office::words::register_error;
use crate::store::RegisterError;

pub(super) fn routes() -> Vec<Route> {
    let lists = [list::routes(), form::routes(), record::routes(), show::routes(), queue::routes(), voice::routes()];
    lists.into_iter().flatten().collect()
}

/// Does what blocks (files, the database) away from the page's own thread.
async fn away<T: Send + 'static>(
    visitor: &Visitor,
    act: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    let broken =
        || Refusal::later(visitor.pick("việc này bị ngắt giữa chừng, hãy làm lại", "this broke off, try again"));
    spawn_blocking(act).await.map_err(|_| broken())?
}

/// The database did not take or give what was asked.
fn failed(language: Language, error: &RegisterError) -> Refusal {
    let status = match error {
        RegisterError::Outdated(_) | RegisterError::OutdatedActivity(_) => StatusCode::CONFLICT,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    };
    Refusal::new(status, language.pick(&*register_error(error), &*error.to_string()))
}

/// What is read of a schedule or database that is broken: said, not shown.
fn unreadable(language: Language, error: &anyhow::Error) -> Refusal {
    Refusal::later(match language {
        Language::Vi => format!("chưa đọc được lịch phát hoặc hàng chờ, hãy báo kỹ thuật viên: {error}"),
        Language::En => format!("the schedule or the queue cannot be read, tell the technician: {error}"),
    })
}

/// There is no such bulletin.
fn unknown(language: Language, number: &str) -> Refusal {
    Refusal::missing(match language {
        Language::Vi => format!("không có tin bài số {number}"),
        Language::En => format!("there is no bulletin {number}"),
    })
}

/// The number in a path.
fn number(language: Language, text: &str) -> Result<i64, Refusal> {
    text.parse().map_err(|_| unknown(language, text))
}

/// The pages of bulletins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    List,
    New,
    Queue,
    Other,
}

fn subtabs(visitor: &Visitor, place: Place, may_write: bool) -> Markup {
    let all = [
        (Place::List, "/tin-bai", visitor.pick("Danh sách", "List")),
        (Place::New, "/tin-bai/moi", visitor.pick("Thêm tin bài", "New bulletin")),
        (Place::Queue, "/tin-bai/hang-cho", visitor.pick("Hàng chờ phát", "Queue")),
    ];
    html! {
        nav .subtabs aria-label=(visitor.pick("Các trang tin bài", "Pages of bulletins")) {
            @for (each, path, label) in all {
                @if each != Place::New || may_write {
                    a href=(path) aria-current=[(each == place).then_some("page")] { (label) }
                }
            }
        }
    }
}
