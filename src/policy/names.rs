//! From names as they were written to things of the state, with every mistake at its place.

use std::collections::BTreeSet;

use crate::access::{Ability, Access, FieldUse, Owner};
use crate::manifest::{AbilityKeys, FieldUseWord, OwnerDocument, PrincipalDocument, WhoDocument};
use crate::model::{GroupName, Principal, RoleName, UserName};
use crate::system::RightsFrom;
use crate::text::{Code, Diagnostic, Diagnostics, Span, Spanned, closest};

/// Resolves names against a state.
pub(super) struct Names<'a> {
    access: &'a Access<'a>,
    diagnostics: &'a mut Diagnostics,
    /// Whether the file fits its schema. Where it does not, what is missing was cut out and told already.
    intact: bool,
}

/// Whom an ability can be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Aim {
    pub(super) users: bool,
    pub(super) groups: bool,
}

impl<'a> Names<'a> {
    pub(super) fn new(access: &'a Access<'a>, diagnostics: &'a mut Diagnostics, intact: bool) -> Self {
        Self {
            access,
            diagnostics,
            intact,
        }
    }

    /// Reports a mistake in what a name stands for.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Reports that something is missing or said twice.
    pub(super) fn unclear(&mut self, message: impl Into<String>, at: Span) {
        if self.intact {
            self.report(Diagnostic::error(Code::UnclearQuestion, message).at(at));
        }
    }

