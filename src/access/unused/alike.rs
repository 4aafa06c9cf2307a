//! Roles and groups that are alike, or nearly.
//!
//! Never one against all others. Equal ones share a signature. Of roles that differ in at most N rights, the rights
//! are dealt into N + 2 parts by what right it is, so that at least two parts are equal: roles that share two parts are
//! compared in full. Where very many share two parts, each is compared with the next few only: these are hints.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use super::{Because, SingleRight, Unused, UnusedSubject, levelled};
use crate::access::index::{GroupNumber, count};
use crate::access::state::Access;
use crate::model::{FieldAccess, GroupName, Level, Role, RoleName};

/// With so many that share two parts a role is compared.
const NEIGHBOURS: usize = 16;

/// Roles with the same superior and rights.
type Same<'a> = (&'a (Option<&'a RoleName>, Rights), &'a Vec<&'a RoleName>);

/// The rights of a role, each with how far it goes.
type Rights = BTreeMap<SingleRight, Extent>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Extent {
    Level(Level),
    Field(FieldAccess),
    Carried,
}

impl Access<'_> {
    pub(super) fn alike_roles(&self, differences: usize, found: &mut Vec<Unused>) {
        let builtin = &self.system.definition().builtin.roles;
        let mut alike: BTreeMap<(Option<&RoleName>, Rights), Vec<&RoleName>> = BTreeMap::new();
        for (name, role) in &self.snapshot.roles {
            let rights = rights(role);
            // Where a product does not show what its roles permit, nothing is known to be alike.
            if !builtin.contains_key(name) && !rights.is_empty() {
                let key = (role.reports_to.as_ref(), rights);
                alike.entry(key).or_default().push(name);
            }
        }
        for names in alike.values().filter(|names| names.len() > 1) {
            found.push(Unused {
                subject: UnusedSubject::Roles(names.iter().map(|name| (*name).clone()).collect()),
                because: Because::Alike,
                proved: false,
            });
        }
        let alike: Vec<Same<'_>> = alike.iter().collect();
        let mut near = BTreeSet::new();
        for places in shared_parts(&alike, differences).values() {
            for (at, left) in places.iter().enumerate() {
                for right in places[at + 1..].iter().take(NEIGHBOURS) {
                    near.insert((*left, *right));
                }
            }
        }
        for (left, right) in near {
            let [((above, left), names), ((other_above, right), others)] = [alike[left], alike[right]];
            if above != other_above {
                continue;
            }
            let differing = differing(left, right, differences);
            // Two roles with nothing in common but their few rights are not alike.
            let shared = left.len().max(right.len());
            if let Some(differing) = differing.filter(|differing| shared > 2 * differing.len()) {
                let names = [names[0].clone(), others[0].clone()];
                found.push(Unused {
                    subject: UnusedSubject::Roles(names.to_vec()),
                    because: Because::Differ(differing),
                    proved: false,
                });
            }
        }
    }

    pub(super) fn alike_groups(&self, found: &mut Vec<Unused>) {
        let hasher = BuildHasherDefault::<DefaultHasher>::default();
        let mut alike: HashMap<u64, Vec<GroupNumber>> = HashMap::new();
        for number in (0..count(self.index.groups.len())).map(GroupNumber) {
            let members = self.membership.members(number);
            if members.len() > 1 {
                let sum = members.iter().fold(members.len(), |sum, user| {
                    sum.wrapping_mul(31).wrapping_add(hasher.hash_one(user))
                });
                alike.entry(sum).or_default().push(number);
            }
        }
        let mut same: Vec<Vec<GroupName>> = Vec::new();
        for mut groups in alike.into_values() {
            while let Some(first) = groups.first().copied() {
                let members = self.membership.members(first);
                let (equal, others): (Vec<_>, Vec<_>) = groups
                    .iter()
                    .partition(|group| self.membership.members(**group) == members);
                if equal.len() > 1 {
                    same.push(equal.iter().map(|group| self.group_name(*group)).collect());
                }
                groups = others;
            }
        }
        same.sort();
        found.extend(same.into_iter().map(|groups| Unused {
            subject: UnusedSubject::Groups(groups),
            because: Because::SameMembers,
            proved: false,
        }));
    }
}

