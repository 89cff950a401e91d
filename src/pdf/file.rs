//! Takes numbered objects and streams; gives the bytes of a PDF 1.7 file with object streams and a compressed
//! cross-reference stream (ISO 32000-1, 7.5.7 and 7.5.8).
//!
//! lopdf's own writer leaves the cross-reference stream uncompressed, clones each object and uses one thread; a kit of
//! 10,000 pages would be a fifth larger and several times slower to finish.

use std::io::{self, Write};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::PdfError;
use super::deflate::Deflater;
use super::syntax::{Dict, Id, integer};

/// Objects in one object stream. More compress better; fewer let a reader open one page faster.
const OBJECTS_PER_STREAM: usize = 200;

/// A finished file, in the pieces that it was made of: joined, they would be in memory twice.
pub struct Pdf {
    pieces: Vec<Bytes>,
}

/// Bytes of the file, its own or those of a picture that others hold as well.
enum Bytes {
    Own(Vec<u8>),
    Shared(Arc<Vec<u8>>),
}

impl Bytes {
    fn get(&self) -> &[u8] {
        match self {
            Self::Own(bytes) => bytes,
            Self::Shared(bytes) => bytes,
        }
    }
}

impl Pdf {
    /// Bytes of the whole.
    pub fn size(&self) -> usize {
        self.pieces.iter().map(|piece| piece.get().len()).sum()
    }

    /// Writes all of it.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_to(&self, out: &mut dyn Write) -> io::Result<()> {
        // Small pieces go together.
        let mut out = io::BufWriter::with_capacity(1 << 16, out);
        self.pieces.iter().try_for_each(|piece| out.write_all(piece.get()))?;
        out.flush()
    }

    /// The whole in one piece.
    pub fn to_vec(&self) -> Vec<u8> {
        self.pieces.iter().flat_map(Bytes::get).copied().collect()
    }
}

/// A piece of the file, made on its own: whole streams, and small objects packed in object streams.
#[derive(Default)]
pub(super) struct Section {
    /// What stands before `bytes`, and its length.
    before: Vec<Bytes>,
    before_length: usize,
    bytes: Vec<u8>,
    /// Where each directly written object begins.
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
        self.direct.push((id, self.before_length + self.bytes.len()));
        open_stream(&mut self.bytes, id, data.len(), fill);
        self.bytes.extend_from_slice(data);
        close_stream(&mut self.bytes);
    }

    /// The same for large data, which is not copied.
    pub fn shared_stream(&mut self, id: Id, data: &Arc<Vec<u8>>, fill: impl FnOnce(&mut Dict<'_>)) {
        self.direct.push((id, self.before_length + self.bytes.len()));
        open_stream(&mut self.bytes, id, data.len(), fill);
        self.before_length += self.bytes.len() + data.len();
        self.before.push(Bytes::Own(std::mem::take(&mut self.bytes)));
        self.before.push(Bytes::Shared(Arc::clone(data)));
        close_stream(&mut self.bytes);
    }

    /// Makes room for so many bytes of streams.
    pub fn reserve(&mut self, bytes: usize) {
        self.bytes.reserve(bytes);
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

fn open_stream(out: &mut Vec<u8>, id: Id, length: usize, fill: impl FnOnce(&mut Dict<'_>)) {
    integer(out, i64::from(id));
    out.extend_from_slice(b" 0 obj\n");
    let mut dict = Dict::open(out);
    fill(&mut dict);
    dict.integer("Length", length as i64);
    dict.close();
    out.extend_from_slice(b"stream\n");
}

fn close_stream(out: &mut Vec<u8>) {
    out.extend_from_slice(b"\nendstream\nendobj\n");
}

/// The pieces of a file while they are put one behind the other.
#[derive(Default)]
struct Joined {
    before: Vec<Bytes>,
    before_length: usize,
    /// The last piece: what is small.
    bytes: Vec<u8>,
    hash: Sha256,
}

impl Joined {
    /// Where the next byte will stand.
    fn at(&self) -> usize {
        self.before_length + self.bytes.len()
    }

    /// Adds a piece of the document's content.
    fn add(&mut self, piece: Bytes) {
        self.hash.update(piece.get());
        self.end_piece();
        self.before_length += piece.get().len();
        self.before.push(piece);
    }

    fn end_piece(&mut self) {
        if !self.bytes.is_empty() {
            self.before_length += self.bytes.len();
            self.before.push(Bytes::Own(std::mem::take(&mut self.bytes)));
        }
    }
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
    deflater: &mut Deflater,
) -> Result<Pdf, PdfError> {
    let mut entries = vec![Entry::Free; next_id as usize];
    let mut joined = Joined::default();
    // The comment's bytes above 127 tell transfer programs that the file is binary (7.5.2).
    joined.bytes.extend_from_slice(b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n");
    for section in sections {
        let base = joined.at();
        section.before.into_iter().chain([Bytes::Own(section.bytes)]).for_each(|piece| joined.add(piece));
        for (id, at) in section.direct {
            entries[id as usize] = Entry::At(base + at);
        }
        for packed in section.packed {
            let container = entries.len() as Id;
            entries.push(Entry::At(joined.at()));
            for (index, id) in packed.ids.iter().enumerate() {
                entries[*id as usize] = Entry::Packed { container, index };
            }
            open_stream(&mut joined.bytes, container, packed.data.len(), |dict| {
                dict.name("Type", "ObjStm");
                dict.integer("N", packed.ids.len() as i64);
                dict.integer("First", packed.first as i64);
                dict.name("Filter", "FlateDecode");
            });
            joined.add(Bytes::Own(packed.data));
            close_stream(&mut joined.bytes);
        }
    }
    let xref_at = joined.at();
    let xref_id = entries.len() as Id;
    entries.push(Entry::At(xref_at));
    let file_id = std::mem::take(&mut joined.hash).finalize();
    let rows = deflater.compress(&xref_rows(&entries))?;
    let out = &mut joined.bytes;
    open_stream(out, xref_id, rows.len(), |dict| {
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
    out.extend_from_slice(rows);
    close_stream(out);
    out.extend_from_slice(b"startxref\n");
    integer(out, xref_at as i64);
    out.extend_from_slice(b"\n%%EOF\n");
    joined.end_piece();
    Ok(Pdf { pieces: joined.before })
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
