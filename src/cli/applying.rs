//! Doing what was approved: lock, ledger, way back, the steps, and reading again whether it holds.
//!
//! `apply` and `undo` come here with a plan that was shown and approved.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use anyhow::{Context as _, anyhow};
use clap::Args;

use super::identity::who;
use super::progress::Watch;
use super::ui::Ui;
use super::workspace::{Planned, Workspace};
use super::{Exit, Failure};
use crate::apply::{Fate, Outcome, Record, execute};
use crate::deployment::{DeploymentError, Faulty, Read, Writer};
use crate::ledger::{
    ApplyId, Baseline, CutOff, Ended, Ending, Event, Holder, Ledger, LedgerError, LedgerPlace, Lock, NoPlace,
    PlannedStep, PostgresPlace, Run, Started, WayBack, last_baseline, runs,
};
use crate::manifest::{DeploymentEntry, LedgerDocument, Project, revision_of};
use crate::model::{Digest, Identity, Kind, Principal, Snapshot};
use crate::plan::steps_digest;
use crate::report::{PlanReport, nothing_left, visible};
use crate::text::Spanned;

/// Failed steps that are told one by one.
const TOLD: usize = 20;

/// How an apply is watched.
#[derive(Debug, Args)]
pub(super) struct WatchArgs {
    /// Write what happens to a file as it happens, one JSON object a line; see docs/json.md
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
}

/// A deployment that is locked, and the ledger that is about to record what is done to it.
pub(super) struct Session {
    folder: PathBuf,
    entry: DeploymentEntry,
    /// Also keeps other machines from applying to the deployment, where they can reach it. It is given back before the
    /// lock of the file, which was taken first.
    ledger: Ledger,
    /// The apply that had not ended, if the last one to this deployment had not.
    unfinished: Option<Run>,
    /// What was there when that was last recorded.
    known: Option<Baseline>,
    who: String,
    _lock: Lock,
    pub(super) writer: Writer,
}

/// What is recorded of a plan that is approved.
pub(super) struct Approved<'a> {
    pub(super) planned: Planned,
    pub(super) report: &'a PlanReport,
    /// Guards that were overridden.
    pub(super) allowed: Vec<String>,
    /// The apply that this one takes back.
    pub(super) undoes: Option<ApplyId>,
}

/// How the steps went.
pub(super) struct Applied {
    apply: ApplyId,
    outcome: Outcome,
    seconds: f64,
    /// What is said when everything is done.
    rest: String,
}

/// Where a project's ledger is.
///
/// # Errors
/// When the project file names a place that cannot be.
pub(super) fn ledger_place(project: &Project) -> Result<LedgerPlace, NoPlace> {
    let Some(ledger) = &project.ledger else {
        return Ok(LedgerPlace::File(
            project.folder.join(".rolecall").join("ledger.jsonl"),
        ));
    };
    let LedgerDocument { url, schema, project } = &ledger.value;
    let text = |value: &Option<Spanned<String>>| value.as_ref().map(|value| value.value.clone());
    let place = PostgresPlace::new(&url.value, text(schema).as_deref(), text(project).as_deref())?;
    Ok(LedgerPlace::Postgres(Box::new(place)))
}

/// What was on a deployment when that was last recorded.
pub(super) fn known_baseline(project: &Project, deployment: &str) -> anyhow::Result<Option<Baseline>> {
    let lines = Ledger::read(&ledger_place(project)?)?;
    Ok(last_baseline(lines.iter().map(|line| &line.entry), deployment).cloned())
}

/// This process, as the holder of a lock.
pub(super) fn holder(who: &str) -> Holder {
    Holder {
        who: who.to_owned(),
        process: std::process::id(),
        since: jiff::Timestamp::now(),
    }
}

/// Keeps everyone else from applying to a deployment.
pub(super) fn lock(entry: &DeploymentEntry, holder: &Holder) -> Result<Lock, LedgerError> {
    let mut path = entry.file.clone().into_os_string();
    path.push(".lock");
    Lock::take(Path::new(&path), &entry.name, holder)
}

