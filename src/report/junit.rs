//! Access tests and policy as JUnit XML, which CI systems show.
//!
//! A suite for each file, a case for each test or rule. The XML is small enough to be written by hand; what matters is
//! that no name can break it.

use std::fmt::Write as _;

use super::judged::{JudgedReport, PolicyRuleReport, TestReport};

/// One case of a suite.
struct Case<'a> {
    name: &'a str,
    file: &'a str,
    line: u32,
    /// What went wrong; the first line is the message.
    failure: Option<Vec<String>>,
}

/// The report as JUnit XML.
pub fn junit(report: &JudgedReport) -> String {
    let tests = report.tests.iter().map(of_test);
    let cases: Vec<Case<'_>> = tests.chain(report.policy.iter().map(of_rule)).collect();
    let failures = |cases: &[Case<'_>]| cases.iter().filter(|case| case.failure.is_some()).count();
    let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    // Writing to a string does not fail.
    let _ = writeln!(
        xml,
        "<testsuites name=\"rolecall\" tests=\"{}\" failures=\"{}\" errors=\"0\">",
        cases.len(),
        failures(&cases)
    );
    for suite in cases.chunk_by(|left, right| left.file == right.file) {
        let file = suite.first().map_or("", |case| case.file);
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{0}\" file=\"{0}\" tests=\"{1}\" failures=\"{2}\" errors=\"0\" skipped=\"0\">",
            escaped(file),
            suite.len(),
            failures(suite)
        );
        for case in suite {
            write_case(&mut xml, case);
        }
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn of_test(test: &TestReport) -> Case<'_> {
    Case {
        name: &test.name,
        file: &test.file,
        line: test.line,
        failure: (!test.passed).then(|| test.lines()),
    }
}

fn of_rule(rule: &PolicyRuleReport) -> Case<'_> {
    Case {
        name: &rule.name,
        file: &rule.file,
        line: rule.line,
        failure: (!rule.passed).then(|| rule.lines()),
    }
}

fn write_case(xml: &mut String, case: &Case<'_>) {
    let class = [".access.yaml", ".access.yml", ".yaml", ".yml"]
        .iter()
        .find_map(|end| case.file.strip_suffix(end));
    let class = class.unwrap_or(case.file).replace('/', ".");
    let _ = write!(
        xml,
        "    <testcase name=\"{}\" classname=\"{}\" file=\"{}\" line=\"{}\"",
        escaped(case.name),
        escaped(&class),
        escaped(case.file),
        case.line
    );
    let Some(lines) = &case.failure else {
        xml.push_str("/>\n");
        return;
    };
    let message = lines.first().map_or("", String::as_str);
    let _ = writeln!(
        xml,
        ">\n      <failure message=\"{}\" type=\"access\">{}</failure>\n    </testcase>",
        escaped(message),
        escaped(&lines.join("\n"))
    );
}

/// A text within an attribute or element. What XML 1.0 has no way to write becomes U+FFFD; line ends survive as
/// references, because parsers turn bare ones in attributes into blanks.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\n' | '\r' | '\t' => {
                let _ = write!(escaped, "&#{};", u32::from(character));
            }
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::judged::{JudgedTotals, RefusedReport};

    #[test]
    fn nothing_breaks_out_of_its_place() {
        for (text, expected) in [
            ("plain", "plain"),
            (
                "a & b <c> \"d\" 'e'",
                "a &amp; b &lt;c&gt; &quot;d&quot; &apos;e&apos;",
            ),
            ("a\nb\tc\rd", "a&#10;b&#9;c&#13;d"),
            ("\u{0}\u{1b}[31m\u{ffff}", "\u{fffd}\u{fffd}[31m\u{fffd}"),
            ("ä → 𝄞", "ä → 𝄞"),
        ] {
            assert_eq!(escaped(text), expected);
        }
    }

    #[test]
    fn a_suite_for_each_file() {
        let test = |name: &str, file: &str, line, passed: bool| TestReport {
            name: name.into(),
            file: file.into(),
            line,
            passed,
            allowed: Vec::new(),
            more_allowed: 0,
            refused: (!passed)
                .then(|| RefusedReport {
                    user: "anna".into(),
                    ability: "view Leads".into(),
                    owner: None,
                    reason: "role <Rep> does not permit it".into(),
                })
                .into_iter()
                .collect(),
            more_refused: 0,
        };
        let report = JudgedReport {
            format_version: "1.0",
            system: "berlicrm".into(),
            state: "manifests over local".into(),
            tests: vec![
                test("one", "access/a.access.yaml", 3, true),
                test("\"two\"", "access/a.access.yaml", 5, false),
                test("three", "b.access.yml", 2, true),
            ],
            policy: Vec::new(),
            totals: JudgedTotals::default(),
        };
        insta::assert_snapshot!(junit(&report), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="rolecall" tests="3" failures="1" errors="0">
          <testsuite name="access/a.access.yaml" file="access/a.access.yaml" tests="2" failures="1" errors="0" skipped="0">
            <testcase name="one" classname="access.a" file="access/a.access.yaml" line="3"/>
            <testcase name="&quot;two&quot;" classname="access.a" file="access/a.access.yaml" line="5">
              <failure message="anna may not, and must: view Leads" type="access">anna may not, and must: view Leads&#10;  role &lt;Rep&gt; does not permit it</failure>
            </testcase>
          </testsuite>
          <testsuite name="b.access.yml" file="b.access.yml" tests="1" failures="0" errors="0" skipped="0">
            <testcase name="three" classname="b" file="b.access.yml" line="2"/>
          </testsuite>
        </testsuites>
        "#);
    }
}
