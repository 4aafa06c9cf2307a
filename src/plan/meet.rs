//! What two states of one object have in common: the most that neither of them adds to the other.
//!
//! An update that takes something away and gives something else can be done in two writes with this state between
//! them. Access only ever grows with what an object grants, so that between the two writes nobody can do what neither
//! state lets them do.
//!
//! Attributes that grant nobody anything (descriptions, keys, numbers) are not split: they change with the last write.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    Authorisations, FieldAccess, Group, Level, Members, ModuleRights, Profile, Rights, Role, Status,
};
use crate::system::{RoleAttribute, System};

/// How an update changes what an object grants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shift<O> {
    /// It grants the same.
    Same,
    /// It only takes away.
    Less,
    /// It only gives.
    More,
    /// It takes away and gives; what both states grant, if the product allows an object like that.
    Both(Option<O>),
}

/// An object that can be split into what it takes away and what it gives.
pub(super) trait Meet: Clone + PartialEq {
    /// What both grant. Everything that grants nothing is as it was before.
    fn meet(&self, after: &Self, system: &System) -> Self;

    /// This object with everything of `other` that grants nobody anything.
    fn with_the_rest_of(&self, other: &Self) -> Self;

    /// Whether the product lets such an object be.
    fn may_be(&self, system: &System) -> bool;

    /// How an update from this object to another changes what it grants.
    fn shift(&self, after: &Self, system: &System) -> Shift<Self> {
        let before = self.with_the_rest_of(after);
        let meet = before.meet(after, system);
        match (meet == before, meet == *after) {
            (true, true) => Shift::Same,
            (false, true) => Shift::Less,
            (true, false) => Shift::More,
            (false, false) => {
                let between = self.meet(after, system);
                Shift::Both(between.may_be(system).then_some(between))
            }
        }
    }
}

impl Meet for Profile {
    fn meet(&self, after: &Self, system: &System) -> Self {
        Self {
            description: self.description.clone(),
            rights: rights(&self.rights, &after.rights, system),
        }
    }

    fn with_the_rest_of(&self, other: &Self) -> Self {
        Self {
            description: other.description.clone(),
            rights: self.rights.clone(),
        }
    }

    fn may_be(&self, _system: &System) -> bool {
        true
    }
}

impl Meet for Role {
    /// The superior stays: whom a role reports to is one value, and what it grants to those above cannot be split.
    fn meet(&self, after: &Self, system: &System) -> Self {
        Self {
            description: self.description.clone(),
            reports_to: self.reports_to.clone(),
            profiles: common(&self.profiles, &after.profiles),
            rights: rights(&self.rights, &after.rights, system),
            assign_records_to: self.assign_records_to,
        }
    }

    fn with_the_rest_of(&self, other: &Self) -> Self {
        Self {
            description: other.description.clone(),
            reports_to: other.reports_to.clone(),
            profiles: self.profiles.clone(),
            rights: self.rights.clone(),
            assign_records_to: other.assign_records_to,
        }
    }

    fn may_be(&self, system: &System) -> bool {
        let kind = system.definition().roles.as_ref();
        let needs_profile = kind.is_some_and(|kind| kind.required.contains(&RoleAttribute::Profiles));
        !needs_profile || !self.profiles.is_empty()
    }
}

impl Meet for Group {
    fn meet(&self, after: &Self, system: &System) -> Self {
        let head = self.head.clone().filter(|_| self.head == after.head);
        let deputy = self
            .deputy
            .clone()
            .filter(|_| head.is_some() && self.deputy == after.deputy);
        let head_authorisations = authorisations(
            self.head_authorisations.as_ref(),
            after.head_authorisations.as_ref(),
            system,
        );
        let status = self.status.max(after.status);
        Self {
            status,
            members: members(&self.members, &after.members),
            roles: common(&self.roles, &after.roles),
            // Without a head there is nothing for these to be of.
            head_authorisations: head_authorisations.filter(|_| head.is_some()),
            head,
            deputy,
            authorisations: authorisations(
                self.authorisations.as_ref(),
                after.authorisations.as_ref(),
                system,
            ),
            services: common(&self.services, &after.services),
            // An inactive group may not have one in some products.
            call_group: match status {
                Status::Active => self.call_group.clone(),
                Status::Inactive => after.call_group.clone().filter(|_| after.status == status),
            },
            ..self.clone()
        }
    }

