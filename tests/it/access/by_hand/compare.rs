//! Holding whatever answers questions about access against expectations.

use std::collections::{BTreeMap, BTreeSet};

use rolecall::access::{Ability, Owner};
use rolecall::model::{GroupName, UserName};

use super::table::{Check, Expected, Question, Table};
use super::world::World;

/// Something that answers questions about one world.
pub(super) trait Answers {
    /// Who is in a group.
    fn members(&self, group: &GroupName) -> BTreeSet<UserName>;

    /// Whether, and about whom, a user has an ability.
    fn answer(&self, user: &UserName, ability: &Ability) -> Answer;
}

/// An answer.
#[derive(Debug)]
pub(super) enum Answer {
    /// It is had, or not.
    Had(bool),
    /// It is about some of those whom it can be about.
    About {
        /// Everyone whom it can be about.
        all: BTreeSet<Owner>,
        /// Those whom it is about.
        reached: BTreeSet<Owner>,
    },
}

/// Every check that is answered otherwise, in words.
pub(super) fn disagreements(table: &Table, answers: &impl Answers) -> Vec<String> {
    table
        .checks
        .iter()
        .filter_map(|check| disagreement(check, answers))
        .collect()
}

fn disagreement(check: &Check, answers: &impl Answers) -> Option<String> {
    let answer = match &check.question {
        Question::Members(group) => {
            let members: BTreeSet<Owner> = answers.members(group).into_iter().map(Owner::User).collect();
            Answer::About {
                all: members.clone(),
                reached: members,
            }
        }
        Question::May(user, ability) => answers.answer(user, ability),
    };
    let asked = match &check.question {
        Question::Members(group) => format!("line {}: members {group}", check.line),
        Question::May(user, ability) => format!("line {}: {user} {ability}", check.line),
    };
    let (expected, reached) = match (&check.expected, answer) {
        (Expected::Had(expected), Answer::Had(had)) => {
            return (*expected != had).then(|| format!("{asked}: expected {expected}, is {had}"));
        }
        (Expected::Exactly(expected), Answer::About { reached, .. }) => (expected.clone(), reached),
        (Expected::EveryoneBut(but), Answer::About { all, reached }) => (&all - but, reached),
        (Expected::Had(_), answer @ Answer::About { .. })
        | (Expected::Exactly(_) | Expected::EveryoneBut(_), answer @ Answer::Had(_)) => {
            return Some(format!(
                "{asked}: expected another kind of answer than {answer:?}"
            ));
        }
    };
    let in_words = |owners: BTreeSet<Owner>| {
        let words: Vec<String> = owners.iter().map(Owner::to_string).collect();
        words.join(", ")
    };
    (expected != reached).then(|| {
        let (missing, extra) = (in_words(&expected - &reached), in_words(&reached - &expected));
        format!("{asked}: missing [{missing}], unexpected [{extra}]")
    })
}

/// What the file says that it covers and does not, and what it asks twice.
pub(super) fn uncovered(table: &Table, world: &World) -> Vec<String> {
    let mut asked: BTreeMap<&Question, usize> = BTreeMap::new();
    for check in &table.checks {
        *asked.entry(&check.question).or_default() += 1;
    }
    let twice = asked.iter().filter(|(_, times)| **times > 1);
    let mut wrong: Vec<String> = twice
        .map(|(question, _)| format!("asked twice: {question:?}"))
        .collect();
    for (action, module) in &table.covers {
        for user in world.snapshot.users.keys() {
            let ability = Ability::Action {
                module: module.clone(),
                action: action.clone(),
            };
            if !asked.contains_key(&Question::May(user.clone(), ability.clone())) {
                wrong.push(format!("not asked: {user} {ability}"));
            }
        }
    }
    wrong
}
