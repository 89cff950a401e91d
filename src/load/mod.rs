//! Load: TOML, CSV and photos of a case folder in, raw tables with their places and decoded pictures out.
//!
//! Nothing here knows what a key means, but for the three that name other files: `recipients`, `photo.file` and
//! `organisation.logo`.

mod folder;
mod inks;
mod jpeg;
mod photo;
mod raw;
mod rows;
mod sniff;
mod syntax;
mod text;
mod workbook;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex};

use icu_normalizer::ComposingNormalizerBorrowed;
use rayon::prelude::*;

pub use folder::{Bound, Folder, OpenError};
pub use jpeg::Damage;
pub use photo::{Photo, decode as decode_photo};
pub use raw::{Raw, RawEntry, RawField, RawFile, RawKit, RawRows, RawTable, RawValue};
pub use rows::parse as parse_rows;
pub use syntax::{impossible_date, parse as parse_toml};
pub use text::take_in;
pub use workbook::{is_workbook, workbook_csv};

use crate::diag::{Diagnostic, Report, Sources, Span};
use crate::frame::ImageId;
use crate::limits::{Limits, Unit};
use crate::picture::{Picture, PictureFault, PicturePlace, PixelSource};

/// The name of the file that describes the kit.
pub const KIT_FILE: &str = "kit.toml";
const EXTENSION: &str = ".toml";
/// Letters of an id: it is printed, and names files.
const LONGEST_ID: usize = 64;

/// Opens the folder of cases that the user named.
pub fn open_cases(path: &Path, report: &mut Report) -> Option<Folder> {
    match Folder::open(path) {
        Ok(folder) => Some(folder),
        Err(error) => {
            let name = path.display();
            report.push(match error {
                OpenError::Missing { .. } => Diagnostic::error(format!("there is no folder `{name}`"))
                    .hint("name the folder of your case files with `--cases DIR`, or begin a kit with `makekit init DIR`"),
                OpenError::NoFile(_) => Diagnostic::error(format!("`{name}` is not a folder"))
                    .hint("`--cases` takes the folder that holds the case files"),
                OpenError::Denied => Diagnostic::machine(format!("no permission to read the folder `{name}`")),
                other => other.diagnostic("folder", &name.to_string()),
            });
            None
        }
    }
}

/// Reads the case folder: `kit.toml`, the cases, and the files that they name. With `only`, no other case is read.
/// Pictures are looked through, but not unfolded.
pub fn load(
    folder: &Folder,
    only: Option<&[String]>,
    photos: &Photos,
    limits: &Limits,
    sources: &Sources,
    report: &mut Report,
) -> RawKit {
    let mut kit = RawKit::default();
    let Some(names) = case_names(folder, only, limits, report) else { return kit };
    if names.has_kit {
        kit.kit = read_toml(folder, KIT_FILE, "kit".into(), limits, sources, report);
    }
    for (stem, name) in names.cases {
        kit.cases.extend(read_toml(folder, &name, stem, limits, sources, report));
    }
    read_recipients(folder, &mut kit, limits, sources, report);
    read_pictures(folder, &mut kit, photos, limits, report);
    kit
}

/// The files of a case folder.
struct Names {
    has_kit: bool,
    /// Stems and file names, in the order of the stems.
    cases: Vec<(Arc<str>, String)>,
}

fn case_names(
    folder: &Folder,
    only: Option<&[String]>,
    limits: &Limits,
    report: &mut Report,
) -> Option<Names> {
    let all = match folder.names() {
        Ok(all) => all,
        Err(error) => {
            report.push(error.diagnostic("folder", folder.name()));
            return None;
        }
    };
    let has_kit = all.iter().any(|name| name == KIT_FILE);
    let nfc = ComposingNormalizerBorrowed::new_nfc();
    let mut cases: Vec<(Arc<str>, String)> = Vec::new();
    for name in all.iter().filter(|name| *name != KIT_FILE && !name.starts_with(['.', '~', '#'])) {
        let Some(stem) = strip_extension(name) else { continue };
        if name.eq_ignore_ascii_case(KIT_FILE) {
            report.push(Diagnostic::error(format!(
                "the file `{}` must be named `{KIT_FILE}`",
                folder.shown(name)
            )));
        } else if stem.chars().count() > LONGEST_ID {
            let start: String = stem.chars().take(20).collect();
            report.push(
                Diagnostic::error(format!("the name of the file `{}…` is too long", folder.shown(&start)))
                    .hint(format!("a case's id has up to {LONGEST_ID} letters, such as `maryia-example`")),
            );
        } else if stem.is_empty() || stem.contains([',', '\u{fffd}']) || stem.chars().any(char::is_control) {
            report.push(
                Diagnostic::error(format!("the file name `{}` cannot be a case's id", folder.shown(name)))
                    .hint("use letters, digits and `-`, such as `maryia-example.toml`"),
            );
        } else {
            cases.push((nfc.normalize(stem).into(), name.clone()));
        }
    }
    cases.sort();
    report_unread(folder, &all, report);
    report_clashes(&cases, folder, report);
    if cases.len() as u64 > limits.case_files {
        let many = Unit::Count.words(limits.case_files);
        report.push(
            Diagnostic::error(format!("the folder `{}` holds more than {many} case files", folder.name()))
                .hint(Limits::hint("case-files")),
        );
        return None;
    }
    if cases.is_empty() {
        report.push(no_cases(folder, &all));
    }
    if let Some(only) = only {
        keep_only(&mut cases, only, folder, report);
    }
    Some(Names { has_kit, cases })
}

