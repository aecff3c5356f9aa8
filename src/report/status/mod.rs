//! How far the plan is carried out: each of its themes, forms and tasks with what proves it.
//!
//! In: the plan, the figures of a window, the activities. Out: one obligation each, with counts, first and last day, and how
//! many of all are proved. A theme is proved by airings that have it as main theme or by activities that carry it; forms and
//! tasks by activities, and by the log where the plan says so (`proof`). Must never round up: 99,9 % is not 100 %. Pure.
//! Next: `status::page`, the same as a page.

pub mod page; // for people
#[cfg(test)]
mod tests;

use chrono::NaiveDate;
use serde::Serialize;

use super::figures::Figures;
use super::period::Window;
use crate::activity::Activity;
use crate::plan::{Form, Plan, ProofKind};

/// The plan as far as it is proved in a window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// The days whose evidence was looked at, both included.
    pub window: Window,
    /// When the plan was signed: what came before proves nothing.
    pub plan_date: NaiveDate,
    /// Obligations that are proved.
    pub done: usize,
    /// All of them.
    pub planned: usize,
    /// Themes, forms, tasks, each in the order of the plan.
    pub obligations: Vec<Obligation>,
}

/// Something that the plan asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Obligation {
    /// Which part of the plan.
    pub part: Part,
    /// `ND3`, `HT1`, `TN4.2`.
    pub code: String,
    /// A short name; a task has none and carries its text.
    pub label: String,
    /// Who has to do it; tasks only.
    pub who: Option<String>,
    /// How far.
    pub state: State,
    /// Airings that count, where the log proves it.
    pub airings: i64,
    /// Their sound, in milliseconds.
    pub aired_ms: i64,
    /// Approved bulletins among them, where the log proves it.
    pub bulletins: i64,
    /// Numbers of the activities with something to look at: a link or a file.
    pub proved_activities: Vec<i64>,
    /// Numbers of those without.
    pub other_activities: Vec<i64>,
    /// First day of all that is counted here.
    pub first: Option<NaiveDate>,
    /// Last day.
    pub last: Option<NaiveDate>,
}

/// A part of the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Nội dung.
    Theme,
    /// Hình thức.
    Form,
    /// Nhiệm vụ.
    Task,
}

impl Part {
    /// Its word in exports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Theme => "theme",
            Self::Form => "form",
            Self::Task => "task",
        }
    }
}

/// How far an obligation is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Somebody can look at what proves it.
    Proved,
    /// Somebody entered an activity, without a link or a file; or what aired was never approved.
    Recorded,
    /// Nothing.
    None,
}

impl State {
    /// Its word in exports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::Recorded => "recorded",
            Self::None => "none",
        }
    }
}

impl Status {
    /// Of what is planned, rounded down; a plan always asks for something.
    #[must_use]
    pub const fn percent(&self) -> usize {
        self.done * 100 / self.planned
    }

    /// Hundredths of a point as criterion 4.1 of the source counts them: all is 1, from 90 % on the share, below nothing.
    #[must_use]
    pub const fn score_hundredths(&self) -> usize {
        if self.done * 100 < self.planned * 90 { 0 } else { self.percent() }
    }
}

/// Judges every obligation of the plan by the figures of a window and the activities that touch it.
#[must_use]
pub fn status(plan: &Plan, figures: &Figures, activities: &[Activity]) -> Status {
    let evidence = Evidence::new(plan, figures, activities);
    let themes = plan.themes.iter().map(|theme| {
        let line = figures.themes.iter().find(|line| line.is_planned && *line.code == *theme.code);
        let of_air = line.map_or_else(OfAir::default, |line| OfAir {
            airings: line.aired.airings,
            aired_ms: line.aired.aired_ms,
            bulletins: line.bulletins.approved,
            days: line.first.zip(line.last),
            is_proof: evidence.holds(line.last),
            is_counted: line.aired.airings > 0,
        });
        let named = (Part::Theme, theme.code.as_str(), theme.label.as_str(), None);
        evidence.judge(named, of_air, |activity| activity.themes.contains(&theme.code))
    });
    let forms = plan.forms.iter().map(|form| {
        let named = (Part::Form, form.code.as_str(), form.label.as_str(), None);
        evidence.judge(named, evidence.of_air(&form.proof), |activity| is_of_form(activity, form))
    });
    let tasks = plan.tasks.iter().map(|task| {
        let named = (Part::Task, task.code.as_str(), task.text.as_str(), Some(task.who.as_str()));
        evidence.judge(named, evidence.of_air(&task.proof), |activity| activity.code == task.code)
    });
    let obligations: Vec<Obligation> = themes.chain(forms).chain(tasks).collect();
    Status {
        window: figures.window,
        plan_date: plan.date,
        done: obligations.iter().filter(|each| each.state == State::Proved).count(),
        planned: obligations.len(),
        obligations,
    }
}

