//! Hôm nay in the real program: what the page tells as it happens, and acts that are pressed late or twice.
//!
//! In: a station on a captured card with its page. Out: events, answers, rows, and what the card played. Next: `web`.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;

use loa::clock::Clock;
use serde_json::Value;

use crate::clips::Signal as Sound;
use crate::lockout::Locked;
use crate::running::{Running, Site, alike, in_seconds, is_silent, onset, outcome};
use crate::soundcard::{Fault, SoundCard, wait_for};
use crate::web::Visit;

/// The events of one open page.
struct Events {
    lines: BufReader<TcpStream>,
}

impl Events {
    fn open(visit: &Visit) -> Self {
        let mut stream = visit.connect();
        let cookie = visit.cookie.as_deref().unwrap();
        let request = format!("GET /api/events HTTP/1.1\r\nHost: {}\r\nCookie: {cookie}\r\n\r\n", visit.address);
        stream.write_all(request.as_bytes()).unwrap();
        let mut events = Self { lines: BufReader::new(stream) };
        let status = events.line().expect("an answer");
        assert!(status.starts_with("HTTP/1.1 200"), "{status}");
        events
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.lines.read_line(&mut line).ok()?;
        (read > 0).then(|| line.trim_end().to_owned())
    }

    /// The next event of that name; `None` when the stream has ended.
    fn next(&mut self, name: &str) -> Option<Value> {
        let wanted = format!("event: {name}");
        loop {
            if self.line()? == wanted {
                let data = self.line()?;
                return Some(serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap());
            }
        }
    }

    /// The next event of that name of which something holds.
    fn until(&mut self, name: &str, holds: impl Fn(&Value) -> bool) -> Value {
        loop {
            let event = self.next(name).unwrap_or_else(|| panic!("the stream ended before that `{name}`"));
            if holds(&event) {
                return event;
            }
        }
    }
}

/// A station with its page on a card, which airs these items (name and seconds) in a moment.
fn airing(card: &SoundCard, items: &[(&str, f64)]) -> (Site, Running, Visit) {
    let site = Site::on_card(card).with_page();
    site.set("[emergency]\ntone_ms = 300\n");
    for (name, seconds) in items {
        Sound::stereo(48_000, *seconds).wav(&site.path("audio").join(name));
    }
    let names: Vec<&str> = items.iter().map(|(name, _)| *name).collect();
    site.plan("sang", in_seconds(2), "5m", &names);
    let station = site.run();
    let visit = Visit::signed_in(&station, &["operator", "approver", "technician"]);
    (site, station, visit)
}

#[test]
fn an_open_page_hears_what_starts_how_loud_it_is_and_how_it_ended() {
    let card = SoundCard::new();
    let (site, station, visit) = airing(&card, &[("a.wav", 3.0)]);
    let mut events = Events::open(&visit);
    let on_air = events.until("status", |event| !event["status"]["on_air"].is_null());
    let item = &on_air["status"]["on_air"];
    assert_eq!((&item["title"], &item["kind"], &item["attempt"]), (&"a".into(), &"fixed".into(), &1.into()));
    let loud = events.until("level", |level| level["state"] == "sound" && level["rms"].as_i64() > Some(-30));
    assert!(loud["peak"].as_i64() >= loud["rms"].as_i64(), "{loud}");
    let row = events.until("row", |_| true);
    assert_eq!(
        (&row["title"], &row["outcome"], &row["words"]["vi"]),
        (&"a".into(), &"aired".into(), &"phát đủ".into())
    );
    events.until("level", |level| level["state"] == "quiet");
    // The page shows the same.
    wait_for("the row in the log", 30, || site.rows().first().map(|_| ()));
    let day = visit.get("/api/today").json();
    let line = &day["programmes"][0]["items"][0];
    assert_eq!(
        (&line["title"], &line["state"]["state"], &line["state"]["outcome"]),
        (&"a".into(), &"over".into(), &"aired".into())
    );
    assert_eq!(station.terminate().0, Some(0));
    assert!(events.next("status").is_none_or(|_| events.next("never").is_none()), "the stream ends with the station");
}

#[test]
fn a_press_that_comes_late_or_twice_cuts_nothing_else() {
    let card = SoundCard::new();
    let (site, station, visit) = airing(&card, &[("a.wav", 8.0), ("b.wav", 3.0)]);
    let mut events = Events::open(&visit);
    let seen = events.until("status", |event| event["status"]["on_air"]["title"] == "a");
    let airing = seen["status"]["on_air"]["airing"].as_str().unwrap();
    let fields = [("airing", airing), ("attempt", "1"), ("act", "the-first-press")];
    let first = visit.post("/api/skip", &fields).done();
    assert_eq!(first["told"], "skipped `a`");
    // The same press again, from a browser that lost its connection.
    assert_eq!(visit.post("/api/skip", &fields).done()["told"], "skipped `a`");
    events.until("status", |event| event["status"]["on_air"]["title"] == "b");
    // A second tab that still shows the first item.
    let other_tab = visit.clone();
    for (path, act) in [("/api/skip", "second"), ("/api/stop", "third")] {
        let late = other_tab.post(path, &[("airing", airing), ("attempt", "1"), ("act", act)]).refused(409);
        assert!(late.contains("something else is on the air by now: `b`"), "{late}");
    }
    let story = site.story(2);
    assert_eq!(story, ["a-0/1 cut: operator", "b-1/1 aired"]);
    let row = &site.rows()[0];
    assert_eq!((row.by.as_deref(), row.via.as_deref()), (Some("lan (lan)"), Some("web")));
    let late = visit.post("/api/stop", &[("airing", airing), ("attempt", "1")]).refused(409);
    assert!(late.contains("nothing is on the air"), "{late}");
    assert_eq!(station.terminate().0, Some(0));
}

