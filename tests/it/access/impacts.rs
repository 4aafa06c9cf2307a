//! An impact has lines exactly when someone gains or loses something, and every line comes from what differs.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use rolecall::access::{Access, Comparison, Direction, Impact, Line};
use rolecall::model::Identity;

use super::pairs::{self, Pair};
use super::worlds;
use crate::world::holds_for;

#[test]
fn have_lines_when_someone_gains_or_loses() {
    of_pairs(|comparison, impact, _| {
        for (direction, singly) in [
            (Direction::Gain, comparison.gained_singly()),
            (Direction::Loss, comparison.lost_singly()),
        ] {
            let lines: Vec<&Line> = impact
                .lines
                .iter()
                .filter(|line| line.direction == direction)
                .collect();
            prop_assert_eq!(lines.is_empty(), singly.is_empty(), "{:#?}\n{:#?}", lines, singly);
        }
        Ok(())
    });
}

#[test]
fn come_from_what_differs() {
    of_pairs(|comparison, impact, pair| {
        // Of a rule that is for someone below it is not found out how that user came to it. No system has that.
        let hierarchy = &comparison.after.system().definition().access.hierarchy;
        let shared = hierarchy.includes_shared;
        for line in &impact.lines {
            // What an installation has is no object that could be named.
            let installed = pair.before.installation != pair.after.installation;
            prop_assert!(
                installed || shared || !line.causes.is_empty(),
                "nothing causes {:?}",
                line
            );
            let idle = line.causes.iter().find(|cause| !differs(cause, pair));
            prop_assert!(idle.is_none(), "{:?} is as it was, for {:?}", idle, line);
        }
        Ok(())
    });
}

/// Runs a law over pairs of states of every system.
fn of_pairs(law: impl Fn(&Comparison<'_>, &Impact, &Pair) -> TestCaseResult) {
    holds_for(&worlds::systems(), 100, pairs::pairs, |system, pair| {
        let states = [&pair.before, &pair.after].map(|state| (state, &state.installation));
        let (before, after) = Access::pair(system, states, &mut |_| {});
        let comparison = Comparison::new(&before, &after, &BTreeMap::new());
        law(&comparison, &Impact::new(&comparison, None), pair)
    });
}

/// Whether an object is not the same in two states, or only in one of them.
fn differs(object: &Identity, Pair { before, after }: &Pair) -> bool {
    match object {
        Identity::Profile(name) => before.profiles.get(name) != after.profiles.get(name),
        Identity::Role(name) => before.roles.get(name) != after.roles.get(name),
        Identity::Group(name) => before.groups.get(name) != after.groups.get(name),
        Identity::SharingDefault(module) => {
            before.sharing.defaults.get(module) != after.sharing.defaults.get(module)
        }
        Identity::SharingRule(key) => before.sharing.rules.get(key) != after.sharing.rules.get(key),
        Identity::User(name) => before.users.get(name) != after.users.get(name),
    }
}
