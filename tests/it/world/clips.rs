//! The files of the invented world: what lies behind each name, what its full decode says, and how it is opened.
//!
//! In: names, lengths and faults of audio. Out: the library that the desk is given, and cues loaded into the card after the
//! time that the disk takes. Bytes are never invented: a content is its name and version.

use std::sync::Arc;

use loa::airing::Reason;
use loa::clock::Mono;
use loa::desk::{CueEvent, CueId, Event};
use loa::rundown::{Content, Library};
use loa::sound::{Fingerprint, Form, Measures, Treatment};

use super::World;
use super::heard::Audio;

/// What a file is in this world.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Clip {
    /// Audio of so many milliseconds.
    Ms(u64),
    /// Audio that breaks off with a decode error after so many.
    BreaksAt(u64),
    /// Not there.
    Missing,
}

/// What everything sounds like unless a story says otherwise, but for its length.
pub(crate) const MEASURES: Measures = Measures {
    duration_ms: 0,
    loudness_centi_lufs: Some(-2300),
    true_peak_centi_dbtp: -900,
    leading_silence_ms: 0,
    trailing_silence_ms: 0,
    longest_pause_ms: 0,
    silence_percent: 0,
    clipped_samples: 0,
    form: Form::Mono,
    rate: 44_100,
    fingerprint: Fingerprint([0; 32]),
};

impl World {
    /// Puts audio behind a name; `version` names its bytes.
    pub(crate) fn put_file(&mut self, name: &str, version: &str, clip: Clip) {
        if let Clip::Missing = clip {
            self.files.remove(name);
            return;
        }
        let sha256: Arc<str> = format!("sha-of-{version}").into();
        self.contents.insert(Arc::clone(&sha256), clip);
        self.files.insert(name.to_owned(), sha256);
    }

    /// A person replaces a file, or takes it away, and the keeper sees it.
    pub(crate) fn replace(&mut self, name: &str, version: &str, clip: Clip) {
        self.put_file(name, version, clip);
        if self.desk.is_some() {
            self.handle(Event::Library(Arc::new(self.library())));
        }
    }

    /// The full decode of what lies behind a name ends.
    pub(crate) fn judge(&mut self, name: &str) {
        if let Some(sha256) = self.files.get(name).cloned() {
            self.judge_content(sha256);
        }
    }

    /// The full decode of a content ends.
    pub(super) fn judge_content(&mut self, sha256: Arc<str>) {
        let verdict = match self.contents[&sha256] {
            Clip::Ms(ms) => Ok(self.measures_of(ms as i64)),
            _ => Err(Reason::Damaged),
        };
        if self.desk.is_some() {
            self.verdicts.insert(Arc::clone(&sha256), verdict);
            self.handle(Event::Verdict { sha256, verdict });
        }
    }

    /// The silences fit into the length.
    fn measures_of(&self, duration_ms: i64) -> Measures {
        let Measures { leading_silence_ms, trailing_silence_ms, .. } = self.measures;
        let [leading_silence_ms, trailing_silence_ms] =
            [leading_silence_ms, trailing_silence_ms].map(|ms| ms.min(duration_ms / 3));
        Measures { duration_ms, leading_silence_ms, trailing_silence_ms, ..self.measures }
    }

    /// The content behind a name.
    pub(crate) fn content_of(&self, file: &str) -> Option<String> {
        self.files.get(file).map(ToString::to_string)
    }

    /// What the playout does with a cue: it opens the content that is named, or what lies behind the name.
    pub(super) fn prepare(&mut self, cue: CueId, audio: &loa::rundown::Audio, tone_ms: u32, treatment: Treatment) {
        let known = audio.content.as_ref().map(|content| Arc::clone(&content.sha256));
        let sha256 = known.or_else(|| self.files.get(audio.file.as_ref()?).cloned());
        let clip = sha256.as_ref().and_then(|sha256| self.contents.get(sha256)).copied().unwrap_or(Clip::Missing);
        let Some(card) = self.card.as_mut() else {
            return self.pending.push_back(Event::Cue(cue, CueEvent::Refused(Reason::NoDevice)));
        };
        let wait_us = self.opening_us.pop().unwrap_or(0);
        let (Some(sha256), Some(declared)) = (sha256, clip.declared_ms()) else {
            return self.say_later(wait_us, cue, CueEvent::Refused(Reason::FileMissing));
        };
        let (ms, breaks) = match clip {
            Clip::Ms(ms) => (ms, false),
            Clip::BreaksAt(ms) => (ms, true),
            Clip::Missing => (0, false),
        };
        let around_ms = i64::from(tone_ms) - treatment.trimmed_ms();
        let frames = ms.saturating_add_signed(around_ms) * u64::from(self.make.rate) / 1000;
        card.rouse(self.now.mono);
        card.load(cue, &sha256, Audio { frames, breaks }, wait_us == 0, &mut self.truth);
        let content = audio.content.clone().unwrap_or(Content { sha256, duration_ms: Some(declared) });
        let planned_ms = Some(content.duration_ms.unwrap_or(declared) + around_ms);
        self.say_later(wait_us, cue, CueEvent::Ready { content, planned_ms });
    }

    fn say_later(&mut self, wait_us: i64, cue: CueId, event: CueEvent) {
        if wait_us == 0 {
            return self.pending.push_back(Event::Cue(cue, event));
        }
        self.later.push((Mono(self.now.mono.0 + wait_us), cue, event));
    }

    pub(super) fn library(&self) -> Library {
        let content = |(name, sha256): (&String, &Arc<str>)| {
            let duration_ms = self.contents.get(sha256)?.declared_ms();
            Some((name.clone(), Content { sha256: Arc::clone(sha256), duration_ms }))
        };
        self.files.iter().filter_map(content).collect()
    }
}

impl Clip {
    /// Length as the file declares it, in milliseconds.
    fn declared_ms(self) -> Option<i64> {
        match self {
            Self::Ms(ms) => Some(ms as i64),
            Self::BreaksAt(ms) => Some(2 * ms as i64),
            Self::Missing => None,
        }
    }
}
