//! Activities besides the air: revisions written by commands, chained as the airing log is, and read by whoever asks.
//!
//! In: activities as people entered them. Out: their numbers; the newest revision of each; or the proof of their chain, which
//! names the first bad revision. A revision never changes: a change, and a withdrawal, is a new one. Must never give out a
//! number twice. Next: `crate::activity`.

use chrono::NaiveDate;
use serde_json::{Value, json};
use sqlx::Row as _;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::chain::{BrokenActivity, Head};
use super::column;
use super::read::{Log, ReadError};
use super::register::{Register, RegisterError, Signature, failed, station_id};
use super::sealed::{Sealed, VERSION};
use crate::activity::{Activity, Proof};
use crate::airing::rfc3339;

/// The table and its hashed columns.
pub(super) const ACTIVITIES: Sealed = Sealed {
    name: "activity",
    migration: 5,
    hashed: &[
        "v",
        "seq",
        "station_id",
        "number",
        "revision",
        "date",
        "until",
        "code",
        "channel",
        "title",
        "themes",
        "bulletin",
        "place",
        "people",
        "procedures",
        "who",
        "link",
        "files",
        "note",
        "withdrawn",
        "recorded_at",
        "by",
        "via",
        "clock",
    ],
};

/// Every revision that no later one follows.
const NEWEST: &str = "
    select * from activity
    where not exists (select 1 from activity as newer
                      where newer.number = activity.number and newer.revision > activity.revision)";

impl Register {
    /// Records new activities, all or none; answers with their numbers.
    pub async fn add_activities(
        &mut self,
        activities: &[Activity],
        signed: &Signature,
    ) -> Result<Vec<i64>, RegisterError> {
        let path = self.path.clone();
        let mut act = self.begin().await?;
        let recorded = async {
            let last = sqlx::query("select coalesce(max(number), 0) from activity").fetch_one(&mut *act).await?;
            let first = last.try_get::<i64, _>(0)? + 1;
            let mut numbers = Vec::with_capacity(activities.len());
            for (number, activity) in (first..).zip(activities) {
                append(&mut act, (number, 1), activity, signed).await?;
                numbers.push(number);
            }
            act.commit().await?;
            Ok(numbers)
        };
        recorded.await.map_err(|error: sqlx::Error| failed(&path, &error))
    }

    /// Records a new revision of an activity, as which it was read; answers with the revision's number. Refused if somebody
    /// else recorded one since.
    pub async fn revise_activity(&mut self, activity: &Activity, signed: &Signature) -> Result<i64, RegisterError> {
        let (path, number, of) = (self.path.clone(), activity.number, activity.revision);
        let mut act = self.begin().await?;
        let recorded = async {
            let newest = sqlx::query("select max(revision) from activity where number = ?").bind(number);
            let newest: Option<i64> = newest.fetch_one(&mut *act).await?.try_get(0)?;
            if newest != Some(of) {
                return Ok(None);
            }
            append(&mut act, (number, of + 1), activity, signed).await?;
            act.commit().await?;
            Ok(Some(of + 1))
        };
        let recorded = recorded.await.map_err(|error: sqlx::Error| failed(&path, &error))?;
        recorded.ok_or(RegisterError::OutdatedActivity(number))
    }

    /// All activities, each in its newest revision, withdrawn ones too, lowest number first.
    pub async fn activities(&mut self) -> Result<Vec<Activity>, RegisterError> {
        newest(&mut self.conn).await.map_err(|error| self.failed(&error))
    }

    /// All revisions of one activity, oldest first; none if there is none of that number.
    pub async fn activity_revisions(&mut self, number: i64) -> Result<Vec<Activity>, RegisterError> {
        revisions(&mut self.conn, number).await.map_err(|error| self.failed(&error))
    }

    /// Which of these bulletins there are not.
    pub async fn missing_bulletins(&mut self, numbers: &[i64]) -> Result<Vec<i64>, RegisterError> {
        let rows = sqlx::query(
            "select distinct value from json_each(?)
             where not exists (select 1 from bulletin where bulletin.number = json_each.value) order by value",
        );
        let rows = rows.bind(json!(numbers).to_string()).fetch_all(&mut self.conn).await;
        let missing = rows.and_then(|rows| rows.iter().map(|row| row.try_get(0)).collect());
        missing.map_err(|error| self.failed(&error))
    }
}

