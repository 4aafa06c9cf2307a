//! Rights speak of permissions, modules, actions and fields that exist and are licensed.

use std::collections::BTreeSet;

use super::Context;
use crate::model::{Level, ModuleName, RightsIntent};
use crate::system::Constraint;
use crate::text::{Code, Diagnostic, Diagnostics, closest};

fn wanted_rights<'a>(context: &'a Context<'_>) -> impl Iterator<Item = &'a RightsIntent> {
    let profiles = context.intent.profiles.values().map(|profile| &profile.rights);
    profiles.chain(context.intent.roles.values().map(|role| &role.rights))
}

/// Everything that rights name exists, at a level that it takes.
pub(super) fn known(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    let system = context.system;
    let Some(kind) = &system.definition().modules else {
        return;
    };
    let modules: BTreeSet<ModuleName> = system.modules_of(context.installation).collect();
    for rights in wanted_rights(context) {
        for (module, wanted) in rights.modules.iter().flat_map(|modules| &modules.value) {
            if !modules.contains(module) {
                let mut unknown = context.error(
                    Code::UnknownModule,
                    format!("unknown module `{module}`"),
                    wanted.at,
                );
                unknown = match closest(module.as_str(), modules.iter().map(ModuleName::as_str)) {
                    Some(close) => unknown.hint(format!("did you mean `{close}`?")),
                    None => unknown.hint(context.where_modules_come_from()),
                };
                diagnostics.push(unknown);
                continue;
            }
            for (action, level) in wanted.actions.iter().flatten() {
                let Some(known) = system.actions_of(module).find(|known| known.id == *action) else {
                    let message = format!("module `{module}` has no action `{action}`");
                    diagnostics.push(context.error(Code::UnknownAction, message, wanted.at));
                    continue;
                };
                let takes = if known.levels.is_empty() {
                    *level == Level::Allow
                } else {
                    known.levels.contains_key(level)
                };
                if !takes {
                    let message = format!(
                        "action `{action}` of `{module}` takes no level `{}`",
                        level.as_str()
                    );
                    diagnostics.push(context.error(Code::LevelNotSupported, message, wanted.at));
                }
            }
            let closed = kind.fields.as_ref().is_none_or(|fields| !fields.open);
            if wanted.actions.is_none() && wanted.fields.is_none() {
                let message = format!("nothing is said of `{module}`, so it is as if it were not named");
                let levels = kind.actions.iter().any(|action| !action.levels.is_empty());
                let hint = if levels {
                    "write `actions: {}` for no rights"
                } else {
                    "write `actions: []` for no rights"
                };
                diagnostics.push(
                    Diagnostic::warning(Code::NoEffect, message)
                        .at(wanted.at)
                        .hint(hint),
                );
            }
            if closed {
                let listed = system.module(module).map(|module| &module.fields);
                let added = context.installation.modules.get(module);
                for (field, access) in wanted.fields.iter().flatten() {
                    let known = listed.is_some_and(|fields| fields.contains(field))
                        || added.is_some_and(|fields| fields.contains(field));
                    if !known {
                        let message = format!("module `{module}` has no field `{field}`");
                        diagnostics.push(context.error(Code::UnknownField, message, access.span));
                    }
                }
            }
        }
    }
}

/// Permissions lie within the licence, where the product refuses others.
pub(super) fn licensed(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    if !context.system.has(Constraint::PermissionsWithinLicence) {
        return;
    }
    for rights in wanted_rights(context) {
        for (id, level) in rights
            .permissions
            .iter()
            .flat_map(|permissions| &permissions.value)
        {
            let Some((category, permission)) = context.system.permission(id) else {
                continue;
            };
            let needs = permission.needs.as_ref().or(category.needs.as_ref());
            let Some(feature) =
                needs.filter(|feature| !context.system.has_feature(context.installation, feature))
            else {
                continue;
            };
            let message = format!(
                "permission `{id}` ({}) needs `{feature}`, which the installation does not have",
                permission.label
            );
            let diagnostic: Diagnostic = context.error(Code::NotLicensed, message, level.span);
            diagnostics.push(diagnostic);
        }
    }
}
