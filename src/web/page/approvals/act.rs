//! Approve, refuse, withdraw, on exactly what was shown.
//!
//! In: a form with the revision and the hashes that stood beside it. Out: one act in the chain of approvals in the name of
//! whoever is signed in, or why there is none. Must never decide on what was not shown. Next: `crate::office::decide`.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use chrono::{NaiveDateTime, TimeDelta};
use serde::Deserialize;
use serde_json::json;

use super::super::super::answer::{Answer, Done, Refusal};
use super::super::super::part::words::instant;
use super::super::super::site::Site;
use super::super::super::visitor::Visitor;
use super::words;
use crate::backup::block_on;
use crate::bulletin::{Act, Decision};
use crate::config::Config;
use crate::language::Language;
use crate::office::decide::{Came, Looked, Seen, decide};
use crate::office::fields::Typed;
use crate::store::Signature;

/// A telephone's clock and ours need not agree to the minute.
const AHEAD: TimeDelta = TimeDelta::minutes(5);

/// A form.
#[derive(Debug, Deserialize)]
pub(super) struct Sent {
    revision: i64,
    #[serde(default)]
    sha256: String,
    #[serde(default)]
    text_sha256: String,
    #[serde(default)]
    decided: String,
    #[serde(default)]
    why: String,
    /// Given by telephone.
    #[serde(default)]
    by_phone: String,
    /// Who gave it.
    #[serde(default)]
    who: String,
    /// When, `2026-11-24T20:15`.
    #[serde(default)]
    called: String,
}

impl Sent {
    fn seen(&self) -> Seen {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let decided = self.decided.parse().ok();
        Seen { revision: self.revision, sha256: some(&self.sha256), text_sha256: some(&self.text_sha256), decided }
    }
}

pub(super) async fn approve(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(number): Path<i64>,
    Form(sent): Form<Sent>,
) -> Answer {
    act(&site, &visitor, number, Act::Approve, sent).await
}

pub(super) async fn refuse(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(number): Path<i64>,
    Form(sent): Form<Sent>,
) -> Answer {
    act(&site, &visitor, number, Act::Refuse, sent).await
}

pub(super) async fn withdraw(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(number): Path<i64>,
    Form(sent): Form<Sent>,
) -> Answer {
    act(&site, &visitor, number, Act::Withdraw, sent).await
}

async fn act(site: &Site, visitor: &Visitor, number: i64, act: Act, sent: Sent) -> Answer {
    let (config, language) = (site.config(), visitor.language());
    let mut signed = site.signature(visitor);
    let decision = decision(&config, visitor, &signed, act, &sent)?;
    // The name of whoever decides stands in the airing log; whose account it was is kept beside it.
    signed.via = format!("{} ({})", signed.via, visitor.account.login);
    let came = {
        let (config, decision) = (Arc::clone(&config), decision.clone());
        let looked = Looked::At(sent.seen());
        super::off(move || block_on(decide(&config, number, &decision, looked, &signed))).await?
    };
    let done = |card: &crate::store::Card, seq: Option<i64>, told: String| {
        let approval = seq.or(card.decided.as_ref().map(|decided| decided.seq));
        Done::new(told, "/duyet").with(json!({
            "bulletin": number,
            "revision": card.revision,
            "act": act.as_str(),
            "approval": approval,
            "recorded": seq.is_some(),
            "by": decision.by,
            "by_phone": decision.by_phone,
            "sha256": card.sound.as_ref().map(|sound| &*sound.content.sha256),
            "text_sha256": card.text_sha256,
        }))
    };
    match came.map_err(|error| words::unreadable(language, &error))? {
        Came::Unknown => Err(words::unknown(language, number)),
        Came::Objected(_, objection) => Err(Refusal::conflict(words::objection(language, objection))),
        Came::Changed(card, _) => Err(words::changed(language, &card)),
        Came::Already(card) => Ok(done(&card, None, words::already(language, &config, &card))),
        Came::Recorded(card, seq, step) => {
            let told = words::decided(language, &card, (act, decision.by_phone), seq, step);
            Ok(done(&card, Some(seq), told))
        }
    }
}

/// What was typed as a decision; every fault at its field.
fn decision(
    config: &Config,
    visitor: &Visitor,
    signed: &Signature,
    act: Act,
    sent: &Sent,
) -> Result<Decision, Refusal> {
    let language = visitor.language();
    let by_phone = act == Act::Approve && !sent.by_phone.is_empty();
    let mut wrong = Refusal::wrong(
        language.pick("chưa ghi gì: hãy sửa chỗ được đánh dấu", "nothing was recorded: mend what is marked"),
    );
    let mut line = |field: &str, label: &str, text: &str| {
        let mut typed = Typed::new(config);
        let line = typed.line(label, text);
        if line.is_none() {
            let why = typed.problems.first().map(|problem| problem.say(language).message).unwrap_or_default();
            wrong = wrong.clone().at(field, why);
        }
        line
    };
    let why_label = language.pick("Lý do", "Reason");
    let mut why = match sent.why.trim() {
        "" => None,
        why => line("why", why_label, why),
    };
    let mut by = visitor.account.name.clone();
    if by_phone {
        by = line("who", language.pick("Người duyệt qua điện thoại", "Who approved by phone"), &sent.who)
            .unwrap_or_default();
    }
    if act == Act::Refuse && sent.why.trim().is_empty() {
        wrong = wrong.at(
            "why",
            language.pick(
                "hãy ghi lý do từ chối, để người viết biết cần sửa gì",
                "say why, so that the author knows what to mend",
            ),
        );
    }
    if by_phone {
        match called(config, &sent.called, signed) {
            Some(called) => {
                let at = match config.language {
                    Language::Vi => format!("gọi lúc {called}"),
                    Language::En => format!("called at {called}"),
                };
                why = Some(why.map_or(at.clone(), |why| format!("{at}; {why}")));
            }
            None => {
                wrong = wrong.at(
                    "called",
                    language.pick(
                        "hãy ghi ngày và giờ của cuộc gọi, không sau lúc này",
                        "give the day and time of the call, not later than now",
                    ),
                );
            }
        }
    }
    if wrong.fields.is_empty() { Ok(Decision { act, by, by_phone, why }) } else { Err(wrong) }
}

/// The time of a call, in words; `None` if it is none or still to come.
fn called(config: &Config, typed: &str, signed: &Signature) -> Option<String> {
    let naive = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(typed, form).ok())?;
    let at = naive.and_local_timezone(config.station.timezone).earliest()?.fixed_offset();
    (at <= signed.at + AHEAD).then(|| instant(config.language, at))
}
