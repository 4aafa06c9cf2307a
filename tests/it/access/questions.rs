//! What is worth asking about a state.
//!
//! On most of a product's modules nobody says anything, so that everyone's answers there are alike. They are left out,
//! and the questions that remain can be asked of everyone about everyone.

use std::collections::BTreeSet;

use rolecall::access::{Ability, FieldUse, Owner};
use rolecall::model::{FieldName, ModuleName, Rights, Snapshot, UserName};
use rolecall::system::System;

use super::oracle;

/// One question: whether a user has an ability, about someone where it is about someone.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) user: UserName,
    pub(crate) ability: Ability,
    pub(crate) target: Option<Owner>,
}

impl Question {
    /// The answer of the oracle for a state, on its own installation.
    pub(crate) fn answer(&self, system: &System, snapshot: &Snapshot) -> bool {
        oracle::may(
            system,
            snapshot,
            &snapshot.installation,
            &self.user,
            &self.ability,
            self.target.as_ref(),
        )
    }
}

/// Every question that is worth asking: every user, every ability that is spoken of, everyone it could be about.
pub(crate) fn questions(system: &System, snapshot: &Snapshot) -> Vec<Question> {
    let mut questions = Vec::new();
    for ability in abilities_spoken_of(system, snapshot) {
        let targets = match oracle::targets(system, snapshot, &ability) {
            Some(targets) => targets.into_iter().map(Some).collect(),
            None => vec![None],
        };
        for user in snapshot.users.keys() {
            questions.extend(targets.iter().map(|target| Question {
                user: user.clone(),
                ability: ability.clone(),
                target: target.clone(),
            }));
        }
    }
    questions
}

/// The modules of which rights, rules or the installation speak, and those that are tied to them.
pub(super) fn modules_spoken_of(system: &System, snapshot: &Snapshot) -> BTreeSet<ModuleName> {
    let of_rules = snapshot.sharing.rules.keys().map(|key| &key.module);
    let of_rights = all_rights(snapshot).flat_map(|rights| rights.modules.keys());
    let named: BTreeSet<&ModuleName> = of_rules
        .chain(of_rights)
        .chain(snapshot.installation.modules.keys())
        .collect();
    let tied = |module: &ModuleName| {
        let listed = system.module(module);
        let mut others = listed
            .into_iter()
            .flat_map(|listed| listed.follows.iter().chain(&listed.rights_of));
        named.contains(module) || others.any(|other| named.contains(other))
    };
    system.modules_of(&snapshot.installation).filter(tied).collect()
}

/// The abilities that differ from one user to the other: those on modules of which nothing speaks are left out, and
/// of the fields that no right names one is kept for each module.
pub(super) fn abilities_spoken_of(system: &System, snapshot: &Snapshot) -> Vec<Ability> {
    let modules = modules_spoken_of(system, snapshot);
    let named = |module: &ModuleName, field: &FieldName| {
        let mut rights = all_rights(snapshot).filter_map(|rights| rights.modules.get(module));
        rights.any(|rights| rights.fields.contains_key(field))
    };
    let mut unnamed: BTreeSet<(ModuleName, FieldUse)> = BTreeSet::new();
    let mut abilities = oracle::abilities(system, snapshot, &snapshot.installation);
    abilities.retain(|ability| match ability {
        Ability::Action { module, .. } => modules.contains(module),
        Ability::Field { module, field, used } => {
            modules.contains(module) && (named(module, field) || unnamed.insert((module.clone(), *used)))
        }
        Ability::Permission(_) | Ability::Service(_) | Ability::Authorisation { .. } | Ability::Role(_) => {
            true
        }
    });
    abilities
}

fn all_rights(snapshot: &Snapshot) -> impl Iterator<Item = &Rights> {
    let of_profiles = snapshot.profiles.values().map(|profile| &profile.rights);
    of_profiles.chain(snapshot.roles.values().map(|role| &role.rights))
}
