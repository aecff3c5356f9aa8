//! The log as a file: CSV, JSON and XLSX of what the filter finds, and signed exports.
//!
//! In: a filter or a period. Out: a download that begins at once and is made while it is sent, in memory that does not grow; one
//! that breaks off on the way ends as a broken connection, never as a file that looks whole. Next: `crate::office::signed`.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::sync::Arc;

use axum::Form;
use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate};
use maud::{Markup, html};
use serde::Deserialize;
use tokio::io::AsyncReadExt as _;
use tokio::net::unix::pipe;
use tokio::sync::{Semaphore, SemaphorePermit, mpsc, oneshot};
use tokio_stream::wrappers::ReceiverStream;

use super::super::super::answer::Refusal;
use super::super::super::part::form;
use super::super::super::secret;
use super::super::super::site::Site;
use super::super::super::visitor::Visitor;
use super::filter::{Asked, span};
use super::words;
use crate::backup::block_on;
use crate::config::Config;
use crate::library::beside_the_air;
use crate::office::signed;
use crate::people::Right;
use crate::report::period::{self, Window};
use crate::report::xlsx::{Book, Workbook};
use crate::schedule::table::parse_date;
use crate::signing::ExportError;
use crate::store::{Log, ReadError, Rows, Sought, write_csv, write_csv_of};

/// Downloads at the same time: each has a thread and two connections.
static ROOM: Semaphore = Semaphore::const_new(2);

/// Bytes that are handed over at a time.
const PORTION: usize = 64 << 10;

/// Rows that are read at a time.
const AT_A_TIME: usize = 500;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Csv,
    Json,
    Xlsx,
}

/// What a download holds.
struct Wanted {
    config: Arc<Config>,
    sought: Sought,
    /// Only days are named: every row of them, notes and corrections too, as `loa log` prints them.
    is_whole: bool,
    kind: Kind,
    at: DateTime<chrono::FixedOffset>,
}

/// A filter as a file.
pub(super) async fn download(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let config = site.config();
    let (kind, media, ending) = match &*asked.dang {
        "csv" => (Kind::Csv, "text/csv; charset=utf-8", "csv"),
        "json" => (Kind::Json, "application/json", "json"),
        "xlsx" => (Kind::Xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
        _ => return Err(Refusal::wrong(visitor.pick("chỉ tải được csv, json hoặc xlsx", "only csv, json or xlsx"))),
    };
    let sought = asked.sought(&config, &visitor)?;
    let room = room(&visitor)?;
    {
        // What cannot be read at all is said in words, and not by a file that breaks off.
        let config = Arc::clone(&config);
        let opened = super::off(move || block_on(Log::open(&config.data_dir)).map(drop)).await?;
        opened.map_err(|error| words::unreadable(visitor.language(), &error))?;
    }
    let wanted = Wanted { config, sought, is_whole: asked.is_only_days(), kind, at: site.now() };
    let name = format!("nhat-ky-{}.{ending}", site.today());
    let body = piped(room, move |out| block_on(write(&wanted, out))).map_err(|_| {
        Refusal::later(visitor.pick("máy đang quá bận; thử lại sau ít phút", "the machine is too busy; try again"))
    })?;
    Ok(attached(body, media, &name))
}

fn room(visitor: &Visitor) -> Result<SemaphorePermit<'static>, Refusal> {
    let busy = visitor.pick("đang có người khác tải; chờ một lát rồi bấm lại", "others are downloading; wait a moment");
    ROOM.try_acquire().map_err(|_| Refusal::later(busy))
}

fn attached(body: Body, media: &'static str, name: &str) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    ([(CONTENT_TYPE, media.to_owned()), (CONTENT_DISPOSITION, disposition)], body).into_response()
}

/// A body that a thread of its own writes into a pipe: the kernel holds the writer back when the browser is slow, and tells it
/// when the browser has gone.
fn piped(
    room: SemaphorePermit<'static>,
    write: impl FnOnce(&mut BufWriter<io::PipeWriter>) -> io::Result<()> + Send + 'static,
) -> io::Result<Body> {
    let (read, into) = io::pipe()?;
    let mut read = pipe::Receiver::from_owned_fd(read.into())?;
    let (end, ended) = oneshot::channel();
    std::thread::Builder::new().name("download".into()).spawn(move || {
        beside_the_air();
        let mut out = BufWriter::with_capacity(PORTION, into);
        let written = write(&mut out).and_then(|()| out.flush());
        // Before the pipe's end shows, so that whoever sees that end knows whether it is the right one.
        let _ = end.send(written);
        drop(out);
        drop(room);
    })?;
    let (send, receive) = mpsc::channel::<io::Result<Bytes>>(1);
    tokio::spawn(async move {
        let mut portion = vec![0; PORTION];
        loop {
            let last = match read.read(&mut portion).await {
                Ok(0) => ended.await.unwrap_or_else(|_| Err(io::Error::other("the writer died"))),
                Ok(length) if send.send(Ok(Bytes::copy_from_slice(&portion[..length]))).await.is_ok() => continue,
                Ok(_) => return,
                Err(error) => Err(error),
            };
            if let Err(error) = last {
                tracing::warn!("a download broke off: {error}");
                let _ = send.send(Err(error)).await;
            }
            return;
        }
    });
    Ok(Body::from_stream(ReceiverStream::new(receive)))
}

