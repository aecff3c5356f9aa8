//! Each file of `bad/` against the problems that it must bring, word for word, in English and in Vietnamese.
//!
//! `loa-*.toml` are settings, `template.txt` is the body of a report, `days-*.toml` special days beside two programmes, `plan-*.toml` plans, the others schedules. `BLESS=1` rewrites `golden/`; a rewritten file is read before it is
//! committed.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use loa::config::Config;
use loa::language::Language;
use loa::problem::Problem;
use loa::problem::what::{AudioFault, ComingFault};
use loa::report::template;
use loa::schedule::checks::{self, AudioFact, AudioFacts, Subject};
use loa::schedule::read::{File, Reading, from_stored, read, to_stored};
use loa::schedule::session::{self, Rules};
use loa::schedule::text::Source;
use loa::timetable::expand;
use proptest::prelude::*;

/// Holds text against a file of `golden/`, or rewrites it.
pub(crate) fn assert_golden(name: &str, actual: &str) {
    let path = folder("golden").join(name);
    if std::env::var_os("BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        return fs::write(&path, actual).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == actual, "`{name}` differs; BLESS=1 rewrites it\nexpected:\n{expected}\nactual:\n{actual}");
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it").join(name)
}

fn now() -> DateTime<Utc> {
    "2025-03-01T00:00:00Z".parse().unwrap()
}

fn zones() -> Vec<String> {
    ["thon-1", "thon-2", "thon-3"].map(String::from).into()
}

fn audio() -> AudioFacts {
    let fact = |ms| Ok(AudioFact { duration_ms: Some(ms) });
    let words = |text: &str| text.to_owned();
    let files = [
        ("whole.opus", fact(60_000)),
        ("long.opus", fact(20 * 60_000 + 1)),
        ("missing.opus", Err(AudioFault::Missing)),
        ("wohle.opus", Err(AudioFault::Missing)),
        ("folder", Err(AudioFault::IsFolder)),
        ("unreadable.opus", Err(AudioFault::Unreadable(words("permission denied")))),
        ("notes.txt", Err(AudioFault::Undecodable(words("no audio format is known by these bytes")))),
        ("damaged.mp3", Err(AudioFault::Damaged(words("5 packets cannot be decoded")))),
    ];
    AudioFacts {
        files: files.into_iter().map(|(file, fact)| (file.to_owned(), fact)).collect::<HashMap<_, _>>(),
        names: ["whole.opus", "long.opus"].map(String::from).into(),
    }
}

fn problems_of(reading: &mut Reading) -> Vec<Problem> {
    let mut problems = std::mem::take(&mut reading.problems);
    let subject = Subject { reading, zone: Some(Tz::Asia__Ho_Chi_Minh), now: now(), audio: &audio() };
    problems.extend(checks::run(&subject));
    problems.sort();
    problems
}

fn render(problems: &[Problem]) -> String {
    let all = |language| problems.iter().map(|problem| problem.render(language)).collect::<String>();
    format!("{}\n{}", all(Language::En), all(Language::Vi))
}

#[test]
fn every_bad_file_brings_exactly_its_problems() {
    let mut paths: Vec<_> = fs::read_dir(folder("bad")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() > 20);
    for path in paths {
        let name = path.file_name().unwrap().to_str().unwrap();
        let bytes = fs::read(&path).unwrap();
        let problems = if name.starts_with("loa-") {
            Config::parse(Path::new(name), &bytes).expect_err(name)
        } else if name.starts_with("template") {
            template::read(&Source::decode(name, &bytes).unwrap()).problems
        } else if name.starts_with("days-") {
            let days = File { path: "schedules/days.toml".to_owned(), bytes: Ok(bytes) };
            problems_of(&mut read(&[days, file("schedules/lich.toml", TWO)], Some(&zones())))
        } else {
            let path = if name.starts_with("plan-") { "plan.toml" } else { name };
            problems_of(&mut read(&[File { path: path.to_owned(), bytes: Ok(bytes) }], Some(&zones())))
        };
        assert!(!problems.is_empty(), "{name}");
        assert_golden(
            &format!("check/{}.txt", name.trim_end_matches(".toml").trim_end_matches(".txt")),
            &render(&problems),
        );
    }
}

/// What special days can change: one programme from Monday to Friday, one on each day, with music.
const TWO: &str = "[[programme]]\nid = \"sang\"\ntitle = \"Buổi sáng\"\ncron = \"0 5 * * Mon-Fri\"\nwindow = \"45m\"\n\
                   [[programme.item]]\nfile = \"whole.opus\"\n\
                   [[programme]]\nid = \"chieu\"\ntitle = \"Buổi chiều\"\ncron = \"0 17 * * *\"\nwindow = \"45m\"\n\
                   [[programme.item]]\nfile = \"whole.opus\"\ngenre = \"Nhạc\"\n";

const GOOD: &str = "[[programme]]\nid = \"a\"\ntitle = \"Buổi sáng\"\ncron = \"0 5 * * *\"\nwindow = \"45m\"\n\
                    [[programme.item]]\nfile = \"whole.opus\"\n";

fn file(path: &str, text: &str) -> File {
    File { path: path.to_owned(), bytes: Ok(text.into()) }
}

/// Rules of the commune are errors of `loa check`, and none of the checks by which a running station judges.
#[test]
fn the_rules_of_a_session_are_told_at_the_programmes() {
    let programme = |id: &str, cron: &str, window: &str, more: &str, file: &str| {
        format!(
            "[[programme]]\nid = \"{id}\"\ntitle = \"T\"\ncron = \"{cron}\"\nwindow = \"{window}\"\n{more}\n\
             [[programme.item]]\nfile = \"{file}\"\n"
        )
    };
    let text = programme("vua", "0 5 * * Mon-Fri", "45m", "", "whole.opus")
        + &programme("cuoi-tuan", "0 8 * * Fri,Sat", "45m", "", "whole.opus")
        + &programme("co-ly-do", "0 4 * * Sun", "45m", "why = \"đợt cao điểm\"", "whole.opus")
        + &programme("som-va-muon", "30 4,21 * * Mon", "30m", "", "whole.opus")
        + &programme("dai", "0 12 * * Tue", "1h", "", "long.opus");
    let days = "[[day]]\ntitle = \"Làm bù\"\nkind = \"working\"\ndate = \"2025-04-26\"\nas = \"Fri\"\n";
    let mut reading = read(&[file("days.toml", days), file("lich.toml", &text)], Some(&zones()));
    assert_eq!(problems_of(&mut reading), []);
    let settings = "[station]\nname = \"Đài\"\ntimezone = \"Asia/Ho_Chi_Minh\"\n[session]\nceiling = \"20m\"\n\
                    weekdays = [\"Mon-Fri\"]\nearliest = \"05:00\"\nlatest = \"21:30\"\n";
    let rules = Config::parse(Path::new("loa.toml"), settings.as_bytes()).unwrap().session;
    let subject = Subject { reading: &reading, zone: Some(Tz::Asia__Ho_Chi_Minh), now: now(), audio: &audio() };
    assert_golden("check/session-rules.txt", &render(&session::check(&subject, &rules)));
    assert_eq!(session::check(&subject, &Rules::default()), []);
}

#[test]
fn whoever_queues_is_warned_by_the_same_rules() {
    let days = "[[day]]\ntitle = \"Quốc tang\"\nkind = \"mourning\"\nfrom = \"2025-03-05\"\nuntil = \"2025-03-06\"\n\
                silent = [\"sang\"]\n";
    let reading = read(&[file("days.toml", days), file("lich.toml", TWO)], Some(&zones()));
    let zone = Tz::Asia__Ho_Chi_Minh;
    let week = expand(&reading.schedule, zone, now(), now() + TimeDelta::days(7));
    let weekdays = loa::schedule::days::weekdays("Mon-Fri");
    let rules = Rules { ceiling: Some(TimeDelta::minutes(15)), weekdays, ..Rules::default() };
    assert_golden("check/session-warnings.txt", &render(&session::warnings(&rules, zone, 1_200_000, &week)));
    assert_eq!(session::warnings(&rules, zone, 900_000, &[]), []);
}

#[test]
fn an_id_in_two_files_is_reported_with_both_places() {
    let reading = read(&[file("schedules/1.toml", GOOD), file("schedules/2.toml", GOOD)], None);
    assert_golden("check/two-files.txt", &render(&reading.problems));
    assert!(reading.accepted().is_none());
}

#[test]
fn a_file_that_cannot_be_read_leaves_the_others() {
    let gone = File { path: "schedules/0.toml".into(), bytes: Err(loa::problem::what::FileFault::IsFolder) };
    let mut reading = read(&[gone, file("schedules/1.toml", GOOD)], Some(&zones()));
    assert_eq!(reading.schedule.programmes.len(), 1);
    let problems = problems_of(&mut reading);
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].render(Language::En), "schedules/0.toml: error: a folder stands where a file should be\n");
}

