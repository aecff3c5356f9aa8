//! A station of the real program in a folder of its own, with everything that a person would do to it.
//!
//! In: a sound device, clips, programmes that start in a few seconds. Out: the running program, what it printed, its log,
//! and what its device played. Nothing here looks inside: settings are files, acts are commands, ends are signals. Waits
//! are for a line or a row, with a time-out; a station that a failing test leaves behind is killed. Next: `air`.

use std::cell::Cell;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::PipeWriter;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use chrono_tz::Asia::Ho_Chi_Minh;
use loa::clock::Clock;
use loa::library::Clip;
use loa::store::{Log, Row, Span};
use rustix::process::{Pid, Signal, kill_process};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::soundcard::{SoundCard, wait_for};

/// Frames of stereo.
pub(crate) type Frames = Vec<[f32; 2]>;

/// No wait of a test is longer, in seconds; a machine with twenty tests at once is slow.
const PATIENCE_S: i64 = 30;

/// The folder of a station, and how its program is called.
pub(crate) struct Site {
    folder: TempDir,
    device: String,
    alsa: Option<PathBuf>,
    /// What the program is called through: a clock that a test sets, a namespace of mounts, `MORTAL`.
    pub(crate) through: Vec<String>,
    /// Where this test finds the folder; another path than the station's own when that has mounts of its own.
    pub(crate) seen_as: PathBuf,
    runs: Cell<u32>,
    env: Vec<(&'static str, OsString)>,
    /// Where its page is served.
    listen: String,
}

/// As root nothing is forbidden: a station that is to meet permissions runs without the right to pass them over.
pub(crate) const MORTAL: [&str; 3] =
    ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner,-sys_nice", "--"];

/// Nothing that a test starts outlives it, even if the test itself is killed.
pub(crate) const DIES_WITH_US: [&str; 4] = ["setpriv", "--pdeathsig", "KILL", "--"];

/// What a command left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Site {
    /// A station with nothing planned, on an output as in `loa.toml`.
    pub(crate) fn new(device: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["schedules", "audio"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let seen_as = folder.path().to_owned();
        let site = Self {
            folder,
            device: device.to_owned(),
            alsa: None,
            through: Vec::new(),
            seen_as,
            runs: Cell::new(0),
            env: vec![],
            listen: "off".to_owned(),
        };
        site.set("");
        site
    }

    /// One on the default device of an ALSA configuration.
    pub(crate) fn on(alsa_conf: PathBuf) -> Self {
        Self { alsa: Some(alsa_conf), ..Self::new("default") }
    }

    /// One on a card.
    pub(crate) fn on_card(card: &SoundCard) -> Self {
        Self::on(card.alsa_conf())
    }

    /// With its page, at a port that is free.
    pub(crate) fn with_page(self) -> Self {
        self.with_page_at("127.0.0.1:0")
    }

    /// With its page at this address.
    pub(crate) fn with_page_at(mut self, address: &str) -> Self {
        address.clone_into(&mut self.listen);
        self.set("");
        self
    }

    /// Sets a variable of the environment for its programs.
    pub(crate) fn with_env(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.env.push((name, value.into()));
        self
    }

    /// Writes the settings, with these lines at their end. Nothing is done to the sound, so that samples come out as they are.
    pub(crate) fn set(&self, more: &str) {
        self.write_settings("gain = false", more);
    }

    /// Writes settings with these lines under `[sound]`.
    pub(crate) fn set_sound(&self, lines: &str) {
        self.write_settings(lines, "");
    }

    fn write_settings(&self, sound: &str, more: &str) {
        let (device, listen) = (&self.device, &self.listen);
        let text = format!(
            "language = \"en\"\n[sound]\n{sound}\n[station]\nname = \"Đài thử\"\ntimezone = \"Asia/Ho_Chi_Minh\"\n\
             [output]\ndevice = \"{device}\"\n[web]\nlisten = \"{listen}\"\n{more}"
        );
        fs::write(self.path("loa.toml"), text).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.seen_as.join(name)
    }

    /// The folder as the station names it.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file in one step, as an editor does.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let new = self.path("new");
        fs::write(&new, content).unwrap();
        fs::rename(new, self.path(name)).unwrap();
    }

