//! What waits for a decision, the most urgent first; and one bulletin with all that whoever decides should know.
//!
//! In: the settings and the present instant. Out: cards with where each would air if all that waits were approved now, what
//! has changed since the revision that was approved last, who had a hand in it. Reads only. Blocks the thread that calls.
//! Next: `decide`.

use std::collections::HashMap;

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};

use super::foreseen::{accepted, named, week_by_week};
use crate::airing::{Approval, Priority};
use crate::backup::block_on;
use crate::bulletin::{Act, Standing};
use crate::calendar::with_offset;
use crate::config::Config;
use crate::rundown::foresee::Foresight;
use crate::store::{Card, DecisionState, History, Log, ReadError, Register, RegisterError, Wanted};

/// How far it is foreseen where something would air.
const FORESEEN: TimeDelta = TimeDelta::days(14);

/// Bulletins that are listed at most; a station that leaves more undecided has other worries.
pub const MOST: u32 = 200;

/// Where a bulletin would air next if it were approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coming {
    /// Title of the programme.
    pub programme: String,
    /// Its instant.
    pub at: DateTime<FixedOffset>,
}

/// What waits.
#[derive(Debug, Default)]
pub struct Desk {
    /// Undecided, the most urgent first.
    pub waiting: Vec<(Card, Option<Coming>)>,
    /// Approved by telephone and not confirmed yet, oldest first.
    pub unconfirmed: Vec<(Card, Option<Coming>)>,
    /// There are more than these.
    pub is_more: bool,
}

/// One bulletin, for whoever decides.
#[derive(Debug)]
pub struct Matter {
    /// The newest revision.
    pub card: Card,
    /// What happened to it.
    pub history: History,
    /// Who wrote or recorded any revision.
    pub makers: Vec<String>,
    /// Accounts of the page that recorded any revision.
    pub logins: Vec<String>,
    /// The revision that was approved last, if it is an earlier one.
    pub before: Option<Before>,
    /// Where it would air.
    pub coming: Option<Coming>,
}

/// A revision that was approved earlier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    /// Which.
    pub revision: i64,
    /// Its title.
    pub title: String,
    /// Its text.
    pub text: Option<String>,
    /// SHA-256 of its sound.
    pub sha256: Option<String>,
}

/// What waits now.
pub fn desk(config: &Config, now: DateTime<Utc>) -> Result<Desk, RegisterError> {
    let lists = block_on(async {
        let Some(mut register) = Register::look(&config.data_dir).await? else { return Ok(None) };
        let wanted = |state| Wanted { state: Some(state), limit: Some(MOST), ..Wanted::default() };
        let waiting = register.list(&wanted(DecisionState::Waiting)).await?;
        let unconfirmed = register.list(&wanted(DecisionState::ByPhone)).await?;
        register.close().await;
        Ok::<_, RegisterError>(Some((waiting, unconfirmed)))
    })?;
    let Some(((waiting, more), (unconfirmed, more_by_phone))) = lists else { return Ok(Desk::default()) };
    let numbers: Vec<i64> = waiting.iter().chain(&unconfirmed).map(|card| card.number).collect();
    let coming = coming(config, &numbers, now)?;
    let with = |card: Card| {
        let airs = coming.get(&card.number).cloned();
        (card, airs)
    };
    let mut waiting: Vec<_> = waiting.into_iter().map(with).collect();
    waiting.sort_by_key(|(card, airs)| urgency(card, airs.as_ref()));
    let mut unconfirmed: Vec<_> = unconfirmed.into_iter().map(with).collect();
    unconfirmed.sort_by_key(|(card, _)| card.decided.as_ref().map(|decided| decided.seq));
    Ok(Desk { waiting, unconfirmed, is_more: more || more_by_phone })
}

/// What comes first: an earlier airing, then a higher class, then the older one.
fn urgency(card: &Card, airs: Option<&Coming>) -> (bool, Option<DateTime<Utc>>, std::cmp::Reverse<Priority>, i64) {
    let at = airs.map(|airs| airs.at.to_utc());
    (at.is_none(), at, std::cmp::Reverse(card.draft.class), card.number)
}

/// One bulletin; `None` if there is no such one.
pub fn matter(config: &Config, number: i64, now: DateTime<Utc>) -> Result<Option<Matter>, RegisterError> {
    let coming = coming(config, &[number], now)?.remove(&number);
    matter_of(config, number, coming)
}

/// The same of a bulletin of which it is known where it would air.
pub fn matter_of(config: &Config, number: i64, coming: Option<Coming>) -> Result<Option<Matter>, RegisterError> {
    block_on(async {
        let Some(mut register) = Register::look(&config.data_dir).await? else { return Ok(None) };
        let Some(card) = register.card(number).await? else { return Ok(None) };
        let history = register.history(number).await?;
        let (makers, logins) = (register.makers(number).await?, register.maker_logins(number).await?);
        let before = before(&mut register, &card, &history).await?;
        register.close().await;
        Ok(Some(Matter { card, history, makers, logins, before, coming }))
    })
}

async fn before(register: &mut Register, card: &Card, history: &History) -> Result<Option<Before>, RegisterError> {
    let approved = history.acts.iter().rfind(|act| act.act == Act::Approve.as_str() && act.revision < card.revision);
    let Some(revision) = approved.map(|act| act.revision) else { return Ok(None) };
    let Some(written) = history.revisions.iter().find(|each| each.revision == revision) else { return Ok(None) };
    let text = register.text_of(card.number, revision).await?;
    Ok(Some(Before { revision, title: written.title.clone(), text, sha256: written.sha256.clone() }))
}

/// Where these bulletins would air next if all of them were approved now. A schedule with problems has no programmes.
fn coming(config: &Config, numbers: &[i64], now: DateTime<Utc>) -> Result<HashMap<i64, Coming>, RegisterError> {
    let schedule = accepted(config).unwrap_or_default();
    let asked: Vec<i64> = named(&schedule).into_iter().chain(numbers.iter().copied()).collect();
    let since = now - TimeDelta::hours(24);
    let known = block_on(async { Log::open(&config.data_dir).await?.outlook(&asked, since).await });
    let mut known = match known.map_err(|error| error.of_lost(&config.data_dir)) {
        Err(ReadError::Missing(_)) => return Ok(HashMap::new()),
        known => known?,
    };
    let zone = config.station.timezone;
    let at = with_offset(zone, now);
    for bulletin in known.shelf.iter_mut().flat_map(|shelf| shelf.bulletins.values_mut()) {
        if bulletin.standing == Standing::Waiting && numbers.contains(&bulletin.number) {
            bulletin.standing = Standing::Approved(Approval { seq: 0, by: "".into(), at, by_phone: false });
        }
    }
    let mut foresight = Foresight::new(known, now, zone, config.zone_names(), config.approval.required);
    let mut found = HashMap::new();
    // One that has begun is settled already: what was frozen for it counts as aired, and nothing else comes into it.
    for occurrence in week_by_week(&schedule, zone, now..now + FORESEEN) {
        let rundown = foresight.rundown(&occurrence);
        for item in rundown.items.iter().filter(|item| item.taken_out.is_none()) {
            let Some(number) = item.bulletin.as_ref().map(|facts| facts.number) else { continue };
            if numbers.contains(&number) {
                let at = with_offset(zone, rundown.scheduled_at);
                found.entry(number).or_insert_with(|| Coming { programme: rundown.title.clone(), at });
            }
        }
    }
    Ok(found)
}
