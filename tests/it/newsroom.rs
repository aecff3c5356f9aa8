//! The real program while people change bulletins, approvals and the queue beside it: seen within a second, aired by number.
//!
//! In: rows put into the database of a running station, as the commands of another process put them. Out: answers, status and
//! the log. Next: `bulletins_aired`, the same rules in an invented world.

use std::fs;

use loa::clock::Clock;
use loa::library::ContentStore;
use serde_json::json;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, Row as _};

use crate::clips::Signal as Sound;
use crate::running::{Running, Site, cron, in_seconds, short};
use crate::soundcard::wait_for;

const REQUIRED: &str = "[approval]\nrequired = true\n";

/// People who write into the database beside the station.
struct Newsroom<'s> {
    site: &'s Site,
    runtime: tokio::runtime::Runtime,
}

impl<'s> Newsroom<'s> {
    fn of(site: &'s Site) -> Self {
        Self { site, runtime: tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap() }
    }

    fn tell(&self, sql: &str) {
        self.runtime.block_on(async {
            let mut conn = self.connect().await;
            conn.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
            conn.close().await.unwrap();
        });
    }

    async fn connect(&self) -> SqliteConnection {
        let path = self.site.path("data").join("loa.db");
        let options = SqliteConnectOptions::new().filename(path).disable_statement_logging();
        options.busy_timeout(std::time::Duration::from_secs(10)).connect().await.unwrap()
    }

    /// A new revision of a bulletin with the sound of a file, in the content store; answers with its hash.
    fn bring(&self, number: i64, file: &str) -> String {
        let store = ContentStore::open(&self.site.path("data").join("audio")).unwrap();
        let content = store.ingest(&self.site.path(file)).unwrap().content;
        let (sha256, ms) = (content.sha256.to_string(), content.duration_ms.unwrap());
        self.tell(&format!(
            "insert into bulletin (v, seq, station_id, number, revision, title, genre, themes, author, class, zones, text_sha256, sha256,
                 duration_ms, doubts, title_key, plain_key, recorded_at, \"by\", via, prev_hash, hash)
             values (1, 1 + (select count(*) from bulletin), 's', {number}, 1 + (select count(*) from bulletin where number = {number}), 'Tin {number}', 'tin',
                 '[\"ND1\"]', 'Trần Thị B', 'ordinary', '[]', 'ab', '{sha256}', {ms}, '[]', '', '',
                 '2025-01-01T00:00:00.000000Z', 'x', 'cli',
                 coalesce((select hash from bulletin order by seq desc limit 1), '{}'), hex(randomblob(32)))",
            "0".repeat(64)
        ));
        sha256
    }

    fn decide(&self, number: i64, act: &str) {
        self.tell(&format!(
            "insert into approval (v, seq, station_id, act, bulletin, revision, title, sha256, text_sha256, \"by\",
                 by_phone, via, at, clock, prev_hash, hash)
             select 1, (select coalesce(max(seq), 0) + 1 from approval), 's', '{act}', number, revision, title, sha256,
                 text_sha256, 'Đỗ Bá Khang', 0, 'cli', '2025-01-01T08:00:00.000000+07:00', 'synchronised',
                 coalesce((select hash from approval order by seq desc limit 1), '{}'), hex(randomblob(32))
             from bulletin where number = {number} order by revision desc limit 1",
            "0".repeat(64)
        ));
    }

    fn queue(&self, number: i64) {
        self.tell(&format!(
            "insert into queue_entry (bulletin, times, queued_at, \"by\", via)
             values ({number}, 1, '2025-01-01T00:00:00.000000Z', 'x', 'cli')"
        ));
    }

    fn one(&self, sql: &str) -> i64 {
        self.runtime.block_on(async {
            let mut conn = self.connect().await;
            let value = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_one(&mut conn).await.unwrap().get(0);
            conn.close().await.unwrap();
            value
        })
    }
}

fn station() -> Site {
    let site = Site::new("silent");
    site.set(REQUIRED);
    Sound::stereo(48_000, 1.1).wav(&site.path("tin.wav"));
    Sound::mono(48_000, 1.0).wav(&site.path("khac.wav"));
    site
}

fn next(site: &Site) -> serde_json::Value {
    site.status()["next_programme"]["items"].clone()
}

