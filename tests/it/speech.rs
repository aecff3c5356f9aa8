//! Texts as they are read aloud, case by case, and the engine: espeak-ng itself, and programs that hang, fail, lie.
//!
//! `speech/cases.txt` holds what is written and what is read, by hand. The comparison of phonemes stands for a listener: what
//! espeak-ng makes of our text is what it makes of a text that a person wrote out in words.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use loa::clock::Clock;
use loa::config::Speech;
use loa::language::Language;
use loa::speech::{DEFAULT_COMMAND, Exit, Readings, SpeechError, normalise, readings_of, synthesise};
use proptest::prelude::*;
use rustix::process::{Pid, test_kill_process};
use tempfile::TempDir;

const CASES: &str = include_str!("speech/cases.txt");

/// Written, read, and the kinds of doubts.
fn cases() -> Vec<(String, String, Vec<String>)> {
    let lines = CASES.lines().filter(|line| !line.is_empty() && !line.starts_with("# ") && !line.starts_with("## "));
    let case = |line: &str| {
        let (written, read) = line.split_once(" => ").unwrap_or_else(|| panic!("no arrow: {line}"));
        let (read, doubts) = read.split_once(" ?? ").unwrap_or((read, ""));
        let doubts = doubts.split(',').filter(|each| !each.is_empty()).map(str::to_owned).collect();
        (written.replace("\\n", "\n"), read.replace(" | ", "\n"), doubts)
    };
    lines.map(case).collect()
}

fn doubts_of(text: &str, list: &Readings) -> Vec<String> {
    let doubts = normalise(text, list).doubts;
    doubts.iter().map(|each| format!("{:?}", each.doubt).split([' ', '{']).next().unwrap().to_owned()).collect()
}

