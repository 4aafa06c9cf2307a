//! Where text comes from: the loaded files, and places in them.

use std::sync::{Arc, OnceLock};

/// One loaded text. Ids order by when the text was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(u32);

impl SourceId {
    /// The source of values that no file wrote.
    pub const NOWHERE: SourceId = SourceId(u32::MAX);

    pub(super) const fn from_raw(raw: u32) -> Self {
        SourceId(raw)
    }

    pub(super) const fn raw(self) -> u32 {
        self.0
    }
}

/// A range of bytes in one source, end exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The text that the range is in.
    pub source: SourceId,
    /// The first byte.
    pub start: u32,
    /// The byte after the last one.
    pub end: u32,
}

impl Span {
    /// The span of values that no file wrote.
    pub const NOWHERE: Span = Span {
        source: SourceId::NOWHERE,
        start: 0,
        end: 0,
    };

    /// The bytes `start..end` of `source`.
    pub const fn new(source: SourceId, start: u32, end: u32) -> Self {
        Span { source, start, end }
    }

    /// Whether the value was never written in a file.
    pub fn is_nowhere(self) -> bool {
        self.source == SourceId::NOWHERE
    }
}

/// A place as editors count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

#[derive(Debug)]
struct Source {
    path: String,
    text: Arc<str>,
    // Most files are never asked for a position, so the line starts wait for the first question.
    lines: OnceLock<Vec<u32>>,
}

/// All loaded texts under their display paths.
#[derive(Debug, Default)]
pub struct Sources {
    all: Vec<Source>,
}

impl Sources {
    /// Keeps a text; `path` is what diagnostics show.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<Arc<str>>) -> SourceId {
        let id = u32::try_from(self.all.len()).map_or(SourceId::NOWHERE, SourceId);
        self.all.push(Source {
            path: path.into(),
            text: text.into(),
            lines: OnceLock::new(),
        });
        id
    }

    /// The ids of all sources, in the order in which they were added.
    pub fn ids(&self) -> impl Iterator<Item = SourceId> + use<> {
        (0..u32::try_from(self.all.len()).unwrap_or(u32::MAX)).map(SourceId)
    }

    fn get(&self, id: SourceId) -> Option<&Source> {
        self.all.get(usize::try_from(id.0).ok()?)
    }

    /// The display path as it was given; empty for [`SourceId::NOWHERE`].
    pub fn path(&self, id: SourceId) -> &str {
        self.get(id).map_or("", |source| &source.path)
    }

    /// The whole text; empty for [`SourceId::NOWHERE`].
    pub fn text(&self, id: SourceId) -> &str {
        self.get(id).map_or("", |source| &source.text)
    }

    /// Line and column of the start of `span`; line 1, column 1 for [`Span::NOWHERE`].
    pub fn position(&self, span: Span) -> Position {
        let (line, start) = self.line_at(span.source, span.start);
        let text = self.text(span.source);
        let at = text.floor_char_boundary(span.start as usize);
        let before = text.get(start..at).unwrap_or("");
        // The byte order mark is no character that an editor counts.
        let column = before
            .chars()
            .filter(|&character| character != '\u{feff}')
            .count();
        Position {
            line,
            column: u32::try_from(column + 1).unwrap_or(u32::MAX),
        }
    }

    /// `groups.yaml:12:3`; the bare path for a source without text, empty for [`Span::NOWHERE`].
    pub fn locate(&self, span: Span) -> String {
        if span.is_nowhere() {
            return String::new();
        }
        let Position { line, column } = self.position(span);
        format!("{}:{line}:{column}", self.path(span.source))
    }

    /// `groups.yaml:12`; empty for [`Span::NOWHERE`].
    pub fn line_ref(&self, span: Span) -> String {
        if span.is_nowhere() {
            return String::new();
        }
        format!(
            "{}:{}",
            self.path(span.source),
            self.line_at(span.source, span.start).0
        )
    }

    /// The number, from 1, and the first byte of the line that holds `offset`.
    pub(super) fn line_at(&self, id: SourceId, offset: u32) -> (u32, usize) {
        let Some(source) = self.get(id) else { return (1, 0) };
        let lines = source.lines.get_or_init(|| line_starts(&source.text));
        let index = lines.partition_point(|&start| start <= offset).max(1);
        let start = lines.get(index - 1).map_or(0, |&start| start as usize);
        (u32::try_from(index).unwrap_or(u32::MAX), start)
    }
}

fn line_starts(text: &str) -> Vec<u32> {
    let breaks = text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n');
    std::iter::once(0)
        .chain(breaks.filter_map(|(at, _)| u32::try_from(at + 1).ok()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_from_one() {
        let mut sources = Sources::default();
        let id = sources.add("a.yaml", "\u{feff}größe: 1\r\nb: 2\n");
        let cases = [
            (0, "a.yaml:1:1"),
            (3, "a.yaml:1:1"),
            (10, "a.yaml:1:6"),
            (15, "a.yaml:2:1"),
            (99, "a.yaml:3:1"),
        ];
        for (start, expected) in cases {
            assert_eq!(
                sources.locate(Span::new(id, start, start)),
                expected,
                "byte {start}"
            );
        }
        assert_eq!(sources.line_ref(Span::new(id, 15, 16)), "a.yaml:2");
    }

    #[test]
    fn nowhere_is_harmless() {
        let sources = Sources::default();
        assert_eq!(sources.locate(Span::NOWHERE), "");
        assert_eq!(sources.position(Span::NOWHERE), Position { line: 1, column: 1 });
    }
}
