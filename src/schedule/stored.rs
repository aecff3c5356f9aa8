//! The files of `schedules/` as the one text by which the station remembers them.
//!
//! In: the files. Out: an object from file name to text, and the files again years later. Must never judge what is in them:
//! `read` does. Pure. Next: `table`.

use super::read::File;

/// The part of a path by which the database knows a file.
pub(super) fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// All files as one text: an object from file name to text, sorted, so that the same files have the same hash.
#[must_use]
pub fn to_stored(files: &[File]) -> String {
    let texts: serde_json::Map<String, serde_json::Value> = files
        .iter()
        .filter_map(|file| {
            Some((name_of(&file.path).to_owned(), String::from_utf8_lossy(file.bytes.as_ref().ok()?).into()))
        })
        .collect();
    serde_json::Value::Object(texts).to_string()
}

/// The files of a stored text, sorted by name; `None` if it is not one.
#[must_use]
pub fn from_stored(text: &str) -> Option<Vec<File>> {
    let texts: std::collections::BTreeMap<String, String> = serde_json::from_str(text).ok()?;
    Some(texts.into_iter().map(|(path, text)| File { path, bytes: Ok(text.into_bytes()) }).collect())
}