impl Session {
    /// Locks a deployment and opens it for writing.
    pub(super) fn open(
        ui: &mut Ui,
        workspace: &mut Workspace,
        folder: &Path,
        entry: &DeploymentEntry,
    ) -> Result<Self, Failure> {
        let who = who();
        let holder = holder(&who);
        let lock = lock(entry, &holder)?;
        let place = ledger_place(&workspace.project)?;
        let mut ledger = Ledger::open(&place, &entry.name, &holder)?;
        let lines = ledger.lines()?;
        let known = last_baseline(lines.iter().map(|line| &line.entry), &entry.name).cloned();
        let runs = runs(lines.iter().map(|line| &line.entry));
        let last = runs.into_iter().rfind(|run| run.started.deployment == entry.name);
        let unfinished = last.filter(|run| run.ended.is_none());
        let store = workspace.store(ui, entry)?;
        let writer = match ui.fault {
            None => Writer::Embedded(Box::new(store)),
            Some((fault, number, kill)) => Writer::Faulty(Box::new(Faulty::new(store, fault, number, kill))),
        };
        Ok(Self {
            folder: folder.to_owned(),
            entry: entry.clone(),
            ledger,
            unfinished,
            known,
            who,
            _lock: lock,
            writer,
        })
    }

    /// What was on the deployment when that was last recorded.
    pub(super) fn known(&self) -> Option<&Baseline> {
        self.known.as_ref()
    }

    /// Reads the deployment once more, now that nobody else applies to it.
    pub(super) fn read(&mut self) -> Result<Snapshot, DeploymentError> {
        self.writer.read()
    }

    /// Does the steps of a plan that was approved, and records them.
    pub(super) fn apply(
        &mut self,
        ui: &mut Ui,
        workspace: &Workspace,
        approved: Approved<'_>,
        watch: &WatchArgs,
    ) -> Result<Applied, Failure> {
        let Approved {
            planned,
            report,
            allowed,
            undoes,
        } = approved;
        let now = jiff::Timestamp::now();
        let steps = planned_steps(report);
        let plan = steps_digest(&planned.plan)?;
        let distinct = Digest::of(format!("{plan}{now}{}", std::process::id()).as_bytes());
        let apply = ApplyId::new(now, &distinct);
        self.keep_way_back(&apply, &planned)?;
        let mut watch = Watch::begin(ui, steps.clone(), watch.events.as_deref())?;
        if let Some(run) = self.unfinished.take() {
            let cut_off = CutOff {
                of: run.apply.clone(),
                unknown: run.unknown(),
                not_tried: run.not_tried(),
            };
            ui.say(&unfinished(&run));
            self.ledger.append(now, &run.apply, Event::CutOff(cut_off))?;
        }
        let started = Started {
            deployment: self.entry.name.clone(),
            place: Workspace::place(&self.entry),
            system: workspace.project.system.definition().name.to_string(),
            who: self.who.clone(),
            rolecall: env!("CARGO_PKG_VERSION").to_owned(),
            revision: revision_of(&self.folder),
            plan,
            allowed,
            undoes,
            steps,
        };
        let mut record = Record {
            ledger: &mut self.ledger,
            apply: apply.clone(),
            clock: jiff::Timestamp::now,
        };
        record.write(Event::Started(Box::new(started)))?;
        let stop = stop_on_signals()?;
        let began = Instant::now();
        let Planned { plan, .. } = planned;
        let outcome = execute(plan, &mut self.writer, &mut record, &stop, &mut |progress| {
            watch.see(ui, &progress);
        });
        watch.end(ui);
        Ok(Applied {
            apply,
            outcome,
            seconds: began.elapsed().as_secs_f64(),
            rest: nothing_left(report),
        })
    }

