//! What people do to the station: they air files, stop, change the schedule, and end the program.
//!
//! In: acts at the instant at which the world stands. Out: the same events that the control socket and the signals give the
//! real loop; what was answered is kept in order. Faults are no acts: they stand in `world.rs` and `clocks.rs`.

use std::sync::Arc;

use chrono::TimeDelta;
use loa::desk::{Act, Actor, Event, Record, RequestId};

use super::{World, parse};

impl World {
    /// A person's act.
    pub(crate) fn act(&mut self, act: Act) {
        if self.desk.is_none() {
            return;
        }
        self.asked += 1;
        self.next_request += 1;
        let actor = Actor { by: "Nguyễn Thị A (root)".to_owned(), via: "cli".to_owned(), why: None };
        self.handle(Event::Act(RequestId(self.next_request), act, actor));
    }

    /// A person airs a file.
    pub(crate) fn air(&mut self, file: &str, emergency: bool) {
        self.air_often(file, emergency, 1);
    }

    /// A person airs a file so many times.
    pub(crate) fn air_often(&mut self, file: &str, emergency: bool, repeat: u32) {
        let audio = loa::rundown::Audio { file: Some(file.to_owned()), content: self.library().get(file).cloned() };
        self.act(Act::Air { audio, title: file.to_owned(), bulletin: None, emergency, repeat });
    }

    /// SIGTERM; answers when the program has exited.
    pub(crate) fn shut_down(&mut self) {
        self.handle(Event::Shutdown);
        let limit = self.age + 5_000_000;
        while self.desk.as_ref().is_some_and(|desk| !desk.exited()) {
            assert!(self.age < limit, "the desk does not leave");
            self.live(TimeDelta::milliseconds(20));
        }
        self.kill(false);
    }

    /// A changed schedule is taken over.
    pub(crate) fn take_over(&mut self, schedule: &str) {
        (self.text, self.schedule) = parse(schedule);
        if self.desk.is_some() {
            let (taken_at, text) = (self.now.wall, self.text.clone());
            self.record(Record::Schedule { taken_at, sha256: text.clone(), text });
            self.handle(Event::Schedule(Arc::clone(&self.schedule)));
        }
    }
}
