//! `loa air`, `stop`, `skip`: acts on a running station.
//!
//! In: what was typed. Out: one order over the station's socket, and its answer for people. Nothing is done here: without
//! a station nothing airs, now or later. Next: `control`.

use std::io::{self, Write};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::{ConfigChoice, FAILED, WrongInput, say};
use crate::backup::block_on;
use crate::config::{Config, data_dir_of};
use crate::control::{self, Answer, AskError, Order};
use crate::language::Language;
use crate::library::{ClipError, verify};
use crate::problem::Problems;
use crate::problem::system::words;
use crate::store::{Register, RegisterError};

/// Arguments of `loa air`.
#[derive(Debug, clap::Args)]
pub struct AirArgs {
    /// The audio file, or the number of a bulletin; a file that is called like a number is `./12`
    #[arg(value_name = "FILE|N", required_unless_present = "tone")]
    file: Option<PathBuf>,
    /// Sound the test tone instead: a few gentle notes, where nothing else is on the air or about to be
    #[arg(long, conflicts_with_all = ["file", "emergency", "repeat"])]
    tone: bool,
    /// Cut in at once, before everything else
    #[arg(long)]
    emergency: bool,
    /// How often to air it
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u32).range(repeats()))]
    repeat: u32,
    #[command(flatten)]
    who: Who,
}

/// Who acts, and why; kept in the log.
#[derive(Debug, clap::Args)]
pub struct Who {
    /// The reason, for the log
    #[arg(long, value_name = "W")]
    why: Option<String>,
    /// The name of the person who acts, for the log; the operating system's user is kept beside it
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

/// Characters of a name or a reason: a sentence or two; more is a file in the wrong place.
const LONGEST_WORDS: usize = 1_000;

impl Who {
    /// Refuses what would tear the log's lines apart or fill them.
    fn check(&self) -> Result<(), WrongInput> {
        for (option, text) in [("--why", &self.why), ("--by", &self.by)] {
            let Some(text) = text else { continue };
            if text.chars().any(char::is_control) {
                return Err(WrongInput(format!("`{option}` holds a line break or another control character")));
            }
            let length = text.chars().count();
            if length > LONGEST_WORDS {
                let told = format!("`{option}` is {length} characters long, at most {LONGEST_WORDS} are allowed");
                return Err(WrongInput(told));
            }
        }
        Ok(())
    }
}

/// Puts a file or a bulletin on the air.
pub fn air(choice: &ConfigChoice, args: AirArgs) -> anyhow::Result<ExitCode> {
    args.who.check()?;
    let (emergency, repeat, Who { why, by }) = (args.emergency, args.repeat, args.who);
    let Some(file) = args.file else { return told_act(ask(choice, by, Order::Tone { why })?.0) };
    if let Some(number) = number(&file)? {
        return match ask(choice, by, Order::AirBulletin { number, emergency, repeat, why })?.0 {
            Ok(Answer::Refused(why)) if is_unknown(&choice.load()?, number) => Err(WrongInput(why).into()),
            answer => told_act(answer),
        };
    }
    let path = named(&file)?;
    let order = Order::Air { path: path.clone(), title: None, emergency, repeat, why };
    match ask(choice, by, order)?.0 {
        Ok(Answer::Refused(why)) if is_at_fault(&path, emergency) => Err(WrongInput(why).into()),
        answer => told_act(answer),
    }
}

/// Whether there is no such bulletin; one of which that cannot be told is taken as known.
fn is_unknown(config: &Config, number: i64) -> bool {
    let known = block_on(async {
        let Some(mut register) = Register::look(&config.data_dir).await? else { return Ok(false) };
        let card = register.card(number).await?;
        register.close().await;
        Ok::<_, RegisterError>(card.is_some())
    });
    known == Ok(false)
}

/// The number of a bulletin, if digits and nothing else were typed.
fn number(typed: &Path) -> Result<Option<i64>, WrongInput> {
    let digits = typed.to_str().filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()));
    let Some(digits) = digits else { return Ok(None) };
    let number = digits.parse().ok().filter(|number| *number >= 1);
    let why = || WrongInput(format!("`{digits}` is no number of a bulletin, and a file of that name is `./{digits}`"));
    number.map(Some).ok_or_else(why)
}

