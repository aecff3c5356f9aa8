//! The engine's process: started without a shell, heard, and ended with all that it started.
//!
//! In: a command line and its limits. Out: how it ended and what it said. It has no input, leads a process group of its own,
//! and nothing of that group outlives the call. Must never wait without an end. Next: `engine`.

use std::fs;
use std::io::{self, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use chrono::TimeDelta;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use super::SpeechError;
use super::error::Exit;
use crate::clock::Clock;
use crate::library::beside_the_air;
use crate::problem::system::words;

/// What is kept of a program's words: the end, where the reason stands.
const MOST_WORDS: usize = 2_000;

/// How often the size of the sound is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// How long the last words of a dead program may take to arrive.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// What a program may use.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits<'l> {
    pub(super) seconds: u64,
    /// The file that it writes, and how large that may grow.
    pub(super) wav: &'l Path,
    pub(super) most_bytes: u64,
}

/// Runs a program in a folder until it ends or a limit ends it; its words are those of its error output, else of its output.
pub(super) fn run(
    program: &str,
    arguments: &[String],
    folder: &Path,
    limits: Limits<'_>,
    clock: &Clock,
) -> Result<String, SpeechError> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).process_group(0);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => SpeechError::NoProgram(program.to_owned()),
        _ => SpeechError::CannotStart(program.to_owned(), words(&error)),
    })?;
    let (errors, lines) = (listen(child.stderr.take()), listen(child.stdout.take()));
    let ended = watch(&child, limits, clock);
    // Its children too, those that it left behind included. The leader is not reaped yet, so that the group is still its own.
    if let Some(group) = pid_of(&child) {
        let _gone_already = kill_process_group(group, Signal::KILL);
    }
    let status = child.wait().map_err(|error| SpeechError::CannotStart(program.to_owned(), words(&error)))?;
    let errors = errors.recv_timeout(LAST_WORDS).unwrap_or_default();
    let lines = lines.recv_timeout(LAST_WORDS).unwrap_or_default();
    let said = if errors.is_empty() { lines } else { errors };
    match ended {
        Ended::Late => Err(SpeechError::TimedOut(program.to_owned(), limits.seconds)),
        Ended::Large => Err(SpeechError::TooMuch(program.to_owned(), limits.most_bytes / 1_000_000)),
        Ended::ByItself => match (status.code(), status.signal()) {
            (Some(0), _) => Ok(said),
            (Some(code), _) => Err(SpeechError::Failed(program.to_owned(), Exit::Code(code), said)),
            (None, signal) => Err(SpeechError::Failed(program.to_owned(), Exit::Signal(signal.unwrap_or(0)), said)),
        },
    }
}

/// Why the wait is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    ByItself,
    Late,
    Large,
}

fn pid_of(child: &Child) -> Option<Pid> {
    Pid::from_raw(i32::try_from(child.id()).ok()?)
}

fn watch(child: &Child, limits: Limits<'_>, clock: &Clock) -> Ended {
    let (sender, receiver) = mpsc::channel();
    let id = pid_of(child);
    // It only looks and leaves the reaping to the caller. It ends with the process, and the caller sees to that end.
    let watcher = move || {
        beside_the_air();
        let gone = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        if let Some(id) = id {
            while waitid(WaitId::Pid(id), gone).is_err_and(|error| error == rustix::io::Errno::INTR) {}
        }
        let _nobody_waits = sender.send(());
    };
    thread::spawn(watcher);
    let limit = TimeDelta::try_seconds(limits.seconds as i64).unwrap_or(TimeDelta::MAX);
    let late = clock.now().mono.plus(limit);
    loop {
        match receiver.recv_timeout(LOOK_EVERY) {
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return Ended::ByItself,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if fs::metadata(limits.wav).is_ok_and(|facts| facts.len() > limits.most_bytes) {
            return Ended::Large;
        }
        if clock.now().mono >= late {
            return Ended::Late;
        }
    }
}

/// Reads what a program writes to its end and keeps the last of it, so that the program never waits for a reader.
fn listen(pipe: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        beside_the_air();
        let mut kept: Vec<u8> = Vec::new();
        let mut part = [0; 4096];
        if let Some(mut pipe) = pipe {
            while let Ok(count @ 1..) = pipe.read(&mut part) {
                kept.extend_from_slice(&part[..count]);
                let surplus = kept.len().saturating_sub(MOST_WORDS);
                kept.drain(..surplus);
            }
        }
        let text = String::from_utf8_lossy(&kept);
        let words: Vec<&str> = text.split_whitespace().collect();
        let _nobody_waits = sender.send(words.join(" "));
    });
    receiver
}
