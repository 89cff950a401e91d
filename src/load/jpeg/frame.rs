//! The heads of a JPEG's frame and scans in; what they say of its components out (ITU-T T.81, annex B).

pub(super) struct Frame {
    /// Pixels.
    pub width: u16,
    pub height: u16,
    pub progressive: bool,
    /// MCUs across and down.
    pub mcus: (usize, usize),
    pub components: Vec<Component>,
}

pub(super) struct Component {
    pub id: u8,
    /// The number of its table of steps.
    pub step: usize,
    /// Blocks in an MCU, across and down.
    pub sampling: (usize, usize),
    /// Blocks that the picture needs, across and down.
    pub blocks: (usize, usize),
    /// For each block of the MCUs, row by row, a bit for each coefficient that is not nought; where it is progressive.
    pub known: Vec<u64>,
}

impl Frame {
    pub fn read(segment: &[u8], progressive: bool) -> Option<Self> {
        let [8, h1, h0, w1, w0, count, parts @ ..] = segment else { return None };
        let sides = (u16::from_be_bytes([*w1, *w0]), u16::from_be_bytes([*h1, *h0]));
        let (width, height) = (usize::from(sides.0), usize::from(sides.1));
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
        Some(Self { width: sides.0, height: sides.1, progressive, mcus, components })
    }
}

/// A scan: which components it brings, and which bits of which of their coefficients.
pub(super) struct Scan {
    pub parts: Vec<Part>,
    pub start: u32,
    pub end: u32,
    pub refines: bool,
    /// Bits of the values that later scans bring.
    pub later: u32,
}

/// One component's part in a scan: its number in the frame, and its tables.
#[derive(Clone, Copy)]
pub(super) struct Part {
    pub component: usize,
    pub dc: usize,
    pub ac: usize,
}

impl Scan {
    pub fn read(segment: &[u8], frame: &Frame) -> Option<Self> {
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
