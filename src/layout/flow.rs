//! A box tree and a width in; the place and size of every box out. The boxes are taffy's, the text is ours.

use std::sync::Arc;

use taffy::{
    AvailableSpace, CacheTree, LayoutBlockContainer, LayoutContainingBlock, LayoutFlexboxContainer,
    LayoutGridContainer, LayoutInput, LayoutOutput, LayoutPartialTree, NodeId, RequestedAxis, RunMode, Size,
    SizingMode, TraversePartialTree,
};

use super::boxes::{BoxTree, Content, Text};
use super::cache::ParagraphCache;
use super::css::resolve_calc;
use super::faces::Faces;
use super::inline::{self, Composed, InlineBoxSize, Shaping};
use super::replaced;

/// Lays boxes out.
pub(super) struct Flow<'a> {
    pub tree: BoxTree,
    pub faces: &'a Faces,
    pub shaping: &'a mut Shaping,
    pub cache: &'a ParagraphCache,
}

/// Points of a picture's pixel where nothing else says how large it is: 96 to the inch.
const POINTS_PER_PIXEL: f32 = 0.75;
/// Points of a QR code's side where nothing else says: 22 mm.
const QR_SIDE: f32 = 62.36;
/// A checkbox's side in parts of the font size.
const CHECKBOX_SIDE: f32 = 0.8;

