//! The chart of a report: minutes of each theme of the plan, month by month.
//!
//! In: figures. Out: months and series in the order of the plan, as in Biểu 8, whose columns of time it shares. Themes without
//! any sound have a series of zeros, so that their lack is seen in the legend. Pure. Next: `programmes`.

use super::Given;
use super::matrix::{columns_of_time, in_columns};
use super::themes::named;
use crate::report::document::{Chart, Series};

/// Minutes on the air per theme and month.
#[must_use]
pub fn chart(given: &Given<'_>) -> Chart {
    let time = columns_of_time(given);
    let series = given.figures.themes.iter().filter(|theme| theme.is_planned).map(|theme| Series {
        code: theme.code.to_string(),
        label: theme.label.clone().unwrap_or_else(|| named(theme)),
        aired_ms: in_columns(&theme.months, &time).iter().map(|aired| aired.aired_ms).collect(),
    });
    let title = given.pick("Thời lượng phát theo nội dung và theo tháng (phút)", "Minutes by theme and month");
    let series = series.collect();
    Chart { title: title.to_owned(), months: time.into_iter().map(|(name, _)| name).collect(), series }
}