fn sees(site: &Site, what: &str, wanted: &serde_json::Value) {
    wait_for(what, 30, || (next(site) == *wanted).then_some(()));
}

#[test]
fn a_bulletin_airs_by_its_number_as_soon_as_it_is_approved() {
    let site = station();
    let running = site.run();
    running.says("sound device open");
    let newsroom = Newsroom::of(&site);
    let sha256 = newsroom.bring(12, "tin.wav");
    let refused = |ran: crate::running::Ran| (ran.code, ran.stderr);
    assert_eq!(
        refused(site.loa(&["air", "7"])),
        (Some(2), "loa: there is no bulletin 7; nothing airs: `loa bulletin list` lists them\n".to_owned())
    );
    let (code, told) = refused(site.loa(&["air", "12"]));
    assert_eq!(code, Some(1));
    assert!(told.contains("`Tin 12` is not approved; nothing airs: `loa bulletin approve 12 --by NAME`"), "{told}");
    let (code, told) = refused(site.loa(&["air", site.path("tin.wav").to_str().unwrap()]));
    assert!(code == Some(1) && told.contains("`tin.wav` is not approved"), "{told}");
    // No look may lie between the approval and the act.
    newsroom.decide(12, "approve");
    assert_eq!(site.done(&["air", "12", "--by", "A"]), "`Tin 12` starts now\n");
    site.wait_rows(3);
    // The same bytes as a file are approved too; an emergency needs nobody.
    site.done(&["air", site.path("tin.wav").to_str().unwrap()]);
    site.wait_rows(4);
    newsroom.decide(12, "withdraw");
    assert_eq!(site.loa(&["air", "12"]).code, Some(1));
    site.done(&["air", "12", "--emergency"]);
    let rows = site.wait_rows(6);
    let told = ["Tin 12/1 cancelled: not_approved", "tin.wav/1 cancelled: not_approved", "Tin 12/1 aired"];
    let more = ["tin.wav/1 aired", "Tin 12/1 cancelled: not_approved", "Tin 12/1 aired"];
    assert_eq!(rows.iter().map(short).collect::<Vec<_>>(), [told, more].concat());
    let row = &rows[2];
    assert_eq!((row.kind.as_str(), row.bulletin, &row.themes.0[..]), ("operator", Some(12), &["ND1".to_owned()][..]));
    assert_eq!((row.genre.as_deref(), row.author.as_deref()), (Some("tin"), Some("Trần Thị B")));
    assert_eq!((row.approval.as_deref(), row.approved_by.as_deref()), (Some("1"), Some("Đỗ Bá Khang")));
    assert_eq!(
        (row.approved_at.as_deref(), row.text_sha256.as_deref()),
        (Some("2025-01-01T08:00:00.000000+07:00"), Some("ab"))
    );
    assert_eq!(row.sha256.as_ref(), Some(&sha256));
    assert_eq!((rows[5].kind.as_str(), rows[5].approval.as_deref()), ("emergency", None));
    assert_eq!(running.terminate().0, Some(0));
}

/// A programme far off, so that its outlook can be watched.
fn tomorrow(site: &Site) {
    let at = Clock::system().now().wall + chrono::TimeDelta::hours(20);
    let text = format!(
        "[[programme]]\nid = \"p\"\ntitle = \"P\"\ncron = \"{}\"\nwindow = \"5m\"\n[[programme.item]]\nid = \"tin\"\n\
         queue = {{ up_to = \"60s\" }}\n[[programme.item]]\nid = \"n\"\nbulletin = 2\n",
        cron(at)
    );
    site.write("schedules/p.toml", text);
}

fn item(id: &str, title: &str, bulletin: Option<i64>, ms: Option<i64>, left_out: Option<&str>) -> serde_json::Value {
    json!({"item": id, "title": title, "bulletin": bulletin, "planned_ms": ms, "left_out": left_out})
}

