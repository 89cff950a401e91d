//! A document tree in; text for golden tests out: a line for each node, with what differs from its parent's style.

use std::fmt::Write;

use super::style::{BoxStyle, TextStyle};
use super::tree::{Document, NodeId, NodeKind};

impl Document {
    /// The tree as text, one node a line, indented; properties that a child inherits unchanged, and those at their
    /// initial values, are left out.
    pub fn dump(&self) -> String {
        let mut out = String::new();
        let _ = writeln!(out, "lang {} page {:?}", self.lang, self.page);
        let mut stack: Vec<(NodeId, usize, Option<NodeId>)> = vec![(NodeId(0), 0, None)];
        stack.extend(self.header.into_iter().chain(self.footer).map(|id| (id, 0, None)));
        stack.reverse();
        while let Some((id, depth, parent)) = stack.pop() {
            let Some(node) = self.nodes.get(id.0 as usize) else { continue };
            let indent = "  ".repeat(depth);
            match &node.kind {
                NodeKind::Text(text) => {
                    let _ = writeln!(out, "{indent}{text:?}");
                }
                NodeKind::Element(element) => {
                    let above = parent.and_then(|id| self.nodes.get(id.0 as usize));
                    let (text, boxed) = match above {
                        Some(above) => (above.style.text.clone(), None),
                        None => (super::cascade::initial_style().text.clone(), None::<&BoxStyle>),
                    };
                    let initial = super::cascade::initial_style();
                    let style = differences(
                        (&node.style.text, &text),
                        (&node.style.boxed, boxed.unwrap_or(&initial.boxed)),
                    );
                    let _ = writeln!(out, "{indent}{element:?}{style}");
                }
            }
            stack.extend(node.children.iter().rev().map(|child| (*child, depth + 1, Some(id))));
        }
        out
    }
}

/// The fields of two debug texts that differ, as ` {name: value, …}`.
fn differences(
    (text, text_before): (&TextStyle, &TextStyle),
    (boxed, boxed_before): (&BoxStyle, &BoxStyle),
) -> String {
    let mut found = Vec::new();
    for (now, before) in [
        (format!("{text:#?}"), format!("{text_before:#?}")),
        (format!("{boxed:#?}"), format!("{boxed_before:#?}")),
    ] {
        let (now, before) = (fields(&now), fields(&before));
        for (now, before) in now.iter().zip(&before) {
            if now != before {
                found.push(now.clone());
            }
        }
    }
    if found.is_empty() { String::new() } else { format!(" {{{}}}", found.join(", ")) }
}

/// The fields of a struct's pretty debug text, each on one line.
fn fields(pretty: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for line in pretty.lines().skip(1) {
        let depth = line.len() - line.trim_start().len();
        let text = line.trim();
        if depth == 4 && !text.starts_with(['}', ')', ']']) {
            all.push(text.to_owned());
        } else if depth >= 4
            && let Some(last) = all.last_mut()
        {
            if !last.ends_with(['(', '[', '{']) && !text.starts_with([')', ']', '}']) {
                last.push(' ');
            }
            last.push_str(text);
        }
    }
    for field in &mut all {
        *field =
            field.replace(",)", ")").replace(",]", "]").replace(",}", "}").trim_end_matches(',').to_owned();
        *field = short_lengths(field);
    }
    all
}

/// `Length {points: 3.5, part: 0.5}` as `3.5pt+50%`: lengths are most of a style.
fn short_lengths(text: &str) -> String {
    const OPEN: &str = "Length {points: ";
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OPEN) {
        let Some((inside, following)) = after.split_once('}') else { break };
        let (points, part) = inside.split_once(", part: ").unwrap_or((inside, "0.0"));
        out.push_str(before);
        out.push_str(points.trim_end_matches(".0"));
        out.push_str("pt");
        if let Some(part) = part.parse::<f32>().ok().filter(|part| *part != 0.0) {
            let _ = write!(out, "+{}%", part * 100.0);
        }
        rest = following;
    }
    out.push_str(rest);
    out
}
