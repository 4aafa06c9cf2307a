//! From documents to one [`Intent`]: the union of a folder's files.
//!
//! Only what can be said about names and places while merging is reported here: the same object twice, a
//! principal that is not exactly one. Whether references resolve and rules hold is `check`'s business.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;
use std::fmt::Display;

use super::document::*;
use super::member::{date, members_of};
use crate::model::{
    At, Authorisations, CallGroup, CallGroupMode, Dial, FieldName, GroupIntent, GroupName, Intent, Key,
    Level, Line, MembersIntent, ModuleName, ModuleRightsIntent, MonitorPlaces, PermissionId, Principal,
    ProfileIntent, ProfileName, Removal, RightsIntent, RoleIntent, RoleName, RuleAccess, RuleIntent, RuleKey,
    Status, UserIntent, UserName,
};
use crate::system::System;
use crate::text::{Code, Diagnostic, Diagnostics, Field, Keyed, Span, Spanned, closest};

/// Merges documents into one intent.
pub struct Gather<'a> {
    system: &'a System,
    intent: Intent,
    diagnostics: &'a mut Diagnostics,
}

impl<'a> Gather<'a> {
    /// An empty intent for a system.
    pub fn new(system: &'a System, diagnostics: &'a mut Diagnostics) -> Self {
        Self {
            system,
            intent: Intent::default(),
            diagnostics,
        }
    }

    /// The merged intent.
    pub fn finish(self) -> Intent {
        self.intent
    }

    /// Adds what one file says.
    pub fn add(&mut self, document: Document) {
        for entry in document.profiles.into_iter().flatten() {
            let intent = self.profile(entry.key.span, entry.value.unwrap_or_default());
            insert(
                &mut self.intent.profiles,
                ProfileName::from(entry.key.value),
                intent,
                |i| i.at,
                self.diagnostics,
            );
        }
        for entry in document.roles.into_iter().flatten() {
            let intent = self.role(entry.key.span, entry.value.unwrap_or_default());
            insert(
                &mut self.intent.roles,
                RoleName::from(entry.key.value),
                intent,
                |i| i.at,
                self.diagnostics,
            );
        }
        for entry in document.groups.into_iter().flatten() {
            let intent = self.group(entry.key.span, entry.value.unwrap_or_default());
            insert(
                &mut self.intent.groups,
                GroupName::from(entry.key.value),
                intent,
                |i| i.at,
                self.diagnostics,
            );
        }
        for entry in document.users.into_iter().flatten() {
            let user = entry.value.unwrap_or_default();
            let intent = UserIntent {
                at: entry.key.span,
                role: optional(user.role),
                administrator: user.administrator.map(at),
                active: user.active.map(at),
                created_by: optional(user.created_by),
                primary_group: optional(user.primary_group),
            };
            insert(
                &mut self.intent.users,
                UserName::from(entry.key.value),
                intent,
                |i| i.at,
                self.diagnostics,
            );
        }
        if let Some(sharing) = document.sharing {
            self.sharing(sharing);
        }
        if let Some(removed) = document.removed {
            self.removed(removed);
        }
        if let Some(existing) = document.existing {
            let names = &mut self.intent.existing;
            names.profiles.extend(
                existing
                    .profiles
                    .into_iter()
                    .flatten()
                    .map(|name| (name.value, name.span)),
            );
            names.roles.extend(
                existing
                    .roles
                    .into_iter()
                    .flatten()
                    .map(|name| (name.value, name.span)),
            );
            names.groups.extend(
                existing
                    .groups
                    .into_iter()
                    .flatten()
                    .map(|name| (name.value, name.span)),
            );
            names.users.extend(
                existing
                    .users
                    .into_iter()
                    .flatten()
                    .map(|name| (name.value, name.span)),
            );
        }
        if let Some(installation) = document.installation {
            self.installation(&installation);
        }
        for record in document.records.into_iter().flatten() {
            if let Some(owner) = self.principal(record.owner) {
                let modules = self.intent.records.0.entry(owner).or_default();
                *modules.entry(record.module.value).or_default() += record.count;
            }
        }
    }

