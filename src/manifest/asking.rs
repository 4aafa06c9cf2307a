//! The parts that access tests and policy share: an ability, an owner, people.
//!
//! Doc comments here become the hover texts of editors.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::document::PrincipalDocument;
use crate::model::{ActionId, FieldName, GroupName, ModuleName, PermissionId, RoleName, ServiceId, UserName};
use crate::text::Spanned;

/// Declares a document that names an ability among other things. The keys stand side by side in the file, and
/// flattening would lose their places.
macro_rules! naming_an_ability {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, serde::Deserialize, schemars::JsonSchema)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)*
            /// An action, by its id in the system, such as `view`; with `module`.
            #[schemars(example = &"view")]
            pub action: Option<$crate::text::Spanned<$crate::model::ActionId>>,
            /// Which module the action or field is of.
            #[schemars(example = &"Leads")]
            pub module: Option<$crate::text::Spanned<$crate::model::ModuleName>>,
            /// A field of the module.
            #[schemars(example = &"annual_revenue")]
            pub field: Option<$crate::text::Spanned<$crate::model::FieldName>>,
            /// What is done with the field. Without it, `see`.
            #[serde(rename = "use")]
            pub used: Option<$crate::text::Spanned<$crate::manifest::FieldUseWord>>,
            /// A permission of the system's catalogue.
            #[schemars(example = &"role_configuration")]
            pub permission: Option<$crate::text::Spanned<$crate::model::PermissionId>>,
            /// A service that groups give.
            #[schemars(example = &"send_sms")]
            pub service: Option<$crate::text::Spanned<$crate::model::ServiceId>>,
            /// An authorisation over other users: area and right with a dot between them.
            #[schemars(example = &"presence.see")]
            pub authorisation: Option<$crate::text::Spanned<String>>,
            /// A role that groups grant, in systems where rights come from the roles of groups.
            #[schemars(with = "Option<String>")]
            pub role: Option<$crate::text::Spanned<$crate::model::RoleName>>,
        }

        impl $name {
            /// The ability alone.
            pub fn ability(&self) -> $crate::manifest::AbilityKeys {
                $crate::manifest::AbilityKeys {
                    action: self.action.clone(),
                    module: self.module.clone(),
                    field: self.field.clone(),
                    used: self.used.clone(),
                    permission: self.permission.clone(),
                    service: self.service.clone(),
                    authorisation: self.authorisation.clone(),
                    role: self.role.clone(),
                }
            }
        }
    };
}
pub(super) use naming_an_ability;

/// The keys that name an ability, as they are written: one of `action`, `field`, `permission`, `service`,
/// `authorisation` and `role`, and what belongs to it.
#[derive(Clone, Debug, Default)]
pub struct AbilityKeys {
    /// An action on `module`.
    pub action: Option<Spanned<ActionId>>,
    /// The module of the action or field.
    pub module: Option<Spanned<ModuleName>>,
    /// A field of `module`.
    pub field: Option<Spanned<FieldName>>,
    /// What is done with the field.
    pub used: Option<Spanned<FieldUseWord>>,
    /// A permission.
    pub permission: Option<Spanned<PermissionId>>,
    /// A service.
    pub service: Option<Spanned<ServiceId>>,
    /// Area and right, with a dot between them.
    pub authorisation: Option<Spanned<String>>,
    /// A role that groups grant.
    pub role: Option<Spanned<RoleName>>,
}

naming_an_ability! {
    /// Something that a user may be able to do. Exactly one of `action`, `field`, `permission`, `service`,
    /// `authorisation`, `role`.
    AbilityDocument {}
}

/// What is done with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum FieldUseWord {
    /// It is shown.
    See,
    /// It is shown and can be changed.
    Edit,
}

/// The owner of records, or the user or group that a permission or authorisation is about. Exactly one of these.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("allOf" = [{ "minProperties": 1, "maxProperties": 1 }]))]
pub struct OwnerDocument {
    /// A user.
    #[schemars(with = "String")]
    pub user: Option<Spanned<UserName>>,
    /// A group.
    #[schemars(with = "String")]
    pub group: Option<Spanned<GroupName>>,
}

/// A user by name, or several people at once.
#[derive(Clone, Debug)]
pub enum WhoDocument {
    /// One user.
    User(UserName),
    /// A user, a role, a role and its subordinates, a group, or everyone.
    Principal(PrincipalDocument),
}

impl<'de> Deserialize<'de> for WhoDocument {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Who;

        impl<'de> Visitor<'de> for Who {
            type Value = WhoDocument;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a user's name or a mapping")
            }

            fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<WhoDocument, E> {
                Ok(WhoDocument::User(name.into()))
            }

            fn visit_i64<E: serde::de::Error>(self, name: i64) -> Result<WhoDocument, E> {
                Ok(WhoDocument::User(name.to_string().into()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<WhoDocument, A::Error> {
                let principal = PrincipalDocument::deserialize(MapAccessDeserializer::new(map))?;
                Ok(WhoDocument::Principal(principal))
            }
        }

        deserializer.deserialize_any(Who)
    }
}

impl JsonSchema for WhoDocument {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Who".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let principal = generator.subschema_for::<PrincipalDocument>();
        json_schema!({
            "description": "A user's name, or a role, a group or everyone.",
            "anyOf": [principal, { "type": "string" }],
        })
    }
}
