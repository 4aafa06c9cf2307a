//! In which wave each write is: by what it does to access, and users who make the same move together.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::pieces::Sorter;
use super::{Preference, Stage};
use crate::model::{RoleName, Snapshot};
use crate::plan::diff::depth_of;
use crate::plan::operation::Operation;

/// What tells waves of moves apart, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct MoveKey {
    after: usize,
    to_depth: Reverse<Option<usize>>,
    from_depth: Option<usize>,
    class: Option<(Option<RoleName>, Option<RoleName>)>,
}

impl Sorter<'_> {
    /// In which wave each piece is: by stage, and the moves of one kind together.
    pub(super) fn waves(&self, pieces: &[(Stage, Operation)]) -> Vec<u32> {
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
                        Some(depth_of(role, &state.roles, known))
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
