//! The impact for people at a terminal: a line per gain or loss, and below it who, whose, by which way and why.

use anstyle::{AnsiColor, Style as Paint};

use super::impact::{CauseReport, ImpactLine, ImpactReport, crowd, names_owners};
use super::layout::{visible, width, wrap};
use super::terminal::{Style, pieces};
use super::words::{count, noun, number};
use crate::access::{Flag, Part, Risk};

/// Lines that are shown of many.
const LINES: usize = 20;
/// Causes of a line that are shown of many.
const CAUSES: usize = 3;
/// Where lines begin.
const INDENT: usize = 8;
/// How wide the names of details are.
const NAME: usize = 7;

/// Adds the impact to a report's lines.
pub(super) fn section(report: &ImpactReport, style: Style, lines: &mut Vec<String>) {
    lines.push(style.bold("Impact"));
    let shown = if style.verbose || report.lines.len() <= LINES + 1 {
        report.lines.len()
    } else {
        LINES
    };
    for line in &report.lines[..shown] {
        entry(line, style, lines);
    }
    if shown < report.lines.len() {
        let more = number((report.lines.len() - shown) as u64);
        lines.push(format!(
            "{}… and {more} more, none of a higher risk (--verbose shows them)",
            " ".repeat(INDENT)
        ));
    }
    let idle = report.without_effect.len() as u64;
    if report.lines.is_empty() {
        lines.push("  nobody gains or loses access".to_owned());
    } else if idle > 0 {
        let changes = count(idle, "change");
        let alter = if idle == 1 { "alters" } else { "alter" };
        lines.push(format!("{}{changes} {alter} nobody's access", " ".repeat(INDENT)));
    }
}

fn entry(line: &ImpactLine, style: Style, lines: &mut Vec<String>) {
    let (word, paint) = match line.risk {
        Risk::High => ("HIGH", AnsiColor::Red.on_default().bold()),
        Risk::Medium => ("MED", AnsiColor::Yellow.on_default()),
        Risk::Low => ("LOW", Paint::new().dimmed()),
    };
    let words: Vec<String> = visible(&line.summary).split(' ').map(str::to_owned).collect();
    let room = style.width.saturating_sub(INDENT);
    for (at, text) in wrap(&words, room).into_iter().enumerate() {
        lines.push(if at == 0 {
            let padding = " ".repeat(INDENT - 2 - word.len());
            format!("  {}{padding}{text}", style.paint(paint, word))
        } else {
            format!("{}  {text}", " ".repeat(INDENT))
        });
    }
    let who = crowd(&line.who);
    if !matches!(line.who.parts[..], [Part::User(_)]) {
        detail("who", &pieces(&who, style), style, lines);
    }
    let counted = line.whose.as_ref();
    if let Some(whose) = counted.filter(|whose| whose.owners > 0 && !names_owners(whose)) {
        let owners = crowd(&whose.others);
        detail("whose", &pieces(&owners, style), style, lines);
    }
    if let Some(example) = &line.example {
        let words: Vec<String> = visible(&example.path).split(' ').map(str::to_owned).collect();
        detail("path", &words, style, lines);
    }
    causes(&line.causes, style, lines);
    let flags: Vec<String> = line
        .flags
        .iter()
        .map(|flag| flag_words(*flag).to_owned())
        .collect();
    if !flags.is_empty() {
        detail("note", &pieces(&flags, style), style, lines);
    }
}

/// A named detail, wrapped beside its name.
fn detail(name: &str, words: &[String], style: Style, lines: &mut Vec<String>) {
    let start = INDENT + NAME;
    for (at, text) in wrap(words, style.width.saturating_sub(start))
        .into_iter()
        .enumerate()
    {
        lines.push(if at == 0 {
            let padding = " ".repeat(NAME - name.len());
            format!("{}{}{padding}{text}", " ".repeat(INDENT), style.dim(name))
        } else {
            format!("{}{text}", " ".repeat(start))
        });
    }
}

fn causes(causes: &[CauseReport], style: Style, lines: &mut Vec<String>) {
    let shown = if style.verbose || causes.len() <= CAUSES + 1 {
        causes.len()
    } else {
        CAUSES
    };
    for (at, cause) in causes[..shown].iter().enumerate() {
        let object = visible(&format!("{} {}", noun(cause.object.kind), cause.object.name));
        let name = if at == 0 { "cause" } else { "" };
        let mut line = format!(
            "{}{}{}{object}",
            " ".repeat(INDENT),
            style.dim(name),
            " ".repeat(NAME - name.len())
        );
        if let Some(place) = &cause.place {
            let place = visible(&format!("{}:{}", place.file, place.line));
            let used = INDENT + NAME + width(&object) + width(&place);
            line.push_str(&" ".repeat(style.width.saturating_sub(used).max(2)));
            line.push_str(&style.dim(&place));
        }
        lines.push(line);
    }
    if shown < causes.len() {
        let more = number((causes.len() - shown) as u64);
        lines.push(format!("{}… and {more} more", " ".repeat(INDENT + NAME)));
    }
}

fn flag_words(flag: Flag) -> &'static str {
    match flag {
        Flag::NewAdministrator => "a new administrator in effect",
        Flag::ChangesAccess => "can change roles or groups",
        Flag::Deletes => "can delete",
        Flag::SuperiorsRecords => "reaches records of superiors",
        Flag::AuthorGains => "the author of the change gains",
    }
}
