//! What is left when something goes wrong at any step of an apply, and that a second run finishes it.
//!
//! The deployment misbehaves once (`rolecall::deployment::Faulty`), at each write of a plan in turn, in the real
//! command line (`faulty/program.rs`); the second run is the plain program. `docs/reliability.md` says what each fault is.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use rolecall::deployment::Fault;
use serde_json::Value;

use crate::faulty::faulty_run;
use crate::support::{Project, Run};

/// A project whose plan has every kind of write, in several waves.
pub(crate) struct World {
    system: &'static str,
    seed: &'static str,
    manifest: &'static str,
}

pub(crate) const WORLDS: [World; 2] = [
    World {
        system: "berlicrm",
        seed: "
profiles:
  Sales: { otherwise: usual }
  Support: { otherwise: usual }
  Old: { otherwise: usual }
roles:
  Head: { reports_to: Organization, profiles: [Sales], assign_records_to: all_users }
  Rep: { reports_to: Head, profiles: [Sales], assign_records_to: all_users }
  Agent: { reports_to: Organization, profiles: [Support, Old], assign_records_to: all_users }
groups:
  Team A: { members: { users: [anna], roles: [Rep] } }
  Team B: { members: { users: [ben] } }
  Team C: { members: { users: [ben] } }
sharing:
  defaults: { Leads: private, Accounts: public_read }
  rules:
    - { module: Leads, from: { role: Rep }, to: { group: Team A }, access: read }
    - { module: Leads, from: { group: Team C }, to: { group: Team B }, access: read }
users: { anna: { role: Rep }, ben: { role: Agent }, cleo: { role: Head } }
",
        manifest: "
profiles:
  Sales: { modules: { Leads: { actions: [view] } }, otherwise: untouched }
  New: { otherwise: usual }
roles:
  Agent: { profiles: [Support, New] }
  Clerk: { reports_to: Head, profiles: [New], assign_records_to: all_users }
groups:
  Team A: { members: { users: [ben], roles: [Clerk] } }
  Team Berlin: { renamed_from: Team B, description: Field sales, members: { users: [ben, cleo] } }
  Team D: { members: { groups: [Team A] } }
sharing:
  defaults: { Accounts: private }
  rules:
    - { module: Leads, from: { role: Rep }, to: { group: Team D }, access: read_write }
users: { anna: { role: Clerk }, ben: { role: Rep } }
removed:
  profiles: { Old: { transfer_to: { profile: New } } }
  groups: { Team C: { transfer_to: { user: cleo } } }
",
    },
    World {
        system: "ucserver",
        seed: "
groups:
  Sales: { members: { users: [anna] }, services: [configure_own_profile] }
  Support: { members: { users: [ben] } }
  Gone: { members: { users: [ben] } }
users: { anna: {}, ben: {} }
",
        manifest: "
groups:
  Sales: { members: { users: [ben] } }
  Service: { renamed_from: Support, members: { users: [anna, ben] } }
  New: { members: { users: [anna] } }
removed: { groups: { Gone: {} } }
",
    },
];

impl World {
    pub(crate) fn project(&self) -> Project {
        Project::new(self.system).seed(self.seed).manifest(self.manifest)
    }

    /// How many writes the plan has, and the state after it.
    fn expected(&self) -> (usize, Value) {
        let project = self.project();
        let plan = project.run(&["plan", "--format", "json"]).exits(0);
        let plan: Value = serde_json::from_str(&plan.stdout).unwrap();
        project.run(&["apply", "--auto-approve"]).exits(0);
        (plan["steps"].as_array().unwrap().len(), project.state())
    }
}

fn apply_with(project: &Project, fault: Fault, number: usize) -> Run {
    let arguments = ["apply", "--auto-approve"];
    faulty_run(project, &format!("{} {number}", fault.as_str()), &arguments)
}

