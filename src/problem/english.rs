//! Problems in English, as the command line prints them.
//!
//! In: a typed reason. Out: a message (lower case, subject in backticks, what was found) and an advice (what is allowed,
//! what to do). Must say every reason that `vietnamese` says. Next: `vietnamese`.

use super::what::{
    AudioFault, AudioProblem, CronField, FileFault, FormFault, ProgrammeFault, ReadingFault, SettingFault, StartFault,
    TimetableFault, Type, What,
};
use super::{Said, bulletins, coming, days, evidence, queueing, reports, written};
use crate::language::Language;
use crate::schedule::text::span_text;

pub(super) fn say(what: &What) -> Said {
    match what {
        What::File(fault) => file(fault),
        What::Form(fault) => form(fault),
        What::Setting(fault) => setting(fault),
        What::Programme(fault) => programme(fault),
        What::Start(fault) => start(fault),
        What::Audio(problem) => audio(problem),
        What::Timetable(fault) => timetable(fault),
        What::Coming(fault) => coming::english(fault),
        What::Queue(fault) => queueing::english(fault),
        What::Text(fault) => written::text_en(fault),
        What::Day(fault) => days::say_day(fault, Language::En),
        What::Session(fault) => days::say_session(fault, Language::En),
        What::Plan(fault) => written::plan_en(fault),
        What::Reading(fault) => reading(fault),
        What::Bulletin(fault) => bulletins::say_en(fault),
        What::Zone(fault) => evidence::zone_en(fault),
        What::Activity(fault) => evidence::activity_en(fault),
        What::Report(fault) => reports::say_report(fault, Language::En),
        What::Template(fault) => reports::say_template(fault, Language::En),
    }
}

fn file(fault: &FileFault) -> Said {
    match fault {
        FileFault::Missing => Said::with("there is no such file or folder", "`loa init` makes a new station"),
        FileFault::IsFolder => Said::plain("a folder stands where a file should be"),
        FileFault::NotAFolder => Said::plain("a file stands where a folder should be"),
        FileFault::NotAFile => Said::plain("this is a pipe, a socket or a device, not a file"),
        FileFault::TooLarge(most) => Said::with("the file is too large for text", format!("at most {most} bytes")),
        FileFault::Unreadable(why) => Said::plain(format!("cannot be read: {why}")),
        FileFault::NotUtf8 => Said::with(
            "the text is not UTF-8 from here on",
            "save the file as UTF-8; text in TCVN3 (ABC, .VnTime) or VNI must be converted to Unicode first",
        ),
        FileFault::NulByte => Said::with("a zero byte stands here", "the file is damaged or is no text; write it anew"),
        FileFault::LegacyFont(name) => Said::with(
            format!("this looks like text in {name}"),
            "convert it to Unicode first, for example with UniKey",
        ),
        FileFault::NoProgramme => Said::with("no programme in this file", "a programme begins with `[[programme]]`"),
        FileFault::NoSchedules => Said::with("no schedules in this folder", "a schedule is a file `*.toml`"),
    }
}

fn form(fault: &FormFault) -> Said {
    match fault {
        FormFault::Syntax(why) => Said::plain(format!("not TOML: {why}")),
        FormFault::UnknownKey(key, known, near) => {
            Said::with(format!("unknown key `{key}`"), meant(near.as_ref(), &listed(known)))
        }
        FormFault::MissingKey(key) => Said::plain(format!("the key `{key}` is missing here")),
        FormFault::WrongType(key, expected, found) => {
            Said::plain(format!("`{key}` takes {}, found {}", kind(*expected), kind(*found)))
        }
        FormFault::EmptyText(key) => Said::plain(format!("`{key}` is empty")),
        FormFault::ControlCharacter(key) => {
            Said::plain(format!("`{key}` holds a line break or another control character"))
        }
        FormFault::OutOfRange(key, found, least, most) => {
            Said::plain(format!("`{key}` is {found}, allowed is {least} to {most}"))
        }
        FormFault::UnknownWord(key, found, allowed, near) => {
            Said::with(format!("`{key}` cannot be `{found}`"), meant(near.as_ref(), &listed(allowed)))
        }
        FormFault::BadDate(key, found) => {
            Said::with(format!("`{key}`: `{found}` is no date"), "write a day of the calendar as \"2025-03-01\"")
        }
        FormFault::BadException(key, found) => Said::with(
            format!("`{key}`: `{found}` is neither a day nor a start"),
            "write a day as \"2025-03-01\", one start of a day as \"2025-03-01T17:00\"",
        ),
        FormFault::BadId(found) => {
            Said::with(format!("`{found}` is no id"), "allowed are 1 to 64 of a to z, 0 to 9, `-` and `_`")
        }
        FormFault::Repeated(key, found) => Said::plain(format!("`{key}` names `{found}` twice")),
    }
}

