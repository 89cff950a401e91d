//! Takes the font files of this folder; gives `$OUT_DIR/fonts.rs`: static tables of their faces, families and coverage.

#[path = "src/read.rs"]
#[allow(dead_code, reason = "the build keeps only what the tables hold")]
mod read;

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=.");
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let mut files: Vec<PathBuf> =
        fs::read_dir(&root)?.map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>()?;
    files.retain(|f| f.extension().is_some_and(|e| e == "ttf" || e == "otf" || e == "ttc"));
    files.sort();
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("fonts.rs"), tables(&files)?)?;
    Ok(())
}

fn tables(paths: &[PathBuf]) -> Result<String, Box<dyn Error>> {
    let (mut blocks, mut seen) = (Vec::new(), HashMap::new());
    let mut coverages: Vec<Vec<u16>> = Vec::new();
    let mut coverage_numbers: HashMap<Vec<u16>, usize> = HashMap::new();
    let mut families: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let (mut data, mut files, mut faces, mut count) = (String::new(), String::new(), String::new(), 0);
    for (number, path) in paths.iter().enumerate() {
        let name = path.file_name().and_then(|f| f.to_str()).ok_or("a font's file name is not UTF-8")?;
        let bytes = fs::read(path)?;
        let whole = path.to_str().ok_or("the path of the source tree is not UTF-8")?;
        // Apart from the names and tables, which every run reads: the system pages in what lies beside them as well.
        writeln!(
            data,
            "#[cfg(feature = \"embedded\")]\n\
             #[cfg_attr(target_os = \"linux\", unsafe(link_section = \".fonts\"))]\n\
             static DATA_{number}: [u8; {}] = *include_bytes!({whole:?});\n\
             #[cfg(feature = \"embedded\")]\n\
             const BYTES_{number}: Option<&'static [u8]> = Some(&DATA_{number});\n\
             #[cfg(not(feature = \"embedded\"))]\n\
             const BYTES_{number}: Option<&'static [u8]> = None;",
            bytes.len(),
        )?;
        writeln!(files, "    File {{ name: {name:?}, size: {}, bytes: BYTES_{number} }},", bytes.len())?;
        let read = read::read_faces(&bytes).map_err(|e| {
            format!("fonts/{name} {}{}", e.message, e.hint.map(|h| format!(" ({h})")).unwrap_or_default())
        })?;
        for face in read {
            // The monospaced twins in the CJK collections differ in their Latin letters only.
            if face.family.contains("Mono CJK") {
                continue;
            }
            let pages = read::pages(&face.code_points, &mut blocks, &mut seen);
            let coverage = *coverage_numbers.entry(pages.clone()).or_insert_with(|| {
                coverages.push(pages);
                coverages.len() - 1
            });
            writeln!(
                faces,
                "    Face {{ file: {number}, index: {}, family: {:?}, postscript_name: {:?}, weight: {}, \
                 italic: {}, pages: &PAGES_{coverage} }},",
                face.index, face.family, face.postscript_name, face.weight, face.italic
            )?;
            families.entry(face.family).or_default().push(count);
            count += 1;
        }
    }
    let mut code = data;
    writeln!(
        code,
        "/// Every font file, by name.\npub static FILES: [File; {}] = [\n{files}];",
        paths.len()
    )?;
    writeln!(
        code,
        "/// 256 code points each, a bit for each that is covered; block 0 is empty.\n\
         pub static BLOCKS: [[u64; 4]; {}] = {blocks:?};",
        blocks.len()
    )?;
    for (number, pages) in coverages.iter().enumerate() {
        writeln!(code, "static PAGES_{number}: [u16; {}] = {pages:?};", pages.len())?;
    }
    writeln!(code, "/// Every face, by file and index.\npub static FACES: [Face; {count}] = [\n{faces}];")?;
    let mut families: Vec<_> = families.into_iter().collect();
    families.sort_by_key(|(name, _)| name.to_ascii_lowercase());
    writeln!(
        code,
        "/// Every family, by name, ASCII case aside.\npub static FAMILIES: [Family; {}] = [",
        families.len()
    )?;
    for (name, faces) in families {
        writeln!(code, "    Family {{ name: {name:?}, faces: &{faces:?} }},")?;
    }
    writeln!(code, "];")?;
    Ok(code)
}
