//! `/tin-bai/moi` and `/tin-bai/{n}/sua`: the form of a bulletin.
//!
//! In: nothing, or the card of a bulletin that is to be changed. Out: a form whose sound is dropped, chosen or recorded and sent
//! ahead by script, and whose fields work without. A change is warned of: it needs a new approval. Next: `record`.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::routing::get;
use maud::{Markup, html};

use super::super::super::answer::Refusal;
use super::super::super::assets;
use super::super::super::layout::{self, Tab};
use super::super::super::part::{form, words};
use super::super::super::routes::{Needs, Route};
use super::super::super::site::Site;
use super::super::super::sound::player;
use super::super::super::visitor::Visitor;
use super::{Place, away, failed, number, subtabs, unknown};
use crate::airing::Priority;
use crate::bulletin::{Act, Draft};
use crate::config::Config;
use crate::library::ingest::MOST_BYTES;
use crate::office::bulletin;
use crate::office::fields::{ThemeText, blank, themes};
use crate::people::Right;
use crate::store::Card;

/// Scripts of the form.
const SCRIPTS: [&str; 4] = ["upload.js", "recorder.js", "player.js", "bulletin.js"];

/// What people call the kinds of text that a commune's station reads.
const GENRES: [&str; 7] = ["tin", "bài", "thông báo", "chuyên mục", "phỏng vấn", "văn bản", "tiểu phẩm"];

pub(super) fn routes() -> Vec<Route> {
    let write = Needs::Right(Right::Write);
    vec![Route::get("/tin-bai/moi", write, get(new)), Route::get("/tin-bai/{n}/sua", write, get(change))]
}

async fn new(State(site): State<Arc<Site>>, visitor: Visitor) -> Result<Markup, Refusal> {
    let (config, codes) = known(&site, &visitor).await?;
    let title = visitor.pick("Thêm tin bài", "New bulletin");
    let button = visitor.pick("Ghi tin bài", "Record the bulletin");
    let fields = fields(&visitor, &config, &codes, &blank(), None);
    let body = html! {
        h1 { (title) }
        (subtabs(&visitor, Place::New, true))
        (form::act(&visitor, "/api/bulletins", &html! { (fields) (submit(button)) }))
    };
    Ok(layout::page(&site, &visitor, Tab::Bulletins, title, &SCRIPTS, &body))
}

async fn change(State(site): State<Arc<Site>>, visitor: Visitor, Path(n): Path<String>) -> Result<Markup, Refusal> {
    let language = visitor.language();
    let of = number(language, &n)?;
    let (config, codes) = known(&site, &visitor).await?;
    let looked = Arc::clone(&config);
    let card = away(&visitor, move || bulletin::card(&looked, of).map_err(|error| failed(language, &error))).await?;
    let card = card.ok_or_else(|| unknown(language, &n))?;
    let title = visitor.pick("Sửa tin bài số ", "Change bulletin ").to_owned() + &n;
    let is_approved = card.decided.as_ref().is_some_and(|decided| decided.act == Act::Approve);
    let warning = if is_approved {
        visitor.pick(
            "Tin bài này đã được duyệt. Sửa xong thì thành bản mới, phải duyệt lại mới được phát.",
            "This bulletin is approved. Changed, it is a new revision, which needs a new approval before it may air.",
        )
    } else {
        visitor
            .pick("Sửa xong thì thành bản mới, chờ duyệt.", "Changed, it is a new revision, which waits for approval.")
    };
    let fields = fields(&visitor, &config, &codes, &card.draft, Some(&card));
    let action = format!("/api/bulletins/{of}/change");
    let body = html! {
        h1 { (title) }
        (subtabs(&visitor, Place::Other, true))
        p .notice .(if is_approved { "warn" } else { "plain" }) { (warning) }
        (form::act(&visitor, &action, &html! {
            input type="hidden" name="revision" value=(card.revision);
            (fields)
            (submit(visitor.pick("Ghi bản mới", "Record the new revision")))
            " " a .button href={ "/tin-bai/" (of) } { (visitor.pick("Không sửa nữa", "Leave it as it is")) }
        }))
    };
    Ok(layout::page(&site, &visitor, Tab::Bulletins, &title, &SCRIPTS, &body))
}

async fn known(site: &Arc<Site>, visitor: &Visitor) -> Result<(Arc<Config>, Vec<ThemeText>), Refusal> {
    let config = site.config();
    let looked = Arc::clone(&config);
    let codes = away(visitor, move || Ok(themes(&looked))).await?;
    Ok((config, codes))
}

fn submit(label: &str) -> Markup {
    html! { button .primary.big { (label) } }
}

fn fields(visitor: &Visitor, config: &Config, codes: &[ThemeText], draft: &Draft, card: Option<&Card>) -> Markup {
    html! {
        (sound(visitor, card))
        (form::text("title", visitor.pick("Tiêu đề", "Title"), &draft.title, None, true))
        (theme_fields(visitor, codes, &draft.themes))
        (text(visitor, draft.text.as_deref()))
        (more(visitor, draft))
        (zones(visitor, config, &draft.zones))
    }
}

