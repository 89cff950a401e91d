//! Properties of the parsers (no input panics; styles do not depend on the cache), what the documentation promises, and
//! the time that a document takes.

use std::sync::Arc;

use proptest::prelude::*;

use super::css::property;
use super::tree::{Document, Element, NodeKind};
use super::{StyleSheet, Styler};

fn styler(css: &str) -> Styler {
    let (sheet, errors) = StyleSheet::parse(css);
    assert!(errors.is_empty(), "{errors:?}");
    let (styler, errors) = Styler::new(vec![Arc::new(sheet)], &[]);
    assert!(errors.is_empty(), "{errors:?}");
    styler
}

fn styled(css: &str, html: &str) -> Document {
    styler(css).document(html).unwrap_or_else(|errors| panic!("{html}: {errors:?}"))
}

/// The style of the first element of the body.
fn first(css: &str, html: &str) -> Arc<super::style::Style> {
    let document = styled(css, html);
    let child = document.nodes[0].children[0];
    document.nodes[child.0 as usize].style.clone()
}

/// Pieces that real documents and real mistakes are made of.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "<p>",
            "</p>",
            "<div class=\"a b\">",
            "</div>",
            "<b>",
            "</b>",
            "<ul>",
            "<li value=3>",
            "</ul>",
            "<table>",
            "<tr>",
            "<td colspan=2>",
            "</table>",
            "<br>",
            "<qr>",
            "</qr>",
            "<lines count=2 />",
            "<checkbox>",
            "</checkbox>",
            "<style>",
            "</style>",
            "<title>",
            "<!-- c -->",
            "<!DOCTYPE html>",
            "<html lang=ar dir=rtl>",
            "<body>",
            "<head>",
            "&amp;",
            "&nosuch;",
            "&#0;",
            "&#x110000;",
            "&copy",
            "<",
            ">",
            "\"",
            "é",
            "\r\n",
            "\0",
            "p { color: red }",
            "style=\"width: calc(1mm +\"",
            "<img src=x alt=y>",
            "<span dir=auto>",
            "<page-footer>",
            "@page { size: A4 }",
            "var(--x)",
            "--x: var(--x)",
            "{",
            "}",
            "(",
            ")",
            ";",
            ":",
            "p + p",
            ":nth-child(2n+1)",
            "12e38mm",
            "grid-column: 1 / -1",
            "font: 1pt/2 a, serif",
            "!important",
            "\u{202e}",
            "<![CDATA[",
            "</",
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn no_document_panics(pieces in prop::collection::vec(piece(), 0..24)) {
        let html = pieces.concat();
        let styler = styler("p + p { margin: 0 } :nth-child(2) > b { color: red } .a:last-child { width: var(--w, 1mm) }");
        if let Err(errors) = styler.document(&html) {
            prop_assert!(!errors.is_empty());
            for error in errors {
                prop_assert!(html.get(error.range.clone()).is_some(), "{error:?} of {html:?}");
            }
        }
    }

    #[test]
    fn no_style_sheet_panics(pieces in prop::collection::vec(piece(), 0..24)) {
        let css = pieces.concat();
        let (sheet, errors) = StyleSheet::parse(&css);
        for error in errors {
            prop_assert!(css.get(error.range.clone()).is_some(), "{error:?} of {css:?}");
        }
        let (styler, _) = Styler::new(vec![Arc::new(sheet)], &[("--x".to_owned(), css.clone())]);
        let _ = styler.document("<div class=\"a b\"><p>x</p><p id=q>y</p></div>");
    }

    #[test]
    fn bytes_taken_out_of_a_good_document_never_panic(from in 0_usize..900, length in 0_usize..40) {
        let html = include_str!("../../tests/markup/letter.html");
        let cut: String = html.chars().enumerate().filter(|(i, _)| *i < from || *i >= from + length).map(|(_, c)| c).collect();
        let _ = styler("").document(&cut);
    }
}