    /// Adds what an installation is said to have.
    pub fn installation(&mut self, document: &InstallationDocument) {
        let definition = self.system.definition();
        for (key, feature, present) in features(document) {
            if definition.features.iter().all(|known| known.id != feature) {
                let unknown =
                    Diagnostic::error(Code::UnknownKey, format!("unknown feature `{feature}`")).at(key.span);
                let known = definition.features.iter().map(|known| known.id.as_str());
                self.diagnostics.push(match closest(feature.as_str(), known) {
                    Some(close) => unknown.hint(format!("did you mean `{close}`?")),
                    None => unknown,
                });
            }
            self.intent.installation.features.insert(feature, present);
        }
        let kind = definition.modules.as_ref();
        let installation = &mut self.intent.installation;
        for entry in document.modules.iter().flatten() {
            let module = ModuleName::from(entry.key.value.as_str());
            if kind.is_none_or(|kind| !kind.open) && self.system.module(&module).is_none() {
                let message = format!(
                    "{} has no module `{module}`, nor any of its own",
                    definition.title
                );
                self.diagnostics
                    .push(Diagnostic::error(Code::UnknownModule, message).at(entry.key.span));
            }
            let takes_fields = kind.is_some_and(|kind| kind.fields.is_some());
            if let Some(field) = entry.value.iter().flatten().next().filter(|_| !takes_fields) {
                let message = format!("{} has no rights on fields, so none are listed", definition.title);
                self.diagnostics
                    .push(Diagnostic::error(Code::UnknownField, message).at(field.span));
            }
            let fields = installation
                .modules
                .entry(ModuleName::from(entry.key.value.as_str()))
                .or_default();
            fields.extend(entry.value.iter().flatten().map(|field| field.value.clone()));
        }
    }

    fn role(&mut self, span: Span, role: RoleDocument) -> RoleIntent {
        RoleIntent {
            at: span,
            renamed_from: role.renamed_from.map(at),
            description: text(role.description),
            reports_to: optional(role.reports_to),
            profiles: list(role.profiles),
            rights: self.rights(role.otherwise, role.permissions, role.modules),
            assign_records_to: optional(role.assign_records_to),
        }
    }

    fn profile(&mut self, span: Span, profile: ProfileDocument) -> ProfileIntent {
        ProfileIntent {
            at: span,
            renamed_from: profile.renamed_from.map(at),
            description: text(profile.description),
            rights: self.rights(profile.otherwise, profile.permissions, profile.modules),
        }
    }

    fn rights(
        &mut self,
        otherwise: Option<Spanned<crate::model::Otherwise>>,
        permissions: Field<Keyed<Spanned<Level>>>,
        modules: Field<Keyed<Option<ModuleRightsDocument>>>,
    ) -> RightsIntent {
        let permissions = owned(permissions).map(|permissions| {
            let entries = permissions.value.into_iter();
            let levels = entries.map(|entry| (PermissionId::from(entry.key.value), at(entry.value)));
            At::new(levels.collect(), permissions.span)
        });
        let modules = owned(modules).map(|modules| {
            let entries = modules.value.into_iter();
            let rights = entries.map(|entry| {
                let rights = module_rights(entry.key.span, entry.value.unwrap_or_default());
                (ModuleName::from(entry.key.value), rights)
            });
            At::new(rights.collect(), modules.span)
        });
        RightsIntent {
            otherwise: otherwise.map(at),
            permissions,
            modules,
        }
    }

    fn group(&mut self, span: Span, group: GroupDocument) -> GroupIntent {
        GroupIntent {
            at: span,
            renamed_from: group.renamed_from.map(at),
            description: text(group.description),
            variety: group.variety.map(at),
            status: self.status(group.status),
            members: owned(group.members).map(|members| At::new(self.members(members.value), members.span)),
            roles: list(group.roles),
            head: optional(group.head),
            deputy: optional(group.deputy),
            head_authorisations: self.authorisations(group.head_authorisations),
            authorisations: self.authorisations(group.authorisations),
            line: nullable(group.line, |line| {
                Some(Line {
                    number: line.number,
                    authorisations: line.authorisations.and_then(|value| self.authorisation(value)),
                })
            }),
            call_group: nullable(group.call_group, |call_group| self.call_group(call_group)),
            services: list(group.services),
            monitor_groups: owned(group.monitor_groups).map(|groups| {
                let shown = groups.value.into_iter().map(|entry| {
                    let name = At::new(GroupName::from(entry.key.value), entry.key.span);
                    (name, places(&entry.value))
                });
                At::new(shown.collect(), groups.span)
            }),
            keys: owned(group.keys).map(|keys| {
                let known = keys.value.into_iter().filter_map(|key| self.key(key));
                At::new(known.collect(), keys.span)
            }),
            created_by: optional(group.created_by),
        }
    }

    fn members(&mut self, document: MembersDocument) -> MembersIntent {
        MembersIntent {
            users: members_of(document.users, self.diagnostics),
            roles: members_of(document.roles, self.diagnostics),
            roles_and_subordinates: members_of(document.roles_and_subordinates, self.diagnostics),
            groups: members_of(document.groups, self.diagnostics),
        }
    }

    fn authorisations(&mut self, field: Field<AuthorisationsDocument>) -> Option<At<Option<Authorisations>>> {
        nullable(field, |value| self.authorisation(value))
    }

