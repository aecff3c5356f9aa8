//! The page "Hệ thống" of the real program: lights, settings by form, copies, devices, help.
//!
//! In: a running station with its page. Out: what a technician and others see and may do there, and what stands in the files
//! afterwards. Next: `web_robust`.

use std::fs;

use crate::running::{Running, Site};
use crate::soundcard::{SoundCard, wait_for};
use crate::web::Visit;

fn station() -> (Site, Running, Visit) {
    let site = Site::new("silent").with_page();
    site.set("[[zone]]\nid = \"thon-1\"\nname = \"Thôn 1\" # cạnh đình\n");
    let running = site.run();
    let mut visit = Visit::signed_in(&running, &["technician"]);
    visit.cookie = visit.cookie.map(|cookie| format!("{cookie}; lang=vi"));
    (site, running, visit)
}

fn settings(site: &Site) -> String {
    fs::read_to_string(site.path("loa.toml")).unwrap()
}

/// Sends fields of the form as it is shown now.
fn set<'a>(visit: &Visit, path: &str, fields: &[(&'a str, &'a str)]) -> crate::web::Reply {
    let shown = visit.get("/api/settings").json()["sha256"].as_str().unwrap().to_owned();
    let fields: Vec<_> = fields.iter().copied().chain([("sha256", &*shown)]).collect();
    visit.post(path, &fields)
}

#[test]
fn the_lights_say_how_the_station_is() {
    let (_site, _running, visit) = station();
    let page = visit.get("/he-thong");
    assert_eq!(page.status, 200);
    let text = page.text();
    for words in ["Thiết bị âm thanh", "đang tập dượt", "Đồng hồ", "Ổ đĩa", "Máy tính", "Sao lưu", "Phiên bản"]
    {
        assert!(text.to_lowercase().contains(&words.to_lowercase()), "{words}: {text}");
    }
    let state = visit.get("/api/system").json();
    let lights = state["lights"].as_array().unwrap();
    let light = |id: &str| lights.iter().find(|light| light["id"] == id).unwrap();
    assert_eq!(
        (lights.len(), &light("thiet-bi")["sign"], &light("o-dia")["sign"]),
        (7, &"warn".into(), &"good".into())
    );
    assert!(state["machine"]["memory"]["bytes"].as_u64().unwrap() > 0);
    assert!(!light("so-lieu")["facts"].as_array().unwrap().is_empty());
}

#[test]
fn others_look_and_change_nothing() {
    let (site, running, _) = station();
    let before = settings(&site);
    let reporter = Visit::signed_in(&running, &["reporter"]);
    assert_eq!((reporter.get("/he-thong").status, reporter.get("/tro-giup").status), (200, 200));
    for path in ["/he-thong/cai-dat", "/he-thong/am-thanh", "/he-thong/sao-luu", "/api/settings", "/api/devices"] {
        assert_eq!(reporter.get(path).status, 403, "{path}");
    }
    for path in ["/api/settings", "/api/settings/zones", "/api/backup", "/api/system/restart", "/api/system/verify"] {
        assert_eq!(reporter.post(path, &[]).status, 403, "{path}");
    }
    assert_eq!(settings(&site), before);
}

#[test]
fn who_may_air_may_try_the_loudspeakers() {
    let (_site, running, visit) = station();
    let has_tone = |visit: &Visit| visit.get("/he-thong").text().contains("action=\"/api/tone\"");
    assert!(has_tone(&visit));
    assert!(has_tone(&Visit::signed_in(&running, &["operator"])));
    assert!(!has_tone(&Visit::signed_in(&running, &["reporter"])));
}

#[test]
fn a_rehearsal_is_said_on_every_page_and_a_real_station_says_nothing() {
    let (_site, running, visit) = station();
    let words = "Đài đang tập dượt";
    for path in ["/", "/tin-bai", "/nhat-ky", "/tai-khoan"] {
        let page = visit.get(path).text();
        assert!(page.contains(words) && page.contains("href=\"/he-thong/am-thanh\""), "{path}: {page}");
    }
    let reporter = Visit::signed_in(&running, &["reporter"]).get("/nhat-ky").text();
    assert!(!reporter.contains("href=\"/he-thong/am-thanh\""), "{reporter}");
    let card = SoundCard::new();
    let site = Site::on_card(&card).with_page();
    let running = site.run();
    let page = Visit::signed_in(&running, &["operator"]).get("/");
    assert!(page.status == 200 && !page.text().contains(words));
}

#[test]
fn a_page_without_a_frame_has_an_icon_too() {
    let (_site, _running, visit) = station();
    let icon = visit.send("GET", "/favicon.ico", &[], b"");
    assert_eq!((icon.status, icon.header("content-type")), (200, Some("image/svg+xml")));
}