#[test]
fn the_cache_changes_no_style() {
    let css = "p + p { text-indent: 1em } li:nth-child(odd) { color: red } li:first-child + li { color: blue }\n\
               tr:last-child td { border-top: 1pt solid } #a b { color: green } [role] i { color: gray }\n\
               div > p:not(:first-child) { margin: 0 } b + i + u { color: navy }";
    let shared = styler(css);
    let documents = [
        "<p>a</p><p>b</p><div><p>c</p><p>d</p></div>",
        "<div><p>c</p></div><p>a</p>",
        "<ul><li>1</li><li>2</li><li>3</li></ul>",
        "<ul><li>1</li></ul><ul><li>1</li><li>2</li></ul>",
        "<table><tr><td>1</td></tr><tr><td>2</td></tr></table>",
        "<table><tr><td>1</td></tr></table>",
        "<p id=\"a\"><b>x</b></p><p id=\"c\"><b>x</b></p>",
        "<p role=\"none\"><i>x</i></p><p><i>x</i></p>",
        "<p><b>1</b><i>2</i><u>3</u></p><p><i>2</i><u>3</u></p><p><s>0</s><i>2</i><u>3</u></p>",
    ];
    for html in documents.iter().chain(documents.iter().rev()) {
        let once = shared.document(html).unwrap();
        let fresh = styler(css).document(html).unwrap();
        assert_eq!(once.dump(), fresh.dump(), "{html}");
    }
}

#[test]
fn equal_styles_are_one() {
    let styler = styler("");
    let html = "<p>a</p><p class=\"x\">b</p>";
    let (one, two) = (styler.document(html).unwrap(), styler.document(html).unwrap());
    let paragraphs: Vec<_> =
        one.nodes.iter().chain(&two.nodes).filter(|node| matches!(node.kind, NodeKind::Text(_))).collect();
    assert_eq!(paragraphs.len(), 4);
    assert!(paragraphs.iter().all(|node| Arc::ptr_eq(&node.style, &paragraphs[0].style)));
}

#[test]
fn every_property_is_documented_and_every_example_holds() {
    let docs = include_str!("../../docs/templates.md");
    let docs = &docs[docs.find("\n## Markup").expect("a part about markup")..];
    for property in property::all() {
        assert!(
            docs.contains(&format!("`{}`", property.name)),
            "`{}` is not in docs/templates.md",
            property.name
        );
    }
    let mut examples = 0;
    for row in docs.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        let [names, .., example] = cells.as_slice() else { panic!("{row}") };
        let example = example.trim().trim_matches('`');
        let name = names.trim().trim_start_matches('`').split('`').next().unwrap_or_default();
        examples += 1;
        if property::Property::find(name).is_some() {
            let (_, errors) = StyleSheet::parse(&format!("p {{ {example} }}"));
            assert!(errors.is_empty(), "{example}: {errors:?}");
        } else {
            let document = styler("").document(example);
            assert!(document.is_ok(), "{example}: {:?}", document.err());
        }
    }
    assert!(examples > 80, "{examples}");
}

#[test]
fn specificity_order_and_importance() {
    let colour =
        |css: &str| first(css, "<p class=\"a\" id=\"i\" style=\"color: #010101\">x</p>").text.colour.red;
    assert_eq!(colour("p { color: #020202 !important }"), 2);
    assert_eq!(colour("#i { color: #020202 }"), 1);
    let plain = |css: &str| first(css, "<p class=\"a\" id=\"i\">x</p>").text.colour.red;
    assert_eq!(plain("#i { color: #020202 } .a { color: #030303 } p { color: #040404 }"), 2);
    assert_eq!(plain(".a { color: #020202 } .a { color: #030303 }"), 3);
    assert_eq!(plain("p { color: #020202 !important } .a { color: #030303 }"), 2);
}

