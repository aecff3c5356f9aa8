//! What an activity may be entered under: the forms, tasks, channels and themes of the plan.
//!
//! In: the plan, if the station has one. Out: the codes that are allowed, and the one that was meant by what was typed. What is
//! heard is no activity: those channels belong to the airing log. Pure. Next: `zones`.

use crate::plan::{ChannelKind, Plan};

/// Codes that activities may carry, each list in the order of the plan; `None` where anything plain goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Codes {
    /// Forms and tasks.
    pub of_what: Option<Vec<String>>,
    /// Channels that are not heard.
    pub channels: Option<Vec<String>>,
    /// Channels of the air, which no activity may name.
    pub audible: Vec<String>,
    /// Themes.
    pub themes: Vec<String>,
    /// Forms that go through channels: an activity of one of them should say through which.
    through_channels: Vec<String>,
}

impl Codes {
    /// The codes of a plan; `themes` are those that bulletins may carry.
    #[must_use]
    pub fn new(plan: Option<&Plan>, themes: Vec<String>) -> Self {
        let Some(plan) = plan else {
            let (audible, through_channels) = (Vec::new(), Vec::new());
            return Self { of_what: None, channels: None, audible, themes, through_channels };
        };
        let forms = plan.forms.iter().map(|form| form.code.clone());
        let of_what = forms.chain(plan.tasks.iter().map(|task| task.code.clone())).collect();
        let channels = || plan.forms.iter().flat_map(|form| &form.channels);
        let of_kind = |is_audio: bool| {
            let wanted = channels().filter(|channel| (channel.kind == ChannelKind::Audio) == is_audio);
            wanted.map(|channel| channel.code.clone()).collect()
        };
        let with_channels = plan.forms.iter().filter(|form| !form.channels.is_empty());
        Self {
            of_what: Some(of_what),
            channels: Some(of_kind(false)),
            audible: of_kind(true),
            themes,
            through_channels: with_channels.map(|form| form.code.clone()).collect(),
        }
    }

    /// Whether activities of that code are told apart by their channels.
    #[must_use]
    pub fn needs_channel(&self, code: &str) -> bool {
        self.through_channels.iter().any(|form| form == code)
    }
}

/// The code that was typed, as the list writes it: capitals make no difference.
#[must_use]
pub fn as_listed(typed: &str, list: &[String]) -> Option<String> {
    list.iter().find(|code| code.eq_ignore_ascii_case(typed)).cloned()
}

/// Whether it could be a code of any plan: 1 to 16 of `A-Z`, `a-z`, `0-9`, `.`, `-`, `_`.
#[must_use]
pub fn is_plain(code: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    (1..=16).contains(&code.len()) && code.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_make_no_difference() {
        let list = ["HT1", "TN1.1"].map(str::to_owned);
        assert_eq!(as_listed("tn1.1", &list).as_deref(), Some("TN1.1"));
        assert_eq!(as_listed("HT", &list), None);
    }

    #[test]
    fn without_a_plan_any_plain_code_goes() {
        let codes = Codes::new(None, Vec::new());
        assert!(codes.of_what.is_none() && codes.channels.is_none() && !codes.needs_channel("HT1"));
        assert!(is_plain("HT1") && is_plain("TN1.1") && is_plain("a_b-c"));
        assert!(!is_plain("") && !is_plain("HT 1") && !is_plain("Ê") && !is_plain("12345678901234567"));
    }
}
