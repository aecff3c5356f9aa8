//! Sound devices: what `loa devices` lists, which one is set, another one chosen, a tone to hear it by.
//!
//! In: a technician. Out: the list with volume and faults in words; a change of `[output] device`, which takes a restart.
//! Looking tries every device and may take seconds, on a thread of its own. Next: `output::devices`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::routing::get;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::form::shown;
use super::{SETTINGS, page, subject_to_restart};
use crate::language::Language;
use crate::office::settings::{self as office, Sheet};
use crate::output::devices::{self, Device};
use crate::output::mixer::Control;
use crate::people::Right;
use crate::web::answer::Refusal;
use crate::web::layout::sentence;
use crate::web::part::form;
use crate::web::routes::Route;
use crate::web::site::Site;
use crate::web::visitor::Visitor;

const HERE: &str = "/he-thong/am-thanh";

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get(HERE, SETTINGS, get(show)), Route::get("/api/devices", SETTINGS, get(api))]
}

/// What can be chosen.
struct Choice {
    device: Device,
    /// It is what the settings name.
    is_set: bool,
    /// It is what the station plays on now.
    is_open: bool,
}

async fn look(site: &Arc<Site>, language: Language) -> Result<Vec<Choice>, Refusal> {
    let config = site.config();
    let listed = tokio::task::spawn_blocking(devices::list).await;
    let failed = |why: String| {
        let told = language.pick("không liệt kê được thiết bị âm thanh", "the sound devices cannot be listed");
        Refusal::later(format!("{told}: {why}"))
    };
    let mut devices = match listed {
        Ok(Ok(devices)) => devices,
        Ok(Err(error)) => return Err(failed(error.0)),
        Err(error) => return Err(failed(error.to_string())),
    };
    let set = config.output.device.card();
    if let Some(id) = set.filter(|id| devices.iter().all(|device| device.id != **id)) {
        let away = language.pick("không thấy trên máy này", "not seen on this machine");
        devices.push(Device { problem: Some(away.to_owned()), ..Device::unknown(id, "") });
    }
    let open = site.status().await.and_then(|status| status.desk.device.clone());
    let choice = |device: Device| Choice {
        is_set: set == Some(&*device.id),
        is_open: open.as_deref() == Some(&*device.id) || open.is_some() && set == Some(&*device.id),
        device,
    };
    Ok(devices.into_iter().map(choice).collect())
}

async fn show(State(site): State<Arc<Site>>, visitor: Visitor) -> Markup {
    let found = look(&site, visitor.language()).await;
    let sheet = office::load(&site.config().path).ok();
    let body = html! {
        p { (visitor.pick(
            "Nên chọn đúng mã card của đài: \"default\" là card nào do hệ thống chọn, cắm thêm card khác có thể đổi. ",
            "Better choose the card's own id: \"default\" is whatever the system makes of it, and may change with another card. ",
        )) (subject_to_restart(&visitor)) }
        @match &found {
            Ok(choices) => (both(&visitor, choices, sheet.as_ref())),
            Err(refusal) => p .notice.bad { (sentence(&refusal.told)) },
        }
        (tone(&visitor))
        section .card aria-labelledby="tap-duot" {
            h2 id="tap-duot" { (visitor.pick("Tập dượt", "Rehearsal")) }
            p { (visitor.pick(
                "Muốn chạy thử không ra loa thì chọn \"không ra tiếng\". Khi đó lượt phát không được tính là đã phát.",
                "To try things without loudspeakers choose \"no sound\". What airs then does not count.",
            )) }
            @if let Some(sheet) = &sheet { (choose(&visitor, sheet, "silent", visitor.pick("Không ra tiếng (tập dượt)", "No sound (rehearsal)"))) }
        }
    };
    page(&site, &visitor, HERE, visitor.pick("Âm thanh", "Sound"), &body)
}

/// What can be used, and behind it what cannot now: plugins without a card, cards that somebody else holds.
fn both(visitor: &Visitor, choices: &[Choice], sheet: Option<&Sheet>) -> Markup {
    let (usable, others): (Vec<_>, Vec<_>) =
        choices.iter().partition(|each| each.is_set || each.is_open || each.device.problem.is_none());
    html! {
        @if usable.is_empty() { p .notice.bad { (visitor.pick(
            "Không có thiết bị âm thanh nào mở được: hãy cắm card âm thanh rồi tải lại trang.",
            "No sound device opens: plug a card in and open the page again.",
        )) } } @else { (list(visitor, &usable, sheet)) }
        @if !others.is_empty() {
            details {
                summary { (visitor.pick("Thiết bị không mở được lúc này", "Devices that do not open now")) " (" (others.len()) ")" }
                (list(visitor, &others, sheet))
            }
        }
    }
}

