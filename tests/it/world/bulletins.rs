//! What people do with bulletins in the invented world: they bring sound, approve, withdraw, revise, queue.
//!
//! In: acts at the instant at which the world stands. Out: the shelf that the desk is given, at once and at the next start, and
//! the truth of what was approved when, which is all that the oracle asks.

use std::collections::HashMap;
use std::sync::Arc;

use loa::airing::{Approval, Priority};
use loa::bulletin::{Bulletin, Entry, Shelf, Standing};
use loa::desk::Event;
use loa::rundown::Content;

use super::{Clip, World};

/// From an age on, a bulletin's sound and whether it was approved.
#[derive(Debug, Clone)]
pub(crate) struct Decided {
    pub(crate) age: i64,
    pub(crate) number: i64,
    pub(crate) sha256: Arc<str>,
    pub(crate) approved: bool,
}

/// Bulletins and queue as people see them, and all that was decided.
#[derive(Debug, Default)]
pub(crate) struct Office {
    pub(crate) shelf: Shelf,
    pub(crate) decided: Vec<Decided>,
    /// Every entry that ever was.
    pub(crate) entries: Vec<Entry>,
    acts: i64,
    sounds: i64,
}

impl World {
    /// A bulletin comes in with a sound of so many milliseconds; nobody has approved it.
    pub(crate) fn bring(&mut self, number: i64, theme: &str, clip: Clip) {
        let content = self.new_sound(clip);
        let bulletin = Bulletin {
            number,
            title: format!("Tin {number}"),
            themes: vec![theme.to_owned()],
            genre: Some("tin".to_owned()),
            author: Some("Trần Thị B".to_owned()),
            source: None,
            class: Priority::Ordinary,
            valid_from: None,
            valid_until: None,
            content: Some(content),
            text_sha256: Some(format!("text-{number}")),
            voice: None,
            standing: Standing::Waiting,
        };
        self.office.shelf.bulletins.insert(number, bulletin);
        self.publish(number);
    }

    fn new_sound(&mut self, clip: Clip) -> Content {
        self.office.sounds += 1;
        let sha256: Arc<str> = format!("sha-of-sound-{}", self.office.sounds).into();
        let ms = match clip {
            Clip::Ms(ms) | Clip::BreaksAt(ms) => ms as i64,
            Clip::Missing => 1_000,
        };
        if !matches!(clip, Clip::Missing) {
            self.contents.insert(Arc::clone(&sha256), clip);
        }
        Content { sha256, duration_ms: Some(ms) }
    }

    /// Changes a bulletin; whoever changes more than its standing takes its approval away.
    pub(crate) fn change(&mut self, number: i64, change: impl FnOnce(&mut Bulletin)) {
        let Some(bulletin) = self.office.shelf.bulletins.get_mut(&number) else { return };
        change(bulletin);
        self.publish(number);
    }

    /// A person approves it; `by_phone` is to be confirmed.
    pub(crate) fn approve_as(&mut self, number: i64, by_phone: bool) {
        self.office.acts += 1;
        let at = self.now.wall.with_timezone(&self.facts.timezone).fixed_offset();
        let approval = Approval { seq: self.office.acts, by: "Đỗ Bá Khang".into(), at, by_phone };
        self.change(number, |bulletin| bulletin.standing = Standing::Approved(approval));
    }

    /// A person approves it.
    pub(crate) fn approve(&mut self, number: i64) {
        self.approve_as(number, false);
    }

    /// Its approval is withdrawn.
    pub(crate) fn withdraw(&mut self, number: i64) {
        self.office.acts += 1;
        let at = self.now.wall.with_timezone(&self.facts.timezone).fixed_offset();
        let refusal = Approval { seq: self.office.acts, by: "Đỗ Bá Khang".into(), at, by_phone: false };
        self.change(number, |bulletin| bulletin.standing = Standing::Refused(refusal));
    }

    /// It is recorded anew, and is to be approved anew.
    pub(crate) fn revise(&mut self, number: i64, clip: Clip) {
        let content = self.new_sound(clip);
        self.change(number, |bulletin| {
            bulletin.content = Some(content);
            bulletin.standing = Standing::Waiting;
        });
    }

