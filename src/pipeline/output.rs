//! Finished parts in; the PDF files and their manifest on the disk out, and what changed since the last build.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Options;
use super::build::SheetJob;
use super::produce::{Piece, Press, Produced};
use super::summary::{Summary, WrittenFile};
use crate::diag::{Diagnostic, Report};
use crate::fonts::Catalogue;
use crate::frame::StockKind;
use crate::limits::{Limits, Unit};
use crate::pdf::{self, Assembler, Bookmark, Meta, PageLabel, Part, Pdf, PdfError};
use crate::picture::Pictures;
use crate::template::{Recipient, Subject};
use crate::write::{BuildMark, Comparison, ContentHash, Entry, Manifest, Prepared, Target};

/// What every file of a build is made with.
pub struct Document<'a> {
    pub session_cache: &'a pdf::Cache,
    pub catalogue: &'a Catalogue,
    pub pictures: &'a Pictures,
    pub meta: Meta,
}

/// One file to be: its path, the sheets that stand in it, and the parts they are joined from.
struct File<'j, 'a> {
    path: PathBuf,
    jobs: Vec<&'j SheetJob<'a>>,
    parts: Vec<Part>,
}

/// The pieces that are new or changed since the last build: sheet and subject.
pub type ChangedPieces = HashSet<(Arc<str>, Subject)>;

/// Files that are made, and stand beside those they take the place of.
pub struct Finished<'t> {
    /// The kit's files, and last of all its manifest: a build that fails before is compared with the same one again.
    files: Vec<Prepared<'t>>,
    /// Empty also where there is no build to compare with.
    pub changed: ChangedPieces,
}

/// Joins the parts, compares with the last build, and with `write` makes the files. Mistakes go to the report.
pub fn finish<'t>(
    press: &Press<'_>,
    jobs: &mut [SheetJob<'_>],
    document: &Document<'_>,
    options: &Options,
    target: Option<&'t Targets>,
    summary: &mut Summary,
    report: &mut Report,
) -> Option<Finished<'t>> {
    let mut files = files(jobs, options);
    let mut finished = Vec::new();
    let mut manifest = Manifest {
        program: concat!("makekit ", env!("CARGO_PKG_VERSION")).to_owned(),
        date: document.meta.date.to_string(),
        entries: Vec::new(),
    };
    for file in &mut files {
        match join(press, file, document) {
            Ok(pdf) => {
                report.extend(too_large(file, pdf.size(), &options.limits));
                finished.push(pdf);
            }
            Err(mistakes) => report.extend(mistakes),
        }
        add_entries(press, file, &mut manifest.entries);
    }
    let targets = target.filter(|_| !report.has_errors())?;
    let last = targets.last_manifest();
    let comparison = last.and_then(|last| Comparison::of(&manifest, &last, |entry| options.makes(entry)));
    let mut changed = ChangedPieces::new();
    if let Some(comparison) = comparison {
        summary.changes = Some(match comparison.changes.is_empty() {
            true => vec!["nothing to print again: all sheets are as they were".to_owned()],
            false => comparison.in_words(&manifest),
        });
        changed = changed_pieces(&files, comparison.to_print());
        // So that the next whole build does not call them new.
        manifest.entries.extend(comparison.others);
    }
    for (file, pdf) in files.iter().zip(&finished) {
        summary.files.push(WrittenFile { path: file.path.clone(), pages: file.pages(), bytes: pdf.size() });
    }
    // The disk takes its time for each.
    let (kits, listing) = rayon::join(
        || {
            let kit =
                |(file, pdf): (&File<'_, '_>, Pdf)| targets.prepare(&file.path, |out| pdf.write_to(out));
            files.iter().zip(finished).map(kit).collect::<Result<Vec<_>, _>>()
        },
        || {
            let path = targets.manifest.as_ref()?;
            Some(targets.prepare(path, |out| manifest.write_to(out)))
        },
    );
    match kits.and_then(|kits| Ok((kits, listing.transpose()?))) {
        Ok((mut files, listing)) => {
            files.extend(listing);
            Some(Finished { files, changed })
        }
        Err(diagnostic) => {
            report.push(diagnostic);
            None
        }
    }
}

/// The pieces of such numbers, which ascend, among those of all files.
fn changed_pieces(files: &[File<'_, '_>], numbers: impl Iterator<Item = usize>) -> ChangedPieces {
    let mut numbers = numbers.peekable();
    let chunks = files.iter().flat_map(File::chunks);
    let pieces = chunks.flat_map(|(job, made, _)| made.pieces.iter().map(move |piece| (job, piece)));
    let changed = pieces.enumerate().filter(|(number, _)| numbers.next_if_eq(number).is_some());
    changed.map(|(_, (job, piece))| (Arc::clone(&job.sheet.name), piece.subject)).collect()
}

