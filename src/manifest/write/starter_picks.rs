//! What a starting project picks from a definition: names that are free, modules, levels, a first permission.

use std::collections::BTreeSet;

use crate::model::{FeatureId, Level, ModuleName};
use crate::system::{Definition, NameFormat, Permission, PermissionCategory, System};

/// How far the example's rights reach.
#[derive(Clone, Copy)]
pub(super) enum Reach {
    /// The least level.
    Narrow,
    /// The widest level.
    Wide,
}

impl Reach {
    /// The level of this reach among those that are taken, least first.
    pub(super) fn of<'a>(self, mut levels: impl DoubleEndedIterator<Item = &'a Level>) -> Level {
        let level = match self {
            Self::Narrow => levels.next(),
            Self::Wide => levels.next_back(),
        };
        level.copied().unwrap_or(Level::Allow)
    }
}

/// The first name that the system takes and has not given to something built in.
pub(super) fn free(
    system: &System,
    format: Option<&NameFormat>,
    builtin: &BTreeSet<&str>,
    names: &[&'static str],
) -> &'static str {
    let is_free = |name: &&&str| {
        let is_taken = builtin
            .iter()
            .any(|taken| system.fold(taken) == system.fold(name));
        let fits = format.is_none_or(|format| {
            name.chars().count() <= format.max_length_characters as usize
                && !format.forbidden.iter().any(|text| name.contains(text.as_str()))
                && !format
                    .forbidden_start
                    .iter()
                    .any(|text| name.starts_with(text.as_str()))
        });
        !is_taken && fits
    };
    names
        .iter()
        .find(is_free)
        .or(names.last())
        .copied()
        .unwrap_or("Example")
}

/// Two modules for the example: the system's own, those that can be shared first.
pub(super) fn modules(definition: &Definition) -> Vec<ModuleName> {
    let Some(kind) = &definition.modules else {
        return Vec::new();
    };
    let own = |shareable: bool| {
        let is_shareable = move |module: &&crate::system::Module| {
            (module.shareable && module.follows.is_none()) == shareable
        };
        kind.list
            .iter()
            .filter(is_shareable)
            .map(|module| module.name.clone())
    };
    let mut modules: Vec<ModuleName> = own(true).chain(own(false)).take(2).collect();
    if modules.is_empty() && kind.open {
        modules = ["Leads", "Contacts"].map(ModuleName::from).into();
    }
    modules
}

/// Whether a permission is one to begin with: it opens nothing by the way, and the installation can have it.
pub(super) fn is_harmless(
    definition: &Definition,
    category: &PermissionCategory,
    permission: &Permission,
) -> bool {
    let access = &definition.access;
    let has = |feature: &FeatureId| {
        let mut features = definition.features.iter();
        features.any(|known| known.id == *feature && known.assumed)
    };
    let needs = category.needs.iter().chain(&permission.needs);
    let opens = access.global_permissions.iter();
    needs.into_iter().all(has)
        && !access.administrative_permissions.contains_key(&permission.id)
        && !opens.into_iter().any(|global| global.permission == permission.id)
}
