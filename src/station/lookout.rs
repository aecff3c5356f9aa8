//! What the station sees of the next programme and of the rest of the day: told in `status`, as alarms, and to the keeper.
//!
//! In: the desk after whatever may have changed it. Out: the outlook, alarms while a queue is empty or an approval lacks, the
//! bulletins whose sound is to be looked at. It freezes nothing. Next: `desk/outlook.rs`.

use std::sync::Arc;

use super::{Notice, Station};
use crate::alarm::Alarm;
use crate::bulletin::Shelf;
use crate::clock::Moment;
use crate::desk::{Action, Event, Outlook, Record, Today};
use crate::rundown::Content;

/// What the station knows of bulletins, of the next programme and of this day.
pub(super) struct Lookout {
    /// Bulletins, approvals and the queue as they were last read.
    pub(super) shelf: Arc<Shelf>,
    /// What the next programme will air, as things stand.
    pub(super) outlook: Option<Outlook>,
    /// What is still to air on this day.
    pub(super) today: Option<Today>,
    /// The bulletins that the keeper was told of.
    ahead: Vec<(i64, Content)>,
    /// The quarter of an hour in which the day was looked at.
    seen_at: Option<i64>,
}

impl Lookout {
    pub(super) fn new(shelf: Arc<Shelf>) -> Self {
        Self { shelf, outlook: None, today: None, ahead: Vec::new(), seen_at: None }
    }
}

impl Lookout {
    /// Whether the day may have become another one since it was looked at.
    pub(super) fn is_of_another_day(&self, now: Moment) -> bool {
        self.seen_at != Some(quarter(now))
    }
}

/// Zones lie whole quarters of an hour apart, so no midnight comes within one.
fn quarter(now: Moment) -> i64 {
    now.wall.timestamp().div_euclid(15 * 60)
}

/// Whether an event may change what the next programme will air.
pub(super) fn matters(event: &Event) -> bool {
    matches!(event, Event::Shelf(..) | Event::Schedule(_) | Event::Facts(_) | Event::Library(_))
}

/// Whether what the desk has ordered changes which programme is the next.
pub(super) fn moves_on(actions: &[Action]) -> bool {
    let moves = |action: &Action| {
        matches!(action, Action::Record(Record::Rundown(_) | Record::RundownDone { .. }))
            || matches!(action, Action::Record(Record::Row(row)) if row.entry.is_some())
    };
    actions.iter().any(moves)
}

impl Station {
    /// Looks at the next programme anew.
    pub(super) fn look_out(&mut self, tell: &mut impl FnMut(Notice)) {
        let (lookout, now) = (&mut self.lookout, self.clock.now());
        lookout.outlook = self.desk.outlook();
        (lookout.today, lookout.seen_at) = (Some(self.desk.today(now)), Some(quarter(now)));
        let ahead = self.desk.bulletins_ahead(lookout.outlook.as_ref());
        if lookout.ahead != ahead {
            lookout.ahead.clone_from(&ahead);
            self.keeper.ahead(ahead);
        }
        let found = lookout.outlook.as_ref().map(alarms).unwrap_or_default();
        self.take_alarms("outlook", found, tell);
    }
}

fn alarms(outlook: &Outlook) -> Vec<Alarm> {
    let (programme, at) = (outlook.title.clone(), outlook.scheduled_at);
    let items = outlook.unapproved();
    let empty = outlook.lacks_bulletins().then(|| Alarm::QueueEmpty { programme: programme.clone(), at });
    let unapproved = (!items.is_empty()).then_some(Alarm::NotApproved { programme, at, items });
    empty.into_iter().chain(unapproved).collect()
}
