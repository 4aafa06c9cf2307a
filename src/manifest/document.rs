//! The shape of a manifest file.
//!
//! These types are what is read, what `import` writes, and what the published schema is made of. They are one
//! shape for every system; `schema` narrows it to what one product has. Doc comments here become the hover texts
//! of editors.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::member::{MemberDocument, last_day};
use crate::model::{
    ActionId, AssignScope, AuthorisationArea, AuthorisationLevel, AuthorisationRight, CallGroupMode,
    DefaultAccess, FeatureId, FieldAccess, FieldName, GroupName, GroupVariety, Level, ModuleName, Otherwise,
    ProfileName, RoleName, RuleAccess, ServiceId, Status, UserName,
};
use crate::text::{Entry, Field, Keyed, Spanned};

/// Access control manifests of rolecall. Any file may hold any kinds of object; a folder is the union of its
/// files. What a manifest names it owns; what it leaves out it leaves alone.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Document {
    /// Profiles by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profiles: Option<Keyed<Option<ProfileDocument>>>,
    /// Roles by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roles: Option<Keyed<Option<RoleDocument>>>,
    /// Groups by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups: Option<Keyed<Option<GroupDocument>>>,
    /// Sharing of records.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sharing: Option<SharingDocument>,
    /// Users by login name. Users come from the product and are never created or deleted here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub users: Option<Keyed<Option<UserDocument>>>,
    /// Objects to delete, by kind and name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed: Option<RemovedDocument>,
    /// Names that manifests refer to and that live unmanaged on the deployment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub existing: Option<ExistingDocument>,
    /// Only in seeds: what the installation has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub installation: Option<InstallationDocument>,
    /// Only in seeds: who owns how many records.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub records: Option<Vec<RecordsDocument>>,
}

/// A role.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RoleDocument {
    /// The name this role has on the deployment until now. It is renamed and keeps its users and whatever
    /// refers to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renamed_from: Option<Spanned<RoleName>>,
    /// Free text.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub description: Field<String>,
    /// The role above this one.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub reports_to: Field<RoleName>,
    /// The profiles this role carries, all of them.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub profiles: Field<Vec<Spanned<ProfileName>>>,
    /// What holds for permissions, modules and actions that are not named here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("default" = "none"))]
    pub otherwise: Option<Spanned<Otherwise>>,
    /// Permissions, each with how far it reaches.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub permissions: Field<Keyed<Spanned<Level>>>,
    /// Rights on modules.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub modules: Field<Keyed<Option<ModuleRightsDocument>>>,
    /// To whom holders of this role may assign records.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub assign_records_to: Field<AssignScope>,
}

/// A profile: a named set of rights that roles carry.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProfileDocument {
    /// The name this profile has on the deployment until now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renamed_from: Option<Spanned<ProfileName>>,
    /// Free text.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub description: Field<String>,
    /// What holds for permissions, modules and actions that are not named here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("default" = "none"))]
    pub otherwise: Option<Spanned<Otherwise>>,
    /// Permissions, each with how far it reaches.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub permissions: Field<Keyed<Spanned<Level>>>,
    /// Rights on modules.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub modules: Field<Keyed<Option<ModuleRightsDocument>>>,
}

/// Rights on one module.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ModuleRightsDocument {
    /// Exactly what is permitted. Left out, `otherwise` decides.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub actions: Field<ActionsDocument>,
    /// Access to fields. One value: fields left out have the usual access. Left out as a whole, the access to fields stays as it is, except under `otherwise: usual`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fields: Option<Keyed<Spanned<FieldAccess>>>,
}

/// Permitted actions: a list where actions are on or off, a mapping to levels where they have levels.
#[derive(Debug, Default)]
pub struct ActionsDocument(pub Vec<(Spanned<ActionId>, Option<Spanned<Level>>)>);

impl<'de> Deserialize<'de> for ActionsDocument {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Actions;

