//! An activity recorded, changed, withdrawn from the page.
//!
//! In: the fields of the form. Out: what was recorded, or every fault beside its field. A blank field of a form is one that the
//! activity shall not have. A form that was opened before somebody else's change is refused. Next: `crate::office`'s `activity`.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::post;
use chrono::NaiveDate;

use super::super::super::super::answer::{Answer, Done, Refusal};
use super::super::super::super::layout::sentence;
use super::super::super::super::routes::{Needs, Route};
use super::super::super::super::site::Site;
use super::super::super::super::visitor::Visitor;
use super::super::counted::{away, register, said_wrong};
use super::PATH;
use super::files::Waiting;
use crate::language::Language;
use crate::office::activity::fields::{Clear, Labels, Said};
use crate::office::activity::{self, Asked, Recorded, Refused, words};
use crate::office::fields::Typed;
use crate::people::Right;
use crate::problem::what::{ActivityFault, BulletinFault, ProgrammeFault, TextFault, What};
use crate::problem::{Problem, Severity};
use crate::schedule::table::parse_date;

pub(super) fn routes() -> Vec<Route> {
    let needs = Needs::Right(Right::Activity);
    vec![
        Route::post("/api/activities", needs, "activity.add", post(add)),
        Route::post("/api/activities/{n}/change", needs, "activity.change", post(change)),
        Route::post("/api/activities/{n}/withdraw", needs, "activity.withdraw", post(withdraw)),
    ]
}

/// The fields of a form as they come, some of them several times.
type Sent = Vec<(String, String)>;

fn one<'a>(sent: &'a Sent, name: &str) -> &'a str {
    sent.iter().find(|(each, _)| each == name).map_or("", |(_, value)| value.trim())
}

fn all<'a>(sent: &'a Sent, name: &'a str) -> impl Iterator<Item = &'a str> {
    sent.iter().filter(move |(each, value)| each == name && !value.trim().is_empty()).map(|(_, value)| value.trim())
}

/// Fields that are read here, with their faults.
struct Reading<'a> {
    sent: &'a Sent,
    visitor: &'a Visitor,
    clear: Vec<Clear>,
    faults: Vec<(String, String)>,
}

impl Reading<'_> {
    /// A text; a blank one takes the field away.
    fn text(&mut self, name: &str, cleared: Clear) -> Option<String> {
        let text = one(self.sent, name);
        if text.is_empty() {
            self.clear.push(cleared);
        }
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn number(&mut self, name: &str, cleared: Clear, from: i64, to: i64) -> Option<i64> {
        let text = self.text(name, cleared)?;
        let number = text.parse().ok().filter(|number| (from..=to).contains(number));
        if number.is_none() {
            let told = match self.visitor.language() {
                Language::Vi => format!("ghi một số nguyên từ {from} đến {to}, không có dấu chấm"),
                Language::En => format!("a whole number from {from} to {to}"),
            };
            self.faults.push((name.to_owned(), told));
        }
        number
    }

    fn day(&mut self, name: &str) -> Option<NaiveDate> {
        let text = one(self.sent, name);
        let day = parse_date(text);
        if day.is_none() && !text.is_empty() {
            let told = self.visitor.pick("ngày không đúng, ghi như 2025-03-01", "write a day as 2025-03-01");
            self.faults.push((name.to_owned(), told.to_owned()));
        }
        day
    }
}

/// All that a form says.
fn said(sent: &Sent, waiting: &Waiting, visitor: &Visitor, is_new: bool) -> Result<Said, Refusal> {
    use crate::activity::checks::{MOST_PEOPLE, MOST_PROCEDURES};
    let mut reading = Reading { sent, visitor, clear: vec![Clear::Themes], faults: Vec::new() };
    let date = reading.day("date");
    let until = reading.day("until");
    if until.is_none() {
        reading.clear.push(Clear::Until);
    }
    let said = Said {
        date,
        until,
        code: Some(one(sent, "code").to_owned()),
        title: Some(one(sent, "title").to_owned()),
        channel: reading.text("channel", Clear::Channel),
        themes: all(sent, "theme").map(str::to_owned).collect(),
        bulletin: reading.number("bulletin", Clear::Bulletin, 1, 999_999_999),
        place: reading.text("place", Clear::Place),
        people: reading.number("people", Clear::People, 0, MOST_PEOPLE),
        procedures: reading.number("procedures", Clear::Procedures, 0, MOST_PROCEDURES),
        who: reading.text("who", Clear::Who),
        link: reading.text("link", Clear::Link),
        note: reading.text("note", Clear::Note),
        files: waiting.files(visitor)?,
        clear: Vec::new(),
        remove_files: Vec::new(),
    };
    let must =
        |name: &str, vi, en| one(sent, name).is_empty().then(|| (name.to_owned(), visitor.pick(vi, en).to_owned()));
    let Reading { clear, mut faults, .. } = reading;
    faults.extend(must("date", "phải có ngày", "the day is needed"));
    faults.extend(must("title", "phải có tên hoạt động", "say what was done"));
    faults.extend(must("code", "phải chọn hình thức hoặc nhiệm vụ của kế hoạch", "choose a form or task of the plan"));
    if !faults.is_empty() {
        let told = visitor.pick("chưa ghi: còn mục chưa đúng", "nothing was recorded: some fields are wrong");
        return Err(Refusal { fields: faults, ..Refusal::wrong(told) });
    }
    Ok(if is_new { said } else { Said { clear, ..said } })
}

