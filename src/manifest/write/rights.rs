//! The rights of a role or profile as a manifest says them: what is usual is not repeated.

use std::collections::BTreeSet;

use crate::manifest::document::{ActionsDocument, ModuleRightsDocument};
use crate::model::{ActionId, Installation, Level, ModuleName, ModuleRights, Otherwise, Rights};
use crate::system::System;
use crate::text::{Field, Keyed, Spanned};

/// The three keys that state rights.
pub(super) struct WrittenRights {
    /// What holds for modules that are not named.
    pub(super) otherwise: Option<Spanned<Otherwise>>,
    /// Permissions that are granted, all of them.
    pub(super) permissions: Field<Keyed<Spanned<Level>>>,
    /// Modules whose rights differ from what `otherwise` says.
    pub(super) modules: Field<Keyed<Option<ModuleRightsDocument>>>,
}

/// States rights in the shorter of two ways: as deviations from what is usual, or as everything that is permitted.
pub(super) fn rights(
    system: &System,
    installation: &Installation,
    rights: &Rights,
    has_permissions: bool,
    has_modules: bool,
) -> WrittenRights {
    let definition = system.definition();
    let permissions = if has_permissions {
        // In the product's order.
        let catalogue = definition.permissions.iter();
        let catalogue = catalogue.flat_map(|category| &category.permissions);
        let granted = catalogue.filter_map(|permission| {
            let level = rights.permissions.get(&permission.id)?;
            Some((permission.id.to_string(), Spanned::unmarked(*level)))
        });
        Field::unmarked(granted.collect())
    } else {
        Field::Absent
    };
    if !has_modules {
        return WrittenRights {
            otherwise: None,
            permissions,
            modules: Field::Absent,
        };
    }
    let everything = modules(system, installation, rights, Otherwise::None);
    let deviations = modules(system, installation, rights, Otherwise::Usual);
    let (otherwise, modules) = if lines(&deviations) < lines(&everything) {
        (Otherwise::Usual, deviations)
    } else {
        (Otherwise::None, everything)
    };
    // Where nothing is usual, `none` says nothing.
    let kind = definition.modules.iter();
    let says_something = kind.flat_map(|kind| &kind.actions).any(|action| action.usual);
    WrittenRights {
        otherwise: says_something.then_some(otherwise.into()),
        permissions,
        modules: Field::unmarked(modules),
    }
}

/// About how many lines the modules take.
fn lines(modules: &Keyed<Option<ModuleRightsDocument>>) -> usize {
    let rights = modules.iter().filter_map(|entry| entry.value.as_ref());
    rights
        .map(|rights| 1 + rights.fields.as_ref().map_or(0, Keyed::len))
        .sum()
}

/// The modules that have other rights than `otherwise` gives them.
fn modules(
    system: &System,
    installation: &Installation,
    rights: &Rights,
    otherwise: Otherwise,
) -> Keyed<Option<ModuleRightsDocument>> {
    let known: BTreeSet<ModuleName> = system.modules_of(installation).collect();
    let listed = system.definition().modules.iter().flat_map(|kind| &kind.list);
    let listed = listed.map(|module| &module.name);
    let added = known.iter().chain(rights.modules.keys());
    let added: BTreeSet<&ModuleName> = added.filter(|name| system.module(name).is_none()).collect();
    let nothing = ModuleRights::default();
    let modules = listed.chain(added).filter_map(|module| {
        let wanted = rights.modules.get(module).unwrap_or(&nothing);
        let base = match otherwise {
            Otherwise::Usual if known.contains(module) => system.usual_rights(module),
            Otherwise::Usual | Otherwise::None | Otherwise::Untouched => ModuleRights::default(),
        };
        let document = ModuleRightsDocument {
            actions: if wanted.actions == base.actions {
                Field::Absent
            } else {
                Field::unmarked(actions(system, module, wanted))
            },
            fields: (!wanted.fields.is_empty()).then(|| {
                let fields = wanted.fields.iter();
                fields
                    .map(|(name, access)| (name.to_string(), (*access).into()))
                    .collect()
            }),
        };
        let differs = !document.actions.is_absent() || document.fields.is_some();
        differs.then(|| (module.to_string(), Some(document)))
    });
    modules.collect()
}

/// Permitted actions in the product's order; those that the module is not said to have come last.
fn actions(system: &System, module: &ModuleName, rights: &ModuleRights) -> ActionsDocument {
    let known: Vec<&ActionId> = system.actions_of(module).map(|action| &action.id).collect();
    let others = rights.actions.keys().filter(|id| !known.contains(id));
    let ordered = known.iter().copied().chain(others);
    let levels = takes_levels(system);
    let granted = ordered.filter_map(|id| {
        let level = rights.actions.get(id)?;
        Some((id.clone().into(), levels.then_some((*level).into())))
    });
    ActionsDocument(granted.collect())
}

/// Whether actions are written with their levels: as soon as one of the system's takes any.
pub(super) fn takes_levels(system: &System) -> bool {
    let kind = system.definition().modules.iter();
    kind.flat_map(|kind| &kind.actions)
        .any(|action| !action.levels.is_empty())
}
