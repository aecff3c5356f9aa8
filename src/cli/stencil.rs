//! A text in which only instants change, learnt from the first of its kind.
//!
//! In: one text, and the instants that stand in it. Out: the same text with other instants. A year's timetable says the
//! titles of a programme 365 times; with a stencil they are escaped once. Must never guess: a text in which an instant also
//! stands where none belongs, in a title for example, gives no stencil. Next: `timetable`.

/// What stays the same, and which instant comes where.
#[derive(Debug)]
pub(super) struct Stencil {
    /// A stretch of text, and the instant that follows it.
    parts: Vec<(String, usize)>,
    end: String,
}

impl Stencil {
    /// Learns from `text`, in which the `n`-th of `instants` stands `times[n]` times. No instant may be part of another one.
    pub(super) fn learn(text: &str, instants: &[String], times: &[usize]) -> Option<Self> {
        let mut places = Vec::new();
        for (n, (instant, times)) in instants.iter().zip(times).enumerate() {
            let before = places.len();
            places.extend(text.match_indices(instant.as_str()).map(|(at, _)| (at, n)));
            if places.len() - before != *times {
                return None;
            }
        }
        places.sort_unstable();
        let mut from = 0;
        let part = |(at, n): (usize, usize)| {
            let stretch = text[from..at].to_owned();
            from = at + instants[n].len();
            (stretch, n)
        };
        let parts = places.into_iter().map(part).collect();
        Some(Self { parts, end: text[from..].to_owned() })
    }

    /// Appends the text with these instants.
    pub(super) fn fill(&self, instants: &[String], out: &mut String) {
        for (stretch, n) in &self.parts {
            out.push_str(stretch);
            out.push_str(&instants[*n]);
        }
        out.push_str(&self.end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two(one: &str, other: &str) -> [String; 2] {
        [one.to_owned(), other.to_owned()]
    }

    #[test]
    fn only_the_instants_change() {
        let stencil = Stencil::learn("from 05:00 to 06:00, 05:00 sharp", &two("05:00", "06:00"), &[2, 1]).unwrap();
        let mut out = "- ".to_owned();
        stencil.fill(&two("17:00", "18:30"), &mut out);
        assert_eq!(out, "- from 17:00 to 18:30, 17:00 sharp");
    }

    #[test]
    fn an_instant_in_a_title_or_a_missing_one_gives_no_stencil() {
        let instants = two("05:00", "06:00");
        assert!(Stencil::learn("News at 05:00, from 05:00 to 06:00", &instants, &[1, 1]).is_none());
        assert!(Stencil::learn("from 05:00", &instants, &[1, 1]).is_none());
    }
}
