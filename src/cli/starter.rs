//! A folder or an id in; a starting kit or a new case file on the disk out, and never over a file that is there.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use crate::diag::Diagnostic;

const KIT: &str = include_str!("starter/kit.toml");
const FIRST_CASE: &str = include_str!("starter/first.toml");
const NEW_CASE: &str = include_str!("starter/new.toml");

/// `makekit init DIR`: kit.toml and one invented case in `DIR/cases`, and `DIR/out`.
///
/// # Errors
/// The folder exists and is not empty, or cannot be written.
pub fn init(dir: &Path) -> Result<String, Diagnostic> {
    if fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Diagnostic::error(format!("`{}` is not empty", dir.display()))
            .hint("name a new folder, for example `makekit init my-kit`"));
    }
    let cases = dir.join("cases");
    for folder in [&cases, &dir.join("out")] {
        fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    }
    write_new(&cases.join("kit.toml"), KIT)?;
    write_new(&cases.join("amina.toml"), FIRST_CASE)?;
    Ok(format!("made {0}/cases/kit.toml and {0}/cases/amina.toml\nnext: cd {0} && makekit", dir.display()))
}

/// `makekit new ID`: a case file with every field explained.
///
/// # Errors
/// The id is no file name that works everywhere, the file exists, or the folder cannot be written.
pub fn new_case(id: &str, cases: &Path) -> Result<String, Diagnostic> {
    let sound = !id.is_empty()
        && id.len() <= 64
        && id.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
        && !id.eq_ignore_ascii_case("kit");
    if !sound {
        return Err(Diagnostic::error(format!("`{id}` cannot be a case's id"))
            .hint("letters, digits, `-` and `_`, up to 64 of them, and not `kit`: for example `maryia`"));
    }
    fs::create_dir_all(cases).map_err(|error| failed(cases, &error))?;
    let name = format!("{id}.toml");
    let alike = fs::read_dir(cases).into_iter().flatten().flatten().find(|entry| {
        let other = entry.file_name();
        other.to_string_lossy().to_lowercase() == name.to_lowercase()
    });
    let path = alike.map_or_else(|| cases.join(&name), |entry| entry.path());
    write_new(&path, NEW_CASE)?;
    Ok(format!("made {}\nnext: fill it in, then `makekit check`", path.display()))
}

/// Writes a file that must not be there yet.
///
/// # Errors
/// It is there, or the machine refuses.
pub fn write_new(path: &Path, text: &str) -> Result<(), Diagnostic> {
    let mut file =
        OpenOptions::new().write(true).create_new(true).open(path).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => Diagnostic::error(format!("`{}` is there already", path.display()))
                .hint("it was left as it is; choose another name"),
            _ => failed(path, &error),
        })?;
    file.write_all(text.as_bytes()).map_err(|error| failed(path, &error))
}

fn failed(path: &Path, error: &std::io::Error) -> Diagnostic {
    Diagnostic::machine(format!("cannot write `{}`: {error}", path.display()))
}