    /// Plans a programme at one instant; its items are files under `audio/`, known by their names.
    pub(crate) fn plan(&self, id: &str, starts: DateTime<Utc>, window: &str, items: &[&str]) {
        self.write(&format!("schedules/{id}.toml"), programme(id, &cron(starts), window, items));
    }

    /// What a file under `audio/` sounds like on a device of 48 kHz.
    pub(crate) fn sound(&self, file: &str) -> Frames {
        decoded(&self.path("audio").join(file))
    }

    /// The hash under which a file below `audio/` is known.
    pub(crate) fn sha256(&self, file: &str) -> String {
        let sha256 = Sha256::digest(fs::read(self.path("audio").join(file)).unwrap());
        sha256.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
    }

    fn command(&self, first: &[&str]) -> Command {
        let through = self.through.iter().map(String::as_str);
        let mut words = through.chain(first.iter().copied()).chain([env!("CARGO_BIN_EXE_loa")]);
        let mut command = Command::new(words.next().expect("the program at least"));
        command.args(words);
        command.current_dir(self.folder.path()).env_remove("LOA_CONFIG").stdin(Stdio::null());
        command.env("XDG_RUNTIME_DIR", self.folder.path());
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        if let Some(conf) = &self.alsa {
            command.env("ALSA_CONFIG_PATH", conf);
        }
        command
    }

    /// A command that is still to be run.
    pub(crate) fn program(&self, args: &[&str]) -> Command {
        let mut command = self.command(&[]);
        command.args(args);
        command
    }

    /// Runs a command to its end.
    pub(crate) fn loa(&self, args: &[&str]) -> Ran {
        let Output { status, stdout, stderr } = self.command(&[]).args(args).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let ran = Ran { code: status.code(), stdout: text(stdout), stderr: text(stderr) };
        assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
        ran
    }

    /// Runs a command that must succeed; answers with what it printed.
    pub(crate) fn done(&self, args: &[&str]) -> String {
        let ran = self.loa(args);
        assert_eq!(ran.code, Some(0), "{args:?}: {}", ran.stderr);
        ran.stdout
    }

    /// Starts the station and waits until it is ready.
    pub(crate) fn run(&self) -> Running {
        let running = self.spawn();
        running.says("ready\n");
        running
    }

    /// Starts the station.
    pub(crate) fn spawn(&self) -> Running {
        self.spawn_with(&[])
    }

    /// Starts the station with options of `loa run`.
    pub(crate) fn spawn_with(&self, options: &[&str]) -> Running {
        self.runs.set(self.runs.get() + 1);
        let [out, err] = ["out", "err"].map(|name| self.path(&format!("run-{}.{name}", self.runs.get())));
        let mut command = self.command(&DIES_WITH_US);
        command.arg("run").args(options).stdout(File::create(&out).unwrap()).stderr(File::create(&err).unwrap());
        Running { child: command.spawn().unwrap(), out, err }
    }

    /// Starts the station with stdout and stderr into a pipe.
    pub(crate) fn run_into(&self, pipe: &PipeWriter) -> Running {
        let [out, err] = ["piped.out", "piped.err"].map(|name| self.path(name));
        for path in [&out, &err] {
            fs::write(path, "").unwrap();
        }
        let mut command = self.command(&DIES_WITH_US);
        command.arg("run").stdout(pipe.try_clone().unwrap()).stderr(pipe.try_clone().unwrap());
        Running { child: command.spawn().unwrap(), out, err }
    }

