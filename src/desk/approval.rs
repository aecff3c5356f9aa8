//! What must not air although its turn would come: what was taken out of a rundown, and what nobody has approved.
//!
//! In: a source, the shelf, whether approvals are required. Out: the reason for its row, or the approval that its row names.
//! Pure. Judged whenever a source is chosen and again until it starts, so that an approval that is withdrawn a second before
//! keeps it from the air; what sounds already goes on until a person stops it. Next: `desk/order.rs`.

use std::sync::Arc;

use super::Desk;
use super::playing::{Playing, Source};
use super::protocol::{Action, Record};
use super::run::Stand;
use crate::airing::{Airing, Approval, Outcome, Reason};
use crate::bulletin::{Bulletin, Shelf, Tally};
use crate::clock::Moment;
use crate::rundown::{self, Audio, RundownItem};

/// What the row of an emergency says that was approved by telephone only.
const BY_PHONE: &str = "approved by telephone, not confirmed yet";

/// What the row of an item says that waited for its approval in vain.
const UNREAD: &str = "the approvals could not be read";

impl Desk {
    /// Bulletins, approvals or the queue have changed, or can be read at last. What was drawn stands; what has not sounded
    /// yet tells of its bulletin as it is now.
    pub(super) fn take_shelf(
        &mut self,
        newer: Arc<Shelf>,
        tally: Option<&Tally>,
        now: Moment,
        actions: &mut Vec<Action>,
    ) {
        let old = std::mem::replace(&mut self.shelf, newer);
        if let Some(tally) = tally {
            if !old.is_unread {
                self.tally.keep_same(&old, &self.shelf);
            }
            self.tally.join(tally);
        }
        for run in &mut self.runs {
            let sounds = |index| {
                let ours = |each: &Playing| each.on_air() && each.source == Source::Item(run.id, index);
                self.playing.iter().any(ours)
            };
            let mut changed = false;
            for (index, item) in run.rundown.items.iter_mut().enumerate() {
                let number = item.bulletin.as_ref().map(|facts| facts.number);
                let known = number.and_then(|number| self.shelf.bulletins.get(&number));
                if let Some(new) = known.filter(|_| run.stands[index] != Stand::Final && !sounds(index)) {
                    changed |= rundown::follow(item, old.bulletins.get(&new.number), new);
                }
            }
            if changed {
                actions.push(Action::Record(Record::Rundown(Box::new(run.rundown.clone()))));
            }
        }
        self.renew_rows(now, actions);
    }

    /// The rows of cues that wait follow their bulletins: an approval that was given anew is the one that counts.
    fn renew_rows(&mut self, now: Moment, actions: &mut Vec<Action>) {
        for slot in 0..self.playing.len() {
            let playing = &self.playing[slot];
            let Some((fresh, _)) = self.row_of(playing.source, now).filter(|_| !playing.on_air()) else { continue };
            let mut row = playing.row.clone();
            (row.title, row.themes, row.genre) = (fresh.title, fresh.themes, fresh.genre);
            (row.author, row.source, row.voice) = (fresh.author, fresh.source, fresh.voice);
            row.text_sha256 = fresh.text_sha256;
            self.name_approval(playing.source, &mut row);
            if row != playing.row {
                if playing.intended {
                    actions.push(Action::Record(Record::Intent(Box::new(row.clone()))));
                }
                self.playing[slot].row = row;
            }
        }
    }

    /// Why a source is not to air, whatever its sound: `queue_empty`, `special_day` or `not_approved`. Nobody has to approve an
    /// emergency.
    pub(super) fn kept_from_air(&self, source: Source) -> Option<Reason> {
        if self.emergency(source) {
            return None;
        }
        match source {
            Source::Item(..) => self.judge(self.item_of(source)?),
            Source::Act(job, _) => {
                let act = self.act(job)?;
                let number = act.bulletin.as_ref().map(|bulletin| bulletin.number);
                self.unapproved(number, sound(&act.audio), act.is_tone).then_some(Reason::NotApproved)
            }
        }
    }

    /// Why a slot of a rundown is not to air as things stand.
    pub(super) fn judge(&self, item: &RundownItem) -> Option<Reason> {
        if let Some(out) = &item.taken_out {
            return Some(out.reason);
        }
        self.item_unapproved(item, sound(&item.audio)).then_some(Reason::NotApproved)
    }

    /// Whether a slot lacks an approval if it airs these bytes.
    fn item_unapproved(&self, item: &RundownItem, sha256: Option<&str>) -> bool {
        let number = item.bulletin.as_ref().map(|facts| facts.number);
        let free = number.is_none() && item.themes.is_empty();
        self.unapproved(number, sha256, free)
    }

    /// Whether an item waits until it is known what was approved: what cannot be read is neither an approval nor a refusal.
    pub(super) fn waits_for_approvals(&self, source: Source) -> bool {
        self.shelf.is_unread && self.item_of(source).is_some_and(|item| self.judge(item) == Some(Reason::NotApproved))
    }

