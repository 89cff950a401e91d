//! A table's rows and cells in; the widths of its columns, the heights of its rows and the place of each cell out.
//!
//! The automatic table layout of CSS 2.2, section 17.5.2: each column is as wide as its content asks, between the
//! narrowest and the widest it can be.

use taffy::{AvailableSpace, LayoutInput, LayoutOutput, NodeId, RunMode, Size};

use super::boxes::{BoxTree, Content};
use super::css::{BoxStyles, HiddenBorders, border_width};
use super::flow::{Flow, resolved, resolved_inset};
use crate::markup::style::{BoxSizing, Dimension, Direction, Style, VerticalAlign};

/// A cell and the part of the grid it covers.
#[derive(Debug, Clone, Copy)]
struct Place {
    cell: u32,
    row: usize,
    column: usize,
    colspan: usize,
    rowspan: usize,
}

/// More columns than a sheet of paper has room for.
const MAX_COLUMNS: usize = 1000;

/// Where each cell of the rows stands; cells that span rows push later ones aside.
fn places(tree: &BoxTree, rows: &[u32]) -> (Vec<Place>, usize) {
    let mut taken_until: Vec<usize> = Vec::new();
    let mut found = Vec::new();
    for (row, number) in rows.iter().enumerate() {
        let mut column = 0;
        for cell in tree.children(*number) {
            let (colspan, rowspan) = match tree.nodes[*cell as usize].content {
                Content::Cell { colspan, rowspan } => (usize::from(colspan), usize::from(rowspan)),
                _ => (1, 1),
            };
            while taken_until.get(column).is_some_and(|until| *until > row) {
                column += 1;
            }
            let colspan = colspan.min(MAX_COLUMNS.saturating_sub(column)).max(1);
            let rowspan = rowspan.min(rows.len() - row);
            if taken_until.len() < column + colspan {
                taken_until.resize(column + colspan, 0);
            }
            taken_until[column..column + colspan].fill(row + rowspan);
            found.push(Place { cell: *cell, row, column, colspan, rowspan });
            column += colspan;
        }
    }
    (found, taken_until.len())
}

/// What a column asks for, in points.
#[derive(Debug, Clone, Copy, Default)]
struct Column {
    min: f32,
    max: f32,
    fixed: Option<f32>,
    part: Option<f32>,
}

/// Of two borders that meet, hides the narrower.
pub(super) fn collapse_borders(tree: &mut BoxTree, rows: &[u32], table: &Style, styles: &BoxStyles) {
    let (places, columns) = places(tree, rows);
    let rtl = table.text.direction == Direction::RightToLeft;
    let mut owner = vec![None; columns * rows.len()];
    for (i, p) in places.iter().enumerate() {
        for row in p.row..p.row + p.rowspan {
            for column in p.column..p.column + p.colspan {
                owner[row * columns + column] = Some(i);
            }
        }
    }
    let widths = |tree: &BoxTree, i: usize| {
        let border = tree.nodes[places[i].cell as usize].style.boxed.border;
        (
            border_width(border.top),
            border_width(border.right),
            border_width(border.bottom),
            border_width(border.left),
        )
    };
    let mut hidden = vec![HiddenBorders::default(); places.len()];
    for row in 0..rows.len() {
        for column in 0..columns {
            let Some(here) = owner[row * columns + column] else { continue };
            let right = if column + 1 < columns { owner[row * columns + column + 1] } else { None };
            if let Some(next) = right.filter(|n| *n != here) {
                let (left, right) = if rtl { (next, here) } else { (here, next) };
                if widths(tree, left).1 >= widths(tree, right).3 {
                    hidden[right].left = true;
                } else {
                    hidden[left].right = true;
                }
            }
            let below = if row + 1 < rows.len() { owner[(row + 1) * columns + column] } else { None };
            if let Some(below) = below.filter(|n| *n != here) {
                if widths(tree, here).2 >= widths(tree, below).0 {
                    hidden[below].top = true;
                } else {
                    hidden[here].bottom = true;
                }
            }
            let frame = table.boxed.border;
            hidden[here].top |= row == 0 && border_width(frame.top) > 0.0;
            hidden[here].bottom |= row + 1 == rows.len() && border_width(frame.bottom) > 0.0;
            let (first, last) = (column == 0, column + 1 == columns);
            let (at_left, at_right) = if rtl { (last, first) } else { (first, last) };
            hidden[here].left |= at_left && border_width(frame.left) > 0.0;
            hidden[here].right |= at_right && border_width(frame.right) > 0.0;
        }
    }
    for (place, hidden) in places.iter().zip(hidden) {
        let node = &mut tree.nodes[place.cell as usize];
        node.hidden_borders = hidden;
        node.taffy = styles.get_cell(&node.style, node.scale, hidden);
    }
}

