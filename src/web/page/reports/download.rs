//! Files for who reports: the report in each form, the bundle, the book. Made beside the page, one at a time, and streamed.
//!
//! In: a period, number and date of the report. Out: the bytes of the same file that `loa report` and `loa logbook` write, with
//! a Vietnamese name. The file is nameless while it is sent, so that nothing stays behind. A second wish waits, then is told to
//! come again. Next: `plan`.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Path as InPath, Query, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::{DateTime, NaiveDate, Utc};
use maud::{Markup, html};
use serde::Deserialize;
use tokio::sync::{Semaphore, SemaphorePermit, mpsc};
use tokio_stream::wrappers::ReceiverStream;

use super::super::super::answer::Refusal;
use super::super::super::part::form;
use super::super::super::routes::{Needs, Route};
use super::super::super::secret;
use super::super::super::site::Site;
use super::super::super::visitor::Visitor;
use super::counted::{away, refusal};
use super::wanted::{Wanted, calendar_word};
use crate::backup::block_on;
use crate::config::Config;
use crate::office::evidence::Evidence;
use crate::office::plan_status::Undue;
use crate::office::report::{self, Form, Material, Wish};
use crate::people::Right;
use crate::problem::Problems;
use crate::report::bundle::list;
use crate::report::edited::template_of;
use crate::report::period::Period;
use crate::schedule::table::parse_date;

/// The machine has two slow cores, and it airs: no second file is made at the same time.
static JOBS: Semaphore = Semaphore::const_new(1);

/// How long a wish waits for the one before it.
const WAIT: Duration = Duration::from_secs(25);

/// Sent at a time.
const PORTION: usize = 256 * 1024;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/bao-cao/tai/{form}", Needs::Right(Right::Report), get(send))]
}

/// What a report gets by hand.
#[derive(Debug, Clone, Default)]
pub(super) struct Paper {
    /// As the registry gives it; room to write it if there is none.
    pub(super) number: Option<String>,
    /// Also decides who issues it.
    pub(super) date: Option<NaiveDate>,
}

/// Number and date as the form sends them.
#[derive(Debug, Deserialize)]
struct Given {
    #[serde(default)]
    so: String,
    #[serde(default)]
    ngay: String,
}

/// A kind of file: its ending, its type, its names.
const KINDS: [(&str, &str, &str, &str); 6] = [
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word (.docx)", "Word (.docx)"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel (.xlsx)", "Excel (.xlsx)"),
    ("html", "text/html; charset=utf-8", "Một trang web (.html)", "Web page (.html)"),
    ("csv", "text/csv; charset=utf-8", "Bảng CSV (.csv)", "CSV"),
    ("json", "application/json", "Cho chương trình khác (.json)", "For programs (.json)"),
    ("zip", "application/zip", "Bộ tài liệu kiểm chứng (.zip)", "Bundle of evidence (.zip)"),
];

/// The form of one of [`KINDS`]; none for the bundle.
fn form_of(ending: &str) -> Option<Form> {
    [Form::Docx, Form::Xlsx, Form::Html, Form::Csv, Form::Json].into_iter().find(|form| form.ending() == ending)
}

/// Number, date, and a button for each kind of file.
pub(super) fn form(period: Period, visitor: &Visitor) -> Markup {
    let number_hint = visitor.pick("Để trống thì chừa chỗ ghi tay.", "Left blank, there is room to write it.");
    html! {
        section .card.no-print {
            h2 { (visitor.pick("Tải báo cáo của kỳ này", "Download the report of this period")) }
            form method="get" action="/bao-cao/tai/docx" {
                input type="hidden" name="ky" value=(period.span);
                input type="hidden" name="lich" value=(calendar_word(period.calendar));
                div .filters {
                    (form::text("so", visitor.pick("Số báo cáo", "Number"), "", Some(number_hint), false))
                    div .field {
                        label for="ngay" { (visitor.pick("Ngày báo cáo", "Date")) }
                        input type="date" id="ngay" name="ngay";
                        p .hint { (visitor.pick("Cũng quyết định ai ký.", "Also decides who signs.")) }
                    }
                }
                div .row {
                    @for (ending, _, vi, en) in KINDS {
                        button .primary[ending == "docx"] formaction={ "/bao-cao/tai/" (ending) } { (visitor.pick(vi, en)) }
                    }
                }
            }
            p .soft { (visitor.pick(
                "Bộ tài liệu kiểm chứng gồm báo cáo, sổ nhật ký, nhật ký đã ký số, phiếu duyệt, văn bản và âm thanh đã phát, minh chứng \
                 hoạt động; có thể lớn và mất vài phút. Báo cáo tải về còn chỗ để viết nhận xét: sửa bằng Word trước khi trình ký.",
                "The bundle holds the report, the book, the signed log, approvals, texts and sound, proofs of activities; it may be \
                 large and take minutes. The report has places for remarks: write them in Word before it is signed.",
            )) }
        }
    }
}

