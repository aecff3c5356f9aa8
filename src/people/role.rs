//! Roles, rights, and the table between them.
//!
//! In: a role and a right. Out: whether the role gives it. The table is written once, here; README and the handbook tell
//! it, and a test walks every route of the page with every role. Pure. Next: `web::gate`.

use crate::language::Language;

/// What a person is at the station; one person may be several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Records or receives bulletins, queues them, watches the air.
    Operator,
    /// Listens, approves or refuses.
    Approver,
    /// Sends reports.
    Reporter,
    /// Installs, sets the sound card, backs up, keeps the accounts.
    Technician,
}

/// What may be done on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Right {
    /// See every page, listen, read the log and the figures.
    Look,
    /// Put something on the air, skip an item, sound the test tone.
    Air,
    /// Stop what is on the air.
    Stop,
    /// Cut in with an emergency.
    Emergency,
    /// Record and change bulletins, queue them.
    Write,
    /// Send a file: the sound of a bulletin or of an emergency, the photos of an activity.
    Upload,
    /// Approve, refuse, withdraw.
    Decide,
    /// Programmes, single occurrences, special days, duty.
    Plan,
    /// Notes on rows of the log, states of zones.
    Remark,
    /// Corrections of rows of the log.
    Correct,
    /// Reports, exports, the logbook, the bundle.
    Report,
    /// Record what was done besides the air.
    Activity,
    /// Settings, copies.
    Settings,
    /// Accounts.
    Accounts,
}

impl Role {
    /// Every role, in the order in which they are listed.
    pub const ALL: [Self; 4] = [Self::Operator, Self::Approver, Self::Reporter, Self::Technician];

    /// Whether it gives this right.
    #[must_use]
    pub const fn may(self, right: Right) -> bool {
        use Right::{
            Accounts, Activity, Air, Correct, Decide, Emergency, Look, Plan, Remark, Report, Settings, Stop, Upload,
            Write,
        };
        match self {
            Self::Operator => {
                matches!(right, Look | Air | Stop | Emergency | Write | Upload | Plan | Remark | Activity)
            }
            Self::Approver => matches!(right, Look | Stop | Emergency | Upload | Decide | Remark),
            Self::Reporter => matches!(right, Look | Upload | Remark | Correct | Report | Activity),
            Self::Technician => matches!(right, Look | Air | Stop | Plan | Remark | Settings | Accounts),
        }
    }

    /// Its name in files, in the database and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Approver => "approver",
            Self::Reporter => "reporter",
            Self::Technician => "technician",
        }
    }

    /// The role of such a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }

    /// Its word for people.
    #[must_use]
    pub fn say(self, language: Language) -> &'static str {
        let (vi, en) = match self {
            Self::Operator => ("cán bộ truyền thanh", "operator"),
            Self::Approver => ("người duyệt", "approver"),
            Self::Reporter => ("cán bộ báo cáo", "reporting officer"),
            Self::Technician => ("kỹ thuật viên", "technician"),
        };
        language.pick(vi, en)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_approves_or_keeps_accounts_by_a_role_that_is_not_for_it() {
        let with = |right| Role::ALL.into_iter().filter(|role| role.may(right)).collect::<Vec<_>>();
        assert_eq!(with(Right::Look), Role::ALL);
        assert_eq!(with(Right::Decide), [Role::Approver]);
        assert_eq!(with(Right::Accounts), [Role::Technician]);
        assert_eq!(with(Right::Report), [Role::Reporter]);
        assert_eq!(with(Right::Emergency), [Role::Operator, Role::Approver]);
    }

    #[test]
    fn whoever_does_what_takes_a_file_may_send_one() {
        for role in Role::ALL {
            let takes_files = [Right::Write, Right::Emergency, Right::Activity];
            assert_eq!(role.may(Right::Upload), takes_files.into_iter().any(|right| role.may(right)), "{role:?}");
        }
    }

    #[test]
    fn a_role_is_read_as_it_is_written() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        assert_eq!(Role::parse("admin"), None);
    }
}