/// Lays a table out.
pub(super) fn lay_out(flow: &mut Flow<'_>, id: NodeId, inputs: LayoutInput) -> LayoutOutput {
    let number = usize::from(id) as u32;
    let style = flow.tree.nodes[number as usize].style.clone();
    let taffy = flow.tree.nodes[number as usize].taffy.clone();
    let inset = resolved_inset(&taffy, inputs.parent_size.width);
    let (inset_width, inset_height) = (inset.left + inset.right, inset.top + inset.bottom);
    let rows = flow.tree.children(number).to_vec();
    let (places, column_count) = places(&flow.tree, &rows);
    let spacing = if style.text.borders_collapse { 0.0 } else { style.text.border_spacing };
    let spaces = if column_count == 0 { 0.0 } else { spacing * (column_count + 1) as f32 };

    let columns = columns(flow, &places, column_count, spacing);
    let least: f32 = columns.iter().map(|c| c.min).sum::<f32>() + spaces;
    let most: f32 = columns.iter().map(|c| c.fixed.unwrap_or(c.max).max(c.min)).sum::<f32>() + spaces;
    let own_width = match style.boxed.width {
        Dimension::Length(l) if l.part == 0.0 || inputs.parent_size.width.is_some() => {
            let border_box = style.boxed.box_sizing == BoxSizing::BorderBox;
            let width = l.points + l.part * inputs.parent_size.width.unwrap_or(0.0);
            Some(if border_box { width - inset_width } else { width })
        }
        _ => None,
    };
    let wished = inputs.known_dimensions.width.map(|w| w - inset_width);
    // A table never stretches to its container of itself: a known width from a block parent is what it may have.
    let inner = match (own_width, wished, inputs.available_space.width) {
        (Some(own), _, _) => own.max(least),
        (None, Some(wished), _) => wished.max(least),
        (None, None, AvailableSpace::Definite(available)) => {
            let available = available - inset_width;
            let has_parts = columns.iter().any(|c| c.part.is_some());
            if has_parts { available.max(least) } else { most.min(available).max(least) }
        }
        (None, None, AvailableSpace::MinContent) => least,
        (None, None, AvailableSpace::MaxContent) => most,
    };
    let widths = distribute(&columns, inner - spaces);
    let offsets = offsets(&widths, spacing);
    let span_width = |p: &Place| offsets[p.column + p.colspan] - offsets[p.column] - spacing;

    let mut heights: Vec<f32> =
        rows.iter().map(|r| own_height(&flow.tree.nodes[*r as usize].style)).collect();
    let mut natural = Vec::with_capacity(places.len());
    for place in &places {
        let known = Size { width: Some(span_width(place)), height: None };
        let available =
            Size { width: AvailableSpace::Definite(span_width(place)), height: AvailableSpace::MaxContent };
        let output = flow.size_of(
            place.cell,
            RunMode::ComputeSize,
            known,
            Size { width: Some(inner), height: None },
            available,
        );
        let wanted = output.size.height.max(own_height(&flow.tree.nodes[place.cell as usize].style));
        natural.push(output.size.height);
        if place.rowspan == 1 {
            heights[place.row] = heights[place.row].max(wanted);
        }
    }
    for (place, natural) in places.iter().zip(&natural) {
        if place.rowspan > 1 {
            let range = place.row..place.row + place.rowspan;
            let have = heights[range.clone()].iter().sum::<f32>() + spacing * (place.rowspan - 1) as f32;
            if let Some(last) = heights[range].last_mut() {
                *last += (natural - have).max(0.0);
            }
        }
    }
    let tops = offsets_of_rows(&heights, spacing);
    let content_height = tops.last().copied().unwrap_or(0.0);
    let size = Size {
        width: inputs.known_dimensions.width.unwrap_or(inner + inset_width).max(inner + inset_width),
        height: inputs.known_dimensions.height.unwrap_or(0.0).max(content_height + inset_height),
    };
    if inputs.run_mode == RunMode::PerformLayout {
        let rtl = style.text.direction == Direction::RightToLeft;
        for (row, number) in rows.iter().enumerate() {
            let layout = &mut flow.tree.nodes[*number as usize].layout;
            *layout = taffy::Layout {
                location: taffy::Point { x: inset.left, y: inset.top + tops[row] },
                size: Size { width: inner, height: heights[row] },
                ..taffy::Layout::new()
            };
        }
        for (place, natural) in places.iter().zip(&natural) {
            let (width, range) = (span_width(place), place.row..place.row + place.rowspan);
            let height = heights[range].iter().sum::<f32>() + spacing * (place.rowspan - 1) as f32;
            let known = Size { width: Some(width), height: Some(height) };
            flow.size_of(
                place.cell,
                RunMode::PerformLayout,
                known,
                Size { width: Some(inner), height: None },
                known.map(|l| AvailableSpace::Definite(l.unwrap_or(0.0))),
            );
            let x = if rtl { inner - offsets[place.column] - width } else { offsets[place.column] };
            let node = &mut flow.tree.nodes[place.cell as usize];
            let cell_style = node.taffy.clone();
            node.layout = taffy::Layout {
                location: taffy::Point { x, y: 0.0 },
                size: Size { width, height },
                padding: resolved(&cell_style.padding, Some(inner)),
                border: resolved(&cell_style.border, Some(inner)),
                ..taffy::Layout::new()
            };
            let drop = match node.style.boxed.vertical_align {
                VerticalAlign::Top | VerticalAlign::Baseline => 0.0,
                VerticalAlign::Middle => (height - natural) / 2.0,
                VerticalAlign::Bottom => height - natural,
            };
            if drop > 0.0 {
                for child in flow.tree.children(place.cell).to_vec() {
                    flow.tree.nodes[child as usize].layout.location.y += drop;
                }
            }
        }
    }
    LayoutOutput::from_outer_size(size)
}

