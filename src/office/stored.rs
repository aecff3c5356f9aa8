//! Whether the sound of a bulletin is still in the content store, as people see it.
//!
//! In: what is known of a bulletin. Out: what a person should hear of its stored copy. Reads only: what has lost its bytes is
//! the station's to remove. Next: `crate::library::ContentStore`, which airs it.

use chrono::{DateTime, Utc};

use super::foreseen::read;
use super::intake::content_place;
use crate::backup::block_on;
use crate::bulletin::Bulletin;
use crate::config::Config;
use crate::library::sha256_of;
use crate::problem::what::{ComingFault, Lost};
use crate::store::Log;

/// A look at the name alone, for many at once.
#[must_use]
pub fn glance(config: &Config, sha256: &str) -> Option<Lost> {
    (!content_place(config).join(sha256).is_file()).then_some(Lost::Gone)
}

/// All of its bytes, read.
#[must_use]
pub fn examine(config: &Config, sha256: &str) -> Option<Lost> {
    glance(config, sha256).or_else(|| {
        let is_whole = sha256_of(&content_place(config).join(sha256)).is_ok_and(|found| found == sha256);
        (!is_whole).then_some(Lost::Changed)
    })
}

/// Whether a bulletin, an activity, a row of the log or a file of the schedule names a content, now or ever.
#[must_use]
pub fn is_named(config: &Config, sha256: &str) -> bool {
    let in_rows = block_on(async {
        let mut log = Log::open(&config.data_dir).await.ok()?;
        let named = log.named(vec![sha256.into()]).await.ok()?;
        Some(!named.is_empty())
    });
    // Files of the schedule are known since the station looked at them; no bulletin and no rundown matters here.
    let in_files = || {
        let known = read(config, &[], DateTime::<Utc>::MAX_UTC).ok()?.ok()?;
        Some(known.library.values().any(|content| *content.sha256 == *sha256))
    };
    in_rows == Some(true) || in_files() == Some(true)
}

/// What keeps a bulletin from the air, if `look` finds its sound lacking.
#[must_use]
pub fn fault(config: &Config, bulletin: &Bulletin, look: fn(&Config, &str) -> Option<Lost>) -> Option<ComingFault> {
    let (number, title) = (bulletin.number, bulletin.title.clone());
    let how = look(config, &bulletin.content.as_ref()?.sha256)?;
    Some(ComingFault::SoundLost(number, title, how))
}
