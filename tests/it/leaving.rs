//! The real station, asked over its socket, and told to leave in moments in which something would hold it.
//!
//! In: a station in a folder, wrong files, a file that never ends, a sound server that is frozen. Out: what `status` says,
//! the exit code and how long it took, and what those are told who wait for an answer.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use loa::clock::Clock;
use loa::control::{Answer, AskError, Order, Status, ask};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::clips::Signal as Sound;
use crate::soundcard::{SoundServer, wait_for};

/// `loa run` in a folder; killed when dropped.
struct Running<'a> {
    folder: &'a Path,
    child: Child,
}

/// A folder with a station that airs one programme at night.
fn station(device: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let settings = format!(
        "[station]\nname = \"Đài\"\ntimezone = \"Asia/Ho_Chi_Minh\"\n[output]\ndevice = \"{device}\"\n\
         [emergency]\ntone_ms = 0\n[[zone]]\nid = \"thon-1\"\nname = \"Cụm loa thôn 1\"\n"
    );
    fs::write(folder.path().join("loa.toml"), settings).unwrap();
    fs::create_dir(folder.path().join("schedules")).unwrap();
    fs::write(folder.path().join("schedules/1.toml"), SCHEDULE).unwrap();
    folder
}

const SCHEDULE: &str = "[[programme]]\nid = \"dem\"\ntitle = \"Đêm\"\ncron = \"0 3 * * *\"\nwindow = \"5m\"\n\
                        [[programme.item]]\nfile = \"a.ogg\"\n";

impl<'a> Running<'a> {
    fn new(folder: &'a Path, alsa_conf: Option<&Path>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_loa"));
        command.arg("run").current_dir(folder).stdout(Stdio::null()).stderr(Stdio::piped());
        command.env_remove("LOA_CONFIG");
        if let Some(conf) = alsa_conf {
            command.env("ALSA_CONFIG_PATH", conf);
        }
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        assert!(lines.any(|line| line == "ready"));
        // Nobody stops reading, or the station would write into a closed pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { folder, child }
    }

    fn status(&self) -> Status {
        match self.ask(Order::Status) {
            Ok(Answer::Status(mut status)) => {
                // Its one file is not there; that is told when the keeper has looked, sooner or later.
                status.problems.retain(|problem| !problem.starts_with("audio/"));
                *status
            }
            other => panic!("{other:?}"),
        }
    }

    fn ask(&self, order: Order) -> Result<Answer, AskError> {
        ask(&self.folder.join("data"), None, order)
    }
}