fn rights(role: &Role) -> Rights {
    let profiles = role.profiles.iter();
    let profiles = profiles.map(|name| (SingleRight::Profile(name.clone()), Extent::Carried));
    let levels = levelled(&role.rights).map(|(right, level)| (right, Extent::Level(level)));
    let fields = role.rights.modules.iter().flat_map(|(module, rights)| {
        let fields = rights.fields.iter();
        fields.map(|(field, access)| {
            let right = SingleRight::Field(module.clone(), field.clone());
            (right, Extent::Field(*access))
        })
    });
    profiles.chain(levels).chain(fields).collect()
}

/// What shares two parts, by superior and parts: places in the list.
fn shared_parts(alike: &[Same<'_>], differences: usize) -> HashMap<u64, Vec<usize>> {
    let hasher = BuildHasherDefault::<DefaultHasher>::default();
    let mut shared: HashMap<u64, Vec<usize>> = HashMap::new();
    let parts = differences + 2;
    for (place, ((above, rights), _)) in alike.iter().enumerate() {
        let mut signatures = vec![0_u64; parts];
        for (right, extent) in rights {
            let part = hasher.hash_one(right) % parts as u64;
            let signature = &mut signatures[usize::try_from(part).unwrap_or_default()];
            *signature = signature.wrapping_add(hasher.hash_one((right, extent)));
        }
        for first in 0..parts {
            for second in first + 1..parts {
                let key = (above, first, second, signatures[first], signatures[second]);
                shared.entry(hasher.hash_one(key)).or_default().push(place);
            }
        }
    }
    shared.retain(|_, places| places.len() > 1);
    shared
}

/// The rights in which two roles differ, if they are not too many.
fn differing(left: &Rights, right: &Rights, at_most: usize) -> Option<Vec<SingleRight>> {
    let only_or_other = |one: &Rights, other: &Rights| -> Vec<SingleRight> {
        let differing = one
            .iter()
            .filter(|(key, extent)| other.get(*key) != Some(*extent));
        differing.map(|(key, _)| key.clone()).take(at_most + 1).collect()
    };
    let mut all = only_or_other(left, right);
    all.extend(only_or_other(right, left));
    all.sort();
    all.dedup();
    (all.len() <= at_most).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Because;
    use crate::manifest::shipped;
    use crate::model::Snapshot;
    use crate::system::System;

    /// Roles below CEO, each with what it may on Leads and Accounts, and those that are told as alike.
    #[test]
    fn roles() {
        let few = "{ Leads: { actions: { view: all, create: allow, update: own, delete: own } } }";
        let group = few.replace("update: own", "update: group");
        let two = group.replace("delete: own", "delete: all");
        let three = two.replace("view: all", "view: group");
        for (roles, differences, expected) in [
            ([("A", few), ("B", few)], 2, "alike A B"),
            ([("A", few), ("B", few)], 0, "alike A B"),
            ([("A", few), ("B", "{}")], 2, ""),
            ([("A", few), ("B", &group)], 2, "differ A B: Leads update"),
            ([("A", few), ("B", &group)], 0, ""),
            ([("A", few), ("B", &two)], 1, ""),
            ([("A", few), ("B", &three)], 2, ""),
            // Where most of what they permit differs they are not alike.
            ([("A", few), ("B", &three)], 3, ""),
        ] {
            let mut text = String::from("system: uniconnect\nroles:\n");
            for (name, modules) in roles {
                text.push_str(&format!("  {name}: {{ rights: {{ modules: {modules} }} }}\n"));
            }
            let snapshot: Snapshot = serde_yaml::from_str(&text).unwrap();
            let system = System::new(shipped("uniconnect").unwrap());
            let access = Access::new(&system, &snapshot, &snapshot.installation);
            let mut found = Vec::new();
            access.alike_roles(differences, &mut found);
            assert_eq!(told(&found), expected, "{text} by {differences}");
        }
    }

    fn told(found: &[Unused]) -> String {
        let told = found.iter().map(|finding| {
            let UnusedSubject::Roles(roles) = &finding.subject else {
                return finding.kind().to_owned();
            };
            let roles: Vec<String> = roles.iter().map(ToString::to_string).collect();
            let Because::Differ(rights) = &finding.because else {
                return format!("alike {}", roles.join(" "));
            };
            let rights = rights.iter().map(|right| match right {
                SingleRight::Action(module, action) => format!("{module} {action}"),
                SingleRight::Permission(_) | SingleRight::Field(..) | SingleRight::Profile(_) => {
                    String::new()
                }
            });
            let rights: Vec<String> = rights.collect();
            format!("differ {}: {}", roles.join(" "), rights.join(", "))
        });
        told.collect::<Vec<_>>().join("; ")
    }
}
