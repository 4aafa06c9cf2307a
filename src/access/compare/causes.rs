//! Which change a gain comes from.
//!
//! A gain has a way in the state in which it exists. The cause is whatever on that way is not so in the other state:
//! the rule, the default, the edge by which someone is in a group, the right of a profile, a role's place, or that
//! someone has another role.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::gains::{Gains, Way};
use super::{Cause, Comparison, rule_key};
use crate::access::Ability;
use crate::access::index::{AbilityKind, AbilityNumber, GroupNumber, RoleNumber, UserNumber};
use crate::access::path::{Step, Through};
use crate::access::reach::Reach;
use crate::access::sharing::Party;
use crate::access::sources::Source;
use crate::access::state::{Access, Standing};
use crate::access::ways::level_in;
use crate::model::{GroupName, Identity, ProfileName, Rights, RoleName};
use crate::system::RightsFrom;

/// Of so many owners it is looked why they are reached; the others are like them.
const OWNERS: usize = 24;

/// Finds the causes of one class's gains.
pub(super) struct Causes<'c> {
    gains: &'c Gains<'c>,
    from: &'c Standing,
    to: &'c Standing,
}

type Found = BTreeSet<Cause>;

impl<'c> Causes<'c> {
    pub(super) fn new(gains: &'c Gains<'c>, from: &'c Standing, to: &'c Standing) -> Self {
        Self { gains, from, to }
    }

    pub(super) fn of(&self, ability: AbilityNumber, way: Way, reach: &Reach) -> Found {
        let mut found = Found::new();
        // Someone new comes to everything by coming.
        if !self.from.active {
            return Found::from([Cause::Oneself]);
        }
        match way {
            Way::Opened => self.opened(ability, reach, &mut found),
            Way::Source(source) => self.source(source, ability, reach, &mut found),
        }
        found
    }

    fn own_role(&self, found: &mut Found) -> bool {
        let changed = self.from.role != self.to.role;
        if changed {
            found.insert(Cause::OwnRole);
        }
        changed
    }

    /// Why something can be done that could not be done at all.
    fn opened(&self, ability: AbilityNumber, reach: &Reach, found: &mut Found) {
        let to = self.gains.to;
        if !self.from.active {
            found.insert(Cause::Oneself);
            return;
        }
        let mut sources = Vec::new();
        to.sources(self.to, ability, &mut |source| sources.push(source));
        for source in sources {
            match source {
                Source::Service(group) | Source::Authorisation(group) | Source::GroupRole(group) => {
                    self.given_by(group, found);
                }
                Source::HeadAuthorisation(group) => {
                    found.insert(self.object(group));
                }
                Source::Administrator => {
                    found.insert(Cause::Oneself);
                }
                Source::SuperRole
                | Source::Global(_)
                | Source::Right
                | Source::All
                | Source::Own
                | Source::Created
                | Source::Group
                | Source::GroupOwned
                | Source::Subordinates
                | Source::GroupsOfSubordinates
                | Source::Default
                | Source::Rule(_)
                | Source::RuleForSubordinate(_)
                | Source::ServiceForAll => {}
            }
        }
        if !found.is_empty() {
            return;
        }
        if self.to.unlimited.is_some() {
            self.unlimited(found);
            return;
        }
        // A field is reached by the right on its module as well, and that by what opens every record.
        let mut abilities = vec![ability];
        abilities.extend(to.index.kind(ability).reaching(&to.index));
        let opening = abilities
            .iter()
            .flat_map(|ability| &to.gates.global[ability.at()]);
        abilities.extend(opening.copied().collect::<Vec<_>>());
        for ability in abilities {
            self.raised(ability, found);
        }
        self.opened_besides(ability, reach, found);
    }

    /// What the right opens may be there by another change: of what nobody without the right could see the effect.
    fn opened_besides(&self, ability: AbilityNumber, reach: &Reach, found: &mut Found) {
        let to = self.gains.to;
        if !matches!(to.index.kind(ability), AbilityKind::Record { .. })
            || !self.gains.comparison.touched.moves_records()
        {
            return;
        }
        let mut sources = Vec::new();
        to.sources(self.to, ability, &mut |source| sources.push(source));
        for source in sources.into_iter().filter(|source| self.may_be_new(*source)) {
            let mut by_it = Reach::default();
            to.add(self.to, ability, source, &mut by_it);
            self.gains
                .complete(to, self.to, to.index.kind(ability), &mut by_it);
            by_it.users &= &reach.users;
            by_it.groups &= &reach.groups;
            if !by_it.users.is_empty() || !by_it.groups.is_empty() {
                self.source(source, ability, &by_it, found);
            }
        }
    }

