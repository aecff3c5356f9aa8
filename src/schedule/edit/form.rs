//! What a person fills in of a programme, an item, a special day, duty; and what it changes of what the file says now.
//!
//! In: the model as it was read, and the fields of a form as text. Out: the changes, none for what stays the same. Text that
//! is no good value is written all the same: the reader, which runs before anything is kept, says what is wrong with it.
//! Pure. Next: `crate::office::timetable`.

use super::Value;
use super::make::table;
use crate::airing::Priority;
use crate::schedule::read_except::start_text;
use crate::schedule::text::{parse_span, span_text};
use crate::schedule::{Ends, Item, ItemContent, Programme};

/// Keys and what they are to say.
pub type Keys = Vec<(&'static str, Option<Value>)>;

/// The fields of a programme, as text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProgrammeForm {
    /// What people call it.
    pub title: String,
    /// The start rule.
    pub cron: String,
    /// How long after the start items may start: `45m`.
    pub window: String,
    /// Whether the item on air is cut when the window closes.
    pub ends_hard: bool,
    /// First day, `2025-03-01` or empty.
    pub from: String,
    /// Last day, or empty.
    pub until: String,
    /// Whether it may cut ordinary programmes.
    pub priority: bool,
    /// Whether it airs only on special days that name it.
    pub only_special_days: bool,
    /// Why it airs out of hours, or empty.
    pub why: String,
    /// Days and single starts that are off.
    pub except: Vec<String>,
}

impl ProgrammeForm {
    /// What the programme says now.
    #[must_use]
    pub fn of(programme: &Programme) -> Self {
        let day = |day: Option<chrono::NaiveDate>| day.map_or_else(String::new, |day| day.to_string());
        Self {
            title: programme.title.clone(),
            cron: programme.start.text.clone(),
            window: span_text(programme.window.num_milliseconds()),
            ends_hard: programme.ends == Ends::Hard,
            from: day(programme.from),
            until: day(programme.until),
            priority: programme.priority != Priority::Ordinary,
            only_special_days: programme.only_special_days,
            why: programme.why.clone().unwrap_or_default(),
            except: exceptions(programme),
        }
    }

    /// The keys that differ from what the programme says now.
    #[must_use]
    pub fn changes(&self, programme: &Programme) -> Keys {
        let now = Self::of(programme);
        let mut keys = Keys::new();
        let mut differs = |is: bool, key: &'static str, value: Option<Value>| {
            if is {
                keys.push((key, value));
            }
        };
        differs(self.title != now.title, "title", text(&self.title).or_else(|| Some(Value::Text(String::new()))));
        differs(self.cron.trim() != now.cron.trim(), "cron", Some(Value::Text(self.cron.trim().to_owned())));
        let window = parse_span(self.window.trim());
        differs(window != Some(programme.window), "window", Some(Value::Text(self.window.trim().to_owned())));
        differs(self.ends_hard != now.ends_hard, "ends", Some(word(["soft", "hard"], self.ends_hard)));
        differs(self.from != now.from, "from", text(&self.from));
        differs(self.until != now.until, "until", text(&self.until));
        differs(self.priority != now.priority, "priority", Some(word(["ordinary", "priority"], self.priority)));
        let only = self.only_special_days.then(|| Value::Text("special_days".into()));
        differs(self.only_special_days != now.only_special_days, "only", only);
        differs(self.why != now.why, "why", text(&self.why));
        keys
    }

    /// Days and starts that come to be off, and those that are on again.
    #[must_use]
    pub fn exceptions(&self, programme: &Programme) -> (Vec<String>, Vec<String>) {
        let now = exceptions(programme);
        let new = self.except.iter().filter(|each| !now.contains(each)).cloned().collect();
        (new, now.into_iter().filter(|each| !self.except.contains(each)).collect())
    }

    /// The text of a new programme with its first item.
    #[must_use]
    pub fn made(&self, id: &str, items: &[String]) -> String {
        let keys = [
            ("id", Some(Value::Text(id.to_owned()))),
            ("title", Some(Value::Text(self.title.trim().to_owned()))),
            ("cron", Some(Value::Text(self.cron.trim().to_owned()))),
            ("window", Some(Value::Text(self.window.trim().to_owned()))),
            ("ends", Some(word(["soft", "hard"], self.ends_hard))),
            ("from", text(&self.from)),
            ("until", text(&self.until)),
            ("only", self.only_special_days.then(|| Value::Text("special_days".into()))),
            ("why", text(&self.why)),
            ("priority", Some(word(["ordinary", "priority"], self.priority))),
        ];
        let head = table("programme", &keys);
        std::iter::once(&head).chain(items).map(String::as_str).collect::<Vec<_>>().join("\n\n")
    }
}

fn exceptions(programme: &Programme) -> Vec<String> {
    let days = programme.except.iter().map(ToString::to_string);
    let mut all: Vec<String> = days.chain(programme.except_at.iter().map(|start| start_text(*start))).collect();
    all.sort();
    all
}

fn text(text: &str) -> Option<Value> {
    let text = text.trim();
    (!text.is_empty()).then(|| Value::Text(text.to_owned()))
}

fn word(words: [&str; 2], second: bool) -> Value {
    Value::Text(words[usize::from(second)].to_owned())
}

/// What an item airs, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Airs {
    /// A file below `audio/`.
    File(String),
    /// A bulletin by number.
    Bulletin(i64),
    /// Bulletins from the queue, together no longer than this.
    Queue(String),
}

