//! Words that rows repeat, kept once: a million rows name some hundred stations, programmes, themes and zones.
//!
//! In: the texts of one column, row by row. Out: the same, shared. A row mostly says what the one before it said, which is
//! looked at first. Must not grow with the log: columns of which every text is another share nothing beyond [`MOST`]. Next:
//! `facts`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Texts that one column keeps; it begins anew beyond that, and only what comes later is shared again.
const MOST: usize = 4096;

/// The texts of a column.
#[derive(Debug, Default)]
pub(super) struct Words {
    latest: Option<Arc<str>>,
    known: HashSet<Arc<str>>,
}

impl Words {
    /// A text that is shared with those rows that said the same.
    pub(super) fn shared(&mut self, text: &str) -> Arc<str> {
        if let Some(latest) = self.latest.as_ref().filter(|latest| ***latest == *text) {
            return Arc::clone(latest);
        }
        let word = self.known.get(text).cloned().unwrap_or_else(|| self.learn(text));
        self.latest = Some(Arc::clone(&word));
        word
    }

    fn learn(&mut self, text: &str) -> Arc<str> {
        if self.known.len() >= MOST {
            self.known.clear();
        }
        let word: Arc<str> = text.into();
        self.known.insert(Arc::clone(&word));
        word
    }
}

/// A list of texts, shared as a whole.
type Shared = Arc<[Arc<str>]>;

/// The lists of a column, which are JSON arrays of texts.
#[derive(Debug, Default)]
pub(super) struct Lists {
    latest: Option<(Box<str>, Shared)>,
    known: HashMap<Box<str>, Shared>,
    words: Words,
}

impl Lists {
    /// The list that a text is; the error says why it is none.
    pub(super) fn shared(&mut self, json: &str) -> Result<Shared, String> {
        if let Some((_, list)) = self.latest.as_ref().filter(|(latest, _)| **latest == *json) {
            return Ok(Arc::clone(list));
        }
        let list = match self.known.get(json) {
            Some(list) => Arc::clone(list),
            None => self.learn(json)?,
        };
        self.latest = Some((json.into(), Arc::clone(&list)));
        Ok(list)
    }

    fn learn(&mut self, json: &str) -> Result<Shared, String> {
        if self.known.len() >= MOST {
            self.known.clear();
        }
        let texts: Vec<String> = serde_json::from_str(json).map_err(|error| format!("`{json}` is no list: {error}"))?;
        let list: Shared = texts.iter().map(|text| self.words.shared(text)).collect();
        self.known.insert(json.into(), Arc::clone(&list));
        Ok(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_again_is_shared() {
        let mut words = Words::default();
        let [one, other, again] = ["ND1", "ND3", "ND1"].map(|text| words.shared(text));
        assert!(Arc::ptr_eq(&one, &again) && *other == *"ND3");
    }

    #[test]
    fn what_is_said_once_does_not_add_up() {
        let mut words = Words::default();
        for number in 0..3 * MOST {
            assert_eq!(*words.shared(&number.to_string()), *number.to_string());
            assert!(words.known.len() <= MOST);
        }
    }

    #[test]
    fn lists_are_read_once() {
        let mut lists = Lists::default();
        let one = lists.shared(r#"["ND1","ND\u0033"]"#).unwrap();
        assert_eq!(one.iter().map(|word| &**word).collect::<Vec<_>>(), ["ND1", "ND3"]);
        assert_eq!(lists.shared("[]").unwrap().len(), 0);
        assert!(Arc::ptr_eq(&one, &lists.shared(r#"["ND1","ND\u0033"]"#).unwrap()));
        assert!(lists.shared("ND1").is_err());
    }
}
