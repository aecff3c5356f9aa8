//! Figures of a period: what was aired of each theme, month, zone, programme and channel, and what became of the plan of the day.
//!
//! This file is the model, pure; `gather` makes it. Lengths are milliseconds, never rounded here. `plan` is what carries a
//! theme of the information plan as its main one, `other` is everything else that aired (signature, greeting, themes that the
//! plan does not know), so that both together are all rows of the window. Must never count a rehearsal, a voided row or a
//! note. Next: `gather`.

mod absences; // times that the log does not list item by item
pub mod channels; // by channel, and what was done besides the air
pub mod gather; // airings of a period under all of these
mod items; // by bulletin
mod months; // by month
mod names; // what something was called when
mod programmes; // by programme, and what came of what was planned
pub mod settle; // rows to airings
mod themes; // by theme
mod zones; // by zone

use std::sync::Arc;

use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::Serialize;

pub use names::Named;

use super::period::{Month, Window};
use crate::airing::{Outcome, Reason};

/// Airings that count, and how long it sounded. Sums of these are what every table adds up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Aired {
    /// Airings whose last attempt aired, or at least 80 % of it.
    pub airings: i64,
    /// Sound of all attempts, also of airings that do not count, in milliseconds.
    pub aired_ms: i64,
}

impl std::ops::AddAssign for Aired {
    fn add_assign(&mut self, other: Self) {
        self.airings += other.airings;
        self.aired_ms += other.aired_ms;
    }
}

/// The plan's airings and all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Split {
    /// Main theme in the plan.
    pub plan: Aired,
    /// All else.
    pub other: Aired,
}

impl std::ops::AddAssign for Split {
    fn add_assign(&mut self, other: Self) {
        self.plan += other.plan;
        self.other += other.other;
    }
}

/// Different bulletins among the plan's airings that count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Bulletins {
    /// With an approval in one of their rows.
    pub approved: i64,
    /// Without any.
    pub unapproved: i64,
}

impl Bulletins {
    fn of(approved: impl Iterator<Item = bool>) -> Self {
        let mut all = Self::default();
        approved.for_each(|is_approved| all.add(is_approved));
        all
    }

    fn add(&mut self, is_approved: bool) {
        if is_approved {
            self.approved += 1;
        } else {
            self.unapproved += 1;
        }
    }
}

/// All figures of a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// The days, both included.
    pub window: Window,
    /// Of all airings of the window.
    pub totals: Totals,
    /// The same from the plan's own date on, when the window begins before it.
    pub since_plan: Option<SincePlan>,
    /// Every theme of the plan in its order, then codes that the plan does not know, sorted.
    pub themes: Vec<ThemeLine>,
    /// What aired without any theme.
    pub themeless: Aired,
    /// Themes besides the main one; not to be added up.
    pub other_themes: Vec<OtherThemeLine>,
    /// Every month of the period.
    pub months: Vec<MonthLine>,
    /// Every zone of the settings in their order, then ids that rows name and the settings do not, sorted.
    pub zones: Vec<ZoneLine>,
    /// What aired without naming a zone.
    pub zoneless: Split,
    /// Every programme that has a row, sorted by id.
    pub programmes: Vec<ProgrammeLine>,
    /// What a person put on the air, outside of programmes.
    pub extra: Split,
    /// Airings by station, air or loudspeakers and what was posted: this period, the one before, the year so far.
    pub channels: Vec<ChannelLine>,
    /// Every bulletin of which an airing counts, by first day, then title.
    pub bulletins: Vec<BulletinLine>,
    /// Every planned airing that did not sound to its end, in order of time.
    pub shortfalls: Vec<Shortfall>,
    /// What was planned and what came of it.
    pub reconciliation: Reconciliation,
}

