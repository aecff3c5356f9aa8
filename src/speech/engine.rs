//! A text that is ready to be read aloud becomes sound: the configured program writes it.
//!
//! In: the text, the command line with its places for two files, a folder to work in. Out: a WAV file that is there as long as
//! its holder, and the voice's name. Must never trust the program: it may be missing, hang, fail, or write nothing. Next:
//! `process`.

use std::fs;
use std::path::{Path, PathBuf};

use super::SpeechError;
use super::process::{self, Limits};
use super::scratch::Scratch;
use crate::clock::Clock;
use crate::config::Speech;
use crate::problem::system::words;

/// In a command line: the file with the text, UTF-8.
pub const TEXT: &str = "{text}";

/// In a command line: the file that the program writes.
pub const WAV: &str = "{wav}";

/// More than the sound of a working day at 22 kHz; a program that writes more has lost its way.
const MOST_BYTES: u64 = 1_500_000_000;

/// What was spoken.
#[derive(Debug)]
pub struct Sound {
    scratch: Scratch,
    /// The voice, for the record: `[speech] voice`, else `tts:` and the program's name.
    pub voice: String,
    /// In milliseconds, by the file's own head.
    pub duration_ms: u64,
}

impl Sound {
    /// The WAV file, which goes when this is dropped.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.scratch.path().join("speech.wav")
    }
}

/// Has a text spoken. `work` is a folder of ours on a disk with room for the sound.
pub fn synthesise(text: &str, speech: &Speech, work: &Path, clock: &Clock) -> Result<Sound, SpeechError> {
    if !text.contains(char::is_alphabetic) {
        return Err(SpeechError::NothingToSay);
    }
    let scratch = Scratch::new(work)?;
    let (written, wav) = (scratch.path().join("speech.txt"), scratch.path().join("speech.wav"));
    fs::write(&written, format!("{text}\n"))
        .map_err(|error| SpeechError::Files(written.display().to_string(), words(&error)))?;
    let Some((program, arguments)) = speech.command.split_first() else {
        return Err(SpeechError::NoProgram(String::new()));
    };
    let place =
        |each: &String| each.replace(TEXT, &written.display().to_string()).replace(WAV, &wav.display().to_string());
    let arguments: Vec<String> = arguments.iter().map(place).collect();
    let limits = Limits { seconds: speech.limit_s, wav: &wav, most_bytes: MOST_BYTES };
    let said = process::run(program, &arguments, scratch.path(), limits, clock)?;
    let duration_ms = length(&wav, program, said)?;
    Ok(Sound { scratch, voice: speech.voice.clone(), duration_ms })
}

/// How long the sound is; its content is judged when it is taken in like any other recording.
fn length(wav: &Path, program: &str, said: String) -> Result<u64, SpeechError> {
    if !fs::metadata(wav).is_ok_and(|facts| facts.is_file() && facts.len() > 0) {
        return Err(SpeechError::NoSound(program.to_owned(), said));
    }
    let not = |why: &dyn std::fmt::Display| SpeechError::NotWav(program.to_owned(), why.to_string().to_lowercase());
    let reader = hound::WavReader::open(wav).map_err(|error| not(&error))?;
    let rate = u64::from(reader.spec().sample_rate);
    let frames = u64::from(reader.duration());
    if frames == 0 || rate == 0 {
        return Err(SpeechError::NoSound(program.to_owned(), said));
    }
    Ok(frames * 1_000 / rate)
}
