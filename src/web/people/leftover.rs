//! Rows of the audit that the database does not take: kept in a file until it does, past a power cut or the page's end.
//!
//! In: deeds, in order. Out: a file in the data folder, JSON line by line, and the same deeds at the next start. It is removed
//! once they are committed: a crash between the two records them twice rather than never. Next: `keeper`.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::people::Deed;

/// Its name in the data folder.
const NAME: &str = "audit.waiting";

/// The file of a data folder.
#[derive(Debug)]
pub(super) struct Leftover(PathBuf);

impl Leftover {
    pub(super) fn of(data_dir: &Path) -> Self {
        Self(data_dir.join(NAME))
    }

    /// What was left, oldest first; a line that cannot be read is told and left out.
    pub(super) fn load(&self) -> Vec<Deed> {
        let text = fs::read_to_string(&self.0).unwrap_or_default();
        let read = |line: &str| match serde_json::from_str(line) {
            Ok(deed) => Some(deed),
            Err(error) => {
                tracing::error!("`{}`: a row of the audit cannot be read ({error}): {line}", self.0.display());
                None
            }
        };
        text.lines().filter_map(read).collect()
    }

    /// Leaves deeds behind, durable; none leave no file.
    pub(super) fn save(&self, deeds: &[&Deed]) -> io::Result<()> {
        if deeds.is_empty() {
            return Ok(());
        }
        // In the place of the former one only when it is whole.
        let new = self.0.with_extension("new");
        let mut lines = Vec::new();
        for deed in deeds {
            serde_json::to_writer(&mut lines, deed)?;
            lines.push(b'\n');
        }
        let mut file = File::create(&new)?;
        file.write_all(&lines)?;
        file.sync_all()?;
        fs::rename(new, &self.0)?;
        File::open(self.0.parent().unwrap_or(Path::new(".")))?.sync_all()
    }

    /// They stand in the database now.
    pub(super) fn remove(&self) {
        if let Err(error) = fs::remove_file(&self.0)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!("`{}` cannot be removed: {error}", self.0.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::airing::ClockState;
    use crate::people::{Ending, Via};

    #[test]
    fn what_is_left_is_found_again_in_its_order() {
        let folder = tempfile::tempdir().unwrap();
        let leftover = Leftover::of(folder.path());
        assert!(leftover.load().is_empty());
        let deed = |name: &str| Deed {
            at: chrono::DateTime::parse_from_rfc3339("2026-11-24T07:00:00.123456+07:00").unwrap(),
            clock: ClockState::FreeRunning,
            login: Some("lan".into()),
            name: name.into(),
            from_address: Some("127.0.0.1".into()),
            act: "air.emergency".into(),
            subject: None,
            why: Some("bão\nsố 3".into()),
            ending: Ending::Done,
            told: None,
            via: Via::Web,
        };
        let deeds = [deed("một"), deed("hai")];
        leftover.save(&deeds.iter().collect::<Vec<_>>()).unwrap();
        assert_eq!(leftover.load(), deeds);
        leftover.remove();
        assert!(leftover.load().is_empty());
        leftover.remove();
    }
}
