//! The real program told to leave, in moments in which something would hold it: it is gone within 2 s all the same.
//!
//! In: a station in a folder, a file that never ends, a sound server that is frozen. Out: exit code and time, and what
//! those who were waiting for an answer are told.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use loa::clock::Clock;
use loa::control::{Answer, AskError, Order, ask};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::clips::Signal as Sound;
use crate::soundcard::{SoundServer, wait_for};

/// `loa run` in a folder of its own; killed when dropped.
struct Running {
    folder: TempDir,
    child: Child,
}

impl Running {
    fn new(device: &str, alsa_conf: Option<&Path>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = format!(
            "[station]\nname = \"Đài\"\ntimezone = \"Asia/Ho_Chi_Minh\"\n[output]\ndevice = \"{device}\"\n\
             [emergency]\ntone_ms = 0\n[[zone]]\nid = \"thon-1\"\nname = \"Cụm loa thôn 1\"\n"
        );
        fs::write(folder.path().join("loa.toml"), settings).unwrap();
        fs::create_dir(folder.path().join("schedules")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_loa"));
        command.arg("run").current_dir(folder.path()).stdout(Stdio::null()).stderr(Stdio::piped());
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

    fn ask(&self, order: Order) -> Result<Answer, AskError> {
        ask(&self.folder.path().join("data"), None, order)
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

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn air(path: &Path, emergency: bool) -> Order {
    Order::Air { path: path.to_owned(), emergency, repeat: 1, why: None }
}

#[test]
fn a_file_that_is_being_read_does_not_hold_it() {
    let mut station = Running::new("silent", None);
    let endless = station.folder.path().join("endless.wav");
    File::create(&endless).unwrap().set_len(1 << 40).unwrap();
    let open_files = format!("/proc/{}/fd", station.child.id());
    let ((code, took_ms), answer) = std::thread::scope(|scope| {
        let data = station.folder.path().join("data");
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
    let mut station = Running::new("default", Some(&server.alsa_conf()));
    let long = Sound::stereo(48_000, 30.0).wav(&station.folder.path().join("long.wav"));
    wait_for("the device", 20, || match station.ask(Order::Status) {
        Ok(Answer::Status(status)) => status.desk.device,
        other => panic!("{other:?}"),
    });
    assert!(matches!(station.ask(air(&long, true)), Ok(Answer::Done(_))));
    wait_for("the sound", 20, || match station.ask(Order::Status) {
        Ok(Answer::Status(status)) => status.desk.on_air,
        other => panic!("{other:?}"),
    });
    server.freeze();
    let (code, took_ms) = leave(&mut station.child);
    server.thaw();
    assert!(code == Some(0) && took_ms < 2000, "exit {code:?} after {took_ms} ms");
}
