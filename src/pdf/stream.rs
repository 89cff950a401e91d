//! Takes printpdf's operators, page by page; gives their content streams. The only place where printpdf writes.
//!
//! printpdf makes documents on one thread, with names and numbers from a counter of the whole process, with resources
//! that every page shares and fonts that it embeds whole. So it is given a few pages at a time, without resources, and
//! only the content streams are taken from the document that it makes.

use lopdf::{Dictionary, Object, ObjectId};
use printpdf::{Op, PdfDocument, PdfPage, PdfSaveOptions, Pt, Rect};

use super::PdfError;

/// The content streams of pages, uncompressed, in their order.
///
/// # Errors
/// Whatever printpdf would only warn of.
pub(super) fn content_streams(pages: Vec<Vec<Op>>) -> Result<Vec<Vec<u8>>, PdfError> {
    let count = pages.len();
    let mut document = PdfDocument::new("");
    let bounds = Rect::from_wh(Pt(0.0), Pt(0.0));
    document.pages = pages
        .into_iter()
        .map(|ops| PdfPage {
            media_box: bounds.clone(),
            trim_box: bounds.clone(),
            crop_box: bounds.clone(),
            ops,
        })
        .collect();
    let options =
        PdfSaveOptions { optimize: false, subset_fonts: false, secure: false, image_optimization: None };
    let mut warnings = Vec::new();
    let mut written = document.to_lopdf_document(&options, &mut warnings);
    if let Some(warning) = warnings.first() {
        return Err(PdfError::Printpdf(format!("{warning:?}")));
    }
    let streams: Vec<Vec<u8>> =
        page_ids(&written).into_iter().filter_map(|page| take_content(&mut written, page)).collect();
    if streams.len() == count {
        Ok(streams)
    } else {
        Err(PdfError::Printpdf(format!("{count} pages were given and {} came back", streams.len())))
    }
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
