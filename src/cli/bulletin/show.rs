//! `loa bulletin show N`: everything about a bulletin.
//!
//! In: its number. Out: what people say of it, its text, hashes, what was found in its sound, what was decided, where it was
//! queued and when it aired; lines in the station's language, or one object. Reads only. Next: `crate::store`.

use std::io::{self, Write};
use std::process::ExitCode;

use chrono::DateTime;

use super::{Told, failed, unknown, words};
use crate::airing::{Outcome, OutputKind, Reason};
use crate::bulletin::Act;
use crate::cli::DONE;
use crate::config::Config;
use crate::language::Language;
use crate::office::bulletin;
use crate::office::card::{kept, object};
use crate::sound::{Form, Measures};
use crate::store::{Card, History};

/// Arguments of `loa bulletin show`.
#[derive(Debug, clap::Args)]
pub(super) struct ShowArgs {
    /// The bulletin's number
    #[arg(value_name = "N")]
    number: i64,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: Told,
}

/// Prints everything about a bulletin.
pub(super) fn run(config: &Config, args: &ShowArgs) -> anyhow::Result<ExitCode> {
    let (card, history) = match bulletin::whole(config, args.number) {
        Ok(Some(found)) => found,
        Ok(None) => return Ok(unknown(config, args.number)),
        Err(error) => return Ok(failed(config, &error)),
    };
    let mut out = io::stdout().lock();
    match args.format {
        Told::Json => writeln!(out, "{}", serde_json::to_string_pretty(&object(config, &card, &history)?)?)?,
        Told::Text => Page { config, out: &mut out }.print(&card, &history)?,
    }
    Ok(ExitCode::from(DONE))
}

/// Lines for people.
struct Page<'a, W> {
    config: &'a Config,
    out: &'a mut W,
}

