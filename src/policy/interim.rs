//! What people gain for a moment while a plan is applied, because a product cannot avoid it.
//!
//! A plan takes away first and gives last (`plan::order`), so only what lies between the two has to be looked at:
//! users who change roles, roles that get another superior, records that change hands. Every state that can be met
//! there is held against the state before and the state after.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::access::{Ability, Access, Owner, Passing, Single};
use crate::model::{GroupName, Installation, Principal, Snapshot, UserName};
use crate::plan::{Edit, Operation, Preference, Stage, Step, replay};
use crate::system::System;

/// Groups that go, and who takes over their records.
type Heirs = BTreeMap<GroupName, Option<Principal>>;

/// Objects times states that are looked at; a plan with more is not looked at.
const EFFORT: usize = 400_000;

/// What people gain in between.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interim {
    /// Gains that neither the state before nor the state after gives, in the order of the steps that bring them.
    pub gains: Vec<InterimGain>,
    /// Why it was not looked at, if it was not.
    pub unknown: Option<Unknown>,
}

/// Why gains in between are not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unknown {
    /// There are too many states to look at.
    TooMany,
    /// The plan gives before it takes away.
    GrantsFirst,
}

/// Some people who can do something in between and neither before nor after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterimGain {
    /// Who.
    pub users: BTreeSet<UserName>,
    /// What.
    pub ability: Ability,
    /// About whom; nobody where it is about nobody.
    pub owners: BTreeSet<Owner>,
    /// The step that brings it, by its place in the plan.
    pub step: usize,
}

impl InterimGain {
    /// Whether it names what one user can do in between.
    pub fn covers(&self, (user, ability, owner): &Single) -> bool {
        let about = match owner {
            None => self.owners.is_empty(),
            Some(owner) => self.owners.contains(owner),
        };
        self.ability == *ability && about && self.users.contains(user)
    }
}

/// Looks at every state that can be met between `before` and `after` while the plan is applied. `before` is the live
/// state in the names that hold after the plan's renames.
pub fn interim(
    system: &System,
    installation: &Installation,
    before: &Snapshot,
    after: &Snapshot,
    steps: &[Step],
    preference: Preference,
) -> Interim {
    let middle: Vec<usize> = (0..steps.len())
        .filter(|at| steps[*at].turn.stage == Stage::Move)
        .collect();
    let takes_and_gives = |stage| steps.iter().any(|step| step.turn.stage == stage);
    match preference {
        Preference::RevokesFirst if middle.len() < 2 => return Interim::default(),
        Preference::RevokesFirst => {}
        Preference::GrantsFirst => {
            let mixes = middle.len() > 1 || (takes_and_gives(Stage::Revoke) && takes_and_gives(Stage::Grant));
            return Interim {
                unknown: mixes.then_some(Unknown::GrantsFirst),
                ..Interim::default()
            };
        }
    }
    let waves: BTreeSet<u32> = middle.iter().map(|at| steps[*at].turn.wave).collect();
    let objects = before.users.len() + before.roles.len() + before.groups.len() + before.sharing.rules.len();
    if objects.saturating_mul(waves.len()) > EFFORT {
        return Interim {
            unknown: Some(Unknown::TooMany),
            ..Interim::default()
        };
    }
    let judge = Judge {
        system,
        installation,
        before,
        after,
        heirs: heirs_of(steps),
    };
    let mut found = Found::default();
    let mut state = before.clone();
    let mut heirs = BTreeMap::new();
    let mut at = 0;
    while at < steps.len() {
        let wave = steps[at].turn.wave;
        let end = (at..steps.len())
            .find(|other| steps[*other].turn.wave != wave)
            .unwrap_or(steps.len());
        let is_middle = waves.contains(&wave);
        if is_middle && end - at > 1 {
            // Each half once without the other: so each user is met by one who has moved and by one who has not.
            let together = together(&steps[at..end]);
            let half = at + (end - at) / 2;
            for part in [at..half, half..end] {
                let (mut state, mut heirs) = (state.clone(), heirs.clone());
                for step in part.clone() {
                    perform(&mut state, &mut heirs, &steps[step].operation);
                }
                judge.look(&state, &heirs, part.start, &together, &mut found);
            }
        }
        for step in &steps[at..end] {
            perform(&mut state, &mut heirs, &step.operation);
        }
        // After the last of the plan it is the state after.
        if is_middle && end < steps.len() {
            judge.look(&state, &heirs, end - 1, &BTreeSet::new(), &mut found);
        }
        at = end;
    }
    Interim {
        gains: found.gains,
        unknown: None,
    }
}

