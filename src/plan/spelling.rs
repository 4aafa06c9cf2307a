//! Finding an object by another spelling of its name, where the system takes both for one name.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::system::{Compare, System};

/// Names by their folded form. Empty for systems that compare exactly: there a name has one spelling.
pub(super) struct Spellings<'a, N>(HashMap<Cow<'a, str>, &'a N>);

impl<N> Default for Spellings<'_, N> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<'a, N: AsRef<str>> Spellings<'a, N> {
    /// Indexes names.
    pub(super) fn of(system: &System, names: impl Iterator<Item = &'a N>) -> Self {
        if system.definition().names.compare == Compare::Exact {
            return Self::default();
        }
        Self(names.map(|name| (system.fold(name.as_ref()), name)).collect())
    }

    /// The name that is the same as `name`, in the spelling it was indexed with.
    pub(super) fn find(&self, system: &System, name: &str) -> Option<&'a N> {
        if self.0.is_empty() {
            None
        } else {
            self.0.get(system.fold(name).as_ref()).copied()
        }
    }
}
