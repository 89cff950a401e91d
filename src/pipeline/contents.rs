//! Sheets as they were made in; the rows of the kit's contents out: pages, pieces, and what to load for the event.

use std::collections::HashMap;
use std::sync::Arc;

use super::build::SheetJob;
use super::produce::Press;
use super::select;
use crate::frame::StockKind;
use crate::model::Kit;
use crate::plan::{ContentsRow, Plan, runs};
use crate::template::Subject;

/// One piece: whom it is about and how many sides all its prints in the file take.
struct Made {
    subject: Subject,
    printed: u32,
    sides: u32,
}

/// A row for each sheet that has pages. A sheet that is not made yet counts one side a piece; the next round knows better.
pub fn rows(kit: &Kit, plan: &Plan, jobs: &[SheetJob<'_>], press: &Press<'_>) -> Vec<ContentsRow> {
    let mut page = 1;
    let mut rows = Vec::new();
    for job in jobs {
        let made = made(job);
        let sides = if job.made.is_empty() { made.len() as u32 } else { job.sides() as u32 };
        if sides == 0 {
            continue;
        }
        let needed = |piece: &Made| select::planned_prints(kit, plan, job.sheet, &piece.subject);
        let runs = runs(made.iter().map(|piece| (needed(piece), piece.printed)));
        let load = match job.sheet.stock {
            StockKind::Labels if runs.most <= 1 => sides,
            StockKind::Labels => {
                runs.prints.div_ceil((press.stocks.labels.geometry.places.len() as u32).max(1))
            }
            kind => {
                let of_piece = |piece: &Made| {
                    let sheets = if kind == StockKind::Paper && press.duplex {
                        piece.sides.div_ceil(2)
                    } else {
                        piece.sides
                    };
                    sheets.saturating_mul(needed(piece).div_ceil(piece.printed.max(1)).max(1))
                };
                made.iter().map(of_piece).sum()
            }
        };
        rows.push(ContentsRow {
            sheet: Arc::clone(&job.sheet.name),
            title: press.renderer.title(job.sheet),
            stock: match job.sheet.stock {
                StockKind::Paper => "paper",
                StockKind::Envelope => "envelope",
                StockKind::Labels => "labels",
            },
            stock_name: Arc::clone(press.stocks.name(job.sheet.stock)),
            first_page: page,
            last_page: page + sides - 1,
            pieces: made.len() as u32,
            sheets: sides,
            fewest: runs.fewest,
            copies: runs.most,
            load,
        });
        page += sides;
    }
    rows
}

fn made(job: &SheetJob<'_>) -> Vec<Made> {
    let asked = job.chunks.iter().flat_map(|chunk| &chunk.subjects);
    if job.made.is_empty() {
        return asked.map(|&(subject, printed)| Made { subject, printed, sides: printed.max(1) }).collect();
    }
    let printed: HashMap<Subject, u32> = asked.copied().collect();
    let pieces = job.made.iter().flat_map(|produced| &produced.pieces);
    pieces
        .map(|piece| Made {
            subject: piece.subject,
            printed: printed.get(&piece.subject).copied().unwrap_or(1),
            sides: piece.sides,
        })
        .collect()
}
