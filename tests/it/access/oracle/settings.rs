//! Steps 8, 9 and 10: what groups give their members, or their heads: services, authorisations, roles.

use std::collections::BTreeSet;

use rolecall::access::Owner;
use rolecall::model::{
    AuthorisationArea, AuthorisationRight, Authorisations, Group, GroupName, RoleName, ServiceId, UserName,
};
use rolecall::system::{Service, ServiceHolders};

use super::World;
use super::membership::is_member;

impl World<'_> {
    /// Step 8. Services.
    pub(super) fn has_service(self, user: &UserName, id: &ServiceId, target: Option<&Owner>) -> bool {
        let Some(service) = self.system.service(id) else {
            return false;
        };
        // One that needs a feature the installation lacks is not had.
        if !self.can_be_had(service) {
            return false;
        }
        // Through a group.
        let groups = self.snapshot.groups.iter();
        let mut giving = groups.filter(|(name, group)| {
            self.counts(group)
                && self.effective_services(group).contains(id)
                && self.holds(user, service, name, group)
        });
        match target {
            // One whose `unless` feature the installation has is had by every user.
            None => self.is_had_by_everyone(id) || giving.next().is_some(),
            // It is about the members of the groups that give it, oneself left out. What everyone has anyway is about
            // nobody unless a group gives it.
            Some(Owner::User(other)) => {
                other != user && giving.any(|(name, _)| is_member(self.snapshot, other, name))
            }
            Some(Owner::Group(_)) => false,
        }
    }

    fn can_be_had(self, service: &Service) -> bool {
        service
            .needs
            .as_ref()
            .is_none_or(|feature| self.has_feature(feature))
    }

    /// The members have it, or the head and the deputy of a group with a head instead of the members.
    // Open: who has a service that is included by one with other holders. Each service goes by its own holders here.
    fn holds(self, user: &UserName, service: &Service, name: &GroupName, group: &Group) -> bool {
        match service.holders {
            ServiceHolders::Members => is_member(self.snapshot, user, name),
            ServiceHolders::HeadAndDeputy => is_head_or_deputy(user, group),
        }
    }

    /// What a group allows that has an effect there: what it lists and what that includes, as long as what is needed
    /// is there.
    // Open: whether a service without effect still gives what it includes. It does not here: nobody has it who could
    // be given anything by it.
    fn effective_services(self, group: &Group) -> BTreeSet<ServiceId> {
        let allowed = self.allowed_services(group);
        let has_effect = |id: &ServiceId| {
            let service = self.system.service(id);
            service.is_some_and(|service| self.can_be_had(service) && needed_is_there(service, &allowed))
        };
        allowed.iter().filter(|id| has_effect(id)).cloned().collect()
    }

    /// What a group allows: what it lists, and what is included by what is allowed and has an effect. Grown until
    /// nothing is added.
    fn allowed_services(self, group: &Group) -> BTreeSet<ServiceId> {
        let mut allowed = group.services.clone();
        loop {
            let services = allowed.iter().filter_map(|id| self.system.service(id));
            let effective =
                services.filter(|service| self.can_be_had(service) && needed_is_there(service, &allowed));
            let included: BTreeSet<ServiceId> =
                effective.flat_map(|service| &service.includes).cloned().collect();
            if included.is_subset(&allowed) {
                return allowed;
            }
            allowed.extend(included);
        }
    }

    /// Whether everyone has a service: its `unless` feature is there, or it is included by one that everyone has.
    fn is_had_by_everyone(self, id: &ServiceId) -> bool {
        let services = &self.system.definition().services;
        let mut of_everyone: BTreeSet<&ServiceId> = BTreeSet::new();
        loop {
            let before = of_everyone.len();
            for service in services.iter().filter(|service| self.can_be_had(service)) {
                let taken_over = service
                    .unless
                    .as_ref()
                    .is_some_and(|feature| self.has_feature(feature));
                let mut includers = services.iter().filter(|other| of_everyone.contains(&other.id));
                if taken_over || includers.any(|other| other.includes.contains(&service.id)) {
                    of_everyone.insert(&service.id);
                }
            }
            if of_everyone.len() == before {
                return of_everyone.contains(id);
            }
        }
    }

    /// Step 9. Authorisations.
    pub(super) fn is_authorised(
        self,
        user: &UserName,
        area: &AuthorisationArea,
        right: &AuthorisationRight,
        target: Option<&Owner>,
    ) -> bool {
        let Some(Owner::User(other)) = target else {
            return false;
        };
        // Nobody is authorised over himself here.
        if other == user {
            return false;
        }
        let grants = |granted: &Option<Authorisations>| {
            let granted = granted.as_ref();
            granted.is_some_and(|granted| self.includes_right(granted, area, right))
        };
        self.snapshot.groups.iter().any(|(name, group)| {
            let over_members = self.counts(group) && is_member(self.snapshot, other, name);
            // Of an active group, for its members over each other.
            let as_member = grants(&group.authorisations) && is_member(self.snapshot, user, name);
            // For head and deputy over the members, in a group that has a head.
            let as_head = grants(&group.head_authorisations) && is_head_or_deputy(user, group);
            over_members && (as_member || as_head)
        })
    }

    fn includes_right(
        self,
        granted: &Authorisations,
        area: &AuthorisationArea,
        right: &AuthorisationRight,
    ) -> bool {
        let rights = match granted {
            Authorisations::Special(rights) => Some(rights),
            Authorisations::Level(level) => {
                let catalogue = self.system.definition().authorisations.as_ref();
                let mut levels = catalogue.into_iter().flat_map(|catalogue| &catalogue.levels);
                levels.find(|known| known.id == *level).map(|known| &known.rights)
            }
        };
        rights
            .and_then(|rights| rights.get(area))
            .is_some_and(|rights| rights.contains(right))
    }

    /// Step 10. Roles, where rights come from the roles of groups: those of the active groups one is in.
    pub(super) fn has_role_of_group(self, user: &UserName, role: &RoleName) -> bool {
        self.roles_of_groups(user).contains(role)
    }
}

/// `needs_one_of` counts within the same group.
fn needed_is_there(service: &Service, allowed: &BTreeSet<ServiceId>) -> bool {
    let mut needed = service.needs_one_of.iter();
    service.needs_one_of.is_empty() || needed.any(|id| allowed.contains(id))
}

/// The head, or the deputy where there is a head; neither need be a member.
fn is_head_or_deputy(user: &UserName, group: &Group) -> bool {
    group.head.is_some() && (group.head.as_ref() == Some(user) || group.deputy.as_ref() == Some(user))
}
