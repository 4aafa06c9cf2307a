//! What a product refuses, the embedded deployment refuses when something else than a plan tries it.
//!
//! Each case performs one operation on a deployment of a shipped system, past every check.

use rolecall::deployment::embedded::Store;
use rolecall::deployment::{DeploymentError, Read, Write};
use rolecall::manifest::{Reading, shipped};
use rolecall::model::{Group, Principal, Profile, Role, RuleAccess, RuleKey, Snapshot};
use rolecall::plan::{Edit, Operation, Scope, overlay};
use rolecall::system::System;
use rolecall::text::Diagnostics;

use crate::support::Project;
use crate::world::today;

/// A deployment of a system, filled from a seed.
fn store(system: &str, seed: &str) -> Store {
    let system = System::new(shipped(system).unwrap());
    let project = Project::new("any").seed(seed);
    let mut reading = Reading::default();
    let intent = reading.seed(&project.path().join("seed"), &system);
    let mut diagnostics = Diagnostics::default();
    let seeded = overlay(
        &system,
        &system.bare(),
        &intent,
        Scope::Seed,
        today(),
        &mut diagnostics,
    );
    assert!(
        !reading.diagnostics.has_errors() && diagnostics.is_empty(),
        "{:?}",
        reading.diagnostics
    );
    Store::in_memory(&system, &seeded.desired).unwrap()
}

/// Performs an operation that must be refused by a rule, and shows that nothing changed.
#[track_caller]
fn refuses(system: &str, seed: &str, operation: impl FnOnce(&Snapshot) -> Operation, rule: &str) {
    let mut store = store(system, seed);
    let before = store.read().unwrap();
    match store.perform(&operation(&before)) {
        Err(DeploymentError::Refused { rule: found, reason }) => assert_eq!(found, rule, "{reason}"),
        other => panic!("{rule} does not hold: {other:?}"),
    }
    assert_eq!(store.read().unwrap(), before);
}

fn delete_group(snapshot: &Snapshot, name: &str, heir: Option<Principal>) -> Operation {
    Operation::Group(Edit::Delete {
        name: name.into(),
        before: snapshot.groups[name].clone(),
        heir,
    })
}

fn delete_role(snapshot: &Snapshot, name: &str, heir: Option<&str>) -> Operation {
    let heir = heir.map(Into::into);
    Operation::Role(Edit::Delete {
        name: name.into(),
        before: snapshot.roles[name].clone(),
        heir,
    })
}

fn update_group(snapshot: &Snapshot, name: &str, change: impl FnOnce(&mut Group)) -> Operation {
    let before = snapshot.groups[name].clone();
    let mut after = before.clone();
    change(&mut after);
    Operation::Group(Edit::Update {
        name: name.into(),
        before,
        after,
    })
}

fn update_role(snapshot: &Snapshot, name: &str, change: impl FnOnce(&mut Role)) -> Operation {
    let before = snapshot.roles[name].clone();
    let mut after = before.clone();
    change(&mut after);
    Operation::Role(Edit::Update {
        name: name.into(),
        before,
        after,
    })
}

const UNICONNECT: &str = "
roles: { Agent: {}, Trainee: {} }
groups: { Support: {}, Ring North: { variety: ring_group } }
users: { olga: { role: System Owner }, tim: { role: Trainee } }
installation: { features: { licence_calls: false } }
";

#[test]
fn u3_ring_groups() {
    let ring = Group {
        variety: Some("ring_group".into()),
        ..Group::default()
    };
    let create = Operation::Group(Edit::Create {
        name: "Ring South".into(),
        after: ring,
    });
    refuses("uniconnect", UNICONNECT, |_| create, "external-group");
    refuses(
        "uniconnect",
        UNICONNECT,
        |live| delete_group(live, "Ring North", None),
        "external-group",
    );
}

#[test]
fn u4_owners_in_groups() {
    let join = |live: &Snapshot| {
        update_group(live, "Support", |group| {
            group.members.users.insert("olga".into());
        })
    };
    refuses("uniconnect", UNICONNECT, join, "super-role-not-in-groups");
}

/// There is no operation that gives records to anyone, so the state that a deployment is made of must not say so.
#[test]
fn u5_groups_own_nothing() {
    let system = System::new(shipped("uniconnect").unwrap());
    let mut state = store("uniconnect", UNICONNECT).read().unwrap();
    state
        .installation
        .modules
        .insert("Tickets".into(), Default::default());
    let owned = [("Tickets".into(), 3)];
    state
        .records
        .0
        .insert(Principal::User("tim".into()), owned.clone().into());
    assert_eq!(Store::in_memory(&system, &state).unwrap().read().unwrap(), state);
    state
        .records
        .0
        .insert(Principal::Group("Support".into()), owned.into());
    match Store::in_memory(&system, &state) {
        Err(DeploymentError::Refused { rule, .. }) => assert_eq!(rule, "groups-own-no-records"),
        other => panic!("a group owns records: {other:?}"),
    }
}

#[test]
fn u6_built_in_roles() {
    let rename = Operation::Role(Edit::Rename {
        from: "System Owner".into(),
        to: "Boss".into(),
    });
    refuses("uniconnect", UNICONNECT, |_| rename, "builtin-object");
    refuses(
        "uniconnect",
        UNICONNECT,
        |live| delete_role(live, "User", Some("Agent")),
        "builtin-object",
    );
    let create = Operation::Role(Edit::Create {
        name: "Agent".into(),
        after: Role::default(),
    });
    refuses("uniconnect", UNICONNECT, |_| create, "name-taken");
}

