//! The real binary in a folder: what it prints, where, and its exit code.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// The binary with a folder as the current one and nothing from the caller's environment.
fn loa(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_loa"));
    command.current_dir(folder).args(args).env_remove("LOA_CONFIG").stdin(Stdio::null());
    command
}

/// What a run left behind, as text.
struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn run(mut command: Command) -> Ran {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let ran = Ran { code: status.code(), stdout: text(stdout), stderr: text(stderr) };
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    ran
}

fn station() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(loa(folder.path(), &["init"])).code, Some(0));
    folder
}

const SETTINGS: &str = "[station]\nname = \"Đài\"\ntimezone = \"Asia/Ho_Chi_Minh\"\n[output]\ndevice = \"silent\"\n";
const PROGRAMME: &str = "[[programme]]\nid = \"sang\"\ntitle = \"Buổi sáng\"\ncron = \"0 5 * * *\"\nwindow = \"45m\"\n\
                         [[programme.item]]\nfile = \"nhac.opus\"\n";

/// A folder with these files in it.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

fn files_below(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { found.push(path.strip_prefix(root).unwrap().into()) }
        }
    }
    found.sort();
    found
}

#[test]
fn init_makes_the_shipped_station_and_check_finds_it_clean() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let station = tempfile::tempdir().unwrap();
    let ran = run(loa(station.path(), &["init", "đài/mới"]));
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""), "{}", ran.stderr);
    let made = station.path().join("đài/mới");
    let mut expected = vec![PathBuf::from("loa.toml"), PathBuf::from("reading.toml")];
    for name in ["audio", "report", "schedules"] {
        expected.extend(files_below(&root.join(name)).iter().map(|path| Path::new(name).join(path)));
    }
    expected.sort();
    let (of_data, written): (Vec<_>, _) = files_below(&made).into_iter().partition(|path| path.starts_with("data"));
    assert_eq!(written, expected);
    assert!(of_data.iter().any(|path| path.ends_with("loa.db")), "{of_data:?}");
    for path in &expected {
        assert!(fs::read(made.join(path)).unwrap() == fs::read(root.join(path)).unwrap(), "{}", path.display());
    }

    let settings = fs::read_to_string(made.join("loa.toml")).unwrap();
    fs::write(made.join("loa.toml"), settings.replace("device = \"default\"", "device = \"silent\"")).unwrap();
    let ran = run(loa(&made, &["check"]));
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""));
    assert_eq!(ran.stderr, "2 programmes, 16 items: 0 errors, 0 warnings\n");
}

#[test]
fn check_tells_of_a_device_that_does_not_open_and_goes_on() {
    let settings = SETTINGS.replace("silent", "alsa:hw:CARD=None,DEV=9");
    let station = folder(&[("loa.toml", settings.as_bytes()), ("schedules/1.toml", b"# later\n")]);
    let ran = run(loa(station.path(), &["check"]));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let told = "loa.toml:5:10: warning: the sound device `alsa:hw:CARD=None,DEV=9` does not open: ";
    assert!(ran.stderr.starts_with(told), "{}", ran.stderr);
}

#[test]
fn check_tells_of_readings_that_nobody_can_say_and_of_a_missing_voice() {
    let settings = format!("{SETTINGS}[speech]\ncommand = [\"giong-doc\", \"{{text}}\", \"{{wav}}\"]\n");
    let list = "[abbreviations]\nUBND = \"Ủy ban 1\"\n";
    let files: &[(&str, &[u8])] =
        &[("loa.toml", settings.as_bytes()), ("reading.toml", list.as_bytes()), ("schedules/1.toml", b"# later\n")];
    let station = folder(files);
    let ran = run(loa(station.path(), &["check"]));
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    for told in [
        "loa.toml:7:11: warning: the program that speaks, `giong-doc`, is not on this machine",
        "reading.toml:2:8: error: the reading `Ủy ban 1` holds `1`, which cannot be said",
    ] {
        assert!(ran.stderr.contains(told), "{}", ran.stderr);
    }
}

