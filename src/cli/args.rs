//! The command line as clap reads it; gives what was typed, not yet what it means.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;

use crate::limits::Limits;

/// Make the printed kit of a letter-writing event from case files
#[derive(Debug, Parser)]
#[command(name = "makekit", version, about, args_conflicts_with_subcommands = true)]
#[command(after_help = "Exit status: 0 done, 1 the input has mistakes, 2 wrong usage, 3 the machine failed")]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub build: BuildArgs,
}

impl Cli {
    /// How the command that was typed is to talk.
    pub fn messages(&self) -> MessageFormat {
        let terminal = match &self.command {
            None => &self.build.terminal,
            Some(Command::Check(args)) => &args.terminal,
            Some(
                Command::Stocks { terminal, .. }
                | Command::Init { terminal, .. }
                | Command::New { terminal, .. }
                | Command::Import { terminal, .. }
                | Command::Report { terminal, .. }
                | Command::Calibrate { terminal, .. },
            ) => terminal,
            Some(Command::Schema { .. } | Command::Completions { .. } | Command::Man) => {
                return MessageFormat::Human;
            }
        };
        terminal.message_format
    }
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Do everything but the writing: show all mistakes of all files at once
    Check(BuildArgs),
    /// List the paper, envelope and label stocks known
    Stocks {
        /// Only those with this part number, brand, size (63.5x38.1) or count a sheet
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
        #[command(flatten)]
        terminal: TerminalArgs,
    },
    /// Write a starting kit that builds at once into a new folder
    Init {
        /// The folder to make; it must not exist or be empty
        dir: PathBuf,
        #[command(flatten)]
        terminal: TerminalArgs,
    },
    /// Write a new case file with every field explained
    New {
        /// The case's id: the file becomes ID.toml
        id: String,
        /// The folder of the cases
        #[arg(long, value_name = "DIR", default_value = "cases")]
        cases: PathBuf,
        #[command(flatten)]
        terminal: TerminalArgs,
    },
    /// Turn a spreadsheet of targets (CSV, XLSX) into case files
    Import {
        /// The spreadsheet; its first row names the columns
        file: PathBuf,
        /// The folder that the case files go to
        #[arg(long, value_name = "DIR", default_value = "cases")]
        cases: PathBuf,
        /// Sheet of the workbook, by name (default: the first)
        #[arg(long, value_name = "NAME")]
        sheet: Option<String>,
        #[command(flatten)]
        limits: LimitArgs,
        #[command(flatten)]
        terminal: TerminalArgs,
    },
    /// Add up the counts of several tables or groups; make the report and a results poster
    Report {
        /// CSV files with a row a case: case, letters, cards, signatures
        #[arg(required = true, value_name = "COUNTS.csv")]
        counts: Vec<PathBuf>,
        /// Where the results poster goes; the sums go to stdout
        #[arg(long, value_name = "FILE")]
        poster: Option<PathBuf>,
        /// How the sums are written to stdout
        #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
        format: ReportFormat,
        #[command(flatten)]
        input: InputArgs,
        #[command(flatten)]
        terminal: TerminalArgs,
    },
    /// Print outlines and a ruler to hold against the real label sheet or envelope
    Calibrate {
        /// A label stock's id
        #[arg(long, value_name = "STOCK", required_unless_present = "envelope")]
        labels: Option<String>,
        /// An envelope stock's id
        #[arg(long, value_name = "STOCK", conflicts_with = "labels")]
        envelope: Option<String>,
        /// The PDF to write
        #[arg(long, value_name = "FILE", default_value = "out/calibrate.pdf")]
        out: PathBuf,
        #[command(flatten)]
        printer: PrinterArgs,
        #[command(flatten)]
        terminal: TerminalArgs,
    },
    /// Print the JSON Schema of a case file or of kit.toml, for editors
    Schema {
        #[arg(value_enum)]
        of: SchemaOf,
    },
    /// Print the completions of a shell
    Completions { shell: clap_complete::Shell },
    /// Print the manual page
    Man,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    Case,
    Kit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    Text,
    Csv,
}

/// All that a build can be told.
#[derive(Debug, Clone, Args)]
pub struct BuildArgs {
    #[command(flatten)]
    pub input: InputArgs,
    /// The PDF to write
    #[arg(long, value_name = "FILE", default_value = "out/kit.pdf")]
    pub out: PathBuf,
    /// Only these sheets (template names: case-sheet, letter, envelope, label, …)
    #[arg(long, value_name = "SHEET", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Only these cases (a case's id is its file's stem)
    #[arg(long = "case", value_name = "ID", value_delimiter = ',')]
    pub case: Vec<String>,
    #[command(flatten)]
    pub printer: PrinterArgs,
    /// First free label on a part-used sheet, counted from 1
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub start_at: u32,
    /// Copies of each envelope and label
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "quantities")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub copies: u32,
    /// Print envelopes and labels once each, or as many as the plan of the event says
    #[arg(long, value_enum, value_name = "HOW", default_value_t = Quantities::One)]
    pub quantities: Quantities,
    /// An edition: large (18 point, high contrast), ink-saver (no fills), or one of your own
    #[arg(long, value_name = "NAME")]
    pub edition: Option<String>,
    /// One PDF for each stock: kit.pdf, kit-envelopes.pdf, kit-labels.pdf
    #[arg(long)]
    pub split: bool,
    /// Also write the new and changed pages alone, beside the whole kit: kit-changed.pdf
    #[arg(long)]
    pub changed: bool,
    /// Print a case past its deadline all the same, with a mark
    #[arg(long)]
    pub allow_expired: bool,
    /// Stay, and rebuild after an edit
    #[arg(long)]
    pub watch: bool,
    #[command(flatten)]
    pub terminal: TerminalArgs,
}

