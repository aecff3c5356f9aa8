//! `/tin-bai`: bulletins, the newest first, found by words, theme, state and class.
//!
//! In: what to look for, and behind which number the page begins. Out: a table that becomes cards on a phone; the same as JSON.
//! A search typed without marks finds all ways of writing. Next: `form`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::routing::get;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::super::answer::Refusal;
use super::super::super::layout::{self, Tab};
use super::super::super::part::{form, words};
use super::super::super::routes::{Needs, Route};
use super::super::super::site::Site;
use super::super::super::visitor::Visitor;
use super::{Place, away, failed, subtabs};
use crate::airing::Priority;
use crate::bulletin::Act;
use crate::language::Language;
use crate::office::card::Line;
use crate::office::fields::{ThemeText, themes};
use crate::office::{bulletin, words as said};
use crate::people::Right;
use crate::store::{Card, DecisionState, Wanted};

/// Lines of a page.
const LINES: u32 = 50;

pub(super) fn routes() -> Vec<Route> {
    let look = Needs::Right(Right::Look);
    vec![Route::get("/tin-bai", look, get(page)), Route::get("/api/bulletins", look, get(data))]
}

/// What is looked for, in the words of the address.
#[derive(Debug, Clone, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    tim: String,
    #[serde(default)]
    nd: String,
    #[serde(default, rename = "trang-thai")]
    state: String,
    #[serde(default)]
    lop: String,
    /// Only older ones than this number.
    #[serde(default)]
    truoc: String,
}

/// Words of states in the address, and what people read.
const STATES: [(&str, DecisionState, &str, &str); 4] = [
    ("cho-duyet", DecisionState::Waiting, "chờ duyệt", "waiting"),
    ("da-duyet", DecisionState::Approved, "đã duyệt", "approved"),
    ("khong-duyet", DecisionState::Refused, "không duyệt hoặc đã rút", "refused or withdrawn"),
    ("qua-dien-thoai", DecisionState::ByPhone, "duyệt qua điện thoại, chưa xác nhận", "by phone, not confirmed"),
];

impl Asked {
    fn wanted(&self) -> Wanted {
        let filled = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        let state = STATES.iter().find(|(word, ..)| *word == self.state || as_json(word) == self.state);
        Wanted {
            search: filled(&self.tim),
            theme: filled(&self.nd).map(|theme| theme.to_uppercase()),
            state: state.map(|(_, state, ..)| *state),
            class: Priority::from_word(&self.lop),
            before: self.truoc.trim().parse().ok(),
            limit: Some(LINES),
        }
    }

    fn is_all(&self) -> bool {
        [&self.tim, &self.nd, &self.state, &self.lop, &self.truoc].iter().all(|each| each.trim().is_empty())
    }

    /// The address of what comes behind that number.
    fn older(&self, than: i64) -> String {
        let fields = [
            ("tim", &self.tim),
            ("nd", &self.nd),
            ("trang-thai", &self.state),
            ("lop", &self.lop),
            ("truoc", &than.to_string()),
        ];
        let filled = fields.into_iter().filter(|(_, value)| !value.trim().is_empty()).collect::<Vec<_>>();
        format!("/tin-bai?{}", serde_urlencoded::to_string(filled).unwrap_or_default())
    }
}

/// The word of a state in JSON, which may be asked for too.
fn as_json(word: &str) -> &'static str {
    match word {
        "cho-duyet" => "waiting",
        "da-duyet" => "approved",
        "khong-duyet" => "refused",
        _ => "by_phone",
    }
}

async fn found(site: &Arc<Site>, visitor: &Visitor, wanted: Wanted) -> Result<(Vec<Card>, bool), Refusal> {
    let (site, language) = (Arc::clone(site), visitor.language());
    away(visitor, move || bulletin::list(&site.config(), &wanted).map_err(|error| failed(language, &error))).await
}

