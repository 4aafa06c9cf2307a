//! What may be deleted, and who takes over.
//!
//! What `removed:` says is judged as it is written; what is really deleted, by removals and by exhaustive
//! ownership, is judged by the names that objects have on the deployment.

use std::collections::{BTreeMap, BTreeSet};

use super::Context;
use crate::model::{At, GroupName, GroupVariety, Identity, Kind, Principal, ProfileName, Removal, RoleName};
use crate::system::Constraint;
use crate::text::{Code, Diagnostic, Diagnostics, Span};

/// Judges `removed:`, and what exhaustive ownership deletes.
pub(super) fn allowed(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    written(context, diagnostics);
    deleted_groups(context, diagnostics);
    deleted_without_heir(context, diagnostics);
}

/// One removal as it is written.
struct Written<'a> {
    name: &'a str,
    place: Span,
    /// Whether anyone takes over.
    has_heir: bool,
    /// The heir of the same kind, if that is who takes over.
    heir: Option<(&'a str, Span)>,
}

/// The removals of one kind, so that all kinds are judged alike.
struct Kinded<'a> {
    kind: Kind,
    removals: Vec<Written<'a>>,
    wanted: Vec<(&'a str, Span)>,
    /// What is said to be there without being defined.
    existing: Vec<(&'a str, Span)>,
    builtin: Vec<&'a str>,
    needs: (Constraint, Code),
    heir_words: &'static str,
    hint: &'static str,
}

fn kinds<'a>(context: &'a Context<'_>) -> [Kinded<'a>; 3] {
    let intent = context.intent;
    let builtin = &context.system.definition().builtin;
    let (removed, existing) = (&intent.removed, &intent.existing);
    let profile = |(name, removal): (&'a ProfileName, &'a Removal)| Written {
        name: name.as_str(),
        place: removal.at,
        has_heir: removal.transfer_to_profile.is_some(),
        heir: removal
            .transfer_to_profile
            .as_ref()
            .map(|at| (at.value.as_str(), at.span)),
    };
    let role = |(name, removal): (&'a RoleName, &'a Removal)| Written {
        name: name.as_str(),
        place: removal.at,
        has_heir: removal.transfer_to.is_some(),
        heir: match &removal.transfer_to {
            Some(At {
                value: Principal::Role(heir),
                span,
            }) => Some((heir.as_str(), *span)),
            Some(_) | None => None,
        },
    };
    let group = |(name, removal): (&'a GroupName, &'a Removal)| Written {
        name: name.as_str(),
        place: removal.at,
        has_heir: removal.transfer_to.is_some(),
        heir: match &removal.transfer_to {
            Some(At {
                value: Principal::Group(heir),
                span,
            }) => Some((heir.as_str(), *span)),
            Some(_) | None => None,
        },
    };
    [
        Kinded {
            kind: Kind::Profile,
            removals: removed.profiles.iter().map(profile).collect(),
            wanted: intent
                .profiles
                .iter()
                .map(|(name, wanted)| (name.as_str(), wanted.at))
                .collect(),
            existing: existing
                .profiles
                .iter()
                .map(|(name, place)| (name.as_str(), *place))
                .collect(),
            builtin: builtin.profiles.keys().map(ProfileName::as_str).collect(),
            needs: (
                Constraint::ProfileDeleteNeedsTransfer,
                Code::ProfileDeleteNeedsTransfer,
            ),
            heir_words: "a profile that takes its place",
            hint: "add `transfer_to: { profile: NAME }`",
        },
        Kinded {
            kind: Kind::Role,
            removals: removed.roles.iter().map(role).collect(),
            wanted: intent
                .roles
                .iter()
                .map(|(name, wanted)| (name.as_str(), wanted.at))
                .collect(),
            existing: existing
                .roles
                .iter()
                .map(|(name, place)| (name.as_str(), *place))
                .collect(),
            builtin: builtin.roles.keys().map(RoleName::as_str).collect(),
            needs: (Constraint::RoleDeleteNeedsTransfer, Code::RoleDeleteNeedsTransfer),
            heir_words: "a role that takes its users",
            hint: "add `transfer_to: { role: NAME }`",
        },
        Kinded {
            kind: Kind::Group,
            removals: removed.groups.iter().map(group).collect(),
            wanted: intent
                .groups
                .iter()
                .map(|(name, wanted)| (name.as_str(), wanted.at))
                .collect(),
            existing: existing
                .groups
                .iter()
                .map(|(name, place)| (name.as_str(), *place))
                .collect(),
            builtin: builtin.groups.keys().map(GroupName::as_str).collect(),
            needs: (
                Constraint::GroupDeleteNeedsTransfer,
                Code::GroupDeleteNeedsTransfer,
            ),
            heir_words: "anyone who takes its records",
            hint: "add `transfer_to: { group: NAME }` or `{ user: NAME }`",
        },
    ]
}

