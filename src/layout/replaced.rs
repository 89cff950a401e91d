//! The text of a QR code in; its modules as rectangles out.

use fast_qr::QRBuilder;
use fast_qr::qr::QRCodeError;

use crate::geometry::Rect;

/// A QR code in units of one module, without its quiet zone.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Modules {
    pub side: usize,
    /// Runs of dark modules.
    pub rects: Vec<Rect>,
}

/// Modules of white that readers need on each side (ISO/IEC 18004, 9.1).
pub(super) const QUIET_ZONE: usize = 4;

/// The code of a text; `None` where it is too long for one.
pub(super) fn modules(text: &str) -> Option<Modules> {
    let code = match QRBuilder::new(text).ecl(fast_qr::ECL::M).build() {
        Ok(code) => code,
        Err(QRCodeError::EncodedData | QRCodeError::SpecifiedVersion) => return None,
    };
    let side = code.size;
    let mut rects = Vec::new();
    for y in 0..side {
        let mut x = 0;
        while x < side {
            let dark = (x..side).take_while(|x| code[y][*x].value()).count();
            if dark > 0 {
                rects.push(Rect::new(x as f32, y as f32, dark as f32, 1.0));
            }
            x += dark.max(1);
        }
    }
    Some(Modules { side, rects })
}
