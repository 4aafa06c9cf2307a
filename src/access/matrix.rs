//! The matrix: what each role permits on each module, and how far that reaches.
//!
//! A row is what people are given as a whole: a role, or a group where rights come from groups. The engine is asked
//! about someone who has that row and nothing else: no other groups, no rule by name, no account. So a row says what
//! everyone who has it can do at least.

use roaring::RoaringBitmap;
use serde::Serialize;

use super::Ability;
use super::index::{AbilityKind, AbilityNumber, GroupNumber, RoleNumber, UserNumber};
use super::path::Right;
use super::reach::Reach;
use super::sharing::Protection;
use super::sources::Source;
use super::state::{Access, Standing};
use super::ways::Ways;
use crate::model::{
    AuthorisationLevel, Authorisations, DefaultAccess, FeatureId, GroupName, Level, ModuleName, PermissionId,
    RoleName,
};
use crate::system::RightsFrom;

/// Nobody's number: someone who is only thought of.
const NOBODY: UserNumber = UserNumber(u32::MAX);

/// What a row of the matrix is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MatrixRow {
    /// Everyone with a role.
    Role(RoleName),
    /// Every member of a group.
    Group(GroupName),
    /// The head of a group and the deputy.
    Head(GroupName),
}

/// How far a permitted action reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// It is had, and about nobody.
    Had,
    /// What is one's own.
    Own,
    /// What is one's own, and what is shared: by rules, groups, the hierarchy.
    Shared,
    /// Everyone.
    Everyone,
}

/// What makes an action reach beyond one's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opening {
    /// The role may do everything.
    SuperRole,
    /// A permission opens every record.
    Global(PermissionId),
    /// The right alone is enough.
    Right,
    /// The default of a module.
    Default(ModuleName, DefaultAccess),
    /// Groups that one is in own records.
    GroupOwned,
    /// The roles below.
    Hierarchy,
    /// So many rules.
    Rules(usize),
    /// A group gives it.
    Group(GroupName),
    /// The installation gives it to everyone.
    Feature(FeatureId),
}

/// One permitted action in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatrixEntry {
    /// What is permitted.
    pub ability: Ability,
    /// The level of the right; none where nothing but sharing opens it, or where it has no level.
    pub level: Option<Level>,
    /// The predefined level of authorisations that the group has.
    pub preset: Option<AuthorisationLevel>,
    /// How far it reaches.
    pub extent: Extent,
    /// Who carries the right.
    pub rights: Vec<Right>,
    /// What makes it reach that far.
    pub openings: Vec<Opening>,
}

/// What does not change from row to row.
#[derive(Debug)]
pub struct Matrix<'a> {
    access: &'a Access<'a>,
    /// Whether each rule opens anybody's records.
    opening_rules: Vec<bool>,
}

impl Access<'_> {
    /// The rows of the matrix: roles, or groups where rights come from groups; heads where they have anything.
    pub fn matrix_rows(&self) -> Vec<MatrixRow> {
        match self.system.definition().access.rights_from {
            RightsFrom::Role | RightsFrom::RoleProfiles => {
                self.snapshot.roles.keys().cloned().map(MatrixRow::Role).collect()
            }
            RightsFrom::GroupRoles => self
                .snapshot
                .groups
                .keys()
                .cloned()
                .map(MatrixRow::Group)
                .collect(),
            RightsFrom::GroupSettings => {
                let rows = self.snapshot.groups.iter().flat_map(|(name, group)| {
                    let head = group.head.as_ref().map(|_| MatrixRow::Head(name.clone()));
                    [Some(MatrixRow::Group(name.clone())), head]
                });
                rows.flatten().collect()
            }
        }
    }

    /// How many people who can log in have a row.
    pub fn people_of(&self, row: &MatrixRow) -> u64 {
        match row {
            MatrixRow::Role(name) => self.role(name).map_or(0, |role| {
                self.hierarchy.users[role.at()].intersection_len(&self.active)
            }),
            MatrixRow::Group(name) => self.group(name).map_or(0, |group| {
                self.membership.members(group).intersection_len(&self.active)
            }),
            MatrixRow::Head(name) => self.heads(name).intersection_len(&self.active),
        }
    }

    fn heads(&self, group: &GroupName) -> RoaringBitmap {
        let group = self.snapshot.groups.get(group);
        let heads = group.and_then(|group| {
            let head = group.head.as_ref()?;
            Some(std::iter::once(head).chain(&group.deputy))
        });
        let heads = heads.into_iter().flatten();
        heads
            .filter_map(|head| self.user(head).ok())
            .map(|user| user.0)
            .collect()
    }
}

