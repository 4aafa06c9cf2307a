//! Laying wanted rights over those a role or profile has.

use crate::model::{Installation, Otherwise, Rights, RightsIntent};
use crate::system::System;

/// Changes `rights` to what is wanted.
///
/// Permissions and modules are owned apart: a manifest that names only modules leaves the permissions alone. What
/// an owned part does not name is decided by `otherwise`.
pub(super) fn overlay_rights(
    system: &System,
    installation: &Installation,
    rights: &mut Rights,
    wanted: &RightsIntent,
) {
    let otherwise = wanted
        .otherwise
        .as_ref()
        .map_or_else(Otherwise::default, |at| at.value);
    // No product grants a functional permission to a profile that says nothing of it, so that `none` and `usual`
    // both mean that what is not named is not permitted.
    if otherwise != Otherwise::Untouched && (wanted.permissions.is_some() || wanted.otherwise.is_some()) {
        rights.permissions.clear();
    }
    if let Some(permissions) = &wanted.permissions {
        rights.permissions.extend(
            permissions
                .value
                .iter()
                .map(|(id, level)| (id.clone(), level.value)),
        );
    }
    // `otherwise` alone says what holds for every module.
    let Some(modules) = wanted.modules.as_ref().map(|at| &at.value) else {
        if wanted.otherwise.is_some() {
            start_over(system, installation, rights, otherwise);
        }
        return;
    };
    start_over(system, installation, rights, otherwise);
    for (module, wanted) in modules {
        let mut module_rights = rights.modules.remove(module).unwrap_or_default();
        if let Some(actions) = &wanted.actions {
            module_rights.actions.clone_from(actions);
        }
        if let Some(fields) = &wanted.fields {
            if otherwise != Otherwise::Untouched {
                module_rights.fields.clear();
            }
            for (field, access) in fields {
                if access.value == system.usual_field_access() {
                    module_rights.fields.remove(field);
                } else {
                    module_rights.fields.insert(field.clone(), access.value);
                }
            }
        }
        if !module_rights.is_empty() {
            rights.modules.insert(module.clone(), module_rights);
        }
    }
}

/// What holds for modules before the manifest's own words are laid over it.
///
/// `none` takes every action away and leaves the access to fields as it is: a field that someone hid must not come
/// to light because a manifest is silent about it. `usual` is the usual in every respect.
fn start_over(system: &System, installation: &Installation, rights: &mut Rights, otherwise: Otherwise) {
    match otherwise {
        Otherwise::Untouched => {}
        Otherwise::None => {
            for module in rights.modules.values_mut() {
                module.actions.clear();
            }
            rights.modules.retain(|_, module| !module.is_empty());
        }
        Otherwise::Usual => {
            let modules = system.modules_of(installation).map(|module| {
                let rights = system.usual_rights(&module);
                (module, rights)
            });
            rights.modules = modules.filter(|(_, rights)| !rights.is_empty()).collect();
        }
    }
}
