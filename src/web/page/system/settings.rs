//! `loa.toml` changed by form, and as JSON.
//!
//! In: a technician's fields, and which text of the file he saw. Out: the file changed, what takes effect when; or nothing
//! changed, with what is wrong at each field in the words of `loa check`. Next: `office::settings`, which does it.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use axum::{Form, Json};
use maud::{Markup, html};
use serde_json::{Value, json};

use super::light::coded;
use super::{SETTINGS, form, page, zones};
use crate::config::Config;
use crate::config::edit::{Change, EditError, line_of};
use crate::config::field::{FIELDS, Field, Mistyped};
use crate::language::Language;
use crate::office::settings::{self as office, Refused, Sheet, Written};
use crate::problem::causes;
use crate::problem::system::refusal;
use crate::problem::{Problem, Severity};
use crate::web::answer::{Answer, Done, Refusal};
use crate::web::layout::sentence;
use crate::web::part::form as part;
use crate::web::routes::Route;
use crate::web::site::Site;
use crate::web::visitor::Visitor;

const HERE: &str = "/he-thong/cai-dat";

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(HERE, SETTINGS, get(show)),
        Route::get("/api/settings", SETTINGS, get(api)),
        Route::post("/api/settings", SETTINGS, "settings.change", axum::routing::post(change)),
    ]
}

async fn show(State(site): State<Arc<Site>>, visitor: Visitor) -> Markup {
    let config = site.config();
    let title = visitor.pick("Cài đặt", "Settings");
    let body = match office::load(&config.path) {
        Ok(sheet) => html! {
            p { (coded(visitor.pick(
                "Mỗi phần lưu riêng. Trước khi lưu, phần mềm kiểm tra như lệnh `loa check`; có lỗi thì không ghi gì và chỉ rõ chỗ sai. Lời giải thích trong tệp loa.toml được giữ nguyên, bản trước mỗi lần sửa được cất lại.",
                "Each part is saved by itself. It is checked first, as `loa check` does: with an error nothing is written. Comments in loa.toml stay, and every former text is kept.",
            ))) }
            (broken(&visitor, &config, &sheet))
            (form::groups(&visitor, &sheet))
            (zones::section(&visitor, &config, &sheet))
        },
        Err(fault) => html! { p .notice.bad { (sentence(&whole_file(&config, fault.clone(), visitor.language()))) } },
    };
    page(&site, &visitor, HERE, title, &body)
}

/// A file that is broken now: the settings in use are older than what stands in it.
fn broken(visitor: &Visitor, config: &Config, sheet: &Sheet) -> Markup {
    let problems = Config::parse(&config.path, sheet.text.as_bytes()).err().unwrap_or_default();
    let language = visitor.language();
    html! {
        @if !problems.is_empty() {
            div .notice.bad {
                strong { (visitor.pick("Tệp loa.toml đang có lỗi, đài dùng cài đặt cũ:", "loa.toml has errors; the station uses what it knew:")) }
                @for problem in &problems { pre { (problem.render(language)) } }
            }
        }
    }
}

fn whole_file(config: &Config, fault: crate::problem::what::FileFault, language: Language) -> String {
    let place = crate::problem::Place::whole(config.path.display().to_string());
    let said = Problem::error(place, fault).say(language);
    format!("{}: {}", config.path.display(), said.message)
}

async fn api(State(site): State<Arc<Site>>, visitor: Visitor) -> Result<Json<Value>, Refusal> {
    let config = site.config();
    let sheet =
        office::load(&config.path).map_err(|fault| Refusal::later(whole_file(&config, fault, visitor.language())))?;
    let fields: serde_json::Map<_, _> =
        FIELDS.iter().map(|field| (field.name(), Value::from(field.shown(&sheet.text)))).collect();
    let zones: Vec<_> =
        config.zones.iter().map(|zone| json!({"id": zone.id, "name": zone.name, "speakers": zone.speakers})).collect();
    Ok(Json(json!({"sha256": sheet.sha256, "fields": fields, "zones": zones})))
}

/// Fields that are not sent stay as they are.
async fn change(State(site): State<Arc<Site>>, visitor: Visitor, Form(sent): Form<Vec<(String, String)>>) -> Answer {
    let config = site.config();
    let sheet =
        office::load(&config.path).map_err(|fault| Refusal::later(whole_file(&config, fault, visitor.language())))?;
    let (mut changes, mut values, mut faults) = (Vec::new(), Vec::new(), Vec::new());
    for (name, typed) in sent.iter().filter_map(|(name, typed)| Some((Field::named(name)?, typed))) {
        match name.typed(typed, &sheet.text) {
            Ok(None) => {}
            Ok(Some(change)) => {
                values.push((name.name(), name.shown(&sheet.text), typed.trim().to_owned()));
                changes.push(change);
            }
            Err(fault) => faults.push((name.name(), mistyped(fault, visitor.language()).to_owned())),
        }
    }
    if !faults.is_empty() {
        let told = visitor.pick("chưa lưu: có chỗ ghi chưa đúng", "not saved: something is not right");
        return Err(Refusal { fields: faults, ..Refusal::wrong(told) });
    }
    let shown = sent.iter().find(|(name, _)| name == "sha256").map_or("", |(_, shown)| shown);
    let done = apply(&site, &visitor, shown, changes, HERE).await?;
    Ok(Done { told: format!("{}{}", done.told, told_changes(&values, visitor.language())), ..done })
}