/// Joins the pieces that changed and puts them beside the whole kit. Mistakes go to the report.
pub fn finish_changed(
    press: &Press<'_>,
    jobs: &mut [SheetJob<'_>],
    document: &Document<'_>,
    path: PathBuf,
    targets: &Targets,
    summary: &mut Summary,
) -> Result<(), Vec<Diagnostic>> {
    let parts = jobs.iter_mut().flat_map(SheetJob::give_parts).collect();
    let mut file = File { path, jobs: jobs.iter().collect(), parts };
    let pdf = join(press, &mut file, document)?;
    targets
        .prepare(&file.path, |out| pdf.write_to(out))
        .and_then(Prepared::put_in_place)
        .map_err(|mistake| vec![mistake])?;
    summary.files.push(WrittenFile { pages: file.pages(), path: file.path, bytes: pdf.size() });
    Ok(())
}

impl Finished<'_> {
    /// Puts the files in place.
    ///
    /// # Errors
    /// The machine refuses.
    pub fn put_in_place(self) -> Result<(), Diagnostic> {
        Prepared::put_all_in_place(self.files)
    }
}

/// The error of a file that is larger than its limit.
fn too_large(file: &File<'_, '_>, bytes: usize, limits: &Limits) -> Option<Diagnostic> {
    (bytes as u64 > limits.output_bytes).then(|| {
        Diagnostic::machine(format!(
            "`{}` has {}, more than the {} that are allowed",
            file.path.display(),
            Unit::Bytes.words(bytes as u64),
            Unit::Bytes.words(limits.output_bytes)
        ))
        .hint(Limits::hint("output-bytes"))
    })
}

/// The paths of a build, claimed before the work begins.
pub struct Targets {
    claimed: Vec<(PathBuf, Target)>,
    manifest: Option<PathBuf>,
}

impl Targets {
    /// Claims every path that the build may write.
    ///
    /// # Errors
    /// See [`Target::claim`].
    pub fn claim(options: &Options) -> Result<Self, Diagnostic> {
        let manifest = options.manifest.then(|| manifest_path(&options.out));
        let paths = options.written();
        if options.out.extension().is_some_and(|e| e.eq_ignore_ascii_case("json")) {
            return Err(Diagnostic::error(format!(
                "`{}` is the name of the kit's manifest",
                options.out.display()
            ))
            .hint("`--out` takes the PDF's name, for example `out/kit.pdf`"));
        }
        let claimed = Target::claim_all(&paths)?;
        Ok(Self { claimed: paths.into_iter().zip(claimed).collect(), manifest })
    }

    fn prepare(
        &self,
        path: &Path,
        fill: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
    ) -> Result<Prepared<'_>, Diagnostic> {
        match self.claimed.iter().find(|(p, _)| p == path) {
            Some((_, target)) => target.prepare(fill),
            None => Err(Diagnostic::machine(format!("`{}` was not claimed", path.display()))),
        }
    }

    /// The text of the last build's manifest.
    fn last_manifest(&self) -> Option<String> {
        let (_, target) = self.claimed.iter().find(|(p, _)| Some(p) == self.manifest.as_ref())?;
        target.read()
    }
}

impl Options {
    /// Whether an entry is one of those sheets and cases that `--only` and `--case` leave.
    fn makes(&self, entry: &Entry) -> bool {
        let case = |id: &str| self.only_cases.is_empty() || self.only_cases.iter().any(|only| only == id);
        (self.only.is_empty() || self.only.iter().any(|only| only.trim_end_matches(".html") == &*entry.sheet))
            && entry.case.as_deref().map_or(self.only_cases.is_empty(), case)
    }

    /// Every path that a build with these options may write.
    pub fn written(&self) -> Vec<PathBuf> {
        let mut paths = vec![self.out.clone()];
        if self.manifest {
            paths.push(manifest_path(&self.out));
        }
        if self.split {
            paths.extend([StockKind::Envelope, StockKind::Labels].map(|kind| split_path(&self.out, kind)));
        }
        if self.changed {
            paths.push(changed_path(&self.out));
        }
        paths
    }
}

fn manifest_path(out: &Path) -> PathBuf {
    out.with_extension("json")
}

fn split_path(out: &Path, kind: StockKind) -> PathBuf {
    match kind {
        StockKind::Paper => out.to_owned(),
        StockKind::Envelope => beside(out, "envelopes"),
        StockKind::Labels => beside(out, "labels"),
    }
}

/// Where `--changed` puts its pages: beside the whole kit, which stays whole.
pub fn changed_path(out: &Path) -> PathBuf {
    beside(out, "changed")
}

fn beside(out: &Path, what: &str) -> PathBuf {
    let stem = out.file_stem().unwrap_or_default().to_string_lossy();
    let extension = out.extension().map_or_else(|| "pdf".into(), |e| e.to_string_lossy());
    out.with_file_name(format!("{stem}-{what}.{extension}"))
}

