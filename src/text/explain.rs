//! What the schema validator finds, in words for people who write YAML.

use std::collections::HashMap;

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value as Json;

use super::choice::{allowed_keys, choices, parent_of, resolve};
use super::json::to_json;
use super::prune::Path;
use super::words::{LISTED, any_of, complaint, expected_types, list, quote, quote_node};
use super::{Code, Diagnostic, Key, Node, Span, Value, closest};

/// Mappings beyond this size get a table of their keys at the first error inside.
const LARGE_MAP: usize = 16;

/// Collects the findings of one validation and the paths to cut out.
pub(super) struct Explainer<'a> {
    document: &'a Json,
    root: &'a Node,
    keys: HashMap<*const Node, HashMap<&'a str, usize>>,
    found: Vec<Diagnostic>,
    paths: Vec<Path>,
}

/// Where an error is: the value, the key it stands under, and the child numbers that lead there.
#[derive(Clone)]
struct Place<'a> {
    node: &'a Node,
    key: Option<&'a Key>,
    path: Path,
}

impl Place<'_> {
    /// The value, or its key where the value is not written at all.
    fn span(&self) -> Span {
        match self.key {
            Some(key) if self.node.span.start == self.node.span.end => key.span,
            _ => self.node.span,
        }
    }
}

/// Whether a key that is missing is there and written otherwise: a key much like it is unknown, or every key is.
fn is_miswritten(node: &Node, name: &str, document: &Json, schema: &Json) -> bool {
    if schema.get("additionalProperties") != Some(&Json::Bool(false)) {
        return false;
    }
    let allowed = allowed_keys(document, schema);
    let keys = || node.entries().iter().map(|(key, _)| &*key.text);
    let unknown = |key: &&str| !allowed.contains(key);
    let meant = |key: &str| closest(key, allowed.iter().copied()) == Some(name);
    keys().filter(unknown).any(meant) || (keys().next().is_some() && keys().all(|key| unknown(&key)))
}

impl<'a> Explainer<'a> {
    pub(super) fn new(document: &'a Json, root: &'a Node) -> Self {
        Explainer {
            document,
            root,
            keys: HashMap::new(),
            found: Vec::new(),
            paths: Vec::new(),
        }
    }

    pub(super) fn finish(self) -> (Vec<Diagnostic>, Vec<Path>) {
        (self.found, self.paths)
    }