fn strip_extension(name: &str) -> Option<&str> {
    let at = name.len().checked_sub(EXTENSION.len())?;
    let (stem, extension) = (name.get(..at)?, name.get(at..)?);
    extension.eq_ignore_ascii_case(EXTENSION).then_some(stem)
}

fn no_cases(folder: &Folder, all: &[String]) -> Diagnostic {
    let error = Diagnostic::error(format!("the folder `{}` holds no case files", folder.name()));
    let below = all.iter().find(|name| {
        let inner = folder.open_below(name).and_then(|inner| inner.names());
        inner.is_ok_and(|names| names.iter().any(|name| strip_extension(name).is_some()))
    });
    match below {
        Some(below) => error
            .hint(format!("there are some in `{}`: name that folder with `--cases`", folder.shown(below))),
        None => error.hint(format!(
            "a case is a file such as `{}`; `makekit new ID` writes one",
            folder.shown("maryia.toml")
        )),
    }
}

/// Warns of files that look like cases and are not read: saved under another extension, or in a folder below.
fn report_unread(folder: &Folder, all: &[String], report: &mut Report) {
    for name in all.iter().filter(|name| !name.starts_with(['.', '~', '#'])) {
        let lower = name.to_lowercase();
        let meant = [".toml.txt", ".tml", ".txt", ".toml.toml"].iter().find_map(|wrong| {
            let stem = lower.strip_suffix(wrong).and_then(|stem| name.get(..stem.len()))?;
            (*wrong != ".txt" || is_like_a_case(folder, name)).then(|| format!("{stem}{EXTENSION}"))
        });
        if let Some(meant) = meant {
            report.push(
                Diagnostic::warning(format!("`{}` is not read", folder.shown(name)))
                    .hint(format!("if it is a case, call it `{meant}`")),
            );
        } else if strip_extension(name).is_none()
            && folder.has_folder(name)
            && let Ok(below) = folder.open_below(name).and_then(|inner| inner.names())
            && let Some(first) = below.iter().find(|name| strip_extension(name).is_some())
        {
            let inner = folder.shown(name);
            report.push(
                Diagnostic::warning(format!("the case files in `{inner}` are not read, such as `{first}`"))
                    .hint(format!(
                        "put them into `{}` itself, or name that folder with `--cases`",
                        folder.name()
                    )),
            );
        }
    }
}

/// Whether a file that is not called `.toml` has the first lines of a case or a kit.
fn is_like_a_case(folder: &Folder, name: &str) -> bool {
    let bound = Bound { limit: "toml-bytes", bytes: 1 << 16 };
    folder.read(name, bound).is_ok_and(|bytes| {
        let text = String::from_utf8_lossy(&bytes);
        let has =
            |key: &str| text.lines().any(|line| line.trim_start().starts_with(key) && line.contains('='));
        has("country") && (has("name") || has("summary")) || text.contains("[[targets]]")
    })
}

/// Two files that other systems, or the eye, take for one.
fn report_clashes(cases: &[(Arc<str>, String)], folder: &Folder, report: &mut Report) {
    let mut seen: HashMap<String, &str> = HashMap::new();
    for (stem, name) in cases {
        let folded = icu_casemap::CaseMapper::new().fold_string(stem).into_owned();
        if let Some(first) = seen.insert(folded, name) {
            report.push(
                Diagnostic::error(format!(
                    "the files `{}` and `{}` give two cases the same id",
                    folder.shown(first),
                    folder.shown(name)
                ))
                .hint("capitals and the way that accents are stored make no difference; rename one of them"),
            );
        }
    }
}

