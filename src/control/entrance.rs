//! The way to a station's loop from inside its program: orders in, alarms in, levels out.
//!
//! In: orders of the socket and of the page, each with who gives it through what. Out: the loop's answer. Who only asks is sent
//! away when too many do; an act waits for its place. Must never hold the loop. Next: `station`, which takes the orders.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};

use super::{Answer, Order};
use crate::alarm::Alarm;
use crate::language::Language;
use crate::playout::Levels;

/// Requests that wait for the loop; more at once is a script gone wild.
const ORDERS: usize = 32;

/// How long an act waits for a place among them.
const PLACE_WITHIN: Duration = Duration::from_secs(2);

/// The way to a station's loop from inside its program, and what of it may be read without asking; may be cloned.
#[derive(Debug, Clone)]
pub struct Entrance {
    orders: mpsc::Sender<Asked>,
    /// What a person should see to about whoever comes this way.
    alarms: watch::Sender<Vec<Alarm>>,
    levels: Arc<OnceLock<watch::Receiver<Option<Levels>>>>,
}

/// Where the loop takes what came through the entrance.
pub type Orders = mpsc::Receiver<Asked>;

/// A station's entrance and where it leads; made by whoever runs the station, who may keep a clone.
#[must_use]
pub fn entrance() -> (Entrance, Orders) {
    let (sender, orders) = mpsc::channel(ORDERS);
    (Entrance { orders: sender, alarms: watch::Sender::default(), levels: Arc::default() }, orders)
}

impl Entrance {
    /// Has the station tell these alarms, until others are given.
    pub fn raise(&self, alarms: Vec<Alarm>) {
        self.alarms.send_replace(alarms);
    }

    /// The alarms that were given, for the loop.
    pub(crate) fn alarms(&self) -> watch::Receiver<Vec<Alarm>> {
        self.alarms.subscribe()
    }

    /// Gives an order and waits for its answer, from whatever runtime. `by` is whoever acts, as the log shall name him,
    /// `via` through what. The answer is in English.
    pub async fn ask(&self, order: Order, by: String, via: &'static str) -> Answer {
        self.ask_in(Language::En, order, by, via).await
    }

    /// The same, for somebody who reads this language.
    pub async fn ask_in(&self, language: Language, order: Order, by: String, via: &'static str) -> Answer {
        let refused = |vi: &str, en: &str| Answer::Refused(language.pick(vi, en).to_owned());
        let (answer, answered) = oneshot::channel();
        let only_asks = order == Order::Status;
        let asked = Asked { order, by, via, language, answer };
        // Who only asks comes again; an act, and above all an emergency, waits for its place.
        let given = if only_asks {
            self.orders.try_send(asked).is_ok()
        } else {
            self.orders.send_timeout(asked, PLACE_WITHIN).await.is_ok()
        };
        if !given {
            return refused("có quá nhiều yêu cầu cùng lúc; hãy thử lại", "too many requests at once; try again");
        }
        let leaving = |_| refused("đài đang dừng", "the station is shutting down");
        answered.await.unwrap_or_else(leaving)
    }

    /// What the output sounds like at this moment, read past the loop: as often as a needle moves. `None` while no device is
    /// open.
    #[must_use]
    pub fn levels(&self) -> Option<Levels> {
        *self.levels.get()?.borrow()
    }

    /// The station shows its levels here from now on.
    pub(crate) fn show(&self, levels: watch::Receiver<Option<Levels>>) {
        // A station is opened once for each entrance.
        let _ = self.levels.set(levels);
    }
}

/// An order with who gave it, waiting for its answer.
#[derive(Debug)]
pub struct Asked {
    /// What is asked.
    pub order: Order,
    /// The name given and the operating system's user; for the page the account.
    pub by: String,
    /// Through what: `cli` or `web`.
    pub via: &'static str,
    /// The language of the answer.
    pub language: Language,
    /// Where the answer goes.
    pub answer: oneshot::Sender<Answer>,
}
