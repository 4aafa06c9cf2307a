//! YAML that is pleasant to read and to review: short leaves on one line, a blank line between objects.
//!
//! `serde_yaml` decides how a single scalar has to be written; everything around scalars is laid out here.

use std::collections::BTreeMap;

use serde_yaml::{Mapping, Value};

use super::WriteError;

/// The widest line that is written in flow style.
const WIDTH: usize = 100;

/// The most entries of a flow mapping where an object or one of its attributes stands.
const FEW: usize = 3;

/// Comments by the path of the key above which they stand.
pub(super) type Comments = BTreeMap<Vec<String>, String>;

/// Whether objects are kept apart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Spacing {
    /// A blank line around everything at the first two levels that takes more than one line.
    Loose,
    /// No blank lines.
    Tight,
}

/// Lays a mapping out as a YAML text.
pub(super) fn emit(value: &Value, spacing: Spacing, comments: &Comments) -> Result<String, WriteError> {
    let mut emitter = Emitter {
        out: String::new(),
        path: Vec::new(),
        spacing,
        comments,
    };
    match filled_mapping(value) {
        Some(mapping) => emitter.mapping(mapping, 0)?,
        None => emitter.line(&flow(value)?),
    }
    Ok(emitter.out)
}

struct Emitter<'a> {
    out: String,
    path: Vec<String>,
    spacing: Spacing,
    comments: &'a Comments,
}

impl Emitter<'_> {
    fn mapping(&mut self, mapping: &Mapping, indent: usize) -> Result<(), WriteError> {
        let mut previous = None;
        for (key, value) in mapping {
            self.path.push(name(key));
            let start = self.out.len();
            self.comment(indent);
            let line = format!("{}{}:", " ".repeat(indent), flow(key)?);
            self.value(&line, value, indent)?;
            let lines = self.out[start..].lines().count();
            let apart = self.path.len() <= 2 && self.spacing == Spacing::Loose;
            if apart && previous.is_some_and(|previous| previous > 1 || lines > 1) {
                self.out.insert(start, '\n');
            }
            previous = Some(lines);
            self.path.pop();
        }
        Ok(())
    }

    fn comment(&mut self, indent: usize) {
        let Some(comment) = self.comments.get(&self.path) else {
            return;
        };
        let mut line = String::new();
        for word in comment.split_whitespace() {
            if !line.is_empty() && indent + 2 + length(&line) + 1 + length(word) > WIDTH {
                self.out.push_str(&format!("{}#{line}\n", " ".repeat(indent)));
                line.clear();
            }
            line.push(' ');
            line.push_str(word);
        }
        self.out.push_str(&format!("{}#{line}\n", " ".repeat(indent)));
    }

    /// Writes what stands after `line`: the key and its colon, or a list's dash.
    fn value(&mut self, line: &str, value: &Value, indent: usize) -> Result<(), WriteError> {
        if let Some(mapping) = filled_mapping(value) {
            if self.may_flow(value, FlowPlace::Key)
                && let Some(line) = fitting(line, value)?
            {
                self.line(&line);
                return Ok(());
            }
            self.line(line);
            return self.mapping(mapping, indent + 2);
        }
        if let Some(items) = value.as_sequence().filter(|items| !items.is_empty()) {
            if nesting(value) == 1
                && let Some(line) = fitting(line, value)?
            {
                self.line(&line);
                return Ok(());
            }
            self.line(line);
            return items.iter().try_for_each(|item| self.item(item, indent + 2));
        }
        let text = block_scalar(value, indent)?;
        self.line(&format!("{line} {text}"));
        Ok(())
    }

    fn item(&mut self, item: &Value, indent: usize) -> Result<(), WriteError> {
        let dash = format!("{}-", " ".repeat(indent));
        let Some(mapping) = filled_mapping(item) else {
            let text = flow(item)?;
            self.line(&format!("{dash} {text}"));
            return Ok(());
        };
        if self.may_flow(item, FlowPlace::Item)
            && let Some(line) = fitting(&dash, item)?
        {
            self.line(&line);
            return Ok(());
        }
        // The dash takes the place of the first key's indentation.
        let start = self.out.len();
        self.mapping(mapping, indent + 2)?;
        self.out
            .replace_range(start..start + indent + 2, &format!("{dash} "));
        Ok(())
    }

    fn line(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    /// Whether a mapping is simple enough for one line where it stands. Objects and their attributes are only when
    /// they are small: a review reads lines, and a line per entry says more.
    fn may_flow(&self, value: &Value, place: FlowPlace) -> bool {
        let commented = self
            .comments
            .keys()
            .any(|path| path.len() > self.path.len() && path.starts_with(&self.path));
        let nesting = nesting(value);
        let few = value.as_mapping().is_some_and(|mapping| mapping.len() <= FEW);
        !commented
            && match (place, self.path.len()) {
                (FlowPlace::Item, _) => nesting <= 2,
                (FlowPlace::Key, 0 | 1) => false,
                (FlowPlace::Key, 2 | 3) => nesting == 1 && few,
                (FlowPlace::Key, _) => nesting <= 2,
            }
    }
}