fn keep_only(cases: &mut Vec<(Arc<str>, String)>, only: &[String], folder: &Folder, report: &mut Report) {
    let nfc = ComposingNormalizerBorrowed::new_nfc();
    let mut kept = Vec::new();
    for id in only {
        let wanted = nfc.normalize(strip_extension(id).unwrap_or(id));
        match cases.iter().find(|(stem, _)| **stem == *wanted) {
            Some(case) if !kept.contains(case) => kept.push(case.clone()),
            Some(_) => {}
            None => {
                let error = Diagnostic::error(format!("there is no case `{id}` in `{}`", folder.name()));
                let near = cases
                    .iter()
                    .map(|(stem, _)| {
                        (strsim::jaro_winkler(&stem.to_lowercase(), &wanted.to_lowercase()), stem)
                    })
                    .filter(|(score, _)| *score > 0.75)
                    .max_by(|a, b| a.0.total_cmp(&b.0));
                report.push(match near {
                    Some((_, near)) => error.hint(format!("did you mean `{near}`?")),
                    None => error.hint("a case's id is the name of its file without `.toml`"),
                });
            }
        }
    }
    cases.retain(|case| kept.contains(case));
}

fn read_toml(
    folder: &Folder,
    name: &str,
    stem: Arc<str>,
    limits: &Limits,
    sources: &Sources,
    report: &mut Report,
) -> Option<RawFile> {
    let shown = folder.shown(name);
    let bound = Bound { limit: "toml-bytes", bytes: limits.toml_bytes };
    match folder.read(name, bound) {
        Ok(bytes) => {
            let (file, text) = take_in(&shown, bytes, sources, report)?;
            Some(parse_toml(file, stem, &text, report))
        }
        Err(error) => {
            let file = sources.add(shown.clone(), "");
            report.push(error.diagnostic("file", &shown).at(Span::start_of(file)));
            None
        }
    }
}

/// The text of a key, and where it stands.
fn named_file(table: &RawTable, key: &str) -> Option<(Arc<str>, Span)> {
    match &table.get(key)?.value {
        Raw { value: RawValue::Text(path), span } if !path.trim().is_empty() => {
            Some((path.trim().into(), *span))
        }
        _ => None,
    }
}

fn inner<'t>(table: &'t RawTable, key: &str) -> Option<&'t RawTable> {
    match &table.get(key)?.value.value {
        RawValue::Table(inner) => Some(inner),
        _ => None,
    }
}

fn read_recipients(
    folder: &Folder,
    kit: &mut RawKit,
    limits: &Limits,
    sources: &Sources,
    report: &mut Report,
) {
    let bound = Bound { limit: "csv-bytes", bytes: limits.csv_bytes };
    let mut failed: HashMap<Arc<str>, OpenError> = HashMap::new();
    for (path, span) in kit.cases.iter().filter_map(|case| named_file(&case.root, "recipients")) {
        if let Some(error) = failed.get(&path) {
            report.push(error.diagnostic("file of recipients", &path).at(span));
        }
        if kit.recipients.contains_key(&path) {
            continue;
        }
        let rows = match folder.read(&path, bound) {
            Ok(bytes) => take_in(&folder.shown(&path), bytes, sources, report)
                .and_then(|(file, text)| parse_rows(file, text, limits, report))
                .map(Arc::new),
            Err(error) => {
                report.push(error.diagnostic("file of recipients", &path).at(span));
                failed.insert(Arc::clone(&path), error);
                None
            }
        };
        kit.recipients.insert(path, rows);
    }
}

