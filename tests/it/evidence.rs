//! The month that was worked out by hand, as a station: `tests/fixtures/month` made into a real log by the program's own store.
//!
//! In: rows, remarks, bulletins, acts on zones and activities as readable tables. Out: a folder of a station with its log, plan,
//! approvals, sounds and texts, the same in every run to the last hash. What its figures are stands in the folder's README.
//! Next: `figures`, which holds the figures against it.

use std::path::Path;
use std::sync::LazyLock;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, TimeDelta};
use loa::activity::Activity;
use loa::airing::{Airing, AiringId, Approval, ClockState, Kind, Outcome, OutputKind, Priority, Reason};
use loa::bulletin::{Act, Decision, Draft};
use loa::clock::{Clock, Moment, Mono};
use loa::desk::Record;
use loa::library::ContentStore;
use loa::rundown::Content;
use loa::store::{Changes, Register, Revision, Saying, Scribe, Signature, Sound, Store, text_sha256};
use loa::zones::Wish;

use crate::clips::Signal;
use crate::running::Site;
use crate::store::{commit, stranger};

const BOOT: &str = "5f1f0f1c-7d53-4b43-9a55-2f2b6a1c7e90";
const STATION_ID: &str = "0b51b4a4-7b3a-4c0e-8f5a-3f1c0a5b9d11";

/// Below the fixtures.
pub(crate) const MONTH: &str = "month";

/// The station of that month, made anew.
pub(crate) fn month() -> Site {
    let site = Site::new("default");
    site.write("loa.toml", text("loa.toml"));
    site.write("schedules/plan.toml", include_str!("../../schedules/plan.toml"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        found(&site.path("data")).await;
        let bulletins = bulletins(&site).await;
        airings(&site.path("data"), &bulletins).await;
        besides(&site.path("data")).await;
    });
    site
}

fn text(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(MONTH).join(name);
    std::fs::read_to_string(path).unwrap()
}

/// A line of a table, by the heads of its columns; an empty cell is none.
struct Line(csv::StringRecord, csv::StringRecord);

impl Line {
    fn get(&self, column: &str) -> Option<String> {
        let position = self.0.iter().position(|head| head == column).unwrap_or_else(|| panic!("no column `{column}`"));
        Some(self.1[position].to_owned()).filter(|cell| !cell.is_empty())
    }

    fn must(&self, column: &str) -> String {
        self.get(column).unwrap_or_else(|| panic!("no `{column}` in {:?}", self.1))
    }

    fn number(&self, column: &str) -> Option<i64> {
        self.get(column).map(|cell| cell.parse().unwrap())
    }

    fn instant(&self, column: &str) -> Option<DateTime<FixedOffset>> {
        self.get(column).map(|cell| local(&cell))
    }

    fn day(&self, column: &str) -> Option<NaiveDate> {
        self.get(column).map(|cell| cell.parse().unwrap())
    }

    fn words(&self, column: &str) -> Vec<String> {
        self.get(column).unwrap_or_default().split_whitespace().map(str::to_owned).collect()
    }

    fn word<T>(&self, column: &str, from_word: fn(&str) -> Option<T>) -> Option<T> {
        self.get(column).map(|cell| from_word(&cell).unwrap_or_else(|| panic!("`{cell}` is no {column}")))
    }
}

fn lines(name: &str) -> Vec<Line> {
    let text = text(name);
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).trim(csv::Trim::All).from_reader(text.as_bytes());
    let heads = reader.headers().unwrap().clone();
    reader.records().map(|line| Line(heads.clone(), line.unwrap())).collect()
}

/// A time of that station's clock on the wall.
pub(crate) fn local(text: &str) -> DateTime<FixedOffset> {
    let naive = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap();
    naive.and_local_timezone(FixedOffset::east_opt(7 * 3600).unwrap()).unwrap()
}

/// The clock on the wall stands still at that instant; a second later something is recorded.
fn moment(at: DateTime<FixedOffset>) -> Moment {
    Moment { wall: at.to_utc(), mono: Mono(at.timestamp_micros()), synchronised: true }
}

fn signature(by: &str, at: DateTime<FixedOffset>) -> Signature {
    Signature { by: by.to_owned(), via: "cli".to_owned(), at, clock: ClockState::Synchronised }
}

/// An empty database under a name that does not change from run to run.
async fn found(data: &Path) {
    let clock = Clock::led(moment(local("2024-12-01 08:00:00")));
    Store::open(data, &clock, BOOT).await.unwrap().store.close().await;
    let mut conn = stranger(data).await;
    let sql = sqlx::query("update station set station_id = ?").bind(STATION_ID);
    sql.execute(&mut conn).await.unwrap();
    sqlx::Connection::close(conn).await.unwrap();
}

/// What a row needs of the bulletin that it names.
struct Sounding {
    draft: Draft,
    content: Content,
    approval: Option<Approval>,
}

