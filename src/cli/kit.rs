//! Build, check and import: options out of the arguments, the pipeline, and what is said of its result.

use std::process::ExitCode;

use super::args::{BuildArgs, InputArgs, LimitArgs, PaperArg, Quantities};
use super::progress::Bar;
use super::terminal::Terminal;
use super::{INPUT, MACHINE, watch, words};
use crate::diag::{Diagnostic, Fault, Level, Report, Sources};
use crate::limits::Limits;
use crate::model::Paper;
use crate::pipeline::{self, Built, Copies, Options, Placement, Session};
use crate::resolve;

/// `makekit`
pub fn build(args: &BuildArgs) -> ExitCode {
    let terminal = Terminal::new(&args.terminal);
    let options = match options(args) {
        Ok(options) => options,
        Err(report) => return ended(report, &Sources::default(), &terminal),
    };
    let args_jobs = args.input.jobs;
    match pipeline::on_threads(args_jobs, || {
        if args.watch { watch::watch(&options, &terminal) } else { once(&options, &terminal, true) }
    }) {
        Ok(status) => status,
        Err(diagnostic) => {
            terminal.error(diagnostic);
            ExitCode::from(MACHINE)
        }
    }
}

/// `makekit check`
pub fn check(args: &BuildArgs) -> ExitCode {
    let terminal = Terminal::new(&args.terminal);
    let options = match options(args) {
        Ok(options) => options,
        Err(report) => return ended(report, &Sources::default(), &terminal),
    };
    match pipeline::on_threads(args.input.jobs, || once(&options, &terminal, false)) {
        Ok(status) => status,
        Err(diagnostic) => {
            terminal.error(diagnostic);
            ExitCode::from(MACHINE)
        }
    }
}

fn once(options: &Options, terminal: &Terminal, write: bool) -> ExitCode {
    let mut report = Report::default();
    let session = Session::new(options, false, &mut report);
    let sources = Sources::default();
    let built = run(&session, options, &sources, &mut report, terminal, write);
    let status = status(&report);
    terminal.report(report, &sources);
    if let Some(built) = built {
        if write {
            terminal.say(words::summary(&built.summary, terminal.verbose).trim_end());
        } else {
            terminal.say("no mistakes found");
        }
    }
    // The system takes the memory back faster than destructors would.
    std::mem::forget(session);
    status
}

/// One build with its progress bar.
pub fn run(
    session: &Session,
    options: &Options,
    sources: &Sources,
    report: &mut Report,
    terminal: &Terminal,
    write: bool,
) -> Option<Built> {
    let bar = Bar::new(terminal.shows_progress());
    let progress = |done: usize, total: usize| bar.tick(done, total);
    let built = if write {
        pipeline::build(session, options, sources, report, &progress)
    } else {
        pipeline::check(session, options, sources, report, &progress)
    };
    bar.clear();
    built
}

/// The exit status that a report asks for.
pub fn status(report: &Report) -> ExitCode {
    let errors = || report.iter().filter(|d| d.level == Level::Error);
    if errors().any(|d| d.fault == Fault::Input) {
        ExitCode::from(INPUT)
    } else if errors().next().is_some() {
        ExitCode::from(MACHINE)
    } else {
        ExitCode::SUCCESS
    }
}

fn ended(report: Report, sources: &Sources, terminal: &Terminal) -> ExitCode {
    let status = status(&report);
    terminal.report(report, sources);
    status
}

/// What the arguments mean.
pub fn options(args: &BuildArgs) -> Result<Options, Report> {
    let mut report = Report::default();
    let input = input(&args.input, args.allow_expired, &mut report);
    let placement = Placement {
        start_at: args.start_at,
        offset_x: args.printer.offset_x,
        offset_y: args.printer.offset_y,
        copies: match args.quantities {
            Quantities::One => Copies::Each(args.copies),
            Quantities::Plan => Copies::Plan,
        },
    };
    let options = input.map(|(resolve, limits)| Options {
        cases: args.input.cases.clone(),
        templates: args.input.templates.clone(),
        fonts: args.input.fonts.clone(),
        out: args.out.clone(),
        only: args.only.clone(),
        only_cases: args.case.clone(),
        resolve,
        placement,
        edition: args.edition.clone(),
        split: args.split,
        changed: args.changed,
        manifest: true,
        results: None,
        limits,
    });
    options.filter(|_| !report.has_errors()).ok_or(report)
}

/// The limits of a run; those that cannot be set are reported.
pub fn limits(args: &LimitArgs, report: &mut Report) -> Limits {
    let mut limits = Limits::default();
    for limit in &args.limits {
        if let Err(words) = limits.set(limit) {
            report.push(Diagnostic::error(words));
        }
    }
    limits
}

/// What is read and as what it counts.
pub fn input(
    args: &InputArgs,
    allow_expired: bool,
    report: &mut Report,
) -> Option<(resolve::Options, Limits)> {
    let today = match args.date.map_or_else(pipeline::today, Ok) {
        Ok(today) => today,
        Err(diagnostic) => {
            report.push(diagnostic);
            return None;
        }
    };
    let limits = limits(&args.limits, report);
    let resolve = resolve::Options {
        today,
        allow_expired,
        lang: args.lang.clone(),
        paper: args.paper.map(|paper| match paper {
            PaperArg::A4 => Paper::A4,
            PaperArg::Letter => Paper::Letter,
        }),
        envelope: args.envelope.clone(),
        labels: args.labels.clone(),
    };
    Some((resolve, limits))
}
