//! Text to speech: a text as it is read aloud, and the engine that speaks it.
//!
//! In: a bulletin's text, the station's list of readings, the configured engine. Out: the text that is read, what was changed
//! and what is doubtful, the sound and the voice's name. The normaliser is ours and pure; the voice is any program. What was
//! spoken is no bulletin yet: it is taken in and approved like any other recording. Next: `readings`, `normalise`, `engine`.

mod engine;
mod error;
pub mod normalise;
mod process;
pub mod readings;
mod scratch;

use std::path::Path;

use crate::folder::read_bytes;
use crate::problem::what::FileFault;
use crate::problem::{Place, Problem};
pub use engine::{Sound, TEXT, WAV, synthesise};
pub use error::{Exit, SpeechError};
pub use normalise::{Change, Doubt, Doubted, Normalised, normalise};
pub use readings::Readings;

/// The command line of a station that names none.
pub const DEFAULT_COMMAND: [&str; 9] = ["espeak-ng", "-v", "vi", "-s", "125", "-f", TEXT, "-w", WAV];

/// The list of a station's folder; the one inside the program where the folder has none.
pub fn readings_of(folder: &Path) -> Result<Readings, Vec<Problem>> {
    let path = folder.join(readings::FILE);
    let shown = path.display().to_string();
    match read_bytes(&path) {
        Ok(bytes) => Readings::parse(&shown, &bytes),
        Err(FileFault::Missing) => Ok(Readings::shipped()),
        Err(fault) => Err(vec![Problem::error(Place::whole(shown), fault)]),
    }
}

/// Whether a program can be found: by its path, or on the `PATH`.
#[must_use]
pub fn is_installed(program: &str) -> bool {
    let runs = |path: &Path| path.is_file() && rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok();
    if program.contains('/') {
        return runs(Path::new(program));
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| runs(&folder.join(program)))
}
