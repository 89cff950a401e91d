//! The suite of mistakes: `tests/mistakes/<name>/cases/` is read and resolved, and what is said of it must be, line for
//! line, `expected.txt` beside it. A new case is a new folder; `UPDATE_EXPECTED=1` writes what is said now.

use std::path::{Path, PathBuf};

use jiff::civil::date;
use libtest_mimic::{Arguments, Failed, Trial};
use makekit::diag::{Report, Sources, count_line, human};
use makekit::limits::Limits;
use makekit::{load, resolve};

fn main() {
    let arguments = Arguments::from_args();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mistakes");
    let mut suites: Vec<PathBuf> = std::fs::read_dir(&folder)
        .map(|entries| entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect())
        .unwrap_or_default();
    suites.sort();
    let trials = suites
        .into_iter()
        .map(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Trial::test(name, move || compare(&path))
        })
        .collect();
    libtest_mimic::run(&arguments, trials).exit();
}

/// Everything that is said of the cases of a folder, by the names that somebody standing in it would see.
fn said(folder: &Path) -> String {
    let sources = Sources::default();
    let mut report = Report::default();
    let limits = Limits::default();
    let cases = folder.join("cases");
    if let Some(opened) = load::open_cases(&cases, &mut report) {
        let raw = load::load(&opened, None, &load::Photos::default(), &limits, &sources, &mut report);
        let options = resolve::Options::for_day(date(2026, 11, 20));
        resolve::resolve(&raw, &options, &limits, &sources, &mut report);
    }
    let diagnostics = report.into_sorted(&sources);
    let count = count_line(&diagnostics).unwrap_or_else(|| "nothing to say".to_owned());
    let text = human(&diagnostics, &sources, false) + &count + "\n";
    let prefix = format!("{}{}", folder.display(), std::path::MAIN_SEPARATOR);
    text.replace(&prefix, "")
}

fn compare(folder: &Path) -> Result<(), Failed> {
    let said = said(folder);
    let file = folder.join("expected.txt");
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        return Ok(std::fs::write(file, said)?);
    }
    let expected = std::fs::read_to_string(&file)?.replace("\r\n", "\n");
    if said == expected {
        return Ok(());
    }
    let line = said.lines().zip(expected.lines()).take_while(|(a, b)| a == b).count() + 1;
    Err(format!("differs from expected.txt in line {line}; what is said now:\n{said}").into())
}