async fn write(wanted: &Wanted, out: &mut impl Write) -> io::Result<()> {
    let failed = |error: ReadError| io::Error::other(error);
    let log = Log::open(&wanted.config.data_dir).await.map_err(failed)?;
    let span = wanted.sought.span;
    match (wanted.kind, wanted.is_whole) {
        (Kind::Csv, true) => return write_csv(log, span, out).await.map_err(failed)?,
        (Kind::Json, true) => return json(Source::All(log.rows(span).await.map_err(failed)?), out).await,
        (Kind::Xlsx, true) => {
            let days = days(wanted, None);
            return workbook(wanted, days, Source::All(log.rows(span).await.map_err(failed)?), out).await;
        }
        (_, false) => {}
    }
    let mut log = log;
    let numbers = log.all_found(&wanted.sought).await.map_err(failed)?;
    match wanted.kind {
        Kind::Csv => write_csv_of(log, &numbers, out).await.map_err(failed)?,
        Kind::Json => json(Source::Some(log, numbers, 0), out).await,
        Kind::Xlsx => {
            let ends: Vec<i64> = numbers.first().into_iter().chain(numbers.last()).copied().collect();
            let rows = log.rows_of(&ends).await.map_err(failed)?;
            let dates: Vec<NaiveDate> = rows.iter().filter_map(|row| parse_date(row.scheduled_at.get(..10)?)).collect();
            let days = days(wanted, dates.iter().min().copied().zip(dates.iter().max().copied()));
            workbook(wanted, days, Source::Some(log, numbers, 0), out).await
        }
    }
}

/// Where rows come from, a page at a time.
enum Source {
    All(Rows),
    Some(Log, Vec<i64>, usize),
}

impl Source {
    async fn next(&mut self) -> Result<Option<Vec<crate::store::Row>>, ReadError> {
        match self {
            Self::All(rows) => rows.next().await,
            Self::Some(log, numbers, done) => {
                let portion = &numbers[*done..numbers.len().min(*done + AT_A_TIME)];
                if portion.is_empty() {
                    return Ok(None);
                }
                *done += portion.len();
                log.rows_of(portion).await.map(Some)
            }
        }
    }
}

/// As `loa log --format json` prints them.
async fn json(mut source: Source, out: &mut impl Write) -> io::Result<()> {
    let mut before = "[";
    while let Some(page) = source.next().await.map_err(io::Error::other)? {
        for row in page {
            write!(out, "{before}\n{}", serde_json::to_string(&row)?)?;
            before = ",";
        }
    }
    writeln!(out, "{}", if before == "[" { "[]" } else { "\n]" })
}

async fn workbook(wanted: &Wanted, window: Window, mut source: Source, out: &mut impl Write) -> io::Result<()> {
    let language = wanted.config.language;
    let head = Log::open(&wanted.config.data_dir)
        .await
        .map_err(io::Error::other)?
        .heads()
        .await
        .map_err(io::Error::other)?
        .log;
    let head = (head.seq > 0).then(|| head.to_string());
    let program = format!("loa {}", env!("CARGO_PKG_VERSION"));
    let period = format!("{} - {}", window.first.format("%d/%m/%Y"), window.last.format("%d/%m/%Y"));
    let book = Book {
        language,
        title: language.pick("Nhật ký phát sóng", "Airing log"),
        program: &program,
        period: &period,
        window,
        made_at: wanted.at,
        head: head.as_deref(),
        used: None,
        tables: &[],
        chart: None,
    };
    let mut workbook = Workbook::begin(book, out)?;
    while let Some(page) = source.next().await.map_err(io::Error::other)? {
        workbook.take(&page)?;
    }
    workbook.finish()
}

/// The days of a workbook: those that were asked for, else those of the rows, else today.
fn days(wanted: &Wanted, found: Option<(NaiveDate, NaiveDate)>) -> Window {
    let zone = wanted.config.station.timezone;
    let (from, to) = (wanted.sought.span.from, wanted.sought.span.to);
    let local = |at: DateTime<chrono::Utc>| crate::calendar::local_date(zone, at);
    let today = wanted.at.date_naive();
    let first = from.map(local).or(found.map(|(first, _)| first)).unwrap_or(today);
    let last =
        to.map(|to| local(to - chrono::TimeDelta::microseconds(1))).or(found.map(|(_, last)| last)).unwrap_or(today);
    Window { first, last: last.max(first) }
}

