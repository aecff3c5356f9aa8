//! An act is done once, however often it is sent: a second tab, the back button, a resend after a lost connection.
//!
//! In: the account, the id of an act, which its form got when it was shown, and a hash of what is sent. Out: go on; or what
//! became of it the first time; or that it is still being done; or that other things are sent under its id, which is another
//! act. What was refused may be sent again. Bounded: the oldest are forgotten. Next: `answer`.

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
    acts: HashMap<(String, String), Act>,
    order: VecDeque<(String, String)>,
}

/// An act that was sent.
struct Act {
    /// Of what was sent.
    sha256: [u8; 32],
    /// What became of it; nothing as long as it is being done.
    done: Option<Done>,
}

/// What is known of an act that comes in.
pub(super) enum Before {
    /// Nothing: it is to be done.
    New,
    /// It is being done.
    Running,
    /// It was done.
    Was(Box<Done>),
    /// Something else was sent under this id.
    Other,
}

impl Once {
    /// Notes that an act begins, if it is new.
    pub(super) fn begin(&self, login: &str, act: &str, sha256: [u8; 32]) -> Before {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (login.to_owned(), act.to_owned());
        if let Some(before) = known.acts.get(&key) {
            return match &before.done {
                _ if before.sha256 != sha256 => Before::Other,
                Some(done) => Before::Was(Box::new(done.clone())),
                None => Before::Running,
            };
        }
        if known.order.len() >= MOST
            && let Some(oldest) = known.order.pop_front()
        {
            known.acts.remove(&oldest);
        }
        known.order.push_back(key.clone());
        known.acts.insert(key, Act { sha256, done: None });
        Before::New
    }

    /// Notes what became of it; what was not done may be sent again.
    pub(super) fn end(&self, login: &str, act: &str, done: Option<Done>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (login.to_owned(), act.to_owned());
        if done.is_none() {
            known.acts.remove(&key);
            known.order.retain(|each| *each != key);
        } else if let Some(act) = known.acts.get_mut(&key) {
            act.done = done;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT: [u8; 32] = [1; 32];

    fn done(told: &str) -> Done {
        Done::new(told, "/")
    }

    #[test]
    fn what_was_done_is_told_again_and_what_was_refused_may_be_tried_again() {
        let once = Once::default();
        assert!(matches!(once.begin("lan", "1", SENT), Before::New));
        assert!(matches!(once.begin("lan", "1", SENT), Before::Running));
        once.end("lan", "1", Some(done("đã dừng")));
        assert!(matches!(once.begin("lan", "1", SENT), Before::Was(first) if first.told == "đã dừng"));
        assert!(
            matches!(once.begin("lan", "1", [2; 32]), Before::Other),
            "what was changed after Back is not lost silently"
        );
        assert!(matches!(once.begin("binh", "1", SENT), Before::New), "another one's act of the same id is his own");
        assert!(matches!(once.begin("lan", "2", SENT), Before::New));
        once.end("lan", "2", None);
        assert!(matches!(once.begin("lan", "2", SENT), Before::New));
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let once = Once::default();
        for act in 0..=MOST {
            assert!(matches!(once.begin("lan", &act.to_string(), SENT), Before::New));
        }
        assert!(matches!(once.begin("lan", "1", SENT), Before::Running));
        assert!(matches!(once.begin("lan", "0", SENT), Before::New));
    }
}
