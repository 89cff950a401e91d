//! A sheet's subjects in; chunks out, each small enough to finish soon and each ending with a physical sheet.
//!
//! Where chunks end shows in the PDF's bytes, so it follows from the subjects alone.

use super::produce::Chunk;
use crate::frame::StockKind;
use crate::template::{SheetDef, Subject};

/// Pieces of paper or envelopes in one chunk: enough that the cost of a chunk vanishes.
const PIECES: usize = 64;
/// Label sheets in one chunk.
const LABEL_SHEETS: u32 = 8;

/// Cuts the subjects up. Paper and envelopes: one case at the most. Labels: whole sheets, the first of which has its
/// places before `start_at` (from 1) already gone.
pub fn chunks<'a>(
    sheet: &'a SheetDef,
    subjects: Vec<(Subject, u32)>,
    start_at: u32,
    per_sheet: u32,
) -> Vec<Chunk<'a>> {
    if sheet.stock == StockKind::Labels {
        return label_chunks(sheet, subjects, start_at.saturating_sub(1), per_sheet.max(1));
    }
    subjects
        .chunk_by(|a, b| a.0.case == b.0.case)
        .flat_map(|of_case| of_case.chunks(PIECES))
        .map(|some| Chunk { sheet, subjects: some.to_vec(), used_labels: 0 })
        .collect()
}

fn label_chunks<'a>(
    sheet: &'a SheetDef,
    subjects: Vec<(Subject, u32)>,
    used: u32,
    per_sheet: u32,
) -> Vec<Chunk<'a>> {
    let full = LABEL_SHEETS.saturating_mul(per_sheet);
    let mut done = Vec::new();
    let mut current = Chunk { sheet, subjects: Vec::new(), used_labels: used };
    let mut room = full.saturating_sub(used).max(1);
    for (subject, mut copies) in subjects {
        while copies > 0 {
            let now = copies.min(room);
            current.subjects.push((subject, now));
            copies -= now;
            room -= now;
            if room == 0 {
                let next = Chunk { sheet, subjects: Vec::new(), used_labels: 0 };
                done.push(std::mem::replace(&mut current, next));
                room = full;
            }
        }
    }
    if !current.subjects.is_empty() {
        done.push(current);
    }
    done
}
