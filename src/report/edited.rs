//! The template of a station's folder, or the one inside the program.
//!
//! In: the folder of the settings and the language. Out: a template with what a person should look at, or all its problems.
//! Reads that one file only and judges nothing: that is `template`'s. Next: `compose`.

use std::path::Path;

use super::template::{self, Template};
use crate::folder::read_bytes;
use crate::language::Language;
use crate::problem::what::FileFault;
use crate::problem::{Place, Problem, any_error};
use crate::schedule::text::Source;

/// The template of a station's folder with what a person should look at in it; the one inside the program where the folder
/// has none. The errors are all of its problems.
pub fn template_of(folder: &Path, language: Language) -> Result<(Template, Vec<Problem>), Vec<Problem>> {
    let path = folder.join(template::FILE);
    let shown = path.display().to_string();
    let bytes = match read_bytes(&path) {
        Ok(bytes) => bytes,
        Err(FileFault::Missing | FileFault::NotAFolder) => return Ok((Template::shipped(language), Vec::new())),
        Err(fault) => return Err(vec![Problem::error(Place::whole(shown), fault)]),
    };
    let source = Source::decode(&shown, &bytes).map_err(|problem| vec![*problem])?;
    let reading = template::read(&source);
    match reading.template {
        Some(template) if !any_error(&reading.problems) => Ok((template, reading.problems)),
        _ => Err(reading.problems),
    }
}
