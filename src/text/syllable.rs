//! The spelling of one Vietnamese syllable: its parts, and where its tone stands.
//!
//! In: a word in NFC. Out: whether it is spelt as a syllable can be, and its canonical spelling. A word may be spelt well
//! and mean nothing. Must never be asked whether text is right, only whether it can be Vietnamese. Next: `key`.

use std::collections::HashSet;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

/// Grave, acute, tilde, hook above, dot below.
const TONES: [char; 5] = ['\u{300}', '\u{301}', '\u{303}', '\u{309}', '\u{323}'];

/// Longest first, so that the first one that fits is the right one, but for `gi` before nothing (`gì`).
const ONSETS: [&str; 28] = [
    "ngh", "ch", "gh", "gi", "kh", "ng", "nh", "ph", "qu", "th", "tr", "b", "c", "d", "đ", "g", "h", "k", "l", "m",
    "n", "p", "r", "s", "t", "v", "x", "",
];

/// Every rhyme, without its tone.
static RHYMES: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây e ec em en eng \
     eo ep et ê êch êm ên êng ênh êp êt êu i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu o oa \
     oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong \
     ooc oong op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt u ua uân uâng uât uây uc uê uêch uênh ui um \
     un ung uôc uôi uôm uôn uông uôt up ut uơ uy uya uych uyên uyêt uynh uyt uyu ư ưa ưc ưi ưm ưn ưng ưt \
     ươc ươi ươm ươn ương ươp ươt ươu ưu y ych yêm yên yêng yêt yêu ynh yt"
        .split(' ')
        .collect()
});

/// A syllable without its tone, in lower case.
struct Parts {
    onset: &'static str,
    rhyme: String,
    tone: Option<char>,
}

/// Whether a word is spelt as a Vietnamese syllable, in any case and with its tone on any of its letters.
pub(super) fn is_syllable(word: &str) -> bool {
    parts(&word.to_lowercase()).is_some()
}

/// The syllable with its tone where new spelling puts it (`hoà`, `quý`); `None` if the word is none, or has no tone. The
/// word is in lower case.
pub(super) fn canonical(word: &str) -> Option<String> {
    let Parts { onset, rhyme, tone } = parts(word)?;
    let tone = tone?;
    let at = tone_index(&rhyme);
    let letters = rhyme.chars().enumerate();
    let toned = letters.flat_map(|(index, each)| std::iter::once(each).chain((index == at).then_some(tone)));
    Some(onset.chars().chain(toned).nfc().collect())
}

fn parts(word: &str) -> Option<Parts> {
    let mut tone = None;
    let mut letters = String::with_capacity(word.len());
    for each in word.nfd() {
        match (TONES.contains(&each), tone) {
            (false, _) => letters.push(each),
            (true, None) => tone = Some(each),
            (true, Some(_)) => return None,
        }
    }
    let letters: String = letters.nfc().collect();
    let fits = |onset: &&&str| letters.strip_prefix(**onset).is_some_and(|rhyme| RHYMES.contains(rhyme));
    let onset = ONSETS.iter().find(fits)?;
    Some(Parts { onset, rhyme: letters[onset.len()..].to_owned(), tone })
}

/// Which letter of a rhyme bears the tone.
fn tone_index(rhyme: &str) -> usize {
    let letters: Vec<char> = rhyme.chars().collect();
    if let Some(marked) = letters.iter().rposition(|each| matches!(each, 'ă' | 'â' | 'ê' | 'ô' | 'ơ' | 'ư')) {
        // Of `ươ` the second, and `ưa`, `ưu` on their first.
        return marked;
    }
    let is_vowel = |each: &char| matches!(each, 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
    let vowels = letters.iter().take_while(|each| is_vowel(each)).count();
    match (vowels, rhyme) {
        (3, _) | (2, "oa" | "oe" | "uy") => 1,
        _ if vowels < letters.len() => vowels - 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syllables_are_told_from_other_words() {
        for word in
            "Ủy Uỷ ban nhân dân xã Thanh Đa truyền khuỷu nghiêng giếng gì già quý qúy quốc yêu ưỡn Nguyễn XOÀI xoong hươu"
                .split(' ')
        {
            assert!(is_syllable(word), "{word}");
        }
        for word in "für Müller schön naïve fête sfx nhâan hõà dz a1 ß été © bnh ngh đđ".split(' ') {
            assert!(!is_syllable(word), "{word}");
        }
        assert!(!is_syllable("") && !is_syllable("a ac"));
    }

    #[test]
    fn a_tone_has_one_place() {
        for (written, meant) in [
            ("hòa", "hoà"),
            ("hoà", "hoà"),
            ("ủy", "uỷ"),
            ("thúy", "thuý"),
            ("khỏe", "khoẻ"),
            ("qúy", "quý"),
            ("quý", "quý"),
            ("gìa", "già"),
            ("qủa", "quả"),
            ("của", "của"),
            ("cuả", "của"),
            ("lúa", "lúa"),
            ("mía", "mía"),
            ("gì", "gì"),
            ("hoàng", "hoàng"),
            ("ngòai", "ngoài"),
            ("khuỷu", "khuỷu"),
            ("tuyên", ""),
            ("tuyền", "tuyền"),
            ("đựơc", "được"),
            ("người", "người"),
            ("nguời", ""),
            ("mừơi", "mười"),
            ("giếng", "giếng"),
            ("huỳnh", "huỳnh"),
            ("ào", "ào"),
            ("xoóng", "xoóng"),
            ("soóc", "soóc"),
            ("lưu", ""),
            ("cứu", "cứu"),
        ] {
            assert_eq!(canonical(written).unwrap_or_default(), meant, "{written}");
        }
    }
}
