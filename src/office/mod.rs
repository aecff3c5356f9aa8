//! Acts of people at the station, whoever asks for them: the command line and the page call the same functions.
//!
//! In: settings, what a person said, who acts. Out: what came of it, typed, with every problem at once; a short transaction in
//! the database beside a station that may be running. Must never print, name a command line, or wait for a person. What
//! blocks (files, the database) blocks the thread that calls. Next: `fields`.

pub mod bulletin; // bulletins recorded, changed, listed
pub mod card; // a bulletin as other programs read it
pub mod check; // files that came in, looked into
pub mod fields; // what is typed of a bulletin, read and checked
pub mod foreseen; // what is known of coming programmes
pub mod intake; // sound and text taken in
pub mod peaks; // the waveform of a content
pub mod queue; // bulletins that wait, and where they will air
pub mod stored; // whether a sound is still in the content store
pub mod upload; // files that come in through the page, until they are taken in
pub mod voice; // a text read by the machine voice
pub mod words; // what people read of all that, in both languages
