//! The chains proved on demand, and what was found in plain words.
//!
//! In: whoever asks. Out: a proof that begins, a page with its progress, then which chains are whole and the first bad row of
//! those that are not. Next: `super::super::super::proof`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::super::super::answer::{Answer, Done};
use super::super::super::layout::{self, Tab};
use super::super::super::part::{form, words as said};
use super::super::super::proof::{Chain, Found};
use super::super::super::site::Site;
use super::super::super::visitor::Visitor;
use super::words;
use crate::language::Language;

/// Where the proof is looked at.
const PAGE: &str = "/nhat-ky/kiem-tra";

pub(super) async fn begin(State(site): State<Arc<Site>>, visitor: Visitor) -> Answer {
    if !site.proof.claim(visitor.account.signature(), site.now()) {
        return Ok(Done::new(visitor.pick("đang kiểm tra rồi", "it is being proved already"), PAGE));
    }
    let at_work = Arc::clone(&site);
    let config = site.config();
    // Nobody waits for it: the page looks how far it is.
    drop(tokio::spawn(async move {
        let proving = Arc::clone(&at_work);
        if tokio::task::spawn_blocking(move || proving.proof.make(&config)).await.is_err() {
            at_work.proof.give_up();
        }
    }));
    Ok(Done::new("", PAGE))
}

pub(super) async fn object(State(site): State<Arc<Site>>) -> Json<Value> {
    let Some(state) = site.proof.look() else { return Json(Value::Null) };
    let chains = state.found.iter().map(|(chain, found)| {
        let name = name(Language::En, *chain);
        match found {
            Found::Whole(head) => json!({ "chain": name, "is_whole": true, "head": head.to_string() }),
            Found::Broken(broken) => {
                json!({ "chain": name, "is_whole": false, "seq": broken.seq, "fault": broken.fault.to_string() })
            }
            Found::Unreadable(why) => json!({ "chain": name, "is_whole": false, "seq": null, "fault": why }),
        }
    });
    let chains: Vec<Value> = chains.collect();
    Json(
        json!({ "by": state.by, "done": state.done, "rows": state.rows, "is_over": state.is_over(), "chains": chains }),
    )
}

/// The button that begins one.
pub(super) fn button(visitor: &Visitor) -> Markup {
    form::button(
        visitor,
        "/api/log/verify",
        visitor.pick("Kiểm tra toàn bộ nhật ký", "Prove the whole log"),
        "",
        None,
        &[],
    )
}

pub(super) async fn show(State(site): State<Arc<Site>>, visitor: Visitor) -> Markup {
    let language = visitor.language();
    let title = visitor.pick("Kiểm tra nhật ký", "Proof of the log");
    let body = html! {
        h1 { (title) }
        p { a href="/nhat-ky" { (visitor.pick("← Nhật ký", "← Log")) } }
        p { (visitor.pick(
            "Máy đọc lại từng dòng, tính lại mã kiểm và đối chiếu với dòng trước: có dòng nào bị sửa, xoá, chèn thì lộ ra.",
            "Each row is read and its hash made anew and held against the row before: what was altered, removed or inserted shows.",
        )) }
        @match site.proof.look() {
            None => p .empty { (visitor.pick("Chưa kiểm tra lần nào từ khi đài khởi động.", "Not proved since the station started.")) },
            Some(state) if !state.is_over() => {
                div role="status" data-proof="" {
                    p { (visitor.pick("Đang kiểm tra: ", "Being proved: ")) span data-proof-done="" { (state.done) } " / " (state.rows) }
                    progress max=(state.rows.max(1)) value=(state.done) aria-label=(title) {}
                    p { a .button href=(PAGE) { (visitor.pick("Xem lại", "Look again")) } }
                }
            },
            Some(state) => {
                p .soft { (visitor.pick("Kiểm tra lúc ", "Proved at ")) (said::instant(language, state.at)) ", " (state.by) }
                @for (chain, found) in &state.found { (line(language, *chain, found)) }
            },
        }
        (button(&visitor))
    };
    layout::page(&site, &visitor, Tab::Log, title, &["log.js"], &body)
}

fn line(language: Language, chain: Chain, found: &Found) -> Markup {
    let name = layout::sentence(name(language, chain));
    match found {
        Found::Whole(head) if head.seq == 0 => {
            html! { p .notice.good { "✓ " (name) ": " (language.pick("chưa có gì", "nothing there yet")) } }
        }
        Found::Whole(head) => html! {
            p .notice.good {
                "✓ " (name) ": " (language.pick("còn nguyên, ", "whole, ")) (said::number(language, head.seq)) (language.pick(" dòng. ", " rows. "))
                span .soft { (language.pick("Mã cuối, ghi lại để sau này đối chiếu: ", "Newest hash, to be kept elsewhere: ")) span .mono { (head) } }
            }
        },
        Found::Broken(broken) => html! {
            p .notice.bad {
                strong { "✕ " (name) ": " (language.pick("KHÔNG còn nguyên, hỏng đầu tiên ở dòng ", "NOT whole, first bad row: ")) (broken.seq) }
                (layout::sentence(&words::fault(language, &broken.fault))) ". "
                @if chain == Chain::Log { a href={ "/nhat-ky/" (broken.seq) } { (language.pick("Xem dòng ấy", "See that row")) } ". " }
                (language.pick("Giữ nguyên máy, đừng xoá gì; báo lãnh đạo và kỹ thuật viên, lấy bản sao lưu gần nhất ra so.", "Leave everything as it is; tell those in charge, and compare with the newest backup."))
            }
        },
        Found::Unreadable(why) => html! {
            p .notice.bad { strong { "✕ " (name) ": " (language.pick("không đọc được", "cannot be read")) } (why) }
        },
    }
}

fn name(language: Language, chain: Chain) -> &'static str {
    let (vi, en) = match chain {
        Chain::Log => ("nhật ký phát sóng", "airing log"),
        Chain::Approvals => ("sổ duyệt", "approvals"),
        Chain::Bulletins => ("các bản tin bài", "bulletins"),
        Chain::Zones => ("sổ cụm loa", "zones"),
        Chain::Activities => ("sổ hoạt động", "activities"),
        Chain::Audit => ("nhật ký thao tác", "audit"),
    };
    language.pick(vi, en)
}
