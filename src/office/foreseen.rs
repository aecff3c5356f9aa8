//! What is known of coming programmes. Next: `crate::cli`'s `foreseen`, where it stands until bulletins are queued on the page too.
//!
//! In: nothing of its own. Out: the words of that room, for those that follow here. Must never grow: what is added belongs
//! there.

pub(crate) use crate::cli::foreseen::{named, week_by_week};
pub(crate) use crate::cli::timetable::accepted;
