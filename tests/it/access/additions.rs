//! More never means less: what can only add access takes nothing away from anyone.
//!
//! The document knows no denial. A right, a profile, a member, a rule, a mark as administrator, a group that becomes
//! active and the like can therefore only add. Not everything that sounds wider is among them: with a wider default
//! the rules of a module can lose their effect, a head takes a service over from the members only in a group that had
//! none before, and a role that moves leaves the superior it had.

use proptest::prelude::*;
use rolecall::access::{Ability, Owner};
use rolecall::model::{Snapshot, UserName};
use rolecall::system::System;

use super::edits::Drawing;
use super::oracle;
use super::worlds::{abilities_spoken_of, snapshots, systems};
use crate::world::{CHEAP, Tape, holds_for, tape};

/// Everything that is to be asked about a state.
fn questions(system: &System, snapshot: &Snapshot) -> Vec<(UserName, Ability, Option<Owner>)> {
    let mut questions = Vec::new();
    for ability in abilities_spoken_of(system, snapshot) {
        let targets = match oracle::targets(system, snapshot, &ability) {
            Some(targets) => targets.into_iter().map(Some).collect(),
            None => vec![None],
        };
        for user in snapshot.users.keys() {
            let asked = targets
                .iter()
                .map(|target| (user.clone(), ability.clone(), target.clone()));
            questions.extend(asked);
        }
    }
    questions
}

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
        for (user, ability, target) in questions(system, before) {
            let may = |state: &Snapshot| {
                oracle::may(
                    system,
                    state,
                    &before.installation,
                    &user,
                    &ability,
                    target.as_ref(),
                )
            };
            prop_assert!(
                !may(before) || may(&after),
                "{user} could before: {ability} {target:?}\nafter: {after:#?}"
            );
        }
        Ok(())
    });
}
