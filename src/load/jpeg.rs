//! The bytes of a JPEG in; whether its compressed data is all there and can be read out. Decoders fill what they cannot
//! read with grey, or go on with what is shifted, and say nothing.
//!
//! The data is read as a decoder reads it, code by code, but no pixel is made (ITU-T T.81, annexes F and G). A slip that
//! turns a value into another of the same length cannot be seen; any other puts the data out of step, and then it does
//! not end where the picture does.

/// What is wrong with the data of a JPEG.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// A code that does not exist, or a value that cannot be.
    Unreadable,
    /// The data ends before the picture does.
    Short,
    /// The picture ends before the data does.
    Long,
}

/// As many scans as the decoder reads.
const MOST_SCANS: usize = 100;
/// Bytes behind the data of a scan that some writers leave.
const SPARE: usize = 2;
/// A block's DC value before it is quantised never lies farther from nought: eight times its mean, from -128 to 127.
const FARTHEST_DC: i32 = 1024;

/// Looks through a JPEG. `None` also for one of a kind that no decoder here reads (arithmetic coding, twelve bits), or
/// whose head is wrong: the decoder says so.
pub fn damage(bytes: &[u8]) -> Option<Damage> {
    let mut decoding = Decoding::default();
    let (mut at, mut scans, mut long) = (2, 0, false);
    while let Some(mark) = mark(bytes, &mut at) {
        match mark {
            0x01 | 0xd0..=0xd8 => continue,
            0xd9 => return long.then_some(Damage::Long),
            _ => {}
        }
        let length = usize::from(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
        let segment = bytes.get(at + 2..at + length)?;
        at += length;
        match mark {
            0xc0..=0xc2 => decoding.frame = Some(Frame::read(segment, mark == 0xc2)?),
            0xc4 => decoding.tables(segment)?,
            0xdb => decoding.steps(segment)?,
            // Frames of kinds that are not read here.
            0xc3 | 0xc5..=0xcf => return None,
            0xdd => {
                decoding.interval = usize::from(u16::from_be_bytes([*segment.first()?, *segment.get(1)?]))
            }
            0xda => {
                scans += 1;
                if scans > MOST_SCANS {
                    return None;
                }
                let scan = Scan::read(segment, decoding.frame.as_ref()?)?;
                let mut bits = Bits { bytes, at, ..Bits::default() };
                match decoding.scan(&scan, &mut bits)? {
                    Ok(more) => long |= more,
                    Err(damage) => return Some(damage),
                }
                at = bits.at;
            }
            _ => {}
        }
    }
    None
}

/// The next mark, and the place behind it.
fn mark(bytes: &[u8], at: &mut usize) -> Option<u8> {
    loop {
        match bytes.get(*at..*at + 2)? {
            [0xff, mark @ 1..=0xfe] => {
                *at += 2;
                return Some(*mark);
            }
            _ => *at += 1,
        }
    }
}

/// What the segments before a scan have set.
#[derive(Default)]
struct Decoding {
    frame: Option<Frame>,
    /// MCUs from one restart to the next; 0 for none.
    interval: usize,
    dc: [Option<Box<Table>>; 4],
    ac: [Option<Box<Table>>; 4],
    /// What DC values are multiplied by, of each table.
    steps: [i32; 4],
}

struct Frame {
    progressive: bool,
    /// MCUs across and down.
    mcus: (usize, usize),
    components: Vec<Component>,
}

struct Component {
    id: u8,
    /// The number of its table of steps.
    step: usize,
    /// Blocks in an MCU, across and down.
    sampling: (usize, usize),
    /// Blocks that the picture needs, across and down.
    blocks: (usize, usize),
    /// For each block of the MCUs, row by row, a bit for each coefficient that is not nought; where it is progressive.
    known: Vec<u64>,
}

impl Frame {
    fn read(segment: &[u8], progressive: bool) -> Option<Self> {
        let [8, h1, h0, w1, w0, count, parts @ ..] = segment else { return None };
        let side = |high: u8, low: u8| usize::from(u16::from_be_bytes([high, low]));
        let (width, height) = (side(*w1, *w0), side(*h1, *h0));
        let parts = parts.get(..usize::from(*count) * 3)?;
        let samplings = || parts.chunks_exact(3).map(|p| (usize::from(p[1] >> 4), usize::from(p[1] & 15)));
        let right = |n: &(usize, usize)| (1..=4).contains(&n.0) && (1..=4).contains(&n.1);
        if width == 0 || height == 0 || !(1..=4).contains(count) || !samplings().all(|n| right(&n)) {
            return None;
        }
        let across = samplings().map(|n| n.0).max()?;
        let down = samplings().map(|n| n.1).max()?;
        let mcus = (width.div_ceil(across * 8), height.div_ceil(down * 8));
        let component = |(part, sampling): (&[u8], (usize, usize))| Component {
            id: part[0],
            step: usize::from(part[2] & 3),
            sampling,
            blocks: (
                (width * sampling.0).div_ceil(across).div_ceil(8),
                (height * sampling.1).div_ceil(down).div_ceil(8),
            ),
            known: vec![0; if progressive { mcus.0 * sampling.0 * mcus.1 * sampling.1 } else { 0 }],
        };
        let components = parts.chunks_exact(3).zip(samplings()).map(component).collect();
        Some(Self { progressive, mcus, components })
    }
}

/// A scan: which components it brings, and which bits of which of their coefficients.
struct Scan {
    parts: Vec<Part>,
    start: u32,
    end: u32,
    refines: bool,
    /// Bits of the values that later scans bring.
    later: u32,
}

/// One component's part in a scan: its number in the frame, and its tables.
#[derive(Clone, Copy)]
struct Part {
    component: usize,
    dc: usize,
    ac: usize,
}

impl Scan {
    fn read(segment: &[u8], frame: &Frame) -> Option<Self> {
        let count = usize::from(*segment.first()?);
        let [start, end, bits] = *segment.get(1 + count * 2..count * 2 + 4)? else { return None };
        let mut parts = Vec::new();
        for part in segment[1..=count * 2].chunks_exact(2) {
            let component = frame.components.iter().position(|c| c.id == part[0])?;
            parts.push(Part { component, dc: usize::from(part[1] >> 4 & 3), ac: usize::from(part[1] & 3) });
        }
        let right = start <= end && end < 64 && (start == 0 || count == 1) && (start > 0 || end == 0);
        if parts.is_empty() || (frame.progressive && !right) {
            return None;
        }
        Some(Self {
            parts,
            start: start.into(),
            end: end.into(),
            refines: bits >> 4 != 0,
            later: (bits & 15).into(),
        })
    }
}

impl Decoding {
    fn tables(&mut self, mut segment: &[u8]) -> Option<()> {
        while let [kind, rest @ ..] = segment {
            let counts = rest.get(..16)?;
            let count = counts.iter().map(|n| usize::from(*n)).sum::<usize>();
            let values = rest.get(16..16 + count)?;
            let table = Some(Box::new(Table::new(counts, values)?));
            let number = usize::from(kind & 3);
            if kind >> 4 == 0 {
                self.dc[number] = table;
            } else {
                self.ac[number] = table;
            }
            segment = &rest[16 + count..];
        }
        Some(())
    }

    fn steps(&mut self, mut segment: &[u8]) -> Option<()> {
        while let [kind, rest @ ..] = segment {
            let wide = kind >> 4 != 0;
            let step = if wide {
                u16::from_be_bytes([*rest.first()?, *rest.get(1)?])
            } else {
                u16::from(*rest.first()?)
            };
            self.steps[usize::from(kind & 3)] = i32::from(step).max(1);
            segment = rest.get(if wide { 128 } else { 64 }..)?;
        }
        Some(())
    }

    /// Reads the data of a scan, and tells whether there was more of it. `None` where a table is missing.
    fn scan(&mut self, scan: &Scan, bits: &mut Bits<'_>) -> Option<Result<bool, Damage>> {
        let frame = self.frame.as_mut()?;
        let first = scan.parts[0];
        let alone = scan.parts.len() == 1;
        // A component by itself comes block by block, without those that only fill its MCUs.
        let units = if alone { frame.components[first.component].blocks } else { frame.mcus };
        let mut last_dc = [0; 4];
        let mut blank_blocks = 0;
        let mut long = false;
        for unit in 0..units.0 * units.1 {
            if self.interval > 0 && unit > 0 && unit % self.interval == 0 {
                let left = bits.left();
                if !bits.restart() {
                    return Some(Err(Damage::Short));
                }
                long |= left > SPARE;
                (last_dc, blank_blocks) = ([0; 4], 0);
            }
            let (column, row) = (unit % units.0, unit / units.0);
            for part in &scan.parts {
                let component = &mut frame.components[part.component];
                // Rounding, and writers that round farther, have a little room.
                let step = self.steps[component.step].max(1);
                let farthest = FARTHEST_DC / step + 2;
                let mut dc_value = |bits: &mut Bits<'_>, table: &Table, later: u32| {
                    let value = &mut last_dc[part.component];
                    *value += bits.dc(table)?;
                    if value.abs() << later > farthest.max(1 << later) {
                        Err(Damage::Unreadable)
                    } else {
                        Ok(())
                    }
                };
                let (across, down) = if alone { (1, 1) } else { component.sampling };
                for block in 0..across * down {
                    let done = if frame.progressive {
                        let at = (row * down + block / across) * frame.mcus.0 * component.sampling.0
                            + column * across
                            + block % across;
                        let known = component.known.get_mut(at)?;
                        if scan.start == 0 {
                            if scan.refines {
                                bits.take(1).map(|_| ())
                            } else {
                                dc_value(bits, self.dc[part.dc].as_deref()?, scan.later)
                            }
                        } else if scan.refines {
                            bits.refined(self.ac[part.ac].as_deref()?, scan, known, &mut blank_blocks)
                        } else {
                            bits.first(self.ac[part.ac].as_deref()?, scan, known, &mut blank_blocks)
                        }
                    } else {
                        let (dc, ac) = (self.dc[part.dc].as_deref()?, self.ac[part.ac].as_deref()?);
                        dc_value(bits, dc, 0).and_then(|()| bits.rest(ac))
                    };
                    if let Err(damage) = done {
                        return Some(Err(damage));
                    }
                }
            }
        }
        Some(Ok(long || bits.left() > SPARE))
    }
}