impl<'a> Matrix<'a> {
    /// Prepares the rows of a state.
    pub fn new(access: &'a Access<'a>) -> Self {
        let rules = 0..super::index::count(access.sharing.rules.len());
        let opens = |rule| {
            let mut reach = Reach::default();
            access.add_owners(rule, &mut reach);
            reach.everyone || !reach.users.is_empty() || !reach.groups.is_empty()
        };
        Self {
            access,
            opening_rules: rules.map(opens).collect(),
        }
    }

    /// Everything that a row permits, in the order of the system definition. Fields are left out.
    pub fn entries(&self, row: &MatrixRow) -> Vec<MatrixEntry> {
        let access = self.access;
        let standing = match row {
            MatrixRow::Role(name) => access.role(name).ok().map(|role| self.with_role(role)),
            MatrixRow::Group(name) => access.group(name).ok().map(|group| self.in_group(group)),
            MatrixRow::Head(name) => {
                let head = self.access.heads(name).min();
                head.map(|head| self.someone(UserNumber(head), None, Vec::new()))
            }
        };
        let Some(standing) = standing else {
            return Vec::new();
        };
        let abilities = access.index.ability_list();
        let entries = abilities.filter_map(|(number, ability, kind)| {
            if matches!(kind, AbilityKind::Field { .. }) {
                return None;
            }
            let mut sources = Vec::new();
            access.sources(&standing, number, &mut |source| sources.push(source));
            if let MatrixRow::Head(name) = row {
                let group = access.group(name).ok()?;
                sources.retain(|source| {
                    [Source::Service(group), Source::HeadAuthorisation(group)].contains(source)
                });
            }
            (!sources.is_empty()).then(|| self.entry(row, &standing, number, ability, &sources))
        });
        entries.collect()
    }

    fn someone(&self, user: UserNumber, role: Option<RoleNumber>, groups: Vec<u32>) -> Standing {
        let access = self.access;
        let in_force = groups.iter().copied();
        let in_force: RoaringBitmap = in_force
            .filter(|group| access.membership.in_force.contains(*group))
            .collect();
        let definition = access.system.definition();
        let from_groups = definition.access.rights_from == RightsFrom::GroupRoles;
        let gate = from_groups.then(|| {
            let granted = in_force.iter().map(GroupNumber);
            access
                .gates
                .of_roles(granted.flat_map(|group| access.settings.roles(group)).copied())
        });
        let is_super = role.is_some_and(|role| {
            definition
                .access
                .super_roles
                .contains(access.index.roles.name(role.0))
        });
        Standing {
            user,
            role,
            groups,
            in_force,
            active: true,
            unlimited: is_super.then_some(Source::SuperRole),
            gate,
        }
    }

    fn with_role(&self, role: RoleNumber) -> Standing {
        self.someone(NOBODY, Some(role), self.access.membership.of_role(role).to_vec())
    }

    fn in_group(&self, group: GroupNumber) -> Standing {
        self.someone(NOBODY, None, self.access.membership.containing(group).to_vec())
    }

    fn entry(
        &self,
        row: &MatrixRow,
        standing: &Standing,
        number: AbilityNumber,
        ability: &Ability,
        sources: &[Source],
    ) -> MatrixEntry {
        let access = self.access;
        let mut extent = if access.index.kind(number).has_targets() {
            Extent::Own
        } else {
            Extent::Had
        };
        let mut rules = 0;
        let mut openings = Vec::new();
        for source in sources {
            let (reaches, opening) = self.opening(standing, number, *source, &mut rules);
            extent = extent.max(reaches);
            openings.extend(opening);
        }
        openings.extend((rules > 0).then_some(Opening::Rules(rules)));
        let (level, rights) = match ability {
            Ability::Action { .. } | Ability::Permission(_) => (
                access.right(standing, number),
                Ways::new(access, standing).rights(number),
            ),
            Ability::Field { .. }
            | Ability::Service(_)
            | Ability::Role(_)
            | Ability::Authorisation { .. } => (None, Vec::new()),
        };
        MatrixEntry {
            ability: ability.clone(),
            level,
            preset: self.preset(row, ability),
            extent,
            rights,
            openings,
        }
    }

