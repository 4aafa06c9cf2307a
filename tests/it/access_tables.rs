//! `access matrix`, `access review` and `access unused`, as run on the command line.

use crate::support::Project;

/// A state in which there is something of everything to say.
const STATE: &str = "\
profiles:
  Sales: { modules: { Leads: { actions: [view, edit] }, Accounts: { actions: [view] } } }
  More: { modules: { Leads: { actions: [view] } } }
  Idle: {}
roles:
  Organization: {}
  CEO: { reports_to: Organization, profiles: [Sales] }
  Rep: { reports_to: CEO, profiles: [Sales, More] }
  Nobody: { reports_to: CEO, profiles: [Sales] }
groups:
  Team: { members: { users: [anna, ben], roles: [Rep] } }
  '=1+1': { members: { users: [carl] } }
sharing:
  defaults: { Leads: private, Accounts: public_read }
  rules:
    - { module: Leads, from: { role: CEO }, to: { group: Team }, access: read }
    - { module: Leads, from: { role: Rep }, to: { role: CEO }, access: read }
users:
  anna: { role: Rep }
  ben: { role: Rep, active: false }
  carl: { role: CEO }
  root: { role: CEO, administrator: true }
";

fn project() -> Project {
    Project::new("vtiger").seed(STATE)
}

fn asked(question: &[&str]) -> String {
    let mut arguments = vec!["access"];
    arguments.extend(question);
    arguments.extend(["--in", "deployment:local"]);
    project().run(&arguments).exits(0).stdout
}

/// Each question with lines that its answer has, and lines that it must not have.
#[test]
fn lines_of_tables() {
    for (question, lines, not) in [
        (
            "matrix --format csv",
            &[
                "role,module,action,level,reach,through",
                "CEO,Leads,edit,allow,shared,profile Sales; hierarchy",
                "Rep,Leads,view,allow,shared,profile More; profile Sales; records of groups; 1 rule",
                "Rep,Accounts,view,allow,everyone,profile Sales; records of groups; default of Accounts: public_read",
            ][..],
            &["Organization"][..],
        ),
        (
            "matrix --format csv --role Nobody --module Leads",
            &[
                "Nobody,Leads,view,allow,own,profile Sales",
                "Nobody,Leads,edit,allow,own,profile Sales",
            ],
            &["CEO", "Accounts"],
        ),
        (
            "review --format csv",
            &[
                "person,kind,what,way,source,keep",
                "anna,role,Rep,,user anna,",
                "anna,group,Team,group Team,group Team,",
                "carl,group,'=1+1,group =1+1,group =1+1,",
                "root,administrator,administrator in effect,marked as administrator,user root,",
            ],
            &["carl,administrator"],
        ),
        (
            "review --by group --format csv",
            &[
                "anna,member,Team,group Team,group Team,",
                "ben,member,Team,group Team,group Team,",
                ",rule to it,Leads: role CEO → group Team,,group Team,",
            ],
            &["root"],
        ),
        (
            "review --by role --format csv",
            &[
                "anna,holder,Rep,,user anna,",
                ",profile,More,,role Rep,",
                ",right,edit Leads,shared: profile Sales; hierarchy,role CEO,",
            ],
            &[",holder,Nobody"],
        ),
        (
            "unused --format csv",
            &[
                "kind,object,reason,place,proved",
                "rule-covered,rule Leads: role Rep → role CEO,its recipients reach all of it anyway: by being \
                 administrators and the hierarchy,,yes",
                "member-implied,user anna in group Team,in it by a role that is listed anyway,,yes",
                "profile-not-carried,profile Idle,no role carries it,,yes",
                "right-granted-anyway,profile More: view Leads,another profile of each role that carries it grants \
                 the same,,yes",
                "role-empty,role Nobody,\"nobody has it, no role is below it, and no group grants it\",,yes",
            ],
            &["rule Leads: role CEO", "user carl"],
        ),
    ] {
        let question: Vec<&str> = question.split(' ').collect();
        let answer = asked(&question);
        let found: Vec<&str> = answer.split("\r\n").collect();
        for line in lines {
            assert!(found.contains(line), "{question:?} lacks {line}:\n{answer}");
        }
        for part in not {
            assert!(!answer.contains(part), "{question:?} has {part}:\n{answer}");
        }
    }
}

#[test]
fn json_says_what_the_tables_say() {
    for (question, key, count) in [
        ("matrix", "entries", 9),
        ("review", "people", 4),
        ("review --by group", "groups", 2),
        ("review --by role", "roles", 4),
        ("unused", "unused", 7),
    ] {
        let mut question: Vec<&str> = question.split(' ').collect();
        question.extend(["--format", "json"]);
        let answer: serde_json::Value = serde_json::from_str(&asked(&question)).unwrap();
        assert_eq!(answer["format_version"], "1.0");
        let entries = answer[key].as_array().unwrap();
        assert_eq!(entries.len(), count, "{question:?}: {entries:#?}");
    }
}

/// Every system's example has an answer to each, no line of which is wider than a narrow terminal in a matrix.
#[test]
fn on_examples() {
    for example in ["berlicrm", "iptel", "ucserver", "uniconnect", "vtiger"] {
        let project = Project::example(example);
        let matrix = project.run(&["access", "matrix"]).exits(0).stdout;
        let widest = matrix.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= 100, "{example}: {widest}\n{matrix}");
        assert!(matrix.lines().count() > 10, "{example}:\n{matrix}");
        for by in ["person", "group", "role"] {
            let table = project
                .run(&["access", "review", "--by", by, "--format", "csv"])
                .exits(0);
            assert!(
                table.stdout.starts_with("person,kind,what,way,source,keep\r\n"),
                "{example}"
            );
            let lines = table.stdout.lines().skip(1);
            let unanswered = lines.filter(|line| line.ends_with(','));
            assert_eq!(
                unanswered.count(),
                table.stdout.lines().count() - 1,
                "{example} by {by}"
            );
        }
        project.run(&["access", "unused"]).exits(0);
    }
}

/// What is found in manifests is said with its line.
#[test]
fn places_of_what_is_unused() {
    let project = project().manifest("groups:\n  Team:\n    members: { users: [anna, ben], roles: [Rep] }\n");
    let found = project.run(&["access", "unused"]).exits(0).stdout;
    assert!(
        found.contains("[member-implied] user anna in group Team\n  in it by a role that is listed anyway, manifests/all.yaml:3"),
        "{found}"
    );
}

#[test]
fn names_that_are_not_there() {
    for (question, expected) in [
        (
            "matrix --role Ren",
            "there is no row `Ren`\nhint: did you mean `Rep`?",
        ),
        (
            "matrix --module Lead",
            "there is no module `Lead`\nhint: did you mean `Leads`?",
        ),
    ] {
        let mut arguments = vec!["access"];
        arguments.extend(question.split(' '));
        arguments.extend(["--in", "deployment:local"]);
        let run = project().run(&arguments).exits(1);
        assert!(run.stderr.contains(expected), "{question}: {}", run.stderr);
    }
    // A module on which nothing is permitted is there all the same.
    asked(&["matrix", "--role", "Nobody", "--module", "Quotes"]);
}
