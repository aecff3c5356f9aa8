//! The single integration binary: each file is one kind of test.

mod audio; // every kind of good and bad file
mod chain; // the log broken in each way, and found
mod check; // bad schedules and settings to exact messages
mod cli; // the real binary in a folder
mod clips; // a known signal, encoded into every kind of file
mod day; // simulated days through desk, deck accounts and log
mod device; // the real cpal path against captured sound
mod soundcard; // sound devices for tests
mod store; // records, recovery, locked and read-only databases
mod support; // stations, clips and clocks for tests
mod tidy; // the repository's own rules
mod timetable; // schedules and a span to text
mod world; // a simulated world around desk and deck
