//! Executes a plan's steps. Makes no decision: the plan is complete and ordered, and this only obeys.
//!
//! A plan is taken by value, so that it is applied once. Whether the deployment did what it said is not believed
//! here: whoever applies reads again afterwards.

use crate::deployment::{DeploymentError, Write};
use crate::plan::{Plan, Step};

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
/// `progress` is told after each step how many are done.
pub fn execute(plan: Plan, writer: &mut impl Write, mut progress: impl FnMut(usize)) -> Outcome {
    let mut outcome = Outcome {
        done: Vec::with_capacity(plan.steps.len()),
        failed: None,
        not_tried: Vec::new(),
    };
    for step in plan.steps {
        if outcome.failed.is_some() {
            outcome.not_tried.push(step);
            continue;
        }
        match writer.perform(&step.operation) {
            Ok(()) => {
                outcome.done.push(step);
                progress(outcome.done.len());
            }
            Err(error) => outcome.failed = Some((step, error)),
        }
    }
    outcome
}
