//! The people of one state in another: who the users are, and how many records everyone owns.
//!
//! Manifests say nothing of most users. Whoever judges manifests without their deployment, such as the review of a
//! pull request from a fork, takes the people from a state that was exported before.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::overlay::{Scope, overlay};
use super::spelling::Spellings;
use crate::model::{Date, Intent, Principal, Records, Snapshot, User, UserName};
use crate::system::System;
use crate::text::{Code, Diagnostic, Diagnostics, closest};

/// Gives `state` the users and records of `people`, another state of the same system.
///
/// People come with the names of their own state. What `intent`, which `state` came from, says of roles, renames and
/// removals is done to them as it would be on their deployment. What they refer to and `state` lacks is left out with a
/// warning. A user who is not among them stays, with a warning, where `state` or `intent` names one: someone whom a
/// manifest has just put into a group is not to be overlooked. `people_name` is what warnings call the people, `today`
/// the day for which the intent is judged.
pub fn with_people(
    system: &System,
    state: &mut Snapshot,
    intent: Option<&Intent>,
    people: &Snapshot,
    people_name: &str,
    today: Date,
    diagnostics: &mut Diagnostics,
) {
    let people = match intent {
        // What the overlay finds about users is said below; a rename that it cannot decide leaves a role that is not
        // there.
        Some(intent) => {
            let mut known = Diagnostics::default();
            Cow::Owned(overlay(system, people, intent, Scope::Manifests, today, &mut known).desired)
        }
        None => Cow::Borrowed(people),
    };
    let mut warn = |message: String| diagnostics.push(Diagnostic::warning(Code::NotInState, message));

    let roles = Spellings::of(system, state.roles.keys());
    let groups = Spellings::of(system, state.groups.keys());
    let mut lost_roles = BTreeMap::new();
    let mut lost_groups = BTreeMap::new();
    let mut users = people.users.clone();
    for user in users.values_mut() {
        user.role = user.role.take().and_then(|role| {
            if state.roles.contains_key(&role) {
                return Some(role);
            }
            let spelt = roles.find(system, role.as_str()).cloned();
            if spelt.is_none() {
                *lost_roles.entry(role).or_insert(0) += 1;
            }
            spelt
        });
        user.primary_group = user.primary_group.take().and_then(|group| {
            if state.groups.contains_key(&group) {
                return Some(group);
            }
            let spelt = groups.find(system, group.as_str()).cloned();
            if spelt.is_none() {
                *lost_groups.entry(group).or_insert(0) += 1;
            }
            spelt
        });
    }
    for (role, holders) in lost_roles {
        let holders = counted(holders, "user");
        warn(format!(
            "role `{role}` of {holders} in {people_name} is not there: left out"
        ));
    }
    for (group, holders) in lost_groups {
        let holders = counted(holders, "user");
        warn(format!(
            "group `{group}`, primary group of {holders} in {people_name}, is not there: left out"
        ));
    }

    let mut records = Records::default();
    for (owner, modules) in &people.records.0 {
        let found = match owner {
            Principal::User(name) => users.contains_key(name).then(|| owner.clone()),
            Principal::Group(name) if state.groups.contains_key(name) => Some(owner.clone()),
            Principal::Group(name) => groups.find(system, name.as_str()).cloned().map(Principal::Group),
            // These own nothing in any product.
            Principal::Everyone | Principal::Role(_) | Principal::RoleAndSubordinates(_) => None,
        };
        let Some(found) = found else {
            let count = people.records.owned_by(owner);
            let count = counted(count, "record");
            warn(format!(
                "{owner}, owner of {count} in {people_name}, is not there: left out"
            ));
            continue;
        };
        let owned = records.0.entry(found).or_default();
        for (module, count) in modules {
            *owned.entry(module.clone()).or_default() += count;
        }
    }

    for (name, user) in needed(state, intent) {
        if users.contains_key(&name) {
            continue;
        }
        let mut unknown =
            Diagnostic::warning(Code::NotInState, format!("user `{name}` is not in {people_name}"));
        if let Some(wanted) = intent.and_then(|intent| intent.users.get(&name)) {
            unknown = unknown.at(wanted.at);
        }
        let known = people.users.keys().map(UserName::as_str);
        if let Some(close) = closest(name.as_str(), known) {
            unknown = unknown.hint(format!("did you mean `{close}`?"));
        }
        diagnostics.push(unknown);
        users.insert(name, user);
    }
    state.users = users;
    state.records = records;
}

/// The users whom the state or the intent names, as they are in the state.
fn needed(state: &Snapshot, intent: Option<&Intent>) -> BTreeMap<UserName, User> {
    let mut names = named_users(state);
    names.extend(intent.iter().flat_map(|intent| intent.users.keys().cloned()));
    names
        .into_iter()
        .map(|name| {
            let user = state.users.get(&name).cloned().unwrap_or_default();
            (name, user)
        })
        .collect()
}

/// Every user whom a group or a sharing rule of the state names.
pub fn named_users(state: &Snapshot) -> BTreeSet<UserName> {
    let in_groups = state.groups.values().flat_map(|group| {
        let heads = group.head.iter().chain(&group.deputy);
        group.members.users.iter().chain(heads).cloned()
    });
    let rules = state.sharing.rules.keys();
    let in_rules = rules
        .flat_map(|key| [&key.from, &key.to])
        .filter_map(|principal| match principal {
            Principal::User(name) => Some(name.clone()),
            Principal::Everyone
            | Principal::Role(_)
            | Principal::RoleAndSubordinates(_)
            | Principal::Group(_) => None,
        });
    in_groups.chain(in_rules).collect()
}

fn counted(count: u64, word: &str) -> String {
    match count {
        1 => format!("1 {word}"),
        many => format!("{many} {word}s"),
    }
}
