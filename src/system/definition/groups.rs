//! Groups in a system definition: members, services, authorisations.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::NameFormat;
use super::Words;
use crate::model::{
    AuthorisationArea, AuthorisationLevel, AuthorisationRight, CallGroupMode, FeatureId, GroupVariety,
    PrincipalKind, ServiceId,
};

/// Groups in this product.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupKind {
    /// The product's word for one.
    pub label: String,
    /// What it is, in the product's words.
    pub purpose: String,
    /// What their names may look like.
    #[serde(default)]
    pub name: NameFormat,
    /// The attributes a group has here, each with what it means in this product.
    #[schemars(with = "Words<GroupAttribute>")]
    pub attributes: BTreeMap<GroupAttribute, String>,
    /// Kinds of member, each with the product's words.
    #[serde(default)]
    #[schemars(with = "Words<MemberKind>")]
    pub member_kinds: BTreeMap<MemberKind, String>,
    /// Varieties that are made elsewhere and only referred to.
    #[serde(default)]
    pub external_varieties: Vec<ExternalVariety>,
    /// Who may take over a deleted group's records; empty when nothing is transferred.
    #[serde(default)]
    pub transfer_to: BTreeSet<PrincipalKind>,
    /// Modes of call groups.
    #[serde(default)]
    pub call_group_modes: Vec<CallGroupChoice>,
    /// The words for `active` and `inactive`.
    #[serde(default)]
    pub status: Option<StatusWords>,
}

/// What the two states of a group mean in a product.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StatusWords {
    /// What an active group is.
    pub active: String,
    /// What an inactive group is.
    pub inactive: String,
}

/// Attributes of groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum GroupAttribute {
    /// Free text.
    Description,
    /// Active or inactive.
    Status,
    /// Who is in it.
    Members,
    /// Roles that membership grants.
    Roles,
    /// The head.
    Head,
    /// The deputy.
    Deputy,
    /// Authorisations of head and deputy over the members.
    HeadAuthorisations,
    /// Authorisations of the members towards each other.
    Authorisations,
    /// The group's own line.
    Line,
    /// The call group.
    CallGroup,
    /// Services.
    Services,
    /// Groups shown in monitor and favorites.
    MonitorGroups,
    /// Keys.
    Keys,
    /// Who created it; read-only.
    CreatedBy,
}

/// Kinds of member a group may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum MemberKind {
    /// Single users.
    Users,
    /// Everyone in a role.
    Roles,
    /// Everyone in a role and below it.
    RolesAndSubordinates,
    /// Everyone in another group.
    Groups,
}

impl MemberKind {
    /// The word used in manifests.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Roles => "roles",
            Self::RolesAndSubordinates => "roles_and_subordinates",
            Self::Groups => "groups",
        }
    }
}

/// A variety of group that is made elsewhere.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExternalVariety {
    /// The id used in seeds and exports.
    pub id: GroupVariety,
    /// The product's word for it.
    pub label: String,
    /// What it is.
    pub purpose: String,
    /// Who makes it, such as `the voice provider (3CX)`.
    pub made_by: String,
}

/// A way for a call group to distribute calls.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallGroupChoice {
    /// Which mode.
    pub id: CallGroupMode,
    /// The product's label.
    pub label: String,
    /// What it does.
    pub purpose: String,
    /// The feature it needs.
    #[serde(default)]
    pub needs: Option<FeatureId>,
}

/// A service that a group may allow its members.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// The id used in manifests.
    pub id: ServiceId,
    /// The product's label.
    pub label: String,
    /// What it does, in the product's words.
    pub purpose: String,
    /// Services of which one must be allowed for this one to have an effect.
    #[serde(default)]
    pub needs_one_of: BTreeSet<ServiceId>,
    /// The feature without which it has no effect.
    #[serde(default)]
    pub needs: Option<FeatureId>,
    /// The feature which, when present, grants it to everyone, so that it cannot be set here.
    #[serde(default)]
    pub unless: Option<FeatureId>,
    /// Services that it includes.
    #[serde(default)]
    pub includes: BTreeSet<ServiceId>,
    /// Who has it in a group that allows it.
    #[serde(default)]
    pub holders: ServiceHolders,
    /// Whether it lets its holders do something about the members of the group, rather than by themselves.
    #[serde(default)]
    pub over_members: bool,
}

/// Who has a service in a group that allows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum ServiceHolders {
    /// The members.
    #[default]
    Members,
    /// The head and the deputy.
    HeadAndDeputy,
}

/// The authorisations that people can have over each other.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthorisationCatalogue {
    /// What they are, in the product's words.
    pub purpose: String,
    /// The areas, in the product's order.
    pub areas: Vec<Area>,
    /// The predefined levels, least first; the first grants nothing.
    pub levels: Vec<AuthorisationPreset>,
}

/// An area that authorisations are about.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// The id used in manifests.
    pub id: AuthorisationArea,
    /// The product's label.
    pub label: String,
    /// What it covers.
    pub purpose: String,
    /// The single rights in it.
    pub rights: Vec<AreaRight>,
}

/// A single right within an area.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AreaRight {
    /// The id used in manifests.
    pub id: AuthorisationRight,
    /// The product's label.
    pub label: String,
}

/// A predefined level of authorisations.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthorisationPreset {
    /// The id used in manifests.
    pub id: AuthorisationLevel,
    /// The product's label.
    pub label: String,
    /// The single rights it stands for.
    #[serde(default)]
    pub rights: BTreeMap<AuthorisationArea, BTreeSet<AuthorisationRight>>,
}
