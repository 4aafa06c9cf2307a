//! How many objects of each kind.

use rolecall::system::{Definition, Manage};

/// Objects by kind.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) users: usize,
    pub(crate) roles: usize,
    pub(crate) profiles: usize,
    pub(crate) groups: usize,
    pub(crate) rules: usize,
}

/// Counts that were asked for one by one.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Asked {
    pub(crate) users: Option<usize>,
    pub(crate) roles: Option<usize>,
    pub(crate) profiles: Option<usize>,
    pub(crate) groups: Option<usize>,
    pub(crate) rules: Option<usize>,
}

impl Counts {
    /// Shares out `objects` as a grown installation has them. The share of a kind that the system lacks goes to
    /// groups and users.
    pub(crate) fn of(definition: &Definition, objects: usize, asked: Asked) -> Self {
        let has_roles = definition.roles.is_some();
        let has_profiles = definition.profiles.is_some();
        let has_groups = definition.groups.is_some();
        let has_rules = has_rules(definition);

        let roles = if has_roles { (objects / 50).max(2) } else { 0 };
        let profiles = if has_profiles { (objects / 200).max(3) } else { 0 };
        let mut groups = if has_groups { objects * 22 / 100 } else { 0 };
        let mut users = objects * 62 / 100;
        let rest = objects.saturating_sub(roles + profiles + groups + users);
        let rules = if has_rules { rest } else { 0 };
        if !has_rules && has_groups {
            groups += rest / 4;
        }
        users = users.max(objects.saturating_sub(roles + profiles + groups + rules));

        let only_if = |has: bool, asked: Option<usize>, count| if has { asked.unwrap_or(count) } else { 0 };
        Self {
            users: asked.users.unwrap_or(users),
            // Where roles carry profiles or users carry roles, there must be one to carry.
            roles: only_if(has_roles, asked.roles.map(|count| count.max(1)), roles),
            profiles: only_if(has_profiles, asked.profiles.map(|count| count.max(1)), profiles),
            groups: only_if(has_groups, asked.groups, groups),
            rules: only_if(has_rules, asked.rules, rules),
        }
    }
}

/// Whether the system has sharing rules.
pub(crate) fn has_rules(definition: &Definition) -> bool {
    definition
        .sharing
        .as_ref()
        .is_some_and(|sharing| sharing.rules.is_some())
}

/// Whether roles can be written by manifests rather than only be referred to.
pub(crate) fn roles_are_managed(definition: &Definition) -> bool {
    definition
        .roles
        .as_ref()
        .is_some_and(|kind| kind.manage == Manage::Full)
}

/// Whether an object is one that nothing refers to, so that a deployment can lack it: each fiftieth, and the last.
pub(crate) fn is_spare(index: usize, count: usize) -> bool {
    index % 50 == 49 || (count >= 4 && index + 1 == count)
}
