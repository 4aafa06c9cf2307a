use std::sync::atomic::AtomicBool;

use super::*;
use crate::deployment::embedded::Store;
use crate::deployment::{Fault, Faulty, Read};
use crate::ledger::{Holder, LedgerPlace};
use crate::manifest::shipped;
use crate::model::{Date, Group, GroupName};
use crate::plan::{Edit, Operation, Preference, Reason, Stage, Turn};
use crate::system::System;

fn create(name: &str, after: &[u32]) -> Step {
    Step {
        operation: Operation::Group(Edit::Create {
            name: GroupName::from(name),
            after: Group::default(),
        }),
        reason: Reason::Missing,
        place: None,
        turn: Turn {
            stage: Stage::Grant,
            wave: 0,
            after: after.to_vec(),
            module: None,
        },
    }
}

fn plan(steps: Vec<Step>) -> Plan {
    Plan {
        steps,
        unmanaged: Vec::new(),
        unchanged: 0,
        transferred_records: Vec::new(),
        today: Date::of(jiff::Timestamp::UNIX_EPOCH),
        expired: Vec::new(),
        expiring: Vec::new(),
        preference: Preference::default(),
        selected: None,
    }
}

/// What became of each step in the end, when a deployment misbehaves at one.
fn fates(steps: Vec<Step>, fault: Fault, number: usize, stopped: bool) -> (Vec<&'static str>, Outcome) {
    let system = System::new(shipped("berlicrm").expect("a shipped definition decodes"));
    let store = Store::in_memory(&system, &system.bare()).expect("a bare deployment");
    let mut faulty = Faulty::new(store, fault, number, || {});
    let folder = tempfile::tempdir().expect("a temporary folder");
    let place = LedgerPlace::File(folder.path().join("ledger.jsonl"));
    let holder = Holder {
        who: "anna".to_owned(),
        process: 7,
        since: jiff::Timestamp::UNIX_EPOCH,
    };
    let mut ledger = Ledger::open(&place, "local", &holder).expect("a new ledger");
    let mut record = Record {
        ledger: &mut ledger,
        apply: ApplyId::from("test"),
        clock: || jiff::Timestamp::UNIX_EPOCH,
    };
    let stop = AtomicBool::new(stopped);
    let outcome = execute(plan(steps), &mut faulty, &mut record, &stop, &mut |_| {});
    let words = outcome.steps.iter().map(|(_, fate)| match fate {
        Fate::Done => "done",
        Fate::Failed(_) => "failed",
        Fate::Unknown(_) => "unknown",
        Fate::NotTried => "not tried",
    });
    let words = words.collect();
    // What is said to be done is there.
    let state = faulty.read().expect("it can be read");
    for (step, fate) in &outcome.steps {
        let is_there = state_of(&step.operation, &state) == State::After;
        if fault != Fault::Lie {
            assert_eq!(is_there, matches!(fate, Fate::Done), "{:?}", step.operation);
        }
    }
    (words, outcome)
}

#[test]
fn what_surely_was_not_done_is_tried_again() {
    for fault in [Fault::CutBefore, Fault::Answer500] {
        let (fates, _) = fates(vec![create("A", &[]), create("B", &[0])], fault, 1, false);
        assert_eq!(fates, ["done", "done"], "{fault:?}");
    }
}

#[test]
fn what_was_done_without_an_answer_is_not_done_twice() {
    let (fates, _) = fates(
        vec![create("A", &[]), create("B", &[0])],
        Fault::CutAfter,
        1,
        false,
    );
    assert_eq!(fates, ["done", "done"]);
}

#[test]
fn a_failure_stops_only_what_needs_it() {
    let steps = vec![create("A", &[]), create("B", &[0]), create("C", &[])];
    let (fates, outcome) = fates(steps, Fault::SecondAdministrator, 1, false);
    assert_eq!(fates, ["failed", "not tried", "done"]);
    assert_eq!(outcome.not_tried(), [2]);
    assert!(!outcome.is_complete());
}

#[test]
fn nothing_is_begun_after_it_was_stopped() {
    let (fates, outcome) = fates(vec![create("A", &[])], Fault::Lie, 9, true);
    assert_eq!(fates, ["not tried"]);
    assert!(outcome.interrupted);
}
