//! What is read of a JPEG's data in; the same values as a bare JPEG out: no segment but those that unfold it, and codes of
//! our own (ITU-T T.81, annexes B, C, F and K.2).
//!
//! No value is changed, so nothing of the picture is lost, as it is each time that one is decoded and encoded again.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::frame::Scan;
use super::{Decoding, Listener};

/// A JPEG of one pass that holds a picture's values and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bare {
    pub data: Vec<u8>,
    /// One channel of grey; otherwise colours as JFIF has them.
    pub grey: bool,
}

/// Tokens that room is made for at once: those of a large photo.
const ROOM: usize = 1 << 21;
/// Bytes of all that stands before the data, at most.
const HEAD: usize = 1500;
/// The longest code.
const LONGEST: usize = 16;
/// Differences of DC values, and AC values, of eight bits a channel are no larger than this many bits.
const MOST_DC_BITS: usize = 11;
const MOST_AC_BITS: usize = 10;

/// Keeps what the data says, to be written anew.
pub(super) struct Recorder {
    head: Option<Head>,
    scans: u32,
    refused: bool,
    last_dc: [i32; 3],
    tokens: Vec<Token>,
    /// How often each symbol is used in each of the four tables.
    uses: [[u32; 256]; 4],
}

/// A symbol, the number of its table, and its bits.
#[derive(Clone, Copy)]
struct Token {
    table: u8,
    symbol: u8,
    bits: u16,
}

/// What is written before the data.
struct Head {
    width: u16,
    height: u16,
    components: Vec<ComponentHead>,
}

struct ComponentHead {
    sampling: (usize, usize),
    steps: [u8; 64],
}

impl Head {
    /// `None` for a picture that is not written here, or whose colours other programs might turn in another way.
    fn of(decoding: &Decoding, scan: &Scan) -> Option<Self> {
        let frame = decoding.frame.as_ref()?;
        let in_order = scan.parts.iter().map(|part| part.component).eq(0..frame.components.len());
        let samplings: Vec<_> = frame.components.iter().map(|component| component.sampling).collect();
        let known = match *samplings {
            [_] => true,
            [(1 | 2, 1 | 2), (1, 1), (1, 1)] => {
                let ids = frame.components.iter().map(|component| component.id);
                match decoding.adobe_transform {
                    Some(transform) => transform == 1,
                    None => decoding.is_jfif || ids.eq(1..=3),
                }
            }
            _ => false,
        };
        if frame.progressive || !in_order || !known {
            return None;
        }
        let component = |component: &super::frame::Component| {
            let mut steps = [0; 64];
            for (to, from) in steps.iter_mut().zip(decoding.steps[component.step]?) {
                *to = u8::try_from(from).ok().filter(|step| *step > 0)?;
            }
            let sampling = if samplings.len() == 1 { (1, 1) } else { component.sampling };
            Some(ComponentHead { sampling, steps })
        };
        let components = frame.components.iter().map(component).collect::<Option<_>>()?;
        Some(Self { width: frame.width, height: frame.height, components })
    }
}

impl Listener for Recorder {
    fn stray(&mut self) {
        self.refused = true;
    }

    fn scan(&mut self, decoding: &Decoding, scan: &Scan) {
        self.scans += 1;
        self.head = Head::of(decoding, scan);
        self.refused |= self.scans > 1 || self.head.is_none();
    }

    #[inline]
    fn dc(&mut self, component: usize, value: i32) {
        if self.refused {
            return;
        }
        let difference = value - self.last_dc[component];
        self.last_dc[component] = value;
        let length = 32 - difference.unsigned_abs().leading_zeros();
        let bits = if difference < 0 { difference - 1 + (1 << length) } else { difference };
        self.push(u8::from(component > 0), length as u8, bits as u16);
    }

    #[inline]
    fn ac(&mut self, component: usize, symbol: u8, bits: u32) {
        if self.refused {
            return;
        }
        self.push(2 + u8::from(component > 0), symbol, bits as u16);
    }
}

