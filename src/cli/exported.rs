//! The file that `rolecall export` writes, written and read.

use std::fmt;
use std::path::Path;

use anyhow::{Context as _, anyhow};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::model::Snapshot;
use crate::text::read_text;

/// The format that is written. Minor versions add, major versions break.
const FORMAT: &str = "1.0";
/// The major version that is read.
const MAJOR: &str = "1";

/// What an exported state is the state of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Origin {
    /// The live state of this deployment.
    Deployment(String),
    /// Something else, as it is called for people.
    Source(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deployment(name) => write!(f, "deployment {name}"),
            Self::Source(source) => f.write_str(source),
        }
    }
}

/// The text of an exported state.
///
/// # Errors
/// When it cannot be written as JSON.
pub(super) fn write(origin: &Origin, snapshot: &Snapshot) -> anyhow::Result<String> {
    #[derive(Serialize)]
    struct Exported<'a> {
        format_version: &'static str,
        #[serde(flatten)]
        origin: &'a Origin,
        snapshot: &'a Snapshot,
    }
    let exported = Exported {
        format_version: FORMAT,
        origin,
        snapshot,
    };
    let mut text = serde_json::to_string_pretty(&exported)?;
    text.push('\n');
    Ok(text)
}

/// Reads an exported state. Keys beside `snapshot` that are not known are left alone; in it they are an error, for
/// access is not to be judged by half of what a file says.
///
/// # Errors
/// When the file cannot be read, is no exported state, or has a format of another major version.
pub(super) fn read(path: &Path) -> anyhow::Result<Snapshot> {
    #[derive(Deserialize)]
    #[serde(expecting = "an exported state")]
    struct Head {
        format_version: Option<serde_json::Value>,
    }
    #[derive(Deserialize)]
    #[serde(expecting = "an exported state")]
    struct Body {
        snapshot: Option<Snapshot>,
    }
    let shown = path.display();
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {shown}"))?;
    let text = read_text(bytes)
        .map_err(|offset| anyhow!("{shown} is not UTF-8: byte {offset} begins no character"))?;
    let head: Head = decode(path, &text)?;
    let no_state = |what: &str| {
        anyhow!("{shown} is no exported state: {what}\nhint: `rolecall export --out FILE` writes one")
    };
    let version = head
        .format_version
        .ok_or_else(|| no_state("it has no `format_version`"))?;
    let version = version.as_str().and_then(|version| version.split_once('.'));
    match version {
        Some((MAJOR, _)) => {}
        Some((major, _)) if major.parse::<u32>().is_ok() => {
            return Err(anyhow!(
                "{shown} has format {major}.x; this rolecall reads {MAJOR}.x\nhint: export it again"
            ));
        }
        Some(_) | None => return Err(no_state("its `format_version` is no MAJOR.MINOR")),
    }
    let body: Body = decode(path, &text)?;
    body.snapshot.ok_or_else(|| no_state("it has no `snapshot`"))
}

fn decode<T: DeserializeOwned>(path: &Path, text: &str) -> anyhow::Result<T> {
    let json = text.strip_prefix('\u{feff}').unwrap_or(text);
    serde_json::from_str(json).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        anyhow!("{}:{line}:{column}: {message}", path.display())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        let snapshot = r#""snapshot": { "system": "vtiger" }"#;
        for (text, expected) in [
            (format!(r#"{{ "format_version": "1.0", {snapshot} }}"#), None),
            (
                format!("\u{feff}{{ \"format_version\": \"1.7\", \"more\": [1], {snapshot} }}"),
                None,
            ),
            (
                format!(r#"{{ "format_version": "2.0", {snapshot} }}"#),
                Some("has format 2.x"),
            ),
            (
                format!(r#"{{ "format_version": 1.0, {snapshot} }}"#),
                Some("no MAJOR.MINOR"),
            ),
            (
                format!(r#"{{ "format_version": "one.0", {snapshot} }}"#),
                Some("no MAJOR.MINOR"),
            ),
            (format!("{{ {snapshot} }}"), Some("it has no `format_version`")),
            (r#"{ "format_version": "1.0" }"#.to_owned(), Some("it has no `snapshot`")),
            ("\"x\"".to_owned(), Some("state.json:1:3: invalid type: string \"x\", expected an exported state")),
            (
                "{ \"format_version\": \"1.0\",\n  \"snapshot\": { \"system\": \"vtiger\", \"nothing\": 1 } }"
                    .to_owned(),
                Some("state.json:2:45: unknown field `nothing`"),
            ),
            ("{".to_owned(), Some("state.json:1:1: EOF while parsing an object")),
        ] {
            std::fs::write(&path, &text).unwrap();
            match (read(&path), expected) {
                (Ok(snapshot), None) => assert_eq!(snapshot.system.as_str(), "vtiger"),
                (Ok(_), Some(_)) => panic!("was read: {text}"),
                (Err(error), expected) => {
                    let expected = expected.unwrap_or("no error");
                    assert!(error.to_string().contains(expected), "{text}: {error}");
                }
            }
        }
    }
}
