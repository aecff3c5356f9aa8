//! The settings changed by a person: shown with their hash, checked as `loa check` does, written in one piece.
//!
//! In: the file, what was shown, the changes. Out: the file changed durably, the former text kept beside the data, and what
//! takes effect at once; or why not, with the words of `loa check`. Must never write what the station would refuse, nor over
//! a change that somebody else has made meanwhile. Next: `config::edit`.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

use super::check;
use super::replace::replace;
use crate::config::Config;
use crate::config::edit::{self, Change, EditError};
use crate::folder::{give_to_owner_of, make_shared, read_bytes};
use crate::library::hex;
use crate::problem::what::FileFault;
use crate::problem::{Problem, Severity, What};

/// Former texts, in the data folder.
const HISTORY: &str = "settings-history";

/// Former texts that are kept; a technician changes settings some times a year.
const MOST_KEPT: usize = 50;

/// Two people who press at once are one after the other.
static WRITING: Mutex<()> = Mutex::new(());

/// The file as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Its text.
    pub text: String,
    /// The SHA-256 of its bytes: whoever changes it says what was shown to him.
    pub sha256: String,
}

/// What was written.
#[derive(Debug)]
pub struct Written {
    /// The new SHA-256.
    pub sha256: String,
    /// What of it holds only after a restart of the station: `data_dir`, `[output]`, `[web]`.
    pub restart: Vec<&'static str>,
    /// What a person should look at that was not so before.
    pub warnings: Vec<Problem>,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Somebody has changed the file since it was shown.
    #[error("the settings have changed since they were shown")]
    Changed,
    /// It cannot be read.
    #[error("the settings cannot be read")]
    File(FileFault),
    /// It cannot be changed so.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// It would be wrong then; the errors are those that were not there before, unless the file cannot be read at all.
    #[error("the settings would be wrong")]
    Problems {
        /// All of them, sorted by place.
        problems: Vec<Problem>,
        /// The text that they are about.
        text: String,
    },
    /// The system does not let it be written.
    #[error("`{}` cannot be written: {error}", .path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

/// Reads the file to be shown.
pub fn load(path: &Path) -> Result<Sheet, FileFault> {
    let bytes = read_bytes(path)?;
    let sha256 = hex(&Sha256::digest(&bytes));
    String::from_utf8(bytes).map(|text| Sheet { text, sha256 }).map_err(|_| FileFault::NotUtf8)
}

/// Changes the file. `shown` is the SHA-256 that the person saw, `data_dir` the data folder in use.
pub fn change(
    path: &Path,
    data_dir: &Path,
    shown: &str,
    changes: &[Change],
    now: DateTime<Utc>,
) -> Result<Written, Refused> {
    let _turn = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    let sheet = load(path).map_err(Refused::File)?;
    if sheet.sha256 != shown {
        return Err(Refused::Changed);
    }
    let text = edit::apply(&sheet.text, changes)?;
    let sha256 = hex(&Sha256::digest(&text));
    let (before, stood) = check::at_once(path, sheet.text.as_bytes(), now);
    let (after, found) = check::at_once(path, text.as_bytes(), now);
    let new = new_problems(&stood, found);
    let Some(after) = after.filter(|_| new.iter().all(|each| each.severity != Severity::Error)) else {
        return Err(Refused::Problems { problems: new, text });
    };
    if text != sheet.text {
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        keep(data_dir, &sheet.text, now)?;
        let is_same = || load(path).is_ok_and(|sheet| sheet.sha256 == shown);
        let replaced = replace(&target, text.as_bytes(), is_same);
        if !replaced.map_err(|error| Refused::Write { path: target, error })? {
            return Err(Refused::Changed);
        }
    }
    let restart = before.map(|before| needs_restart(&before, &after)).unwrap_or_default();
    Ok(Written { sha256, restart, warnings: new })
}

/// What of changed settings holds only after a restart.
#[must_use]
pub fn needs_restart(before: &Config, after: &Config) -> Vec<&'static str> {
    let changed = [
        ("data_dir", before.data_dir != after.data_dir),
        ("[output]", before.output != after.output),
        ("[web]", before.web.listen != after.web.listen),
    ];
    changed.into_iter().filter_map(|(key, changed)| changed.then_some(key)).collect()
}

/// Problems that were not there before, wherever in the file they stand now.
fn new_problems(stood: &[Problem], found: Vec<Problem>) -> Vec<Problem> {
    let key = |problem: &Problem| (problem.place.as_ref().map(|place| place.path.clone()), problem.what.clone());
    let stood: BTreeSet<(Option<String>, What)> = stood.iter().map(key).collect();
    found.into_iter().filter(|problem| !stood.contains(&key(problem))).collect()
}

