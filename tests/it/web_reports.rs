//! The page of reports of the real program, held against its commands: figures, plan, book, activities, zones, files.
//!
//! In: the month that was counted on paper, as a running station with its page. Out: the same figures to the letter and the same
//! files, part for part; what must be refused is refused in a plain sentence. Next: `web`.

use std::fs;
use std::io::{Cursor, Read as _};

use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _};
use zip::ZipArchive;

use crate::evidence::month;
use crate::running::{Running, Site, in_seconds};
use crate::store::stranger;
use crate::web::{Reply, Visit, encoded};

/// Everything of reports.
const ALL: [&str; 4] = ["operator", "approver", "reporter", "technician"];

/// The station of that month on the air, with its page.
fn on_air() -> (Site, Running) {
    let site = month();
    let settings = fs::read_to_string(site.path("loa.toml")).unwrap();
    let settings = settings.replace("device = \"default\"", "device = \"silent\"");
    site.write("loa.toml", format!("{settings}[web]\nlisten = \"127.0.0.1:0\"\n"));
    let running = site.run();
    (site, running)
}

/// Without the instants at which something was made: `17:05:03` wherever it stands.
fn timeless(text: &str) -> String {
    let mut text: Vec<char> = text.chars().collect();
    let is_time = |at: &[char]| {
        let digits = [0, 1, 3, 4, 6, 7].iter().all(|place| at[*place].is_ascii_digit());
        digits && at[2] == ':' && at[5] == ':'
    };
    for at in 0..text.len().saturating_sub(7) {
        if is_time(&text[at..at + 8]) {
            text[at..at + 8].fill('T');
        }
    }
    text.into_iter().collect()
}

/// Without the instant of now as spreadsheets write it: days since 1899-12-30.
fn nowless(text: &str) -> String {
    let begin = chrono::NaiveDate::from_ymd_opt(1899, 12, 30).unwrap();
    let today = (in_seconds(7 * 3600).date_naive() - begin).num_days();
    let parts: Vec<&str> = text.split(&format!("<v>{today}.")).collect();
    let cut = |part: &&str| part.trim_start_matches(|c: char| c.is_ascii_digit()).to_owned();
    parts[..1]
        .iter()
        .map(|part| (*part).to_owned())
        .chain(parts[1..].iter().map(cut))
        .collect::<Vec<_>>()
        .join("<v>NOW")
}

/// The names of a zip's parts, and each as text.
fn parts(bytes: &[u8]) -> Vec<(String, String)> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let count = archive.len();
    let part = |index| {
        let mut file = archive.by_index(index).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        (file.name().unwrap().into_owned(), timeless(&nowless(&String::from_utf8_lossy(&bytes))))
    };
    (0..count).map(part).collect()
}

fn ran(site: &Site, words: &[&str]) -> String {
    let ran = site.loa(words);
    assert_eq!(ran.code, Some(0), "{words:?}: {}", ran.stderr);
    ran.stdout
}

fn made(site: &Site, words: &[&str], file: &str) -> Vec<u8> {
    ran(site, &[words, &["-o", file]].concat());
    fs::read(site.path(file)).unwrap()
}

/// As Vietnamese readers write a length in minutes.
fn minutes(ms: i64) -> String {
    let tenths = (ms + 3_000) / 6_000;
    format!("{},{}", tenths / 10, tenths % 10)
}

fn totals(visit: &Visit, period: &str) -> Value {
    visit.get(&format!("/api/report?period={period}")).json()["figures"]["totals"].clone()
}

