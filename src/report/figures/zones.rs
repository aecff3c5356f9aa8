//! By zone: what aired where the loudspeakers worked, and what aired while they did not.
//!
//! In: airings of the period, the zones of the settings and when they were broken. Out: a line for each zone. An airing counts
//! for every zone of its row that was not broken at its start, so that sums over zones are no sums of airings. Pure. Next:
//! `programmes`.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use super::gather::{Given, Seen, shared};
use super::names::Names;
use super::settle::Settled;
use super::{Figures, Named, Split, ZoneLine};
use crate::calendar::start_of_day;
use crate::config::Zone;
use crate::report::period::Window;
use crate::zones::{State, States};

impl Figures {
    /// Loudspeakers of all zones; none unless the settings tell those of each.
    #[must_use]
    pub fn speakers(&self) -> Option<i64> {
        self.zones.iter().map(|zone| zone.speakers).sum()
    }
}

/// One zone.
#[derive(Debug)]
struct OfZone {
    id: Arc<str>,
    names: Names,
    is_ever_broken: bool,
    is_in_window: bool,
    aired: Split,
    while_broken: Split,
}

/// All zones in the making.
#[derive(Debug)]
pub(super) struct Zones<'a> {
    settings: &'a [Zone],
    states: &'a States,
    window: Window,
    today: NaiveDate,
    timezone: Tz,
    positions: HashMap<Arc<str>, usize>,
    each: Vec<OfZone>,
    zoneless: Split,
    latest: Option<(Arc<[Arc<str>]>, Places)>,
}

/// Each zone of a row once: where it stands in the row, and here.
type Places = Arc<[(usize, usize)]>;

impl<'a> Zones<'a> {
    pub(super) fn new(given: &Given<'a>) -> Self {
        let mut new = Self {
            settings: given.zones,
            states: given.states,
            window: given.period.window,
            today: given.today,
            timezone: given.timezone,
            positions: HashMap::new(),
            each: Vec::new(),
            zoneless: Split::default(),
            latest: None,
        };
        for zone in given.zones {
            let position = new.position(&shared(&zone.id));
            new.each[position].is_in_window = true;
        }
        new
    }

    fn position(&mut self, id: &Arc<str>) -> usize {
        if let Some(position) = self.positions.get(id) {
            return *position;
        }
        let id = Arc::clone(id);
        self.positions.insert(Arc::clone(&id), self.each.len());
        self.each.push(OfZone {
            is_ever_broken: !self.states.spans(&id).is_empty(),
            id,
            names: Names::default(),
            is_in_window: false,
            aired: Split::default(),
            while_broken: Split::default(),
        });
        self.each.len() - 1
    }

    fn is_broken(&self, position: usize, at: DateTime<Utc>) -> bool {
        let zone = &self.each[position];
        zone.is_ever_broken && self.states.is_broken(&zone.id, at)
    }

    /// The zones of a row. Rows share their lists, so that it is mostly that of the row before.
    fn places(&mut self, zones: &Arc<[Arc<str>]>) -> Places {
        if let Some((_, places)) = self.latest.as_ref().filter(|(latest, _)| Arc::ptr_eq(latest, zones)) {
            return Arc::clone(places);
        }
        let each = zones.iter().enumerate().filter(|(index, id)| !zones[..*index].contains(id));
        let places: Places = each.map(|(index, id)| (index, self.position(id))).collect();
        self.latest = Some((Arc::clone(zones), Arc::clone(&places)));
        places
    }

    /// In how many zones an airing of any time was to be heard that worked at its start.
    pub(super) fn working(&mut self, airing: &Settled) -> i64 {
        let at = airing.instant().to_utc();
        let places = self.places(&airing.last.zones);
        places.iter().filter(|(_, position)| !self.is_broken(*position, at)).count() as i64
    }

    pub(super) fn take(&mut self, seen: &Seen<'_>) {
        let last = &seen.airing.last;
        if last.zones.is_empty() {
            self.zoneless += seen.split();
        }
        let at = seen.airing.instant().to_utc();
        for &(index, position) in self.places(&last.zones).iter() {
            let is_broken = self.is_broken(position, at);
            let zone = &mut self.each[position];
            zone.is_in_window = true;
            if let Some(name) = last.zone_names.get(index) {
                zone.names.take(name, seen.airing.day);
            }
            if is_broken {
                zone.while_broken += seen.split();
            } else {
                zone.aired += seen.split();
            }
        }
    }

    /// The zones of the settings in their order, then others by id; and what aired without a zone.
    pub(super) fn finish(self) -> (Vec<ZoneLine>, Split) {
        let Self { settings, states, window, today, timezone, each, zoneless, .. } = self;
        let last = window.last.min(today);
        let ends = last.succ_opt().map(|next| start_of_day(timezone, next) - TimeDelta::microseconds(1));
        let line = |zone: OfZone| {
            let set = settings.iter().find(|set| *set.id == *zone.id);
            let mut names = zone.names.finish();
            if let Some(set) = set.filter(|_| names.is_empty()) {
                names.push(Named { name: shared(&set.name), first: window.first, last: window.last });
            }
            let broken_since = match ends.map(|ends| states.state_at(&zone.id, ends)) {
                Some(State::Broken { since }) => Some(since),
                _ => None,
            };
            ZoneLine {
                names,
                is_set: set.is_some(),
                speakers: set.and_then(|set| set.speakers),
                broken_since,
                broken_days: states.broken_days(&zone.id, window.first, last, timezone),
                aired: zone.aired,
                while_broken: zone.while_broken,
                id: zone.id,
            }
        };
        let mut lines: Vec<_> = each.into_iter().filter(|zone| zone.is_in_window).map(line).collect();
        let place = |id: &str| settings.iter().position(|set| set.id == id).unwrap_or(settings.len());
        lines.sort_by(|a, b| (place(&a.id), &a.id).cmp(&(place(&b.id), &b.id)));
        (lines, zoneless)
    }
}
