//! Everything that proves a period, put into one zip.
//!
//! In: the log and what was gathered of it, reports that were made of the same figures, a name for the zip. Out: the bundle, with
//! a list of what it holds; what the content store has lost is told in that list. Reads the
//! station only. Next: `report::bundle`.

use std::path::{Path, PathBuf};

use chrono::{Days, TimeDelta};

use super::evidence::{Evidence, open};
use super::intake::content_place;
use super::logbook::{self, Form};
use super::sounded::Sounded;
use crate::activity::Activity;
use crate::calendar::{start_of_day, with_offset};
use crate::config::Config;
use crate::language::Language;
use crate::report::bundle::archive::{Archive, Unwritten};
use crate::report::bundle::list::{self, Heading, spreadsheet};
use crate::report::bundle::slips::{self, Slip};
use crate::report::bundle::{Chapter, Content, Entry, Names, Piece, plain_ending};
use crate::report::document::Document;
use crate::report::logbook::Rows;
use crate::report::period::{Period, Window};
use crate::report::table::date;
use crate::signing;
use crate::store::{Span, with_suffix};

/// Checks rows and chain without this program.
const VERIFIER: &[u8] = include_bytes!("../../scripts/verify.py");

/// What is bundled.
pub(crate) struct Wanted<'a> {
    /// Of which days.
    pub(crate) period: Period,
    /// The report, once for each form: its ending and its bytes.
    pub(crate) reports: Vec<(&'static str, Vec<u8>)>,
    /// Who has it made, with the operating system's user.
    pub(crate) by: String,
    /// Where it goes; a file that is there is replaced.
    pub(crate) to: &'a Path,
}

/// Writes the bundle; what it lacks is among the entries.
pub(crate) async fn write(evidence: &Evidence<'_>, wanted: Wanted<'_>) -> anyhow::Result<Vec<Entry>> {
    let Evidence { config, .. } = evidence;
    let (language, window) = (config.language, wanted.period.window);
    // A name that cannot be written is told before anything is made.
    let mut archive = Archive::create(wanted.to, &with_offset(config.station.timezone, evidence.now))?;
    let rows = evidence.rows(window, |_| true).await?;
    let footer = evidence.footer(window, &rows);
    let heading =
        Heading { period: &wanted.period.name(language), station: config.station.on(window.last).0, footer: &footer };
    let mut pieces = of_report(wanted.reports, heading, language);
    pieces.extend(of_book(&logbook::book(evidence, window, None, &rows), heading)?);
    put(&mut archive, pieces)?;
    let export = signed_log(evidence, wanted.period, &rows, wanted.by, wanted.to).await?;
    put(&mut archive, export.pieces(language))?;
    drop(export);
    let sounded = Sounded::of(&rows, evidence.plan.as_deref());
    let mut slips = open(config).await?.slips(&sounded.approvals()).await?;
    for instant in slips.iter_mut().flat_map(|slip| [&mut slip.at, &mut slip.recorded_at]).flatten() {
        *instant = with_offset(config.station.timezone, instant.to_utc());
    }
    put(&mut archive, of_approvals(&slips, heading, language)?)?;
    put(&mut archive, sounded.pieces(config, &slips))?;
    let touches = |activity: &&Activity| !activity.is_withdrawn() && activity.touches(window.first, window.last);
    let activities: Vec<&Activity> = evidence.activities.iter().filter(touches).collect();
    put(&mut archive, of_activities(config, &activities, heading))?;
    let entries = archive.entries().to_vec();
    archive.finish(lists(heading, &entries, language)?)?;
    Ok(entries)
}

fn put(archive: &mut Archive, pieces: impl IntoIterator<Item = Piece>) -> Result<(), Unwritten> {
    pieces.into_iter().try_for_each(|piece| archive.put(piece))
}

