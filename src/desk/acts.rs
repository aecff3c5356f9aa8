//! Acts of people on the running station: `air`, the test tone, `stop`, `skip`.
//!
//! In: an act, who gave it. Out: a reply at once, and cuts, cancellations or a waiting act. Pure. An act that is refused
//! changes nothing and airs nothing later. Next: `desk/rows.rs`.

use chrono::{DateTime, TimeDelta, Utc};

use super::playing::{Cutting, Playing, Source, Stage};
use super::protocol::{Act, Action, Actor, Record, RequestId, Seen, Start};
use super::run::{Airs, MOST_ATTEMPTS, Stand, Verdict, verdict};
use super::told::{Done, Refusal, When};
use super::{Desk, JobId, rows};
use crate::airing::{Airing, AiringId, Outcome, Priority, Reason};
use crate::bulletin::{Bulletin, Standing};
use crate::clock::Moment;
use crate::rundown::{Audio, Content};

/// Acts of one priority that wait at the same time; more is a mistake or a loop in somebody's script.
const MOST_ACTS: usize = 16;

/// An emergency that a power cut ended airs again if power returns within this time.
const EMERGENCY_RETURNS: TimeDelta = TimeDelta::minutes(30);

/// What a person wants on the air.
struct Wish {
    audio: Audio,
    title: String,
    bulletin: Option<Box<Bulletin>>,
    priority: Priority,
    repeat: u32,
}

/// Less than half of the time within which an emergency returns.
const KEEP_EVERY: TimeDelta = TimeDelta::minutes(10);

impl Desk {
    pub(super) fn take_act(
        &mut self,
        request: RequestId,
        act: Act,
        actor: &Actor,
        now: Moment,
        actions: &mut Vec<Action>,
    ) {
        let answer = match act {
            _ if self.leave_by.is_some() => Err(Refusal::ShuttingDown),
            Act::Air { audio, title, bulletin, emergency, repeat } => {
                let priority = if emergency { Priority::Emergency } else { Priority::Ordinary };
                self.air(Wish { audio, title, bulletin, priority, repeat }, actor, now, actions)
            }
            Act::Tone { audio, title } => self.sound_tone(audio, title, actor, now, actions),
            Act::Stop => self.stop(actor, now, actions),
            Act::Skip => self.skip(actor, now, actions),
            Act::Unplayable(why) => Err(why),
        };
        actions.push(Action::Reply(request, answer));
    }

    fn air(&mut self, wish: Wish, actor: &Actor, now: Moment, actions: &mut Vec<Action>) -> Result<Done, Refusal> {
        if wish.priority < Priority::Emergency
            && let Some(refusal) = self.refuse_unapproved(&wish, actor, now, actions)
        {
            return Err(refusal);
        }
        if self.acts.iter().filter(|act| act.priority == wish.priority).count() >= MOST_ACTS {
            return Err(Refusal::TooMany(MOST_ACTS));
        }
        if wish.priority < Priority::Emergency && self.device.is_none() {
            return Err(Refusal::NoDevice(self.device_lost.clone()));
        }
        let armed = self.playing.iter().find(|playing| matches!(playing.stage, Stage::Armed(Start::At(_))));
        let when = match (wish.priority, self.device.is_some(), self.current().or(armed)) {
            (Priority::Emergency, false, _) => When::DeviceIsBack,
            (Priority::Emergency, ..) | (_, _, None) => When::Now,
            (_, _, Some(current)) => When::After(current.row.title.clone()),
        };
        let refused = self.known_as(wish.bulletin.as_deref()).and_then(Bulletin::refusal);
        let title = wish.title.clone();
        self.queue_act(wish, false, actor, now, actions);
        Ok(Done::Airs { title, when, refused })
    }

