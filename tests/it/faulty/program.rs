//! The real command line with a deployment that misbehaves once, for the tests of what happens then.
//!
//! `ROLECALL_TEST_FAULT` says how and at which write, from 1: `kill-before 3`. Without it this is rolecall.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use rolecall::deployment::Fault;

#[expect(clippy::print_stderr, reason = "there is no command line yet")]
fn main() -> ExitCode {
    let fault = match std::env::var("ROLECALL_TEST_FAULT") {
        Ok(text) => match parse(&text) {
            Some(fault) => Some(fault),
            None => {
                eprintln!("ROLECALL_TEST_FAULT is not understood: {text}");
                return ExitCode::FAILURE;
            }
        },
        Err(_) => None,
    };
    rolecall::cli::run_with(std::env::args_os(), fault)
}

fn parse(text: &str) -> Option<(Fault, usize, fn())> {
    let (word, number) = text.split_once(' ')?;
    let fault = word.parse().ok()?;
    let hook: fn() = if fault == Fault::Pause { pause } else { kill };
    Some((fault, number.parse().ok()?, hook))
}

/// SIGKILL: there is no chance to tidy up.
fn kill() {
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
}

/// Says that it is here by a file, `PATH.reached`, and waits until there is the file `PATH` that ROLECALL_TEST_PAUSE
/// names; not for longer than a minute.
fn pause() {
    let Some(path) = std::env::var_os("ROLECALL_TEST_PAUSE").map(PathBuf::from) else {
        return;
    };
    let _ = std::fs::write(path.with_extension("reached"), "");
    let end = Instant::now() + Duration::from_secs(60);
    while !path.exists() && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(10));
    }
}
