//! What a change means for people, as people and programs read it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::abilities::abilities;
use super::words::{and, count, number};
use super::{ChangeReport, ObjectReport, PlaceReport, ways};
use crate::access::{Crowd, Direction, Flag, Impact, Line, Part, Risk, What, Whose};
use crate::model::{Identity, Snapshot};
use crate::system::System;

/// Owners up to this many are named in the line itself.
const NAMED_OWNERS: usize = 2;

/// What a plan means for people and records.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImpactReport {
    /// How many people gain or lose anything.
    pub people: u64,
    /// What they gain and lose, the riskiest first.
    pub lines: Vec<ImpactLine>,
    /// Changes after which everyone can do what they could before.
    pub without_effect: Vec<ObjectReport>,
}

/// One thing that some people gain or lose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImpactLine {
    /// `high`, `medium` or `low`.
    pub risk: Risk,
    /// Why it stands out.
    pub flags: BTreeSet<Flag>,
    /// `gain` or `loss`.
    pub direction: Direction,
    /// The line in words.
    pub summary: String,
    /// How many people.
    pub people: u64,
    /// Who.
    pub who: Crowd,
    /// What they can or could do.
    pub what: What,
    /// Whom it is about.
    pub whose: Option<Whose>,
    /// One of the people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<ExampleReport>,
    /// The changes that cause it.
    pub causes: Vec<CauseReport>,
}

/// One of the people of a line, and the way by which that user comes to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExampleReport {
    /// Who.
    pub user: String,
    /// The way, in words: after the change for a gain, before it for a loss.
    pub path: String,
}

/// A change that causes a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CauseReport {
    /// Which object.
    #[serde(flatten)]
    pub object: ObjectReport,
    /// The manifest place that asked for the change.
    pub place: Option<PlaceReport>,
}

/// Makes the report. `changes` are those of the plan, `identities` the objects they are about, in the same order.
pub(super) fn report(
    system: &System,
    impact: &Impact,
    before: &Snapshot,
    changes: &[ChangeReport],
    identities: &[Identity],
) -> ImpactReport {
    let by_identity: BTreeMap<&Identity, &ChangeReport> = identities.iter().zip(changes).collect();
    let by_object: BTreeMap<ObjectReport, &ChangeReport> = identities
        .iter()
        .zip(changes)
        .map(|(identity, change)| (super::build::object(identity), change))
        .collect();
    let planned: BTreeSet<&Identity> = identities.iter().collect();
    // What only follows from a removal is told as that removal: someone asked for it, and it has a place.
    let asked = |cause: &Identity| -> Vec<ObjectReport> {
        let mut asked = Vec::new();
        for cause in credited(cause, before, &planned) {
            match by_identity.get(&cause) {
                Some(change) if !change.because.is_empty() => asked.extend(change.because.iter().cloned()),
                Some(_) | None => asked.push(super::build::object(&cause)),
            }
        }
        asked
    };
    let lines = impact.lines.iter().map(|line| {
        let causes: BTreeSet<ObjectReport> = line.causes.iter().flat_map(asked).collect();
        let causes = causes.into_iter().map(|object| CauseReport {
            place: by_object.get(&object).and_then(|change| change.place.clone()),
            object,
        });
        ImpactLine {
            risk: line.risk,
            flags: line.flags.clone(),
            direction: line.direction,
            summary: summary(system, line),
            people: line.people,
            who: line.who.clone(),
            what: line.what.clone(),
            whose: line.whose.clone(),
            example: line.example.as_ref().map(|(user, grant)| ExampleReport {
                user: user.to_string(),
                path: ways::way(user, grant),
            }),
            causes: causes.collect(),
        }
    });
    let effective: BTreeSet<ObjectReport> = impact.effective.iter().flat_map(asked).collect();
    let idle = identities.iter().zip(changes).filter(|(identity, change)| {
        let itself = effective.contains(&super::build::object(identity));
        !itself && !change.because.iter().any(|asked| effective.contains(asked))
    });
    let idle = idle.map(|(identity, _)| identity);
    ImpactReport {
        people: impact.people,
        lines: lines.collect(),
        without_effect: idle.map(super::build::object).collect(),
    }
}

/// The planned changes behind a cause. A role that no step changes has lost a profile that is deleted.
fn credited(cause: &Identity, before: &Snapshot, planned: &BTreeSet<&Identity>) -> Vec<Identity> {
    if planned.contains(cause) {
        return vec![cause.clone()];
    }
    let Identity::Role(role) = cause else {
        return vec![cause.clone()];
    };
    let profiles = before.roles.get(role).into_iter().flat_map(|role| &role.profiles);
    let gone = profiles.map(|profile| Identity::Profile(profile.clone()));
    let gone: Vec<Identity> = gone.filter(|profile| planned.contains(profile)).collect();
    if gone.is_empty() {
        vec![cause.clone()]
    } else {
        gone
    }
}

