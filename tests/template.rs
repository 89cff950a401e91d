//! Takes the folders of `tests/template/cases/`, each with the files of a templates folder and what is `expected.txt` of
//! them; a case more is a folder more. `UPDATE_EXPECTED=1` writes what was found.

#[path = "template/kit.rs"]
mod kit;
#[path = "template/support.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};
use makekit::diag::{Report, Sources};

const CASES: &str = "tests/template/cases";

fn main() {
    let arguments = Arguments::from_args();
    let mut folders: Vec<PathBuf> =
        fs::read_dir(CASES).expect("the folder of cases").flatten().map(|entry| entry.path()).collect();
    folders.sort();
    let tests = folders
        .into_iter()
        .map(|folder| {
            let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Trial::test(name, move || run(&folder))
        })
        .collect();
    libtest_mimic::run(&arguments, tests).exit();
}

/// The files of a folder with names as the loader gives them.
fn gather(folder: &Path, prefix: &str, files: &mut Vec<(String, String)>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").flatten().map(|e| e.path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            gather(&path, &format!("{prefix}{name}/"), files);
        } else if name != "expected.txt" {
            files.push((format!("{prefix}{name}"), fs::read_to_string(&path).expect("a text")));
        }
    }
}

fn run(folder: &Path) -> Result<(), Failed> {
    let mut files = Vec::new();
    gather(folder, "", &mut files);
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let sources = Sources::default();
    let kit = kit::kit(&sources);
    let mut report = Report::default();
    let templates = support::load(&sources, &files, &mut report);
    let mut found = support::shown(report, &sources);
    if let Some(templates) = &templates {
        found += &support::render_all(templates, &kit, &sources);
    }
    let path = folder.join("expected.txt");
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(&path, &found)?;
        return Ok(());
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    if found == expected { Ok(()) } else { Err(format!("expected:\n{expected}\nfound:\n{found}").into()) }
}
