//! `loa bulletin approve`, `refuse`, `withdraw`: what people decide.
//!
//! In: a number, a name, a reason. Out: one act in the chain of approvals, bound to the sound and the text as they are at
//! that moment, and what it was about, so that the person sees it. Must never record an act on what was not looked at. Next:
//! `crate::bulletin::judge`, the rule.

use std::io::{self, Write as _};
use std::process::ExitCode;

use super::fields::Typed;
use super::{Told, failed, refused, signature, tell, unknown, words};
use crate::backup::block_on;
use crate::bulletin::{Act, Bearing, Decision, Objection, Step, judge};
use crate::cli::{DONE, FAILED};
use crate::config::Config;
use crate::store::{Card, Register, RegisterError};
use crate::text::same_name;

/// How often a decision is judged anew because somebody else was quicker.
const TRIES: u32 = 5;

/// Arguments of `loa bulletin approve`.
#[derive(Debug, clap::Args)]
pub(super) struct ApproveArgs {
    #[command(flatten)]
    which: Which,
    /// The reason, or the number of the slip
    #[arg(long, value_name = "W")]
    why: Option<String>,
    /// Only if this is the newest revision: the one that was listened to and read
    #[arg(long, value_name = "R")]
    revision: Option<i64>,
    /// Given by telephone; for emergencies, to be confirmed by a second approval without this
    #[arg(long)]
    by_phone: bool,
}

/// Arguments of `loa bulletin refuse`.
#[derive(Debug, clap::Args)]
pub(super) struct RefuseArgs {
    #[command(flatten)]
    which: Which,
    /// The reason
    #[arg(long, value_name = "W")]
    why: String,
}

/// Arguments of `loa bulletin withdraw`.
#[derive(Debug, clap::Args)]
pub(super) struct WithdrawArgs {
    #[command(flatten)]
    which: Which,
    /// The reason
    #[arg(long, value_name = "W")]
    why: Option<String>,
}

/// Which bulletin, who decides, and how it is told.
#[derive(Debug, clap::Args)]
struct Which {
    /// The bulletin's number
    #[arg(value_name = "N")]
    number: i64,
    /// The name of the person who decides
    #[arg(long, value_name = "NAME")]
    by: String,
    /// How to tell what came of it
    #[arg(long, value_enum, default_value_t)]
    format: Told,
}

/// Lets a bulletin air.
pub(super) fn approve(config: &Config, args: ApproveArgs) -> anyhow::Result<ExitCode> {
    let decision = Decision { act: Act::Approve, by: args.which.by, by_phone: args.by_phone, why: args.why };
    run(config, args.which.number, args.which.format, decision, args.revision)
}

/// Keeps a bulletin from the air.
pub(super) fn refuse(config: &Config, args: RefuseArgs) -> anyhow::Result<ExitCode> {
    let decision = Decision { act: Act::Refuse, by: args.which.by, by_phone: false, why: Some(args.why) };
    run(config, args.which.number, args.which.format, decision, None)
}

/// Takes a bulletin back.
pub(super) fn withdraw(config: &Config, args: WithdrawArgs) -> anyhow::Result<ExitCode> {
    let decision = Decision { act: Act::Withdraw, by: args.which.by, by_phone: false, why: args.why };
    run(config, args.which.number, args.which.format, decision, None)
}

/// Approves bulletins without a word, in the name of `by`; what was approved before stays so.
pub(super) fn approve_all(config: &Config, numbers: &[i64], by: &str, why: &str) -> Result<(), ExitCode> {
    let decision = Decision { act: Act::Approve, by: by.to_owned(), by_phone: false, why: Some(why.to_owned()) };
    for number in numbers {
        match block_on(decide(config, *number, &decision, None)).map_err(|error| failed(config, &error))? {
            Came::Already(_) | Came::Recorded(..) => {}
            Came::Unknown => return Err(unknown(config, *number)),
            Came::Objected(card, objection) => {
                let (vi, en) = words::objection(&card, objection);
                return Err(refused(config, FAILED, (&vi, &en)));
            }
            Came::Changed(card, looked_at) => {
                let (vi, en) = words::changed(&card, looked_at);
                return Err(refused(config, FAILED, (&vi, &en)));
            }
        }
    }
    Ok(())
}

