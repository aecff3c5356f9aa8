//! `loa` runs a commune radio station unattended: schedules in, sound out on the second, every airing in the log.
//!
//! The modules stand in the order in which a broadcast flows through them. Rooms marked *pure* are functions of their
//! arguments, time included; `tests/it/tidy.rs` keeps them so.

pub mod cli; // what was typed, and one file per command group
pub mod problem; // a place and a reason; its one rendering
pub mod language; // Vietnamese and English words for what people see
pub mod config; // loa.toml
pub mod folder; // files that people write: bytes, or why there are none
pub mod text; // Vietnamese text: one form, search keys, order, file names (pure)
pub mod lunar; // the Vietnamese lunar calendar (pure)
pub mod plan; // schedules/plan.toml: the information plan as data (pure)
pub mod schedule; // schedules/*.toml: model, reading, named checks (pure)
pub mod calendar; // civil time and zone to instants; the gap and fold rule (pure)
pub mod timetable; // schedules and a span to planned occurrences (pure)
pub mod bulletin; // a bulletin, its approval, its place in the queue (pure)
pub mod activity; // what was done besides the air, and what proves it (pure)
pub mod zones; // when the loudspeakers of a zone were broken (pure)
pub mod rundown; // an occurrence, library and queue to ordered items; the drawing rule (pure)
pub mod airing; // one item on the air: id, outcome, reason, the row's facts (pure)
pub mod alarm; // what a person should see to, and its words (pure)
pub mod sound; // what a content sounds like, and what is done to it when it airs (pure)
pub mod desk; // the state machine: events in, actions out (pure)
pub mod clock; // the only place that asks for the time or sleeps
pub mod random; // bytes that nobody can foretell
pub mod library; // audio: probe, full decode, content store
pub mod speech; // a text as it is read aloud, and the engine that speaks it
pub mod playout; // cues decoded ahead, the deck in the device callback, the accounts
pub mod output; // card, wav, silent
pub mod store; // SQLite: every statement of the program
pub mod report; // the log as figures, tables, documents and files
pub mod office; // what people do, typed or clicked, written once for command line and page
pub mod backup; // the whole station in one file: made, proved, restored, kept in turn
pub mod signing; // the station's key, and exports of the log that are signed with it
pub mod station; // the loop: take one event, ask the desk, perform its actions
pub mod machine; // memory, disks, warmth, clock, as the kernel tells them
pub mod people; // accounts, roles, and what each may do (pure)
pub mod service; // what a service manager is told: ready, alive, leaving
pub mod control; // the local socket: air, stop, skip, status
pub mod web; // the operator's page
