//! Manifests in other names: what they want, said of objects that are called otherwise.

use super::rename::{Renames, rename_keys, renamed};
use crate::model::{At, Existing, Identity, Intent, MemberIntent, References, Removed};

impl Renames {
    /// The renames backwards.
    pub(super) fn inverse(&self) -> Self {
        Self {
            profiles: self
                .profiles
                .iter()
                .map(|(a, b)| (b.clone(), a.clone()))
                .collect(),
            roles: self.roles.iter().map(|(a, b)| (b.clone(), a.clone())).collect(),
            groups: self.groups.iter().map(|(a, b)| (b.clone(), a.clone())).collect(),
        }
    }

    /// An object after the renames.
    pub(super) fn identity(&self, identity: &Identity) -> Identity {
        match identity.clone() {
            Identity::Profile(name) => Identity::Profile(renamed(&self.profiles, name)),
            Identity::Role(name) => Identity::Role(renamed(&self.roles, name)),
            Identity::Group(name) => Identity::Group(renamed(&self.groups, name)),
            Identity::SharingRule(key) => Identity::SharingRule(self.rule(key)),
            same @ (Identity::SharingDefault(_) | Identity::User(_)) => same,
        }
    }

    /// Renames what `intent` wants, and everything in it that refers to that. An object that gets a name back is not
    /// to be renamed any more.
    pub(super) fn apply_to_intent(&self, intent: &mut Intent) {
        for from in self.profiles.keys() {
            if let Some(wanted) = intent.profiles.get_mut(from) {
                wanted.renamed_from = None;
            }
        }
        for from in self.roles.keys() {
            if let Some(wanted) = intent.roles.get_mut(from) {
                wanted.renamed_from = None;
            }
        }
        for from in self.groups.keys() {
            if let Some(wanted) = intent.groups.get_mut(from) {
                wanted.renamed_from = None;
            }
        }
        rename_keys(&mut intent.profiles, &self.profiles);
        rename_keys(&mut intent.roles, &self.roles);
        rename_keys(&mut intent.groups, &self.groups);
        for role in intent.roles.values_mut() {
            inside(&mut role.reports_to, |name| renamed(&self.roles, name));
            all(&mut role.profiles, |name| renamed(&self.profiles, name));
        }
        for group in intent.groups.values_mut() {
            if let Some(members) = &mut group.members {
                let members = &mut members.value;
                listed(&mut members.roles, |name| renamed(&self.roles, name));
                listed(&mut members.roles_and_subordinates, |name| {
                    renamed(&self.roles, name)
                });
                listed(&mut members.groups, |name| renamed(&self.groups, name));
            }
            all(&mut group.roles, |name| renamed(&self.roles, name));
            for (shown, _) in group.monitor_groups.iter_mut().flat_map(|shown| &mut shown.value) {
                shown.value = renamed(&self.groups, shown.value.clone());
            }
        }
        for user in intent.users.values_mut() {
            inside(&mut user.role, |name| renamed(&self.roles, name));
            inside(&mut user.primary_group, |name| renamed(&self.groups, name));
        }
        let rules = std::mem::take(&mut intent.sharing.rules);
        intent.sharing.rules = rules
            .into_iter()
            .map(|(key, rule)| (self.rule(key), rule))
            .collect();
        self.apply_to_removed(&mut intent.removed);
        self.apply_to_existing(&mut intent.existing);
    }

    fn apply_to_removed(&self, removed: &mut Removed) {
        let removals = removed
            .profiles
            .values_mut()
            .chain(removed.roles.values_mut())
            .chain(removed.groups.values_mut());
        for removal in removals {
            if let Some(heir) = &mut removal.transfer_to {
                heir.value = self.principal(heir.value.clone());
            }
            if let Some(heir) = &mut removal.transfer_to_profile {
                heir.value = renamed(&self.profiles, heir.value.clone());
            }
        }
    }

    fn apply_to_existing(&self, existing: &mut Existing) {
        let profiles = std::mem::take(&mut existing.profiles).into_iter();
        existing.profiles = profiles
            .map(|(name, at)| (renamed(&self.profiles, name), at))
            .collect();
        let roles = std::mem::take(&mut existing.roles).into_iter();
        existing.roles = roles.map(|(name, at)| (renamed(&self.roles, name), at)).collect();
        let groups = std::mem::take(&mut existing.groups).into_iter();
        existing.groups = groups
            .map(|(name, at)| (renamed(&self.groups, name), at))
            .collect();
    }
}

fn inside<N>(value: &mut Option<At<Option<N>>>, rename: impl Fn(N) -> N) {
    if let Some(at) = value {
        at.value = at.value.take().map(rename);
    }
}

fn all<N: Clone>(names: &mut Option<References<N>>, rename: impl Fn(N) -> N) {
    for name in names.iter_mut().flat_map(|names| &mut names.value) {
        name.value = rename(name.value.clone());
    }
}

fn listed<N: Clone>(members: &mut [MemberIntent<N>], rename: impl Fn(N) -> N) {
    for member in members {
        member.value = rename(member.value.clone());
    }
}
