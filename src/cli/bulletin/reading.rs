//! How a text will be read aloud: shown to a person, who is asked before it is spoken.
//!
//! In: a bulletin's text, or its reading put right by hand. Out: the text that will be read, what was changed and what is
//! doubtful, and whether to go on. Must never go on without a yes, typed or as `--yes`. Next: `speak`.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write as _};
use std::process::ExitCode;

use super::{intake, refused, tell};
use crate::cli::{FAILED, WRONG_INPUT, say};
use crate::config::Config;
use crate::language::Language;
use crate::office::voice;
use crate::speech::{Normalised, SpeechError, is_installed};
use crate::text::plain_key;

/// What is heard as a yes; anything else is a no.
const YES: [&str; 4] = ["c", "co", "y", "yes"];

/// Bytes of an answer that are read at most.
const LONGEST_ANSWER: u64 = 100;

/// How a text is to be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct How<'a> {
    /// A file with the reading, put right by hand; `-` is stdin.
    pub(super) read_as: Option<&'a str>,
    /// Only to be shown.
    pub(super) check: bool,
    /// Nobody is asked.
    pub(super) yes: bool,
}

/// The text as it will be read. A reading that was put right by hand goes through the same rules, which leave plain words
/// as they are: what no voice can say does not reach it, whoever wrote it.
pub(super) fn read(config: &Config, text: &str, how: How<'_>) -> Result<Normalised, ExitCode> {
    let mut problems = Vec::new();
    let by_hand = how.read_as.map(|name| intake::text(name, &mut problems));
    let reading = voice::reading(config, by_hand.flatten().as_deref().unwrap_or(text));
    let reading = reading.map_err(|mut found| problems.append(&mut found)).ok();
    let is_refused = tell(config, &problems);
    let (Some(reading), false) = (reading, is_refused) else { return Err(ExitCode::from(WRONG_INPUT)) };
    if voice::is_sayable(&reading) {
        return Ok(reading);
    }
    Err(not_spoken(config, WRONG_INPUT, &SpeechError::NothingToSay))
}

/// Shows on stderr what was changed and what is doubtful, and the text itself where it is not what stdout is for.
pub(super) fn show(config: &Config, reading: &Normalised, with_text: bool) {
    let language = config.language;
    let mut lines = Vec::new();
    if with_text {
        lines.push(language.pick("văn bản sẽ đọc:", "what will be read:").to_owned());
        lines.extend(reading.text.lines().map(|line| format!("    {line}")));
    }
    lines.extend(remarks(language, reading));
    say(lines.join("\n"));
}

/// What was changed, each thing once, and what is doubtful.
fn remarks(language: Language, reading: &Normalised) -> Vec<String> {
    let line_word = language.pick("dòng", "line");
    let mut lines = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for change in reading.changes.iter().filter(|change| seen.insert((&change.from, &change.to))) {
        let to = if change.to.is_empty() {
            language.pick("(bỏ qua)", "(passed over)").to_owned()
        } else {
            format!("\"{}\"", change.to)
        };
        lines.push(format!("    {line_word} {}: `{}` → {to}", change.line, change.from));
    }
    if lines.is_empty() {
        lines.push(language.pick("không phải đổi chữ nào", "nothing had to be changed").to_owned());
    } else {
        lines.insert(0, language.pick("đã đổi để đọc:", "changed for reading:").to_owned());
    }
    if !reading.doubts.is_empty() {
        lines.push(language.pick("cần xem lại:", "to be looked at:").to_owned());
    }
    let doubt = |each: &crate::speech::Doubted| format!("    {line_word} {}: {}", each.line, each.doubt.say(language));
    lines.extend(reading.doubts.iter().map(doubt));
    lines
}

/// Asks whether to speak. Nobody is asked before the program that speaks is there.
pub(super) fn ask(config: &Config, how: How<'_>) -> Result<(), ExitCode> {
    let program = config.speech.command.first().map_or("", String::as_str);
    if !is_installed(program) {
        return Err(not_spoken(config, FAILED, &SpeechError::NoProgram(program.to_owned())));
    }
    if how.yes {
        return Ok(());
    }
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        let why = (
            "chưa đọc, chưa ghi gì: không có ai ở màn hình để hỏi; hãy thêm `--yes` để đọc, `--check` để chỉ xem",
            "nothing was spoken or recorded: nobody is there to be asked; add `--yes` to speak, `--check` to look only",
        );
        return Err(refused(config, WRONG_INPUT, why));
    }
    let voice = &config.speech.voice;
    let question = match config.language {
        Language::Vi => format!("đọc văn bản này bằng giọng `{voice}`? [c/K] "),
        Language::En => format!("have `{voice}` read this? [y/N] "),
    };
    // Who does not see the question does not say yes.
    let _ = io::stderr().lock().write_all(question.as_bytes());
    let mut answer = String::new();
    let heard = io::stdin().lock().take(LONGEST_ANSWER).read_line(&mut answer);
    if heard.is_ok() && YES.contains(&plain_key(answer.trim()).as_str()) {
        return Ok(());
    }
    let why = (
        "chưa đọc, chưa ghi gì; muốn sửa cách đọc thì ghi lại bằng `--check`, sửa, rồi đưa vào bằng `--read-as TỆP`",
        "nothing was spoken or recorded; to put the reading right, write it down with `--check`, mend it, and hand it in \
         with `--read-as FILE`",
    );
    Err(refused(config, FAILED, why))
}

/// Says why there is no sound.
pub(super) fn not_spoken(config: &Config, code: u8, error: &SpeechError) -> ExitCode {
    let (vi, en) = (error.say(Language::Vi), error.say(Language::En));
    refused(config, code, (&(vi + "; chưa ghi gì"), &(en + "; nothing was recorded")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::speech::{Readings, normalise};

    #[test]
    fn each_change_is_told_once_and_each_doubt_with_its_line() {
        let reading = normalise("UBND xã\n\nUBND họp 31/4 ☎", &Readings::shipped());
        let told = remarks(Language::Vi, &reading);
        assert_eq!(told.iter().filter(|line| line.contains("`UBND`")).count(), 1, "{told:?}");
        assert!(told.contains(&"    dòng 3: không có ngày `31/4`; hãy kiểm tra lại".to_owned()), "{told:?}");
        let plain = normalise("Kính chào bà con.", &Readings::shipped());
        assert_eq!(remarks(Language::En, &plain), ["nothing had to be changed"]);
    }
}
