//! Copies of the whole station: those that are there, and one made now to a folder of this machine or a stick.
//!
//! In: a technician. Out: a copy begun, how far it is, what lies in the folders. A copy holds the key of the station, so that
//! none is offered over the network: it goes to folders only. Next: `office::copies`.

use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Form, Json};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

use super::light::coded;
use super::units::megabytes;
use super::{SETTINGS, page};
use crate::calendar::with_offset;
use crate::config::Config;
use crate::language::Language;
use crate::machine::{self, Mounted};
use crate::office::copies::{Copy, NotBegun, Progress, Wish, copies, nightly_folder};
use crate::web::answer::{Answer, Done, Refusal};
use crate::web::layout::sentence;
use crate::web::part::{form, words};
use crate::web::routes::Route;
use crate::web::site::Site;
use crate::web::visitor::Visitor;

const HERE: &str = "/he-thong/sao-luu";

/// Copies of a folder that are shown; all of them are counted.
const SHOWN: usize = 20;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(HERE, SETTINGS, get(show)),
        Route::get("/api/backup", SETTINGS, get(api)),
        Route::post("/api/backup", SETTINGS, "backup.make", post(begin)),
    ]
}

/// What lies where.
struct Looked {
    folders: Vec<(PathBuf, Vec<Copy>)>,
    sticks: Vec<Mounted>,
}

async fn look(config: Arc<Config>) -> Looked {
    let looked = tokio::task::spawn_blocking(move || {
        let folders = [Some(nightly_folder(&config)), config.backup.also_to.clone()];
        let folders = folders.into_iter().flatten().map(|folder| (folder.clone(), copies(&folder))).collect();
        Looked { folders, sticks: machine::mounted() }
    });
    looked.await.unwrap_or(Looked { folders: Vec::new(), sticks: Vec::new() })
}

async fn show(State(site): State<Arc<Site>>, visitor: Visitor) -> Markup {
    let (config, language) = (site.config(), visitor.language());
    let looked = look(Arc::clone(&config)).await;
    let body = html! {
        (progress(&site, language))
        (wish(&visitor, &config, &looked))
        @for (folder, copies) in &looked.folders { (listed(&config, language, folder, copies)) }
        section .card aria-labelledby="khoi-phuc" {
            h2 id="khoi-phuc" { (visitor.pick("Khôi phục", "Restoring")) }
            p { (coded(visitor.pick(
                "Khôi phục làm trên máy, khi đài đã dừng, bằng lệnh `loa restore TỆP`. Bản sao lưu có khóa ký của đài nên không tải xuống qua mạng: hãy chép ra USB và cất nơi an toàn. ",
                "A station is restored at the machine, while it does not run, by `loa restore FILE`. A copy holds the key of the station, so none is sent over the network: copy it to a stick and keep that safe. ",
            ))) a href="/tro-giup#khoi-phuc" { (visitor.pick("Xem hướng dẫn", "How to")) } "." }
        }
    };
    page(&site, &visitor, HERE, visitor.pick("Sao lưu", "Backup"), &body)
}

