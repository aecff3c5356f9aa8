//! The plan as data: `loa plan` in each form against `golden/`, and a running station that takes a changed plan over.

use std::fs;
use std::path::Path;

use crate::check::assert_golden;
use crate::clips::Signal;
use crate::evidence::month;
use crate::running::{Site, cron, in_seconds, programme};

const TARGETS: &str = "
[[target]]
theme = 'ND3'
per = 'month'
bulletins = 2
airings = 8

[[target]]
per = 'year'
minutes = 600
";

/// The shipped plan, with targets that a commune might enter.
fn plan_with_targets() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schedules/plan.toml");
    fs::read_to_string(path).unwrap() + TARGETS
}

/// A station whose people read Vietnamese.
fn vietnamese() -> Site {
    let site = Site::new("silent");
    let settings = fs::read_to_string(site.path("loa.toml")).unwrap();
    assert!(settings.contains("language = \"en\""));
    site.write("loa.toml", settings.replace("language = \"en\"", "language = \"vi\""));
    site
}

#[test]
fn the_shipped_plan_is_shown_in_each_form_and_sets_no_target() {
    let site = vietnamese();
    site.write("schedules/plan.toml", include_str!("../../schedules/plan.toml"));
    assert_golden("plan/plan.txt", &site.done(&["plan"]));
    assert_golden("plan/plan.json", &site.done(&["plan", "--format", "json"]));
    assert_golden("plan/plan.csv", &site.done(&["plan", "--format", "csv"]));
}

#[test]
fn targets_of_the_commune_are_shown_in_both_languages() {
    let site = vietnamese();
    site.write("schedules/plan.toml", plan_with_targets());
    let tail = |text: String| text.split("\n\n").last().unwrap().to_owned();
    assert_eq!(
        tail(site.done(&["plan"])),
        "CHỈ TIÊU CỦA XÃ (2)\n  ND3   mỗi tháng: 2 tin bài, 8 lượt phát\n  chung cả năm: 600 phút\n"
    );
    let csv = site.done(&["plan", "--format", "csv"]);
    assert!(csv.ends_with("target,,ND3,,,month,,,2,8,\ntarget,,,,,year,,,,,600\n"), "{csv}");
    let json: serde_json::Value = serde_json::from_str(&site.done(&["plan", "--format", "json"])).unwrap();
    let expected = serde_json::json!([
        { "theme": "ND3", "per": "month", "bulletins": 2, "airings": 8, "minutes": null },
        { "theme": null, "per": "year", "bulletins": null, "airings": null, "minutes": 600 },
    ]);
    assert_eq!(json["targets"], expected);

    let site = Site::new("silent");
    site.write("schedules/plan.toml", plan_with_targets());
    assert_golden("plan/plan-en.txt", &site.done(&["plan"]));
}

#[test]
fn what_of_the_plan_has_aired_is_shown_below_it() {
    let site = month();
    let text = site.done(&["plan"]);
    assert_golden("plan/aired.txt", text.split("\n\n").last().unwrap());
    let json: serde_json::Value = serde_json::from_str(&site.done(&["plan", "--format", "json"])).unwrap();
    let aired = &json["aired"];
    assert_eq!((&aired["window"]["first"], aired["months"].as_array().unwrap().len()), (&"2024-12-15".into(), 12));
    assert_eq!((&aired["themes"][5]["code"], &aired["themes"][5]["aired"]["airings"]), (&"ND6".into(), &0.into()));
    // A log that cannot be read is told, and hides nothing.
    site.write("data/loa.db", "no database at all, and long enough to be taken for one by nobody");
    let ran = site.loa(&["plan"]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.stdout.contains("NỘI DUNG TUYÊN TRUYỀN (8)") && !ran.stdout.contains("LƯỢT PHÁT THEO"));
    assert!(ran.stderr.starts_with("loa: what has aired of the plan is not shown: "), "{}", ran.stderr);
}

#[test]
fn a_plan_that_is_not_there_or_not_good_is_told() {
    let site = Site::new("silent");
    // A mistake in a programme is no reason to hide the plan.
    site.write("schedules/sang.toml", "[[programme]]\n");
    let ran = site.loa(&["plan"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    assert_eq!(
        ran.stderr,
        "loa: there is no plan: `schedules/plan.toml` is not there; `loa init` in an empty folder writes one to copy\n"
    );
    site.write("schedules/plan.toml", "[plan]\n");
    let ran = site.loa(&["plan"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    assert!(ran.stderr.starts_with("schedules/plan.toml: error: the plan has no theme\n"), "{}", ran.stderr);
    site.write("schedules/plan.toml", plan_with_targets());
    assert_eq!(site.loa(&["plan"]).code, Some(0));
}

#[test]
fn a_running_station_takes_a_changed_plan_over_like_any_other_change() {
    let site = Site::new("silent");
    Signal::mono(48_000, 0.3).wav(&site.path("audio/a.wav"));
    let station = site.run();
    let themed = |starts| programme("sang", &cron(starts), "5m", &["a.wav"]) + "themes = [\"PCCC\"]\n";
    site.write("schedules/sang.toml", themed(in_seconds(3)));
    station.says("the change is not taken over");
    assert!(station.stderr().contains("unknown theme `PCCC`"), "{}", station.stderr());
    site.write("schedules/sang.toml", themed(in_seconds(5)));
    site.write("schedules/plan.toml", plan_with_targets().replace("\"ND1\"", "\"PCCC\""));
    station.says("the new schedule is taken over");
    assert_eq!(site.wait_rows(1)[0].themes.0, ["PCCC"]);
    assert_eq!(station.terminate().0, Some(0));
}