#[test]
fn a_station_made_in_a_folder_of_a_group_can_be_changed_by_that_group() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let station = tempfile::tempdir().unwrap();
    fs::set_permissions(station.path(), fs::Permissions::from_mode(0o2775)).unwrap();
    assert_eq!(run(loa(station.path(), &["init"])).code, Some(0));
    let mode = |name: &str| fs::metadata(station.path().join(name)).unwrap().mode() & 0o7777;
    for name in ["schedules", "audio", "report", "data"] {
        assert_eq!(mode(name) & 0o2070, 0o2070, "{name}: {:o}", mode(name));
    }
    for name in ["loa.toml", "reading.toml"] {
        assert_eq!(mode(name) & 0o060, 0o060, "{name}: {:o}", mode(name));
    }
    assert_eq!(mode("data/station.key") & 0o077, 0, "the key is nobody else's");
}

#[test]
fn init_never_overwrites() {
    let station = station();
    fs::write(station.path().join("loa.toml"), "mine").unwrap();
    let ran = run(loa(station.path(), &["init"]));
    assert_eq!(ran.code, Some(2));
    assert_eq!(ran.stderr, "loa: `./loa.toml` is there already; nothing was written\n");
    assert_eq!(fs::read_to_string(station.path().join("loa.toml")).unwrap(), "mine");

    let used = folder(&[("data/loa.db", b"mine")]);
    let ran = run(loa(used.path(), &["init"]));
    assert_eq!((ran.code, files_below(used.path()).len()), (Some(2), 1));
    assert_eq!(ran.stderr, "loa: `./data/loa.db` is there already; nothing was written\n");

    let half = folder(&[("schedules/buoi-chieu.toml", b"mine")]);
    assert_eq!(run(loa(half.path(), &["init"])).code, Some(2));
    assert_eq!(files_below(half.path()), [Path::new("schedules/buoi-chieu.toml")]);

    let file = folder(&[("station", b"a file")]);
    let ran = run(loa(file.path(), &["init", "station"]));
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
}

#[test]
fn check_reports_all_problems_of_all_files() {
    let settings = SETTINGS.replace("device", "devise").replace("silent", "default");
    let bad = PROGRAMME.replace("45m", "45").replace("\"sang\"", "\"chieu\"");
    let station = folder(&[
        ("loa.toml", settings.as_bytes()),
        ("schedules/1.toml", PROGRAMME.as_bytes()),
        ("schedules/2.toml", bad.as_bytes()),
        ("schedules/3.toml", b""),
        ("schedules/4.toml/inside", b""),
        ("schedules/notes.txt", b"not a schedule"),
        ("schedules/.5.toml", b"not a schedule"),
        ("audio/nhac.ogg", b""),
    ]);
    let ran = run(loa(station.path(), &["check"]));
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    crate::check::assert_golden("cli/check.txt", &ran.stderr);
}

#[test]
fn check_with_warnings_only_is_done() {
    let station = folder(&[("loa.toml", SETTINGS.as_bytes()), ("schedules/1.toml", b"# later\n")]);
    let ran = run(loa(station.path(), &["check"]));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.ends_with("0 programmes, 0 items: 0 errors, 1 warning\n"), "{}", ran.stderr);
}

#[test]
fn check_knows_folders_that_are_not_there_or_empty() {
    let station = folder(&[("loa.toml", SETTINGS.as_bytes())]);
    let ran = run(loa(station.path(), &["check"]));
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.starts_with("schedules: error: there is no such file or folder\n"), "{}", ran.stderr);
    fs::create_dir(station.path().join("schedules")).unwrap();
    let ran = run(loa(station.path(), &["check"]));
    assert_eq!(ran.code, Some(0));
    assert!(ran.stderr.starts_with("schedules: warning: no schedules in this folder\n"), "{}", ran.stderr);
}

