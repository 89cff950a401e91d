//! Loads test templates, renders a sheet for all its subjects, and shows diagnostics as text.

use std::sync::Arc;

use makekit::diag::{Diagnostic, Level, Report, Sources};
use makekit::model::Kit;
use makekit::template::{Bounds, RenderOptions, Rendered, TemplateFile, Templates, subjects};

pub fn files(sources: &Sources, files: &[(&str, &str)]) -> Vec<TemplateFile> {
    files
        .iter()
        .map(|(name, text)| {
            let text: Arc<str> = Arc::from(*text);
            let file = sources.add(format!("templates/{name}"), Arc::clone(&text));
            TemplateFile { name: (*name).to_owned(), text, file }
        })
        .collect()
}

/// Templates of the test alone, in place of the built-in ones.
pub fn load(
    sources: &Sources,
    built_in: &[(&str, &str)],
    user: &[(&str, &str)],
    report: &mut Report,
) -> Option<Templates> {
    Templates::load_with(built_in, &files(sources, user), Bounds::default(), sources, report)
}

/// `error: templates/a.html:3:4 [>text<] message (hint: …)`, one a line.
pub fn show(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let level = match diagnostic.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    };
    let mut line = format!("{level}: ");
    if let Some(span) = diagnostic.span {
        let source = sources.get(span.file);
        let before = &source.text[..span.start as usize];
        let row = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let shown = source.text.get(span.range()).unwrap_or("?").lines().next().unwrap_or_default();
        line += &format!("{}:{row}:{column} [{shown}] ", source.name);
    }
    line += &diagnostic.message;
    if let Some(hint) = &diagnostic.hint {
        line += &format!(" (hint: {hint})");
    }
    if let Some(context) = &diagnostic.context {
        line += &format!(" (in: {context})");
    }
    line
}

pub fn shown(report: Report, sources: &Sources) -> String {
    report.into_sorted(sources).iter().map(|d| show(d, sources) + "\n").collect()
}

/// All sheets for all their subjects, as text; notes and mistakes among it.
pub fn render_all(templates: &Templates, kit: &Kit, sources: &Sources) -> String {
    let mut report = Report::default();
    let renderer = templates.renderer(kit, RenderOptions::default(), &mut report);
    let mut out = String::new();
    for sheet in templates.sheets() {
        let found = subjects(kit, sheet);
        for subject in &found.list {
            out += &format!(
                "== {} for {} ({})\n",
                sheet.name,
                subject.describe(kit),
                renderer.lang(sheet, subject)
            );
            match renderer.render(sheet, subject) {
                Ok(Rendered::Html(html)) => out += &format!("{}\n", html.trim()),
                Ok(Rendered::LeftOut(note)) => out += &format!("{}\n", show(&note, sources)),
                Err(mistakes) => {
                    for mistake in &mistakes {
                        out += &format!("{}\n", show(mistake, sources));
                    }
                }
            }
        }
        for note in &found.left_out {
            out += &format!("{}\n", show(note, sources));
        }
    }
    shown(report, sources) + &out
}
