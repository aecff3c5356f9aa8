//! Wishes carried out, and shown before they are.
//!
//! In: a wish. Out: what it would change (`trial`), or the file written and the words for it. The checks of `loa check` decide
//! whether it may be written; warnings must have been seen. The running station takes the file over by itself. Next: `preview`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use chrono::NaiveDate;

use super::super::super::answer::{Answer, Done, Refusal};
use super::super::super::site::Site;
use super::super::super::visitor::Visitor;
use super::fields::{Fields, wish};
use crate::calendar::local_date;
use crate::config::Config;
use crate::language::Language;
use crate::office::timetable::trial::{Trial, try_out};
use crate::office::timetable::wish::Wish;
use crate::office::timetable::write::write;
use crate::office::timetable::{Edit, Folder, Unfit};
use crate::problem::{Problem, Severity};
use crate::schedule::edit;

/// Runs what reads files or the database where it may take its time.
pub(super) async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    tokio::task::spawn_blocking(work).await.ok()
}

/// The folder of the station as it stands.
pub(super) fn folder(config: &Config) -> Folder {
    Folder::load(&config.schedules_dir(), &config.zone_ids())
}

/// A wish tried out.
pub(super) struct Tried {
    pub(super) wish: Wish,
    pub(super) edit: Edit,
    pub(super) trial: Trial,
}

/// Reads a wish and tries it out on the files as they stand.
pub(super) fn tried(site: &Site, language: Language, fields: &Fields) -> Result<Tried, Refusal> {
    let config = site.config();
    let now = site.clock.now().wall;
    let today: NaiveDate = local_date(config.station.timezone, now);
    let folder = folder(&config);
    let wish = wish(language, &folder, fields)?;
    let shown = fields.text("stamp");
    // Places move as soon as somebody else changes the file: another one than was meant would be hit.
    if shown.is_empty() && matches!(wish, Wish::RemoveDay(_) | Wish::RemoveDuty(_)) {
        let told = language.pick(
            "thiếu dấu của tệp (stamp): hãy mở lại trang rồi bấm",
            "the file's stamp is missing: open the page again",
        );
        return Err(Refusal::wrong(told));
    }
    // Before anything is judged: whoever looks at an old page is told that first.
    if let Some(file) = wish.file(&folder).filter(|file| !shown.is_empty() && shown != stamp(&folder.stamp(file))) {
        return Err(said(language, &Unfit::Changed(file)));
    }
    let edit = wish.edit(&folder, today).map_err(|unfit| said(language, &unfit))?;
    let trial = try_out(&config, &folder, &edit, now);
    Ok(Tried { wish, edit, trial })
}

/// What a form carries so that it changes only what was shown; `-` for a file that is not there.
pub(super) fn stamp(stamp: &str) -> &str {
    if stamp.is_empty() { "-" } else { stamp }
}

/// Carries a wish out.
async fn carry_out(site: Arc<Site>, visitor: Visitor, fields: Fields) -> Answer {
    let language = visitor.language();
    // Sounds are heard one at a time, beside the air.
    let turn = Arc::clone(&site.sounds.turn).acquire_owned().await;
    let done = apart(move || {
        let _turn = turn;
        let tried = tried(&site, language, &fields)?;
        if tried.trial.is_refused() {
            return Err(refused(language, &tried.trial.problems));
        }
        if !tried.trial.problems.is_empty() && !fields.is_on("confirmed") {
            let head = language.pick(
                "có cảnh báo, chưa ghi gì cả; xem trước rồi xác nhận:",
                "there are warnings, nothing was written; look at them and confirm:",
            );
            return Err(Refusal::new(StatusCode::CONFLICT, listed(language, head, &tried.trial.problems)));
        }
        write(&site.config().schedules_dir(), &tried.edit).map_err(|unfit| said(language, &unfit))?;
        let name = &tried.edit.file;
        let told = match language {
            Language::Vi => format!("đã ghi {name}; đài nhận trong vòng 2 giây"),
            Language::En => format!("{name} is written; the station takes it over within 2 seconds"),
        };
        Ok(Done::new(told, to(&tried.wish, &fields)).with(serde_json::json!({"file": name})))
    });
    done.await
        .unwrap_or_else(|| Err(Refusal::later(language.pick("chưa làm được, hãy thử lại", "not done, try again"))))
}

/// Where the browser goes.
fn to(wish: &Wish, fields: &Fields) -> String {
    match wish {
        Wish::RemoveProgramme(_) | Wish::AddProgramme(..) => "/lich-phat/chuong-trinh".to_owned(),
        Wish::Skip(_, start) | Wish::Unskip(_, start) => format!("/lich-phat?tuan={}", start.date()),
        Wish::OneOff(_, day, _) => format!("/lich-phat?tuan={day}"),
        Wish::AddDay(_) | Wish::RemoveDay(_) | Wish::AddDuty(_) | Wish::RemoveDuty(_) => {
            "/lich-phat/ngay-dac-biet".to_owned()
        }
        _ => format!("/lich-phat/chuong-trinh/{}", fields.text("programme")),
    }
}