#[test]
fn bad_settings_end_every_command_with_code_2() {
    let cases: [(&str, &[u8], &str); 5] = [
        ("nul", b"[station]\0", "loa.toml:1:10: error: a zero byte stands here\n"),
        ("garbage", &[0xfe; 5000], "loa.toml:1:1: error: the text is not UTF-8 from here on\n"),
        ("empty", b"", "loa.toml:1:1: error: the key `station` is missing here\n"),
        (
            "truncated",
            b"[station]\nname = \"\xc4\x90\xc3",
            "loa.toml:2:10: error: the text is not UTF-8 from here on\n",
        ),
        ("huge", &vec![b'#'; 2 << 20], "loa.toml: error: the file is too large for text\n"),
    ];
    for (name, content, message) in cases {
        let station =
            folder(&[("loa.toml", content), ("schedules/1.toml", PROGRAMME.as_bytes()), ("audio/nhac.opus", b"")]);
        for command in ["check", "timetable"] {
            let ran = run(loa(station.path(), &[command]));
            assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{name}");
            assert!(ran.stderr.starts_with(message), "{name}: {}", ran.stderr);
        }
    }
}

#[test]
fn settings_that_are_no_file_are_named_as_what_they_are() {
    let station = folder(&[("loa.toml/x", b"")]);
    assert!(run(loa(station.path(), &["timetable"])).stderr.starts_with("loa.toml: error: a folder stands where"));
    let ran = run(loa(station.path(), &["--config", "gone.toml", "check"]));
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.starts_with("gone.toml: error: there is no such file"), "{}", ran.stderr);
    let ran = run(loa(station.path(), &["--config", "/dev/zero", "timetable"]));
    assert!(ran.stderr.starts_with("/dev/zero: error: this is a pipe, a socket or a device"), "{}", ran.stderr);
}

#[test]
fn settings_are_found_in_their_order() {
    let station = folder(&[
        ("loa.toml", SETTINGS.as_bytes()),
        ("schedules/1.toml", PROGRAMME.as_bytes()),
        ("other/loa.toml", SETTINGS.as_bytes()),
        ("other/schedules/1.toml", PROGRAMME.replace("sang", "chieu").as_bytes()),
    ]);
    let first = |mut command: Command| {
        command.args(["--days", "1", "--format", "csv"]);
        run(command).stdout.lines().nth(1).unwrap_or_default().split(',').next().unwrap().to_owned()
    };
    assert_eq!(first(loa(station.path(), &["timetable"])), "sang");
    let mut by_environment = loa(station.path(), &["timetable"]);
    by_environment.env("LOA_CONFIG", "other/loa.toml");
    assert_eq!(first(by_environment), "chieu");
    let mut by_option = loa(station.path(), &["timetable", "--config", "loa.toml"]);
    by_option.env("LOA_CONFIG", "other/loa.toml");
    assert_eq!(first(by_option), "sang");

    let nowhere = tempfile::tempdir().unwrap();
    let ran = run(loa(nowhere.path(), &["check"]));
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stderr.starts_with("loa: no station here: neither `loa.toml` nor `/etc/loa/loa.toml`"),
        "{}",
        ran.stderr
    );
}

#[test]
fn timetable_lists_a_week_from_today_and_the_days_asked_for() {
    let station = folder(&[("loa.toml", SETTINGS.as_bytes()), ("schedules/1.toml", PROGRAMME.as_bytes())]);
    let lines = |args: &[&str]| {
        let ran = run(loa(station.path(), &[&["timetable"], args].concat()));
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        ran.stdout.lines().count()
    };
    assert_eq!(lines(&[]), 7);
    assert_eq!(lines(&["--days", "3"]), 3);
    assert_eq!(lines(&["--from", "2024-02-28", "--to", "2024-03-01"]), 3);
    assert_eq!(lines(&["--from", "2024-02-28", "--to", "2024-03-01T05:00:00+07:00"]), 2);
    assert_eq!(lines(&["--from", "2024-02-28T05:00:00.000001+07:00", "--days", "2"]), 2);

    let ran = run(loa(station.path(), &["timetable", "--from", "2024-02-28T06:00:00+07:00", "--to", "2024-02-28"]));
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""));
    assert_eq!(ran.stderr, "nothing is planned from 2024-02-28T06:00:00+07:00 to 2024-02-29T00:00:00+07:00\n");
}

