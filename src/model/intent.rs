//! What manifests want: partial, with the place of every wish.
//!
//! Absent is untouched, present is owned, present and empty is empty on purpose. So every attribute here is an
//! `Option`, and `None` means that no manifest speaks of it.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    ActionId, AssignScope, Authorisations, CallGroup, Date, DefaultAccess, Expiry, FieldAccess, FieldName,
    Grant, GroupName, GroupVariety, Identity, Installation, Key, Kind, Level, Line, Members, ModuleName,
    MonitorPlaces, PermissionId, Principal, ProfileName, Records, RoleName, RuleAccess, RuleKey, ServiceId,
    Status, UserName,
};
use crate::text::Span;

/// A value and the place that asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Where it is written.
    pub span: Span,
}

impl<T> At<T> {
    /// A value with its place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// What holds for the modules, actions and permissions that a profile or role does not name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Otherwise {
    /// What the product gives one that says nothing.
    Usual,
    /// Nothing.
    #[default]
    None,
    /// Whatever the deployment has.
    Untouched,
}

impl Otherwise {
    /// The word used in manifests.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Usual => "usual",
            Self::None => "none",
            Self::Untouched => "untouched",
        }
    }
}

/// The wanted rights on one module; `None` leaves that part to [`Otherwise`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModuleRightsIntent {
    /// Where the module is named.
    pub at: Span,
    /// Exactly these actions.
    pub actions: Option<BTreeMap<ActionId, Level>>,
    /// Access to exactly these fields, the others being as usual.
    pub fields: Option<BTreeMap<FieldName, At<FieldAccess>>>,
}

/// The wanted rights of a role or profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RightsIntent {
    /// What holds for what is not named; `None` when not said.
    pub otherwise: Option<At<Otherwise>>,
    /// Functional permissions.
    pub permissions: Option<At<BTreeMap<PermissionId, At<Level>>>>,
    /// Rights on modules.
    pub modules: Option<At<BTreeMap<ModuleName, ModuleRightsIntent>>>,
}

/// A list of references, each with its place; the outer place is the list's.
pub type References<N> = At<Vec<At<N>>>;

/// A group that is shown, and where.
pub type ShownGroup = (At<GroupName>, MonitorPlaces);

/// A wanted role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoleIntent {
    /// Where its name is written.
    pub at: Span,
    /// The name it has until now.
    pub renamed_from: Option<At<RoleName>>,
    /// Free text.
    pub description: Option<At<String>>,
    /// The role above; `None` inside is the top.
    pub reports_to: Option<At<Option<RoleName>>>,
    /// Profiles it carries.
    pub profiles: Option<References<ProfileName>>,
    /// Rights of its own.
    pub rights: RightsIntent,
    /// To whom its holders may assign records.
    pub assign_records_to: Option<At<Option<AssignScope>>>,
}

/// A wanted profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileIntent {
    /// Where its name is written.
    pub at: Span,
    /// The name it has until now.
    pub renamed_from: Option<At<ProfileName>>,
    /// Free text.
    pub description: Option<At<String>>,
    /// What it permits.
    pub rights: RightsIntent,
}

/// A wanted member of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberIntent<N> {
    /// Who.
    pub value: N,
    /// Where the name is written.
    pub span: Span,
    /// The last day of the membership; `None` when it does not end by itself.
    pub expires: Option<At<Date>>,
}

impl<N> MemberIntent<N> {
    /// A member for good.
    pub fn new(value: N, span: Span) -> Self {
        Self {
            value,
            span,
            expires: None,
        }
    }

    /// Whether the membership is over on a day.
    pub fn is_over(&self, today: Date) -> bool {
        self.expires
            .as_ref()
            .is_some_and(|expires| expires.value.is_over(today))
    }
}

/// The wanted members of a group. One value: a kind of member that is left out is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MembersIntent {
    /// Single users.
    pub users: Vec<MemberIntent<UserName>>,
    /// Everyone whose role is one of these.
    pub roles: Vec<MemberIntent<RoleName>>,
    /// Everyone whose role is one of these or below one of these.
    pub roles_and_subordinates: Vec<MemberIntent<RoleName>>,
    /// Everyone in one of these groups.
    pub groups: Vec<MemberIntent<GroupName>>,
}

impl MembersIntent {
    /// The members on a day, without their places.
    pub fn members(&self, today: Date) -> Members {
        fn on<N: Clone + Ord>(listed: &[MemberIntent<N>], today: Date) -> BTreeSet<N> {
            let members = listed.iter().filter(|member| !member.is_over(today));
            members.map(|member| member.value.clone()).collect()
        }
        Members {
            users: on(&self.users, today),
            roles: on(&self.roles, today),
            roles_and_subordinates: on(&self.roles_and_subordinates, today),
            groups: on(&self.groups, today),
        }
    }

