//! Where to point.

use super::Context;
use crate::model::{GroupName, Identity};
use crate::text::{Code, Diagnostic, Span};

impl Context<'_> {
    /// A violation on an object, at the manifest's place if one names it. Without a place it may be the
    /// deployment's own, which `check` finds out.
    pub(super) fn violation(&self, identity: &Identity, code: Code, message: String) -> Diagnostic {
        let diagnostic = Diagnostic::error(code, message);
        match self.intent.place(identity) {
            Some(place) => diagnostic.at(place),
            None => diagnostic,
        }
    }

    /// What to do about a module that is not known.
    pub(super) fn where_modules_come_from(&self) -> &'static str {
        match self.before {
            Some(_) => "the deployment does not have it; modules are made in the product",
            None => "list it under `installation.modules` in rolecall.yaml",
        }
    }

    /// A violation at a known place.
    pub(super) fn error(&self, code: Code, message: impl Into<String>, place: Span) -> Diagnostic {
        Diagnostic::error(code, message).at(place)
    }

    /// A violation by deleting a group, at the removal if a manifest removes it.
    pub(super) fn at_removal(&self, group: &GroupName, diagnostic: Diagnostic) -> Diagnostic {
        match self.removals.get(&Identity::Group(group.clone())) {
            Some(place) => diagnostic.at(*place),
            None => diagnostic.hint("no manifest names it, and the project owns every group"),
        }
    }
}
