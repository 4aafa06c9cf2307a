//! The report for people: one line per object that says what happens, attributes below it.

use anstyle::{AnsiColor, Effects, Style as Paint};

use super::diff::DiffReport;
use super::layout::{visible, width, wrap};
use super::selection;
use super::state::DESCRIPTION;
use super::words::{expires, headline, noun, number, planned};
use super::{Action, AttributeReport, AttributeValues, ChangeReport, PlaceReport, PlanReport};
use crate::model::Kind;

/// Items of one attribute that are shown of many.
const ITEMS: usize = 12;
/// Attributes of one object that are shown of many.
const ATTRIBUTES: usize = 40;
/// Unmanaged objects that are shown of many.
const UNMANAGED: usize = 10;
/// What ends soon, shown of many.
const EXPIRING: usize = 10;
/// Narrower than this nothing is laid out any more.
pub(super) const NARROWEST: usize = 40;
/// Where attributes begin.
const INDENT: usize = 6;

/// How the report is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether to add ANSI colours. They never say anything that the text does not.
    pub color: bool,
    /// The width to lay out for, in columns.
    pub width: usize,
    /// Whether to show long lists in full.
    pub verbose: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            color: false,
            width: 100,
            verbose: false,
        }
    }
}

impl Style {
    pub(super) fn bold(self, text: &str) -> String {
        self.paint(BOLD, text)
    }

    pub(super) fn dim(self, text: &str) -> String {
        self.paint(DIM, text)
    }

    pub(super) fn paint(self, paint: Paint, text: &str) -> String {
        if self.color {
            format!("{paint}{text}{paint:#}")
        } else {
            text.to_owned()
        }
    }
}

const GREEN: Paint = AnsiColor::Green.on_default();
const RED: Paint = AnsiColor::Red.on_default();
const YELLOW: Paint = AnsiColor::Yellow.on_default();
const CYAN: Paint = AnsiColor::Cyan.on_default();
const BOLD: Paint = Paint::new().effects(Effects::BOLD);
const DIM: Paint = Paint::new().effects(Effects::DIMMED);