impl Flow<'_> {
    /// Lays out the page area at a size; boxes without a positioned ancestor are placed by the page itself, whose size is
    /// `page` and whose corner lies at `origin` as seen from the area.
    pub fn lay_out(&mut self, area: Size<f32>, page: Size<f32>, origin: taffy::Point<f32>) {
        let known = area.map(Some);
        let inputs = LayoutInput {
            run_mode: RunMode::PerformLayout,
            sizing_mode: SizingMode::InherentSize,
            axis: RequestedAxis::Both,
            known_dimensions: known,
            known_dimensions_are_definite: Size { width: true, height: true },
            parent_size: known,
            available_space: area.map(AvailableSpace::Definite),
            vertical_margins_are_collapsible: taffy::Line { start: false, end: false },
        };
        let root = NodeId::from(0_usize);
        let mut output = self.compute_child_layout(root, inputs);
        let layout = &mut self.tree.nodes[0].layout;
        layout.size = output.size;
        let candidates = output.oof_candidates.take();
        if !candidates.is_empty() {
            let direction = self.tree.nodes[0].taffy.direction;
            let found = taffy::compute_oof_layout_for_area(
                self,
                root,
                candidates.as_slice(),
                taffy::OofPositioningArea { size: page, offset: origin },
                direction,
                taffy::ContainingBlockClaims::ALL,
            );
            self.add_hoisted_children(root, &found.hoisted);
        }
    }

    fn node(&self, id: NodeId) -> &super::boxes::BoxNode {
        &self.tree.nodes[usize::from(id)]
    }

    /// Lays a box out and says how large it came out, for boxes that taffy does not place: cells, inline boxes.
    pub fn size_of(
        &mut self,
        id: u32,
        run_mode: RunMode,
        known: Size<Option<f32>>,
        parent: Size<Option<f32>>,
        available: Size<AvailableSpace>,
    ) -> LayoutOutput {
        let inputs = LayoutInput {
            run_mode,
            sizing_mode: SizingMode::InherentSize,
            axis: RequestedAxis::Both,
            known_dimensions: known,
            known_dimensions_are_definite: Size { width: true, height: true },
            parent_size: parent,
            available_space: available,
            vertical_margins_are_collapsible: taffy::Line { start: false, end: false },
        };
        self.compute_child_layout(NodeId::from(id as usize), inputs)
    }

    fn text(&mut self, id: NodeId) -> Option<&mut Text> {
        match &mut self.tree.nodes[usize::from(id)].content {
            Content::Text(text) => Some(text),
            _ => None,
        }
    }

    fn entry(&mut self, id: NodeId) -> Option<Arc<super::cache::Entry>> {
        let text = self.text(id)?;
        if let Some(entry) = &text.entry {
            return Some(entry.clone());
        }
        let paragraph = text.paragraph.clone();
        let (faces, shaping) = (self.faces, &mut *self.shaping);
        let entry = self.cache.get(&paragraph, || shaping.shape(faces, &paragraph));
        if let Some(text) = self.text(id) {
            text.entry = Some(entry.clone());
        }
        Some(entry)
    }

    /// Lays out the inline boxes of a paragraph within a width.
    fn inline_boxes(
        &mut self,
        id: NodeId,
        available: AvailableSpace,
        run_mode: RunMode,
    ) -> Vec<InlineBoxSize> {
        let Some(text) = self.text(id) else { return Vec::new() };
        if text.paragraph.boxes.is_empty() {
            return Vec::new();
        }
        let paragraph = text.paragraph.clone();
        let parent = Size { width: available.into_option(), height: None };
        let space = Size { width: available, height: AvailableSpace::MaxContent };
        paragraph
            .boxes
            .iter()
            .map(|number| {
                let output = self.size_of(*number, run_mode, Size::NONE, parent, space);
                let node = &self.tree.nodes[*number as usize];
                let margin = resolved_margin(&node.taffy, parent.width);
                InlineBoxSize {
                    width: output.size.width + margin.left + margin.right,
                    height: output.size.height + margin.top + margin.bottom,
                    baseline: margin.top
                        + output.baselines.first.unwrap_or(output.size.height + margin.bottom),
                    align: node.style.boxed.vertical_align,
                }
            })
            .collect()
    }

    fn extent(&mut self, id: NodeId) -> inline::Extent {
        if let Some(extent) = self.text(id).and_then(|t| t.extent) {
            return extent;
        }
        let widths = |boxes: Vec<InlineBoxSize>| boxes.iter().map(|b| b.width).collect::<Vec<_>>();
        let least = widths(self.inline_boxes(id, AvailableSpace::MinContent, RunMode::ComputeSize));
        let most = widths(self.inline_boxes(id, AvailableSpace::MaxContent, RunMode::ComputeSize));
        let Some(entry) = self.entry(id) else { return inline::Extent::default() };
        let Some(text) = self.text(id) else { return inline::Extent::default() };
        let extent = inline::extents(&text.paragraph, &entry.shaped, &least, &most);
        text.extent = Some(extent);
        extent
    }

    fn compose(&mut self, id: NodeId, width: f32, run_mode: RunMode) -> Option<Arc<Composed>> {
        let has_boxes = self.text(id).is_some_and(|t| !t.paragraph.boxes.is_empty());
        if !has_boxes
            && let Some((known, composed)) = self.text(id).and_then(|t| t.composed.as_ref())
            && *known == width
        {
            return Some(composed.clone());
        }
        let boxes = self.inline_boxes(id, AvailableSpace::Definite(width), run_mode);
        let entry = self.entry(id)?;
        let paragraph = self.text(id)?.paragraph.clone();
        let scale = paragraph.scale;
        let measured = self.text(id)?.measured.take();
        let make =
            || inline::compose(self.shaping, self.faces, &paragraph, &entry.shaped, width, &boxes, measured);
        let composed = if has_boxes { Arc::new(make()) } else { entry.composed(width, scale, make) };
        self.text(id)?.composed = Some((width, composed.clone()));
        Some(composed)
    }

    fn measure_text(&mut self, id: NodeId, available: AvailableSpace, fixed: bool) -> Size<f32> {
        let width = match available {
            AvailableSpace::Definite(width) if fixed => width.max(0.0),
            AvailableSpace::Definite(width) => self.extent(id).max.min(width.max(0.0)),
            AvailableSpace::MinContent => self.extent(id).min,
            AvailableSpace::MaxContent => self.extent(id).max,
        };
        let height = self.text_height(id, width).unwrap_or_default();
        Size { width, height }
    }

    /// The height of a text's lines at a width. Most widths are asked for only to know that, so nothing is placed yet.
    fn text_height(&mut self, id: NodeId, width: f32) -> Option<f32> {
        let text = self.text(id)?;
        if !text.paragraph.boxes.is_empty() {
            return self.compose(id, width, RunMode::ComputeSize).map(|composed| composed.height());
        }
        if let Some((known, composed)) = &text.composed
            && *known == width
        {
            return Some(composed.height());
        }
        if let Some(measured) = text.measured.as_ref().filter(|measured| measured.width == width) {
            return Some(measured.height);
        }
        let paragraph = text.paragraph.clone();
        let entry = self.entry(id)?;
        if let Some(composed) = entry.known(width, paragraph.scale) {
            let height = composed.height();
            self.text(id)?.composed = Some((width, composed));
            return Some(height);
        }
        let measured = inline::measure(self.shaping, self.faces, &paragraph, &entry.shaped, width);
        let height = measured.height;
        self.text(id)?.measured = Some(measured);
        Some(height)
    }

    fn text_layout(&mut self, id: NodeId, inputs: LayoutInput) -> LayoutOutput {
        let style = self.node(id).taffy.clone();
        let fixed = inputs.known_dimensions.width.is_some() || !style.size.width.is_auto();
        let mut output = taffy::compute_leaf_layout(inputs, &*style, resolve_calc, |_, available| {
            self.measure_text(id, available.width, fixed)
        });
        if inputs.run_mode != RunMode::PerformLayout {
            return output;
        }
        let inset = resolved_inset(&style, inputs.parent_size.width);
        let width = (output.size.width - inset.left - inset.right).max(0.0);
        if let Some(composed) = self.compose(id, width, RunMode::PerformLayout) {
            output.baselines.first = composed.first_baseline().map(|b| b + inset.top);
            self.place_inline_boxes(id, &composed, inset, width);
        }
        output
    }

    fn place_inline_boxes(&mut self, id: NodeId, composed: &Composed, inset: taffy::Rect<f32>, width: f32) {
        if composed.boxes.is_empty() {
            return;
        }
        let Some(paragraph) = self.text(id).map(|t| t.paragraph.clone()) else { return };
        for placed in &composed.boxes {
            let Some(number) = paragraph.boxes.get(placed.number) else { continue };
            let parent = Size { width: Some(width), height: None };
            let space = Size { width: AvailableSpace::Definite(width), height: AvailableSpace::MaxContent };
            let output = self.size_of(*number, RunMode::PerformLayout, Size::NONE, parent, space);
            let node = &mut self.tree.nodes[*number as usize];
            let style = node.taffy.clone();
            let margin = resolved_margin(&style, parent.width);
            node.layout = taffy::Layout {
                location: taffy::Point {
                    x: inset.left + placed.x + margin.left,
                    y: inset.top + placed.y + margin.top,
                },
                size: output.size,
                padding: resolved(&style.padding, parent.width),
                border: resolved(&style.border, parent.width),
                margin,
                ..taffy::Layout::new()
            };
        }
    }

    /// Pictures, codes and ruled lines.
    fn replaced_layout(&mut self, id: NodeId, inputs: LayoutInput) -> LayoutOutput {
        let node = self.node(id);
        let style = node.taffy.clone();
        let intrinsic = match &node.content {
            Content::Image { width, height, .. } => {
                Size { width: *width as f32 * POINTS_PER_PIXEL, height: *height as f32 * POINTS_PER_PIXEL }
            }
            Content::Qr { .. } => Size { width: QR_SIDE, height: QR_SIDE },
            Content::Checkbox => {
                let side = node.style.text.size * node.scale * CHECKBOX_SIDE;
                Size { width: side, height: side }
            }
            Content::Lines { count, pitch } => {
                let height = count.unwrap_or(0) as f32 * pitch;
                return taffy::compute_leaf_layout(inputs, &*style, resolve_calc, |_, available| Size {
                    width: available.width.into_option().unwrap_or(0.0),
                    height,
                });
            }
            _ => Size::ZERO,
        };
        let fixed = Size {
            width: inputs.known_dimensions.width.is_some() || !style.size.width.is_auto(),
            height: inputs.known_dimensions.height.is_some() || !style.size.height.is_auto(),
        };
        let most = style
            .max_size
            .width
            .resolve_to_option(inputs.parent_size.width.unwrap_or(f32::INFINITY), resolve_calc);
        taffy::compute_leaf_layout(inputs, &*style, resolve_calc, |_, available| {
            let ratio = if intrinsic.height > 0.0 { intrinsic.width / intrinsic.height } else { 1.0 };
            let (width, height) = (available.width.into_option(), available.height.into_option());
            match (fixed.width, fixed.height) {
                (true, true) => Size { width: width.unwrap_or(0.0), height: height.unwrap_or(0.0) },
                (true, false) => {
                    let width = width.unwrap_or(intrinsic.width);
                    Size { width, height: width / ratio }
                }
                (false, true) => {
                    let height = height.unwrap_or(intrinsic.height);
                    Size { width: height * ratio, height }
                }
                (false, false) => {
                    let bound = width.unwrap_or(f32::INFINITY).min(most.unwrap_or(f32::INFINITY));
                    let width = intrinsic.width.min(bound);
                    Size { width, height: width / ratio }
                }
            }
        })
    }

    /// The lines of a list item's marker.
    pub fn compose_marker(&mut self, id: u32) -> Option<Arc<Composed>> {
        let marker = self.tree.nodes[id as usize].marker.as_ref()?;
        let paragraph = marker.paragraph.clone();
        let (faces, shaping) = (self.faces, &mut *self.shaping);
        let entry = self.cache.get(&paragraph, || shaping.shape(faces, &paragraph));
        let width = inline::extents(&paragraph, &entry.shaped, &[], &[]).max;
        Some(entry.composed(width, paragraph.scale, || {
            inline::compose(self.shaping, self.faces, &paragraph, &entry.shaped, width, &[], None)
        }))
    }
}

