//! Sharing: what everyone may do with a module's records by default, and rules that share more.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ModuleName, Principal};

/// The organisation-wide default of one module: what everyone may do with records they do not own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum DefaultAccess {
    /// Nothing.
    Private,
    /// See them.
    PublicRead,
    /// See and edit them.
    PublicReadWrite,
    /// See, edit and delete them.
    PublicReadWriteDelete,
}

impl DefaultAccess {
    /// Every default, least first.
    pub const ALL: [Self; 4] = [
        Self::Private,
        Self::PublicRead,
        Self::PublicReadWrite,
        Self::PublicReadWriteDelete,
    ];

    /// The word used in manifests.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::PublicRead => "public_read",
            Self::PublicReadWrite => "public_read_write",
            Self::PublicReadWriteDelete => "public_read_write_delete",
        }
    }
}

/// What a sharing rule lets its recipients do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum RuleAccess {
    /// See the records.
    Read,
    /// See and edit the records.
    ReadWrite,
    /// See, edit and delete the records.
    ReadWriteDelete,
    /// Whatever the recipient's own role permits on the module.
    AsPermitted,
}

impl RuleAccess {
    /// Every access.
    pub const ALL: [Self; 4] = [
        Self::Read,
        Self::ReadWrite,
        Self::ReadWriteDelete,
        Self::AsPermitted,
    ];

    /// The word used in manifests.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::ReadWrite => "read_write",
            Self::ReadWriteDelete => "read_write_delete",
            Self::AsPermitted => "as_permitted",
        }
    }
}

/// What makes two sharing rules the same rule: the module, whose records, and with whom.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct RuleKey {
    /// Records of which module.
    pub module: ModuleName,
    /// Whose records.
    pub from: Principal,
    /// With whom they are shared.
    pub to: Principal,
}

impl fmt::Display for RuleKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} → {}", self.module, self.from, self.to)
    }
}

/// All sharing of one deployment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sharing {
    /// The default of each module that has one.
    pub defaults: BTreeMap<ModuleName, DefaultAccess>,
    /// The rules.
    pub rules: BTreeMap<RuleKey, RuleAccess>,
}

/// A rule as it is written in files: identity and access side by side.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRule {
    module: ModuleName,
    from: Principal,
    to: Principal,
    access: RuleAccess,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct WrittenSharing {
    defaults: BTreeMap<ModuleName, DefaultAccess>,
    rules: Vec<WrittenRule>,
}

impl Serialize for Sharing {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rules = self.rules.iter().map(|(key, access)| WrittenRule {
            module: key.module.clone(),
            from: key.from.clone(),
            to: key.to.clone(),
            access: *access,
        });
        WrittenSharing {
            defaults: self.defaults.clone(),
            rules: rules.collect(),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Sharing {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = WrittenSharing::deserialize(deserializer)?;
        let rules = written.rules.into_iter().map(|rule| {
            (
                RuleKey {
                    module: rule.module,
                    from: rule.from,
                    to: rule.to,
                },
                rule.access,
            )
        });
        Ok(Self {
            defaults: written.defaults,
            rules: rules.collect(),
        })
    }
}
