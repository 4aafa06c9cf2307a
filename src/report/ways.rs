//! Effective access in words: the way by which a user may, and the sentence that says why not.
//!
//! Names are not made safe for a terminal here: whoever shows the words does that.

use crate::access::{Ability, Fault, Grant, Holder, NotReached, Owner, Refusal, Right, Step, Through};
use crate::model::{Level, ProfileName, RoleName, UserName};

use super::words::access;

/// The arrow between two steps.
const ARROW: &str = " → ";

/// One way by which a user comes to an ability, in one line:
/// `anna → role Sales Rep → group Team A (role and subordinates of Sales Manager) → rule Leads: …`.
pub fn way(user: &UserName, grant: &Grant) -> String {
    let mut line = user.to_string();
    for step in steps(&grant.steps) {
        line.push_str(ARROW);
        line.push_str(&step);
    }
    let owner = steps(&grant.owner);
    if !owner.is_empty() {
        line.push_str(&format!("; the owner: {}", owner.join(ARROW)));
    }
    if let Some(fault) = grant.fault {
        line.push_str(&format!("; {}", fault_words(fault)));
    }
    line
}

/// The steps of a way without the user whose it is: `role Sales Rep → group Team A`.
pub fn way_steps(way: &[Step]) -> String {
    steps(way).join(ARROW)
}

/// Who carries the rights that a user's ways rest on, one each: `profile Sales`, `role Agent, level group`.
pub fn carriers(rights: &[Right]) -> Vec<String> {
    let carrier = |right: &Right| {
        let holder = match &right.holder {
            Holder::Profile(name) => format!("profile {name}"),
            Holder::Role(name) => format!("role {name}"),
        };
        match right.level {
            Level::Allow => holder,
            Level::Own | Level::Group | Level::All => format!("{holder}, level {}", right.level.as_str()),
        }
    };
    rights.iter().map(carrier).collect()
}

/// Why a user may not, in one sentence without a full stop: the first thing that stops the user.
pub fn refusal(user: &UserName, ability: &Ability, owner: Option<&Owner>, refusal: &Refusal) -> String {
    match refusal {
        Refusal::CannotLogIn => format!("{user} cannot log in"),
        Refusal::Lacking(feature) => {
            format!("the installation lacks {feature}, without which nobody has `{ability}`")
        }
        Refusal::NoRight { roles, profiles } => no_right(user, ability, roles, profiles),
        Refusal::ModuleClosed(module) => {
            format!("the field is open to {user}, but no records of {module} are")
        }
        Refusal::NoGroupGives { giving } if giving.is_empty() => format!("no group gives `{ability}`"),
        Refusal::NoGroupGives { giving } => {
            let (subject, verb) = match &giving[..] {
                [_] => ("group", "gives"),
                [] | [_, ..] => ("groups", "give"),
            };
            let names = list(giving.iter().map(ToString::to_string));
            format!("no group of {user} gives `{ability}`; {subject} {names} {verb} it")
        }
        Refusal::NotReached(near) => not_reached(user, ability, owner, near),
    }
}

fn not_reached(user: &UserName, ability: &Ability, owner: Option<&Owner>, near: &NotReached) -> String {
    let mut sentence = match owner {
        Some(Owner::User(owner)) if owner == user => {
            format!("nothing gives {user} `{ability}` about oneself")
        }
        Some(owner) => format!("nothing gives {user} `{ability}` about {owner}"),
        None => format!("nothing gives {user} `{ability}` about anyone"),
    };
    let NotReached {
        level,
        default,
        too_weak,
        without_effect,
    } = near;
    let mut reasons = Vec::new();
    reasons.extend(level.map(|level| format!("the right has level {}", level.as_str())));
    let default = default.as_ref();
    reasons
        .extend(default.map(|(module, default)| format!("the default of {module} is {}", default.as_str())));
    let weak = too_weak.iter();
    reasons.extend(weak.map(|(key, opens)| format!("rule {key} opens only {}", access(*opens))));
    let idle = without_effect.iter();
    reasons.extend(idle.map(|(key, _)| format!("rule {key} has no effect under this default")));
    if !reasons.is_empty() {
        sentence.push_str(": ");
        sentence.push_str(&reasons.join("; "));
    }
    sentence
}

