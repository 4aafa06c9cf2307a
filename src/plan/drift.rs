//! Drift: what someone did to a deployment, told from what the manifests say to what is there.

use std::collections::BTreeMap;

use super::diff::diff;
use super::overlay::{Heirs, Overlay};
use super::{Plan, Reason, Step, Turn};
use crate::model::{Identity, Snapshot};
use crate::system::System;
use crate::text::Span;

impl Plan {
    /// The way from the state that the manifests want to the one that is there: this plan told from the other end, with
    /// the reasons and places of this one. `live` is what this plan was made against, `overlay` what it leads to.
    pub fn drift(&self, system: &System, live: &Snapshot, overlay: &Overlay) -> Self {
        let asked: BTreeMap<Identity, (Reason, Option<Span>)> = self
            .steps
            .iter()
            .map(|step| (step.operation.final_identity(), (step.reason, step.place)))
            .collect();
        let back = overlay.renames.inverse();
        let operations = diff(system, &overlay.desired, live, &back, &Heirs::default());
        let steps = operations.into_iter().map(|operation| {
            let now = operation.identity();
            let wanted = if operation.renames() {
                now
            } else {
                overlay.renames.identity(&now)
            };
            let (reason, place) = asked.get(&wanted).copied().unwrap_or((Reason::Differs, None));
            Step {
                operation,
                reason,
                place,
                turn: Turn::only(),
            }
        });
        Self {
            steps: steps.collect(),
            ..self.clone()
        }
    }
}