    /// Its text is changed and its sound is not; it is to be approved anew.
    pub(crate) fn reword(&mut self, number: i64, title: &str) {
        self.change(number, |bulletin| {
            title.clone_into(&mut bulletin.title);
            bulletin.text_sha256 = Some(format!("text-of-{title}"));
            bulletin.standing = Standing::Waiting;
        });
    }

    /// It is put into the queue; answers with the entry.
    pub(crate) fn queue_up(&mut self, bulletin: i64, times: u32, programme: Option<&str>) -> i64 {
        let id = self.office.entries.len() as i64 + 1;
        let (programme, queued_at) = (programme.map(str::to_owned), self.now.wall);
        let entry = Entry { id, bulletin, programme, times, from: None, until: None, queued_at };
        self.office.entries.push(entry.clone());
        self.office.shelf.queue.push(entry);
        self.publish(bulletin);
        id
    }

    /// It is taken out of the queue.
    pub(crate) fn unqueue(&mut self, entry: i64) {
        self.office.shelf.queue.retain(|each| each.id != entry);
        self.publish(0);
    }

    /// The station's watcher sees the change.
    fn publish(&mut self, number: i64) {
        let office = &mut self.office;
        let mut approved = HashMap::new();
        for bulletin in office.shelf.bulletins.values() {
            if let (Some(content), Some(approval)) = (&bulletin.content, bulletin.approval()) {
                approved.insert(Arc::clone(&content.sha256), approval.clone());
            }
        }
        office.shelf.approved = approved;
        if let Some(bulletin) = office.shelf.bulletins.get(&number)
            && let Some(content) = &bulletin.content
        {
            let approved = bulletin.approval().is_some();
            office.decided.push(Decided { age: self.age, number, sha256: Arc::clone(&content.sha256), approved });
        }
        if self.is_on() {
            self.handle(Event::Shelf(Arc::new(self.office.shelf.clone()), None));
        }
    }

    /// The full decode of a bulletin's sound ends.
    pub(crate) fn judge_bulletin(&mut self, number: i64) {
        let Some(sha256) = self.office.shelf.bulletins[&number].content.as_ref().map(|sound| Arc::clone(&sound.sha256))
        else {
            return;
        };
        self.judge_content(sha256);
    }

    /// What the next programme will air: item, title and why it is left out.
    pub(crate) fn outlook(&self) -> Vec<String> {
        let outlook = self.desk.as_ref().and_then(loa::desk::Desk::outlook);
        let items = outlook.into_iter().flat_map(|outlook| outlook.items);
        let left_out = |reason: Option<loa::airing::Reason>| reason.map_or("airs", loa::airing::Reason::as_str);
        items.map(|item| format!("{} {}: {}", item.item, item.title, left_out(item.left_out))).collect()
    }
}

impl Office {
    /// Whether a bulletin's sound was approved at any moment of a span of ages.
    pub(crate) fn was_approved(&self, sha256: &str, (from, to): (i64, i64)) -> bool {
        let mut of_number: HashMap<i64, (i64, bool)> = HashMap::new();
        for decided in &self.decided {
            if decided.age > to {
                break;
            }
            let approves = decided.approved && *decided.sha256 == *sha256;
            let (_, was) = of_number.insert(decided.number, (decided.age, approves)).unwrap_or((0, false));
            if was && decided.age >= from {
                return true;
            }
        }
        of_number.values().any(|(_, approves)| *approves)
    }
}

impl World {
    /// A person airs a bulletin.
    pub(crate) fn air_bulletin(&mut self, number: i64, emergency: bool) {
        let bulletin = self.office.shelf.bulletins[&number].clone();
        let audio = loa::rundown::Audio { file: None, content: bulletin.content.clone() };
        let title = bulletin.title.clone();
        self.act(loa::desk::Act::Air { audio, title, bulletin: Some(Box::new(bulletin)), emergency, repeat: 1 });
    }
}