    /// Why an item is left when its window closes: taken out, or the approvals were not read before; else `otherwise`.
    pub(super) fn leave_item(&self, item: &RundownItem, otherwise: (Outcome, Reason), row: &mut Airing) {
        let unread = self.shelf.is_unread && otherwise.1 == Reason::WindowClosed;
        let judged = item.taken_out.as_ref().map(|out| out.reason).or(self.judge(item).filter(|_| unread));
        if judged == Some(Reason::NotApproved) {
            let told = row.note.take().map_or_else(String::new, |note| format!("{note}; "));
            row.note = Some(format!("{told}{UNREAD}"));
        }
        let (outcome, reason) = judged.map_or(otherwise, |reason| (Outcome::Cancelled, reason));
        (row.outcome, row.reason) = (Some(outcome), Some(reason));
    }

    /// Whether what a cue really holds lacks an approval: another file may have come behind the name since it was opened.
    fn holds_unapproved(&self, playing: &Playing) -> bool {
        let item = self.item_of(playing.source);
        item.is_some_and(|item| self.item_unapproved(item, playing.row.sha256.as_deref()))
    }

    /// Whether a bulletin, or the bytes of a file, lack an approval. `free` is a file that needs none: a signature.
    pub(super) fn unapproved(&self, number: Option<i64>, sha256: Option<&str>, free: bool) -> bool {
        let required = self.facts.approval_required;
        if let Some(bulletin) = number.and_then(|number| self.shelf.bulletins.get(&number)) {
            let same =
                sha256.is_none_or(|sha256| bulletin.content.as_ref().is_some_and(|current| *current.sha256 == *sha256));
            return !bulletin.may_air(required) || required && !same;
        }
        if !required || free {
            return false;
        }
        // A file whose content nobody knows yet is judged as soon as it is opened.
        sha256.map_or(number.is_some(), |sha256| !self.shelf.approved.contains_key(sha256))
    }

    /// What is prepared or armed and may not air any more goes back into the line, where it gets its row.
    pub(super) fn take_back_unapproved(&mut self, actions: &mut Vec<Action>) {
        let unapproved =
            |playing: &Playing| self.kept_from_air(playing.source).is_some() || self.holds_unapproved(playing);
        let refused = |playing: &Playing| !playing.on_air() && unapproved(playing);
        let sources: Vec<Source> = self.playing.iter().filter(|each| refused(each)).map(|each| each.source).collect();
        if !sources.is_empty() {
            self.take_back(Reason::NotApproved, |playing| sources.contains(&playing.source), actions);
        }
    }

    /// Puts the approval in force into a row, and what is to be said of one by telephone.
    pub(super) fn name_approval(&self, source: Source, row: &mut Airing) {
        row.approval = row.sha256.as_deref().and_then(|sha256| self.approval_of(source, row.bulletin, sha256)).cloned();
        let by_phone = row.approval.as_ref().is_some_and(|approval| approval.by_phone);
        let told = row.note.take();
        let act = match source {
            Source::Act(job, _) => self.act(job).and_then(|act| act.bulletin.as_deref()),
            Source::Item(..) => None,
        };
        let refusal = self.known_as(act).and_then(Bulletin::refusal);
        let stale = |part: &&str| *part == BY_PHONE || part.starts_with("refused by ");
        let others = told.iter().flat_map(|note| note.split("; ")).filter(|part| !stale(part));
        let parts: Vec<&str> = others.chain(by_phone.then_some(BY_PHONE)).chain(refusal.as_deref()).collect();
        row.note = (!parts.is_empty()).then(|| parts.join("; "));
    }

    /// The approval in force of a bulletin or of these bytes.
    fn approval_of(&self, source: Source, bulletin: Option<i64>, sha256: &str) -> Option<&Approval> {
        let known = bulletin.and_then(|number| self.shelf.bulletins.get(&number));
        match known {
            Some(known) => {
                let same = known.content.as_ref().is_some_and(|content| *content.sha256 == *sha256);
                known.approval().filter(|_| same)
            }
            // A signature that somebody approved as a bulletin too is still a signature.
            None if self.item_of(source).is_some_and(|item| item.themes.is_empty() && item.bulletin.is_none()) => None,
            None => self.shelf.approved.get(sha256).or_else(|| self.own_approval(source)),
        }
    }

    /// A bulletin that a person put on the air, as it is now.
    pub(super) fn known_as<'a>(&'a self, of_act: Option<&'a Bulletin>) -> Option<&'a Bulletin> {
        of_act.map(|bulletin| self.shelf.bulletins.get(&bulletin.number).unwrap_or(bulletin))
    }

    /// The approval of a bulletin that a person put on the air, as of then: the shelf may not hold it.
    fn own_approval(&self, source: Source) -> Option<&Approval> {
        match source {
            Source::Item(..) => None,
            Source::Act(job, _) => self.act(job)?.bulletin.as_ref()?.approval(),
        }
    }

    pub(super) fn item_of(&self, source: Source) -> Option<&RundownItem> {
        match source {
            Source::Item(job, index) => self.run(job).map(|run| &run.rundown.items[index]),
            Source::Act(..) => None,
        }
    }
}

fn sound(audio: &Audio) -> Option<&str> {
    audio.content.as_ref().map(|content| &*content.sha256)
}
