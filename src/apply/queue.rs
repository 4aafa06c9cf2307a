//! Which steps of a plan can be done now. Pure: it is told what became of steps and decides nothing else.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::ModuleName;
use crate::plan::Step;

/// The steps of a plan that are still to do.
#[derive(Debug)]
pub(super) struct Queue<'p> {
    steps: &'p [Step],
    /// Steps that need this one.
    followers: Vec<Vec<u32>>,
    /// How many steps each still needs.
    needs: Vec<u32>,
    /// Steps that need nothing more but the end of earlier waves.
    ready: BTreeSet<usize>,
    /// Steps not done yet, by what they are about and wave.
    open: BTreeMap<Option<&'p ModuleName>, BTreeMap<u32, usize>>,
}

impl<'p> Queue<'p> {
    pub(super) fn new(steps: &'p [Step]) -> Self {
        let mut queue = Self {
            steps,
            followers: vec![Vec::new(); steps.len()],
            needs: vec![0; steps.len()],
            ready: BTreeSet::new(),
            open: BTreeMap::new(),
        };
        for (at, step) in steps.iter().enumerate() {
            for need in &step.turn.after {
                if let Some(followers) = queue.followers.get_mut(*need as usize) {
                    followers.push(u32::try_from(at).unwrap_or(u32::MAX));
                    queue.needs[at] += 1;
                }
            }
            if queue.needs[at] == 0 {
                queue.ready.insert(at);
            }
            let waves = queue.open.entry(step.turn.module.as_ref()).or_default();
            *waves.entry(step.turn.wave).or_default() += 1;
        }
        queue
    }

    /// Takes up to `most` steps that can be done now, in any order among themselves. None when nothing can go on.
    pub(super) fn take(&mut self, most: usize) -> Vec<usize> {
        let first = |module: Option<&ModuleName>| -> u32 {
            let waves = self.open.get(&module);
            waves
                .and_then(|waves| waves.keys().next())
                .copied()
                .unwrap_or(u32::MAX)
        };
        // What is about everything waits for everything; what is about one module for that and for everything.
        let everything = first(None);
        let anything = self.open.values().filter_map(|waves| waves.keys().next()).min();
        let anything = anything.copied().unwrap_or(u32::MAX);
        let bounds: BTreeMap<Option<&ModuleName>, u32> = self
            .open
            .keys()
            .map(|module| {
                let bound = match module {
                    None => anything,
                    Some(_) => everything.min(first(*module)),
                };
                (*module, bound)
            })
            .collect();
        let furthest = bounds.values().max().copied().unwrap_or(0);
        let mut taken = Vec::new();
        for at in &self.ready {
            let turn = &self.steps[*at].turn;
            // Steps are in the order of their waves.
            if taken.len() == most || turn.wave > furthest {
                break;
            }
            if bounds
                .get(&turn.module.as_ref())
                .is_some_and(|bound| turn.wave <= *bound)
            {
                taken.push(*at);
            }
        }
        for at in &taken {
            self.ready.remove(at);
        }
        taken
    }

    /// Says that a step is done. Steps that are never said to be done hold back those that need them.
    pub(super) fn done(&mut self, at: usize) {
        let turn = &self.steps[at].turn;
        if let Some(waves) = self.open.get_mut(&turn.module.as_ref())
            && let Some(count) = waves.get_mut(&turn.wave)
        {
            *count -= 1;
            if *count == 0 {
                waves.remove(&turn.wave);
            }
        }
        for follower in std::mem::take(&mut self.followers[at]) {
            let follower = follower as usize;
            self.needs[follower] -= 1;
            if self.needs[follower] == 0 {
                self.ready.insert(follower);
            }
        }
    }

    /// Puts a step back that is to be tried again.
    pub(super) fn again(&mut self, at: usize) {
        self.ready.insert(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{DefaultAccess, GroupName};
    use crate::plan::{Edit, Operation, Reason, Stage, Turn};

    fn step(wave: u32, after: &[u32], module: Option<&str>) -> Step {
        let turn = Turn {
            stage: Stage::Move,
            wave,
            after: after.to_vec(),
            module: module.map(ModuleName::from),
        };
        let operation = match module {
            Some(module) => Operation::SetDefault {
                module: module.into(),
                before: None,
                after: DefaultAccess::Private,
            },
            None => Operation::Group(Edit::Rename {
                from: GroupName::from("A"),
                to: GroupName::from("B"),
            }),
        };
        Step {
            operation,
            reason: Reason::Differs,
            place: None,
            turn,
        }
    }

    /// What is taken each time, when everything that is taken is done but `failing`.
    fn batches(steps: &[Step], most: usize, failing: &[usize]) -> Vec<Vec<usize>> {
        let mut queue = Queue::new(steps);
        let mut batches = Vec::new();
        loop {
            let batch = queue.take(most);
            if batch.is_empty() {
                return batches;
            }
            for at in batch.iter().filter(|at| !failing.contains(at)) {
                queue.done(*at);
            }
            batches.push(batch);
        }
    }

    #[test]
    fn waves_come_one_after_the_other() {
        let steps = [step(0, &[], None), step(0, &[], None), step(1, &[], None)];
        assert_eq!(batches(&steps, 9, &[]), [vec![0, 1], vec![2]]);
        assert_eq!(batches(&steps, 1, &[]), [vec![0], vec![1], vec![2]]);
    }

    #[test]
    fn a_failure_holds_back_later_waves_and_what_needs_it_but_not_the_rest() {
        let steps = [
            step(0, &[], None),
            step(0, &[0], None),
            step(0, &[], None),
            step(1, &[], None),
        ];
        assert_eq!(batches(&steps, 9, &[0]), [vec![0, 2]]);
    }

    #[test]
    fn what_is_about_one_module_waits_for_that_module_and_for_everything() {
        let steps = [
            step(0, &[], Some("Leads")),
            step(0, &[], Some("Accounts")),
            step(1, &[], Some("Leads")),
            step(1, &[], Some("Accounts")),
            step(2, &[], None),
        ];
        // Leads failed: Accounts goes on, and what is about everything does not.
        assert_eq!(batches(&steps, 9, &[0]), [vec![0, 1], vec![3]]);
        assert_eq!(batches(&steps, 9, &[]), [vec![0, 1], vec![2, 3], vec![4]]);
    }
}