    /// How far a source reaches, and what it is called; rules are only counted.
    fn opening(
        &self,
        standing: &Standing,
        ability: AbilityNumber,
        source: Source,
        rules: &mut usize,
    ) -> (Extent, Option<Opening>) {
        let access = self.access;
        let about_someone = access.index.kind(ability).has_targets();
        let whole = if about_someone {
            Extent::Everyone
        } else {
            Extent::Had
        };
        let shared = if about_someone {
            Extent::Shared
        } else {
            Extent::Had
        };
        match source {
            Source::Administrator => (whole, None),
            Source::SuperRole => (whole, Some(Opening::SuperRole)),
            Source::Global(permission) => match access.index.named(permission) {
                Ability::Permission(id) => (whole, Some(Opening::Global(id.clone()))),
                Ability::Action { .. }
                | Ability::Field { .. }
                | Ability::Service(_)
                | Ability::Role(_)
                | Ability::Authorisation { .. } => (whole, None),
            },
            Source::Right => (whole, about_someone.then_some(Opening::Right)),
            // The right says its level.
            Source::All => (whole, None),
            Source::Own | Source::Created => (Extent::Had, None),
            Source::Group => (shared, None),
            Source::GroupOwned => (shared, Some(Opening::GroupOwned)),
            Source::Subordinates => {
                let below = standing.role.map_or(0, |role| access.subordinates(role).len());
                let oneself = u64::from(access.system.definition().access.hierarchy.peers);
                if below > oneself {
                    (shared, Some(Opening::Hierarchy))
                } else {
                    (Extent::Had, None)
                }
            }
            Source::GroupsOfSubordinates => {
                let below = standing
                    .role
                    .map_or(0, |role| access.subtrees.groups_below(role).len());
                if below > 0 {
                    (shared, Some(Opening::Hierarchy))
                } else {
                    (Extent::Had, None)
                }
            }
            Source::Default => (whole, self.default_of(ability)),
            Source::Rule(rule) | Source::RuleForSubordinate(rule) => {
                if !self.opening_rules[rule as usize] {
                    return (Extent::Had, None);
                }
                *rules += 1;
                if access.opens_everything(ability, source) {
                    (whole, None)
                } else {
                    (shared, None)
                }
            }
            Source::ServiceForAll => (whole, self.feature_of(ability)),
            Source::Service(group)
            | Source::Authorisation(group)
            | Source::HeadAuthorisation(group)
            | Source::GroupRole(group) => (shared, Some(Opening::Group(access.group_name(group)))),
        }
    }

    fn default_of(&self, ability: AbilityNumber) -> Option<Opening> {
        let AbilityKind::Record { module, .. } = self.access.index.kind(ability) else {
            return None;
        };
        match self.access.sharing.modules[module.at()].protection {
            Protection::Default(default) => {
                let decisive = self.access.decisive_module(module.at());
                Some(Opening::Default(decisive, default))
            }
            Protection::None | Protection::Closed => None,
        }
    }

    fn feature_of(&self, ability: AbilityNumber) -> Option<Opening> {
        let feature = self.access.settings.feature_for_all(ability);
        feature.cloned().map(Opening::Feature)
    }

    /// The predefined level of authorisations by which a row has one.
    fn preset(&self, row: &MatrixRow, ability: &Ability) -> Option<AuthorisationLevel> {
        if !matches!(ability, Ability::Authorisation { .. }) {
            return None;
        }
        let groups = &self.access.snapshot.groups;
        let given = match row {
            MatrixRow::Role(_) => None,
            MatrixRow::Group(name) => groups.get(name)?.authorisations.as_ref(),
            MatrixRow::Head(name) => groups.get(name)?.head_authorisations.as_ref(),
        };
        match given? {
            Authorisations::Level(level) => Some(level.clone()),
            Authorisations::Special(_) => None,
        }
    }
}
