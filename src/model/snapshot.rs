//! The complete access state of one deployment.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    FeatureId, FieldName, Group, GroupName, Identity, Kind, ModuleName, Principal, ProfileName, Rights,
    RoleId, RoleName, Sharing, SystemName, UserName,
};

/// To whom the holders of a role may assign records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum AssignScope {
    /// To all users.
    AllUsers,
    /// To users whose role is on the same level or below.
    SameOrLowerLevel,
    /// To users whose role is below.
    LowerLevel,
}

impl AssignScope {
    /// Every scope, widest first.
    pub const ALL: [Self; 3] = [Self::AllUsers, Self::SameOrLowerLevel, Self::LowerLevel];

    /// The word used in manifests.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AllUsers => "all_users",
            Self::SameOrLowerLevel => "same_or_lower_level",
            Self::LowerLevel => "lower_level",
        }
    }
}

/// One role.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Role {
    /// Free text; empty is none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The role above this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reports_to: Option<RoleName>,
    /// Profiles that the role carries.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub profiles: BTreeSet<ProfileName>,
    /// Rights that the role itself grants, in systems without profiles.
    #[serde(skip_serializing_if = "Rights::is_empty")]
    pub rights: Rights,
    /// To whom its holders may assign records.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assign_records_to: Option<AssignScope>,
}

impl Role {
    /// The roles and profiles that it names, each once.
    pub fn references(&self) -> BTreeSet<Identity> {
        let superior = self.reports_to.iter().cloned().map(Identity::Role);
        let profiles = self.profiles.iter().cloned().map(Identity::Profile);
        superior.chain(profiles).collect()
    }
}

/// One profile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    /// Free text; empty is none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// What it permits.
    #[serde(skip_serializing_if = "Rights::is_empty")]
    pub rights: Rights,
}

/// One user. Only `role` is ever written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct User {
    /// The user's role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<RoleName>,
    /// Marked in the product as one who may do everything.
    pub administrator: bool,
    /// Whether the user can log in.
    pub active: bool,
    /// Who created the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by: Option<UserName>,
    /// The user's primary group in the directory: a membership that cannot be taken away here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary_group: Option<GroupName>,
}

impl Default for User {
    fn default() -> Self {
        Self {
            role: None,
            administrator: false,
            active: true,
            created_by: None,
            primary_group: None,
        }
    }
}

/// What an installation has: features, modules and their fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Installation {
    /// Licences and configured parts that are known to be there or not; one that is missing is not known.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub features: BTreeMap<FeatureId, bool>,
    /// Modules beyond the system definition's, and fields that the installation is known to have.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub modules: BTreeMap<ModuleName, BTreeSet<FieldName>>,
}

/// Something wrong on a live deployment that a snapshot cannot hold, reported and never written to manifests.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Defect {
    /// Several objects of one kind share a name; the snapshot holds the first.
    DuplicateName {
        /// The kind of object.
        kind: Kind,
        /// The shared name.
        name: String,
        /// How many there are.
        count: usize,
    },
    /// An object refers to one that no longer exists; the reference was left out.
    DanglingReference {
        /// The object that refers.
        holder: String,
        /// What it refers to, as far as it is known.
        target: String,
    },
}

/// The complete access state of one deployment of one system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// Which system this is a state of.
    pub system: SystemName,
    /// What the installation has.
    #[serde(default)]
    pub installation: Installation,
    /// All profiles.
    #[serde(default)]
    pub profiles: BTreeMap<ProfileName, Profile>,
    /// All roles.
    #[serde(default)]
    pub roles: BTreeMap<RoleName, Role>,
    /// The ids of roles in the product, where a deployment has them. They matter only to faults of a product that
    /// go by them (`access.subordinates_by_path_prefix`), are never written, and follow a role through a rename.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub role_ids: BTreeMap<RoleName, RoleId>,
    /// All groups.
    #[serde(default)]
    pub groups: BTreeMap<GroupName, Group>,
    /// All sharing.
    #[serde(default)]
    pub sharing: Sharing,
    /// All users.
    #[serde(default)]
    pub users: BTreeMap<UserName, User>,
    /// How many records each user or group owns, where the deployment counts them.
    #[serde(default)]
    pub records: Records,
    /// What the deployment has wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub defects: Vec<Defect>,
}

/// How many records of each module a user or group owns, where the deployment counts them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Records(pub BTreeMap<Principal, BTreeMap<ModuleName, u64>>);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRecords {
    owner: Principal,
    module: ModuleName,
    count: u64,
}

