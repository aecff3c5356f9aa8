//! Pieces of pages that several pages have: forms, dates, lengths, chips of outcomes.
//!
//! In: values. Out: markup or words in the visitor's language, as Vietnamese readers write dates and numbers. Must never ask
//! for anything. Next: `form`.

pub(super) mod form; // acts, fields
pub(super) mod words; // dates, times, lengths, numbers, outcomes
