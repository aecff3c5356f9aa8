//! What people do at the station, whether they type it or click it: reports, books, activities, states of zones.
//!
//! In: settings, typed wishes, and who wishes it, for the record. Out: typed outcomes; files into whatever is given to write to.
//! Must never print, parse a command line or know of a page: those are `cli` and `web`, which both call this. Next: `evidence`.

pub mod activity; // what was done besides the air, recorded and looked at
pub mod bulletin; // bulletins recorded, changed, listed
pub mod bundle; // everything that proves a period, in one zip
pub mod card; // a bulletin as other programs read it
pub mod check; // what `loa check` finds
pub mod copies; // a backup that a person asks for
pub mod decide; // approved, refused, withdrawn: exactly what was looked at
pub(crate) mod evening; // what airs until the end of tomorrow and should not, or not so
pub mod evidence; // the log as of one row, and all that it is held against
pub mod fields; // what is typed, read and checked
pub mod foreseen; // what is known of coming programmes
pub mod inspection; // files that came in, looked into
pub mod intake; // where sounds and proofs are kept
pub mod logbook; // the station's book of some days
pub mod peaks; // the waveform of a content
pub mod plan_status; // how far the plan is carried out
pub mod queue; // bulletins that wait, and where they will air
pub mod remark; // notes and corrections of rows of the log
pub(crate) mod replace; // a file written anew, whole
pub mod report; // all that a report is made of
pub mod settings; // loa.toml changed by form
pub(crate) mod sheet; // some days on paper
pub(crate) mod sheet_page; // as HTML
pub mod signed; // rows of the log in a file that proves itself
pub mod sounded; // what has sounded of the plan, as pieces of a bundle
pub mod stored; // whether a sound is still in the content store
pub mod timetable; // the timetable changed, and what a week of it looks like
pub mod upload; // files that come in through the page, until they are taken in
pub mod voice; // a text read by the machine voice
pub mod waiting; // what waits for a decision, the most urgent first
pub mod words; // what people read of all that, in both languages
pub mod zone; // whether the loudspeakers of zones work, as people say
