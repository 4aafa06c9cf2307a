//! A real PostgreSQL on loopback, started for the tests that need one and ended with the last of them, also when one
//! fails.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use postgres::{Client, NoTls};
use rustix::process::{Pid, Signal, geteuid, kill_process};
use tempfile::TempDir;

/// The password of every role.
pub const PASSWORD: &str = "not-to-be-seen-anywhere";

/// A running server. Its user is `anna`, who may do everything.
pub struct Server {
    port: u16,
    // Ended before its folder goes.
    _process: Process,
    folder: TempDir,
}

static RUNNING: Mutex<Weak<Server>> = Mutex::new(Weak::new());

static DATABASES: AtomicUsize = AtomicUsize::new(1);

impl Server {
    /// The server of whichever tests are running.
    pub fn shared() -> Arc<Self> {
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        running.upgrade().unwrap_or_else(|| {
            let server = Arc::new(Self::start());
            *running = Arc::downgrade(&server);
            server
        })
    }

    fn start() -> Self {
        let programs = programs();
        let prefix = tempfile::Builder::new().prefix("rolecall-postgres-").tempdir();
        let folder = prefix.unwrap();
        certificates(folder.path());
        fs::write(folder.path().join("password"), PASSWORD).unwrap();
        let owner = owner();
        if let Some((user, group)) = owner {
            chown(folder.path(), Some(user), Some(group)).unwrap();
            for file in fs::read_dir(folder.path()).unwrap() {
                chown(file.unwrap().path(), Some(user), Some(group)).unwrap();
            }
        }
        let as_owner = |program: &str| {
            let mut command = Command::new(programs.join(program));
            command.current_dir(folder.path()).env_clear().env("LC_ALL", "C");
            if let Some((user, group)) = owner {
                command.uid(user).gid(group);
            }
            command
        };
        let mut initialise = as_owner("initdb");
        initialise
            .args(["--pgdata", "data", "--username", "anna", "--pwfile", "password"])
            .args(["--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C"])
            .arg("--no-sync");
        succeeds(&mut initialise);
        // Someone else may take the port between its choice and the start.
        for _ in 0..5 {
            let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
            let port = listener.local_addr().unwrap().port();
            drop(listener);
            let log = fs::File::create(folder.path().join("log")).unwrap();
            let process = as_owner("postgres")
                .args(["-D", "data", "-k", "", "-p", &port.to_string()])
                .args(["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"])
                .args(["-c", "ssl=on", "-c", "ssl_cert_file=../server.crt"])
                .args(["-c", "ssl_key_file=../server.key"])
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(log)
                .spawn();
            let mut process = Process(process.unwrap());
            if process.answers(port) {
                return Self {
                    port,
                    _process: process,
                    folder,
                };
            }
        }
        let log = fs::read_to_string(folder.path().join("log")).unwrap_or_default();
        panic!("PostgreSQL does not start:\n{log}");
    }

    /// A new database, by its name.
    pub fn database(&self) -> String {
        let name = format!("ledger{}", DATABASES.fetch_add(1, Ordering::Relaxed));
        self.connect("postgres")
            .batch_execute(&format!("CREATE DATABASE {name}"))
            .unwrap();
        name
    }

    /// The URL of a database, for a role.
    pub fn url(&self, role: &str, database: &str) -> String {
        format!("postgres://{role}@127.0.0.1:{}/{database}", self.port)
    }

    /// The URL of a database by the name of the server's certificate.
    pub fn url_by_tls(&self, database: &str) -> String {
        format!(
            "postgres://anna@localhost:{}/{database}?sslmode=verify-full",
            self.port
        )
    }

    /// A session of a test.
    pub fn connect(&self, database: &str) -> Client {
        connect(self.port, database).unwrap()
    }

    /// A file of authorities: `authority.crt` has made the server's certificate, `other.crt` has not.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

fn connect(port: u16, database: &str) -> Result<Client, postgres::Error> {
    let mut config = Client::configure();
    config.host("127.0.0.1").port(port).user("anna").dbname(database);
    config.password(PASSWORD).connect(NoTls)
}

/// The server's process, ended when this goes.
struct Process(Child);

impl Process {
    fn answers(&mut self, port: u16) -> bool {
        let end = Instant::now() + Duration::from_secs(60);
        while Instant::now() < end {
            if connect(port, "postgres").is_ok() {
                return true;
            }
            if self.0.try_wait().unwrap().is_some() {
                return false;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        false
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Its "immediate shutdown", which takes its own children along; nothing of it is to be kept.
        let signalled = kill_process(Pid::from_child(&self.0), Signal::QUIT);
        if signalled.is_err() {
            let _ = self.0.kill();
        }
        let _ = self.0.wait();
    }
}

/// Where the programs of the newest PostgreSQL are, or of the version that ROLECALL_TEST_POSTGRES names.
fn programs() -> PathBuf {
    let version = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let wanted = std::env::var("ROLECALL_TEST_POSTGRES").ok();
    let installed = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let found = installed
        .map(|folder| folder.path())
        .filter(|folder| folder.join("bin/initdb").exists() && folder.join("bin/postgres").exists())
        .filter(|folder| {
            wanted
                .as_ref()
                .is_none_or(|wanted| folder.ends_with(wanted.as_str()))
        })
        .max_by_key(|folder| version(folder));
    let Some(found) = found else {
        let which = wanted.map_or_else(String::new, |version| format!("-{version}"));
        panic!(
            "these tests need a PostgreSQL server in /usr/lib/postgresql, and there is none: apt-get install -y postgresql{which}"
        );
    };
    found.join("bin")
}

/// PostgreSQL does not run as root: then it runs as the user of Debian's package, or as nobody.
fn owner() -> Option<(u32, u32)> {
    if !geteuid().is_root() {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let of = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut parts = line.split(':').skip(2);
        Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    };
    Some(of("postgres").or_else(|| of("nobody")).unwrap())
}

/// A certificate for `localhost`, and the authority that made it; another authority that did not.
fn certificates(folder: &Path) {
    let openssl = |arguments: &[&str]| {
        let mut command = Command::new("openssl");
        succeeds(command.current_dir(folder).args(arguments));
    };
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    for (name, subject) in [("authority", "/CN=Authority"), ("other", "/CN=Other")] {
        let (secret, public) = (format!("{name}.key"), format!("{name}.crt"));
        let rest = [
            "-days", "2", "-subj", subject, "-keyout", &secret, "-out", &public,
        ];
        openssl(&[&["req", "-x509"], &key[..], &rest].concat());
    }
    let rest = [
        "-subj",
        "/CN=localhost",
        "-keyout",
        "server.key",
        "-out",
        "server.csr",
    ];
    openssl(&[&["req"], &key[..], &rest].concat());
    fs::write(folder.join("names"), "subjectAltName=DNS:localhost\n").unwrap();
    openssl(&[
        "x509",
        "-req",
        "-in",
        "server.csr",
        "-CA",
        "authority.crt",
        "-CAkey",
        "authority.key",
        "-CAcreateserial",
        "-days",
        "2",
        "-extfile",
        "names",
        "-out",
        "server.crt",
    ]);
    fs::set_permissions(folder.join("server.key"), fs::Permissions::from_mode(0o600)).unwrap();
}

#[track_caller]
fn succeeds(command: &mut Command) {
    let output = command
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
}
