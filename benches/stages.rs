//! Times each stage by itself on the sample kit: `cargo bench --bench stages [-- letter]`.
//!
//! Each bench takes what the stage before it gives, made once; `layout` is timed with and without what it remembers.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use divan::{Bencher, black_box};
use makekit::diag::{Report, Sources};
use makekit::fonts::Catalogue;
use makekit::frame::{Page, Sheet, StockKind};
use makekit::geometry::Size;
use makekit::layout::{Engine, Fit, Job};
use makekit::limits::Limits;
use makekit::load::{self, Photos};
use makekit::markup::tree::Document;
use makekit::markup::{StyleSheet, Styler};
use makekit::model::Kit;
use makekit::pdf::{Assembler, Meta};
use makekit::picture::Pictures;
use makekit::resolve;
use makekit::template::{Bounds, RenderOptions, Rendered, Renderer, Subject, Templates, subjects};

const SHEETS: [&str; 3] = ["case-sheet", "letter", "envelope"];
const TODAY: jiff::civil::Date = jiff::civil::date(2026, 11, 20);

fn main() {
    divan::main();
}

/// The sample kit after loading, with its templates.
struct Sample {
    kit: Kit,
    pictures: Pictures,
    templates: Templates,
    styler: Styler,
    catalogue: Arc<Catalogue>,
}

static SAMPLE: LazyLock<Sample> = LazyLock::new(|| {
    let sources = Sources::default();
    let (kit, pictures) = read(&sources);
    let templates = Templates::load(&[], Bounds::default(), &sources, &mut Report::default())
        .expect("the templates of the program");
    let styles = templates.style_sheets().iter().filter(|style| !style.name.starts_with("edition-"));
    let parsed = styles.map(|style| Arc::new(StyleSheet::parse(&style.css).0)).collect();
    let (styler, _) = Styler::new(parsed, &[]);
    Sample { kit, pictures, templates, styler, catalogue: Arc::new(Catalogue::built_in()) }
});

fn read(sources: &Sources) -> (Kit, Pictures) {
    let (limits, mut report) = (Limits::default(), Report::default());
    let folder = load::open_cases(Path::new("cases"), &mut report).expect("the sample cases");
    let raw = load::load(&folder, None, &Photos::default(), &limits, sources, &mut report);
    let options = resolve::Options::for_day(TODAY);
    let kit = resolve::resolve(&raw, &options, &limits, sources, &mut report).expect("the sample kit");
    (kit, raw.pictures)
}

impl Sample {
    fn renderer(&self) -> Renderer<'_> {
        self.templates.renderer(&self.kit, RenderOptions::default(), &mut Report::default())
    }

    fn html(&self, sheet: &str) -> Vec<String> {
        let (renderer, sheet) = (self.renderer(), self.templates.sheet(sheet).expect("a sheet"));
        let rendered =
            subjects(&self.kit, sheet).list.into_iter().map(|s: Subject| renderer.render(sheet, &s));
        rendered
            .filter_map(|rendered| match rendered {
                Ok(Rendered::Html(html)) => Some(html),
                _ => None,
            })
            .collect()
    }

    fn documents(&self, sheet: &str) -> Vec<Document> {
        self.html(sheet).iter().filter_map(|html| self.styler.document(html).ok()).collect()
    }

    fn pages(&self, engine: &Engine, sheet: &str, documents: &[Document]) -> Vec<Page> {
        let envelope = sheet == "envelope";
        let job = Job {
            size: if envelope { Size::from_mm(229.0, 162.0) } else { Size::from_mm(210.0, 297.0) },
            fit: if sheet == "case-sheet" { Fit::OnePage { min_scale: 0.85 } } else { Fit::Flow },
            address_min_scale: 0.7,
            build_mark: "bench",
            pictures: &|key| {
                let id = makekit::frame::ImageId(key.rsplit(':').next()?.parse().ok()?);
                self.pictures.get(id).map(|picture| (id, picture.width, picture.height))
            },
        };
        documents.iter().filter_map(|d| engine.lay_out(d, &job).ok()).flat_map(|laid| laid.pages).collect()
    }
}

#[divan::bench]
fn load_and_resolve() -> (Kit, Pictures) {
    read(&Sources::default())
}

#[divan::bench]
fn read_templates() -> Option<Templates> {
    Templates::load(&[], Bounds::default(), &Sources::default(), &mut Report::default())
}

#[divan::bench(args = SHEETS)]
fn template(bencher: Bencher<'_, '_>, sheet: &str) {
    bencher.bench_local(|| black_box(SAMPLE.html(sheet)));
}

#[divan::bench(args = SHEETS)]
fn markup(bencher: Bencher<'_, '_>, sheet: &str) {
    let html = SAMPLE.html(sheet);
    bencher.bench_local(|| {
        html.iter().filter_map(|html| SAMPLE.styler.document(html).ok()).map(|d| d.nodes.len()).sum::<usize>()
    });
}

#[divan::bench(args = SHEETS)]
fn layout(bencher: Bencher<'_, '_>, sheet: &str) {
    let documents = SAMPLE.documents(sheet);
    let engine = Engine::new(Arc::clone(&SAMPLE.catalogue));
    bencher.bench_local(|| SAMPLE.pages(&engine, sheet, &documents));
}

#[divan::bench(args = SHEETS)]
fn layout_of_new_text(bencher: Bencher<'_, '_>, sheet: &str) {
    let documents = SAMPLE.documents(sheet);
    let engine = Engine::without_cache(Arc::clone(&SAMPLE.catalogue));
    bencher.bench_local(|| SAMPLE.pages(&engine, sheet, &documents));
}

/// Painting, compressing and joining; pictures are unfolded, scaled and encoded each time.
#[divan::bench(args = SHEETS)]
fn pdf(bencher: Bencher<'_, '_>, sheet: &str) {
    let engine = Engine::new(Arc::clone(&SAMPLE.catalogue));
    let pages = SAMPLE.pages(&engine, sheet, &SAMPLE.documents(sheet));
    let sheets: Vec<Sheet> = pages
        .into_iter()
        .zip(0..)
        .map(|(page, piece)| Sheet { size: page.size, items: page.items, pieces: vec![piece] })
        .collect();
    let meta = Meta {
        title: "Bench".to_owned(),
        lang: "en".to_owned(),
        date: TODAY,
        author: None,
        version: env!("CARGO_PKG_VERSION"),
    };
    let stock = if sheet == "envelope" { StockKind::Envelope } else { StockKind::Paper };
    bencher.bench_local(|| {
        let assembler = Assembler::new(&SAMPLE.catalogue, &SAMPLE.pictures, meta.clone());
        let part = assembler.part(&sheets, stock).expect("a part");
        assembler.finish(vec![part], &[], &[]).map(|pdf| pdf.size())
    });
}
