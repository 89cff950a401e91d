//! A finished kit and which of its pieces are new or changed in; one more file with those alone out.

use std::sync::Arc;

use super::Options;
use super::build::SheetJob;
use super::output::{self, ChangedPieces, Document, Targets};
use super::produce::{Press, Produced};
use super::summary::Summary;
use crate::diag::Diagnostic;
use crate::template::{SheetDef, Subject};

/// The changed pieces made once more, by themselves: labels move up to the first free places.
///
/// # Errors
/// The mistakes of the pieces; there are none where the whole kit could be made.
pub fn jobs<'a>(
    jobs: &[SheetJob<'a>],
    changed: &ChangedPieces,
    make: impl Fn(&'a SheetDef, Vec<(Subject, u32)>) -> Result<Vec<Arc<Produced>>, Vec<Diagnostic>>,
) -> Result<Vec<SheetJob<'a>>, Vec<Diagnostic>> {
    let mut again = Vec::new();
    for job in jobs {
        let pieces: Vec<(Subject, u32)> = job
            .chunks
            .iter()
            .flat_map(|chunk| &chunk.subjects)
            .filter(|(subject, _)| changed.contains(&(Arc::clone(&job.sheet.name), *subject)))
            .copied()
            .collect();
        if !pieces.is_empty() {
            again.push(SheetJob { sheet: job.sheet, chunks: Vec::new(), made: make(job.sheet, pieces)? });
        }
    }
    Ok(again)
}

/// Writes them beside the whole kit; where nothing changed, says so and leaves the file of before.
///
/// # Errors
/// The mistakes of the pieces, or the machine refuses.
pub fn write(
    press: &Press<'_>,
    jobs: Result<Vec<SheetJob<'_>>, Vec<Diagnostic>>,
    document: &Document<'_>,
    options: &Options,
    targets: &Targets,
    summary: &mut Summary,
) -> Result<(), Vec<Diagnostic>> {
    let mut jobs = jobs?;
    let path = output::changed_path(&options.out);
    if !jobs.is_empty() {
        return output::finish_changed(press, &mut jobs, document, path, targets, summary);
    }
    let words = match summary.changes {
        None => "there is no build of before to compare with: print the whole kit",
        Some(_) => "no page is new or changed",
    };
    let words = format!("{words}; `{}` was not written", path.display());
    summary.changes.get_or_insert_default().push(words);
    Ok(())
}
