//! How long a large deployment takes. Run by hand, in release:
//! `cargo test --release --lib embedded::tests::speed -- --ignored --nocapture`.

use std::time::Instant;

use super::{rich, seed};
use crate::deployment::embedded::{Reader, Store};
use crate::deployment::{Read, Write};
use crate::model::*;
use crate::plan::{Edit, Operation};

/// 10,000 objects for every `scale`: mostly users, groups with five members, profiles with 150 rights.
fn large(scale: usize) -> Snapshot {
    let mut large = seed();
    for module in 0..50 {
        large
            .installation
            .modules
            .insert(format!("Module {module}").as_str().into(), Default::default());
    }
    for number in 0..100 * scale {
        let mut profile = Profile::default();
        for module in 0..75 {
            let rights = profile
                .rights
                .modules
                .entry(format!("Module {}", module % 50).into())
                .or_default();
            let action = if module < 50 { "view" } else { "edit" };
            let level = if module < 50 { Level::Allow } else { Level::Own };
            rights.actions.insert(action.into(), level);
            rights
                .fields
                .insert(format!("field {module}").into(), FieldAccess::Hidden);
        }
        large.profiles.insert(format!("Profile {number}").into(), profile);
    }
    for number in 0..300 * scale {
        let role = Role {
            reports_to: Some(if number % 10 == 0 {
                "Top".into()
            } else {
                format!("Role {}", number - 1).into()
            }),
            profiles: [format!("Profile {}", number % (100 * scale)).into()].into(),
            ..Role::default()
        };
        large.roles.insert(format!("Role {number}").into(), role);
    }
    for number in 0..6000 * scale {
        let role = Some(format!("Role {}", number % (300 * scale)).into());
        large.users.insert(
            format!("user {number}").into(),
            User {
                role,
                ..User::default()
            },
        );
    }
    for number in 0..2000 * scale {
        let mut group = Group::default();
        group.members.users = (0..5)
            .map(|member| format!("user {}", number + member).into())
            .collect();
        if number > 0 {
            group.members.groups = [format!("Group {}", number - 1).into()].into();
        }
        large.groups.insert(format!("Group {number}").into(), group);
    }
    for number in 0..1500 * scale {
        let rule = RuleKey {
            module: format!("Module {}", number % 50).into(),
            from: Principal::Role(format!("Role {}", number % (300 * scale)).into()),
            to: Principal::Group(format!("Group {number}").into()),
        };
        large.sharing.rules.insert(rule, RuleAccess::Read);
    }
    large
}

#[test]
#[ignore = "measures"]
#[allow(clippy::print_stderr)]
fn how_long() {
    let folder = tempfile::tempdir().unwrap();
    // The depth of roles is limited in the rich system; large numbers make long paths.
    let system = super::variant(|it| it.roles.as_mut().unwrap().max_depth = None);
    assert_eq!(rich().definition().name, system.definition().name);
    for scale in [1, 10] {
        let path = folder.path().join(format!("{scale}.db"));
        let large = large(scale);
        let start = Instant::now();
        let mut store = Store::create(&path, &system, &large).unwrap();
        eprintln!("{scale}: create {:?}", start.elapsed());
        for _ in 0..3 {
            let start = Instant::now();
            let mut reader = Reader::open(&path, &system).unwrap();
            let opened = start.elapsed();
            let read = reader.read().unwrap();
            eprintln!("{scale}: open {opened:?}, open and read {:?}", start.elapsed());
            assert_eq!(read, large);
        }
        let operations: Vec<_> = (0..10_000)
            .map(|number| {
                let name = format!("New {number}").into();
                let mut after = Group::default();
                after.members.users = [format!("user {}", number % 6000).into()].into();
                Operation::Group(Edit::Create { name, after })
            })
            .collect();
        let start = Instant::now();
        for operation in &operations[..500] {
            store.perform(operation).unwrap();
        }
        eprintln!("{scale}: 500 operations one by one {:?}", start.elapsed());
        let start = Instant::now();
        assert!(store.perform_all(&operations[500..]).iter().all(Result::is_ok));
        eprintln!("{scale}: 9,500 operations together {:?}", start.elapsed());
    }
}
