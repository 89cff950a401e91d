//! A mistake of the tokenizer in; plain words for it out.

use std::ops::Range;

use html5gum::Error;

use super::Builder;
use crate::markup::MarkupError;
use crate::markup::suggest::shown;

impl Builder<'_> {
    /// Notes a mistake that the tokenizer found when it stood at `at`.
    pub(super) fn syntax_error(&mut self, error: Error, at: usize) {
        let (message, hint, range) = match error {
            Error::UnknownNamedCharacterReference
            | Error::MissingSemicolonAfterCharacterReference
            | Error::AbsenceOfDigitsInNumericCharacterReference
            | Error::CharacterReferenceOutsideUnicodeRange
            | Error::ControlCharacterReference
            | Error::NoncharacterCharacterReference
            | Error::NullCharacterReference
            | Error::SurrogateCharacterReference => {
                let range = self.reference(at);
                let text = shown(&self.html[range.clone()]);
                let (message, hint) = match error {
                    Error::UnknownNamedCharacterReference => (
                        format!("there is no character named `{text}`"),
                        "write the character itself, or `&amp;` for an ampersand".to_owned(),
                    ),
                    Error::MissingSemicolonAfterCharacterReference => {
                        (format!("`{text}` does not end in `;`"), "write `&amp;` for an ampersand".to_owned())
                    }
                    _ => (format!("`{text}` is no character"), "write the character itself".to_owned()),
                };
                (message, hint, range)
            }
            Error::DuplicateAttribute
            | Error::EndTagWithTrailingSolidus
            | Error::MissingWhitespaceBetweenAttributes
            | Error::NestedComment => return,
            Error::EofInTag => return,
            error => {
                let (message, hint) = syntax_message(error);
                (message.to_owned(), hint.to_owned(), self.snapped(at.saturating_sub(1)..at))
            }
        };
        let hint = (!hint.is_empty()).then_some(hint);
        self.error(MarkupError::new(range, message).maybe_hint(hint));
    }

    /// The character reference that ends at or just before `at`: from its `&`.
    fn reference(&self, at: usize) -> Range<usize> {
        let end = at.min(self.html.len());
        let before = self.html.as_bytes()[..end].iter().rposition(|byte| *byte == b'&').unwrap_or(end);
        let rest = self.html[before..].char_indices().skip(1);
        let mut length = 1;
        for (offset, c) in rest {
            if c == ';' {
                length = offset + 1;
                break;
            }
            if !(c.is_ascii_alphanumeric() || c == '#') {
                length = offset;
                break;
            }
            length = offset + c.len_utf8();
        }
        self.snapped(before..before + length)
    }
}

/// What is wrong, and what to write (empty where there is nothing to add).
fn syntax_message(error: Error) -> (&'static str, &'static str) {
    match error {
        Error::AbruptClosingOfEmptyComment | Error::EofInComment | Error::IncorrectlyClosedComment => {
            ("this comment is not closed", "a comment ends in `-->`")
        }
        Error::IncorrectlyOpenedComment => ("this is no comment", "a comment begins with `<!--`"),
        Error::EofBeforeTagName | Error::InvalidFirstCharacterOfTagName => {
            ("a `<` must begin a tag", "write `&lt;` for the character")
        }
        Error::MissingEndTagName => ("this end tag has no name", ""),
        Error::EndTagWithAttributes => ("an end tag takes no attributes", ""),
        Error::MissingAttributeValue => ("the value is missing after `=`", ""),
        Error::UnexpectedCharacterInAttributeName => (
            "this character cannot stand in the name of an attribute",
            "is a quotation mark or a `>` missing before?",
        ),
        Error::UnexpectedCharacterInUnquotedAttributeValue => {
            ("this value must stand in quotation marks", "as `class=\"note\"`")
        }
        Error::UnexpectedEqualsSignBeforeAttributeName => ("the name is missing before `=`", ""),
        Error::UnexpectedSolidusInTag => ("this `/` does not belong here", ""),
        Error::UnexpectedQuestionMarkInsteadOfTagName => {
            ("`<?` is not HTML", "write `&lt;` for the character")
        }
        Error::ControlCharacterInInputStream
        | Error::NoncharacterInInputStream
        | Error::UnexpectedNullCharacter
        | Error::SurrogateInInputStream => {
            ("this control character cannot be printed", "take it out of the text")
        }
        Error::CdataInHtmlContent | Error::EofInCdata => ("`<![CDATA[` is not HTML", "write `&lt;` for `<`"),
        _ => ("this is not HTML", "write `<!DOCTYPE html>` at the top, or nothing"),
    }
}