pub(super) fn resolved_margin(style: &taffy::Style, basis: Option<f32>) -> taffy::Rect<f32> {
    let one = |side: taffy::LengthPercentageAuto| {
        side.resolve_to_option(basis.unwrap_or(0.0), resolve_calc).unwrap_or(0.0)
    };
    let m = style.margin;
    taffy::Rect { left: one(m.left), right: one(m.right), top: one(m.top), bottom: one(m.bottom) }
}

pub(super) fn resolved(sides: &taffy::Rect<taffy::LengthPercentage>, basis: Option<f32>) -> taffy::Rect<f32> {
    use taffy::ResolveOrZero;
    sides.resolve_or_zero(basis, resolve_calc)
}

/// Border and padding together.
pub(super) fn resolved_inset(style: &taffy::Style, basis: Option<f32>) -> taffy::Rect<f32> {
    let (p, b) = (resolved(&style.padding, basis), resolved(&style.border, basis));
    taffy::Rect {
        left: p.left + b.left,
        right: p.right + b.right,
        top: p.top + b.top,
        bottom: p.bottom + b.bottom,
    }
}

/// Children of a box.
pub(super) struct ChildIds<'a>(std::slice::Iter<'a, u32>);

impl Iterator for ChildIds<'_> {
    type Item = NodeId;
    fn next(&mut self) -> Option<NodeId> {
        self.0.next().map(|n| NodeId::from(*n as usize))
    }
}