/// Users who make the same move. While some of them have made it, each stands to each other as any two do.
fn together(steps: &[Step]) -> BTreeSet<UserName> {
    let users = steps.iter().filter_map(|step| match &step.operation {
        Operation::AssignRole { user, .. } => Some(user.clone()),
        Operation::Profile(_)
        | Operation::Role(_)
        | Operation::Group(_)
        | Operation::SetDefault { .. }
        | Operation::SetRule { .. }
        | Operation::DeleteRule { .. } => None,
    });
    users.collect()
}

fn heirs_of(steps: &[Step]) -> Heirs {
    let deleted = steps.iter().filter_map(|step| match &step.operation {
        Operation::Group(Edit::Delete { name, heir, .. }) => Some((name.clone(), heir.clone())),
        Operation::Group(Edit::Create { .. } | Edit::Update { .. } | Edit::Rename { .. })
        | Operation::Profile(_)
        | Operation::Role(_)
        | Operation::AssignRole { .. }
        | Operation::SetDefault { .. }
        | Operation::SetRule { .. }
        | Operation::DeleteRule { .. } => None,
    });
    deleted.collect()
}

fn perform(state: &mut Snapshot, heirs: &mut Heirs, operation: &Operation) {
    if operation.renames() {
        return;
    }
    if let Operation::Group(Edit::Delete { name, heir, .. }) = operation {
        heirs.insert(name.clone(), heir.clone());
    }
    replay(state, operation);
}

struct Judge<'a> {
    system: &'a System,
    installation: &'a Installation,
    before: &'a Snapshot,
    after: &'a Snapshot,
    /// Who takes over the records of all groups that the plan deletes.
    heirs: Heirs,
}

impl Judge<'_> {
    /// What anyone can do in a state and neither before nor after.
    fn look(
        &self,
        state: &Snapshot,
        heirs: &Heirs,
        step: usize,
        together: &BTreeSet<UserName>,
        found: &mut Found,
    ) {
        let states = [self.before, state, self.after];
        let [before, between, after] =
            Access::three(self.system, states.map(|state| (state, self.installation)));
        let later = self.heirs.iter().filter(|(group, _)| !heirs.contains_key(*group));
        let later: Heirs = later.map(|(group, heir)| (group.clone(), heir.clone())).collect();
        for passing in Access::passing([&before, &between, &after], [heirs, &later]) {
            found.add(passing, step, together);
        }
    }
}

/// Gains with the first step that brings them.
#[derive(Default)]
struct Found {
    gains: Vec<InterimGain>,
    known: BTreeSet<Passing>,
}

impl Found {
    fn add(&mut self, passing: Passing, step: usize, together: &BTreeSet<UserName>) {
        let meets = passing.owners.iter().any(|owner| match owner {
            Owner::User(user) => together.contains(user),
            Owner::Group(_) => false,
        });
        let (alike, others): (BTreeSet<_>, BTreeSet<_>) = passing
            .users
            .iter()
            .cloned()
            .partition(|user| meets && together.contains(user));
        // Those who make the same move are alike to each other until they have made it.
        let mut widened = passing.owners.clone();
        widened.extend(together.iter().cloned().map(Owner::User));
        for (users, owners) in [(alike, widened), (others, passing.owners)] {
            let passing = Passing {
                ability: passing.ability.clone(),
                users,
                owners,
            };
            if passing.users.is_empty() || !self.known.insert(passing.clone()) {
                continue;
            }
            let Passing {
                ability,
                users,
                owners,
            } = passing;
            self.gains.push(InterimGain {
                users,
                ability,
                owners,
                step,
            });
        }
    }
}
