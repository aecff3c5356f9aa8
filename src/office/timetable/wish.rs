//! What a person wishes of the timetable, and the changes of one file that it takes.
//!
//! In: the folder as it stands, a wish. Out: an [`Edit`], or why not. What a wish says that is no good value comes into the
//! text all the same: the checks, which run before anything is written, say what is wrong with it. Next: `trial`.

use chrono::{NaiveDate, NaiveDateTime};

use super::{DAYS, Edit, Folder, ONE_OFFS, Unfit};
use crate::schedule::edit::form::{DayForm, DutyForm, ItemForm, ProgrammeForm};
use crate::schedule::edit::make::fresh_id;
use crate::schedule::edit::{self, Change, Value};
use crate::schedule::read_except::start_text;
use crate::schedule::{Item, Programme};

/// Heads the file of programmes that air once.
const ONE_OFFS_HEAD: &str =
    "# Những buổi phát một lần, do trang điều hành ghi. Buổi đã qua lâu được bỏ đi khi thêm buổi mới.\n\n";

/// A one-off that is over for so many days goes when another is added: its airings are in the log.
const KEPT_DAYS: i64 = 7;

/// What is wished.
#[derive(Debug, Clone, PartialEq)]
pub enum Wish {
    /// A programme says this.
    Programme(String, ProgrammeForm),
    /// A programme airs for the last time on this day.
    End(String, NaiveDate),
    /// A programme is taken out.
    RemoveProgramme(String),
    /// A new programme in a file of its own, with its first item.
    AddProgramme(ProgrammeForm, ItemForm),
    /// An item of a programme says this.
    Item(String, String, ItemForm),
    /// A new item at a place, counted from 0.
    AddItem(String, usize, ItemForm),
    /// An item is taken out.
    RemoveItem(String, String),
    /// An item goes up (`true`) or down by one.
    MoveItem(String, String, bool),
    /// The programme does not air at this local time.
    Skip(String, NaiveDateTime),
    /// It does again.
    Unskip(String, NaiveDateTime),
    /// A programme that airs once, on a day.
    OneOff(ProgrammeForm, NaiveDate, ItemForm),
    /// A special day.
    AddDay(DayForm),
    /// The special day at a place of the file, counted from 0.
    RemoveDay(usize),
    /// A line of duty.
    AddDuty(DutyForm),
    /// The line of duty at a place of the file, counted from 0.
    RemoveDuty(usize),
}

impl Wish {
    /// The name of the file that it changes.
    #[must_use]
    pub fn file(&self, folder: &Folder) -> Option<String> {
        if let Some(id) = self.programme() {
            return folder.file_of(id).map(str::to_owned);
        }
        Some(match self {
            Self::AddProgramme(form, _) => format!("{}.toml", new_id(folder, &form.title)),
            Self::OneOff(..) => ONE_OFFS.to_owned(),
            _ => DAYS.to_owned(),
        })
    }

    /// The new text of its file. `today` is the station's.
    pub fn edit(&self, folder: &Folder, today: NaiveDate) -> Result<Edit, Unfit> {
        let file = self.file(folder).ok_or_else(|| Unfit::NotThere(self.programme().unwrap_or_default().to_owned()))?;
        let before = folder.text(&file).map(str::to_owned);
        if before.is_none() && folder.has(&file) {
            return Err(Unfit::ByHand(file, edit::Fault::Syntax(String::new())));
        }
        let changes = self.changes(folder, today)?;
        let text =
            before.clone().unwrap_or_else(|| if file == ONE_OFFS { ONE_OFFS_HEAD.into() } else { String::new() });
        let after = edit::apply_all(&text, &changes).map_err(|fault| match fault {
            edit::Fault::NotThere(what) => Unfit::NotThere(what),
            other => Unfit::ByHand(file.clone(), other),
        })?;
        if before.as_ref() == Some(&after) {
            return Err(Unfit::Nothing);
        }
        // A file of ours without a programme is of no use, and `loa check` would warn of it.
        let is_empty = file == ONE_OFFS && !after.contains("[[programme]]");
        Ok(Edit { file, before, after: (!is_empty).then_some(after) })
    }

    /// The programme that it is about, if it is about one that is there.
    #[must_use]
    pub fn programme(&self) -> Option<&str> {
        match self {
            Self::Programme(id, _)
            | Self::End(id, _)
            | Self::RemoveProgramme(id)
            | Self::Item(id, ..)
            | Self::AddItem(id, ..)
            | Self::RemoveItem(id, _)
            | Self::MoveItem(id, ..)
            | Self::Skip(id, _)
            | Self::Unskip(id, _) => Some(id),
            _ => None,
        }
    }