/// What is read, and as what it counts.
#[derive(Debug, Clone, Args)]
pub struct InputArgs {
    /// The folder of kit.toml and the cases
    #[arg(long, value_name = "DIR", default_value = "cases")]
    pub cases: PathBuf,
    /// Templates instead of the built-in ones; a file there replaces the built-in of its name
    #[arg(long, value_name = "DIR")]
    pub templates: Option<PathBuf>,
    /// More fonts; a file there replaces the built-in of its name
    #[arg(long, value_name = "DIR")]
    pub fonts: Option<PathBuf>,
    /// Language of the kit (BCP 47), instead of kit.toml's
    #[arg(long, value_name = "TAG")]
    pub lang: Option<String>,
    /// Paper, instead of kit.toml's
    #[arg(long, value_enum, value_name = "PAPER", ignore_case = true)]
    pub paper: Option<PaperArg>,
    /// Envelope stock, instead of kit.toml's
    #[arg(long, value_name = "STOCK")]
    pub envelope: Option<String>,
    /// Label stock, instead of kit.toml's
    #[arg(long, value_name = "STOCK")]
    pub labels: Option<String>,
    /// Today, as YYYY-MM-DD (default: SOURCE_DATE_EPOCH where it is set, else the clock)
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    pub date: Option<Date>,
    #[command(flatten)]
    pub limits: LimitArgs,
    /// Threads to use (default: all processors)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
}

/// What guards against hostile files.
#[derive(Debug, Clone, Default, Args)]
pub struct LimitArgs {
    /// Raise or lower a limit that guards against hostile files (see docs/safety.md)
    #[arg(long = "limit", value_name = "NAME=VALUE", value_parser = parse_limit)]
    pub limits: Vec<String>,
}

/// Corrections for a printer that does not place its paper exactly.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct PrinterArgs {
    /// Move labels and envelopes to the right by this many millimetres
    #[arg(long, value_name = "MM", default_value_t = 0.0, allow_negative_numbers = true, value_parser = parse_offset)]
    pub offset_x: f32,
    /// Move labels and envelopes down by this many millimetres
    #[arg(long, value_name = "MM", default_value_t = 0.0, allow_negative_numbers = true, value_parser = parse_offset)]
    pub offset_y: f32,
}

/// How the program talks.
#[derive(Debug, Clone, Args)]
pub struct TerminalArgs {
    /// Say only what is wrong
    #[arg(long, short, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more: every mistake also where many are alike, each sheet, each stage's time
    #[arg(long, short)]
    pub verbose: bool,
    /// Colours in messages
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = ColourArg::Auto)]
    pub color: ColourArg,
    /// Messages for people, or one JSON object a line
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = MessageFormat::Human)]
    pub message_format: MessageFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PaperArg {
    A4,
    Letter,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Quantities {
    One,
    Plan,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColourArg {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MessageFormat {
    Human,
    Json,
}

/// Millimetres, more than which no printer is out by.
const MAX_OFFSET: f32 = 50.0;

fn parse_offset(text: &str) -> Result<f32, String> {
    let number = text.trim().trim_end_matches("mm").trim_end().replace(',', ".");
    match number.parse::<f32>() {
        Ok(offset) if offset.abs() <= MAX_OFFSET => Ok(offset),
        _ => Err(format!("expected millimetres from -{MAX_OFFSET} to {MAX_OFFSET}, for example 1.5")),
    }
}

/// Looks whether a limit can be set so; it is set when all of them are.
fn parse_limit(text: &str) -> Result<String, String> {
    Limits::default().set(text).map(|()| text.to_owned())
}

fn parse_date(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "expected a day as YYYY-MM-DD, for example 2026-12-10".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn negative_offsets_and_lists_are_read() {
        let cli = Cli::try_parse_from(["makekit", "--offset-x", "-1.5", "--only", "letter,label"]);
        let cli = cli.expect("a right command line");
        assert_eq!(cli.build.printer.offset_x, -1.5);
        assert_eq!(cli.build.only, ["letter", "label"]);
        for (wrong, value) in
            [("--offset-x", "nan"), ("--offset-y", "51"), ("--copies", "0"), ("--limit", "pags=3")]
        {
            assert!(Cli::try_parse_from(["makekit", wrong, value]).is_err(), "{wrong} {value} was taken");
        }
        assert_eq!(
            Cli::try_parse_from(["makekit", "--offset-y", "1,5mm"]).unwrap().build.printer.offset_y,
            1.5
        );
    }
}
