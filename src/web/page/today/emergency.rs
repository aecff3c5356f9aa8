//! Khẩn cấp: something that cuts in at once, before everything else, with an attention tone before it.
//!
//! In: what was chosen, why, and that it was meant: held for a moment, or confirmed on a second page where there is no script.
//! Out: the pages and the order. Nothing on its way needs a database. Next: `choice`.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Query, State};
use maud::{Markup, html};

use super::super::super::answer::{Answer, Done};
use super::super::super::layout::{self, Tab};
use super::super::super::part::form;
use super::super::super::site::Site;
use super::super::super::visitor::Visitor;
use super::acts;
use super::choice::{self, Chosen};

pub(super) async fn form(State(site): State<Arc<Site>>, visitor: Visitor, Query(chosen): Query<Chosen>) -> Markup {
    let status = site.status().await;
    let choices = choice::choices(&site, status.as_deref()).await;
    let pick = |vi, en| visitor.pick(vi, en);
    let title = pick("Phát khẩn cấp", "Emergency");
    let body = html! {
        h1 { (title) }
        p .notice.bad { strong { (pick("Cắt ngang mọi chương trình và phát ngay ra loa.", "Cuts into everything and airs at once.")) }
            (pick("Có tiếng báo hiệu trước lời nói. Không cần duyệt trước, nhưng được ghi vào nhật ký cùng tên người phát và lý do.",
                  "An attention tone comes before it. It needs no approval, and the log keeps who did it and why.")) }
        (form::act(&visitor, "/api/emergency", &html! {
            input type="hidden" name="held" value="";
            (choice::fields(&visitor, &choices, &chosen))
            (form::text("why", pick("Lý do phát khẩn cấp", "Why"), &chosen.why, Some(pick("Ví dụ: nước lũ lên nhanh, di dời dân thôn 2", "For example: flood, village 2 must leave")), true))
            div .row {
                button .danger.big.hold aria-describedby="cach-giu" { span { (pick("Giữ để phát khẩn cấp", "Hold to air")) } }
                a .button.big href="/" { (pick("Thôi", "Cancel")) }
            }
            p .hint #cach-giu { (pick(
                "Giữ nút 1,5 giây bằng chuột hoặc ngón tay, hoặc giữ phím Enter hay phím cách. Thả ra sớm thì không phát.",
                "Hold the button for 1.5 seconds by mouse or finger, or hold Enter or the space bar. Released early, nothing airs.",
            )) }
            p .visually-hidden #dang-giu role="status" {}
        }))
    };
    layout::page(&site, &visitor, Tab::Today, title, &choice::SCRIPTS, &body)
}

/// The second page of a browser without script.
pub(super) async fn confirm(State(site): State<Arc<Site>>, visitor: Visitor, Query(chosen): Query<Chosen>) -> Markup {
    let pick = |vi, en| visitor.pick(vi, en);
    let title = pick("Xác nhận phát khẩn cấp", "Confirm the emergency");
    let what = match chosen.what.as_str() {
        "bulletin" => format!("{} {}", pick("Tin bài số", "Bulletin"), chosen.bulletin),
        "upload" => chosen.upload_name.clone(),
        _ => chosen.file.clone(),
    };
    let again = serde_urlencoded::to_string(&chosen).unwrap_or_default();
    let fields = [
        ("what", &chosen.what),
        ("bulletin", &chosen.bulletin),
        ("file", &chosen.file),
        ("upload", &chosen.upload),
        ("upload_name", &chosen.upload_name),
        ("repeat", &chosen.repeat),
        ("why", &chosen.why),
    ];
    let body = html! {
        h1 { (title) }
        dl .facts {
            dt { (pick("Phát", "What")) } dd { (what) }
            dt { (pick("Số lần", "How often")) } dd { (if chosen.repeat.is_empty() { "1" } else { &chosen.repeat }) }
            dt { (pick("Lý do", "Why")) } dd { (chosen.why) }
        }
        (form::act(&visitor, "/api/emergency", &html! {
            @for (name, value) in fields { input type="hidden" name=(name) value=(value); }
            div .row {
                button .danger.big name="held" value="1" { (pick("Phát khẩn cấp ngay", "Air it now")) }
                a .button.big href={ "/khan-cap?" (again) } { (pick("Sửa lại", "Change")) }
                a .button.big href="/" { (pick("Thôi", "Cancel")) }
            }
        }))
    };
    layout::page(&site, &visitor, Tab::Today, title, &[], &body)
}

pub(super) async fn act(State(site): State<Arc<Site>>, visitor: Visitor, Form(chosen): Form<Chosen>) -> Answer {
    let order = choice::order(&site, &visitor, &chosen, true)?;
    if chosen.held.is_empty() {
        let query = serde_urlencoded::to_string(&chosen).unwrap_or_default();
        let told = visitor.pick("chưa phát gì: hãy xác nhận ở trang này", "nothing airs yet: confirm it on this page");
        return Ok(Done::asking(told, format!("/khan-cap/xac-nhan?{query}")));
    }
    let done = acts::give(&site, &visitor, order, "/").await?;
    choice::forget(&site, &visitor, &chosen).await;
    Ok(done)
}
