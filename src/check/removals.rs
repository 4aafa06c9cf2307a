//! What may be deleted, and who takes over.

use std::collections::BTreeMap;

use super::Context;
use crate::model::{At, GroupName, Identity, Kind, Principal, ProfileName, RoleName};
use crate::system::Constraint;
use crate::text::{Code, Diagnostic, Diagnostics, Span};

/// Judges `removed:`, and what exhaustive ownership deletes.
pub(super) fn allowed(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    profiles(context, diagnostics);
    roles(context, diagnostics);
    groups(context, diagnostics);
    deleted_without_heir(context, diagnostics);
}

fn profiles(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    let builtin = &context.system.definition().builtin.profiles;
    let needs_transfer = context.system.has(Constraint::ProfileDeleteNeedsTransfer);
    let removed = &context.intent.removed.profiles;
    for (name, removal) in removed {
        let identity = Identity::Profile(name.clone());
        diagnostics.extend(wanted_too(context, &identity, removal.at));
        diagnostics.extend(builtin_object(builtin.contains_key(name), &identity, removal.at));
        match &removal.transfer_to_profile {
            None if needs_transfer => {
                let message = format!("profile `{name}` is removed without a profile that takes its place");
                let hint = "add `transfer_to: { profile: NAME }`";
                diagnostics.push(
                    context
                        .error(Code::ProfileDeleteNeedsTransfer, message, removal.at)
                        .hint(hint),
                );
            }
            Some(heir) if removed.contains_key(&heir.value) => {
                diagnostics.push(to_itself(
                    &identity,
                    &format!("profile {}", heir.value),
                    heir.span,
                ));
            }
            Some(_) | None => {}
        }
    }
}

fn roles(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    let definition = context.system.definition();
    let needs_transfer = context.system.has(Constraint::RoleDeleteNeedsTransfer);
    let removed = &context.intent.removed.roles;
    for (name, removal) in removed {
        let identity = Identity::Role(name.clone());
        diagnostics.extend(wanted_too(context, &identity, removal.at));
        diagnostics.extend(builtin_object(
            definition.builtin.roles.contains_key(name),
            &identity,
            removal.at,
        ));
        match &removal.transfer_to {
            None if needs_transfer => {
                let message = format!("role `{name}` is removed without a role that takes its users");
                let hint = "add `transfer_to: { role: NAME }`";
                diagnostics.push(
                    context
                        .error(Code::RoleDeleteNeedsTransfer, message, removal.at)
                        .hint(hint),
                );
            }
            Some(At {
                value: Principal::Role(heir),
                span,
            }) if removed.contains_key(heir) => {
                diagnostics.push(to_itself(&identity, &format!("role {heir}"), *span));
            }
            Some(_) | None => {}
        }
    }
}

fn groups(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    let definition = context.system.definition();
    let needs_transfer = context.system.has(Constraint::GroupDeleteNeedsTransfer);
    let only_group = context.system.has(Constraint::NotOnlyGroupOfUser);
    let removed = &context.intent.removed.groups;
    let mut losing = Vec::new();
    for (name, removal) in removed {
        let identity = Identity::Group(name.clone());
        diagnostics.extend(wanted_too(context, &identity, removal.at));
        diagnostics.extend(builtin_object(
            definition.builtin.groups.contains_key(name),
            &identity,
            removal.at,
        ));
        match &removal.transfer_to {
            None if needs_transfer => {
                let message = format!("group `{name}` is removed without anyone who takes its records");
                let hint = "add `transfer_to: { group: NAME }` or `{ user: NAME }`";
                diagnostics.push(
                    context
                        .error(Code::GroupDeleteNeedsTransfer, message, removal.at)
                        .hint(hint),
                );
            }
            Some(At {
                value: Principal::Group(heir),
                span,
            }) if removed.contains_key(heir) => {
                diagnostics.push(to_itself(&identity, &format!("group {heir}"), *span));
            }
            Some(_) | None => {}
        }
        let Some(group) = context.live.and_then(|live| live.groups.get(name)) else {
            continue;
        };
        if let Some(variety) = &group.variety {
            let made_by = made_by(context, variety);
            let message = format!("group `{name}` is made by {made_by} and cannot be deleted here");
            diagnostics.push(context.error(Code::ExternalGroup, message, removal.at));
        }
        losing.push((name, removal, &group.members.users));
    }
    if !only_group || losing.is_empty() {
        return;
    }
    let mut groups_left: BTreeMap<_, usize> = BTreeMap::new();
    for user in context
        .desired
        .groups
        .values()
        .flat_map(|group| &group.members.users)
    {
        *groups_left.entry(user).or_default() += 1;
    }
    for (name, removal, users) in losing {
        let stranded: Vec<&str> = users
            .iter()
            .filter(|user| !groups_left.contains_key(user))
            .map(|user| user.as_str())
            .collect();
        if !stranded.is_empty() {
            let message = format!("group `{name}` is the only group of {}", some_of(&stranded));
            let diagnostic = context.error(Code::NotOnlyGroupOfUser, message, removal.at);
            diagnostics.push(diagnostic.hint("put them into another group first"));
        }
    }
}

