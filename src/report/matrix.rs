//! The matrix of roles, modules and actions: a line per permitted action, and a grid per role for people.

use serde::Serialize;

use super::layout::{visible, width};
use super::ways::carriers;
use crate::access::{Ability, Extent, MatrixEntry, MatrixRow, Opening};
use crate::system::System;

/// How wide a grid may get, in columns.
const WIDE: usize = 100;

/// The level of a right that has none.
const ALLOW: &str = "allow";

/// One permitted action, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MatrixLine {
    /// The role; a group where rights come from groups, `head of` one where it is about heads.
    pub role: String,
    /// The module; for what belongs to none `permissions`, `services` or `roles`, and the area of an authorisation.
    pub module: String,
    /// The action.
    pub action: String,
    /// The level of the right, or the predefined level of authorisations; empty where there is none.
    pub level: String,
    /// `yes` for what is about nobody, `own`, `shared` or `everyone`.
    pub reach: &'static str,
    /// Who carries the right, and what makes it reach that far.
    pub through: String,
}

/// What is permitted in a row, in words.
pub fn matrix_lines(row: &MatrixRow, entries: &[MatrixEntry]) -> Vec<MatrixLine> {
    let line = |entry: &MatrixEntry| {
        let (module, action) = ability_place(&entry.ability);
        let level = entry.level.map(|level| level.as_str().to_owned());
        let preset = entry.preset.as_ref().map(ToString::to_string);
        let mut through = carriers(&entry.rights);
        through.extend(entry.openings.iter().map(opening));
        MatrixLine {
            role: row_name(row),
            module,
            action,
            level: preset.or(level).unwrap_or_default(),
            reach: extent(entry.extent),
            through: through.join("; "),
        }
    };
    entries.iter().map(line).collect()
}

fn row_name(row: &MatrixRow) -> String {
    match row {
        MatrixRow::Role(role) => role.to_string(),
        MatrixRow::Group(group) => group.to_string(),
        MatrixRow::Head(group) => format!("head of {group}"),
    }
}

/// Where an ability stands in tables: its module, or the catalogue it is of, and what it is called there.
pub fn ability_place(ability: &Ability) -> (String, String) {
    match ability {
        Ability::Action { module, action } => (module.to_string(), action.to_string()),
        Ability::Field { module, field, .. } => (module.to_string(), field.to_string()),
        Ability::Permission(id) => ("permissions".to_owned(), id.to_string()),
        Ability::Service(id) => ("services".to_owned(), id.to_string()),
        Ability::Role(role) => ("roles".to_owned(), role.to_string()),
        Ability::Authorisation { area, right } => (area.to_string(), right.to_string()),
    }
}

fn extent(extent: Extent) -> &'static str {
    match extent {
        Extent::Had => "yes",
        Extent::Own => "own",
        Extent::Shared => "shared",
        Extent::Everyone => "everyone",
    }
}

fn opening(opening: &Opening) -> String {
    match opening {
        Opening::SuperRole => "may do everything".to_owned(),
        Opening::Global(permission) => format!("{permission}, for every record"),
        Opening::Right => "the right alone".to_owned(),
        Opening::Default(module, default) => format!("default of {module}: {}", default.as_str()),
        Opening::GroupOwned => "records of groups".to_owned(),
        Opening::Hierarchy => "hierarchy".to_owned(),
        Opening::Rules(1) => "1 rule".to_owned(),
        Opening::Rules(rules) => format!("{rules} rules"),
        Opening::Group(group) => format!("group {group}"),
        Opening::Feature(feature) => format!("given to everyone by {feature}"),
    }
}

