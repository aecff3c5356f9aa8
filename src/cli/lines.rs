//! Lines for people on stdout and stderr; while a station runs, written by a thread of their own.
//!
//! In: lines of `run`, `demo` and the warnings of inner rooms. Out: the same, in order, for each of the two. A terminal that
//! was stopped with Ctrl-S, a pipe that nobody reads and a journal that hangs take no bytes and say nothing: they must not
//! hold the station's loop, so lines are then kept up to a bound and lost beyond it. Next: `notices`.

use std::io::{self, Write};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::time::Duration;

/// Lines that wait to be written: what a busy station prints in an hour.
const WAITING: usize = 1024;

/// How long the end of the program waits for those that do.
const LAST_LINES: Duration = Duration::from_millis(100);

/// Where a line goes.
#[derive(Debug, Clone, Copy)]
pub(super) enum To {
    /// What was asked for.
    Out,
    /// Everything else.
    Err,
}

enum Job {
    Write(To, Vec<u8>),
    /// Answered when all before it is written.
    Flush(Sender<()>),
}

/// The thread that writes, once there is one.
static WRITER: OnceLock<SyncSender<Job>> = OnceLock::new();

/// From now on nobody waits for a line to be written.
pub(super) fn wait_for_none() -> io::Result<()> {
    let (jobs, taken) = sync_channel(WAITING);
    std::thread::Builder::new().name("lines".into()).spawn(move || write_all(&taken))?;
    // A second station in one process would share the first one's thread.
    let _ = WRITER.set(jobs);
    Ok(())
}

/// Gives the lines that wait a moment, at the end of the program.
pub(super) fn finish() {
    let Some(jobs) = WRITER.get() else { return };
    let (done, written) = channel();
    if jobs.try_send(Job::Flush(done)).is_ok() {
        let _ = written.recv_timeout(LAST_LINES);
    }
}

/// Writes bytes, whole lines. Where nobody takes them there is nobody to tell.
pub(super) fn put(to: To, bytes: Vec<u8>) {
    match WRITER.get() {
        Some(jobs) => drop(jobs.try_send(Job::Write(to, bytes))),
        None => write(to, &bytes),
    }
}

fn write_all(jobs: &Receiver<Job>) {
    for job in jobs {
        match job {
            Job::Write(to, bytes) => write(to, &bytes),
            Job::Flush(done) => drop(done.send(())),
        }
    }
}

fn write(to: To, bytes: &[u8]) {
    // A terminal that has gone away stops the printing, never the station.
    let _ = match to {
        To::Out => {
            let mut out = io::stdout().lock();
            out.write_all(bytes).and_then(|()| out.flush())
        }
        To::Err => io::stderr().lock().write_all(bytes),
    };
}

/// Stderr for the warnings of inner rooms, one line for each write.
pub(super) struct Warnings;

impl Write for Warnings {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        put(To::Err, bytes.to_vec());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