async fn send(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    InPath(ending): InPath<String>,
    Query(wanted): Query<Wanted>,
    Query(given): Query<Given>,
) -> Result<Response, Refusal> {
    let Some((ending, kind, ..)) = KINDS.into_iter().find(|(each, ..)| *each == ending) else {
        return Err(super::nothing_there(&visitor));
    };
    let config = site.config();
    let period = wanted.period(&config, site.today(), &visitor)?;
    let paper = given.paper(&visitor)?;
    let now = site.now().to_utc();
    let by = visitor.account.signature();
    let folder = config.data_dir.join("making");
    let name = match ending {
        "zip" => visitor.pick("Bộ tài liệu kiểm chứng", "Evidence"),
        _ => visitor.pick("Báo cáo", "Report"),
    };
    let name = format!("{name} {}.{ending}", period.name(visitor.language()).replace('/', "-"));
    let plain = format!("{}-{}.{ending}", if ending == "zip" { "kiem-chung" } else { "bao-cao" }, period.span);
    let work = move |to: &Path| match form_of(ending) {
        Some(form) => fs::write(to, bytes(&config, period, form, paper, now)?).map(|()| 0).map_err(Into::into),
        None => bundle(&config, period, (paper, by), now, to),
    };
    let (file, lacking) = made(folder, &visitor, work).await?;
    if lacking > 0 {
        // A file says nothing by itself when it comes: the next page does.
        let bundle = visitor.pick("bộ tài liệu kiểm chứng vừa tải", "the bundle that was downloaded");
        site.flash.say(&visitor.sign_in, &format!("{bundle}: {}", list::lack(lacking, visitor.language())));
    }
    Ok(stream(file, kind, &plain, &name))
}

impl Given {
    fn paper(&self, visitor: &Visitor) -> Result<Paper, Refusal> {
        let number = match self.so.trim() {
            "" => None,
            typed => Some(report::number(typed).map_err(|why| {
                let told = visitor.pick("số báo cáo chỉ ghi phần số, như 05; phần sau dấu / do máy điền", why);
                Refusal::wrong(told).at("so", told)
            })?),
        };
        let date = match self.ngay.trim() {
            "" => None,
            typed => Some(parse_date(typed).ok_or_else(|| {
                let told = visitor.pick("ngày báo cáo không đúng, ghi như 2025-06-16", "write the day as 2025-06-16");
                Refusal::wrong(told).at("ngay", told)
            })?),
        };
        Ok(Paper { number, date })
    }
}

/// The bytes of a report, as `loa report` writes them.
pub(super) fn bytes(
    config: &Config,
    period: Period,
    form: Form,
    paper: Paper,
    now: DateTime<Utc>,
) -> anyhow::Result<Vec<u8>> {
    with_material(config, period, vec![form], paper, now, async |_, material| {
        let mut bytes = Vec::new();
        material.write(form, &mut bytes, Path::new(form.ending())).await?;
        Ok(bytes)
    })
}

/// The bundle into a file; answers with how many pieces it lacks.
fn bundle(
    config: &Config,
    period: Period,
    (paper, by): (Paper, String),
    now: DateTime<Utc>,
    to: &Path,
) -> anyhow::Result<usize> {
    with_material(config, period, Form::BUNDLED.to_vec(), paper, now, async |evidence, material| {
        let entries = material.bundle(evidence, period, by, to).await?;
        Ok(entries.iter().filter(|entry| entry.bytes.is_err()).count())
    })
}