/// The report as text, with a line break at the end.
pub fn terminal(report: &PlanReport, style: Style) -> String {
    let style = Style {
        width: style.width.max(NARROWEST),
        ..style
    };
    let mut lines = Vec::new();
    // The verdict comes last: that is where a tired reader and the end of a log are.
    let of_selection = selection::notes(report, style.verbose);
    let notes = report
        .notes
        .iter()
        .chain(&of_selection)
        .map(|note| format!("{}    {}", style.paint(BOLD, "Note"), visible(note)));
    if report.changes.is_empty() {
        unmanaged(report, style, &mut lines);
        expiring(report, style, &mut lines);
        lines.extend(notes);
        lines.push(nothing_to_do(report));
    } else {
        lines.extend([title(report), String::new()]);
        body(report, style, &mut lines);
        unmanaged(report, style, &mut lines);
        lines.push(String::new());
        expiring(report, style, &mut lines);
        lines.extend(notes);
        super::guards::section(&report.guards, style, &mut lines);
        lines.push(summary(report, style));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// What a difference means and what it is.
fn body(report: &PlanReport, style: Style, lines: &mut Vec<String>) {
    if let Some(impact) = &report.impact {
        super::impact_terminal::section(impact, style, lines);
        lines.push(String::new());
    }
    lines.push(style.paint(BOLD, "Changes"));
    for change in &report.changes {
        object(change, style, lines);
    }
}

/// A difference between two states as text, with a line break at the end.
pub fn diff_terminal(report: &DiffReport, style: Style) -> String {
    let style = Style {
        width: style.width.max(NARROWEST),
        ..style
    };
    let DiffReport {
        system, left, right, ..
    } = report;
    let mut lines = Vec::new();
    if report.difference.changes.is_empty() && report.has_no_impact() {
        lines.push(visible(&format!("No differences. {system} {right} is as {left}")));
    } else {
        lines.push(visible(&format!("rolecall diff · {system} · {left} → {right}")));
        lines.push(String::new());
        body(&report.difference, style, &mut lines);
        lines.push(String::new());
        let notes = report.notes.iter();
        lines.extend(notes.map(|note| format!("{}    {}", style.paint(BOLD, "Note"), visible(note))));
        lines.push(summary(&report.difference, style).replacen("Plan", "Diff", 1));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn title(report: &PlanReport) -> String {
    let deployment = &report.deployment;
    let command = if report.undoes.is_some() { "undo" } else { "plan" };
    let mut title = format!(
        "rolecall {command} · {} · {} at {}",
        report.system, deployment.name, deployment.place
    );
    if let Some(apply) = &report.undoes {
        title.push_str(&format!(" · back to before the apply {apply}"));
    }
    if let Some(revision) = &report.manifests.revision {
        title.push_str(&format!(" · manifests {revision}"));
    }
    visible(&title)
}

fn nothing_to_do(report: &PlanReport) -> String {
    if let Some(line) = selection::nothing_selected(report) {
        return visible(&line);
    }
    if let Some(apply) = &report.undoes {
        let line = format!(
            "No changes. {} {} is as it was before the apply {apply}",
            report.system, report.deployment.name
        );
        return visible(&line);
    }
    let unchanged = report.totals.unchanged;
    let objects = if unchanged == 1 { "object" } else { "objects" };
    let line = format!(
        "No changes. {} {} is as the manifests say ({} {objects})",
        report.system,
        report.deployment.name,
        number(unchanged as u64)
    );
    visible(&line)
}

fn summary(report: &PlanReport, style: Style) -> String {
    let totals = &report.totals;
    let mut line = format!(
        "{}    {}; {} unchanged",
        style.paint(BOLD, "Plan"),
        planned(totals),
        number(totals.unchanged as u64)
    );
    if totals.unmanaged > 0 {
        line.push_str(&format!(", {} unmanaged", number(totals.unmanaged as u64)));
    }
    line
}

fn unmanaged(report: &PlanReport, style: Style, lines: &mut Vec<String>) {
    // Access that nobody answers for any more is told in full.
    let (formerly, others): (Vec<_>, Vec<_>) =
        report.unmanaged.iter().partition(|each| each.formerly_managed);
    for each in formerly {
        let (noun, name) = (noun(each.object.kind), visible(&each.object.name));
        let symbol = style.paint(RED, "!");
        lines.push(format!(
            "  {symbol} {noun} {name} was managed and is in no manifest now: its access remains"
        ));
    }
    for each in others.iter().take(UNMANAGED) {
        let (noun, name) = (noun(each.object.kind), visible(&each.object.name));
        let symbol = style.paint(DIM, "?");
        lines.push(format!(
            "  {symbol} {noun} {name} is on the deployment and in no manifest: left alone"
        ));
    }
    if others.len() > UNMANAGED {
        let more = number((others.len() - UNMANAGED) as u64);
        lines.push(format!(
            "    … and {more} more unmanaged (rolecall plan --format json lists them)"
        ));
    }
}

/// The symbol of a change: the most far-reaching of its actions.
fn symbol(change: &ChangeReport) -> (&'static str, Paint) {
    let change = &change.change;
    if change.has(Action::Delete) {
        ("-", RED)
    } else if change.has(Action::Create) {
        ("+", GREEN)
    } else if change.has(Action::Rename) {
        ("»", CYAN)
    } else {
        ("~", YELLOW)
    }
}

fn object(change: &ChangeReport, style: Style, lines: &mut Vec<String>) {
    headed(change, &headline(change), style, lines);
}

/// A change under a head line of its own.
pub(super) fn headed(change: &ChangeReport, head: &str, style: Style, lines: &mut Vec<String>) {
    let (symbol, paint) = symbol(change);
    let head = visible(head);
    let mut line = format!("  {} {head}", style.paint(paint, symbol));
    add_place(&mut line, 4 + width(&head), change.place.as_ref(), style);
    lines.push(line);
    match change.kind {
        Kind::Profile | Kind::Role | Kind::Group => attributes(change, style, lines),
        // The head line has their one value.
        Kind::SharingDefault | Kind::SharingRule | Kind::User => {}
    }
}

/// A place at the right edge of a line that is `used` columns wide so far.
fn add_place(line: &mut String, used: usize, place: Option<&PlaceReport>, style: Style) {
    if let Some(PlaceReport { file, line: at, .. }) = place {
        let place = visible(&format!("{file}:{at}"));
        let gap = style.width.saturating_sub(used + width(&place)).max(2);
        line.push_str(&" ".repeat(gap));
        line.push_str(&style.paint(DIM, &place));
    }
}

/// What ends soon, under a heading of its own.
fn expiring(report: &PlanReport, style: Style, lines: &mut Vec<String>) {
    let all = &report.expiring;
    if all.is_empty() {
        return;
    }
    lines.push(style.paint(BOLD, "Expiring"));
    let shown = if style.verbose { all.len() } else { EXPIRING };
    for each in all.iter().take(shown) {
        let words = visible(&expires(each));
        let mut line = format!("  {words}");
        add_place(&mut line, 2 + width(&words), each.place.as_ref(), style);
        lines.push(line);
    }
    if all.len() > shown {
        let more = number((all.len() - shown) as u64);
        lines.push(format!("  … and {more} more (--verbose shows them)"));
    }
    lines.push(String::new());
}

fn attributes(change: &ChangeReport, style: Style, lines: &mut Vec<String>) {
    let all = &change.attributes;
    let shown = if style.verbose || all.len() <= ATTRIBUTES + 1 {
        all.len()
    } else {
        ATTRIBUTES
    };
    let shown = &all[..shown];
    let names: Vec<String> = shown.iter().map(|each| visible(&each.attribute)).collect();
    // One very long name must not push every value to the right edge.
    let column = names
        .iter()
        .map(|name| width(name))
        .filter(|wide| *wide <= style.width / 2)
        .max();
    let column = column.unwrap_or(0);
    let created = change.change.has(Action::Create);
    for (attribute, name) in shown.iter().zip(&names) {
        let wide = width(name);
        let start = INDENT + column.max(wide) + 2;
        let room = style.width.saturating_sub(start).max(NARROWEST / 2);
        let cells = cells(attribute, created, room, style);
        let padding = " ".repeat(column.saturating_sub(wide));
        for (at, cell) in cells.iter().enumerate() {
            lines.push(if at == 0 {
                format!("{}{name}{padding}  {cell}", " ".repeat(INDENT))
            } else {
                format!("{}{cell}", " ".repeat(start))
            });
        }
    }
    if shown.len() < all.len() {
        let more = number((all.len() - shown.len()) as u64);
        lines.push(format!(
            "{}… and {more} more attributes (--verbose shows them)",
            " ".repeat(INDENT)
        ));
    }
}

/// The lines beside the name of an attribute.
fn cells(attribute: &AttributeReport, created: bool, room: usize, style: Style) -> Vec<String> {
    match &attribute.values {
        AttributeValues::Items { added, removed } if created && removed.is_empty() => {
            wrap(&pieces(added, style), room)
        }
        AttributeValues::Items { added, removed } => {
            let signed = |sign: &str, paint: Paint, items: &[String]| {
                let lines = wrap(&pieces(items, style), room - 2);
                let sign = style.paint(paint, sign);
                let lines = lines.into_iter().enumerate().map(move |(at, line)| {
                    if at == 0 {
                        format!("{sign} {line}")
                    } else {
                        format!("  {line}")
                    }
                });
                lines.collect::<Vec<_>>()
            };
            let mut lines = signed("+", GREEN, added);
            lines.extend(signed("-", RED, removed));
            lines
        }
        AttributeValues::Value { before, after } => {
            let is_text = attribute.attribute == DESCRIPTION;
            let shown = |value: &Option<String>| match value {
                Some(text) if is_text => format!("\"{}\"", visible(text)),
                Some(text) => visible(text),
                None => "none".to_owned(),
            };
            let text = if created {
                shown(after)
            } else {
                format!("{} → {}", shown(before), shown(after))
            };
            let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
            wrap(&words, room)
        }
    }
}

/// Items with their commas; of many the first.
pub(super) fn pieces(items: &[String], style: Style) -> Vec<String> {
    let shown = if style.verbose || items.len() <= ITEMS {
        items.len()
    } else {
        ITEMS
    };
    let more = items.len() - shown;
    let mut pieces: Vec<String> = items.iter().take(shown).map(|item| visible(item)).collect();
    if more > 0 {
        pieces.push(format!("… and {} more", number(more as u64)));
    }
    let last = pieces.len().saturating_sub(1);
    for piece in pieces.iter_mut().take(last) {
        piece.push(',');
    }
    pieces
}
