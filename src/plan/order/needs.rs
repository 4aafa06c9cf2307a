//! What each write needs done before it, and an order in which that comes first.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use super::pieces::Sorter;
use super::{Preference, Stage, Turn};
use crate::model::{GroupName, Identity, Members, ModuleName, RoleName, UserName};
use crate::plan::operation::{Edit, Operation};
use crate::plan::references::{references_after, references_before};
use crate::system::{Constraint, System};

impl Sorter<'_> {
    /// What products demand beyond references, as pairs of a piece and what it needs: whoever gets a role that may not
    /// be in groups leaves them first, and whoever loses it joins afterwards; a group takes another in only when that
    /// has let go of what would close a circle.
    pub(super) fn demanded(&self, pieces: &[(Stage, Operation)]) -> Vec<(usize, usize)> {
        let mut needs = Vec::new();
        if self.system.has(Constraint::SuperRoleNotInGroups) {
            self.demanded_by_roles(pieces, &mut needs);
        }
        if self.preference == Preference::GrantsFirst {
            self.demanded_by_nesting(pieces, &mut needs);
        }
        needs
    }

    fn demanded_by_roles(&self, pieces: &[(Stage, Operation)], needs: &mut Vec<(usize, usize)>) {
        let is_super = |role: &Option<RoleName>| {
            let roles = &self.system.definition().access.super_roles;
            role.as_ref().is_some_and(|role| roles.contains(role))
        };
        let mut gets: BTreeMap<&UserName, usize> = BTreeMap::new();
        let mut loses: BTreeMap<&UserName, usize> = BTreeMap::new();
        for (at, (_, operation)) in pieces.iter().enumerate() {
            match operation {
                Operation::AssignRole { user, after, .. } if is_super(after) => {
                    gets.insert(user, at);
                }
                Operation::AssignRole { user, before, .. } if is_super(before) => {
                    loses.insert(user, at);
                }
                // Its users get the heir.
                Operation::Role(Edit::Delete { name, heir, .. }) if is_super(heir) => {
                    let users = self.base.users.iter();
                    let users = users.filter(|(_, user)| user.role.as_ref() == Some(name));
                    gets.extend(users.map(|(user, _)| (user, at)));
                }
                Operation::Role(_)
                | Operation::AssignRole { .. }
                | Operation::Profile(_)
                | Operation::Group(_)
                | Operation::SetDefault { .. }
                | Operation::SetRule { .. }
                | Operation::DeleteRule { .. } => {}
            }
        }
        if gets.is_empty() && loses.is_empty() {
            return;
        }
        let nobody = Members::default();
        for (at, (_, operation)) in pieces.iter().enumerate() {
            let (before, after) = match operation {
                Operation::Group(Edit::Create { after, .. }) => (&nobody, &after.members),
                Operation::Group(Edit::Update { before, after, .. }) => (&before.members, &after.members),
                Operation::Group(Edit::Delete { before, .. }) => (&before.members, &nobody),
                Operation::Group(Edit::Rename { .. })
                | Operation::Profile(_)
                | Operation::Role(_)
                | Operation::SetDefault { .. }
                | Operation::SetRule { .. }
                | Operation::DeleteRule { .. }
                | Operation::AssignRole { .. } => continue,
            };
            let leaves = before.users.difference(&after.users);
            needs.extend(leaves.filter_map(|user| Some((*gets.get(user)?, at))));
            let joins = after.users.difference(&before.users);
            needs.extend(joins.filter_map(|user| Some((at, *loses.get(user)?))));
        }
    }

    fn demanded_by_nesting(&self, pieces: &[(Stage, Operation)], needs: &mut Vec<(usize, usize)>) {
        let mut releases = Vec::new();
        let mut takes = Vec::new();
        for (at, (_, operation)) in pieces.iter().enumerate() {
            if let Operation::Group(Edit::Update { name, before, after }) = operation {
                let (old, new) = (&before.members.groups, &after.members.groups);
                if !old.is_subset(new) {
                    releases.push((at, name));
                }
                takes.extend(new.difference(old).map(|nested| (at, name, nested)));
            }
        }
        for (at, taker, nested) in takes {
            if self.contains(nested, taker) {
                let others = releases.iter().filter(|(_, name)| *name != taker);
                needs.extend(others.map(|(release, _)| (at, *release)));
            }
        }
    }

    /// Whether a group is now in another, directly or further in.
    fn contains(&self, outer: &GroupName, inner: &GroupName) -> bool {
        let mut seen = BTreeSet::new();
        let mut open = vec![outer];
        while let Some(name) = open.pop() {
            if name == inner {
                return true;
            }
            if seen.insert(name) {
                let group = self.base.groups.get(name);
                open.extend(group.into_iter().flat_map(|group| &group.members.groups));
            }
        }
        false
    }
}

/// The module whose records are all that an operation is about.
fn module_of(system: &System, operation: &Operation) -> Option<ModuleName> {
    match operation {
        Operation::SetDefault { module, .. } => Some(system.sharing_of(module).clone()),
        Operation::SetRule { rule, .. } | Operation::DeleteRule { rule, .. } => {
            Some(system.sharing_of(&rule.module).clone())
        }
        Operation::Profile(_) | Operation::Role(_) | Operation::Group(_) | Operation::AssignRole { .. } => {
            None
        }
    }
}