    /// Turns one error into at least one diagnostic and one path to cut out.
    pub(super) fn explain(&mut self, error: &ValidationError<'_>) {
        let before = self.paths.len();
        self.explain_kind(error);
        if self.paths.len() == before {
            // Nothing may be refused in silence, whatever the validator comes up with.
            let place = self.locate(error.instance_path().as_str());
            let message = format!("the value {}", complaint(self.document, error));
            self.report(
                &place,
                Diagnostic::error(Code::InvalidValue, message).at(place.span()),
            );
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the many other kinds are one sentence each, in `complaint`"
    )]
    fn explain_kind(&mut self, error: &ValidationError<'_>) {
        let place = self.locate(error.instance_path().as_str());
        let node = place.node;
        match error.kind() {
            Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
                let schema = parent_of(self.document, error.schema_path().as_str());
                let allowed = schema
                    .map(|schema| allowed_keys(self.document, schema))
                    .unwrap_or_default();
                self.unknown_keys(&place, unexpected, &allowed);
            }
            Kind::Required { property } => {
                let name = property.as_str().unwrap_or_default();
                let schema = parent_of(self.document, error.schema_path().as_str());
                if schema.is_some_and(|schema| is_miswritten(node, name, self.document, schema)) {
                    // The unknown key says it.
                    self.paths.push(place.path);
                    return;
                }
                let at = place.key.map_or(node.span, |key| key.span);
                self.report(
                    &place,
                    Diagnostic::error(Code::MissingKey, format!("the key `{name}` is missing")).at(at),
                );
            }
            Kind::Type { kind } => {
                let schema = parent_of(self.document, error.schema_path().as_str());
                let words = schema.and_then(|schema| schema.get("x-expected"));
                match words.and_then(Json::as_str) {
                    // What a wrong type is converted to would not fit the pattern either.
                    Some(words) => {
                        let message = format!("expected {words}, found {}", node.kind());
                        self.report(
                            &place,
                            Diagnostic::error(Code::WrongType, message).at(place.span()),
                        );
                    }
                    None => self.wrong_type(&place, &expected_types(kind)),
                }
            }
            Kind::Enum { .. } | Kind::Constant { .. } => {
                let schema = parent_of(self.document, error.schema_path().as_str());
                let allowed = schema
                    .and_then(|schema| choices(self.document, schema))
                    .unwrap_or_default();
                self.not_a_choice(&place, &allowed);
            }
            Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
                self.branches(&place, error, context)
            }
            Kind::UniqueItems => self.duplicates(&place),
            Kind::PropertyNames { error: inner } => {
                let name = inner.instance().as_str().unwrap_or_default();
                let Some(index) = self.index_of(node, name) else {
                    return;
                };
                let mut path = place.path.clone();
                path.push(index);
                let span = node
                    .entries()
                    .get(index as usize)
                    .map_or(node.span, |(key, _)| key.span);
                let subject = format!("the name {}", quote(name));
                let found = Diagnostic::error(
                    Code::InvalidValue,
                    format!("{subject} {}", complaint(self.document, inner)),
                )
                .at(span);
                self.found.push(found);
                self.paths.push(path);
            }
            kind => {
                let subject = match (kind, &node.value) {
                    (Kind::FalseSchema, _) => place
                        .key
                        .map_or("this".into(), |key| format!("the key {}", quote(&key.text))),
                    (_, Value::List(_)) => "the list".into(),
                    (_, Value::Map(_)) => "the mapping".into(),
                    (_, _) => quote_node(node),
                };
                let found = Diagnostic::error(
                    Code::InvalidValue,
                    format!("{subject} {}", complaint(self.document, error)),
                );
                self.report(&place, found.at(place.span()));
            }
        }
    }

    /// Keeps a finding and cuts out the place it is about.
    fn report(&mut self, place: &Place<'_>, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
        self.paths.push(place.path.clone());
    }

    fn unknown_keys(&mut self, place: &Place<'a>, names: &[String], allowed: &[&str]) {
        for name in names {
            let Some(index) = self.index_of(place.node, name) else {
                continue;
            };
            let span = place
                .node
                .entries()
                .get(index as usize)
                .map_or(place.node.span, |(key, _)| key.span);
            let mut found =
                Diagnostic::error(Code::UnknownKey, format!("unknown key {}", quote(name))).at(span);
            if let Some(meant) = closest(name, allowed.iter().copied()) {
                found = found.hint(format!("did you mean `{meant}`?"));
            } else if (1..=LISTED).contains(&allowed.len()) {
                found = found.hint(format!(
                    "allowed here: {}",
                    list(allowed.iter().map(|key| quote(key)))
                ));
            }
            self.found.push(found);
            let mut path = place.path.clone();
            path.push(index);
            self.paths.push(path);
        }
    }

    fn wrong_type(&mut self, place: &Place<'_>, expected: &[&str]) {
        let node = place.node;
        let message = format!("expected {}, found {}", any_of(expected), node.kind());
        let mut found = Diagnostic::error(Code::WrongType, message).at(place.span());
        let only = |name: &str| expected.contains(&name);
        match &node.value {
            Value::Bool(_) | Value::Integer(_) | Value::Float(_) if only("text") => {
                found = found.hint("put it in quotes to make it text");
            }
            Value::Text(text) if only("true or false") => {
                let meant = match text.to_ascii_lowercase().as_str() {
                    "yes" | "on" | "y" | "true" => Some("true"),
                    "no" | "off" | "n" | "false" => Some("false"),
                    _ => None,
                };
                found.hints.extend(meant.map(|meant| format!("write `{meant}`")));
            }
            Value::Text(_) if only("a list") => {
                found = found.hint("write a list: one `- item` per line, or `[item]`")
            }
            Value::Null
            | Value::Bool(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Text(_)
            | Value::List(_)
            | Value::Map(_) => {}
        }
        self.report(place, found);
    }

    fn not_a_choice(&mut self, place: &Place<'_>, allowed: &[&Json]) {
        let words: Vec<String> = allowed
            .iter()
            .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
            .collect();
        let node = place.node;
        let listed = list(words.iter().map(|word| quote(word)));
        let few = (1..=LISTED).contains(&words.len());
        let all_text = !allowed.is_empty() && allowed.iter().all(|value| value.is_string());
        let is_scalar = !matches!(node.value, Value::List(_) | Value::Map(_) | Value::Null);
        let mut found = if is_scalar && (node.text().is_some() || !all_text) {
            let message = if words.len() == 1 {
                format!("{} is not {listed}, the only choice", quote_node(node))
            } else if few {
                format!("{} is not one of {listed}", quote_node(node))
            } else {
                format!("{} is not an allowed value", quote_node(node))
            };
            Diagnostic::error(Code::InvalidValue, message)
        } else {
            let expected = if few {
                format!("one of {listed}")
            } else {
                "one of the allowed values".into()
            };
            Diagnostic::error(
                Code::WrongType,
                format!("expected {expected}, found {}", node.kind()),
            )
        };
        if let Some(meant) = node
            .text()
            .and_then(|text| closest(text, words.iter().map(String::as_str)).map(|meant| (text, meant)))
            // A word that only begins like a choice is another word: `allow` is not a long `all`.
            .filter(|(text, meant)| !(text.starts_with(meant) && text.len() > meant.len() + 1))
            .map(|(_, meant)| meant)
        {
            found = found.hint(format!("did you mean `{meant}`?"));
        }
        self.report(place, found.at(place.span()));
    }

    /// Reports only the branch that was most likely meant.
    fn branches(
        &mut self,
        place: &Place<'a>,
        error: &ValidationError<'_>,
        context: &[Vec<ValidationError<'static>>],
    ) {
        let pointer = error.schema_path().as_str();
        let branches = self
            .document
            .pointer(pointer)
            .and_then(Json::as_array)
            .map_or(&[][..], Vec::as_slice);
        let values = parent_of(self.document, pointer).filter(|schema| schema.get("enum").is_none());
        if let Some(allowed) = values.and_then(|schema| choices(self.document, schema)) {
            return self.not_a_choice(place, &allowed);
        }
        let here = error.instance_path();
        let is_other_type = |errors: &&Vec<ValidationError<'static>>| {
            errors
                .iter()
                .any(|each| each.instance_path() == here && matches!(each.kind(), Kind::Type { .. }))
        };
        let fitting: Vec<usize> = (0..context.len())
            .filter(|&index| !context.get(index).as_ref().is_some_and(is_other_type))
            .collect();
        if fitting.is_empty() {
            let mut expected: Vec<&str> = Vec::new();
            for each in context
                .iter()
                .flatten()
                .filter(|each| each.instance_path() == here)
            {
                if let Kind::Type { kind } = each.kind() {
                    expected.extend(expected_types(kind));
                }
            }
            expected.sort_by_key(|name| *name == "nothing");
            expected.dedup();
            // Nobody who wrote a wrong value meant to leave it out.
            if expected.len() > 1 {
                expected.retain(|name| *name != "nothing");
            }
            return self.wrong_type(place, &expected);
        }
        let known = |index: usize| {
            let schema = branches.get(index).map(|branch| resolve(self.document, branch));
            let keys = schema
                .map(|schema| allowed_keys(self.document, schema))
                .unwrap_or_default();
            place
                .node
                .entries()
                .iter()
                .filter(|(key, _)| keys.contains(&&*key.text))
                .count()
        };
        let best = fitting.iter().copied().max_by_key(|&index| {
            let errors = context.get(index).map_or(&[][..], Vec::as_slice);
            let depth = errors
                .iter()
                .map(|each| each.instance_path().as_str().len())
                .max();
            let tag_is_wrong = errors
                .iter()
                .any(|each| matches!(each.kind(), Kind::Constant { .. }));
            let rank = (
                known(index),
                !tag_is_wrong,
                depth,
                std::cmp::Reverse(errors.len()),
            );
            // The first of equals, where max_by_key would take the last.
            (rank, std::cmp::Reverse(index))
        });
        let undecided = fitting.len() > 1
            && fitting.iter().all(|&index| known(index) == 0)
            && !place.node.entries().is_empty();
        match (best, parent_of(self.document, pointer)) {
            (_, Some(schema)) if undecided && !allowed_keys(self.document, schema).is_empty() => {
                let names: Vec<String> = place
                    .node
                    .entries()
                    .iter()
                    .map(|(key, _)| key.text.to_string())
                    .collect();
                self.unknown_keys(place, &names, &allowed_keys(self.document, schema));
            }
            (Some(index), _) => context
                .get(index)
                .into_iter()
                .flatten()
                .for_each(|each| self.explain(each)),
            (None, _) => {}
        }
    }

    fn duplicates(&mut self, place: &Place<'_>) {
        let mut seen: HashMap<String, Span> = HashMap::new();
        for (item, index) in place.node.items().iter().zip(0u32..) {
            let first = *seen.entry(to_json(item).to_string()).or_insert(item.span);
            if first == item.span {
                continue;
            }
            let what = if item.items().is_empty() && item.entries().is_empty() {
                quote_node(item)
            } else {
                "this item".into()
            };
            let found = Diagnostic::error(Code::DuplicateItem, format!("{what} is in the list twice"));
            self.found.push(found.at(item.span).label(first, "first here"));
            let mut path = place.path.clone();
            path.push(index);
            self.paths.push(path);
        }
    }

    /// Follows a JSON pointer of the validator. It is read here and not by its own segments, which drop empty keys
    /// and take keys of digits for item numbers.
    fn locate(&mut self, pointer: &str) -> Place<'a> {
        let mut place = Place {
            node: self.root,
            key: None,
            path: Path::new(),
        };
        for segment in pointer.split('/').skip(1) {
            let node = place.node;
            let index = match &node.value {
                Value::List(_) => segment.parse().ok(),
                _ if segment.contains('~') => {
                    self.index_of(node, &segment.replace("~1", "/").replace("~0", "~"))
                }
                Value::Null
                | Value::Bool(_)
                | Value::Integer(_)
                | Value::Float(_)
                | Value::Text(_)
                | Value::Map(_) => self.index_of(node, segment),
            };
            let Some((index, child)) = index.and_then(|index| Some((index, node.child(index)?))) else {
                break;
            };
            place.key = node.entries().get(index as usize).map(|(key, _)| key);
            place.node = child;
            place.path.push(index);
        }
        place
    }

    fn index_of(&mut self, node: &'a Node, name: &str) -> Option<u32> {
        let entries = node.entries();
        let index = if entries.len() <= LARGE_MAP {
            entries.iter().position(|(key, _)| *key.text == *name)
        } else {
            let table = self.keys.entry(std::ptr::from_ref(node));
            let table = table.or_insert_with(|| {
                entries
                    .iter()
                    .zip(0..)
                    .map(|((key, _), index)| (&*key.text, index))
                    .collect()
            });
            table.get(name).copied()
        };
        u32::try_from(index?).ok()
    }
}
