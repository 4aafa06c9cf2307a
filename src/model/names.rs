//! Newtype names: what a thing is called, typed by the kind of thing.
//!
//! Names are identity, as in the products. A name is kept as it was written; whether two spellings are one
//! name is the system's decision (`system::Compare`), so nothing here folds case or trims.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident,)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as it was written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(Arc::from(text))
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(Arc::from(text))
            }
        }

        impl From<Arc<str>> for $name {
            fn from(text: Arc<str>) -> Self {
                Self(text)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(NameVisitor).map(Self)
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                String::json_schema(generator)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&*self.0, f)
            }
        }
    )*};
}

/// Takes text as it comes, so that a name is allocated once.
struct NameVisitor;

impl Visitor<'_> for NameVisitor {
    type Value = Arc<str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Arc<str>, E> {
        Ok(Arc::from(text))
    }
}

names! {
    /// The name of a role.
    RoleName,
    /// The name of a profile: a named set of permissions that roles carry.
    ProfileName,
    /// The name of a group.
    GroupName,
    /// The login name of a user.
    UserName,
    /// The name of a module: one kind of record, such as `Leads`.
    ModuleName,
    /// The name of a field of a module.
    FieldName,
    /// The id of something that can be done with a module's records, such as `view`.
    ActionId,
    /// The id of a permission in a system's catalogue.
    PermissionId,
    /// The id of a service that a group may allow its members.
    ServiceId,
    /// The id of something an installation may have or lack: a licence, a configured gateway.
    FeatureId,
    /// The id of a level of authorisations, such as `team`.
    AuthorisationLevel,
    /// The id of an area that authorisations are about, such as `presence`.
    AuthorisationArea,
    /// The id of a single right within an area of authorisations.
    AuthorisationRight,
    /// The id of a variety of group, such as a ring group.
    GroupVariety,
    /// The id by which a product stores a role, such as `H4`.
    RoleId,
    /// The name of a system definition, such as `berlicrm`.
    SystemName,
}
