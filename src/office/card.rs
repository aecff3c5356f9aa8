//! A bulletin as other programs read it: the keys of JSON and the columns of CSV.
//!
//! In: its card, and its history where all is told. Out: one object, the same from the command line and from the page.
//! Next: `crate::store`.

use serde::Serialize;

use super::stored;
use crate::airing::rfc3339;
use crate::bulletin::Act;
use crate::config::Config;
use crate::problem::what::Lost;
use crate::sound::Doubt;
use crate::store::{Card, History};

/// A bulletin as programs read it.
#[derive(Debug, Serialize)]
pub struct Line<'c> {
    bulletin: i64,
    revision: i64,
    title: &'c str,
    genre: Option<&'c str>,
    themes: &'c [String],
    author: Option<&'c str>,
    source: Option<&'c str>,
    class: &'static str,
    valid_from: Option<String>,
    valid_until: Option<String>,
    zones: &'c [String],
    duration_ms: Option<i64>,
    sha256: Option<&'c str>,
    text_sha256: Option<&'c str>,
    file_name: Option<&'c str>,
    voice: Option<&'c str>,
    doubts: &'c [Doubt],
    state: &'static str,
    by_phone: bool,
    approval: Option<i64>,
    decided_by: Option<&'c str>,
    decided_at: Option<String>,
    recorded_at: Option<String>,
    by: &'c str,
}

/// The word of a state in JSON and CSV.
fn state_word(card: &Card) -> &'static str {
    match card.decided.as_ref().map(|decided| decided.act) {
        None => "waiting",
        Some(Act::Approve) => "approved",
        Some(Act::Refuse) => "refused",
        Some(Act::Withdraw) => "withdrawn",
    }
}

impl<'c> Line<'c> {
    /// What programs read of a card.
    #[must_use]
    pub fn of(card: &'c Card) -> Self {
        let (draft, decided, sound) = (&card.draft, card.decided.as_ref(), card.sound.as_ref());
        Self {
            bulletin: card.number,
            revision: card.revision,
            title: &draft.title,
            genre: draft.genre.as_deref(),
            themes: &draft.themes,
            author: draft.author.as_deref(),
            source: draft.source.as_deref(),
            class: draft.class.as_str(),
            valid_from: draft.valid_from.map(|day| day.to_string()),
            valid_until: draft.valid_until.map(|day| day.to_string()),
            zones: &draft.zones,
            duration_ms: sound.and_then(|sound| sound.content.duration_ms),
            sha256: sound.map(|sound| &*sound.content.sha256),
            text_sha256: card.text_sha256.as_deref(),
            file_name: sound.and_then(|sound| sound.file_name.as_deref()),
            voice: sound.and_then(|sound| sound.voice.as_deref()),
            doubts: sound.map_or(&[], |sound| &sound.doubts),
            state: state_word(card),
            by_phone: decided.is_some_and(|decided| decided.by_phone),
            approval: decided.map(|decided| decided.seq),
            decided_by: decided.map(|decided| decided.by.as_str()),
            decided_at: decided.and_then(|decided| decided.at).as_ref().map(rfc3339),
            recorded_at: card.recorded_at.as_ref().map(rfc3339),
            by: &card.by,
        }
    }
}

/// Everything about a bulletin as one object.
pub fn object(config: &Config, card: &Card, history: &History) -> serde_json::Result<serde_json::Value> {
    let mut object = serde_json::to_value(Line::of(card))?;
    object["text"] = serde_json::json!(card.draft.text);
    object["read_as"] = serde_json::json!(card.sound.as_ref().and_then(|sound| sound.read_as.as_ref()));
    object["stored"] = serde_json::json!(card.sound.as_ref().map(|sound| kept(config, &sound.content.sha256).2));
    object["measures"] = serde_json::json!(card.sound.as_ref().and_then(|sound| sound.measures));
    object["history"] = serde_json::to_value(history)?;
    Ok(object)
}

/// How the stored sound is, in Vietnamese, in English, and as a program's word.
#[must_use]
pub fn kept(config: &Config, sha256: &str) -> (&'static str, &'static str, &'static str) {
    match stored::examine(config, sha256) {
        None => ("còn nguyên", "as recorded", "whole"),
        Some(Lost::Gone) => ("KHÔNG CÒN, phải đưa lại tệp", "GONE, give the file again", "gone"),
        Some(Lost::Changed) => ("BỊ HỎNG, phải đưa lại tệp", "DAMAGED, give the file again", "changed"),
    }
}
