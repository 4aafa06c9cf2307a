//! Small projects in temporary folders, and runs of the real binary on them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// The folder of this crate.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A project in a temporary folder.
pub struct Project {
    folder: TempDir,
}

/// How a run ended and what it printed.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Project {
    /// A project of a system, with one embedded deployment that is seeded from `seed/`.
    pub fn new(system: &str) -> Self {
        let project = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        project.seed("users: {}\n").file(
            "rolecall.yaml",
            &format!("system: {system}\ndeployments: {{ local: {{ kind: embedded, seed: seed }} }}\n"),
        )
    }

    /// A copy of one of the examples.
    pub fn example(name: &str) -> Self {
        let project = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        copy(&root().join("examples").join(name), project.path());
        project
    }

    /// Copies one of the examples to a folder.
    pub fn copy_example(name: &str, folder: &Path) {
        copy(&root().join("examples").join(name), folder);
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Adds a file.
    pub fn file(self, path: &str, text: &str) -> Self {
        self.bytes(path, text.as_bytes())
    }

    /// Adds a file of any bytes.
    pub fn bytes(self, path: &str, bytes: &[u8]) -> Self {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self
    }

    /// The live state before.
    pub fn seed(self, text: &str) -> Self {
        self.file("seed/seed.yaml", text)
    }

    /// The manifests.
    pub fn manifest(self, text: &str) -> Self {
        self.file("manifests/all.yaml", text)
    }

    /// The state of the default deployment, as `export` writes it.
    pub fn state(&self) -> serde_json::Value {
        let export = self.run(&["export", "--out", "-"]).exits(0);
        serde_json::from_str::<serde_json::Value>(&export.stdout).unwrap()["snapshot"].take()
    }

    /// Runs rolecall in the project's folder.
    pub fn run(&self, arguments: &[&str]) -> Run {
        run_in(self.path(), arguments)
    }
}

/// Runs rolecall in a folder.
pub fn run_in(folder: &Path, arguments: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_rolecall"))
        .current_dir(folder)
        .args(arguments)
        .env("NO_COLOR", "1")
        .env_remove("CLICOLOR_FORCE")
        // A git hook that runs the tests says where its own repository is.
        .env_remove("GIT_DIR")
        .env_remove("GIT_INDEX_FILE")
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Run {
    /// Checks the exit code, and shows everything when it is another.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(
            self.code, code,
            "stdout:\n{}\nstderr:\n{}",
            self.stdout, self.stderr
        );
        self
    }

    /// Checks that an error of this code was reported, and none of another.
    #[track_caller]
    pub fn refuses(self, code: &str) -> Self {
        let run = self.exits(1);
        assert_eq!(run.codes("error"), [code], "stderr:\n{}", run.stderr);
        run
    }

    /// The codes of the diagnostics of a severity, each once, in order.
    pub fn codes(&self, severity: &str) -> Vec<&str> {
        let start = format!("{severity}[");
        let mut codes: Vec<&str> = self
            .stderr
            .lines()
            .filter_map(|line| line.strip_prefix(&start)?.split(']').next())
            .collect();
        codes.dedup();
        codes
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        if name == ".rolecall" {
            continue;
        }
        let target = to.join(&name);
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