#[test]
fn logical_sides_follow_the_direction() {
    let css = "p { margin-inline: 1pt 2pt; border-inline-start: 3pt solid; padding-inline-end: 4pt }";
    let ltr = first(css, "<p>x</p>");
    let rtl = first(css, "<p dir=\"rtl\">x</p>");
    assert_eq!(ltr.boxed.margin.left, rtl.boxed.margin.right);
    assert_ne!(ltr.boxed.margin.left, ltr.boxed.margin.right);
    assert_eq!((ltr.boxed.border.left.width, ltr.boxed.border.right.width), (3.0, 0.0));
    assert_eq!((rtl.boxed.border.left.width, rtl.boxed.border.right.width), (0.0, 3.0));
    assert_eq!((ltr.boxed.padding.right.points, rtl.boxed.padding.left.points), (4.0, 4.0));
    let auto = first(css, "<p dir=\"auto\">\u{645}\u{631}\u{62d}\u{628}\u{627}</p>");
    assert_eq!(*auto, *rtl);
}

#[test]
fn variables_are_inherited_and_the_caller_wins() {
    let (sheet, errors) = StyleSheet::parse(
        ":root { --a: #010101; --b: var(--a) } .x { --a: #020202 } b { color: var(--a) } i { color: var(--b) }",
    );
    assert!(errors.is_empty());
    let sheet = Arc::new(sheet);
    let colours = |styler: &Styler| -> Vec<u8> {
        let document = styler.document("<p><b>1</b><i>2</i></p><p class=\"x\"><b>3</b><i>4</i></p>").unwrap();
        document
            .nodes
            .iter()
            .filter(|node| matches!(&node.kind, NodeKind::Text(text) if !text.trim().is_empty()))
            .map(|node| node.style.text.colour.red)
            .collect()
    };
    let (own, errors) = Styler::new(vec![sheet.clone()], &[]);
    assert!(errors.is_empty());
    assert_eq!(colours(&own), [1, 1, 2, 1]);
    let (given, errors) = Styler::new(vec![sheet], &[("--a".to_owned(), "#090909".to_owned())]);
    assert!(errors.is_empty());
    assert_eq!(colours(&given), [9, 9, 2, 9]);
}

#[test]
fn mistakes_with_variables_name_their_sheet() {
    for css in [
        "p { color: var(--nosuch) }",
        "p { --a: 3mm; color: var(--a) }",
        ":root { --a: var(--b); --b: var(--a) }",
        ":root { --a: var(--b) var(--b); --b: var(--c) var(--c); --c: 1 1 } p { margin: var(--a) 1 }",
    ] {
        let (sheet, errors) = StyleSheet::parse(css);
        assert!(errors.is_empty());
        let (_, errors) = Styler::new(vec![Arc::default(), Arc::new(sheet)], &[]);
        assert_eq!(errors.len(), 1, "{css}: {errors:?}");
        assert_eq!(errors[0].sheet, Some(1), "{css}: {errors:?}");
        assert!(css.get(errors[0].range.clone()).is_some_and(|text| !text.is_empty()), "{css}: {errors:?}");
    }
}

#[test]
fn variables_that_double_one_another_stop() {
    let mut css = String::from(":root { --x0: 1mm; ");
    for i in 1..40 {
        css.push_str(&format!("--x{i}: var(--x{}) var(--x{}); ", i - 1, i - 1));
    }
    css.push_str("} p { margin: var(--x39) }");
    let (sheet, errors) = StyleSheet::parse(&css);
    assert!(errors.is_empty());
    let (_, errors) = Styler::new(vec![Arc::new(sheet)], &[]);
    assert!(errors.iter().any(|error| error.message.contains("grows without end")), "{errors:?}");
}

#[test]
fn blank_text_stays_only_between_words() {
    let texts = |css: &str, html: &str| -> Vec<String> {
        let document = styled(css, html);
        document
            .nodes
            .iter()
            .filter_map(
                |node| if let NodeKind::Text(text) = &node.kind { Some(text.to_string()) } else { None },
            )
            .collect()
    };
    assert_eq!(texts("", "<div> <p>a</p> \n <p>b</p> </div>"), ["a", "b"]);
    assert_eq!(texts("", "<p><b>a</b> <i>b</i> </p>"), ["a", " ", "b"]);
    assert_eq!(texts("", "<div><b>a</b> <p>b</p> <b>c</b></div>"), ["a", "b", "c"]);
    assert_eq!(texts("div { display: flex }", "<div><b>a</b> <i>b</i></div>"), ["a", "b"]);
    assert_eq!(texts("", "<p>a<b> </b>b</p>"), ["a", " ", "b"]);
    assert_eq!(texts("i { display: none }", "<p><b>a</b> <i>no</i><b>c</b></p>"), ["a", " ", "c"]);
}