impl Recorder {
    /// For a file of so many bytes.
    pub fn new(bytes: usize) -> Self {
        Self {
            head: None,
            scans: 0,
            refused: false,
            last_dc: [0; 3],
            // A good camera's data has two and a half symbols a byte.
            tokens: Vec::with_capacity((bytes * 3).min(ROOM)),
            uses: [[0; 256]; 4],
        }
    }

    #[inline(always)]
    fn push(&mut self, table: u8, symbol: u8, bits: u16) {
        self.uses[usize::from(table)][usize::from(symbol)] += 1;
        self.tokens.push(Token { table, symbol, bits });
    }

    /// The bare JPEG, where it can be written.
    pub fn write(self) -> Option<Bare> {
        let longest = |tables: &[[u32; 256]]| {
            let used = |(symbol, uses): (usize, &u32)| (*uses > 0).then_some(symbol & 15);
            tables.iter().flat_map(|uses| uses.iter().enumerate().filter_map(used)).max().unwrap_or_default()
        };
        let too_long = longest(&self.uses[..2]) > MOST_DC_BITS || longest(&self.uses[2..]) > MOST_AC_BITS;
        let head = self.head.filter(|_| !self.refused && !too_long)?;
        let grey = head.components.len() == 1;
        let codes = self.uses.each_ref().map(Codes::of);
        let bits: u64 = codes.iter().zip(&self.uses).map(|(codes, uses)| codes.bits(uses)).sum();
        let mut data = Vec::with_capacity(HEAD + bits as usize / 8 * 65 / 64);
        data.extend([0xff, 0xd8]);
        // JFIF 1.1, square pixels.
        segment(&mut data, 0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
        for (number, component) in (0u8..).zip(&head.components) {
            segment(&mut data, 0xdb, &[&[number], &component.steps[..]].concat());
        }
        let mut frame = vec![8];
        frame.extend(head.height.to_be_bytes());
        frame.extend(head.width.to_be_bytes());
        frame.push(head.components.len() as u8);
        let mut scan = vec![head.components.len() as u8];
        for (number, component) in (0u8..).zip(&head.components) {
            let (across, down) = component.sampling;
            frame.extend([number + 1, (across << 4 | down) as u8, number]);
            scan.extend([number + 1, if number == 0 { 0x00 } else { 0x11 }]);
        }
        scan.extend([0, 63, 0]);
        segment(&mut data, 0xc0, &frame);
        for (kind, codes) in [0x00, 0x01, 0x10, 0x11].into_iter().zip(&codes) {
            if !codes.symbols.is_empty() {
                segment(&mut data, 0xc4, &[&[kind], &codes.counts[..], &codes.symbols].concat());
            }
        }
        segment(&mut data, 0xda, &scan);
        let mut bits = BitWriter { data, held: 0, count: 0 };
        for token in &self.tokens {
            let (code, length) = codes[usize::from(token.table)].codes[usize::from(token.symbol)];
            let own = u32::from(token.symbol & 15);
            bits.put(u64::from(code) << own | u64::from(token.bits), u32::from(length) + own);
        }
        let mut data = bits.finish();
        data.extend([0xff, 0xd9]);
        Some(Bare { data, grey })
    }
}

fn segment(data: &mut Vec<u8>, mark: u8, content: &[u8]) {
    data.extend([0xff, mark]);
    data.extend((content.len() as u16 + 2).to_be_bytes());
    data.extend(content);
}

/// A table of codes: how many there are of each length, their symbols in order, and for each symbol its code and length.
struct Codes {
    counts: [u8; LONGEST],
    symbols: Vec<u8>,
    codes: [(u16, u8); 256],
}

impl Codes {
    /// The shortest codes for symbols that are used so often (Huffman's), none longer than sixteen bits or all ones.
    fn of(uses: &[u32; 256]) -> Self {
        let mut used: Vec<(u8, u32)> = (0u8..=255).zip(*uses).filter(|(_, count)| *count > 0).collect();
        let mut table = Self { counts: [0; LONGEST], symbols: Vec::new(), codes: [(0, 0); 256] };
        if used.is_empty() {
            return table;
        }
        let mut of_length = code_lengths(used.iter().map(|(_, count)| *count));
        // Codes that are too long are moved up in pairs, one of them to a shorter code that is made longer for it.
        for length in (LONGEST + 1..of_length.len()).rev() {
            while of_length[length] > 0 {
                let Some(shorter) = (1..length - 1).rev().find(|l| of_length[*l] > 0) else { break };
                of_length[length] -= 2;
                of_length[length - 1] += 1;
                of_length[shorter + 1] += 2;
                of_length[shorter] -= 1;
            }
        }
        // The last code, all ones, is the one that was asked for beside the symbols.
        if let Some(last) = of_length.iter().rposition(|count| *count > 0) {
            of_length[last] -= 1;
        }
        used.sort_by_key(|(symbol, count)| (Reverse(*count), *symbol));
        let (mut code, mut rest) = (0u16, used.iter());
        for (length, count) in (1u8..).zip(&of_length[1..=LONGEST]) {
            table.counts[usize::from(length) - 1] = *count as u8;
            for (symbol, _) in rest.by_ref().take(*count as usize) {
                table.symbols.push(*symbol);
                table.codes[usize::from(*symbol)] = (code, length);
                code += 1;
            }
            code <<= 1;
        }
        table
    }

