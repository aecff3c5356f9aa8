//! The real program has texts of bulletins read aloud: by espeak-ng itself, and by programs that are missing, hang, fail.
//!
//! In: texts as offices write them, in a station's folder. Out: what a person is shown (`golden/cli/speak-*.txt`), what is
//! recorded or not, and the row of a spoken bulletin that aired. Next: `speech`, the rules of reading.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use loa::store::text_sha256;
use serde_json::{Value, json};

use crate::check::assert_golden;
use crate::clips::Signal as Sound;
use crate::running::{Ran, Site, short};

const NOTICE: &str = "UBND XÃ THANH ĐA\nThông báo số 45/TB-UBND\nV/v tiêm phòng bệnh dại\n\n\
                      Từ 7h30 thứ 7, ngày 28/11/2026 tại NVH thôn 3; mức thu 25.000 đ/con.\n\
                      Liên hệ đ/c Khang, ĐT 0912.345.678, TTTY huyện, trước ngày 31/11.\n";

const ADD: [&str; 6] = ["bulletin", "add", "--title", "Tiêm phòng", "--theme", "ND1"];

/// A station with a text, `tin.txt`.
fn station(text: &str, settings: &str) -> Site {
    let site = Site::new("silent");
    site.set(settings);
    site.write("tin.txt", text);
    site
}

fn with_text(site: &Site) {
    site.done(&[&ADD[..], &["--text", "tin.txt"]].concat());
}

fn json_of(site: &Site, args: &[&str]) -> Value {
    serde_json::from_str(&site.done(&[args, &["--format", "json"]].concat())).unwrap()
}

fn shown(site: &Site) -> Value {
    json_of(site, &["bulletin", "show", "1"])
}

/// A station whose voice is a shell script, which gets the text as `$1` and writes `$2`.
fn voiced_by(script: &str, limit_s: u64) -> Site {
    let site = Site::new("silent");
    site.write("giong-doc", format!("#!/bin/sh\n{script}\n"));
    fs::set_permissions(site.path("giong-doc"), fs::Permissions::from_mode(0o755)).unwrap();
    let program = site.path("giong-doc").display().to_string();
    site.set(&format!(
        "[speech]\ncommand = [\"{program}\", \"{{text}}\", \"{{wav}}\"]\nlimit_s = {limit_s}\nvoice = \"cô Mai\"\n"
    ));
    Sound::mono(22_050, 1.5).wav(&site.path("voice.wav"));
    site.write("tin.txt", NOTICE);
    site
}

/// That nothing came of an act: no revision, no sound, no folder of the voice.
fn nothing_is_stored(site: &Site, revision: i64) {
    if revision > 0 {
        assert_eq!(shown(site)["revision"], revision);
    } else {
        assert_eq!(json_of(site, &["bulletin", "list"]), json!([]));
    }
    let names = |folder: &str| fs::read_dir(site.path(folder)).into_iter().flatten().map(|it| it.unwrap().file_name());
    assert_eq!(names("data/audio").count(), 0);
    assert!(!names("data").any(|name| name.to_string_lossy().starts_with("speech-")));
}

#[test]
fn a_person_is_shown_what_will_be_read_what_was_changed_and_what_is_doubtful() {
    for language in ["vi", "en"] {
        let site = station(NOTICE, "");
        let settings = fs::read_to_string(site.path("loa.toml")).unwrap();
        site.write("loa.toml", settings.replace("\"en\"", &format!("\"{language}\"")));
        with_text(&site);
        let told = [&["--check"][..], &[]].map(|more| {
            let args = [&["bulletin", "speak", "1"], more].concat();
            let Ran { code, stdout, stderr } = site.loa(&args);
            let line = args.join(" ");
            format!("$ loa {line}\n[stdout]\n{stdout}[stderr]\n{stderr}-> {}\n\n", code.unwrap())
        });
        assert_golden(&format!("cli/speak-{language}.txt"), &told.concat());
        nothing_is_stored(&site, 1);
    }
}

