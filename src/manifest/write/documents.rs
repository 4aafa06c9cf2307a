//! From a snapshot to documents: the reverse of `gather` and `overlay`.
//!
//! Everything that rolecall can change is written and so owned, empty or not; what is only read is left out, or
//! listed under `existing:` when something refers to it.

use std::collections::{BTreeMap, BTreeSet};

use super::rights::{WrittenRights, rights};
use crate::manifest::document::*;
use crate::manifest::gather::SPECIAL;
use crate::manifest::member::MemberDocument;
use crate::manifest::schema::Audience;
use crate::model::{
    Authorisations, Group, Installation, Key, Members, MonitorPlaces, Principal, Profile, Role, RuleAccess,
    RuleKey, Sharing, Snapshot, User, UserName,
};
use crate::system::{
    Constraint, GroupAttribute, Manage, ProfileAttribute, RoleAttribute, System, UserAttribute,
};
use crate::text::{Field, Keyed, Span, Spanned};

/// A snapshot as documents.
#[derive(Debug, Default)]
pub struct Documents {
    /// The manifests, as one document.
    pub manifests: Document,
    /// What the installation has, for the project file; none when nothing is known.
    pub installation: Option<InstallationDocument>,
}

/// The manifests of a snapshot. They own everything in it that rolecall can change.
pub fn documents(snapshot: &Snapshot, system: &System) -> Documents {
    Documents {
        manifests: Writer::new(snapshot, system, Audience::Manifests).document(),
        installation: installation(&snapshot.installation),
    }
}

/// A snapshot as the seed of an embedded deployment.
pub(super) fn seed(snapshot: &Snapshot, system: &System) -> Document {
    Document {
        installation: installation(&snapshot.installation),
        ..Writer::new(snapshot, system, Audience::Seeds).document()
    }
}

struct Writer<'a> {
    snapshot: &'a Snapshot,
    system: &'a System,
    audience: Audience,
}

impl<'a> Writer<'a> {
    fn new(snapshot: &'a Snapshot, system: &'a System, audience: Audience) -> Self {
        Self {
            snapshot,
            system,
            audience,
        }
    }

    fn document(&self) -> Document {
        let definition = self.system.definition();
        let snapshot = self.snapshot;
        let profiles = definition.profiles.is_some().then(|| {
            let profiles = snapshot.profiles.iter();
            profiles
                .map(|(name, profile)| (name.to_string(), Some(self.profile(profile))))
                .collect()
        });
        let groups = definition.groups.is_some().then(|| {
            let groups = snapshot
                .groups
                .iter()
                .filter(|(_, group)| self.writes_group(group));
            groups
                .map(|(name, group)| (name.to_string(), Some(self.group(group))))
                .collect()
        });
        let users = snapshot.users.iter().filter(|(_, user)| self.writes_user(user));
        let users = users.map(|(name, user)| (name.to_string(), Some(self.user(user))));
        Document {
            profiles: filled(profiles),
            roles: filled(self.roles()),
            groups: filled(groups),
            sharing: self.sharing(),
            users: filled(Some(users.collect())),
            existing: self.existing(),
            ..Document::default()
        }
    }

    fn is_seed(&self) -> bool {
        self.audience == Audience::Seeds
    }

    fn roles(&self) -> Option<Keyed<Option<RoleDocument>>> {
        let kind = self.system.definition().roles.as_ref()?;
        if kind.manage == Manage::Reference && !self.is_seed() {
            return None;
        }
        let roles = self.snapshot.roles.iter();
        let roles = roles.filter(|(name, _)| !kind.fixed.contains(*name));
        Some(
            roles
                .map(|(name, role)| (name.to_string(), self.role(role)))
                .collect(),
        )
    }

    fn role(&self, role: &Role) -> Option<RoleDocument> {
        let kind = self.system.definition().roles.as_ref()?;
        let has = |attribute| kind.attributes.contains_key(&attribute);
        let WrittenRights {
            otherwise,
            permissions,
            modules,
        } = rights(
            self.system,
            &self.snapshot.installation,
            &role.rights,
            has(RoleAttribute::Permissions),
            has(RoleAttribute::Modules),
        );
        Some(RoleDocument {
            description: description(has(RoleAttribute::Description), &role.description),
            reports_to: nullable(has(RoleAttribute::ReportsTo), role.reports_to.clone()),
            profiles: list(has(RoleAttribute::Profiles), &role.profiles),
            otherwise,
            permissions,
            modules,
            assign_records_to: role
                .assign_records_to
                .filter(|_| has(RoleAttribute::AssignRecordsTo))
                .map_or(Field::Absent, Field::unmarked),
            ..RoleDocument::default()
        })
    }

