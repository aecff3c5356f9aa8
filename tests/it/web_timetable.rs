//! The timetable changed through the page of the real program: what is written, what is refused, what the station makes of it.
//!
//! The schedules are those that are shipped, so that comments and order of a real file are at stake. Next: `web`.

use std::fs;
use std::path::Path;

use chrono::{Datelike as _, NaiveDate, TimeDelta, Weekday};

use crate::running::{Running, Site, in_seconds};
use crate::soundcard::wait_for;
use crate::web::{Visit, encoded};

const FILE: &str = "schedules/buoi-chieu.toml";

/// A station with the shipped schedules and sounds, and its page.
fn station() -> (Site, Running, Visit) {
    let site = Site::new("silent").with_page();
    for folder in ["schedules", "audio"] {
        for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, site.path(folder).join(path.file_name().unwrap())).unwrap();
        }
    }
    let running = site.run();
    let visit = Visit::signed_in(&running, &["operator"]);
    (site, running, visit)
}

fn text(site: &Site, name: &str) -> String {
    fs::read_to_string(site.path(name)).unwrap()
}

/// Lines that came and went.
fn diff(before: &str, after: &str) -> Vec<String> {
    let gone = before.lines().filter(|line| !after.lines().any(|other| other == *line)).map(|line| format!("-{line}"));
    let come = after.lines().filter(|line| !before.lines().any(|other| other == *line)).map(|line| format!("+{line}"));
    gone.chain(come).collect()
}

/// The first such weekday that begins at least two days from now.
fn coming(weekday: Weekday) -> NaiveDate {
    let first = in_seconds(7 * 3600).date_naive() + TimeDelta::days(2);
    first.iter_days().find(|day| day.weekday() == weekday).unwrap()
}

fn stamp(visit: &Visit, id: &str) -> String {
    let all = visit.get("/api/programmes").json();
    let mine = all["programmes"].as_array().unwrap().iter().find(|each| each["id"] == id).unwrap().clone();
    mine["stamp"].as_str().unwrap().to_owned()
}

/// Waits until the station airs by the files.
fn taken_over(visit: &Visit) {
    wait_for("the station takes the files over", 60, || {
        (visit.get("/api/programmes").json()["taken_over"] == true).then_some(())
    });
}

#[test]
fn a_form_changes_its_keys_and_keeps_comments_and_order() {
    let (site, _running, visit) = station();
    let before = text(&site, FILE);
    let stamp = stamp(&visit, "buoi-chieu");
    let fields = [
        ("viec", "save"),
        ("programme", "buoi-chieu"),
        ("title", "Chương trình chiều"),
        ("times", "17:30"),
        ("weekdays", "Mon"),
        ("weekdays", "Wed"),
        ("weekdays", "Fri"),
        ("window", "45"),
        ("stamp", &stamp),
        ("confirmed", "1"),
    ];
    let preview = visit.get(&format!("/lich-phat/xem-truoc?{}", encoded(&fields)));
    let page = preview.text();
    assert_eq!(preview.status, 200, "{page}");
    assert!(page.contains("moved") && page.contains("gone") && page.contains("Chương trình chiều"), "{page}");
    assert_eq!(text(&site, FILE), before);
    let done = visit.post("/api/programmes/buoi-chieu", &fields).done();
    assert_eq!(done["to"], "/lich-phat/chuong-trinh/buoi-chieu");
    let after = text(&site, FILE);
    assert_eq!(
        diff(&before, &after),
        [
            "-title = \"Chương trình phát thanh buổi chiều\"",
            "-cron = \"0 0 17 * * Mon-Fri\"",
            "+title = \"Chương trình chiều\"",
            "+cron = \"0 30 17 * * Mon,Wed,Fri\"",
        ]
    );
    taken_over(&visit);
    // The same form again, as a second tab has it: the file is another one now.
    let told = visit.post("/api/programmes/buoi-chieu", &fields).refused(409);
    assert!(told.contains("buoi-chieu.toml has changed since"), "{told}");
    assert_eq!(text(&site, FILE), after);
}