#[test]
fn a_schedule_comes_back_from_its_stored_text() {
    let spaced = GOOD.replace("\"a\"", "\"b\"").replace("0 5", "0 7");
    let days = "[[day]]\ntitle = \"Giỗ Tổ\"\nkind = \"holiday\"\nlunar = \"10/3\"\nsilent = \"all\"\n";
    let files = [
        file("/srv/loa/schedules/1.toml", GOOD),
        file("/srv/loa/schedules/2.toml", &spaced),
        file("/srv/loa/schedules/days.toml", days),
    ];
    let stored = to_stored(&files);
    assert!(stored.starts_with(r#"{"1.toml":"[[programme]]"#), "{stored}");
    let again = from_stored(&stored).unwrap();
    let schedule = read(&again, Some(&zones())).schedule;
    assert_eq!(schedule, read(&files, Some(&zones())).schedule);
    assert_eq!(schedule.days.entries.len(), 1);
    assert_eq!(to_stored(&again), stored);
    assert_eq!(from_stored("no"), None);
}

#[test]
fn themes_are_those_of_the_plan_when_there_is_one() {
    let plan = "[plan]\ntitle = 'Kế hoạch'\nyear = 2026\ndate = '2026-01-15'\nissuer = 'UBND xã'\n\
                [[theme]]\ncode = 'PCCC'\nlabel = 'Cháy nổ'\ntext = 'Phòng cháy'\n";
    let with_theme = |theme: &str| file("schedules/1.toml", &format!("{GOOD}themes = ['{theme}']\n"));
    let themes_of = |files: &[File]| {
        let reading = read(files, Some(&zones()));
        let schedule = reading.accepted().map(|schedule| schedule.theme_codes().join(" "));
        schedule.ok_or_else(|| render(&reading.problems))
    };
    // The plan counts wherever its name stands among the others.
    let good = [with_theme("PCCC"), file("schedules/plan.toml", plan)];
    assert_eq!(themes_of(&good).as_deref(), Ok("PCCC"));
    assert_eq!(themes_of(&[with_theme("ND8")]).as_deref(), Ok("ND1 ND2 ND3 ND4 ND5 ND6 ND7 ND8"));
    let unknown = themes_of(&[with_theme("ND8"), file("schedules/plan.toml", plan)]);
    assert_golden("check/theme-not-in-plan.txt", &unknown.unwrap_err());
    // A plan that is refused for something else still says which themes there are, and refuses the schedule with it.
    let broken = plan.replace("2026-01-15", "hôm nay");
    let problems = read(&[with_theme("PCCC"), file("schedules/plan.toml", &broken)], Some(&zones())).problems;
    assert_eq!(problems.len(), 1, "{problems:?}");

    // Stored with the schedule; a text from before there were plans is read as it always was.
    let again = from_stored(&to_stored(&good)).unwrap();
    let schedule = read(&again, Some(&zones())).schedule;
    assert_eq!(schedule.plan.as_ref().map(|plan| plan.year), Some(2026));
    assert_eq!(schedule, read(&good, Some(&zones())).schedule);
    let old = serde_json::json!({ "1.toml": format!("{GOOD}themes = ['ND1']\n") }).to_string();
    assert_eq!(themes_of(&from_stored(&old).unwrap()).as_deref(), Ok("ND1 ND2 ND3 ND4 ND5 ND6 ND7 ND8"));
}

#[test]
fn words_are_kept_composed_and_without_what_nobody_sees() {
    let decomposed = GOOD.replace("Buổi sáng", " Bu\u{6f}\u{302}\u{309}i\u{a0}sa\u{301}ng\u{200b} ");
    let reading = read(&[file("1.toml", &format!("\u{feff}{decomposed}"))], Some(&zones()));
    assert_eq!(reading.problems, []);
    assert_eq!(reading.schedule.programmes[0].title, "Buổi sáng");
}

#[test]
fn the_shipped_station_is_clean() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (schedule, problems) = loa::office::check::examine(&root.join("loa.toml"), now());
    // It has no database: that approvals cannot be checked is said once, and is no error.
    let data_dir = Config::load(&root.join("loa.toml")).unwrap().data_dir_place;
    assert_eq!(problems, [Problem::warning(data_dir, ComingFault::NoDatabase)]);
    assert_eq!(schedule.programmes.len(), 2);
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), at in 0_usize..200) {
        let mut text = GOOD.as_bytes().to_vec();
        text.splice(at.min(text.len())..at.min(text.len()), bytes.iter().copied());
        for bytes in [bytes, text] {
            let mut reading = read(&[File { path: "x.toml".into(), bytes: Ok(bytes.clone()) }], Some(&zones()));
            render(&problems_of(&mut reading));
            let days = File { path: "days.toml".into(), bytes: Ok(bytes.clone()) };
            render(&problems_of(&mut read(&[days, file("x.toml", TWO)], Some(&zones()))));
            let _ = Config::parse(Path::new("loa.toml"), &bytes);
        }
    }

    /// Text that is nearly TOML comes further than garbage does.
    #[test]
    fn no_text_panics(
        key in "id|title|cron|window|from|except|zones|item|priority|only|why",
        day_key in "date|from|until|lunar|days|days_before|as|air|silent|leave_out",
        value in "[\\[\\]{}\"'=,0-9a-zđ\\\\*: \n-]{0,30}",
    ) {
        let day = format!("[[day]]\ntitle = \"T\"\nkind = \"holiday\"\n{day_key} = {value}\n");
        render(&problems_of(&mut read(&[file("days.toml", &day), file("x.toml", TWO)], Some(&zones()))));
        let text = format!("{GOOD}[[programme]]\n{key} = {value}\n");
        let mut reading = read(&[file("x.toml", &text)], Some(&zones()));
        render(&problems_of(&mut reading));
    }
}

