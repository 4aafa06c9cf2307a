//! In which order a plan's writes are done, so that nobody gains in between what neither state gives them.
//!
//! What only takes away comes first, what only gives comes last, and what does both is split in two, wherever the
//! product allows the state in between. What cannot be split stands between the two: a user's role, a role's
//! superior, records that change hands. Those are done one after the other, users who make the same move together,
//! because what they do to each other in between cannot be told from here; `policy::interim` looks.
//!
//! Access only grows with what is granted. So before the middle nobody has more than before the plan, and after it
//! nobody has more than after the plan.
//!
//! Writes of one wave have no order but that of their references: what is referred to is made first, and references
//! go before what they point at.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use super::meet::{Meet, Shift};
use super::operation::{Edit, Object, Operation};
use super::overlay::Heirs;
use super::references::{references_after, references_before};
use crate::model::{
    DefaultAccess, Group, GroupName, Identity, Members, ModuleName, Principal, Profile, Role, RoleName,
    RuleAccess, Snapshot, UserName,
};
use crate::system::{Constraint, System};

/// When a step's turn comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// What it does to access, which says where in the order it belongs.
    pub stage: Stage,
    /// The wave: a step waits for all steps of earlier waves that could matter to it, see [`Turn::waits_for_wave_of`].
    pub wave: u32,
    /// Steps, by their places in the plan, without which this one cannot be done.
    pub after: Vec<u32>,
    /// The module whose records are all that the step is about; `None` where it may be about any.
    pub module: Option<ModuleName>,
}

impl Turn {
    /// The turn of a step of a difference that nobody applies.
    pub(super) fn only() -> Self {
        Self {
            stage: Stage::Move,
            wave: 0,
            after: Vec::new(),
            module: None,
        }
    }

    /// Whether a step of this turn must not begin before one of an earlier wave is done. What is about the sharing of
    /// one module cannot add to what is about another's.
    pub fn waits_for_wave_of(&self, other: &Self) -> bool {
        let together = match (&self.module, &other.module) {
            (Some(own), Some(other)) => own == other,
            (_, _) => true,
        };
        self.wave > other.wave && together
    }
}

/// What comes first where a plan both takes away and gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preference {
    /// What is taken away: nobody gains in between, some may be without for a moment.
    #[default]
    RevokesFirst,
    /// What is given: nobody is without in between, some may have both for a moment.
    GrantsFirst,
}

impl Preference {
    /// The id used in machine formats.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RevokesFirst => "revokes_first",
            Self::GrantsFirst => "grants_first",
        }
    }
}

/// What a write does to access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Names change; everything after speaks the new ones.
    Rename,
    /// It makes something that grants nobody anything yet.
    Prepare,
    /// It only takes away.
    Revoke,
    /// It cannot be told what it takes and what it gives.
    Move,
    /// It only gives.
    Grant,
}

impl Stage {
    /// The id used in machine formats.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rename => "rename",
            Self::Prepare => "prepare",
            Self::Revoke => "revoke",
            Self::Move => "move",
            Self::Grant => "grant",
        }
    }
}

/// Puts the operations of a diff in order, splits them where that matters, and says what waits for what.
///
/// `base` is the live state after the renames, `desired` the state that the operations lead to.
pub(super) fn order(
    system: &System,
    base: &Snapshot,
    desired: &Snapshot,
    heirs: &Heirs,
    operations: Vec<Operation>,
    preference: Preference,
) -> Vec<(Operation, Turn)> {
    let sorter = Sorter {
        system,
        base,
        desired,
        preference,
        heirs: heirs.groups.values().flatten().collect(),
        changes_groups: operations.iter().any(|operation| {
            matches!(
                operation,
                Operation::Group(Edit::Create { .. } | Edit::Update { .. })
            )
        }),
    };
    let moves = operations.iter().filter(|each| sorter.is_move(each)).count();
    // One write that takes and gives is safe between the two others: what it takes is taken when it gives.
    let splits = moves > 1 && preference == Preference::RevokesFirst;
    let mut pieces: Vec<(Stage, Operation)> = Vec::with_capacity(operations.len());
    for operation in operations {
        sorter.pieces(operation, splits, &mut pieces);
    }
    let mut needs = sorter.demanded(&pieces);
    needs.extend(one_after_the_other(&pieces));
    let waves = sorter.waves(&pieces);
    in_turn(system, pieces, waves, needs)
}

