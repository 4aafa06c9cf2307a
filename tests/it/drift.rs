//! Drift: what was done to a deployment beside its manifests, with the real program.

use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::support::{Project, Run, run_in};

const SEED: &str = "
profiles: { Sales: { otherwise: usual } }
roles:
  Head: { reports_to: Organization, profiles: [Sales], assign_records_to: all_users }
  Agent: { reports_to: Head, profiles: [Sales], assign_records_to: all_users }
groups:
  Team A: { description: Field sales, members: { users: [anna] } }
  Team B: { members: { users: [ben] } }
  Loose: {}
sharing:
  defaults: { Leads: private }
  rules:
    - { module: Leads, from: { role: Agent }, to: { group: Team A }, access: read }
users: { anna: { role: Head }, ben: { role: Agent } }
";

const MANIFEST: &str = "
groups:
  Team A: { description: Field sales, members: { users: [anna] } }
  Team B: { members: { users: [ben] } }
sharing:
  defaults: { Leads: private }
  rules:
    - { module: Leads, from: { role: Agent }, to: { group: Team A }, access: read }
users: { ben: { role: Agent } }
existing: { roles: [Agent, Head], profiles: [Sales] }
";

/// The manifests with one thing added, so that an apply writes something and with it a baseline.
fn applied() -> Project {
    let project = Project::new("berlicrm").seed(SEED).manifest(MANIFEST);
    project.run(&["apply", "--auto-approve"]).exits(0);
    let project = project.manifest(&MANIFEST.replace("Field sales", "Field"));
    project.run(&["apply", "--auto-approve"]).exits(0);
    let project = project.manifest(MANIFEST);
    project.run(&["apply", "--auto-approve"]).exits(0);
    project
}

/// Someone else with manifests and a ledger of their own does something to the deployment.
fn someone(project: &Project, manifest: &str) {
    let other = tempfile::tempdir().unwrap();
    let file = project.path().join(".rolecall/local.db");
    let file = format!(
        "system: berlicrm\ndeployments: {{ local: {{ kind: embedded, file: '{}' }} }}\n",
        file.display()
    );
    std::fs::write(other.path().join("rolecall.yaml"), file).unwrap();
    std::fs::create_dir(other.path().join("manifests")).unwrap();
    std::fs::write(other.path().join("manifests/all.yaml"), manifest).unwrap();
    let allow = ["--allow", "members-lost", "--allow", "deletions"];
    let arguments = [&["apply", "--auto-approve"][..], &allow].concat();
    let run = run_in(other.path(), &arguments).exits(0);
    assert!(run.stdout.contains("Applied"), "{}", run.stdout);
}

#[track_caller]
fn says(run: &Run, lines: &[&str]) {
    for line in lines {
        let mut said = run.stdout.lines().chain(run.stderr.lines());
        assert!(
            said.any(|said| said.trim_end().contains(line)),
            "`{line}` is missing in\n{}{}",
            run.stdout,
            run.stderr
        );
    }
}

#[test]
fn there_is_none_after_an_apply() {
    let run = applied().run(&["drift"]).exits(0);
    assert_eq!(
        run.stdout,
        "No drift. berlicrm local is as the manifests say (30 objects)\n"
    );
}

#[test]
fn what_someone_did_is_told_from_the_manifests_to_what_is_there() {
    let cases = [
        (
            "groups: { Team A: { description: Other, members: { users: [anna, ben] } } }",
            &["~ changed: group Team A", "manifests/all.yaml:3", "description    \"Field sales\" → \"Other\"", "members.users  + ben", "ben gains view, edit and delete"][..],
        ),
        (
            "sharing: { defaults: { Leads: public_read } }",
            &["~ changed: default Leads: private → public_read", "Drift   1 changed; 29 as the manifests say"],
        ),
        (
            "sharing: { rules: [{ module: Leads, from: { role: Agent }, to: { group: Team A }, access: read },
              { module: Leads, from: { role: Head }, to: { group: Team A }, access: read }] }
existing: { roles: [Agent, Head], groups: [Team A] }",
            &["+ made: rule Leads: role Head → group Team A, read"],
        ),
        (
            "removed: { groups: { Team B: { transfer_to: { user: anna } } } }",
            &["- deleted: group Team B"],
        ),
        ("users: { ben: { role: Head } }\nexisting: { roles: [Head] }", &["~ changed: user ben: role Agent → Head"]),
    ];
    for (manifest, lines) in cases {
        let project = applied();
        someone(&project, manifest);
        let run = project.run(&["drift"]).exits(2);
        says(
            &run,
            &["Changes on the deployment, from what the manifests say to what is there"],
        );
        says(&run, lines);
        project.run(&["apply", "--auto-approve"]).exits(0);
        project.run(&["drift"]).exits(0);
    }
}

