//! A ledger in a real PostgreSQL: what a file's ledger does, and one apply at a time among machines.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use postgres::Client;
use serde_json::Value;

use crate::faulty::{self, Slow, faulty};
use crate::postgres_server::{PASSWORD, Server};
use crate::support::{Project, Run, root};

const SEED: &str = "
profiles: { Usual: { otherwise: usual } }
roles: { Rep: { reports_to: Organization, profiles: [Usual], assign_records_to: all_users } }
groups: { Sales: { members: { users: [anna] } } }
users: { anna: { role: Rep }, ben: { role: Rep } }
";

/// Three batches: each group waits for the one that it contains.
const MANIFEST: &str = "
groups:
  Sales: { members: { users: [ben] } }
  Service: { members: { users: [anna, ben] } }
  Support: { members: { groups: [Service] } }
  Everyone: { members: { groups: [Support] } }
";

/// What a run must get past that the change of members above sets off.
const APPLY: [&str; 4] = ["apply", "--auto-approve", "--allow", "members-lost"];

/// A database, and projects whose ledger it has.
struct World {
    server: Arc<Server>,
    database: String,
}

impl World {
    fn new() -> Self {
        let server = Server::shared();
        let database = server.database();
        Self { server, database }
    }

    /// A checkout of the project. Each has embedded deployments of its own: what they share is the ledger.
    fn checkout(&self) -> Project {
        self.project(&self.server.url("anna", &self.database))
    }

    fn project(&self, ledger: &str) -> Project {
        Project::new("ucserver").seed(SEED).manifest(MANIFEST).file(
            "rolecall.yaml",
            &format!(
                "system: berlicrm\ndeployments:\n  prod: {{ kind: embedded, seed: seed }}\n  \
                 staging: {{ kind: embedded, seed: seed }}\ndefault: prod\nledger: {ledger}\n"
            ),
        )
    }

    fn sql(&self) -> Client {
        self.server.connect(&self.database)
    }

    fn lines(&self) -> Vec<Value> {
        let rows = self
            .sql()
            .query("SELECT line FROM rolecall.events ORDER BY project, number", &[]);
        let texts = rows.unwrap();
        texts
            .iter()
            .map(|row| serde_json::from_str(row.get(0)).unwrap())
            .collect()
    }
}

