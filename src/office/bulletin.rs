//! Bulletins recorded, changed and listed.
//!
//! In: a draft that was read and checked, the sound that was taken in, who acts. Out: what was recorded, or why the register
//! does not take it. A change is a new revision, which nobody has approved; one that changes nothing is not recorded.
//! Next: `card`.

use crate::backup::block_on;
use crate::bulletin::Draft;
use crate::config::Config;
use crate::problem::what::BulletinFault;
use crate::problem::{Problem, Severity};
use crate::sound::Doubt;
use crate::store::{Card, History, Register, RegisterError, Revision, Signature, Sound, Wanted};

/// A bulletin that was recorded.
#[derive(Debug)]
pub struct Added {
    /// Its number.
    pub number: i64,
    /// What was recorded.
    pub revision: Revision,
    /// Others of the same title.
    pub twins: Vec<Card>,
}

/// What became of a change.
#[derive(Debug)]
pub enum Changed {
    /// The bulletin is so already; nothing was recorded.
    Nothing,
    /// A new revision was recorded.
    Revised {
        /// Its number.
        revision: i64,
        /// What was recorded.
        recorded: Box<Revision>,
        /// The text is a new one under the old sound: somebody should listen.
        kept_sound: bool,
    },
}

/// Records a new bulletin.
pub fn add(config: &Config, draft: Draft, sound: Option<&Sound>, signed: &Signature) -> Result<Added, RegisterError> {
    block_on(async {
        let mut register = Register::open(&config.data_dir).await?;
        let revision = revision(&mut register, draft, sound, None).await?;
        let twins = register.titled(&revision.draft.title).await?;
        let number = register.add(&revision, signed).await?;
        register.close().await;
        Ok(Added { number, revision, twins })
    })
}

/// Records a new revision of the bulletin that was looked at as `card`: with a new sound, or with the one it keeps.
pub fn change(
    config: &Config,
    card: &Card,
    draft: Draft,
    (new, kept): (Option<&Sound>, Option<Sound>),
    signed: &Signature,
) -> Result<Changed, RegisterError> {
    let before = card.sound.as_ref().map(sha256);
    if before == new.or(kept.as_ref()).map(sha256) && draft == card.draft {
        return Ok(Changed::Nothing);
    }
    let kept_sound = new.is_none() && kept.is_some() && draft.text != card.draft.text;
    let (number, recorded) = block_on(async {
        let mut register = Register::open(&config.data_dir).await?;
        let mut revision = revision(&mut register, draft, new, Some(card.number)).await?;
        revision.sound = revision.sound.or(kept);
        let number = register.revise(card.number, card.revision, &revision, signed).await?;
        register.close().await;
        Ok::<_, RegisterError>((number, revision))
    })?;
    Ok(Changed::Revised { revision: number, recorded: Box::new(recorded), kept_sound })
}

fn sha256(sound: &Sound) -> &str {
    &sound.content.sha256
}

/// A bulletin in its newest revision, with its text; `None` if there is none of that number.
pub fn card(config: &Config, number: i64) -> Result<Option<Card>, RegisterError> {
    block_on(async {
        match Register::look(&config.data_dir).await? {
            Some(mut register) => register.card(number).await,
            None => Ok(None),
        }
    })
}

/// The same with all that happened to it.
pub fn whole(config: &Config, number: i64) -> Result<Option<(Card, History)>, RegisterError> {
    block_on(async {
        let Some(mut register) = Register::look(&config.data_dir).await? else { return Ok(None) };
        let Some(card) = register.card(number).await? else { return Ok(None) };
        let history = register.history(number).await?;
        Ok(Some((card, history)))
    })
}

/// Bulletins that are looked for, the newest first, and whether there are more of them.
pub fn list(config: &Config, wanted: &Wanted) -> Result<(Vec<Card>, bool), RegisterError> {
    block_on(async {
        match Register::look(&config.data_dir).await? {
            Some(mut register) => register.list(wanted).await,
            None => Ok((Vec::new(), false)),
        }
    })
}

/// Which bulletins have that very sound in any revision, the lowest number first.
pub fn same_sound(config: &Config, sound: &Sound) -> Result<Vec<i64>, RegisterError> {
    let fingerprint = sound.measures.map(|measures| measures.fingerprint);
    block_on(async {
        match Register::look(&config.data_dir).await? {
            Some(mut register) => register.same_sound(&sound.content.sha256, fingerprint).await,
            None => Ok(Vec::new()),
        }
    })
}

/// What is to be recorded; that other bulletins (but `itself`) have the same sound is a doubt like others.
pub async fn revision(
    register: &mut Register,
    draft: Draft,
    sound: Option<&Sound>,
    itself: Option<i64>,
) -> Result<Revision, RegisterError> {
    let Some(mut sound) = sound.cloned() else { return Ok(Revision { draft, sound: None }) };
    let fingerprint = sound.measures.map(|measures| measures.fingerprint);
    let twins = register.same_sound(&sound.content.sha256, fingerprint).await?;
    let twin = twins.into_iter().find(|number| Some(*number) != itself);
    sound.doubts.extend(twin.map(|bulletin| Doubt::SameSound { bulletin }));
    Ok(Revision { draft, sound: Some(sound) })
}

/// What a person should look at of what was recorded: doubts of its sound if that is `new`, and others of its title.
#[must_use]
pub fn remarks(revision: &Revision, new: Option<&Sound>, twins: &[Card]) -> Vec<Problem> {
    let mut remarks = Vec::new();
    if let (Some(new), Some(sound)) = (new, &revision.sound) {
        let name = new.file_name.clone().or_else(|| new.voice.clone()).unwrap_or_default();
        let doubt = |doubt: &Doubt| BulletinFault::Doubt(name.clone(), *doubt);
        remarks.extend(sound.doubts.iter().map(doubt).map(|fault| Problem::typed(Severity::Warning, fault)));
    }
    if !twins.is_empty() {
        let numbers = twins.iter().map(|card| card.number).collect();
        let fault = BulletinFault::SameTitle(revision.draft.title.clone(), numbers);
        remarks.push(Problem::typed(Severity::Warning, fault));
    }
    remarks
}
