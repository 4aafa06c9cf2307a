//! A day of the calendar.

use std::fmt;
use std::str::FromStr;

/// A day of the calendar, in UTC, from 0000-01-01 to 9999-12-31.
///
/// Kept as its text, `2026-12-31`, which orders as days do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day([u8; 10]);

/// A text that is no day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a day such as 2026-12-31")]
pub struct NoDay;

/// Seconds in a day; leap seconds are no seconds of Unix time.
const DAY_SECONDS: u64 = 86_400;

impl Day {
    /// The day on which a moment lies, given in seconds since 1970-01-01T00:00Z; the last day of 9999 for anything
    /// after it.
    pub fn of_unix_seconds(seconds: u64) -> Self {
        let mut left = seconds / DAY_SECONDS;
        let mut year = 1970;
        while year < 10_000 {
            let length = if is_leap(year) { 366 } else { 365 };
            if left < length {
                break;
            }
            left -= length;
            year += 1;
        }
        if year == 10_000 {
            return Self(*b"9999-12-31");
        }
        let mut month = 1;
        while left >= u64::from(days_in(year, month)) {
            left -= u64::from(days_in(year, month));
            month += 1;
        }
        let text = format!("{year:04}-{month:02}-{:02}", left + 1);
        text.parse().unwrap_or(Self(*b"9999-12-31"))
    }
}

fn is_leap(year: u32) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

impl FromStr for Day {
    type Err = NoDay;

    fn from_str(text: &str) -> Result<Self, NoDay> {
        let bytes: [u8; 10] = text.as_bytes().try_into().map_err(|_| NoDay)?;
        let number = |range: std::ops::Range<usize>| {
            bytes[range].iter().try_fold(0u32, |number, byte| {
                byte.is_ascii_digit()
                    .then(|| number * 10 + u32::from(byte - b'0'))
            })
        };
        let dashes = bytes[4] == b'-' && bytes[7] == b'-';
        match (number(0..4), number(5..7), number(8..10)) {
            (Some(year), Some(month), Some(day))
                if dashes && (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day) =>
            {
                Ok(Self(bytes))
            }
            (_, _, _) => Err(NoDay),
        }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|byte| write!(f, "{}", char::from(*byte)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_the_calendar_only() {
        for (text, is_day) in [
            ("2026-12-31", true),
            ("2024-02-29", true),
            ("2000-02-29", true),
            ("1900-02-29", false),
            ("2026-02-29", false),
            ("2026-04-31", false),
            ("2026-13-01", false),
            ("2026-00-01", false),
            ("2026-01-00", false),
            ("2026-1-01", false),
            ("26-01-01", false),
            ("2026/01/01", false),
            ("2026-01-0ä", false),
            ("", false),
        ] {
            assert_eq!(text.parse::<Day>().is_ok(), is_day, "{text}");
        }
    }

    #[test]
    fn order_and_text() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        assert!(day("2025-12-31") < day("2026-01-01"));
        assert_eq!(day("2026-12-31").to_string(), "2026-12-31");
    }

    #[test]
    fn moments_lie_on_days() {
        for (seconds, expected) in [
            (0, "1970-01-01"),
            (86_399, "1970-01-01"),
            (86_400, "1970-01-02"),
            (951_782_400, "2000-02-29"),
            (1_798_761_599, "2026-12-31"),
            (1_798_761_600, "2027-01-01"),
            (u64::MAX, "9999-12-31"),
        ] {
            assert_eq!(Day::of_unix_seconds(seconds).to_string(), expected);
        }
    }
}
