//! Diagnostics as text for people, in the look of rustc.

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::{Diagnostic, Severity, Sources, Span};

/// Lines longer than this many bytes are cut around the place before anything else looks at them.
const LONG_LINE: usize = 500;
/// Bytes shown on each side of a place in a line that is cut.
const AROUND: usize = 60;
/// Places this many lines apart or closer share an excerpt.
const NEAR: u32 = 30;

/// One diagnostic with its excerpts and hints, without a line break at the end. `width` is that of the terminal in
/// columns; `color` adds ANSI escapes.
pub fn render(diagnostic: &Diagnostic, sources: &Sources, color: bool, width: usize) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut group = Group::with_title(
        level
            .primary_title(&diagnostic.message)
            .id(diagnostic.code.as_str()),
    );
    for excerpt in excerpts(diagnostic, sources) {
        group = excerpt.add_to(group, sources);
    }
    for hint in &diagnostic.hints {
        group = group.element(Level::HELP.with_name("hint").message(hint));
    }
    let renderer = if color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let text = renderer.term_width(width.max(40)).render(&[group]);
    // An excerpt whose place is given apart from it has a separator without a path of its own.
    let lines: Vec<&str> = text.split('\n').filter(|line| !is_bare_separator(line)).collect();
    lines.join("\n")
}

/// Whether nothing but `:::` and colours are in the line.
fn is_bare_separator(line: &str) -> bool {
    let mut parts = line.split('\x1b');
    let first = parts.next().unwrap_or("");
    let rest = parts.map(|part| part.split_once('m').map_or(part, |(_, text)| text));
    let words = std::iter::once(first)
        .chain(rest)
        .map(str::trim)
        .filter(|part| !part.is_empty());
    words.eq([":::"])
}

struct Mark<'a> {
    span: Span,
    line: u32,
    label: &'a str,
    kind: AnnotationKind,
}

/// Places of one source that are shown together.
struct Excerpt<'a> {
    marks: Vec<Mark<'a>>,
}

fn excerpts<'a>(diagnostic: &'a Diagnostic, sources: &Sources) -> Vec<Excerpt<'a>> {
    let mark = |span: Span, label, kind| Mark {
        span,
        line: sources.line_at(span.source, span.start).0,
        label,
        kind,
    };
    let main = diagnostic.span.map(|span| {
        let own = diagnostic.labels.iter().find(|(each, _)| *each == span);
        mark(span, own.map_or("", |(_, text)| text), AnnotationKind::Primary)
    });
    let others = diagnostic
        .labels
        .iter()
        .filter(|(span, _)| Some(*span) != diagnostic.span);
    let mut all: Vec<Excerpt<'_>> = Vec::new();
    for mark in main
        .into_iter()
        .chain(others.map(|(span, text)| mark(*span, text, AnnotationKind::Context)))
    {
        let near = |other: &Mark<'_>| {
            other.span.source == mark.span.source && other.line.abs_diff(mark.line) <= NEAR
        };
        match all.iter_mut().find(|excerpt| excerpt.marks.iter().any(near)) {
            Some(excerpt) => excerpt.marks.push(mark),
            None => all.push(Excerpt { marks: vec![mark] }),
        }
    }
    all
}

impl<'a> Excerpt<'a> {
    fn add_to(&self, group: Group<'a>, sources: &'a Sources) -> Group<'a> {
        let Some(first) = self.marks.iter().min_by_key(|mark| mark.span.start) else {
            return group;
        };
        let last = self
            .marks
            .iter()
            .max_by_key(|mark| mark.span.start)
            .unwrap_or(first);
        let text = sources.text(first.span.source);
        let start = sources.line_at(first.span.source, first.span.start).1;
        let end = line_end(text, last.span.start as usize);
        let lines = text.get(start..end).unwrap_or("");
        if lines.split('\n').any(|line| line.len() > LONG_LINE) {
            return self
                .marks
                .iter()
                .fold(group, |group, mark| mark.add_cut_to(group, sources));
        }
        let annotations = self.marks.iter().map(|mark| {
            let (from, to) = mark.range(text);
            mark.annotate(from.saturating_sub(start), to.saturating_sub(start))
        });
        let snippet = Snippet::source(lines)
            .line_start(first.line as usize)
            .path(sources.path(first.span.source));
        group.element(snippet.annotations(annotations))
    }
}

impl<'a> Mark<'a> {
    /// The bytes to underline: the place as far as the end of its first line.
    fn range(&self, text: &str) -> (usize, usize) {
        let from = text.floor_char_boundary(self.span.start as usize);
        let to = (self.span.end as usize).min(line_end(text, from));
        (from, text.ceil_char_boundary(to).max(from))
    }