/// What of a signed export is asked for.
#[derive(Debug, Deserialize)]
pub(super) struct Stretch {
    /// `2025-03`, `2025-Q1` ...; else the days.
    #[serde(default)]
    period: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
}

/// Rows in a file that proves itself. The file has no name in the data folder any more when it is sent.
pub(super) async fn signed(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Form(asked): Form<Stretch>,
) -> Result<Response, Refusal> {
    let (config, language) = (site.config(), visitor.language());
    let wrong =
        |field: &str, vi: &str, en: &str| Refusal::wrong(language.pick(vi, en)).at(field, language.pick(vi, en));
    let wanted = match (asked.period.trim(), parse_date(&asked.from), parse_date(&asked.to)) {
        ("", None, _) | ("", _, None) if !asked.from.is_empty() || !asked.to.is_empty() => {
            return Err(wrong("from", "hãy chọn cả ngày đầu và ngày cuối", "choose the first and the last day"));
        }
        ("", first, last) => signed::Asked::Span(span(&config, first, last)),
        (period, ..) => match period.parse::<period::Span>() {
            Ok(period) => signed::Asked::Period(period),
            Err(_) => {
                return Err(wrong(
                    "period",
                    "hãy ghi kỳ như 2025-03, 2025-Q1, 2025-H1 hoặc 2025",
                    "write a period as 2025-03, 2025-Q1, 2025-H1 or 2025",
                ));
            }
        },
    };
    let room = room(&visitor)?;
    let (by, now) = (visitor.account.signature(), site.clock.now().wall);
    let made = super::off(move || {
        let path = config.data_dir.join(format!("export-{}.jsonl", secret::word()));
        let made = block_on(signed::export(&config, wanted, &path, by, now));
        let file = made.and_then(|exported| {
            let open = File::open(&path).map_err(|error| ExportError::Write { path: path.clone(), error });
            open.map(|file| (exported, file))
        });
        // What was not made has no name either.
        let _ = std::fs::remove_file(&path);
        file
    });
    let (_, mut file) = made.await?.map_err(|error| match error {
        ExportError::Read(error) => words::unreadable(language, &error),
        other => Refusal::later(language.pick("không ký được bản xuất; báo kỹ thuật viên", &*other.to_string())),
    })?;
    let body = piped(room, move |out| io::copy(&mut file, out).map(drop)).map_err(|_| {
        Refusal::later(language.pick("máy đang quá bận; thử lại sau ít phút", "the machine is too busy; try again"))
    })?;
    Ok(attached(body, "application/x-ndjson", &format!("nhat-ky-ky-so-{}.jsonl", site.today())))
}

/// Links to what the filter finds, and the form of a signed export, for whoever may.
pub(super) fn links(visitor: &Visitor, asked: &Asked) -> Markup {
    if !visitor.account.may(Right::Report) {
        return html! {};
    }
    let forms = [("csv", "CSV"), ("xlsx", "Excel (XLSX)"), ("json", "JSON")];
    let language = visitor.language();
    html! {
        details .no-print {
            summary { (visitor.pick("Tải về", "Download")) }
            p { (visitor.pick("Tất cả các dòng tìm thấy, kèm ghi chú và đính chính, cũ nhất đứng trước:", "All rows that were found, with their notes and corrections, oldest first:")) }
            p .row { @for (dang, label) in forms { a .button href=(asked.link("/nhat-ky/tai", None, dang)) { (label) } } }
            h3 { (visitor.pick("Bản có chữ ký số của đài", "Signed by the station's key")) }
            p .hint { (visitor.pick(
                "Ai cũng kiểm được bằng lệnh “loa log verify TỆP”, không cần có đài: thiếu hay sửa một dòng là lộ.",
                "Anybody can check it with `loa log verify FILE`, without the station: a row that is missing or altered shows.",
            )) }
            form method="post" action="/api/log/export" .filters {
                (form::carried(visitor))
                (form::text("period", language.pick("Kỳ (2025-03, 2025-Q1, 2025-H1, 2025)", "Period (2025-03, 2025-Q1, 2025-H1, 2025)"), "", None, false))
                (form::field("from", language.pick("hoặc từ ngày", "or from"), None, &html! { input type="date" id="from" name="from" value=(asked.tu); }))
                (form::field("to", language.pick("đến hết ngày", "to"), None, &html! { input type="date" id="to" name="to" value=(asked.den); }))
                button { (visitor.pick("Tải bản có chữ ký", "Download the signed file")) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_that_breaks_off_ends_as_an_error() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let body = piped(ROOM.try_acquire().unwrap(), |out| {
                out.write_all(b"half")?;
                Err(io::Error::other("the disk"))
            });
            assert!(axum::body::to_bytes(body.unwrap(), 100).await.is_err());
            let body = piped(ROOM.try_acquire().unwrap(), |out| out.write_all(&vec![7; 200_000]));
            assert_eq!(axum::body::to_bytes(body.unwrap(), 300_000).await.unwrap().len(), 200_000);
        });
    }
}
