//! The stages in their order: gather, plan, produce side by side, join, write.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use super::chunks::chunks;
use super::gather::{self, Gathered, catalogue};
use super::produce::{Chunk, ChunkCache, Press, Produced, Stocks};
use super::summary::{SheetSummary, Summary};
use super::{Options, changed, contents, output, post, select, stocks};
use crate::diag::{Diagnostic, Report, Sources};
use crate::fonts::Catalogue;
use crate::frame::StockKind;
use crate::guard;
use crate::layout::Engine;
use crate::limits::{Limits, grouped};
use crate::load::Photos;
use crate::markup::{self, StyleSheet as Css, Styler};
use crate::model::Kit;
use crate::pdf::{self, Assembler, Meta, Part};
use crate::plan::{ContentsRow, supplies};
use crate::postal::stock::envelope as postal_envelope;
use crate::template::{RenderOptions, SheetDef, StyleSheet, Templates, subjects};

/// How often a sheet that prints the kit's contents is made again until its own length has settled.
const CONTENTS_ROUNDS: usize = 3;

/// What outlives a build: fonts, laid paragraphs, finished chunks, encoded pictures.
pub struct Session {
    catalogue: Arc<Catalogue>,
    engine: Engine,
    chunks: Option<ChunkCache>,
    pdf: pdf::Cache,
    photos: Photos,
}

impl Session {
    /// For one build, or with `keep` for the rebuilds of a watch. Font mistakes go to the report.
    pub fn new(options: &Options, keep: bool, report: &mut Report) -> Self {
        let catalogue = catalogue(options.fonts.as_deref(), &options.limits, report);
        Self {
            engine: Engine::new(Arc::clone(&catalogue)),
            catalogue,
            chunks: keep.then(ChunkCache::default),
            pdf: pdf::Cache::default(),
            photos: Photos::default(),
        }
    }
}

impl Session {
    /// Drops what is large. At the end of a program's only build the system takes it back faster than destructors would.
    fn let_go<T>(&self, large: T) {
        if self.chunks.is_none() {
            std::mem::forget(large);
        }
    }
}

/// What a build gives.
pub struct Built {
    pub summary: Summary,
}

/// Told how many pieces are done of how many.
pub type Progress<'p> = &'p (dyn Fn(usize, usize) + Sync);

/// Makes the kit and writes it. `None` where the report has errors; then nothing was written.
pub fn build(
    session: &Session,
    options: &Options,
    sources: &Sources,
    report: &mut Report,
    progress: Progress<'_>,
) -> Option<Built> {
    run(session, options, sources, report, progress, true)
}

/// Does everything but the writing.
pub fn check(
    session: &Session,
    options: &Options,
    sources: &Sources,
    report: &mut Report,
    progress: Progress<'_>,
) -> Option<Built> {
    run(session, options, sources, report, progress, false)
}

fn run(
    session: &Session,
    options: &Options,
    sources: &Sources,
    report: &mut Report,
    progress: Progress<'_>,
    write: bool,
) -> Option<Built> {
    let mut clock = Clock::default();
    let _limit = guard::run(Duration::from_secs(options.limits.seconds));
    let targets = match write.then(|| output::Targets::claim(options)).transpose() {
        Ok(targets) => targets,
        Err(diagnostic) => {
            report.push(diagnostic);
            None
        }
    };
    let gathered = gather::gather(options, &session.photos, sources, report)?;
    clock.lap("read");
    let mut joined = false;
    let build = Build { session, options, sources, gathered: &gathered, progress };
    let built = build.make(targets.as_ref(), clock, &mut joined, report);
    if !joined && report.has_errors() {
        gather::unfold_all(&gathered.pictures, report);
    }
    session.photos.forget_unused();
    session.let_go(gathered);
    built
}

/// What a build works with.
#[derive(Clone, Copy)]
struct Build<'b> {
    session: &'b Session,
    options: &'b Options,
    sources: &'b Sources,
    gathered: &'b Gathered,
    progress: Progress<'b>,
}

