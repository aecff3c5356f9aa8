//! By theme: the plan's themes in its order, codes that it does not know, and themes besides the main one.
//!
//! In: airings of the period, activities. Out: a line for each theme, month by month, with its postings. An airing stands under
//! its main theme, the first that it carries, and under no other; a posting likewise. Pure. Next: `months`.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::NaiveDate;

use super::gather::{Given, Seen, shared};
use super::{Aired, Bulletins, OtherThemeLine, ThemeLine};
use crate::activity::Activity;
use crate::plan::{ChannelKind, Plan, Theme};
use crate::report::period::Window;

/// What is known of one code.
#[derive(Debug, Clone)]
struct OfTheme {
    aired: Aired,
    bulletins: Bulletins,
    days: Option<(NaiveDate, NaiveDate)>,
    months: Vec<Aired>,
}

/// All themes in the making.
#[derive(Debug)]
pub(super) struct Themes<'a> {
    plan: &'a [Theme],
    positions: HashMap<&'a str, usize>,
    planned: Vec<OfTheme>,
    foreign: BTreeMap<Arc<str>, OfTheme>,
    others: BTreeMap<Arc<str>, Aired>,
    pub(super) themeless: Aired,
    blank: OfTheme,
    postings: Vec<Vec<(Arc<str>, i64)>>,
}

impl<'a> Themes<'a> {
    pub(super) fn new(given: &Given<'a>, months: usize) -> Self {
        let plan: &[Theme] = given.plan.map_or(&[], |plan| &plan.themes);
        let blank = OfTheme {
            aired: Aired::default(),
            bulletins: Bulletins::default(),
            days: None,
            months: vec![Aired::default(); months],
        };
        Self {
            plan,
            positions: plan.iter().enumerate().map(|(position, theme)| (theme.code.as_str(), position)).collect(),
            planned: vec![blank.clone(); plan.len()],
            foreign: BTreeMap::new(),
            others: BTreeMap::new(),
            themeless: Aired::default(),
            blank,
            postings: given.plan.map_or_else(Vec::new, |plan| postings(plan, given.activities, given.period.window)),
        }
    }

    /// Which theme of the plan a code is.
    pub(super) fn planned(&self, code: &str) -> Option<usize> {
        self.positions.get(code).copied()
    }

    /// Counts an airing; `theme` is that of the plan.
    pub(super) fn take(&mut self, seen: &Seen<'_>, theme: Option<usize>) {
        let codes = &seen.airing.last.themes;
        let Some(main) = codes.first() else {
            self.themeless += seen.aired;
            return;
        };
        let of_theme = match theme {
            Some(theme) => &mut self.planned[theme],
            None => self.foreign.entry(Arc::clone(main)).or_insert_with(|| self.blank.clone()),
        };
        of_theme.aired += seen.aired;
        of_theme.months[seen.month] += seen.aired;
        if seen.airing.counts {
            let day = seen.airing.day;
            of_theme.days = Some(of_theme.days.map_or((day, day), |(first, last)| (first.min(day), last.max(day))));
        }
        for (position, code) in codes.iter().enumerate().skip(1) {
            if !codes[..position].contains(code) {
                *self.others.entry(Arc::clone(code)).or_default() += seen.aired;
            }
        }
    }

    /// A bulletin of a theme of the plan.
    pub(super) fn add_bulletin(&mut self, theme: usize, is_approved: bool) {
        self.planned[theme].bulletins.add(is_approved);
    }

    /// Themes besides the main ones: those of the plan in its order, then the others by code.
    pub(super) fn others(&self) -> Vec<OtherThemeLine> {
        let line = |(code, aired): (&Arc<str>, &Aired)| {
            let label = self.planned(code).map(|position| self.plan[position].label.clone());
            OtherThemeLine { code: Arc::clone(code), label, aired: *aired }
        };
        let mut lines: Vec<_> = self.others.iter().map(line).collect();
        lines.sort_by_key(|line| self.planned(&line.code).unwrap_or(usize::MAX));
        lines
    }

    /// The plan's themes, then the foreign ones by code.
    pub(super) fn finish(self) -> Vec<ThemeLine> {
        let planned = self.plan.iter().zip(self.planned).zip(self.postings);
        let planned = planned.map(|((theme, of_theme), postings)| {
            line(shared(&theme.code), Some(theme.label.clone()), of_theme, postings)
        });
        let foreign = self.foreign.into_iter().map(|(code, of_theme)| line(code, None, of_theme, Vec::new()));
        planned.chain(foreign).collect()
    }
}

fn line(code: Arc<str>, label: Option<String>, of: OfTheme, postings: Vec<(Arc<str>, i64)>) -> ThemeLine {
    let is_planned = label.is_some();
    let (first, last) = of.days.unzip();
    let OfTheme { aired, bulletins, months, .. } = of;
    ThemeLine { code, label, is_planned, aired, bulletins, first, last, months, postings }
}

/// For each theme the postings of the window, by every channel of the plan that is not heard.
fn postings(plan: &Plan, activities: &[Activity], window: Window) -> Vec<Vec<(Arc<str>, i64)>> {
    let channels = plan.forms.iter().flat_map(|form| &form.channels).filter(|it| it.kind != ChannelKind::Audio);
    let channels: Vec<_> = channels.map(|channel| shared(&channel.code)).collect();
    let posted = |theme: &str, channel: &str| {
        let is_it = |activity: &&Activity| {
            let is_main = activity.themes.first().is_some_and(|main| main == theme);
            is_main && activity.channel.as_deref() == Some(channel) && is_done(activity, window)
        };
        activities.iter().filter(is_it).count() as i64
    };
    let of_theme = |theme: &Theme| channels.iter().map(|it| (Arc::clone(it), posted(&theme.code, it))).collect();
    plan.themes.iter().map(of_theme).collect()
}

/// Whether an activity stands and any of its days lies in a window.
pub(super) fn is_done(activity: &Activity, window: Window) -> bool {
    !activity.is_withdrawn() && activity.touches(window.first, window.last)
}
