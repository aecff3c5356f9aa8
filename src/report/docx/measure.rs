//! Lengths on the page, and how long a line is in Times New Roman.
//!
//! In: millimetres, points, a line of text. Out: twentieths of a point, the unit of the format. The widths are needed for the
//! rules, which the decree wants as long as their line or a third to a half of it. Must never decide a layout: a reader's
//! font may differ by a little. Pure. Next: `styles`.

use unicode_normalization::UnicodeNormalization as _;

/// Twentieths of a point in so many tenths of a millimetre, to the nearest.
pub(super) const fn tenths_mm(tenths: u32) -> u32 {
    (tenths * 1440 + 127) / 254
}

/// Twentieths of a point in so many millimetres, to the nearest.
pub(super) const fn mm(millimetres: u32) -> u32 {
    tenths_mm(millimetres * 10)
}

/// Twentieths of a point in so many points.
pub(super) const fn pt(points: u32) -> u32 {
    points * 20
}

/// The weight of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Upright,
    Bold,
}

/// Advance widths from the space to the tilde, in thousandths of the size.
const UPRIGHT: [u16; 95] = [
    250, 333, 408, 500, 500, 833, 778, 180, 333, 333, 500, 564, 250, 333, 250, 278, 500, 500, 500, 500, 500, 500, 500,
    500, 500, 500, 278, 278, 564, 564, 564, 444, 921, 722, 667, 667, 722, 611, 556, 722, 722, 333, 389, 722, 611, 889,
    722, 722, 556, 722, 667, 556, 611, 722, 722, 944, 722, 722, 611, 333, 278, 333, 469, 500, 333, 444, 500, 444, 500,
    444, 333, 500, 500, 278, 278, 500, 278, 778, 500, 500, 500, 500, 333, 389, 278, 500, 500, 722, 500, 500, 444, 480,
    200, 480, 541,
];

/// The same of the bold face.
const BOLD: [u16; 95] = [
    250, 333, 555, 500, 500, 1000, 833, 278, 333, 333, 500, 570, 250, 333, 250, 278, 500, 500, 500, 500, 500, 500, 500,
    500, 500, 500, 333, 333, 570, 570, 570, 500, 930, 722, 667, 722, 722, 667, 611, 778, 778, 389, 500, 778, 667, 944,
    722, 778, 611, 778, 722, 556, 667, 722, 722, 1000, 722, 722, 667, 333, 278, 333, 581, 500, 333, 500, 556, 444, 556,
    444, 333, 500, 556, 278, 333, 556, 278, 833, 556, 500, 556, 556, 444, 389, 333, 556, 500, 722, 500, 500, 444, 394,
    220, 394, 520,
];

/// A letter that is in neither table is as wide as a digit.
const UNKNOWN: u16 = 500;

/// How long a line is, in twentieths of a point, of letters of `size` points.
pub(super) fn width(line: &str, weight: Weight, size: u32) -> u32 {
    let table = match weight {
        Weight::Upright => &UPRIGHT,
        Weight::Bold => &BOLD,
    };
    let of = |letter: char| match letter {
        'Đ' => table['D' as usize - 32],
        'đ' => table['d' as usize - 32],
        '\u{31b}' => 45, // the horn of ơ and ư
        '\u{300}'..='\u{36f}' => 0,
        _ => (letter as usize).checked_sub(32).and_then(|index| table.get(index)).copied().unwrap_or(UNKNOWN),
    };
    line.nfd().map(|letter| u32::from(of(letter))).sum::<u32>() * size / 50
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_those_of_the_decree() {
        assert_eq!([mm(210), mm(297), mm(20), mm(30), mm(15)], [11906, 16838, 1134, 1701, 850]);
        assert_eq!((tenths_mm(127), pt(6)), (720, 120));
    }

    #[test]
    fn a_line_is_as_long_as_its_letters() {
        // Measured with the fonts that stand in for Times New Roman: 60.5 mm and 95.7 mm.
        let motto = width("Độc lập - Tự do - Hạnh phúc", Weight::Bold, 14);
        assert!(motto.abs_diff(tenths_mm(605)) <= tenths_mm(3), "{motto}");
        let country = width("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", Weight::Bold, 13);
        assert!(country.abs_diff(tenths_mm(957)) <= tenths_mm(3), "{country}");
        assert_eq!(width("", Weight::Upright, 14), 0);
    }
}
