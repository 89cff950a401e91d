//! Takes the pages of `tests/layout/pages/`, each an HTML file, and compares what they are laid out to with the dump of
//! frames beside it; a page more is a file more. `UPDATE_EXPECTED=1` writes what was found and fails the run.
//!
//! The first line of a page may be a comment of settings: `<!-- size: 60x40mm; one-page: 0.8; address: 0.7 -->`.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use libtest_mimic::{Arguments, Failed, Trial};
use makekit::fonts::{Catalogue, FaceId};
use makekit::frame::{ImageId, Item};
use makekit::geometry::{Point, Size, Transform};
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
    let mut tests: Vec<Trial> = pages
        .into_iter()
        .map(|page| {
            let name = page.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let (catalogue, engine, plain) = (catalogue.clone(), engine.clone(), plain.clone());
            Trial::test(name, move || run(&page, &catalogue, &engine, &plain))
        })
        .collect();
    let random = engine.clone();
    tests.push(Trial::test("random documents stay on their pages", move || random_documents(&random)));
    for (name, check) in [
        ("words put together are as if shaped together", words_stand_apart as fn(&_, &_, &_) -> _),
        ("European letters need no rules for marks", european_letters_need_no_marks),
    ] {
        let (catalogue, engine, plain) = (catalogue.clone(), engine.clone(), plain.clone());
        tests.push(Trial::test(name, move || check(&catalogue, &engine, &plain)));
    }
    tests.push(Trial::test("speed", move || speed(&engine)).with_ignored_flag(true));
    libtest_mimic::run(&arguments, tests).exit();
}

/// Numbers from a seed (xorshift), so that a failure can be had again.
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }
}

const WORDS: [&str; 14] = [
    "a",
    "letter",
    "Extraordinary",
    "释放她。",
    "كتب",
    "השופט",
    "लिखें",
    "กรุณา",
    "2026",
    "(UA 147/20)",
    "“quoted”",
    "x",
    "—",
    "Rechtsanwaltskammer",
];

/// Block content, nested at most `depth` deep.
fn random_blocks(seeded: &mut Seeded, depth: usize, html: &mut String) {
    for _ in 0..1 + seeded.below(4) {
        match seeded.below(if depth == 0 { 3 } else { 9 }) {
            0..=2 => {
                html.push_str("<p>");
                for _ in 0..seeded.below(40) {
                    let word = WORDS[seeded.below(WORDS.len())];
                    match seeded.below(12) {
                        0 => html.push_str(&format!("<b>{word}</b> ")),
                        1 => html.push_str(&format!("<mark>{word}</mark>")),
                        2 => html.push_str("<br>"),
                        3 => html.push_str("<checkbox></checkbox>"),
                        _ => html.push_str(&format!("{word} ")),
                    }
                }
                html.push_str("</p>");
            }
            kind => {
                let (open, close) = [
                    ("<div>", "</div>"),
                    ("<div dir=\"rtl\" lang=\"ar\">", "</div>"),
                    ("<div style=\"display: flex\"><div>", "</div><div>b</div></div>"),
                    ("<div style=\"border: 1pt solid; padding: 3pt; break-inside: avoid\">", "</div>"),
                    ("<ul><li>", "</li><li>two</li></ul>"),
                    (
                        "<table><tbody><tr><td>",
                        "</td><td>c</td></tr><tr><td colspan=\"2\">d</td></tr></tbody></table>",
                    ),
                ][kind - 3];
                html.push_str(open);
                random_blocks(seeded, depth - 1, html);
                html.push_str(close);
            }
        }
    }
}

/// The place on the page of each run's baseline.
fn baselines(items: &[Item], to_page: &Transform, found: &mut Vec<(Point, Point)>) {
    for item in items {
        match item {
            Item::Glyphs(run) => {
                let width: f32 = run.glyphs.iter().map(|g| g.advance).sum();
                let end = Point::new(run.origin.x + width, run.origin.y);
                found.push((to_page.apply(run.origin), to_page.apply(end)));
            }
            Item::Fragment { transform, fragment } => {
                baselines(&fragment.items, &transform.then(to_page), found)
            }
            _ => {}
        }
    }
}