    /// All rows of the log; none while it cannot be read.
    pub(crate) fn rows(&self) -> Vec<Row> {
        if self.seen_as != self.folder.path() {
            // SQLite would follow the other path back to the folder that this test sees.
            return printed(&self.loa(&["log", "--format", "json"]).stdout);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let Ok(log) = Log::open(&self.path("data")).await else { return Vec::new() };
            let Ok(mut pages) = log.rows(Span::default()).await else { return Vec::new() };
            let mut rows = Vec::new();
            while let Ok(Some(mut page)) = pages.next().await {
                rows.append(&mut page);
            }
            rows
        })
    }

    /// Waits until the log holds so many rows.
    pub(crate) fn wait_rows(&self, count: usize) -> Vec<Row> {
        let mut looks = 0;
        wait_for(&format!("{count} rows"), PATIENCE_S, || {
            looks += 1;
            // Every tenth look: opening a database a hundred times a second would be felt by the station.
            (looks % 10 == 0).then(|| self.rows()).filter(|rows| rows.len() >= count)
        })
    }

    /// The rows in short, once the log holds so many, and that its chain is whole.
    pub(crate) fn story(&self, count: usize) -> Vec<String> {
        let rows = self.wait_rows(count);
        let proof = self.done(&["log", "verify"]);
        assert!(proof.starts_with(&format!("{} rows, head {}:", rows.len(), rows.len())), "{proof}");
        rows.iter().map(short).collect()
    }

    /// What `loa status` says, as JSON.
    pub(crate) fn status(&self) -> serde_json::Value {
        serde_json::from_str(&self.done(&["status", "--format", "json"])).unwrap()
    }
}

/// A running station.
pub(crate) struct Running {
    child: Child,
    out: PathBuf,
    err: PathBuf,
}

impl Running {
    /// The number of its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until its stderr holds a text.
    pub(crate) fn says(&self, text: &str) {
        wait_for(&format!("`{}` on stderr", text.trim()), PATIENCE_S, || self.stderr().contains(text).then_some(()));
    }

    /// Waits until its stdout holds a text.
    pub(crate) fn prints(&self, text: &str) {
        wait_for(&format!("`{text}` on stdout"), PATIENCE_S, || self.stdout().contains(text).then_some(()));
    }

    /// How often its thread of that name has waited for something so far.
    pub(crate) fn waits_of(&self, thread: &str) -> u64 {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap().filter_map(Result::ok);
        let named = |name: &str| fs::read_to_string(name).unwrap_or_default();
        let mut of_it = tasks.map(|task| task.path().display().to_string());
        let task = of_it.find(|task| named(&format!("{task}/comm")).trim() == thread).expect("the thread runs");
        let status = named(&format!("{task}/status"));
        let waits = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
        waits.unwrap().trim().parse().unwrap()
    }

    pub(crate) fn stdout(&self) -> String {
        fs::read_to_string(&self.out).unwrap()
    }

    pub(crate) fn stderr(&self) -> String {
        fs::read_to_string(&self.err).unwrap()
    }

    /// Sends it a signal that it goes on after.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Ends it as service managers do; answers with its exit code and how many milliseconds it took.
    pub(crate) fn terminate(self) -> (Option<i32>, i64) {
        self.end(Signal::TERM)
    }

    /// Ends it by a signal.
    pub(crate) fn end(mut self, signal: Signal) -> (Option<i32>, i64) {
        let clock = Clock::system();
        let told = clock.pair().1;
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        let code = self.wait();
        (code, clock.pair().1.since(told).num_milliseconds())
    }

    /// Ends it as a crash does: at once, with nothing put in order.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits until it ends by itself.
    pub(crate) fn ended(mut self) -> Option<i32> {
        self.wait()
    }

    fn wait(&mut self) -> Option<i32> {
        let status = wait_for("the station to end", PATIENCE_S, || self.child.try_wait().unwrap());
        assert!(!self.stderr().contains("panicked"), "{}", self.stderr());
        status.code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            println!("the station printed:\n{}{}", self.stdout(), self.stderr());
        }
    }
}

