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

mod needs;
mod pieces;
mod stages;
mod waves;

use self::needs::{in_turn, one_after_the_other};
use self::pieces::Sorter;
use super::operation::{Edit, Operation};
use super::overlay::Heirs;
use crate::model::{ModuleName, Snapshot};
use crate::system::System;

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
