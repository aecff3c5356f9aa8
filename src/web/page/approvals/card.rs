//! One bulletin as whoever decides sees it: sound, text beside it, doubts, what has changed, where it would air, the forms.
//!
//! In: a bulletin with its history. Out: a piece of a page whose forms carry exactly what it shows. Whoever may not decide, or
//! not this one, is told so before. Next: `words`.

use std::sync::Arc;

use maud::{Markup, html};

use super::super::super::part::{form, words as said};
use super::super::super::sound::player;
use super::super::super::visitor::Visitor;
use super::diff::{Line, lines as diff};
use super::words;
use crate::airing::Priority;
use crate::bulletin::{Act, Decision};
use crate::config::Config;
use crate::language::Language;
use crate::office::decide::{Seen, judged};
use crate::office::waiting::{Before, Coming, Matter};
use crate::people::Right;
use crate::store::Card;

/// A bulletin with everything; one that is not `alone` on its page stands below a heading of others like it.
pub(super) fn whole(config: &Arc<Config>, visitor: &Visitor, matter: &Matter, alone: bool) -> Markup {
    let language = visitor.language();
    let card = &matter.card;
    let title = html! { a href={ "/duyet/" (card.number) } { (card.number) ". " (card.draft.title) } };
    html! {
        article .card.matter aria-labelledby={ "tin-" (card.number) } {
            @if alone { h2 id={ "tin-" (card.number) } { (title) } } @else { h3 id={ "tin-" (card.number) } { (title) } }
            p .row { (chips(language, card)) (airs(language, matter.coming.as_ref())) }
            div .beside {
                div {
                    (sound(visitor, card))
                    @for doubt in card.sound.iter().flat_map(|sound| &sound.doubts) {
                        p .notice.warn { (visitor.pick("Nên nghe kỹ: ", "Listen to this: ")) (doubt.say(language)) }
                    }
                    @if let Some(before) = &matter.before { (changes(language, card, before)) }
                    (facts(config, language, matter))
                }
                div { (text(language, card, matter.before.as_ref())) }
            }
            (forms(config, visitor, matter))
        }
    }
}

/// Bulletins that are not shown whole, a line each.
pub(super) fn lines<'a>(visitor: &Visitor, rest: impl Iterator<Item = &'a (Card, Option<Coming>)>) -> Markup {
    let language = visitor.language();
    html! {
        @for (card, coming) in rest {
            p .card.row {
                a href={ "/duyet/" (card.number) } { (card.number) ". " (card.draft.title) }
                (chips(language, card)) (airs(language, coming.as_ref()))
            }
        }
    }
}

fn chips(language: Language, card: &Card) -> Markup {
    let class = match card.draft.class {
        Priority::Emergency => "chip bad",
        Priority::Priority => "chip warn",
        Priority::Ordinary => "chip",
    };
    let state = match card.decided.as_ref().map(|decided| (decided.act, decided.by_phone)) {
        Some((Act::Approve, false)) => "chip good",
        Some((Act::Approve, true)) => "chip warn",
        Some(_) => "chip bad",
        None => "chip",
    };
    html! {
        span class=(class) { (language.priority(card.draft.class)) }
        span class=(state) { (words::state(language, card)) }
        @for theme in &card.draft.themes { span .chip { (theme) } }
        @if let Some(genre) = &card.draft.genre { span .chip { (genre) } }
    }
}

fn airs(language: Language, coming: Option<&Coming>) -> Markup {
    html! {
        @if let Some(coming) = coming {
            strong {
                (language.pick("Nếu duyệt, phát lúc ", "If approved, airs at ")) (said::clock(coming.at)) " "
                (said::day(language, coming.at.date_naive())) ", " (coming.programme)
            }
        } @else {
            span .soft { (language.pick("Chưa có buổi phát nào trong 14 ngày tới lấy tin này", "No programme of the next 14 days would take it")) }
        }
    }
}

fn sound(visitor: &Visitor, card: &Card) -> Markup {
    let language = visitor.language();
    let Some(sound) = &card.sound else {
        return html! { p .notice.warn { (language.pick("Chưa có âm thanh.", "It has no sound yet.")) } };
    };
    html! {
        (player(visitor, &sound.content.sha256, &card.draft.title))
        p .soft {
            @if let Some(ms) = sound.content.duration_ms { (language.pick("Dài ", "Length ")) (said::length(language, ms)) ". " }
            @if let Some(voice) = &sound.voice { (language.pick("Giọng máy", "Machine voice")) " (" (voice.strip_prefix("tts:").unwrap_or(voice)) "). " }
        }
    }
}

