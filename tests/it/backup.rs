//! The real program backs up a station, loses it, and brings it back: what airs and what the log proves afterwards.
//!
//! In: stations, running and not, disks that are full, copies that were damaged or killed half way. Out: a backup under its
//! name is whole; nothing that was there is gone; the chain goes on and holds the old head. Next: `nightly`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use loa::backup::{self, Contents, Target};
use loa::clock::Clock;
use loa::config::Config;
use loa::store::Head;
use tempfile::TempDir;

use crate::clips::Signal;
use crate::running::{Site, in_seconds};
use crate::soundcard::wait_for;
use crate::store::{commit, open, row};

/// A small disk, where this user may mount one.
pub(crate) struct Tmpfs(TempDir);

impl Tmpfs {
    /// One of so many KiB; `None`, which is said, without the right to mount.
    pub(crate) fn new(kib: u32) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let size = format!("size={kib}k,mode=755");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "loa-test"]).arg(folder.path()).output();
        if mounted.is_ok_and(|mounted| mounted.status.success()) {
            return Some(Self(folder));
        }
        println!("this user may not mount a disk: not tested");
        None
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Leaves no room; answers with what took it.
    pub(crate) fn fill(&self) -> PathBuf {
        use std::io::Write as _;
        let ballast = self.path().join("ballast");
        let mut file = fs::File::create(&ballast).unwrap();
        while file.write_all(&[1; 4096]).is_ok() {}
        ballast
    }
}

impl Drop for Tmpfs {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.path()).status();
    }
}

