//! What may be put on the air by hand: a bulletin, a file under `audio/`, something that was uploaded or recorded just now.
//!
//! In: the register as far as it answers, a folder, what a form sent. Out: the fields of the forms, and from what they send an
//! order. A database that does not answer leaves what the station itself knows: an emergency needs none. Next: `air`,
//! `emergency`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use maud::{Markup, html};
use serde::{Deserialize, Serialize};

use super::super::super::answer::Refusal;
use super::super::super::assets;
use super::super::super::part::form;
use super::super::super::people::aside;
use super::super::super::site::Site;
use super::super::super::visitor::Visitor;
use super::acts;
use crate::airing::Priority;
use crate::bulletin::Act;
use crate::control::{Order, REPEATS, Status};
use crate::people::Right;
use crate::store::{Card, Register, Wanted};

/// Bulletins and files to choose from; whoever wants an older one finds it on its own page.
const MOST_CHOICES: u32 = 200;

/// A page does not wait longer for a database that somebody has locked.
const PATIENCE: Duration = Duration::from_secs(1);

/// Folders below `audio/` are looked into so deep.
const DEEPEST: usize = 4;

/// What moves the fields: the microphone and the sending come before the page's own.
pub(super) const SCRIPTS: [&str; 3] = ["upload.js", "recorder.js", "air.js"];

/// What a form sends.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
pub(super) struct Chosen {
    /// `bulletin`, `file` or `upload`.
    #[serde(default)]
    pub(super) what: String,
    #[serde(default)]
    pub(super) bulletin: String,
    #[serde(default)]
    pub(super) file: String,
    /// The id that the upload was given.
    #[serde(default)]
    pub(super) upload: String,
    /// What it was called on the machine that it came from.
    #[serde(default)]
    pub(super) upload_name: String,
    #[serde(default)]
    pub(super) repeat: String,
    #[serde(default)]
    pub(super) why: String,
    /// The button was held; empty without script.
    #[serde(default)]
    pub(super) held: String,
}

/// A bulletin to choose.
pub(super) struct Offered {
    pub(super) number: i64,
    pub(super) title: String,
    pub(super) is_approved: bool,
    pub(super) is_emergency: bool,
}

/// What there is to choose.
pub(super) struct Choices {
    pub(super) bulletins: Vec<Offered>,
    pub(super) files: Vec<String>,
    /// The database has answered.
    pub(super) is_read: bool,
}

/// What there is to choose now. Never an error: what cannot be read is not offered.
pub(super) async fn choices(site: &Site, status: Option<&Status>) -> Choices {
    let config = site.config();
    let audio = config.audio_dir();
    let read = tokio::time::timeout(PATIENCE, cards(&config.data_dir)).await.ok().flatten();
    // Not on a thread of the runtime: those may all be busy for minutes, and an emergency waits for nobody.
    let files = tokio::time::timeout(PATIENCE, aside(move || files(&audio))).await.ok().flatten().unwrap_or_default();
    let is_read = read.is_some();
    let mut bulletins: Vec<Offered> = match read {
        Some(cards) => cards.iter().filter(|card| card.sound.is_some()).map(of_card).collect(),
        None => known(status),
    };
    // The approved ones first, each with the newest first.
    bulletins.sort_by_key(|each| (!each.is_approved, std::cmp::Reverse(each.number)));
    Choices { bulletins, files, is_read }
}

async fn cards(data_dir: &Path) -> Option<Vec<Card>> {
    let mut register = match Register::look(data_dir).await {
        Ok(Some(register)) => register,
        Ok(None) => return Some(Vec::new()),
        Err(_) => return None,
    };
    let wanted = Wanted { limit: Some(MOST_CHOICES), ..Wanted::default() };
    let found = register.list(&wanted).await.ok();
    register.close().await;
    Some(found?.0)
}

fn of_card(card: &Card) -> Offered {
    Offered {
        number: card.number,
        title: card.draft.title.clone(),
        is_approved: card.decided.as_ref().is_some_and(|decided| decided.act == Act::Approve),
        is_emergency: card.draft.class == Priority::Emergency,
    }
}

/// The bulletins of today's plan, which the station has in its memory.
fn known(status: Option<&Status>) -> Vec<Offered> {
    let programmes = status.and_then(|status| status.today.as_ref()).into_iter().flat_map(|today| &today.programmes);
    let items = programmes.flat_map(|planned| &planned.items);
    let mut seen = BTreeSet::new();
    let bulletins = items.filter_map(|item| Some((item.bulletin?, item))).filter(|(number, _)| seen.insert(*number));
    let of_item = |(number, item): (i64, &crate::desk::PlannedItem)| Offered {
        number,
        title: item.title.clone(),
        is_approved: item.left_out.is_none(),
        is_emergency: false,
    };
    bulletins.map(of_item).collect()
}

