//! Takes numbered objects and streams; gives the bytes of a PDF 1.7 file with object streams and a compressed
//! cross-reference stream (ISO 32000-1, 7.5.7 and 7.5.8).
//!
//! lopdf's own writer leaves the cross-reference stream uncompressed, clones each object and uses one thread; a kit of
//! 10,000 pages would be a fifth larger and several times slower to finish.

use sha2::{Digest, Sha256};

use super::PdfError;
use super::deflate::Deflater;
use super::syntax::{Dict, Id, integer};

/// Objects in one object stream. More compress better; fewer let a reader open one page faster.
const OBJECTS_PER_STREAM: usize = 200;

/// A piece of the file, made on its own: whole streams, and small objects packed in object streams.
#[derive(Default)]
pub(super) struct Section {
    bytes: Vec<u8>,
    /// Where each directly written object begins in `bytes`.
    direct: Vec<(Id, usize)>,
    /// Object streams: their bytes and which objects they hold.
    packed: Vec<Packed>,
    pending: Pending,
}

struct Packed {
    ids: Vec<Id>,
    /// Length of the part before the first object.
    first: usize,
    data: Vec<u8>,
}

#[derive(Default)]
struct Pending {
    ids: Vec<Id>,
    index: Vec<u8>,
    body: Vec<u8>,
}

impl Section {
    /// Adds a small object; `write` appends its bytes.
    pub fn object(
        &mut self,
        deflater: &mut Deflater,
        id: Id,
        write: impl FnOnce(&mut Vec<u8>),
    ) -> Result<(), PdfError> {
        let pending = &mut self.pending;
        integer(&mut pending.index, i64::from(id));
        pending.index.push(b' ');
        integer(&mut pending.index, pending.body.len() as i64);
        pending.index.push(b' ');
        pending.ids.push(id);
        write(&mut pending.body);
        pending.body.push(b'\n');
        if pending.ids.len() == OBJECTS_PER_STREAM { self.pack(deflater) } else { Ok(()) }
    }

