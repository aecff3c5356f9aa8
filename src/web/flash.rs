//! Words that the next page shows once: what became of an act.
//!
//! In: a sign-in and words. Out: the same, once. Bounded by sign-ins and words; kept in memory only, since what was done is
//! in the audit anyway. Next: `layout`.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Sign-ins for which words wait; more are not looked at by anybody.
const MOST: usize = 200;

/// Words that wait.
#[derive(Default)]
pub(super) struct Flash(Mutex<HashMap<String, Vec<String>>>);

impl Flash {
    /// Keeps words for the next page of a sign-in.
    pub(super) fn say(&self, sign_in: &str, words: &str) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= MOST {
            waiting.clear();
        }
        let said = waiting.entry(sign_in.to_owned()).or_default();
        if said.len() < 5 && !said.iter().any(|each| each == words) {
            said.push(words.to_owned());
        }
    }

    /// What waits for a sign-in; not a second time.
    pub(super) fn take(&self, sign_in: &str) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(sign_in).unwrap_or_default()
    }
}
