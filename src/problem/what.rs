//! Everything that can be wrong with a file that a person wrote, as data.
//!
//! In: nothing; these are the words of `config`, `schedule::read` and `schedule::checks`. Out: the reason inside a
//! `Problem`. Must never hold a sentence: those are in `english` and `vietnamese`, which say every variant. Next:
//! `english`.

use chrono::{DateTime, FixedOffset, NaiveDate};

use super::Place;
pub use super::coming::{ComingFault, Lost};
pub use super::days::{DayFault, SessionFault};
pub use super::evidence::{ActivityFault, ZoneFault};
pub use super::reports::{ReportFault, TemplateFault};
use crate::sound::{Doubt, Unfit};
use crate::text::{Refused, Remark};

/// Makes `What` from each of its kinds, so that finders write only the kind.
macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident($kind:ident),)+) => {
        /// The typed reason of a problem.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
        pub enum What { $($(#[$doc])* $variant($kind),)+ }
        $(impl From<$kind> for What { fn from(kind: $kind) -> Self { Self::$variant(kind) } })+
    };
}

kinds! {
    /// The file itself.
    File(FileFault),
    /// The form of a file: keys, types, simple values.
    Form(FormFault),
    /// The meaning of a setting.
    Setting(SettingFault),
    /// The meaning of a programme or an item.
    Programme(ProgrammeFault),
    /// A start rule.
    Start(StartFault),
    /// An item's audio.
    Audio(AudioProblem),
    /// The timetable that comes out.
    Timetable(TimetableFault),
    /// What coming programmes would air.
    Coming(ComingFault),
    /// What was to be queued.
    Queue(QueueFault),
    /// Words that people read or hear.
    Text(TextFault),
    /// A special day.
    Day(DayFault),
    /// The rules of `[session]`.
    Session(SessionFault),
    /// The meaning of the plan.
    Plan(PlanFault),
    /// The list of readings.
    Reading(ReadingFault),
    /// What is to become a bulletin.
    Bulletin(BulletinFault),
    /// What is recorded of a zone.
    Zone(ZoneFault),
    /// What is to become an activity.
    Activity(ActivityFault),
    /// The settings of reports.
    Report(ReportFault),
    /// The template of reports.
    Template(TemplateFault),
}

/// What is wrong with a file as a whole, or with its bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileFault {
    /// There is nothing of that name.
    Missing,
    /// A folder where a file should be.
    IsFolder,
    /// A file where a folder should be.
    NotAFolder,
    /// A pipe, a socket or a device.
    NotAFile,
    /// More bytes than this.
    TooLarge(u64),
    /// The operating system's words.
    Unreadable(String),
    /// Bytes that are no UTF-8.
    NotUtf8,
    /// A zero byte.
    NulByte,
    /// Text in a legacy Vietnamese encoding, by its name.
    LegacyFont(&'static str),
    /// No programme in it.
    NoProgramme,
    /// A folder without schedules.
    NoSchedules,
}

/// What is wrong with the form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum FormFault {
    /// Not TOML; the parser's words.
    Syntax(String),
    /// A key that means nothing here: the key, the known ones, the one that was probably meant.
    UnknownKey(String, Vec<&'static str>, Option<String>),
    /// A key that must be there.
    MissingKey(&'static str),
    /// The key, the type that it takes, the type that was found.
    WrongType(&'static str, Type, Type),
    /// Text without a visible character.
    EmptyText(&'static str),
    /// Text with a line break or another control character.
    ControlCharacter(&'static str),
    /// The key, the number as written, the least and the most.
    OutOfRange(&'static str, String, i64, i64),
    /// The key, the word, the allowed ones, the one that was probably meant.
    UnknownWord(&'static str, String, Vec<&'static str>, Option<String>),
    /// The key and what is no date.
    BadDate(&'static str, String),
    /// The key and what is neither a day nor a start.
    BadException(&'static str, String),
    /// What is no id.
    BadId(String),
    /// The key and what its list names twice.
    Repeated(&'static str, String),
}

/// Types of TOML.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Type {
    /// In quotes.
    Text,
    /// A whole number.
    Integer,
    /// A number with a fraction.
    Float,
    /// `true` or `false`.
    Flag,
    /// A date or a time.
    Date,
    /// A list of texts.
    List,
    /// `[name]`.
    Table,
    /// `[[name]]`.
    Tables,
}

/// What is wrong with a setting.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SettingFault {
    /// Not a zone of the IANA database, and the one that was probably meant.
    UnknownTimezone(String, Option<String>),
    /// Not the name of a device.
    BadDevice(String),
    /// A device that does not open: its name, the driver's words.
    DeviceDoesNotOpen(String, String),
    /// `default` on a machine with several cards: their names.
    DefaultOfMany(Vec<String>),
    /// A device by the number of its card.
    DeviceByNumber(String),
    /// A device by the name of one of two cards of a kind: its id, what both call themselves.
    DeviceHasTwin(String, String),
    /// A data folder that is a file or a dangling link.
    DataDirIsNoFolder(String),
    /// A data folder in which the caller may not write.
    DataDirNotWritable(String),
    /// Not a time of day.
    BadTime(String),
    /// Not an address with a port.
    BadAddress(String),
    /// A zone's id that another one has.
    DuplicateZone(String, Box<Place>),
    /// `[speech] command` without a program.
    NoSpeechProgram,
    /// `[speech] command` that does not name this placeholder.
    NoSpeechFile(&'static str),
    /// The program of `[speech] command`, which is not on this machine.
    SpeechProgramMissing(String),
}

/// What is wrong with a programme or an item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProgrammeFault {
    /// An item without `file`, `bulletin` or `queue`.
    NoContent,
    /// An item with more than one of them.
    SeveralContents,
    /// Not a span of time from 1 s to 24 h as `up_to`.
    BadUpTo(String),
    /// An id that another programme has.
    DuplicateProgramme(String, Box<Place>),
    /// An id that another item of the programme has.
    DuplicateItem(String, Box<Place>),
    /// Not a span of time.
    BadWindow(String),
    /// A span outside 1 s to 24 h.
    WindowRange(String),
    /// First and last day the wrong way round.
    FromAfterUntil(NaiveDate, NaiveDate),
    /// A zone that the station does not have: the id, the known ones, the one that was probably meant.
    UnknownZone(String, Vec<String>, Option<String>),
    /// Zones of the station that the programme does not name.
    FewerZones(Vec<String>),
    /// A theme that the plan does not have: the code, the known ones, the one that was probably meant.
    UnknownTheme(String, Vec<String>, Option<String>),
    /// A programme without items.
    NoItems,
    /// A path that leads out of `audio/`, or is written in another way than with `/`.
    BadPath(String),
    /// `priority = "emergency"`.
    EmergencyPriority,
    /// With this programme all of them start more often than so many times a day.
    TooManyStarts(u32),
}

/// What is wrong with a start rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum StartFault {
    /// Neither 5, 6 nor 7 fields.
    FieldCount(usize),
    /// A number as weekday.
    WeekdayNumber(String),
    /// A field that cannot be read.
    Field(CronField, String),
    /// No day of any year fits.
    Never,
    /// Fits only instants that have passed.
    Past,
}

/// A field of a start rule, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CronField {
    /// 0 to 59.
    Second,
    /// 0 to 59.
    Minute,
    /// 0 to 23.
    Hour,
    /// 1 to 31.
    Day,
    /// 1 to 12, or names.
    Month,
    /// Names.
    Weekday,
    /// 1970 to 2100.
    Year,
}

/// Why a file under `audio/` cannot air.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum AudioFault {
    /// There is no such file.
    Missing,
    /// A folder has that name.
    IsFolder,
    /// The operating system's words.
    Unreadable(String),
    /// Not audio of a known kind; the decoder's words.
    Undecodable(String),
    /// Less than it declares, or parts of it cannot be decoded; what was found.
    Damaged(String),
}

/// An item whose audio cannot air.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AudioProblem {
    /// As the schedule names it.
    pub file: String,
    /// Why.
    pub fault: AudioFault,
    /// A file that is there and was probably meant.
    pub near: Option<String>,
}

/// What is wrong with the timetable that comes out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimetableFault {
    /// The items are longer together than the window; both in milliseconds.
    TooLong(i64, i64),
    /// Two occurrences of equal priority, one starting inside the other's window.
    Overlap(Box<Overlap>),
    /// No occurrence in so many days.
    NoOccurrence(i64),
    /// A start that is off and is none of the programme's: as the file writes it.
    NoSuchStart(String),
}

/// Two occurrences of equal priority, one starting inside the other's window.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Overlap {
    /// The programme that starts inside.
    pub programme: String,
    /// When it does, for the first time.
    pub at: DateTime<FixedOffset>,
    /// The programme whose window is open then; may be the same.
    pub other: String,
    /// When that one started.
    pub other_at: DateTime<FixedOffset>,
    /// When its window closes.
    pub other_ends_at: DateTime<FixedOffset>,
    /// Where that one stands.
    pub other_place: Place,
}

/// Why a bulletin is not queued, or what a person should know who queues it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum QueueFault {
    /// No programme has this id: the ids there are, the one that was probably meant.
    UnknownProgramme(String, Vec<String>, Option<String>),
    /// The programme draws nothing.
    NoQueueItem(String),
    /// No programme draws anything.
    NoQueueItems,
    /// The bulletin waits already: the entry, its programme if it is for one only.
    WaitsAlready(i64, Option<String>),
    /// First and last day the wrong way round.
    FromAfterUntil(NaiveDate, NaiveDate),
    /// The last day is over.
    Past(NaiveDate),
    /// No queue item asks for one of its themes.
    NoFit(Vec<String>),
    /// Nobody has approved it: its number.
    NotApproved(i64),
    /// Its length, and the largest `up_to` of the queue items that could draw it, both in milliseconds.
    TooLong(i64, i64),
    /// No programme that could draw it airs from the first to the last of its days.
    NoOccurrence(NaiveDate, NaiveDate),
    /// Another one that waits has the same sound: the entry, its bulletin's number and title.
    SameSound(i64, i64, String),
}

/// What is wrong with words that people read or hear, each after the field in which they stand: a key, a column, an option.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum TextFault {
    /// They are not taken.
    Refused(String, Refused),
    /// They were changed.
    Remark(String, Remark),
}