fn wish(visitor: &Visitor, config: &Config, looked: &Looked) -> Markup {
    let language = visitor.language();
    let nightly = format!(
        "{} ({})",
        visitor.pick("Thư mục sao lưu hằng đêm", "The folder of the nightly copies"),
        nightly_folder(config).display()
    );
    let stick = |mounted: &Mounted| {
        let free = megabytes(language, mounted.disk.free_bytes);
        let folder = mounted.folder.display().to_string();
        let label = match language {
            Language::Vi => format!("{folder} (còn trống {free})"),
            Language::En => format!("{folder} ({free} free)"),
        };
        (folder, label)
    };
    let mut options = vec![(String::new(), nightly)];
    options.extend(looked.sticks.iter().filter(|each| each.is_writable).map(stick));
    let hint = visitor.pick(
        "Bản ra USB là một tệp đầy đủ, đủ để dựng lại đài trên máy khác. Không bản nào bị ghi đè.",
        "A copy on a stick is one whole file, enough to set the station up on another machine. Nothing is replaced.",
    );
    let unwritable: Vec<_> = looked.sticks.iter().filter(|each| !each.is_writable).collect();
    let fields = html! {
        (form::choice("folder", visitor.pick("Sao lưu vào", "Copy to"), &options, "", Some(hint)))
        @if options.len() == 1 { p .hint { (visitor.pick(
            "Chưa thấy USB hay ổ đĩa nào khác ghi được. Cắm USB, chờ hệ thống nhận (gắn vào /media hoặc /mnt) rồi tải lại trang.",
            "No stick or other disk is there to write on. Plug one in, wait until it is mounted below /media or /mnt, open the page again.",
        )) } }
        @for each in unwritable { p .hint { (each.folder.display()) ": " (visitor.pick("đài không có quyền ghi", "the station may not write there")) } }
        button .primary.big { (visitor.pick("Sao lưu ngay", "Make a copy now")) }
    };
    html! {
        section .card aria-labelledby="sao-luu-ngay" {
            h2 id="sao-luu-ngay" { (visitor.pick("Sao lưu ngay", "Make a copy now")) }
            (form::act(visitor, "/api/backup", &fields))
        }
    }
}

/// How far the copy is that somebody asked for; the script asks again while one is made.
fn progress(site: &Site, language: Language) -> Markup {
    let (class, told) = match site.system.copier.progress() {
        Progress::None => return html! {},
        Progress::Making { to, since } => {
            let written = megabytes(language, site.system.copier.written_bytes());
            let told = match language {
                Language::Vi => {
                    format!("đang sao lưu vào {} từ {}, đã ghi {written}", to.display(), words::time(since))
                }
                Language::En => format!("copying to {} since {}, {written} written", to.display(), words::time(since)),
            };
            return html! {
                div .notice id="dang-sao-luu" data-progress="/api/backup" role="status" { p data-told="" { (sentence(&told)) } progress {} }
            };
        }
        Progress::Made { made, at } => {
            let (bytes, rows) = (megabytes(language, made.bytes), words::number(language, made.head.seq));
            let whole = match language {
                Language::Vi => format!(
                    "đã sao lưu lúc {}: {} ({bytes}, {rows} dòng nhật ký), đã đọc lại và kiểm tra",
                    words::time(at),
                    made.path.display()
                ),
                Language::En => format!(
                    "copied at {}: {} ({bytes}, {rows} rows), read back and proved",
                    words::time(at),
                    made.path.display()
                ),
            };
            match made.left_out.len() {
                0 => ("good", whole),
                _ => (
                    "warn",
                    format!("{whole}; {}: {}", language.pick("chưa chép được", "not copied"), made.left_out.join(", ")),
                ),
            }
        }
        Progress::Failed { to, why, at } => {
            let told = language.pick("chưa sao lưu được vào", "no copy was made at");
            ("bad", format!("{} {told} {}: {why}", words::time(at), to.display()))
        }
    };
    html! { div class={ "notice " (class) } role="status" { p { (sentence(&told)) } } }
}

fn listed(config: &Config, language: Language, folder: &std::path::Path, copies: &[Copy]) -> Markup {
    let heads = [("Tệp", "File"), ("Lúc", "When"), ("Kích thước", "Size")].map(|(vi, en)| language.pick(vi, en));
    let counted = format!("{}: {} {}", folder.display(), copies.len(), language.pick("bản", "copies"));
    html! {
        table .cards {
            caption { (counted) }
            thead { tr { @for head in heads { th scope="col" { (head) } } } }
            tbody {
                @if copies.is_empty() { tr { td colspan="3" { (language.pick("Chưa có bản nào, hoặc thư mục chưa có.", "None yet, or there is no such folder.")) } } }
                @for copy in copies.iter().take(SHOWN) {
                    tr {
                        td data-label=(heads[0]) { code { (copy.name) } }
                        td data-label=(heads[1]) { (words::instant(language, with_offset(config.station.timezone, copy.at))) }
                        td .num data-label=(heads[2]) { (megabytes(language, copy.bytes)) }
                    }
                }
            }
        }
    }
}

