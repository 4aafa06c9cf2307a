//! Executes a plan's steps. Makes no decision: the plan is complete and ordered, and this only obeys.
//!
//! A plan is taken by value, so that it is applied once. Steps that do not wait for each other are handed over
//! together; what each batch is about to do is written to the ledger before it, what became of it after it. A step
//! that fails holds back only what waits for it. Where a deployment gave no usable answer, it is read to see whether
//! the step was done: only what surely was not is tried again.
//!
//! Whether the deployment did what it said is not believed here: whoever applies reads again afterwards.

mod queue;
#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use self::queue::Queue;
use crate::deployment::{DeploymentError, Write};
use crate::ledger::{ApplyId, Event, Ledger, LedgerError, StepOutcome, StepResult};
use crate::model::Snapshot;
use crate::plan::{Plan, State, Step, state_of};

/// How often a step is tried that was surely not done.
const TRIES: u32 = 3;

/// How long is waited before the first repetition. It doubles with each.
const PAUSE: Duration = Duration::from_millis(200);

/// What became of one step.
#[derive(Debug)]
pub enum Fate {
    /// It was done.
    Done,
    /// It was not, and why.
    Failed(DeploymentError),
    /// It is not known, and why.
    Unknown(DeploymentError),
    /// It was not tried, because something before it was not done.
    NotTried,
}

/// What became of a plan.
#[derive(Debug)]
pub struct Outcome {
    /// The steps in order, with what became of each.
    pub steps: Vec<(Step, Fate)>,
    /// Whether someone stopped it.
    pub interrupted: bool,
    /// Why the ledger could not be kept, if that is what stopped it.
    pub unrecorded: Option<LedgerError>,
}

impl Outcome {
    /// How many steps were done.
    pub fn done(&self) -> usize {
        self.count(|fate| matches!(fate, Fate::Done))
    }

    /// How many steps failed.
    pub fn failed(&self) -> usize {
        self.count(|fate| matches!(fate, Fate::Failed(_)))
    }

    /// Of how many steps it is not known whether they were done.
    pub fn unknown(&self) -> usize {
        self.count(|fate| matches!(fate, Fate::Unknown(_)))
    }

    /// Steps that were not tried, by number from 1.
    pub fn not_tried(&self) -> Vec<u32> {
        let steps = (1..).zip(&self.steps);
        let not_tried = steps.filter(|(_, (_, fate))| matches!(fate, Fate::NotTried));
        not_tried.map(|(number, _)| number).collect()
    }

    /// Whether every step was done.
    pub fn is_complete(&self) -> bool {
        self.done() == self.steps.len()
    }

    fn count(&self, is: impl Fn(&Fate) -> bool) -> usize {
        self.steps.iter().filter(|(_, fate)| is(fate)).count()
    }
}

/// Something that whoever watches an apply may want to know.
#[derive(Debug)]
pub enum Progress<'a> {
    /// Steps are about to be done, by their places.
    Trying(&'a [usize]),
    /// What became of a step.
    Step {
        /// Which, by its place.
        at: usize,
        /// The step.
        step: &'a Step,
        /// What became of it.
        fate: &'a Fate,
    },
    /// Steps are tried again after a pause, because surely they were not done.
    Again {
        /// How many.
        steps: usize,
        /// After how long.
        pause: Duration,
    },
}

/// The ledger of one apply.
#[derive(Debug)]
pub struct Record<'a> {
    /// Where it is written.
    pub ledger: &'a mut Ledger,
    /// Which apply.
    pub apply: ApplyId,
    /// What time it is.
    pub clock: fn() -> jiff::Timestamp,
}

impl Record<'_> {
    /// Adds an event, kept before this returns.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub fn write(&mut self, event: Event) -> Result<crate::model::Digest, LedgerError> {
        self.ledger.append((self.clock)(), &self.apply, event)
    }
}

/// Executes the steps of a plan. `stop` ends it after what is in flight.
pub fn execute(
    plan: Plan,
    writer: &mut impl Write,
    record: &mut Record<'_>,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Outcome {
    let steps = plan.steps;
    let mut run = Run {
        queue: Queue::new(&steps),
        fates: steps.iter().map(|_| Fate::NotTried).collect(),
        tries: vec![0; steps.len()],
        steps: &steps,
        interrupted: false,
    };
    let unrecorded = run.all(writer, record, stop, progress).err();
    let (fates, interrupted) = (run.fates, run.interrupted);
    Outcome {
        steps: steps.into_iter().zip(fates).collect(),
        interrupted,
        unrecorded,
    }
}