/// The sound: what there is, and how to give another one.
fn sound(visitor: &Visitor, card: Option<&Card>) -> Markup {
    let has_sound = card.and_then(|card| card.sound.as_ref());
    html! {
        fieldset .sound data-field="sound" data-upload="" data-most=(MOST_BYTES) data-worklet=(assets::path("recorder-worklet.js")) {
            legend { (visitor.pick("Âm thanh", "Sound")) }
            input type="hidden" name="upload" value="";
            @if let (Some(sound), Some(card)) = (has_sound, card) {
                div .sound-now {
                    p { (visitor.pick("Âm thanh đang có", "The sound that it has")) ": "
                        (words::length(visitor.language(), sound.content.duration_ms.unwrap_or_default())) }
                    (player(visitor, &sound.content.sha256, &card.draft.title))
                    (form::tick("no_sound", visitor.pick("Bỏ âm thanh này (chỉ giữ văn bản)", "Remove this sound (keep the text only)"), false, None))
                    p { (visitor.pick("Muốn thay âm thanh thì chọn tệp mới hoặc ghi âm dưới đây.", "To replace it, choose a new file or record below.")) }
                }
            }
            div .drop data-drop="" {
                p { (visitor.pick("Kéo tệp âm thanh (MP3, WAV, M4A, OGG, FLAC) hoặc tệp văn bản (.txt) thả vào đây, hoặc:", "Drop an audio file (MP3, WAV, M4A, OGG, FLAC) or a text file (.txt) here, or:")) }
                p .row.middle {
                    input .visually-hidden type="file" id="file" accept="audio/*,.mp3,.wav,.m4a,.ogg,.opus,.flac,.aac,.txt";
                    label .button for="file" { (visitor.pick("Chọn tệp", "Choose a file")) }
                    button type="button" data-record="" { "● " (visitor.pick("Ghi âm từ micrô", "Record from the microphone")) }
                }
                noscript { p .notice.warn { (visitor.pick(
                    "Trình duyệt này không chạy được chương trình nên không gửi được âm thanh. Gõ văn bản thì vẫn ghi được.",
                    "This browser runs no script and cannot send a sound. A text can be typed all the same.")) } }
            }
            div .recorder data-recorder="" hidden {}
            div .check data-check="" role="status" {}
            p .fault id="sound-fault" hidden {}
        }
    }
}

fn theme_fields(visitor: &Visitor, codes: &[ThemeText], chosen: &[String]) -> Markup {
    let mut options = vec![(String::new(), visitor.pick("– chọn –", "– choose –").to_owned())];
    options.extend(codes.iter().map(|theme| (theme.code.clone(), theme.heading())));
    let main = chosen.first().map_or("", String::as_str);
    html! {
        (form::choice("theme", visitor.pick("Nội dung tuyên truyền chính", "Main theme"), &options, main, None))
        details open[chosen.len() > 1] {
            summary { (visitor.pick("Nội dung khác, và nguyên văn trong kế hoạch", "Other themes, and the plan's own words")) }
            fieldset data-field="themes" {
                legend { (visitor.pick("Cũng thuộc nội dung", "Also of")) }
                @for theme in codes {
                    div .field.tick {
                        label for={ "themes-" (theme.code) } {
                            input type="checkbox" id={ "themes-" (theme.code) } name="themes" value=(theme.code)
                                checked[chosen.iter().skip(1).any(|code| *code == theme.code)];
                            span { strong { (theme.heading()) } @if !theme.text.is_empty() { br; span .soft { (theme.text) } } }
                        }
                    }
                }
                p .fault id="themes-fault" hidden {}
            }
        }
    }
}

fn text(visitor: &Visitor, text: Option<&str>) -> Markup {
    let hint = visitor.pick(
        "Người duyệt đọc văn bản này khi nghe. Gõ hoặc dán chữ Unicode.",
        "The approver reads it while listening.",
    );
    let control =
        html! { textarea id="text" name="text" rows="8" aria-describedby="text-hint" { (text.unwrap_or_default()) } };
    form::field("text", visitor.pick("Văn bản", "Text"), Some(hint), &control)
}

fn more(visitor: &Visitor, draft: &Draft) -> Markup {
    let language = visitor.language();
    let classes: Vec<_> =
        Priority::ALL.iter().map(|each| (each.as_str().to_owned(), language.priority(*each).to_owned())).collect();
    let filled = |field: &Option<String>| field.clone().unwrap_or_default();
    let day = |name: &str, label: &str, day: Option<chrono::NaiveDate>| {
        let value = day.map_or_else(String::new, |day| day.to_string());
        let control = html! { input type="date" id=(name) name=(name) value=(value) placeholder="24/11/2026"; };
        form::field(name, label, None, &control)
    };
    let genre = html! {
        input type="text" id="genre" name="genre" value=(filled(&draft.genre)) list="genres" autocomplete="off";
        datalist id="genres" { @for genre in GENRES { option value=(genre) {} } }
    };
    html! {
        (form::choice("class", visitor.pick("Lớp tin", "Class"), &classes, draft.class.as_str(), Some(visitor.pick(
            "Tin ưu tiên được lấy ra phát trước tin thường.", "Priority bulletins are drawn before ordinary ones."))))
        div .grid {
            (form::field("genre", visitor.pick("Thể loại", "Genre"), None, &genre))
            (form::text("author", visitor.pick("Tác giả", "Author"), &filled(&draft.author), None, false))
            (form::text("source", visitor.pick("Nguồn", "Source"), &filled(&draft.source), None, false))
            (day("valid_from", visitor.pick("Chỉ phát từ ngày", "Not before"), draft.valid_from))
            (day("valid_until", visitor.pick("Chỉ phát đến hết ngày", "Not after"), draft.valid_until))
        }
    }
}

fn zones(visitor: &Visitor, config: &Config, chosen: &[String]) -> Markup {
    html! {
        @if config.zones.len() > 1 {
            fieldset data-field="zones" {
                legend { (visitor.pick("Dành cho cụm loa (để trống là tất cả)", "For the zones (none is all)")) }
                @for zone in &config.zones {
                    div .field.tick {
                        label for={ "zones-" (zone.id) } {
                            input type="checkbox" id={ "zones-" (zone.id) } name="zones" value=(zone.id) checked[chosen.contains(&zone.id)];
                            span { (zone.name) }
                        }
                    }
                }
                p .fault id="zones-fault" hidden {}
            }
        }
    }
}
