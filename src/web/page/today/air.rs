//! Phát ngay: something that a person puts on the air, after what is on it.
//!
//! In: what was chosen. Out: the page with its form, and the order. What nobody has approved is refused by the station, with
//! the words on what to do. Next: `choice`.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use maud::{Markup, html};

use super::super::super::answer::Answer;
use super::super::super::layout::{self, Tab};
use super::super::super::part::form;
use super::super::super::site::Site;
use super::super::super::visitor::Visitor;
use super::acts;
use super::choice::{self, Chosen};

pub(super) async fn form(State(site): State<Arc<Site>>, visitor: Visitor) -> Markup {
    let status = site.status().await;
    let choices = choice::choices(&site, status.as_deref()).await;
    let title = visitor.pick("Phát ngay", "Air now");
    let body = html! {
        h1 { (title) }
        p { (visitor.pick(
            "Phát ngay sau mục đang phát; nếu đài đang im thì phát liền. Tin bài và tệp phải được duyệt trước.",
            "It airs after what is on the air, at once if nothing is. Bulletins and files must be approved before.",
        )) }
        (form::act(&visitor, "/api/air", &html! {
            (choice::fields(&visitor, &choices, &Chosen::default()))
            (form::text("why", visitor.pick("Lý do (không bắt buộc)", "Why (if you like)"), "", None, false))
            div .row { button .primary.big { (title) } a .button.big href="/" { (visitor.pick("Thôi", "Cancel")) } }
        }))
    };
    layout::page(&site, &visitor, Tab::Today, title, &choice::SCRIPTS, &body)
}

pub(super) async fn act(State(site): State<Arc<Site>>, visitor: Visitor, Form(chosen): Form<Chosen>) -> Answer {
    let order = choice::order(&site, &visitor, &chosen, false)?;
    let done = acts::give(&site, &visitor, order, "/").await?;
    choice::forget(&site, &visitor, &chosen).await;
    Ok(done)
}