    /// Whether a source can be there by another change than the right. What comes with another role is told by that.
    fn may_be_new(&self, source: Source) -> bool {
        let (from, to) = (self.gains.from, self.gains.to);
        let same_role = self.from.role == self.to.role;
        match source {
            Source::Own => false,
            Source::Default => !self.gains.comparison.touched.defaults.is_empty(),
            Source::Rule(rule) => {
                let pairing = &self.gains.pairing;
                let known = pairing.other[rule as usize];
                let wider = known.is_none_or(|known| {
                    from.sharing.rules[known as usize].access != to.sharing.rules[rule as usize].access
                });
                let party = to.sharing.rules[rule as usize].to;
                wider
                    || (same_role
                        && (!pairing.nothing_new[rule as usize] || !from.is_one_of(self.from, party)))
            }
            Source::GroupOwned => {
                let joined = from.membership.direct(self.from.user) != to.membership.direct(self.to.user);
                (joined || same_role)
                    && (!self.gains.transfers.is_empty() || !self.to.in_force.is_subset(&self.from.in_force))
            }
            Source::Subordinates => {
                let below = |access: &Access<'_>, standing: &Standing| {
                    standing
                        .role
                        .map(|role| access.subordinates(role))
                        .unwrap_or_default()
                };
                same_role && !below(to, self.to).is_subset(&below(from, self.from))
            }
            Source::Administrator
            | Source::SuperRole
            | Source::Global(_)
            | Source::Right
            | Source::All
            | Source::Created
            | Source::Group
            | Source::GroupsOfSubordinates
            | Source::RuleForSubordinate(_)
            | Source::ServiceForAll
            | Source::Service(_)
            | Source::Authorisation(_)
            | Source::HeadAuthorisation(_)
            | Source::GroupRole(_) => true,
        }
    }

    /// Why someone may do everything.
    fn unlimited(&self, found: &mut Found) {
        match self.to.unlimited {
            Some(Source::SuperRole) => {
                self.own_role(found);
            }
            Some(_) => {
                found.insert(Cause::Oneself);
            }
            None => {}
        }
    }

    /// Why the user has a right or has it further: another role, or more that the role permits. Says whether it is so.
    fn raised(&self, ability: AbilityNumber, found: &mut Found) -> bool {
        let (from, to) = (self.gains.from, self.gains.to);
        let new = to.right(self.to, ability);
        if from.right(self.from, ability) >= new {
            return false;
        }
        let by_role = match to.system.definition().access.rights_from {
            RightsFrom::Role | RightsFrom::RoleProfiles => true,
            RightsFrom::GroupRoles | RightsFrom::GroupSettings => false,
        };
        if !by_role || self.from.role == self.to.role {
            self.right(ability, found);
            return true;
        }
        // Another role is a cause unless the one before had come to permit it too, and what the role permits is one
        // unless it permitted that before.
        let with_old_role = to.gates.of_role(self.from.role).level(ability);
        let as_it_was = from.gates.of_role(self.to.role).level(ability);
        if as_it_was < new {
            self.right(ability, found);
        }
        if with_old_role < new || as_it_was >= new {
            found.insert(Cause::OwnRole);
        }
        true
    }

    /// Why a right goes further.
    fn right(&self, ability: AbilityNumber, found: &mut Found) {
        let (from, to) = (self.gains.from, self.gains.to);
        let named = to.index.named(ability);
        let raised = |old: Option<&Rights>, new: &Rights| {
            let old = old.and_then(|old| level_in(from, old, named));
            level_in(to, new, named) > old
        };
        match to.system.definition().access.rights_from {
            RightsFrom::Role | RightsFrom::RoleProfiles => {
                let Some(name) = self.to.role.map(|role| to.role_name(role)) else {
                    return;
                };
                let (old, new) = (from.snapshot.roles.get(&name), to.snapshot.roles.get(&name));
                let Some(new) = new else { return };
                if to.system.definition().access.rights_from == RightsFrom::Role {
                    if raised(old.map(|old| &old.rights), &new.rights) {
                        found.insert(Cause::Object(Identity::Role(name)));
                    }
                    return;
                }
                let others = found.len();
                for profile in &new.profiles {
                    let rights = to.snapshot.profiles.get(profile);
                    let Some(rights) = rights.map(|profile| &profile.rights) else {
                        continue;
                    };
                    let carried = old.is_some_and(|old| old.profiles.contains(profile));
                    let before = from.snapshot.profiles.get(profile).map(|profile| &profile.rights);
                    if !carried && raised(None, rights) {
                        let of_both = old.iter().flat_map(|old| &old.profiles).chain(&new.profiles);
                        let deleted: Vec<Cause> = of_both
                            .filter(|profile| self.is_deleted(profile))
                            .map(|profile| Cause::Object(Identity::Profile(profile.clone())))
                            .collect();
                        if deleted.is_empty() {
                            found.insert(Cause::Object(Identity::Role(name.clone())));
                        }
                        found.extend(deleted);
                    }
                    if carried && raised(before, rights) {
                        found.insert(Cause::Object(Identity::Profile(profile.clone())));
                    }
                }
                // A profile that hides a field can also be taken away.
                if found.len() == others && old.is_none_or(|old| old.profiles != new.profiles) {
                    found.insert(Cause::Object(Identity::Role(name)));
                }
            }
            RightsFrom::GroupRoles => {
                for group in self.to.in_force.iter().map(GroupNumber) {
                    for role in to.settings.roles(group) {
                        let name = to.role_name(*role);
                        let rights = to.snapshot.roles.get(&name).map(|role| &role.rights);
                        let permits = rights.is_some_and(|rights| level_in(to, rights, named).is_some());
                        if permits || matches!(named, Ability::Role(held) if *held == name) {
                            self.given_by(group, found);
                            let before = from.snapshot.roles.get(&name).map(|role| &role.rights);
                            if rights.is_some_and(|rights| raised(before, rights)) && permits {
                                self.touched_role(name, found);
                            }
                        }
                    }
                }
            }
            RightsFrom::GroupSettings => {}
        }
    }

    /// Whether a profile goes, so that roles lose it without having been changed.
    fn is_deleted(&self, profile: &ProfileName) -> bool {
        let Comparison { before, after, .. } = self.gains.comparison;
        before.snapshot.profiles.contains_key(profile) && !after.snapshot.profiles.contains_key(profile)
    }

    fn touched_role(&self, name: RoleName, found: &mut Found) {
        if self.gains.comparison.touched.roles.contains(&name) {
            found.insert(Cause::Object(Identity::Role(name)));
        }
    }

    fn source(&self, source: Source, ability: AbilityNumber, reach: &Reach, found: &mut Found) {
        let (from, to) = (self.gains.from, self.gains.to);
        match source {
            Source::Administrator | Source::SuperRole => self.unlimited(found),
            Source::Global(permission) => {
                self.raised(permission, found);
            }
            Source::Right | Source::All | Source::Own => {
                self.default_of(ability, found);
                self.raised(ability, found);
                self.transferred(reach, found);
            }
            Source::Created => {
                let groups = reach.groups.iter().map(|group| self.object(GroupNumber(group)));
                found.extend(groups.filter(|cause| self.is_touched(cause)));
            }
            Source::Group => {
                self.raised(ability, found);
                self.shared_groups(reach, found);
                self.transferred(reach, found);
            }
            Source::GroupOwned => {
                for group in reach.groups.iter().take(OWNERS).map(GroupNumber) {
                    if to.membership.in_force.contains(group.0) && self.to.in_force.contains(group.0) {
                        self.joined(self.to.user, group, found);
                    }
                }
                self.transferred(reach, found);
            }
            Source::GroupsOfSubordinates => {
                self.groups_below(reach, found);
                self.transferred(reach, found);
            }
            Source::Subordinates | Source::RuleForSubordinate(_) => {
                let already_below = self.to.role.map(|role| from.subordinates(role));
                let by_role = self.own_role(found);
                if !by_role || already_below.is_none_or(|below| !reach.users.is_subset(&below)) {
                    self.places(self.to.role, reach, found);
                }
                if let Source::RuleForSubordinate(rule) = source {
                    self.rule(rule, reach, found);
                    self.receivers_below(to.sharing.rules[rule as usize].to, found);
                }
                self.transferred(reach, found);
            }
            Source::Default => self.default_of(ability, found),
            Source::Rule(rule) => {
                self.rule(rule, reach, found);
                self.transferred(reach, found);
            }
            Source::ServiceForAll => {}
            Source::Service(group) | Source::Authorisation(group) | Source::HeadAuthorisation(group) => {
                self.given_by(group, found);
                self.owners_in(group, reach, found);
            }
            Source::GroupRole(group) => self.given_by(group, found),
        }
    }

    /// A rule, or how one came to be for the user, or how it came to be about the owners.
    fn rule(&self, rule: u32, reach: &Reach, found: &mut Found) {
        let (from, to) = (self.gains.from, self.gains.to);
        let each = &to.sharing.rules[rule as usize];
        let Some(other) = self.gains.pairing.other[rule as usize] else {
            let key = rule_key(to, rule);
            if self.gains.comparison.touched.rules.contains(key) {
                found.insert(Cause::Object(Identity::SharingRule(key.clone())));
            } else {
                // It was there and had no effect: under that default, or with a group that was not in force.
                let default = Cause::Object(Identity::SharingDefault(key.module.clone()));
                found.extend(Some(default).filter(|cause| self.is_touched(cause)));
                for party in [each.from, each.to] {
                    if let Party::Group(group) = party {
                        found.extend(Some(self.object(group)).filter(|cause| self.is_touched(cause)));
                    }
                }
            }
            self.party(each.to, found);
            return;
        };
        let before = &from.sharing.rules[other as usize];
        if before.access != each.access {
            found.insert(Cause::Object(Identity::SharingRule(each.key.clone())));
        }
        self.party(each.to, found);
        match each.from {
            Party::Group(group) => self.owners_in(group, reach, found),
            Party::Role(role) | Party::RoleAndSubordinates(role) => {
                if found.is_empty() || !self.gains.pairing.nothing_new[rule as usize] {
                    self.places(Some(role), reach, found);
                }
            }
            Party::Everyone | Party::User(_) => {}
        }
    }

    /// Why the user is one of a party now.
    fn party(&self, party: Party, found: &mut Found) {
        let (from, to) = (self.gains.from, self.gains.to);
        if from.is_one_of(self.from, party) {
            return;
        }
        match party {
            Party::Everyone | Party::User(_) => {}
            Party::Role(_) | Party::RoleAndSubordinates(_) => {
                if !self.own_role(found) {
                    found.extend(self.moved_roles(to, self.to.user, None));
                }
            }
            Party::Group(group) => self.joined(self.to.user, group, found),
        }
    }

    /// A group gives something now: it did not before, or the user was not in it.
    fn given_by(&self, group: GroupNumber, found: &mut Found) {
        let own = self.object(group);
        let before = found.len();
        self.joined(self.to.user, group, found);
        if found.len() == before && self.is_touched(&own) {
            found.insert(own);
        }
    }

    /// Why a user is in a group now, or why the group counts now.
    fn joined(&self, user: UserNumber, group: GroupNumber, found: &mut Found) {
        if user == self.to.user {
            self.find_joined(user, group, found);
            return;
        }
        // Of others the same is asked for everyone who reaches them.
        let known = self.gains.joined.borrow().get(&(user, group)).cloned();
        let causes = known.unwrap_or_else(|| {
            let mut found = Found::new();
            self.find_joined(user, group, &mut found);
            let causes: Rc<[Cause]> = found.into_iter().collect();
            let mut joined = self.gains.joined.borrow_mut();
            joined.insert((user, group), Rc::clone(&causes));
            causes
        });
        found.extend(causes.iter().cloned());
    }

    fn find_joined(&self, user: UserNumber, group: GroupNumber, found: &mut Found) {
        let (from, to) = (self.gains.from, self.gains.to);
        let in_force = |access: &Access<'_>| access.membership.in_force.contains(group.0);
        if in_force(to) && !in_force(from) {
            found.insert(self.object(group));
        }
        if from.membership.members(group).contains(user.0) {
            return;
        }
        let role_changed = from.hierarchy.role(user) != to.hierarchy.role(user);
        let mut by_role = false;
        for step in to.way_into(user, group) {
            let Step::Group { group, through } = step else {
                continue;
            };
            by_role |= matches!(through, Through::Role(_) | Through::RoleAndSubordinates(_));
            if has_edge(from, user, &group, &through) {
                continue;
            }
            found.insert(match through {
                Through::PrimaryGroup if user == self.to.user => Cause::Oneself,
                Through::PrimaryGroup => Cause::Object(Identity::User(to.index.users.name(user.0).clone())),
                Through::Listed | Through::Role(_) | Through::RoleAndSubordinates(_) | Through::Group(_) => {
                    Cause::Object(Identity::Group(group))
                }
            });
        }
        if by_role && role_changed {
            let cause = if user == self.to.user {
                Cause::OwnRole
            } else {
                Cause::OwnersRole
            };
            found.insert(cause);
        } else if by_role {
            found.extend(self.moved_roles(to, user, None));
        }
    }

    /// Why owners are in a group now.
    fn owners_in(&self, group: GroupNumber, reach: &Reach, found: &mut Found) {
        for owner in reach.users.iter().take(OWNERS) {
            self.joined(UserNumber(owner), group, found);
        }
        let contained = self.gains.from.membership.contained(group);
        if !reach.groups.is_subset(contained) {
            let within = self.gains.to.membership.contained(group);
            let touched = within & &self.gains.comparison.touched.groups;
            found.extend(touched.iter().map(|group| self.object(GroupNumber(group))));
        }
    }

    /// Groups that user and owners share now.
    fn shared_groups(&self, reach: &Reach, found: &mut Found) {
        let to = self.gains.to;
        for group in self.to.in_force.iter().map(GroupNumber) {
            let members = to.membership.members(group);
            let new: Vec<u32> = (members & &reach.users).iter().take(OWNERS).collect();
            if !new.is_empty() || reach.groups.contains(group.0) {
                self.joined(self.to.user, group, found);
            }
            for owner in new {
                self.joined(UserNumber(owner), group, found);
            }
        }
    }

    /// Why someone below is one of a party now.
    fn receivers_below(&self, party: Party, found: &mut Found) {
        let (from, to) = (self.gains.from, self.gains.to);
        let Some(role) = self.to.role else { return };
        for user in to.subordinates(role).iter().map(UserNumber) {
            if !to.is_one_of(&to.standing(user), party) || from.is_one_of(&from.standing(user), party) {
                continue;
            }
            match party {
                Party::Group(group) => self.joined(user, group, found),
                Party::Role(_) | Party::RoleAndSubordinates(_) => self.place_of(user, None, found),
                Party::Everyone | Party::User(_) => {}
            }
        }
    }

    /// Groups in which someone below is now.
    fn groups_below(&self, reach: &Reach, found: &mut Found) {
        let (from, to) = (self.gains.from, self.gains.to);
        self.own_role(found);
        let Some(role) = self.to.role else { return };
        let below = to.subordinates(role);
        let already_below = from.subordinates(role);
        for group in reach.groups.iter().take(OWNERS).map(GroupNumber) {
            let members = to.membership.members(group) & &below;
            for member in members.iter().take(OWNERS) {
                self.joined(UserNumber(member), group, found);
            }
            for member in (&members - &already_below).iter().take(OWNERS) {
                self.place_of(UserNumber(member), Some(role), found);
            }
        }
    }

    /// Why someone who is no owner has another place below a role: another role, or that roles have moved.
    fn place_of(&self, user: UserNumber, top: Option<RoleNumber>, found: &mut Found) {
        let (from, to) = (self.gains.from, self.gains.to);
        let role = from.hierarchy.role(user);
        if role == to.hierarchy.role(user) {
            found.extend(self.moved_roles(to, user, top));
            return;
        }
        let gone = role.map(|role| from.role_name(role));
        let gone = gone.filter(|role| !to.snapshot.roles.contains_key(role));
        found.insert(Cause::Object(match gone {
            Some(role) => Identity::Role(role),
            None => Identity::User(to.index.users.name(user.0).clone()),
        }));
    }

    /// Owners who have another role, or whose role has another place below one.
    fn places(&self, top: Option<RoleNumber>, reach: &Reach, found: &mut Found) {
        let touched = &self.gains.comparison.touched;
        if !reach.users.is_disjoint(&touched.users) {
            found.insert(Cause::OwnersRole);
        }
        if touched.roles.is_empty() {
            return;
        }
        let others = reach.users.iter().filter(|owner| !touched.users.contains(*owner));
        let mut seen = None;
        for owner in others.take(OWNERS).map(UserNumber) {
            // Owners come by role, and those of one role are reached by the same moves.
            let role = self.gains.to.hierarchy.role(owner);
            if seen != Some(role) {
                seen = Some(role);
                found.extend(self.moved_roles(self.gains.to, owner, top));
            }
        }
    }

    /// The roles at and above a user's, as far as one, whose place differs.
    fn moved_roles(&self, access: &Access<'_>, user: UserNumber, top: Option<RoleNumber>) -> Vec<Cause> {
        let moved = &self.gains.comparison.touched.moved_roles;
        if moved.is_empty() {
            return Vec::new();
        }
        let role = access.hierarchy.role(user);
        let above = role.into_iter().flat_map(|role| access.hierarchy.above(role));
        let roles = role
            .into_iter()
            .chain(above)
            .take_while(|role| Some(*role) != top);
        let moved = roles.filter(|role| moved.contains(role.0));
        moved
            .map(|role| Cause::Object(Identity::Role(access.role_name(role))))
            .collect()
    }

    fn default_of(&self, ability: AbilityNumber, found: &mut Found) {
        if let Ability::Action { module, .. } = self.gains.to.index.named(ability)
            && let Some(module) = self.gains.to.index.module_number(module)
        {
            let decisive = self.gains.to.decisive_module(module.at());
            let cause = Cause::Object(Identity::SharingDefault(decisive));
            found.extend(Some(cause).filter(|cause| self.is_touched(cause)));
        }
    }

    /// Groups that went, and whose records are reached because their heir's are.
    fn transferred(&self, reach: &Reach, found: &mut Found) {
        let gone = &reach.groups & &self.gains.comparison.gone_groups;
        found.extend(gone.iter().map(|group| self.object(GroupNumber(group))));
    }

    fn object(&self, group: GroupNumber) -> Cause {
        Cause::Object(Identity::Group(self.gains.to.group_name(group)))
    }

    fn is_touched(&self, cause: &Cause) -> bool {
        let touched = &self.gains.comparison.touched;
        match cause {
            Cause::Object(Identity::Group(name)) => {
                let number = self.gains.to.index.groups.number(name);
                number.is_some_and(|group| touched.groups.contains(group))
            }
            Cause::Object(Identity::SharingDefault(module)) => touched.defaults.contains(module),
            Cause::Object(Identity::SharingRule(key)) => touched.rules.contains(key),
            Cause::Object(Identity::Role(name)) => touched.roles.contains(name),
            Cause::Object(Identity::Profile(name)) => touched.profiles.contains(name),
            Cause::Object(Identity::User(_)) | Cause::OwnRole | Cause::Oneself | Cause::OwnersRole => true,
        }
    }
}

/// Whether a group listed in the other state what a way goes through.
fn has_edge(access: &Access<'_>, user: UserNumber, group: &GroupName, through: &Through) -> bool {
    let Some(listed) = access.snapshot.groups.get(group) else {
        return false;
    };
    let name = access.index.users.name(user.0);
    let members = &listed.members;
    match through {
        Through::Listed => members.users.contains(name),
        Through::PrimaryGroup => {
            let user = access.snapshot.users.get(name);
            user.is_some_and(|user| user.primary_group.as_ref() == Some(group))
        }
        Through::Role(role) => members.roles.contains(role),
        Through::RoleAndSubordinates(role) => members.roles_and_subordinates.contains(role),
        Through::Group(nested) => members.groups.contains(nested),
    }
}
