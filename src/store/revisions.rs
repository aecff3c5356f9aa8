//! Revisions of bulletins: chained, so that whoever changes or removes one shows.
//!
//! In: what a person recorded. Out: the revision at the end of the chain; or the proof of that chain. What searches compare
//! stands beside it and is not hashed: it is made of the title, author and source that are. Must never change a revision.
//! Next: `bulletins`, which reads them.

use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnection;

use super::bulletins::{Revision, keys, text_sha256};
use super::chain::{BrokenRevision, Fault, Head};
use super::read::{Log, ReadError};
use super::register::{Signature, station_id};
use super::row::utc;
use super::sealed::{Sealed, Sealing, VERSION};
use crate::text::{key, plain_key};

/// The table and its hashed columns.
pub(super) const REVISIONS: Sealed = Sealed {
    name: "bulletin",
    migration: 3,
    hashed: &[
        "v",
        "seq",
        "station_id",
        "number",
        "revision",
        "title",
        "genre",
        "themes",
        "author",
        "source",
        "class",
        "valid_from",
        "valid_until",
        "zones",
        "text",
        "text_sha256",
        "read_as",
        "file_name",
        "sha256",
        "duration_ms",
        "measures",
        "doubts",
        "voice",
        "recorded_at",
        "by",
        "via",
    ],
};

/// Puts a revision at the end of the chain.
pub(super) async fn append(
    conn: &mut SqliteConnection,
    (number, of): (i64, i64),
    revision: &Revision,
    signed: &Signature,
) -> sqlx::Result<()> {
    let Revision { draft, sound } = revision;
    let sound = sound.as_ref();
    let measures = sound.and_then(|sound| sound.measures.as_ref());
    let values = vec![
        json!(VERSION),
        Value::Null,
        json!(station_id(conn).await?),
        json!(number),
        json!(of),
        json!(draft.title),
        json!(draft.genre),
        json!(json!(draft.themes).to_string()),
        json!(draft.author),
        json!(draft.source),
        json!(draft.class.as_str()),
        json!(draft.valid_from.map(|day| day.to_string())),
        json!(draft.valid_until.map(|day| day.to_string())),
        json!(json!(draft.zones).to_string()),
        json!(draft.text),
        json!(draft.text.as_deref().map(text_sha256)),
        json!(sound.and_then(|sound| sound.read_as.as_ref())),
        json!(sound.and_then(|sound| sound.file_name.as_ref())),
        json!(sound.map(|sound| sound.content.sha256.to_string())),
        json!(sound.and_then(|sound| sound.content.duration_ms)),
        json!(measures.map(|measures| json!(measures).to_string())),
        json!(json!(sound.map_or(&[][..], |sound| &sound.doubts)).to_string()),
        json!(sound.and_then(|sound| sound.voice.as_ref())),
        json!(utc(signed.at.to_utc())),
        json!(signed.by),
        json!(signed.via),
    ];
    REVISIONS.append(conn, values, &[("title_key", keys(draft, key)), ("plain_key", keys(draft, plain_key))]).await?;
    Ok(())
}

impl Log {
    /// Walks all revisions of all bulletins and proves their chain; compares with a head kept elsewhere if there is one.
    pub async fn verify_bulletins(&mut self, kept: Option<Head>) -> Result<Head, ReadError> {
        let walked = REVISIONS.walk(self.any(), kept, is_its_text).await;
        Ok(walked.map_err(|error| self.unreadable(&error))?.map_err(BrokenRevision)?)
    }
}

/// The hash of the text that approvals and the log name must be that of the text.
fn is_its_text(table: &Sealed, row: &Sealing) -> Option<Fault> {
    let value =
        |name: &str| table.hashed.iter().position(|column| *column == name).and_then(|at| row.values[at].as_str());
    (value("text").map(text_sha256).as_deref() != value("text_sha256")).then_some(Fault::Bulletin("text_sha256"))
}
