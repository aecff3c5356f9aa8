//! A text becomes sound by the machine voice.
//!
//! In: a text, or its reading put right by hand. Out: how it will be read, with what was changed and what is doubtful; the sound,
//! taken in like any recording. Must never speak what was not shown. Blocks for as long as the voice takes. Next: `intake`.

use super::intake::{self, Taken};
use crate::clock::Clock;
use crate::config::Config;
use crate::problem::Problem;
use crate::sound::Unfit;
use crate::speech::{Normalised, SpeechError, normalise, readings_of, synthesise};

/// Why there is no sound.
#[derive(Debug)]
pub enum Unspoken {
    /// The voice did not speak, or there was nothing to say.
    Speech(SpeechError),
    /// What this voice gave is no sound that may air.
    Unusable(String, Unfit),
}

/// The text as it will be read. A reading that was put right by hand goes through the same rules, which leave plain words
/// as they are: what no voice can say does not reach it, whoever wrote it. An error is what is wrong with the list of readings.
pub fn reading(config: &Config, text: &str) -> Result<Normalised, Vec<Problem>> {
    Ok(normalise(text, &readings_of(&config.folder)?))
}

/// Whether it holds anything that can be said.
#[must_use]
pub fn is_sayable(reading: &Normalised) -> bool {
    reading.text.contains(char::is_alphabetic)
}

/// The sound of a reading, in the content store; it carries the voice and the text as it was read.
pub fn sound(config: &Config, reading: &Normalised, progress: &mut dyn FnMut(f64)) -> Result<Taken, Unspoken> {
    if !is_sayable(reading) {
        return Err(Unspoken::Speech(SpeechError::NothingToSay));
    }
    let spoken =
        synthesise(&reading.text, &config.speech, &config.data_dir, &Clock::system()).map_err(Unspoken::Speech)?;
    let taken = intake::sound(config, &spoken.path(), progress);
    let mut taken = taken.map_err(|unfit| Unspoken::Unusable(spoken.voice.clone(), unfit))?;
    taken.sound.file_name = None;
    taken.sound.voice = Some(spoken.voice.clone());
    taken.sound.read_as = Some(reading.text.clone());
    Ok(taken)
}
