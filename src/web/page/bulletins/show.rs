//! `/tin-bai/{n}`: everything about a bulletin.
//!
//! In: its number; without script also what is wished of the queue, which is previewed in the page. Out: its sound to listen to,
//! its text, what was found, what happened to it, and the forms to change and to queue it. Reads only. Next: `story`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::routing::get;
use maud::{Markup, html};
use serde_json::Value;

use super::super::super::answer::Refusal;
use super::super::super::layout::{self, Tab};
use super::super::super::part::{form, words};
use super::super::super::routes::{Needs, Route};
use super::super::super::site::Site;
use super::super::super::sound::player;
use super::super::super::visitor::Visitor;
use super::draws::{self, Foreseen};
use super::list::state;
use super::queue::{self, Queue};
use super::sent::Sent;
use super::{Place, away, failed, number, story, subtabs, unknown};
use crate::airing::Priority;
use crate::config::Config;
use crate::language::Language;
use crate::office::card::{kept, object};
use crate::office::fields::{ThemeText, themes};
use crate::office::foreseen::accepted;
use crate::office::intake::content_place;
use crate::office::queue::State as Stands;
use crate::office::{bulletin, stored};
use crate::people::Right;
use crate::schedule::Schedule;
use crate::sound::Measures;
use crate::store::{Card, History, Sound};

pub(super) fn routes() -> Vec<Route> {
    let look = Needs::Right(Right::Look);
    vec![Route::get("/tin-bai/{n}", look, get(page)), Route::get("/api/bulletins/{n}", look, get(data))]
}

async fn data(State(site): State<Arc<Site>>, visitor: Visitor, Path(n): Path<String>) -> Result<Json<Value>, Refusal> {
    let language = visitor.language();
    let of = number(language, &n)?;
    away(&visitor, move || {
        let config = site.config();
        let found = bulletin::whole(&config, of).map_err(|error| failed(language, &error))?;
        let (card, history) = found.ok_or_else(|| unknown(language, &n))?;
        object(&config, &card, &history).map(Json).map_err(|error| Refusal::later(error.to_string()))
    })
    .await
}

/// What the page shows.
struct Known {
    config: Arc<Config>,
    card: Card,
    history: History,
    codes: Vec<ThemeText>,
    /// Where it waits.
    queue: Queue,
    schedule: Schedule,
    /// What is wished of the queue without script, foreseen.
    foreseen: Option<Result<Foreseen, Refusal>>,
    /// Whether the content store has the sound no more.
    is_lost: bool,
    /// How the stored copy is, in words; empty without sound.
    kept: &'static str,
}

