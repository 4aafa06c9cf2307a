//! A deployment that misbehaves once, wrapped around one that does not: for tests of what is built upon providers.
//!
//! Faults are counted by operations, from 1, in the order in which they are handed over. Everything else is passed on.
//! `rolecall` itself never makes one.

use std::collections::BTreeMap;
use std::str::FromStr;

use super::{DeploymentError, Read, Write};
use crate::model::{DefaultAccess, Members, Snapshot};
use crate::plan::{Edit, Object, Operation};

/// What goes wrong at one operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The process is killed before the operation is done.
    KillBefore,
    /// The process is killed after the operation is done, before the answer.
    KillAfter,
    /// The connection is cut before the operation is done.
    CutBefore,
    /// The connection is cut after the operation is done, before the answer.
    CutAfter,
    /// The deployment fails inside and does nothing.
    Answer500,
    /// The deployment says that it was done, and does nothing.
    Lie,
    /// Someone else changes the object first.
    SecondAdministrator,
    /// The deployment takes as long as a test wants: what would kill the process waits instead. Then it does it.
    Pause,
}

impl Fault {
    /// Every fault by which something goes wrong; after a pause nothing has.
    pub const ALL: [Self; 7] = [
        Self::KillBefore,
        Self::KillAfter,
        Self::CutBefore,
        Self::CutAfter,
        Self::Answer500,
        Self::Lie,
        Self::SecondAdministrator,
    ];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::KillBefore => "kill-before",
            Self::KillAfter => "kill-after",
            Self::CutBefore => "cut-before",
            Self::CutAfter => "cut-after",
            Self::Answer500 => "answer-500",
            Self::Lie => "lie",
            Self::SecondAdministrator => "second-administrator",
            Self::Pause => "pause",
        }
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let mut all = Self::ALL.into_iter().chain([Self::Pause]);
        let found = all.find(|fault| fault.as_str() == word);
        found.ok_or_else(|| format!("there is no fault `{word}`"))
    }
}

/// A deployment that misbehaves at one operation.
#[derive(Debug)]
pub struct Faulty<W> {
    inner: W,
    fault: Fault,
    /// How many operations are still to be passed on before it.
    left: Option<usize>,
    /// Ends the process, or waits.
    hook: fn(),
}

impl<W: Write> Faulty<W> {
    /// A deployment that misbehaves at the operation of this number, from 1. `hook` ends the process at once, or waits
    /// where the fault is a pause.
    pub fn new(inner: W, fault: Fault, number: usize, hook: fn()) -> Self {
        Self {
            inner,
            fault,
            left: number.checked_sub(1),
            hook,
        }
    }

    fn misbehave(&mut self, operation: &Operation) -> Result<(), DeploymentError> {
        let cut = |reason: &str| {
            Err(DeploymentError::Unanswered {
                place: "the deployment".to_owned(),
                reason: reason.to_owned(),
            })
        };
        match self.fault {
            Fault::KillBefore => {
                (self.hook)();
                Ok(())
            }
            Fault::KillAfter => {
                self.inner.perform(operation)?;
                (self.hook)();
                Ok(())
            }
            Fault::Pause => {
                (self.hook)();
                self.inner.perform(operation)
            }
            Fault::CutBefore => cut("the connection was cut"),
            Fault::CutAfter => {
                self.inner.perform(operation)?;
                cut("the connection was cut")
            }
            Fault::Answer500 => cut("status 500"),
            Fault::Lie => Ok(()),
            Fault::SecondAdministrator => {
                let state = self.inner.read()?;
                // Not every product has descriptions; then it is something else that changes.
                for other in other_changes(operation, &state) {
                    if self.inner.perform(&other).is_ok() {
                        break;
                    }
                }
                self.inner.perform(operation)
            }
        }
    }
}

impl<W: Write> Read for Faulty<W> {
    fn read(&mut self) -> Result<Snapshot, DeploymentError> {
        self.inner.read()
    }
}

impl<W: Write> Write for Faulty<W> {
    fn perform(&mut self, operation: &Operation) -> Result<(), DeploymentError> {
        match self.left {
            Some(0) => {
                self.left = None;
                self.misbehave(operation)
            }
            Some(left) => {
                self.left = Some(left - 1);
                self.inner.perform(operation)
            }
            None => self.inner.perform(operation),
        }
    }

    fn batch_size(&self) -> usize {
        self.inner.batch_size()
    }
}

/// What a second administrator may do to the object of an operation just before it, the first that is accepted.
fn other_changes(operation: &Operation, state: &Snapshot) -> Vec<Operation> {
    const TEXT: &str = "changed by someone else";
    let other = match operation {
        Operation::Profile(edit) => changed(edit, &state.profiles, |profile| {
            profile.description = TEXT.to_owned();
        })
        .map(Operation::Profile),
        Operation::Role(edit) => {
            changed(edit, &state.roles, |role| role.description = TEXT.to_owned()).map(Operation::Role)
        }
        Operation::Group(edit) => {
            let described = changed(edit, &state.groups, |group| group.description = TEXT.to_owned());
            let emptied = changed(edit, &state.groups, |group| group.members = Members::default());
            return described
                .into_iter()
                .chain(emptied)
                .map(Operation::Group)
                .collect();
        }
        Operation::SetDefault {
            module,
            before,
            after,
        } => {
            let others = DefaultAccess::ALL.into_iter();
            let mut others = others.filter(|access| access != after && Some(*access) != *before);
            others.next().map(|other| Operation::SetDefault {
                module: module.clone(),
                before: *before,
                after: other,
            })
        }
        // Taking the rule away, or making it first.
        Operation::SetRule { rule, before, after } => Some(match before {
            None => Operation::SetRule {
                rule: rule.clone(),
                before: None,
                after: *after,
            },
            Some(before) => Operation::DeleteRule {
                rule: rule.clone(),
                before: *before,
            },
        }),
        Operation::DeleteRule { rule, before } => Some(Operation::DeleteRule {
            rule: rule.clone(),
            before: *before,
        }),
        Operation::AssignRole { user, before, after } => {
            let mut roles = state.roles.keys();
            let other = roles.find(|role| Some(*role) != before.as_ref() && Some(*role) != after.as_ref());
            other.map(|other| Operation::AssignRole {
                user: user.clone(),
                before: before.clone(),
                after: Some(other.clone()),
            })
        }
    };
    other.into_iter().collect()
}

/// The object that an edit is about, changed; a new one is made before it.
fn changed<O: Object>(
    edit: &Edit<O>,
    objects: &BTreeMap<O::Name, O>,
    change: impl Fn(&mut O),
) -> Option<Edit<O>> {
    match edit {
        Edit::Create { name, after } => {
            let mut after = after.clone();
            change(&mut after);
            Some(Edit::Create {
                name: name.clone(),
                after,
            })
        }
        Edit::Update { name, .. } | Edit::Delete { name, .. } | Edit::Rename { from: name, .. } => {
            let before = objects.get(name)?.clone();
            let mut after = before.clone();
            change(&mut after);
            Some(Edit::Update {
                name: name.clone(),
                before,
                after,
            })
        }
    }
}
