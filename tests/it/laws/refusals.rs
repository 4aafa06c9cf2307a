//! What is wrong is refused twice: by the checks, and by a store that is asked all the same.

use proptest::prelude::*;
use rolecall::deployment::embedded::Store;
use rolecall::deployment::{DeploymentError, Write};
use rolecall::model::Snapshot;
use rolecall::system::System;
use rolecall::text::{Code, Severity};

use super::manifests::plan;
use crate::world::{COSTLY, Wrong, holds, snapshots, wrongs};

/// A valid state and one wrong wish of it, if the state offers any.
fn wrong_wishes(system: &System) -> impl Strategy<Value = (Snapshot, Option<Wrong>)> + use<> {
    let states = snapshots(system);
    let system = system.clone();
    (states, any::<prop::sample::Index>()).prop_map(move |(state, which)| {
        let mut wrongs = wrongs(&system, &state);
        let wrong = (!wrongs.is_empty()).then(|| wrongs.swap_remove(which.index(wrongs.len())));
        (state, wrong)
    })
}

/// The rule by which a store refuses what has this code. Mostly they have one name.
fn rule_for(code: Code) -> &'static str {
    // A store knows one kind of reference.
    let others = [
        (Code::UnknownUser, "unknown-reference"),
        (Code::MissingAttribute, "attribute-required"),
        (Code::PrimaryGroup, "read-only"),
    ];
    let other = others.iter().find(|(known, _)| *known == code);
    other.map_or(code.as_str(), |(_, rule)| rule)
}

/// How a deployment refused, by the rule where it named one.
fn reason(error: DeploymentError) -> String {
    if let DeploymentError::Refused { rule, .. } = error {
        return rule;
    }
    error.to_string()
}

#[test]
fn what_is_wrong_is_refused_by_checks_and_store() {
    holds(COSTLY, wrong_wishes, |system, (live, wrong)| {
        let Some(Wrong { code, intent }) = wrong else {
            return Ok(());
        };
        let (_, plan, diagnostics) = plan(system, live, intent);
        let errors = diagnostics
            .iter()
            .filter(|found| found.severity == Severity::Error);
        let codes: Vec<Code> = errors.map(|found| found.code).collect();
        prop_assert!(codes.contains(code), "{code:?} is not among {codes:?}");

        let mut store = Store::in_memory(system, live).expect("a valid state can be stored");
        let results = plan.steps.iter().map(|step| store.perform(&step.operation));
        let refused: Vec<String> = results.filter_map(Result::err).map(reason).collect();
        // What is wrong in one way may be wrong in others, too; the store names the one it meets first.
        let rules: Vec<&str> = codes.into_iter().map(rule_for).collect();
        prop_assert!(
            refused.iter().any(|refused| rules.contains(&refused.as_str())),
            "none of {rules:?} is among {refused:?} of {:#?}",
            plan.steps
        );
        Ok(())
    });
}