async fn page(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(n): Path<String>,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Markup, Refusal> {
    let language = visitor.language();
    let of = number(language, &n)?;
    let sent = Sent::of(asked);
    let (looked, wished) = (Arc::clone(&site), sent.clone());
    let known = away(&visitor, move || known(&looked, language, of, &wished)).await?;
    let title = format!("{} {of}", visitor.pick("Tin bài số", "Bulletin"));
    let body = body(&visitor, &known, &sent);
    Ok(layout::page(&site, &visitor, Tab::Bulletins, &title, &["player.js", "queue.js"], &body))
}

fn known(site: &Site, language: Language, of: i64, sent: &Sent) -> Result<Known, Refusal> {
    let config = site.config();
    let found = bulletin::whole(&config, of).map_err(|error| failed(language, &error))?;
    let (card, history) = found.ok_or_else(|| unknown(language, &of.to_string()))?;
    let mut queue = queue::listed(site, language)?;
    queue.entries.retain(|each| each.bulletin == of && each.state == Stands::Waiting);
    let wishes = sent.one("xem").is_some();
    let foreseen = wishes.then(|| draws::foresee(site, language, &draws::wanted(language, sent)?));
    let is_lost = card.sound.as_ref().is_some_and(|sound| stored::glance(&config, &sound.content.sha256).is_some());
    let kept = card.sound.as_ref().map_or("", |sound| kept_words(language, &config, sound));
    Ok(Known {
        kept,
        codes: themes(&config),
        schedule: accepted(&config).unwrap_or_default(),
        config,
        card,
        history,
        queue,
        foreseen,
        is_lost,
    })
}

fn body(visitor: &Visitor, known: &Known, sent: &Sent) -> Markup {
    let may_write = visitor.account.may(Right::Write);
    let card = &known.card;
    html! {
        (subtabs(visitor, Place::Other, may_write))
        p .soft { (visitor.pick("Tin bài số", "Bulletin")) " " (card.number)
            @if card.revision > 1 { ", " (visitor.pick("bản", "revision")) " " (card.revision) } }
        h1 { (card.draft.title) }
        p .row {
            (state(visitor.language(), card))
            @if card.draft.class != Priority::Ordinary { span .chip.warn { "! " (visitor.language().priority(card.draft.class)) } }
            @if may_write { a .button href={ "/tin-bai/" (card.number) "/sua" } { (visitor.pick("Sửa", "Change")) } }
            @if may_write && card.draft.text.is_some() {
                a .button href={ "/tin-bai/" (card.number) "/giong-may" } { (visitor.pick("Đọc bằng giọng máy", "Machine voice")) }
            }
            @if card.decided.is_none() && visitor.account.may(Right::Decide) {
                a .button.primary href={ "/duyet/" (card.number) } { (visitor.pick("Xem để duyệt", "Decide")) }
            }
        }
        (sound(visitor, known))
        @if let Some(text) = &card.draft.text {
            section .card {
                h2 { (visitor.pick("Văn bản", "Text")) }
                div .bulletin-text { @for line in text.lines() { p { (line) } } }
            }
        }
        (facts(visitor, known))
        (waiting(visitor, known, sent, may_write))
        (story::story(visitor, &known.config, &known.history))
        (evidence(visitor, known))
    }
}

fn sound(visitor: &Visitor, known: &Known) -> Markup {
    let language = visitor.language();
    let Some(sound) = &known.card.sound else {
        return html! { p .notice.warn { (visitor.pick(
        "Tin bài này chưa có âm thanh nên chưa phát được. Bấm Sửa để thêm bản ghi âm.",
        "This bulletin has no sound yet and cannot air. Press Change to add a recording.")) } };
    };
    html! {
        section .card {
            h2 { (visitor.pick("Nghe", "Listen")) }
            @if known.is_lost {
                p .notice.bad { (visitor.pick(
                    "Bản lưu âm thanh không còn trong kho, tin bài này không phát được. Bấm Sửa và đưa lại tệp.",
                    "The stored sound is gone and this bulletin cannot air. Press Change and give the file again.")) }
            } @else { (player(visitor, &sound.content.sha256, &known.card.draft.title)) }
            p {
                (words::length(language, sound.content.duration_ms.unwrap_or_default()))
                @if let Some(voice) = &sound.voice { ", " (visitor.pick("giọng máy", "machine voice")) " " (voice) }
                @if let Some(name) = &sound.file_name { ", " (visitor.pick("tệp", "file")) " " (name) }
            }
            @for doubt in &sound.doubts { p .notice.warn { strong { (visitor.pick("Cần nghe lại", "To listen to")) } (layout::sentence(&doubt.say(language))) } }
        }
    }
}

fn facts(visitor: &Visitor, known: &Known) -> Markup {
    let (language, draft) = (visitor.language(), &known.card.draft);
    let theme = |code: &String| {
        known.codes.iter().find(|theme| theme.code == *code).map_or_else(|| code.clone(), ThemeText::heading)
    };
    let zone = |id: &String| {
        known.config.zones.iter().find(|zone| zone.id == *id).map_or_else(|| id.clone(), |zone| zone.name.clone())
    };
    let line =
        |label: &str, value: Option<String>| html! { @if let Some(value) = value { dt { (label) } dd { (value) } } };
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| words::date(language, day));
    let zones = draft.zones.iter().map(zone).collect::<Vec<_>>().join(", ");
    html! {
        section .card {
            h2 { (visitor.pick("Thông tin", "Facts")) }
            dl .facts {
                (line(visitor.pick("Nội dung", "Themes"), Some(draft.themes.iter().map(theme).collect::<Vec<_>>().join("; "))))
                (line(visitor.pick("Lớp tin", "Class"), Some(language.priority(draft.class).to_owned())))
                (line(visitor.pick("Thể loại", "Genre"), draft.genre.clone()))
                (line(visitor.pick("Tác giả", "Author"), draft.author.clone()))
                (line(visitor.pick("Nguồn", "Source"), draft.source.clone()))
                (line(visitor.pick("Chỉ phát từ ngày", "Not before"), day(draft.valid_from)))
                (line(visitor.pick("Chỉ phát đến hết ngày", "Not after"), day(draft.valid_until)))
                (line(visitor.pick("Cụm loa", "Zones"), (!zones.is_empty()).then_some(zones)))
                (line(visitor.pick("Người ghi", "Recorded by"), Some(known.card.by.clone())))
                (line(visitor.pick("Ghi lúc", "Recorded at"), known.card.recorded_at.map(|at| {
                    words::instant(language, at.with_timezone(&known.config.station.timezone).fixed_offset())
                })))
            }
        }
    }
}

