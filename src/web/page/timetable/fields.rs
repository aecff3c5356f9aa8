//! What a form of the timetable sent, and the wish that it is.
//!
//! In: the bytes of a form or of JSON, or a query. Out: a [`Wish`], or the fields that are at fault. What only the checks can
//! judge passes. Next: `act`.

use axum::http::StatusCode;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Weekday, WeekdaySet};
use serde_json::Value;

use super::super::super::answer::Refusal;
use crate::language::Language;
use crate::office::timetable::Folder;
use crate::office::timetable::wish::Wish;
use crate::schedule::days::WEEKDAYS;
use crate::schedule::edit::form::{Airs, DayForm, DutyForm, ItemForm, ProgrammeForm};
use crate::schedule::edit::times::{Fault, Times};
use crate::schedule::read_except::parse_start;
use crate::schedule::table::parse_date;
use crate::schedule::{Programme, start_rule};

/// Names and values in the order in which they came.
#[derive(Debug, Clone, Default)]
pub(super) struct Fields(pub(super) Vec<(String, String)>);

impl Fields {
    /// Of a body: a form, or an object of texts and lists of texts.
    pub(super) fn of_body(bytes: &[u8]) -> Self {
        let Ok(Value::Object(object)) = serde_json::from_slice(bytes) else {
            return Self(serde_urlencoded::from_bytes(bytes).unwrap_or_default());
        };
        let text = |value: Value| match value {
            Value::String(text) => text,
            Value::Null => String::new(),
            other => other.to_string(),
        };
        let pairs = object.into_iter().flat_map(|(name, value)| match value {
            Value::Array(list) => list.into_iter().map(|each| (name.clone(), text(each))).collect(),
            one => vec![(name, text(one))],
        });
        Self(pairs.collect())
    }

    pub(super) fn of_query(query: &str) -> Self {
        Self(serde_urlencoded::from_str(query).unwrap_or_default())
    }

    /// The last value of a name, trimmed; empty if there is none.
    pub(super) fn text(&self, name: &str) -> &str {
        self.0.iter().rfind(|(each, _)| each == name).map_or("", |(_, value)| value.trim())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(each, _)| each == name)
    }

    pub(super) fn is_on(&self, name: &str) -> bool {
        matches!(self.text(name), "1" | "on" | "true")
    }

    /// All values of a name, and the words of each.
    pub(super) fn list(&self, name: &str) -> Vec<String> {
        let values = self.0.iter().filter(|(each, _)| each == name).map(|(_, value)| value.as_str());
        let words = values.flat_map(|value| value.split([',', ';', '\n', '\r'])).map(str::trim);
        words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.0.retain(|(each, _)| each != name);
        self.0.push((name.to_owned(), value.to_owned()));
    }
}

/// The wish of a form.
pub(super) fn wish(language: Language, folder: &Folder, fields: &Fields) -> Result<Wish, Refusal> {
    let reading = Reading { language, folder, fields };
    let id = || fields.text("programme").to_owned();
    let item = || fields.text("item").to_owned();
    Ok(match fields.text("viec") {
        "save" => Wish::Programme(id(), reading.programme(Some(reading.known(&id())?))?),
        "end" => Wish::End(id(), reading.day("last")?),
        "remove" => Wish::RemoveProgramme(id()),
        "add" => Wish::AddProgramme(reading.programme(None)?, reading.item()?),
        "item-save" => Wish::Item(id(), item(), reading.item()?),
        "item-add" => Wish::AddItem(id(), fields.text("at").parse().unwrap_or(usize::MAX), reading.item()?),
        "item-remove" => Wish::RemoveItem(id(), item()),
        "item-up" => Wish::MoveItem(id(), item(), true),
        "item-down" => Wish::MoveItem(id(), item(), false),
        "skip" => {
            reading.planned(&id())?;
            reading.required("why", "hãy ghi lý do bỏ buổi này", "say why it does not air")?;
            Wish::Skip(id(), reading.start()?)
        }
        "unskip" => Wish::Unskip(id(), reading.start()?),
        "once" => reading.once()?,
        "day" => Wish::AddDay(reading.special_day()?),
        "day-remove" => Wish::RemoveDay(reading.place()?),
        "duty" => Wish::AddDuty(reading.duty()?),
        "duty-remove" => Wish::RemoveDuty(reading.place()?),
        _ => return Err(Refusal::wrong(language.pick("không rõ phải làm gì", "it is not said what to do"))),
    })
}

struct Reading<'a> {
    language: Language,
    folder: &'a Folder,
    fields: &'a Fields,
}

