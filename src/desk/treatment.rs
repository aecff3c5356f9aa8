//! What is done to the sound of an airing, and that its row says so.
//!
//! In: what is known of a content, and the station's wishes. Out: a treatment for the playout, and in the row the length, the
//! gain, and what is left out. A content that was not measured yet airs as it is. Pure. Next: `line`.

use super::Desk;
use crate::airing::Airing;
use crate::rundown::Audio;
use crate::sound::{Measures, Treatment, treat};

impl Desk {
    /// What is done to this audio, put down in the row of an attempt that is to sound.
    pub(super) fn treat(&self, row: &mut Airing, audio: &Audio) -> Treatment {
        let treatment = self.treatment_of(audio);
        (row.gain_cb, row.trimmed_ms) = (Some(treatment.gain_cb), Some(treatment.trimmed_ms()));
        treatment
    }

    /// Puts down in the row, and in the audio itself, how long it is measured to be.
    pub(super) fn set_length(&self, row: &mut Airing, audio: &mut Audio) {
        let treatment = self.treatment_of(audio);
        if let Some(duration_ms) = self.measures_of(audio).map(|measures| measures.duration_ms) {
            row.planned_ms = Some(duration_ms - treatment.trimmed_ms());
            if let Some(content) = &mut audio.content {
                content.duration_ms = Some(duration_ms);
            }
        }
    }

    fn treatment_of(&self, audio: &Audio) -> Treatment {
        self.measures_of(audio).map_or_else(Treatment::default, |measures| treat(measures, &self.facts.preparation))
    }

    fn measures_of(&self, audio: &Audio) -> Option<&Measures> {
        self.verdicts.get(&audio.content.as_ref()?.sha256)?.as_ref().ok()
    }
}
