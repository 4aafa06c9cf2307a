use super::*;
use crate::model::{DefaultAccess, GroupName, Principal, RuleAccess, RuleKey};

fn user(name: &str) -> UserName {
    name.into()
}

fn role(name: &str) -> Step {
    Step::Role(name.into())
}

fn group(name: &str, through: Through) -> Step {
    Step::Group {
        group: name.into(),
        through,
    }
}

fn rule(from: Principal, to: Principal) -> RuleKey {
    RuleKey {
        module: "Leads".into(),
        from,
        to,
    }
}

fn to_team(access: RuleAccess) -> Step {
    Step::Rule {
        key: rule(
            Principal::Role("Sales Rep".into()),
            Principal::Group("Team A".into()),
        ),
        access,
    }
}

fn view() -> Ability {
    Ability::Action {
        module: "Leads".into(),
        action: "view".into(),
    }
}

#[test]
fn every_step_has_its_words() {
    let global = |holder| Step::Global {
        holder,
        permission: "view_all".into(),
    };
    let cases: Vec<(Vec<Step>, &str)> = vec![
        (
            vec![
                role("Sales Rep"),
                group("Team A", Through::RoleAndSubordinates("Sales Manager".into())),
                to_team(RuleAccess::ReadWrite),
            ],
            "anna → role Sales Rep → group Team A (role and subordinates of Sales Manager) → \
             rule Leads: role Sales Rep → group Team A, read and write",
        ),
        (vec![Step::Own], "anna → own"),
        (vec![Step::Created], "anna → created"),
        (vec![Step::Administrator], "anna → administrator"),
        (
            vec![role("Owner"), Step::SuperRole],
            "anna → role Owner → may do everything",
        ),
        (
            vec![role("Boss"), global(Some(Holder::Profile("Management".into())))],
            "anna → role Boss → profile Management → view_all, for every record",
        ),
        (
            vec![role("Boss"), global(None)],
            "anna → role Boss → view_all, for every record",
        ),
        (
            vec![role("Boss"), global(Some(Holder::Role("Boss".into())))],
            "anna → role Boss → view_all, for every record",
        ),
        (vec![role("Boss"), Step::Right], "anna → role Boss → permitted"),
        (
            vec![role("Boss"), Step::Level(Level::All)],
            "anna → role Boss → level all",
        ),
        (
            vec![group("A", Through::Listed), Step::Level(Level::Group)],
            "anna → group A → level group",
        ),
        (
            vec![group("A", Through::Listed), Step::GroupOwned],
            "anna → group A → owned by the group",
        ),
        (
            vec![role("Sales Manager"), Step::Above("Sales Rep".into())],
            "anna → role Sales Manager is above Sales Rep",
        ),
        (
            vec![role("Sales Rep"), Step::Above("Sales Rep".into())],
            "anna → hierarchy at role Sales Rep",
        ),
        (
            vec![Step::Above("Sales Rep".into())],
            "anna → above role Sales Rep",
        ),
        (
            vec![role("Boss"), Step::GroupBelow("A".into())],
            "anna → role Boss → someone below is in group A",
        ),
        (
            vec![Step::Default {
                module: "Leads".into(),
                access: DefaultAccess::PublicRead,
            }],
            "anna → default of Leads: public_read",
        ),
        (
            vec![
                role("Boss"),
                Step::Below(user("ben")),
                group("Team A", Through::Listed),
                to_team(RuleAccess::Read),
            ],
            "anna → role Boss → above ben → group Team A → rule Leads: role Sales Rep → group Team A, read",
        ),
        (
            vec![Step::Head("A".into()), Step::Given],
            "anna → head of group A → given by the group",
        ),
        (
            vec![Step::Deputy("A".into()), Step::Given],
            "anna → deputy in group A → given by the group",
        ),
        (
            vec![Step::Feature("sms_for_all".into())],
            "anna → given to everyone by sms_for_all",
        ),
        (
            vec![
                role("Boss"),
                group("A", Through::Role("Boss".into())),
                Step::Given,
            ],
            "anna → role Boss → group A → given by the group",
        ),
        (
            vec![group("A", Through::Role("Boss".into()))],
            "anna → group A (role Boss)",
        ),
        (
            vec![group("A", Through::PrimaryGroup)],
            "anna → group A (primary group)",
        ),
        (
            vec![
                group("A", Through::Listed),
                group("B", Through::Group("A".into())),
            ],
            "anna → group A → group B",
        ),
        (
            vec![group("B", Through::Group("A".into()))],
            "anna → group B (group A)",
        ),
    ];
    for (steps, expected) in cases {
        let grant = Grant {
            steps,
            owner: Vec::new(),
            fault: None,
        };
        assert_eq!(way(&user("anna"), &grant), expected);
    }
}

