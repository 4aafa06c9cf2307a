//! What objects may be called.

use std::borrow::Cow;
use std::collections::HashMap;

use super::Context;
use crate::model::{Identity, Kind};
use crate::system::NameFormat;
use crate::text::{Code, Diagnostic, Diagnostics, Span};

/// Names that the product takes as they are written.
pub(super) fn allowed(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    let definition = context.system.definition();
    if let Some(kind) = &definition.profiles {
        for (name, wanted) in &context.intent.profiles {
            diagnostics.extend(refused(Kind::Profile, name.as_str(), &kind.name, wanted.at));
        }
    }
    if let Some(kind) = &definition.roles {
        for (name, wanted) in &context.intent.roles {
            diagnostics.extend(refused(Kind::Role, name.as_str(), &kind.name, wanted.at));
        }
    }
    if let Some(kind) = &definition.groups {
        for (name, wanted) in &context.intent.groups {
            diagnostics.extend(refused(Kind::Group, name.as_str(), &kind.name, wanted.at));
        }
    }
}

fn refused(kind: Kind, name: &str, format: &NameFormat, place: Span) -> Option<Diagnostic> {
    let kind = kind.as_str();
    let refuse = |why: String| Some(Diagnostic::error(Code::NameNotAllowed, why).at(place));
    if name.is_empty() {
        return refuse(format!("a {kind} needs a name"));
    }
    if name.trim() != name {
        return refuse(format!("the name of {kind} `{name}` begins or ends with a blank"));
    }
    if name.chars().any(char::is_control) {
        return refuse(format!("the name of {kind} {name:?} holds a control character"));
    }
    let limit = format.max_length_characters as usize;
    // Bytes are at least as many as characters, so most names need no counting.
    if name.len() > limit && name.chars().count() > limit {
        let length = name.chars().count();
        return refuse(format!(
            "the name of this {kind} has {length} characters, and the product keeps {limit}"
        ));
    }
    if let Some(text) = format.forbidden.iter().find(|text| name.contains(text.as_str())) {
        return refuse(format!(
            "the name of {kind} `{name}` contains `{text}`, which the product changes silently"
        ));
    }
    if let Some(text) = format
        .forbidden_start
        .iter()
        .find(|text| name.starts_with(text.as_str()))
    {
        return refuse(format!(
            "the name of {kind} `{name}` begins with `{text}`, which the product does not take"
        ));
    }
    None
}

/// Names that the product takes for one.
pub(super) fn unique(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    if context.system.definition().names.compare == crate::system::Compare::Exact {
        return;
    }
    let desired = context.desired;
    same(context, desired.profiles.keys(), Identity::Profile, diagnostics);
    same(context, desired.roles.keys(), Identity::Role, diagnostics);
    same(context, desired.groups.keys(), Identity::Group, diagnostics);
}

fn same<'a, N: AsRef<str> + Clone + 'a>(
    context: &Context<'_>,
    names: impl ExactSizeIterator<Item = &'a N>,
    identity: fn(N) -> Identity,
    diagnostics: &mut Diagnostics,
) {
    let mut seen: HashMap<Cow<'_, str>, &N> = HashMap::with_capacity(names.len());
    for name in names {
        let Some(first) = seen.insert(context.system.fold(name.as_ref()), name) else {
            continue;
        };
        let (identity, first) = (identity(name.clone()), identity(first.clone()));
        let message = format!("{identity} and {first} have one name for the product");
        let (holder, other) = if context.intent.place(&identity).is_some() {
            (&identity, &first)
        } else {
            (&first, &identity)
        };
        let mut diagnostic = context.violation(holder, Code::NameTaken, message);
        if let Some(place) = context.intent.place(other) {
            diagnostic = diagnostic.label(place, "the other one");
        }
        diagnostics.push(diagnostic);
    }
}
