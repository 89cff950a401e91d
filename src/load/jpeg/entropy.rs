//! The bits of a scan in; the codes and values that stand in them out (ITU-T T.81, annexes F and G).

use super::Damage;
use super::frame::Scan;

/// A Huffman table.
pub(super) struct Table {
    /// For the next nine bits the length of the code that they begin with, and its value; length 0 for a longer one.
    short: [(u8, u8); 512],
    /// For each length the first code that is too large for it, and what to add to a code for its place in `values`.
    longer: [(u32, i32); 17],
    values: Vec<u8>,
}

impl Table {
    pub fn new(counts: &[u8], values: &[u8]) -> Option<Self> {
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

/// Some of the AC values of each block, as a progressive scan brings them, and their codes.
#[derive(Clone, Copy)]
pub(super) struct Band<'s> {
    pub table: &'s Table,
    pub scan: &'s Scan,
}

/// Whether one of eight bytes is 0xff.
fn has_ff(eight: u64) -> bool {
    (!eight).wrapping_sub(u64::from_ne_bytes([1; 8])) & eight & u64::from_ne_bytes([0x80; 8]) != 0
}

/// The bits of a scan's data.
#[derive(Clone, Copy, Default)]
pub(super) struct Bits<'b> {
    bytes: &'b [u8],
    /// The byte to read next; at the end of the data the mark that follows.
    at: usize,
    /// Bits that were read and not taken, from the top.
    held: u64,
    count: u32,
}

impl<'b> Bits<'b> {
    /// From a place on.
    pub fn at(bytes: &'b [u8], at: usize) -> Self {
        Self { bytes, at, ..Self::default() }
    }

    /// The place of the next byte to read.
    pub fn place(&self) -> usize {
        self.at
    }

    fn fill(&mut self) {
        if let Some(eight) = self.bytes.get(self.at..).and_then(|rest| rest.first_chunk::<8>())
            && !has_ff(u64::from_be_bytes(*eight))
        {
            let whole = (64 - self.count) / 8;
            let room = 64 - self.count - whole * 8;
            self.held |= (u64::from_be_bytes(*eight) >> (self.count + room)) << room;
            self.at += whole as usize;
            self.count += whole * 8;
            return;
        }
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

    #[inline]
    fn drop(&mut self, count: u32) -> Result<(), Damage> {
        if count > self.count {
            return Err(Damage::Short);
        }
        self.held <<= count;
        self.count -= count;
        Ok(())
    }

    /// The next bits, sixteen at the most.
    pub fn take(&mut self, count: u32) -> Result<u32, Damage> {
        if count > self.count {
            self.fill();
        }
        let value = self.held.checked_shr(64 - count).unwrap_or_default() as u32;
        self.drop(count)?;
        Ok(value)
    }

    /// The value of the next code.
    #[inline]
    fn value(&mut self, table: &Table) -> Result<u8, Damage> {
        if self.count < 32 {
            self.fill();
        }
        let (length, value) = table.short[(self.held >> 55) as usize];
        if length > 0 {
            self.drop(length.into())?;
            return Ok(value);
        }
        self.longer_value(table)
    }

    /// The value of the next code, and the bits behind it: as many as its lower half says.
    #[inline(always)]
    fn value_and_bits(&mut self, table: &Table) -> Result<(u8, u32), Damage> {
        // A code and its bits are no longer than sixteen each.
        if self.count < 32 {
            self.fill();
        }
        let (length, value) = table.short[(self.held >> 55) as usize];
        if length == 0 {
            let value = self.longer_value(table)?;
            return Ok((value, self.take(u32::from(value & 15))?));
        }
        let (length, size) = (u32::from(length), u32::from(value & 15));
        let bits = (self.held << length >> 1 >> (63 - size)) as u32;
        self.drop(length + size)?;
        Ok((value, bits))
    }

    #[cold]
    fn longer_value(&mut self, table: &Table) -> Result<u8, Damage> {
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
    pub fn dc(&mut self, table: &Table) -> Result<i32, Damage> {
        let size = u32::from(self.value(table)?);
        if size > 11 {
            return Err(Damage::Unreadable);
        }
        let bits = i32::try_from(self.take(size)?).unwrap_or_default();
        Ok(if size > 0 && bits < 1 << (size - 1) { bits - (1 << size) + 1 } else { bits })
    }

    /// The AC values of a block that comes whole: the symbol and the bits of each.
    pub fn rest(&mut self, table: &Table, mut each: impl FnMut(u8, u32)) -> Result<(), Damage> {
        // A copy that can be held in registers while the block is read.
        let mut bits = *self;
        let mut k = 1;
        while k < 64 {
            let (value, own) = bits.value_and_bits(table)?;
            let (run, size) = (u32::from(value >> 4), u32::from(value & 15));
            if size > 0 {
                k += run + 1;
                if k > 64 {
                    return Err(Damage::Unreadable);
                }
                each(value, own);
            } else if run == 15 {
                k += 16;
                each(value, 0);
            } else {
                each(0, 0);
                break;
            }
        }
        *self = bits;
        Ok(())
    }

    /// The first bits of a band of a block.
    pub fn first(&mut self, band: Band<'_>, known: &mut u64, blank: &mut u32) -> Result<(), Damage> {
        let Band { table, scan } = band;
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
    pub fn refined(&mut self, band: Band<'_>, known: &mut u64, blank: &mut u32) -> Result<(), Damage> {
        let Band { table, scan } = band;
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
    pub fn restart(&mut self) -> bool {
        let found = matches!(self.bytes.get(self.at..self.at + 2), Some([0xff, 0xd0..=0xd7]));
        if found {
            self.at += 2;
        }
        found
    }

    /// Goes on to the mark behind the data; gives the bytes that were left over.
    pub fn left(&mut self) -> usize {
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
