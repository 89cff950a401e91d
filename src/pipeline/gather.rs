//! Folders in; the kit, its pictures, templates and fonts out: everything that is read from the disk, read once.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use rayon::prelude::*;

use super::Options;
use crate::diag::{Diagnostic, Report, Sources};
use crate::fonts::{Catalogue, is_font_file};
use crate::limits::{Limits, grouped};
use crate::load::{self, Bound, Folder, Photos};
use crate::model::Kit;
use crate::picture::Pictures;
use crate::plan::{CountRow, Results};
use crate::resolve::resolve;
use crate::template::{Bounds, TemplateFile, Templates};

/// What a build works on.
pub struct Gathered {
    pub kit: Kit,
    pub pictures: Pictures,
    pub templates: Templates,
}

/// Reads all input. Mistakes go to the report; `None` where nothing can go on.
pub fn gather(
    options: &Options,
    photos: &Photos,
    sources: &Sources,
    report: &mut Report,
) -> Option<Gathered> {
    let user = template_files(options, sources, report);
    let unread = Templates::find(&user, bounds(&options.limits), sources);
    let (mut of_templates, mut of_cases) = (Report::default(), Report::default());
    let (templates, read) = rayon::join(
        || unread.read(&mut of_templates),
        || {
            let folder = load::open_cases(&options.cases, &mut of_cases)?;
            let raw = load::load(&folder, None, photos, &options.limits, sources, &mut of_cases);
            let kit = resolve(&raw, &options.resolve, &options.limits, sources, &mut of_cases);
            Some((raw, kit))
        },
    );
    report.append(of_templates);
    report.append(of_cases);
    let (raw, kit) = read?;
    let Some(kit) = kit else {
        unfold_all(&raw.pictures, report);
        return None;
    };
    if kit.cases.is_empty() && !report.has_errors() {
        report.push(
            Diagnostic::error(format!("there is no case in `{}`", options.cases.display()))
                .hint("a case is a file `ID.toml` beside `kit.toml`: make one with `makekit new ID`"),
        );
    }
    known_cases(&kit, options, report);
    Some(Gathered { kit, pictures: raw.pictures, templates: templates? })
}

/// Finds what is wrong with the pictures of a kit that has mistakes and will not be printed.
pub fn unfold_all(pictures: &Pictures, report: &mut Report) {
    let mistakes: Vec<_> = pictures
        .all()
        .par_iter()
        .flat_map_iter(|picture| {
            let fault = picture.source.pixels().err();
            fault.map_or_else(Vec::new, |fault| picture.mistakes(&fault))
        })
        .collect();
    report.extend(mistakes);
}

/// Counts added up for the cases of a folder. Mistakes go to the report; `None` where the cases cannot be read.
pub fn add_up(
    options: &Options,
    rows: &[CountRow],
    files: usize,
    sources: &Sources,
    report: &mut Report,
) -> Option<Results> {
    let folder = load::open_cases(&options.cases, report)?;
    let raw = load::load(&folder, None, &Photos::default(), &options.limits, sources, report);
    let kit = resolve(&raw, &options.resolve, &options.limits, sources, report)?;
    Some(crate::plan::add_up(&kit, rows, files, report))
}

fn bounds(limits: &Limits) -> Bounds {
    Bounds {
        template_bytes: limits.template_bytes,
        templates: limits.templates,
        output_bytes: limits.template_output_bytes,
        time: Duration::from_secs(limits.template_seconds),
        memory: limits.template_memory,
    }
}

/// The built-in fonts and those of `--fonts`.
pub fn catalogue(fonts: Option<&Path>, limits: &Limits, report: &mut Report) -> Arc<Catalogue> {
    let built_in = Catalogue::built_in();
    let Some(path) = fonts else { return Arc::new(built_in) };
    let mut files = Vec::new();
    let Some(folder) = open(path, "--fonts", report) else { return Arc::new(built_in) };
    let mut fonts = names(&folder, report);
    fonts.retain(|name| is_font_file(name));
    if fonts.len() as u64 > limits.fonts {
        let (found, most) = (grouped(fonts.len() as u64), grouped(limits.fonts));
        report.push(
            Diagnostic::error(format!(
                "the folder `{}` holds {found} fonts, more than the {most} that are allowed",
                path.display()
            ))
            .hint(Limits::hint("fonts")),
        );
        return Arc::new(built_in);
    }
    if fonts.is_empty() {
        report.push(
            Diagnostic::warning(format!("there is no font in the folder `{}`", path.display()))
                .hint("a font is a file such as `NotoSans-Regular.ttf`"),
        );
    }
    for name in &fonts {
        let bound = Bound { bytes: limits.font_bytes, limit: "font-bytes" };
        match folder.read(name, bound) {
            Ok(bytes) => files.push((folder.shown(name), bytes)),
            Err(error) => report.push(error.diagnostic("font", &folder.shown(name))),
        }
    }
    match built_in.with_files(files) {
        Ok(catalogue) => Arc::new(catalogue),
        Err(errors) => {
            for error in errors {
                report.push(Diagnostic::error(error.to_string()));
            }
            Arc::new(Catalogue::built_in())
        }
    }
}

