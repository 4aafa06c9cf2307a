//! The law of the way back: what was applied and taken back was never there, apart from records and ids.

use std::collections::BTreeSet;

use proptest::prelude::*;
use rolecall::check::{Context, check};
use rolecall::deployment::embedded::Store;
use rolecall::deployment::{Read, Write};
use rolecall::ledger::{ApplyId, WayBack};
use rolecall::model::{Intent, Principal, PrincipalKind, Records, Snapshot};
use rolecall::plan::{BackError, BackNote, Preference, Recorded, back, ordered};
use rolecall::system::System;
use rolecall::text::{Code, Diagnostics, Severity};

use crate::world::{COSTLY, Change, Tape, changes, holds, tape, today};

/// A state without what does not come back.
fn comparable(mut state: Snapshot, notes: &[BackNote]) -> Snapshot {
    state.records = Records::default();
    state.role_ids.clear();
    for note in notes {
        if let BackNote::DefaultStays(module) = note {
            state.sharing.defaults.remove(module);
        }
    }
    state
}

/// Somebody who may get records and was there all along.
fn heir(system: &System, live: &Snapshot, desired: &Snapshot) -> Option<Principal> {
    let kind = system.definition().groups.as_ref();
    let allowed: BTreeSet<PrincipalKind> = kind.map(|kind| kind.transfer_to.clone()).unwrap_or_default();
    let users = live.users.keys().cloned().map(Principal::User);
    let groups = live
        .groups
        .keys()
        .filter(|name| desired.groups.contains_key(*name));
    let mut all = users.chain(groups.cloned().map(Principal::Group));
    all.find(|heir| allowed.contains(&heir.kind()))
}

/// Applies the first `done` steps, takes them back, and compares.
fn comes_back(
    system: &System,
    change: &Change,
    done: impl FnOnce(usize) -> usize,
    notes_expected: bool,
) -> Result<(), TestCaseError> {
    let Change {
        live,
        desired,
        renames,
        heirs,
    } = change;
    let mut store = Store::in_memory(system, live).expect("a valid state can be stored");
    let steps = ordered(system, live, desired, renames, heirs, Preference::RevokesFirst);
    for (operation, _) in &steps[..done(steps.len())] {
        store.perform(operation).expect("a plan is accepted");
    }
    let recorded = WayBack::new(ApplyId::from("1"), "local", [live, desired], renames, Vec::new());
    let recorded = Recorded {
        before: &recorded.before,
        after: &recorded.after,
        renames: &recorded.renames,
        transferred: &recorded.transferred,
    };
    let state = store.read().expect("a store can be read");
    let records_to = heir(system, live, desired);
    let found = back(system, &state, &recorded, records_to.as_ref(), today());
    let found = match found {
        Ok(found) => found,
        // What the product does not let go of when it was the first of its kind.
        Err(BackError::GroupsNeedHeir(_)) if records_to.is_none() => return Ok(()),
        Err(BackError::ProfileNeedsHeir(_)) if live.profiles.is_empty() => return Ok(()),
        Err(BackError::RoleNeedsHeir(_)) if live.roles.is_empty() => return Ok(()),
        Err(error) => return Err(TestCaseError::fail(format!("no way back: {error}"))),
    };
    let notes = &found.notes;
    if notes
        .iter()
        .any(|note| matches!(note, BackNote::MemberStays { .. }))
    {
        return Ok(());
    }
    let explained = |note: &BackNote| notes_expected || matches!(note, BackNote::DefaultStays(_));
    prop_assert!(notes.iter().all(explained), "{notes:?}");
    prop_assert_eq!(
        &comparable(found.overlay.desired.clone(), notes),
        &comparable(live.clone(), notes)
    );
    let intent = Intent::default();
    let mut refused = Diagnostics::default();
    let context = Context::new(system, &intent, &found.overlay, Some(&state), &state.installation);
    check(&context, &mut refused);
    if refused.has_errors() {
        let mut errors = refused.iter().filter(|found| found.severity == Severity::Error);
        // A user who was in no group cannot leave the first one.
        prop_assert!(
            errors.all(|error| error.code == Code::NotOnlyGroupOfUser),
            "{refused:?}"
        );
        return Ok(());
    }
    let backwards = ordered(
        system,
        &state,
        &found.overlay.desired,
        &found.overlay.renames,
        &found.overlay.heirs,
        Preference::RevokesFirst,
    );
    for (operation, _) in &backwards {
        let outcome = store.perform(operation);
        prop_assert!(
            outcome.is_ok(),
            "{operation:?}\nof {backwards:#?}\nwas refused: {}",
            outcome.unwrap_err()
        );
    }
    let state = store.read().expect("a store can be read");
    prop_assert_eq!(comparable(state.clone(), notes), comparable(live.clone(), notes));
    let again = back(system, &state, &recorded, records_to.as_ref(), today()).expect("there is a way back");
    prop_assert_eq!(again.overlay.desired, state);
    prop_assert!(again.overlay.renames.is_empty());
    Ok(())
}

#[test]
fn what_is_applied_and_taken_back_was_never_there() {
    holds(COSTLY, changes, |system, change| {
        comes_back(system, change, |steps| steps, false)
    });
}

#[test]
fn so_it_is_when_only_a_part_was_done() {
    let strategy = |system: &System| (changes(system), tape());
    holds(COSTLY, strategy, |system, (change, tape)| {
        let mut tape: Tape = tape.clone();
        comes_back(system, change, |steps| tape.below(steps + 1), true)
    });
}