impl Build<'_> {
    /// Makes the pages and joins them; with `targets`, writes them. `joined` is set where the pictures were unfolded.
    fn make(
        self,
        targets: Option<&output::Targets>,
        mut clock: Clock,
        joined: &mut bool,
        report: &mut Report,
    ) -> Option<Built> {
        let Self { session, options, sources, gathered, progress } = self;
        let Gathered { kit, pictures, templates } = gathered;
        let (mut of_post, mut of_styles) = (Report::default(), Report::default());
        let ((), styling) = rayon::join(
            || post::addresses(kit, &mut of_post),
            || {
                let styles = edition_styles(templates, options, &mut of_styles)?;
                let styler = styler(&styles, kit, &options.limits, &mut of_styles)?;
                Some((styles, styler))
            },
        );
        report.append(of_post);
        let stocks = stocks::stocks(kit, options, report)?;
        let chosen = select::sheets(kit, templates, options, report);
        report.append(of_styles);
        let (styles, styler) = styling?;
        let plan = select::plan(kit);
        let meta = Meta {
            title: kit.title.to_string(),
            lang: kit.lang.to_string(),
            date: kit.today,
            author: kit.organisation.name.as_ref().map(|name| name.to_string()),
            version: env!("CARGO_PKG_VERSION"),
        };
        let assembler = Assembler::new(&session.catalogue, pictures, meta.clone());
        let look = look(&styles, &stocks, options);

        let work = |contents: Vec<ContentsRow>, report: &mut Report| {
            let mut plan = plan.clone();
            if !contents.is_empty() {
                plan.supplies =
                    postal_envelope(&kit.envelope).map(|e| supplies(&plan, &contents, kit.paper, &e));
            }
            let rendering = RenderOptions {
                edition: edition(options).to_owned(),
                plan,
                contents,
                results: options.results.clone(),
            };
            templates.renderer(kit, rendering, report)
        };
        let renderer = work(Vec::new(), report);
        let press = Press {
            kit,
            pictures,
            sources,
            renderer: &renderer,
            styler: &styler,
            styles: &styles,
            engine: &session.engine,
            assembler: &assembler,
            stocks: &stocks,
            placement: stocks::placement(kit, options),
            duplex: kit.duplex,
            edition: edition(options),
            look,
            cache: session.chunks.as_ref(),
            most_pages: options.limits.sheet_pages,
        };
        let per_sheet = stocks.labels.geometry.places.len() as u32;
        let mut jobs: Vec<SheetJob<'_>> = Vec::new();
        for sheet in &chosen {
            let mut found = subjects(kit, sheet);
            if !options.only_cases.is_empty() {
                let wanted = |case: Option<u32>| {
                    case.is_none_or(|n| options.only_cases.iter().any(|id| **id == *kit.cases[n as usize].id))
                };
                found.list.retain(|s| wanted(s.case));
            }
            found.left_out.into_iter().for_each(|note| report.push(note));
            let copies = |subject: &_| select::copies(kit, &plan, options, sheet, subject);
            let counted = found.list.iter().map(|subject| (*subject, copies(subject))).collect();
            let start_at = options.placement.start_at;
            jobs.push(SheetJob {
                sheet,
                chunks: chunks(sheet, counted, start_at, per_sheet),
                made: Vec::new(),
            });
        }
        let labels_a_page = stocks.labels.geometry.places.len();
        let asked = jobs.iter().map(|job| job.asked(labels_a_page)).sum();
        if let Some(mistake) = too_many_pages(asked, options) {
            report.push(mistake);
            return None;
        }
        clock.lap("prepare");

        let total: usize = jobs.iter().flat_map(|job| &job.chunks).map(|c| c.subjects.len()).sum();
        let done = AtomicUsize::new(0);
        let make = |press: &Press<'_>, chunk: &Chunk<'_>| {
            let made = press.produce(chunk);
            let so_far = done.fetch_add(chunk.subjects.len(), Ordering::Relaxed) + chunk.subjects.len();
            progress(so_far.min(total), total);
            made
        };
        let (late, early): (Vec<_>, Vec<_>) =
            (0..jobs.len()).partition(|&i| templates.uses(jobs[i].sheet, "contents"));
        produce(&press, &mut jobs, &early, &make, report);
        let mut late_renderer = None;
        if !late.is_empty() {
            let mut rows = contents::rows(kit, &plan, &jobs, &press);
            for _ in 0..CONTENTS_ROUNDS {
                let renderer = &*late_renderer.insert(work(rows.clone(), &mut Report::default()));
                let press = Press { renderer, ..press };
                produce(&press, &mut jobs, &late, &make, report);
                let settled = contents::rows(kit, &plan, &jobs, &press);
                if settled == rows || report.has_errors() {
                    break;
                }
                rows = settled;
            }
        }
        clock.lap("make pages");
        report.extend(too_many_pages(jobs.iter().map(|job| job.sides() as u64).sum(), options));
        if report.has_errors() {
            return None;
        }
        let late: Vec<Arc<str>> = late.iter().map(|&i| Arc::clone(&jobs[i].sheet.name)).collect();
        post::weight(kit, &jobs, report);
        jobs.retain(|job| job.sides() > 0);
        if jobs.is_empty() {
            report.push(
                Diagnostic::error("there is nothing to print")
                    .hint("the notes above say what was left out; `--only` and `--case` may leave nothing"),
            );
            return None;
        }
        let mut summary = Summary {
            cases: kit.cases.len(),
            pictures: pictures.len(),
            sheets: sheet_summaries(&jobs, &stocks, &renderer),
            ..Summary::default()
        };
        let document =
            output::Document { session_cache: &session.pdf, catalogue: &session.catalogue, pictures, meta };
        *joined = true;
        let finished = output::finish(&press, &mut jobs, &document, options, targets, &mut summary, report);
        if let (Some(finished), Some(targets)) = (finished, targets) {
            if options.changed {
                let late_press = Press { renderer: late_renderer.as_ref().unwrap_or(&renderer), ..press };
                let press_of =
                    |sheet: &SheetDef| if late.contains(&sheet.name) { &late_press } else { &press };
                let again = changed::jobs(&jobs, &finished.changed, |sheet, pieces| {
                    let chunks = chunks(sheet, pieces, options.placement.start_at, per_sheet);
                    chunks.iter().map(|chunk| press_of(sheet).produce(chunk)).collect()
                });
                changed::write(&press, again, &document, options, targets, &mut summary)
                    .unwrap_or_else(|mistakes| mistakes.into_iter().for_each(|mistake| report.push(mistake)));
            }
            if !report.has_errors() {
                finished.put_in_place().unwrap_or_else(|diagnostic| report.push(diagnostic));
            }
        }
        if let Some(mut chunks) = session.chunks.as_ref().and_then(|chunks| chunks.lock().ok()) {
            // What this build did not use is of an older state of the files: memory must not grow with every edit.
            chunks.retain(|_, produced| Arc::strong_count(produced) > 1);
        }
        session.let_go(jobs);
        clock.lap(if targets.is_some() { "write" } else { "join" });
        summary.stages = clock.laps;
        (!report.has_errors()).then_some(Built { summary })
    }
}