async fn api(State(site): State<Arc<Site>>, visitor: Visitor) -> Json<Value> {
    let looked = look(site.config()).await;
    let language = visitor.language();
    let copy = |copy: &Copy| json!({"name": copy.name, "at": copy.at, "bytes": copy.bytes});
    let folder = |(folder, copies): &(PathBuf, Vec<Copy>)| json!({"folder": folder, "copies": copies.iter().map(copy).collect::<Vec<_>>()});
    let now = match site.system.copier.progress() {
        Progress::None => json!({"state": "none"}),
        Progress::Making { to, since } => {
            let bytes = site.system.copier.written_bytes();
            json!({"state": "making", "file": to, "since": since, "written_bytes": bytes, "written": megabytes(language, bytes)})
        }
        Progress::Made { made, at } => json!({
            "state": "made", "file": made.path, "at": at, "bytes": made.bytes, "head": made.head.to_string(), "left_out": made.left_out,
        }),
        Progress::Failed { to, why, at } => json!({"state": "failed", "file": to, "at": at, "why": why}),
    };
    let folders: Vec<_> = looked.folders.iter().map(folder).collect();
    Json(json!({"now": now, "folders": folders, "sticks": looked.sticks}))
}

#[derive(Deserialize)]
struct Sent {
    #[serde(default)]
    folder: String,
}

async fn begin(State(site): State<Arc<Site>>, visitor: Visitor, Form(sent): Form<Sent>) -> Answer {
    let asked = Arc::clone(&site);
    let begun = tokio::task::spawn_blocking(move || {
        let config = asked.config();
        let wish = if sent.folder.is_empty() { Wish::Nightly } else { Wish::Folder(allowed(&config, &sent.folder)?) };
        Some(asked.system.copier.begin(&config, &wish, &asked.clock))
    });
    match begun.await {
        Ok(Some(Ok(to))) => {
            let told = format!("{} {}", visitor.pick("đã bắt đầu sao lưu vào", "a copy has begun:"), to.display());
            Ok(Done::new(told, HERE).with(json!({"backup": to})))
        }
        Ok(Some(Err(error))) => Err(not_begun(&error, visitor.language())),
        Ok(None) => {
            let told = visitor.pick(
                "chưa sao lưu: không thấy thư mục này, hoặc đài không có quyền ghi",
                "no copy: this folder is not there, or the station may not write there",
            );
            let hint =
                visitor.pick("hãy cắm lại USB rồi tải lại trang", "plug the stick in again and open the page anew");
            Err(Refusal::wrong(told).at("folder", hint))
        }
        Err(_) => Err(Refusal::later(visitor.pick("chưa sao lưu được, hãy thử lại", "no copy was begun, try again"))),
    }
}

/// Only what the page offers: nobody writes to any folder of the machine from afar.
fn allowed(config: &Config, folder: &str) -> Option<PathBuf> {
    let folder = PathBuf::from(folder);
    let is_set = config.backup.also_to.as_ref() == Some(&folder);
    let is_stick = || machine::mounted().iter().any(|mounted| mounted.folder == folder && mounted.is_writable);
    (is_set || is_stick()).then_some(folder)
}

fn not_begun(error: &NotBegun, language: Language) -> Refusal {
    let told = language.pick("chưa sao lưu", "no copy");
    match error {
        NotBegun::Busy => Refusal::conflict(
            language.pick("đang sao lưu rồi, chờ xong đã", "a copy is being made already; wait for it"),
        ),
        NotBegun::NoLog(why) => Refusal::conflict(format!(
            "{told}: {} ({why})",
            language.pick("đài chưa có nhật ký", "there is no log yet")
        )),
        error => Refusal::later(format!("{told}: {error}")),
    }
}
