//! Operations that break a rule, and the rule that refuses them.

use super::{definition, rule, seed, without};
use crate::deployment::embedded::Store;
use crate::deployment::{Read, Write};
use crate::model::*;
use crate::plan::{Edit, Operation};
use crate::system::{Constraint, Manage, System};

fn group<T>(name: &str, change: impl FnOnce(&mut Group) -> T) -> Operation {
    let before = seed().groups.get(name).cloned().unwrap();
    let mut after = before.clone();
    change(&mut after);
    Operation::Group(Edit::Update {
        name: name.into(),
        before,
        after,
    })
}

fn role<T>(name: &str, change: impl FnOnce(&mut Role) -> T) -> Operation {
    let before = seed().roles.get(name).cloned().unwrap();
    let mut after = before.clone();
    change(&mut after);
    Operation::Role(Edit::Update {
        name: name.into(),
        before,
        after,
    })
}

fn profile<T>(name: &str, change: impl FnOnce(&mut Profile) -> T) -> Operation {
    let before = seed().profiles.get(name).cloned().unwrap();
    let mut after = before.clone();
    change(&mut after);
    Operation::Profile(Edit::Update {
        name: name.into(),
        before,
        after,
    })
}

fn new_role(name: &str, above: &str) -> Operation {
    let after = Role {
        reports_to: (!above.is_empty()).then(|| above.into()),
        profiles: ["Standard".into()].into(),
        ..Role::default()
    };
    Operation::Role(Edit::Create {
        name: name.into(),
        after,
    })
}

fn new_group(name: &str) -> Operation {
    Operation::Group(Edit::Create {
        name: name.into(),
        after: Group::default(),
    })
}

fn delete_role(name: &str, heir: Option<&str>) -> Operation {
    let before = seed().roles.get(name).cloned().unwrap();
    Operation::Role(Edit::Delete {
        name: name.into(),
        before,
        heir: heir.map(RoleName::from),
    })
}

fn delete_profile(name: &str, heir: Option<&str>) -> Operation {
    let before = seed().profiles.get(name).cloned().unwrap();
    Operation::Profile(Edit::Delete {
        name: name.into(),
        before,
        heir: heir.map(ProfileName::from),
    })
}

fn delete_group(name: &str, heir: Option<Principal>) -> Operation {
    let before = seed().groups.get(name).cloned().unwrap();
    Operation::Group(Edit::Delete {
        name: name.into(),
        before,
        heir,
    })
}

fn assign(user: &str, after: Option<&str>) -> Operation {
    let before = seed().users.get(user).and_then(|user| user.role.clone());
    Operation::AssignRole {
        user: user.into(),
        before,
        after: after.map(RoleName::from),
    }
}

fn default(module: &str, after: DefaultAccess) -> Operation {
    let before = seed().sharing.defaults.get(module).copied();
    Operation::SetDefault {
        module: module.into(),
        before,
        after,
    }
}

fn new_rule(module: &str, from: Principal, to: Principal, after: RuleAccess) -> Operation {
    let rule = RuleKey {
        module: module.into(),
        from,
        to,
    };
    Operation::SetRule {
        rule,
        before: None,
        after,
    }
}

fn rename_role(from: &str, to: &str) -> Operation {
    Operation::Role(Edit::Rename {
        from: from.into(),
        to: to.into(),
    })
}

fn anna() -> Option<Principal> {
    Some(Principal::User("anna".into()))
}

fn action(profile: &mut Profile, module: &str, action: &str, level: Level) {
    let module = profile.rights.modules.entry(module.into()).or_default();
    module.actions.insert(action.into(), level);
}

