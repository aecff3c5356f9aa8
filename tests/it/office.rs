//! LibreOffice as a reader of its own: what it makes of a file that the program wrote.
//!
//! In: a file, and the format that it is to become. Out: the files that LibreOffice made of it. Each run has a profile of its
//! own, so that runs side by side do not wait for each other, and a time limit, after which all that it started is killed.

pub(crate) mod pages; // what stands where in a PDF

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::running::DIES_WITH_US;
use crate::soundcard::wait_for;

/// A run takes 3 to 10 s on an idle machine, most of it to start.
const LIMIT_S: i64 = 240;

/// Every sheet of a workbook as a CSV of its own, `NAME-SHEET.csv`: UTF-8, commas, formatted as shown.
pub(crate) const SHEETS: &str = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false,false,-1";

/// The fonts that it sees, whatever the machine has: as wide as Times New Roman and its kin, with all Vietnamese letters, which
/// Liberation lacks.
const FONTS: &str = "<fontconfig><dir>/usr/share/fonts/truetype/croscore</dir><cachedir prefix=\"xdg\">fonts</cachedir>\
    <alias binding=\"same\"><family>Times New Roman</family><prefer><family>Tinos</family></prefer></alias>\
    <alias binding=\"same\"><family>Arial</family><prefer><family>Arimo</family></prefer></alias></fontconfig>";

/// Kills what is left of a process group when it is dropped, also by a failed assertion.
struct Group(Pid);

impl Drop for Group {
    fn drop(&mut self) {
        let _gone_already = kill_process_group(self.0, Signal::KILL);
    }
}

/// Has LibreOffice turn `file` into `to` (`pdf`, `docx`, [`SHEETS`]: what `--convert-to` takes). The files that it made, sorted,
/// in the folder `into`, which is made and must be empty. Fails if it made none.
pub(crate) fn convert(file: &Path, to: &str, into: &Path) -> Vec<PathBuf> {
    fs::create_dir_all(into).unwrap();
    let profile = tempfile::tempdir().unwrap();
    let said = profile.path().join("said");
    let output = fs::File::create(&said).unwrap();
    let fonts = profile.path().join("fonts.conf");
    fs::write(&fonts, FONTS).unwrap();
    let mut child = Command::new(DIES_WITH_US[0])
        .args(&DIES_WITH_US[1..])
        .arg("soffice")
        .arg(format!("-env:UserInstallation=file://{}/profile", profile.path().display()))
        .args(["--headless", "--norestore", "--convert-to", to, "--outdir"])
        .arg(into)
        .arg(file)
        .env("HOME", profile.path())
        .env("XDG_CACHE_HOME", profile.path())
        .env("FONTCONFIG_FILE", fonts)
        .stdin(Stdio::null())
        .stdout(output.try_clone().unwrap())
        .stderr(output)
        .process_group(0)
        .spawn()
        .expect("scripts/setup --test installs util-linux and libreoffice");
    let _group = Group(Pid::from_child(&child));
    let status = wait_for("LibreOffice", LIMIT_S, || child.try_wait().unwrap());
    let mut made: Vec<PathBuf> = fs::read_dir(into).unwrap().map(|entry| entry.unwrap().path()).collect();
    made.sort();
    let said = fs::read_to_string(said).unwrap();
    assert!(status.success() && !made.is_empty(), "`{}` to `{to}`: {status}, {said}", file.display());
    made
}

#[test]
fn each_sheet_comes_out_as_it_went_in() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bieu.xlsx");
    let mut workbook = rust_xlsxwriter::Workbook::new();
    for (name, text) in [("Nội dung", "ND1, ND2"), ("Tháng", "3")] {
        workbook.add_worksheet().set_name(name).unwrap().write(0, 0, text).unwrap();
    }
    workbook.save(&file).unwrap();
    let made = convert(&file, SHEETS, &folder.path().join("out"));
    let named = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
    assert_eq!(made.iter().map(named).collect::<Vec<_>>(), ["bieu-Nội dung.csv", "bieu-Tháng.csv"]);
    assert_eq!(
        made.iter().map(|path| fs::read_to_string(path).unwrap()).collect::<Vec<_>>(),
        ["\"ND1, ND2\"\n", "3\n"]
    );
}
