//! What a change cannot do without, and what is said when it may not have it.

use std::collections::{BTreeMap, BTreeSet};

use super::diff::follows_transfer;
use super::overlay::Overlay;
use super::pattern::{Pattern, Selection};
use super::select::{Need, PulledIn};
use crate::model::{Identity, Intent, Kind, Snapshot};
use crate::system::System;
use crate::text::{Code, Diagnostic, Diagnostics, closest};

/// All changes, and which of them needs which. Objects are called by the names of the full desired state.
pub(super) struct Closure<'a> {
    system: &'a System,
    before: &'a Snapshot,
    full: &'a Overlay,
    /// The objects that change.
    pub(super) changed: BTreeSet<Identity>,
    /// Users whom the manifests give the role that they also get because theirs is deleted: no change beside that
    /// deletion, and one without it.
    pub(super) follow: BTreeSet<Identity>,
    /// Those that are renamed.
    renamed: BTreeSet<Identity>,
    /// What refers to deleted objects.
    referrers: BTreeMap<Identity, Vec<Identity>>,
    /// Those that are renamed, by kind and the name they have until now.
    occupants: BTreeMap<(Kind, String), Identity>,
}

impl<'a> Closure<'a> {
    /// Compares the state before, in the names after all renames, with the desired one.
    pub(super) fn new(system: &'a System, before: &'a Snapshot, full: &'a Overlay, intent: &Intent) -> Self {
        let desired = &full.desired;
        let renames = &full.renames;
        let pairs = (renames.profiles.iter())
            .map(|(old, new)| (old.to_string(), Identity::Profile(new.clone())))
            .chain((renames.roles.iter()).map(|(old, new)| (old.to_string(), Identity::Role(new.clone()))))
            .chain((renames.groups.iter()).map(|(old, new)| (old.to_string(), Identity::Group(new.clone()))));
        let mut renamed = BTreeSet::new();
        let mut occupants = BTreeMap::new();
        for (old, identity) in pairs {
            occupants.insert(
                (identity.kind(), system.fold(&old).into_owned()),
                identity.clone(),
            );
            renamed.insert(identity);
        }
        let mut changed = renamed.clone();
        changed.extend(differing(&before.profiles, &desired.profiles).map(Identity::Profile));
        changed.extend(differing(&before.roles, &desired.roles).map(Identity::Role));
        changed.extend(differing(&before.groups, &desired.groups).map(Identity::Group));
        let (old, new) = (&before.sharing, &desired.sharing);
        changed.extend(differing(&old.defaults, &new.defaults).map(Identity::SharingDefault));
        changed.extend(differing(&old.rules, &new.rules).map(Identity::SharingRule));
        let mut follow = BTreeSet::new();
        for (name, user) in &desired.users {
            let Some(old) = before.users.get(name) else {
                continue;
            };
            if old.role == user.role {
                continue;
            }
            if !follows_transfer(old.role.as_ref(), user.role.as_ref(), &full.heirs) {
                changed.insert(Identity::User(name.clone()));
            } else if intent.users.get(name).is_some_and(|wanted| wanted.role.is_some()) {
                follow.insert(Identity::User(name.clone()));
            }
        }
        let mut closure = Self {
            system,
            before,
            full,
            changed,
            follow,
            renamed,
            referrers: BTreeMap::new(),
            occupants,
        };
        closure.find_referrers();
        closure
    }

    fn find_referrers(&mut self) {
        let deleted: BTreeSet<&Identity> = self
            .changed
            .iter()
            .filter(|identity| !self.full.desired.has(identity))
            .collect();
        if deleted.is_empty() {
            return;
        }
        for identity in &self.changed {
            for reference in self.before.references(identity) {
                if deleted.contains(&reference) {
                    self.referrers
                        .entry(reference)
                        .or_default()
                        .push(identity.clone());
                }
            }
        }
    }

    /// The changes that a change cannot do without, each with why.
    pub(super) fn needs(&self, identity: &Identity) -> Vec<(Identity, Need)> {
        let mut needs = Vec::new();
        if !self.full.desired.has(identity) {
            let referrers = self.referrers.get(identity).into_iter().flatten();
            needs.extend(referrers.map(|referrer| (referrer.clone(), Need::Removed)));
            let heir = self.heir(identity).filter(|heir| self.is_needed(heir));
            needs.extend(heir.map(|heir| (heir, Need::Refers)));
            return needs;
        }
        // An object that is referred to already is found under whichever name it has.
        let known = self.before.references(identity);
        let new = self.full.desired.references(identity).into_iter();
        let new = new.filter(|reference| !known.contains(reference) && self.is_needed(reference));
        needs.extend(new.map(|reference| (reference, Need::Refers)));
        if !self.before.has(identity) || self.renamed.contains(identity) {
            let name = self.system.fold(&identity.name()).into_owned();
            let occupant = self.occupants.get(&(identity.kind(), name));
            let occupant = occupant.filter(|occupant| *occupant != identity);
            needs.extend(occupant.map(|occupant| (occupant.clone(), Need::Name)));
        }
        needs
    }

