//! Runs every `tests/markup/**/*.html`: the dump of its styled tree, or its mistakes, must be what stands in the `.txt`
//! beside it. A `.css` of the same name is its theme.
//!
//! `MAKEKIT_UPDATE_GOLDENS=1 cargo test --test markup` writes the files anew where they differ, and fails that once, so
//! that nobody updates them unseen.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use makekit::markup::{MarkupError, StyleSheet, Styler};

fn main() {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/markup");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    assert!(!files.is_empty(), "no cases in tests/markup");
    let trials = files
        .into_iter()
        .map(|file| {
            let name = file.strip_prefix(&root).unwrap_or(&file).with_extension("").display().to_string();
            Trial::test(name, move || run(&file))
        })
        .collect();
    libtest_mimic::run(&arguments, trials).exit();
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "html") {
            files.push(path);
        }
    }
}

fn run(file: &Path) -> Result<(), Failed> {
    let html = std::fs::read_to_string(file)?;
    let css = std::fs::read_to_string(file.with_extension("css")).unwrap_or_default();
    let found = render(&html, &css);
    let golden = file.with_extension("txt");
    let expected = std::fs::read_to_string(&golden).unwrap_or_default();
    if found == expected {
        return Ok(());
    }
    if std::env::var_os("MAKEKIT_UPDATE_GOLDENS").is_some() {
        std::fs::write(&golden, &found)?;
        return Err(format!("{} was written anew; look at it and run again", golden.display()).into());
    }
    Err(difference(&expected, &found).into())
}

fn render(html: &str, css: &str) -> String {
    let (sheet, mut errors) = StyleSheet::parse(css);
    errors.iter_mut().for_each(|error| error.sheet = Some(0));
    let variables = [("--accent".to_owned(), "#ffe600".to_owned())];
    let (styler, more) = Styler::new(vec![Arc::new(sheet)], &variables);
    errors.extend(more);
    let mut out = String::new();
    match styler.document(html) {
        Ok(document) if errors.is_empty() => return document.dump(),
        Ok(_) => {}
        Err(own) => errors.extend(own),
    }
    for MarkupError { range, message, hint, sheet } in errors {
        let (text, name) = if sheet.is_some() { (css, "css") } else { (html, "html") };
        let line = text[..range.start].matches('\n').count() + 1;
        let column = range.start - text[..range.start].rfind('\n').map_or(0, |at| at + 1) + 1;
        let _ = writeln!(out, "{name}:{line}:{column}: {message}");
        let _ = writeln!(out, "    {:?}", text.get(range).unwrap_or("(no place)"));
        if let Some(hint) = hint {
            let _ = writeln!(out, "    hint: {hint}");
        }
    }
    out
}

/// The lines from the first that differs.
fn difference(expected: &str, found: &str) -> String {
    let same = expected.lines().zip(found.lines()).take_while(|(a, b)| a == b).count();
    let some = |text: &str| text.lines().skip(same).take(8).collect::<Vec<_>>().join("\n");
    format!("differs from line {}\n--- expected\n{}\n--- found\n{}", same + 1, some(expected), some(found))
}