    /// An act waits for its turn from now on, and is on record.
    fn queue_act(&mut self, wish: Wish, is_tone: bool, actor: &Actor, now: Moment, actions: &mut Vec<Action>) {
        let Wish { audio, title, bulletin, priority, repeat } = wish;
        let command = match priority {
            Priority::Emergency => "emergency",
            _ if is_tone => "tone",
            _ => "air",
        };
        let airings = (1..=repeat).map(|each| AiringId::act(command, now.wall, each)).collect();
        let id = self.next_job();
        let stands = vec![Stand::Due { attempts: 0 }; repeat as usize];
        let actor = actor.clone();
        let at = now.wall;
        self.acts.push_back(Airs { id, at, audio, title, bulletin, priority, actor, stands, airings, is_tone });
        for index in 0..repeat as usize {
            self.keep_act(Source::Act(id, index), now, actions);
        }
    }

    /// The test tone needs no approval, since nobody can change it, and gets in nobody's way: a programme whose rundown is
    /// frozen is about to start.
    fn sound_tone(
        &mut self,
        audio: Audio,
        title: String,
        actor: &Actor,
        now: Moment,
        actions: &mut Vec<Action>,
    ) -> Result<Done, Refusal> {
        if !(self.runs.is_empty() && self.acts.is_empty() && self.playing.is_empty()) {
            let playing = self.current().and_then(|playing| playing.row.title.clone());
            let waiting = self.acts.front().map(|act| act.title.clone());
            let coming = self.runs.first().map(|run| run.rundown.title.clone());
            return Err(Refusal::NotQuiet(playing.or(waiting).or(coming)));
        }
        if self.device.is_none() {
            return Err(Refusal::NoDevice(self.device_lost.clone()));
        }
        let wish = Wish { audio, title: title.clone(), bulletin: None, priority: Priority::Ordinary, repeat: 1 };
        self.queue_act(wish, true, actor, now, actions);
        Ok(Done::Airs { title, when: When::Now, refused: None })
    }

    /// Why an order about what a person saw on the air must not be carried out: it is over, or ending, or was only seen late.
    /// A click that comes late or twice cuts nothing else.
    #[must_use]
    pub fn moved_on(&self, seen: &Seen, now: Moment) -> Option<Refusal> {
        let current = self.current();
        let is_same = |playing: &Playing| playing.row.airing == seen.airing && playing.row.attempt == seen.attempt;
        match current {
            Some(current) if is_same(current) => current.ending(now).then_some(Refusal::EndsAlready),
            Some(current) => Some(Refusal::MovedOn(Some(current.row.title.clone().unwrap_or_default()))),
            None => Some(Refusal::MovedOn(None)),
        }
    }

    /// Why nobody may put this on the air without haste, if nobody has approved it; its row is written too.
    fn refuse_unapproved(&self, wish: &Wish, actor: &Actor, now: Moment, actions: &mut Vec<Action>) -> Option<Refusal> {
        let number = wish.bulletin.as_ref().map(|bulletin| bulletin.number);
        let own = wish.bulletin.as_ref().is_none_or(|bulletin| bulletin.may_air(self.facts.approval_required));
        let sha256 = wish.audio.content.as_ref().map(|content| &*content.sha256);
        if own && !self.unapproved(number, sha256, false) {
            return None;
        }
        let airs = Airs {
            id: JobId(0),
            at: now.wall,
            audio: wish.audio.clone(),
            title: wish.title.clone(),
            bulletin: wish.bulletin.clone(),
            priority: wish.priority,
            actor: actor.clone(),
            stands: vec![Stand::Final],
            airings: vec![AiringId::act("air", now.wall, 1)],
            is_tone: false,
        };
        let mut row = rows::of_act(&self.facts, &self.stamp(now), &airs, 0, 1);
        (row.outcome, row.reason) = (Some(Outcome::Cancelled), Some(Reason::NotApproved));
        actions.push(Action::Record(Record::Row(Box::new(row))));
        Some(Refusal::NotApproved { title: wish.title.clone(), number })
    }

