//! `loa bulletin speak N`, and `add --speak`: a text becomes sound by a machine voice.
//!
//! In: a text, and how it is to be read. Out: the sound, taken in like any recording, and a new revision with the voice and
//! the text as it was read, which nobody has approved. Must never speak what was not shown, and never replace a person's
//! recording unasked. Next: `reading`.

use std::io::{self, Write as _};
use std::process::ExitCode;

use super::reading::{self, How};
use super::record::{self, By};
use super::{Told, Typed, failed, refused, signature, tell, unknown, words};
use crate::backup::block_on;
use crate::bulletin::Act;
use crate::cli::{DONE, FAILED, WRONG_INPUT, say};
use crate::config::Config;
use crate::language::Language;
use crate::office::bulletin;
use crate::office::intake::Taken;
use crate::office::voice::{self, Unspoken};
use crate::sound::Unfit;
use crate::speech::Normalised;
use crate::store::{Card, Register, RegisterError};

/// Arguments of `loa bulletin speak`.
#[derive(Debug, clap::Args)]
pub(super) struct SpeakArgs {
    /// The bulletin's number
    #[arg(value_name = "N")]
    number: i64,
    /// Only show what would be read: the text on stdout, what was changed and what is doubtful on stderr
    #[arg(long, conflicts_with_all = ["yes", "replace"])]
    check: bool,
    /// Speak without asking
    #[arg(long)]
    yes: bool,
    /// The text as it shall be read, put right by hand; `-` is stdin
    #[arg(long, value_name = "FILE")]
    read_as: Option<String>,
    /// Put the machine voice in the place of a person's recording
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    by: By,
}

/// What `loa bulletin add` says of speaking.
#[derive(Debug, clap::Args)]
pub(super) struct AddSpeech {
    /// Have the text read by the machine voice
    #[arg(long, requires = "text", conflicts_with = "file")]
    speak: bool,
    /// With --speak: only show what would be read, record nothing
    #[arg(long, requires = "speak", conflicts_with = "yes")]
    check: bool,
    /// With --speak: speak without asking
    #[arg(long, requires = "speak")]
    yes: bool,
    /// With --speak: the text as it shall be read, put right by hand
    #[arg(long, requires = "speak", value_name = "FILE")]
    read_as: Option<String>,
}

impl AddSpeech {
    /// How the text is to be read, if it is.
    pub(super) fn how(&self) -> Option<How<'_>> {
        self.speak.then_some(How { read_as: self.read_as.as_deref(), check: self.check, yes: self.yes })
    }
}

/// What came of a text that was to be spoken.
pub(super) enum Voiced {
    /// It was: the sound, and what was read.
    Spoken(Box<Taken>, Normalised),
    /// It was only shown, or not even that.
    Ended(ExitCode),
}

/// Has the text of a bulletin spoken.
pub(super) fn run(config: &Config, args: &SpeakArgs) -> anyhow::Result<ExitCode> {
    let card = match bulletin::card(config, args.number) {
        Ok(Some(card)) => card,
        Ok(None) => return Ok(unknown(config, args.number)),
        Err(error) => return Ok(failed(config, &error)),
    };
    let mut typed = Typed::new(config);
    let by = args.by.by.as_ref().and_then(|by| typed.line("--by", by));
    if tell(config, &typed.problems) {
        return Ok(ExitCode::from(WRONG_INPUT));
    }
    let Some(text) = &card.draft.text else { return Ok(no_text(config, card.number)) };
    let recorded = card.sound.as_ref().is_some_and(|sound| sound.voice.is_none());
    if recorded && !args.replace && !args.check {
        return Ok(has_recording(config, card.number));
    }
    if !args.check && card.decided.as_ref().is_some_and(|decided| decided.act == Act::Approve) {
        say(words::approval_will_end(config.language));
    }
    let how = How { read_as: args.read_as.as_deref(), check: args.check, yes: args.yes };
    match voiced(config, text, how, args.by.format)? {
        Voiced::Spoken(taken, reading) => revise(config, &card, &taken, &reading, (by.as_deref(), args.by.format)),
        Voiced::Ended(code) => Ok(code),
    }
}

