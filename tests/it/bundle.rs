//! `loa report --bundle` on the month that was worked out by hand: unzipped and checked by other programs, and told honestly when
//! the content store has lost something.
//!
//! In: the station of `evidence`. Out: a zip that `unzip` opens, sums that `sha256sum` finds whole, rows that `verify.py` does.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::clips::Signal;
use crate::evidence::month;
use crate::running::{Ran, Site};

fn bundle(site: &Site) -> Ran {
    site.loa(&["report", "--period", "2025-07", "--bundle", "b.zip"])
}

/// Runs a program of the machine, which must succeed.
fn run(folder: &Path, program: &str, args: &[&str]) -> String {
    let ran = Command::new(program).args(args).current_dir(folder).output();
    let ran = ran.unwrap_or_else(|error| panic!("`scripts/setup --test` installs {program}: {error}"));
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{program} {args:?}: {said}{}", String::from_utf8_lossy(&ran.stdout));
    String::from_utf8(ran.stdout).unwrap()
}

fn unzipped(site: &Site, into: &str) -> PathBuf {
    let folder = site.path(into);
    fs::create_dir(&folder).unwrap();
    run(site.folder(), "unzip", &["-q", "b.zip", "-d", into]);
    folder
}

fn files(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            names.extend(files(&path).into_iter().map(|inner| format!("{name}/{inner}")));
        } else {
            names.push(name);
        }
    }
    names.sort();
    names
}

/// The list, a line each: number, title, what it proves, name, bytes, hash, what is missing.
fn list(folder: &Path) -> Vec<Vec<String>> {
    let text = fs::read_to_string(folder.join("00-danh-muc.csv")).unwrap();
    let mut reader =
        csv::ReaderBuilder::new().delimiter(b';').from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    reader.records().map(|line| line.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn other_programs_find_everything_whole() {
    let site = month();
    let sounds = fs::read_dir(site.path("data/audio")).unwrap().count();
    assert!(sounds >= 5, "{sounds}");
    let ran = bundle(&site);
    // One of the fixture's sounds was never a file.
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
    assert!(
        ran.stderr.contains("tieu-pham-dao-duc-cong-vu.bin` (Tiểu phẩm: Đạo đức công vụ): không còn tệp này"),
        "{}",
        ran.stderr
    );
    let folder = unzipped(&site, "u");
    let checked = run(&folder, "sha256sum", &["--check", "--strict", "MANIFEST.sha256"]);
    let names = files(&folder);
    assert_eq!(checked.lines().count(), names.len() - 1, "the manifest covers all but itself");
    assert!(names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_graphic())), "{names:?}");
    for chapter in [
        "01-bao-cao/bao-cao.docx",
        "01-bao-cao/bao-cao.xlsx",
        "02-so-nhat-ky/so-nhat-ky.docx",
        "04-phieu-duyet/phieu-duyet.docx",
        "00-danh-muc.html",
    ] {
        assert!(names.iter().any(|name| name == chapter), "{chapter} in {names:?}");
    }
    let proved = run(&folder.join("03-trich-nhat-ky-phat-song"), "python3", &["verify.py", "nhat-ky-da-ky.jsonl"]);
    assert!(proved.starts_with("55 rows, head 60:"), "{proved}");
    let sound = folder.join("05-tin-bai/002-mot-cua-lien-thong-o-xa.wav");
    let sha256 = run(&folder, "sha256sum", &[sound.to_str().unwrap()])[..64].to_owned();
    assert_eq!(fs::read(&sound).unwrap(), fs::read(site.path("data/audio").join(&sha256)).unwrap());
    let listed = list(&folder);
    let line = listed.iter().find(|line| line[3].ends_with("002-mot-cua-lien-thong-o-xa.wav")).unwrap();
    assert_eq!((line[5].as_str(), line[6].as_str()), (sha256.as_str(), ""));
    assert!(line[2].ends_with("đúng âm thanh đã duyệt theo phiếu số 2"), "{line:?}");
    let missing: Vec<&str> = listed.iter().filter(|line| !line[6].is_empty()).map(|line| line[1].as_str()).collect();
    assert_eq!(missing, ["Tiểu phẩm: Đạo đức công vụ"]);
    for lines in ["00-danh-muc.csv", "04-phieu-duyet/phieu-duyet.csv", "06-hoat-dong-khac/hoat-dong.csv"] {
        let text = fs::read_to_string(folder.join(lines)).unwrap();
        let origin = text.lines().last().unwrap();
        for part in ["15/06/2025", "14/07/2025", "60:0705", "loa 0.1.0"] {
            assert!(origin.contains(part), "{lines}: {origin}");
        }
    }
}

