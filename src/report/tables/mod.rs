//! The tables of a report: figures of a period said in columns, with the counting rules under each.
//!
//! In: figures, the plan, activities, the language. Out: the six tables that communes file (Biểu 1 to 6) and those that explain
//! them. Every line of figures adds up to the total line below it, and those to `figures.totals`: the plan's airings and all
//! others, so that both are all rows. Must never print a judgement, or a target that the commune did not set. Pure. Next:
//! `themes`, then `rules` and `shape`, which all use.

pub mod activities; // Biểu 6
pub mod bulletins; // Biểu 5
pub mod channels; // Biểu 4
pub mod chart; // minutes per theme and month
pub mod matrix; // Biểu 8: theme and month
pub mod months; // Biểu 2
pub mod programmes; // Biểu 9
pub mod reconciliation; // Biểu 10 and 11: planned and aired, what fell short
pub mod rules; // how it is counted, in sentences
pub mod shape; // columns, lines and names made short
pub mod targets; // Biểu 12: what the commune has set itself
pub mod themes; // Biểu 1 and 7: main and other themes
mod unknown; // what the log does not know
pub mod zones; // Biểu 3

use crate::activity::Activity;
use crate::language::Language;
use crate::plan::Plan;
use crate::report::figures::Figures;
use crate::report::period::Period;
use crate::report::table::Table;

/// What tables are made of.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// What was counted.
    pub figures: &'a Figures,
    /// What was asked for; its window is that of the figures.
    pub period: Period,
    /// Against what; a station may have none.
    pub plan: Option<&'a Plan>,
    /// What was done besides the air, of any time, newest revisions; those of the window are shown.
    pub activities: &'a [Activity],
    /// In which words.
    pub language: Language,
}

impl Given<'_> {
    /// The word of the language.
    pub(crate) const fn pick(&self, vi: &'static str, en: &'static str) -> &'static str {
        self.language.pick(vi, en)
    }
}

/// All tables in the order of their numbers; that of targets only if the commune has set some.
#[must_use]
pub fn all(given: &Given<'_>) -> Vec<Table> {
    let mut tables = vec![
        themes::themes(given),
        months::months(given),
        zones::zones(given),
        channels::channels(given),
        bulletins::bulletins(given),
        activities::activities(given),
        themes::other_themes(given),
        matrix::matrix(given),
        programmes::programmes(given),
        reconciliation::reconciliation(given),
        reconciliation::shortfalls(given),
    ];
    tables.extend(targets::targets(given));
    tables
}
