//! More never means less: what can only add access takes nothing away from anyone.
//!
//! The document knows no denial. A right, a profile, a member, a rule, a mark as administrator, a group that becomes
//! active and the like can therefore only add. Not everything that sounds wider is among them: with a wider default
//! the rules of a module can lose their effect, a head takes a service over from the members only in a group that had
//! none before, and a role that moves leaves the superior it had.

use proptest::prelude::*;
use rolecall::model::Snapshot;
use rolecall::system::System;

use super::edits::Drawing;
use super::questions::questions;
use super::worlds::{snapshots, systems};
use crate::world::{CHEAP, Tape, holds_for, tape};

fn cases(system: &System) -> impl Strategy<Value = (Snapshot, Vec<Tape>)> + use<> {
    (snapshots(system), proptest::collection::vec(tape(), 3..12))
}

#[test]
fn more_never_means_less() {
    holds_for(&systems(), CHEAP, cases, |system, (before, tapes)| {
        let mut after = before.clone();
        for tape in tapes {
            let mut tape = tape.clone();
            let mut drawing = Drawing {
                system,
                tape: &mut tape,
            };
            drawing.add(&mut after);
        }
        for question in questions(system, before) {
            prop_assert!(
                !question.answer(system, before) || question.answer(system, &after),
                "yes before, no after: {question:?}\nafter: {after:#?}"
            );
        }
        Ok(())
    });
}
