//! The laws of laying manifests over a state.

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use rolecall::check::{Context, check};
use rolecall::deployment::embedded::Store;
use rolecall::deployment::{Read, Write};
use rolecall::model::{Intent, MemberIntent, MembersIntent, Snapshot};
use rolecall::plan::{Overlay, Plan, Preference, Scope, overlay, replay};
use rolecall::system::System;
use rolecall::text::{Code, Diagnostics, Span};

use crate::world::{CHEAP, COSTLY, holds, today, wishes};

/// Lays manifests over a state and judges the result, as `plan` does.
pub(super) fn plan(system: &System, live: &Snapshot, intent: &Intent) -> (Overlay, Plan, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    let overlay = overlay(system, live, intent, Scope::Manifests, today(), &mut diagnostics);
    check(
        &Context::new(system, intent, &overlay, Some(live), &live.installation),
        &mut diagnostics,
    );
    let plan = Plan::new(system, live, &overlay, intent, Preference::default());
    (overlay, plan, diagnostics)
}

/// Laying the same manifests over their own result changes nothing and plans nothing.
fn is_settled(system: &System, state: &Snapshot, intent: &Intent) -> TestCaseResult {
    let mut diagnostics = Diagnostics::default();
    let again = overlay(system, state, intent, Scope::Manifests, today(), &mut diagnostics);
    prop_assert_eq!(&again.desired, state);
    prop_assert!(again.renames.is_empty(), "{:?}", again.renames);
    prop_assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let plan = Plan::new(system, state, &again, intent, Preference::default());
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
            today(),
            &mut diagnostics,
        );
        prop_assume!(!diagnostics.has_errors());
        is_settled(system, &once.desired, &wish.intent)
    });
}

/// The manifests without the lines that are over.
fn in_force(intent: &Intent) -> Intent {
    fn keep<N>(members: &mut Vec<MemberIntent<N>>) {
        members.retain(|member| {
            member
                .expires
                .as_ref()
                .is_none_or(|expires| expires.value >= today())
        });
    }
    let mut kept = intent.clone();
    for group in kept.groups.values_mut() {
        if let Some(members) = &mut group.members {
            let MembersIntent {
                users,
                roles,
                roles_and_subordinates,
                groups,
            } = &mut members.value;
            keep(users);
            keep(roles);
            keep(roles_and_subordinates);
            keep(groups);
        }
    }
    // A module whose last rule is over has no rules on purpose.
    for key in intent.sharing.rules.keys() {
        kept.sharing.no_rules.insert(key.module.clone(), Span::NOWHERE);
    }
    let rules = &mut kept.sharing.rules;
    rules.retain(|_, rule| {
        rule.expires
            .as_ref()
            .is_none_or(|expires| expires.value >= today())
    });
    kept
}

#[test]
fn what_is_over_is_as_good_as_not_written() {
    holds(CHEAP, wishes, |system, wish| {
        let lay = |intent| {
            let found = &mut Diagnostics::default();
            overlay(system, &wish.live, intent, Scope::Manifests, today(), found)
        };
        let (all, kept) = (lay(&wish.intent), lay(&in_force(&wish.intent)));
        prop_assert_eq!(&all.desired, &kept.desired);
        prop_assert_eq!(&all.unmanaged, &kept.unmanaged);
        Ok(())
    });
}

#[test]
fn a_plan_says_what_it_takes_away_because_it_is_over() {
    holds(CHEAP, wishes, |system, wish| {
        let (overlay, plan, diagnostics) = plan(system, &wish.live, &wish.intent);
        let lingering = diagnostics
            .iter()
            .filter(|found| found.code == Code::Expired)
            .count();
        let over = wish.intent.expiries().filter(|expiry| expiry.expires < today());
        prop_assert_eq!(over.count(), plan.expired.len() + lingering);
        for expiry in &plan.expired {
            prop_assert!(!expiry.grant.is_in(&overlay.desired), "{expiry:?}");
            let told = plan
                .steps
                .iter()
                .any(|step| step.operation.final_identity() == expiry.grant.identity());
            prop_assert!(told, "{expiry:?}");
        }
        Ok(())
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