fn changes(language: Language, card: &Card, before: &Before) -> Markup {
    let sha256 = card.sound.as_ref().map(|sound| sound.content.sha256.to_string());
    let same = |is_same: bool| {
        if is_same { language.pick("không đổi", "unchanged") } else { language.pick("ĐÃ ĐỔI", "CHANGED") }
    };
    html! {
        p .notice.warn {
            strong {
                (language.pick("Đã duyệt một lần ở bản ", "Approved before in revision ")) (before.revision)
                (language.pick(", nay là bản ", ", this is revision ")) (card.revision)
            }
            (language.pick("Âm thanh: ", "Sound: ")) (same(sha256 == before.sha256)) ". "
            (language.pick("Văn bản: ", "Text: ")) (same(card.draft.text == before.text)) ". "
            @if card.draft.title != before.title { (language.pick("Tên cũ: ", "Former title: ")) "“" (before.title) "”." }
        }
    }
}

/// The text, large; with the lines that have changed if an earlier one was approved.
fn text(language: Language, card: &Card, before: Option<&Before>) -> Markup {
    let Some(text) = &card.draft.text else {
        return html! { p .soft { (language.pick("Không có văn bản kèm theo.", "There is no text.")) } };
    };
    let old = before.and_then(|before| before.text.as_ref()).filter(|old| *old != text);
    html! {
        div .text lang="vi" {
            @for line in text.lines() { p { (line) } }
        }
        @if let Some(old) = old {
            details open {
                summary { (language.pick("Văn bản khác bản đã duyệt ở đâu", "Where the text differs from the approved one")) }
                div .text.diff lang="vi" {
                    @for line in diff(old, text) {
                        @match line {
                            Line::Kept(line) => p { (line) },
                            Line::Gone(line) => p { del { span .visually-hidden { (language.pick("Bỏ: ", "Taken out: ")) } (line) } },
                            Line::New(line) => p { ins { span .visually-hidden { (language.pick("Thêm: ", "New: ")) } (line) } },
                        }
                    }
                }
            }
        }
    }
}

fn facts(config: &Config, language: Language, matter: &Matter) -> Markup {
    let card = &matter.card;
    let local = |at: chrono::DateTime<chrono::FixedOffset>| at.with_timezone(&config.station.timezone).fixed_offset();
    let waiting = matter.history.queue.iter().filter(|entry| entry.removed_at.is_none());
    html! {
        dl .facts {
            dt { (language.pick("Người nhập", "Recorded by")) }
            dd { (card.by) @if let Some(at) = card.recorded_at { ", " (said::instant(language, local(at))) } " (" (language.pick("bản ", "revision ")) (card.revision) ")" }
            @if let Some(author) = &card.draft.author { dt { (language.pick("Tác giả", "Author")) } dd { (author) } }
            @if let Some(source) = &card.draft.source { dt { (language.pick("Nguồn", "Source")) } dd { (source) } }
            @if card.draft.valid_from.is_some() || card.draft.valid_until.is_some() {
                dt { (language.pick("Được phát", "May air")) }
                dd {
                    @if let Some(day) = card.draft.valid_from { (language.pick("từ ", "from ")) (said::date(language, day)) " " }
                    @if let Some(day) = card.draft.valid_until { (language.pick("đến hết ", "until ")) (said::date(language, day)) }
                }
            }
            dt { (language.pick("Hàng chờ", "Queue")) }
            dd {
                @let entries: Vec<_> = waiting.collect();
                @if entries.is_empty() { (language.pick("chưa xếp vào hàng chờ", "not queued")) }
                @for (index, entry) in entries.iter().enumerate() {
                    @if index > 0 { "; " }
                    (language.pick("mục ", "entry ")) (entry.id) ": " (entry.times) (language.pick(" lần", " times"))
                    @if let Some(programme) = &entry.programme { ", " (programme) }
                }
            }
            @if let Some(decided) = &card.decided {
                dt { (language.pick("Quyết định", "Decision")) }
                dd {
                    (words::state(language, card)) ", " (decided.by)
                    @if let Some(at) = decided.at { ", " (said::instant(language, local(at))) }
                    @if let Some(why) = &decided.why { ": " (why) }
                }
            }
        }
    }
}

