//! The local socket of a running station: `air`, `stop`, `skip`, `status`; and the entrance for its own program.
//!
//! In: one JSON line per connection from a program of this machine. Out: one JSON line in answer, when the act is taken or
//! refused. The socket lies in the data folder, so who may write there may act; who did is what the kernel says of the
//! other end. No socket, or one that nobody serves: the station is not running, and nothing airs later.
//! Next: `entrance`, then `station`, which asks the desk.

mod entrance; // the way to the loop from inside the program

use std::io::{self, BufRead, BufReader, Write};
use std::ops::RangeInclusive;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};

use crate::alarm::Alarm;
use crate::desk::{Outlook, Seen, Snapshot, Today};
use crate::problem::system::refusal;

pub use entrance::{Asked, Entrance, Orders, entrance};

/// File name of the socket in the data folder.
const SOCKET: &str = "loa.sock";

/// A request is a path and a few words; more is not from us.
const LONGEST_REQUEST: u64 = 64 * 1024;

/// A caller that says nothing must not hold a connection for ever; an act waits as long for its place in the line.
const PATIENCE: Duration = Duration::from_secs(5);

/// An `air` of a long file waits until it is hashed, stored and checked.
const LONGEST_ANSWER: Duration = Duration::from_mins(2);

/// How often one `air` may repeat its file.
pub const REPEATS: RangeInclusive<u32> = 1..=100;

/// What a person asks of the station.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Order {
    /// Play a file.
    Air {
        /// Absolute path.
        path: PathBuf,
        /// What people call it; else the file's name.
        #[serde(default)]
        title: Option<String>,
        /// Cut in at once.
        emergency: bool,
        /// How often; one of `REPEATS`.
        repeat: u32,
        /// The reason given.
        why: Option<String>,
    },
    /// Play a bulletin.
    AirBulletin {
        /// Its number.
        number: i64,
        /// Cut in at once.
        emergency: bool,
        /// How often; one of `REPEATS`.
        repeat: u32,
        /// The reason given.
        why: Option<String>,
    },
    /// Sound the test tone, where nothing else is on the air or about to be.
    Tone {
        /// The reason given.
        why: Option<String>,
    },
    /// Cut the item on air and cancel the rest of its programme.
    Stop {
        /// The reason given.
        why: Option<String>,
        /// What the person saw on the air: refused if something else is by now.
        #[serde(default)]
        seen: Option<Seen>,
    },
    /// Cut the item on air.
    Skip {
        /// The reason given.
        why: Option<String>,
        /// What the person saw on the air: refused if something else is by now.
        #[serde(default)]
        seen: Option<Seen>,
    },
    /// Tell the state of the station.
    Status,
}

impl Order {
    /// Why no station can do this, whoever asks: the socket is open to more than our own command line.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        match self {
            Self::Air { repeat, .. } | Self::AirBulletin { repeat, .. } if !REPEATS.contains(repeat) => {
                let (least, most) = (REPEATS.start(), REPEATS.end());
                Some(format!("`repeat` is {repeat}; {least} to {most} are allowed; nothing airs"))
            }
            _ => None,
        }
    }
}

/// A request as it goes over the socket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    /// The name that the person gave.
    name: Option<String>,
    order: Order,
}

/// The station's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Taken; what will happen.
    Done(String),
    /// Not taken; why, and what to do.
    Refused(String),
    /// The state of the station.
    Status(Box<Status>),
}

/// The state of the station, as `status` tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// What the desk knows.
    #[serde(flatten)]
    pub desk: Snapshot,
    /// What the next programme will air, as things stand; `None` if there is none in the next 36 hours.
    #[serde(default)]
    pub next_programme: Option<Outlook>,
    /// What is still to air today, and who is on duty; `None` from stations that do not tell it.
    #[serde(default)]
    pub today: Option<Today>,
    /// Level of our own output over the last second, whole dBFS, -120 is silence; `None` while no device is open.
    pub level_dbfs: Option<i64>,
    /// Errors that the sound driver has reported since the start; a healthy device may report some.
    pub device_errors: u64,
    /// Records that are not committed yet, and why.
    pub log_waiting: u64,
    /// Records that the log had to give up.
    pub log_lost: u64,
    /// Why the database takes nothing now.
    pub log_error: Option<String>,
    /// Why a power cut would lose what waits.
    pub spill_error: Option<String>,
    /// A database that was damaged at the start was moved here, and a new log has begun.
    pub log_moved_aside: Option<PathBuf>,
    /// The chain's head, `seq:hash`.
    pub log_head: String,
    /// Fingerprint of the station's key for signing, without gaps; `None` if it has none that it may use.
    #[serde(default)]
    pub key_fingerprint: Option<String>,
    /// The nightly copies; `None` until they have been looked for.
    pub backup: Option<BackupStatus>,
    /// What a person should see to.
    pub alarms: Vec<Alarm>,
    /// Whether the sound is scheduled in real time: `granted`, or why not; `None` as long as that is not decided.
    pub real_time: Option<String>,
    /// Problems of the files as they were found at the start or at the last change.
    pub problems: Vec<String>,
}

/// How the nightly copies are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupStatus {
    /// Whether they are made.
    pub is_on: bool,
    /// When the newest one was made.
    pub made_at: Option<DateTime<FixedOffset>>,
    /// Where it is.
    pub file: Option<PathBuf>,
    /// The newest one in the second folder.
    pub second: Option<PathBuf>,
}