/// A Huffman table.
struct Table {
    /// For the next nine bits the length of the code that they begin with, and its value; length 0 for a longer one.
    short: [(u8, u8); 512],
    /// For each length the first code that is too large for it, and what to add to a code for its place in `values`.
    longer: [(u32, i32); 17],
    values: Vec<u8>,
}

impl Table {
    fn new(counts: &[u8], values: &[u8]) -> Option<Self> {
        let mut table = Self { short: [(0, 0); 512], longer: [(0, 0); 17], values: values.to_vec() };
        let (mut code, mut place) = (0u32, 0i32);
        for (length, count) in (1u8..).zip(counts) {
            table.longer[usize::from(length)].1 = place - i32::try_from(code).ok()?;
            for _ in 0..*count {
                if let Some(room) = 9u8.checked_sub(length) {
                    let from = usize::try_from(code << room).ok()?;
                    let value = values[usize::try_from(place).ok()?];
                    table.short.get_mut(from..from + (1 << room))?.fill((length, value));
                }
                (code, place) = (code + 1, place + 1);
            }
            if code > 1 << length {
                return None;
            }
            table.longer[usize::from(length)].0 = code;
            code <<= 1;
        }
        Some(table)
    }
}

/// The bits of a scan's data.
#[derive(Default)]
struct Bits<'b> {
    bytes: &'b [u8],
    /// The byte to read next; at the end of the data the mark that follows.
    at: usize,
    /// Bits that were read and not taken, from the top.
    held: u64,
    count: u32,
}

