//! What changes nothing: rules, groups, memberships, profiles, rights and roles that could go.
//!
//! Each finding is about one object taken away by itself, with all others in place. Two rules that cover each other
//! are both found; taking away both is another question. A finding is *proved* when nobody's access changes, as
//! [`Comparison`](super::Comparison) would see it; otherwise it is a hint.
//!
//! How it is proved, without a comparison per object:
//!
//! * A rule adds nothing when each class of recipients (users who cannot be told apart) reaches every owner that it
//!   opens, for each action that it opens, by what else they have: the engine's own sources, less this one. Access to
//!   fields, permissions and services does not depend on rules. See [`rules`].
//! * A membership is implied when the user is in by a role or by a group within that does not contain the group in
//!   turn. All groups then have the members they had.
//! * A right of a profile is granted anyway when in each role that carries the profile another one grants it at least
//!   at that level: rights of profiles are united, the widest counts.
//! * A role with nobody in or below it, a group with nobody in it and a profile that no role carries have no effect
//!   by which to be missed.

mod alike;
mod groups;
mod rules;

use std::collections::{BTreeMap, BTreeSet};

use super::index::count;
use super::state::Access;
use crate::model::{
    ActionId, DefaultAccess, GroupName, Level, ModuleName, PermissionId, Principal, ProfileName, Rights,
    RoleName, RuleKey,
};
use crate::system::RightsFrom;

/// What changes nothing, or may be one too many.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UnusedSubject {
    /// A sharing rule.
    Rule(RuleKey),
    /// A group.
    Group(GroupName),
    /// A member of a group.
    Member {
        /// Of which group.
        group: GroupName,
        /// Who is listed.
        member: Principal,
    },
    /// A profile.
    Profile(ProfileName),
    /// Rights of a profile.
    ProfileRights {
        /// Of which profile.
        profile: ProfileName,
        /// Which rights.
        rights: Vec<SingleRight>,
    },
    /// A role.
    Role(RoleName),
    /// Several roles.
    Roles(Vec<RoleName>),
    /// Several groups.
    Groups(Vec<GroupName>),
}

/// One right of a profile or role.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SingleRight {
    /// A permission of the catalogue.
    Permission(PermissionId),
    /// An action on a module.
    Action(ModuleName, ActionId),
    /// A field of a module.
    Field(ModuleName, crate::model::FieldName),
    /// A profile that a role carries.
    Profile(ProfileName),
}

/// Why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Because {
    /// Rules have no effect under the default of the module.
    Default(ModuleName, Option<DefaultAccess>),
    /// The module is not there, or has no rules of its own.
    NoRules(ModuleName),
    /// A party of the rule is not there.
    PartyMissing(Principal),
    /// A party of the rule is an inactive group.
    PartyInactive(GroupName),
    /// Nobody who can log in is among the recipients.
    NobodyReceives,
    /// Nobody owns what the rule opens.
    NobodyOwns,
    /// None of the recipients is permitted the action.
    Denied,
    /// The recipients reach it anyway; by which ways, as far as they are few.
    Covered(BTreeSet<Cover>),
    /// Nobody is in the group.
    NobodyIn,
    /// The group gives its members nothing.
    GivesNothing {
        /// Whether it is known that it owns no records.
        owns_nothing: bool,
    },
    /// It is in by a role, a nested group or the primary group anyway.
    Implied(Implied),
    /// No role carries the profile.
    NoRole,
    /// Another profile of each role that carries it grants the same.
    GrantedAnyway,
    /// Nobody has the role or one below it, and no group grants it.
    NobodyHas,
    /// They are alike.
    Alike,
    /// They have the same members.
    SameMembers,
    /// They differ in these rights only.
    Differ(Vec<SingleRight>),
}

/// What covers a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cover {
    /// Recipients may do everything.
    Administrators,
    /// A right at level `all`, or one that opens every record.
    Right,
    /// The default.
    Default,
    /// A right at level `group`, or groups that own.
    Groups,
    /// The hierarchy.
    Hierarchy,
    /// The records are the recipient's own.
    Own,
    /// Another rule.
    Rule(RuleKey),
}

/// Why a membership is implied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Implied {
    /// By a role that is listed.
    Role,
    /// By a group within.
    Nested,
    /// By the primary group.
    PrimaryGroup,
}

/// One thing that changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unused {
    /// What.
    pub subject: UnusedSubject,
    /// Why.
    pub because: Because,
    /// Whether it is proved that taking it away changes nobody's access.
    pub proved: bool,
}

impl Unused {
    /// The stable id of the kind of finding.
    pub fn kind(&self) -> &'static str {
        match &self.because {
            Because::Default(..) => "rule-under-default",
            Because::NoRules(_) => "rule-without-module",
            Because::PartyMissing(_) => "rule-of-nothing",
            Because::PartyInactive(_) => "rule-of-inactive-group",
            Because::NobodyReceives => "rule-to-nobody",
            Because::NobodyOwns => "rule-from-nobody",
            Because::Denied => "rule-denied",
            Because::Covered(_) => "rule-covered",
            Because::NobodyIn => "group-empty",
            Because::GivesNothing { .. } => "group-gives-nothing",
            Because::Implied(_) => "member-implied",
            Because::NoRole => "profile-not-carried",
            Because::GrantedAnyway => "right-granted-anyway",
            Because::NobodyHas => "role-empty",
            Because::Alike => "role-alike",
            Because::SameMembers => "group-alike",
            Because::Differ(_) => "role-nearly-alike",
        }
    }
}

