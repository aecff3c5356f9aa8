//! The real program under a service manager: what it says on a notify socket of the test's own.
//!
//! In: stations on the test card, faults of the card, and single threads of the program that are stopped by a debugger's
//! system calls, as if they hung. Out: the datagrams that the manager got, and those that it did not get. Next: `running`.

use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use loa::clock::{Clock, Mono};
use tempfile::TempDir;

use crate::clips::Signal;
use crate::faults::with_clips;
use crate::running::{MORTAL, Running, Site, in_seconds};
use crate::soundcard::{Fault, SoundCard, wait_for};

/// What the manager asks for: a beat every half second.
const PATIENCE_US: &str = "2000000";

/// Three beats, and what a busy machine adds.
const THREE_BEATS: Duration = Duration::from_secs(2);

/// No wait is longer.
const PATIENCE: Duration = Duration::from_secs(30);

const PING: &str = "WATCHDOG=1";

/// The socket of a service manager, read at once so that no datagram finds it full.
struct Manager {
    name: OsString,
    heard: Receiver<String>,
    socket: UnixDatagram,
    _folder: Option<TempDir>,
}

impl Manager {
    /// One at a path.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        Self::listen(UnixDatagram::bind(&path).unwrap(), path.into(), Some(folder))
    }

    /// One in the abstract namespace.
    fn abstract_one(name: &str) -> Self {
        let name = format!("loa-{name}-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).unwrap();
        Self::listen(UnixDatagram::bind_addr(&address).unwrap(), format!("@{name}").into(), None)
    }

    fn listen(socket: UnixDatagram, name: OsString, folder: Option<TempDir>) -> Self {
        let (tell, heard) = channel();
        let reader = socket.try_clone().unwrap();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(length @ 1..) = reader.recv(&mut bytes)
                && tell.send(String::from_utf8(bytes[..length].to_vec()).unwrap()).is_ok()
            {}
        });
        Self { name, heard, socket, _folder: folder }
    }

    /// A station that this manager watches.
    fn watching(&self, site: Site) -> Site {
        site.with_env("NOTIFY_SOCKET", &self.name).with_env("WATCHDOG_USEC", PATIENCE_US)
    }

    /// Waits for a datagram that holds a text; answers with those before it.
    fn hears(&self, text: &str) -> Vec<String> {
        let (mut before, clock) = (Vec::new(), Clock::system());
        loop {
            let left = PATIENCE.checked_sub(passed(&clock));
            match left.map(|left| self.heard.recv_timeout(left)) {
                Some(Ok(datagram)) if datagram.contains(text) => return before,
                Some(Ok(datagram)) => before.push(datagram),
                Some(Err(_)) | None => panic!("no `{text}`; heard {before:?}"),
            }
        }
    }

    /// Fails if a ping comes within three beats; whatever else comes may come.
    fn hears_no_ping(&self) {
        let clock = Clock::system();
        while let Some(left) = THREE_BEATS.checked_sub(passed(&clock)) {
            match self.heard.recv_timeout(left) {
                Ok(datagram) => assert!(!datagram.contains(PING), "{datagram}"),
                Err(RecvTimeoutError::Timeout) => return,
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// Forgets what has come so far.
    fn forget(&self) {
        self.heard.try_iter().for_each(drop);
    }
}

impl Drop for Manager {
    fn drop(&mut self) {
        // Ends the thread that reads.
        let _ = self.socket.shutdown(std::net::Shutdown::Both);
    }
}

/// How long a clock has run.
fn passed(clock: &Clock) -> Duration {
    clock.pair().1.since(Mono(0)).to_std().unwrap()
}

/// One thread of another process, stopped; it goes on when this is dropped.
struct Stopped {
    release: Option<Sender<()>>,
    tracer: Option<std::thread::JoinHandle<()>>,
}

impl Stopped {
    /// Stops the thread of that name.
    fn new(station: &Running, name: &str) -> Self {
        let pid = station.pid();
        let of_name = |tid: &i32| {
            let comm = fs::read_to_string(format!("/proc/{pid}/task/{tid}/comm")).unwrap_or_default();
            comm.trim() == name
        };
        let tid = wait_for(&format!("the thread `{name}`"), 20, || threads(pid).into_iter().find(of_name));
        let (release, wait) = channel();
        let (tell, stopped) = channel();
        // Who traces a thread is a thread, not a process.
        let tracer = std::thread::spawn(move || {
            trace(libc::PTRACE_SEIZE, tid);
            trace(libc::PTRACE_INTERRUPT, tid);
            tell.send(wait_for_stop(tid)).unwrap();
            let _ = wait.recv();
            trace(libc::PTRACE_DETACH, tid);
        });
        assert_eq!(stopped.recv(), Ok(tid));
        Self { release: Some(release), tracer: Some(tracer) }
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        drop(self.release.take());
        let ended = self.tracer.take().map(std::thread::JoinHandle::join);
        assert!(std::thread::panicking() || matches!(ended, Some(Ok(()))));
    }
}

#[expect(unsafe_code, reason = "no safe crate stops one thread of another process")]
fn trace(request: libc::c_uint, tid: i32) {
    // SAFETY: these requests read and write no memory of ours.
    let answer = unsafe { libc::ptrace(request, tid, 0, 0) };
    assert_eq!(answer, 0, "ptrace: {}", std::io::Error::last_os_error());
}

#[expect(unsafe_code, reason = "safe crates wait for processes, not for threads of others")]
fn wait_for_stop(tid: i32) -> i32 {
    // SAFETY: no status is asked for.
    unsafe { libc::waitpid(tid, std::ptr::null_mut(), libc::__WALL) }
}

fn threads(pid: u32) -> Vec<i32> {
    let listed = fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    listed.filter_map(|each| each.ok()?.file_name().to_str()?.parse().ok()).collect()
}

/// A station that airs nothing for hours, with one long file to put on the air.
fn quiet(card: &SoundCard) -> (Site, PathBuf) {
    let site = Site::on_card(card);
    let long = Signal::stereo(48_000, 60.0).wav(&site.path("audio/long.wav"));
    site.plan("dem", in_seconds(20 * 3600), "5m", &["long.wav"]);
    (site, long)
}

#[test]
fn it_is_ready_alive_and_leaving_and_says_what_is_on_the_air() {
    let card = SoundCard::new();
    let manager = Manager::abstract_one("life");
    let site = manager.watching(with_clips(&card, 2.0));
    site.plan("sang", in_seconds(3), "5m", &["a.wav"]);
    let station = site.run();
    assert_eq!(manager.hears("READY=1"), [] as [&str; 0], "nothing is said before it works");
    manager.hears("nothing on air; next: ");
    manager.hears("STATUS=on air: a (sang); no programme to come");
    manager.hears(PING);
    manager.hears("STATUS=nothing on air; no programme to come");
    manager.hears(PING);
    assert_eq!(station.terminate().0, Some(0));
    manager.hears("STOPPING=1\nSTATUS=");
    assert_eq!(site.story(1), ["a-0/1 aired"]);
}

#[test]
fn a_card_that_is_not_there_is_no_reason_to_be_started_anew() {
    let card = SoundCard::new();
    card.fault(Fault::Gone);
    let manager = Manager::new();
    let site = manager.watching(quiet(&card).0);
    let station = site.run();
    let before = manager.hears("STATUS=NO SOUND DEVICE: ");
    assert!(before.iter().any(|datagram| datagram == "READY=1"), "{before:?}");
    (0..6).for_each(|_| drop(manager.hears(PING)));
    card.heal();
    manager.hears("STATUS=nothing on air");
    card.fault(Fault::Stall);
    manager.hears("STATUS=NO SOUND DEVICE: it takes no more frames");
    (0..6).for_each(|_| drop(manager.hears(PING)));
    assert_eq!(station.terminate().0, Some(0));
}

#[test]
fn a_loop_that_hangs_is_not_said_to_live() {
    let card = SoundCard::new();
    let manager = Manager::new();
    let site = manager.watching(quiet(&card).0);
    let station = site.run();
    manager.hears(PING);
    let stopped = Stopped::new(&station, "loa");
    manager.forget();
    manager.hears_no_ping();
    drop(stopped);
    manager.hears(PING);
    assert_eq!(station.terminate().0, Some(0));
}

#[test]
fn a_playout_that_hangs_is_not_said_to_live_although_its_device_plays_on() {
    let card = SoundCard::new();
    let manager = Manager::new();
    let (site, long) = quiet(&card);
    let site = manager.watching(site);
    let station = site.run();
    site.done(&["air", long.to_str().unwrap()]);
    manager.hears("on air: long.wav");
    manager.hears(PING);
    let stopped = Stopped::new(&station, "playout");
    manager.hears("STATUS=the playout hangs; ");
    let played = card.frames().len();
    manager.hears_no_ping();
    assert!(card.frames().len() > played, "the callback goes on");
    station.says("is not told that the station lives: the playout hangs");
    drop(stopped);
    manager.hears(PING);
    assert_eq!(station.terminate().0, Some(0));
}

#[test]
fn a_callback_that_hangs_is_replaced_and_the_station_lives_on() {
    let card = SoundCard::new();
    let manager = Manager::new();
    let site = manager.watching(quiet(&card).0);
    let station = site.run();
    station.says("sound device open");
    manager.hears(PING);
    let stopped = Stopped::new(&station, "cpal_alsa_out");
    manager.hears("STATUS=NO SOUND DEVICE: it takes no more frames");
    manager.hears("STATUS=nothing on air");
    (0..4).for_each(|_| drop(manager.hears(PING)));
    drop(stopped);
    assert_eq!(station.terminate().0, Some(0));
}

#[test]
fn without_a_manager_nothing_is_said_and_one_that_does_not_answer_changes_nothing() {
    let site = Site::new("silent").with_env("NOTIFY_SOCKET", "/nowhere/notify");
    let station = site.run();
    station.says("the service manager's socket `/nowhere/notify` does not answer");
    assert_eq!(station.terminate().0, Some(0));
}

/// The scheduling policy of the callback's thread, as the kernel numbers it; 2 is round robin.
fn policy_of_the_callback(station: &Running) -> Option<i32> {
    let pid = station.pid();
    threads(pid).into_iter().find_map(|tid| {
        let stat = fs::read_to_string(format!("/proc/{pid}/task/{tid}/stat")).ok()?;
        let (name, rest) = stat.split_once('(')?.1.rsplit_once(')')?;
        // The 41st field; the third is the first behind the name.
        (name == "cpal_alsa_out").then(|| rest.split_whitespace().nth(38)?.parse().ok())?
    })
}

#[test]
fn the_callback_runs_in_real_time_where_that_is_permitted() {
    let card = SoundCard::new();
    let (site, _) = quiet(&card);
    let station = site.run();
    let word = wait_for("the kernel's word", 20, || site.status()["real_time"].as_str().map(str::to_owned));
    if word.starts_with("refused") {
        println!("not permitted here: {word}");
    } else {
        assert_eq!((word.as_str(), policy_of_the_callback(&station)), ("granted", Some(libc::SCHED_RR)));
        assert!(!station.stderr().contains("real-time"), "{}", station.stderr());
        let others = threads(station.pid()).len();
        assert!(others > 1, "{others}");
    }
    assert_eq!(station.terminate().0, Some(0));
}

#[test]
fn real_time_that_is_refused_is_said_once_and_the_station_plays() {
    let card = SoundCard::new();
    let (mut site, _) = quiet(&card);
    site.through = MORTAL.map(str::to_owned).into();
    let station = site.run();
    station.says("WARN real-time scheduling of the sound refused: this user may not; allow it with `LimitRTPRIO=10`");
    assert_eq!(policy_of_the_callback(&station), Some(libc::SCHED_OTHER));
    let told = site.done(&["status"]);
    assert!(told.contains("real-time scheduling: refused: this user may not"), "{told}");
    let played = card.frames().len();
    wait_for("more frames", 20, || (card.frames().len() > played).then_some(()));
    assert_eq!(station.stderr().matches("real-time").count(), 1, "{}", station.stderr());
    assert_eq!(station.terminate().0, Some(0));
}

#[test]
fn a_terminal_that_takes_no_lines_holds_nothing_up() {
    let site = Site::new("silent");
    Signal::mono(48_000, 0.5).wav(&site.path("audio/a.wav"));
    site.plan("sang", in_seconds(2), "5m", &["a.wav"]);
    // A pipe that is full and that nobody reads: like a terminal after Ctrl-S, or a journal that hangs.
    let (unread, mut full) = std::io::pipe().unwrap();
    rustix::io::ioctl_fionbio(&full, true).unwrap();
    while full.write(&[b'.'; 4096]).is_ok() {}
    rustix::io::ioctl_fionbio(&full, false).unwrap();
    let station = site.run_into(&full);
    assert_eq!(site.story(1), ["a-0/1 aired"]);
    let (code, took_ms) = station.terminate();
    assert!(code == Some(0) && took_ms < 2000, "exit {code:?} after {took_ms} ms");
    drop(unread);
}
