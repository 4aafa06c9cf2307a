//! What groups give their members, heads and deputies: services, authorisations, roles.

use std::collections::{BTreeMap, BTreeSet};

use roaring::RoaringBitmap;

use super::Ability;
use super::index::{AbilityKind, AbilityNumber, GroupNumber, Index, RoleNumber, UserNumber};
use super::membership::Membership;
use super::sources::Source;
use super::state::Standing;
use crate::model::{Authorisations, FeatureId, Group, Installation, ServiceId, Snapshot};
use crate::system::{Service, ServiceHolders, System};

/// The settings of all groups in force.
#[derive(Debug)]
pub(crate) struct GroupSettings {
    /// Groups that give a service, by service.
    services: BTreeMap<AbilityNumber, RoaringBitmap>,
    /// Services that every user has, and the feature that gives each.
    for_all: BTreeMap<AbilityNumber, FeatureId>,
    /// Services that heads and deputies have rather than members.
    of_heads: BTreeSet<AbilityNumber>,
    /// Groups whose members have an authorisation over each other.
    authorisations: BTreeMap<AbilityNumber, RoaringBitmap>,
    /// Groups whose head and deputy have an authorisation over the members.
    head_authorisations: BTreeMap<AbilityNumber, RoaringBitmap>,
    /// The groups in force that each user leads or is the deputy of.
    pub(crate) leads: BTreeMap<UserNumber, RoaringBitmap>,
    /// The roles that groups grant.
    roles: BTreeMap<GroupNumber, Vec<RoleNumber>>,
}

impl GroupSettings {
    pub(crate) fn new(
        system: &System,
        index: &Index,
        snapshot: &Snapshot,
        installation: &Installation,
        membership: &Membership,
    ) -> Self {
        let mut settings = Self {
            services: BTreeMap::new(),
            for_all: for_all(system, index, installation),
            of_heads: BTreeSet::new(),
            authorisations: BTreeMap::new(),
            head_authorisations: BTreeMap::new(),
            leads: BTreeMap::new(),
            roles: BTreeMap::new(),
        };
        for (ability, _, kind) in index.ability_list() {
            let AbilityKind::Service { holders, .. } = kind else {
                continue;
            };
            if *holders == ServiceHolders::HeadAndDeputy {
                settings.of_heads.insert(ability);
            }
        }
        for (name, group) in &snapshot.groups {
            let number = index.groups.number(name);
            if let Some(number) = number.filter(|number| membership.in_force.contains(*number)) {
                settings.add(system, index, snapshot, installation, GroupNumber(number), group);
            }
        }
        settings
    }

    fn add(
        &mut self,
        system: &System,
        index: &Index,
        snapshot: &Snapshot,
        installation: &Installation,
        number: GroupNumber,
        group: &Group,
    ) {
        for id in given_services(system, installation, group) {
            if let Some(ability) = index.ability_number(&Ability::Service(id)) {
                self.services.entry(ability).or_default().insert(number.0);
            }
        }
        for ability in authorised(system, index, group.authorisations.as_ref()) {
            self.authorisations.entry(ability).or_default().insert(number.0);
        }
        // Without a head there is nobody to be the deputy of.
        if let Some(head) = &group.head {
            for ability in authorised(system, index, group.head_authorisations.as_ref()) {
                self.head_authorisations
                    .entry(ability)
                    .or_default()
                    .insert(number.0);
            }
            for leader in std::iter::once(head).chain(&group.deputy) {
                if let Some(user) = index.users.number(leader) {
                    self.leads.entry(UserNumber(user)).or_default().insert(number.0);
                }
            }
        }
        let roles = group.roles.iter();
        let roles = roles.filter(|role| snapshot.roles.contains_key(*role));
        let roles: Vec<_> = roles
            .filter_map(|role| index.roles.number(role))
            .map(RoleNumber)
            .collect();
        if !roles.is_empty() {
            self.roles.insert(number, roles);
        }
    }

    /// The roles that a group in force grants.
    pub(crate) fn roles(&self, group: GroupNumber) -> &[RoleNumber] {
        self.roles.get(&group).map_or(&[], Vec::as_slice)
    }

    /// The feature that gives a service to every user, if one does.
    pub(crate) fn feature_for_all(&self, ability: AbilityNumber) -> Option<&FeatureId> {
        self.for_all.get(&ability)
    }

    /// Whether heads and deputies have a service rather than members.
    pub(crate) fn is_of_heads(&self, ability: AbilityNumber) -> bool {
        self.of_heads.contains(&ability)
    }