/// What a ledger says of the steps of its first apply: by address and action, `done`, `failed`, `unknown`.
fn told(project: &Project) -> BTreeMap<(String, String), String> {
    let text = std::fs::read_to_string(project.path().join(".rolecall/ledger.jsonl")).unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let first = &lines[0]["apply"];
    let steps = lines[0]["steps"].as_array().unwrap();
    let of_first = lines.iter().filter(|line| line["apply"] == *first);
    let results = of_first.filter_map(|line| line["results"].as_array()).flatten();
    let results = results.map(|result| {
        let step = &steps[result["step"].as_u64().unwrap() as usize - 1];
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (
            (text(&step["address"]), text(&step["action"])),
            text(&result["outcome"]),
        )
    });
    results.collect()
}

fn has(state: &Value, address: &str) -> Option<bool> {
    let (kind, name) = address.split_once('.').unwrap();
    let kind = match kind {
        "group" => "groups",
        "role" => "roles",
        "profile" => "profiles",
        _ => return None,
    };
    Some(state[kind].get(name).is_some())
}

/// What the ledger calls done is done, as far as an object's being there tells.
fn is_true(project: &Project, fault: Fault) {
    let now = project.state();
    for ((address, action), outcome) in told(project) {
        let is_there = has(&now, &address);
        let should = match (action.as_str(), outcome.as_str()) {
            ("create" | "rename", "done") => true,
            ("delete", "done") => false,
            _ => continue,
        };
        // Who believes a liar writes down what it said; reading again is what finds it out.
        if fault != Fault::Lie {
            assert_eq!(
                is_there.unwrap_or(should),
                should,
                "{action} {address} is {outcome}: {now:#}"
            );
        }
    }
}

fn case(world: &World, fault: Fault, number: usize, expected: &Value) {
    let project = world.project();
    let first = apply_with(&project, fault, number);
    let told = format!(
        "{} {} {number}: exit {}\n{}{}",
        world.system,
        fault.as_str(),
        first.code,
        first.stdout,
        first.stderr
    );
    match fault {
        Fault::KillBefore | Fault::KillAfter => assert_eq!(first.code, -1, "killed: {told}"),
        // The step is tried again, or found to be done.
        Fault::CutBefore | Fault::CutAfter | Fault::Answer500 => assert_eq!(first.code, 0, "{told}"),
        Fault::Lie => {
            assert!(first.code == 6 || first.code == 1, "{told}");
        }
        Fault::Pause => unreachable!("nothing goes wrong by it"),
        // What someone else did may be what was to be done.
        Fault::SecondAdministrator => assert!([0, 1, 6].contains(&first.code), "{told}"),
    }
    project.run(&["history", "verify"]).exits(0);
    is_true(&project, fault);
    let second = project.run(&["apply", "--auto-approve"]);
    assert_eq!(second.code, 0, "{told}\nthen: {}{}", second.stdout, second.stderr);
    let plan = project.run(&["plan", "--detailed-exitcode"]);
    assert_eq!(plan.code, 0, "{told}\nthen: {}{}", plan.stdout, plan.stderr);
    if fault != Fault::SecondAdministrator {
        assert_eq!(project.state(), *expected, "{told}");
    }
    project.run(&["history", "verify"]).exits(0);
}

#[test]
#[expect(
    clippy::print_stdout,
    reason = "how many cases there were is in the log of a build"
)]
fn at_every_step() {
    let mut cases = Vec::new();
    let mut expected = Vec::new();
    for world in &WORLDS {
        let (steps, state) = world.expected();
        let at = expected.len();
        expected.push(state);
        for fault in Fault::ALL {
            cases.extend((1..=steps).map(|number| (world, fault, number, at)));
        }
    }
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((world, fault, number, at)) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    case(world, *fault, *number, &expected[*at]);
                }
            });
        }
    });
    println!(
        "{} cases ({} faults at every write of {} plans): every second run ended with nothing to do, \
         nothing twice, nothing lost, the ledger whole and true",
        cases.len(),
        Fault::ALL.len(),
        WORLDS.len()
    );
}
