//! `loa bulletin add` and `change`: a revision recorded.
//!
//! In: a file, a text, what is said of them. Out: the bulletin's number. All problems come out at once, and then nothing is
//! recorded. A change is a new revision, which nobody has approved. Next: `decide`.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;

use super::fields::Fields;
use super::intake;
use super::speak::{AddSpeech, Voiced, voiced};
use super::{Told, Typed, failed, signature, tell, unknown, words};
use crate::bulletin::Draft;
use crate::cli::{DONE, FAILED, WRONG_INPUT};
use crate::config::Config;
use crate::office::bulletin::{self, Added, Changed};
use crate::office::fields::{OPTIONS, blank};
use crate::office::intake::{Taken, is_input};
use crate::problem::what::BulletinFault;
use crate::problem::{Problem, Severity};
use crate::speech::Normalised;
use crate::store::{Revision, Sound};

/// Arguments of `loa bulletin add`.
#[derive(Debug, clap::Args)]
pub(super) struct AddArgs {
    /// The recording
    file: Option<PathBuf>,
    /// What people call it
    #[arg(long, value_name = "T")]
    title: String,
    #[command(flatten)]
    fields: Fields,
    #[command(flatten)]
    speech: AddSpeech,
    #[command(flatten)]
    by: By,
}

/// Arguments of `loa bulletin change`.
#[derive(Debug, clap::Args)]
pub(super) struct ChangeArgs {
    /// The bulletin's number
    #[arg(value_name = "N")]
    number: i64,
    /// The new recording
    file: Option<PathBuf>,
    /// What people call it
    #[arg(long, value_name = "T")]
    title: Option<String>,
    #[command(flatten)]
    fields: Fields,
    /// A field that it shall no longer have
    #[arg(long, value_enum, value_name = "FIELD")]
    clear: Vec<Clear>,
    #[command(flatten)]
    by: By,
}

/// Who acts, and how it is told.
#[derive(Debug, clap::Args)]
pub(super) struct By {
    /// The name of the person who acts; the operating system's user is kept beside it
    #[arg(long, value_name = "NAME")]
    pub(super) by: Option<String>,
    /// How to tell the bulletin's number
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Told,
}

/// Fields that a bulletin need not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Clear {
    Genre,
    Author,
    Source,
    Text,
    Sound,
    ValidFrom,
    ValidUntil,
    Zones,
}

/// Records a new bulletin.
pub(super) fn add(config: &Config, args: &AddArgs) -> anyhow::Result<ExitCode> {
    let mut typed = Typed::new(config);
    let mut draft = blank();
    typed.fill(&mut draft, &args.fields.said(Some(&args.title)), OPTIONS);
    let by = args.by.by.as_ref().map(|by| typed.line("--by", by));
    let has_text = args.fields.text.is_some();
    let mut problems = typed.problems;
    if args.fields.has_no_themes() {
        problems.push(Problem::typed(Severity::Error, BulletinFault::NoTheme));
    }
    if args.file.is_none() && !has_text {
        problems.push(Problem::typed(Severity::Error, BulletinFault::NoContent));
    }
    draft.text = args.fields.text.as_ref().and_then(|name| intake::text(name, &mut problems));
    let mut taken = match take(config, args.file.as_ref(), &problems) {
        Ok(taken) => taken,
        Err(code) => return Ok(code),
    };
    let mut reading = None;
    if let (Some(how), Some(text)) = (args.speech.how(), &draft.text) {
        match voiced(config, text, how, args.by.format)? {
            Voiced::Spoken(spoken, read) => (taken, reading) = (Some(*spoken), Some(read)),
            Voiced::Ended(code) => return Ok(code),
        }
    }
    let signed = signature(config, by.flatten().as_deref());
    let sound = taken.as_ref().map(|taken| &taken.sound);
    let Added { number, revision, twins } = match bulletin::add(config, draft, sound, &signed) {
        Ok(added) => added,
        Err(error) => return Ok(failed(config, &error)),
    };
    tell(config, &bulletin::remarks(&revision, sound, &twins));
    told(config, args.by.format, (number, 1), &revision, taken.as_ref(), reading.as_ref())
}