/// The rows that `loa log --format json` printed.
fn printed(json: &str) -> Vec<Row> {
    let mut rows: Vec<serde_json::Value> = serde_json::from_str(json).unwrap_or_default();
    for value in rows.iter_mut().filter_map(serde_json::Value::as_object_mut).flat_map(|row| row.values_mut()) {
        // A list is read from the text of its column.
        if value.is_array() {
            *value = value.to_string().into();
        }
    }
    rows.into_iter().map(|row| serde_json::from_value(row).unwrap()).collect()
}

/// A row in short: the item or title, the attempt, how it ended.
pub(crate) fn short(row: &Row) -> String {
    let name = row.item.as_ref().or(row.title.as_ref()).or(row.note.as_ref()).map_or("?", String::as_str);
    let reason = row.reason.as_ref().map_or(String::new(), |reason| format!(": {reason}"));
    format!("{name}/{} {}{reason}", row.attempt, outcome(row))
}

/// The next whole second that is at least so many away.
pub(crate) fn in_seconds(seconds: i64) -> DateTime<Utc> {
    (Clock::system().now().wall + TimeDelta::milliseconds(seconds * 1000 + 999)).trunc_subsecs(0)
}

/// A start rule for one instant.
pub(crate) fn cron(at: DateTime<Utc>) -> String {
    at.with_timezone(&Ho_Chi_Minh).format("%-S %-M %-H %-d %-m * %Y").to_string()
}

/// The text of a programme.
pub(crate) fn programme(id: &str, cron: &str, window: &str, items: &[&str]) -> String {
    let head = format!("[[programme]]\nid = \"{id}\"\ntitle = \"{id}\"\ncron = \"{cron}\"\nwindow = \"{window}\"\n");
    let items = items.iter().enumerate().map(|(n, file)| {
        let name = file.split('.').next().unwrap_or_default();
        format!("[[programme.item]]\nid = \"{name}-{n}\"\nfile = \"{file}\"\ntitle = \"{name}\"\n")
    });
    std::iter::once(head).chain(items).collect()
}

/// Everything that the program's own decoder makes of a file, at 48 kHz.
pub(crate) fn decoded(path: &Path) -> Frames {
    let mut clip = Clip::open(path, 48_000).unwrap();
    let (mut frames, mut portion) = (Vec::new(), [0.0; 2048]);
    loop {
        match clip.read(&mut portion).unwrap() {
            0 => return frames,
            read => frames.extend_from_slice(portion[..2 * read].as_chunks().0),
        }
    }
}

pub(crate) fn is_silent(frame: [f32; 2]) -> bool {
    frame == [0.0, 0.0]
}

/// The first frame that sounds.
pub(crate) fn onset(frames: &[[f32; 2]]) -> Option<usize> {
    frames.iter().position(|frame| !is_silent(*frame))
}

/// Frames from the first that sounds to the last that does.
pub(crate) fn sounding(frames: &[[f32; 2]]) -> &[[f32; 2]] {
    let Some(first) = onset(frames) else { return &[] };
    let last = frames.iter().rposition(|frame| !is_silent(*frame)).unwrap_or(first);
    &frames[first..=last]
}

/// How many frames at the front of `heard` are those of `wanted`, within a difference.
pub(crate) fn alike(heard: &[[f32; 2]], wanted: &[[f32; 2]], within: f32) -> usize {
    let near = |(a, b): (&[f32; 2], &[f32; 2])| (a[0] - b[0]).abs() <= within && (a[1] - b[1]).abs() <= within;
    heard.iter().zip(wanted).take_while(|pair| near(*pair)).count()
}

/// A row's outcome; nothing for a remark.
pub(crate) fn outcome(row: &Row) -> &str {
    row.outcome.as_deref().unwrap_or_default()
}
