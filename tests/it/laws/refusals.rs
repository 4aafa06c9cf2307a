//! What is wrong is refused twice: by the checks, and by a store that is asked all the same.

use proptest::prelude::*;
use rolecall::deployment::embedded::Store;
use rolecall::deployment::{DeploymentError, Write};
use rolecall::model::Snapshot;
use rolecall::system::System;
use rolecall::text::{Code, Severity};

use super::manifests::plan;
use crate::world::{Wrong, holds, snapshots, wrongs};

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
fn rules_for(code: Code) -> Vec<&'static str> {
    match code {
        // A store knows one kind of reference.
        Code::UnknownUser => vec!["unknown-reference"],
        Code::MissingAttribute => vec!["attribute-required"],
        Code::PrimaryGroup => vec!["read-only"],
        _ => vec![code.as_str()],
    }
}

#[test]
fn what_is_wrong_is_refused_by_checks_and_store() {
    holds(wrong_wishes, |system, (live, wrong)| {
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
        let refused: Vec<String> = results
            .filter_map(Result::err)
            .map(|error| match error {
                DeploymentError::Refused { rule, .. } => rule,
                other => other.to_string(),
            })
            .collect();
        let rules = rules_for(*code);
        prop_assert!(
            refused.iter().any(|rule| rules.contains(&rule.as_str())),
            "{rules:?} is not among {refused:?} of {:#?}",
            plan.steps
        );
        Ok(())
    });
}