/// A row as a grid: modules down, actions across. What only some modules have stands behind it, what has no module
/// below it. Empty when nothing is permitted.
pub fn matrix_terminal(system: &System, lines: &[MatrixLine]) -> String {
    let actions = common_actions(system);
    let mut text = String::new();
    let mut header = false;
    for module in lines.chunk_by(|left, right| left.module == right.module) {
        let Some(first) = module.first() else { continue };
        let in_grid = system.definition().modules.is_some() && has_module(system, &first.module, module);
        if !in_grid || actions.is_empty() {
            text.push_str(&listed(&first.module, module));
            continue;
        }
        if !header {
            header = true;
            let names: Vec<String> = actions.iter().map(|action| visible(action)).collect();
            text.push_str(&grid_line("", &actions, &names, ""));
        }
        let cell = |action: &String| {
            let line = module.iter().find(|line| line.action == *action);
            line.map_or("·", |line| line.reach).to_owned()
        };
        let cells: Vec<String> = actions.iter().map(cell).collect();
        let others = module.iter().filter(|line| !actions.contains(&line.action));
        let others: Vec<String> = others.map(|line| visible(&line.action)).collect();
        let others = if others.is_empty() {
            String::new()
        } else {
            format!("+ {}", others.join(", "))
        };
        text.push_str(&grid_line(&visible(&first.module), &actions, &cells, &others));
    }
    text
}

/// The actions that every module may have, in the product's order.
fn common_actions(system: &System) -> Vec<String> {
    let kind = system.definition().modules.as_ref();
    let actions = kind.into_iter().flat_map(|kind| &kind.actions);
    let common = actions.filter(|action| !action.only_where_named);
    common.map(|action| action.id.to_string()).collect()
}

/// Whether lines are about a module rather than about one of the catalogues.
fn has_module(system: &System, name: &str, lines: &[MatrixLine]) -> bool {
    let kind = system.definition().modules.as_ref();
    let is_action = |line: &MatrixLine| {
        kind.is_some_and(|kind| {
            kind.actions
                .iter()
                .any(|action| action.id.as_str() == line.action)
        })
    };
    !["permissions", "services", "roles"].contains(&name) && lines.iter().all(is_action)
}

fn grid_line(module: &str, actions: &[String], cells: &[String], behind: &str) -> String {
    let column = |action: &String| width(action).max("everyone".len()) + 1;
    let columns: usize = actions.iter().map(column).sum();
    let name = WIDE.saturating_sub(columns + 5).clamp(12, 24);
    let mut line = format!("  {}", padded(&shortened(module, name), name + 1));
    for (action, cell) in actions.iter().zip(cells) {
        line.push_str(&padded(cell, column(action)));
    }
    let line = line.trim_end();
    if behind.is_empty() {
        return format!("{line}\n");
    }
    if width(line) + width(behind) < WIDE {
        return format!("{line} {behind}\n");
    }
    let indent = name + 3;
    format!("{line}\n{}{}\n", " ".repeat(indent), wrap(behind, indent))
}

/// What has no grid: names after each other, those that reach alike together.
fn listed(module: &str, lines: &[MatrixLine]) -> String {
    let mut text = String::new();
    let reaches = ["yes", "own", "shared", "everyone"];
    for reach in reaches {
        let alike: Vec<String> = lines
            .iter()
            .filter(|line| line.reach == reach)
            .map(|line| match line.level.as_str() {
                "" | ALLOW => visible(&line.action),
                level => format!("{} ({})", visible(&line.action), visible(level)),
            })
            .collect();
        if !alike.is_empty() {
            let head = format!("  {} · {reach}: ", visible(module));
            text.push_str(&wrap(&format!("{head}{}", alike.join(", ")), 4));
            text.push('\n');
        }
    }
    text
}

fn shortened(name: &str, wide: usize) -> String {
    if width(name) <= wide {
        return name.to_owned();
    }
    let mut short = String::new();
    for character in name.chars() {
        short.push(character);
        if width(&short) >= wide {
            short.pop();
            break;
        }
    }
    short.push('…');
    short
}

fn padded(text: &str, wide: usize) -> String {
    format!("{text}{}", " ".repeat(wide.saturating_sub(width(text)).max(1)))
}

/// Breaks a line at spaces after commas where it gets too wide; what follows is indented.
pub(super) fn wrap(line: &str, indent: usize) -> String {
    let mut text = String::new();
    let mut at = indent;
    for (number, part) in line.split(", ").enumerate() {
        let wide = width(part) + 2;
        if number > 0 && at + wide > WIDE {
            text.push_str(",\n");
            text.push_str(&" ".repeat(indent));
            at = indent;
        } else if number > 0 {
            text.push_str(", ");
        }
        text.push_str(part);
        at += wide;
    }
    text
}