#[test]
fn a_spoken_bulletin_airs_when_it_is_approved_and_its_row_names_the_voice() {
    let site = station("UBND xã họp lúc 7h30.\n", "[approval]\nrequired = true\n");
    with_text(&site);
    let spoken = json_of(&site, &["bulletin", "speak", "1", "--yes", "--by", "Lan"]);
    assert_eq!((&spoken["revision"], &spoken["voice"]), (&2.into(), &"tts:espeak-ng".into()));
    assert_eq!(spoken["reading"]["text"], "Ủy ban nhân dân xã họp lúc bảy giờ ba mươi phút.");
    assert!((1_000..10_000).contains(&spoken["duration_ms"].as_i64().unwrap()), "{spoken}");
    let card = shown(&site);
    assert_eq!((&card["read_as"], &card["state"]), (&spoken["reading"]["text"], &"waiting".into()));

    let running = site.run();
    running.says("sound device open");
    assert_eq!(site.loa(&["air", "1"]).code, Some(1));
    site.done(&["bulletin", "approve", "1", "--by", "Đỗ Bá Khang"]);
    site.done(&["air", "1"]);
    let rows = site.wait_rows(2);
    let told: Vec<String> = rows.iter().map(short).collect();
    assert_eq!(told, ["Tiêm phòng/1 cancelled: not_approved", "Tiêm phòng/1 aired"]);
    let row = &rows[1];
    assert_eq!((row.bulletin, row.voice.as_deref()), (Some(1), Some("tts:espeak-ng")));
    assert_eq!((row.approval.as_deref(), row.approved_by.as_deref()), (Some("1"), Some("Đỗ Bá Khang")));
    assert_eq!(row.text_sha256.as_deref(), Some(&*text_sha256("UBND xã họp lúc 7h30.")));
    assert_eq!(row.sha256.as_deref(), spoken["sha256"].as_str());

    // With another reading it waits for a new approval.
    site.write("doc.txt", "Xã họp lúc tám giờ sáng.\n");
    let ran = site.loa(&["bulletin", "speak", "1", "--yes", "--read-as", "doc.txt"]);
    assert!(ran.code == Some(0) && ran.stderr.starts_with("this bulletin is approved; with its new sound"), "{ran:?}");
    assert!(ran.stdout.starts_with("recorded as revision 3 of bulletin 1"), "{ran:?}");
    assert_eq!(shown(&site)["read_as"], "Xã họp lúc tám giờ sáng.");
    assert_eq!(site.loa(&["air", "1"]).code, Some(1));
    assert_eq!(running.terminate().0, Some(0));
}

#[test]
fn a_text_is_added_and_spoken_in_one_revision() {
    let site = voiced_by("cp ../../voice.wav \"$2\"", 30);
    let add = [&ADD[..], &["--text", "tin.txt", "--speak"]].concat();
    let unasked = site.loa(&add);
    assert!(unasked.code == Some(2) && unasked.stderr.contains("add `--yes` to speak"), "{unasked:?}");
    assert_eq!(site.loa(&[&add[..], &["--check"]].concat()).code, Some(0));
    nothing_is_stored(&site, 0);
    let added = json_of(&site, &[&add[..], &["--yes"]].concat());
    assert_eq!(
        (&added["revision"], &added["voice"], &added["duration_ms"]),
        (&1.into(), &"cô Mai".into(), &1500.into())
    );
    let listed = site.done(&["bulletin", "list"]);
    assert!(listed.contains("waiting, machine voice"), "{listed}");
    assert!(site.done(&["bulletin", "show", "1"]).contains("\nread by the machine voice:\n    Ủy ban nhân dân"));
    let again = site.loa(&["bulletin", "speak", "1", "--yes"]);
    assert!(again.code == Some(0) && again.stderr.contains("nothing was recorded"), "{again:?}");
    assert_eq!(shown(&site)["revision"], 1);
}

#[test]
fn a_text_of_a_manifest_that_was_spoken_is_not_imported_again() {
    let site = voiced_by("cp ../../voice.wav \"$2\"", 30);
    site.write("tin.toml", "[[bulletin]]\ntitle = \"Tin\"\nthemes = [\"ND1\"]\ntext = \"tin.txt\"\n");
    site.done(&["bulletin", "import", "tin.toml"]);
    site.done(&["bulletin", "speak", "1", "--yes"]);
    let imported = site.done(&["bulletin", "import", "tin.toml"]);
    assert!(imported.contains("not recorded again: bulletin 1"), "{imported}");
}

#[test]
fn a_persons_recording_is_replaced_only_when_that_is_said() {
    let site = voiced_by("cp ../../voice.wav \"$2\"", 30);
    Sound::mono(22_050, 2.0).wav(&site.path("lan.wav"));
    site.done(&[&ADD[..], &["lan.wav", "--text", "tin.txt"]].concat());
    let kept = site.loa(&["bulletin", "speak", "1", "--yes"]);
    assert!(kept.code == Some(2) && kept.stderr.contains("add `--replace`"), "{kept:?}");
    assert_eq!((&shown(&site)["revision"], &shown(&site)["voice"]), (&1.into(), &Value::Null));
    site.done(&["bulletin", "speak", "1", "--yes", "--replace"]);
    assert_eq!((&shown(&site)["revision"], &shown(&site)["voice"]), (&2.into(), &"cô Mai".into()));
    let changed = site.loa(&["bulletin", "change", "1", "--text", "giong-doc"]);
    assert!(changed.stderr.contains("the machine voice still reads the old one"), "{changed:?}");
}

