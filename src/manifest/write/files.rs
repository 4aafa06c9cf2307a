//! Names of manifest files.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

/// The longest file name without its ending and a number.
const LONGEST: usize = 70;

/// Names that Windows refuses, with any ending.
const RESERVED: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
    "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// File names of one folder, each given away once.
#[derive(Debug, Default)]
pub(super) struct FileNames(BTreeSet<String>);

impl FileNames {
    /// A file name for an object of some kind.
    pub(super) fn name(&mut self, kind: &str, object: &str) -> String {
        let mut slug = slug(object);
        if slug.is_empty() {
            slug = kind.to_owned();
        } else if RESERVED.contains(&slug.as_str()) {
            slug = format!("{kind}-{slug}");
        }
        let mut name = slug.clone();
        let mut number = 2;
        while !self.0.insert(name.clone()) {
            name = format!("{slug}-{number}");
            number += 1;
        }
        format!("{name}.yaml")
    }
}

/// Small letters, digits and dashes of a name; accents are dropped, everything else parts words.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name
        .nfd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
    {
        if slug.len() >= LONGEST {
            break;
        }
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_object_gets_a_file_that_every_platform_can_hold() {
        let mut names = FileNames::default();
        for (object, file) in [
            ("Team A", "team-a.yaml"),
            ("team a", "team-a-2.yaml"),
            ("Team-A-2", "team-a-2-2.yaml"),
            ("  Müller & Söhne  ", "muller-sohne.yaml"),
            ("CON", "group-con.yaml"),
            ("../../etc", "etc.yaml"),
            ("営業", "group.yaml"),
            ("🦀", "group-2.yaml"),
        ] {
            assert_eq!(names.name("group", object), file);
        }
        let long = "word ".repeat(60);
        for _ in 0..3 {
            assert!(names.name("group", &long).len() <= 80);
        }
    }
}