#[test]
fn the_owner_and_a_fault_come_last() {
    let grant = Grant {
        steps: vec![group("Team A", Through::Listed), to_team(RuleAccess::Read)],
        owner: vec![role("Sales Rep 2")],
        fault: Some(Fault::PathPrefix),
    };
    assert_eq!(
        way(&user("anna"), &grant),
        "anna → group Team A → rule Leads: role Sales Rep → group Team A, read; the owner: role Sales Rep 2; \
         by a fault of the product, which takes a role for a subordinate because its path begins alike"
    );
}

#[test]
fn every_refusal_is_a_sentence() {
    let no_right = |roles: &[&str], profiles: &[&str]| Refusal::NoRight {
        roles: roles.iter().map(|name| RoleName::from(*name)).collect(),
        profiles: profiles.iter().map(|name| ProfileName::from(*name)).collect(),
    };
    let giving = |groups: &[&str]| Refusal::NoGroupGives {
        giving: groups.iter().map(|name| GroupName::from(*name)).collect(),
    };
    let key = rule(Principal::Everyone, Principal::Group("A".into()));
    let near = NotReached {
        level: Some(Level::Own),
        default: Some(("Leads".into(), DefaultAccess::Private)),
        too_weak: vec![(key.clone(), RuleAccess::Read)],
        without_effect: vec![(key, RuleAccess::ReadWrite)],
    };
    let ben = Owner::User(user("ben"));
    let anna = Owner::User(user("anna"));
    let team = Owner::Group("Team A".into());
    let cases: Vec<(Option<&Owner>, Refusal, &str)> = vec![
        (None, Refusal::CannotLogIn, "anna cannot log in"),
        (
            None,
            Refusal::Lacking("licence_ai".into()),
            "the installation lacks licence_ai, without which nobody has `view Leads`",
        ),
        (
            None,
            no_right(&[], &[]),
            "anna has no role that could permit `view Leads`",
        ),
        (
            None,
            no_right(&["Rep"], &[]),
            "role Rep does not permit `view Leads`",
        ),
        (
            None,
            no_right(&["Rep", "Op"], &[]),
            "none of the roles Rep, Op permits `view Leads`",
        ),
        (
            None,
            no_right(&["Rep"], &["Sales"]),
            "role Rep has profile Sales, which does not permit `view Leads`",
        ),
        (
            None,
            no_right(&["Rep"], &["Sales", "Team Lead"]),
            "role Rep has profiles Sales, Team Lead, and none of them permits `view Leads`",
        ),
        (
            None,
            Refusal::ModuleClosed("Leads".into()),
            "the field is open to anna, but no records of Leads are",
        ),
        (None, giving(&[]), "no group gives `view Leads`"),
        (
            None,
            giving(&["A"]),
            "no group of anna gives `view Leads`; group A gives it",
        ),
        (
            None,
            giving(&["A", "B"]),
            "no group of anna gives `view Leads`; groups A, B give it",
        ),
        (
            Some(&ben),
            Refusal::NotReached(near),
            "nothing gives anna `view Leads` about ben: the right has level own; the default of Leads is \
             private; rule Leads: everyone → group A opens only read; rule Leads: everyone → group A has no effect \
             under this default",
        ),
        (
            Some(&team),
            Refusal::NotReached(NotReached::default()),
            "nothing gives anna `view Leads` about group Team A",
        ),
        (
            Some(&anna),
            Refusal::NotReached(NotReached::default()),
            "nothing gives anna `view Leads` about oneself",
        ),
        (
            None,
            Refusal::NotReached(NotReached::default()),
            "nothing gives anna `view Leads` about anyone",
        ),
    ];
    for (owner, why, expected) in cases {
        assert_eq!(refusal(&user("anna"), &view(), owner, &why), expected);
    }
}

#[test]
fn carriers_say_who_and_how_far() {
    let right = |holder, level| Right { holder, level };
    let rights = [
        right(Holder::Profile("Sales".into()), Level::Allow),
        right(Holder::Role("Agent".into()), Level::Group),
    ];
    assert_eq!(carriers(&rights), ["profile Sales", "role Agent, level group"]);
}
