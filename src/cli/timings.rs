//! `--timings`: what each phase of a command costs, for whoever asks.

use std::time::Duration;

/// Phases that are over, with what they cost.
#[derive(Debug, Default)]
pub(super) struct Timings {
    wanted: bool,
    last: Duration,
    phases: Vec<Phase>,
}

#[derive(Debug)]
struct Phase {
    name: &'static str,
    cpu: Duration,
    /// Peak memory of the process up to the end of the phase, in KiB; where the system does not say, none.
    peak_kib: Option<u64>,
}

impl Timings {
    /// Begins to measure.
    pub(super) fn start(&mut self) {
        *self = Self {
            wanted: true,
            last: cpu_time(),
            phases: Vec::new(),
        };
    }

    /// Ends a phase. One that comes again is added to the first.
    pub(super) fn end(&mut self, name: &'static str) {
        if !self.wanted {
            return;
        }
        let now = cpu_time();
        let cpu = now.saturating_sub(self.last);
        self.last = now;
        let peak_kib = peak_kib();
        match self.phases.iter_mut().find(|phase| phase.name == name) {
            Some(phase) => {
                phase.cpu += cpu;
                phase.peak_kib = peak_kib;
            }
            None => self.phases.push(Phase { name, cpu, peak_kib }),
        }
    }

    /// A line for each phase; nothing when nobody asked.
    pub(super) fn lines(&mut self) -> Vec<String> {
        self.end("the rest");
        let total: Duration = self.phases.iter().map(|phase| phase.cpu).sum();
        let mut before = 0;
        let mut lines: Vec<String> = self
            .phases
            .iter()
            .map(|phase| {
                let peak = phase.peak_kib.map_or_else(String::new, |peak| {
                    let grown = peak.saturating_sub(before) / 1024;
                    before = peak;
                    format!("   peak {:5} MiB, + {grown:4}", peak / 1024)
                });
                format!(
                    "timing  {:24}{:8.3} CPU s{peak}",
                    phase.name,
                    phase.cpu.as_secs_f64()
                )
            })
            .collect();
        if self.wanted {
            lines.push(format!(
                "timing  {:24}{:8.3} CPU s",
                "in all",
                total.as_secs_f64()
            ));
        }
        lines
    }
}

/// CPU time of the process so far, in user and system.
#[cfg(unix)]
fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    let nanoseconds = u32::try_from(time.tv_nsec).unwrap_or_default();
    Duration::new(seconds, nanoseconds)
}

/// Elsewhere the time that has passed has to do.
#[cfg(not(unix))]
fn cpu_time() -> Duration {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed()
}

/// Peak resident memory so far, where the system tells it as Linux does.
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_ascii_whitespace().nth(1)?.parse().ok()
}
