//! Whether a word is a Vietnamese syllable, so that it reads as it stands.
//!
//! In: a word in lower case, NFC. Out: yes or no, by onset and rhyme without the tone, either tone placement. Also the names
//! of letters, for words that have to be spelt. Pure. Next: `word`.

use unicode_normalization::UnicodeNormalization;

/// Onsets, a longer one before what it begins with.
const ONSETS: &str = "ngh ng nh gh gi kh ph qu th tr ch b c d đ g h k l m n p r s t v x";

/// Rhymes without a tone.
const RHYMES: &str = "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây \
                      e ec em en eng eo ep et ê êch êm ên êng ênh êp êt êu \
                      i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu \
                      o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on \
                      ong ooc oong op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt \
                      u ua uân uâng uât uây uc uê uêch uênh ui um un ung uôc uôi uôm uôn uông uôt uơ up ut \
                      uy uya uych uyên uyêt uynh uyt uyu uyn uyp ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu \
                      y ych yên yêng yêm yêt yêu ynh yt";

/// Whether a word reads as it stands.
#[must_use]
pub(super) fn is_syllable(word: &str) -> bool {
    // The longest syllable, nghiêng, has seven letters.
    if word.chars().count() > 7 {
        return false;
    }
    let bare: String = word.nfd().filter(|each| !is_tone(*each)).nfc().collect();
    let is_rhyme = |rest: &str| RHYMES.split_ascii_whitespace().any(|rhyme| rhyme == rest);
    // "gì" and "gìn" are g and a rhyme that begins with i.
    is_rhyme(&bare) || ONSETS.split(' ').any(|onset| bare.strip_prefix(onset).is_some_and(is_rhyme)) || bare == "gi"
}

const fn is_tone(each: char) -> bool {
    matches!(each, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}')
}

/// Whether a letter is a vowel, with or without marks.
#[must_use]
pub(super) fn is_vowel(letter: char) -> bool {
    letter.to_lowercase().nfd().next().is_some_and(|base| "aeiouy".contains(base))
}

/// The name of a letter; `None` where it has none in Vietnamese.
#[must_use]
pub(super) fn letter(letter: char) -> Option<String> {
    let lower = letter.to_lowercase().next().unwrap_or(letter);
    let name = match lower {
        'b' => "bê",
        'c' => "xê",
        'd' => "dê",
        'đ' => "đê",
        'f' => "ép phờ",
        'g' => "gờ",
        'h' => "hát",
        'j' => "gi",
        'k' => "ca",
        'l' => "lờ",
        'm' => "mờ",
        'n' => "nờ",
        'p' => "pê",
        'q' => "quy",
        'r' => "rờ",
        's' => "ét",
        't' => "tê",
        'v' => "vê",
        'w' => "vê kép",
        'x' => "ích",
        'z' => "dét",
        _ if is_vowel(lower) => return Some(lower.to_string()),
        _ => return None,
    };
    Some(name.to_owned())
}

/// A word letter by letter; letters without a name are left as they are.
#[must_use]
pub(super) fn spelt(word: &str) -> String {
    let names: Vec<String> = word.chars().map(|each| letter(each).unwrap_or_else(|| each.to_string())).collect();
    names.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syllables_are_known_and_abbreviations_are_not() {
        let text = "ủy ban nhân dân xã nghiêng giếng giêng gì gìn giữ quyền quý quốc khoẻ khỏe hoà hòa thuý thúy uỷ yêu \
                    nguyễn huỳnh khuya ngoằn ngoèo xoong đường sắt tuýp quýt quỳnh thuở huơ kỹ lý mỹ ý ạ ơi quần gia";
        for word in text.split_whitespace() {
            assert!(is_syllable(word), "{word}");
        }
        for word in ["ubnd", "cchc", "facebook", "zalo", "tr", "ng", "đắkk", "internet", "f", "", "nghiêngg", "w"] {
            assert!(!is_syllable(word), "{word}");
        }
    }
}
