//! What people gain for a moment while a plan is applied.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::abilities::abilities;
use super::words::{and, number};
use crate::access::{Ability, Owner};
use crate::model::UserName;
use crate::plan::{Plan, Preference, Stage};
use crate::policy::{Interim, InterimUnknown};
use crate::system::System;

/// Names that are written out in a sentence.
const NAMED: usize = 4;
/// Sentences about gains in the report for people.
const TOLD: usize = 5;

/// What lies between the first write of a plan and the last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterimReport {
    /// What some people can do in between and neither before nor after, in the order of the steps that bring it.
    pub gains: Vec<InterimGainReport>,
    /// Why gains in between are not known, if they are not.
    pub unknown: Option<InterimUnknown>,
    /// How many objects are changed in several writes, so that nobody gains in between: what they lose comes first.
    pub split: usize,
}

/// A gain in between.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterimGainReport {
    /// The gain in words.
    pub summary: String,
    /// Who.
    pub users: Vec<String>,
    /// What, in words.
    pub abilities: String,
    /// Whose records: users and groups; empty where it is about nobody's.
    pub owners: Vec<String>,
    /// The step that brings it, from 1.
    pub step: usize,
}

impl InterimReport {
    pub(super) fn new(system: &System, plan: &Plan, interim: &Interim) -> Self {
        type Alike<'a> = (usize, &'a BTreeSet<UserName>, &'a BTreeSet<Owner>);
        let mut alike: BTreeMap<Alike<'_>, Vec<&Ability>> = BTreeMap::new();
        for gain in &interim.gains {
            let key = (gain.step, &gain.users, &gain.owners);
            alike.entry(key).or_default().push(&gain.ability);
        }
        let gains = alike.into_iter().map(|((step, users, owners), what)| {
            let users: Vec<String> = users.iter().map(ToString::to_string).collect();
            let owners: Vec<String> = owners.iter().map(owner).collect();
            let abilities = abilities(system, what);
            let mut summary = format!("{} can {abilities}", some(&users));
            if !owners.is_empty() {
                summary.push_str(&format!(" of {}", some(&owners)));
            }
            InterimGainReport {
                summary,
                users,
                abilities,
                owners,
                step: step + 1,
            }
        });
        Self {
            gains: gains.collect(),
            unknown: interim.unknown,
            split: split(plan),
        }
    }

    /// Whether there is nothing to say.
    pub(super) fn is_empty(&self) -> bool {
        self.gains.is_empty() && self.unknown.is_none() && self.split == 0
    }

    /// The sentences for people.
    pub(super) fn notes(&self) -> Vec<String> {
        let gains = self.gains.iter().take(TOLD);
        let mut notes: Vec<String> = gains
            .map(|gain| {
                let InterimGainReport { summary, step, .. } = gain;
                format!("in between, from step {step} on and no longer when all is done: {summary}")
            })
            .collect();
        if self.gains.len() > TOLD {
            let more = number((self.gains.len() - TOLD) as u64);
            notes.push(format!(
                "in between, {more} more gains (--format json lists them)"
            ));
        }
        match self.unknown {
            Some(InterimUnknown::GrantsFirst) => notes.push(
                "in between, some may have what they have before and what they have after together (--grants-first)"
                    .to_owned(),
            ),
            Some(InterimUnknown::TooMany) => notes.push(
                "in between, who gains for a moment was not looked at: too many users or roles move".to_owned(),
            ),
            None => {}
        }
        if self.split > 0 {
            let (objects, are) = if self.split == 1 {
                ("object is", "it loses")
            } else {
                ("objects are", "they lose")
            };
            notes.push(format!(
                "{} {objects} changed in several writes: what {are} first, so that nobody gains in between; \
                 some are without for a moment (--grants-first turns that round)",
                number(self.split as u64)
            ));
        }
        notes
    }
}

fn owner(owner: &Owner) -> String {
    match owner {
        Owner::User(user) => user.to_string(),
        Owner::Group(group) => format!("group {group}"),
    }
}

/// A few names, or how many there are.
fn some(names: &[String]) -> String {
    if names.len() <= NAMED {
        return and(names);
    }
    let more = number((names.len() - (NAMED - 1)) as u64);
    format!("{} and {more} more", names[..NAMED - 1].join(", "))
}

/// How many objects lose something in one write and gain something in another.
fn split(plan: &Plan) -> usize {
    if plan.preference == Preference::GrantsFirst {
        return 0;
    }
    let mut revoked = BTreeSet::new();
    let mut split = BTreeSet::new();
    for step in &plan.steps {
        let identity = step.operation.final_identity();
        match step.turn.stage {
            Stage::Revoke => {
                revoked.insert(identity);
            }
            Stage::Grant | Stage::Move if revoked.contains(&identity) => {
                split.insert(identity);
            }
            Stage::Rename | Stage::Prepare | Stage::Move | Stage::Grant => {}
        }
    }
    split.len()
}
