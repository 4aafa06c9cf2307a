//! Text in columns: how wide it is, how it wraps, and what must not reach a terminal.

use unicode_normalization::char::is_combining_mark;

/// The text with everything that could move the cursor or turn the reading direction made visible.
///
/// Names come from deployments and from pull requests: neither may paint a plan other than it is.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            _ if character.is_control() || is_hidden(character) => shown.extend(character.escape_unicode()),
            _ => shown.push(character),
        }
    }
    shown
}

/// Characters that show nothing themselves and change how others are read.
fn is_hidden(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{61c}'
            | '\u{200b}'
            | '\u{200e}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// How many columns the text takes, without escapes in it.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

fn columns(character: char) -> usize {
    match character {
        '\u{200d}' | '\u{fe00}'..='\u{fe0f}' => 0,
        _ if character.is_ascii() => 1,
        _ if is_combining_mark(character) => 0,
        // East Asian wide and full-width blocks, and pictographs.
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{303e}'
        | '\u{3041}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1f64f}'
        | '\u{1f900}'..='\u{1f9ff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

/// Puts pieces side by side, as many to a line as fit; one that is wider than a line has one to itself.
pub(super) fn wrap(pieces: &[String], columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut used = 0;
    for piece in pieces {
        let wide = width(piece);
        match lines.last_mut() {
            Some(line) if used + 1 + wide <= columns => {
                line.push(' ');
                line.push_str(piece);
                used += 1 + wide;
            }
            _ => {
                lines.push(piece.clone());
                used = wide;
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_paint_the_terminal() {
        assert_eq!(
            visible("a\u{1b}[2Kb\u{202e}c\nd\u{9b}é\u{200d}"),
            "a\\u{1b}[2Kb\\u{202e}c\\nd\\u{9b}é\u{200d}"
        );
    }

    #[test]
    fn width_counts_columns() {
        for (text, expected) in [
            ("Büro", 4),
            ("Bu\u{308}ro", 4),
            ("営業", 4),
            ("→ ~", 3),
            ("🔒", 2),
        ] {
            assert_eq!(width(text), expected, "{text}");
        }
    }

    #[test]
    fn wrapping_keeps_pieces_whole() {
        let pieces = ["aa,", "bb,", "much too long,", "c"].map(str::to_owned);
        assert_eq!(wrap(&pieces, 7), ["aa, bb,", "much too long,", "c"]);
    }
}
