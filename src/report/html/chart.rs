//! Minutes per theme and month as columns that stand on each other: SVG, with a legend and the same figures as a table.
//!
//! In: `Chart`. Out: markup. Every theme has a pattern of its own besides its colour and its code in every piece that is high
//! enough, so that it is read in black and white too. What never sounded is said so in the legend. Must never show a figure
//! that is not in the table below it. Next: `report::csv`.

use maud::{Markup, html};

use crate::language::Language;
use crate::report::document::{Chart, Series};
use crate::report::table::{grouped, minutes};

/// The drawing, in its own units: those of the screen where there is room for it.
const WIDTH: i64 = 760;
const HEIGHT: i64 = 330;
/// Room for the numbers of the axis, the months, the sums above the columns.
const LEFT: i64 = 56;
const RIGHT: i64 = 10;
const TOP: i64 = 26;
const BOTTOM: i64 = 34;
/// A piece that is lower has no room for a code.
const ROOM_FOR_CODE: i64 = 15;

/// Colours of the pieces, light enough for black letters (at least 7:1), and how each is hatched.
const PATTERNS: [(&str, &str); 10] = [
    ("#c9d8ea", ""),
    ("#f3dfb4", "M0 8L8 0M-2 2L2 -2M6 10L10 6"),
    ("#cfe6cd", "M0 4H8"),
    ("#ffffff", "M4 0V8"),
    ("#f0cdc8", "M0 0L8 8M-2 6L2 10M6 -2L10 2"),
    ("#dcd3ea", "M0 4H8M4 0V8"),
    ("#e6e6e6", "M3 4a1 1 0 1 0 2 0a1 1 0 1 0 -2 0"),
    ("#c8e6e4", "M0 8L8 0M0 0L8 8"),
    ("#ffffff", ""),
    ("#f7e9c8", "M0 2H8M0 6H8"),
];

/// The drawing and its legend, without a title and without the figures.
pub(crate) fn drawing(chart: &Chart, number: usize, language: Language) -> Markup {
    let sums: Vec<i64> = (0..chart.months.len()).map(|month| sum(chart, month)).collect();
    html! {
        (plot(chart, &sums, number, language))
        ul.legend {
            @for (index, series) in chart.series.iter().enumerate() { (legend(series, index, number, language)) }
        }
    }
}

/// The whole of it. `number` tells the charts of a page apart.
pub(super) fn chart(chart: &Chart, number: usize, language: Language) -> Markup {
    let sums: Vec<i64> = (0..chart.months.len()).map(|month| sum(chart, month)).collect();
    html! {
        figure.chart {
            div.drawing {
                h4.title id=(format!("chart-{number}")) { (chart.title) }
                div.box tabindex="0" role="region" aria-labelledby=(format!("chart-{number}")) {
                    (plot(chart, &sums, number, language))
                }
                ul.legend {
                    @for (index, series) in chart.series.iter().enumerate() { (legend(series, index, number, language)) }
                }
            }
            (figures(chart, &sums, number, language))
        }
    }
}

fn sum(chart: &Chart, month: usize) -> i64 {
    chart.series.iter().filter_map(|series| series.aired_ms.get(month)).sum()
}

/// The name of a pattern on the page.
fn pattern(number: usize, index: usize) -> String {
    format!("c{number}p{}", index % PATTERNS.len())
}

