//! The laws that tie the planner to a deployment which enforces the system's rules on its own.

use std::collections::BTreeSet;

use proptest::prelude::*;
use rolecall::deployment::embedded::Store;
use rolecall::deployment::{Read, Write};
use rolecall::plan::{Heirs, Preference, Renames, Turn, diff, ordered, replay};

use crate::world::{COSTLY, changes, holds, snapshots, tape};

#[test]
fn a_store_holds_what_it_was_filled_with() {
    holds(COSTLY, snapshots, |system, state| {
        let store = Store::in_memory(system, state);
        prop_assert!(store.is_ok(), "refused: {}", store.unwrap_err());
        let read = store.and_then(|mut store| store.read());
        prop_assert_eq!(state, &read.expect("a store can be read"));
        Ok(())
    });
}

#[test]
fn every_step_is_accepted_and_means_to_the_store_what_it_means_to_the_planner() {
    holds(COSTLY, changes, |system, change| {
        let mut store = Store::in_memory(system, &change.live).expect("a valid state can be stored");
        let mut state = change.live.clone();
        let operations = diff(
            system,
            &change.live,
            &change.desired,
            &change.renames,
            &change.heirs,
        );
        for (at, operation) in operations.iter().enumerate() {
            let done = store.perform(operation);
            prop_assert!(
                done.is_ok(),
                "step {} of {:#?}\nwas refused: {}",
                at + 1,
                operations,
                done.unwrap_err()
            );
            replay(&mut state, operation);
            prop_assert_eq!(
                &state,
                &store.read().expect("a store can be read"),
                "after {:?}",
                operation
            );
        }
        prop_assert_eq!(&state, &change.desired);
        let left = diff(
            system,
            &state,
            &change.desired,
            &Renames::default(),
            &Heirs::default(),
        );
        prop_assert_eq!(left, vec![]);
        Ok(())
    });
}

#[test]
fn every_order_that_the_turns_of_a_plan_allow_is_accepted_and_leads_to_the_same() {
    for preference in [Preference::RevokesFirst, Preference::GrantsFirst] {
        holds(
            COSTLY,
            |system| (changes(system), tape()),
            |system, (change, tape)| {
                let mut tape = tape.clone();
                let steps = ordered(
                    system,
                    &change.live,
                    &change.desired,
                    &change.renames,
                    &change.heirs,
                    preference,
                );
                let mut store = Store::in_memory(system, &change.live).expect("a valid state can be stored");
                let mut state = change.live.clone();
                let mut done: BTreeSet<usize> = BTreeSet::new();
                while done.len() < steps.len() {
                    let ready = |at: &usize| {
                        let turn = &steps[*at].1;
                        let waits = |(other, (_, of)): (usize, &(_, Turn))| {
                            turn.waits_for_wave_of(of) && !done.contains(&other)
                        };
                        turn.after.iter().all(|need| done.contains(&(*need as usize)))
                            && !steps.iter().enumerate().any(waits)
                    };
                    let open: Vec<usize> = (0..steps.len())
                        .filter(|at| !done.contains(at))
                        .filter(ready)
                        .collect();
                    prop_assert!(!open.is_empty(), "nothing can go on: {steps:#?}\ndone: {done:?}");
                    let at = open[tape.below(open.len())];
                    let operation = &steps[at].0;
                    let outcome = store.perform(operation);
                    prop_assert!(
                        outcome.is_ok(),
                        "step {at} of {steps:#?}\nafter {done:?}\nwas refused: {}",
                        outcome.unwrap_err()
                    );
                    replay(&mut state, operation);
                    done.insert(at);
                }
                prop_assert_eq!(&state, &change.desired);
                prop_assert_eq!(&state, &store.read().expect("a store can be read"));
                Ok(())
            },
        );
    }
}
