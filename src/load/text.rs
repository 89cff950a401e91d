//! Bytes of a text file to UTF-8 text without a byte order mark; names other encodings for what they are.

use std::sync::Arc;

use crate::diag::{Diagnostic, FileId, Report, Sources, Span};

/// Takes a file's bytes into the sources under `name`. `None` where they are no UTF-8; that was reported.
pub fn take_in(
    name: &str,
    bytes: Vec<u8>,
    sources: &Sources,
    report: &mut Report,
) -> Option<(FileId, Arc<str>)> {
    let bytes = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => rest.to_vec(),
        None => bytes,
    };
    if bytes.starts_with(b"PK\x03\x04") {
        let file = sources.add(name, "");
        report.push(
            Diagnostic::error("the file is a workbook or another archive, not text")
                .at(Span::start_of(file))
                .hint("open it in its own program and save it as text: a spreadsheet as CSV (UTF-8)"),
        );
        return None;
    }
    if let Some(encoding) = sixteen_bits(&bytes) {
        let file = sources.add(name, "");
        report.push(
            Diagnostic::error(format!("the file is written in {encoding}, not in UTF-8"))
                .at(Span::start_of(file))
                .hint("save it again and choose the encoding `UTF-8`"),
        );
        return None;
    }
    match String::from_utf8(bytes) {
        Ok(text) => {
            let text: Arc<str> = text.into();
            Some((sources.add(name, Arc::clone(&text)), text))
        }
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let byte = error.as_bytes().get(at).copied().unwrap_or_default();
            let shown = String::from_utf8_lossy(error.as_bytes()).into_owned();
            if shown.chars().take(4000).any(|c| c == '\0') {
                let file = sources.add(name, "");
                report.push(Diagnostic::error("the file is no text").at(Span::start_of(file)));
                return None;
            }
            let file = sources.add(name, shown);
            let guess =
                windows_1252(byte).map_or(String::new(), |c| format!(" (`{c}` in Windows-1252 or Latin-1)"));
            report.push(
                Diagnostic::error(format!("the file is not written in UTF-8: byte 0x{byte:02X}{guess}"))
                    .at(Span::new(file, at..at + '\u{fffd}'.len_utf8()))
                    .hint("save it again and choose the encoding `UTF-8`"),
            );
            None
        }
    }
}

/// Which sixteen-bit encoding the bytes look like: by their mark, or by every other byte of the beginning being zero.
fn sixteen_bits(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => return Some("UTF-32"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => return Some("UTF-16"),
        _ => {}
    }
    let head = &bytes[..bytes.len().min(64)];
    let zeros = |from| head.iter().skip(from).step_by(2).filter(|b| **b == 0).count();
    let pairs = head.len() / 2;
    (pairs >= 2 && (zeros(0) * 4 > pairs * 3 || zeros(1) * 4 > pairs * 3)).then_some("UTF-16")
}

/// The letter that a byte above 0x9F means in Windows-1252 and Latin-1.
fn windows_1252(byte: u8) -> Option<char> {
    (byte >= 0xa0).then(|| char::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::human;

    fn said(bytes: &[u8]) -> (Option<String>, String) {
        let sources = Sources::default();
        let mut report = Report::default();
        let text = take_in("a.toml", bytes.to_vec(), &sources, &mut report).map(|(_, text)| text.to_string());
        (text, human(&report.into_sorted(&sources), &sources, false))
    }

    #[test]
    fn the_mark_of_utf_8_is_taken_away() {
        assert_eq!(said(b"\xef\xbb\xbfname"), (Some("name".to_owned()), String::new()));
    }

    #[test]
    fn other_encodings_are_named() {
        assert!(said(b"\xff\xfen\0a\0m\0e\0").1.contains("is written in UTF-16"));
        assert!(said(b"n\0a\0m\0e\0=\0").1.contains("is written in UTF-16"));
        let (text, said) = said(b"a = 1\nname = \"J\xf6rg\"\n");
        assert_eq!(text, None);
        assert!(said.contains("byte 0xF6 (`ö` in Windows-1252 or Latin-1)"), "{said}");
        assert!(said.contains("a.toml:2:10"), "{said}");
    }
}