/// The file as the station can find it, which may run elsewhere: what the caller typed is relative to the caller.
fn named(typed: &Path) -> Result<PathBuf, WrongInput> {
    let refused = |why: &str| WrongInput(format!("`{}`: {why}; nothing airs", typed.display()));
    let path = typed.canonicalize().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => refused("no such file"),
        io::ErrorKind::PermissionDenied => refused("you may not read it"),
        _ => refused(&words(&error)),
    })?;
    if path.is_dir() {
        return Err(refused("a folder, not a file"));
    }
    // The order travels as text, and so does the name in the log.
    if path.to_str().is_none() {
        return Err(refused("the name of the file or of its folder is not UTF-8; rename it"));
    }
    Ok(path)
}

/// Whether a file that the station did not take is itself the reason: an emergency does not wait for a damaged one to be
/// found out.
fn is_at_fault(path: &Path, emergency: bool) -> bool {
    match verify(path) {
        Err(ClipError::Damaged(_) | ClipError::Spoilt(_)) => !emergency,
        Err(ClipError::Undecodable(_) | ClipError::Missing | ClipError::IsFolder) => true,
        Err(ClipError::Unreadable(_)) | Ok(_) => false,
    }
}

/// Cuts the item on air and cancels the rest of its programme.
pub fn stop(choice: &ConfigChoice, who: Who) -> anyhow::Result<ExitCode> {
    who.check()?;
    told_act(ask(choice, who.by, Order::Stop { why: who.why, seen: None })?.0)
}

/// Cuts the item on air.
pub fn skip(choice: &ConfigChoice, who: Who) -> anyhow::Result<ExitCode> {
    who.check()?;
    told_act(ask(choice, who.by, Order::Skip { why: who.why, seen: None })?.0)
}

/// Says what became of an act.
fn told_act(answer: Result<Answer, AskError>) -> anyhow::Result<ExitCode> {
    match answer {
        Ok(Answer::Done(done)) => {
            writeln!(io::stdout(), "{done}")?;
            Ok(ExitCode::SUCCESS)
        }
        Ok(Answer::Refused(why)) => Ok(fail(&why)),
        Ok(Answer::Status(_)) => Ok(fail("the station answered something else; is it another version?")),
        Err(error) => Ok(fail(&error.to_string())),
    }
}

/// Gives an order to the station. It goes on with its last good settings while the file is broken, and must be told to
/// stop all the same: then what the file still says of its data folder counts.
pub(super) fn ask(
    choice: &ConfigChoice,
    by: Option<String>,
    order: Order,
) -> anyhow::Result<(Result<Answer, AskError>, Language)> {
    let path = choice.path()?;
    let problems = match Config::load(&path) {
        Ok(config) => return Ok((control::ask(&config.data_dir, by, order), config.language)),
        Err(problems) => Problems(problems),
    };
    let answer = control::ask(&data_dir_of(&path), by, order);
    if matches!(answer, Err(AskError::NotRunning)) {
        return Err(problems.into());
    }
    say(problems.to_string().trim_end());
    Ok((answer, Language::default()))
}

/// The number of repeats in the type that clap counts in.
fn repeats() -> RangeInclusive<i64> {
    i64::from(*control::REPEATS.start())..=i64::from(*control::REPEATS.end())
}

pub(super) fn fail(why: &str) -> ExitCode {
    say(format_args!("loa: {why}"));
    ExitCode::from(FAILED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_a_bulletin_and_a_path_is_a_file() {
        let number = |text: &str| number(Path::new(text)).map_err(|wrong| wrong.0);
        assert_eq!(
            (number("12"), number("./12"), number("12.mp3"), number("")),
            (Ok(Some(12)), Ok(None), Ok(None), Ok(None))
        );
        let wrong = "`0` is no number of a bulletin, and a file of that name is `./0`".to_owned();
        assert_eq!(number("0"), Err(wrong));
        assert!(number("99999999999999999999").is_err());
    }
}