fn list(visitor: &Visitor, choices: &[&Choice], sheet: Option<&Sheet>) -> Markup {
    let language = visitor.language();
    let heads = [("Thiết bị", "Device"), ("Trạng thái", "State"), ("Âm lượng", "Volume"), ("Chọn", "Choose")];
    let [device, state, volume, choice] = heads.map(|(vi, en)| visitor.pick(vi, en));
    html! {
        table .cards {
            caption { (visitor.pick("Thiết bị âm thanh trên máy này", "Sound devices of this machine")) }
            thead { tr { @for head in [device, state, volume, choice] { th scope="col" { (head) } } } }
            tbody {
                @for each in choices {
                    tr {
                        td data-label=(device) { strong { (each.device.name) } br; code { (each.device.id) }
                            @if each.device.has_twin { p .hint { (visitor.pick(
                                "Có hai card cùng loại: nên chọn mã theo cổng cắm (alsa:by-path:...).",
                                "Two cards are of one kind: better choose the id by the socket (alsa:by-path:...).",
                            )) } }
                        }
                        td data-label=(state) { (standing(each, language)) }
                        td data-label=(volume) { (loudness(&each.device, language)) }
                        td data-label=(choice) {
                            @if each.is_set { span .chip.on { (visitor.pick("Đang chọn", "Chosen")) } }
                            @else if let Some(sheet) = sheet { (choose(visitor, sheet, &each.device.id, visitor.pick("Dùng thiết bị này", "Use this one"))) }
                        }
                    }
                }
            }
        }
    }
}

fn standing(choice: &Choice, language: Language) -> Markup {
    let (class, told) = match (&choice.device.problem, choice.is_open) {
        (_, true) => ("good", language.pick("✓ đài đang phát bằng thiết bị này", "✓ the station plays on it")),
        (None, false) => ("good", language.pick("✓ mở được", "✓ opens")),
        (Some(_), false) => ("bad", language.pick("✕ không mở được", "✕ does not open")),
    };
    // A device that the station holds says that it is busy: that is as it should be.
    let why = choice.device.problem.as_ref().filter(|_| !choice.is_open);
    html! { span class={ "chip " (class) } { (told) } @if let Some(why) = why { p .hint { (why) } } }
}

fn loudness(device: &Device, language: Language) -> Markup {
    let Some(controls) = &device.controls else {
        return html! { (language.pick("máy không cho biết", "not told")) };
    };
    let told = |control: &Control| {
        let percent = control.percent.map(|percent| format!(" {percent} %")).unwrap_or_default();
        let muted = if control.is_muted { language.pick(" (đang tắt tiếng)", " (muted)") } else { "" };
        format!("{}{percent}{muted}", control.name)
    };
    html! {
        @if device.is_silenced() == Some(true) {
            p { span .chip.bad { "✕ " (language.pick("đang tắt hoặc ở mức 0: không nghe thấy gì", "off or at zero: nothing is heard")) } }
        }
        @if controls.is_empty() { (language.pick("không có nút chỉnh", "no control")) }
        @for control in controls { (told(control)) br; }
    }
}

fn choose(visitor: &Visitor, sheet: &Sheet, id: &str, label: &str) -> Markup {
    let question = visitor.pick(
        "Đổi thiết bị phát? Đài dùng thiết bị mới sau khi khởi động lại.",
        "Change the device? The station plays on it after a restart.",
    );
    html! {
        form .act.inline method="post" action="/api/settings" data-act="" data-confirm=(question) {
            (form::carried(visitor)) (shown(sheet))
            input type="hidden" name="output.device" value=(id);
            button { (label) }
            p .answer role="alert" hidden {}
        }
    }
}

/// A tone by which to hear that the loudspeakers work, for who may air.
fn tone(visitor: &Visitor) -> Markup {
    html! {
        @if visitor.account.may(Right::Air) {
            section .card aria-labelledby="thu-loa" {
                h2 id="thu-loa" { (visitor.pick("Thử loa", "Test tone")) }
                p { (visitor.pick("Phát một tiếng thử ra loa bằng thiết bị đang mở; có ghi vào nhật ký.", "Sounds a short tone on the open device; the log notes it.")) }
                (tone_button(visitor))
            }
        }
    }
}

/// The button of that tone alone.
pub(super) fn tone_button(visitor: &Visitor) -> Markup {
    form::button(
        visitor,
        "/api/tone",
        visitor.pick("Phát tiếng thử", "Sound the tone"),
        "primary",
        Some(visitor.pick("Phát tiếng thử ra loa ngay bây giờ?", "Sound the tone now?")),
        &[],
    )
}

async fn api(State(site): State<Arc<Site>>, visitor: Visitor) -> Result<Json<Value>, Refusal> {
    let choices = look(&site, visitor.language()).await?;
    let controls = |device: &Device| {
        let control =
            |control: &Control| json!({"control": control.name, "percent": control.percent, "muted": control.is_muted});
        device.controls.as_ref().map(|all| all.iter().map(control).collect::<Vec<_>>())
    };
    let each = |choice: &Choice| {
        let device = &choice.device;
        json!({
            "id": device.id, "name": device.name, "channels": device.channels, "rates": device.rates,
            "problem": device.problem, "set": choice.is_set, "open": choice.is_open,
            "controls": controls(device), "silenced": device.is_silenced(), "has_twin": device.has_twin,
        })
    };
    Ok(Json(json!({"devices": choices.iter().map(each).collect::<Vec<_>>()})))
}
