//! Loudspeaker clusters changed by form: one more, another name or number of loudspeakers, one less.
//!
//! In: a technician's fields. Out: `[[zone]]` of the settings changed as `settings` changes them. An id never changes, since
//! rows of the log bear it; a zone that a programme names cannot go. Next: `settings`.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::routing::post;
use maud::{Markup, html};
use serde::Deserialize;

use super::SETTINGS;
use super::settings::{apply, carried};
use crate::config::Config;
use crate::config::edit::{Change, NewZone};
use crate::office::settings::Sheet;
use crate::web::answer::{Answer, Refusal};
use crate::web::part::form;
use crate::web::routes::Route;
use crate::web::site::Site;
use crate::web::visitor::Visitor;

/// Where the section is; the page is opened anew there, for the next change must be of the newest text.
const HERE: &str = "/he-thong/cai-dat";

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/api/settings/zones", SETTINGS, "settings.zone", post(change)),
        Route::post("/api/settings/zones/add", SETTINGS, "settings.zone-add", post(add)),
        Route::post("/api/settings/zones/remove", SETTINGS, "settings.zone-remove", post(remove)),
    ]
}

/// What the forms send.
#[derive(Deserialize)]
struct Sent {
    #[serde(default)]
    sha256: String,
    #[serde(default)]
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    speakers: String,
}

impl Sent {
    /// How many loudspeakers; nothing typed is not counted.
    fn speakers(&self, visitor: &Visitor) -> Result<Option<i64>, Refusal> {
        let typed = self.speakers.trim();
        if typed.is_empty() {
            return Ok(None);
        }
        typed.parse().map(Some).map_err(|_| {
            let told = visitor
                .pick("chưa lưu: số loa phải là số nguyên", "not saved: loudspeakers are counted in whole numbers");
            Refusal::wrong(told)
                .at("speakers", visitor.pick("ví dụ: 4; không biết thì để trống", "as 4; empty if not known"))
        })
    }
}

/// The clusters of the station, each with its form.
pub(super) fn section(visitor: &Visitor, config: &Config, sheet: &Sheet) -> Markup {
    html! {
        section .card id="cum-loa" aria-labelledby="cum-loa-ten" {
            h2 id="cum-loa-ten" { (visitor.pick("Cụm loa", "Zones")) }
            p .hint { (visitor.pick(
                "Mã không đổi được vì nhật ký đã ghi theo mã; tên thì sửa theo thực tế. Cụm loa đang có chương trình dùng thì chưa bỏ được. Loa hỏng, loa đã sửa ghi ở trang Báo cáo.",
                "An id never changes, since the log bears it. A zone that a programme names cannot go. Broken loudspeakers are noted under Reports.",
            )) }
            @for zone in &config.zones {
                fieldset {
                    legend { (zone.name) " (" code { (zone.id) } ")" }
                    (carried(visitor, "/api/settings/zones", sheet, &html! {
                        input type="hidden" name="id" value=(zone.id);
                        (fields(visitor, &zone.id, &zone.name, zone.speakers))
                        button .primary { (visitor.pick("Lưu cụm loa này", "Save this zone")) }
                    }))
                    (form::button(
                        visitor,
                        "/api/settings/zones/remove",
                        visitor.pick("Bỏ cụm loa này", "Remove this zone"),
                        "plain",
                        Some(visitor.pick("Bỏ cụm loa này khỏi cài đặt? Nhật ký đã ghi không đổi.", "Remove this zone from the settings? The log stays as it is.")),
                        &[("sha256", &sheet.sha256), ("id", &zone.id)],
                    ))
                }
            }
            fieldset {
                legend { (visitor.pick("Thêm cụm loa", "Another zone")) }
                (carried(visitor, "/api/settings/zones/add", sheet, &html! {
                    (labelled("id", "moi-id", visitor.pick("Mã (chữ thường không dấu, số, gạch nối)", "Id (small letters, digits, -)"), "", true))
                    (fields(visitor, "moi", "", None))
                    button .primary { (visitor.pick("Thêm", "Add")) }
                }))
            }
        }
    }
}

fn fields(visitor: &Visitor, of: &str, name: &str, speakers: Option<i64>) -> Markup {
    let speakers = speakers.map(|count| count.to_string()).unwrap_or_default();
    html! {
        (labelled("name", &format!("{of}-name"), visitor.pick("Tên", "Name"), name, true))
        (labelled("speakers", &format!("{of}-speakers"), visitor.pick("Số loa (để trống nếu chưa đếm)", "Loudspeakers (empty if not counted)"), &speakers, false))
    }
}

/// Several forms of the page have a field of one name: each control has an id of its own.
fn labelled(name: &str, id: &str, label: &str, value: &str, required: bool) -> Markup {
    html! {
        div .field data-field=(name) {
            label for=(id) { (label) }
            input type="text" id=(id) name=(name) value=(value) required[required] autocomplete="off";
            p .fault id={ (id) "-fault" } hidden {}
        }
    }
}

async fn change(State(site): State<Arc<Site>>, visitor: Visitor, Form(sent): Form<Sent>) -> Answer {
    let config = site.config();
    let speakers = sent.speakers(&visitor)?;
    let Some(zone) = config.zones.iter().find(|zone| zone.id == sent.id) else {
        return Err(Refusal::missing(
            visitor.pick("chưa lưu: không có cụm loa này", "not saved: there is no such zone"),
        ));
    };
    let mut changes = Vec::new();
    if zone.name != sent.name.trim() {
        changes.push(Change::RenameZone { id: sent.id.clone(), name: sent.name.trim().to_owned() });
    }
    if zone.speakers != speakers {
        changes.push(Change::SetSpeakers { id: sent.id.clone(), speakers });
    }
    apply(&site, &visitor, &sent.sha256, changes, HERE).await
}

async fn add(State(site): State<Arc<Site>>, visitor: Visitor, Form(sent): Form<Sent>) -> Answer {
    let zone = NewZone {
        id: sent.id.trim().to_owned(),
        name: sent.name.trim().to_owned(),
        speakers: sent.speakers(&visitor)?,
    };
    apply(&site, &visitor, &sent.sha256, vec![Change::AddZone(zone)], HERE).await
}

async fn remove(State(site): State<Arc<Site>>, visitor: Visitor, Form(sent): Form<Sent>) -> Answer {
    apply(&site, &visitor, &sent.sha256, vec![Change::RemoveZone(sent.id)], HERE).await
}