/// Names of files under `audio/`, in order.
fn files(audio: &Path) -> Vec<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![(audio.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().filter_map(Result::ok) {
            let path = entry.path();
            let name = path.strip_prefix(audio).ok().and_then(Path::to_str);
            let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
            match (entry.file_type(), name) {
                (Ok(kind), _) if kind.is_dir() && depth < DEEPEST && !is_hidden => folders.push((path, depth + 1)),
                (Ok(kind), Some(name)) if kind.is_file() && !is_hidden => drop(found.insert(name.to_owned())),
                _ => {}
            }
        }
    }
    found.into_iter().take(MOST_CHOICES as usize).collect()
}

/// The order that a form stands for, or which field is at fault.
pub(super) fn order(site: &Site, visitor: &Visitor, chosen: &Chosen, emergency: bool) -> Result<Order, Refusal> {
    let repeat = repeats(visitor, &chosen.repeat)?;
    let why = acts::why(&chosen.why);
    if emergency && why.is_none() {
        let (vi, en) = ("hãy ghi lý do phát khẩn cấp: nó được giữ trong nhật ký", "write why: it is kept in the log");
        return Err(Refusal::wrong(visitor.pick(vi, en)).at("why", visitor.pick(vi, en)));
    }
    let path = match chosen.what.as_str() {
        "bulletin" => {
            let number = chosen.bulletin.parse().map_err(|_| nothing_chosen(visitor, "bulletin"))?;
            return Ok(Order::AirBulletin { number, emergency, repeat, why });
        }
        "file" => under_audio(site, &chosen.file),
        "upload" => staged(site, visitor, &chosen.upload),
        _ => None,
    };
    let field = if chosen.what == "upload" { "upload" } else { "file" };
    let path = path.ok_or_else(|| nothing_chosen(visitor, field))?;
    let title = (chosen.what == "upload").then(|| acts::why(&chosen.upload_name)).flatten();
    Ok(Order::Air { path, title, emergency, repeat, why })
}

fn repeats(visitor: &Visitor, typed: &str) -> Result<u32, Refusal> {
    let typed = if typed.trim().is_empty() { "1" } else { typed.trim() };
    let told =
        format!("{} {}–{}", visitor.pick("số lần phát phải từ", "how often: a number"), REPEATS.start(), REPEATS.end());
    let number = typed.parse().ok().filter(|number| REPEATS.contains(number));
    number.ok_or_else(|| Refusal::wrong(told.clone()).at("repeat", told))
}

fn nothing_chosen(visitor: &Visitor, field: &str) -> Refusal {
    let (vi, en) = (
        "chưa chọn được gì để phát: hãy chọn một tin bài, một tệp có sẵn, hoặc gửi tệp lên rồi chờ gửi xong",
        "nothing is chosen: choose a bulletin or a file, or upload one and wait until it is there",
    );
    Refusal::wrong(visitor.pick(vi, en)).at(field, visitor.pick("chọn lại ở đây", "choose again here"))
}

/// A file below `audio/`, by its name there; `None` for what is not one, or leads out of the folder.
fn under_audio(site: &Site, name: &str) -> Option<PathBuf> {
    let audio = site.config().audio_dir().canonicalize().ok()?;
    let path = audio.join(name).canonicalize().ok()?;
    (path.starts_with(&audio) && path.is_file()).then_some(path)
}

/// What this person has uploaded under this id. Nobody looks into it before the station does: an emergency must not wait.
fn staged(site: &Site, visitor: &Visitor, id: &str) -> Option<PathBuf> {
    let (path, _) = site.sounds.uploads.untouched(id, &visitor.account.login)?;
    std::path::absolute(path).ok()
}

/// What airs is in the content store: what was uploaded for it is of no use any more.
pub(super) async fn forget(site: &Site, visitor: &Visitor, chosen: &Chosen) {
    if chosen.what != "upload" {
        return;
    }
    let (uploads, id, login) = (Arc::clone(&site.sounds.uploads), chosen.upload.clone(), visitor.account.login.clone());
    // What cannot be removed now is swept later.
    let _ = tokio::task::spawn_blocking(move || uploads.forget(&id, &login)).await;
}