    /// Whether an object is not there, or not called so, before it changes.
    fn is_needed(&self, identity: &Identity) -> bool {
        let made = !self.before.has(identity) && self.full.desired.has(identity);
        made || self.renamed.contains(identity)
    }

    fn heir(&self, identity: &Identity) -> Option<Identity> {
        let heirs = &self.full.heirs;
        match identity {
            Identity::Profile(name) => heirs.profiles.get(name)?.clone().map(Identity::Profile),
            Identity::Role(name) => heirs.roles.get(name)?.clone().map(Identity::Role),
            Identity::Group(name) => heirs.groups.get(name)?.as_ref()?.identity(),
            Identity::SharingDefault(_) | Identity::SharingRule(_) | Identity::User(_) => None,
        }
    }
}

/// The names under which two states have different objects, or only one of them has any.
fn differing<'a, N: Clone + Ord, O: PartialEq>(
    before: &'a BTreeMap<N, O>,
    after: &'a BTreeMap<N, O>,
) -> impl Iterator<Item = N> + 'a {
    let gone = before.keys().filter(|name| !after.contains_key(*name));
    let other = after
        .iter()
        .filter(|(name, object)| before.get(*name) != Some(*object));
    gone.chain(other.map(|(name, _)| name)).cloned()
}

/// Says what is needed and may not be had.
pub(super) fn report_unmet(
    unmet: &[(PulledIn, &Pattern)],
    full: &Overlay,
    intent: &Intent,
    diagnostics: &mut Diagnostics,
) {
    for (pulled, pattern) in unmet {
        let PulledIn {
            identity,
            needed_by,
            need,
        } = pulled;
        let what = match need {
            Need::Refers => format!("{needed_by} needs {identity}, which is not there yet"),
            Need::Removed => format!("{needed_by} cannot go while {identity} refers to it"),
            Need::Name => format!("{needed_by} needs the name that {identity} has until now"),
        };
        let message = format!("{what}: `--exclude {pattern}` leaves it out");
        let place = intent
            .place(needed_by)
            .or_else(|| full.removals.get(needed_by).copied());
        let mut diagnostic = Diagnostic::error(Code::NeedsExcluded, message);
        if let Some(place) = place {
            diagnostic = diagnostic.at(place);
        }
        let hint = format!("take that pattern away, or leave {needed_by} out as well");
        diagnostics.push(diagnostic.hint(hint));
    }
}

/// Warns of patterns that fit no object of either state.
pub(super) fn warn_of_idle_patterns(
    selection: &Selection,
    before: &Snapshot,
    desired: &Snapshot,
    addresses: &impl Fn(&Identity) -> Vec<String>,
    diagnostics: &mut Diagnostics,
) {
    let both = before.identities().chain(desired.identities());
    let all: BTreeSet<String> = both.flat_map(|identity| addresses(&identity)).collect();
    let only = selection.only.iter().map(|pattern| ("--only", pattern));
    let exclude = selection.exclude.iter().map(|pattern| ("--exclude", pattern));
    for (option, pattern) in only.chain(exclude) {
        if all.iter().any(|address| pattern.matches(address)) {
            continue;
        }
        let message =
            format!("`{option} {pattern}` fits nothing, neither on the deployment nor in the manifests");
        let warning = Diagnostic::warning(Code::SelectsNothing, message);
        diagnostics.push(warning.hint(match meant(pattern.as_str(), &all) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "patterns are KIND.NAME, such as `group.Team A` or `role.*`".to_owned(),
        }));
    }
}

/// The address, or the pattern, that may be meant.
fn meant(pattern: &str, all: &BTreeSet<String>) -> Option<String> {
    let kinds = || Kind::ALL.iter().map(|kind| kind.as_str());
    match pattern.split_once('.') {
        Some((kind, name)) if kinds().all(|known| known != kind) => {
            let kind = closest(kind, kinds())?;
            Some(format!("{kind}.{name}"))
        }
        Some(_) => closest(pattern, all.iter().map(String::as_str)).map(str::to_owned),
        None => {
            let mut named = all.iter().filter(|address| {
                let name = address.split_once('.').map(|(_, name)| name);
                name == Some(pattern)
            });
            named.next().cloned()
        }
    }
}