        impl<'de> Visitor<'de> for Actions {
            type Value = ActionsDocument;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of actions or a mapping of actions to levels")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<ActionsDocument, A::Error> {
                let mut actions = Vec::new();
                while let Some(action) = seq.next_element()? {
                    actions.push((action, None));
                }
                Ok(ActionsDocument(actions))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ActionsDocument, A::Error> {
                let mut actions = Vec::new();
                while let Some((action, level)) = map.next_entry()? {
                    actions.push((action, Some(level)));
                }
                Ok(ActionsDocument(actions))
            }
        }

        deserializer.deserialize_any(Actions)
    }
}

impl Serialize for ActionsDocument {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.iter().all(|(_, level)| level.is_none()) {
            return serializer.collect_seq(self.0.iter().map(|(action, _)| action));
        }
        serializer.collect_map(self.0.iter().map(|(action, level)| {
            (
                &action.value,
                level.as_ref().map_or(Level::Allow, |level| level.value),
            )
        }))
    }
}

impl JsonSchema for ActionsDocument {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Actions".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let levels = generator.subschema_for::<Level>();
        json_schema!({ "anyOf": [
            { "type": "array", "items": { "type": "string" }, "uniqueItems": true },
            { "type": "object", "additionalProperties": levels },
        ] })
    }
}

/// A group.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GroupDocument {
    /// The name this group has on the deployment until now. It is renamed and keeps its members, its records and
    /// whatever refers to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renamed_from: Option<Spanned<GroupName>>,
    /// Free text.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub description: Field<String>,
    /// Which variety of group, for groups that are made elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variety: Option<Spanned<GroupVariety>>,
    /// Whether the group's settings count.
    #[serde(skip_serializing_if = "Field::is_absent")]
    #[schemars(extend("default" = "active"))]
    pub status: Field<Status>,
    /// Who is in the group. One value: a kind of member that is left out is empty.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub members: Field<MembersDocument>,
    /// The roles that membership grants, all of them.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub roles: Field<Vec<Spanned<RoleName>>>,
    /// The head of the group, who need not be a member.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub head: Field<UserName>,
    /// The head's deputy, who need not be a member.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub deputy: Field<UserName>,
    /// What head and deputy may know and do about the members.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub head_authorisations: Field<AuthorisationsDocument>,
    /// What the members may know and do about each other.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub authorisations: Field<AuthorisationsDocument>,
    /// The group's own line.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub line: Field<LineDocument>,
    /// The call group: a number whose calls reach all members.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub call_group: Field<CallGroupDocument>,
    /// The services that the group allows, all of them. One that is left out is not set, which denies nothing.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub services: Field<Vec<Spanned<ServiceId>>>,
    /// Groups whose members are shown to this group's members, and where.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub monitor_groups: Field<Keyed<Vec<MonitorPlace>>>,
    /// Keys that the members are given, in the order shown.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub keys: Field<Vec<Spanned<KeyDocument>>>,
    /// Only in seeds: who created the group.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub created_by: Field<UserName>,
}

/// Who is in a group.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MembersDocument {
    /// Single users.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("uniqueItems" = true))]
    pub users: Option<Vec<Spanned<MemberDocument<UserName>>>>,
    /// Everyone whose role is one of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("uniqueItems" = true))]
    pub roles: Option<Vec<Spanned<MemberDocument<RoleName>>>>,
    /// Everyone whose role is one of these or below one of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("uniqueItems" = true))]
    pub roles_and_subordinates: Option<Vec<Spanned<MemberDocument<RoleName>>>>,
    /// Everyone in one of these groups.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("uniqueItems" = true))]
    pub groups: Option<Vec<Spanned<MemberDocument<GroupName>>>>,
}

/// Authorisations: one of the product's levels, or `level: special` with single rights by area.
#[derive(Debug)]
pub struct AuthorisationsDocument {
    /// The level, or `special`.
    pub level: Spanned<AuthorisationLevel>,
    /// Single rights by area.
    pub areas: Vec<(Spanned<AuthorisationArea>, Vec<Spanned<AuthorisationRight>>)>,
}