impl TraversePartialTree for Flow<'_> {
    type ChildIter<'b>
        = ChildIds<'b>
    where
        Self: 'b;

    fn child_ids(&self, parent: NodeId) -> Self::ChildIter<'_> {
        ChildIds(self.tree.children(usize::from(parent) as u32).iter())
    }

    fn child_count(&self, parent: NodeId) -> usize {
        self.node(parent).children.len()
    }

    fn get_child_id(&self, parent: NodeId, index: usize) -> NodeId {
        NodeId::from(self.tree.children(usize::from(parent) as u32)[index] as usize)
    }
}

impl LayoutPartialTree for Flow<'_> {
    type CoreContainerStyle<'b>
        = &'b taffy::Style
    where
        Self: 'b;
    type CustomIdent = String;

    fn get_core_container_style(&self, id: NodeId) -> &taffy::Style {
        &self.node(id).taffy
    }

    fn resolve_calc_value(&self, handle: *const (), basis: f32) -> f32 {
        resolve_calc(handle, basis)
    }

    fn set_unrounded_layout(&mut self, id: NodeId, layout: &taffy::Layout) {
        self.tree.nodes[usize::from(id)].layout = *layout;
    }

    fn compute_child_layout(&mut self, id: NodeId, inputs: LayoutInput) -> LayoutOutput {
        if inputs.run_mode == RunMode::PerformHiddenLayout {
            return LayoutOutput::HIDDEN;
        }
        taffy::compute_cached_layout(self, id, inputs, |flow, id, inputs| {
            let node = flow.node(id);
            let display = node.taffy.display;
            match &node.content {
                Content::Text(_) => flow.text_layout(id, inputs),
                Content::Image { .. } | Content::Qr { .. } | Content::Lines { .. } | Content::Checkbox => {
                    flow.replaced_layout(id, inputs)
                }
                Content::Table => super::table::lay_out(flow, id, inputs),
                Content::Boxes | Content::Row { .. } | Content::Cell { .. } => {
                    let mut output = match display {
                        taffy::Display::Flex => taffy::compute_flexbox_layout(flow, id, inputs),
                        taffy::Display::Grid => taffy::compute_grid_layout(flow, id, inputs),
                        _ => taffy::compute_block_layout(flow, id, inputs, None),
                    };
                    if inputs.run_mode == RunMode::PerformLayout {
                        taffy::compute_oof_layout(flow, id, &mut output);
                    }
                    output
                }
            }
        })
    }
}

