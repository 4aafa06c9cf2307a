//! The way by which a user comes to an ability, step by step, in the names of the model.

use serde::Serialize;

use crate::model::{
    DefaultAccess, FeatureId, GroupName, Level, ModuleName, PermissionId, ProfileName, RoleName, RuleAccess,
    RuleKey, UserName,
};

/// How someone is in a group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Through {
    /// Listed by name.
    Listed,
    /// By the directory's primary group.
    PrimaryGroup,
    /// Everyone in a role is.
    Role(RoleName),
    /// Everyone in a role or below it is.
    RoleAndSubordinates(RoleName),
    /// Everyone in another group is.
    Group(GroupName),
}

/// Who carries a right.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// A profile of the user's role.
    Profile(ProfileName),
    /// A role: the user's own, or one that a group grants.
    Role(RoleName),
}

/// One step of a way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Has a role.
    Role(RoleName),
    /// Is in a group.
    Group {
        /// Which one.
        group: GroupName,
        /// How.
        through: Through,
    },
    /// Leads a group.
    Head(GroupName),
    /// Is the deputy of a group's head.
    Deputy(GroupName),
    /// Is marked as one who may do everything.
    Administrator,
    /// The role may do everything.
    SuperRole,
    /// A permission opens every record.
    Global {
        /// Who carries it.
        holder: Option<Holder>,
        /// Which permission.
        permission: PermissionId,
    },
    /// The right alone is enough.
    Right,
    /// The right reaches everything, or what is one's groups'.
    Level(Level),
    /// It is one's own.
    Own,
    /// One has created it.
    Created,
    /// The group owns it.
    GroupOwned,
    /// The role is above the owner's.
    Above(RoleName),
    /// Someone below is in the group that owns it.
    GroupBelow(GroupName),
    /// The default of a module opens it.
    Default {
        /// Which module.
        module: ModuleName,
        /// What it opens.
        access: DefaultAccess,
    },
    /// A rule opens it.
    Rule {
        /// Which rule.
        key: RuleKey,
        /// What it opens.
        access: RuleAccess,
    },
    /// It is a rule for someone below.
    Below(UserName),
    /// The group gives it.
    Given,
    /// The installation gives it to everyone.
    Feature(FeatureId),
}

/// A known fault of the product that an answer rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The owner's role is taken for a subordinate because its path begins with the text of another's.
    PathPrefix,
}

/// One way by which a user comes to an ability.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// From the user to what opens it.
    pub steps: Vec<Step>,
    /// How the owner belongs to those whom it covers; empty where that is plain.
    pub owner: Vec<Step>,
    /// The fault of the product that it rests on.
    pub fault: Option<Fault>,
}

/// The right that an ability rests on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Right {
    /// Who carries it.
    pub holder: Holder,
    /// How far it goes.
    pub level: Level,
}

/// The first thing that stops a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The user cannot log in.
    CannotLogIn,
    /// The installation lacks what it needs.
    Lacking(FeatureId),
    /// Nothing that the user has permits it.
    NoRight {
        /// The user's role, or the roles that the user's groups grant.
        roles: Vec<RoleName>,
        /// The profiles of the role.
        profiles: Vec<ProfileName>,
    },
    /// The field is open, but not the module.
    ModuleClosed(ModuleName),
    /// None of the user's groups gives it.
    NoGroupGives {
        /// The groups that do.
        giving: Vec<GroupName>,
    },
    /// It is permitted, but not about this owner.
    NotReached(NotReached),
}

/// Why nothing opens the records of an owner, and what comes near.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NotReached {
    /// How far the right goes.
    pub level: Option<Level>,
    /// The default of the module.
    pub default: Option<(ModuleName, DefaultAccess)>,
    /// Rules for the user that cover the owner, but do not open the action.
    pub too_weak: Vec<(RuleKey, RuleAccess)>,
    /// Rules for the user that would cover the owner, but have no effect under this default.
    pub without_effect: Vec<(RuleKey, RuleAccess)>,
}
