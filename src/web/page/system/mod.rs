//! Hệ thống: the machine, its settings, devices, copies, files, and help.
//!
//! In: requests that passed the gate. Out: one calm screen of lights with words, and pages behind it. Nothing is decided here
//! that a command decides otherwise. Next: `lights`.

mod backup; // copies, and one made now
mod check; // what `loa check` finds
mod chores; // long work and what came of it
mod facts; // what is shown, gathered
mod form; // the form of the settings
mod groups; // which settings stand together, and their words
mod help; // the ten commonest troubles
mod light; // one thing as a light with words
mod lights; // all of them
mod restart; // the station started anew
mod settings; // loa.toml changed by form
mod sound; // devices
mod units; // sizes, warmth, spans
mod zones; // loudspeaker clusters changed by form

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::routing::{get, post};
use maud::{Markup, html};
use serde_json::{Value, json};

pub(in crate::web) use chores::Chores;
use facts::Facts;
use light::{Light, Sign, coded};

use crate::language::Language;
use crate::people::Right;
use crate::web::answer::{Answer, Done, Refusal};
use crate::web::layout::{self, Tab, sentence};
use crate::web::part::form as part;
use crate::web::part::words;
use crate::web::routes::{Needs, Route};
use crate::web::site::Site;
use crate::web::visitor::Visitor;

const LOOK: Needs = Needs::Right(Right::Look);
const SETTINGS: Needs = Needs::Right(Right::Settings);

pub(super) fn routes() -> Vec<Route> {
    let mut routes = vec![
        Route::get("/he-thong", LOOK, get(show)),
        Route::get("/api/system", LOOK, get(api)),
        Route::post("/api/system/verify", SETTINGS, "system.verify", post(verify)),
        Route::post("/api/system/restart", SETTINGS, "system.restart", post(restart::act)),
        Route::get("/tro-giup", LOOK, get(help::show)),
    ];
    routes.extend(settings::routes());
    routes.extend(zones::routes());
    routes.extend(sound::routes());
    routes.extend(backup::routes());
    routes.extend(check::routes());
    routes
}

/// The pages of this tab, the one shown marked.
pub(super) fn subtabs(visitor: &Visitor, at: &str) -> Markup {
    let may_set = visitor.account.may(Right::Settings);
    let all = [
        ("/he-thong", "Tình trạng", "State", true),
        ("/he-thong/cai-dat", "Cài đặt", "Settings", may_set),
        ("/he-thong/am-thanh", "Âm thanh", "Sound", may_set),
        ("/he-thong/sao-luu", "Sao lưu", "Backup", may_set),
        ("/he-thong/kiem-tra", "Kiểm tra tệp", "Check files", true),
        ("/he-thong/tai-khoan", "Tài khoản", "Accounts", visitor.account.may(Right::Accounts)),
        ("/he-thong/thao-tac", "Nhật ký thao tác", "Audit", visitor.account.may(Right::Accounts)),
        ("/tro-giup", "Trợ giúp", "Help", true),
    ];
    html! {
        nav .subtabs aria-label=(visitor.pick("Các phần của Hệ thống", "Parts of System")) {
            @for (path, vi, en, is_shown) in all {
                @if is_shown { a href=(path) aria-current=[(path == at).then_some("page")] { (visitor.pick(vi, en)) } }
            }
        }
    }
}

/// What takes effect later.
fn subject_to_restart(visitor: &Visitor) -> &'static str {
    visitor.guest.language.pick(
        "Đổi thiết bị có hiệu lực sau khi khởi động lại đài (nút ở mục Tình trạng).",
        "Another device is used after a restart of the station (the button is under State).",
    )
}

/// A page of this tab.
fn page(site: &Site, visitor: &Visitor, at: &str, title: &str, body: &Markup) -> Markup {
    let whole = html! { h1 { (title) } (subtabs(visitor, at)) (body) };
    layout::page(site, visitor, Tab::System, title, &["system.js"], &whole)
}

async fn show(State(site): State<Arc<Site>>, visitor: Visitor) -> Markup {
    let facts = Facts::gather(&site).await;
    let language = visitor.language();
    let mut lights = lights::lights(&facts, language);
    if !visitor.account.may(Right::Settings) {
        // A way that would be refused is no help.
        for light in &mut lights {
            light.link = light.link.filter(|(path, _)| !["/he-thong/am-thanh", "/he-thong/sao-luu"].contains(path));
        }
    }
    let body = html! {
        (whole(&lights, language))
        (todo_list(&facts, language))
        div .lights {
            @for light in &lights {
                (light.card(language, &more(light, &visitor)))
            }
            (versions(&facts, &visitor))
        }
    };
    page(&site, &visitor, "/he-thong", visitor.pick("Hệ thống", "System"), &body)
}