    fn profile(&self, profile: &Profile) -> ProfileDocument {
        let kind = self.system.definition().profiles.as_ref();
        let has = |attribute| kind.is_some_and(|kind| kind.attributes.contains_key(&attribute));
        let WrittenRights {
            otherwise,
            permissions,
            modules,
        } = rights(
            self.system,
            &self.snapshot.installation,
            &profile.rights,
            has(ProfileAttribute::Permissions),
            has(ProfileAttribute::Modules),
        );
        ProfileDocument {
            description: description(has(ProfileAttribute::Description), &profile.description),
            otherwise,
            permissions,
            modules,
            ..ProfileDocument::default()
        }
    }

    /// Groups of a variety are made elsewhere.
    fn writes_group(&self, group: &Group) -> bool {
        self.is_seed() || group.variety.is_none()
    }

    fn group(&self, group: &Group) -> GroupDocument {
        let kind = self.system.definition().groups.as_ref();
        let has = |attribute| kind.is_some_and(|kind| kind.attributes.contains_key(&attribute));
        let authorisations = |attribute, value: &Option<Authorisations>| {
            nullable(
                has(attribute),
                value.as_ref().map(|value| self.authorisations(value)),
            )
        };
        let line = group.line.as_ref().map(|line| LineDocument {
            number: line.number.clone(),
            authorisations: line
                .authorisations
                .as_ref()
                .map(|value| self.authorisations(value)),
        });
        let call_group = group.call_group.as_ref().map(|call_group| CallGroupDocument {
            mode: Spanned::unmarked(call_group.mode.into()),
            number: Some(call_group.number.clone()),
        });
        let created_by = group.created_by.clone().filter(|_| self.is_seed());
        GroupDocument {
            renamed_from: None,
            description: description(has(GroupAttribute::Description), &group.description),
            variety: group.variety.clone().map(Spanned::unmarked),
            status: present(has(GroupAttribute::Status), || group.status),
            members: present(has(GroupAttribute::Members), || members(&group.members)),
            roles: list(has(GroupAttribute::Roles), &group.roles),
            head: nullable(has(GroupAttribute::Head), group.head.clone()),
            deputy: nullable(has(GroupAttribute::Deputy), group.deputy.clone()),
            head_authorisations: authorisations(
                GroupAttribute::HeadAuthorisations,
                &group.head_authorisations,
            ),
            authorisations: authorisations(GroupAttribute::Authorisations, &group.authorisations),
            line: nullable(has(GroupAttribute::Line), line),
            call_group: nullable(has(GroupAttribute::CallGroup), call_group),
            services: present(has(GroupAttribute::Services), || {
                let services = self.system.definition().services.iter();
                let services = services.filter(|service| group.services.contains(&service.id));
                services.map(|service| service.id.clone().into()).collect()
            }),
            monitor_groups: present(has(GroupAttribute::MonitorGroups), || {
                let shown = group.monitor_groups.iter();
                shown.map(|(name, at)| (name.to_string(), places(*at))).collect()
            }),
            keys: present(has(GroupAttribute::Keys), || {
                group.keys.iter().map(|key| key_document(key).into()).collect()
            }),
            created_by: created_by.map_or(Field::Absent, Field::unmarked),
        }
    }

    fn authorisations(&self, value: &Authorisations) -> AuthorisationsDocument {
        let rights = match value {
            Authorisations::Level(level) => {
                return AuthorisationsDocument {
                    level: level.clone().into(),
                    areas: Vec::new(),
                };
            }
            Authorisations::Special(rights) => rights,
        };
        // In the product's order, as its own dialogs show them.
        let catalogue = self.system.definition().authorisations.iter();
        let areas = catalogue
            .flat_map(|catalogue| &catalogue.areas)
            .filter_map(|area| {
                let granted = rights.get(&area.id)?;
                let granted = area.rights.iter().filter(|right| granted.contains(&right.id));
                let granted = granted.map(|right| right.id.clone().into()).collect();
                Some((area.id.clone().into(), granted))
            });
        AuthorisationsDocument {
            level: Spanned::unmarked(SPECIAL.into()),
            areas: areas.collect(),
        }
    }