    fn keep_way_back(&mut self, apply: &ApplyId, planned: &Planned) -> anyhow::Result<()> {
        let heirs = planned.overlay.heirs.groups.iter();
        let transferred = heirs.filter_map(|(group, heir)| {
            let owner = Principal::Group(group.clone());
            let live = planned.overlay.before(&planned.live);
            let records = live.records.owned_by(&owner);
            Some((owner, heir.clone()?, records)).filter(|(_, _, records)| *records > 0)
        });
        let way_back = WayBack::new(
            apply.clone(),
            &self.entry.name,
            [&planned.live, planned.desired()],
            &planned.overlay.renames,
            transferred.collect(),
        );
        Ok(self.ledger.keep_way_back(&way_back)?)
    }

    /// Says how it went, writes the end of the record, and says what to do next. `left` is what is still to do, told by
    /// reading again; none when it could not be read.
    pub(super) fn conclude(
        &mut self,
        ui: &mut Ui,
        workspace: &Workspace,
        applied: &Applied,
        left: Option<Vec<String>>,
        baseline: Option<Baseline>,
    ) -> Result<Exit, Failure> {
        let Applied {
            apply,
            outcome,
            seconds,
            rest,
        } = applied;
        let holds = left.as_ref().is_some_and(Vec::is_empty);
        let result = if outcome.interrupted {
            Ending::Interrupted
        } else if outcome.is_complete() && holds {
            Ending::Done
        } else {
            Ending::Partly
        };
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let ended = Ended {
            result,
            done: count(outcome.done()),
            failed: count(outcome.failed()),
            unknown: count(outcome.unknown()),
            not_tried: outcome.not_tried(),
            left: left.clone(),
        };
        let now = jiff::Timestamp::now();
        let head = match &outcome.unrecorded {
            Some(error) => Err(anyhow!("{error}")),
            None => self.record_end(now, apply, baseline, ended),
        };
        if let Err(error) = &head {
            ui.error(error);
            ui.say(&format!(
                "hint: nothing was tried after that; see to the ledger and {} again",
                workspace.aim.verb()
            ));
        }
        let exit = self.tell(ui, workspace, outcome, left.as_deref());
        if exit == Exit::Done {
            let total = outcome.steps.len();
            let steps = if total == 1 { "step" } else { "steps" };
            ui.data(&format!(
                "Applied {total} {steps} in {seconds:.1} s; read again: {rest}\n"
            ))?;
        }
        match head {
            Ok(head) => ui.say(&format!("Ledger  apply {apply}, head {head}")),
            // Everything is as it should be, except that nobody can tell from the record.
            Err(_) if exit == Exit::Done => return Ok(Exit::PartlyApplied),
            Err(_) => {}
        }
        Ok(exit)
    }

    fn record_end(
        &mut self,
        now: jiff::Timestamp,
        apply: &ApplyId,
        baseline: Option<Baseline>,
        ended: Ended,
    ) -> anyhow::Result<Digest> {
        if let Some(baseline) = baseline {
            self.ledger.append(now, apply, Event::Baseline(baseline))?;
        }
        Ok(self.ledger.append(now, apply, Event::Ended(ended))?)
    }

