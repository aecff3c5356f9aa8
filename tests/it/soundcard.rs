//! Sound devices for tests: our own card (`tests/device/loacard.c`) and a private PulseAudio server.
//!
//! In: nothing but gcc with ALSA's headers, and for the server pulseaudio with its ALSA plugin. Out: an ALSA
//! configuration for the program under test, faults on demand, and afterwards every frame that was played. ALSA reads its
//! configuration from the environment, which a process has only one of: a test inside this binary that opens a card
//! begins with `in_own_process`, a test of the real program sets `ALSA_CONFIG_PATH` for it. Next: `device`.

#![expect(clippy::unwrap_used, reason = "a test whose devices cannot be set up has failed")]

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use loa::clock::{Clock, Mono};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::running::DIES_WITH_US;

/// Where a test's own process finds the folder of its devices.
const CHILD: &str = "LOA_TEST_DEVICE_FOLDER";

/// How long a test's own process may take.
const CHILD_LIMIT_S: i64 = 90;

/// Looks every few milliseconds until `ready` has an answer; fails with `what` after `limit_s` seconds.
pub(crate) fn wait_for<T>(what: &str, limit_s: i64, mut ready: impl FnMut() -> Option<T>) -> T {
    let clock = Clock::system();
    let start = clock.pair().1;
    loop {
        if let Some(answer) = ready() {
            return answer;
        }
        let passed = clock.pair().1.since(start);
        assert!(passed.num_seconds() < limit_s, "waited {limit_s} s for {what}");
        thread::park_timeout(Duration::from_millis(3));
    }
}

/// Runs the calling test `name` (its full path) in a process of its own with `conf` as ALSA's configuration. Gives the
/// folder in that process, `None` in the first one, where all is done then.
fn in_own_process(name: &str, make: impl FnOnce() -> (TempDir, PathBuf)) -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os(CHILD) {
        return Some(folder.into());
    }
    let (folder, conf) = make();
    let output = folder.path().join("test-output");
    let file = File::create(&output).unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([name, "--exact", "--nocapture"])
        .env(CHILD, folder.path())
        .env("ALSA_CONFIG_PATH", conf)
        .env("XDG_RUNTIME_DIR", folder.path())
        .stdout(file.try_clone().unwrap())
        .stderr(file)
        .spawn()
        .unwrap();
    let clock = Clock::system();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break Some(status);
        }
        if clock.pair().1 > Mono(CHILD_LIMIT_S * 1_000_000) {
            let _ = child.kill();
            let _ = child.wait();
            break None;
        }
        thread::park_timeout(Duration::from_millis(10));
    };
    let said = fs::read_to_string(&output).unwrap();
    println!("{said}");
    let passed = status.is_some_and(|s| s.success()) && said.contains("1 passed");
    assert!(passed, "the test's own process ended with {status:?}");
    None
}

/// What is wrong with a card.
#[derive(Debug, Clone, Copy)]
#[expect(dead_code, reason = "a set of faults for all tests; not each is used at any time")]
pub(crate) enum Fault {
    /// It plays nothing and reports nothing.
    Stall,
    /// It is unplugged.
    Gone,
    /// It underruns once.
    Xrun,
    /// Its crystal is so many parts per million fast.
    Ppm(i32),
}

/// A card that plays in real time and keeps what it played. Its folder goes when it is dropped.
pub(crate) struct SoundCard {
    folder: PathBuf,
    own: Option<TempDir>,
}

impl SoundCard {
    /// A healthy card: 48 kHz, stereo, float. The default device of its configuration, also `alsa:station`. It waits for
    /// a program that is late instead of underrunning, so that what it played can be compared on a busy machine.
    pub(crate) fn new() -> Self {
        Self::with("")
    }

    /// A card with settings of its own, as in `rate 44100 format S16_LE channels 1`.
    pub(crate) fn with(settings: &str) -> Self {
        let own = tempfile::tempdir().unwrap();
        let folder = own.path().to_owned();
        let plugin = folder.join("libasound_module_pcm_loacard.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/device/loacard.c");
        let built = Command::new("gcc")
            .args(["-O1", "-shared", "-fPIC", "-DPIC", "-o"])
            .args([&plugin, &source])
            .arg("-lasound")
            .output()
            .expect("gcc is installed");
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        let at = folder.display();
        let card = format!("type loacard file \"{at}/played.raw\" fault \"{at}/fault\" patient 1 {settings}");
        let conf = format!(
            "</usr/share/alsa/alsa.conf>\n\
             pcm_type.loacard {{ lib \"{}\" }}\n\
             pcm.!default {{ {card} }}\n\
             pcm.station {{ {card} hint {{ show on description \"The station's card\" }} }}\n",
            plugin.display()
        );
        fs::write(folder.join("asound.conf"), conf).unwrap();
        fs::write(folder.join("settings"), settings).unwrap();
        Self { folder, own: Some(own) }
    }

