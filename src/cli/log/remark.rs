//! `loa log note` and `loa log correct`: what people add to a row of the log.
//!
//! In: the number of a row, and what was typed. Out: a new row at the end of the chain, beside a station that may be running,
//! and what came of it in the station's language. The row itself stays as it was written. All that is wrong with what was
//! typed is told at once, and then nothing is recorded. Next: `office::remark`.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::ValueEnum;

use crate::airing::Kind;
use crate::backup::block_on;
use crate::cli::bulletin::{Told, Typed, failed, refused, signature, tell};
use crate::cli::{DONE, WRONG_INPUT, say};
use crate::config::Config;
use crate::office::remark::{self, About, Added};
use crate::store::{Changes, RemarkError, Row, Saying};

/// Arguments of `loa log note`.
#[derive(Debug, clap::Args)]
pub struct NoteArgs {
    /// Number of the row, as `loa log` shows it
    #[arg(value_name = "SEQ")]
    seq: i64,
    /// What is to be said of it, such as `heard in thôn 2`
    #[arg(value_name = "TEXT")]
    text: String,
    #[command(flatten)]
    who: Who,
}

/// Arguments of `loa log correct`.
#[derive(Debug, clap::Args)]
pub struct CorrectArgs {
    /// Number of the row, as `loa log` shows it
    #[arg(value_name = "SEQ")]
    seq: i64,
    /// Its title
    #[arg(long, value_name = "T")]
    title: Option<String>,
    /// What kind of text it is: tin, bài, thông báo, chuyên mục ...
    #[arg(long, value_name = "G")]
    genre: Option<String>,
    /// Themes of the plan, ND1 to ND8; the first one is the main one
    #[arg(long, value_name = "ND1,ND2")]
    themes: Option<String>,
    /// Who wrote it
    #[arg(long, value_name = "A")]
    author: Option<String>,
    /// Where it comes from
    #[arg(long, value_name = "S")]
    source: Option<String>,
    /// Number of the bulletin that it was
    #[arg(long, value_name = "N")]
    bulletin: Option<i64>,
    /// The zones that it was fed to
    #[arg(long, value_name = "A,B")]
    zones: Option<String>,
    /// A field that it shall not have
    #[arg(long, value_enum, value_name = "FIELD")]
    clear: Vec<Clear>,
    /// It counts nowhere, such as a trial on the real card
    #[arg(long, conflicts_with = "unvoid")]
    void: bool,
    /// It counts again
    #[arg(long)]
    unvoid: bool,
    /// The reason
    #[arg(long, value_name = "W")]
    why: String,
    #[command(flatten)]
    who: Who,
}

/// Who says it, and how it is told.
#[derive(Debug, clap::Args)]
struct Who {
    /// The name of the person who says it; the operating system's user is kept beside it
    #[arg(long, value_name = "NAME")]
    by: String,
    /// How to tell what came of it
    #[arg(long, value_enum, default_value_t)]
    format: Told,
}

/// Fields that an airing need not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Clear {
    Genre,
    Themes,
    Author,
    Source,
    Bulletin,
    Zones,
}

/// Notes something of a row.
pub(super) fn note(config: &Config, args: &NoteArgs) -> anyhow::Result<ExitCode> {
    let mut typed = Typed::new(config);
    let text = typed.line("TEXT", &args.text);
    let by = typed.line("--by", &args.who.by);
    let (false, Some(text), Some(by)) = (tell(config, &typed.problems), text, by) else {
        return Ok(ExitCode::from(WRONG_INPUT));
    };
    add(config, args.seq, Saying::Note(text), &by, args.who.format)
}

/// Puts right what describes a row.
pub(super) fn correct(config: &Config, args: &CorrectArgs) -> anyhow::Result<ExitCode> {
    if let Some(refused) = contradiction(config, args) {
        return Ok(refused);
    }
    let about = match block_on(remark::look(config, args.seq, args.bulletin)) {
        Ok(about) => about,
        Err(error) => return Ok(objected(config, &error)),
    };
    let mut typed = Typed::new(config);
    let changes = changes(config, args, &about, &mut typed);
    let why = typed.line("--why", &args.why);
    let by = typed.line("--by", &args.who.by);
    let (false, Some(why), Some(by)) = (tell(config, &typed.problems), why, by) else {
        return Ok(ExitCode::from(WRONG_INPUT));
    };
    if let Some(number) = args.bulletin {
        if !about.knows_bulletin() {
            return Ok(crate::cli::bulletin::unknown(config, number));
        }
        if about.is_other_sound() {
            say(other_sound(config, args.seq, number));
        }
    }
    add(config, args.seq, Saying::Correction { changes, why }, &by, args.who.format)
}

/// A field that is given and cleared at once, or zones that name none.
fn contradiction(config: &Config, args: &CorrectArgs) -> Option<ExitCode> {
    let given = [
        ("genre", Clear::Genre, args.genre.is_some()),
        ("themes", Clear::Themes, args.themes.is_some()),
        ("author", Clear::Author, args.author.is_some()),
        ("source", Clear::Source, args.source.is_some()),
        ("bulletin", Clear::Bulletin, args.bulletin.is_some()),
        ("zones", Clear::Zones, args.zones.is_some()),
    ];
    if let Some((name, ..)) = given.into_iter().find(|(_, field, is_given)| *is_given && args.clear.contains(field)) {
        let vi = format!("`--{name}` và `--clear {name}` trái nhau; hãy chỉ ghi một trong hai");
        let en = format!("`--{name}` and `--clear {name}` contradict each other; give one of them");
        return Some(refused(config, WRONG_INPUT, (&vi, &en)));
    }
    args.zones.as_ref().filter(|list| list.trim().is_empty()).map(|_| {
        let vi = "`--zones` không ghi cụm loa nào; nếu không phát ra cụm loa nào thì ghi `--clear zones`";
        let en = "`--zones` names no zone; if it was fed to none, write `--clear zones`";
        refused(config, WRONG_INPUT, (vi, en))
    })
}

