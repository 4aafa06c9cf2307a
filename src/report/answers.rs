//! Answers to questions about access: columns for people, one envelope for programs.

use std::cell::Cell;
use std::io;

use serde::{Serialize, Serializer};

use super::FORMAT_VERSION;
use super::layout::width;

/// What every answer begins with.
#[derive(Serialize)]
struct Envelope<'a, A> {
    format_version: &'static str,
    /// What was asked: where the state is from.
    state: &'a str,
    #[serde(flatten)]
    answer: &'a A,
}

/// An answer as JSON, with a line break at the end.
pub fn answer_json<A: Serialize>(state: &str, answer: &A) -> String {
    let envelope = Envelope {
        format_version: FORMAT_VERSION,
        state,
        answer,
    };
    // Every key is text, so this cannot fail. If it did, no JSON at all would be better than a part of it.
    let mut text = serde_json::to_string_pretty(&envelope).unwrap_or_default();
    text.push('\n');
    text
}

/// An answer as JSON, written as it comes.
///
/// # Errors
/// When the writer fails.
pub fn write_answer_json<A: Serialize>(state: &str, answer: &A, out: &mut dyn io::Write) -> io::Result<()> {
    let envelope = Envelope {
        format_version: FORMAT_VERSION,
        state,
        answer,
    };
    serde_json::to_writer_pretty(&mut *out, &envelope)?;
    out.write_all(b"\n")
}

/// A list whose members are made one after the other while they are written, and written once.
pub struct InTurn<I>(Cell<Option<I>>);

impl<I> std::fmt::Debug for InTurn<I> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InTurn").finish_non_exhaustive()
    }
}

impl<I> InTurn<I> {
    /// The list of what comes.
    pub fn new(members: I) -> Self {
        Self(Cell::new(Some(members)))
    }
}

impl<I: Iterator<Item: Serialize>> Serialize for InTurn<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.take().into_iter().flatten())
    }
}

/// A title and rows in columns, each column as wide as it needs to be. Cells are safe for a terminal already.
pub fn columns(title: &str, rows: Vec<Vec<String>>) -> String {
    let mut widths: Vec<usize> = Vec::new();
    for row in &rows {
        for (at, cell) in row.iter().enumerate() {
            let wide = width(cell);
            match widths.get_mut(at) {
                Some(known) => *known = (*known).max(wide),
                None => widths.push(wide),
            }
        }
    }
    let mut text = format!("{title}\n");
    for row in rows {
        let mut line = String::from(" ");
        let last = row.len().saturating_sub(1);
        for (at, cell) in row.iter().enumerate() {
            line.push(' ');
            line.push_str(cell);
            if at < last {
                line.push_str(&" ".repeat(widths[at] - width(cell) + 1));
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