impl Reading<'_> {
    fn wrong(&self, field: &str, vi: &str, en: &str) -> Refusal {
        let told = self.language.pick(vi, en);
        Refusal::new(StatusCode::BAD_REQUEST, told).at(field, told)
    }

    fn required(&self, field: &str, vi: &str, en: &str) -> Result<String, Refusal> {
        let text = self.fields.text(field);
        if text.is_empty() { Err(self.wrong(field, vi, en)) } else { Ok(text.to_owned()) }
    }

    fn known(&self, id: &str) -> Result<&Programme, Refusal> {
        let found = self.folder.reading.schedule.programmes.iter().find(|programme| programme.id == id);
        let gone = self.language.pick("chương trình này không còn nữa", "this programme is no longer there");
        found.map(|programme| &**programme).ok_or_else(|| Refusal::missing(gone))
    }

    /// The programme is planned at the start that is named.
    fn planned(&self, id: &str) -> Result<(), Refusal> {
        let (programme, start) = (self.known(id)?, self.start()?);
        let special = self.folder.reading.schedule.days.on(start.date());
        let airs = crate::timetable::airs_on(programme, start.date(), special.as_deref());
        if airs && programme.start.starts_at(start.time()) && !programme.except_at.contains(&start) {
            return Ok(());
        }
        let (vi, en) =
            ("không có buổi nào của chương trình này vào lúc đó", "this programme is not planned at that time");
        Err(self.wrong("start", vi, en))
    }

    fn day(&self, field: &str) -> Result<NaiveDate, Refusal> {
        let wrong = || self.wrong(field, "hãy ghi một ngày có thật", "give a day of the calendar");
        day(self.fields.text(field)).ok_or_else(wrong)
    }

    /// A day as the file writes it; what is no day stays as it is, for the checks.
    fn day_text(&self, field: &str) -> String {
        let written = self.fields.text(field);
        day(written).map_or_else(|| written.to_owned(), |day| day.to_string())
    }

    fn start(&self) -> Result<NaiveDateTime, Refusal> {
        let wrong = || self.wrong("start", "hãy ghi ngày và giờ phát", "give the day and the time");
        parse_start(self.fields.text("start")).ok_or_else(wrong)
    }

    fn place(&self) -> Result<usize, Refusal> {
        let gone = || Refusal::missing(self.language.pick("mục này không còn nữa", "this entry is no longer there"));
        self.fields.text("place").parse().map_err(|_| gone())
    }

    fn programme(&self, now: Option<&Programme>) -> Result<ProgrammeForm, Refusal> {
        let fields = self.fields;
        let kept = now.map(ProgrammeForm::of).unwrap_or_default();
        // What a program does not send stays as it is.
        let or = |name: &str, kept: &str, read: &dyn Fn(&str) -> String| {
            if fields.has(name) { read(fields.text(name)) } else { kept.to_owned() }
        };
        let is = |name: &str, word: &str, kept: bool| if fields.has(name) { fields.text(name) == word } else { kept };
        let title = or("title", &kept.title, &str::to_owned);
        if title.is_empty() {
            return Err(self.wrong("title", "hãy ghi tên chương trình", "give the programme a name"));
        }
        Ok(ProgrammeForm {
            title,
            cron: self.cron(now)?,
            window: or("window", &kept.window, &span),
            ends_hard: is("ends", "hard", kept.ends_hard),
            from: or("from", &kept.from, &|_| self.day_text("from")),
            until: or("until", &kept.until, &|_| self.day_text("until")),
            priority: is("priority", "priority", kept.priority),
            only_special_days: is("only", "special_days", kept.only_special_days),
            why: or("reason", &kept.why, &str::to_owned),
            except: if fields.has("except") {
                fields.list("except").iter().map(|each| start_taken(each)).collect()
            } else {
                kept.except
            },
        })
    }

    /// The start rule: as text where the form showed it so, else of times and weekdays.
    fn cron(&self, now: Option<&Programme>) -> Result<String, Refusal> {
        let written = self.fields.text("cron");
        if !written.is_empty() {
            return Ok(written.to_owned());
        }
        let before = now.map(|programme| &programme.start);
        if let Some(before) = before.filter(|_| !self.fields.has("times")) {
            return Ok(before.text.clone());
        }
        let kept = before.and_then(Times::of);
        let times = Times {
            times: self.times()?,
            weekdays: self.weekdays(),
            days: kept.as_ref().map(|times| times.days.clone()).unwrap_or_default(),
            months: kept.map(|times| times.months).unwrap_or_default(),
        };
        times.rule(before).map_err(|fault| match fault {
            Fault::NoTime => self.wrong("times", "hãy ghi giờ phát, ví dụ 05:00", "give the time of the day, as 05:00"),
            Fault::NoWeekday => self.wrong("weekdays", "hãy chọn ít nhất một thứ", "choose at least one weekday"),
            Fault::TwoRules => self.wrong(
                "times",
                "các giờ phát phải cùng số phút (05:00 và 17:00); giờ khác phút (05:00 và 17:30) thì tạo hai chương trình",
                "the times must have the same minutes (05:00 and 17:00); for others (05:00 and 17:30) make two programmes",
            ),
        })
    }

    fn times(&self) -> Result<Vec<NaiveTime>, Refusal> {
        let wrong = || self.wrong("times", "hãy ghi giờ theo mẫu 05:00", "write times as 05:00");
        let written = self.fields.list("times");
        let words = written.iter().flat_map(|each| each.split_whitespace());
        words.map(|word| time(word).ok_or_else(wrong)).collect()
    }

    fn weekdays(&self) -> WeekdaySet {
        let mut set = WeekdaySet::EMPTY;
        for name in self.fields.list("weekdays") {
            let number = WEEKDAYS.iter().position(|each| *each == name).and_then(|at| u8::try_from(at).ok());
            if let Some(day) = number.and_then(|number| Weekday::try_from(number).ok()) {
                set.insert(day);
            }
        }
        set
    }

    fn item(&self) -> Result<ItemForm, Refusal> {
        let fields = self.fields;
        let airs = match fields.text("airs") {
            "bulletin" => {
                let wrong = || self.wrong("bulletin", "hãy ghi số của tin bài", "give the number of the bulletin");
                Airs::Bulletin(fields.text("bulletin").parse().map_err(|_| wrong())?)
            }
            "queue" => Airs::Queue(span(&self.required(
                "up_to",
                "hãy ghi thời lượng, ví dụ 15 phút",
                "give a length, as 15m",
            )?)),
            _ => Airs::File(self.required("file", "hãy chọn tệp âm thanh", "choose a sound file")?),
        };
        Ok(ItemForm {
            airs,
            title: fields.text("item_title").to_owned(),
            themes: fields.list("themes"),
            genre: fields.text("genre").to_owned(),
            author: fields.text("author").to_owned(),
        })
    }

    /// A programme of one day: its rule names the time only, the day stands in `from` and `until`, so that nothing is wrong
    /// with the file when the day is over.
    fn once(&self) -> Result<Wish, Refusal> {
        let day = self.day("day")?;
        let wrong = || self.wrong("time", "hãy ghi giờ phát, ví dụ 08:30", "give the time of the day, as 08:30");
        let time = time(self.fields.text("time")).ok_or_else(wrong)?;
        let form = ProgrammeForm {
            title: self.required("title", "hãy ghi tên buổi phát", "give it a name")?,
            cron: time.format("%-S %-M %-H * * *").to_string(),
            window: span(&self.required("window", "hãy ghi thời lượng, ví dụ 30 phút", "give a length, as 30m")?),
            from: day.to_string(),
            until: day.to_string(),
            priority: self.fields.text("priority") == "priority",
            why: self.fields.text("reason").to_owned(),
            ..ProgrammeForm::default()
        };
        // Its own words are judged here, so that a wrong time is told at its field.
        if start_rule::parse(&form.cron).is_err() {
            return Err(wrong());
        }
        Ok(Wish::OneOff(form, day, self.item()?))
    }

    fn special_day(&self) -> Result<DayForm, Refusal> {
        let fields = self.fields;
        let number = |name: &str| fields.text(name).parse::<i64>().ok();
        let changes = fields.text("changes");
        Ok(DayForm {
            title: self.required("title", "hãy ghi tên ngày", "give the day a name")?,
            kind: if fields.text("kind").is_empty() { "memorial".into() } else { fields.text("kind").to_owned() },
            from: self.day_text("from"),
            until: self.day_text("until"),
            lunar: fields.text("lunar").to_owned(),
            days: number("days").filter(|_| !fields.text("lunar").is_empty()),
            days_before: number("days_before").filter(|_| !fields.text("lunar").is_empty()),
            as_weekday: if changes == "as" { fields.text("as").to_owned() } else { String::new() },
            air: if changes == "air" { fields.list("programmes") } else { Vec::new() },
            silent: if changes == "silent" { fields.list("programmes") } else { Vec::new() },
            silent_all: changes == "all",
            leave_out: fields.list("leave_out"),
        })
    }

    fn duty(&self) -> Result<DutyForm, Refusal> {
        Ok(DutyForm {
            who: self.required("who", "hãy ghi tên người trực", "say who is on duty")?,
            phone: self.fields.text("phone").to_owned(),
            weekdays: self.fields.list("weekdays"),
            from: self.day_text("from"),
            until: self.day_text("until"),
            programmes: self.fields.list("programmes"),
        })
    }
}

