//! The judgement over policy.
//!
//! Every rule goes by user once, whatever the number of users; ways are looked for only for those who are named.

use roaring::RoaringBitmap;

use super::NAMED;
use super::rules::{Duties, Exception, MaximumReach, Policy, RuleKind};
use crate::access::{Ability, Access, Decision, Grant, Owner, Owners, Right, Step, Unknown};
use crate::model::{Date, ModuleName, RoleName, UserName};
use crate::text::Span;

/// How a rule came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What kind of rule it is.
    pub kind: RuleKind,
    /// What it is called, or what it says.
    pub title: String,
    /// Where it is written.
    pub span: Span,
    /// What breaks it, if anything does.
    pub breach: Option<Breach>,
}

/// What breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Breach {
    /// Users who have abilities together.
    Duties {
        /// Who, in the order of names, up to [`NAMED`] of them.
        holders: Vec<Holding>,
        /// How many more there are.
        more: u64,
    },
    /// Users who reach too far, by module and role.
    Reach(Vec<FarReach>),
    /// Too few administrators.
    Administrators {
        /// How many there must be at least.
        least: u32,
        /// Who there is.
        found: Vec<UserName>,
    },
}

/// Someone who has abilities together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// Who.
    pub user: UserName,
    /// One way to each ability, in the order of the rule.
    pub ways: Vec<WayTo>,
    /// The last day of the exception that the user had.
    pub expired: Option<Date>,
}

/// One way to an ability.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WayTo {
    /// The ability.
    pub ability: Ability,
    /// The way.
    pub grant: Grant,
    /// The rights that it rests on.
    pub rights: Vec<Right>,
}

/// The users of a role who reach too far in a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FarReach {
    /// In which module.
    pub module: ModuleName,
    /// Which role; none for users without one.
    pub role: Option<RoleName>,
    /// How many of its users do.
    pub users: u64,
    /// The first of them by name.
    pub user: UserName,
    /// One way by which that user reaches someone of those who are protected.
    pub way: Option<WayTo>,
    /// Whom that way reaches.
    pub owner: Option<Owner>,
    /// The last day of the exception that this user had.
    pub expired: Option<Date>,
}

/// Judges a policy on the state that it was resolved against: one verdict for each rule, in the order of the file.
///
/// # Errors
/// When a rule names what the state does not have: then it was resolved against another.
pub fn keep(policy: &Policy, access: &Access<'_>, today: Date) -> Result<Vec<Verdict>, Unknown> {
    let mut verdicts = Vec::new();
    for rule in &policy.duties {
        verdicts.push(Verdict {
            kind: RuleKind::SeparationOfDuties,
            title: rule.title(),
            span: rule.span,
            breach: duties(rule, access, today)?,
        });
    }
    for rule in &policy.reach {
        verdicts.push(Verdict {
            kind: RuleKind::MaximumReach,
            title: rule.title(),
            span: rule.span,
            breach: reach(rule, access, today)?,
        });
    }
    if let Some((least, span)) = policy.minimum_administrators {
        let permissions = &access.system.definition().access.administrative_permissions;
        let found = access.unlimited_or_holding(permissions.iter());
        let few = found.len() < u64::from(least);
        verdicts.push(Verdict {
            kind: RuleKind::MinimumAdministrators,
            title: format!(
                "at least {least} {}",
                if least == 1 {
                    "administrator"
                } else {
                    "administrators"
                }
            ),
            span,
            breach: few.then(|| {
                let mut found: Vec<_> = found.iter().map(|user| access.user_name(user).clone()).collect();
                found.sort();
                Breach::Administrators { least, found }
            }),
        });
    }
    Ok(verdicts)
}

fn duties(rule: &Duties, access: &Access<'_>, today: Date) -> Result<Option<Breach>, Unknown> {
    let among = access.active_users() - excepted(&rule.except, access, today)?;
    let found = access.holders_of_all(&rule.abilities, None, &among)?;
    if found.is_empty() {
        return Ok(None);
    }
    let expired = Expired::new(&rule.except, access, today)?;
    let mut users: Vec<(&UserName, u32)> = found.iter().map(|user| (access.user_name(user), user)).collect();
    users.sort();
    let mut holders = Vec::new();
    for (name, user) in users.into_iter().take(NAMED) {
        let mut ways = Vec::with_capacity(rule.abilities.len());
        for ability in &rule.abilities {
            ways.extend(way_to(access, name, ability, None)?);
        }
        holders.push(Holding {
            user: name.clone(),
            ways,
            expired: expired.of(user),
        });
    }
    let more = found.len().saturating_sub(NAMED as u64);
    Ok(Some(Breach::Duties { holders, more }))
}

fn reach(rule: &MaximumReach, access: &Access<'_>, today: Date) -> Result<Option<Breach>, Unknown> {
    let among = access.active_users() - excepted(&rule.except, access, today)?;
    let expired = Expired::new(&rule.except, access, today)?;
    // Whoever reaches every user reaches too far, also where some group's records stay closed.
    let owners = Owners {
        users: access.users_of(&rule.of)?,
        groups: RoaringBitmap::new(),
    };
    let mut far = Vec::new();
    for module in &rule.modules {
        let ability = Ability::Action {
            module: module.clone(),
            action: rule.action.clone(),
        };
        let found = access.reaching_all(&ability, &owners, &among)?;
        for (role, users) in access.by_role(&found) {
            let first = users.iter().map(|user| (access.user_name(*user), *user)).min();
            let Some((name, user)) = first else { continue };
            let owner = access.other_owner(&owners, user);
            let way = way_to(access, name, &ability, owner.as_ref())?;
            far.push(FarReach {
                module: module.clone(),
                role,
                users: users.len() as u64,
                user: name.clone(),
                way,
                owner,
                expired: expired.of(user),
            });
        }
    }
    Ok((!far.is_empty()).then_some(Breach::Reach(far)))
}

/// The way that says most: one's own comes last.
fn way_to(
    access: &Access<'_>,
    user: &UserName,
    ability: &Ability,
    owner: Option<&Owner>,
) -> Result<Option<WayTo>, Unknown> {
    let Decision { grants, rights, .. } = access.decide(user, ability, owner)?;
    let grant = grants.into_iter().min_by_key(|grant| grant.steps == [Step::Own]);
    Ok(grant.map(|grant| WayTo {
        ability: ability.clone(),
        grant,
        rights,
    }))
}

/// Everyone for whom an exception counts.
fn excepted(except: &[Exception], access: &Access<'_>, today: Date) -> Result<RoaringBitmap, Unknown> {
    let mut excepted = RoaringBitmap::new();
    for exception in except.iter().filter(|exception| exception.counts_on(today)) {
        excepted |= access.users_of(&exception.who)?;
    }
    Ok(excepted)
}

/// The exceptions that ended, and for whom they counted.
struct Expired(Vec<(RoaringBitmap, Date)>);

impl Expired {
    fn new(except: &[Exception], access: &Access<'_>, today: Date) -> Result<Self, Unknown> {
        let ended = except.iter().filter(|exception| !exception.counts_on(today));
        let mut all = Vec::new();
        for exception in ended {
            let users = access.users_of(&exception.who)?;
            all.extend(exception.until.map(|until| (users, until)));
        }
        Ok(Self(all))
    }

    fn of(&self, user: u32) -> Option<Date> {
        let ended = self.0.iter().filter(|(users, _)| users.contains(user));
        ended.map(|(_, until)| *until).max()
    }
}