    fn changes(&self, folder: &Folder, today: NaiveDate) -> Result<Vec<Change>, Unfit> {
        Ok(match self {
            Self::Programme(id, form) => {
                let programme = programme(folder, id)?;
                let (off, on) = form.exceptions(programme);
                let off = off.into_iter().map(|each| Change::Skip(id.clone(), each));
                let on = on.into_iter().map(|each| Change::Unskip(id.clone(), each));
                let keys = Change::Programme(id.clone(), form.changes(programme));
                std::iter::once(keys).chain(on).chain(off).collect()
            }
            Self::End(id, last) => {
                vec![Change::Programme(id.clone(), vec![("until", Some(Value::Text(last.to_string())))])]
            }
            Self::RemoveProgramme(id) => vec![Change::RemoveProgramme(id.clone())],
            Self::AddProgramme(form, item) => {
                let id = new_id(folder, &form.title);
                vec![Change::AddProgramme(form.made(&id, &[first_item(item)]))]
            }
            Self::Item(id, item, form) => {
                let now = item_of(programme(folder, id)?, item)?;
                vec![Change::Item(id.clone(), item.clone(), form.changes(now))]
            }
            Self::AddItem(id, at, form) => {
                let taken = programme(folder, id)?.items.iter().map(|item| &*item.id);
                let made = form.made(&fresh_id(&item_words(form), taken));
                vec![Change::AddItem(id.clone(), *at, made)]
            }
            Self::RemoveItem(id, item) => vec![Change::RemoveItem(id.clone(), item.clone())],
            Self::MoveItem(id, item, up) => vec![Change::MoveItem(id.clone(), item.clone(), *up)],
            Self::Skip(id, start) => vec![Change::Skip(id.clone(), exception(programme(folder, id)?, *start))],
            Self::Unskip(id, start) => {
                let programme = programme(folder, id)?;
                let alone = programme.except_at.contains(start).then(|| written_start(folder, id, *start));
                let off = alone.or_else(|| programme.except.contains(&start.date()).then(|| start.date().to_string()));
                let off = off.ok_or_else(|| Unfit::NotThere(start_text(*start)))?;
                vec![Change::Unskip(id.clone(), off)]
            }
            Self::OneOff(form, _, item) => {
                let id = new_id(folder, &form.title);
                let mut changes = stale(folder, today);
                changes.push(Change::AddProgramme(form.made(&id, &[first_item(item)])));
                changes
            }
            Self::AddDay(form) => vec![Change::AddDay(form.made())],
            Self::RemoveDay(at) => vec![Change::RemoveDay(*at)],
            Self::AddDuty(form) => vec![Change::AddDuty(form.made())],
            Self::RemoveDuty(at) => vec![Change::RemoveDuty(*at)],
        })
    }
}

/// What `except` has to say so that one start is off: the day, or the start where the day has others.
#[must_use]
pub fn exception(programme: &Programme, start: NaiveDateTime) -> String {
    if programme.start.starts_a_day() > 1 { start_text(start) } else { start.date().to_string() }
}

/// A start as the file writes it; one with seconds may be written with more digits than needed.
fn written_start(folder: &Folder, programme: &str, start: NaiveDateTime) -> String {
    let short = start_text(start);
    let long = start.format("%Y-%m-%dT%H:%M:%S").to_string();
    let text = folder.file_of(programme).and_then(|file| folder.text(file)).unwrap_or_default();
    if !text.contains(&format!("{short}\"")) && text.contains(&long) { long } else { short }
}

/// An id that no programme has.
#[must_use]
pub fn new_id(folder: &Folder, title: &str) -> String {
    let programmes = folder.reading.schedule.programmes.iter().map(|programme| &*programme.id);
    // A file of that name would be written over.
    let files = folder.files.iter().filter_map(|file| super::name_of(&file.path).strip_suffix(".toml"));
    fresh_id(title, programmes.chain(files))
}

fn first_item(item: &ItemForm) -> String {
    item.made(&fresh_id(&item_words(item), std::iter::empty()))
}

fn item_words(form: &ItemForm) -> String {
    use crate::schedule::edit::form::Airs;
    match &form.airs {
        _ if !form.title.trim().is_empty() => form.title.clone(),
        Airs::File(path) => path.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or("tep").to_owned(),
        Airs::Bulletin(number) => format!("tin-{number}"),
        Airs::Queue(_) => "hang-cho".to_owned(),
    }
}

/// One-offs that are long over.
fn stale(folder: &Folder, today: NaiveDate) -> Vec<Change> {
    let over = |programme: &Programme| {
        let ended = programme.until.is_some_and(|until| (today - until).num_days() > KEPT_DAYS);
        ended && folder.file_of(&programme.id) == Some(ONE_OFFS)
    };
    let programmes = folder.reading.schedule.programmes.iter().filter(|programme| over(programme));
    programmes.map(|programme| Change::RemoveProgramme(programme.id.clone())).collect()
}

fn programme<'f>(folder: &'f Folder, id: &str) -> Result<&'f Programme, Unfit> {
    let found = folder.reading.schedule.programmes.iter().find(|programme| programme.id == id);
    found.map(|programme| &**programme).ok_or_else(|| Unfit::NotThere(id.to_owned()))
}

fn item_of<'p>(programme: &'p Programme, id: &str) -> Result<&'p Item, Unfit> {
    programme.items.iter().find(|item| item.id == id).ok_or_else(|| Unfit::NotThere(id.to_owned()))
}
