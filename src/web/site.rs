//! What every page may use: the settings as they are now, the clock, the way to the station.
//!
//! In: paths and handles of the running station. Out: values for handlers, which get it as axum's state. Holds no data of
//! pages. A settings file that is broken leaves the last good one in use, as the station itself does. Next: `people`.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta};
use tokio::sync::{broadcast, watch};

use super::flash::Flash;
use super::live::Live;
use super::once::Once;
use super::page::Chores;
use super::people::People;
use super::proof::Proof;
use super::sound::Sounds;
use super::visitor::Visitor;
use crate::airing::ClockState;
use crate::calendar::{local_date, with_offset};
use crate::clock::{Clock, Mono};
use crate::config::{Config, Device};
use crate::control::{Answer, Entrance, Order, Status};
use crate::station::Notice;
use crate::store::Signature;

/// What every page may use.
pub(super) struct Site {
    settings: Settings,
    /// Whether only this machine reaches the page.
    pub(super) is_local: bool,
    /// Where the sound goes if to no loudspeaker; another device takes a restart.
    pub(super) rehearsal: Option<Device>,
    /// The station's clock.
    pub(super) clock: Clock,
    /// The way to the station's loop.
    pub(super) entrance: Entrance,
    /// What the station tells as it happens.
    pub(super) notices: broadcast::Sender<Arc<Notice>>,
    /// Becomes true when the station leaves: what streams must end.
    pub(super) ended: watch::Receiver<bool>,
    /// Accounts and who is signed in.
    pub(super) people: People,
    /// Acts that were sent before.
    pub(super) once: Once,
    /// The chains proved on demand.
    pub(super) proof: Proof,
    /// Words that the next page shows.
    pub(super) flash: Flash,
    /// Long work of the page of the system.
    pub(super) system: Chores,
    /// The pages that listen to what happens.
    pub(super) live: Live,
    /// Files that came in, outlines that were drawn.
    pub(super) sounds: Sounds,
    /// The station's last answer, and when it came.
    status: tokio::sync::Mutex<Option<(Mono, Option<Arc<Status>>)>>,
}

/// The settings file, read again when it has changed.
struct Settings {
    path: PathBuf,
    newest: Mutex<(Option<Stamp>, Arc<Config>)>,
}

/// When a file was changed, and how long it is.
type Stamp = (SystemTime, u64);

impl Site {
    pub(super) fn new(
        config: Config,
        clock: Clock,
        entrance: Entrance,
        notices: broadcast::Sender<Arc<Notice>>,
        ended: watch::Receiver<bool>,
    ) -> Self {
        let people = People::start(&config.data_dir, clock.clone());
        let is_local = config.web.listen.is_some_and(|at| at.ip().is_loopback());
        let sounds = Sounds::new(&config);
        let rehearsal = Some(config.output.device.clone()).filter(|device| device.card().is_none());
        let settings = Settings { path: config.path.clone(), newest: Mutex::new((None, Arc::new(config))) };
        Self {
            settings,
            is_local,
            rehearsal,
            clock,
            entrance,
            notices,
            ended,
            people,
            once: Once::default(),
            status: tokio::sync::Mutex::default(),
            proof: Proof::default(),
            flash: Flash::default(),
            system: Chores::default(),
            live: Live::default(),
            sounds,
        }
    }

    /// The newest settings that are right.
    pub(super) fn config(&self) -> Arc<Config> {
        let found = std::fs::metadata(&self.settings.path);
        let stamp = found.ok().and_then(|facts| Some((facts.modified().ok()?, facts.len())));
        let mut newest = self.settings.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if stamp.is_some() && newest.0 != stamp {
            newest.0 = stamp;
            if let Ok(mut config) = Config::load(&self.settings.path) {
                // Another data folder needs a restart of the station.
                config.data_dir.clone_from(&newest.1.data_dir);
                newest.1 = Arc::new(config);
            }
        }
        Arc::clone(&newest.1)
    }

    /// Now, in the station's zone.
    pub(super) fn now(&self) -> DateTime<FixedOffset> {
        with_offset(self.config().station.timezone, self.clock.now().wall)
    }

    /// Today, in the station's zone.
    pub(super) fn today(&self) -> NaiveDate {
        local_date(self.config().station.timezone, self.clock.now().wall)
    }

    /// Who acts, for records.
    pub(super) fn signature(&self, visitor: &Visitor) -> Signature {
        let now = self.clock.now();
        let clock = if now.synchronised { ClockState::Synchronised } else { ClockState::FreeRunning };
        Signature { by: visitor.account.signature(), via: VIA.to_owned(), at: self.now(), clock }
    }

    /// Gives the station an order in the name of whoever is signed in.
    pub(super) async fn order(&self, visitor: &Visitor, order: Order) -> Answer {
        self.entrance.ask_in(visitor.language(), order, visitor.account.signature(), VIA).await
    }

    /// How the station is, as it was a moment ago at most; `None` if it does not answer within 2 s. However many ask, the
    /// station's loop hears of it five times a second and once at a time.
    pub(super) async fn status(&self) -> Option<Arc<Status>> {
        let mut last = self.status.lock().await;
        let fresh_until = |at: Mono| at.plus(STATUS_HOLDS);
        if let Some((at, status)) = &*last
            && self.clock.now().mono < fresh_until(*at)
        {
            return status.clone();
        }
        let asked = self.entrance.ask(Order::Status, String::new(), VIA);
        let status = match tokio::time::timeout(ANSWERS_WITHIN, asked).await {
            Ok(Answer::Status(status)) => {
                self.live.keep(&status);
                Some(Arc::from(status))
            }
            _ => None,
        };
        *last = Some((self.clock.now().mono, status.clone()));
        status
    }
}

/// An answer of the station is good for so long: less than a page's tick.
const STATUS_HOLDS: TimeDelta = TimeDelta::milliseconds(150);

/// A station that lives answers within milliseconds.
const ANSWERS_WITHIN: Duration = Duration::from_secs(2);

/// Through what the acts of the page came, in records.
const VIA: &str = "web";
