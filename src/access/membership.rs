//! Who is in which group, through every kind of member and to any depth.
//!
//! Groups that contain each other in a circle have the same members; they are found as strongly connected components
//! and computed once.

use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;
use roaring::RoaringBitmap;

use super::hierarchy::Hierarchy;
use super::index::{GroupNumber, Index, RoleNumber, UserNumber, count};
use crate::model::{Snapshot, Status};

/// The closure of all groups of one state.
#[derive(Debug)]
pub(crate) struct Membership {
    /// The component of each group; groups in a circle share one.
    component: Vec<u32>,
    /// Everyone in the groups of each component.
    members: Vec<RoaringBitmap>,
    /// The groups that the groups of each component contain, themselves included.
    contained: Vec<RoaringBitmap>,
    /// The groups that contain those of each component, themselves included, in order.
    containing: Vec<Box<[u32]>>,
    /// Groups that each user is in by name, in order.
    direct: Direct,
    /// Groups that everyone in a role is in.
    of_role: Vec<Box<[u32]>>,
    /// Groups that give what they give.
    pub(crate) in_force: RoaringBitmap,
}

/// For each user the groups that list that user, one after the other in one table.
#[derive(Debug)]
struct Direct {
    starts: Vec<u32>,
    groups: Vec<u32>,
}

impl Direct {
    fn new(index: &Index, snapshot: &Snapshot) -> Self {
        let mut pairs = Vec::new();
        for (name, group) in &snapshot.groups {
            let Some(number) = index.groups.number(name) else {
                continue;
            };
            let users = group.members.users.iter();
            let users = users.filter(|user| snapshot.users.contains_key(*user));
            pairs.extend(users.filter_map(|user| Some((index.users.number(user)?, number))));
        }
        for (name, user) in &snapshot.users {
            let group = user.primary_group.as_ref();
            let group = group.filter(|group| snapshot.groups.contains_key(*group));
            let group = group.and_then(|group| index.groups.number(group));
            if let (Some(user), Some(group)) = (index.users.number(name), group) {
                pairs.push((user, group));
            }
        }
        pairs.sort_unstable();
        pairs.dedup();
        let mut starts = vec![0; index.users.len() + 1];
        for (user, _) in &pairs {
            starts[*user as usize + 1] += 1;
        }
        for user in 1..starts.len() {
            starts[user] += starts[user - 1];
        }
        let groups = pairs.into_iter().map(|(_, group)| group).collect();
        Self { starts, groups }
    }

    fn of(&self, user: UserNumber) -> &[u32] {
        let (start, end) = (self.starts[user.at()], self.starts[user.at() + 1]);
        &self.groups[start as usize..end as usize]
    }
}

/// What a group lists, by number.
#[derive(Debug, Default)]
struct Listed {
    roles: Vec<u32>,
    roles_and_subordinates: Vec<u32>,
    groups: Vec<u32>,
}

impl Membership {
    /// Closes all groups.
    ///
    /// `confused` takes roles and their subordinates as the product confuses them, which is how it expands the source
    /// of a rule.
    pub(crate) fn new(
        index: &Index,
        snapshot: &Snapshot,
        hierarchy: &Hierarchy,
        inactive_count: bool,
        confused: bool,
    ) -> Self {
        let groups = index.groups.len();
        let mut listed: Vec<Listed> = Vec::with_capacity(groups);
        let mut in_force = RoaringBitmap::new();
        for (number, name) in index.groups.iter() {
            let Some(group) = snapshot.groups.get(name) else {
                listed.push(Listed::default());
                continue;
            };
            if inactive_count || group.status == Status::Active {
                in_force.insert(number);
            }
            let known = |role: &&_| snapshot.roles.contains_key(*role);
            let roles = group.members.roles.iter().filter(known);
            let subordinates = group.members.roles_and_subordinates.iter().filter(known);
            let nested = group.members.groups.iter();
            let nested = nested.filter(|group| snapshot.groups.contains_key(*group));
            listed.push(Listed {
                roles: roles.filter_map(|role| index.roles.number(role)).collect(),
                roles_and_subordinates: subordinates.filter_map(|role| index.roles.number(role)).collect(),
                groups: nested.filter_map(|group| index.groups.number(group)).collect(),
            });
        }
        let direct = Direct::new(index, snapshot);
        let (component, components) = components(&listed);
        let members = members(&listed, &components, &component, hierarchy, &direct, confused);
        let contained = contained(&listed, &components, &component);
        let containing = containing(&listed, &components, &component);
        let of_role = of_role(index, &listed, hierarchy, |group| {
            &*containing[component[group as usize] as usize]
        });
        Self {
            component,
            members,
            contained,
            containing,
            direct,
            of_role,
            in_force,
        }
    }

    /// Everyone in a group.
    pub(crate) fn members(&self, group: GroupNumber) -> &RoaringBitmap {
        &self.members[self.component[group.at()] as usize]
    }

    /// The group and all groups in it.
    pub(crate) fn contained(&self, group: GroupNumber) -> &RoaringBitmap {
        &self.contained[self.component[group.at()] as usize]
    }

    /// The group and all groups that it is in, in order.
    pub(crate) fn containing(&self, group: GroupNumber) -> &[u32] {
        &self.containing[self.component[group.at()] as usize]
    }

    /// The groups that list a user by name, in order.
    pub(crate) fn direct(&self, user: UserNumber) -> &[u32] {
        self.direct.of(user)
    }

    /// The groups that everyone in a role is in, in order.
    pub(crate) fn of_role(&self, role: RoleNumber) -> &[u32] {
        &self.of_role[role.at()]
    }

