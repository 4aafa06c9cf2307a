//! Other systems and other seeds: what a system lacks, what it allows, what no seed may bring.

use super::edits::*;
use super::{definition, rule, seed, without};
use crate::deployment::Write;
use crate::deployment::embedded::Store;
use crate::model::*;
use crate::plan::{Edit, Operation};
use crate::system::{Constraint, Manage, System};

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