/// A station that has aired one clip.
fn aired() -> Site {
    let site = Site::new("silent");
    Signal::stereo(48_000, 1.2).wav(&site.path("audio/a.wav"));
    site.plan("sang", in_seconds(1), "5m", &["a.wav"]);
    let station = site.run();
    site.wait_rows(1);
    assert_eq!(station.terminate().0, Some(0));
    site
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn lose(site: &Site) {
    for name in ["loa.toml", "schedules", "report", "audio", "data"] {
        let path = site.path(name);
        if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.unwrap();
    }
}

/// The head that `loa log verify` or `loa backup` prints.
fn head(printed: &str) -> String {
    printed.split("head ").nth(1).unwrap().split([',', '\n']).next().unwrap().to_owned()
}

/// Every file below a folder with its bytes, but for sockets, locks and journals.
fn snapshot(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            found.extend(snapshot(&path));
        } else if !["-shm", "-wal", ".sock", ".lock", ".out", ".err"].iter().any(|end| name.ends_with(end)) {
            found.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    found
}

#[test]
fn a_station_that_lost_everything_airs_again_and_its_log_is_proved() {
    let elsewhere = tempfile::tempdir().unwrap();
    let file = elsewhere.path().join("dai.tar");
    let file = file.to_str().unwrap();
    let site = Site::new("silent");
    Signal::stereo(48_000, 1.2).wav(&site.path("audio/a.wav"));
    Signal::mono(44_100, 4.0).wav(&site.path("audio/b.wav"));
    fs::create_dir(site.path("audio/loi")).unwrap();
    fs::write(site.path("audio/loi/b.txt"), "lời của b").unwrap();
    fs::create_dir(site.path("report")).unwrap();
    fs::write(site.path("report/bao-cao.txt"), "# I. MẪU RIÊNG CỦA XÃ\n").unwrap();
    site.plan("sang", in_seconds(1), "5m", &["a.wav", "b.wav"]);
    let station = site.run();
    site.wait_rows(1);
    // In the middle of the second item.
    station.prints("on air  b");
    let made = site.done(&["backup", file]);
    let kept = head(&made);
    assert!(made.starts_with(&format!("{file}: 1 rows, head 1:")), "{made}");
    station.kill();
    let before = site.rows();
    lose(&site);

    let restored = site.done(&["restore", file, "--by", "Lan"]);
    assert!(restored.contains(&format!("the backup ended with {kept}")), "{restored}");
    assert!(restored.contains("files put back, 0 were there already"), "{restored}");
    site.done(&["check"]);
    assert_eq!(fs::read_to_string(site.path("audio/loi/b.txt")).unwrap(), "lời của b");
    assert_eq!(fs::read_to_string(site.path("report/bao-cao.txt")).unwrap(), "# I. MẪU RIÊNG CỦA XÃ\n");
    // The window is open still: the programme goes on with the item that was on the air, from the audio that came back.
    let station = site.run();
    let note = format!(
        "restored from the backup dai.tar of {}, head {kept}: this log does not know what was recorded between then and now",
        kept_at(Path::new(file))
    );
    let story = site.story(4);
    assert_eq!(station.terminate().0, Some(0));
    assert_eq!(story, ["a-0/1 aired", "b-1/1 interrupted: crash", &format!("{note}/1 "), "b-1/2 aired"]);
    site.done(&["log", "verify", "--head", &kept]);
    let rows = site.rows();
    assert_eq!(rows[..1], before[..1]);
    assert!(rows[1].aired_ms < 4000 && rows[3].aired_ms == 4000, "{rows:#?}");
    assert!(rows[2].by.as_deref().unwrap().starts_with("Lan ("), "{:?}", rows[2]);
}

/// When a backup was made, as a note tells it.
fn kept_at(file: &Path) -> String {
    backup::check(file).unwrap().made_at.format("%Y-%m-%d %H:%M:%S").to_string()
}

#[test]
fn a_backup_replaces_nothing_and_makes_no_folder() {
    let site = aired();
    fs::write(site.path("x.tar"), "mine").unwrap();
    let ran = site.loa(&["backup", "x.tar"]);
    assert_eq!(
        (ran.code, fs::read_to_string(site.path("x.tar")).unwrap().as_str()),
        (Some(2), "mine"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("is there already"), "{}", ran.stderr);
    let ran = site.loa(&["backup", "usb/x.tar"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("the folder `usb` is not there") && !site.path("usb").exists(), "{}", ran.stderr);
    let json: serde_json::Value = serde_json::from_str(&site.done(&["backup", "y.tar", "--format", "json"])).unwrap();
    assert_eq!((&json["file"], &json["rows"]), (&"y.tar".into(), &1.into()));
    let csv = site.done(&["backup", "z.tar", "--format", "csv"]);
    assert!(csv.starts_with("file,rows,head,files,bytes\nz.tar,1,1:"), "{csv}");
    let left: Vec<_> = fs::read_dir(site.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_str().unwrap().contains(".part")), "{left:?}");
}

#[test]
fn a_log_that_knows_more_than_the_backup_is_not_given_up() {
    let site = aired();
    site.done(&["backup", "old.tar"]);
    let station = site.run();
    let ran = site.loa(&["restore", "old.tar"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("a station is running in `data`"), "{}", ran.stderr);
    site.done(&["air", "audio/a.wav"]);
    site.wait_rows(2);
    assert_eq!(station.terminate().0, Some(0));
    let newest = head(&site.done(&["log", "verify"]));
    let before = snapshot(&site.path("data"));
    let ran = site.loa(&["restore", "old.tar"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("has the rows 2 to 2, which the backup has not"), "{}", ran.stderr);
    assert_eq!(snapshot(&site.path("data")), before);

    site.done(&["restore", "old.tar", "--replace"]);
    let rows = site.rows();
    let note = rows[1].note.as_deref().unwrap();
    assert!(
        note.contains(&format!("the database that was there, with head {newest}, is kept as loa.db.replaced-")),
        "{note}"
    );
    let aside = fs::read_dir(site.path("data")).unwrap().map(|entry| entry.unwrap().path());
    let aside = aside.into_iter().find(|path| path.to_str().unwrap().contains("replaced-")).unwrap();
    let kept = runtime().block_on(loa::store::prove(&aside, Some(newest.parse::<Head>().unwrap()))).unwrap();
    assert_eq!(kept.to_string(), newest);
    // Settings, schedules and audio of the living station stay as they are.
    fs::write(site.path("audio/a.wav"), "changed").unwrap();
    site.done(&["backup", "again.tar"]);
    site.done(&["restore", "again.tar"]);
    assert_eq!(fs::read_to_string(site.path("audio/a.wav")).unwrap(), "changed");
}

#[test]
fn another_station_takes_over_nothing_that_waited_for_the_log_before_it() {
    let (one, other) = (aired(), aired());
    one.done(&["backup", other.path("one.tar").to_str().unwrap()]);
    let ran = other.loa(&["restore", "one.tar"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("is another log (head 1:"), "{}", ran.stderr);
    other.done(&["restore", "one.tar", "--replace"]);
    let names = backup::names(&other.path("data"));
    assert!(names.iter().any(|name| name.starts_with("spill.bin.replaced-")), "{names:?}");
    assert_eq!(other.rows()[0], one.rows()[0]);
}

#[test]
fn a_database_that_cannot_be_read_is_replaced_and_kept() {
    let site = aired();
    let head = head(&site.done(&["backup", "old.tar"]));
    fs::write(site.path("data/loa.db"), "this is no database".repeat(500)).unwrap();
    let restored = site.done(&["restore", "old.tar"]);
    assert!(restored.contains("the database that was there is kept: data/loa.db.replaced-"), "{restored}");
    site.done(&["log", "verify", "--head", &head]);
}

#[test]
fn a_byte_that_changed_anywhere_is_found_and_nothing_is_touched() {
    let site = aired();
    site.done(&["backup", "good.tar"]);
    let good = fs::read(site.path("good.tar")).unwrap();
    let bad = site.path("bad.tar");
    let is_bad = |bytes: &[u8]| {
        fs::write(&bad, bytes).unwrap();
        backup::check(&bad).is_err()
    };
    assert!(!is_bad(&good));
    for at in (0..good.len()).step_by(good.len() / 150) {
        let mut bytes = good.clone();
        bytes[at] ^= 0x20;
        // Between a file's end and the next 512 bytes lies nothing.
        assert!(is_bad(&bytes) || good[at] == 0, "byte {at} of {}", good.len());
    }
    for length in (0..good.len() - 2048).step_by(good.len() / 50) {
        assert!(is_bad(&good[..length]), "cut to {length} of {}", good.len());
    }
    let middle = good.windows(4).position(|bytes| bytes == b"RIFF").unwrap() + 5000;
    let mut bytes = good.clone();
    bytes[middle] ^= 1;
    fs::write(&bad, bytes).unwrap();
    let before = snapshot(&site.path("data"));
    let ran = site.loa(&["restore", "bad.tar", "--replace"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("`bad.tar` is damaged: `audio/a.wav` in it"), "{}", ran.stderr);
    let ran = site.loa(&["restore", "loa.toml"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert_eq!(snapshot(&site.path("data")), before);
    let ran = site.loa(&["restore", "bad.tar", "new"]);
    assert_eq!((ran.code, site.path("new").exists()), (Some(1), false));
}

#[test]
fn a_backup_that_is_killed_leaves_nothing_under_its_name() {
    let site = aired();
    let large = site.path("audio/large.wav");
    fs::File::create(&large).unwrap().set_len(1 << 30).unwrap();
    let program = env!("CARGO_BIN_EXE_loa");
    let mut child = Command::new(program);
    child.args(["backup", "k.tar"]).current_dir(site.path("")).env_remove("LOA_CONFIG").stdout(Stdio::null());
    let mut child = child.spawn().unwrap();
    let part = site.path("k.tar.part");
    wait_for("half a backup", 30, || fs::metadata(&part).is_ok_and(|part| part.len() > 2_000_000).then_some(()));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!site.path("k.tar").exists() && part.exists());
    fs::remove_file(large).unwrap();
    site.done(&["backup", "k.tar"]);
    assert!(site.path("k.tar").exists() && !part.exists() && !site.path("k.tar.part.db").exists());
}

#[test]
fn a_disk_that_fills_during_a_backup_is_left_as_it_was() {
    let Some(disk) = Tmpfs::new(1024) else { return };
    let site = aired();
    let target = disk.path().join("x.tar");
    let target = target.to_str().unwrap();
    // More than is told beforehand: audio that lies in the store alone.
    let clip = Signal::stereo(48_000, 4.0).wav(&site.path("other.wav"));
    fs::rename(&clip, site.path(&format!("data/audio/{}", "0".repeat(64)))).unwrap();
    Signal::stereo(48_000, 4.0).wav(&site.path("audio/a.wav"));
    let ran = site.loa(&["backup", target]);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stderr.contains("the disk is full; make room") || ran.stderr.contains("are needed; make room"),
        "{}",
        ran.stderr
    );
    assert_eq!(fs::read_dir(disk.path()).unwrap().count(), 0);
    disk.fill();
    let ran = site.loa(&["backup", target]);
    assert!(ran.stderr.contains("has 0 MB free"), "{}", ran.stderr);
    assert_eq!((ran.code, fs::read_dir(disk.path()).unwrap().count()), (Some(1), 1));
}

/// The settings of a station in a folder, and the folders that it needs.
pub(crate) fn config(folder: &Path) -> Config {
    let text = "[station]\nname = \"Đài thử\"\ntimezone = \"Asia/Ho_Chi_Minh\"\n";
    let path = folder.join("loa.toml");
    fs::write(&path, text).unwrap();
    fs::create_dir_all(folder.join("data/audio")).unwrap();
    Config::load(&path).unwrap()
}

#[test]
fn copies_made_while_rows_are_written_are_each_whole() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path());
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let (begun, begins) = std::sync::mpsc::channel::<()>();
    let data_dir = config.data_dir.clone();
    let written = std::thread::spawn(move || {
        runtime().block_on(async {
            let store = open(&data_dir).await.store;
            let mut item = 0;
            while stopped.try_recv().is_err() {
                commit(&store, row(item)).await;
                item += 1;
                let _ = begun.send(());
            }
            store.close().await;
            i64::from(item)
        })
    });
    begins.recv().unwrap();
    let copies: Vec<_> = (0..6).map(|number| folder.path().join(format!("{number}.tar"))).collect();
    let now = Clock::system().now().wall;
    let made: Vec<_> =
        copies.iter().map(|path| backup::make(&config, path, Contents::Inside, now).unwrap().head).collect();
    stop.send(()).unwrap();
    let rows = written.join().unwrap();
    assert!(made.is_sorted_by_key(|head| head.seq) && made[5].seq > made[0].seq && made[5].seq <= rows, "{made:?}");
    for (path, head) in copies.iter().zip(&made) {
        assert_eq!(backup::check(path).unwrap().head, head.to_string());
        // Each is a beginning of the log as it is now, and brings a station back.
        runtime().block_on(loa::store::prove(&config.data_dir.join("loa.db"), Some(head.clone()))).unwrap();
    }
    let target =
        Target { settings: folder.path().join("new/loa.toml"), is_named: true, replace: false, by: "test".to_owned() };
    let restored = backup::restore(&copies[3], &target, &Clock::system()).unwrap();
    assert_eq!(restored.head.seq, made[3].seq + 1);
}

#[test]
fn a_journal_that_was_left_alone_is_not_taken_for_that_of_the_restored_log() {
    let site = aired();
    site.done(&["backup", "old.tar"]);
    let station = site.run();
    site.done(&["air", "audio/a.wav"]);
    site.wait_rows(2);
    station.kill();
    assert!(fs::metadata(site.path("data/loa.db-wal")).unwrap().len() > 0);
    fs::remove_file(site.path("data/loa.db")).unwrap();
    site.done(&["restore", "old.tar"]);
    site.done(&["log", "verify"]);
    let rows = site.rows();
    assert!(rows.len() == 2 && rows[1].note.as_deref().unwrap().starts_with("restored from"), "{rows:#?}");
    let names = backup::names(&site.path("data"));
    assert!(names.iter().any(|name| name.starts_with("loa.db.replaced-") && name.ends_with("-wal")), "{names:?}");
}

#[test]
fn a_log_that_cannot_be_read_now_is_not_replaced() {
    use sqlx::Executor as _;
    let site = aired();
    site.done(&["backup", "old.tar"]);
    let ran = runtime().block_on(async {
        let mut lock = crate::store::stranger(&site.path("data")).await;
        lock.execute("pragma locking_mode = exclusive; begin exclusive; create table taken (x)").await.unwrap();
        site.loa(&["restore", "old.tar"])
    });
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("locked"), "{}", ran.stderr);
    let names = backup::names(&site.path("data"));
    assert!(!names.iter().any(|name| name.contains("replaced")), "{names:?}");
}

#[test]
fn what_root_restores_belongs_to_whom_the_folder_belongs() {
    use std::os::unix::fs::{MetadataExt as _, chown};
    const NOBODY: u32 = 65_534;
    if !rustix::process::geteuid().is_root() {
        println!("only root can give files away: not tested");
        return;
    }
    let site = aired();
    site.done(&["backup", "old.tar"]);
    for name in ["data", "audio", "schedules"] {
        fs::remove_dir_all(site.path(name)).unwrap();
    }
    chown(site.path(""), Some(NOBODY), Some(NOBODY)).unwrap();
    site.done(&["restore", "old.tar"]);
    fs::write(site.path("data/loa.db"), "no database".repeat(500)).unwrap();
    site.done(&["restore", "old.tar"]);
    // A refusal leaves a lock behind, too.
    fs::remove_file(site.path("data/loa.lock")).unwrap();
    fs::write(site.path("bad.tar"), "bad").unwrap();
    site.loa(&["restore", "bad.tar"]);
    for folder in ["data", "audio", "schedules"] {
        for path in snapshot(&site.path(folder)).into_keys().chain([site.path(folder)]) {
            let facts = fs::metadata(&path).unwrap();
            assert_eq!((facts.uid(), facts.gid()), (NOBODY, NOBODY), "{}", path.display());
        }
    }
}

/// Audio that only a log names.
fn stored_contents(site: &Site) -> Vec<String> {
    let mut names: Vec<_> =
        backup::names(&site.path("data/audio")).into_iter().filter(|name| name.len() == 64).collect();
    names.sort();
    names
}

#[test]
fn audio_that_only_an_earlier_log_names_stays() {
    for lost in ["corrupt", "gone", "replaced"] {
        let site = aired();
        let contents = stored_contents(&site);
        site.done(&["backup", "old.tar"]);
        let clip = Signal::stereo(48_000, 0.7).wav(&site.path("audio/a.wav"));
        let station = site.run();
        site.done(&["air", "audio/a.wav"]);
        site.wait_rows(2);
        assert_eq!(station.terminate().0, Some(0));
        let before = stored_contents(&site);
        assert!(before.len() > contents.len());
        // Nothing but the log tells of it now.
        Signal::stereo(48_000, 0.2).wav(&clip);
        match lost {
            "corrupt" => fs::write(site.path("data/loa.db"), "no database".repeat(500)).unwrap(),
            "gone" => fs::remove_file(site.path("data/loa.db")).unwrap(),
            _ => drop(site.done(&["restore", "old.tar", "--replace"])),
        }
        // The second start knows nothing of the first one's discovery.
        for _ in 0..2 {
            let station = site.run();
            site.done(&["status"]);
            assert_eq!(station.terminate().0, Some(0));
        }
        let after = stored_contents(&site);
        assert!(before.iter().all(|content| after.contains(content)), "{lost}: {before:?} {after:?}");
    }
}

#[test]
fn a_shared_content_that_has_rotten_does_not_keep_the_log_from_being_carried() {
    let site = aired();
    Signal::mono(44_100, 0.4).wav(&site.path("audio/b.wav"));
    let config = Config::load(&site.path("loa.toml")).unwrap();
    // On one disk it would be a link.
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir_in("/dev/shm").unwrap());
    let made = first.path().join("1.tar");
    let beside = Contents::Beside { reserve_bytes: 0 };
    backup::make(&config, &made, beside, Clock::system().now().wall).unwrap();
    let rotten = first.path().join("audio").join(site.sha256("b.wav"));
    let length = fs::metadata(&rotten).unwrap().len();
    fs::remove_file(&rotten).unwrap();
    fs::write(&rotten, vec![0; usize::try_from(length).unwrap()]).unwrap();
    let carried = backup::copy_to(&made, second.path()).unwrap();
    assert!(carried.left_out.len() == 1 && carried.left_out[0].contains("audio/b.wav"), "{carried:?}");
    assert!(!rotten.exists() && second.path().join("audio").join(site.sha256("a.wav")).exists());
    backup::check(&carried.path).unwrap();
    // The next one has it again.
    backup::make(&config, &first.path().join("2.tar"), beside, Clock::system().now().wall).unwrap();
    let carried = backup::copy_to(&first.path().join("2.tar"), second.path()).unwrap();
    assert_eq!(carried.left_out, Vec::<String>::new());
    assert!(second.path().join("audio").join(site.sha256("b.wav")).exists());
}