#[test]
fn a_setting_is_changed_where_it_stands_and_taken_over() {
    let (site, running, visit) = station();
    let before = settings(&site);
    let done = set(&visit, "/api/settings", &[("station.name", "Đài xã Hát Môn"), ("backup.keep", "7")]).done();
    let told = done["told"].as_str().unwrap();
    assert!(told.starts_with("đã lưu") && told.contains("backup.keep: “14” → “7”"), "{done}");
    let after = settings(&site);
    assert_eq!(after, before.replace("Đài thử", "Đài xã Hát Môn") + "\n[backup]\nkeep = 7\n");
    wait_for("the station to take it over", 30, || (site.status()["station"] == "Đài xã Hát Môn").then_some(()));
    assert!(visit.get("/he-thong").text().contains("Đài xã Hát Môn"));
    // The former text is kept.
    let kept: Vec<_> = fs::read_dir(site.path("data/settings-history")).unwrap().collect();
    assert_eq!(kept.len(), 1);
    assert_eq!(fs::read_to_string(kept[0].as_ref().unwrap().path()).unwrap(), before);
    // A program that the station runs is nobody's to name from afar.
    set(&visit, "/api/settings", &[("speech.command", "sh\n-c\nid\n{text}\n{wav}")]).done();
    assert_eq!(settings(&site), after);
    // What takes a restart is said.
    let done = set(&visit, "/api/settings", &[("output.offset_us", "250")]).done();
    assert!(done["told"].as_str().unwrap().contains("[output] có hiệu lực sau khi khởi động lại"), "{done}");
    assert_eq!(done["object"]["restart"], serde_json::json!(["[output]"]));
    assert_eq!(running.terminate().0, Some(0));
}

#[test]
fn what_is_wrong_is_said_at_its_field_and_nothing_is_written() {
    let (site, _running, visit) = station();
    let before = settings(&site);
    let refused = |fields: &[(&str, &str)]| {
        let answer = set(&visit, "/api/settings", fields);
        assert_eq!(answer.status, 400, "{}", answer.text());
        answer.json()["fields"].clone()
    };
    assert!(refused(&[("sound.target_lufs", "-40")])["sound.target_lufs"].as_str().unwrap().contains("-31"));
    assert!(refused(&[("backup.at", "2h30")])["backup.at"].as_str().unwrap().contains("02:30"));
    assert!(refused(&[("web.listen", "khắp nơi")])["web.listen"].as_str().unwrap().contains("127.0.0.1:8099"));
    assert!(refused(&[("station.name", ""), ("backup.keep", "bảy")]).as_object().unwrap().len() == 2);
    assert_eq!(settings(&site), before);
    // A browser without script reads it on a page.
    let plain = visit.post_form("/api/settings", &[("backup.at", "2h30"), ("sha256", "x")]);
    assert_eq!(plain.status, 409);
    assert!(plain.text().contains("Chưa lưu"), "{}", plain.text());
}

#[test]
fn a_change_of_somebody_else_is_not_written_over() {
    let (site, _running, visit) = station();
    let shown = visit.get("/api/settings").json()["sha256"].as_str().unwrap().to_owned();
    let mine = settings(&site) + "# sửa bằng tay\n";
    site.write("loa.toml", &mine);
    let told = visit.post("/api/settings", &[("station.name", "X"), ("sha256", &shown)]).refused(409);
    assert!(told.contains("vừa được người khác sửa"), "{told}");
    assert_eq!(settings(&site), mine);
}

#[test]
fn zones_come_and_go_unless_a_programme_needs_them() {
    let (site, _running, visit) = station();
    set(&visit, "/api/settings/zones/add", &[("id", "thon-2"), ("name", "Thôn 2"), ("speakers", "4")]).done();
    set(&visit, "/api/settings/zones", &[("id", "thon-1"), ("name", "Đình làng"), ("speakers", "")]).done();
    assert!(settings(&site).contains("name = \"Đình làng\" # cạnh đình"));
    let twice = set(&visit, "/api/settings/zones/add", &[("id", "thon-2"), ("name", "Hai"), ("speakers", "")]);
    assert!(twice.refused(409).contains("đã có cụm loa `thon-2`"));
    let schedule = "[[programme]]\nid = \"sang\"\ntitle = \"Sáng\"\ncron = \"0 0 5 * * Mon-Sun\"\nwindow = \"45m\"\n\
                    zones = [\"thon-1\", \"thon-2\"]\n[[programme.item]]\nfile = \"a.ogg\"\n";
    site.write("schedules/sang.toml", schedule);
    let told = set(&visit, "/api/settings/zones/remove", &[("id", "thon-2")]).refused(400);
    assert!(told.contains("thon-2") && told.contains("sang.toml:6"), "{told}");
    fs::remove_file(site.path("schedules/sang.toml")).unwrap();
    set(&visit, "/api/settings/zones/remove", &[("id", "thon-2")]).done();
    assert!(!settings(&site).contains("thon-2"));
}

