//! Answers to questions about access: columns for people, one envelope for programs.

use serde::Serialize;

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
