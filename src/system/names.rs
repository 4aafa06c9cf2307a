//! When two spellings are one name.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::Compare;

impl Compare {
    /// The form in which two spellings of one name are equal.
    pub fn fold(self, name: &str) -> Cow<'_, str> {
        match self {
            Self::Exact => Cow::Borrowed(name),
            Self::IgnoreCase if is_plain_lower(name) => Cow::Borrowed(name),
            Self::IgnoreCaseAndAccents if is_plain_lower(name) => Cow::Borrowed(name),
            // Most names have no accents to take off, and the tables for those that have are slow.
            Self::IgnoreCase | Self::IgnoreCaseAndAccents if name.is_ascii() => {
                Cow::Owned(name.to_ascii_lowercase())
            }
            Self::IgnoreCase => Cow::Owned(name.to_lowercase()),
            Self::IgnoreCaseAndAccents => Cow::Owned(
                name.nfd()
                    .filter(|letter| !is_combining_mark(*letter))
                    .flat_map(char::to_lowercase)
                    // utf8_general_ci knows no expansions: one letter stands for one letter.
                    .map(|letter| if letter == 'ß' { 's' } else { letter })
                    .collect(),
            ),
        }
    }

    /// Whether two spellings are one name.
    pub fn same(self, left: &str, right: &str) -> bool {
        left == right || self.fold(left) == self.fold(right)
    }
}

fn is_plain_lower(name: &str) -> bool {
    name.bytes()
        .all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::Compare::{Exact, IgnoreCase, IgnoreCaseAndAccents};

    #[test]
    fn spellings_of_one_name() {
        for (compare, left, right, same) in [
            (Exact, "Sales", "sales", false),
            (Exact, "Sales", "Sales", true),
            (IgnoreCase, "SALES", "sales", true),
            (IgnoreCase, "Müller", "muller", false),
            (IgnoreCaseAndAccents, "Müller", "MULLER", true),
            (IgnoreCaseAndAccents, "Straße", "strase", true),
            (IgnoreCaseAndAccents, "Straße", "strasse", false),
            (IgnoreCaseAndAccents, "Ä", "a", true),
        ] {
            assert_eq!(compare.same(left, right), same, "{compare:?} {left} {right}");
        }
    }
}
