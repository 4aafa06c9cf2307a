//! The laws that tie the planner to a deployment which enforces the system's rules on its own.

use proptest::prelude::*;
use rolecall::deployment::embedded::Store;
use rolecall::deployment::{Read, Write};
use rolecall::plan::{Heirs, Renames, diff, replay};

use crate::world::{COSTLY, changes, holds, snapshots};

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