async fn data(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Json<Value>, Refusal> {
    let (cards, more) = found(&site, &visitor, asked.wanted()).await?;
    let lines: Vec<_> = cards.iter().map(Line::of).collect();
    Ok(Json(json!({ "bulletins": lines, "more": more })))
}

async fn page(State(site): State<Arc<Site>>, visitor: Visitor, Query(asked): Query<Asked>) -> Result<Markup, Refusal> {
    let (cards, more) = found(&site, &visitor, asked.wanted()).await?;
    let codes = {
        let site = Arc::clone(&site);
        away(&visitor, move || Ok(themes(&site.config()))).await?
    };
    let title = visitor.pick("Tin bài", "Bulletins");
    let may_write = visitor.account.may(Right::Write);
    let body = html! {
        h1 { (title) }
        (subtabs(&visitor, Place::List, may_write))
        (filters(&visitor, &asked, &codes))
        @if cards.is_empty() {
            p .empty {
                @if asked.is_all() {
                    (visitor.pick("Chưa có tin bài nào.", "There are no bulletins yet."))
                    @if may_write { " " a href="/tin-bai/moi" { (visitor.pick("Thêm tin bài đầu tiên", "Record the first one")) } }
                } @else {
                    (visitor.pick("Không tìm thấy tin bài nào.", "Nothing was found.")) " "
                    a href="/tin-bai" { (visitor.pick("Xem tất cả", "Show all")) }
                }
            }
        } @else {
            (table(&visitor, &cards))
        }
        @if let (true, Some(last)) = (more, cards.last()) {
            p { a .button href=(asked.older(last.number)) { (visitor.pick("Xem các tin bài cũ hơn", "Older ones")) } }
        }
    };
    Ok(layout::page(&site, &visitor, Tab::Bulletins, title, &[], &body))
}

fn filters(visitor: &Visitor, asked: &Asked, codes: &[ThemeText]) -> Markup {
    let language = visitor.language();
    let any = |label: &str| (String::new(), label.to_owned());
    let mut theme_options = vec![any(visitor.pick("tất cả", "all"))];
    theme_options.extend(codes.iter().map(|theme| (theme.code.clone(), theme.heading())));
    let mut state_options = vec![any(visitor.pick("tất cả", "all"))];
    state_options
        .extend(STATES.iter().map(|(word, _, vi, en)| ((*word).to_owned(), language.pick(*vi, *en).to_owned())));
    let mut class_options = vec![any(visitor.pick("tất cả", "all"))];
    class_options
        .extend(Priority::ALL.iter().map(|class| (class.as_str().to_owned(), language.priority(*class).to_owned())));
    html! {
        form .filters method="get" action="/tin-bai" role="search" {
            (form::text("tim", visitor.pick("Tìm theo tiêu đề, tác giả, nguồn", "Find by title, author, source"), &asked.tim, None, false))
            (form::choice("nd", visitor.pick("Nội dung", "Theme"), &theme_options, &asked.nd, None))
            (form::choice("trang-thai", visitor.pick("Trạng thái", "State"), &state_options, &asked.state, None))
            (form::choice("lop", visitor.pick("Lớp", "Class"), &class_options, &asked.lop, None))
            button .primary { (visitor.pick("Tìm", "Find")) }
        }
    }
}

fn table(visitor: &Visitor, cards: &[Card]) -> Markup {
    let language = visitor.language();
    let heads = [
        visitor.pick("Số", "No"),
        visitor.pick("Tiêu đề", "Title"),
        visitor.pick("Nội dung", "Themes"),
        visitor.pick("Lớp", "Class"),
        visitor.pick("Thời lượng", "Length"),
        visitor.pick("Phát đến", "Until"),
        visitor.pick("Trạng thái", "State"),
    ];
    html! {
        table .cards {
            thead { tr { @for head in heads { th scope="col" { (head) } } } }
            tbody {
                @for card in cards {
                    tr {
                        td .num data-label=(heads[0]) { (card.number) }
                        td data-label=(heads[1]) { a href={ "/tin-bai/" (card.number) } { (card.draft.title) } }
                        td data-label=(heads[2]) { (card.draft.themes.join(", ")) }
                        td data-label=(heads[3]) { (language.priority(card.draft.class)) }
                        td data-label=(heads[4]) { (sound(language, card)) }
                        td data-label=(heads[5]) {
                            @match card.draft.valid_until { Some(day) => (words::date(language, day)), None => "–" }
                        }
                        td data-label=(heads[6]) { (state(language, card)) }
                    }
                }
            }
        }
    }
}

fn sound(language: Language, card: &Card) -> Markup {
    let Some(sound) = &card.sound else {
        return html! { span .chip.warn { "! " (language.pick("chưa có âm thanh", "no sound yet")) } };
    };
    html! {
        (words::length(language, sound.content.duration_ms.unwrap_or_default()))
        @if sound.voice.is_some() { " " span .soft { (language.pick("(giọng máy)", "(machine voice)")) } }
        @if !sound.doubts.is_empty() { " " span .chip.warn { "! " (language.pick("cần nghe lại", "to listen to")) } }
    }
}

/// What was decided of a bulletin, as a chip: a word and a sign, never a colour alone.
pub(super) fn state(language: Language, card: &Card) -> Markup {
    let (class, sign) = match card.decided.as_ref().map(|decided| (decided.act, decided.by_phone)) {
        None => ("off nowrap", "…"),
        Some((Act::Approve, false)) => ("good nowrap", "✓"),
        Some((Act::Approve, true)) => ("warn", "!"),
        Some((Act::Refuse | Act::Withdraw, _)) => ("bad nowrap", "✕"),
    };
    html! { span class={ "chip " (class) } { span aria-hidden="true" { (sign) " " } (said::state(language, card)) } }
}