/// Records what was spoken as a new revision of a bulletin.
fn revise(
    config: &Config,
    card: &Card,
    taken: &Taken,
    reading: &Normalised,
    (by, format): (Option<&str>, Told),
) -> anyhow::Result<ExitCode> {
    let told = |sound: &crate::store::Sound| (sound.content.sha256.clone(), sound.voice.clone(), sound.read_as.clone());
    if card.sound.as_ref().map(told) == Some(told(&taken.sound)) {
        say(words::unchanged(config.language, card));
        return match format {
            Told::Text => Ok(ExitCode::from(DONE)),
            Told::Json => {
                record::told_object((card.number, card.revision), &card.draft, Some(&taken.sound), Some(reading))
            }
        };
    }
    let signed = signature(config, by);
    let recorded = block_on(async {
        let mut register = Register::open(&config.data_dir).await?;
        let draft = card.draft.clone();
        let revision = bulletin::revision(&mut register, draft, Some(&taken.sound), Some(card.number)).await?;
        let number = register.revise(card.number, card.revision, &revision, &signed).await?;
        register.close().await;
        Ok::<_, RegisterError>((number, revision))
    });
    match recorded {
        Ok((number, revision)) => {
            tell(config, &bulletin::remarks(&revision, Some(&taken.sound), &[]));
            record::told(config, format, (card.number, number), &revision, Some(taken), Some(reading))
        }
        Err(error) => Ok(failed(config, &error)),
    }
}

/// Shows how a text will be read, asks, has it spoken and takes the sound in.
pub(super) fn voiced(config: &Config, text: &str, how: How<'_>, format: Told) -> anyhow::Result<Voiced> {
    let reading = match reading::read(config, text, how) {
        Ok(reading) => reading,
        Err(code) => return Ok(Voiced::Ended(code)),
    };
    if how.check {
        match format {
            Told::Text => {
                writeln!(io::stdout(), "{}", reading.text)?;
                reading::show(config, &reading, false);
            }
            Told::Json => writeln!(io::stdout(), "{}", serde_json::json!({ "reading": reading }))?,
        }
        return Ok(Voiced::Ended(ExitCode::from(DONE)));
    }
    reading::show(config, &reading, true);
    let taken = reading::ask(config, how).and_then(|()| sound(config, &reading));
    Ok(match taken {
        Ok(taken) => Voiced::Spoken(Box::new(taken), reading),
        Err(code) => Voiced::Ended(code),
    })
}

/// The sound of a reading, in the content store.
fn sound(config: &Config, reading: &Normalised) -> Result<Taken, ExitCode> {
    voice::sound(config, reading, &mut |_| {}).map_err(|why| match why {
        Unspoken::Speech(error) => reading::not_spoken(config, FAILED, &error),
        Unspoken::Unusable(voice, unfit) => unusable(config, &voice, &unfit),
    })
}

/// What the voice gave is no sound that may air.
fn unusable(config: &Config, voice: &str, unfit: &Unfit) -> ExitCode {
    let (vi, en) = (unfit.say(Language::Vi), unfit.say(Language::En));
    let vi = format!("âm thanh mà giọng `{voice}` đọc không dùng được: {vi}; chưa ghi gì");
    let en = format!("what `{voice}` read cannot be used: {en}; nothing was recorded");
    refused(config, FAILED, (&vi, &en))
}

fn no_text(config: &Config, number: i64) -> ExitCode {
    let vi = format!(
        "tin bài số {number} không có văn bản để đọc; hãy thêm văn bản bằng `loa bulletin change {number} --text TỆP`"
    );
    let en = format!(
        "bulletin {number} has no text to be read; give it one with `loa bulletin change {number} --text FILE`"
    );
    refused(config, WRONG_INPUT, (&vi, &en))
}

fn has_recording(config: &Config, number: i64) -> ExitCode {
    let vi =
        format!("tin bài số {number} đã có bản ghi âm; muốn thay bằng giọng máy thì thêm `--replace`; chưa ghi gì");
    let en = format!(
        "bulletin {number} has a recording; to put a machine voice in its place, add `--replace`; nothing was recorded"
    );
    refused(config, WRONG_INPUT, (&vi, &en))
}
