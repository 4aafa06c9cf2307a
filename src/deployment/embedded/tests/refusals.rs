//! Operations that break a rule, and the rule that refuses them.

use super::edits::*;
use super::{rule, seed};
use crate::deployment::{Read, Write};
use crate::model::*;
use crate::plan::{Edit, Operation};

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