    fn with_the_rest_of(&self, other: &Self) -> Self {
        // Named one by one, so that an attribute added to the model cannot be forgotten here.
        let Self {
            description: _,
            variety: _,
            status,
            members,
            roles,
            head,
            deputy,
            head_authorisations,
            authorisations,
            line: _,
            call_group: _,
            services,
            monitor_groups: _,
            keys: _,
            created_by: _,
        } = self.clone();
        Self {
            status,
            members,
            roles,
            head,
            deputy,
            head_authorisations,
            authorisations,
            services,
            ..other.clone()
        }
    }

    fn may_be(&self, _system: &System) -> bool {
        true
    }
}

fn common<T: Clone + Ord>(before: &BTreeSet<T>, after: &BTreeSet<T>) -> BTreeSet<T> {
    before.intersection(after).cloned().collect()
}

fn members(before: &Members, after: &Members) -> Members {
    Members {
        users: common(&before.users, &after.users),
        roles: common(&before.roles, &after.roles),
        roles_and_subordinates: common(&before.roles_and_subordinates, &after.roles_and_subordinates),
        groups: common(&before.groups, &after.groups),
    }
}

fn levels<K: Clone + Ord>(before: &BTreeMap<K, Level>, after: &BTreeMap<K, Level>) -> BTreeMap<K, Level> {
    let both = before.iter().filter_map(|(key, level)| {
        let other = after.get(key)?;
        Some((key.clone(), *level.min(other)))
    });
    both.collect()
}

fn rights(before: &Rights, after: &Rights, system: &System) -> Rights {
    let modules = system.definition().modules.as_ref();
    let usual = modules
        .and_then(|modules| modules.fields.as_ref())
        .map_or(FieldAccess::ReadWrite, |fields| fields.usual);
    let none = ModuleRights::default();
    let names: BTreeSet<_> = before.modules.keys().chain(after.modules.keys()).collect();
    let modules = names.into_iter().map(|name| {
        let old = before.modules.get(name).unwrap_or(&none);
        let new = after.modules.get(name).unwrap_or(&none);
        let fields: BTreeSet<_> = old.fields.keys().chain(new.fields.keys()).collect();
        let fields = fields.into_iter().map(|field| {
            let access = |rights: &ModuleRights| rights.fields.get(field).copied().unwrap_or(usual);
            (field.clone(), access(old).min(access(new)))
        });
        let rights = ModuleRights {
            actions: levels(&old.actions, &new.actions),
            fields: fields.filter(|(_, access)| *access != usual).collect(),
        };
        (name.clone(), rights)
    });
    Rights {
        permissions: levels(&before.permissions, &after.permissions),
        modules: modules.filter(|(_, rights)| !rights.is_empty()).collect(),
    }
}

fn authorisations(
    before: Option<&Authorisations>,
    after: Option<&Authorisations>,
    system: &System,
) -> Option<Authorisations> {
    if before == after {
        return before.cloned();
    }
    let (old, new) = (system.single_rights(before?), system.single_rights(after?));
    let both = old.into_iter().filter_map(|(area, rights)| {
        let rights = common(&rights, new.get(&area)?);
        Some((area, rights)).filter(|(_, rights)| !rights.is_empty())
    });
    let both: BTreeMap<_, _> = both.collect();
    if both.is_empty() {
        return None;
    }
    system.canonical_authorisations(Some(Authorisations::Special(both)))
}
