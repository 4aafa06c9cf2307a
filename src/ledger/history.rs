//! What a ledger tells: applies one by one, and whether nothing was changed in it.

use std::collections::{BTreeMap, BTreeSet};

use super::event::{ApplyId, Baseline, Ended, Event, Result as Ending, Started, StepOutcome, StepResult};
use super::{Entry, Line};
use crate::model::Digest;

/// One apply, from its events.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Which one.
    pub apply: ApplyId,
    /// When it began.
    pub at: jiff::Timestamp,
    /// How it began.
    pub started: Started,
    /// What is known of each step that was tried, by number from 1.
    pub results: BTreeMap<u32, StepResult>,
    /// Steps that were being tried and of which nothing more was heard, from 1.
    pub unheard: BTreeSet<u32>,
    /// How it ended; none when it did not.
    pub ended: Option<Ended>,
}

impl Run {
    /// How many steps had an outcome.
    pub fn count(&self, outcome: StepOutcome) -> usize {
        self.results
            .values()
            .filter(|result| result.outcome == outcome)
            .count()
    }

    /// Whether everything was done, and reading again left nothing to do.
    pub fn is_done(&self) -> bool {
        self.ended
            .as_ref()
            .is_some_and(|ended| ended.result == Ending::Done)
    }

    /// Whether anything was done, or may have been.
    pub fn did_something(&self) -> bool {
        self.count(StepOutcome::Done) > 0 || !self.unknown().is_empty()
    }

    /// Steps of which it is not known whether they were done, from 1.
    pub fn unknown(&self) -> Vec<u32> {
        let unknown = self
            .results
            .values()
            .filter(|result| result.outcome == StepOutcome::Unknown);
        let all: BTreeSet<u32> = unknown
            .map(|result| result.step)
            .chain(self.unheard.iter().copied())
            .collect();
        all.into_iter().collect()
    }

    /// Steps that were not tried, from 1.
    pub fn not_tried(&self) -> Vec<u32> {
        let steps = 1..=u32::try_from(self.started.steps.len()).unwrap_or(u32::MAX);
        steps
            .filter(|step| !self.results.contains_key(step) && !self.unheard.contains(step))
            .collect()
    }
}

/// The applies of a ledger, in the order in which they began.
pub fn runs<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut by_id: BTreeMap<&ApplyId, usize> = BTreeMap::new();
    for entry in entries {
        let known = by_id.get(&entry.apply).and_then(|at| runs.get_mut(*at));
        match (&entry.event, known) {
            (Event::Started(started), _) => {
                by_id.insert(&entry.apply, runs.len());
                runs.push(Run {
                    apply: entry.apply.clone(),
                    at: entry.at,
                    started: (**started).clone(),
                    results: BTreeMap::new(),
                    unheard: BTreeSet::new(),
                    ended: None,
                });
            }
            (Event::Trying { steps }, Some(run)) => run.unheard.extend(steps),
            (Event::Results { results }, Some(run)) => {
                for result in results {
                    run.unheard.remove(&result.step);
                    run.results.insert(result.step, result.clone());
                }
            }
            (Event::Ended(ended), Some(run)) => run.ended = Some(ended.clone()),
            (Event::Trying { .. } | Event::Results { .. } | Event::Ended(_), None)
            | (Event::CutOff(_) | Event::Baseline(_), _) => {}
        }
    }
    runs
}

/// The applies that were taken back, by others that were done in full and were not taken back themselves.
pub fn taken_back(runs: &[Run]) -> BTreeSet<ApplyId> {
    let mut back: BTreeSet<ApplyId> = BTreeSet::new();
    // From the last to the first: whatever takes an apply back began after it.
    for run in runs.iter().rev().filter(|run| run.is_done()) {
        if let Some(undone) = run.started.undoes.as_ref().filter(|_| !back.contains(&run.apply)) {
            back.insert(undone.clone());
        }
    }
    back
}

/// What was on a deployment when that was last recorded.
pub fn last_baseline<'a>(
    entries: impl DoubleEndedIterator<Item = &'a Entry>,
    deployment: &str,
) -> Option<&'a Baseline> {
    entries.rev().find_map(|entry| match &entry.event {
        Event::Baseline(baseline) if baseline.deployment == deployment => Some(baseline),
        Event::Baseline(_)
        | Event::Started(_)
        | Event::Trying { .. }
        | Event::Results { .. }
        | Event::Ended(_)
        | Event::CutOff(_) => None,
    })
}

/// A ledger of which nothing is changed or missing, as far as that can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whole {
    /// How many lines it has.
    pub lines: usize,
    /// The hash of the last.
    pub head: Digest,
}

/// Where a ledger is not whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// A line does not follow the one before.
    #[error("line {line} does not follow line {before}: a line was changed, added or taken out", before = line - 1)]
    Chain {
        /// Which line, from 1.
        line: usize,
    },
    /// The first line says that others were before it.
    #[error("line 1 follows a line that is not there: the beginning was taken out")]
    Beginning,
    /// The head that was noted is the hash of no line.
    #[error("no line has the hash {head}: the end was cut off, or lines were changed")]
    Head {
        /// The head that was noted.
        head: Digest,
    },
}

/// Whether each line follows the one before. `head`, where it was noted, must be the hash of some line: later ones may
/// have been added since.
///
/// # Errors
/// The first place at which the ledger is not whole.
pub fn verify(lines: &[Line], head: Option<Digest>) -> Result<Whole, Broken> {
    let mut previous = Digest::ZERO;
    let mut found = head.is_none_or(|head| head == Digest::ZERO);
    for (at, line) in lines.iter().enumerate() {
        if line.entry.previous != previous {
            return Err(if at == 0 {
                Broken::Beginning
            } else {
                Broken::Chain { line: at + 1 }
            });
        }
        previous = Digest::of(line.text.as_bytes());
        found |= head == Some(previous);
    }
    match head {
        Some(head) if !found => Err(Broken::Head { head }),
        Some(_) | None => Ok(Whole {
            lines: lines.len(),
            head: previous,
        }),
    }
}
