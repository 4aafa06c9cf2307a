//! A tape of numbers that decide.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;

/// Numbers that are used up one by one; when there are no more, every further one is 0.
///
/// Every choice treats 0 as the plainest: false, the first, nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tape {
    numbers: Vec<u16>,
    at: usize,
}

/// A tape for one object.
pub(crate) fn tape() -> impl Strategy<Value = Tape> {
    vec(any::<u16>(), 0..40).prop_map(|numbers| Tape { numbers, at: 0 })
}

/// A tape for each object of a kind.
pub(crate) fn tapes(objects: usize) -> impl Strategy<Value = Vec<Tape>> {
    vec(tape(), 0..=objects)
}

impl Tape {
    fn next(&mut self) -> u16 {
        let number = self.numbers.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        number
    }

    /// A number below `limit`; 0 when there is none.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::from(self.next()) % limit.max(1)
    }

    /// True in `eighths` of eight cases.
    pub(crate) fn chance(&mut self, eighths: usize) -> bool {
        self.below(8) >= 8 - eighths
    }

    /// One of several; none only when there are none.
    pub(crate) fn pick<T: Clone>(&mut self, from: impl IntoIterator<Item = T>) -> Option<T> {
        let from: Vec<T> = from.into_iter().collect();
        let at = self.below(from.len());
        from.get(at).cloned()
    }

    /// One of several, or none.
    pub(crate) fn maybe<T: Clone>(&mut self, from: impl IntoIterator<Item = T>) -> Option<T> {
        if self.chance(4) { self.pick(from) } else { None }
    }

    /// At most `most` of several.
    pub(crate) fn some<T: Clone + Ord>(
        &mut self,
        most: usize,
        from: impl IntoIterator<Item = T>,
    ) -> BTreeSet<T> {
        let from: Vec<T> = from.into_iter().collect();
        let count = self.below(most + 1);
        (0..count)
            .filter_map(|_| self.pick(from.iter().cloned()))
            .collect()
    }
}