    /// Every group that a user is in, active or not, in order.
    pub(crate) fn groups(&self, user: UserNumber, role: Option<RoleNumber>) -> Vec<u32> {
        let direct = self.direct(user);
        let mut groups = role.map_or_else(Vec::new, |role| self.of_role(role).to_vec());
        if direct.is_empty() {
            return groups;
        }
        if let ([only], true) = (direct, groups.is_empty()) {
            return self.containing(GroupNumber(*only)).to_vec();
        }
        for group in direct {
            groups.extend(self.containing(GroupNumber(*group)));
        }
        groups.sort_unstable();
        groups.dedup();
        groups
    }
}

/// The component of each group, and the groups of each component, contained ones before those that contain them.
fn components(listed: &[Listed]) -> (Vec<u32>, Vec<Vec<u32>>) {
    let mut component = vec![0; listed.len()];
    let mut graph: DiGraph<(), ()> = DiGraph::with_capacity(listed.len(), listed.len());
    let nodes: Vec<_> = listed.iter().map(|_| graph.add_node(())).collect();
    for (container, listed) in listed.iter().enumerate() {
        for group in &listed.groups {
            graph.add_edge(nodes[container], nodes[*group as usize], ());
        }
    }
    let components: Vec<Vec<u32>> = kosaraju_scc(&graph)
        .into_iter()
        .map(|nodes| nodes.into_iter().map(|node| count(node.index())).collect())
        .collect();
    for (number, groups) in (0..).zip(&components) {
        for group in groups {
            component[*group as usize] = number;
        }
    }
    (component, components)
}

fn members(
    listed: &[Listed],
    components: &[Vec<u32>],
    component: &[u32],
    hierarchy: &Hierarchy,
    direct: &Direct,
    confused: bool,
) -> Vec<RoaringBitmap> {
    let mut named: Vec<Vec<u32>> = vec![Vec::new(); listed.len()];
    for user in 0..count(hierarchy.role_of.len()) {
        for group in direct.of(UserNumber(user)) {
            named[*group as usize].push(user);
        }
    }
    let mut members: Vec<RoaringBitmap> = Vec::with_capacity(components.len());
    for (number, groups) in (0..).zip(components) {
        let mut set = RoaringBitmap::new();
        for group in groups {
            let listed = &listed[*group as usize];
            // In order, so that this is one pass.
            set.extend(std::mem::take(&mut named[*group as usize]));
            for role in &listed.roles {
                set |= &hierarchy.users[*role as usize];
            }
            for role in &listed.roles_and_subordinates {
                let taken = hierarchy.confused.get(&RoleNumber(*role)).filter(|_| confused);
                set |= taken.unwrap_or(&hierarchy.users_and_subordinates[*role as usize]);
            }
            for nested in &listed.groups {
                let nested = component[*nested as usize];
                if nested != number {
                    set |= &members[nested as usize];
                }
            }
        }
        members.push(set);
    }
    members
}

fn contained(listed: &[Listed], components: &[Vec<u32>], component: &[u32]) -> Vec<RoaringBitmap> {
    let mut contained: Vec<RoaringBitmap> = Vec::with_capacity(components.len());
    for (number, groups) in (0..).zip(components) {
        let mut set: RoaringBitmap = groups.iter().copied().collect();
        for nested in groups.iter().flat_map(|group| &listed[*group as usize].groups) {
            let nested = component[*nested as usize];
            if nested != number {
                set |= &contained[nested as usize];
            }
        }
        contained.push(set);
    }
    contained
}

fn containing(listed: &[Listed], components: &[Vec<u32>], component: &[u32]) -> Vec<Box<[u32]>> {
    let mut containing: Vec<Vec<u32>> = vec![Vec::new(); components.len()];
    // From the outside in: what contains a group is complete when its turn comes.
    for number in (0..count(components.len())).rev() {
        let groups = &components[number as usize];
        let mut all = std::mem::take(&mut containing[number as usize]);
        all.extend(groups);
        all.sort_unstable();
        all.dedup();
        for nested in groups.iter().flat_map(|group| &listed[*group as usize].groups) {
            let nested = component[*nested as usize];
            if nested != number {
                containing[nested as usize].extend(&all);
            }
        }
        containing[number as usize] = all;
    }
    containing.into_iter().map(Vec::into_boxed_slice).collect()
}

fn of_role<'a>(
    index: &Index,
    listed: &[Listed],
    hierarchy: &Hierarchy,
    containing: impl Fn(u32) -> &'a [u32],
) -> Vec<Box<[u32]>> {
    let mut own: Vec<Vec<u32>> = vec![Vec::new(); index.roles.len()];
    let mut with_subordinates: Vec<Vec<u32>> = vec![Vec::new(); index.roles.len()];
    for (group, listed) in (0..).zip(listed) {
        for role in &listed.roles {
            own[*role as usize].extend(containing(group));
        }
        for role in &listed.roles_and_subordinates {
            with_subordinates[*role as usize].extend(containing(group));
        }
    }
    let roles = (0..count(index.roles.len())).map(RoleNumber);
    let groups = roles.map(|role| {
        let mut groups = std::mem::take(&mut own[role.at()]);
        groups.extend(&with_subordinates[role.at()]);
        for above in hierarchy.above(role) {
            groups.extend(&with_subordinates[above.at()]);
        }
        groups.sort_unstable();
        groups.dedup();
        groups.into_boxed_slice()
    });
    groups.collect()
}