/// Sums over the window.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Totals {
    /// Rows that were counted: attempts on the card in the window, those of airings that do not count included.
    pub rows: i64,
    /// Their airings.
    pub aired: Split,
    /// Different bulletins.
    pub bulletins: Bulletins,
    /// Occurrences of programmes with at least one airing that counts.
    pub sessions: i64,
    /// Rows to `wav` or `silent`: rehearsals, counted nowhere.
    pub rehearsals: i64,
    /// Rows that a correction takes out.
    pub voided: i64,
    /// Airings described by a correction of their last attempt.
    pub corrected: i64,
    /// The first row of the window in the log; none if there is none.
    pub first_seq: Option<i64>,
    /// The last one.
    pub last_seq: Option<i64>,
    /// Names of the station with the first and the last day on which rows carry them.
    pub stations: Vec<Named>,
    /// Day of the log's first row; what is before it is not known. None for a log without rows.
    pub log_begins: Option<NaiveDate>,
    /// Times that touch the window and of which the log does not list what was due: it is in no other figure.
    pub absences: Vec<Absence>,
}

/// A time of which the log does not list what was due, item by item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Absence {
    /// The row that says so.
    pub seq: i64,
    /// When it began.
    pub from: DateTime<FixedOffset>,
    /// When the station was back.
    pub until: DateTime<FixedOffset>,
    /// The station was off, or its clock jumped.
    pub reason: Option<Reason>,
}

/// The figures since the plan was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SincePlan {
    /// Its date.
    pub date: NaiveDate,
    /// The plan's airings since.
    pub aired: Aired,
    /// Different bulletins.
    pub bulletins: Bulletins,
}

/// A theme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ThemeLine {
    /// `ND3`.
    pub code: Arc<str>,
    /// What the plan calls it; none for a code that it does not know.
    pub label: Option<String>,
    /// Whether the plan has it.
    pub is_planned: bool,
    /// As main theme.
    pub aired: Aired,
    /// Different bulletins; those of a theme that the plan does not know are not counted.
    pub bulletins: Bulletins,
    /// First day of an airing that counts.
    pub first: Option<NaiveDate>,
    /// Last day.
    pub last: Option<NaiveDate>,
    /// As main theme, month by month, as many as `Figures::months`.
    pub months: Vec<Aired>,
    /// Postings of this theme by channel code, in the plan's order of channels.
    pub postings: Vec<(Arc<str>, i64)>,
}

/// A theme that rows carry besides their main one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OtherThemeLine {
    /// `ND3`.
    pub code: Arc<str>,
    /// What the plan calls it.
    pub label: Option<String>,
    /// Airings that carry it besides their main theme.
    pub aired: Aired,
}

/// Scheduled airings without any sound, by the plan's and all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct NotAired {
    /// Main theme in the plan.
    pub plan: i64,
    /// All else.
    pub other: i64,
}

/// A month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MonthLine {
    /// Which.
    pub month: Month,
    /// Its days in the period.
    pub window: Window,
    /// Occurrences of programmes scheduled here, with at least one airing that counts.
    pub sessions: i64,
    /// Bulletins whose first airing of the period lies here.
    pub new_bulletins: Bulletins,
    /// What aired.
    pub aired: Split,
    /// Scheduled airings without any sound.
    pub not_aired: NotAired,
    /// Why those of the plan did not, most frequent first.
    pub reasons: Vec<(Option<Reason>, i64)>,
}

/// A zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ZoneLine {
    /// Its id.
    pub id: Arc<str>,
    /// Its names in the rows of the window, with their days; that of the settings if no row names it.
    pub names: Vec<Named>,
    /// The settings have it.
    pub is_set: bool,
    /// How many loudspeakers, from the settings.
    pub speakers: Option<i64>,
    /// Broken since this instant, at the end of the window.
    pub broken_since: Option<DateTime<FixedOffset>>,
    /// Days of the window on which it was broken at any time.
    pub broken_days: i64,
    /// What aired there while it worked.
    pub aired: Split,
    /// What aired while it was broken, and does not count for it.
    pub while_broken: Split,
}