impl Log {
    /// All activities, each in its newest revision, withdrawn ones too, lowest number first.
    pub async fn activities(&mut self) -> Result<Vec<Activity>, ReadError> {
        newest(self.any()).await.map_err(|error| self.unreadable(&error))
    }

    /// Activities of which a day lies in a window, first and last day included; withdrawn ones are left out.
    pub async fn activities_within(&mut self, first: NaiveDate, last: NaiveDate) -> Result<Vec<Activity>, ReadError> {
        let mut activities = self.activities().await?;
        activities.retain(|activity| activity.touches(first, last) && !activity.is_withdrawn());
        activities.sort_by_key(|activity| (activity.date, activity.number));
        Ok(activities)
    }

    /// Walks all revisions of all activities and proves their chain; compares with a head kept elsewhere if there is one.
    pub async fn verify_activities(&mut self, kept: Option<Head>) -> Result<Head, ReadError> {
        let walked = ACTIVITIES.walk(self.any(), kept, |_, _| None).await;
        Ok(walked.map_err(|error| self.unreadable(&error))?.map_err(BrokenActivity)?)
    }
}

async fn append(
    conn: &mut SqliteConnection,
    (number, revision): (i64, i64),
    activity: &Activity,
    signed: &Signature,
) -> sqlx::Result<()> {
    let values = vec![
        json!(VERSION),
        Value::Null,
        json!(station_id(conn).await?),
        json!(number),
        json!(revision),
        json!(activity.date.to_string()),
        json!(activity.until.map(|day| day.to_string())),
        json!(activity.code),
        json!(activity.channel),
        json!(activity.title),
        json!(json!(activity.themes).to_string()),
        json!(activity.bulletin),
        json!(activity.place),
        json!(activity.people),
        json!(activity.procedures),
        json!(activity.who),
        json!(activity.link),
        json!(json!(activity.files).to_string()),
        json!(activity.note),
        json!(activity.withdrawn),
        json!(rfc3339(&signed.at)),
        json!(signed.by),
        json!(signed.via),
        json!(signed.clock.as_str()),
    ];
    ACTIVITIES.append(conn, values, &[]).await.map(drop)
}

async fn newest(conn: &mut SqliteConnection) -> sqlx::Result<Vec<Activity>> {
    if !ACTIVITIES.is_there(conn).await? {
        return Ok(Vec::new());
    }
    let sql = format!("{NEWEST} order by number");
    read(&sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(conn).await?)
}

async fn revisions(conn: &mut SqliteConnection, number: i64) -> sqlx::Result<Vec<Activity>> {
    if !ACTIVITIES.is_there(conn).await? {
        return Ok(Vec::new());
    }
    let rows = sqlx::query("select * from activity where number = ? order by revision").bind(number);
    read(&rows.fetch_all(conn).await?)
}

fn read(rows: &[SqliteRow]) -> sqlx::Result<Vec<Activity>> {
    rows.iter().filter_map(|row| activity(row).transpose()).collect()
}

/// A revision; `None` if a value of it cannot be read, which the proof of the chain names.
fn activity(row: &SqliteRow) -> sqlx::Result<Option<Activity>> {
    let (Some(date), Some(recorded_at), Some(files)) = (
        column::day(row, "date")?,
        column::written_instant(row, "recorded_at")?,
        column::json::<Vec<Proof>>(row, "files")?,
    ) else {
        return Ok(None);
    };
    Ok(Some(Activity {
        number: row.try_get("number")?,
        revision: row.try_get("revision")?,
        date,
        until: column::day(row, "until")?,
        code: row.try_get("code")?,
        channel: row.try_get("channel")?,
        title: row.try_get("title")?,
        themes: column::json(row, "themes")?.unwrap_or_default(),
        bulletin: row.try_get("bulletin")?,
        place: row.try_get("place")?,
        people: row.try_get("people")?,
        procedures: row.try_get("procedures")?,
        who: row.try_get("who")?,
        link: row.try_get("link")?,
        files,
        note: row.try_get("note")?,
        withdrawn: row.try_get("withdrawn")?,
        recorded_at,
        by: row.try_get("by")?,
        via: row.try_get("via")?,
    }))
}
