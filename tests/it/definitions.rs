//! The definitions that come with rolecall: they fit their schema, contradict nothing, and say what their sources say.

use std::collections::BTreeMap;

use rolecall::manifest::schema;
use rolecall::system::{Definition, Limit, SHIPPED, shipped_source};
use rolecall::text::{Code, Diagnostics, Schema, Sources, decode, parse};

/// Reads a definition strictly, as a company's own is read.
fn read(name: &str, text: &str) -> Definition {
    let mut sources = Sources::default();
    let source = sources.add(name, text);
    let mut diagnostics = Diagnostics::default();
    let mut tree = parse(source, text, &mut diagnostics).expect("it is YAML");
    let schema = Schema::compile(schema::system_definition()).expect("the schema is one");
    schema.check(&mut tree, &mut diagnostics);
    let wrong: Vec<(Code, &str)> = diagnostics
        .iter()
        .map(|wrong| (wrong.code, wrong.message.as_str()))
        .collect();
    assert_eq!(wrong, [], "{name}");
    decode(&tree).unwrap_or_else(|error| panic!("{name}: {}", error.message))
}

fn shipped(name: &str) -> Definition {
    read(name, shipped_source(name).expect("it is shipped"))
}

#[test]
fn every_definition_fits_its_schema_and_contradicts_nothing() {
    let helpdesk = include_str!("../../examples/custom/helpdesk.system.yaml");
    for (name, text) in SHIPPED.into_iter().chain([("helpdesk", helpdesk)]) {
        let definition = read(name, text);
        assert_eq!(definition.name.as_str(), name);
        assert_eq!(definition.problems(), [""; 0], "{name}");
    }
}

#[test]
fn problems_are_found() {
    let good = shipped_source("ucserver").expect("it is shipped");
    for (from, to, problem) in [
        (
            "needs: sms_dispatch",
            "needs: carrier_pigeons",
            "names `carrier_pigeons`, which is no feature",
        ),
        (
            "includes: [accept_screen_sharing]",
            "includes: [nothing]",
            "names `nothing`, which is not listed",
        ),
        (
            "unless: apps_granted_globally",
            "unless: apps_granted_globally\n    over_members: true",
            "service `use_apps` is about members, so no feature can give it to everyone",
        ),
    ] {
        assert!(good.contains(from), "the definition says `{from}`");
        let problems = read("ucserver", &good.replace(from, to)).problems();
        assert!(
            problems.iter().any(|found| found.contains(problem)),
            "{problems:?}"
        );
    }
}

#[test]
fn uniconnect_has_the_whole_catalogue() {
    let definition = shipped("uniconnect");
    let counts: Vec<(&str, usize)> = definition
        .permissions
        .iter()
        .map(|c| (c.category.as_str(), c.permissions.len()))
        .collect();
    let expected = [
        ("AI Configuration", 1),
        ("Calls", 4),
        ("Campaign", 6),
        ("CRM Configuration", 2),
        ("Email", 3),
        ("Groups", 4),
        ("Messaging", 3),
        ("Status Management", 1),
        ("System Configuration", 10),
        ("Users", 8),
        ("Workflow Management", 2),
    ];
    assert_eq!(counts, expected);
    let permissions = definition
        .permissions
        .iter()
        .flat_map(|category| &category.permissions);
    for permission in permissions {
        // The product says so in the purpose, and nowhere else.
        let depends = permission.purpose.contains("depending on access level");
        assert_eq!(!permission.levels.is_empty(), depends, "{}", permission.id);
    }
    let limits = definition
        .permissions
        .iter()
        .flat_map(|category| &category.permissions);
    let limits: BTreeMap<&str, Limit> = limits.filter_map(|p| Some((p.id.as_str(), p.limit?))).collect();
    let expected = [
        ("deactivate_user", Limit::NotOwnAccount),
        ("update_user", Limit::NotOwnRole),
    ];
    assert_eq!(limits, BTreeMap::from(expected));
    let modules = definition.modules.expect("rights are per module");
    let levels: Vec<(&str, usize)> = modules
        .actions
        .iter()
        .map(|a| (a.id.as_str(), a.levels.len()))
        .collect();
    assert_eq!(levels, [("view", 3), ("create", 0), ("update", 3), ("delete", 3)]);
}

#[test]
fn contacts_follow_accounts_in_berlicrm_only() {
    let followed = |name| {
        let modules = shipped(name).modules.expect("there are modules").list;
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
    assert_eq!(shipped("ucserver").services.len(), 17);
}