/// Records the bulletins, each with a sound and a text of its own, then their approvals in order of time.
async fn bulletins(site: &Site) -> Vec<Sounding> {
    let mut register = Register::open(&site.path("data")).await.unwrap();
    let store = ContentStore::open(&site.path("data/audio")).unwrap();
    let mut all = Vec::new();
    let mut decisions = Vec::new();
    for (index, line) in lines("bulletins.csv").into_iter().enumerate() {
        let file = Signal::mono(8000, 0.1 * (index + 1) as f64).wav(&site.path("audio/tin.wav"));
        let content = store.ingest(&file).unwrap().content;
        let content = Content { duration_ms: line.number("seconds").map(|seconds| seconds * 1000), ..content };
        let draft = Draft {
            title: line.must("title"),
            themes: line.words("themes"),
            genre: line.get("genre"),
            author: line.get("author"),
            source: None,
            class: Priority::Ordinary,
            valid_from: None,
            valid_until: None,
            zones: Vec::new(),
            text: Some(format!("Kính thưa bà con! {}.", line.must("title"))),
        };
        let sound = Sound {
            content: content.clone(),
            file_name: Some("tin.wav".to_owned()),
            measures: None,
            doubts: Vec::new(),
            voice: None,
            read_as: None,
        };
        let signed = signature("Lê Thị Hoa", local("2024-12-05 09:00:00"));
        let revision = Revision { draft: draft.clone(), sound: Some(sound) };
        let number = register.add(&revision, &signed).await.unwrap();
        assert_eq!(Some(number), line.number("number"));
        decisions.extend(line.instant("approved_at").map(|at| (at, number, line.must("approved_by"))));
        all.push(Sounding { draft, content, approval: None });
    }
    decisions.sort();
    for (at, number, by) in decisions {
        let card = register.card(number).await.unwrap().unwrap();
        let decision = Decision { act: Act::Approve, by: by.clone(), by_phone: false, why: None };
        let seq = register.decide(&card, &decision, &signature(&by, at)).await.unwrap();
        all[number as usize - 1].approval = Some(Approval { seq, by: by.into(), at, by_phone: false });
    }
    register.close().await;
    all
}

async fn airings(data: &Path, bulletins: &[Sounding]) {
    let clock = Clock::led(moment(local("2024-12-14 04:00:00")));
    let store = Store::open(data, &clock, BOOT).await.unwrap().store;
    for (line, seq) in lines("log.csv").iter().zip(1..) {
        assert_eq!(line.number("seq"), Some(seq), "rows stand in the order of the log");
        let airing = airing(line, bulletins);
        clock.set(moment(airing.ended_at.unwrap_or(airing.scheduled_at) + TimeDelta::seconds(1)));
        commit(&store, Record::Row(Box::new(airing))).await;
        assert_eq!(store.head().seq, seq);
    }
    store.close().await;
}

fn airing(line: &Line, bulletins: &[Sounding]) -> Airing {
    let scheduled_at = line.instant("scheduled").unwrap();
    let (programme, item) = (line.get("programme"), line.must("item"));
    let id = match &programme {
        Some(programme) => AiringId::planned(programme, scheduled_at.to_utc(), &item),
        None => AiringId::act(&item, scheduled_at.to_utc(), 1),
    };
    let kind = line.word("kind", Kind::from_word).unwrap();
    let output = line.word("output", OutputKind::from_word).unwrap();
    let started_at = line.instant("started");
    let aired_ms = line.number("aired_s").unwrap() * 1000;
    let bulletin = line.number("bulletin");
    let of = bulletin.map(|number| &bulletins[number as usize - 1]);
    let (zones, zone_names) = zones(&line.words("zones"), scheduled_at).into_iter().unzip();
    let is_approved = line.get("ok").is_some();
    Airing {
        station: station(scheduled_at).to_owned(),
        attempt: line.number("attempt").unwrap() as u32,
        programme_title: programme.as_deref().map(|id| programme_title(id).to_owned()),
        item: programme.as_ref().map(|_| item),
        programme,
        bulletin,
        title: line.get("title").or_else(|| of.map(|of| of.draft.title.clone())),
        genre: of.and_then(|of| of.draft.genre.clone()),
        themes: line.words("themes"),
        author: of.and_then(|of| of.draft.author.clone()),
        approval: of.and_then(|of| of.approval.clone()).filter(|_| is_approved),
        zones,
        zone_names,
        priority: if kind == Kind::Emergency { Priority::Emergency } else { Priority::Ordinary },
        started_at,
        ended_at: started_at.map(|at| at + TimeDelta::milliseconds(aired_ms)),
        planned_ms: line.number("planned_s").map(|seconds| seconds * 1000),
        aired_ms,
        outcome: line.word("outcome", Outcome::from_word),
        reason: line.word("reason", Reason::from_word),
        device: (output == OutputKind::Card).then(|| "alsa:by-id:usb-card".to_owned()),
        level_dbfs: started_at.map(|_| -19),
        peak_dbfs: started_at.map(|_| -2),
        gain_cb: started_at.map(|_| 35),
        trimmed_ms: started_at.map(|_| 0),
        sha256: of.map_or_else(|| content(line), |of| Some(of.content.sha256.to_string())),
        text_sha256: of.and_then(|of| of.draft.text.as_deref()).map(text_sha256),
        clock: ClockState::Synchronised,
        boot_id: BOOT.to_owned(),
        via: line.get("by").map(|_| "cli".to_owned()),
        by: line.get("by"),
        note: (kind == Kind::Note).then(|| "station off".to_owned()),
        ..Airing::blank(kind, id, scheduled_at, output)
    }
}

