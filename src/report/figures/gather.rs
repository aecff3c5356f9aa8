//! Facts to figures: each airing of the period is put under its theme, month, zone, programme and item, once in each.
//!
//! In: what is given of the period, and rows of the log one by one; all rows of every airing whose day lies in [`Given::span`].
//! Out: the figures. Each tally has a file of its own and is handed the same airings, so that all tables add up to the same
//! totals. Must never look at a row twice or guess what a row does not say. Pure. Next: `names`, then the tallies.

use std::sync::Arc;

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::absences;
use super::channels::Channels;
use super::items::Items;
use super::months::Months;
use super::names::Names;
use super::programmes::Programmes;
use super::settle::{Settled, Settling, Taken, day_of};
use super::themes::Themes;
use super::zones::Zones;
use super::{Aired, Figures, SincePlan, Split, Totals};
use crate::activity::Activity;
use crate::config::Zone;
use crate::plan::Plan;
use crate::report::fact::{Fact, Marks};
use crate::report::period::{Period, Window};
use crate::zones::States;

/// What the rows are counted against.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// What is asked for.
    pub period: Period,
    /// The plan, if the station has one.
    pub plan: Option<&'a Plan>,
    /// Zones of the settings, in their order.
    pub zones: &'a [Zone],
    /// When they were broken.
    pub states: &'a States,
    /// What was done besides the air, withdrawn ones included.
    pub activities: &'a [Activity],
    /// The station's zone of time.
    pub timezone: Tz,
    /// The last day of which anything can be known: a zone is not broken on days to come.
    pub today: NaiveDate,
}

impl Given<'_> {
    /// The period, the one before and the year so far: airings are counted by channel in each of these.
    #[must_use]
    pub fn spans(&self) -> [Window; 3] {
        [self.period.window, self.period.previous().window, self.period.year_so_far()]
    }

    /// From the first day of these three to the last.
    #[must_use]
    pub fn span(&self) -> Window {
        self.period.reach()
    }
}

/// An airing of the period as every tally sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) airing: &'a Settled,
    /// What it adds to every sum.
    pub(super) aired: Aired,
    /// Whether its main theme is one of the plan's.
    pub(super) is_plan: bool,
    /// Which month of the period.
    pub(super) month: usize,
}

impl Seen<'_> {
    pub(super) fn split(&self) -> Split {
        let nothing = Aired::default();
        if self.is_plan {
            Split { plan: self.aired, other: nothing }
        } else {
            Split { plan: nothing, other: self.aired }
        }
    }
}

/// Figures in the making.
#[derive(Debug)]
pub struct Gathering<'a> {
    given: Given<'a>,
    marks: &'a Marks,
    settling: Settling<'a>,
    totals: Totals,
    since_plan: Option<SincePlan>,
    extra: Split,
    extra_airings: i64,
    stations: Names,
    themes: Themes<'a>,
    months: Months,
    zones: Zones<'a>,
    programmes: Programmes,
    channels: Channels<'a>,
    items: Items,
}

impl<'a> Gathering<'a> {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(given: Given<'a>, marks: &'a Marks) -> Self {
        let window = given.period.window;
        let months = given.period.months();
        let nothing = |date| SincePlan { date, aired: Aired::default(), bulletins: super::Bulletins::default() };
        Self {
            given,
            marks,
            settling: Settling::new(marks),
            totals: Totals::default(),
            since_plan: given
                .plan
                .filter(|plan| window.first < plan.date && plan.date <= window.last)
                .map(|plan| nothing(plan.date)),
            extra: Split::default(),
            extra_airings: 0,
            stations: Names::default(),
            themes: Themes::new(&given, months.len()),
            months: Months::new(months),
            zones: Zones::new(&given),
            programmes: Programmes::default(),
            channels: Channels::new(&given),
            items: Items::default(),
        }
    }

    /// Takes a row, in the order of the log.
    pub fn take(&mut self, fact: Fact) {
        match self.settling.take(fact) {
            Taken::Settled(airing) => self.count(&airing),
            Taken::Rehearsal(fact) if self.is_of_period(&fact) => self.totals.rehearsals += 1,
            Taken::Voided(fact) if self.is_of_period(&fact) => self.totals.voided += 1,
            Taken::Kept | Taken::Remark(_) | Taken::Rehearsal(_) | Taken::Voided(_) => {}
        }
    }