#[test]
fn what_has_lost_its_bytes_is_told_and_not_in_it() {
    let site = month();
    assert_eq!(bundle(&site).code, Some(1));
    let whole = list(&unzipped(&site, "whole"));
    let sha256 = |title: &str| {
        let line = whole.iter().find(|line| line[1] == title && line[2].starts_with("Âm thanh"));
        line.unwrap_or_else(|| panic!("no {title} in {whole:?}"))[5].clone()
    };
    let store = site.path("data/audio");
    let spoilt = store.join(sha256("Một cửa liên thông ở xã"));
    fs::remove_file(&spoilt).unwrap();
    fs::write(&spoilt, b"OggS is no longer what was approved").unwrap();
    fs::remove_file(store.join(sha256("Dịch vụ công trực tuyến"))).unwrap();
    let ran = bundle(&site);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("(Một cửa liên thông ở xã): nội dung tệp không còn đúng như đã ghi"), "{}", ran.stderr);
    assert!(ran.stderr.contains("(Dịch vụ công trực tuyến): không còn tệp này"), "{}", ran.stderr);
    assert!(ran.stderr.contains("THIẾU 3 tệp"), "{}", ran.stderr);
    let folder = unzipped(&site, "u");
    run(&folder, "sha256sum", &["--check", "--strict", "--quiet", "MANIFEST.sha256"]);
    let names = files(&folder);
    assert!(!names.iter().any(|name| name == "05-tin-bai/002-mot-cua-lien-thong-o-xa.wav"), "{names:?}");
    assert_eq!(list(&folder).iter().filter(|line| !line[6].is_empty()).count(), 3, "and in the list");
    let page = fs::read_to_string(folder.join("00-danh-muc.html")).unwrap();
    assert!(page.contains("THIẾU 3 tệp"), "{page}");
}

#[test]
fn files_of_activities_are_in_it() {
    let site = month();
    Signal::mono(8_000, 0.1).wav(&site.path("ghi-am.wav"));
    site.write("Biên bản.pdf", b"%PDF-1.4 minutes");
    let add =
        ["activity", "add", "--title", "Họp thôn: Một cửa", "--code", "HT3", "--date", "2025-07-01", "--by", "Lan"];
    let ran = site.loa(&[&add[..], &["--file", "Biên bản.pdf", "--file", "ghi-am.wav"]].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    bundle(&site);
    let folder = unzipped(&site, "u");
    let mine: Vec<String> = files(&folder).into_iter().filter(|name| name.starts_with("06-")).collect();
    assert_eq!(mine.len(), 3, "{mine:?}");
    let minutes = mine.iter().find(|name| name.ends_with("-hop-thon-mot-cua.pdf")).unwrap();
    assert_eq!(fs::read(folder.join(minutes)).unwrap(), b"%PDF-1.4 minutes");
}

#[test]
fn a_bundle_replaces_an_older_one_and_leaves_nothing_else() {
    let site = month();
    site.write("b.zip", b"older");
    let ran = bundle(&site);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("`b.zip` is no bundle of this program"), "{}", ran.stderr);
    assert_eq!(fs::read(site.path("b.zip")).unwrap(), b"older");
    fs::remove_file(site.path("b.zip")).unwrap();
    bundle(&site);
    assert_eq!(bundle(&site).code, Some(1), "over a bundle of ours; a sound is lacking");
    let first = fs::read(site.path("b.zip")).unwrap();
    assert!(first.starts_with(b"PK"));
    let left: Vec<String> = files(site.folder()).into_iter().filter(|name| name.contains("part")).collect();
    assert_eq!(left, [""; 0]);
    fs::create_dir(site.path("folder.zip")).unwrap();
    let ran = site.loa(&["report", "--period", "2025-07", "--bundle", "folder.zip"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
    assert!(ran.stderr.contains("cannot write"), "{}", ran.stderr);
}

#[test]
fn a_period_without_rows_makes_an_honest_bundle() {
    let site = month();
    let ran = site.loa(&["report", "--period", "2023-01", "--bundle", "b.zip"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let folder = unzipped(&site, "u");
    run(&folder, "sha256sum", &["--check", "--strict", "--quiet", "MANIFEST.sha256"]);
    assert!(files(&folder).iter().all(|name| !name.starts_with("05-")));
}