    fn authorisation(&mut self, document: AuthorisationsDocument) -> Option<Authorisations> {
        let level = document.level;
        let value = if level.value.as_str() == SPECIAL {
            let areas = document.areas.into_iter();
            let areas = areas
                .map(|(area, rights)| (area.value, rights.into_iter().map(|right| right.value).collect()));
            Authorisations::Special(areas.collect())
        } else {
            // A level has its own rights: more or fewer beside it would be lost.
            for (area, _) in &document.areas {
                let message = format!("single rights in `{area}` beside the level `{}`", level.value);
                let diagnostic = Diagnostic::error(Code::InvalidValue, message).at(area.span);
                self.diagnostics
                    .push(diagnostic.hint("write `level: special`, or take the rights away"));
            }
            Authorisations::Level(level.value)
        };
        self.system.canonical_authorisations(Some(value))
    }

    /// There is no empty status: a half-written line must not switch a group on.
    fn status(&mut self, field: Field<Status>) -> Option<At<Status>> {
        if let Field::Null(span) = field {
            let message = "`status` is `active` or `inactive`";
            self.diagnostics
                .push(Diagnostic::error(Code::WrongType, message).at(span));
        }
        field.into_option().map(at)
    }

    fn call_group(&mut self, document: CallGroupDocument) -> Option<CallGroup> {
        let mode = match document.mode.value {
            CallGroupWord::Off => return None,
            CallGroupWord::SipSoftphone => CallGroupMode::SipSoftphone,
            CallGroupWord::VoiceServices => CallGroupMode::VoiceServices,
        };
        if document.number.is_none() {
            let message = "a call group needs the number that is called";
            self.diagnostics
                .push(Diagnostic::error(Code::MissingKey, message).at(document.mode.span));
        }
        Some(CallGroup {
            mode,
            number: document.number?,
        })
    }

    fn key(&mut self, key: Spanned<KeyDocument>) -> Option<Key> {
        let dial = match (key.value.number, key.value.speed_dial) {
            (Some(number), None) => Dial::Number(number),
            (None, Some(speed_dial)) => Dial::SpeedDial(speed_dial),
            (None, None) | (Some(_), Some(_)) => {
                let message = format!(
                    "key `{}` needs exactly one of number and speed_dial",
                    key.value.name
                );
                self.diagnostics
                    .push(Diagnostic::error(Code::InvalidValue, message).at(key.span));
                return None;
            }
        };
        Some(Key {
            name: key.value.name,
            dial,
            places: places(&key.value.places),
        })
    }

    fn sharing(&mut self, sharing: SharingDocument) {
        for entry in sharing.defaults.into_iter().flatten() {
            let module = ModuleName::from(entry.key.value);
            let value = At::new(entry.value.value, entry.key.span);
            insert(
                &mut self.intent.sharing.defaults,
                module,
                value,
                |v| v.span,
                self.diagnostics,
            );
        }
        let only_access = self
            .system
            .definition()
            .sharing
            .as_ref()
            .and_then(|sharing| sharing.rules.as_ref());
        let only_access = only_access
            .map(|rules| &rules.access)
            .filter(|access| access.len() == 1);
        let only_access: Option<RuleAccess> = only_access.and_then(|access| access.keys().next().copied());
        for rule in sharing.rules.into_iter().flatten() {
            let Spanned { value: rule, span } = rule;
            let places = (rule.from.span, rule.to.span);
            let (Some(from), Some(to)) = (self.principal(rule.from), self.principal(rule.to)) else {
                continue;
            };
            let Some(access) = rule.access.map(|access| access.value).or(only_access) else {
                let message = "a sharing rule needs `access`";
                self.diagnostics
                    .push(Diagnostic::error(Code::MissingKey, message).at(span));
                continue;
            };
            let expires = date(rule.expires, self.diagnostics);
            let key = RuleKey {
                module: rule.module.value,
                from,
                to,
            };
            insert(
                &mut self.intent.sharing.rules,
                key,
                RuleIntent {
                    value: access,
                    span,
                    from: places.0,
                    to: places.1,
                    expires,
                },
                |v| v.span,
                self.diagnostics,
            );
        }
        for module in sharing.no_rules.into_iter().flatten() {
            insert(
                &mut self.intent.sharing.no_rules,
                module.value,
                module.span,
                |span| *span,
                self.diagnostics,
            );
        }
    }

    fn principal(&mut self, principal: Spanned<PrincipalDocument>) -> Option<Principal> {
        let Spanned { value, span } = principal;
        let mut named: Vec<Principal> = Vec::with_capacity(1);
        named.extend(
            value
                .everyone
                .filter(|everyone| *everyone)
                .map(|_| Principal::Everyone),
        );
        named.extend(value.user.map(Principal::User));
        named.extend(value.role.map(Principal::Role));
        named.extend(value.role_and_subordinates.map(Principal::RoleAndSubordinates));
        named.extend(value.group.map(Principal::Group));
        if named.len() == 1 {
            return named.pop();
        }
        let message = "name exactly one of everyone, user, role, role_and_subordinates, group";
        self.diagnostics
            .push(Diagnostic::error(Code::InvalidValue, message).at(span));
        None
    }

