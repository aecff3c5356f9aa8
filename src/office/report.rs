//! All that a report is made of, gathered once: figures, tables, the extract of the log, the state of the plan, the issuer.
//!
//! In: the log as of one row, the template, the period, number and date. Out: the report in any form; all forms of one gathering
//! agree. Counts nothing: that is `report::figures`. Next: `report::compose`.

use std::cell::RefCell;
use std::collections::HashSet;
use std::io::{self, BufWriter, Cursor, Write};
use std::path::Path;
use std::sync::Arc;

use anyhow::anyhow;
use chrono::{DateTime, NaiveDate, SubsecRound as _};

use super::evidence::{self, Evidence};
use crate::activity::Activity;
use crate::airing::{Kind, OutputKind};
use crate::calendar::with_offset;
use crate::config::Config;
use crate::language::Language;
use crate::plan::Plan;
use crate::problem::system::refusal;
use crate::report::compose::{self, Made, Parts, about, in_black};
use crate::report::document::{Chart, Document};
use crate::report::figures::settle::day_of;
use crate::report::figures::{Figures, gather};
use crate::report::issuer::Issuer;
use crate::report::logbook::{self, Entry, extract};
use crate::report::make::{self, span};
use crate::report::origin::{Origin, chain};
use crate::report::period::{Period, Window};
use crate::report::rows_used::RowsUsed;
use crate::report::status::{Status, status};
use crate::report::table::{Table, date};
use crate::report::tables::{self, Given};
use crate::report::template::Template;
use crate::report::{bundle, csv, docx, html, json, xlsx};
use crate::store::{Heads, Proved, Row};
use crate::zones::States;

/// Letters of a number at most: `05`, `123a`.
const LONGEST_NUMBER: usize = 12;

/// What a report can be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A document in the layout of Nghị định 30/2020/NĐ-CP.
    Docx,
    /// A workbook with a sheet for each table and one for the rows.
    Xlsx,
    /// The tables in long form.
    Csv,
    /// The figures, for programs.
    Json,
    /// One page.
    Html,
}

impl Form {
    /// Those in a bundle: what people open.
    pub(crate) const BUNDLED: [Self; 3] = [Self::Docx, Self::Xlsx, Self::Html];

    /// The ending of its names.
    pub(crate) const fn ending(self) -> &'static str {
        match self {
            Self::Docx => "docx",
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Html => "html",
        }
    }
}

/// A number of a report as a registry gives it; the error says in English what is one.
pub(crate) fn number(typed: &str) -> Result<String, &'static str> {
    let is_plain = typed.chars().all(|each| each.is_alphanumeric() || each == '-');
    if typed.is_empty() || !is_plain || typed.chars().count() > LONGEST_NUMBER {
        return Err("write the number alone, such as 05; what stands behind the / is `symbol` in the settings");
    }
    if typed.chars().all(|each| each == '0') {
        return Err("registries count from 1");
    }
    Ok(typed.to_owned())
}

/// What is asked for besides the period.
#[derive(Debug, Clone)]
pub(crate) struct Wish {
    /// As the registry gives it.
    pub(crate) number: Option<String>,
    /// Decides who issues it; today does if there is none.
    pub(crate) date: Option<NaiveDate>,
    /// What will be written: the rows are only walked for forms that print them.
    pub(crate) forms: Vec<Form>,
}

/// A report before any format.
pub(crate) struct Material<'a> {
    config: &'a Config,
    template: Template,
    period: Period,
    wish: Wish,
    plan: Option<Arc<Plan>>,
    figures: Figures,
    activities: Vec<Activity>,
    tables: Vec<Table>,
    chart: Chart,
    extract: Table,
    /// The rows of the airings of the period.
    members: HashSet<i64>,
    status: Option<Status>,
    issuer: Issuer,
    heads: Heads,
    proved: Proved,
    made: Made,
    /// The day that it is here.
    today: NaiveDate,
}

