//! Laying wanted rights over those a role or profile has.

use std::collections::BTreeMap;

use crate::model::{Installation, ModuleRights, Otherwise, Rights, RightsIntent};
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
    if let Some(permissions) = &wanted.permissions {
        if otherwise != Otherwise::Untouched {
            // No product grants a functional permission to a profile that says nothing of it.
            rights.permissions.clear();
        }
        rights.permissions.extend(
            permissions
                .value
                .iter()
                .map(|(id, level)| (id.clone(), level.value)),
        );
    }
    // `otherwise` alone says what holds for every module.
    let Some(modules) = wanted.modules.as_ref().map(|at| &at.value) else {
        if wanted.otherwise.is_some() && otherwise != Otherwise::Untouched {
            rights.modules = base(system, installation, otherwise);
        }
        return;
    };
    if otherwise != Otherwise::Untouched {
        rights.modules = base(system, installation, otherwise);
    }
    for (module, wanted) in modules {
        let mut module_rights = rights.modules.remove(module).unwrap_or_default();
        if let Some(actions) = &wanted.actions {
            module_rights.actions.clone_from(actions);
        }
        for (field, access) in &wanted.fields {
            if access.value == system.usual_field_access() {
                module_rights.fields.remove(field);
            } else {
                module_rights.fields.insert(field.clone(), access.value);
            }
        }
        if !module_rights.is_empty() {
            rights.modules.insert(module.clone(), module_rights);
        }
    }
}

fn base(
    system: &System,
    installation: &Installation,
    otherwise: Otherwise,
) -> BTreeMap<crate::model::ModuleName, ModuleRights> {
    match otherwise {
        Otherwise::None | Otherwise::Untouched => BTreeMap::new(),
        Otherwise::Usual => {
            let modules = system.modules_of(installation);
            modules
                .map(|module| {
                    let rights = system.usual_rights(&module);
                    (module, rights)
                })
                .filter(|(_, rights)| !rights.is_empty())
                .collect()
        }
    }
}
