//! The pages, one folder each.
//!
//! In: requests that passed the gate. Out: pages and what they send. Each page has its own list of routes. Next: `today`.

pub(super) mod alarm_words; // what is wrong and what to do, for people without training
mod approvals; // what waits for approval
mod bulletins; // bulletins and the queue
mod language; // the switch between Vietnamese and English
mod log; // the airing log
mod people; // accounts, and what people did
mod reports; // figures, plan, activities, zones
mod system; // the machine and its settings
mod timetable; // what is planned
mod today; // what is on the air

use super::routes::Route;
pub(super) use system::Chores;

pub(super) fn routes() -> Vec<Route> {
    let lists = [
        today::routes(),
        bulletins::routes(),
        approvals::routes(),
        timetable::routes(),
        log::routes(),
        reports::routes(),
        system::routes(),
        people::routes(),
        language::routes(),
    ];
    lists.into_iter().flatten().collect()
}