fn files<'j, 'a>(jobs: &'j mut [SheetJob<'a>], options: &Options) -> Vec<File<'j, 'a>> {
    let parts: Vec<Vec<Part>> = jobs.iter_mut().map(SheetJob::give_parts).collect();
    let kinds: &[_] = match options.split {
        false => &[None],
        true => &[Some(StockKind::Paper), Some(StockKind::Envelope), Some(StockKind::Labels)],
    };
    let file = |kind: &Option<StockKind>| File {
        path: kind.map_or_else(|| options.out.clone(), |kind| split_path(&options.out, kind)),
        jobs: Vec::new(),
        parts: Vec::new(),
    };
    let mut files: Vec<_> = kinds.iter().map(file).collect();
    for (job, mut parts) in jobs.iter().zip(parts) {
        let place = kinds.iter().position(|kind| kind.is_none_or(|kind| kind == job.sheet.stock));
        if let Some(file) = place.and_then(|place| files.get_mut(place)) {
            file.jobs.push(job);
            file.parts.append(&mut parts);
        }
    }
    files.retain(|file| !file.jobs.is_empty());
    files
}

impl File<'_, '_> {
    fn pages(&self) -> usize {
        self.jobs.iter().map(|job| job.sides()).sum()
    }

    /// Each made chunk with the page of the file that it begins on, from 0.
    fn chunks(&self) -> impl Iterator<Item = (&SheetJob<'_>, &Arc<Produced>, usize)> {
        let mut page = 0;
        self.jobs.iter().flat_map(|job| job.made.iter().map(move |made| (*job, made))).map(
            move |(job, made)| {
                let first = page;
                page += made.sides;
                (job, made, first)
            },
        )
    }
}

fn join(press: &Press<'_>, file: &mut File<'_, '_>, document: &Document<'_>) -> Result<Pdf, Vec<Diagnostic>> {
    let parts = std::mem::take(&mut file.parts);
    let assembler = Assembler::new(document.catalogue, document.pictures, document.meta.clone())
        .with_cache(document.session_cache);
    assembler.finish(parts, &outline(press, file), &labels(press, file)).map_err(|error| match error {
        PdfError::Pixels(mistakes) => mistakes,
        error => vec![Diagnostic::machine(error.to_string())],
    })
}

/// Bookmarks by sheet, and below each by case. A case is named by its number and country, not by the person: a page
/// taken out with the outline must not carry the names of others.
fn outline(press: &Press<'_>, file: &File<'_, '_>) -> Vec<Bookmark> {
    let mut outline: Vec<Bookmark> = Vec::new();
    let mut sheet_name: Option<&str> = None;
    let mut last_case = None;
    for (job, made, first) in file.chunks() {
        if sheet_name != Some(&job.sheet.name) {
            sheet_name = Some(&job.sheet.name);
            last_case = None;
            outline.push(Bookmark {
                title: press.renderer.title(job.sheet).to_string(),
                sheet: first,
                below: Vec::new(),
            });
        }
        for piece in &made.pieces {
            let case = piece.subject.case;
            if case.is_none() || case == last_case {
                continue;
            }
            last_case = case;
            if let (Some(title), Some(bookmark)) = (case_title(press, piece), outline.last_mut()) {
                let sheet = first + piece.first_side as usize;
                bookmark.below.push(Bookmark { title, sheet, below: Vec::new() });
            }
        }
    }
    outline
}

fn case_title(press: &Press<'_>, piece: &Piece) -> Option<String> {
    let case = piece.subject.case(press.kit)?;
    let country = crate::postal::country::name(case.country.value, &press.kit.lang);
    Some(format!("{} · {country}", piece.subject.case? + 1))
}

fn labels(press: &Press<'_>, file: &File<'_, '_>) -> Vec<PageLabel> {
    let mut labels: Vec<PageLabel> = Vec::new();
    let mut page = 0;
    for job in &file.jobs {
        let prefix = format!("{} ", press.renderer.title(job.sheet));
        labels.push(PageLabel { sheet: page, prefix, numbered: true });
        page += job.sides();
    }
    labels
}

fn add_entries(press: &Press<'_>, file: &File<'_, '_>, entries: &mut Vec<Entry>) {
    let name: Arc<str> = file.path.file_name().unwrap_or_default().to_string_lossy().into();
    entries.reserve_exact(file.jobs.iter().map(|job| job.pieces()).sum());
    for (job, made, first) in file.chunks() {
        let stock: Arc<str> = match job.sheet.stock {
            StockKind::Paper => "paper",
            StockKind::Envelope => "envelope",
            StockKind::Labels => "labels",
        }
        .into();
        for piece in &made.pieces {
            entries.push(Entry {
                sheet: Arc::clone(&job.sheet.name),
                case: piece.subject.case(press.kit).map(|case| Arc::clone(&case.id)),
                recipient: recipient(&piece.subject),
                stock: Arc::clone(&stock),
                file: Arc::clone(&name),
                first_page: u32::try_from(first).unwrap_or(u32::MAX).saturating_add(piece.first_side + 1),
                pages: piece.sides,
                hash: ContentHash::of(&piece.content_hash),
                mark: BuildMark::of(&piece.content_hash),
                earlier: false,
            });
        }
    }
}

fn recipient(subject: &Subject) -> Option<Box<str>> {
    match subject.recipient? {
        Recipient::Target(number) => Some(format!("target {}", number + 1).into()),
        Recipient::Solidarity => Some("solidarity".into()),
    }
}
