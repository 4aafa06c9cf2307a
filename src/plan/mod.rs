//! From what is and what is wanted to an ordered, immutable plan. Pure: no IO.
//!
//! [`overlay()`] makes the desired state, [`diff()`] the writes that lead there, [`Plan::new`] puts both together
//! with reasons and places. Whether the desired state is allowed is judged by `check`.

mod back;
mod back_heirs;
mod back_restore;
mod change;
mod diff;
mod digest;
mod drift;
mod meet;
mod operation;
mod order;
mod overlay;
mod pattern;
mod people;
mod references;
mod removal;
mod rename;
mod rename_intent;
mod replay;
mod rights;
mod select;
mod settle;
mod spelling;
mod unmet;
mod wanted;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use back::{Back, BackError, BackNote, Recorded, back};
pub use change::{
    AttributeChange, ValueChange, authorisations_in_words, group_changes, profile_changes, role_changes,
};
pub use diff::diff;
pub use digest::{digests_at, rests_on, steps_digest};
pub use operation::{Edit, Object, Operation};
pub use order::{Preference, Stage, Turn};
pub use overlay::{Heirs, Overlay, Scope, overlay};
pub use pattern::{Pattern, Selection};
pub use people::{named_users, with_people};
pub use rename::Renames;
pub use replay::replay;
pub use select::{Need, Part, PulledIn, Selected, select};
pub use settle::{State, state_of};

use crate::model::{Date, Expiry, Identity, Intent, Kind, Principal, Snapshot};
use crate::system::System;
use crate::text::Span;

/// Why a step is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A manifest names it and the deployment does not have it.
    Missing,
    /// The deployment has it otherwise than the manifests say.
    Differs,
    /// A manifest gives it another name.
    Renamed,
    /// A manifest removes it.
    Removed,
    /// No manifest names it, and the project owns everything of its kind.
    NotNamed,
    /// It refers to something that is removed.
    ReferredToRemoved,
    /// Its last day is over.
    Expired,
    /// It was so before an apply that is taken back.
    Restored,
}

impl Reason {
    /// The id used in machine formats.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Differs => "differs",
            Self::Renamed => "renamed",
            Self::Removed => "removed",
            Self::NotNamed => "not_named",
            Self::ReferredToRemoved => "referred_to_removed",
            Self::Expired => "expired",
            Self::Restored => "restored",
        }
    }
}

/// One step of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What is written.
    pub operation: Operation,
    /// Why.
    pub reason: Reason,
    /// The manifest place that asked for it; none when it follows from another step.
    pub place: Option<Span>,
    /// When its turn comes.
    pub turn: Turn,
}

/// An immutable, complete and ordered plan. Applying it leaves no choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The steps in order.
    pub steps: Vec<Step>,
    /// Objects on the deployment that no manifest names and that are left alone.
    pub unmanaged: Vec<Identity>,
    /// How many objects are as they should be, users included and unmanaged ones not.
    pub unchanged: usize,
    /// Records that change hands with each deleted group, by group.
    pub transferred_records: Vec<(Principal, u64)>,
    /// The day for which the plan was made.
    pub today: Date,
    /// What the plan takes away because its last day is over: members by group and kind, then rules.
    pub expired: Vec<Expiry>,
    /// What has its last day within [`NOTICE_DAYS`], by that day.
    pub expiring: Vec<Expiry>,
    /// What comes first where it both takes away and gives.
    pub preference: Preference,
    /// What was selected, when this is a part of what the manifests want.
    pub selected: Option<Selected>,
}

/// How many days ahead a plan says what expires.
pub const NOTICE_DAYS: i32 = 14;

impl Plan {
    /// The plan that turns `live` into the overlay's desired state.
    pub fn new(
        system: &System,
        live: &Snapshot,
        overlay: &Overlay,
        intent: &Intent,
        preference: Preference,
    ) -> Self {
        let intent = overlay.wanted(intent);
        let operations = ordered(
            system,
            live,
            &overlay.desired,
            &overlay.renames,
            &overlay.heirs,
            preference,
        );
        let touched: BTreeSet<Identity> = operations
            .iter()
            .map(|(operation, _)| operation.final_identity())
            .collect();
        let objects: usize = Kind::ALL.iter().map(|kind| overlay.desired.count(*kind)).sum();
        let changed = touched
            .iter()
            .filter(|identity| overlay.desired.has(identity))
            .count();
        let transferred_records = overlay.heirs.groups.keys().map(|name| {
            let owner = Principal::Group(name.clone());
            let count = live.records.owned_by(&owner);
            (owner, count)
        });
        let transferred_records = transferred_records.filter(|(_, count)| *count > 0).collect();
        let steps = operations
            .into_iter()
            .map(|(operation, turn)| explain(operation, turn, overlay, intent))
            .collect();
        let left_alone = |identity: &&Identity| overlay.desired.has(identity) && !touched.contains(*identity);
        let unmanaged: Vec<Identity> = overlay.unmanaged.iter().filter(left_alone).cloned().collect();
        // What a selection leaves out is not as it should be.
        let left_out = overlay.selected.iter().flat_map(|selected| &selected.left_out);
        let mut left_out: BTreeSet<&Identity> = left_out.collect();
        left_out.retain(|identity| overlay.desired.has(identity));
        let amiss = left_out.len() - unmanaged.iter().filter(|each| left_out.contains(each)).count();
        let (today, before) = (overlay.today, overlay.before(live));
        let (over, mut expiring): (Vec<Expiry>, Vec<Expiry>) = intent
            .expiries()
            .partition(|expiry| expiry.expires.is_over(today));
        let taken = |expiry: &Expiry| expiry.grant.is_in(before) && !expiry.grant.is_in(&overlay.desired);
        let expired = over.into_iter().filter(taken).collect();
        expiring.retain(|expiry| today.days_until(expiry.expires) <= NOTICE_DAYS);
        // Stable, so that what ends on one day stays in its order.
        expiring.sort_by_key(|expiry| expiry.expires);
        Self {
            steps,
            unchanged: objects.saturating_sub(changed + unmanaged.len() + amiss),
            unmanaged,
            transferred_records,
            today: overlay.today,
            expired,
            expiring,
            preference,
            selected: overlay.selected.clone(),
        }
    }