/// A day as `2026-11-25`, as date fields send it, or as people write it: `25/11/2026`.
pub(super) fn day(text: &str) -> Option<NaiveDate> {
    let people = || {
        let mut parts = text.split('/').map(|part| part.parse::<u32>().ok());
        let (day, month, year) = (parts.next()??, parts.next()??, parts.next()??);
        NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day).filter(|_| year >= 1900)
    };
    parse_date(text).or_else(people)
}

/// `05:00`, `5:00`, `05:00:30`, `5h`, `5h30`.
pub(super) fn time(text: &str) -> Option<NaiveTime> {
    let mut parts =
        text.split([':', 'h', 'H', 'g']).map(|part| if part.is_empty() { Some(0) } else { part.parse().ok() });
    let (hour, minute, second) = (parts.next()??, parts.next().unwrap_or(Some(0))?, parts.next().unwrap_or(Some(0))?);
    let clean = text.starts_with(|first: char| first.is_ascii_digit()) && parts.next().is_none();
    NaiveTime::from_hms_opt(hour, minute, second).filter(|_| clean)
}

/// `45` and `45 phút` are minutes; anything else is as files write it.
fn span(text: &str) -> String {
    let short = text.replace("giờ", "h").replace("phút", "m").replace("min", "m").replace("giây", "s").replace(' ', "");
    if !short.is_empty() && short.bytes().all(|each| each.is_ascii_digit()) {
        format!("{short}m")
    } else if short.bytes().all(|each| each.is_ascii_digit() || b"hms".contains(&each)) {
        short
    } else {
        text.to_owned()
    }
}