fn setting(fault: &SettingFault) -> Said {
    match fault {
        SettingFault::UnknownTimezone(found, near) => Said::with(
            format!("unknown time zone `{found}`"),
            meant(near.as_ref(), "a name of the IANA database, such as `Asia/Ho_Chi_Minh`"),
        ),
        SettingFault::BadDevice(found) => Said::with(
            format!("`{found}` is no device"),
            "allowed are \"default\", \"silent\", \"wav:FILE\" or an id that `loa devices` lists",
        ),
        SettingFault::BadTime(found) => Said::with(
            format!("`{found}` is no time of day"),
            "write hours and minutes as \"02:30\", or \"off\" for no copies",
        ),
        SettingFault::BadAddress(found) => Said::with(
            format!("`{found}` is no address at which the page can be served"),
            "write \"127.0.0.1:8099\" for this machine alone, \"0.0.0.0:8099\" for the whole network, or \"off\" for no page",
        ),
        SettingFault::DeviceDoesNotOpen(device, why) => Said::with(
            format!("the sound device `{device}` does not open: {why}"),
            "`loa devices` lists what there is; a running station may hold it, and one that is away is waited for",
        ),
        SettingFault::DefaultOfMany(cards) => Said::with(
            format!("`default` is one of {} cards ({}), and the system decides which", cards.len(), cards.join(", ")),
            "write the card of the station by its id, which `loa devices` lists",
        ),
        SettingFault::DeviceByNumber(device) => Said::with(
            format!("`{device}` names a card by its number, which may be another card's after the next start"),
            "write the card by its name or its socket, as `loa devices` lists them",
        ),
        SettingFault::DeviceHasTwin(device, name) => Said::with(
            format!(
                "two cards are of one kind (`{name}`): which of them `{device}` is depends on the order of discovery"
            ),
            "write the card by its socket, `alsa:by-path:...` in `loa devices`",
        ),
        SettingFault::DataDirIsNoFolder(path) => Said::with(
            format!("a file, or a link that leads nowhere, stands in the place of the data folder `{path}`"),
            "move it away, or name another `data_dir`",
        ),
        SettingFault::DataDirNotWritable(path) => Said::with(
            format!("this user may not write in the data folder `{path}`"),
            "the station must run as a user who may",
        ),
        SettingFault::NoSpeechProgram => Said::with(
            "`command` is empty",
            "name the program that speaks and its arguments, or leave the key out for espeak-ng",
        ),
        SettingFault::NoSpeechFile(name) => Said::with(
            format!("the command that speaks does not name `{name}`"),
            "`{text}` is the file with the text, `{wav}` the file of sound that the program has to write",
        ),
        SettingFault::SpeechProgramMissing(program) => Said::with(
            format!("the program that speaks, `{program}`, is not on this machine"),
            "install it, or change `command`; on Debian: `sudo apt install espeak-ng`",
        ),
        SettingFault::DuplicateZone(id, first) => Said::plain(format!("the zone `{id}` is there already, at {first}")),
    }
}