    fn removed(&mut self, removed: RemovedDocument) {
        for entry in removed.profiles.into_iter().flatten() {
            let removal = removal(entry.key.span, entry.value);
            insert(
                &mut self.intent.removed.profiles,
                entry.key.value.into(),
                removal,
                |r| r.at,
                self.diagnostics,
            );
        }
        for entry in removed.roles.into_iter().flatten() {
            let removal = removal(entry.key.span, entry.value);
            insert(
                &mut self.intent.removed.roles,
                entry.key.value.into(),
                removal,
                |r| r.at,
                self.diagnostics,
            );
        }
        for entry in removed.groups.into_iter().flatten() {
            let removal = removal(entry.key.span, entry.value);
            insert(
                &mut self.intent.removed.groups,
                entry.key.value.into(),
                removal,
                |r| r.at,
                self.diagnostics,
            );
        }
    }
}

/// Puts a value under a name, or reports that the name has one already.
fn insert<K: Ord + Display, V>(
    map: &mut BTreeMap<K, V>,
    key: K,
    value: V,
    place: impl Fn(&V) -> Span,
    diagnostics: &mut Diagnostics,
) {
    match map.entry(key) {
        Slot::Vacant(slot) => {
            slot.insert(value);
        }
        Slot::Occupied(slot) => {
            let message = format!("`{}` is defined twice", slot.key());
            diagnostics.push(
                Diagnostic::error(Code::DefinedTwice, message)
                    .at(place(&value))
                    .label(place(slot.get()), "defined here first"),
            );
        }
    }
}

fn at<T>(value: Spanned<T>) -> At<T> {
    At::new(value.value, value.span)
}

/// A value that is present; `null` is its empty form.
fn owned<T: Default>(field: Field<T>) -> Option<At<T>> {
    match field {
        Field::Absent => None,
        Field::Null(span) => Some(At::new(T::default(), span)),
        Field::Set(value) => Some(at(value)),
    }
}

/// A value that is present; `null` says that there is none.
fn optional<T>(field: Field<T>) -> Option<At<Option<T>>> {
    nullable(field, Some)
}

fn nullable<T, U>(field: Field<T>, mut convert: impl FnMut(T) -> Option<U>) -> Option<At<Option<U>>> {
    match field {
        Field::Absent => None,
        Field::Null(span) => Some(At::new(None, span)),
        Field::Set(value) => Some(At::new(convert(value.value), value.span)),
    }
}

fn text(field: Field<String>) -> Option<At<String>> {
    owned(field)
}

fn list<T>(field: Field<Vec<Spanned<T>>>) -> Option<At<Vec<At<T>>>> {
    owned(field).map(|items| At::new(items.value.into_iter().map(at).collect(), items.span))
}

fn module_rights(span: Span, document: ModuleRightsDocument) -> ModuleRightsIntent {
    let actions = owned(document.actions).map(|actions| {
        let actions = actions.value.0.into_iter();
        actions
            .map(|(action, level)| (action.value, level.map_or(Level::Allow, |level| level.value)))
            .collect()
    });
    let fields = document.fields.map(|fields| {
        let fields = fields.into_iter();
        fields
            .map(|entry| {
                (
                    FieldName::from(entry.key.value),
                    At::new(entry.value.value, entry.key.span),
                )
            })
            .collect()
    });
    ModuleRightsIntent {
        at: span,
        actions,
        fields,
    }
}

fn places(places: &[MonitorPlace]) -> MonitorPlaces {
    MonitorPlaces {
        monitor: places.contains(&MonitorPlace::Monitor),
        favorites: places.contains(&MonitorPlace::Favorites),
    }
}

fn removal(span: Span, document: Option<RemovalDocument>) -> Removal {
    let heir = document.and_then(|document| document.transfer_to);
    let mut removal = Removal {
        at: span,
        transfer_to: None,
        transfer_to_profile: None,
    };
    if let Some(Spanned { value, span }) = heir {
        let role = value.role.map(Principal::Role);
        let group = value.group.map(Principal::Group);
        let user = value.user.map(Principal::User);
        removal.transfer_to = role.or(group).or(user).map(|heir| At::new(heir, span));
        removal.transfer_to_profile = value.profile.map(|profile| At::new(profile, span));
    }
    removal
}

/// The word that stands for single rights instead of a level, as the product calls it.
pub(crate) const SPECIAL: &str = "special";
