use std::fs;

use super::*;

fn started(steps: usize) -> Event {
    let step = |number| PlannedStep {
        address: format!("group.G{number}"),
        action: "create".to_owned(),
    };
    Event::Started(Box::new(Started {
        deployment: "local".to_owned(),
        place: "local.db".to_owned(),
        system: "ucserver".to_owned(),
        who: "anna".to_owned(),
        rolecall: "0.1.0".to_owned(),
        revision: None,
        plan: Digest::of(b"plan"),
        allowed: Vec::new(),
        undoes: None,
        steps: (1..=steps).map(step).collect(),
    }))
}

fn result(step: u32, outcome: StepOutcome) -> StepResult {
    StepResult {
        step,
        outcome,
        answer: None,
    }
}

fn holder(who: &str) -> Holder {
    Holder {
        who: who.to_owned(),
        process: 7,
        since: jiff::Timestamp::UNIX_EPOCH,
    }
}

fn open(place: &LedgerPlace) -> Ledger {
    Ledger::open(place, "local", &holder("anna")).expect("it can be opened")
}

/// A ledger of one apply, in a folder of its own.
fn ledger(events: Vec<Event>) -> (tempfile::TempDir, LedgerPlace, Digest) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let place = LedgerPlace::File(folder.path().join("ledger.jsonl"));
    let mut ledger = open(&place);
    let mut head = Digest::ZERO;
    for event in events {
        head = ledger
            .append(jiff::Timestamp::UNIX_EPOCH, &ApplyId::from("first"), event)
            .expect("a line is kept");
    }
    (folder, place, head)
}

fn three() -> Vec<Event> {
    let done = Event::Results {
        results: vec![result(1, StepOutcome::Done)],
    };
    vec![started(3), Event::Trying { steps: vec![1, 2] }, done]
}

fn path(place: &LedgerPlace) -> &std::path::Path {
    match place {
        LedgerPlace::File(path) => path,
        LedgerPlace::Postgres(_) => unreachable!("these ledgers are files"),
    }
}

#[test]
fn what_was_written_is_whole_and_is_added_to() {
    let (_folder, place, head) = ledger(three());
    let lines = Ledger::read(&place).expect("it can be read");
    assert_eq!(verify(&lines, Some(head)), Ok(Whole { lines: 3, head }));
    let mut again = open(&place);
    let next = again
        .append(jiff::Timestamp::UNIX_EPOCH, &ApplyId::from("second"), started(0))
        .expect("a line is kept");
    let lines = Ledger::read(&place).expect("it can be read");
    assert_eq!(verify(&lines, Some(head)), Ok(Whole { lines: 4, head: next }));
}

#[test]
fn a_run_tells_what_is_known_of_each_step() {
    let (_folder, place, _) = ledger(three());
    let lines = Ledger::read(&place).expect("it can be read");
    let runs = runs(lines.iter().map(|line| &line.entry));
    assert_eq!(runs.len(), 1);
    assert_eq!(runs[0].count(StepOutcome::Done), 1);
    assert_eq!(runs[0].unknown(), [2]);
    assert_eq!(runs[0].not_tried(), [3]);
    assert_eq!(runs[0].ended, None);
}

#[test]
fn a_changed_line_shows() {
    let (_folder, place, _) = ledger(three());
    let text = fs::read_to_string(path(&place)).expect("text");
    fs::write(path(&place), text.replace("[1,2]", "[1,3]")).expect("written");
    let lines = Ledger::read(&place).expect("it can be read");
    assert_eq!(verify(&lines, None), Err(Broken::Chain { line: 3 }));
}

#[test]
fn a_missing_line_shows() {
    for (gone, broken) in [(0, Broken::Beginning), (1, Broken::Chain { line: 2 })] {
        let (_folder, place, _) = ledger(three());
        let text = fs::read_to_string(path(&place)).expect("text");
        let left: String = text
            .split_inclusive('\n')
            .enumerate()
            .filter(|(at, _)| *at != gone)
            .map(|(_, line)| line)
            .collect();
        fs::write(path(&place), left).expect("written");
        let lines = Ledger::read(&place).expect("it can be read");
        assert_eq!(verify(&lines, None), Err(broken));
    }
}

#[test]
fn an_end_that_was_cut_off_shows_by_the_head() {
    let (_folder, place, head) = ledger(three());
    let text = fs::read_to_string(path(&place)).expect("text");
    let left: String = text.split_inclusive('\n').take(2).collect();
    fs::write(path(&place), left).expect("written");
    let lines = Ledger::read(&place).expect("it can be read");
    assert!(verify(&lines, None).is_ok());
    assert_eq!(verify(&lines, Some(head)), Err(Broken::Head { head }));
}

#[test]
fn what_a_killed_writer_left_of_a_line_is_taken_off() {
    let (_folder, place, head) = ledger(three());
    let mut text = fs::read_to_string(path(&place)).expect("text");
    text.push_str("{\"format_version\":\"1.0\",\"prev");
    fs::write(path(&place), &text).expect("written");
    assert_eq!(Ledger::read(&place).expect("it can be read").len(), 3);
    let mut again = open(&place);
    again
        .append(jiff::Timestamp::UNIX_EPOCH, &ApplyId::from("second"), started(0))
        .expect("a line is kept");
    let lines = Ledger::read(&place).expect("it can be read");
    assert_eq!(lines.len(), 4);
    assert!(verify(&lines, Some(head)).is_ok());
}

#[test]
fn a_lock_is_held_by_one_and_says_by_whom() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("local.lock");
    let held = Lock::take(&path, "local", &holder("anna")).expect("it is free");
    let refused = Lock::take(&path, "local", &holder("ben")).expect_err("it is held");
    assert_eq!(
        refused.to_string(),
        "local is locked by anna (process 7) since 1970-01-01 00:00:00 UTC"
    );
    drop(held);
    Lock::take(&path, "local", &holder("ben")).expect("it is free again");
}

#[test]
fn two_that_add_at_the_same_time_do_not_write_over_each_other() {
    let (_folder, place, _) = ledger(three());
    let mut first = open(&place);
    let mut second = open(&place);
    for round in 0..3 {
        for (ledger, name) in [(&mut first, "first"), (&mut second, "second")] {
            let id = ApplyId::from(format!("{name} {round}"));
            ledger
                .append(jiff::Timestamp::UNIX_EPOCH, &id, started(0))
                .expect("a line is kept");
        }
    }
    let lines = Ledger::read(&place).expect("it can be read");
    assert_eq!(lines.len(), 9);
    assert!(verify(&lines, None).is_ok());
}
