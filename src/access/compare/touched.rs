//! Which objects differ between two states, as far as access can depend on them.

use std::collections::{BTreeMap, BTreeSet};

use roaring::RoaringBitmap;

use crate::access::index::Index;
use crate::access::state::Access;
use crate::model::{Group, ModuleName, ProfileName, Role, RoleName, RuleKey, Snapshot, User};

/// Objects that differ.
#[derive(Debug, Default)]
pub(crate) struct Touched {
    /// Users whose role differs.
    pub(crate) users: RoaringBitmap,
    /// Users who differ in anything else: whether they are there and can log in, may do everything, by whom they were
    /// made, in which group they are to begin with. No plan changes that, but two states can differ in it.
    pub(crate) people: RoaringBitmap,
    /// Whether the installation differs, or the ids of roles, which no object says.
    pub(crate) installation: bool,
    /// Groups.
    pub(crate) groups: RoaringBitmap,
    /// Roles that have another place, or are in one of the states only.
    pub(crate) moved_roles: RoaringBitmap,
    /// Roles whose superior, profiles or rights differ.
    pub(crate) roles: BTreeSet<RoleName>,
    /// Profiles whose rights differ.
    pub(crate) profiles: BTreeSet<ProfileName>,
    /// Modules whose default differs.
    pub(crate) defaults: BTreeSet<ModuleName>,
    /// Rules.
    pub(crate) rules: BTreeSet<RuleKey>,
}

impl Touched {
    pub(crate) fn new(before: &Access<'_>, after: &Access<'_>) -> Self {
        let index = &after.index;
        let (old, new) = (before.snapshot, after.snapshot);
        let users = (0..crate::access::index::count(index.users.len())).filter(|user| {
            before.hierarchy.role_of[*user as usize] != after.hierarchy.role_of[*user as usize]
        });
        let people = differing(&old.users, &new.users, same_user);
        let people = people.iter().filter_map(|user| index.users.number(user));
        Self {
            users: users.collect(),
            people: people.collect(),
            installation: before.installation != after.installation || old.role_ids != new.role_ids,
            groups: groups(index, old, new),
            moved_roles: moved(before, after),
            roles: differing(&old.roles, &new.roles, same_role),
            profiles: differing(&old.profiles, &new.profiles, |old, new| old.rights == new.rights),
            defaults: differing(&old.sharing.defaults, &new.sharing.defaults, PartialEq::eq),
            rules: differing(&old.sharing.rules, &new.sharing.rules, PartialEq::eq),
        }
    }

    /// Whether anything differs that moves records within reach other than rights on them.
    pub(crate) fn moves_records(&self) -> bool {
        !self.users.is_empty()
            || !self.people.is_empty()
            || !self.groups.is_empty()
            || !self.roles.is_empty()
            || !self.defaults.is_empty()
            || !self.rules.is_empty()
    }

    /// Whether nothing differs that access can depend on.
    pub(crate) fn is_empty(&self) -> bool {
        self.users.is_empty()
            && self.people.is_empty()
            && !self.installation
            && self.groups.is_empty()
            && self.roles.is_empty()
            && self.profiles.is_empty()
            && self.defaults.is_empty()
            && self.rules.is_empty()
    }
}

fn moved(before: &Access<'_>, after: &Access<'_>) -> RoaringBitmap {
    let roles = after.index.roles.iter().filter(|(role, name)| {
        let place = |access: &Access<'_>| access.hierarchy.superior[*role as usize];
        let there = |access: &Access<'_>| access.snapshot.roles.contains_key(*name);
        place(before) != place(after) || there(before) != there(after)
    });
    roles.map(|(role, _)| role).collect()
}

fn same_role(old: &Role, new: &Role) -> bool {
    let Role {
        description: _,
        reports_to,
        profiles,
        rights,
        // Whom a holder may pick as an owner gives no access.
        assign_records_to: _,
    } = old;
    *reports_to == new.reports_to && *profiles == new.profiles && *rights == new.rights
}

fn same_user(old: &User, new: &User) -> bool {
    let User {
        // Told apart from the rest.
        role: _,
        administrator,
        active,
        created_by,
        primary_group,
    } = old;
    *administrator == new.administrator
        && *active == new.active
        && *created_by == new.created_by
        && *primary_group == new.primary_group
}

fn same_group(old: &Group, new: &Group) -> bool {
    let Group {
        description: _,
        variety: _,
        status,
        members,
        roles,
        head,
        deputy,
        head_authorisations,
        authorisations,
        // Lines, call groups, monitors and keys are nobody's access.
        line: _,
        call_group: _,
        services,
        monitor_groups: _,
        keys: _,
        created_by,
    } = old;
    *status == new.status
        && *members == new.members
        && *roles == new.roles
        && *head == new.head
        && *deputy == new.deputy
        && *head_authorisations == new.head_authorisations
        && *authorisations == new.authorisations
        && *services == new.services
        && *created_by == new.created_by
}

fn groups(index: &Index, old: &Snapshot, new: &Snapshot) -> RoaringBitmap {
    differing(&old.groups, &new.groups, same_group)
        .iter()
        .filter_map(|group| index.groups.number(group))
        .collect()
}

/// The keys of what only one of two maps has, or both have otherwise.
fn differing<N: Ord + Clone, O>(
    old: &BTreeMap<N, O>,
    new: &BTreeMap<N, O>,
    same: impl Fn(&O, &O) -> bool,
) -> BTreeSet<N> {
    let mut differing = BTreeSet::new();
    let mut olds = old.iter().peekable();
    for (name, new) in new {
        while let Some((gone, _)) = olds.next_if(|(earlier, _)| *earlier < name) {
            differing.insert(gone.clone());
        }
        let old = olds.next_if(|(equal, _)| *equal == name);
        if old.is_none_or(|(_, old)| !same(old, new)) {
            differing.insert(name.clone());
        }
    }
    differing.extend(olds.map(|(gone, _)| gone.clone()));
    differing
}
