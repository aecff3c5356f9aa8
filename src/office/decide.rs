//! What people decide of bulletins: judged on the bulletin as it is, and recorded on exactly that.
//!
//! In: a number, a decision, what was looked at, who acts through what. Out: one act in the chain of approvals, or why there is
//! none. Must never record an act on what was not looked at. Next: `crate::bulletin::judge`, the rule.

use crate::bulletin::{Bearing, Decision, Objection, Step, judge};
use crate::config::Config;
use crate::store::{Card, Register, RegisterError, Signature, in_brackets};
use crate::text::same_name;

/// How often a decision is judged anew because somebody else was quicker.
const TRIES: u32 = 5;

/// What a person had before him when he decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Looked {
    /// Whatever is the newest revision when the act begins.
    Newest,
    /// This revision.
    Revision(i64),
    /// Exactly this.
    At(Seen),
}

/// What a page showed of a bulletin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Which revision.
    pub revision: i64,
    /// SHA-256 of its sound, lower-case hex.
    pub sha256: Option<String>,
    /// SHA-256 of its text, lower-case hex.
    pub text_sha256: Option<String>,
    /// Number of the decision in force of it.
    pub decided: Option<i64>,
}

/// What came of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Came {
    /// There is no such bulletin.
    Unknown,
    /// It is not allowed.
    Objected(Box<Card>, Objection),
    /// It is another one than what was looked at: as it is now.
    Changed(Box<Card>, Looked),
    /// It was so already.
    Already(Box<Card>),
    /// It is recorded under this number.
    Recorded(Box<Card>, i64, Step),
}

impl Seen {
    /// What stands on a card.
    #[must_use]
    pub fn of(card: &Card) -> Self {
        Self {
            revision: card.revision,
            sha256: card.sound.as_ref().map(|sound| sound.content.sha256.to_string()),
            text_sha256: card.text_sha256.clone(),
            decided: card.decided.as_ref().map(|decided| decided.seq),
        }
    }

    /// Whether sound and text are those of a card.
    fn has_bytes_of(&self, card: &Card) -> bool {
        let decided = self.decided;
        *self == Self { decided, ..Self::of(card) }
    }
}

/// Judges a decision on the bulletin as it is, and records it on exactly that. `signed` says who recorded it; the name in the
/// decision is the one that the airing log will show. Whoever looked at the newest revision means the first that is found here
/// when he approves, and every one when he refuses or withdraws.
pub async fn decide(
    config: &Config,
    number: i64,
    decision: &Decision,
    mut looked: Looked,
    signed: &Signature,
) -> Result<Came, RegisterError> {
    let mut register = Register::open(&config.data_dir).await?;
    let mut tries = 0;
    let came = loop {
        let Some(card) = register.card(number).await?.map(Box::new) else { break Came::Unknown };
        if looked == Looked::Newest && decision.act == crate::bulletin::Act::Approve {
            looked = Looked::Revision(card.revision);
        }
        if !is_what_was_seen(&card, &looked) {
            break Came::Changed(card, looked);
        }
        let makers = register.makers(number).await?;
        let own = is_own_account(&register.maker_logins(number).await?, signed);
        let step = match judged(config, &card, (&makers, own), decision) {
            Err(objection) => break Came::Objected(card, objection),
            Ok(Step::Already) => break Came::Already(card),
            Ok(step) => step,
        };
        if matches!(&looked, Looked::At(seen) if *seen != Seen::of(&card)) {
            // Somebody else has decided meanwhile, and otherwise: this person has not seen why.
            break Came::Changed(card, looked);
        }
        match register.decide(&card, decision, signed).await {
            Ok(seq) => break Came::Recorded(card, seq, step),
            Err(RegisterError::Outdated(_)) if tries < TRIES => tries += 1,
            Err(error) => return Err(error),
        }
    };
    register.close().await;
    Ok(came)
}

fn is_what_was_seen(card: &Card, looked: &Looked) -> bool {
    match looked {
        Looked::Newest => true,
        Looked::Revision(revision) => *revision == card.revision,
        Looked::At(seen) => seen.has_bytes_of(card),
    }
}

/// Whether somebody acts through an account of the page that recorded a revision itself.
fn is_own_account(logins: &[String], signed: &Signature) -> bool {
    in_brackets(&signed.via).filter(|_| signed.via.starts_with("web")).is_some_and(|login| logins.contains(&login))
}

/// What would come of a decision on a card, so that it can be told before. `makers` are all who wrote or recorded any revision,
/// and whether the account that decides is among them: a colleague who mends a title does not make the sound his own.
pub fn judged(
    config: &Config,
    card: &Card,
    (makers, own_account): (&[String], bool),
    decision: &Decision,
) -> Result<Step, Objection> {
    let makers: Vec<&str> = makers.iter().map(String::as_str).collect();
    let bearing = Bearing {
        class: card.draft.class,
        has_sound: card.sound.is_some(),
        makers: &makers,
        author_may_approve: config.approval.author_may_approve,
        own_account,
        in_force: card.decided.as_ref().map(|decided| (decided.act, decided.by_phone)),
    };
    judge(decision, bearing, same_name)
}