/// What manifests say, in whatever spelling the product takes for the same name.
fn written(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    let fold = |name: &str| context.system.fold(name).into_owned();
    for kinded in kinds(context).iter().filter(|kinded| !kinded.removals.is_empty()) {
        let kind = kinded.kind.as_str();
        let removed: BTreeMap<String, Span> = kinded
            .removals
            .iter()
            .map(|removal| (fold(removal.name), removal.place))
            .collect();
        let builtin: BTreeSet<String> = kinded.builtin.iter().map(|name| fold(name)).collect();
        for (name, defined) in &kinded.wanted {
            if let Some(place) = removed.get(&fold(name)) {
                let message = format!("{kind} `{name}` is both defined and removed");
                let diagnostic = context.error(Code::RemovedAndWanted, message, *place);
                diagnostics.push(diagnostic.label(*defined, "defined here"));
            }
        }
        for (name, listed) in &kinded.existing {
            if let Some(place) = removed.get(&fold(name)) {
                let message = format!("{kind} `{name}` is both listed as existing and removed");
                let diagnostic = context.error(Code::RemovedAndWanted, message, *place);
                diagnostics.push(diagnostic.label(*listed, "listed here"));
            }
        }
        let (constraint, code) = kinded.needs;
        for Written {
            name,
            place,
            has_heir,
            heir,
        } in &kinded.removals
        {
            if builtin.contains(&fold(name)) {
                let message = format!("{kind} `{name}` is built in and cannot be deleted");
                diagnostics.push(context.error(Code::BuiltinObject, message, *place));
            }
            if !has_heir && context.system.has(constraint) {
                let message = format!("{kind} `{name}` is removed without {}", kinded.heir_words);
                diagnostics.push(context.error(code, message, *place).hint(kinded.hint));
            }
            if let Some((heir, place)) = heir.filter(|(heir, _)| removed.contains_key(&fold(heir))) {
                let message =
                    format!("{kind} `{name}` cannot be handed over to `{heir}`, which is removed as well");
                diagnostics.push(context.error(Code::TransferToItself, message, place));
            }
        }
    }
}