fn read_pictures(folder: &Folder, kit: &mut RawKit, photos: &Photos, limits: &Limits, report: &mut Report) {
    let logo = kit.kit.as_ref().and_then(|file| named_file(inner(&file.root, "organisation")?, "logo"));
    let portraits = kit.cases.iter().filter_map(|case| named_file(inner(&case.root, "photo")?, "file"));
    let mut wanted: BTreeMap<Arc<str>, Vec<(&'static str, Span)>> = BTreeMap::new();
    for (what, (path, span)) in
        logo.map(|logo| ("logo", logo)).into_iter().chain(portraits.map(|photo| ("photo", photo)))
    {
        wanted.entry(path).or_default().push((what, span));
    }
    if wanted.len() as u64 > limits.pictures {
        let many = Unit::Count.words(limits.pictures);
        report.push(Diagnostic::error(format!("more than {many} pictures")).hint(Limits::hint("pictures")));
        return;
    }
    let bound = Bound { limit: "picture-bytes", bytes: limits.picture_bytes };
    let wanted: Vec<_> = wanted.into_iter().collect();
    let opened: Vec<_> = wanted
        .par_iter()
        .map(|(path, _)| match folder.read(path, bound) {
            Ok(bytes) => Ok(photos.open(bytes, limits)),
            Err(error) => Err(error),
        })
        .collect();
    let (mut memory, mut pixels) = (0, 0);
    let mut known: HashMap<[u8; 32], ImageId> = HashMap::new();
    for ((path, places), result) in wanted.into_iter().zip(opened) {
        let places: Vec<PicturePlace> = places
            .into_iter()
            .map(|(what, span)| PicturePlace { what, path: Arc::clone(&path), span })
            .collect();
        let id = match result {
            Err(error) => {
                places.iter().for_each(|at| report.push(error.diagnostic(at.what, &path).at(at.span)));
                None
            }
            Ok(Err(fault)) => {
                places.iter().for_each(|at| report.push(at.mistake(&fault)));
                None
            }
            Ok(Ok(checked)) => {
                let photo = &checked.photo;
                if let Some(damage) = checked.damage {
                    places.iter().for_each(|at| report.push(damage_told(damage, at.what, &path).at(at.span)));
                }
                memory += photo.size();
                if !known.contains_key(&photo.file_hash) {
                    pixels += u64::from(photo.width) * u64::from(photo.height);
                }
                let too_much = if memory > limits.pictures_memory {
                    Some((Unit::Bytes.words(limits.pictures_memory), "pictures-memory"))
                } else if pixels > limits.pictures_pixels {
                    Some((Unit::Pixels.words(limits.pictures_pixels), "pictures-pixels"))
                } else {
                    None
                };
                match (too_much, known.get(&photo.file_hash)) {
                    (Some((most, limit)), _) => {
                        let words = format!("brings all pictures together to more than {most}");
                        let fault = PictureFault { words, hint: Some(Limits::hint(limit)) };
                        places.iter().for_each(|at| report.push(at.mistake(&fault)));
                        None
                    }
                    (None, Some(id)) => {
                        kit.pictures.also_at(*id, places);
                        Some(*id)
                    }
                    (None, None) => {
                        let (width, height, file_hash) = (photo.width, photo.height, photo.file_hash);
                        let source = Arc::clone(photo) as Arc<dyn PixelSource>;
                        let id = kit.pictures.add(Picture { width, height, file_hash, source, places });
                        known.insert(file_hash, id);
                        Some(id)
                    }
                }
            }
        };
        kit.images.insert(path, id);
    }
}

/// Photos that earlier builds of a watch have looked through, by the hash of their files.
#[derive(Default)]
pub struct Photos {
    known: Mutex<HashMap<[u8; 32], Checked>>,
}

/// A photo, and what is wrong with its data though it can be decoded.
#[derive(Clone)]
struct Checked {
    photo: Arc<Photo>,
    damage: Option<Damage>,
}

impl Photos {
    fn open(&self, bytes: Vec<u8>, limits: &Limits) -> Result<Checked, PictureFault> {
        let mut photo = Photo::open(bytes, limits)?;
        let hash = photo.file_hash;
        if let Some(known) = self.known.lock().ok().and_then(|known| known.get(&hash).cloned()) {
            return Ok(known);
        }
        let damage = photo.look_through().err();
        let checked = Checked { damage, photo: Arc::new(photo) };
        if let Ok(mut known) = self.known.lock() {
            known.insert(hash, checked.clone());
        }
        Ok(checked)
    }

    /// Forgets the photos that no kit uses any more.
    pub fn forget_unused(&self) {
        if let Ok(mut known) = self.known.lock() {
            known.retain(|_, checked| Arc::strong_count(&checked.photo) > 1);
        }
    }
}

/// What a decoder would pass over in silence.
fn damage_told(damage: Damage, what: &str, path: &str) -> Diagnostic {
    let again =
        "get the whole file again; if it looks right to you, open it in a picture program and save it anew";
    match damage {
        Damage::Unreadable => Diagnostic::error(format!(
            "the {what} `{path}` is damaged: from some place on its data cannot be read"
        )),
        Damage::Short => {
            Diagnostic::error(format!("the {what} `{path}` is damaged: a part of its data is missing"))
        }
        Damage::Long => Diagnostic::warning(format!(
            "the {what} `{path}` may be damaged: it holds more data than its picture takes"
        )),
    }
    .hint(again)
}
