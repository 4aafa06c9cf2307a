//! Runs of the program whose deployment misbehaves once (`program.rs`).

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Project, Run};

/// The program whose deployment misbehaves. `cargo test` makes it before it runs any test.
pub(crate) fn faulty() -> PathBuf {
    let path = Path::new(env!("CARGO_BIN_EXE_rolecall"))
        .with_file_name("examples")
        .join("faulty");
    assert!(
        path.exists(),
        "{} is missing: cargo build --example faulty",
        path.display()
    );
    path
}

/// Runs rolecall with a deployment that misbehaves: `FAULT NUMBER`.
pub(crate) fn faulty_run(project: &Project, fault: &str, arguments: &[&str]) -> Run {
    let output = Command::new(faulty())
        .current_dir(project.path())
        .args(arguments)
        .env("ROLECALL_TEST_FAULT", fault)
        .env("NO_COLOR", "1")
        .env_remove("CI")
        .stdin(Stdio::null())
        .output();
    ended(output.unwrap())
}

/// How a process ended.
pub(crate) fn ended(output: Output) -> Run {
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// An apply whose deployment takes its time at a write, ended with the test if it is still there then.
pub(crate) struct Slow {
    apply: Option<Child>,
    go: PathBuf,
}

impl Slow {
    /// Begins an apply of the misbehaving program and waits until it has come to the write of this number.
    pub(crate) fn at(mut command: Command, project: &Project, number: usize) -> Self {
        let go = project.path().join("go");
        command.env("ROLECALL_TEST_FAULT", format!("pause {number}"));
        command.env("ROLECALL_TEST_PAUSE", &go);
        command.stdin(Stdio::null());
        let apply = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut slow = Self {
            apply: Some(apply.unwrap()),
            go,
        };
        let reached = slow.go.with_extension("reached");
        let end = Instant::now() + Duration::from_secs(60);
        while !reached.exists() {
            let over = slow.apply.as_mut().unwrap().try_wait().unwrap();
            if over.is_some() || Instant::now() > end {
                let run = ended(slow.goes_on());
                panic!("it does not come to its write: {}{}", run.stdout, run.stderr);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        slow
    }

    pub(crate) fn process(&self) -> u32 {
        self.apply.as_ref().unwrap().id()
    }

    /// Asks it to stop, as Ctrl-C does.
    pub(crate) fn interrupt(&self) {
        let process = rustix::process::Pid::from_child(self.apply.as_ref().unwrap());
        rustix::process::kill_process(process, rustix::process::Signal::INT).unwrap();
    }

    pub(crate) fn goes_on(mut self) -> Output {
        std::fs::write(&self.go, "").unwrap();
        self.apply.take().unwrap().wait_with_output().unwrap()
    }

    /// SIGKILL: there is no chance to tidy up.
    pub(crate) fn dies(mut self) {
        let mut apply = self.apply.take().unwrap();
        apply.kill().unwrap();
        apply.wait().unwrap();
    }
}

impl Drop for Slow {
    fn drop(&mut self) {
        if let Some(apply) = &mut self.apply {
            let _ = apply.kill();
            let _ = apply.wait();
        }
    }
}