impl LayoutContainingBlock for Flow<'_> {
    type OofItemStyle<'b>
        = &'b taffy::Style
    where
        Self: 'b;

    fn get_oof_item_style(&self, id: NodeId) -> &taffy::Style {
        &self.node(id).taffy
    }

    fn clear_hoisted_children(&mut self, id: NodeId) {
        self.tree.nodes[usize::from(id)].hoisted.clear();
    }

    fn add_hoisted_children(&mut self, id: NodeId, hoisted: &[NodeId]) {
        self.tree.nodes[usize::from(id)].hoisted.extend(hoisted.iter().map(|n| usize::from(*n) as u32));
    }
}

impl CacheTree for Flow<'_> {
    fn cache_get(&mut self, id: NodeId, inputs: &LayoutInput) -> Option<LayoutOutput> {
        self.tree.nodes[usize::from(id)].cache.get(inputs)
    }

    fn cache_store(&mut self, id: NodeId, inputs: &LayoutInput, output: LayoutOutput) {
        self.tree.nodes[usize::from(id)].cache.store(inputs, output);
    }

    fn cache_clear(&mut self, id: NodeId) {
        self.tree.nodes[usize::from(id)].cache.clear();
    }
}

impl LayoutFlexboxContainer for Flow<'_> {
    type FlexboxContainerStyle<'b>
        = &'b taffy::Style
    where
        Self: 'b;
    type FlexboxItemStyle<'b>
        = &'b taffy::Style
    where
        Self: 'b;

    fn get_flexbox_container_style(&self, id: NodeId) -> &taffy::Style {
        &self.node(id).taffy
    }

    fn get_flexbox_child_style(&self, id: NodeId) -> &taffy::Style {
        &self.node(id).taffy
    }
}

impl LayoutGridContainer for Flow<'_> {
    type GridContainerStyle<'b>
        = &'b taffy::Style
    where
        Self: 'b;
    type GridItemStyle<'b>
        = &'b taffy::Style
    where
        Self: 'b;

    fn get_grid_container_style(&self, id: NodeId) -> &taffy::Style {
        &self.node(id).taffy
    }

    fn get_grid_child_style(&self, id: NodeId) -> &taffy::Style {
        &self.node(id).taffy
    }
}

impl LayoutBlockContainer for Flow<'_> {
    type BlockContainerStyle<'b>
        = &'b taffy::Style
    where
        Self: 'b;
    type BlockItemStyle<'b>
        = &'b taffy::Style
    where
        Self: 'b;

    fn get_block_container_style(&self, id: NodeId) -> &taffy::Style {
        &self.node(id).taffy
    }

    fn get_block_child_style(&self, id: NodeId) -> &taffy::Style {
        &self.node(id).taffy
    }
}

/// Modules of a QR code on its side, quiet zone included.
pub(super) fn modules_across(modules: &replaced::Modules) -> f32 {
    (modules.side + 2 * replaced::QUIET_ZONE) as f32
}
