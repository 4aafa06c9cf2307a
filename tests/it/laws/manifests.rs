//! The laws of laying manifests over a state.

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use rolecall::check::{Context, check};
use rolecall::deployment::embedded::Store;
use rolecall::deployment::{Read, Write};
use rolecall::model::{Intent, Snapshot};
use rolecall::plan::{Overlay, Plan, Scope, overlay, replay};
use rolecall::system::System;
use rolecall::text::Diagnostics;

use crate::world::{CHEAP, COSTLY, holds, wishes};

/// Lays manifests over a state and judges the result, as `plan` does.
pub(super) fn plan(system: &System, live: &Snapshot, intent: &Intent) -> (Overlay, Plan, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    let overlay = overlay(system, live, intent, Scope::Manifests, &mut diagnostics);
    check(
        &Context::new(system, intent, &overlay, Some(live), &live.installation),
        &mut diagnostics,
    );
    let plan = Plan::new(system, live, &overlay, intent);
    (overlay, plan, diagnostics)
}

/// Laying the same manifests over their own result changes nothing and plans nothing.
fn is_settled(system: &System, state: &Snapshot, intent: &Intent) -> TestCaseResult {
    let mut diagnostics = Diagnostics::default();
    let again = overlay(system, state, intent, Scope::Manifests, &mut diagnostics);
    prop_assert_eq!(&again.desired, state);
    prop_assert!(again.renames.is_empty(), "{:?}", again.renames);
    prop_assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let plan = Plan::new(system, state, &again, intent);
    prop_assert_eq!(plan.steps, vec![]);
    Ok(())
}

#[test]
fn what_manifests_made_they_leave_alone() {
    holds(CHEAP, wishes, |system, wish| {
        let mut diagnostics = Diagnostics::default();
        let once = overlay(
            system,
            &wish.live,
            &wish.intent,
            Scope::Manifests,
            &mut diagnostics,
        );
        prop_assume!(!diagnostics.has_errors());
        is_settled(system, &once.desired, &wish.intent)
    });
}

#[test]
fn a_plan_leads_to_what_the_overlay_says() {
    holds(CHEAP, wishes, |system, wish| {
        let (overlay, plan, diagnostics) = plan(system, &wish.live, &wish.intent);
        prop_assume!(!diagnostics.has_errors());
        let mut state = wish.live.clone();
        for step in &plan.steps {
            replay(&mut state, &step.operation);
        }
        prop_assert_eq!(state, overlay.desired);
        Ok(())
    });
}

#[test]
fn what_the_checks_accept_the_store_accepts() {
    holds(COSTLY, wishes, |system, wish| {
        let (overlay, plan, diagnostics) = plan(system, &wish.live, &wish.intent);
        prop_assume!(!diagnostics.has_errors());
        let mut store = Store::in_memory(system, &wish.live).expect("a valid state can be stored");
        for (at, step) in plan.steps.iter().enumerate() {
            let done = store.perform(&step.operation);
            let refused = done.err().map(|error| error.to_string()).unwrap_or_default();
            prop_assert!(
                refused.is_empty(),
                "step {} of {:#?}\n{refused}",
                at + 1,
                plan.steps
            );
        }
        let read = store.read().expect("a store can be read");
        prop_assert_eq!(&read, &overlay.desired);
        is_settled(system, &read, &wish.intent)
    });
}
