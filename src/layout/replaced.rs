//! The text of a QR code in; its modules as rectangles out.

use std::collections::VecDeque;
use std::rc::Rc;

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

/// The codes of the texts last asked for: a page that is laid out at several scales asks for the same ones.
#[derive(Default)]
pub(super) struct Codes {
    known: VecDeque<(Box<str>, Rc<Modules>)>,
}

impl Codes {
    /// Sheets have one or two.
    const MOST: usize = 4;

    /// The code of a text; `None` where it is too long for one.
    pub fn modules(&mut self, text: &str) -> Option<Rc<Modules>> {
        if let Some((_, known)) = self.known.iter().find(|(known, _)| **known == *text) {
            return Some(Rc::clone(known));
        }
        let modules = Rc::new(modules(text)?);
        self.known.truncate(Self::MOST - 1);
        self.known.push_front((text.into(), Rc::clone(&modules)));
        Some(modules)
    }
}

fn modules(text: &str) -> Option<Modules> {
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