#[test]
fn what_check_refuses_is_refused_in_its_words() {
    let (site, _running, visit) = station();
    let before = text(&site, FILE);
    for (field, value, key) in [("window", "25h", "window"), ("cron", "0 0 17 * * 1", "times")] {
        let reply = visit.post("/api/programmes/buoi-chieu", &[(field, value)]);
        let told = reply.refused(400);
        assert!(reply.json()["fields"][key].is_string(), "{}", reply.text());
        assert_eq!(text(&site, FILE), before);
        let line = if field == "window" { "window = \"45m\"" } else { "cron = \"0 0 17 * * Mon-Fri\"" };
        site.write(FILE, before.replace(line, &format!("{field} = \"{value}\"")));
        let check = site.loa(&["check"]);
        site.write(FILE, &before);
        let words = told.lines().nth(1).unwrap();
        let words = words.split_once(FILE).unwrap().1;
        assert!(check.stderr.contains(words), "{words}\n{}", check.stderr);
    }
    let told = visit.post("/api/programmes/buoi-chieu", &[("times", "05:00 17:30"), ("weekdays", "Mon")]).refused(400);
    assert!(told.contains("two programmes"), "{told}");
    assert!(visit.post("/api/programmes/khong-co", &[("title", "x")]).refused(404).contains("no longer there"));
}

#[test]
fn warnings_are_shown_and_confirmed() {
    let (site, _running, visit) = station();
    // The items are longer together than that.
    let short = [("window", "1")];
    let told = visit.post("/api/programmes/buoi-chieu", &short).refused(409);
    assert!(told.contains("warning"), "{told}");
    let preview = visit.get(&format!(
        "/lich-phat/xem-truoc?{}",
        encoded(&[("viec", "save"), ("programme", "buoi-chieu"), ("window", "1")])
    ));
    assert!(preview.text().contains("Write it in spite of the warnings"), "{}", preview.text());
    visit.post("/api/programmes/buoi-chieu", &[short[0], ("confirmed", "1")]).done();
    assert!(text(&site, FILE).contains("window = \"1m\""));
}

#[test]
fn one_occurrence_is_skipped_and_brought_back() {
    let (site, _running, visit) = station();
    let before = text(&site, FILE);
    let day = coming(Weekday::Wed);
    let start = format!("{day}T17:00");
    let week = format!("/lich-phat?tuan={day}");
    let there = format!("/lich-phat/buoi/buoi-chieu/{start}");
    assert!(visit.get(&week).text().contains(&there) && visit.get(&there).text().contains("Skip it"));
    let fields = [("programme", "buoi-chieu"), ("start", &*start), ("why", "họp xã")];
    assert!(visit.post("/api/occurrences/skip", &fields[..2]).refused(400).contains("why"));
    visit.post("/api/occurrences/skip", &fields).done();
    assert_eq!(diff(&before, &text(&site, FILE)), [format!("+except = [\"{day}\"]")]);
    let (from, planned) = (day.to_string(), format!("{day} Wed 17:00:00"));
    let listed = || site.done(&["timetable", "--from", &from, "--days", "1"]);
    assert!(!listed().contains(&planned), "{}", listed());
    assert!(visit.get(&there).text().contains("Air it after all"));
    // Twice is once: it is no longer planned.
    assert!(visit.post("/api/occurrences/skip", &fields).refused(400).contains("not planned"));
    visit.post("/api/occurrences/skip", &[fields[0], fields[1], ("undo", "1")]).done();
    assert_eq!(text(&site, FILE), before);
    assert!(listed().contains(&planned), "{}", listed());
}

#[test]
fn one_of_two_starts_of_a_day_is_skipped() {
    let (site, _running, visit) = station();
    let day = coming(Weekday::Tue);
    visit
        .post("/api/programmes/buoi-chieu", &[("times", "10:00 17:00"), ("weekdays", "Tue"), ("confirmed", "1")])
        .done();
    let start = format!("{day}T10:00");
    visit.post("/api/occurrences/skip", &[("programme", "buoi-chieu"), ("start", &start), ("why", "mất điện")]).done();
    assert!(text(&site, FILE).contains(&format!("except = [\"{start}\"]")));
    let listed = site.done(&["timetable", "--from", &day.to_string(), "--days", "1"]);
    assert!(!listed.contains("10:00:00") && listed.contains("17:00:00"), "{listed}");
}

