//! The feed of the page: one task looks at the station while somebody looks at the page, and tells everybody the same.
//!
//! In: the station's status four times a second, its levels, its notices. Out: events for each open page, as server-sent events
//! and as one JSON object. A listener that does not keep up is dropped and comes back by itself; nobody is waited for. With no
//! listener the station is not asked at all. Next: `health`, `view`.

mod health; // green or red, for programs
mod hush; // a programme of which nothing sounded
mod view; // what a page shows, made of the station's status

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::TimeDelta;
use serde_json::json;
use tokio::sync::{Notify, broadcast, mpsc};
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::ReceiverStream;

use super::answer::Refusal;
use super::routes::{Needs, Route};
use super::site::Site;
use super::visitor::Visitor;
use crate::clock::Mono;
use crate::control::Status;
use crate::people::Right;
use crate::station::Notice;
pub(super) use hush::listen as watch_silence;
use view::AlarmWords;
pub(super) use view::{Needle, needle, plan};

/// Pages that listen at once: a commune has a handful of people with two tabs each.
const MOST_LISTENERS: usize = 32;

/// Events that wait for one page: some twelve seconds of them.
const WAITING: usize = 64;

/// How often the levels are told, and the status is looked at.
const TICK: TimeDelta = TimeDelta::milliseconds(200);

/// The status is told this often although nothing has changed, so that a page sees that the station lives.
const TOLD_EVERY: TimeDelta = TimeDelta::seconds(1);

/// A line that says nothing keeps the connection open on its way.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/events", Needs::Right(Right::Look), get(listen)),
        Route::get("/api/status", Needs::Right(Right::Look), get(status)),
        Route::get("/health", Needs::Nothing, get(health::health)),
    ]
}

/// One event of the feed.
#[derive(Debug, Clone)]
struct Told {
    name: &'static str,
    data: Arc<str>,
}

/// The pages that listen.
#[derive(Default)]
pub(super) struct Live {
    listeners: Mutex<Vec<mpsc::Sender<Told>>>,
    /// Somebody has begun to listen.
    wanted: Notify,
    /// What was wrong when the station was asked last.
    alarms: Mutex<Vec<AlarmWords>>,
    /// The last programme was silence by fault.
    silent_programme: AtomicBool,
}

impl Live {
    /// Whether all of the last programme failed to sound.
    fn is_programme_silent(&self) -> bool {
        self.silent_programme.load(Ordering::Relaxed)
    }

    /// Keeps what is wrong for the pages that are made next.
    pub(super) fn keep(&self, status: &Status) {
        *self.alarms.lock().unwrap_or_else(PoisonError::into_inner) = view::alarms(status);
    }

