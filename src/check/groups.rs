//! Groups as single objects: who may be in them and which settings go together.

use std::collections::BTreeSet;

use super::Context;
use super::removals::made_by;
use crate::model::{
    FeatureId, Group, GroupIntent, GroupName, Identity, MemberIntent, Members, MembersIntent, ServiceId,
    Status,
};
use crate::system::Constraint;
use crate::text::{Code, Diagnostic, Diagnostics, Span};

/// Groups that are made elsewhere are neither made nor changed here.
pub(super) fn external(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    let renamed: BTreeSet<_> = context.renames.groups.values().collect();
    for (name, wanted) in &context.intent.groups {
        let Some(group) = context.desired.groups.get(name) else {
            continue;
        };
        let before = context.before.and_then(|before| before.groups.get(name));
        let Some(variety) = before.map_or(group.variety.as_ref(), |before| before.variety.as_ref()) else {
            if let (Some(_), Some(variety)) = (before, &wanted.variety) {
                let message = format!("group `{name}` is an ordinary group, not a {}", variety.value);
                diagnostics.push(context.error(Code::ExternalGroup, message, variety.span));
            }
            continue;
        };
        let made_by = made_by(context, variety);
        if context.before.is_some() && before.is_none() {
            let message = format!("group `{name}` is made by {made_by} and cannot be created here");
            diagnostics.push(context.error(Code::ExternalGroup, message, wanted.at));
        } else if before.is_some_and(|before| before != group) || renamed.contains(name) {
            let message = format!("group `{name}` is made by {made_by} and cannot be changed here");
            diagnostics.push(context.error(Code::ExternalGroup, message, wanted.at));
        } else if context.before.is_none() && !context.intent.existing.groups.contains_key(name) {
            let message = format!("group `{name}` is made by {made_by} and cannot be created here");
            let hint = "list it under `existing.groups`";
            diagnostics.push(context.error(Code::ExternalGroup, message, wanted.at).hint(hint));
        }
    }
}

/// Nobody is in a group who may not be, and nobody leaves one who cannot.
pub(super) fn members(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    primary_groups(context, diagnostics);
    if !context.system.has(Constraint::SuperRoleNotInGroups) {
        return;
    }
    let super_roles = &context.system.definition().access.super_roles;
    let role_of = |user| {
        let wanted = context
            .intent
            .users
            .get(user)
            .and_then(|wanted| wanted.role.as_ref()?.value.as_ref());
        wanted.or_else(|| context.desired.users.get(user)?.role.as_ref())
    };
    for (name, group) in &context.desired.groups {
        let wanted = context.intent.groups.get(name);
        let members = wanted.and_then(|wanted| wanted.members.as_ref());
        for user in &group.members.users {
            let Some(role) = role_of(user).filter(|role| super_roles.contains(*role)) else {
                continue;
            };
            let message = format!("user `{user}` has role `{role}` and cannot be in group `{name}`");
            let place = members.and_then(|members| place_of(&members.value.users, user));
            let place = place.or_else(|| context.intent.place(&Identity::User(user.clone())));
            diagnostics.push(barred(context, name, message, place));
        }
        let Members {
            roles,
            roles_and_subordinates,
            ..
        } = &group.members;
        for role in roles.union(roles_and_subordinates) {
            if super_roles.contains(role) {
                let message = format!("users with role `{role}` cannot be in group `{name}`");
                let place = members.and_then(|members| {
                    let MembersIntent {
                        roles,
                        roles_and_subordinates,
                        ..
                    } = &members.value;
                    place_of(roles, role).or_else(|| place_of(roles_and_subordinates, role))
                });
                diagnostics.push(barred(context, name, message, place));
            }
        }
    }
    for (user, value) in &context.desired.users {
        let Some((group, role)) = value.primary_group.as_ref().zip(role_of(user)) else {
            continue;
        };
        let listed = context.desired.groups.get(group);
        let listed = listed.is_some_and(|group| group.members.users.contains(user));
        if super_roles.contains(role) && !listed {
            let message = format!("user `{user}` has role `{role}` and cannot be in group `{group}`");
            let place = context.intent.place(&Identity::User(user.clone()));
            diagnostics.push(barred(context, group, message, place));
        }
    }
}

fn place_of<N: PartialEq>(listed: &[MemberIntent<N>], member: &N) -> Option<Span> {
    listed
        .iter()
        .find(|each| each.value == *member)
        .map(|each| each.span)
}

/// Someone who may do everything is in a group: an error where a manifest says so.
fn barred(context: &Context<'_>, group: &GroupName, message: String, place: Option<Span>) -> Diagnostic {
    match place {
        Some(place) => context.error(Code::SuperRoleNotInGroups, message, place),
        None => context.violation(
            &Identity::Group(group.clone()),
            Code::SuperRoleNotInGroups,
            message,
        ),
    }
}