fn plot(chart: &Chart, sums: &[i64], number: usize, language: Language) -> Markup {
    let scale = Scale::new(sums.iter().copied().max().unwrap_or(0));
    let slot = (WIDTH - LEFT - RIGHT) / (chart.months.len().max(1) as i64);
    let width = (slot * 7 / 10).clamp(4, 72);
    html! {
        svg.plot viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-labelledby=(format!("chart-{number}-title"))
            font-size="12" font-family="inherit" {
            title id=(format!("chart-{number}-title")) { (in_words(chart, sums, language)) }
            defs {
                @for index in 0..chart.series.len().min(PATTERNS.len()) {
                    @let (fill, hatch) = PATTERNS[index];
                    pattern id=(pattern(number, index)) width="8" height="8" patternUnits="userSpaceOnUse" {
                        rect width="8" height="8" fill=(fill) {}
                        @if !hatch.is_empty() { path d=(hatch) stroke="#555" stroke-width="0.9" fill="none" {} }
                    }
                }
            }
            @for step in 0..=scale.steps {
                @let y = scale.y(scale.step_ms * step);
                line x1=(LEFT) x2=(WIDTH - RIGHT) y1=(y) y2=(y) stroke=(if step == 0 { "#1a1a1a" } else { "#cccccc" }) {}
                text x=(LEFT - 6) y=(y + 4) text-anchor="end" { (scale.label(step, language)) }
            }
            @for (month, name) in chart.months.iter().enumerate() {
                @let middle = LEFT + slot * month as i64 + slot / 2;
                (column(chart, month, number, &scale, middle - width / 2, width, language))
                text x=(middle) y=(scale.y(sums[month]) - 5) text-anchor="middle" font-weight="bold" {
                    (minutes(sums[month], language))
                }
                text x=(middle) y=(HEIGHT - BOTTOM + 17) text-anchor="middle" { (name) }
            }
        }
    }
}

/// One month: its themes from the bottom up.
fn column(chart: &Chart, month: usize, number: usize, scale: &Scale, x: i64, width: i64, language: Language) -> Markup {
    let mut below = 0;
    let mut pieces = Vec::new();
    for (index, series) in chart.series.iter().enumerate() {
        let aired_ms = series.aired_ms.get(month).copied().unwrap_or(0);
        if aired_ms > 0 {
            let (top, bottom) = (scale.y(below + aired_ms), scale.y(below));
            pieces.push((index, series, aired_ms, top, bottom - top));
        }
        below += aired_ms;
    }
    html! {
        @for (index, series, aired_ms, y, height) in pieces {
            g {
                title {
                    (series.code) ", " (chart.months[month]) ": " (minutes(aired_ms, language)) " "
                    (language.pick("phút", "minutes"))
                }
                rect x=(x) y=(y) width=(width) height=(height) fill=(format!("url(#{})", pattern(number, index)))
                    stroke="#1a1a1a" stroke-width="0.8" {}
                @if height >= ROOM_FOR_CODE && width >= 26 {
                    // A rim of white keeps the letters clear of the hatching.
                    text x=(x + width / 2) y=(y + height / 2 + 4) text-anchor="middle" paint-order="stroke" stroke="#ffffff"
                        stroke-width="4" stroke-linejoin="round" font-size="11" { (series.code) }
                }
            }
        }
    }
}

/// What somebody hears who does not see it.
fn in_words(chart: &Chart, sums: &[i64], language: Language) -> String {
    let months = chart.months.iter().zip(sums).map(|(month, sum)| format!("{month}: {}", minutes(*sum, language)));
    format!("{}. {}", chart.title, months.collect::<Vec<_>>().join("; "))
}

fn legend(series: &Series, index: usize, number: usize, language: Language) -> Markup {
    let all: i64 = series.aired_ms.iter().sum();
    html! {
        li {
            svg viewBox="0 0 24 16" aria-hidden="true" {
                rect x="0.5" y="0.5" width="23" height="15" fill=(format!("url(#{})", pattern(number, index)))
                    stroke="#1a1a1a" {}
            }
            span {
                (series.code) ". " (series.label) " "
                @if all == 0 {
                    strong.warning { "(" (language.pick("chưa có phút nào", "none yet")) ")" }
                } @else {
                    "(" (minutes(all, language)) ")"
                }
            }
        }
    }
}