impl<W: Write> Page<'_, W> {
    fn print(&mut self, card: &Card, history: &History) -> io::Result<()> {
        self.fields(card)?;
        self.sound(card)?;
        if let Some(text) = &card.draft.text {
            self.head("văn bản", "text")?;
            for line in text.lines() {
                writeln!(self.out, "    {line}")?;
            }
        }
        if let Some(read_as) = card.sound.as_ref().and_then(|sound| sound.read_as.as_ref()) {
            self.head("giọng máy đọc", "read by the machine voice")?;
            for line in read_as.lines() {
                writeln!(self.out, "    {line}")?;
            }
        }
        self.decisions(history)?;
        self.queue(history)?;
        self.airings(history)
    }

    fn head(&mut self, vi: &str, en: &str) -> io::Result<()> {
        writeln!(self.out, "{}:", self.config.language.pick(vi, en))
    }

    fn line(&mut self, vi: &str, en: &str, value: Option<&str>) -> io::Result<()> {
        let Some(value) = value else { return Ok(()) };
        writeln!(self.out, "{}: {value}", self.config.language.pick(vi, en))
    }

    fn fields(&mut self, card: &Card) -> io::Result<()> {
        let (language, draft) = (self.config.language, &card.draft);
        let day = |day: chrono::NaiveDate| day.format("%d/%m/%Y").to_string();
        let recorded = format!("{}, {}", words::minute(card.recorded_at, self.config), card.by);
        let zones = (!draft.zones.is_empty()).then(|| self.zone_names(&draft.zones));
        self.line("tin bài số", "bulletin", Some(&card.number.to_string()))?;
        self.line("tiêu đề", "title", Some(&draft.title))?;
        self.line("trạng thái", "state", Some(words::state(language, card)))?;
        self.line("bản", "revision", Some(&card.revision.to_string()))?;
        self.line("thể loại", "genre", draft.genre.as_deref())?;
        self.line("nội dung", "themes", Some(&draft.themes.join(", ")))?;
        self.line("tác giả", "author", draft.author.as_deref())?;
        self.line("nguồn", "source", draft.source.as_deref())?;
        self.line("lớp", "class", Some(language.priority(draft.class)))?;
        self.line("phát từ ngày", "valid from", draft.valid_from.map(day).as_deref())?;
        self.line("phát đến ngày", "valid until", draft.valid_until.map(day).as_deref())?;
        self.line("cụm loa", "zones", zones.as_deref())?;
        self.line("ghi lúc", "recorded", Some(&recorded))
    }

    fn zone_names(&self, ids: &[String]) -> String {
        let zones = &self.config.zones;
        let name =
            |id: &String| zones.iter().find(|zone| zone.id == *id).map_or_else(|| id.clone(), |it| it.name.clone());
        ids.iter().map(name).collect::<Vec<_>>().join(", ")
    }

    fn sound(&mut self, card: &Card) -> io::Result<()> {
        let language = self.config.language;
        let Some(sound) = &card.sound else {
            self.line("âm thanh", "sound", Some(language.pick("chưa có", "none yet")))?;
            return self.line("SHA-256 của văn bản", "SHA-256 of the text", card.text_sha256.as_deref());
        };
        self.line("tệp", "file", sound.file_name.as_deref())?;
        self.line("thời lượng", "length", Some(&words::length(sound.content.duration_ms)))?;
        self.line("giọng đọc máy", "machine voice", sound.voice.as_deref())?;
        let measured = sound.measures.as_ref().map(|measures| measured(language, measures));
        self.line("đo được", "measured", measured.as_deref())?;
        for doubt in &sound.doubts {
            self.line("cần nghe lại", "to listen to", Some(&doubt.say(language)))?;
        }
        self.line("SHA-256 của âm thanh", "SHA-256 of the sound", Some(&sound.content.sha256))?;
        let (vi, en, _) = kept(self.config, &sound.content.sha256);
        self.line("bản lưu", "stored copy", Some(language.pick(vi, en)))?;
        self.line("SHA-256 của văn bản", "SHA-256 of the text", card.text_sha256.as_deref())
    }

    fn decisions(&mut self, history: &History) -> io::Result<()> {
        let language = self.config.language;
        if !history.acts.is_empty() {
            self.head("phê duyệt", "approvals")?;
        }
        for act in &history.acts {
            let (vi, en) = match (Act::from_word(&act.act), act.by_phone) {
                (Some(Act::Approve), false) => ("duyệt", "approved"),
                (Some(Act::Approve), true) => ("duyệt qua điện thoại", "approved by phone"),
                (Some(Act::Refuse), _) => ("không duyệt", "refused"),
                (Some(Act::Withdraw), _) => ("rút", "withdrawn"),
                (None, _) => ("?", "?"),
            };
            let revision = language.pick("bản", "revision");
            let why = act.why.as_ref().map_or(String::new(), |why| format!(": {why}"));
            let (at, what, by) = (self.at(&act.at), language.pick(vi, en), &act.by);
            writeln!(self.out, "    {}  {at}  {what} ({revision} {}), {by}{why}", act.seq, act.revision)?;
        }
        Ok(())
    }

    fn queue(&mut self, history: &History) -> io::Result<()> {
        if !history.queue.is_empty() {
            self.head("hàng chờ phát", "queue")?;
        }
        for entry in &history.queue {
            let language = self.config.language;
            let programme = entry.programme.as_deref().unwrap_or(language.pick("mọi chương trình", "any programme"));
            let mut line = match language {
                Language::Vi => format!("mục {}  {programme}, {} lần", entry.id, entry.times),
                Language::En => format!("entry {}  {programme}, {} times", entry.id, entry.times),
            };
            if entry.valid_from.is_some() || entry.valid_until.is_some() {
                let day = |day: &Option<String>| day.clone().unwrap_or_default();
                line.extend([", ", &day(&entry.valid_from), "..", &day(&entry.valid_until)]);
            }
            if let Some(removed) = &entry.removed_at {
                let removed = self.at(removed);
                line.extend([", ", language.pick("đã bỏ lúc", "removed"), " ", &removed]);
            }
            writeln!(self.out, "    {line}")?;
        }
        Ok(())
    }

    fn airings(&mut self, history: &History) -> io::Result<()> {
        let language = self.config.language;
        if !history.airings.is_empty() {
            self.head("lượt phát", "airings")?;
        }
        for row in &history.airings {
            let at = self.at(row.started_at.as_ref().unwrap_or(&row.scheduled_at));
            let programme = row.programme_title.as_deref().unwrap_or("-");
            let outcome = row.outcome.as_deref().and_then(Outcome::from_word).map_or("-", |it| language.outcome(it));
            let reason = row.reason.as_deref().and_then(Reason::from_word).map(|it| language.reason(it));
            let reason = reason.map_or(String::new(), |reason| format!(": {reason}"));
            let (aired, planned) = (words::length(Some(row.aired_ms)), words::length(row.planned_ms));
            let rehearsal = if row.output == OutputKind::Card.as_str() {
                ""
            } else {
                language.pick(" (phát thử)", " (rehearsal)")
            };
            writeln!(self.out, "    {at}  {programme}  {outcome}{reason}  {aired}/{planned}{rehearsal}")?;
        }
        Ok(())
    }

    fn at(&self, text: &str) -> String {
        words::minute(DateTime::parse_from_rfc3339(text).ok(), self.config)
    }
}

/// What was measured, in a line.
fn measured(language: Language, measures: &Measures) -> String {
    let point = |hundredths: i64| format!("{:.1}", hundredths as f64 / 100.0);
    let loudness = measures.loudness_centi_lufs.map_or_else(|| "-".to_owned(), point);
    let peak = point(measures.true_peak_centi_dbtp);
    let Measures { silence_percent, rate, .. } = *measures;
    let (vi, en) = match measures.form {
        Form::Mono => ("đơn âm", "mono"),
        Form::DualMono => ("hai kênh giống nhau", "two channels that hold the same"),
        Form::Stereo => ("âm thanh nổi", "stereo"),
    };
    match language {
        Language::Vi => {
            format!("{loudness} LUFS, đỉnh {peak} dBTP, {silence_percent}% im lặng, {rate} Hz, {vi}").replace('.', ",")
        }
        Language::En => format!("{loudness} LUFS, peak {peak} dBTP, {silence_percent} % silence, {rate} Hz, {en}"),
    }
}