    /// What the symbols take with their own bits, used so often.
    fn bits(&self, uses: &[u32; 256]) -> u64 {
        let each = |(symbol, uses): (usize, &u32)| {
            u64::from(*uses) * (u64::from(self.codes[symbol].1) + (symbol & 15) as u64)
        };
        uses.iter().enumerate().map(each).sum()
    }
}

/// How many codes of each length Huffman's method gives for uses, and for one use more.
fn code_lengths(uses: impl Iterator<Item = u32>) -> Vec<u32> {
    let weights: Vec<u64> = std::iter::once(1).chain(uses.map(u64::from)).collect();
    let mut heap: BinaryHeap<_> =
        weights.iter().enumerate().map(|(n, weight)| Reverse((*weight, n))).collect();
    let mut parents = vec![0; weights.len()];
    while let (Some(Reverse(a)), Some(Reverse(b))) = (heap.pop(), heap.pop()) {
        let node = parents.len();
        parents.push(0);
        (parents[a.1], parents[b.1]) = (node, node);
        heap.push(Reverse((a.0 + b.0, node)));
        if heap.len() == 1 {
            break;
        }
    }
    let mut depths = vec![0; parents.len()];
    for node in (0..parents.len() - 1).rev() {
        depths[node] = depths[parents[node]] + 1;
    }
    let mut of_length = vec![0; depths.iter().max().copied().unwrap_or(0).max(LONGEST) + 1];
    depths[..weights.len()].iter().for_each(|depth| of_length[*depth] += 1);
    of_length
}

/// Bits into bytes, a nought behind each byte of ones.
struct BitWriter {
    data: Vec<u8>,
    held: u64,
    count: u32,
}

impl BitWriter {
    /// No more than 32 bits.
    fn put(&mut self, bits: u64, length: u32) {
        self.held = self.held << length | bits;
        self.count += length;
        if self.count >= 32 {
            self.count -= 32;
            let four = ((self.held >> self.count) as u32).to_be_bytes();
            if four.contains(&0xff) {
                four.into_iter().for_each(|byte| self.byte(byte));
            } else {
                self.data.extend_from_slice(&four);
            }
        }
    }

    fn byte(&mut self, byte: u8) {
        self.data.push(byte);
        if byte == 0xff {
            self.data.push(0);
        }
    }

