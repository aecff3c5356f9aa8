//! Stop, skip, the test tone: short orders to the station.
//!
//! In: what was pressed, and what the person saw on the air then. Out: the station's own answer. A press that comes late or
//! twice is refused by the station, so nothing else is cut. Next: `crate::control`.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use serde::Deserialize;

use super::super::super::answer::{Answer, Done, Refusal};
use super::super::super::live::NO_ANSWER;
use super::super::super::site::Site;
use super::super::super::visitor::Visitor;
use crate::airing::AiringId;
use crate::control::{self, Order};
use crate::desk::Seen;

/// Characters of a reason: a sentence or two.
pub(super) const LONGEST_WHY: usize = 1_000;

/// What the page sends with a press.
#[derive(Debug, Deserialize)]
pub(super) struct Pressed {
    /// What was on the air when it was pressed; empty if nothing was.
    #[serde(default)]
    airing: String,
    #[serde(default)]
    attempt: String,
    #[serde(default)]
    why: String,
}

impl Pressed {
    fn seen(&self) -> Option<Seen> {
        let attempt = self.attempt.parse().unwrap_or(1);
        (!self.airing.is_empty()).then(|| Seen { airing: AiringId::from_log(&self.airing), attempt })
    }
}

/// A page that showed silence must not cut what has begun since.
async fn unseen(site: &Site, visitor: &Visitor, pressed: &Pressed) -> Result<(), Refusal> {
    let status = if pressed.airing.is_empty() { site.status().await } else { None };
    if status.is_some_and(|status| status.desk.on_air.is_some()) {
        let (vi, en) = (
            "vừa có mục khác lên sóng; chưa làm gì cả: hãy xem lại rồi bấm lại",
            "something else has gone on the air just now; nothing was done: look again, then press again",
        );
        return Err(Refusal::conflict(visitor.pick(vi, en)));
    }
    Ok(())
}

pub(super) async fn stop(State(site): State<Arc<Site>>, visitor: Visitor, Form(pressed): Form<Pressed>) -> Answer {
    unseen(&site, &visitor, &pressed).await?;
    let (seen, why) = (pressed.seen(), why(&pressed.why));
    give(&site, &visitor, Order::Stop { why, seen }, "/").await.map(Done::staying)
}

pub(super) async fn skip(State(site): State<Arc<Site>>, visitor: Visitor, Form(pressed): Form<Pressed>) -> Answer {
    unseen(&site, &visitor, &pressed).await?;
    let (seen, why) = (pressed.seen(), why(&pressed.why));
    give(&site, &visitor, Order::Skip { why, seen }, "/").await.map(Done::staying)
}

pub(super) async fn tone(State(site): State<Arc<Site>>, visitor: Visitor, Form(pressed): Form<Pressed>) -> Answer {
    give(&site, &visitor, Order::Tone { why: why(&pressed.why) }, "/").await
}

/// Gives an order; what the station says of it is the answer.
pub(super) async fn give(site: &Site, visitor: &Visitor, order: Order, to: &str) -> Answer {
    match site.order(visitor, order).await {
        control::Answer::Done(told) => Ok(Done::new(told, to)),
        control::Answer::Refused(told) => Err(Refusal::conflict(told)),
        control::Answer::Status(_) => Err(Refusal::later(visitor.pick(NO_ANSWER.0, NO_ANSWER.1))),
    }
}

/// A reason as records keep it: one line, no longer than a sentence or two.
pub(super) fn why(typed: &str) -> Option<String> {
    let line =
        typed.split(char::is_control).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    (!line.is_empty()).then(|| line.chars().take(LONGEST_WHY).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_one_line() {
        assert_eq!(why(" họp thôn \r\n\r\n lúc 7 giờ\t"), Some("họp thôn lúc 7 giờ".to_owned()));
        assert_eq!(why(" \n "), None);
    }
}