/// One line for the whole.
fn whole(lights: &[Light], language: Language) -> Markup {
    let worst = lights.iter().map(|light| light.sign).max().unwrap_or(Sign::Good);
    let names: Vec<_> = lights.iter().filter(|light| light.sign == worst).map(|light| light.name).collect();
    let told = match worst {
        Sign::Good | Sign::Off => {
            language.pick("Mọi thứ đều tốt, không cần làm gì.", "All is well; nothing needs doing.").to_owned()
        }
        Sign::Warn => {
            format!("{}: {}.", language.pick("Đài vẫn chạy, nên xem", "The station runs; look at"), names.join(", "))
        }
        Sign::Bad => format!("{}: {}.", language.pick("Có sự cố", "There is a fault"), names.join(", ")),
    };
    html! { p class={ "notice " (worst.class()) } { strong { (told) } } }
}

/// What stands as an alarm, each with what to do.
fn todo_list(facts: &Facts, language: Language) -> Markup {
    let alarms: Vec<_> = facts.alarms().map(|alarm| alarm.say(language)).collect();
    html! {
        @if !alarms.is_empty() {
            section .card aria-labelledby="viec" {
                h2 id="viec" { (language.pick("Việc cần làm", "What to do")) }
                ul { @for alarm in &alarms { li { (coded(&sentence(alarm))) } } }
            }
        }
    }
}

/// What may be done at a light.
fn more(light: &Light, visitor: &Visitor) -> Markup {
    let may = |right| visitor.account.may(right);
    match light.id {
        "thiet-bi" if may(Right::Air) => sound::tone_button(visitor),
        "so-lieu" if may(Right::Settings) => {
            let label = visitor.pick("Kiểm tra nhật ký ngay", "Prove the log now");
            part::button(visitor, "/api/system/verify", label, "", None, &[])
        }
        _ => html! {},
    }
}

fn versions(facts: &Facts, visitor: &Visitor) -> Markup {
    let machine = &facts.machine;
    let unknown = || "–".to_owned();
    let sqlite = facts.health.as_ref().map_or_else(|_| unknown(), |health| health.sqlite.clone());
    let key = facts.status.as_ref().and_then(|status| status.key_fingerprint.clone());
    let rows = [
        ("loa", env!("CARGO_PKG_VERSION").to_owned()),
        ("SQLite", sqlite),
        ("ALSA", machine.alsa.clone().unwrap_or_else(unknown)),
        (visitor.pick("Nhân Linux", "Kernel"), machine.kernel.clone().unwrap_or_else(unknown)),
        (visitor.pick("Hệ điều hành", "System"), machine.system.clone().unwrap_or_else(unknown)),
        (visitor.pick("Máy", "Machine"), machine.model.clone().unwrap_or_else(unknown)),
        (visitor.pick("Mã lần bật máy", "Boot id"), machine.boot_id.clone()),
        (visitor.pick("Khóa ký của đài", "Key of the station"), key.unwrap_or_else(unknown)),
    ];
    html! {
        section .card.light aria-labelledby="phien-ban" {
            h2 id="phien-ban" { (visitor.pick("Phiên bản", "Versions")) }
            dl .facts { @for (name, value) in &rows { dt { (name) } dd { (value) } } }
            (restart::button(visitor))
        }
    }
}

async fn api(State(site): State<Arc<Site>>, visitor: Visitor) -> Json<Value> {
    let facts = Facts::gather(&site).await;
    let lights: Vec<Value> = lights::lights(&facts, visitor.language()).iter().map(Light::json).collect();
    Json(json!({
        "lights": lights,
        "machine": facts.machine,
        "disk": facts.disk,
        "alarms": facts.alarms().collect::<Vec<_>>(),
        "version": env!("CARGO_PKG_VERSION"),
    }))
}

async fn verify(State(site): State<Arc<Site>>, visitor: Visitor) -> Answer {
    let (config, clock, asked) = (site.config(), site.clock.clone(), Arc::clone(&site));
    let proved = tokio::task::spawn_blocking(move || asked.system.verify(&config, &clock)).await;
    let Ok(verified) = proved else {
        return Err(Refusal::later(visitor.pick("chưa kiểm tra được, hãy thử lại", "not proved, try again")));
    };
    let rows = words::number(visitor.language(), verified.rows);
    match &verified.fault {
        None => {
            let told = format!(
                "{rows} {}",
                visitor.pick("dòng nhật ký, không có dòng nào bị sửa", "rows of the log, none altered")
            );
            Ok(Done::new(told, "/he-thong").with(json!({"rows": verified.rows})))
        }
        Some(why) => Err(Refusal::conflict(format!(
            "{}: {why}",
            visitor.pick("nhật ký không còn nguyên vẹn", "the log is not whole")
        ))),
    }
}