fn own_height(style: &Style) -> f32 {
    match style.boxed.height {
        Dimension::Length(l) => l.points.max(0.0),
        _ => 0.0,
    }
}

fn columns(flow: &mut Flow<'_>, places: &[Place], count: usize, spacing: f32) -> Vec<Column> {
    let mut columns = vec![Column::default(); count];
    let mut spanning = Vec::new();
    for place in places {
        let mut measure = |available| {
            let space = Size { width: available, height: AvailableSpace::MaxContent };
            flow.size_of(place.cell, RunMode::ComputeSize, Size::NONE, Size::NONE, space).size.width
        };
        let (min, max) = (measure(AvailableSpace::MinContent), measure(AvailableSpace::MaxContent));
        let node = &flow.tree.nodes[place.cell as usize];
        let (mut fixed, mut part) = (None, None);
        if let Dimension::Length(l) = node.style.boxed.width {
            if l.part > 0.0 {
                part = Some(l.part);
            } else {
                let inset = resolved_inset(&node.taffy, None);
                let border_box = node.style.boxed.box_sizing == BoxSizing::BorderBox;
                fixed = Some(if border_box { l.points } else { l.points + inset.left + inset.right });
            }
        }
        if place.colspan == 1 {
            let column = &mut columns[place.column];
            column.min = column.min.max(min);
            column.max = column.max.max(max);
            column.fixed = [column.fixed, fixed].into_iter().flatten().reduce(f32::max);
            column.part = [column.part, part].into_iter().flatten().reduce(f32::max);
        } else {
            spanning.push((*place, min, max));
        }
    }
    for (place, min, max) in spanning {
        let covered = &mut columns[place.column..place.column + place.colspan];
        let between = spacing * (place.colspan - 1) as f32;
        let lacking_min = min - between - covered.iter().map(|c| c.min).sum::<f32>();
        let lacking_max = max - between - covered.iter().map(|c| c.max).sum::<f32>();
        let total: f32 = covered.iter().map(|c| c.max).sum();
        for column in covered {
            let share = if total > 0.0 { column.max / total } else { 1.0 / place.colspan as f32 };
            column.min += lacking_min.max(0.0) * share;
            column.max = (column.max + lacking_max.max(0.0) * share).max(column.min);
        }
    }
    columns
}

