//! The bytes of a JPEG in; whether its compressed data is all there and can be read out, and the same picture as a bare
//! JPEG. Decoders fill what they cannot read with grey, or go on with what is shifted, and say nothing.
//!
//! The data is read as a decoder reads it, code by code, but no pixel is made (ITU-T T.81, annexes F and G). A slip that
//! turns a value into another of the same length cannot be seen; any other puts the data out of step, and then it does
//! not end where the picture does.

mod bare;
mod entropy;
mod frame;

pub use bare::Bare;

use bare::Recorder;
use entropy::{Band, Bits, Table};
use frame::{Frame, Scan};

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

/// Told what stands in the data of a JPEG that comes in one pass, in the order it is read.
trait Listener {
    /// Something stands between the segments that does not belong there.
    fn stray(&mut self);
    /// A scan begins.
    fn scan(&mut self, decoding: &Decoding, scan: &Scan);
    /// A block's DC value, not its difference to the one before.
    fn dc(&mut self, component: usize, value: i32);
    /// The symbol of an AC value, and its bits.
    fn ac(&mut self, component: usize, symbol: u8, bits: u32);
}

/// Hears nothing.
struct Deaf;

impl Listener for Deaf {
    fn stray(&mut self) {}
    fn scan(&mut self, _: &Decoding, _: &Scan) {}
    fn dc(&mut self, _: usize, _: i32) {}
    fn ac(&mut self, _: usize, _: u8, _: u32) {}
}

/// Looks through a JPEG. `None` also for one of a kind that no decoder here reads (arithmetic coding, twelve bits), or
/// whose head is wrong: the decoder says so.
pub fn damage(bytes: &[u8]) -> Option<Damage> {
    read(bytes, &mut Deaf)?.err()
}

/// Looks through a JPEG in the same way, and writes it anew, bare; `Ok(None)` also where it is of a kind that is not
/// written here (progressive, of inks).
pub fn bare(bytes: &[u8]) -> Result<Option<Bare>, Damage> {
    let mut recorder = Recorder::new(bytes.len());
    match read(bytes, &mut recorder) {
        None => Ok(None),
        Some(Err(damage)) => Err(damage),
        Some(Ok(())) => Ok(recorder.write()),
    }
}

/// Reads a JPEG to its end; `None` where that cannot be done.
fn read(bytes: &[u8], listener: &mut impl Listener) -> Option<Result<(), Damage>> {
    let mut decoding = Decoding::default();
    let (mut at, mut scans, mut long) = (2, 0, false);
    loop {
        let end = at;
        let mark = mark(bytes, &mut at)?;
        if bytes.get(end..at - 2).is_none_or(|between| between.iter().any(|byte| *byte != 0xff)) {
            listener.stray();
        }
        match mark {
            0x01 | 0xd0..=0xd8 => {
                listener.stray();
                continue;
            }
            0xd9 => return Some(if long { Err(Damage::Long) } else { Ok(()) }),
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
            0xe0 if segment.starts_with(b"JFIF\0") => decoding.is_jfif = true,
            0xee if segment.starts_with(b"Adobe") => decoding.adobe_transform = segment.get(11).copied(),
            0xda => {
                scans += 1;
                if scans > MOST_SCANS {
                    return None;
                }
                let scan = Scan::read(segment, decoding.frame.as_ref()?)?;
                let mut bits = Bits::at(bytes, at);
                listener.scan(&decoding, &scan);
                match decoding.scan(&scan, &mut bits, listener)? {
                    Ok(more) => long |= more,
                    Err(damage) => return Some(Err(damage)),
                }
                at = bits.place();
            }
            _ => {}
        }
    }
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
    /// What the values of a block are multiplied by, in their order in the data; of each table.
    steps: [Option<[u16; 64]>; 4],
    is_jfif: bool,
    /// How Adobe's programs say that colours were turned.
    adobe_transform: Option<u8>,
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
            let mut steps = [0; 64];
            if kind >> 4 == 0 {
                let from = rest.get(..64)?;
                steps.iter_mut().zip(from).for_each(|(step, byte)| *step = u16::from(*byte));
                segment = &rest[64..];
            } else {
                let from = rest.get(..128)?.chunks_exact(2);
                steps.iter_mut().zip(from).for_each(|(step, b)| *step = u16::from_be_bytes([b[0], b[1]]));
                segment = &rest[128..];
            }
            self.steps[usize::from(kind & 3)] = Some(steps);
        }
        Some(())
    }

    /// Reads the data of a scan, and tells whether there was more of it. `None` where a table is missing.
    fn scan(
        &mut self,
        scan: &Scan,
        bits: &mut Bits<'_>,
        listener: &mut impl Listener,
    ) -> Option<Result<bool, Damage>> {
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
                let step = self.steps[component.step].map_or(1, |steps| i32::from(steps[0].max(1)));
                let farthest = FARTHEST_DC / step + 2;
                let mut dc_value = |bits: &mut Bits<'_>, table: &Table, later: u32| {
                    let value = &mut last_dc[part.component];
                    *value += bits.dc(table)?;
                    if value.abs() << later > farthest.max(1 << later) {
                        Err(Damage::Unreadable)
                    } else {
                        Ok(*value)
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
                                dc_value(bits, self.dc[part.dc].as_deref()?, scan.later).map(|_| ())
                            }
                        } else {
                            let band = Band { table: self.ac[part.ac].as_deref()?, scan };
                            if scan.refines {
                                bits.refined(band, known, &mut blank_blocks)
                            } else {
                                bits.first(band, known, &mut blank_blocks)
                            }
                        }
                    } else {
                        let (dc, ac) = (self.dc[part.dc].as_deref()?, self.ac[part.ac].as_deref()?);
                        dc_value(bits, dc, 0).and_then(|value| {
                            listener.dc(part.component, value);
                            bits.rest(ac, |symbol, bits| listener.ac(part.component, symbol, bits))
                        })
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

#[cfg(test)]
mod tests {
    use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

    use super::*;

    const SIDE: u16 = 150;

    /// A slope of colours with much noise, encoded.
    pub(super) fn jpeg(how: impl FnOnce(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
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

    pub(super) fn kinds() -> Vec<(&'static str, Vec<u8>)> {
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
