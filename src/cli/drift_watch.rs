//! `rolecall drift --watch`: look again and again, and tell what is new since the last look.
//!
//! Whatever goes wrong in between is told once and survived: an unreachable deployment, a mistake in the manifests.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::applying::stop_on_signals;
use super::drift::{DriftArgs, exit, look};
use super::plan::style;
use super::ui::Ui;
use super::workspace::Workspace;
use super::{Exit, Failure, Format};
use crate::manifest::{DeploymentEntry, Reading};
use crate::report::{DriftReport, drift_terminal, look_json};
use crate::text::Diagnostics;

/// How often a wait looks whether it is to end.
const SLICE: Duration = Duration::from_millis(50);

/// Looks until a signal ends it, with the exit code of the last look.
pub(super) fn watch(
    ui: &mut Ui,
    args: &DriftArgs,
    workspace: Workspace,
    entry: &DeploymentEntry,
    seconds: NonZeroU32,
) -> Result<Exit, Failure> {
    let stop = stop_on_signals()?;
    let mut watcher = Watcher {
        args,
        entry,
        good: workspace,
        seen: None,
        away: None,
        mistakes: None,
        exit: Exit::Done,
    };
    loop {
        watcher.look(ui)?;
        if waits_in_vain(Duration::from_secs(u64::from(seconds.get())), &stop) {
            return Ok(watcher.exit);
        }
        watcher.read_manifests(ui);
    }
}

/// Waits. Whether that was ended.
fn waits_in_vain(time: Duration, stop: &AtomicBool) -> bool {
    let end = Instant::now() + time;
    while !stop.load(Ordering::Relaxed) {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return false;
        }
        std::thread::sleep(left.min(SLICE));
    }
    true
}

struct Watcher<'a> {
    args: &'a DriftArgs,
    entry: &'a DeploymentEntry,
    /// The project as it was when it last had no mistake.
    good: Workspace,
    /// What the last look found.
    seen: Option<BTreeMap<String, String>>,
    /// Why the deployment cannot be read, since it cannot.
    away: Option<String>,
    /// The mistakes that were told last.
    mistakes: Option<String>,
    exit: Exit,
}

impl Watcher<'_> {
    fn look(&mut self, ui: &mut Ui) -> Result<(), Failure> {
        self.args.settle(&mut self.good);
        self.good.reading.diagnostics = Diagnostics::default();
        match look(ui, &mut self.good, self.entry) {
            Ok((report, _)) => {
                if self.away.take().is_some() {
                    ui.say(&format!("{}  {} is back", now(), self.entry.name));
                }
                if self.good.reading.diagnostics.has_errors() {
                    self.tell_mistakes(ui, None);
                    self.exit = Exit::Error;
                    return Ok(());
                }
                self.exit = exit(&report);
                self.print(ui, &report)?;
            }
            Err(Failure::Unreachable(error)) => self.is_away(ui, &error, Exit::Unreachable),
            Err(Failure::Error(error)) => self.is_away(ui, &error, Exit::Error),
            Err(Failure::Reported) => self.exit = Exit::Error,
        }
        Ok(())
    }

    fn is_away(&mut self, ui: &mut Ui, error: &anyhow::Error, exit: Exit) {
        self.exit = exit;
        if self.away.is_none() {
            let why = format!("{error:#}");
            ui.say(&format!("{}  {} cannot be read: {why}", now(), self.entry.name));
            self.away = Some(why);
        }
    }

    /// The whole report at first, then what is new.
    fn print(&mut self, ui: &mut Ui, report: &DriftReport) -> Result<(), Failure> {
        let found = report.lines();
        let at = jiff::Timestamp::now();
        match (&self.seen, self.args.format) {
            (Some(seen), _) if *seen == found => {}
            (_, Format::Json) => ui.data(&look_json(report, at))?,
            (None, Format::Terminal) => ui.data(&drift_terminal(report, style(ui, self.args.verbose)))?,
            (Some(seen), Format::Terminal) => ui.data(&differences(seen, &found))?,
        }
        self.seen = Some(found);
        Ok(())
    }

    /// Takes manifests that changed; with a mistake in them, the last ones without are kept.
    fn read_manifests(&mut self, ui: &mut Ui) {
        let target = &self.args.target;
        match Workspace::read_silently(&target.folder, target.deployment.as_deref()) {
            Ok(workspace) => {
                if self.mistakes.take().is_some() {
                    ui.say(&format!("{}  the manifests have no mistake any more", now()));
                }
                self.good = workspace;
            }
            Err(reading) => self.tell_mistakes(ui, Some(reading)),
        }
    }

    /// Tells mistakes once: those of manifests that were read, or those that show only in what is there.
    fn tell_mistakes(&mut self, ui: &mut Ui, reading: Option<Box<Reading>>) {
        let kept = reading.is_some();
        let mut found = reading;
        let reading = found.as_deref_mut().unwrap_or(&mut self.good.reading);
        let text = format!("{:?}", reading.diagnostics);
        if self.mistakes.as_ref() != Some(&text) {
            ui.diagnostics(&mut reading.diagnostics, &reading.sources);
            if kept {
                ui.say(&format!(
                    "{}  the manifests have mistakes; the last ones without are kept",
                    now()
                ));
            }
            self.mistakes = Some(text);
        }
    }
}

/// What came and went between two looks, one line each.
fn differences(seen: &BTreeMap<String, String>, found: &BTreeMap<String, String>) -> String {
    let now = now();
    let mut text = String::new();
    for (id, line) in found {
        if seen.get(id) != Some(line) {
            text.push_str(&format!("{now}  drift   {line}\n"));
        }
    }
    for (id, line) in seen {
        if !found.contains_key(id) {
            text.push_str(&format!("{now}  solved  {line}\n"));
        }
    }
    text
}

fn now() -> String {
    jiff::Timestamp::now()
        .strftime("%Y-%m-%d %H:%M:%S UTC")
        .to_string()
}