    /// The value of a key that must be there.
    pub(super) fn needed<'k, T>(&mut self, key: Option<&'k T>, name: &str, at: Span) -> Option<&'k T> {
        if key.is_none() && self.intact {
            let message = format!("the key `{name}` is missing");
            self.report(Diagnostic::error(Code::MissingKey, message).at(at));
        }
        key
    }

    fn unknown<'n>(
        &mut self,
        code: Code,
        what: &str,
        name: &str,
        at: Span,
        known: impl Iterator<Item = &'n str>,
    ) {
        let mut diagnostic = Diagnostic::error(code, format!("unknown {what} `{name}`")).at(at);
        if let Some(close) = closest(name, known) {
            diagnostic = diagnostic.hint(format!("did you mean `{close}`?"));
        }
        self.report(diagnostic);
    }

    pub(super) fn user(&mut self, name: &UserName, at: Span) -> Option<UserName> {
        let users = &self.access.snapshot.users;
        if users.contains_key(name) {
            return Some(name.clone());
        }
        let known = users.keys().map(UserName::as_str);
        self.unknown(Code::UnknownUser, "user", name.as_str(), at, known);
        None
    }

    pub(super) fn role(&mut self, name: &RoleName, at: Span) -> Option<RoleName> {
        let roles = &self.access.snapshot.roles;
        if roles.contains_key(name) {
            return Some(name.clone());
        }
        let known = roles.keys().map(RoleName::as_str);
        self.unknown(Code::UnknownReference, "role", name.as_str(), at, known);
        None
    }

    pub(super) fn group(&mut self, name: &GroupName, at: Span) -> Option<GroupName> {
        let groups = &self.access.snapshot.groups;
        if groups.contains_key(name) {
            return Some(name.clone());
        }
        let known = groups.keys().map(GroupName::as_str);
        self.unknown(Code::UnknownReference, "group", name.as_str(), at, known);
        None
    }

    pub(super) fn principal(&mut self, document: &PrincipalDocument, at: Span) -> Option<Principal> {
        match document {
            PrincipalDocument {
                everyone: Some(true),
                user: None,
                role: None,
                role_and_subordinates: None,
                group: None,
            } => Some(Principal::Everyone),
            PrincipalDocument {
                everyone: None,
                user: Some(name),
                role: None,
                role_and_subordinates: None,
                group: None,
            } => self.user(name, at).map(Principal::User),
            PrincipalDocument {
                everyone: None,
                user: None,
                role: Some(name),
                role_and_subordinates: None,
                group: None,
            } => self.role(name, at).map(Principal::Role),
            PrincipalDocument {
                everyone: None,
                user: None,
                role: None,
                role_and_subordinates: Some(name),
                group: None,
            } => self.role(name, at).map(Principal::RoleAndSubordinates),
            PrincipalDocument {
                everyone: None,
                user: None,
                role: None,
                role_and_subordinates: None,
                group: Some(name),
            } => self.group(name, at).map(Principal::Group),
            PrincipalDocument { .. } => {
                let message = "name exactly one of everyone, user, role, role_and_subordinates, group";
                self.unclear(message, at);
                None
            }
        }
    }

    pub(super) fn who(&mut self, document: &Spanned<WhoDocument>) -> Option<Principal> {
        match &document.value {
            WhoDocument::User(name) => self.user(name, document.span).map(Principal::User),
            WhoDocument::Principal(principal) => self.principal(principal, document.span),
        }
    }

    /// The owner that is named, if it is one whom the ability can be about.
    pub(super) fn owner(
        &mut self,
        document: &Spanned<OwnerDocument>,
        ability: Option<&Ability>,
    ) -> Option<Owner> {
        let at = document.span;
        let owner = match &document.value {
            OwnerDocument {
                user: Some(name),
                group: None,
            } => Owner::User(self.user(name, name.span)?),
            OwnerDocument {
                user: None,
                group: Some(name),
            } => Owner::Group(self.group(name, name.span)?),
            OwnerDocument {
                user: None,
                group: None,
            }
            | OwnerDocument {
                user: Some(_),
                group: Some(_),
            } => {
                self.unclear("name exactly one of user, group", at);
                return None;
            }
        };
        let ability = ability?;
        let aim = self.aim(ability);
        let fits = match owner {
            Owner::User(_) => aim.users,
            Owner::Group(_) => aim.groups,
        };
        if !fits {
            let (code, message) = match &owner {
                Owner::Group(_) if aim.users && is_action(ability) => {
                    let message = "in this system groups own no records".to_owned();
                    (Code::GroupsOwnNoRecords, message)
                }
                Owner::User(_) | Owner::Group(_) if !aim.users && !aim.groups => {
                    let message = format!("`{ability}` is had or not; it is about no owner");
                    (Code::NotSupported, message)
                }
                Owner::User(_) => (
                    Code::NotSupported,
                    format!("`{ability}` is about groups, not users"),
                ),
                Owner::Group(_) => (
                    Code::NotSupported,
                    format!("`{ability}` is about users, not groups"),
                ),
            };
            self.report(Diagnostic::error(code, message).at(at));
            return None;
        }
        Some(owner)
    }

    pub(super) fn aim(&self, ability: &Ability) -> Aim {
        let (users, groups) = self.access.is_about(ability).unwrap_or_default();
        Aim { users, groups }
    }

    /// The one ability that the keys name.
    pub(super) fn ability(&mut self, keys: &AbilityKeys, at: Span) -> Option<Ability> {
        let AbilityKeys {
            action,
            module,
            field,
            used,
            permission,
            service,
            authorisation,
            role,
        } = keys;
        let named = [
            action.as_ref().map(|key| key.span),
            field.as_ref().map(|key| key.span),
            permission.as_ref().map(|key| key.span),
            service.as_ref().map(|key| key.span),
            authorisation.as_ref().map(|key| key.span),
            role.as_ref().map(|key| key.span),
        ];
        let named: Vec<Span> = named.into_iter().flatten().collect();
        if named.len() != 1 {
            let message = "name exactly one of action, field, permission, service, authorisation, role";
            self.unclear(message, named.get(1).copied().unwrap_or(at));
            return None;
        }
        if let (Some(module), None, None) = (module, action, field) {
            self.unclear("`module` belongs to `action` or `field`", module.span);
        }
        if let (Some(used), None) = (used, field) {
            self.unclear("`use` belongs to `field`", used.span);
        }
        if let Some(action) = action {
            let module = self.needed(module.as_ref(), "module", at)?;
            self.module(&module.value, module.span)?;
            let ability = Ability::Action {
                module: module.value.clone(),
                action: action.value.clone(),
            };
            return self.known(ability, action.span);
        }
        if let Some(field) = field {
            let module = self.needed(module.as_ref(), "module", at)?;
            self.module(&module.value, module.span)?;
            let used = match used.as_ref().map(|used| used.value) {
                None | Some(FieldUseWord::See) => FieldUse::See,
                Some(FieldUseWord::Edit) => FieldUse::Edit,
            };
            let ability = Ability::Field {
                module: module.value.clone(),
                field: field.value.clone(),
                used,
            };
            return self.known(ability, field.span);
        }
        if let Some(permission) = permission {
            return self.known(Ability::Permission(permission.value.clone()), permission.span);
        }
        if let Some(service) = service {
            return self.known(Ability::Service(service.value.clone()), service.span);
        }
        if let Some(authorisation) = authorisation {
            let Some((area, right)) = authorisation.value.split_once('.') else {
                let message = "an authorisation is written as area and right, such as `presence.see`";
                self.report(Diagnostic::error(Code::InvalidValue, message).at(authorisation.span));
                return None;
            };
            let ability = Ability::Authorisation {
                area: area.into(),
                right: right.into(),
            };
            return self.known(ability, authorisation.span);
        }
        let role = role.as_ref()?;
        if self.access.system.definition().access.rights_from != RightsFrom::GroupRoles {
            let message = "in this system groups grant no roles";
            self.report(Diagnostic::error(Code::NotSupported, message).at(role.span));
            return None;
        }
        self.role(&role.value, role.span).map(Ability::Role)
    }

    fn module(&mut self, name: &crate::model::ModuleName, at: Span) -> Option<()> {
        let known = self.access.abilities().filter_map(|ability| match ability {
            Ability::Action { module, .. } | Ability::Field { module, .. } => Some(module.as_str()),
            Ability::Permission(_)
            | Ability::Service(_)
            | Ability::Role(_)
            | Ability::Authorisation { .. } => None,
        });
        let known: BTreeSet<&str> = known.collect();
        if known.contains(name.as_str()) {
            return Some(());
        }
        self.unknown(
            Code::UnknownModule,
            "module",
            name.as_str(),
            at,
            known.into_iter(),
        );
        None
    }

    /// An ability that the installation has.
    pub(super) fn known(&mut self, ability: Ability, at: Span) -> Option<Ability> {
        if self.access.is_about(&ability).is_ok() {
            return Some(ability);
        }
        let like: BTreeSet<String> = self
            .access
            .abilities()
            .filter_map(|other| alike(&ability, other))
            .collect();
        let (code, what, name) = match &ability {
            Ability::Action { module, action } => (
                Code::UnknownAction,
                format!("action on {module}"),
                action.to_string(),
            ),
            Ability::Field { module, field, .. } => (
                Code::UnknownField,
                format!("field of {module}"),
                field.to_string(),
            ),
            Ability::Permission(id) => (Code::UnknownPermission, "permission".to_owned(), id.to_string()),
            Ability::Service(id) => (Code::UnknownService, "service".to_owned(), id.to_string()),
            Ability::Role(name) => (Code::UnknownReference, "role".to_owned(), name.to_string()),
            Ability::Authorisation { area, right } => (
                Code::UnknownAuthorisation,
                "authorisation".to_owned(),
                format!("{area}.{right}"),
            ),
        };
        self.unknown(code, &what, &name, at, like.iter().map(String::as_str));
        None
    }
}

fn is_action(ability: &Ability) -> bool {
    match ability {
        Ability::Action { .. } => true,
        Ability::Field { .. }
        | Ability::Permission(_)
        | Ability::Service(_)
        | Ability::Role(_)
        | Ability::Authorisation { .. } => false,
    }
}

/// What an ability of the same kind, and of the same module, is called.
fn alike(meant: &Ability, other: &Ability) -> Option<String> {
    match (meant, other) {
        (Ability::Action { module, .. }, Ability::Action { module: of, action }) if module == of => {
            Some(action.to_string())
        }
        (
            Ability::Field { module, .. },
            Ability::Field {
                module: of, field, ..
            },
        ) if module == of => Some(field.to_string()),
        (Ability::Permission(_), Ability::Permission(id)) => Some(id.to_string()),
        (Ability::Service(_), Ability::Service(id)) => Some(id.to_string()),
        (Ability::Role(_), Ability::Role(name)) => Some(name.to_string()),
        (Ability::Authorisation { .. }, Ability::Authorisation { area, right }) => {
            Some(format!("{area}.{right}"))
        }
        (_, _) => None,
    }
}