#[test]
fn an_emergency_from_the_page_cuts_in_once_and_needs_a_reason_and_a_meaning() {
    let card = SoundCard::new();
    let (site, station, visit) = airing(&card, &[("a.wav", 20.0)]);
    Sound::mono(48_000, 0.5).wav(&site.path("audio").join("bao.wav"));
    let mut events = Events::open(&visit);
    events.until("status", |event| event["status"]["on_air"]["title"] == "a");
    let file = [("what", "file"), ("file", "bao.wav"), ("repeat", "1"), ("held", "1"), ("act", "storm")];
    let refused = visit.post("/api/emergency", &file);
    assert_eq!((refused.status, refused.json()["fields"]["why"].is_string()), (400, true));
    let with_why = [&file[..], &[("why", "bão số ba")]].concat();
    for wrong in ["../loa.toml", "/etc/passwd", "không-có.wav", ""] {
        let fields = [("what", "file"), ("file", wrong), ("why", "x"), ("held", "1")];
        visit.post("/api/emergency", &fields).refused(400);
    }
    // Without script a second page asks first.
    let unheld: Vec<_> = with_why.iter().copied().filter(|(name, _)| !matches!(*name, "held" | "act")).collect();
    let asked = visit.post_form("/api/emergency", &unheld);
    let confirm = asked.header("location").unwrap().to_owned();
    assert!(asked.status == 303 && confirm.starts_with("/khan-cap/xac-nhan?"), "{asked:?}");
    assert!(visit.get(&confirm).text().contains("bão số ba"));
    let clock = Clock::system();
    let held = clock.now().wall;
    assert_eq!(visit.post("/api/emergency", &with_why).done()["told"], "`bao.wav` starts now");
    assert_eq!(visit.post("/api/emergency", &with_why).done()["told"], "`bao.wav` starts now");
    events.until("row", |row| row["kind"] == "emergency");
    let rows = site.wait_rows(2);
    let emergency: Vec<_> = rows.iter().filter(|row| row.kind == "emergency").collect();
    assert_eq!((emergency.len(), outcome(emergency[0]), emergency[0].why.as_deref()), (1, "aired", Some("bão số ba")));
    let heard = card.frames();
    let bao = crate::running::decoded(&site.path("audio/bao.wav"));
    let first = (0..heard.len()).find(|at| alike(&heard[*at..], &bao, 0.0) == bao.len()).expect("it came out whole");
    let tone = first - 14_400;
    assert!(heard[tone..first].iter().any(|frame| frame[0].abs() > 0.05), "a tone comes before it");
    let after_ms = card.play_time_us(tone).unwrap() / 1e3 - held.timestamp_micros() as f64 / 1e3;
    println!("first sound {after_ms:.0} ms after it was confirmed");
    assert!(after_ms > 0.0 && after_ms < 30_000.0, "{after_ms}");
    assert_eq!(station.terminate().0, Some(0));
}

#[test]
fn an_emergency_needs_no_database() {
    let card = SoundCard::new();
    let site = Site::on_card(&card).with_page();
    site.set("[emergency]\ntone_ms = 300\n");
    Sound::mono(48_000, 0.5).wav(&site.path("audio").join("bao.wav"));
    let station = site.run();
    station.says("sound device open: ");
    let visit = Visit::signed_in(&station, &["operator"]);
    let fields = [("what", "file"), ("file", "bao.wav"), ("held", "1"), ("why", "lũ")];
    let airs = |when: &str, from: usize| {
        let page = visit.get("/khan-cap");
        assert!(page.status == 200 && page.text().contains("bao.wav"), "{when}: {page:?}");
        assert_eq!(visit.post("/api/emergency", &fields).done()["told"], "`bao.wav` starts now", "{when}");
        wait_for(&format!("its sound {when}"), 30, || find(&card.frames(), from))
    };
    // Somebody's tool holds the database and lets nobody write.
    let locked = Locked::new(&site);
    let end = airs("while it is locked", 0);
    assert_eq!(site.rows().len(), 0);
    locked.release();
    let rows = site.wait_rows(1);
    assert_eq!((rows[0].kind.as_str(), outcome(&rows[0])), ("emergency", "aired"));
    // Another one has written over it.
    std::fs::write(site.path("data/loa.db"), "không phải cơ sở dữ liệu").unwrap();
    airs("while it is damaged", end);
    assert_eq!(visit.get("/").status, 200);
    assert_eq!(station.terminate().0, Some(0));
}