/// The error of a kit that is larger than its limit.
fn too_many_pages(pages: u64, options: &Options) -> Option<Diagnostic> {
    (pages > options.limits.pages).then(|| {
        Diagnostic::machine(format!(
            "the kit has {} pages, more than the {} that are allowed",
            grouped(pages),
            grouped(options.limits.pages)
        ))
        .hint(Limits::hint("pages"))
    })
}

/// A sheet of the kit, what is to be made of it and what was made.
pub struct SheetJob<'a> {
    pub sheet: &'a SheetDef,
    pub chunks: Vec<Chunk<'a>>,
    pub made: Vec<Arc<Produced>>,
}

impl SheetJob<'_> {
    /// Printed sides.
    pub fn sides(&self) -> usize {
        self.made.iter().map(|produced| produced.sides).sum()
    }

    /// The parts to be joined; they are taken away where no cache keeps them for a rebuild.
    pub fn give_parts(&mut self) -> Vec<Part> {
        let give = |produced: &mut Arc<Produced>| match Arc::get_mut(produced) {
            Some(own) => std::mem::take(&mut own.part),
            None => produced.part.clone(),
        };
        self.made.iter_mut().map(give).collect()
    }

    /// Pages that are asked for at the least, known before any is made.
    fn asked(&self, labels_a_page: usize) -> u64 {
        let copies = |c: &Chunk<'_>| c.subjects.iter().map(|(_, copies)| u64::from(*copies)).sum::<u64>();
        let pieces: u64 = self.chunks.iter().map(copies).sum();
        if self.sheet.stock == StockKind::Labels { pieces / labels_a_page.max(1) as u64 } else { pieces }
    }

    pub fn pieces(&self) -> usize {
        self.made.iter().map(|produced| produced.pieces.len()).sum()
    }
}

