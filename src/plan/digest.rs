//! Hashes of a plan and of what it rests on, by which a plan that was approved is known again.
//!
//! Deliberately not here: manifests and their places. A line that moves in a file is no other plan.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::operation::{Edit, Operation};
use super::order::{Preference, Turn};
use super::references::{references_after, references_before};
use super::{Plan, Reason, Renames};
use crate::model::{Digest, Group, Identity, Principal, Snapshot, UserName};

/// What two plans must have in common to be one plan.
#[derive(Serialize)]
struct Written<'a> {
    preference: Preference,
    steps: Vec<WrittenStep<'a>>,
}

#[derive(Serialize)]
struct WrittenStep<'a> {
    operation: &'a Operation,
    reason: Reason,
    turn: &'a Turn,
}

/// The hash of everything that a plan does: every write with what was there and what will be, why, when its turn
/// comes, and what the plan does first.
///
/// # Errors
/// When the steps cannot be written as JSON.
pub fn steps_digest(plan: &Plan) -> Result<Digest, serde_json::Error> {
    let steps = plan.steps.iter().map(|step| WrittenStep {
        operation: &step.operation,
        reason: step.reason,
        turn: &step.turn,
    });
    Digest::of_value(&Written {
        preference: plan.preference,
        steps: steps.collect(),
    })
}

/// The objects that a plan writes or refers to, by their names on the live deployment, before the plan's renames. What
/// the plan makes is among them: it rests on that not being there. Of a group's members those that come or go.
pub fn rests_on(plan: &Plan, renames: &Renames) -> BTreeSet<Identity> {
    let back = renames.inverse();
    let mut all = BTreeSet::new();
    for operation in plan.steps.iter().map(|step| &step.operation) {
        if operation.renames() {
            // The new name must be free, or become so.
            all.extend([operation.identity(), operation.final_identity()]);
            continue;
        }
        let named = references_before(operation)
            .into_iter()
            .chain(references_after(operation))
            .chain(people(operation))
            .chain([operation.identity()]);
        all.extend(named.map(|identity| back.identity(&identity)));
    }
    all
}

/// The hashes of live objects by address, as [`Identity`] tells it; none for an address at which nothing is.
///
/// # Errors
/// When an object cannot be written as JSON.
pub fn digests_at(
    live: &Snapshot,
    addresses: impl IntoIterator<Item = String>,
) -> Result<BTreeMap<String, Option<Digest>>, serde_json::Error> {
    let mut digests: BTreeMap<String, Option<Digest>> =
        addresses.into_iter().map(|address| (address, None)).collect();
    if digests.is_empty() {
        return Ok(digests);
    }
    let users = live.users.keys().cloned().map(Identity::User);
    for identity in live.identities().chain(users) {
        if let Some(digest) = digests.get_mut(&identity.address()) {
            *digest = of_object(live, &identity)?;
        }
    }
    Ok(digests)
}

fn of_object(live: &Snapshot, identity: &Identity) -> Result<Option<Digest>, serde_json::Error> {
    fn of<T: Serialize>(object: Option<&T>) -> Result<Option<Digest>, serde_json::Error> {
        object.map(Digest::of_value).transpose()
    }
    match identity {
        Identity::Profile(name) => of(live.profiles.get(name)),
        Identity::Role(name) => of(live.roles.get(name)),
        Identity::Group(name) => of(live.groups.get(name)),
        Identity::SharingDefault(module) => of(live.sharing.defaults.get(module)),
        Identity::SharingRule(key) => of(live.sharing.rules.get(key)),
        Identity::User(name) => of(live.users.get(name)),
    }
}

/// The users whom an operation is about beside the object that it writes.
fn people(operation: &Operation) -> Vec<Identity> {
    let none = Group::default();
    let users: Vec<UserName> = match operation {
        Operation::Group(Edit::Create { after, .. }) => come_or_go(&none, after),
        Operation::Group(Edit::Update { before, after, .. }) => come_or_go(before, after),
        Operation::Group(Edit::Delete { before, heir, .. }) => {
            let mut users = come_or_go(before, &none);
            users.extend(heir.iter().filter_map(user_of));
            users
        }
        Operation::SetRule { rule, .. } | Operation::DeleteRule { rule, .. } => {
            [&rule.from, &rule.to].into_iter().filter_map(user_of).collect()
        }
        Operation::Group(Edit::Rename { .. })
        | Operation::Profile(_)
        | Operation::Role(_)
        | Operation::SetDefault { .. }
        | Operation::AssignRole { .. } => Vec::new(),
    };
    users.into_iter().map(Identity::User).collect()
}

fn user_of(principal: &Principal) -> Option<UserName> {
    match principal {
        Principal::User(name) => Some(name.clone()),
        Principal::Everyone
        | Principal::Role(_)
        | Principal::RoleAndSubordinates(_)
        | Principal::Group(_) => None,
    }
}

/// Users whom one state of a group names and the other does not.
fn come_or_go(before: &Group, after: &Group) -> Vec<UserName> {
    let named = |group: &Group| -> BTreeSet<UserName> {
        let heads = group.head.iter().chain(&group.deputy);
        group.members.users.iter().chain(heads).cloned().collect()
    };
    let (before, after) = (named(before), named(after));
    before.symmetric_difference(&after).cloned().collect()
}
