//! What an activity may be entered under: the forms, tasks and channels of the plan.
//!
//! In: the plan, if the station has one, and what was typed. Out: the code as the plan writes it, or what is wrong with it and
//! what was probably meant. What is heard is no activity: those channels belong to the airing log. Pure. Next: `checks`.

use crate::plan::{ChannelKind, Plan};
use crate::problem::nearest;
use crate::problem::what::ActivityFault;

/// Codes that activities may carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Codes {
    /// `None` where there is no plan: then anything plain goes.
    of_plan: Option<OfPlan>,
}

/// Those of a plan, each list in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
struct OfPlan {
    forms_and_tasks: Vec<String>,
    channels: Vec<String>,
    /// Channels of the air.
    audible: Vec<String>,
    /// Forms that go through channels.
    through_channels: Vec<String>,
}

impl Codes {
    /// The codes of a plan.
    #[must_use]
    pub fn new(plan: Option<&Plan>) -> Self {
        Self { of_plan: plan.map(OfPlan::new) }
    }

    /// The form or task that was typed; capitals make no difference.
    pub fn code(&self, typed: &str) -> Result<String, ActivityFault> {
        let Some(plan) = &self.of_plan else { return plain(typed) };
        let known = &plan.forms_and_tasks;
        as_listed(typed, known)
            .ok_or_else(|| ActivityFault::UnknownCode(typed.to_owned(), known.clone(), near(typed, known)))
    }

    /// The channel that was typed, if it is none of the air.
    pub fn channel(&self, typed: &str) -> Result<String, ActivityFault> {
        let Some(plan) = &self.of_plan else { return plain(typed) };
        let known = &plan.channels;
        if let Some(audible) = as_listed(typed, &plan.audible) {
            return Err(ActivityFault::Audible(audible, known.clone()));
        }
        as_listed(typed, known)
            .ok_or_else(|| ActivityFault::UnknownChannel(typed.to_owned(), known.clone(), near(typed, known)))
    }

    /// What a person should know of an activity that names a form and no channel, though the form goes through channels.
    #[must_use]
    pub fn lacks_channel(&self, code: &str, channel: Option<&str>) -> Option<ActivityFault> {
        let plan = self.of_plan.as_ref()?;
        let lacks = channel.is_none() && plan.through_channels.iter().any(|form| form == code);
        lacks.then(|| ActivityFault::NoChannel(code.to_owned(), plan.channels.clone()))
    }
}

impl OfPlan {
    fn new(plan: &Plan) -> Self {
        let codes = plan.forms.iter().map(|form| &form.code).chain(plan.tasks.iter().map(|task| &task.code));
        let channels = |is_audio: bool| {
            let all = plan.forms.iter().flat_map(|form| &form.channels);
            let of_kind = all.filter(move |channel| (channel.kind == ChannelKind::Audio) == is_audio);
            of_kind.map(|channel| channel.code.clone()).collect::<Vec<_>>()
        };
        let with_channels = plan.forms.iter().filter(|form| !form.channels.is_empty());
        Self {
            forms_and_tasks: codes.cloned().collect(),
            channels: channels(false),
            audible: channels(true),
            through_channels: with_channels.map(|form| form.code.clone()).collect(),
        }
    }
}

fn as_listed(typed: &str, list: &[String]) -> Option<String> {
    list.iter().find(|code| code.eq_ignore_ascii_case(typed)).cloned()
}

fn near(typed: &str, list: &[String]) -> Option<String> {
    nearest(typed, list.iter().map(String::as_str))
}

/// What could be a code of a plan.
fn plain(typed: &str) -> Result<String, ActivityFault> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if (1..=16).contains(&typed.len()) && typed.chars().all(is_plain) {
        Ok(typed.to_owned())
    } else {
        Err(ActivityFault::BadCode(typed.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_plan() -> Codes {
        let list = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect();
        Codes {
            of_plan: Some(OfPlan {
                forms_and_tasks: list(&["HT1", "HT2", "TN1.1"]),
                channels: list(&["FB", "WEB"]),
                audible: list(&["DAI"]),
                through_channels: list(&["HT1"]),
            }),
        }
    }

    #[test]
    fn capitals_make_no_difference_and_what_was_meant_is_named() {
        assert_eq!(of_plan().code("tn1.1"), Ok("TN1.1".to_owned()));
        let Err(ActivityFault::UnknownCode(_, known, near)) = of_plan().code("TN1.2") else { panic!() };
        assert_eq!((known.len(), near.as_deref()), (3, Some("TN1.1")));
    }

    #[test]
    fn what_is_heard_is_no_activity() {
        assert_eq!(of_plan().channel("fb"), Ok("FB".to_owned()));
        assert!(matches!(of_plan().channel("dai"), Err(ActivityFault::Audible(..))));
        assert!(matches!(of_plan().channel("ZALO"), Err(ActivityFault::UnknownChannel(..))));
    }

    #[test]
    fn a_form_of_channels_wants_to_know_which() {
        assert!(of_plan().lacks_channel("HT1", None).is_some());
        assert!(of_plan().lacks_channel("HT1", Some("FB")).is_none() && of_plan().lacks_channel("HT2", None).is_none());
    }

    #[test]
    fn without_a_plan_any_plain_code_goes() {
        let codes = Codes::new(None);
        assert_eq!(codes.code("a_b-c.1"), Ok("a_b-c.1".to_owned()));
        for bad in ["", "HT 1", "Ê", "12345678901234567"] {
            assert!(codes.code(bad).is_err() && codes.channel(bad).is_err(), "{bad}");
        }
    }
}
