//! Diagnostics and remarks in; words on stdout and stderr out, as the flags ask.

use std::io::{IsTerminal, Write};

use super::args::{ColourArg, MessageFormat, TerminalArgs};
use crate::diag::{
    ColourChoice, Diagnostic, Level, Report, Sources, clean, count_line, human, json, without_repeats,
};

/// Where and how the program talks. Results go to stdout, everything else to stderr.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    pub quiet: bool,
    pub verbose: bool,
    colour: bool,
    pub json: bool,
}

impl Terminal {
    pub fn new(args: &TerminalArgs) -> Self {
        let choice = match args.color {
            ColourArg::Auto => ColourChoice::Auto,
            ColourArg::Always => ColourChoice::Always,
            ColourArg::Never => ColourChoice::Never,
        };
        Self {
            quiet: args.quiet,
            verbose: args.verbose,
            colour: choice.enabled(std::io::stderr().is_terminal()),
            json: args.message_format == MessageFormat::Json,
        }
    }

    /// True where a progress bar may be drawn.
    pub fn shows_progress(&self) -> bool {
        !self.quiet && !self.json && std::io::stderr().is_terminal()
    }

    /// Prints all that was found, sorted, and the line that counts it. Quiet leaves out notes.
    pub fn report(&self, report: Report, sources: &Sources) {
        let mut all: Vec<Diagnostic> = report.into_sorted(sources);
        if self.quiet {
            all.retain(|d| d.level != Level::Note);
        }
        if all.is_empty() {
            return;
        }
        let mut words = if self.json {
            json(&all, sources)
        } else {
            let (notes, others): (Vec<_>, Vec<_>) =
                all.iter().cloned().partition(|d| d.level == Level::Note && !self.verbose);
            let others = if self.verbose { others } else { without_repeats(&others) };
            let mut words = human(&others, sources, self.colour);
            // What was left out is one line each: its place in the file helps nobody who meant it so.
            for note in without_repeats(&notes) {
                words.push_str(&format!("note: {}\n", clean(&note.message)));
            }
            words
        };
        if !self.json
            && let Some(count) = count_line(&all)
        {
            words.push_str(&count);
            words.push('\n');
        }
        self.stderr(&words);
    }

    /// A mistake that has no file.
    pub fn error(&self, diagnostic: Diagnostic) {
        let mut report = Report::default();
        report.push(diagnostic);
        self.report(report, &Sources::default());
    }

    /// A remark for people; not with `--quiet`, not among JSON lines.
    pub fn say(&self, words: &str) {
        if !self.quiet && !self.json {
            self.stderr(&format!("{words}\n"));
        }
    }

    /// A result, which goes to stdout. A reader that has gone away is no error.
    pub fn result(&self, words: &str) {
        let _ = std::io::stdout().lock().write_all(words.as_bytes());
    }

    fn stderr(&self, words: &str) {
        let _ = std::io::stderr().lock().write_all(words.as_bytes());
    }
}