    /// What was wrong when the station was asked last: every page begins with it, so that nothing is pushed down later.
    pub(super) fn alarms(&self) -> Vec<AlarmWords> {
        self.alarms.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Listens from now on; `None` if too many do.
    fn join(&self) -> Option<mpsc::Receiver<Told>> {
        let mut listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        listeners.retain(|listener| !listener.is_closed());
        if listeners.len() >= MOST_LISTENERS {
            return None;
        }
        let (listener, told) = mpsc::channel(WAITING);
        listeners.push(listener);
        self.wanted.notify_one();
        Some(told)
    }

    /// Tells everybody who keeps up. The others are dropped: their page comes back and looks at everything anew.
    fn tell(&self, told: &Told) {
        let mut listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        listeners.retain(|listener| listener.try_send(told.clone()).is_ok());
    }

    fn is_heard(&self) -> bool {
        let mut listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        listeners.retain(|listener| !listener.is_closed());
        !listeners.is_empty()
    }

    fn say(&self, name: &'static str, data: &serde_json::Value) {
        self.tell(&Told { name, data: data.to_string().into() });
    }
}

/// What a page listens to.
async fn listen(State(site): State<Arc<Site>>, visitor: Visitor) -> Response {
    let Some(told) = site.live.join() else {
        let (vi, en) = (
            "có quá nhiều trang đang mở cùng lúc; hãy đóng bớt rồi tải lại trang này",
            "too many pages are open at once; close some and load this one again",
        );
        return Refusal::later(visitor.pick(vi, en)).into_response();
    };
    let events = ReceiverStream::new(told)
        .map(|Told { name, data }| Ok::<_, Infallible>(Event::default().event(name).data(&*data)));
    let events = UntilEnded { events, ended: Box::pin(ended(site, visitor)) };
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response()
}

/// Waits for the end of the station, or of the sign-in: whoever has left, was removed or may no longer look hears nothing a
/// second later.
async fn ended(site: Arc<Site>, visitor: Visitor) {
    let mut ended = site.ended.clone();
    loop {
        let next = site.clock.pair().1.plus(TOLD_EVERY);
        tokio::select! {
            _ = ended.wait_for(|ended| *ended) => return,
            () = site.clock.wait_until(next) => {}
        }
        if !site.people.goes_on(&visitor.sign_in, Right::Look, site.clock.now()) {
            return;
        }
    }
}

/// A stream that ends with something else.
struct UntilEnded<S> {
    events: S,
    ended: std::pin::Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl<S: tokio_stream::Stream + Unpin> tokio_stream::Stream for UntilEnded<S> {
    type Item = S::Item;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<S::Item>> {
        if self.ended.as_mut().poll(context).is_ready() {
            return std::task::Poll::Ready(None);
        }
        std::pin::Pin::new(&mut self.events).poll_next(context)
    }
}

/// The whole status, as `loa status --format json` prints it.
async fn status(State(site): State<Arc<Site>>, visitor: Visitor) -> Response {
    match site.status().await {
        Some(status) => Json(status).into_response(),
        None => Refusal::later(visitor.pick(NO_ANSWER.0, NO_ANSWER.1)).into_response(),
    }
}

/// When the loop does not answer.
pub(super) const NO_ANSWER: (&str, &str) = (
    "máy phát không trả lời; hãy chờ vài giây rồi tải lại trang",
    "the station does not answer; wait a few seconds and load the page again",
);

/// Looks at the station as long as somebody looks at the page; ends with the page.
pub(super) async fn feed(site: Arc<Site>) {
    let mut notices = site.notices.subscribe();
    let mut teller = Teller::default();
    loop {
        if !site.live.is_heard() {
            site.live.wanted.notified().await;
            // What was told meanwhile stands in the log.
            notices = site.notices.subscribe();
            teller = Teller::default();
        }
        let next = site.clock.pair().1.plus(TICK);
        teller.look(&site).await;
        loop {
            tokio::select! {
                biased;
                notice = notices.recv() => match notice {
                    Ok(notice) => pass_on(&site, &notice),
                    // What was missed stands in the log: the pages look there.
                    Err(broadcast::error::RecvError::Lagged(_)) => site.live.say("again", &json!({})),
                    Err(broadcast::error::RecvError::Closed) => return,
                },
                () = site.clock.wait_until(next) => break,
            }
        }
    }
}

fn pass_on(site: &Site, notice: &Notice) {
    match notice {
        Notice::Row(row) => site.live.say("row", &view::row(row)),
        Notice::Alarm(alarm) => site.live.say("alarm", &json!({"alarm": alarm, "is_over": false})),
        Notice::AlarmOver(alarm) => site.live.say("alarm", &json!({"alarm": alarm, "is_over": true})),
        _ => {}
    }
}

/// What was told last, and when.
#[derive(Default)]
struct Teller {
    told: Option<(Arc<Status>, Mono)>,
    /// The station did not answer; told once.
    is_silent: bool,
    levels: Option<Needle>,
}

impl Teller {
    async fn look(&mut self, site: &Site) {
        let Some(status) = site.status().await else {
            if !std::mem::replace(&mut self.is_silent, true) {
                site.live.say("silent", &json!({}));
            }
            self.tell_levels(site);
            return;
        };
        let now = site.clock.pair().1;
        let is_news =
            self.told.as_ref().is_none_or(|(last, at)| now.since(*at) >= TOLD_EVERY || !is_same(last, &status));
        if is_news || self.is_silent {
            self.is_silent = false;
            site.live.say("status", &view::event(&status));
            self.told = Some((status, now));
            // Who has just come hears where the needle stands, although it may not move.
            self.levels = None;
        }
        self.tell_levels(site);
    }

    fn tell_levels(&mut self, site: &Site) {
        let levels = needle(site.entrance.levels(), site.clock.pair().1);
        if self.levels != Some(levels) {
            self.levels = Some(levels);
            site.live.say("level", &json!(levels));
        }
    }
}

/// Whether nothing has changed but what always does.
fn is_same(last: &Status, now: &Status) -> bool {
    let mut same = now.clone();
    (same.desk.at, same.level_dbfs, same.device_errors) = (last.desk.at, last.level_dbfs, last.device_errors);
    (same.log_waiting, same.log_head) = (last.log_waiting, last.log_head.clone());
    if let (Some(item), Some(before)) = (&mut same.desk.on_air, &last.desk.on_air) {
        item.aired_ms = before.aired_ms;
    }
    same == *last
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told() -> Told {
        Told { name: "row", data: "{}".into() }
    }

    #[test]
    fn who_does_not_keep_up_is_dropped_and_the_others_hear_on() {
        let live = Live::default();
        let (mut quick, slow) = (live.join().unwrap(), live.join().unwrap());
        for _ in 0..=WAITING {
            live.tell(&told());
            assert!(quick.try_recv().is_ok());
        }
        assert_eq!(slow.len(), WAITING);
        assert!(slow.is_closed() && !quick.is_closed());
    }

    #[test]
    fn there_is_room_for_thirty_two_and_again_when_one_has_gone() {
        let live = Live::default();
        let mut pages: Vec<_> = std::iter::from_fn(|| live.join()).collect();
        assert_eq!(pages.len(), MOST_LISTENERS);
        assert!(live.is_heard());
        pages.pop();
        assert!(live.join().is_some());
        drop(pages);
        assert!(!live.is_heard());
    }
}
