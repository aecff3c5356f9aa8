//! From the airing log to a report that can be filed: figures, tables, documents, files.
//!
//! In: rows of the log as facts, the plan, activities, states of zones, the settings of the report. Out: figures (pure),
//! tables and documents made of them (pure), and one file per format. Must never count a rehearsal, invent a target or
//! write a judgement. Next: `period`, `fact`, `figures`.

pub mod document; // what is on the pages, whatever the format
pub mod fact; // what figures need of a row
pub mod figures; // facts to figures
pub mod issuer; // who issues it, on a day
pub mod period; // what is asked for, as days
pub mod table; // typed cells in columns, one model for every format
pub mod template; // the body as an officer edits it

use std::path::Path;

use crate::folder::read_bytes;
use crate::language::Language;
use crate::problem::what::FileFault;
use crate::problem::{Place, Problem, any_error};
use crate::schedule::text::Source;
use template::Template;

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