/// Whether a summary names everyone whom it is about.
pub(super) fn names_owners(whose: &Whose) -> bool {
    let parts = &whose.others.parts;
    let named = parts.iter().filter_map(owner_name).count();
    matches!(parts[..], [Part::Everyone]) || (named == parts.len() && named <= NAMED_OWNERS)
}

/// `42 people gain edit on Leads of 118 owners`.
fn summary(system: &System, line: &Line) -> String {
    let (who, verbs) = match &line.who.parts[..] {
        [Part::User(name)] => (name.to_string(), ("gains", "loses")),
        _ if line.people == 1 => ("1 person".to_owned(), ("gains", "loses")),
        _ => (format!("{} people", number(line.people)), ("gain", "lose")),
    };
    let verb = match line.direction {
        Direction::Gain => verbs.0,
        Direction::Loss => verbs.1,
    };
    let what = match &line.what {
        What::Administration => return administration(line, &who),
        What::Abilities(names) => abilities(system, names),
    };
    let whose = line
        .whose
        .as_ref()
        .map(|whose| whose_words(line.direction, whose))
        .unwrap_or_default();
    format!("{who} {verb} {what}{whose}")
}

fn administration(line: &Line, who: &str) -> String {
    let many = line.people != 1;
    let verb = match (line.direction, many) {
        (Direction::Gain, true) => "become administrators in effect",
        (Direction::Gain, false) => "becomes an administrator in effect",
        (Direction::Loss, true) => "cease to be administrators in effect",
        (Direction::Loss, false) => "ceases to be an administrator in effect",
    };
    format!("{who} {verb}")
}

/// ` of 118 owners`, ` of their own and of ben`.
fn whose_words(direction: Direction, whose: &Whose) -> String {
    let mut of = Vec::new();
    let everyone = matches!(whose.others.parts[..], [Part::Everyone]);
    if whose.own && !everyone {
        of.push("their own".to_owned());
    }
    let named = whose.others.parts.iter().filter_map(owner_name);
    if everyone {
        // Who gains everyone may have reached some of them before; who loses everyone may reach some of them still.
        let all = match (direction, whose.alike) {
            (Direction::Gain, _) | (Direction::Loss, true) => "everyone",
            (Direction::Loss, false) => "everyone not reached otherwise",
        };
        of.push(but(all, &whose.others));
    } else if whose.owners > 0 && names_owners(whose) {
        of.extend(named);
    } else if whose.owners > 0 {
        let up_to = if whose.alike { "" } else { "up to " };
        of.push(format!("{up_to}{}", count(whose.owners, "owner")));
    }
    if of.is_empty() {
        return String::new();
    }
    let records = whose.records.filter(|records| *records > 0);
    let records = records.map_or_else(String::new, |records| format!(" ({})", count(records, "record")));
    format!(" of {}{records}", and(&of))
}

fn owner_name(part: &Part) -> Option<String> {
    match part {
        Part::User(name) => Some(name.to_string()),
        Part::Group(name) => Some(format!("group {name}")),
        Part::Everyone
        | Part::EveryUser
        | Part::RoleAndSubordinates { .. }
        | Part::Role { .. }
        | Part::Members { .. } => None,
    }
}

fn but(whole: &str, crowd: &Crowd) -> String {
    let but: Vec<String> = crowd.but.iter().map(ToString::to_string).collect();
    if but.is_empty() {
        whole.to_owned()
    } else {
        format!("{whole} but {}", and(&but))
    }
}

/// The parts of a crowd in words, each with how many there are.
pub fn crowd(crowd: &Crowd) -> Vec<String> {
    let parts = crowd.parts.iter().map(|part| match part {
        Part::Everyone => "everyone".to_owned(),
        Part::EveryUser => "every user".to_owned(),
        Part::RoleAndSubordinates { role, people } => {
            format!("role {role} and subordinates ({})", number(*people))
        }
        Part::Role { role, people } => format!("everyone in role {role} ({})", number(*people)),
        Part::Members { group, people } => format!("everyone in group {group} ({})", number(*people)),
        Part::Group(name) => format!("group {name}"),
        Part::User(name) => name.to_string(),
    });
    let mut words: Vec<String> = parts.collect();
    if let Some(last) = words.last_mut() {
        *last = but(last, crowd);
    }
    words
}
