//! Finds text in TCVN3 (ABC, `.VnTime`) or VNI, as it appears after pasting from old documents: `Uû ban nh©n d©n`.
//!
//! In: text. Out: the first word that shows it, and what it means. A word counts only if it is no Vietnamese as it stands
//! and spells a syllable once it is converted, so that German, French, formulas and signs of copyright pass. Must never
//! convert: of a whole document a converter does it better, and a person sees the result. Next: `key`.

use std::collections::HashSet;

use unicode_normalization::UnicodeNormalization;

use super::syllable::is_syllable;

/// A legacy encoding of Vietnamese.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Encoding {
    /// TCVN 5712 with one byte a letter: ABC, the fonts `.Vn*`.
    Tcvn3,
    /// VNI for Windows, the fonts `VNI-*`: a base letter, then its marks.
    Vni,
}

impl Encoding {
    /// As people call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tcvn3 => "TCVN3",
            Self::Vni => "VNI",
        }
    }
}

/// Where text shows that it is in a legacy encoding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Legacy {
    /// Which.
    pub encoding: Encoding,
    /// Byte of the first letter that shows it.
    pub at: usize,
    /// The word around it, as it stands.
    pub word: String,
    /// That word in Unicode.
    pub meant: String,
}

/// How many letters must show it: a word alone may be chance.
const LEAST_SIGNS: usize = 2;

/// The first line that is in a legacy encoding; every line is judged by itself.
#[must_use]
pub fn legacy(text: &str) -> Option<Legacy> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if !line.is_ascii() {
            let found = [Encoding::Tcvn3, Encoding::Vni].into_iter().find_map(|encoding| in_line(line, encoding));
            if let Some(found) = found {
                return Some(Legacy { at: start + found.at, ..found });
            }
        }
        start += line.len();
    }
    None
}

fn in_line(line: &str, encoding: Encoding) -> Option<Legacy> {
    let mut first = None;
    let mut evidence = HashSet::new();
    let (mut signs, mut against) = (0, 0);
    for word in words(line).filter(|word| !word.is_ascii()) {
        let composed: String = word.nfc().collect();
        if composed.chars().any(only_unicode) {
            against += 1;
            continue;
        }
        // Vietnamese as it stands says nothing about the rest.
        if is_syllable(&composed) {
            continue;
        }
        if let Some(meant) = converted(&composed, encoding) {
            if evidence.insert(composed) {
                signs += signs_of(word);
            }
            first.get_or_insert((word, meant));
        } else if composed.chars().any(char::is_alphabetic) {
            against += 1;
        }
    }
    let (word, meant) = first.filter(|_| signs >= LEAST_SIGNS && evidence.len() > against)?;
    let sign = word.find(|each: char| !each.is_ascii()).unwrap_or_default();
    // Both are slices of one text.
    let at = word.as_ptr() as usize - line.as_ptr() as usize + sign;
    Some(Legacy { encoding, at, word: word.to_owned(), meant })
}

/// How many letters of a word show a legacy encoding; none do in what may be a unit (`N·m`, `µm`).
fn signs_of(word: &str) -> usize {
    let is_unit = matches!(word.chars().collect::<Vec<_>>()[..], [_, '·', _] | ['µ', _]);
    if is_unit { 0 } else { word.chars().filter(|each| !each.is_ascii()).count() }
}

/// Runs of letters, marks, and the signs of Latin-1 that are letters in a legacy encoding.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let part = |each: char| each.is_alphabetic() || matches!(each, '\u{a1}'..='\u{ff}' | '\u{300}'..='\u{36f}');
    line.split(move |each| !part(each)).filter(|word| !word.is_empty())
}

/// Letters that no legacy text shows.
const fn only_unicode(each: char) -> bool {
    matches!(each, 'ă' | 'Ă' | 'đ' | 'Đ' | 'ơ' | 'Ơ' | 'ư' | 'Ư' | '\u{1ea0}'..='\u{1ef9}')
}

/// The syllable that a word spells in an encoding.
fn converted(word: &str, encoding: Encoding) -> Option<String> {
    if !word.contains(|each: char| each.is_ascii_alphabetic()) {
        return None;
    }
    let meant = match encoding {
        Encoding::Tcvn3 => word.chars().map(tcvn3).collect::<Option<String>>()?,
        Encoding::Vni => vni(word)?,
    };
    is_syllable(&meant).then_some(meant)
}

const TCVN3: [&str; 2] = [
    "¡¢£¤¥¦§¨©ª«¬\u{ad}®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ",
    "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
];

fn tcvn3(each: char) -> Option<char> {
    if each.is_ascii() {
        return Some(each);
    }
    TCVN3[0].chars().zip(TCVN3[1].chars()).find(|(shown, _)| *shown == each).map(|(_, meant)| meant)
}

