//! `loa report --bundle`: everything that proves a period, put into one zip.
//!
//! In: the log and what was gathered of it, reports that were made of the same figures, a name for the zip. Out: the bundle, with
//! a list of what it holds; what the content store has lost is told, in the list and on stderr, and is exit code 1. Reads the
//! station only. Next: `report::bundle`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::bulletin::content_place;
use super::evidence::Evidence;
use super::logbook::{self, Form};
use super::{DONE, FAILED, say};
use crate::activity::Activity;
use crate::calendar::with_offset;
use crate::config::Config;
use crate::language::Language;
use crate::report::bundle::archive::Archive;
use crate::report::bundle::list::{self, Heading, spreadsheet};
use crate::report::bundle::slips::{self, Slip};
use crate::report::bundle::{Chapter, Content, Entry, Names, Piece, plain_ending, sound_ending};
use crate::report::fact::Fact;
use crate::report::logbook::{Attempt, Rows};
use crate::report::period::Period;
use crate::report::table::date;
use crate::signing;
use crate::store::with_suffix;

/// Checks rows and chain without this program.
const VERIFIER: &[u8] = include_bytes!("../../scripts/verify.py");

/// What is bundled.
pub(super) struct Wanted<'a> {
    /// Of which days.
    pub(super) period: Period,
    /// The report, once for each form: its ending and its bytes.
    pub(super) reports: Vec<(&'static str, Vec<u8>)>,
    /// Who has it made, as acts are signed.
    pub(super) by: String,
    /// Where it goes; a file that is there is replaced.
    pub(super) to: &'a Path,
}

/// Writes the bundle.
pub(super) async fn write(config: &Config, evidence: &Evidence<'_>, wanted: Wanted<'_>) -> anyhow::Result<ExitCode> {
    let at = with_offset(config.station.timezone, evidence.now);
    let language = config.language;
    // The name that cannot be written is told before anything is made.
    let mut archive = Archive::create(wanted.to, &at)?;
    let rows = evidence.rows(wanted.period.window, |_| true).await?;
    let footer = evidence.footer(wanted.period.window);
    let period = wanted.period.name(language);
    for (ending, bytes) in wanted.reports {
        let title = Chapter::Report.title(language);
        let proves = language.pick("Kết quả thực hiện kế hoạch, ", "What was done of the plan, ").to_owned() + &period;
        archive.put(made(Chapter::Report, format!("bao-cao.{ending}"), title, proves, bytes))?;
    }
    let book = logbook::book_of(config, evidence, wanted.period.window, None, &rows);
    for form in [Form::Docx, Form::Html] {
        let proves = language.pick("Từng lượt phát theo ngày, ", "Every airing by day, ").to_owned() + &period;
        let (title, name) = (Chapter::Logbook.title(language), format!("so-nhat-ky.{}", form.ending()));
        archive.put(made(Chapter::Logbook, name, title, proves, form.write(&book)?))?;
    }
    let export = signed_log(config, evidence, &wanted.period, &rows, &wanted.by, wanted.to).await?;
    export.pieces(language).into_iter().try_for_each(|piece| archive.put(piece))?;
    drop(export);
    let sounded = Sounded::of(&rows, evidence);
    let mut slips = evidence.slips(&sounded.approvals()).await?;
    for slip in &mut slips {
        for instant in [&mut slip.at, &mut slip.recorded_at].into_iter().flatten() {
            *instant = with_offset(config.station.timezone, instant.to_utc());
        }
    }
    approvals(config, &slips, &footer)?.into_iter().try_for_each(|piece| archive.put(piece))?;
    sounded.pieces(config, &slips).into_iter().try_for_each(|piece| archive.put(piece))?;
    let window = wanted.period.window;
    let activities: Vec<&Activity> = evidence.activities.iter().filter(|activity| !activity.is_withdrawn()).collect();
    let activities = activities.into_iter().filter(|activity| activity.touches(window.first, window.last));
    proofs(config, &activities.collect::<Vec<_>>()).into_iter().try_for_each(|piece| archive.put(piece))?;
    let heading = Heading { period: &period, station: &config.station.name, footer: &footer };
    let entries = archive.entries().to_vec();
    archive.finish(lists(heading, &entries, language)?)?;
    Ok(told(wanted.to, &entries, language))
}

