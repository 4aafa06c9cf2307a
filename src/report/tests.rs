use insta::assert_snapshot;
use serde_json::json;

use super::*;
use crate::manifest::{Document, Gather, shipped};
use crate::plan::{Scope, overlay};
use crate::text::{Diagnostics, decode, parse};

/// A live state, as a deployment of berliCRM would be read.
fn live() -> serde_json::Value {
    json!({
        "system": "berlicrm",
        "profiles": {
            "Sales": { "description": "Sales", "rights": { "modules": {
                "Leads": { "actions": { "view": "allow", "edit": "allow", "delete": "allow" } },
            } } },
            "Telephone Sales": {},
        },
        "roles": {
            "Organization": {},
            "Sales Manager": { "reports_to": "Organization", "profiles": ["Sales"] },
            "Sales Rep": { "reports_to": "Sales Manager", "profiles": ["Sales"] },
            "Telesales": { "reports_to": "Sales Manager", "profiles": ["Telephone Sales"] },
            "Trainee": { "reports_to": "Sales Rep", "profiles": ["Sales"] },
        },
        "groups": {
            "Old Team": { "members": { "users": ["anna"] } },
            "Ring North": { "members": { "users": ["ben"] } },
            "Team North": {
                "description": "Field sales",
                "members": {
                    "users": ["anna"], "groups": ["Old Team"], "roles_and_subordinates": ["Trainee", "Telesales"],
                },
            },
            "Everyone": { "members": { "roles": ["Trainee", "Sales Rep"], "groups": ["Team North"] } },
        },
        "sharing": {
            "defaults": { "Leads": "private", "Accounts": "public_read" },
            "rules": [
                { "module": "Accounts", "from": { "role": "Trainee" }, "to": { "group": "Team North" }, "access": "read" },
                { "module": "Leads", "from": { "role": "Sales Rep" }, "to": { "group": "Old Team" }, "access": "read" },
                { "module": "Leads", "from": { "role": "Telesales" }, "to": { "group": "Team North" }, "access": "read" },
            ],
        },
        "users": {
            "anna": { "role": "Sales Rep" },
            "ben": { "role": "Telesales" },
            "clara": { "role": "Trainee" },
            "david": { "role": "Trainee" },
            "emma": { "role": "Trainee" },
        },
        "records": [{ "owner": { "group": "Old Team" }, "module": "Leads", "count": 1012 }],
    })
}

const MANIFESTS: &[(&str, &str)] = &[
    (
        "manifests/groups.yaml",
        "groups:
  Team A:
    renamed_from: Team North
    description: Field sales, north
    members:
      users: [anna, ben]
      groups: [Ring North]
      roles_and_subordinates: [Inside Sales]
  Ring South:
    description: New
    members: { users: [clara, david] }
",
    ),
    (
        "manifests/removed.yaml",
        "removed:
  groups: { Old Team: { transfer_to: { group: Team A } } }
  roles: { Trainee: { transfer_to: { role: Sales Rep } } }
  profiles: { Telephone Sales: { transfer_to: { profile: Sales } } }
",
    ),
    (
        "manifests/roles.yaml",
        "profiles:
  Sales:
    modules:
      Leads: { actions: [view, edit], fields: { annualrevenue: read_only } }
roles:
  Inside Sales: { renamed_from: Telesales }
  Sales Rep: { reports_to: Sales Manager }
users:
  emma: { role: Sales Manager }
",
    ),
    (
        "manifests/sharing.yaml",
        "sharing:
  defaults: { Leads: public_read }
  rules:
    - { module: Leads, from: { role_and_subordinates: Sales Rep }, to: { group: Team A }, access: read_write }
    - { module: Leads, from: { role: Inside Sales }, to: { group: Team A }, access: read_write }
existing:
  roles: [Sales Manager]
  groups: [Everyone]
",
    ),
];

fn report_on(live: serde_json::Value, manifests: &[(&str, &str)]) -> PlanReport {
    let live: Snapshot = serde_json::from_value(live).unwrap();
    let system = System::new(shipped("berlicrm").unwrap());
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let mut documents: Vec<Document> = Vec::new();
    for (path, text) in manifests {
        let source = sources.add(*path, *text);
        let tree = parse(source, text, &mut diagnostics).unwrap();
        documents.push(decode(&tree).unwrap());
    }
    let mut gather = Gather::new(&system, &mut diagnostics);
    for document in documents {
        gather.add(document);
    }
    let intent = gather.finish();
    let overlay = overlay(&system, &live, &intent, Scope::Manifests, &mut diagnostics);
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    let plan = Plan::new(&system, &live, &overlay, &intent);
    let context = ReportContext {
        system: &system,
        sources: &sources,
        deployment_name: "local",
        deployment_place: ".rolecall/local.db",
        revision: Some("3f2c1ab"),
        live: &live,
    };
    PlanReport::new(&plan, &context)
}

fn report() -> PlanReport {
    report_on(live(), MANIFESTS)
}

fn plain(report: &PlanReport) -> String {
    terminal(report, Style::default())
}

#[test]
fn a_plan_for_people() {
    assert_snapshot!(plain(&report()), @"");
}

#[test]
fn colours_add_and_say_nothing_of_their_own() {
    let coloured = terminal(
        &report(),
        Style {
            color: true,
            ..Style::default()
        },
    );
    let mut bare = String::new();
    for (at, part) in coloured.split('\u{1b}').enumerate() {
        bare.push_str(if at == 0 {
            part
        } else {
            part.split_once('m').unwrap().1
        });
    }
    assert_eq!(bare, plain(&report()));
    let few: Vec<&str> = coloured.lines().skip(2).take(6).collect();
    assert_snapshot!(few.join("\n").replace('\u{1b}', "ESC"), @"");
}

#[test]
fn a_plan_for_programs() {
    let group = [MANIFESTS[0]];
    let mut state = live();
    state["groups"]["Ring North"] = json!({});
    assert_snapshot!(json(&report_on(state, &group)), @"");
}

#[test]
fn a_report_is_the_same_ten_times_over() {
    let (text, machine) = (plain(&report()), json(&report()));
    for _ in 0..10 {
        assert_eq!(plain(&report()), text);
        assert_eq!(json(&report()), machine);
    }
}