    /// Whether a row that is no airing is one of the period; if so, it is in the range of rows.
    fn is_of_period(&mut self, fact: &Fact) -> bool {
        let day = day_of(&fact.started_at.unwrap_or(fact.scheduled_at));
        let is_here = self.given.period.window.contains(day);
        if is_here {
            self.reach(fact.seq, fact.seq);
        }
        is_here
    }

    fn reach(&mut self, first: i64, last: i64) {
        let Totals { first_seq, last_seq, .. } = &mut self.totals;
        *first_seq = Some(first_seq.map_or(first, |seq| seq.min(first)));
        *last_seq = Some(last_seq.map_or(last, |seq| seq.max(last)));
    }

    fn count(&mut self, airing: &Settled) {
        let main = airing.last.themes.first();
        let theme = main.and_then(|code| self.themes.planned(code));
        let is_plan = theme.is_some();
        self.channels.take(airing, is_plan, &mut self.zones);
        self.programmes.occur(airing, self.given.period.window);
        let Some(month) = self.months.position(airing.day) else { return };
        let aired = Aired { airings: i64::from(airing.counts), aired_ms: airing.aired_ms };
        let seen = Seen { airing, aired, is_plan, month };
        self.sum(&seen);
        self.themes.take(&seen, theme);
        self.months.take(&seen);
        self.zones.take(&seen);
        let programme = self.programmes.take(&seen);
        if programme.is_none() {
            self.extra += seen.split();
            self.extra_airings += 1;
        }
        if let Some(theme) = theme {
            let since = self.since_plan.as_ref().is_some_and(|since| airing.day >= since.date);
            self.items.take(&seen, theme, programme, since);
        }
    }

    fn sum(&mut self, seen: &Seen<'_>) {
        let airing = seen.airing;
        self.reach(airing.first_seq, airing.last_seq);
        self.totals.rows += airing.attempts;
        self.totals.corrected += airing.corrected;
        self.totals.aired += seen.split();
        self.stations.take(&airing.last.station, airing.day);
        if let Some(since) = &mut self.since_plan
            && seen.is_plan
            && airing.day >= since.date
        {
            since.aired += seen.aired;
        }
    }

    /// The figures, after the last row.
    #[must_use]
    pub fn finish(mut self) -> Figures {
        for airing in self.settling.finish() {
            self.count(&airing);
        }
        let mut totals = self.totals;
        let mut since_plan = self.since_plan;
        let (mut months, mut themes) = (self.months, self.themes);
        totals.bulletins = self.items.bulletins();
        if let Some(since) = &mut since_plan {
            since.bulletins = self.items.since_plan();
        }
        self.items.by_theme(&mut themes);
        self.items.by_month(&mut months);
        self.programmes.sessions(&mut months);
        totals.sessions = months.sessions();
        totals.stations = self.stations.finish();
        totals.log_begins = self.marks.begins.as_ref().map(day_of);
        totals.absences = absences::of(&self.marks.absences, self.given.period.window);
        let (programmes, mut reconciliation, shortfalls) = self.programmes.finish(&self.items);
        reconciliation.extra = self.extra_airings;
        let (zones, zoneless) = self.zones.finish();
        Figures {
            window: self.given.period.window,
            totals,
            since_plan,
            themeless: themes.themeless,
            other_themes: themes.others(),
            themes: themes.finish(),
            months: months.finish(),
            zones,
            zoneless,
            programmes,
            extra: self.extra,
            channels: self.channels.finish(),
            bulletins: self.items.finish(),
            shortfalls,
            reconciliation,
        }
    }
}

/// The figures of these rows.
#[must_use]
pub fn gather(given: Given<'_>, facts: impl IntoIterator<Item = Fact>, marks: &Marks) -> Figures {
    let mut gathering = Gathering::new(given, marks);
    facts.into_iter().for_each(|fact| gathering.take(fact));
    gathering.finish()
}

/// A word of the plan or the settings as rows carry it.
pub(super) fn shared(text: &str) -> Arc<str> {
    text.into()
}
