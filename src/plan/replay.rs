//! What a deployment looks like after an operation, without a deployment.
//!
//! This is the meaning of an operation as the planner understands it. Providers do not use it: they must come to
//! the same result on their own, and tests compare the two.

use super::operation::{Edit, Operation};
use super::rename::Renames;
use crate::model::{Principal, Snapshot};

/// Performs an operation on a snapshot.
pub fn replay(snapshot: &mut Snapshot, operation: &Operation) {
    match operation {
        Operation::Profile(edit) => match edit {
            Edit::Create { name, after } | Edit::Update { name, after, .. } => {
                snapshot.profiles.insert(name.clone(), after.clone());
            }
            Edit::Rename { from, to } => {
                let mut renames = Renames::default();
                renames.profiles.insert(from.clone(), to.clone());
                renames.apply(snapshot);
            }
            Edit::Delete { name, heir, .. } => {
                snapshot.profiles.remove(name);
                for role in snapshot.roles.values_mut() {
                    if role.profiles.remove(name) && role.profiles.is_empty() {
                        role.profiles.extend(heir.clone());
                    }
                }
            }
        },
        Operation::Role(edit) => match edit {
            Edit::Create { name, after } | Edit::Update { name, after, .. } => {
                snapshot.roles.insert(name.clone(), after.clone());
            }
            Edit::Rename { from, to } => {
                let mut renames = Renames::default();
                renames.roles.insert(from.clone(), to.clone());
                renames.apply(snapshot);
            }
            Edit::Delete { name, heir, .. } => {
                snapshot.roles.remove(name);
                snapshot.role_ids.remove(name);
                for user in snapshot
                    .users
                    .values_mut()
                    .filter(|user| user.role.as_ref() == Some(name))
                {
                    user.role.clone_from(heir);
                }
            }
        },
        Operation::Group(edit) => match edit {
            Edit::Create { name, after } | Edit::Update { name, after, .. } => {
                snapshot.groups.insert(name.clone(), after.clone());
            }
            Edit::Rename { from, to } => {
                let mut renames = Renames::default();
                renames.groups.insert(from.clone(), to.clone());
                renames.apply(snapshot);
            }
            Edit::Delete { name, heir, .. } => {
                snapshot.groups.remove(name);
                if let Some(heir) = heir {
                    snapshot.records.transfer(&Principal::Group(name.clone()), heir);
                }
            }
        },
        Operation::SetDefault { module, after, .. } => {
            snapshot.sharing.defaults.insert(module.clone(), *after);
        }
        Operation::SetRule { rule, after, .. } => {
            snapshot.sharing.rules.insert(rule.clone(), *after);
        }
        Operation::DeleteRule { rule, .. } => {
            snapshot.sharing.rules.remove(rule);
        }
        Operation::AssignRole { user, after, .. } => {
            if let Some(user) = snapshot.users.get_mut(user) {
                user.role.clone_from(after);
            }
        }
    }
}
