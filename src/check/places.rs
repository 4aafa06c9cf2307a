//! Where to point, and how loudly.

use super::Context;
use crate::model::Identity;
use crate::text::{Code, Diagnostic, Span};

impl Context<'_> {
    /// A violation on an object: an error at the manifest's place, or a warning when no manifest names it.
    pub(super) fn violation(&self, identity: &Identity, code: Code, message: String) -> Diagnostic {
        match self.intent.place(identity) {
            Some(place) => Diagnostic::error(code, message).at(place),
            None => Diagnostic::warning(
                code,
                format!("{message} on the deployment, untouched by any manifest"),
            ),
        }
    }

    /// A violation at a known place.
    pub(super) fn error(&self, code: Code, message: impl Into<String>, place: Span) -> Diagnostic {
        Diagnostic::error(code, message).at(place)
    }
}