#[test]
fn each_rule_refuses() {
    let team = |name: &str| Principal::Group(name.into());
    let rep = || Principal::Role("Rep".into());
    let call = |mode| {
        Some(CallGroup {
            mode,
            number: "1".into(),
        })
    };
    let cases: Vec<(Operation, &str)> = vec![
        (
            group("Team B", |it| it.members.users.insert("nobody".into())),
            "unknown-reference",
        ),
        (
            group("Team B", |it| it.head = Some("nobody".into())),
            "unknown-reference",
        ),
        (
            role("Rep", |it| it.profiles.insert("Nothing".into())),
            "unknown-reference",
        ),
        (new_role("sALES x", "Nowhere"), "unknown-reference"),
        (new_role("REP", "Top"), "name-taken"),
        (new_group("team a"), "name-taken"),
        (rename_role("Trainee", "rep"), "name-taken"),
        (
            role("Manager", |it| it.reports_to = Some("Trainee".into())),
            "role-cycle",
        ),
        (
            role("Manager", |it| it.reports_to = Some("Manager".into())),
            "role-cycle",
        ),
        (role("Manager", |it| it.reports_to = None), "role-needs-parent"),
        (new_role("Second Top", ""), "role-needs-parent"),
        (
            group("Team B", |it| it.members.groups.insert("Team A".into())),
            "group-cycle",
        ),
        (
            group("Team B", |it| it.members.groups.insert("Team B".into())),
            "group-cycle",
        ),
        (delete_role("Trainee", None), "role-delete-needs-transfer"),
        (delete_role("Trainee", Some("Trainee")), "transfer-to-itself"),
        (delete_role("Trainee", Some("Nowhere")), "unknown-reference"),
        (delete_role("Trainee", Some("Owner")), "super-role-not-in-groups"),
        (delete_role("Rep", Some("Guest")), "role-in-use"),
        (delete_role("Guest", Some("Rep")), "role-in-use"),
        (delete_role("Owner", Some("Rep")), "builtin-object"),
        (delete_profile("Spare", None), "profile-delete-needs-transfer"),
        (delete_profile("Spare", Some("Spare")), "transfer-to-itself"),
        (delete_profile("Standard", Some("Sales")), "builtin-object"),
        (delete_group("Loose", None), "group-delete-needs-transfer"),
        (delete_group("Loose", Some(team("Loose"))), "transfer-to-itself"),
        (delete_group("Loose", Some(team("Nothing"))), "unknown-reference"),
        (delete_group("Loose", Some(rep())), "not-supported"),
        (delete_group("Only", anna()), "not-only-group-of-user"),
        (delete_group("Team C", anna()), "not-only-group-of-user"),
        (delete_group("Ring", anna()), "external-group"),
        (
            group("Loose", |it| it.members.users.insert("owner".into())),
            "super-role-not-in-groups",
        ),
        (assign("ben", Some("Owner")), "super-role-not-in-groups"),
        (assign("ben", None), "user-needs-role"),
        (assign("nobody", Some("Rep")), "unknown-reference"),
        (
            group("Ring", |it| it.members.users.insert("ben".into())),
            "external-group",
        ),
        (group("Ring", |it| it.description = "x".into()), "external-group"),
        (
            group("Loose", |it| it.variety = Some("ring".into())),
            "external-group",
        ),
        (
            group("Loose", |it| it.created_by = Some("ben".into())),
            "read-only",
        ),
        (group("Team C", |it| it.members.users.remove("anna")), "read-only"),
        (
            role("Owner", |it| it.reports_to = Some("Manager".into())),
            "builtin-object",
        ),
        (
            role("Owner", |it| it.rights = Rights::default()),
            "builtin-object",
        ),
        (rename_role("Owner", "Proprietor"), "builtin-object"),
        (
            group("Team B", |it| it.deputy = Some("ben".into())),
            "head-settings-need-head",
        ),
        (
            group("Team A", |it| {
                it.head = None;
                it.deputy = None;
            }),
            "head-settings-need-head",
        ),
        (
            group("Team B", |it| it.call_group = call(CallGroupMode::SipSoftphone)),
            "call-group-needs-active-group",
        ),
        (
            group("Loose", |it| it.call_group = call(CallGroupMode::VoiceServices)),
            "not-licensed",
        ),
        (
            profile("Spare", |it| {
                it.rights.permissions.insert("see_extra".into(), Level::Allow)
            }),
            "not-licensed",
        ),
        (
            profile("Spare", |it| {
                it.rights.permissions.insert("see_reports".into(), Level::All)
            }),
            "level-not-supported",
        ),
        (
            profile("Spare", |it| {
                it.rights.permissions.insert("fly".into(), Level::Allow)
            }),
            "unknown-permission",
        ),
        (
            profile("Spare", |it| action(it, "Leads", "view", Level::All)),
            "level-not-supported",
        ),
        (
            profile("Spare", |it| action(it, "Leads", "fly", Level::Allow)),
            "unknown-action",
        ),
        (
            profile("Spare", |it| action(it, "Accounts", "edit", Level::Own)),
            "unknown-action",
        ),
        (
            profile("Spare", |it| action(it, "Projects", "convert", Level::Allow)),
            "unknown-action",
        ),
        (
            profile("Spare", |it| action(it, "Planes", "view", Level::Allow)),
            "unknown-module",
        ),
        (
            group("Loose", |it| it.services.insert("fly".into())),
            "unknown-service",
        ),
        (
            group("Loose", |it| it.services.insert("apps".into())),
            "granted-globally",
        ),
        (
            group("Loose", |it| {
                it.authorisations = Some(Authorisations::Level("boss".into()))
            }),
            "level-not-supported",
        ),
        (new_role("a::b", "Top"), "name-not-allowed"),
        (new_role("#a", "Top"), "name-not-allowed"),
        (new_role("", "Top"), "name-not-allowed"),
        (new_role("a name that is too long", "Top"), "name-not-allowed"),
        (rename_role("Rep", "a::b"), "name-not-allowed"),
        (
            Operation::Role(Edit::Create {
                name: "Bare".into(),
                after: Role {
                    reports_to: Some("Top".into()),
                    ..Role::default()
                },
            }),
            "attribute-required",
        ),
        (default("Notes", DefaultAccess::Private), "not-shareable"),
        (default("Contacts", DefaultAccess::Private), "not-shareable"),
        (
            default("Leads", DefaultAccess::PublicReadWriteDelete),
            "not-supported",
        ),
        (default("Planes", DefaultAccess::Private), "unknown-module"),
        (new_rule("Notes", rep(), rep(), RuleAccess::Read), "not-shareable"),
        (
            new_rule("Leads", Principal::Everyone, rep(), RuleAccess::Read),
            "not-supported",
        ),
        (
            new_rule("Leads", rep(), Principal::User("ben".into()), RuleAccess::Read),
            "not-supported",
        ),
        (
            new_rule("Leads", rep(), rep(), RuleAccess::AsPermitted),
            "not-supported",
        ),
        (
            new_rule("Leads", rep(), team("Nothing"), RuleAccess::Read),
            "unknown-reference",
        ),
        (
            new_rule("Leads", rep(), team("Team A"), RuleAccess::Read),
            "moved",
        ),
        (rename_role("Nowhere", "Somewhere"), "moved"),
    ];
    let mut store = super::store();
    for (operation, expected) in cases {
        let refused = store.perform(&operation);
        assert_eq!(rule(refused), expected, "{operation:?}");
        assert_eq!(
            store.read().unwrap(),
            seed(),
            "nothing of it is left: {operation:?}"
        );
    }
}

