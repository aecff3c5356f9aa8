//! What must not air although its turn would come: what was taken out of a rundown, and what nobody has approved.
//!
//! In: a source, the shelf, whether approvals are required. Out: the reason for its row, or the approval that its row names.
//! Pure. Judged whenever a source is chosen and again until it starts, so that an approval that is withdrawn a second before
//! keeps it from the air; what sounds already goes on until a person stops it. Next: `desk/order.rs`.

use std::sync::Arc;

use super::Desk;
use super::playing::{Playing, Source};
use super::protocol::{Action, Record};
use crate::airing::{Airing, Approval, Reason};
use crate::bulletin::Shelf;
use crate::rundown::RundownItem;

impl Desk {
    /// Bulletins, approvals or the queue have changed. A bulletin that had no sound when its rundown was frozen gets it.
    pub(super) fn take_shelf(&mut self, newer: Arc<Shelf>, actions: &mut Vec<Action>) {
        self.shelf = newer;
        for run in &mut self.runs {
            let mut changed = false;
            for item in run.rundown.items.iter_mut().filter(|item| item.audio.content.is_none()) {
                let known = item.bulletin.as_ref().and_then(|facts| self.shelf.bulletins.get(&facts.number));
                item.audio.content = known.and_then(|bulletin| bulletin.content.clone());
                changed |= item.audio.content.is_some();
            }
            if changed {
                actions.push(Action::Record(Record::Rundown(Box::new(run.rundown.clone()))));
            }
        }
    }

    /// Why a source is not to air, whatever its sound: `queue_empty`, `special_day` or `not_approved`.
    pub(super) fn kept_from_air(&self, source: Source) -> Option<Reason> {
        let item = self.item_of(source);
        if let Some(out) = item.and_then(|item| item.taken_out.as_ref()) {
            return Some(out.reason);
        }
        let content = self.audio_of(source)?.content.as_ref();
        let number = self.bulletin_of(source);
        if let Some(bulletin) = number.and_then(|number| self.shelf.bulletins.get(&number)) {
            let same = content.is_none_or(|content| {
                bulletin.content.as_ref().is_some_and(|current| current.sha256 == content.sha256)
            });
            let may = bulletin.may_air(self.facts.approval_required) && (same || !self.facts.approval_required);
            return (!may).then_some(Reason::NotApproved);
        }
        let free = number.is_none() && item.is_some_and(|item| item.themes.is_empty());
        if !self.facts.approval_required || free || self.emergency(source) {
            return None;
        }
        // A file whose content nobody knows yet is judged as soon as it is opened.
        let approved = match (content, number) {
            (None, number) => number.is_none(),
            (Some(content), _) => self.shelf.approved.contains_key(&content.sha256),
        };
        (!approved).then_some(Reason::NotApproved)
    }

    /// What is prepared or armed and may not air any more goes back into the line, where it gets its row.
    pub(super) fn take_back_unapproved(&mut self, actions: &mut Vec<Action>) {
        let refused = |playing: &Playing| !playing.on_air() && self.kept_from_air(playing.source).is_some();
        let sources: Vec<Source> = self.playing.iter().filter(|each| refused(each)).map(|each| each.source).collect();
        if !sources.is_empty() {
            self.take_back(Reason::NotApproved, |playing| sources.contains(&playing.source), actions);
        }
    }

    /// The approval in force of a bulletin or of these bytes.
    pub(super) fn approval_of(&self, source: Source, bulletin: Option<i64>, sha256: &str) -> Option<&Approval> {
        let known = bulletin.and_then(|number| self.shelf.bulletins.get(&number));
        match known {
            Some(known) => {
                let same = known.content.as_ref().is_some_and(|content| *content.sha256 == *sha256);
                known.approval().filter(|_| same)
            }
            // A signature that somebody approved as a bulletin too is still a signature.
            None if self.item_of(source).is_some_and(|item| item.themes.is_empty() && item.bulletin.is_none()) => None,
            None => self.shelf.approved.get(sha256),
        }
    }

    /// The approval that a row names.
    pub(super) fn approved_row(&self, source: Source, row: &Airing) -> Option<Approval> {
        self.approval_of(source, row.bulletin, row.sha256.as_deref()?).cloned()
    }

    fn item_of(&self, source: Source) -> Option<&RundownItem> {
        match source {
            Source::Item(job, index) => self.run(job).map(|run| &run.rundown.items[index]),
            Source::Act(..) => None,
        }
    }

    fn bulletin_of(&self, source: Source) -> Option<i64> {
        self.item_of(source)?.bulletin.as_ref().map(|facts| facts.number)
    }
}
