//! The drawing rule: which bulletins of the queue a programme airs.
//!
//! In: what is wished for, the shelf, how often and when bulletins have aired, and what other rundowns have drawn and not
//! aired yet. Out: entries in airing order. Pure, and a function of its arguments alone, so that timetable, rundown and log
//! agree. Next: `desk`, which freezes what was drawn.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::bulletin::{Bulletin, Entry, Shelf, Tally};
use crate::schedule::QueueWish;

/// A draw that stands in a rundown and has not come to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pending {
    /// Entry of the queue.
    pub entry: i64,
    /// Its bulletin.
    pub bulletin: i64,
    /// When it will air: the instant of its programme, and later than what stands before it.
    pub at: DateTime<Utc>,
}

/// What a draw is made from.
#[derive(Debug, Clone, Copy)]
pub struct Drawing<'s> {
    /// Bulletins and queue.
    pub shelf: &'s Shelf,
    /// What has aired.
    pub tally: &'s Tally,
    /// What was drawn and is still to air; it counts as aired at the instant of its programme.
    pub pending: &'s [Pending],
    /// Contents that the full decode has found unfit for the air, by SHA-256.
    pub unfit: &'s HashSet<Arc<str>>,
    /// Whether only what was approved may be drawn.
    pub approval_required: bool,
}

/// Draws for one queue item of `programme` on `day` (the local day of its start). `taken` are the bulletins that the rundown
/// has already, and those that the day leaves out.
///
/// A bulletin can be drawn if it has a sound that can be played, is approved (where that is required) and valid on that day,
/// carries one of the wished themes (any, if none is wished), its entry is for this programme and day and was drawn less
/// than its `times`.
/// Those of higher class come first; of equal class the one that aired longest ago, one that never aired before all; then
/// the one that was queued first. In that order each is taken if it fits into what is left of `up_to`, else passed over, and
/// none is taken twice in a rundown.
#[must_use]
pub fn draw<'s>(
    drawing: Drawing<'s>,
    wish: &QueueWish,
    programme: &str,
    day: NaiveDate,
    taken: &BTreeSet<i64>,
) -> Vec<(&'s Entry, &'s Bulletin)> {
    let mut able: Vec<_> = drawing.able(wish, programme, day, taken).collect();
    able.sort_by_cached_key(|(entry, bulletin)| {
        (Reverse(bulletin.class), drawing.last_aired(bulletin.number), entry.queued_at, entry.id)
    });
    let mut left = wish.up_to;
    let mut drawn: HashSet<i64> = HashSet::new();
    able.retain(|(_, bulletin)| {
        let fits = length(bulletin).is_some_and(|length| length <= left) && drawn.insert(bulletin.number);
        if fits {
            left -= length(bulletin).unwrap_or_default();
        }
        fits
    });
    able
}

impl<'s> Drawing<'s> {
    fn able(
        self,
        wish: &QueueWish,
        programme: &str,
        day: NaiveDate,
        taken: &BTreeSet<i64>,
    ) -> impl Iterator<Item = (&'s Entry, &'s Bulletin)> {
        self.shelf.queue.iter().filter_map(move |entry| {
            let bulletin = self.shelf.bulletins.get(&entry.bulletin)?;
            let approved = bulletin.may_air(self.approval_required);
            let themed = wish.themes.is_empty() || bulletin.themes.iter().any(|theme| wish.themes.contains(theme));
            let able = approved
                && themed
                && bulletin.content.as_ref().is_some_and(|content| !self.unfit.contains(&content.sha256))
                && entry.is_for(programme, day)
                && bulletin.is_valid_on(day)
                && self.times_drawn(entry.id) < entry.times
                && !taken.contains(&bulletin.number);
            able.then_some((entry, bulletin))
        })
    }

    fn times_drawn(self, entry: i64) -> u32 {
        let pending = self.pending.iter().filter(|pending| pending.entry == entry).count();
        self.tally.drawn.get(&entry).copied().unwrap_or_default() + u32::try_from(pending).unwrap_or(u32::MAX)
    }

    /// `None`, which sorts first, if it never aired.
    fn last_aired(self, bulletin: i64) -> Option<DateTime<Utc>> {
        let pending = self.pending.iter().filter(|pending| pending.bulletin == bulletin).map(|pending| pending.at);
        pending.chain(self.tally.last_aired.get(&bulletin).copied()).max()
    }
}

fn length(bulletin: &Bulletin) -> Option<TimeDelta> {
    bulletin.content.as_ref()?.duration_ms.map(TimeDelta::milliseconds)
}