#[test]
fn a_refusal_names_who_is_concerned() {
    for (operation, expected) in [
        (
            delete_group("Only", anna()),
            "refused (not-only-group-of-user): group Only: the group is the only one of some of its users: \
             user emil, user eve",
        ),
        (
            group("Loose", |it| it.members.users.insert("owner".into())),
            "refused (super-role-not-in-groups): group Loose: user owner: a user with this role cannot be in a group",
        ),
        (
            delete_role("Rep", Some("Guest")),
            "refused (role-in-use): role Rep: other roles still report to the role: a sharing rule of Leads, \
             group Team A, role Trainee",
        ),
    ] {
        assert_eq!(
            super::store().perform(&operation).unwrap_err().to_string(),
            expected
        );
    }
}

#[test]
fn what_a_system_lacks_is_refused() {
    type Change = fn(&mut crate::system::Definition);
    let empty = |system: &System| Store::in_memory(system, &Snapshot::empty("rich".into())).unwrap();
    let cases: Vec<(Change, Operation, &str)> = vec![
        (|it| it.groups = None, new_group("A"), "not-supported"),
        (
            |it| it.roles.as_mut().unwrap().manage = Manage::Reference,
            new_role("Top", ""),
            "external-role",
        ),
        (
            |it| it.groups.as_mut().unwrap().attributes = Default::default(),
            Operation::Group(Edit::Create {
                name: "A".into(),
                after: Group {
                    description: "x".into(),
                    ..Group::default()
                },
            }),
            "not-supported",
        ),
        (
            |it| it.sharing = None,
            default("Leads", DefaultAccess::Private),
            "moved",
        ),
    ];
    for (change, operation, expected) in cases {
        let mut definition = definition();
        change(&mut definition);
        let mut store = empty(&System::new(definition));
        let operation = match (expected, operation) {
            ("moved", Operation::SetDefault { module, after, .. }) => {
                assert_eq!(
                    rule(store.perform(&Operation::SetDefault {
                        module,
                        before: None,
                        after
                    })),
                    "not-supported"
                );
                continue;
            }
            (_, operation) => operation,
        };
        assert_eq!(rule(store.perform(&operation)), expected, "{operation:?}");
    }
    let system = super::variant(|it| {
        it.groups.as_mut().unwrap().member_kinds = Default::default();
    });
    let refused = Store::in_memory(&system, &seed());
    assert_eq!(rule(refused), "member-kind-not-supported");
    let system = super::variant(|it| it.constraints.insert(Constraint::GroupsOwnNoRecords));
    assert_eq!(rule(Store::in_memory(&system, &seed())), "groups-own-no-records");
}

