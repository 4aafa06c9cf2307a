//! Renames: which ones apply to a deployment, and how a snapshot looks after them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::spelling::Spellings;
use crate::model::{At, GroupName, Intent, Kind, Principal, ProfileName, RoleName, RuleKey, Snapshot};
use crate::system::System;
use crate::text::{Code, Diagnostic, Diagnostics, Span};

/// Old names to new names, of the renames that apply.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renames {
    /// Profiles.
    pub profiles: BTreeMap<ProfileName, ProfileName>,
    /// Roles.
    pub roles: BTreeMap<RoleName, RoleName>,
    /// Groups.
    pub groups: BTreeMap<GroupName, GroupName>,
}

impl Renames {
    /// Whether nothing is renamed.
    pub fn is_empty(&self) -> bool {
        self.profiles.is_empty() && self.roles.is_empty() && self.groups.is_empty()
    }

    /// The renames that `intent` asks for and that apply to `live`: only the old name exists there.
    ///
    /// A name that exists in another spelling, where the system takes both for one name, is a rename as well.
    pub fn of(system: &System, live: &Snapshot, intent: &Intent, diagnostics: &mut Diagnostics) -> Self {
        Self {
            profiles: applicable(
                system,
                Kind::Profile,
                &live.profiles,
                intent
                    .profiles
                    .iter()
                    .map(|(name, wanted)| (name, wanted.renamed_from.as_ref(), wanted.at)),
                &intent.removed.profiles.keys().collect(),
                diagnostics,
            ),
            roles: applicable(
                system,
                Kind::Role,
                &live.roles,
                intent
                    .roles
                    .iter()
                    .map(|(name, wanted)| (name, wanted.renamed_from.as_ref(), wanted.at)),
                &intent.removed.roles.keys().collect(),
                diagnostics,
            ),
            groups: applicable(
                system,
                Kind::Group,
                &live.groups,
                intent
                    .groups
                    .iter()
                    .map(|(name, wanted)| (name, wanted.renamed_from.as_ref(), wanted.at)),
                &intent.removed.groups.keys().collect(),
                diagnostics,
            ),
        }
    }

    /// A principal after the renames.
    pub fn principal(&self, principal: Principal) -> Principal {
        match principal {
            Principal::Role(name) => Principal::Role(renamed(&self.roles, name)),
            Principal::RoleAndSubordinates(name) => {
                Principal::RoleAndSubordinates(renamed(&self.roles, name))
            }
            Principal::Group(name) => Principal::Group(renamed(&self.groups, name)),
            same @ (Principal::Everyone | Principal::User(_)) => same,
        }
    }

    pub(super) fn rule(&self, key: RuleKey) -> RuleKey {
        RuleKey {
            module: key.module,
            from: self.principal(key.from),
            to: self.principal(key.to),
        }
    }

    /// Gives the objects of `snapshot` their new names, and everything that refers to them.
    pub fn apply(&self, snapshot: &mut Snapshot) {
        if self.is_empty() {
            return;
        }
        rename_keys(&mut snapshot.profiles, &self.profiles);
        rename_keys(&mut snapshot.roles, &self.roles);
        rename_keys(&mut snapshot.role_ids, &self.roles);
        rename_keys(&mut snapshot.groups, &self.groups);
        for role in snapshot.roles.values_mut() {
            rename_set(&mut role.profiles, &self.profiles);
            rename_option(&mut role.reports_to, &self.roles);
        }
        for group in snapshot.groups.values_mut() {
            rename_set(&mut group.members.roles, &self.roles);
            rename_set(&mut group.members.roles_and_subordinates, &self.roles);
            rename_set(&mut group.members.groups, &self.groups);
            rename_set(&mut group.roles, &self.roles);
            rename_keys(&mut group.monitor_groups, &self.groups);
        }
        for user in snapshot.users.values_mut() {
            rename_option(&mut user.role, &self.roles);
            rename_option(&mut user.primary_group, &self.groups);
        }
        if !self.roles.is_empty() || !self.groups.is_empty() {
            let rules = std::mem::take(&mut snapshot.sharing.rules);
            snapshot.sharing.rules = rules
                .into_iter()
                .map(|(key, access)| (self.rule(key), access))
                .collect();
            let records = std::mem::take(&mut snapshot.records.0);
            snapshot.records.0 = records
                .into_iter()
                .map(|(owner, counts)| (self.principal(owner), counts))
                .collect();
        }
    }
}

/// Pairs in an order in which each new name is free when its turn comes, in whatever spelling.
pub(super) fn in_order<N: Clone + Ord + AsRef<str>>(
    system: &System,
    renames: &BTreeMap<N, N>,
) -> Vec<(N, N)> {
    let by_old: BTreeMap<_, _> = renames
        .iter()
        .map(|(from, to)| (system.fold(from.as_ref()), (from, to)))
        .collect();
    let mut ordered = Vec::with_capacity(renames.len());
    let mut done = BTreeSet::new();
    for start in renames.keys() {
        // Follow the chain to its free end and come back: the last of a chain is renamed first.
        let mut chain = Vec::new();
        let mut name = start;
        while let Some((from, to)) = by_old.get(&system.fold(name.as_ref())) {
            if !done.insert(*from) {
                break;
            }
            chain.push(((*from).clone(), (*to).clone()));
            name = to;
        }
        ordered.extend(chain.into_iter().rev());
    }
    ordered
}

