//! Takes the files of `fonts/`; gives `$OUT_DIR/fonts.rs`: static tables of their faces, families and coverage, so that
//! the program parses no font when it starts.

#[path = "src/fonts/read.rs"]
mod read;
#[path = "build/templates.rs"]
mod templates;

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=fonts");
    println!("cargo::rerun-if-changed=src/fonts/read.rs");
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let mut files: Vec<PathBuf> =
        fs::read_dir(root.join("fonts"))?.map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>()?;
    files.retain(|f| f.extension().is_some_and(|e| e == "ttf" || e == "otf" || e == "ttc"));
    files.sort();
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("fonts.rs"), tables(&files)?)?;
    templates::write(&root.join("templates"), &out)
}

fn tables(files: &[PathBuf]) -> Result<String, Box<dyn Error>> {
    let (mut blocks, mut seen) = (Vec::new(), HashMap::new());
    let mut coverages: Vec<Vec<u16>> = Vec::new();
    let mut coverage_numbers: HashMap<Vec<u16>, usize> = HashMap::new();
    let mut families: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let (mut data, mut faces, mut count) = (String::new(), String::new(), 0);
    for (number, path) in files.iter().enumerate() {
        let file = path.file_name().and_then(|f| f.to_str()).ok_or("a font's file name is not UTF-8")?;
        let bytes = fs::read(path)?;
        // Apart from the names and tables, which every run reads: the system pages in what lies beside them as well.
        writeln!(
            data,
            "#[cfg_attr(target_os = \"linux\", unsafe(link_section = \".fonts\"))]\n\
             static DATA_{number}: [u8; {}] = *include_bytes!({:?});",
            bytes.len(),
            canonical(path)?
        )?;
        let read = read::read_faces(&bytes).map_err(|e| {
            format!("fonts/{file} {}{}", e.message, e.hint.map(|h| format!(" ({h})")).unwrap_or_default())
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
                "    Face {{ id: FaceId({count}), file: Cow::Borrowed({file:?}), family: Cow::Borrowed({:?}), \
                 weight: {}, italic: {}, data: FontBytes::Static(&DATA_{number}), index: {}, \
                 postscript_name: Cow::Borrowed({:?}), built_in: true, \
                 coverage: Coverage {{ pages: Cow::Borrowed(&PAGES_{coverage}), blocks: Cow::Borrowed(&BLOCKS) }} }},",
                face.family, face.weight, face.italic, face.index, face.postscript_name
            )?;
            families.entry(face.family).or_default().push(count);
            count += 1;
        }
    }
    let mut code = data;
    writeln!(code, "static BLOCKS: [[u64; 4]; {}] = {blocks:?};", blocks.len())?;
    for (number, pages) in coverages.iter().enumerate() {
        writeln!(code, "static PAGES_{number}: [u16; {}] = {pages:?};", pages.len())?;
    }
    writeln!(code, "pub(super) static FACES: [Face; {count}] = [\n{faces}];")?;
    let mut families: Vec<_> = families.into_iter().collect();
    families.sort_by_key(|(name, _)| name.to_ascii_lowercase());
    writeln!(code, "pub(super) static FAMILIES: [Family; {}] = [", families.len())?;
    for (name, faces) in families {
        let ids = faces.iter().map(|f| format!("FaceId({f})")).collect::<Vec<_>>().join(", ");
        writeln!(code, "    Family {{ name: Cow::Borrowed({name:?}), faces: Cow::Borrowed(&[{ids}]) }},")?;
    }
    writeln!(code, "];")?;
    Ok(code)
}

fn canonical(path: &Path) -> Result<String, Box<dyn Error>> {
    Ok(path.to_str().ok_or("the path of the source tree is not UTF-8")?.to_owned())
}
