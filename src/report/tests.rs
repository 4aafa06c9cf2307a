use insta::assert_snapshot;
use serde_json::json;

use super::*;
use crate::manifest::{Document, Gather, shipped};
use crate::model::Date;
use crate::plan::{Preference, Scope, overlay};
use crate::text::{Diagnostics, decode, parse};

/// The day that the plans are made for.
fn today() -> Date {
    "2026-12-24".parse().unwrap()
}

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

pub(super) fn report_on(live: serde_json::Value, manifests: &[(&str, &str)]) -> PlanReport {
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
    let overlay = overlay(
        &system,
        &live,
        &intent,
        Scope::Manifests,
        today(),
        &mut diagnostics,
    );
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    let plan = Plan::new(&system, &live, &overlay, &intent, Preference::default());
    let context = ReportContext {
        interim: None,
        system: &system,
        sources: &sources,
        deployment_name: "local",
        deployment_place: ".rolecall/local.db",
        revision: Some("3f2c1ab"),
        impact: None,
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
    assert_snapshot!(plain(&report()), @r#"
    rolecall plan · berlicrm · local at .rolecall/local.db · manifests 3f2c1ab

    Changes
      ~ profile Sales                                                             manifests/roles.yaml:2
          modules.Leads.actions               - delete
          modules.Leads.fields.annualrevenue  read_write → read_only
      - profile Telephone Sales, roles with no other get profile Sales          manifests/removed.yaml:4
      » role Telesales becomes Inside Sales (1 user, 1 group and 1 rule follow)   manifests/roles.yaml:6
          profiles  + Sales
                    - Telephone Sales
      - role Trainee, its 2 users go to role Sales Rep                          manifests/removed.yaml:3
      ~ group Everyone (refers to role Trainee, which is removed)
          members.roles  - Trainee
      - group Old Team, its 1,012 records go to group Team A                    manifests/removed.yaml:2
      + group Ring South                                                         manifests/groups.yaml:9
          description    "New"
          members.users  clara, david
      » group Team North becomes Team A (1 group and 2 rules follow)             manifests/groups.yaml:2
          description                     "Field sales" → "Field sales, north"
          members.users                   + ben
          members.roles_and_subordinates  - Trainee
          members.groups                  + Ring North
                                          - Old Team
      ~ default Leads: private → public_read                                    manifests/sharing.yaml:2
      - rule Accounts: role Trainee → group Team A, read (refers to role Trainee, which is removed)
      ~ rule Leads: role Inside Sales → group Team A, read → read and write     manifests/sharing.yaml:5
      - rule Leads: role Sales Rep → group Old Team, read (no manifest lists it)  manifests/sharing.yaml:5
      + rule Leads: role Sales Rep and subordinates → group Team A, read and write  manifests/sharing.yaml:4
      ~ user emma: role Trainee → Sales Manager                                   manifests/roles.yaml:9
      ? group Ring North is on the deployment and in no manifest: left alone

    Plan    2 to create, 7 to update, 2 to rename, 5 to delete; 8 unchanged, 1 unmanaged
    "#);
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
    assert_snapshot!(few.join("\n").replace('\u{1b}', "ESC"), @r"
    ESC[1mChangesESC[0m
      ESC[33m~ESC[0m profile Sales                                                             ESC[2mmanifests/roles.yaml:2ESC[0m
          modules.Leads.actions               ESC[31m-ESC[0m delete
          modules.Leads.fields.annualrevenue  read_write → read_only
      ESC[31m-ESC[0m profile Telephone Sales, roles with no other get profile Sales          ESC[2mmanifests/removed.yaml:4ESC[0m
      ESC[36m»ESC[0m role Telesales becomes Inside Sales (1 user, 1 group and 1 rule follow)   ESC[2mmanifests/roles.yaml:6ESC[0m
    ");
}

#[test]
fn an_update_in_two_steps_is_one_change() {
    let live = json!({
        "system": "berlicrm",
        "groups": { "A": { "members": { "groups": ["B"] } }, "B": {}, "C": {} },
    });
    let report = report_on(live, &[("a.yaml", "groups: { A: { members: { groups: [C] } } }")]);
    assert_eq!(report.steps.len(), 2);
    assert_eq!((report.changes.len(), report.totals.update), (1, 1));
    assert_snapshot!(plain(&report), @r"
    rolecall plan · berlicrm · local at .rolecall/local.db · manifests 3f2c1ab

    Changes
      ~ group A                                                                                 a.yaml:1
          members.groups  + C
                          - B
      ? group B is on the deployment and in no manifest: left alone
      ? group C is on the deployment and in no manifest: left alone

    Plan    1 to update; 0 unchanged, 2 unmanaged
    ");
}

/// A group with as many members as asked for, and as many groups that no manifest names.
fn many(members: usize, unmanaged: usize) -> PlanReport {
    let groups: serde_json::Map<_, _> = (0..unmanaged)
        .map(|at| (format!("Group {at:02}"), json!({})))
        .collect();
    let live = json!({ "system": "berlicrm", "groups": groups });
    let users: Vec<String> = (0..members).map(|at| format!("user{at:03}")).collect();
    let manifest = format!(
        "groups: {{ Big: {{ members: {{ users: [{}] }} }} }}",
        users.join(", ")
    );
    report_on(live, &[("a.yaml", &manifest)])
}

#[test]
fn long_lists_are_cut_and_wrapped() {
    let narrow = Style {
        width: 60,
        ..Style::default()
    };
    assert_snapshot!(terminal(&many(200, 12), narrow), @r"
    rolecall plan · berlicrm · local at .rolecall/local.db · manifests 3f2c1ab

    Changes
      + group Big                                       a.yaml:1
          members.users  user000, user001, user002, user003,
                         user004, user005, user006, user007,
                         user008, user009, user010, user011,
                         … and 188 more
      ? group Group 00 is on the deployment and in no manifest: left alone
      ? group Group 01 is on the deployment and in no manifest: left alone
      ? group Group 02 is on the deployment and in no manifest: left alone
      ? group Group 03 is on the deployment and in no manifest: left alone
      ? group Group 04 is on the deployment and in no manifest: left alone
      ? group Group 05 is on the deployment and in no manifest: left alone
      ? group Group 06 is on the deployment and in no manifest: left alone
      ? group Group 07 is on the deployment and in no manifest: left alone
      ? group Group 08 is on the deployment and in no manifest: left alone
      ? group Group 09 is on the deployment and in no manifest: left alone
        … and 2 more unmanaged (rolecall plan --format json lists them)

    Plan    1 to create; 0 unchanged, 12 unmanaged
    ");
    let verbose = Style {
        verbose: true,
        ..Style::default()
    };
    assert!(terminal(&many(200, 0), verbose).contains("user199"));
}

#[test]
fn nothing_to_do_is_one_line() {
    let live = json!({ "system": "berlicrm", "groups": { "A": {}, "B": {} } });
    let report = report_on(
        live,
        &[("a.yaml", "groups: { A: {} }\nexisting: { groups: [B] }")],
    );
    assert_eq!(
        plain(&report),
        "No changes. berlicrm local is as the manifests say (2 objects)\n"
    );
}

#[test]
fn a_name_cannot_paint_the_terminal() {
    let live = json!({ "system": "berlicrm", "groups": { "A\u{1b}[2K\nNo changes": {} } });
    let report = report_on(
        live,
        &[("a.yaml", "groups: { \"B\\u202E\": { description: \"x\\ny\" } }")],
    );
    let text = plain(&report);
    assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
    assert_snapshot!(text, @r#"
    rolecall plan · berlicrm · local at .rolecall/local.db · manifests 3f2c1ab

    Changes
      + group B\u{202e}                                                                         a.yaml:1
          description  "x\ny"
      ? group A\u{1b}[2K\nNo changes is on the deployment and in no manifest: left alone

    Plan    1 to create; 0 unchanged, 1 unmanaged
    "#);
}

#[test]
fn after_an_apply() {
    let totals = Totals {
        create: 1200,
        delete: 1,
        ..Totals::default()
    };
    let lines = [
        applied(&totals, 1201, 1201, 0.32),
        applied(&totals, 5, 1201, 75.4),
        applied(&Totals::default(), 0, 0, 0.0),
    ];
    assert_snapshot!(lines.join("\n"), @r"
    Applied 1,201 of 1,201 steps in 0.3 s: 1,200 created, 1 deleted
    Applied 5 of 1,201 steps in 1 min 15 s, 1,196 not done
    Applied 0 of 0 steps in 0.0 s
    ");
}

#[test]
fn a_report_is_the_same_ten_times_over() {
    let (text, machine) = (plain(&report()), json(&report()));
    for _ in 0..10 {
        assert_eq!(plain(&report()), text);
        assert_eq!(json(&report()), machine);
    }
}
