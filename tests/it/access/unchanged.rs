//! What the rules do not speak of changes no access.
//!
//! Descriptions, varieties, lines, call groups, keys, monitor groups, who may be picked as an owner and how many
//! records there are say nothing about who may do what.

use proptest::prelude::*;
use rolecall::model::{Records, Snapshot};

use super::pairs::pairs;
use super::questions::questions;
use super::worlds::systems;
use crate::world::{COSTLY, holds_for};

/// Everything that the rules do not speak of, made plain.
fn plain(snapshot: &Snapshot) -> Snapshot {
    let mut plain = snapshot.clone();
    plain.records = Records::default();
    for role in plain.roles.values_mut() {
        role.description.clear();
        role.assign_records_to = None;
    }
    for profile in plain.profiles.values_mut() {
        profile.description.clear();
    }
    for group in plain.groups.values_mut() {
        group.description.clear();
        group.variety = None;
        group.line = None;
        group.call_group = None;
        group.monitor_groups.clear();
        group.keys.clear();
    }
    plain
}

#[test]
fn what_the_rules_do_not_speak_of_changes_nothing() {
    holds_for(&systems(), COSTLY, pairs, |system, pair| {
        for state in [&pair.before, &pair.after] {
            let plain = plain(state);
            for question in questions(system, state) {
                let answers = [state, &plain].map(|state| question.answer(system, state));
                prop_assert_eq!(answers[0], answers[1], "{:?}", question);
            }
        }
        Ok(())
    });
}
