//! An item of a list of members: a name, or a mapping that also says until when.

use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error as _, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::model::{At, Date, GroupName, MemberIntent, RoleName, UserName};
use crate::text::{Code, Diagnostic, Diagnostics, Span, Spanned};

/// The name of something that can be a member of a group.
pub trait MemberName: for<'a> From<&'a str> {
    /// The key of the name in a mapping.
    const KEY: &'static str;
    /// What the key is, for editors.
    const WORDS: &'static str;
}

impl MemberName for UserName {
    const KEY: &'static str = "user";
    const WORDS: &'static str = "The user.";
}

impl MemberName for RoleName {
    const KEY: &'static str = "role";
    const WORDS: &'static str = "The role.";
}

impl MemberName for GroupName {
    const KEY: &'static str = "group";
    const WORDS: &'static str = "The group.";
}

/// A member as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MemberDocument<N> {
    /// Only the name.
    Name(N),
    /// `{ user: ben, expires: 2026-12-31 }`.
    Mapping {
        /// The name.
        name: Spanned<N>,
        /// The last day of the membership.
        expires: Option<Spanned<String>>,
    },
}

const EXPIRES: &str = "expires";

impl<'de, N: MemberName + Deserialize<'de>> Deserialize<'de> for MemberDocument<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Member<N>(PhantomData<N>);

        impl<'de, N: MemberName + Deserialize<'de>> Visitor<'de> for Member<N> {
            type Value = MemberDocument<N>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a name or a mapping with `{}`", N::KEY)
            }

            fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<MemberDocument<N>, E> {
                Ok(MemberDocument::Name(N::from(name)))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<MemberDocument<N>, A::Error> {
                let (mut name, mut expires) = (None, None);
                while let Some(key) = map.next_key::<String>()? {
                    if key == N::KEY {
                        name = Some(map.next_value()?);
                    } else if key == EXPIRES {
                        expires = Some(map.next_value()?);
                    } else {
                        return Err(A::Error::custom(format_args!("unknown key `{key}`")));
                    }
                }
                let name = name.ok_or_else(|| A::Error::missing_field(N::KEY))?;
                Ok(MemberDocument::Mapping { name, expires })
            }
        }

        deserializer.deserialize_any(Member(PhantomData))
    }
}

impl<N: MemberName + Serialize> Serialize for MemberDocument<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Name(name) => name.serialize(serializer),
            Self::Mapping { name, expires } => {
                let mut map = serializer.serialize_map(None)?;
                map.serialize_entry(N::KEY, name)?;
                if let Some(expires) = expires {
                    map.serialize_entry(EXPIRES, expires)?;
                }
                map.end()
            }
        }
    }
}

// Text and mapping side by side and not as branches: of branches, editors show neither the words nor the mistakes well.
impl<N: MemberName> JsonSchema for MemberDocument<N> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("Member_{}", N::KEY).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut last_day = last_day(generator);
        last_day.insert(
            "description".to_owned(),
            "The last day of the membership, in UTC. From the next day on, a plan takes it away.".into(),
        );
        json_schema!({
            "title": "Member",
            "description": format!("A name, or `{{ {}: NAME, {EXPIRES}: DATE }}`.", N::KEY),
            "type": ["string", "object"],
            "properties": {
                N::KEY: { "type": "string", "description": N::WORDS },
                EXPIRES: last_day,
            },
            "required": [N::KEY],
            "additionalProperties": false,
        })
    }
}

/// The members of one kind. That nobody is listed twice the schema says only of items that are alike.
pub(super) fn members_of<N: Clone + Ord + Display>(
    listed: Option<Vec<Spanned<MemberDocument<N>>>>,
    diagnostics: &mut Diagnostics,
) -> Vec<MemberIntent<N>> {
    let mut first: BTreeMap<N, Span> = BTreeMap::new();
    let mut members = Vec::new();
    for item in listed.into_iter().flatten() {
        let (name, expires) = match item.value {
            MemberDocument::Name(name) => (Spanned::new(name, item.span), None),
            MemberDocument::Mapping { name, expires } => (name, expires),
        };
        if let Some(place) = first.get(&name.value) {
            let message = format!("`{}` is in the list twice", name.value);
            let twice = Diagnostic::error(Code::DuplicateItem, message).at(name.span);
            diagnostics.push(twice.label(*place, "first here"));
            continue;
        }
        first.insert(name.value.clone(), name.span);
        members.push(MemberIntent {
            value: name.value,
            span: name.span,
            expires: date(expires, diagnostics),
        });
    }
    members
}

/// A last day, if the calendar has it.
pub(super) fn date(written: Option<Spanned<String>>, diagnostics: &mut Diagnostics) -> Option<At<Date>> {
    let Spanned { value, span } = written?;
    match value.parse() {
        Ok(date) => Some(At::new(date, span)),
        Err(error) => {
            let message = format!("`{value}` {error}");
            diagnostics.push(Diagnostic::error(Code::InvalidValue, message).at(span));
            None
        }
    }
}

/// A date. That the calendar has it is judged after reading, in plainer words than a pattern has.
pub(super) fn last_day(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "string",
        "pattern": Date::PATTERN,
        "x-expected": "a date like 2026-12-31",
        "patternErrorMessage": "Not a date like 2026-12-31",
        "examples": ["2026-12-31"],
    })
}