    /// The card for the calling test `name`, in a process of its own; `None` in the process that only waits for that one.
    pub(crate) fn in_own_process(name: &str, settings: &str) -> Option<Self> {
        let make = || {
            let mut card = Self::with(settings);
            let conf = card.alsa_conf();
            (card.own.take().unwrap(), conf)
        };
        in_own_process(name, make).map(|folder| Self { folder, own: None })
    }

    /// For `ALSA_CONFIG_PATH`.
    pub(crate) fn alsa_conf(&self) -> PathBuf {
        self.folder.join("asound.conf")
    }

    /// Makes the card fail from now on.
    pub(crate) fn fault(&self, fault: Fault) {
        let text = match fault {
            Fault::Stall => "stall".into(),
            Fault::Gone => "gone".into(),
            Fault::Xrun => "xrun".into(),
            Fault::Ppm(ppm) => format!("ppm {ppm}"),
        };
        // In one step, so that the card never reads half of it.
        fs::write(self.folder.join("fault.new"), text).unwrap();
        fs::rename(self.folder.join("fault.new"), self.folder.join("fault")).unwrap();
    }

    /// Makes the card healthy again.
    pub(crate) fn heal(&self) {
        let _ = fs::remove_file(self.folder.join("fault"));
    }

    /// Stereo frames of float that were played from frame `first` on.
    pub(crate) fn frames_from(&self, first: usize) -> Vec<[f32; 2]> {
        let Ok(mut file) = File::open(self.folder.join("played.raw")) else { return Vec::new() };
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(first as u64 * 8)).and_then(|_| file.read_to_end(&mut bytes)).unwrap();
        floats(&bytes).chunks_exact(2).map(|frame| [frame[0], frame[1]]).collect()
    }

    /// Every frame that was played, in order; a mono card's frames have twice the same sample.
    pub(crate) fn frames(&self) -> Vec<[f32; 2]> {
        let settings = fs::read_to_string(self.folder.join("settings")).unwrap();
        let bytes = fs::read(self.folder.join("played.raw")).unwrap_or_default();
        let samples = if settings.contains("S16_LE") { shorts(&bytes) } else { floats(&bytes) };
        if settings.contains("channels 1") {
            samples.into_iter().map(|sample| [sample, sample]).collect()
        } else {
            samples.chunks_exact(2).map(|frame| [frame[0], frame[1]]).collect()
        }
    }

    /// When frame `n` of `frames` played: microseconds since 1970 UTC, with their fraction.
    pub(crate) fn play_time_us(&self, n: usize) -> Option<f64> {
        let index = fs::read_to_string(self.folder.join("played.raw.idx")).ok()?;
        let mut lines = index.lines().filter_map(|line| {
            let mut words = line.split(' ');
            let first: f64 = words.next()?.parse().ok()?;
            let wall_ns: f64 = words.next()?.parse().ok()?;
            Some((first, wall_ns / 1e3, words.nth(1)?.parse::<f64>().ok()?))
        });
        let (first, wall_us, pace) = lines.rfind(|(first, ..)| *first <= n as f64)?;
        Some(wall_us + (n as f64 - first) / pace * 1e6)
    }
}

/// A private PulseAudio server with one sink, and everything that came out of it.
pub(crate) struct SoundServer {
    folder: PathBuf,
    _own: Option<TempDir>,
    server: Option<Child>,
    capture: Option<Child>,
}

impl SoundServer {
    /// A server that runs.
    pub(crate) fn new() -> Self {
        let mut server = Self::absent();
        server.start();
        server
    }

    /// One that does not run yet.
    pub(crate) fn absent() -> Self {
        let (own, _) = Self::prepare();
        Self { folder: own.path().to_owned(), _own: Some(own), server: None, capture: None }
    }

