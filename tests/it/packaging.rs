//! The unit and the Debian package, as far as they can be checked without installing them.
//!
//! In: `packaging/` and Cargo.toml. Out: what systemd's own tool says of the unit, and that unit, package and maintainer
//! scripts speak of the same files. `scripts/package-drill` installs it all. Next: `service`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn unit() -> String {
    fs::read_to_string(root().join("packaging/loa.service")).unwrap()
}

/// The value of a setting of the unit that stands there once.
fn setting(name: &str) -> String {
    let unit = unit();
    let found: Vec<_> = unit.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix('=')).collect();
    assert_eq!(found.len(), 1, "{name}");
    found[0].to_owned()
}

/// `[package.metadata.deb]`.
fn package() -> toml::Table {
    let manifest: toml::Table = fs::read_to_string(root().join("Cargo.toml")).unwrap().parse().unwrap();
    manifest["package"]["metadata"]["deb"].as_table().unwrap().clone()
}

/// What the package installs: source below the root, path on the machine, mode.
fn assets() -> Vec<(String, String, String)> {
    let package = package();
    let text = |value: &toml::Value| value.as_str().unwrap().to_owned();
    let asset = |asset: &toml::Value| {
        let (source, mut to) = (text(&asset[0]), text(&asset[1]));
        if to.ends_with('/') {
            to.push_str(source.rsplit('/').next().unwrap());
        }
        (source, format!("/{to}"), text(&asset[2]))
    };
    package["assets"].as_array().unwrap().iter().map(asset).collect()
}

#[test]
fn systemd_finds_nothing_wrong_with_the_unit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("loa.service");
    // The program is where cargo has put it, not yet where the package puts it.
    fs::write(&path, unit().replace("/usr/bin/loa", env!("CARGO_BIN_EXE_loa"))).unwrap();
    let analyze = |args: &[&str]| {
        let ran = Command::new("systemd-analyze").args(args).arg(&path).env("SYSTEMD_PAGER", "").output();
        let ran = ran.expect("systemd is installed by `scripts/setup --test`");
        (ran.status.success(), String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr).unwrap())
    };
    let (good, _, said) = analyze(&["verify", "--man=no"]);
    assert!(good && said.is_empty(), "{said}");
    let (_, exposure, _) = analyze(&["security", "--offline=true", "--no-pager"]);
    println!("{}", exposure.lines().last().unwrap_or_default());
    let broken = unit().replace("Type=notify", "Type=notyfy").replace("/usr/bin/loa", env!("CARGO_BIN_EXE_loa"));
    fs::write(&path, broken).unwrap();
    assert!(!analyze(&["verify", "--man=no"]).2.is_empty(), "the check can fail");
}

#[test]
fn the_unit_permits_what_the_program_asks_for() {
    assert_eq!((setting("Type").as_str(), setting("Restart").as_str()), ("notify", "always"));
    assert_eq!(setting("StartLimitIntervalSec"), "0", "it is started again for ever");
    assert_eq!(setting("LimitRTPRIO"), "10", "the priority that the callback asks for");
    for forbidding in ["RestrictRealtime", "ProtectClock", "PrivateTmp", "PrivateDevices", "MemoryMax"] {
        assert!(!unit().lines().any(|line| line.starts_with(forbidding)), "{forbidding}");
    }
    for waiting in ["network", "time-sync"] {
        assert!(!unit().lines().any(|line| line.starts_with(['A', 'R', 'W']) && line.contains(waiting)), "{waiting}");
    }
    assert!(
        unit().lines().any(|line| line == "SystemCallFilter=adjtimex clock_adjtime clock_adjtime64"),
        "the kernel's word on the clock, on every machine"
    );
    for sound in ["Wants=modprobe@snd.service", "After=modprobe@snd.service", "DeviceAllow=char-alsa rw"] {
        assert!(unit().lines().any(|line| line == sound), "{sound}: cards that are plugged in later may be opened");
    }
}

#[test]
fn unit_package_and_scripts_speak_of_the_same_files() {
    let assets = assets();
    for (source, to, mode) in &assets {
        // A star stands for all files of its folder with that ending.
        let is_there = match source.split_once('*') {
            Some((folder, ending)) => fs::read_dir(root().join(folder))
                .is_ok_and(|files| files.flatten().any(|file| file.path().to_string_lossy().ends_with(ending))),
            None => root().join(source).is_file(),
        };
        assert!(source.starts_with("target/") || is_there, "{source}");
        assert!(!to.starts_with("/etc/") && !to.starts_with("/var/"), "{to}: the package would own a station's file");
        assert_eq!(mode == "755", source.starts_with("target/"), "{source}");
    }
    let installed = |path: &str| assets.iter().any(|(_, to, _)| to == path);
    let program = setting("ExecStart");
    let mut words = program.split(' ');
    assert!(installed(words.next().unwrap()), "{program}");
    assert_eq!(words.collect::<Vec<_>>(), ["--config", &setting("ConditionPathExists"), "run"]);
    assert!(installed("/usr/lib/systemd/system/loa.service"));
    assert!(installed(setting("Documentation").strip_prefix("file:").unwrap()));
    assert_eq!(package()["maintainer-scripts"].as_str(), Some("packaging"));
    let changelog = fs::read_to_string(root().join(package()["changelog"].as_str().unwrap())).unwrap();
    assert!(changelog.starts_with(concat!("loa (", env!("CARGO_PKG_VERSION"), "-1) ")), "{changelog}");
}

#[test]
fn maintainer_scripts_are_sound_and_remove_nothing_of_a_station() {
    for name in ["postinst", "prerm", "postrm"] {
        let path = root().join("packaging").join(name);
        assert!(fs::metadata(&path).unwrap().permissions().mode() & 0o111 != 0, "{name} is not executable");
        let checked = Command::new("sh").arg("-n").arg(&path).output().unwrap();
        assert!(checked.status.success(), "{name}: {}", String::from_utf8_lossy(&checked.stderr));
        let text = fs::read_to_string(&path).unwrap();
        let removing: Vec<_> = text.lines().filter(|line| line.trim_start().starts_with("rm ")).collect();
        let allowed: &[&str] = if name == "postrm" { &["    rm -f /etc/loa"] } else { &[] };
        assert_eq!(removing, allowed, "{name}");
        assert!(!text.contains("deluser") && !text.contains("userdel"), "{name}: files would lose their owner");
    }
}
