//! Files that came in are looked into: a sound is taken into the content store, a text is read.
//!
//! In: a file that waits. Out: what was found in it, or why it cannot be a bulletin; whoever asks meanwhile hears how far it
//! is. A sound that was taken in is kept from the sweep until it is recorded or forgotten. Blocks for as long as decoding takes.
//! Next: `bulletin`, which records it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::bulletin::same_sound;
use super::intake::{self, MOST_TEXT_BYTES, Taken};
use super::upload::{Facts, Uploads};
use crate::config::Config;
use crate::problem::what::FileFault;
use crate::problem::{Place, Problem, any_error};
use crate::sound::{Doubt, Unfit};

/// How far a file has been looked into.
#[derive(Debug, Clone, Default)]
pub enum State {
    /// Not at all.
    #[default]
    Waiting,
    /// So many percent of it.
    Checking(u8),
    /// A sound that may be recorded, with what a person should listen to.
    Sound(Arc<Taken>, Vec<Doubt>),
    /// A text, clean and NFC, and what was changed to make it so.
    Text(String, Vec<Problem>),
    /// No text of a bulletin, and why.
    NoText(Vec<Problem>),
    /// No sound of a bulletin, and why.
    Unfit(Unfit),
}

impl State {
    /// Whether somebody is reading it at this moment.
    #[must_use]
    pub const fn is_busy(&self) -> bool {
        matches!(self, Self::Checking(_))
    }
}

impl Uploads {
    /// What is known of a file of `owner`, and how far it is.
    #[must_use]
    pub fn look(&self, id: &str, owner: &str) -> Option<(Facts, State)> {
        self.with(id, owner, |upload| (upload.facts.clone(), upload.state.clone()))
    }

    /// Where the bytes of a file of `owner` lie, and what it is called. `None` also once it was looked into: they are elsewhere
    /// then, or of no use.
    #[must_use]
    pub fn untouched(&self, id: &str, owner: &str) -> Option<(PathBuf, String)> {
        let (facts, state) = self.look(id, owner)?;
        matches!(state, State::Waiting).then(|| (self.path_of(&facts), facts.name))
    }

    /// Whether a sound of that hash was taken in and waits to be recorded.
    #[must_use]
    pub fn has_taken(&self, sha256: &str) -> bool {
        let is_it = |state: &State| matches!(state, State::Sound(taken, _) if *taken.sound.content.sha256 == *sha256);
        self.waiting().iter().any(|upload| is_it(&upload.state))
    }

    /// Marks a file as being looked into. `false` if there is none, or somebody has done so before.
    pub fn claim(&self, id: &str, owner: &str) -> bool {
        let claim = self.with(id, owner, |upload| {
            // What the disk did not take may be tried again.
            let is_first = match &upload.state {
                State::Waiting => true,
                State::Unfit(unfit) => !intake::is_input(unfit),
                _ => false,
            };
            if is_first {
                upload.state = State::Checking(0);
            }
            is_first
        });
        claim.unwrap_or_default()
    }

    /// Looks into a file that was claimed.
    pub fn check(&self, config: &Config, id: &str, owner: &str) {
        let Some((facts, _)) = self.look(id, owner) else { return };
        let path = self.path_of(&facts);
        let state = if is_text(&facts.name) {
            text(&path, &facts)
        } else {
            let mut told = 0;
            let mut progress = |fraction: f64| {
                let percent = (fraction.clamp(0.0, 1.0) * 100.0) as u8;
                if percent != told {
                    told = percent;
                    self.with(id, owner, |upload| upload.state = State::Checking(percent));
                }
            };
            match intake::sound(config, &path, &mut progress) {
                Ok(taken) => sound(config, taken),
                Err(unfit) => State::Unfit(unfit),
            }
        };
        // A disk that was full may have room later; all else is settled, and the bytes are in the store or of no use.
        let is_settled = !matches!(&state, State::Unfit(unfit) if !intake::is_input(unfit));
        if is_settled {
            self.remove_bytes(&facts);
        }
        self.with(id, owner, |upload| upload.state = state);
    }
}

fn is_text(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|end| end.eq_ignore_ascii_case("txt"))
}

fn text(path: &Path, facts: &Facts) -> State {
    let mut problems = Vec::new();
    let bytes = if facts.bytes > MOST_TEXT_BYTES {
        Err(FileFault::TooLarge(MOST_TEXT_BYTES))
    } else {
        fs::read(path).map_err(|error| crate::folder::fault_of(&error))
    };
    let text = match bytes {
        Ok(bytes) => intake::text_of(&facts.name, &bytes, &mut problems),
        Err(fault) => {
            problems.push(Problem::error(Place::whole(facts.name.clone()), fault));
            None
        }
    };
    match text.filter(|_| !any_error(&problems)) {
        Some(text) => State::Text(text, problems),
        None => State::NoText(problems),
    }
}

/// Other bulletins of the same sound are a doubt like others.
fn sound(config: &Config, taken: Taken) -> State {
    let mut doubts = taken.sound.doubts.clone();
    // A register that cannot be read now is told when the bulletin is to be recorded.
    let twins = same_sound(config, &taken.sound).unwrap_or_default();
    doubts.extend(twins.first().map(|bulletin| Doubt::SameSound { bulletin: *bulletin }));
    State::Sound(Arc::new(taken), doubts)
}
