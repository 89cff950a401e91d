//! CSS text in; a tree of component values with their byte ranges out. The only file that sees `cssparser`'s tokenizer.

use std::ops::Range;

use cssparser::{BasicParseErrorKind, ParseError, ParseErrorKind, Parser, Token};

use crate::markup::MarkupError;

/// One component value, as CSS Syntax Level 3 calls them: a token, or a block or function with what is in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Component {
    pub kind: Kind,
    /// Bytes of the text it was read from.
    pub range: Range<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// An identifier, as written.
    Ident(Box<str>),
    /// `@name`.
    AtKeyword(Box<str>),
    /// `#name`.
    Hash(Box<str>),
    String(Box<str>),
    Number {
        value: f32,
        integer: Option<i32>,
    },
    /// 1.0 is 100 %.
    Percentage(f32),
    Dimension {
        value: f32,
        integer: Option<i32>,
        unit: Box<str>,
    },
    Delim(char),
    Colon,
    Semicolon,
    Comma,
    Whitespace,
    Function(Box<str>, Vec<Component>),
    Parentheses(Vec<Component>),
    Brackets(Vec<Component>),
    Braces(Vec<Component>),
    /// `url(…)` without quotes.
    Url,
    /// What no style sheet may hold: an unbalanced bracket, a string with a line break.
    Bad,
}

impl Component {
    pub fn is_whitespace(&self) -> bool {
        self.kind == Kind::Whitespace
    }

    pub fn ident(&self) -> Option<&str> {
        match &self.kind {
            Kind::Ident(name) => Some(name),
            _ => None,
        }
    }
}

/// Blocks within blocks, at most.
const NESTING: u8 = 32;

/// Reads all of `css`. Comments are dropped. Fails where blocks are nested too deeply; an unclosed block and a broken
/// string are reported in `errors`, and reading goes on.
pub fn components(css: &str, errors: &mut Vec<MarkupError>) -> Vec<Component> {
    let mut parser = Parser::new(css);
    parser.set_nested_block_limit(NESTING);
    match read(&mut parser, css, errors) {
        Ok(components) => components,
        Err(error) => {
            let at = parser.position().byte_index().min(css.len());
            let message = match error.kind {
                ParseErrorKind::Basic(BasicParseErrorKind::TooManyNestedBlocks) => {
                    format!("brackets are nested more than {NESTING} deep")
                }
                _ => "this style sheet cannot be read".to_owned(),
            };
            errors.push(MarkupError::new(at..at, message));
            Vec::new()
        }
    }
}

fn read(
    parser: &mut Parser<'_>,
    css: &str,
    errors: &mut Vec<MarkupError>,
) -> Result<Vec<Component>, ParseError<()>> {
    let mut all = Vec::new();
    loop {
        let start = parser.position().byte_index();
        let token = match parser.next_including_whitespace_and_comments() {
            Ok(token) => token.clone(),
            Err(_) => return Ok(all),
        };
        let own = |name: &str| Box::<str>::from(name);
        let kind = match &token {
            Token::Comment(_) => {
                let end = parser.position().byte_index();
                if !css[start..end].ends_with("*/") || end - start < 4 {
                    errors.push(
                        MarkupError::new(start..start + 2, "this comment is not closed")
                            .hint("a comment ends in `*/`; all that follows it is lost"),
                    );
                }
                continue;
            }
            Token::WhiteSpace(_) => Kind::Whitespace,
            Token::Ident(name) => Kind::Ident(own(name)),
            Token::AtKeyword(name) => Kind::AtKeyword(own(name)),
            Token::Hash(name) | Token::IDHash(name) => Kind::Hash(own(name)),
            Token::QuotedString(text) => Kind::String(own(text)),
            Token::Number { value, int_value, .. } => Kind::Number { value: *value, integer: *int_value },
            Token::Percentage { unit_value, .. } => Kind::Percentage(*unit_value),
            Token::Dimension { value, int_value, unit, .. } => {
                Kind::Dimension { value: *value, integer: *int_value, unit: own(unit) }
            }
            Token::Delim(c) => Kind::Delim(*c),
            Token::Colon => Kind::Colon,
            Token::Semicolon => Kind::Semicolon,
            Token::Comma => Kind::Comma,
            Token::UnquotedUrl(_) | Token::BadUrl(_) => Kind::Url,
            Token::Function(_)
            | Token::ParenthesisBlock
            | Token::SquareBracketBlock
            | Token::CurlyBracketBlock => {
                let open = start..parser.position().byte_index();
                let inner = parser.parse_nested_block(|parser| read(parser, css, errors))?;
                let close = match &token {
                    Token::SquareBracketBlock => ']',
                    Token::CurlyBracketBlock => '}',
                    _ => ')',
                };
                let end = parser.position().byte_index();
                if !css[start..end].ends_with(close) || inner.last().is_some_and(|c| c.range.end == end) {
                    errors.push(
                        MarkupError::new(open, "this bracket is never closed")
                            .hint(format!("write a `{close}` where it ends")),
                    );
                }
                match token {
                    Token::Function(name) => Kind::Function(own(&name), inner),
                    Token::ParenthesisBlock => Kind::Parentheses(inner),
                    Token::SquareBracketBlock => Kind::Brackets(inner),
                    _ => Kind::Braces(inner),
                }
            }
            Token::CloseParenthesis | Token::CloseSquareBracket | Token::CloseCurlyBracket => {
                let end = parser.position().byte_index();
                errors.push(MarkupError::new(start..end, "this bracket closes nothing"));
                continue;
            }
            Token::BadString(_) => {
                let end = parser.position().byte_index();
                errors.push(
                    MarkupError::new(start..end, "this text in quotes does not end on its line")
                        .hint("write the closing quote"),
                );
                Kind::Bad
            }
            _ => Kind::Bad,
        };
        all.push(Component { kind, range: start..parser.position().byte_index() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_bytes_of_the_text() {
        let mut errors = Vec::new();
        let css = "é{ margin: calc(1mm + 2pt) }";
        let all = components(css, &mut errors);
        assert!(errors.is_empty());
        assert_eq!(&css[all[0].range.clone()], "é");
        assert_eq!(&css[all[1].range.clone()], "{ margin: calc(1mm + 2pt) }");
    }

    #[test]
    fn an_unclosed_block_is_found() {
        for (css, count) in
            [("p { color: red", 1), ("p { width: calc(1mm", 2), ("p { width: (1mm) }", 0), ("}", 1)]
        {
            let mut errors = Vec::new();
            components(css, &mut errors);
            assert_eq!(errors.len(), count, "{css}: {errors:?}");
        }
    }

    #[test]
    fn deep_nesting_is_an_error() {
        let mut errors = Vec::new();
        components(&"(".repeat(100_000), &mut errors);
        assert!(errors.iter().any(|e| e.message.contains("nested more than")), "{:?}", errors.first());
    }
}