struct Sorter<'a> {
    system: &'a System,
    base: &'a Snapshot,
    desired: &'a Snapshot,
    preference: Preference,
    /// Who takes over records.
    heirs: BTreeSet<&'a Principal>,
    /// Whether the plan makes or changes groups.
    changes_groups: bool,
}

impl Sorter<'_> {
    /// Whether an operation both takes and gives, or cannot be told.
    fn is_move(&self, operation: &Operation) -> bool {
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
    fn pieces(&self, operation: Operation, splits: bool, pieces: &mut Vec<(Stage, Operation)>) {
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
            other => pieces.push((self.stage(&other), other)),
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

    /// The stage of an operation that is not split.
    fn stage(&self, operation: &Operation) -> Stage {
        match operation {
            Operation::Profile(edit) => edit.stage(self),
            Operation::Role(edit) => edit.stage(self),
            Operation::Group(edit) => edit.stage(self),
            Operation::SetDefault {
                module,
                before,
                after,
            } => self.stage_of_default(module, *before, *after),
            Operation::SetRule { before, after, .. } => match before {
                Some(before) if opens(*after) <= opens(*before) => Stage::Revoke,
                Some(_) | None => Stage::Grant,
            },
            Operation::DeleteRule { .. } => Stage::Revoke,
            Operation::AssignRole { before, after, .. } => match (before, after) {
                (_, None) => Stage::Revoke,
                (None, Some(_)) => Stage::Grant,
                (Some(_), Some(_)) => Stage::Move,
            },
        }
    }

    /// A default that opens more may end the effect of rules, and one that opens less may bring rules to have one.
    fn stage_of_default(
        &self,
        module: &ModuleName,
        before: Option<DefaultAccess>,
        after: DefaultAccess,
    ) -> Stage {
        let definition = self.system.definition();
        let kind = definition
            .sharing
            .as_ref()
            .and_then(|sharing| sharing.defaults.as_ref());
        let Some(before) = before.or(kind.map(|kind| kind.usual)) else {
            return Stage::Move;
        };
        let only_under = &definition.access.rules.only_under_defaults;
        let count = |default| only_under.is_empty() || only_under.contains(&default);
        let most = || {
            let states = [self.base, self.desired];
            let rules = states.iter().flat_map(|state| &state.sharing.rules);
            let rules = rules.filter(|(rule, _)| self.system.sharing_of(&rule.module) == module);
            rules.map(|(_, access)| opens(*access)).max()
        };
        let rules_open_more_than =
            |default: DefaultAccess| most().is_some_and(|most| most > default_opens(default));
        if after >= before {
            let ends = count(before) && !count(after) && rules_open_more_than(after);
            if ends { Stage::Move } else { Stage::Grant }
        } else {
            let begins = !count(before) && count(after) && rules_open_more_than(before);
            if begins { Stage::Move } else { Stage::Revoke }
        }
    }

    /// In which wave each piece is: by stage, and the moves of one kind together.
    fn waves(&self, pieces: &[(Stage, Operation)]) -> Vec<u32> {
        // What is made before it is used shares a wave with what comes first.
        let rank = |stage: Stage| match (stage, self.preference) {
            (Stage::Rename, _) => 0,
            (Stage::Prepare, _)
            | (Stage::Revoke, Preference::RevokesFirst)
            | (Stage::Grant, Preference::GrantsFirst) => 1,
            (Stage::Move, _) => 2,
            (Stage::Grant, Preference::RevokesFirst) | (Stage::Revoke, Preference::GrantsFirst) => 3,
        };
        let mut depths = BTreeMap::new();
        let mut keys: Vec<(u8, MoveKey)> = Vec::with_capacity(pieces.len());
        // Moves keep the order in which the diff has them; users among them come in groups.
        let mut before_users = 0;
        for (at, (stage, operation)) in pieces.iter().enumerate() {
            let key = match (stage, operation) {
                (Stage::Move, Operation::AssignRole { before, after, .. }) => {
                    let mut depth = |role: &Option<RoleName>, state: &Snapshot, which: bool| {
                        let role = role.as_ref()?;
                        let known: &mut BTreeMap<RoleName, usize> = depths.entry(which).or_default();
                        Some(super::diff::depth_of(role, &state.roles, known))
                    };
                    MoveKey {
                        after: before_users + 1,
                        // Whoever moves down leaves before anyone moves up, and the lowest go first.
                        to_depth: Reverse(depth(after, self.desired, true)),
                        from_depth: depth(before, self.base, false),
                        class: Some((before.clone(), after.clone())),
                    }
                }
                (Stage::Move, _) => {
                    // Users follow the last move before them.
                    before_users = 2 * (at + 1);
                    MoveKey {
                        after: before_users,
                        to_depth: Reverse(None),
                        from_depth: None,
                        class: None,
                    }
                }
                (Stage::Rename | Stage::Prepare | Stage::Revoke | Stage::Grant, _) => MoveKey::default(),
            };
            keys.push((rank(*stage), key));
        }
        let mut order: Vec<usize> = (0..pieces.len()).collect();
        order.sort_by(|a, b| keys[*a].cmp(&keys[*b]));
        let mut waves = vec![0; pieces.len()];
        let mut wave = 0;
        for (at, piece) in order.iter().enumerate() {
            if at > 0 && keys[*piece] != keys[order[at - 1]] {
                wave += 1;
            }
            waves[*piece] = wave;
        }
        waves
    }
}

impl Sorter<'_> {
    /// What products demand beyond references, as pairs of a piece and what it needs: whoever gets a role that may not
    /// be in groups leaves them first, and whoever loses it joins afterwards; a group takes another in only when that
    /// has let go of what would close a circle.
    fn demanded(&self, pieces: &[(Stage, Operation)]) -> Vec<(usize, usize)> {
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

/// What tells waves of moves apart, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct MoveKey {
    after: usize,
    to_depth: Reverse<Option<usize>>,
    from_depth: Option<usize>,
    class: Option<(Option<RoleName>, Option<RoleName>)>,
}

/// An edit whose stage follows from its kind.
trait Staged {
    fn stage(&self, sorter: &Sorter<'_>) -> Stage;
}

impl Staged for Edit<Profile> {
    fn stage(&self, _sorter: &Sorter<'_>) -> Stage {
        match self {
            Self::Rename { .. } => Stage::Rename,
            // Nobody has it yet.
            Self::Create { .. } => Stage::Prepare,
            // No role has it any more.
            Self::Delete { .. } => Stage::Grant,
            Self::Update { .. } => Stage::Move,
        }
    }
}

impl Staged for Edit<Role> {
    fn stage(&self, _sorter: &Sorter<'_>) -> Stage {
        match self {
            Self::Rename { .. } => Stage::Rename,
            // Nobody holds it yet.
            Self::Create { .. } => Stage::Prepare,
            // Whoever holds it gets its heir.
            Self::Delete { .. } | Self::Update { .. } => Stage::Move,
        }
    }
}

impl Staged for Edit<Group> {
    fn stage(&self, _sorter: &Sorter<'_>) -> Stage {
        match self {
            Self::Rename { .. } => Stage::Rename,
            Self::Create { .. } => Stage::Grant,
            Self::Delete { heir: None, .. } => Stage::Revoke,
            // Its records change hands.
            Self::Delete { heir: Some(_), .. } | Self::Update { .. } => Stage::Move,
        }
    }
}

/// How much a rule opens: reading, writing, deleting.
fn opens(access: RuleAccess) -> u8 {
    match access {
        RuleAccess::Read => 1,
        RuleAccess::ReadWrite => 2,
        RuleAccess::ReadWriteDelete | RuleAccess::AsPermitted => 3,
    }
}

/// How much a default opens, on the same scale.
fn default_opens(access: DefaultAccess) -> u8 {
    match access {
        DefaultAccess::Private => 0,
        DefaultAccess::PublicRead => 1,
        DefaultAccess::PublicReadWrite => 2,
        DefaultAccess::PublicReadWriteDelete => 3,
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
fn one_after_the_other(pieces: &[(Stage, Operation)]) -> Vec<(usize, usize)> {
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
fn in_turn(
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