    /// The groups in force that give a service or an authorisation.
    pub(crate) fn giving(&self, ability: AbilityNumber) -> RoaringBitmap {
        let tables = [&self.services, &self.authorisations, &self.head_authorisations];
        let mut giving = RoaringBitmap::new();
        for groups in tables.into_iter().filter_map(|table| table.get(&ability)) {
            giving |= groups;
        }
        giving
    }

    pub(crate) fn service_sources(
        &self,
        standing: &Standing,
        ability: AbilityNumber,
        visit: &mut impl FnMut(Source),
    ) {
        if self.for_all.contains_key(&ability) {
            visit(Source::ServiceForAll);
        }
        let Some(giving) = self.services.get(&ability) else {
            return;
        };
        if self.of_heads.contains(&ability) {
            let led = self.leads.get(&standing.user);
            for group in led.iter().flat_map(|led| (*led & giving).into_iter()) {
                visit(Source::Service(GroupNumber(group)));
            }
        } else {
            for group in &standing.in_force & giving {
                visit(Source::Service(GroupNumber(group)));
            }
        }
    }

    pub(crate) fn authorisation_sources(
        &self,
        standing: &Standing,
        ability: AbilityNumber,
        visit: &mut impl FnMut(Source),
    ) {
        if let Some(giving) = self.authorisations.get(&ability) {
            for group in &standing.in_force & giving {
                visit(Source::Authorisation(GroupNumber(group)));
            }
        }
        if let (Some(giving), Some(led)) = (
            self.head_authorisations.get(&ability),
            self.leads.get(&standing.user),
        ) {
            for group in led & giving {
                visit(Source::HeadAuthorisation(GroupNumber(group)));
            }
        }
    }
}

/// The services that a group gives: what it lists and what that includes, as far as it has an effect. What has none
/// includes nothing either.
fn given_services(system: &System, installation: &Installation, group: &Group) -> BTreeSet<ServiceId> {
    let mut allowed = group.services.clone();
    loop {
        let has_effect = |id: &&ServiceId| {
            system.service(id).is_some_and(|service| {
                let needed = &service.needs_one_of;
                can_be_had(system, installation, service)
                    && (needed.is_empty() || needed.iter().any(|other| allowed.contains(other)))
            })
        };
        let given: BTreeSet<ServiceId> = allowed.iter().filter(has_effect).cloned().collect();
        let services = given.iter().filter_map(|id| system.service(id));
        let included: BTreeSet<ServiceId> = services
            .flat_map(|service| &service.includes)
            .filter(|id| !allowed.contains(*id))
            .cloned()
            .collect();
        if included.is_empty() {
            return given;
        }
        allowed.extend(included);
    }
}

/// Whether the installation has what a service needs.
fn can_be_had(system: &System, installation: &Installation, service: &Service) -> bool {
    let needs = service.needs.as_ref();
    needs.is_none_or(|feature| system.has_feature(installation, feature))
}

/// The services that a feature gives to everyone, with those that they include.
fn for_all(
    system: &System,
    index: &Index,
    installation: &Installation,
) -> BTreeMap<AbilityNumber, FeatureId> {
    let mut open: Vec<(&ServiceId, &FeatureId)> = Vec::new();
    for service in &system.definition().services {
        let unless = service.unless.as_ref();
        let unless = unless.filter(|feature| system.has_feature(installation, feature));
        open.extend(unless.map(|feature| (&service.id, feature)));
    }
    let mut for_all = BTreeMap::new();
    let mut seen = BTreeSet::new();
    while let Some((id, feature)) = open.pop() {
        let service = system.service(id);
        let Some(service) = service.filter(|service| can_be_had(system, installation, service)) else {
            continue;
        };
        if !seen.insert(id) {
            continue;
        }
        open.extend(service.includes.iter().map(|other| (other, feature)));
        // What everyone has is about nobody's members.
        if !service.over_members
            && let Some(ability) = index.ability_number(&Ability::Service(id.clone()))
        {
            for_all.insert(ability, feature.clone());
        }
    }
    for_all
}

/// The single rights that authorisations stand for.
fn authorised(system: &System, index: &Index, authorisations: Option<&Authorisations>) -> Vec<AbilityNumber> {
    let rights = match authorisations {
        None => return Vec::new(),
        Some(Authorisations::Special(rights)) => Some(rights),
        Some(Authorisations::Level(id)) => {
            let catalogue = system.definition().authorisations.as_ref();
            let level = catalogue.and_then(|all| all.levels.iter().find(|level| level.id == *id));
            level.map(|level| &level.rights)
        }
    };
    let rights = rights.into_iter().flatten();
    let abilities = rights.flat_map(|(area, rights)| {
        rights.iter().map(|right| Ability::Authorisation {
            area: area.clone(),
            right: right.clone(),
        })
    });
    abilities
        .filter_map(|ability| index.ability_number(&ability))
        .collect()
}
