//! Two texts, line by line: what was taken out, what came in, what stayed.
//!
//! In: the text that was approved, and the one that is to be. Out: lines in order, each marked. Long texts are compared from
//! both ends only, so that no text can take long. Pure. Next: `card`.

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// It is in both.
    Kept(&'a str),
    /// It was in the old text only.
    Gone(&'a str),
    /// It is in the new text only.
    New(&'a str),
}

/// Pairs of lines that are compared at most; beyond that what lies between the ends that are the same is all gone and all new.
const MOST_PAIRS: usize = 1_000_000;

/// The lines of both texts.
pub(super) fn lines<'a>(old: &'a str, new: &'a str) -> Vec<Line<'a>> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let begin = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = (&old[begin..], &new[begin..]);
    let end = rest.0.iter().rev().zip(rest.1.iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (&rest.0[..rest.0.len() - end], &rest.1[..rest.1.len() - end]);
    let mut lines: Vec<Line> = old[..begin].iter().map(|line| Line::Kept(line)).collect();
    if a.len().saturating_mul(b.len()) > MOST_PAIRS {
        lines.extend(a.iter().map(|line| Line::Gone(line)));
        lines.extend(b.iter().map(|line| Line::New(line)));
    } else {
        between(a, b, &mut lines);
    }
    lines.extend(old[old.len() - end..].iter().map(|line| Line::Kept(line)));
    lines
}

/// By the longest common subsequence.
fn between<'a>(a: &[&'a str], b: &[&'a str], lines: &mut Vec<Line<'a>>) {
    let width = b.len() + 1;
    let mut longest = vec![0_u32; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            longest[i * width + j] = if a[i] == b[j] {
                longest[(i + 1) * width + j + 1] + 1
            } else {
                longest[(i + 1) * width + j].max(longest[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            lines.push(Line::Kept(a[i]));
            (i, j) = (i + 1, j + 1);
        } else if i < a.len() && (j == b.len() || longest[(i + 1) * width + j] >= longest[i * width + j + 1]) {
            lines.push(Line::Gone(a[i]));
            i += 1;
        } else {
            lines.push(Line::New(b[j]));
            j += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_was_changed_is_gone_and_new_and_the_others_stay() {
        let found =
            lines("Kính thưa bà con!\nHọp lúc 7 giờ.\nXin cảm ơn.", "Kính thưa bà con!\nHọp lúc 8 giờ.\nXin cảm ơn.");
        let expected = [
            Line::Kept("Kính thưa bà con!"),
            Line::Gone("Họp lúc 7 giờ."),
            Line::New("Họp lúc 8 giờ."),
            Line::Kept("Xin cảm ơn."),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn both_texts_can_be_read_back() {
        for (old, new) in [("", "a\nb"), ("a\nb\nc\nd", "b\nx\nd"), ("a\na\nb", "a\nb\na"), ("a", "a"), ("a\nb", "")] {
            let found = lines(old, new);
            let read =
                |wanted: fn(&Line) -> Option<String>| found.iter().filter_map(wanted).collect::<Vec<_>>().join("\n");
            let was = read(|line| match line {
                Line::Kept(line) | Line::Gone(line) => Some((*line).to_owned()),
                Line::New(_) => None,
            });
            let is = read(|line| match line {
                Line::Kept(line) | Line::New(line) => Some((*line).to_owned()),
                Line::Gone(_) => None,
            });
            assert_eq!((was.as_str(), is.as_str()), (old, new));
        }
    }
}