    fn has_user(&self, attribute: UserAttribute) -> bool {
        self.system.definition().users.attributes.contains_key(&attribute)
    }

    /// A user without a role is written where that is something to want.
    fn writes_user(&self, user: &User) -> bool {
        self.is_seed()
            || self.has_user(UserAttribute::Role)
                && (user.role.is_some() || !self.system.has(Constraint::UserNeedsRole))
    }

    fn user(&self, user: &User) -> UserDocument {
        let seed = |attribute| self.is_seed() && self.has_user(attribute);
        UserDocument {
            role: nullable(self.has_user(UserAttribute::Role), user.role.clone()),
            administrator: (seed(UserAttribute::Administrator) && user.administrator)
                .then_some(Spanned::unmarked(true)),
            active: (seed(UserAttribute::Active) && !user.active).then_some(Spanned::unmarked(false)),
            created_by: nullable(
                seed(UserAttribute::CreatedBy) && user.created_by.is_some(),
                user.created_by.clone(),
            ),
            primary_group: nullable(
                seed(UserAttribute::PrimaryGroup) && user.primary_group.is_some(),
                user.primary_group.clone(),
            ),
        }
    }

    fn sharing(&self) -> Option<SharingDocument> {
        let kind = self.system.definition().sharing.as_ref()?;
        let Sharing { defaults, rules } = &self.snapshot.sharing;
        // A module that follows another has no default of its own, and what cannot be shared has none.
        let own = defaults.iter().filter(|(module, _)| {
            let module = self.system.module(module);
            module.is_none_or(|module| module.shareable && module.follows.is_none())
        });
        let defaults: Keyed<_> = own
            .map(|(module, access)| (module.to_string(), Spanned::unmarked(*access)))
            .collect();
        let single = kind
            .rules
            .as_ref()
            .filter(|rules| rules.access.len() == 1)
            .and_then(|rules| rules.access.keys().next().copied());
        let rules: Vec<_> = rules
            .iter()
            .map(|(key, access)| rule(key, *access, single).into())
            .collect();
        let document = SharingDocument {
            defaults: Some(defaults).filter(|defaults| kind.defaults.is_some() && !defaults.is_empty()),
            rules: Some(rules).filter(|rules| kind.rules.is_some() && !rules.is_empty()),
            no_rules: None,
        };
        (document.defaults.is_some() || document.rules.is_some()).then_some(document)
    }

    fn existing(&self) -> Option<ExistingDocument> {
        if self.is_seed() {
            return None;
        }
        let kind = self.system.definition().roles.as_ref();
        let is_reference = kind.is_some_and(|kind| kind.manage == Manage::Reference);
        let roles = self.snapshot.roles.keys().filter(|_| is_reference);
        let groups = self.snapshot.groups.iter();
        let groups = groups.filter(|(_, group)| !self.writes_group(group));
        let document = ExistingDocument {
            roles: names(roles),
            profiles: None,
            groups: names(groups.map(|(name, _)| name)),
            users: names(self.unwritten_users().into_iter()),
        };
        let is_needed = document.roles.is_some() || document.groups.is_some() || document.users.is_some();
        is_needed.then_some(document)
    }

    /// Users that something written refers to and that are not written themselves.
    fn unwritten_users(&self) -> BTreeSet<&'a UserName> {
        let mut users = BTreeSet::new();
        let groups = self.snapshot.groups.values();
        for group in groups.filter(|group| self.writes_group(group)) {
            users.extend(&group.members.users);
            users.extend(group.head.iter().chain(&group.deputy));
        }
        for key in self.snapshot.sharing.rules.keys() {
            for principal in [&key.from, &key.to] {
                if let Principal::User(user) = principal {
                    users.insert(user);
                }
            }
        }
        let known: &BTreeMap<UserName, User> = &self.snapshot.users;
        users.retain(|name| known.get(*name).is_none_or(|user| !self.writes_user(user)));
        users
    }
}