#[test]
fn timetable_refuses_what_makes_no_sense() {
    let station = folder(&[("loa.toml", SETTINGS.as_bytes()), ("schedules/1.toml", PROGRAMME.as_bytes())]);
    for args in [
        &["--from", "2025-02-30"][..],
        &["--from", "2025-03-02", "--to", "2025-02-27"],
        &["--from", "2025-04-02", "--to", "2025-04-01"],
        &["--to", "2025-03-02", "--days", "3"],
        &["--days", "0"],
        &["--from", "1970-01-01", "--to", "2100-01-01"],
        &["--from", "3000-01-01"],
        &["--from", "2999-12-31", "--days", "3660"],
        &["--format", "xml"],
    ] {
        let ran = run(loa(station.path(), &[&["timetable"], args].concat()));
        let far_future = args.contains(&"2999-12-31");
        assert_eq!(ran.code, Some(if far_future { 0 } else { 2 }), "{args:?}: {}", ran.stderr);
        assert_eq!(ran.stdout, "", "{args:?}");
    }
    let twice = [("loa.toml", SETTINGS.as_bytes()), ("schedules/1.toml", b"[[programme]]\n")];
    let ran = run(loa(folder(&twice).path(), &["timetable"]));
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    assert!(ran.stderr.starts_with("schedules/1.toml:1:1: error: the key `cron` is missing here\n"), "{}", ran.stderr);
}

#[test]
fn a_reader_that_goes_away_ends_a_listing_quietly() {
    let station = folder(&[("loa.toml", SETTINGS.as_bytes()), ("schedules/1.toml", PROGRAMME.as_bytes())]);
    for format in ["text", "json", "csv"] {
        let mut command = loa(station.path(), &["timetable", "--days", "3660", "--format", format]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()), "{format}");
    }
}

#[test]
fn usage_errors_are_wrong_input_and_help_is_not() {
    let nowhere = tempfile::tempdir().unwrap();
    for (args, code) in [(&["--version"][..], 0), (&["help"], 0), (&[], 2), (&["chek"], 2), (&["check", "--loud"], 2)] {
        let ran = run(loa(nowhere.path(), args));
        assert_eq!(ran.code, Some(code), "{args:?}");
        assert_eq!(ran.stdout.is_empty(), code == 2, "{args:?}");
    }
}

#[test]
fn a_data_folder_that_is_a_file_or_leads_nowhere_is_said_plainly_by_every_command() {
    let station = folder(&[("loa.toml", SETTINGS.as_bytes()), ("schedules/1.toml", b"# later\n"), ("data", b"a file")]);
    let told = |args: &[&str]| {
        let ran = run(loa(station.path(), args));
        assert!(!ran.stderr.contains("os error"), "{}", ran.stderr);
        (ran.code, ran.stderr)
    };
    let stands = "loa: the data folder `data` cannot be used: a file, or a link that leads nowhere, stands where a";
    let checked =
        "loa.toml: error: a file, or a link that leads nowhere, stands in the place of the data folder `data`\n";
    for link in [false, true] {
        if link {
            fs::remove_file(station.path().join("data")).unwrap();
            std::os::unix::fs::symlink("gone", station.path().join("data")).unwrap();
        }
        let (code, stderr) = told(&["run"]);
        assert!(code == Some(1) && stderr.starts_with(stands), "{stderr}");
        let (code, stderr) = told(&["check"]);
        assert!(code == Some(2) && stderr.starts_with(checked), "{stderr}");
        for command in ["status", "stop"] {
            assert_eq!(told(&[command]), (Some(1), "loa: the station is not running\n".to_owned()));
        }
        assert!(told(&["log"]).1.starts_with("loa: there is no airing log at `data/loa.db`"));
    }
}

#[test]
fn a_log_that_is_a_link_to_nowhere_is_not_said_to_be_missing() {
    let station = folder(&[("loa.toml", SETTINGS.as_bytes()), ("data/x", b"")]);
    std::os::unix::fs::symlink("gone.db", station.path().join("data/loa.db")).unwrap();
    let ran = run(loa(station.path(), &["log"]));
    assert_eq!(ran.code, Some(1));
    let told = "loa: `data/loa.db` cannot be read as an airing log: it is a link that leads nowhere\n";
    assert_eq!(ran.stderr, told);
}

