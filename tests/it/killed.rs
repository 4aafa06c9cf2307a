//! A killed apply leaves a deployment that opens, with nothing half-done, and a second run finishes.

use std::fmt::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::Project;

/// A manifest with enough to do that there is time to be killed in the middle.
fn many_groups(count: usize) -> String {
    let mut text = "groups:\n".to_owned();
    for number in 0..count {
        let nested = if number > 0 {
            format!("[Group {}]", number - 1)
        } else {
            "[]".to_owned()
        };
        let depth = if number % 6 == 0 { "[]".to_owned() } else { nested };
        let _ = writeln!(
            text,
            "  Group {number}: {{ members: {{ users: [anna, ben], groups: {depth} }} }}"
        );
    }
    text
}

/// What a writer leaves that is killed after SQLite has begun to change the file: a journal to roll back. Taken from
/// a copy made in the middle of a transaction, so that it is there every time.
#[test]
fn with_a_journal_to_roll_back() {
    let project = Project::new("ucserver").seed("users: { anna: {} }").file(
        "rolecall.yaml",
        "system: ucserver\ndeployments: { local: { kind: embedded, seed: seed }, copy: { kind: embedded } }\ndefault: local\n",
    );
    let project = project.manifest("groups: { A: {} }\n");
    project.run(&["apply", "--auto-approve"]).exits(0);
    let folder = project.path().join(".rolecall");
    let writer = rusqlite::Connection::open(folder.join("local.db")).unwrap();
    // A cache of one page spills at once, so that the file itself is changed before the commit.
    writer
        .execute_batch("PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN IMMEDIATE")
        .unwrap();
    writer.execute_batch("CREATE TABLE filler (x); WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO filler SELECT hex(randomblob(200)) FROM n").unwrap();
    std::fs::copy(folder.join("local.db"), folder.join("copy.db")).unwrap();
    std::fs::copy(folder.join("local.db-journal"), folder.join("copy.db-journal")).unwrap();
    drop(writer);
    let run = project.run(&["plan", "--deployment", "copy", "--detailed-exitcode"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
}

#[test]
fn at_any_moment() {
    let seed = "
profiles: { Sales: { otherwise: usual } }
roles: { Rep: { reports_to: Organization, profiles: [Sales], assign_records_to: all_users } }
users: { anna: { role: Rep }, ben: { role: Rep } }
";
    let manifest = many_groups(400);
    for milliseconds in [5, 20, 60, 120, 250] {
        let project = Project::new("berlicrm").seed(seed).manifest(&manifest);
        let mut apply = Command::new(env!("CARGO_BIN_EXE_rolecall"))
            .current_dir(project.path())
            .args(["apply", "--auto-approve"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(milliseconds));
        // SIGKILL: there is no chance to tidy up. It may be done already, which is fine as well.
        let _ = apply.kill();
        apply.wait().unwrap();
        let plan = project.run(&["plan", "--format", "json"]).exits(0);
        let plan: serde_json::Value = serde_json::from_str(&plan.stdout).unwrap();
        for change in plan["resource_changes"].as_array().unwrap() {
            let actions = &change["change"]["actions"];
            assert_eq!(
                actions,
                &serde_json::json!(["create"]),
                "nothing is half-made: {change}"
            );
        }
        project.run(&["apply", "--auto-approve"]).exits(0);
        project.run(&["plan", "--detailed-exitcode"]).exits(0);
    }
}
