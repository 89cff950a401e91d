//! Takes the source files; fails on an import from a later stage and on a foreign crate outside its one place.

use std::fs;
use std::path::{Path, PathBuf};

/// The stages from first to last, as in docs/architecture.md. A module may use itself and those before it.
const ORDER: [&str; 19] = [
    "limits", "guard", "geometry", "diag", "fonts", "frame", "picture", "model", "postal", "plan", "load",
    "resolve", "template", "markup", "layout", "impose", "pdf", "write", "pipeline",
];

/// Crates that shape the design, and the only stages that may name them.
const PLACES: [(&str, &[&str]); 19] = [
    ("tera", &["template"]),
    ("html5gum", &["markup"]),
    ("cssparser", &["markup"]),
    ("taffy", &["layout"]),
    ("parley_engine", &["layout"]),
    ("parlance", &["layout"]),
    ("fontique", &["layout"]),
    ("printpdf", &["pdf"]),
    ("lopdf", &["pdf"]),
    ("subsetter", &["pdf"]),
    ("cap_std", &["load", "write"]),
    ("calamine", &["load"]),
    ("zip", &["load"]),
    ("zune_jpeg", &["load"]),
    ("annotate_snippets", &["diag"]),
    ("mimalloc", &["guard"]),
    ("tempfile", &["write"]),
    ("clap", &["cli"]),
    ("notify", &["cli"]),
];

fn source_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("src can be read").flatten() {
        let path = entry.path();
        if path.is_dir() {
            source_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// The stage a file belongs to: its folder below `src`, or its own stem.
fn stage_of(path: &Path) -> String {
    let below = path.strip_prefix("src").expect("a path below src");
    let first = below.components().next().expect("a name").as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// The code of a file without its tests and comments.
fn code_of(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a readable source file");
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

fn names_crate(code: &str, name: &str) -> bool {
    code.match_indices(&format!("{name}::")).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
    })
}

#[test]
fn nothing_is_imported_from_a_later_stage() {
    let mut files = Vec::new();
    source_files(Path::new("src"), &mut files);
    let mut faults = Vec::new();
    for path in &files {
        let stage = stage_of(path);
        let Some(rank) = ORDER.iter().position(|s| *s == stage) else { continue };
        let code = code_of(path);
        let later = ORDER[rank + 1..].iter().copied().chain(["cli"]);
        for other in later {
            if code.contains(&format!("crate::{other}::")) || code.contains(&format!("crate::{other};")) {
                faults.push(format!("{}: `{stage}` imports from `{other}`", path.display()));
            }
        }
    }
    assert!(files.len() > 10, "the source tree was found");
    assert!(faults.is_empty(), "upward imports:\n{}", faults.join("\n"));
}

#[test]
fn every_module_has_its_rank() {
    let lib = fs::read_to_string("src/lib.rs").expect("src/lib.rs");
    let unranked: Vec<&str> = lib
        .lines()
        .filter_map(|l| l.strip_prefix("pub mod ")?.strip_suffix(';'))
        .filter(|m| !ORDER.contains(m) && *m != "cli")
        .collect();
    assert!(unranked.is_empty(), "modules without a place in the order: {unranked:?}");
}

#[test]
fn foreign_crates_stay_in_their_place() {
    let mut files = Vec::new();
    source_files(Path::new("src"), &mut files);
    let mut faults = Vec::new();
    for path in &files {
        let stage = stage_of(path);
        let code = code_of(path);
        for (name, places) in PLACES {
            if names_crate(&code, name) && !places.contains(&stage.as_str()) {
                faults.push(format!("{}: `{name}` belongs to {places:?}", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "foreign crates out of place:\n{}", faults.join("\n"));
}