/// A length as people read it, which `span` takes back: `1h30m` is `1 giờ 30 phút`.
pub(super) fn span_shown(language: Language, span: &str) -> String {
    let is_plain = span.bytes().all(|each| each.is_ascii_digit() || b"hms".contains(&each));
    if language == Language::En || !is_plain {
        return span.to_owned();
    }
    span.replace('h', " giờ ").replace('m', " phút ").replace('s', " giây ").trim().to_owned()
}

/// A day off, or one start of a day, as people write it, in the form of files: `01/01/2027 17:00` is `2027-01-01T17:00`.
fn start_taken(text: &str) -> String {
    let (date, time) = text.split_once([' ', 'T']).map_or((text, ""), |(date, time)| (date, time.trim()));
    let Some(day) = day(date) else { return text.to_owned() };
    if time.is_empty() { day.to_string() } else { format!("{day}T{time}") }
}

/// The other way round.
pub(super) fn start_shown(text: &str) -> String {
    let (date, time) = text.split_once('T').unwrap_or((text, ""));
    let Some(day) = parse_date(date) else { return text.to_owned() };
    format!("{} {time}", day.format("%d/%m/%Y")).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_times_and_lengths_are_taken_as_people_write_them() {
        assert_eq!(day("25/11/2026"), day("2026-11-25"));
        assert!(day("2026-11-25").is_some() && day("31/2/2026").is_none() && day("1/1/26").is_none());
        let at = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0);
        assert_eq!(["5:00", "05:30", "17h", "17h30"].map(time), [at(5, 0), at(5, 30), at(17, 0), at(17, 30)]);
        assert_eq!(["", "5:61", "25:00", "abc", "1:2:3:4"].map(time), [None; 5]);
        assert_eq!(["45", "45 phút", "1h30m", "abc"].map(span), ["45m", "45m", "1h30m", "abc"]);
        for written in ["45m", "1h30m", "90s", "1h", "abc", ""] {
            assert_eq!(span(&span_shown(Language::Vi, written)), written);
        }
        assert_eq!(span_shown(Language::Vi, "1h30m"), "1 giờ 30 phút");
        for (written, shown) in [("2027-01-01", "01/01/2027"), ("2027-01-01T17:00", "01/01/2027 17:00"), ("x", "x")] {
            assert_eq!(
                (start_shown(written), start_taken(shown), start_taken(written)),
                (shown.into(), written.into(), written.into())
            );
        }
    }

    #[test]
    fn json_and_forms_say_the_same() {
        let form = Fields::of_body(b"weekdays=Mon&weekdays=Fri&title=A%20B");
        let json = Fields::of_body(br#"{"weekdays": ["Mon", "Fri"], "title": "A B", "n": 3}"#);
        for fields in [form, json] {
            assert_eq!((fields.list("weekdays"), fields.text("title")), (vec!["Mon".to_owned(), "Fri".into()], "A B"));
        }
    }
}
