//! The text of a sheet's file in; its front matter and template read as the program does.

use std::sync::Arc;

use makekit::diag::{Report, Sources, Span};
use makekit::template::{Bounds, TemplateFile, Templates};

use super::messages;

/// The fixed words that every folder of templates has.
const STRINGS: (&str, &str) = ("strings/en.toml", "language = \"English\"\nnote = \"Note\"\n");

/// The file is a sheet among the user's templates.
pub fn front_matter(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let read = || {
        let (sources, mut report) = (Sources::default(), Report::default());
        let text: Arc<str> = text.into();
        let file = sources.add("templates/sheet.html", Arc::clone(&text));
        let own = TemplateFile { name: "sheet.html".to_owned(), text, file };
        let templates = Templates::load_with(&[STRINGS], &[own], Bounds::default(), &sources, &mut report);
        let sheets = templates.map(|templates| {
            let sheets = templates.sheets().to_vec();
            for sheet in &sheets {
                messages::place(sheet.span, &sources, sheet);
                let places = sheet.flow_in.iter().chain(&sheet.needs).filter_map(|field| field.span);
                places.for_each(|span: Span| messages::place(span, &sources, sheet));
                assert!(sheet.copies > 0 && sheet.min_scale > 0.0 && sheet.min_scale <= 1.0, "{sheet:?}");
            }
            format!("{sheets:?}")
        });
        assert!(sheets.is_some() || report.has_errors(), "no template, and no word of it");
        (sheets, messages::check(report, &sources))
    };
    assert_eq!(read(), read(), "read twice, it is the same");
}