/// The figures of the drawing.
fn figures(chart: &Chart, sums: &[i64], number: usize, language: Language) -> Markup {
    let all: i64 = sums.iter().sum();
    html! {
        div.box tabindex="0" role="region" aria-labelledby=(format!("chart-{number}")) {
            table.values style=(format!("--columns: {}", chart.months.len() + 2)) {
                thead {
                    tr {
                        th scope="col" { (language.pick("Phút", "Minutes")) }
                        @for month in &chart.months { th scope="col" { (month) } }
                        th scope="col" { (language.pick("Cộng", "Sum")) }
                    }
                }
                tbody {
                    @for series in &chart.series {
                        tr {
                            th scope="row" { (series.code) }
                            @for &ms in &series.aired_ms { td.figure { (minutes(ms, language)) } }
                            td.figure { (minutes(series.aired_ms.iter().sum(), language)) }
                        }
                    }
                    tr.total {
                        td { (language.pick("Cộng", "Sum")) }
                        @for &ms in sums { td.figure { (minutes(ms, language)) } }
                        td.figure { (minutes(all, language)) }
                    }
                }
            }
        }
    }
}

/// From milliseconds to the height on the drawing, with rounded steps of whole minutes or tenths.
struct Scale {
    /// Between two lines of the axis.
    step_ms: i64,
    /// How many.
    steps: i64,
}

impl Scale {
    /// 3 to 6 steps of 1, 2 or 5 times a power of ten, of minutes or of tenths; the last is not below the highest column.
    fn new(highest_ms: i64) -> Self {
        let tenth = 6_000;
        let highest = (highest_ms + tenth - 1) / tenth;
        let mut unit = 1;
        loop {
            for factor in [1, 2, 5] {
                let step = unit * factor;
                let steps = (highest + step - 1) / step;
                if steps <= 5 {
                    return Self { step_ms: step * tenth, steps: steps.max(1) };
                }
            }
            unit *= 10;
        }
    }

    fn y(&self, ms: i64) -> i64 {
        let room = HEIGHT - TOP - BOTTOM;
        HEIGHT - BOTTOM - ms * room / (self.step_ms * self.steps)
    }

    fn label(&self, step: i64, language: Language) -> String {
        let ms = self.step_ms * step;
        if self.step_ms % 60_000 == 0 { grouped(ms / 60_000, language) } else { minutes(ms, language) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Chart {
        let series = |code: &str, aired_ms: &[i64]| Series {
            code: code.into(),
            label: "Một cửa".into(),
            aired_ms: aired_ms.to_vec(),
        };
        Chart {
            title: "Thời lượng".into(),
            months: vec!["1/2025".into(), "2/2025".into()],
            series: vec![series("ND1", &[600_000, 300_000]), series("ND2", &[0, 0]), series("ND3", &[60_000, 90_000])],
        }
    }

    #[test]
    fn the_axis_has_few_round_steps_and_holds_the_highest() {
        for highest in [0, 1, 5_999, 60_000, 61_000, 599_999, 3_600_000, 7_777_777, 1_000_000_000] {
            let scale = Scale::new(highest);
            assert!((1..=5).contains(&scale.steps), "{highest}");
            assert!(scale.step_ms * scale.steps >= highest && scale.y(highest) >= TOP, "{highest}");
            assert_eq!(scale.y(0), HEIGHT - BOTTOM);
        }
        assert_eq!(Scale::new(660_000).step_ms, 300_000);
    }

    #[test]
    fn pieces_stand_on_each_other_without_a_gap() {
        let chart = sample();
        let scale = Scale::new(660_000);
        let text = column(&chart, 0, 1, &scale, 0, 40, Language::Vi).into_string();
        let numbers = |name: &str| -> Vec<i64> {
            let of = |rest: &str| rest.split('"').next().and_then(|it| it.parse().ok()).unwrap();
            text.split("<rect").skip(1).map(|rect| of(rect.split(&format!(" {name}=\"")).nth(1).unwrap())).collect()
        };
        let (tops, heights) = (numbers("y"), numbers("height"));
        assert_eq!(tops.len(), 2, "what has no sound has no piece");
        assert_eq!(tops[0] + heights[0], scale.y(0));
        assert_eq!(tops[1] + heights[1], tops[0]);
    }

    #[test]
    fn a_theme_without_sound_is_named_in_the_legend() {
        let text = chart(&sample(), 1, Language::Vi).into_string();
        assert!(text.contains("ND2. Một cửa <strong class=\"warning\">(chưa có phút nào)</strong>"), "{text}");
        assert!(text.contains("1/2025: 11,0; 2/2025: 6,5</title>"));
    }
}