fn random_documents(engine: &Engine) -> Result<(), Failed> {
    let (styler, _) = Styler::new(Vec::new(), &[]);
    let mut laid_out = 0;
    for seed in 1..=60 {
        let mut seeded = Seeded(u64::wrapping_mul(seed, 0x9E37_79B9_7F4A_7C15));
        let mut html =
            String::from("<html lang=\"en\"><head><style>@page { margin: 8mm }</style></head><body>");
        random_blocks(&mut seeded, 3, &mut html);
        html.push_str("</body></html>");
        let document = styler.document(&html).map_err(|errors| format!("seed {seed}: {errors:?}"))?;
        let size = Size::from_mm(60.0 + seeded.below(150) as f32, 60.0 + seeded.below(200) as f32);
        let fit = if seeded.below(3) == 0 { Fit::OnePage { min_scale: 0.5 } } else { Fit::Flow };
        let job = Job { size, fit, address_min_scale: 0.7, build_mark: "", pictures: &|_| None };
        let Ok(laid) = engine.lay_out(&document, &job) else { continue };
        laid_out += 1;
        for (number, page) in laid.pages.iter().enumerate() {
            let mut found = Vec::new();
            baselines(&page.items, &Transform::IDENTITY, &mut found);
            for (from, to) in found {
                let inside =
                    |p: Point| p.x > -1.0 && p.x < size.width + 1.0 && p.y > 0.0 && p.y < size.height;
                if !inside(from) || !inside(to) {
                    return Err(
                        format!("seed {seed}, page {}: text from {from:?} to {to:?}", number + 1).into()
                    );
                }
            }
        }
    }
    if laid_out < 20 {
        Err(format!("only {laid_out} of the documents could be laid out").into())
    } else {
        Ok(())
    }
}

/// A page of text in one face, laid out.
fn dump_in(face: &makekit::fonts::Face, engine: &Engine, text: &str) -> Result<String, Failed> {
    let (styler, _) = Styler::new(Vec::new(), &[]);
    let job = Job {
        size: Size::from_mm(200.0, 3000.0),
        fit: Fit::Flow,
        address_min_scale: 0.7,
        build_mark: "",
        pictures: &|_| None,
    };
    let (family, weight, style) = (&face.family, face.weight, if face.italic { "italic" } else { "normal" });
    let page = format!(
        "<html lang=\"en\"><head><style>@page {{ margin: 20mm }}</style></head><body><div style=\"font: {style} {weight} 11pt \
         '{family}'\">{text}</div></body></html>"
    );
    let document = styler.document(&page).map_err(|e| format!("{e:?}"))?;
    let laid = engine.lay_out(&document, &job).map_err(|e| format!("{e:?}"))?;
    Ok(format!("{:?}", laid.pages))
}

/// Each letter and figure learned as a word between others, then every one beside every other in each face of the
/// program that has them: a face whose rules reach across a space comes out otherwise than shaped at once.
fn words_stand_apart(catalogue: &Catalogue, engine: &Engine, plain: &Engine) -> Result<(), Failed> {
    let letters: Vec<char> =
        ('0'..='9').chain('A'..='Z').chain('a'..='z').chain("ÄÉÑÖŁŚßçøůž".chars()).collect();
    let ends = [".", ",", "!", ""];
    let mut compared = 0;
    for face in catalogue.faces().iter().filter(|face| letters.iter().all(|c| face.covers(*c))) {
        let words = |i: usize| format!("{}{}", letters[i], ends[i % ends.len()]);
        let singly: String =
            (0..letters.len()).map(|i| format!("n {} n", words(i))).collect::<Vec<_>>().join(" ");
        let mut pairs = String::new();
        for i in 0..letters.len() {
            for j in 0..letters.len() {
                pairs.push_str(&format!("{} {} ", words(i), words(j)));
            }
        }
        dump_in(face, engine, &singly)?;
        let pairs = format!("n {}n", pairs);
        if dump_in(face, engine, &pairs)? != dump_in(face, plain, &pairs)? {
            return Err(format!("{} {} reaches across spaces", face.family, face.weight).into());
        }
        compared += 1;
    }
    if compared < 8 { Err(format!("only {compared} faces").into()) } else { Ok(()) }
}

