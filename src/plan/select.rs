//! A part of what is wanted: the changes that are meant, and what they cannot do without.
//!
//! Works on states, before there are any steps: what is meant is taken from the desired state, everything else from the
//! live one. The result is an overlay like any other, so that whatever judges and plans needs no special case.
//!
//! Inside, objects are called by the names of the full desired state, in which every object of both states has a name of
//! its own; renames that are not meant are taken back at the end. So nothing ever loses what refers to it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use super::overlay::{Heirs, Overlay};
use super::pattern::{Pattern, Selection};
use super::rename::Renames;
use super::unmet::{Closure, report_unmet, warn_of_idle_patterns};
use super::wanted::{blamed, forget};
use crate::model::{Identity, Intent, Principal, Snapshot};
use crate::system::System;
use crate::text::{Diagnostics, Severity};

/// Why a change is needed by another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// The other one comes to refer to it.
    Refers,
    /// The other one is a deletion, and this one still refers to what goes.
    #[serde(rename = "refers_to_removed")]
    Removed,
    /// The other one takes the name that this one has until now.
    #[serde(rename = "takes_its_name")]
    Name,
}

impl Need {
    /// The id used in machine formats.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refers => "refers",
            Self::Removed => "refers_to_removed",
            Self::Name => "takes_its_name",
        }
    }
}

/// A change that was not selected and that a selected one needs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PulledIn {
    /// What changes.
    pub identity: Identity,
    /// Whose change needs it.
    pub needed_by: Identity,
    /// Why.
    pub need: Need,
}

/// What became of a selection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selected {
    /// What was asked for.
    pub selection: Selection,
    /// The changes beyond that, by kind and name.
    pub pulled_in: Vec<PulledIn>,
    /// The objects whose changes are left out, by their present names, and those that are not made, by the names that
    /// they would get. One that is to be renamed and one that is to get its name are both there.
    pub left_out: Vec<Identity>,
}

/// An overlay of which a part was selected.
#[derive(Debug)]
pub struct Part {
    /// The part, as an overlay of its own.
    pub overlay: Overlay,
    /// The manifests without what is left out: what the part is to be judged by.
    pub intent: Intent,
}

/// Takes the changes of `full` that are selected, and those that they cannot do without, and leaves everything else as it
/// is in `live`.
///
/// `diagnostics` are those of the overlay. What they say of objects that are left out becomes a warning, and patterns that
/// fit nothing are warned of.
///
/// `None` when something is needed that `--exclude` leaves out: one error each.
pub fn select(
    system: &System,
    live: &Snapshot,
    full: &Overlay,
    intent: &Intent,
    selection: &Selection,
    diagnostics: &mut Diagnostics,
) -> Option<Part> {
    let before = full.before(live);
    let backwards = full.renames.inverse();
    let addresses = |identity: &Identity| {
        let mut addresses = vec![identity.address()];
        let now = backwards.identity(identity);
        if now != *identity {
            addresses.push(now.address());
        }
        addresses
    };
    warn_of_idle_patterns(selection, before, &full.desired, &addresses, diagnostics);
    let closure = Closure::new(system, before, full, intent);
    let (chosen, mut pulled_in) = match close(&closure, selection, &addresses) {
        Ok(closed) => closed,
        Err(unmet) => {
            report_unmet(&unmet, full, intent, diagnostics);
            return None;
        }
    };

    let left_renames = without(&full.renames, &chosen);
    let left = left_renames.inverse();
    let mut left_out: Vec<Identity> = closure
        .changed
        .difference(&chosen)
        .map(|identity| left.identity(identity))
        .collect();
    let excused = excuse(intent, selection, &chosen, diagnostics);
    left_out.extend(excused.difference(&closure.changed).cloned());
    left_out.sort();
    for pulled in &mut pulled_in {
        pulled.needed_by = left.identity(&pulled.needed_by);
        pulled.identity = left.identity(&pulled.identity);
    }

    let mut desired = mixed(before, full, &chosen, &closure.changed);
    left.apply(&mut desired);
    let renames = Renames {
        profiles: keep(&full.renames.profiles, &left_renames.profiles),
        roles: keep(&full.renames.roles, &left_renames.roles),
        groups: keep(&full.renames.groups, &left_renames.groups),
    };
    let renamed = (!renames.is_empty()).then(|| {
        let mut renamed = live.clone();
        renames.apply(&mut renamed);
        Box::new(renamed)
    });
    let mut removals = full.removals.clone();
    removals.retain(|identity, _| chosen.contains(identity));
    // What only waits to be deleted is not left alone.
    let unmanaged = full
        .unmanaged
        .iter()
        .filter(|identity| full.desired.has(identity));
    let unmanaged = unmanaged.map(|identity| left.identity(identity)).collect();

    let mut in_names = intent.clone();
    left.apply_to_intent(&mut in_names);
    let mut judged = in_names.clone();
    let stay = closure
        .follow
        .iter()
        .filter(|user| !holds(&desired, user, &in_names));
    let forgotten = left_out.iter().chain(stay).cloned().collect();
    forget(system, &mut judged, &forgotten);
    Some(Part {
        overlay: Overlay {
            desired,
            renames,
            heirs: heirs_of(&full.heirs, &chosen),
            removals,
            renamed,
            unmanaged,
            today: full.today,
            selected: Some(Selected {
                selection: selection.clone(),
                pulled_in,
                left_out,
            }),
            intent: (!left.is_empty()).then(|| Box::new(in_names)),
        },
        intent: judged,
    })
}

type Closed = (BTreeSet<Identity>, Vec<PulledIn>);

