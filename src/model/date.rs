//! A day of the calendar. What today is, only `cli` knows.

use std::fmt;
use std::str::FromStr;

/// A day of the Gregorian calendar, in years 0 to 9999. Days begin and end in UTC.
///
/// Written as in ISO 8601, in full and with dashes: `2026-12-31`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(jiff::civil::Date);

/// Why a text is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// It is not written as four, two and two digits with dashes between.
    #[error("is not a date like 2026-12-31")]
    Form,
    /// No month has such a day, or no year such a month.
    #[error("is not a day of the calendar")]
    NoSuchDay,
}

impl Date {
    /// The pattern that every date fits. What fits may still be no day, such as the 30th of February.
    pub const PATTERN: &'static str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";

    /// The day on which it is this moment, in UTC.
    pub fn of(moment: jiff::Timestamp) -> Self {
        Self(jiff::tz::Offset::UTC.to_datetime(moment).date())
    }

    /// Whether what has this for its last day has ended on another. On the day itself it still holds.
    pub fn is_over(self, today: Self) -> bool {
        self < today
    }

    /// Days from this day to another; negative when that is earlier.
    pub fn days_until(self, other: Self) -> i32 {
        self.0.duration_until(other.0).as_hours() as i32 / 24
    }
}

impl FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        let number = |range: std::ops::Range<usize>| -> Result<i16, DateError> {
            let digits = text.get(range).ok_or(DateError::Form)?;
            // Parsing would take a sign as well.
            let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
            let number = plain.then(|| digits.parse().ok()).flatten();
            number.ok_or(DateError::Form)
        };
        let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
        if text.len() != 10 || text.get(4..5) != Some("-") || text.get(7..8) != Some("-") {
            return Err(DateError::Form);
        }
        // Two digits fit.
        let date = jiff::civil::Date::new(year, month as i8, day as i8);
        date.map(Self).map_err(|_| DateError::NoSuchDay)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.0;
        write!(f, "{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl serde::Serialize for Date {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Date {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let date = text.parse();
        date.map_err(|error| serde::de::Error::custom(format!("`{text}` {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_dates_of_the_calendar_are_dates() {
        for text in [
            "2026-12-31",
            "2024-02-29",
            "2000-02-29",
            "0000-01-01",
            "9999-12-31",
        ] {
            let date: Result<Date, _> = text.parse();
            assert_eq!(date.map(|date| date.to_string()), Ok(text.to_owned()));
        }
        let no_day = [
            "2026-02-30",
            "2026-02-29",
            "1900-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-04-31",
            "2026-01-00",
        ];
        for text in no_day {
            assert_eq!(text.parse::<Date>(), Err(DateError::NoSuchDay), "{text}");
        }
        let other_forms = [
            "",
            "2026",
            "2026-12",
            "20261231",
            "2026-12-3",
            "2026-12-031",
            "26-12-31",
            "+026-12-31",
            "-026-12-31",
            "2026/12/31",
            "2026-12-31 ",
            " 2026-12-31",
            "2026-12-31T00:00",
            "31.12.2026",
            "2026-+1-01",
            "２０２６-12-31",
            "tomorrow",
            "2026-1２-31",
            "ä026-12-31",
        ];
        for text in other_forms {
            assert_eq!(text.parse::<Date>(), Err(DateError::Form), "{text}");
        }
    }

    #[test]
    fn days_are_counted_across_months_and_leap_years() {
        let cases = [
            ("2026-12-24", "2026-12-31", 7),
            ("2026-12-31", "2026-12-31", 0),
            ("2027-01-01", "2026-12-31", -1),
            ("2026-12-31", "2027-01-01", 1),
            ("2024-02-28", "2024-03-01", 2),
            ("2026-02-28", "2026-03-01", 1),
            ("0000-01-01", "9999-12-31", 3_652_424),
        ];
        for (from, to, days) in cases {
            let day = |text: &str| {
                text.parse::<Date>()
                    .unwrap_or_else(|error| panic!("{text} {error}"))
            };
            assert_eq!(day(from).days_until(day(to)), days, "{from} {to}");
            assert_eq!(day(from).cmp(&day(to)), 0.cmp(&days), "{from} {to}");
        }
    }

    #[test]
    fn a_day_ends_at_midnight_in_utc() {
        let on = |text: &str| {
            let moment = text.parse().unwrap_or_else(|error| panic!("{error}"));
            Date::of(moment).to_string()
        };
        assert_eq!(on("2026-12-31T23:59:59Z"), "2026-12-31");
        assert_eq!(on("2027-01-01T00:00:00Z"), "2027-01-01");
        assert_eq!(on("2027-01-01T01:00:00+02:00"), "2026-12-31");
    }
}
