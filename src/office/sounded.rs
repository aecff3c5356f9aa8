//! What has sounded of the plan, as pieces of a bundle: each text and each sound once, held against what was approved.
//!
//! In: rows of a period, slips of the approvals that they name. Out: pieces, their sound still in the content store. Must never
//! call a sound approved because its title is: only its hash under that very approval says so. Next: `report::bundle`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read as _;

use super::intake::content_place;
use crate::config::Config;
use crate::language::Language;
use crate::plan::Plan;
use crate::report::bundle::slips::Slip;
use crate::report::bundle::{Chapter, Content, Names, Piece, sound_ending};
use crate::report::fact::Fact;
use crate::report::logbook::{Attempt, Rows};

/// Sounds by bulletin and hash; what is no bulletin comes last.
pub(crate) struct Sounded<'a>(BTreeMap<(i64, &'a str), Sound<'a>>);

/// A sound that was on the air.
struct Sound<'a> {
    bulletin: Option<i64>,
    /// Newest row, as it is described now.
    newest: &'a Fact,
    /// How often under each approval that rows name; `None` is without any.
    times: BTreeMap<Option<i64>, usize>,
}

impl<'a> Sounded<'a> {
    /// All that carries a theme of the plan; whatever carries one if there is no plan.
    pub(crate) fn of(rows: &'a Rows, plan: Option<&Plan>) -> Self {
        let of_plan = |theme: &str| plan.is_none_or(|plan| plan.theme_codes().any(|code| code == theme));
        let has_sounded = |attempt: &&Attempt| attempt.written.aired_ms > 0 && !attempt.is_void();
        let mut sounds = BTreeMap::new();
        for attempt in rows.entries.iter().flat_map(|entry| &entry.attempts).filter(has_sounded) {
            let (row, now) = (&attempt.written, attempt.described());
            let (Some(sha256), Some(theme)) = (row.sha256.as_deref(), now.themes.first()) else { continue };
            if of_plan(theme) {
                let key = (now.bulletin.unwrap_or(i64::MAX), sha256);
                let blank = || Sound { bulletin: now.bulletin, newest: now, times: BTreeMap::new() };
                let sound = sounds.entry(key).or_insert_with(blank);
                let approval = row.approval.as_deref().and_then(|number| number.parse().ok());
                *sound.times.entry(approval).or_default() += 1;
                sound.newest = now;
            }
        }
        Self(sounds)
    }

    /// Numbers of the acts of approval.
    pub(crate) fn approvals(&self) -> Vec<i64> {
        let all = self.0.values().flat_map(|sound| sound.times.keys().flatten());
        all.copied().collect::<BTreeSet<i64>>().into_iter().collect()
    }

    /// Texts and sounds, by number.
    pub(crate) fn pieces(&self, config: &Config, slips: &[Slip]) -> Vec<Piece> {
        let language = config.language;
        let (mut names, mut pieces) = (Names::default(), Vec::new());
        for ((_, sha256), sound) in &self.0 {
            let mine: Vec<&Slip> = slips.iter().filter(|slip| sound.times.contains_key(&Some(slip.seq))).collect();
            let of_row = || sound.newest.title.as_deref().unwrap_or_default().to_owned();
            let title = mine.last().map_or_else(of_row, |slip| slip.title.clone());
            let mut texts = BTreeSet::new();
            for slip in &mine {
                let Some(text) = slip.text.as_ref().filter(|text| texts.insert(*text)) else { continue };
                let name = names.give(sound.bulletin, &title, "txt");
                let (title, proves) = (title.clone(), of_text(slip, language));
                let content = Content::Made(text.clone().into_bytes());
                pieces.push(Piece { chapter: Chapter::Bulletins, name, title, proves, content });
            }
            let path = content_place(config).join(sha256);
            let mut head = [0; 12];
            let read = File::open(&path).and_then(|mut file| file.read(&mut head)).unwrap_or(0);
            let name = names.give(sound.bulletin, &title, sound_ending(&head[..read]));
            let proves = sound.proves(&mine, sha256, language);
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

impl Sound<'_> {
    /// How often it was on the air, and whether it is what was approved.
    fn proves(&self, slips: &[&Slip], sha256: &str, language: Language) -> String {
        let under = self.times.iter().map(|(approval, times)| {
            let mut named = slips.iter().filter(|slip| Some(slip.seq) == *approval);
            let is_approved = named.any(|slip| slip.sha256.as_deref() == Some(sha256));
            let words = match (language, approval) {
                (_, None) => language.pick("không có phiếu duyệt", "without an approval").to_owned(),
                (Language::Vi, Some(number)) if is_approved => format!("đúng âm thanh đã duyệt theo phiếu số {number}"),
                (Language::En, Some(number)) if is_approved => format!("the sound approved by slip {number}"),
                (Language::Vi, Some(number)) => format!("KHÔNG phải âm thanh đã duyệt theo phiếu số {number}"),
                (Language::En, Some(number)) => format!("NOT the sound approved by slip {number}"),
            };
            format!("{times} {}, {words}", language.pick("lần", "times"))
        });
        let under = under.collect::<Vec<_>>().join("; ");
        let what = language.pick(
            "Âm thanh đã phát (số lần trong nhật ký, kể cả lần bị dở)",
            "The sound, on the air (times in the log, broken ones too)",
        );
        format!("{what}: {under}")
    }
}