    /// Adds a dictionary object.
    pub fn dict(
        &mut self,
        deflater: &mut Deflater,
        id: Id,
        fill: impl FnOnce(&mut Dict<'_>),
    ) -> Result<(), PdfError> {
        self.object(deflater, id, |out| {
            let mut dict = Dict::open(out);
            fill(&mut dict);
            dict.close();
        })
    }

    /// Adds a stream whose `data` is already encoded as the entries that `fill` writes say.
    pub fn stream(&mut self, id: Id, data: &[u8], fill: impl FnOnce(&mut Dict<'_>)) {
        self.direct.push((id, self.bytes.len()));
        write_stream(&mut self.bytes, id, data, fill);
    }

    /// Adds a stream and compresses it.
    pub fn deflated(
        &mut self,
        deflater: &mut Deflater,
        id: Id,
        data: &[u8],
        fill: impl FnOnce(&mut Dict<'_>),
    ) -> Result<(), PdfError> {
        let packed = deflater.compress(data)?;
        self.stream(id, packed, |dict| {
            fill(dict);
            dict.name("Filter", "FlateDecode");
        });
        Ok(())
    }

    /// Packs what is pending; to be called once when all objects are in.
    pub fn pack(&mut self, deflater: &mut Deflater) -> Result<(), PdfError> {
        let Pending { ids, mut index, body } = std::mem::take(&mut self.pending);
        if ids.is_empty() {
            return Ok(());
        }
        let first = index.len();
        index.extend_from_slice(&body);
        let data = deflater.compress(&index)?.to_vec();
        self.packed.push(Packed { ids, first, data });
        Ok(())
    }
}

fn write_stream(out: &mut Vec<u8>, id: Id, data: &[u8], fill: impl FnOnce(&mut Dict<'_>)) {
    integer(out, i64::from(id));
    out.extend_from_slice(b" 0 obj\n");
    let mut dict = Dict::open(out);
    fill(&mut dict);
    dict.integer("Length", data.len() as i64);
    dict.close();
    out.extend_from_slice(b"stream\n");
    out.extend_from_slice(data);
    out.extend_from_slice(b"\nendstream\nendobj\n");
}

#[derive(Clone, Copy)]
enum Entry {
    Free,
    At(usize),
    Packed { container: Id, index: usize },
}

/// Joins sections, in order, to a file. `next_id` is the first number that no object has; `catalog` and `info` are the
/// document's. The file's identifier is a hash of its content.
pub(super) fn write_file(
    sections: Vec<Section>,
    next_id: Id,
    catalog: Id,
    info: Id,
) -> Result<Vec<u8>, PdfError> {
    let mut entries = vec![Entry::Free; next_id as usize];
    let mut hash = Sha256::new();
    // The comment's bytes above 127 tell transfer programs that the file is binary (7.5.2).
    let head = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n";
    let size = |section: &Section| {
        section.bytes.len() + section.packed.iter().map(|packed| packed.data.len() + 128).sum::<usize>()
    };
    // Room for the whole at once: a buffer that grows has its bytes twice in memory while it does.
    let mut out = Vec::with_capacity(sections.iter().map(size).sum::<usize>() + entries.len() * 2 + 1024);
    out.extend_from_slice(head);
    for section in sections {
        let base = out.len();
        hash.update(&section.bytes);
        out.extend_from_slice(&section.bytes);
        for (id, at) in section.direct {
            entries[id as usize] = Entry::At(base + at);
        }
        for packed in section.packed {
            hash.update(&packed.data);
            let container = entries.len() as Id;
            entries.push(Entry::At(out.len()));
            for (index, id) in packed.ids.iter().enumerate() {
                entries[*id as usize] = Entry::Packed { container, index };
            }
            write_stream(&mut out, container, &packed.data, |dict| {
                dict.name("Type", "ObjStm");
                dict.integer("N", packed.ids.len() as i64);
                dict.integer("First", packed.first as i64);
                dict.name("Filter", "FlateDecode");
            });
        }
    }
    let xref_at = out.len();
    let xref_id = entries.len() as Id;
    entries.push(Entry::At(xref_at));
    let file_id = hash.finalize();
    let mut deflater = Deflater::default();
    let rows = deflater.compress(&xref_rows(&entries))?;
    write_stream(&mut out, xref_id, rows, |dict| {
        dict.name("Type", "XRef");
        dict.integer("Size", entries.len() as i64);
        dict.key("W").extend_from_slice(b"[1 4 2]");
        dict.name("Filter", "FlateDecode");
        dict.key("DecodeParms").extend_from_slice(b"<</Predictor 12/Columns 7>>");
        dict.reference("Root", catalog);
        dict.reference("Info", info);
        let ids = dict.key("ID");
        ids.push(b'[');
        for _ in 0..2 {
            ids.push(b'<');
            ids.extend(file_id[..16].iter().flat_map(|b| format!("{b:02X}").into_bytes()));
            ids.push(b'>');
        }
        ids.push(b']');
    });
    out.extend_from_slice(b"startxref\n");
    integer(&mut out, xref_at as i64);
    out.extend_from_slice(b"\n%%EOF\n");
    Ok(out)
}

/// Rows of type, four bytes and two bytes, each as the difference to the row above (PNG's predictor "up").
fn xref_rows(entries: &[Entry]) -> Vec<u8> {
    let mut rows = Vec::with_capacity(entries.len() * 8);
    let mut above = [0u8; 7];
    for entry in entries {
        let (kind, field, last) = match *entry {
            Entry::Free => (0, 0, u16::MAX),
            Entry::At(offset) => (1, offset as u32, 0),
            Entry::Packed { container, index } => (2, container, index as u16),
        };
        let mut row = [kind; 7];
        row[1..5].copy_from_slice(&field.to_be_bytes());
        row[5..].copy_from_slice(&last.to_be_bytes());
        rows.push(2);
        rows.extend(row.iter().zip(above).map(|(now, up)| now.wrapping_sub(up)));
        above = row;
    }
    rows
}
