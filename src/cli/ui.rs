//! What the terminal gets: data on stdout, talk on stderr, colour only where it is seen.

use std::io::{self, BufRead, IsTerminal, Write};

use super::timings::Timings;
use crate::deployment::Fault;
use crate::text::{Diagnostics, Severity, Sources, render};

/// Width of reports where no terminal says otherwise, in columns.
const WIDTH: usize = 100;

/// So many bytes of a stream are printed at once.
const STREAMED: usize = 1 << 16;

/// The two streams and what they can show.
#[derive(Debug)]
pub(super) struct Ui {
    /// Width of reports, in columns.
    pub(super) width: usize,
    /// Whether stdout shows colour.
    pub(super) color: bool,
    color_of_talk: bool,
    /// What phases cost.
    pub(super) timings: Timings,
    /// How the deployment misbehaves, and at which operation: only in tests.
    pub(super) fault: Option<PlannedFault>,
}

/// A fault, the number of the operation at which it happens, and how the process is killed.
pub(super) type PlannedFault = (Fault, usize, fn());

impl Ui {
    pub(super) fn new() -> Self {
        let shows = |choice| choice != anstream::ColorChoice::Never;
        let width =
            terminal_size::terminal_size().map_or(WIDTH, |(width, _)| usize::from(width.0).clamp(60, 160));
        Self {
            width,
            color: shows(anstream::AutoStream::choice(&io::stdout())),
            color_of_talk: shows(anstream::AutoStream::choice(&io::stderr())),
            timings: Timings::default(),
            fault: None,
        }
    }

    /// Prints data. A reader that went away is no error: `rolecall plan | head` ends quietly.
    pub(super) fn data(&mut self, text: &str) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            result => result,
        }
    }

    /// Prints data that is too much to be put together first; `write` gets where it goes.
    pub(super) fn stream(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let mut stdout = io::BufWriter::with_capacity(STREAMED, io::stdout().lock());
        match write(&mut stdout).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                // What is left would be written at the end, to nobody.
                drop(stdout.into_parts());
                Ok(())
            }
            result => result,
        }
    }

    /// Says something to whoever watches.
    pub(super) fn say(&mut self, text: &str) {
        // Talk that nobody can hear is lost, which is all that can be done about it.
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// Says why a command failed.
    pub(super) fn error(&mut self, error: &anyhow::Error) {
        self.refusal(&format!("{error:#}"));
    }

    /// Says why a command does not go on.
    pub(super) fn refusal(&mut self, why: &str) {
        let style = anstyle::Style::new()
            .bold()
            .fg_color(Some(anstyle::AnsiColor::Red.into()));
        let (start, end) = if self.color_of_talk {
            (style.render().to_string(), style.render_reset().to_string())
        } else {
            (String::new(), String::new())
        };
        self.say(&format!("{start}error{end}: {why}"));
    }

    /// Prints diagnostics with their excerpts and how many there are.
    pub(super) fn diagnostics(&mut self, diagnostics: &mut Diagnostics, sources: &Sources) {
        if diagnostics.is_empty() {
            return;
        }
        diagnostics.sort();
        let mut text = String::new();
        for diagnostic in diagnostics.iter() {
            text.push_str(render(diagnostic, sources, self.color_of_talk, self.width).trim_end());
            text.push_str("\n\n");
        }
        let count = |severity| {
            diagnostics
                .iter()
                .filter(|diagnostic| diagnostic.severity == severity)
                .count()
        };
        let words = |count: usize, word: &str| match count {
            0 => None,
            1 => Some(format!("1 {word}")),
            many => Some(format!("{many} {word}s")),
        };
        let counts = [
            words(count(Severity::Error), "error"),
            words(count(Severity::Warning), "warning"),
            words(count(Severity::Note), "note"),
        ];
        let counts: Vec<String> = counts.into_iter().flatten().collect();
        self.say(&format!("{text}{}", counts.join(", ")));
    }

    /// Whether someone can be asked.
    pub(super) fn can_ask(&self) -> bool {
        io::stdin().is_terminal()
    }

    /// Whether progress is seen.
    pub(super) fn shows_progress(&self) -> bool {
        io::stderr().is_terminal()
    }

    /// Asks and returns the answer without its line end.
    pub(super) fn ask(&mut self, question: &str) -> io::Result<String> {
        let mut stderr = io::stderr().lock();
        write!(stderr, "{question} ")?;
        stderr.flush()?;
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        Ok(answer.trim().to_owned())
    }
}