#[test]
fn figures_on_the_page_are_those_of_the_command() {
    let (site, running) = on_air();
    let visit = Visit::signed_in(&running, &["operator"]);
    let periods = ["2025-07", "2025-Q2", "2025-H1", "2025-H2", "2025-9M", "2025", "2025-06-20..2025-07-05"];
    for (period, calendar) in periods.iter().flat_map(|period| ["reporting", "civil"].map(|each| (*period, each))) {
        let file = made(&site, &["report", "--period", period, "--calendar", calendar], "a.json");
        let told = visit.get(&format!("/api/report?period={period}&calendar={calendar}"));
        assert_eq!(timeless(&told.text()), timeless(&String::from_utf8(file).unwrap()), "{period} {calendar}");
        let figures = told.json()["figures"].clone();
        let page = visit.get(&format!("/bao-cao?ky={period}&lich={calendar}"));
        assert_eq!(page.status, 200);
        let (page, plan) = (page.text(), &figures["totals"]["aired"]["plan"]);
        let sums = [plan["airings"].to_string(), minutes(plan["aired_ms"].as_i64().unwrap())];
        for sum in sums {
            assert!(page.contains(&format!("<p class=\"big-figure\">{sum}</p>")), "{period} {calendar}: {sum}");
        }
        // What is said of the window is what it is.
        for day in ["first", "last"] {
            let day: chrono::NaiveDate = figures["window"][day].as_str().unwrap().parse().unwrap();
            assert!(page.contains(&day.format("%d/%m/%Y").to_string()), "{period} {calendar} {day}");
        }
    }
    // A part of a year, and days, as the forms send them.
    let same = |a: &str, b: &str| assert_eq!(timeless(&visit.get(a).text()), timeless(&visit.get(b).text()), "{a}");
    same("/api/report?nam=2025&phan=Q2&lich=civil", "/api/report?period=2025-Q2&calendar=civil");
    same("/api/report?tu=2025-06-20&den=2025-07-05", "/api/report?period=2025-06-20..2025-07-05");
}

#[test]
fn files_are_those_of_the_command() {
    let (site, running) = on_air();
    let visit = Visit::signed_in(&running, &["reporter"]);
    let load = |form: &str| visit.get(&format!("/bao-cao/tai/{form}?ky=2025-07&so=5&ngay=2025-07-16"));
    let asked = ["report", "--period", "2025-07", "--number", "5", "--date", "2025-07-16"];
    for form in ["csv", "html", "json"] {
        let (told, file) = (load(form), made(&site, &asked, &format!("a.{form}")));
        assert_eq!(timeless(&told.text()), timeless(&String::from_utf8(file).unwrap()), "{form}");
        assert_eq!(told.header("content-length"), Some(&*told.body.len().to_string()));
    }
    for form in ["docx", "xlsx"] {
        assert_eq!(parts(&load(form).body), parts(&made(&site, &asked, &format!("a.{form}"))), "{form}");
    }
    let name = "attachment; filename=\"bao-cao-2025-07.docx\"; \
                filename*=UTF-8''B%C3%A1o%20c%C3%A1o%20th%C3%A1ng%207%20n%C4%83m%202025.docx";
    let english = "attachment; filename=\"bao-cao-2025-07.docx\"; filename*=UTF-8''Report%20July%202025.docx";
    let said = load("docx").header("content-disposition").unwrap().to_owned();
    assert!(said == name || said == english, "{said}");

    let bundle = load("zip");
    // A sound of that month is lost on purpose, which both must tell.
    assert!(visit.get("/bao-cao").text().contains("THIẾU 1 tệp"), "the next page says what the bundle lacks");
    let told =
        site.loa(&["report", "--period", "2025-07", "--bundle", "a.zip", "--number", "5", "--date", "2025-07-16"]);
    assert_eq!(told.code, Some(1), "{}", told.stderr);
    let (told, file) = (parts(&bundle.body), parts(&fs::read(site.path("a.zip")).unwrap()));
    let names = |parts: &[(String, String)]| parts.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&told), names(&file));
    // The signed export is by somebody else, and what names its hash differs with it.
    let is_same = |name: &str| ["/verify.py", ".wav", "hoat-dong.csv"].iter().any(|end| name.ends_with(end));
    for (one, other) in told.iter().zip(&file).filter(|((name, _), _)| is_same(name)) {
        assert_eq!(one, other);
    }
    // Nothing of it stays on the disk.
    assert!(!site.path("data/making").exists());

    for (query, words) in [
        ("thang=2025-07", vec!["logbook", "--month", "2025-07"]),
        ("tuan=2025-W27&quyen=3", vec!["logbook", "--week", "2025-W27", "--volume", "3"]),
    ] {
        let book = visit.get(&format!("/bao-cao/so-nhat-ky/tai/docx?{query}"));
        assert_eq!(parts(&book.body), parts(&made(&site, &words, "so.docx")), "{query}");
        let shown = visit.get(&format!("/bao-cao/so-nhat-ky/in?{query}"));
        let file = String::from_utf8(made(&site, &words, "so.html")).unwrap();
        assert_eq!(timeless(&shown.text()), timeless(&file), "{query}");
        assert_eq!(shown.header("content-disposition"), Some("inline"));
        assert!(shown.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    }
}