#[test]
fn a_file_in_the_way_of_a_new_folder_is_told_without_a_number() {
    let place = folder(&[("station", b"a file")]);
    for args in [&["init", "station"][..], &["demo", "--out", "station"]] {
        let ran = run(loa(place.path(), args));
        assert_eq!(ran.code, Some(1));
        let stands = "folder `station`: a file, or a link that leads nowhere, stands where a folder should be";
        assert!(ran.stderr.contains(stands) && !ran.stderr.contains("os error"), "{}", ran.stderr);
    }
}

#[test]
fn an_audio_folder_that_is_missing_is_one_problem() {
    let twice = format!("{PROGRAMME}[[programme.item]]\nfile = \"tin.opus\"\n");
    let station = folder(&[("loa.toml", SETTINGS.as_bytes()), ("schedules/1.toml", twice.as_bytes())]);
    let ran = run(loa(station.path(), &["check"]));
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.starts_with("audio: error: there is no such file or folder\n"), "{}", ran.stderr);
    assert!(ran.stderr.ends_with("1 programme, 2 items: 1 error, 0 warnings\n"), "{}", ran.stderr);
}

#[test]
fn acts_refuse_words_that_the_log_could_not_hold_and_names_that_are_no_text() {
    use std::os::unix::ffi::OsStrExt as _;
    let station = folder(&[("loa.toml", SETTINGS.as_bytes()), ("a.wav", b""), ("thu-muc/x", b"")]);
    let long = "ệ".repeat(1001);
    let refused = |args: &[&str], told: &str| {
        let ran = run(loa(station.path(), args));
        assert_eq!((ran.code, ran.stderr), (Some(2), format!("loa: {told}\n")), "{args:?}");
    };
    refused(&["stop", "--why", "a\nb"], "`--why` holds a line break or another control character");
    refused(&["skip", "--by", "\u{1b}[2J"], "`--by` holds a line break or another control character");
    refused(&["air", "a.wav", "--by", &long], "`--by` is 1001 characters long, at most 1000 are allowed");
    refused(&["air", "thu-muc"], "`thu-muc`: a folder, not a file; nothing airs");
    // As many as are allowed come as far as the station, which is not there.
    assert_eq!(run(loa(station.path(), &["stop", "--why", &long[3..]])).code, Some(1));

    let name = std::ffi::OsStr::from_bytes(b"t\xfft.wav");
    fs::write(station.path().join(name), b"").unwrap();
    let mut command = loa(station.path(), &["air"]);
    command.arg(name);
    let ran = run(command);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.ends_with("is not UTF-8; rename it; nothing airs\n"), "{}", ran.stderr);
}

#[test]
fn a_rehearsal_reaches_no_loudspeaker_and_no_log_that_is_kept() {
    let heard = folder(&[
        ("loa.toml", SETTINGS.replace("silent", "default").as_bytes()),
        ("schedules/1.toml", PROGRAMME.as_bytes()),
    ]);
    let rehearse = ["run", "--rehearse-from", "2025-03-01", "--speed", "10"];
    let ran = run(loa(heard.path(), &rehearse));
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stderr.contains("loa.toml:5:10: a rehearsal plays to no sound card; write `device = \"silent\"`"),
        "{}",
        ran.stderr
    );
    let kept = folder(&[("loa.toml", SETTINGS.as_bytes()), ("data/loa.db", b"")]);
    let ran = run(loa(kept.path(), &rehearse));
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("rows by a made-up clock must not stand in a log that is kept"), "{}", ran.stderr);
    assert!(!heard.path().join("data").exists(), "nothing is left behind");
    for wrong in [
        &["run", "--speed", "2"][..],
        &["run", "--rehearse-from", "soon"],
        &["run", "--rehearse-from", "2025-03-01", "--speed", "0"],
    ] {
        assert_eq!(run(loa(kept.path(), wrong)).code, Some(2), "{wrong:?}");
    }
}
