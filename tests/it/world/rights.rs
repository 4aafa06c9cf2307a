//! Rights, profiles and roles.

use std::collections::BTreeMap;

use rolecall::model::{
    FieldAccess, FieldName, Level, ModuleName, ModuleRights, Profile, Rights, Role, RoleName,
};
use rolecall::system::{Action, Constraint, Permission, PermissionCategory, ProfileAttribute, RoleAttribute};

use super::Tape;
use super::frame::Frame;
use super::names::{FIELDS, TEXTS};

fn level(tape: &mut Tape, levels: &BTreeMap<Level, String>) -> Level {
    tape.pick(levels.keys().copied()).unwrap_or(Level::Allow)
}

fn rights(tape: &mut Tape, frame: &Frame<'_>, permissions: bool, modules: bool) -> Rights {
    let mut rights = Rights::default();
    if permissions {
        let categories = &frame.system.definition().permissions;
        let all = categories
            .iter()
            .flat_map(|category| category.permissions.iter().map(move |p| (category, p)));
        let licensed: Vec<&Permission> = all
            .filter(|pair| is_licensed(frame, *pair))
            .map(|pair| pair.1)
            .collect();
        for _ in 0..tape.below(4) {
            if let Some(permission) = tape.pick(licensed.iter().copied()) {
                rights
                    .permissions
                    .insert(permission.id.clone(), level(tape, &permission.levels));
            }
        }
    }
    if modules {
        for _ in 0..tape.below(3) {
            let Some(module) = tape.pick(frame.system.modules_of(&frame.installation)) else {
                continue;
            };
            let of_module = module_rights(tape, frame, &module);
            if !of_module.is_empty() {
                rights.modules.insert(module, of_module);
            }
        }
    }
    rights
}

fn is_licensed(frame: &Frame<'_>, (category, permission): (&PermissionCategory, &Permission)) -> bool {
    let mut needs = category.needs.iter().chain(&permission.needs);
    !frame.system.has(Constraint::PermissionsWithinLicence) || needs.all(|feature| frame.has_feature(feature))
}

fn module_rights(tape: &mut Tape, frame: &Frame<'_>, module: &ModuleName) -> ModuleRights {
    let mut rights = ModuleRights::default();
    let actions: Vec<&Action> = frame.system.actions_of(module).collect();
    for _ in 0..tape.below(4) {
        if let Some(action) = tape.pick(actions.iter().copied()) {
            rights
                .actions
                .insert(action.id.clone(), level(tape, &action.levels));
        }
    }
    let kind = frame.system.definition().modules.as_ref();
    let Some(fields) = kind.and_then(|kind| kind.fields.as_ref()) else {
        return rights;
    };
    let listed = frame.system.module(module).map(|module| module.fields.clone());
    let recorded = frame.installation.modules.get(module).cloned();
    let mut known: Vec<FieldName> = listed
        .into_iter()
        .flatten()
        .chain(recorded.into_iter().flatten())
        .collect();
    if fields.open {
        known.extend(FIELDS.map(FieldName::from));
    }
    let unusual = |access: &FieldAccess| *access != fields.usual;
    for field in tape.some(2, known) {
        let choices = fields.choices.keys().copied().filter(unusual);
        rights
            .fields
            .extend(tape.pick(choices).map(|access| (field, access)));
    }
    rights
}

/// A profile.
pub(super) fn profile(tape: &mut Tape, frame: &Frame<'_>) -> Profile {
    let kind = frame.system.definition().profiles.as_ref();
    let has = |attribute| kind.is_some_and(|kind| kind.attributes.contains_key(&attribute));
    let mut profile = Profile::default();
    if has(ProfileAttribute::Description) {
        profile.description = tape.pick(TEXTS).unwrap_or_default().to_owned();
    }
    let (permissions, modules) = (has(ProfileAttribute::Permissions), has(ProfileAttribute::Modules));
    profile.rights = rights(tape, frame, permissions, modules);
    profile
}

/// A role; [`fit_role`] makes it complete.
pub(super) fn role(tape: &mut Tape, frame: &Frame<'_>, name: &RoleName) -> Role {
    let has = |attribute| frame.has_role_attribute(attribute);
    let mut role = Role::default();
    if has(RoleAttribute::ReportsTo) {
        role.reports_to = tape.maybe(superiors(frame, name));
    }
    if has(RoleAttribute::Description) {
        role.description = tape.pick(TEXTS).unwrap_or_default().to_owned();
    }
    if has(RoleAttribute::Profiles) {
        role.profiles = tape.some(3, frame.profiles.iter().cloned());
    }
    if has(RoleAttribute::AssignRecordsTo) {
        let kind = frame.system.definition().roles.as_ref();
        let scopes = kind
            .into_iter()
            .flat_map(|kind| kind.assign_records_to.keys().copied());
        role.assign_records_to = tape.maybe(scopes);
    }
    let (permissions, modules) = (has(RoleAttribute::Permissions), has(RoleAttribute::Modules));
    role.rights = rights(tape, frame, permissions, modules);
    role
}

/// The roles that a role may report to.
fn superiors(frame: &Frame<'_>, name: &RoleName) -> Vec<RoleName> {
    frame
        .roles
        .iter()
        .take_while(|other| *other != name)
        .cloned()
        .collect()
}

/// Makes a role refer to what is there, and state what the system asks for.
pub(super) fn fit_role(role: &mut Role, frame: &Frame<'_>, name: &RoleName) {
    let Some(kind) = &frame.system.definition().roles else {
        return;
    };
    let superiors = superiors(frame, name);
    role.profiles.retain(|profile| frame.profiles.contains(profile));
    role.reports_to = role.reports_to.take().filter(|above| superiors.contains(above));
    let is_root = kind.root.as_ref() == Some(name);
    let needs_superior = kind.root.is_some() || kind.required.contains(&RoleAttribute::ReportsTo);
    if !is_root && needs_superior && role.reports_to.is_none() {
        role.reports_to = superiors.last().cloned();
    }
    if is_root {
        role.reports_to = None;
    }
    for attribute in &kind.required {
        match attribute {
            RoleAttribute::Description if role.description.is_empty() => {
                role.description = "stated".to_owned();
            }
            RoleAttribute::Profiles if role.profiles.is_empty() => {
                role.profiles.extend(frame.profiles.first().cloned());
            }
            RoleAttribute::AssignRecordsTo if role.assign_records_to.is_none() => {
                role.assign_records_to = kind.assign_records_to.keys().next().copied();
            }
            RoleAttribute::Description
            | RoleAttribute::ReportsTo
            | RoleAttribute::Profiles
            | RoleAttribute::Permissions
            | RoleAttribute::Modules
            | RoleAttribute::AssignRecordsTo => {}
        }
    }
}