fn programme(fault: &ProgrammeFault) -> Said {
    match fault {
        ProgrammeFault::NoContent => Said::with(
            "the item says nothing that could air",
            "write one of `file = \"name.opus\"`, `bulletin = 12` and `queue = { up_to = \"15m\" }`",
        ),
        ProgrammeFault::SeveralContents => Said::with(
            "the item has more than one of `file`, `bulletin` and `queue`",
            "write each as an item of its own",
        ),
        ProgrammeFault::BadUpTo(found) => Said::with(
            format!("`{found}` is no span from 1s to 24h"),
            "write how long the drawn bulletins may be together, as \"15m\", \"1h30m\" or \"90s\"",
        ),
        ProgrammeFault::DuplicateProgramme(id, first) => {
            Said::with(format!("the programme `{id}` is there already, at {first}"), "give each programme its own id")
        }
        ProgrammeFault::DuplicateItem(id, first) => Said::with(
            format!("the item `{id}` is in this programme already, at {first}"),
            "an item without `id` is known by its number, counted from 0",
        ),
        ProgrammeFault::BadWindow(found) => {
            Said::with(format!("`{found}` is no span of time"), "write it as \"45m\", \"1h30m\" or \"90s\"")
        }
        ProgrammeFault::WindowRange(found) => {
            Said::plain(format!("a window of `{found}` is not allowed, only 1s to 24h"))
        }
        ProgrammeFault::TooManyStarts(most) => Said::with(
            format!("with this one all programmes together start more than {most} times a day"),
            "the first of six fields is the second: `0 0 5 * * *` is once a day, `* * 5 * * *` is each second of an hour",
        ),
        ProgrammeFault::FromAfterUntil(from, until) => {
            Said::plain(format!("the first day {from} is after the last day {until}"))
        }
        ProgrammeFault::UnknownZone(found, known, near) => Said::with(
            format!("unknown zone `{found}`"),
            meant(near.as_ref(), &format!("zones of the station: {}", listed(known))),
        ),
        ProgrammeFault::FewerZones(missing) => Said::with(
            format!("the programme leaves out {}", listed(missing)),
            "zones have no outputs of their own yet: all of them hear every programme; leave `zones` out",
        ),
        ProgrammeFault::UnknownTheme(found, known, near) => {
            Said::with(format!("unknown theme `{found}`"), meant(near.as_ref(), &listed(known)))
        }
        ProgrammeFault::NoItems => Said::with("the programme has no items", "an item begins with `[[programme.item]]`"),
        ProgrammeFault::BadPath(found) => Said::with(
            format!("`{found}` is no path below `audio/`"),
            "write it relative to `audio/`, with `/` between folders and without `..`",
        ),
        ProgrammeFault::EmergencyPriority => Said::with(
            "a programme cannot be an emergency",
            "allowed: `ordinary`, `priority`; an emergency is aired with `loa air --emergency`",
        ),
    }
}

fn start(fault: &StartFault) -> Said {
    match fault {
        StartFault::FieldCount(found) => Said::with(
            format!("a start rule has 5 to 7 fields, found {found}"),
            "[second] minute hour day month weekday [year], as in \"0 5 * * Mon-Fri\"",
        ),
        StartFault::WeekdayNumber(found) => Said::with(
            format!("the weekday `{found}` has a number, and crons disagree on which day it means"),
            "write names, such as `Mon-Sat` or `Tue,Thu`",
        ),
        StartFault::Field(field, found) => {
            let (name, allowed) = cron_field(*field);
            Said::with(format!("`{found}` is no {name}"), format!("allowed is {allowed}"))
        }
        StartFault::Never => Said::plain("no day of the calendar fits this start rule"),
        StartFault::Past => Said::plain("this start rule fits only days that have passed"),
    }
}

fn audio(AudioProblem { file, fault, near }: &AudioProblem) -> Said {
    let message = match fault {
        AudioFault::Missing => format!("there is no `{file}` under `audio/`"),
        AudioFault::IsFolder => format!("`{file}` is a folder"),
        AudioFault::Unreadable(why) => format!("`{file}` cannot be read: {why}"),
        AudioFault::Undecodable(why) => format!("`{file}` is no audio that can be decoded: {why}"),
        AudioFault::Damaged(why) => format!("`{file}` is damaged: {why}"),
    };
    Said { message, advice: near.as_ref().map(|near| format!("did you mean `{near}`?")) }
}