    /// Emergencies that wait for a device are recorded again now and then, so that after a power cut it shows that they were
    /// still wanted.
    pub(super) fn keep_emergencies(&mut self, now: Moment, actions: &mut Vec<Action>) {
        if now.mono.since(self.kept_at) < KEEP_EVERY {
            return;
        }
        self.kept_at = now.mono;
        let started = |source: Source| self.playing.iter().any(|each| each.source == source && !each.waiting());
        for act in self.acts.iter().filter(|act| act.emergency()) {
            for index in (0..act.stands.len()).filter(|index| act.stands[*index] != Stand::Final) {
                let source = Source::Act(act.id, index);
                if !started(source) {
                    self.keep_act(source, now, actions);
                }
            }
        }
    }

    /// Cuts the item on air and cancels the rest of its programme or act; with nothing on the air, what waits to start.
    fn stop(&mut self, actor: &Actor, now: Moment, actions: &mut Vec<Action>) -> Result<Done, Refusal> {
        let current = self.current().map(|playing| (playing.source, playing.ending(now)));
        let job = match current {
            Some((Source::Item(job, _) | Source::Act(job, _), false)) => Some(job),
            Some((Source::Item(job, _) | Source::Act(job, _), true)) => self.waiting_job(Some(job), now),
            None => self.waiting_job(None, now),
        };
        let Some(job) = job else {
            return Err(if current.is_some() { Refusal::EndsAlready } else { Refusal::NothingOnAir });
        };
        let of_job = |source: Source| matches!(source, Source::Item(each, _) | Source::Act(each, _) if each == job);
        let why = Cutting { reason: Reason::Operator, actor: Some(actor.clone()) };
        self.take_back(why, |playing| of_job(playing.source), actions);
        let cut = self.current().filter(|playing| of_job(playing.source)).map(|playing| playing.source);
        if cut.is_some() {
            self.cut_on_air(Reason::Operator, Some(actor), now, actions);
        }
        let name = self.cancel(job, cut, actor, now, actions);
        Ok(Done::Stopped(name))
    }

    /// Rows `cancelled: operator` for everything of a job that is not final and not the one being cut.
    fn cancel(
        &mut self,
        job: JobId,
        cut: Option<Source>,
        actor: &Actor,
        now: Moment,
        actions: &mut Vec<Action>,
    ) -> String {
        let (name, sources): (String, Vec<Source>) = match self.runs.iter().find(|run| run.id == job) {
            Some(run) => {
                let all = (0..run.stands.len()).filter(|index| run.stands[*index] != Stand::Final);
                (run.rundown.title.clone(), all.map(|index| Source::Item(job, index)).collect())
            }
            None => match self.acts.iter().find(|act| act.id == job) {
                Some(act) => {
                    let all = (0..act.stands.len()).filter(|index| act.stands[*index] != Stand::Final);
                    (act.title.clone(), all.map(|index| Source::Act(job, index)).collect())
                }
                None => return String::new(),
            },
        };
        for source in sources.into_iter().filter(|source| Some(*source) != cut) {
            if let Some((mut row, _)) = self.row_of(source, now) {
                (row.outcome, row.reason) = (Some(Outcome::Cancelled), Some(Reason::Operator));
                rows::ended_by(&mut row, actor);
                self.cancel_unless_heard(source, row, actions);
            }
            self.stand(source, Stand::Final);
        }
        name
    }

    fn skip(&mut self, actor: &Actor, now: Moment, actions: &mut Vec<Action>) -> Result<Done, Refusal> {
        let Some(current) = self.current().filter(|playing| playing.on_air()) else {
            return Err(Refusal::NothingOnAir);
        };
        if current.ending(now) {
            return Err(Refusal::EndsAlready);
        }
        let name = current.row.title.clone().unwrap_or_default();
        self.cut_on_air(Reason::Operator, Some(actor), now, actions);
        Ok(Done::Skipped(name))
    }

