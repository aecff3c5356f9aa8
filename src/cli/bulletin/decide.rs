//! `loa bulletin approve`, `refuse`, `withdraw`: what people decide.
//!
//! In: a number, a name, a reason. Out: one act in the chain of approvals, bound to the sound and the text as they are at
//! that moment, and what it was about, so that the person sees it. Must never decide itself: that is `office`. Next:
//! `crate::office::decide`.

use std::io::{self, Write as _};
use std::process::ExitCode;

use super::fields::Typed;
use super::{Told, failed, refused, signature, tell, unknown, words};
use crate::backup::block_on;
use crate::bulletin::{Act, Decision};
use crate::cli::{DONE, FAILED};
use crate::config::Config;
use crate::office::decide::{Came, Looked};
use crate::store::{Card, RegisterError};

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
        match decide(config, *number, &decision, None).map_err(|error| failed(config, &error))? {
            Came::Already(_) | Came::Recorded(..) => {}
            Came::Unknown => return Err(unknown(config, *number)),
            Came::Objected(card, objection) => {
                let (vi, en) = words::objection(&card, objection);
                return Err(refused(config, FAILED, (&vi, &en)));
            }
            Came::Changed(card, looked) => return Err(changed(config, &card, &looked)),
        }
    }
    Ok(())
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
    let came = match decide(config, number, &decision, looked_at) {
        Ok(came) => came,
        Err(error) => return Ok(failed(config, &error)),
    };
    let (card, seq, told) = match came {
        Came::Unknown => return Ok(unknown(config, number)),
        Came::Objected(card, objection) => {
            let (vi, en) = words::objection(&card, objection);
            return Ok(refused(config, FAILED, (&vi, &en)));
        }
        Came::Changed(card, looked) => return Ok(changed(config, &card, &looked)),
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

/// Has it decided in the name that was given; who typed it is kept beside it. `looked_at` is the revision that was listened to.
fn decide(config: &Config, number: i64, decision: &Decision, looked_at: Option<i64>) -> Result<Came, RegisterError> {
    let mut signed = signature(config, None);
    signed.via = format!("{} ({})", signed.via, signed.by);
    let looked = looked_at.map_or(Looked::Newest, Looked::Revision);
    block_on(crate::office::decide::decide(config, number, decision, looked, &signed))
}

/// Why an approval of another revision than the newest one was refused.
fn changed(config: &Config, card: &Card, looked: &Looked) -> ExitCode {
    let looked_at = match looked {
        Looked::Revision(revision) => *revision,
        Looked::Newest | Looked::At(_) => card.revision,
    };
    let (vi, en) = words::changed(card, looked_at);
    refused(config, FAILED, (&vi, &en))
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
