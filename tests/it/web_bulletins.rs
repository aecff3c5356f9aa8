//! The page of bulletins: sounds sent ahead, bulletins recorded and changed, the queue previewed, contents given out.
//!
//! In: the real program with its page, asked as browsers and their scripts ask. Out: what it answers, and what the commands
//! say of the same station afterwards. Next: `web`.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;

use serde_json::{Value, json};

use crate::clips::Signal;
use crate::running::{Running, Site};
use crate::soundcard::wait_for;
use crate::web::{Reply, Visit, encoded};

/// A programme of every day that draws from the queue.
const DAILY: &str = "[[programme]]\nid = \"sang\"\ntitle = \"Buổi sáng\"\ncron = \"0 0 5 * * *\"\nwindow = \"30m\"\n\
                     [[programme.item]]\nqueue = { up_to = \"15m\" }\n";

/// A station with its page.
fn station() -> Site {
    let site = Site::new("silent").with_page();
    site.set("[approval]\nrequired = true\n");
    site.write("schedules/sang.toml", DAILY);
    site
}

fn operator(running: &Running) -> Visit {
    Visit::signed_in(running, &["operator"])
}

/// A WAV of so many seconds as bytes.
fn wav(site: &Site, seconds: f64) -> Vec<u8> {
    fs::read(Signal::stereo(48_000, seconds).wav(&site.path("gui.wav"))).unwrap()
}

/// Sends bytes ahead; answers with the id under which they wait.
fn send(visit: &Visit, name: &str, bytes: &[u8]) -> String {
    let sent = visit.upload(&format!("/api/uploads?{}", encoded(&[("name", name)])), bytes).done();
    assert_eq!(sent["object"]["bytes"], json!(bytes.len()));
    sent["object"]["upload"].as_str().unwrap().to_owned()
}

/// Has a file looked into and waits for what was found.
fn checked(visit: &Visit, upload: &str) -> Value {
    visit.post(&format!("/api/uploads/{upload}/check"), &[]).done();
    wait_for("what was found in the file", 60, || {
        let found = visit.get(&format!("/api/checks/{upload}")).json();
        (found["state"] != "waiting" && found["state"] != "checking").then_some(found)
    })
}

fn left(site: &Site) -> Vec<std::path::PathBuf> {
    let files = |folder: &Path| fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    files(&site.path("data/uploads")).collect()
}

/// Records a bulletin of a sound of so many seconds; answers with its number.
fn recorded(site: &Site, visit: &Visit, title: &str, seconds: f64) -> i64 {
    let upload = send(visit, "tin.wav", &wav(site, seconds));
    assert_eq!(checked(visit, &upload)["state"], "sound");
    let reply = visit.post("/api/bulletins", &[("title", title), ("theme", "ND1"), ("upload", &upload)]);
    reply.done()["object"]["bulletin"].as_i64().unwrap()
}

fn one(site: &Site, number: i64) -> Value {
    serde_json::from_str(&site.done(&["bulletin", "show", &number.to_string(), "--format", "json"])).unwrap()
}