/// The place behind the clip that sounds whole after the frame `from`.
fn find(heard: &[[f32; 2]], from: usize) -> Option<usize> {
    let start = from + onset(&heard[from.min(heard.len())..])?;
    // Tone and clip: 0.8 s.
    let end = start + 38_000;
    (heard.len() > end && heard[start..end].iter().filter(|frame| !is_silent(**frame)).count() > 30_000)
        .then_some(end + 4_800)
}

#[test]
fn health_is_green_on_air_red_without_a_device_and_green_again() {
    let card = SoundCard::new();
    let site = Site::on_card(&card).with_page();
    let station = site.run();
    station.says("sound device open: ");
    let guest = Visit::of(&station);
    let reads = |status: u16| {
        wait_for(&format!("health {status}"), 30, || Some(guest.get("/health")).filter(|reply| reply.status == status))
    };
    assert_eq!(reads(200).json(), serde_json::json!({"air": "ok"}));
    card.fault(Fault::Gone);
    let red = wait_for("no device", 30, || {
        let reply = guest.get("/health").json();
        (reply["reasons"] == serde_json::json!(["no_device"])).then_some(reply)
    });
    assert_eq!(red["air"], "bad");
    let visit = Visit::signed_in(&station, &["operator"]);
    let mut events = Events::open(&visit);
    let told = events.until("status", |event| !event["alarms"].as_array().unwrap().is_empty());
    assert!(told["alarms"][0]["vi"][0].as_str().unwrap().contains("Không có thiết bị âm thanh"), "{told}");
    card.heal();
    reads(200);
    assert_eq!(station.terminate().0, Some(0));
}

#[test]
fn the_test_tone_sounds_where_nothing_else_does() {
    let card = SoundCard::new();
    let site = Site::on_card(&card).with_page();
    site.set("[approval]\nrequired = true\n");
    let station = site.run();
    station.says("sound device open: ");
    let visit = Visit::signed_in(&station, &["technician"]);
    assert_eq!(visit.post("/api/tone", &[]).done()["told"], "`Test tone` starts now");
    let busy = visit.post("/api/tone", &[]).refused(409);
    assert!(busy.contains("`Test tone` is on the air"), "{busy}");
    let rows = site.wait_rows(1);
    let row = &rows[0];
    assert_eq!((row.kind.as_str(), outcome(row), row.aired_ms), ("operator", "aired", 3_600));
    assert_eq!((row.title.as_deref(), row.note.as_deref()), (Some("Test tone"), Some("test tone")));
    assert_eq!(site.done(&["air", "--tone", "--why", "sau khi thay dây"]), "`Test tone` starts now\n");
    assert_eq!(site.wait_rows(2)[1].sha256, row.sha256);
    assert_eq!(station.terminate().0, Some(0));
    assert!(card.frames().iter().any(|frame| !is_silent(*frame)));
}

#[test]
fn what_was_uploaded_airs_under_the_name_that_it_had() {
    let site = Site::new("silent").with_page();
    let station = site.run();
    station.says("sound device open: ");
    let visit = Visit::signed_in(&station, &["operator"]);
    let bytes = std::fs::read(Sound::mono(48_000, 0.5).wav(&site.path("lu.wav"))).unwrap();
    let send = |visit: &Visit| {
        let sent = visit.upload("/api/uploads?name=lu.wav", &bytes).done();
        sent["object"]["upload"].as_str().unwrap().to_owned()
    };
    let upload = send(&visit);
    let another = send(&Visit::of(&station).sign_in("minh", &["operator"]));
    for wrong in ["", "../uploads/0123abcd", "ffff", &another] {
        let fields = [("what", "upload"), ("upload", wrong), ("why", "lũ"), ("held", "1")];
        assert!(visit.post("/api/emergency", &fields).json()["fields"]["upload"].is_string(), "{wrong}");
    }
    let name = ("upload_name", "Nước lên\nở thôn 2.wav");
    let fields = [("what", "upload"), ("upload", upload.as_str()), name, ("why", "lũ"), ("held", "1")];
    assert_eq!(visit.post("/api/emergency", &fields).done()["told"], "`Nước lên ở thôn 2.wav` starts now");
    let rows = site.wait_rows(1);
    assert_eq!((rows[0].title.as_deref(), outcome(&rows[0])), (Some("Nước lên ở thôn 2.wav"), "aired"));
    let left: Vec<_> =
        std::fs::read_dir(site.path("data/uploads")).unwrap().map(|each| each.unwrap().file_name()).collect();
    assert_eq!(left, [another.as_str()], "what has aired waits no more");
    assert_eq!(station.terminate().0, Some(0));
}
