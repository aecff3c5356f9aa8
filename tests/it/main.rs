//! The single integration binary: each file is one kind of test.

mod audio; // every kind of good file
mod bad_audio; // every kind of bad file
mod check; // bad schedules and settings to exact messages
mod chain; // the log broken in each way, and found
mod clips; // a known signal, encoded into every kind of file
mod content; // the content store and the schedule's files
mod cli; // the real binary in a folder
mod day; // simulated days through desk, deck accounts and log
mod device; // the real cpal path against captured sound
mod store; // records, recovery, locked and read-only databases
mod support; // stations, clips and clocks for tests
mod tidy; // the repository's own rules
mod timetable; // schedules and a span to text
