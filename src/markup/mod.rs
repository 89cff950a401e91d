//! HTML and CSS text in; a document tree with computed styles out, or every mistake with its place.

mod cascade;
mod css;
mod dump;
mod element;
mod html;
pub mod style;
mod suggest;
#[cfg(test)]
mod tests;
pub mod tree;

use std::ops::Range;

pub use cascade::Styler;
pub use css::StyleSheet;

/// A mistake in HTML or CSS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkupError {
    /// Bytes of the text that was given, or of the style sheet that `sheet` names.
    pub range: Range<usize>,
    /// Lower case, no full stop, backticks round what the user typed or must type.
    pub message: String,
    pub hint: Option<String>,
    /// Which of the [`Styler`]'s style sheets the range belongs to; `None` for the text that was given.
    pub sheet: Option<usize>,
}

impl MarkupError {
    pub(crate) fn new(range: Range<usize>, message: impl Into<String>) -> Self {
        Self { range, message: message.into(), hint: None, sheet: None }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn maybe_hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint;
        self
    }
}

/// How much a document or a style sheet may hold: what keeps hostile input from filling memory or stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of HTML.
    pub html_bytes: usize,
    /// Bytes of one style sheet.
    pub css_bytes: usize,
    /// Elements within elements.
    pub depth: usize,
    /// Elements and pieces of text.
    pub nodes: usize,
    /// Mistakes that are listed.
    pub errors: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { html_bytes: 16 << 20, css_bytes: 1 << 20, depth: 100, nodes: 500_000, errors: 200 }
    }
}
