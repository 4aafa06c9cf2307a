//! What happens to protected objects.

use std::collections::{BTreeMap, BTreeSet};

use super::{Pattern, Protected};
use crate::model::{DefaultAccess, Identity, ModuleName, RoleName, RuleKey, Snapshot};
use crate::plan::{Edit, Object, Operation, Plan};
use crate::system::System;

/// A protected object that the plan touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    /// Which, by its name on the deployment.
    pub identity: Identity,
    /// The pattern that protects it, as it is written.
    pub pattern: String,
    /// What happens to it.
    pub touch: Touch,
}

/// What happens to a protected object: the most far-reaching of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Touch {
    /// It is deleted.
    Deleted,
    /// It gets another name.
    Renamed {
        /// Its name from then on.
        to: String,
    },
    /// Its attributes change.
    Changed,
    /// A user gets another role.
    Role {
        /// The role until then, under its name after the plan.
        from: Option<RoleName>,
        /// The role from then on.
        to: Option<RoleName>,
    },
    /// The default of a module changes.
    Default {
        /// What it was.
        from: Option<DefaultAccess>,
        /// What it will be.
        to: Option<DefaultAccess>,
    },
    /// A sharing rule is added to a protected module.
    Added,
}

/// All objects of a kind.
type Objects<O> = BTreeMap<<O as Object>::Name, O>;

/// The protected objects that a plan touches, in the order of kinds and names. An object is protected by its name on
/// the deployment: one that is made is not, nor is one that only gets a protected name.
pub(super) fn touched(
    protected: &Protected,
    plan: &Plan,
    system: &System,
    before: &Snapshot,
    after: &Snapshot,
) -> Vec<Touched> {
    let operations = || plan.steps.iter().map(|step| &step.operation);
    let mut found = Vec::new();
    let edits = operations().filter_map(|operation| {
        if let Operation::Profile(edit) = operation {
            Some(edit)
        } else {
            None
        }
    });
    let states = (&before.profiles, &after.profiles);
    objects(&protected.profiles, system, edits, states, &mut found);
    let edits = operations().filter_map(|operation| {
        if let Operation::Role(edit) = operation {
            Some(edit)
        } else {
            None
        }
    });
    let states = (&before.roles, &after.roles);
    objects(&protected.roles, system, edits, states, &mut found);
    let edits = operations().filter_map(|operation| {
        if let Operation::Group(edit) = operation {
            Some(edit)
        } else {
            None
        }
    });
    let states = (&before.groups, &after.groups);
    objects(&protected.groups, system, edits, states, &mut found);
    if !protected.defaults.is_empty() {
        defaults(&protected.defaults, system, before, after, &mut found);
    }
    if !protected.rules.is_empty() {
        rules(&protected.rules, system, before, after, &mut found);
    }
    if !protected.users.is_empty() {
        users(&protected.users, system, before, after, &mut found);
    }
    found
}

/// Renamed objects by the names that they have after the plan, with those that they have on the deployment.
fn former_names<'p, O: Object + 'p>(edits: impl Iterator<Item = &'p Edit<O>>) -> BTreeMap<O::Name, O::Name> {
    let mut former = BTreeMap::new();
    for edit in edits {
        if let Edit::Rename { from, to } = edit {
            // A name that was temporary leads back to the one before it.
            let first = former.remove(from).unwrap_or_else(|| from.clone());
            former.insert(to.clone(), first);
        }
    }
    former
}

fn fitting<'p>(patterns: &'p [Pattern], name: &str, system: &System) -> Option<&'p Pattern> {
    patterns.iter().find(|pattern| pattern.fits(name, system))
}

/// The pattern that a module fits, or one that follows it in what is shared.
fn fitting_module<'p>(patterns: &'p [Pattern], module: &ModuleName, system: &System) -> Option<&'p Pattern> {
    let followers = || {
        let modules = system.definition().modules.iter().flat_map(|kind| &kind.list);
        modules
            .map(|listed| &listed.name)
            .filter(|name| system.shared_as(name) == module)
    };
    let itself = fitting(patterns, module.as_str(), system);
    itself.or_else(|| followers().find_map(|name| fitting(patterns, name.as_str(), system)))
}

fn objects<'p, O: Object + 'p>(
    patterns: &[Pattern],
    system: &System,
    edits: impl Iterator<Item = &'p Edit<O>>,
    (before, after): (&Objects<O>, &Objects<O>),
    found: &mut Vec<Touched>,
) where
    O::Name: AsRef<str>,
{
    if patterns.is_empty() {
        return;
    }
    let former = former_names(edits);
    let start = found.len();
    for (name, old) in before {
        let renamed = former.get(name);
        let touch = match after.get(name) {
            None => Touch::Deleted,
            Some(_) if renamed.is_some() => Touch::Renamed {
                to: name.as_ref().to_owned(),
            },
            Some(new) if old != new => Touch::Changed,
            Some(_) => continue,
        };
        let name = renamed.unwrap_or(name);
        if let Some(pattern) = fitting(patterns, name.as_ref(), system) {
            found.push(Touched {
                identity: O::identity(name),
                pattern: pattern.to_string(),
                touch,
            });
        }
    }
    // They come in the order of the names after the plan.
    found[start..].sort_by(|one, other| one.identity.cmp(&other.identity));
}

fn defaults(
    patterns: &[Pattern],
    system: &System,
    before: &Snapshot,
    after: &Snapshot,
    found: &mut Vec<Touched>,
) {
    let (old, new) = (&before.sharing.defaults, &after.sharing.defaults);
    let modules: BTreeSet<&ModuleName> = old.keys().chain(new.keys()).collect();
    for module in modules {
        let (from, to) = (old.get(module).copied(), new.get(module).copied());
        if from != to
            && let Some(pattern) = fitting_module(patterns, module, system)
        {
            found.push(Touched {
                identity: Identity::SharingDefault(module.clone()),
                pattern: pattern.to_string(),
                touch: Touch::Default { from, to },
            });
        }
    }
}

fn rules(
    patterns: &[Pattern],
    system: &System,
    before: &Snapshot,
    after: &Snapshot,
    found: &mut Vec<Touched>,
) {
    let (old, new) = (&before.sharing.rules, &after.sharing.rules);
    let changed = old.iter().filter_map(|(key, access)| match new.get(key) {
        None => Some((key, Touch::Deleted)),
        Some(wanted) if wanted != access => Some((key, Touch::Changed)),
        Some(_) => None,
    });
    let added = new.keys().filter(|key| !old.contains_key(*key));
    let touched: BTreeMap<&RuleKey, Touch> = changed.chain(added.map(|key| (key, Touch::Added))).collect();
    for (key, touch) in touched {
        if let Some(pattern) = fitting_module(patterns, &key.module, system) {
            found.push(Touched {
                identity: Identity::SharingRule(key.clone()),
                pattern: pattern.to_string(),
                touch,
            });
        }
    }
}

fn users(
    patterns: &[Pattern],
    system: &System,
    before: &Snapshot,
    after: &Snapshot,
    found: &mut Vec<Touched>,
) {
    for (name, user) in &before.users {
        let Some(new) = after.users.get(name).filter(|new| new.role != user.role) else {
            continue;
        };
        if let Some(pattern) = fitting(patterns, name.as_str(), system) {
            found.push(Touched {
                identity: Identity::User(name.clone()),
                pattern: pattern.to_string(),
                touch: Touch::Role {
                    from: user.role.clone(),
                    to: new.role.clone(),
                },
            });
        }
    }
}