#[test]
fn a_sound_is_sent_ahead_checked_recorded_and_heard() {
    let site = station();
    let running = site.run();
    let visit = operator(&running);
    let bytes = wav(&site, 3.0);
    let upload = send(&visit, "../Bản tin số 5.wav", &bytes);
    let found = checked(&visit, &upload);
    assert_eq!(
        (&found["state"], &found["duration_ms"], &found["name"]),
        (&json!("sound"), &json!(3000), &json!("Bản tin số 5.wav"))
    );
    assert!(found["measures"]["rate"] == 48_000 && found["told"].as_str().unwrap().contains("3 s"), "{found}");
    assert!(left(&site).is_empty(), "what lies in the store needs no second copy");
    let fields = [
        ("title", "Tin thử"),
        ("theme", "nd2"),
        ("themes", "ND1"),
        ("author", "Lan"),
        ("class", "priority"),
        ("valid_until", "31/12/2099"),
        ("upload", &upload),
    ];
    let done = visit.post("/api/bulletins", &fields).done();
    assert_eq!((&done["object"]["bulletin"], &done["to"]), (&json!(1), &json!("/tin-bai/1")));
    let show = one(&site, 1);
    assert_eq!(
        (&show["themes"], &show["class"], &show["valid_until"], &show["file_name"]),
        (&json!(["ND2", "ND1"]), &json!("priority"), &json!("2099-12-31"), &json!("Bản tin số 5.wav"))
    );
    assert_eq!((&show["by"], &show["history"]["revisions"][0]["via"]), (&json!("lan (lan)"), &json!("web")));
    let sha256 = show["sha256"].as_str().unwrap();
    assert_eq!(
        (visit.get(&format!("/api/sound/{sha256}")).body, show["sha256"].clone()),
        (bytes, found["sha256"].clone())
    );
    assert_eq!(visit.get("/api/bulletins/1").json()["history"], show["history"]);
    let page = visit.get("/tin-bai/1").text();
    assert!(page.contains("Tin thử") && page.contains(&format!("src=\"/api/sound/{sha256}\"")), "{page}");
    // What was recorded is not recorded again from another form.
    assert!(visit.post("/api/bulletins", &fields).refused(400).contains("nothing was recorded"));
}