/// Shares a width out among columns: fixed and percentage columns first, the others by what they ask for.
fn distribute(columns: &[Column], room: f32) -> Vec<f32> {
    let mut widths: Vec<f32> = columns
        .iter()
        .map(|c| match (c.fixed, c.part) {
            (_, Some(part)) => (part * room).max(c.min),
            (Some(fixed), None) => fixed.max(c.min),
            (None, None) => c.min,
        })
        .collect();
    let flexible = |c: &Column| c.fixed.is_none() && c.part.is_none();
    let left = room - widths.iter().sum::<f32>();
    if left <= 0.0 {
        return widths;
    }
    let wanted: f32 = columns.iter().filter(|c| flexible(c)).map(|c| c.max - c.min).sum();
    if wanted > left {
        for (width, column) in widths.iter_mut().zip(columns).filter(|(_, c)| flexible(c)) {
            *width += left * (column.max - column.min) / wanted;
        }
        return widths;
    }
    let any_flexible = columns.iter().any(flexible);
    let grows = |c: &Column| !any_flexible || flexible(c);
    let weight: f32 = columns.iter().filter(|c| grows(c)).map(|c| c.max.max(0.01)).sum();
    let surplus = left - wanted;
    for (width, column) in widths.iter_mut().zip(columns).filter(|(_, c)| grows(c)) {
        let base = if flexible(column) { column.max } else { *width };
        *width = base + surplus * column.max.max(0.01) / weight;
    }
    widths
}

/// The start of each column, and behind the last the place where the next would start.
fn offsets(widths: &[f32], spacing: f32) -> Vec<f32> {
    let mut at = spacing;
    let mut offsets = vec![at];
    for width in widths {
        at += width + spacing;
        offsets.push(at);
    }
    offsets
}

fn offsets_of_rows(heights: &[f32], spacing: f32) -> Vec<f32> {
    offsets(heights, spacing)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(min: f32, max: f32) -> Column {
        Column { min, max, ..Column::default() }
    }

    #[test]
    fn columns_share_by_what_they_ask_for() {
        assert_eq!(distribute(&[column(10.0, 20.0), column(10.0, 40.0)], 40.0), [15.0, 25.0]);
        assert_eq!(distribute(&[column(10.0, 20.0), column(10.0, 40.0)], 90.0), [30.0, 60.0]);
        let fixed = Column { fixed: Some(30.0), ..column(5.0, 10.0) };
        assert_eq!(distribute(&[fixed, column(10.0, 20.0)], 100.0), [30.0, 70.0]);
        let half = Column { part: Some(0.5), ..column(5.0, 10.0) };
        assert_eq!(distribute(&[half, column(10.0, 20.0)], 100.0), [50.0, 50.0]);
    }
}