/// Records a new revision.
pub(super) fn change(config: &Config, args: &ChangeArgs) -> anyhow::Result<ExitCode> {
    let card = match bulletin::card(config, args.number) {
        Ok(Some(card)) => card,
        Ok(None) => return Ok(unknown(config, args.number)),
        Err(error) => return Ok(failed(config, &error)),
    };
    let mut typed = Typed::new(config);
    let mut draft = card.draft.clone();
    args.clear.iter().for_each(|field| clear(&mut draft, *field));
    typed.fill(&mut draft, &args.fields.said(args.title.as_deref()), OPTIONS);
    let by = args.by.by.as_ref().map(|by| typed.line("--by", by));
    let mut problems = typed.problems;
    if let Some(name) = &args.fields.text {
        draft.text = intake::text(name, &mut problems);
    }
    let kept = card.sound.clone().filter(|_| args.file.is_none() && !args.clear.contains(&Clear::Sound));
    if kept.is_none() && args.file.is_none() && draft.text.is_none() {
        problems.push(Problem::typed(Severity::Error, BulletinFault::NoContent));
    }
    let taken = match take(config, args.file.as_ref(), &problems) {
        Ok(taken) => taken,
        Err(code) => return Ok(code),
    };
    let sound = taken.as_ref().map(|taken| &taken.sound);
    let signed = signature(config, by.flatten().as_deref());
    match bulletin::change(config, &card, draft, (sound, kept), &signed) {
        Ok(Changed::Nothing) => {
            let told = words::unchanged(config.language, &card);
            writeln!(io::stderr(), "{told}")?;
            match args.by.format {
                Told::Text => Ok(ExitCode::from(DONE)),
                Told::Json => told_object((card.number, card.revision), &card.draft, card.sound.as_ref(), None),
            }
        }
        Ok(Changed::Revised { revision: number, recorded, kept_sound }) => {
            tell(config, &bulletin::remarks(&recorded, sound, &[]));
            if kept_sound {
                crate::cli::say(words::sound_kept(config.language, &recorded));
            }
            told(config, args.by.format, (card.number, number), &recorded, taken.as_ref(), None)
        }
        Err(error) => Ok(failed(config, &error)),
    }
}

fn clear(draft: &mut Draft, field: Clear) {
    match field {
        Clear::Genre => draft.genre = None,
        Clear::Author => draft.author = None,
        Clear::Source => draft.source = None,
        Clear::Text => draft.text = None,
        Clear::ValidFrom => draft.valid_from = None,
        Clear::ValidUntil => draft.valid_until = None,
        Clear::Zones => draft.zones.clear(),
        // The sound is no field of the draft.
        Clear::Sound => {}
    }
}

fn sha256(sound: &Sound) -> &str {
    &sound.content.sha256
}

/// Says what is wrong so far, and takes the file in if nothing is.
fn take(config: &Config, file: Option<&PathBuf>, problems: &[Problem]) -> Result<Option<Taken>, ExitCode> {
    let is_refused = tell(config, problems);
    let Some(path) = file else {
        return if is_refused { Err(ExitCode::from(WRONG_INPUT)) } else { Ok(None) };
    };
    if is_refused {
        // Of the file only what costs nothing to know.
        if let Err(error) = std::fs::metadata(path) {
            let unfit = crate::library::ClipError::from(error).into();
            tell(config, &[unfit_problem(path, unfit)]);
        }
        return Err(ExitCode::from(WRONG_INPUT));
    }
    intake::sound(config, path).map(Some).map_err(|unfit| {
        let code = if is_input(&unfit) { WRONG_INPUT } else { FAILED };
        tell(config, &[unfit_problem(path, unfit)]);
        ExitCode::from(code)
    })
}

fn unfit_problem(path: &std::path::Path, unfit: crate::sound::Unfit) -> Problem {
    Problem::typed(Severity::Error, BulletinFault::Unfit(path.display().to_string(), unfit))
}

/// Tells what was recorded, and what was read if it was spoken.
pub(super) fn told(
    config: &Config,
    format: Told,
    number: (i64, i64),
    revision: &Revision,
    taken: Option<&Taken>,
    reading: Option<&Normalised>,
) -> anyhow::Result<ExitCode> {
    match format {
        Told::Text => {
            let already = taken.is_some_and(|taken| !taken.new);
            writeln!(io::stdout(), "{}", words::recorded(config, number, revision, already))?;
            Ok(ExitCode::from(DONE))
        }
        Told::Json => told_object(number, &revision.draft, revision.sound.as_ref(), reading),
    }
}

/// A revision as programs read it; of a spoken one also the voice and what it read.
pub(super) fn told_object(
    (number, revision): (i64, i64),
    draft: &Draft,
    sound: Option<&Sound>,
    reading: Option<&Normalised>,
) -> anyhow::Result<ExitCode> {
    let text_sha256 = draft.text.as_deref().map(crate::store::text_sha256);
    let mut object = serde_json::json!({
        "bulletin": number, "revision": revision, "title": draft.title, "sha256": sound.map(sha256),
        "text_sha256": text_sha256,
    });
    if let Some(reading) = reading {
        object["voice"] = serde_json::json!(sound.and_then(|sound| sound.voice.as_ref()));
        object["duration_ms"] = serde_json::json!(sound.and_then(|sound| sound.content.duration_ms));
        object["reading"] = serde_json::to_value(reading)?;
    }
    writeln!(io::stdout(), "{object}")?;
    Ok(ExitCode::from(DONE))
}
