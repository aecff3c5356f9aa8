//! An act is done once, however often it is sent: a second tab, the back button, a resend after a lost connection.
//!
//! In: the account and the id of an act, which its form got when it was shown. Out: go on; or what became of it the first
//! time; or that it is still being done. What was refused may be sent again. Bounded: the oldest are forgotten. Next: `answer`.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use super::answer::Done;

/// Acts that are remembered: those of a busy week.
const MOST: usize = 2_000;

/// Acts that were sent.
#[derive(Default)]
pub(super) struct Once(Mutex<Known>);

#[derive(Default)]
struct Known {
    acts: HashMap<(String, String), Option<Done>>,
    order: VecDeque<(String, String)>,
}

/// What is known of an act that comes in.
pub(super) enum Before {
    /// Nothing: it is to be done.
    New,
    /// It is being done.
    Running,
    /// It was done.
    Was(Box<Done>),
}

impl Once {
    /// Notes that an act begins, if it is new.
    pub(super) fn begin(&self, login: &str, act: &str) -> Before {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (login.to_owned(), act.to_owned());
        match known.acts.get(&key) {
            Some(Some(done)) => return Before::Was(Box::new(done.clone())),
            Some(None) => return Before::Running,
            None => {}
        }
        if known.order.len() >= MOST
            && let Some(oldest) = known.order.pop_front()
        {
            known.acts.remove(&oldest);
        }
        known.order.push_back(key.clone());
        known.acts.insert(key, None);
        Before::New
    }

    /// Notes what became of it; what was not done may be sent again.
    pub(super) fn end(&self, login: &str, act: &str, done: Option<Done>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (login.to_owned(), act.to_owned());
        match done {
            Some(done) => {
                if let Some(entry) = known.acts.get_mut(&key) {
                    *entry = Some(done);
                }
            }
            None => {
                known.acts.remove(&key);
                known.order.retain(|each| *each != key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(told: &str) -> Done {
        Done::new(told, "/")
    }

    #[test]
    fn what_was_done_is_told_again_and_what_was_refused_may_be_tried_again() {
        let once = Once::default();
        assert!(matches!(once.begin("lan", "1"), Before::New));
        assert!(matches!(once.begin("lan", "1"), Before::Running));
        once.end("lan", "1", Some(done("đã dừng")));
        assert!(matches!(once.begin("lan", "1"), Before::Was(first) if first.told == "đã dừng"));
        assert!(matches!(once.begin("binh", "1"), Before::New), "another one's act of the same id is his own");
        assert!(matches!(once.begin("lan", "2"), Before::New));
        once.end("lan", "2", None);
        assert!(matches!(once.begin("lan", "2"), Before::New));
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let once = Once::default();
        for act in 0..=MOST {
            assert!(matches!(once.begin("lan", &act.to_string()), Before::New));
        }
        assert!(matches!(once.begin("lan", "1"), Before::Running));
        assert!(matches!(once.begin("lan", "0"), Before::New));
    }
}
