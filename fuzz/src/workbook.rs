//! The bytes of an XLSX workbook in, or of its parts; its first sheet read as `makekit import` does.

use makekit::diag::{Report, Sources};
use makekit::limits::Limits;
use makekit::load;

use super::{input, messages};

/// The file is a workbook. Bytes that are no ZIP file are the parts of one, so that the fuzzer need not learn to
/// compress: the sheet, a NUL, the shared strings.
pub fn workbook(data: &[u8]) {
    let bytes = if load::is_workbook(data) { data.to_vec() } else { packed(data) };
    let limits = Limits { csv_bytes: 1 << 20, ..Limits::default() };
    let Ok(csv) = load::workbook_csv(bytes.clone(), None, &limits) else { return };
    assert!(csv.len() as u64 <= limits.csv_bytes, "{} bytes of text", csv.len());
    assert_eq!(load::workbook_csv(bytes, None, &limits).as_ref(), Ok(&csv), "read twice, it is the same");
    let (sources, mut report) = (Sources::default(), Report::default());
    let Some((file, text)) = load::take_in("book.xlsx", csv.into_bytes(), &sources, &mut report) else {
        panic!("what a workbook gives is text");
    };
    let empty = text.trim_matches(|c: char| c == ',' || c.is_whitespace()).is_empty();
    let Some(rows) = load::parse_rows(file, text, &limits, &mut report) else {
        messages::check(report, &sources);
        return;
    };
    input::row_places(&rows, &sources);
    let found = messages::check(report, &sources);
    assert!(found.is_empty() || empty, "the table we wrote has mistakes: {found:?}");
}

const FIXED: [(&str, &str); 4] = [
    (
        "[Content_Types].xml",
        r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#,
    ),
    (
        "_rels/.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
    ),
    (
        "xl/workbook.xml",
        r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="s"/></sheets></workbook>"#,
    ),
    (
        "xl/_rels/workbook.xml.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="s" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="t" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#,
    ),
];

/// A workbook of the two parts.
fn packed(parts: &[u8]) -> Vec<u8> {
    let at = parts.iter().position(|byte| *byte == 0).unwrap_or(parts.len());
    let (sheet, strings) = (&parts[..at], parts.get(at + 1..).unwrap_or_default());
    let mut files: Vec<(&str, &[u8])> = FIXED.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    files.push(("xl/worksheets/sheet1.xml", sheet));
    files.push(("xl/sharedStrings.xml", strings));
    zip(&files)
}

/// A ZIP file that stores its entries as they are (APPNOTE.TXT of PKWARE, 4.3).
fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, data) in files {
        let offset = out.len() as u32;
        // Version, flags, method, time, date; then checksum, both sizes, the name's length, no extra field.
        let mut head = Vec::from([20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0]);
        for number in [crc32(data), data.len() as u32, data.len() as u32] {
            head.extend(number.to_le_bytes());
        }
        head.extend((name.len() as u16).to_le_bytes());
        head.extend([0, 0]);
        out.extend(b"PK\x03\x04");
        out.extend(&head);
        out.extend(name.as_bytes());
        out.extend(*data);
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&head);
        // No comment, the first disk, no attributes.
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (count, begin) = (files.len() as u16, out.len() as u32);
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(begin.to_le_bytes());
    out.extend([0, 0]);
    out
}

/// The checksum of ZIP (ISO 3309), bit by bit.
fn crc32(data: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
    !data.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}