#[test]
fn what_a_voice_fails_at_leaves_nothing_behind() {
    for (script, told) in [
        ("sleep 600", "took longer than 1 s and was ended"),
        ("echo 'no model' >&2; exit 3", "failed, exit code 3: no model; nothing was recorded"),
        ("true", "wrote no sound"),
        ("cp ../../silent.wav \"$2\"", "what `cô Mai` read cannot be used"),
        ("cp ../../brief.wav \"$2\"", "what `cô Mai` read cannot be used"),
        ("cp \"$1\" \"$2\"", "is no WAV file"),
    ] {
        let site = voiced_by(script, if script.starts_with("sleep") { 1 } else { 30 });
        Sound::mono(22_050, 0.4).wav(&site.path("brief.wav"));
        let silent = hound::WavSpec {
            channels: 1,
            sample_rate: 8_000,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut silent = hound::WavWriter::create(site.path("silent.wav"), silent).unwrap();
        (0..16_000).for_each(|_| silent.write_sample(0_i16).unwrap());
        silent.finalize().unwrap();
        for revision in [0, 1] {
            let add = [&ADD[..], &["--text", "tin.txt", "--speak", "--yes"]].concat();
            let ran = if revision == 0 { site.loa(&add) } else { site.loa(&["bulletin", "speak", "1", "--yes"]) };
            assert!(ran.code == Some(1) && ran.stderr.contains(told), "{script}: {ran:?}");
            nothing_is_stored(&site, revision);
            if revision == 0 {
                with_text(&site);
            }
        }
    }
}

#[test]
fn what_cannot_be_spoken_is_told_before_anybody_is_asked() {
    let site = station(NOTICE, "[speech]\ncommand = [\"khong-co\", \"{text}\", \"{wav}\"]\n");
    with_text(&site);
    let missing = site.loa(&["bulletin", "speak", "1"]);
    assert!(
        missing.code == Some(1) && missing.stderr.contains("`khong-co`, is not on this machine; install it"),
        "{missing:?}"
    );
    assert_eq!(site.loa(&["bulletin", "speak", "1", "--check"]).code, Some(0), "to look, no voice is needed");
    nothing_is_stored(&site, 1);
    assert_eq!(site.loa(&["bulletin", "speak", "7"]).code, Some(2));
    let unread = site.loa(&["bulletin", "speak", "1", "--read-as", "gone.txt"]);
    assert!(unread.code == Some(2) && unread.stderr.contains("gone.txt"), "{unread:?}");
    Sound::mono(22_050, 2.0).wav(&site.path("lan.wav"));
    site.done(&["bulletin", "change", "1", "lan.wav", "--clear", "text"]);
    let textless = site.loa(&["bulletin", "speak", "1", "--yes", "--replace"]);
    assert!(
        textless.code == Some(2) && textless.stderr.contains("`loa bulletin change 1 --text FILE`"),
        "{textless:?}"
    );
    assert_eq!(site.loa(&[&ADD[..], &["lan.wav", "--text", "tin.txt", "--speak"]].concat()).code, Some(2));
}

/// Speaks on a terminal with one line typed; answers with the exit code and what the terminal showed.
fn on_a_terminal(site: &Site, answer: &str) -> (Option<i32>, String) {
    let line = format!("{} bulletin speak 1", env!("CARGO_BIN_EXE_loa"));
    let mut script = Command::new("script");
    script.args(["-qec", &line, "/dev/null"]).current_dir(site.folder()).env_remove("LOA_CONFIG");
    let mut child = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(answer.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn a_person_at_a_terminal_is_asked() {
    let site = voiced_by("cp ../../voice.wav \"$2\"", 30);
    with_text(&site);
    let (code, told) = on_a_terminal(&site, "no\n");
    assert!(code == Some(1) && told.contains("have `cô Mai` read this? [y/N]"), "{told}");
    assert!(told.contains("nothing was spoken or recorded; to put the reading right"), "{told}");
    nothing_is_stored(&site, 1);
    let (code, told) = on_a_terminal(&site, "Có\n");
    assert!(code == Some(0) && told.contains("recorded as revision 2 of bulletin 1"), "{told}");
    assert_eq!(shown(&site)["voice"], "cô Mai");
}