fn timetable(fault: &TimetableFault) -> Said {
    match fault {
        TimetableFault::TooLong(total_ms, window_ms) => Said::with(
            format!("the items last {} together, the window is {}", span_text(*total_ms), span_text(*window_ms)),
            "what has not started when the window closes does not air",
        ),
        TimetableFault::Overlap(overlap) => Said::with(
            format!(
                "`{}` starts at {} inside the window of `{}`, {} to {}",
                overlap.programme,
                overlap.at.format("%F %T%:z"),
                overlap.other,
                overlap.other_at.format("%F %T"),
                overlap.other_ends_at.format("%F %T"),
            ),
            format!(
                "`{}` is at {}; change a start, a window, the days or a priority",
                overlap.other, overlap.other_place
            ),
        ),
        TimetableFault::NoOccurrence(days) => {
            Said::plain(format!("the programme does not air on any of the next {days} days"))
        }
        TimetableFault::NoSuchStart(start) => Said::with(
            format!("the programme does not start at {start} anyway"),
            "write a start that `loa timetable` shows, or the day alone",
        ),
    }
}

fn reading(fault: &ReadingFault) -> Said {
    match fault {
        ReadingFault::BadWritten(found) => Said::with(
            format!("`{found}` cannot be an abbreviation"),
            "one does not begin with a digit, a pause or a bracket",
        ),
        ReadingFault::NotSpeakable(found, odd) => Said::with(
            format!("the reading `{found}` holds `{odd}`, which cannot be said"),
            "a reading is letters, spaces, commas and hyphens; numbers are written in words",
        ),
        ReadingFault::Duplicate(found, first) => Said::plain(format!("`{found}` is in the list already at {first}")),
        ReadingFault::EmptyCase => Said::with(
            "the case has neither `before` nor `after`",
            "name the words that stand before it or behind it; `<số>` is any number, `<Tên>` any name",
        ),
    }
}

pub(super) fn meant(near: Option<&String>, allowed: &str) -> String {
    match near {
        Some(near) => format!("did you mean `{near}`? allowed: {allowed}"),
        None => format!("allowed: {allowed}"),
    }
}

pub(super) fn listed(words: &[impl AsRef<str>]) -> String {
    words.iter().map(|word| format!("`{}`", word.as_ref())).collect::<Vec<_>>().join(", ")
}

const fn kind(of: Type) -> &'static str {
    match of {
        Type::Text => "text in quotes",
        Type::Integer => "a whole number",
        Type::Float => "a number with a fraction",
        Type::Flag => "`true` or `false`",
        Type::Date => "a date or time",
        Type::List => "a list in brackets",
        Type::Table => "a table",
        Type::Tables => "tables in double brackets",
    }
}

const fn cron_field(field: CronField) -> (&'static str, &'static str) {
    match field {
        CronField::Second => ("second", "0 to 59, `*`, lists `,`, ranges `-`, steps `/`"),
        CronField::Minute => ("minute", "0 to 59, `*`, lists `,`, ranges `-`, steps `/`"),
        CronField::Hour => ("hour", "0 to 23, `*`, lists `,`, ranges `-`, steps `/`"),
        CronField::Day => ("day of the month", "1 to 31, `*`, `?`, lists `,`, ranges `-`, steps `/`"),
        CronField::Month => ("month", "1 to 12, `Jan` to `Dec`, `*`, lists `,`, ranges `-`, steps `/`"),
        CronField::Weekday => {
            ("weekday", "`Sun` to `Sat`, the week beginning on Sunday; `*`, `?`, lists `,`, ranges `-`")
        }
        CronField::Year => ("year", "1970 to 2100, `*`, lists `,`, ranges `-`, steps `/`"),
    }
}
