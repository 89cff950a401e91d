//! Takes numbers, names, texts and references; gives the bytes of PDF objects (ISO 32000-1, 7.3).

/// Number of an indirect object; its generation is always 0.
pub(super) type Id = u32;

/// Appends a whole number.
pub(super) fn integer(out: &mut Vec<u8>, value: i64) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    let mut rest = value.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}

/// Appends a number with at most two decimals.
pub(super) fn number(out: &mut Vec<u8>, value: f32) {
    let hundredths = (f64::from(value) * 100.0).round() as i64;
    if hundredths < 0 {
        out.push(b'-');
    }
    let (whole, part) = (hundredths.unsigned_abs() / 100, hundredths.unsigned_abs() % 100);
    integer(out, whole as i64);
    if part != 0 {
        out.push(b'.');
        out.push(b'0' + (part / 10) as u8);
        if part % 10 != 0 {
            out.push(b'0' + (part % 10) as u8);
        }
    }
}

/// Appends a name with its slash.
pub(super) fn name(out: &mut Vec<u8>, value: &str) {
    out.push(b'/');
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"+-_.".contains(&byte) {
            out.push(byte);
        } else {
            out.extend_from_slice(format!("#{byte:02X}").as_bytes());
        }
    }
}

/// Appends a reference to an indirect object.
pub(super) fn reference(out: &mut Vec<u8>, id: Id) {
    integer(out, i64::from(id));
    out.extend_from_slice(b" 0 R");
}

/// Appends a string of bytes.
pub(super) fn string(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'(');
    for &byte in bytes {
        match byte {
            b'(' | b')' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\n' => out.extend_from_slice(b"\\n"),
            _ => out.push(byte),
        }
    }
    out.push(b')');
}

/// The bytes of a text string: ASCII as it is, all else as UTF-16BE with its mark (7.9.2.2).
pub(super) fn text_bytes(value: &str) -> Vec<u8> {
    if value.bytes().all(|b| (b' '..=b'~').contains(&b) || b == b'\n') {
        return value.as_bytes().to_vec();
    }
    let mut bytes = vec![0xFE, 0xFF];
    bytes.extend(value.encode_utf16().flat_map(u16::to_be_bytes));
    bytes
}

/// A dictionary being written.
pub(super) struct Dict<'a> {
    out: &'a mut Vec<u8>,
}

impl<'a> Dict<'a> {
    /// Opens a dictionary at the end of `out`.
    pub fn open(out: &'a mut Vec<u8>) -> Self {
        out.extend_from_slice(b"<<");
        Self { out }
    }

    /// Closes it.
    pub fn close(self) {
        self.out.extend_from_slice(b">>");
    }

    /// Writes a key; its value is to be appended to what comes back.
    pub fn key(&mut self, key: &str) -> &mut Vec<u8> {
        name(self.out, key);
        self.out
    }

    /// As [`Dict::key`], for a value that does not begin with a delimiter.
    pub fn spaced_key(&mut self, key: &str) -> &mut Vec<u8> {
        name(self.out, key);
        self.out.push(b' ');
        self.out
    }

    pub fn name(&mut self, key: &str, value: &str) {
        name(self.key(key), value);
    }

    pub fn integer(&mut self, key: &str, value: i64) {
        integer(self.spaced_key(key), value);
    }

    pub fn number(&mut self, key: &str, value: f32) {
        number(self.spaced_key(key), value);
    }

    pub fn boolean(&mut self, key: &str, value: bool) {
        self.spaced_key(key).extend_from_slice(if value { b"true" } else { b"false" });
    }

    pub fn reference(&mut self, key: &str, id: Id) {
        reference(self.spaced_key(key), id);
    }

    pub fn text(&mut self, key: &str, value: &str) {
        string(self.key(key), &text_bytes(value));
    }

    pub fn string(&mut self, key: &str, value: &[u8]) {
        string(self.key(key), value);
    }

    pub fn references(&mut self, key: &str, ids: impl IntoIterator<Item = Id>) {
        let out = self.key(key);
        out.push(b'[');
        for (i, id) in ids.into_iter().enumerate() {
            if i > 0 {
                out.push(b' ');
            }
            reference(out, id);
        }
        out.push(b']');
    }

    pub fn numbers(&mut self, key: &str, values: &[f32]) {
        let out = self.key(key);
        out.push(b'[');
        for (i, value) in values.iter().enumerate() {
            if i > 0 {
                out.push(b' ');
            }
            number(out, *value);
        }
        out.push(b']');
    }

    /// A dictionary as value, filled by `fill`.
    pub fn dict(&mut self, key: &str, fill: impl FnOnce(&mut Dict<'_>)) {
        let mut inner = Dict::open(self.key(key));
        fill(&mut inner);
        inner.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(f: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        f(&mut out);
        out.iter().map(|b| char::from(*b)).collect()
    }

    #[test]
    fn numbers_have_two_decimals_at_most() {
        let cases =
            [(0.0, "0"), (-0.001, "0"), (841.89, "841.89"), (-3.5, "-3.5"), (0.05, "0.05"), (612.0, "612")];
        for (value, expected) in cases {
            assert_eq!(written(|out| number(out, value)), expected);
        }
        assert_eq!(written(|out| integer(out, -120)), "-120");
    }

    #[test]
    fn names_and_strings_are_escaped() {
        assert_eq!(written(|out| name(out, "Noto Sans/1")), "/Noto#20Sans#2F1");
        assert_eq!(written(|out| string(out, b"a(b\\c)\r")), "(a\\(b\\\\c\\)\\r)");
        assert_eq!(text_bytes("Ala"), b"Ala");
        assert_eq!(text_bytes("Ż"), [0xFE, 0xFF, 0x01, 0x7B]);
    }

    #[test]
    fn a_dictionary_is_written_in_the_order_given() {
        let text = written(|out| {
            let mut dict = Dict::open(out);
            dict.name("Type", "Page");
            dict.numbers("MediaBox", &[0.0, 0.0, 595.28, 841.89]);
            dict.dict("Resources", |d| d.reference("Font", 7));
            dict.close();
        });
        assert_eq!(text, "<</Type/Page/MediaBox[0 0 595.28 841.89]/Resources<</Font 7 0 R>>>>");
    }
}