fn of_report(reports: Vec<(&'static str, Vec<u8>)>, heading: Heading<'_>, language: Language) -> Vec<Piece> {
    let chapter = Chapter::Report;
    let proves =
        format!("{}{}", language.pick("Kết quả thực hiện kế hoạch, ", "What was done of the plan, "), heading.period);
    let piece =
        |(ending, bytes)| made(chapter, format!("bao-cao.{ending}"), chapter.title(language), proves.clone(), bytes);
    reports.into_iter().map(piece).collect()
}

fn of_book(book: &Document, heading: Heading<'_>) -> anyhow::Result<Vec<Piece>> {
    let (chapter, language) = (Chapter::Logbook, book.language);
    let proves = format!("{}{}", language.pick("Từng lượt phát theo ngày, ", "Every airing by day, "), heading.period);
    let piece = |form: Form| {
        let name = format!("so-nhat-ky.{}", form.ending());
        anyhow::Ok(made(chapter, name, chapter.title(language), proves.clone(), form.write(book)?))
    };
    [Form::Docx, Form::Html].into_iter().map(piece).collect()
}

/// The list in each of its forms.
fn lists(heading: Heading<'_>, entries: &[Entry], language: Language) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let document = list::document(heading, entries, language);
    let mut lists = vec![(format!("{}.csv", list::NAME), list::csv(heading, entries, language))];
    for form in [Form::Docx, Form::Html] {
        lists.push((format!("{}.{}", list::NAME, form.ending()), form.write(&document)?));
    }
    Ok(lists)
}

fn made(chapter: Chapter, name: String, title: &str, proves: String, bytes: Vec<u8>) -> Piece {
    Piece { chapter, name, title: title.to_owned(), proves, content: Content::Made(bytes) }
}

/// A signed export under a passing name; goes when dropped.
struct Export {
    path: PathBuf,
    head: String,
    fingerprint: String,
}

impl Drop for Export {
    fn drop(&mut self) {
        // It is in the zip by now, or there is no zip.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// A period as the header of an export names it, with its first and last day.
pub(crate) fn named(period: Period) -> String {
    let Window { first, last } = period.window;
    format!("{}: {first}..{last}", period.span)
}

/// Exports every row from which the bundle is made: of the period, and of airings that were planned before it and began in it.
async fn signed_log(
    evidence: &Evidence<'_>,
    period: Period,
    rows: &Rows,
    by: String,
    to: &Path,
) -> anyhow::Result<Export> {
    let (config, zone, window) = (evidence.config, evidence.config.station.timezone, period.window);
    let next = window.last.checked_add_days(Days::new(1)).unwrap_or(window.last);
    let planned = || rows.entries.iter().flat_map(|entry| &entry.attempts).map(|it| it.written.scheduled_at.to_utc());
    let from = planned().chain([start_of_day(zone, window.first)]).min();
    let to_instant = planned().map(|at| at + TimeDelta::microseconds(1)).chain([start_of_day(zone, next)]).max();
    let path = with_suffix(to, &format!(".{}.log.part", std::process::id()));
    let exported = signing::export(&signing::Wanted {
        data_dir: &config.data_dir,
        station: config.station.on(window.last).0,
        span: Span { from, to: to_instant },
        period: Some(named(period)),
        to: &path,
        by,
        at: with_offset(zone, evidence.now),
    })
    .await?;
    let fingerprint = exported.fingerprint.to_string();
    Ok(Export { path, head: exported.header.head, fingerprint })
}

impl Export {
    fn pieces(&self, language: Language) -> [Piece; 2] {
        let proves = match language {
            Language::Vi => {
                format!("Nguyên văn các dòng nhật ký, đến dòng {}; khóa của đài {}", self.head, self.fingerprint)
            }
            Language::En => {
                format!("The rows of the log, up to row {}; key of the station {}", self.head, self.fingerprint)
            }
        };
        let title = Chapter::Log.title(language).to_owned();
        let chapter = Chapter::Log;
        let verifier = language.pick("Chương trình kiểm tra (Python 3)", "Program that checks it (Python 3)");
        let checks = language.pick(
            "Kiểm tra chuỗi mã băm của các dòng, không cần phần mềm của đài",
            "Checks rows and chain without the station's program",
        );
        [
            Piece {
                chapter,
                name: "nhat-ky-da-ky.jsonl".into(),
                title,
                proves,
                content: Content::File(self.path.clone()),
            },
            made(chapter, "verify.py".into(), verifier, checks.to_owned(), VERIFIER.to_vec()),
        ]
    }
}

/// The slips of approvals as a document and as lines.
fn of_approvals(slips: &[Slip], heading: Heading<'_>, language: Language) -> anyhow::Result<[Piece; 2]> {
    let chapter = Chapter::Approvals;
    let proves = match language {
        Language::Vi => format!("Ai duyệt tin, bài nào, lúc nào: {} phiếu", slips.len()),
        Language::En => format!("Who approved what, and when: {} slips", slips.len()),
    };
    let document = slips::document(slips, heading.station, heading.footer, language);
    let piece = |name: &str, bytes| made(chapter, name.to_owned(), chapter.title(language), proves.clone(), bytes);
    Ok([
        piece("phieu-duyet.docx", Form::Docx.write(&document)?),
        piece("phieu-duyet.csv", slips::csv(slips, heading.footer, language)),
    ])
}

/// The list of activities and the files that prove them.
fn of_activities(config: &Config, activities: &[&Activity], heading: Heading<'_>) -> Vec<Piece> {
    let language = config.language;
    let chapter = Chapter::Activities;
    let mut names = Names::default();
    let proves = match language {
        Language::Vi => format!("{} hoạt động, có liên kết và tên tệp minh chứng", activities.len()),
        Language::En => format!("{} activities, with links and files", activities.len()),
    };
    let name = "hoat-dong.csv".to_owned();
    let lines = activity_lines(activities, heading.footer, language);
    let mut pieces = vec![made(chapter, name, chapter.title(language), proves, lines)];
    for activity in activities {
        let day = date(activity.date, language);
        for file in &activity.files {
            let proves = match language {
                Language::Vi => {
                    format!("Hoạt động số {} ngày {day} ({}): {}", activity.number, activity.code, file.name)
                }
                Language::En => format!("Activity {} of {day} ({}): {}", activity.number, activity.code, file.name),
            };
            let path = content_place(config).join(&file.sha256);
            pieces.push(Piece {
                chapter,
                name: names.give(Some(activity.number), &activity.title, &plain_ending(&file.name)),
                title: activity.title.clone(),
                proves,
                content: Content::Recorded { path, sha256: file.sha256.clone() },
            });
        }
    }
    pieces
}

fn activity_lines(activities: &[&Activity], footer: &str, language: Language) -> Vec<u8> {
    let heads = language.pick(
        [
            "Số",
            "Ngày",
            "Đến ngày",
            "Mã",
            "Kênh",
            "Hoạt động",
            "Nội dung",
            "Địa điểm",
            "Số người",
            "Số TTHC",
            "Phụ trách",
            "Liên kết",
            "Tệp",
        ],
        [
            "No.",
            "Day",
            "Until",
            "Code",
            "Channel",
            "Activity",
            "Themes",
            "Place",
            "People",
            "TTHC",
            "In charge",
            "Link",
            "Files",
        ],
    );
    let or = |text: &Option<String>| text.clone().unwrap_or_default();
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    spreadsheet(
        heads,
        activities.iter().map(|it| {
            let files: Vec<&str> = it.files.iter().map(|file| file.name.as_str()).collect();
            [
                it.number.to_string(),
                date(it.date, language),
                it.until.map(|day| date(day, language)).unwrap_or_default(),
                it.code.clone(),
                or(&it.channel),
                it.title.clone(),
                it.themes.join(", "),
                or(&it.place),
                number(it.people),
                number(it.procedures),
                or(&it.who),
                or(&it.link),
                files.join(", "),
            ]
        }),
        footer,
    )
}
