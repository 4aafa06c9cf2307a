//! Names: a small pool, so that cases share them, with the ones that go wrong in it.

use rolecall::system::{NameFormat, System};

use super::Tape;

/// Names of roles, profiles and groups. Some mean something else in YAML, in SQL or in a shell, some need more
/// than ASCII, some are near to each other.
const POOL: [&str; 24] = [
    "Sales",
    "Support",
    "no",
    "1.5",
    "日本",
    "Ärger & Söhne",
    "it's",
    "say \"hi\"",
    "Team: North",
    "null",
    "~",
    "# none",
    "- dash",
    "a'; DROP TABLE roles; --",
    "{curly}",
    "[square]",
    "back\\slash",
    "Straße",
    "%_",
    "Sales Manager",
    "sales  rep",
    "é",
    "🙂",
    "*",
];

/// Login names of users.
pub(super) const USERS: [&str; 6] = ["anna", "Ben.O'Neill", "søren@example.com", "no", "42", "李"];

/// Modules that an installation may add where modules are open.
pub(super) const MODULES: [&str; 3] = ["Projects", "Ärzte: alle", "2024"];

/// Fields that an installation or a right may name where fields are open.
pub(super) const FIELDS: [&str; 3] = ["cf_800", "größe", "no"];

/// Free texts.
pub(super) const TEXTS: [&str; 5] = [
    "",
    "Field sales, north",
    "two\nlines",
    "'quoted': \"yes\"",
    " äöü ",
];

/// A name that the format allows and that is no other spelling of a taken one.
pub(super) fn fresh(
    tape: &mut Tape,
    system: &System,
    format: &NameFormat,
    taken: &[impl AsRef<str>],
) -> Option<&'static str> {
    let free = POOL.iter().copied().filter(|name| {
        is_allowed(name, format)
            && taken
                .iter()
                .all(|other| system.fold(other.as_ref()) != system.fold(name))
    });
    tape.pick(free)
}

fn is_allowed(name: &str, format: &NameFormat) -> bool {
    name.chars().count() <= format.max_length_characters as usize
        && !format.forbidden.iter().any(|text| name.contains(text.as_str()))
        && !format
            .forbidden_start
            .iter()
            .any(|text| name.starts_with(text.as_str()))
}