#[test]
fn what_people_change_is_seen_and_what_lacks_is_told() {
    let site = station();
    tomorrow(&site);
    let running = site.run();
    let newsroom = Newsroom::of(&site);
    let named = item("n", "Tin bài số 2", Some(2), None, Some("not_approved"));
    let empty = item("tin", "Tin bài từ hàng chờ", None, None, Some("queue_empty"));
    sees(&site, "an empty queue", &json!([empty, named]));
    running.says("alarm: the queue has no bulletin that `P` at");
    running.says("will leave out what nobody has approved: `Tin bài số 2 (n)`");
    let sha256 = newsroom.bring(1, "tin.wav");
    newsroom.bring(2, "khac.wav");
    newsroom.decide(1, "approve");
    newsroom.queue(1);
    newsroom.decide(2, "approve");
    let drawn = item("tin.1", "Tin 1", Some(1), Some(1100), None);
    sees(&site, "both approved", &json!([drawn, item("n", "Tin 2", Some(2), Some(1000), None)]));
    running.says("alarm over: the queue has no bulletin");
    // Its bytes get lost.
    fs::remove_file(site.path("data").join("audio").join(sha256)).unwrap();
    running.says("`bulletin 1` is at fault");
    wait_for("a fault in status", 30, || site.status().to_string().contains("bulletin 1: ").then_some(()));
    newsroom.decide(2, "withdraw");
    sees(&site, "withdrawn", &json!([drawn, item("n", "Tin 2", Some(2), Some(1000), Some("not_approved"))]));
    assert_eq!(running.terminate().0, Some(0));
}

#[test]
fn a_database_that_cannot_be_read_keeps_the_last_shelf_and_is_told_once() {
    let site = station();
    tomorrow(&site);
    let running = site.run();
    let newsroom = Newsroom::of(&site);
    newsroom.bring(1, "tin.wav");
    newsroom.decide(1, "approve");
    newsroom.queue(1);
    let drawn = item("tin.1", "Tin 1", Some(1), Some(1100), None);
    let named = item("n", "Tin bài số 2", Some(2), None, Some("not_approved"));
    sees(&site, "one in the queue", &json!([drawn, named]));
    newsroom.tell("alter table shelf rename to away");
    running.says("cannot be read now");
    let before = running.waits_of("watch-shelf");
    wait_for("some looks", 30, || (running.waits_of("watch-shelf") > before + 5).then_some(()));
    assert_eq!(next(&site), json!([drawn, named]));
    assert_eq!(running.stderr().matches("cannot be read now").count(), 1, "{}", running.stderr());
    newsroom.tell("alter table away rename to shelf");
    newsroom.bring(2, "khac.wav");
    newsroom.decide(2, "approve");
    sees(&site, "seen again", &json!([drawn, item("n", "Tin 2", Some(2), Some(1000), None)]));
    assert_eq!(running.terminate().0, Some(0));
}

#[test]
fn a_draw_that_aired_is_counted_beside_the_log() {
    let site = station();
    let running: Running = site.run();
    let newsroom = Newsroom::of(&site);
    for number in [1, 2] {
        newsroom.bring(number, "tin.wav");
        newsroom.decide(number, "approve");
        newsroom.queue(number);
    }
    // A programme that is frozen at once draws from what has been seen.
    tomorrow(&site);
    running.says("the new schedule is taken over");
    wait_for("both in the queue", 30, || next(&site).to_string().contains("tin.1").then_some(()));
    fs::remove_file(site.path("schedules/p.toml")).unwrap();
    let starts = in_seconds(7);
    let queue = |id: &str, at| {
        format!(
            "[[programme]]\nid = \"{id}\"\ntitle = \"{id}\"\ncron = \"{}\"\nwindow = \"20s\"\n[[programme.item]]\n\
             id = \"tin\"\nqueue = {{ up_to = \"2s\" }}\n",
            cron(at)
        )
    };
    site.write("schedules/p.toml", queue("p", starts));
    let rows = site.wait_rows(1);
    assert_eq!(rows.iter().map(short).collect::<Vec<_>>(), ["tin.1/1 aired"]);
    assert_eq!((rows[0].kind.as_str(), rows[0].bulletin), ("bulletin", Some(1)));
    assert_eq!(running.terminate().0, Some(0));
    assert_eq!(newsroom.one("select count(*) from drawn where entry = 1"), 1);
    // The next run knows it from there.
    site.write("schedules/q.toml", queue("q", in_seconds(8)));
    let running = site.run();
    let rows = site.wait_rows(2);
    assert_eq!((rows[1].item.as_deref(), rows[1].bulletin), (Some("tin.1"), Some(2)));
    assert_eq!(running.terminate().0, Some(0));
}
