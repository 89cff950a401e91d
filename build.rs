//! Takes the folder `templates/`; gives `$OUT_DIR/templates.rs`: `FILES`, the name and text of each file in it, sorted by
//! name; names are relative with `/` between their parts.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let templates = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("templates");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    println!("cargo::rerun-if-changed=templates");
    println!("cargo::rerun-if-changed=build.rs");
    let mut files = Vec::new();
    if templates.is_dir() {
        gather(&templates, "", &mut files)?;
    }
    files.sort();
    let mut code = String::from("pub const FILES: &[(&str, &str)] = &[\n");
    for (name, path) in files {
        writeln!(code, "    ({name:?}, include_str!({:?})),", path.canonicalize()?)?;
    }
    code.push_str("];\n");
    fs::write(out.join("templates.rs"), code)?;
    Ok(())
}

fn gather(folder: &Path, prefix: &str, files: &mut Vec<(String, PathBuf)>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let Some(name) = path.file_name().and_then(|n| n.to_str()) else { continue };
        if path.is_dir() {
            gather(&path, &format!("{prefix}{name}/"), files)?;
        } else if ["html", "css", "toml"].iter().any(|e| path.extension().is_some_and(|x| x == *e)) {
            files.push((format!("{prefix}{name}"), path));
        }
    }
    Ok(())
}