    /// As `SoundCard::in_own_process`. The server does not run yet.
    pub(crate) fn in_own_process(name: &str) -> Option<Self> {
        let folder = in_own_process(name, Self::prepare)?;
        Some(Self { folder, _own: None, server: None, capture: None })
    }

    fn prepare() -> (TempDir, PathBuf) {
        let own = tempfile::tempdir().unwrap();
        let conf = own.path().join("asound.conf");
        let device = format!("type pulse server \"unix:{}/native\" device \"station\"", own.path().display());
        let text = format!(
            "</usr/share/alsa/alsa.conf>\npcm.!default {{ {device} }}\nctl.!default {{ type pulse server \"unix:{0}/native\" }}\n\
             pcm.monitor {{ type pulse server \"unix:{0}/native\" device \"station.monitor\" hint {{ show on }} }}\n",
            own.path().display()
        );
        fs::write(&conf, text).unwrap();
        (own, conf)
    }

    /// For `ALSA_CONFIG_PATH`.
    pub(crate) fn alsa_conf(&self) -> PathBuf {
        self.folder.join("asound.conf")
    }

    /// Starts the server and the capture of what it plays, and waits until both are there.
    pub(crate) fn start(&mut self) {
        let socket = self.folder.join("native");
        let _ = fs::remove_file(&socket);
        let log = OpenOptions::new().create(true).append(true).open(self.folder.join("server.log")).unwrap();
        let sink = "module-null-sink sink_name=station rate=48000 channels=2 format=s16le norewinds=yes";
        let protocol = format!("module-native-protocol-unix socket={} auth-anonymous=1", socket.display());
        let server = self
            .command("pulseaudio")
            .args(["-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "--disallow-exit"])
            .args(["--disable-shm=yes", "--realtime=no", "--high-priority=no", "--log-target=stderr", "-L", sink, "-L"])
            .arg(protocol)
            .stderr(log)
            .spawn()
            .expect("pulseaudio is installed");
        self.server = Some(server);
        let listening = || self.command("pactl").arg("info").status().is_ok_and(|s| s.success()).then_some(());
        wait_for("the sound server", 20, listening);
        let played = OpenOptions::new().create(true).append(true).open(self.folder.join("played.raw")).unwrap();
        let before = self.frames().len();
        let capture = self
            .command("parec")
            .args(["--device=station.monitor", "--rate=48000", "--channels=2", "--format=s16le"])
            .args(["--latency-msec=1", "--raw"])
            .stdout(played)
            .spawn()
            .expect("pulseaudio-utils is installed");
        self.capture = Some(capture);
        wait_for("the capture", 20, || (self.frames().len() > before).then_some(()));
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(DIES_WITH_US[0]);
        command.args(&DIES_WITH_US[1..]).arg(program);
        let at = |name: &str| self.folder.join(name);
        command.env("HOME", &self.folder).env("PULSE_RUNTIME_PATH", &self.folder).env("PULSE_STATE_PATH", at("state"));
        command.env("PULSE_SERVER", format!("unix:{}", at("native").display()));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// Tells the server something, as a person at its machine would.
    pub(crate) fn pactl(&self, args: &[&str]) {
        assert!(self.command("pactl").args(args).status().unwrap().success(), "{args:?}");
    }

    /// Kills the server as a crash would.
    pub(crate) fn kill(&mut self) {
        for mut child in self.server.take().into_iter().chain(self.capture.take()) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Freezes the server: it neither plays nor answers nor ends.
    pub(crate) fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    /// Lets a frozen server go on.
    pub(crate) fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        let server = self.server.as_ref().expect("the server runs");
        kill_process(Pid::from_child(server), signal).unwrap();
    }

    /// Every frame that came out of the sink, silence included.
    pub(crate) fn frames(&self) -> Vec<[f32; 2]> {
        let bytes = fs::read(self.folder.join("played.raw")).unwrap_or_default();
        shorts(&bytes).chunks_exact(2).map(|frame| [frame[0], frame[1]]).collect()
    }
}

impl Drop for SoundServer {
    fn drop(&mut self) {
        self.kill();
    }
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks().0.iter().map(|&four| f32::from_le_bytes(four)).collect()
}

fn shorts(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks().0.iter().map(|&two| f32::from(i16::from_le_bytes(two)) / 32_768.0).collect()
}
