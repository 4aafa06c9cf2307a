//! `rolecall access`: answers for people and for programs, and what is said when there is nothing of a name.

use std::fs;

use serde_json::{Value, json};

use crate::diff::git;
use crate::impact::CRM;
use crate::support::{Project, Run};

/// The CRM of the impact tests, with someone who has left.
fn crm() -> Project {
    let seed = CRM.replace("  ron: ", "  off: { role: Rep, active: false }\n  ron: ");
    Project::new("berlicrm").seed(&seed).manifest(
        "sharing: { rules: [{ module: Leads, from: { group: Team }, to: { group: Desk }, access: read }] }",
    )
}

#[track_caller]
fn ask(project: &Project, question: &str) -> Run {
    let words: Vec<&str> = std::iter::once("access").chain(question.split(' ')).collect();
    project.run(&words)
}

#[track_caller]
fn answer(project: &Project, question: &str) -> String {
    let run = ask(project, question).exits(0);
    assert_eq!(run.stderr, "");
    run.stdout
}

#[track_caller]
fn parsed(project: &Project, question: &str) -> Value {
    serde_json::from_str(&answer(project, &format!("{question} --format json"))).unwrap()
}

#[track_caller]
fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn who_can_see_the_leads_of_someone() {
    insta::assert_snapshot!(answer(&crm(), "who-can view Leads --owner rita"), @r#"
    view on Leads of rita: 4 people · manifests over local
      ada   ada → role Agent → group Desk → rule Leads: group Team → group Desk, read; the owner: group Team, manifests/all.yaml:1
      alf   alf → role Agent → group Desk → rule Leads: group Team → group Desk, read; the owner: group Team, manifests/all.yaml:1
      bob   bob → role Boss is above Rep
      rita  rita → own
    "#);
}

#[test]
fn who_can_edit_what_a_group_owns() {
    insta::assert_snapshot!(answer(&crm(), "who-can edit Leads --owner group:Team"), @r#"
    edit on Leads of group Team: 1 person · manifests over local
      rita  rita → group Team → owned by the group
    "#);
}

#[test]
fn a_group_is_an_owner_without_its_prefix_too() {
    insta::assert_snapshot!(answer(&crm(), "who-can edit Leads --owner Team"), @r#"
    edit on Leads of group Team: 1 person · manifests over local
      rita  rita → group Team → owned by the group
    "#);
}

#[test]
fn what_a_user_can_do() {
    insta::assert_snapshot!(answer(&crm(), "what-can lea"), @r#"
    lea · manifests over local
      view and edit on HelpDesk  own, ada, alf
      view and edit on Leads     own, ada, alf
    "#);
}

#[test]
fn what_a_role_can_do_on_a_module() {
    insta::assert_snapshot!(answer(&crm(), "what-can role:Agent --module Leads"), @r#"
    role:Agent · manifests over local
      edit on Leads  own, group Desk
      view on Leads  own, rita, group Desk, group Team
    "#);
}

#[test]
fn what_a_user_who_cannot_log_in_can_do() {
    insta::assert_snapshot!(answer(&crm(), "what-can off"), @r#"
    off · manifests over local
    "#);
}

#[test]
fn why_someone_may() {
    insta::assert_snapshot!(answer(&crm(), "explain ada view Leads --owner rita"), @r#"
    ada may: view on Leads of rita · manifests over local
      ada → role Agent → group Desk → rule Leads: group Team → group Desk, read; the owner: group Team, manifests/all.yaml:1
      permitted by profile Service
    "#);
}

#[test]
fn a_rule_that_is_too_weak() {
    insta::assert_snapshot!(answer(&crm(), "explain ada edit Leads --owner rita"), @r#"
    ada may not: edit on Leads of rita · manifests over local
      nothing gives ada `edit Leads` about rita: the default of Leads is private; rule Leads: group Team → group Desk opens only read
    "#);
}

#[test]
fn a_default_that_is_closed() {
    insta::assert_snapshot!(answer(&crm(), "explain ron view Leads --owner bob"), @r#"
    ron may not: view on Leads of bob · manifests over local
      nothing gives ron `view Leads` about bob: the default of Leads is private
    "#);
}

#[test]
fn a_missing_right() {
    insta::assert_snapshot!(answer(&crm(), "explain ada delete Leads"), @r#"
    ada may not: delete on Leads · manifests over local
      role Agent has profile Service, which does not permit `delete Leads`
    "#);
}

#[test]
fn someone_who_cannot_log_in() {
    insta::assert_snapshot!(answer(&crm(), "explain off view Leads"), @r#"
    off may not: view on Leads · manifests over local
      off cannot log in
    "#);
}

#[test]
fn what_one_has_and_the_other_has_not() {
    insta::assert_snapshot!(answer(&crm(), "compare rita ron"), @r#"
    rita and ron · manifests over local
    only rita
      view and edit on Leads  group Team
    nothing that only ron can do
    "#);
}

#[test]
fn roles_are_compared() {
    insta::assert_snapshot!(answer(&crm(), "compare role:Rep role:Agent"), @r#"
    role:Rep and role:Agent · manifests over local
    only role:Rep
      view on Accounts  everyone
      create on Leads
    only role:Agent
      view and edit on HelpDesk  own, group Desk
      edit on Leads              group Desk
      view on Leads              rita, group Desk, group Team
    "#);
}

#[test]
fn nobody_differs_from_oneself() {
    insta::assert_snapshot!(answer(&crm(), "compare ron user:ron"), @r#"
    ron and user:ron · manifests over local
    nothing that only ron can do
    nothing that only user:ron can do
    "#);
}

#[test]
fn who_is_in_a_group() {
    insta::assert_snapshot!(answer(&crm(), "members Desk"), @r#"
    2 people in group Desk · manifests over local
      ada  ada → role Agent → group Desk
      alf  alf → role Agent → group Desk
    "#);
}

#[test]
fn one_member() {
    insta::assert_snapshot!(answer(&crm(), "members Team"), @r#"
    1 person in group Team · manifests over local
      rita  rita → group Team
    "#);
}

#[test]
fn the_groups_of_someone() {
    insta::assert_snapshot!(answer(&crm(), "groups ada"), @r#"
    ada is in 1 group · manifests over local
      Desk  ada → role Agent → group Desk
    "#);
}

#[test]
fn no_groups() {
    insta::assert_snapshot!(answer(&crm(), "groups ron"), @r#"
    ron is in 0 groups · manifests over local
    "#);
}

#[test]
fn names_that_are_not_there() {
    let project = crm();
    let cases = [
        ("explain rit view Leads", "there is no user `rit`", Some("rita")),
        ("what-can role:Ren", "there is no role `Ren`", Some("Rep")),
        ("compare rita rom", "there is no user `rom`", Some("ron")),
        ("members Tem", "there is no group `Tem`", Some("Team")),
        ("groups anna", "there is no user `anna`", None),
        (
            "who-can view Lead",
            "berliCRM has no module `Lead` here",
            Some("Leads"),
        ),
        (
            "who-can viw Leads",
            "berliCRM has nothing called `viw` on Leads",
            Some("view"),
        ),
        (
            "who-can view_al",
            "berliCRM has nothing called `view_al`",
            Some("view_all"),
        ),
        (
            "who-can view Leads --owner group:Tem",
            "there is no group `Tem`",
            Some("Team"),
        ),
        (
            "who-can view Leads --owner rit",
            "there is no user `rit`",
            Some("rita"),
        ),
    ];
    for (question, message, meant) in cases {
        let run = ask(&project, question).exits(1);
        let hint = meant.map_or_else(String::new, |meant| format!("hint: did you mean `{meant}`?\n"));
        assert_eq!(run.stderr, format!("error: {message}\n{hint}"), "{question}");
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn an_action_needs_its_module() {
    let run = ask(&crm(), "explain rita view").exits(1);
    assert_eq!(
        run.stderr,
        "error: `view` is an action on modules\nhint: name a module after it\n"
    );
}

#[test]
fn a_rule_without_effect_under_the_default() {
    let project = crm().manifest(
        "profiles: { Service: { otherwise: untouched, modules: { Leads: { actions: [view, edit, delete] } } } }\n\
         sharing: { defaults: { Leads: public_read_write } }",
    );
    insta::assert_snapshot!(answer(&project, "explain ada delete Leads --owner rita"), @r#"
    ada may not: delete on Leads of rita · manifests over local
      nothing gives ada `delete Leads` about rita: the default of Leads is public_read_write; rule Leads: group Team → group Desk has no effect under this default
    "#);
}

#[test]
fn a_feature_that_the_installation_lacks() {
    let uniconnect = Project::example("uniconnect");
    insta::assert_snapshot!(answer(&uniconnect, "explain anna manage_conversations"), @r#"
    anna may not: permission Manage Conversations · manifests over local
      the installation lacks licence_ai, without which nobody has `manage_conversations`
    "#);
    assert!(answer(&uniconnect, "who-can manage_conversations").contains(": nobody ·"));
}

#[test]
fn services_authorisations_and_roles_are_asked_without_a_module() {
    let phones = Project::example("ucserver");
    insta::assert_snapshot!(answer(&phones, "who-can presence.set --owner clara"), @r#"
    Presence (set presence) of clara: 4 people · manifests over local
      anna   anna → head of group Sales → given by the group; the owner: group Sales
      ben    ben → head of group Key Accounts → given by the group; the owner: group Key Accounts
      david  david → group Sales → given by the group; the owner: group Sales
      emma   emma → group Sales → given by the group; the owner: group Sales
    "#);
    let run = ask(&phones, "explain clara presence.se").exits(1);
    assert!(
        run.stderr.contains("did you mean `presence.see`?"),
        "{}",
        run.stderr
    );
    insta::assert_snapshot!(answer(&phones, "explain clara send_sms"), @r#"
    clara may: service Send SMS · manifests over local
      clara → group Key Accounts → given by the group
    "#);
    let calls = Project::example("iptel");
    insta::assert_snapshot!(answer(&calls, "explain anton Statistics"), @r#"
    anton may not: role Statistics · manifests over local
      no group of anton gives `role Statistics`; groups Administrators, Quality Control, Reporting, Supervisors give it
    "#);
}

#[test]
fn a_system_of_ones_own_answers_too() {
    let project = Project::example("custom");
    let people = &parsed(&project, "who-can view Tickets")["users"];
    let name = people[0]["user"].as_str().unwrap();
    for question in [
        format!("what-can {name}"),
        format!("groups {name}"),
        format!("explain {name} view Tickets"),
    ] {
        assert!(answer(&project, &question).contains(name), "{question}");
    }
}

#[test]
fn programs_read_answers() {
    let project = crm();
    let who = parsed(&project, "who-can view Leads --owner group:Team");
    let mut names = keys(&who);
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "ability",
            "format_version",
            "owner",
            "people",
            "state",
            "users",
            "who"
        ]
    );
    assert_eq!(
        who["ability"],
        json!({ "action": { "module": "Leads", "action": "view" } })
    );
    assert_eq!(who["owner"], json!({ "group": "Team" }));
    assert_eq!(who["people"], 3);
    assert_eq!(who["users"][2]["user"], "rita");

    let why = parsed(&project, "explain ada edit Leads --owner rita");
    assert_eq!(why["allowed"], false);
    assert_eq!(why["ways"], json!([]));
    assert!(why["refused_because"].is_string());
    assert_eq!(why["limit"], Value::Null);
    let why = parsed(&project, "explain ada view Leads --owner rita");
    assert_eq!(why["allowed"], true);
    assert_eq!(why["refused_because"], Value::Null);
    assert_eq!(
        why["permitted_by"],
        json!([{ "holder": { "profile": "Service" }, "level": "allow" }])
    );

    let what = parsed(&project, "what-can ron --module Leads");
    assert_eq!(what["user"], "ron");
    let row = &what["abilities"][0];
    let mut names = keys(row);
    names.sort_unstable();
    assert_eq!(names, ["ability", "everyone", "own", "owners", "whose"]);

    let differ = parsed(&project, "compare rita ron");
    assert_eq!(differ["only_right"], json!([]));
    assert_eq!(differ["only_left"].as_array().unwrap().len(), 2);
    assert!(differ["common"].as_u64().unwrap() > 0);

    let members = parsed(&project, "members Desk");
    assert_eq!(members["members"][0]["user"], "ada");
    assert_eq!(members["members"][0]["active"], true);
    let groups = parsed(&project, "groups ada");
    assert_eq!(groups["groups"][0]["group"], "Desk");
}

#[test]
fn any_source_can_be_asked() {
    let project = crm();
    fs::write(
        project.path().join("state.json"),
        project.run(&["export", "--out", "-"]).exits(0).stdout,
    )
    .unwrap();
    let from_file = answer(&project, "members Desk --in state.json");
    assert!(
        from_file.starts_with("2 people in group Desk · state.json"),
        "{from_file}"
    );
    let live = answer(&project, "members Desk --in deployment:local");
    assert!(
        live.starts_with("2 people in group Desk · deployment local"),
        "{live}"
    );
    // The manifests alone know the group and nobody in it.
    let folder = Project::new("ucserver").manifest("groups: { Desk: { members: { users: [ann] } } }");
    let alone = answer(&folder, "members Desk --in .");
    assert!(alone.starts_with("1 person in group Desk · ."), "{alone}");
    git(&folder, &["init", "--quiet", "--initial-branch=main"]);
    git(&folder, &["add", "--all"]);
    git(&folder, &["commit", "--quiet", "-m", "One"]);
    let folder = folder.manifest("groups: {}");
    let committed = answer(&folder, "members Desk --in git:main:");
    assert!(
        committed.starts_with("1 person in group Desk · git:main:"),
        "{committed}"
    );
    let run = ask(&project, "members Desk --in deployment:prod").exits(1);
    assert!(
        run.stderr.contains("there is no deployment `prod`"),
        "{}",
        run.stderr
    );
}

#[test]
fn people_can_come_from_a_file() {
    let export = crm().run(&["export", "--out", "-"]).exits(0).stdout;
    let project = Project::new("berlicrm")
        .file("people.json", &export)
        .manifest("existing: { roles: [Rep] }\ngroups: { All: { members: { roles: [Rep] } } }");
    assert!(answer(&project, "members All --in .").starts_with("0 people"));
    let run = ask(&project, "members All --in . --users people.json").exits(0);
    assert!(
        run.stdout.contains("  rita  rita → role Rep → group All\n"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.contains("group All (cannot log in)\n"),
        "{}",
        run.stdout
    );
}

/// A manifest may not hold such names; a state that was read may.
#[test]
fn names_do_not_reach_the_terminal_raw() {
    let seed = "
groups: { GROUP: { status: active, services: [start_chat], members: { users: [USER] } } }
users: { USER: {} }
";
    let project = Project::new("ucserver").seed(seed).manifest("groups: {}");
    let state = project.run(&["export", "--out", "-"]).exits(0).stdout;
    let state = state
        .replace("GROUP", "Te\\u001b[31mam")
        .replace("USER", "a\u{202e}nn");
    let project = project.file("state.json", &state);
    let (user, group, missing) = ("a\u{202e}nn", "Te\u{1b}[31mam", "x\u{1b}[31m\u{202e}");
    for (code, question) in [
        (0, vec!["who-can", "start_chat"]),
        (0, vec!["what-can", user]),
        (0, vec!["explain", user, "start_chat"]),
        (0, vec!["explain", user, "presence.see", "--owner", user]),
        (0, vec!["compare", user, user]),
        (0, vec!["members", group]),
        (0, vec!["groups", user]),
        (1, vec!["members", missing]),
        (1, vec!["what-can", missing]),
        (1, vec!["who-can", missing]),
    ] {
        let run = project.run(&[&["access"][..], &question, &["--in", "state.json"]].concat());
        let run = run.exits(code);
        let shown = format!("{}{}", run.stdout, run.stderr);
        assert!(!shown.is_empty());
        assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{question:?}: {shown:?}");
    }
}
