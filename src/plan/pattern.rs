//! Which changes are meant: patterns over addresses such as `group.Team A`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A pattern over addresses: `*` stands for any text, also none, `?` for one character, everything else for itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pattern(String);

impl Pattern {
    /// Whether an address fits, as a whole and in the case in which it is written.
    pub fn matches(&self, address: &str) -> bool {
        let (pattern, address): (Vec<char>, Vec<char>) =
            (self.0.chars().collect(), address.chars().collect());
        let (mut at, mut read) = (0, 0);
        // The last star, and up to where it reaches so far: there is never more to take back than that.
        let mut star: Option<(usize, usize)> = None;
        while read < address.len() {
            match pattern.get(at) {
                Some('*') => {
                    star = Some((at, read));
                    at += 1;
                    continue;
                }
                Some(letter) if *letter == '?' || *letter == address[read] => {
                    at += 1;
                    read += 1;
                    continue;
                }
                Some(_) | None => {}
            }
            let Some((begin, reach)) = star else { return false };
            star = Some((begin, reach + 1));
            (at, read) = (begin + 1, reach + 1);
        }
        pattern[at..].iter().all(|letter| *letter == '*')
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Pattern {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which of all changes are meant. The empty selection means all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// Changes that fit one of these are meant; without any, all are.
    pub only: Vec<Pattern>,
    /// Changes that fit one of these are not meant, whatever else they fit.
    pub exclude: Vec<Pattern>,
}

impl Selection {
    /// Whether everything is meant.
    pub fn is_empty(&self) -> bool {
        self.only.is_empty() && self.exclude.is_empty()
    }

    /// Whether the object that has these addresses is meant.
    pub fn picks(&self, addresses: &[String]) -> bool {
        let fits = |pattern: &Pattern| addresses.iter().any(|address| pattern.matches(address));
        (self.only.is_empty() || self.only.iter().any(fits)) && self.excluded_by(addresses).is_none()
    }

    /// The pattern that leaves out the object that has these addresses.
    pub fn excluded_by(&self, addresses: &[String]) -> Option<&Pattern> {
        self.exclude
            .iter()
            .find(|pattern| addresses.iter().any(|address| pattern.matches(address)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits() {
        for (pattern, address, fits) in [
            ("group.Team A", "group.Team A", true),
            ("group.Team A", "group.Team AB", false),
            ("group.Team A", "group.team a", false),
            ("group.Team", "group.Team A", false),
            ("role.*", "role.Sales", true),
            ("role.*", "role.", true),
            ("role.*", "profile.Sales", false),
            ("*", "user.anna", true),
            ("", "user.anna", false),
            ("*.Team ?", "group.Team A", true),
            ("*.Team ?", "group.Team ", false),
            ("user.J?rg", "user.Jörg", true),
            (
                "sharing_rule.Leads:*",
                "sharing_rule.Leads: everyone → group A",
                true,
            ),
            ("*→ group A", "sharing_rule.Leads: everyone → group A", true),
            ("*group*B", "sharing_rule.Leads: group A → group B", true),
            ("*group*B", "sharing_rule.Leads: group B → group A", false),
            ("a*ab", "aab", true),
            ("a*ab", "ab", false),
            ("**", "", true),
        ] {
            assert_eq!(
                Pattern::from(pattern).matches(address),
                fits,
                "{pattern} on {address}"
            );
        }
    }

    #[test]
    fn exclude_has_the_last_word() {
        let selection = Selection {
            only: vec![Pattern::from("role.*")],
            exclude: vec![Pattern::from("*.Sales")],
        };
        let picks = |address: &str| selection.picks(&[address.to_owned()]);
        assert!(picks("role.Support"));
        assert!(!picks("role.Sales"));
        assert!(!picks("group.Support"));
        assert!(Selection::default().picks(&["group.Support".to_owned()]));
    }
}
