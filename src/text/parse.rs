//! YAML 1.2 into a spanned tree, with everything that is ambiguous or hostile refused by name.
//!
//! Not here: what plain words mean (`scalar`), and any opinion on the content.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use granit_parser::{ErrorKind, Event, Options, Parser, ScalarStyle, ScanError, StructureStyle};

use super::alias::{Anchor, Budget, Children, MAX_DEPTH, Open, Refusal, copy, follow};
use super::scalar::plain;
use super::{Code, Diagnostic, Diagnostics, Key, Node, SourceId, Span, Value};

/// Mappings up to this size are searched for duplicate keys pair by pair, without a table.
const SMALL_MAP: usize = 12;

/// The text of a file; the error is the offset of the first byte that is not UTF-8.
pub fn read_text(bytes: Vec<u8>) -> Result<String, usize> {
    String::from_utf8(bytes).map_err(|error| error.utf8_error().valid_up_to())
}

/// Reads one YAML document. Spans are byte offsets into `text` as given, a byte order mark included. An empty
/// document is [`Value::Null`] and no finding; none is returned when the text cannot be read to its end.
pub fn parse(source: SourceId, text: &str, diagnostics: &mut Diagnostics) -> Option<Node> {
    if u32::try_from(text.len()).is_err() {
        diagnostics.push(
            Diagnostic::error(Code::YamlSyntax, "the file is larger than 4 GiB").at(Span::new(source, 0, 0)),
        );
        return None;
    }
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut options = Options::default();
    options.set_emit_comments(false);
    let mut builder = Builder {
        source,
        text,
        skipped: text.len() - body.len(),
        diagnostics,
        open: Vec::new(),
        root: None,
        anchors: HashMap::new(),
        doomed: HashSet::new(),
        budget: Budget::default(),
    };
    for step in Parser::new_from_str_with_options(body, options) {
        let taken = match step {
            Ok((event, span)) => builder.take(event, &span),
            Err(error) => Err(Box::new(builder.syntax(&error))),
        };
        match taken {
            Ok(true) => {}
            Ok(false) => break,
            Err(diagnostic) => {
                builder.diagnostics.push(*diagnostic);
                return None;
            }
        }
    }
    let Builder { root, doomed, .. } = builder;
    let mut root = root.unwrap_or(Node {
        span: Span::new(source, 0, 0),
        value: Value::Null,
    });
    if !doomed.is_empty() {
        remove(&mut root, &doomed);
    }
    Some(root)
}

type Fatal = Box<Diagnostic>;

struct Builder<'a> {
    source: SourceId,
    text: &'a str,
    /// Bytes of the byte order mark, which the parser does not see.
    skipped: usize,
    diagnostics: &'a mut Diagnostics,
    open: Vec<Open>,
    root: Option<Node>,
    anchors: HashMap<usize, Anchor>,
    /// Where the keys start that were reported and must go. They stay until the end, so that the paths of anchors hold.
    doomed: HashSet<u32>,
    budget: Budget,
}

