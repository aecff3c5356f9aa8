//! Names that change over the years: which one was in use from when to when.
//!
//! In: a name and the day on which a row carries it, in any order. Out: each name once, by its first day. Few names are meant:
//! they are looked through one by one. Pure. Next: `themes`.

use std::sync::Arc;

use chrono::NaiveDate;
use serde::Serialize;

/// A name and when it was in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Named {
    /// As the rows carry it.
    pub name: Arc<str>,
    /// Day of the first row.
    pub first: NaiveDate,
    /// Day of the last row.
    pub last: NaiveDate,
}

/// Names of one thing.
#[derive(Debug, Default)]
pub(super) struct Names(Vec<Named>);

impl Names {
    /// A row of that day carries the name.
    pub(super) fn take(&mut self, name: &Arc<str>, day: NaiveDate) {
        // Rows share their words, so that the same name is mostly the same pointer.
        let is_same = |named: &&mut Named| Arc::ptr_eq(&named.name, name) || named.name == *name;
        match self.0.iter_mut().rev().find(is_same) {
            Some(named) => {
                named.first = named.first.min(day);
                named.last = named.last.max(day);
            }
            None => self.0.push(Named { name: Arc::clone(name), first: day, last: day }),
        }
    }

    /// By first day, then last day, then name.
    pub(super) fn finish(mut self) -> Vec<Named> {
        self.0.sort_by(|a, b| (a.first, a.last, &a.name).cmp(&(b.first, b.last, &b.name)));
        self.0
    }
}