/// The directory's primary group is not left through the member list. Deleting one is judged with the removals.
fn primary_groups(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    let Some(before) = context.before else { return };
    for (name, user) in &before.users {
        let Some(primary) = &user.primary_group else {
            continue;
        };
        let was = before
            .groups
            .get(primary)
            .is_some_and(|group| group.members.users.contains(name));
        let is = context
            .desired
            .groups
            .get(primary)
            .is_none_or(|group| group.members.users.contains(name));
        let members = context
            .intent
            .groups
            .get(primary)
            .and_then(|wanted| wanted.members.as_ref());
        if let Some(members) = members.filter(|_| was && !is) {
            let message =
                format!("group `{primary}` is the primary group of `{name}`, who cannot leave it here");
            diagnostics.push(context.error(Code::PrimaryGroup, message, members.span));
        }
    }
}

/// Settings that go together.
pub(super) fn settings(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    for (name, wanted) in &context.intent.groups {
        let Some(group) = context.desired.groups.get(name) else {
            continue;
        };
        head(context, name, group, wanted, diagnostics);
        call_group(context, name, group, wanted, diagnostics);
        services(context, group, wanted, diagnostics);
    }
}

fn head(
    context: &Context<'_>,
    name: &GroupName,
    group: &Group,
    wanted: &GroupIntent,
    diagnostics: &mut Diagnostics,
) {
    if !context.system.has(Constraint::HeadSettingsNeedHead) || group.head.is_some() {
        return;
    }
    // Offline, a manifest that says nothing of the head may be laid over a group that has one.
    if context.before.is_none() && wanted.head.is_none() && context.intent.existing.groups.contains_key(name)
    {
        return;
    }
    if group.deputy.is_some() {
        let place = wanted.deputy.as_ref().map_or(wanted.at, |deputy| deputy.span);
        let message = format!("group `{name}` has a deputy but no head");
        diagnostics.push(context.error(Code::HeadSettingsNeedHead, message, place));
    }
    if group.head_authorisations.is_some() {
        let place = wanted
            .head_authorisations
            .as_ref()
            .map_or(wanted.at, |at| at.span);
        let message = format!("group `{name}` has authorisations of a head but no head");
        diagnostics.push(context.error(Code::HeadSettingsNeedHead, message, place));
    }
}

fn call_group(
    context: &Context<'_>,
    name: &GroupName,
    group: &Group,
    wanted: &GroupIntent,
    diagnostics: &mut Diagnostics,
) {
    let Some(call_group) = &group.call_group else {
        return;
    };
    let place = wanted.call_group.as_ref().map_or(wanted.at, |at| at.span);
    if context.system.has(Constraint::CallGroupNeedsActiveGroup) && group.status == Status::Inactive {
        let message = format!("group `{name}` is inactive and cannot be a call group");
        diagnostics.push(context.error(Code::CallGroupNeedsActiveGroup, message, place));
    }
    let kind = context.system.definition().groups.as_ref();
    let mode = kind.and_then(|kind| {
        kind.call_group_modes
            .iter()
            .find(|mode| mode.id == call_group.mode)
    });
    if let Some((mode, feature)) = mode.and_then(|mode| Some((mode, mode.needs.as_ref()?)))
        && !context.system.has_feature(context.installation, feature)
    {
        let message = format!(
            "call groups by {} need `{feature}`, which the installation does not have",
            mode.label
        );
        diagnostics.push(context.error(Code::NotLicensed, message, place));
    }
}

fn services(context: &Context<'_>, group: &Group, wanted: &GroupIntent, diagnostics: &mut Diagnostics) {
    let Some(services) = &wanted.services else { return };
    let has = |feature: &FeatureId| context.system.has_feature(context.installation, feature);
    for wanted in &services.value {
        let Some(service) = context.system.service(&wanted.value) else {
            continue;
        };
        if let Some(feature) = service.unless.as_ref().filter(|feature| has(feature)) {
            let message = format!(
                "`{}` is granted to everyone (`{feature}`), so a group cannot set it",
                service.label
            );
            diagnostics.push(context.error(Code::GrantedGlobally, message, wanted.span));
        }
        if let Some(feature) = service.needs.as_ref().filter(|feature| !has(feature)) {
            let message = format!("`{}` has no effect without `{feature}`", service.label);
            diagnostics.push(without_effect(message, wanted.span));
        }
        let needed = &service.needs_one_of;
        if !needed.is_empty() && needed.iter().all(|other| !group.services.contains(other)) {
            let needed: Vec<&str> = needed.iter().map(ServiceId::as_str).collect();
            let message = format!(
                "`{}` has no effect without {}",
                service.label,
                needed.join(" or ")
            );
            diagnostics.push(without_effect(message, wanted.span));
        }
    }
}

fn without_effect(message: String, place: Span) -> Diagnostic {
    Diagnostic::warning(Code::NoEffect, message).at(place)
}