impl<'de> Deserialize<'de> for AuthorisationsDocument {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Authorisations;

        impl<'de> Visitor<'de> for Authorisations {
            type Value = AuthorisationsDocument;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mapping with a level")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<AuthorisationsDocument, A::Error> {
                let (mut level, mut areas) = (None, Vec::new());
                while let Some(key) = map.next_key::<Spanned<AuthorisationArea>>()? {
                    if key.value.as_str() == "level" {
                        level = Some(map.next_value()?);
                    } else {
                        areas.push((key, map.next_value()?));
                    }
                }
                let level = level.ok_or_else(|| serde::de::Error::missing_field("level"))?;
                Ok(AuthorisationsDocument { level, areas })
            }
        }

        deserializer.deserialize_map(Authorisations)
    }
}

impl Serialize for AuthorisationsDocument {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("level", &self.level)?;
        for (area, rights) in &self.areas {
            map.serialize_entry(&area.value, rights)?;
        }
        map.end()
    }
}

impl JsonSchema for AuthorisationsDocument {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "AuthorisationsDocument".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "One of the product's levels, or `level: special` with single rights by area.",
            "type": "object",
            "properties": { "level": { "type": "string", "description": "The level, or `special`." } },
            "required": ["level"],
            "additionalProperties": { "type": "array", "items": { "type": "string" }, "uniqueItems": true },
        })
    }
}

/// A group's own line.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LineDocument {
    /// The line's number.
    #[schemars(length(min = 1), example = &"100")]
    pub number: String,
    /// What the line may know and do about the group's members.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorisations: Option<AuthorisationsDocument>,
}

/// How a call group distributes calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum CallGroupWord {
    /// There is no call group.
    Off,
    /// The server distributes calls to the members' SIP lines.
    SipSoftphone,
    /// The call group is managed in the voice services.
    VoiceServices,
}

impl From<CallGroupMode> for CallGroupWord {
    fn from(mode: CallGroupMode) -> Self {
        match mode {
            CallGroupMode::SipSoftphone => Self::SipSoftphone,
            CallGroupMode::VoiceServices => Self::VoiceServices,
        }
    }
}

/// A call group.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallGroupDocument {
    /// Who distributes the calls.
    pub mode: Spanned<CallGroupWord>,
    /// The number that is called; needed unless the mode is `off`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1), example = &"300")]
    pub number: Option<String>,
}

/// Where something is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum MonitorPlace {
    /// In the monitor.
    Monitor,
    /// In the favorites.
    Favorites,
}

/// A key with exactly one of `number` and `speed_dial`.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyDocument {
    /// What the key is called.
    #[schemars(length(min = 1))]
    pub name: String,
    /// The phone number it dials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1), example = &"+49 30 5550100")]
    pub number: Option<String>,
    /// The speed dial it uses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1), example = &"*21")]
    pub speed_dial: Option<String>,
    /// Where it is shown.
    #[serde(rename = "in")]
    #[schemars(length(min = 1))]
    pub places: Vec<MonitorPlace>,
}

/// Sharing of records.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SharingDocument {
    /// What everyone may do with records they do not own, by module.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub defaults: Option<Keyed<Spanned<DefaultAccess>>>,
    /// Rules that share more. They are owned per module: a module that has one here has exactly these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<Vec<Spanned<RuleDocument>>>,
    /// Modules that have no rules, on purpose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_rules: Option<Vec<Spanned<ModuleName>>>,
}

/// A sharing rule: records of a module that belong to `from` are shared with `to`.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleDocument {
    /// Records of which module.
    pub module: Spanned<ModuleName>,
    /// Whose records.
    pub from: Spanned<PrincipalDocument>,
    /// With whom they are shared.
    pub to: Spanned<PrincipalDocument>,
    /// What the recipients may do with them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<Spanned<RuleAccess>>,
    /// The last day on which the rule holds, in UTC. From the next day on, a plan deletes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "last_day")]
    pub expires: Option<Spanned<String>>,
}