impl<'a> Material<'a> {
    /// Everything but the rows of a workbook.
    pub(crate) async fn gather(
        evidence: &Evidence<'a>,
        template: Template,
        period: Period,
        wish: Wish,
    ) -> anyhow::Result<Self> {
        let Evidence { config, now, .. } = *evidence;
        let plan = evidence.plan.clone();
        let states = States::new(&evidence.zone_acts);
        let counted = gather::Given {
            period,
            plan: plan.as_deref(),
            zones: &config.zones,
            states: &states,
            activities: &evidence.activities,
            timezone: config.station.timezone,
            today: evidence.today(),
        };
        let log = evidence::open(config).await?;
        let figures = make::figures(config, log, counted, &evidence.marks, evidence.heads.log.seq).await?;
        let members = RefCell::new(HashSet::new());
        let is_book = wish.forms.contains(&Form::Xlsx);
        let is_document = wish.forms.iter().any(|form| matches!(form, Form::Docx | Form::Html));
        let wanted = |entry: &Entry| {
            if is_book {
                members.borrow_mut().extend(entry.attempts.iter().map(|attempt| attempt.written.seq));
            }
            is_document && extract::wants(entry, plan.as_deref())
        };
        let rows =
            if is_book || is_document { evidence.rows(period.window, wanted).await? } else { logbook::Rows::default() };
        let activities = evidence.activities.clone();
        let language = config.language;
        let given = Given { figures: &figures, period, plan: plan.as_deref(), activities: &activities, language };
        let head = &evidence.heads.log;
        Ok(Self {
            config,
            tables: tables::all(&given),
            chart: tables::chart::chart(&given),
            members: members.into_inner(),
            extract: extract::table(&rows, "", language),
            status: plan.as_deref().map(|plan| status(plan, &figures, &activities)),
            issuer: config.issuer_on(wish.date.unwrap_or(evidence.today()), plan.as_deref()),
            heads: evidence.heads.clone(),
            proved: evidence.proved,
            made: Made {
                at: with_offset(config.station.timezone, now).trunc_subsecs(0),
                program: format!("loa {}", env!("CARGO_PKG_VERSION")),
                head: (head.seq > 0).then(|| format!("{head} ({})", chain(evidence.proved, language))),
                used: RowsUsed::of(&figures.totals, &evidence.marks),
            },
            today: evidence.today(),
            template,
            period,
            wish,
            plan,
            figures,
            activities,
        })
    }

