//! `ledger:` of `rolecall.yaml`: where the record of what was applied is kept.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::text::Spanned;

/// Where the ledger is. `ledger: postgres://…` is short for `ledger: { url: postgres://… }`.
#[derive(Clone, Debug, Serialize)]
pub struct LedgerDocument {
    /// The database.
    pub url: Spanned<String>,
    /// The schema of the tables.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<Spanned<String>>,
    /// The name of this project there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<Spanned<String>>,
}

/// Where the ledger is, said in full.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "LedgerDocument")]
#[serde(deny_unknown_fields)]
struct FullLedger {
    /// The PostgreSQL database, `postgres://user@host:5432/database`, without a password: that is read from PGPASSWORD,
    /// or from the file that PGPASSFILE names. Other machines are reached by TLS.
    #[schemars(extend("pattern" = URL, "x-expected" = EXPECTED, "examples" = [EXAMPLE]))]
    url: Spanned<String>,
    /// The schema of the ledger's tables.
    #[serde(default)]
    #[schemars(extend(
        "default" = "rolecall",
        "pattern" = "^[a-z_][a-z0-9_]{0,62}$",
        "x-expected" = "small letters, digits, underscores"
    ))]
    schema: Option<Spanned<String>>,
    /// The name of this project in the ledger, where several share one. It is what tells their records and locks apart,
    /// on every machine.
    #[serde(default)]
    #[schemars(length(min = 1, max = 200), extend("default" = "default", "examples" = ["crm"]))]
    project: Option<Spanned<String>>,
}

const URL: &str = "^postgres(ql)?://";
const EXPECTED: &str = "postgres://user@host:5432/database";
const EXAMPLE: &str = "postgres://rolecall@db.example.com:5432/rolecall";

impl<'de> Deserialize<'de> for LedgerDocument {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Ledger;

        impl<'de> Visitor<'de> for Ledger {
            type Value = LedgerDocument;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a URL or a mapping")
            }

            fn visit_str<E: serde::de::Error>(self, url: &str) -> Result<LedgerDocument, E> {
                Ok(LedgerDocument {
                    url: Spanned::unmarked(url.to_owned()),
                    schema: None,
                    project: None,
                })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<LedgerDocument, A::Error> {
                let FullLedger { url, schema, project } =
                    FullLedger::deserialize(MapAccessDeserializer::new(map))?;
                Ok(LedgerDocument { url, schema, project })
            }
        }

        deserializer.deserialize_any(Ledger)
    }
}

impl JsonSchema for LedgerDocument {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Ledger".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let full = generator.subschema_for::<FullLedger>();
        json_schema!({
            "description": "Where the record of what was applied is kept, and the lock that keeps two applies apart.",
            "anyOf": [full, { "type": "string", "pattern": URL, "x-expected": EXPECTED, "examples": [EXAMPLE] }],
        })
    }
}

/// The first line, from 1, that has a URL with a password in it. It is looked for before anything else of the file is
/// judged, because whatever is wrong with a line is shown together with the line.
pub(super) fn line_with_password(text: &str) -> Option<usize> {
    let has_password = |line: &str| {
        line.match_indices("://").any(|(at, mark)| {
            let url = line[at + mark.len()..].split([' ', '"', '\'', '\t']).next();
            let url = url.unwrap_or_default();
            // A password may have slashes that nobody encoded: the last `@` counts.
            let user = url.rfind('@').map_or("", |at| &url[..at]);
            user.contains(':') || url.contains("password=")
        })
    };
    text.lines().position(has_password).map(|at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::line_with_password;

    #[test]
    fn passwords_are_found() {
        for (text, expected) in [
            ("ledger: postgres://anna@db/ledger", None),
            ("ledger: postgres://anna@db:5432/ledger", None),
            ("a: 1\nledger: postgres://anna:hidden@db/ledger", Some(2)),
            ("ledger: \"postgres://anna:hid/den@db/ledger\"", Some(1)),
            ("ledger: { url: 'postgres://anna:hidden@db' }", Some(1)),
            ("ledger: postgres://anna@db/ledger?password=hidden", Some(1)),
            (
                "# see https://example.com/a:b, or write to anna@example.com",
                None,
            ),
        ] {
            assert_eq!(line_with_password(text), expected, "{text}");
        }
    }
}
