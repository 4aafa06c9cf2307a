//! Manifests without what is left out.

use std::collections::BTreeSet;

use crate::model::{Identity, Intent, Kind};
use crate::system::System;
use crate::text::Span;

/// Takes out what the manifests want of these objects, also that they go.
pub(super) fn forget(system: &System, intent: &mut Intent, left_out: &BTreeSet<Identity>) {
    let left = |identity: Identity| left_out.contains(&identity);
    intent
        .profiles
        .retain(|name, _| !left(Identity::Profile(name.clone())));
    intent.roles.retain(|name, _| !left(Identity::Role(name.clone())));
    intent
        .groups
        .retain(|name, _| !left(Identity::Group(name.clone())));
    intent.users.retain(|name, _| !left(Identity::User(name.clone())));
    let sharing = &mut intent.sharing;
    sharing
        .defaults
        .retain(|module, _| !left(Identity::SharingDefault(module.clone())));
    sharing
        .rules
        .retain(|key, _| !left(Identity::SharingRule(key.clone())));
    // A removal finds its object in any spelling.
    let folded: BTreeSet<(Kind, String)> = left_out
        .iter()
        .map(|identity| (identity.kind(), system.fold(&identity.name()).into_owned()))
        .collect();
    let stays = |kind: Kind, name: &str| !folded.contains(&(kind, system.fold(name).into_owned()));
    let removed = &mut intent.removed;
    removed
        .profiles
        .retain(|name, _| stays(Kind::Profile, name.as_str()));
    removed.roles.retain(|name, _| stays(Kind::Role, name.as_str()));
    removed.groups.retain(|name, _| stays(Kind::Group, name.as_str()));
}

/// The object that a place is about, where the overlay itself reports it: a user, or what is renamed.
pub(super) fn blamed(intent: &Intent, place: Span) -> Option<Identity> {
    let profiles = intent.profiles.iter();
    let profiles = profiles.filter_map(|(name, wanted)| {
        let from = wanted.renamed_from.as_ref()?;
        (from.span == place).then(|| Identity::Profile(name.clone()))
    });
    let roles = intent.roles.iter();
    let roles = roles.filter_map(|(name, wanted)| {
        let from = wanted.renamed_from.as_ref()?;
        (from.span == place).then(|| Identity::Role(name.clone()))
    });
    let groups = intent.groups.iter();
    let groups = groups.filter_map(|(name, wanted)| {
        let from = wanted.renamed_from.as_ref()?;
        (from.span == place).then(|| Identity::Group(name.clone()))
    });
    let users = intent.users.iter();
    let users = users
        .filter(|(_, wanted)| wanted.at == place)
        .map(|(name, _)| Identity::User(name.clone()));
    profiles.chain(roles).chain(groups).chain(users).next()
}
