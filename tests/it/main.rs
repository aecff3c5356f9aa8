//! The single integration binary: each file is one kind of test.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod activities; // the real binary: what was done besides the air, and what proves it
mod air; // the real program: programmes on captured devices, acts of people
mod allocations; // counts what the device callback must not do
mod audio; // every kind of good file
mod backup; // the real program backs a station up, loses it, brings it back
mod bad_audio; // every kind of bad file
mod bulletins; // the real binary: bulletins recorded, approved, listed, proved
mod bundle; // the real binary: evidence in one zip, checked by other programs
mod calibrate; // the delay of a device, measured
mod chain; // the log broken in each way, and found
mod check; // bad schedules and settings to exact messages
mod cli; // the real binary in a folder
mod clips; // a known signal, encoded into every kind of file
mod content; // the content store and the schedule's files
mod evidence; // a month worked out by hand, as a station
mod evening; // what tomorrow would not air, to exact messages
mod day; // simulated days through desk, deck accounts and log
mod deck; // starts, ends, fades and seams to the frame
mod device; // the real cpal path against captured sound
mod soundcard; // sound devices for tests
mod simulate; // random lives of a station against an oracle
mod clocks; // the clock rule, told by the log it leaves
mod stories; // the hard instants, told by the log they leave
mod bulletins_aired; // bulletins on the air, told by the log they leave
mod faults; // the real program killed, told to end, without a device, off
mod kills; // the real program killed at random instants
mod users; // the real binary: accounts by commands, and the audit they leave
mod web_gate; // every role against every route, and what the gate refuses
mod web_people; // accounts, sign-ins and the audit on the page
mod web_robust; // the page's server against slow, broken and too many browsers
mod web_system; // the machine, settings, copies, devices and help on the page
mod web; // the page: a browser made of lines, and what every page has
mod web_today; // the day, its live feed, and acts on the air
mod web_bulletins; // bulletins, sounds and the queue on the page
mod servers; // the real program on a sound server that dies, freezes, comes late
mod full_disk; // the real program on a full disk
mod corruption; // the real program on a damaged database
mod clock_steps; // the real program on a clock that steps, or begins in 1970
mod spoilt_audio; // files and stored copies spoilt under the real program
mod figures; // figures against a month counted on paper, and against a second way of counting
mod tables; // every table against the totals
mod exports; // CSV, JSON and HTML of the month counted on paper
mod filling_disk; // the real program on a disk that fills
mod loudness; // the real program: one gain an item, no long silences
mod logbook; // the real binary: the station's book of a month on paper
mod lockout; // the real program kept from its database and its files
mod newsroom; // the real program while people change bulletins beside it
mod nightly; // the real program makes its copy of the night
mod fuzzed; // the seeds and finds of the fuzz targets
mod orders; // a thousand random lives of a deck
mod packaging; // the unit and the package, checked by systemd's own tool and against each other
mod plan; // the plan in each form, and taken over by the real program
mod plan_status; // how far the plan is carried out, in each form
mod playout; // the whole playout on an output that can be unplugged
mod queue; // the real binary: the queue, what it foresees, the sheet
mod remarks; // the real binary: notes and corrections beside a running station
mod report; // the real binary: reports of that month in every form, by template and settings
mod rehearsal; // the real program by a clock that leaps over idle hours
mod reload; // files changed under the real program
mod rig; // a deck on a device made of arithmetic
mod leaving; // the real program: what it says of itself, and how it leaves
mod signed; // the real binary: the station's key, signed exports, and how tampering shows
mod running; // a station of the real program, with what people do to it
mod sheets; // workbooks, as LibreOffice and Python read them
mod service; // the real program under a service manager: ready, alive, hung, leaving
mod speech; // texts as they are read aloud, and engines that speak, hang, fail
mod spoken; // the real program has bulletins read aloud
mod store; // records, recovery, locked and read-only databases
mod take_in; // files handed in for bulletins: stored, measured or refused
mod tidy; // the repository's own rules
mod timetable; // schedules and a span to text
mod volume; // the real program: a device that is muted, raves, hangs, returns
mod zones; // the real binary: loudspeakers broken, repaired, undone
mod world; // a simulated world around desk and deck
mod office; // LibreOffice, which opens what the program wrote
mod docx; // reports and books as Word and LibreOffice open them
mod web_reports; // the page of reports: figures, plan, book, activities, zones, against the commands
mod web_timetable; // the timetable changed through the page
mod web_approvals; // decisions on the page: on what was seen, or none
mod web_log; // the log on the page: filters, evidence, remarks, files
