//! One line of a ledger: the same text in a file and in a database.

use super::LedgerError;
use super::event::{ApplyId, Entry, Event, FORMAT_VERSION};
use crate::model::Digest;

/// One line of a ledger: the text and what it says.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The text, without the line break; hashes are of it.
    pub text: String,
    /// What it says.
    pub entry: Entry,
}

impl Line {
    /// The line that follows the one whose hash is `previous`.
    ///
    /// # Errors
    /// When the event cannot be written as JSON.
    pub(super) fn following(
        previous: Digest,
        at: jiff::Timestamp,
        apply: &ApplyId,
        event: Event,
    ) -> Result<Self, serde_json::Error> {
        let entry = Entry {
            format_version: FORMAT_VERSION.to_owned(),
            previous,
            at,
            apply: apply.clone(),
            event,
        };
        let text = serde_json::to_string(&entry)?;
        Ok(Self { text, entry })
    }

    /// Reads the line of a number, from 1, of the ledger at `place`.
    ///
    /// # Errors
    /// When it is not understood.
    pub(super) fn parse(place: &str, number: usize, text: String) -> Result<Self, LedgerError> {
        let not_understood = |reason: String| LedgerError::NotUnderstood {
            place: place.to_owned(),
            line: number,
            reason,
        };
        let entry: Entry = serde_json::from_str(&text).map_err(|error| not_understood(error.to_string()))?;
        let major = |version: &str| version.split('.').next().map(str::to_owned);
        if major(&entry.format_version) != major(FORMAT_VERSION) {
            let reason = format!(
                "it has format {}, this rolecall knows {FORMAT_VERSION}",
                entry.format_version
            );
            return Err(not_understood(reason));
        }
        Ok(Self { text, entry })
    }

    /// What the next line calls `previous`.
    pub(super) fn hash(&self) -> Digest {
        Digest::of(self.text.as_bytes())
    }
}
