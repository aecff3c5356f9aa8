//! `loa bulletin list`: bulletins, the newest first.
//!
//! In: what to look for. Out: a table in the station's language, or JSON or CSV for programs. A search typed with marks finds
//! what is written with them, one without marks finds both. Reads only. Next: `show`.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use clap::ValueEnum;

use super::fields::Class;
use super::{failed, words};
use crate::cli::{DONE, Format, listing, say};
use crate::config::Config;
use crate::office::bulletin;
use crate::office::card::Line;
use crate::store::{Card, DecisionState, Wanted};
use crate::text::sort_by_title;

/// Lines for people unless they ask for more or all.
const LINES: u32 = 200;

/// Arguments of `loa bulletin list`.
#[derive(Debug, clap::Args)]
pub(super) struct ListArgs {
    /// Words of title, author or source; typed without marks they find all ways of writing
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Only bulletins of this theme
    #[arg(long, value_name = "ND")]
    theme: Option<String>,
    /// Only bulletins of which that was decided
    #[arg(long, value_enum)]
    state: Option<State>,
    /// Only bulletins of this class
    #[arg(long, value_enum)]
    class: Option<Class>,
    /// In which order [default: number, the newest first]
    #[arg(long, value_enum, default_value_t)]
    sort: Sort,
    /// So many of the newest at most, 0 is all [default: 200 as text, else all]
    #[arg(long, value_name = "K")]
    limit: Option<u32>,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// What was decided, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum State {
    /// Nothing yet.
    Waiting,
    /// It may air.
    Approved,
    /// Refused or withdrawn.
    Refused,
    /// Approved by phone, not confirmed.
    ByPhone,
}

/// Orders of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Sort {
    /// The newest first.
    #[default]
    Number,
    /// As Vietnamese readers expect.
    Title,
}

/// Prints the list.
pub(super) fn run(config: &Config, args: &ListArgs) -> anyhow::Result<ExitCode> {
    let limit = args.limit.unwrap_or(if args.format == Format::Text { LINES } else { 0 });
    let wanted = Wanted {
        search: args.search.clone(),
        theme: args.theme.as_ref().map(|theme| theme.trim().to_uppercase()),
        state: args.state.map(|state| match state {
            State::Waiting => DecisionState::Waiting,
            State::Approved => DecisionState::Approved,
            State::Refused => DecisionState::Refused,
            State::ByPhone => DecisionState::ByPhone,
        }),
        class: args.class.map(Into::into),
        before: None,
        limit: (limit > 0).then_some(limit),
    };
    let (mut cards, more) = match bulletin::list(config, &wanted) {
        Ok(found) => found,
        Err(error) => return Ok(failed(config, &error)),
    };
    if args.sort == Sort::Title {
        sort_by_title(&mut cards, |card| &card.draft.title);
    }
    let lines: Vec<Line<'_>> = cards.iter().map(Line::of).collect();
    let mut out = BufWriter::new(io::stdout().lock());
    match args.format {
        Format::Text => print_text(&mut out, config, &cards)?,
        Format::Json => listing::json(&mut out, &lines)?,
        Format::Csv => listing::csv(&mut out, &HEADER, &lines)?,
    }
    out.flush()?;
    if cards.is_empty() {
        say(config.language.pick("không có tin bài nào", "no bulletins"));
    } else if more {
        say(config.language.pick(
            "còn các tin bài cũ hơn; `--limit 0` liệt kê tất cả",
            "older ones are not shown; `--limit 0` lists all",
        ));
    }
    Ok(ExitCode::from(DONE))
}

/// The columns of CSV, which are the keys of JSON.
const HEADER: [&str; 24] = [
    "bulletin",
    "revision",
    "title",
    "genre",
    "themes",
    "author",
    "source",
    "class",
    "valid_from",
    "valid_until",
    "zones",
    "duration_ms",
    "sha256",
    "text_sha256",
    "file_name",
    "voice",
    "doubts",
    "state",
    "by_phone",
    "approval",
    "decided_by",
    "decided_at",
    "recorded_at",
    "by",
];

const HEADS: [[&str; 7]; 2] = [
    ["SỐ", "NỘI DUNG", "LỚP", "DÀI", "PHÁT ĐẾN", "TRẠNG THÁI", "TIÊU ĐỀ"],
    ["NO", "THEMES", "CLASS", "LENGTH", "UNTIL", "STATE", "TITLE"],
];

fn print_text(out: &mut impl Write, config: &Config, cards: &[Card]) -> io::Result<()> {
    let language = config.language;
    let heads = language.pick(&HEADS[0], &HEADS[1]).map(str::to_owned);
    let cells = |card: &Card| {
        let doubts = card.sound.as_ref().map_or(0, |sound| sound.doubts.len());
        let spoken = card.sound.as_ref().is_some_and(|sound| sound.voice.is_some());
        let by_machine = language.pick(", giọng máy", ", machine voice");
        let doubtful = if doubts > 0 { " (!)" } else { "" };
        [
            card.number.to_string(),
            card.draft.themes.join(" "),
            language.priority(card.draft.class).to_owned(),
            words::length(card.sound.as_ref().and_then(|sound| sound.content.duration_ms)) + doubtful,
            card.draft.valid_until.map_or_else(|| "-".to_owned(), |day| day.format("%d/%m/%Y").to_string()),
            words::state(language, card).to_owned() + if spoken { by_machine } else { "" },
            card.draft.title.clone(),
        ]
    };
    if cards.is_empty() {
        return Ok(());
    }
    let lines: Vec<_> = std::iter::once(heads).chain(cards.iter().map(cells)).collect();
    listing::text(out, &lines)
}
