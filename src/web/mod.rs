//! The operator's page: the whole station on one screen, served by `loa run`.
//!
//! In: requests of browsers, notices of the station. Out: pages, JSON under `/api`, orders for the station, acts through
//! `office`. It lives on a thread of its own and is a client of the station like any other: nothing here may delay the air,
//! and what fails here stays here. Next: `serve`, then `routes`, `gate` and the pages under `page`.

mod answer; // what became of an act: done or refused, as a page or as JSON
mod assets; // style and scripts, compiled in
mod contained; // a handler that panics answers all the same
mod deed; // the row of the audit that every act leaves
mod flash; // words that the next page shows once
mod gate; // who is it, may he, did he mean it, is it the first time; and the audit row
mod layout; // what every page has around it
mod live; // the feed: one task asks the station, every open page hears
mod once; // an act is done once, however often it is sent
mod origin; // our own page, or another site
mod page; // the pages, one folder each
mod part; // pieces of pages: forms, numbers, dates
mod people; // who is signed in, and what they did
mod refused; // refusals that no handler gives
mod proof; // the chains proved on demand
mod routes; // the one table of all routes
mod secret; // random words
mod serve; // connections and their limits
mod site; // what every page may use
mod sound; // contents as browsers play them, their outlines, their player
mod upload; // files that come in
mod visitor; // who asks
mod watched; // a connection that tells whether the other end takes anything

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{broadcast, watch};

use crate::clock::Clock;
use crate::control::Entrance;
use crate::language::Language;
use crate::station::Notice;
pub use routes::{Needs, Told as RouteTold, table};

/// Notices that wait for a slow page; one that falls behind further looks at the whole state anew.
const NOTICES: usize = 256;

/// How long the end of the program waits for answers that are under way.
const LEAVE_WITHIN: Duration = Duration::from_millis(300);

/// What the page is served from.
pub struct Start {
    /// `loa.toml`.
    pub config: PathBuf,
    /// The station's clock.
    pub clock: Clock,
    /// The way to the station's loop.
    pub entrance: Entrance,
}

/// The page is served here. That it is not is an alarm of the station.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told(SocketAddr);

impl Told {
    /// The line for people.
    #[must_use]
    pub fn say(self, language: Language) -> String {
        format!("{}: http://{}/", language.pick("trang điều hành", "the page"), self.0)
    }
}

/// The page of a running station.
pub struct Web {
    notices: broadcast::Sender<Arc<Notice>>,
    ended: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Web {
    /// Serves the page from a thread of its own until it is dropped, once the station is ready. What becomes of it is told.
    pub fn start(start: Start, tell: impl Fn(Told) + Send + 'static) -> std::io::Result<Self> {
        let (notices, heard) = broadcast::channel(NOTICES);
        let (ended, end) = watch::channel(false);
        let told = notices.clone();
        let thread = std::thread::Builder::new()
            .name("web".into())
            .spawn(move || serve::run(start, (told, heard), end, &tell))?;
        Ok(Self { notices, ended, thread: Some(thread) })
    }

    /// Passes on what the station tells.
    pub fn hear(&self, notice: &Notice) {
        // Nobody may be looking.
        let _ = self.notices.send(Arc::new(notice.clone()));
        // The page closes while the sound fades out: one after the other they would take too long.
        if matches!(notice, Notice::Leaving) {
            self.ended.send_replace(true);
        }
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.ended.send_replace(true);
        if let Some(thread) = self.thread.take() {
            // It ends within `LEAVE_WITHIN` by itself.
            let _ = thread.join();
        }
    }
}
