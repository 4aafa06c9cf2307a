//! The laws of selections: a part of a plan is a plan, and the rest of it can follow.

use std::collections::BTreeSet;

use proptest::prelude::*;
use rolecall::check::{Context, check};
use rolecall::deployment::embedded::Store;
use rolecall::deployment::{Read, Write};
use rolecall::model::{Identity, Snapshot};
use rolecall::plan::{Overlay, Part, Pattern, Plan, Preference, Scope, Selection, overlay, replay, select};
use rolecall::system::System;
use rolecall::text::Diagnostics;

use super::manifests::plan;
use crate::world::{CHEAP, COSTLY, Tape, Wish, holds, tape, today, wishes};

fn selected_wishes(system: &System) -> impl Strategy<Value = (Wish, Tape)> + use<> {
    (wishes(system), tape())
}

/// Every object that a plan touches, as it is called in the end.
fn touched(plan: &Plan) -> BTreeSet<Identity> {
    plan.steps
        .iter()
        .map(|step| step.operation.final_identity())
        .collect()
}

/// Patterns that fit some of the changes, and some that fit whole kinds.
fn selection(plan: &Plan, tape: &mut Tape) -> Selection {
    let mut selection = Selection::default();
    let addresses: BTreeSet<String> = touched(plan).iter().map(Identity::address).collect();
    for address in addresses {
        let kind = address.split('.').next().unwrap_or_default();
        let pattern = match tape.below(3) {
            0 => address.clone(),
            1 => format!("{kind}.*"),
            _ => format!("{}*", address.chars().take(kind.len() + 2).collect::<String>()),
        };
        match tape.below(5) {
            0 | 1 => selection.only.push(Pattern::from(pattern.as_str())),
            2 => selection.exclude.push(Pattern::from(address.as_str())),
            _ => {}
        }
    }
    selection
}

fn lay(system: &System, live: &Snapshot, wish: &Wish) -> Overlay {
    let found = &mut Diagnostics::default();
    overlay(system, live, &wish.intent, Scope::Manifests, today(), found)
}

fn part_of(system: &System, live: &Snapshot, wish: &Wish, selection: &Selection) -> Option<(Part, Plan)> {
    let full = lay(system, live, wish);
    let mut found = Diagnostics::default();
    let part = select(system, live, &full, &wish.intent, selection, &mut found)?;
    let plan = Plan::new(system, live, &part.overlay, &wish.intent, Preference::default());
    Some((part, plan))
}

/// Whether the state that a part leads to is allowed.
fn is_allowed(system: &System, live: &Snapshot, part: &Part) -> bool {
    let mut found = Diagnostics::default();
    let context = Context::new(
        system,
        &part.intent,
        &part.overlay,
        Some(live),
        &live.installation,
    );
    check(&context, &mut found);
    !found.has_errors()
}

#[test]
fn a_part_is_what_was_selected_and_what_that_needs() {
    holds(CHEAP, selected_wishes, |system, (wish, tape)| {
        let (full, whole, diagnostics) = plan(system, &wish.live, &wish.intent);
        prop_assume!(!diagnostics.has_errors());
        let selection = selection(&whole, &mut tape.clone());
        let Some((part, partial)) = part_of(system, &wish.live, wish, &selection) else {
            return Ok(());
        };
        let selected = part
            .overlay
            .selected
            .as_ref()
            .expect("a part says what was selected");
        let touched = touched(&partial);
        for identity in &touched {
            let pulled = selected
                .pulled_in
                .iter()
                .any(|pulled| pulled.identity == *identity);
            let mut addresses = vec![identity.address()];
            addresses.extend(
                partial
                    .steps
                    .iter()
                    .filter(|step| step.operation.final_identity() == *identity)
                    .map(|step| step.operation.identity().address()),
            );
            // A rule is also known by names that its groups and roles do not have any more, or not yet.
            let otherwise_named = matches!(identity, Identity::SharingRule(_)) && !full.renames.is_empty();
            prop_assert!(
                pulled || otherwise_named || selection.picks(&addresses),
                "{identity} of {partial:#?}"
            );
            prop_assert!(!selected.left_out.contains(identity), "{identity}");
            prop_assert!(
                selection
                    .exclude
                    .iter()
                    .all(|pattern| !pattern.matches(&identity.address()))
            );
        }
        // A user who gets the heir's role with a deletion gets it by a step without that deletion.
        let but_users = |all: &mut dyn Iterator<Item = &Identity>| {
            all.filter(|identity| !matches!(identity, Identity::User(_)))
                .count()
        };
        let all = self::touched(&whole);
        prop_assert_eq!(
            but_users(&mut touched.iter()) + but_users(&mut selected.left_out.iter()),
            but_users(&mut all.iter())
        );
        prop_assert!(touched.len() + selected.left_out.len() >= all.len());
        let desired = &part.overlay.desired;
        for identity in desired.identities() {
            for reference in desired.references(&identity) {
                prop_assert!(desired.has(&reference), "{identity} refers to {reference}");
            }
        }
        Ok(())
    });
}