#[test]
fn only_who_reports_gets_files_and_everybody_sees_figures() {
    let (_site, running) = on_air();
    let operator = Visit::signed_in(&running, &["operator"]);
    let page = operator.get("/bao-cao?ky=2025-07").text();
    assert!(!page.contains("/bao-cao/tai/"), "no button that leads nowhere");
    for path in
        ["/bao-cao/tai/docx?ky=2025-07", "/bao-cao/tai/zip?ky=2025-07", "/bao-cao/so-nhat-ky/tai/docx?thang=2025-07"]
    {
        assert_eq!(operator.get(path).status, 403, "{path}");
    }
    let reporter = Visit::signed_in(&running, &["reporter"]);
    assert!(reporter.get("/bao-cao?ky=2025-07").text().contains("/bao-cao/tai/zip"));
    for (path, status) in [
        ("/bao-cao/tai/exe?ky=2025-07", 404),
        ("/bao-cao/tai/docx?ky=2025-07&so=5/BC", 400),
        ("/bao-cao/tai/docx?ky=2025-07&ngay=16.7.2025", 400),
        ("/bao-cao/tai/docx?ky=2025-13", 400),
        ("/bao-cao?ky=2025-07&lich=lunar", 400),
        ("/bao-cao?tu=2025-07-05&den=2025-07-01", 400),
        ("/bao-cao/so-nhat-ky/in?tuan=2025-W60", 400),
    ] {
        assert_eq!(reporter.get(path).status, status, "{path}");
    }
    let approver = Visit::signed_in(&running, &["approver"]);
    let fields = [("title", "Họp"), ("date", "2025-07-01"), ("code", "HT2")];
    assert_eq!(approver.post("/api/activities", &fields).status, 403);
}

#[test]
fn a_period_without_an_airing_is_told_as_one() {
    let (_site, running) = on_air();
    let mut visit = Visit::signed_in(&running, &ALL);
    visit.cookie = visit.cookie.map(|cookie| format!("{cookie}; lang=vi"));
    let page = visit.get("/bao-cao?ky=2024-02").text();
    assert!(page.contains("Không có lượt phát nào trong kỳ này"), "{page}");
    assert!(page.contains("Nhật ký chỉ bắt đầu từ ngày"), "{page}");
    assert_eq!(totals(&visit, "2024-02")["rows"], 0);
    let ahead = visit.get("/bao-cao?ky=2090").text();
    assert!(ahead.contains("Kỳ này chưa bắt đầu"));
}

#[test]
fn nothing_is_made_of_a_log_that_was_altered() {
    let (site, running) = on_air();
    let mut visit = Visit::signed_in(&running, &ALL);
    visit.cookie = visit.cookie.map(|cookie| format!("{cookie}; lang=vi"));
    assert_eq!(visit.get("/bao-cao?ky=2025-07").status, 200);
    let sql = "drop trigger airing_log_no_update; drop trigger airing_log_no_delete; drop trigger airing_log_chain; \
               update airing_log set aired_ms = aired_ms + 1000 where seq = 20";
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut conn = stranger(&site.path("data")).await;
        conn.execute(sql).await.unwrap();
        conn.close().await.unwrap();
    });
    let sentence = "nhật ký phát sóng không còn đúng như lúc được ghi";
    for path in [
        "/bao-cao?ky=2025-07",
        "/bao-cao/ke-hoach?ky=2025-07",
        "/bao-cao/tai/docx?ky=2025-07",
        "/bao-cao/tai/zip?ky=2025-07",
        "/bao-cao/so-nhat-ky/in?thang=2025-07",
        "/api/report?period=2025-07",
    ] {
        let reply = visit.get(path);
        assert_eq!(reply.status, 409, "{path}");
        assert!(reply.text().to_lowercase().contains(sentence), "{path}: {}", reply.text());
    }
}

