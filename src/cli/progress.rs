//! What is seen of an apply while it runs: a bar on a terminal, a line per step in a pipeline, events in a file.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::ui::Ui;
use crate::apply::{Fate, Progress};
use crate::ledger::PlannedStep;
use crate::report::visible;

/// Everyone who watches.
pub(super) struct Watch {
    bar: ProgressBar,
    /// Whether each step is a line of talk.
    lines: bool,
    events: Option<(PathBuf, BufWriter<File>)>,
    /// Why the events cannot be written any more.
    lost: Option<std::io::Error>,
    steps: Vec<PlannedStep>,
    done: usize,
}

/// One line of the file of events.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Told<'a> {
    Planned {
        format_version: &'static str,
        steps: &'a [PlannedStep],
    },
    Trying {
        steps: Vec<usize>,
    },
    Step {
        step: usize,
        address: &'a str,
        action: &'a str,
        outcome: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        answer: Option<String>,
    },
    Again {
        steps: usize,
        seconds: f64,
    },
}

impl Watch {
    /// Begins to watch an apply of these steps. `events` is a file that gets a line of JSON for each event.
    pub(super) fn begin(ui: &Ui, steps: Vec<PlannedStep>, events: Option<&Path>) -> anyhow::Result<Self> {
        let events = match events {
            None => None,
            Some(path) => {
                let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
                Some((path.to_owned(), BufWriter::new(file)))
            }
        };
        let in_pipeline = std::env::var("CI").is_ok_and(|value| !value.is_empty() && value != "false");
        let mut watch = Self {
            bar: bar(ui, steps.len()),
            lines: !ui.shows_progress() && in_pipeline,
            events,
            lost: None,
            steps,
            done: 0,
        };
        let steps = std::mem::take(&mut watch.steps);
        watch.tell(&Told::Planned {
            format_version: "1.0",
            steps: &steps,
        });
        watch.steps = steps;
        Ok(watch)
    }

    /// Shows what happens.
    pub(super) fn see(&mut self, ui: &mut Ui, progress: &Progress<'_>) {
        match progress {
            Progress::Trying(steps) => {
                let steps = steps.iter().map(|at| at + 1).collect();
                self.tell(&Told::Trying { steps });
            }
            Progress::Step { at, fate, .. } => self.step(ui, *at, fate),
            Progress::Again { steps, pause } => {
                let seconds = pause.as_secs_f64();
                if self.lines {
                    ui.say(&format!("{steps} not done, tried again in {seconds:.1} s"));
                }
                self.tell(&Told::Again {
                    steps: *steps,
                    seconds,
                });
            }
        }
    }

    fn step(&mut self, ui: &mut Ui, at: usize, fate: &Fate) {
        let (outcome, answer) = match fate {
            Fate::Done => ("done", None),
            Fate::Failed(error) => ("failed", Some(error.to_string())),
            Fate::Unknown(error) => ("unknown", Some(error.to_string())),
            Fate::NotTried => ("not_tried", None),
        };
        self.done += 1;
        self.bar.set_position(self.done as u64);
        let Some(step) = self.steps.get(at).cloned() else {
            return;
        };
        if self.lines {
            let address = visible(&step.address);
            let (number, of) = (self.done, self.steps.len());
            ui.say(&format!("[{number}/{of}] {} {address}: {outcome}", step.action));
        }
        self.tell(&Told::Step {
            step: at + 1,
            address: &step.address,
            action: &step.action,
            outcome,
            answer,
        });
    }

    fn tell(&mut self, told: &Told<'_>) {
        let Some((_, file)) = &mut self.events else {
            return;
        };
        let written = serde_json::to_string(told)
            .map_err(std::io::Error::from)
            .and_then(|text| writeln!(file, "{text}"))
            .and_then(|()| file.flush());
        if let Err(error) = written {
            self.lost.get_or_insert(error);
        }
    }

    /// Ends the watch. Events that could not be written are said: a reader of half of them would be misled.
    pub(super) fn end(self, ui: &mut Ui) {
        self.bar.finish_and_clear();
        if let (Some(error), Some((path, _))) = (&self.lost, &self.events) {
            ui.say(&format!(
                "warning: the events in {} are not complete: {error}",
                path.display()
            ));
        }
    }
}

fn bar(ui: &Ui, total: usize) -> ProgressBar {
    if !ui.shows_progress() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(total as u64);
    // The template is a constant; were it wrong, the plain bar would do.
    if let Ok(style) = ProgressStyle::with_template("{pos} of {len} steps {wide_bar} {per_sec}, {eta} left") {
        bar.set_style(style);
    }
    bar
}