/// Why a wish cannot be carried out.
pub(super) fn said(language: Language, unfit: &Unfit) -> Refusal {
    let pick = |vi: String, en: String| if language == Language::Vi { vi } else { en };
    let told = match unfit {
        Unfit::NotThere(what) => pick(
            format!("không còn `{what}`: có người đã sửa lịch; hãy mở lại trang"),
            format!("`{what}` is no longer there: somebody has changed the schedule; open the page again"),
        ),
        Unfit::ByHand(file, fault) => {
            let why = match fault {
                edit::Fault::ByHand(what) => pick(
                    format!("phần `{what}` viết theo lối riêng"),
                    format!("`{what}` is written in a form of its own"),
                ),
                other => other.to_string(),
            };
            pick(
                format!("tệp {file} phải sửa bằng tay trong thư mục schedules: {why}"),
                format!("{file} must be changed by hand in the folder schedules: {why}"),
            )
        }
        Unfit::Taken(what) => pick(format!("đã có `{what}` rồi"), format!("there is `{what}` already")),
        Unfit::Nothing => pick("không có gì thay đổi".into(), "nothing would change".into()),
        Unfit::Changed(file) => pick(
            format!("tệp {file} đã thay đổi từ khi trang này mở ra, nên chưa ghi gì cả; hãy mở lại trang rồi sửa lại"),
            format!("{file} has changed since this page was opened, so nothing was written; open the page again"),
        ),
        Unfit::Unwritten(file, why) => {
            pick(format!("không ghi được tệp {file}: {why}"), format!("{file} cannot be written: {why}"))
        }
    };
    match unfit {
        Unfit::NotThere(_) => Refusal::missing(told),
        Unfit::Unwritten(..) => Refusal::later(told),
        Unfit::Nothing => Refusal::wrong(told),
        _ => Refusal::conflict(told),
    }
}

/// What the checks refuse, in their own words, each at its field where the form has it.
fn refused(language: Language, problems: &[Problem]) -> Refusal {
    let head = language
        .pick("chưa ghi gì cả, vì `loa check` sẽ báo lỗi:", "nothing was written, since `loa check` would refuse it:");
    let errors: Vec<Problem> = problems.iter().filter(|problem| problem.severity == Severity::Error).cloned().collect();
    let mut refusal = Refusal::wrong(listed(language, head, &errors));
    for problem in &errors {
        if let Some(field) = field_of(problem) {
            let words = problem.render(language);
            let told = words.lines().next().unwrap_or_default();
            refusal = refusal.at(field, told.split_once(": ").map_or(told, |(_, rest)| rest));
        }
    }
    refusal
}

fn listed(language: Language, head: &str, problems: &[Problem]) -> String {
    let all = problems.iter().map(|problem| problem.render(language));
    format!("{head}\n{}", all.collect::<String>().trim_end())
}

/// The field of a form that a problem is about: the key of its line.
fn field_of(problem: &Problem) -> Option<&'static str> {
    let line = &problem.place.as_ref()?.spot.as_ref()?.text;
    let key = line.split('=').next()?.trim();
    let fields = [
        ("title", "title"),
        ("cron", "times"),
        ("window", "window"),
        ("from", "from"),
        ("until", "until"),
        ("why", "reason"),
        ("except", "except"),
        ("file", "file"),
        ("bulletin", "bulletin"),
        ("queue", "up_to"),
        ("themes", "themes"),
        ("date", "from"),
        ("lunar", "lunar"),
    ];
    fields.into_iter().find(|(name, _)| *name == key).map(|(_, field)| field)
}

pub(super) async fn programme(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let mut fields = Fields::of_body(&body);
    fields.set("programme", &id);
    if fields.text("viec").is_empty() {
        fields.set("viec", "save");
    }
    only(
        &visitor,
        &fields,
        &["save", "end", "remove", "item-save", "item-add", "item-remove", "item-up", "item-down"],
    )?;
    carry_out(site, visitor, fields).await
}

pub(super) async fn new_programme(State(site): State<Arc<Site>>, visitor: Visitor, body: Bytes) -> Answer {
    let mut fields = Fields::of_body(&body);
    fields.set("viec", "add");
    carry_out(site, visitor, fields).await
}

pub(super) async fn skip(State(site): State<Arc<Site>>, visitor: Visitor, body: Bytes) -> Answer {
    let mut fields = Fields::of_body(&body);
    let undo = fields.is_on("undo") || fields.text("viec") == "unskip";
    fields.set("viec", if undo { "unskip" } else { "skip" });
    carry_out(site, visitor, fields).await
}

pub(super) async fn once(State(site): State<Arc<Site>>, visitor: Visitor, body: Bytes) -> Answer {
    let mut fields = Fields::of_body(&body);
    fields.set("viec", "once");
    carry_out(site, visitor, fields).await
}

pub(super) async fn days(State(site): State<Arc<Site>>, visitor: Visitor, body: Bytes) -> Answer {
    let mut fields = Fields::of_body(&body);
    if fields.text("viec").is_empty() {
        fields.set("viec", "day");
    }
    only(&visitor, &fields, &["day", "day-remove", "duty", "duty-remove"])?;
    carry_out(site, visitor, fields).await
}

/// Each address does its own kind of thing, so that the audit says what was done.
fn only(visitor: &Visitor, fields: &Fields, kinds: &[&str]) -> Result<(), Refusal> {
    if kinds.contains(&fields.text("viec")) {
        return Ok(());
    }
    Err(Refusal::wrong(visitor.pick("không rõ phải làm gì", "it is not said what to do")))
}

/// Where a wish is sent.
pub(super) fn address(fields: &Fields) -> String {
    match fields.text("viec") {
        "add" => "/api/programmes".to_owned(),
        "skip" | "unskip" => "/api/occurrences/skip".to_owned(),
        "once" => "/api/occurrences/add".to_owned(),
        "day" | "day-remove" | "duty" | "duty-remove" => "/api/days".to_owned(),
        _ => format!("/api/programmes/{}", fields.text("programme")),
    }
}
