//! Arguments in; words at the terminal and an exit status out.

mod args;
mod calibrate;
mod ending;
mod import;
mod kit;
mod progress;
mod report;
mod starter;
mod stocks;
mod terminal;
mod watch;
mod words;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::diag::Diagnostic;
use crate::resolve::SchemaFile;
use args::{Cli, Command, SchemaOf, TerminalArgs};
use terminal::Terminal;

/// The input has mistakes.
const INPUT: u8 = 1;
/// The machine failed us.
const MACHINE: u8 = 3;

/// Runs the program with the process's own arguments.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    ending::prepare(cli.messages());
    ending::caught(|| command(cli))
}

fn command(cli: Cli) -> ExitCode {
    match cli.command {
        None => kit::build(&cli.build),
        Some(Command::Check(args)) => kit::check(&args),
        Some(Command::Stocks { search, terminal }) => {
            stocks::list(search.as_deref(), &Terminal::new(&terminal))
        }
        Some(Command::Init { dir, terminal }) => said(starter::init(&dir), &terminal),
        Some(Command::New { id, cases, terminal }) => said(starter::new_case(&id, &cases), &terminal),
        Some(Command::Import { file, cases, sheet, limits, terminal }) => {
            import::import(&file, &cases, sheet.as_deref(), &limits, &Terminal::new(&terminal))
        }
        Some(Command::Report { counts, poster, format, input, terminal }) => {
            report::report(&counts, poster.as_deref(), format, &input, &Terminal::new(&terminal))
        }
        Some(Command::Calibrate { labels, envelope, out, printer, terminal }) => calibrate::calibrate(
            labels.as_deref(),
            envelope.as_deref(),
            &out,
            printer,
            &Terminal::new(&terminal),
        ),
        Some(Command::Schema { of }) => {
            let file = match of {
                SchemaOf::Case => SchemaFile::Case,
                SchemaOf::Kit => SchemaFile::Kit,
            };
            print(&format!("{:#}", crate::resolve::schema(file)));
            ExitCode::SUCCESS
        }
        Some(Command::Completions { shell }) => {
            let mut words = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "makekit", &mut words);
            print(&String::from_utf8_lossy(&words));
            ExitCode::SUCCESS
        }
        Some(Command::Man) => manual(),
    }
}

fn manual() -> ExitCode {
    let mut page = Vec::new();
    if clap_mangen::Man::new(Cli::command()).render(&mut page).is_err() {
        return ExitCode::from(MACHINE);
    }
    print(&String::from_utf8_lossy(&page));
    ExitCode::SUCCESS
}

/// Prints a result; a reader that has gone away is no error.
fn print(words: &str) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(words.trim_end().as_bytes()).and_then(|()| out.write_all(b"\n"));
}

/// The end of a command that either says something or fails with one diagnostic.
fn said(result: Result<String, Diagnostic>, terminal: &TerminalArgs) -> ExitCode {
    let terminal = Terminal::new(terminal);
    match result {
        Ok(words) => {
            terminal.say(&words);
            ExitCode::SUCCESS
        }
        Err(diagnostic) => {
            let status = status_of(&diagnostic);
            terminal.error(diagnostic);
            status
        }
    }
}

fn status_of(diagnostic: &Diagnostic) -> ExitCode {
    match diagnostic.fault {
        crate::diag::Fault::Input => ExitCode::from(INPUT),
        crate::diag::Fault::Machine => ExitCode::from(MACHINE),
    }
}