impl Bits<'_> {
    fn fill(&mut self) {
        while self.count <= 56 {
            match self.bytes.get(self.at) {
                Some(0xff) if self.bytes.get(self.at + 1) == Some(&0) => {
                    self.held |= 0xff << (56 - self.count);
                    self.at += 2;
                }
                None | Some(0xff) => return,
                Some(byte) => {
                    self.held |= u64::from(*byte) << (56 - self.count);
                    self.at += 1;
                }
            }
            self.count += 8;
        }
    }

    fn drop(&mut self, count: u32) -> Result<(), Damage> {
        if count > self.count {
            return Err(Damage::Short);
        }
        self.held <<= count;
        self.count -= count;
        Ok(())
    }

    fn take(&mut self, count: u32) -> Result<u32, Damage> {
        if count > self.count {
            self.fill();
        }
        // No more than sixteen are asked for.
        let value = if count == 0 { 0 } else { (self.held >> (64 - count)) as u32 };
        self.drop(count)?;
        Ok(value)
    }

    fn value(&mut self, table: &Table) -> Result<u8, Damage> {
        if self.count < 16 {
            self.fill();
        }
        let (length, value) = table.short[(self.held >> 55) as usize];
        if length > 0 {
            self.drop(length.into())?;
            return Ok(value);
        }
        for length in 10..=16 {
            let code = (self.held >> (64 - length)) as u32;
            let (end, places) = table.longer[length as usize];
            if code < end {
                self.drop(length)?;
                let place = i64::from(code) + i64::from(places);
                let value = usize::try_from(place).ok().and_then(|place| table.values.get(place));
                return value.copied().ok_or(Damage::Unreadable);
            }
        }
        Err(if self.count < 16 { Damage::Short } else { Damage::Unreadable })
    }

    /// The difference of a block's DC value to the one before.
    fn dc(&mut self, table: &Table) -> Result<i32, Damage> {
        let size = u32::from(self.value(table)?);
        if size > 11 {
            return Err(Damage::Unreadable);
        }
        let bits = i32::try_from(self.take(size)?).unwrap_or_default();
        Ok(if size > 0 && bits < 1 << (size - 1) { bits - (1 << size) + 1 } else { bits })
    }

    /// The AC values of a block that comes whole.
    fn rest(&mut self, table: &Table) -> Result<(), Damage> {
        let mut k = 1;
        while k < 64 {
            let value = self.value(table)?;
            let (run, size) = (u32::from(value >> 4), u32::from(value & 15));
            match (run, size) {
                (15, 0) => k += 16,
                (_, 0) => break,
                _ => {
                    k += run + 1;
                    if k > 64 {
                        return Err(Damage::Unreadable);
                    }
                    self.take(size)?;
                }
            }
        }
        Ok(())
    }

    /// The first bits of a band of a block.
    fn first(&mut self, table: &Table, scan: &Scan, known: &mut u64, blank: &mut u32) -> Result<(), Damage> {
        if *blank > 0 {
            *blank -= 1;
            return Ok(());
        }
        let mut k = scan.start;
        while k <= scan.end {
            let value = self.value(table)?;
            let (run, size) = (u32::from(value >> 4), u32::from(value & 15));
            match (run, size) {
                (15, 0) => k += 16,
                (_, 0) => {
                    *blank = (1 << run) - 1 + self.take(run)?;
                    break;
                }
                _ => {
                    k += run;
                    if k > scan.end {
                        return Err(Damage::Unreadable);
                    }
                    self.take(size)?;
                    *known |= 1 << k;
                    k += 1;
                }
            }
        }
        Ok(())
    }

    /// One more bit of what is known of a band of a block, and what has become known.
    fn refined(
        &mut self,
        table: &Table,
        scan: &Scan,
        known: &mut u64,
        blank: &mut u32,
    ) -> Result<(), Damage> {
        let mut k = scan.start;
        while *blank == 0 && k <= scan.end {
            let value = self.value(table)?;
            let (mut run, size) = (u32::from(value >> 4), u32::from(value & 15));
            match size {
                0 if run < 15 => {
                    *blank = (1 << run) + self.take(run)?;
                    break;
                }
                0 => {}
                1 => _ = self.take(1)?,
                _ => return Err(Damage::Unreadable),
            }
            while k <= scan.end {
                if *known >> k & 1 == 1 {
                    self.take(1)?;
                } else if run == 0 {
                    break;
                } else {
                    run -= 1;
                }
                k += 1;
            }
            if size == 1 {
                if k > scan.end {
                    return Err(Damage::Unreadable);
                }
                *known |= 1 << k;
            }
            k += 1;
        }
        if *blank > 0 {
            while k <= scan.end {
                self.take((*known >> k & 1) as u32)?;
                k += 1;
            }
            *blank -= 1;
        }
        Ok(())
    }

    /// Goes over the restart mark behind the data; false where none is there.
    fn restart(&mut self) -> bool {
        let found = matches!(self.bytes.get(self.at..self.at + 2), Some([0xff, 0xd0..=0xd7]));
        if found {
            self.at += 2;
        }
        found
    }

    /// Goes on to the mark behind the data; gives the bytes that were left over.
    fn left(&mut self) -> usize {
        let mut left = 0;
        loop {
            left += self.count as usize / 8;
            (self.held, self.count) = (0, 0);
            self.fill();
            if self.count > 0 {
                continue;
            }
            match self.bytes.get(self.at..self.at + 2) {
                // Bytes that fill.
                Some([0xff, 0xff]) => self.at += 1,
                _ => return left,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

    use super::*;

    const SIDE: u16 = 150;

    /// A slope of colours with much noise, encoded.
    fn jpeg(how: impl FnOnce(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
        let mut seed = 1u32;
        let mut noise = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 27) as u8
        };
        let pixels: Vec<u8> =
            (0..usize::from(SIDE).pow(2) * 3).map(|n| (n / 450) as u8 + noise() * 3).collect();
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, 85);
        how(&mut encoder);
        encoder.encode(&pixels, SIDE, SIDE, ColorType::Rgb).unwrap();
        bytes
    }

    fn kinds() -> Vec<(&'static str, Vec<u8>)> {
        vec![
            ("baseline", jpeg(|_| {})),
            ("sampled", jpeg(|e| e.set_sampling_factor(SamplingFactor::F_2_2))),
            ("restarts", jpeg(|e| e.set_restart_interval(7))),
            ("own tables", jpeg(|e| e.set_optimized_huffman_tables(true))),
            ("progressive", jpeg(|e| e.set_progressive(true))),
            (
                "many scans",
                jpeg(|e| {
                    e.set_sampling_factor(SamplingFactor::F_2_1);
                    e.set_progressive_scans(20);
                }),
            ),
        ]
    }

    /// Where the data of the first scan begins.
    fn data(bytes: &[u8]) -> usize {
        bytes.windows(2).position(|w| w == [0xff, 0xda]).unwrap() + 14
    }

    #[test]
    fn whole_files_are_whole() {
        for (kind, bytes) in kinds() {
            assert_eq!(damage(&bytes), None, "{kind}");
        }
    }

    #[test]
    fn a_piece_that_is_missing_or_doubled_in_the_middle_is_seen() {
        for (kind, bytes) in kinds() {
            let (from, length) = (data(&bytes), bytes.len());
            // Data that is wrong may come to its end in step by chance, if seldom.
            let mut seen = 0;
            for share in 1..9 {
                let at = from + (length - from) * share / 10;
                let mut cut = bytes.clone();
                cut.drain(at..at + 400);
                let mut doubled = bytes.clone();
                doubled.splice(at..at, bytes[at - 300..at].to_vec());
                let mut blank = bytes.clone();
                blank[at..at + 200].fill(0);
                seen += [cut, doubled, blank].iter().filter(|bytes| damage(bytes).is_some()).count();
            }
            assert!(seen >= 22, "{kind}: only {seen} of 24 were seen");
        }
    }

    #[test]
    fn bytes_that_fill_and_what_follows_the_end_are_no_damage() {
        let mut bytes = jpeg(|_| {});
        let end = bytes.len() - 2;
        bytes.splice(end..end, [0xff, 0xff]);
        bytes.extend(b"a second picture, as telephones add");
        assert_eq!(damage(&bytes), None);
        let mut more = jpeg(|_| {});
        more.splice(end..end, [7; 40]);
        assert_eq!(damage(&more), Some(Damage::Long));
    }

    #[test]
    fn any_bytes_are_looked_through_to_their_end() {
        for (_, bytes) in kinds() {
            for at in (0..data(&bytes) + 60).step_by(3) {
                for value in [0, 0xff, 0x11] {
                    let mut wrong = bytes.clone();
                    wrong[at] = value;
                    damage(&wrong);
                    damage(&wrong[..at]);
                }
            }
        }
    }
}
