//! One line of an impact.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::describe::Crowd;
use crate::access::{Ability, Grant};
use crate::model::{Identity, UserName};

/// Whether people gain or lose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// They can do it after and could not before.
    Gain,
    /// They could do it before and cannot after.
    Loss,
}

/// How much a reader should care.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    /// Someone can change who may do what, delete, see a superior's records, or reaches very many.
    High,
    /// Someone sees or changes what was closed, or many lose what they had.
    Medium,
    /// Anything else.
    Low,
}

/// Why a line stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// Someone becomes an administrator in effect.
    NewAdministrator,
    /// Someone can change roles or groups.
    ChangesAccess,
    /// Someone can delete.
    Deletes,
    /// Someone reaches records of a superior.
    SuperiorsRecords,
    /// The author of the change gains.
    AuthorGains,
}

/// What is gained or lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Being an administrator in effect: everything, or the means to get it.
    Administration,
    /// Abilities, in order.
    Abilities(BTreeSet<Ability>),
}

/// Whom it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whose {
    /// Whether it is about oneself too.
    pub own: bool,
    /// Everyone else.
    pub others: Crowd,
    /// How many owners: users and groups, oneself not counted.
    pub owners: u64,
    /// Whether it is all of them for each of the people; otherwise each gains or loses a part.
    pub alike: bool,
    /// How many records they own in the modules in question, where the deployment counts them.
    pub records: Option<u64>,
}

/// One thing that some people gain or lose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// How much a reader should care.
    pub risk: Risk,
    /// Why, where there is a particular reason.
    pub flags: BTreeSet<Flag>,
    /// Gain or loss.
    pub direction: Direction,
    /// Who.
    pub who: Crowd,
    /// How many people.
    pub people: u64,
    /// What.
    pub what: What,
    /// Whom it is about, where it is about someone.
    pub whose: Option<Whose>,
    /// One of the people, and the way by which that user comes to it: after for a gain, before for a loss.
    pub example: Option<(UserName, Grant)>,
    /// The objects whose change causes it.
    pub causes: BTreeSet<Identity>,
}