fn forms(config: &Config, visitor: &Visitor, matter: &Matter) -> Markup {
    let language = visitor.language();
    let card = &matter.card;
    if !visitor.account.may(Right::Decide) {
        return html! { p .soft { (language.pick("Chỉ tài khoản người duyệt mới duyệt được.", "Only accounts of approvers decide.")) } };
    }
    let approval = Decision { act: Act::Approve, by: visitor.account.name.clone(), by_phone: false, why: None };
    let own = matter.logins.contains(&visitor.account.login);
    let objection = judged(config, card, (&matter.makers, own), &approval).err();
    let state = card.decided.as_ref().map(|decided| (decided.act, decided.by_phone));
    let is_approved = matches!(state, Some((Act::Approve, _)));
    let is_phone = matches!(state, Some((Act::Approve, true)));
    html! {
        @if let Some(objection) = objection.filter(|_| !is_approved || is_phone) {
            p .notice.warn { (super::super::super::layout::sentence(words::objection(language, objection))) "." }
        }
        div .row.decide.no-print {
            @if objection.is_none() && (!is_approved || is_phone) { (approve(visitor, card, is_phone)) }
            @if state.is_none() { (with_reason(visitor, card, "refuse")) }
            @if is_approved { (with_reason(visitor, card, "withdraw")) }
        }
        @if state.is_none() && card.draft.class == Priority::Emergency && objection.is_none() { (by_phone(visitor, card)) }
    }
}

/// What a form decides on: what is shown, to the byte.
fn shown(card: &Card) -> Markup {
    let seen = Seen::of(card);
    html! {
        input type="hidden" name="revision" value=(seen.revision);
        input type="hidden" name="sha256" value=(seen.sha256.unwrap_or_default());
        input type="hidden" name="text_sha256" value=(seen.text_sha256.unwrap_or_default());
        input type="hidden" name="decided" value=(seen.decided.map(|seq| seq.to_string()).unwrap_or_default());
    }
}

fn action(card: &Card, act: &str) -> String {
    format!("/api/bulletins/{}/{act}", card.number)
}

fn approve(visitor: &Visitor, card: &Card, confirms: bool) -> Markup {
    let body = html! {
        (shown(card))
        @if confirms {
            (line(card, "why", visitor.pick("Số phiếu giấy (nếu có)", "Number of the paper slip (if any)"), "text", "", false))
        }
        button .primary.big {
            @if confirms { (visitor.pick("Xác nhận: đã có phiếu duyệt", "Confirm: the slip is there")) }
            @else { (visitor.pick("Duyệt cho phát", "Approve")) }
        }
    };
    form::act(visitor, &action(card, "approve"), &body)
}

/// A fold, so that nothing is refused by a slip of the finger.
fn with_reason(visitor: &Visitor, card: &Card, act: &str) -> Markup {
    let is_refusal = act == "refuse";
    let (label, button, hint) = if is_refusal {
        (
            visitor.pick("Từ chối…", "Refuse…"),
            visitor.pick("Từ chối", "Refuse"),
            visitor.pick(
                "Lý do (bắt buộc), để người viết biết cần sửa gì",
                "Reason (required), so that the author knows what to mend",
            ),
        )
    } else {
        (
            visitor.pick("Rút lại…", "Withdraw…"),
            visitor.pick("Rút lại, không cho phát nữa", "Withdraw, it airs no more"),
            visitor.pick("Lý do", "Reason"),
        )
    };
    let field = if is_refusal { "why" } else { "why-w" };
    let body = html! {
        (shown(card))
        div .field data-field="why" {
            label for={ (field) "-" (card.number) } { (hint) }
            input type="text" id={ (field) "-" (card.number) } name="why" required[is_refusal] autocomplete="off";
            p .fault hidden {}
        }
        button .danger { (button) }
    };
    html! {
        details { summary .button { (label) } (form::act(visitor, &action(card, act), &body)) }
    }
}

fn by_phone(visitor: &Visitor, card: &Card) -> Markup {
    let body = html! {
        p .hint { (visitor.pick(
            "Chỉ dùng khi khẩn cấp: người có thẩm quyền đã duyệt qua điện thoại. Phải xác nhận lại bằng phiếu sau.",
            "For emergencies only: somebody entitled has approved by telephone. It must be confirmed on paper later.",
        )) }
        (shown(card))
        input type="hidden" name="by_phone" value="1";
        (line(card, "who", visitor.pick("Ai duyệt qua điện thoại", "Who approved by phone"), "text", "", true))
        (line(card, "called", visitor.pick("Giờ của cuộc gọi", "Time of the call"), "datetime-local", "", true))
        button { (visitor.pick("Ghi duyệt qua điện thoại", "Record the approval by phone")) }
    };
    html! {
        details .no-print {
            summary { (visitor.pick("Duyệt qua điện thoại (chỉ tin khẩn cấp)", "Approved by phone (emergencies only)")) }
            (form::act(visitor, &action(card, "approve"), &body))
        }
    }
}

/// A field whose id is this bulletin's own, since a page has many.
fn line(card: &Card, name: &str, label: &str, kind: &str, value: &str, required: bool) -> Markup {
    let id = format!("{name}-{kind}-{}", card.number);
    html! {
        div .field data-field=(name) {
            label for=(id) { (label) }
            input type=(kind) id=(id) name=(name) value=(value) required[required] autocomplete="off";
            p .fault hidden {}
        }
    }
}
