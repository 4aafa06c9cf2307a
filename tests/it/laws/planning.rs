//! The laws of the planner, without a deployment.

use proptest::prelude::*;
use rolecall::model::Snapshot;
use rolecall::plan::{Heirs, Renames, diff, replay};

use crate::world::{CHEAP, changes, holds, snapshots};

#[test]
fn a_state_does_not_differ_from_itself() {
    holds(CHEAP, snapshots, |system, state| {
        let operations = diff(system, state, state, &Renames::default(), &Heirs::default());
        prop_assert_eq!(operations, vec![]);
        Ok(())
    });
}

#[test]
fn what_a_diff_says_leads_from_one_state_to_the_other() {
    holds(CHEAP, changes, |system, change| {
        let mut state = change.live.clone();
        for operation in diff(
            system,
            &change.live,
            &change.desired,
            &change.renames,
            &change.heirs,
        ) {
            replay(&mut state, &operation);
        }
        prop_assert_eq!(&state, &change.desired);
        Ok(())
    });
}

#[test]
fn a_diff_is_the_same_every_time() {
    holds(CHEAP, changes, |system, change| {
        let again = || {
            diff(
                system,
                &change.live,
                &change.desired,
                &change.renames,
                &change.heirs,
            )
        };
        let first = again();
        for _ in 0..9 {
            prop_assert_eq!(&first, &again());
        }
        Ok(())
    });
}

#[test]
fn a_state_comes_back_from_json() {
    holds(CHEAP, snapshots, |_, state| {
        let text = serde_json::to_string(state).expect("a state can be written");
        let back: Snapshot = serde_json::from_str(&text).expect("a state that was written can be read");
        prop_assert_eq!(state, &back);
        Ok(())
    });
}
