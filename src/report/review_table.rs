//! What is to be certified of people, as a table, written person by person.
//!
//! There are many people and few ways: what is said of a way into a group is put together once.

use std::io::{self, Write};

use super::csv::{line, push_cell};
use super::review::{DECISION_COLUMNS, administrator, written_in};
use super::ways::way_steps;
use crate::access::{Ability, Held, PersonReview, Step, Through};

/// Writes the decisions about people: a line for each, with an empty column for the answer.
#[derive(Debug, Default)]
pub struct PeopleTable {
    /// The line about each way without the person, by the number of the way.
    ways: Vec<Option<Box<str>>>,
    text: String,
}

impl PeopleTable {
    /// Writes the columns' names.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn header(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.text.clear();
        line(&mut self.text, DECISION_COLUMNS.into_iter());
        out.write_all(self.text.as_bytes())
    }

    /// Writes what is to be certified of a person. What follows from it is not: it goes with the role, the group, the
    /// rule.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn person(&mut self, person: &PersonReview<'_>, out: &mut dyn Write) -> io::Result<()> {
        self.text.clear();
        let name = person.user.as_str();
        let user = format!("user {name}");
        let text = &mut self.text;
        let row = |text: &mut String, cells: [&str; 4]| {
            line(text, [name].into_iter().chain(cells).chain([""]));
        };
        if let Some(role) = &person.role {
            row(text, ["role", role.as_str(), "", &user]);
        }
        if let Some(by) = person.administrator {
            let by = administrator(by);
            row(text, ["administrator", "administrator in effect", &by, &user]);
        }
        let mut begin = String::new();
        push_cell(&mut begin, name);
        for held in &person.groups {
            text.push_str(&begin);
            if is_by_primary_group(held) {
                text.push_str(&group_line(person, held));
                continue;
            }
            if self.ways.len() <= held.number {
                self.ways.resize_with(held.number + 1, || None);
            }
            let known = &mut self.ways[held.number];
            text.push_str(known.get_or_insert_with(|| group_line(person, held).into_boxed_str()));
        }
        for group in &person.leads {
            let source = format!("group {group}");
            row(text, ["head", group.as_str(), "head or deputy", &source]);
        }
        for rule in &person.rules {
            let rule = rule.to_string();
            row(text, ["rule", &rule, "by name", &format!("rule {rule}")]);
        }
        let source = person
            .role
            .as_ref()
            .map_or(user.clone(), |role| format!("role {role}"));
        for had in person.had.iter().filter(|had| had.sensitive) {
            let Ability::Permission(permission) = had.ability else {
                continue;
            };
            let level = had.level.map_or("", crate::model::Level::as_str);
            row(text, ["permission", permission.as_str(), level, &source]);
        }
        out.write_all(text.as_bytes())
    }
}

/// The line about a group that a person is in, from behind the person's name on.
fn group_line(person: &PersonReview<'_>, held: &Held<'_>) -> String {
    let source = written_in(person.user, held.group, held.way);
    let mut text = String::from(",");
    let way = way_steps(held.way);
    line(
        &mut text,
        ["group", held.group.as_str(), &way, &source, ""].into_iter(),
    );
    text
}

/// Whether the user is the place where a membership is written: then the line is about that user alone.
fn is_by_primary_group(held: &Held<'_>) -> bool {
    held.way.iter().any(|step| {
        matches!(
            step,
            Step::Group {
                through: Through::PrimaryGroup,
                ..
            }
        )
    })
}
