//! What may be decided of a bulletin, as one rule.
//!
//! In: a decision, and what is known of the newest revision. Out: whether the act is recorded, changes nothing, or is not
//! allowed. Pure; the store records the act only if nothing else was recorded meanwhile. Next: `crate::store`.

use crate::airing::Priority;

/// What a person does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// It may air.
    Approve,
    /// It may not.
    Refuse,
    /// It may no longer.
    Withdraw,
}

impl Act {
    /// The word in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Refuse => "refuse",
            Self::Withdraw => "withdraw",
        }
    }

    /// The act of a word read back.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Approve, Self::Refuse, Self::Withdraw].into_iter().find(|act| act.as_str() == word)
    }
}

/// What a person wants to record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What.
    pub act: Act,
    /// Who, in words that hold a letter.
    pub by: String,
    /// Given by telephone, on paper later.
    pub by_phone: bool,
    /// The reason given.
    pub why: Option<String>,
}

/// What a decision depends on.
#[derive(Debug, Clone, Copy)]
pub struct Bearing<'a> {
    /// The bulletin's class.
    pub class: Priority,
    /// Whether there is anything that could air.
    pub has_sound: bool,
    /// Who wrote or recorded any revision of the bulletin; an approver is another person if `author_may_approve` is not set.
    pub makers: &'a [&'a str],
    /// The setting.
    pub author_may_approve: bool,
    /// Whoever records the decision recorded a revision with the same account, under whatever name.
    pub own_account: bool,
    /// The decision in force of this revision, and whether it was by telephone.
    pub in_force: Option<(Act, bool)>,
}

/// Why a decision is not allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Objection {
    /// Nothing could air.
    NoSound,
    /// Only emergencies are approved by telephone.
    NoEmergency,
    /// Only an approval is given by telephone.
    OnlyApprovalByPhone,
    /// The approver wrote or recorded it, and the settings forbid that.
    OwnWork,
}

/// What follows from a decision that is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It is recorded.
    Record,
    /// It is recorded, and confirms what was said by telephone.
    Confirm,
    /// It is so already, and nothing is recorded.
    Already,
}

/// Whether a decision is recorded. `same` tells whether two names are one person's.
///
/// An approval needs a sound. By telephone only an emergency is approved, and stays marked until an approval that is not by
/// telephone confirms it. What is approved, refused or withdrawn already is not decided the same way twice.
pub fn judge(decision: &Decision, on: Bearing<'_>, same: impl Fn(&str, &str) -> bool) -> Result<Step, Objection> {
    if decision.by_phone {
        if decision.act != Act::Approve {
            return Err(Objection::OnlyApprovalByPhone);
        }
        if on.class != Priority::Emergency {
            return Err(Objection::NoEmergency);
        }
    }
    if decision.act == Act::Approve {
        if !on.has_sound {
            return Err(Objection::NoSound);
        }
        let is_own = on.own_account || on.makers.iter().any(|maker| same(maker, &decision.by));
        if !on.author_may_approve && is_own {
            return Err(Objection::OwnWork);
        }
    }
    Ok(match (decision.act, on.in_force) {
        (Act::Approve, Some((Act::Approve, true))) if !decision.by_phone => Step::Confirm,
        (Act::Approve, Some((Act::Approve, _)))
        | (Act::Refuse | Act::Withdraw, Some((Act::Refuse | Act::Withdraw, _))) => Step::Already,
        _ => Step::Record,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(act: Act, by_phone: bool, on: Bearing<'_>) -> Result<Step, Objection> {
        let decision = Decision { act, by: "Trần Thị B".into(), by_phone, why: None };
        judge(&decision, on, |one, other| one == other)
    }

    const ON: Bearing<'_> = Bearing {
        class: Priority::Emergency,
        has_sound: true,
        makers: &["Trần Thị B", "Lê C"],
        author_may_approve: true,
        own_account: false,
        in_force: None,
    };

    #[test]
    fn an_approval_by_telephone_is_for_emergencies_and_is_confirmed_once() {
        let after = |by_phone| Bearing { in_force: Some((Act::Approve, by_phone)), ..ON };
        assert_eq!(judged(Act::Approve, true, ON), Ok(Step::Record));
        assert_eq!(judged(Act::Approve, true, after(true)), Ok(Step::Already));
        assert_eq!(judged(Act::Approve, false, after(true)), Ok(Step::Confirm));
        assert_eq!(judged(Act::Approve, false, after(false)), Ok(Step::Already));
        assert_eq!(judged(Act::Approve, true, after(false)), Ok(Step::Already));
        let ordinary = Bearing { class: Priority::Priority, ..ON };
        assert_eq!(judged(Act::Approve, true, ordinary), Err(Objection::NoEmergency));
        assert_eq!(judged(Act::Refuse, true, ON), Err(Objection::OnlyApprovalByPhone));
    }

    #[test]
    fn nobody_approves_their_own_work_where_the_settings_forbid_it() {
        let strict = Bearing { author_may_approve: false, ..ON };
        assert_eq!(judged(Act::Approve, false, strict), Err(Objection::OwnWork));
        assert_eq!(judged(Act::Refuse, false, strict), Ok(Step::Record));
        let other = Bearing { makers: &["Lê C"], ..strict };
        assert_eq!(judged(Act::Approve, false, other), Ok(Step::Record));
        let renamed = Bearing { own_account: true, ..other };
        assert_eq!(judged(Act::Approve, false, renamed), Err(Objection::OwnWork));
        assert_eq!(judged(Act::Approve, true, renamed), Err(Objection::OwnWork));
    }

    #[test]
    fn a_bulletin_without_sound_is_refused_but_never_approved() {
        let silent = Bearing { has_sound: false, ..ON };
        assert_eq!(judged(Act::Approve, false, silent), Err(Objection::NoSound));
        assert_eq!(judged(Act::Refuse, false, silent), Ok(Step::Record));
    }

    #[test]
    fn minds_may_change_but_not_say_the_same_twice() {
        let after = |act| Bearing { in_force: Some((act, false)), ..ON };
        for no in [Act::Refuse, Act::Withdraw] {
            assert_eq!(judged(Act::Approve, false, after(no)), Ok(Step::Record));
            assert_eq!(judged(no, false, after(Act::Approve)), Ok(Step::Record));
            assert_eq!(judged(no, false, after(Act::Refuse)), Ok(Step::Already));
        }
    }
}