/// Keeps the former text, and the newest of those kept before.
fn keep(data_dir: &Path, text: &str, now: DateTime<Utc>) -> Result<(), Refused> {
    let folder = data_dir.join(HISTORY);
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |error| Refused::Write { path, error }
    };
    make_shared(&folder).map_err(failed(&folder))?;
    let path = folder.join(format!("loa-{}.toml", now.format("%Y%m%dT%H%M%S%6fZ")));
    let written = File::create(&path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.map_err(failed(&path))?;
    // Whose it is changes nothing for whoever needs it back.
    let _ = give_to_owner_of(&folder, &path);
    let mut names = crate::backup::names(&folder);
    names.retain(|name| name.starts_with("loa-") && Path::new(name).extension().is_some_and(|end| end == "toml"));
    names.sort();
    for name in names.iter().rev().skip(MOST_KEPT) {
        // One that stays is tried again at the next change.
        let _ = fs::remove_file(folder.join(name));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    use super::*;
    use crate::config::edit::{Key, Value};

    const TEXT: &str = "[station]\nname = \"Đài\" # tên\ntimezone = \"Asia/Ho_Chi_Minh\"\n\n[[zone]]\nid = \"a\"\n\
                        name = \"A\"\n\n[[zone]]\nid = \"b\"\nname = \"B\"\n";

    fn station(schedule: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("loa.toml");
        fs::write(&path, TEXT).unwrap();
        fs::create_dir_all(folder.path().join("schedules")).unwrap();
        fs::create_dir_all(folder.path().join("data")).unwrap();
        fs::write(folder.path().join("schedules/a.toml"), schedule).unwrap();
        (folder, path)
    }

    fn named(name: &str) -> Change {
        Change::Set(Key { table: "station", name: "name" }, Value::Text(name.into()))
    }

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_740_762_000 + second, 0).unwrap()
    }

    #[test]
    fn a_change_is_written_with_mode_and_link_and_the_former_text_is_kept() {
        let (folder, path) = station("");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let link = folder.path().join("link.toml");
        std::os::unix::fs::symlink("loa.toml", &link).unwrap();
        let data = folder.path().join("data");
        let shown = load(&link).unwrap().sha256;
        let written = change(&link, &data, &shown, &[named("Đài B")], at(0)).unwrap();
        assert_eq!(load(&path).unwrap().sha256, written.sha256);
        assert!(fs::read_to_string(&path).unwrap().contains("name = \"Đài B\" # tên"));
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o640);
        assert!(link.is_symlink() && written.restart.is_empty());
        let kept: Vec<_> = crate::backup::names(&data.join(HISTORY));
        assert_eq!(kept, ["loa-20250228T170000000000Z.toml"]);
        assert_eq!(fs::read_to_string(data.join(HISTORY).join(&kept[0])).unwrap(), TEXT);
        assert_eq!(crate::backup::names(folder.path()).len(), 4, "nothing is left over");
    }

    #[test]
    fn what_was_shown_must_still_be_there() {
        let (folder, path) = station("");
        let data = folder.path().join("data");
        let shown = load(&path).unwrap().sha256;
        change(&path, &data, &shown, &[named("Một")], at(0)).unwrap();
        let second = change(&path, &data, &shown, &[named("Hai")], at(1));
        assert!(matches!(second, Err(Refused::Changed)), "{second:?}");
        assert!(fs::read_to_string(&path).unwrap().contains("Một"));
    }

    #[test]
    fn what_check_would_refuse_is_not_written() {
        let schedule = "[[programme]]\nid = \"sang\"\ntitle = \"Sáng\"\ncron = \"0 0 5 * * Mon-Sat\"\nwindow = \"45m\"\n\
                        zones = [\"a\", \"b\"]\n[[programme.item]]\nfile = \"a.ogg\"\n";
        let (folder, path) = station(schedule);
        let data = folder.path().join("data");
        let shown = load(&path).unwrap().sha256;
        let refused = |change_: Change| match change(&path, &data, &shown, &[change_], at(0)) {
            Err(Refused::Problems { problems, .. }) => format!("{:?}", problems[0].what),
            other => panic!("{other:?}"),
        };
        assert!(refused(named(" ")).contains("EmptyText"));
        // A zone that a programme names cannot go.
        assert!(refused(Change::RemoveZone("b".into())).contains("UnknownZone"));
        assert_eq!(fs::read_to_string(&path).unwrap(), TEXT);
        assert!(!data.join(HISTORY).exists());
    }

    #[test]
    fn an_error_that_was_there_before_keeps_nobody_from_another_change() {
        let (folder, path) = station("[[programme]]\nid = \"x\"\n");
        let data = folder.path().join("data");
        let shown = load(&path).unwrap().sha256;
        assert!(change(&path, &data, &shown, &[named("Đài C")], at(0)).is_ok());
    }

    #[test]
    fn a_new_device_or_address_holds_after_a_restart() {
        let (folder, path) = station("");
        let set = |table, name, text: &str| Change::Set(Key { table, name }, Value::Text(text.into()));
        let changes = [set("output", "device", "silent"), set("web", "listen", "off"), set("", "language", "en")];
        let shown = load(&path).unwrap().sha256;
        let written = change(&path, &folder.path().join("data"), &shown, &changes, at(0)).unwrap();
        assert_eq!(written.restart, ["[output]", "[web]"]);
    }

    #[test]
    fn only_the_newest_former_texts_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        for second in 0..=MOST_KEPT as i64 + 2 {
            keep(folder.path(), "x", at(second)).unwrap();
        }
        let mut names = crate::backup::names(&folder.path().join(HISTORY));
        names.sort();
        assert_eq!((names.len(), names[0].as_str()), (MOST_KEPT, "loa-20250228T170003000000Z.toml"));
    }
}
