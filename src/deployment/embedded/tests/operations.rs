//! What operations do when nothing refuses them.

use super::{rule, seed, store};
use crate::deployment::{Read, Write};
use crate::model::*;
use crate::plan::{Edit, Operation};

fn done(operation: Operation) -> Snapshot {
    let mut store = store();
    store.perform(&operation).unwrap();
    store.read().unwrap()
}

#[test]
fn a_renamed_role_keeps_everything() {
    let after = done(Operation::Role(Edit::Rename {
        from: "Rep".into(),
        to: "Seller".into(),
    }));
    let mut expected = serde_json::to_string(&seed()).unwrap();
    expected = expected.replace("\"Rep\"", "\"Seller\"");
    assert_eq!(after, serde_json::from_str(&expected).unwrap());
}

#[test]
fn a_group_becomes_any_other() {
    let seed = seed();
    for target in ["Team A", "Team B", "Loose"] {
        for name in ["Team C", "Loose", "Only"] {
            let before = seed.groups[name].clone();
            let mut after = seed.groups[target].clone();
            after.created_by = before.created_by.clone();
            if name == "Team C" {
                after.members.users.insert("anna".into());
            }
            let edit = Edit::Update {
                name: name.into(),
                before,
                after: after.clone(),
            };
            let mut expected = seed.clone();
            expected.groups.insert(name.into(), after);
            assert_eq!(done(Operation::Group(edit)), expected, "{name} as {target}");
        }
    }
}

#[test]
fn a_role_and_a_profile_become_others() {
    let seed = seed();
    let mut after = seed.profiles["Standard"].clone();
    after.rights = serde_json::from_str(
        r#"{"permissions":{"see_audit":"all"},"modules":{"Leads":{"actions":{"edit":"own"},"fields":{"new":"hidden"}}}}"#,
    )
    .unwrap();
    let before = seed.profiles["Sales"].clone();
    let mut expected = seed.clone();
    expected.profiles.insert("Sales".into(), after.clone());
    assert_eq!(
        done(Operation::Profile(Edit::Update {
            name: "Sales".into(),
            before,
            after
        })),
        expected
    );

    let (before, mut after) = (seed.roles["Rep"].clone(), seed.roles["Manager"].clone());
    after.reports_to = Some("Guest".into());
    let mut expected = seed.clone();
    expected.roles.insert("Rep".into(), after.clone());
    assert_eq!(
        done(Operation::Role(Edit::Update {
            name: "Rep".into(),
            before,
            after
        })),
        expected
    );
}

#[test]
fn deletions_transfer() {
    let seed = seed();
    let before = seed.roles["Trainee"].clone();
    let after = done(Operation::Role(Edit::Delete {
        name: "Trainee".into(),
        before,
        heir: Some("Guest".into()),
    }));
    assert_eq!(after.users["dora"].role, Some("Guest".into()));
    assert!(!after.roles.contains_key("Trainee"));

    // Manager keeps Standard, Rep would have none left.
    let before = seed.profiles["Sales"].clone();
    let heir = Some("Spare".into());
    let after = done(Operation::Profile(Edit::Delete {
        name: "Sales".into(),
        before,
        heir,
    }));
    assert_eq!(after.roles["Manager"].profiles, ["Standard".into()].into());
    assert_eq!(after.roles["Rep"].profiles, ["Spare".into()].into());

    for heir in [Principal::User("anna".into()), Principal::Group("Team A".into())] {
        let mut records = seed.records.clone();
        records.transfer(&Principal::Group("Loose".into()), &heir);
        let before = seed.groups["Loose"].clone();
        let after = done(Operation::Group(Edit::Delete {
            name: "Loose".into(),
            before,
            heir: Some(heir),
        }));
        assert_eq!(after.records, records);
    }
}

#[test]
fn sharing_changes() {
    let rule = RuleKey {
        module: "Leads".into(),
        from: Principal::Role("Rep".into()),
        to: Principal::Group("Team A".into()),
    };
    let (before, after) = (RuleAccess::Read, RuleAccess::ReadWrite);
    let change = Operation::SetRule {
        rule: rule.clone(),
        before: Some(before),
        after,
    };
    assert_eq!(done(change).sharing.rules[&rule], after);
    let gone = done(Operation::DeleteRule {
        rule: rule.clone(),
        before,
    });
    assert!(!gone.sharing.rules.contains_key(&rule));
    let (before, after) = (Some(DefaultAccess::Private), DefaultAccess::PublicRead);
    let set = done(Operation::SetDefault {
        module: "Leads".into(),
        before,
        after,
    });
    assert_eq!(set.sharing.defaults["Leads"], after);
}

#[test]
fn what_moved_is_left_alone() {
    let rep = RuleKey {
        module: "Leads".into(),
        from: Principal::Role("Rep".into()),
        to: Principal::Group("Team A".into()),
    };
    let (read_write, default) = (RuleAccess::ReadWrite, DefaultAccess::PublicRead);
    for operation in [
        Operation::Role(Edit::Update {
            name: "Rep".into(),
            before: Role::default(),
            after: Role::default(),
        }),
        Operation::Group(Edit::Delete {
            name: "Loose".into(),
            before: seed().groups["Only"].clone(),
            heir: None,
        }),
        Operation::Profile(Edit::Delete {
            name: "None".into(),
            before: Profile::default(),
            heir: None,
        }),
        Operation::DeleteRule {
            rule: rep.clone(),
            before: read_write,
        },
        Operation::SetRule {
            rule: rep,
            before: None,
            after: read_write,
        },
        Operation::SetDefault {
            module: "Leads".into(),
            before: None,
            after: default,
        },
        Operation::AssignRole {
            user: "ben".into(),
            before: None,
            after: Some("Guest".into()),
        },
    ] {
        assert_eq!(rule(store().perform(&operation)), "moved", "{operation:?}");
    }
}

#[test]
fn one_of_many_at_once_that_fails_keeps_none_of_the_others_back() {
    let new = |name: &str| {
        Operation::Group(Edit::Create {
            name: name.into(),
            after: Group::default(),
        })
    };
    let mut store = store();
    let results = store.perform_batch(&[&new("One"), &new("Two"), &new("one"), &new("Three")]);
    assert_eq!(
        results.into_iter().map(rule).collect::<Vec<_>>(),
        ["done", "done", "name-taken", "done"]
    );
    let names = store.read().unwrap().groups;
    assert!(names.contains_key("Two") && names.contains_key("Three"));
}