    fn given(&self) -> Given<'_> {
        let plan = self.plan.as_deref();
        let language = self.config.language;
        Given { figures: &self.figures, period: self.period, plan, activities: &self.activities, language }
    }

    fn parts(&self) -> Parts<'_> {
        Parts {
            given: self.given(),
            template: &self.template,
            issuer: &self.issuer,
            station: self.station(),
            title: self.config.report.title.as_deref(),
            number: self.wish.number.as_deref(),
            date: self.wish.date,
            tables: &self.tables,
            chart: &self.chart,
            extract: &self.extract,
            status: self.status.as_ref(),
            made: &self.made,
        }
    }

    /// The head of the log; none for one without rows.
    fn head(&self) -> Option<String> {
        let head = &self.heads.log;
        (head.seq > 0).then(|| head.to_string())
    }

    /// The name of the station on the last day.
    fn station(&self) -> &str {
        self.config.station.on(self.period.window.last).0
    }

    /// The report as a document.
    pub(crate) fn document(&self) -> Document {
        compose::report(&self.parts())
    }

    /// Writes it in one form, for the file of that name.
    pub(crate) async fn write(&self, form: Form, out: impl Write, name: &Path) -> anyhow::Result<()> {
        let mut out = BufWriter::new(out);
        let heads = [("zones", self.heads.zones.to_string()), ("activities", self.heads.activities.to_string())];
        let head = self.head();
        let origin = Origin {
            station: self.station(),
            head: head.as_deref(),
            proved: self.proved,
            remarks: self.made.used.and_then(|used| used.remarks),
            other_heads: &heads,
            program: &self.made.program,
            made_at: self.made.at,
        };
        // Made in memory first: writers of zip and CSV have errors of their own for a full disk.
        let written = match form {
            Form::Docx => {
                let mut bytes = Cursor::new(Vec::new());
                docx::write(&in_black(self.document()), &mut bytes).and_then(|()| out.write_all(bytes.get_ref()))
            }
            Form::Html => out.write_all(html::page(&self.document()).as_bytes()),
            Form::Csv => {
                let (mut bytes, separator) = (Vec::new(), self.config.report.csv_separator);
                csv::write(&mut bytes, separator, &origin, &self.given(), &self.tables)
                    .and_then(|()| out.write_all(&bytes))
            }
            Form::Json => json::write(&mut out, &origin, &self.given()),
            Form::Xlsx => self.workbook(&mut out).await?,
        };
        let written = written.and_then(|()| out.flush());
        written.map_err(|error| anyhow!("cannot write `{}`: {}", name.display(), refusal(&error)))
    }

    fn book<'b>(&'b self, title: &'b str, period: &'b str) -> xlsx::Book<'b> {
        xlsx::Book {
            language: self.config.language,
            title,
            program: &self.made.program,
            period,
            window: self.period.window,
            made_at: self.made.at,
            head: self.made.head.as_deref(),
            used: self.made.used,
            tables: &self.tables,
            chart: Some(&self.chart),
        }
    }

    /// The workbook: its rows are those that the tables count, and what else the log has of these days: rehearsals, notes,
    /// corrections. None that came later.
    async fn workbook(&self, out: impl Write) -> anyhow::Result<io::Result<()>> {
        let title = about(&self.parts()).join(" ");
        let period = self.period.name(self.config.language);
        let mut log = evidence::open(self.config).await?;
        let span = span(&mut log, self.period.window, self.config).await?;
        let mut rows = log.rows_until(span, self.heads.log.seq).await?;
        let mut workbook = match xlsx::Workbook::begin(self.book(&title, &period), out) {
            Ok(workbook) => workbook,
            Err(error) => return Ok(Err(error)),
        };
        while let Some(mut page) = rows.next().await? {
            page.retain(|row| self.is_of_period(row));
            if let Err(error) = workbook.take(&page) {
                return Ok(Err(error));
            }
        }
        Ok(workbook.finish())
    }

    /// An airing goes with its last attempt; all other rows are of their own day.
    fn is_of_period(&self, row: &Row) -> bool {
        let is_remark = [Kind::Note, Kind::Correction].map(Kind::as_str).contains(&row.kind.as_str());
        let is_airing = !is_remark && row.output == OutputKind::Card.as_str();
        let at = row.started_at.as_ref().unwrap_or(&row.scheduled_at);
        let day = || DateTime::parse_from_rfc3339(at).is_ok_and(|at| self.period.window.contains(day_of(&at)));
        if is_airing { self.members.contains(&row.seq) } else { day() }
    }

    /// The report in the forms that people open, and what proves it, as one zip.
    pub(crate) async fn bundle(
        &self,
        evidence: &Evidence<'_>,
        period: Period,
        by: String,
        to: &Path,
    ) -> anyhow::Result<Vec<bundle::Entry>> {
        let mut reports = Vec::new();
        for form in Form::BUNDLED {
            let mut bytes = Cursor::new(Vec::new());
            self.write(form, &mut bytes, to).await?;
            reports.push((form.ending(), bytes.into_inner()));
        }
        super::bundle::write(evidence, super::bundle::Wanted { period, reports, by, to }).await
    }

    /// What was made of what, in the station's language.
    pub(crate) fn told(&self, output: &Path) -> String {
        let language = self.config.language;
        let Window { first, last } = self.period.window;
        let [first, last] = [first, last].map(|day| date(day, language));
        let rows = self.made.used.as_ref().map_or_else(
            || language.pick("không có dòng nhật ký nào trong kỳ", "no row of the log").to_owned(),
            |used| format!("{} {}", language.pick("dòng nhật ký", "rows"), used.words(language)),
        );
        let head = self.head().map_or_else(
            || language.pick("nhật ký trống", "the log is empty").to_owned(),
            |head| format!("{} {head}", language.pick("dòng cuối của nhật ký", "head")),
        );
        format!("`{}`: {}, {first} - {last}; {rows}; {head}", output.display(), self.period.name(language))
    }

    /// What a person should know before filing it.
    pub(crate) fn doubts(&self) -> Vec<String> {
        let (language, Window { first, last }) = (self.config.language, self.period.window);
        let [from, until] = [first, last].map(|day| date(day, language));
        let ahead = (first > self.today).then(|| match language {
            Language::Vi => format!("kỳ này chưa bắt đầu (từ {from}): chưa có gì để báo cáo"),
            Language::En => format!("the period has not begun (it does on {from}): there is nothing to report"),
        });
        let goes_on = (ahead.is_none() && last >= self.today).then(|| match language {
            Language::Vi => {
                format!("kỳ này đến {until}, chưa kết thúc: những gì chưa phát không có trong báo cáo")
            }
            Language::En => {
                format!("the period lasts until {until}, which is not over: what is yet to air is not in it")
            }
        });
        let too_early = self.wish.date.filter(|day| *day < last).map(|day| match (language, date(day, language)) {
            (Language::Vi, day) => format!("ngày báo cáo {day} sớm hơn ngày cuối kỳ {until}"),
            (Language::En, day) => {
                format!("the date of the report, {day}, is before the last day of the period, {until}")
            }
        });
        [ahead, goes_on, too_early].into_iter().flatten().collect()
    }
}