impl Access<'_> {
    /// Everything that changes nothing. `differences` is in how many rights roles may differ to be nearly alike.
    pub fn unused(&self, differences: usize) -> Vec<Unused> {
        let mut found = self.rules_without_effect();
        self.empty_groups(&mut found);
        self.implied_members(&mut found);
        self.profiles_without_roles(&mut found);
        self.rights_granted_anyway(&mut found);
        self.empty_roles(&mut found);
        self.alike_roles(differences, &mut found);
        self.alike_groups(&mut found);
        found
    }

    fn profiles_without_roles(&self, found: &mut Vec<Unused>) {
        let definition = self.system.definition();
        let carried: BTreeSet<&ProfileName> = self
            .snapshot
            .roles
            .values()
            .flat_map(|role| &role.profiles)
            .collect();
        let profiles = self.snapshot.profiles.keys();
        let idle = profiles
            .filter(|name| !carried.contains(name) && !definition.builtin.profiles.contains_key(*name));
        found.extend(idle.map(|name| Unused {
            subject: UnusedSubject::Profile(name.clone()),
            because: Because::NoRole,
            proved: true,
        }));
    }

    fn rights_granted_anyway(&self, found: &mut Vec<Unused>) {
        if self.system.definition().access.rights_from != RightsFrom::RoleProfiles {
            return;
        }
        // Roles with the same profiles are one: there are far fewer sets of profiles than roles.
        let roles = self.snapshot.roles.values();
        let sets: BTreeSet<&BTreeSet<ProfileName>> = roles.map(|role| &role.profiles).collect();
        let mut carrying: BTreeMap<&ProfileName, Vec<&BTreeSet<ProfileName>>> = BTreeMap::new();
        for set in sets {
            for profile in set {
                carrying.entry(profile).or_default().push(set);
            }
        }
        for (name, sets) in carrying {
            let Some(profile) = self.snapshot.profiles.get(name) else {
                continue;
            };
            // A role with this profile alone needs all of it.
            if sets.iter().any(|set| set.len() < 2) {
                continue;
            }
            let anyway = |right: &SingleRight, level: Level| {
                sets.iter().all(|set| {
                    let others = set.iter().filter(|other| *other != name);
                    let others = others.filter_map(|other| self.snapshot.profiles.get(other));
                    others
                        .filter_map(|other| level_of(&other.rights, right))
                        .any(|granted| granted >= level)
                })
            };
            let rights: Vec<SingleRight> = levelled(&profile.rights)
                .filter(|(right, level)| anyway(right, *level))
                .map(|(right, _)| right)
                .collect();
            if !rights.is_empty() {
                found.push(Unused {
                    subject: UnusedSubject::ProfileRights {
                        profile: name.clone(),
                        rights,
                    },
                    because: Because::GrantedAnyway,
                    proved: true,
                });
            }
        }
    }

    fn empty_roles(&self, found: &mut Vec<Unused>) {
        let definition = self.system.definition();
        let mut above = BTreeSet::new();
        let mut granted = BTreeSet::new();
        above.extend(
            self.snapshot
                .roles
                .values()
                .filter_map(|role| role.reports_to.as_ref()),
        );
        granted.extend(self.snapshot.groups.values().flat_map(|group| &group.roles));
        for number in 0..count(self.index.roles.len()) {
            let name = self.index.roles.name(number);
            let is_used = above.contains(name)
                || granted.contains(name)
                || !self.hierarchy.users[number as usize].is_empty()
                || definition.builtin.roles.contains_key(name)
                || definition.access.super_roles.contains(name);
            if is_used {
                continue;
            }
            let role = super::index::RoleNumber(number);
            found.push(Unused {
                subject: UnusedSubject::Role(name.clone()),
                because: Because::NobodyHas,
                // Nobody has it, but the product may take others for its subordinates.
                proved: !self.hierarchy.confused.contains_key(&role),
            });
        }
    }
}

/// The rights that have a level.
fn levelled(rights: &Rights) -> impl Iterator<Item = (SingleRight, Level)> {
    let permissions = rights.permissions.iter();
    let permissions = permissions.map(|(id, level)| (SingleRight::Permission(id.clone()), *level));
    let actions = rights.modules.iter().flat_map(|(module, rights)| {
        let actions = rights.actions.iter();
        actions.map(|(action, level)| (SingleRight::Action(module.clone(), action.clone()), *level))
    });
    permissions.chain(actions)
}

fn level_of(rights: &Rights, right: &SingleRight) -> Option<Level> {
    match right {
        SingleRight::Permission(id) => rights.permissions.get(id).copied(),
        SingleRight::Action(module, action) => rights.modules.get(module)?.actions.get(action).copied(),
        SingleRight::Field(..) | SingleRight::Profile(_) => None,
    }
}