#[test]
fn the_plan_shows_what_is_missing_in_red_and_in_words() {
    let (site, running) = on_air();
    let mut visit = Visit::signed_in(&running, &["approver"]);
    for period in ["2025-07", "2025"] {
        let command = ran(&site, &["plan", "status", "--period", period, "--format", "json"]);
        let told = visit.get(&format!("/api/plan/status?period={period}"));
        assert_eq!(told.json(), serde_json::from_str::<Value>(&command).unwrap(), "{period}");
    }
    visit.cookie = visit.cookie.map(|cookie| format!("{cookie}; lang=vi"));
    let page = visit.get("/bao-cao/ke-hoach?ky=2025-07").text();
    let status = visit.get("/api/plan/status?period=2025-07").json();
    let obligations = status["obligations"].as_array().unwrap();
    let silent = obligations.iter().filter(|each| each["part"] == "theme" && each["airings"] == 0).count();
    assert!(silent > 0);
    assert_eq!(page.matches("<tr class=\"warning\">").count(), silent);
    assert_eq!(page.matches("chưa phát lượt nào").count(), silent);
    // The plan's own words, a percentage that was not rounded up, every form and task.
    let percent = status["percent"].as_u64().unwrap();
    assert!(page.contains(&format!("({percent} %)")) && page.contains("<p class=\"clause\">"), "{page}");
    for each in obligations.iter().filter(|each| each["part"] != "theme") {
        assert!(page.contains(&format!("{}. ", each["code"].as_str().unwrap())), "{each}");
    }
    assert!(page.contains("Kế hoạch không đặt chỉ tiêu bằng số"));
}

fn number_of(reply: &Reply) -> i64 {
    reply.done()["object"]["activity"].as_i64().unwrap()
}