/// What exhaustive ownership deletes has no place to name an heir.
fn deleted_without_heir(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    let Some(live) = context.live else { return };
    let intent = context.intent;
    let gone =
        |kind: Kind, needs: Constraint, code: Code, names: Vec<String>, diagnostics: &mut Diagnostics| {
            if intent.ownership.is_exhaustive(kind) && context.system.has(needs) && !names.is_empty() {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                let (kind, those) = (kind.as_str(), some_of(&names));
                let message = format!(
                    "the project owns every {kind}, and no manifest says who takes over from {those}"
                );
                let hint = format!(
                    "list them under `removed.{kind}s` with `transfer_to`, or under `existing.{kind}s`"
                );
                diagnostics.push(Diagnostic::error(code, message).hint(hint));
            }
        };
    let renames = context.renames;
    let profiles = live.profiles.keys().filter(|name| {
        !renames.profiles.contains_key(*name)
            && !context.desired.profiles.contains_key(*name)
            && !intent.removed.profiles.contains_key(*name)
    });
    let profiles = profiles.map(ProfileName::to_string).collect();
    gone(
        Kind::Profile,
        Constraint::ProfileDeleteNeedsTransfer,
        Code::ProfileDeleteNeedsTransfer,
        profiles,
        diagnostics,
    );
    let roles = live.roles.keys().filter(|name| {
        !renames.roles.contains_key(*name)
            && !context.desired.roles.contains_key(*name)
            && !intent.removed.roles.contains_key(*name)
    });
    let roles = roles.map(RoleName::to_string).collect();
    gone(
        Kind::Role,
        Constraint::RoleDeleteNeedsTransfer,
        Code::RoleDeleteNeedsTransfer,
        roles,
        diagnostics,
    );
    let groups = live.groups.keys().filter(|name| {
        !renames.groups.contains_key(*name)
            && !context.desired.groups.contains_key(*name)
            && !intent.removed.groups.contains_key(*name)
    });
    let groups = groups.map(GroupName::to_string).collect();
    gone(
        Kind::Group,
        Constraint::GroupDeleteNeedsTransfer,
        Code::GroupDeleteNeedsTransfer,
        groups,
        diagnostics,
    );
}

fn wanted_too(context: &Context<'_>, identity: &Identity, place: Span) -> Option<Diagnostic> {
    let wanted = context.intent.place(identity)?;
    let message = format!("{identity} is both defined and removed");
    Some(
        context
            .error(Code::RemovedAndWanted, message, place)
            .label(wanted, "defined here"),
    )
}

fn builtin_object(builtin: bool, identity: &Identity, place: Span) -> Option<Diagnostic> {
    builtin.then(|| {
        Diagnostic::error(
            Code::BuiltinObject,
            format!("{identity} is built in and cannot be deleted"),
        )
        .at(place)
    })
}

fn to_itself(identity: &Identity, heir: &str, place: Span) -> Diagnostic {
    let message = format!("{identity} cannot be handed over to {heir}, which is removed as well");
    Diagnostic::error(Code::TransferToItself, message).at(place)
}

/// Who makes groups of a variety.
pub(super) fn made_by<'a>(context: &'a Context<'_>, variety: &crate::model::GroupVariety) -> &'a str {
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
