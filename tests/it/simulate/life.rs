//! The life of a random station: people and the world do something around its programmes, day after day.
//!
//! In: a seed. Out: what was lived, with everything that the invariants must know of it: the versions of the schedule, when
//! something was disturbed, when the station was off, what people were promised. Each happening puts back in order what it
//! broke, but another one may come in its midst.

use chrono::{DateTime, TimeDelta, Utc};
use loa::desk::{Act, Refusal};

use super::dice::Dice;
use super::station::{self, Plan};
use super::troubles;
use crate::world::{Clip, Make, RealStore, World};

/// What may happen in the life of one seed; fewer kinds allow stricter questions afterwards.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each kind is thrown by itself")]
pub(crate) struct Troubles {
    pub(crate) acts: bool,
    pub(crate) deaths: bool,
    pub(crate) device: bool,
    pub(crate) database: bool,
    pub(crate) clocks: bool,
    pub(crate) audio: bool,
    pub(crate) reloads: bool,
}

/// A version of the schedule, in force between two instants of the true calendar.
#[derive(Debug)]
pub(crate) struct Version {
    pub(crate) from: DateTime<Utc>,
    pub(crate) plan: Plan,
}

/// An act of a person, and what was to follow from it.
#[derive(Debug)]
pub(crate) enum Promise {
    /// An emergency that must sound at once.
    Emergency { age: i64, sha256: String },
    /// What was on the air then must be silent soon.
    Silence { age: i64 },
}

/// What was lived.
pub(crate) struct Life {
    pub(crate) seed: u64,
    pub(crate) dice: Dice,
    pub(crate) world: World,
    pub(crate) troubles: Troubles,
    pub(crate) make: Make,
    pub(crate) born: DateTime<Utc>,
    pub(crate) files: Vec<(String, Clip)>,
    pub(crate) versions: Vec<Version>,
    /// When something was not as it should be, in the world's age.
    pub(crate) disturbed: Vec<(i64, i64)>,
    /// When the station was off.
    pub(crate) off: Vec<(i64, i64)>,
    /// Steps of the clock.
    pub(crate) steps: Vec<i64>,
    /// The log could lose records then.
    pub(crate) unsafe_log: Vec<(i64, i64)>,
    /// When an emergency could not sound at once: no program, no card, or no audio from the disk.
    pub(crate) weighty: Vec<(i64, i64)>,
    pub(crate) promises: Vec<Promise>,
    pub(crate) replaced: u64,
    /// What people do with bulletins, if this station has any; its own dice, so that a life without them stays the same.
    pub(crate) office: Option<Dice>,
    /// What lay behind each name from which age on, oldest first.
    pub(crate) contents: Vec<(i64, String, Clip)>,
    depth: u32,
}

impl Life {
    /// A station of this seed, switched on; one with bulletins airs only what was approved.
    pub(crate) fn begin(seed: u64, real_store: bool, with_bulletins: bool) -> Self {
        let mut office = with_bulletins.then(|| Dice::new(seed ^ 0x0bb1));
        let mut dice = Dice::new(seed);
        let files = station::files(&mut dice);
        let born = crate::world::at("2025-03-03T00:00:00+07:00") + TimeDelta::seconds(dice.between(0, 86_400));
        let mut plan = Plan::random(&mut dice, born.date_naive(), &files);
        if let Some(office) = &mut office {
            plan.add_bulletins(office);
        }
        let rate = 200;
        let make = Make { rate, period: dice.pick(&[8, 10, 20]), ppm: dice.pick(&[0, 200, -200, 37]) };
        let mut world = World::made(&plan.text(), files.clone(), born, make);
        world.hurried = !dice.one_in(8);
        world.facts.approval_required = with_bulletins;
        world.facts.tone_ms = dice.pick(&[0, 0, 500]);
        // Every third life has a gain and leaves silence out.
        (world.facts.preparation.gain, world.facts.preparation.trim_silence) = (seed % 3 == 1, seed % 3 == 1);
        (world.measures.leading_silence_ms, world.measures.trailing_silence_ms) = (1700, 4000);
        if real_store {
            world.store = Some(RealStore::new(world.now));
        }
        let some = |dice: &mut Dice| !dice.one_in(3);
        let troubles = Troubles {
            acts: some(&mut dice),
            deaths: some(&mut dice),
            device: some(&mut dice),
            database: some(&mut dice),
            clocks: dice.one_in(2),
            audio: some(&mut dice),
            reloads: some(&mut dice),
        };
        let contents = files.iter().map(|(name, clip)| (i64::MIN, name.clone(), *clip)).collect();
        let mut life = Self {
            seed,
            dice,
            world,
            troubles,
            make,
            born,
            files,
            versions: vec![Version { from: born, plan }],
            disturbed: Vec::new(),
            off: Vec::new(),
            steps: Vec::new(),
            unsafe_log: Vec::new(),
            weighty: Vec::new(),
            promises: Vec::new(),
            replaced: 0,
            office,
            contents,
            depth: 0,
        };
        life.refill();
        super::office::fill(&mut life);
        life.world.power_on();
        life
    }

    /// What the calendar says, whatever the station's clock does.
    pub(crate) fn today(&self) -> DateTime<Utc> {
        self.born + TimeDelta::microseconds(self.world.age)
    }