/// What was heard is no sound of the bulletin that it is said to be. Somebody may have read it out anew: a warning.
fn other_sound(config: &Config, seq: i64, number: i64) -> String {
    let vi = format!(
        "cảnh báo: âm thanh của dòng {seq} không phải là bản nào của tin bài số {number}; nếu ghi nhầm thì đính chính lại"
    );
    let en = format!(
        "warning: what row {seq} aired is no revision's sound of bulletin {number}; if that is a mistake, correct it again"
    );
    config.language.pick(&vi, &en).to_owned()
}

fn changes(config: &Config, args: &CorrectArgs, about: &About, typed: &mut Typed<'_>) -> Changes {
    let mut word = |option: &str, text: &Option<String>| text.as_ref().map(|text| typed.line(option, text));
    let title = word("--title", &args.title).flatten();
    let [genre, author, source] = [("--genre", &args.genre), ("--author", &args.author), ("--source", &args.source)]
        .map(|(option, text)| word(option, text));
    let themes = args.themes.as_ref().map(|list| typed.themes(std::slice::from_ref(list)));
    let zones = args.zones.as_ref().map(|list| zones(config, list, about, typed));
    let cleared = |field| args.clear.contains(&field);
    let is_void = (args.void || args.unvoid).then_some(args.void);
    Changes {
        title,
        genre: if cleared(Clear::Genre) { Some(None) } else { genre },
        themes: if cleared(Clear::Themes) { Some(Vec::new()) } else { themes },
        author: if cleared(Clear::Author) { Some(None) } else { author },
        source: if cleared(Clear::Source) { Some(None) } else { source },
        bulletin: if cleared(Clear::Bulletin) { Some(None) } else { args.bulletin.map(Some) },
        zones: if cleared(Clear::Zones) { Some(Vec::new()) } else { zones },
        is_void,
    }
}

/// Zones of the station or of the row; a zone of the row keeps the name that it had on that day.
fn zones(config: &Config, list: &str, about: &About, typed: &mut Typed<'_>) -> Vec<(String, String)> {
    let (zones, faults) = about.zones(config, list.split(',').map(str::trim));
    for fault in faults {
        typed.error(fault);
    }
    zones
}

/// Records it, and tells what came of it.
fn add(config: &Config, seq: i64, saying: Saying, by: &str, format: Told) -> anyhow::Result<ExitCode> {
    let signed = signature(config, Some(by));
    let added = match block_on(remark::add(config, seq, saying, &signed)) {
        Ok(added) => added,
        Err(error) => return Ok(objected(config, &error)),
    };
    let noun = added.kind();
    let Added { row, counted_by } = added;
    match format {
        Told::Text => {
            writeln!(io::stdout(), "{}", told(config, seq, noun, &row))?;
            if let Some(counted_by) = counted_by {
                say(elsewhere(config, counted_by));
            }
        }
        Told::Json => {
            let object = serde_json::json!({ noun.as_str(): row });
            writeln!(io::stdout(), "{object}")?;
        }
    }
    Ok(ExitCode::from(DONE))
}

/// An airing is counted by its last attempt, so that a correction of another one describes nothing that is counted.
fn elsewhere(config: &Config, counted_by: i64) -> String {
    let (vi, en) = (
        format!("lượt này được tính theo dòng {counted_by}; nếu cần thì đính chính cả dòng {counted_by}"),
        format!("this airing is counted by row {counted_by}; correct row {counted_by} too if need be"),
    );
    config.language.pick(vi.as_str(), en.as_str()).to_owned()
}

fn told(config: &Config, seq: i64, noun: Kind, row: &Row) -> String {
    let note = row.note.as_deref().unwrap_or_default();
    let (vi, en) = match noun {
        Kind::Correction => (
            format!("đã đính chính dòng {seq} bằng dòng mới {}: {note}", row.seq),
            format!("row {seq} is corrected by the new row {}: {note}", row.seq),
        ),
        _ => (
            format!("đã ghi chú cho dòng {seq} bằng dòng mới {}: {note}", row.seq),
            format!("row {seq} is noted by the new row {}: {note}", row.seq),
        ),
    };
    config.language.pick(&vi, &en).to_owned()
}

/// Says why nothing was recorded.
fn objected(config: &Config, error: &RemarkError) -> ExitCode {
    let (vi, more) = match error {
        RemarkError::Register(error) => return failed(config, error),
        RemarkError::Unknown(seq, 0) => (format!("nhật ký không có dòng {seq}; nhật ký còn trống"), ""),
        RemarkError::Unknown(seq, newest) => {
            (format!("nhật ký không có dòng {seq}; dòng mới nhất là {newest}, `loa log` cho xem tất cả"), "")
        }
        RemarkError::OfRemark(seq, about) => {
            (format!("dòng {seq} là ghi chú hoặc đính chính của dòng {about}; hãy ghi cho dòng {about}"), "")
        }
        RemarkError::NoAiring(seq) => {
            (format!("dòng {seq} là ghi chú của đài, không phải lượt phát; không ghi gì thêm được"), "")
        }
        RemarkError::Unchanged(seq) => (
            format!(
                "đính chính này không thay đổi gì ở dòng {seq}; hãy nêu điều cần sửa, ví dụ `--title`, `--themes`, `--void`"
            ),
            "; name what is to be put right, such as `--title`, `--themes`, `--void`",
        ),
    };
    refused(config, WRONG_INPUT, (&vi, &format!("{error}{more}")))
}
