//! Whether the last programme was silence: all of it is over, something of it failed, and nothing of it sounded.
//!
//! In: notices of the station. Out: a word for `health`, until something sounds again. A programme that a person took out, or
//! that drew nothing, is not silence by fault. Pure but for the task that listens. Next: `health`.

use std::sync::Arc;

use tokio::sync::broadcast::error::RecvError;

use crate::airing::Outcome;
use crate::station::Notice;
use crate::web::site::Site;

/// What was heard of the programme that is on.
#[derive(Debug, Default)]
struct Hush {
    sounded: bool,
    failed: bool,
    /// The last programme was silence.
    is_silent: bool,
}

/// Listens as long as the page is served.
pub(in crate::web) async fn listen(site: Arc<Site>) {
    let (mut notices, mut hush) = (site.notices.subscribe(), Hush::default());
    loop {
        match notices.recv().await {
            Ok(notice) => hush.hear(&notice),
            Err(RecvError::Lagged(_)) => hush = Hush::default(),
            Err(RecvError::Closed) => return,
        }
        site.live.silent_programme.store(hush.is_silent, std::sync::atomic::Ordering::Relaxed);
    }
}

impl Hush {
    fn hear(&mut self, notice: &Notice) {
        match notice {
            Notice::Started(_) => *self = Self { sounded: true, ..Self::default() },
            Notice::Row(row) if row.programme.is_some() => self.row(row.aired_ms, row.outcome),
            Notice::ProgrammeDone(_) => {
                self.is_silent |= self.failed && !self.sounded;
                (self.sounded, self.failed) = (false, false);
            }
            _ => {}
        }
    }

    fn row(&mut self, aired_ms: i64, outcome: Option<Outcome>) {
        self.sounded |= aired_ms > 0;
        self.failed |= outcome == Some(Outcome::Failed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_programme_of_which_nothing_sounded_and_something_failed_is_silence() {
        let done = || Notice::ProgrammeDone("sang".into());
        let mut hush = Hush::default();
        hush.row(0, Some(Outcome::Cancelled));
        hush.hear(&done());
        assert!(!hush.is_silent, "a person took it out, or nothing waited");
        hush.row(0, Some(Outcome::Failed));
        hush.row(0, Some(Outcome::Cancelled));
        hush.hear(&done());
        assert!(hush.is_silent);
        hush.row(5_000, Some(Outcome::Aired));
        hush.row(0, Some(Outcome::Failed));
        hush.hear(&done());
        assert!(hush.is_silent, "what sounds says so by its start");
        hush.hear(&Notice::Taken);
        assert!(hush.is_silent);
    }
}
