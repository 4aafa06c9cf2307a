//! What is asked about, as it is written on the command line: an action and a module, or something without one.

use anyhow::anyhow;

use crate::access::{Ability, Owner, Subject};
use crate::model::{
    ActionId, AuthorisationArea, AuthorisationRight, GroupName, ModuleName, PermissionId, RoleName,
    ServiceId, Snapshot, UserName,
};
use crate::report::visible;
use crate::system::System;
use crate::text::closest;

/// The ability that is asked about.
///
/// With a module an action on it; without one a permission, a service, an authorisation such as `presence.see`, or a
/// role where roles come from groups.
///
/// # Errors
/// When the installation has nothing of that name, with the name that may be meant.
pub(super) fn ability<'a>(
    system: &System,
    known: impl Iterator<Item = &'a Ability>,
    what: &str,
    module: Option<&str>,
) -> anyhow::Result<Ability> {
    let known: Vec<&Ability> = known.collect();
    let candidates: Vec<Ability> = match module {
        Some(module) => vec![Ability::Action {
            module: ModuleName::from(module),
            action: ActionId::from(what),
        }],
        None => {
            let mut candidates = vec![
                Ability::Permission(PermissionId::from(what)),
                Ability::Service(ServiceId::from(what)),
                Ability::Role(RoleName::from(what)),
            ];
            candidates.extend(what.split_once('.').map(|(area, right)| Ability::Authorisation {
                area: AuthorisationArea::from(area),
                right: AuthorisationRight::from(right),
            }));
            candidates
        }
    };
    if let Some(found) = candidates
        .into_iter()
        .find(|candidate| known.contains(&candidate))
    {
        return Ok(found);
    }
    Err(unknown(system, &known, what, module))
}

fn unknown(system: &System, known: &[&Ability], what: &str, module: Option<&str>) -> anyhow::Error {
    let title = &system.definition().title;
    let mut modules: Vec<&str> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for ability in known {
        match (ability, module) {
            (Ability::Action { module: of, action }, Some(module)) => {
                if of.as_str() == module {
                    names.push(action.to_string());
                }
                modules.push(of.as_str());
            }
            (Ability::Permission(_) | Ability::Service(_) | Ability::Authorisation { .. }, None) => {
                names.push(ability.to_string());
            }
            (Ability::Role(role), None) => names.push(role.to_string()),
            (Ability::Action { action, .. }, None) if action.as_str() == what => {
                let what = visible(what);
                return anyhow!("`{what}` is an action on modules\nhint: name a module after it");
            }
            (_, _) => {}
        }
    }
    if let Some(module) = module.filter(|module| !modules.contains(module)) {
        let close = closest(module, modules.iter().copied());
        return with_hint(&format!("{title} has no module `{module}` here"), close);
    }
    let close = closest(what, names.iter().map(String::as_str));
    let place = module.map_or_else(String::new, |module| format!(" on {module}"));
    with_hint(&format!("{title} has nothing called `{what}`{place}"), close)
}

/// An owner: a user, or `group:NAME`. A name that no user has is taken for a group's.
///
/// # Errors
/// When there is neither.
pub(super) fn owner(snapshot: &Snapshot, text: &str) -> anyhow::Result<Owner> {
    if let Some(name) = text.strip_prefix("group:") {
        return group(snapshot, name).map(Owner::Group);
    }
    let text = text.strip_prefix("user:").unwrap_or(text);
    if snapshot.users.contains_key(text) || !snapshot.groups.contains_key(text) {
        return user(snapshot, text).map(Owner::User);
    }
    Ok(Owner::Group(GroupName::from(text)))
}

/// A user, or `role:NAME`.
///
/// # Errors
/// When there is none of that name, with the one that may be meant.
pub(super) fn subject(snapshot: &Snapshot, text: &str) -> anyhow::Result<Subject> {
    match text.strip_prefix("role:") {
        Some(name) => {
            let close = || closest(name, snapshot.roles.keys().map(RoleName::as_str));
            there("role", name, snapshot.roles.get_key_value(name), close).map(Subject::Role)
        }
        None => user(snapshot, text.strip_prefix("user:").unwrap_or(text)).map(Subject::User),
    }
}

/// A user who is there.
///
/// # Errors
/// When there is none of that name, with the one that may be meant.
pub(super) fn user(snapshot: &Snapshot, name: &str) -> anyhow::Result<UserName> {
    there("user", name, snapshot.users.get_key_value(name), || {
        closest(name, snapshot.users.keys().map(UserName::as_str))
    })
}

/// A group that is there.
///
/// # Errors
/// When there is none of that name, with the one that may be meant.
pub(super) fn group(snapshot: &Snapshot, name: &str) -> anyhow::Result<GroupName> {
    there("group", name, snapshot.groups.get_key_value(name), || {
        closest(name, snapshot.groups.keys().map(GroupName::as_str))
    })
}

fn there<'a, N: Clone, O>(
    kind: &str,
    name: &str,
    found: Option<(&N, &O)>,
    close: impl FnOnce() -> Option<&'a str>,
) -> anyhow::Result<N> {
    match found {
        Some((name, _)) => Ok(name.clone()),
        None => Err(with_hint(&format!("there is no {kind} `{name}`"), close())),
    }
}

/// An error that is safe for a terminal, whatever is in the names.
fn with_hint(message: &str, close: Option<&str>) -> anyhow::Error {
    let message = visible(message);
    match close {
        Some(close) => anyhow!("{message}\nhint: did you mean `{}`?", visible(close)),
        None => anyhow!("{message}"),
    }
}