    /// Lives so many days, and then long enough for everything to be told.
    pub(crate) fn live(&mut self, days: i64) {
        let end = self.born + TimeDelta::days(days);
        let wild = self.dice.pick(&[1, 2, 3]);
        while self.today() < end {
            let now = self.today();
            let tomorrow = (now + TimeDelta::days(1)).min(end);
            let due = self.versions.last().map(|version| version.plan.due(now, tomorrow)).unwrap_or_default();
            for due in due {
                super::office::work(self, due.at);
                let hot = due.at + self.dice.ms(-8_000, 60_000);
                if self.dice.below(4) < wild && hot > self.today() {
                    self.wait_for(hot);
                    self.happen();
                }
            }
            self.wait_for(tomorrow);
        }
        self.wait_for(end + TimeDelta::minutes(20));
    }

    pub(crate) fn wait_for(&mut self, until: DateTime<Utc>) {
        let span = until - self.today();
        if span > TimeDelta::zero() {
            self.pass(span);
        }
    }

    /// Time passes. A death that was to come may have come meanwhile.
    pub(crate) fn pass(&mut self, span: TimeDelta) {
        self.refill();
        self.world.live(span);
    }

    /// Files take their time to open.
    fn refill(&mut self) {
        while self.world.opening_us.len() < 40 {
            let us = if self.dice.one_in(4) { 0 } else { self.dice.between(1, 60_000) };
            self.world.opening_us.push(us);
        }
    }

    /// Something happens, and is over when this returns.
    pub(crate) fn happen(&mut self) {
        if self.depth >= 3 {
            return;
        }
        self.depth += 1;
        let from = self.world.age;
        let weighty = troubles::strike(self);
        self.disturbed.push((from, self.world.age + 1_500_000));
        if weighty {
            self.weighty.push((from, self.world.age));
        }
        self.depth -= 1;
    }

    /// In the midst of one thing another may happen; then time passes.
    pub(crate) fn meanwhile(&mut self, span: TimeDelta) {
        let until = self.today() + span;
        if self.dice.one_in(3) {
            let part = self.dice.between(0, span.num_milliseconds().min(60_000));
            self.pass(TimeDelta::milliseconds(part));
            self.happen();
        }
        self.wait_for(until);
    }

    /// A person acts; what must follow from it is noted.
    pub(crate) fn act(&mut self) {
        let file = self.files[self.dice.below(self.files.len() as u64) as usize].0.clone();
        let (answers, asked) = (self.world.answers.len(), self.world.asked);
        let age = self.world.age;
        match self.dice.below(6) {
            0 => self.silence(Act::Stop),
            1 => self.silence(Act::Skip),
            2 | 3 => {
                if let Some(sha256) = self.world.content_of(&file).filter(|_| self.world.is_free_for_emergency()) {
                    self.promises.push(Promise::Emergency { age, sha256 });
                }
                let repeat = self.dice.pick(&[1, 1, 2, 3]);
                self.air(&file, true, repeat);
            }
            _ => {
                let repeat = self.dice.pick(&[1, 1, 2]);
                self.air(&file, false, repeat);
            }
        }
        if self.world.is_on() {
            assert_eq!(self.world.answers.len() - answers, self.world.asked - asked, "seed {}: no answer", self.seed);
        }
    }

    fn air(&mut self, file: &str, emergency: bool, repeat: u32) {
        // A file that is not there is refused before the desk hears of it.
        if self.world.content_of(file).is_some() {
            self.world.air_often(file, emergency, repeat);
        } else {
            self.world.act(Act::Unplayable(Refusal::FileUnread(file.to_string())));
        }
    }

    fn silence(&mut self, act: Act) {
        let age = self.world.age;
        let sounds = self.world.sounds();
        // What was to sound may be what it stops.
        self.weighty.push((age, age));
        self.world.act(act);
        if sounds && self.world.answers.last().is_some_and(Result::is_ok) {
            self.promises.push(Promise::Silence { age });
        }
    }
}

impl Life {
    /// Until when a version of the schedule was in force.
    pub(crate) fn until(&self, version: usize) -> DateTime<Utc> {
        self.versions.get(version + 1).map_or_else(|| self.today(), |next| next.from)
    }

    /// The longest window that a programme had about an instant.
    pub(crate) fn window_of(&self, programme: &str, at: DateTime<Utc>) -> TimeDelta {
        let all =
            self.versions.iter().filter(|version| version.from <= at + TimeDelta::minutes(2) || self.troubles.clocks);
        let windows = all.flat_map(|version| &version.plan.programmes).filter(|each| each.id == programme);
        windows.map(|each| each.window).max().unwrap_or(TimeDelta::hours(24))
    }

    /// What lay behind a name at an age.
    pub(crate) fn content_at(&self, file: &str, age: i64) -> Option<Clip> {
        let known = self.contents.iter().rev().find(|(from, name, _)| name == file && *from <= age);
        known.map(|(.., clip)| *clip)
    }

    pub(crate) fn make_rate(&self) -> u32 {
        self.make.rate
    }

    /// Whether something of weight struck between two instants: the station off, a step, a lost card, a slow disk.
    pub(crate) fn excused(&self, from: i64, to: i64) -> bool {
        self.weighty.iter().any(|(began, over)| *began <= to && from <= *over)
    }
}