#[test]
fn every_case_is_read_as_a_person_wrote_it_down() {
    let list = Readings::shipped();
    let mut wrong = Vec::new();
    let cases = cases();
    for (written, read, doubts) in &cases {
        let found = normalise(written, &list);
        if found.text != *read || doubts_of(written, &list) != *doubts {
            wrong.push(format!("{written}\n  asked {read} {doubts:?}\n  found {} {:?}", found.text, found.doubts));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    assert!(cases.len() >= 260, "{}", cases.len());
}

#[test]
fn what_was_read_is_read_the_same_again_and_doubted_no_more() {
    let list = Readings::shipped();
    for (written, read, _) in cases() {
        let again = normalise(&read, &list);
        assert_eq!(again.text, read, "{written}");
        let numbers = again.changes.iter().any(|change| change.from.contains(|each: char| each.is_ascii_digit()));
        assert!(!numbers, "{written}: {:?}", again.changes);
    }
}

#[test]
fn decomposed_text_is_read_like_composed_text() {
    use unicode_normalization::UnicodeNormalization;
    let list = Readings::shipped();
    for (written, read, _) in cases() {
        let decomposed: String = written.nfd().collect();
        assert_eq!(normalise(&decomposed, &list).text, read);
    }
}

#[test]
fn changes_and_doubts_say_where_they_stand() {
    let list = Readings::shipped();
    let found = normalise("Kính gửi: UBND xã\n\nNgày 31/4, tổ XYZT họp.\nTổ XYZT họp.", &list);
    let changes: Vec<_> = found.changes.iter().map(|each| (each.line, each.from.as_str(), each.to.as_str())).collect();
    assert_eq!(
        changes,
        [
            (1, "UBND", "Ủy ban nhân dân"),
            (3, "31/4", "ba mươi mốt tháng tư"),
            (3, "XYZT", "ích y dét tê"),
            (4, "XYZT", "ích y dét tê"),
        ]
    );
    let doubts: Vec<_> = found.doubts.iter().map(|each| (each.line, each.doubt.say(Language::Vi))).collect();
    assert_eq!(doubts.len(), 2, "each thing is doubted once: {doubts:?}");
    assert!(doubts[0].1.contains("không có ngày `31/4`") && doubts[1].1.contains("`XYZT`"), "{doubts:?}");
    let said = serde_json::to_value(&found.doubts[1]).unwrap();
    assert_eq!(said, serde_json::json!({"line": 3, "doubt": "unknown", "written": "XYZT", "spoken": "ích y dét tê"}));
}

#[test]
fn a_station_reads_by_its_own_list() {
    let folder = tempfile::tempdir().unwrap();
    let shipped = readings_of(folder.path()).unwrap();
    assert_eq!(shipped, Readings::shipped());
    let path = folder.path().join("reading.toml");
    fs::write(&path, "mung = true\n[abbreviations]\n\"TĐ\" = \"Thanh Đa\"\n").unwrap();
    let list = readings_of(folder.path()).unwrap();
    assert_eq!(normalise("Ngày 2/9 tại TĐ", &list).text, "Ngày mùng hai tháng chín tại Thanh Đa.");
    fs::write(&path, "[abbreviations]\n\"TĐ\" = \"Thanh Đa 2\"\n").unwrap();
    let problems = readings_of(folder.path()).unwrap_err();
    let said = problems[0].render(Language::Vi);
    assert!(said.contains("reading.toml:2:8: lỗi: trong cách đọc `Thanh Đa 2` có `2` không đọc được"), "{said}");
}

/// What every reading is made of.
fn assert_speakable(text: &str) {
    let odd = text.chars().find(|each| !(each.is_alphabetic() || " \n-.,;:?!".contains(*each)));
    assert_eq!(odd, None, "{text:?}");
    for line in text.lines() {
        assert!(line.trim() == line && !line.is_empty() && !line.contains("  "), "{text:?}");
    }
}

/// What rules look for, and what they do not expect.
const PIECES: &[&str] = &[
    "UBND",
    "xã",
    "số",
    "ngày",
    "quý",
    "thứ",
    "I",
    "XV",
    "TT",
    "đ",
    "%",
    "m2",
    "T7",
    "CN",
    "…",
    "...",
    "(",
    ")",
    "-",
    "–",
    "/",
    ".",
    ",",
    ":",
    ";",
    "h",
    "@",
    "gov.vn",
    "\n",
    " ",
    "05",
    "2025",
    "1.250.000",
    "17h30",
    "½",
    "²",
    "😀",
    "đ/c",
    "KH-UBND",
    "0912",
    "x",
    "+",
    "Ⅳ",
    "\u{323}",
    "\u{0}",
    "$",
    "'",
    "\"",
    "漢",
    "1e9",
    "٣",
];

fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => proptest::sample::select(PIECES).prop_map(str::to_owned),
        1 => any::<u64>().prop_map(|number| number.to_string()),
        1 => any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_text_is_read_without_digits_and_signs(text in ".{0,300}") {
        assert_speakable(&normalise(&text, &Readings::shipped()).text);
    }

    #[test]
    fn any_mixture_of_what_rules_look_for_is_read(text in pieces()) {
        assert_speakable(&normalise(&text, &Readings::shipped()).text);
    }

    #[test]
    fn a_number_is_read_alike_with_and_without_its_groups(number in 1_000_u64..10_000_000) {
        let list = Readings::shipped();
        let digits = number.to_string();
        let mut grouped = String::new();
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                grouped.push('.');
            }
            grouped.push(digit);
        }
        let read = |written: &str| normalise(&format!("Có {written} hộ"), &list).text;
        assert_eq!(read(&grouped), read(&digits));
    }

    #[test]
    fn a_day_is_read_alike_in_every_form(day in 1..=28, month in 1..=12, year in 1930..2100) {
        let list = Readings::shipped();
        let read = |written: &str| normalise(&format!("Họp ngày {written} tại xã"), &list).text;
        let words = read(&format!("{day} tháng {month} năm {year}"));
        for form in [
            format!("{day}/{month}/{year}"),
            format!("{day:02}/{month:02}/{year}"),
            format!("{day:02}-{month:02}-{year}"),
            format!("{day:02}.{month:02}.{year}"),
            format!("{year}-{month:02}-{day:02}"),
        ] {
            assert_eq!(read(&form), words, "{form}");
        }
    }
}

/// Long runs of what makes rules look ahead; a rule that looked to the end each time would not come back.
#[test]
fn a_long_text_costs_no_more_than_its_length() {
    let list = Readings::shipped();
    for piece in ["1", ".", "a@", "a.", "1/", "KH-", "T2,", "(", "quý I ", "… ", "09 ", "đ/", "UBND-", "1.000."] {
        let text = piece.repeat(30_000 / piece.len());
        assert_speakable(&normalise(&text, &list).text);
    }
}

// What espeak-ng makes of it.

