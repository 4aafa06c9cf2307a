//! Tables for spreadsheets, as RFC 4180 says: CRLF after each line, quotes where a cell needs them.
//!
//! A cell that a spreadsheet would take for a formula is given an apostrophe in front: names come from deployments,
//! and opening a table must not run what someone has named a group.

/// What a spreadsheet takes for the beginning of a formula, or skips on the way to one.
const FORMULA_STARTS: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\n'];

/// A table as text, the header first.
pub fn csv<'a>(header: &[&str], rows: impl IntoIterator<Item = &'a [String]>) -> String {
    let mut text = String::new();
    line(&mut text, header.iter().copied());
    for row in rows {
        line(&mut text, row.iter().map(String::as_str));
    }
    text
}

/// Adds a line of cells.
pub(super) fn line<'a>(text: &mut String, cells: impl Iterator<Item = &'a str>) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            text.push(',');
        }
        push_cell(text, cell);
    }
    text.push_str("\r\n");
}

/// Adds a cell as it stands in a line.
pub(super) fn push_cell(text: &mut String, cell: &str) {
    let apostrophe = if cell.starts_with(FORMULA_STARTS) { "'" } else { "" };
    if !cell.contains([',', '"', '\r', '\n']) {
        text.push_str(apostrophe);
        text.push_str(cell);
        return;
    }
    text.push('"');
    text.push_str(apostrophe);
    for character in cell.chars() {
        if character == '"' {
            text.push('"');
        }
        text.push(character);
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells() {
        for (cell, expected) in [
            ("", ""),
            ("anna", "anna"),
            ("two words", "two words"),
            ("a,b", "\"a,b\""),
            ("say \"so\"", "\"say \"\"so\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("two\r\nlines", "\"two\r\nlines\""),
            ("ä;ö", "ä;ö"),
            ("=1+1", "'=1+1"),
            ("+49 30", "'+49 30"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("\rx", "\"'\rx\""),
            ("\nx", "\"'\nx\""),
            ("=A1,\"B\"", "\"'=A1,\"\"B\"\"\""),
            ("a=b", "a=b"),
            ("'quoted", "'quoted"),
        ] {
            let mut text = String::new();
            push_cell(&mut text, cell);
            assert_eq!(text, expected, "{cell:?}");
        }
    }

    #[test]
    fn tables() {
        for (rows, expected) in [
            (vec![], "person,what\r\n"),
            (vec![["anna", "role"]], "person,what\r\nanna,role\r\n"),
            (vec![["", ""], ["a", ""]], "person,what\r\n,\r\na,\r\n"),
        ] {
            let rows: Vec<Vec<String>> = rows.iter().map(|row| row.map(str::to_owned).to_vec()).collect();
            let text = csv(&["person", "what"], rows.iter().map(Vec::as_slice));
            assert_eq!(text, expected);
        }
    }
}