fn vni(word: &str) -> Option<String> {
    let mut spelt = String::new();
    let mut bears_marks = false;
    for each in word.chars() {
        let small = each.to_lowercase().next().unwrap_or(each);
        let letter = match small {
            'ô' => 'ơ',
            'ö' => 'ư',
            'ñ' => 'đ',
            'æ' => 'ỉ',
            'ó' => 'ĩ',
            'ò' => 'ị',
            'î' => 'ỵ',
            'í' | 'ì' => small,
            small if small.is_ascii() => small,
            mark if bears_marks => {
                spelt.push_str(vni_marks(mark)?);
                bears_marks = false;
                continue;
            }
            _ => return None,
        };
        bears_marks = matches!(letter, 'a' | 'e' | 'o' | 'u' | 'y' | 'ơ' | 'ư');
        if each == small { spelt.push(letter) } else { spelt.extend(letter.to_uppercase()) }
    }
    Some(spelt.nfc().collect())
}

const fn vni_marks(each: char) -> Option<&'static str> {
    Some(match each {
        'ø' => "\u{300}",
        'ù' => "\u{301}",
        'û' => "\u{309}",
        'õ' => "\u{303}",
        'ï' => "\u{323}",
        'â' => "\u{302}",
        'à' => "\u{302}\u{300}",
        'á' => "\u{302}\u{301}",
        'å' => "\u{302}\u{309}",
        'ã' => "\u{302}\u{303}",
        'ä' => "\u{302}\u{323}",
        'ê' => "\u{306}",
        'è' => "\u{306}\u{300}",
        'é' => "\u{306}\u{301}",
        'ú' => "\u{306}\u{309}",
        'ü' => "\u{306}\u{303}",
        'ë' => "\u{306}\u{323}",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<(Encoding, usize, String, String)> {
        legacy(text).map(|it| (it.encoding, it.at, it.word, it.meant))
    }

    #[test]
    fn legacy_text_is_known_by_its_words() {
        use Encoding::{Tcvn3, Vni};
        let cases = [
            (Tcvn3, "Uû ban nh©n d©n x· Thanh §a", "Uû", "Uỷ"),
            (Tcvn3, "§µi truyÒn thanh", "§µi", "Đài"),
            (Tcvn3, "Céng hoµ x· héi chñ nghÜa ViÖt Nam", "hoµ", "hoà"),
            (Tcvn3, "KÕ ho¹ch tuyªn truyÒn c¶i c¸ch hµnh chÝnh n¨m 2025", "ho¹ch", "hoạch"),
            (Tcvn3, "th«ng b¸o", "th«ng", "thông"),
            (Tcvn3, "§\u{ad}êng", "§\u{ad}êng", "Đường"),
            (Tcvn3, "UBND X· THANH §A", "X·", "Xã"),
            (Vni, "UÛy ban nhaân daân xaõ Thanh Ña", "UÛy", "Ủy"),
            (Vni, "Ñaøi truyeàn thanh", "Ñaøi", "Đài"),
            (Vni, "Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam", "Coäng", "Cộng"),
            (Vni, "KEÁ HOAÏCH CAÛI CAÙCH HAØNH CHÍNH", "KEÁ", "KẾ"),
            (Vni, "ñöôøng", "ñöôøng", "đường"),
            (Vni, "thöïc hieän nhieäm vuï", "thöïc", "thực"),
        ];
        for (encoding, text, word, meant) in cases {
            let at = text.find(word).unwrap() + word.find(|each: char| !each.is_ascii()).unwrap();
            assert_eq!(found(text), Some((encoding, at, word.into(), meant.into())), "{text}");
        }
    }

    #[test]
    fn only_the_line_counts_and_its_place_is_kept() {
        let text = "Đài truyền thanh\r\ntitle = \"B¶n tin x·\"";
        assert_eq!(found(text).unwrap().1, text.find('¶').unwrap());
        assert_eq!(found("title = \"Bản tin Đài x· §a\""), None, "as much speaks against it");
    }

    #[test]
    fn other_text_passes() {
        let plan = "Có bán vé tàu, hò ơi; là và có cá; thủ tục hành chính; não, São Tomé; kính gửi: bà Lê Thị Hà, ông Tô Ngọc Vân";
        for text in [
            "",
            "a",
            "x·",
            "©",
            "Có bán",
            plan,
            "CÓ BÁN VÀ HÒ",
            "© 2025 Đài truyền thanh, ®, ½ giờ, 5 m², 20 °C, §5",
            "©a ©b, Loa®, «nhân dân», »x«",
            "momen 5 N·m, 3 N·m; 4 µm",
            "Müller für Öl, schöne Grüße aus Köln, Straße, Bär, hätte, Tür, Größe, häßlich",
            "où est la fête laïque à Noël ? L'été, très près, garçon naïf, Caïn",
            "mañana, año nuevo, niño, corazón, José y María",
            "não, coração, São Paulo, avó, pão",
            "Ærø, blåbær, smørrebrød, Ålesund, på norsk",
            "the café's naïve façade — résumé",
            "Guðmundur Þór Ísland",
        ] {
            assert_eq!(found(text), None, "{text}");
            let apart: String = text.nfd().collect();
            assert_eq!(found(&apart), None, "{text} decomposed");
        }
    }

    #[test]
    fn the_tables_are_whole() {
        assert_eq!(TCVN3[0].chars().count(), 74);
        assert_eq!(TCVN3[1].chars().count(), 74);
        assert_eq!(TCVN3[1].chars().collect::<HashSet<_>>().len(), 74);
    }
}
