//! The shipped definitions hold together: they parse, ids are unique, and what they refer to exists.

use std::collections::BTreeSet;
use std::fmt::Debug;

use super::{Definition, shipped_source};

fn definition(name: &str) -> Definition {
    let source = shipped_source(name).expect("the system is shipped");
    let definition: Definition =
        serde_yaml::from_str(source).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(definition.name.as_str(), name);
    definition
}

/// The ids as a set, none of them twice.
fn unique<T: Ord + Debug>(what: &str, ids: impl IntoIterator<Item = T>) -> BTreeSet<T> {
    let mut seen = BTreeSet::new();
    for id in ids {
        let shown = format!("{id:?}");
        assert!(seen.insert(id), "{what} {shown} is there twice");
    }
    seen
}

/// That everything referred to is known.
fn known<'a, T: Ord + Debug + 'a>(
    by: &dyn Debug,
    references: impl IntoIterator<Item = &'a T>,
    known: &BTreeSet<&T>,
) {
    for reference in references {
        assert!(
            known.contains(reference),
            "{by:?} refers to {reference:?}, which is nowhere"
        );
    }
}

fn holds_together(name: &str) {
    let definition = definition(name);
    let features = unique("feature", definition.features.iter().map(|feature| &feature.id));
    let permissions = definition
        .permissions
        .iter()
        .flat_map(|category| &category.permissions);
    let permissions = unique("permission", permissions.map(|permission| &permission.id));

    let mut actions = BTreeSet::new();
    if let Some(kind) = &definition.modules {
        actions = unique("action", kind.actions.iter().map(|action| &action.id));
        let modules = unique("module", kind.list.iter().map(|module| &module.name));
        for module in &kind.list {
            known(&module.name, &module.extra_actions, &actions);
            known(&module.name, &module.without_actions, &actions);
            known(&module.name, &module.follows, &modules);
            unique("field", &module.fields);
            let named = kind.actions.iter().filter(|action| action.only_where_named);
            let named = named.map(|action| &action.id).collect();
            known(&module.name, &module.extra_actions, &named);
        }
    }
    for category in &definition.permissions {
        known(&category.category, &category.needs, &features);
        for permission in &category.permissions {
            known(&permission.id, &permission.needs, &features);
        }
    }

    let services = unique("service", definition.services.iter().map(|service| &service.id));
    for service in &definition.services {
        known(&service.id, &service.needs_one_of, &services);
        known(&service.id, &service.includes, &services);
        known(&service.id, &service.needs, &features);
        known(&service.id, &service.unless, &features);
    }
    for mode in definition
        .groups
        .iter()
        .flat_map(|groups| &groups.call_group_modes)
    {
        known(&mode.id, &mode.needs, &features);
    }

    if let Some(catalogue) = &definition.authorisations {
        let areas = unique("area", catalogue.areas.iter().map(|area| &area.id));
        unique("level", catalogue.levels.iter().map(|level| &level.id));
        unique(
            "set of rights",
            catalogue.levels.iter().map(|level| &level.rights),
        );
        for level in &catalogue.levels {
            known(&level.id, level.rights.keys(), &areas);
            for area in &catalogue.areas {
                let rights = unique("right", area.rights.iter().map(|right| &right.id));
                known(
                    &level.id,
                    level.rights.get(&area.id).into_iter().flatten(),
                    &rights,
                );
            }
        }
        let least = catalogue.levels.first().expect("there are levels");
        assert!(least.rights.is_empty(), "the first level grants nothing");
    }

    let access = &definition.access;
    known(&"access", &access.administrative_permissions, &permissions);
    for global in &access.global_permissions {
        known(&"access", [&global.permission], &permissions);
        known(&"access", &global.actions, &actions);
    }

    if let Some(roles) = &definition.roles {
        let builtin = definition.builtin.roles.keys().collect();
        known(&"roles.root", &roles.root, &builtin);
        known(&"roles.fixed", &roles.fixed, &builtin);
        for attribute in &roles.required {
            assert!(
                roles.attributes.contains_key(attribute),
                "{attribute:?} is required"
            );
        }
    }
}

#[test]
fn vtiger_holds_together() {
    holds_together("vtiger");
}

#[test]
fn berlicrm_holds_together() {
    holds_together("berlicrm");
}

#[test]
fn ucserver_holds_together() {
    holds_together("ucserver");
}

#[test]
fn contacts_follow_accounts_in_berlicrm_only() {
    let followed = |name| {
        let modules = definition(name).modules.expect("there are modules").list;
        let contacts = modules
            .into_iter()
            .find(|module| module.name.as_str() == "Contacts");
        contacts.expect("there are contacts").follows
    };
    assert_eq!(followed("berlicrm"), Some("Accounts".into()));
    assert_eq!(followed("vtiger"), None);
}

#[test]
fn ucserver_has_every_service_of_the_manual() {
    assert_eq!(definition("ucserver").services.len(), 17);
}