#[test]
fn json_tells_the_same() {
    let project = applied();
    someone(
        &project,
        "groups: { Team A: { members: { users: [anna, ben] } }, Fresh: {} }",
    );
    let run = project.run(&["drift", "--format", "json"]).exits(2);
    let drift: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(drift["drift"], true);
    let change = &drift["resource_changes"][0];
    assert_eq!(change["address"], "group.Team A");
    assert_eq!(change["attributes"][0]["added"], serde_json::json!(["ben"]));
    assert_eq!(
        change["change"]["after"]["members"]["users"],
        serde_json::json!(["anna", "ben"])
    );
    assert_eq!(drift["impact"]["lines"][0]["direction"], "gain");
    assert_eq!(drift["unmanaged"]["new"][0]["address"], "group.Fresh");
}

#[test]
fn what_no_manifest_names_against_the_last_apply_and_what_was_accepted() {
    let project = applied();
    someone(
        &project,
        "groups: { Fresh: {} }\nremoved: { groups: { Loose: { transfer_to: { user: anna } } } }",
    );
    let run = project.run(&["drift"]).exits(2);
    says(
        &run,
        &[
            "+ group Fresh is new on the deployment and in no manifest",
            "- group Loose is no longer on the deployment; it was in no manifest",
            "Drift   1 new unmanaged, 1 unmanaged gone; 30 as the manifests say",
        ],
    );
    let run = project.run(&["drift", "--accept"]).exits(0);
    assert!(
        run.stdout
            .contains("Accepted for local: 1 object in no manifest (1 new, 0 formerly managed, 1 gone)"),
        "{}",
        run.stdout
    );
    project.run(&["drift"]).exits(0);
    project.run(&["history", "verify"]).exits(0);
    assert!(!project.run(&["history"]).exits(0).stdout.contains("cut off"));
}

#[test]
fn changes_of_what_manifests_own_are_never_accepted() {
    let project = applied();
    someone(
        &project,
        "groups: { Team A: { members: { users: [ben] } }, Fresh: {} }",
    );
    let run = project.run(&["drift", "--accept"]).exits(2);
    says(
        &run,
        &["note: 1 object of the manifests drifted; that is never accepted this way"],
    );
    let run = project.run(&["drift"]).exits(2);
    says(&run, &["changed: group Team A"]);
    assert!(!run.stdout.contains("Fresh"), "{}", run.stdout);
    project.run(&["drift", "--accept", "--only", "group.*"]).exits(1);
}

#[test]
fn what_was_managed_is_told_loudly_until_it_is_accepted_or_gone() {
    let loud = "! group Team B was managed and is in no manifest now: its access remains";
    let project = applied();
    let without = MANIFEST.replace("  Team B: { members: { users: [ben] } }\n", "");
    let project = project.manifest(&without);
    says(
        &project.run(&["drift"]).exits(2),
        &[loud, "Drift   1 formerly managed; 29 as the manifests say"],
    );
    says(&project.run(&["plan", "--detailed-exitcode"]).exits(0), &[loud]);
    let json = project.run(&["plan", "--format", "json"]).exits(0);
    let plan: Value = serde_json::from_str(&json.stdout).unwrap();
    let flags: Vec<bool> = plan["unmanaged"]
        .as_array()
        .unwrap()
        .iter()
        .map(|each| each["formerly_managed"].as_bool().unwrap())
        .collect();
    assert_eq!(flags.iter().filter(|flag| **flag).count(), 1, "{}", json.stdout);
    // Another apply does not make it forgotten.
    let project = project.manifest(&without.replace("Field sales", "Field"));
    let run = project.run(&["apply", "--auto-approve"]).exits(0);
    says(&run, &[loud]);
    let (first, second) = (
        run.stdout.find("! group").unwrap(),
        run.stdout.find("? group").unwrap(),
    );
    assert!(first < second, "{}", run.stdout);
    says(&project.run(&["drift"]).exits(2), &[loud]);
    project.run(&["drift", "--accept"]).exits(0);
    project.run(&["drift"]).exits(0);
    assert!(!project.run(&["plan"]).exits(0).stdout.contains("was managed"));
}

#[test]
fn nothing_is_new_where_nothing_was_recorded() {
    let project = Project::new("berlicrm").seed(SEED).manifest(MANIFEST);
    // Not there yet: an error, for there is nothing that could have drifted.
    project.run(&["drift"]).exits(7);
    project.run(&["drift", "--accept"]).exits(7);
    assert!(!project.path().join(".rolecall").exists());
    project.run(&["apply", "--auto-approve"]).exits(0);
    let run = project.run(&["drift"]).exits(0);
    says(
        &run,
        &["nothing recorded to compare with: an apply or drift --accept records it"],
    );
    project.run(&["drift", "--accept"]).exits(0);
    someone(&project, "groups: { Fresh: {} }");
    says(&project.run(&["drift"]).exits(2), &["+ group Fresh is new"]);
}