/// What was changed, old and new, as the audit shall keep it.
fn told_changes(changed: &[(String, String, String)], language: Language) -> String {
    let said =
        |value: &str| if value.is_empty() { "–".to_owned() } else { format!("“{}”", value.replace('\n', " ")) };
    let each = changed.iter().map(|(name, old, new)| format!("{name}: {} → {}", said(old), said(new)));
    let all = each.collect::<Vec<_>>().join("; ");
    if all.is_empty() { String::new() } else { format!(". {}: {all}", language.pick("Đã đổi", "Changed")) }
}

fn mistyped(fault: Mistyped, language: Language) -> &'static str {
    match fault {
        Mistyped::Empty => language.pick("không được để trống", "must not be empty"),
        Mistyped::NoNumber => {
            language.pick("phải là một số nguyên, ví dụ 14 hoặc -16", "must be a whole number, as 14 or -16")
        }
        Mistyped::NoChoice => language.pick("hãy chọn một trong các mục", "choose one of the list"),
    }
}

/// Changes the file in the name of the visitor.
pub(super) async fn apply(site: &Arc<Site>, visitor: &Visitor, shown: &str, changes: Vec<Change>, to: &str) -> Answer {
    let language = visitor.language();
    if changes.is_empty() {
        return Ok(Done::new(visitor.pick("không có gì thay đổi", "nothing has changed"), to));
    }
    let (config, now, shown) = (site.config(), site.clock.now().wall, shown.to_owned());
    let work = tokio::task::spawn_blocking(move || {
        let written = office::change(&config.path, &config.data_dir, &shown, &changes, now);
        written.map_err(|refused| refusal_of(refused, &config, language))
    });
    match work.await {
        Ok(Ok(written)) => Ok(done(&written, language, to)),
        Ok(Err(refusal)) => Err(refusal),
        Err(_) => Err(Refusal::later(visitor.pick("chưa lưu được, hãy thử lại", "not saved, try again"))),
    }
}

fn done(written: &Written, language: Language, to: &str) -> Done {
    let mut told = language
        .pick("đã lưu; đài nhận trong vòng 2 giây", "saved; the station takes it over within 2 seconds")
        .to_owned();
    if !written.restart.is_empty() {
        let keys = written.restart.join(", ");
        let later = match language {
            Language::Vi => format!("; riêng {keys} có hiệu lực sau khi khởi động lại đài (mục Hệ thống)"),
            Language::En => format!("; {keys} takes effect when the station is restarted (under System)"),
        };
        told.push_str(&later);
    }
    for warning in &written.warnings {
        told.push_str(". ");
        told.push_str(&sentence(&said(warning, language)));
    }
    Done::new(told, to).with(json!({"sha256": written.sha256, "restart": written.restart}))
}

fn said(problem: &Problem, language: Language) -> String {
    let said = problem.say(language);
    said.advice.map_or(said.message.clone(), |advice| format!("{}: {advice}", said.message))
}

fn refusal_of(refused: Refused, config: &Config, language: Language) -> Refusal {
    match refused {
        Refused::Changed => Refusal::conflict(language.pick(
            "chưa lưu: tệp loa.toml vừa được người khác sửa; hãy tải lại trang để xem bản mới rồi sửa lại",
            "not saved: somebody else has just changed loa.toml; open the page again to see it, then change it",
        )),
        Refused::File(fault) => Refusal::later(whole_file(config, fault, language)),
        Refused::Edit(error) => Refusal::conflict(unedited(&error, language)),
        Refused::Problems { problems, text } => wrong(&problems, &text, config, language),
        Refused::Write { path, error } => {
            let told = language.pick("chưa lưu: không ghi được", "not saved: cannot write");
            let why = refusal(&error);
            let why = if language == Language::Vi { causes::vietnamese(&why) } else { why };
            Refusal::later(format!("{told} `{}`: {why}", path.display()))
        }
    }
}

fn unedited(error: &EditError, language: Language) -> String {
    match (error, language) {
        (EditError::NotToml, Language::Vi) => "chưa lưu: tệp loa.toml đang có lỗi, phải sửa bằng tay trước".into(),
        (EditError::Form(key), Language::Vi) => {
            format!(
                "chưa lưu: `{key}` trong loa.toml được viết theo cách mà trang này không sửa được; hãy sửa bằng tay"
            )
        }
        (EditError::NoZone(id), Language::Vi) => format!("chưa lưu: không có cụm loa `{id}`"),
        (EditError::ZoneThere(id), Language::Vi) => format!("chưa lưu: đã có cụm loa `{id}`; hãy đặt mã khác"),
        (error, Language::En) => format!("not saved: {error}"),
    }
}

/// Problems at the fields that they are about; those about other files are said as a whole.
fn wrong(problems: &[Problem], text: &str, config: &Config, language: Language) -> Refusal {
    let own = config.path.display().to_string();
    let mut refusal = Refusal::wrong(language.pick("chưa lưu: làm như vậy thì có lỗi", "not saved: it would be wrong"));
    for problem in problems.iter().filter(|problem| problem.severity == Severity::Error) {
        let spot = problem.place.as_ref().filter(|place| place.path == own).and_then(|place| place.spot.as_ref());
        let field = spot.and_then(|spot| FIELDS.iter().find(|field| line_of(text, field.key) == Some(spot.line)));
        if let Some(field) = field {
            refusal = refusal.at(&field.name(), said(problem, language));
            continue;
        }
        let place = problem.place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
        refusal.told.extend([". ", &sentence(&said(problem, language)), &place]);
    }
    refusal
}

/// The hidden fields of a form that changes the file.
pub(super) fn carried(visitor: &Visitor, action: &str, sheet: &Sheet, body: &Markup) -> Markup {
    part::act(visitor, action, &html! { (form::shown(sheet)) (body) })
}