/// The user's templates, style sheets and strings: those of `--templates`.
fn template_files(options: &Options, sources: &Sources, report: &mut Report) -> Vec<TemplateFile> {
    let Some(path) = &options.templates else { return Vec::new() };
    let Some(folder) = open(path, "--templates", report) else { return Vec::new() };
    let mut files = Vec::new();
    let mut take = |folder: &Folder, prefix: &str, report: &mut Report| {
        for name in names(folder, report) {
            let wanted = name.ends_with(".html") || name.ends_with(".css") || name.ends_with(".toml");
            if !wanted || name.starts_with('.') {
                let lower = name.to_lowercase();
                if [".htm", ".html", ".tera", ".css", ".j2"].iter().any(|end| lower.ends_with(end)) {
                    let unread = Diagnostic::warning(format!("`{}` is not read", folder.shown(&name)));
                    report.push(unread.hint("a template is called `NAME.html`, a style sheet `NAME.css`"));
                }
                continue;
            }
            let bound = Bound { bytes: options.limits.template_bytes, limit: "template-bytes" };
            match folder.read(&name, bound) {
                Ok(bytes) => {
                    if let Some((file, text)) = load::take_in(&folder.shown(&name), bytes, sources, report) {
                        files.push(TemplateFile { name: format!("{prefix}{name}"), text, file });
                    }
                }
                Err(error) => report.push(error.diagnostic("template", &folder.shown(&name))),
            }
        }
    };
    take(&folder, "", report);
    if folder.has_folder("strings") {
        match folder.open_below("strings") {
            Ok(strings) => take(&strings, "strings/", report),
            Err(error) => report.push(error.diagnostic("folder", &folder.shown("strings"))),
        }
    }
    files
}

fn open(path: &Path, flag: &str, report: &mut Report) -> Option<Folder> {
    match Folder::open(path) {
        Ok(folder) => Some(folder),
        Err(error) => {
            report.push(
                error
                    .diagnostic("folder", &path.display().to_string())
                    .hint(format!("`{flag}` takes a folder that is there")),
            );
            None
        }
    }
}

fn names(folder: &Folder, report: &mut Report) -> Vec<String> {
    folder.names().unwrap_or_else(|error| {
        report.push(error.diagnostic("folder", folder.name()));
        Vec::new()
    })
}

/// A case that `--case` names must be there.
fn known_cases(kit: &Kit, options: &Options, report: &mut Report) {
    for wanted in &options.only_cases {
        if kit.cases.iter().all(|case| &*case.id != wanted) {
            let hint = nearest(wanted, kit.cases.iter().map(|case| &*case.id));
            let mut error = Diagnostic::error(format!("there is no case `{wanted}`"));
            error.hint = hint.or_else(|| Some("a case's id is its file's name without `.toml`".to_owned()));
            report.push(error);
        }
    }
}

/// `did you mean …`, for a name among others.
pub fn nearest<'n>(wanted: &str, names: impl Iterator<Item = &'n str>) -> Option<String> {
    let wanted = wanted.rsplit('/').next().unwrap_or(wanted).trim_end_matches(".toml").to_lowercase();
    names
        .map(|name| (strsim::jaro_winkler(&name.to_lowercase(), &wanted), name))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| format!("did you mean `{name}`?"))
}

/// The day that a kit is made for where `--date` does not say: SOURCE_DATE_EPOCH, else the clock in this place's zone.
///
/// # Errors
/// SOURCE_DATE_EPOCH is set and is no number of seconds.
pub fn today() -> Result<Date, Diagnostic> {
    let Some(epoch) = std::env::var_os("SOURCE_DATE_EPOCH") else {
        return Ok(jiff::Zoned::now().date());
    };
    let words = epoch.to_string_lossy();
    let seconds = words.trim().parse::<i64>().ok().and_then(|s| jiff::Timestamp::from_second(s).ok());
    seconds.map(|s| s.to_zoned(jiff::tz::TimeZone::UTC).date()).ok_or_else(|| {
        Diagnostic::error(format!("SOURCE_DATE_EPOCH is `{words}`"))
            .hint("it takes seconds since 1970, or unset it and use `--date YYYY-MM-DD`")
    })
}