/// The fields that say what is to air.
pub(super) fn fields(visitor: &Visitor, choices: &Choices, chosen: &Chosen) -> Markup {
    let pick = |vi, en| visitor.pick(vi, en);
    let what = if chosen.what.is_empty() { "bulletin" } else { &chosen.what };
    let ways = [
        ("bulletin", pick("Tin bài", "A bulletin"), true),
        ("file", pick("Tệp có sẵn trên máy phát", "A file of the station"), true),
        ("upload", pick("Gửi tệp lên hoặc thu âm", "Upload or record"), visitor.account.may(Right::Upload)),
    ];
    let ways = ways.into_iter().filter(|(.., is_offered)| *is_offered);
    let bulletins: Vec<_> = std::iter::once((String::new(), pick("(chọn tin bài)", "(choose a bulletin)").to_owned()))
        .chain(choices.bulletins.iter().map(|each| (each.number.to_string(), label(visitor, each))))
        .collect();
    let files: Vec<_> = std::iter::once((String::new(), pick("(chọn tệp)", "(choose a file)").to_owned()))
        .chain(choices.files.iter().map(|name| (name.clone(), name.clone())))
        .collect();
    html! {
        fieldset .what {
            legend { (pick("Phát gì?", "What?")) }
            @if !choices.is_read {
                p .notice.warn { (pick(
                    "Cơ sở dữ liệu không trả lời: chỉ liệt kê được tin bài của hôm nay mà máy phát còn nhớ. Tệp có sẵn và tệp gửi lên vẫn phát được.",
                    "The database does not answer: only today's bulletins, which the station remembers, are listed. Files can be aired all the same.",
                )) }
            }
            @for (value, label, _) in ways {
                div .field.tick { label for={ "what-" (value) } {
                    input type="radio" name="what" id={ "what-" (value) } value=(value) checked[value == what]; span { (label) }
                } }
            }
        }
        div data-for="bulletin" { (form::choice("bulletin", pick("Tin bài (đã duyệt đứng trước)", "Bulletin (approved ones first)"), &bulletins, &chosen.bulletin, None)) }
        div data-for="file" { (form::choice("file", pick("Tệp", "File"), &files, &chosen.file, None)) }
        @if visitor.account.may(Right::Upload) { div data-for="upload" { (upload(visitor, chosen)) } }
        (form::field("repeat", pick("Phát mấy lần", "How often"), None, &html! {
            input type="number" id="repeat" name="repeat" min=(REPEATS.start()) max=(REPEATS.end()) value=(if chosen.repeat.is_empty() { "1" } else { &chosen.repeat }) inputmode="numeric";
        }))
    }
}

/// Uploads need the script; without it the other two ways stay.
fn upload(visitor: &Visitor, chosen: &Chosen) -> Markup {
    let pick = |vi, en| visitor.pick(vi, en);
    form::field(
        "upload",
        pick("Tệp âm thanh", "Audio file"),
        None,
        &html! {
            input type="hidden" name="upload" value=(chosen.upload);
            input type="hidden" name="upload_name" value=(chosen.upload_name);
            input type="file" id="upload" accept="audio/*" data-upload="";
            button type="button" data-record="" hidden { (pick("● Ghi âm từ micrô", "● Record from the microphone")) }
            div .recorder data-recorder="" data-worklet=(assets::path("recorder-worklet.js")) hidden {}
            progress #da-gui max="100" value="0" hidden aria-label=(pick("Đã gửi lên", "Uploaded")) {}
            p .hint #gui-len role="status" { (if chosen.upload.is_empty() { pick("Chưa có tệp nào.", "No file yet.") } else { chosen.upload_name.as_str() }) }
            noscript { p .notice.warn { (pick("Trình duyệt này tắt script nên không gửi tệp lên được; hãy chọn tin bài hoặc tệp có sẵn.", "Without script nothing can be uploaded; choose a bulletin or a file of the station.")) } }
        },
    )
}

fn label(visitor: &Visitor, each: &Offered) -> String {
    let state = match (each.is_approved, each.is_emergency) {
        (true, true) => visitor.pick(" (khẩn cấp, đã duyệt)", " (emergency, approved)"),
        (false, true) => visitor.pick(" (khẩn cấp, chưa duyệt)", " (emergency, not approved)"),
        (true, false) => visitor.pick(" (đã duyệt)", " (approved)"),
        (false, false) => visitor.pick(" (chưa duyệt)", " (not approved)"),
    };
    format!("{}. {}{state}", each.number, each.title)
}