/// Writes to one object, each of which needs the one before it.
pub(super) fn one_after_the_other(pieces: &[(Stage, Operation)]) -> Vec<(usize, usize)> {
    let mut last: BTreeMap<Identity, usize> = BTreeMap::new();
    let mut needs = Vec::new();
    for (at, (stage, operation)) in pieces.iter().enumerate() {
        // Renames come first in any case, and an old name may be another object's afterwards.
        if *stage != Stage::Rename {
            let before = last.insert(operation.identity(), at);
            needs.extend(before.map(|before| (at, before)));
        }
    }
    needs
}

/// Finds what each piece needs done before it, and puts all in an order in which that comes first.
pub(super) fn in_turn(
    system: &System,
    pieces: Vec<(Stage, Operation)>,
    mut waves: Vec<u32>,
    more_needs: Vec<(usize, usize)>,
) -> Vec<(Operation, Turn)> {
    let mut makes: BTreeMap<Identity, usize> = BTreeMap::new();
    let mut ends: BTreeMap<Identity, usize> = BTreeMap::new();
    for (at, (_, operation)) in pieces.iter().enumerate() {
        if operation.creates() {
            makes.insert(operation.identity(), at);
        }
        if operation.deletes() {
            ends.insert(operation.identity(), at);
        }
    }
    let mut needs: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); pieces.len()];
    let mut last_rename: Option<usize> = None;
    for (at, (stage, operation)) in pieces.iter().enumerate() {
        if *stage == Stage::Rename {
            // A name may be free only after the rename before.
            needs[at].extend(last_rename.replace(at));
            continue;
        }
        for referred in references_after(operation) {
            needs[at].extend(makes.get(&referred).filter(|made| **made != at));
        }
        if ends.is_empty() {
            continue;
        }
        for referred in references_before(operation) {
            if let Some(end) = ends.get(&referred).filter(|end| **end != at) {
                needs[*end].insert(at);
            }
        }
    }
    for (at, need) in more_needs {
        needs[at].insert(need);
    }
    raise(&needs, &mut waves);
    let order = first_possible(&needs, &waves);
    let mut place = vec![0_u32; pieces.len()];
    for (position, at) in order.iter().enumerate() {
        place[*at] = u32::try_from(position).unwrap_or(u32::MAX);
    }
    let mut pieces: Vec<Option<(Stage, Operation)>> = pieces.into_iter().map(Some).collect();
    let turns = order.into_iter().filter_map(|at| {
        let (stage, operation) = pieces[at].take()?;
        let mut after: Vec<u32> = needs[at].iter().map(|need| place[*need]).collect();
        after.sort_unstable();
        let turn = Turn {
            stage,
            wave: waves[at],
            after,
            module: module_of(system, &operation),
        };
        Some((operation, turn))
    });
    turns.collect()
}

/// Puts whatever needs a step of a later wave into that wave.
fn raise(needs: &[BTreeSet<usize>], waves: &mut [u32]) {
    let mut followers: Vec<Vec<usize>> = vec![Vec::new(); needs.len()];
    for (at, needs) in needs.iter().enumerate() {
        for need in needs {
            followers[*need].push(at);
        }
    }
    let mut open: Vec<usize> = (0..needs.len()).collect();
    while let Some(at) = open.pop() {
        for follower in &followers[at] {
            if waves[*follower] < waves[at] {
                waves[*follower] = waves[at];
                open.push(*follower);
            }
        }
    }
}

/// The order in which every piece comes after those it needs, as near to the given one as possible. A circle, which
/// no two valid states give, is cut where it is met.
fn first_possible(needs: &[BTreeSet<usize>], waves: &[u32]) -> Vec<usize> {
    let mut open: Vec<usize> = needs.iter().map(BTreeSet::len).collect();
    let mut followers: Vec<Vec<usize>> = vec![Vec::new(); needs.len()];
    for (at, needs) in needs.iter().enumerate() {
        for need in needs {
            followers[*need].push(at);
        }
    }
    let ready = (0..needs.len()).filter(|at| open[*at] == 0);
    let mut ready: BinaryHeap<Reverse<(u32, usize)>> = ready.map(|at| Reverse((waves[at], at))).collect();
    let mut order = Vec::with_capacity(needs.len());
    let mut done = vec![false; needs.len()];
    let mut next_cut = 0;
    while order.len() < needs.len() {
        let at = match ready.pop() {
            Some(Reverse((_, at))) => at,
            None => {
                while done[next_cut] {
                    next_cut += 1;
                }
                next_cut
            }
        };
        if std::mem::replace(&mut done[at], true) {
            continue;
        }
        order.push(at);
        for follower in &followers[at] {
            open[*follower] = open[*follower].saturating_sub(1);
            if open[*follower] == 0 && !done[*follower] {
                ready.push(Reverse((waves[*follower], *follower)));
            }
        }
    }
    order
}
