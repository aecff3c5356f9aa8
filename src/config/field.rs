//! The settings that a technician changes by form: each key, what may be typed for it, and what holds without it.
//!
//! In: what was typed into a field. Out: a change of the file, or that it cannot be one. Limits are not here: `Config::parse`
//! judges the changed text and says what is allowed. Pure. Next: `edit`.

use super::edit::{Change, Key, Value, value_of};

/// One setting of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Where it stands in the file.
    pub key: Key,
    /// What may be typed.
    pub kind: Kind,
    /// What holds without it, as it would be typed; empty where nothing does.
    pub default: &'static str,
}

/// What may be typed for a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Words that must be there.
    Words,
    /// Words, or nothing: then the key goes.
    MaybeWords,
    /// A whole number.
    Number,
    /// `true` or `false`.
    Flag,
    /// One of these.
    Choice(&'static [&'static str]),
    /// Words with spaces between them; none: then the key goes.
    List,
}

/// Why what was typed is no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistyped {
    /// Nothing where something must be.
    Empty,
    /// Not a whole number.
    NoNumber,
    /// Not one of the choices.
    NoChoice,
}

const fn field(table: &'static str, name: &'static str, kind: Kind, default: &'static str) -> Field {
    Field { key: Key { table, name }, kind, default }
}

/// All settings of the form, in its order. Not `[speech] command`: whoever may run a program as the station's user has the key
/// of the evidence, so that takes a hand at the machine, not a sign-in from somewhere.
pub const FIELDS: [Field; 30] = [
    field("station", "name", Kind::Words, ""),
    field("station", "authority", Kind::MaybeWords, ""),
    field("station", "place", Kind::MaybeWords, ""),
    field("", "language", Kind::Choice(&["vi", "en"]), "vi"),
    field("output", "device", Kind::Words, "default"),
    field("output", "offset_us", Kind::Number, "0"),
    field("sound", "gain", Kind::Flag, "true"),
    field("sound", "target_lufs", Kind::Number, "-16"),
    field("sound", "peak_dbtp", Kind::Number, "-1"),
    field("sound", "trim_silence", Kind::Flag, "false"),
    field("emergency", "tone_ms", Kind::Number, "2000"),
    field("approval", "required", Kind::Flag, "false"),
    field("approval", "author_may_approve", Kind::Flag, "true"),
    field("disk", "warn_free_mb", Kind::Number, "200"),
    field("backup", "at", Kind::Words, "02:30"),
    field("backup", "keep", Kind::Number, "14"),
    field("backup", "folder", Kind::MaybeWords, ""),
    field("backup", "also_to", Kind::MaybeWords, ""),
    field("session", "ceiling", Kind::MaybeWords, ""),
    field("session", "weekdays", Kind::List, ""),
    field("session", "earliest", Kind::MaybeWords, ""),
    field("session", "latest", Kind::MaybeWords, ""),
    field("report", "calendar", Kind::Choice(&["reporting", "civil"]), "reporting"),
    field("report", "closing_day", Kind::Number, "14"),
    field("report", "csv_separator", Kind::Choice(&[";", ",", "tab"]), ";"),
    field("report", "title", Kind::MaybeWords, ""),
    field("web", "listen", Kind::Words, "127.0.0.1:8099"),
    field("speech", "limit_s", Kind::Number, "120"),
    field("speech", "voice", Kind::MaybeWords, ""),
    field("station", "timezone", Kind::Words, ""),
];

impl Field {
    /// Its name in forms: `backup.keep`, `language`.
    #[must_use]
    pub fn name(&self) -> String {
        let Key { table, name } = self.key;
        if table.is_empty() { name.to_owned() } else { format!("{table}.{name}") }
    }