impl Serialize for Records {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().flat_map(|(owner, modules)| {
            modules.iter().map(|(module, count)| WrittenRecords {
                owner: owner.clone(),
                module: module.clone(),
                count: *count,
            })
        }))
    }
}

impl<'de> Deserialize<'de> for Records {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut records = Self::default();
        for written in Vec::<WrittenRecords>::deserialize(deserializer)? {
            *records
                .0
                .entry(written.owner)
                .or_default()
                .entry(written.module)
                .or_default() += written.count;
        }
        Ok(records)
    }
}

impl Records {
    /// How many records the owner has, over all modules.
    pub fn owned_by(&self, owner: &Principal) -> u64 {
        self.0.get(owner).map_or(0, |modules| modules.values().sum())
    }

    /// Makes everything that `from` owns belong to `to`.
    pub fn transfer(&mut self, from: &Principal, to: &Principal) {
        if let Some(modules) = self.0.remove(from) {
            let target = self.0.entry(to.clone()).or_default();
            for (module, count) in modules {
                *target.entry(module).or_default() += count;
            }
        }
    }

    /// Gives what `from` owns to the same owner under a new name.
    pub fn rename(&mut self, from: &Principal, to: Principal) {
        if let Some(modules) = self.0.remove(from) {
            self.0.insert(to, modules);
        }
    }
}

impl Snapshot {
    /// A deployment of `system` with nothing in it.
    pub fn empty(system: SystemName) -> Self {
        Self {
            system,
            installation: Installation::default(),
            profiles: BTreeMap::new(),
            roles: BTreeMap::new(),
            role_ids: BTreeMap::new(),
            groups: BTreeMap::new(),
            sharing: Sharing::default(),
            users: BTreeMap::new(),
            records: Records::default(),
            defects: Vec::new(),
        }
    }

    /// How many objects of a kind there are.
    pub fn count(&self, kind: Kind) -> usize {
        match kind {
            Kind::Profile => self.profiles.len(),
            Kind::Role => self.roles.len(),
            Kind::Group => self.groups.len(),
            Kind::SharingDefault => self.sharing.defaults.len(),
            Kind::SharingRule => self.sharing.rules.len(),
            Kind::User => self.users.len(),
        }
    }

    /// Whether there is such an object.
    pub fn has(&self, identity: &Identity) -> bool {
        match identity {
            Identity::Profile(name) => self.profiles.contains_key(name),
            Identity::Role(name) => self.roles.contains_key(name),
            Identity::Group(name) => self.groups.contains_key(name),
            Identity::SharingDefault(module) => self.sharing.defaults.contains_key(module),
            Identity::SharingRule(key) => self.sharing.rules.contains_key(key),
            Identity::User(name) => self.users.contains_key(name),
        }
    }

    /// Every object, by kind and name.
    pub fn identities(&self) -> impl Iterator<Item = Identity> {
        let profiles = self.profiles.keys().cloned().map(Identity::Profile);
        let roles = self.roles.keys().cloned().map(Identity::Role);
        let groups = self.groups.keys().cloned().map(Identity::Group);
        let defaults = self
            .sharing
            .defaults
            .keys()
            .cloned()
            .map(Identity::SharingDefault);
        let rules = self.sharing.rules.keys().cloned().map(Identity::SharingRule);
        let users = self.users.keys().cloned().map(Identity::User);
        profiles
            .chain(roles)
            .chain(groups)
            .chain(defaults)
            .chain(rules)
            .chain(users)
    }

    /// The roles, profiles and groups that an object refers to by what manifests can say of it, each once. None of an
    /// object that is not there.
    pub fn references(&self, identity: &Identity) -> BTreeSet<Identity> {
        let found = match identity {
            Identity::Role(name) => self.roles.get(name).map(Role::references),
            Identity::Group(name) => self.groups.get(name).map(Group::references),
            Identity::SharingRule(key) => self.sharing.rules.get(key).map(|_| {
                let ends = key.from.identity().into_iter().chain(key.to.identity());
                ends.filter(|end| end.kind() != Kind::User).collect()
            }),
            Identity::User(name) => self
                .users
                .get(name)
                .map(|user| user.role.iter().cloned().map(Identity::Role).collect()),
            Identity::Profile(_) | Identity::SharingDefault(_) => None,
        };
        found.unwrap_or_default()
    }
}