#[test]
fn a_part_and_then_the_rest_is_the_whole() {
    holds(CHEAP, selected_wishes, |system, (wish, tape)| {
        let (full, whole, diagnostics) = plan(system, &wish.live, &wish.intent);
        prop_assume!(!diagnostics.has_errors());
        let selection = selection(&whole, &mut tape.clone());
        let Some((part, partial)) = part_of(system, &wish.live, wish, &selection) else {
            return Ok(());
        };
        prop_assume!(is_allowed(system, &wish.live, &part));
        let mut state = wish.live.clone();
        for step in &partial.steps {
            replay(&mut state, &step.operation);
        }
        prop_assert_eq!(&state, &part.overlay.desired);
        let again = part_of(system, &state, wish, &selection);
        let (_, again) = again.expect("what was left out before is not needed now");
        prop_assert_eq!(again.steps, vec![]);
        let rest = lay(system, &state, wish);
        prop_assert_eq!(&rest.desired, &full.desired);
        Ok(())
    });
}

#[test]
fn everything_selected_is_the_whole_plan() {
    holds(CHEAP, wishes, |system, wish| {
        let (full, whole, diagnostics) = plan(system, &wish.live, &wish.intent);
        prop_assume!(!diagnostics.has_errors());
        let all = Selection {
            only: vec![Pattern::from("*")],
            exclude: Vec::new(),
        };
        let (part, mut partial) = part_of(system, &wish.live, wish, &all).expect("nothing is excluded");
        let selected = partial.selected.take().expect("a part says what was selected");
        prop_assert!(selected.pulled_in.is_empty() && selected.left_out.is_empty());
        prop_assert_eq!(&part.overlay.desired, &full.desired);
        prop_assert_eq!(&part.intent, &wish.intent);
        prop_assert_eq!(&partial, &whole);
        Ok(())
    });
}

#[test]
fn nothing_selected_is_an_empty_plan() {
    holds(CHEAP, wishes, |system, wish| {
        let (_, whole, diagnostics) = plan(system, &wish.live, &wish.intent);
        prop_assume!(!diagnostics.has_errors());
        let none = Selection {
            only: vec![Pattern::from("nothing")],
            exclude: Vec::new(),
        };
        let (part, partial) = part_of(system, &wish.live, wish, &none).expect("nothing is needed");
        prop_assert_eq!(&part.overlay.desired, &wish.live);
        prop_assert_eq!(partial.steps, vec![]);
        let selected = part
            .overlay
            .selected
            .as_ref()
            .expect("a part says what was selected");
        prop_assert_eq!(selected.left_out.len(), touched(&whole).len());
        let allowed = is_allowed(system, &wish.live, &part);
        prop_assert!(allowed);
        Ok(())
    });
}

#[test]
fn the_store_accepts_an_allowed_part() {
    holds(COSTLY, selected_wishes, |system, (wish, tape)| {
        let (_, whole, diagnostics) = plan(system, &wish.live, &wish.intent);
        prop_assume!(!diagnostics.has_errors());
        let selection = selection(&whole, &mut tape.clone());
        let Some((part, partial)) = part_of(system, &wish.live, wish, &selection) else {
            return Ok(());
        };
        prop_assume!(is_allowed(system, &wish.live, &part));
        let mut store = Store::in_memory(system, &wish.live).expect("a valid state can be stored");
        for step in &partial.steps {
            let refused = store
                .perform(&step.operation)
                .err()
                .map(|error| error.to_string());
            prop_assert_eq!(refused, None, "{:#?}", partial.steps);
        }
        let read = store.read().expect("a store can be read");
        prop_assert_eq!(&read, &part.overlay.desired);
        Ok(())
    });
}