#[derive(Clone, Copy)]
enum FlowPlace {
    Key,
    Item,
}

/// A mapping that needs lines of its own; an empty one is written as `{}`.
fn filled_mapping(value: &Value) -> Option<&Mapping> {
    value.as_mapping().filter(|mapping| !mapping.is_empty())
}

/// The line with the value in flow style, when it is not too long.
fn fitting(line: &str, value: &Value) -> Result<Option<String>, WriteError> {
    let line = format!("{line} {}", flow(value)?);
    Ok((length(&line) <= WIDTH).then_some(line))
}

/// How many characters a key takes as it is written.
pub(super) fn key_length(key: &str) -> Result<usize, WriteError> {
    Ok(length(&flow(&Value::from(key))?))
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// How many collections that are not empty stand in each other.
fn nesting(value: &Value) -> usize {
    match value {
        Value::Mapping(mapping) => deepest(mapping.values()),
        Value::Sequence(items) => deepest(items.iter()),
        Value::Tagged(tagged) => nesting(&tagged.value),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

fn deepest<'a>(values: impl Iterator<Item = &'a Value>) -> usize {
    values.map(nesting).max().map_or(0, |inner| inner + 1)
}

fn name(key: &Value) -> String {
    key.as_str().unwrap_or_default().to_owned()
}

/// A value on one line.
fn flow(value: &Value) -> Result<String, WriteError> {
    match value {
        Value::Mapping(mapping) if mapping.is_empty() => Ok("{}".to_owned()),
        Value::Mapping(mapping) => {
            let entries = mapping
                .iter()
                .map(|(key, value)| Ok(format!("{}: {}", flow(key)?, flow(value)?)));
            let entries: Vec<String> = entries.collect::<Result<_, WriteError>>()?;
            Ok(format!("{{ {} }}", entries.join(", ")))
        }
        Value::Sequence(items) => {
            let items: Vec<String> = items.iter().map(flow).collect::<Result<_, _>>()?;
            Ok(format!("[{}]", items.join(", ")))
        }
        Value::String(text) => {
            let is_safe = |plain: &String| {
                !plain.contains([',', '[', ']', '{', '}', ':', '\n']) && !plain.starts_with('?')
            };
            Ok(plain(text)?.filter(is_safe).unwrap_or_else(|| quoted(text)))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Tagged(_) => written(value),
    }
}

/// A scalar after a key; several lines of text are written as several lines.
fn block_scalar(value: &Value, indent: usize) -> Result<String, WriteError> {
    let Value::String(text) = value else {
        return flow(value);
    };
    if let Some(plain) = plain(text)? {
        return Ok(plain);
    }
    let is_printable = text.chars().all(|c| c == '\n' || !is_special(c));
    let form = written(value)?;
    if !(is_printable && form.starts_with('|')) {
        return Ok(quoted(text));
    }
    let padding = " ".repeat(indent);
    let mut lines = form.split('\n');
    let mut block = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        block.push('\n');
        if !line.is_empty() {
            block.push_str(&padding);
            block.push_str(line);
        }
    }
    Ok(block)
}

/// The text without quotes, when it means itself that way.
fn plain(text: &str) -> Result<Option<String>, WriteError> {
    // Without quotes, `<<` asks for a merge.
    if text == "<<" || text.contains('\n') || text.chars().any(is_special) {
        return Ok(None);
    }
    let form = written(&Value::String(text.to_owned()))?;
    Ok((form == text).then_some(form))
}

/// How `serde_yaml` writes a scalar below a key at the left edge.
fn written(value: &Value) -> Result<String, WriteError> {
    let mut mapping = Mapping::with_capacity(1);
    mapping.insert(Value::from("k"), value.clone());
    let text = serde_yaml::to_string(&mapping).map_err(|error| WriteError::Yaml(error.to_string()))?;
    let text = text.strip_prefix("k: ").unwrap_or(&text);
    Ok(text.strip_suffix('\n').unwrap_or(text).to_owned())
}

/// The text in double quotes.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            c if is_special(c) && u32::from(c) > 0xFFFF => {
                quoted.push_str(&format!("\\U{:08X}", u32::from(c)));
            }
            c if is_special(c) => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Characters that a YAML text cannot show as they are, or that an editor would hide.
fn is_special(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}')
}
