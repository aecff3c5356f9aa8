//! What happened last, and the log in words: for tests that fail, and for stories.
//!
//! In: events and actions as they pass, rows of the log. Out: lines for people. Nothing is put into words unless it is asked
//! for or a test fails, so that a year of life stays a matter of seconds.

use chrono::{DateTime, Utc};
use loa::airing::Airing;
use loa::desk::{Action, Event};

use super::World;

/// What went into the desk or came out of it, and when.
pub(super) type Happened = (DateTime<Utc>, Happening);

#[derive(Debug)]
#[expect(dead_code, reason = "what is in it is printed when a test fails")]
pub(super) enum Happening {
    In(Event),
    Out(Action),
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() {
            for (at, what) in &self.trace {
                let text: String = format!("{what:?}").chars().take(230).collect();
                eprintln!("{} {text}", at.format("%d %H:%M:%S%.3f"));
            }
        }
    }
}

impl World {
    /// Keeps what happened last; wake-ups and progress say nothing. Put into words only when a test fails.
    pub(super) fn note(&mut self, what: Happening) {
        self.trace.push_back((self.now.wall, what));
        if self.trace.len() > self.trace_length {
            self.trace.pop_front();
        }
    }

    /// The log as text: one line per row, in order.
    pub(crate) fn log(&self) -> String {
        self.memory.rows.iter().map(line).collect()
    }
}

fn line(row: &Airing) -> String {
    let started = row.started_at.map_or_else(
        || "--:--:--.---".to_owned(),
        |at| at.with_timezone(&chrono_tz::Asia::Ho_Chi_Minh).format("%H:%M:%S%.3f").to_string(),
    );
    let Some(outcome) = row.outcome else {
        return format!("{}: {}\n", row.airing, row.note.as_deref().unwrap_or_default());
    };
    let planned = row.planned_ms.map_or_else(|| "?".to_owned(), |ms| ms.to_string());
    let why = row.reason.map_or_else(String::new, |reason| format!(": {reason}"));
    format!("{} #{} {started} {}/{planned} {outcome}{why}\n", row.airing, row.attempt, row.aired_ms)
}