/// Serves the socket until the task is dropped. A stale socket of a dead station is replaced; the caller holds the
/// station's file lock, so it cannot be a living one's.
pub fn serve(data_dir: &Path, orders: Entrance) -> io::Result<impl Future<Output = ()> + use<>> {
    let folder = std::fs::File::open(data_dir)?;
    let path = reachable(&folder);
    match std::fs::remove_file(data_dir.join(SOCKET)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    Ok(async move {
        let _folder = folder;
        loop {
            // An accept that fails (too many files) is tried again with the next connection.
            if let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, orders.clone()));
            }
        }
    })
}

async fn converse(mut stream: UnixStream, orders: Entrance) {
    let uid = stream.peer_cred().map(|peer| peer.uid()).ok();
    let mut line = String::new();
    let (read, mut write) = stream.split();
    let mut limited = tokio::io::BufReader::new(read.take(LONGEST_REQUEST));
    let heard = tokio::time::timeout(PATIENCE, limited.read_line(&mut line)).await;
    let answer = match (heard, serde_json::from_str::<Request>(&line)) {
        (Ok(Ok(_)), Ok(request)) => orders.ask(request.order, who(request.name, uid), "cli").await,
        (_, Err(error)) => Answer::Refused(format!("not a request that this version knows: {error}")),
        (Err(_) | Ok(Err(_)), _) => return,
    };
    if let Ok(mut text) = serde_json::to_vec(&answer) {
        text.push(b'\n');
        // Nobody listens any more: the act stands all the same.
        let _ = write.write_all(&text).await;
    }
}

/// Why an order did not reach a station.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// Nobody serves the socket.
    #[error("the station is not running")]
    NotRunning,
    /// The station ended before it answered.
    #[error("the station went away before it answered; nothing airs")]
    Gone,
    /// The socket may not be used by this user, or broke off.
    #[error("cannot talk to the station: {}", refusal(.0))]
    Broken(io::Error),
}

/// Gives an order to the station of a data folder and waits for its answer.
pub fn ask(data_dir: &Path, name: Option<String>, order: Order) -> Result<Answer, AskError> {
    let broken = AskError::Broken;
    let folder = std::fs::File::open(data_dir).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => AskError::NotRunning,
        _ => broken(error),
    })?;
    let mut stream =
        std::os::unix::net::UnixStream::connect(reachable(&folder)).map_err(|error| match error.kind() {
            // Not a folder: no station can work there.
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::ConnectionRefused => {
                AskError::NotRunning
            }
            _ => broken(error),
        })?;
    stream.set_read_timeout(Some(LONGEST_ANSWER)).map_err(broken)?;
    let request = serde_json::to_string(&Request { name, order }).map_err(|error| broken(error.into()))?;
    let mut line = String::new();
    let talked = writeln!(stream, "{request}").and_then(|()| BufReader::new(stream).read_line(&mut line));
    match talked.map_err(|error| (error.kind(), error)) {
        Ok(0) | Err((io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset, _)) => return Err(AskError::Gone),
        Err((_, error)) => return Err(broken(error)),
        Ok(_) => {}
    }
    serde_json::from_str(&line).map_err(|error| broken(error.into()))
}

/// A path to the socket that is short however deep the data folder lies: a socket's path has room for 107 bytes.
fn reachable(folder: &std::fs::File) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", folder.as_raw_fd())).join(SOCKET)
}

/// The name given, and the user of the operating system behind it.
pub(crate) fn who(name: Option<String>, uid: Option<u32>) -> String {
    let user = uid.map_or_else(|| "?".to_owned(), user_name);
    match name.filter(|name| !name.trim().is_empty()) {
        Some(name) => format!("{} ({user})", name.trim()),
        None => user,
    }
}

/// The user's name in `/etc/passwd`, else the number.
fn user_name(uid: u32) -> String {
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let named = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid)).then(|| name.to_owned())
    });
    named.unwrap_or_else(|| uid.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_repeated_a_hundred_times_at_most() {
        let air =
            |repeat| Order::Air { path: "/a.ogg".into(), title: None, emergency: false, repeat, why: None }.fault();
        assert_eq!((air(1), air(100), air(101).is_some()), (None, None, true));
        assert_eq!(air(0).as_deref(), Some("`repeat` is 0; 1 to 100 are allowed; nothing airs"));
    }

    #[test]
    fn a_data_folder_that_is_a_file_has_no_station_and_a_forbidden_one_is_said_plainly() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(matches!(ask(file.path(), None, Order::Status), Err(AskError::NotRunning)));
        let forbidden = AskError::Broken(io::Error::from_raw_os_error(libc::EACCES)).to_string();
        assert!(forbidden.starts_with("cannot talk to the station: this user may not"), "{forbidden}");
    }

    #[test]
    fn a_station_that_ends_before_it_answers_is_said_to_be_gone() {
        let folder = tempfile::tempdir().unwrap();
        let listener = std::os::unix::net::UnixListener::bind(folder.path().join(SOCKET)).unwrap();
        let station = std::thread::spawn(move || drop(listener.accept()));
        let asked = ask(folder.path(), None, Order::Status);
        station.join().unwrap();
        assert!(matches!(asked, Err(AskError::Gone)), "{asked:?}");
    }
}