/// Without a type, which would be a second complaint about the same mistake.
fn only_true(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "enum": [true], "enumDescriptions": ["Every user."] })
}

// That there is one stands in `allOf`: editors offer no key where the limit beside the keys is reached, and
// they count the key that is about to be written.
/// Exactly one of these.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("allOf" = [{ "minProperties": 1, "maxProperties": 1 }]))]
pub struct PrincipalDocument {
    /// Every user: `true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "only_true")]
    pub everyone: Option<bool>,
    /// One user.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub user: Option<UserName>,
    /// Everyone in the role.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub role: Option<RoleName>,
    /// Everyone in the role or in a role below it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub role_and_subordinates: Option<RoleName>,
    /// Everyone in the group.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub group: Option<GroupName>,
}

/// A user.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct UserDocument {
    /// The user's role.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub role: Field<RoleName>,
    /// Only in seeds: may do everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub administrator: Option<Spanned<bool>>,
    /// Only in seeds: can log in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<Spanned<bool>>,
    /// Only in seeds: who created the user.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub created_by: Field<UserName>,
    /// Only in seeds: the directory's primary group.
    #[serde(skip_serializing_if = "Field::is_absent")]
    pub primary_group: Field<GroupName>,
}

/// Objects to delete.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RemovedDocument {
    /// Roles to delete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roles: Option<Keyed<Option<RemovalDocument>>>,
    /// Profiles to delete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profiles: Option<Keyed<Option<RemovalDocument>>>,
    /// Groups to delete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups: Option<Keyed<Option<RemovalDocument>>>,
}

/// A deletion.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RemovalDocument {
    /// Who takes over: the users of a role, the records of a group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transfer_to: Option<Spanned<HeirDocument>>,
}

/// Who takes over. Exactly one of these.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("allOf" = [{ "minProperties": 1, "maxProperties": 1 }]))]
pub struct HeirDocument {
    /// A role takes the users.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub role: Option<RoleName>,
    /// A profile takes the place of the deleted one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub profile: Option<ProfileName>,
    /// A group takes the records.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub group: Option<GroupName>,
    /// A user takes the records.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub user: Option<UserName>,
}

/// Names that live unmanaged on the deployment.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ExistingDocument {
    /// Roles that manifests refer to and do not define.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("uniqueItems" = true))]
    pub roles: Option<Vec<Spanned<RoleName>>>,
    /// Profiles that manifests refer to and do not define.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("uniqueItems" = true))]
    pub profiles: Option<Vec<Spanned<ProfileName>>>,
    /// Groups that manifests refer to and do not define.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("uniqueItems" = true))]
    pub groups: Option<Vec<Spanned<GroupName>>>,
    /// Users that manifests refer to and do not define.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("uniqueItems" = true))]
    pub users: Option<Vec<Spanned<UserName>>>,
}

/// What an installation has.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct InstallationDocument {
    /// Licences and configured parts: whether they are there. One that is left out is as the product usually has
    /// it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [{ "call_recording": true }]))]
    pub features: Option<Keyed<bool>>,
    /// Modules that this installation has beyond the product's own, and fields of modules.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [{ "Machines": ["machine_no", "delivered_on"] }]))]
    pub modules: Option<Keyed<Option<Vec<Spanned<FieldName>>>>>,
}

/// How many records of a module someone owns.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordsDocument {
    /// Which module.
    pub module: Spanned<ModuleName>,
    /// The user or group that owns them.
    pub owner: Spanned<PrincipalDocument>,
    /// How many.
    pub count: u64,
}

/// The names of the features, for the project file as for seeds.
pub(crate) fn features(
    document: &InstallationDocument,
) -> impl Iterator<Item = (&Spanned<String>, FeatureId, bool)> {
    let entries = document.features.iter().flat_map(Keyed::iter);
    entries.map(|Entry { key, value }| (key, FeatureId::from(key.value.as_str()), *value))
}
