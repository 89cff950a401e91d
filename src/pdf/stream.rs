//! Takes printpdf's operators, page by page; gives their content streams. The only place where printpdf writes.
//!
//! printpdf makes documents on one thread, with names and numbers from a counter of the whole process, with resources
//! that every page shares and fonts that it embeds whole, and takes longer over a page's dictionaries than over its
//! operators. So it is given the operators of many pages as one page, without resources, with a mark before each; only
//! the content stream is taken from the document that it makes, and cut at the marks.

use lopdf::{Dictionary, Object, ObjectId};
use printpdf::{Op, PdfDocument, PdfPage, PdfSaveOptions, Pt, Rect};

use super::PdfError;

/// A marked-content point before each page's operators.
const MARK: &str = "makekit-page";

/// The content streams of pages, uncompressed, in their order.
///
/// # Errors
/// Whatever printpdf would only warn of.
pub(super) fn content_streams(pages: Vec<Vec<Op>>) -> Result<Vec<Vec<u8>>, PdfError> {
    let count = pages.len();
    let mut ops = Vec::with_capacity(pages.iter().map(Vec::len).sum::<usize>() + count);
    for page in pages {
        ops.push(Op::Marker { id: MARK.to_owned() });
        ops.extend(page);
    }
    let bounds = Rect::from_wh(Pt(0.0), Pt(0.0));
    let mut document = PdfDocument::new("");
    document.pages =
        vec![PdfPage { media_box: bounds.clone(), trim_box: bounds.clone(), crop_box: bounds, ops }];
    let options =
        PdfSaveOptions { optimize: false, subset_fonts: false, secure: false, image_optimization: None };
    let mut warnings = Vec::new();
    let mut written = document.to_lopdf_document(&options, &mut warnings);
    if let Some(warning) = warnings.first() {
        return Err(PdfError::Printpdf(format!("{warning:?}")));
    }
    let content = page_ids(&written).first().and_then(|page| take_content(&mut written, *page));
    let content = content.ok_or_else(|| PdfError::Printpdf("no content came back".to_owned()))?;
    let streams = cut(&content);
    if streams.len() == count {
        Ok(streams)
    } else {
        Err(PdfError::Printpdf(format!("{count} pages were given and {} came back", streams.len())))
    }
}

/// Cuts a content stream at its marks, each on a line of its own.
fn cut(content: &[u8]) -> Vec<Vec<u8>> {
    let mark = format!("/{MARK} MP");
    let mut streams: Vec<Vec<u8>> = Vec::new();
    for line in content.split_inclusive(|byte| *byte == b'\n') {
        if line.strip_suffix(b"\n").unwrap_or(line) == mark.as_bytes() {
            // The line's end before a mark parts it from the page before.
            streams.last_mut().map(Vec::pop);
            streams.push(Vec::with_capacity(content.len() / 8));
        } else if let Some(stream) = streams.last_mut() {
            stream.extend_from_slice(line);
        }
    }
    streams
}

fn page_ids(document: &lopdf::Document) -> Vec<ObjectId> {
    let find = || {
        let pages = document.catalog().ok()?.get(b"Pages").ok()?.as_reference().ok()?;
        let kids = document.get_dictionary(pages).ok()?.get(b"Kids").ok()?.as_array().ok()?;
        Some(kids.iter().filter_map(|kid| kid.as_reference().ok()).collect())
    };
    find().unwrap_or_default()
}

fn take_content(document: &mut lopdf::Document, page: ObjectId) -> Option<Vec<u8>> {
    let page: &Dictionary = document.get_dictionary(page).ok()?;
    let content = page.get(b"Contents").ok()?.as_reference().ok()?;
    match document.objects.remove(&content)? {
        Object::Stream(stream) => Some(stream.content),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_come_back_one_by_one() {
        let page = |count: usize| vec![Op::SaveGraphicsState; count];
        let streams = content_streams(vec![page(0), page(2), page(0), page(1), page(0)]).expect("streams");
        assert_eq!(streams, [&b""[..], b"q\nq", b"", b"q", b""]);
        assert_eq!(content_streams(Vec::new()).expect("streams"), Vec::<Vec<u8>>::new());
    }
}