    fn annotate(&self, from: usize, to: usize) -> Annotation<'a> {
        let annotation = self.kind.span(from..to);
        if self.label.is_empty() {
            annotation
        } else {
            annotation.label(self.label)
        }
    }

    /// Shows only the surroundings of the place, but its true line and column.
    fn add_cut_to(&self, group: Group<'a>, sources: &'a Sources) -> Group<'a> {
        let text = sources.text(self.span.source);
        let line_start = sources.line_at(self.span.source, self.span.start).1;
        let (from, to) = self.range(text);
        let to = text.floor_char_boundary(to.min(from + 2 * AROUND));
        let cut_from = text.floor_char_boundary(from.saturating_sub(AROUND).max(line_start));
        let line_end = line_end(text, from);
        let cut_to = text.ceil_char_boundary((to + AROUND).min(line_end));
        let before = if cut_from > line_start { "..." } else { "" };
        let after = if cut_to < line_end { "..." } else { "" };
        let shown = format!("{before}{}{after}", text.get(cut_from..cut_to).unwrap_or(""));
        let shift = |at: usize| at - cut_from + before.len();
        let position = sources.position(self.span);
        let origin = Origin::path(sources.path(self.span.source)).line(position.line as usize);
        group
            .element(origin.char_column(position.column as usize))
            .element(
                Snippet::source(shown)
                    .line_start(self.line as usize)
                    .annotation(self.annotate(shift(from), shift(to))),
            )
    }
}

/// The end of the line that holds `at`, without its line break.
fn line_end(text: &str, at: usize) -> usize {
    let at = text.floor_char_boundary(at);
    let rest = text.get(at..).unwrap_or("");
    let line = rest.split('\n').next().unwrap_or("");
    at + line.strip_suffix('\r').unwrap_or(line).len()
}

#[cfg(test)]
mod tests {
    use super::super::{Code, SourceId};
    use super::*;

    fn sources(text: &str) -> (Sources, SourceId) {
        let mut sources = Sources::default();
        let id = sources.add("teams/groups.yaml", text);
        (sources, id)
    }

    #[test]
    fn shows_the_place_the_label_and_the_hint() {
        let (sources, id) = sources("groups:\n  Team A:\n    membrs: []\n");
        let found = Diagnostic::error(Code::UnknownKey, "unknown key `membrs`")
            .at(Span::new(id, 22, 28))
            .label(Span::new(id, 10, 16), "in this group")
            .hint("did you mean `members`?");
        insta::assert_snapshot!(render(&found, &sources, false, 100), @r"
        error[unknown-key]: unknown key `membrs`
         --> teams/groups.yaml:3:5
          |
        2 |   Team A:
          |   ------ in this group
        3 |     membrs: []
          |     ^^^^^^
          |
          = hint: did you mean `members`?
        ");
    }

    #[test]
    fn a_span_of_many_lines_is_underlined_on_the_first() {
        let (sources, id) = sources("a:\r\n  - x\r\n  - y\r\n");
        let found =
            Diagnostic::warning(Code::WrongType, "expected text, found a list").at(Span::new(id, 6, 16));
        insta::assert_snapshot!(render(&found, &sources, false, 100), @r"
        warning[wrong-type]: expected text, found a list
         --> teams/groups.yaml:2:3
          |
        2 |   - x
          |   ^^^
        ");
    }

    #[test]
    fn long_lines_are_cut_and_far_places_are_shown_apart() {
        let text = format!(
            "k: 1\n{}a: [{}oops, {}]\n",
            "x: 1\n".repeat(50),
            "w, ".repeat(1000),
            "w, ".repeat(1000)
        );
        let (sources, id) = sources(&text);
        let at = u32::try_from(text.find("oops").unwrap_or(0)).unwrap_or(0);
        let found = Diagnostic::error(Code::InvalidValue, "no")
            .at(Span::new(id, at, at + 4))
            .label(Span::new(id, 0, 1), "first");
        insta::assert_snapshot!(render(&found, &sources, false, 100), @r"
        error[invalid-value]: no
          --> teams/groups.yaml:52:3005
           |
        52 | ...w, w, w, w, w, w, w, w, w, w, w, w, w, w, w, w, w, w, w, w, oops, w, w, w, w, w, w, w, w,...
           |                                                                ^^^^
           |
          ::: teams/groups.yaml:1:1
           |
         1 | k: 1
           | - first
        ");
    }

    #[test]
    fn without_a_place_there_is_only_text() {
        let found = Diagnostic::note(Code::EmptyFile, "nothing here").hint("write something");
        insta::assert_snapshot!(render(&found, &Sources::default(), false, 100), @r"
        note[empty-file]: nothing here
         |
         = hint: write something
        ");
    }

    #[test]
    fn places_outside_the_text_do_no_harm() {
        let (sources, id) = sources("ä");
        for (start, end) in [(1, 1), (0, 1), (2, 2), (9, 99), (1, 0)] {
            let found = Diagnostic::error(Code::InvalidValue, "x").at(Span::new(id, start, end));
            assert!(render(&found, &sources, true, 0).contains("groups.yaml"));
        }
        let long = format!("a: {}", "x".repeat(1000));
        let (sources, id) = self::sources(&long);
        let found = Diagnostic::error(Code::InvalidValue, "x").at(Span::new(id, 3, 9999));
        assert!(!render(&found, &sources, true, 80).contains(":::"));
    }
}
