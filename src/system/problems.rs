//! What a system definition can get wrong that its schema cannot say: names that point at nothing.

use std::collections::BTreeSet;

use super::{Definition, RightsFrom};

impl Definition {
    /// Everything in which the definition contradicts itself, one sentence each.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        self.permission_problems(&mut problems);
        self.module_problems(&mut problems);
        self.group_problems(&mut problems);
        self.role_problems(&mut problems);
        problems
    }

    fn has_feature(&self, id: &str) -> bool {
        self.features.iter().any(|feature| feature.id.as_str() == id)
    }

    fn permission_problems(&self, problems: &mut Vec<String>) {
        let mut ids = BTreeSet::new();
        for category in &self.permissions {
            let needs = category
                .needs
                .iter()
                .chain(category.permissions.iter().filter_map(|p| p.needs.as_ref()));
            for feature in needs.filter(|feature| !self.has_feature(feature.as_str())) {
                problems.push(format!(
                    "category `{}` needs `{feature}`, which is no feature",
                    category.category
                ));
            }
            for permission in &category.permissions {
                if !ids.insert(&permission.id) {
                    problems.push(format!("permission `{}` is listed twice", permission.id));
                }
            }
        }
        let global = self
            .access
            .global_permissions
            .iter()
            .map(|global| &global.permission);
        let administrative = self.access.administrative_permissions.keys();
        let changing = self.access.access_changing_permissions.keys();
        for id in administrative.chain(changing).chain(global) {
            if !ids.contains(id) {
                problems.push(format!(
                    "access names permission `{id}`, which is not in the catalogue"
                ));
            }
        }
    }

    fn module_problems(&self, problems: &mut Vec<String>) {
        let Some(kind) = &self.modules else { return };
        let actions: BTreeSet<_> = kind.actions.iter().map(|action| &action.id).collect();
        if actions.len() < kind.actions.len() {
            problems.push("an action is listed twice".to_owned());
        }
        let modules: BTreeSet<_> = kind.list.iter().map(|module| &module.name).collect();
        if modules.len() < kind.list.len() {
            problems.push("a module is listed twice".to_owned());
        }
        for module in &kind.list {
            for action in module.extra_actions.iter().chain(&module.without_actions) {
                if !actions.contains(action) {
                    problems.push(format!(
                        "module `{}` names action `{action}`, which is not listed",
                        module.name
                    ));
                }
            }
            let others = module.follows.iter().chain(&module.rights_of);
            if let Some(followed) = others.clone().find(|other| !modules.contains(other)) {
                problems.push(format!(
                    "module `{}` follows `{followed}`, which is not listed",
                    module.name
                ));
            }
        }
        for global in &self.access.global_permissions {
            for action in global.actions.iter().filter(|action| !actions.contains(action)) {
                problems.push(format!("access names action `{action}`, which is not listed"));
            }
        }
    }

    fn group_problems(&self, problems: &mut Vec<String>) {
        let services: BTreeSet<_> = self.services.iter().map(|service| &service.id).collect();
        if services.len() < self.services.len() {
            problems.push("a service is listed twice".to_owned());
        }
        for service in &self.services {
            for other in service.needs_one_of.iter().chain(&service.includes) {
                if !services.contains(other) {
                    problems.push(format!(
                        "service `{}` names `{other}`, which is not listed",
                        service.id
                    ));
                }
            }
            if service.over_members && service.unless.is_some() {
                problems.push(format!(
                    "service `{}` is about members, so no feature can give it to everyone",
                    service.id
                ));
            }
            for feature in service.needs.iter().chain(&service.unless) {
                if !self.has_feature(feature.as_str()) {
                    problems.push(format!(
                        "service `{}` names `{feature}`, which is no feature",
                        service.id
                    ));
                }
            }
        }
        for mode in self.groups.iter().flat_map(|kind| &kind.call_group_modes) {
            if let Some(feature) = mode
                .needs
                .as_ref()
                .filter(|feature| !self.has_feature(feature.as_str()))
            {
                problems.push(format!(
                    "call group mode `{}` needs `{feature}`, which is no feature",
                    mode.label
                ));
            }
        }
        if let Some(catalogue) = &self.authorisations {
            for level in &catalogue.levels {
                for (area, rights) in &level.rights {
                    let known = catalogue.areas.iter().find(|known| known.id == *area);
                    let known =
                        known.map(|area| area.rights.iter().map(|right| &right.id).collect::<BTreeSet<_>>());
                    if known.is_none_or(|known| rights.iter().any(|right| !known.contains(right))) {
                        problems.push(format!(
                            "level `{}` names rights in `{area}` that are not listed",
                            level.id
                        ));
                    }
                }
            }
            if catalogue
                .levels
                .first()
                .is_none_or(|level| !level.rights.is_empty())
            {
                problems.push("the first level of authorisations must grant nothing".to_owned());
            }
        }
    }

    fn role_problems(&self, problems: &mut Vec<String>) {
        let builtin = &self.builtin.roles;
        let named = self
            .roles
            .iter()
            .flat_map(|kind| kind.fixed.iter().chain(&kind.root));
        for role in named.chain(&self.access.super_roles) {
            if !builtin.contains_key(role) {
                problems.push(format!("role `{role}` is named, but not built in"));
            }
        }
        if self.access.rights_from == RightsFrom::RoleProfiles && self.profiles.is_none() {
            problems.push("rights come from profiles, but the system has none".to_owned());
        }
    }
}