    /// The memberships of this group that end by themselves.
    fn expiries<'a>(&'a self, group: &'a GroupName) -> impl Iterator<Item = Expiry> + 'a {
        fn of<'a, N: Clone>(
            listed: &'a [MemberIntent<N>],
            group: &'a GroupName,
            principal: fn(N) -> Principal,
        ) -> impl Iterator<Item = Expiry> + 'a {
            listed.iter().filter_map(move |member| {
                Some(Expiry {
                    expires: member.expires.as_ref()?.value,
                    place: member.span,
                    grant: Grant::Member {
                        group: group.clone(),
                        member: principal(member.value.clone()),
                    },
                })
            })
        }
        of(&self.users, group, Principal::User)
            .chain(of(&self.roles, group, Principal::Role))
            .chain(of(
                &self.roles_and_subordinates,
                group,
                Principal::RoleAndSubordinates,
            ))
            .chain(of(&self.groups, group, Principal::Group))
    }
}

/// A wanted group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupIntent {
    /// Where its name is written.
    pub at: Span,
    /// The name it has until now.
    pub renamed_from: Option<At<GroupName>>,
    /// Free text.
    pub description: Option<At<String>>,
    /// Which variety of group: one that is made elsewhere.
    pub variety: Option<At<GroupVariety>>,
    /// Whether its settings count.
    pub status: Option<At<Status>>,
    /// Who is in it.
    pub members: Option<At<MembersIntent>>,
    /// Roles that membership grants.
    pub roles: Option<References<RoleName>>,
    /// The head.
    pub head: Option<At<Option<UserName>>>,
    /// The deputy.
    pub deputy: Option<At<Option<UserName>>>,
    /// Authorisations of head and deputy.
    pub head_authorisations: Option<At<Option<Authorisations>>>,
    /// Authorisations of members towards each other.
    pub authorisations: Option<At<Option<Authorisations>>>,
    /// The group's own line.
    pub line: Option<At<Option<Line>>>,
    /// The call group.
    pub call_group: Option<At<Option<CallGroup>>>,
    /// Services that are allowed.
    pub services: Option<References<ServiceId>>,
    /// Groups shown to the members.
    pub monitor_groups: Option<At<Vec<ShownGroup>>>,
    /// Keys of the members.
    pub keys: Option<At<Vec<Key>>>,
    /// Who created it; only seeds set it.
    pub created_by: Option<At<Option<UserName>>>,
}

/// What is wanted of a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserIntent {
    /// Where the user is named.
    pub at: Span,
    /// The role.
    pub role: Option<At<Option<RoleName>>>,
    /// Marked as administrator; only seeds set it.
    pub administrator: Option<At<bool>>,
    /// Whether the user can log in; only seeds set it.
    pub active: Option<At<bool>>,
    /// Who created the user; only seeds set it.
    pub created_by: Option<At<Option<UserName>>>,
    /// The primary group; only seeds set it.
    pub primary_group: Option<At<Option<GroupName>>>,
}

/// A wanted sharing rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleIntent {
    /// What the recipients may do.
    pub value: RuleAccess,
    /// Where the rule is written.
    pub span: Span,
    /// Where it says whose records.
    pub from: Span,
    /// Where it says with whom.
    pub to: Span,
    /// The last day on which the rule holds; `None` when it does not end by itself.
    pub expires: Option<At<Date>>,
}

impl RuleIntent {
    /// A wanted rule all of which is written at one place, for good.
    pub fn new(value: RuleAccess, span: Span) -> Self {
        Self {
            value,
            span,
            from: span,
            to: span,
            expires: None,
        }
    }

    /// Whether the rule is over on a day.
    pub fn is_over(&self, today: Date) -> bool {
        self.expires
            .as_ref()
            .is_some_and(|expires| expires.value.is_over(today))
    }
}

/// The wanted sharing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SharingIntent {
    /// Defaults of modules.
    pub defaults: BTreeMap<ModuleName, At<DefaultAccess>>,
    /// Rules. A module that has one here has exactly these; one that is over still makes the rules owned.
    pub rules: BTreeMap<RuleKey, RuleIntent>,
    /// Modules that have no rules on purpose.
    pub no_rules: BTreeMap<ModuleName, Span>,
}

impl SharingIntent {
    /// The modules whose rules the manifests own.
    pub fn owned_modules(&self) -> BTreeSet<&ModuleName> {
        self.rules
            .keys()
            .map(|key| &key.module)
            .chain(self.no_rules.keys())
            .collect()
    }

