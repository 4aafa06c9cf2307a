//! Whether an operation was done, told from the state of a deployment.

use std::collections::BTreeMap;

use super::operation::{Edit, Object, Operation};
use crate::model::Snapshot;

/// How an object stands to an operation on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// As the operation finds it: it was not done.
    Before,
    /// As the operation leaves it: it was done.
    After,
    /// Neither: someone else was here.
    Otherwise,
}

/// How the object of an operation stands to it.
pub fn state_of(operation: &Operation, snapshot: &Snapshot) -> State {
    match operation {
        Operation::Profile(edit) => state_of_edit(edit, &snapshot.profiles),
        Operation::Role(edit) => state_of_edit(edit, &snapshot.roles),
        Operation::Group(edit) => state_of_edit(edit, &snapshot.groups),
        Operation::SetDefault {
            module,
            before,
            after,
        } => between(
            snapshot.sharing.defaults.get(module),
            before.as_ref(),
            Some(after),
        ),
        Operation::SetRule { rule, before, after } => {
            between(snapshot.sharing.rules.get(rule), before.as_ref(), Some(after))
        }
        Operation::DeleteRule { rule, before } => {
            between(snapshot.sharing.rules.get(rule), Some(before), None)
        }
        Operation::AssignRole { user, before, after } => match snapshot.users.get(user) {
            None => State::Otherwise,
            Some(user) => between(user.role.as_ref(), before.as_ref(), after.as_ref()),
        },
    }
}

fn between<T: PartialEq>(now: Option<&T>, before: Option<&T>, after: Option<&T>) -> State {
    if now == after {
        State::After
    } else if now == before {
        State::Before
    } else {
        State::Otherwise
    }
}

fn state_of_edit<O: Object>(edit: &Edit<O>, objects: &BTreeMap<O::Name, O>) -> State {
    match edit {
        Edit::Create { name, after } => between(objects.get(name), None, Some(after)),
        Edit::Update { name, before, after } => between(objects.get(name), Some(before), Some(after)),
        Edit::Delete { name, before, .. } => between(objects.get(name), Some(before), None),
        Edit::Rename { from, to } => match (objects.contains_key(from), objects.contains_key(to)) {
            (false, true) => State::After,
            (true, false) => State::Before,
            (true, true) | (false, false) => State::Otherwise,
        },
    }
}