#[test]
fn a_background_behind_inline_text_is_a_strip() {
    let document = styled("mark { padding: 0 1pt }", "<p><mark>a <b>b</b></mark> c</p>");
    let strips: Vec<bool> = document
        .nodes
        .iter()
        .filter(|node| matches!(node.kind, NodeKind::Text(_)))
        .map(|node| node.style.text.highlight.is_some_and(|h| h.padding.left == 1.0))
        .collect();
    assert_eq!(strips, [true, true, false]);
    assert!(document.nodes.iter().all(|node| node.style.boxed.background.is_none()));
    let block = first("mark { display: block }", "<mark>a</mark>");
    assert!(block.text.highlight.is_none() && block.boxed.background.is_some());
}

#[test]
fn grid_lines_count_from_both_ends() {
    let span = |css: &str| {
        let css = format!(
            "div {{ display: grid; grid-template-columns: repeat(4, 1fr) }} p {{ grid-column: {css} }}"
        );
        let document = styled(&css, "<div><p>x</p></div>");
        let paragraph = document
            .nodes
            .iter()
            .find(|n| n.kind == NodeKind::Element(Element::Box(super::tree::BoxRole::Paragraph)));
        paragraph.map(|n| (n.style.boxed.grid_column.start, n.style.boxed.grid_column.span)).unwrap()
    };
    assert_eq!(span("1 / -1"), (Some(1), 4));
    assert_eq!(span("2 / span 2"), (Some(2), 2));
    assert_eq!(span("span 3"), (None, 3));
    assert_eq!(span("-2 / -1"), (Some(4), 1));
    assert_eq!(span("2"), (Some(2), 1));
}

#[test]
fn mistakes_in_embedded_css_have_their_place_in_the_document() {
    let html = "<style>p { width: 3furlong }</style><style>p { color: var(--no) }</style><p style=\"colr: red\">é</p>";
    let styler = styler("");
    for _ in 0..2 {
        let errors = styler.document(html).unwrap_err();
        let places: Vec<&str> = errors.iter().map(|error| &html[error.range.clone()]).collect();
        assert_eq!(places, ["3furlong", "var(--no)", "colr"], "{errors:?}");
    }
}

#[test]
fn threads_share_a_styler() {
    let styler = styler("p:nth-child(2n) { color: red }");
    std::thread::scope(|scope| {
        for seed in 0..4 {
            let styler = &styler;
            scope.spawn(move || {
                for i in 0..50 {
                    let html =
                        format!("<div class=\"c{}\"><p>a</p><p class=\"d{i}\">b</p></div>", (i + seed) % 7);
                    let document = styler.document(&html).unwrap();
                    assert_eq!(document.nodes.len(), 6);
                }
            });
        }
    });
}

/// The time of a document of about 1 kB whose styles are known; printed with `--nocapture`. The bound is loose enough
/// for a debug build on a busy machine.
#[test]
fn a_known_document_is_quick() {
    let styler = styler(include_str!("../../tests/markup/speed.css"));
    let html = include_str!("../../tests/markup/speed.html");
    styler.document(html).unwrap();
    let mut best = u128::MAX;
    for _ in 0..30 {
        let start = std::time::Instant::now();
        for _ in 0..20 {
            styler.document(html).unwrap();
        }
        best = best.min(start.elapsed().as_nanos() / 20);
    }
    println!("{} bytes of HTML: {:.1} µs", html.len(), best as f64 / 1000.0);
    assert!(best < 2_000_000, "{best} ns");
}