    /// The field of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        let (table, key) = name.split_once('.').unwrap_or(("", name));
        FIELDS.iter().find(|field| field.key.table == table && field.key.name == key)
    }

    /// What holds by this text of the file, as it would be typed.
    #[must_use]
    pub fn shown(&self, text: &str) -> String {
        match value_of(text, self.key) {
            Some(Value::Text(text)) => text,
            Some(Value::Integer(number)) => number.to_string(),
            Some(Value::Flag(flag)) => flag.to_string(),
            Some(Value::List(list)) => list.join(" "),
            None => self.default.to_owned(),
        }
    }

    /// What typing this means for that text of the file; `None` if it holds already.
    pub fn typed(&self, typed: &str, text: &str) -> Result<Option<Change>, Mistyped> {
        let typed = typed.replace("\r\n", "\n");
        let typed = typed.trim();
        if typed == self.shown(text).trim() {
            return Ok(None);
        }
        let value = match self.kind {
            Kind::MaybeWords | Kind::List if typed.is_empty() => {
                return Ok(Some(Change::Remove(self.key)));
            }
            _ if typed.is_empty() => return Err(Mistyped::Empty),
            Kind::Words | Kind::MaybeWords => Value::Text(typed.to_owned()),
            Kind::Number => Value::Integer(typed.parse().map_err(|_| Mistyped::NoNumber)?),
            Kind::Flag => Value::Flag(typed.parse().map_err(|_| Mistyped::NoChoice)?),
            Kind::Choice(words) if words.contains(&typed) => Value::Text(typed.to_owned()),
            Kind::Choice(_) => return Err(Mistyped::NoChoice),
            Kind::List => Value::List(typed.split_whitespace().map(|each| each.trim_matches(',').to_owned()).collect()),
        };
        Ok(Some(Change::Set(self.key, value)))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::edit::apply;
    use super::*;
    use crate::config::Config;

    const SHIPPED: &str = include_str!("../../loa.toml");
    const LEAST: &str = "[station]\nname = \"Đài\"\ntimezone = \"Asia/Ho_Chi_Minh\"\n";

    fn parse(text: &str) -> Config {
        Config::parse(Path::new("loa.toml"), text.as_bytes()).unwrap()
    }

    #[test]
    fn what_is_said_to_hold_without_a_key_does() {
        let explicit = FIELDS.iter().filter(|field| !field.default.is_empty()).fold(LEAST.to_owned(), |text, field| {
            let value = match field.kind {
                Kind::Number => Value::Integer(field.default.parse().unwrap()),
                Kind::Flag => Value::Flag(field.default.parse().unwrap()),
                _ => Value::Text(field.default.to_owned()),
            };
            apply(&text, &[Change::Set(field.key, value)]).unwrap()
        });
        let (mut least, explicit) = (parse(LEAST), parse(&explicit));
        // Where something stands is not what it means.
        (least.device_place, least.web.place) = (explicit.device_place.clone(), explicit.web.place.clone());
        assert_eq!(least, explicit);
    }

    #[test]
    fn a_form_that_is_sent_as_it_was_shown_changes_nothing() {
        for text in [SHIPPED, LEAST] {
            for field in &FIELDS {
                assert_eq!(field.typed(&field.shown(text), text), Ok(None), "{}", field.name());
                assert_eq!(Field::named(&field.name()), Some(field));
            }
        }
        for kept in ["data_dir", "speech.command"] {
            assert_eq!(Field::named(kept), None, "{kept}");
        }
    }

    #[test]
    fn what_was_typed_becomes_the_value_of_its_kind() {
        let typed = |name: &str, typed: &str| {
            let change = Field::named(name).unwrap().typed(typed, SHIPPED)?;
            Ok(parse(&apply(SHIPPED, &Vec::from_iter(change)).unwrap()))
        };
        assert_eq!(typed("sound.target_lufs", " -20 ").unwrap().sound.target_lufs, -20);
        assert!(!typed("sound.gain", "false").unwrap().sound.gain);
        assert_eq!(typed("session.weekdays", "Mon-Wed, Sat").unwrap().session.weekdays.unwrap().len(), 4);
        assert_eq!(typed("session.latest", "").unwrap().session.latest, None);
        assert_eq!(typed("sound.target_lufs", "to"), Err(Mistyped::NoNumber));
        assert_eq!(typed("station.name", " "), Err(Mistyped::Empty));
        assert_eq!(typed("report.calendar", "lunar"), Err(Mistyped::NoChoice));
        assert_eq!(typed("sound.gain", "maybe"), Err(Mistyped::NoChoice));
    }
}