async fn add(State(site): State<Arc<Site>>, visitor: Visitor, Form(sent): Form<Sent>) -> Answer {
    let waiting = Waiting::of(&site, &visitor, all(&sent, "upload"));
    let said = said(&sent, &waiting, &visitor, true)?;
    let (config, signed, labels) = (site.config(), site.signature(&visitor), Labels::of_form(visitor.language()));
    let recorded = away(move || {
        let asked = Asked { said: &said, labels, signed, problems: Vec::new() };
        let recorded = activity::add(&config, asked);
        if recorded.is_ok() {
            waiting.forget();
        }
        recorded
    });
    told(recorded.await?, &visitor)
}

async fn change(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(number): Path<i64>,
    Form(sent): Form<Sent>,
) -> Answer {
    let waiting = Waiting::of(&site, &visitor, all(&sent, "upload"));
    let mut said = said(&sent, &waiting, &visitor, false)?;
    let seen: Option<i64> = one(&sent, "revision").parse().ok();
    let kept: Option<Vec<String>> =
        (!one(&sent, "has_files").is_empty()).then(|| all(&sent, "keep").map(str::to_owned).collect());
    let (config, signed, labels) = (site.config(), site.signature(&visitor), Labels::of_form(visitor.language()));
    let recorded = away(move || {
        let before = activity::standing(&config, number)?;
        if seen.is_some_and(|seen| seen != before.revision) {
            return Err(Refused::Register(crate::store::RegisterError::OutdatedActivity(number)));
        }
        if let Some(kept) = kept {
            let gone = before.files.iter().filter(|file| !kept.contains(&file.sha256));
            said.remove_files = gone.map(|file| file.sha256.clone()).collect();
        }
        let asked = Asked { said: &said, labels, signed, problems: Vec::new() };
        let recorded = activity::change(&config, &before, asked)?;
        waiting.forget();
        Ok(recorded)
    });
    told(recorded.await?, &visitor)
}

async fn withdraw(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(number): Path<i64>,
    Form(sent): Form<Sent>,
) -> Answer {
    let (config, signed) = (site.config(), site.signature(&visitor));
    let (label, why) = (visitor.pick("Lý do", "Why").to_owned(), one(&sent, "why").to_owned());
    let recorded = away(move || {
        let mut typed = Typed::new(&config);
        let Some(why) = typed.line(&label, &why) else { return Err(Refused::Problems(typed.problems)) };
        let activity = activity::withdraw(&config, activity::standing(&config, number)?, why, &signed)?;
        Ok(Recorded { activity, is_unchanged: false, remarks: Vec::new() })
    });
    told(recorded.await?, &visitor)
}

/// What was recorded, with what a person should look at.
fn told(recorded: Result<Recorded, Refused>, visitor: &Visitor) -> Answer {
    let language = visitor.language();
    let Recorded { activity, is_unchanged, remarks } = recorded.map_err(|why| refusal(why, visitor))?;
    let mut told =
        if is_unchanged { words::unchanged(language, &activity) } else { words::recorded(language, &activity) };
    for remark in &remarks {
        told.push_str(". ");
        told.push_str(&sentence(&remark.say(language).message));
    }
    let object = serde_json::to_value(words::Made::of(&activity)).unwrap_or_default();
    Ok(Done::new(told, format!("{PATH}/{}", activity.number)).with(object))
}

/// Why nothing was recorded.
pub(super) fn refusal(why: Refused, visitor: &Visitor) -> Refusal {
    match why {
        Refused::Problems(problems) => wrong(&problems, visitor),
        Refused::Disk(problems) => Refusal { status: StatusCode::SERVICE_UNAVAILABLE, ..wrong(&problems, visitor) },
        Refused::Unknown(number) => Refusal::missing(match visitor.language() {
            Language::Vi => format!("không có hoạt động số {number}"),
            Language::En => format!("there is no activity {number}"),
        }),
        Refused::Withdrawn(number, why) => Refusal::conflict(match visitor.language() {
            Language::Vi => format!("hoạt động số {number} đã được rút lại ({why}); nếu vẫn tính thì ghi mới"),
            Language::En => format!("activity {number} was withdrawn ({why}); if it counts after all, enter it anew"),
        }),
        Refused::Register(error) => register(&error, visitor),
    }
}

fn wrong(problems: &[Problem], visitor: &Visitor) -> Refusal {
    let labels = Labels::of_form(visitor.language());
    let mut refusal = said_wrong(problems, visitor);
    for problem in problems.iter().filter(|problem| problem.severity == Severity::Error) {
        if let Some(field) = field_of(&problem.what, labels) {
            refusal = refusal.at(field, problem.say(visitor.language()).message);
        }
    }
    refusal
}

/// The field of the form that a problem is of.
fn field_of(what: &What, labels: Labels) -> Option<&'static str> {
    let of_label = |label: &str| {
        let fields = [
            (labels.title, "title"),
            (labels.place, "place"),
            (labels.who, "who"),
            (labels.note, "note"),
            (labels.link, "link"),
        ];
        fields.into_iter().find(|(each, _)| *each == label).map(|(_, field)| field)
    };
    match what {
        What::Activity(fault) => Some(match fault {
            ActivityFault::DateAfterUntil(..) => "until",
            ActivityFault::LongAgo(_) | ActivityFault::Future(_) => "date",
            ActivityFault::UnknownCode(..) | ActivityFault::BadCode(_) => "code",
            ActivityFault::UnknownChannel(..) | ActivityFault::Audible(..) => "channel",
            ActivityFault::BadLink(_) => "link",
            ActivityFault::NoBulletin(_) => "bulletin",
            ActivityFault::File(..) | ActivityFault::TooManyFiles(..) => "upload",
            _ => return None,
        }),
        What::Bulletin(BulletinFault::TooLong(label, ..) | BulletinFault::NoLetter(label))
        | What::Text(TextFault::Refused(label, _)) => of_label(label),
        What::Programme(ProgrammeFault::UnknownTheme(..)) => Some("theme"),
        _ => None,
    }
}
