//! `rolecall access matrix`.

use anyhow::anyhow;
use clap::Args;
use serde::Serialize;

use super::{StateArgs, Table, access};
use crate::access::{Access, Matrix, MatrixRow};
use crate::cli::ui::Ui;
use crate::cli::{Exit, Failure};
use crate::report::{MatrixLine, answer_json, csv, matrix_lines, matrix_terminal, visible};
use crate::text::closest;

/// The columns of the table.
const HEADER: [&str; 6] = ["role", "module", "action", "level", "reach", "through"];

/// What each role permits on each module, and how far it reaches
///
/// Where rights come from groups a row is a group. `own` is one's own records, `shared` also what rules, groups and
/// the hierarchy add, `everyone` all records.
#[derive(Debug, Args)]
pub(super) struct MatrixArgs {
    /// Only this role, or this group where rights come from groups
    #[arg(long, value_name = "NAME")]
    role: Option<String>,
    /// Only this module
    #[arg(long, value_name = "NAME")]
    module: Option<String>,
    #[command(flatten)]
    state: StateArgs,
    /// How the table is printed
    #[arg(long, value_enum, default_value_t)]
    format: Table,
}

/// The answer for programs.
#[derive(Serialize)]
struct Answer {
    entries: Vec<MatrixLine>,
}

pub(super) fn run(ui: &mut Ui, args: &MatrixArgs) -> Result<Exit, Failure> {
    let state = args.state.state(ui)?;
    let access = access(ui, &state);
    let rows = rows(&access, args.role.as_deref())?;
    let matrix = Matrix::new(&access);
    let mut found = Vec::new();
    for row in rows {
        let mut lines = matrix_lines(&row, &matrix.entries(&row));
        if let Some(module) = &args.module {
            lines.retain(|line| line.module == *module);
        }
        found.push((row, lines));
    }
    if let Some(module) = &args.module
        && found.iter().all(|(_, lines)| lines.is_empty())
    {
        known_module(&state.system, &state.installation, module)?;
    }
    let text = match args.format {
        Table::Json => {
            let entries = found.into_iter().flat_map(|(_, lines)| lines).collect();
            answer_json(&state.origin.to_string(), &Answer { entries })
        }
        Table::Csv => {
            let lines = found.iter().flat_map(|(_, lines)| lines);
            let rows: Vec<[String; 6]> = lines.map(cells).collect();
            csv(&HEADER, rows.iter().map(<[String; 6]>::as_slice))
        }
        Table::Terminal => {
            let mut text = format!("What roles permit · {}\n", visible(&state.origin.to_string()));
            for (row, lines) in &found {
                text.push_str(&heading(&access, row));
                match matrix_terminal(&state.system, lines) {
                    empty if empty.is_empty() => text.push_str("  nothing\n"),
                    grid => text.push_str(&grid),
                }
            }
            text
        }
    };
    ui.data(&text)?;
    Ok(Exit::Done)
}

fn heading(access: &Access<'_>, row: &MatrixRow) -> String {
    let name = match row {
        MatrixRow::Role(role) => format!("role {role}"),
        MatrixRow::Group(group) => format!("group {group}"),
        MatrixRow::Head(group) => format!("head of group {group}"),
    };
    let people = access.people_of(row);
    let noun = if people == 1 { "person" } else { "people" };
    format!("\n{} ({people} {noun})\n", visible(&name))
}

fn cells(line: &MatrixLine) -> [String; 6] {
    let MatrixLine {
        role,
        module,
        action,
        level,
        reach,
        through,
    } = line;
    [
        role.clone(),
        module.clone(),
        action.clone(),
        level.clone(),
        (*reach).to_owned(),
        through.clone(),
    ]
}

fn rows(access: &Access<'_>, wanted: Option<&str>) -> anyhow::Result<Vec<MatrixRow>> {
    let mut rows = access.matrix_rows();
    let Some(wanted) = wanted else {
        return Ok(rows);
    };
    let name = |row: &MatrixRow| match row {
        MatrixRow::Role(role) => role.to_string(),
        MatrixRow::Group(group) | MatrixRow::Head(group) => group.to_string(),
    };
    let names: Vec<String> = rows.iter().map(name).collect();
    rows.retain(|row| name(row) == wanted);
    if rows.is_empty() {
        return Err(unknown("row", wanted, names.iter().map(String::as_str)));
    }
    Ok(rows)
}

/// A module that nothing is permitted on may be there all the same.
fn known_module(
    system: &crate::system::System,
    installation: &crate::model::Installation,
    wanted: &str,
) -> anyhow::Result<()> {
    let modules: Vec<String> = system
        .modules_of(installation)
        .map(|name| name.to_string())
        .collect();
    let areas = system
        .definition()
        .authorisations
        .iter()
        .flat_map(|all| &all.areas);
    let areas: Vec<String> = areas.map(|area| area.id.to_string()).collect();
    let catalogues = ["permissions", "services", "roles"].map(str::to_owned);
    let names: Vec<String> = modules.into_iter().chain(areas).chain(catalogues).collect();
    if names.iter().any(|name| name == wanted) {
        return Ok(());
    }
    Err(unknown("module", wanted, names.iter().map(String::as_str)))
}

fn unknown<'a>(what: &str, wanted: &str, names: impl Iterator<Item = &'a str>) -> anyhow::Error {
    match closest(wanted, names) {
        Some(close) => anyhow!("there is no {what} `{wanted}`\nhint: did you mean `{close}`?"),
        None => anyhow!("there is no {what} `{wanted}`"),
    }
}