    /// Fills the last byte with ones.
    fn finish(mut self) -> Vec<u8> {
        while self.count > 0 {
            let missing = 8u32.saturating_sub(self.count);
            self.held = self.held << missing | ((1 << missing) - 1);
            self.count += missing;
            self.count -= 8;
            let byte = (self.held >> self.count) as u8;
            self.byte(byte);
        }
        self.data
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{jpeg, kinds};
    use super::super::{bare, damage};
    use super::*;

    fn pixels(bytes: &[u8]) -> Vec<u8> {
        image::load_from_memory(bytes).expect("a picture").into_bytes()
    }

    /// The marks of a JPEG's segments.
    fn marks(bytes: &[u8]) -> Vec<u8> {
        let (mut at, mut marks) = (2, Vec::new());
        while bytes[at + 1] != 0xda {
            marks.push(bytes[at + 1]);
            at += 2 + usize::from(u16::from_be_bytes([bytes[at + 2], bytes[at + 3]]));
        }
        marks
    }

    #[test]
    fn a_bare_jpeg_has_the_same_pixels_and_nothing_else() {
        let mut written = 0;
        for (kind, mut bytes) in kinds() {
            bytes.splice(2..2, *b"\xff\xe1\x00\x0eExif\0\0secret\xff\xfe\x00\x08hidden");
            bytes.extend(b"behind the end");
            let Some(made) = bare(&bytes).expect("a sound file") else {
                // Of these each component comes by itself.
                assert!(["progressive", "many scans", "own tables"].contains(&kind), "{kind}");
                continue;
            };
            written += 1;
            assert_eq!(pixels(&made.data), pixels(&bytes), "{kind}");
            assert_eq!(damage(&made.data), None, "{kind}");
            assert!(!made.grey);
            assert_eq!(marks(&made.data), [0xe0, 0xdb, 0xdb, 0xdb, 0xc0, 0xc4, 0xc4, 0xc4, 0xc4], "{kind}");
            // The tables of three components instead of two, and better codes for what is drawn.
            assert!(made.data.len() < bytes.len() + 80, "{kind}: {} of {}", made.data.len(), bytes.len());
            assert_eq!(bare(&made.data).expect("a sound file").as_ref(), Some(&made), "{kind}");
        }
        assert_eq!(written, 3);
    }

    #[test]
    fn grey_stays_grey() {
        let mut bytes = Vec::new();
        let pixels: Vec<u8> = (0..90 * 70u32).map(|n| ((n * n) >> 5) as u8).collect();
        let encoder = jpeg_encoder::Encoder::new(&mut bytes, 80);
        encoder.encode(&pixels, 90, 70, jpeg_encoder::ColorType::Luma).unwrap();
        let made = bare(&bytes).expect("a sound file").expect("a bare one");
        assert!(made.grey);
        assert_eq!(self::pixels(&made.data), self::pixels(&bytes));
    }

    #[test]
    fn colours_that_are_turned_in_another_way_are_not_written() {
        let mut plain = jpeg(|_| {});
        assert!(bare(&plain).expect("a sound file").is_some());
        // Adobe's mark, of red, green and blue as they are.
        plain.splice(2..2, *b"\xff\xee\x00\x0eAdobe\0\x64\0\0\0\0\0");
        assert_eq!(bare(&plain), Ok(None));
    }

    #[test]
    fn damage_is_told_and_nothing_is_written() {
        let mut cut = jpeg(|_| {});
        let middle = cut.len() / 2;
        cut.drain(middle..middle + 400);
        assert!(bare(&cut).is_err());
    }

    #[test]
    fn codes_are_short_whole_and_never_too_long() {
        // Uses that grow like Fibonacci's numbers make the longest codes there can be.
        let mut steep = [0u32; 256];
        let (mut a, mut b) = (1u32, 1u32);
        for use_count in &mut steep[..40] {
            *use_count = a;
            (a, b) = (b, a.saturating_add(b));
        }
        let mut alone = [0; 256];
        alone[7] = 3;
        for uses in [steep, [5; 256], alone] {
            let codes = Codes::of(&uses);
            let used = uses.iter().filter(|count| **count > 0).count();
            assert_eq!(codes.symbols.len(), used);
            assert_eq!(codes.counts.iter().map(|n| usize::from(*n)).sum::<usize>(), used);
            let mut room = 1u32 << LONGEST;
            for symbol in &codes.symbols {
                let (code, length) = codes.codes[usize::from(*symbol)];
                assert!((1..=LONGEST).contains(&usize::from(length)));
                assert!(u32::from(code) < (1 << length) - 1, "a code of ones alone");
                room -= 1 << (LONGEST - usize::from(length));
            }
            assert!(room > 0);
        }
    }
}