#[test]
fn a_megabyte_of_mistakes_is_answered_at_once() {
    let themes = "\"ND1\",".repeat(140_000);
    let crooked = "[ ".repeat(400_000);
    let keys = (0..80_000).fold(GOOD.to_owned(), |text, index| text + &format!("k{index} = 1\n"));
    for text in [format!("{GOOD}themes = [{themes}]\n"), crooked, keys] {
        let problems = read(&[file("x.toml", &text)], Some(&zones())).problems;
        assert!((1..=100).contains(&problems.len()));
        assert!(render(&problems).len() < 400_000);
    }
}

/// Each entry has a year of days, and changes each of them or none.
#[test]
fn a_thousand_years_of_special_days_are_judged_and_no_more() {
    for effect in ["as = \"Mon\"", "silent = [\"sang\"]", "leave_out = [\"kịch\"]"] {
        let entry = format!(
            "[[day]]\ntitle = \"T\"\nkind = \"holiday\"\nfrom = \"2025-03-01\"\nuntil = \"2026-02-28\"\n{effect}\n"
        );
        let days = file("days.toml", &entry.repeat(2_000));
        let mut reading = read(&[days, file("x.toml", TWO)], Some(&zones()));
        assert_eq!(reading.schedule.days.entries.len(), 1_000);
        let told = render(&problems_of(&mut reading));
        assert_eq!(told.matches("error: more than 1000 entries").count(), 1);
        assert!(told.contains("changes nothing") == effect.starts_with("leave_out"), "{effect}");
    }
}