fn command(program: &Path, project: &Project, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(project.path())
        .args(arguments)
        .env("NO_COLOR", "1")
        .env("PGPASSWORD", PASSWORD)
        .env("GITHUB_ACTOR", "anna")
        .env_remove("CI")
        .env_remove("GIT_DIR")
        .env_remove("GIT_INDEX_FILE")
        .env_remove("PGPASSFILE")
        .env_remove("PGSSLROOTCERT")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn rolecall(project: &Project, arguments: &[&str]) -> Command {
    command(Path::new(env!("CARGO_BIN_EXE_rolecall")), project, arguments)
}

/// How a run ended. Whatever it is about, the password is nowhere in it.
fn ended(output: Output) -> Run {
    let run = faulty::ended(output);
    assert!(!run.stdout.contains(PASSWORD), "{}", run.stdout);
    assert!(!run.stderr.contains(PASSWORD), "{}", run.stderr);
    run
}

fn run(project: &Project, arguments: &[&str]) -> Run {
    ended(rolecall(project, arguments).output().unwrap())
}

/// An apply that has come to the write of this number.
fn slow_at(project: &Project, number: usize, deployment: &str) -> Slow {
    let mut command = command(&faulty(), project, &APPLY);
    command.args(["--deployment", deployment]);
    Slow::at(command, project, number)
}

/// Waits for something that another process does in its own time.
fn soon(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn head(run: &Run) -> String {
    let line = run
        .stderr
        .lines()
        .find(|line| line.starts_with("Ledger"))
        .unwrap();
    line.rsplit(' ').next().unwrap().to_owned()
}

#[test]
fn it_tells_what_a_file_tells() {
    let world = World::new();
    let project = world.checkout();
    let nothing = run(&project, &["history"]).exits(0);
    assert!(
        nothing.stderr.contains("Nothing was applied yet"),
        "{}",
        nothing.stderr
    );
    let applied = run(&project, &APPLY).exits(0);
    assert!(!project.path().join(".rolecall/ledger.jsonl").exists());
    assert!(!project.path().join(".rolecall/before").exists());

    // Another machine, which has nothing but the project file.
    let other = world.checkout();
    let told = run(&other, &["history"]).exits(0);
    assert!(told.stdout.contains("anna@"), "{}", told.stdout);
    let lines = world.lines();
    let kinds: Vec<_> = lines.iter().map(|line| line["event"].as_str().unwrap()).collect();
    assert_eq!(kinds.first(), Some(&"started"), "{kinds:?}");
    assert_eq!(kinds.last(), Some(&"ended"), "{kinds:?}");
    let whole = run(&other, &["history", "verify", "--head", &head(&applied)]).exits(0);
    assert!(
        whole.stdout.starts_with(&format!("Whole: {} lines", lines.len())),
        "{}",
        whole.stdout
    );

    // The way back is there, and nobody is said to hold a lock.
    let kept: i64 = world
        .sql()
        .query_one("SELECT count(*) FROM rolecall.before", &[])
        .unwrap()
        .get(0);
    let held: i64 = world
        .sql()
        .query_one("SELECT count(*) FROM rolecall.holders", &[])
        .unwrap()
        .get(0);
    assert_eq!([kept, held], [1, 0]);
}

#[test]
fn projects_are_told_apart() {
    let world = World::new();
    let url = world.server.url("anna", &world.database);
    let crm = world.project(&format!("{{ url: \"{url}\", project: crm, schema: audit }}"));
    let phones = world.project(&format!("{{ url: \"{url}\", project: phones, schema: audit }}"));
    run(&crm, &APPLY).exits(0);
    let nothing = run(&phones, &["history"]).exits(0);
    assert_eq!(
        nothing
            .stdout
            .lines()
            .filter(|line| line.contains("anna@"))
            .count(),
        0,
        "{}",
        nothing.stdout
    );
    run(&phones, &APPLY).exits(0);
    for project in [&crm, &phones] {
        run(project, &["history", "verify"]).exits(0);
    }
}

#[test]
fn two_applies_never_overlap() {
    let world = World::new();
    let (first, second) = (world.checkout(), world.checkout());
    let slow = slow_at(&first, 1, "prod");
    let refused = run(&second, &APPLY).exits(7);
    let said = refused
        .stderr
        .lines()
        .find(|line| line.contains("is locked by"))
        .unwrap_or_default();
    let holder = "prod is locked by anna@";
    let process = format!("(process {}) since 2", slow.process());
    assert!(
        said.contains(holder) && said.contains(&process) && said.ends_with(" UTC"),
        "{}",
        refused.stderr
    );
    // Nothing was applied: what the second has is what it had.
    run(
        &second,
        &["plan", "--detailed-exitcode", "--allow", "members-lost"],
    )
    .exits(2);

    // Another deployment is another lock; both write to one chain.
    run(&second, &[&APPLY[..], &["--deployment", "staging"]].concat()).exits(0);
    ended(slow.goes_on()).exits(0);
    run(&second, &["history", "verify"]).exits(0);
    run(&second, &APPLY).exits(0);
    run(&second, &["history", "verify"]).exits(0);
}

#[test]
fn a_killed_holder_leaves_no_lock() {
    let world = World::new();
    let (first, second) = (world.checkout(), world.checkout());
    slow_at(&first, 1, "prod").dies();
    let mut sql = world.sql();
    soon("the server gives the lock back", || {
        let held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        sql.query_one(held, &[]).unwrap().get::<_, i64>(0) == 0
    });
    let next = run(&second, &APPLY).exits(0);
    assert!(next.stderr.contains("was cut off"), "{}", next.stderr);
    run(&second, &["history", "verify"]).exits(0);
}

#[test]
fn without_the_connection_nothing_more_is_applied() {
    let world = World::new();
    for number in [1, 3] {
        let project = world.checkout();
        let slow = slow_at(&project, number, "prod");
        let terminated = world.sql().execute(
            "SELECT pg_terminate_backend(backend, 10000) FROM rolecall.holders WHERE deployment = 'prod'",
            &[],
        );
        assert_eq!(terminated.unwrap(), 1);
        let cut = ended(slow.goes_on()).exits(6);
        assert!(
            cut.stderr.contains("cannot be written: terminating connection"),
            "{}",
            cut.stderr
        );
        assert!(
            cut.stderr.contains("hint: nothing was tried after that"),
            "{}",
            cut.stderr
        );
        assert!(!cut.stderr.contains(", 0 not tried"), "{}", cut.stderr);
        run(&project, &["history", "verify"]).exits(0);
        let next = run(&project, &APPLY).exits(0);
        assert!(next.stderr.contains("was cut off"), "{}", next.stderr);
        run(&project, &["plan", "--detailed-exitcode"]).exits(0);
    }
}

#[test]
fn what_was_changed_shows() {
    for (change, said) in [
        (
            "UPDATE rolecall.events SET line = replace(line, 'anna@', 'ben@') WHERE number = 1",
            "line 2 does not follow line 1",
        ),
        (
            "DELETE FROM rolecall.events WHERE number = 2",
            "line 2 does not follow line 1",
        ),
        (
            "DELETE FROM rolecall.events WHERE number = 1",
            "the beginning was taken out",
        ),
        (
            "DELETE FROM rolecall.events WHERE number = (SELECT max(number) FROM rolecall.events)",
            "the end was cut off",
        ),
        (
            "UPDATE rolecall.events SET line = 'nothing' WHERE number = 1",
            ":1: this line of the ledger is not understood",
        ),
    ] {
        let world = World::new();
        let project = world.checkout();
        let head = head(&run(&project, &APPLY).exits(0));
        assert_eq!(world.sql().execute(change, &[]).unwrap(), 1);
        let broken = run(&project, &["history", "verify", "--head", &head]).exits(1);
        assert!(broken.stderr.contains(said), "{change}: {}", broken.stderr);
    }
}

#[test]
fn lines_that_go_while_it_writes_end_it() {
    let world = World::new();
    let project = world.checkout();
    let slow = slow_at(&project, 1, "prod");
    world.sql().execute("DELETE FROM rolecall.events", &[]).unwrap();
    let run = ended(slow.goes_on()).exits(6);
    assert!(run.stderr.contains("was taken out of it"), "{}", run.stderr);
}

#[test]
fn who_cannot_come_in_is_told_why() {
    let world = World::new();
    let project = world.checkout();
    let with = |password: Option<&str>, arguments: &[&str]| {
        let mut command = rolecall(&project, arguments);
        command.env_remove("PGPASSWORD").env("HOME", project.path());
        if let Some(password) = password {
            command.env("PGPASSWORD", password);
        }
        ended(command.output().unwrap())
    };
    for (arguments, code) in [(&APPLY[..], 7), (&["history"], 1), (&["history", "verify"], 1)] {
        let none = with(None, arguments).exits(code);
        assert!(none.stderr.contains("hint: set PGPASSWORD"), "{}", none.stderr);
        let wrong = with(Some("wrong-and-hidden"), arguments).exits(code);
        assert!(
            wrong.stderr.contains("password authentication failed"),
            "{}",
            wrong.stderr
        );
        assert!(!wrong.stderr.contains("wrong-and-hidden"), "{}", wrong.stderr);
    }
    run(
        &project,
        &["plan", "--detailed-exitcode", "--allow", "members-lost"],
    )
    .exits(2);
    let project = world.project("postgres://anna@127.0.0.1:1/nothing");
    let refused = run(&project, &APPLY).exits(7);
    assert!(
        refused
            .stderr
            .contains("the ledger postgres://anna@127.0.0.1:1/nothing cannot be reached"),
        "{}",
        refused.stderr
    );
    run(&project, &["history"]).exits(1);
}

#[test]
fn a_password_may_be_in_a_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::new();
    let project = world
        .checkout()
        .file("passwords", &format!("127.0.0.1:*:*:anna:{PASSWORD}\n"));
    let file = project.path().join("passwords");
    let with = |mode: u32| {
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        let mut command = rolecall(&project, &["history"]);
        ended(
            command
                .env_remove("PGPASSWORD")
                .env("PGPASSFILE", &file)
                .output()
                .unwrap(),
        )
    };
    with(0o600).exits(0);
    let refused = with(0o644).exits(1);
    assert!(refused.stderr.contains("hint: chmod 600"), "{}", refused.stderr);
}

#[test]
fn a_password_in_the_project_file_is_refused_unseen() {
    for ledger in [
        format!("postgres://anna:{PASSWORD}@db.example/ledger"),
        format!("{{ url: \"postgres://anna@db.example/ledger?password={PASSWORD}\", what: 1 }}"),
    ] {
        let project = Project::new("ucserver").file(
            "rolecall.yaml",
            &format!("system: ucserver\ndeployments: {{ local: embedded }}\nledger: {ledger}\n"),
        );
        for arguments in [&["validate"][..], &["plan"], &APPLY, &["history"]] {
            run(&project, arguments).refuses("secret-in-file");
        }
    }
}

#[test]
fn other_machines_are_reached_by_tls_only() {
    let project = Project::new("ucserver").file(
        "rolecall.yaml",
        "system: ucserver\ndeployments: { local: embedded }\nledger: postgres://anna@db.example/ledger?sslmode=disable\n",
    ).manifest("groups: { A: {} }\n");
    let refused = run(&project, &["validate"]).refuses("invalid-ledger");
    assert!(
        refused
            .stderr
            .contains("only a ledger on this machine may be reached without TLS"),
        "{}",
        refused.stderr
    );
    let refused = run(&project, &["history"]).exits(1);
    assert!(
        refused
            .stderr
            .contains("sslmode=disable is refused for db.example"),
        "{}",
        refused.stderr
    );
}

#[test]
fn the_server_proves_who_it_is() {
    let world = World::new();
    let project = world.project(&world.server.url_by_tls(&world.database));
    let with = |authorities: &str, arguments: &[&str]| {
        let mut command = rolecall(&project, arguments);
        let command = command.env("PGSSLROOTCERT", world.server.file(authorities));
        ended(command.output().unwrap())
    };
    with("authority.crt", &APPLY).exits(0);
    with("authority.crt", &["history", "verify"]).exits(0);
    let refused = with("other.crt", &["history"]).exits(1);
    assert!(refused.stderr.contains("certificate"), "{}", refused.stderr);
}

/// The statements of docs/ledger.md give a role what it needs, and no more.
#[test]
fn few_rights_are_enough() {
    let world = World::new();
    let page = std::fs::read_to_string(root().join("docs/ledger.md")).unwrap();
    let statements = page
        .split("```sql\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let statements = statements
        .replace("change me", PASSWORD)
        .replace("rolecall_ci", "few_rights")
        .replace("rolecall_audit", "read_only");
    let statements = statements.replace("DATABASE ledger", &format!("DATABASE {}", world.database));
    world.sql().batch_execute(&statements).unwrap();
    let project = world.project(&world.server.url("few_rights", &world.database));
    run(&project, &APPLY).exits(0);
    run(&project, &["history", "verify"]).exits(0);
    let mut sql = world.sql();
    sql.batch_execute("SET ROLE few_rights").unwrap();
    for statement in [
        "UPDATE rolecall.events SET line = ''",
        "DELETE FROM rolecall.events",
        "TRUNCATE rolecall.events",
        "DELETE FROM rolecall.before",
        "CREATE TABLE rolecall.more (x int)",
    ] {
        assert!(sql.batch_execute(statement).is_err(), "{statement}");
    }
    let project = world.project(&world.server.url("read_only", &world.database));
    run(&project, &["history", "verify"]).exits(0);
    let refused = run(&project, &[&APPLY[..], &["--deployment", "staging"]].concat()).exits(1);
    assert!(refused.stderr.contains("permission denied"), "{}", refused.stderr);
}
