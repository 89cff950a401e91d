//! Takes bytes; gives them compressed for a `FlateDecode` stream. The compressor's state is made once and used again.

use super::PdfError;
use flate2::{Compress, Compression, FlushCompress, Status};

/// zlib's level. At 6, letters come out three parts in a hundred smaller, and take a tenth more of the whole run's time.
const LEVEL: u32 = 3;

/// Bytes; what is shorter is an envelope's page, say, and takes longer to find codes for than to compress.
const SHORT: usize = 1024;
/// Its level: matches are looked for as ever, but the codes are those that every reader knows.
const SHORT_LEVEL: u32 = 1;

/// A compressor with its buffers.
pub(super) struct Deflater {
    state: Compress,
    buffer: Vec<u8>,
}

impl Default for Deflater {
    fn default() -> Self {
        Self { state: Compress::new(Compression::new(LEVEL), true), buffer: Vec::new() }
    }
}

impl Deflater {
    /// Compresses `data` at once; the same bytes come out whatever was compressed before.
    ///
    /// # Errors
    /// When the compressor refuses its input, which is a fault of its own.
    pub fn compress(&mut self, data: &[u8]) -> Result<&[u8], PdfError> {
        let state = &mut self.state;
        let refused = |error: flate2::CompressError| PdfError::Compression(error.to_string());
        state.reset();
        let level = if data.len() < SHORT { SHORT_LEVEL } else { LEVEL };
        state.set_level(Compression::new(level)).map_err(refused)?;
        // What zlib may need at most for incompressible data, plus its header and checksum.
        let bound = data.len() + data.len() / 1000 + 64;
        self.buffer.clear();
        self.buffer.reserve(bound);
        loop {
            let consumed = state.total_in() as usize;
            let rest = data.get(consumed..).unwrap_or_default();
            match state.compress_vec(rest, &mut self.buffer, FlushCompress::Finish) {
                Ok(Status::StreamEnd) => return Ok(&self.buffer),
                Ok(_) => self.buffer.reserve(bound),
                Err(error) => return Err(refused(error)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn what_comes_out_does_not_depend_on_what_went_before() {
        let noise: Vec<u8> = (0..90_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let mut used = Deflater::default();
        used.compress(&noise).expect("compressed");
        for data in [&b""[..], b"BT (a) Tj ET", &noise] {
            let packed = used.compress(data).expect("compressed").to_vec();
            assert_eq!(packed, Deflater::default().compress(data).expect("compressed"));
            let mut back = Vec::new();
            flate2::read::ZlibDecoder::new(&packed[..]).read_to_end(&mut back).expect("zlib data");
            assert_eq!(back, data);
        }
    }
}
