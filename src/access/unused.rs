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
mod rules;

use std::collections::{BTreeMap, BTreeSet};

use roaring::RoaringBitmap;

use super::index::{GroupNumber, count};
use super::state::Access;
use crate::model::{
    ActionId, DefaultAccess, Group, GroupName, Level, ModuleName, PermissionId, Principal, ProfileName,
    Rights, RoleName, RuleKey, Status,
};
use crate::system::RightsFrom;

/// What changes nothing, or may be one too many.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
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
    pub subject: Subject,
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

    fn empty_groups(&self, found: &mut Vec<Unused>) {
        let definition = self.system.definition();
        let mut in_rules: BTreeSet<&GroupName> = BTreeSet::new();
        for key in self.snapshot.sharing.rules.keys() {
            for party in [&key.from, &key.to] {
                if let Principal::Group(group) = party {
                    in_rules.insert(group);
                }
            }
        }
        let mut in_groups: BTreeSet<&GroupName> = BTreeSet::new();
        let mut shown: BTreeSet<&GroupName> = BTreeSet::new();
        for group in self.snapshot.groups.values() {
            in_groups.extend(&group.members.groups);
            shown.extend(group.monitor_groups.keys());
        }
        let counted = !self.snapshot.records.0.is_empty();
        let by_groups = self.users_by_groups();
        for (name, group) in &self.snapshot.groups {
            if definition.builtin.groups.contains_key(name) {
                continue;
            }
            let Some(number) = self.index.groups.number(name) else {
                continue;
            };
            let members = self.membership.members(GroupNumber(number));
            let is_used = in_rules.contains(name) || group.head.is_some();
            if members.is_empty() {
                // A group between others passes on what those within it own.
                let passes_on = !group.members.groups.is_empty() || self.confused.is_some();
                let between = in_groups.contains(name) && passes_on;
                found.push(Unused {
                    subject: Subject::Group(name.clone()),
                    because: Because::NobodyIn,
                    proved: !is_used && !between && !self.owns(name),
                });
                continue;
            }
            let is_used = is_used || in_groups.contains(name) || shown.contains(name) || gives(group);
            let by_level = !members.is_disjoint(&by_groups) && group.status == Status::Active;
            if is_used || by_level || self.owns(name) {
                continue;
            }
            let owns_nothing = counted || !definition.access.groups_own_records;
            found.push(Unused {
                subject: Subject::Group(name.clone()),
                because: Because::GivesNothing { owns_nothing },
                proved: owns_nothing,
            });
        }
    }

    fn owns(&self, group: &GroupName) -> bool {
        self.snapshot.records.owned_by(&Principal::Group(group.clone())) > 0
    }

    /// Users for whom it matters with whom they are in a group: some right of theirs has level `group`.
    fn users_by_groups(&self) -> RoaringBitmap {
        let levelled = |rights: &Rights| {
            let modules = rights.modules.values().flat_map(|module| module.actions.values());
            let mut levels = rights.permissions.values().chain(modules);
            levels.any(|level| *level == Level::Group)
        };
        let profiles = self.snapshot.profiles.iter();
        let profiles: BTreeSet<&ProfileName> = profiles
            .filter(|(_, profile)| levelled(&profile.rights))
            .map(|(name, _)| name)
            .collect();
        let mut users = RoaringBitmap::new();
        let mut roles = BTreeSet::new();
        for (name, role) in &self.snapshot.roles {
            let carries = role.profiles.iter().any(|profile| profiles.contains(profile));
            if (carries || levelled(&role.rights))
                && let Ok(number) = self.role(name)
            {
                users |= &self.hierarchy.users[number.at()];
                roles.insert(number);
            }
        }
        for group in &self.membership.in_force {
            let group = GroupNumber(group);
            if self.settings.roles(group).iter().any(|role| roles.contains(role)) {
                users |= self.membership.members(group);
            }
        }
        users
    }

    fn implied_members(&self, found: &mut Vec<Unused>) {
        for (name, group) in &self.snapshot.groups {
            let Some(number) = self.index.groups.number(name).map(GroupNumber) else {
                continue;
            };
            let mut push = |member: Principal, by| {
                found.push(Unused {
                    subject: Subject::Member {
                        group: name.clone(),
                        member,
                    },
                    because: Because::Implied(by),
                    proved: true,
                });
            };
            let members = &group.members;
            // A group that contains this one in turn has its members from here.
            let nested = |other: &&GroupName| {
                let other = self.group(other).ok();
                other.filter(|other| !self.membership.contained(*other).contains(number.0))
            };
            if !members.users.is_empty() {
                let mut by_role = RoaringBitmap::new();
                for role in members.roles.iter().filter_map(|role| self.role(role).ok()) {
                    by_role |= &self.hierarchy.users[role.at()];
                }
                let above = members.roles_and_subordinates.iter();
                for role in above.filter_map(|role| self.role(role).ok()) {
                    by_role |= &self.hierarchy.users_and_subordinates[role.at()];
                }
                let mut by_group = RoaringBitmap::new();
                for other in members.groups.iter().filter_map(|other| nested(&other)) {
                    by_group |= self.membership.members(other);
                }
                for user in &members.users {
                    let Ok(at) = self.user(user) else { continue };
                    let primary = self.snapshot.users.get(user);
                    let primary = primary.and_then(|user| user.primary_group.as_ref());
                    let by = if by_role.contains(at.0) {
                        Some(Implied::Role)
                    } else if by_group.contains(at.0) {
                        Some(Implied::Nested)
                    } else {
                        (primary == Some(name)).then_some(Implied::PrimaryGroup)
                    };
                    if let Some(by) = by {
                        push(Principal::User(user.clone()), by);
                    }
                }
            }
            let listed = &members.roles_and_subordinates;
            let is_above = |role: &RoleName, itself: bool| {
                let Ok(number) = self.role(role) else { return false };
                let above = self.hierarchy.above(number).into_iter();
                let mut above = above.map(|above| self.index.roles.name(above.0));
                (itself && listed.contains(role)) || above.any(|above| listed.contains(above))
            };
            if !listed.is_empty() {
                for role in members.roles.iter().filter(|role| is_above(role, true)) {
                    push(Principal::Role(role.clone()), Implied::Role);
                }
                for role in listed.iter().filter(|role| is_above(role, false)) {
                    push(Principal::RoleAndSubordinates(role.clone()), Implied::Role);
                }
            }
            let mut within: BTreeMap<u32, usize> = BTreeMap::new();
            for other in members.groups.iter().filter_map(|other| nested(&other)) {
                for group in self.membership.contained(other) {
                    *within.entry(group).or_default() += 1;
                }
            }
            for other in &members.groups {
                let Some(at) = nested(&other) else { continue };
                // Groups in a circle contain each other: which of them is one too many is not for us to say.
                let circle = self.membership.contained(at).iter().any(|inner| {
                    inner != at.0 && self.membership.contained(GroupNumber(inner)).contains(at.0)
                });
                if !circle && within.get(&at.0).is_some_and(|times| *times > 1) {
                    push(Principal::Group(other.clone()), Implied::Nested);
                }
            }
        }
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
            subject: Subject::Profile(name.clone()),
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
                    subject: Subject::ProfileRights {
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
                subject: Subject::Role(name.clone()),
                because: Because::NobodyHas,
                // Nobody has it, but the product may take others for its subordinates.
                proved: !self.hierarchy.confused.contains_key(&role),
            });
        }
    }
}

/// Whether a group gives anything by itself, access or not.
fn gives(group: &Group) -> bool {
    let Group {
        description: _,
        variety,
        status: _,
        members: _,
        roles,
        head,
        deputy,
        head_authorisations,
        authorisations,
        line,
        call_group,
        services,
        monitor_groups,
        keys,
        created_by: _,
    } = group;
    // A group that is made elsewhere is there for a reason that is not seen here.
    variety.is_some()
        || !roles.is_empty()
        || head.is_some()
        || deputy.is_some()
        || head_authorisations.is_some()
        || authorisations.is_some()
        || line.is_some()
        || call_group.is_some()
        || !services.is_empty()
        || !monitor_groups.is_empty()
        || !keys.is_empty()
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