/// A programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProgrammeLine {
    /// Its id.
    pub id: Arc<str>,
    /// Its titles in the rows, with their days.
    pub titles: Vec<Named>,
    /// Occurrences scheduled in the window that have a row.
    pub occurrences: i64,
    /// Of these, with at least one airing that counts.
    pub sessions: i64,
    /// What aired.
    pub aired: Split,
    /// Different bulletins; one that aired in two programmes is in both.
    pub bulletins: Bulletins,
    /// What was planned and what came of it.
    pub reconciliation: Reconciliation,
}

/// What became of what was planned. `planned` = `aired` + `partly` + `not_aired`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Reconciliation {
    /// Airings that programmes planned.
    pub planned: i64,
    /// To their end.
    pub aired: i64,
    /// Sounded, but not to their end.
    pub partly: i64,
    /// Of `partly`, those that count: at least 80 %.
    pub partly_counted: i64,
    /// Without any sound.
    pub not_aired: i64,
    /// Why, most frequent first; `partly` and `not_aired` apart.
    pub reasons: Vec<ReasonLine>,
    /// Airings outside of programmes: acts of persons.
    pub extra: i64,
}

/// A way in which airings fell short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReasonLine {
    /// Whether any sound was aired.
    pub sounded: bool,
    /// How the last attempt ended.
    pub outcome: Option<Outcome>,
    /// Why.
    pub reason: Option<Reason>,
    /// How many airings.
    pub airings: i64,
}

/// A channel or another kind of deed, in three spans of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChannelLine {
    /// Code of the plan: `DAI`, `LOA`, `FB`; of a form (`HT2`) for deeds without a channel.
    pub code: Arc<str>,
    /// What the plan calls it.
    pub label: String,
    /// What is counted.
    pub unit: Unit,
    /// In the period.
    pub this: i64,
    /// In the one before.
    pub previous: i64,
    /// From the beginning of the year to the end of the period.
    pub year: i64,
    /// Sound in the period, for what sounds.
    pub aired_ms: Option<i64>,
}

/// What is counted of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// The plan's airings that count.
    Airings,
    /// The same, once for each zone that worked.
    ZoneAirings,
    /// Postings.
    Postings,
    /// Activities.
    Activities,
}

/// A bulletin of which an airing counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BulletinLine {
    /// Its number; none for a file of a programme.
    pub bulletin: Option<i64>,
    /// SHA-256 of what aired last.
    pub sha256: Option<Arc<str>>,
    /// As the last row that counts has it; corrections included. So are the others.
    pub title: Option<Arc<str>>,
    /// Tin, bài, thông báo.
    pub genre: Option<Arc<str>>,
    /// Who wrote it.
    pub author: Option<Arc<str>>,
    /// Those of its first airing that counts, main theme first: it is counted under that one.
    pub themes: Arc<[Arc<str>]>,
    /// Those of its last one, if they are others.
    pub themes_since: Option<Arc<[Arc<str>]>>,
    /// Number of the act of approval, none if no row has one.
    pub approval: Option<Arc<str>>,
    /// Who approved it.
    pub approved_by: Option<Arc<str>>,
    /// When, as the log has it.
    pub approved_at: Option<Arc<str>>,
    /// Day of its first airing in the period that counts.
    pub first: NaiveDate,
    /// How often and how long.
    pub aired: Aired,
    /// Length of its audio.
    pub length_ms: Option<i64>,
}

/// A planned airing that did not sound to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shortfall {
    /// The row of its last attempt.
    pub seq: i64,
    /// The programme's instant.
    pub scheduled_at: DateTime<FixedOffset>,
    /// Title of the programme on that day.
    pub programme: Option<Arc<str>>,
    /// What was to air.
    pub title: Option<Arc<str>>,
    /// Its main theme.
    pub theme: Option<Arc<str>>,
    /// How the last attempt ended.
    pub outcome: Option<Outcome>,
    /// Why.
    pub reason: Option<Reason>,
    /// In a person's or a special day's words.
    pub why: Option<Arc<str>>,
    /// Sound of all attempts.
    pub aired_ms: i64,
    /// Whether it counts all the same: at least 80 %.
    pub counts: bool,
}
