//! By bulletin: what of the plan was on the air, each item once however often it aired.
//!
//! In: airings of the plan's themes in the period. Out: the list of bulletins, and how many different ones there are in all, by
//! theme, month and programme. An item is a bulletin by its number, else a content by its hash; it is approved when any airing
//! of it that counts has an approval, and belongs to the theme and month of its first one. Pure. Next: `channels`.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset, NaiveDate};

use super::gather::Seen;
use super::months::Months;
use super::settle::Settled;
use super::themes::Themes;
use super::{Aired, BulletinLine, Bulletins};
use crate::text::sort_key;

/// What makes two airings airings of the same thing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Key {
    Bulletin(i64),
    Content(Arc<str>),
}

/// When something aired; the row settles what aired at the same instant.
type When = (DateTime<FixedOffset>, i64);

/// Where an item first counted.
#[derive(Debug, Clone)]
struct First {
    when: When,
    day: NaiveDate,
    theme: usize,
    themes: Arc<[Arc<str>]>,
    month: usize,
}

/// An act of approval as the newest row that has one carries it.
#[derive(Debug)]
struct Approved {
    when: When,
    approval: Arc<str>,
    by: Option<Arc<str>>,
    at: Option<Arc<str>>,
}

/// One item.
#[derive(Debug, Default)]
struct Item {
    aired: Aired,
    /// None as long as no airing of it counts.
    first: Option<First>,
    newest: Option<(When, BulletinLine)>,
    approved: Option<Approved>,
    /// Programmes in which an airing of it counts.
    programmes: Vec<usize>,
    /// Whether it counts since the plan's date, and whether it was approved since.
    since_plan: Option<bool>,
}

/// All items in the making.
#[derive(Debug, Default)]
pub(super) struct Items(HashMap<Key, Item>);

impl Items {
    /// Counts an airing of a theme of the plan, in a programme or outside; `since_plan` is whether it aired since its date.
    pub(super) fn take(&mut self, seen: &Seen<'_>, theme: usize, programme: Option<usize>, since_plan: bool) {
        let airing = seen.airing;
        let Some(key) = key(airing) else { return };
        let item = self.0.entry(key).or_default();
        item.aired += seen.aired;
        if !airing.counts {
            return;
        }
        let when = (airing.instant(), airing.last.seq);
        if item.first.as_ref().is_none_or(|first| when < first.when) {
            let themes = Arc::clone(&airing.last.themes);
            item.first = Some(First { when, day: airing.day, theme, themes, month: seen.month });
        }
        if item.newest.as_ref().is_none_or(|(newest, _)| when > *newest) {
            item.newest = Some((when, described(airing)));
        }
        if let Some(approval) = &airing.last.approval
            && item.approved.as_ref().is_none_or(|approved| when > approved.when)
        {
            let (by, at) = (airing.last.approved_by.clone(), airing.last.approved_at.clone());
            item.approved = Some(Approved { when, approval: Arc::clone(approval), by, at });
        }
        if let Some(programme) = programme.filter(|programme| !item.programmes.contains(programme)) {
            item.programmes.push(programme);
        }
        if since_plan {
            item.since_plan = Some(item.since_plan == Some(true) || airing.last.approval.is_some());
        }
    }

    /// Those of which an airing counts.
    fn counted(&self) -> impl Iterator<Item = (&Item, &First)> {
        self.0.values().filter_map(|item| Some((item, item.first.as_ref()?)))
    }

    /// How many different ones.
    pub(super) fn bulletins(&self) -> Bulletins {
        Bulletins::of(self.counted().map(|(item, _)| item.approved.is_some()))
    }

    /// The same of airings since the plan's date.
    pub(super) fn since_plan(&self) -> Bulletins {
        Bulletins::of(self.counted().filter_map(|(item, _)| item.since_plan))
    }

    /// Puts each under the theme of its first airing.
    pub(super) fn by_theme(&self, themes: &mut Themes<'_>) {
        self.counted().for_each(|(item, first)| themes.add_bulletin(first.theme, item.approved.is_some()));
    }

    /// Puts each into the month of its first airing.
    pub(super) fn by_month(&self, months: &mut Months) {
        self.counted().for_each(|(item, first)| months.add_bulletin(first.month, item.approved.is_some()));
    }

    /// How many different ones each programme aired.
    pub(super) fn by_programme(&self, programmes: usize) -> Vec<Bulletins> {
        let mut of = vec![Bulletins::default(); programmes];
        for (item, _) in self.counted() {
            item.programmes.iter().for_each(|programme| of[*programme].add(item.approved.is_some()));
        }
        of
    }

    /// Every one of which an airing counts, by first day, then title as readers look it up, then number or hash.
    pub(super) fn finish(self) -> Vec<BulletinLine> {
        let mut lines: Vec<_> = self.0.into_iter().filter_map(|(key, item)| Some((key, line(item)?))).collect();
        lines.sort_by_cached_key(|(key, line)| (line.first, line.title.as_deref().map(sort_key), key.clone()));
        lines.into_iter().map(|(_, line)| line).collect()
    }
}

fn key(airing: &Settled) -> Option<Key> {
    let content = || airing.last.sha256.clone().map(Key::Content);
    airing.last.bulletin.map(Key::Bulletin).or_else(content)
}

/// A line as a row describes it, before it is known how often it aired and who approved it.
fn described(airing: &Settled) -> BulletinLine {
    let last = &airing.last;
    BulletinLine {
        bulletin: last.bulletin,
        sha256: last.sha256.clone(),
        title: last.title.clone(),
        genre: last.genre.clone(),
        author: last.author.clone(),
        themes: Arc::clone(&last.themes),
        themes_since: None,
        approval: None,
        approved_by: None,
        approved_at: None,
        first: airing.day,
        aired: Aired::default(),
        length_ms: last.planned_ms,
    }
}

fn line(item: Item) -> Option<BulletinLine> {
    let (first, (_, mut line)) = (item.first?, item.newest?);
    if let Some(approved) = item.approved {
        (line.approval, line.approved_by, line.approved_at) = (Some(approved.approval), approved.by, approved.at);
    }
    let newest = std::mem::replace(&mut line.themes, first.themes);
    line.themes_since = (newest != line.themes).then_some(newest);
    (line.first, line.aired) = (first.day, item.aired);
    Some(line)
}
