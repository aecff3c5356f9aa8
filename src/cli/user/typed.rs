//! A password as a person types it: twice, without echo; or one line of stdin for scripts.
//!
//! In: the terminal of the command, or stdin. Out: the password. The terminal gets its echo back whatever happens but a kill,
//! which Ctrl-C is not here: it is read as the end. Must never print what was typed. Next: `crate::people::password`.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Read, Write as _};

use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

use super::Refused;
use crate::language::Language;
use crate::people::AccountFault;
use crate::people::password::LONGEST_BYTES;

/// What a terminal without signals sends for it.
const CTRL_C: char = '\u{3}';

/// The terminal of whoever runs the command.
const TERMINAL: &str = "/dev/tty";

/// The password of an account.
pub(super) fn password(language: Language, login: &str, from_stdin: bool) -> Result<String, Refused> {
    if from_stdin {
        return line(io::stdin().lock()).map_err(Refused::System);
    }
    let mut terminal = OpenOptions::new().read(true).write(true).open(TERMINAL).map_err(|_| {
        let words = language.pick(
            "không có cửa sổ dòng lệnh để hỏi; hãy dùng `--password-stdin`",
            "there is no terminal to ask on; use `--password-stdin`",
        );
        Refused::System(io::Error::other(words))
    })?;
    let mut ask = |question: String| hidden(&mut terminal, &question).map_err(Refused::System);
    let first = ask(match language {
        Language::Vi => format!("Mật khẩu của {login} (không hiện khi gõ): "),
        Language::En => format!("Password of {login} (not shown): "),
    })?;
    crate::people::password::check(login, &first)?;
    let again = ask(language.pick("Nhập lại: ", "Once more: ").to_owned())?;
    if first == again { Ok(first) } else { Err(AccountFault::PasswordsDiffer.into()) }
}

/// Asks on a terminal that does not show what is typed.
fn hidden(terminal: &mut File, question: &str) -> io::Result<String> {
    let before = tcgetattr(&*terminal)?;
    let mut silent = before.clone();
    // Without signals too: Ctrl-C must not leave a terminal behind that shows nothing.
    silent.local_modes.remove(LocalModes::ECHO | LocalModes::ISIG);
    tcsetattr(&*terminal, OptionalActions::Flush, &silent)?;
    let typed = terminal.write_all(question.as_bytes()).and_then(|()| line(&*terminal));
    tcsetattr(&*terminal, OptionalActions::Now, &before)?;
    terminal.write_all(b"\n")?;
    let typed = typed?;
    if typed.contains(CTRL_C) { Err(io::ErrorKind::Interrupted.into()) } else { Ok(typed) }
}

/// The first line, without its end.
fn line(from: impl Read) -> io::Result<String> {
    let mut line = String::new();
    // Room for one that is too long, which is then said.
    BufReader::new(from.take(LONGEST_BYTES as u64 + 16)).read_line(&mut line)?;
    if line.is_empty() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_where_it_ends() {
        assert_eq!(line("nắng mới\r\nlater".as_bytes()).unwrap(), "nắng mới");
        assert_eq!(line(" two ".as_bytes()).unwrap(), " two ");
        assert!(line("".as_bytes()).is_err());
        assert!(line("x".repeat(9000).as_bytes()).unwrap().len() > LONGEST_BYTES);
    }
}
