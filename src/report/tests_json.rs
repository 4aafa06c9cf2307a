use insta::assert_snapshot;
use serde_json::json;

use super::tests::report_on;
use super::*;

#[test]
fn a_plan_for_programs() {
    let live = json!({
        "system": "berlicrm",
        "groups": {
            "Old Team": { "members": { "users": ["anna"] } },
            "Team North": { "description": "Field sales", "members": { "groups": ["Old Team"] } },
        },
        "records": [{ "owner": { "group": "Old Team" }, "module": "Leads", "count": 12 }],
    });
    let manifests = "groups:
  Team A: { renamed_from: Team North, description: Field sales, members: { users: [anna] } }
sharing:
  rules: [{ module: Leads, from: { role: Sales Rep }, to: { group: Team A }, access: read }]
removed: { groups: { Old Team: { transfer_to: { user: anna } } } }
";
    assert_snapshot!(json(&report_on(live, &[("manifests/a.yaml", manifests)])), @r#"
    {
      "format_version": "1.0",
      "system": "berlicrm",
      "deployment": {
        "name": "local",
        "place": ".rolecall/local.db"
      },
      "manifests": {
        "revision": "3f2c1ab"
      },
      "resource_changes": [
        {
          "address": "group.Old Team",
          "type": "group",
          "name": "Old Team",
          "change": {
            "actions": [
              "delete"
            ],
            "before": {
              "status": "active",
              "members": {
                "users": [
                  "anna"
                ]
              }
            },
            "after": null
          },
          "attributes": [],
          "reason": "removed",
          "transfer": {
            "to": {
              "type": "user",
              "name": "anna"
            },
            "users": 0,
            "records": 12
          },
          "place": {
            "file": "manifests/a.yaml",
            "line": 5,
            "column": 22
          }
        },
        {
          "address": "group.Team A",
          "type": "group",
          "name": "Team A",
          "previous_address": "group.Team North",
          "previous_name": "Team North",
          "change": {
            "actions": [
              "rename",
              "update"
            ],
            "before": {
              "description": "Field sales",
              "status": "active",
              "members": {
                "groups": [
                  "Old Team"
                ]
              }
            },
            "after": {
              "description": "Field sales",
              "status": "active",
              "members": {
                "users": [
                  "anna"
                ]
              }
            }
          },
          "attributes": [
            {
              "attribute": "members.users",
              "added": [
                "anna"
              ],
              "removed": []
            },
            {
              "attribute": "members.groups",
              "added": [],
              "removed": [
                "Old Team"
              ]
            }
          ],
          "reason": "renamed",
          "follows": {
            "users": 0,
            "roles": 0,
            "groups": 0,
            "rules": 0,
            "records": 0
          },
          "place": {
            "file": "manifests/a.yaml",
            "line": 2,
            "column": 3
          }
        },
        {
          "address": "sharing_rule.Leads: role Sales Rep → group Team A",
          "type": "sharing_rule",
          "name": "Leads: role Sales Rep → group Team A",
          "rule": {
            "module": "Leads",
            "from": {
              "role": "Sales Rep"
            },
            "to": {
              "group": "Team A"
            }
          },
          "change": {
            "actions": [
              "create"
            ],
            "before": null,
            "after": {
              "access": "read"
            }
          },
          "attributes": [
            {
              "attribute": "access",
              "before": null,
              "after": "read"
            }
          ],
          "reason": "missing",
          "place": {
            "file": "manifests/a.yaml",
            "line": 4,
            "column": 11
          }
        }
      ],
      "guards": [],
      "steps": [
        {
          "index": 1,
          "address": "group.Team A",
          "action": "rename",
          "stage": "rename",
          "after": []
        },
        {
          "index": 2,
          "address": "group.Team A",
          "action": "update",
          "stage": "revoke",
          "after": []
        },
        {
          "index": 3,
          "address": "group.Old Team",
          "action": "delete",
          "stage": "move",
          "after": [
            2
          ]
        },
        {
          "index": 4,
          "address": "group.Team A",
          "action": "update",
          "stage": "grant",
          "after": [
            2
          ]
        },
        {
          "index": 5,
          "address": "sharing_rule.Leads: role Sales Rep → group Team A",
          "action": "create",
          "stage": "grant",
          "after": []
        }
      ],
      "unmanaged": [],
      "totals": {
        "create": 1,
        "update": 1,
        "rename": 1,
        "delete": 1,
        "unchanged": 0,
        "unmanaged": 0
      },
      "expiring": [],
      "incomplete": false,
      "notes": []
    }
    "#);
}

#[test]
fn a_rename_alone_keeps_its_state_in_the_new_names() {
    let live = json!({
        "system": "berlicrm",
        "roles": { "Lead": {}, "Rep": { "reports_to": "Lead" } },
    });
    let manifests = "roles:
  Head: { renamed_from: Lead }
  Agent: { renamed_from: Rep }
";
    let report = report_on(live, &[("a.yaml", manifests)]);
    let agent = report.changes.iter().find(|each| each.name == "Agent").unwrap();
    assert_eq!(agent.change.actions, [Action::Rename]);
    assert_eq!(agent.change.before, agent.change.after);
    let Some(State::Role(role)) = &agent.change.after else {
        panic!("{agent:?}")
    };
    assert_eq!(role.reports_to, Some("Head".into()));
    assert_eq!(agent.attributes, []);
}

#[test]
fn names_that_move_up_are_kept_apart() {
    let live = json!({ "system": "berlicrm", "groups": { "A": {}, "B": {} } });
    let manifests = "groups:
  B: { renamed_from: A, description: was A }
  C: { renamed_from: B, description: was B }
";
    let report = report_on(live, &[("a.yaml", manifests)]);
    let names = report
        .changes
        .iter()
        .map(|each| (each.previous_name.as_deref(), each.name.as_str()));
    assert_eq!(names.collect::<Vec<_>>(), [(Some("A"), "B"), (Some("B"), "C")]);
    for change in &report.changes {
        let Some(State::Group(group)) = &change.change.after else {
            panic!("{change:?}")
        };
        let previous = change.previous_name.clone().unwrap();
        assert_eq!(group.description, format!("was {previous}"));
        assert_eq!(change.change.actions, [Action::Rename, Action::Update]);
    }
}