/// What is no bulletin has the hash of its title for a content that nobody kept.
fn content(line: &Line) -> Option<String> {
    line.get("title").map(|title| text_sha256(&title))
}

/// The first day of the merged commune.
static MERGED: LazyLock<DateTime<FixedOffset>> = LazyLock::new(|| local("2025-07-01 00:00:00"));

fn station(on: DateTime<FixedOffset>) -> &'static str {
    if on < *MERGED { "Đài truyền thanh xã Thanh Đa" } else { "Đài truyền thanh xã Hát Môn" }
}

/// Ids and names of that day.
fn zones(numbers: &[String], on: DateTime<FixedOffset>) -> Vec<(String, String)> {
    let of = if on < *MERGED { "" } else { ", Hát Môn" };
    numbers.iter().map(|number| (format!("thon-{number}"), format!("Cụm loa thôn {number}{of}"))).collect()
}

fn programme_title(id: &str) -> &'static str {
    match id {
        "sang" => "Chương trình buổi sáng",
        "chieu" => "Chương trình buổi chiều",
        "dem" => "Bản tin cuối ngày",
        other => panic!("`{other}` has no title"),
    }
}

/// What people recorded of zones, activities and rows.
async fn besides(data: &Path) {
    let mut register = Register::open(data).await.unwrap();
    for line in lines("zones.csv") {
        let (zone, at) = (format!("thon-{}", line.must("zone")), line.instant("at").unwrap());
        let broken = line.must("act") == "broken";
        let wish = if broken { Wish::Broken(zone, at) } else { Wish::Repaired(zone, at) };
        let signed = signature(&line.must("by"), at + TimeDelta::hours(1));
        register.record_zone(wish, None, &signed).await.unwrap().unwrap();
    }
    for line in lines("activities.csv") {
        let activity = activity(&line);
        let signed = signature("Lê Thị Hoa", local("2025-07-16 08:00:00"));
        let one = Activity { withdrawn: None, ..activity.clone() };
        let number = register.add_activities(&[one], &signed).await.unwrap()[0];
        assert_eq!(number, activity.number);
        if activity.is_withdrawn() {
            register.revise_activity(&activity, &signed).await.unwrap();
        }
    }
    for (line, minutes) in lines("remarks.csv").iter().zip(0..) {
        let at = local("2025-07-16 09:00:00") + TimeDelta::minutes(minutes);
        let by = line.must("by");
        let scribe = Scribe { station: station(at), boot_id: BOOT, signed: &signature(&by, at) };
        register.remark(line.number("row").unwrap(), saying(line), scribe).await.unwrap();
    }
    register.close().await;
}

fn activity(line: &Line) -> Activity {
    Activity {
        number: line.number("number").unwrap(),
        revision: 1,
        date: line.day("date").unwrap(),
        until: line.day("until"),
        code: line.must("code"),
        channel: line.get("channel"),
        title: line.must("title"),
        themes: line.words("themes"),
        bulletin: None,
        place: line.get("place"),
        people: line.number("people"),
        procedures: line.number("procedures"),
        who: line.get("who"),
        link: line.get("channel").map(|channel| format!("https://{}.example.vn/1", channel.to_lowercase())),
        files: Vec::new(),
        note: None,
        withdrawn: line.get("withdrawn"),
        recorded_at: DateTime::default(),
        by: String::new(),
        via: String::new(),
    }
}

fn saying(line: &Line) -> Saying {
    let text = line.must("text");
    let changes = match line.must("what").as_str() {
        "note" => return Saying::Note(text),
        "void" => Changes { is_void: Some(true), ..Changes::default() },
        _ => {
            let themes = Some(line.words("themes")).filter(|themes| !themes.is_empty());
            Changes { themes, title: line.get("title"), ..Changes::default() }
        }
    };
    Saying::Correction { changes, why: text }
}

#[test]
fn the_month_is_whole_and_the_same_in_every_run() {
    let proofs = [month(), month()].map(|site| site.done(&["log", "verify"]));
    assert!(proofs[0].starts_with("60 rows, head 60:"), "{}", proofs[0]);
    assert_eq!(proofs[0], proofs[1]);
}
