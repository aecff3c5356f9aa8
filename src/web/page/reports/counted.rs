//! Figures of a period, made away from the thread that answers requests.
//!
//! In: settings, a period, the time. Out: figures with what they rest on; or why there are none, in words for people. A log
//! that was altered gives no figures. Must never count: that is `report::figures`. Next: `figures`.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::super::super::answer::Refusal;
use super::super::super::visitor::Visitor;
use crate::backup::block_on;
use crate::config::Config;
use crate::language::Language;
use crate::office::evidence::{Altered, accepted, told};
use crate::office::plan_status::Undue;
use crate::office::words::register_error;
use crate::plan::Plan;
use crate::problem::{Problem, Problems, Said, Severity};
use crate::report::make::{Made, make};
use crate::report::period::Period;
use crate::report::table::date;
use crate::report::tables::Given;
use crate::store::{ReadError, RegisterError};

/// What was counted, against which plan.
pub(super) struct Counted {
    /// The plan, if the station has one.
    pub(super) plan: Option<Arc<Plan>>,
    /// The figures.
    pub(super) made: Made,
}

impl Counted {
    /// Counts a period.
    pub(super) fn make(config: &Config, period: Period, now: DateTime<Utc>) -> anyhow::Result<Self> {
        let plan = accepted(config)?.plan;
        let made = block_on(make(config, plan.as_deref(), period, now));
        let made = made.map_err(|error| told(error.of_lost(&config.data_dir)))?;
        Ok(Self { plan, made })
    }

    /// For tables in a language.
    pub(super) fn given(&self, language: Language) -> Given<'_> {
        let Made { period, figures, activities, .. } = &self.made;
        Given { figures, period: *period, plan: self.plan.as_deref(), activities, language }
    }
}

/// Does what blocks on a thread for it.
pub(super) async fn away<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Refusal> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        tracing::warn!("a page could not be made: {error}");
        Refusal::new(
            axum::http::StatusCode::INTERNAL_SERVER_ERROR,
            "lỗi của chương trình; hãy thử lại (a fault of the program)",
        )
    })
}

/// Why nothing was made, in plain words.
pub(super) fn refusal(error: &anyhow::Error, visitor: &Visitor) -> Refusal {
    if error.is::<Altered>() {
        return Refusal::conflict(visitor.pick(
            "nhật ký phát sóng không còn đúng như lúc được ghi, nên không lập số liệu hay báo cáo nào từ đó; xem trang Nhật ký và \
             báo kỹ thuật viên kiểm tra, có thể khôi phục từ bản sao lưu",
            "the airing log is no longer as it was written, so no figures and no report are made of it; see the Log page and ask \
             the technician to check it, a backup can bring it back",
        ));
    }
    if let Some(ReadError::Missing(_)) = error.downcast_ref::<ReadError>() {
        return Refusal::conflict(visitor.pick("đài chưa có nhật ký phát sóng", "there is no airing log yet"));
    }
    if let Some(undue) = error.downcast_ref::<Undue>() {
        return Refusal::conflict(undue_words(undue, visitor.language()));
    }
    if let Some(Problems(problems)) = error.downcast_ref::<Problems>() {
        let all = problems.iter().map(|each| each.render(visitor.language()).trim_end().to_owned());
        let why = visitor.pick("thư mục schedules có lỗi, phải sửa trước", "schedules have errors to be mended first");
        return Refusal::conflict(format!("{why}: {}", all.collect::<Vec<_>>().join("; ")));
    }
    let why = visitor.pick("chưa lập được", "it could not be made");
    Refusal::later(format!("{why}: {error:#}"))
}

fn undue_words(undue: &Undue, language: Language) -> String {
    match (undue, language) {
        (Undue::NoPlan(path), Language::Vi) => {
            format!("chưa có kế hoạch: không có tệp `{}`; chép kế hoạch của năm vào đó", path.display())
        }
        (Undue::NoPlan(path), Language::En) => {
            format!("there is no plan: `{}` is not there; write the plan of the year there", path.display())
        }
        (Undue::NotYet { signed, year, today }, Language::Vi) => format!(
            "chưa đến kỳ thực hiện kế hoạch: kế hoạch ký ngày {}, cho năm từ {} đến {}, hôm nay là {}; có thể chọn một kỳ ở trên",
            date(*signed, language),
            date(year.first, language),
            date(year.last, language),
            date(*today, language)
        ),
        (Undue::NotYet { signed, year, today }, Language::En) => format!(
            "nothing of the plan is due yet: it was signed on {}, for {} to {}, and today is {}; a period can be chosen above",
            date(*signed, language),
            date(year.first, language),
            date(year.last, language),
            date(*today, language)
        ),
    }
}

/// What is wrong with what was said, in a sentence each; without advice for the command line.
pub(super) fn said_wrong(problems: &[Problem], visitor: &Visitor) -> Refusal {
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
    let told = errors.map(|problem| {
        let Said { message, advice } = problem.say(visitor.language());
        match advice.filter(|advice| !advice.contains("`loa ") && !advice.contains("`--")) {
            Some(advice) => format!("{message}; {advice}"),
            None => message,
        }
    });
    Refusal::wrong(told.collect::<Vec<_>>().join(". "))
}

/// The database did not take or give what was asked.
pub(super) fn register(error: &RegisterError, visitor: &Visitor) -> Refusal {
    let told = match visitor.language() {
        Language::Vi => register_error(error),
        Language::En => error.to_string(),
    };
    match error {
        RegisterError::Outdated(_) | RegisterError::OutdatedActivity(_) => Refusal::conflict(told),
        _ => Refusal::later(told),
    }
}