/// The list in each of its forms.
fn lists(heading: Heading<'_>, entries: &[Entry], language: Language) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let document = list::document(heading, entries, language);
    let mut lists = vec![(format!("{}.csv", list::NAME), list::csv(entries, language))];
    for form in [Form::Docx, Form::Html] {
        lists.push((format!("{}.{}", list::NAME, form.ending()), form.write(&document)?));
    }
    Ok(lists)
}

/// Says what was made and what is lacking.
fn told(to: &Path, entries: &[Entry], language: Language) -> ExitCode {
    let lacking = entries.iter().filter_map(|entry| Some((entry, entry.bytes.as_ref().err()?)));
    let mut count = 0;
    for (entry, lack) in lacking {
        count += 1;
        let missing = language.pick("thiếu", "missing");
        say(format_args!("loa: {missing} `{}` ({}): {}", entry.name, entry.title, lack.words(language)));
    }
    let put = entries.len() - count;
    match language {
        Language::Vi => say(format_args!("`{}`: {put} tệp trong danh mục", to.display())),
        Language::En => say(format_args!("`{}`: {put} files in the list", to.display())),
    }
    if count > 0 {
        say(format_args!("loa: {}", list::lack(count, language)));
    }
    ExitCode::from(if count > 0 { FAILED } else { DONE })
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

/// Exports every row from which the bundle is made: of the period, and of airings that were planned before it and began in it.
async fn signed_log(
    config: &Config,
    evidence: &Evidence<'_>,
    period: &Period,
    rows: &Rows,
    by: &str,
    to: &Path,
) -> anyhow::Result<Export> {
    let whole = evidence.between(period.window);
    let planned = || rows.entries.iter().flat_map(|entry| &entry.attempts).map(|it| it.written.scheduled_at.to_utc());
    let span = crate::store::Span {
        from: whole.from.into_iter().chain(planned()).min(),
        to: whole.to.into_iter().chain(planned().map(|at| at + chrono::TimeDelta::microseconds(1))).max(),
    };
    let path = with_suffix(to, &format!(".{}.log.part", std::process::id()));
    let wanted = signing::Wanted {
        data_dir: &config.data_dir,
        station: &config.station.name,
        span,
        to: &path,
        by: by.to_owned(),
        at: with_offset(config.station.timezone, evidence.now),
    };
    let exported = signing::export(&wanted).await?;
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
fn approvals(config: &Config, slips: &[Slip], footer: &str) -> anyhow::Result<Vec<Piece>> {
    let language = config.language;
    let title = Chapter::Approvals.title(language);
    let proves = match language {
        Language::Vi => format!("Ai duyệt tin, bài nào, lúc nào: {} phiếu", slips.len()),
        Language::En => format!("Who approved what, and when: {} slips", slips.len()),
    };
    let document = slips::document(slips, &config.station.name, footer, language);
    let piece = |name: &str, bytes| made(Chapter::Approvals, name.to_owned(), title, proves.clone(), bytes);
    Ok(vec![
        piece("phieu-duyet.docx", Form::Docx.write(&document)?),
        piece("phieu-duyet.csv", slips::csv(slips, language)),
    ])
}

/// What has sounded: each sound under the approval that its rows name, with how often.
struct Sounded<'a>(BTreeMap<(Option<i64>, Option<i64>, &'a str), (&'a Fact, usize)>);

impl<'a> Sounded<'a> {
    /// All that carries a theme of the plan; whatever carries one if there is no plan.
    fn of(rows: &'a Rows, evidence: &Evidence<'_>) -> Self {
        let of_plan = |theme: &str| evidence.plan.as_ref().is_none_or(|plan| plan.theme_codes().any(|it| it == theme));
        let has_sounded = |attempt: &&Attempt| attempt.written.aired_ms > 0 && !attempt.is_void();
        let mut sounded = BTreeMap::new();
        let attempts = rows.entries.iter().flat_map(|entry| &entry.attempts).filter(has_sounded);
        for attempt in attempts.filter(|it| it.described().themes.first().is_some_and(|theme| of_plan(theme))) {
            let (row, now) = (&attempt.written, attempt.described());
            let Some(sha256) = row.sha256.as_deref() else { continue };
            let approval = row.approval.as_deref().and_then(|number| number.parse().ok());
            let (newest, times) = sounded.entry((now.bulletin, approval, sha256)).or_insert((now, 0));
            (*newest, *times) = (now, *times + 1);
        }
        Self(sounded)
    }

    /// Numbers of the acts of approval.
    fn approvals(&self) -> Vec<i64> {
        self.0.keys().filter_map(|(_, approval, _)| *approval).collect::<BTreeSet<i64>>().into_iter().collect()
    }

    /// Texts and sounds, by number.
    fn pieces(&self, config: &Config, slips: &[Slip]) -> Vec<Piece> {
        let language = config.language;
        let mut names = Names::default();
        let mut pieces = Vec::new();
        for ((bulletin, approval, sha256), (row, times)) in &self.0 {
            let slip = slips.iter().find(|slip| Some(slip.seq) == *approval);
            let title = slip.map(|slip| slip.title.clone()).or(row.title.as_deref().map(str::to_owned));
            let title = title.unwrap_or_default();
            if let Some((slip, text)) = slip.and_then(|slip| Some((slip, slip.text.clone()?))) {
                let name = names.give(*bulletin, &title, "txt");
                pieces.push(made(Chapter::Bulletins, name, &title, of_text(slip, language), text.into_bytes()));
            }
            let path = content_place(config).join(sha256);
            let mut head = [0; 12];
            let read = File::open(&path).and_then(|mut file| file.read(&mut head)).unwrap_or(0);
            let name = names.give(*bulletin, &title, sound_ending(&head[..read]));
            let proves = of_sound(slip, *approval, sha256, *times, language);
            let content = Content::Recorded { path, sha256: (*sha256).to_owned() };
            pieces.push(Piece { chapter: Chapter::Bulletins, name, title, proves, content });
        }
        pieces
    }
}

fn of_text(slip: &Slip, language: Language) -> String {
    match language {
        Language::Vi => format!("Văn bản đã duyệt theo phiếu số {}", slip.seq),
        Language::En => format!("The text approved by slip {}", slip.seq),
    }
}

/// Whether what sounded is what was approved.
fn of_sound(slip: Option<&Slip>, approval: Option<i64>, sha256: &str, times: usize, language: Language) -> String {
    let aired = match language {
        Language::Vi => format!("Âm thanh đã phát {times} lần"),
        Language::En => format!("The sound, on the air {times} times"),
    };
    let approved = match (slip, approval) {
        (Some(slip), _) if slip.sha256.as_deref() == Some(sha256) => match language {
            Language::Vi => format!("đúng âm thanh đã duyệt theo phiếu số {}", slip.seq),
            Language::En => format!("the one approved by slip {}", slip.seq),
        },
        (_, Some(number)) => match language {
            Language::Vi => format!("nhật ký ghi phiếu số {number}, KHÔNG có phiếu duyệt âm thanh này dưới số đó"),
            Language::En => format!("the log names slip {number}, which is NOT an approval of this sound"),
        },
        (_, None) => language.pick("không có phiếu duyệt", "without an approval").to_owned(),
    };
    format!("{aired}; {approved}")
}

/// The list of activities and the files that prove them.
fn proofs(config: &Config, activities: &[&Activity]) -> Vec<Piece> {
    let language = config.language;
    let chapter = Chapter::Activities;
    let mut names = Names::default();
    let proves = match language {
        Language::Vi => format!("{} hoạt động, có liên kết và tên tệp minh chứng", activities.len()),
        Language::En => format!("{} activities, with links and files", activities.len()),
    };
    let name = "hoat-dong.csv".to_owned();
    let mut pieces = vec![made(chapter, name, chapter.title(language), proves, activity_lines(activities, language))];
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

fn activity_lines(activities: &[&Activity], language: Language) -> Vec<u8> {
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
    )
}
