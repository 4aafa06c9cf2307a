//! What is wrong, where, and what to do about it.

use std::collections::HashSet;

use super::{Code, Span};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing can be planned until it is fixed.
    Error,
    /// Probably not what was meant.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// `error`, `warning` or `note`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// One finding. Messages are short, start in lower case and end without a full stop.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// The stable name of the kind of finding.
    pub code: Code,
    /// What is wrong.
    pub message: String,
    /// The place; none where the finding is about no text.
    pub span: Option<Span>,
    /// Other places that matter, each with what it is. One at the main place labels that.
    pub labels: Vec<(Span, String)>,
    /// What to do, one line each.
    pub hints: Vec<String>,
}

impl Diagnostic {
    fn new(severity: Severity, code: Code, message: impl Into<String>) -> Self {
        Diagnostic {
            severity,
            code,
            message: message.into(),
            span: None,
            labels: Vec::new(),
            hints: Vec::new(),
        }
    }

    /// An error without a place yet.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    /// A warning without a place yet.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    /// A note without a place yet.
    pub fn note(code: Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Note, code, message)
    }

    /// Sets the main place; [`Span::NOWHERE`] leaves the diagnostic without one.
    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.span = (!span.is_nowhere()).then_some(span);
        self
    }

    /// Adds another place; [`Span::NOWHERE`] is ignored.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        if !span.is_nowhere() {
            self.labels.push((span, text.into()));
        }
        self
    }

    /// Adds a line on what to do.
    #[must_use]
    pub fn hint(mut self, text: impl Into<String>) -> Self {
        self.hints.push(text.into());
        self
    }
}

/// Everything found so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Adds one finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// The findings in their present order.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// The number of findings of any severity.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The number of errors.
    pub fn errors(&self) -> usize {
        self.0
            .iter()
            .filter(|each| each.severity == Severity::Error)
            .count()
    }

    /// Whether there is any error.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|each| each.severity == Severity::Error)
    }

    /// Drops exact duplicates and orders the rest by source (as added), position and code. What has no place comes
    /// first; what is equal keeps its order.
    pub fn sort(&mut self) {
        let mut seen = HashSet::new();
        let keep: Vec<bool> = self.0.iter().map(|each| seen.insert(each)).collect();
        let mut keep = keep.into_iter();
        self.0.retain(|_| keep.next().unwrap_or(true));
        self.0.sort_by_key(|each| (each.span, each.code));
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: I) {
        self.0.extend(diagnostics);
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::super::SourceId;
    use super::*;

    #[test]
    fn sorting_orders_by_place_and_drops_duplicates() {
        let span = |at| Span::new(SourceId::from_raw(0), at, at + 1);
        let late = Diagnostic::error(Code::WrongType, "late").at(span(9));
        let early = Diagnostic::warning(Code::UnknownKey, "early").at(span(1));
        let mut all = Diagnostics::default();
        all.extend([late.clone(), early.clone(), late.clone()]);
        all.sort();
        assert_eq!(all.iter().collect::<Vec<_>>(), [&early, &late]);
        assert_eq!((all.errors(), all.has_errors()), (1, true));
    }
}