    /// What waits to start while nothing is on the air: an act first, then the programme whose time has come.
    fn waiting_job(&self, but: Option<JobId>, now: Moment) -> Option<JobId> {
        // The first of the most urgent ones: what would start first.
        let act = self
            .acts
            .iter()
            .filter(|act| Some(act.id) != but)
            .min_by_key(|act| std::cmp::Reverse(act.priority))
            .map(|act| act.id);
        act.or_else(|| {
            let due = self.runs.iter().filter(|run| run.begun() || run.rundown.scheduled_at <= now.wall);
            let due = due.filter(|run| Some(run.id) != but);
            due.min_by_key(|run| (std::cmp::Reverse(run.rundown.priority), run.rundown.scheduled_at)).map(|run| run.id)
        })
    }

    /// What people put on the air and what has not aired ends with the station; an emergency airs when it is back.
    pub(super) fn cancel_acts(&mut self, now: Moment, actions: &mut Vec<Action>) {
        let sources = self.acts.iter().filter(|act| !act.emergency()).flat_map(|act| {
            let due = act.stands.iter().enumerate().filter(|(_, stand)| **stand != Stand::Final);
            due.map(|(index, _)| Source::Act(act.id, index)).collect::<Vec<_>>()
        });
        for source in sources.collect::<Vec<_>>() {
            if let Some((mut row, _)) = self.row_of(source, now) {
                (row.outcome, row.reason) = (Some(Outcome::Cancelled), Some(Reason::Shutdown));
                actions.push(Action::Record(Record::Row(Box::new(row))));
            }
        }
    }

    /// An emergency that was cut by a power loss, or kept from starting, is due again.
    pub(super) fn resume_emergency(&mut self, row: &Airing, alive_at: DateTime<Utc>, now: Moment) {
        let started = row.started_at.is_some();
        let attempts = if started { row.attempt } else { row.attempt - 1 };
        let outcome = row.outcome.filter(|_| started);
        let over = |outcome| verdict(outcome, row.reason, row.aired_ms, row.planned_ms, row.attempt) == Verdict::Last;
        if outcome.is_some_and(over) {
            return;
        }
        let in_time = self.untrusted(now) || now.wall - alive_at <= EMERGENCY_RETURNS;
        let Some(sha256) = row.sha256.as_deref().filter(|_| in_time && attempts <= MOST_ATTEMPTS) else { return };
        let around = row.trimmed_ms.unwrap_or(0) - i64::from(self.facts.tone_ms);
        let content = Content { sha256: sha256.into(), duration_ms: row.planned_ms.map(|planned| planned + around) };
        let title = row.title.clone().unwrap_or_default();
        let id = self.next_job();
        self.acts.push_back(Airs {
            id,
            at: row.scheduled_at.to_utc(),
            audio: Audio { file: row.bulletin.is_none().then(|| title.clone()), content: Some(content) },
            title,
            bulletin: row.bulletin.map(|number| Box::new(bulletin_of(number, row))),
            priority: Priority::Emergency,
            actor: Actor {
                by: row.by.clone().unwrap_or_default(),
                via: row.via.clone().unwrap_or_default(),
                why: row.why.clone(),
            },
            stands: vec![Stand::Due { attempts }],
            airings: vec![row.airing.clone()],
            is_tone: false,
        });
    }
}

/// What a row tells of its bulletin. Nobody has to approve an emergency.
fn bulletin_of(number: i64, row: &Airing) -> Bulletin {
    Bulletin {
        number,
        title: row.title.clone().unwrap_or_default(),
        themes: row.themes.clone(),
        genre: row.genre.clone(),
        author: row.author.clone(),
        source: row.source.clone(),
        class: Priority::Emergency,
        valid_from: None,
        valid_until: None,
        content: None,
        text_sha256: row.text_sha256.clone(),
        voice: row.voice.clone(),
        standing: row.approval.clone().map_or(Standing::Waiting, Standing::Approved),
    }
}