/// The fields of an item, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemForm {
    /// What airs.
    pub airs: Airs,
    /// Its title, or empty.
    pub title: String,
    /// Codes of themes: of the file, or of what may be drawn.
    pub themes: Vec<String>,
    /// What sort of item it is, or empty.
    pub genre: String,
    /// Who wrote it, or empty; of a file.
    pub author: String,
}

impl ItemForm {
    /// What the item says now.
    #[must_use]
    pub fn of(item: &Item) -> Self {
        let (airs, themes) = match &item.content {
            ItemContent::File(file) => (Airs::File(file.clone()), item.themes.clone()),
            ItemContent::Bulletin(number) => (Airs::Bulletin(*number), Vec::new()),
            ItemContent::Queue(wish) => (Airs::Queue(span_text(wish.up_to.num_milliseconds())), wish.themes.clone()),
        };
        let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
        let (title, genre, author) = (or_empty(&item.title), or_empty(&item.genre), or_empty(&item.author));
        Self { airs, title, themes, genre, author }
    }

    fn keys(&self) -> Keys {
        let is_file = matches!(self.airs, Airs::File(_));
        let (mut file, mut bulletin, mut queue) = (None, None, None);
        match &self.airs {
            Airs::File(path) => file = Some(Value::Text(path.trim().to_owned())),
            Airs::Bulletin(number) => bulletin = Some(Value::Number(*number)),
            Airs::Queue(up_to) => queue = Some(Value::Queue(self.themes.clone(), up_to.trim().to_owned())),
        }
        let themes = (is_file && !self.themes.is_empty()).then(|| Value::Texts(self.themes.clone()));
        vec![
            ("file", file),
            ("bulletin", bulletin),
            ("queue", queue),
            ("title", text(&self.title)),
            ("themes", themes),
            ("author", text(&self.author).filter(|_| is_file)),
            ("genre", text(&self.genre)),
        ]
    }

    /// The keys that differ from what the item says now.
    #[must_use]
    pub fn changes(&self, item: &Item) -> Keys {
        let now = Self::of(item).keys();
        let new = self.keys();
        new.into_iter().zip(now).filter(|(new, now)| new != now).map(|(new, _)| new).collect()
    }

    /// The text of a new item.
    #[must_use]
    pub fn made(&self, id: &str) -> String {
        let id = ("id", Some(Value::Text(id.to_owned())));
        let keys: Keys = std::iter::once(id).chain(self.keys()).collect();
        table("programme.item", &keys)
    }
}

/// The fields of a special day, as text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DayForm {
    /// What people call it.
    pub title: String,
    /// `holiday` and its like.
    pub kind: String,
    /// First day, or empty with `lunar`.
    pub from: String,
    /// Last day, or empty for one day.
    pub until: String,
    /// Day and month of the moon, `10/3`, or empty.
    pub lunar: String,
    /// With `lunar`, how many days it lasts.
    pub days: Option<i64>,
    /// With `lunar`, how many days before it begins.
    pub days_before: Option<i64>,
    /// The weekday whose timetable is aired, `Mon`, or empty.
    pub as_weekday: String,
    /// Only these air; empty for no such rule.
    pub air: Vec<String>,
    /// These do not air.
    pub silent: Vec<String>,
    /// Nothing airs.
    pub silent_all: bool,
    /// Genres that do not air; empty for the rule of the kind.
    pub leave_out: Vec<String>,
}

impl DayForm {
    /// The text of the entry.
    #[must_use]
    pub fn made(&self) -> String {
        let one = self.until.is_empty() || self.until == self.from;
        let list = |list: &[String]| (!list.is_empty()).then(|| Value::Texts(list.to_vec()));
        let silent = if self.silent_all { Some(Value::Text("all".into())) } else { list(&self.silent) };
        let keys = [
            ("title", Some(Value::Text(self.title.trim().to_owned()))),
            ("kind", Some(Value::Text(self.kind.clone()))),
            ("date", text(&self.from).filter(|_| one)),
            ("from", text(&self.from).filter(|_| !one)),
            ("until", text(&self.until).filter(|_| !one)),
            ("lunar", text(&self.lunar)),
            ("days_before", self.days_before.map(Value::Number)),
            ("days", self.days.map(Value::Number)),
            ("as", text(&self.as_weekday)),
            ("air", list(&self.air)),
            ("silent", silent),
            ("leave_out", list(&self.leave_out)),
        ];
        table("day", &keys)
    }
}

/// The fields of a line of duty, as text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DutyForm {
    /// The person.
    pub who: String,
    /// How to reach them, or empty.
    pub phone: String,
    /// Weekdays and ranges of them; empty for all.
    pub weekdays: Vec<String>,
    /// First day, or empty.
    pub from: String,
    /// Last day, or empty.
    pub until: String,
    /// For which programmes; empty for all.
    pub programmes: Vec<String>,
}

impl DutyForm {
    /// The text of the line.
    #[must_use]
    pub fn made(&self) -> String {
        let list = |list: &[String]| (!list.is_empty()).then(|| Value::Texts(list.to_vec()));
        let keys = [
            ("who", Some(Value::Text(self.who.trim().to_owned()))),
            ("phone", text(&self.phone)),
            ("weekdays", list(&self.weekdays)),
            ("from", text(&self.from)),
            ("until", text(&self.until)),
            ("programmes", list(&self.programmes)),
        ];
        table("duty", &keys)
    }
}