/// Groups that are deleted, by whatever means.
fn deleted_groups(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    let Some(before) = context.before else { return };
    let deleted = context.heirs.groups.keys();
    let deleted: Vec<_> = deleted
        .filter_map(|name| Some((name, before.groups.get(name)?)))
        .collect();
    if deleted.is_empty() {
        return;
    }
    for (name, group) in &deleted {
        if let Some(variety) = &group.variety {
            let made_by = made_by(context, variety);
            let message = format!("group `{name}` is made by {made_by} and cannot be deleted here");
            diagnostics.push(context.at_removal(name, Diagnostic::error(Code::ExternalGroup, message)));
        }
    }
    let mut primary: BTreeSet<(&GroupName, &str)> = BTreeSet::new();
    for (user, value) in &before.users {
        primary.extend(value.primary_group.as_ref().map(|group| (group, user.as_str())));
    }
    for (name, _) in &deleted {
        let users = primary
            .range((*name, "")..)
            .take_while(|(group, _)| group == name);
        let users: Vec<&str> = users.map(|(_, user)| *user).collect();
        if !users.is_empty() {
            let message = format!("group `{name}` is the primary group of {}", some_of(&users));
            diagnostics.push(context.at_removal(name, Diagnostic::error(Code::PrimaryGroup, message)));
        }
    }
    if !context.system.has(Constraint::NotOnlyGroupOfUser) {
        return;
    }
    let kept: BTreeSet<_> = context
        .desired
        .groups
        .values()
        .flat_map(|group| &group.members.users)
        .collect();
    for (name, group) in deleted {
        let stranded = group.members.users.iter().filter(|user| !kept.contains(user));
        let stranded: Vec<&str> = stranded.map(|user| user.as_str()).collect();
        if !stranded.is_empty() {
            let message = format!("group `{name}` is the only group of {}", some_of(&stranded));
            let diagnostic = Diagnostic::error(Code::NotOnlyGroupOfUser, message);
            diagnostics.push(context.at_removal(name, diagnostic.hint("put them into another group first")));
        }
    }
}

/// What exhaustive ownership deletes has no place to name an heir.
fn deleted_without_heir(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    let heirs = context.heirs;
    let unplaced = |identity: Identity| !context.removals.contains_key(&identity);
    let profiles = heirs
        .profiles
        .iter()
        .filter(|(name, heir)| heir.is_none() && unplaced(Identity::Profile((*name).clone())));
    let roles = heirs
        .roles
        .iter()
        .filter(|(name, heir)| heir.is_none() && unplaced(Identity::Role((*name).clone())));
    let groups = heirs
        .groups
        .iter()
        .filter(|(name, heir)| heir.is_none() && unplaced(Identity::Group((*name).clone())));
    let named: [(Kind, Constraint, Code, Vec<&str>); 3] = [
        (
            Kind::Profile,
            Constraint::ProfileDeleteNeedsTransfer,
            Code::ProfileDeleteNeedsTransfer,
            profiles.map(|(name, _)| name.as_str()).collect(),
        ),
        (
            Kind::Role,
            Constraint::RoleDeleteNeedsTransfer,
            Code::RoleDeleteNeedsTransfer,
            roles.map(|(name, _)| name.as_str()).collect(),
        ),
        (
            Kind::Group,
            Constraint::GroupDeleteNeedsTransfer,
            Code::GroupDeleteNeedsTransfer,
            groups.map(|(name, _)| name.as_str()).collect(),
        ),
    ];
    for (kind, constraint, code, names) in named {
        if names.is_empty() || !context.system.has(constraint) {
            continue;
        }
        let (kind, those) = (kind.as_str(), some_of(&names));
        let message =
            format!("the project owns every {kind}, and no manifest says who takes over from {those}");
        let hint =
            format!("list them under `removed.{kind}s` with `transfer_to`, or under `existing.{kind}s`");
        diagnostics.push(Diagnostic::error(code, message).hint(hint));
    }
}

/// Who makes groups of a variety.
pub(super) fn made_by<'a>(context: &'a Context<'_>, variety: &GroupVariety) -> &'a str {
    let kind = context.system.definition().groups.as_ref();
    let varieties = kind.map_or(&[][..], |kind| &kind.external_varieties);
    varieties
        .iter()
        .find(|known| known.id == *variety)
        .map_or("another system", |known| &known.made_by)
}

/// Names in a sentence: all of a few, the first of many.
pub(super) fn some_of(names: &[&str]) -> String {
    const SHOWN: usize = 5;
    if names.len() <= SHOWN {
        return names.join(", ");
    }
    format!("{} and {} more", names[..SHOWN].join(", "), names.len() - SHOWN)
}
