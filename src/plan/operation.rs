//! One write to a deployment: what a step of a plan asks a provider to do.
//!
//! The types rule out what no product can do: users are not created, a default is not deleted, a role's transfer
//! goes to a role.

use serde::Serialize;

use crate::model::{
    DefaultAccess, Group, GroupName, Identity, ModuleName, Principal, Profile, ProfileName, Role, RoleName,
    RuleAccess, RuleKey, UserName,
};

/// A kind of object that is created, changed, renamed and deleted by name.
pub trait Object: Clone + PartialEq + Serialize {
    /// What it is named by.
    type Name: Clone + Ord + Serialize;
    /// Who takes over when it is deleted.
    type Heir: Clone + PartialEq + Serialize;

    /// The identity of the object of this name.
    fn identity(name: &Self::Name) -> Identity;
}

impl Object for Role {
    type Name = RoleName;
    /// The role that gets the users.
    type Heir = RoleName;

    fn identity(name: &RoleName) -> Identity {
        Identity::Role(name.clone())
    }
}

impl Object for Profile {
    type Name = ProfileName;
    /// The profile that takes its place in roles.
    type Heir = ProfileName;

    fn identity(name: &ProfileName) -> Identity {
        Identity::Profile(name.clone())
    }
}

impl Object for Group {
    type Name = GroupName;
    /// The user or group that gets the records.
    type Heir = Principal;

    fn identity(name: &GroupName) -> Identity {
        Identity::Group(name.clone())
    }
}

/// What is done to one named object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", bound = "")]
pub enum Edit<O: Object> {
    /// It is made.
    Create {
        /// Its name.
        name: O::Name,
        /// What it will be.
        after: O,
    },
    /// Its attributes change.
    Update {
        /// Its name.
        name: O::Name,
        /// What it was when the plan was made.
        before: O,
        /// What it will be.
        after: O,
    },
    /// It gets another name and keeps everything else; what refers to it follows.
    Rename {
        /// The name until now.
        from: O::Name,
        /// The name from now on.
        to: O::Name,
    },
    /// It is removed.
    Delete {
        /// Its name.
        name: O::Name,
        /// What it was when the plan was made.
        before: O,
        /// Who takes over, where the product asks for it.
        heir: Option<O::Heir>,
    },
}

impl<O: Object> Edit<O> {
    /// The object, by its name before the edit (a new object by its new name).
    pub fn identity(&self) -> Identity {
        match self {
            Self::Create { name, .. } | Self::Update { name, .. } | Self::Delete { name, .. } => {
                O::identity(name)
            }
            Self::Rename { from, .. } => O::identity(from),
        }
    }
}

/// One write to a deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    clippy::large_enum_variant,
    reason = "operations are moved once, from the plan to whoever performs them"
)]
pub enum Operation {
    /// On a profile.
    Profile(Edit<Profile>),
    /// On a role.
    Role(Edit<Role>),
    /// On a group.
    Group(Edit<Group>),
    /// Sets the default of a module.
    SetDefault {
        /// Which module.
        module: ModuleName,
        /// The default when the plan was made; `None` when it had none.
        before: Option<DefaultAccess>,
        /// The default to set.
        after: DefaultAccess,
    },
    /// Makes a sharing rule or changes its access.
    SetRule {
        /// Which rule.
        rule: RuleKey,
        /// Its access when the plan was made; `None` makes the rule.
        before: Option<RuleAccess>,
        /// The access to set.
        after: RuleAccess,
    },
    /// Removes a sharing rule.
    DeleteRule {
        /// Which rule.
        rule: RuleKey,
        /// Its access when the plan was made.
        before: RuleAccess,
    },
    /// Gives a user a role.
    AssignRole {
        /// Which user.
        user: UserName,
        /// The role when the plan was made.
        before: Option<RoleName>,
        /// The role to give; `None` takes the role away, where the product allows users without one.
        after: Option<RoleName>,
    },
}

impl Operation {
    /// The object that is written, by its name after the operation.
    pub fn final_identity(&self) -> Identity {
        match self {
            Self::Profile(Edit::Rename { to, .. }) => Identity::Profile(to.clone()),
            Self::Role(Edit::Rename { to, .. }) => Identity::Role(to.clone()),
            Self::Group(Edit::Rename { to, .. }) => Identity::Group(to.clone()),
            Self::Profile(_)
            | Self::Role(_)
            | Self::Group(_)
            | Self::SetDefault { .. }
            | Self::SetRule { .. }
            | Self::DeleteRule { .. }
            | Self::AssignRole { .. } => self.identity(),
        }
    }

    /// Whether the object is not there before.
    pub fn creates(&self) -> bool {
        matches!(
            self,
            Self::Profile(Edit::Create { .. })
                | Self::Role(Edit::Create { .. })
                | Self::Group(Edit::Create { .. })
                | Self::SetRule { before: None, .. }
        )
    }

    /// Whether the object is not there afterwards.
    pub fn deletes(&self) -> bool {
        matches!(
            self,
            Self::Profile(Edit::Delete { .. })
                | Self::Role(Edit::Delete { .. })
                | Self::Group(Edit::Delete { .. })
                | Self::DeleteRule { .. }
        )
    }

    /// Whether the object gets another name.
    pub fn renames(&self) -> bool {
        matches!(
            self,
            Self::Profile(Edit::Rename { .. })
                | Self::Role(Edit::Rename { .. })
                | Self::Group(Edit::Rename { .. })
        )
    }

    /// The object that is written, by its name before the operation.
    pub fn identity(&self) -> Identity {
        match self {
            Self::Profile(edit) => edit.identity(),
            Self::Role(edit) => edit.identity(),
            Self::Group(edit) => edit.identity(),
            Self::SetDefault { module, .. } => Identity::SharingDefault(module.clone()),
            Self::SetRule { rule, .. } | Self::DeleteRule { rule, .. } => Identity::SharingRule(rule.clone()),
            Self::AssignRole { user, .. } => Identity::User(user.clone()),
        }
    }
}
