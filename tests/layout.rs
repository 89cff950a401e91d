//! Takes the pages of `tests/layout/pages/`, each an HTML file, and compares what they are laid out to with the dump of
//! frames beside it; a page more is a file more. `UPDATE_EXPECTED=1` writes what was found and fails the run.
//!
//! The first line of a page may be a comment of settings: `<!-- size: 60x40mm; one-page: 0.8; address: 0.7 -->`.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use makekit::fonts::{Catalogue, FaceId};
use makekit::frame::ImageId;
use makekit::geometry::Size;
use makekit::layout::{Engine, Fit, Job};
use makekit::markup::Styler;

const PAGES: &str = "tests/layout/pages";

fn main() {
    let arguments = Arguments::from_args();
    let catalogue = Arc::new(Catalogue::built_in());
    let engine = Arc::new(Engine::new(catalogue.clone()));
    let plain = Arc::new(Engine::without_cache(catalogue.clone()));
    let mut pages: Vec<PathBuf> = fs::read_dir(PAGES)
        .expect("the folder of pages")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "html"))
        .collect();
    pages.sort();
    let tests = pages
        .into_iter()
        .map(|page| {
            let name = page.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let (catalogue, engine, plain) = (catalogue.clone(), engine.clone(), plain.clone());
            Trial::test(name, move || run(&page, &catalogue, &engine, &plain))
        })
        .collect();
    libtest_mimic::run(&arguments, tests).exit();
}

struct Settings {
    size: Size,
    fit: Fit,
    address: f32,
}

fn settings(html: &str) -> Settings {
    let mut settings = Settings { size: Size::from_mm(210.0, 297.0), fit: Fit::Flow, address: 0.7 };
    let line = html.lines().next().unwrap_or_default();
    let Some(line) = line.strip_prefix("<!--").and_then(|l| l.strip_suffix("-->")) else { return settings };
    for setting in line.split(';') {
        let Some((name, value)) = setting.split_once(':') else { continue };
        let value = value.trim();
        let number = || value.parse().expect("a number");
        match name.trim() {
            "size" => {
                let (width, height) = value.trim_end_matches("mm").split_once('x').expect("a size");
                settings.size =
                    Size::from_mm(width.parse().expect("a width"), height.parse().expect("a height"));
            }
            "one-page" => settings.fit = Fit::OnePage { min_scale: number() },
            "address" => settings.address = number(),
            other => panic!("no setting {other}"),
        }
    }
    settings
}

fn run(path: &Path, catalogue: &Catalogue, engine: &Engine, plain: &Engine) -> Result<(), Failed> {
    let html = fs::read_to_string(path)?;
    let settings = settings(&html);
    let (styler, mistakes) = Styler::new(Vec::new(), &[]);
    assert!(mistakes.is_empty(), "{mistakes:?}");
    let body = html.split_once("-->\n").map_or(html.as_str(), |(_, body)| body);
    let document = match styler.document(body) {
        Ok(document) => document,
        Err(errors) => return Err(format!("{errors:#?}").into()),
    };
    let pictures = |key: &str| (key == "photo:sample").then_some((ImageId(7), 600, 800));
    let job = Job {
        size: settings.size,
        fit: settings.fit,
        address_min_scale: settings.address,
        build_mark: "3f9a",
        pictures: &pictures,
    };
    let name = |id: FaceId| catalogue.face(id).postscript_name.to_string();
    let shown = |engine: &Engine| match engine.lay_out(&document, &job) {
        Ok(laid) => {
            let mut out = format!("scale {:.3}\n", laid.scale);
            laid.pages.iter().for_each(|page| out += &page.dump(&name));
            out
        }
        Err(errors) => errors
            .iter()
            .map(|e| {
                let source = &body[e.source.start as usize..e.source.end as usize];
                let source: String =
                    source.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(50).collect();
                format!("error: {}\n  at `{source}`\n  hint: {}\n", e.message(), e.hint().unwrap_or_default())
            })
            .collect(),
    };
    let found = shown(engine);
    if found != shown(plain) || found != shown(engine) {
        return Err("the cache changes what is laid out".into());
    }
    let expected_path = path.with_extension("frames");
    let expected = fs::read_to_string(&expected_path).unwrap_or_default();
    if found == expected {
        return Ok(());
    }
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(&expected_path, &found)?;
        return Err("written anew; look at the change and run again".into());
    }
    let differing = found.lines().zip(expected.lines()).position(|(f, e)| f != e).unwrap_or(0);
    let line = |text: &str| text.lines().nth(differing).unwrap_or("(end)").to_owned();
    Err(format!(
        "line {} of {} differs\nfound:    {}\nexpected: {}",
        differing + 1,
        expected_path.display(),
        line(&found),
        line(&expected)
    )
    .into())
}