fn is_of_form(activity: &Activity, form: &Form) -> bool {
    let channel = activity.channel.as_deref();
    activity.code == form.code || form.channels.iter().any(|each| Some(each.code.as_str()) == channel)
}

/// What the log says of an obligation.
#[derive(Clone, Copy, Default)]
struct OfAir {
    airings: i64,
    aired_ms: i64,
    bulletins: i64,
    days: Option<(NaiveDate, NaiveDate)>,
    /// It proves the obligation.
    is_proof: bool,
    /// There is something that counts at all.
    is_counted: bool,
}

/// Everything that may prove something.
struct Evidence<'a> {
    plan: &'a Plan,
    figures: &'a Figures,
    /// Those of the window since the plan was signed, by number.
    activities: Vec<&'a Activity>,
}

impl<'a> Evidence<'a> {
    fn new(plan: &'a Plan, figures: &'a Figures, activities: &'a [Activity]) -> Self {
        let Window { first, last } = figures.window;
        let first = first.max(plan.date);
        let stands = |activity: &&Activity| !activity.is_withdrawn() && first <= last && activity.touches(first, last);
        let mut activities: Vec<&Activity> = activities.iter().filter(stands).collect();
        activities.sort_by_key(|activity| activity.number);
        Self { plan, figures, activities }
    }

    /// Whether the newest day of something is one on which the plan was there.
    fn holds(&self, last: Option<NaiveDate>) -> bool {
        last.is_some_and(|last| last >= self.plan.date)
    }

    /// What the log says of a form or task whose proof is of these kinds.
    fn of_air(&self, kinds: &[ProofKind]) -> OfAir {
        let mut of_air = OfAir::default();
        let planned = || self.figures.themes.iter().filter(|line| line.is_planned);
        let airing_days =
            planned().filter_map(|line| line.first).min().zip(planned().filter_map(|line| line.last).max());
        let approved = || self.figures.bulletins.iter().filter(|line| line.approval.is_some());
        for kind in kinds {
            let totals = &self.figures.totals;
            let days = match kind {
                ProofKind::Airings => {
                    (of_air.airings, of_air.aired_ms) = (totals.aired.plan.airings, totals.aired.plan.aired_ms);
                    of_air.is_proof |= of_air.airings > 0 && self.holds(airing_days.map(|(_, last)| last));
                    airing_days
                }
                ProofKind::Bulletins => {
                    of_air.bulletins = totals.bulletins.approved;
                    let is_since_plan = airing_days.is_some_and(|(_, last)| last >= self.plan.date);
                    of_air.is_proof |= of_air.bulletins > 0 && is_since_plan;
                    approved().map(|line| line.first).min().zip(approved().map(|line| line.first).max())
                }
            };
            of_air.is_counted |= totals.aired.plan.airings > 0;
            of_air.days = both(of_air.days, days);
        }
        of_air
    }

    fn judge(
        &self,
        (part, code, label, who): (Part, &str, &str, Option<&str>),
        of_air: OfAir,
        is_of: impl Fn(&Activity) -> bool,
    ) -> Obligation {
        let mine: Vec<&Activity> = self.activities.iter().copied().filter(|activity| is_of(activity)).collect();
        let days_of_deeds = mine.iter().map(|deed| deed.date).min().zip(mine.iter().map(|deed| deed.last_day()).max());
        let numbers = |proved: bool| {
            mine.iter().filter(|it| it.has_proof() == proved).map(|deed| deed.number).collect::<Vec<_>>()
        };
        let (proved_activities, other_activities) = (numbers(true), numbers(false));
        let state = if of_air.is_proof || !proved_activities.is_empty() {
            State::Proved
        } else if of_air.is_counted || !other_activities.is_empty() {
            State::Recorded
        } else {
            State::None
        };
        let days = both(of_air.days, days_of_deeds);
        Obligation {
            part,
            code: code.to_owned(),
            label: label.to_owned(),
            who: who.map(str::to_owned),
            state,
            airings: of_air.airings,
            aired_ms: of_air.aired_ms,
            bulletins: of_air.bulletins,
            proved_activities,
            other_activities,
            first: days.map(|(first, _)| first),
            last: days.map(|(_, last)| last),
        }
    }
}

type Days = Option<(NaiveDate, NaiveDate)>;

/// From the earlier first day to the later last one.
fn both(one: Days, other: Days) -> Days {
    match (one, other) {
        (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
        (one, other) => one.or(other),
    }
}