#[test]
fn of_a_part() {
    let project = applied();
    someone(
        &project,
        "groups: { Team A: { description: Other }, Team B: { description: Other }, Fresh: {} }",
    );
    let run = project.run(&["drift", "--only", "group.Team A"]).exits(2);
    says(&run, &["changed: group Team A"]);
    assert!(
        !run.stdout.contains("Team B") && !run.stdout.contains("Fresh"),
        "{}",
        run.stdout
    );
    let run = project.run(&["drift", "--only", "role.*"]).exits(0);
    says(&run, &["No drift."]);
    let run = project.run(&["drift", "--exclude", "group.Team *"]).exits(2);
    says(&run, &["+ group Fresh"]);
}

#[test]
fn errors_are_what_they_always_are() {
    let project = applied().manifest("groups: { Team A: { nonsense: 1 } }");
    project.run(&["drift"]).exits(1);
    project.run(&["drift", "--watch", "0"]).exits(1);
    project.run(&["drift", "--watch", "1"]).exits(1);
}

/// A watch that runs, and what it has said so far.
struct Watching {
    child: Child,
    said: std::sync::Arc<std::sync::Mutex<String>>,
}

impl Watching {
    fn start(project: &Project, more: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_rolecall"))
            .current_dir(project.path())
            .args(["drift", "--watch", "1"])
            .args(more)
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
        let streams: [Box<dyn std::io::Read + Send>; 2] = [
            Box::new(child.stdout.take().unwrap()),
            Box::new(child.stderr.take().unwrap()),
        ];
        for mut stream in streams {
            let said = std::sync::Arc::clone(&said);
            std::thread::spawn(move || {
                let mut bytes = [0; 4096];
                while let Ok(count @ 1..) = stream.read(&mut bytes) {
                    said.lock()
                        .unwrap()
                        .push_str(&String::from_utf8_lossy(&bytes[..count]));
                }
            });
        }
        Self { child, said }
    }

    /// Waits until a line with these words was said.
    #[track_caller]
    fn hears(&self, words: &str) -> String {
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            let said = self.said.lock().unwrap().clone();
            if let Some(line) = said.lines().find(|line| line.contains(words)) {
                return line.to_owned();
            }
            assert!(Instant::now() < end, "`{words}` was never said in\n{said}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Ends it as a service is ended.
    fn end(mut self) -> (i32, String) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::TERM).unwrap();
        let code = self.child.wait().unwrap().code().unwrap();
        (code, self.said.lock().unwrap().clone())
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_watch_tells_what_is_new_and_survives() {
    let project = applied();
    let watching = Watching::start(&project, &[]);
    watching.hears("No drift. berlicrm local");
    someone(
        &project,
        "groups: { Team A: { members: { users: [anna, ben] } } }",
    );
    let line = watching.hears("drift   changed: group Team A: members.users +ben");
    let (date, rest) = line.split_once(' ').unwrap();
    assert_eq!(date.len(), 10, "{line}");
    assert!(rest.contains(" UTC  drift "), "{line}");

    let file = project.path().join(".rolecall/local.db");
    let aside = project.path().join(".rolecall/aside.db");
    std::fs::rename(&file, &aside).unwrap();
    watching.hears("UTC  local cannot be read: ");
    // More than one look passes meanwhile.
    std::thread::sleep(Duration::from_millis(2500));
    std::fs::rename(&aside, &file).unwrap();
    watching.hears("UTC  local is back");

    let project = project.manifest("groups: { Team A: { nonsense: 1 } }");
    watching.hears("the last ones without are kept");
    someone(&project, "groups: { Fresh: {} }");
    watching.hears("drift   group Fresh is new on the deployment and in no manifest");
    let project = project.manifest(MANIFEST);
    watching.hears("the manifests have no mistake any more");
    project
        .run(&["apply", "--auto-approve", "--allow", "members-lost"])
        .exits(0);
    watching.hears("solved  changed: group Team A");
    watching.hears("solved  group Fresh");
    let (code, said) = watching.end();
    assert_eq!(code, 0, "{said}");
    for once in ["cannot be read", "is back", "are kept", "No drift", "unknown-key"] {
        assert_eq!(said.matches(once).count(), 1, "{once}\n{said}");
    }
}

#[test]
fn a_watch_ends_with_the_code_of_its_last_look() {
    let project = applied();
    someone(&project, "groups: { Team A: { description: Other } }");
    let watching = Watching::start(&project, &["--format", "json"]);
    let line = watching.hears("\"drift\":true");
    let look: Value = serde_json::from_str(&line).unwrap();
    assert!(look["at"].as_str().unwrap().ends_with('Z'), "{line}");
    let (code, said) = watching.end();
    assert_eq!(code, 2, "{said}");
    let watching = Watching::start(&project, &[]);
    watching.hears("Drift   1 changed");
    std::fs::rename(
        project.path().join(".rolecall/local.db"),
        project.path().join(".rolecall/aside.db"),
    )
    .unwrap();
    watching.hears("cannot be read");
    let (code, said) = watching.end();
    assert_eq!(code, 7, "{said}");
}
