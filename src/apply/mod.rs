//! Executes a plan's steps. Makes no decision: the plan is complete and ordered, and this only obeys.
//!
//! A plan is taken by value, so that it is applied once. Whether the deployment did what it said is not believed
//! here: whoever applies reads again afterwards.

use crate::deployment::{DeploymentError, Write};
use crate::plan::{Plan, Step};

/// How many steps a deployment is handed at once, where it can do several at once.
const BATCH: usize = 100;

/// What became of a plan.
#[derive(Debug)]
pub struct Outcome {
    /// Steps that were done, in order.
    pub done: Vec<Step>,
    /// The step at which it stopped, and why.
    pub failed: Option<(Step, DeploymentError)>,
    /// Steps that were not tried because of it.
    pub not_tried: Vec<Step>,
}

/// Executes the steps in order and stops at the first that fails.
///
/// `progress` is told from time to time how many are done.
pub fn execute(plan: Plan, writer: &mut impl Write, mut progress: impl FnMut(usize)) -> Outcome {
    let mut outcome = Outcome {
        done: Vec::with_capacity(plan.steps.len()),
        failed: None,
        not_tried: Vec::new(),
    };
    let mut steps = plan.steps.into_iter();
    loop {
        let batch: Vec<Step> = steps.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            return outcome;
        }
        let operations: Vec<_> = batch.iter().map(|step| &step.operation).collect();
        let results = writer.perform_all(&operations);
        let mut batch = batch.into_iter();
        for (result, step) in results.into_iter().zip(batch.by_ref()) {
            match result {
                Ok(()) => outcome.done.push(step),
                Err(error) => outcome.failed = Some((step, error)),
            }
        }
        progress(outcome.done.len());
        if outcome.failed.is_some() {
            outcome.not_tried.extend(batch.chain(steps));
            return outcome;
        }
    }
}
