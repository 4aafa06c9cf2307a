//! A definition with what others look up in it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::definition::*;
use crate::model::{
    ActionId, AuthorisationArea, AuthorisationRight, Authorisations, FeatureId, FieldAccess, Installation,
    Level, ModuleName, ModuleRights, PermissionId, ServiceId, Snapshot,
};

/// The systems that rolecall ships, with their definition files.
pub const SHIPPED: [(&str, &str); 5] = [
    ("uniconnect", include_str!("definitions/uniconnect.yaml")),
    ("iptel", include_str!("definitions/iptel.yaml")),
    ("vtiger", include_str!("definitions/vtiger.yaml")),
    ("berlicrm", include_str!("definitions/berlicrm.yaml")),
    ("ucserver", include_str!("definitions/ucserver.yaml")),
];

/// The definition file of a shipped system.
pub fn shipped_source(name: &str) -> Option<&'static str> {
    SHIPPED
        .iter()
        .find(|(shipped, _)| *shipped == name)
        .map(|(_, source)| *source)
}

/// One product: its definition and look-ups over it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct System(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    definition: Definition,
    permissions: BTreeMap<PermissionId, (usize, usize)>,
    modules: BTreeMap<ModuleName, usize>,
    actions: BTreeMap<ActionId, usize>,
    services: BTreeMap<ServiceId, usize>,
}

impl System {
    /// A system by its definition.
    pub fn new(definition: Definition) -> Self {
        let permissions = definition
            .permissions
            .iter()
            .enumerate()
            .flat_map(|(c, category)| {
                category
                    .permissions
                    .iter()
                    .enumerate()
                    .map(move |(p, permission)| (permission.id.clone(), (c, p)))
            })
            .collect();
        let kind = definition.modules.as_ref();
        let modules = kind.map_or(&[][..], |kind| &kind.list);
        let actions = kind.map_or(&[][..], |kind| &kind.actions);
        Self(Arc::new(Inner {
            permissions,
            modules: modules
                .iter()
                .enumerate()
                .map(|(i, module)| (module.name.clone(), i))
                .collect(),
            actions: actions
                .iter()
                .enumerate()
                .map(|(i, action)| (action.id.clone(), i))
                .collect(),
            services: definition
                .services
                .iter()
                .enumerate()
                .map(|(i, s)| (s.id.clone(), i))
                .collect(),
            definition,
        }))
    }

    /// The definition itself.
    pub fn definition(&self) -> &Definition {
        &self.0.definition
    }

    /// Whether the product refuses what this constraint names.
    pub fn has(&self, constraint: Constraint) -> bool {
        self.0.definition.constraints.contains(&constraint)
    }

