//! Which plain words are not text: the core schema of YAML 1.2, minus what would spoil names and phone numbers.
//!
//! `no`, `yes` and `on` are text, as the core schema has it. Text are also, other than there: digits with a leading
//! zero (`007`), anything with a leading plus (`+4930123456`), integers beyond 64 bits, and `.inf` and `.nan`.

use std::borrow::Cow;

use super::Value;

/// The value of a plain (unquoted) scalar.
pub(super) fn plain(text: Cow<'_, str>) -> Value {
    known(&text).unwrap_or_else(|| Value::Text(text.into()))
}

fn known(text: &str) -> Option<Value> {
    match text.as_bytes().first() {
        None => Some(Value::Null),
        Some(b'~' | b'n' | b'N') => matches!(text, "~" | "null" | "Null" | "NULL").then_some(Value::Null),
        Some(b't' | b'T') => matches!(text, "true" | "True" | "TRUE").then_some(Value::Bool(true)),
        Some(b'f' | b'F') => matches!(text, "false" | "False" | "FALSE").then_some(Value::Bool(false)),
        Some(b'0'..=b'9' | b'-' | b'.') => number(text),
        Some(_) => None,
    }
}

fn number(text: &str) -> Option<Value> {
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let whole = leading_digits(unsigned);
    if whole > 1 && unsigned.starts_with('0') {
        return None;
    }
    if whole == unsigned.len() {
        return text.parse().ok().map(Value::Integer);
    }
    is_float(unsigned, whole)
        .then(|| text.parse().ok())
        .flatten()
        .filter(|float: &f64| float.is_finite())
        .map(Value::Float)
}

fn radix(digits: &str, radix: u32) -> Option<Value> {
    // from_str_radix would take a sign as well.
    let plain = digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
    plain
        .then(|| i64::from_str_radix(digits, radix).ok())
        .flatten()
        .map(Value::Integer)
}

fn leading_digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// `[0-9]* (\. [0-9]*)? ([eE] [-+]? [0-9]+)?` with at least one digit before the exponent.
fn is_float(unsigned: &str, whole: usize) -> bool {
    let mut rest = &unsigned[whole..];
    let mut digits = whole;
    if let Some(after) = rest.strip_prefix('.') {
        let fraction = leading_digits(after);
        digits += fraction;
        rest = &after[fraction..];
    }
    if digits == 0 {
        return false;
    }
    let Some(exponent) = rest.strip_prefix(['e', 'E']) else {
        return rest.is_empty();
    };
    let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    !exponent.is_empty() && leading_digits(exponent) == exponent.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_words_follow_the_core_schema() {
        use Value::{Bool, Float, Integer, Null};
        let cases = [
            ("", Null),
            ("~", Null),
            ("null", Null),
            ("NULL", Null),
            ("true", Bool(true)),
            ("False", Bool(false)),
            ("0", Integer(0)),
            ("-12", Integer(-12)),
            ("0x1F", Integer(31)),
            ("0o17", Integer(15)),
            ("9223372036854775807", Integer(i64::MAX)),
            ("1.5", Float(1.5)),
            (".5", Float(0.5)),
            ("1.", Float(1.0)),
            ("1e3", Float(1000.0)),
            ("-0.25E-2", Float(-0.0025)),
        ];
        for (text, expected) in cases {
            assert_eq!(plain(text.into()), expected, "{text}");
        }
    }

    #[test]
    fn names_and_phone_numbers_stay_text() {
        let words = [
            "no",
            "yes",
            "on",
            "off",
            "y",
            "n",
            "nULL",
            "tRue",
            "010",
            "007",
            "-01",
            "+4930123456",
            "+1.5",
            "0x",
            "0xfg",
            "0x-1",
            "0o8",
            "9223372036854775808",
            "1e999",
            ".inf",
            "-.inf",
            ".nan",
            ".",
            "-",
            "-.",
            "1.2.3",
            "1e",
            "1e+",
            "1_000",
            "12:30",
            "2026-11-21",
            ".e5",
            "-e5",
        ];
        for word in words {
            assert_eq!(plain(word.into()), Value::Text(word.into()), "{word}");
        }
    }
}