#[test]
fn an_upload_that_is_too_large_or_breaks_off_leaves_nothing() {
    let site = station();
    let running = site.run();
    let visit = operator(&running);
    let begin = |length: u64| {
        let mut stream = visit.connect();
        let head = format!(
            "POST /api/uploads?name=a.wav HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\nAccept: application/json\r\n\
             X-CSRF-Token: {}\r\nContent-Type: application/octet-stream\r\nContent-Length: {length}\r\n\r\n",
            visit.address,
            visit.cookie.as_deref().unwrap(),
            visit.csrf
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream
    };
    let mut answer = String::new();
    let mut stream = begin(3_000_000_000);
    let mut first = [0; 600];
    while !answer.contains("1500 MB") {
        let read = stream.read(&mut first).unwrap();
        assert!(read > 0, "{answer}");
        answer += std::str::from_utf8(&first[..read]).unwrap();
    }
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    let mut stream = begin(1_000_000);
    stream.write_all(&vec![0; 600_000]).unwrap();
    wait_for("the half of the file", 30, || (left(&site).len() == 1).then_some(()));
    drop(stream);
    wait_for("nothing to be left of it", 30, || left(&site).is_empty().then_some(()));
    assert!(visit.upload("/api/uploads?name=a.wav", b"").refused(400).contains("empty"));
    assert!(left(&site).is_empty());
    // What waits is of whoever sent it, and goes with the program.
    let upload = send(&visit, "a.wav", b"abc");
    let other = Visit::of(&running).sign_in("minh", &["operator"]);
    other.get(&format!("/api/checks/{upload}")).refused(404);
    other.post(&format!("/api/uploads/{upload}/check"), &[]).refused(404);
    assert_eq!(
        (left(&site).len(), visit.get(&format!("/api/checks/{upload}")).json()["state"].clone()),
        (1, json!("waiting"))
    );
    visit.post(&format!("/api/uploads/{upload}/forget"), &[]).done();
    assert!(left(&site).is_empty());
    send(&visit, "a.wav", b"abc");
    running.kill();
    let running = site.run();
    operator(&running);
    assert!(left(&site).is_empty());
}

#[test]
fn what_cannot_air_is_refused_in_plain_words() {
    let site = station();
    let running = site.run();
    let visit = operator(&running);
    let found = |name: &str, bytes: &[u8]| {
        let found = checked(&visit, &send(&visit, name, bytes));
        (found["state"].as_str().unwrap().to_owned(), found["remarks"][0].as_str().unwrap_or_default().to_owned())
    };
    let (state, why) = found("a.mp3", &b"no sound at all ".repeat(500));
    assert!(state == "refused" && why.contains("no sound that can be played"), "{why}");
    let good = wav(&site, 2.0);
    let (state, why) = found("a.wav", &good[..good.len() / 2]);
    assert!(state == "refused" && why.contains("damaged"), "{why}");
    let (state, why) = found("a.wav", &wav(&site, 0.3));
    assert!(state == "refused" && why.contains("0.3"), "{why}");
    let (state, why) = found("cu.txt", b"C\xe9ng ho\xb5 x\xb7 h\xe9i ch\xf1 ngh\xdca Vi\xd6t Nam");
    assert!(state == "refused" && why.contains("UTF-8"), "{why}");
    assert!(site.loa(&["bulletin", "list"]).stderr.contains("no bulletins"));
    assert!(left(&site).is_empty());
    // A text comes back clean, and is told of.
    let upload = send(&visit, "tin.txt", "Ti\u{301}n vu\u{31b}\u{300}a nha\u{323}\u{302}n".as_bytes());
    let found = checked(&visit, &upload);
    assert_eq!((&found["state"], &found["text"]), (&json!("text"), &json!("Tín vừa nhận")));
    assert!(found["remarks"][0].is_string(), "{found}");
}

#[test]
fn a_form_says_all_that_is_wrong_and_what_is_typed_becomes_one_form() {
    let site = station();
    let running = site.run();
    let visit = operator(&running);
    let fields = [("title", "..."), ("author", "Ng\u{b5}y h\u{e9}i \u{ae}\u{b9}i bi\u{d3}u"), ("valid_from", "mai")];
    let reply = visit.post("/api/bulletins", &fields);
    let faults = reply.json()["fields"].clone();
    assert_eq!(reply.status, 400);
    for field in ["title", "author", "theme", "sound", "valid_from"] {
        assert!(faults[field].is_string(), "{field}: {faults}");
    }
    assert!(!faults.to_string().contains("--") && !faults.to_string().contains('`'), "{faults}");
    let nfd =
        [("title", "Thu\u{309}y lo\u{31b}\u{323}i"), ("theme", "ND1"), ("text", "Ke\u{302}nh mu\u{31b}o\u{31b}ng")];
    let done = visit.post_form("/api/bulletins", &nfd);
    assert_eq!((done.status, done.header("location")), (303, Some("/tin-bai/1")));
    let show = one(&site, 1);
    assert_eq!(
        (&show["title"], &show["text"], &show["sha256"]),
        (&json!("Thủy lợi"), &json!("Kênh mương"), &Value::Null)
    );
    // A change is a new revision; one of an older state is not taken.
    let change = [("title", "Thủy lợi xã"), ("theme", "ND1"), ("text", "Kênh mương"), ("revision", "1")];
    assert_eq!(visit.post("/api/bulletins/1/change", &change).done()["object"]["revision"], 2);
    assert!(visit.post("/api/bulletins/1/change", &change).refused(409).contains("somebody else"));
    let same = [("title", "Thủy lợi xã"), ("theme", "ND1"), ("text", "Kênh mương"), ("revision", "2")];
    assert!(visit.post("/api/bulletins/1/change", &same).done()["told"].as_str().unwrap().contains("nothing"));
    assert_eq!(one(&site, 1)["revision"], 2);
    visit.post("/api/bulletins/7/change", &change).refused(404);
    for path in ["/tin-bai/7", "/tin-bai/x", "/tin-bai/7/sua"] {
        assert_eq!(visit.get(path).status, 404, "{path}");
    }
}

#[test]
fn a_text_is_read_by_the_machine_voice_as_it_was_shown() {
    let site = station();
    let voice = Signal::mono(22_050, 2.0).wav(&site.path("giong.wav"));
    site.write("noi.sh", format!("cp '{}' \"$2\"", voice.display()));
    let script = site.path("noi.sh").display().to_string();
    let command = format!("[speech]\nvoice = \"thử\"\ncommand = [\"sh\", \"{script}\", \"{{text}}\", \"{{wav}}\"]\n");
    site.set(&format!("[approval]\nrequired = true\n{command}"));
    let running = site.run();
    let visit = operator(&running);
    visit.post("/api/bulletins", &[("title", "Tin"), ("theme", "ND1"), ("text", "UBND xã họp ngày 5/3.")]).done();
    let page = visit.get("/tin-bai/1/giong-may").text();
    assert!(
        page.contains("Uỷ ban nhân dân") || page.contains("Ủy ban nhân dân") || page.contains("ủy ban nhân dân"),
        "{page}"
    );
    let said = [("read_as", "Ủy ban xã họp."), ("revision", "1")];
    let done = visit.post("/api/bulletins/1/speak", &said).done();
    assert_eq!((&done["object"]["revision"], &done["object"]["voice"]), (&json!(2), &json!("thử")));
    let show = one(&site, 1);
    assert_eq!(
        (&show["voice"], &show["duration_ms"], &show["state"]),
        (&json!("thử"), &json!(2000), &json!("waiting"))
    );
    assert!(show["read_as"].as_str().unwrap().to_lowercase().contains("ban xã họp"), "{show}");
    assert!(visit.post("/api/bulletins/1/speak", &said).refused(409).contains("somebody else"));
    // A person's recording is not replaced unasked.
    recorded(&site, &visit, "Tin ghi âm", 1.5);
    visit.post("/api/bulletins/2/speak", &[]).refused(409);
    visit.post("/api/bulletins/2/change", &[("title", "Tin ghi âm"), ("theme", "ND1"), ("text", "Kính báo.")]).done();
    assert!(visit.post("/api/bulletins/2/speak", &[]).json()["fields"]["replace"].is_string());
    visit.post("/api/bulletins/2/speak", &[("replace", "1")]).done();
    assert_eq!(one(&site, 2)["voice"], "thử");
}

#[test]
fn the_same_act_records_once() {
    let site = station();
    let running = site.run();
    let visit = operator(&running);
    let upload = send(&visit, "tin.wav", &wav(&site, 1.5));
    checked(&visit, &upload);
    let fields = [("title", "Một lần"), ("theme", "ND1"), ("upload", &*upload), ("act", "a-1")];
    let both: Vec<Value> = (0..2).map(|_| visit.post("/api/bulletins", &fields).done()).collect();
    assert_eq!(both[0], both[1]);
    let queue = [("bulletin", "1"), ("times", "2"), ("act", "a-2")];
    let both: Vec<Value> = (0..2).map(|_| visit.post("/api/queue", &queue).done()).collect();
    assert_eq!(both[0], both[1]);
    assert_eq!(visit.get("/api/bulletins").json()["bulletins"].as_array().unwrap().len(), 1);
    assert_eq!(visit.get("/api/queue?all=1").json()["queue"].as_array().unwrap().len(), 1);
}

#[test]
fn what_is_previewed_is_what_is_queued_and_drawn() {
    let site = station();
    let running = site.run();
    let visit = operator(&running);
    recorded(&site, &visit, "Tin một", 2.0);
    recorded(&site, &visit, "Tin hai", 3.0);
    let preview = |query: &str| visit.get(&format!("/api/queue/preview?{query}")).json();
    let seen = preview("bulletin=1&times=3");
    assert_eq!((&seen["approved"], seen["errors"].as_array().unwrap().len()), (&json!(false), 0));
    assert!(seen["warnings"][0].as_str().unwrap().contains("not approved"), "{seen}");
    site.done(&["bulletin", "approve", "1", "--by", "Minh"]);
    site.done(&["bulletin", "approve", "2", "--by", "Minh"]);
    let seen = preview("bulletin=1&times=3&programme=sang");
    assert_eq!(
        (&seen["approved"], &seen["warnings"], seen["airs"].as_array().unwrap().len()),
        (&json!(true), &json!([]), 3),
        "{seen}"
    );
    let queued = visit.post("/api/queue", &[("bulletin", "1"), ("times", "3"), ("programme", "sang")]).done();
    assert_eq!(queued["object"]["airs"], seen["airs"]);
    let listed: Value = serde_json::from_str(&site.done(&["queue", "list", "--format", "json"])).unwrap();
    assert_eq!(
        (&listed[0]["next_at"], &listed[0]["queue"]),
        (&seen["airs"][0]["scheduled_at"], &queued["object"]["queue"])
    );
    assert_eq!(visit.get("/api/queue").json()["queue"], listed);
    // Only as many draws as there are days: the second one waits behind the first, which was queued before it.
    let days: Value = serde_json::from_str(&site.done(&["timetable", "--days", "14", "--format", "json"])).unwrap();
    let drawn = |id: &Value| {
        let items = days.as_array().unwrap().iter().flat_map(|row| row["items"].as_array().unwrap());
        items.filter(|item| item["airing"] == *id).count()
    };
    assert!(seen["airs"].as_array().unwrap().iter().all(|air| drawn(&air["airing"]) == 1), "{days}");
    // Again for the same is refused, with a word that names no command.
    let again = preview("bulletin=1");
    assert_eq!(again["errors"].as_array().unwrap().len(), 1);
    assert!(!again["errors"][0].as_str().unwrap().contains("loa "), "{again}");
    visit.post("/api/queue", &[("bulletin", "1")]).refused(409);
    visit.post("/api/queue", &[("bulletin", "9")]).refused(409);
    assert!(visit.post("/api/queue", &[("bulletin", "2"), ("times", "0")]).json()["fields"]["times"].is_string());
    let entry = queued["object"]["queue"].as_i64().unwrap();
    visit.post(&format!("/api/queue/{entry}/remove"), &[]).done();
    visit.post(&format!("/api/queue/{entry}/remove"), &[]).refused(409);
    visit.post("/api/queue/99/remove", &[]).refused(404);
    assert!(site.done(&["queue", "list"]).contains("nothing waits"));
    // Without script the same stands in the page.
    let page = visit.get("/tin-bai/2?bulletin=2&xem=1&times=1").text();
    assert!(page.contains(preview("bulletin=2")["airs"][0]["told"].as_str().unwrap()), "{page}");
}

#[test]
fn bulletins_are_found_however_they_are_typed_and_shown_page_by_page() {
    let site = station();
    let running = site.run();
    let visit = operator(&running);
    for (title, theme) in [("Tiêm chủng mở rộng", "ND1"), ("Tiêu úng", "ND2"), ("Vệ sinh môi trường", "ND2")]
    {
        let typed = [("title", title), ("theme", theme), ("text", "Kính báo.")];
        visit.post("/api/bulletins", &typed).done();
    }
    let found = |query: &str| {
        let answer = visit.get(&format!("/api/bulletins?{query}")).json();
        let titles = answer["bulletins"].as_array().unwrap().iter().map(|each| each["bulletin"].as_i64().unwrap());
        titles.collect::<Vec<_>>()
    };
    assert_eq!(found(""), [3, 2, 1]);
    assert_eq!(found("tim=tiem+chung"), [1]);
    assert_eq!(found(&encoded(&[("tim", "TIE\u{302}M")])), [1]);
    assert_eq!(found(&encoded(&[("tim", "tiêu")])), [2]);
    assert_eq!((found("nd=nd2"), found("nd=ND2&truoc=3")), (vec![3, 2], vec![2]));
    assert_eq!(
        (found("trang-thai=cho-duyet"), found("trang-thai=approved"), found("lop=priority")),
        (vec![3, 2, 1], vec![], vec![])
    );
    // The first page also tells what was just recorded.
    visit.get("/tin-bai");
    let page = visit.get("/tin-bai?tim=ve+sinh").text();
    assert!(page.contains("Vệ sinh môi trường") && !page.contains("Tiêu úng"), "{page}");
    let many: Vec<Reply> = (0..50)
        .map(|number| {
            visit.post("/api/bulletins", &[("title", &*format!("Tin {number}")), ("theme", "ND1"), ("text", "x")])
        })
        .collect();
    assert!(many.iter().all(|reply| reply.status == 200));
    visit.get("/tin-bai");
    let page = visit.get("/tin-bai").text();
    assert!(page.contains("/tin-bai?truoc=4\"") && !page.contains("Tiêm chủng"), "{page}");
    assert!(visit.get("/tin-bai?truoc=4").text().contains("Tiêm chủng"));
    assert!(page.len() < 100_000, "{} bytes", page.len());
}

#[test]
fn a_content_is_given_out_by_range_and_only_if_something_names_it() {
    let site = station();
    site.write("audio/nhac.wav", wav(&site, 2.5));
    site.write("schedules/nhac.toml", crate::running::programme("nhac", "0 0 6 * * *", "5m", &["nhac.wav"]));
    let running = site.run();
    let visit = operator(&running);
    recorded(&site, &visit, "Tin", 4.0);
    let (sha256, whole) = (one(&site, 1)["sha256"].as_str().unwrap().to_owned(), wav(&site, 4.0));
    let path = format!("/api/sound/{sha256}");
    let get = |headers: &[(&str, &str)]| visit.send("GET", &path, headers, b"");
    let reply = get(&[]);
    assert_eq!(
        (reply.status, reply.header("content-type"), reply.header("accept-ranges")),
        (200, Some("audio/wav"), Some("bytes"))
    );
    let tag = format!("\"{sha256}\"");
    assert_eq!((reply.header("etag"), &reply.body), (Some(&*tag), &whole));
    let part = get(&[("Range", "bytes=100-299")]);
    let length = whole.len();
    assert_eq!((part.status, part.header("content-range")), (206, Some(&*format!("bytes 100-299/{length}"))));
    assert_eq!((part.body.as_slice(), part.header("content-length")), (&whole[100..300], Some("200")));
    let tail = get(&[("Range", "bytes=-7"), ("If-Range", &tag)]);
    assert_eq!((tail.status, tail.body.as_slice()), (206, &whole[length - 7..]));
    assert_eq!(get(&[("Range", "bytes=5-"), ("If-Range", "\"other\"")]).status, 200);
    let beyond = get(&[("Range", "bytes=99999999-")]);
    assert_eq!((beyond.status, beyond.header("content-range")), (416, Some(&*format!("bytes */{length}"))));
    assert_eq!(get(&[("If-None-Match", &tag)]).status, 304);
    let picture = visit.get(&format!("{path}/waveform.svg"));
    assert_eq!(picture.header("content-type"), Some("image/svg+xml"));
    assert!(picture.text().starts_with("<svg") && picture.body.len() < 50_000, "{} bytes", picture.body.len());
    let peaks = visit.get(&format!("{path}/waveform")).json();
    let columns = peaks["peaks"].as_array().unwrap();
    assert!(peaks["duration_ms"] == 4000 && (100..=800).contains(&columns.len()), "{peaks}");
    assert!(columns.iter().any(|level| level.as_u64().unwrap() > 50));
    // A file of the schedule is heard too; what nothing names, and what is no hash, is not there.
    let file = site.sha256("nhac.wav");
    wait_for("the file of the schedule", 30, || (visit.get(&format!("/api/sound/{file}")).status == 200).then_some(()));
    let store = loa::library::ContentStore::open(&site.path("data/audio")).unwrap();
    let secret = store.ingest(&Signal::mono(48_000, 1.25).wav(&site.path("la.wav"))).unwrap().content.sha256;
    for odd in [&*secret, &"0".repeat(64), "..%2F..%2Floa.toml", "ABC"] {
        assert_eq!(visit.get(&format!("/api/sound/{odd}")).status, 404, "{odd}");
    }
    assert_eq!(Visit::of(&running).get(&path).status, 401);
}

#[test]
fn only_who_writes_bulletins_may_send_record_and_queue() {
    let site = station();
    let running = site.run();
    recorded(&site, &operator(&running), "Tin", 1.2);
    let reporter = Visit::of(&running).sign_in("hoa", &["reporter"]);
    for path in ["/tin-bai", "/tin-bai/1", "/tin-bai/hang-cho", "/api/bulletins", "/api/queue"] {
        assert_eq!(reporter.get(path).status, 200, "{path}");
    }
    assert_eq!(reporter.get("/tin-bai/moi").status, 403);
    assert!(!reporter.get("/tin-bai/1").text().contains("action=\"/api/queue\""));
    // Reporters send the photos of activities; a technician sends nothing.
    reporter.technician().upload("/api/uploads?name=a.wav", b"abc").refused(403);
    reporter.post("/api/bulletins", &[("title", "Tin")]).refused(403);
    reporter.post("/api/queue", &[("bulletin", "1")]).refused(403);
    assert!(left(&site).is_empty());
}
