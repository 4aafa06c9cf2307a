//! Patterns of names.

use std::fmt;

use crate::system::System;

/// A pattern of names: `*` stands for any characters, `?` for one. What the system takes for one name, the pattern does
/// too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    written: String,
    folded: Vec<char>,
}

impl Pattern {
    /// The pattern that is written.
    pub fn new(written: &str, system: &System) -> Self {
        Self {
            written: written.to_owned(),
            folded: system.fold(written).chars().collect(),
        }
    }

    /// Whether it stands for one name only.
    pub fn is_name(&self) -> bool {
        !self.written.contains(['*', '?'])
    }

    /// Whether a name fits.
    pub fn fits(&self, name: &str, system: &System) -> bool {
        let name: Vec<char> = system.fold(name).chars().collect();
        let (mut at, mut of) = (0, 0);
        // Where to go on when what follows the last `*` does not fit: the place after it, and the first character
        // that it may still take.
        let mut again: Option<(usize, usize)> = None;
        while at < name.len() {
            match self.folded.get(of) {
                Some('*') => {
                    of += 1;
                    again = Some((of, at));
                }
                Some(wanted) if *wanted == '?' || *wanted == name[at] => {
                    of += 1;
                    at += 1;
                }
                Some(_) | None => {
                    let Some((after, from)) = again else {
                        return false;
                    };
                    of = after;
                    at = from + 1;
                    again = Some((after, at));
                }
            }
        }
        self.folded[of..].iter().all(|rest| *rest == '*')
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}
