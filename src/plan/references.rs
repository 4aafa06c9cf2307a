//! What an operation refers to, before it is done and after.

use std::collections::BTreeSet;

use super::operation::{Edit, Object, Operation};
use crate::model::{Group, Identity, Principal, Profile, Role, RuleKey};

/// What the object refers to once the operation is done, and who takes over from it.
pub(super) fn references_after(operation: &Operation) -> BTreeSet<Identity> {
    match operation {
        Operation::Profile(edit) => after(edit, |heir| Some(Identity::Profile(heir.clone()))),
        Operation::Role(edit) => after(edit, |heir| Some(Identity::Role(heir.clone()))),
        Operation::Group(edit) => after(edit, of_principal),
        Operation::SetRule { rule, .. } => of_rule(rule),
        Operation::SetDefault { .. } | Operation::DeleteRule { .. } => BTreeSet::new(),
        Operation::AssignRole { after, .. } => after.iter().cloned().map(Identity::Role).collect(),
    }
}

/// What the object refers to until the operation is done.
pub(super) fn references_before(operation: &Operation) -> BTreeSet<Identity> {
    match operation {
        Operation::Profile(edit) => before(edit),
        Operation::Role(edit) => before(edit),
        Operation::Group(edit) => before(edit),
        Operation::SetRule { rule, .. } | Operation::DeleteRule { rule, .. } => of_rule(rule),
        Operation::SetDefault { .. } => BTreeSet::new(),
        Operation::AssignRole { before, .. } => before.iter().cloned().map(Identity::Role).collect(),
    }
}

/// An object that may refer to others.
trait Refers {
    fn references(&self) -> BTreeSet<Identity>;
}

impl Refers for Profile {
    fn references(&self) -> BTreeSet<Identity> {
        BTreeSet::new()
    }
}

impl Refers for Role {
    fn references(&self) -> BTreeSet<Identity> {
        let superior = self.reports_to.iter().cloned().map(Identity::Role);
        superior
            .chain(self.profiles.iter().cloned().map(Identity::Profile))
            .collect()
    }
}

impl Refers for Group {
    fn references(&self) -> BTreeSet<Identity> {
        let members = &self.members;
        let roles = members.roles.iter().chain(&members.roles_and_subordinates);
        let roles = roles.chain(&self.roles).cloned().map(Identity::Role);
        let groups = members.groups.iter().chain(self.monitor_groups.keys());
        roles.chain(groups.cloned().map(Identity::Group)).collect()
    }
}

fn after<O: Object + Refers>(
    edit: &Edit<O>,
    heir: impl Fn(&O::Heir) -> Option<Identity>,
) -> BTreeSet<Identity> {
    match edit {
        Edit::Create { after, .. } | Edit::Update { after, .. } => after.references(),
        Edit::Rename { .. } => BTreeSet::new(),
        Edit::Delete { heir: taker, .. } => taker.iter().filter_map(heir).collect(),
    }
}

fn before<O: Object + Refers>(edit: &Edit<O>) -> BTreeSet<Identity> {
    match edit {
        Edit::Create { .. } | Edit::Rename { .. } => BTreeSet::new(),
        Edit::Update { before, .. } | Edit::Delete { before, .. } => before.references(),
    }
}

fn of_rule(rule: &RuleKey) -> BTreeSet<Identity> {
    [&rule.from, &rule.to]
        .into_iter()
        .filter_map(of_principal)
        .collect()
}

fn of_principal(principal: &Principal) -> Option<Identity> {
    match principal {
        Principal::Role(role) | Principal::RoleAndSubordinates(role) => Some(Identity::Role(role.clone())),
        Principal::Group(group) => Some(Identity::Group(group.clone())),
        Principal::Everyone | Principal::User(_) => None,
    }
}
