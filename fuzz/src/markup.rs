//! The text of a rendered sheet or of a style sheet in; styled and laid out as the program does.

use std::sync::{Arc, OnceLock};

use makekit::fonts::Catalogue;
use makekit::frame::{GlyphRun, ImageId, Item};
use makekit::geometry::{Point, Rect, Size};
use makekit::layout::{Engine, Fit, Job, LayoutError};
use makekit::markup::{Limits, MarkupError, StyleSheet, Styler};

const THEME: &str = include_str!("../../templates/theme.css");
const ACCENT: [(&str, &str); 2] = [("--accent", "#ffe600"), ("--on-accent", "#000000")];

/// A document with most elements, for style sheets to meet.
const DOCUMENT: &str = r##"<html lang="en"><head></head><body class="a"><h1 id="t">Title <em>one</em></h1>
<section class="a b"><p>A paragraph of <strong>some</strong> words, <span class="c">and more</span>.</p>
<ul><li>one</li><li>two</li></ul><table><tbody><tr><th>a</th><td colspan="2">b</td></tr></tbody></table>
<div class="d"><div>x</div><div>y</div></div><lines count="2"></lines><checkbox></checkbox>
<img src="photo:a" alt="A drawing"><qr>https://example.org</qr><address><div>1 Street</div></address>
</section></body></html>"##;

/// The file is the HTML that a template has written.
pub fn html(data: &[u8]) {
    let Ok(html) = std::str::from_utf8(data) else { return };
    static SHEET: OnceLock<Arc<StyleSheet>> = OnceLock::new();
    let sheet = SHEET.get_or_init(|| Arc::new(StyleSheet::parse(THEME).0));
    let styler = styler(Arc::clone(sheet)).0;
    document(&styler, html, &[THEME]);
}

/// The file is a theme.
pub fn css(data: &[u8]) {
    let Ok(css) = std::str::from_utf8(data) else { return };
    let (sheet, errors) = StyleSheet::parse_within(css, &Limits::default());
    errors.iter().for_each(|error| mistake(error, css));
    let (again, errors_again) = StyleSheet::parse_within(css, &Limits::default());
    assert_eq!(errors, errors_again, "read twice, the mistakes are the same");
    assert_eq!(format!("{sheet:?}"), format!("{again:?}"), "read twice, it is the same");
    let (styler, errors) = styler(Arc::new(sheet));
    errors.iter().for_each(|error| mistake(error, css));
    document(&styler, DOCUMENT, &[css]);
    // What a `style` attribute and a `style` element hold is read in another place.
    if !css.contains(['<', '"', '&']) {
        document(&styler, &format!("<p style=\"{css}\">x</p>"), &[css]);
        document(
            &styler,
            &format!("<html lang=\"en\"><head><style>{css}</style></head><body>x</body></html>"),
            &[css],
        );
    }
}

fn styler(sheet: Arc<StyleSheet>) -> (Styler, Vec<MarkupError>) {
    let variables = ACCENT.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Styler::within(vec![sheet], &variables, Limits::default())
}

fn mistake(error: &MarkupError, text: &str) {
    assert!(!error.message.trim().is_empty(), "{error:?}");
    assert!(text.get(error.range.clone()).is_some(), "{error:?} lies outside of its text");
}

/// Styles and lays out.
fn document(styler: &Styler, html: &str, sheets: &[&str]) {
    let document = match styler.document(html) {
        Ok(document) => document,
        Err(errors) => {
            assert!(!errors.is_empty());
            let text = |error: &MarkupError| error.sheet.map_or(html, |at| sheets[at]);
            return errors.iter().for_each(|error| mistake(error, text(error)));
        }
    };
    assert_eq!(document.dump(), styler.document(html).expect("it was taken once").dump());
    for node in &document.nodes {
        assert!(html.get(node.source.start as usize..node.source.end as usize).is_some(), "{node:?}");
    }
    static FONTS: OnceLock<Arc<Catalogue>> = OnceLock::new();
    let fonts = FONTS.get_or_init(|| Arc::new(Catalogue::built_in()));
    let (engine, plain) = (Engine::new(Arc::clone(fonts)), Engine::without_cache(Arc::clone(fonts)));
    let pictures = |key: &str| (key == "photo:a").then_some((ImageId(0), 60, 80));
    for fit in [Fit::Flow, Fit::OnePage { min_scale: 0.8 }] {
        let job = Job {
            size: Size::from_mm(105.0, 148.0),
            fit,
            address_min_scale: 0.7,
            build_mark: "0000",
            pictures: &pictures,
        };
        let laid = engine.lay_out(&document, &job);
        assert_eq!(
            format!("{laid:?}"),
            format!("{:?}", plain.lay_out(&document, &job)),
            "the cache changes it"
        );
        match laid {
            Ok(laid) => {
                assert!(laid.scale > 0.0 && laid.scale <= 1.0, "type is scaled by {}", laid.scale);
                if matches!(fit, Fit::OnePage { .. }) {
                    assert!(laid.pages.len() <= 1, "{} pages", laid.pages.len());
                }
                laid.pages.iter().for_each(|page| items(&page.items));
            }
            Err(errors) => errors.iter().for_each(|error| layout_mistake(error, html)),
        }
    }
}

fn layout_mistake(error: &LayoutError, html: &str) {
    assert!(!error.message().trim().is_empty());
    error.hint().into_iter().for_each(|hint| assert!(!hint.trim().is_empty()));
    let range = error.source.start as usize..error.source.end as usize;
    assert!(html.get(range).is_some(), "{error:?} lies outside of the document");
}

/// All that is drawn stands somewhere, and nests.
fn items(all: &[Item]) {
    let mut open = 0;
    for item in all {
        match item {
            Item::Glyphs(run) => glyphs(run),
            Item::Fill { rect, radius, .. } => {
                finite(&[rect_numbers(rect).as_slice(), &[*radius]].concat(), item)
            }
            Item::Line { from, to, width, .. } => finite(&[from.x, from.y, to.x, to.y, *width], item),
            Item::Modules { rects, .. } => rects.iter().for_each(|rect| finite(&rect_numbers(rect), item)),
            Item::Image { rect, clip, .. } => {
                finite(&rect_numbers(rect), item);
                clip.iter().for_each(|clip| finite(&rect_numbers(clip), item));
            }
            Item::Link { rect, .. } => finite(&rect_numbers(rect), item),
            Item::Fragment { transform: t, fragment } => {
                finite(
                    &[t.a, t.b, t.c, t.d, t.e, t.f, fragment.size.width, fragment.size.height],
                    &"a fragment",
                );
                items(&fragment.items);
            }
            Item::Begin(_) => open += 1,
            Item::End => open -= 1,
        }
        assert!(open >= 0, "a part ends that did not begin");
    }
    assert_eq!(open, 0, "a part does not end");
}

fn rect_numbers(rect: &Rect) -> [f32; 4] {
    [rect.x, rect.y, rect.width, rect.height]
}

fn glyphs(run: &GlyphRun) {
    let Point { x, y } = run.origin;
    finite(&[x, y, run.size], run);
    for glyph in &run.glyphs {
        finite(&[glyph.advance, glyph.dx, glyph.dy], run);
        assert!(run.text.get(glyph.cluster()).is_some(), "a glyph stands for no text: {glyph:?} of {run:?}");
        assert_ne!(glyph.id, 0, "a missing glyph is drawn: {run:?}");
    }
}

fn finite(numbers: &[f32], about: &dyn std::fmt::Debug) {
    assert!(numbers.iter().all(|n| n.is_finite()), "{numbers:?} in {about:?}");
}
