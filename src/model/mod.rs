//! The access state of a deployment, and what manifests want of it.
//!
//! [`Snapshot`] is complete, [`Intent`] is partial. Both are plain values: no IO, no knowledge of YAML, SQL or
//! HTTP, and nothing of any one product. What a product lacks, its system definition forbids (`system`).

mod date;
mod digest;
mod expiry;
mod group;
mod intent;
mod names;
mod reference;
mod rights;
mod sharing;
mod snapshot;

pub use date::{Date, DateError};
pub use digest::{Digest, NoDigest};
pub use expiry::{Expiry, Grant};
pub use group::{
    Authorisations, CallGroup, CallGroupMode, Dial, Group, Key, Line, Members, MonitorPlaces, Status,
};
pub use intent::{
    At, Existing, GroupIntent, Intent, MemberIntent, MembersIntent, ModuleRightsIntent, Otherwise, Ownership,
    OwnershipOf, ProfileIntent, References, Removal, Removed, RightsIntent, RoleIntent, RuleIntent,
    SharingIntent, ShownGroup, UserIntent,
};
pub use names::{
    ActionId, AuthorisationArea, AuthorisationLevel, AuthorisationRight, FeatureId, FieldName, GroupName,
    GroupVariety, ModuleName, PermissionId, ProfileName, RoleId, RoleName, ServiceId, SystemName, UserName,
};
pub use reference::{Identity, Kind, Principal, PrincipalKind};
pub use rights::{FieldAccess, Level, ModuleRights, Rights};
pub use sharing::{DefaultAccess, RuleAccess, RuleKey, Sharing};
pub use snapshot::{AssignScope, Defect, Installation, Profile, Records, Role, Snapshot, User};