/// Gathers everything for some forms and makes something of it.
fn with_material<T>(
    config: &Config,
    period: Period,
    forms: Vec<Form>,
    Paper { number, date }: Paper,
    now: DateTime<Utc>,
    make: impl AsyncFnOnce(&Evidence<'_>, &Material<'_>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let (template, _) = template_of(&config.folder, config.language).map_err(Problems)?;
    block_on(async {
        let evidence = Evidence::open(config, period.reach(), now).await?;
        if evidence.plan.is_none() {
            return Err(Undue::NoPlan(config.schedules_dir().join("plan.toml")).into());
        }
        let material = Material::gather(&evidence, template, period, Wish { number, date, forms }).await?;
        make(&evidence, &material).await
    })
}

/// Waits for its turn and makes a file, which has no name any more when it is there; with what the work tells of it.
pub(super) async fn made<T: Send + 'static>(
    folder: PathBuf,
    visitor: &Visitor,
    work: impl FnOnce(&Path) -> anyhow::Result<T> + Send + 'static,
) -> Result<(File, T), Refusal> {
    let turn = turn(visitor).await?;
    let done = away(move || {
        let file = nameless(&folder, work);
        drop(turn);
        file
    });
    done.await?.map_err(|error| refusal(&error, visitor))
}

async fn turn(visitor: &Visitor) -> Result<SemaphorePermit<'static>, Refusal> {
    match tokio::time::timeout(WAIT, JOBS.acquire()).await {
        Ok(Ok(turn)) => Ok(turn),
        _ => Err(Refusal::later(visitor.pick(
            "máy đang lập một tệp khác; chờ một lát rồi bấm lại",
            "another file is being made; wait a moment and press again",
        ))),
    }
}

fn nameless<T>(folder: &Path, work: impl FnOnce(&Path) -> anyhow::Result<T>) -> anyhow::Result<(File, T)> {
    // What a power cut left there; nothing else is made at the same time.
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder)?;
    let path = folder.join(secret::word());
    let made = work(&path).and_then(|told| Ok((File::open(&path)?, told)));
    let _ = fs::remove_dir_all(folder);
    made
}

/// A file in portions, under a Vietnamese name and a plain one for old browsers (RFC 6266, RFC 5987).
pub(super) fn stream(mut file: File, kind: &'static str, plain: &str, name: &str) -> Response {
    let length = file.seek(io::SeekFrom::End(0)).and_then(|length| file.rewind().map(|()| length));
    let Ok(length) = length else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let disposition = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", quoted(name));
    let (send, receive) = mpsc::channel::<io::Result<Bytes>>(1);
    tokio::spawn(async move {
        // A browser that is slow holds no thread, only this task.
        while let Ok((back, portion)) = tokio::task::spawn_blocking(move || portion(file)).await {
            if matches!(&portion, Ok(bytes) if bytes.is_empty()) {
                return;
            }
            let is_broken = portion.is_err();
            if send.send(portion).await.is_err() || is_broken {
                return;
            }
            file = back;
        }
    });
    let headers =
        [(CONTENT_TYPE, kind.to_owned()), (CONTENT_LENGTH, length.to_string()), (CONTENT_DISPOSITION, disposition)];
    (headers, Body::from_stream(ReceiverStream::new(receive))).into_response()
}

fn portion(file: File) -> (File, io::Result<Bytes>) {
    let mut bytes = Vec::new();
    let read = (&file).take(PORTION as u64).read_to_end(&mut bytes);
    (file, read.map(|_| bytes.into()))
}

/// Letters of a name as RFC 5987 writes them.
fn quoted(name: &str) -> String {
    let mut text = Vec::new();
    for byte in name.bytes() {
        let is_plain = byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        // A vector takes everything.
        let _ = if is_plain { text.write_all(&[byte]) } else { write!(text, "%{byte:02X}") };
    }
    String::from_utf8_lossy(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_headers_take_them() {
        assert_eq!(quoted("Báo cáo 3.docx"), "B%C3%A1o%20c%C3%A1o%203.docx");
        assert_eq!(quoted("a\"\r\nb'"), "a%22%0D%0Ab%27");
    }

    #[test]
    fn every_form_of_a_report_has_a_type() {
        let forms = KINDS.iter().filter(|(ending, ..)| form_of(ending).is_some());
        assert_eq!((forms.count(), KINDS.len()), (5, 6));
    }
}