type Wish<'a, N> = (&'a N, Option<&'a At<N>>, Span);

fn applicable<'a, N, O>(
    system: &System,
    kind: Kind,
    live: &BTreeMap<N, O>,
    wanted: impl Iterator<Item = Wish<'a, N>> + Clone,
    removed: &BTreeSet<&N>,
    diagnostics: &mut Diagnostics,
) -> BTreeMap<N, N>
where
    N: Clone + Ord + AsRef<str> + std::fmt::Display + 'a,
{
    let missing = wanted.clone().any(|(name, ..)| !live.contains_key(name));
    let spellings = if missing {
        Spellings::of(system, live.keys())
    } else {
        Spellings::default()
    };
    let mut renames = BTreeMap::new();
    let mut undecided: Vec<(&N, &N, Span)> = Vec::new();
    for (name, renamed_from, _) in wanted.clone() {
        let exists = live.contains_key(name);
        let Some(from) = renamed_from else {
            // Another spelling of the same name: the object keeps its identity and gets the manifest's spelling.
            if !exists && let Some(spelt) = spellings.find(system, name.as_ref()) {
                renames.insert(spelt.clone(), name.clone());
            }
            continue;
        };
        let exact = live.get_key_value(&from.value).map(|(old, _)| old);
        match exact.or_else(|| spellings.find(system, from.value.as_ref())) {
            Some(old) if old == name => {}
            Some(old) => undecided.push((name, old, from.span)),
            None => {
                // Neither the old name nor the new one: perhaps the new name in another spelling.
                if !exists && let Some(spelt) = spellings.find(system, name.as_ref()) {
                    renames.insert(spelt.clone(), name.clone());
                }
            }
        }
    }
    // A new name is free when nothing has it, or when what has it is renamed away itself.
    loop {
        let before = undecided.len();
        undecided.retain(|(name, old, _)| {
            let free = !live.contains_key(*name) || renames.contains_key(*name);
            if free {
                renames.insert((*old).clone(), (*name).clone());
            }
            !free
        });
        if undecided.len() == before {
            break;
        }
    }
    if undecided.is_empty() {
        return renames;
    }
    let sources: BTreeMap<&N, Option<&At<N>>> = wanted.map(|(name, from, _)| (name, from)).collect();
    for (name, old, span) in undecided {
        // Both exist. That is fine when the old name is by now another object's on purpose, or goes anyway.
        if removed.contains(old) || is_done(old, &sources, live, &mut BTreeSet::from([name])) {
            continue;
        }
        let kind = kind.as_str();
        let message = format!("{kind} `{name}` cannot take over from `{old}`: the deployment has both");
        let hint = if sources.contains_key(old) {
            "swap two names through a temporary one, in two applies".to_owned()
        } else {
            format!("remove `{old}` under `removed:`, or take `renamed_from` away")
        };
        diagnostics.push(
            Diagnostic::error(Code::RenameConflict, message)
                .at(span)
                .hint(hint),
        );
    }
    renames
}

/// Whether what has a name has it for good: a manifest wants it by that name, and if it was renamed, that is over.
fn is_done<'a, N: Ord, O>(
    name: &'a N,
    sources: &BTreeMap<&N, Option<&'a At<N>>>,
    live: &BTreeMap<N, O>,
    seen: &mut BTreeSet<&'a N>,
) -> bool {
    match sources.get(name) {
        None => false,
        Some(None) => true,
        Some(Some(from)) if !live.contains_key(&from.value) => true,
        // The name before is there too: over only if that one is another object by now. A circle is a swap.
        Some(Some(from)) => seen.insert(name) && is_done(&from.value, sources, live, seen),
    }
}

pub(super) fn renamed<N: Clone + Ord>(renames: &BTreeMap<N, N>, name: N) -> N {
    renames.get(&name).cloned().unwrap_or(name)
}

fn rename_option<N: Clone + Ord>(name: &mut Option<N>, renames: &BTreeMap<N, N>) {
    if let Some(new) = name.as_ref().and_then(|name| renames.get(name)) {
        *name = Some(new.clone());
    }
}

fn rename_set<N: Clone + Ord>(names: &mut BTreeSet<N>, renames: &BTreeMap<N, N>) {
    if names.iter().any(|name| renames.contains_key(name)) {
        *names = std::mem::take(names)
            .into_iter()
            .map(|name| renamed(renames, name))
            .collect();
    }
}

pub(super) fn rename_keys<N: Clone + Ord, V>(map: &mut BTreeMap<N, V>, renames: &BTreeMap<N, N>) {
    let moved: Vec<(N, V)> = renames
        .iter()
        .filter_map(|(from, to)| map.remove(from).map(|value| (to.clone(), value)))
        .collect();
    map.extend(moved);
}