#[test]
fn a_one_off_stands_in_its_own_file_and_airs_once() {
    let (site, _running, visit) = station();
    let day = coming(Weekday::Thu);
    let fields = [
        ("title", "Lễ phát động"),
        ("day", &*day.format("%d/%m/%Y").to_string()),
        ("time", "9h30"),
        ("window", "20 phút"),
        ("airs", "file"),
        ("file", "nd4-bo-may-tinh-gon.opus"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    visit.post("/api/occurrences/add", &fields).done();
    let made = text(&site, "schedules/phat-mot-lan.toml");
    assert!(made.contains("id = \"le-phat-dong\"") && made.contains(&format!("until = \"{day}\"")), "{made}");
    let again = visit.post("/api/occurrences/add", &fields).refused(400);
    assert!(again.contains("inside the window of `le-phat-dong`"), "{again}");
    taken_over(&visit);
    let listed = site.done(&["timetable", "--from", &day.to_string(), "--days", "30"]);
    assert_eq!(listed.matches("Lễ phát động").count(), 1, "{listed}");
    let missing: Vec<_> = fields
        .iter()
        .map(|(name, value)| if *name == "file" { ("file", "khong-co.opus") } else { (*name, *value) })
        .collect();
    assert!(visit.post("/api/occurrences/add", &missing).refused(400).contains("khong-co.opus"));
    visit.post("/api/programmes/le-phat-dong", &[("viec", "remove")]).done();
    assert!(!site.path("schedules/phat-mot-lan.toml").exists());
}

#[test]
fn items_come_go_and_move_without_script() {
    let (site, _running, visit) = station();
    let before = text(&site, FILE);
    let act = |viec: &str, more: &[(&str, &str)]| {
        let stamp = stamp(&visit, "buoi-chieu");
        let fields: Vec<_> = [("viec", viec), ("stamp", &*stamp)].iter().chain(more).copied().collect();
        visit.post_form("/api/programmes/buoi-chieu", &fields)
    };
    let moved = act("item-up", &[("item", "loi-chao")]);
    assert_eq!((moved.status, moved.header("location")), (303, Some("/lich-phat/chuong-trinh/buoi-chieu")));
    assert!(text(&site, FILE).find("id = \"loi-chao\"") < text(&site, FILE).find("id = \"nhac-hieu-mo\""));
    assert_eq!(act("item-down", &[("item", "loi-chao")]).status, 303);
    assert_eq!(text(&site, FILE), before);
    let added = [
        ("airs", "queue"),
        ("up_to", "5m"),
        ("themes", "ND4, ND5"),
        ("item_title", "Tin thêm"),
        ("at", "3"),
        ("confirmed", "1"),
    ];
    assert_eq!(act("item-add", &added).status, 303);
    assert!(text(&site, FILE).contains("queue = { themes = [\"ND4\", \"ND5\"], up_to = \"5m\" }"));
    assert_eq!(act("item-remove", &[("item", "tin-them")]).status, 303);
    assert_eq!(text(&site, FILE), before);
}

#[test]
fn special_days_mourning_and_duty_are_entered_and_removed() {
    let (site, _running, visit) = station();
    let before = text(&site, "schedules/days.toml");
    let day = coming(Weekday::Mon).to_string();
    let cut = [("viec", "day"), ("title", "Cắt điện"), ("from", &*day), ("changes", "all")];
    let preview = visit.get(&format!("/lich-phat/xem-truoc?{}", encoded(&cut))).text();
    assert!(preview.contains("silent") && preview.contains("(Cắt điện)"), "{preview}");
    visit.post("/api/days", &cut).done();
    let listed = site.done(&["timetable", "--from", &day, "--days", "1"]);
    assert!(listed.contains("Cắt điện (memorial): silent"), "{listed}");
    let days = visit.get("/api/days").json();
    let at =
        days["days"].as_array().unwrap().iter().find(|each| each["title"] == "Cắt điện").unwrap()["place"].to_string();
    let told = visit.post("/api/days", &[("viec", "day-remove"), ("place", &at)]).refused(400);
    assert!(told.contains("stamp"), "{told}");
    let stamp = || visit.get("/api/days").json()["stamp"].as_str().unwrap().to_owned();
    visit.post("/api/days", &[("viec", "day-remove"), ("place", &at), ("stamp", &stamp())]).done();
    assert_eq!(text(&site, "schedules/days.toml"), before);
    visit
        .post("/api/days", &[("viec", "duty"), ("who", "Chị Hoa"), ("phone", "0900 000 000"), ("weekdays", "Mon")])
        .done();
    assert!(visit.get(&format!("/lich-phat?tuan={day}")).text().contains("Chị Hoa (0900 000 000)"));
    visit.post("/api/days", &[("viec", "duty-remove"), ("place", "0"), ("stamp", &stamp())]).done();
    assert_eq!(text(&site, "schedules/days.toml"), before);
    let mourning = [("title", "Quốc tang"), ("kind", "mourning"), ("from", &*day)];
    let preview = visit.get(&format!("/lich-phat/xem-truoc?viec=day&{}", encoded(&mourning))).text();
    assert!(preview.contains(": without Nhạc hiệu"), "{preview}");
    visit.post("/api/days", &mourning).done();
    let sheet = visit.get(&format!("/lich-phat/phieu?ngay={day}"));
    assert!(sheet.text().contains("Quốc tang") && sheet.text().contains("does not air"), "{}", sheet.text());
    assert!(!sheet.text().contains("<style"));
}

#[test]
fn a_file_that_is_not_there_is_marked_before_its_day() {
    let (site, _running, visit) = station();
    let programme = "[[programme]]\nid = \"som\"\ntitle = \"Buổi sớm\"\ncron = \"0 0 9 * * *\"\nwindow = \"10m\"\n\n\
                     [[programme.item]]\nfile = \"khong-co.mp3\"\n";
    fs::write(site.path("schedules/som.toml"), programme).unwrap();
    let day = coming(Weekday::Tue).to_string();
    let page = visit.get(&format!("/lich-phat?tuan={day}")).text();
    assert!(page.contains("missing file khong-co.mp3"), "{page}");
    let data = visit.get(&format!("/api/timetable?from={day}&days=1")).json();
    let all = data["days"][0]["occurrences"].as_array().unwrap();
    let missing = all.iter().map(|each| each["missing_files"].as_array().unwrap().len()).sum::<usize>();
    assert_eq!(missing, 1, "{data}");
    let one = visit.get(&format!("/lich-phat/buoi/som/{day}T09:00")).text();
    assert!(one.contains("missing file khong-co.mp3"), "{one}");
}

#[test]
fn a_new_programme_has_a_file_of_its_own() {
    let (site, _running, visit) = station();
    let fields = [
        ("title", "Bản tin trưa"),
        ("times", "11:30"),
        ("weekdays", "Tue"),
        ("window", "15m"),
        ("airs", "file"),
        ("file", "nd4-bo-may-tinh-gon.opus"),
    ];
    let to = visit.post("/api/programmes", &fields).done();
    assert_eq!(to["object"]["file"], "ban-tin-trua.toml");
    taken_over(&visit);
    assert!(site.done(&["timetable"]).contains("Bản tin trưa"));
    let last = coming(Weekday::Sun).to_string();
    visit.post("/api/programmes/ban-tin-trua", &[("viec", "end"), ("last", &last)]).done();
    assert!(text(&site, "schedules/ban-tin-trua.toml").contains(&format!("until = \"{last}\"")));
    for path in [
        "/lich-phat",
        "/lich-phat?thang=2026-11",
        "/lich-phat/chuong-trinh",
        "/lich-phat/chuong-trinh/ban-tin-trua",
        "/lich-phat/phat-them",
        "/lich-phat/chuong-trinh-moi",
        "/lich-phat/ngay-dac-biet",
        "/lich-phat/phieu",
    ] {
        let reply = visit.get(path);
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        assert!(!reply.text().contains("style=\""), "{path}");
    }
}

#[test]
fn only_who_may_plan_changes_the_timetable() {
    let (site, running, _) = station();
    let before = text(&site, FILE);
    let visit = Visit::signed_in(&running, &["reporter"]);
    assert_eq!(visit.get("/lich-phat").status, 200);
    assert!(!visit.get("/lich-phat/chuong-trinh/buoi-chieu").text().contains("item-up"));
    visit.post("/api/programmes/buoi-chieu", &[("title", "x")]).refused(403);
    assert_eq!(visit.get("/lich-phat/xem-truoc?viec=remove&programme=buoi-chieu").status, 403);
    assert_eq!(text(&site, FILE), before);
}

#[test]
fn what_came_of_an_occurrence_stands_at_its_place() {
    let site = Site::new("silent").with_page();
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("audio/nhac-hieu.opus"), site.path("audio/nhac.opus")).unwrap();
    let at = in_seconds(5);
    site.plan("som", at, "1m", &["nhac.opus"]);
    let running = site.run();
    let visit = Visit::signed_in(&running, &["operator"]);
    let day = (at + TimeDelta::hours(7)).date_naive();
    let path = format!("/api/timetable?from={day}&days=1");
    let outcomes = wait_for("the outcome on the page", 60, || {
        let days = visit.get(&path).json();
        let mine = &days["days"][0]["occurrences"][0];
        assert_eq!(mine["programme"], "som");
        (mine["outcomes"].as_array().unwrap().len() == 1).then(|| mine["outcomes"].clone())
    });
    let row = &site.rows()[0];
    assert_eq!(outcomes, serde_json::json!([{"outcome": row.outcome, "count": 1}]));
    assert!(visit.get("/lich-phat").text().contains("chip"));
}
