//! Times the template stage: reading all templates, an envelope and a letter with their contexts. `cargo bench --bench
//! template`.

#[path = "../tests/template/kit.rs"]
mod kit;

use std::hint::black_box;
use std::time::Instant;

use makekit::diag::{Report, Sources};
use makekit::model::Kit;
use makekit::template::{Bounds, RenderOptions, Templates, subjects};

const FILES: &[(&str, &str)] = &[
    ("envelope.html", include_str!("../tests/template/cases/basic/envelope.html")),
    ("letter.html", include_str!("../tests/template/cases/basic/letter.html")),
    ("case-sheet.html", include_str!("../tests/template/cases/basic/case-sheet.html")),
    ("_letter-body.html", include_str!("../tests/template/cases/basic/_letter-body.html")),
    ("strings/en.toml", include_str!("../tests/template/cases/basic/strings/en.toml")),
];

/// One case with many targets.
fn kit(sources: &Sources, targets: usize) -> Kit {
    let mut kit = kit::kit(sources);
    let case = &mut kit.cases[0];
    let span = case.span;
    case.targets =
        (0..targets).map(|number| kit::target(span, &format!("Addressee Number {number}"))).collect();
    case.letter = Some(kit::text(&"A sentence of the sample letter, about as long as they are. ".repeat(28)));
    case.solidarity = None;
    kit.cases.truncate(1);
    kit
}

fn main() {
    let sources = Sources::default();
    let begin = Instant::now();
    let built_in = Templates::load(&[], Bounds::default(), &sources, &mut Report::default());
    let sheets = built_in.map_or(0, |templates| templates.sheets().len());
    println!("built-in templates, {sheets} sheets: {:.0} µs", begin.elapsed().as_secs_f64() * 1e6);

    let count = 10_000;
    let kit = kit(&sources, count);
    let templates = Templates::load_with(FILES, &[], Bounds::default(), &sources, &mut Report::default())
        .expect("the templates of the tests are right");
    for name in ["envelope", "letter"] {
        let renderer = templates.renderer(&kit, RenderOptions::default(), &mut Report::default());
        let sheet = templates.sheet(name).expect("a sheet");
        let begin = Instant::now();
        let list = subjects(&kit, sheet).list;
        let gathered = begin.elapsed().as_secs_f64() * 1e6 / list.len() as f64;
        let begin = Instant::now();
        for subject in &list {
            let _ = black_box(renderer.render(sheet, subject));
        }
        let each = begin.elapsed().as_secs_f64() * 1e6 / list.len() as f64;
        println!("{name}: {each:.2} µs each of {}, {gathered:.3} µs to gather", list.len());
    }
}