struct Run<'p> {
    steps: &'p [Step],
    queue: Queue<'p>,
    fates: Vec<Fate>,
    tries: Vec<u32>,
    interrupted: bool,
}

impl Run<'_> {
    fn all(
        &mut self,
        writer: &mut impl Write,
        record: &mut Record<'_>,
        stop: &AtomicBool,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), LedgerError> {
        loop {
            let batch = self.queue.take(writer.batch_size().max(1));
            if batch.is_empty() {
                return Ok(());
            }
            if stop.load(Ordering::Relaxed) {
                self.interrupted = true;
                return Ok(());
            }
            record.write(Event::Trying {
                steps: batch.iter().map(|at| number(*at)).collect(),
            })?;
            progress(Progress::Trying(&batch));
            let (again, is_lost) = self.batch(&batch, writer);
            let results = batch.iter().filter(|at| !again.contains(at));
            record.write(Event::Results {
                results: results.clone().map(|at| self.result(*at)).collect(),
            })?;
            for at in results {
                progress(Progress::Step {
                    at: *at,
                    step: &self.steps[*at],
                    fate: &self.fates[*at],
                });
            }
            if is_lost {
                return Ok(());
            }
            if let Some(most) = again.iter().map(|at| self.tries[*at]).max() {
                let pause = pause(most, again[0]);
                progress(Progress::Again {
                    steps: again.len(),
                    pause,
                });
                std::thread::sleep(pause);
                again.into_iter().for_each(|at| self.queue.again(at));
            }
        }
    }

    /// Does a batch. The answer is what is to be tried again, and whether the deployment was lost on the way.
    fn batch(&mut self, batch: &[usize], writer: &mut impl Write) -> (Vec<usize>, bool) {
        let operations: Vec<_> = batch.iter().map(|at| &self.steps[*at].operation).collect();
        let results = writer.perform_batch(&operations);
        let mut unanswered = Vec::new();
        let mut is_lost = false;
        for (at, result) in batch.iter().copied().zip(results) {
            self.tries[at] += 1;
            match result {
                Ok(()) => self.is_done(at),
                Err(error) if error.leaves_open() => unanswered.push((at, error)),
                Err(error) => {
                    is_lost |= error.is_lost();
                    self.fates[at] = Fate::Failed(error);
                }
            }
        }
        if unanswered.is_empty() {
            return (Vec::new(), is_lost);
        }
        let read = writer.read();
        let mut again = Vec::new();
        for (at, error) in unanswered {
            match &read {
                Ok(state) => self.settle(at, error, state, &mut again),
                Err(_) => {
                    self.fates[at] = Fate::Unknown(error);
                    is_lost = true;
                }
            }
        }
        (again, is_lost)
    }

    /// Finds out what became of a step without a usable answer.
    fn settle(&mut self, at: usize, error: DeploymentError, state: &Snapshot, again: &mut Vec<usize>) {
        match state_of(&self.steps[at].operation, state) {
            State::After => self.is_done(at),
            State::Before if self.tries[at] < TRIES => again.push(at),
            State::Before | State::Otherwise => self.fates[at] = Fate::Failed(error),
        }
    }

    fn is_done(&mut self, at: usize) {
        self.fates[at] = Fate::Done;
        self.queue.done(at);
    }

    fn result(&self, at: usize) -> StepResult {
        let (outcome, answer) = match &self.fates[at] {
            Fate::Done => (StepOutcome::Done, None),
            Fate::Failed(error) => (StepOutcome::Failed, Some(error.to_string())),
            Fate::Unknown(error) => (StepOutcome::Unknown, Some(error.to_string())),
            // A batch has a result for each of its steps; a provider that forgot one did nobody knows what.
            Fate::NotTried => (StepOutcome::Unknown, None),
        };
        StepResult {
            step: number(at),
            outcome,
            answer,
        }
    }
}

/// The number of the step at a place, from 1.
fn number(at: usize) -> u32 {
    u32::try_from(at + 1).unwrap_or(u32::MAX)
}

/// How long to wait before trying again: doubling, and not the same for everyone who waits for one deployment.
fn pause(tries: u32, seed: usize) -> Duration {
    let base = PAUSE * 2_u32.saturating_pow(tries.saturating_sub(1));
    let spread = u64::from(std::process::id())
        .wrapping_add(seed as u64)
        .wrapping_mul(2_654_435_761);
    // Between half and the whole of it.
    base / 2 + base.mul_f64((spread % 1000) as f64 / 2000.0)
}