#[test]
fn without_a_constraint_the_same_is_done() {
    for (constraint, operation) in [
        (Constraint::UserNeedsRole, assign("ben", None)),
        (Constraint::SuperRoleNotInGroups, assign("ben", Some("Owner"))),
        (Constraint::NotOnlyGroupOfUser, delete_group("Only", anna())),
        (
            Constraint::HeadSettingsNeedHead,
            group("Team B", |it| it.deputy = Some("ben".into())),
        ),
        (
            Constraint::PermissionsWithinLicence,
            profile("Spare", |it| {
                it.rights.permissions.insert("see_extra".into(), Level::Allow)
            }),
        ),
    ] {
        let mut store = Store::in_memory(&without(constraint), &seed()).unwrap();
        assert_eq!(rule(store.perform(&operation)), "done", "{operation:?}");
    }
}

#[test]
fn a_seed_keeps_the_rules() {
    fn refused<T>(change: impl FnOnce(&mut Snapshot) -> T) -> String {
        let mut seed = seed();
        change(&mut seed);
        rule(Store::in_memory(&super::rich(), &seed))
    }
    let set_parent = |seed: &mut Snapshot| {
        seed.roles.get_mut("Manager").unwrap().reports_to = Some("Trainee".into());
    };
    assert_eq!(refused(set_parent), "role-cycle");
    assert_eq!(
        refused(|seed| seed
            .groups
            .get_mut("Team B")
            .unwrap()
            .members
            .groups
            .insert("Team A".into())),
        "group-cycle"
    );
    assert_eq!(
        refused(|seed| seed.groups.insert("TEAM A".into(), Group::default())),
        "name-taken"
    );
    assert_eq!(
        refused(|seed| seed.installation.features.insert("flight".into(), true)),
        "unknown-feature"
    );
    assert_eq!(refused(|seed| seed.system = "other".into()), "not-supported");
}
