//! Words that rows repeat, kept once: a million rows name some hundred stations, programmes, themes and zones.
//!
//! In: the texts of one column, row by row. Out: the same, shared. A row mostly says what the one before it said, which is
//! looked at first. Must not grow with the log: columns of which every text is another share nothing beyond [`MOST`]. Next:
//! `facts`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Texts that one column keeps; it begins anew beyond that, and only what comes later is shared again.
const MOST: usize = 16_384;

/// The text that a column holds; the error says why it is none.
pub(super) fn text(bytes: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(bytes).map_err(|error| format!("a text is no UTF-8: {error}"))
}

/// The texts of a column.
#[derive(Debug, Default)]
pub(super) struct Words {
    latest: Option<Arc<str>>,
    known: HashSet<Arc<str>>,
}

impl Words {
    /// A text that is shared with those rows that said the same; the error says why it is none.
    pub(super) fn shared(&mut self, bytes: &[u8]) -> Result<Arc<str>, String> {
        if let Some(latest) = self.latest.as_ref().filter(|latest| latest.as_bytes() == bytes) {
            return Ok(Arc::clone(latest));
        }
        let text = text(bytes)?;
        let word = self.known.get(text).cloned().unwrap_or_else(|| self.learn(text));
        self.latest = Some(Arc::clone(&word));
        Ok(word)
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
    pub(super) fn shared(&mut self, json: &[u8]) -> Result<Shared, String> {
        if let Some((_, list)) = self.latest.as_ref().filter(|(latest, _)| latest.as_bytes() == json) {
            return Ok(Arc::clone(list));
        }
        let json = text(json)?;
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
        let list: Shared = texts.iter().map(|text| self.words.shared(text.as_bytes())).collect::<Result<_, _>>()?;
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
        let [one, other, again] = ["ND1", "ND3", "ND1"].map(|text| words.shared(text.as_bytes()).unwrap());
        assert!(Arc::ptr_eq(&one, &again) && *other == *"ND3");
    }

    #[test]
    fn what_is_said_once_does_not_add_up() {
        let mut words = Words::default();
        for number in 0..3 * MOST {
            assert_eq!(*words.shared(number.to_string().as_bytes()).unwrap(), *number.to_string());
            assert!(words.known.len() <= MOST);
        }
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert!(Words::default().shared(b"\xff").is_err() && Lists::default().shared(b"[\"\xff\"]").is_err());
    }

    #[test]
    fn lists_are_read_once() {
        let mut lists = Lists::default();
        let one = lists.shared(br#"["ND1","ND\u0033"]"#).unwrap();
        assert_eq!(one.iter().map(|word| &**word).collect::<Vec<_>>(), ["ND1", "ND3"]);
        assert_eq!(lists.shared(b"[]").unwrap().len(), 0);
        assert!(Arc::ptr_eq(&one, &lists.shared(br#"["ND1","ND\u0033"]"#).unwrap()));
        assert!(lists.shared(b"ND1").is_err());
    }
}