    /// The form in which two spellings of one name are equal.
    pub fn fold<'a>(&self, name: &'a str) -> Cow<'a, str> {
        self.0.definition.names.compare.fold(name)
    }

    /// A permission of the catalogue and its category.
    pub fn permission(&self, id: &PermissionId) -> Option<(&PermissionCategory, &Permission)> {
        let (category, permission) = *self.0.permissions.get(id)?;
        let category = &self.0.definition.permissions[category];
        Some((category, &category.permissions[permission]))
    }

    /// A module that every installation has.
    pub fn module(&self, name: &ModuleName) -> Option<&Module> {
        let kind = self.0.definition.modules.as_ref()?;
        Some(&kind.list[*self.0.modules.get(name)?])
    }

    /// An action on modules.
    pub fn action(&self, id: &ActionId) -> Option<&Action> {
        let kind = self.0.definition.modules.as_ref()?;
        Some(&kind.actions[*self.0.actions.get(id)?])
    }

    /// A service of groups.
    pub fn service(&self, id: &ServiceId) -> Option<&Service> {
        Some(&self.0.definition.services[*self.0.services.get(id)?])
    }

    /// The actions that a module has, in the product's order.
    pub fn actions_of<'a>(&'a self, module: &'a ModuleName) -> impl Iterator<Item = &'a Action> + 'a {
        let listed = self.module(module);
        self.0
            .definition
            .modules
            .iter()
            .flat_map(|kind| &kind.actions)
            .filter(move |action| match listed {
                Some(module) if action.only_where_named => module.extra_actions.contains(&action.id),
                Some(module) => !module.without_actions.contains(&action.id),
                None => !action.only_where_named,
            })
    }

    /// The modules of an installation: those every installation has and those this one adds, by name.
    pub fn modules_of<'a>(&'a self, installation: &'a Installation) -> impl Iterator<Item = ModuleName> + 'a {
        let listed = self.0.modules.keys();
        let added = installation
            .modules
            .keys()
            .filter(|name| !self.0.modules.contains_key(*name));
        listed.chain(added).cloned()
    }

    /// The module whose default and rules hold for a module: itself, unless it follows another.
    pub fn shared_as<'a>(&'a self, module: &'a ModuleName) -> &'a ModuleName {
        let mut decisive = module;
        // A module may follow one that follows another; a definition that goes in circles follows none.
        for _ in 0..self.0.modules.len() {
            match self.module(decisive).and_then(|module| module.follows.as_ref()) {
                Some(followed) => decisive = followed,
                None => break,
            }
        }
        decisive
    }

    /// The rights on a module that the product gives when nothing is said.
    pub fn usual_rights(&self, module: &ModuleName) -> ModuleRights {
        let actions = self.actions_of(module).filter(|action| action.usual);
        ModuleRights {
            actions: actions
                .map(|action| (action.id.clone(), widest(&action.levels)))
                .collect(),
            fields: BTreeMap::new(),
        }
    }

    /// The access to a field that a profile does not name.
    pub fn usual_field_access(&self) -> FieldAccess {
        let fields = self
            .0
            .definition
            .modules
            .as_ref()
            .and_then(|kind| kind.fields.as_ref());
        fields.map_or(FieldAccess::ReadWrite, |fields| fields.usual)
    }

    /// Whether the installation has a feature, as far as it says; otherwise as the definition assumes.
    pub fn has_feature(&self, installation: &Installation, feature: &FeatureId) -> bool {
        installation.features.get(feature).copied().unwrap_or_else(|| {
            self.0
                .definition
                .features
                .iter()
                .find(|known| known.id == *feature)
                .is_some_and(|known| known.assumed)
        })
    }

    /// One form for equal authorisations: nothing is `None`, single rights that equal a level are that level.
    pub fn canonical_authorisations(&self, authorisations: Option<Authorisations>) -> Option<Authorisations> {
        let catalogue = self.0.definition.authorisations.as_ref()?;
        let nothing = catalogue.levels.first().map(|level| &level.id);
        match authorisations? {
            Authorisations::Level(level) if Some(&level) == nothing => None,
            Authorisations::Level(level) => Some(Authorisations::Level(level)),
            Authorisations::Special(mut rights) => {
                rights.retain(|_, rights| !rights.is_empty());
                match catalogue.levels.iter().find(|level| level.rights == rights) {
                    Some(level) if Some(&level.id) == nothing => None,
                    Some(level) => Some(Authorisations::Level(level.id.clone())),
                    None => Some(Authorisations::Special(rights)),
                }
            }
        }
    }

    /// The single rights that authorisations stand for, by area. A level that the system does not know stands for none.
    pub fn single_rights(
        &self,
        authorisations: &Authorisations,
    ) -> BTreeMap<AuthorisationArea, BTreeSet<AuthorisationRight>> {
        match authorisations {
            Authorisations::Special(rights) => rights.clone(),
            Authorisations::Level(id) => {
                let catalogue = self.0.definition.authorisations.as_ref();
                let level = catalogue.and_then(|all| all.levels.iter().find(|level| level.id == *id));
                level.map(|level| level.rights.clone()).unwrap_or_default()
            }
        }
    }

    /// The module whose default and rules hold for a module: itself, unless it follows another one.
    pub fn sharing_of<'a>(&'a self, module: &'a ModuleName) -> &'a ModuleName {
        let mut decisive = module;
        // A module may follow one that follows another; a definition that goes in circles ends here as well.
        let modules = self
            .definition()
            .modules
            .as_ref()
            .map_or(0, |kind| kind.list.len());
        for _ in 0..modules {
            match self.module(decisive).and_then(|module| module.follows.as_ref()) {
                Some(followed) => decisive = followed,
                None => break,
            }
        }
        decisive
    }

    /// A deployment with nothing but what every installation has.
    pub fn bare(&self) -> Snapshot {
        let definition = self.definition();
        let mut snapshot = Snapshot::empty(definition.name.clone());
        snapshot.roles = definition.builtin.roles.clone();
        snapshot.profiles = definition.builtin.profiles.clone();
        snapshot.groups = definition.builtin.groups.clone();
        if let Some(defaults) = definition
            .sharing
            .as_ref()
            .and_then(|sharing| sharing.defaults.as_ref())
        {
            let modules = definition.modules.iter().flat_map(|kind| &kind.list);
            snapshot.sharing.defaults = modules
                .filter(|module| module.shareable && module.follows.is_none())
                .map(|module| (module.name.clone(), module.default.unwrap_or(defaults.usual)))
                .collect();
        }
        snapshot
    }
}

/// The widest of an action's or permission's levels; [`Level::Allow`] when it has none.
pub fn widest(levels: &BTreeMap<Level, String>) -> Level {
    levels.keys().next_back().copied().unwrap_or(Level::Allow)
}