fn no_right(user: &UserName, ability: &Ability, roles: &[RoleName], profiles: &[ProfileName]) -> String {
    let names = list(roles.iter().map(ToString::to_string));
    match (roles, profiles) {
        ([], []) => format!("{user} has no role that could permit `{ability}`"),
        ([_], []) => format!("role {names} does not permit `{ability}`"),
        (_, []) => format!("none of the roles {names} permits `{ability}`"),
        (_, [profile]) => format!("role {names} has profile {profile}, which does not permit `{ability}`"),
        (_, _) => {
            let profiles = list(profiles.iter().map(ToString::to_string));
            format!("role {names} has profiles {profiles}, and none of them permits `{ability}`")
        }
    }
}

/// The steps, each in words; two that say one thing together are one.
fn steps(steps: &[Step]) -> Vec<String> {
    let mut words: Vec<String> = Vec::with_capacity(steps.len());
    let mut before: Option<&Step> = None;
    for step in steps {
        let word = step_words(step, before);
        // `role A is above B` begins with the role, so the step before has nothing to add.
        if let (Step::Above(_), Some(Step::Role(_))) = (step, before) {
            words.pop();
        }
        words.push(word);
        before = Some(step);
    }
    words
}

fn step_words(step: &Step, before: Option<&Step>) -> String {
    match step {
        Step::Role(role) => format!("role {role}"),
        Step::Group { group, through } => format!("group {group}{}", through_words(through, before)),
        Step::Head(group) => format!("head of group {group}"),
        Step::Deputy(group) => format!("deputy in group {group}"),
        Step::Administrator => "administrator".to_owned(),
        Step::SuperRole => "may do everything".to_owned(),
        Step::Global { holder, permission } => match holder {
            Some(Holder::Profile(profile)) => {
                format!("profile {profile}{ARROW}{permission}, for every record")
            }
            Some(Holder::Role(_)) | None => format!("{permission}, for every record"),
        },
        Step::Right => "permitted".to_owned(),
        Step::Level(level) => level_words(*level).to_owned(),
        Step::Own => "own".to_owned(),
        Step::Created => "created".to_owned(),
        Step::GroupOwned => "owned by the group".to_owned(),
        Step::Above(below) => match before {
            Some(Step::Role(role)) if role == below => format!("hierarchy at role {role}"),
            Some(Step::Role(role)) => format!("role {role} is above {below}"),
            Some(_) | None => format!("above role {below}"),
        },
        Step::GroupBelow(group) => format!("someone below is in group {group}"),
        Step::Default { module, access } => format!("default of {module}: {}", access.as_str()),
        Step::Rule { key, access: opens } => format!("rule {key}, {}", access(*opens)),
        Step::Below(user) => format!("above {user}"),
        Step::Given => "given by the group".to_owned(),
        Step::Feature(feature) => format!("given to everyone by {feature}"),
    }
}

/// How someone is in a group, where the step before does not say it already.
fn through_words(through: &Through, before: Option<&Step>) -> String {
    match (through, before) {
        (Through::Listed, _) => String::new(),
        (Through::PrimaryGroup, _) => " (primary group)".to_owned(),
        (Through::Role(role), Some(Step::Role(said))) if role == said => String::new(),
        (Through::Role(role), _) => format!(" (role {role})"),
        (Through::RoleAndSubordinates(role), _) => format!(" (role and subordinates of {role})"),
        (Through::Group(inner), Some(Step::Group { group, .. })) if inner == group => String::new(),
        (Through::Group(inner), _) => format!(" (group {inner})"),
    }
}

fn level_words(level: Level) -> &'static str {
    match level {
        Level::Allow => "permitted",
        Level::Own => "level own",
        Level::Group => "level group",
        Level::All => "level all",
    }
}

fn fault_words(fault: Fault) -> &'static str {
    match fault {
        Fault::PathPrefix => {
            "by a fault of the product, which takes a role for a subordinate because its path begins alike"
        }
    }
}

fn list(words: impl Iterator<Item = String>) -> String {
    words.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
#[path = "ways_tests.rs"]
mod tests;