/// The selected changes with all that they need, and what was not selected of it; or what is needed and excluded.
fn close<'a>(
    closure: &Closure<'_>,
    selection: &'a Selection,
    addresses: &impl Fn(&Identity) -> Vec<String>,
) -> Result<Closed, Vec<(PulledIn, &'a Pattern)>> {
    let mut chosen: BTreeSet<Identity> = closure
        .changed
        .union(&closure.follow)
        .filter(|identity| selection.picks(&addresses(identity)))
        .cloned()
        .collect();
    let mut pulled_in = Vec::new();
    let mut unmet = Vec::new();
    let mut queue: VecDeque<Identity> = chosen.iter().cloned().collect();
    while let Some(needed_by) = queue.pop_front() {
        for (identity, need) in closure.needs(&needed_by) {
            if chosen.contains(&identity) {
                continue;
            }
            let pulled = PulledIn {
                identity,
                needed_by: needed_by.clone(),
                need,
            };
            match selection.excluded_by(&addresses(&pulled.identity)) {
                Some(pattern) => unmet.push((pulled, pattern)),
                None => {
                    chosen.insert(pulled.identity.clone());
                    queue.push_back(pulled.identity.clone());
                    pulled_in.push(pulled);
                }
            }
        }
    }
    pulled_in.sort();
    if unmet.is_empty() {
        Ok((chosen, pulled_in))
    } else {
        Err(unmet)
    }
}

/// Who takes over from what is deleted and chosen.
fn heirs_of(all: &Heirs, chosen: &BTreeSet<Identity>) -> Heirs {
    let mut heirs = all.clone();
    heirs
        .profiles
        .retain(|name, _| chosen.contains(&Identity::Profile(name.clone())));
    heirs
        .roles
        .retain(|name, _| chosen.contains(&Identity::Role(name.clone())));
    heirs
        .groups
        .retain(|name, _| chosen.contains(&Identity::Group(name.clone())));
    heirs
}

/// Whether a user has the role that the manifests give.
fn holds(state: &Snapshot, user: &Identity, intent: &Intent) -> bool {
    let Identity::User(name) = user else { return false };
    let role = state.users.get(name).map(|user| user.role.as_ref());
    let wanted = intent.users.get(name).and_then(|wanted| wanted.role.as_ref());
    role == wanted.map(|wanted| wanted.value.as_ref())
}

/// What is wrong with objects that are neither selected nor needed is no reason to stop. Says which objects these are.
fn excuse(
    intent: &Intent,
    selection: &Selection,
    chosen: &BTreeSet<Identity>,
    diagnostics: &mut Diagnostics,
) -> BTreeSet<Identity> {
    let mut excused = BTreeSet::new();
    for mut diagnostic in std::mem::take(diagnostics) {
        let blamed = diagnostic.span.and_then(|span| blamed(intent, span));
        let meant = |identity: &Identity| chosen.contains(identity) || selection.picks(&[identity.address()]);
        if let Some(identity) = blamed.filter(|identity| !meant(identity))
            && diagnostic.severity == Severity::Error
        {
            diagnostic.severity = Severity::Warning;
            excused.insert(identity);
        }
        diagnostics.push(diagnostic);
    }
    excused
}

/// The renames of objects that are not among `chosen`.
fn without(renames: &Renames, chosen: &BTreeSet<Identity>) -> Renames {
    let mut left = renames.clone();
    left.profiles
        .retain(|_, new| !chosen.contains(&Identity::Profile(new.clone())));
    left.roles
        .retain(|_, new| !chosen.contains(&Identity::Role(new.clone())));
    left.groups
        .retain(|_, new| !chosen.contains(&Identity::Group(new.clone())));
    left
}

fn keep<N: Clone + Ord>(all: &BTreeMap<N, N>, left: &BTreeMap<N, N>) -> BTreeMap<N, N> {
    let kept = all.iter().filter(|(old, _)| !left.contains_key(*old));
    kept.map(|(old, new)| (old.clone(), new.clone())).collect()
}

/// The state before with the chosen changes, in the names of the full desired state.
fn mixed(
    before: &Snapshot,
    full: &Overlay,
    chosen: &BTreeSet<Identity>,
    changed: &BTreeSet<Identity>,
) -> Snapshot {
    let (mut state, desired) = (before.clone(), &full.desired);
    for identity in chosen {
        match identity {
            Identity::Profile(name) => take(&mut state.profiles, &desired.profiles, name),
            Identity::Role(name) => {
                take(&mut state.roles, &desired.roles, name);
                if full.heirs.roles.contains_key(name) {
                    state.role_ids.remove(name);
                }
            }
            Identity::Group(name) => {
                take(&mut state.groups, &desired.groups, name);
                if let Some(Some(heir)) = full.heirs.groups.get(name) {
                    state.records.transfer(&Principal::Group(name.clone()), heir);
                }
            }
            Identity::SharingDefault(module) => {
                take(&mut state.sharing.defaults, &desired.sharing.defaults, module);
            }
            Identity::SharingRule(key) => take(&mut state.sharing.rules, &desired.sharing.rules, key),
            Identity::User(name) => take(&mut state.users, &desired.users, name),
        }
    }
    // Whoever has a role that goes gets another with it; that is part of the deletion.
    for (name, user) in &mut state.users {
        let goes = user.role.as_ref().is_some_and(|role| {
            full.heirs.roles.contains_key(role) && chosen.contains(&Identity::Role(role.clone()))
        });
        if goes && !changed.contains(&Identity::User(name.clone())) {
            user.role = desired.users.get(name).and_then(|user| user.role.clone());
        }
    }
    state
}

fn take<N: Clone + Ord, O: Clone>(into: &mut BTreeMap<N, O>, from: &BTreeMap<N, O>, name: &N) {
    match from.get(name) {
        Some(object) => {
            into.insert(name.clone(), object.clone());
        }
        None => {
            into.remove(name);
        }
    }
}
