//! The real command line with a deployment that misbehaves once, for the tests of what happens then.
//!
//! `ROLECALL_TEST_FAULT` says how and at which write, from 1: `kill-before 3`. Without it this is rolecall.

use std::process::ExitCode;

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
    Some((word.parse().ok()?, number.parse().ok()?, kill))
}

/// SIGKILL: there is no chance to tidy up.
fn kill() {
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
}