/// What came of a decision.
enum Came {
    /// There is no such bulletin.
    Unknown,
    /// It is not allowed.
    Objected(Box<Card>, Objection),
    /// Its newest revision is another one than this, which was looked at.
    Changed(Box<Card>, i64),
    /// It was so already.
    Already(Box<Card>),
    /// It is recorded under this number.
    Recorded(Box<Card>, i64, Step),
}

fn run(
    config: &Config,
    number: i64,
    format: Told,
    mut decision: Decision,
    looked_at: Option<i64>,
) -> anyhow::Result<ExitCode> {
    let mut typed = Typed::new(config);
    decision.by = typed.line("--by", &decision.by).unwrap_or_default();
    decision.why = decision.why.as_ref().and_then(|why| typed.line("--why", why));
    if tell(config, &typed.problems) {
        return Ok(ExitCode::from(crate::cli::WRONG_INPUT));
    }
    let came = match block_on(decide(config, number, &decision, looked_at)) {
        Ok(came) => came,
        Err(error) => return Ok(failed(config, &error)),
    };
    let (card, seq, told) = match came {
        Came::Unknown => return Ok(unknown(config, number)),
        Came::Objected(card, objection) => {
            let (vi, en) = words::objection(&card, objection);
            return Ok(refused(config, FAILED, (&vi, &en)));
        }
        Came::Changed(card, looked_at) => {
            let (vi, en) = words::changed(&card, looked_at);
            return Ok(refused(config, FAILED, (&vi, &en)));
        }
        Came::Already(card) => {
            let told = words::already(config, &card);
            (card, None, told)
        }
        Came::Recorded(card, seq, step) => {
            let told = words::decided(config, &card, &decision, seq, step);
            (card, Some(seq), told)
        }
    };
    match format {
        Told::Text => writeln!(io::stdout(), "{told}")?,
        Told::Json => writeln!(io::stdout(), "{}", object(&card, &decision, seq))?,
    }
    Ok(ExitCode::from(DONE))
}

/// Judges a decision on the card as it is, and records it on exactly that. Whoever refuses or withdraws means every revision;
/// whoever approves means the one that was looked at, or else the first that is found here.
async fn decide(
    config: &Config,
    number: i64,
    decision: &Decision,
    mut looked_at: Option<i64>,
) -> Result<Came, RegisterError> {
    let mut register = Register::open(&config.data_dir).await?;
    // The approver's name stands in the airing log; who typed it is kept beside it.
    let mut signed = signature(config, None);
    signed.via = format!("{} ({})", signed.via, signed.by);
    let mut tries = 0;
    let came = loop {
        let Some(card) = register.card(number).await?.map(Box::new) else { break Came::Unknown };
        if decision.act == Act::Approve {
            let looked_at = *looked_at.get_or_insert(card.revision);
            if looked_at != card.revision {
                break Came::Changed(card, looked_at);
            }
        }
        let makers = register.makers(number).await?;
        let step = match judged(config, &card, &makers, decision) {
            Err(objection) => break Came::Objected(card, objection),
            Ok(Step::Already) => break Came::Already(card),
            Ok(step) => step,
        };
        match register.decide(&card, decision, &signed).await {
            Ok(seq) => break Came::Recorded(card, seq, step),
            Err(RegisterError::Outdated(_)) if tries < TRIES => tries += 1,
            Err(error) => return Err(error),
        }
    };
    register.close().await;
    Ok(came)
}

fn judged(config: &Config, card: &Card, makers: &[String], decision: &Decision) -> Result<Step, Objection> {
    // Of every revision: a colleague who mends a title does not make the sound his own.
    let makers: Vec<&str> = makers.iter().map(String::as_str).collect();
    let bearing = Bearing {
        class: card.draft.class,
        has_sound: card.sound.is_some(),
        makers: &makers,
        author_may_approve: config.approval.author_may_approve,
        in_force: card.decided.as_ref().map(|decided| (decided.act, decided.by_phone)),
    };
    judge(decision, bearing, same_name)
}

fn object(card: &Card, decision: &Decision, seq: Option<i64>) -> serde_json::Value {
    serde_json::json!({
        "bulletin": card.number,
        "revision": card.revision,
        "act": decision.act.as_str(),
        "approval": seq.or(card.decided.as_ref().map(|decided| decided.seq)),
        "recorded": seq.is_some(),
        "title": card.draft.title,
        "by": decision.by,
        "by_phone": decision.by_phone,
        "sha256": card.sound.as_ref().map(|sound| &*sound.content.sha256),
        "text_sha256": card.text_sha256,
    })
}
