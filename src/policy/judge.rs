//! The judgement over access tests.

use roaring::RoaringBitmap;

use super::NAMED;
use super::access_test::{About, AccessTest, Expected, Question};
use crate::access::{Ability, Access, Grant, Owner, Refusal, Right, Unknown};
use crate::model::{Principal, UserName};
use crate::text::Span;

/// How a test came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What the test is called, or what it asks.
    pub title: String,
    /// Where it is written.
    pub span: Span,
    /// What it is about.
    pub ability: Ability,
    /// Users who may and must not, up to [`NAMED`] of them.
    pub allowed: Vec<Allowed>,
    /// How many more there are.
    pub more_allowed: u64,
    /// Users who must be able to and are not, up to [`NAMED`] of them.
    pub refused: Vec<Refused>,
    /// How many more there are.
    pub more_refused: u64,
}

impl Outcome {
    /// Whether the test passed.
    pub fn passed(&self) -> bool {
        self.allowed.is_empty() && self.refused.is_empty()
    }
}

/// Someone who may and must not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// Who.
    pub user: UserName,
    /// About whom; nobody means at all.
    pub owner: Option<Owner>,
    /// The ways by which.
    pub grants: Vec<Grant>,
    /// The rights that they rest on.
    pub rights: Vec<Right>,
}

/// Someone who must be able to and is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Who.
    pub user: UserName,
    /// About whom; nobody means at all.
    pub owner: Option<Owner>,
    /// The first thing that stops the user.
    pub refusal: Refusal,
}

/// Judges tests on the state that they were resolved against, in their order.
///
/// # Errors
/// When a test names what the state does not have: then it was resolved against another.
pub fn judge(tests: &[AccessTest], access: &Access<'_>) -> Result<Vec<Outcome>, Unknown> {
    tests.iter().map(|test| outcome(test, access)).collect()
}

fn outcome(test: &AccessTest, access: &Access<'_>) -> Result<Outcome, Unknown> {
    match &test.question {
        Question::Check {
            user,
            ability,
            owner,
            allow,
        } => {
            let mut outcome = Outcome::begun(test, ability);
            match (allowed_or_refused(access, user, ability, owner.as_ref())?, allow) {
                (Ok(allowed), false) => outcome.allowed.push(allowed),
                (Err(refused), true) => outcome.refused.push(refused),
                (Ok(_), true) | (Err(_), false) => {}
            }
            Ok(outcome)
        }
        Question::WhoCan {
            ability,
            owner,
            expected,
        } => {
            let everyone = access.active_users();
            let able = access.holders_of_all(std::slice::from_ref(ability), owner.as_ref(), everyone)?;
            let (surplus, missing) = match expected {
                Expected::Equals(who) => {
                    let meant = meant(access, who)?;
                    (&able - &meant, meant - able)
                }
                Expected::Includes(who) => (RoaringBitmap::new(), meant(access, who)? - able),
                Expected::Excludes(who) => (able & meant(access, who)?, RoaringBitmap::new()),
            };
            let mut outcome = Outcome::begun(test, ability);
            outcome.more_allowed = surplus.len().saturating_sub(NAMED as u64);
            outcome.more_refused = missing.len().saturating_sub(NAMED as u64);
            outcome.allowed = ways(access, ability, names(access, &surplus, owner.as_ref()))?;
            for (user, owner) in names(access, &missing, owner.as_ref()) {
                let decided = allowed_or_refused(access, &user, ability, owner.as_ref())?;
                outcome.refused.extend(decided.err());
            }
            Ok(outcome)
        }
        Question::Never { who, ability, about } => {
            let who = access.users_of(who)?;
            let mut outcome = Outcome::begun(test, ability);
            let found: Vec<(UserName, Option<Owner>)> = match about {
                About::Anyone | About::Owner(_) => {
                    let owner = match about {
                        About::Owner(owner) => Some(owner),
                        About::Anyone | About::Whose(_) => None,
                    };
                    let able = access.holders_of_all(std::slice::from_ref(ability), owner, &who)?;
                    outcome.more_allowed = able.len().saturating_sub(NAMED as u64);
                    names(access, &able, owner)
                }
                About::Whose(principal) => {
                    let owners = access.owners_of(ability, principal)?;
                    let able = access.reaching_any(ability, &owners, &who)?;
                    outcome.more_allowed = (able.len() as u64).saturating_sub(NAMED as u64);
                    let mut able: Vec<_> = able
                        .into_iter()
                        .map(|(user, owner)| (access.user_name(user).clone(), Some(owner)))
                        .collect();
                    able.sort();
                    able.truncate(NAMED);
                    able
                }
            };
            outcome.allowed = ways(access, ability, found)?;
            Ok(outcome)
        }
    }
}

impl Outcome {
    fn begun(test: &AccessTest, ability: &Ability) -> Self {
        Self {
            title: test.title(),
            span: test.span,
            ability: ability.clone(),
            allowed: Vec::new(),
            more_allowed: 0,
            refused: Vec::new(),
            more_refused: 0,
        }
    }
}

fn allowed_or_refused(
    access: &Access<'_>,
    user: &UserName,
    ability: &Ability,
    owner: Option<&Owner>,
) -> Result<Result<Allowed, Refused>, Unknown> {
    let decision = access.decide(user, ability, owner)?;
    let (user, owner) = (user.clone(), owner.cloned());
    Ok(match decision.refusal {
        None => Ok(Allowed {
            user,
            owner,
            grants: decision.grants,
            rights: decision.rights,
        }),
        Some(refusal) => Err(Refused { user, owner, refusal }),
    })
}

/// The users who are meant. Who is named counts even who cannot log in; who is only in a role or group, does not.
fn meant(access: &Access<'_>, who: &[Principal]) -> Result<RoaringBitmap, Unknown> {
    let mut meant = RoaringBitmap::new();
    for principal in who {
        let users = access.users_of(principal)?;
        meant |= match principal {
            Principal::User(_) => users,
            Principal::Everyone
            | Principal::Role(_)
            | Principal::RoleAndSubordinates(_)
            | Principal::Group(_) => users & access.active_users(),
        };
    }
    Ok(meant)
}

/// The first by name, as many as are named.
fn names(
    access: &Access<'_>,
    users: &RoaringBitmap,
    owner: Option<&Owner>,
) -> Vec<(UserName, Option<Owner>)> {
    let mut names: Vec<&UserName> = users.iter().map(|user| access.user_name(user)).collect();
    names.sort();
    names.truncate(NAMED);
    names
        .into_iter()
        .map(|name| (name.clone(), owner.cloned()))
        .collect()
}

fn ways(
    access: &Access<'_>,
    ability: &Ability,
    users: Vec<(UserName, Option<Owner>)>,
) -> Result<Vec<Allowed>, Unknown> {
    let mut ways = Vec::with_capacity(users.len());
    for (user, owner) in users {
        ways.extend(allowed_or_refused(access, &user, ability, owner.as_ref())?.ok());
    }
    Ok(ways)
}
