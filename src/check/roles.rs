//! Roles as single objects, and the users who hold them.

use std::collections::BTreeSet;

use super::Context;
use crate::model::{Identity, Role, RoleIntent};
use crate::system::{Constraint, RoleAttribute};
use crate::text::{Code, Diagnostic, Diagnostics};

/// Roles that the product fixes stay as they are, and so do roles that are made elsewhere.
pub(super) fn builtin(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    let definition = context.system.definition();
    let Some(kind) = &definition.roles else { return };
    for name in &kind.fixed {
        let Some(wanted) = context.intent.roles.get(name) else {
            continue;
        };
        let before = context
            .before
            .and_then(|before| before.roles.get(name))
            .or_else(|| definition.builtin.roles.get(name));
        if before != context.desired.roles.get(name) {
            let message = format!("role `{name}` is built in and cannot be changed");
            diagnostics.push(context.error(Code::BuiltinObject, message, wanted.at));
        }
    }
    let builtin: BTreeSet<_> = definition
        .builtin
        .roles
        .keys()
        .map(|name| context.system.fold(name.as_str()))
        .collect();
    for wanted in context.intent.roles.values() {
        if let Some(from) = &wanted.renamed_from
            && builtin.contains(&context.system.fold(from.value.as_str()))
        {
            let message = format!("role `{}` is built in and cannot be renamed", from.value);
            diagnostics.push(context.error(Code::BuiltinObject, message, from.span));
        }
    }
}

/// A role says what the product asks every role to say. Only a deployment knows which roles are new; an attribute
/// that a manifest empties is missing in any case.
pub(super) fn required(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    let Some(kind) = &context.system.definition().roles else {
        return;
    };
    for (name, wanted) in &context.intent.roles {
        let Some(role) = context.desired.roles.get(name) else {
            continue;
        };
        let is_new = context
            .before
            .is_some_and(|before| !before.roles.contains_key(name));
        let missing = kind.required.iter().filter(|attribute| lacks(role, **attribute));
        let missing = missing.filter(|attribute| is_new || is_stated(wanted, **attribute));
        let missing: Vec<&str> = missing.map(|attribute| key(*attribute)).collect();
        if !missing.is_empty() {
            let message = format!("role `{name}` needs {}", missing.join(", "));
            diagnostics.push(context.error(Code::MissingAttribute, message, wanted.at));
        }
    }
}

/// Whether a manifest speaks of the attribute. The place above is judged with the hierarchy.
fn is_stated(wanted: &RoleIntent, attribute: RoleAttribute) -> bool {
    match attribute {
        RoleAttribute::Description => wanted.description.is_some(),
        RoleAttribute::ReportsTo => false,
        RoleAttribute::Profiles => wanted.profiles.is_some(),
        RoleAttribute::Permissions => wanted.rights.permissions.is_some(),
        RoleAttribute::Modules => wanted.rights.modules.is_some(),
        RoleAttribute::AssignRecordsTo => wanted.assign_records_to.is_some(),
    }
}

fn lacks(role: &Role, attribute: RoleAttribute) -> bool {
    match attribute {
        RoleAttribute::Description => role.description.is_empty(),
        RoleAttribute::ReportsTo => role.reports_to.is_none(),
        RoleAttribute::Profiles => role.profiles.is_empty(),
        RoleAttribute::Permissions => role.rights.permissions.is_empty(),
        RoleAttribute::Modules => role.rights.modules.is_empty(),
        RoleAttribute::AssignRecordsTo => role.assign_records_to.is_none(),
    }
}

fn key(attribute: RoleAttribute) -> &'static str {
    match attribute {
        RoleAttribute::Description => "description",
        RoleAttribute::ReportsTo => "reports_to",
        RoleAttribute::Profiles => "profiles",
        RoleAttribute::Permissions => "permissions",
        RoleAttribute::Modules => "modules",
        RoleAttribute::AssignRecordsTo => "assign_records_to",
    }
}

/// Every user has a role where the product asks for one, and it exists.
pub(super) fn users(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    let needs_role = context.system.has(Constraint::UserNeedsRole);
    for (name, user) in &context.desired.users {
        let identity = || Identity::User(name.clone());
        match &user.role {
            None if needs_role && context.before.is_some() => {
                let message = format!("user `{name}` is left without a role");
                diagnostics.push(context.violation(&identity(), Code::UserNeedsRole, message));
            }
            Some(role) if !context.desired.roles.contains_key(role) => {
                // A role that a manifest gives is resolved with the references. Here a role was taken away.
                let removal = context.intent.removed.roles.get(role);
                if let Some(removal) = removal.filter(|removal| removal.transfer_to.is_some()) {
                    let message = format!("user `{name}` would keep role `{role}`, which is removed");
                    diagnostics.push(Diagnostic::error(Code::UnknownReference, message).at(removal.at));
                }
            }
            Some(_) | None => {}
        }
    }
    if !needs_role {
        return;
    }
    // Offline the users are not known, but a manifest can still say that someone has none.
    for (name, wanted) in &context.intent.users {
        if let Some(role) = wanted.role.as_ref().filter(|role| role.value.is_none())
            && context.before.is_none()
        {
            let message = format!("user `{name}` is left without a role");
            diagnostics.push(context.error(Code::UserNeedsRole, message, role.span));
        }
    }
}