/// Tells it to leave; answers with the exit code and how long it took in milliseconds.
fn leave(station: &mut Child) -> (Option<i32>, i64) {
    let clock = Clock::system();
    let told = clock.pair().1;
    kill_process(Pid::from_child(station), Signal::TERM).unwrap();
    let status = wait_for("the exit", 20, || station.try_wait().unwrap());
    (status.code(), clock.pair().1.since(told).num_milliseconds())
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn air(path: &Path, emergency: bool) -> Order {
    Order::Air { path: path.to_owned(), title: None, emergency, repeat: 1, why: None }
}

#[test]
fn a_file_that_is_being_read_does_not_hold_it() {
    let folder = station("silent");
    let mut station = Running::new(folder.path(), None);
    let endless = folder.path().join("endless.wav");
    File::create(&endless).unwrap().set_len(1 << 40).unwrap();
    let open_files = format!("/proc/{}/fd", station.child.id());
    let ((code, took_ms), answer) = std::thread::scope(|scope| {
        let data = folder.path().join("data");
        let asked = air(&endless, false);
        let asking = scope.spawn(move || ask(&data, None, asked));
        wait_for("the station to read the file", 20, || {
            let mut open = fs::read_dir(&open_files).unwrap().filter_map(|each| fs::read_link(each.ok()?.path()).ok());
            open.any(|file| file == endless).then_some(())
        });
        let left = leave(&mut station.child);
        (left, asking.join().unwrap())
    });
    let refused = matches!(&answer, Ok(Answer::Refused(why)) if why.contains("shutting down"));
    assert!(refused || matches!(answer, Err(AskError::Gone)), "{answer:?}");
    assert!(code == Some(0) && took_ms < 2000, "exit {code:?} after {took_ms} ms");
}

#[test]
fn a_device_that_hangs_does_not_hold_it() {
    let server = SoundServer::new();
    let folder = station("default");
    let mut station = Running::new(folder.path(), Some(&server.alsa_conf()));
    let long = Sound::stereo(48_000, 30.0).wav(&folder.path().join("long.wav"));
    wait_for("the device", 20, || station.status().desk.device);
    assert!(matches!(station.ask(air(&long, true)), Ok(Answer::Done(_))));
    wait_for("the sound", 20, || station.status().desk.on_air);
    server.freeze();
    let (code, took_ms) = leave(&mut station.child);
    server.thaw();
    assert!(code == Some(0) && took_ms < 2000, "exit {code:?} after {took_ms} ms");
}

#[test]
fn status_says_what_was_wrong_at_the_start() {
    let folder = station("silent");
    let mut good = Running::new(folder.path(), None);
    assert_eq!((good.status().problems, good.status().log_moved_aside), (vec![], None));
    assert!(
        matches!(good.ask(Order::Air { path: "/a.ogg".into(), title: None, emergency: false, repeat: 101, why: None }), Ok(Answer::Refused(why)) if why.contains("101"))
    );
    assert_eq!(leave(&mut good.child).0, Some(0));

    let programme = folder.path().join("schedules/1.toml");
    fs::write(&programme, "[[programme]]\nid = 5\n").unwrap();
    let mut bad = Running::new(folder.path(), None);
    let status = bad.status();
    assert!(status.problems[0].starts_with("schedules/1.toml:"), "{:?}", status.problems);
    assert!(status.problems.iter().any(|problem| problem.contains("lịch phát cũ")), "{:?}", status.problems);
    assert_eq!(status.desk.next[0].programme, "dem", "the last good schedule airs");
    assert_eq!(leave(&mut bad.child).0, Some(0));

    fs::write(programme, SCHEDULE).unwrap();
    // A reader that was still open at the end leaves a journal, and SQLite would bring the database back from it.
    for journal in ["data/loa.db-wal", "data/loa.db-shm"] {
        let _ = fs::remove_file(folder.path().join(journal));
    }
    fs::write(folder.path().join("data/loa.db"), "no database").unwrap();
    let moved = Running::new(folder.path(), None).status().log_moved_aside.expect("the database was damaged");
    assert_eq!(fs::read_to_string(moved).unwrap(), "no database");
    // The remark with which the new log begins shows neither an outcome nor a length, and stands last in its line.
    let log = Command::new(env!("CARGO_BIN_EXE_loa")).arg("log").current_dir(folder.path()).output().unwrap();
    let log = String::from_utf8(log.stdout).unwrap();
    let remark: Vec<_> = log.lines().nth(1).unwrap().split_whitespace().skip(3).take(10).collect();
    assert_eq!(remark, ["note", "-", "-", "-", "-", "a", "new", "log", "begins:", "the"], "{log}");
}

#[tokio::test]
async fn whoever_copies_the_database_of_a_station_that_has_left_has_all_of_it() {
    let folder = station("silent");
    // Leaving waits for no slow disk, so that a busy machine may leave a journal now and then.
    let is_whole = (0..10).any(|_| {
        let mut station = Running::new(folder.path(), None);
        assert_eq!(leave(&mut station.child).0, Some(0));
        !folder.path().join("data/loa.db-wal").exists()
    });
    assert!(is_whole, "every time a journal stayed");
    let copy = folder.path().join("copy.db");
    fs::copy(folder.path().join("data/loa.db"), &copy).unwrap();
    let log = loa::store::Log::of(&copy).await.unwrap();
    log.verify(None).await.unwrap();
}
