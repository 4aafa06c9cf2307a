//! Guards of those who can mend things: administrators, and the account that rolecall uses.

use super::{refused, says, states};
use crate::support::Project;

/// Two owners, someone who may change roles, and someone who may not; with the account that rolecall uses.
pub(super) fn people(manifest: &str, policy: &str) -> Project {
    Project::new("uniconnect")
        .file(
            "rolecall.yaml",
            "system: uniconnect\ndeployments: { local: { kind: embedded, seed: seed, account: robot } }\n",
        )
        .seed(
            r#"
roles:
  Keeper: { reports_to: System Owner, permissions: { role_configuration: allow, update_group: all, create_group: allow } }
  Own: { reports_to: System Owner, permissions: { update_user: own } }
  Grouper: { reports_to: System Owner, permissions: { update_group: own } }
  Plain: { reports_to: System Owner }
users:
  anna: { role: System Owner }
  bea: { role: System Owner }
  gone: { role: System Owner, active: false }
  robot: { role: Grouper }
  olli: { role: Own }
  ida: { role: Plain }
"#,
        )
        .manifest(&format!(
            "{manifest}\nexisting: {{ roles: [System Owner, Keeper, Own, Grouper, Plain] }}\n"
        ))
        .file("policy.yaml", policy)
}

#[test]
fn minimum_administrators() {
    let none = "users: { anna: { role: Plain }, bea: { role: Plain } }";
    // Without a setting: one, where there was one.
    refused(
        &people(none, "{}"),
        "minimum-administrators",
        "no effective administrator would remain of 2; there must be 1",
    );
    let one = "users: { anna: { role: Plain } }";
    refused(
        &people(one, "guards: { minimum_administrators: 2 }"),
        "minimum-administrators",
        "1 effective administrator would remain of 2; there must be 2",
    );
    let run = people(one, "{}").run(&["plan"]).exits(0);
    assert!(
        run.stdout.contains("Guards  fine: 1 administrator remains\n"),
        "{}",
        run.stdout
    );
    people(none, "guards: { minimum_administrators: false }")
        .run(&["plan"])
        .exits(0);
    people(none, "guards: { minimum_administrators: true }")
        .run(&["plan"])
        .exits(3);
    // Whoever takes over counts, and too few already are no reason to refuse what takes nobody away.
    let handed_over = "users: { anna: { role: Plain }, bea: { role: Plain }, ida: { role: Keeper } }";
    people(handed_over, "{}").run(&["plan"]).exits(0);
    let more = "users: { ida: { role: Keeper } }";
    people(more, "guards: { minimum_administrators: 5 }")
        .run(&["plan"])
        .exits(0);
    let swapped = "users: { anna: { role: Plain }, ida: { role: Keeper } }";
    people(swapped, "guards: { minimum_administrators: 5 }")
        .run(&["plan"])
        .exits(0);
}

#[test]
fn required_administrators() {
    let one = "users: { anna: { role: Plain } }";
    refused(
        &people(one, "guards: { required_administrators: [bea, anna] }"),
        "required-administrators",
        "anna would cease to be an effective administrator, and is required to stay one",
    );
    people(one, "guards: { required_administrators: [bea] }")
        .run(&["plan"])
        .exits(0);
    // In another way still is; who was none cannot be lost.
    people(
        "users: { anna: { role: Keeper } }",
        "guards: { required_administrators: [anna] }",
    )
    .run(&["plan"])
    .exits(0);
    people(
        "users: { ida: { role: Grouper } }",
        "guards: { required_administrators: [ida, gone] }",
    )
    .run(&["plan"])
    .exits(0);
}

#[test]
fn own_account() {
    refused(
        &people("users: { robot: { role: Plain } }", "{}"),
        "own-account",
        "rolecall works as robot, who would lose update_group",
    );
    // By what its role permits as well as by its role.
    let run = people("roles: { Grouper: { permissions: {} } }", "{}")
        .run(&["plan"])
        .exits(3);
    says(
        &run,
        &["error: guard own-account: rolecall works as robot, who would lose update_group"],
    );
    people("users: { robot: { role: Keeper } }", "{}")
        .run(&["plan"])
        .exits(0);
    people("users: { robot: { role: System Owner } }", "{}")
        .run(&["plan"])
        .exits(0);
    // At its level the permission changes nobody else's access.
    people("users: { olli: { role: Plain } }", "{}")
        .file(
            "rolecall.yaml",
            "system: uniconnect\ndeployments: { local: { kind: embedded, seed: seed, account: olli } }\n",
        )
        .run(&["plan"])
        .exits(0);
    // Without an account nobody is guarded.
    people("users: { robot: { role: Plain } }", "{}")
        .file(
            "rolecall.yaml",
            "system: uniconnect\ndeployments: { local: { kind: embedded, seed: seed } }\n",
        )
        .run(&["plan"])
        .exits(0);
}

#[test]
fn own_account_that_may_do_everything() {
    let project = |manifest| {
        people(manifest, "{}").file(
            "rolecall.yaml",
            "system: uniconnect\ndeployments: { local: { kind: embedded, seed: seed, account: bea } }\n",
        )
    };
    refused(
        &project("users: { bea: { role: Keeper } }"),
        "own-account",
        "rolecall works as bea, who would cease to be an administrator in effect",
    );
    // Another owner is none of its business.
    project("users: { anna: { role: Plain } }")
        .run(&["plan"])
        .exits(0);
}

#[test]
fn systems_without_administrators() {
    for system in ["ucserver", "iptel"] {
        let project = Project::new(system)
            .seed("users: { ida: {} }\ngroups: { Desk: { members: { users: [ida] } } }\n")
            .manifest("groups: { Desk: { members: {} } }\n")
            .file(
                "policy.yaml",
                "guards: { minimum_administrators: 3, required_administrators: [ida] }",
            );
        assert_eq!(
            states(&project.run(&["plan", "--format", "json"]).exits(0))[2..4],
            ["off", "off"]
        );
    }
}