    /// Says what failed, what is not known and what was not tried.
    fn tell(&self, ui: &mut Ui, workspace: &Workspace, outcome: &Outcome, left: Option<&[String]>) -> Exit {
        let mut lost = false;
        let mut more = 0;
        for (at, (step, fate)) in outcome.steps.iter().enumerate() {
            let (error, doubt) = match fate {
                Fate::Done | Fate::NotTried => continue,
                Fate::Failed(error) => (error, ""),
                Fate::Unknown(error) => (error, "; it is not known whether it was done"),
            };
            lost |= matches!(
                error,
                DeploymentError::Unreachable { .. } | DeploymentError::Locked { .. }
            );
            more += 1;
            if more > TOLD {
                continue;
            }
            let place = step
                .place
                .map(|place| format!(" ({})", workspace.reading.sources.line_ref(place)));
            let identity = visible(&step.operation.final_identity().to_string());
            ui.say(&format!(
                "error: step {}, {identity}{}: {error}{doubt}",
                at + 1,
                place.unwrap_or_default()
            ));
        }
        if more > TOLD {
            ui.say(&format!("… and {} more (rolecall history has them)", more - TOLD));
        }
        let (done, failed, unknown) = (outcome.done(), outcome.failed(), outcome.unknown());
        let not_tried = outcome.not_tried().len();
        if !outcome.is_complete() {
            let mut counts = vec![format!("{done} done"), format!("{failed} failed")];
            if unknown > 0 {
                counts.push(format!("{unknown} not known"));
            }
            counts.push(format!("{not_tried} not tried"));
            ui.say(&counts.join(", "));
        }
        if outcome.interrupted {
            ui.say("stopped as asked: what was in flight is done and recorded");
            ui.say(&format!(
                "hint: {} again to go on from here",
                workspace.aim.verb()
            ));
            return Exit::PartlyApplied;
        }
        if outcome.is_complete() {
            return match left {
                Some([]) => Exit::Done,
                Some(_) | None => Exit::PartlyApplied,
            };
        }
        if done == 0 && unknown == 0 {
            return if lost { Exit::Unreachable } else { Exit::Error };
        }
        ui.say(&format!(
            "hint: what is done stays done; mend the cause and {} again",
            workspace.aim.verb()
        ));
        Exit::PartlyApplied
    }
}

impl Applied {
    /// Whether anything may have been written.
    pub(super) fn wrote(&self) -> bool {
        self.outcome.done() + self.outcome.unknown() > 0
    }

    /// Whether the deployment said that everything was done.
    pub(super) fn is_complete(&self) -> bool {
        self.outcome.is_complete()
    }
}

/// The steps as the ledger has them.
fn planned_steps(report: &PlanReport) -> Vec<PlannedStep> {
    let steps = report.steps.iter().map(|step| PlannedStep {
        address: step.address.clone(),
        action: step.action.as_str().to_owned(),
    });
    steps.collect()
}

/// What is managed on a deployment and what is not, where nothing else is to be done. A part of the manifests does not
/// tell. `known` is what was recorded before: what was managed then, is there and is in no manifest stays known as that.
pub(super) fn baseline(deployment: &str, planned: &Planned, known: Option<&Baseline>) -> Option<Baseline> {
    if planned.plan.is_incomplete() {
        return None;
    }
    let there = planned.overlay.before(&planned.live);
    let unnamed: BTreeSet<&Identity> = planned.overlay.unmanaged.iter().collect();
    let all = there.identities();
    let managed = all.filter(|identity| identity.kind() != Kind::User && !unnamed.contains(identity));
    let unmanaged = planned.overlay.unmanaged.iter();
    let unmanaged = unmanaged.filter(|identity| there.has(identity));
    let unmanaged: Vec<String> = unmanaged.map(Identity::address).collect();
    let formerly = unmanaged
        .iter()
        .filter(|address| known.is_some_and(|known| known.was_managed(address)));
    Some(Baseline {
        deployment: deployment.to_owned(),
        managed: managed.map(|identity| identity.address()).collect(),
        formerly_managed: formerly.cloned().collect(),
        unmanaged,
    })
}

fn unfinished(run: &Run) -> String {
    let at = run.at.strftime("%Y-%m-%d %H:%M:%S UTC");
    let done = run.count(crate::ledger::StepOutcome::Done);
    let (unknown, not_tried) = (run.unknown().len(), run.not_tried().len());
    format!(
        "note: the apply {} by {} of {at} was cut off: {done} done, {unknown} not known, {not_tried} not tried; \
         this plan was made from what is there now",
        run.apply, run.started.who
    )
}

/// Whether someone asked to stop. Asking twice ends the process at once.
pub(super) fn stop_on_signals() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        let second = signal_hook::flag::register_conditional_shutdown(signal, 1, Arc::clone(&stop));
        second.context("cannot listen for signals")?;
        signal_hook::flag::register(signal, Arc::clone(&stop)).context("cannot listen for signals")?;
    }
    Ok(stop)
}
