//! What day it is: read here and nowhere else, and handed down as a value.

use clap::Args;

use crate::model::Date;

/// For which day a command judges.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct Day {
    /// The day for which to judge what expires, also exceptions of a policy; without it the present day in UTC
    #[arg(long, value_name = "DATE")]
    today: Option<Date>,
}

impl Day {
    /// The day that the user names, or the present one.
    pub(super) fn or(self, present: Date) -> Date {
        self.today.unwrap_or(present)
    }
}

/// The present day in UTC.
pub(super) fn present_day() -> Date {
    Date::of(jiff::Timestamp::now())
}
