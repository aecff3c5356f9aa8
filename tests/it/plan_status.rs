//! `loa plan status` on the month that was worked out by hand, in each form, and where there is nothing to tell of.
//!
//! In: the station of `evidence`. Out: goldens. The counts in them are those of the fixture's README; what proves what is held
//! against rows made by hand in `src/report/status`.

use std::fs;

use crate::check::assert_golden;
use crate::evidence::month;
use crate::running::Site;

/// The reporting month of the fixture.
const JULY: [&str; 4] = ["plan", "status", "--period", "2025-07"];

fn told(site: &Site, more: &[&str]) -> String {
    site.done(&[&JULY[..], more].concat())
}

#[test]
fn the_month_is_told_in_each_form() {
    let site = month();
    assert_golden("plan/status.txt", &told(&site, &[]));
    assert_golden("plan/status.json", &told(&site, &["--format", "json"]));
    assert_golden("plan/status.csv", &told(&site, &["--format", "csv"]));
    let settings = fs::read_to_string(site.path("loa.toml")).unwrap();
    assert!(settings.contains("language = \"vi\""));
    site.write("loa.toml", settings.replace("language = \"vi\"", "language = \"en\""));
    assert_golden("plan/status-en.txt", &told(&site, &[]));
}

#[test]
fn without_a_period_it_is_the_plans_year_since_its_date() {
    let site = month();
    let json: serde_json::Value = serde_json::from_str(&site.done(&["plan", "status", "--format", "json"])).unwrap();
    assert_eq!(json["window"], serde_json::json!({ "first": "2025-02-19", "last": "2025-12-14" }));
    assert_eq!((json["planned"].as_u64(), json["percent"].as_u64()), (Some(20), Some(45)));
    let calendar = fs::read_to_string(site.path("loa.toml")).unwrap() + "[report]\ncalendar = \"civil\"\n";
    site.write("loa.toml", calendar);
    let json: serde_json::Value = serde_json::from_str(&site.done(&["plan", "status", "--format", "json"])).unwrap();
    assert_eq!(json["window"]["last"], "2025-12-31");
}

#[test]
fn a_plan_that_has_not_begun_says_so() {
    let site = month();
    let plan = fs::read_to_string(site.path("schedules/plan.toml")).unwrap();
    site.write("schedules/plan.toml", plan.replace("year = 2025", "year = 2099"));
    let ran = site.loa(&["plan", "status"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    assert!(ran.stderr.starts_with("loa: nothing of the plan is due yet: "), "{}", ran.stderr);
    assert!(ran.stderr.contains("name a period with `--period`"), "{}", ran.stderr);
}

#[test]
fn without_a_plan_or_a_log_there_is_no_status() {
    let site = month();
    fs::remove_file(site.path("schedules/plan.toml")).unwrap();
    let ran = site.loa(&JULY);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    let said = "loa: there is no plan whose status could be told: `schedules/plan.toml` is not there\n";
    assert_eq!(ran.stderr, said);
    let site = Site::new("silent");
    site.write("schedules/plan.toml", include_str!("../../schedules/plan.toml"));
    let ran = site.loa(&JULY);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
    assert!(ran.stderr.contains("loa.db"), "{}", ran.stderr);
}

#[test]
fn what_proves_a_form_is_named_by_words_that_are_known() {
    let site = Site::new("silent");
    let plan = include_str!("../../schedules/plan.toml");
    site.write("schedules/plan.toml", plan.replacen("proof = [\"airings\"]", "proof = [\"airing\"]", 1));
    let ran = site.loa(&["plan"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    assert!(ran.stderr.contains("`airing`") && ran.stderr.contains("did you mean `airings`?"), "{}", ran.stderr);
}