/// What is wrong with the plan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlanFault {
    /// No `[[theme]]`.
    NoThemes,
    /// `[[programme]]` in the plan's file.
    Programme,
    /// What is no code.
    BadCode(String),
    /// A code that something else in the plan has.
    DuplicateCode(String, Box<Place>),
    /// A target for a theme that the plan does not have: the code, the known ones, the one that was probably meant.
    UnknownTheme(String, Vec<String>, Option<String>),
    /// A target without a figure.
    EmptyTarget,
    /// A second target for the same theme and span.
    DuplicateTarget(Box<Place>),
}

/// What is wrong with the list of readings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReadingFault {
    /// Nothing that could stand in a text as a word.
    BadWritten(String),
    /// A reading, and the character in it that nobody can say.
    NotSpeakable(String, char),
    /// An abbreviation that is in the list already: it, and where.
    Duplicate(String, Box<Place>),
    /// A case that says neither what stands before nor what stands behind.
    EmptyCase,
}

/// What is wrong with what is to become a bulletin.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum BulletinFault {
    /// Neither a file nor a text.
    NoContent,
    /// No theme.
    NoTheme,
    /// A name or a reason without a letter: the field.
    NoLetter(String),
    /// The field, how many characters it has, how many are allowed.
    TooLong(String, usize, usize),
    /// A text without a letter: the file.
    EmptyText(String),
    /// A manifest without bulletins.
    EmptyManifest,
    /// A file that cannot be one: its name and why.
    Unfit(String, Unfit),
    /// A file that a person should listen to: its name and why.
    Doubt(String, Doubt),
    /// The title of other bulletins.
    SameTitle(String, Vec<i64>),
}