/// European letters, figures and signs beside others in every face of the program that has some: in none are they made
/// or placed by the rules for marks.
fn european_letters_need_no_marks(
    catalogue: &Catalogue,
    engine: &Engine,
    plain: &Engine,
) -> Result<(), Failed> {
    let european = || {
        let dashes_and_quotes = ('\u{2012}'..='\u{2015}').chain('\u{2018}'..='\u{201F}');
        let signs = dashes_and_quotes.chain(['\u{2026}', '\u{20AC}']);
        let letters = ('0'..='z').chain('\u{A1}'..='\u{24F}').chain('\u{1E00}'..='\u{1EFF}');
        letters.filter(|c| !matches!(c, '<' | '\u{AD}')).chain(signs)
    };
    let mut compared = 0;
    for face in catalogue.faces() {
        let beside = |c: char| if face.covers(c) { String::from(c) } else { String::new() };
        let (before, after) = (beside('f'), beside('i'));
        let covered: Vec<_> = european().filter(|c| face.covers(*c)).collect();
        if covered.is_empty() {
            continue;
        }
        // A break keeps the words of each text from being put together one by one.
        let each = |c: char| format!("<p>{before}{c}{after} {c}<br>{before}{c}{after} {c}</p>");
        let text: String = covered.into_iter().map(each).collect();
        if dump_in(face, engine, &text)? != dump_in(face, plain, &text)? {
            return Err(format!("{} {} draws a European letter with a mark", face.family, face.weight).into());
        }
        compared += 1;
    }
    if compared < 100 { Err(format!("only {compared} faces").into()) } else { Ok(()) }
}

/// Prints microseconds a page; run it alone, in a release build, on a quiet machine.
fn speed(engine: &Engine) -> Result<(), Failed> {
    let (styler, _) = Styler::new(Vec::new(), &[]);
    let envelope = |n: usize| {
        format!(
            "<html lang=\"en\"><head><style>@page {{ margin: 0 }} div {{ font: 12pt/15pt sans-serif }} .from, .to {{ position: \
             absolute; left: 12mm; top: 11mm }} .to {{ left: 104mm; top: 72mm }}</style></head><body><div class=\"from\">\
             <div>A Sender</div><div>1 High Street</div><div>London</div><div>UNITED KINGDOM</div></div>\
             <div class=\"to\"><div>Name Number {n}</div><div>Office {} of Justice</div><div>{n} Long Street</div>\
             <div>{:05} Town</div><div>BELARUS</div></div></body></html>",
            n % 97,
            n * 37 % 99_999
        )
    };
    let story =
        "The authorities must release her at once and without conditions, and look into what was done. "
            .repeat(22);
    let letter = |n: usize| {
        format!(
            "<html lang=\"en\"><head></head><body><p>Dear Name Number {n},</p><p>{n} {story}</p></body></html>"
        )
    };
    let measure = |name: &str, count: usize, make: &dyn Fn(usize) -> String, size: Size| {
        let documents: Vec<_> = (0..count).filter_map(|n| styler.document(&make(n)).ok()).collect();
        let job = Job { size, fit: Fit::Flow, address_min_scale: 0.7, build_mark: "", pictures: &|_| None };
        let start = Instant::now();
        let pages: usize =
            documents.iter().filter_map(|d| engine.lay_out(d, &job).ok()).map(|laid| laid.pages.len()).sum();
        let spent = start.elapsed().as_secs_f64() * 1e6;
        println!(
            "{name}: {:.1} µs each, {pages} pages of {} documents",
            spent / count as f64,
            documents.len()
        );
    };
    measure("envelopes", 5000, &envelope, Size::from_mm(229.0, 162.0));
    measure("letters", 500, &letter, Size::from_mm(210.0, 297.0));
    Ok(())
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