fn rule(key: &RuleKey, access: RuleAccess, single: Option<RuleAccess>) -> RuleDocument {
    RuleDocument {
        module: key.module.clone().into(),
        from: principal(&key.from).into(),
        to: principal(&key.to).into(),
        access: (single != Some(access)).then_some(access.into()),
        expires: None,
    }
}

fn principal(principal: &Principal) -> PrincipalDocument {
    let mut document = PrincipalDocument::default();
    match principal {
        Principal::Everyone => document.everyone = Some(true),
        Principal::User(name) => document.user = Some(name.clone()),
        Principal::Role(name) => document.role = Some(name.clone()),
        Principal::RoleAndSubordinates(name) => document.role_and_subordinates = Some(name.clone()),
        Principal::Group(name) => document.group = Some(name.clone()),
    }
    document
}

fn members(members: &Members) -> MembersDocument {
    MembersDocument {
        users: member_names(&members.users),
        roles: member_names(&members.roles),
        roles_and_subordinates: member_names(&members.roles_and_subordinates),
        groups: member_names(&members.groups),
    }
}

/// Members for good: a deployment knows no last days.
fn member_names<N: Clone>(members: &BTreeSet<N>) -> Option<Vec<Spanned<MemberDocument<N>>>> {
    let names = members.iter().cloned().map(MemberDocument::Name);
    let names: Vec<_> = names.map(Spanned::unmarked).collect();
    (!names.is_empty()).then_some(names)
}

fn places(places: MonitorPlaces) -> Vec<MonitorPlace> {
    let monitor = places.monitor.then_some(MonitorPlace::Monitor);
    let favorites = places.favorites.then_some(MonitorPlace::Favorites);
    monitor.into_iter().chain(favorites).collect()
}

fn key_document(key: &Key) -> KeyDocument {
    let (number, speed_dial) = match &key.dial {
        crate::model::Dial::Number(number) => (Some(number.clone()), None),
        crate::model::Dial::SpeedDial(speed_dial) => (None, Some(speed_dial.clone())),
    };
    KeyDocument {
        name: key.name.clone(),
        number,
        speed_dial,
        places: places(key.places),
    }
}

pub(super) fn installation(installation: &Installation) -> Option<InstallationDocument> {
    let features = installation.features.iter();
    let features: Keyed<bool> = features.map(|(id, has)| (id.to_string(), *has)).collect();
    let modules = installation.modules.iter();
    let modules: Keyed<_> = modules
        .map(|(name, fields)| {
            let fields = fields.iter().cloned().map(Spanned::unmarked).collect();
            (name.to_string(), Some(fields))
        })
        .collect();
    let document = InstallationDocument {
        features: filled(Some(features)),
        modules: filled(Some(modules)),
    };
    (document.features.is_some() || document.modules.is_some()).then_some(document)
}

fn filled<V>(keyed: Option<Keyed<V>>) -> Option<Keyed<V>> {
    keyed.filter(|keyed| !keyed.is_empty())
}

fn description(has: bool, text: &str) -> Field<String> {
    if has && !text.is_empty() {
        Field::unmarked(text.to_owned())
    } else {
        Field::Absent
    }
}

/// A value where the system has the attribute.
fn present<T>(has: bool, value: impl FnOnce() -> T) -> Field<T> {
    if has {
        Field::unmarked(value())
    } else {
        Field::Absent
    }
}

/// A value, or null on purpose, where the system has the attribute.
fn nullable<T>(has: bool, value: Option<T>) -> Field<T> {
    match value {
        _ if !has => Field::Absent,
        Some(value) => Field::unmarked(value),
        None => Field::Null(Span::NOWHERE),
    }
}

fn list<'a, N: Clone + 'a>(has: bool, items: impl IntoIterator<Item = &'a N>) -> Field<Vec<Spanned<N>>> {
    present(has, || {
        items.into_iter().cloned().map(Spanned::unmarked).collect()
    })
}

fn names<'a, N: Clone + 'a>(names: impl Iterator<Item = &'a N>) -> Option<Vec<Spanned<N>>> {
    let names: Vec<_> = names.cloned().map(Spanned::unmarked).collect();
    (!names.is_empty()).then_some(names)
}