#[test]
fn an_activity_with_a_photograph_is_entered_changed_and_withdrawn() {
    let (site, running) = on_air();
    let visit = Visit::signed_in(&running, &["operator", "reporter"]);
    let aired = |visit: &Visit| totals(visit, "2025-07")["aired"].clone();
    let before = aired(&visit);
    let photograph = b"\xff\xd8\xff\xe0 a photograph of a meeting";
    let sent = visit.upload(&format!("/api/uploads?{}", encoded(&[("name", "ảnh họp.jpg")])), photograph);
    let upload = sent.done()["object"]["upload"].as_str().unwrap().to_owned();
    let waits = site.path(&format!("data/uploads/{upload}"));
    assert_eq!(fs::read(waits.join("ảnh họp.jpg")).unwrap(), photograph);
    let fields = [
        ("title", "Hội nghị với bà con thôn 2"),
        ("date", "2025-07-01"),
        ("code", "HT3"),
        ("theme", "ND1"),
        ("theme", "ND3"),
        ("place", "Nhà văn hóa thôn 2"),
        ("people", "85"),
        ("upload", &upload),
        ("act", "cung-mot-viec"),
    ];
    let reply = visit.post("/api/activities", &fields);
    let number = number_of(&reply);
    // The same form once more, as a second tab or a lost connection sends it.
    assert_eq!(number_of(&visit.post("/api/activities", &fields)), number);
    let listed = ran(&site, &["activity", "list", "--format", "json"]);
    assert_eq!(listed.matches("Hội nghị với bà con thôn 2").count(), 1, "{listed}");
    assert!(!waits.exists(), "it is in the content store now");

    let shown = visit.get(&format!("/api/activities/{number}")).json();
    let command = ran(&site, &["activity", "show", &number.to_string(), "--format", "json"]);
    assert_eq!(shown, serde_json::from_str::<Value>(&command).unwrap());
    assert_eq!((&shown["via"], &shown["by"]), (&json!("web"), &json!("lan (lan)")));
    assert_eq!((&shown["themes"], &shown["files"][0]["stored"]), (&json!(["ND1", "ND3"]), &json!("whole")));
    assert_eq!(shown["files"][0]["name"], "ảnh họp.jpg");
    let sha256 = shown["files"][0]["sha256"].as_str().unwrap().to_owned();
    let path = format!("/bao-cao/hoat-dong/{number}");
    assert!(visit.get(&path).text().contains("class=\"thumbnail\""));
    let file = visit.get(&format!("{path}/tep/{sha256}"));
    assert_eq!((file.header("content-type"), &*file.body), (Some("image/jpeg"), &photograph[..]));
    // Of another activity it is not.
    assert_eq!(visit.get(&format!("/bao-cao/hoat-dong/1/tep/{sha256}")).status, 404);

    // In the report's own table, and no airing.
    let report = visit.get("/api/report?period=2025-07").json();
    let titles = |report: &Value| {
        let all = report["activities"].as_array().unwrap().clone();
        all.iter().map(|each| each["title"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(titles(&report).contains(&"Hội nghị với bà con thôn 2".to_owned()));
    assert_eq!(aired(&visit), before);
    assert!(visit.get("/bao-cao?ky=2025-07").text().contains("Hội nghị với bà con thôn 2"));

    let change = |fields: &[(&str, &str)]| visit.post(&format!("/api/activities/{number}/change"), fields);
    let all = [("title", "Hội nghị thôn 2"), ("date", "2025-07-02"), ("code", "HT3"), ("people", "90")];
    let kept = [("has_files", "1"), ("keep", sha256.as_str()), ("revision", "1")];
    change(&[&all[..], &kept[..]].concat()).done();
    let shown = visit.get(&format!("/api/activities/{number}")).json();
    let of = |key: &str| shown[key].clone();
    assert_eq!(
        (of("revision"), of("people"), of("place"), of("themes")),
        (json!(2), json!(90), Value::Null, json!([]))
    );
    assert_eq!(shown["files"].as_array().unwrap().len(), 1);
    // Somebody who still has the form of the first revision open.
    change(&[&all[..], &[("revision", "1")]].concat()).refused(409);
    // The photograph is taken away.
    change(&[&all[..], &[("has_files", "1"), ("revision", "2")]].concat()).done();
    assert_eq!(visit.get(&format!("/api/activities/{number}")).json()["files"], json!([]));

    let withdraw = |why: &str| visit.post(&format!("/api/activities/{number}/withdraw"), &[("why", why)]);
    withdraw(" ").refused(400);
    withdraw("nhập nhầm ngày").done();
    assert!(withdraw("lần nữa").refused(409).contains("nhập nhầm ngày"));
    assert!(!titles(&visit.get("/api/report?period=2025-07").json()).contains(&"Hội nghị thôn 2".to_owned()));
    // What was told of the acts is shown once, by the first page.
    assert!(visit.get("/bao-cao/hoat-dong").text().contains("notice good"));
    let listed = |query: &str| visit.get(&format!("/bao-cao/hoat-dong{query}")).text().contains("Hội nghị thôn 2");
    assert!(!listed("") && listed("?ca=1"));
}

#[test]
fn faults_of_an_activity_stand_beside_their_fields() {
    let (site, running) = on_air();
    let visit = Visit::signed_in(&running, &["operator"]);
    let before = ran(&site, &["activity", "list", "--all", "--format", "json"]);
    let fields = |more: &[(&'static str, &'static str)]| {
        let all = [("title", "Họp dân"), ("date", "2025-07-01"), ("code", "HT3")];
        let rest = all.into_iter().filter(|(name, _)| !more.iter().any(|(other, _)| other == name));
        rest.chain(more.iter().copied()).collect::<Vec<_>>()
    };
    for (more, field) in [
        (vec![("title", "")], "title"),
        (vec![("title", "...")], "title"),
        (vec![("date", "01/07/2025")], "date"),
        (vec![("date", "2999-07-01")], "date"),
        (vec![("until", "2025-06-01")], "until"),
        (vec![("code", "HT33")], "code"),
        (vec![("channel", "RADIO")], "channel"),
        (vec![("link", "javascript:alert(1)")], "link"),
        (vec![("people", "8,5")], "people"),
        (vec![("bulletin", "4000")], "bulletin"),
        (vec![("theme", "ND99")], "theme"),
        (vec![("upload", "../../loa")], "upload"),
        (vec![("upload", "khong")], "upload"),
    ] {
        let reply = visit.post("/api/activities", &fields(&more));
        assert!((400..500).contains(&reply.status), "{more:?}: {}", reply.text());
        assert!(reply.json()["fields"][field].is_string(), "{more:?}: {}", reply.text());
    }
    assert_eq!(ran(&site, &["activity", "list", "--all", "--format", "json"]), before);
    // A browser without script is led to what was recorded.
    let reply = visit.post_form("/api/activities", &fields(&[]));
    assert_eq!(reply.status, 303);
    let path = reply.header("location").unwrap().to_owned();
    assert!(path.starts_with("/bao-cao/hoat-dong/") && visit.get(&path).text().contains("Họp dân"), "{path}");
}

#[test]
fn a_zone_that_is_broken_has_no_airings() {
    let (site, running) = on_air();
    let visit = Visit::signed_in(&running, &["approver"]);
    let airings = || {
        let figures = visit.get("/api/report?period=2025-07").json()["figures"].clone();
        let zones = figures["zones"].as_array().unwrap().clone();
        let zone = zones.iter().find(|each| each["id"] == "thon-1").unwrap_or_else(|| panic!("{zones:?}"));
        zone["aired"]["plan"]["airings"].as_i64().unwrap_or_else(|| panic!("{zone}"))
    };
    let before = airings();
    let fields = [("zone", "thon-1"), ("ngay", "2025-06-20"), ("why", "đứt dây"), ("act", "mot")];
    let broken = visit.post("/api/zones/broken", &fields).done();
    let again = visit.post("/api/zones/broken", &fields).done();
    assert_eq!(broken["object"], again["object"], "the same act id does nothing twice");
    assert!(airings() < before, "{before}");
    let zones = visit.get("/api/zones").json();
    let line = zones["zones"].as_array().unwrap().iter().find(|each| each["zone"] == "thon-1").unwrap().clone();
    assert_eq!((&line["state"], &line["why"], &line["by"]), (&json!("broken"), &json!("đứt dây"), &json!("lan (lan)")));
    let listed: Value = serde_json::from_str(&ran(&site, &["zone", "list", "--format", "json"])).unwrap();
    assert_eq!(zones["zones"], listed);
    let told: Value = serde_json::from_str(&ran(&site, &["zone", "history", "--format", "json"])).unwrap();
    assert_eq!(zones["acts"], told);

    let page = visit.get("/bao-cao/cum-loa").text();
    assert!(page.contains("đứt dây") && page.contains("/api/zones/undo"), "{page}");
    visit.post("/api/zones/broken", &[("zone", "thon-1")]).refused(409);
    visit.post("/api/zones/broken", &[("zone", "thon-9")]).refused(400);
    visit.post("/api/zones/broken", &[("zone", "thon-2"), ("ngay", "20/06")]).refused(400);
    let seq = broken["object"]["zone_act"].to_string();
    visit.post("/api/zones/undo", &[("seq", &seq), ("why", "")]).refused(400);
    visit.post("/api/zones/undo", &[("seq", &seq), ("why", "báo nhầm cụm")]).done();
    assert_eq!(airings(), before);
    let at = [("zone", "thon-1"), ("ngay", "2025-07-01"), ("gio", "17:05")];
    visit.post("/api/zones/broken", &at).done();
    visit.post("/api/zones/repaired", &[("zone", "thon-1"), ("why", "nối lại")]).done();
    let spoken = ran(&site, &["zone", "history", "thon-1", "--format", "json"]);
    assert!(
        spoken.contains("2025-07-01T17:05:00+07:00") || spoken.contains("2025-07-01T17:05:00.000000+07:00"),
        "{spoken}"
    );
}