fn phonemes(text: &str) -> String {
    let output = Command::new("espeak-ng").args(["-v", "vi", "-x", "-q", text]).output().expect("scripts/setup --test");
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn espeak_says_a_normalised_text_as_it_says_one_written_out_by_hand() {
    let list = Readings::shipped();
    for (written, by_hand) in [
        (
            "Kế hoạch số 316/KH-UBND ngày 18/02/2025 của UBND huyện Phúc Thọ về CCHC.",
            "Kế hoạch số ba trăm mười sáu ngày mười tám tháng hai năm hai nghìn không trăm hai mươi lăm của Ủy ban nhân \
             dân huyện Phúc Thọ về cải cách hành chính.",
        ),
        (
            "Lúc 17h30 thứ 7, ngày 15/3, tại NVH thôn 4, liên hệ 0243 364 2123.",
            "Lúc mười bảy giờ ba mươi phút thứ bảy, ngày mười lăm tháng ba, tại nhà văn hóa thôn bốn, liên hệ không hai bốn \
             ba, ba sáu bốn, hai một hai ba.",
        ),
        (
            "Mức đóng BHYT là 1.263.600 đ/năm, giảm 10,5 %.",
            "Mức đóng bảo hiểm y tế là một triệu hai trăm sáu mươi ba nghìn sáu trăm đồng một năm, giảm mười phẩy năm phần \
             trăm.",
        ),
        (
            "TTHC được giải quyết trên dichvucong.gov.vn và VNeID.",
            "Thủ tục hành chính được giải quyết trên dịch vụ công chấm gốp chấm vi en và vi-en i-đi.",
        ),
        (
            "Đại hội XIV, quý I/2025, giai đoạn 2021-2025, diện tích 100 m², 21°C.",
            "Đại hội mười bốn, quý một năm hai nghìn không trăm hai mươi lăm, giai đoạn hai nghìn không trăm hai mươi mốt đến \
             hai nghìn không trăm hai mươi lăm, diện tích một trăm mét vuông, hai mươi mốt độ xê.",
        ),
    ] {
        let read = normalise(written, &list).text;
        assert_eq!(phonemes(&read), phonemes(by_hand), "{read}");
        assert_ne!(phonemes(written), phonemes(by_hand), "the engine alone would do: {written}");
    }
}

// The engine.

fn engine(command: &[&str], limit_s: u64) -> Speech {
    let command: Vec<String> = command.iter().map(|each| (*each).to_owned()).collect();
    Speech { command, command_place: None, limit_s, voice: "tts:test".into() }
}

/// A folder with a program of these lines, and its command line.
fn program(lines: &str) -> (TempDir, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("giong-doc");
    fs::write(&path, format!("#!/bin/sh\n{lines}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    let command = [path.to_str().unwrap(), "{text}", "{wav}"].map(str::to_owned).to_vec();
    (folder, command)
}

fn fails(lines: &str, limit_s: u64) -> (TempDir, SpeechError) {
    let (folder, command) = program(lines);
    let words: Vec<&str> = command.iter().map(String::as_str).collect();
    let work = folder.path().join("data");
    let error = synthesise("Xin chào.", &engine(&words, limit_s), &work, &Clock::system()).unwrap_err();
    assert_eq!(fs::read_dir(&work).unwrap().count(), 0, "its folder is gone");
    for language in [Language::Vi, Language::En] {
        let said = error.say(language);
        assert!(said.len() > 20 && !said.contains('\n'), "{said}");
    }
    (folder, error)
}

#[test]
fn espeak_speaks_a_commune_s_notice() {
    let work = tempfile::tempdir().unwrap();
    let text = "UBND xã Thanh Đa thông báo: 7h30 ngày 30/4 chào cờ tại trụ sở.";
    let speech = engine(&DEFAULT_COMMAND, 60);
    let reading = normalise(text, &Readings::shipped()).text;
    assert!(reading.starts_with("Ủy ban nhân dân xã Thanh Đa thông báo: bảy giờ ba mươi phút"));
    let spoken = synthesise(&reading, &speech, work.path(), &Clock::system()).unwrap();
    assert!((4_000..30_000).contains(&spoken.duration_ms), "{} ms", spoken.duration_ms);
    let verified = loa::library::verify(&spoken.path()).unwrap();
    assert!((verified.duration_ms - spoken.duration_ms as i64).abs() <= 1);
    let path = spoken.path();
    let mode = fs::metadata(path.parent().unwrap()).unwrap().permissions().mode();
    assert_eq!((mode & 0o777, spoken.voice.as_str()), (0o700, "tts:test"));
    drop(spoken);
    assert!(!path.exists() && fs::read_dir(work.path()).unwrap().count() == 0);
}

#[test]
fn a_program_that_is_not_there_is_named_with_what_to_install() {
    let work = tempfile::tempdir().unwrap();
    let speech = engine(&["khong-co-chuong-trinh", "{text}", "{wav}"], 5);
    let error = synthesise("Xin chào.", &speech, work.path(), &Clock::system()).unwrap_err();
    assert_eq!(error, SpeechError::NoProgram("khong-co-chuong-trinh".into()));
    assert!(error.say(Language::Vi).contains("`sudo apt install espeak-ng`"));
}

#[test]
fn a_program_that_hangs_is_ended_with_its_children() {
    let (folder, error) = fails("sleep 1000 & echo $! > \"$(dirname \"$0\")/child\"; wait", 1);
    assert!(matches!(error, SpeechError::TimedOut(_, 1)), "{error:?}");
    assert_dead(&folder.path().join("child"));
}

#[test]
fn nothing_of_a_program_outlives_it() {
    let (folder, error) = fails("sleep 1000 & echo $! > \"$(dirname \"$0\")/child\"; exit 3", 60);
    assert!(matches!(error, SpeechError::Failed(_, Exit::Code(3), _)), "{error:?}");
    assert_dead(&folder.path().join("child"));
}

/// A killed child is gone, or waits as a zombie for whoever inherited it.
fn assert_dead(file: &Path) {
    let child: i32 = fs::read_to_string(file).unwrap().trim().parse().unwrap();
    let clock = Clock::system();
    let late = clock.now().mono.plus(chrono::TimeDelta::seconds(20));
    loop {
        let gone = test_kill_process(Pid::from_raw(child).unwrap()).is_err();
        let state = fs::read_to_string(format!("/proc/{child}/stat")).unwrap_or_default();
        if gone || state.is_empty() || state.contains(") Z ") {
            return;
        }
        assert!(clock.now().mono < late, "process {child} lives: {state}");
        clock.sleep_until(clock.now().mono.plus(chrono::TimeDelta::milliseconds(10)));
    }
}

#[test]
fn a_program_that_fails_is_quoted() {
    let (_folder, error) = fails("echo 'không có giọng \"vi\"' >&2; exit 7", 60);
    let said = error.say(Language::Vi);
    assert!(said.contains("mã 7: không có giọng \"vi\""), "{said}");
    let (_folder, error) = fails("kill -11 $$", 60);
    assert!(matches!(error, SpeechError::Failed(_, Exit::Signal(11), _)), "{error:?}");
}

#[test]
fn a_program_that_raves_is_kept_short() {
    let (_folder, error) = fails("head -c 3000000 /dev/zero | tr '\\0' x >&2; echo cuối >&2; exit 1", 60);
    let SpeechError::Failed(_, Exit::Code(1), words) = error else { panic!("{error:?}") };
    assert!(words.len() <= 2_000 && words.ends_with("cuối"), "{} bytes", words.len());
}

#[test]
fn a_program_that_writes_nothing_or_no_sound_is_found_out() {
    let (_folder, error) = fails("echo xong; exit 0", 60);
    assert!(matches!(&error, SpeechError::NoSound(_, words) if words == "xong"), "{error:?}");
    let (_folder, error) = fails(": > \"$2\"", 60);
    assert!(matches!(error, SpeechError::NoSound(..)), "{error:?}");
    let (_folder, error) = fails("cp \"$1\" \"$2\"", 60);
    assert!(matches!(error, SpeechError::NotWav(..)), "{error:?}");
    let (_folder, error) = fails("mkdir \"$2\"", 60);
    assert!(matches!(error, SpeechError::NoSound(..)), "{error:?}");
}

#[test]
fn a_program_gets_the_text_no_input_and_no_shell() {
    let lines = "cat \"$1\" > \"$(dirname \"$0\")/heard\"; cat > \"$(dirname \"$0\")/input\"; exit 9";
    let (folder, command) = program(lines);
    let mut words: Vec<&str> = command.iter().map(String::as_str).collect();
    words.push("$(touch x); `id`");
    let text = "Xin chào \"bà con\"; $HOME `id`.";
    let work: PathBuf = folder.path().join("thư mục có dấu cách");
    let error = synthesise(text, &engine(&words, 60), &work, &Clock::system()).unwrap_err();
    assert!(matches!(error, SpeechError::Failed(_, Exit::Code(9), _)), "{error:?}");
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!((read("heard"), read("input")), (format!("{text}\n"), String::new()));
}

#[test]
fn nothing_to_say_runs_nothing_and_what_a_dead_run_left_is_swept() {
    let work = tempfile::tempdir().unwrap();
    let none = synthesise("... 😀", &engine(&["false", "{text}", "{wav}"], 5), work.path(), &Clock::system());
    assert_eq!(none.unwrap_err(), SpeechError::NothingToSay);
    // Numbers of processes end before this one.
    let left = work.path().join("speech-999999999-0");
    let ours = work.path().join("speech-của-người-khác");
    fs::create_dir_all(&left).unwrap();
    fs::create_dir_all(&ours).unwrap();
    let failed = synthesise("Xin chào.", &engine(&["false", "{text}", "{wav}"], 5), work.path(), &Clock::system());
    assert!(failed.is_err() && !left.exists() && ours.exists());
}