/// A finished chunk, or the mistakes of all its subjects.
type Made = Result<Arc<Produced>, Vec<Diagnostic>>;

/// Makes all chunks of some sheets, side by side, and keeps them in order.
fn produce<'a>(
    press: &Press<'_>,
    jobs: &mut [SheetJob<'a>],
    which: &[usize],
    make: &(dyn Fn(&Press<'_>, &Chunk<'a>) -> Made + Sync),
    report: &mut Report,
) {
    let chunks: Vec<(usize, &Chunk<'a>)> =
        which.iter().flat_map(|&i| jobs[i].chunks.iter().map(move |c| (i, c))).collect();
    // Each thread takes the next one: the large pages come first, and none of them is left for the end.
    let next = AtomicUsize::new(0);
    let take = || {
        let place = next.fetch_add(1, Ordering::Relaxed);
        chunks.get(place).map(|(_, chunk)| (place, make(press, chunk)))
    };
    let of_threads: Vec<Vec<(usize, Made)>> = rayon::broadcast(|_| std::iter::from_fn(take).collect());
    let mut made: Vec<(usize, Made)> = of_threads.into_iter().flatten().collect();
    made.sort_unstable_by_key(|(place, _)| *place);
    let made: Vec<(usize, Made)> = made.into_iter().map(|(place, made)| (chunks[place].0, made)).collect();
    drop(chunks);
    for &i in which {
        jobs[i].made.clear();
    }
    let mut mistakes = Vec::new();
    for (i, result) in made {
        match result {
            Ok(produced) => {
                // Where no case could be read, what the kit lacks for want of one says nothing.
                let notes = produced.left_out.iter().filter(|_| !press.kit.cases.is_empty());
                notes.for_each(|note| report.push(note.clone()));
                jobs[i].made.push(produced);
            }
            Err(mut found) => mistakes.append(&mut found),
        }
    }
    select::fold_repeats(mistakes).into_iter().for_each(|mistake| report.push(mistake));
}

fn sheet_summaries(
    jobs: &[SheetJob<'_>],
    stocks: &Stocks,
    renderer: &crate::template::Renderer<'_>,
) -> Vec<SheetSummary> {
    let mut first_page = 1;
    jobs.iter()
        .map(|job| {
            let sides = job.sides();
            let summary = SheetSummary {
                sheet: Arc::clone(&job.sheet.name),
                title: renderer.title(job.sheet),
                stock: job.sheet.stock,
                stock_name: Arc::clone(stocks.name(job.sheet.stock)),
                pieces: job.pieces(),
                sides,
                first_page,
            };
            first_page += sides;
            summary
        })
        .collect()
}

/// The edition's name, as templates and front matter know it.
fn edition(options: &Options) -> &str {
    options.edition.as_deref().unwrap_or("standard")
}

/// The theme, and the edition's own style sheet behind it.
fn edition_styles(templates: &Templates, options: &Options, report: &mut Report) -> Option<Vec<StyleSheet>> {
    let all = templates.style_sheets();
    let is_edition = |style: &&StyleSheet| style.name.starts_with("edition-");
    let mut styles: Vec<StyleSheet> = all.iter().filter(|s| !is_edition(s)).cloned().collect();
    if let Some(edition) = &options.edition {
        let name = format!("edition-{edition}.css");
        match all.iter().find(|style| *style.name == *name) {
            Some(style) => styles.push(style.clone()),
            None => {
                let known: Vec<&str> = all
                    .iter()
                    .filter(is_edition)
                    .filter_map(|s| s.name.strip_prefix("edition-")?.strip_suffix(".css"))
                    .collect();
                report.push(Diagnostic::error(format!("there is no edition `{edition}`")).hint(format!(
                    "the editions are `{}`; each is a style sheet `edition-NAME.css`",
                    known.join("`, `")
                )));
                return None;
            }
        }
    }
    Some(styles)
}

fn styler(styles: &[StyleSheet], kit: &Kit, limits: &Limits, report: &mut Report) -> Option<Styler> {
    let limits = markup_limits(limits);
    let mut parsed = Vec::new();
    let mut failed = false;
    let push = |index: usize, error: &crate::markup::MarkupError, report: &mut Report| {
        let mut mistake = Diagnostic::error(error.message.clone());
        mistake.hint = error.hint.clone();
        mistake.span = styles.get(index).map(|s| crate::diag::Span::new(s.file, error.range.clone()));
        report.push(mistake);
    };
    for (index, style) in styles.iter().enumerate() {
        let (sheet, errors) = Css::parse_within(&style.css, &limits);
        for error in &errors {
            failed = true;
            push(index, error, report);
        }
        parsed.push(Arc::new(sheet));
    }
    let mut variables = Vec::new();
    if let Some(colour) = kit.organisation.colour.as_ref().map(|field| field.value) {
        let hex = format!("#{:02x}{:02x}{:02x}", colour.red, colour.green, colour.blue);
        variables.push(("--accent".to_owned(), hex));
        let on_accent = if is_dark(colour) { "#ffffff" } else { "#000000" };
        variables.push(("--on-accent".to_owned(), on_accent.to_owned()));
    }
    let (styler, errors) = Styler::within(parsed, &variables, limits);
    for error in &errors {
        failed = true;
        push(error.sheet.unwrap_or(0), error, report);
    }
    (!failed).then_some(styler)
}

/// What the run's limits mean for HTML and CSS.
fn markup_limits(limits: &Limits) -> markup::Limits {
    let size = |value: u64| usize::try_from(value).unwrap_or(usize::MAX);
    markup::Limits {
        html_bytes: size(limits.template_output_bytes),
        css_bytes: size(limits.template_bytes),
        depth: size(limits.element_depth),
        nodes: size(limits.elements),
        ..markup::Limits::default()
    }
}

/// Whether white text reads better on a colour than black: by relative luminance (WCAG 2, 1.4.3), where both contrasts
/// are alike at 0.179.
fn is_dark(colour: crate::geometry::Colour) -> bool {
    let linear = |channel: u8| {
        let c = f32::from(channel) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(colour.red) + 0.7152 * linear(colour.green) + 0.0722 * linear(colour.blue) < 0.179
}

/// What every piece depends on beside its own HTML: style sheets, stocks, placement.
fn look(styles: &[StyleSheet], stocks: &Stocks, options: &Options) -> [u8; 32] {
    let mut hash = Sha256::new();
    for style in styles {
        hash.update(style.css.as_bytes());
        hash.update([0]);
    }
    let placement = &options.placement;
    hash.update(format!("{stocks:?} {} {}", placement.offset_x, placement.offset_y).as_bytes());
    hash.finalize().into()
}

/// Time spent, stage by stage.
struct Clock {
    last: Instant,
    laps: Vec<(&'static str, Duration)>,
}

impl Default for Clock {
    fn default() -> Self {
        Self { last: Instant::now(), laps: Vec::new() }
    }
}

impl Clock {
    fn lap(&mut self, stage: &'static str) {
        self.laps.push((stage, self.last.elapsed()));
        self.last = Instant::now();
    }
}
