//! Splitting writes into what they take away, what turns, and what they give.

use std::collections::BTreeSet;

use super::stages::Staged;
use super::{Preference, Stage};
use crate::model::{Group, GroupName, Members, Principal, Role, Snapshot};
use crate::plan::meet::{Meet, Shift};
use crate::plan::operation::{Edit, Object, Operation};
use crate::system::{Constraint, System};

pub(super) struct Sorter<'a> {
    pub(super) system: &'a System,
    pub(super) base: &'a Snapshot,
    pub(super) desired: &'a Snapshot,
    pub(super) preference: Preference,
    /// Who takes over records.
    pub(super) heirs: BTreeSet<&'a Principal>,
    /// Whether the plan makes or changes groups.
    pub(super) changes_groups: bool,
}

impl Sorter<'_> {
    /// Whether an operation both takes and gives, or cannot be told.
    pub(super) fn is_move(&self, operation: &Operation) -> bool {
        match operation {
            Operation::Profile(edit) => self.edit_is_move(edit),
            Operation::Role(edit) => self.moves_role(edit) || self.edit_is_move(edit),
            Operation::Group(edit) => self.edit_is_move(edit),
            Operation::SetDefault { .. }
            | Operation::SetRule { .. }
            | Operation::DeleteRule { .. }
            | Operation::AssignRole { .. } => self.stage(operation) == Stage::Move,
        }
    }

    fn edit_is_move<O: Object + Meet>(&self, edit: &Edit<O>) -> bool
    where
        Edit<O>: Staged,
    {
        match edit {
            Edit::Update { before, after, .. } => {
                matches!(before.shift(after, self.system), Shift::Both(_))
            }
            Edit::Create { .. } | Edit::Rename { .. } | Edit::Delete { .. } => {
                edit.stage(self) == Stage::Move
            }
        }
    }

    fn moves_role(&self, edit: &Edit<Role>) -> bool {
        matches!(edit, Edit::Update { before, after, .. } if before.reports_to != after.reports_to)
    }

    /// The operation, or the two or three that it is split into, each with its stage.
    pub(super) fn pieces(&self, operation: Operation, splits: bool, pieces: &mut Vec<(Stage, Operation)>) {
        match operation {
            Operation::Profile(Edit::Update { name, before, after }) => {
                self.split(splits, before, after, pieces, |before, after| {
                    Operation::Profile(Edit::Update {
                        name: name.clone(),
                        before,
                        after,
                    })
                });
            }
            Operation::Role(Edit::Update { name, before, after }) => {
                let update = |before, after| {
                    Operation::Role(Edit::Update {
                        name: name.clone(),
                        before,
                        after,
                    })
                };
                if !splits && before.reports_to != after.reports_to {
                    pieces.push((Stage::Move, update(before, after)));
                } else if splits && self.has_hinge(&before, &after) {
                    self.split_around_hinge(before, after, pieces, update);
                } else {
                    self.split(splits, before, after, pieces, update);
                }
            }
            Operation::Group(Edit::Update { name, before, after }) => {
                self.split(splits, before, after, pieces, |before, after| {
                    Operation::Group(Edit::Update {
                        name: name.clone(),
                        before,
                        after,
                    })
                });
            }
            Operation::Group(Edit::Create { name, after }) if self.is_heir(&name) && splits => {
                // Records come to it in the middle. Until what it grants is due, it is there and grants nothing.
                let shell = Group::default()
                    .with_the_rest_of(&after)
                    .meet(&after, self.system);
                let filled = shell == after;
                let filling = Edit::Update {
                    name: name.clone(),
                    before: shell.clone(),
                    after,
                };
                pieces.push((
                    Stage::Prepare,
                    Operation::Group(Edit::Create { name, after: shell }),
                ));
                if !filled {
                    pieces.push((Stage::Grant, Operation::Group(filling)));
                }
            }
            Operation::Group(Edit::Delete { name, before, heir }) if self.empties_first(&before) => {
                let emptied = Group {
                    members: Members::default(),
                    ..before.clone()
                };
                let emptying = Edit::Update {
                    name: name.clone(),
                    before,
                    after: emptied.clone(),
                };
                pieces.push((Stage::Revoke, Operation::Group(emptying)));
                let delete = Operation::Group(Edit::Delete {
                    name,
                    before: emptied,
                    heir,
                });
                pieces.push((self.stage(&delete), delete));
            }
            other @ (Operation::Profile(_)
            | Operation::Role(_)
            | Operation::Group(_)
            | Operation::SetDefault { .. }
            | Operation::SetRule { .. }
            | Operation::DeleteRule { .. }
            | Operation::AssignRole { .. }) => pieces.push((self.stage(&other), other)),
        }
    }

    /// Whether a group that goes must lose its members first: it may not go while it is someone's only group, and the
    /// group that they get instead comes later.
    fn empties_first(&self, group: &Group) -> bool {
        self.system.has(Constraint::NotOnlyGroupOfUser)
            && self.preference == Preference::RevokesFirst
            && self.changes_groups
            && !group.members.is_empty()
    }

    fn is_heir(&self, group: &GroupName) -> bool {
        self.heirs.contains(&Principal::Group(group.clone()))
    }

    fn split<O: Meet>(
        &self,
        splits: bool,
        before: O,
        after: O,
        pieces: &mut Vec<(Stage, Operation)>,
        update: impl Fn(O, O) -> Operation,
    ) {
        match before.shift(&after, self.system) {
            Shift::Same | Shift::Less => pieces.push((Stage::Revoke, update(before, after))),
            Shift::More => pieces.push((Stage::Grant, update(before, after))),
            Shift::Both(Some(between)) if splits => {
                pieces.push((Stage::Revoke, update(before, between.clone())));
                pieces.push((Stage::Grant, update(between, after)));
            }
            Shift::Both(_) => pieces.push((Stage::Move, update(before, after))),
        }
    }

    /// Whether a role changes in a way that no state in between can split: its superior is another one, or all of its
    /// profiles are where it may not be without.
    fn has_hinge(&self, before: &Role, after: &Role) -> bool {
        before.reports_to != after.reports_to || self.swaps_profiles(before, after)
    }

    fn swaps_profiles(&self, before: &Role, after: &Role) -> bool {
        before.profiles != after.profiles && !before.meet(after, self.system).may_be(self.system)
    }

    /// A role with a hinge: first it loses what can be taken, then the hinge turns, then it gets the rest.
    fn split_around_hinge(
        &self,
        before: Role,
        after: Role,
        pieces: &mut Vec<(Stage, Operation)>,
        update: impl Fn(Role, Role) -> Operation,
    ) {
        let swaps_profiles = self.swaps_profiles(&before, &after);
        let hinged = |role: &Role, like: &Role| Role {
            reports_to: like.reports_to.clone(),
            profiles: if swaps_profiles {
                like.profiles.clone()
            } else {
                role.profiles.clone()
            },
            ..role.clone()
        };
        let stays = hinged(&after, &before);
        match before.shift(&stays, self.system) {
            Shift::Same | Shift::Both(None) => pieces.push((Stage::Move, update(before, after))),
            Shift::Less => {
                pieces.push((Stage::Revoke, update(before, stays.clone())));
                pieces.push((Stage::Move, update(stays, after)));
            }
            Shift::More => {
                let turned = hinged(&before, &after);
                pieces.push((Stage::Move, update(before, turned.clone())));
                pieces.push((Stage::Grant, update(turned, after)));
            }
            Shift::Both(Some(between)) => {
                let turned = hinged(&between, &after);
                pieces.push((Stage::Revoke, update(before, between.clone())));
                pieces.push((Stage::Move, update(between, turned.clone())));
                pieces.push((Stage::Grant, update(turned, after)));
            }
        }
    }
}
