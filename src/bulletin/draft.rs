//! What people say of a bulletin: everything but its sound and what is found in it.
//!
//! In: nothing; this is the noun that command line, manifest and store share. Out: the same fields in every revision. Pure;
//! what the words in it may be is the command line's to check. Next: `decide`.

use chrono::NaiveDate;
use serde::Serialize;

use crate::airing::Priority;

/// The fields of a revision. Words are clean and NFC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Draft {
    /// What people call it.
    pub title: String,
    /// Theme codes of the plan, the main one first; at least one.
    pub themes: Vec<String>,
    /// What kind of text it is: tin, bài, thông báo.
    pub genre: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// Where it comes from.
    pub source: Option<String>,
    /// Which goes first.
    pub class: Priority,
    /// First day on which it may be drawn.
    pub valid_from: Option<NaiveDate>,
    /// Last day on which it may be drawn.
    pub valid_until: Option<NaiveDate>,
    /// Ids of the zones that it is meant for; none is all of them.
    pub zones: Vec<String>,
    /// What is read out.
    pub text: Option<String>,
}
