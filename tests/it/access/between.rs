//! What anyone can do while a plan is being applied: at every state that can be met on the way, nobody has what
//! neither the state before nor the state after gives them, other than the plan says.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use rolecall::access::{Owner, Single};
use rolecall::model::{GroupName, Principal};
use rolecall::plan::{Edit, Operation, Preference, Reason, Step, Turn, ordered, replay};
use rolecall::policy::interim;
use rolecall::system::System;

use super::differences::{all, is_about_records};
use super::worlds;
use crate::world::{self, Change, Tape, holds_for, tapes};

/// States looked at for each plan: all of them where there are few, else as many drawn ones.
const STATES: usize = 10;

#[test]
fn nobody_gains_in_between_what_neither_side_gives() {
    let strategy = |system: &System| (world::changes(system), tapes(STATES));
    holds_for(&worlds::systems(), 16, strategy, |system, (change, tapes)| {
        judge(system, change, tapes)
    });
}

fn judge(system: &System, change: &Change, tapes: &[Tape]) -> TestCaseResult {
    let Change {
        live,
        desired,
        renames,
        heirs,
    } = change;
    let steps = ordered(system, live, desired, renames, heirs, Preference::RevokesFirst);
    let mut base = live.clone();
    renames.apply(&mut base);
    let writes: Vec<&(Operation, Turn)> = steps
        .iter()
        .filter(|(operation, _)| !operation.renames())
        .collect();
    let renamed = steps.len() - writes.len();
    let (had, mut has) = (all(system, &base), all(system, desired));
    hand_over(system, &heirs.groups, &mut has);
    let mut allowed = had;
    allowed.extend(has);
    let written: Vec<Step> = steps.iter().cloned().map(step).collect();
    let installation = &base.installation;
    let said = interim(
        system,
        installation,
        &base,
        desired,
        &written,
        Preference::RevokesFirst,
    );
    prop_assert_eq!(said.unknown, None);
    for done in reachable(&writes, renamed, tapes) {
        let mut state = base.clone();
        let mut gone = BTreeMap::new();
        for (at, (operation, _)) in writes.iter().enumerate() {
            if done.contains(&at) {
                replay(&mut state, operation);
                if let Operation::Group(Edit::Delete { name, heir, .. }) = operation {
                    gone.insert(name.clone(), heir.clone());
                }
            }
        }
        let mut can = all(system, &state);
        hand_over(system, &gone, &mut can);
        let comparable = |(_, ability, owner): &&Single| match owner {
            None | Some(Owner::User(_)) => true,
            // A new group owns nothing yet, and what one that goes owned is its heir's.
            Some(Owner::Group(group)) => {
                let lasts = desired.groups.contains_key(group);
                let is_handed_over = heirs_of(heirs, group) && is_about_records(system, ability);
                base.groups.contains_key(group) && (lasts || is_handed_over)
            }
        };
        let excess = can.difference(&allowed).filter(comparable);
        let excess: Vec<&Single> = excess
            .filter(|single| !said.gains.iter().any(|gain| gain.covers(single)))
            .collect();
        prop_assert!(excess.is_empty(), "after {done:?} of {writes:#?}\n{excess:?}");
    }
    Ok(())
}

fn step((operation, turn): (Operation, Turn)) -> Step {
    Step {
        operation,
        reason: Reason::Differs,
        place: None,
        turn,
    }
}

fn heirs_of(heirs: &rolecall::plan::Heirs, group: &GroupName) -> bool {
    heirs.groups.get(group).is_some_and(Option::is_some)
}

/// Records of a group that is gone are its heir's.
fn hand_over(system: &System, heirs: &BTreeMap<GroupName, Option<Principal>>, can: &mut BTreeSet<Single>) {
    for (group, heir) in heirs {
        let Some(heir) = heir.as_ref().and_then(Owner::of) else {
            continue;
        };
        let reached: Vec<Single> = can
            .iter()
            .filter(|(_, ability, owner)| owner.as_ref() == Some(&heir) && is_about_records(system, ability))
            .map(|(user, ability, _)| (user.clone(), ability.clone(), Some(Owner::Group(group.clone()))))
            .collect();
        can.extend(reached);
    }
}

/// Sets of steps that can be done when nothing else is: every step with all that it waits for.
fn reachable(writes: &[&(Operation, Turn)], renamed: usize, tapes: &[Tape]) -> BTreeSet<BTreeSet<usize>> {
    let mut found = BTreeSet::new();
    for tape in tapes {
        let mut tape = tape.clone();
        let mut done = BTreeSet::new();
        let many = tape.below(writes.len() + 1);
        while done.len() < many {
            let open: Vec<usize> = (0..writes.len())
                .filter(|at| !done.contains(at))
                .filter(|at| {
                    let turn = &writes[*at].1;
                    let needs = turn.after.iter().map(|need| *need as usize);
                    let mut needs = needs.filter(|need| *need >= renamed);
                    needs.all(|need| done.contains(&(need - renamed)))
                        && !writes
                            .iter()
                            .enumerate()
                            .any(|(other, (_, of))| turn.waits_for_wave_of(of) && !done.contains(&other))
                })
                .collect();
            assert!(!open.is_empty(), "after {done:?} nothing can go on: {writes:#?}");
            done.insert(open[tape.below(open.len())]);
            found.insert(done.clone());
        }
    }
    found
}
