//! What objects may be called.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Context;
use crate::model::{Identity, Kind};
use crate::system::NameFormat;
use crate::text::{Code, Diagnostic, Diagnostics, Span, closest};

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

/// Old names: each taken over once, by another name, and there to be taken over.
pub(super) fn renames(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    let intent = context.intent;
    let profiles = intent.profiles.iter();
    let profiles = profiles.filter_map(|(name, wanted)| Some((name.as_str(), wanted.renamed_from.as_ref()?)));
    let profiles = profiles.map(|(name, old)| (name, old.value.as_str(), old.span));
    let roles = intent.roles.iter();
    let roles = roles.filter_map(|(name, wanted)| Some((name.as_str(), wanted.renamed_from.as_ref()?)));
    let roles = roles.map(|(name, old)| (name, old.value.as_str(), old.span));
    let groups = intent.groups.iter();
    let groups = groups.filter_map(|(name, wanted)| Some((name.as_str(), wanted.renamed_from.as_ref()?)));
    let groups = groups.map(|(name, old)| (name, old.value.as_str(), old.span));
    let before = context.before;
    taken_over(
        context,
        Kind::Profile,
        profiles,
        before.map(|b| b.profiles.keys().map(AsRef::as_ref)),
        diagnostics,
    );
    taken_over(
        context,
        Kind::Role,
        roles,
        before.map(|b| b.roles.keys().map(AsRef::as_ref)),
        diagnostics,
    );
    taken_over(
        context,
        Kind::Group,
        groups,
        before.map(|b| b.groups.keys().map(AsRef::as_ref)),
        diagnostics,
    );
}

fn taken_over<'a>(
    context: &Context<'_>,
    kind: Kind,
    wishes: impl Iterator<Item = (&'a str, &'a str, Span)>,
    before: Option<impl Iterator<Item = &'a str>>,
    diagnostics: &mut Diagnostics,
) {
    let wishes: Vec<_> = wishes.collect();
    if wishes.is_empty() {
        return;
    }
    let kind = kind.as_str();
    let before: Option<BTreeSet<&str>> = before.map(Iterator::collect);
    let mut taken: BTreeMap<Cow<'_, str>, (&str, Span)> = BTreeMap::new();
    for (name, old, span) in wishes {
        if name == old {
            let message = format!("{kind} `{name}` is renamed from its own name");
            diagnostics.push(
                context
                    .error(Code::RenameConflict, message, span)
                    .hint("take `renamed_from` away"),
            );
            continue;
        }
        if let Some((other, first)) = taken.insert(context.system.fold(old), (name, span)) {
            let message = format!("both `{other}` and `{name}` take over from {kind} `{old}`");
            diagnostics.push(
                context
                    .error(Code::RenameConflict, message, span)
                    .label(first, "the other one"),
            );
        }
        // The live names are those after the renames: had the old name been there, the new one would be now.
        if let Some(before) = before.as_ref().filter(|before| !before.contains(name)) {
            let message =
                format!("there is no {kind} `{old}` to rename, so `{name}` is created with nothing in it");
            let missing = Diagnostic::warning(Code::NothingToRename, message).at(span);
            diagnostics.push(match closest(old, before.iter().copied()) {
                Some(close) => missing.hint(format!("did you mean `{close}`?")),
                None => missing,
            });
        }
    }
}