    /// The plan that turns `live` into a state that an apply found: every step restores something, and no manifest
    /// asked for it.
    pub fn back(system: &System, live: &Snapshot, overlay: &Overlay, preference: Preference) -> Self {
        let mut plan = Self::new(system, live, overlay, &Intent::default(), preference);
        for step in &mut plan.steps {
            step.reason = Reason::Restored;
        }
        plan
    }

    /// The difference between two states, whatever led to them. `intent` is what `right` came from, for the places of
    /// its lines; objects keep their names, so one that is renamed goes and comes.
    pub fn between(
        system: &System,
        left: &Snapshot,
        right: &Snapshot,
        intent: Option<&Intent>,
        today: Date,
    ) -> Self {
        let operations = diff(system, left, right, &Renames::default(), &Heirs::default());
        let objects: usize = Kind::ALL.iter().map(|kind| right.count(*kind)).sum();
        let steps: Vec<Step> = operations
            .into_iter()
            .map(|operation| {
                let identity = operation.final_identity();
                let reason = match (left.has(&identity), right.has(&identity)) {
                    (false, _) => Reason::Missing,
                    (true, true) => Reason::Differs,
                    (true, false) => Reason::Removed,
                };
                Step {
                    place: intent.and_then(|intent| intent.place(&identity)),
                    operation,
                    reason,
                    turn: Turn::only(),
                }
            })
            .collect();
        let touched: BTreeSet<Identity> = steps.iter().map(|step| step.operation.final_identity()).collect();
        let changed = touched.iter().filter(|identity| right.has(identity)).count();
        Self {
            steps,
            unmanaged: Vec::new(),
            unchanged: objects.saturating_sub(changed),
            transferred_records: Vec::new(),
            today,
            expired: Vec::new(),
            expiring: Vec::new(),
            preference: Preference::default(),
            selected: None,
        }
    }

    /// Whether a selection leaves changes out.
    pub fn is_incomplete(&self) -> bool {
        let selected = self.selected.as_ref();
        selected.is_some_and(|selected| !selected.left_out.is_empty())
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

/// The writes that turn `live` into `desired`, each when its turn comes: [`diff()`], split and ordered so that nobody
/// gains in between what neither state gives them.
pub fn ordered(
    system: &System,
    live: &Snapshot,
    desired: &Snapshot,
    renames: &Renames,
    heirs: &Heirs,
    preference: Preference,
) -> Vec<(Operation, Turn)> {
    let operations = diff(system, live, desired, renames, heirs);
    if renames.is_empty() {
        return order::order(system, live, desired, heirs, operations, preference);
    }
    let mut base = live.clone();
    renames.apply(&mut base);
    order::order(system, &base, desired, heirs, operations, preference)
}

fn explain(operation: Operation, turn: Turn, overlay: &Overlay, intent: &Intent) -> Step {
    let identity = operation.final_identity();
    let wanted = intent.place(&identity);
    let removal = overlay.removals.get(&identity).copied();
    let is_rule = identity.kind() == Kind::SharingRule;
    let (reason, place) = if operation.deletes() && !is_rule {
        if removal.is_some() {
            (Reason::Removed, removal)
        } else {
            (Reason::NotNamed, None)
        }
    } else if operation.renames() {
        (Reason::Renamed, wanted)
    } else if let Operation::DeleteRule { rule, .. } = &operation {
        let over = intent.sharing.rules.get(rule);
        match (
            over.filter(|wanted| wanted.is_over(overlay.today)),
            intent.sharing.place_of_module(&rule.module),
        ) {
            (Some(over), _) => (Reason::Expired, Some(over.span)),
            (None, Some(place)) => (Reason::NotNamed, Some(place)),
            (None, None) if intent.ownership.is_exhaustive(Kind::SharingRule) => (Reason::NotNamed, None),
            (None, None) => (Reason::ReferredToRemoved, None),
        }
    } else if wanted.is_some() {
        let reason = if operation.creates() {
            Reason::Missing
        } else {
            Reason::Differs
        };
        (reason, wanted)
    } else {
        (Reason::ReferredToRemoved, None)
    };
    Step {
        operation,
        reason,
        place,
        turn,
    }
}