impl Builder<'_> {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the other events carry nothing that a tree holds"
    )]
    /// Takes one event; false when the rest of the text does not matter.
    fn take(&mut self, event: Event<'_>, place: &granit_parser::Span) -> Result<bool, Fatal> {
        let start = place.start.byte_offset().unwrap_or(0);
        let end = place.end.byte_offset().unwrap_or(start);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                if tag.is_some() {
                    self.tag(place);
                }
                let node = self.scalar(text, style, start, end);
                if anchor != 0 {
                    self.anchors.insert(anchor, Anchor::Scalar(node.clone()));
                }
                self.put(node, style == ScalarStyle::Plain);
            }
            Event::SequenceStart(style, anchor, tag) => {
                let children = Children::List(Vec::new());
                let open = Open {
                    start,
                    anchor,
                    flow: style == StructureStyle::Flow,
                    children,
                };
                self.enter(open, tag.is_some().then_some(place))?;
            }
            Event::MappingStart(style, anchor, tag) => {
                let children = Children::Map(Vec::new(), None);
                let open = Open {
                    start,
                    anchor,
                    flow: style == StructureStyle::Flow,
                    children,
                };
                self.enter(open, tag.is_some().then_some(place))?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.leave(end),
            Event::Alias(id) => self.alias(id, self.span(start, end))?,
            Event::DocumentStart(..) if self.root.is_some() => {
                let found = Diagnostic::error(Code::ManyDocuments, "a second document starts here")
                    .at(self.span(start, end))
                    .hint("put each document in a file of its own");
                self.diagnostics.push(found);
                return Ok(false);
            }
            _ => {}
        }
        Ok(true)
    }

    fn span(&self, start: usize, end: usize) -> Span {
        // The length was checked once, so no offset is cut off.
        let offset = |at: usize| u32::try_from(at + self.skipped).unwrap_or(u32::MAX);
        Span::new(self.source, offset(start), offset(end.max(start)))
    }

    fn scalar(&self, text: Cow<'_, str>, style: ScalarStyle, start: usize, end: usize) -> Node {
        let span = self.span(start, end);
        match style {
            ScalarStyle::Plain => Node {
                span,
                value: plain(text),
            },
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Node {
                span,
                value: Value::Text(text.into()),
            },
            ScalarStyle::Literal | ScalarStyle::Folded => {
                // The place of a block ends after its last line break, which would mark the line below.
                let written = self
                    .text
                    .get(span.start as usize..span.end as usize)
                    .unwrap_or("")
                    .trim_end()
                    .len();
                Node {
                    span: self.span(start, start + written),
                    value: Value::Text(text.into()),
                }
            }
        }
    }

    fn tag(&mut self, place: &granit_parser::Span) {
        let span = place.tag_span().unwrap_or(*place);
        let (start, end) = (
            span.start.byte_offset().unwrap_or(0),
            span.end.byte_offset().unwrap_or(0),
        );
        let span = self.span(start, end);
        let written = self
            .text
            .get(span.start as usize..span.end as usize)
            .unwrap_or("!");
        let found = Diagnostic::error(
            Code::UnsupportedTag,
            format!("the tag `{written}` is not supported"),
        )
        .at(span);
        let hint = if written == "!!str" {
            "write the text in quotes"
        } else {
            "remove the tag"
        };
        self.diagnostics.push(found.hint(hint));
    }

    fn enter(&mut self, open: Open, tagged: Option<&granit_parser::Span>) -> Result<(), Fatal> {
        if let Some(place) = tagged {
            self.tag(place);
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(Box::new(too_deep(self.span(open.start, open.start + 1))));
        }
        if open.anchor != 0 {
            let path = self.open.iter().map(Open::next).collect();
            self.anchors.insert(open.anchor, Anchor::Path(path));
        }
        self.open.push(open);
        Ok(())
    }

    fn leave(&mut self, end: usize) {
        let Some(Open {
            start,
            flow,
            children,
            ..
        }) = self.open.pop()
        else {
            return;
        };
        let (last, value) = match children {
            Children::List(items) => (items.last().map(|node| node.span), Value::List(items)),
            Children::Map(entries, _) => {
                self.find_duplicates(&entries);
                let last = entries.last().map(|(key, node)| {
                    if node.span.start < key.span.end {
                        key.span
                    } else {
                        node.span
                    }
                });
                (last, Value::Map(entries))
            }
        };
        let mut span = self.span(start, end);
        // A block ends where its last value does; the parser names the next token.
        if let (false, Some(last)) = (flow, last) {
            span.end = last.end.max(span.start);
        }
        self.put(Node { span, value }, false);
    }

    /// Puts a finished node where it belongs: into the innermost container, as a key or a value, or at the root.
    fn put(&mut self, node: Node, is_plain: bool) {
        match self.open.last_mut().map(|open| &mut open.children) {
            None => self.root = Some(node),
            Some(Children::List(items)) => items.push(node),
            Some(Children::Map(entries, key)) => match key.take() {
                Some(key) => entries.push((key, node)),
                None => {
                    let key = self.key(node, is_plain);
                    if let Some(Open {
                        children: Children::Map(_, waiting),
                        ..
                    }) = self.open.last_mut()
                    {
                        *waiting = Some(key);
                    }
                }
            },
        }
    }

    fn key(&mut self, node: Node, is_plain: bool) -> Key {
        let span = node.span;
        let bad = |found: &str| {
            Some(
                Diagnostic::error(
                    Code::UnsupportedKey,
                    format!("a key must be a name, found {found}"),
                )
                .at(span),
            )
        };
        let written = || {
            self.text
                .get(span.start as usize..span.end as usize)
                .unwrap_or("")
                .into()
        };
        let (text, problem): (Box<str>, _) = match node.value {
            Value::Text(text) if is_plain && *text == *"<<" => {
                let problem =
                    Diagnostic::error(Code::MergeKey, "the merge key `<<` is not supported").at(span);
                (
                    text,
                    Some(problem.hint("write the keys out, or take the whole value from an alias")),
                )
            }
            Value::Text(text) => (text, None),
            Value::Bool(_) | Value::Integer(_) | Value::Float(_) => (written(), None),
            Value::Null if span.start == span.end => (Box::default(), bad("nothing")),
            Value::Null => (
                written(),
                bad("null").map(|found| found.hint("put the name in quotes")),
            ),
            Value::List(_) => (Box::default(), bad("a list")),
            Value::Map(_) => (
                Box::default(),
                bad("a mapping").map(|found| found.hint("text that starts with a brace goes in quotes")),
            ),
        };
        if let Some(problem) = problem {
            self.diagnostics.push(problem);
            self.doomed.insert(span.start);
        }
        Key { text, span }
    }

    fn find_duplicates(&mut self, entries: &[(Key, Node)]) {
        let ascending = entries
            .windows(2)
            .all(|pair| matches!(pair, [(a, _), (b, _)] if a.text < b.text));
        if ascending {
            return;
        }
        let mut seen: HashMap<&str, Span> = HashMap::new();
        for (index, (key, _)) in entries.iter().enumerate() {
            if self.doomed.contains(&key.span.start) {
                continue;
            }
            let first = if entries.len() <= SMALL_MAP {
                entries[..index]
                    .iter()
                    .find(|(other, _)| other.text == key.text)
                    .map(|(other, _)| other.span)
            } else {
                let first = *seen.entry(&key.text).or_insert(key.span);
                (first != key.span).then_some(first)
            };
            if let Some(first) = first {
                let found = Diagnostic::error(
                    Code::DuplicateKey,
                    format!("the key `{}` is here twice", key.text),
                );
                self.diagnostics
                    .push(found.at(key.span).label(first, "first here"));
                self.doomed.insert(key.span.start);
            }
        }
    }

    fn alias(&mut self, id: usize, span: Span) -> Result<(), Fatal> {
        let target = match self.anchors.get(&id) {
            Some(Anchor::Scalar(node)) => Some(node),
            Some(Anchor::Path(path)) => follow(&self.open, path),
            None => None,
        };
        let Some(target) = target else {
            // A value inside itself, or one inside a key, which has been reported.
            let inside = self.open.iter().any(|open| open.anchor == id);
            let message = if inside {
                "the alias stands inside the value that it repeats"
            } else {
                "the alias repeats no value"
            };
            return Err(Box::new(Diagnostic::error(Code::YamlSyntax, message).at(span)));
        };
        let mut copy = copy(target, self.open.len(), &mut self.budget).map_err(|refusal| {
            Box::new(match refusal {
                Refusal::Depth => too_deep(span),
                Refusal::Budget => {
                    Diagnostic::error(Code::AliasBomb, "the aliases of this file expand to too much")
                        .at(span)
                        .hint("write the values out, or split the file")
                }
            })
        })?;
        // A key is the text of what it repeats, and that is written there, not here.
        let is_key = matches!(
            self.open.last(),
            Some(Open {
                children: Children::Map(_, None),
                ..
            })
        );
        if is_key && matches!(copy.value, Value::Bool(_) | Value::Integer(_) | Value::Float(_)) {
            let written = self
                .text
                .get(copy.span.start as usize..copy.span.end as usize)
                .unwrap_or("");
            copy.value = Value::Text(written.into());
        }
        copy.span = span;
        self.put(copy, false);
        Ok(())
    }

    fn syntax(&self, error: &ScanError) -> Diagnostic {
        let at = error.marker().byte_offset().unwrap_or(0);
        let next = self
            .text
            .get(at + self.skipped..)
            .and_then(|rest| rest.chars().next())
            .filter(|&next| next != '\n');
        let span = self.span(at, at + next.map_or(0, char::len_utf8));
        if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
            return too_deep(span);
        }
        let tab = matches!(
            error.kind(),
            ErrorKind::TabNotAllowed
                | ErrorKind::TabInBlockIndentation
                | ErrorKind::TabInIndentation
                | ErrorKind::TabAtBlockScalarStart
                | ErrorKind::TabInPlainScalar
        );
        let indent = self.tab_before(span);
        let found = Diagnostic::error(Code::YamlSyntax, error.info()).at(indent.unwrap_or(span));
        if tab || indent.is_some() {
            found.hint("indent with spaces")
        } else {
            found
        }
    }

    /// The tab that the line of an error is indented with. Some tabs surface only in what follows them.
    fn tab_before(&self, span: Span) -> Option<Span> {
        let before = self.text.get(..span.start as usize)?;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = self.text.get(start..)?;
        let blank = line.len() - line.trim_start_matches(' ').len();
        let at = u32::try_from(start + blank).ok()?;
        line[blank..]
            .starts_with('\t')
            .then(|| Span::new(self.source, at, at + 1))
    }
}

fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::error(Code::NestingTooDeep, format!("nested more than {MAX_DEPTH} deep")).at(span)
}

/// Removes the entries whose keys were reported, also where an alias copied them.
fn remove(node: &mut Node, doomed: &HashSet<u32>) {
    match &mut node.value {
        Value::Map(entries) => {
            entries.retain(|(key, _)| !doomed.contains(&key.span.start));
            entries.iter_mut().for_each(|(_, node)| remove(node, doomed));
        }
        Value::List(items) => items.iter_mut().for_each(|item| remove(item, doomed)),
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Text(_) => {}
    }
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
