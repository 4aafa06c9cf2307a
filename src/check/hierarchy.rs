//! The role hierarchy is a tree and group nesting has no cycle.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::Context;
use crate::model::{GroupName, Identity, RoleName};
use crate::text::{Code, Diagnostics};

/// No role above itself, one top where the product has one, no deeper than the product stores.
pub(super) fn roles(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    let Some(kind) = &context.system.definition().roles else {
        return;
    };
    let roles = &context.desired.roles;
    let mut depths: BTreeMap<&RoleName, usize> = BTreeMap::new();
    for start in roles.keys() {
        let mut path: Vec<&RoleName> = Vec::new();
        let mut on_path: BTreeSet<&RoleName> = BTreeSet::new();
        let mut current = start;
        let above = loop {
            if let Some(depth) = depths.get(current) {
                break Some(*depth);
            }
            if !on_path.insert(current) {
                break None;
            }
            path.push(current);
            match roles
                .get(current)
                .and_then(|role| role.reports_to.as_ref())
                .and_then(|up| roles.get_key_value(up))
            {
                Some((superior, _)) => current = superior,
                None => break Some(usize::MAX),
            }
        };
        let Some(above) = above else {
            let from = path.iter().position(|role| *role == current).unwrap_or(0);
            report_role_cycle(context, &path[from..], diagnostics);
            // Known from here on, so that the cycle is reported once.
            for role in path {
                depths.insert(role, 0);
            }
            continue;
        };
        let mut depth = above;
        for role in path.into_iter().rev() {
            depth = depth.wrapping_add(1);
            depths.insert(role, depth);
        }
    }
    if let Some(limit) = kind.max_depth {
        for (name, depth) in depths.iter().filter(|(_, depth)| **depth > limit as usize) {
            let message = format!("role `{name}` has {depth} roles above it, and the product stores {limit}");
            diagnostics.push(context.violation(&Identity::Role((*name).clone()), Code::RoleTooDeep, message));
        }
    }
    let Some(root) = &kind.root else { return };
    for (name, role) in roles
        .iter()
        .filter(|(name, role)| role.reports_to.is_none() && *name != root)
    {
        let _ = role;
        // Offline, a role that says nothing of its superior may have one on the deployment.
        let says_so = context
            .intent
            .roles
            .get(name)
            .is_some_and(|wanted| wanted.reports_to.is_some());
        if context.before.is_some() || says_so {
            let message =
                format!("role `{name}` reports to nobody; every role but `{root}` reports to another");
            diagnostics.push(context.violation(
                &Identity::Role(name.clone()),
                Code::RoleNeedsParent,
                message,
            ));
        }
    }
}

fn report_role_cycle(context: &Context<'_>, cycle: &[&RoleName], diagnostics: &mut Diagnostics) {
    let intent = context.intent;
    let Some(first) = cycle
        .iter()
        .find(|role| intent.roles.contains_key(**role))
        .or(cycle.first())
    else {
        return;
    };
    let mut words: Vec<&str> = cycle.iter().map(|role| role.as_str()).collect();
    words.push(words[0]);
    let message = format!("role cycle: {}", words.join(" reports to "));
    let identity = Identity::Role((*first).clone());
    let mut diagnostic = context.violation(&identity, Code::RoleCycle, message);
    if let Some(place) = intent
        .roles
        .get(*first)
        .and_then(|wanted| wanted.reports_to.as_ref())
    {
        diagnostic = diagnostic.at(place.span);
    }
    diagnostics.push(diagnostic);
}

/// No group in itself.
pub(super) fn groups(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    let groups = &context.desired.groups;
    let mut done: HashSet<&GroupName> = HashSet::new();
    let holds_none = |name: &GroupName| {
        groups
            .get(name)
            .is_none_or(|group| group.members.groups.is_empty())
    };
    for (start, group) in groups {
        // Most groups hold none, and then there is nothing to walk.
        if group.members.groups.is_empty() || done.contains(start) {
            continue;
        }
        // Depth first, with the path from `start` in `path`; each frame is a group and what is left to visit in it.
        let mut path: Vec<&GroupName> = Vec::new();
        let mut on_path: BTreeSet<&GroupName> = BTreeSet::new();
        let mut stack: Vec<Vec<&GroupName>> = vec![vec![start]];
        while let Some(frame) = stack.last_mut() {
            let Some(group) = frame.pop() else {
                stack.pop();
                if let Some(left) = path.pop() {
                    on_path.remove(left);
                    done.insert(left);
                }
                continue;
            };
            if on_path.contains(group) {
                let from = path.iter().position(|held| *held == group).unwrap_or(0);
                report_group_cycle(context, &path[from..], diagnostics);
                continue;
            }
            if done.contains(group) || holds_none(group) {
                continue;
            }
            path.push(group);
            on_path.insert(group);
            let nested = groups.get(group).map(|group| &group.members.groups);
            stack.push(nested.into_iter().flatten().rev().collect());
        }
    }
}

fn report_group_cycle(context: &Context<'_>, cycle: &[&GroupName], diagnostics: &mut Diagnostics) {
    let intent = context.intent;
    // Point at the membership that closes the cycle, where a manifest asks for it.
    let pairs = cycle
        .iter()
        .enumerate()
        .map(|(i, holder)| (*holder, cycle[(i + 1) % cycle.len()]));
    let place = pairs.into_iter().find_map(|(holder, nested)| {
        let members = intent.groups.get(holder)?.members.as_ref()?;
        let member = members
            .value
            .groups
            .iter()
            .find(|member| member.value == *nested)?;
        Some((holder, member.span))
    });
    let mut words: Vec<&str> = cycle.iter().map(|group| group.as_str()).collect();
    words.push(words[0]);
    let message = format!("group cycle: {}", words.join(" contains "));
    let holder = place.map_or(cycle[0], |(holder, _)| holder);
    let mut diagnostic = context.violation(&Identity::Group(holder.clone()), Code::GroupCycle, message);
    if let Some((_, span)) = place {
        diagnostic = diagnostic.at(span);
    }
    diagnostics.push(diagnostic);
}