/// Where it waits, and the form to queue it.
fn waiting(visitor: &Visitor, known: &Known, sent: &Sent, may_write: bool) -> Markup {
    let waits = !known.queue.entries.is_empty();
    html! {
        section .card #hang-cho {
            h2 { (visitor.pick("Hàng chờ phát", "Queue")) }
            @if waits { (queue::table(visitor, &known.queue, false)) } @else {
                p .soft { (visitor.pick("Tin bài này không nằm trong hàng chờ.", "This bulletin does not wait in the queue.")) }
            }
            @if may_write {
                details open[!waits || known.foreseen.is_some()] {
                    summary { strong { (visitor.pick("Xếp vào hàng chờ", "Queue it")) } }
                    (queueing(visitor, known, sent))
                }
            }
        }
    }
}

/// The form to queue it; without script a second one, which only previews.
fn queueing(visitor: &Visitor, known: &Known, sent: &Sent) -> Markup {
    let of = known.card.number;
    html! {
        (form::act(visitor, "/api/queue", &html! {
            input type="hidden" name="bulletin" value=(of);
            (draws::fields(visitor, &known.schedule, sent))
            div .preview data-preview="/api/queue/preview" aria-live="polite" {
                @match &known.foreseen {
                    Some(Ok(foreseen)) => (draws::preview(visitor, foreseen)),
                    Some(Err(refusal)) => p .notice.bad { (layout::sentence(&refusal.told)) },
                    None => {}
                }
            }
            button .primary { (visitor.pick("Xếp vào hàng chờ", "Queue it")) }
        }))
        noscript {
            form method="get" action={ "/tin-bai/" (of) "#hang-cho" } {
                input type="hidden" name="bulletin" value=(of);
                input type="hidden" name="xem" value="1";
                h3 { (visitor.pick("Xem trước sẽ phát lúc nào", "Where it will air")) }
                (draws::fields(visitor, &known.schedule, sent))
                button { (visitor.pick("Xem trước", "Preview")) }
            }
        }
    }
}

/// What only an inspector asks for.
fn evidence(visitor: &Visitor, known: &Known) -> Markup {
    let card = &known.card;
    html! {
        details .card {
            summary { (visitor.pick("Mã kiểm tra và số đo", "Hashes and measures")) }
            p .hint { (visitor.pick(
                "Mã kiểm tra (SHA-256) là dấu vân tay của âm thanh và văn bản: chỉ cần đổi một chút là mã khác hẳn.",
                "A hash (SHA-256) is the fingerprint of a sound or text: the slightest change makes it another one.")) }
            dl .facts {
                @if let Some(sound) = &card.sound {
                    dt { (visitor.pick("Mã âm thanh", "Hash of the sound")) } dd { code { (sound.content.sha256) } }
                    dt { (visitor.pick("Bản lưu", "Stored copy")) }
                    dd { (if known.is_lost { visitor.pick("KHÔNG CÒN", "GONE") } else { known.kept }) }
                    @if let Some(measures) = &sound.measures { (measured(visitor, measures)) }
                }
                @if let Some(sha256) = &card.text_sha256 {
                    dt { (visitor.pick("Mã văn bản", "Hash of the text")) } dd { code { (sha256) } }
                }
            }
        }
    }
}

/// A large copy is not read for a look at the page: an old disk gives 32 MB in a second.
fn kept_words(language: Language, config: &Config, sound: &Sound) -> &'static str {
    const READ_AT_ONCE: u64 = 32 << 20;
    let copy = content_place(config).join(&*sound.content.sha256);
    if copy.metadata().is_ok_and(|facts| facts.len() > READ_AT_ONCE) {
        return language.pick("có trong kho", "in the store");
    }
    let (vi, en, _) = kept(config, &sound.content.sha256);
    language.pick(vi, en)
}

fn measured(visitor: &Visitor, measures: &Measures) -> Markup {
    let language = visitor.language();
    let point = |hundredths: i64| {
        let text = format!("{:.1}", hundredths as f64 / 100.0);
        if language == Language::Vi { text.replace('.', ",") } else { text }
    };
    html! {
        dt { (visitor.pick("Độ to", "Loudness")) } dd { @match measures.loudness_centi_lufs { Some(lufs) => { (point(lufs)) " LUFS" }, None => "–" } }
        dt { (visitor.pick("Đỉnh", "True peak")) } dd { (point(measures.true_peak_centi_dbtp)) " dBTP" }
        dt { (visitor.pick("Khoảng lặng", "Silence")) } dd { (measures.silence_percent) " %" }
        dt { (visitor.pick("Tần số lấy mẫu", "Sample rate")) } dd { (words::number(language, i64::from(measures.rate))) " Hz" }
    }
}