    /// A place that makes the manifests own the rules of a module.
    pub fn place_of_module(&self, module: &ModuleName) -> Option<Span> {
        // Rules are ordered by module, and the first of a module is not before this one.
        let first = RuleKey {
            module: module.clone(),
            from: Principal::Everyone,
            to: Principal::Everyone,
        };
        let listed = self
            .rules
            .range(first..)
            .next()
            .filter(|(key, _)| key.module == *module);
        let listed = listed.map(|(_, wanted)| wanted.span);
        listed.or_else(|| self.no_rules.get(module).copied())
    }
}

/// A wanted removal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// Where it is written.
    pub at: Span,
    /// Who gets what the removed object had.
    pub transfer_to: Option<At<Principal>>,
    /// The profile that takes the removed profile's place.
    pub transfer_to_profile: Option<At<ProfileName>>,
}

impl Removal {
    /// The role that takes over, where a role does.
    pub fn role_heir(&self) -> Option<&RoleName> {
        match &self.transfer_to.as_ref()?.value {
            Principal::Role(role) => Some(role),
            Principal::Everyone
            | Principal::User(_)
            | Principal::RoleAndSubordinates(_)
            | Principal::Group(_) => None,
        }
    }
}

/// Everything that manifests remove.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Roles.
    pub roles: BTreeMap<RoleName, Removal>,
    /// Profiles.
    pub profiles: BTreeMap<ProfileName, Removal>,
    /// Groups.
    pub groups: BTreeMap<GroupName, Removal>,
}

/// Names that live unmanaged on the deployment and that manifests refer to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Existing {
    /// Roles.
    pub roles: BTreeMap<RoleName, Span>,
    /// Profiles.
    pub profiles: BTreeMap<ProfileName, Span>,
    /// Groups.
    pub groups: BTreeMap<GroupName, Span>,
    /// Users.
    pub users: BTreeMap<UserName, Span>,
}

/// What happens to objects on the deployment that no manifest names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum OwnershipOf {
    /// They are reported and left alone.
    #[default]
    Named,
    /// They are deleted.
    Exhaustive,
}

/// Ownership by kind of object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ownership(pub BTreeMap<Kind, OwnershipOf>);

impl Ownership {
    /// Whether unnamed objects of this kind are deleted.
    pub fn is_exhaustive(&self, kind: Kind) -> bool {
        self.0.get(&kind) == Some(&OwnershipOf::Exhaustive)
    }
}

/// Everything that a folder of manifests wants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Intent {
    /// Roles.
    pub roles: BTreeMap<RoleName, RoleIntent>,
    /// Profiles.
    pub profiles: BTreeMap<ProfileName, ProfileIntent>,
    /// Groups.
    pub groups: BTreeMap<GroupName, GroupIntent>,
    /// Sharing.
    pub sharing: SharingIntent,
    /// Users.
    pub users: BTreeMap<UserName, UserIntent>,
    /// Removals.
    pub removed: Removed,
    /// Unmanaged names.
    pub existing: Existing,
    /// What happens to what is not named.
    pub ownership: Ownership,
    /// What the installation has; only seeds set it.
    pub installation: Installation,
    /// Who owns how many records; only seeds set it.
    pub records: Records,
}

impl Intent {
    /// Everything that ends by itself, ended or not: members by group and kind, then rules.
    pub fn expiries(&self) -> impl Iterator<Item = Expiry> {
        let members = self.groups.iter().flat_map(|(name, group)| {
            let members = group.members.iter();
            members.flat_map(move |members| members.value.expiries(name))
        });
        let rules = self.sharing.rules.iter().filter_map(|(key, rule)| {
            Some(Expiry {
                grant: Grant::Rule(key.clone()),
                expires: rule.expires.as_ref()?.value,
                place: rule.span,
            })
        });
        members.chain(rules)
    }

    /// Where the manifests name an object that they want.
    pub fn place(&self, identity: &Identity) -> Option<Span> {
        match identity {
            Identity::Profile(name) => self.profiles.get(name).map(|wanted| wanted.at),
            Identity::Role(name) => self.roles.get(name).map(|wanted| wanted.at),
            Identity::Group(name) => self.groups.get(name).map(|wanted| wanted.at),
            Identity::SharingDefault(module) => self.sharing.defaults.get(module).map(|wanted| wanted.span),
            Identity::SharingRule(key) => self.sharing.rules.get(key).map(|wanted| wanted.span),
            Identity::User(name) => self.users.get(name).map(|wanted| wanted.at),
        }
    }
}
