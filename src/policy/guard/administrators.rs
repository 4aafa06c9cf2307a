//! Who remains able to mend things: effective administrators, and the account that rolecall uses.

use std::collections::BTreeSet;

use super::{Finding, Settings};
use crate::access::{Access, Power};
use crate::model::{PermissionId, UserName};

/// What an account loses of what it needs to change who may do what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LostPower {
    /// It could do everything, and would no longer be able to.
    Everything,
    /// These permissions, in order.
    Permissions(BTreeSet<PermissionId>),
}

/// The findings of the two guards that count administrators, where they are on.
pub(super) fn judge(settings: &Settings, before: &Access<'_>, after: &Access<'_>) -> Vec<Finding> {
    let required = &settings.required_administrators;
    if settings.minimum_administrators.is_none() && required.is_empty() {
        return Vec::new();
    }
    let (old, new) = (before.administrator_set(), after.administrator_set());
    let mut findings = Vec::new();
    if let Some(least) = settings.minimum_administrators {
        findings.push(Finding::MinimumAdministrators {
            least: u64::from(least.get()),
            before: old.len(),
            after: new.len(),
        });
    }
    if !required.is_empty() {
        // Whoever was none before is not taken away by the plan: a leaver must not stop every plan.
        let gone = old - new;
        let lost = required.iter().filter(|name| {
            let number = before.user_number(name);
            number.is_some_and(|number| gone.contains(number))
        });
        let lost = lost.cloned().collect();
        findings.push(Finding::RequiredAdministrators { lost });
    }
    findings
}

/// What an account loses of what it needs to go on. An account that is not on the deployment has nothing to lose.
pub(super) fn lost_power(account: &UserName, before: &Access<'_>, after: &Access<'_>) -> Option<LostPower> {
    match (before.power(account), after.power(account)) {
        (_, Power::Everything) => None,
        (Power::Everything, Power::Permissions(left)) => {
            let needed = before.changing_permissions();
            // With every permission that counts it can still mend everything; without any it never could.
            (needed.is_empty() || !needed.is_subset(&left)).then_some(LostPower::Everything)
        }
        (Power::Permissions(had), Power::Permissions(left)) => {
            let lost: BTreeSet<PermissionId> = had.difference(&left).cloned().collect();
            (!lost.is_empty()).then_some(LostPower::Permissions(lost))
        }
    }
}