#[test]
fn u10_roles_are_handed_over() {
    refuses(
        "uniconnect",
        UNICONNECT,
        |live| delete_role(live, "Trainee", None),
        "role-delete-needs-transfer",
    );
    refuses(
        "uniconnect",
        UNICONNECT,
        |live| delete_role(live, "Trainee", Some("Trainee")),
        "transfer-to-itself",
    );
}

#[test]
fn u11_the_licence() {
    let grant = |live: &Snapshot| {
        update_role(live, "Agent", |role| {
            role.rights
                .permissions
                .insert("make_outbound_calls".into(), rolecall::model::Level::Allow);
        })
    };
    refuses("uniconnect", UNICONNECT, grant, "not-licensed");
}

#[test]
fn i5_the_only_group_of_a_user() {
    let seed = "groups: { Night: { members: { users: [ivan] } } }\nusers: { ivan: {} }";
    refuses(
        "iptel",
        seed,
        |live| delete_group(live, "Night", None),
        "not-only-group-of-user",
    );
}

const BERLI: &str = "
profiles: { Sales: { otherwise: usual } }
roles:
  Boss: { reports_to: Organization, profiles: [Sales], assign_records_to: all_users }
  Rep: { reports_to: Boss, profiles: [Sales], assign_records_to: all_users }
groups: { Team A: {}, Team B: { members: { groups: [Team A] } } }
users: { anna: { role: Rep } }
records: [{ module: Leads, owner: { group: Team A }, count: 3 }]
";

#[test]
fn b5_group_cycles() {
    let close = |live: &Snapshot| {
        update_group(live, "Team A", |group| {
            group.members.groups.insert("Team B".into());
        })
    };
    refuses("berlicrm", BERLI, close, "group-cycle");
    let itself = |live: &Snapshot| {
        update_group(live, "Team A", |group| {
            group.members.groups.insert("Team A".into());
        })
    };
    refuses("vtiger", BERLI, itself, "group-cycle");
}

#[test]
fn b8_role_cycles() {
    let close = |live: &Snapshot| update_role(live, "Boss", |role| role.reports_to = Some("Rep".into()));
    refuses("vtiger", BERLI, close, "role-cycle");
}

#[test]
fn b9_rules() {
    let rule = |module: &str, to: &str| Operation::SetRule {
        rule: RuleKey {
            module: module.into(),
            from: Principal::Role("Rep".into()),
            to: Principal::Group(to.into()),
        },
        before: None,
        after: RuleAccess::Read,
    };
    refuses("berlicrm", BERLI, |_| rule("Contacts", "Team A"), "not-shareable");
    refuses(
        "berlicrm",
        BERLI,
        |_| rule("Leads", "Team X"),
        "unknown-reference",
    );
    refuses("berlicrm", BERLI, |_| rule("Lidds", "Team A"), "unknown-module");
}

#[test]
fn b12_deletions_hand_over() {
    refuses(
        "berlicrm",
        BERLI,
        |live| delete_group(live, "Team B", None),
        "group-delete-needs-transfer",
    );
    refuses(
        "berlicrm",
        BERLI,
        |live| delete_role(live, "Rep", None),
        "role-delete-needs-transfer",
    );
    let delete = |live: &Snapshot| {
        Operation::Profile(Edit::Delete {
            name: "Sales".into(),
            before: live.profiles["Sales"].clone(),
            heir: None,
        })
    };
    refuses("vtiger", BERLI, delete, "profile-delete-needs-transfer");
    let create = Operation::Profile(Edit::Create {
        name: "SÄLES".into(),
        after: Profile::default(),
    });
    refuses("vtiger", BERLI, |_| create, "name-taken");
}

const UCSERVER: &str = "
groups: { Sales: { head: anna, head_authorisations: { level: team } }, Idle: { status: inactive } }
users: { anna: { primary_group: Sales } }
installation: { features: { licence_voice_services: false, apps_granted_globally: true } }
";

#[test]
fn e2_a_head_is_needed() {
    let leave = |live: &Snapshot| update_group(live, "Sales", |group| group.head = None);
    refuses("ucserver", UCSERVER, leave, "head-settings-need-head");
}

#[test]
fn e4_call_groups() {
    let call = |mode| {
        Some(rolecall::model::CallGroup {
            mode,
            number: "300".to_owned(),
        })
    };
    let inactive = |live: &Snapshot| {
        update_group(live, "Idle", |group| {
            group.call_group = call(rolecall::model::CallGroupMode::SipSoftphone)
        })
    };
    refuses("ucserver", UCSERVER, inactive, "call-group-needs-active-group");
    let unlicensed = |live: &Snapshot| {
        update_group(live, "Sales", |group| {
            group.call_group = call(rolecall::model::CallGroupMode::VoiceServices)
        })
    };
    refuses("ucserver", UCSERVER, unlicensed, "not-licensed");
}

#[test]
fn e5_services_granted_to_everyone() {
    let set = |live: &Snapshot| {
        update_group(live, "Sales", |group| {
            group.services.insert("use_apps".into());
        })
    };
    refuses("ucserver", UCSERVER, set, "granted-globally");
}

#[test]
fn e6_primary_groups_are_not_deleted() {
    refuses(
        "ucserver",
        UCSERVER,
        |live| delete_group(live, "Sales", None),
        "primary-group",
    );
}