#[test]
fn a_copy_is_made_proved_and_listed() {
    let (site, _running, visit) = station();
    // Before its first row a station has nothing to copy: the log is there from the start.
    let done = visit.post("/api/backup", &[("folder", "")]).done();
    let file = done["object"]["backup"].as_str().unwrap().to_owned();
    let made = wait_for("the copy", 60, || {
        let now = visit.get("/api/backup").json();
        (now["now"]["state"] != "making").then_some(now)
    });
    assert_eq!(made["now"]["state"], "made", "{made}");
    assert_eq!(made["folders"][0]["copies"].as_array().unwrap().len(), 1);
    assert!(visit.get("/he-thong/sao-luu").text().contains("đã đọc lại và kiểm tra"));
    assert!(fs::metadata(site.path(&file)).is_ok_and(|facts| facts.is_file()), "{file}");
    // Only what the page offers: nobody fills a folder of the machine from afar.
    let told = visit.post("/api/backup", &[("folder", "/etc")]).refused(400);
    assert!(told.contains("không thấy thư mục này"), "{told}");
    // A copy holds the key of the station: it is not sent over the network.
    let name = file.rsplit('/').next().unwrap();
    for path in [format!("/data/backups/{name}"), format!("/api/backup/{name}"), "/data/station.key".into()] {
        assert_eq!(visit.get(&path).status, 404, "{path}");
    }
}

#[test]
fn the_log_is_proved_and_the_files_are_checked_on_demand() {
    let (site, _running, visit) = station();
    assert!(
        visit.post("/api/system/verify", &[]).done()["told"].as_str().unwrap().contains("không có dòng nào bị sửa")
    );
    let light = |visit: &Visit| visit.get("/api/system").json()["lights"][4]["facts"].to_string();
    assert!(light(&visit).contains("không có dòng nào bị sửa"));
    site.write("schedules/hong.toml", "[[programme]]\nid = \"x\"\n");
    let done = visit.post("/api/check", &[]).done();
    let problems = done["object"]["problems"].as_array().unwrap();
    let found = problems.iter().find(|problem| problem["path"].as_str().unwrap().ends_with("hong.toml")).unwrap();
    // The same words as the command's, in the visitor's language.
    let printed = site.loa(&["check"]);
    assert_eq!(printed.code, Some(2));
    assert!(printed.stderr.contains("hong.toml:1:1") && found["line"] == 1, "{found} {}", printed.stderr);
    let page = visit.get("/he-thong/kiem-tra").text();
    assert!(page.contains("hong.toml:1:1") && page.contains("/lich-phat"), "{page}");
}

#[test]
fn devices_are_listed_and_help_is_there_in_both_languages() {
    let (_site, _running, visit) = station();
    let page = visit.get("/he-thong/am-thanh");
    assert_eq!(page.status, 200);
    assert!(page.text().contains("Không ra tiếng (tập dượt)"), "{}", page.text());
    assert!(visit.get("/api/devices").json()["devices"].is_array());
    let help = visit.get("/tro-giup").text();
    assert_eq!(help.matches("<section class=\"card\"").count(), 10);
    assert!(help.contains("<code>loa user change TÊN --password</code>"), "{help}");
    assert!(help.contains("Ngoài loa không có tiếng") && help.contains("id=\"khoi-phuc\""));
    let english = Visit { cookie: visit.cookie.map(|cookie| cookie.replace("lang=vi", "lang=en")), ..visit };
    assert!(english.get("/tro-giup").text().contains("Nothing is heard outside"));
}

#[test]
fn a_station_that_nobody_would_start_again_is_not_ended() {
    let (site, _running, visit) = station();
    let told = visit.post("/api/system/restart", &[]).refused(409);
    assert!(told.contains("loa run"), "{told}");
    assert!(site.status().is_object());
}

#[test]
fn a_service_is_restarted_by_its_manager() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("notify");
    let _manager = std::os::unix::net::UnixDatagram::bind(&socket).unwrap();
    let site = Site::new("silent").with_page().with_env("NOTIFY_SOCKET", &socket).with_env("INVOCATION_ID", "1");
    let running = site.run();
    let visit = Visit::signed_in(&running, &["technician"]);
    visit.post("/api/system/restart", &[]).done();
    assert_eq!(running.ended(), Some(0));
}
