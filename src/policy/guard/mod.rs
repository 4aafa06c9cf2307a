//! Guards: what no plan may take away, judged on the plan as a whole.
//!
//! Unlike a rule of the policy, a guard says nothing about a state. It looks at what lies between two states, and a
//! state that is bad already is no reason to refuse a plan that leaves it as it is or betters it.
//!
//! [`Settings`] are resolved once from `policy.yaml`, or are the usual ones; [`judge`] is a pure function of them, the
//! plan and the access before and after. Deliberately not here: words for people (`report`), who may overrule a guard
//! and how (`cli`).

mod administrators;
mod losses;
mod pattern;
mod protected;
mod settings;
#[cfg(test)]
mod tests;

pub use self::administrators::LostPower;
pub use self::losses::Loss;
pub use self::pattern::Pattern;
pub use self::protected::{Touch, Touched};
pub use self::settings::{Limits, Protected, Settings};
use crate::access::Access;
use crate::model::{Kind, UserName};
use crate::plan::Plan;

/// The guards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Guard {
    /// How many objects of a kind are deleted.
    Deletions,
    /// How many members are taken out of groups.
    MembersLost,
    /// How many effective administrators remain.
    MinimumAdministrators,
    /// Who stays an effective administrator.
    RequiredAdministrators,
    /// What the account that rolecall uses needs to go on.
    OwnAccount,
    /// What is neither deleted nor renamed nor changed.
    Protected,
}

impl Guard {
    /// Every guard, in the order in which they are told.
    pub const ALL: [Self; 6] = [
        Self::Deletions,
        Self::MembersLost,
        Self::MinimumAdministrators,
        Self::RequiredAdministrators,
        Self::OwnAccount,
        Self::Protected,
    ];

    /// The id, as the command line and machine formats have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deletions => "deletions",
            Self::MembersLost => "members-lost",
            Self::MinimumAdministrators => "minimum-administrators",
            Self::RequiredAdministrators => "required-administrators",
            Self::OwnAccount => "own-account",
            Self::Protected => "protected",
        }
    }
}

/// What a guard found; a guard that is off finds nothing at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// What is deleted, by kind; kinds of which nothing is are left out.
    Deletions {
        /// How much may be.
        limits: Limits,
        /// How much is.
        kinds: Vec<(Kind, Loss)>,
    },
    /// Members that go.
    MembersLost {
        /// How many may.
        limits: Limits,
        /// How many do.
        loss: Loss,
    },
    /// How many effective administrators who can log in there are.
    MinimumAdministrators {
        /// How many there must be.
        least: u64,
        /// How many there were.
        before: u64,
        /// How many there will be.
        after: u64,
    },
    /// Those of the required administrators who would no longer be one, in the order of names.
    RequiredAdministrators {
        /// Who.
        lost: Vec<UserName>,
    },
    /// What the account that rolecall uses would lose.
    OwnAccount {
        /// The account.
        account: UserName,
        /// What it would lose, if anything.
        lost: Option<LostPower>,
    },
    /// What happens to protected objects, in the order of kinds and names.
    Protected {
        /// What happens.
        touched: Vec<Touched>,
    },
}

impl Finding {
    /// Whose finding it is.
    pub fn guard(&self) -> Guard {
        match self {
            Self::Deletions { .. } => Guard::Deletions,
            Self::MembersLost { .. } => Guard::MembersLost,
            Self::MinimumAdministrators { .. } => Guard::MinimumAdministrators,
            Self::RequiredAdministrators { .. } => Guard::RequiredAdministrators,
            Self::OwnAccount { .. } => Guard::OwnAccount,
            Self::Protected { .. } => Guard::Protected,
        }
    }

    /// Whether the guard refuses the plan.
    pub fn refuses(&self) -> bool {
        match self {
            Self::Deletions { limits, kinds } => kinds.iter().any(|(_, loss)| limits.are_exceeded_by(*loss)),
            Self::MembersLost { limits, loss } => limits.are_exceeded_by(*loss),
            Self::MinimumAdministrators { least, before, after } => after < least && after < before,
            Self::RequiredAdministrators { lost } => !lost.is_empty(),
            Self::OwnAccount { lost, .. } => lost.is_some(),
            Self::Protected { touched } => !touched.is_empty(),
        }
    }
}

/// Judges a plan: one finding for each guard that is on, in the order of [`Guard::ALL`]. An empty plan takes nothing
/// away and is not judged.
///
/// `before` is the access to the live state in the names that hold after the plan's renames, `after` that to the state
/// that the plan leads to; both are numbered alike, as [`Access::pair`] makes them.
pub fn judge(settings: &Settings, plan: &Plan, before: &Access<'_>, after: &Access<'_>) -> Vec<Finding> {
    if plan.is_empty() {
        return Vec::new();
    }
    let (old, new) = (before.snapshot, after.snapshot);
    let mut findings = Vec::new();
    if let Some(limits) = settings.deletions {
        let kinds = losses::deletions(old, new);
        findings.push(Finding::Deletions { limits, kinds });
    }
    if let Some(limits) = settings.members_lost {
        let loss = losses::members(old, new);
        findings.push(Finding::MembersLost { limits, loss });
    }
    if after.knows_administrators() {
        findings.extend(administrators::judge(settings, before, after));
    }
    if let Some(account) = &settings.account {
        findings.push(Finding::OwnAccount {
            account: account.clone(),
            lost: administrators::lost_power(account, before, after),
        });
    }
    if !settings.protected.is_empty() {
        let touched = protected::touched(&settings.protected, plan, before.system(), old, new);
        findings.push(Finding::Protected { touched });
    }
    findings
}
