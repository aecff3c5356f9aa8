//! The files of `schedules/`, as they come from the folder and as one text in the database.
//!
//! In: files with their bytes, or a stored text. Out: the one from the other, and what a file holds by its name. Texts of
//! older versions stay readable: they hold fewer files. Pure. Next: `read`.

use crate::problem::what::FileFault;

/// A schedule file: its name for the person, and its bytes or why there are none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// As problems name it; the part after the last `/` is its name in the database.
    pub path: String,
    /// What was read.
    pub bytes: Result<Vec<u8>, FileFault>,
}

/// What a file of the folder holds, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Special {
    /// Special days and duty.
    Days,
    /// The information plan.
    Plan,
}

/// What a file holds that is no programme file; the path may be one of the database, a bare name.
#[must_use]
pub fn special(path: &str) -> Option<Special> {
    match path.rsplit(['/', '\\']).next()? {
        "days.toml" => Some(Special::Days),
        "plan.toml" => Some(Special::Plan),
        _ => None,
    }
}

/// All files as one text: an object from file name to text, sorted, so that the same files have the same hash.
#[must_use]
pub fn to_stored(files: &[File]) -> String {
    let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let texts: serde_json::Map<String, serde_json::Value> = files
        .iter()
        .filter_map(|file| Some((name(&file.path), String::from_utf8_lossy(file.bytes.as_ref().ok()?).into())))
        .collect();
    serde_json::Value::Object(texts).to_string()
}

/// The files of a stored text, sorted by name; `None` if it is not one.
#[must_use]
pub fn from_stored(text: &str) -> Option<Vec<File>> {
    let texts: std::collections::BTreeMap<String, String> = serde_json::from_str(text).ok()?;
    Some(texts.into_iter().map(|(path, text)| File { path, bytes: Ok(text.into_bytes()) }).collect())
}
