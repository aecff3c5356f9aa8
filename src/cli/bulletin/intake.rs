//! Sound and text of a bulletin, as files that a person named.
//!
//! In: paths, `-` for stdin. Out: what `office::intake` makes of them. A bar on the terminal tells how far it is. Next:
//! `record`.

use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::path::Path;

use crate::config::Config;
use crate::folder::{fault_of, read_bytes};
use crate::office::intake::{self, MOST_TEXT_BYTES, Taken};
use crate::problem::what::FileFault;
use crate::problem::{Place, Problem};
use crate::sound::Unfit;

/// Takes a file in.
pub(super) fn sound(config: &Config, path: &Path) -> Result<Taken, Unfit> {
    let mut bar = Bar::new(path);
    intake::sound(config, path, &mut |fraction| bar.show(fraction))
}

/// The text of a file, or of stdin if its name is `-`.
pub(super) fn text(name: &str, problems: &mut Vec<Problem>) -> Option<String> {
    let shown = if name == "-" { "stdin" } else { name };
    let bytes = if name == "-" { stdin() } else { read_bytes(Path::new(name)) };
    match bytes {
        Ok(bytes) => intake::text_of(shown, &bytes, problems),
        Err(fault) => {
            problems.push(Problem::error(Place::whole(shown), fault));
            None
        }
    }
}

fn stdin() -> Result<Vec<u8>, FileFault> {
    let mut bytes = Vec::new();
    let read = io::stdin().lock().take(MOST_TEXT_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| fault_of(&error))?;
    if bytes.len() as u64 > MOST_TEXT_BYTES { Err(FileFault::TooLarge(MOST_TEXT_BYTES)) } else { Ok(bytes) }
}

/// Columns of the bar.
const WIDTH: usize = 30;

/// A bar on the terminal, if stderr is one; it goes when it is dropped.
struct Bar {
    name: String,
    /// In percent, as last shown; `None` where nobody sees it.
    shown: Option<u8>,
}

impl Bar {
    fn new(path: &Path) -> Self {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = name.chars().filter(|each| !each.is_control()).take(40).collect();
        Self { name, shown: io::stderr().is_terminal().then_some(u8::MAX) }
    }

    fn show(&mut self, fraction: f64) {
        let percent = (fraction.clamp(0.0, 1.0) * 100.0) as u8;
        if self.shown.is_none_or(|shown| shown == percent) {
            return;
        }
        self.shown = Some(percent);
        let done = WIDTH * usize::from(percent) / 100;
        let line = format!("\r[{}{}] {percent:3} %  {}", "=".repeat(done), " ".repeat(WIDTH - done), self.name);
        // A terminal that takes no bar gets the result all the same.
        let _ = io::stderr().lock().write_all(line.as_bytes());
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if self.shown.is_some_and(|shown| shown != u8::MAX) {
            let _ = io::stderr().lock().write_all(b"\r\x1b[K");
        }
    }
}
